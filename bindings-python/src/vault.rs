//! The vault, and the way back.

#![allow(clippy::needless_pass_by_value, reason = "arguments are taken out of Python objects")]

use std::path::PathBuf;
use std::sync::Arc;

use chartguard::access::Permission;
use chartguard::audit::{Head, Verified};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use crate::audit::{Access, AuditLog, Trail};
use crate::error::{config, run};
use crate::process::Home;

/// What stood in notes before they were scrubbed, under a key: with it every operator has a way back.
///
/// Encrypted and authenticated. `Scrubber.scrub(..., vault=)` hands a note out once the vault has it. It and its key stay with who may
/// see the notes. May be shared between threads, and not between processes: it does not pickle, and a process that was forked is
/// refused. One process at a time writes a file; any number may read it (`read_only`), also meanwhile.
///
/// Parameters
/// ----------
/// path : str or os.PathLike
///     The file; one is started where there is none. No other process can open it to write meanwhile.
/// key : bytes, str or Key
///     At least 32 bytes, or as text in hexadecimal digits or base64. Draw it with ``secrets.token_bytes(32)``.
/// read_only : bool, default False
///     Only read it, also while another process adds to it.
///
/// Raises
/// ------
/// SecretKeyError
///     The key is malformed, or not that of the vault.
/// TamperedError
///     Names the first record that was changed, moved, added or taken out.
/// FileError, InputError, ConfigError
///     The file cannot be opened, is no vault, or another process writes it.
///
/// Examples
/// --------
/// >>> import chartguard
/// >>> vault = chartguard.Vault.from_bytes(b"", bytes(range(32)))
/// >>> scrubber = chartguard.Scrubber(model="none")
/// >>> scrubbed = scrubber.scrub("SSN 219-09-9999", vault=vault, context={"document_id": "note 1"})
/// >>> scrubbed.text
/// 'SSN [SSN]'
/// >>> chartguard.restore(scrubbed.text, vault=vault, document_id="note 1")
/// 'SSN 219-09-9999'
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Vault {
    core: Arc<chartguard::Vault>,
    home: Home,
}

impl Vault {
    fn of(vault: chartguard::Vault) -> Self {
        Self { core: Arc::new(vault), home: Home::here() }
    }

    /// What is within, if this process opened it.
    fn held(&self, py: Python<'_>) -> PyResult<&Arc<chartguard::Vault>> {
        self.home.check(py, "vault").map(|()| &self.core)
    }
}

/// A vault that was handed over, if this process opened it.
pub(crate) fn held(py: Python<'_>, vault: Option<&Bound<'_, Vault>>) -> PyResult<Option<Arc<chartguard::Vault>>> {
    vault.map(|vault| vault.get().held(py).cloned()).transpose()
}

/// From what notes are given back.
pub(crate) enum Way {
    /// The scrubbed text and the key alone.
    Key(chartguard::Key),
    /// An open vault.
    Vault(Arc<chartguard::Vault>),
    /// The file of one, and its key.
    File(PathBuf, chartguard::Key),
}

impl Way {
    pub(crate) fn new(
        py: Python<'_>,
        key: Option<&Bound<'_, PyAny>>,
        vault: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        if let Some(vault) = vault.and_then(|vault| vault.cast::<Vault>().ok()) {
            // A key that is given beside an open vault is checked, and not needed.
            key.map(|key| crate::key::key(py, key)).transpose()?;
            return Ok(Self::Vault(Arc::clone(vault.get().held(py)?)));
        }
        let path = vault.map(PyAnyMethods::extract::<PathBuf>).transpose()?;
        let Some(key) = key else { return Err(config(py, "a key is needed, or an open vault", "key")) };
        let key = crate::key::key(py, key)?;
        Ok(match path {
            Some(path) => Self::File(path, key),
            None => Self::Key(key),
        })
    }

