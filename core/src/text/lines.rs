//! Walks a text line by line: LF, CRLF and lone CR all end a line.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::Span;

/// The lines of `text` in order, without their ends. A text that ends with a line break has no empty last line.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Span> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= bytes.len() {
            return None;
        }
        let start = at;
        let end = memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |found| at + found);
        at = match bytes.get(end..) {
            Some([b'\r', b'\n', ..]) => end + 2,
            _ => end + 1,
        };
        Some(Span::new(start, end))
    })
}

/// `span` without the white space at its ends.
pub(crate) fn trim(text: &str, span: Span) -> Span {
    let inside = span.of(text);
    // Mostly there is none.
    if let [first, .., last] = inside.as_bytes()
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
    {
        return span;
    }
    let start = span.start + (inside.len() - inside.trim_start().len());
    let len = inside.trim().len();
    Span::new(start, start + len)
}

/// Whether three blanks stand in a row, as between columns.
pub(crate) fn has_wide_gap(line: &str) -> bool {
    static GAP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("   "));
    GAP.find(line.as_bytes()).is_some()
}

/// The bytes that a list marker takes at the start of `line` ("- ", "* ", "1. ", "a) ", "(2) ", "#3 "), 0 without one.
pub(crate) fn list_marker(line: &str) -> usize {
    let bytes = line.as_bytes();
    let blank = |at: usize| bytes.get(at).is_none_or(u8::is_ascii_whitespace);
    let Some(first) = line.chars().next() else { return 0 };
    let bullet = first.len_utf8();
    match first {
        '•' | '◦' | '▪' | '●' | '○' | '‣' | '∙' | '·' | '■' | '□' | '☐' | '☑' | '☒' | '✓' | '➢' | '➤' => {
            bullet
        }
        '-' | '*' | '+' | '>' | '–' | '—' if blank(bullet) => bullet,
        '[' if matches!(bytes.get(1), Some(b' ' | b'x' | b'X')) && bytes.get(2) == Some(&b']') => 3,
        _ => {
            let open = usize::from(matches!(first, '(' | '#'));
            let digits = bytes[open..].iter().take(4).take_while(|b| b.is_ascii_digit()).count();
            let letters =
                usize::from(digits == 0 && first != '#' && bytes.get(open).is_some_and(u8::is_ascii_alphabetic));
            let label = open + digits + letters;
            if digits + letters == 0 || digits > 3 {
                return 0;
            }
            match (first, bytes.get(label)) {
                ('#', _) if blank(label) => label,
                ('(', Some(b')')) if blank(label + 1) => label + 1,
                ('(' | '#', _) => 0,
                (_, Some(b')')) if blank(label + 1) => label + 1,
                // A capital and a full stop is as often an initial ("J. Osei").
                (c, Some(b'.')) if blank(label + 1) && !c.is_ascii_uppercase() => label + 1,
                _ => 0,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_counts_once() {
        let text = "a\nb\r\nc\rd\n\n";
        let found: Vec<&str> = lines(text).map(|line| line.of(text)).collect();
        assert_eq!(found, ["a", "b", "c", "d", ""]);
        assert_eq!(lines("").count(), 0);
        assert_eq!(lines("\r").count(), 1);
    }

    #[test]
    fn wide_gaps() {
        for at in 0..5 {
            let words = "é".repeat(at);
            assert!(has_wide_gap(&format!("{words}   x")) && has_wide_gap(&format!("x {words}   ")));
            assert!(!has_wide_gap(&format!("{words}  x  ")) && !has_wide_gap(&format!("x {words} \t x")));
        }
    }

    #[test]
    fn list_markers() {
        for (line, len) in [
            ("- x", 1),
            ("• x", 3),
            ("* x", 1),
            ("1. x", 2),
            ("12) x", 3),
            ("a) x", 2),
            ("a. x", 2),
            ("(3) x", 3),
            ("#2 x", 2),
            ("[ ] x", 3),
            ("-5 degrees", 0),
            ("3.5 kg", 0),
            ("J. Osei", 0),
            ("**Plan**", 0),
            ("2024. was", 0),
            ("# Plan", 0),
            ("", 0),
            ("(pain)", 0),
        ] {
            assert_eq!(list_marker(line), len, "{line}");
        }
    }
}
