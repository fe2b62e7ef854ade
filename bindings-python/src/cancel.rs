//! A token that stops calls.

use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::config;

/// A token with which calls are stopped, from another thread or when a time is over.
///
/// ``Scrubber.until``, ``Scorer.until`` and ``Analyzer.until`` say which calls it stops: they raise `CancelledError` soon after it is set, and
/// return nothing. A token that was set stays set.
///
/// Parameters
/// ----------
/// timeout : float, optional
///     Seconds from now after which it sets itself; never if not given.
///
/// Examples
/// --------
/// >>> from chartguard import Cancel, Scrubber
/// >>> scrubber = Scrubber()
/// >>> scrubber.until(Cancel(timeout=30)).scrub("SSN 219-09-9999").text
/// 'SSN [SSN]'
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Cancel(pub(crate) chartguard::Cancel);

#[pymethods]
impl Cancel {
    #[new]
    #[pyo3(signature = (*, timeout=None, **unknown))]
    #[pyo3(text_signature = "(*, timeout=None)")]
    fn new(py: Python<'_>, timeout: Option<f64>, unknown: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        crate::error::no_keywords(py, unknown, "Cancel")?;
        let Some(seconds) = timeout else { return Ok(Self(chartguard::Cancel::new())) };
        let end = Duration::try_from_secs_f64(seconds).ok().and_then(|time| Instant::now().checked_add(time));
        let end = end.ok_or_else(|| config(py, "seconds from 0 on are expected", "timeout"))?;
        Ok(Self(chartguard::Cancel::when(move || Instant::now() >= end)))
    }

    /// Set the token: calls that work until it is set stop soon, those that begin later at once.
    fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether it is set, or its time is over.
    #[getter]
    fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    fn __repr__(&self) -> String {
        format!("<chartguard.Cancel cancelled={}>", if self.0.is_cancelled() { "True" } else { "False" })
    }
}
