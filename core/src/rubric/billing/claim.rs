//! What was billed for a day: the lines of a claim.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::rubric::Discipline;

/// What was billed for one patient, day and discipline.
///
/// As JSON: `{"date"?, "discipline"?, "lines": [{"code", "units", "modifiers"?, "minutes"?, "assistant_minutes"?}],
/// "charges"?, "charges_before"?}`.
///
/// ```
/// use chartguard::rubric::Claim;
/// let claim = Claim::from_json(r#"{"lines": [{"code": "97110", "units": 2, "modifiers": ["GP"]}]}"#)?;
/// assert_eq!(claim.lines[0].units, 2);
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Claim {
    /// The day of service, as `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date: Option<Date>,
    /// The discipline, where the modifiers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discipline: Option<Discipline>,
    /// The lines.
    pub lines: Vec<ClaimLine>,
    /// Allowed charges of this claim, in dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charges: Option<f64>,
    /// Allowed charges of the calendar year before this claim, in dollars: physical therapy and speech-language pathology
    /// together, occupational therapy alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charges_before: Option<f64>,
}

/// One line of a claim.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ClaimLine {
    /// The code.
    pub code: String,
    /// The units billed.
    pub units: u32,
    /// The modifiers, such as `GP`.
    #[serde(default)]
    pub modifiers: Vec<String>,
    /// The minutes of the service, where the claim gives them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// Those of them that an assistant furnished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistant_minutes: Option<u32>,
}

impl Claim {
    /// Reads a claim from JSON.
    ///
    /// # Errors
    /// When the text is not a claim: an unknown member is named, with line and column.
    pub fn from_json(json: &str) -> Result<Self> {
        let claim: Self = crate::yaml::parse(json, crate::ErrorCode::Config)?;
        claim.checked()
    }

    /// The claim, once its figures make sense.
    pub(crate) fn checked(self) -> Result<Self> {
        for line in &self.lines {
            if line.assistant_minutes.is_some_and(|own| line.minutes.is_none_or(|all| own > all)) {
                return Err(Error::config(
                    "`assistant_minutes` are part of `minutes`, which must be given and no less",
                ));
            }
        }
        let wrong = |amount: Option<f64>| amount.is_some_and(|amount| !amount.is_finite() || amount < 0.0);
        if wrong(self.charges) || wrong(self.charges_before) {
            return Err(Error::config("`charges` and `charges_before` are amounts of dollars, not below 0"));
        }
        Ok(self)
    }

    /// A claim of some lines.
    pub fn new(lines: impl IntoIterator<Item = ClaimLine>) -> Self {
        Self { lines: lines.into_iter().collect(), ..Self::default() }
    }
}

impl ClaimLine {
    /// A line of a code and its units.
    pub fn new(code: impl Into<String>, units: u32) -> Self {
        Self { code: code.into(), units, ..Self::default() }
    }

    /// Whether it has a modifier.
    pub(crate) fn has(&self, modifier: &str) -> bool {
        self.modifiers.iter().any(|own| own.eq_ignore_ascii_case(modifier))
    }
}
