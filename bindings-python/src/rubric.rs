//! Scoring a note against a rubric.

use std::sync::Arc;

use chartguard::rubric::{Answer, Question, judge_failed};
use chartguard::wire;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};

use crate::cancel::Cancel;
use crate::error::{config, run};
use crate::infer::{Classifier, Embedder};

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

    /// The JSON Schema of a rubric file, as JSON.
    #[staticmethod]
    fn schema() -> String {
        chartguard::rubric::rubric_schema().to_string()
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

    /// What is wrong or suspicious in it: criteria without tests, rules that contradict themselves, term lists that nothing uses.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     ``{"line": int or None, "criterion": str, "message": str}``; `criterion` is empty for the rubric as a whole.
    ///
    /// Examples
    /// --------
    /// >>> from chartguard import Rubric
    /// >>> Rubric.builtin("medicare-outpatient-therapy").check()
    /// []
    fn check<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let problems = run(py, || Ok(serde_json::json!(self.0.check()).to_string()))?;
        py.import("json")?.call_method1("loads", (problems,))
    }

    /// Run the tests inside it. Criteria that ask a judge or a model are tried by `Scorer.test`.
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``{"passed": bool, "run": int, "failures": [{"criterion", "test", "expected", "found"}], "untested": [str]}``: `test` is the list
    ///     a text stands in and its place there, `untested` the criteria that no text tries in both directions.
    ///
    /// Examples
    /// --------
    /// >>> from chartguard import Rubric
    /// >>> Rubric.builtin("soap-completeness").test()["passed"]
    /// True
    fn test<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        tested(py, || self.0.test())
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

