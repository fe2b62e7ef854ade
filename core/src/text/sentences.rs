//! Splits text into sentences, list items and table rows.

use super::Span;
use super::lines::{has_wide_gap, lines, list_marker, trim};

/// The sentences of `text` in order, trimmed of white space. List items and table rows stand alone, a blank line ends a
/// sentence, and a sentence that was wrapped over lines is one.
///
/// ```
/// use chartguard::text::sentences;
/// let text = "Seen by Dr. J. P. Osei at 3 p.m. for 2.5 hrs. Pain 4/10.\n- Gait training approx.\n  50 ft\n- HEP";
/// let found: Vec<&str> = sentences(text).iter().map(|sentence| sentence.of(text)).collect();
/// assert_eq!(found, [
///     "Seen by Dr. J. P. Osei at 3 p.m. for 2.5 hrs.",
///     "Pain 4/10.",
///     "- Gait training approx.\n  50 ft",
///     "- HEP",
/// ]);
/// ```
pub fn sentences(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut paragraph = Vec::new();
    for line in lines(text) {
        let line = trim(text, line);
        if line.is_empty() {
            flush(text, &mut paragraph, &mut found);
        } else {
            paragraph.push(line);
        }
    }
    flush(text, &mut paragraph, &mut found);
    found
}

/// The sentences of one paragraph: neighbouring lines without a blank one between them, each trimmed.
fn flush(text: &str, paragraph: &mut Vec<Span>, found: &mut Vec<Span>) {
    let width = wrap_width(text, paragraph);
    let mut open: Option<Span> = None;
    let mut last = Span { start: 0, end: 0 };
    for line in paragraph.drain(..) {
        open = match open {
            Some(unit) if continues(text, unit, last, line, width) => Some(unit.cover(line)),
            Some(unit) => {
                split(text, unit, found);
                Some(line)
            }
            None => Some(line),
        };
        last = line;
    }
    if let Some(unit) = open {
        split(text, unit, found);
    }
}

/// The width that a paragraph is wrapped at: its longest line, where at least two lines broke off because the next word
/// would have passed it.
fn wrap_width(text: &str, paragraph: &[Span]) -> Option<usize> {
    let width = paragraph.iter().map(|line| line.len()).max()?;
    let full = paragraph.windows(2).filter(|pair| passes(text, pair[0], pair[1], width)).count();
    ((50..=140).contains(&width) && full >= 2).then_some(width)
}

/// Whether the first word of `next` would have made `line` longer than `width`.
fn passes(text: &str, line: Span, next: Span, width: usize) -> bool {
    let word = next.of(text).split(char::is_whitespace).next().unwrap_or("");
    line.len() + 1 + word.len() > width
}

/// Whether `next` goes on with the sentence that `last`, the last line of `unit`, left open. `width` is what the
/// paragraph is wrapped at.
fn continues(text: &str, unit: Span, last: Span, next: Span, width: Option<usize>) -> bool {
    let (line, after) = (last.of(text), next.of(text));
    // What takes longer to see is looked for last.
    if line.ends_with(':') || line.starts_with('#') || line.starts_with("**") || after.starts_with("**") {
        return false;
    }
    if list_marker(after) > 0 || is_label(after) || is_rule(line) || is_rule(after) || is_row(line) || is_row(after) {
        return false;
    }
    if ends_open(line) {
        return true;
    }
    if ends_sentence(text, unit.start, last.end, next.start, next.end) {
        return false;
    }
    // The full stop of an abbreviation, or of the number of an item.
    if line.ends_with('.') {
        return true;
    }
    let Some(first) = after.chars().next() else { return false };
    if width.is_some_and(|width| passes(text, last, next, width)) {
        return true;
    }
    let heading = !line.chars().any(char::is_lowercase);
    let short_lower = line.len() < 40 && unit == last && line.starts_with(char::is_lowercase);
    first.is_lowercase() && !heading && !short_lower
}

/// Whether a line breaks off where no sentence can end.
fn ends_open(line: &str) -> bool {
    let last = line.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or(line);
    line.ends_with(',')
        || matches!(
            last,
            "of" | "the"
                | "a"
                | "an"
                | "with"
                | "and"
                | "or"
                | "to"
                | "for"
                | "from"
                | "by"
                | "in"
                | "at"
                | "on"
                | "is"
                | "was"
                | "are"
                | "were"
                | "no"
                | "Dr."
                | "Mr."
                | "Mrs."
                | "Ms."
                | "than"
                | "his"
                | "her"
                | "their"
                | "that"
                | "per"
        )
}

