//! The audit log, and who may do what.

#![allow(clippy::needless_pass_by_value, reason = "arguments are taken out of Python objects")]

use std::sync::{Arc, Mutex, PoisonError};

use chartguard::ErrorCode;
use chartguard::access::{Caller, Permission};
use chartguard::audit::{self, Action, Event, Sink};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use crate::error::{config, run};
use crate::process::Home;
use crate::scrubber::Scrubber;

/// An audit log: records without a value of any note, each chained to the one before.
///
/// May be shared between threads, and not between processes: it does not pickle, and a process that was forked is refused. While a log of
/// JSON Lines is open no other process can write it.
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
    sink: Box<dyn Sink>,
    key: Option<Arc<[u8]>>,
    home: Home,
}

impl AuditLog {
    /// Where records go, if this process opened it.
    fn held(&self, py: Python<'_>) -> PyResult<&dyn Sink> {
        self.home.check(py, "audit").map(|()| &*self.sink)
    }
}

#[pymethods]
impl AuditLog {
    #[new]
    #[pyo3(signature = (path, *, key=None, **unknown))]
    #[pyo3(text_signature = "(path, *, key=None)")]
    fn new(
        py: Python<'_>,
        path: std::path::PathBuf,
        key: Option<Vec<u8>>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        crate::error::no_keywords(py, unknown, "AuditLog")?;
        run(py, || {
            let sink = audit::open(&path, key.as_deref())?;
            Ok(Self { sink, key: key.map(Into::into), home: Home::here() })
        })
    }

    /// Record what the application did itself. Calls that take ``audit=`` record themselves.
    ///
    /// Parameters
    /// ----------
    /// action : str
    ///     "scrub", "restore", "read_vault", "change_policy", "read_audit" or "change_access".
    /// actor : str, optional
    ///     Who did it, as you name people.
    /// roles : iterable of str, optional
    ///     The roles that the actor had.
    /// refused : str, optional
    ///     It was refused: the permission that was missing.
    /// failed : str, optional
    ///     It failed: the ``code`` of the error, such as "input".
    /// policy : Scrubber, optional
    ///     Under whose policy: name and hash are recorded.
    /// document : str or bytes, optional
    ///     What it was about: its length and, where the log has a key, its keyed fingerprint are recorded, never its text.
    /// now : str, optional
    ///     When: RFC 3339; Python's clock if not given.
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``{"records": int, "hash": str}``: where the chain ends now. The record is on the disk.
    ///
    /// Raises
    /// ------
    /// ConfigError, FileError
    ///     There is no such action or code (the nearest is named), or it cannot be written.
    ///
    /// Examples
    /// --------
    /// >>> import os, tempfile
    /// >>> from chartguard import AuditLog
    /// >>> path = os.path.join(tempfile.mkdtemp(), "audit.jsonl")
    /// >>> AuditLog(path).record("change_policy", actor="u-17", roles=["privacy-officer"])["records"]
    /// 1
    /// >>> [(event["action"], event["outcome"]) for event in AuditLog.events(path)]
    /// [('change_policy', 'success')]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (action, *, actor=None, roles=None, refused=None, failed=None, policy=None, document=None, now=None, **unknown))]
    #[pyo3(
        text_signature = "($self, action, *, actor=None, roles=None, refused=None, failed=None, policy=None, document=None, now=None)"
    )]
    fn record<'py>(
        &self,
        py: Python<'py>,
        action: &str,
        actor: Option<String>,
        roles: Option<Vec<String>>,
        refused: Option<String>,
        failed: Option<&str>,
        policy: Option<&Bound<'_, Scrubber>>,
        document: Option<&Bound<'_, PyAny>>,
        now: Option<&str>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        crate::error::no_keywords(py, unknown, "AuditLog.record")?;
        let sink = self.held(py)?;
        if roles.is_some() && actor.is_none() {
            return Err(config(py, "roles are those of an actor, and none is said", "actor"));
        }
        let document = document.map(|document| bytes(document, "document")).transpose()?;
        let now = self::now(py, now)?;
        let policy = policy.map(|scrubber| scrubber.get().0.policy());
        let kept = run(py, || {
            let mut event = Event::new(Action::named(action)?, &now)?;
            if let Some(actor) = actor {
                event = event.by(actor, roles.unwrap_or_default());
            }
            if let Some(permission) = refused {
                event = event.refused(Permission::named(&permission)?.as_str());
            }
            if let Some(code) = failed {
                event = event.failed(ErrorCode::named(code)?);
            }
            event.policy = policy.map(chartguard::Policy::used);
            if let Some(document) = document {
                event = event.about(document, self.key.as_deref())?;
            }
            sink.append(&[event])
        })?;
        head(py, &kept)
    }

    /// Where the chain ends: ``{"records": int, "hash": str}``. Kept elsewhere, it shows what was cut off.
    #[getter]
    fn head<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        head(py, &self.held(py)?.head())
    }

    /// Check a log from beginning to end.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    /// key : bytes, optional
    /// head : dict or str, optional
    ///     Where the log ended before, as `head` or `verify` gave it, or the hash alone: what was cut off since then shows. The log may
    ///     have grown.
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
    /// TamperedError
    ///     The chain does not go through `head`.
    #[staticmethod]
    #[pyo3(signature = (path, *, key=None, head=None, **unknown))]
    #[pyo3(text_signature = "(path, *, key=None, head=None)")]
    fn verify<'py>(
        py: Python<'py>,
        path: std::path::PathBuf,
        key: Option<Vec<u8>>,
        head: Option<&Bound<'py, PyAny>>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        crate::error::no_keywords(py, unknown, "AuditLog.verify")?;
        let before: Option<String> =
            match head {
                None => None,
                Some(head) => {
                    let hash =
                        head.cast::<PyDict>().map_or_else(|_| Ok(head.clone()), |head| head.as_any().get_item("hash"));
                    let hash = hash.and_then(|hash| hash.extract());
                    Some(hash.map_err(|_| {
                        config(py, "a head as `AuditLog.head` gives it, or its hash, is expected", "head")
                    })?)
                }
            };
        let verified = run(py, || match &before {
            Some(before) => audit::verify_from(&path, key.as_deref(), before),
            None => audit::verify(&path, key.as_deref()),
        })?;
        self::head(py, &verified.head)
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
    #[pyo3(signature = (path, *, key=None, fhir=false, **unknown))]
    #[pyo3(text_signature = "(path, *, key=None, fhir=False)")]
    fn events<'py>(
        py: Python<'py>,
        path: std::path::PathBuf,
        key: Option<Vec<u8>>,
        fhir: bool,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        crate::error::no_keywords(py, unknown, "AuditLog.events")?;
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

