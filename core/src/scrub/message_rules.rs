//! What is done to each field of a message: tables that are data, and a policy's own lines over them.
//!
//! A rule is a word: `keep`, `remove`, `text` (free text, which is scrubbed), what the value is (a category, or finer: `birth_date`,
//! `instant`, `street`, `city`, `county`, `zip`), `link` or `uuid` (an id by which parts of a message point at each other), `uri` (an absolute address), or the name of
//! a data type that has rules of its own. A second word says what the value tells of the patient, by the members of
//! [`Demographics`](super::Demographics).
//!
//! A policy's line names a field as its format does: `PID-5` or a segment; `patient/name`, an element or attribute of CDA; an element of FHIR
//! by its path (`Patient.contact.name`), in any resource (`Resource.id`), of a type wherever it stands (`HumanName.use`), by its name anywhere
//! (`Any.display`), a type as a whole (`HumanName`), an extension by its URL, or all of a resource that no other line speaks of (`Patient`,
//! `Resource`). The most particular line holds, in this order, and the table where there is none.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::{Category, CategoryPolicy, Kind, Operator, Place, Policy, Regime};
use crate::cancel::{Cancel, NEVER};
use crate::error::{Error, ErrorCode, Location, Result};

/// How deep documents may lie within each other: RTF in base64 in a message is two.
const MAX_EMBEDDED: usize = 4;

/// What a value of a message tells of the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Names,
    BirthDate,
    NoteDate,
    Mrns,
    Ssn,
    HealthPlanIds,
    Accounts,
    Phones,
    Emails,
    Addresses,
    Relatives,
    Providers,
    Employers,
    Ids,
}

const ROLES: &[(&str, Role)] = &[
    ("names", Role::Names),
    ("birth_date", Role::BirthDate),
    ("note_date", Role::NoteDate),
    ("mrns", Role::Mrns),
    ("ssn", Role::Ssn),
    ("health_plan_ids", Role::HealthPlanIds),
    ("accounts", Role::Accounts),
    ("phones", Role::Phones),
    ("emails", Role::Emails),
    ("addresses", Role::Addresses),
    ("relatives", Role::Relatives),
    ("providers", Role::Providers),
    ("employers", Role::Employers),
    ("ids", Role::Ids),
];

impl Role {
    pub(crate) fn read(word: &str) -> Result<Self> {
        let found = ROLES.iter().find(|(name, _)| *name == word).map(|(_, role)| *role);
        found.ok_or_else(|| {
            Error::unknown(ErrorCode::Config, "member of a patient", word, ROLES.iter().map(|(name, _)| *name))
        })
    }
}

/// What is done to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rule {
    /// It stays.
    Keep,
    /// It goes, whatever the policy says of categories.
    Remove,
    /// It is free text.
    Text,
    /// Text beside a code: it stays where a standard code system says what it means, and is free text where none does.
    Display,
    /// Its type is said elsewhere in the message.
    Varies,
    /// It is a document of its own: base64, RTF, HTML, text.
    Embedded,
    /// A telephone number, e-mail address or site, as it looks.
    Contact,
    /// A number whose kind the object that it stands in says.
    Identifier,
    /// Who gives numbers out: it stays where that is a standard.
    System,
    /// A reference to another part of the message.
    Reference,
    /// What a reference points at is called.
    Referenced,
    /// It is of a category.
    Value(Category, Kind, Place),
    /// It is of a data type that has rules of its own.
    Type(String),
}

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) rule: Rule,
    pub(crate) role: Option<Role>,
}

const WORDS: &[&str] = &[
    "keep",
    "remove",
    "text",
    "display",
    "contact",
    "identifier",
    "system",
    "reference",
    "referenced",
    "value",
    "varies",
    "embedded",
    "date",
    "birth_date",
    "instant",
    "link",
    "uuid",
    "uri",
    "street",
    "city",
    "county",
    "state",
    "zip",
];

impl Entry {
    /// Reads a line: `keep`, `mrn mrns`, `XPN names`.
    pub(crate) fn read(line: &str) -> Result<Self> {
        let mut words = line.split_whitespace();
        let rule = Self::rule(words.next().unwrap_or_default())?;
        let role = words.next().map(Role::read).transpose()?;
        if words.next().is_some() {
            return Err(Error::config("a rule has at most two words: what is done, and what it tells of the patient"));
        }
        Ok(Self { rule, role })
    }