/// Whether a line is a row of a table.
fn is_row(line: &str) -> bool {
    line.contains('\t') || has_wide_gap(line) || line.bytes().filter(|byte| *byte == b'|').count() >= 2
}

/// Whether a line is drawn: dashes, equals signs and the like alone.
fn is_rule(line: &str) -> bool {
    line.len() >= 3 && line.bytes().all(|byte| matches!(byte, b'-' | b'=' | b'_' | b'*' | b'~' | b' ' | b'+' | b'|'))
}

/// Whether a line starts with a label ("Rehab potential: good").
fn is_label(line: &str) -> bool {
    let head = &line.as_bytes()[..line.len().min(40)];
    let Some(colon) = memchr::memchr(b':', head) else { return false };
    head[0].is_ascii_uppercase()
        && line.as_bytes().get(colon + 1).is_none_or(u8::is_ascii_whitespace)
        && head[..colon].iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'/' | b'-' | b'&'))
        && line[..colon].split(' ').count() <= 4
}

/// Splits one unit where sentences end inside.
fn split(text: &str, unit: Span, found: &mut Vec<Span>) {
    let bytes = text.as_bytes();
    let inside = unit.of(text);
    if inside.bytes().filter(|byte| *byte == b'|').count() >= 2 {
        found.push(unit);
        return;
    }
    let mut start = unit.start;
    // The mark of a list item ends no sentence.
    let body = unit.start + list_marker(inside);
    for at in memchr::memchr3_iter(b'.', b'?', b'!', inside.as_bytes()) {
        let at = unit.start + at;
        if at < body || matches!(bytes.get(at + 1), Some(b'.' | b'?' | b'!')) {
            continue;
        }
        let end = closed(text, at + 1, unit.end);
        let next = skip_blank(text, end, unit.end);
        let spaced = next > end || next == unit.end;
        if start < at
            && (spaced && ends_sentence(text, start, end, next, unit.end) || !spaced && runs_on(text, at, unit.end))
        {
            found.push(Span::new(start, end));
            start = next;
        }
    }
    if start < unit.end {
        found.push(Span::new(start, unit.end));
    }
}

/// The end of the brackets and quotes that close at `at`.
fn closed(text: &str, at: usize, end: usize) -> usize {
    let rest = &text[at..end];
    let len = rest.find(|c| !matches!(c, ')' | ']' | '"' | '\'' | '”' | '’' | '*')).unwrap_or(rest.len());
    at + len
}

fn skip_blank(text: &str, at: usize, end: usize) -> usize {
    let rest = &text[at..end];
    at + rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len())
}

/// Whether a full stop was typed without the blank after it: "no pain.Denies falls".
fn runs_on(text: &str, at: usize, end: usize) -> bool {
    let bytes = &text.as_bytes()[..end];
    let before = bytes[..at].iter().rev().take_while(|byte| byte.is_ascii_lowercase()).take(3).count();
    let word = bytes[at + 1..].iter().take(24).take_while(|byte| byte.is_ascii_alphabetic()).count();
    bytes[at] == b'.'
        && before == 3
        && word >= 2
        && bytes[at + 1].is_ascii_uppercase()
        && bytes[at + 2..=at + word].iter().all(u8::is_ascii_lowercase)
        && !matches!(bytes.get(at + 1 + word), Some(b'.' | b'@' | b'/' | b'_'))
}

/// Titles and the like: a full stop after them never ends a sentence.
const NEVER_LAST: &[&str] = &[
    "al", "approx", "attn", "ca", "capt", "cf", "col", "dr", "drs", "e.g", "eg", "esp", "gen", "hon", "i.e", "incl",
    "lt", "messrs", "mr", "mrs", "ms", "mt", "mx", "prof", "rev", "sgt", "sr", "st", "ste", "viz", "vs", "w",
];

/// Abbreviations after which a sentence goes on unless the next word has a capital.
const SELDOM_LAST: &[&str] = &[
    "abd", "adm", "amb", "amt", "appt", "assist", "ave", "avg", "bilat", "blvd", "cap", "caps", "cc", "cm", "co",
    "cont", "corp", "deg", "dept", "diag", "dist", "div", "dx", "ed", "est", "etc", "eval", "exam", "ext", "fax",
    "flex", "freq", "ft", "fx", "gm", "hosp", "hr", "hrs", "ht", "hx", "in", "inc", "ind", "indep", "inf", "inj", "jr",
    "kg", "lab", "lat", "lb", "lbs", "ltd", "max", "med", "meds", "mg", "min", "mins", "misc", "ml", "mm", "mo", "mod",
    "mos", "neg", "no", "nos", "occ", "orig", "oz", "p.o", "para", "ph", "pos", "poss", "postop", "preop", "prev",
    "prn", "prob", "pt", "pts", "rd", "re", "rec", "ref", "rehab", "rep", "reps", "resp", "rom", "rt", "rx", "sec",
    "secs", "sig", "sup", "surg", "sx", "sym", "sys", "tab", "tabs", "tel", "temp", "tsp", "tx", "unk", "vol", "wk",
    "wks", "wt", "yo", "yr", "yrs",
];

