//! The words that stand near a value and say what it is.
//!
//! Cues are compared in a plain form: lower case, one blank for any run of blanks, points, hyphens, slashes and
//! underscores, a blank before each `#` and between the parts of a camel-case key, and ` :` for whatever ends a key. So `medical record number` also stands
//! for `Medical-Record_Number` and for the JSON key `medicalRecordNumber`, and `mr #` for `MR#`.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memrchr};

use crate::error::{Error, Result};
use crate::text::short::{Short, letters, letters_end, sixteen};

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

/// A cue in the text: its number and its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Its number among all cues.
    pub(super) cue: usize,
    start: usize,
    pub(super) end: usize,
}

/// The cues of a part of the text, which grows with what is asked for: most of a note is near no value.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Those that are whole words and begin in `from..to`, in the order of their ends, longer ones first.
    list: Vec<Place>,
    from: usize,
    to: usize,
    /// The text before `from` was asked for, too: nothing is left out any more.
    all: bool,
    /// The first of the list that ends after the place last asked for.
    next: usize,
}

/// The part of the text that is read grows by this much at least, and leaves out no less.
const STRIDE: usize = 128;

impl Places {
    /// Makes sure that the cues are known that begin in `low..high`.
    #[inline]
    fn reach(&mut self, cues: &Cues, text: &str, low: usize, high: usize) {
        if low < self.from || high > self.to {
            self.read(cues, text, low, high);
        }
    }

    #[inline(never)]
    fn read(&mut self, cues: &Cues, text: &str, low: usize, high: usize) {
        if low < self.from {
            *self = Self { all: true, ..Self::default() };
        } else if low > self.to + STRIDE && !self.all {
            // A blank belongs to no word, so that reading may begin there.
            let bytes = text.as_bytes();
            if let Some(blank) = memrchr(b' ', &bytes[self.to..low]) {
                let from = self.to + blank;
                self.list.clear();
                (self.from, self.to, self.next) = (from, from, 0);
            }
        }
        if high > self.to {
            self.to = cues.read(text, self.to, high + STRIDE, &mut self.list);
        }
    }

    /// Calls `found` with those in a part of the text, as if there were nothing around it.
    #[inline]
    fn within(&mut self, cues: &Cues, text: &str, part: Range<usize>, mut found: impl FnMut(Place)) {
        let Range { start: low, end: high } = part;
        let bytes = text.as_bytes();
        self.reach(cues, text, low, high);
        // Values are asked about from left to right.
        while self.next > 0 && self.list[self.next - 1].end > low {
            self.next -= 1;
        }
        while self.list.get(self.next).is_some_and(|place| place.end <= low) {
            self.next += 1;
        }
        let inside_word =
            low > 0 && bytes[low - 1].is_ascii_alphanumeric() && bytes.get(low).is_some_and(u8::is_ascii_alphanumeric);
        let low = low + usize::from(inside_word);
        let inside = self.list[self.next..].iter().take_while(|place| place.end <= high);
        inside.filter(|place| place.start >= low).for_each(|place| found(*place));
        // A word that the end of the part cuts is whole in it.
        if high > low && cues.closes[usize::from(bytes[high - 1])] && goes_on(bytes, high) {
            cues.cut(text, low..high).for_each(found);
        }
    }
}

/// What a word is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Letter {
    Small,
    Capital,
    Digit,
    None,
}

const LETTERS: [Letter; 256] = {
    let mut letters = [Letter::None; 256];
    let mut byte = 0;
    while byte < 256 {
        letters[byte] = match byte as u8 {
            b'a'..=b'z' => Letter::Small,
            b'A'..=b'Z' => Letter::Capital,
            b'0'..=b'9' => Letter::Digit,
            _ => Letter::None,
        };
        byte += 1;
    }
    letters
};

fn letter(byte: u8) -> Letter {
    LETTERS[usize::from(byte)]
}