    /// What an actor needs to go it.
    pub(crate) fn permissions(&self) -> &'static [Permission] {
        match self {
            Self::Key(_) => &[Permission::Restore],
            Self::Vault(_) | Self::File(..) => &[Permission::Restore, Permission::ReadVault],
        }
    }

    /// The same with the file opened.
    pub(crate) fn opened(self) -> chartguard::Result<Self> {
        match self {
            Self::File(path, key) => Ok(Self::Vault(Arc::new(chartguard::Vault::read(path, &key)?))),
            way => Ok(way),
        }
    }

    /// The note of a scrubbed text.
    pub(crate) fn back(&self, text: &str, document_id: Option<&str>) -> chartguard::Result<String> {
        match self {
            Self::Key(key) => chartguard::restore(text, key),
            Self::Vault(vault) => vault.restore(text, document_id),
            Self::File(path, key) => chartguard::Vault::read(path, key)?.restore(text, document_id),
        }
    }

    /// The message of a scrubbed one.
    pub(crate) fn message_back(&self, message: &[u8], document_id: Option<&str>) -> chartguard::Result<Vec<u8>> {
        match self {
            Self::Key(key) => chartguard::restore_message(message, key),
            Self::Vault(vault) => vault.restore_message(message, document_id),
            Self::File(path, key) => chartguard::Vault::read(path, key)?.restore_message(message, document_id),
        }
    }
}

#[pymethods]
impl Vault {
    #[new]
    #[pyo3(signature = (path, key, *, read_only=false, **unknown))]
    #[pyo3(text_signature = "(path, key, *, read_only=False)")]
    fn new(
        py: Python<'_>,
        path: std::path::PathBuf,
        key: &Bound<'_, PyAny>,
        read_only: bool,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        crate::error::no_keywords(py, unknown, "Vault")?;
        let key = crate::key::key(py, key)?;
        run(py, || {
            let vault =
                if read_only { chartguard::Vault::read(&path, &key) } else { chartguard::Vault::open(&path, &key) };
            vault.map(Self::of)
        })
    }

