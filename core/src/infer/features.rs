//! What the built-in tagger knows about each word, as rows of its embedding table.
//!
//! Training and inference share this file: the trainer reads what `examples/rust/featurize.rs` writes with it. Changing
//! anything here means training the model again.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::words::{Before, Class, Word};
use crate::lexicon;
use crate::text::Span;
use crate::text::short::Short;

/// Features a word.
pub const SLOTS: usize = 13;
/// Rows of the embedding table; row 0 is padding.
pub const ROWS: usize = 24_576;

/// Rows below this one are given out directly; hashed features share the rest.
const HASHED_FROM: u64 = 512;
const GIVEN_SURNAME: u16 = 1;
const COMMON_CLINICAL: u16 = GIVEN_SURNAME + 64;
const PLACE_OTHER: u16 = COMMON_CLINICAL + 64;
const LAYOUT: u16 = PLACE_OTHER + 8 * 12;

/// Bytes of a word, or of the chunk around it, that are looked at.
const REACH: usize = 32;

/// The rows of one word, one a slot.
pub type Row = [u16; SLOTS];

/// Two to the power of this is how many words are remembered.
const KNOWN: u32 = 12;

/// The rows of words as far as they come of their letters alone: notes are made of few words.
// No `Debug`: it holds words of notes.
pub(crate) struct Known(Vec<(Option<Short>, Row)>);

impl Known {
    pub(crate) fn new() -> Self {
        Self(vec![(None, [0; SLOTS]); 1 << KNOWN])
    }

    /// The row of a word without what stands around it.
    fn row(&mut self, text: &str, word: Word) -> Row {
        let Some(short) = Short::at(text.as_bytes(), Span::new(word.start as usize, word.end as usize)) else {
            return alone(text, word);
        };
        let known = &mut self.0[short.hash(KNOWN)];
        if known.0 != Some(short) {
            *known = (Some(short), alone(text, word));
        }
        known.1
    }
}

/// Appends one row a word to `rows`.
pub fn features(text: &str, words: &[Word], rows: &mut Vec<Row>) {
    features_of(text, words, rows, &mut Known::new());
}

/// What the letters of a word alone say of it.
fn alone(text: &str, word: Word) -> Row {
    let mut row: Row = [0; SLOTS];
    match word.class {
        Class::Digits => number(word.of(text), &mut row),
        Class::Mark => mark(word.of(text), &mut row),
        Class::Letters | Class::Mixed => letters(word.of(text), &mut row),
    }
    row
}

/// As [`features`], with what is known of words from texts before.
pub(crate) fn features_of(text: &str, words: &[Word], rows: &mut Vec<Row>, known: &mut Known) {
    rows.reserve(words.len());
    let mut line_caps = false;
    let mut chunk = Chunk::default();
    for (i, &word) in words.iter().enumerate() {
        if word.before >= Before::Line {
            line_caps = capitals(text, &words[i..]);
        }
        if word.before != Before::Glued {
            chunk = Chunk::at(text, &words[i..]);
        }
        let ends_line = words.get(i + 1).is_none_or(|next| next.before >= Before::Line);
        let after_colon = i > 0 && word.before < Before::Paragraph && words[i - 1].of(text) == ":";
        let layout =
            word.before as u16 * 8 + u16::from(ends_line) * 4 + u16::from(line_caps) * 2 + u16::from(after_colon);
        let mut row = known.row(text, word);
        row[8] = chunk.row();
        row[12] = LAYOUT + layout;
        rows.push(row);
    }
}

/// Whether the line that starts with the first of `words` is set in capitals.
fn capitals(text: &str, words: &[Word]) -> bool {
    let (mut upper, mut lower) = (0_u32, 0_u32);
    for (i, word) in words.iter().take(24).enumerate() {
        if i > 0 && word.before >= Before::Line {
            break;
        }
        if word.class != Class::Letters {
            continue;
        }
        for b in word.of(text).bytes().take(REACH) {
            upper += u32::from(b.is_ascii_uppercase());
            lower += u32::from(b.is_ascii_lowercase());
        }
    }
    upper > 2 && upper > 4 * lower
}

/// The shape of what stands between blanks ("dd/dd/dddd"), and how far into it we are.
#[derive(Default)]
struct Chunk {
    hash: u64,
    index: u64,
}