/// What came of the tests inside a rubric, as a dict.
fn tested(py: Python<'_>, test: impl FnOnce() -> chartguard::rubric::TestReport + Send) -> PyResult<Bound<'_, PyDict>> {
    let (passed, json) = run(py, || {
        let report = test();
        Ok((report.passed(), serde_json::json!(report).to_string()))
    })?;
    let out = PyDict::new(py);
    out.set_item("passed", passed)?;
    out.update(py.import("json")?.call_method1("loads", (json,))?.cast::<PyMapping>()?)?;
    Ok(out)
}

/// Scores notes against one rubric. Immutable; may be shared between threads.
///
/// Parameters
/// ----------
/// rubric : Rubric
/// judge : callable, optional
///     ``judge(question, text)`` answers the checks of the kind ``judge``: a bool, None where it cannot tell, or a pair of these with
///     how sure it is from 0 to 1. Verdicts it had a part in carry ``"judged": true``. Its errors end the call.
/// embedder : Embedder, optional
///     A sentence model, for checks of the kind ``similarity``; without, they are not assessable.
/// classifiers : dict of str to Classifier, or Classifier, optional
///     Classification models by the names that checks of the kind ``classifier`` give; one alone has the name of its model, and answers
///     checks that give none. Without, such checks are not assessable.
/// document_classifier : Classifier, optional
///     Tells the type of a document where it is not given; its labels are names of types.
///
/// Raises
/// ------
/// RubricError
///     The rubric asks a classifier for a label it does not have.
/// ModelError
///     No label of `document_classifier` names a type of document.
/// InferenceError, InputError
///     The embedder failed on a sentence of the rubric.
///
/// Examples
/// --------
/// >>> from chartguard import Rubric, Scorer
/// >>> scorer = Scorer(Rubric.builtin("medicare-outpatient-therapy"))
/// >>> report = scorer.score("PT treatment note 03/14/2024. Gait training. Total treatment time: 15 minutes.")
/// >>> {c.id: c.verdict for c in report.criteria}["tx.total-minutes"]
/// 'met'
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Scorer {
    pub(crate) core: chartguard::Scorer,
    pub(crate) rubric: Py<Rubric>,
    /// Whether a callable of Python answers: it cannot go to another process.
    pub(crate) judges: bool,
    pub(crate) models: Models,
}

/// The models that a scorer was given.
#[derive(Default)]
pub(crate) struct Models {
    pub(crate) embedder: Option<Py<Embedder>>,
    pub(crate) classifiers: Vec<(String, Py<Classifier>)>,
    pub(crate) document_classifier: Option<Py<Classifier>>,
}

impl Models {
    fn clone_ref(&self, py: Python<'_>) -> Self {
        Self {
            embedder: self.embedder.as_ref().map(|one| one.clone_ref(py)),
            classifiers: self.classifiers.iter().map(|(name, one)| (name.clone(), one.clone_ref(py))).collect(),
            document_classifier: self.document_classifier.as_ref().map(|one| one.clone_ref(py)),
        }
    }

    /// The scorer with these.
    fn give(&self, mut scorer: chartguard::Scorer) -> chartguard::Result<chartguard::Scorer> {
        if let Some(embedder) = &self.embedder {
            scorer = scorer.with_embedder(embedder.get().0.clone())?;
        }
        for (name, classifier) in &self.classifiers {
            scorer = scorer.with_classifier(name, classifier.get().0.clone())?;
        }
        match &self.document_classifier {
            Some(classifier) => scorer.with_document_classifier(classifier.get().0.clone()),
            None => Ok(scorer),
        }
    }
}

/// Classifiers by name: of a dict, or one under the name of its model.
fn classifiers(given: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<(String, Py<Classifier>)>> {
    let Some(given) = given else { return Ok(Vec::new()) };
    if let Ok(one) = given.cast::<Classifier>() {
        return Ok(vec![(one.get().0.model().name().to_owned(), one.clone().unbind())]);
    }
    let wrong = |_| config(given.py(), "classifiers are a Classifier, or a dict of names to Classifier", "classifiers");
    let items = given.cast::<PyMapping>().map_err(|error| wrong(error.into()))?.items()?;
    items.iter().map(|item| item.extract().map_err(wrong)).collect()
}

#[pymethods]
impl Scorer {
    #[new]
    #[pyo3(signature = (rubric, *, judge=None, embedder=None, classifiers=None, document_classifier=None, **unknown))]
    #[pyo3(text_signature = "(rubric, *, judge=None, embedder=None, classifiers=None, document_classifier=None)")]
    fn new(
        py: Python<'_>,
        rubric: Bound<'_, Rubric>,
        judge: Option<Py<PyAny>>,
        embedder: Option<Py<Embedder>>,
        classifiers: Option<&Bound<'_, PyAny>>,
        document_classifier: Option<Py<Classifier>>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        crate::error::no_keywords(py, unknown, "Scorer")?;
        let scorer = chartguard::Scorer::new(rubric.get().0.clone());
        let judges = judge.is_some();
        let scorer = match judge {
            Some(judge) => scorer.with_judge(Arc::new(Callback(judge))),
            None => scorer,
        };
        let models = Models { embedder, classifiers: self::classifiers(classifiers)?, document_classifier };
        let core = run(rubric.py(), || models.give(scorer))?;
        Ok(Self { core, rubric: rubric.unbind(), judges, models })
    }

    /// The rubric it scores against.
    #[getter]
    fn rubric(&self, py: Python<'_>) -> Py<Rubric> {
        self.rubric.clone_ref(py)
    }

    /// Run the tests inside the rubric, those that ask the judge or a model too.
    ///
    /// Returns
    /// -------
    /// dict
    ///     As `Rubric.test`.
    fn test<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        tested(py, || self.core.test())
    }

    /// The same scorer, whose calls stop once a token is set: they raise `CancelledError` and return nothing. It shares everything with
    /// this one, so there may be one for each call; a pickle of it has no token.
    ///
    /// Parameters
    /// ----------
    /// cancel : Cancel
    ///
    /// Returns
    /// -------
    /// Scorer
    pub(crate) fn until(&self, py: Python<'_>, cancel: &Bound<'_, Cancel>) -> Self {
        let (rubric, models) = (self.rubric.clone_ref(py), self.models.clone_ref(py));
        Self { core: self.core.until(&cancel.get().0), rubric, judges: self.judges, models }
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
    /// date : str or datetime.date, optional
    ///     The day of service; the rules in force on it count. Otherwise read from the note.
    /// payer, setting : str, optional
    ///     Where the rubric tells them apart.
    /// claim : dict, optional
    ///     What was billed: ``{"lines": [{"code": "97110", "units": 2, "modifiers": ["GP"]}]}``.
    ///
    /// Returns
    /// -------
    /// Report
    #[pyo3(signature = (text, *, doc_type=None, discipline=None, date=None, payer=None, setting=None, claim=None, **unknown))]
    #[pyo3(
        text_signature = "($self, text, *, doc_type=None, discipline=None, date=None, payer=None, setting=None, claim=None)"
    )]
    #[allow(clippy::too_many_arguments, reason = "keywords of Python")]
    fn score(
        &self,
        py: Python<'_>,
        text: &Bound<'_, PyString>,
        doc_type: Option<&str>,
        discipline: Option<&str>,
        date: Option<&Bound<'_, PyAny>>,
        payer: Option<&str>,
        setting: Option<&str>,
        claim: Option<&Bound<'_, PyAny>>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Report> {
        crate::error::no_keywords(py, unknown, "Scorer.score")?;
        let text = crate::error::text(text)?;
        let options = options(py, doc_type, discipline, date, payer, setting, claim)?;
        run(py, || Ok(Report::new(text, self.core.score(text, &options()?)?)))
    }

    /// Score every note of a message: HL7 v2, FHIR, C-CDA, RTF, HTML, or a note in any encoding.
    ///
    /// The lines of one observation are one note, and so is an embedded document. Free text of fewer than 80 bytes is none.
    ///
    /// Parameters
    /// ----------
    /// message : bytes or str
    /// format : str, default "auto"
    ///     As for `Scrubber.scrub_message`.
    /// doc_type, discipline, date, payer, setting, claim
    ///     As for `score`.
    ///
    /// Returns
    /// -------
    /// list of MessageReport
    #[pyo3(signature = (message, *, format="auto", doc_type=None, discipline=None, date=None, payer=None, setting=None, claim=None, **unknown))]
    #[pyo3(
        text_signature = "($self, message, *, format='auto', doc_type=None, discipline=None, date=None, payer=None, setting=None, claim=None)"
    )]
    #[allow(clippy::too_many_arguments, reason = "keywords of Python")]
    fn score_message(
        &self,
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        format: &str,
        doc_type: Option<&str>,
        discipline: Option<&str>,
        date: Option<&Bound<'_, PyAny>>,
        payer: Option<&str>,
        setting: Option<&str>,
        claim: Option<&Bound<'_, PyAny>>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Vec<crate::message::MessageReport>> {
        crate::error::no_keywords(py, unknown, "Scorer.score_message")?;
        let options = options(py, doc_type, discipline, date, payer, setting, claim)?;
        crate::message::score(py, &self.core, message, format, options)
    }

    /// Score the notes of one patient under one plan, each by itself and together.
    ///
    /// Parameters
    /// ----------
    /// notes : list of dict
    ///     ``{"text", "date"?, "doc_type"?, "discipline"?, "claim"?}``; what is absent is detected.
    /// open : bool, default False
    ///     Care goes on: no discharge note is expected.
    ///
    /// Returns
    /// -------
    /// dict
    ///     As ``chartguard score --episode --json`` prints it: ``criteria`` with evidence by note, ``timeline``, ``notes``.
    #[pyo3(signature = (notes, *, open=false, **unknown))]
    #[pyo3(text_signature = "($self, notes, *, open=False)")]
    fn score_episode<'py>(
        &self,
        py: Python<'py>,
        notes: &Bound<'py, PyAny>,
        open: bool,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        crate::error::no_keywords(py, unknown, "Scorer.score_episode")?;
        let notes = json_of(py, notes)?;
        let options = format!("{{\"open\": {open}}}");
        let (_, json) = run(py, || wire::score_episode(&self.core, &notes, &options))?;
        py.import("json")?.call_method1("loads", (json,))
    }

    fn __repr__(&self) -> String {
        "<chartguard.Scorer>".into()
    }
}

