//! What a notebook shows. The pages are made by `chartguard/_notebook.py`; by default they hold nothing of the original.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::analyzer::Outcome;
use crate::rubric::Report;
use crate::scrubber::Scrubbed;

fn page<'py>(
    py: Python<'py>,
    function: &str,
    arguments: impl pyo3::call::PyCallArgs<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    py.import("chartguard._notebook")?.getattr(function)?.call1(arguments)
}

#[pymethods]
impl Scrubbed {
    /// The scrubbed note as HTML, each replacement marked by its category.
    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        page(slf.py(), "scrubbed", (slf,))
    }

    /// The note as HTML, each finding marked by its category.
    ///
    /// Parameters
    /// ----------
    /// original : str, optional
    ///     The note that was scrubbed, which is not kept here.
    /// show_phi : bool, default False
    ///     Show `original` with its findings in place of the scrubbed text. A notebook that is saved then holds it.
    ///
    /// Returns
    /// -------
    /// str
    ///
    /// Raises
    /// ------
    /// ConfigError
    ///     Only one of `original` and ``show_phi=True`` was given.
    ///
    /// Examples
    /// --------
    /// >>> from chartguard import Scrubber
    /// >>> note = "SSN 219-09-9999"
    /// >>> scrubbed = Scrubber(model="none").scrub(note)
    /// >>> "219-09-9999" in scrubbed.to_html(), "219-09-9999" in scrubbed.to_html(note, show_phi=True)
    /// (False, True)
    #[pyo3(signature = (original=None, *, show_phi=false, **unknown))]
    #[pyo3(text_signature = "($self, original=None, *, show_phi=False)")]
    fn to_html<'py>(
        slf: &Bound<'py, Self>,
        original: Option<Bound<'py, PyString>>,
        show_phi: bool,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        crate::error::no_keywords(slf.py(), unknown, "Scrubbed.to_html")?;
        page(slf.py(), "scrubbed", (slf, original, show_phi))
    }
}

#[pymethods]
impl Report {
    /// The report as a card: score, verdicts and advice, nothing of the note.
    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        page(slf.py(), "card", (slf,))
    }
}

#[pymethods]
impl Outcome {
    /// The scrubbed note beside the card of its report.
    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        page(slf.py(), "outcome", (slf,))
    }
}
