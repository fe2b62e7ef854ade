//! `chartguard.json`: what a model directory says of itself that Hugging Face's files have no place for.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Task;
use super::directory::{self, CONFIG_LIMIT};
use crate::error::{Error, ErrorCode, Location, Result};

pub(super) const MANIFEST: &str = "chartguard.json";

const KEYS: &[&str] = &[
    "task",
    "version",
    "licence",
    "model",
    "labels",
    "thresholds",
    "window",
    "overlap",
    "aggregation",
    "pooling",
    "normalize",
    "multi_label",
    "sha256",
    "smoke",
];
const SMOKE_KEYS: &[&str] = &["text", "pair", "entities", "labels", "embedding", "similarity", "tolerance"];

/// How the probabilities of a word's pieces become the word's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Aggregation {
    /// Those of its first piece.
    #[default]
    First,
    /// Those of the piece that is surest of one label.
    Max,
    /// Their mean.
    Average,
}

/// How the vectors of a text's tokens become one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Pooling {
    /// Their mean, special tokens included.
    #[default]
    Mean,
    /// That of the first, a special token.
    Cls,
    /// The largest of each component.
    Max,
}

/// A text, and what the model gives for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Smoke {
    pub(super) text: String,
    pub(super) pair: Option<String>,
    pub(super) expected: Expected,
    pub(super) tolerance: f32,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expected {
    /// Each entity: its text and its label.
    Entities(Vec<(String, String)>),
    /// Scores of labels.
    Labels(BTreeMap<String, f32>),
    /// The first components.
    Embedding(Vec<f32>),
    Similarity(f32),
}

/// What the file says; all of it may be absent.
#[derive(Debug, Clone, Default)]
pub(super) struct Manifest {
    pub(super) task: Option<Task>,
    pub(super) version: Option<String>,
    pub(super) licence: Option<String>,
    pub(super) model: Option<String>,
    /// What labels mean to whoever uses them.
    pub(super) labels: BTreeMap<String, String>,
    pub(super) thresholds: BTreeMap<String, f32>,
    pub(super) window: Option<usize>,
    pub(super) overlap: Option<usize>,
    pub(super) aggregation: Aggregation,
    pub(super) pooling: Pooling,
    pub(super) normalize: Option<bool>,
    pub(super) multi_label: Option<bool>,
    pub(super) sha256: BTreeMap<String, [u8; 32]>,
    pub(super) smoke: Option<Smoke>,
}

impl Manifest {
    /// Reads the file, where it is there, and checks every file whose hash it gives.
    pub(super) fn read(directory: &Path) -> Result<Self> {
        let path = directory.join(MANIFEST);
        if !path.is_file() {
            return Ok(Self::default());
        }
        let bytes = directory::read(&path, CONFIG_LIMIT)?;
        let manifest = Self::parse(&bytes).map_err(|e| e.at(directory::file(&path)))?;
        for (file, expected) in &manifest.sha256 {
            let path = directory.join(file);
            if Sha256::digest(directory::read(&path, directory::ONNX_LIMIT)?)[..] != expected[..] {
                let what =
                    format!("its SHA-256 is not the one that {MANIFEST} gives: it was changed, or is another version");
                return Err(Error::model(what).at(directory::file(&path)));
            }
        }
        Ok(manifest)
    }

    fn parse(bytes: &[u8]) -> Result<Self> {
        let given: Map<String, Value> = serde_json::from_slice(bytes).map_err(|e| {
            Error::model("not a JSON object")
                .at(Location::LineColumn { line: e.line().max(1), column: e.column().max(1) })
        })?;
        let mut manifest = Self::default();
        for (key, value) in &given {
            let at = |error: Error| error.at(Location::Key(key.clone()));
            match key.as_str() {
                "task" => manifest.task = Some(word(value, Task::ALL, Task::as_str).map_err(at)?),
                "version" => manifest.version = Some(text(value).map_err(at)?),
                "licence" => manifest.licence = Some(text(value).map_err(at)?),
                "model" => manifest.model = Some(file(value.as_str().unwrap_or_default()).map_err(at)?),
                "labels" => manifest.labels = members(value, text).map_err(at)?,
                "thresholds" => manifest.thresholds = members(value, share).map_err(at)?,
                "window" => manifest.window = Some(count(value).map_err(at)?),
                "overlap" => manifest.overlap = Some(count(value).map_err(at)?),
                "aggregation" => {
                    let all = &[Aggregation::First, Aggregation::Max, Aggregation::Average];
                    let name = |one: Aggregation| match one {
                        Aggregation::First => "first",
                        Aggregation::Max => "max",
                        Aggregation::Average => "average",
                    };
                    manifest.aggregation = word(value, all, name).map_err(at)?;
                }
                "pooling" => {
                    let all = &[Pooling::Mean, Pooling::Cls, Pooling::Max];
                    let name = |one: Pooling| match one {
                        Pooling::Mean => "mean",
                        Pooling::Cls => "cls",
                        Pooling::Max => "max",
                    };
                    manifest.pooling = word(value, all, name).map_err(at)?;
                }
                "normalize" => manifest.normalize = Some(truth(value).map_err(at)?),
                "multi_label" => manifest.multi_label = Some(truth(value).map_err(at)?),
                "sha256" => {
                    manifest.sha256 = members(value, hash).map_err(at)?;
                    manifest.sha256.keys().try_for_each(|name| file(name).map(|_| ())).map_err(at)?;
                }
                "smoke" => manifest.smoke = Some(smoke(value).map_err(at)?),
                _ => return Err(Error::unknown(ErrorCode::Model, "key", key, KEYS.iter().copied())),
            }
        }
        Ok(manifest)
    }
}