/// What is known of a note, read from keywords; what is wrong with them is said when they are used.
fn options<'a>(
    py: Python<'_>,
    doc_type: Option<&'a str>,
    discipline: Option<&'a str>,
    date: Option<&Bound<'_, PyAny>>,
    payer: Option<&'a str>,
    setting: Option<&'a str>,
    claim: Option<&Bound<'_, PyAny>>,
) -> PyResult<impl FnOnce() -> chartguard::Result<chartguard::ScoreOptions> + Send + use<'a>> {
    let date = date.map(|date| date.str()?.extract::<String>()).transpose()?;
    let claim = claim.map(|claim| json_of(py, claim)).transpose()?;
    Ok(move || {
        let mut options = chartguard::ScoreOptions::parse(doc_type, discipline)?;
        options.date = date.as_deref().map(chartguard::rubric::parse_date).transpose()?;
        options.payer = payer.map(str::to_owned);
        options.setting = setting.map(str::to_owned);
        options.claim = claim.as_deref().map(chartguard::rubric::Claim::from_json).transpose()?;
        Ok(options)
    })
}

/// What a therapy note says, as data: a dict for each note makes columns of a table.
///
/// Parameters
/// ----------
/// note : str
///
/// Returns
/// -------
/// dict
///     ``goals`` (with ``term``, ``target``, ``function``, ``time_frame``, ``status``), ``services`` (``code``, ``timing``), ``interventions``,
///     ``minutes`` (``timed``, ``total``, ``untimed``, ``clock``, ``services``), ``frequency``, ``duration``, ``measures``, ``signatures`` (``role``,
///     ``discipline``, ``date``, ``stamped``), ``visit_dates``, ``periods``, ``diagnoses``, ``body_parts`` and more. Each place is
///     ``{"start": int, "end": int}`` in code points of `note`.
///
/// Examples
/// --------
/// >>> from chartguard import facts
/// >>> note = "Gait training 15 min. Total treatment time: 15 minutes."
/// >>> facts(note)["minutes"]["total"]["minutes"]
/// 15
#[pyfunction]
#[pyo3(signature = (note, **unknown))]
#[pyo3(text_signature = "(note)")]
pub(crate) fn facts<'py>(
    py: Python<'py>,
    note: &Bound<'py, PyString>,
    unknown: Option<&Bound<'_, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    crate::error::no_keywords(py, unknown, "facts")?;
    let note = crate::error::text(note)?;
    let json = run(py, || Ok(wire::facts(note)?.to_string()))?;
    py.import("json")?.call_method1("loads", (json,))
}

