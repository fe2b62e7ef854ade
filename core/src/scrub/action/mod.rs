//! What is done to a finding: one file an operator, one registry.

mod mask;
mod remove;
mod tag;

use serde::{Deserialize, Serialize};

use super::Finding;

/// What is done to a finding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operator {
    /// Replaced by its category: `[NAME]`.
    #[default]
    Tag,
    /// Replaced by as many marks as it had characters; blanks and line breaks stay.
    Mask,
    /// Removed.
    Remove,
    /// Left as it is: the category is not removed under this policy.
    Keep,
}

impl Operator {
    pub(crate) const ALL: &'static [(&'static str, Self)] =
        &[("tag", Self::Tag), ("mask", Self::Mask), ("remove", Self::Remove), ("keep", Self::Keep)];

    /// The name used in policies and in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Mask => "mask",
            Self::Remove => "remove",
            Self::Keep => "keep",
        }
    }

    /// Appends what stands in place of `original`.
    pub(crate) fn apply(self, finding: &Finding, original: &str, options: Options, out: &mut String) {
        match self {
            Self::Tag => tag::apply(finding, out),
            Self::Mask => mask::apply(original, options, out),
            Self::Remove => remove::apply(),
            Self::Keep => out.push_str(original),
        }
    }
}

/// How an operator works, where it leaves a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// `mask`: the character that stands for each character.
    pub mask_char: char,
    /// `mask`: whether the length is kept; otherwise every mask is eight characters.
    pub keep_length: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { mask_char: '*', keep_length: true }
    }
}
