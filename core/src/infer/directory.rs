//! The files of a model directory: which they are, how large they may be, and what `config.json` says.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::Task;
use crate::error::{Error, Location, Result};

/// Where the graph may be, the first that is there: as Optimum writes it, as the hub's repositories keep it, and quantized or halved
/// variants only where there is no other.
const GRAPHS: [&str; 8] = [
    "model.onnx",
    "onnx/model.onnx",
    "model_optimized.onnx",
    "onnx/model_optimized.onnx",
    "model_quantized.onnx",
    "onnx/model_quantized.onnx",
    "model_fp16.onnx",
    "onnx/model_fp16.onnx",
];
pub(super) const ONNX: &str = GRAPHS[0];
pub(super) const TOKENIZER: &str = "tokenizer.json";
pub(super) const CONFIG: &str = "config.json";
pub(super) const SPECIAL_TOKENS: &str = "special_tokens_map.json";

/// The largest protocol buffer there can be, and so the largest `model.onnx`.
pub(super) const ONNX_LIMIT: u64 = 2 << 30;
/// Vocabularies of a quarter million words take about 20 MB.
pub(super) const TOKENIZER_LIMIT: u64 = 256 << 20;
pub(super) const CONFIG_LIMIT: u64 = 8 << 20;

/// More labels than any tagger has; a table of this many is surely a vocabulary.
const LABELS_LIMIT: usize = 4096;
/// A window needs room for this many pieces, or overlapping windows would get nowhere.
pub(super) const LEAST_PIECES: usize = 8;
/// What a model without a limit of its own is given at once; longer windows cost more and help little.
const DEFAULT_TOKENS: usize = 512;
const MOST_TOKENS: usize = 8192;

/// What `config.json` and `special_tokens_map.json` say, checked.
#[derive(Debug)]
pub(super) struct Config {
    /// In the order of their numbers; none where the configuration names none.
    pub(super) labels: Vec<String>,
    pub(super) task: Task,
    /// Whether a text may have several labels.
    pub(super) multi_label: bool,
    pub(super) vocabulary: Option<u32>,
    pub(super) pad_id: Option<u32>,
    pub(super) pad_token: Option<String>,
    positions: Option<usize>,
    counts_positions_from_pad: bool,
}

#[derive(Deserialize)]
struct RawConfig {
    architectures: Option<Vec<String>>,
    id2label: Option<BTreeMap<String, String>>,
    max_position_embeddings: Option<i64>,
    model_type: Option<String>,
    pad_token_id: Option<u32>,
    problem_type: Option<String>,
    vocab_size: Option<u32>,
}

/// That the directory is one, and holds what a model needs.
pub(super) fn check(directory: &Path) -> Result<()> {
    let here = || Location::File(directory.display().to_string());
    if !directory.is_dir() {
        let what = if directory.exists() { "is not a directory" } else { "does not exist" };
        return Err(Error::model(format!("{what}: expected a model directory with {ONNX}, {TOKENIZER} and {CONFIG}"))
            .at(here()));
    }
    for file in [TOKENIZER, CONFIG] {
        if !directory.join(file).is_file() {
            return Err(Error::model(format!(
                "no `{file}`: expected a model directory with {ONNX}, {TOKENIZER} and {CONFIG}"
            ))
            .at(here()));
        }
    }
    Ok(())
}

/// The graph of a model: the file that `chartguard.json` names, else the first that is there under a name that exports have.
pub(super) fn graph(directory: &Path, named: Option<&str>) -> Result<PathBuf> {
    let candidates = named.map_or_else(|| GRAPHS.to_vec(), |named| vec![named]);
    let found = candidates.iter().map(|name| directory.join(name)).find(|path| path.is_file());
    found.ok_or_else(|| {
        let expected = named.unwrap_or(ONNX);
        Error::model(format!("no `{expected}`: expected a model directory with {expected}, {TOKENIZER} and {CONFIG}"))
            .at(Location::File(directory.display().to_string()))
    })
}

/// The files that say what a model computes: its graph, what lies beside that and may be its weights, tokenizer and configuration.
pub(super) fn said_in(directory: &Path, graph: &Path) -> Result<Vec<PathBuf>> {
    // Other graphs and what is written for people have no part in it.
    const OTHERS: [&str; 6] = ["onnx", "json", "md", "txt", "yaml", "yml"];
    let folder = graph.parent().unwrap_or(directory);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| Error::io(folder, &error))? {
        let path = entry.map_err(|error| Error::io(folder, &error))?.path();
        let other = path.extension().is_some_and(|end| OTHERS.iter().any(|other| end == *other));
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !other && !hidden && path.is_file() {
            files.push(path);
        }
    }
    // By name, whatever order the file system has.
    files.sort();
    let own = [TOKENIZER, CONFIG, SPECIAL_TOKENS, super::manifest::MANIFEST].map(|name| directory.join(name));
    files.extend(own.into_iter().filter(|path| path.is_file()));
    files.insert(0, graph.to_owned());
    Ok(files)
}

/// A SHA-256 over what some files hold, by the hash of each.
#[cfg(feature = "search")]
pub(super) fn digest(files: &[PathBuf]) -> Result<String> {
    let hashes = files.iter().map(|path| super::registry::disk::hash(path).map(|(sha256, _)| sha256));
    Ok(super::registry::disk::sha256(hashes.collect::<Result<Vec<_>>>()?.concat().as_bytes()))
}

