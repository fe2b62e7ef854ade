//! Reads a configuration object member by member. An error names the member, what it is and what is expected.

use serde_json::{Map, Value};

use crate::error::{Error, ErrorCode, Location, Result};

/// An object of a configuration, all of whose members are known.
pub(super) struct Fields<'v> {
    members: &'v Map<String, Value>,
    path: String,
}

impl<'v> Fields<'v> {
    /// The object at `path` of a configuration (empty at its top).
    ///
    /// # Errors
    /// When `value` is no object, or has a member that is not one of `known`.
    pub(super) fn new(value: &'v Value, path: String, known: &[&str]) -> Result<Self> {
        let members = match value {
            Value::Object(members) => members,
            other => {
                let error = Error::config(format!("keys such as `{}` are expected, not {}", known[0], kind(other)));
                return Err(if path.is_empty() { error } else { error.at(Location::Key(path)) });
            }
        };
        if let Some(key) = members.keys().find(|key| !known.contains(&key.as_str())) {
            let error = Error::unknown(ErrorCode::Config, "key", key, known.iter().copied());
            return Err(if path.is_empty() { error } else { error.at(Location::Key(path)) });
        }
        Ok(Self { members, path })
    }

    /// Where a member is.
    pub(super) fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// An error about a member.
    pub(super) fn error(&self, key: &str, what: impl Into<String>) -> Error {
        Error::config(what).at(Location::Key(self.path(key)))
    }

    /// A member that is there and not null.
    pub(super) fn get(&self, key: &str) -> Option<&'v Value> {
        self.members.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&'v str>> {
        self.get(key).map(|value| text(value, || self.path(key))).transpose()
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let flag = value.as_bool();
        flag.map(Some).ok_or_else(|| self.error(key, format!("true or false is expected, not {}", kind(value))))
    }

    pub(super) fn number(&self, key: &str) -> Result<Option<f32>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let number = value.as_f64().map(|number| number as f32);
        number.map(Some).ok_or_else(|| self.error(key, format!("a number is expected, not {}", kind(value))))
    }

    pub(super) fn whole(&self, key: &str) -> Result<Option<usize>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
        number.map(Some).ok_or_else(|| self.error(key, format!("a whole number is expected, not {}", kind(value))))
    }

    /// The items of a list; none where the member is absent.
    pub(super) fn list(&self, key: &str) -> Result<&'v [Value]> {
        match self.get(key) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(other) => Err(self.error(key, format!("a list is expected, not {}", kind(other)))),
        }
    }

    /// The items of a list of texts, none of which is empty.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<&'v str>> {
        let place = |index| format!("{}[{index}]", self.path(key));
        let text = |(index, item)| {
            let text = text(item, || place(index))?;
            if text.trim().is_empty() {
                return Err(Error::config("the text is empty").at(Location::Key(place(index))));
            }
            Ok(text)
        };
        self.list(key)?.iter().enumerate().map(text).collect()
    }
}

/// A value that has to be a text.
pub(super) fn text(value: &Value, path: impl FnOnce() -> String) -> Result<&str> {
    value.as_str().ok_or_else(|| {
        let hint = if value.is_number() || value.is_boolean() { " (put it in quotes)" } else { "" };
        Error::config(format!("a text is expected, not {}{hint}", kind(value))).at(Location::Key(path()))
    })
}

/// What a value is, in words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