    /// The line that reads as this; `None` for what no line says.
    pub(crate) fn written(&self) -> Option<String> {
        let rule = match &self.rule {
            Rule::Keep => "keep",
            Rule::Remove => "remove",
            Rule::Text => "text",
            Rule::Display => "display",
            Rule::Varies => "varies",
            Rule::Embedded => "embedded",
            Rule::Contact => "contact",
            Rule::Identifier => "identifier",
            Rule::System => "system",
            Rule::Reference => "reference",
            Rule::Referenced => "referenced",
            Rule::Type(name) => name,
            Rule::Value(Category::Date, Kind::BirthDate, _) => "birth_date",
            Rule::Value(Category::Date, _, Place::Instant) => "instant",
            Rule::Value(_, _, Place::Link) => "link",
            Rule::Value(_, _, Place::Uuid) => "uuid",
            Rule::Value(_, _, Place::Uri) => "uri",
            Rule::Value(_, Kind::Street, _) => "street",
            Rule::Value(_, Kind::City, _) => "city",
            Rule::Value(_, Kind::County, _) => "county",
            Rule::Value(_, Kind::Zip, _) => "zip",
            Rule::Value(category, ..) => category.as_str(),
        };
        let role = self.role.and_then(|role| ROLES.iter().find(|(_, of)| *of == role));
        let line = role.map_or_else(|| rule.to_owned(), |(role, _)| format!("{rule} {role}"));
        // A rule that was put together in another way than from a line could read as another.
        Self::read(&line).ok().filter(|read| read == self).map(|_| line)
    }

    fn rule(word: &str) -> Result<Rule> {
        let location = |kind| Rule::Value(Category::Location, kind, Place::Text);
        Ok(match word {
            "keep" | "state" => Rule::Keep,
            "remove" => Rule::Remove,
            "text" => Rule::Text,
            "display" => Rule::Display,
            "contact" => Rule::Contact,
            "identifier" => Rule::Identifier,
            // Who gives numbers out: a standard stays, by its address or as an object identifier.
            "system" | "oid" => Rule::System,
            "reference" => Rule::Reference,
            "referenced" => Rule::Referenced,
            // By a type that stands elsewhere: an observation's, a value's own.
            "varies" | "value" => Rule::Varies,
            "embedded" => Rule::Embedded,
            "date" => Rule::Value(Category::Date, Kind::Whole, Place::Date),
            "birth_date" => Rule::Value(Category::Date, Kind::BirthDate, Place::Date),
            "instant" => Rule::Value(Category::Date, Kind::Whole, Place::Instant),
            "link" => Rule::Value(Category::OtherId, Kind::Whole, Place::Link),
            "uuid" => Rule::Value(Category::OtherId, Kind::Whole, Place::Uuid),
            "uri" => Rule::Value(Category::Url, Kind::Whole, Place::Uri),
            "street" => location(Kind::Street),
            "city" => location(Kind::City),
            "county" => location(Kind::County),
            "zip" => location(Kind::Zip),
            _ if word.starts_with(|c: char| c.is_ascii_uppercase()) => Rule::Type(word.to_owned()),
            _ => {
                if let Ok(category) = word.parse::<Category>() {
                    Rule::Value(category, Kind::Whole, Place::Text)
                } else {
                    let known = WORDS.iter().copied().chain(Category::ALL.iter().map(|c| c.as_str()));
                    return Err(Error::unknown(ErrorCode::Config, "rule", word, known));
                }
            }
        })
    }
}

/// A table of rules, by path.
pub(crate) struct Table {
    /// By data type or segment, then by field: `PID`, `3`.
    pub(crate) groups: HashMap<String, HashMap<String, Entry>>,
}

