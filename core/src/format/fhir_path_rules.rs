//! Policies from configuration files of the FHIR anonymiser of Microsoft (Tools for Health Data Anonymization): its `fhirPathRules` as
//! lines of a policy's `messages.fhir` and as operators of categories.
//!
//! There a rule says which method works on which elements, the first rule that reaches an element holds, and what no rule reaches stays.
//! Here the most specific line holds, an operator belongs to a category, and what no line speaks of goes by the built-in table. So a rule
//! that an earlier one shadows is left out, a rule over elements of which an earlier one keeps a part becomes lines for the other parts, and
//! what cannot be said is an error. The format: docs/FHIR-anonymization.md of github.com/microsoft/Tools-for-Health-Data-Anonymization.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::error::{Error, ErrorCode, Location, Result};
use crate::scrub::message_rules::{Entry, FHIR, Rule, element, is_data_type};
use crate::scrub::{Category, Census, Kind, Operator, Policy};

/// What the members of the file, of a rule and of the parameters are called.
const MEMBERS: &[&str] = &["fhirVersion", "processingErrors", "processingError", "fhirPathRules", "parameters"];
const RULE: &[&str] = &["path", "method", "cases", "otherValues", "replaceWith", "span", "rangeType", "roundTo"];
const PARAMETERS: &[&str] = &[
    "dateShiftKey",
    "dateShiftScope",
    "cryptoHashKey",
    "encryptKey",
    "enablePartialAgesForRedact",
    "enablePartialDatesForRedact",
    "enablePartialZipCodesForRedact",
    "restrictedZipCodeTabulationAreas",
];

/// Types of FHIR without lines of their own, whose elements no table knows, so that they go.
const UNKNOWN_TYPES: &[&str] = &[
    "Contributor",
    "DataRequirement",
    "ElementDefinition",
    "Expression",
    "MarketingStatus",
    "ParameterDefinition",
    "Population",
    "ProdCharacteristic",
    "ProductShelfLife",
    "RelatedArtifact",
    "SubstanceAmount",
    "TriggerDefinition",
    "UsageContext",
];

/// Types that the table reads as a quantity, like any other.
const QUANTITIES: &[&str] = &["Count", "Distance", "Duration", "MoneyQuantity", "SimpleQuantity"];

/// Elements of type `base64Binary` (R4).
const BINARIES: &[&str] = &[
    "Attachment.data",
    "Attachment.hash",
    "Binary.data",
    "Signature.data",
    "Device.udiCarrier.carrierAIDC",
    "Any.valueBase64Binary",
];

/// Elements that may be of several types (R4), where no table has them by their bare name.
const CHOICES: &[&str] = &[
    "abatement",
    "additive",
    "age",
    "allowed",
    "amount",
    "asNeeded",
    "born",
    "bounds",
    "collected",
    "content",
    "deceased",
    "defaultValue",
    "dose",
    "due",
    "effective",
    "fixed",
    "medication",
    "multipleBirth",
    "occurrence",
    "onset",
    "performed",
    "probability",
    "product",
    "rate",
    "reported",
    "scheduled",
    "serviced",
    "timing",
    "used",
    "value",
];

/// The categories of what contacts and identifiers may turn out to be.
const CONTACTS: &[Category] = &[Category::Phone, Category::Fax, Category::Email, Category::Url];
const IDENTIFIERS: &[Category] =
    &[Category::Mrn, Category::Ssn, Category::License, Category::HealthPlan, Category::Account, Category::OtherId];

/// How deep the parts of an element are said one by one.
const MAX_PARTS: usize = 5;

/// A case of `generalize` whose condition always holds.
const ALWAYS: &[&str] = &["true", "$this.exists()"];

