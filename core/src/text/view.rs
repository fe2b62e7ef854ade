//! The text as detectors match it: fullwidth digits, Unicode dashes, exotic blanks and invisible characters are made
//! plain, while every span can be carried back to the exact bytes of the original.

use std::borrow::Cow;
use std::fmt;

use super::Span;

/// A plain view of a text for matching, with the way back to the original offsets.
///
/// ```
/// use chartguard::text::View;
/// let text = "SSN ２１９\u{2011}09\u{2011}99\u{200b}99.";
/// let view = View::new(text);
/// assert_eq!(view.as_str(), "SSN 219-09-9999.");
/// let at = view.as_str().find("219-09-9999").unwrap();
/// let source = view.to_source(chartguard::text::Span::new(at, at + 11));
/// assert_eq!(source.of(text), "２１９\u{2011}09\u{2011}99\u{200b}99");
/// ```
#[derive(Clone)]
pub struct View<'t> {
    text: Cow<'t, str>,
    source_len: usize,
    runs: Vec<Run>,
}

/// Neighbouring characters of the source that were changed alike: `count` of `source_len` bytes each, standing in the
/// view as `view_len` bytes each, or removed where that is 0.
#[derive(Debug, Clone, Copy)]
struct Run {
    view: usize,
    source: usize,
    count: u32,
    view_len: u8,
    source_len: u8,
}

impl Run {
    fn view_end(self) -> usize {
        self.view + self.count as usize * usize::from(self.view_len)
    }

    fn source_end(self) -> usize {
        self.source + self.count as usize * usize::from(self.source_len)
    }
}

// Never the text itself.
impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("bytes", &self.text.len()).field("runs", &self.runs.len()).finish_non_exhaustive()
    }
}

impl<'t> View<'t> {
    /// Makes the view; borrows where nothing needs to change.
    pub fn new(text: &'t str) -> Self {
        Self::without(text, &[])
    }

    /// Makes the view with the words and numbers that a hyphen broke over two lines in one piece again: "Achter-", "berg"
    /// becomes "Achterberg", and "4471-", "203" becomes "4471-203".
    pub fn joined(text: &'t str) -> Self {
        Self::without(text, &breaks(text))
    }

    /// Makes the view without the pieces of `breaks`, which are short and in order.
    fn without(text: &'t str, breaks: &[Span]) -> Self {
        let mut view = Self { text: Cow::Borrowed(text), source_len: text.len(), runs: Vec::new() };
        if breaks.is_empty() && text.is_ascii() {
            return view;
        }
        let bytes = text.as_bytes();
        let mut breaks = breaks.iter().peekable();
        let mut plain = String::new();
        let mut copied = 0;
        let mut at = 0;
        loop {
            let stop = breaks.peek().map_or(bytes.len(), |span| span.start);
            let Some(found) = bytes[at..stop].iter().position(|byte| *byte >= 0x80) else {
                let Some(gone) = breaks.next() else { break };
                plain.push_str(&text[copied..gone.start]);
                push(&mut view.runs, plain.len(), gone.start, 0, gone.len() as u8);
                (copied, at) = (gone.end, gone.end);
                continue;
            };
            at += found;
            let Some(c) = text[at..].chars().next() else { break };
            let next = at + c.len_utf8();
            if let Some(change) = change(c) {
                if view.runs.is_empty() {
                    plain.reserve(text.len());
                }
                plain.push_str(&text[copied..at]);
                copied = next;
                let view_at = plain.len();
                if let Change::Replaced(other) = change {
                    plain.push(other);
                }
                push(&mut view.runs, view_at, at, (plain.len() - view_at) as u8, c.len_utf8() as u8);
            }
            at = next;
        }
        if !view.runs.is_empty() {
            plain.push_str(&text[copied..]);
            view.text = Cow::Owned(plain);
        }
        view
    }

    /// The plain text to match on.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the view is the text itself.
    pub fn is_source(&self) -> bool {
        self.runs.is_empty()
    }

    /// Carries a span of the view to the original text, on character boundaries, covering all that was matched:
    /// invisible characters inside the span are covered, those around it are not. The whole view is the whole text.
    pub fn to_source(&self, span: Span) -> Span {
        if self.runs.is_empty() {
            return span;
        }
        if span.start == 0 && span.end >= self.text.len() {
            return Span::new(0, self.source_len);
        }
        let start = self.start(span.start);
        Span::new(start, self.end(span.end).max(start))
    }

    /// Where the source of the view's character at `at` starts.
    fn start(&self, at: usize) -> usize {
        let index = self.runs.partition_point(|run| run.view <= at);
        let Some(run) = index.checked_sub(1).map(|index| self.runs[index]) else { return at };
        match run.view_end() {
            end if at < end => {
                run.source + (at - run.view) / usize::from(run.view_len).max(1) * usize::from(run.source_len)
            }
            end => run.source_end() + (at - end),
        }
    }

