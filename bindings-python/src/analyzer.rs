//! Scrubbing and scoring in one call.

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::error::run;
use crate::rubric::{Report, Scorer};
use crate::scrubber::{Scrubbed, Scrubber, batch};

/// Scrubs and scores notes. Immutable; may be shared between threads.
///
/// Parameters
/// ----------
/// scrubber : Scrubber
/// scorer : Scorer
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Analyzer(chartguard::Analyzer, pub(crate) Py<Scrubber>, pub(crate) Py<Scorer>);

#[pymethods]
impl Analyzer {
    #[new]
    fn new(scrubber: Bound<'_, Scrubber>, scorer: Bound<'_, Scorer>) -> Self {
        let analyzer = chartguard::Analyzer::new(scrubber.get().0.clone(), scorer.get().0.clone());
        Self(analyzer, scrubber.unbind(), scorer.unbind())
    }

    /// The scrubber within.
    #[getter]
    fn scrubber(&self, py: Python<'_>) -> Py<Scrubber> {
        self.1.clone_ref(py)
    }

    /// The scorer within.
    #[getter]
    fn scorer(&self, py: Python<'_>) -> Py<Scorer> {
        self.2.clone_ref(py)
    }

    /// Scrub and score a note.
    ///
    /// Parameters
    /// ----------
    /// text : str
    /// doc_type, discipline : str, optional
    ///     As for `Scorer.score`.
    ///
    /// Returns
    /// -------
    /// Outcome
    #[pyo3(signature = (text, *, doc_type=None, discipline=None))]
    fn analyze(
        &self,
        py: Python<'_>,
        text: &Bound<'_, PyString>,
        doc_type: Option<&str>,
        discipline: Option<&str>,
    ) -> PyResult<Outcome> {
        let text = crate::error::text(text)?;
        let outcome = run(py, || {
            let options = chartguard::ScoreOptions::parse(doc_type, discipline)?;
            Ok((text, self.0.analyze(text, &options)?))
        })?;
        Outcome::new(py, outcome.0, outcome.1)
    }

    /// Scrub and score many notes.
    ///
    /// Parameters
    /// ----------
    /// texts : iterable of str
    /// threads : int, optional
    ///     Threads to work on; one if not given.
    /// progress : bool, default False
    ///     Show a tqdm progress bar where tqdm is installed.
    ///
    /// Returns
    /// -------
    /// list of Outcome
    ///     The same as one `analyze` call each.
    #[pyo3(signature = (texts, *, threads=None, progress=false))]
    fn analyze_batch(
        &self,
        py: Python<'_>,
        texts: &Bound<'_, PyAny>,
        threads: Option<usize>,
        progress: bool,
    ) -> PyResult<Vec<Outcome>> {
        let options = chartguard::ScoreOptions::default();
        let done = batch(py, texts, threads, progress, |notes| {
            let done = self.0.analyze_batch(notes, &options);
            done.into_iter().zip(notes).map(|(one, note)| one.map(|outcome| (note.to_string(), outcome))).collect()
        })?;
        done.into_iter().map(|(note, outcome)| Outcome::new(py, &note, outcome)).collect()
    }

    fn __repr__(&self) -> String {
        "<chartguard.Analyzer>".into()
    }
}

/// What became of one note.
///
/// Attributes
/// ----------
/// scrubbed : Scrubbed
/// report : Report
///     Evidence points into the original note.
#[pyclass(frozen, get_all, module = "chartguard")]
pub(crate) struct Outcome {
    pub(crate) scrubbed: Py<Scrubbed>,
    pub(crate) report: Py<Report>,
}

impl Outcome {
    fn new(py: Python<'_>, note: &str, outcome: chartguard::Outcome) -> PyResult<Self> {
        Ok(Self {
            scrubbed: Py::new(py, Scrubbed::new(note, outcome.scrubbed))?,
            report: Py::new(py, Report::new(note, outcome.report))?,
        })
    }
}

#[pymethods]
impl Outcome {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<chartguard.Outcome {} {}>", self.scrubbed.bind(py).repr()?, self.report.bind(py).repr()?))
    }
}
