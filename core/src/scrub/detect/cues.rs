//! The words that stand near a value and say what it is.
//!
//! Cues are compared in a plain form: lower case, one blank for any run of blanks, points, hyphens, slashes and
//! underscores, a blank before each `#` and between the parts of a camel-case key, and ` :` for whatever ends a key. So `medical record number` also stands
//! for `Medical-Record_Number` and for the JSON key `medicalRecordNumber`, and `mr #` for `MR#`.

use std::ops::Range;

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::{Anchored, dfa::DFA};
use memchr::{memchr, memchr_iter, memrchr};

use crate::error::{Error, Result};

/// How far before a value cues are looked for, in bytes. Patterns narrow this by their own window.
const REACH: usize = 80;

/// How far after a value words are looked for.
const REACH_AFTER: usize = 20;

/// What a new line between a cue and its value counts for.
const LINE_PENALTY: usize = 8;

/// How far up a table its header is looked for.
const TABLE_REACH: usize = 2048;

/// What a cue in a column's header counts for as distance.
const HEADER_DISTANCE: usize = 20;

/// A cue near a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    /// Its number among all cues.
    pub(super) cue: usize,
    /// Bytes between cue and value.
    pub(super) distance: usize,
    /// Bytes of the cue: a longer one says more exactly what the value is.
    pub(super) length: usize,
    /// Whether nothing between the two says that the cue speaks of something else.
    pub(super) linked: bool,
    /// Whether it does not itself begin another statement, as "HR" does in "age 94 HR 92".
    pub(super) plain: bool,
}

impl Hit {
    /// Orders the cue that says most first: near, and long.
    pub(super) fn rank(&self) -> usize {
        2 * self.distance + 16 - self.length.min(16)
    }
}

impl Hit {
    /// Whether it forbids what `cue` speaks for: it stands nearer, or is as near and no shorter.
    pub(super) fn outweighs(&self, cue: &Self) -> bool {
        self.distance < cue.distance || self.distance == cue.distance && self.length >= cue.length
    }
}

/// All cue words of all patterns, found together.
pub(super) struct Cues {
    words: DFA,
    start: StateID,
}

/// A cue in the text: its number and its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Its number among all cues.
    pub(super) cue: usize,
    start: usize,
    end: usize,
    /// Whether a letter follows, so that it is a whole word only where the text that is searched ends there.
    open: bool,
}

/// As many letters as [`Trail`] remembers; no cue is longer.
const REMEMBERED: usize = 128;

/// The cues in a stretch of the text that grows to the right: values stand close to each other, and what stands before
/// one mostly stands before the next too.
#[derive(Default)]
pub(super) struct Trail {
    /// The stretch that was read.
    read: Range<usize>,
    /// The cues in it, in the order of their ends.
    places: Vec<Place>,
    plain: Option<Plain>,
}

/// The plain form of the text as it is written: the last letters of it, where each came from, and what was read of cues.
struct Plain {
    letters: [u8; REMEMBERED],
    from: [usize; REMEMBERED],
    length: usize,
    last: u8,
    state: StateID,
}

impl Plain {
    fn new(state: StateID) -> Self {
        Self { letters: [0; REMEMBERED], from: [0; REMEMBERED], length: 0, last: b' ', state }
    }

    fn push(&mut self, cues: &Cues, letter: u8, from: usize) {
        self.letters[self.length % REMEMBERED] = letter;
        self.from[self.length % REMEMBERED] = from;
        self.length += 1;
        self.last = letter;
        self.state = cues.words.next_state(Anchored::No, self.state, letter);
    }