impl Chunk {
    fn at(text: &str, words: &[Word]) -> Self {
        let glued = 1 + words[1..].iter().take(23).take_while(|w| w.before == Before::Glued).count();
        let mut words = &words[..glued];
        // A sentence's own punctuation is not part of the shape.
        while let [rest @ .., last] = words
            && !rest.is_empty()
            && matches!(last.of(text), "." | "," | ";" | ":" | ")" | "?" | "!" | "\"")
        {
            words = rest;
        }
        let mut hash = Hash::new(8);
        let mut run = (0_u8, 0_u32);
        let bytes = words.iter().flat_map(|w| w.of(text).bytes()).take(REACH);
        for b in bytes {
            let shape = shape(b);
            run = if run.0 == shape { (shape, run.1 + 1) } else { (shape, 1) };
            // Letters count up to two, digits as they are: "Xx", "ddd-ddd-dddd".
            if shape == b'd' || run.1 <= 2 {
                hash.add(shape);
            }
        }
        Self { hash: hash.0, index: 0 }
    }

    fn row(&mut self) -> u16 {
        let mut hash = Hash(self.hash);
        hash.add(self.index.min(15) as u8);
        self.index += 1;
        hash.row()
    }
}

fn shape(b: u8) -> u8 {
    match b {
        b'A'..=b'Z' => b'X',
        b'a'..=b'z' | 0x80.. => b'x',
        b'0'..=b'9' => b'd',
        other => other,
    }
}

fn letters(word: &str, row: &mut Row) {
    let mut buffer = [0_u8; REACH];
    let lower = fold(word, &mut buffer);
    let tail = |n: usize| &lower[lower.len().saturating_sub(n)..];
    let head = |n: usize| &lower[..lower.len().min(n)];
    row[0] = of(0, word.as_bytes());
    row[1] = of(1, lower);
    row[2] = of(2, head(2));
    row[3] = of(3, head(4));
    row[4] = of(4, tail(2));
    row[5] = of(5, tail(3));
    row[6] = of(6, tail(4));
    row[7] = letter_shape(word);
    let entry = lexicon::lookup(word);
    row[9] = GIVEN_SURNAME + pair(entry.given, entry.surname);
    row[10] = COMMON_CLINICAL + pair(entry.common, entry.clinical);
    row[11] = PLACE_OTHER + u16::from(entry.place.min(7)) * 12 + other(entry);
}

/// What else the lists know of a word: whether things are named after somebody of that name, it is such a thing, it has a capital and names
/// nobody.
fn other(entry: lexicon::Entry) -> u16 {
    u16::from(entry.eponym.min(2)) * 4 + u16::from(entry.noun) * 2 + u16::from(entry.proper)
}

fn pair(a: u8, b: u8) -> u16 {
    u16::from(a.min(7)) * 8 + u16::from(b.min(7))
}

/// Lower case, accents folded, at most [`REACH`] bytes.
fn fold<'b>(word: &str, buffer: &'b mut [u8; REACH]) -> &'b [u8] {
    let mut len = 0;
    if word.is_ascii() {
        for b in word.bytes().take(REACH) {
            buffer[len] = b.to_ascii_lowercase();
            len += 1;
        }
    } else {
        let folded = word.nfd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase);
        for c in folded {
            let c = if c == '\u{2019}' { '\'' } else { c };
            let mut utf8 = [0; 4];
            for &b in c.encode_utf8(&mut utf8).as_bytes() {
                if len < REACH {
                    buffer[len] = b;
                    len += 1;
                }
            }
        }
    }
    &buffer[..len]
}

/// Case pattern and length.
fn letter_shape(word: &str) -> u16 {
    let mut hash = Hash::new(7);
    let mut run = (0_u8, 0_u32);
    let mut length = 0_u8;
    for b in word.bytes().take(REACH) {
        let shape = shape(b);
        run = if run.0 == shape { (shape, run.1 + 1) } else { (shape, 1) };
        if run.1 <= 2 {
            hash.add(shape);
        }
        length += 1;
    }
    hash.add(length.min(12));
    hash.row()
}

