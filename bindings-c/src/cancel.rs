//! Stops calls that take too long or that nobody waits for any more.

use std::time::{Duration, Instant};

use chartguard::Cancel;

use crate::analyzer::cg_analyzer;
use crate::boundary::{access, free, object, perform, produce};
use crate::error::cg_error;
use crate::scorer::cg_scorer;
use crate::scrubber::cg_scrubber;
use crate::status::cg_status;

/// A token with which calls are stopped, from any thread, or when a time is over. A token that was set stays set.
pub struct cg_cancel(Cancel);

/// Makes a token. It sets itself `milliseconds` from now; 0 stands for never.
///
/// cg_scrubber_until, cg_scorer_until and cg_analyzer_until say which calls it stops. On success `*out` is to be freed with cg_cancel_free.
/// CG_STATUS_ARGUMENT says that the time lies beyond what the clock can tell.
///
/// # Safety
/// `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_cancel_new(
    milliseconds: u64,
    out: *mut *mut cg_cancel,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            if milliseconds == 0 {
                return Ok(cg_cancel(Cancel::new()));
            }
            let end = Instant::now().checked_add(Duration::from_millis(milliseconds));
            let end = end.ok_or(crate::boundary::Fault::Argument("the time lies beyond what the clock can tell"))?;
            Ok(cg_cancel(Cancel::when(move || Instant::now() >= end)))
        })
    }
}

/// Sets the token: every call that works until it is set returns CG_STATUS_CANCELLED soon, and those that begin later at once. Any thread may
/// call it, also a callback of the call that is to end.
///
/// # Safety
/// `cancel` is live; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_cancel_set(cancel: *const cg_cancel, err: *mut *mut cg_error) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        perform(err, || {
            object(cancel, "the token is NULL")?.0.cancel();
            Ok(())
        })
    }
}

/// Whether the token is set or its time is over; false for NULL.
///
/// # Safety
/// `cancel` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_cancel_is_set(cancel: *const cg_cancel) -> bool {
    // SAFETY: promised by the caller.
    access(false, || unsafe { cancel.as_ref() }.is_some_and(|cancel| cancel.0.is_cancelled()))
}

/// The same scrubber, whose every call, batches, messages and the streams that it begins among them, returns CG_STATUS_CANCELLED soon after
/// `cancel` is set: with no output, and nothing in a vault. It shares everything with `scrubber`, so there may be one for each call.
///
/// Scrubber and token are shared, not taken: both stay the caller's and may be freed at any time afterwards. On success `*out` is to be freed
/// with cg_scrubber_free.
///
/// # Safety
/// `scrubber` and `cancel` are live; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubber_until(
    scrubber: *const cg_scrubber,
    cancel: *const cg_cancel,
    out: *mut *mut cg_scrubber,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scrubber = object(scrubber, "the scrubber is NULL")?;
            Ok(cg_scrubber(scrubber.0.until(&object(cancel, "the token is NULL")?.0)))
        })
    }
}

/// The same scorer, whose calls return CG_STATUS_CANCELLED soon after `cancel` is set; as cg_scrubber_until. To be freed with cg_scorer_free.
///
/// # Safety
/// `scorer` and `cancel` are live; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scorer_until(
    scorer: *const cg_scorer,
    cancel: *const cg_cancel,
    out: *mut *mut cg_scorer,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scorer = object(scorer, "the scorer is NULL")?;
            Ok(cg_scorer(scorer.0.until(&object(cancel, "the token is NULL")?.0)))
        })
    }
}

/// The same analyzer, whose calls return CG_STATUS_CANCELLED soon after `cancel` is set; as cg_scrubber_until. To be freed with
/// cg_analyzer_free.
///
/// # Safety
/// `analyzer` and `cancel` are live; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_analyzer_until(
    analyzer: *const cg_analyzer,
    cancel: *const cg_cancel,
    out: *mut *mut cg_analyzer,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let analyzer = object(analyzer, "the analyzer is NULL")?;
            Ok(cg_analyzer(analyzer.0.until(&object(cancel, "the token is NULL")?.0)))
        })
    }
}

/// Frees a token, which stops nothing any more unless it was set before. NULL is allowed.
///
/// # Safety
/// `cancel` is NULL or a live token, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_cancel_free(cancel: *mut cg_cancel) {
    // SAFETY: promised by the caller.
    unsafe { free(cancel) }
}
