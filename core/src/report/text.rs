//! A report for the terminal and as Markdown.

use std::fmt::Write as _;

use crate::rubric::{Report, Verdict};

/// The report for a terminal: each criterion with its verdict, the lines it rests on, and what to write instead.
pub fn text(report: &Report, note: &str) -> String {
    let mut out = head(report);
    for criterion in &report.criteria {
        if criterion.verdict == Verdict::NotApplicable {
            continue;
        }
        let _ = writeln!(out, "{:14} {:28} {}", criterion.verdict, criterion.id, criterion.title);
        for evidence in &criterion.evidence {
            if let Some(quote) = note.get(evidence.span.range()) {
                let _ = writeln!(out, "    > {}", quote.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
        if criterion.verdict == Verdict::NotMet {
            let _ = writeln!(out, "    {} [{}]\n    {}", criterion.message, criterion.severity, criterion.advice);
            let _ = writeln!(out, "    ({})", criterion.citation.source);
        }
    }
    out
}

/// The report as Markdown.
pub fn markdown(report: &Report, note: &str) -> String {
    text(report, note)
}

fn head(report: &Report) -> String {
    let score = report.score.map_or_else(|| "not scored".to_owned(), |score| format!("{:.0} %", score * 100.0));
    format!("{} {} · {score} · {} {}\n", report.doc_type, report.discipline, report.rubric.id, report.rubric.version)
}
