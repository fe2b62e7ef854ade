//! An Arrow column handed out through the PyCapsule interface.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field, FieldRef};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList, PyString};
use pyo3_arrow::ffi::{ArrayIterator, to_schema_pycapsule, to_stream_pycapsule};

use super::arrow_error;

/// A column of Arrow data: what comes back where Arrow data came in that is no container known here.
///
/// Anything that reads Arrow through the PyCapsule interface takes it: ``pyarrow.chunked_array(column)``,
/// ``polars.Series(column)``, ``nanoarrow.Array(column)``. ``repr`` shows no value.
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct ArrowColumn {
    field: FieldRef,
    chunks: Vec<ArrayRef>,
}

impl ArrowColumn {
    /// A column of at least one chunk.
    pub(super) fn new(chunks: Vec<ArrayRef>) -> Self {
        let kind = chunks.first().map_or(DataType::Null, |chunk| chunk.data_type().clone());
        Self { field: Arc::new(Field::new("", kind, true)), chunks }
    }
}

#[pymethods]
impl ArrowColumn {
    /// The data as an Arrow C stream.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let chunks: Vec<_> = self.chunks.iter().cloned().map(Ok).collect();
        let reader = Box::new(ArrayIterator::new(chunks, Arc::clone(&self.field)));
        Ok(to_stream_pycapsule(py, reader, requested_schema)?)
    }

    /// The type as an Arrow C schema.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        Ok(to_schema_pycapsule(py, self.field.as_ref())?)
    }

    fn __len__(&self) -> usize {
        self.chunks.iter().map(Array::len).sum()
    }

    /// The values as Python objects: str, float, int, None, lists and dicts of these.
    fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for chunk in &self.chunks {
            let chunk = match chunk.data_type() {
                DataType::Dictionary(_, value) => &arrow_cast::cast(chunk, value).map_err(|e| arrow_error(py, &e))?,
                _ => chunk,
            };
            for row in 0..chunk.len() {
                list.append(object(py, chunk.as_ref(), row)?)?;
            }
        }
        Ok(list)
    }

    /// A member of a column of structs, null where its struct is.
    fn _member(&self, py: Python<'_>, name: &str) -> PyResult<Self> {
        let member = |chunk: &ArrayRef| -> PyResult<ArrayRef> {
            // Where a struct is null its members are: they were built so.
            let column = chunk.as_struct_opt().and_then(|record| record.column_by_name(name));
            column.cloned().ok_or_else(|| crate::error::config(py, "there is no such member", name))
        };
        self.chunks.iter().map(member).collect::<PyResult<Vec<_>>>().map(Self::new)
    }

    fn __repr__(&self) -> String {
        format!("<chartguard.ArrowColumn {} rows of {}>", self.__len__(), self.field.data_type())
    }
}

/// A value as a Python object.
pub(super) fn object<'py>(py: Python<'py>, array: &dyn Array, row: usize) -> PyResult<Bound<'py, PyAny>> {
    if array.is_null(row) || array.data_type() == &DataType::Null {
        return Ok(py.None().into_bound(py));
    }
    let text = |text: &str| PyString::new(py, text).into_any();
    Ok(match array.data_type() {
        DataType::Utf8 => text(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => text(array.as_string::<i64>().value(row)),
        DataType::Utf8View => text(array.as_string_view().value(row)),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).into_pyobject(py)?.into_any(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).into_pyobject(py)?.into_any(),
        DataType::List(_) => {
            let values = array.as_list::<i32>().value(row);
            let list = PyList::empty(py);
            for at in 0..values.len() {
                list.append(object(py, values.as_ref(), at)?)?;
            }
            list.into_any()
        }
        DataType::Struct(fields) => {
            let record = array.as_struct();
            let dict = PyDict::new(py);
            for (field, column) in fields.iter().zip(record.columns()) {
                dict.set_item(field.name(), object(py, column.as_ref(), row)?)?;
            }
            dict.into_any()
        }
        kind => return Err(crate::error::config(py, format!("{kind} has no Python value here"), "column")),
    })
}