/// How many bytes a letter beyond ASCII takes, where one begins at `at`: it belongs to the word around it. Scripts without capitals
/// do not: they are written without blanks.
fn other_letter(text: &str, at: usize) -> Option<usize> {
    if text.as_bytes()[at].is_ascii() {
        return None;
    }
    let letter = text.get(at..)?.chars().next()?;
    (letter.is_lowercase() || letter.is_uppercase()).then(|| letter.len_utf8())
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

/// All cue words of all patterns, as a tree over their plain letters that is walked with the bytes of the text as they are
/// written: making the text plain and looking for cues are one step. The walk begins where a word does and mostly ends
/// after two letters.
pub(super) struct Cues {
    /// The class of each byte, by the plain letter it stands for; 0 is every letter that no cue holds.
    classes: [u8; 256],
    /// Whether a cue begins with each byte.
    opens: [bool; 256],
    /// Whether a cue ends with each byte that is no blank.
    closes: [bool; 256],
    /// For each two first letters of the words below, the lengths that occur: most words are told apart by this alone.
    lengths: [u32; 1024],
    /// The words of letters alone that cues begin with, and the node each leads to; empty where there is no node.
    firsts: Vec<(Option<Short>, u16)>,
    /// Where each node leads under each class; 0 is nowhere, 1 the root.
    nodes: Vec<[u16; CLASSES]>,
    /// The cue that ends in each node, or [`NO_CUE`].
    ends: Vec<u16>,
}

const NO_CUE: u16 = u16::MAX;
/// Two to the power of this is how many places there are for first words.
const FIRSTS: u32 = 11;
const CLASSES: usize = 64;
const NOWHERE: usize = 0;
const ROOT: usize = 1;
const BLANK: usize = 1;
const NUMBER: usize = 2;
const ASSIGNS: usize = 3;

impl Cues {
    pub(super) fn new(words: &[&str]) -> Result<Self> {
        let mut cues = Self {
            classes: [0; 256],
            opens: [false; 256],
            closes: [false; 256],
            lengths: [0; 1024],
            firsts: vec![(None, 0); 1 << FIRSTS],
            nodes: vec![[0; CLASSES]; 2],
            ends: vec![NO_CUE; 2],
        };
        let mut plain = [0; 256];
        for (letter, class) in [(b' ', BLANK), (b'#', NUMBER), (b':', ASSIGNS)] {
            plain[usize::from(letter)] = class;
        }
        let mut known = ASSIGNS + 1;
        for (number, word) in words.iter().enumerate() {
            if word.starts_with([' ', ':']) || word.ends_with(' ') || word.bytes().any(|b| b.is_ascii_uppercase()) {
                return Err(Error::internal("a cue is not in plain form"));
            }
            let mut node = ROOT;
            for letter in word.bytes() {
                let class = &mut plain[usize::from(letter)];
                if *class == 0 {
                    *class = known;
                    known += 1;
                }
                if *class >= CLASSES {
                    return Err(Error::internal("the cues are written in too many letters"));
                }
                let next = cues.step(node, *class);
                node = if next == NOWHERE { cues.grow(node, *class)? } else { next };
            }
            cues.ends[node] = number as u16;
        }
        cues.separate();
        for byte in 0..=255_u8 {
            let class = match PLAIN[usize::from(byte)] {
                Form::Blank => BLANK,
                Form::Assigns => ASSIGNS,
                Form::Number => NUMBER,
                Form::Letter | Form::Capital => plain[usize::from(byte.to_ascii_lowercase())],
            };
            cues.classes[usize::from(byte)] = class as u8;
            cues.opens[usize::from(byte)] = cues.step(ROOT, class) != NOWHERE;
            cues.closes[usize::from(byte)] = !matches!(PLAIN[usize::from(byte)], Form::Blank)
                && cues.nodes.iter().any(|node| cues.ends[usize::from(node[class])] != NO_CUE);
        }
        for word in words {
            let letters = letters_end(word.as_bytes(), 0);
            let Some(first) = Short::new(&word[..letters]) else { continue };
            cues.lengths[first.opening()] |= 1 << letters;
            let slot = cues.slot(first);
            let step = |node, byte: &u8| cues.step(node, usize::from(cues.classes[usize::from(*byte)]));
            cues.firsts[slot] = (Some(first), word.as_bytes()[..letters].iter().fold(ROOT, step) as u16);
        }
        if cues.firsts.iter().filter(|first| first.0.is_some()).count() * 2 > cues.firsts.len() {
            return Err(Error::internal("too many cues begin differently"));
        }
        Ok(cues)
    }

    /// The place of a first word, or the empty one where it would stand.
    #[inline]
    fn slot(&self, word: Short) -> usize {
        let mut slot = word.hash(FIRSTS);
        while self.firsts[slot].0.is_some_and(|other| other != word) {
            slot = (slot + 1) % self.firsts.len();
        }
        slot
    }

    /// Where `node` leads under `class`.
    #[inline]
    fn step(&self, node: usize, class: usize) -> usize {
        usize::from(self.nodes[node][class])
    }

    fn grow(&mut self, node: usize, class: usize) -> Result<usize> {
        let next = self.nodes.len();
        self.nodes[node][class] = u16::try_from(next).map_err(|_| Error::internal("too many cues"))?;
        self.nodes.push([0; CLASSES]);
        self.ends.push(NO_CUE);
        Ok(next)
    }

    /// Lets runs of blanks count as one, and `#` and what ends a key bring the blank before them along.
    fn separate(&mut self) {
        let mut after_blank = vec![false; self.nodes.len()];
        self.nodes.iter().for_each(|node| after_blank[usize::from(node[BLANK])] = true);
        after_blank[NOWHERE] = false;
        for (node, after_blank) in after_blank.into_iter().enumerate() {
            if after_blank {
                self.nodes[node][BLANK] = node as u16;
            } else if node != ROOT {
                let blank = self.step(node, BLANK);
                for class in [NUMBER, ASSIGNS] {
                    self.nodes[node][class] = self.nodes[blank][class];
                }
            }
        }
    }

    /// Adds every cue that begins where a word does, from `at`, which is where one may begin, to `high`, and is a whole word, in the
    /// order of their ends, longer ones first. Gives back where reading goes on.
    fn read(&self, text: &str, mut at: usize, high: usize, places: &mut Vec<Place>) -> usize {
        let bytes = text.as_bytes();
        loop {
            // Mostly one blank stands between words, with which no cue begins.
            at += usize::from(at < high && bytes.get(at) == Some(&b' '));
            let Some(&byte) = bytes.get(at).filter(|_| at < high) else { break };
            if byte.is_ascii_alphabetic() {
                let ahead = sixteen(bytes, at);
                let length = letters(ahead);
                let ends =
                    length < 16 && bytes.get(at + length).is_none_or(|next| next.is_ascii() && !next.is_ascii_digit());
                // Most words are letters alone, and no cue begins with most of them.
                let word = if ends { Short::first(ahead, length) } else { None };
                if let Some(word) = word.and_then(Short::lower_unless_camel) {
                    if self.lengths[word.opening()] & 1 << length != 0 {
                        let (first, node) = self.firsts[self.slot(word)];
                        if first.is_some() && !is_unit(bytes, at) {
                            self.go_on(bytes, at, at + length, usize::from(node), places);
                        }
                    }
                    at += length;
                    continue;
                }
            }
            if self.opens[usize::from(byte)] && !is_unit(bytes, at) {
                self.go_on(bytes, at, at, ROOT, places);
            }
            let mut last = letter(byte);
            at += 1;
            if last == Letter::None {
                let Some(length) = other_letter(text, at - 1) else { continue };
                (last, at) = (Letter::Capital, at - 1 + length);
            }
            // The rest of the word; a capital may begin another part of a camel-case key.
            while let Some(&byte) = bytes.get(at) {
                let next = letter(byte);
                if next == Letter::None {
                    let Some(length) = other_letter(text, at) else { break };
                    (last, at) = (Letter::Capital, at + length);
                    continue;
                }
                if next == Letter::Capital && last == Letter::Small {
                    break;
                }
                last = next;
                at += 1;
            }
        }
        at
    }

    /// Adds the whole words that start at `start`, of which the bytes up to `end` lead to `node`.
    fn go_on(&self, bytes: &[u8], start: usize, mut end: usize, mut node: usize, places: &mut Vec<Place>) {
        loop {
            let cue = self.ends[node];
            if cue != NO_CUE && !goes_on(bytes, end) {
                let later = places.iter().rev().take_while(|other| other.end > end).count();
                places.insert(places.len() - later, Place { cue: usize::from(cue), start, end });
            }
            let Some(&byte) = bytes.get(end) else { return };
            node = self.next(node, bytes, start, end, byte);
            if node == NOWHERE {
                return;
            }
            end += 1;
        }
    }

    /// Where `byte`, which stands at `at` in what starts at `start`, leads from `node`.
    #[inline]
    fn next(&self, node: usize, bytes: &[u8], start: usize, at: usize, byte: u8) -> usize {
        let camel = at > start && is_camel(bytes[at - 1], byte);
        let node = if camel { self.step(node, BLANK) } else { node };
        self.step(node, usize::from(self.classes[usize::from(byte)]))
    }

    /// The cues that begin in `part` where a word does and end where it ends, though the text goes on there.
    fn cut<'a>(&'a self, text: &'a str, part: Range<usize>) -> impl Iterator<Item = Place> + 'a {
        let (bytes, end) = (text.as_bytes(), part.end);
        part.filter_map(move |start| {
            if !self.opens[usize::from(bytes[start])] || !begins(text, start) || is_unit(bytes, start) {
                return None;
            }
            let mut node = ROOT;
            for at in start..end {
                node = self.next(node, bytes, start, at, bytes[at]);
                if node == NOWHERE {
                    return None;
                }
            }
            let cue = self.ends[node];
            (cue != NO_CUE).then(|| Place { cue: usize::from(cue), start, end })
        })
    }

    /// Appends the cues in the text just before `at`; `row` and `places` are those of the whole text.
    #[inline]
    pub(super) fn before(&self, text: &str, at: usize, row: &mut Row, places: &mut Places, near: &mut Vec<Place>) {
        let low = row.reach(text.as_bytes(), at);
        places.within(self, text, low..at, |place| near.push(place));
    }

    /// What the cue at `place` says of a value at `at`, where it stands within `window` of it; `free` says that the cue
    /// counts even where the text between speaks of something else.
    /// `line` is a place between the start of the value's line and the value.
    pub(super) fn hit(text: &str, place: Place, at: usize, line: usize, window: usize, free: bool) -> Option<Hit> {
        let gap = &text.as_bytes()[place.end..at];
        // Mostly both stand on one line.
        let lines = if place.end >= line { 0 } else { memchr_iter(b'\n', gap).count() };
        // A value on the line under its cue is as near as one beside it.
        let key = usize::from(gap.len() > 1 && gap[0] == b':' && lines > 0);
        let blank = gap[key..].iter().all(u8::is_ascii_whitespace);
        let distance = if blank { gap.len().min(1) } else { gap.len() + LINE_PENALTY * lines };
        let near = distance <= window && (free || linked(gap));
        near.then(|| Hit { cue: place.cue, distance, length: place.end - place.start, linked: true, plain: true })
    }

    /// The cues in the text just after `at`, as in "555-0100 (fax)".
    pub(super) fn after(&self, text: &str, at: usize, places: &mut Places, hits: &mut Vec<Hit>) {
        let bytes = text.as_bytes();
        let high = bytes.len().min(at + REACH_AFTER);
        let line = memchr(b'\n', &bytes[at..high]).map_or(high, |length| at + length);
        places.within(self, text, at..line, |place| {
            let gap = &bytes[at..place.start];
            let linked = gap.contains(&b'(') && gap.iter().all(|byte| b" (-[".contains(byte));
            let rest = &bytes[place.end..line];
            let next = rest.iter().find(|byte| !b" :=".contains(byte));
            let plain = !next.is_some_and(u8::is_ascii_digit) && rest.first() != Some(&b':');
            hits.push(Hit { cue: place.cue, distance: gap.len(), length: place.end - place.start, linked, plain });
        });
    }

    /// The cues in the header of the table column that holds `at`.
    #[inline]
    pub(super) fn header(&self, text: &str, at: usize, row: &mut Row, places: &mut Places, hits: &mut Vec<Hit>) {
        if let Some(cell) = row.cell(text.as_bytes(), at) {
            let cell = cell.start..cell.end.min(cell.start + REACH);
            places.within(self, text, cell, |place| {
                hits.push(Hit {
                    cue: place.cue,
                    distance: HEADER_DISTANCE,
                    length: place.end - place.start,
                    linked: true,
                    plain: true,
                });
            });
        }
    }
}

/// Whether a word or a mark begins at `at`, or a part of a camel-case key.
fn begins(text: &str, at: usize) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || !c.is_ascii() && (c.is_lowercase() || c.is_uppercase());
    let Some((before, rest)) = text.split_at_checked(at) else { return false };
    match (before.chars().next_back(), rest.chars().next()) {
        (Some(last), Some(next)) if inner(last) && inner(next) => {
            last.is_ascii_lowercase() && next.is_ascii_uppercase()
        }
        _ => true,
    }
}

