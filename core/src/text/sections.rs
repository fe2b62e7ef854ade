//! Splits a note into sections by the headings clinicians use.

use serde::{Deserialize, Serialize};

use super::Span;
use super::headings::SectionKind;
use super::lines::{lines, list_marker, trim};

/// One section of a note: its heading, if it has one, and its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Section {
    /// What the heading stands for.
    pub kind: SectionKind,
    /// The words of the heading, without a colon; `None` for the preamble.
    pub heading: Option<Span>,
    /// The text under the heading, up to the next heading, trimmed of white space.
    pub body: Span,
    /// The section it belongs to, where it stands under a larger one: vitals under the objective part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SectionKind>,
}

impl Section {
    /// Heading and body.
    pub fn span(&self) -> Span {
        self.heading.map_or(self.body, |heading| heading.cover(self.body))
    }

    /// Whether it is of this kind or stands under one of this kind.
    pub fn is(&self, kind: SectionKind) -> bool {
        self.kind == kind || self.parent == Some(kind)
    }

    /// Whether nothing is said under the heading: no letter and no digit.
    pub fn is_empty(&self, text: &str) -> bool {
        text.get(self.body.range()).is_none_or(|body| !body.chars().any(char::is_alphanumeric))
    }
}

/// A heading found in the text.
#[derive(Debug, Clone, Copy)]
struct Heading {
    kind: SectionKind,
    /// Where the section before it ends: markers and numbers of the heading included.
    start: usize,
    words: Span,
    /// Where its own text begins.
    body: usize,
}

/// The sections of `text` in order; together they cover every byte that is not heading or white space.
///
/// ```
/// use chartguard::text::{SectionKind, sections};
/// let text = "Pt: A. Osei\n\nSUBJECTIVE\nPain 4/10.\n\nPlan: continue.\n";
/// let found: Vec<_> = sections(text).iter().map(|section| (section.kind, section.body.of(text))).collect();
/// assert_eq!(found, [
///     (SectionKind::Preamble, "Pt: A. Osei"),
///     (SectionKind::Subjective, "Pain 4/10."),
///     (SectionKind::Plan, "continue."),
/// ]);
/// ```
pub fn sections(text: &str) -> Vec<Section> {
    let headings = headings(text);
    let first = headings.first().map_or(text.len(), |heading| heading.start);
    let mut sections = Vec::with_capacity(headings.len() + 1);
    let preamble = trim(text, Span::new(0, first));
    if !preamble.is_empty() || headings.is_empty() {
        sections.push(Section { kind: SectionKind::Preamble, heading: None, body: preamble, parent: None });
    }
    let mut open: Option<SectionKind> = None;
    for (index, heading) in headings.iter().enumerate() {
        let end = headings.get(index + 1).map_or(text.len(), |next| next.start);
        let body = trim(text, Span::new(heading.body.min(end), end));
        let parent = open.filter(|parent| heading.kind.may_stand_under(*parent));
        // Goals under a plan have terms under them in turn.
        if heading.kind.is_container() && (parent.is_none() || heading.kind == SectionKind::Goals) {
            open = Some(heading.kind);
        }
        sections.push(Section { kind: heading.kind, heading: Some(heading.words), body, parent });
    }
    sections
}

/// A line and what stands around it.
struct Line<'t> {
    text: &'t str,
    span: Span,
    next: Option<Span>,
    after_blank: bool,
}

impl<'t> Line<'t> {
    fn str(&self) -> &'t str {
        self.span.of(self.text)
    }
}

fn headings(text: &str) -> Vec<Heading> {
    let shouting = is_shouting(text);
    let soap = has_soap_letters(text);
    let all: Vec<Span> = lines(text).map(|line| trim(text, line)).collect();
    let mut found: Vec<Heading> = Vec::new();
    let mut after_blank = true;
    for (index, span) in all.iter().enumerate() {
        if span.is_empty() {
            after_blank = true;
            continue;
        }
        let next = all[index + 1..].iter().take(2).find(|line| !line.is_empty()).copied();
        let line = Line { text, span: *span, next, after_blank };
        after_blank = false;
        let mut inline_from = span.start;
        if let Some(heading) = line_heading(&line, found.is_empty(), shouting, soap) {
            inline_from = heading.body;
            found.push(heading);
        }
        inline_headings(text, Span::new(inline_from.min(span.end), span.end), soap, &mut found);
    }
    found
}

