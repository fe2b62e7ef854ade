//! Finding and removing protected health information.

use std::borrow::Cow;
use std::sync::Arc;

use chartguard::Context;
use chartguard::scrub::Applied;
use chartguard::text::Offsets;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::audit::{AuditLog, Trail};
use crate::cancel::Cancel;
use crate::error::{config, exception, run, text};
use crate::model::models;
use crate::pickle::Recipe;
use crate::vault::Vault;

/// Notes worked on between two looks at Ctrl-C and the progress bar.
pub(crate) const WINDOW: usize = 256;

/// Removes protected health information from notes under one policy.
///
/// Immutable; may be shared between threads.
///
/// Parameters
/// ----------
/// policy : str, os.PathLike or dict, default "safe-harbor"
///     A built-in policy ("safe-harbor", "limited-data-set", "expert-determination", "redact-all"), a policy file, or its content as a dict: what is done to
///     each category, detectors of your own, allow and deny lists. Files it names lie beside a policy file; those of a dict in
///     the working directory.
/// categories : dict, optional
///     Changes single categories, as in a policy file: ``{"name": {"operator": "mask"}}``.
/// strict : bool, optional
///     Turn strict mode on or off: also remove whatever is not known to be safe. As the policy says if not given.
/// model : str, os.PathLike, Model or list of these, default "builtin"
///     "builtin", "none", a model directory, or a loaded model. Those of a list all search, "builtin" only where it is listed.
/// votes : int, optional
///     How many of the listed directories and loaded models must find something of a category in a place for it to count; 1 if
///     not given.
/// key : bytes, str or Key, optional
///     The secret key of operators that need one (hash, encrypt, fpe, date_shift, keyed surrogates): at least 32 bytes, or
///     as text in hexadecimal digits or base64. Draw it with ``secrets.token_bytes(32)``. Never printed.
/// seed : int, optional
///     From which surrogates are drawn that are not keyed, 0 to 2**64 - 1.
///
/// Raises
/// ------
/// ConfigError
///     Names what is wrong and the nearest thing that exists.
/// SecretKeyError
///     The key is malformed, or an operator needs one and none was given.
/// ModelError
///     The model cannot be loaded.
///
/// Examples
/// --------
/// >>> from chartguard import Scrubber
/// >>> Scrubber(categories={"date": {"operator": "keep"}}).scrub("03/14/2024, SSN 219-09-9999").text
/// '03/14/2024, SSN [SSN]'
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Scrubber(pub(crate) chartguard::Scrubber, pub(crate) Recipe);

