//! What is done to each field of a message: tables that are data, and a policy's own lines over them.
//!
//! A rule is a word: `keep`, `remove`, `text` (free text, which is scrubbed), what the value is (a category, or finer: `birth_date`,
//! `instant`, `street`, `city`, `county`, `zip`), `link` or `uuid` (an id by which parts of a message point at each other), or the name of
//! a data type that has rules of its own. A second word says what the value tells of the patient, by the members of
//! [`Demographics`](crate::scrub::Demographics).

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::known::Role;
use crate::cancel::{Cancel, NEVER};
use crate::error::{Error, ErrorCode, Location, Result};
use crate::scrub::{Category, CategoryPolicy, Kind, Operator, Place, Policy, Regime};

/// What is done to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rule {
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
pub(super) struct Entry {
    pub(super) rule: Rule,
    pub(super) role: Option<Role>,
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
    "street",
    "city",
    "county",
    "state",
    "zip",
];

impl Entry {
    /// Reads a line: `keep`, `mrn mrns`, `XPN names`.
    pub(super) fn read(line: &str) -> Result<Self> {
        let mut words = line.split_whitespace();
        let rule = Self::rule(words.next().unwrap_or_default())?;
        let role = words.next().map(Role::read).transpose()?;
        if words.next().is_some() {
            return Err(Error::config("a rule has at most two words: what is done, and what it tells of the patient"));
        }
        Ok(Self { rule, role })
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
pub(super) struct Table {
    /// By data type or segment, then by field: `PID`, `3`.
    pub(super) groups: HashMap<String, HashMap<String, Entry>>,
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
    pub(super) fn has(&self, group: &str) -> bool {
        self.groups.contains_key(group)
    }

    pub(super) fn get(&self, group: &str, path: &str) -> Option<&Entry> {
        self.groups.get(group)?.get(path)
    }
}

pub(super) static HL7: LazyLock<Table> =
    LazyLock::new(|| Table::built_in(include_str!("../../policies/messages/hl7v2.yaml")));

pub(super) static FHIR: LazyLock<Table> =
    LazyLock::new(|| Table::built_in(include_str!("../../policies/messages/fhir.yaml")));

pub(super) static CDA: LazyLock<Table> =
    LazyLock::new(|| Table::built_in(include_str!("../../policies/messages/cda.yaml")));

/// A policy's own lines, and what becomes of what no table knows.
pub(super) struct Rules {
    /// What is done to unknown fields: [`Rule::Remove`] unless the policy says otherwise.
    pub(super) unknown: Rule,
    own: HashMap<(&'static str, String), Entry>,
    /// How deep documents lie within each other so far.
    pub(super) depth: usize,
    /// What readers look at.
    pub(super) cancel: Cancel,
}

const FORMATS: &[&str] = &["hl7", "fhir", "cda"];

impl Rules {
    /// The rules of a policy.
    ///
    /// # Errors
    /// When its `messages` names a format, a rule or a member that does not exist, or keeps a field that its regime does not let stay.
    pub(super) fn new(policy: &Policy) -> Result<Self> {
        let mut rules = Self { unknown: Rule::Remove, own: HashMap::new(), depth: 0, cancel: NEVER.clone() };
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
                        && let Some(why) = refuses_kept(policy.regime(), built_in(format, path))
                    {
                        return Err(Error::config(why).at(at()));
                    }
                    rules.own.insert((format, path.clone()), entry);
                }
            }
        }
        Ok(rules)
    }

    /// The same, for a reader that stops when `cancel` is set.
    pub(super) fn until(self, cancel: &Cancel) -> Self {
        Self { cancel: cancel.clone(), ..self }
    }

    /// What the policy itself says of a field.
    pub(super) fn own(&self, format: &'static str, path: &str) -> Option<&Entry> {
        if self.own.is_empty() {
            return None;
        }
        self.own.get(&(format, path.to_owned()))
    }

    /// The same rules for a document within this one.
    ///
    /// # Errors
    /// When documents lie too deep within each other.
    pub(super) fn within(&self) -> Option<Self> {
        (self.depth < super::MAX_EMBEDDED).then(|| Self {
            unknown: self.unknown.clone(),
            own: self.own.clone(),
            depth: self.depth + 1,
            cancel: self.cancel.clone(),
        })
    }
}

/// What the tables say of a field that a policy names: `PID-19`, `Patient.name`.
fn built_in(format: &str, path: &str) -> Option<&'static Rule> {
    let (table, separator) = match format {
        "hl7" => (&HL7, '-'),
        "fhir" => (&FHIR, '.'),
        _ => (&CDA, '.'),
    };
    let (group, field) = path.split_once(separator)?;
    table.get(group, field).map(|entry| &entry.rule)
}

/// Data types of what a code says.
const CODED: &[&str] = &["CWE", "CQ", "Coded", "CodeableConcept", "Coding", "Measured", "Quantity"];

/// Why a field may not stay as it is under a regime; a field that no table knows is known to whoever writes the policy.
fn refuses_kept(regime: Regime, built_in: Option<&Rule>) -> Option<String> {
    let held = matches!(regime, Regime::SafeHarbor | Regime::LimitedDataSet);
    let what = match built_in? {
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
