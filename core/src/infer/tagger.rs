//! Finds entities in a text with a token classifier, however long the text is.

use std::sync::Arc;

use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};

use super::labels::{Decoder, Found, Scheme};
use super::windows::Windows;
use super::{Model, directory, tokenizer};
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
/// Labels may be BIO, BIOES, BILOU, or plain. A word takes the label of its first piece.
#[derive(Debug, Clone)]
pub struct Tagger {
    model: Model,
    scheme: Arc<Scheme>,
    /// Tokens in a window, special tokens included.
    window: usize,
    overlap: usize,
}

impl Tagger {
    /// A tagger with windows of up to 256 tokens, a quarter of each shared with the next.
    ///
    /// # Errors
    /// When the model is not a token classifier.
    pub fn new(model: Model) -> Result<Self> {
        let window = model.max_tokens().min(WINDOW);
        let scheme = Scheme::new(model.labels());
        if scheme.types().is_empty() {
            return Err(Error::model("every label is `O`: expected labels for entities, such as `B-NAME`"));
        }
        Ok(Self { scheme: Arc::new(scheme), model, window, overlap: window / 4 })
    }

    /// The same tagger with windows of `tokens` tokens, special tokens included, of which each shares `overlap` with the
    /// next.
    ///
    /// # Errors
    /// When the model does not take so many tokens, or the overlap leaves less than half of a window to move on by.
    pub fn with_window(mut self, tokens: usize, overlap: usize) -> Result<Self> {
        let least = self.model.0.tokenizer.special_tokens() + directory::LEAST_PIECES;
        if !(least..=self.model.max_tokens()).contains(&tokens) {
            return Err(Error::config(format!(
                "a window of {tokens} tokens: expected {least} to {}",
                self.model.max_tokens()
            )));
        }
        let most = (tokens - self.model.0.tokenizer.special_tokens()) / 2;
        if overlap > most {
            return Err(Error::config(format!(
                "windows of {tokens} tokens that share {overlap}: expected at most {most}"
            )));
        }
        (self.window, self.overlap) = (tokens, overlap);
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
        let tokenizer = &self.model.0.tokenizer;
        let mut session = self.model.0.network.session();
        let mut windows = Windows::new(self.window - tokenizer.special_tokens(), self.overlap);
        let mut decoder = Decoder::new(&self.scheme);
        let mut found = Vec::new();
        // The pieces that windows still need, and how many went before them.
        let mut pieces = Vec::new();
        let mut gone = 0;
        let mut decided = 0;
        let mut chunks = tokenizer::chunks(text).peekable();
        while let Some(chunk) = chunks.next() {
            tokenizer.pieces(text, chunk, &mut pieces)?;
            let all = chunks.peek().is_none();
            while let Some(window) = windows.next(gone + pieces.len(), all) {
                let seen = &pieces[window.seen.start - gone..window.seen.end - gone];
                let logits = session.run(&tokenizer.frame(seen))?;
                decided += window.decided.len();
                for at in window.decided {
                    let at = at - window.seen.start;
                    let (label, probability) = likeliest(&logits.row(tokenizer.tokens_before() + at))?;
                    decoder.push(text, seen[at], label, probability, &mut found);
                }
            }
            let done = windows.needed_from().saturating_sub(gone).min(pieces.len());
            pieces.drain(..done);
            gone += done;
        }
        if decided != gone + pieces.len() {
            return Err(Error::internal("windows left out part of a text"));
        }
        decoder.finish(&mut found);
        Ok(found.into_iter().map(|entity| self.named(entity)).collect())
    }

    fn named(&self, found: Found) -> Entity {
        Entity { span: found.span, label: self.scheme.types()[found.kind].clone(), score: found.score }
    }
}

/// The likeliest label of a row of logits, and its probability (softmax).
fn likeliest(row: &ArrayView1<'_, f32>) -> Result<(usize, f32)> {
    let mut best = (0, f32::NEG_INFINITY);
    for (label, &logit) in row.iter().enumerate() {
        if logit.is_nan() || logit == f32::INFINITY {
            return Err(Error::inference("the model gave a logit that is not a finite number"));
        }
        if logit > best.1 {
            best = (label, logit);
        }
    }
    if best.1 == f32::NEG_INFINITY {
        return Err(Error::inference("the model gave no likelihood to any label"));
    }
    let sum: f32 = row.iter().map(|logit| (logit - best.1).exp()).sum();
    Ok((best.0, 1.0 / sum))
}

#[cfg(test)]
mod tests {
    use ndarray::aview1;

    use super::*;

    #[test]
    fn softmax_and_what_is_no_number() {
        let (label, probability) = likeliest(&aview1(&[0.0, 1000.0, 1000.0])).unwrap();
        assert_eq!(label, 1);
        assert!((probability - 0.5).abs() < 1e-6);
        assert!(likeliest(&aview1(&[0.0, f32::NEG_INFINITY])).is_ok());
        for row in [&[0.0, f32::NAN][..], &[f32::INFINITY, 0.0], &[f32::NEG_INFINITY], &[]] {
            assert!(likeliest(&aview1(row)).unwrap_err().is_model());
        }
    }
}
