//! Scoring a note against a rubric.

use chartguard::wire;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::error::run;

/// What a note is scored against. Immutable.
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Rubric(pub(crate) chartguard::Rubric, pub(crate) Origin);

/// Where a rubric is from.
#[derive(Clone)]
pub(crate) enum Origin {
    /// It ships with chartguard.
    Builtin(String),
    /// It was written out.
    Yaml(String),
}

#[pymethods]
impl Rubric {
    /// A rubric that ships with chartguard, such as "medicare-outpatient-therapy".
    ///
    /// Raises
    /// ------
    /// RubricError
    ///     There is none of that name; the nearest is named.
    #[staticmethod]
    fn builtin(py: Python<'_>, id: &str) -> PyResult<Self> {
        run(py, || chartguard::Rubric::builtin(id)).map(|rubric| Self(rubric, Origin::Builtin(id.to_owned())))
    }

    /// The names that `builtin` knows.
    #[staticmethod]
    fn builtin_ids() -> Vec<String> {
        chartguard::Rubric::builtin_ids().map(str::to_owned).collect()
    }

    /// Read a rubric from YAML (or JSON).
    ///
    /// Raises
    /// ------
    /// RubricError
    ///     Says line, column and what was expected.
    #[staticmethod]
    fn from_yaml(py: Python<'_>, yaml: &Bound<'_, PyString>) -> PyResult<Self> {
        let yaml = crate::error::text(yaml)?;
        run(py, || chartguard::Rubric::from_yaml(yaml)).map(|rubric| Self(rubric, Origin::Yaml(yaml.to_owned())))
    }

    /// Stable name.
    #[getter]
    fn id(&self) -> String {
        self.0.id().to_owned()
    }

    /// Version.
    #[getter]
    fn version(&self) -> String {
        self.0.version().to_string()
    }

    /// SHA-256 of the content, in hexadecimal.
    #[getter]
    fn hash(&self) -> String {
        self.0.hash().to_owned()
    }

    fn __repr__(&self) -> String {
        format!("<chartguard.Rubric {} {}>", self.0.id(), self.0.version())
    }
}

/// Scores notes against one rubric. Immutable; may be shared between threads.
///
/// Parameters
/// ----------
/// rubric : Rubric
///
/// Examples
/// --------
/// >>> from chartguard import Rubric, Scorer
/// >>> scorer = Scorer(Rubric.builtin("medicare-outpatient-therapy"))
/// >>> report = scorer.score("PT treatment note 03/14/2024. Gait training. Total treatment time: 15 minutes.")
/// >>> {c.id: c.verdict for c in report.criteria}["tx.total-minutes"]
/// 'met'
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Scorer(pub(crate) chartguard::Scorer, pub(crate) Py<Rubric>);

#[pymethods]
impl Scorer {
    #[new]
    fn new(rubric: Bound<'_, Rubric>) -> Self {
        Self(chartguard::Scorer::new(rubric.get().0.clone()), rubric.unbind())
    }

    /// The rubric it scores against.
    #[getter]
    fn rubric(&self, py: Python<'_>) -> Py<Rubric> {
        self.1.clone_ref(py)
    }

    /// Score a note.
    ///
    /// Parameters
    /// ----------
    /// text : str
    /// doc_type : str, optional
    ///     The document's type where it is known, such as "evaluation"; otherwise detected.
    /// discipline : str, optional
    ///     "pt", "ot" or "slp" where it is known; otherwise detected.
    ///
    /// Returns
    /// -------
    /// Report
    #[pyo3(signature = (text, *, doc_type=None, discipline=None))]
    fn score(
        &self,
        py: Python<'_>,
        text: &Bound<'_, PyString>,
        doc_type: Option<&str>,
        discipline: Option<&str>,
    ) -> PyResult<Report> {
        let text = crate::error::text(text)?;
        run(py, || {
            let options = chartguard::ScoreOptions::parse(doc_type, discipline)?;
            Ok(Report::new(text, self.0.score(text, &options)?))
        })
    }

    fn __repr__(&self) -> String {
        "<chartguard.Scorer>".into()
    }
}

