//! Says which patterns match where, in one left-to-right walk over the text.
//!
//! The walk stops only where a word, a number or a telling symbol starts, and only when some pattern can begin with the
//! three bytes there. At such a place one automaton holds all patterns at once, so that no pattern hides another; its states
//! are worked out when they are first needed.

use std::collections::{HashMap, HashSet};

use memchr::memchr;
use regex_automata::hybrid::{LazyStateID, dfa, dfa::DFA};
use regex_automata::nfa::thompson::{self, NFA, State, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::util::primitives::{PatternID, StateID};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};

use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::text::Span;
use crate::text::short::letters_end;

/// Bytes between two looks at the token.
const LOOK: usize = 1 << 14;

/// Memory a thread may spend on determined states; when it is full they are found anew.
const CACHE_BYTES: usize = 24 << 20;

/// A pattern that can begin with more pairs of letters than this can begin with any word. It is tried only where a digit,
/// an at sign or an inner point is near, or ordinary prose would be slow.
const ANY_WORD_PAIRS: usize = 400;

/// The lower-level syntax of every pattern: verbose, bytes, no Unicode tables.
pub(super) fn syntax() -> syntax::Config {
    syntax::Config::new().unicode(false).utf8(false).ignore_whitespace(true)
}

/// Bytes that make a stretch of text worth a closer look, and where words and numbers start.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    Letter,
    Digit,
    Point,
    Under,
    At,
    Symbol,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Symbol; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => Class::Blank,
            b'0'..=b'9' => Class::Digit,
            b'a'..=b'z' | b'A'..=b'Z' | 0x80..=0xff => Class::Letter,
            b'.' => Class::Point,
            b'_' => Class::Under,
            b'@' => Class::At,
            _ => Class::Symbol,
        };
        byte += 1;
    }
    classes
};

fn class(byte: u8) -> Class {
    CLASSES[usize::from(byte)]
}

/// What three bytes in a row can be, each told apart as far as five bits do: letters whatever their case, digits as one. For each
/// two the set of the third.
struct Openings(Box<[u32; 1024]>);

/// The five bits of each byte.
static FOLDED: [u8; 256] = {
    let mut folded = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        folded[byte] = match byte as u8 {
            letter @ (b'a'..=b'z' | b'A'..=b'Z') => letter & 31,
            b'0'..=b'9' => 0,
            b' ' | b'\t' | b'\n' | b'\r' => 27,
            b'.' | b',' => 28,
            b'-' | b'/' => 29,
            0x80..=0xff => 30,
            _ => 31,
        };
        byte += 1;
    }
    folded
};

fn folded(byte: u8) -> usize {
    usize::from(FOLDED[usize::from(byte)])
}

impl Openings {
    #[inline]
    fn contains(&self, bytes: [u8; 3]) -> bool {
        let [first, second, third] = bytes.map(folded);
        self.0[first << 5 | second] & (1 << third) != 0
    }
}

/// A set of pairs of bytes.
struct Pairs(Box<[u64; 1024]>);

impl Pairs {
    fn new() -> Self {
        Self(Box::new([0; 1024]))
    }

    fn insert(&mut self, first: u8, second: u8) {
        let bit = usize::from(first) << 8 | usize::from(second);
        self.0[bit >> 6] |= 1 << (bit & 63);
    }

    fn contains(&self, first: u8, second: u8) -> bool {
        let bit = usize::from(first) << 8 | usize::from(second);
        self.0[bit >> 6] & (1 << (bit & 63)) != 0
    }

    fn letter_pairs(&self) -> usize {
        let letters = || (b'a'..=b'z').chain(b'A'..=b'Z');
        letters()
            .flat_map(|first| letters().map(move |second| (first, second)))
            .filter(|&(a, b)| self.contains(a, b))
            .count()
    }
}

type NewTable = Box<dyn Fn() -> Table + Send + Sync + std::panic::UnwindSafe + std::panic::RefUnwindSafe>;

/// Patterns in one automaton, and where they can begin.
struct Automaton {
    dfa: DFA,
    tables: Pool<Table, NewTable>,
    openings: Openings,
    /// The number each pattern has outside.
    numbers: Vec<usize>,
}

/// All patterns.
pub(super) struct Scanner {
    /// Those that begin with something telling: tried at every word.
    telling: Automaton,
    /// All of them, also those that can begin with any word: tried where an identifier may be.
    all: Automaton,
    /// The most bytes that a pattern can match, and one that does without the mark between the fields of a message.
    longest: (usize, usize),
}

/// The mark between fields, without which the longest patterns match nothing.
const BAR: u8 = b'|';

