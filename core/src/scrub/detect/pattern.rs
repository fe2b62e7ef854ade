//! The one pass over the text for all patterns.

use super::{Detector, Note};
use crate::scrub::{Category, Finding, Kind};

/// What a validator thinks of a matched value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validity {
    /// The check digit or structure holds: the score is raised.
    Valid,
    /// There is nothing to check.
    Unknown,
    /// The check fails: a finding only beside a cue, and a weaker one.
    Invalid,
    /// It cannot be this at all, whatever stands beside it.
    Never,
}

/// A detector that is data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pattern {
    /// Name in findings: file and variant, such as `ssn.dashed`.
    pub(crate) name: &'static str,
    /// What it finds.
    pub(crate) category: Category,
    /// What it finds within the category.
    pub(crate) kind: Kind,
    /// Verbose-mode regular expression, matched where a word or number starts. A group named `v` is the finding; without
    /// one the whole match is.
    pub(crate) regex: &'static str,
    /// Score without a cue; 0 when it is a finding only beside a cue.
    pub(crate) score: f32,
    /// Judges the matched value.
    pub(crate) validate: Option<fn(&str) -> Validity>,
    /// Whole words, lower case, that raise the score when they stand shortly before the value.
    pub(crate) cues: &'static [&'static str],
    /// Where the rule comes from.
    pub(crate) source: &'static str,
    /// Lines that must match; what must be found stands between `«` and `»`.
    pub(crate) matches: &'static [&'static str],
    /// Near misses that must not match.
    pub(crate) rejects: &'static [&'static str],
}

/// All patterns, compiled into one automaton.
pub(crate) struct Patterns {}

impl Patterns {
    /// The built-in patterns.
    pub(crate) fn builtin() -> Self {
        Self {}
    }
}

impl Detector for Patterns {
    fn detect(&self, _note: &Note<'_>, _findings: &mut Vec<Finding>) -> crate::Result<()> {
        Ok(())
    }
}