    /// Reads the byte at `place`, the first that is read being `first`.
    fn read(
        &mut self,
        cues: &Cues,
        raw: &[u8],
        first: usize,
        place: usize,
        mut found: impl FnMut(usize, usize, usize),
    ) {
        let byte = raw[place];
        let (blank, assigns) = match PLAIN[usize::from(byte)] {
            Form::Letter => (false, false),
            Form::Capital => {
                if self.last != b' ' && place > first && raw[place - 1].is_ascii_lowercase() {
                    self.push(cues, b' ', place);
                }
                (false, false)
            }
            Form::Number => {
                if self.last != b' ' {
                    self.push(cues, b' ', place);
                }
                (false, false)
            }
            Form::Blank => (true, false),
            Form::Assigns => (false, true),
        };
        if (blank || assigns) && self.last != b' ' {
            self.push(cues, b' ', place);
        }
        if blank {
            return;
        }
        self.push(cues, if assigns { b':' } else { byte.to_ascii_lowercase() }, place);
        if cues.words.is_match(self.state) {
            for index in 0..cues.words.match_len(self.state) {
                let cue = cues.words.match_pattern(self.state, index);
                let Some(start) = self.length.checked_sub(cues.words.pattern_len(cue)) else { continue };
                let left = start.checked_sub(1).map(|left| self.letters[left % REMEMBERED]);
                if !left.is_some_and(|left| left.is_ascii_alphanumeric()) {
                    found(cue.as_usize(), self.from[start % REMEMBERED], place + 1);
                }
            }
        }
    }
}

/// What the plain form makes of a byte.
#[derive(Clone, Copy)]
enum Form {
    Letter,
    Capital,
    Blank,
    /// It ends a key.
    Assigns,
    /// The mark `#`.
    Number,
}

const PLAIN: [Form; 256] = {
    let mut forms = [Form::Letter; 256];
    let mut byte = 0;
    while byte < 256 {
        forms[byte] = match byte as u8 {
            b' ' | b'_' | b'-' | b'.' | b'/' | b'"' | b'\n' | b'\r' => Form::Blank,
            b':' | b'=' | b'>' | b'|' | b'\t' => Form::Assigns,
            b'#' => Form::Number,
            b'A'..=b'Z' => Form::Capital,
            _ => Form::Letter,
        };
        byte += 1;
    }
    forms
};

impl Cues {
    pub(super) fn new(words: &[&str]) -> Result<Self> {
        let unfit = |word: &&str| word.len() >= REMEMBERED || word.starts_with([' ', ':']) || word.ends_with(' ');
        if words.iter().any(unfit) {
            return Err(Error::internal("a cue is too long, or does not begin and end with a word"));
        }
        let broken = |error: &dyn std::fmt::Display| Error::internal(format!("cues do not compile: {error}"));
        let words = DFA::new(words).map_err(|error| broken(&error))?;
        let start = words.start_state(Anchored::No).map_err(|error| broken(&error))?;
        Ok(Self { words, start })
    }

    /// Appends the cues in the text just before `at`.
    pub(super) fn before(&self, text: &str, at: usize, trail: &mut Trail, near: &mut Vec<Place>) {
        let bytes = text.as_bytes();
        let low = reach(bytes, at);
        self.extend(bytes, low, at, trail);
        let inside_word =
            low > 0 && bytes[low - 1].is_ascii_alphanumeric() && bytes.get(low).is_some_and(u8::is_ascii_alphanumeric);
        let from = trail.places.partition_point(|place| place.end <= low);
        for place in trail.places[from..].iter().take_while(|place| place.end <= at) {
            let starts = place.start > low || !inside_word && place.start == low;
            if starts && (!place.open || place.end == at) {
                near.push(*place);
            }
        }
    }

    /// What the cue at `place` says of a value at `at`, where it stands within `window` of it; `free` says that the cue
    /// counts even where the text between speaks of something else.
    pub(super) fn hit(text: &str, place: Place, at: usize, window: usize, free: bool) -> Option<Hit> {
        let gap = &text.as_bytes()[place.end..at];
        // A value on the line under its cue is as near as one beside it.
        let key = usize::from(gap.len() > 1 && gap[0] == b':' && gap.contains(&b'\n'));
        let blank = gap[key..].iter().all(u8::is_ascii_whitespace);
        let lines = memchr_iter(b'\n', gap).count();
        let distance = if blank { gap.len().min(1) } else { gap.len() + LINE_PENALTY * lines };
        let near = distance <= window && (free || linked(gap));
        near.then(|| Hit { cue: place.cue, distance, length: place.end - place.start, linked: true, plain: true })
    }