    /// Where the source of the view's character that ends at `at` ends.
    fn end(&self, at: usize) -> usize {
        let index = self.runs.partition_point(|run| run.view < at);
        let Some(run) = index.checked_sub(1).map(|index| self.runs[index]) else { return at };
        match run.view_end() {
            end if at <= end => {
                run.source + (at - run.view).div_ceil(usize::from(run.view_len).max(1)) * usize::from(run.source_len)
            }
            end => run.source_end() + (at - end),
        }
    }
}

/// Blanks that may open the second line of what was broken.
const INDENT: usize = 16;

/// As much of a word beside a line break as is looked at, in characters.
const BESIDE: usize = 32;

/// What a character stands for in the view; nothing where it is removed.
fn plain(c: char) -> Option<char> {
    match c {
        c if c.is_ascii() => Some(c),
        c => match change(c) {
            None => Some(c),
            Some(Change::Replaced(other)) => Some(other),
            Some(Change::Removed) => None,
        },
    }
}

/// The line breaks, with the hyphen where it is not part of what is written, at which words and numbers go on in the next
/// line.
fn breaks(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut breaks = Vec::new();
    for newline in memchr::memchr_iter(b'\n', bytes) {
        let end = newline - usize::from(newline > 0 && bytes[newline - 1] == b'\r');
        // Most lines do not end in a hyphen of any kind.
        if !bytes[..end].last().is_some_and(|byte| *byte == b'-' || *byte >= 0x80) {
            continue;
        }
        let Some(mark) = text[..end].chars().next_back() else { continue };
        let soft = mark == '\u{ad}';
        if !soft && plain(mark) != Some('-') {
            continue;
        }
        let hyphen = end - mark.len_utf8();
        let rest = &text[newline + 1..];
        let indent: usize =
            rest.chars().take(INDENT).take_while(|c| plain(*c).is_none_or(|c| c == ' ')).map(char::len_utf8).sum();
        let next = newline + 1 + indent;
        let inner = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '/' | '.');
        let mut left: Vec<char> =
            text[..hyphen].chars().rev().filter_map(plain).take(BESIDE).take_while(inner).collect();
        left.reverse();
        let right: Vec<char> =
            text[next..].chars().filter_map(plain).take(BESIDE).take_while(|c| c.is_alphanumeric()).collect();
        let (Some(last), Some(first)) = (left.last(), right.first()) else { continue };
        let digit = |word: &[char]| word.iter().any(char::is_ascii_digit);
        let small = |word: &[char]| word.len() > 1 && word.iter().all(|c| c.is_lowercase());
        let word = left.len() > 2 && left[0].is_uppercase() && small(&left[1..]) && small(&right);
        let name =
            last.is_alphabetic() && first.is_uppercase() && left[0].is_uppercase() && left.len().min(right.len()) > 2;
        let prefixed = left.len() <= 4 && left.iter().all(char::is_ascii_uppercase) && digit(&right);
        let from = match () {
            () if soft && last.is_alphanumeric() || last.is_ascii_digit() || digit(&left) && digit(&right) => end,
            () if word => hyphen,
            () if name || prefixed => end,
            () => continue,
        };
        breaks.push(Span::new(from, next));
    }
    breaks
}

/// Adds a changed character, to the run before it where that is of its kind.
fn push(runs: &mut Vec<Run>, view: usize, source: usize, view_len: u8, source_len: u8) {
    match runs.last_mut() {
        Some(run)
            if run.source_end() == source
                && (run.view_len, run.source_len) == (view_len, source_len)
                && run.count < u32::MAX =>
        {
            run.count += 1;
        }
        _ => runs.push(Run { view, source, count: 1, view_len, source_len }),
    }
}

/// What a character becomes in the view.
enum Change {
    Removed,
    Replaced(char),
}

/// What becomes of `c` in the view: `None` when it stays.
fn change(c: char) -> Option<Change> {
    if is_invisible(c) {
        return Some(Change::Removed);
    }
    let plain = match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' => '-',
        '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => ' ',
        '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{2BC}' | '\u{B4}' => '\'',
        '\u{201C}'..='\u{201F}' | '\u{2033}' => '"',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{FF01}'..='\u{FF5E}' => char::from((u32::from(c) - 0xFF01 + 0x21) as u8),
        _ => char::from(b'0' + digit(c)?),
    };
    Some(Change::Replaced(plain))
}

/// The code points of the digit zero in the scripts in use, and the mathematical ones; nine digits follow each.
/// Source: Unicode Character Database, general category Nd.
const ZEROS: [u32; 33] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20,
    0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0x1D7CE, 0x1D7D8,
    0x1D7E2, 0x1D7EC, 0x1D7F6,
];

fn digit(c: char) -> Option<u8> {
    let code = u32::from(c);
    if code < ZEROS[0] {
        return None;
    }
    let zero = ZEROS[ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?];
    (code - zero < 10).then_some((code - zero) as u8)
}

