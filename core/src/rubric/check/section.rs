//! `section`: a part of the note is there, is not empty, and satisfies a check.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Check, Note, Outcome};
use crate::error::{Error, Result};
use crate::rubric::check::terms::Names;
use crate::rubric::extract::outline::Topic;
use crate::rubric::extract::page::inside;
use crate::rubric::terms::{ListId, Vocabulary};
use crate::text::Span;

/// A part of the note under a heading of a topic, or of a term list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Section {
    /// What the heading is about.
    #[serde(default)]
    topic: Vec<Topic>,
    /// Term lists one of which the heading holds.
    #[serde(default)]
    heading: Names,
    /// How many words stand under it at least.
    #[serde(default = "one")]
    min_words: usize,
    /// What holds of its text.
    #[serde(default)]
    has: Option<Box<Check>>,
    #[serde(skip)]
    lists: Vec<ListId>,
}

fn one() -> usize {
    1
}

/// Words that fill a heading without saying anything.
const NOTHING: &[&str] = &["n/a", "na", "none", "tbd", "pending", "deferred", "_", "-", "blank"];

impl Section {
    pub(super) fn parts(&self) -> Vec<&Check> {
        self.has.iter().map(AsRef::as_ref).collect()
    }

    pub(super) fn lists(&self) -> Vec<String> {
        self.heading.iter().map(str::to_owned).chain(self.has.iter().flat_map(|check| check.lists())).collect()
    }

    pub(super) fn prepare(&mut self, vocabulary: &mut Vocabulary) -> Result<()> {
        for name in self.heading.iter() {
            self.lists.push(vocabulary.list(name)?);
        }
        if self.topic.is_empty() && self.lists.is_empty() {
            return Err(Error::rubric("`section` needs `topic` or `heading`"));
        }
        self.has.as_mut().map_or(Ok(()), |check| check.prepare(vocabulary))
    }

    pub(super) fn evaluate(&self, note: &Note<'_>, region: Span) -> Outcome {
        let page = &note.page;
        let mut evidence = Vec::new();
        let mut confidence: f32 = 0.9;
        for block in page.blocks.iter().filter(|block| region.contains(block.label)) {
            let named = self.lists.iter().any(|list| !page.hits(*list, block.label).is_empty());
            if !named && !self.topic.contains(&block.topic) {
                continue;
            }
            let body = block.body.of(page.text);
            let said = |word: &&str| {
                word.contains(char::is_alphanumeric) && !NOTHING.contains(&word.to_lowercase().trim_end_matches('.'))
            };
            // A signature that follows the last heading does not fill it.
            let signed = inside(&note.facts.signatures, block.body, |s| s.span).map(|s| s.span.of(page.text));
            let signed: usize = signed.map(|text| text.split_whitespace().filter(said).count()).sum();
            if body.split_whitespace().filter(said).count().saturating_sub(signed) < self.min_words {
                continue;
            }
            match &self.has {
                None => evidence.push(block.body),
                Some(check) => {
                    let inner = check.evaluate(note, block.body);
                    if inner.holds {
                        confidence = confidence.min(inner.confidence);
                        evidence.extend(inner.evidence);
                    }
                }
            }
        }
        if evidence.is_empty() { Outcome::fails(0.85) } else { Outcome::holds(confidence, evidence) }
    }
}