#[pymethods]
impl Scrubber {
    #[new]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (*, policy=None, categories=None, strict=None, model=None, votes=None, key=None, seed=None, **unknown))]
    #[pyo3(
        text_signature = "(*, policy='safe-harbor', categories=None, strict=None, model='builtin', votes=None, key=None, seed=None)"
    )]
    fn new(
        py: Python<'_>,
        policy: Option<&Bound<'_, PyAny>>,
        categories: Option<&Bound<'_, PyAny>>,
        strict: Option<bool>,
        model: Option<&Bound<'_, PyAny>>,
        votes: Option<&Bound<'_, PyAny>>,
        key: Option<&Bound<'_, PyAny>>,
        seed: Option<&Bound<'_, PyAny>>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        crate::error::no_keywords(py, unknown, "Scrubber")?;
        let settings = PyDict::new(py);
        settings.set_item("policy", policy)?;
        settings.set_item("categories", categories)?;
        settings.set_item("strict", strict)?;
        let key = key.map(|key| crate::key::key_text(py, key)).transpose()?;
        settings.set_item("key", &key)?;
        settings.set_item("seed", seed)?;
        settings.set_item("votes", votes)?;
        let (names, loaded) = models(py, model)?;
        settings.set_item("model", names)?;
        let json = dump(py, &settings)?;
        let recipe = Recipe::new(py, key, seed, votes, model)?;
        let scrubber = run(py, || match loaded {
            loaded if loaded.is_empty() => chartguard::Scrubber::from_json(&json),
            loaded => chartguard::Scrubber::from_json_with_models(&json, loaded),
        });
        scrubber.map(|scrubber| Self(scrubber, recipe))
    }

    /// The same scrubber, whose calls stop once a token is set, of batches, messages and the streams it begins too: they raise `CancelledError` and return nothing. It shares everything with
    /// this one, so there may be one for each call; a pickle of it has no token.
    ///
    /// Parameters
    /// ----------
    /// cancel : Cancel
    ///
    /// Returns
    /// -------
    /// Scrubber
    pub(crate) fn until(&self, cancel: &Bound<'_, Cancel>) -> Self {
        Self(self.0.until(&cancel.get().0), self.1.clone())
    }

    /// Find protected health information without removing it.
    ///
    /// Parameters
    /// ----------
    /// text : str
    ///
    /// Returns
    /// -------
    /// list of Finding
    ///     Disjoint, in the order of the text, offsets in code points.
    fn find(&self, py: Python<'_>, text: &Bound<'_, PyString>) -> PyResult<Vec<Finding>> {
        let text = crate::error::text(text)?;
        let found = run(py, || self.0.find(text))?;
        let offsets = Offsets::new(text);
        let policy = self.0.policy();
        Ok(found.iter().map(|f| Finding::new(&offsets, f, policy.category(f.category).operator.as_str())).collect())
    }

    /// Remove protected health information from a note.
    ///
    /// Parameters
    /// ----------
    /// text : str
    /// patient : dict, optional
    ///     What is known of the patient: lists of str under "names", "aliases", "dates", "mrns", "health_plan_ids", "accounts",
    ///     "phones", "emails", "addresses", "relatives", "providers", "employers", "ids", and a str under "birth_date",
    ///     "note_date", "ssn"; dates as "YYYY-MM-DD". Every mention is found with a score of 1 by detector "patient".
    /// context : dict, optional
    ///     What is known of the note: ``patient_id`` (the same for all notes of one patient: surrogates and date shifts
    ///     agree between them), ``document_id`` (of its own for each note), ``date`` ("2024-03-14", when it was written), ``patient`` (as
    ///     `patient`, which goes before it).
    /// vault : Vault, optional
    ///     Keeps what `restore` needs to give the note back, whatever was done to its values. Notes that become the same text
    ///     are told apart by the ``document_id`` of their contexts.
    /// audit : AuditLog, optional
    ///     Where the call is recorded, also when it fails. There is no output when the record cannot be written.
    /// actor : str, optional
    ///     Who calls, for the record.
    /// now : str, optional
    ///     When, for the record: RFC 3339; Python's clock if not given.
    ///
    /// Returns
    /// -------
    /// Scrubbed
    ///
    /// Raises
    /// ------
    /// ChartguardError
    ///     The note could not be searched completely, or what came out would still name the patient; there is then no output
    ///     at all, never the original.
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (text, *, patient=None, context=None, vault=None, audit=None, actor=None, now=None, **unknown))]
    #[pyo3(
        text_signature = "($self, text, *, patient=None, context=None, vault=None, audit=None, actor=None, now=None)"
    )]
    fn scrub(
        &self,
        py: Python<'_>,
        text: &Bound<'_, PyString>,
        patient: Option<&Bound<'_, PyAny>>,
        context: Option<&Bound<'_, PyAny>>,
        vault: Option<&Bound<'_, Vault>>,
        audit: Option<&Bound<'_, AuditLog>>,
        actor: Option<&str>,
        now: Option<&str>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Scrubbed> {
        crate::error::no_keywords(py, unknown, "Scrubber.scrub")?;
        let text = crate::error::text(text)?;
        let context = note_context(py, context, patient)?;
        let trail = Trail::new(py, audit, None, actor, now)?;
        let vault = crate::vault::held(py, vault)?;
        let scrubbed = run(py, || {
            let result = match &vault {
                Some(vault) => self.0.scrub_into(text, &context, vault),
                None => self.0.scrub_with(text, &context),
            };
            trail.record(1, |_, event, key| self.0.audited(event, text, &result, key))?;
            result
        })?;
        Ok(Scrubbed::new(text, scrubbed))
    }

    /// Remove protected health information from a message: HL7 v2, FHIR, C-CDA, RTF, HTML, or a note in any encoding.
    ///
    /// Typed fields go by what they are, free text as in ``scrub``, searched for the people that the message itself names. What is
    /// not removed stays byte for byte.
    ///
    /// Parameters
    /// ----------
    /// message : bytes or str
    ///     As bytes: UTF-8, UTF-16 with its mark, else Windows-1252.
    /// format : str, default "auto"
    ///     "auto", "text", "hl7", "fhir", "ccda", "rtf" or "html".
    /// patient, context, vault, audit, actor, now
    ///     As in ``scrub``; ``Vault.restore_message`` gives the message back.
    ///
    /// Returns
    /// -------
    /// ScrubbedMessage
    ///
    /// Raises
    /// ------
    /// ChartguardError
    ///     The message is not of its format, or as in ``scrub``; there is then no output at all.
    ///
    /// Examples
    /// --------
    /// >>> from chartguard import Scrubber
    /// >>> Scrubber().scrub_message(r"{\rtf1 Seen by Dr. Achter{\b berg}}").message
    /// '{\\rtf1 Seen by Dr. [NAME]{\\b }}'
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (message, *, format="auto", patient=None, context=None, vault=None, audit=None, actor=None, now=None, **unknown))]
    #[pyo3(
        text_signature = "($self, message, *, format='auto', patient=None, context=None, vault=None, audit=None, actor=None, now=None)"
    )]
    fn scrub_message(
        &self,
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        format: &str,
        patient: Option<&Bound<'_, PyAny>>,
        context: Option<&Bound<'_, PyAny>>,
        vault: Option<&Bound<'_, Vault>>,
        audit: Option<&Bound<'_, AuditLog>>,
        actor: Option<&str>,
        now: Option<&str>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<crate::message::ScrubbedMessage> {
        crate::error::no_keywords(py, unknown, "Scrubber.scrub_message")?;
        let context = note_context(py, context, patient)?;
        let trail = Trail::new(py, audit, None, actor, now)?;
        crate::message::scrub(py, &self.0, message, format, &context, vault, &trail)
    }

    /// Remove protected health information from many notes.
    ///
    /// Parameters
    /// ----------
    /// texts : iterable of str
    /// contexts : iterable of dict, optional
    ///     For each note what is known of it, as in ``scrub``.
    /// vault : Vault, optional
    ///     As in ``scrub``.
    /// audit : AuditLog, optional
    ///     As in ``scrub``: one record for each note.
    /// actor, now : str, optional
    ///     As in ``scrub``.
    /// threads : int, optional
    ///     Threads to work on; one if not given. Results keep the order of the notes and do not depend on it.
    /// progress : bool, default False
    ///     Show a tqdm progress bar where tqdm is installed.
    ///
    /// Returns
    /// -------
    /// list of Scrubbed
    ///     The same as one `scrub` call each.
    ///
    /// Raises
    /// ------
    /// ChartguardError
    ///     The message names the index of the note that failed.
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (texts, *, contexts=None, vault=None, audit=None, actor=None, now=None, threads=None, progress=false, **unknown))]
    #[pyo3(
        text_signature = "($self, texts, *, contexts=None, vault=None, audit=None, actor=None, now=None, threads=None, progress=False)"
    )]
    fn scrub_batch(
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
    ) -> PyResult<Vec<Scrubbed>> {
        crate::error::no_keywords(py, unknown, "Scrubber.scrub_batch")?;
        let trail = Trail::new(py, audit, None, actor, now)?;
        let vault = crate::vault::held(py, vault)?;
        batch(py, texts, contexts, threads, progress, |notes| {
            let done = match &vault {
                Some(vault) => self.0.scrub_batch_into(notes, vault),
                None => self.0.scrub_batch_with(notes),
            };
            trail.record(notes.len(), |at, event, key| self.0.audited(event, notes[at].0, &done[at], key))?;
            let results = done.into_iter().zip(notes);
            Ok(results.map(|(one, (note, _))| one.map(|scrubbed| Scrubbed::new(note, scrubbed))).collect())
        })
    }

    /// The name of the policy.
    #[getter]
    fn policy(&self) -> String {
        self.0.policy().name().to_owned()
    }

    /// The rule that the policy is held to: "safe-harbor", "limited-data-set", "expert-determination" or "none". `categories` that
    /// keep more than it lets stay give it up.
    #[getter]
    fn regime(&self) -> &'static str {
        self.0.policy().regime().as_str()
    }

    fn __repr__(&self) -> String {
        format!("<chartguard.Scrubber policy={:?}>", self.0.policy().name())
    }
}