    /// A vault in memory, of what `to_bytes` gave; of no bytes, a new one.
    ///
    /// Parameters
    /// ----------
    /// data : bytes
    /// key : bytes or str
    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &Bound<'_, PyBytes>, key: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (bytes, key) = (data.as_bytes().to_vec(), crate::key::key(py, key)?);
        run(py, || chartguard::Vault::from_bytes(bytes, &key).map(Self::of))
    }

    /// The whole vault as bytes, encrypted as it is: store them where you like.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let vault = self.held(py)?;
        let bytes = run(py, || vault.to_bytes())?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Where the chain of records ends: ``{"records": int, "hash": str}``. Kept elsewhere, it shows what was cut off.
    #[getter]
    fn head<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        head(py, &self.held(py)?.head())
    }

    /// Check every record.
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``{"records": int, "hash": str}`` of the last record.
    ///
    /// Raises
    /// ------
    /// TamperedError
    ///     Names the first record that was changed.
    fn verify<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let vault = self.held(py)?;
        let Verified { head: found, .. } = run(py, || vault.verify())?;
        head(py, &found)
    }

    /// What can be said of each record without a value of a note.
    ///
    /// Parameters
    /// ----------
    /// access : Access, optional
    ///     Who may do what: `actor` then needs "read_vault".
    /// actor, now : str, optional
    ///     Who asks, and when (RFC 3339; Python's clock if not given).
    /// audit : AuditLog, optional
    ///     Where it is recorded that the vault was read, or that this was refused.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     "number", "text" and "document" (keyed fingerprints), "pieces", "bytes", "hash".
    #[pyo3(signature = (*, access=None, actor=None, now=None, audit=None, **unknown))]
    #[pyo3(text_signature = "($self, *, access=None, actor=None, now=None, audit=None)")]
    fn records<'py>(
        &self,
        py: Python<'py>,
        access: Option<&Bound<'_, Access>>,
        actor: Option<&str>,
        now: Option<&str>,
        audit: Option<&Bound<'_, AuditLog>>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        crate::error::no_keywords(py, unknown, "Vault.records")?;
        let trail = Trail::new(py, audit, access, actor, now)?;
        let vault = self.held(py)?;
        let records = run(py, || {
            let read = || {
                let mut records = Vec::new();
                vault.each(|record| {
                    records.push(serde_json::json!(record));
                    Ok(())
                })?;
                Ok(records)
            };
            trail.perform(&[Permission::ReadVault], read, |event, _, _| Ok(event))
        })?;
        py.import("json")?.call_method1("loads", (serde_json::Value::Array(records).to_string(),))
    }

    /// Give back the message that ``Scrubber.scrub_message`` scrubbed into this vault, byte for byte.
    ///
    /// Parameters
    /// ----------
    /// message : bytes or str
    ///     The scrubbed message, unchanged.
    /// document_id, access, actor, now, audit
    ///     As for ``restore``.
    ///
    /// Returns
    /// -------
    /// bytes or str
    ///     Of the type of the one handed in.
    ///
    /// Raises
    /// ------
    /// TamperedError, InputError, AccessError
    ///     As ``restore``.
    ///
    /// Examples
    /// --------
    /// >>> from chartguard import Scrubber, Vault
    /// >>> vault = Vault.from_bytes(b"", bytes(range(32)))
    /// >>> done = Scrubber(model="none").scrub_message(r"{\rtf1 SSN 219-{\b 09}-9999}", vault=vault)
    /// >>> vault.restore_message(done.message)
    /// '{\\rtf1 SSN 219-{\\b 09}-9999}'
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (message, *, document_id=None, access=None, actor=None, now=None, audit=None, **unknown))]
    #[pyo3(text_signature = "($self, message, *, document_id=None, access=None, actor=None, now=None, audit=None)")]
    fn restore_message<'py>(
        &self,
        py: Python<'py>,
        message: &Bound<'_, PyAny>,
        document_id: Option<&str>,
        access: Option<&Bound<'_, Access>>,
        actor: Option<&str>,
        now: Option<&str>,
        audit: Option<&Bound<'_, AuditLog>>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        crate::error::no_keywords(py, unknown, "Vault.restore_message")?;
        let trail = Trail::new(py, audit, access, actor, now)?;
        crate::message::restore(py, &Way::Vault(Arc::clone(self.held(py)?)), message, document_id, &trail)
    }

    fn __repr__(&self) -> String {
        format!("<chartguard.Vault {} records>", self.core.head().records)
    }
}

fn head<'py>(py: Python<'py>, head: &Head) -> PyResult<Bound<'py, PyDict>> {
    let out = PyDict::new(py);
    out.set_item("records", head.records)?;
    out.set_item("hash", &head.hash)?;
    Ok(out)
}