impl Table {
    fn built_in(yaml: &str) -> Self {
        let value: Value = crate::yaml::parse(yaml, ErrorCode::Internal).expect("a built-in table is YAML");
        let mut groups: HashMap<String, HashMap<String, Entry>> = HashMap::new();
        let sections = value.as_object().expect("a built-in table has sections");
        for (section, content) in sections.iter().filter(|(section, _)| *section != "sources") {
            for (group, lines) in content.as_object().unwrap_or_else(|| panic!("{section} holds groups")) {
                let lines = lines.as_object().unwrap_or_else(|| panic!("{group} holds lines"));
                let entries = groups.entry(group.clone()).or_default();
                for (path, line) in lines {
                    let entry = Entry::read(line.as_str().unwrap_or_default());
                    let entry = entry.unwrap_or_else(|e| panic!("{group}-{path}: {e}"));
                    // "1-4, 6": the same for each of them.
                    for one in path.split(',').map(str::trim) {
                        let range = one.split_once('-').filter(|_| !one.contains('/'));
                        match range.and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?))) {
                            Some((first, last)) => {
                                (first..=last).for_each(|n: u16| drop(entries.insert(n.to_string(), entry.clone())));
                            }
                            None => drop(entries.insert(one.to_owned(), entry.clone())),
                        }
                    }
                }
            }
        }
        Self { groups }
    }

    /// Whether there is a group.
    pub(crate) fn has(&self, group: &str) -> bool {
        self.groups.contains_key(group)
    }

    pub(crate) fn get(&self, group: &str, path: &str) -> Option<&Entry> {
        self.groups.get(group)?.get(path)
    }
}

pub(crate) static HL7: LazyLock<Table> =
    LazyLock::new(|| Table::built_in(include_str!("../../policies/messages/hl7v2.yaml")));

pub(crate) static FHIR: LazyLock<Table> =
    LazyLock::new(|| Table::built_in(include_str!("../../policies/messages/fhir.yaml")));

pub(crate) static CDA: LazyLock<Table> =
    LazyLock::new(|| Table::built_in(include_str!("../../policies/messages/cda.yaml")));

/// A policy's own lines, and what becomes of what no table knows; by default there are none, and that is removed.
pub(crate) struct Rules {
    /// What is done to unknown fields: [`Rule::Remove`] unless the policy says otherwise.
    pub(crate) unknown: Rule,
    own: HashMap<(&'static str, String), Entry>,
    /// How deep documents lie within each other so far.
    pub(crate) depth: usize,
    /// What readers look at.
    pub(crate) cancel: Cancel,
}

const FORMATS: &[&str] = &["hl7", "fhir", "cda"];

impl Default for Rules {
    fn default() -> Self {
        Self { unknown: Rule::Remove, own: HashMap::new(), depth: 0, cancel: NEVER.clone() }
    }
}

impl Rules {
    /// The rules of a policy.
    ///
    /// # Errors
    /// When its `messages` names a format, a rule or a member that does not exist, or keeps a field that its regime does not let stay.
    pub(crate) fn new(policy: &Policy) -> Result<Self> {
        let mut rules = Self::default();
        let Some(messages) = policy.messages() else { return Ok(rules) };
        let place = |key: &str| Location::Key(format!("messages.{key}"));
        let Some(members) = messages.as_object() else {
            return Err(Error::config("a mapping is expected").at(Location::Key("messages".into())));
        };
        for (key, content) in members {
            if key.as_str() == "unknown" {
                let entry = content.as_str().map(Entry::read).transpose().map_err(|e| e.at(place(key)))?;
                rules.unknown =
                    if let Some(rule @ (Rule::Keep | Rule::Remove | Rule::Text)) = entry.map(|entry| entry.rule) {
                        rule
                    } else {
                        let error = Error::config("`remove`, `text` or `keep` is expected");
                        return Err(error.at(place(key)));
                    };
                if rules.unknown == Rule::Keep && policy.regime() != Regime::None {
                    let what = format!(
                        "what nobody knows cannot stay under the regime `{}`; a policy that means it states another regime (`regime: none`)",
                        policy.regime().as_str()
                    );
                    return Err(Error::config(what).at(place(key)));
                }
            } else {
                let format = FORMATS.iter().find(|format| *format == key).ok_or_else(|| {
                    let known = FORMATS.iter().copied().chain(["unknown"]);
                    Error::unknown(ErrorCode::Config, "key", key, known).at(Location::Key("messages".into()))
                })?;
                let lines = content.as_object();
                let lines =
                    lines.ok_or_else(|| Error::config("a mapping from fields to rules is expected").at(place(key)))?;
                for (path, line) in lines {
                    let at = || place(&format!("{key}.{path}"));
                    let line = line.as_str().ok_or_else(|| Error::config("a text is expected").at(at()))?;
                    let entry = Entry::read(line).map_err(|e| e.at(at()))?;
                    if entry.rule == Rule::Keep
                        && let Some(why) = meant(format, path).find_map(|rule| refuses_kept(policy.regime(), &rule))
                    {
                        return Err(Error::config(why).at(at()));
                    }
                    rules.own.insert((format, path.clone()), entry);
                }
            }
        }
        Ok(rules)
    }