impl Policy {
    /// Reads the configuration of Microsoft's FHIR anonymiser: a policy whose `messages.fhir` says what its `fhirPathRules` say.
    ///
    /// | method | becomes |
    /// |---|---|
    /// | `keep` | the rule `keep` |
    /// | `redact` | the rule `remove`; where the parameters let a part of ZIP codes or dates stay, their category is generalized |
    /// | `dateShift` | the operator `date_shift`, at most 50 days, for all dates |
    /// | `cryptoHash`, `encrypt` | the operators `hash` and `encrypt` of the categories that the elements are of |
    /// | `generalize` | the operator `generalize`, where every case gives the year of a date or the first three digits of a ZIP code |
    /// | `substitute`, `perturb` | nothing: an error |
    ///
    /// Paths are those of elements (`Patient.name`, `Resource.id`, `Observation.value as Quantity`, `Condition.onset.ofType(Age)`),
    /// `nodesByType('HumanName')`, `nodesByType('Address').city`, `nodesByName('display')`, resources (`Patient`, `Resource`), and
    /// several of these with `|`. The policy has no regime, and keys are not read: they are given to the scrubber. What no rule speaks of
    /// stays there; here it goes by the built-in table. An operator belongs to a category, in free text too.
    ///
    /// ```
    /// use chartguard::{Category, Operator, Policy};
    /// let policy = Policy::from_fhir_path_rules(r#"{"fhirVersion": "R4", "fhirPathRules": [
    ///     {"path": "nodesByType('HumanName').use", "method": "keep"},
    ///     {"path": "nodesByType('HumanName')", "method": "redact"},
    ///     {"path": "nodesByType('date') | nodesByType('dateTime')", "method": "dateShift"}
    /// ]}"#)?;
    /// assert_eq!(policy.category(Category::Date).operator, Operator::DateShift);
    /// let error = Policy::from_fhir_path_rules(r#"{"fhirPathRules": [
    ///     {"path": "Patient.name", "method": "redact"},
    ///     {"path": "Patient.gender", "method": "substitute", "replaceWith": "unknown"}
    /// ]}"#).unwrap_err();
    /// assert!(error.to_string().contains("rule 2 (`Patient.gender`)"));
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the text is no such file, or holds rules that cannot be expressed: the error names each by number, from 1, and path.
    pub fn from_fhir_path_rules(json: &str) -> Result<Self> {
        let file: Value = crate::yaml::parse(json, ErrorCode::Config)?;
        let members = object(&file, "", MEMBERS)?;
        let version = members.get("fhirVersion").and_then(Value::as_str).unwrap_or_default();
        if !matches!(version, "" | "R4") {
            return Err(Error::config("only rules for R4 can be read").at(Location::Key("fhirVersion".into())));
        }
        for key in ["processingErrors", "processingError"] {
            if members.get(key).and_then(Value::as_str).is_some_and(|said| said != "raise") {
                let what = "`raise` is expected: what cannot be scrubbed is an error, and nothing of it leaves";
                return Err(Error::config(what).at(Location::Key(key.into())));
            }
        }
        let rules = members
            .get("fhirPathRules")
            .and_then(Value::as_array)
            .ok_or_else(|| Error::config("a list of rules is expected").at(Location::Key("fhirPathRules".into())))?;
        let mut import = Import { parameters: Parameters::read(members.get("parameters"))?, ..Import::default() };
        for (index, rule) in rules.iter().enumerate() {
            import.number = index + 1;
            let rule = object(rule, &format!("fhirPathRules[{index}]"), RULE)?;
            let text = |key: &str| rule.get(key).and_then(Value::as_str);
            let (Some(path), Some(method)) = (text("path"), text("method")) else {
                let what = "a rule has a `path` and a `method`";
                return Err(Error::config(what).at(Location::Key(format!("fhirPathRules[{index}]"))));
            };
            if let Err(why) = import.rule(path, method, rule) {
                import.faults.push(format!("rule {} (`{path}`): {why}", index + 1));
            }
        }
        import.policy()
    }
}

/// The members of an object, of which none may be unknown; those that are comments are passed over.
fn object<'v>(value: &'v Value, at: &str, known: &[&str]) -> Result<&'v Map<String, Value>> {
    let place = |error: Error| if at.is_empty() { error } else { error.at(Location::Key(at.to_owned())) };
    let members = value.as_object().ok_or_else(|| place(Error::config("a mapping is expected")))?;
    let is_comment = |key: &str| key.starts_with('_') || key.contains("comment") || key.contains("remark");
    match members.keys().find(|key| !known.contains(&key.as_str()) && !is_comment(key)) {
        Some(key) => Err(place(Error::unknown(ErrorCode::Config, "key", key, known.iter().copied()))),
        None => Ok(members),
    }
}

/// What the parameters say of `redact`.
#[derive(Default)]
struct Parameters {
    /// The year of dates stays.
    dates: bool,
    /// Three digits of ZIP codes stay, by this census.
    zips: Option<Census>,
}

