//! `similarity`: a sentence says what one of several exemplars says, by the vectors that a sentence model of the caller's makes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::terms::{Qualifier, counts};
use super::{Note, Outcome};
use crate::error::{Error, Result};
use crate::text::Span;

/// Sentences and how near to them a sentence of the note must be.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Similarity {
    /// Sentences that say it, in different words.
    to: Vec<String>,
    /// Sentences that say something else, though in like words. A sentence must be nearer to one of `to` than to all of these: vectors
    /// hardly tell "walks without help" from "does not walk without help".
    #[serde(default)]
    unlike: Vec<String>,
    /// The least cosine, above 0 and up to 1. What is near depends on the model.
    at_least: f32,
    /// Qualifiers that do not matter; a sentence most of whose words stand under another one does not count.
    #[serde(default)]
    accept: Vec<Qualifier>,
}

impl Similarity {
    pub(super) fn prepare(&self) -> Result<()> {
        if self.to.is_empty() || self.exemplars().any(|text| text.trim().is_empty()) {
            return Err(Error::rubric("`similarity` needs sentences under `to`, and none that is empty"));
        }
        if !(self.at_least > 0.0 && self.at_least <= 1.0) {
            return Err(Error::rubric("`at_least` of `similarity` is above 0 and up to 1"));
        }
        Ok(())
    }

    pub(super) fn exemplars(&self) -> impl Iterator<Item = &str> {
        self.to.iter().chain(&self.unlike).map(String::as_str)
    }

    pub(super) fn evaluate(&self, note: &Note<'_>, region: Span) -> Outcome {
        let models = note.given.models;
        if !models.embeds() {
            return Outcome::unknown("Needs a sentence model, and none was given.");
        }
        let mut found = Vec::new();
        let mut nearest = 0.0_f32;
        for sentence in note.sentences(region) {
            let mut vectors = note.vectors.borrow_mut();
            let vector = match vectors.get(&sentence) {
                Some(vector) => vector,
                None => match models.vector(sentence.of(note.page.text)) {
                    Ok(vector) => vectors.entry(sentence).or_insert(vector),
                    Err(error) => return note.failed(error),
                },
            };
            let most = |texts: &[String]| texts.iter().map(|text| models.near(vector, text)).fold(-1.0_f32, f32::max);
            let near = most(&self.to);
            if near <= most(&self.unlike) || !self.says(note, sentence) {
                continue;
            }
            nearest = nearest.max(near);
            if near >= self.at_least {
                found.push(sentence);
            }
        }
        let room = if found.is_empty() { self.at_least } else { 1.0 - self.at_least };
        let confidence = (0.5 + 0.5 * (nearest - self.at_least).abs() / room.max(f32::EPSILON)).min(1.0);
        let outcome = if found.is_empty() { Outcome::fails(confidence) } else { Outcome::holds(confidence, found) };
        Outcome { judged: true, ..outcome }
    }

    /// Whether most words of a sentence are meant of the patient and of today.
    fn says(&self, note: &Note<'_>, sentence: Span) -> bool {
        let words = super::super::extract::page::inside(&note.page.words, sentence, |word| word.span);
        let (mut all, mut counted) = (0, 0);
        for word in words {
            all += 1;
            counted += usize::from(counts(note, word.span, &self.accept));
        }
        2 * counted >= all
    }
}
