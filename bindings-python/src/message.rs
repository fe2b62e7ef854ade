//! Messages: what is scrubbed of them and how it is handed out.

use chartguard::text::Offsets;
use chartguard::{Context, Format, ScoreOptions, wire};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};

use crate::audit::Trail;
use crate::error::{exception, run};
use crate::rubric::Report;
use crate::vault::{Vault, Way};

/// A message without its protected health information.
///
/// Attributes
/// ----------
/// message : bytes or str
///     The message that may be shared, of the type and in the encoding of the one handed in.
/// format : str
///     In which format it was read.
/// findings : list of MessageFinding
///     What was removed, in the order of the message.
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct ScrubbedMessage {
    pub(crate) bytes: Vec<u8>,
    pub(crate) is_text: bool,
    #[pyo3(get)]
    pub(crate) format: &'static str,
    pub(crate) findings: Vec<MessageFinding>,
}

/// What was found in a message, where, and what was done to it. Holds no text of the message.
///
/// Attributes
/// ----------
/// start, end : int
///     Where it is in the message that was handed in: bytes of ``bytes``, code points of a ``str``.
/// category : str
///     What it is.
/// score : float
///     How sure, from 0 to 1.
/// detector : str
///     What found it, such as "field.PID-5" or "ssn.dashed".
/// action : str
///     What was done.
/// path : str
///     The field it stands in, such as "PID-5" or "Patient.name".
#[pyclass(frozen, module = "chartguard")]
#[derive(Clone)]
pub(crate) struct MessageFinding {
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
    pub(crate) path: String,
}

/// What a note within a message documents. ``repr`` shows no text.
///
/// Attributes
/// ----------
/// path : str
///     The field it stands in, such as "OBX-5".
/// text : str
///     The note without the format's escapes and markup.
/// report : Report
///     Its report; evidence in code points of ``text``.
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct MessageReport {
    #[pyo3(get)]
    path: String,
    #[pyo3(get)]
    text: String,
    #[pyo3(get)]
    report: Py<Report>,
    /// As JSON, with evidence in the message.
    json: String,
}

#[pymethods]
impl MessageReport {
    /// The report with ``path`` added and evidence in the message: bytes of ``bytes``, code points of a ``str``. What lies in base64 is
    /// pointed at as a whole.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (&self.json,))
    }

    fn __repr__(&self) -> String {
        format!("MessageReport({})", self.path)
    }
}

#[pymethods]
impl MessageFinding {
    fn __repr__(&self) -> String {
        format!("MessageFinding({}..{}, {}, {}, {})", self.start, self.end, self.category, self.action, self.path)
    }
}

#[pymethods]
impl ScrubbedMessage {
    #[getter]
    fn message<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        Message::handed_out(py, &self.bytes, self.is_text)
    }

    #[getter]
    fn findings(&self) -> Vec<MessageFinding> {
        self.findings.clone()
    }

    fn __repr__(&self) -> String {
        format!("ScrubbedMessage({}, {} findings)", self.format, self.findings.len())
    }
}

/// A message that is bytes or a text.
pub(crate) struct Message<'m> {
    bytes: &'m [u8],
    is_text: bool,
}

impl<'m> Message<'m> {
    pub(crate) fn new(message: &'m Bound<'_, PyAny>) -> PyResult<Self> {
        match message.cast::<PyString>() {
            Ok(text) => Ok(Self { bytes: crate::error::text(text)?.as_bytes(), is_text: true }),
            Err(_) => Ok(Self { bytes: message.cast::<PyBytes>()?.as_bytes(), is_text: false }),
        }
    }

    /// What carries a byte of it to the units of the caller's.
    fn place(&self) -> impl Fn(usize) -> usize {
        let text = std::str::from_utf8(self.bytes).ok().filter(|_| self.is_text);
        let offsets = text.map(Offsets::new);
        move |byte| offsets.as_ref().map_or(byte, |offsets| offsets.code_point(byte))
    }

    /// Bytes handed out as what the message is.
    fn handed_out<'py>(py: Python<'py>, bytes: &[u8], is_text: bool) -> Bound<'py, PyAny> {
        match std::str::from_utf8(bytes) {
            Ok(text) if is_text => PyString::new(py, text).into_any(),
            _ => PyBytes::new(py, bytes).into_any(),
        }
    }
}

