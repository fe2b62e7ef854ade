//! Labels and what stands under them: finer than sections, for the "Frequency: 2x/wk   Duration: 6 wks" of therapy notes.

use std::cell::LazyCell;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::page::lists;
use crate::rubric::terms::Hits;
use crate::text::pattern::large;
use crate::text::short::letters_end;
use crate::text::{Span, lines};

/// What a label says its text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Topic {
    /// Goals, or how they stand.
    Goals,
    /// Goals for a period to come, beside those of the period past.
    NewGoals,
    /// What will be done.
    Plan,
    /// What the patient says, and what led here.
    Subjective,
    /// Earlier illnesses.
    History,
    /// Illnesses of relatives.
    Family,
    /// Medicines taken.
    Medications,
    /// What was seen, measured and done.
    Objective,
    /// What it means.
    Assessment,
    /// How things stand now.
    Status,
    /// Who signs.
    Signature,
    /// Something else that notes have labels for.
    Other,
    /// A label that is not known, or none.
    Unknown,
}

impl Topic {
    /// The topic's name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Goals => "goals",
            Self::NewGoals => "new_goals",
            Self::Plan => "plan",
            Self::Subjective => "subjective",
            Self::History => "history",
            Self::Family => "family",
            Self::Medications => "medications",
            Self::Objective => "objective",
            Self::Assessment => "assessment",
            Self::Status => "status",
            Self::Signature => "signature",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

/// A label and the text under it.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) label: Span,
    pub(crate) body: Span,
    pub(crate) topic: Topic,
    /// Whether it begins a part of the note rather than a line of one.
    pub(crate) major: bool,
}

/// A label may take this many bytes.
const MAX_LABEL: usize = 64;
/// A question may take this many bytes.
const MAX_QUESTION: usize = 80;
/// A label may take this many words.
const MAX_WORDS: usize = 8;

/// Where the segment of a line ends that goes on at `from`: at a wide gap, a tab, a bar, or a stop with a blank after it, with the blanks around.
fn segment_end(line: &str, from: usize) -> Option<Range<usize>> {
    let bytes = line.as_bytes();
    let blanks = |at: usize| line[at..].len() - line[at..].trim_start().len();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphabetic() {
            at = letters_end(bytes, at);
            continue;
        }
        let after = bytes.get(at + 1);
        let len = match byte {
            // Nearly all: digits, marks, and one blank before them or letters.
            b' ' if after.is_some_and(|next| next.is_ascii_graphic() && *next != b'|') => 0,
            byte if byte.is_ascii_graphic() && !matches!(byte, b'|' | b'.' | b';') => 0,
            b'.' | b';' if after.is_some_and(u8::is_ascii_graphic) => 0,
            b'|' => 1 + blanks(at + 1),
            b'.' | b';' => match blanks(at + 1) {
                0 => 0,
                gap => 1 + gap,
            },
            _ => {
                let gap = blanks(at);
                if byte == b'\t' || line[at..at + gap].chars().nth(1).is_some() {
                    gap
                } else if gap > 0 && bytes.get(at + gap) == Some(&b'|') {
                    gap + 1 + blanks(at + gap + 1)
                } else {
                    0
                }
            }
        };
        if len > 0 {
            return Some(at..at + len);
        }
        at += if byte.is_ascii() { 1 } else { line[at..].chars().next().map_or(1, char::len_utf8) };
    }
    None
}

/// A label, then dots or a wide gap, then a value.
static LEADER: LazyLock<Regex> =
    LazyLock::new(|| large(r"^\p{L}[\p{L}\d/'’()&, -]{0,48}?(?:\s*(?:\.{3,}|…+)\s*|\s{3,}|\s*\t\s*)[^\s.]"));
/// Letters of such a label, and of the first marks after it.
const MAX_LEADER: usize = 52;
/// A label before dots or a gap may take this many words.
const MAX_LEADER_WORDS: usize = 5;

