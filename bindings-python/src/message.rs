//! Messages: what is scrubbed of them and how it is handed out.

use chartguard::text::Offsets;
use chartguard::{Context, Format};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::error::{exception, run};

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
    bytes: Vec<u8>,
    is_text: bool,
    #[pyo3(get)]
    format: &'static str,
    findings: Vec<MessageFinding>,
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
    start: usize,
    #[pyo3(get)]
    end: usize,
    #[pyo3(get)]
    category: &'static str,
    #[pyo3(get)]
    score: f64,
    #[pyo3(get)]
    detector: String,
    #[pyo3(get)]
    action: &'static str,
    #[pyo3(get)]
    path: String,
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
        match std::str::from_utf8(&self.bytes) {
            Ok(text) if self.is_text => PyString::new(py, text).into_any(),
            _ => PyBytes::new(py, &self.bytes).into_any(),
        }
    }

    #[getter]
    fn findings(&self) -> Vec<MessageFinding> {
        self.findings.clone()
    }

    fn __repr__(&self) -> String {
        format!("ScrubbedMessage({}, {} findings)", self.format, self.findings.len())
    }
}

/// Scrubs a message that is bytes or a text.
pub(crate) fn scrub(
    py: Python<'_>,
    scrubber: &chartguard::Scrubber,
    message: &Bound<'_, PyAny>,
    format: &str,
    context: &Context,
) -> PyResult<ScrubbedMessage> {
    let format: Format = format.parse().map_err(|error| exception(py, &error))?;
    let text = message.cast::<PyString>().ok();
    let bytes: &[u8] = match text {
        Some(text) => crate::error::text(text)?.as_bytes(),
        None => message.cast::<PyBytes>()?.as_bytes(),
    };
    let scrubbed = run(py, || scrubber.scrub_message(bytes, format, context))?;
    let offsets = text.and_then(|_| std::str::from_utf8(bytes).ok()).map(Offsets::new);
    let place = |byte: usize| offsets.as_ref().map_or(byte, |offsets| offsets.code_point(byte));
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
    Ok(ScrubbedMessage { bytes: scrubbed.bytes, is_text: text.is_some(), format: scrubbed.format.as_str(), findings })
}