/// The units of a day's timed minutes, by the eight-minute rule of the Medicare Claims Processing Manual ch. 5 §20.2.
///
/// Parameters
/// ----------
/// minutes : dict of str to int
///     Minutes by code.
/// codes : str, optional
///     A code table in YAML whose entries replace those built in.
///
/// Returns
/// -------
/// dict
///     ``{"minutes", "units", "codes": [{"code", "minutes", "units", "units_at_most"}]}``; the last two differ where codes tie.
///
/// Examples
/// --------
/// >>> from chartguard import units
/// >>> [(c["code"], c["units"]) for c in units({"97110": 33, "97140": 7})["codes"]]
/// [('97110', 2), ('97140', 1)]
#[pyfunction]
#[pyo3(signature = (minutes, *, codes="", **unknown))]
#[pyo3(text_signature = "(minutes, *, codes='')")]
pub(crate) fn units<'py>(
    py: Python<'py>,
    minutes: &Bound<'py, PyAny>,
    codes: &str,
    unknown: Option<&Bound<'_, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    crate::error::no_keywords(py, unknown, "units")?;
    let minutes = json_of(py, minutes)?;
    let json = run(py, || wire::units(&minutes, codes))?;
    py.import("json")?.call_method1("loads", (json,))
}

/// What Python's own `json` makes of a value; dates become their text.
fn json_of(py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<String> {
    let json = py.import("json")?;
    let keywords = PyDict::new(py);
    keywords.set_item("default", py.import("builtins")?.getattr("str")?)?;
    json.call_method("dumps", (value,), Some(&keywords))?.extract()
}

/// A judge that is a Python callable.
struct Callback(Py<PyAny>);

impl chartguard::rubric::Judge for Callback {
    fn judge(&self, question: &Question<'_>) -> chartguard::Result<Answer> {
        Python::attach(|py| {
            let answer = self.0.call1(py, (question.question, question.text))?;
            let answer = answer.bind(py);
            let (holds, confidence) = match answer.extract::<(Option<bool>, f32)>() {
                Ok(pair) => pair,
                Err(_) => (answer.extract::<Option<bool>>()?, 0.5),
            };
            let mut out = Answer::new(false, confidence);
            out.holds = holds;
            Ok(out)
        })
        // An exception of the callable may hold text of the note: its kind alone is passed on.
        .map_err(|error: PyErr| {
            let kind = Python::attach(|py| {
                error.get_type(py).name().map_or_else(|_| "an error".into(), |name| name.to_string())
            });
            judge_failed(kind)
        })
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

    /// The report in another form: "csv", "sarif" or "markdown". `name` is what the note is called in it. Markdown quotes the note.
    #[pyo3(signature = (format, *, name="note", **unknown))]
    #[pyo3(text_signature = "($self, format, *, name='note')")]
    fn export(
        &self,
        py: Python<'_>,
        format: &str,
        name: &str,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<String> {
        crate::error::no_keywords(py, unknown, "Report.export")?;
        run(py, || chartguard::report::export(&self.report, &self.note, name, format))
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
