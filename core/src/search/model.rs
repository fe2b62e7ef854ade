//! A sentence model of `infer` as what gives an index its vectors.

use super::{Embedder, ModelIdentity};
use crate::error::Result;
use crate::infer;

/// A sentence model for an index. It is known by its name, the version in its `chartguard.json`, and what its files hold, so that an
/// index notices another.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use chartguard::infer::{Embedder, Model};
/// use chartguard::search::{SearchIndex, SearchOptions, SentenceModel};
///
/// let model = SentenceModel::new(Embedder::new(Model::load("models/all-MiniLM-L6-v2")?)?)?;
/// let mut index = SearchIndex::with_embedder(SearchOptions::default(), Arc::new(model));
/// index.add("note 1", "She fell in her bathroom.")?;
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SentenceModel {
    embedder: infer::Embedder,
    identity: ModelIdentity,
}

impl SentenceModel {
    /// Reads the model's files once more, to know it by what they hold.
    ///
    /// # Errors
    /// When they cannot be read any more.
    pub fn new(embedder: infer::Embedder) -> Result<Self> {
        let model = embedder.model();
        let identity = ModelIdentity {
            name: model.name().to_owned(),
            version: model.version().unwrap_or_default().to_owned(),
            sha256: model.digest()?,
        };
        Ok(Self { embedder, identity })
    }
}

impl Embedder for SentenceModel {
    fn identity(&self) -> ModelIdentity {
        self.identity.clone()
    }

    /// One after the other, or on the rayon pool that this is called from.
    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        if rayon::current_thread_index().is_some() {
            return self.embedder.embed_batch(texts).into_iter().collect();
        }
        texts.iter().map(|text| self.embedder.embed(text)).collect()
    }
}
