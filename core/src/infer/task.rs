//! What a model does with a text.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a model does with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Task {
    /// Labels each of its words: [`Tagger`](super::Tagger).
    TokenClassification,
    /// Labels all of it: [`Classifier`](super::Classifier).
    TextClassification,
    /// Gives a vector that is near those of texts which mean the same: [`Embedder`](super::Embedder).
    SentenceEmbedding,
    /// Says how well two texts go together: [`PairScorer`](super::PairScorer).
    PairSimilarity,
}

impl Task {
    /// Every task.
    pub const ALL: &'static [Self] =
        &[Self::TokenClassification, Self::TextClassification, Self::SentenceEmbedding, Self::PairSimilarity];

    /// The name used in `chartguard.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TokenClassification => "token-classification",
            Self::TextClassification => "text-classification",
            Self::SentenceEmbedding => "sentence-embedding",
            Self::PairSimilarity => "pair-similarity",
        }
    }

    /// What a configuration's architecture is for: `BertForTokenClassification`. One label for a whole text is how well two
    /// texts go together, as cross encoders are trained.
    pub(super) fn of_architecture(name: &str, labels: usize) -> Self {
        if name.ends_with("ForTokenClassification") {
            Self::TokenClassification
        } else if name.ends_with("ForSequenceClassification") {
            if labels == 1 { Self::PairSimilarity } else { Self::TextClassification }
        } else {
            Self::SentenceEmbedding
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
