//! Scrubbing and scoring in one call.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::audit::{AuditLog, Trail};
use crate::cancel::Cancel;
use crate::error::run;
use crate::rubric::{Report, Scorer};
use crate::scrubber::{Scrubbed, Scrubber, batch, note_context};
use crate::vault::Vault;

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
        let analyzer = chartguard::Analyzer::new(scrubber.get().0.clone(), scorer.get().core.clone());
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

    /// The same analyzer, whose calls stop once a token is set: they raise `CancelledError` and return nothing. It shares everything with
    /// this one, so there may be one for each call; a pickle of it has no token.
    ///
    /// Parameters
    /// ----------
    /// cancel : Cancel
    ///
    /// Returns
    /// -------
    /// Analyzer
    fn until(&self, py: Python<'_>, cancel: &Bound<'_, Cancel>) -> PyResult<Self> {
        let scrubber = Bound::new(py, self.1.get().until(cancel))?;
        let scorer = Bound::new(py, self.2.get().until(py, cancel))?;
        Ok(Self::new(scrubber, scorer))
    }

    /// Scrub and score a note.
    ///
    /// Parameters
    /// ----------
    /// text : str
    /// doc_type, discipline : str, optional
    ///     As for `Scorer.score`.
    /// patient, context, vault, audit, actor, now
    ///     As for `Scrubber.scrub`.
    ///
    /// Returns
    /// -------
    /// Outcome
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (text, *, doc_type=None, discipline=None, patient=None, context=None, vault=None, audit=None, actor=None, now=None, **unknown))]
    #[pyo3(
        text_signature = "($self, text, *, doc_type=None, discipline=None, patient=None, context=None, vault=None, audit=None, actor=None, now=None)"
    )]
    fn analyze(
        &self,
        py: Python<'_>,
        text: &Bound<'_, PyString>,
        doc_type: Option<&str>,
        discipline: Option<&str>,
        patient: Option<&Bound<'_, PyAny>>,
        context: Option<&Bound<'_, PyAny>>,
        vault: Option<&Bound<'_, Vault>>,
        audit: Option<&Bound<'_, AuditLog>>,
        actor: Option<&str>,
        now: Option<&str>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Outcome> {
        crate::error::no_keywords(py, unknown, "Analyzer.analyze")?;
        let text = crate::error::text(text)?;
        let context = note_context(py, context, patient)?;
        let trail = Trail::new(py, audit, None, actor, now)?;
        let vault = crate::vault::held(py, vault)?;
        let outcome = run(py, || {
            let options = chartguard::ScoreOptions::parse(doc_type, discipline)?;
            let result = match &vault {
                Some(vault) => self.0.analyze_into(text, &options, &context, vault),
                None => self.0.analyze_with(text, &options, &context),
            };
            trail.record(1, |_, event, key| self.0.audited(event, text, &result, key))?;
            result
        })?;
        Outcome::new(py, text, outcome)
    }

    /// Scrub and score many notes.
    ///
    /// Parameters
    /// ----------
    /// texts : iterable of str
    /// contexts, vault, audit, actor, now
    ///     As for `Scrubber.scrub_batch`.
    /// threads : int, optional
    ///     Threads to work on; one if not given.
    /// progress : bool, default False
    ///     Show a tqdm progress bar where tqdm is installed.
    ///
    /// Returns
    /// -------
    /// list of Outcome
    ///     The same as one `analyze` call each.
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (texts, *, contexts=None, vault=None, audit=None, actor=None, now=None, threads=None, progress=false, **unknown))]
    #[pyo3(
        text_signature = "($self, texts, *, contexts=None, vault=None, audit=None, actor=None, now=None, threads=None, progress=False)"
    )]
    fn analyze_batch(
        &self,
        py: Python<'_>,
        texts: &Bound<'_, PyAny>,
        contexts: Option<&Bound<'_, PyAny>>,
        vault: Option<&Bound<'_, Vault>>,
        audit: Option<&Bound<'_, AuditLog>>,
        actor: Option<&str>,
        now: Option<&str>,
        threads: Option<usize>,
        progress: bool,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Vec<Outcome>> {
        crate::error::no_keywords(py, unknown, "Analyzer.analyze_batch")?;
        let options = chartguard::ScoreOptions::default();
        let trail = Trail::new(py, audit, None, actor, now)?;
        let vault = crate::vault::held(py, vault)?;
        let done = batch(py, texts, contexts, threads, progress, |notes| {
            let done = match &vault {
                Some(vault) => self.0.analyze_batch_into(notes, &options, vault),
                None => self.0.analyze_batch_with(notes, &options),
            };
            trail.record(notes.len(), |at, event, key| self.0.audited(event, notes[at].0, &done[at], key))?;
            let results = done.into_iter().zip(notes);
            Ok(results.map(|(one, (note, _))| one.map(|outcome| ((*note).to_owned(), outcome))).collect())
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
///     Evidence points into the original note, which it holds.
/// scrubbed_report : Report
///     The same beside the scrubbed text: evidence points into that, nothing of the original is in it, and it does not say the day of
///     service. It may be shared where `scrubbed` may.
#[pyclass(frozen, get_all, module = "chartguard")]
pub(crate) struct Outcome {
    pub(crate) scrubbed: Py<Scrubbed>,
    pub(crate) report: Py<Report>,
    pub(crate) scrubbed_report: Py<Report>,
}

impl Outcome {
    fn new(py: Python<'_>, note: &str, outcome: chartguard::Outcome) -> PyResult<Self> {
        let beside = Report::new(&outcome.scrubbed.text, outcome.scrubbed_report());
        Ok(Self {
            scrubbed: Py::new(py, Scrubbed::new(note, outcome.scrubbed))?,
            report: Py::new(py, Report::new(note, outcome.report))?,
            scrubbed_report: Py::new(py, beside)?,
        })
    }
}

#[pymethods]
impl Outcome {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<chartguard.Outcome {} {}>", self.scrubbed.bind(py).repr()?, self.report.bind(py).repr()?))
    }
}