impl Parameters {
    fn read(value: Option<&Value>) -> Result<Self> {
        let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(Self::default()) };
        let members = object(value, "parameters", PARAMETERS)?;
        let flag = |key: &str| members.get(key).is_some_and(|value| value == &Value::Bool(true));
        let zips = flag("enablePartialZipCodesForRedact").then(|| {
            let areas = members.get("restrictedZipCodeTabulationAreas").and_then(Value::as_array);
            let mut areas: Vec<u16> =
                areas.into_iter().flatten().filter_map(|area| area.as_str()?.parse().ok()).collect();
            areas.sort_unstable();
            let of = |census: &&Census| (0..1000).filter(|area| census.restricts(*area)).eq(areas.iter().copied());
            Census::ALL.iter().find(of).copied().ok_or_else(|| {
                let what = "these are the areas of no census: those of 2000, 2010, 2020 or all of them together can be expressed";
                Error::config(what).at(Location::Key("parameters.restrictedZipCodeTabulationAreas".into()))
            })
        });
        Ok(Self { dates: flag("enablePartialDatesForRedact"), zips: zips.transpose()? })
    }
}

/// What a path leads to.
enum Target {
    /// What a line of a policy can name: `Patient.name`, `Resource.id`, `HumanName`, `HumanName.use`, `Any.display`, `Patient`.
    Named(String),
    /// All values of a type of dates: `date`, `dateTime`, `instant`.
    Dates(&'static str),
    /// All values of type `base64Binary`.
    Binaries,
    /// What goes anyway.
    Unknown,
}

#[derive(Default)]
struct Import {
    parameters: Parameters,
    /// The rule that is being read, from 1.
    number: usize,
    lines: Map<String, Value>,
    /// What rules spoke of so far, and which.
    stated: Vec<(String, usize)>,
    operators: BTreeMap<Category, (Operator, usize)>,
    /// Dates that go, but for the year where dates are not moved.
    dates: Vec<(String, Entry)>,
    /// The rule that spoke of all dates of a type, and of which types rules did.
    all_dates: Option<usize>,
    date_types: BTreeSet<&'static str>,
    /// The paths on whose values an operator works, and the rules that say so.
    operated: Vec<(String, usize)>,
    faults: Vec<String>,
}

type Read<T> = std::result::Result<T, String>;

impl Import {
    fn rule(&mut self, path: &str, method: &str, rule: &Map<String, Value>) -> Read<()> {
        let method = method.to_ascii_lowercase();
        let mut targets = Vec::new();
        for part in split(path, '|') {
            targets.push(target(part.trim())?);
        }
        for target in targets {
            match method.as_str() {
                "keep" | "redact" => self.field(&target, method == "keep")?,
                "dateshift" => self.operator(&target, Operator::DateShift)?,
                "cryptohash" => self.operator(&target, Operator::Hash)?,
                "encrypt" => self.operator(&target, Operator::Encrypt)?,
                "generalize" => self.generalize(&target, rule)?,
                "substitute" => return Err("no operator puts a fixed value in place: `redact` it, or remove the rule and use the operator `surrogate`".into()),
                "perturb" => return Err("no operator adds noise to a number: `redact` it".into()),
                _ => return Err("the method is none of keep, redact, dateShift, cryptoHash, encrypt, substitute, perturb, generalize".into()),
            }
        }
        Ok(())
    }

    /// `keep` and `redact`.
    fn field(&mut self, target: &Target, keep: bool) -> Read<()> {
        match target {
            Target::Named(path) if keep => self.state(path, true),
            Target::Named(path) => self.state(path, false),
            Target::Unknown if keep => Err("no table knows the type: name the elements that stay".into()),
            Target::Dates(_) | Target::Binaries if keep => {
                Err("what stays is said by element: name those that stay".into())
            }
            Target::Unknown => Ok(()),
            Target::Dates(of) => {
                let operator = if self.parameters.dates { Operator::Generalize } else { Operator::Remove };
                self.operate_dates(of, operator)
            }
            Target::Binaries => BINARIES.iter().try_for_each(|path| self.state(path, false)),
        }
    }

    /// The rule that shadows one of a path: it reaches the same elements before it.
    fn shadow(&self, path: &str) -> Option<usize> {
        self.stated.iter().find(|(earlier, _)| covers(earlier, path)).map(|(_, number)| *number)
    }

