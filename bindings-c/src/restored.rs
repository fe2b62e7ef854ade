//! A note given back.

use std::ffi::c_char;

use chartguard::{Key, restore};

use crate::boundary::{access, free, produce, text};
use crate::error::cg_error;
use crate::status::cg_status;
use crate::text::cg_str;

/// A note given back from its scrubbed text.
pub struct cg_restored(String);

impl cg_restored {
    pub(crate) fn new(note: String) -> Self {
        Self(note)
    }
}

/// Gives back what the operators `encrypt` and `fpe` replaced, from the scrubbed text alone. What other operators replaced stays.
///
/// `text` is the scrubbed text, unchanged; `key` is the key that it was scrubbed with, as hexadecimal digits or base64. On success
/// `*out` is to be freed with cg_restored_free. CG_STATUS_KEY says that the key is another one or malformed, CG_STATUS_TAMPERED that
/// the text is not what was scrubbed; nothing is given back then. Any thread may call it.
///
/// # Safety
/// `text` is readable for `len` bytes and `key` for `key_len`; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_restore(
    text: *const c_char,
    len: usize,
    key: *const c_char,
    key_len: usize,
    out: *mut *mut cg_restored,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let key = Key::parse(self::text(key, key_len)?)?;
            Ok(cg_restored(restore(self::text(text, len)?, &key)?))
        })
    }
}

/// The note. Borrowed from `restored`.
///
/// # Safety
/// `restored` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_restored_text(restored: *const cg_restored) -> cg_str {
    // SAFETY: promised by the caller.
    access(cg_str::NONE, || unsafe { restored.as_ref() }.map_or(cg_str::NONE, |r| cg_str::new(&r.0)))
}

/// Frees a note that was given back, and with it the text borrowed from it. NULL is allowed.
///
/// # Safety
/// `restored` is NULL or live, and nobody uses it afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_restored_free(restored: *mut cg_restored) {
    // SAFETY: promised by the caller.
    unsafe { free(restored) }
}