/// The bytes of a text or of bytes.
pub(crate) fn bytes<'a>(thing: &'a Bound<'_, PyAny>, place: &str) -> PyResult<&'a [u8]> {
    if let Ok(text) = thing.cast::<PyString>() {
        return crate::error::text(text).map(str::as_bytes);
    }
    let bytes = thing.cast::<PyBytes>().map_err(|_| config(thing.py(), "str or bytes is expected", place))?;
    Ok(bytes.as_bytes())
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

/// What the records of many calls have in common, and the key that names notes in them.
pub(crate) type Begun = (Event, Option<Arc<[u8]>>);

/// Where calls are recorded, who makes them, and when.
#[derive(Clone)]
pub(crate) struct Trail<'p> {
    log: Option<&'p AuditLog>,
    /// The rules as they are when the call begins.
    access: Option<Arc<chartguard::access::Access>>,
    actor: Option<&'p str>,
    now: String,
    /// Whether the caller said when.
    said: bool,
}

impl<'p> Trail<'p> {
    pub(crate) fn new(
        py: Python<'_>,
        log: Option<&'p Bound<'_, AuditLog>>,
        access: Option<&'p Bound<'_, Access>>,
        actor: Option<&'p str>,
        now: Option<&str>,
    ) -> PyResult<Self> {
        let said = now.is_some();
        let needs_time = log.is_some() || access.is_some();
        let now = if needs_time { self::now(py, now)? } else { String::new() };
        let log = log.map(Bound::get);
        log.map(|log| log.held(py)).transpose()?;
        Ok(Self { log, access: access.map(|access| access.get().rules()), actor, now, said })
    }

    /// What the records of many calls have in common; nothing where nothing is recorded. `from` is who may, as `permit` said it; without,
    /// they scrub.
    pub(crate) fn begun(&self, from: Option<Event>) -> chartguard::Result<Option<Begun>> {
        let Some(log) = self.log else { return Ok(None) };
        let event = match from {
            Some(event) => event,
            None => self.scrub()?,
        };
        Ok(Some((event, log.key.clone())))
    }