/// What is known of a note, as the JSON that every language hands over, and of the patient.
pub(crate) fn note_context(
    py: Python<'_>,
    context: Option<&Bound<'_, PyAny>>,
    patient: Option<&Bound<'_, PyAny>>,
) -> PyResult<Context> {
    let known = match context {
        None => Context::default(),
        Some(context) => {
            let json: String = py
                .import("json")?
                .call_method1("dumps", (context,))
                .map_err(|_| config(py, "a dict of patient_id, document_id and date is expected", "context"))?
                .extract()?;
            let known = if json == "null" { Ok(Context::default()) } else { Context::from_json(&json) };
            known.map_err(|error| exception(py, &error))?
        }
    };
    Ok(match patient {
        Some(patient) => known.patient(crate::audit::patient(py, patient)?),
        None => known,
    })
}

/// The keywords as the JSON that every language configures by; paths become strings.
fn dump(py: Python<'_>, settings: &Bound<'_, PyDict>) -> PyResult<String> {
    let options = PyDict::new(py);
    options.set_item("default", py.import("os")?.getattr("fspath")?)?;
    let json = py.import("json")?.call_method("dumps", (settings,), Some(&options));
    let json = json.map_err(|e| config(py, format!("cannot be read as a policy: {}", e.value(py)), "policy"))?;
    json.extract()
}

