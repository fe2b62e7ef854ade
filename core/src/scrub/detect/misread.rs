//! Numbers in which a scanner read letters: "3l2-555-Ol42", "2O24-O3-l4". The patterns read the note once more with those
//! letters put right, near these, and only what touches them counts.

use super::{Detector, Note, Patterns};
use crate::error::Result;
use crate::scrub::{Category, Finding, Rule, RuleKind};
use crate::text::{Span, TokenKind};

/// Reads misread numbers.
pub(crate) struct Misread(Patterns);

impl Misread {
    /// Uses the built-in patterns.
    ///
    /// # Errors
    /// When they do not compile.
    pub(crate) fn new() -> Result<Self> {
        Patterns::builtin().map(Self)
    }
}

/// What a finding is worth less for having been put right first.
const DOUBT: f32 = 0.05;

/// Numbers of fewer characters stay as they are: "S1", "B12", "O2", "I10" are notation. The day of a date is put right.
const SHORTEST: usize = 4;

/// The digit that a scanner reads as this letter.
const fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'O' | b'o' => Some(b'0'),
        b'l' | b'I' => Some(b'1'),
        b'S' => Some(b'5'),
        b'B' => Some(b'8'),
        _ => None,
    }
}

/// The bytes that numbers are made of, misread ones too.
static NUMERIC: [bool; 256] = {
    let mut numeric = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        numeric[byte] = (byte as u8).is_ascii_digit() || digit(byte as u8).is_some();
        byte += 1;
    }
    numeric
};

impl Detector for Misread {
    fn detect(&self, note: &Note<'_>, findings: &mut Vec<Finding>) -> Result<()> {
        let bytes = note.text.as_bytes();
        let mut right: Option<Vec<u8>> = None;
        let mut changed: Vec<Span> = Vec::new();
        let mut reach = 0;
        for (step, token) in note.tokens.iter().enumerate() {
            if note.cancel.stops(step) {
                break;
            }
            // Few tokens begin like this.
            let numeric = NUMERIC[usize::from(bytes[token.span.start])]
                && (token.kind == TokenKind::Mixed || token.kind == TokenKind::Word && token.span.len() == 3)
                && token.span.start >= reach
                && bytes[token.span.range()].iter().all(|byte| NUMERIC[usize::from(*byte)]);
            if numeric {
                let run = run(bytes, token.span);
                reach = run.end;
                put_right(bytes, run, &mut right, &mut changed);
            }
        }
        let Some(right) = right.and_then(|bytes| String::from_utf8(bytes).ok()) else { return Ok(()) };
        let from = findings.len();
        self.0.detect_near(&Note { text: &right, ..*note }, &changed, findings)?;
        let mut kept = from;
        for at in from..findings.len() {
            let first = changed.partition_point(|span| span.end <= findings[at].span.start);
            let touches = changed.get(first).is_some_and(|span| span.overlaps(findings[at].span));
            if touches && is_sure(&findings[at], findings[at].span.of(&right)) {
                findings.swap(kept, at);
                findings[kept].score -= DOUBT;
                findings[kept].add_rule(Rule::new(RuleKind::Structure, "misread-digits"));
                kept += 1;
            }
        }
        findings.truncate(kept);
        Ok(())
    }
}

/// The stretch of letters, digits and the marks inside numbers that holds `span`.
fn run(bytes: &[u8], span: Span) -> Span {
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"-/.()+".contains(byte);
    let start = span.start - bytes[..span.start].iter().rev().take_while(|byte| inner(byte)).count();
    let end = span.end + bytes[span.end..].iter().take_while(|byte| inner(byte)).count();
    Span::new(start, end)
}

