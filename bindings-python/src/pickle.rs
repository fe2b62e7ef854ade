//! Pickling by configuration: what a thing was built from goes to a worker, which builds it once a process
//! (`chartguard/_pickling.py`). Copies are the thing itself, for nothing here ever changes.

use chartguard::scrub::Census;
use chartguard::{Category, Format};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use crate::analyzer::{Analyzer, Outcome};
use crate::audit::{Access, AuditLog};
use crate::column::ArrowColumn;
use crate::error::{exception, run};
use crate::infer::{Classifier, Embedder, PairScorer};
use crate::message::{MessageFinding, ScrubbedMessage};
use crate::model::{Model, Place, members};
use crate::process::not_pickled;
use crate::registry::Registry;
use crate::rubric::{Criterion, Models, Origin, Report, Rubric, Scorer};
use crate::scrubber::{Finding, Reason, Scrubbed, Scrubber};
use crate::tagger::{Entity, Tagger};
use crate::vault::Vault;

/// A function of the module that unpickles, and its arguments.
type Reduced<'py> = (Bound<'py, PyAny>, Bound<'py, PyTuple>);

#[pymethods]
impl Vault {
    /// Does not pickle: what is open here is not open elsewhere.
    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        Err(not_pickled(py, "vault"))
    }
}

#[pymethods]
impl AuditLog {
    /// Does not pickle: what is open here is not open elsewhere.
    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        Err(not_pickled(py, "audit"))
    }
}

#[pymethods]
impl Access {
    /// Pickles as its rules; a copy is changed by itself.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_yaml")?, (self.as_json(),)))
    }
}

/// What a scrubber was built from beside its policy. `Debug` and `repr` know nothing of it.
#[derive(Clone)]
pub(crate) struct Recipe {
    key: Option<String>,
    seed: Option<u64>,
    votes: Option<usize>,
    /// "builtin" and "none", as they were given; nothing at all is the built-in model.
    named: Vec<String>,
    loaded: Vec<Place>,
}

impl Recipe {
    /// The keywords of a scrubber; what is wrong with them is said by whoever builds it.
    pub(crate) fn new(
        py: Python<'_>,
        key: Option<String>,
        seed: Option<&Bound<'_, PyAny>>,
        votes: Option<&Bound<'_, PyAny>>,
        model: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let (mut named, mut loaded) = (Vec::new(), Vec::new());
        for model in model.map(members).transpose()?.unwrap_or_default() {
            if let Ok(model) = model.cast::<Model>() {
                loaded.push(model.get().1.clone());
                continue;
            }
            // What is no path is refused by whoever builds the scrubber.
            let Ok(name) = py.import("os")?.call_method1("fspath", (model,)).and_then(|name| name.extract::<String>())
            else {
                continue;
            };
            match name.as_str() {
                "builtin" | "none" => named.push(name),
                _ => loaded.push(Place::Directory(std::path::absolute(&name).unwrap_or_else(|_| name.into()))),
            }
        }
        let (seed, votes) = (seed.and_then(|seed| seed.extract().ok()), votes.and_then(|votes| votes.extract().ok()));
        Ok(Self { key, seed, votes, named, loaded })
    }
}

fn reduced<'py, A>(py: Python<'py>, function: &str, arguments: A) -> PyResult<Reduced<'py>>
where
    A: IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>>,
    PyErr: From<A::Error>,
{
    Ok((py.import("chartguard._pickling")?.getattr(function)?, arguments.into_pyobject(py)?))
}

macro_rules! copies {
    ($($class:ty),*) => { $(
        #[pymethods]
        impl $class {
            /// The thing itself: it never changes.
            fn __copy__(slf: Py<Self>) -> Py<Self> {
                slf
            }

            /// The thing itself: it never changes.
            fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
                slf
            }
        }
    )* };
}

copies!(
    Scrubber,
    Scorer,
    Rubric,
    Model,
    Registry,
    Analyzer,
    Finding,
    Reason,
    Scrubbed,
    Criterion,
    Report,
    Outcome,
    ArrowColumn,
    ScrubbedMessage,
    MessageFinding,
    Tagger,
    Classifier,
    Embedder,
    PairScorer,
    Entity
);

#[pymethods]
impl Scrubber {
    /// Pickles by policy, key, seed, votes and model directories. Where there is a key, the pickle holds it: guard it as you guard the key.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        let Recipe { key, seed, votes, named, loaded } = &self.1;
        let named = PyTuple::new(py, named)?;
        let loaded = loaded.iter().map(|place| place.arguments(py)).collect::<PyResult<Vec<_>>>()?;
        let loaded = PyTuple::new(py, loaded)?;
        reduced(py, "scrubber", (self.0.policy().to_yaml(), key, *seed, *votes, named, loaded))
    }
}

#[pymethods]
impl Model {
    /// Pickles by directory, or by registry, name and version.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        reduced(py, "model", self.1.arguments(py)?)
    }
}

