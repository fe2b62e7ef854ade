//! Says which patterns match where, in one left-to-right walk over the text.
//!
//! The walk stops only where a word, a number or a telling symbol starts, and only when some pattern can begin with the
//! three bytes there. At such a place an automaton holds many patterns at once, so that no pattern hides another. There are four of them, each tried only where one of its patterns can match:
//! a state is a set of places in patterns, and together they had more states than a processor keeps at hand.

use std::collections::HashSet;

use memchr::memchr;
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::primitives::{PatternID, StateID};
use regex_automata::util::syntax;

use super::rule_set::RuleSet;
use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::text::Span;
use crate::text::automaton::{Automaton, Said, Table};
use crate::text::openings::{Openings, Range, folded, openings, steps};
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
    Bracket,
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
            b'(' | b'[' | b'{' => Class::Bracket,
            _ => Class::Symbol,
        };
        byte += 1;
    }
    classes
};

fn class(byte: u8) -> Class {
    CLASSES[usize::from(byte)]
}

/// What each byte in a stretch between blanks says of it.
const ENDS: u8 = 1;
/// An identifier may be there.
const BUSY: u8 = 1 << 1;
/// There is a mark (see [`Way::Mark`]).
const MARK: u8 = 1 << 2;
/// The byte after it says more.
const POINT: u8 = 1 << 3;

/// Of each byte in a stretch.
static SAYS: [u8; 256] = {
    let mut says = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        says[byte] = match CLASSES[byte] {
            Class::Blank => ENDS,
            Class::Digit | Class::Under => BUSY,
            Class::At => BUSY | MARK,
            Class::Bracket => MARK,
            Class::Point => POINT,
            Class::Letter | Class::Symbol => 0,
        };
        byte += 1;
    }
    says
};

/// Of the byte right after a point.
fn after_point(byte: u8) -> u8 {
    if byte.is_ascii_alphabetic() {
        BUSY | MARK
    } else if byte.is_ascii_digit() {
        BUSY
    } else {
        0
    }
}

/// Of the byte after the blanks after a stretch.
fn after_blank(byte: u8) -> u8 {
    SAYS[usize::from(byte)] & if byte.is_ascii_digit() { BUSY } else { MARK }
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

/// A regular expression, and what may stand right before it, as [`super::Pattern::behind`] says.
pub(super) struct Form<'p> {
    pub(super) regex: &'p str,
    pub(super) behind: String,
    /// The rules that have this expression.
    pub(super) rules: RuleSet,
}

/// Where matches end that begin at one place, and the rules whose expressions end there.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) at: usize,
    pub(super) rules: RuleSet,
}

/// All patterns, in four automata: the first is tried at every word, the others, which can begin with any word, where an identifier
/// may be.
pub(super) struct Scanner {
    /// Those that begin with something telling.
    telling: Automaton<RuleSet>,
    /// Those that begin with any word.
    any: Automaton<RuleSet>,
    /// Those among them that have a mark in or right after their first word (see [`Way::Mark`]).
    marked: Automaton<RuleSet>,
    /// Those among them that stand behind certain bytes.
    led: Automaton<RuleSet>,
    /// These bytes.
    leads: [bool; 256],
    /// What each of the four can begin with, side by side.
    openings: Box<[[u32; 4]; 1024]>,
    /// What follows the first byte of those that begin with something telling.
    later: Openings,
    /// The most bytes that a pattern can match, and one that does without the mark between the fields of a message.
    longest: (usize, usize),
}

/// The mark between fields, without which the longest patterns match nothing.
const BAR: u8 = b'|';

