//! Runs ONNX models in process, through tract: loads a model directory, cuts texts into pieces and windows, decodes what
//! the model says. Knows nothing of PHI or rubrics.
//!
//! A model directory is what Hugging Face Optimum exports: `model.onnx`, `tokenizer.json`, `config.json` and, where they are
//! there, `special_tokens_map.json` and our own `chartguard.json` (see [`Model::load`]). [`Model`] is one that was loaded and tried out.
//! What it does is its [`Task`]: a [`Tagger`] finds entities with it, a [`Classifier`] labels texts, an [`Embedder`] gives their
//! vectors, a [`PairScorer`] compares two.
//!
//! Nothing is ever truncated: a long text goes through the model in windows that overlap, and a text of which some part
//! cannot be shown to the model is an error. A panic inside the runtime or the tokenizer is caught and is an error too.

mod classifier;
mod directory;
mod embedder;
pub mod features;
mod labels;
mod limits;
mod manifest;
mod ops;
mod pair_scorer;
mod pass;
pub mod registry;
mod smoke;
mod tagger;
mod task;
mod tokenizer;
mod tract;
mod windows;
mod word_tagger;
pub mod words;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::{TestDirectory, test_models};

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::error::{Error, Location, Result};

pub use classifier::{Classifier, Label};
pub use embedder::{Embedder, cosine};
pub use pair_scorer::PairScorer;
pub use registry::{ModelStatus, Registry, RegistryOptions, RegistryStatus};
pub use tagger::{Entity, Tagger};
pub use task::Task;
pub(crate) use word_tagger::{WordLogits, WordTagger};

use manifest::Manifest;
use tokenizer::Tokenizer;
use tract::{Expect, Network};

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
pub struct Model(
    Arc<Loaded>,
    /// What a registry that it came from knows it by, dropped last.
    Option<Arc<registry::Lease>>,
);

/// What a directory held.
struct Loaded {
    name: String,
    /// The files that say what it computes.
    #[cfg_attr(not(feature = "search"), allow(dead_code, reason = "only an index asks"))]
    files: Vec<PathBuf>,
    manifest: Manifest,
    task: Task,
    labels: Vec<String>,
    multi_label: bool,
    max_tokens: usize,
    tokenizer: Tokenizer,
    network: Network,
}

