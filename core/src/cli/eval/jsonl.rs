//! Labelled notes in JSON Lines.

use serde_json::Value;

use super::labels::{Labels, Meaning, span};
use crate::cli::input::Line;
use crate::error::{Error, Result};
use crate::measure::{Gold, Labelled};
use crate::text::Offsets;

/// Reads the note of a line with its labels. Whatever else the line says in short is a facet of the note.
pub(super) fn read(line: &Line, labels: &Labels) -> Result<Labelled> {
    let text = line.text()?;
    let gold = gold(line, text, labels).map_err(|e| line.locate(e))?;
    let id = match line.members.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(other) if !other.is_null() => other.to_string(),
        _ => line.place(),
    };
    let mut note = Labelled::new(id, text, gold);
    for (key, value) in &line.members {
        if !matches!(key.as_str(), "id" | "text" | "spans" | "optional" | "ignore") {
            note.facets.insert(key.clone(), values(value));
        }
    }
    Ok(note)
}

/// The values of a facet: words with commas between them, a number, or a list of such.
fn values(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => {
            text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        }
        Value::Bool(_) | Value::Number(_) => vec![value.to_string()],
        Value::Array(items) => items.iter().flat_map(values).collect(),
        Value::Null | Value::Object(_) => Vec::new(),
    }
}

fn gold(line: &Line, text: &str, labels: &Labels) -> Result<Gold> {
    let offsets = Offsets::new(text);
    let length = offsets.code_point(text.len());
    let list = |key: &str| match line.members.get(key) {
        None | Some(Value::Null) => Ok([].as_slice()),
        Some(Value::Array(items)) => Ok(items.as_slice()),
        Some(_) => Err(Error::input(format!("`{key}` is not a list"))),
    };
    let mut gold = Gold::default();
    for item in list("spans")? {
        let label = item.get("label").or_else(|| item.get("category")).and_then(Value::as_str);
        let label = label.ok_or_else(|| Error::input("a span has no `label`"))?;
        let at = |key: &str| item.get(key).and_then(Value::as_u64);
        let span = span(&offsets, length, at("start"), at("end"))?;
        match labels.meaning(label)? {
            Meaning::As(category) => gold.spans.push((span, category)),
            Meaning::Ignored => gold.ignored.push(span),
        }
    }
    for item in list("ignore")?.iter().chain(list("optional")?) {
        let at = |key: &str, index: usize| item.get(key).or_else(|| item.get(index)).and_then(Value::as_u64);
        gold.ignored.push(span(&offsets, length, at("start", 0), at("end", 1))?);
    }
    Ok(gold)
}