    /// Reads on until `trail` holds the text from `low` to `at`.
    fn extend(&self, bytes: &[u8], low: usize, at: usize, trail: &mut Trail) {
        if low < trail.read.start || low > trail.read.end || trail.plain.is_none() {
            trail.read = low..low;
            trail.places.clear();
            trail.plain = Some(Plain::new(self.start));
        }
        let Trail { read, places, plain: Some(plain) } = trail else { return };
        while read.end < at {
            let here = read.end;
            plain.read(self, bytes, read.start, here, |cue, start, end| {
                places.push(Place { cue, start, end, open: goes_on(bytes, end) });
            });
            read.end += 1;
        }
    }

    /// The cues in the text just after `at`, as in "555-0100 (fax)".
    pub(super) fn after(&self, text: &str, at: usize, hits: &mut Vec<Hit>) {
        let bytes = text.as_bytes();
        let high = bytes.len().min(at + REACH_AFTER);
        let line = bytes[at..high].iter().position(|&byte| byte == b'\n').map_or(high, |length| at + length);
        let raw = &bytes[at..line];
        self.hits(raw, at > 0 && bytes[at - 1].is_ascii_alphanumeric(), |cue, start, end| {
            let linked = raw[..start].iter().all(|byte| b" (-[".contains(byte)) && raw[..start].contains(&b'(');
            let next = raw[end..].iter().find(|byte| !b" :=".contains(byte));
            let plain = !next.is_some_and(u8::is_ascii_digit) && raw.get(end) != Some(&b':');
            hits.push(Hit { cue, distance: start, length: end - start, linked, plain });
        });
    }

    /// The cues in the header of the table column that holds `at`.
    pub(super) fn header(&self, text: &str, at: usize, row: &mut Row, hits: &mut Vec<Hit>) {
        if let Some(cell) = row.cell(text.as_bytes(), at) {
            self.hits(cell, false, |cue, start, end| {
                hits.push(Hit { cue, distance: HEADER_DISTANCE, length: end - start, linked: true, plain: true });
            });
        }
    }

    /// Calls `found` with each cue in `raw` that stands as whole words, and its place in `raw`.
    fn hits(&self, raw: &[u8], inside_word: bool, mut found: impl FnMut(usize, usize, usize)) {
        let inside_word = inside_word && raw.first().is_some_and(u8::is_ascii_alphanumeric);
        let raw = &raw[..raw.len().min(REACH)];
        let mut plain = Plain::new(self.start);
        for place in 0..raw.len() {
            plain.read(self, raw, 0, place, |cue, start, end| {
                let whole = start > 0 || !inside_word;
                if whole && !goes_on(raw, end) {
                    found(cue, start, end);
                }
            });
        }
    }
}

/// Whether the word that is read up to `end` goes on; the capital of the next part of a camel-case key starts another.
fn goes_on(raw: &[u8], end: usize) -> bool {
    raw.get(end).is_some_and(|next| {
        let camel = next.is_ascii_uppercase() && end > 0 && raw[end - 1].is_ascii_lowercase();
        next.is_ascii_alphabetic() && !camel
    })
}

/// Where the text before `at` begins that may hold its cues: on its line or the one above, as a value may stand under its
/// key, and sentences wrap.
fn reach(bytes: &[u8], at: usize) -> usize {
    let low = at.saturating_sub(REACH);
    let Some(mut newline) = memrchr(b'\n', &bytes[low..at]) else { return low };
    while let Some(above) = memrchr(b'\n', &bytes[low..low + newline]) {
        if bytes[low + above..low + newline].iter().any(|byte| !byte.is_ascii_whitespace()) {
            return low + above + 1;
        }
        newline = above;
    }
    low
}