/// Writes digits for the letters of the numbers in `run`, where they are numbers for all that is seen.
fn put_right(bytes: &[u8], run: Span, right: &mut Option<Vec<u8>>, changed: &mut Vec<Span>) {
    let mut pieces: Vec<(Span, usize)> = Vec::new();
    let (mut length, mut digits) = (0, 0);
    let mut at = run.start;
    while at < run.end {
        if !bytes[at].is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let end = at + bytes[at..run.end].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let piece = &bytes[at..end];
        if piece.iter().all(|byte| byte.is_ascii_digit() || digit(*byte).is_some()) {
            let own = piece.iter().filter(|byte| byte.is_ascii_digit()).count();
            pieces.push((Span::new(at, end), own));
            length += piece.len();
            digits += own;
        }
        at = end;
    }
    // More letters than digits is a word or a code, but between the marks of a date.
    let marks = bytes[run.range()].iter().filter(|byte| b"/-".contains(byte)).count();
    if digits * 5 < length * 2 && (marks < 2 || digits < 2 || pieces.len() < 3) {
        return;
    }
    for &(span, own) in &pieces {
        let piece = &bytes[span.range()];
        let day = piece.len() == 2 && own == 1 && matches!(piece[0], b'l' | b'I' | b'1'..=b'3');
        let whole = own > 0 || pieces.len() > 1 && piece.len() == 3 || pieces.len() == 3 && marks >= 2;
        let bracket = bytes[run.start] == b'(' && piece.len() == 3;
        if own == piece.len() || !whole || length < SHORTEST && !day && !bracket {
            continue;
        }
        let right = right.get_or_insert_with(|| bytes.to_vec());
        for byte in &mut right[span.range()] {
            *byte = digit(*byte).unwrap_or(*byte);
        }
        changed.push(span);
    }
}

/// Whether what was found in the text put right is more than a number that happens to fit.
fn is_sure(finding: &Finding, value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    match finding.category {
        Category::Phone | Category::Fax => digits >= 10 || finding.is_cued() && digits >= 7,
        Category::Ssn => digits == 9 || finding.is_cued(),
        Category::Date => {
            let marks = value.bytes().filter(|byte| b"/-.".contains(byte)).count();
            let month = value.bytes().filter(u8::is_ascii_alphabetic).count() >= 3;
            marks == 2 && digits >= 4 || month && digits > 0
        }
        Category::Mrn
        | Category::Account
        | Category::HealthPlan
        | Category::License
        | Category::Device
        | Category::Vehicle
        | Category::OtherId => finding.is_cued() && digits >= 5,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;

    fn found(text: &str) -> Vec<(Category, &str)> {
        let tokens = tokens(text);
        let mut findings = Vec::new();
        Misread::new().unwrap().detect(&Note::new(text, &tokens), &mut findings).unwrap();
        let mut found: Vec<(Category, &str)> =
            findings.iter().filter(|f| f.score >= 0.5).map(|f| (f.category, f.span.of(text))).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn letters_in_numbers_are_put_right() {
        for (text, category, value) in [
            ("Call (3l2) 555-Ol42 today", Category::Phone, "(3l2) 555-Ol42"),
            ("Cell: 3l2-SSS-Ol42", Category::Phone, "3l2-SSS-Ol42"),
            ("Cell: (312) SSS-0142", Category::Phone, "(312) SSS-0142"),
            ("Collected 2O24-O3-l4 fasting", Category::Date, "2O24-O3-l4"),
            ("Surgery l4-Mar-2O2l", Category::Date, "l4-Mar-2O2l"),
            ("Seen March l4, 2O24 in clinic", Category::Date, "March l4, 2O24"),
            ("SSN 2l9O99999", Category::Ssn, "2l9O99999"),
        ] {
            assert!(found(text).contains(&(category, value)), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn notation_is_left_alone() {
        for text in [
            "L5-S1 fusion, T12-L1 fracture, S1/S2 heard",
            "B12 1000 mcg on 3 days, O2 2L, SpO2 98% on 2L",
            "I10 and E11.9; S72.001A; B20",
            "BP l2O/8O, HR 8O, dose 5O mg",
            "grade 3B, 5S, 0.5B, 1O reps x 3, SOB-2, no SOB (SOB)",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
