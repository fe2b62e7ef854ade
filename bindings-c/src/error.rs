//! Why a call gave no result.

use crate::boundary::{access, free};
use crate::status::cg_status;
use crate::text::cg_str;

/// Why a call gave no result. Holds no text of a note, so it may be logged.
pub struct cg_error {
    status: cg_status,
    message: String,
    byte: Option<usize>,
}

impl cg_error {
    pub(crate) fn new(status: cg_status, message: &str, byte: Option<usize>) -> Self {
        Self { status, message: message.to_owned(), byte }
    }

    pub(crate) fn status(&self) -> cg_status {
        self.status
    }
}

/// The status of the call that failed; CG_STATUS_ARGUMENT for NULL.
///
/// # Safety
/// `error` is NULL or a live error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_error_status(error: *const cg_error) -> cg_status {
    // SAFETY: promised by the caller.
    access(cg_status::Argument, || unsafe { error.as_ref() }.map_or(cg_status::Argument, |e| e.status))
}

/// What was wrong, where, and what would be right. Borrowed from `error`.
///
/// # Safety
/// `error` is NULL or a live error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_error_message(error: *const cg_error) -> cg_str {
    // SAFETY: promised by the caller.
    access(cg_str::NONE, || unsafe { error.as_ref() }.map_or(cg_str::NONE, |e| cg_str::new(&e.message)))
}

/// The byte of the input text where the mistake is, or SIZE_MAX where no byte applies.
///
/// # Safety
/// `error` is NULL or a live error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_error_byte(error: *const cg_error) -> usize {
    // SAFETY: promised by the caller.
    access(usize::MAX, || unsafe { error.as_ref() }.and_then(|e| e.byte).unwrap_or(usize::MAX))
}

/// Frees an error. NULL is allowed.
///
/// # Safety
/// `error` is NULL or a live error, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_error_free(error: *mut cg_error) {
    // SAFETY: promised by the caller.
    unsafe { free(error) }
}
