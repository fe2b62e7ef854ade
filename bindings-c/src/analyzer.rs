//! Both in one call: a note scrubbed and scored.

use std::ffi::c_char;
use std::sync::OnceLock;

use chartguard::{Analyzer, Context, Outcome, ScoreOptions};

use crate::boundary::{access, free, object, produce, text};
use crate::error::cg_error;
use crate::report::cg_report;
use crate::scorer::cg_scorer;
use crate::scrubbed::cg_scrubbed;
use crate::scrubber::cg_scrubber;
use crate::status::cg_status;

/// Scrubs and scores notes. Immutable; any number of threads may use it at once.
pub struct cg_analyzer(pub(crate) Analyzer);

/// A note that was scrubbed and scored.
pub struct cg_outcome {
    scrubbed: cg_scrubbed,
    report: cg_report,
    outcome: Outcome,
    /// Written when first asked for.
    scrubbed_report: OnceLock<cg_report>,
}

/// Builds an analyzer. Both are shared, not taken: they stay the caller's and may be freed at any time afterwards.
///
/// On success `*out` is to be freed with cg_analyzer_free. Any thread may call it.
///
/// # Safety
/// `scrubber` and `scorer` are live; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_analyzer_new(
    scrubber: *const cg_scrubber,
    scorer: *const cg_scorer,
    out: *mut *mut cg_analyzer,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scrubber = object(scrubber, "the scrubber is NULL")?.0.clone();
            let scorer = object(scorer, "the scorer is NULL")?.0.clone();
            Ok(cg_analyzer(Analyzer::new(scrubber, scorer)))
        })
    }
}

/// Scrubs and scores a note. It is scored as it was written.
///
/// `context_json` is as in cg_scrubber_scrub_with, `options_json` as in cg_scorer_score; (NULL, 0) says nothing. On success `*out` is to be
/// freed with cg_outcome_free; it does not depend on the analyzer. On failure of either there is no output of any kind.
///
/// # Safety
/// `analyzer` is live; each text is readable for its length; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_analyzer_analyze(
    analyzer: *const cg_analyzer,
    note: *const c_char,
    len: usize,
    context_json: *const c_char,
    context_len: usize,
    options_json: *const c_char,
    options_len: usize,
    out: *mut *mut cg_outcome,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let analyzer = object(analyzer, "the analyzer is NULL")?;
            let context = Context::from_json(text(context_json, context_len)?)?;
            let options = ScoreOptions::from_json(text(options_json, options_len)?)?;
            let note = text(note, len)?;
            let outcome = analyzer.0.analyze_with(note, &options, &context)?;
            Ok(cg_outcome {
                scrubbed: cg_scrubbed::new(note, outcome.scrubbed.clone()),
                report: cg_report::new(note, &outcome.report),
                outcome,
                scrubbed_report: OnceLock::new(),
            })
        })
    }
}

/// The scrubbed note. Borrowed from `outcome`: it is not to be freed. NULL for NULL.
///
/// # Safety
/// `outcome` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_outcome_scrubbed(outcome: *const cg_outcome) -> *const cg_scrubbed {
    // SAFETY: promised by the caller.
    access(std::ptr::null(), || unsafe { outcome.as_ref() }.map_or(std::ptr::null(), |o| &raw const o.scrubbed))
}

/// The report, with evidence in the note as it was written. Borrowed from `outcome`: it is not to be freed. NULL for NULL.
///
/// # Safety
/// `outcome` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_outcome_report(outcome: *const cg_outcome) -> *const cg_report {
    // SAFETY: promised by the caller.
    access(std::ptr::null(), || unsafe { outcome.as_ref() }.map_or(std::ptr::null(), |o| &raw const o.report))
}

/// The report, with its evidence carried into the scrubbed text, to be shown beside that. Borrowed from `outcome`: it is not to be freed.
/// NULL for NULL.
///
/// # Safety
/// `outcome` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_outcome_scrubbed_report(outcome: *const cg_outcome) -> *const cg_report {
    access(std::ptr::null(), || {
        // SAFETY: promised by the caller.
        let Some(this) = (unsafe { outcome.as_ref() }) else { return std::ptr::null() };
        let report = || cg_report::new(&this.outcome.scrubbed.text, &this.outcome.scrubbed_report());
        std::ptr::from_ref(this.scrubbed_report.get_or_init(report))
    })
}

/// Frees an outcome, and with it everything borrowed from it. NULL is allowed.
///
/// # Safety
/// `outcome` is NULL or live, and nobody uses it afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_outcome_free(outcome: *mut cg_outcome) {
    // SAFETY: promised by the caller.
    unsafe { free(outcome) }
}

/// Frees an analyzer. NULL is allowed. What it produced lives on.
///
/// # Safety
/// `analyzer` is NULL or live, and nobody uses it afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_analyzer_free(analyzer: *mut cg_analyzer) {
    // SAFETY: promised by the caller.
    unsafe { free(analyzer) }
}
