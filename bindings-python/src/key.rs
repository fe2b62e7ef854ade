//! The secret key as an object.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::{config, run};

/// A secret key, checked when it is made. Everything that takes a key takes one of these, or what it is made of.
///
/// Parameters
/// ----------
/// key : bytes or str
///     At least 32 bytes, or as text in hexadecimal digits or base64. Draw it with ``secrets.token_bytes(32)``.
///
/// Raises
/// ------
/// SecretKeyError
///     It is malformed or too short. It is never repeated, and ``repr`` does not show it.
///
/// Examples
/// --------
/// >>> from chartguard import Key
/// >>> key = Key(bytes(range(32)))
/// >>> patient = key.fingerprint("patient", "4471203")
/// >>> len(patient), patient == key.fingerprint("patient", "4471203"), patient == key.fingerprint("clinician", "4471203")
/// (43, True, False)
/// >>> key
/// <chartguard.Key>
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Key {
    core: chartguard::Key,
    /// As every language configures by it, for whoever is built with it.
    text: String,
}

#[pymethods]
impl Key {
    #[new]
    fn new(py: Python<'_>, key: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self { core: self::key(py, key)?, text: key_text(py, key)? })
    }

    /// Read a key from a file: one key as text, in hexadecimal digits or base64.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    ///
    /// Raises
    /// ------
    /// FileError, SecretKeyError
    ///     The file cannot be read, or holds no key.
    #[staticmethod]
    #[allow(clippy::needless_pass_by_value, reason = "arguments are taken out of Python objects")]
    fn load(py: Python<'_>, path: std::path::PathBuf) -> PyResult<Self> {
        run(py, || {
            let core = chartguard::Key::load(&path)?;
            // It could be read, so it is text.
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            Ok(Self { core, text: text.trim().to_owned() })
        })
    }

    /// HMAC-SHA-256 of a value under a key of its own for a purpose: for ids that are to be compared and never read.
    ///
    /// The same value has the same fingerprint for one purpose and another for every other, and who lacks the key cannot try values
    /// against it.
    ///
    /// Parameters
    /// ----------
    /// purpose : str
    ///     Such as "patient".
    /// value : str or bytes
    ///
    /// Returns
    /// -------
    /// str
    ///     43 characters of base64 that may stand in a URL.
    fn fingerprint(&self, purpose: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
        Ok(self.core.fingerprint(purpose, crate::audit::bytes(value, "value")?))
    }

    /// Pickles as itself: guard the pickle as you guard the key.
    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, PyAny>, (String,)) {
        (py.get_type::<Self>().into_any(), (self.text.clone(),))
    }

    fn __repr__(&self) -> &'static str {
        "<chartguard.Key>"
    }
}

/// A key as the text that every language configures by.
pub(crate) fn key_text(py: Python<'_>, key: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(key) = key.cast::<Key>() {
        return Ok(key.get().text.clone());
    }
    if let Ok(bytes) = key.cast::<PyBytes>() {
        let digits = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
        return Ok(bytes.as_bytes().iter().flat_map(|byte| [digits(byte >> 4), digits(byte & 15)]).collect());
    }
    key.extract().map_err(|_| config(py, "bytes, or a text of hexadecimal digits or base64, is expected", "key"))
}

/// The key that an object stands for.
pub(crate) fn key(py: Python<'_>, key: &Bound<'_, PyAny>) -> PyResult<chartguard::Key> {
    if let Ok(key) = key.cast::<Key>() {
        return Ok(key.get().core.clone());
    }
    let text = key_text(py, key)?;
    chartguard::Key::parse(&text).map_err(|error| crate::error::exception(py, &error))
}