    /// Records calls that were completed from `begun`, at this time.
    pub(crate) fn append(&self, py: Python<'_>, mut events: Vec<Event>) -> PyResult<()> {
        let Some(log) = self.log.filter(|_| !events.is_empty()) else { return Ok(()) };
        if !self.said {
            let now = self::now(py, None)?;
            let at = run(py, || Event::new(Action::Scrub, &now))?.recorded;
            for event in &mut events {
                event.recorded.clone_from(&at);
            }
        }
        run(py, || log.sink.append(&events).map(drop))
    }

    /// Goes on where who calls has all of `permissions`; else records the refusal.
    pub(crate) fn permit(&self, permissions: &[Permission]) -> chartguard::Result<Event> {
        let caller = Caller::new(self.access.as_deref(), self.actor, &self.now)?;
        match self.log {
            Some(log) => caller.recorded_in(&*log.sink).permit(permissions),
            None => caller.permit(permissions),
        }
    }

    /// Whether anything is recorded or asked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.log.is_none() && self.access.is_none()
    }

    /// The event of a call that scrubs.
    fn scrub(&self) -> chartguard::Result<Event> {
        let event = Event::new(Action::Scrub, &self.now)?;
        Ok(match self.actor {
            Some(actor) => event.by(actor, [""; 0]),
            None => event,
        })
    }

    /// Records calls that scrub, one event for each; `audited` completes it. Nothing is handed out where it cannot be recorded.
    pub(crate) fn record(
        &self,
        calls: usize,
        audited: impl Fn(usize, Event, Option<&[u8]>) -> chartguard::Result<Event>,
    ) -> chartguard::Result<()> {
        let Some(log) = self.log else { return Ok(()) };
        let events = (0..calls).map(|call| audited(call, self.scrub()?, log.key.as_deref()));
        log.sink.append(&events.collect::<chartguard::Result<Vec<Event>>>()?).map(|_| ())
    }

    /// Does `work` where who calls has all of `permissions`, and records how it ended; `complete` adds to the event.
    pub(crate) fn perform<T>(
        &self,
        permissions: &[Permission],
        work: impl FnOnce() -> chartguard::Result<T>,
        complete: impl FnOnce(Event, &chartguard::Result<T>, Option<&[u8]>) -> chartguard::Result<Event>,
    ) -> chartguard::Result<T> {
        if self.is_empty() {
            return work();
        }
        let event = self.permit(permissions)?;
        let result = work();
        if let Some(log) = self.log {
            log.sink.append(&[complete(event.ended(&result), &result, log.key.as_deref())?])?;
        }
        result
    }
}

/// Who may do what: actors, roles, permissions, and grants with who gave them and when.
///
/// `grant` and `remove` change it in place; calls that are on their way go by the rules as they were when they began. May be shared
/// between threads. It pickles and copies by its rules.
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
/// >>> access.grant("u-23", "privacy-officer", by="u-1")
/// >>> access.allows("u-23", "restore")
/// True
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Access(Mutex<Arc<chartguard::access::Access>>);

impl Access {
    fn of(access: chartguard::access::Access) -> Self {
        Self(Mutex::new(Arc::new(access)))
    }

    /// The rules as they are now.
    fn rules(&self) -> Arc<chartguard::access::Access> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the rules where `change` succeeds and its record, if there is to be one, is on the disk.
    fn changed(
        &self,
        py: Python<'_>,
        by: &str,
        now: Option<&str>,
        audit: Option<&Bound<'_, AuditLog>>,
        change: impl FnOnce(&mut chartguard::access::Access, &str) -> chartguard::Result<()> + Send,
    ) -> PyResult<()> {
        let now = self::now(py, now)?;
        let log = audit.map(|log| log.get().held(py)).transpose()?;
        run(py, || {
            let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let mut next = chartguard::access::Access::clone(&rules);
            let changed = change(&mut next, &now);
            if let Some(log) = log {
                log.append(&[Event::new(Action::ChangeAccess, &now)?.by(by, [""; 0]).ended(&changed)])?;
            }
            changed.map(|()| *rules = Arc::new(next))
        })
    }

