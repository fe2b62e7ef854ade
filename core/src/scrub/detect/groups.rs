//! Identifiers written in groups, "H0448 2210", "W2277 18840 01": a pattern or the tagger may find the first groups alone, and the
//! rest of a number would give most of it away.

use super::Note;
use crate::scrub::{Category, Finding};

/// As many groups more belong to one identifier.
const MOST: usize = 3;
/// A group is no longer than this.
const LONGEST: usize = 6;

/// Lengthens each identifier by the groups of digits that end its field with it.
pub(crate) fn complete(note: &Note<'_>, findings: &mut [Finding]) {
    for (step, finding) in findings.iter_mut().enumerate() {
        if note.cancel.stops(step) {
            break;
        }
        let numbered = matches!(
            finding.category,
            Category::Mrn
                | Category::HealthPlan
                | Category::Account
                | Category::License
                | Category::Device
                | Category::Vehicle
                | Category::OtherId
        );
        if numbered && let Some(least) = open(finding.span.of(note.text)) {
            finding.span.end += rest(&note.text.as_bytes()[finding.span.end..], least);
        }
    }
}

/// How many digits the next group must have at least where what was found looks like the first of several: it is in groups itself, or
/// has a letter and few digits. A number of digits alone is whole.
fn open(value: &str) -> Option<usize> {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let joined = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
    if !joined || !value.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if value.contains(' ') {
        return (digits >= 4).then_some(1);
    }
    (letters > 0 && (3..=6).contains(&digits)).then_some(3)
}

/// The bytes of the groups that follow, if the field ends with them.
fn rest(after: &[u8], least: usize) -> usize {
    let mut end = 0;
    for _ in 0..MOST {
        let Some(b' ') = after.get(end) else { break };
        let group = &after[end + 1..];
        let digits = group.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let year = least > 1 && digits == 4 && (group.starts_with(b"19") || group.starts_with(b"20"));
        if digits < least || digits > LONGEST || year {
            break;
        }
        end += 1 + digits;
    }
    let ends = match after.get(end..).unwrap_or_default() {
        [] | [b'\n' | b'\r' | b'\t', ..] | [b' ', b' ' | b'\n' | b'\r', ..] => true,
        [b'.' | b',' | b';' | b')' | b']' | b'|' | b'"', next @ ..] => next.first().is_none_or(u8::is_ascii_whitespace),
        _ => false,
    };
    if ends { end } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Span, tokens};

    #[test]
    fn groups_that_end_a_field_belong_to_it() {
        for (found, after, left) in [
            ("H0448", " 2210\nnext", "\nnext"),
            ("W2277 18840", " 01", ""),
            ("EGM 4471", " 0093 02  seen", "  seen"),
            ("KJ0 44218", " 7. Dad", ". Dad"),
            // What is counted, dated or said goes on.
            ("H0448", " 2210 hrs", " 2210 hrs"),
            ("H0448", " 2024", " 2024"),
            ("H0448", " 45", " 45"),
            ("W2277 18840", " 98.6", " 98.6"),
            ("W2277 18840", " 3 visits", " 3 visits"),
            // Whole numbers.
            ("00447120", " 3312", " 3312"),
            ("AB447120331", " 3312", " 3312"),
            ("4471-20", " 3312", " 3312"),
        ] {
            let text = format!("{found}{after}");
            let tokens = tokens(&text);
            let note = Note { text: &text, tokens: &tokens, cancel: &crate::cancel::NEVER };
            let mut findings = [Finding::new(Span::new(0, found.len()), Category::OtherId, 0.9, "test")];
            complete(&note, &mut findings);
            assert_eq!(&text[findings[0].span.end..], left, "{text}");
        }
    }
}