/// A number is its value when it is short, and its length and first digits when it is long.
fn number(word: &str, row: &mut Row) {
    let bytes = word.as_bytes();
    let length = bytes.len().min(REACH) as u8;
    let value = if bytes.len() <= 4 { word.parse::<u32>().ok() } else { None };
    let first = bytes[0];
    row[0] = match value {
        Some(_) => of(0, bytes),
        None => of(0, &[b'#', length, first]),
    };
    let range = match value {
        None => 0,
        Some(0) => 1,
        Some(1..=12) => 2,
        Some(13..=31) => 3,
        Some(32..=59) => 4,
        Some(60..=89) => 5,
        Some(90..=120) => 6,
        Some(121..=999) => 7,
        Some(1900..=2039) => 8,
        Some(_) => 9,
    };
    row[1] = of(1, &[b'#', range, length]);
    row[2] = of(2, &[b'#', first, bytes.get(1).copied().unwrap_or(0)]);
    row[3] = of(3, &[b'#', length, u8::from(first == b'0')]);
    row[4] = of(4, &[b'#', bytes[bytes.len() - 1]]);
    row[5] = of(5, b"#");
    row[6] = of(6, b"#");
    row[7] = of(7, &[b'#', length]);
    unlisted(row);
}

fn mark(word: &str, row: &mut Row) {
    let c = word.chars().next().unwrap_or(' ');
    let mut utf8 = [0; 4];
    let mark = c.encode_utf8(&mut utf8).as_bytes();
    row[0] = of(0, mark);
    row[1] = of(1, &[b'!', (word.len() / mark.len()).min(8) as u8]);
    for (slot, row) in row.iter_mut().enumerate().take(8).skip(2) {
        *row = of(slot as u8, b"!");
    }
    unlisted(row);
}

/// No list holds numbers or marks.
fn unlisted(row: &mut Row) {
    row[9] = GIVEN_SURNAME;
    row[10] = COMMON_CLINICAL;
    row[11] = PLACE_OTHER;
}

fn of(slot: u8, bytes: &[u8]) -> u16 {
    let mut hash = Hash::new(slot);
    for &b in bytes {
        hash.add(b);
    }
    hash.row()
}

/// FNV-1a with a finishing mix, seeded by the slot.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    fn new(slot: u8) -> Self {
        let mut hash = Self(0xcbf2_9ce4_8422_2325);
        hash.add(slot);
        hash
    }

    fn add(&mut self, b: u8) {
        self.0 = (self.0 ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
    }

    fn row(self) -> u16 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (HASHED_FROM + (mixed >> 32) % (ROWS as u64 - HASHED_FROM)) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::words::split;

    fn rows(text: &str) -> Vec<Row> {
        let (mut words, mut rows) = (Vec::new(), Vec::new());
        split(text, &mut words);
        features(text, &words, &mut rows);
        assert_eq!(words.len(), rows.len());
        rows
    }

    #[test]
    fn case_and_accents_share_the_folded_rows() {
        let rows = rows("Jose JOSE Jos\u{e9}");
        assert_eq!(rows[0][1], rows[1][1]);
        assert_eq!(rows[0][1], rows[2][1]);
        assert_ne!(rows[0][0], rows[1][0]);
        assert_ne!(rows[0][7], rows[1][7]);
    }

    #[test]
    fn a_date_keeps_its_shape_before_a_full_stop() {
        let rows = rows("on 03/14/2021. by 11/02/1987");
        for i in 0..5 {
            assert_eq!(rows[1 + i][8], rows[8 + i][8]);
        }
    }

    #[test]
    fn layout_and_capitals_are_seen() {
        let rows = rows("PATIENT NAME: X\nquiet line");
        assert_ne!(rows[0][12], rows[4][12]);
        assert_ne!(rows[3][12], rows[1][12]);
    }

    proptest::proptest! {
        #[test]
        fn what_is_known_changes_nothing(text in "([a-zA-Z0-9'.,: \n-]|\\PC){0,80}") {
            let (mut words, mut first, mut again) = (Vec::new(), Vec::new(), Vec::new());
            split(&text, &mut words);
            let mut known = Known::new();
            features_of(&text, &words, &mut first, &mut known);
            features_of(&text, &words, &mut again, &mut known);
            let own: Vec<Row> = words.iter().map(|&word| alone(&text, word)).collect();
            proptest::prop_assert_eq!(&first, &again);
            for (row, own) in first.iter().zip(own) {
                proptest::prop_assert_eq!((&row[..8], &row[9..12]), (&own[..8], &own[9..12]));
            }
        }

        #[test]
        fn any_text_gives_rows_of_the_table(text in "\\PC{0,80}") {
            for row in rows(&text) {
                proptest::prop_assert!(row.iter().all(|&r| r > 0 && usize::from(r) < ROWS));
            }
        }
    }
}