    /// Says of a path that it stays or goes.
    fn state(&mut self, path: &str, keep: bool) -> Read<()> {
        if self.shadow(path).is_some() {
            return Ok(());
        }
        let step = element(path);
        let rule = step.as_ref().map(|step| &step.entry.rule);
        let is_date = matches!(rule, Some(Rule::Value(Category::Date, ..)));
        if let Some(earlier) = self.all_dates.filter(|_| is_date) {
            // That rule reached it before, if it is of that type of dates, which the table does not say.
            if keep || self.date_types.len() == 3 {
                return Ok(());
            }
            return Err(format!("rule {earlier} speaks of dates and comes before: move this one before it"));
        }
        let name = path.rsplit('.').next().unwrap_or_default();
        let parent = step.as_ref().and_then(|step| step.through.iter().rev().find(|(_, key)| key == name));
        let stands = parent.is_some_and(|(group, _)| group != "Any" && FHIR.get(group, name).is_some());
        if keep && CHOICES.contains(&name) && !stands {
            return Err("it may be of several types: say of which, as in `Observation.value as Quantity`".into());
        }
        let group = step.as_ref().and_then(|step| step.through.last()).filter(|(_, key)| key.is_empty());
        let group = group.map(|(group, _)| group.clone()).filter(|_| matches!(rule, Some(Rule::Type(_))));
        let whole = path == "Resource" || !path.contains('.') && !is_data_type(path);
        let zip = !keep && self.parameters.zips.is_some();
        if zip && matches!(rule, Some(Rule::Value(_, Kind::Zip, _))) {
            self.operate(Category::Location, Operator::Generalize)?;
            return self.line(path, "zip");
        }
        let beneath = self.stated.iter().find(|(stated, _)| covers(path, stated)).map(|(_, number)| *number);
        let within = self.operated.iter().find(|(operated, _)| {
            // A line of a member goes before that of the rest of its type.
            let member = is_data_type(path) && operated.split_once('.').is_some_and(|(first, _)| first == path);
            covers(path, operated) && !member
        });
        if let Some((_, earlier)) = within.filter(|_| keep || whole) {
            return Err(format!("rule {earlier} works on a part of it: name the elements that this one speaks of"));
        }
        let dated = keep && self.all_dates.is_some() && group.as_deref().is_some_and(|group| has_dates(group, 0));
        if let Some(earlier) = self.all_dates.filter(|_| whole) {
            if keep {
                return Err(format!("rule {earlier} works on dates within it: name the elements that stay"));
            }
            self.dates_go_by_their_category();
        }
        let parted = beneath.is_some() || dated || zip && group.as_deref() == Some("Address");
        if let Some(group) = group.filter(|_| parted && !whole) {
            // A part of it is spoken of: what is left is said of each other part.
            let named = path.split('.').count() > 2 && is_data_type(path.split('.').next().unwrap_or_default());
            let parts = FHIR.groups.get(&group).filter(|_| !named && !path.starts_with("Any."));
            if dated && (parts.is_none() || path.split('.').count() > MAX_PARTS) {
                // What no line says stays with the table, which keeps less.
                return Ok(());
            }
            let Some(parts) = parts else {
                let earlier = beneath.unwrap_or(self.number);
                return Err(format!("rule {earlier} speaks of a part of it, and the other parts have no names here"));
            };
            let mut parts: Vec<String> = parts.keys().map(|key| format!("{path}.{key}")).collect();
            parts.sort_unstable();
            // Extensions may hold anything, dates too: they go by their own lines.
            parts.retain(|part| !(dated && part.ends_with(".extension")));
            parts.iter().try_for_each(|part| self.state(part, keep))?;
            self.stated.push((path.to_owned(), self.number));
            return Ok(());
        }
        if !keep && is_date && self.parameters.dates {
            self.dates.extend(step.map(|step| (path.to_owned(), step.entry)));
            self.stated.push((path.to_owned(), self.number));
            return Ok(());
        }
        self.line(path, if keep { "keep" } else { "remove" })
    }

