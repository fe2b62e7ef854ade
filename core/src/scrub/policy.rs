//! A policy: what is done to each category, as data that means the same from every language.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use serde_json::Value;

use super::action::{Census, Fallback, OPTION_KEYS, Operator, Options};
use super::detect::{OwnDetector, OwnDetectors, strict};
use super::fields::Fields;
use super::lists::{self, ListEntry};
use super::message_rules::Rules;
use super::{Category, Finding, Kind, Regime};
use crate::error::{Error, ErrorCode, Location, Result};

const BUILTIN: &[(&str, &str)] = &[
    ("safe-harbor", include_str!("../../policies/safe-harbor.yaml")),
    ("limited-data-set", include_str!("../../policies/limited-data-set.yaml")),
    ("expert-determination", include_str!("../../policies/expert-determination.yaml")),
    ("redact-all", include_str!("../../policies/redact-all.yaml")),
];

/// How long a chain of `extends` may be.
const MAX_DEPTH: usize = 8;

/// What is done to one category.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CategoryPolicy {
    /// What is done.
    pub operator: Operator,
    /// Findings under this score are left alone.
    pub threshold: f32,
    /// Kinds of the category that stay, such as `city` under a limited data set.
    pub keep: Vec<Kind>,
    /// How the operator works.
    pub options: Options,
}

impl Default for CategoryPolicy {
    fn default() -> Self {
        Self { operator: Operator::Tag, threshold: 0.5, keep: Vec::new(), options: Options::default() }
    }
}

