//! One configuration for every language: Python's keywords and C's JSON arrive here, so that they mean the same.

use std::path::Path;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{Policy, Scrubber, ScrubberBuilder};
use crate::Key;
use crate::error::{Error, ErrorCode, Location, Result};

const KEYS: &[&str] =
    &["policy", "categories", "strict", "model", "votes", "key", "key_file", "seed", "verify", "max_bytes"];

impl Scrubber {
    /// Builds a scrubber from JSON: `{"policy": NAME | FILE | {...}, "categories": {...}, "strict": true | false, "model":
    /// "builtin" | "none" | DIR | [...], "votes": NUMBER, "key": TEXT, "key_file": FILE, "seed": NUMBER}`. Every member may be absent, and so may the whole (an empty text is the default scrubber).
    /// A list of models has them all search, `builtin` too only where it is listed; `votes` is how many of the listed directories must agree.
    /// `categories` changes single categories of the policy and is written as in a policy file; `strict` turns strict mode on or
    /// off. `key` is the secret key as hexadecimal digits or base64, `key_file` a file that holds it so, and `seed` a whole number.
    /// `verify` turns the search of the output for a known patient on (as it is) or off. `max_bytes` is how long a note or a message may be.
    /// A policy that is written out may name files: they are looked for in the working directory.
    ///
    /// ```
    /// use chartguard::Scrubber;
    /// let scrubber = Scrubber::from_json(r#"{"policy": "limited-data-set", "categories": {"name": {"operator": "mask"}}}"#)?;
    /// assert_eq!(scrubber.scrub("SSN 219-09-9999, seen 03/14/2024.")?.text, "SSN [SSN], seen 03/14/2024.");
    /// assert!(Scrubber::from_json(r#"{"max_bytes": 20}"#)?.scrub("SSN 219-09-9999, seen 03/14/2024.").unwrap_err().is_input());
    /// assert!(Scrubber::from_json(r#"{"polcy": "safe-harbor"}"#).unwrap_err().to_string().contains("`policy`"));
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the JSON is malformed, or a key or value does not exist: the error names it and the nearest one that does.
    pub fn from_json(json: &str) -> Result<Self> {
        let (builder, model) = parse(json)?;
        match model {
            Some(models) => builder.models_named(&models).map_err(|e| e.at(Location::Key("model".into())))?.build(),
            None => builder.build(),
        }
    }

    /// As [`from_json`](Self::from_json), with a model that was loaded before in place of the built-in one; the JSON then names
    /// none.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json), and when the JSON names a model too.
    #[cfg(feature = "onnx")]
    pub fn from_json_with_model(json: &str, model: crate::infer::Model) -> Result<Self> {
        let (builder, named) = parse(json)?;
        if named.is_some() {
            let error = Error::config("a model was handed in, so the configuration may not name another");
            return Err(error.at(Location::Key("model".into())));
        }
        builder.builtin_model(false).model(model).build()
    }

    /// As [`from_json`](Self::from_json), with models that were loaded before; the JSON names none, or `builtin`, which then searches
    /// beside them.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json), and when the JSON names another model.
    #[cfg(feature = "onnx")]
    pub fn from_json_with_models(json: &str, models: Vec<crate::infer::Model>) -> Result<Self> {
        let (builder, named) = parse(json)?;
        let named = named.unwrap_or_default();
        if named.iter().any(|name| name != "builtin") {
            let error = Error::config("models were handed in: the configuration may name `builtin` beside them alone");
            return Err(error.at(Location::Key("model".into())));
        }
        let builder = builder.builtin_model(!named.is_empty());
        models.into_iter().fold(builder, ScrubberBuilder::model).build()
    }
}