/// The last part of the path, for people and for the names of detectors.
pub(super) fn name(directory: &Path) -> String {
    let resolved = directory.canonicalize();
    let path = if directory.file_name().is_some() { directory } else { resolved.as_deref().unwrap_or(directory) };
    path.file_name().map_or_else(|| "model".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The whole of one file, if it is no larger than `limit` bytes.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let wrong = |error: &std::io::Error| Error::model(format!("cannot be read: {error}")).at(file(path));
    let mut bytes = Vec::new();
    let opened = File::open(path).map_err(|e| wrong(&e))?;
    // The limit holds for what is read, not for what the directory says: a file may grow or be a pipe.
    opened.take(limit + 1).read_to_end(&mut bytes).map_err(|e| wrong(&e))?;
    if bytes.len() as u64 > limit {
        return Err(Error::model(format!("larger than {limit} bytes")).at(file(path)));
    }
    Ok(bytes)
}

/// The place of an error in a file.
pub(super) fn file(path: &Path) -> Location {
    Location::File(path.display().to_string())
}

impl Config {
    /// Reads `config.json` and, where it is there, `special_tokens_map.json`; `said` is the task that `chartguard.json` names.
    pub(super) fn read(directory: &Path, said: Option<Task>) -> Result<Self> {
        let path = directory.join(CONFIG);
        let raw: RawConfig = serde_json::from_slice(&read(&path, CONFIG_LIMIT)?).map_err(|e| {
            Error::model(format!("not the JSON expected of a model's configuration: {e}")).at(file(&path))
        })?;
        let architecture = raw.architectures.as_ref().and_then(|names| names.first());
        // An export that says nothing of what it is for has labels if it gives any.
        let task = said.unwrap_or_else(|| match architecture {
            Some(name) => Task::of_architecture(name, raw.id2label.as_ref().map_or(0, BTreeMap::len)),
            None => Task::TokenClassification,
        });
        let labels = match task {
            Task::SentenceEmbedding => Vec::new(),
            _ => labels(raw.id2label).map_err(|e| e.at(file(&path)))?,
        };
        let positions = match raw.max_position_embeddings {
            None | Some(-1) => None,
            Some(n) if n > 0 => usize::try_from(n).ok(),
            Some(n) => {
                return Err(Error::model(format!("`max_position_embeddings` is {n}: expected a positive number"))
                    .at(file(&path)));
            }
        };
        // RoBERTa and its kin number positions from the padding id up, so that many of the positions are never used.
        let from_pad = ["roberta", "camembert", "longformer", "mpnet"];
        let kind = raw.model_type.unwrap_or_default();
        Ok(Self {
            labels,
            task,
            multi_label: raw.problem_type.as_deref() == Some("multi_label_classification"),
            vocabulary: raw.vocab_size,
            pad_id: raw.pad_token_id,
            pad_token: pad_token(directory)?,
            positions,
            counts_positions_from_pad: from_pad.iter().any(|name| kind.contains(name)),
        })
    }

    /// How many tokens the model takes at once.
    pub(super) fn max_tokens(&self) -> usize {
        let unused = if self.counts_positions_from_pad { self.pad_id.unwrap_or(1) as usize + 1 } else { 0 };
        self.positions.map_or(DEFAULT_TOKENS, |n| n.saturating_sub(unused)).min(MOST_TOKENS)
    }
}

/// The labels in the order of their numbers.
fn labels(id2label: Option<BTreeMap<String, String>>) -> Result<Vec<String>> {
    const EXPECTED: &str = r#"expected a label for each output, such as {"0": "O", "1": "B-NAME"}"#;
    let given = id2label.ok_or_else(|| Error::model(format!("no `id2label`: {EXPECTED}")))?;
    if given.is_empty() || given.len() > LABELS_LIMIT {
        return Err(Error::model(format!("`id2label` has {} labels: {EXPECTED}", given.len())));
    }
    let mut labels = vec![None; given.len()];
    for (id, label) in given {
        let shown: String = id.chars().take(20).collect();
        let number: usize =
            id.parse().map_err(|_| Error::model(format!("`id2label` has the key `{shown}`: {EXPECTED}")))?;
        let count = labels.len();
        let slot = labels.get_mut(number).filter(|slot| slot.is_none()).ok_or_else(|| {
            Error::model(format!(
                "`id2label` has {count} labels but the key `{shown}`: expected 0 to {} without a gap",
                count - 1
            ))
        })?;
        *slot = Some(label);
    }
    // Every key is below the count and none came twice, so every slot is filled.
    Ok(labels.into_iter().flatten().collect())
}

/// The padding token that `special_tokens_map.json` names, as a string or as an object with `content`.
fn pad_token(directory: &Path) -> Result<Option<String>> {
    let path = directory.join(SPECIAL_TOKENS);
    if !path.is_file() {
        return Ok(None);
    }
    let map: Value = serde_json::from_slice(&read(&path, CONFIG_LIMIT)?)
        .map_err(|e| Error::model(format!("not the JSON expected of a map of special tokens: {e}")).at(file(&path)))?;
    let token = &map["pad_token"];
    Ok(token.as_str().or_else(|| token["content"].as_str()).map(str::to_owned))
}