    /// Whether a policy that answers to no regime says of fields that they stay: it then means all that is in them.
    pub(crate) fn keeps(policy: &Policy) -> bool {
        let own = policy.messages().and_then(Value::as_object).into_iter().flat_map(|formats| formats.values());
        let lines = own.filter_map(Value::as_object).flat_map(|lines| lines.values());
        policy.regime() == Regime::None && lines.filter_map(Value::as_str).any(|line| line.starts_with("keep"))
    }

    /// Whether the policy has lines of its own.
    pub(crate) fn has_own(&self) -> bool {
        !self.own.is_empty()
    }

    /// The same, for a reader that stops when `cancel` is set.
    pub(crate) fn until(self, cancel: &Cancel) -> Self {
        Self { cancel: cancel.clone(), ..self }
    }

    /// What the policy itself says of a field.
    pub(crate) fn own(&self, format: &'static str, path: &str) -> Option<&Entry> {
        if self.own.is_empty() {
            return None;
        }
        self.own.get(&(format, path.to_owned()))
    }

    /// The same rules for a document within this one.
    ///
    /// # Errors
    /// When documents lie too deep within each other.
    pub(crate) fn within(&self) -> Option<Self> {
        (self.depth < MAX_EMBEDDED).then(|| Self {
            unknown: self.unknown.clone(),
            own: self.own.clone(),
            depth: self.depth + 1,
            cancel: self.cancel.clone(),
        })
    }
}

/// What the tables say of all that a policy's line speaks of; nothing of a field that none knows.
fn meant(format: &str, path: &str) -> impl Iterator<Item = Rule> {
    let anywhere = path.strip_prefix("Any.").filter(|_| format == "fhir");
    let groups = anywhere.into_iter().flat_map(|key| FHIR.groups.values().filter_map(|group| group.get(key)));
    let groups = groups.map(|entry| entry.rule.clone());
    groups.chain(if anywhere.is_some() { None } else { built_in(format, path) })
}

/// What the tables say of a field that a policy names: `PID-19`, `PID`, `Patient.name`, `HumanName`, `patient/name`.
fn built_in(format: &str, path: &str) -> Option<Rule> {
    match format {
        "hl7" => match path.split_once('-') {
            Some((segment, field)) => HL7.get(segment, field).map(|entry| entry.rule.clone()),
            // All fields of a segment.
            None => HL7.has(path).then(|| Rule::Type(path.to_owned())),
        },
        "fhir" => element(path).map(|step| step.entry.rule),
        _ => {
            let element = path.split_once('/').map_or(path, |(_, element)| element);
            let attribute = element.find('@').map_or("", |at| &element[at..]);
            let known = [path, element, attribute].into_iter().find_map(|path| CDA.get("CDA", path));
            known.map(|entry| entry.rule.clone())
        }
    }
}

/// An element of FHIR that a path leads to, by the built-in table.
pub(crate) struct Step {
    /// What is done to it.
    pub(crate) entry: Entry,
    /// The types that the path goes through, each with the element of it that comes next: `(HumanName, family)`. The last one is what
    /// the path leads to, without an element, if it has a type.
    pub(crate) through: Vec<(String, String)>,
}

/// Finds the element at a path: of a resource (`Patient.name.family`), of any resource (`Resource.id`), of a type (`HumanName.use`), of
/// anything (`Any.display`), or a resource or type itself. `None` where no table knows it.
pub(crate) fn element(path: &str) -> Option<Step> {
    if path.contains("://") {
        let entry = FHIR.get("Extension", path)?.clone();
        return Some(Step { entry, through: Vec::new() });
    }
    let mut keys = path.split('.');
    let first = keys.next().filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase()))?;
    let mut group = if first == "Resource" { "Any".to_owned() } else { first.to_owned() };
    let mut open = !is_data_type(first);
    let mut here = first.to_owned();
    let mut entry = Entry { rule: Rule::Type(first.to_owned()), role: None };
    let mut through = vec![(first.to_owned(), String::new())];
    for key in keys {
        let Rule::Type(_) = &entry.rule else { break };
        let found = FHIR
            .get(&group, key)
            .or_else(|| FHIR.get("Any", key).filter(|_| open))
            .cloned()
            .or_else(|| key.starts_with('_').then(|| Entry { rule: Rule::Type("Element".into()), role: None }))
            .or_else(|| if open || group == "Extension" { by_suffix(key) } else { None });
        if let Some(last) = through.last_mut() {
            key.clone_into(&mut last.1);
        }
        here = format!("{here}.{key}");
        entry = found?;
        if let Rule::Type(name) = &entry.rule {
            let of_its_own = FHIR.has(&here);
            (group, open) = match name.as_str() {
                "Coded" if !of_its_own => ("CodeableConcept".into(), true),
                "Referenced" if !of_its_own => ("Reference".into(), true),
                "Measured" if !of_its_own => ("Quantity".into(), true),
                "Coded" | "Referenced" | "Measured" | "Backbone" => (here.clone(), true),
                "Resource" => ("Any".into(), true),
                name => (name.to_owned(), false),
            };
            through.push((group.clone(), String::new()));
        }
    }
    Some(Step { entry, through })
}

