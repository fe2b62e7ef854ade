//! `each`: each item of a kind (goal, intervention, medication line) satisfies a check, or at least so many of them do.

use schemars::JsonSchema;
use serde::Deserialize;

use super::extract::FactKind;
use super::{Check, Note, Outcome};
use crate::error::Result;
use crate::rubric::terms::Vocabulary;
use crate::text::Span;

/// Each of `of` satisfies `satisfies`. Without any item it does not hold.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Each {
    of: FactKind,
    satisfies: Box<Check>,
    /// How many must satisfy it; all, where nothing is said.
    #[serde(default)]
    at_least: Option<usize>,
}

impl Each {
    pub(super) fn parts(&self) -> Vec<&Check> {
        vec![&self.satisfies]
    }

    pub(super) fn prepare(&mut self, vocabulary: &mut Vocabulary) -> Result<()> {
        self.satisfies.prepare(vocabulary)
    }

    pub(super) fn evaluate(&self, note: &Note<'_>, region: Span) -> Outcome {
        let items = self.of.spans(note, region);
        if items.is_empty() {
            return Outcome::fails(0.8);
        }
        let outcomes: Vec<(Span, Outcome)> =
            items.iter().map(|item| (*item, self.satisfies.evaluate(note, *item))).collect();
        if let Some((_, unknown)) = outcomes.iter().find(|(_, outcome)| !outcome.known) {
            return unknown.clone();
        }
        let good = outcomes.iter().filter(|(_, outcome)| outcome.holds).count();
        let needed = self.at_least.unwrap_or(items.len());
        let sure = |holds: bool| {
            outcomes.iter().filter(|(_, o)| o.holds == holds).map(|(_, o)| o.confidence).fold(f32::NAN, f32::min)
        };
        if good >= needed {
            let evidence = outcomes.iter().filter(|(_, o)| o.holds).map(|(item, _)| *item).collect();
            Outcome::holds(if good == 0 { 0.8 } else { sure(true) }, evidence)
        } else {
            // The items that fall short are where a reader must look.
            let evidence = outcomes.iter().filter(|(_, o)| !o.holds).map(|(item, _)| *item).collect();
            Outcome::fails_at(sure(false), evidence)
        }
    }
}
