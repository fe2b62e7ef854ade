//! A scrubbed message: HL7 v2, FHIR, C-CDA, RTF, HTML, or a note in any encoding.

use std::ffi::c_char;

use chartguard::audit::{Action, Event};
use chartguard::{Context, Format, Key, ScoreOptions, ScrubbedMessage, restore_message, wire};

use crate::audit::cg_audit;
use crate::boundary::{access, bytes, free, object, produce, text};
use crate::bytes::cg_bytes;
use crate::error::cg_error;
use crate::report::cg_report;
use crate::scorer::cg_scorer;
use crate::scrubber::cg_scrubber;
use crate::status::cg_status;
use crate::text::cg_str;
use crate::vault::cg_vault;

/// A scrubbed message and what was removed from it.
pub struct cg_message {
    scrubbed: ScrubbedMessage,
    findings_json: String,
}

impl cg_message {
    fn new(scrubbed: ScrubbedMessage) -> Self {
        let findings_json = wire::message_findings(&scrubbed).to_string();
        Self { scrubbed, findings_json }
    }
}

/// Removes protected health information from a message: typed fields by what they are, free text as cg_scrubber_scrub does it,
/// searched for the people that the message itself names. What is not removed stays byte for byte.
///
/// `message` is any bytes: UTF-8, UTF-16 with its mark, else Windows-1252. `format` is a text ended by NUL, "auto", "text", "hl7", "fhir",
/// "ccda", "rtf" or "html"; NULL is "auto". `context_json` is as in cg_scrubber_scrub_with; (NULL, 0) says nothing. On success
/// `*out` is to be freed with cg_message_free. CG_STATUS_INPUT says where a message is not of its format, that it is longer than `max_bytes` of the
/// configuration, or that it is a file of so many people that its messages are to be handed over one by one.
///
/// # Safety
/// `scrubber` is live; `message` is readable for `len` bytes, `context_json` for `context_len`; `format` is NULL or ends in NUL; `out` is
/// writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubber_scrub_message(
    scrubber: *const cg_scrubber,
    message: *const c_char,
    len: usize,
    format: *const c_char,
    context_json: *const c_char,
    context_len: usize,
    out: *mut *mut cg_message,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scrubber = object(scrubber, "the scrubber is NULL")?;
            let context = Context::from_json(text(context_json, context_len)?)?;
            let message = bytes(message.cast(), len)?;
            Ok(cg_message::new(scrubber.0.scrub_message(message, read_format(format)?, &context)?))
        })
    }
}

/// As cg_scrubber_scrub_message, and keeps in `vault` what cg_vault_restore_message needs to give the message back, whatever was done to
/// its values; it is on the disk when this returns. Messages that become the same bytes are told apart by the document_id of their contexts.
///
/// # Safety
/// As cg_scrubber_scrub_message; `vault` is live.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "C has neither options nor defaults")]
pub unsafe extern "C" fn cg_scrubber_scrub_message_into(
    scrubber: *const cg_scrubber,
    message: *const c_char,
    len: usize,
    format: *const c_char,
    context_json: *const c_char,
    context_len: usize,
    vault: *const cg_vault,
    out: *mut *mut cg_message,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scrubber = object(scrubber, "the scrubber is NULL")?;
            let vault = object(vault, "the vault is NULL")?;
            let context = Context::from_json(text(context_json, context_len)?)?;
            let (message, format) = (bytes(message.cast(), len)?, read_format(format)?);
            Ok(cg_message::new(scrubber.0.scrub_message_into(message, format, &context, &vault.0)?))
        })
    }
}

/// As cg_scrubber_scrub_message, and records the call in `audit`, also when it fails, by `actor` at `now` as in cg_scrubber_scrub_audited.
///
/// # Safety
/// As cg_scrubber_scrub_message; `audit` is live; `now` is readable for `now_len` bytes, `actor` for `actor_len`.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "C has neither options nor defaults")]
pub unsafe extern "C" fn cg_scrubber_scrub_message_audited(
    scrubber: *const cg_scrubber,
    message: *const c_char,
    len: usize,
    format: *const c_char,
    context_json: *const c_char,
    context_len: usize,
    audit: *const cg_audit,
    now: *const c_char,
    now_len: usize,
    actor: *const c_char,
    actor_len: usize,
    out: *mut *mut cg_message,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scrubber = object(scrubber, "the scrubber is NULL")?;
            let audit = object(audit, "the audit log is NULL")?;
            let context = Context::from_json(text(context_json, context_len)?)?;
            let (message, format) = (bytes(message.cast(), len)?, read_format(format)?);
            let event = Event::new(Action::Scrub, text(now, now_len)?)?;
            let event = match text(actor, actor_len)? {
                "" => event,
                actor => event.by(actor, [""; 0]),
            };
            let result = scrubber.0.scrub_message(message, format, &context);
            audit.sink.append(&[scrubber.0.audited_message(event, message, &result, audit.key.as_deref())?])?;
            Ok(cg_message::new(result?))
        })
    }
}

