//! A rubric.

use std::ffi::c_char;

use chartguard::Rubric;

use crate::boundary::{free, produce, text};
use crate::error::cg_error;
use crate::status::cg_status;

/// What a note is scored against. Immutable.
pub struct cg_rubric(pub(crate) Rubric);

/// A rubric that ships with the library, such as "medicare-outpatient-therapy".
///
/// On success `*out` is to be freed with cg_rubric_free. CG_STATUS_RUBRIC names the nearest when there is none of that
/// name. Any thread may call it.
///
/// # Safety
/// `id` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_rubric_builtin(
    id: *const c_char,
    len: usize,
    out: *mut *mut cg_rubric,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_rubric(Rubric::builtin(text(id, len)?)?))) }
}

/// Reads a rubric from YAML (or JSON, which is YAML).
///
/// On success `*out` is to be freed with cg_rubric_free. CG_STATUS_RUBRIC says line, column and what was expected.
/// Any thread may call it.
///
/// # Safety
/// `yaml` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_rubric_from_yaml(
    yaml: *const c_char,
    len: usize,
    out: *mut *mut cg_rubric,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_rubric(Rubric::from_yaml(text(yaml, len)?)?))) }
}

/// Frees a rubric. NULL is allowed. Scorers built from it live on.
///
/// # Safety
/// `rubric` is NULL or a live rubric, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_rubric_free(rubric: *mut cg_rubric) {
    // SAFETY: promised by the caller.
    unsafe { free(rubric) }
}
