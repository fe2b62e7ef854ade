//! What is known of a statement, as rows of the weight table: hashed names of what is there.
//!
//! Training and inference share this file: changing anything here means training the model again
//! (`core/models/training/statements.py`).

use std::sync::LazyLock;

use crate::rubric::extract::outline::Topic;
use crate::rubric::extract::page::{Page, inside, lists, overlapped, touching};
use crate::rubric::extract::{Facts, GoalTerm};
use crate::rubric::terms::{push_stem, short_stem};
use crate::rubric::{Discipline, DocType};
use crate::text::short::{Short, digits, letters_end, word_end};
use crate::text::{Span, lines};

/// Rows of the weight table.
pub(super) const ROWS: usize = 1 << 14;

/// As much of a statement is read, in bytes, and as many of its words.
const REACH: usize = 600;
const WORDS: usize = 60;
/// As many words of the statements beside it, and of what it stands under.
const BESIDE: usize = 8;
/// As many words after its first colon, dash, bar or arrow.
const TAIL: usize = 16;

/// What of the statements of a note is the same whatever kind of document it is: their words, and what the rules found in them.
pub(super) struct Seen {
    words: Vec<Words>,
    /// Those of each statement after those of the one before it.
    flags: Vec<Flag>,
    /// Where those of each statement begin, and where the last ones end.
    begins: Vec<usize>,
}

impl Seen {
    pub(super) fn read(page: &Page<'_>, facts: &Facts, parts: &[Span]) -> Self {
        let mut stem = String::new();
        let mut words = |part: &Span| page.cancel.unless_set(|| Words::read(near(page.text, *part), &mut stem));
        let named = named(page, parts);
        let words = parts.iter().map(&mut words).collect();
        let (mut flags, mut begins) = (Vec::with_capacity(8 * parts.len()), Vec::with_capacity(parts.len() + 1));
        for (part, named) in parts.iter().zip(named) {
            begins.push(flags.len());
            page.cancel.unless_set(|| found(facts, *part, named, &mut flags));
        }
        begins.push(flags.len());
        Self { words, flags, begins }
    }

    /// What the rules found in a statement.
    fn flags(&self, index: usize) -> &[Flag] {
        &self.flags[self.begins[index]..self.begins[index + 1]]
    }
}

/// The rows of each statement.
pub(super) fn features(
    page: &Page<'_>,
    seen: &Seen,
    parts: &[Span],
    doc_type: DocType,
    discipline: Discipline,
) -> Vec<Vec<u16>> {
    let count = parts.len();
    let mut rows = Row::default();
    let kind = doc_type.as_str();
    let (of_kind, of_discipline) = (row(&["doc", kind]), row(&["discipline", discipline.as_str()]));
    let mut labels = Labels::default();
    (0..count)
        .map(|index| {
            if page.cancel.stops(index) {
                return Vec::new();
            }
            let part = parts[index];
            rows.push(const { row(&["", "bias"]) });
            seen.words[index].add(&mut rows);
            layout(&mut rows, page, part, index, count);
            rows.push(of_kind);
            rows.push(of_discipline);
            heading(&mut rows, page, part, kind, &mut labels);
            for flag in seen.flags(index) {
                rows.push(flag.own);
                rows.push(flag.of_doc.with(kind.as_bytes()).row());
            }
            if seen.flags(index).is_empty() {
                rows.push(const { row(&["rule", "none"]) });
            }
            let edges = const { [row(&["before", "edge"]), row(&["after", "edge"])] };
            for (side, other) in [index.checked_sub(1), Some(index + 1)].into_iter().enumerate() {
                let Some(other) = other.filter(|other| *other < count) else {
                    rows.push(edges[side]);
                    continue;
                };
                seen.words[other].each.iter().take(BESIDE).for_each(|word| rows.push(word.beside[side]));
                seen.flags(other).iter().for_each(|flag| rows.push(flag.beside[side]));
            }
            rows.take()
        })
        .collect()
}

/// The rows of a word: alone, in a pair with the word before it, and as the statement after it and the one before it have it.
struct Word {
    alone: u16,
    paired: u16,
    beside: [u16; 2],
}

/// The rows of a statement's words: each; first, first two, last.
#[derive(Default)]
struct Words {
    each: Vec<Word>,
    first: Option<u16>,
    first_two: Option<u16>,
    last: Option<u16>,
}

