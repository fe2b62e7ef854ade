//! `judge`: whoever the caller brings to judge, such as a language model, answers a question about the text.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Note, Outcome};
use crate::error::{Error, Result};
use crate::rubric::Question;
use crate::text::Span;

/// The question.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    /// What is asked, such that "yes" means that the check holds.
    question: String,
}

impl Ask {
    pub(super) fn prepare(&self) -> Result<()> {
        if self.question.trim().is_empty() {
            return Err(Error::rubric("`judge` needs a `question`"));
        }
        Ok(())
    }

    pub(super) fn evaluate(&self, note: &Note<'_>, region: Span) -> Outcome {
        let Some(judge) = note.given.judge else {
            return Outcome::unknown("Needs a judge, and none was given.");
        };
        let text = region.of(note.page.text);
        let answer = match judge.judge(&Question { question: &self.question, text }) {
            Ok(answer) => answer,
            Err(error) => return note.failed(error),
        };
        let Some(holds) = answer.holds else {
            return Outcome { judged: true, ..Outcome::unknown("The judge could not tell.") };
        };
        // A place that is none of the text is dropped: the judge may have made it up.
        let places = answer.evidence.iter().filter(|span| text.get(span.range()).is_some() && !span.is_empty());
        let evidence = places.map(|span| Span::new(region.start + span.start, region.start + span.end)).collect();
        Outcome { holds, judged: true, ..Outcome::holds(answer.confidence.clamp(0.0, 1.0), evidence) }
    }
}