/// The labelled blocks of a text in order. A major block reaches to the next one, a minor one to the next label.
pub(crate) fn outline(text: &str, lines: &[Span], markers: &[usize], hits: &Hits) -> Vec<Block> {
    let mut found = Found::default();
    for (line, marker) in lines.iter().zip(markers).filter(|(line, _)| !line.is_empty()) {
        segments(text, *line, *marker, hits, &mut found);
    }
    let found = found.labels;
    let ends = ends(text, lines, markers, &found);
    let blanks = next(lines, Span::is_empty, text.len());
    let services = LazyCell::new(|| next(lines, |line| is_service(text, line, hits), text.len()));
    let next_line = next_line(text, lines, markers, &found);
    // For each label the next major one of another topic, found from the back in one pass.
    let mut next_label = vec![text.len(); found.len() + 1];
    let mut next_other = vec![text.len(); found.len()];
    let mut last: Option<usize> = None;
    for index in (0..found.len()).rev() {
        next_other[index] = match last {
            Some(major) if found[major].2 != found[index].2 => found[major].0.start,
            Some(major) => next_other[major],
            None => text.len(),
        };
        next_label[index] = found.get(index + 1).map_or(text.len(), |next| next.0.start);
        if found[index].3 {
            last = Some(index);
        }
    }
    let mut blocks = Vec::with_capacity(found.len());
    for (index, &(label, start, topic, major)) in found.iter().enumerate() {
        let end = if major { next_other[index] } else { next_label[index] };
        let mut body = lines::trim(text, Span::new(start.min(end), end));
        if major && matches!(topic, Topic::Goals | Topic::NewGoals | Topic::Status) {
            let line = lines.partition_point(|line| line.end <= body.start) + 1;
            let stop = ends.get(line).copied().unwrap_or(text.len());
            body = lines::trim(text, Span::new(body.start, stop.clamp(body.start, body.end)));
        }
        // "PLOF: walked the dog" ends with its paragraph; under a heading of its own a history may take several.
        if major && is_told(topic) && !text[start..end].trim_start_matches([' ', '\t', ':']).starts_with(['\n', '\r']) {
            let line = lines.partition_point(|line| line.end < body.start);
            let blank = blanks.get(line).copied().unwrap_or(text.len());
            // So it does where the next line has a label of its own.
            let labelled = next_line.get(index).copied().unwrap_or(text.len());
            // "s: knee better\nTE 18 min - SLR": a letter's words end where the services of the day begin.
            let served = if label.len() <= 2 { services.get(line).copied() } else { None }.unwrap_or(text.len());
            let stop = blank.min(labelled).min(served);
            body = lines::trim(text, Span::new(body.start, stop.clamp(body.start, body.end)));
        }
        if !major {
            // A line's label holds for that line, or for the next lines up to a blank one when nothing follows it.
            let inside = body.of(text);
            let here = text[start..end].find('\n').is_none_or(|at| !text[start..start + at].trim().is_empty());
            let stop = if here { inside.find('\n') } else { inside.find("\n\n") };
            body = lines::trim(text, Span::new(body.start, body.start + stop.unwrap_or(inside.len())));
        }
        blocks.push(Block { label, body, topic, major });
    }
    blocks
}

/// Whether a topic is told of the patient in words, and ends where its paragraph does.
fn is_told(topic: Topic) -> bool {
    matches!(topic, Topic::Subjective | Topic::History | Topic::Family | Topic::Medications)
}

/// For each label where the next one begins that stands at the start of a line below.
fn next_line(text: &str, lines: &[Span], markers: &[usize], found: &[(Span, usize, Topic, bool)]) -> Vec<usize> {
    let mut next = text.len();
    let mut out = vec![text.len(); found.len()];
    for (index, (label, ..)) in found.iter().enumerate().rev() {
        out[index] = next;
        let at = lines.partition_point(|line| line.start <= label.start).saturating_sub(1);
        let own = lines.get(at).map_or(0, |line| line.start + markers.get(at).copied().unwrap_or(0));
        if label.start <= own + 1 {
            next = lines.get(at).map_or(label.start, |line| line.start);
        }
    }
    out
}