impl Words {
    fn read(text: &str, stem: &mut String) -> Self {
        const NAMES: [Name; 5] = [
            Name::of(&["word"]),
            Name::of(&["pair"]),
            Name::of(&["before", "word"]),
            Name::of(&["after", "word"]),
            Name::of(&["last"]),
        ];
        // A word takes some four bytes at least, with the blank after it.
        let mut words = Self { each: Vec::with_capacity((text.len() / 4 + 2).min(WORDS)), ..Self::default() };
        // The names that want one word more.
        let [_, mut pair, ..] = NAMES;
        let mut two = Name::of(&["first-two"]);
        stems(text, WORDS, stem, |word| {
            let [alone, before, with, behind, last] = NAMES;
            let [alone, first_of_pair, with, behind, last, paired] =
                Name::all([alone, before, with, behind, last, pair], word);
            match words.each.len() {
                0 => {
                    words.first = Some(Name::of(&["first"]).with(word).row());
                    two = two.with(word);
                }
                1 => words.first_two = Some(two.with(word).row()),
                _ => {}
            }
            words.last = Some(last.row());
            words.each.push(Word { alone: alone.row(), paired: paired.row(), beside: [with.row(), behind.row()] });
            pair = first_of_pair;
        });
        words
    }

    fn add(&self, rows: &mut Row) {
        self.each.iter().for_each(|word| rows.push(word.alone));
        self.each.iter().skip(1).for_each(|word| rows.push(word.paired));
        if let (Some(first), Some(first_two)) = (self.first, self.first_two) {
            rows.push(first);
            rows.push(first_two);
        }
        self.last.iter().for_each(|last| rows.push(*last));
        rows.push(match self.each.len() {
            0..=2 => const { row(&["length", "1"]) },
            3..=5 => const { row(&["length", "3"]) },
            6..=10 => const { row(&["length", "6"]) },
            11..=20 => const { row(&["length", "11"]) },
            _ => const { row(&["length", "21"]) },
        });
    }
}

/// The rows of what the rules found in a statement: by itself, with the kind of document, and as `Word::beside`.
#[derive(Clone, Copy)]
struct Flag {
    own: u16,
    of_doc: Name,
    beside: [u16; 2],
}

impl Flag {
    const fn of(flag: &str) -> Self {
        Self {
            own: row(&["rule", flag]),
            of_doc: Name::of(&["rule-doc", flag]),
            beside: [row(&["before", "rule", flag]), row(&["after", "rule", flag])],
        }
    }
}

/// How a statement is set: its list mark, capitals, figures, its end, its place in the note, and its second half.
fn layout(rows: &mut Row, page: &Page<'_>, part: Span, index: usize, count: usize) {
    let content = near(page.text, part);
    let marker = content[..lines::list_marker(content)].trim();
    rows.push(match marker.chars().find(|c| c.is_alphanumeric()) {
        None if marker.is_empty() => const { row(&["mark", "none"]) },
        None => const { row(&["mark", "bullet"]) },
        Some(c) if c.is_ascii_digit() => const { row(&["mark", "number"]) },
        Some(_) => const { row(&["mark", "letter"]) },
    });
    rows.push(if content.chars().any(char::is_lowercase) {
        const { row(&["capitals", "some"]) }
    } else {
        const { row(&["capitals", "all"]) }
    });
    rows.push(if digits(content.as_bytes(), Span::new(0, content.len())) > 0 {
        const { row(&["figure", "yes"]) }
    } else {
        const { row(&["figure", "no"]) }
    });
    let end = content.chars().next_back().filter(|c| !c.is_alphanumeric()).unwrap_or('a');
    rows.push(const { Name::of(&["end"]) }.with(end.encode_utf8(&mut [0; 4]).as_bytes()).row());
    let places = const {
        [row(&["place", "1"]), row(&["place", "2"]), row(&["place", "3"]), row(&["place", "4"]), row(&["place", "5"])]
    };
    rows.push(places[index * 5 / count.max(1)]);
    match tail(content) {
        Some(tail) => {
            // It begins with a word, if there is any of it.
            rows.push(if tail.is_empty() {
                const { row(&["tail", "empty"]) }
            } else {
                const { row(&["tail", "full"]) }
            });
            let name = const { Name::of(&["tail", "word"]) };
            rows.each_stem(tail, TAIL, |rows, word| rows.push(name.with(word).row()));
        }
        None => rows.push(const { row(&["tail", "none"]) }),
    }
}

