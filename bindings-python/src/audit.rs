//! The audit log, and who may do what.

#![allow(clippy::needless_pass_by_value, reason = "arguments are taken out of Python objects")]

use chartguard::access::{Caller, Permission};
use chartguard::audit::{self, Action, Event, Sink};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::{config, run};

/// An audit log: records without a value of any note, each chained to the one before.
///
/// May be shared between threads. While a log of JSON Lines is open no other process can write it.
///
/// Parameters
/// ----------
/// path : str or os.PathLike
///     JSON Lines, or a SQLite database where the file is one or its name ends in ".db", ".sqlite" or ".sqlite3".
/// key : bytes, optional
///     Chains the records and fingerprints the notes; at least 16 bytes. Without one, whoever can write the file can also
///     compute the chain anew.
///
/// Raises
/// ------
/// FileError, InputError, ConfigError
///     The file cannot be opened, its last record was changed, or the key is too short or not that of the log.
///
/// Examples
/// --------
/// >>> import os, tempfile
/// >>> from chartguard import AuditLog, Scrubber
/// >>> path = os.path.join(tempfile.mkdtemp(), "audit.jsonl")
/// >>> scrubber = Scrubber(model="none")
/// >>> scrubber.scrub("SSN 219-09-9999", audit=AuditLog(path), actor="u-17").text
/// 'SSN [SSN]'
/// >>> AuditLog.verify(path)["records"]
/// 1
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct AuditLog {
    pub(crate) sink: Box<dyn Sink>,
    pub(crate) key: Option<Vec<u8>>,
}

#[pymethods]
impl AuditLog {
    #[new]
    #[pyo3(signature = (path, *, key=None))]
    fn new(py: Python<'_>, path: std::path::PathBuf, key: Option<Vec<u8>>) -> PyResult<Self> {
        run(py, || Ok(Self { sink: audit::open(&path, key.as_deref())?, key }))
    }

    /// Where the chain ends: ``{"records": int, "hash": str}``. Kept elsewhere, it shows what was cut off.
    #[getter]
    fn head<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        head(py, &self.sink.head())
    }

    /// Check a log from beginning to end.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    /// key : bytes, optional
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``{"records": int, "hash": str}`` of the last record.
    ///
    /// Raises
    /// ------
    /// InputError
    ///     Names the first record that was changed, added, moved or taken out.
    #[staticmethod]
    #[pyo3(signature = (path, *, key=None))]
    fn verify(py: Python<'_>, path: std::path::PathBuf, key: Option<Vec<u8>>) -> PyResult<Bound<'_, PyDict>> {
        let verified = run(py, || audit::verify(&path, key.as_deref()))?;
        head(py, &verified.head)
    }

    /// The events of a log in order, the chain checked.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    /// key : bytes, optional
    /// fhir : bool, default False
    ///     As FHIR R4 AuditEvent resources.
    ///
    /// Returns
    /// -------
    /// list of dict
    #[staticmethod]
    #[pyo3(signature = (path, *, key=None, fhir=false))]
    fn events(
        py: Python<'_>,
        path: std::path::PathBuf,
        key: Option<Vec<u8>>,
        fhir: bool,
    ) -> PyResult<Bound<'_, PyAny>> {
        let mut events = Vec::new();
        run(py, || {
            audit::each(&path, key.as_deref(), |event| {
                events.push(if fhir { event.to_fhir() } else { serde_json::json!(event) });
                Ok(())
            })
        })?;
        py.import("json")?.call_method1("loads", (serde_json::Value::Array(events).to_string(),))
    }

    fn __repr__(&self) -> String {
        format!("<chartguard.AuditLog {} records>", self.sink.head().records)
    }
}

fn head<'py>(py: Python<'py>, head: &audit::Head) -> PyResult<Bound<'py, PyDict>> {
    let out = PyDict::new(py);
    out.set_item("records", head.records)?;
    out.set_item("hash", &head.hash)?;
    Ok(out)
}

/// The time of a call: what the caller says, else Python's clock.
pub(crate) fn now(py: Python<'_>, now: Option<&str>) -> PyResult<String> {
    if let Some(now) = now {
        return Ok(now.to_owned());
    }
    let datetime = py.import("datetime")?;
    let utc = datetime.getattr("timezone")?.getattr("utc")?;
    datetime.getattr("datetime")?.call_method1("now", (utc,))?.call_method0("isoformat")?.extract()
}

/// Where calls are recorded, who makes them, and when.
#[derive(Clone)]
pub(crate) struct Trail<'p> {
    log: Option<&'p AuditLog>,
    access: Option<&'p chartguard::access::Access>,
    actor: Option<&'p str>,
    now: String,
}

impl<'p> Trail<'p> {
    pub(crate) fn new(
        py: Python<'_>,
        log: Option<&'p Bound<'_, AuditLog>>,
        access: Option<&'p Bound<'_, Access>>,
        actor: Option<&'p str>,
        now: Option<&str>,
    ) -> PyResult<Self> {
        let needs_time = log.is_some() || access.is_some();
        let now = if needs_time { self::now(py, now)? } else { String::new() };
        Ok(Self { log: log.map(Bound::get), access: access.map(|access| &access.get().0), actor, now })
    }

