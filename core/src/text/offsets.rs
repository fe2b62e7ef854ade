//! One pass over a text that lets byte offsets be read as code points, UTF-16 units, lines and columns.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in a text in every unit a caller may want.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Position {
    /// UTF-8 bytes before the place.
    pub byte: usize,
    /// Unicode code points before the place: what Python slices by.
    pub code_point: usize,
    /// UTF-16 units before the place: what Java, JavaScript and .NET slice by.
    pub utf16: usize,
    /// Line, from 1. A line ends after LF, CRLF, or a lone CR.
    pub line: usize,
    /// Column in code points, from 1.
    pub column: usize,
}

/// Bytes between checkpoints: a lookup counts at most this many, and the table takes a sixteenth of the text.
const STRIDE: usize = 512;

/// What had been counted before byte `index * STRIDE`.
#[derive(Debug, Clone, Copy, Default)]
struct Checkpoint {
    code_points: usize,
    utf16: usize,
    /// Line breaks that ended before.
    breaks: usize,
    /// Byte where the line at the checkpoint starts.
    line_start: usize,
}

/// The offset tables of one text: a checkpoint every 512 bytes, so that any unit is found by counting a few bytes.
///
/// ```
/// use chartguard::text::Offsets;
/// let offsets = Offsets::new("Señora Osei\r\n😀 BP 120/80");
/// let place = offsets.position(14 + 4);
/// assert_eq!((place.code_point, place.utf16, place.line, place.column), (14, 15, 2, 2));
/// assert_eq!(offsets.byte_of_code_point(14), 18);
/// ```
#[derive(Clone)]
pub struct Offsets<'t> {
    text: &'t str,
    ascii: bool,
    table: Vec<Checkpoint>,
}

// Never the text itself.
impl fmt::Debug for Offsets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offsets").field("bytes", &self.text.len()).field("ascii", &self.ascii).finish_non_exhaustive()
    }
}

impl<'t> Offsets<'t> {
    /// Reads the text once. Memory is a sixteenth of the text.
    pub fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let mut table = Vec::with_capacity(bytes.len() / STRIDE + 1);
        let mut now = Checkpoint::default();
        table.push(now);
        let mut start = 0;
        while start + STRIDE <= bytes.len() {
            now = advance(bytes, now, start, start + STRIDE);
            table.push(now);
            start += STRIDE;
        }
        Self { text, ascii: text.is_ascii(), table }
    }

    /// The place of a byte offset; offsets inside a character or past the end move back to the nearest boundary.
    pub fn position(&self, byte: usize) -> Position {
        let byte = self.floor(byte);
        let (start, from) = self.before(byte);
        let here = advance(self.text.as_bytes(), from, start, byte);
        Position {
            byte,
            code_point: here.code_points,
            utf16: here.utf16,
            line: here.breaks + 1,
            column: here.code_points - self.code_point(here.line_start) + 1,
        }
    }

    /// Code points before a byte offset.
    pub fn code_point(&self, byte: usize) -> usize {
        let byte = self.floor(byte);
        if self.ascii {
            return byte;
        }
        let (start, from) = self.before(byte);
        from.code_points + leads(&self.text.as_bytes()[start..byte]).0
    }

    /// UTF-16 units before a byte offset.
    pub fn utf16(&self, byte: usize) -> usize {
        let byte = self.floor(byte);
        if self.ascii {
            return byte;
        }
        let (start, from) = self.before(byte);
        let (all, four) = leads(&self.text.as_bytes()[start..byte]);
        from.utf16 + all + four
    }

    /// The byte offset before which there are `code_point` code points; the length of the text when it has fewer.
    pub fn byte_of_code_point(&self, code_point: usize) -> usize {
        if self.ascii {
            return code_point.min(self.text.len());
        }
        let index = self.table.partition_point(|checkpoint| checkpoint.code_points <= code_point).saturating_sub(1);
        let mut left = code_point - self.table[index].code_points;
        let start = index * STRIDE;
        for (at, byte) in self.text.as_bytes()[start..].iter().enumerate() {
            if is_lead(*byte) {
                if left == 0 {
                    return start + at;
                }
                left -= 1;
            }
        }
        self.text.len()
    }

    /// The nearest character boundary at or before `byte`.
    fn floor(&self, byte: usize) -> usize {
        let mut at = byte.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// The last checkpoint at or before `byte`, and where it is.
    fn before(&self, byte: usize) -> (usize, Checkpoint) {
        let index = (byte / STRIDE).min(self.table.len() - 1);
        (index * STRIDE, self.table[index])
    }
}