/// Whether the word at `at` is what a quantity is divided by: "dL" in "g/dL" is no driver's licence.
fn is_unit(bytes: &[u8], at: usize) -> bool {
    let word = bytes.get(at..at + 2).is_some_and(|word| word.eq_ignore_ascii_case(b"dl"));
    word && at > 0 && bytes[at - 1] == b'/' && !bytes.get(at + 2).is_some_and(u8::is_ascii_alphabetic)
}

/// Whether the capital `byte` begins the next part of a camel-case key.
fn is_camel(before: u8, byte: u8) -> bool {
    byte.is_ascii_uppercase() && before.is_ascii_lowercase()
}

/// Whether the word that is read up to `end` goes on; the capital of the next part of a camel-case key starts another.
fn goes_on(raw: &[u8], end: usize) -> bool {
    raw.get(end).is_some_and(|next| {
        let camel = end > 0 && is_camel(raw[end - 1], *next);
        next.is_ascii_alphabetic() && !camel
    })
}

/// Where the first line above `line`, where a line starts, begins that is not blank, if that is near.
fn above(bytes: &[u8], line: usize) -> Option<usize> {
    let low = line.saturating_sub(REACH);
    let mut newline = line.checked_sub(1)?;
    while let Some(above) = memrchr(b'\n', bytes.get(low..newline)?) {
        if bytes[low + above..newline].iter().any(|byte| !byte.is_ascii_whitespace()) {
            return Some(low + above + 1);
        }
        newline = low + above;
    }
    None
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
    /// Where the line above begins that is not blank, or the text.
    above: usize,
    /// The first line of the table, and the mark between its cells.
    header: Option<(Range<usize>, u8)>,
}

