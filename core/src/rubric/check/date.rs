//! `date`: a date of the visit or document is there, or any date.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Note, Outcome};
use crate::rubric::extract::page::holder;
use crate::text::Span;

/// Which date.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Date {
    /// The day of the visit, or on which the document was written.
    Visit,
    /// Any full date.
    Any,
}

impl Date {
    pub(super) fn evaluate(self, note: &Note<'_>, region: Span) -> Outcome {
        match self {
            Self::Visit => {
                let found: Vec<Span> =
                    note.facts.visit_dates.iter().copied().filter(|span| region.contains(*span)).collect();
                let signed =
                    found.first().is_some_and(|first| holder(&note.facts.signatures, *first, |s| s.span).is_some());
                if found.is_empty() {
                    return Outcome::fails(0.85);
                }
                // Where only the date of signing stands for that of the visit, it is less sure.
                Outcome::holds(if signed { 0.6 } else { 0.92 }, found.into_iter().take(2).collect())
            }
            Self::Any => Outcome::found(
                note.page
                    .dates(region)
                    .iter()
                    .filter(|d| d.month.is_some() && d.day.is_some())
                    .map(|d| d.span)
                    .collect(),
            ),
        }
    }
}