/// For each line where the next one of a kind begins, itself among them.
fn next(lines: &[Span], is_one: impl Fn(Span) -> bool, end: usize) -> Vec<usize> {
    let mut next = end;
    let mut found: Vec<usize> = lines
        .iter()
        .rev()
        .map(|line| {
            next = if is_one(*line) { line.start } else { next };
            next
        })
        .collect();
    found.reverse();
    found
}

/// Whether a line begins with the name of a service and says its minutes.
fn is_service(text: &str, line: Span, hits: &Hits) -> bool {
    let near = Span::new(line.start, line.end.min(line.start + MAX_LABEL));
    hits.within(lists().service, near).first().is_some_and(|hit| {
        let after = text[hit.end..line.end].trim_start_matches([' ', ':', '-', '(', 'x']);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        hit.start == line.start && digits > 0 && after[digits..].trim_start().starts_with(['m', 'M', '\''])
    })
}

/// For each line where a list around it ends: at the first blank line that no further item follows.
fn ends(text: &str, lines: &[Span], markers: &[usize], found: &[(Span, usize, Topic, bool)]) -> Vec<usize> {
    let mut ends = vec![text.len(); lines.len() + 1];
    let mut goes_on = false;
    for (index, line) in lines.iter().enumerate().rev() {
        ends[index] = ends[index + 1];
        if line.is_empty() {
            if !goes_on {
                ends[index] = line.start;
            }
        } else {
            let goal = found
                .binary_search_by_key(&line.start, |label| label.0.start)
                .is_ok_and(|at| matches!(found[at].2, Topic::Goals | Topic::NewGoals));
            goes_on = goal || markers.get(index).is_some_and(|marker| *marker > 0);
        }
    }
    ends
}

/// The labels that were found so far, and what the last major one among them is about.
#[derive(Default)]
struct Found {
    labels: Vec<(Span, usize, Topic, bool)>,
    major: Option<Topic>,
}

/// The labels of one line: at its start, and after wide gaps, bars, and (where they are known) sentence ends.
fn segments(text: &str, line: Span, marker: usize, hits: &Hits, found: &mut Found) {
    let mut start = line.start;
    // "1. Walk a mile: met" is an item rather than a label.
    let mut known_only = line.of(text)[..marker].ends_with('.');
    let content = line.of(text);
    let mut cut = 0;
    let cuts = std::iter::from_fn(|| {
        let found = segment_end(content, cut)?;
        cut = found.end;
        Some((line.start + found.start, line.start + found.end, content[found.start..].starts_with(['.', ';'])))
    });
    // The stop of "B. walk" ends no segment.
    let cuts = cuts.filter(|(end, ..)| end - line.start >= marker).chain([(line.end, line.end, false)]);
    for (end, next, stop) in cuts {
        if start <= end {
            let first = start == line.start;
            let told = !first && found.major == Some(Topic::Subjective);
            let segment = Span::new(start, end);
            let marker = if first { marker } else { 0 };
            if let Some(label) = label(text, segment, line, (first, marker), hits)
                && (!known_only || !matches!(label.2, Topic::Unknown) || is_led(text, &label))
                // "S: ... Goal: to garden again." is the patient's own goal.
                && (!told || label.2 != Topic::Goals)
            {
                if label.3 {
                    found.major = Some(label.2);
                }
                found.labels.push(label);
            }
        }
        start = next;
        known_only = stop;
    }
}

/// Whether dots lead from a label to its value.
fn is_led(text: &str, label: &(Span, usize, Topic, bool)) -> bool {
    text.get(label.0.end..label.1).is_some_and(|gap| gap.contains("..") || gap.contains('…'))
}

