//! Runs ONNX models in process, through tract: loads a model directory, cuts texts into pieces and windows, decodes what
//! the model says. Knows nothing of PHI or rubrics.
//!
//! A model directory is what Hugging Face Optimum exports: `model.onnx`, `tokenizer.json`, `config.json` and, where it is
//! there, `special_tokens_map.json`. [`Model`] is one that was loaded and tried out; [`Tagger`] finds entities with it.
//!
//! Nothing is ever truncated: a long text goes through the model in windows that overlap, and a text of which some part
//! cannot be shown to the model is an error. A panic inside the runtime or the tokenizer is caught and is an error too.

mod directory;
pub mod features;
mod labels;
mod ops;
mod tagger;
mod tokenizer;
mod tract;
mod windows;
mod word_tagger;
pub mod words;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::{TestDirectory, test_models};

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Location, Result};

pub use tagger::{Entity, Tagger};
pub(crate) use word_tagger::{WordLogits, WordTagger};

use tokenizer::Tokenizer;
use tract::Network;

/// A model that was loaded from a directory and tried out; cheap to clone, shared between threads.
///
/// ```no_run
/// use chartguard::infer::{Model, Tagger};
///
/// let tagger = Tagger::new(Model::load("models/my-tagger")?)?;
/// for entity in tagger.tag("Seen by Dr. Osei on 3/14/2024.")? {
///     println!("{} {:?} {:.2}", entity.label, entity.span, entity.score);
/// }
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Model(Arc<Loaded>);

/// What a directory held.
struct Loaded {
    name: String,
    labels: Vec<String>,
    max_tokens: usize,
    tokenizer: Tokenizer,
    network: Network,
}

impl Model {
    /// Loads a token classifier from a directory as Hugging Face Optimum exports it, and runs it once.
    ///
    /// The directory holds `model.onnx` (inputs `input_ids`, `attention_mask` and, if it has it, `token_type_ids`, all
    /// int64 of shape batch x sequence; output batch x sequence x labels), `tokenizer.json`, and `config.json` with
    /// `id2label` from 0 up, one label for each of the model's outputs. `max_position_embeddings`, `pad_token_id` and
    /// `special_tokens_map.json` are used where they are there.
    ///
    /// # Errors
    /// With the file and what was expected of it, when a file is missing, too large, corrupt, or not of that shape, or
    /// when the model cannot be run.
    pub fn load(directory: impl AsRef<Path>) -> Result<Self> {
        let directory = directory.as_ref();
        directory::check(directory)?;
        let config = directory::Config::read(directory)?;
        let tokenizer = Tokenizer::load(directory, &config)?;
        let max_tokens = config.max_tokens();
        if max_tokens < tokenizer.special_tokens() + directory::LEAST_PIECES {
            return Err(Error::model(format!(
                "`max_position_embeddings` leaves {max_tokens} positions: expected at least {}",
                tokenizer.special_tokens() + directory::LEAST_PIECES
            ))
            .at(Location::File(directory.join(directory::CONFIG).display().to_string())));
        }
        let network = Network::load(directory, config.labels.len(), max_tokens, &tokenizer)?;
        Ok(Self(Arc::new(Loaded {
            name: directory::name(directory),
            labels: config.labels,
            max_tokens,
            tokenizer,
            network,
        })))
    }

    /// The name of the directory it was loaded from.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The labels in the order of the model's outputs, as `config.json` spells them.
    pub fn labels(&self) -> &[String] {
        &self.0.labels
    }

    /// How many tokens the model takes at once, special tokens included. Longer texts go through it in windows.
    pub fn max_tokens(&self) -> usize {
        self.0.max_tokens
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model")
            .field("name", &self.0.name)
            .field("labels", &self.0.labels)
            .field("max_tokens", &self.0.max_tokens)
            .finish_non_exhaustive()
    }
}
