//! Reads YAML (and so JSON) into a value tree, with the line and column of a mistake.

use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorCode, Location, Result};

/// Parses `yaml`; a mistake is an error of `code` with its line and column.
pub(crate) fn parse<T: DeserializeOwned>(yaml: &str, code: ErrorCode) -> Result<T> {
    serde_saphyr::from_str(yaml).map_err(|error| {
        let mut place = None;
        if let Some(at) = error.location() {
            place = Some(Location::LineColumn { line: at.line() as usize, column: at.column() as usize });
        }
        let out = match error.without_snippet() {
            serde_saphyr::Error::SerdeUnknownField { field, expected, .. } => {
                Error::unknown(code, "key", field, expected.iter().copied())
            }
            serde_saphyr::Error::SerdeUnknownVariant { variant, expected, .. } => {
                Error::unknown(code, "value", variant, expected.iter().copied())
            }
            // The parser's own rendering repeats lines of the file; its first line says what was wrong.
            plain => Error::new(code, plain.to_string().lines().next().unwrap_or("not YAML").to_owned()),
        };
        match place {
            Some(place) => out.at(place),
            None => out,
        }
    })
}