    fn line(&mut self, path: &str, rule: &str) -> Read<()> {
        let parts = path.split('.').count();
        let first = path.split('.').next().unwrap_or_default();
        if parts > 2 && (is_data_type(first) || matches!(first, "Resource" | "Any")) {
            if rule == "keep" && self.all_dates.is_some() {
                // A part of a part of a type: the table keeps less.
                return Ok(());
            }
            return Err("a path that starts with a type, with `Resource` or with a name goes one element deep".into());
        }
        self.lines.insert(path.to_owned(), rule.into());
        self.stated.push((path.to_owned(), self.number));
        Ok(())
    }

    /// Lets dates go by the operator of their category where the rest of a resource goes.
    fn dates_go_by_their_category(&mut self) {
        for (group, lines) in &FHIR.groups {
            for (key, entry) in lines {
                if matches!(entry.rule, Rule::Value(Category::Date, ..))
                    && let Some(written) = entry.written()
                    && !key.contains("://")
                {
                    self.lines.entry(format!("{group}.{key}")).or_insert_with(|| written.into());
                }
            }
        }
    }

    fn operate_dates(&mut self, of: &'static str, operator: Operator) -> Read<()> {
        self.operate(Category::Date, operator)?;
        self.all_dates.get_or_insert(self.number);
        self.date_types.insert(of);
        Ok(())
    }

    /// Sets the operator of a category.
    fn operate(&mut self, category: Category, operator: Operator) -> Read<()> {
        if let Some(why) = operator.refuses(category) {
            return Err(format!("`{}` does not work on `{category}`: {why}", operator.as_str()));
        }
        let (known, number) = *self.operators.entry(category).or_insert((operator, self.number));
        if known == operator {
            return Ok(());
        }
        Err(format!(
            "a category has one operator: rule {number} asks for `{}` of `{category}`, this one for `{}`",
            known.as_str(),
            operator.as_str()
        ))
    }

    /// `dateShift`, `cryptoHash` and `encrypt`.
    fn operator(&mut self, target: &Target, operator: Operator) -> Read<()> {
        match target {
            Target::Dates(of) => self.operate_dates(of, operator),
            Target::Named(path) => {
                if self.shadow(path).is_some() {
                    return Ok(());
                }
                let (entry, categories) = values(path)?;
                if categories.is_empty() {
                    return Err("no value of it is of a category, and operators work on categories".into());
                }
                for category in categories {
                    self.operate(category, operator)?;
                }
                self.operated.push((path.clone(), self.number));
                // What a later rule says of more must leave this as it is.
                if let Some(written) = entry.written().filter(|_| path.contains('.')) {
                    return self.line(path, &written);
                }
                self.stated.push((path.clone(), self.number));
                Ok(())
            }
            Target::Binaries | Target::Unknown => Err("operators work on text, and no table has it as one".into()),
        }
    }

    /// `generalize`, where it is what ours does.
    fn generalize(&mut self, target: &Target, rule: &Map<String, Value>) -> Read<()> {
        let cases = rule.get("cases").and_then(Value::as_object).ok_or("`cases` are missing")?;
        let others = rule.get("otherValues").and_then(Value::as_str).unwrap_or("redact");
        let always = cases.len() == 1 && cases.keys().all(|case| ALWAYS.contains(&case.trim()));
        let result: String = cases.values().filter_map(Value::as_str).collect();
        let result: String = result.chars().filter(|c| !c.is_whitespace()).collect();
        let result = result.replace(".toString()", "");
        let year =
            result == "$this.substring(0,4)" || result.contains("replaceMatches") && result.ends_with("'${year}')");
        let zip = result == "$this.substring(0,3)" || result.starts_with("$this.substring(0,3)+'");
        if !always || others != "redact" || !(year || zip) {
            return Err("of `generalize` only the year of a date (`\"true\": \"$this.toString().substring(0, 4)\"`) and three digits of a \
                 ZIP code (`\"true\": \"$this.substring(0, 3)\"`) can be expressed, the others redacted"
                .into());
        }
        match target {
            Target::Dates(_) if year => self.operator(target, Operator::Generalize),
            Target::Named(path) => {
                let rule = element(path).map(|step| step.entry.rule);
                match rule {
                    Some(Rule::Value(Category::Date, ..)) if year => self.operator(target, Operator::Generalize),
                    Some(Rule::Value(_, Kind::Zip, _)) if zip => self.operator(target, Operator::Generalize),
                    _ => {
                        Err("it is no date of which the year, and no ZIP code of which three digits could stay".into())
                    }
                }
            }
            _ => Err("it is no date of which the year, and no ZIP code of which three digits could stay".into()),
        }
    }

