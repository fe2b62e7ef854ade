//! A text that comes in pieces.

use std::sync::{Mutex, PoisonError};

use chartguard::StreamOptions;
use chartguard::scrub::{Applied, Census};
use chartguard::text::Offsets;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::error::run;
use crate::scrubber::{Finding, Scrubber, note_context};

#[pymethods]
impl Scrubber {
    /// Begin a text that comes in pieces: dictation, a transcript, a log.
    ///
    /// Parameters
    /// ----------
    /// patient, context : dict, optional
    ///     As in ``scrub``.
    /// lookahead : int, default 1024
    ///     How many bytes (of UTF-8) after a place must be there before it leaves, 256 to 16777216. Fewer leave sooner and cost more time, and a
    ///     name that only later words give away is found less often.
    ///
    /// Returns
    /// -------
    /// ScrubStream
    ///
    /// Raises
    /// ------
    /// ConfigError
    ///     An operator of the policy needs the whole text: "encrypt", "fpe", and "date_shift" without a ``patient_id``.
    #[pyo3(signature = (*, patient=None, context=None, lookahead=None, **unknown))]
    #[pyo3(text_signature = "($self, *, patient=None, context=None, lookahead=None)")]
    fn stream(
        &self,
        py: Python<'_>,
        patient: Option<&Bound<'_, PyAny>>,
        context: Option<&Bound<'_, PyAny>>,
        lookahead: Option<usize>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<ScrubStream> {
        crate::error::no_keywords(py, unknown, "Scrubber.stream")?;
        let options = StreamOptions::new().context(note_context(py, context, patient)?);
        let options = lookahead.into_iter().fold(options, StreamOptions::lookahead);
        let stream = run(py, || self.0.stream(options))?;
        Ok(ScrubStream(Mutex::new(Some(stream))))
    }
}

/// A text that comes in pieces; ``Scrubber.stream`` makes one.
///
/// What is safe leaves as soon as enough of what follows it was seen; where the pieces end does not matter. After an error nothing more
/// leaves, and every later call is an error. As a context manager it is closed at the end: what was not finished is gone.
///
/// Examples
/// --------
/// >>> from chartguard import Scrubber
/// >>> with Scrubber().stream() as stream:
/// ...     parts = [stream.push(piece) for piece in ("Seen by Dr. Achter", "berg today.")]
/// ...     parts.append(stream.finish())
/// >>> "".join(part.text for part in parts)
/// 'Seen by Dr. [NAME] today.'
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct ScrubStream(Mutex<Option<chartguard::ScrubStream>>);

impl ScrubStream {
    /// Does `work` with the stream, without the GIL; a closed one is an error.
    fn with(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut chartguard::ScrubStream) -> chartguard::Result<chartguard::Released> + Send,
    ) -> PyResult<Released> {
        let released = run(py, || {
            let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            stream.as_mut().map(work).transpose()
        })?;
        let closed = || crate::error::config(py, "the stream is closed: begin another with Scrubber.stream", "stream");
        released.map(Released::new).ok_or_else(closed)
    }
}

#[pymethods]
impl ScrubStream {
    /// Take the next piece; give back what may leave by now.
    ///
    /// Parameters
    /// ----------
    /// text : str
    ///     Of any length; a value may go on in the next piece.
    ///
    /// Returns
    /// -------
    /// Released
    ///     Often without text.
    ///
    /// Raises
    /// ------
    /// ChartguardError
    ///     As in ``Scrubber.scrub``. A value is longer than 64 KiB, or there was an error before.
    fn push(&self, py: Python<'_>, text: &Bound<'_, PyString>) -> PyResult<Released> {
        let text = crate::error::text(text)?;
        self.with(py, |stream| stream.push(text))
    }

    /// End the text; give back the rest of it.
    ///
    /// Returns
    /// -------
    /// Released
    fn finish(&self, py: Python<'_>) -> PyResult<Released> {
        self.with(py, chartguard::ScrubStream::finish)
    }

    /// Drop what is held and has not left.
    fn close(&self, py: Python<'_>) {
        py.detach(|| self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// How many bytes of what was pushed have not left.
    #[getter]
    fn held(&self, py: Python<'_>) -> usize {
        let held = || self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(chartguard::ScrubStream::held);
        py.detach(held).unwrap_or(0)
    }

    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) {
        self.close(py);
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("<chartguard.ScrubStream {} bytes held>", self.held(py))
    }
}

/// What left a stream at one call. ``repr`` shows no text.
///
/// Attributes
/// ----------
/// text : str
///     The text that may be shared; often empty.
/// findings : list of Finding
///     What was removed; offsets in code points of all that was pushed.
/// places : list of (int, int)
///     Where each finding's replacement stands in `text`, in code points of it.
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Released {
    #[pyo3(get)]
    text: String,
    findings: Vec<Finding>,
    #[pyo3(get)]
    places: Vec<(usize, usize)>,
}

impl Released {
    fn new(released: chartguard::Released) -> Self {
        let offset = |byte| released.code_point(byte);
        let finding = |applied: &Applied| Finding {
            census: applied.census.map(Census::as_str),
            ..Finding::at(&offset, &applied.finding, applied.action.as_str())
        };
        let findings = released.findings.iter().map(finding).collect();
        let output = Offsets::new(&released.text);
        let at = |byte: usize| output.code_point(byte - released.output.start);
        let places = released.findings.iter().map(|f| (at(f.output.start), at(f.output.end))).collect();
        Self { findings, places, text: released.text }
    }
}

#[pymethods]
impl Released {
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.findings.iter().cloned())
    }

    fn __repr__(&self) -> String {
        format!("<chartguard.Released {} characters, {} findings>", self.text.chars().count(), self.findings.len())
    }
}