impl Model {
    /// Loads a model from a directory as Hugging Face Optimum exports it, and runs it once.
    ///
    /// The directory holds:
    ///
    /// * the graph: `model.onnx`, or where there is none `model_optimized.onnx`, `model_quantized.onnx`, `model_fp16.onnx`, each here or in
    ///   `onnx/`. Inputs `input_ids`, `attention_mask` and, if it has them, `token_type_ids` and `position_ids`, all int64 of shape batch x
    ///   sequence. The output named `logits` (for vectors `sentence_embedding`, `last_hidden_state` or `token_embeddings`), else the
    ///   first: batch x sequence x labels for words, batch x labels for texts, batch x width or batch x sequence x width for vectors;
    /// * `tokenizer.json`;
    /// * `config.json` with `id2label` from 0 up, one label for each of the outputs, where the model gives labels. Its `architectures` say
    ///   what the model does. `max_position_embeddings`, `pad_token_id`, `problem_type` and `special_tokens_map.json` are used where they
    ///   are there;
    /// * if it is there, `chartguard.json`, every member of which may be absent:
    ///
    /// | member | | if absent |
    /// |---|---|---|
    /// | `task` | `token-classification`, `text-classification`, `sentence-embedding`, `pair-similarity` | by `architectures` |
    /// | `version`, `licence` | texts | |
    /// | `model` | the file of the graph | as above |
    /// | `labels` | what labels mean: `{"PATIENT": "name", "HOSPITAL": "none"}`; for a scrubber the categories, `none` for no identifier | by their names |
    /// | `thresholds` | least score by label, 0 to 1 | 0 for entities, one half for labels of which a text may have several |
    /// | `window`, `overlap` | tokens of a window, and how many each shares with the next | 256 for words, 512 for texts, and a quarter |
    /// | `aggregation` | what counts of a word's pieces: `first`, `max`, `average` | `first` |
    /// | `pooling`, `normalize` | `mean`, `cls`, `max`; whether vectors have length one | `mean`, true |
    /// | `multi_label` | whether a text may have several labels | by `problem_type` |
    /// | `sha256` | hashes by file, which are checked | |
    /// | `smoke` | a test for [`check`](Self::check): `{"text", "pair"?, "tolerance"?}` and one of `entities` (`[{"text", "label"}]`), `labels` (`{label: score}`), `embedding` (its first components), `similarity` | |
    ///
    /// A directory may hold anything: what it may take is bounded before the graph is read. Refused are
    ///
    /// * files that decode to far more than their size, more than 6,000 nodes, graphs more than three deep in nodes of others, values
    ///   of more than 16 axes;
    /// * constants worked out at load that come to more than 128 MiB and four times the file, values of more than 4 GiB at the
    ///   longest input, and more than 512 MiB at once or some seconds of work for the short input that the model is tried out on;
    /// * kernels, strides, dilations and paddings above 4,096;
    /// * sizes that depend on the values of the input rather than on its length, or on long chains of quotients, remainders,
    ///   minima and maxima of it.
    ///
    /// # Errors
    /// With the file and what was expected of it, when a file is missing, too large, corrupt, changed, or not of that shape, when
    /// its graph is refused, with the node that is to blame, or when the model cannot be run.
    pub fn load(directory: impl AsRef<Path>) -> Result<Self> {
        let directory = directory.as_ref();
        directory::check(directory)?;
        let manifest = Manifest::read(directory)?;
        let graph = directory::graph(directory, manifest.model.as_deref())?;
        let config = directory::Config::read(directory, manifest.task)?;
        let tokenizer = Tokenizer::load(directory, &config)?;
        let max_tokens = config.max_tokens();
        if max_tokens < tokenizer.special_tokens() + directory::LEAST_PIECES {
            return Err(Error::model(format!(
                "`max_position_embeddings` leaves {max_tokens} positions: expected at least {}",
                tokenizer.special_tokens() + directory::LEAST_PIECES
            ))
            .at(Location::File(directory.join(directory::CONFIG).display().to_string())));
        }
        let expected = match config.task {
            Task::TokenClassification => Expect::Tokens(config.labels.len()),
            Task::SentenceEmbedding => Expect::Vectors,
            Task::TextClassification | Task::PairSimilarity => Expect::Text(config.labels.len()),
        };
        let network = Network::load(&graph, expected, max_tokens, &tokenizer)?;
        let loaded = Loaded {
            name: directory::name(directory),
            files: directory::said_in(directory, &graph)?,
            multi_label: manifest.multi_label.unwrap_or(config.multi_label),
            manifest,
            task: config.task,
            labels: config.labels,
            max_tokens,
            tokenizer,
            network,
        };
        Ok(Self(Arc::new(loaded), None))
    }

    /// A SHA-256 over the files that say what it computes, as they are now: graph, weights, tokenizer, configuration.
    #[cfg(feature = "search")]
    pub(crate) fn digest(&self) -> Result<String> {
        directory::digest(&self.0.files)
    }

    /// What it does with a text.
    pub fn task(&self) -> Task {
        self.0.task
    }

    /// The version that `chartguard.json` gives.
    pub fn version(&self) -> Option<&str> {
        self.0.manifest.version.as_deref()
    }

    /// The licence that `chartguard.json` gives.
    pub fn licence(&self) -> Option<&str> {
        self.0.manifest.licence.as_deref()
    }

    /// What `chartguard.json` says that a label means.
    pub fn meaning(&self, label: &str) -> Option<&str> {
        self.0.manifest.labels.get(label).map(String::as_str)
    }

    /// The least score that `chartguard.json` gives for a label.
    fn threshold(&self, label: &str) -> Option<f32> {
        self.0.manifest.thresholds.get(label).copied()
    }