    fn policy(mut self) -> Result<Policy> {
        let moved = self.operators.get(&Category::Date).is_some_and(|(operator, _)| *operator != Operator::Generalize);
        for (path, entry) in std::mem::take(&mut self.dates) {
            match entry.written().filter(|_| !moved) {
                Some(written) => {
                    self.lines.insert(path, written.into());
                    self.operators.entry(Category::Date).or_insert((Operator::Generalize, 0));
                }
                // The year of some dates beside the moved day of others would tell by how much they moved.
                None => drop(self.lines.insert(path, "remove".into())),
            }
        }
        if !self.faults.is_empty() {
            let count = self.faults.len();
            let what = if count == 1 { "a rule cannot be".to_owned() } else { format!("{count} rules cannot be") };
            return Err(Error::config(format!("{what} expressed:\n{}", self.faults.join("\n"))));
        }
        let categories = self.operators.iter().map(|(category, (operator, _))| {
            let mut options = json!({ "operator": operator.as_str() });
            if *operator == Operator::DateShift {
                options["max_days"] = 50.into();
            }
            if let (Category::Location, Some(census)) = (category, self.parameters.zips) {
                options["zip_census"] = census.as_str().into();
            }
            (category.as_str().to_owned(), options)
        });
        let policy = json!({
            "name": "fhir-path-rules",
            "extends": "safe-harbor",
            "regime": "none",
            "categories": categories.collect::<Map<_, _>>(),
            "messages": { "fhir": self.lines },
        });
        Policy::from_yaml(&policy.to_string())
    }
}

/// Whether a type may hold dates.
fn has_dates(group: &str, depth: usize) -> bool {
    let Some(lines) = FHIR.groups.get(group).filter(|_| depth < MAX_PARTS) else { return true };
    lines.values().any(|entry| match &entry.rule {
        Rule::Value(category, ..) => *category == Category::Date,
        Rule::Type(of) => !matches!(of.as_str(), "Extension" | "Element") && has_dates(of, depth + 1),
        _ => false,
    })
}

/// What the table says of the element at a path, and the categories that its values may be of.
fn values(path: &str) -> Read<(Entry, Vec<Category>)> {
    let entry = element(path).map(|step| step.entry).ok_or("no table knows the element")?;
    let of = |rule: &Rule| match rule {
        Rule::Value(category, ..) => vec![*category],
        Rule::Contact => CONTACTS.to_vec(),
        Rule::Identifier => IDENTIFIERS.to_vec(),
        Rule::Reference => vec![Category::OtherId],
        _ => Vec::new(),
    };
    let mut categories = of(&entry.rule);
    if let Rule::Type(name) = &entry.rule {
        let name = match name.as_str() {
            "Referenced" => "Reference",
            name => name,
        };
        let lines = FHIR.groups.get(name).into_iter().flatten();
        categories.extend(lines.flat_map(|(_, line)| of(&line.rule)));
    }
    categories.sort_unstable();
    categories.dedup();
    Ok((entry, categories))
}

/// Whether a rule of one path reaches all that one of another path reaches.
fn covers(earlier: &str, later: &str) -> bool {
    if later == earlier || earlier == "Resource" {
        return true;
    }
    if later.strip_prefix(earlier).is_some_and(|rest| rest.starts_with('.')) {
        return true;
    }
    if let Some(name) = earlier.strip_prefix("Any.") {
        return later.split('.').skip(1).any(|key| key == name);
    }
    let first = later.split('.').next().unwrap_or_default();
    if let Some(name) = earlier.strip_prefix("Resource.") {
        let is_resource = first != "Any" && !is_data_type(first);
        return is_resource && later.split('.').nth(1).is_some_and(|key| key == name);
    }
    let Some((group, key)) = earlier.split_once('.').or(Some((earlier, ""))).filter(|(group, _)| is_data_type(group))
    else {
        return false;
    };
    let through = element(later).map(|step| step.through).unwrap_or_default();
    through.iter().any(|(of, at)| of == group && (key.is_empty() || at == key))
}

/// What a path without `|` leads to.
fn target(path: &str) -> Read<Target> {
    let typed = split_at_word(path, " as ");
    let (path, of) = typed.map_or((path, None), |(path, of)| (path.trim(), Some(of.trim())));
    let mut out = String::new();
    let mut special = None;
    for (index, step) in split(path, '.').into_iter().map(str::trim).enumerate() {
        if special.is_some() {
            return Err("values of a simple type have no elements".into());
        }
        let argument = |name: &str| step.strip_prefix(name)?.trim().strip_prefix('(')?.strip_suffix(')').map(str::trim);
        let quoted = |name: &str| argument(name)?.strip_prefix('\'')?.strip_suffix('\'');
        if let Some(name) = quoted("nodesByType") {
            if !matches!(out.as_str(), "" | "Resource") {
                return Err("`nodesByType` is read where a path starts with it, or with `Resource`".into());
            }
            match name {
                "date" => special = Some(Target::Dates("date")),
                "dateTime" => special = Some(Target::Dates("dateTime")),
                "instant" => special = Some(Target::Dates("instant")),
                "base64Binary" => special = Some(Target::Binaries),
                _ if UNKNOWN_TYPES.contains(&name) => return Ok(Target::Unknown),
                _ if QUANTITIES.contains(&name) || !name.starts_with(|c: char| c.is_ascii_uppercase()) => {
                    return Err(format!("elements of type `{name}` are not told apart here: name the elements"));
                }
                _ => name.clone_into(&mut out),
            }
        } else if let Some(name) = quoted("nodesByName") {
            if !matches!(out.as_str(), "" | "Resource") {
                return Err("`nodesByName` is read where a path starts with it, or with `Resource`".into());
            }
            out = format!("Any.{name}");
        } else if let Some(of) = argument("ofType") {
            push_type(&mut out, of)?;
        } else if let Some(inner) =
            step.strip_prefix('(').and_then(|step| step.strip_suffix(')')).filter(|_| index == 0)
        {
            match target(inner)? {
                Target::Named(path) => out = path,
                _ => return Err("brackets are read around a path of elements".into()),
            }
        } else if !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            let resource = step.starts_with(|c: char| c.is_ascii_uppercase());
            match (out.is_empty(), resource) {
                (true, true) if is_data_type(step) => {
                    return Err(format!("`{step}` is a type: `nodesByType('{step}')` leads to its elements"));
                }
                (true, false) | (false, true) => {
                    return Err("a path starts with a resource, and its elements follow".into());
                }
                (true, true) => step.clone_into(&mut out),
                (false, false) => out = format!("{out}.{step}"),
            }
        } else {
            let name: String = step.chars().take_while(char::is_ascii_alphanumeric).collect();
            return Err(format!(
                "`{name}` with brackets is not read: elements, `nodesByType`, `nodesByName`, `ofType`, `as` and `|` are"
            ));
        }
    }
    match (special, of) {
        (Some(target), None) => Ok(target),
        (None, Some(of)) => {
            push_type(&mut out, of)?;
            Ok(Target::Named(out))
        }
        (None, None) if !out.is_empty() => Ok(Target::Named(out)),
        _ => Err("it leads to nothing".into()),
    }
}

/// Names the type of an element that may be of several: `valueQuantity`.
fn push_type(path: &mut String, of: &str) -> Read<()> {
    let mut letters = of.chars();
    let first = letters.next().filter(char::is_ascii_alphabetic).ok_or("a type is missing")?;
    if !path.contains('.') || !letters.clone().all(|c| c.is_ascii_alphanumeric()) {
        return Err("a type is said of an element".into());
    }
    path.push(first.to_ascii_uppercase());
    path.push_str(letters.as_str());
    Ok(())
}

/// A path cut at a mark that stands in no brackets and no quotes.
fn split(path: &str, mark: char) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut from, mut depth, mut quoted) = (0, 0_usize, false);
    for (at, c) in path.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ if c == mark && depth == 0 && !quoted => {
                out.push(&path[from..at]);
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    out.push(&path[from..]);
    out
}

/// What stands before and after a word that stands in no brackets.
fn split_at_word<'p>(path: &'p str, word: &str) -> Option<(&'p str, &'p str)> {
    let open = |before: &str| before.matches('(').count() > before.matches(')').count();
    let (at, _) = path.rmatch_indices(word).find(|(at, _)| !open(&path[..*at]))?;
    Some((&path[..at], &path[at + word.len()..]))
}