/// Months and other words that are abbreviations only before a number.
const BEFORE_NUMBER: &[&str] = &[
    "apr", "art", "aug", "bldg", "ch", "dec", "ext", "feb", "fig", "figs", "jan", "jul", "jun", "mar", "no", "nos",
    "nov", "oct", "p", "pg", "pp", "rm", "sec", "sep", "sept", "tel", "vol",
];

/// Words that so often open a sentence that an initial before them ended one: "vitamin C. He".
const OPENERS: &[&str] = &[
    "a", "all", "also", "are", "denies", "given", "has", "he", "her", "his", "i", "if", "in", "is", "it", "no", "on",
    "patient", "pt", "reports", "she", "states", "the", "there", "they", "this", "today", "was", "we", "will",
];

/// Degrees, and names of places, with stops inside: they may end a sentence.
const DEGREES: &[&str] = &["d.o", "d.p.t", "e.r", "m.d", "n.p", "o.t", "p.a", "p.t", "ph.d", "r.n", "u.s"];

/// Whether the mark that ends just before `end` (brackets and quotes included) ends a sentence that began at `start`,
/// when what follows begins at `next`.
fn ends_sentence(text: &str, start: usize, end: usize, next: usize, limit: usize) -> bool {
    let head = text[start..end].trim_end_matches([')', ']', '"', '\'', '”', '’', '*']);
    let Some(mark) = head.chars().next_back() else { return false };
    let following = text[next..limit].trim_start_matches(['(', '[', '"', '\'', '“', '‘', '*']);
    let upper = following.starts_with(char::is_uppercase);
    let number = following.starts_with(|c: char| c.is_ascii_digit() || c == '#');
    match mark {
        '!' => return true,
        // "? fracture" asks, "fracture?" too, but only the second ends.
        '?' => return head.len() > 1 && !head[..head.len() - 1].ends_with(char::is_whitespace),
        '.' => {}
        _ => return false,
    }
    let head = &head[..head.len() - 1];
    if head.ends_with('.') {
        return upper;
    }
    let word = last_word(head);
    if word.is_empty() {
        return !head.is_empty();
    }
    let opens = || {
        let word: &str = following.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
        upper && contains(OPENERS, word)
    };
    if word.len() == head.len() && word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit()) {
        // "1. Continue": the number of an item.
        return false;
    }
    if word.contains('.') {
        if contains(NEVER_LAST, word) {
            return false;
        }
        // "q.d.", "a.m.", "M.D." may end a sentence; "J.P." does not, and digits "2.5" always may.
        if word.ends_with(|c: char| c.is_ascii_digit()) || word.split('.').any(|part| part.len() > 3) {
            return true;
        }
        return upper && (contains(DEGREES, word) || !word.starts_with(char::is_uppercase) || opens());
    }
    if number && contains(BEFORE_NUMBER, word) {
        return false;
    }
    if contains(NEVER_LAST, word) {
        return word.eq_ignore_ascii_case("st") && opens();
    }
    if contains(SELDOM_LAST, word) && (number || !word.eq_ignore_ascii_case("no")) {
        return upper;
    }
    if word.len() == 1 && word.starts_with(char::is_uppercase) {
        return opens();
    }
    true
}

/// The word that `head` ends with, inner full stops included; bounded, since no abbreviation is long.
fn last_word(head: &str) -> &str {
    let mut start = head.len();
    for (at, c) in head.char_indices().rev().take(24) {
        if !(c.is_alphanumeric() || c == '.') {
            break;
        }
        start = at;
    }
    &head[start..]
}

/// The bytes of the longest word of the lists above.
const LONGEST: usize = 7;