fn label(
    text: &str,
    segment: Span,
    line: Span,
    (first, marker): (bool, usize),
    hits: &Hits,
) -> Option<(Span, usize, Topic, bool)> {
    let from = segment.start + marker;
    let inside = Span::new(from, segment.end).of(text);
    let from = from + (inside.len() - inside.trim_start().len());
    let rest = &text[from..segment.end];
    if !rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '[' | '*' | '#' | '=')) {
        return None;
    }
    // "S - Pt reports", "GOALS - LONG TERM": only where every word before the dash is a heading.
    if first && let Some((at, dash)) = dash(rest) {
        let label = lines::trim(text, Span::new(from, from + at));
        let topic = topic(text, label, hits);
        if at <= MAX_LABEL && !matches!(topic, Topic::Unknown) && covers(text, label, hits) {
            return Some((label, from + at + dash, topic, !matches!(topic, Topic::Other)));
        }
    }
    // "how long ........ 8 weeks", "diagnosis      stroke": dots or a wide gap stand for the colon.
    if first
        && may_lead(&text[from..line.end])
        && let Some(found) = LEADER.find(&text[from..line.end])
        && let Some(value) = found.as_str().chars().next_back()
        // No label ends with what leads to the value.
        && let gap = found.len() - value.len_utf8()
        && let end = found.as_str()[..gap].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '…')).len()
        && (marker == 0 || found.as_str()[end..gap].contains(['.', '…']))
    {
        let label = Span::new(from, from + end);
        if words(label.of(text)) <= MAX_LEADER_WORDS {
            let topic = topic(text, label, hits);
            let known = !matches!(topic, Topic::Unknown | Topic::Other) && covers(text, label, hits);
            return Some((label, from + gap, topic, known));
        }
    }
    let at_colon = rest.find(':').filter(|at| *at <= MAX_LABEL && !rest[..*at].ends_with(|c: char| c.is_ascii_digit()));
    if let Some(at) = at_colon {
        let label = lines::trim(text, Span::new(from, from + at));
        let after = from + at + 1;
        // "10:30" and "10 a.m.:" are no labels; nor is a sentence that ends in a colon.
        if words(label.of(text)) <= MAX_WORDS && !label.of(text).contains(". ") {
            let topic = topic(text, label, hits);
            let alone = text[after..line.end].trim().is_empty();
            let topic = prescription(label.of(text), topic, Span::new(after, line.end), hits);
            let known = !matches!(topic, Topic::Unknown | Topic::Other);
            return Some((label, after, topic, known || (first && alone && is_capitals(label.of(text)))));
        }
        return None;
    }
    // "What are we aiming for (long-term goals)? Answer the phone."
    if first && let Some(at) = rest.find('?').filter(|at| *at <= MAX_QUESTION) {
        let label = lines::trim(text, Span::new(from, from + at));
        let topic = topic(text, label, hits);
        let answered = !text[from + at + 1..line.end].trim().is_empty();
        if answered && !matches!(topic, Topic::Unknown | Topic::Other) {
            return Some((label, from + at + 1, topic, true));
        }
    }
    // A heading on a line of its own (columns may follow it).
    let label = lines::trim(text, Span::new(from, segment.end));
    let heading = label.of(text);
    if !first || heading.len() > MAX_LABEL || words(heading) > MAX_WORDS || heading.ends_with(['.', ',', ';']) {
        return None;
    }
    let topic = topic(text, label, hits);
    let known = !matches!(topic, Topic::Unknown) && covers(text, label, hits);
    // "9. Goals" heads the goals of a form; other items without a colon head nothing.
    if marker > 0 && !(known && matches!(topic, Topic::Goals | Topic::NewGoals)) {
        return None;
    }
    if known || (is_capitals(heading) && segment.end == line.end && !heading.contains(|c: char| c.is_ascii_digit())) {
        return Some((label, segment.end, topic, !matches!(topic, Topic::Other)));
    }
    None
}

/// The first dash between blanks near the start of a text, and the bytes of the three.
fn dash(text: &str) -> Option<(usize, usize)> {
    let near = &text[..text.floor_char_boundary(MAX_LABEL + " — ".len())];
    memchr::memchr2(b'-', 0xe2, near.as_bytes())?;
    [" - ", " – ", " — "].iter().find_map(|dash| near.find(dash).map(|at| (at, dash.len())))
}