/// The heading that a statement stands under, and the label that it has itself.
fn heading(rows: &mut Row, page: &Page<'_>, part: Span, kind: &str, labels: &mut Labels) {
    let topic = page.topic(part.start);
    let [of_topic, of_both] = match labels.topic {
        Some((last, found)) if last == topic => found,
        _ => [row(&["topic", topic.as_str()]), row(&["topic-doc", topic.as_str(), kind])],
    };
    labels.topic = Some((topic, [of_topic, of_both]));
    rows.push(of_topic);
    rows.push(of_both);
    let Some(block) = page.label(part.end.saturating_sub(1).max(part.start)) else { return };
    let own = part.contains(block.label);
    labels.near.rows((block.label, own), |found| {
        let side = Name::of(&[if own { "label" } else { "heading" }]);
        let mut pairs = Vec::with_capacity(BESIDE);
        let mut before = None;
        // One word more, for the last pair.
        stems(block.label.of(page.text), BESIDE + 1, &mut rows.stem, |word| {
            let [alone, paired] = Name::all([side, before.unwrap_or(side)], word);
            pairs.extend(before.map(|_| paired.row()));
            before = Some(alone);
            if pairs.len() < BESIDE {
                found.push(alone.row());
            }
        });
        found.append(&mut pairs);
    });
    labels.near.rows.iter().for_each(|row| rows.push(*row));
    // The major heading, where the nearest label is a line's own.
    if own
        && let Some(over) = page.label(part.start)
        && over.label != block.label
    {
        labels.over.rows((over.label, false), |found| {
            let name = Name::of(&["heading"]);
            stems(over.label.of(page.text), BESIDE, &mut rows.stem, |word| found.push(name.with(word).row()));
        });
        labels.over.rows.iter().for_each(|row| rows.push(*row));
    }
}

/// The rows of the topic and of the labels that were read last: the next statement has mostly the same.
#[derive(Default)]
struct Labels {
    /// The topic, and the rows of it alone and with the kind of document.
    topic: Option<(Topic, [u16; 2])>,
    near: Last,
    over: Last,
}

#[derive(Default)]
struct Last {
    /// Where the label stands, and whether it is the statement's own.
    of: Option<(Span, bool)>,
    rows: Vec<u16>,
}

impl Last {
    /// Has the rows read, unless they are there.
    fn rows(&mut self, of: (Span, bool), read: impl FnOnce(&mut Vec<u16>)) {
        if self.of.replace(of) != Some(of) {
            self.rows.clear();
            read(&mut self.rows);
        }
    }
}

/// Which of the named term lists, by their order, have words in each statement.
fn named(page: &Page<'_>, parts: &[Span]) -> Vec<u64> {
    let mut found = vec![0_u64; parts.len()];
    for (bit, (_, list)) in lists().named().enumerate() {
        for hit in page.hits(list, page.whole()) {
            let index = parts.partition_point(|part| part.end <= hit.start);
            let Some(part) = parts.get(index).filter(|part| part.start <= hit.start) else { continue };
            if found[index] >> bit & 1 == 0 && !page.hits(list, *part).is_empty() {
                found[index] |= 1 << bit;
            }
        }
    }
    found
}