    /// That it does `task`.
    fn expect(&self, task: Task) -> Result<()> {
        if self.0.task == task {
            return Ok(());
        }
        Err(Error::model(format!("the model `{}` is for {}: expected one for {task}", self.0.name, self.0.task)))
    }

    /// Does a call with the model; the registry it came from, if it did, takes down how it went.
    fn measured<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        match &self.1 {
            Some(lease) => lease.measure(work),
            None => work(),
        }
    }

    /// The name of the directory it was loaded from, or `NAME@VERSION` in the registry it came from.
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

/// A graph by itself, without a tokenizer: for benches, no part of the interface.
#[doc(hidden)]
pub struct Graph(Kind);

enum Kind {
    /// A token in, `columns` values out.
    Tokens(Box<Network>),
    /// A word in, as features of this library's own; and states that nobody uses, which remember words.
    Words(tract::RowsPlan, Mutex<Vec<tract::RowsState>>),
}

#[doc(hidden)]
#[allow(missing_docs, clippy::missing_errors_doc)]
impl Graph {
    pub fn load(directory: impl AsRef<Path>, columns: usize, longest: usize) -> Result<Self> {
        let path = directory.as_ref().join(directory::ONNX);
        Ok(Self(Kind::Tokens(Box::new(Network::load_with(
            &path,
            tract::Expect::Tokens(columns),
            longest,
            0,
            &[1; 8],
        )?))))
    }

    /// The graph of a tagger of words, as the built-in one is.
    pub fn of_words(path: impl AsRef<Path>) -> Result<Self> {
        let bytes = directory::read(path.as_ref(), directory::ONNX_LIMIT)?;
        Ok(Self(Kind::Words(tract::RowsPlan::from_bytes(&bytes, features::SLOTS)?, Mutex::default())))
    }

    /// The seconds that its operators take for one input, by their names, over so many rounds; the clock says seconds.
    pub fn profile(&self, ids: &[i64], rounds: usize, clock: fn() -> f64) -> Result<BTreeMap<String, f64>> {
        let new = || Some(tract::Profile { clock, spent: BTreeMap::new() });
        let profile = match &self.0 {
            Kind::Tokens(network) => {
                let mut session = network.session();
                session.run(ids)?;
                session.profile = new();
                for _ in 0..rounds {
                    session.run(ids)?;
                }
                session.profile
            }
            Kind::Words(plan, _) => {
                let mut state = plan.spawn()?;
                state.run(ids, |_| ())?;
                state.profile = new();
                for _ in 0..rounds {
                    state.run(ids, |_| ())?;
                }
                state.profile
            }
        };
        Ok(profile.map(|profile| profile.spent).unwrap_or_default())
    }

    /// Runs it on each of the inputs that `next` gives, and hands the values of the output to `read`.
    pub fn run<'a>(&self, next: impl Fn() -> Option<&'a [i64]>, mut read: impl FnMut(&[f32])) -> Result<()> {
        match &self.0 {
            Kind::Tokens(network) => {
                let mut session = network.session();
                while let Some(ids) = next() {
                    read(session.run(ids)?.as_slice().unwrap_or_default());
                }
            }
            Kind::Words(plan, idle) => {
                let idle = || idle.lock().unwrap_or_else(PoisonError::into_inner);
                let kept = idle().pop();
                let mut state = kept.map_or_else(|| plan.spawn(), Ok)?;
                while let Some(ids) = next() {
                    state.run(ids, &mut read)?;
                }
                idle().push(state);
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model")
            .field("name", &self.0.name)
            .field("task", &self.0.task)
            .field("labels", &self.0.labels)
            .field("max_tokens", &self.0.max_tokens)
            .finish_non_exhaustive()
    }
}

/// Works on many texts on the current rayon pool, texts of one length one after the other, results in the order of the texts.
fn batch<T: AsRef<str> + Sync, R: Send>(texts: &[T], work: impl Fn(&str) -> Result<R> + Sync) -> Vec<Result<R>> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|at| texts[*at].as_ref().len());
    let mut done: Vec<(usize, Result<R>)> = order.into_par_iter().map(|at| (at, work(texts[at].as_ref()))).collect();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