/// Characters that show nothing and only stand in the way: soft hyphen, zero-width, direction and variation marks, BOM.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn borrows_when_plain() {
        for text in ["", "plain\r\n\0", "José Gómez", "go\u{301}mez", "李 ½ µg"] {
            let view = View::new(text);
            assert!(matches!(view.text, Cow::Borrowed(_)) && view.is_source(), "{text}");
            assert_eq!(view.to_source(Span::new(0, text.len())), Span::new(0, text.len()));
        }
    }

    #[test]
    fn makes_plain() {
        for (text, plain) in [
            ("０１２ Ａｚ：", "012 Az:"),
            ("a\u{2013}b\u{2212}c", "a-b-c"),
            ("a\u{a0}b\u{3000}c", "a b c"),
            ("O\u{2019}Brien \u{201c}x\u{201d}", "O'Brien \"x\""),
            ("\u{feff}Os\u{ad}ei\u{200b}", "Osei"),
            ("٠٣/١٤ ۹ ९", "03/14 9 9"),
            ("a\u{2028}b", "a\nb"),
            ("1\u{2044}2", "1/2"),
        ] {
            assert_eq!(View::new(text).as_str(), plain);
        }
    }

    #[test]
    fn maps_back() {
        let text = "\u{feff}x Os\u{200b}\u{200b}ei\u{200b}, \u{2019}\u{2019} ０１";
        let view = View::new(text);
        assert_eq!(view.as_str(), "x Osei, '' 01");
        let of = |start, end| view.to_source(Span::new(start, end)).of(text);
        assert_eq!(of(0, 1), "x");
        assert_eq!(of(2, 6), "Os\u{200b}\u{200b}ei");
        assert_eq!(of(4, 6), "ei");
        assert_eq!(of(2, 4), "Os");
        assert_eq!(of(6, 7), ",");
        assert_eq!(of(9, 10), "\u{2019}");
        assert_eq!(of(12, 13), "１");
        assert_eq!(of(0, 13), text);
        assert_eq!(of(4, 4), "");
    }

    #[test]
    fn what_a_hyphen_broke_is_joined() {
        for (text, plain) in [
            ("Ms. Achter-\nberg came", "Ms. Achterberg came"),
            ("Ms. Achter-\r\n    berg came", "Ms. Achterberg came"),
            ("Ms. Achter\u{ad}\nberg", "Ms. Achterberg"),
            ("Dr. Adeyemi-\nClarke", "Dr. Adeyemi-Clarke"),
            ("MRN 4471-\n203", "MRN 4471-203"),
            ("S24-\n448291", "S24-448291"),
            ("2024-\n03-14", "2024-03-14"),
            ("14-\nMar-2021", "14-Mar-2021"),
            ("a 97-\nyear-old", "a 97-year-old"),
            ("a ９７‐\nyear-old", "a 97-year-old"),
        ] {
            let view = View::joined(text);
            assert_eq!(view.as_str(), plain);
            assert_eq!(view.to_source(Span::new(1, plain.len())).of(text), &text[1..], "{text}");
            assert_eq!(View::new(text).as_str().matches('\n').count(), 1);
        }
        for text in [
            "pain -\nnone",
            "pain-\n- none",
            "follow-\nup",
            "x-\nray",
            "Labs-\n12/3 CBC",
            "Labs-\nNa 138",
            "-\n",
            "-",
            "\n-\na",
            "",
        ] {
            assert!(View::joined(text).is_source(), "{text}");
        }
    }

    #[test]
    fn runs_stay_few() {
        assert_eq!(View::new(&"０".repeat(5000)).runs.len(), 1);
        assert_eq!(View::new(&"\u{200b}".repeat(5000)).runs.len(), 1);
    }

    #[test]
    fn zeros_are_sorted() {
        assert!(ZEROS.windows(2).all(|pair| pair[0] + 10 <= pair[1]));
    }

    proptest! {
        #[test]
        fn spans_come_back_whole(text in "(?s)([a-c0-9 \r\n]|[\u{200b}\u{ad}\u{feff}]|[０-９\u{2010}-\u{2015}’\u{a0}٠-٩]|[éó\u{301}😀]|.){0,24}") {
            let view = View::joined(&text);
            prop_assert_eq!(view.to_source(Span::new(0, view.as_str().len())), Span::new(0, text.len()));
            let view = View::new(&text);
            let plain = view.as_str();
            let edges: Vec<usize> = (0..=plain.len()).filter(|at| plain.is_char_boundary(*at)).collect();
            prop_assert_eq!(view.to_source(Span::new(0, plain.len())), Span::new(0, text.len()));
            for (index, start) in edges.iter().enumerate() {
                let mut last = 0;
                for end in &edges[index..] {
                    let span = Span::new(*start, *end);
                    let source = view.to_source(span);
                    prop_assert!(text.get(source.range()).is_some());
                    prop_assert!(source.end >= last);
                    last = source.end;
                    // What was matched is what is covered, but for the invisible.
                    let again = View::new(source.of(&text)).as_str().to_owned();
                    prop_assert_eq!(again.as_str(), span.of(plain));
                }
            }
        }
    }
}
