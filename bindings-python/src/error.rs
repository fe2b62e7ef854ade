//! The exceptions, and the one place where a core error or a panic becomes one.

use std::sync::Arc;

use chartguard::{Error, ErrorCode, caught};
use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

create_exception!(
    chartguard,
    ChartguardError,
    PyException,
    "Why a call gave no result. Never holds text of a note.\n\nAttributes\n----------\ncode : str\n    The kind of error, such as \"config\".\nwhere : list of str\n    Where it happened, outermost first; empty where no place applies.\nrow : int\n    Which row, where a column was worked on."
);
create_exception!(chartguard, InputError, ChartguardError, "The text handed in cannot be processed.");
create_exception!(chartguard, ConfigError, ChartguardError, "An option or a policy is wrong.");
create_exception!(chartguard, RubricError, ChartguardError, "A rubric is wrong.");
create_exception!(chartguard, ModelError, ChartguardError, "A model could not be loaded.");
create_exception!(chartguard, InferenceError, ChartguardError, "A model failed while running.");
create_exception!(chartguard, FileError, ChartguardError, "A file could not be read or written.");
create_exception!(
    chartguard,
    SecretKeyError,
    ConfigError,
    "A secret key is malformed, missing, or not the one that was used."
);
create_exception!(chartguard, TamperedError, ChartguardError, "A text to be restored, or a vault, was changed.");
create_exception!(chartguard, AccessError, ChartguardError, "The actor is not allowed to do it.");
create_exception!(
    chartguard,
    CancelledError,
    ChartguardError,
    "The token of the call was set, or its time was over; nothing was returned."
);
create_exception!(chartguard, InternalError, ChartguardError, "A defect in chartguard; nothing was returned.");

/// The exception of a core error.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    let message = error.to_string();
    let out = match error.code() {
        ErrorCode::Input => InputError::new_err(message),
        ErrorCode::Config => ConfigError::new_err(message),
        ErrorCode::Rubric => RubricError::new_err(message),
        ErrorCode::Model => ModelError::new_err(message),
        ErrorCode::Inference => InferenceError::new_err(message),
        ErrorCode::Io => FileError::new_err(message),
        ErrorCode::Key => SecretKeyError::new_err(message),
        ErrorCode::Tampered => TamperedError::new_err(message),
        ErrorCode::Access => AccessError::new_err(message),
        ErrorCode::Cancelled => CancelledError::new_err(message),
        _ => InternalError::new_err(message),
    };
    describe(py, out, error.code().as_str(), error.locations().map(ToString::to_string).collect())
}

/// An exception about an argument of Python's own making.
pub(crate) fn config(py: Python<'_>, message: impl Into<String>, place: &str) -> PyErr {
    let message: String = message.into();
    let out = ConfigError::new_err(format!("`{place}`: {message}"));
    describe(py, out, "config", vec![place.to_owned()])
}

fn describe(py: Python<'_>, error: PyErr, code: &str, place: Vec<String>) -> PyErr {
    let value = error.value(py);
    match value.setattr("code", code).and_then(|()| value.setattr("where", place)) {
        Ok(()) => error,
        Err(failed) => failed,
    }
}

/// Runs core work without the GIL. A panic becomes [`InternalError`]: PyO3's own would pass by `except Exception`.
pub(crate) fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> chartguard::Result<T> + Send) -> PyResult<T> {
    match py.detach(|| caught(work)) {
        Ok(result) => result.map_err(|error| exception(py, &error)),
        Err(stopped) => Err(describe(py, InternalError::new_err(stopped.to_string()), "panic", Vec::new())),
    }
}

/// The text of a Python string. One with lone surrogates is refused without repeating it, which the error of Python would.
pub(crate) fn text<'a>(text: &'a Bound<'_, PyString>) -> PyResult<&'a str> {
    text.to_str().map_err(|_| {
        let error = InputError::new_err("the string holds a lone surrogate, which is no Unicode text");
        describe(text.py(), error, "input", Vec::new())
    })
}

/// Why a row of a column has no result. Holds nothing of it.
#[derive(Clone)]
pub(crate) enum RowError {
    /// The core says so.
    Core(Arc<Error>),
    /// It is no text.
    Text(String),
    /// A defect in chartguard.
    Panic,
}

/// The error of a row that is no text.
pub(crate) fn text_error(what: impl Into<String>) -> RowError {
    RowError::Text(what.into())
}

impl RowError {
    /// The exception, which says the row in its message, in `row` and first in `where`.
    pub(crate) fn into_exception(self, py: Python<'_>, row: usize) -> PyErr {
        let (code, error) = match self {
            Self::Core(error) => ("", exception(py, &error)),
            Self::Text(what) => ("input", InputError::new_err(what)),
            Self::Panic => ("panic", InternalError::new_err("a defect in chartguard stopped the row")),
        };
        let error = if code.is_empty() { error } else { describe(py, error, code, Vec::new()) };
        let value = error.value(py);
        let said = || -> PyResult<()> {
            let mut places: Vec<String> = value.getattr("where")?.extract()?;
            places.insert(0, format!("row {row}"));
            value.setattr("where", places)?;
            value.setattr("row", row)?;
            value.setattr("args", (format!("row {row}: {}", value.str()?),))
        };
        match said() {
            Ok(()) => error,
            Err(failed) => failed,
        }
    }
}

/// Refuses keywords that a function of ours has not, such as `Scrubber.scrub`, and names the nearest that it has.
pub(crate) fn no_keywords(py: Python<'_>, unknown: Option<&Bound<'_, PyDict>>, function: &str) -> PyResult<()> {
    match unknown.and_then(|unknown| unknown.keys().into_iter().next()) {
        None => Ok(()),
        Some(name) => {
            let error = py.import("chartguard._containers")?.call_method1("unknown_here", (name, function))?;
            Err(PyErr::from_value(error))
        }
    }
}
