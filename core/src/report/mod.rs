//! A report made readable: for the terminal, as Markdown, and as one self-contained page; and the figures of an evaluation.

mod evaluation;
mod export;
mod html;
mod index;
mod text;

pub use evaluation::{html as evaluation_html, text as evaluation_text};
pub use export::{CSV_HEADER, csv_rows, export, sarif};
pub use html::html;
pub use index::{IndexEntry, index};
pub use text::{episode_text, markdown, text};

use crate::rubric::{Discipline, DocType, Report, Verdict};

/// A verdict in words.
fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "met",
        Verdict::NotMet => "not met",
        Verdict::NotApplicable => "not applicable",
        Verdict::NotAssessable => "not assessable",
    }
}

/// A share of one as a percentage.
fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// The kind of document in words.
fn document(report: &Report) -> String {
    match report.doc_type {
        DocType::Unknown => "unknown kind of document".into(),
        known => plain(known.as_str()),
    }
}

/// The discipline as clinicians write it: "PT".
fn discipline(report: &Report) -> String {
    match report.discipline {
        Discipline::Unknown => "discipline unknown".into(),
        known => known.as_str().to_uppercase(),
    }
}

/// A name as words: `treatment_note` becomes "treatment note".
fn plain(name: &str) -> String {
    name.replace('_', " ")
}