/// Whether a name is that of a data type with lines of its own, rather than of a resource.
pub(crate) fn is_data_type(name: &str) -> bool {
    FHIR.has(name) && DATA_TYPES.contains(&name)
}

/// Data types of FHIR that the table has.
const DATA_TYPES: &[&str] = &[
    "Element",
    "HumanName",
    "Address",
    "Age",
    "ContactPoint",
    "Identifier",
    "CodeableConcept",
    "Coding",
    "Reference",
    "CodeableReference",
    "Period",
    "Quantity",
    "Range",
    "Ratio",
    "Money",
    "SampledData",
    "Annotation",
    "Attachment",
    "Signature",
    "Timing",
    "TimingRepeat",
    "Dosage",
    "DoseAndRate",
    "Narrative",
    "Meta",
    "ContactDetail",
    "Extension",
];

/// What ends the name of an element that may be of several types, and the rule of each.
const TYPES: &[(&str, &str)] = &[
    ("CodeableConcept", "CodeableConcept"),
    ("CodeableReference", "CodeableReference"),
    ("SimpleQuantity", "Quantity"),
    ("Quantity", "Quantity"),
    ("Identifier", "Identifier"),
    ("Attachment", "Attachment"),
    ("Annotation", "Annotation"),
    ("HumanName", "HumanName"),
    ("ContactPoint", "ContactPoint"),
    ("Address", "Address"),
    ("Reference", "Reference"),
    ("DateTime", "date"),
    ("Duration", "Quantity"),
    ("Instant", "instant"),
    ("Boolean", "keep"),
    ("Integer", "keep"),
    ("Decimal", "keep"),
    ("PositiveInt", "keep"),
    ("UnsignedInt", "keep"),
    ("Timing", "Timing"),
    ("Dosage", "Dosage"),
    ("Period", "Period"),
    ("SampledData", "SampledData"),
    ("Range", "Range"),
    ("Ratio", "Ratio"),
    ("Money", "Money"),
    ("Count", "Quantity"),
    ("Age", "Age"),
    ("Coding", "Coding"),
    ("Code", "keep"),
    ("Date", "date"),
    ("Time", "keep"),
    ("String", "text"),
    ("Markdown", "text"),
    ("Uri", "uri"),
    ("Url", "uri"),
    ("Canonical", "keep"),
    ("Oid", "link"),
    ("Uuid", "link"),
    ("Id", "link"),
    ("Base64Binary", "embedded"),
];

/// The type in which the name of an element ends, and the name before it: `onset` of `onsetDateTime`.
fn typed(key: &str) -> Option<(&str, &'static str)> {
    let (suffix, rule) = TYPES.iter().find(|(suffix, _)| key.len() > suffix.len() && key.ends_with(suffix))?;
    let base = &key[..key.len() - suffix.len()];
    base.ends_with(|c: char| c.is_ascii_lowercase()).then_some((base, *rule))
}