/// Runs `work` over windows of notes, each with what is known of it, on `threads` threads, with a look at Ctrl-C between two
/// windows.
pub(crate) fn batch<T: Send>(
    py: Python<'_>,
    texts: &Bound<'_, PyAny>,
    contexts: Option<&Bound<'_, PyAny>>,
    threads: Option<usize>,
    progress: bool,
    work: impl Fn(&[(&str, Context)]) -> chartguard::Result<Vec<chartguard::Result<T>>> + Send + Sync,
) -> PyResult<Vec<T>> {
    if texts.is_instance_of::<PyString>() {
        return Err(config(py, "a list of notes is expected, not a single string", "texts"));
    }
    let notes: Vec<Bound<'_, PyString>> = texts
        .try_iter()?
        .enumerate()
        .map(|(index, note)| {
            let note = note?;
            let kind = note.get_type().name().map(|n| n.to_string()).unwrap_or_default();
            note.cast_into::<PyString>().map_err(|_| config(py, format!("note {index} is {kind}, not str"), "texts"))
        })
        .collect::<PyResult<_>>()?;
    let known = match contexts {
        None => vec![Context::default(); notes.len()],
        Some(contexts) => {
            contexts.try_iter()?.map(|one| note_context(py, Some(&one?), None)).collect::<PyResult<Vec<_>>>()?
        }
    };
    if known.len() != notes.len() {
        let what = format!("{} contexts were given for {} notes", known.len(), notes.len());
        return Err(config(py, what, "contexts"));
    }
    let borrowed = notes.iter().map(text).collect::<PyResult<Vec<&str>>>()?;
    let notes: Vec<(&str, Context)> = borrowed.into_iter().zip(known).collect();
    over(py, &notes, "note", threads, progress, work)
}