impl Automaton {
    fn new(regexes: &[&str], numbers: Vec<usize>) -> Result<Self> {
        let unreadable = |error: &dyn std::fmt::Display| Error::internal(format!("pattern does not compile: {error}"));
        let chosen: Vec<&str> = numbers.iter().map(|&number| regexes[number]).collect();
        let nfa = thompson::Compiler::new()
            .syntax(syntax())
            .configure(thompson::Config::new().utf8(false).which_captures(WhichCaptures::None))
            .build_many(&chosen)
            .map_err(|error| unreadable(&error))?;
        let openings = openings(&nfa);
        let dfa = dfa::Builder::new()
            .configure(
                dfa::Config::new()
                    .match_kind(MatchKind::All)
                    .cache_capacity(CACHE_BYTES)
                    .skip_cache_capacity_check(true)
                    // A full cache is an error, so that nobody goes on with states of the cache before it.
                    .minimum_cache_clear_count(Some(0)),
            )
            .build_from_nfa(nfa)
            .map_err(|error| unreadable(&error))?;
        let for_table = dfa.clone();
        let new_table: NewTable = Box::new(move || Table::new(&for_table));
        Ok(Self { dfa, tables: Pool::new(new_table), openings, numbers })
    }

    /// Which patterns begin with something telling; the others can begin with any word.
    fn telling(&self) -> Vec<usize> {
        let nfa = self.dfa.get_nfa();
        let telling = |pattern: &PatternID| beginnings(nfa, *pattern).letter_pairs() <= ANY_WORD_PAIRS;
        nfa.patterns().filter(telling).map(|pattern| self.numbers[pattern.as_usize()]).collect()
    }

    /// Every pattern that matches at `start`, with every end it can have, nearest end first.
    fn ends(&self, table: &mut Table, text: &[u8], start: usize, ends: &mut Vec<(usize, usize)>) -> Result<()> {
        ends.clear();
        if table.walk(self, text, start, ends).is_ok() {
            return Ok(());
        }
        // The table is full: begin anew, once.
        *table = Table::new(&self.dfa);
        ends.clear();
        table.walk(self, text, start, ends).map_err(|_| Error::internal("the pattern automaton gave up"))
    }
}

/// The states of an automaton that were met so far, in little memory: rows lie side by side in the order in which they
/// were met, a few hundred bytes each, where those of the lazy automaton are spread over many pages.
struct Table {
    cache: dfa::Cache,
    /// How many bytes and the end of the text are told apart.
    width: usize,
    /// Where each state leads under each class: 0 is not known yet, 1 nowhere; [`MATCH`] is set where patterns match.
    rows: Vec<u16>,
    /// The state in the cache for each row.
    lazy: Vec<LazyStateID>,
    known: HashMap<LazyStateID, u16>,
    /// Where to begin after each byte, and at the start of the text.
    starts: [u16; 257],
    /// The patterns that match in each state.
    matches: Vec<Box<[u16]>>,
}

/// Patterns match in the state that is entered.
const MATCH: u16 = 1 << 15;
const UNKNOWN: u16 = 0;
const DEAD: u16 = 1;

/// The table is full, or the automaton gave up.
struct Full;

impl Table {
    fn new(dfa: &DFA) -> Self {
        let width = dfa.byte_classes().alphabet_len();
        Self {
            cache: dfa.create_cache(),
            width,
            rows: vec![UNKNOWN; 2 * width],
            lazy: vec![LazyStateID::default(); 2],
            known: HashMap::new(),
            starts: [UNKNOWN; 257],
            matches: vec![Box::default(); 2],
        }
    }

    fn walk(
        &mut self,
        automaton: &Automaton,
        text: &[u8],
        start: usize,
        ends: &mut Vec<(usize, usize)>,
    ) -> std::result::Result<(), Full> {
        let dfa = &automaton.dfa;
        let classes = dfa.byte_classes();
        let before = start.checked_sub(1).map_or(256, |before| usize::from(text[before]));
        let mut state = self.starts[before];
        if state == UNKNOWN {
            let input = Input::new(text).range(start..).anchored(Anchored::Yes);
            let lazy = dfa.start_state_forward(&mut self.cache, &input).map_err(|_| Full)?;
            state = self.intern(dfa, lazy)?;
            self.starts[before] = state;
        }
        // A lazy automaton reports a match one byte late, hence the step past the end.
        for at in start..=text.len() {
            let class = match text.get(at) {
                Some(&byte) => usize::from(classes.get(byte)),
                None => self.width - 1,
            };
            let place = usize::from(state & !MATCH) * self.width + class;
            let mut next = self.rows[place];
            if next == UNKNOWN {
                let from = self.lazy[usize::from(state & !MATCH)];
                let lazy = match text.get(at) {
                    Some(&byte) => dfa.next_state(&mut self.cache, from, byte),
                    None => dfa.next_eoi_state(&mut self.cache, from),
                };
                next = self.intern(dfa, lazy.map_err(|_| Full)?)?;
                self.rows[place] = next;
            }
            if next == DEAD {
                break;
            }
            if next & MATCH != 0 {
                let matching = self.matches[usize::from(next & !MATCH)].iter();
                ends.extend(matching.map(|&pattern| (automaton.numbers[usize::from(pattern)], at)));
            }
            state = next;
        }
        Ok(())
    }