/// Whether the text between a cue and a value leaves the value to the cue: no other number between them that is not one
/// of a list, and no new key.
fn linked(gap: &[u8]) -> bool {
    // A cell between cue and value belongs to another column.
    let mut cells = gap.split(|byte| matches!(byte, b'|' | b'\t')).skip(1).peekable();
    while let Some(cell) = cells.next() {
        if cells.peek().is_some() && cell.iter().any(u8::is_ascii_alphanumeric) {
            return false;
        }
    }
    let mut digits = 0;
    let mut number = false;
    let mut clause = false;
    let mut word_start = 0;
    for (place, &byte) in gap.iter().enumerate() {
        if byte.is_ascii_digit() {
            digits += 1;
            number |= digits >= 3;
            continue;
        }
        digits = 0;
        match byte {
            b':' | b'=' => {
                let word: Vec<u8> = gap[word_start..place]
                    .iter()
                    .filter(|b| b.is_ascii_alphabetic())
                    .map(u8::to_ascii_lowercase)
                    .collect();
                let own: &[&[u8]] = &[b"", b"no", b"number", b"num", b"id", b"value", b"code", b"is"];
                if clause && !own.contains(&word.as_slice()) {
                    return false;
                }
                clause = true;
                word_start = place;
            }
            b'.' | b';' | b',' | b'\n' | b'|' | b'\t' => {
                clause = true;
                word_start = place;
            }
            b' ' => word_start = place,
            _ => {}
        }
    }
    if number {
        // A list of values shares its cue: "MRN 4471203, 4471209 and 4471210".
        let tail = gap.iter().rposition(u8::is_ascii_digit).map_or(gap, |last| &gap[last + 1..]);
        let joined: Vec<u8> = tail.iter().filter(|b| !b.is_ascii_whitespace()).map(u8::to_ascii_lowercase).collect();
        return matches!(joined.as_slice(), b"," | b";" | b"/" | b"&" | b"and" | b"or" | b",and" | b",or");
    }
    true
}

/// The line last looked at, and the header of the table it is a row of.
#[derive(Debug, Default)]
pub(super) struct Row {
    line: Range<usize>,
    /// The first line of the table, and the mark between its cells.
    header: Option<(Range<usize>, u8)>,
}

impl Row {
    /// The line that holds `at`.
    fn new(bytes: &[u8], at: usize) -> Self {
        let low = at.saturating_sub(TABLE_REACH);
        let high = bytes.len().min(at + TABLE_REACH);
        let start = memrchr(b'\n', &bytes[low..at]).map_or(low, |place| low + place + 1);
        let end = memchr(b'\n', &bytes[at..high]).map_or(high, |place| at + place);
        let line = &bytes[start..end];
        let mark = [b'|', b'\t', b','].into_iter().find(|&mark| memchr(mark, line).is_some());
        // Commas make a table only where no sentence could have put them.
        let mark = mark.filter(|&mark| mark != b',' || !line.windows(2).any(|pair| pair == b", "));
        Self { line: start..end, header: mark.and_then(|mark| Some((header(bytes, start..end, mark)?, mark))) }
    }

    /// The cell above `at` in the header.
    fn cell<'t>(&mut self, bytes: &'t [u8], at: usize) -> Option<&'t [u8]> {
        if !(self.line.start..self.line.end.max(1)).contains(&at) {
            *self = Self::new(bytes, at);
        }
        let (header, mark) = self.header.as_ref()?;
        let column = memchr_iter(*mark, &bytes[self.line.start..at]).count();
        // A cell with digits is data: the table has no header.
        bytes[header.clone()].split(|byte| byte == mark).nth(column).filter(|cell| !cell.iter().any(u8::is_ascii_digit))
    }
}

/// The first of the lines right above `line` that have as many cells.
fn header(bytes: &[u8], line: Range<usize>, mark: u8) -> Option<Range<usize>> {
    let width = memchr_iter(mark, &bytes[line.clone()]).count();
    let low = line.start.saturating_sub(TABLE_REACH);
    let mut header = None;
    let mut top = line.start;
    while top > low {
        let end = top - 1;
        let start = memrchr(b'\n', &bytes[low..end]).map_or(low, |place| low + place + 1);
        if memchr_iter(mark, &bytes[start..end]).count() != width {
            break;
        }
        // Rules such as |---|---| are no header.
        if bytes[start..end].iter().any(u8::is_ascii_alphabetic) {
            header = Some(start..end);
        }
        top = start;
    }
    header
}