fn parse(json: &str) -> Result<(ScrubberBuilder, Option<Vec<String>>)> {
    let mut config: Map<String, Value> = if json.trim().is_empty() {
        Map::new()
    } else {
        serde_json::from_str(json).map_err(|e| {
            Error::config("the configuration is not a JSON object")
                .at(Location::LineColumn { line: e.line().max(1), column: e.column().max(1) })
        })?
    };
    if let Some(key) = config.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(Error::unknown(ErrorCode::Config, "key", key, KEYS.iter().copied()));
    }
    let policy = match config.get("policy") {
        None | Some(Value::Null) => Policy::default(),
        Some(Value::String(name)) => Policy::named(name).map_err(|e| e.at(Location::Key("policy".into())))?,
        Some(inline @ Value::Object(_)) => {
            Policy::read(&inline.to_string(), Some(Path::new(""))).map_err(|e| e.at(Location::Key("policy".into())))?
        }
        Some(_) => {
            let error = Error::config("a policy is a name, a file, or an object");
            return Err(error.at(Location::Key("policy".into())));
        }
    };
    let policy = match config.get("categories") {
        None | Some(Value::Null) => policy,
        Some(categories @ Value::Object(_)) => policy.with_categories(categories)?,
        Some(_) => {
            let error = Error::config("an object such as {\"name\": {\"operator\": \"mask\"}} is expected");
            return Err(error.at(Location::Key("categories".into())));
        }
    };
    let policy = match config.get("strict") {
        None | Some(Value::Null) => policy,
        Some(Value::Bool(strict)) => policy.with_strict(*strict),
        Some(_) => return Err(Error::config("true or false is expected").at(Location::Key("strict".into()))),
    };
    let model = match config.get("model") {
        None | Some(Value::Null) => None,
        Some(Value::String(model)) => Some(vec![model.clone()]),
        Some(given) => {
            let names = given.as_array().filter(|names| !names.is_empty()).and_then(|names| {
                names.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
            });
            let error = || Error::config("a model is \"builtin\", \"none\", a directory, or a list of these");
            Some(names.ok_or_else(|| error().at(Location::Key("model".into())))?)
        }
    };
    let verify = match config.get("verify") {
        None | Some(Value::Null) => true,
        Some(Value::Bool(verify)) => *verify,
        Some(_) => return Err(Error::config("true or false is expected").at(Location::Key("verify".into()))),
    };
    let mut builder = Scrubber::builder().policy(policy).verify(verify);
    if let Some(key) = key(&mut config)? {
        builder = builder.key(key);
    }
    #[cfg(feature = "onnx")]
    if let Some(votes) = config.get("votes").filter(|votes| !votes.is_null()) {
        let votes = votes.as_u64().and_then(|votes| usize::try_from(votes).ok());
        let votes =
            votes.ok_or_else(|| Error::config("a whole number is expected").at(Location::Key("votes".into())))?;
        builder = builder.votes(votes);
    }
    let whole = |key: &str| match config.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(number) => number.as_u64().map(Some).ok_or_else(|| {
            Error::config("a whole number from 0 to 18446744073709551615 is expected").at(Location::Key(key.to_owned()))
        }),
    };
    if let Some(seed) = whole("seed")? {
        builder = builder.seed(seed);
    }
    if let Some(bytes) = whole("max_bytes")? {
        builder = builder.max_bytes(usize::try_from(bytes).unwrap_or(usize::MAX));
    }
    Ok((builder, model))
}

/// The key of a configuration. Its text is wiped.
fn key(config: &mut Map<String, Value>) -> Result<Option<Key>> {
    let mut take = |name: &str| match config.get_mut(name).map(Value::take) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(Zeroizing::new(text))),
        Some(_) => Err(Error::key("a text is expected").at(Location::Key(name.to_owned()))),
    };
    match (take("key")?, take("key_file")?) {
        (None, None) => Ok(None),
        (Some(text), None) => Key::parse(&text).map(Some).map_err(|e| e.at(Location::Key("key".into()))),
        (None, Some(path)) => Key::load(path.as_str()).map(Some).map_err(|e| e.at(Location::Key("key_file".into()))),
        (Some(_), Some(_)) => {
            Err(Error::config("either `key` or `key_file` is expected").at(Location::Key("key".into())))
        }
    }
}