    /// The row of a state of the cache, and whether patterns match there.
    fn intern(&mut self, dfa: &DFA, lazy: LazyStateID) -> std::result::Result<u16, Full> {
        if lazy.is_dead() {
            return Ok(DEAD);
        }
        if lazy.is_quit() {
            return Err(Full);
        }
        if let Some(&row) = self.known.get(&lazy) {
            return Ok(row);
        }
        let number = u16::try_from(self.lazy.len()).ok().filter(|number| number & MATCH == 0).ok_or(Full)?;
        let matching = if lazy.is_match() { dfa.match_len(&self.cache, lazy) } else { 0 };
        let patterns = (0..matching).map(|index| dfa.match_pattern(&self.cache, lazy, index).as_usize() as u16);
        self.matches.push(patterns.collect());
        self.lazy.push(lazy);
        self.rows.resize(self.rows.len() + self.width, UNKNOWN);
        let row = number | if matching > 0 { MATCH } else { 0 };
        self.known.insert(lazy, row);
        Ok(row)
    }
}

impl Scanner {
    /// Compiles the patterns; their numbers are their places in `regexes`.
    pub(super) fn new(regexes: &[&str]) -> Result<Self> {
        let all = Automaton::new(regexes, (0..regexes.len()).collect())?;
        let telling = Automaton::new(regexes, all.telling())?;
        let longest = |regex: &&str| syntax::parse_with(regex, &syntax()).ok()?.properties().maximum_len();
        let lengths: Vec<usize> = regexes.iter().map(|regex| longest(regex).unwrap_or(usize::MAX)).collect();
        let nfa = all.dfa.get_nfa();
        let barless =
            nfa.patterns().filter(|pattern| !needs_bar(nfa, *pattern)).map(|pattern| lengths[pattern.as_usize()]);
        let longest = (lengths.iter().copied().max().unwrap_or(0), barless.max().unwrap_or(0));
        Ok(Self { telling, all, longest })
    }

    /// Where matches begin that touch `span`, or come as near to it as `margin` bytes.
    pub(super) fn around(&self, text: &[u8], span: Span, margin: usize) -> Span {
        let (longest, barless) = self.longest;
        let longest = if memchr(BAR, text).is_some() { longest } else { barless };
        let near = span.start.saturating_sub(longest.saturating_add(margin));
        let blank = text[..near].iter().rposition(|byte| class(*byte) == Class::Blank);
        Span::new(blank.map_or(0, |blank| blank + 1), text.len().min(span.end + margin))
    }

    /// Calls `found` at each place of `part` where patterns match, with every pattern and every end it can have there, nearest end
    /// first. The part begins where the text does or after a blank, and is gone through to the end of its last word. Gives back
    /// where that is.
    ///
    /// # Errors
    /// When the automaton gives up, and once `cancel` is set.
    pub(super) fn scan(
        &self,
        text: &[u8],
        part: Span,
        cancel: &Cancel,
        mut found: impl FnMut(usize, &[(usize, usize)]),
    ) -> Result<usize> {
        let (mut telling, mut all) = (self.telling.tables.get(), self.all.tables.get());
        let mut ends = Vec::with_capacity(64);
        let mut at = part.start;
        let mut looked = 0;
        while at < part.end {
            if at >= looked {
                cancel.check()?;
                looked = at + LOOK;
            }
            if class(text[at]) == Class::Blank {
                at += 1;
                continue;
            }
            let start = at;
            let mut busy = false;
            // Most of a note is words of letters alone, which start at one place.
            at = letters_end(text, at);
            while text.get(at).is_some_and(|&byte| class(byte) == Class::Letter) {
                at += 1;
            }
            let plain = at;
            while let Some(&byte) = text.get(at) {
                match class(byte) {
                    Class::Blank => break,
                    Class::Digit | Class::At | Class::Under => busy = true,
                    Class::Point => busy |= text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric),
                    _ => {}
                }
                at += 1;
            }
            let next = text[at..].iter().take(3).find(|&&byte| class(byte) != Class::Blank);
            busy |= next.is_some_and(u8::is_ascii_digit);
            let (automaton, table) = if busy { (&self.all, &mut *all) } else { (&self.telling, &mut *telling) };
            let mut before = Class::Blank;
            let mut upcoming = start;
            while upcoming < at {
                let place = upcoming;
                let here = class(text[place]);
                upcoming = if place < plain { plain } else { place + 1 };
                let starts = here != before || !matches!(here, Class::Letter | Class::Digit);
                before = here;
                let near = |after: usize| text.get(place + after).copied().unwrap_or(b'\n');
                if !starts || !automaton.openings.contains([text[place], near(1), near(2)]) {
                    continue;
                }
                automaton.ends(table, text, place, &mut ends)?;
                if !ends.is_empty() {
                    found(place, &ends);
                }
            }
        }
        Ok(at)
    }
}