/// Whether running text is in capitals, so that capitals mark nothing.
fn is_shouting(text: &str) -> bool {
    let (mut upper, mut lower) = (0usize, 0usize);
    for line in lines(text).filter(|line| line.len() >= 40).take(200) {
        let line = &text.as_bytes()[line.range()];
        let line = &line[..line.len().min(400)];
        upper += line.iter().filter(|byte| byte.is_ascii_uppercase()).count();
        lower += line.iter().filter(|byte| byte.is_ascii_lowercase()).count();
    }
    upper > lower * 2
}

/// Whether at least two of the letters S, O, A, P stand as headings, so that one letter may be a heading.
fn has_soap_letters(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut seen = [false; 4];
    for colon in memchr::memchr3_iter(b':', b'-', b')', bytes) {
        let mut at = colon;
        while at > 0 && bytes[at - 1] == b' ' && colon - at < 2 {
            at -= 1;
        }
        if seen.iter().filter(|seen| **seen).count() >= 2 {
            return true;
        }
        let Some(letter) = at.checked_sub(1) else { continue };
        let Some(which) = b"SOAP".iter().position(|soap| *soap == bytes[letter]) else { continue };
        let before = bytes[..letter].iter().rev().find(|byte| !matches!(byte, b' ' | b'*' | b'#' | b'\t'));
        if matches!(before, None | Some(b'\n' | b'\r' | b'.'))
            && bytes.get(colon + 1).is_none_or(u8::is_ascii_whitespace)
        {
            seen[which] = true;
        }
    }
    seen.iter().filter(|seen| **seen).count() >= 2
}

/// The heading that starts a line, if one does.
fn line_heading(line: &Line<'_>, first: bool, shouting: bool, soap: bool) -> Option<Heading> {
    let (words, strong) = undecorated(line)?;
    let label = words.of(line.text);
    let heading = |kind, words: Span, body| Some(Heading { kind, start: line.span.start, words, body });

    if let Some(len) = signature(label) {
        let words = Span::new(words.start, words.start + len);
        return heading(SectionKind::Signature, words, skip_marks(line, words.end));
    }
    // `Heading:`, with or without text after it.
    if let Some(colon) = label_end(label) {
        let key = trim(line.text, Span::new(words.start, words.start + colon));
        let body = skip_marks(line, words.start + colon);
        let alone = body >= line.span.end;
        if let Some(kind) = kind_of(key.of(line.text), soap, line.text.get(body..line.span.end).unwrap_or("")) {
            return heading(kind, key, body);
        }
        let name = key.of(line.text);
        if is_demographic(name) || name.split_whitespace().count() > 6 || list_marker(line.str()) > 0 {
            return None;
        }
        let capitals = !shouting && is_capitals(name) && name.bytes().filter(u8::is_ascii_alphabetic).count() >= 4;
        let titled = alone && line.after_blank && is_titled(name) && line.next.is_some();
        return if (capitals || titled || strong && alone) && (!first || alone) {
            heading(SectionKind::Other, key, body)
        } else {
            None
        };
    }
    // A line of its own.
    if !is_short(label) {
        return dashed(line, words, soap);
    }
    let underlined = line.next.is_some_and(|next| is_underline(next.of(line.text)));
    let capitals = is_capitals(label);
    let body = line.span.end;
    let is_title = first && next_is_header(line);
    if !label.ends_with(['.', ',', ';', '?']) {
        let known = if label.starts_with(char::is_uppercase) { kind_of(label, soap, "") } else { None };
        if let Some(kind) = known {
            // "2. Gait training" is an item of a list, unless it is set apart.
            let item = list_marker(line.str()) > 0 && !strong && !capitals && !underlined;
            let item = item && (!line.after_blank || line.next.is_none_or(|next| list_marker(next.of(line.text)) > 0));
            if !is_title && !item {
                return heading(kind, words, body);
            }
        } else if !first && (strong || underlined) || !first && capitals && !shouting {
            if !label.contains([',', '/']) && !has_digit(label) && longest_word(label) >= 3 && !is_demographic(label) {
                return heading(SectionKind::Other, words, body);
            }
        } else if first
            && capitals
            && !shouting
            && line.after_blank
            && !is_title
            && next_is_prose(line)
            && !label.contains(',')
            && !has_digit(label)
            && longest_word(label) >= 4
        {
            return heading(SectionKind::Other, words, body);
        }
    }
    dashed(line, words, soap)
}

