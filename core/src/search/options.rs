//! What an index keeps.

use serde_json::{Map, Value};

use super::Chunking;
use crate::error::{Error, ErrorCode, Location, Result};

/// What an index keeps, and how it cuts documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SearchOptions {
    /// How documents are cut into passages.
    pub chunking: Chunking,
    /// Whether the texts of documents are kept, so that answers hold the text of the passage.
    pub keep_text: bool,
}

const KEYS: [&str; 3] = ["keep_text", "overlap", "words"];

impl SearchOptions {
    /// Options from a JSON object, every member of which may be absent: `{"words", "overlap", "keep_text"}`. An empty text is as an empty
    /// object.
    ///
    /// # Errors
    /// When it is no such object: the key is named, and the nearest known one.
    pub fn from_json(json: &str) -> Result<Self> {
        let mut options = Self::default();
        if json.trim().is_empty() {
            return Ok(options);
        }
        let given: Map<String, Value> = serde_json::from_str(json).map_err(|e| {
            Error::config("the options are not a JSON object")
                .at(Location::LineColumn { line: e.line().max(1), column: e.column().max(1) })
        })?;
        let wrong = |key: &str, what: &str| Error::config(what).at(Location::Key(key.to_owned()));
        let Chunking { mut words, mut overlap } = options.chunking;
        for (key, value) in given.iter().filter(|(_, value)| !value.is_null()) {
            let number = || {
                let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
                number.ok_or_else(|| wrong(key, "a whole number of words is expected"))
            };
            match key.as_str() {
                "words" => words = number()?,
                "overlap" => overlap = number()?,
                "keep_text" => {
                    options.keep_text = value.as_bool().ok_or_else(|| wrong(key, "true or false is expected"))?;
                }
                _ => return Err(Error::unknown(ErrorCode::Config, "key", key, KEYS)),
            }
        }
        options.chunking = Chunking::new(words, overlap)?;
        Ok(options)
    }

    /// Cuts documents so.
    #[must_use]
    pub fn chunking(mut self, chunking: Chunking) -> Self {
        self.chunking = chunking;
        self
    }

    /// Keeps the texts of documents, or does not, as by default.
    #[must_use]
    pub fn keep_text(mut self, keep: bool) -> Self {
        self.keep_text = keep;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_from_json() {
        let given = SearchOptions::from_json(r#"{"words": 40, "overlap": 8, "keep_text": true}"#).unwrap();
        assert_eq!(given, SearchOptions::default().chunking(Chunking::new(40, 8).unwrap()).keep_text(true));
        for empty in ["", " ", "{}", r#"{"words": null}"#] {
            assert_eq!(SearchOptions::from_json(empty).unwrap(), SearchOptions::default());
        }
        for (wrong, said) in [
            (r#"{"word": 40}"#, "did you mean `words`"),
            (r#"{"words": 1}"#, "expected from 8 to 2000"),
            (r#"{"words": 20}"#, "expected at most 10"),
            (r#"{"overlap": -1}"#, "a whole number"),
            (r#"{"keep_text": "yes"}"#, "true or false"),
            ("[]", "not a JSON object"),
        ] {
            let error = SearchOptions::from_json(wrong).unwrap_err();
            assert!(error.to_string().contains(said), "{wrong}: {error}");
        }
    }
}
