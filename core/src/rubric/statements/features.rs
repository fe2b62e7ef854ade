//! What is known of a statement, as rows of the weight table: hashed names of what is there.
//!
//! Training and inference share this file: changing anything here means training the model again
//! (`core/models/training/statements.py`).

use crate::rubric::extract::page::{Page, inside, lists, overlapped, touching};
use crate::rubric::extract::{Facts, GoalTerm};
use crate::rubric::terms::stem;
use crate::rubric::{Discipline, DocType};
use crate::text::{Span, lines};

/// Rows of the weight table.
pub(super) const ROWS: usize = 1 << 14;

/// As much of a statement is read, in bytes, and as many of its words.
const REACH: usize = 600;
const WORDS: usize = 60;

/// The rows of each statement.
pub(super) fn features(
    page: &Page<'_>,
    facts: &Facts,
    parts: &[Span],
    doc_type: DocType,
    discipline: Discipline,
) -> Vec<Vec<u16>> {
    let words: Vec<Vec<String>> =
        parts.iter().map(|part| page.cancel.unless_set(|| stems(near(page.text, *part)))).collect();
    let flags: Vec<Vec<&'static str>> =
        parts.iter().map(|part| page.cancel.unless_set(|| found(page, facts, *part))).collect();
    let count = parts.len();
    (0..count)
        .map(|index| {
            let mut row = Row::default();
            if page.cancel.stops(index) {
                return row.rows;
            }
            let part = parts[index];
            let own = &words[index];
            row.add("", &["bias"]);
            spoken(&mut row, own);
            layout(&mut row, page, part, index, count);
            let kind = doc_type.as_str();
            row.add("doc", &[kind]);
            row.add("discipline", &[discipline.as_str()]);
            heading(&mut row, page, part, kind);
            for flag in &flags[index] {
                row.add("rule", &[flag]);
                row.add("rule-doc", &[flag, kind]);
            }
            if flags[index].is_empty() {
                row.add("rule", &["none"]);
            }
            for (side, other) in [("before", index.checked_sub(1)), ("after", Some(index + 1))] {
                let Some(other) = other.filter(|other| *other < count) else {
                    row.add(side, &["edge"]);
                    continue;
                };
                words[other].iter().take(8).for_each(|word| row.add(side, &["word", word]));
                flags[other].iter().for_each(|flag| row.add(side, &["rule", flag]));
            }
            row.rows
        })
        .collect()
}

/// The words of a statement, alone and in pairs; first, last, and those after its first colon, dash, bar or arrow.
fn spoken(row: &mut Row, words: &[String]) {
    for word in words {
        row.add("word", &[word]);
    }
    for pair in words.windows(2) {
        row.add("pair", &[&pair[0], &pair[1]]);
    }
    if let [first, second, ..] = words {
        row.add("first", &[first]);
        row.add("first-two", &[first, second]);
    }
    if let Some(last) = words.last() {
        row.add("last", &[last]);
    }
    let length = match words.len() {
        0..=2 => "1",
        3..=5 => "3",
        6..=10 => "6",
        11..=20 => "11",
        _ => "21",
    };
    row.add("length", &[length]);
}

/// How a statement is set: its list mark, capitals, figures, its end, its place in the note, and its second half.
fn layout(row: &mut Row, page: &Page<'_>, part: Span, index: usize, count: usize) {
    let content = near(page.text, part);
    let marker = content[..lines::list_marker(content)].trim();
    let mark = match marker.chars().find(|c| c.is_alphanumeric()) {
        None if marker.is_empty() => "none",
        None => "bullet",
        Some(c) if c.is_ascii_digit() => "number",
        Some(_) => "letter",
    };
    row.add("mark", &[mark]);
    let capitals = !content.chars().any(char::is_lowercase);
    row.add("capitals", &[if capitals { "all" } else { "some" }]);
    row.add("figure", &[if content.contains(|c: char| c.is_ascii_digit()) { "yes" } else { "no" }]);
    let end = content.chars().next_back().filter(|c| !c.is_alphanumeric()).unwrap_or('a').to_string();
    row.add("end", &[&end]);
    row.add("place", &[["1", "2", "3", "4", "5"][index * 5 / count.max(1)]]);
    match tail(content) {
        Some(tail) => {
            let words = stems(tail);
            row.add("tail", &[if words.is_empty() { "empty" } else { "full" }]);
            words.iter().take(16).for_each(|word| row.add("tail", &["word", word]));
        }
        None => row.add("tail", &["none"]),
    }
}

/// The heading that a statement stands under, and the label that it has itself.
fn heading(row: &mut Row, page: &Page<'_>, part: Span, kind: &str) {
    let topic = page.topic(part.start).as_str();
    row.add("topic", &[topic]);
    row.add("topic-doc", &[topic, kind]);
    let Some(block) = page.label(part.end.saturating_sub(1).max(part.start)) else { return };
    let side = if part.contains(block.label) { "label" } else { "heading" };
    let words = stems(block.label.of(page.text));
    words.iter().take(8).for_each(|word| row.add(side, &[word]));
    for pair in words.windows(2).take(8) {
        row.add(side, &[&pair[0], &pair[1]]);
    }
    // The major heading, where the nearest label is a line's own.
    if side == "label"
        && let Some(over) = page.label(part.start)
        && over.label != block.label
    {
        stems(over.label.of(page.text)).iter().take(8).for_each(|word| row.add("heading", &[word]));
    }
}