/// The automaton that is built from regular expressions, with the number each has outside.
fn compile(forms: &[Form<'_>], numbers: &[usize]) -> Result<NFA> {
    let chosen: Vec<&str> = numbers.iter().map(|&number| forms[number].regex).collect();
    thompson::Compiler::new()
        .syntax(syntax())
        .configure(thompson::Config::new().utf8(false).which_captures(WhichCaptures::None))
        .build_many(&chosen)
        .map_err(|error| Error::internal(format!("pattern does not compile: {error}")))
}

impl Said for RuleSet {
    fn add(&mut self, other: Self) {
        Self::add(self, other);
    }
}

/// Patterns in an automaton that says of each the rules that it is the expression of.
fn automaton(forms: &[Form<'_>], numbers: &[usize]) -> Result<Automaton<RuleSet>> {
    let rules: Vec<RuleSet> = numbers.iter().map(|&number| forms[number].rules).collect();
    Automaton::new(compile(forms, numbers)?, &rules, CACHE_BYTES)
}

/// Adds every end that a match at `start` can have, nearest first.
#[inline]
fn ends(
    automaton: &Automaton<RuleSet>,
    table: &mut Table<RuleSet>,
    text: &[u8],
    start: usize,
    ends: &mut Vec<End>,
) -> Result<()> {
    let known = ends.len();
    if automaton.walk(table, text, start, text.len(), |at, rules| ends.push(End { at, rules })).is_ok() {
        return Ok(());
    }
    // The table is full: begin anew, once.
    automaton.renew(table);
    ends.truncate(known);
    let walked = automaton.walk(table, text, start, text.len(), |at, rules| ends.push(End { at, rules }));
    walked.map(|_| ()).map_err(|_| Error::internal("the pattern automaton gave up"))
}

impl Scanner {
    /// Compiles the patterns; their numbers are their places in `forms`.
    pub(super) fn new(forms: &[Form<'_>]) -> Result<Self> {
        let nfa = compile(forms, &(0..forms.len()).collect::<Vec<_>>())?;
        let (mut telling, mut any, mut marked, mut led) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut leads = [false; 256];
        for (number, pattern) in nfa.patterns().enumerate() {
            let group = if beginnings(&nfa, pattern).letter_pairs() <= ANY_WORD_PAIRS {
                &mut telling
            } else if !forms[number].behind.is_empty() {
                forms[number].behind.bytes().for_each(|byte| leads[usize::from(byte)] = true);
                &mut led
            } else if needs(&nfa, pattern, Way::to_mark) {
                &mut marked
            } else {
                &mut any
            };
            group.push(number);
        }
        let longest = |form: &Form<'_>| syntax::parse_with(form.regex, &syntax()).ok()?.properties().maximum_len();
        let lengths: Vec<usize> = forms.iter().map(|form| longest(form).unwrap_or(usize::MAX)).collect();
        let barless = nfa
            .patterns()
            .filter(|pattern| !needs(&nfa, *pattern, Way::to_bar))
            .map(|pattern| lengths[pattern.as_usize()]);
        let longest = (lengths.iter().copied().max().unwrap_or(0), barless.max().unwrap_or(0));
        let automata = [telling, any, marked, led].map(|numbers: Vec<usize>| automaton(forms, &numbers));
        let [telling, any, marked, led] = automata;
        let (telling, any, marked, led) = (telling?, any?, marked?, led?);
        let mut openings = Box::new([[0; 4]; 1024]);
        for (place, automaton) in [&telling, &any, &marked, &led].into_iter().enumerate() {
            let nfa = automaton.nfa();
            let own = self::openings(nfa, nfa.patterns().filter_map(|pattern| nfa.start_pattern(pattern)));
            openings.iter_mut().zip(own.iter()).for_each(|(all, own)| all[place] = *own);
        }
        let later = self::later(telling.nfa());
        Ok(Self { telling, any, marked, led, leads, openings, later, longest })
    }

    /// Where matches begin that touch `span`, or come as near to it as `margin` bytes.
    pub(super) fn around(&self, text: &[u8], span: Span, margin: usize) -> Span {
        let (longest, barless) = self.longest;
        let longest = if memchr(BAR, text).is_some() { longest } else { barless };
        let near = span.start.saturating_sub(longest.saturating_add(margin));
        let blank = text[..near].iter().rposition(|byte| class(*byte) == Class::Blank);
        Span::new(blank.map_or(0, |blank| blank + 1), text.len().min(span.end + margin))
    }

    /// Calls `found` at each place of `part` where patterns match, with every end that matches have there, nearest first; one end may
    /// be there more than once. The part begins where the text does or after a blank, and is gone through to the end of its last word. Gives back
    /// where that is.
    ///
    /// # Errors
    /// When the automaton gives up, and once `cancel` is set.
    pub(super) fn scan(
        &self,
        text: &[u8],
        part: Span,
        cancel: &Cancel,
        mut found: impl FnMut(usize, &[End]),
    ) -> Result<usize> {
        let (mut telling, mut any) = (self.telling.table(), self.any.table());
        let (mut marked, mut led) = (self.marked.table(), self.led.table());
        let (telling, any, marked, led) = (&mut *telling, &mut *any, &mut *marked, &mut *led);
        let mut ends: Vec<End> = Vec::with_capacity(64);
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
            // Most of a note is words of letters alone, which start at one place.
            at = letters_end(text, at);
            while text.get(at).is_some_and(|&byte| class(byte) == Class::Letter) {
                at += 1;
            }
            let plain = at;
            let mut seen = 0;
            let byte = |at: usize| text.get(at).copied().unwrap_or(b' ');
            loop {
                let says = SAYS[usize::from(byte(at))];
                if says & ENDS != 0 {
                    break;
                }
                if says & POINT != 0 {
                    seen |= after_point(byte(at + 1));
                }
                seen |= says;
                at += 1;
            }
            // There may be two blanks.
            let (first, second) = (byte(at + 1), byte(at + 2));
            seen |= after_blank(if class(first) == Class::Blank { second } else { first });
            // All bits where the others are tried, and those with a mark.
            let tried = if seen & BUSY != 0 { u32::MAX } else { 0 };
            let marks = if seen & MARK != 0 { tried } else { 0 };
            let mut before = Class::Blank;
            let mut upcoming = start;
            while upcoming < at {
                let place = upcoming;
                let here = class(text[place]);
                upcoming = if place < plain { plain } else { place + 1 };
                let starts = here != before || !matches!(here, Class::Letter | Class::Digit);
                before = here;
                if !starts {
                    continue;
                }
                let near = |after: usize| text.get(place + after).map_or(folded(b'\n'), |byte| folded(*byte));
                let (one, two, three) = (near(1), near(2), near(3));
                let opening = &self.openings[folded(text[place]) << 5 | one];
                let later = if self.later[one << 5 | two] & 1 << three != 0 { u32::MAX } else { 0 };
                let led_here = place > 0 && self.leads[usize::from(text[place - 1])];
                let leads = if led_here { tried } else { 0 };
                let sets = [opening[0] & later, opening[1] & tried, opening[2] & marks, opening[3] & leads];
                let opens = sets.map(|set| set & 1 << two);
                // Nothing begins at most places: that is one question.
                if opens == [0; 4] {
                    continue;
                }
                if opens[0] != 0 {
                    self::ends(&self.telling, telling, text, place, &mut ends)?;
                }
                let first = ends.len();
                if opens[1] != 0 {
                    self::ends(&self.any, any, text, place, &mut ends)?;
                }
                if opens[2] != 0 {
                    self::ends(&self.marked, marked, text, place, &mut ends)?;
                }
                if opens[3] != 0 {
                    self::ends(&self.led, led, text, place, &mut ends)?;
                }
                if first < ends.len() && !ends.is_sorted_by_key(|end| end.at) {
                    ends.sort_unstable_by_key(|end| end.at);
                }
                if !ends.is_empty() {
                    found(place, &ends);
                    ends.clear();
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

/// What stands after the first byte of a match.
fn later(nfa: &NFA) -> Openings {
    let starts = nfa.patterns().filter_map(|pattern| nfa.start_pattern(pattern));
    let nexts: HashSet<StateID> = starts.flat_map(|start| steps(nfa, start).0).map(|(_, next)| next).collect();
    if nexts.iter().any(|next| steps(nfa, *next).1) {
        // A match of one byte has nothing after it.
        return Box::new([u32::MAX; 1024]);
    }
    openings(nfa, nexts.into_iter())
}

/// What a step comes to for what is asked of a pattern.
enum Way {
    /// The pattern has what is asked for.
    Mark,
    /// It goes on without it.
    On,
    /// It has gone where it does not count any more.
    Past,
}

impl Way {
    /// The next step, after the one before it, leads to a [`BAR`].
    fn to_bar(_: Option<Range>, step: Range) -> Self {
        if step == (BAR, BAR) { Self::Mark } else { Self::On }
    }

    /// It leads to a mark that few words have: an at sign, an opening bracket, or a point right before a letter. A bracket may stand
    /// after one blank.
    fn to_mark(before: Option<Range>, step: Range) -> Self {
        let is = |class_of: Class| step.0 == step.1 && class(step.0) == class_of;
        let letters = step.0.is_ascii_lowercase() && step.1.is_ascii_lowercase()
            || step.0.is_ascii_uppercase() && step.1.is_ascii_uppercase();
        if is(Class::At) || is(Class::Bracket) || before == Some((b'.', b'.')) && letters {
            Self::Mark
        } else if before.is_some_and(|before| (before.0..=before.1).any(|byte| class(byte) == Class::Blank)) {
            Self::Past
        } else {
            Self::On
        }
    }
}

/// Whether no match of a pattern does without a step to what is asked for.
fn needs(nfa: &NFA, pattern: PatternID, way: impl Fn(Option<Range>, Range) -> Way) -> bool {
    let Some(start) = nfa.start_pattern(pattern) else { return true };
    let (mut seen, mut open) = (HashSet::from([(start, None)]), vec![(start, None)]);
    while let Some((state, before)) = open.pop() {
        let (steps, done) = steps(nfa, state);
        if done {
            return false;
        }
        for (range, next) in steps {
            match way(before, range) {
                Way::Mark => {}
                Way::Past => return false,
                Way::On => {
                    if seen.insert((next, Some(range))) {
                        open.push((next, Some(range)));
                    }
                }
            }
        }
    }
    true
}