/// Gives back the message that cg_scrubber_scrub_message_into made `message` of, byte for byte. `document_id` and the errors are as in
/// cg_vault_restore. On success `*out` is to be freed with cg_bytes_free.
///
/// # Safety
/// As cg_vault_restore.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_vault_restore_message(
    vault: *const cg_vault,
    message: *const c_char,
    len: usize,
    document_id: *const c_char,
    id_len: usize,
    out: *mut *mut cg_bytes,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let vault = object(vault, "the vault is NULL")?;
            let id = Some(text(document_id, id_len)?).filter(|id| !id.is_empty());
            Ok(cg_bytes::of(vault.0.restore_message(bytes(message.cast(), len)?, id)?))
        })
    }
}

/// Gives back a message from its scrubbed form and the key alone, byte for byte: what `encrypt` and `fpe` replaced, in a message of any
/// format, notes too. What other operators replaced stays; what the rules of fields removed counts as the category other_id.
///
/// `message` is the scrubbed message, unchanged; `key` and the errors are as in cg_restore. On success `*out` is to be freed with
/// cg_bytes_free. Any thread may call it.
///
/// # Safety
/// `message` is readable for `len` bytes and `key` for `key_len`; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_restore_message(
    message: *const c_char,
    len: usize,
    key: *const c_char,
    key_len: usize,
    out: *mut *mut cg_bytes,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let key = Key::parse(text(key, key_len)?)?;
            Ok(cg_bytes::of(restore_message(bytes(message.cast(), len)?, &key)?))
        })
    }
}

/// Scores every note of a message: the lines of one observation are one note, and so is an embedded document. Free text of fewer than
/// 80 bytes is none.
///
/// `message` and `format` are as in cg_scrubber_scrub_message, `options_json` as in cg_scorer_score. On success `*out` is to be freed with
/// cg_report_free: its JSON is an array with a report for each note, in which `path` is the field that it stands in ("OBX-5") and evidence
/// is in bytes of the message; its score is the lowest of theirs.
///
/// # Safety
/// `scorer` is live; `message` is readable for `len` bytes and `options_json` for `options_len`; `format` is NULL or ends in NUL; `out` is
/// writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "C has neither options nor defaults")]
pub unsafe extern "C" fn cg_scorer_score_message(
    scorer: *const cg_scorer,
    message: *const c_char,
    len: usize,
    format: *const c_char,
    options_json: *const c_char,
    options_len: usize,
    out: *mut *mut cg_report,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scorer = object(scorer, "the scorer is NULL")?;
            let options = ScoreOptions::from_json(text(options_json, options_len)?)?;
            let notes = scorer.0.score_message(bytes(message.cast(), len)?, read_format(format)?, &options)?;
            let lowest = notes.iter().filter_map(|note| note.report.score).min_by(f64::total_cmp);
            Ok(cg_report::of(lowest, wire::message_reports(&notes).to_string()))
        })
    }
}

/// The format that a caller names.
///
/// # Safety
/// `format` is NULL or ends in NUL.
unsafe fn read_format(format: *const c_char) -> chartguard::Result<Format> {
    if format.is_null() {
        return Ok(Format::Auto);
    }
    // SAFETY: promised by the caller.
    unsafe { std::ffi::CStr::from_ptr(format) }.to_string_lossy().parse()
}

/// The message that may be shared, in the encoding it came in: any bytes. Borrowed from `message`.
///
/// # Safety
/// `message` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_message_bytes(message: *const cg_message) -> cg_str {
    // SAFETY: promised by the caller.
    access(cg_str::NONE, || unsafe { message.as_ref() }.map_or(cg_str::NONE, |m| cg_str::of(&m.scrubbed.bytes)))
}

/// The format in which it was read: "hl7", "fhir" and so on. Borrowed from `message`.
///
/// # Safety
/// `message` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_message_format(message: *const cg_message) -> cg_str {
    // SAFETY: promised by the caller.
    access(cg_str::NONE, || {
        unsafe { message.as_ref() }.map_or(cg_str::NONE, |m| cg_str::new(m.scrubbed.format.as_str()))
    })
}

/// The findings as JSON, `[{"start","end","category","score","detector","action","path"}]`, offsets in bytes of the message that was
/// handed in; `path` is the field, such as "PID-5". Borrowed from `message`.
///
/// # Safety
/// `message` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_message_findings_json(message: *const cg_message) -> cg_str {
    // SAFETY: promised by the caller.
    access(cg_str::NONE, || unsafe { message.as_ref() }.map_or(cg_str::NONE, |m| cg_str::new(&m.findings_json)))
}

/// Frees a scrubbed message, and with it every text borrowed from it. NULL is allowed.
///
/// # Safety
/// `message` is NULL or live, and nobody uses it afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_message_free(message: *mut cg_message) {
    // SAFETY: promised by the caller.
    unsafe { free(message) }
}
