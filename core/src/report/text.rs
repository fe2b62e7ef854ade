//! A report for the terminal and as Markdown.

use std::fmt::Write as _;

use super::{discipline, document, percent, words};
use crate::rubric::{CriterionResult, EpisodeReport, Report, Verdict};

/// A quoted line longer than this is cut, so that a report stays readable.
const MAX_QUOTE: usize = 110;
/// So many quotes for one criterion say enough.
const MAX_QUOTES: usize = 3;

/// The report for a terminal: what is not met first, each with the lines it rests on, what to write instead, and why.
pub fn text(report: &Report, note: &str) -> String {
    let mut out = String::new();
    let score = report.score.map_or_else(|| "not scored".to_owned(), percent);
    let (kind, therapy) = (document(report), discipline(report));
    let _ = writeln!(out, "{score}  {kind}, {therapy}  ({} {})", report.rubric.id, report.rubric.version);
    let findings = report.findings();
    let _ =
        writeln!(out, "{} to look at, {} of what applies could be judged", findings.len(), percent(report.coverage));
    for criterion in &findings {
        let _ = writeln!(out, "\n  ✗ {} [{}, {}]", criterion.title, criterion.id, criterion.severity);
        let _ = writeln!(out, "    {}", criterion.message);
        quotes(&mut out, criterion, note, "      | ");
        if !criterion.advice.is_empty() {
            let _ = writeln!(out, "    Instead: {}", criterion.advice);
        }
        let _ = writeln!(out, "    {}", criterion.citation.source);
    }
    for (verdict, sign) in [(Verdict::Met, '✓'), (Verdict::NotAssessable, '?')] {
        for criterion in report.criteria.iter().filter(|c| c.verdict == verdict) {
            let _ = writeln!(out, "\n  {sign} {} [{}]", criterion.title, criterion.id);
            if verdict == Verdict::NotAssessable {
                let _ = writeln!(out, "    {}", criterion.message);
            }
            quotes(&mut out, criterion, note, "      | ");
        }
    }
    out
}

/// An episode for a terminal: its timeline, what is not met with the lines it rests on, and the score of each note.
///
/// `notes` are the texts in the order in which they were scored.
pub fn episode_text(report: &EpisodeReport, notes: &[&str]) -> String {
    let mut out = String::new();
    let own = &report.episode;
    let score = own.score.map_or_else(|| "not scored".to_owned(), percent);
    let _ = writeln!(out, "{score}  episode of {} notes  ({} {})", notes.len(), own.rubric.id, own.rubric.version);
    let findings = own.findings();
    let coverage = percent(own.coverage);
    let _ = writeln!(out, "{} to look at, {coverage} of what applies could be judged\n", findings.len());
    for event in &report.timeline {
        let day = event.treatment_day.map_or_else(String::new, |day| format!(" {day}"));
        let due = if event.kind.is_due() { "  ." } else { "  |" };
        let _ = writeln!(
            out,
            "{due} {}  {}{day}  (note {})",
            event.date,
            super::plain(event.kind.as_str()),
            event.note + 1
        );
    }
    let all = [Verdict::NotMet, Verdict::Met, Verdict::NotAssessable];
    for (verdict, sign) in all.into_iter().zip(['✗', '✓', '?']) {
        for criterion in own.criteria.iter().filter(|c| c.verdict == verdict) {
            let _ = writeln!(
                out,
                "\n  {sign} {} [{}, {}]\n    {}",
                criterion.title, criterion.id, criterion.severity, criterion.message
            );
            if verdict == Verdict::NotMet {
                for evidence in criterion.evidence.iter().take(2 * MAX_QUOTES) {
                    let note = evidence.note.unwrap_or(0);
                    let Some(said) = notes.get(note).and_then(|text| text.get(evidence.span.range())) else { continue };
                    let _ = writeln!(out, "      | note {}: {}", note + 1, cut(said));
                }
                let _ = writeln!(out, "    Instead: {}\n    {}", criterion.advice, criterion.citation.source);
            }
        }
    }
    let _ = writeln!(out);
    for (number, note) in (1..).zip(&report.notes) {
        let score = note.score.map_or_else(|| "not scored".to_owned(), percent);
        let date = note.date.map_or_else(|| "no date".to_owned(), |date| date.to_string());
        let found: Vec<&str> = note.findings().iter().map(|c| c.id.as_str()).collect();
        let _ = writeln!(out, "  note {number}  {date}  {score:>5}  {}  {}", document(note), found.join(" "));
    }
    out
}

/// A text on one line, as much of it as is readable.
fn cut(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(MAX_QUOTE).collect();
    if cut.len() < line.len() { cut + " ..." } else { cut }
}

/// The report as Markdown: a table of verdicts, then what is not met.
pub fn markdown(report: &Report, note: &str) -> String {
    let mut out = String::new();
    let score = report.score.map_or_else(|| "not scored".to_owned(), percent);
    let _ = writeln!(out, "# Documentation report\n\n**{score}** · {} · {}", document(report), discipline(report));
    let _ = writeln!(out, "\nRubric `{}` {} (`{}`)\n", report.rubric.id, report.rubric.version, report.rubric.hash);
    let _ = writeln!(out, "| criterion | verdict | severity | confidence |\n|---|---|---|---|");
    for c in report.criteria.iter().filter(|c| c.verdict != Verdict::NotApplicable) {
        let sure = percent(f64::from(c.confidence));
        let _ = writeln!(out, "| {} (`{}`) | {} | {} | {sure} |", c.title, c.id, words(c.verdict), c.severity);
    }
    for criterion in report.findings() {
        let _ = writeln!(out, "\n## {}\n\n{}", criterion.title, criterion.message);
        quotes(&mut out, criterion, note, "> ");
        if !criterion.advice.is_empty() {
            let _ = writeln!(out, "\n{}", criterion.advice);
        }
        let _ = writeln!(out, "\n*{}*", criterion.citation.source);
    }
    out
}

/// The lines of the note that a verdict rests on.
fn quotes(out: &mut String, criterion: &CriterionResult, note: &str, lead: &str) {
    let mut last = None;
    let mut shown = 0;
    for evidence in &criterion.evidence {
        let Some(before) = note.get(..evidence.span.start) else { continue };
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let end = note
            .get(evidence.span.start..)
            .and_then(|rest| rest.find('\n'))
            .map_or(note.len(), |at| evidence.span.start + at);
        if last == Some(start) || shown == MAX_QUOTES {
            continue;
        }
        last = Some(start);
        shown += 1;
        let _ = writeln!(out, "{lead}{}", cut(&note[start..end]));
    }
}