impl Row {
    /// The line that holds `at`.
    #[inline(never)]
    fn new(bytes: &[u8], at: usize) -> Self {
        let low = at.saturating_sub(TABLE_REACH);
        let high = bytes.len().min(at + TABLE_REACH);
        let start = memrchr(b'\n', &bytes[low..at]).map_or(low, |place| low + place + 1);
        let end = memchr(b'\n', &bytes[at..high]).map_or(high, |place| at + place);
        let line = &bytes[start..end];
        let mark = [b'|', b'\t', b','].into_iter().find(|&mark| memchr(mark, line).is_some());
        // Commas make a table only where no sentence could have put them.
        let mark = mark.filter(|&mark| mark != b',' || !line.windows(2).any(|pair| pair == b", "));
        let header = mark.and_then(|mark| Some((header(bytes, start..end, mark)?, mark)));
        Self { line: start..end, above: above(bytes, start).unwrap_or(0), header }
    }

    /// Goes to the line that holds `at`.
    #[inline]
    fn hold(&mut self, bytes: &[u8], at: usize) {
        if !(self.line.start..self.line.end.max(1)).contains(&at) {
            *self = Self::new(bytes, at);
        }
    }

    /// Where the line begins that was last looked at, or near its value.
    pub(super) fn line(&self) -> usize {
        self.line.start
    }