/// The pairs of bytes a pattern can begin with.
fn beginnings(nfa: &NFA, pattern: PatternID) -> Pairs {
    let mut pairs = Pairs::new();
    let Some(start) = nfa.start_pattern(pattern) else { return pairs };
    for (first, next) in steps(nfa, start).0 {
        let (seconds, done) = steps(nfa, next);
        for first in first.0..=first.1 {
            if done {
                (0..=255).for_each(|second| pairs.insert(first, second));
            }
            for &(second, _) in &seconds {
                (second.0..=second.1).for_each(|second| pairs.insert(first, second));
            }
        }
    }
    pairs
}

/// What the patterns can begin with.
fn openings(nfa: &NFA) -> Openings {
    let mut openings = Openings(Box::new([0; 1024]));
    let set = |(first, last): (u8, u8)| (first..=last).fold(0_u32, |set, byte| set | 1 << folded(byte));
    let each = |set: u32| (0..32_usize).filter(move |bit| set & (1 << bit) != 0);
    // Many bytes lead to the same state.
    let mut known = HashMap::new();
    let mut seconds_of = |state: StateID| -> Vec<(u32, u32)> {
        let (seconds, done) = steps(nfa, state);
        let seconds = seconds.into_iter().map(|(second, next)| {
            let thirds = known.entry(next).or_insert_with(|| {
                let (thirds, done) = steps(nfa, next);
                if done { u32::MAX } else { thirds.into_iter().fold(0, |all, (third, _)| all | set(third)) }
            });
            (set(second), *thirds)
        });
        seconds.chain(done.then_some((u32::MAX, u32::MAX))).collect()
    };
    let mut seconds: HashMap<StateID, Vec<(u32, u32)>> = HashMap::new();
    for start in nfa.patterns().filter_map(|pattern| nfa.start_pattern(pattern)) {
        for (first, next) in steps(nfa, start).0 {
            for &(second, thirds) in seconds.entry(next).or_insert_with(|| seconds_of(next)).iter() {
                for first in each(set(first)) {
                    each(second).for_each(|second| openings.0[first << 5 | second] |= thirds);
                }
            }
        }
    }
    openings
}

/// Whether a pattern matches nothing without a [`BAR`].
fn needs_bar(nfa: &NFA, pattern: PatternID) -> bool {
    let Some(start) = nfa.start_pattern(pattern) else { return true };
    let (mut seen, mut open) = (HashSet::from([start]), vec![start]);
    while let Some(state) = open.pop() {
        let (steps, done) = steps(nfa, state);
        if done {
            return false;
        }
        let other = steps.into_iter().filter(|(range, _)| *range != (BAR, BAR)).map(|(_, next)| next);
        open.extend(other.filter(|next| seen.insert(*next)));
    }
    true
}

/// A range of bytes, first and last, and where it leads.
type Step = ((u8, u8), StateID);

/// The byte ranges that lead on from a state, with where they lead, and whether a match is already there.
fn steps(nfa: &NFA, from: StateID) -> (Vec<Step>, bool) {
    let (mut steps, mut done) = (Vec::new(), false);
    let (mut seen, mut open) = (std::collections::BTreeSet::from([from]), vec![from]);
    while let Some(id) = open.pop() {
        let mut follow = |next: StateID| {
            if seen.insert(next) {
                open.push(next);
            }
        };
        match nfa.state(id) {
            State::ByteRange { trans } => steps.push(((trans.start, trans.end), trans.next)),
            State::Sparse(sparse) => {
                steps.extend(sparse.transitions.iter().map(|trans| ((trans.start, trans.end), trans.next)));
            }
            State::Dense(dense) => {
                steps.extend((0..=255).filter_map(|byte| Some(((byte, byte), dense.matches_byte(byte)?))));
            }
            State::Look { next, .. } | State::Capture { next, .. } => follow(*next),
            State::Union { alternates } => alternates.iter().copied().for_each(follow),
            State::BinaryUnion { alt1, alt2 } => {
                follow(*alt1);
                follow(*alt2);
            }
            State::Match { .. } => done = true,
            State::Fail => {}
        }
    }
    (steps, done)
}
