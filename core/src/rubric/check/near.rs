//! `near`: two things stand in one sentence, on one line, in one part of the note, or within so many words.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Check, Note, Outcome};
use crate::error::Result;
use crate::rubric::terms::Vocabulary;
use crate::text::Span;

/// More places than this are not tried: what holds shows in the first ones.
const MAX_PLACES: usize = 64;

/// How near.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Within {
    /// In one sentence.
    Sentence,
    /// On one line.
    Line,
    /// Under one heading.
    Section,
    /// With at most so many words between.
    Words(usize),
}

/// Both `a` and `b`, near each other.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Near {
    a: Box<Check>,
    b: Box<Check>,
    within: Within,
}

impl Near {
    pub(super) fn parts(&self) -> Vec<&Check> {
        vec![&self.a, &self.b]
    }

    pub(super) fn prepare(&mut self, vocabulary: &mut Vocabulary) -> Result<()> {
        self.a.prepare(vocabulary)?;
        self.b.prepare(vocabulary)
    }

    pub(super) fn evaluate(&self, note: &Note<'_>, region: Span) -> Outcome {
        let first = self.a.evaluate(note, region);
        let mut evidence = Vec::new();
        let mut confidence = first.confidence;
        for place in first.evidence.into_iter().take(MAX_PLACES) {
            let around = self.around(note, place);
            let inside = Span::new(
                around.start.max(region.start),
                around.end.min(region.end).max(around.start.max(region.start)),
            );
            let second = self.b.evaluate(note, inside);
            if second.holds {
                confidence = confidence.min(second.confidence);
                evidence.push(second.evidence.first().map_or(place, |other| place.cover(*other)));
            }
        }
        if evidence.is_empty() { Outcome::fails(0.8) } else { Outcome::holds(confidence, evidence) }
    }

    fn around(&self, note: &Note<'_>, place: Span) -> Span {
        let page = &note.page;
        match self.within {
            Within::Sentence => page.sentence(place.start).cover(place),
            Within::Line => page.line(place.start).cover(place),
            Within::Section => {
                let block = page
                    .blocks
                    .iter()
                    .rev()
                    .find(|b| b.major && b.label.start <= place.start && place.start < b.body.end);
                block.map_or_else(|| page.whole(), |b| b.body.cover(place))
            }
            Within::Words(n) => {
                let words = &page.words;
                let first = words.partition_point(|word| word.span.start < place.start).saturating_sub(n + 1);
                let last =
                    (words.partition_point(|word| word.span.end <= place.end) + n).min(words.len().saturating_sub(1));
                match (words.get(first), words.get(last)) {
                    (Some(a), Some(b)) => a.span.cover(b.span).cover(place),
                    _ => place,
                }
            }
        }
    }
}
