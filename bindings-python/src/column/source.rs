//! What holds the notes: Arrow chunks, read where they lie, or a list of Python.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BinaryViewArray, LargeStringArray, StringArray};
use arrow_schema::DataType;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyList, PyString};
use pyo3_arrow::input::AnyArray;

use super::arrow_error;
use crate::error::config;

/// A column as it was handed in.
pub(super) struct Source<'py> {
    data: Data<'py>,
    len: usize,
}

enum Data<'py> {
    Arrow { kind: DataType, chunks: Vec<ArrayRef> },
    Objects(Bound<'py, PyList>),
}

impl<'py> Source<'py> {
    /// A list of Python, or anything that exports Arrow.
    pub(super) fn open(column: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(list) = column.cast::<PyList>() {
            return Ok(Self { len: list.len(), data: Data::Objects(list.clone()) });
        }
        let array: AnyArray = column.extract().map_err(|_| {
            let kind = column.get_type().name().map(|name| name.to_string()).unwrap_or_default();
            config(column.py(), format!("{kind} is no column of text"), "column")
        })?;
        let (chunks, field) = array
            .into_chunked_array()
            .map_err(|error| config(column.py(), format!("the Arrow data cannot be read: {error}"), "column"))?
            .into_inner();
        let len = chunks.iter().map(Array::len).sum();
        Ok(Self { data: Data::Arrow { kind: field.data_type().clone(), chunks }, len })
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The Arrow type of the texts; what is read from Python becomes `LargeUtf8`.
    pub(super) fn kind(&self) -> DataType {
        match &self.data {
            Data::Arrow { kind, .. } => match kind {
                DataType::Dictionary(_, value) => value.as_ref().clone(),
                kind => kind.clone(),
            },
            Data::Objects(_) => DataType::LargeUtf8,
        }
    }

    pub(super) fn chunks(&self) -> Option<(&DataType, &[ArrayRef])> {
        match &self.data {
            Data::Arrow { kind, chunks } => Some((kind, chunks)),
            Data::Objects(_) => None,
        }
    }

    pub(super) fn objects(&self) -> Option<&Bound<'py, PyList>> {
        match &self.data {
            Data::Objects(list) => Some(list),
            Data::Arrow { .. } => None,
        }
    }

    /// These rows of Arrow data as one array.
    pub(super) fn slice(&self, py: Python<'_>, rows: Range<usize>) -> PyResult<Option<ArrayRef>> {
        let Data::Arrow { chunks, kind } = &self.data else { return Ok(None) };
        let (mut from, mut length) = (rows.start, rows.len());
        let mut pieces = Vec::new();
        for chunk in chunks {
            if from >= chunk.len() {
                from -= chunk.len();
                continue;
            }
            let taken = length.min(chunk.len() - from);
            pieces.push(chunk.slice(from, taken));
            (from, length) = (0, length - taken);
            if length == 0 {
                break;
            }
        }
        if let [only] = pieces.as_slice() {
            return Ok(Some(only.clone()));
        }
        if pieces.is_empty() {
            return Ok(Some(arrow_array::new_empty_array(kind)));
        }
        let pieces: Vec<&dyn Array> = pieces.iter().map(AsRef::as_ref).collect();
        arrow_select::concat::concat(&pieces).map(Some).map_err(|error| arrow_error(py, &error))
    }
}

/// Rows of text. Arrow does not check that text which comes from elsewhere is UTF-8: each row is checked when it is read.
#[derive(Clone)]
pub(super) enum Texts {
    Utf8(StringArray),
    Large(LargeStringArray),
    View(BinaryViewArray),
    Null(usize),
}

impl Texts {
    /// The texts of an array; nothing if it holds something else.
    pub(super) fn new(array: &dyn Array) -> Option<Self> {
        match array.data_type() {
            DataType::Utf8 => Some(Self::Utf8(array.as_string::<i32>().clone())),
            DataType::LargeUtf8 => Some(Self::Large(array.as_string::<i64>().clone())),
            DataType::Utf8View => Some(Self::View(array.as_string_view().clone().to_binary_view())),
            DataType::Null => Some(Self::Null(array.len())),
            _ => None,
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Utf8(array) => array.len(),
            Self::Large(array) => array.len(),
            Self::View(array) => array.len(),
            Self::Null(rows) => *rows,
        }
    }

    /// The bytes of a row; nothing where it is null.
    pub(super) fn bytes(&self, row: usize) -> Option<&[u8]> {
        match self {
            Self::Utf8(array) if array.is_valid(row) => {
                let offsets = array.value_offsets();
                Some(&array.value_data()[offsets[row] as usize..offsets[row + 1] as usize])
            }
            Self::Large(array) if array.is_valid(row) => {
                let offsets = array.value_offsets();
                Some(&array.value_data()[offsets[row] as usize..offsets[row + 1] as usize])
            }
            Self::View(array) if array.is_valid(row) => Some(array.value(row)),
            _ => None,
        }
    }

    pub(super) fn slice(&self, rows: Range<usize>) -> Self {
        match self {
            Self::Utf8(array) => Self::Utf8(array.slice(rows.start, rows.len())),
            Self::Large(array) => Self::Large(array.slice(rows.start, rows.len())),
            Self::View(array) => Self::View(array.slice(rows.start, rows.len())),
            Self::Null(_) => Self::Null(rows.len()),
        }
    }
}

/// What is wrong with an object in a list of notes; holds nothing of it.
pub(super) type Wrong = String;

/// The rows of a list as texts, up to about so many bytes; what is no text is null and said beside.
pub(super) fn read(
    list: &Bound<'_, PyList>,
    rows: Range<usize>,
    bytes: usize,
) -> PyResult<(Texts, Vec<(usize, Wrong)>)> {
    let mut texts: Vec<Option<Bound<'_, PyString>>> = Vec::with_capacity(rows.len());
    let mut wrong = Vec::new();
    let mut held = 0;
    for row in rows {
        let item = list.get_item(row)?;
        let at = texts.len();
        match item.cast_into::<PyString>() {
            Ok(text) => {
                if let Ok(read) = text.to_str() {
                    held += read.len();
                    texts.push(Some(text));
                } else {
                    wrong.push((at, "the string holds a lone surrogate, which is no Unicode text".to_owned()));
                    texts.push(None);
                }
            }
            Err(error) => {
                let item = error.into_inner();
                if !is_null(&item) {
                    wrong.push((at, format!("{} is no str", item.get_type().name()?)));
                }
                texts.push(None);
            }
        }
        if held >= bytes {
            break;
        }
    }
    let array: LargeStringArray = texts.iter().map(|text| text.as_ref().and_then(|text| text.to_str().ok())).collect();
    Ok((Texts::Large(array), wrong))
}

/// Whether an object stands for no value: None, NaN, pandas' NA and NaT.
pub(super) fn is_null(item: &Bound<'_, PyAny>) -> bool {
    item.is_none()
        || item.cast::<PyFloat>().is_ok_and(|number| number.value().is_nan())
        || item.get_type().name().is_ok_and(|name| name == "NAType" || name == "NaTType")
}

/// Arrays of one type as one.
pub(super) fn joined(py: Python<'_>, arrays: &[ArrayRef]) -> PyResult<ArrayRef> {
    if let [only] = arrays {
        return Ok(Arc::clone(only));
    }
    let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
    arrow_select::concat::concat(&arrays).map_err(|error| arrow_error(py, &error))
}
