//! A patient's addresses: street, town and ZIP code are each a mention.

use std::collections::HashMap;
use std::sync::Arc;

use super::identifiers::Identifiers;
use super::mention;
use crate::lexicon::{fold, lookup_all};
use crate::scrub::detect::Note;
use crate::scrub::finding::Kind;
use crate::scrub::{Category, Finding};
use crate::text::{Case, Span, Token, TokenKind};

/// Words of a street that are written in several ways or left out.
const STREET: &[&str] = &[
    "n",
    "s",
    "e",
    "w",
    "ne",
    "nw",
    "se",
    "sw",
    "north",
    "south",
    "east",
    "west",
    "st",
    "street",
    "ave",
    "av",
    "avenue",
    "rd",
    "road",
    "dr",
    "drive",
    "ln",
    "lane",
    "blvd",
    "boulevard",
    "ct",
    "court",
    "pl",
    "place",
    "ter",
    "terrace",
    "way",
    "cir",
    "circle",
    "hwy",
    "highway",
    "pkwy",
    "parkway",
    "trl",
    "trail",
    "sq",
    "square",
    "loop",
];

/// What opens the part of an address within a house.
const UNIT: &[&str] = &["apt", "apartment", "unit", "ste", "suite", "rm", "room", "fl", "floor", "lot", "no"];

#[derive(Default)]
pub(super) struct Places {
    /// Streets by their number, and by the first word of their name.
    numbers: HashMap<String, Vec<Arc<Street>>>,
    streets: HashMap<String, Vec<Arc<Street>>>,
    /// Towns by their first word, each as its folded words.
    towns: HashMap<String, Vec<Vec<String>>>,
}

/// A street: the words that name it.
struct Street {
    words: Vec<String>,
}

impl Places {
    /// Adds an address; says what is wrong with it.
    pub(super) fn add(&mut self, address: &str, identifiers: &mut Identifiers) -> Result<(), String> {
        let mut known = false;
        for (index, piece) in
            address.split([',', '\n', ';']).map(str::trim).filter(|piece| !piece.is_empty()).enumerate()
        {
            let words: Vec<&str> = piece.split_whitespace().collect();
            let is_zip = |word: &str| {
                let digits = word.split('-').next().unwrap_or(word);
                digits.len() == 5 && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
            };
            let zips = words.iter().filter(|word| is_zip(word)).count();
            let first = words.first().copied().unwrap_or_default();
            if index == 0 && first.starts_with(|c: char| c.is_ascii_digit()) && words.len() > 1 {
                known |= self.add_street(&words);
            } else if index == 0 && piece.bytes().any(|byte| byte.is_ascii_digit()) && zips == 0 {
                // "PO Box 4417"
                identifiers.add_place(piece, Kind::Street);
                known = true;
            } else {
                let is_unit = UNIT.contains(&fold(first.trim_end_matches('.')).as_ref()) || first.starts_with('#');
                let town: Vec<String> = words
                    .iter()
                    .filter(|word| !is_zip(word) && !is_state(word))
                    .map(|word| fold(word.trim_matches('.')).into_owned())
                    .collect();
                if !is_unit
                    && !town.is_empty()
                    && town.iter().all(|word| word.chars().all(|c| c.is_alphabetic() || c == '-'))
                {
                    self.towns.entry(town[0].clone()).or_default().push(town);
                    known = true;
                }
            }
            for zip in words.iter().filter(|word| is_zip(word)) {
                identifiers.add_place(&zip[..5], Kind::Zip);
                if zip.len() > 5 {
                    identifiers.add_place(zip, Kind::Zip);
                }
                known = true;
            }
        }
        if known { Ok(()) } else { Err("an address has a street with its number, a town or a ZIP code".into()) }
    }

    fn add_street(&mut self, words: &[&str]) -> bool {
        let mut name = Vec::new();
        for word in &words[1..] {
            let folded = fold(word.trim_matches('.')).into_owned();
            if UNIT.contains(&folded.as_str()) || folded.starts_with('#') {
                break;
            }
            if !STREET.contains(&folded.as_str()) {
                name.push(folded);
            }
        }
        let known = !name.is_empty();
        if known {
            let first = name[0].clone();
            let street = Arc::new(Street { words: name });
            self.numbers.entry(words[0].to_ascii_lowercase()).or_default().push(Arc::clone(&street));
            self.streets.entry(first).or_default().push(street);
        }
        known
    }