/// What is done to each category of protected health information, which detectors a site adds, and which texts are always or
/// never removed.
///
/// A policy is a YAML or JSON file. A new one starts from another by `extends` and states what differs:
///
/// ```
/// use chartguard::{Category, Operator, Policy, Scrubber};
/// let policy = Policy::from_yaml(r"
/// extends: limited-data-set
/// categories:
///   name: {operator: mask, threshold: 0.4}
/// detectors:
///   - name: st-elsewhere-mrn
///     category: mrn
///     pattern: '\bSE-\d{7}\b'
///     examples: {match: ['chart «SE-1234567»'], not: ['SE-12']}
/// allow: [Babinski]
/// ")?;
/// assert_eq!(policy.category(Category::Name).operator, Operator::Mask);
/// assert_eq!(policy.category(Category::Date).operator, Operator::Keep);
/// assert_eq!(Scrubber::new(policy)?.scrub("Chart SE-0042871.")?.text, "Chart [MRN].");
/// # Ok::<(), chartguard::Error>(())
/// ```
///
/// # Members of a policy file
///
/// | member | what it says | if absent |
/// |---|---|---|
/// | `name` | what reports call it | `custom` |
/// | `version` | for its readers, a whole number | that of what it extends |
/// | `regime` | the rule it is held to: `safe-harbor`, `limited-data-set`, `expert-determination`, `none`; see below | that of what it extends, or `none` |
/// | `extends` | a built-in policy, or a policy file beside this one, to start from | every category is removed |
/// | `strict` | `true`: also remove whatever is not known to be safe, see below | as in what it extends, or `false` |
/// | `categories` | by category: `operator`, `threshold` (0 to 1: weaker findings stay), `keep` (kinds that stay, such as `city`), and the operator's options, see below | as in what it extends |
/// | `detectors` | detectors of its own, see below; one of the name of an inherited one replaces it | |
/// | `allow`, `deny` | texts that are never, or always, removed, see below | |
/// | `messages` | what is done to fields of messages, see [`format`](crate::format): by `hl7` (`PID-8`, `ZPI`), `fhir` (`Patient.photo`, `HumanName.use`, `HumanName`, `Resource.id`, `Any.display`, `Group`), `cda` (`patient/name`) a mapping from fields to rules, and `unknown` (`remove`, `text`, `keep`) | as the built-in tables say; unknown fields are removed |
///
/// # Operators
///
/// | operator | what stands in place of the value | options |
/// |---|---|---|
/// | `tag` | its category, `[NAME]` | `numbered: true`: entities are told apart, `[NAME-2]` |
/// | `mask` | marks | `mask_char`, `keep_length`, `keep_last` (0 to 4 letters or digits at the end), `initials` |
/// | `remove` | nothing | |
/// | `surrogate` | an invented value of its kind and format, from the seed | `keyed: true`: from the value under the key, so that one person has one surrogate in all notes of a patient; `fallback` |
/// | `date_shift` | the date moved by a number of days that the key and the patient decide | `whole_weeks`, `max_days` (365), `fallback` |
/// | `generalize` | the year of a date, `90+` for an age over 89, three digits of a ZIP code or `000` | `zip_census` (`2000`, `2010`, `2020`, `union`), `fallback` |
/// | `hash` | an HMAC-SHA-256 of it, `[MRN:5d41...]` | |
/// | `encrypt` | a token from which [`restore`](super::restore()) gives it back | |
/// | `fpe` | another number of the same format from which [`restore`](super::restore()) gives it back | `fallback` |
/// | `keep` | itself | |
///
/// `fallback` says what happens to a value that the operator cannot work on: `tag`, `encrypt` or `error` (if nothing is said: `error` for
/// `fpe`, else `tag`). Which operator works on which category is what `chartguard policy table` prints; a policy that asks for another is refused.
///
/// # Regime
///
/// A policy that states a regime is held to it when it is loaded: under `safe-harbor` nothing that is derived from the value may take
/// its place (45 CFR 164.514(c): no hash, no ciphertext, no keyed surrogate, no shifted date, no last digits, no initials) and no
/// identifier may stay; under `limited-data-set` no direct identifier may (164.514(e)(2)). A file that states none has that of
/// what it extends and is held to it: one that keeps more says which rule it is shared under, or `regime: none`. Where code
/// changes single categories ([`with_category`](Self::with_category), the `categories` of a configuration) so that more stays, the
/// regime and the name are given up, which [`regime`](Self::regime), [`name`](Self::name) and the audit log show.
///
/// # Strict mode
///
/// For those who must not leak. Every threshold is lowered to 0.05, and what then stays is looked at word by word: a word goes
/// when the vocabulary of ordinary and clinical language does not know it as it is written, or knows it better as a name; a
/// capital inside a sentence needs a reason; a number goes when it is long and in no known notation (dose, vital sign,
/// range, score, level, year), or could be a date. Such findings have the detector `strict`, a score of 0.2, and the category that
/// their shape suggests: `name` for words, `organization` for unknown abbreviations, `date`, `age` or `vehicle` where the form or a
/// word beside it says so, else `other_id`. It removes more that is harmless. A category that the policy keeps stays kept.
///
/// # Detectors
///
/// | member | what it says | if absent |
/// |---|---|---|
/// | `name` | the name findings carry: letters, digits, `.`, `_`, `-` | required |
/// | `category` | what it finds | required |
/// | `pattern` | a regular expression in the syntax of the [`regex`](https://docs.rs/regex/#syntax) crate, without look-around and back-references; a group named `v` is the finding, else the whole match; what is longer than 512 bytes may be found in parts | required |
/// | `cues` | words of which one must stand near the value, as whole words; case, points, dashes and the like between them do not matter | nothing need stand there |
/// | `side` | where: `before`, `after` or `either` | `before` |
/// | `window` | within how many characters, 1 to 400 | 40 |
/// | `validator` | a check the value must pass: `aba`, `card`, `dea`, `gtin`, `iban`, `itin`, `luhn`, `mbi`, `nanp`, `nhs`, `npi`, `ssn`, `vin` | |
/// | `score` | how sure its findings are, above 0 and at most 1 | 0.9 |
/// | `examples` | `match`: texts in which it must find something (that between `«` and `»`, where they are), `not`: texts in which it must not. A policy whose example fails is refused | |
///
/// They run on the same plain view of the note as the built-in ones (fullwidth digits, all kinds of dashes, soft hyphens),
/// and time is linear in the note.
///
/// # Lists
///
/// An entry of `allow` or `deny` is a text, or a mapping of `text` or `file` (a text file beside the policy, one entry a line, `#`
/// starts a comment line), `category` and `match`. By default (`match: normalised`) case, width, kinds of dashes and amounts of
/// blank space do not matter; `match: exact` compares character by character. An entry stands for whole words.
///
/// What is denied is always found, with its `category` (`other_id` if none is said). A finding of an allowed text, or of a
/// part of it, is dropped where it has the `category` of the entry, or any where none is said; deny goes before allow. The
/// same text in both lists of one file is an error; in a file that extends another, it replaces the inherited entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    name: String,
    version: Option<usize>,
    regime: Regime,
    strict: bool,
    categories: BTreeMap<Category, CategoryPolicy>,
    detectors: Vec<Arc<OwnDetector>>,
    allow: Vec<ListEntry>,
    deny: Vec<ListEntry>,
    /// What is done to fields of messages, as it is written.
    messages: Option<Value>,
}