/// "Plan - continue", "S - pain better".
fn dashed(line: &Line<'_>, words: Span, soap: bool) -> Option<Heading> {
    let label = words.of(line.text);
    let (at, len) = spaced_dash(label)?;
    let key = Span::new(words.start, words.start + at);
    let name = key.of(line.text);
    if !name.starts_with(char::is_uppercase) || list_marker(line.str()) > 0 {
        return None;
    }
    let kind = kind_of(name, soap, &label[at + len..])?;
    Some(Heading { kind, start: line.span.start, words: key, body: key.end + len })
}

/// Where a dash with blanks around it stands near the start of a label, and its length.
fn spaced_dash(label: &str) -> Option<(usize, usize)> {
    let head = &label.as_bytes()[..label.len().min(44)];
    memchr::memchr_iter(b' ', head).find_map(|at| {
        let rest = label.get(at..)?;
        [" - ", " – ", " — "].iter().find(|dash| rest.starts_with(**dash)).map(|dash| (at, dash.len()))
    })
}

/// The line without marks around it ("## ", "**", "=== ", "3. "), and whether they mark it as a heading.
fn undecorated(line: &Line<'_>) -> Option<(Span, bool)> {
    let text = line.str();
    let mut start = 0;
    let mut strong = false;
    let hashes = text.bytes().take_while(|byte| *byte == b'#').count();
    if hashes > 0 && text.as_bytes().get(hashes) == Some(&b' ') {
        start = hashes + 1;
        strong = true;
    }
    let marks = |c: char| matches!(c, '*' | '_' | '=' | '~' | '<' | '>' | '[' | ']' | '#' | '|' | '-' | ' ');
    let rest = &text[start..];
    let lead = rest.len() - rest.trim_start_matches(marks).len();
    let opened = &rest[..lead];
    if opened.trim().len() >= 2 || (opened.starts_with('[') && text.ends_with(']')) || opened.starts_with('<') {
        start += lead;
        strong = true;
    } else if list_marker(rest) > 0 && !rest.starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_alphabetic()) {
        // "- Pain: 4/10" is an item.
        return None;
    } else if lead > 0 {
        start += lead;
    }
    start += numbering(&text[start..]);
    let label = text.get(start..)?;
    let end = if strong { start + label.trim_end_matches(marks).len() } else { text.len() };
    let span = Span::new(line.span.start + start, line.span.start + end.max(start));
    (!span.is_empty()).then(|| (trim(line.text, span), strong))
}

/// The bytes of a number before a heading: "3. ", "IV. ", "2) ".
fn numbering(label: &str) -> usize {
    let len =
        label.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'I' | b'V' | b'X' | b'.')).count();
    let head = &label.as_bytes()[..len];
    let rest = &label[len..];
    let (dot, digit) = (head.ends_with(b"."), head.iter().any(u8::is_ascii_digit));
    let len = match rest.bytes().next() {
        Some(b')') if len > 0 && len <= 4 => len + 1,
        Some(b' ') if (dot || digit && head.contains(&b'.')) && len <= 5 => len,
        _ => return 0,
    };
    len + (label[len..].len() - label[len..].trim_start().len())
}

/// Where a label ends: the colon of "Rehab potential: good", not that of "3:30".
fn label_end(label: &str) -> Option<usize> {
    let head = &label.as_bytes()[..label.len().min(72)];
    let colon = memchr::memchr(b':', head)?;
    let name = label.get(..colon)?;
    let after = label[colon + 1..].trim_start_matches(['*', '_']);
    (name.starts_with(char::is_alphabetic)
        && name.split_whitespace().count() <= 8
        && !name.contains(". ")
        && !after.starts_with(|c: char| c == '/' || c.is_ascii_digit() && name.ends_with(|c: char| c.is_ascii_digit())))
    .then_some(colon)
}

/// Moves over the colon and the marks that close a heading.
fn skip_marks(line: &Line<'_>, at: usize) -> usize {
    let rest = &line.text[at..line.span.end];
    at + (rest.len() - rest.trim_start_matches([':', '*', '_', ' ', '\t']).len())
}

/// What a label stands for; one letter only in a note that uses S, O, A and P, and never a pulse ("P: 82").
fn kind_of(label: &str, soap: bool, value: &str) -> Option<SectionKind> {
    let label = label.trim_end_matches(['*', '_', ' ', ':']);
    if label.len() == 1 {
        if !soap || label == "P" && value.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        return match label {
            "S" => Some(SectionKind::Subjective),
            "O" => Some(SectionKind::Objective),
            "A" => Some(SectionKind::Assessment),
            "P" => Some(SectionKind::Plan),
            _ => None,
        };
    }
    (label.len() <= 72).then(|| SectionKind::of_heading(label)).flatten()
}