    pub(super) fn find(&self, note: &Note<'_>, findings: &mut Vec<Finding>) {
        if self.streets.is_empty() && self.towns.is_empty() {
            return;
        }
        for (at, token) in note.tokens.iter().enumerate() {
            if note.cancel.stops(at) {
                return;
            }
            if token.kind == TokenKind::Punctuation || token.kind == TokenKind::Newline {
                continue;
            }
            let word = fold(token.of(note.text));
            for street in self.numbers.get(word.as_ref()).into_iter().flatten() {
                if let Some(end) = street.ends(note, at + 1) {
                    let span = Span::new(token.span.start, note.tokens[end - 1].span.end);
                    findings.push(mention(span, Category::Location, "patient-address").with_kind(Kind::Street));
                }
            }
            // The street without its number, where it is called a street.
            for street in self.streets.get(word.as_ref()).into_iter().flatten() {
                let bare = street.words.len();
                if let Some(end) = street.ends(note, at).filter(|end| *end > at + bare) {
                    let span = Span::new(token.span.start, note.tokens[end - 1].span.end);
                    findings.push(mention(span, Category::Location, "patient-address").with_kind(Kind::Street));
                }
            }
            for town in self.towns.get(word.as_ref()).into_iter().flatten() {
                let tokens = words_at(note, at, town.len());
                let same = tokens.len() == town.len()
                    && tokens.iter().zip(town).all(|(token, word)| fold(token.of(note.text)) == word.as_str());
                let as_name = token.case(note.text) != Case::Lower;
                // "Independence" and "Reading" are towns where they are written like one.
                let known = lookup_all(town.iter().map(String::as_str));
                let inside = at.checked_sub(1).is_some_and(|before| {
                    let before = note.tokens[before];
                    before.is_word() || before.is_mark(note.text, ',')
                });
                let sure = known.word() < 2 || as_name && inside;
                if same && sure && (as_name || known.place > 0 || known.is_unknown()) {
                    let span = Span::new(token.span.start, tokens[tokens.len() - 1].span.end);
                    findings.push(mention(span, Category::Location, "patient-address").with_kind(Kind::City));
                }
            }
        }
    }
}

impl Street {
    /// One past the last token of the street's name that starts at `at`, with its type and the unit after it.
    fn ends(&self, note: &Note<'_>, at: usize) -> Option<usize> {
        let folded = |index: usize| {
            let token = note.tokens.get(index).filter(|token| token.kind != TokenKind::Newline)?;
            Some(fold(token.of(note.text)).into_owned())
        };
        let is_mark =
            |index: usize, mark: char| note.tokens.get(index).is_some_and(|token| token.is_mark(note.text, mark));
        let mut here = at;
        let mut words = self.words.iter();
        let mut wanted = words.next();
        while let Some(word) = wanted {
            let given = folded(here)?;
            if given == *word || word.len() >= 5 && strsim::osa_distance(&given, word) <= 1 {
                wanted = words.next();
            } else if !(STREET.contains(&given.as_str()) || is_mark(here, '.') || is_mark(here, '-')) {
                return None;
            }
            here += 1;
        }
        let mut end = here;
        loop {
            let given = folded(here).unwrap_or_default();
            if STREET.contains(&given.as_str()) {
                here += 1;
                end = here;
            } else if (is_mark(here, '.') || is_mark(here, ',')) && here <= end + 1 {
                here += 1;
            } else if UNIT.contains(&given.as_str()) || is_mark(here, '#') {
                let value = here + 1 + usize::from(is_mark(here + 1, '.') || is_mark(here + 1, '#'));
                if note
                    .tokens
                    .get(value)
                    .is_some_and(|token| !token.is_newline() && token.kind != TokenKind::Punctuation)
                {
                    end = value + 1;
                }
                break;
            } else {
                break;
            }
        }
        Some(end)
    }
}

/// The words from `at`, at most `count`, with at most a hyphen between two.
fn words_at(note: &Note<'_>, at: usize, count: usize) -> Vec<Token> {
    let mut out = Vec::with_capacity(count);
    for token in &note.tokens[at..] {
        if out.len() == count || !(token.is_word() || token.is_mark(note.text, '-') || token.is_mark(note.text, '.')) {
            break;
        }
        if token.is_word() {
            out.push(*token);
        }
    }
    out
}

/// Whether a word of an address is a state, which may stay: two capitals.
fn is_state(word: &str) -> bool {
    word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_uppercase())
}
