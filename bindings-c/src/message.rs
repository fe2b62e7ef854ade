//! A scrubbed message: HL7 v2, FHIR, C-CDA, RTF, HTML, or a note in any encoding.

use std::ffi::c_char;

use chartguard::{Context, Format, ScrubbedMessage, wire};

use crate::boundary::{access, bytes, free, object, produce, text};
use crate::error::cg_error;
use crate::scrubber::cg_scrubber;
use crate::status::cg_status;
use crate::text::cg_str;

/// A scrubbed message and what was removed from it.
pub struct cg_message {
    scrubbed: ScrubbedMessage,
    findings_json: String,
}

/// Removes protected health information from a message: typed fields by what they are, free text as cg_scrubber_scrub does it,
/// searched for the people that the message itself names. What is not removed stays byte for byte.
///
/// `message` is any bytes: UTF-8, UTF-16 with its mark, else Windows-1252. `format` is a text ended by NUL, "auto", "text", "hl7", "fhir",
/// "ccda", "rtf" or "html"; NULL is "auto". `context_json` is as in cg_scrubber_scrub_with; (NULL, 0) says nothing. On success
/// `*out` is to be freed with cg_message_free. CG_STATUS_INPUT says where a message is not of its format.
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
            let format: Format = if format.is_null() {
                Format::Auto
            } else {
                std::ffi::CStr::from_ptr(format).to_string_lossy().parse()?
            };
            let context = Context::from_json(text(context_json, context_len)?)?;
            let scrubbed = scrubber.0.scrub_message(bytes(message.cast(), len)?, format, &context)?;
            let findings_json = wire::message_findings(&scrubbed).to_string();
            Ok(cg_message { scrubbed, findings_json })
        })
    }
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
