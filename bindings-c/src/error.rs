//! Why a call gave no result.

use chartguard::Location;

use crate::boundary::{access, free};
use crate::status::cg_status;
use crate::text::cg_str;

/// Why a call gave no result. Holds no text of a note, so it may be logged.
pub struct cg_error {
    status: cg_status,
    message: String,
    /// How much of the message, from its beginning, says where.
    location: usize,
    byte: Option<usize>,
    /// Line and column.
    place: Option<(usize, usize)>,
}

impl cg_error {
    /// `what` happened at `places`, the outermost of which is first.
    pub(crate) fn new(status: cg_status, what: &str, places: &[Location]) -> Self {
        let location = places.iter().map(Location::to_string).collect::<Vec<_>>().join(": ");
        let message = if location.is_empty() { what.to_owned() } else { format!("{location}: {what}") };
        let byte = places.iter().find_map(|place| if let Location::Byte(at) = place { Some(*at) } else { None });
        let place = places.iter().find_map(|place| match place {
            Location::LineColumn { line, column } => Some((*line, *column)),
            _ => None,
        });
        Self { status, message, location: location.len(), byte, place }
    }

    pub(crate) fn status(&self) -> cg_status {
        self.status
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
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

/// Where it was, outermost first, as far as that can be said: a file, a line and column, a key, a byte, such as "policy.yaml: line 3,
/// column 5" or "`categories.name`"; empty where no place applies. The message begins with it. Borrowed from `error`.
///
/// # Safety
/// `error` is NULL or a live error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_error_location(error: *const cg_error) -> cg_str {
    // SAFETY: promised by the caller.
    access(cg_str::NONE, || unsafe { error.as_ref() }.map_or(cg_str::NONE, |e| cg_str::new(&e.message[..e.location])))
}

/// The line, from 1, of the configuration, policy, rubric or other file where the mistake is, or 0 where no line applies.
///
/// # Safety
/// `error` is NULL or a live error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_error_line(error: *const cg_error) -> usize {
    // SAFETY: promised by the caller.
    access(0, || unsafe { error.as_ref() }.and_then(|e| e.place).map_or(0, |(line, _)| line))
}

/// The column of that line, from 1 and in code points, or 0 where no line applies.
///
/// # Safety
/// `error` is NULL or a live error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_error_column(error: *const cg_error) -> usize {
    // SAFETY: promised by the caller.
    access(0, || unsafe { error.as_ref() }.and_then(|e| e.place).map_or(0, |(_, column)| column))
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