fn wrong(what: &str) -> Error {
    Error::model(format!("{what} is expected"))
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).ok_or_else(|| wrong("a text"))
}

fn truth(value: &Value) -> Result<bool> {
    value.as_bool().ok_or_else(|| wrong("true or false"))
}

fn count(value: &Value) -> Result<usize> {
    value.as_u64().and_then(|n| usize::try_from(n).ok()).ok_or_else(|| wrong("a whole number"))
}

fn number(value: &Value) -> Result<f32> {
    value.as_f64().map(|n| n as f32).filter(|n| n.is_finite()).ok_or_else(|| wrong("a number"))
}

fn share(value: &Value) -> Result<f32> {
    number(value).ok().filter(|n| (0.0..=1.0).contains(n)).ok_or_else(|| wrong("a number from 0 to 1"))
}

fn hash(value: &Value) -> Result<[u8; 32]> {
    let digits = value.as_str().filter(|text| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()));
    let digits = digits.ok_or_else(|| wrong("a SHA-256 of 64 hexadecimal digits"))?;
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        *byte = pair.iter().fold(0, |sum, digit| sum * 16 + char::from(*digit).to_digit(16).unwrap_or_default() as u8);
    }
    Ok(bytes)
}

/// The name of a file in the directory.
fn file(name: &str) -> Result<String> {
    let inside = !name.is_empty() && Path::new(name).components().all(|c| matches!(c, Component::Normal(_)));
    if inside { Ok(name.to_owned()) } else { Err(wrong("the name of a file inside the model directory")) }
}

fn word<T: Copy>(value: &Value, all: &[T], name: impl Fn(T) -> &'static str) -> Result<T> {
    let given = value.as_str().ok_or_else(|| wrong("a word"))?;
    let found = all.iter().copied().find(|one| name(*one) == given);
    found.ok_or_else(|| Error::unknown(ErrorCode::Model, "value", given, all.iter().map(|one| name(*one))))
}

fn members<T>(value: &Value, read: impl Fn(&Value) -> Result<T>) -> Result<BTreeMap<String, T>> {
    let given = value.as_object().ok_or_else(|| wrong("an object"))?;
    given
        .iter()
        .map(|(key, value)| Ok((key.clone(), read(value).map_err(|e| e.at(Location::Key(key.clone())))?)))
        .collect()
}

fn smoke(value: &Value) -> Result<Smoke> {
    let given = value.as_object().ok_or_else(|| wrong("an object"))?;
    if let Some(key) = given.keys().find(|key| !SMOKE_KEYS.contains(&key.as_str())) {
        return Err(Error::unknown(ErrorCode::Model, "key", key, SMOKE_KEYS.iter().copied()));
    }
    let list = |value: &Value| value.as_array().cloned().ok_or_else(|| wrong("a list"));
    let expected = match (given.get("entities"), given.get("labels"), given.get("embedding"), given.get("similarity")) {
        (Some(entities), None, None, None) => {
            let entity = |one: &Value| match (one["text"].as_str(), one["label"].as_str()) {
                (Some(text), Some(label)) => Ok((text.to_owned(), label.to_owned())),
                _ => Err(wrong("{\"text\", \"label\"} of each entity")),
            };
            Expected::Entities(list(entities)?.iter().map(entity).collect::<Result<_>>()?)
        }
        (None, Some(labels), None, None) => Expected::Labels(members(labels, number)?),
        (None, None, Some(embedding), None) => {
            Expected::Embedding(list(embedding)?.iter().map(number).collect::<Result<_>>()?)
        }
        (None, None, None, Some(similarity)) => Expected::Similarity(number(similarity)?),
        _ => return Err(wrong("one of `entities`, `labels`, `embedding` and `similarity`")),
    };
    Ok(Smoke {
        text: given.get("text").map_or_else(|| Err(wrong("a `text`")), text)?,
        pair: given.get("pair").map(text).transpose()?,
        expected,
        tolerance: given.get("tolerance").map_or(Ok(1e-3), number)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_says() {
        let manifest = Manifest::parse(
            br#"{"task": "token-classification", "version": "2", "labels": {"PATIENT": "name"}, "aggregation": "average",
                "thresholds": {"DATE": 0.4}, "smoke": {"text": "Seen by Dr. Osei", "entities": [{"text": "Osei", "label": "DOCTOR"}]}}"#,
        );
        let manifest = manifest.unwrap();
        assert_eq!((manifest.task, manifest.aggregation), (Some(Task::TokenClassification), Aggregation::Average));
        assert_eq!(manifest.smoke.unwrap().expected, Expected::Entities(vec![("Osei".into(), "DOCTOR".into())]));
    }

    #[test]
    fn mistakes_are_named() {
        for (json, part) in [
            ("[]", "object"),
            (r#"{"tresholds": {}}"#, "`thresholds`"),
            (r#"{"task": "token-clasification"}"#, "token-classification"),
            (r#"{"thresholds": {"DATE": 4}}"#, "DATE"),
            (r#"{"model": "../model.onnx"}"#, "inside"),
            (r#"{"sha256": {"/etc/passwd": "00"}}"#, "hexadecimal"),
            (r#"{"smoke": {"text": "a"}}"#, "entities"),
            (r#"{"smoke": {"text": "a", "similarty": 1}}"#, "similarity"),
            (r#"{"window": -1}"#, "window"),
        ] {
            let error = Manifest::parse(json.as_bytes()).unwrap_err();
            assert!(error.is_model() && error.to_string().contains(part), "{json}: {error}");
        }
    }
}
