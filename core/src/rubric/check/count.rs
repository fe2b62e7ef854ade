//! `count`: there are at least, or at most, so many of a fact.

use schemars::JsonSchema;
use serde::Deserialize;

use super::extract::FactKind;
use super::{Note, Outcome};
use crate::text::Span;

/// How many of a fact there are.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Count {
    of: FactKind,
    #[serde(default)]
    at_least: usize,
    #[serde(default)]
    at_most: Option<usize>,
}

impl Count {
    pub(super) fn impossible(&self) -> bool {
        self.at_most.is_some_and(|most| most < self.at_least)
    }

    pub(super) fn evaluate(&self, note: &Note<'_>, region: Span) -> Outcome {
        let found = self.of.spans(note, region);
        let fits = found.len() >= self.at_least && self.at_most.is_none_or(|most| found.len() <= most);
        if fits { Outcome::holds(0.85, found) } else { Outcome::fails(0.85) }
    }
}
