//! Says how well two texts go together, with a cross encoder.

use super::classifier::{one_row, sigmoid};
use super::tokenizer;
use super::{Model, Task};
use crate::error::{Error, Result};

/// Says how well two texts go together: a model that reads both at once. Cheap to clone, shared between threads.
///
/// It is surer than comparing [embeddings](super::Embedder), and a run of the model for every pair.
#[derive(Debug, Clone)]
pub struct PairScorer {
    model: Model,
}

impl PairScorer {
    /// A scorer of pairs.
    ///
    /// # Errors
    /// When the model does another [`Task`].
    pub fn new(model: Model) -> Result<Self> {
        model.expect(Task::PairSimilarity)?;
        Ok(Self { model })
    }

    /// The model it runs.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// How well they go together, from 0 to 1: the sigmoid of the model's output.
    ///
    /// # Errors
    /// When the model fails or gives something that is no number, and when both texts together are longer than the model takes: nothing
    /// is cut off.
    pub fn score(&self, first: &str, second: &str) -> Result<f32> {
        self.model.measured(|| {
            let model = &self.model.0;
            let pieces = |text: &str| {
                let mut pieces = Vec::new();
                tokenizer::chunks(text).try_for_each(|chunk| model.tokenizer.pieces(text, chunk, &mut pieces))?;
                Ok(pieces)
            };
            let (ids, types) = model.tokenizer.frame_pair(&pieces(first)?, &pieces(second)?);
            if ids.len() > model.max_tokens {
                return Err(Error::input(format!(
                    "the two texts have {} tokens together: the model takes {}",
                    ids.len(),
                    model.max_tokens
                )));
            }
            let rows = model.network.session().run_typed(&ids, &types)?;
            one_row(&rows)?.next().map(sigmoid).ok_or_else(|| Error::inference("the model gave no output"))
        })
    }
}
