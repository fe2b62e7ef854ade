//! `classifier`: a classification model of the caller's gives a label to the text, or to a sentence of it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Note, Outcome};
use crate::error::{Error, Result};
use crate::rubric::models::Models;
use crate::text::Span;

/// The label that is asked for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Labelled {
    /// The name the caller gives the model; where nothing is said, the only one there is.
    #[serde(default)]
    model: Option<String>,
    /// The label, as the model spells it.
    label: String,
    /// The least score, above 0 and up to 1.
    #[serde(default = "half")]
    at_least: f32,
    /// What is shown to the model.
    #[serde(default)]
    each: Each,
}

/// What is shown to a classification model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Each {
    /// The note, or the part of it that the rubric names, at once.
    #[default]
    Text,
    /// Every sentence by itself; one that has the label is enough.
    Sentence,
}

fn half() -> f32 {
    0.5
}

impl Labelled {
    pub(super) fn prepare(&self) -> Result<()> {
        if self.label.trim().is_empty() {
            return Err(Error::rubric("`classifier` needs a `label`"));
        }
        if !(self.at_least > 0.0 && self.at_least <= 1.0) {
            return Err(Error::rubric("`at_least` of `classifier` is above 0 and up to 1"));
        }
        Ok(())
    }

    #[cfg(feature = "onnx")]
    pub(super) fn asked(&self) -> (Option<&str>, &str) {
        (self.model.as_deref(), &self.label)
    }

    /// Whether the model it asks is there.
    pub(super) fn answered(&self, models: &Models) -> bool {
        models.classifies(self.model.as_deref())
    }

    pub(super) fn evaluate(&self, note: &Note<'_>, region: Span) -> Outcome {
        let models = note.given.models;
        if !self.answered(models) {
            let named = self.model.as_ref().map_or_else(String::new, |name| format!(" `{name}`"));
            return Outcome::unknown(format!("Needs the classification model{named}, and it was not given."));
        }
        let parts: Vec<Span> = match self.each {
            Each::Text => vec![region],
            Each::Sentence => note.sentences(region).collect(),
        };
        let mut found = Vec::new();
        let mut surest = 0.0_f32;
        for part in parts {
            match models.score(self.model.as_deref(), &self.label, part.of(note.page.text)) {
                Ok(score) => {
                    surest = surest.max(score);
                    if score >= self.at_least {
                        found.push(part);
                    }
                }
                Err(error) => return note.failed(error),
            }
        }
        let outcome = if found.is_empty() { Outcome::fails(1.0 - surest) } else { Outcome::holds(surest, found) };
        Outcome { judged: true, ..outcome }
    }
}