    /// Where the text before `at` begins that may hold its cues: on its line or the one above, as a value may stand under its
    /// key, and sentences wrap.
    #[inline]
    fn reach(&mut self, bytes: &[u8], at: usize) -> usize {
        self.hold(bytes, at);
        at.saturating_sub(REACH).max(self.above)
    }

    /// The cell above `at` in the header.
    #[inline]
    fn cell(&mut self, bytes: &[u8], at: usize) -> Option<Range<usize>> {
        self.hold(bytes, at);
        let (header, mark) = self.header.as_ref()?;
        let column = memchr_iter(*mark, &bytes[self.line.start..at]).count();
        let names = &bytes[header.clone()];
        let start = match column.checked_sub(1) {
            Some(mark_before) => memchr_iter(*mark, names).nth(mark_before)? + 1,
            None => 0,
        };
        let length = memchr(*mark, &names[start..]).unwrap_or(names.len() - start);
        // A cell with digits is data: the table has no header.
        let data = names[start..start + length].iter().any(u8::is_ascii_digit);
        (!data).then_some(header.start + start..header.start + start + length)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORDS: &[&str] =
        &["mr #", "mrn", "medical record number", "record", "x", "d o b", "key :", "key : x", "no 1"];

    /// The plain form as the head of this file describes it, and where each letter of it comes from.
    fn plainly(raw: &[u8]) -> (Vec<u8>, Vec<usize>) {
        let (mut letters, mut from) = (Vec::new(), Vec::new());
        for (place, &byte) in raw.iter().enumerate() {
            let form = PLAIN[usize::from(byte)];
            let separates = match form {
                Form::Letter => false,
                Form::Capital => place > 0 && raw[place - 1].is_ascii_lowercase(),
                Form::Number | Form::Blank | Form::Assigns => true,
            };
            if separates && letters.last().is_some_and(|last| *last != b' ') {
                letters.push(b' ');
                from.push(place);
            }
            match form {
                Form::Blank => continue,
                Form::Assigns => letters.push(b':'),
                _ => letters.push(byte.to_ascii_lowercase()),
            }
            from.push(place);
        }
        (letters, from)
    }

    /// The same by comparing every cue with every part of the plain form.
    fn slowly(raw: &[u8]) -> Vec<(usize, usize, usize)> {
        let (letters, from) = plainly(raw);
        let mut found = Vec::new();
        for start in 0..letters.len() {
            let joined = start > 0 && (letters[start - 1].is_ascii_alphanumeric() || !letters[start - 1].is_ascii());
            for (cue, word) in WORDS.iter().enumerate() {
                let here = !(joined && letters[start].is_ascii_alphanumeric())
                    && letters[start..].starts_with(word.as_bytes());
                let place = || (from[start + word.len() - 1] + 1, from[start], cue);
                if here && !goes_on(raw, place().0) {
                    found.push(place());
                }
            }
        }
        found.sort_unstable();
        found
    }

    fn quickly(text: &str) -> Vec<(usize, usize, usize)> {
        let mut places = Vec::new();
        Cues::new(WORDS).expect("the cues compile").read(text, 0, text.len(), &mut places);
        places.iter().map(|place| (place.end, place.start, place.cue)).collect()
    }

    #[test]
    fn cues_are_found_however_they_are_written() {
        for (text, cue) in [
            ("MR#", 0),
            ("mr  #", 0),
            ("medicalRecordNumber", 2),
            ("Medical-Record_Number", 2),
            ("D.O.B.", 5),
            ("\"key\":", 6),
            ("No. 12", 8),
        ] {
            assert!(quickly(text).iter().any(|found| found.2 == cue), "{text}");
        }
        assert_eq!(quickly("amrn MEDICALRECORD 3record Domörecord"), []);
        assert!(quickly("號mrn").iter().any(|found| found.2 == 1));
    }

    proptest! {
        #[test]
        fn the_tree_finds_what_the_plain_form_holds(
            pieces in proptest::collection::vec(
                proptest::sample::select(vec![
                    "mr", "MR", "mrn", "Mrn", "medical", "Medical", "record", "Record", "number", "x", "d", "o", "b", "key", "no",
                    "No", "1", "12", "#", ":", "=", " ", "  ", "\n", "-", ".", "é", "(",
                ]),
                0..16,
            )
        ) {
            let text = pieces.concat();
            prop_assert_eq!(quickly(&text), slowly(text.as_bytes()));
        }
    }
}