/// Scrubs a message, into a vault where there is one.
pub(crate) fn scrub(
    py: Python<'_>,
    scrubber: &chartguard::Scrubber,
    message: &Bound<'_, PyAny>,
    format: &str,
    context: &Context,
    vault: Option<&Bound<'_, Vault>>,
    trail: &Trail<'_>,
) -> PyResult<ScrubbedMessage> {
    let format: Format = format.parse().map_err(|error| exception(py, &error))?;
    let message = Message::new(message)?;
    let (bytes, vault) = (message.bytes, crate::vault::held(py, vault)?);
    let scrubbed = run(py, || {
        let result = match &vault {
            Some(vault) => scrubber.scrub_message_into(bytes, format, context, vault),
            None => scrubber.scrub_message(bytes, format, context),
        };
        trail.record(1, |_, event, key| scrubber.audited_message(event, bytes, &result, key))?;
        result
    })?;
    let place = message.place();
    let findings = scrubbed.findings.iter().map(|found| {
        let finding = &found.applied.finding;
        MessageFinding {
            start: place(finding.span.start),
            end: place(finding.span.end),
            category: finding.category.as_str(),
            score: (f64::from(finding.score) * 1e4).round() / 1e4,
            detector: finding.detector.to_string(),
            action: found.applied.action.as_str(),
            path: found.path.clone(),
        }
    });
    let findings = findings.collect();
    let (bytes, format) = (scrubbed.bytes, scrubbed.format.as_str());
    Ok(ScrubbedMessage { bytes, is_text: message.is_text, format, findings })
}

/// Scores the notes of a message.
pub(crate) fn score(
    py: Python<'_>,
    scorer: &chartguard::Scorer,
    message: &Bound<'_, PyAny>,
    format: &str,
    options: impl FnOnce() -> chartguard::Result<ScoreOptions> + Send,
) -> PyResult<Vec<MessageReport>> {
    let format: Format = format.parse().map_err(|error| exception(py, &error))?;
    let message = Message::new(message)?;
    let bytes = message.bytes;
    let notes = run(py, || scorer.score_message(bytes, format, &options()?))?;
    let place = message.place();
    let reports = notes.into_iter().map(|note| {
        let json = wire::message_reports_with(std::slice::from_ref(&note), &place)[0].to_string();
        let report = Py::new(py, Report::new(&note.text, note.in_text))?;
        Ok(MessageReport { path: note.path, text: note.text, report, json })
    });
    reports.collect()
}

/// Gives back a message.
pub(crate) fn restore<'py>(
    py: Python<'py>,
    way: &Way,
    message: &Bound<'_, PyAny>,
    document_id: Option<&str>,
    trail: &Trail<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let message = Message::new(message)?;
    let bytes = message.bytes;
    let back = run(py, || {
        let read = || way.message_back(bytes, document_id);
        trail.perform(way.permissions(), read, |event, result, key| {
            event.about(result.as_ref().map_or(bytes, Vec::as_slice), key)
        })
    })?;
    Ok(Message::handed_out(py, &back, message.is_text))
}

/// The free text of a message, as it was written and without the format's escapes and markup.
///
/// Of RTF and HTML what a reader sees; of HL7 v2, FHIR and C-CDA each place of free text, the lines of one observation as one. Nothing is
/// removed: scrub what comes out before it is shared.
///
/// Parameters
/// ----------
/// message : bytes or str
/// format : str, default "auto"
///     As for ``Scrubber.scrub_message``.
///
/// Returns
/// -------
/// list of dict
///     ``{"path": str, "text": str}``: the field it stands in, such as "OBX-5", and the text.
///
/// Raises
/// ------
/// InputError
///     The message is not of its format.
///
/// Examples
/// --------
/// >>> from chartguard import message_notes
/// >>> [note["text"] for note in message_notes(r"{\rtf1 Gait training,{\b  15} min.}")]
/// ['Gait training, 15 min.']
#[pyfunction]
#[pyo3(signature = (message, *, format="auto", **unknown))]
#[pyo3(text_signature = "(message, *, format='auto')")]
pub(crate) fn message_notes<'py>(
    py: Python<'py>,
    message: &Bound<'py, PyAny>,
    format: &str,
    unknown: Option<&Bound<'_, PyDict>>,
) -> PyResult<Bound<'py, PyList>> {
    crate::error::no_keywords(py, unknown, "message_notes")?;
    let format: Format = format.parse().map_err(|error| exception(py, &error))?;
    let bytes = Message::new(message)?.bytes;
    let list = PyList::empty(py);
    for note in run(py, || chartguard::format::notes(bytes, format))? {
        let dict = PyDict::new(py);
        dict.set_item("path", note.path)?;
        dict.set_item("text", note.text)?;
        list.append(dict)?;
    }
    Ok(list)
}
