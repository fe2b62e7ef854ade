//! The table of therapy codes: which are billed by time, the yearly thresholds and the modifiers, as data.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorCode, Result};
use crate::rubric::{Discipline, Timing};

const BUILTIN: &str = include_str!("../../../rubrics/therapy-codes.yaml");

static SHARED: LazyLock<CodeTable> = LazyLock::new(|| {
    let file = crate::yaml::parse(BUILTIN, ErrorCode::Internal).expect("the built-in table is tested");
    CodeTable::default().with(&file).expect("the built-in table is tested")
});

/// Which codes are billed by time, the yearly thresholds and the modifiers. Code numbers alone, never descriptions.
///
/// The built-in table follows the Medicare Claims Processing Manual (Pub. 100-04) ch. 5; a rubric's `billing:` or a file of
/// the same form replaces entries of it.
///
/// ```
/// use chartguard::rubric::{CodeTable, Timing};
/// let table = CodeTable::builtin();
/// assert_eq!(table.timing("97110"), Timing::Timed);
/// assert_eq!(table.timing("97150"), Timing::Untimed);
/// let own = CodeTable::from_yaml("codes: {'97033': untimed}")?;
/// assert_eq!((own.timing("97033"), own.timing("97110")), (Timing::Untimed, Timing::Timed));
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CodeTable {
    codes: BTreeMap<String, BilledBy>,
    discipline_modifiers: BTreeMap<Discipline, String>,
    assistant_modifiers: BTreeMap<Discipline, String>,
    assistant_share: f64,
    thresholds: BTreeMap<i16, Threshold>,
}

/// The form of a code table in a file; what is absent stays as it is built in.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeTableFile {
    /// How each code is billed.
    #[serde(default)]
    codes: BTreeMap<String, BilledBy>,
    /// The modifier of each discipline's plan.
    #[serde(default)]
    discipline_modifiers: BTreeMap<Discipline, String>,
    /// The modifier of a service that an assistant furnished, by discipline.
    #[serde(default)]
    assistant_modifiers: BTreeMap<Discipline, String>,
    /// The share of a service's minutes above which an assistant furnished it in part, 0 to 1.
    #[serde(default)]
    assistant_share: Option<f64>,
    /// Thresholds of allowed charges by calendar year.
    #[serde(default)]
    thresholds: BTreeMap<i16, Threshold>,
}

/// How a code is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum BilledBy {
    /// By the quarter of an hour.
    Timed,
    /// Once, whatever the time.
    Untimed,
}

/// The thresholds of one year, in dollars of allowed charges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Above it a line needs the KX modifier.
    pub kx: f64,
    /// Above it a claim may be reviewed.
    pub review: f64,
}

impl CodeTable {
    /// The table that ships with chartguard.
    pub fn builtin() -> &'static Self {
        &SHARED
    }

    /// The built-in table with the entries of a YAML (or JSON) file in place of its own.
    ///
    /// # Errors
    /// When the text is not such a file: with line and column, or the entry at fault.
    pub fn from_yaml(yaml: &str) -> Result<Self> {
        Self::builtin().clone().with(&crate::yaml::parse(yaml, ErrorCode::Config)?)
    }

    /// This table with the entries of a file in place of its own.
    pub(crate) fn with(mut self, file: &CodeTableFile) -> Result<Self> {
        for code in file.codes.keys() {
            if code.len() != 5 || !code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
                let shown: String = code.chars().take(12).collect();
                return Err(Error::config(format!("`{shown}` is no code: five digits, or a letter and four digits")));
            }
        }
        if file.assistant_share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            return Err(Error::config("`assistant_share` is a share from 0 to 1"));
        }
        self.codes.extend(file.codes.iter().map(|(code, by)| (code.clone(), *by)));
        self.discipline_modifiers.extend(file.discipline_modifiers.clone());
        self.assistant_modifiers.extend(file.assistant_modifiers.clone());
        self.assistant_share = file.assistant_share.unwrap_or(self.assistant_share);
        self.thresholds.extend(file.thresholds.clone());
        Ok(self)
    }

    /// How a code is billed; [`Timing::Unknown`] for one that is not in the table.
    pub fn timing(&self, code: &str) -> Timing {
        match self.codes.get(code) {
            Some(BilledBy::Timed) => Timing::Timed,
            Some(BilledBy::Untimed) => Timing::Untimed,
            None => Timing::Unknown,
        }
    }

    /// The modifier of a discipline's plan, such as `GP`.
    pub fn discipline_modifier(&self, discipline: Discipline) -> Option<&str> {
        self.discipline_modifiers.get(&discipline).map(String::as_str)
    }

    /// The discipline a modifier stands for.
    pub fn discipline_of(&self, modifier: &str) -> Option<Discipline> {
        self.discipline_modifiers.iter().find(|(_, own)| *own == modifier).map(|(discipline, _)| *discipline)
    }

    /// The modifier of a service that an assistant furnished, such as `CQ`.
    pub fn assistant_modifier(&self, discipline: Discipline) -> Option<&str> {
        self.assistant_modifiers.get(&discipline).map(String::as_str)
    }

    /// The share of a service's minutes above which an assistant furnished it in part.
    pub fn assistant_share(&self) -> f64 {
        self.assistant_share
    }

    /// The thresholds of a calendar year.
    pub fn threshold(&self, year: i16) -> Option<Threshold> {
        self.thresholds.get(&year).copied()
    }

    /// Every code, in order.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.codes.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_note_is_read_by_agrees_with_the_table() {
        for code in CodeTable::builtin().codes() {
            let facts = crate::rubric::extract(&format!("O: {code} given today"));
            let read = facts.services.iter().find(|s| s.code.as_deref() == Some(code)).map(|s| s.timing);
            assert_eq!(read, Some(CodeTable::builtin().timing(code)), "{code}");
        }
    }

    #[test]
    fn mistakes_in_a_table_are_named() {
        for (yaml, part) in [
            ("codes: {'9711': timed}", "9711"),
            ("codes: {'97110': sometimes}", "sometimes"),
            ("code: {}", "codes"),
            ("assistant_share: 10", "assistant_share"),
        ] {
            let error = CodeTable::from_yaml(yaml).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