pub(super) const KEYS: &[&str] =
    &["name", "version", "regime", "extends", "strict", "categories", "detectors", "allow", "deny", "messages"];
pub(super) const CATEGORY_KEYS: &[&str] = &[
    "operator",
    "threshold",
    "keep",
    "mask_char",
    "keep_length",
    "keep_last",
    "initials",
    "numbered",
    "keyed",
    "whole_weeks",
    "max_days",
    "zip_census",
    "fallback",
];

impl Policy {
    /// A policy that ships with chartguard: `safe-harbor`, `limited-data-set`, `expert-determination` (a starting point; needs a key) or
    /// `redact-all` (Safe Harbor and strict, the profession too).
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn builtin(name: &str) -> Result<Self> {
        let (_, yaml) = BUILTIN
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| Error::unknown(ErrorCode::Config, "policy", name, Self::builtin_names()))?;
        Self::parse(yaml, None, 0)
    }

    /// The names [`builtin`](Self::builtin) knows.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// Reads a policy from YAML; JSON is YAML too. It may name no files: [`load`](Self::load) reads one that does.
    ///
    /// # Errors
    /// When the text is not YAML, holds a key, category, operator or value that does not exist (the error names it, where
    /// it stands, and the nearest one that exists), or its parts contradict each other.
    pub fn from_yaml(yaml: &str) -> Result<Self> {
        Self::read(yaml, None)
    }

    /// Reads a policy file. Files that it names are looked for beside it.
    ///
    /// # Errors
    /// As [`from_yaml`](Self::from_yaml), and when a file cannot be read.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let yaml = std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
        Self::read(&yaml, path.parent()).map_err(|e| e.at(Location::File(path.display().to_string())))
    }

    /// What a command line names: a built-in policy, or a file.
    ///
    /// # Errors
    /// As [`builtin`](Self::builtin) and [`load`](Self::load).
    pub fn named(name: &str) -> Result<Self> {
        if is_file(name) { Self::load(name) } else { Self::builtin(name) }
    }

    /// Reads a policy whose files are looked for in `folder`.
    pub(super) fn read(yaml: &str, folder: Option<&Path>) -> Result<Self> {
        let policy = Self::parse(yaml, folder, 0)?;
        policy.check()?;
        Ok(policy)
    }

    fn parse(yaml: &str, folder: Option<&Path>, depth: usize) -> Result<Self> {
        let value: Value = crate::yaml::parse(yaml, ErrorCode::Config)?;
        let file = Fields::new(&value, String::new(), KEYS)?;
        let mut policy = match file.text("extends")? {
            Some(parent) => Self::parent(parent, folder, depth).map_err(|e| e.at(Location::Key("extends".into())))?,
            // A policy that says nothing of a category removes it: silence must not leak.
            None => Self {
                name: "custom".into(),
                version: None,
                regime: Regime::None,
                strict: false,
                categories: Category::ALL.iter().map(|c| (*c, CategoryPolicy::default())).collect(),
                detectors: Vec::new(),
                allow: Vec::new(),
                deny: Vec::new(),
                messages: None,
            },
        };
        policy.name = match (file.text("name")?, policy.name.starts_with("custom")) {
            (Some(name), _) => name.to_owned(),
            (None, true) => policy.name,
            (None, false) => format!("custom ({})", policy.name),
        };
        policy.version = file.whole("version")?.or(policy.version);
        let stated = file.text("regime")?.map(|name| named(name, "regime", Regime::ALL, Regime::as_str)).transpose();
        let stated = stated.map_err(|e| e.at(Location::Key(file.path("regime"))))?;
        // One that is inherited holds too: a file that means to leave it says so.
        policy.regime = stated.unwrap_or(policy.regime);
        policy.strict = file.flag("strict")?.unwrap_or(policy.strict);
        policy.set_categories(&file)?;
        let mut own: Vec<Arc<OwnDetector>> = Vec::new();
        for (index, definition) in file.list("detectors")?.iter().enumerate() {
            let detector = OwnDetector::read(definition, &format!("detectors[{index}]"))?;
            if let Some(other) = own.iter().position(|other| other.name() == detector.name()) {
                let what = format!("`detectors[{other}]` has the same name, `{}`", detector.name());
                return Err(Error::config(what).at(Location::Key(format!("detectors[{index}].name"))));
            }
            own.push(Arc::new(detector));
        }
        policy.detectors.retain(|inherited| own.iter().all(|detector| detector.name() != inherited.name()));
        policy.detectors.extend(own);
        let (allow, deny) = (lists::read(&file, "allow", folder)?, lists::read(&file, "deny", folder)?);
        lists::merge(&mut policy.allow, &mut policy.deny, allow, deny)?;
        if let Some(messages) = file.get("messages") {
            merge(policy.messages.get_or_insert_default(), messages);
        }
        Ok(policy)
    }

    /// The policy that another one extends.
    fn parent(name: &str, folder: Option<&Path>, depth: usize) -> Result<Self> {
        if !is_file(name) {
            return Self::builtin(name);
        }
        if depth == MAX_DEPTH {
            return Err(Error::config(format!("policies extend each other more than {MAX_DEPTH} times")));
        }
        let path: PathBuf = lists::file_in(folder, name)?;
        let yaml = std::fs::read_to_string(&path).map_err(|e| Error::io(&path, &e))?;
        let parent = Self::parse(&yaml, path.parent(), depth + 1);
        parent.map_err(|e| e.at(Location::File(path.display().to_string())))
    }

    /// Says where parts of the policy contradict each other, so that something would stay that was meant to go.
    pub(super) fn check(&self) -> Result<()> {
        for (category, rule) in &self.categories {
            let at = |error: Error| error.at(Location::Key(format!("categories.{category}")));
            let operator = rule.operator.as_str();
            if let Some(why) = rule.operator.refuses(*category) {
                return Err(at(Error::config(format!("`{operator}` does not work on `{category}`: {why}"))));
            }
            if let Some(why) = self.regime.refuses(*category, rule) {
                let regime = self.regime.as_str();
                let hint = "a policy that means it states another regime (`regime: none`)";
                let what =
                    format!("`{operator}` is not allowed for `{category}` under the regime `{regime}`: {why}; {hint}");
                return Err(at(Error::config(what)));
            }
        }
        Rules::new(self)?;
        for entry in &self.deny {
            let category = entry.category.unwrap_or(Category::OtherId);
            if self.category(category).operator == Operator::Keep {
                let what = format!("a text is denied as `{category}`, and the policy keeps that category");
                return Err(Error::config(what).at(Location::Key("deny".into())));
            }
        }
        for detector in &self.detectors {
            let (category, score) = (detector.category(), detector.score());
            let threshold = self.threshold(category);
            if score < threshold {
                let name = detector.name();
                let what = format!(
                    "detector `{name}` scores {score}, under the threshold {threshold} of `{category}`: all it finds would stay"
                );
                return Err(Error::config(what).at(Location::Key("detectors".into())));
            }
        }
        Ok(())
    }

    /// The same policy with single categories changed, as the `categories` of a policy file would.
    pub(super) fn with_categories(mut self, categories: &Value) -> Result<Self> {
        let file = serde_json::json!({ "categories": categories });
        self.set_categories(&Fields::new(&file, String::new(), KEYS)?)?;
        self.leave_regime();
        Ok(self)
    }

    /// Gives up an inherited regime that does not let stay what the policy keeps.
    fn leave_regime(&mut self) {
        if self.categories.iter().any(|(category, rule)| self.regime.refuses_kept(*category, rule).is_some()) {
            self.regime = Regime::None;
            // Nobody shall read the name of a rule that the policy does not keep.
            if !self.name.starts_with("custom") {
                self.name = format!("custom ({})", self.name);
            }
        }
    }

    fn set_categories(&mut self, file: &Fields<'_>) -> Result<()> {
        let Some(categories) = file.get("categories") else { return Ok(()) };
        let known: Vec<&str> = Category::ALL.iter().map(|category| category.as_str()).collect();
        let Some(all) = categories.as_object() else {
            return Err(file.error("categories", "a mapping from categories to what is done to them is expected"));
        };
        if let Some(name) = all.keys().find(|name| !known.contains(&name.as_str())) {
            let error = Error::unknown(ErrorCode::Config, "category", name, known);
            return Err(error.at(Location::Key("categories".into())));
        }
        for (name, given) in all {
            let given = Fields::new(given, format!("categories.{name}"), CATEGORY_KEYS)?;
            let entry = self.categories.entry(Category::from_str(name)?).or_default();
            if let Some(operator) = given.text("operator")? {
                let found = named(operator, "operator", Operator::ALL, Operator::as_str);
                let found = found.map_err(|e| e.at(Location::Key(given.path("operator"))))?;
                if found != entry.operator {
                    // Options belong to the operator that was set with them.
                    entry.options = Options::default();
                }
                entry.operator = found;
            }
            if let Some(threshold) = given.number("threshold")? {
                if !(0.0..=1.0).contains(&threshold) {
                    return Err(given.error("threshold", "a threshold lies between 0 and 1"));
                }
                entry.threshold = threshold;
            }
            if given.get("keep").is_some() {
                let kinds = given.texts("keep")?.into_iter().map(|kind| {
                    serde_json::from_value(Value::from(kind)).map_err(|_| {
                        Error::unknown(ErrorCode::Config, "kind", kind, KINDS.iter().copied())
                            .at(Location::Key(given.path("keep")))
                    })
                });
                entry.keep = kinds.collect::<Result<_>>()?;
            }
            if let Some(mask) = given.text("mask_char")? {
                let mut characters = mask.chars();
                entry.options.mask_char = match (characters.next(), characters.next()) {
                    (Some(only), None) => only,
                    _ => return Err(given.error("mask_char", "one character is expected")),
                };
            }
            set_options(&mut entry.options, &given)?;
            let operator = entry.operator;
            let foreign = OPTION_KEYS.iter().find(|(key, of)| given.get(key).is_some() && !of.contains(&operator));
            if let Some((key, of)) = foreign {
                let of: Vec<String> = of.iter().map(|operator| format!("`{}`", operator.as_str())).collect();
                let what = format!("`{}` has no such option: it belongs to {}", operator.as_str(), of.join(", "));
                return Err(given.error(key, what));
            }
        }
        Ok(())
    }

    /// The policy's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The policy's version, if it states one.
    pub fn version(&self) -> Option<usize> {
        self.version
    }

    /// The rule that the policy is held to.
    pub fn regime(&self) -> Regime {
        self.regime
    }

    /// Whether [`restore`](super::restore()) has something to give back of what is scrubbed under this policy.
    pub fn restores(&self) -> bool {
        let encrypts = |rule: &CategoryPolicy| rule.options.fallback == Some(Fallback::Encrypt);
        self.categories.values().any(|rule| rule.operator.restores() || encrypts(rule))
    }

    /// The whole policy as a policy file, with all that it inherits written out: reading it gives the same policy.
    ///
    /// ```
    /// use chartguard::Policy;
    /// let policy = Policy::from_yaml("extends: limited-data-set\ncategories: {name: {operator: mask}}\nallow: [Babinski]")?;
    /// assert_eq!(Policy::from_yaml(&policy.to_yaml())?, policy);
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    pub fn to_yaml(&self) -> String {
        // A value of JSON is one of YAML. Writing to a String cannot fail.
        let mut out = format!("name: {}\n", Value::from(self.name.as_str()));
        if let Some(version) = self.version {
            let _ = writeln!(out, "version: {version}");
        }
        let _ = writeln!(out, "regime: {}\nstrict: {}\ncategories:", self.regime.as_str(), self.strict);
        for (category, rule) in &self.categories {
            let _ = writeln!(out, "  {category}: {}", rule.to_json());
        }
        let lists = [
            ("detectors", self.detectors.iter().map(|detector| detector.definition().clone()).collect::<Vec<_>>()),
            ("allow", self.allow.iter().map(ListEntry::to_json).collect()),
            ("deny", self.deny.iter().map(ListEntry::to_json).collect()),
        ];
        for (key, entries) in lists.into_iter().filter(|(_, entries)| !entries.is_empty()) {
            let _ = writeln!(out, "{key}:");
            for entry in entries {
                let _ = writeln!(out, "  - {entry}");
            }
        }
        match &self.messages {
            Some(Value::Object(messages)) => {
                out.push_str("messages:\n");
                for (key, content) in messages {
                    match content {
                        Value::Object(lines) if !lines.is_empty() => {
                            let _ = writeln!(out, "  {key}:");
                            for (path, rule) in lines {
                                let _ = writeln!(out, "    {}: {rule}", Value::from(path.as_str()));
                            }
                        }
                        _ => drop(writeln!(out, "  {key}: {content}")),
                    }
                }
            }
            Some(messages) => drop(writeln!(out, "messages: {messages}")),
            None => {}
        }
        out
    }

    /// What is done to a category.
    pub fn category(&self, category: Category) -> &CategoryPolicy {
        &self.categories[&category]
    }

    /// Changes what is done to a category.
    #[must_use]
    pub fn with_category(mut self, category: Category, policy: CategoryPolicy) -> Self {
        self.categories.insert(category, policy);
        self.leave_regime();
        self
    }

    /// What is done to fields of messages, as a policy file writes it.
    pub(crate) fn messages(&self) -> Option<&Value> {
        self.messages.as_ref()
    }

    /// The names of the policy's own detectors, inherited ones first.
    pub fn detectors(&self) -> impl Iterator<Item = &str> {
        self.detectors.iter().map(|detector| detector.name())
    }

    pub(super) fn own_detectors(&self) -> Option<OwnDetectors> {
        (!self.detectors.is_empty()).then(|| OwnDetectors(self.detectors.clone()))
    }

    /// Texts that are never found, of one category or of any.
    pub fn allow(&self) -> &[ListEntry] {
        &self.allow
    }

    /// Texts that are always found, each with its category.
    pub fn deny(&self) -> &[ListEntry] {
        &self.deny
    }

    /// Whether whatever is not known to be safe goes too.
    pub fn strict(&self) -> bool {
        self.strict
    }

    /// The same policy with strict mode on or off.
    #[must_use]
    pub fn with_strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// The score from which a finding of a category counts.
    fn threshold(&self, category: Category) -> f32 {
        let threshold = self.category(category).threshold;
        if self.strict { threshold.min(strict::THRESHOLD) } else { threshold }
    }

    /// Whether a finding is removed under this policy.
    pub(super) fn removes(&self, finding: &Finding) -> bool {
        let policy = self.category(finding.category);
        self.settles(finding) && policy.operator != Operator::Keep && !policy.keep.contains(&finding.kind)
    }

    /// Whether a finding is sure enough to be removed, or kept on purpose.
    pub(super) fn settles(&self, finding: &Finding) -> bool {
        finding.score >= self.threshold(finding.category)
    }
}