    /// The rules as JSON, which `from_yaml` reads.
    pub(crate) fn as_json(&self) -> String {
        serde_json::json!(*self.rules()).to_string()
    }
}

#[pymethods]
impl Access {
    /// Read the rules from YAML or JSON.
    #[staticmethod]
    fn from_yaml(py: Python<'_>, yaml: &str) -> PyResult<Self> {
        run(py, || chartguard::access::Access::from_yaml(yaml).map(Self::of))
    }

    /// Read the rules from a file.
    #[staticmethod]
    fn load(py: Python<'_>, path: std::path::PathBuf) -> PyResult<Self> {
        run(py, || chartguard::access::Access::load(&path).map(Self::of))
    }

    /// The rules as JSON, which `from_yaml` reads: keep it where it was loaded from.
    fn to_json(&self) -> String {
        self.as_json()
    }

    /// Give a role.
    ///
    /// Whether `by` may is asked before: ``access.require(by, "change_access")``.
    ///
    /// Parameters
    /// ----------
    /// actor, role : str
    /// by : str
    ///     Who gives it.
    /// now : str, optional
    ///     From when: RFC 3339; Python's clock if not given.
    /// audit : AuditLog, optional
    ///     Where it is recorded that the rules were changed, also when that fails. They do not change when it cannot be.
    ///
    /// Raises
    /// ------
    /// ConfigError
    ///     There is no such role (the nearest is named), the actor has it already, or an id is empty.
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (actor, role, *, by, now=None, audit=None, **unknown))]
    #[pyo3(text_signature = "($self, actor, role, *, by, now=None, audit=None)")]
    fn grant(
        &self,
        py: Python<'_>,
        actor: &str,
        role: &str,
        by: &str,
        now: Option<&str>,
        audit: Option<&Bound<'_, AuditLog>>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        crate::error::no_keywords(py, unknown, "Access.grant")?;
        self.changed(py, by, now, audit, |rules, at| rules.grant(actor, role, by, at))
    }

    /// Take a role back. That it was given stays on record in `grants`.
    ///
    /// Parameters
    /// ----------
    /// actor, role, by, now, audit
    ///     As for `grant`.
    ///
    /// Raises
    /// ------
    /// ConfigError
    ///     The actor does not have the role, or `now` lies before it was given.
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (actor, role, *, by, now=None, audit=None, **unknown))]
    #[pyo3(text_signature = "($self, actor, role, *, by, now=None, audit=None)")]
    fn remove(
        &self,
        py: Python<'_>,
        actor: &str,
        role: &str,
        by: &str,
        now: Option<&str>,
        audit: Option<&Bound<'_, AuditLog>>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        crate::error::no_keywords(py, unknown, "Access.remove")?;
        self.changed(py, by, now, audit, |rules, at| rules.remove(actor, role, by, at))
    }

    /// Every grant there ever was, in the order in which they were made.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     "actor", "role", "by", "at" and, where it was taken back, "removed": ``{"by", "at"}``.
    fn grants<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let json = serde_json::json!(self.rules().grants()).to_string();
        py.import("json")?.call_method1("loads", (json,))
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
    #[pyo3(signature = (actor, permission, *, now=None, **unknown))]
    #[pyo3(text_signature = "($self, actor, permission, *, now=None)")]
    fn allows(
        &self,
        py: Python<'_>,
        actor: &str,
        permission: &str,
        now: Option<&str>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<bool> {
        crate::error::no_keywords(py, unknown, "Access.allows")?;
        let now = self::now(py, now)?;
        run(py, || Ok(self.rules().decide(actor, Permission::named(permission)?, &now)?.allowed))
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
    #[pyo3(signature = (actor, permission, *, now=None, audit=None, **unknown))]
    #[pyo3(text_signature = "($self, actor, permission, *, now=None, audit=None)")]
    fn require(
        &self,
        py: Python<'_>,
        actor: &str,
        permission: &str,
        now: Option<&str>,
        audit: Option<&Bound<'_, AuditLog>>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        crate::error::no_keywords(py, unknown, "Access.require")?;
        let now = self::now(py, now)?;
        let log = audit.map(|log| log.get().held(py)).transpose()?;
        run(py, || self.rules().require(actor, Permission::named(permission)?, &now, log).map(|_| ()))
    }

    fn __repr__(&self) -> String {
        format!("<chartguard.Access {} grants>", self.rules().grants().len())
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
