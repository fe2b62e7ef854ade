//! The scrubber: built once, shared by all threads.

use std::ffi::c_char;

use chartguard::{Context, Patient, Scrubbed, Scrubber, wire};

use crate::boundary::{free, object, produce, text};
use crate::bytes::cg_bytes;
use crate::error::cg_error;
use crate::scrubbed::cg_scrubbed;
use crate::status::cg_status;

/// Removes protected health information under one policy. Immutable; any number of threads may use it at once.
pub struct cg_scrubber(pub(crate) Scrubber);

/// Builds a scrubber from a JSON configuration:
/// `{"policy": NAME | FILE | {...}, "categories": {...}, "strict": true | false, "model": "builtin" | "none" | DIRECTORY,
/// "key": TEXT, "key_file": FILE, "seed": NUMBER, "verify": true | false, "max_bytes": NUMBER}`. The key, at least 32 bytes as hexadecimal digits or base64, is for operators that
/// need one, the seed for surrogates that are not keyed; wipe the text that held the key.
/// A note or message of more than `max_bytes` bytes is CG_STATUS_INPUT before anything is done with it; without a limit of yours messages have one
/// (1 GiB) and notes none. It holds for every note of a batch and for everything built on the scrubber (cg_analyzer_new), but not for streams, which hold little of a
/// text at a time. cg_scrubber_until limits the time.
/// A policy holds what is done to each category, detectors of your own, allow and deny lists. Files it names lie beside
/// the policy file; those of a policy that is written out here in the working directory.
///
/// Every member may be absent, and an empty text (NULL, 0) is Safe Harbor with everything built in. On success `*out` is
/// to be freed with cg_scrubber_free. CG_STATUS_CONFIG names what is wrong; CG_STATUS_MODEL and CG_STATUS_IO say what
/// is wrong with a model or file. Any thread may call it.
///
/// # Safety
/// `config_json` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubber_new(
    config_json: *const c_char,
    len: usize,
    out: *mut *mut cg_scrubber,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_scrubber(Scrubber::from_json(text(config_json, len)?)?))) }
}

/// Removes protected health information from a note.
///
/// `text` is the note in UTF-8, `len` its bytes; it is read during the call only. On success `*out` holds the scrubbed text
/// and what was removed, to be freed with cg_scrubbed_free; it does not depend on the scrubber. On failure there is no
/// output of any kind: never the original, never a part of it. Any number of threads may share `scrubber`.
///
/// # Safety
/// `scrubber` is live; `text` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubber_scrub(
    scrubber: *const cg_scrubber,
    text: *const c_char,
    len: usize,
    out: *mut *mut cg_scrubbed,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scrubber = object(scrubber, "the scrubber is NULL")?;
            let note = crate::boundary::text(text, len)?;
            Ok(cg_scrubbed::new(note, scrubber.0.scrub(note)?))
        })
    }
}

/// What cg_scrubber_scrub_for would remove and how, without removing it: JSON, `[{"start","end","category","score","detector","action"}]`, offsets
/// in code points of the note, to be read with cg_bytes_data and freed with cg_bytes_free. `patient_json` is as there; (NULL, 0) says nothing.
///
/// # Safety
/// As cg_scrubber_scrub_for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubber_find(
    scrubber: *const cg_scrubber,
    text: *const c_char,
    len: usize,
    patient_json: *const c_char,
    patient_len: usize,
    out: *mut *mut cg_bytes,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scrubber = &object(scrubber, "the scrubber is NULL")?.0;
            let note = crate::boundary::text(text, len)?;
            let found = match crate::boundary::text(patient_json, patient_len)? {
                "" => scrubber.find(note)?,
                patient => scrubber.find_for(note, &Patient::from_json(patient)?)?,
            };
            Ok(cg_bytes::of(wire::found(note, &found, scrubber.policy()).to_string()))
        })
    }
}

/// As cg_scrubber_scrub, with what is known of the note as JSON: `{"patient_id": TEXT, "document_id": TEXT, "date":
/// "YYYY-MM-DD", "patient": {...}}`, of which every member may be absent; `patient` is as in cg_scrubber_scrub_for. Notes of one patient_id have the same surrogates and the same date shift
/// under one key. CG_STATUS_CONFIG names what is wrong with it.
///
/// # Safety
/// As cg_scrubber_scrub; `context_json` is readable for `context_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubber_scrub_with(
    scrubber: *const cg_scrubber,
    text: *const c_char,
    len: usize,
    context_json: *const c_char,
    context_len: usize,
    out: *mut *mut cg_scrubbed,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scrubber = object(scrubber, "the scrubber is NULL")?;
            let note = crate::boundary::text(text, len)?;
            let context = Context::from_json(crate::boundary::text(context_json, context_len)?)?;
            Ok(cg_scrubbed::new(note, scrubber.0.scrub_with(note, &context)?))
        })
    }
}

/// As cg_scrubber_scrub, with what is known of the patient: every mention is found with a score of 1 by detector "patient",
/// and output that would still name the patient is CG_STATUS_INTERNAL in place of it (unless the scrubber was built with
/// `"verify": false`).
///
/// `patient_json` is an object of lists of texts, all of which may be absent:
/// `{"names", "aliases", "birth_date", "note_date", "dates", "mrns", "ssn", "health_plan_ids", "accounts", "phones", "emails",
/// "addresses", "relatives", "providers", "employers", "ids"}`; dates are written YYYY-MM-DD, and birth_date, note_date and ssn are
/// single texts. (NULL, 0) says nothing of the patient. CG_STATUS_CONFIG names what is wrong with it.
///
/// # Safety
/// As cg_scrubber_scrub; `patient_json` is readable for `patient_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubber_scrub_for(
    scrubber: *const cg_scrubber,
    text: *const c_char,
    len: usize,
    patient_json: *const c_char,
    patient_len: usize,
    out: *mut *mut cg_scrubbed,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scrubber = object(scrubber, "the scrubber is NULL")?;
            let note = crate::boundary::text(text, len)?;
            let patient = crate::boundary::text(patient_json, patient_len)?;
            Ok(cg_scrubbed::new(note, scrub(scrubber, note, patient)?))
        })
    }
}

/// Scrubs with what is known of the patient, which may be nothing.
pub(crate) fn scrub(scrubber: &cg_scrubber, note: &str, patient: &str) -> chartguard::Result<Scrubbed> {
    if patient.is_empty() { scrubber.0.scrub(note) } else { scrubber.0.scrub_for(note, &Patient::from_json(patient)?) }
}

/// Frees a scrubber. NULL is allowed. What it produced lives on.
///
/// # Safety
/// `scrubber` is NULL or a live scrubber, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubber_free(scrubber: *mut cg_scrubber) {
    // SAFETY: promised by the caller.
    unsafe { free(scrubber) }
}