impl CategoryPolicy {
    /// As it is written in a policy file: what is not as it would be anyway.
    fn to_json(&self) -> Value {
        let mut out = serde_json::Map::new();
        let mut put = |key: &str, value: Value, usual: bool| {
            if !usual {
                out.insert(key.into(), value);
            }
        };
        let (options, usual) = (self.options, Options::default());
        put("operator", self.operator.as_str().into(), false);
        put("threshold", ((f64::from(self.threshold) * 1e6).round() / 1e6).into(), false);
        put("keep", serde_json::json!(self.keep), self.keep.is_empty());
        put("mask_char", options.mask_char.to_string().into(), options.mask_char == usual.mask_char);
        put("keep_length", options.keep_length.into(), options.keep_length == usual.keep_length);
        put("keep_last", options.keep_last.into(), options.keep_last == usual.keep_last);
        put("initials", options.initials.into(), options.initials == usual.initials);
        put("numbered", options.numbered.into(), options.numbered == usual.numbered);
        put("keyed", options.keyed.into(), options.keyed == usual.keyed);
        put("whole_weeks", options.whole_weeks.into(), options.whole_weeks == usual.whole_weeks);
        put("max_days", options.max_days.into(), options.max_days == usual.max_days);
        put("zip_census", options.zip_census.as_str().into(), options.zip_census == usual.zip_census);
        put("fallback", serde_json::json!(options.fallback), options.fallback.is_none());
        Value::Object(out)
    }
}