/// What the rules found in a statement, and which term lists have words in it.
fn found(facts: &Facts, part: Span, named: u64, flags: &mut Vec<Flag>) {
    static NAMED: LazyLock<Vec<Flag>> = LazyLock::new(|| lists().named().map(|(name, _)| Flag::of(name)).collect());
    let mut flag = |holds: bool, flag: Flag| {
        if holds {
            flags.push(flag);
        }
    };
    for goal in touching(&facts.goals, part, |goal| goal.span).take(3) {
        let stated = goal.id.is_empty();
        flag(
            true,
            match goal.term {
                GoalTerm::Long => const { Flag::of("goal-long") },
                GoalTerm::Short => const { Flag::of("goal-short") },
                GoalTerm::Unstated => const { Flag::of("goal") },
            },
        );
        flag(!stated, const { Flag::of("goal-numbered") });
        flag(goal.new, const { Flag::of("goal-new") });
        flag(goal.status.is_some_and(|status| status.overlaps(part)), const { Flag::of("goal-status-here") });
        flag(goal.status.is_none(), const { Flag::of("goal-open") });
        flag(goal.target.is_some(), const { Flag::of("goal-target") });
        flag(goal.function.is_some(), const { Flag::of("goal-function") });
        flag(goal.time_frame.is_some(), const { Flag::of("goal-time-frame") });
    }
    flag(facts.overall_goal_status.is_some_and(|status| status.overlaps(part)), const { Flag::of("overall-status") });
    for (spans, kind) in [
        (&facts.interventions, const { Flag::of("intervention") }),
        (&facts.planned_interventions, const { Flag::of("planned-intervention") }),
        (&facts.frequency, const { Flag::of("frequency") }),
        (&facts.duration, const { Flag::of("duration") }),
        (&facts.measures, const { Flag::of("measure") }),
        (&facts.visit_dates, const { Flag::of("visit-date") }),
        (&facts.periods, const { Flag::of("period") }),
        (&facts.diagnoses, const { Flag::of("diagnosis") }),
        (&facts.body_parts, const { Flag::of("body-part") }),
        (&facts.complexities, const { Flag::of("complexity") }),
        (&facts.medications, const { Flag::of("medication") }),
    ] {
        flag(overlapped(spans, part), kind);
    }
    let measures = inside(&facts.measures, part, |span| *span).count();
    flag(measures > 1, const { Flag::of("measures") });
    flag(touching(&facts.services, part, |service| service.span).next().is_some(), const { Flag::of("service") });
    flag(
        touching(&facts.signatures, part, |signature| signature.span).next().is_some(),
        const { Flag::of("signature") },
    );
    flag(touching(&facts.minutes.services, part, |stated| stated.span).next().is_some(), const { Flag::of("minutes") });
    flag(
        [&facts.minutes.total, &facts.minutes.timed].into_iter().flatten().any(|stated| stated.span.overlaps(part)),
        const { Flag::of("total-minutes") },
    );
    let mut named = named;
    while named != 0 {
        flags.push(NAMED[named.trailing_zeros() as usize]);
        named &= named - 1;
    }
}

/// The beginning of a statement, as much as is read of it.
fn near(text: &str, part: Span) -> &str {
    let content = part.of(text);
    let mut end = content.len().min(REACH);
    while !content.is_char_boundary(end) {
        end -= 1;
    }
    &content[..end]
}

/// What follows the first colon, dash, bar, arrow, run of dots or wide gap that has two words before it.
fn tail(content: &str) -> Option<&str> {
    let bytes = content.as_bytes();
    let mut words = 0;
    let mut inside = false;
    let mut previous = [' '; 2];
    let mut at = 0;
    loop {
        // Most of it is letters that go on with a word.
        if inside {
            let start = at;
            at = word_end(bytes, start);
            match at - start {
                0 => {}
                1 => previous = [char::from(bytes[at - 1]), previous[0]],
                _ => previous = [char::from(bytes[at - 1]), char::from(bytes[at - 2])],
            }
        }
        let &byte = bytes.get(at)?;
        // Mostly one blank follows, and then a word: that breaks nothing.
        if !inside && byte.is_ascii_alphanumeric() {
            (words, inside) = (words + 1, true);
            continue;
        }
        if byte == b' ' && previous[0] != ' ' {
            (at, inside, previous) = (at + 1, false, [' ', previous[0]]);
            continue;
        }
        let c = if byte.is_ascii() { char::from(byte) } else { content[at..].chars().next()? };
        at += c.len_utf8();
        let blank = c.is_whitespace();
        words += usize::from(!blank && !inside && c.is_alphanumeric());
        inside = !blank;
        let breaks = match c {
            ':' | '|' | '→' | '=' | '\t' | '\n' => true,
            '-' | '–' | '—' => previous[0] == ' ' || previous[0] == '-',
            '>' => previous[0] == '-',
            '.' => previous == ['.', '.'],
            ' ' => previous == [' ', ' '],
            _ => false,
        };
        if breaks && words >= 2 {
            return Some(content[at..].trim_start_matches(|c: char| !c.is_alphanumeric()));
        }
        previous = [c, previous[0]];
    }
}

/// What bytes are in the words of [`stems`]: nothing, what joins, a letter or a percentage, a digit, a part of a character beyond ASCII.
static MADE_OF: [u8; 256] = {
    let mut made = [NOTHING; 256];
    let mut byte = 0;
    while byte < 256 {
        made[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'%' => SAYS,
            b'0'..=b'9' => DIGIT,
            b'/' | b'\'' => JOINS,
            0x80.. => BEYOND,
            _ => NOTHING,
        };
        byte += 1;
    }
    made
};
const NOTHING: u8 = 0;
const JOINS: u8 = 1;
const SAYS: u8 = 2;
const DIGIT: u8 = 4 | SAYS;
const BEYOND: u8 = 8;

