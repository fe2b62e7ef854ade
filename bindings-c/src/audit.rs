//! The audit log, and who may do what.

use std::ffi::c_char;

use chartguard::access::{Access, Permission};
use chartguard::audit::{self, Action, Event, Sink};

use crate::boundary::{Fault, free, object, perform, produce, text};
use crate::error::cg_error;
use crate::scrubbed::cg_scrubbed;
use crate::scrubber::{cg_scrubber, scrub};
use crate::status::cg_status;

/// An audit log: records without a value of any note, each chained to the one before. Any number of threads may write one.
pub struct cg_audit {
    pub(crate) sink: Box<dyn Sink>,
    pub(crate) key: Option<Vec<u8>>,
}

/// Who may do what: actors, roles, permissions. Immutable.
pub struct cg_access(Access);

/// Opens an audit log, or starts one: a SQLite database where the file is one or its name ends in .db, .sqlite or .sqlite3,
/// else JSON Lines.
///
/// `key`, if any, chains the records and fingerprints the notes; it has at least 16 bytes, and is copied. Without one (NULL, 0)
/// whoever can write the file can also compute the chain anew. On success `*out` is to be freed with cg_audit_free. While a
/// log of JSON Lines is open no other process can write it.
///
/// # Safety
/// `path` is readable for `path_len` bytes, `key` for `key_len`; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_audit_open(
    path: *const c_char,
    path_len: usize,
    key: *const u8,
    key_len: usize,
    out: *mut *mut cg_audit,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let path = text(path, path_len)?;
            if key.is_null() && key_len > 0 {
                return Err(Fault::Argument("the key is NULL but its length is not 0"));
            }
            let key = (key_len > 0).then(|| std::slice::from_raw_parts(key, key_len).to_vec());
            let sink = audit::open(path, key.as_deref())?;
            Ok(cg_audit { sink, key })
        })
    }
}

/// Closes an audit log. NULL is allowed.
///
/// # Safety
/// `audit` is NULL or a live log, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_audit_free(audit: *mut cg_audit) {
    // SAFETY: promised by the caller.
    unsafe { free(audit) }
}

/// As cg_scrubber_scrub_for, and records the call in `audit`, also when it fails. There is no output before the record is on
/// the disk, and none when it cannot be written.
///
/// `now` is the time of the call in RFC 3339, such as "2024-03-14T09:26:53Z"; `actor` says who calls, in your own ids.
///
/// # Safety
/// As cg_scrubber_scrub_for; `audit` is live; `now` is readable for `now_len` bytes, `actor` for `actor_len`.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "C has neither options nor defaults")]
pub unsafe extern "C" fn cg_scrubber_scrub_audited(
    scrubber: *const cg_scrubber,
    text: *const c_char,
    len: usize,
    patient_json: *const c_char,
    patient_len: usize,
    audit: *const cg_audit,
    now: *const c_char,
    now_len: usize,
    actor: *const c_char,
    actor_len: usize,
    out: *mut *mut cg_scrubbed,
    err: *mut *mut cg_error,
) -> cg_status {
    use crate::boundary::text as read;
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scrubber = object(scrubber, "the scrubber is NULL")?;
            let audit = object(audit, "the audit log is NULL")?;
            let note = read(text, len)?;
            let event = Event::new(Action::Scrub, read(now, now_len)?)?;
            let event = match read(actor, actor_len)? {
                "" => event,
                actor => event.by(actor, [""; 0]),
            };
            let result = scrub(scrubber, note, read(patient_json, patient_len)?);
            audit.sink.append(&[scrubber.0.audited(event, note, &result, audit.key.as_deref())?])?;
            Ok(cg_scrubbed::new(note, result?))
        })
    }
}

/// Reads who may do what from YAML or JSON:
/// `{"roles": {"privacy-officer": ["restore"]}, "grants": [{"actor": ID, "role": NAME, "by": ID, "at": TIME, "removed": {"by": ID,
/// "at": TIME}}]}`. Permissions are restore, read_vault, change_policy, read_audit and change_access. On success `*out` is to be
/// freed with cg_access_free.
///
/// # Safety
/// `yaml` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_access_from_yaml(
    yaml: *const c_char,
    len: usize,
    out: *mut *mut cg_access,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_access(Access::from_yaml(text(yaml, len)?)?))) }
}

/// CG_STATUS_OK where `actor` has a role with `permission` at `now`, a time in RFC 3339. Else CG_STATUS_ACCESS, and the refusal
/// is recorded in `audit` unless that is NULL.
///
/// # Safety
/// `access` is live; `audit` is live or NULL; each text is readable for its length; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_access_require(
    access: *const cg_access,
    actor: *const c_char,
    actor_len: usize,
    permission: *const c_char,
    permission_len: usize,
    now: *const c_char,
    now_len: usize,
    audit: *const cg_audit,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        perform(err, || {
            let access = object(access, "the access rules are NULL")?;
            let permission = Permission::named(text(permission, permission_len)?)?;
            let log = audit.as_ref().map(|audit| &*audit.sink);
            access.0.require(text(actor, actor_len)?, permission, text(now, now_len)?, log)?;
            Ok(())
        })
    }
}

/// Frees access rules. NULL is allowed.
///
/// # Safety
/// `access` is NULL or live, and nobody uses it afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_access_free(access: *mut cg_access) {
    // SAFETY: promised by the caller.
    unsafe { free(access) }
}