/// Runs `work` over windows of items, which errors call `what`, on `threads` threads, with a look at Ctrl-C between two windows.
pub(crate) fn over<I: Sync, T: Send>(
    py: Python<'_>,
    items: &[I],
    what: &str,
    threads: Option<usize>,
    progress: bool,
    work: impl Fn(&[I]) -> chartguard::Result<Vec<chartguard::Result<T>>> + Send + Sync,
) -> PyResult<Vec<T>> {
    let threads = threads.unwrap_or(1);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|_| config(py, format!("no pool of {threads} threads could be started"), "threads"))?;
    let bar = if progress { Some(bar(py, items.len())?) } else { None };
    let mut out = Vec::with_capacity(items.len());
    for window in items.chunks(WINDOW) {
        py.check_signals()?;
        let done = run(py, || pool.install(|| work(window)))?;
        for one in done {
            let index = out.len();
            out.push(one.map_err(|error| {
                let error = exception(py, &error);
                let _ = error.value(py).call_method1("add_note", (format!("in the {what} at index {index}"),));
                error
            })?);
        }
        if let Some(bar) = bar.iter().flatten().next() {
            bar.call_method1("update", (window.len(),))?;
        }
    }
    if let Some(bar) = bar.iter().flatten().next() {
        bar.call_method0("close")?;
    }
    Ok(out)
}

/// A tqdm bar, where tqdm is installed.
pub(crate) fn bar(py: Python<'_>, total: usize) -> PyResult<Option<Bound<'_, PyAny>>> {
    let Ok(tqdm) = py.import("tqdm.auto") else { return Ok(None) };
    let options = PyDict::new(py);
    options.set_item("total", total)?;
    options.set_item("unit", "note")?;
    tqdm.call_method("tqdm", (), Some(&options)).map(Some)
}

/// A piece of text that is protected health information. Holds no text.
///
/// Attributes
/// ----------
/// start, end : int
///     Half-open range of code points of the note: ``text[start:end]``.
/// category : str
///     Such as "name"; see the README for all.
/// score : float
///     How sure, from 0 to 1.
/// detector : str
///     What found it, such as "ssn.dashed".
/// action : str
///     What the policy does with it: "tag", "mask", "surrogate" and so on.
/// census : str or None
///     By which census a ZIP code was made coarser by "generalize".
/// reasons : list of Reason
///     Why it was found: what its detector went by, then what was merged into it, the surest first. Never empty.
#[pyclass(frozen, eq, hash, module = "chartguard")]
#[derive(Clone, PartialEq)]
pub(crate) struct Finding {
    #[pyo3(get)]
    pub(crate) start: usize,
    #[pyo3(get)]
    pub(crate) end: usize,
    #[pyo3(get)]
    pub(crate) category: &'static str,
    #[pyo3(get)]
    pub(crate) score: f64,
    #[pyo3(get)]
    pub(crate) detector: String,
    #[pyo3(get)]
    pub(crate) action: &'static str,
    #[pyo3(get)]
    pub(crate) census: Option<&'static str>,
    pub(crate) reasons: Arc<[Reason]>,
}

/// One thing that speaks for a finding. Holds no text of the note.
///
/// Attributes
/// ----------
/// detector : str
///     Who says so, such as "mrn.cued".
/// rule : str
///     What it went by, as a short id that never changes: "cue:mrn", "column:dob", "validator:npi",
///     "shape:date-year-first", "title", "kin", "signature-block", "last-first", "consistency", "tagger".
/// score : float
///     How sure the detector was, all it went by together, from 0 to 1.
/// category : str
///     What it took the piece for.
/// start, end : int
///     The piece it spoke of, in code points of the note.
#[pyclass(frozen, eq, hash, module = "chartguard")]
#[derive(Clone, PartialEq)]
pub(crate) struct Reason {
    pub(crate) detector: Cow<'static, str>,
    #[pyo3(get)]
    pub(crate) rule: String,
    #[pyo3(get)]
    pub(crate) score: f64,
    #[pyo3(get)]
    pub(crate) category: &'static str,
    #[pyo3(get)]
    pub(crate) start: usize,
    #[pyo3(get)]
    pub(crate) end: usize,
}

impl std::hash::Hash for Reason {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.start, self.end, &self.detector, &self.rule).hash(state);
    }
}

#[pymethods]
impl Reason {
    #[getter]
    fn detector(&self) -> &str {
        &self.detector
    }

    /// The reason as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let out = PyDict::new(py);
        out.set_item("detector", &*self.detector)?;
        out.set_item("rule", &self.rule)?;
        out.set_item("score", self.score)?;
        out.set_item("category", self.category)?;
        out.set_item("start", self.start)?;
        out.set_item("end", self.end)?;
        Ok(out)
    }

    fn __repr__(&self) -> String {
        let Self { detector, rule, score, category, start, end } = self;
        format!("Reason({detector:?}, {rule:?}, {score}, {category:?}, {start}, {end})")
    }
}

