//! How an operator works, where it leaves a choice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Census, Operator};

/// What is done with a value that an operator cannot work on: a date that cannot be read, a number with too few digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fallback {
    /// It is replaced by its tag.
    Tag,
    /// The call fails; the error says where the value is, and nothing of it.
    Error,
    /// It is encrypted, so that it can be restored.
    Encrypt,
}

impl Fallback {
    /// The name used in policies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Error => "error",
            Self::Encrypt => "encrypt",
        }
    }
}

/// How an operator works, where it leaves a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own in a policy")]
pub struct Options {
    /// `mask`: the character that stands for each character.
    pub mask_char: char,
    /// `mask`: whether the length is kept; otherwise every mask is eight characters.
    pub keep_length: bool,
    /// `mask`: how many letters and digits at the end stay, 0 to 4.
    pub keep_last: u8,
    /// `mask`: whether the first letter of every word stays.
    pub initials: bool,
    /// `tag`: whether entities are numbered in the order of the note.
    pub numbered: bool,
    /// `surrogate`: whether they are worked out from the value under the key rather than drawn from the seed.
    pub keyed: bool,
    /// `date_shift`: whether dates move by whole weeks, so that weekdays stay.
    pub whole_weeks: bool,
    /// `date_shift`: the most days that a date moves, in either direction, 7 to 3650.
    pub max_days: u16,
    /// `generalize`: the census by which a three-digit ZIP area is populous.
    pub zip_census: Census,
    /// What is done with a value that the operator cannot work on. If nothing is said: `error` for `fpe`, `tag` for the others.
    pub fallback: Option<Fallback>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mask_char: '*',
            keep_length: true,
            keep_last: 0,
            initials: false,
            numbered: false,
            keyed: false,
            whole_weeks: false,
            max_days: 365,
            zip_census: Census::default(),
            fallback: None,
        }
    }
}

/// Each option by its name in a policy, with the operators that have it.
pub(in crate::scrub) const OPTION_KEYS: &[(&str, &[Operator])] = &[
    ("mask_char", &[Operator::Mask]),
    ("keep_length", &[Operator::Mask]),
    ("keep_last", &[Operator::Mask]),
    ("initials", &[Operator::Mask]),
    ("numbered", &[Operator::Tag]),
    ("keyed", &[Operator::Surrogate]),
    ("whole_weeks", &[Operator::DateShift]),
    ("max_days", &[Operator::DateShift]),
    ("zip_census", &[Operator::Generalize]),
    ("fallback", &[Operator::Surrogate, Operator::DateShift, Operator::Generalize, Operator::Fpe]),
];