#[pymethods]
impl Registry {
    /// Pickles by directory and options.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        reduced(py, "registry", (self.directory.display().to_string(), self.options.to_string()))
    }
}

#[pymethods]
impl Rubric {
    /// Pickles by name or by its YAML.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        match &self.1 {
            Origin::Builtin(id) => reduced(py, "builtin_rubric", (id, self.0.hash())),
            Origin::Yaml(yaml) => reduced(py, "rubric", (yaml,)),
        }
    }
}

#[pymethods]
impl Scorer {
    /// Pickles by rubric and models. One with a judge does not: a callable of this process would answer otherwise elsewhere, or not at all.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        if self.judges {
            return Err(crate::error::config(
                py,
                "a scorer with a judge is built where it scores, not pickled",
                "judge",
            ));
        }
        let Models { embedder, classifiers, document_classifier } = &self.models;
        if embedder.is_none() && classifiers.is_empty() && document_classifier.is_none() {
            return reduced(py, "scorer", (self.rubric.clone_ref(py),));
        }
        let named = PyDict::new(py);
        for (name, classifier) in classifiers {
            named.set_item(name, classifier)?;
        }
        let (embedder, documents) = (embedder.as_ref(), document_classifier.as_ref());
        reduced(py, "scorer", (self.rubric.clone_ref(py), embedder, named, documents))
    }
}

#[pymethods]
impl Analyzer {
    /// Pickles by scrubber and scorer.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        reduced(py, "analyzer", (self.1.clone_ref(py), self.2.clone_ref(py)))
    }
}

/// A scrubber from the whole policy and the rest of what it was built from.
#[pyfunction]
#[allow(clippy::needless_pass_by_value, reason = "arguments are taken out of Python objects")]
pub(crate) fn _build_scrubber(
    py: Python<'_>,
    policy: &str,
    key: Option<String>,
    seed: Option<u64>,
    votes: Option<usize>,
    named: Vec<String>,
    loaded: Vec<Bound<'_, Model>>,
) -> PyResult<Scrubber> {
    let (models, loaded): (Vec<_>, Vec<_>) =
        loaded.iter().map(|model| (model.get().0.clone(), model.get().1.clone())).unzip();
    let text = key.clone();
    let scrubber = run(py, || {
        let mut builder = chartguard::Scrubber::builder().policy(chartguard::Policy::from_yaml(policy)?);
        if let Some(key) = &text {
            builder = builder.key(chartguard::Key::parse(key)?);
        }
        if let Some(seed) = seed {
            builder = builder.seed(seed);
        }
        if let Some(votes) = votes {
            builder = builder.votes(votes);
        }
        let builtin = named.iter().any(|name| name == "builtin") || named.is_empty() && models.is_empty();
        models.into_iter().fold(builder.builtin_model(builtin), chartguard::scrub::ScrubberBuilder::model).build()
    })?;
    Ok(Scrubber(scrubber, Recipe { key, seed, votes, named, loaded }))
}

/// Category, by the name that lives as long as the process.
fn category(py: Python<'_>, name: &str) -> PyResult<&'static str> {
    name.parse::<Category>().map(Category::as_str).map_err(|error| exception(py, &error))
}

fn action(py: Python<'_>, name: &str) -> PyResult<&'static str> {
    let known = chartguard::Operator::ALL.iter().map(|operator| operator.as_str()).find(|known| *known == name);
    known.ok_or_else(|| crate::error::config(py, "the pickle names no operator", "action"))
}

fn census(name: &str) -> Option<&'static str> {
    serde_json::from_value::<Census>(name.into()).ok().map(Census::as_str)
}

/// A reason as a pickle holds it.
type ReasonState = (String, String, f64, String, usize, usize);
/// A finding as a pickle holds it.
type FindingState = (usize, usize, String, f64, String, String, Option<String>, Vec<ReasonState>);

impl Reason {
    fn state(&self) -> ReasonState {
        (self.detector.to_string(), self.rule.clone(), self.score, self.category.to_owned(), self.start, self.end)
    }

    fn from_state(py: Python<'_>, state: ReasonState) -> PyResult<Self> {
        let (detector, rule, score, named, start, end) = state;
        Ok(Self { detector: detector.into(), rule, score, category: category(py, &named)?, start, end })
    }
}

impl Finding {
    fn state(&self) -> FindingState {
        let reasons = self.reasons.iter().map(Reason::state).collect();
        let census = self.census.map(str::to_owned);
        let (category, action) = (self.category.to_owned(), self.action.to_owned());
        (self.start, self.end, category, self.score, self.detector.clone(), action, census, reasons)
    }

    fn from_state(py: Python<'_>, state: FindingState) -> PyResult<Self> {
        let (start, end, named, score, detector, done, by, reasons) = state;
        let reasons = reasons.into_iter().map(|reason| Reason::from_state(py, reason)).collect::<PyResult<Vec<_>>>()?;
        Ok(Self {
            start,
            end,
            category: category(py, &named)?,
            score,
            detector,
            action: action(py, &done)?,
            census: by.as_deref().and_then(census),
            reasons: reasons.into(),
        })
    }
}

#[pymethods]
impl Reason {
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        reduced(py, "_reason", (self.state(),))
    }
}

