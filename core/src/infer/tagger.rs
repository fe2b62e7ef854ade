//! Finds entities in a text with a token classifier, however long the text is.

use std::sync::Arc;

use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};

use super::labels::{Decoder, Found, Scheme};
use super::manifest::Aggregation;
use super::tokenizer::Piece;
use super::{Model, Task, batch};
use crate::cancel::{Cancel, NEVER};
use crate::error::{Error, Result};
use crate::text::Span;

/// Longer windows cost more for each piece (attention is quadratic) and bring little that a tagger uses.
const WINDOW: usize = 256;

/// Something a tagger found in a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entity {
    /// Where it is, in UTF-8 bytes of the text, without white space at its ends.
    pub span: Span,
    /// What it is: the model's label without its `B-` or `I-`.
    pub label: String,
    /// How sure, from 0 to 1: the mean probability of its words' labels.
    pub score: f32,
}

/// Finds entities with a token classification model; cheap to clone, shared between threads.
///
/// Labels may be BIO, BIOES, BILOU, or plain. A word takes the label of its first piece, or what `chartguard.json` says (`aggregation`);
/// entities under the threshold of their label there are left out.
#[derive(Debug, Clone)]
pub struct Tagger {
    model: Model,
    scheme: Arc<Scheme>,
    window: (usize, usize),
}

impl Tagger {
    /// A tagger with windows of up to 256 tokens, a quarter of each shared with the next, unless `chartguard.json` says otherwise.
    ///
    /// # Errors
    /// When the model is not a token classifier, or does not take such windows.
    pub fn new(model: Model) -> Result<Self> {
        model.expect(Task::TokenClassification)?;
        let window = model.0.window(WINDOW)?;
        let scheme = Scheme::new(model.labels());
        if scheme.types().is_empty() {
            return Err(Error::model("every label is `O`: expected labels for entities, such as `B-NAME`"));
        }
        Ok(Self { scheme: Arc::new(scheme), model, window })
    }

    /// The same tagger with windows of `tokens` tokens, special tokens included, of which each shares `overlap` with the
    /// next.
    ///
    /// # Errors
    /// When the model does not take so many tokens, or the overlap leaves less than half of a window to move on by.
    pub fn with_window(mut self, tokens: usize, overlap: usize) -> Result<Self> {
        self.model.0.check_window(tokens, overlap)?;
        self.window = (tokens, overlap);
        Ok(self)
    }

    /// The model it runs.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The labels entities can have: the model's own, each once, without `B-` and `I-`.
    pub fn labels(&self) -> &[String] {
        self.scheme.types()
    }

    /// The entities of `text`, in order, not overlapping.
    ///
    /// The whole text goes through the model, in windows that overlap; each piece is judged in the window in which it lies
    /// farthest from an edge. Memory does not grow with the text.
    ///
    /// # Errors
    /// When the model fails, gives something that is no number, or part of the text could not be shown to it.
    pub fn tag(&self, text: &str) -> Result<Vec<Entity>> {
        self.tag_until(text, &NEVER)
    }

    /// [`tag`](Self::tag), which a token stops between two windows.
    pub(crate) fn tag_until(&self, text: &str, cancel: &Cancel) -> Result<Vec<Entity>> {
        self.model.measured(|| {
            let before = self.model.0.tokenizer.tokens_before();
            let mut words = Words::new(self.model.0.manifest.aggregation, Decoder::new(&self.scheme));
            self.model.0.pass(text, self.window, |seen| {
                cancel.check()?;
                for at in seen.decided {
                    words.push(text, seen.pieces[at], &seen.rows.row(before + at))?;
                }
                Ok(())
            })?;
            let found = words.finish(text).into_iter().map(|found| self.named(found));
            Ok(found
                .filter(|entity| self.model.threshold(&entity.label).is_none_or(|least| entity.score >= least))
                .collect())
        })
    }

    /// [`tag`](Self::tag) for many texts on the current rayon pool, results in the order of the texts.
    pub fn tag_batch<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<Result<Vec<Entity>>> {
        batch(texts, |text| self.tag(text))
    }

    fn named(&self, found: Found) -> Entity {
        Entity { span: found.span, label: self.scheme.types()[found.kind].clone(), score: found.score }
    }
}

/// Joins pieces into words, and hands each word on with its label.
struct Words<'s> {
    aggregation: Aggregation,
    decoder: Decoder<'s>,
    found: Vec<Found>,
    /// The pieces of the word that is being read.
    pieces: Vec<Piece>,
    /// The probabilities of its labels so far: of one piece, or the sum over all.
    probabilities: Vec<f32>,
}