/// Lays `over` over what is inherited, member by member.
fn merge(inherited: &mut Value, over: &Value) {
    match (inherited, over) {
        (Value::Object(inherited), Value::Object(over)) => {
            for (key, value) in over {
                merge(inherited.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (inherited, over) => *inherited = over.clone(),
    }
}

/// The one of `known` that has a name.
fn named<T: Copy>(name: &str, what: &str, known: &[T], as_str: fn(T) -> &'static str) -> Result<T> {
    let found = known.iter().copied().find(|one| as_str(*one) == name);
    found.ok_or_else(|| Error::unknown(ErrorCode::Config, what, name, known.iter().map(|one| as_str(*one))))
}

/// Sets the options of an operator that are given.
fn set_options(options: &mut Options, given: &Fields<'_>) -> Result<()> {
    let flags = [
        ("keep_length", &mut options.keep_length),
        ("initials", &mut options.initials),
        ("numbered", &mut options.numbered),
        ("keyed", &mut options.keyed),
        ("whole_weeks", &mut options.whole_weeks),
    ];
    for (key, slot) in flags {
        *slot = given.flag(key)?.unwrap_or(*slot);
    }
    if let Some(count) = given.whole("keep_last")? {
        let count = u8::try_from(count).ok().filter(|count| *count <= 4);
        options.keep_last = count.ok_or_else(|| given.error("keep_last", "0 to 4 characters are expected"))?;
    }
    if let Some(days) = given.whole("max_days")? {
        let days = u16::try_from(days).ok().filter(|days| (7..=3650).contains(days));
        options.max_days = days.ok_or_else(|| given.error("max_days", "7 to 3650 days are expected"))?;
    }
    let census = match given.get("zip_census") {
        Some(Value::Number(year)) => Some(year.to_string()),
        _ => given.text("zip_census")?.map(str::to_owned),
    };
    if let Some(census) = census {
        let census = named(&census, "census", Census::ALL, Census::as_str);
        options.zip_census = census.map_err(|e| e.at(Location::Key(given.path("zip_census"))))?;
    }
    if let Some(fallback) = given.text("fallback")? {
        let known = [Fallback::Tag, Fallback::Error, Fallback::Encrypt];
        let fallback = named(fallback, "fallback", &known, Fallback::as_str);
        options.fallback = Some(fallback.map_err(|e| e.at(Location::Key(given.path("fallback"))))?);
    }
    Ok(())
}

impl Default for Policy {
    fn default() -> Self {
        Self::builtin("safe-harbor").expect("the built-in policy is tested")
    }
}

/// Kinds that a policy can keep.
const KINDS: &[&str] = &["whole", "street", "city", "county", "zip", "birth_date"];

/// Whether a name is that of a file rather than of a built-in policy.
fn is_file(name: &str) -> bool {
    Path::new(name).extension().is_some() || name.contains(std::path::MAIN_SEPARATOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_policies_cover_every_category() {
        for name in Policy::builtin_names() {
            let policy = Policy::builtin(name).unwrap();
            assert_eq!(policy.name(), name);
            for category in Category::ALL {
                assert!(policy.categories.contains_key(category), "{name} says nothing of {category}");
            }
        }
    }

    #[test]
    fn mistakes_are_named_with_the_nearest_name_and_the_place() {
        for (yaml, parts) in [
            ("categorys: {}", &["categorys", "categories"][..]),
            ("categories: {nam: {}}", &["nam", "`name`"]),
            ("categories: {name: {operater: tag}}", &["operater", "operator", "categories.name"]),
            ("categories: {name: {operator: tags}}", &["tags", "`tag`", "categories.name.operator"]),
            ("categories: {name: {threshold: 2}}", &["between 0 and 1", "categories.name.threshold"]),
            ("extends: safe-harbour", &["safe-harbor"]),
            ("allow: ['']", &["empty"]),
            ("categories: [\n", &["line"]),
        ] {
            let error = Policy::from_yaml(yaml).unwrap_err();
            assert!(error.is_config());
            for part in parts {
                assert!(error.to_string().contains(part), "{yaml}: {error}");
            }
        }
    }

    #[test]
    fn silence_about_a_category_removes_it() {
        let policy = Policy::from_yaml("allow: [x]").unwrap();
        assert_eq!(policy.category(Category::Profession).operator, Operator::Tag);
    }
}
