//! A scored note.

use std::sync::LazyLock;

use chartguard::{Report, wire};

use crate::boundary::{Fault, access, free, perform};
use crate::status::cg_status;
use crate::text::cg_str;

/// A scored note: verdicts with evidence.
pub struct cg_report {
    score: Option<f64>,
    json: String,
}

impl cg_report {
    pub(crate) fn new(note: &str, report: &Report) -> Self {
        Self { score: report.score, json: serde_json::Value::Object(wire::report(note, report)).to_string() }
    }

    /// What was scored, or worked out, elsewhere.
    pub(crate) fn of(score: Option<f64>, json: String) -> Self {
        Self { score, json }
    }
}

/// The report as JSON, `{"doc_type","discipline","rubric","score","raw","coverage","criteria":[...]}`, evidence in code
/// points of the note: the same bytes as from the command line. Borrowed from `report`.
///
/// # Safety
/// `report` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_report_json(report: *const cg_report) -> cg_str {
    // SAFETY: promised by the caller.
    access(cg_str::NONE, || unsafe { report.as_ref() }.map_or(cg_str::NONE, |r| cg_str::new(&r.json)))
}

/// The JSON Schema of reports, of a note (cg_scorer_score) and of an episode; the reports of a message are an array of those of notes, each with
/// `path` as well. `make install` puts it into share/chartguard too. Lives as long as the library.
#[unsafe(no_mangle)]
pub extern "C" fn cg_report_schema_json() -> cg_str {
    static SCHEMA: LazyLock<String> = LazyLock::new(|| wire::report_schema().to_string());
    access(cg_str::NONE, || cg_str::new(&SCHEMA))
}

/// Writes the score, from 0 to 1, to `*out`, or NaN when no criterion could be assessed.
/// CG_STATUS_ARGUMENT, and nothing is written, when a pointer is NULL.
///
/// # Safety
/// `report` is NULL or live; `out` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_report_score(report: *const cg_report, out: *mut f64) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        perform(std::ptr::null_mut(), || {
            let report = report.as_ref().ok_or(Fault::Argument("the report is NULL"))?;
            let out = out.as_mut().ok_or(Fault::Argument("the score to be written is NULL"))?;
            *out = report.score.unwrap_or(f64::NAN);
            Ok(())
        })
    }
}

/// Frees a report, and with it every text borrowed from it. NULL is allowed.
///
/// # Safety
/// `report` is NULL or live, and nobody uses it afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_report_free(report: *mut cg_report) {
    // SAFETY: promised by the caller.
    unsafe { free(report) }
}