/// Whether a character starts with this byte.
fn is_lead(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// Characters that start in `bytes`, and how many of them take two UTF-16 units.
fn leads(bytes: &[u8]) -> (usize, usize) {
    let all = bytes.iter().map(|byte| usize::from(is_lead(*byte))).sum();
    let four = bytes.iter().map(|byte| usize::from(*byte >= 0xF0)).sum();
    (all, four)
}

/// The counts at `end`, from those at `start`.
fn advance(bytes: &[u8], from: Checkpoint, start: usize, end: usize) -> Checkpoint {
    let part = &bytes[start..end];
    let (all, four) = if part.is_ascii() { (part.len(), 0) } else { leads(part) };
    let mut next = Checkpoint { code_points: from.code_points + all, utf16: from.utf16 + all + four, ..from };
    for at in memchr::memchr2_iter(b'\n', b'\r', part) {
        let at = start + at;
        if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
            next.breaks += 1;
            next.line_start = at + 1;
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same by counting every character.
    fn plainly(text: &str, byte: usize) -> Position {
        let before = &text[..byte];
        let (mut line, mut line_start) = (1, 0);
        for (at, c) in before.char_indices() {
            if c == '\n' || (c == '\r' && !text[at + 1..].starts_with('\n')) {
                line += 1;
                line_start = at + 1;
            }
        }
        Position {
            byte,
            code_point: before.chars().count(),
            utf16: before.encode_utf16().count(),
            line,
            column: text[line_start..byte].chars().count() + 1,
        }
    }

    fn check(text: &str) {
        let offsets = Offsets::new(text);
        for byte in (0..=text.len()).filter(|byte| text.is_char_boundary(*byte)) {
            let position = plainly(text, byte);
            assert_eq!(offsets.position(byte), position);
            assert_eq!(offsets.code_point(byte), position.code_point);
            assert_eq!(offsets.utf16(byte), position.utf16);
            assert_eq!(offsets.byte_of_code_point(position.code_point), byte);
        }
    }

    #[test]
    fn agrees_with_counting() {
        check("");
        check("plain\r\nlines\rand\n\n");
        check("é😀x\r\ny");
        check(&"línea 😀 uno\r\n".repeat(150));
        check(&"ascii only\r".repeat(120));
        check(&"\r\n".repeat(600));
    }

    #[test]
    fn out_of_range_moves_back() {
        let offsets = Offsets::new("a😀");
        assert_eq!(offsets.position(3).byte, 1);
        assert_eq!(offsets.position(99).byte, 5);
        assert_eq!(offsets.code_point(usize::MAX), 2);
        assert_eq!(offsets.byte_of_code_point(usize::MAX), 5);
        assert_eq!(Offsets::new("").position(7).column, 1);
    }

    #[test]
    fn debug_has_no_text() {
        assert!(!format!("{:?}", Offsets::new("Osei")).contains("Osei"));
    }

    proptest! {
        #[test]
        fn any_text(text in r"(?s)[a-c \r\n]{0,30}.{0,30}", times in 1usize..30) {
            let text = text.repeat(times);
            let offsets = Offsets::new(&text);
            let step = (text.len() / 40).max(1);
            for byte in (0..=text.len()).step_by(step).filter(|byte| text.is_char_boundary(*byte)) {
                prop_assert_eq!(offsets.position(byte), plainly(&text, byte));
                prop_assert_eq!(offsets.byte_of_code_point(offsets.code_point(byte)), byte);
            }
        }
    }
}