/// Headings that stand within a line: "... stable. PLAN: continue", "Frequency: 2x/week   Duration: 8 weeks".
fn inline_headings(text: &str, part: Span, soap: bool, found: &mut Vec<Heading>) {
    let bytes = text.as_bytes();
    let mut floor = part.start;
    for colon in memchr::memchr_iter(b':', part.of(text).as_bytes()) {
        let colon = part.start + colon;
        if bytes.get(colon + 1).is_some_and(|byte| !byte.is_ascii_whitespace()) {
            continue;
        }
        // The label runs back to the end of the sentence before it.
        let mut start = colon;
        while start > floor && colon - start < 48 {
            let before = bytes[start - 1];
            let two_blanks = before == b' ' && start - 1 > floor && bytes[start - 2] == b' ';
            if matches!(before, b'.' | b'?' | b'!' | b';' | b'|' | b'\t' | b',') || two_blanks || !before.is_ascii() {
                break;
            }
            start -= 1;
        }
        if start == floor || colon - start >= 48 {
            floor = colon + 1;
            continue;
        }
        let words = trim(text, Span::new(start, colon));
        let label = words.of(text);
        let before = bytes[start - 1];
        floor = colon + 1;
        if !label.starts_with(|c: char| c.is_ascii_uppercase()) || before == b',' || label.split(' ').count() > 5 {
            continue;
        }
        if let Some(kind) = kind_of(label, soap, text[colon + 1..part.end].trim_start()) {
            found.push(Heading { kind, start: words.start, words, body: colon + 1 });
        }
    }
}

/// The bytes of a phrase that begins a signature.
fn signature(label: &str) -> Option<usize> {
    const PHRASES: &[&str] = &[
        "electronically signed by",
        "electronically authenticated by",
        "electronically signed",
        "digitally signed by",
        "e-signed by",
        "signed electronically by",
        "signed by",
        "cosigned by",
        "co-signed by",
    ];
    if !matches!(label.as_bytes().first()?, b'e' | b'E' | b'd' | b'D' | b's' | b'S' | b'c' | b'C') {
        return None;
    }
    PHRASES
        .iter()
        .find(|phrase| label.get(..phrase.len()).is_some_and(|head| head.eq_ignore_ascii_case(phrase)))
        .map(|phrase| phrase.len())
        .filter(|len| !label[*len..].starts_with(char::is_alphanumeric))
}

/// Keys of a header, which open no section.
fn is_demographic(key: &str) -> bool {
    const KEYS: &[&str] = &[
        "account",
        "acct",
        "address",
        "admit",
        "admitted",
        "age",
        "author",
        "birth",
        "clinic",
        "date",
        "dob",
        "doctor",
        "dos",
        "email",
        "encounter",
        "facility",
        "fax",
        "gender",
        "hospital",
        "id",
        "insurance",
        "location",
        "md",
        "medicare",
        "mrn",
        "name",
        "npi",
        "number",
        "patient",
        "payer",
        "payor",
        "pcp",
        "phone",
        "physician",
        "provider",
        "pt",
        "race",
        "referring",
        "room",
        "service",
        "sex",
        "ssn",
        "surgeon",
        "tel",
        "telephone",
        "therapist",
        "time",
        "unit",
        "visit",
        "resident",
        "client",
        "attending",
        "department",
        "dept",
        "re",
        "to",
        "from",
        "member",
        "policy",
        "bed",
        "ward",
    ];
    key.split(|c: char| !c.is_alphanumeric()).any(|word| KEYS.iter().any(|key| key.eq_ignore_ascii_case(word)))
}

/// Whether all letters are capitals, what stands in brackets aside.
fn is_capitals(label: &str) -> bool {
    let mut depth = 0usize;
    let mut any = false;
    for c in label.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if c.is_lowercase() => return false,
            _ => any |= c.is_alphabetic(),
        }
    }
    any
}

/// Whether every longer word starts with a capital.
fn is_titled(label: &str) -> bool {
    label.split_whitespace().all(|word| word.len() <= 3 || word.starts_with(|c: char| c.is_uppercase() || c == '('))
        && label.starts_with(char::is_uppercase)
}