/// What the rules found in a statement, and which term lists have words in it.
fn found(page: &Page<'_>, facts: &Facts, part: Span) -> Vec<&'static str> {
    let mut flags = Vec::new();
    let mut flag = |holds: bool, name: &'static str| {
        if holds {
            flags.push(name);
        }
    };
    for goal in touching(&facts.goals, part, |goal| goal.span).take(3) {
        let stated = goal.id.is_empty();
        flag(
            true,
            match goal.term {
                GoalTerm::Long => "goal-long",
                GoalTerm::Short => "goal-short",
                GoalTerm::Unstated => "goal",
            },
        );
        flag(!stated, "goal-numbered");
        flag(goal.new, "goal-new");
        flag(goal.status.is_some_and(|status| status.overlaps(part)), "goal-status-here");
        flag(goal.status.is_none(), "goal-open");
        flag(goal.target.is_some(), "goal-target");
        flag(goal.function.is_some(), "goal-function");
        flag(goal.time_frame.is_some(), "goal-time-frame");
    }
    flag(facts.overall_goal_status.is_some_and(|status| status.overlaps(part)), "overall-status");
    for (spans, name) in [
        (&facts.interventions, "intervention"),
        (&facts.planned_interventions, "planned-intervention"),
        (&facts.frequency, "frequency"),
        (&facts.duration, "duration"),
        (&facts.measures, "measure"),
        (&facts.visit_dates, "visit-date"),
        (&facts.periods, "period"),
        (&facts.diagnoses, "diagnosis"),
        (&facts.body_parts, "body-part"),
        (&facts.complexities, "complexity"),
        (&facts.medications, "medication"),
    ] {
        flag(overlapped(spans, part), name);
    }
    let measures = inside(&facts.measures, part, |span| *span).count();
    flag(measures > 1, "measures");
    flag(touching(&facts.services, part, |service| service.span).next().is_some(), "service");
    flag(touching(&facts.signatures, part, |signature| signature.span).next().is_some(), "signature");
    flag(touching(&facts.minutes.services, part, |stated| stated.span).next().is_some(), "minutes");
    flag(
        [&facts.minutes.total, &facts.minutes.timed].into_iter().flatten().any(|stated| stated.span.overlaps(part)),
        "total-minutes",
    );
    for (name, list) in lists().named() {
        flag(!page.hits(list, part).is_empty(), name);
    }
    flags
}

/// The beginning of a statement, as much as is read of it.
fn near(text: &str, part: Span) -> &str {
    let content = part.of(text);
    let mut end = content.len().min(REACH);
    while !content.is_char_boundary(end) {
        end -= 1;
    }
    &content[..end]
}

/// What follows the first colon, dash, bar, arrow, run of dots or wide gap that has two words before it.
fn tail(content: &str) -> Option<&str> {
    let mut words = 0;
    let mut inside = false;
    let mut previous = [' '; 2];
    for (at, c) in content.char_indices() {
        let blank = c.is_whitespace();
        words += usize::from(!blank && !inside && c.is_alphanumeric());
        inside = !blank;
        let breaks = match c {
            ':' | '|' | '→' | '=' | '\t' | '\n' => true,
            '-' | '–' | '—' => previous[0] == ' ' || previous[0] == '-',
            '>' => previous[0] == '-',
            '.' => previous == ['.', '.'],
            ' ' => previous == [' ', ' '],
            _ => false,
        };
        if breaks && words >= 2 {
            let rest = content[at + c.len_utf8()..].trim_start_matches(|c: char| !c.is_alphanumeric());
            return Some(rest);
        }
        previous = [c, previous[0]];
    }
    None
}

/// The stems of a text's words: figures become their form, capitals and inflection are put aside.
fn stems(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '%' || c == '/' || c == '\''))
        .filter(|word| word.contains(|c: char| c.is_alphanumeric() || c == '%'))
        .take(WORDS)
        .map(|word| {
            if word.contains(|c: char| c.is_ascii_digit()) {
                word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c.to_ascii_lowercase() }).collect()
            } else {
                stem(word)
            }
        })
        .collect()
}

/// The rows of one statement, each once.
#[derive(Default)]
struct Row {
    rows: Vec<u16>,
}

impl Row {
    /// Adds the row of a feature: its name and what is there.
    fn add(&mut self, name: &str, parts: &[&str]) {
        // FNV-1a.
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for part in std::iter::once(&name).chain(parts) {
            for byte in part.bytes().chain([0]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        let row = ((hash ^ (hash >> 29)) % ROWS as u64) as u16;
        if !self.rows.contains(&row) {
            self.rows.push(row);
        }
    }
}