/// Gives the stems of a text's first words: figures become their form, capitals and inflection are put aside.
/// `stem` is room for a long one.
fn stems(text: &str, most: usize, stem: &mut String, mut give: impl FnMut(&[u8])) {
    let (bytes, mut at, mut left) = (text.as_bytes(), 0, most);
    while at < bytes.len() && left > 0 {
        // Whether there is a letter, a figure or a percentage in it, and whether there is a digit.
        // Most words are ASCII letters alone.
        let start = at;
        at = letters_end(bytes, start);
        let mut there = if at > start { SAYS } else { 0 };
        while let Some(&byte) = bytes.get(at) {
            match MADE_OF[usize::from(byte)] {
                NOTHING => break,
                BEYOND => {
                    let Some(c) = text[at..].chars().next().filter(|c| c.is_alphanumeric()) else { break };
                    there |= SAYS;
                    at += c.len_utf8();
                }
                made => {
                    there |= made;
                    at += 1;
                }
            }
        }
        let (says, digit) = (there & SAYS != 0, there & DIGIT == DIGIT);
        let word = Span::new(start, at);
        at += match bytes.get(at) {
            Some(byte) if byte.is_ascii() => 1,
            _ => text[at..].chars().next().map_or(0, char::len_utf8),
        };
        if !says {
            continue;
        }
        left -= 1;
        let short = if digit { None } else { Short::at(bytes, word) };
        if let Some((short, len)) = short.and_then(|short| short_stem(short, word.len())) {
            give(&short.bytes()[..len]);
            continue;
        }
        stem.clear();
        if digit {
            let form = |c: char| if c.is_ascii_digit() { '0' } else { c.to_ascii_lowercase() };
            stem.extend(word.of(text).chars().map(form));
        } else {
            push_stem(word.of(text), stem);
        }
        give(stem.as_bytes());
    }
}

/// The name of a feature, as far as it is known: the hash of its parts (FNV-1a), each with a zero after it.
#[derive(Clone, Copy)]
struct Name(u64);

impl Name {
    const PRIME: u64 = 0x0100_0000_01b3;

    const fn of(parts: &[&str]) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut part = 0;
        while part < parts.len() {
            let bytes = parts[part].as_bytes();
            let mut at = 0;
            while at < bytes.len() {
                hash = (hash ^ bytes[at] as u64).wrapping_mul(Self::PRIME);
                at += 1;
            }
            hash = hash.wrapping_mul(Self::PRIME);
            part += 1;
        }
        Self(hash)
    }

    /// The name with one part more.
    fn with(self, part: &[u8]) -> Self {
        let [name] = Self::all([self], part);
        name
    }

    /// Names with one part more, the same for all. Their sums do not wait for each other: together they take little longer than one.
    fn all<const N: usize>(mut names: [Self; N], part: &[u8]) -> [Self; N] {
        for byte in part {
            for name in &mut names {
                name.0 = (name.0 ^ u64::from(*byte)).wrapping_mul(Self::PRIME);
            }
        }
        // The zero after it.
        names.map(|name| Self(name.0.wrapping_mul(Self::PRIME)))
    }

    /// The row of the feature.
    const fn row(self) -> u16 {
        ((self.0 ^ (self.0 >> 29)) % ROWS as u64) as u16
    }
}

/// The row of the feature of a name.
const fn row(name: &[&str]) -> u16 {
    Name::of(name).row()
}

/// The rows of one statement, each once.
struct Row {
    /// Room for the stem of a word.
    stem: String,
    rows: Vec<u16>,
    /// A bit for each row that is there.
    there: Box<[u64; ROWS / 64]>,
}

impl Default for Row {
    fn default() -> Self {
        Self { stem: String::new(), rows: Vec::new(), there: Box::new([0; ROWS / 64]) }
    }
}

impl Row {
    fn push(&mut self, row: u16) {
        let (word, bit) = (&mut self.there[usize::from(row) / 64], 1 << (row % 64));
        if *word & bit == 0 {
            *word |= bit;
            self.rows.push(row);
        }
    }

    /// Gives the stems of a text's first words, with the row.
    fn each_stem(&mut self, text: &str, most: usize, mut give: impl FnMut(&mut Self, &[u8])) {
        let mut stem = std::mem::take(&mut self.stem);
        stems(text, most, &mut stem, |word| give(self, word));
        self.stem = stem;
    }

    /// The rows of a statement, of which none is left for the next.
    fn take(&mut self) -> Vec<u16> {
        self.there.fill(0);
        let rows = self.rows.clone();
        self.rows.clear();
        rows
    }
}