#[pymethods]
impl Finding {
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        reduced(py, "_finding", (self.state(),))
    }
}

#[pymethods]
impl Scrubbed {
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        let findings: Vec<_> = self.findings.iter().map(Finding::state).collect();
        reduced(py, "_scrubbed", (&self.text, findings, self.places.clone()))
    }
}

/// A finding of a message as a pickle holds it.
type MessageFindingState = (usize, usize, String, f64, String, String, String);

impl MessageFinding {
    fn state(&self) -> MessageFindingState {
        let Self { start, end, category, score, detector, action, path } = self.clone();
        (start, end, category.to_owned(), score, detector, action.to_owned(), path)
    }

    fn from_state(py: Python<'_>, state: MessageFindingState) -> PyResult<Self> {
        let (start, end, named, score, detector, done, path) = state;
        Ok(Self { start, end, category: category(py, &named)?, score, detector, action: action(py, &done)?, path })
    }
}

#[pymethods]
impl MessageFinding {
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        reduced(py, "_message_finding", (self.state(),))
    }
}

#[pymethods]
impl ScrubbedMessage {
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        let findings: Vec<_> = self.findings.iter().map(MessageFinding::state).collect();
        reduced(py, "_message", (PyBytes::new(py, &self.bytes), self.is_text, self.format, findings))
    }
}

/// A finding of a message from a pickle.
#[pyfunction]
pub(crate) fn _message_finding(py: Python<'_>, state: MessageFindingState) -> PyResult<MessageFinding> {
    MessageFinding::from_state(py, state)
}

/// A scrubbed message from a pickle.
#[pyfunction]
pub(crate) fn _message(
    py: Python<'_>,
    bytes: Vec<u8>,
    is_text: bool,
    format: &str,
    findings: Vec<MessageFindingState>,
) -> PyResult<ScrubbedMessage> {
    let format = format.parse::<Format>().map_err(|error| exception(py, &error))?.as_str();
    let findings =
        findings.into_iter().map(|finding| MessageFinding::from_state(py, finding)).collect::<PyResult<_>>()?;
    Ok(ScrubbedMessage { bytes, is_text, format, findings })
}

/// A criterion as a pickle holds it.
type CriterionState = (String, String, String, String, f64, Vec<(usize, usize)>, String, String);

#[pymethods]
impl Criterion {
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        let Self { id, title, verdict, severity, confidence, evidence, message, advice } = self.clone();
        let state: CriterionState = (id, title, verdict, severity, confidence, evidence, message, advice);
        reduced(py, "_criterion", (state,))
    }
}

/// A criterion from a pickle.
#[pyfunction]
pub(crate) fn _criterion(state: CriterionState) -> Criterion {
    let (id, title, verdict, severity, confidence, evidence, message, advice) = state;
    Criterion { id, title, verdict, severity, confidence, evidence, message, advice }
}

#[pymethods]
impl Report {
    /// Pickles with the note that was scored, which `to_html` shows.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        let report = serde_json::to_string(&self.report).unwrap_or_default();
        reduced(py, "_report", (&self.note, report))
    }
}

#[pymethods]
impl Outcome {
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        let reports = [&self.report, &self.scrubbed_report].map(|report| report.clone_ref(py));
        let [report, beside] = reports;
        reduced(py, "_outcome", (self.scrubbed.clone_ref(py), report, beside))
    }
}

/// A reason from a pickle.
#[pyfunction]
pub(crate) fn _reason(py: Python<'_>, state: ReasonState) -> PyResult<Reason> {
    Reason::from_state(py, state)
}

/// A finding from a pickle.
#[pyfunction]
pub(crate) fn _finding(py: Python<'_>, state: FindingState) -> PyResult<Finding> {
    Finding::from_state(py, state)
}

/// A scrubbed note from a pickle.
#[pyfunction]
pub(crate) fn _scrubbed(
    py: Python<'_>,
    text: String,
    findings: Vec<FindingState>,
    places: Vec<(usize, usize)>,
) -> PyResult<Scrubbed> {
    let findings = findings.into_iter().map(|finding| Finding::from_state(py, finding)).collect::<PyResult<_>>()?;
    Ok(Scrubbed { text, findings, places })
}

/// A report from a pickle.
#[pyfunction]
pub(crate) fn _report(py: Python<'_>, note: String, report: &str) -> PyResult<Report> {
    let report = serde_json::from_str(report)
        .map_err(|_| crate::error::config(py, "the pickle was made by another version", "report"))?;
    Ok(Report { note, report })
}

/// An outcome from a pickle.
#[pyfunction]
pub(crate) fn _outcome(scrubbed: Py<Scrubbed>, report: Py<Report>, scrubbed_report: Py<Report>) -> Outcome {
    Outcome { scrubbed, report, scrubbed_report }
}