/// A criterion and what became of it.
///
/// Attributes
/// ----------
/// id, title : str
/// verdict : str
///     "met", "not_met", "not_applicable" or "not_assessable".
/// severity : str
///     "high", "medium" or "low".
/// confidence : float
///     How sure the verdict is, from 0 to 1.
/// evidence : list of (int, int)
///     Half-open ranges of code points of the note.
/// message, advice : str
///     What was found or missed, and what to write instead.
#[pyclass(frozen, eq, get_all, module = "chartguard")]
#[derive(Clone, PartialEq)]
pub(crate) struct Criterion {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) verdict: String,
    pub(crate) severity: String,
    pub(crate) confidence: f64,
    pub(crate) evidence: Vec<(usize, usize)>,
    pub(crate) message: String,
    pub(crate) advice: String,
}

#[pymethods]
impl Criterion {
    fn __repr__(&self) -> String {
        format!("Criterion({:?}, {:?}, severity={:?})", self.id, self.verdict, self.severity)
    }
}

/// A scored note. ``repr`` shows no text.
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Report {
    pub(crate) note: String,
    pub(crate) report: chartguard::Report,
}

impl Report {
    pub(crate) fn new(note: &str, report: chartguard::Report) -> Self {
        Self { note: note.to_owned(), report }
    }

    fn value(&self) -> serde_json::Value {
        serde_json::Value::Object(wire::report(&self.note, &self.report))
    }

    /// A member of the report's JSON that is a word.
    fn word(&self, key: &str) -> Option<String> {
        self.value().get(key).and_then(|v| v.as_str().map(str::to_owned))
    }
}

#[pymethods]
impl Report {
    /// Share of the points that could be earned, from 0 to 1; None when nothing could be assessed.
    #[getter]
    fn score(&self) -> Option<f64> {
        self.report.score
    }

    /// The score before it is clipped to 0 and 1.
    #[getter]
    fn raw(&self) -> Option<f64> {
        self.report.raw
    }

    /// Share of the applicable criteria that could be assessed.
    #[getter]
    fn coverage(&self) -> f64 {
        self.report.coverage
    }

    /// The document's type, given or detected.
    #[getter]
    fn doc_type(&self) -> Option<String> {
        self.word("doc_type")
    }

    /// The discipline, given or detected.
    #[getter]
    fn discipline(&self) -> Option<String> {
        self.word("discipline")
    }

    /// Every criterion of the rubric with its verdict.
    #[getter]
    fn criteria(&self) -> Vec<Criterion> {
        let value = self.value();
        let word = |criterion: &serde_json::Value, key: &str| criterion[key].as_str().unwrap_or_default().to_owned();
        let number = |place: &serde_json::Value, key: &str| place[key].as_u64().unwrap_or_default() as usize;
        let evidence = |criterion: &serde_json::Value| {
            let places = criterion["evidence"].as_array().map(Vec::as_slice).unwrap_or_default();
            places.iter().map(|place| (number(place, "start"), number(place, "end"))).collect()
        };
        let criteria = value["criteria"].as_array().map(Vec::as_slice).unwrap_or_default();
        criteria
            .iter()
            .map(|criterion| Criterion {
                id: word(criterion, "id"),
                title: word(criterion, "title"),
                verdict: word(criterion, "verdict"),
                severity: word(criterion, "severity"),
                confidence: criterion["confidence"].as_f64().unwrap_or_default(),
                evidence: evidence(criterion),
                message: word(criterion, "message"),
                advice: word(criterion, "advice"),
            })
            .collect()
    }

    /// The report as JSON: the same bytes as from the command line.
    fn to_json(&self) -> String {
        self.value().to_string()
    }

    /// The report as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (self.to_json(),))
    }

    /// One self-contained HTML page with the note and its evidence. It holds the note as it was scored.
    fn to_html(&self, py: Python<'_>) -> PyResult<String> {
        run(py, || Ok(chartguard::report::html(&self.report, &self.note)))
    }

    fn __repr__(&self) -> String {
        match self.report.score {
            Some(score) => format!("<chartguard.Report score={score:.2}, {} criteria>", self.report.criteria.len()),
            None => format!("<chartguard.Report not assessable, {} criteria>", self.report.criteria.len()),
        }
    }
}
