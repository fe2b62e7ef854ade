//! What is done to a finding: one file an operator, one registry.

mod date_form;
mod date_shift;
mod encrypt;
mod fpe;
mod generalize;
mod hash;
mod keep;
mod mask;
mod options;
mod remove;
mod surrogate;
mod tag;
mod worker;
mod zip;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) use encrypt::{MARK, TokenKeys, skeleton, tokens};
pub(super) use fpe::Fpe;
pub(super) use options::OPTION_KEYS;
pub use options::{Fallback, Options};
pub(super) use worker::{Memory, Piece, Secrets, Worker};
pub use zip::Census;

use super::Category;

/// What is done to a finding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operator {
    /// Replaced by its category: `[NAME]`, or `[NAME-2]` where entities are numbered.
    #[default]
    Tag,
    /// Replaced by as many marks as it had characters; blanks and line breaks stay.
    Mask,
    /// Removed.
    Remove,
    /// Replaced by an invented value of the same kind, case and format that belongs to nobody; drawn from a seed, or keyed so
    /// that one person has one surrogate in every note.
    Surrogate,
    /// Moved by a number of days that is the same for all notes of one patient: intervals stay. Key required.
    DateShift,
    /// Made coarser: a date to its year, an age over 89 to `90+`, a ZIP code to its first three digits or `000`.
    Generalize,
    /// Replaced by an HMAC-SHA-256 of the value. Key required.
    Hash,
    /// Replaced by a token from which the key gives the value back. Key required.
    Encrypt,
    /// Replaced by another number of the same format, from which the key gives the value back (FF1). Key required.
    Fpe,
    /// Left as it is: the category is not removed under this policy.
    Keep,
}

impl Operator {
    /// Every operator, in the order of the documentation.
    pub const ALL: &'static [Self] = &[
        Self::Tag,
        Self::Mask,
        Self::Remove,
        Self::Surrogate,
        Self::DateShift,
        Self::Generalize,
        Self::Hash,
        Self::Encrypt,
        Self::Fpe,
        Self::Keep,
    ];

    /// The name used in policies and in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Mask => "mask",
            Self::Remove => "remove",
            Self::Surrogate => "surrogate",
            Self::DateShift => "date_shift",
            Self::Generalize => "generalize",
            Self::Hash => "hash",
            Self::Encrypt => "encrypt",
            Self::Fpe => "fpe",
            Self::Keep => "keep",
        }
    }

    /// Why the operator cannot work on a category, under any regime; `None` where it can.
    pub fn refuses(self, category: Category) -> Option<&'static str> {
        use Category as C;
        match self {
            Self::Tag | Self::Mask | Self::Remove | Self::Hash | Self::Encrypt | Self::Keep => None,
            Self::Surrogate => match category {
                C::Date => {
                    Some("an invented date would break every interval: `date_shift` keeps them, `generalize` the year")
                }
                C::Age => Some("an invented age misleads whoever computes with it: `generalize` gives `90+`"),
                _ => None,
            },
            Self::DateShift => (category != C::Date).then_some("only a date can be moved by days"),
            Self::Generalize => match category {
                C::Date | C::Age | C::Location => None,
                _ => Some("there is no coarser value of its kind: dates, ages and locations have one"),
            },
            Self::Fpe => match category {
                C::Phone
                | C::Fax
                | C::Ssn
                | C::Mrn
                | C::HealthPlan
                | C::Account
                | C::License
                | C::Vehicle
                | C::Device
                | C::Biometric
                | C::OtherId => None,
                C::Ip => Some("an encrypted group of digits may be no part of an address: use `surrogate`"),
                C::Date => Some("encrypted digits are no calendar date: use `date_shift`"),
                _ => Some("it is no number or code of a million possible values: use `encrypt` or `surrogate`"),
            },
        }
    }

    /// Whether the result is worked out from the value under the caller's key.
    pub fn needs_key(self, options: Options) -> bool {
        match self {
            Self::DateShift | Self::Hash | Self::Encrypt | Self::Fpe => true,
            Self::Surrogate => options.keyed,
            _ => options.fallback == Some(Fallback::Encrypt),
        }
    }

    /// Whether [`restore`](super::restore()) gives the value back from the scrubbed text.
    pub fn restores(self) -> bool {
        matches!(self, Self::Encrypt | Self::Fpe)
    }
}