impl<'s> Words<'s> {
    fn new(aggregation: Aggregation, decoder: Decoder<'s>) -> Self {
        Self { aggregation, decoder, found: Vec::new(), pieces: Vec::new(), probabilities: Vec::new() }
    }

    fn push(&mut self, text: &str, piece: Piece, row: &ArrayView1<'_, f32>) -> Result<()> {
        let begins = piece.starts_word || self.pieces.is_empty();
        if begins {
            self.end_word(text);
        }
        self.pieces.push(piece);
        let given = probabilities(row)?;
        match self.aggregation {
            _ if begins => self.probabilities = given,
            Aggregation::First => {}
            Aggregation::Max => {
                let surest = |all: &[f32]| all.iter().copied().fold(0.0, f32::max);
                if surest(&given) > surest(&self.probabilities) {
                    self.probabilities = given;
                }
            }
            Aggregation::Average => self.probabilities.iter_mut().zip(given).for_each(|(sum, one)| *sum += one),
        }
        Ok(())
    }

    fn end_word(&mut self, text: &str) {
        let parts = if self.aggregation == Aggregation::Average { self.pieces.len() as f32 } else { 1.0 };
        let (label, probability) = likeliest(&self.probabilities);
        for piece in self.pieces.drain(..) {
            self.decoder.push(text, piece, label, probability / parts, &mut self.found);
        }
    }

    fn finish(mut self, text: &str) -> Vec<Found> {
        self.end_word(text);
        self.decoder.finish(&mut self.found);
        self.found
    }
}

/// The probabilities of a row of logits (softmax).
fn probabilities(row: &ArrayView1<'_, f32>) -> Result<Vec<f32>> {
    let highest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if row.iter().any(|logit| logit.is_nan()) || highest == f32::INFINITY {
        return Err(Error::inference("the model gave a logit that is not a finite number"));
    }
    if highest == f32::NEG_INFINITY {
        return Err(Error::inference("the model gave no likelihood to any label"));
    }
    let powers: Vec<f32> = row.iter().map(|logit| (logit - highest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    Ok(powers.into_iter().map(|power| power / sum).collect())
}

/// The likeliest label, the first of several, and its probability.
fn likeliest(probabilities: &[f32]) -> (usize, f32) {
    let first = probabilities.iter().copied().enumerate().reduce(|best, one| if one.1 > best.1 { one } else { best });
    first.unwrap_or((0, 0.0))
}

#[cfg(test)]
mod tests {
    use ndarray::aview1;

    use super::*;

    #[test]
    fn softmax_and_what_is_no_number() {
        let (label, probability) = likeliest(&probabilities(&aview1(&[0.0, 1000.0, 1000.0])).unwrap());
        assert_eq!(label, 1);
        assert!((probability - 0.5).abs() < 1e-6);
        assert!(probabilities(&aview1(&[0.0, f32::NEG_INFINITY])).is_ok());
        for row in [&[0.0, f32::NAN][..], &[f32::INFINITY, 0.0], &[f32::NEG_INFINITY], &[]] {
            assert!(probabilities(&aview1(row)).unwrap_err().is_model());
        }
    }

    #[test]
    fn a_words_label_is_made_of_its_pieces() {
        use crate::text::Span;
        // "Stenka" in three pieces: the first says nothing, the second is sure of a name, the third of a date but less.
        let text = "Stenka";
        let pieces = [(0, 2, true, [1.0, 0.9, 0.0]), (2, 4, false, [0.0, 4.0, 0.0]), (4, 6, false, [0.0, 0.0, 2.0])];
        let labels: Vec<String> = ["O", "NAME", "DATE"].map(String::from).to_vec();
        let scheme = Scheme::new(&labels);
        for (aggregation, expected) in
            [(Aggregation::First, None), (Aggregation::Max, Some(0)), (Aggregation::Average, Some(0))]
        {
            let mut words = Words::new(aggregation, Decoder::new(&scheme));
            for (start, end, starts_word, row) in pieces {
                words.push(text, Piece { id: 0, span: Span::new(start, end), starts_word }, &aview1(&row)).unwrap();
            }
            let found = words.finish(text);
            assert_eq!(found.first().map(|one| (one.kind, one.span)), expected.map(|kind| (kind, Span::new(0, 6))));
            assert!(found.iter().all(|one| one.score > 0.4 && one.score <= 1.0));
        }
    }
}
