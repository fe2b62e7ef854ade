//! A patient's numbers, codes, e-mail addresses and employers: letters and digits in order, whatever stands between them.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use jiff::civil::Date;

use super::mention;
use crate::error::{Error, Result};
use crate::scrub::detect::Note;
use crate::scrub::finding::Kind;
use crate::scrub::{Category, Finding};
use crate::text::Span;
use crate::text::dates::MONTHS;

/// The fewest letters and digits that a value must have to be told from others.
const SHORTEST: usize = 4;
/// As many characters as may stand between two that belong to a value: " - ", ") ".
const GAP: usize = 3;

/// What is looked for, in letters and digits alone.
#[derive(Default)]
pub(super) struct Identifiers {
    keys: Vec<String>,
    categories: Vec<(Category, Kind)>,
    /// The last four digits of a social security number, which count only beside a word that says so.
    last_four: Vec<String>,
    /// Dates, whose digits may be written in several ways.
    dates: Vec<Date>,
    automaton: Option<AhoCorasick>,
}

impl Identifiers {
    /// Adds a value; says what is wrong with it.
    pub(super) fn add(&mut self, value: &str, category: Category) -> Result<(), String> {
        let key = compact(value);
        if key.chars().count() < SHORTEST {
            return Err(format!("fewer than {SHORTEST} letters and digits would match where nothing is meant"));
        }
        let is_number = key.bytes().all(|byte| byte.is_ascii_digit());
        match category {
            Category::Ssn if !is_number || key.len() != 9 => {
                return Err("a social security number has nine digits".into());
            }
            Category::Ssn => self.last_four.push(key[5..].to_owned()),
            Category::Phone => {
                let national = if is_number && key.len() == 11 { key.strip_prefix('1').unwrap_or(&key) } else { &key };
                if is_number && national.len() == 10 {
                    self.push(format!("1{national}"), category, Kind::Whole);
                    self.push(national[3..].to_owned(), category, Kind::Whole);
                    self.push(national.to_owned(), category, Kind::Whole);
                }
            }
            Category::Email if !value.contains('@') => return Err("an e-mail address has an @".into()),
            _ => {}
        }
        // "00482910" is also written "482910".
        let short = key.trim_start_matches('0');
        if is_number && short.len() > SHORTEST && short.len() < key.len() && category != Category::Ssn {
            self.push(short.to_owned(), category, Kind::Whole);
        }
        self.push(key, category, Kind::Whole);
        Ok(())
    }

    /// Adds the ways to write a date in digits and with a month's name, in any case.
    pub(super) fn add_date(&mut self, date: Date) {
        let (year, month, day) = (date.year(), date.month(), date.day());
        let mut keys = vec![
            format!("{year}{month:02}{day:02}"),
            format!("{month:02}{day:02}{year}"),
            format!("{day:02}{month:02}{year}"),
            format!("{month}{day}{year}"),
            format!("{day}{month}{year}"),
        ];
        let name = MONTHS[month as usize - 1].to_ascii_uppercase();
        let ordinal = match (day % 10, day) {
            (_, 11..=13) => "TH",
            (1, _) => "ST",
            (2, _) => "ND",
            (3, _) => "RD",
            _ => "TH",
        };
        for name in [&name[..], &name[..3], if month == 9 { "SEPT" } else { &name }] {
            for day in [format!("{day}"), format!("{day:02}"), format!("{day}{ordinal}"), format!("{day}{ordinal}OF")] {
                for year in [format!("{year}"), format!("{:02}", year.rem_euclid(100))] {
                    keys.push(format!("{day}{name}{year}"));
                    if !day.ends_with('F') {
                        keys.push(format!("{name}{day}{year}"));
                    }
                }
            }
        }
        for key in keys {
            self.push(key, Category::Date, Kind::BirthDate);
        }
        // "3/14/41", "14.3.41": the parts have to be apart, see `is_date`.
        let short = year.rem_euclid(100);
        for (month, day) in [(format!("{month}"), format!("{day}")), (format!("{month:02}"), format!("{day:02}"))] {
            self.push(format!("{month}{day}{short:02}"), Category::Date, Kind::BirthDate);
            self.push(format!("{day}{month}{short:02}"), Category::Date, Kind::BirthDate);
        }
        self.dates.push(date);
    }

    /// Adds a ZIP code or a piece of an address.
    pub(super) fn add_place(&mut self, value: &str, kind: Kind) {
        let key = compact(value);
        if key.chars().count() >= SHORTEST {
            self.push(key, Category::Location, kind);
        }
    }

    /// Whether digits in three parts, such as "14.3.41", are one of the dates: "14341" could be anything.
    fn is_date(&self, written: &str) -> bool {
        let parts: Vec<&str> = written.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
        let [first, second, year] = parts[..] else { return false };
        let number = |part: &str| part.parse::<i16>().unwrap_or(-1);
        let (first, second, is_short) = (number(first), number(second), year.len() == 2);
        self.dates.iter().any(|date| {
            let (month, day) = (i16::from(date.month()), i16::from(date.day()));
            let years = if is_short { date.year().rem_euclid(100) } else { date.year() };
            ((first, second) == (month, day) || (first, second) == (day, month)) && number(year) == years
        })
    }