/// Whether a word is in one of the lists above, each of which is sorted and in lower case.
fn contains(list: &[&str], word: &str) -> bool {
    if word.len() > LONGEST {
        return false;
    }
    let lower = word.bytes().map(|byte| byte.to_ascii_lowercase());
    list.binary_search_by(|entry| entry.bytes().cmp(lower.clone())).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(expected: &[&str], text: &str) {
        let found: Vec<&str> = sentences(text).iter().map(|sentence| sentence.of(text)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn lists_are_sorted() {
        for list in [NEVER_LAST, SELDOM_LAST, BEFORE_NUMBER, OPENERS, DEGREES] {
            assert!(list.is_sorted(), "{list:?}");
            assert!(list.iter().all(|word| *word == word.to_lowercase() && word.len() <= LONGEST), "{list:?}");
        }
    }

    #[test]
    fn one_sentence() {
        for text in [
            "Seen by Dr. Osei today.",
            "Referred by J. P. Osei for gait.",
            "Pt. reports pain at 7.5 of 10.",
            "Take 5 mg q.d. with food.",
            "e.g. stairs vs. ramps, approx. 40 ft.",
            "No. 5 of 10 visits.",
            "Admitted to St. Luke's on Mar. 5.",
            "Walked 50 ft. with min. assist and v.c. for safety.",
            "Vitals at 3:30 p.m. were stable.",
            "BP 120/80. ",
            "Osei et al. report this.",
            "See example.org for www.example.com.",
            "? fracture of the wrist",
            "Follows Mr. and Mrs. Osei.",
        ] {
            check(&[text.trim()], text);
        }
    }

    #[test]
    fn several_sentences() {
        check(&["Denies pain.", "Walks well!", "Falls?", "None."], "Denies pain. Walks well! Falls? None.");
        check(&["no falls.", "pain better."], "no falls. pain better.");
        check(&["Pain 5/10.", "Tolerated well."], "Pain 5/10. Tolerated well.");
        check(&["He said \"ok.\"", "Then left."], "He said \"ok.\" Then left.");
        check(&["Lost 5 lbs.", "He eats well."], "Lost 5 lbs. He eats well.");
        check(&["Takes vitamin C.", "He walks."], "Takes vitamin C. He walks.");
        check(&["Seen by A. Osei, M.D.", "Patient stable."], "Seen by A. Osei, M.D. Patient stable.");
        check(&["No pain.", "Denies falls."], "No pain.Denies falls.");
        check(&["Pain?", "No.", "Denies falls."], "Pain? No. Denies falls.");
        check(&["Wait...", "Then go."], "Wait... Then go.");
        check(&["Pain on 03/04/2025.", "2 falls."], "Pain on 03/04/2025. 2 falls.");
    }

    #[test]
    fn lines_lists_and_tables() {
        check(&["Pt reports pain that\r\nincreases with stairs."], "Pt reports pain that\r\nincreases with stairs.");
        check(&["One", "Two"], "One\n\nTwo");
        check(&["1. Continue HEP.", "2. Gait", "a) x", "• y"], "1. Continue HEP.\n2. Gait\na) x\n• y");
        check(&["ROM | 90 | 110. ok", "MMT | 4 | 5"], "ROM | 90 | 110. ok\nMMT | 4 | 5");
        check(&["Flexion\t90\t110", "Extension\t0\t0"], "Flexion\t90\t110\nExtension\t0\t0");
        check(&["PLAN", "continue"], "PLAN\ncontinue");
        check(&["Goals:", "walk"], "Goals:\nwalk");
        check(&["Plan: continue", "Rehab potential: good"], "Plan: continue\nRehab potential: good");
        check(&["seen by Dr.\nOsei for gait"], "seen by Dr.\nOsei for gait");
        check(&["pt doing well", "no pain today"], "pt doing well\nno pain today");
    }

    #[test]
    fn hard_wrap_before_a_capital() {
        let text = "The patient was brought in after a fall at home and seen in our ED\n\
                    Monday evening, where films of the left hip were read by radiology\n\
                    Tuesday as normal and sent home\n\
                    Signed electronically";
        check(&[&text[..text.len() - 22], "Signed electronically"], text);
        let text = "Patient will climb twelve stairs with one rail in eight weeks\nPatient will walk 300 ft";
        assert_eq!(sentences(text).len(), 2);
    }

    proptest! {
        #[test]
        fn cover_every_word(text in r"(?s)([A-Za-z0-9.?! \n\r|:\-]|.){0,80}") {
            let mut end = 0;
            for sentence in sentences(&text) {
                prop_assert!(sentence.start >= end && !sentence.is_empty());
                prop_assert!(text[end..sentence.start].trim().is_empty());
                prop_assert_eq!(sentence.of(&text).trim(), sentence.of(&text));
                end = sentence.end;
            }
            prop_assert!(text[end..].trim().is_empty());
        }
    }
}