/// What an element is whose name ends in its type.
pub(crate) fn by_suffix(key: &str) -> Option<Entry> {
    typed(key).and_then(|(_, rule)| Entry::read(rule).ok())
}

/// What an element is called that may be of several types: `Condition.onset` for `Condition.onsetDateTime`.
pub(crate) fn choice(path: &str) -> Option<&str> {
    let key = path.rsplit('.').next()?;
    typed(key).map(|(base, _)| &path[..path.len() - key.len() + base.len()])
}

/// Data types of what a code says.
const CODED: &[&str] =
    &["CWE", "CQ", "Coded", "CodeableConcept", "Coding", "Measured", "Quantity", "Money", "Range", "Ratio"];

/// Why a field may not stay as it is under a regime; a field that no table knows is known to whoever writes the policy.
fn refuses_kept(regime: Regime, built_in: &Rule) -> Option<String> {
    let held = matches!(regime, Regime::SafeHarbor | Regime::LimitedDataSet);
    let what = match built_in {
        Rule::Keep | Rule::Display | Rule::System | Rule::Referenced => return None,
        Rule::Type(name) if CODED.contains(&name.as_str()) => return None,
        Rule::Value(category, kind, _) => {
            let keep = match kind {
                Kind::Whole | Kind::BirthDate => CategoryPolicy { operator: Operator::Keep, ..Default::default() },
                part => CategoryPolicy { keep: vec![*part], ..Default::default() },
            };
            let why = regime.refuses_kept(*category, &keep)?;
            format!("{category}: {why}")
        }
        _ if held => "it may hold identifiers".to_owned(),
        _ => return None,
    };
    let regime = regime.as_str();
    Some(format!(
        "the field cannot stay under the regime `{regime}` ({what}); a policy that means it states another regime (`regime: none`)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_tables_name_only_types_that_they_have() {
        for (table, name) in [(&*HL7, "hl7v2"), (&*FHIR, "fhir"), (&*CDA, "cda")] {
            for (group, entries) in &table.groups {
                for (path, entry) in entries {
                    if let Rule::Type(of) = &entry.rule {
                        let by_shape =
                            ["Coded", "Referenced", "Measured", "Backbone", "Resource"].contains(&of.as_str());
                        assert!(by_shape || table.has(of), "{name}: {group}-{path} is of unknown type {of}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_policy_says_what_it_means_or_is_refused() {
        for (yaml, part) in [
            ("messages: {hl8: {}}", "hl7"),
            ("messages: {hl7: {PID-5: nmae}}", "`name`"),
            ("messages: {unknown: date}", "expected"),
            ("messages: []", "mapping"),
            ("extends: safe-harbor\nmessages: {unknown: keep}", "regime"),
            ("extends: safe-harbor\nmessages: {hl7: {PID-19: keep}}", "164.514(b)(2)"),
            ("extends: safe-harbor\nmessages: {hl7: {PID-5: keep}}", "identifiers"),
            ("extends: limited-data-set\nmessages: {hl7: {PID-12: keep}}", "city"),
            ("extends: limited-data-set\nmessages: {fhir: {Patient.name: keep}}", "identifiers"),
        ] {
            let error = Policy::from_yaml(yaml).and_then(|policy| Rules::new(&policy).map(|_| ())).unwrap_err();
            assert!(error.to_string().contains(part), "{yaml}: {error}");
        }
    }

    #[test]
    fn what_tells_nothing_or_what_a_site_alone_knows_may_stay() {
        for yaml in [
            "extends: safe-harbor\nmessages: {hl7: {PID-8: keep, PID-10: keep, ZPI-2: keep}}",
            "extends: limited-data-set\nmessages: {hl7: {PID-7: keep, PID-23: keep}, fhir: {Patient.gender: keep}}",
            "regime: none\nmessages: {hl7: {PID-19: keep}, unknown: keep}",
        ] {
            let policy = Policy::from_yaml(yaml).unwrap();
            assert!(Rules::new(&policy).is_ok(), "{yaml}");
        }
    }
}