/// Give a note back: what "encrypt" and "fpe" replaced from the scrubbed text alone, or with a vault everything.
///
/// Parameters
/// ----------
/// text : str
///     The scrubbed text, unchanged.
/// key : bytes, str or Key, optional
///     The key that it was scrubbed with; that of the vault where `vault` is a path.
/// vault : Vault, str or os.PathLike, optional
///     The vault that it was scrubbed into, or its file.
/// document_id : str, optional
///     Which note of the vault it is, as it was said to `scrub`: tells notes apart that have one scrubbed text.
/// access : Access, optional
///     Who may do what: `actor` then needs "restore", and with a vault "read_vault".
/// actor, now : str, optional
///     Who asks, and when (RFC 3339; Python's clock if not given).
/// audit : AuditLog, optional
///     Where it is recorded that the note was given back, or that this was refused. Nothing comes back when it cannot be.
///
/// Returns
/// -------
/// str
///     The note, byte for byte. Without a vault, what other operators replaced stays as it is.
///
/// Raises
/// ------
/// SecretKeyError
///     The key is another than was used.
/// TamperedError
///     The text is not what was scrubbed, or the vault was tampered with; the message says which.
/// InputError
///     Several notes of the vault have this text, and `document_id` is not given.
/// AccessError
///     The actor may not.
///
/// Examples
/// --------
/// >>> import chartguard
/// >>> key = bytes(range(32))
/// >>> policy = {"categories": {"ssn": {"operator": "encrypt"}}}
/// >>> scrubbed = chartguard.Scrubber(policy=policy, model="none", key=key).scrub("SSN 219-09-9999")
/// >>> chartguard.restore(scrubbed.text, key)
/// 'SSN 219-09-9999'
#[pyfunction]
#[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
#[pyo3(signature = (text, key=None, *, vault=None, document_id=None, access=None, actor=None, now=None, audit=None, **unknown))]
#[pyo3(
    text_signature = "(text, key=None, *, vault=None, document_id=None, access=None, actor=None, now=None, audit=None)"
)]
pub(crate) fn restore(
    py: Python<'_>,
    text: &Bound<'_, PyString>,
    key: Option<&Bound<'_, PyAny>>,
    vault: Option<&Bound<'_, PyAny>>,
    document_id: Option<&str>,
    access: Option<&Bound<'_, Access>>,
    actor: Option<&str>,
    now: Option<&str>,
    audit: Option<&Bound<'_, AuditLog>>,
    unknown: Option<&Bound<'_, PyDict>>,
) -> PyResult<String> {
    crate::error::no_keywords(py, unknown, "restore")?;
    let text = crate::error::text(text)?;
    let way = Way::new(py, key, vault)?;
    if document_id.is_some() && vault.is_none() {
        return Err(config(py, "only a vault tells notes apart by their ids", "document_id"));
    }
    let trail = Trail::new(py, audit, access, actor, now)?;
    run(py, || {
        let work = || way.back(text, document_id);
        trail.perform(way.permissions(), work, |event, result, key| event.about(result.as_deref().unwrap_or(text), key))
    })
}

/// Gives a message back: from its scrubbed form and the key alone where `encrypt` and `fpe` replaced what it held, or from a vault.
///
/// Parameters
/// ----------
/// message : bytes or str
///     The scrubbed message of any format, unchanged; a note too.
/// key, vault, document_id, access, actor, now, audit
///     As for ``restore``.
///
/// Returns
/// -------
/// bytes or str
///     Of the type of the one handed in, byte for byte. Without a vault, what other operators replaced stays as it is; what the rules
///     of fields removed counts as `other_id`.
///
/// Raises
/// ------
/// SecretKeyError, TamperedError, InputError, AccessError
///     As ``restore``.
///
/// Examples
/// --------
/// >>> import chartguard
/// >>> key = bytes(range(32))
/// >>> policy = {"categories": {"ssn": {"operator": "encrypt"}}}
/// >>> scrubber = chartguard.Scrubber(policy=policy, model="none", key=key)
/// >>> chartguard.restore_message(scrubber.scrub_message(r"{\rtf1 SSN 219-{\b 09}-9999}").message, key)
/// '{\\rtf1 SSN 219-{\\b 09}-9999}'
#[pyfunction]
#[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
#[pyo3(signature = (message, key=None, *, vault=None, document_id=None, access=None, actor=None, now=None, audit=None, **unknown))]
#[pyo3(
    text_signature = "(message, key=None, *, vault=None, document_id=None, access=None, actor=None, now=None, audit=None)"
)]
pub(crate) fn restore_message<'py>(
    py: Python<'py>,
    message: &Bound<'_, PyAny>,
    key: Option<&Bound<'_, PyAny>>,
    vault: Option<&Bound<'_, PyAny>>,
    document_id: Option<&str>,
    access: Option<&Bound<'_, Access>>,
    actor: Option<&str>,
    now: Option<&str>,
    audit: Option<&Bound<'_, AuditLog>>,
    unknown: Option<&Bound<'_, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    crate::error::no_keywords(py, unknown, "restore_message")?;
    let way = Way::new(py, key, vault)?;
    if document_id.is_some() && vault.is_none() {
        return Err(config(py, "only a vault tells notes apart by their ids", "document_id"));
    }
    let trail = Trail::new(py, audit, access, actor, now)?;
    crate::message::restore(py, &way, message, document_id, &trail)
}