    /// Records calls that scrub, one event for each; `audited` completes it. Nothing is handed out where it cannot be recorded.
    pub(crate) fn record(
        &self,
        calls: usize,
        audited: impl Fn(usize, Event, Option<&[u8]>) -> chartguard::Result<Event>,
    ) -> chartguard::Result<()> {
        let Some(log) = self.log else { return Ok(()) };
        let events = (0..calls).map(|call| {
            let event = Event::new(Action::Scrub, &self.now)?;
            let event = match self.actor {
                Some(actor) => event.by(actor, [""; 0]),
                None => event,
            };
            audited(call, event, log.key.as_deref())
        });
        log.sink.append(&events.collect::<chartguard::Result<Vec<Event>>>()?).map(|_| ())
    }

    /// Does `work` where who calls has all of `permissions`, and records how it ended; `complete` adds to the event.
    pub(crate) fn perform<T>(
        &self,
        permissions: &[Permission],
        work: impl FnOnce() -> chartguard::Result<T>,
        complete: impl FnOnce(Event, &chartguard::Result<T>, Option<&[u8]>) -> chartguard::Result<Event>,
    ) -> chartguard::Result<T> {
        if self.log.is_none() && self.access.is_none() {
            return work();
        }
        let caller = Caller::new(self.access, self.actor, &self.now)?;
        let caller = match self.log {
            Some(log) => caller.recorded_in(&*log.sink),
            None => caller,
        };
        let event = caller.permit(permissions)?;
        let result = work();
        if let Some(log) = self.log {
            log.sink.append(&[complete(event.ended(&result), &result, log.key.as_deref())?])?;
        }
        result
    }
}

/// Who may do what: actors, roles, permissions, and grants with who gave them and when.
///
/// Examples
/// --------
/// >>> from chartguard import Access
/// >>> access = Access.from_yaml('''
/// ... roles: {privacy-officer: [restore, read_vault]}
/// ... grants: [{actor: u-17, role: privacy-officer, by: u-1, at: 2024-01-08T09:00:00Z}]
/// ... ''')
/// >>> access.allows("u-17", "restore"), access.allows("u-23", "restore")
/// (True, False)
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Access(chartguard::access::Access);

#[pymethods]
impl Access {
    /// Read the rules from YAML or JSON.
    #[staticmethod]
    fn from_yaml(py: Python<'_>, yaml: &str) -> PyResult<Self> {
        run(py, || chartguard::access::Access::from_yaml(yaml).map(Self))
    }

    /// Read the rules from a file.
    #[staticmethod]
    fn load(py: Python<'_>, path: std::path::PathBuf) -> PyResult<Self> {
        run(py, || chartguard::access::Access::load(&path).map(Self))
    }

    /// Whether an actor has a permission.
    ///
    /// Parameters
    /// ----------
    /// actor : str
    /// permission : str
    ///     "restore", "read_vault", "change_policy", "read_audit" or "change_access".
    /// now : str, optional
    ///     RFC 3339; Python's clock if not given.
    #[pyo3(signature = (actor, permission, *, now=None))]
    fn allows(&self, py: Python<'_>, actor: &str, permission: &str, now: Option<&str>) -> PyResult<bool> {
        let now = self::now(py, now)?;
        run(py, || Ok(self.0.decide(actor, Permission::named(permission)?, &now)?.allowed))
    }

    /// Go on where an actor has a permission; else raise, and record the refusal.
    ///
    /// Parameters
    /// ----------
    /// actor, permission, now
    ///     As for `allows`.
    /// audit : AuditLog, optional
    ///     Where a refusal is recorded.
    ///
    /// Raises
    /// ------
    /// AccessError
    ///     The actor has no role with the permission.
    #[pyo3(signature = (actor, permission, *, now=None, audit=None))]
    fn require(
        &self,
        py: Python<'_>,
        actor: &str,
        permission: &str,
        now: Option<&str>,
        audit: Option<&Bound<'_, AuditLog>>,
    ) -> PyResult<()> {
        let now = self::now(py, now)?;
        let audit = audit.map(Bound::get);
        run(py, || {
            let permission = Permission::named(permission)?;
            self.0.require(actor, permission, &now, audit.map(|audit| &*audit.sink)).map(|_| ())
        })
    }

    fn __repr__(&self) -> String {
        format!("<chartguard.Access {} grants>", self.0.grants().len())
    }
}

/// What is known of a patient, given as a dict.
pub(crate) fn patient(py: Python<'_>, patient: &Bound<'_, PyAny>) -> PyResult<chartguard::Patient> {
    let json = py.import("json")?.call_method1("dumps", (patient,));
    let json: String = match json {
        Ok(json) => json.extract()?,
        // What Python says of it could quote a value.
        Err(_) => return Err(config(py, "a dict of lists of str is expected", "patient")),
    };
    run(py, || chartguard::Patient::from_json(&json))
}