impl std::hash::Hash for Finding {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.start, self.end, self.category).hash(state);
    }
}

impl Finding {
    pub(crate) fn new(offsets: &Offsets<'_>, finding: &chartguard::Finding, action: &'static str) -> Self {
        Self::at(&|byte| offsets.code_point(byte), finding, action)
    }

    /// As [`new`](Self::new), where `code_point` says where a byte lies in code points.
    pub(crate) fn at(
        code_point: &impl Fn(usize) -> usize,
        finding: &chartguard::Finding,
        action: &'static str,
    ) -> Self {
        let reasons = finding.reasons().into_iter().map(|reason| Reason {
            detector: reason.detector,
            rule: reason.rule.to_string(),
            score: rounded(reason.score),
            category: reason.category.as_str(),
            start: code_point(reason.span.start),
            end: code_point(reason.span.end),
        });
        Self {
            start: code_point(finding.span.start),
            end: code_point(finding.span.end),
            category: finding.category.as_str(),
            score: rounded(finding.score),
            detector: finding.detector.to_string(),
            action,
            census: None,
            reasons: reasons.collect(),
        }
    }
}

/// Four decimals are all a score means, and they print alike everywhere.
pub(crate) fn rounded(score: f32) -> f64 {
    (f64::from(score) * 1e4).round() / 1e4
}

#[pymethods]
impl Finding {
    #[getter]
    fn reasons<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.reasons.iter().cloned())
    }

    /// The finding as a dict, without its reasons: what `chartguard scrub --jsonl` prints.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let out = PyDict::new(py);
        out.set_item("start", self.start)?;
        out.set_item("end", self.end)?;
        out.set_item("category", self.category)?;
        out.set_item("score", self.score)?;
        out.set_item("detector", &self.detector)?;
        out.set_item("action", self.action)?;
        if let Some(census) = self.census {
            out.set_item("census", census)?;
        }
        Ok(out)
    }

    fn __repr__(&self) -> String {
        let Self { start, end, category, score, detector, action, .. } = self;
        format!("Finding({start}, {end}, {category:?}, score={score}, detector={detector:?}, action={action:?})")
    }
}

/// A note without its protected health information. ``repr`` shows no text.
///
/// Attributes
/// ----------
/// text : str
///     The text that may be shared.
/// findings : list of Finding
///     What was removed; offsets in code points of the input.
/// places : list of (int, int)
///     Where each finding's replacement stands in `text`, in code points of it; empty ranges where it was removed.
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Scrubbed {
    #[pyo3(get)]
    pub(crate) text: String,
    pub(crate) findings: Vec<Finding>,
    #[pyo3(get)]
    pub(crate) places: Vec<(usize, usize)>,
}

impl Scrubbed {
    pub(crate) fn new(note: &str, scrubbed: chartguard::Scrubbed) -> Self {
        let offsets = Offsets::new(note);
        let finding = |applied: &Applied| Finding {
            census: applied.census.map(chartguard::scrub::Census::as_str),
            ..Finding::new(&offsets, &applied.finding, applied.action.as_str())
        };
        let findings = scrubbed.findings.iter().map(finding).collect();
        let output = Offsets::new(&scrubbed.text);
        let place =
            |applied: &Applied| (output.code_point(applied.output.start), output.code_point(applied.output.end));
        let places = scrubbed.findings.iter().map(place).collect();
        Self { findings, places, text: scrubbed.text }
    }
}

#[pymethods]
impl Scrubbed {
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.findings.iter().cloned())
    }

    /// The text and the findings as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let out = PyDict::new(py);
        out.set_item("text", &self.text)?;
        out.set_item("findings", self.findings.iter().map(|f| f.to_dict(py)).collect::<PyResult<Vec<_>>>()?)?;
        Ok(out)
    }

    fn __repr__(&self) -> String {
        format!("<chartguard.Scrubbed {} characters, {} findings>", self.text.chars().count(), self.findings.len())
    }
}