/// Whether a line may be a [`LEADER`]: what leads begins with two dots or blanks, a tab, or what is not ASCII, and soon.
fn may_lead(line: &str) -> bool {
    let near = &line.as_bytes()[..line.len().min(MAX_LEADER)];
    // White space other than blanks is a control.
    let mut before = 0;
    near.iter().any(|&byte| {
        let twice = byte == std::mem::replace(&mut before, byte);
        twice && matches!(byte, b'.' | b' ') || !matches!(byte, b' '..=b'~')
    })
}

/// "Rx: gait training" prescribes therapy; with a drug after it, "Rx" heads medicines.
fn prescription(label: &str, topic: Topic, body: Span, hits: &Hits) -> Topic {
    let therapy = label.eq_ignore_ascii_case("rx") && hits.within(lists().drug, body).is_empty();
    if therapy { Topic::Plan } else { topic }
}

fn words(label: &str) -> usize {
    label.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

/// Whether a heading is in capitals: at least three letters, none of them small.
fn is_capitals(heading: &str) -> bool {
    heading.chars().filter(|c| c.is_uppercase()).count() >= 3 && !heading.contains(char::is_lowercase)
}

/// What a label is about: the list with the longest term in it.
fn topic(text: &str, label: Span, hits: &Hits) -> Topic {
    let l = lists();
    let kinds = [
        (l.heading_new_goals, Topic::NewGoals),
        (l.heading_status, Topic::Status),
        (l.heading_goals, Topic::Goals),
        (l.heading_plan, Topic::Plan),
        (l.heading_family, Topic::Family),
        (l.heading_history, Topic::History),
        (l.heading_medications, Topic::Medications),
        (l.heading_subjective, Topic::Subjective),
        (l.heading_objective, Topic::Objective),
        (l.heading_assessment, Topic::Assessment),
        (l.heading_signature, Topic::Signature),
        (l.heading_precautions, Topic::Other),
    ];
    let mut best = (0, Topic::Unknown);
    for (list, kind) in kinds {
        for hit in hits.within(list, label) {
            // One letter is a heading only when it is all there is: "A - ...", not "vitamin A".
            let whole = hit.len() > 1 || label.of(text).trim().len() <= 2;
            if whole && hit.len() > best.0 {
                best = (hit.len(), kind);
            }
        }
    }
    best.1
}

/// Whether nothing but headings, numbers and brackets stands in a label.
fn covers(text: &str, label: Span, hits: &Hits) -> bool {
    let l = lists();
    let all = [
        l.heading_new_goals,
        l.heading_status,
        l.heading_goals,
        l.heading_plan,
        l.heading_family,
        l.heading_history,
        l.heading_medications,
        l.heading_subjective,
        l.heading_objective,
        l.heading_assessment,
        l.heading_signature,
        l.heading_precautions,
    ];
    let spans: Vec<Span> = all.iter().flat_map(|list| hits.within(*list, label)).copied().collect();
    let mut open = 0usize;
    let mut at = label.start;
    let mut start = at;
    let loose = |word: &str| {
        ["and", "of", "the", "for", "to", "toward", "towards", "current", "weeks", "wks"]
            .contains(&word.to_lowercase().as_str())
    };
    for c in label.of(text).chars().chain([' ']) {
        let here = at;
        at += c.len_utf8();
        open = match c {
            '(' | '[' => open + 1,
            ')' | ']' => open.saturating_sub(1),
            _ => open,
        };
        if c.is_alphabetic() && here < label.end {
            continue;
        }
        // After a comma a heading may say anything: "New goals, next 90 days".
        if c == ',' && here > label.start && start > label.start {
            let word = Span::new(start, here);
            return loose(word.of(text)) || spans.iter().any(|span| span.contains(word));
        }
        let word = Span::new(start, here.min(label.end));
        start = at.min(label.end);
        if word.is_empty() || open > 0 || matches!(c, ')' | ']') || loose(word.of(text)) {
            continue;
        }
        if !spans.iter().any(|span| span.contains(word)) {
            return false;
        }
    }
    true
}
