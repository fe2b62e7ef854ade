//! A report as one self-contained HTML page.

use crate::rubric::Report;

/// The report as one page: the note with its evidence marked, the criteria beside it. Nothing is loaded from elsewhere.
pub fn html(report: &Report, note: &str) -> String {
    let body = super::text::text(report, note);
    let escaped = body.replace('&', "&amp;").replace('<', "&lt;");
    format!("<!doctype html><meta charset=utf-8><title>Report</title><pre>{escaped}</pre>")
}
