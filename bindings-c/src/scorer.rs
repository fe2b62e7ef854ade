//! The scorer: built once, shared by all threads.

use std::ffi::c_char;

use chartguard::{ScoreOptions, Scorer};

use crate::boundary::{free, object, produce, text};
use crate::error::cg_error;
use crate::report::cg_report;
use crate::rubric::cg_rubric;
use crate::status::cg_status;

/// Scores notes against one rubric. Immutable; any number of threads may use it at once.
pub struct cg_scorer(Scorer);

/// Builds a scorer. The rubric is shared, not taken: it stays the caller's and may be freed at any time afterwards.
///
/// On success `*out` is to be freed with cg_scorer_free. Any thread may call it.
///
/// # Safety
/// `rubric` is live; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scorer_new(
    rubric: *const cg_rubric,
    out: *mut *mut cg_scorer,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_scorer(Scorer::new(object(rubric, "the rubric is NULL")?.0.clone())))) }
}

/// Scores a note.
///
/// `options_json` is NULL with length 0, or `{"doc_type": ..., "discipline": ...}` where these are known (`treatment`, `pt`);
/// what is absent is detected. On success `*out` is to be freed with cg_report_free; it does not depend on the scorer.
/// Any number of threads may share `scorer`.
///
/// # Safety
/// `scorer` is live; `note` is readable for `len` bytes and `options_json` for `options_len`; `out` is writable; `err` is
/// writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scorer_score(
    scorer: *const cg_scorer,
    note: *const c_char,
    len: usize,
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
            let note = text(note, len)?;
            Ok(cg_report::new(note, &scorer.0.score(note, &options)?))
        })
    }
}

/// Frees a scorer. NULL is allowed. What it produced lives on.
///
/// # Safety
/// `scorer` is NULL or a live scorer, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scorer_free(scorer: *mut cg_scorer) {
    // SAFETY: promised by the caller.
    unsafe { free(scorer) }
}
