//! What is known of each note, from other columns of its table.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::DataType;
use chartguard::Context;
use pyo3::prelude::*;
use pyo3::types::PyList;
use serde_json::{Map, Value};

use super::arrow_error;
use super::source::Source;
use crate::error::config;

/// Members of a patient that are one text; all others are lists.
const SINGLE: &[&str] = &["birth_date", "note_date", "ssn"];

/// Columns that say something of the notes.
pub(super) struct Columns<'py>(Vec<(String, Source<'py>)>);

/// What is known of one note.
#[derive(Default)]
pub(super) struct Known {
    context: Map<String, Value>,
    options: Map<String, Value>,
}

impl Known {
    /// Which note of a vault it is.
    pub(super) fn document_id(&self) -> Option<&str> {
        self.context.get("document_id").and_then(Value::as_str)
    }

    /// As the scrubber takes it.
    pub(super) fn context(&self) -> chartguard::Result<Context> {
        if self.context.is_empty() {
            return Ok(Context::default());
        }
        Context::from_json(&Value::Object(self.context.clone()).to_string())
    }

    /// As the scorer takes it.
    pub(super) fn options(&self) -> chartguard::Result<chartguard::ScoreOptions> {
        let text = |key: &str| self.options.get(key).and_then(Value::as_str);
        chartguard::ScoreOptions::parse(text("doc_type"), text("discipline"))
    }
}

impl<'py> Columns<'py> {
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    /// Pairs of what a column says and the column: "context" (dicts), "patient_id", "document_id", "date", "doc_type",
    /// "discipline", or a member of a patient, as "patient.names".
    pub(super) fn open(pairs: &Bound<'py, PyAny>, rows: usize) -> PyResult<Self> {
        let py = pairs.py();
        let mut columns = Vec::new();
        for pair in pairs.try_iter()? {
            let (path, column): (String, Bound<'py, PyAny>) = pair?.extract()?;
            let source = Source::open(&column)?;
            if source.len() != rows {
                let what = format!("{} values were given for {rows} notes", source.len());
                return Err(config(py, what, if path == "context" { "contexts" } else { &path }));
            }
            columns.push((path, source));
        }
        Ok(Self(columns))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is known of these rows; nothing if nothing is known of any.
    pub(super) fn rows(&self, py: Python<'_>, rows: &Range<usize>) -> PyResult<Vec<Known>> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let mut known: Vec<Known> = rows.clone().map(|_| Known::default()).collect();
        for (path, source) in &self.0 {
            let cells = match (source.objects(), source.slice(py, rows.clone())?) {
                (Some(list), _) => objects(list, rows)?,
                (None, Some(array)) => cells(py, &array, path)?,
                (None, None) => Vec::new(),
            };
            for (known, cell) in known.iter_mut().zip(cells) {
                put(known, path, cell);
            }
        }
        Ok(known)
    }
}

fn put(known: &mut Known, path: &str, cell: Value) {
    match (path, cell) {
        (_, Value::Null) => {}
        ("context", Value::Object(members)) => known.context.extend(members),
        ("doc_type" | "discipline", cell) => drop(known.options.insert(path.to_owned(), cell)),
        (_, cell) => match path.strip_prefix("patient.") {
            None => drop(known.context.insert(path.to_owned(), cell)),
            Some(member) => {
                let patient = known.context.entry("patient").or_insert_with(|| Value::Object(Map::new()));
                let Value::Object(patient) = patient else { return };
                if SINGLE.contains(&member) {
                    patient.insert(member.to_owned(), cell);
                    return;
                }
                let list = patient.entry(member).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = list {
                    match cell {
                        Value::Array(cells) => list.extend(cells),
                        cell => list.push(cell),
                    }
                }
            }
        },
    }
}

/// Python's objects as JSON, by `_containers.plain`.
fn objects(list: &Bound<'_, PyList>, rows: &Range<usize>) -> PyResult<Vec<Value>> {
    let py = list.py();
    let plain = py.import("chartguard._containers")?.getattr("plain")?;
    let read = |row: usize| -> PyResult<Value> {
        let json: String = plain.call1((list.get_item(row)?,))?.extract()?;
        serde_json::from_str(&json).map_err(|_| config(py, "a value cannot be read", "contexts"))
    };
    rows.clone().map(read).collect()
}

/// Arrow's values as JSON: texts, numbers as they are written, days as YYYY-MM-DD, lists of these.
fn cells(py: Python<'_>, array: &ArrayRef, path: &str) -> PyResult<Vec<Value>> {
    let fail = |error: arrow_schema::ArrowError| arrow_error(py, &error);
    let list = match array.data_type() {
        DataType::List(_) | DataType::LargeList(_) => cast(
            array,
            &DataType::LargeList(std::sync::Arc::new(arrow_schema::Field::new("item", DataType::Utf8, true))),
        )
        .map_err(fail)?,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => {
            // Numbers with gaps become floats in many tools: 4471203.0 is the number 4471203.
            let array = cast(array, &DataType::Float64).map_err(fail)?;
            let number = |value: Option<f64>| match value {
                None => Ok(Value::Null),
                Some(value) if value.is_nan() => Ok(Value::Null),
                Some(value) if value.fract() == 0.0 && value.abs() < 9e15 => Ok(Value::String(format!("{value:.0}"))),
                Some(_) => Err(config(py, "a number that is not whole cannot be an identifier", path)),
            };
            return array.as_primitive::<Float64Type>().iter().map(number).collect();
        }
        DataType::Timestamp(..) => {
            cast(&cast(array, &DataType::Date32).map_err(fail)?, &DataType::Utf8).map_err(fail)?
        }
        _ => cast(array, &DataType::Utf8).map_err(fail)?,
    };
    let text = |value: Option<&str>| value.map_or(Value::Null, Value::from);
    Ok(match list.data_type() {
        DataType::LargeList(_) => list
            .as_list::<i64>()
            .iter()
            .map(|row| {
                row.map_or(Value::Null, |row| row.as_string::<i32>().iter().flatten().map(Value::from).collect())
            })
            .collect(),
        _ => list.as_string::<i32>().iter().map(text).collect(),
    })
}