    fn push(&mut self, key: String, category: Category, kind: Kind) {
        if !self.keys.contains(&key) {
            self.keys.push(key);
            self.categories.push((category, kind));
        }
    }

    pub(super) fn finish(&mut self) -> Result<()> {
        if !self.keys.is_empty() {
            // A patient is built for each message, and looked for in that alone: a full table costs more than it saves.
            let kind = Some(AhoCorasickKind::ContiguousNFA);
            let built = AhoCorasick::builder().kind(kind).match_kind(MatchKind::Standard).build(&self.keys);
            self.automaton = Some(built.map_err(|_| Error::config("the patient has too many values"))?);
        }
        Ok(())
    }

    pub(super) fn find(&self, note: &Note<'_>, findings: &mut Vec<Finding>) {
        let text = note.text;
        let Some(automaton) = &self.automaton else { return };
        let mut letters = String::with_capacity(text.len());
        // Where each byte of `letters` starts and ends in `text`.
        let mut from: Vec<(u32, u32)> = Vec::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            if c.is_alphanumeric() {
                let c = c.to_ascii_uppercase();
                letters.push(c);
                from.extend(std::iter::repeat_n((at as u32, (at + c.len_utf8()) as u32), c.len_utf8()));
            }
        }
        for (step, hit) in automaton.find_overlapping_iter(&letters).enumerate() {
            if note.cancel.stops(step) {
                return;
            }
            let spans = &from[hit.start()..hit.end()];
            let span = Span::new(spans[0].0 as usize, spans[spans.len() - 1].1 as usize);
            let (category, kind) = self.categories[hit.pattern().as_usize()];
            let key = &self.keys[hit.pattern().as_usize()];
            if !is_whole(text, span) || !is_joined(text, spans, key) {
                continue;
            }
            let digits = key.bytes().all(|byte| byte.is_ascii_digit());
            if category == Category::Date && digits && key.len() < 8 && !self.is_date(span.of(text)) {
                continue;
            }
            findings.push(mention(span, category, "patient-value").with_kind(kind));
        }
        for four in &self.last_four {
            for (step, (at, _)) in text.match_indices(four.as_str()).enumerate() {
                if note.cancel.stops(step) {
                    return;
                }
                let span = Span::new(at, at + four.len());
                let mut before = at.saturating_sub(24);
                while !text.is_char_boundary(before) {
                    before += 1;
                }
                // The word that says so, with no other number between.
                let before = text[before..at].rsplit(|c: char| c.is_ascii_digit() || c == ';' || c == '\n').next();
                let before = before.unwrap_or_default().to_ascii_lowercase();
                let cues = ["ssn", "social", "ss#", "last four", "last 4", "xx-", "**-"];
                // "last 4" ends in a digit itself.
                let after_four = text[..at].trim_end_matches([' ', ':', '-']).ends_with("last 4");
                let said = after_four || cues.iter().any(|cue| before.contains(cue));
                if said && is_whole(text, span) {
                    findings.push(mention(span, Category::Ssn, "patient-last-four"));
                }
            }
        }
    }
}

/// Letters and digits, in capitals.
fn compact(value: &str) -> String {
    crate::text::View::new(value)
        .as_str()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// Whether the value is not a part of a longer number or word: "MRN00482910" holds one, "14829105" does not.
fn is_whole(text: &str, span: Span) -> bool {
    let inside = span.of(text);
    let (Some(first), Some(last)) = (inside.chars().next(), inside.chars().next_back()) else { return false };
    let goes_on = |edge: char, beside: Option<char>, beyond: Option<char>| match beside {
        Some(c) if c.is_numeric() => edge.is_numeric(),
        Some(c) if c.is_alphabetic() => edge.is_alphabetic(),
        // "3.482910" and "555-0142-7" go on; a full stop or a range's blank does not.
        Some('-' | '.' | '/') => edge.is_numeric() && beyond.is_some_and(char::is_numeric),
        _ => false,
    };
    let mut before = text[..span.start].chars().rev();
    let mut after = text[span.end..].chars();
    let (before, after) = ((before.next(), before.next()), (after.next(), after.next()));
    !goes_on(first, before.0, before.1) && !goes_on(last, after.0, after.1)
}

/// Whether what stands between the parts of a value is punctuation of a value, not of a sentence or a table.
fn is_joined(text: &str, spans: &[(u32, u32)], key: &str) -> bool {
    let mut blanks = 0;
    for pair in spans.windows(2) {
        let (end, next) = (pair[0].1 as usize, pair[1].0 as usize);
        if next <= end {
            continue;
        }
        let gap = &text[end..next];
        if gap.chars().count() > GAP || gap.contains(['\n', '\r', '\t', ';', '|', '"']) {
            return false;
        }
        blanks += usize::from(gap.trim().is_empty());
    }
    // "12 34" is two numbers unless they are long: four digits do not come in two words.
    blanks == 0 || key.len() >= 7
}
