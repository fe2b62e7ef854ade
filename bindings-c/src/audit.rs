//! The audit log, and who may do what.

use std::ffi::{c_char, c_void};

use chartguard::access::{Access, Permission};
use chartguard::audit::{self, Action, Event, Handed, Sink};
use serde_json::json;

use crate::boundary::{Fault, bytes, free, object, perform, produce, text};
use crate::bytes::cg_bytes;
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
            let key = self::key(key, key_len)?;
            let sink = audit::open(path, key)?;
            Ok(cg_audit { sink, key: key.map(<[u8]>::to_vec) })
        })
    }
}

/// The key of a chain; none where it has no bytes.
///
/// # Safety
/// `key` is readable for `len` bytes, or NULL.
unsafe fn key<'a>(key: *const u8, len: usize) -> Result<Option<&'a [u8]>, Fault> {
    // SAFETY: promised by the caller.
    Ok(Some(unsafe { bytes(key, len)? }).filter(|key| !key.is_empty()))
}

/// Keeps an audit record for the caller: one line of JSON in UTF-8, without a line break or a NUL at its end, readable until it returns; it holds no
/// value of any note. 0 says that the record is safe; any other number that it is not, and the call that led to it has no output.
///
/// Records of one log come one at a time, in the order of the chain, from whichever thread made them. It may call the library, but not
/// make another record of the same log: that call fails with CG_STATUS_CONFIG.
#[allow(non_camel_case_types, reason = "the name C sees")]
pub type cg_audit_keep =
    Option<unsafe extern "C" fn(context: *mut c_void, record: *const c_char, record_len: usize) -> i32>;

/// An audit log that the caller keeps: `keep` is given `context` and each record.
///
/// `last` is the record that was kept last, from which the chain goes on; (NULL, 0) starts one. `key` is as in cg_audit_open. On success
/// `*out` is to be freed with cg_audit_free.
///
/// # Safety
/// `last` is readable for `last_len` bytes, `key` for `key_len`; `keep` and `context` are good until the log is freed, from every thread that
/// makes records, and `keep` does not unwind; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_audit_handed(
    keep: cg_audit_keep,
    context: *mut c_void,
    last: *const c_char,
    last_len: usize,
    key: *const u8,
    key_len: usize,
    out: *mut *mut cg_audit,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let keep = Keep { function: keep.ok_or(Fault::Argument("the function is NULL"))?, context };
            let last = Some(text(last, last_len)?).filter(|last| !last.is_empty());
            let key = self::key(key, key_len)?;
            let sink = Handed::new(last, key, move |record| keep.call(record))?;
            Ok(cg_audit { sink: Box::new(sink), key: key.map(<[u8]>::to_vec) })
        })
    }
}

struct Keep {
    function: unsafe extern "C" fn(*mut c_void, *const c_char, usize) -> i32,
    context: *mut c_void,
}

// SAFETY: cg_audit_handed demands that function and context may be used from every thread.
unsafe impl Send for Keep {}
// SAFETY: as above.
unsafe impl Sync for Keep {}

impl Keep {
    fn call(&self, record: &str) -> chartguard::Result<()> {
        // SAFETY: the caller of cg_audit_handed promises a good function; the record lives through the call.
        match unsafe { (self.function)(self.context, record.as_ptr().cast(), record.len()) } {
            0 => Ok(()),
            said => Err(audit::not_kept(format!("the function returned {said}"))),
        }
    }
}

/// Where the chain of a log ends now: JSON, `{"records","hash"}`, to be read with cg_bytes_data and freed with cg_bytes_free. Kept elsewhere, it
/// shows what was cut off.
///
/// # Safety
/// `audit` is live; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_audit_head_json(
    audit: *const cg_audit,
    out: *mut *mut cg_bytes,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || Ok(cg_bytes::of(json!(object(audit, "the audit log is NULL")?.sink.head()).to_string())))
    }
}

/// Checks the chain of a log in a file from beginning to end. `*out` is JSON, `{"records","hash","torn"}`, where `torn` counts the bytes of a
/// record that was never confirmed; to be read with cg_bytes_data and freed with cg_bytes_free. CG_STATUS_TAMPERED names the first record that was
/// changed, added, moved or taken out, or says that the key is another one.
///
/// # Safety
/// `path` is readable for `path_len` bytes, `key` for `key_len`; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_audit_verify(
    path: *const c_char,
    path_len: usize,
    key: *const u8,
    key_len: usize,
    out: *mut *mut cg_bytes,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let found = audit::verify(text(path, path_len)?, self::key(key, key_len)?)?;
            let said = json!({"records": found.head.records, "hash": found.head.hash, "torn": found.torn});
            Ok(cg_bytes::of(said.to_string()))
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