fn is_short(label: &str) -> bool {
    label.len() <= 72 && label.split_whitespace().count() <= 8
}

fn has_digit(label: &str) -> bool {
    label.split('(').next().unwrap_or("").bytes().any(|byte| byte.is_ascii_digit())
}

fn longest_word(label: &str) -> usize {
    label.split(|c: char| !c.is_alphabetic()).map(str::len).max().unwrap_or(0)
}

fn is_underline(line: &str) -> bool {
    line.len() >= 3 && (line.bytes().all(|byte| byte == b'-') || line.bytes().all(|byte| byte == b'='))
}

/// Whether the next line is part of a header: a key with a value, or another line of capitals.
fn next_is_header(line: &Line<'_>) -> bool {
    let Some(next) = line.next else { return false };
    let next = next.of(line.text);
    is_capitals(next) && SectionKind::of_heading(next).is_none()
        || label_end(next).is_some_and(|colon| is_demographic(&next[..colon]))
}

/// Whether the next line is text and neither a key with a value nor a line of capitals.
fn next_is_prose(line: &Line<'_>) -> bool {
    let Some(next) = line.next else { return false };
    let next = next.of(line.text);
    !is_capitals(next) && label_end(next).is_none() && next.split_whitespace().count() >= 4 && !has_digit(next)
}

