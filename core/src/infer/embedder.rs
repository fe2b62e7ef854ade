//! Vectors of texts, near each other where the texts mean the same.

use super::manifest::Pooling;
use super::{Model, Task, batch};
use crate::error::{Error, Result};

/// What encoders are trained with.
const WINDOW: usize = 512;

/// Gives vectors of texts; cheap to clone, shared between threads.
///
/// The vector of a text is the mean of its tokens' vectors, that of its first token, or the largest of each component, as
/// `chartguard.json` says (`pooling`; a model whose output is one vector for a text has pooled already), divided by its length unless
/// `normalize` is false. A text that is longer than the model's window has the mean of its windows' vectors, each by the pieces that it
/// decides.
///
/// ```no_run
/// use chartguard::infer::{Embedder, Model, cosine};
///
/// let embedder = Embedder::new(Model::load("models/all-MiniLM-L6-v2")?)?;
/// let (one, other) = (embedder.embed("The patient fell at home.")?, embedder.embed("She had a fall in her house.")?);
/// println!("{:.2}", cosine(&one, &other));
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Embedder {
    model: Model,
    window: (usize, usize),
}

impl Embedder {
    /// An embedder with windows of up to 512 tokens, a quarter of each shared with the next, unless `chartguard.json` says otherwise.
    ///
    /// # Errors
    /// When the model does another [`Task`], or does not take such windows.
    pub fn new(model: Model) -> Result<Self> {
        model.expect(Task::SentenceEmbedding)?;
        let window = model.0.window(WINDOW)?;
        Ok(Self { model, window })
    }

    /// The model it runs.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// How many components a vector has.
    pub fn dimensions(&self) -> usize {
        self.model.0.network.width()
    }

    /// The vector of a text.
    ///
    /// # Errors
    /// When the model fails, gives something that is no number, or part of the text could not be shown to it.
    pub fn embed(&self, text: &str) -> Result<Vec<f32>> {
        self.model.measured(|| {
            let mut sum = vec![0.0_f64; self.dimensions()];
            let mut weights = 0.0_f64;
            self.model.0.pass(text, self.window, |seen| {
                if seen.rows.iter().any(|value| !value.is_finite()) {
                    return Err(Error::inference("the model gave a value that is not a finite number"));
                }
                let weight = seen.decided.len().max(1) as f64;
                weights += weight;
                for (at, total) in sum.iter_mut().enumerate() {
                    let column = seen.rows.column(at);
                    let pooled = match self.model.0.manifest.pooling {
                        // One row: the graph pooled.
                        _ if column.len() == 1 => f64::from(column[0]),
                        Pooling::Cls => f64::from(column[0]),
                        Pooling::Mean => column.iter().map(|v| f64::from(*v)).sum::<f64>() / column.len() as f64,
                        Pooling::Max => f64::from(column.iter().copied().fold(f32::NEG_INFINITY, f32::max)),
                    };
                    *total += pooled * weight;
                }
                Ok(())
            })?;
            let norm = if self.model.0.manifest.normalize.unwrap_or(true) {
                sum.iter().map(|value| value * value).sum::<f64>().sqrt().max(f64::MIN_POSITIVE)
            } else {
                weights
            };
            Ok(sum.iter().map(|value| (value / norm) as f32).collect())
        })
    }

    /// [`embed`](Self::embed) for many texts on the current rayon pool, results in the order of the texts.
    pub fn embed_batch<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<Result<Vec<f32>>> {
        batch(texts, |text| self.embed(text))
    }
}

/// The cosine of the angle between two vectors: 1 where they point the same way; 0 where one has no length.
///
/// ```
/// use chartguard::infer::cosine;
/// assert_eq!(cosine(&[1.0, 0.0], &[2.0, 0.0]), 1.0);
/// assert_eq!(cosine(&[1.0, 0.0], &[0.0, 3.0]), 0.0);
/// ```
pub fn cosine(one: &[f32], other: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let lengths = (dot(one, one) * dot(other, other)).sqrt();
    if lengths > 0.0 { (dot(one, other) / lengths) as f32 } else { 0.0 }
}
