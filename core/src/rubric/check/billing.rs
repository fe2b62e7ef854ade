//! `billing`: the claim keeps a rule, held against the minutes of the note.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Note, Outcome};
use crate::rubric::billing::{BillingRule, Documented, review_claim};

/// The rule.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Billing(BillingRule);

impl Billing {
    pub(super) fn evaluate(self, note: &Note<'_>) -> Outcome {
        let Some(claim) = note.given.claim else {
            return Outcome::unknown("Needs the units billed.");
        };
        let mut claim = claim.clone();
        claim.date = claim.date.or(note.given.date);
        claim.discipline = claim.discipline.or(note.discipline.known());
        let found = review_claim(self.0, &claim, &Documented::of(&note.facts), note.given.codes);
        let detail = found.remarks.join(" ");
        match found.holds {
            None => Outcome::unknown(detail),
            Some(holds) => Outcome { holds, detail, ..Outcome::holds(0.9, found.evidence) },
        }
    }
}