#[cfg(test)]
mod tests {
    use SectionKind as K;
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &[(SectionKind, &str)]) {
        let sections = sections(text);
        let found: Vec<_> = sections.iter().map(|section| (section.kind, section.body.of(text))).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn soap_in_its_forms() {
        let expected = [(K::Subjective, "pain better"), (K::Objective, "gait 50 ft"), (K::Plan, "continue")];
        check("S: pain better\nO: gait 50 ft\nP: continue", &expected);
        check("S - pain better\nO - gait 50 ft\nP - continue", &expected);
        check("SUBJECTIVE\npain better\nOBJECTIVE\ngait 50 ft\nPLAN\ncontinue", &expected);
        check("Subjective:\r\npain better\r\n\r\nObjective:\r\ngait 50 ft\r\n\r\nPlan:\r\ncontinue\r\n", &expected);
        check("## Subjective\npain better\n## Objective\ngait 50 ft\n## Plan\ncontinue", &expected);
        check("**Subjective:** pain better\n**Objective**\ngait 50 ft\n**Plan**: continue", &expected);
        check("1. Subjective: pain better\n2. Objective: gait 50 ft\n3. Plan: continue", &expected);
        check(
            "Subjective\n----------\npain better\nObjective\n=====\ngait 50 ft\nPlan\n-----\ncontinue",
            &expected_ruled(),
        );
        check("=== SUBJECTIVE ===\npain better\n[OBJECTIVE]\ngait 50 ft\n--- PLAN ---\ncontinue", &expected);
        check("Subjective - pain better\nObjective - gait 50 ft\nPlan - continue", &expected);
        check("subjective: pain better\nobjective: gait 50 ft\nplan: continue", &expected);
    }

    fn expected_ruled() -> [(SectionKind, &'static str); 3] {
        [(K::Subjective, "----------\npain better"), (K::Objective, "=====\ngait 50 ft"), (K::Plan, "-----\ncontinue")]
    }

    #[test]
    fn inline_headings_of_a_dictation() {
        check(
            "HISTORY: Fell at home. EXAM: Tender wrist. PLAN: Splint.",
            &[(K::History, "Fell at home."), (K::PhysicalExam, "Tender wrist."), (K::Plan, "Splint.")],
        );
        check(
            "S: pain better. O: gait 50 ft. A: tolerating. P: continue.",
            &[
                (K::Subjective, "pain better."),
                (K::Objective, "gait 50 ft."),
                (K::Assessment, "tolerating."),
                (K::Plan, "continue."),
            ],
        );
        check(
            "Frequency: 2x/week     Duration: 8 weeks",
            &[(K::FrequencyDuration, "2x/week"), (K::FrequencyDuration, "8 weeks")],
        );
    }

    #[test]
    fn what_is_no_heading() {
        for text in [
            "",
            "Pt seen at 3:30 for gait.",
            "Name: Ama Osei\nMRN: 123\nDate: 03/04/2025",
            "- Pain: 4/10\n- ROM: full",
            "P: 82 R: 16 T: 98.6",
            "Patient will plan: to walk daily with family and friends in the park near home",
            "1. Continue HEP\n2. Gait training",
            "123 MAIN ST\nSPRINGFIELD, IL",
            "He said: I fell.",
        ] {
            check(text, &[(K::Preamble, text)]);
        }
    }

    #[test]
    fn header_and_unknown_headings() {
        let text = "LAKESIDE REHABILITATION\nPHYSICAL THERAPY EVALUATION\nPatient: A. Osei   MRN: 12\nDate: 03/04/2025\n\n\
                    SUBJECTIVE\nSore.\n\nBALANCE\nFair.\n\nGOALS - LONG TERM (8 weeks)\n1. Walk.\n\nRehab Potential: Good\n";
        let sections = sections(text);
        let kinds: Vec<_> = sections.iter().map(|section| section.kind).collect();
        assert_eq!(kinds, [K::Preamble, K::Subjective, K::Other, K::LongTermGoals, K::RehabPotential]);
        assert_eq!(sections[3].heading.map(|heading| heading.of(text)), Some("GOALS - LONG TERM (8 weeks)"));
        assert_eq!(sections[2].parent, Some(K::Subjective));
    }

    #[test]
    fn parents() {
        let text = "OBJECTIVE\nVitals: BP 120/80\nPain: 3/10\nASSESSMENT\nStable.\nPLAN\nFrequency: 2x/week\nGoals:\nSTG 1: walk";
        let found: Vec<_> = sections(text).iter().map(|section| (section.kind, section.parent)).collect();
        assert_eq!(
            found,
            [
                (K::Objective, None),
                (K::Vitals, Some(K::Objective)),
                (K::Pain, Some(K::Objective)),
                (K::Assessment, None),
                (K::Plan, None),
                (K::FrequencyDuration, Some(K::Plan)),
                (K::Goals, Some(K::Plan)),
                (K::ShortTermGoals, Some(K::Goals)),
            ]
        );
    }

    #[test]
    fn empty_sections() {
        let text = "GOALS\n\nPLAN\n---\n\nAssessment: ok";
        let empty: Vec<bool> = sections(text).iter().map(|section| section.is_empty(text)).collect();
        assert_eq!(empty, [true, true, false]);
    }

    #[test]
    fn letters_before_numbers() {
        check(
            "S: 68 y/o with back pain.\nO: flexion 40 deg\nP: continue",
            &[(K::Subjective, "68 y/o with back pain."), (K::Objective, "flexion 40 deg"), (K::Plan, "continue")],
        );
    }

    #[test]
    fn signatures() {
        check(
            "Plan: continue.\nElectronically signed by A. Osei, PT 03/04/2025",
            &[(K::Plan, "continue."), (K::Signature, "A. Osei, PT 03/04/2025")],
        );
    }

    #[test]
    fn radiology_and_discharge() {
        let text =
            "INDICATION: Fall.\nTECHNIQUE: Two views.\nCOMPARISON: None.\nFINDINGS: No fracture.\nIMPRESSION: Normal.";
        let kinds: Vec<_> = sections(text).iter().map(|section| section.kind).collect();
        assert_eq!(kinds, [K::Indication, K::Technique, K::Technique, K::Findings, K::Impression]);
        let text = "Discharge Diagnosis: CHF\nHospital Course:\nDiuresed.\nDischarge Medications:\n1. Furosemide\nDisposition: Home";
        let kinds: Vec<_> = sections(text).iter().map(|section| section.kind).collect();
        assert_eq!(kinds, [K::Diagnosis, K::HospitalCourse, K::Medications, K::Disposition]);
    }

    proptest! {
        #[test]
        fn sections_are_in_order(text in r"(?s)((PLAN|Goals|S|O|A|P|x|[A-Z]{1,6}|é|\*\*|##|===|[0-9]\.)[: \-\n]{1,3}|.){0,40}") {
            let mut end = 0;
            let found = sections(&text);
            prop_assert!(!found.is_empty());
            for section in found {
                if let Some(heading) = section.heading {
                    prop_assert!(heading.start >= end && text.get(heading.range()).is_some());
                    prop_assert!(!text[end..heading.start].chars().any(char::is_alphabetic));
                    end = heading.end;
                }
                prop_assert!(section.body.start >= end && text.get(section.body.range()).is_some());
                prop_assert!(!text[end..section.body.start].chars().any(char::is_alphanumeric));
                end = section.body.end;
            }
            prop_assert!(text[end..].trim().is_empty());
        }
    }
}
