//! Says where each of many patterns matches, in one walk over a text.
//!
//! A search for one pattern reads all of the text, and a note is searched for some thirty. The walk looks at three bytes at each place, or four, and
//! goes on only where some pattern can begin with them; there one automaton follows all patterns at once. Where a pattern begins is all that is
//! kept: what it matches from there is asked of the pattern itself, so that nothing is found that it would not find alone.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::{Captures, Match, Regex};
use regex_automata::nfa::thompson::{self, NFA, State, WhichCaptures};
use regex_automata::util::look::Look;
use regex_automata::util::primitives::StateID;
use regex_syntax::hir::{Hir, HirKind, Repetition};

use super::Span;
use super::automaton::{Automaton, Full, Said, Table};
use super::hash::QuickMap;
use super::openings::{Fourths, folded, fourths, thirds};
use crate::cancel::Cancel;

/// A pattern that is compiled when it is first used.
pub(crate) type Pattern = LazyLock<Regex>;

/// Where a walk from one place ends at the latest, in bytes: a match as long is no match of a sane text, and costs a search of its own.
const REACH: usize = 512;
/// Bytes between two looks at the token.
const LOOK: usize = 1 << 14;
/// Memory a thread may spend on determined states; when it is full they are found anew.
const CACHE_BYTES: usize = 8 << 20;

/// A bit for each pattern.
#[derive(Clone, Copy, Default)]
struct Numbers(u64);

impl Said for Numbers {
    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Patterns that are searched for together.
pub(crate) struct Sweep {
    /// The number of each pattern, by its place in memory.
    numbers: QuickMap<usize, usize>,
    automaton: Automaton<Numbers>,
    /// For each two bytes the set of the third that those begin with that begin at the border of a word, and all others.
    openings: Box<[[u32; 2]; 1024]>,
    /// What any of them begins with.
    fourths: Fourths,
}

impl Sweep {
    /// Patterns that are searched for in all of a text, and those that are asked of its parts ([`Swept::may`]), in one automaton: 64 at most.
    /// None matches without a byte.
    ///
    /// # Panics
    /// When they are too many or too large for it: built-in ones are tested.
    pub(crate) fn new(whole: Vec<&'static Pattern>, parts: Vec<&'static Pattern>) -> Self {
        let read =
            |pattern: &&'static Pattern| regex_syntax::parse(pattern.as_str()).expect("built-in patterns are tested");
        let all: Vec<Hir> = whole.iter().map(read).chain(parts.iter().map(read).map(|hir| core(&hir))).collect();
        let patterns = [whole, parts].concat();
        assert!(patterns.len() <= 64, "a bit for each pattern");
        let nfa = thompson::Compiler::new()
            .configure(thompson::Config::new().which_captures(WhichCaptures::None))
            .build_many_from_hir(&all)
            .expect("built-in patterns are tested");
        assert!(!nfa.has_empty(), "a match has a byte");
        let [mut all, others] = entries(&nfa).map(|states| fourths(&nfa, states.into_iter()));
        let own = [thirds(&all), thirds(&others)];
        let mut openings = Box::new([[0; 2]; 1024]);
        openings.iter_mut().enumerate().for_each(|(at, both)| *both = [own[0][at], own[1][at]]);
        all.as_flattened_mut().iter_mut().zip(others.as_flattened()).for_each(|(all, others)| *all |= others);
        let said: Vec<Numbers> = (0..patterns.len()).map(|number| Numbers(1 << number)).collect();
        let automaton = Automaton::new(nfa, &said, CACHE_BYTES).expect("built-in patterns are tested");
        let numbers = patterns.iter().enumerate().map(|(number, pattern)| (place(pattern), number)).collect();
        Self { numbers, automaton, openings, fourths: all }
    }

    /// Where each pattern begins in a text. Once `cancel` is set, that is left to the patterns.
    pub(crate) fn over<'t>(&'static self, text: &'t str, cancel: &Cancel) -> Swept<'t> {
        let mut table = self.automaton.table();
        let starts = self.starts(&mut table, text.as_bytes(), cancel).or_else(|Full| {
            // Begin anew, once.
            self.automaton.renew(&mut table);
            self.starts(&mut table, text.as_bytes(), cancel)
        });
        Swept { sweep: self, text, starts: starts.ok().flatten() }
    }

    /// Nothing where a walk goes too far, or is not to go on; an error where the table is full.
    fn starts(
        &self,
        table: &mut Table<Numbers>,
        text: &[u8],
        cancel: &Cancel,
    ) -> Result<Option<Vec<Vec<usize>>>, Full> {
        let mut starts = vec![Vec::new(); self.numbers.len()];
        let is_word = |at: usize| text[at].is_ascii_alphanumeric() || text[at] == b'_';
        let mut follow = |at: usize| {
            let mut here = 0;
            let reach = text.len().min(at + REACH);
            let ended = self.automaton.walk(table, text, at, reach, |_, numbers| here |= numbers.0)?;
            while here != 0 {
                starts[here.trailing_zeros() as usize].push(at);
                here &= here - 1;
            }
            Ok(ended)
        };
        if !text.is_empty() && !follow(0)? {
            return Ok(None);
        }
        // Past the end it is as if a new line began.
        let past = [b'\n'; 2];
        let byte = |at: usize| *text.get(at).unwrap_or(&past[0]);
        let mut pair = folded(byte(1)) << 5 | folded(byte(2));
        let mut at = 0;
        for part in text.get(3..).unwrap_or_default().chunks(LOOK).chain([&past[..text.len().saturating_sub(1).min(2)]])
        {
            if cancel.is_cancelled() {
                return Ok(None);
            }
            for &third in part {
                at += 1;
                let third = folded(third);
                let (opening, fourths) = (self.openings[pair], &self.fourths[pair]);
                pair = (pair << 5 | third) & 0x3ff;
                let [bordered, others] = opening.map(|set| set >> third & 1 == 1);
                // The sets of the fourth take more memory: most places never come to them.
                if (others || bordered && is_word(at) != is_word(at - 1))
                    && fourths[third] >> folded(byte(at + 3)) & 1 == 1
                    && !follow(at)?
                {
                    return Ok(None);
                }
            }
        }
        Ok(Some(starts))
    }
}

/// Where a pattern lies in memory, as all that are static do.
fn place(pattern: &'static Pattern) -> usize {
    std::ptr::from_ref(pattern).addr()
}

/// Where the patterns of a [`Sweep`] begin in one text.
pub(crate) struct Swept<'t> {
    sweep: &'static Sweep,
    text: &'t str,
    /// By pattern; nothing where they were not all found.
    starts: Option<Vec<Vec<usize>>>,
}

impl std::fmt::Debug for Swept<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Swept").finish_non_exhaustive()
    }
}

impl<'t> Swept<'t> {
    /// The text.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// Where a pattern begins, or nothing where that is not known.
    fn starts(&self, pattern: &'static Pattern) -> Option<&[usize]> {
        let number = self.sweep.numbers.get(&place(pattern));
        debug_assert!(number.is_some(), "a pattern is missing from its sweep");
        self.starts.as_ref()?.get(*number?).map(Vec::as_slice)
    }

    /// The first match of a pattern at a place or after it, as [`Regex::find_at`].
    pub(crate) fn find_at(&self, pattern: &'static Pattern, at: usize) -> Option<Match<'t>> {
        pattern.find_at(self.text, self.next(pattern, at)?)
    }

    /// The parts of that match, as [`Regex::captures_at`].
    fn captures_at(&self, pattern: &'static Pattern, at: usize) -> Option<Captures<'t>> {
        pattern.captures_at(self.text, self.next(pattern, at)?)
    }

    /// Where to look for the first match of a pattern at a place or after it.
    fn next(&self, pattern: &'static Pattern, at: usize) -> Option<usize> {
        let Some(starts) = self.starts(pattern) else { return Some(at) };
        starts.get(starts.partition_point(|start| *start < at)).copied()
    }

    /// Whether a pattern matches anywhere.
    pub(crate) fn has(&self, pattern: &'static Pattern) -> bool {
        self.starts(pattern).map_or_else(|| pattern.is_match(self.text), |starts| !starts.is_empty())
    }

    /// Whether a pattern may match within a part of the text; where not, it does not.
    pub(crate) fn may(&self, pattern: &'static Pattern, part: Span) -> bool {
        self.next(pattern, part.start).is_some_and(|start| start < part.end)
    }

    /// The first match of a pattern in a part of the text, taken as a text of its own.
    pub(crate) fn find_in(&self, pattern: &'static Pattern, part: Span) -> Option<Span> {
        let found = self.may(pattern, part).then(|| pattern.find(part.of(self.text))).flatten()?;
        Some(Span::new(part.start + found.start(), part.start + found.end()))
    }

    /// Whether a pattern matches in a part of the text, taken as a text of its own.
    pub(crate) fn is_in(&self, pattern: &'static Pattern, part: Span) -> bool {
        self.may(pattern, part) && pattern.is_match(part.of(self.text))
    }

    /// The matches of a pattern in order, as [`Regex::find_iter`]; no pattern of a sweep matches nothing.
    pub(crate) fn all(&self, pattern: &'static Pattern) -> impl Iterator<Item = Match<'t>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let found = self.find_at(pattern, at)?;
            at = found.end();
            Some(found)
        })
    }

    /// The parts of each match, as [`Regex::captures_iter`].
    pub(crate) fn all_parts(&self, pattern: &'static Pattern) -> impl Iterator<Item = Captures<'t>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let found = self.captures_at(pattern, at)?;
            at = found.get(0)?.end();
            Some(found)
        })
    }
}

/// What every match of a pattern has in it, whatever stands around the text that it is searched for in: without borders, and without what
/// may as well be missing at its ends.
fn core(pattern: &Hir) -> Hir {
    match pattern.kind() {
        HirKind::Capture(capture) => core(&capture.sub),
        HirKind::Alternation(branches) => Hir::alternation(branches.iter().map(core).collect()),
        HirKind::Concat(parts) => match needed(parts) {
            [part] => core(part),
            parts => begun(parts),
        },
        _ => borderless(pattern),
    }
}

/// Whether a part of a pattern does not match without a byte.
fn has_byte(part: &Hir) -> bool {
    part.properties().minimum_len().is_some_and(|len| len > 0)
}

/// The parts of a sequence from the first to the last that have a byte.
fn needed(parts: &[Hir]) -> &[Hir] {
    let (first, last) = (parts.iter().position(has_byte), parts.iter().rposition(has_byte));
    first.zip(last).map_or(&[], |(first, last)| &parts[first..=last])
}

/// A sequence without what may as well be missing at its start.
fn begun(parts: &[Hir]) -> Hir {
    let start = |part: &Hir| match part.kind() {
        HirKind::Capture(capture) => begun(std::slice::from_ref(&capture.sub)),
        HirKind::Alternation(branches) => {
            Hir::alternation(branches.iter().map(|branch| begun(std::slice::from_ref(branch))).collect())
        }
        HirKind::Concat(parts) => begun(&parts[parts.iter().position(has_byte).unwrap_or(0)..]),
        _ => borderless(part),
    };
    let rest = parts.get(1..).unwrap_or_default().iter().map(borderless);
    Hir::concat(parts.first().map(start).into_iter().chain(rest).collect())
}

/// A pattern without its borders: it matches wherever the pattern does, and elsewhere.
fn borderless(pattern: &Hir) -> Hir {
    match pattern.kind() {
        HirKind::Look(_) => Hir::empty(),
        HirKind::Capture(capture) => borderless(&capture.sub),
        HirKind::Repetition(repetition) => {
            let sub = Box::new(borderless(&repetition.sub));
            Hir::repetition(Repetition { sub, ..repetition.clone() })
        }
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(borderless).collect()),
        HirKind::Alternation(branches) => Hir::alternation(branches.iter().map(borderless).collect()),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => pattern.clone(),
    }
}

/// The states in which patterns wait for their first byte, those that are entered only at the border of a word and all others; not those that are
/// entered at the start of the text alone.
fn entries(nfa: &NFA) -> [Vec<StateID>; 2] {
    let starts = nfa.patterns().filter_map(|pattern| nfa.start_pattern(pattern)).map(|start| (start, false));
    let mut open: Vec<(StateID, bool)> = starts.collect();
    let mut seen: HashSet<(StateID, bool)> = open.iter().copied().collect();
    let (mut bordered, mut others) = (Vec::new(), Vec::new());
    while let Some((id, border)) = open.pop() {
        let (next, border) = match nfa.state(id) {
            State::Look { look: Look::Start, .. } | State::Fail => continue,
            State::Look { look, next } => (std::slice::from_ref(next), border || *look == Look::WordAscii),
            State::Capture { next, .. } => (std::slice::from_ref(next), border),
            State::Union { alternates } => (&**alternates, border),
            State::BinaryUnion { alt1, alt2 } => (&[*alt1, *alt2][..], border),
            State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) | State::Match { .. } => {
                if border { &mut bordered } else { &mut others }.push(id);
                continue;
            }
        };
        open.extend(next.iter().map(|next| (*next, border)).filter(|next| seen.insert(*next)));
    }
    [bordered, others]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::NEVER;
    use crate::text::pattern::compiled;

    static WORD: Pattern = LazyLock::new(|| compiled(r"(?i)\bgoals?\s+(?:\w+\s+){0,3}met\b"));
    static GAP: Pattern = LazyLock::new(|| compiled(r"(?:^|[^\w./])(?P<all>\d+\s?%)"));
    static BEHIND: Pattern = LazyLock::new(|| compiled(r"(?:\bx|×)\s*\d\b|ſ\d"));
    static SMALL: Pattern = LazyLock::new(|| compiled(r"(?i)\bs\b|k9"));
    static LONG: Pattern = LazyLock::new(|| compiled(r"_+\d"));
    /// These are asked of parts of the text.
    static LED: Pattern =
        LazyLock::new(|| compiled(r"(?i)^\W*(?:es|e-?x)\s?/+\s|\b(?:(?:new\s+)?goals?)\b\s*$|\s*%+\b"));
    static NESTED: Pattern =
        LazyLock::new(|| compiled(r"(?:(?:\s*x|(?:5|_)?met)\s){1,2}(?:\d|$)+|(?P<all>\b9(?:\b|s))k?"));
    static PARTS: [&Pattern; 2] = [&LED, &NESTED];

    fn sweep() -> &'static Sweep {
        static SWEEP: LazyLock<Sweep> =
            LazyLock::new(|| Sweep::new(vec![&WORD, &GAP, &BEHIND, &SMALL, &LONG], PARTS.to_vec()));
        &SWEEP
    }

    fn spans<'t>(found: impl Iterator<Item = Match<'t>>) -> Vec<(usize, usize)> {
        found.map(|m| (m.start(), m.end())).collect()
    }

    /// What a sweep finds is what each pattern finds alone.
    fn same(text: &str) {
        let swept = sweep().over(text, &NEVER);
        for pattern in [&WORD, &GAP, &BEHIND, &SMALL, &LONG] {
            assert_eq!(spans(swept.all(pattern)), spans(pattern.find_iter(text)), "{} in {text:?}", pattern.as_str());
            assert_eq!(swept.has(pattern), pattern.is_match(text));
            let parts = |m: Captures<'_>| m.name("all").map(|all| all.range());
            let own: Vec<_> = pattern.captures_iter(text).map(parts).collect();
            assert_eq!(swept.all_parts(pattern).map(parts).collect::<Vec<_>>(), own);
            for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                assert_eq!(spans(swept.find_at(pattern, at).into_iter()), spans(pattern.find_at(text, at).into_iter()));
            }
        }
        let places: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
        for (start, end) in places.iter().flat_map(|start| places.iter().map(move |end| (*start, *end))) {
            for pattern in PARTS {
                if start <= end && pattern.is_match(&text[start..end]) {
                    assert!(
                        swept.may(pattern, Span::new(start, end)),
                        "{} in {:?}",
                        pattern.as_str(),
                        &text[start..end]
                    );
                }
            }
        }
    }

    #[test]
    fn a_sweep_finds_what_each_pattern_finds() {
        for text in [
            "",
            "s",
            "5%",
            "5 %5%, 6%",
            "- e-x/ new goals",
            "xx met 5met x 9s",
            "Goal was met, goals met; goals all the way met. Subgoals met",
            "goals goals met met x5 ×5 xx5 aſ5 K9 ſ s's S",
            "é5% met\u{a0}goals\u{a0}met 50%",
            "goals\nmet\r\n12%\u{2028}7 %",
            "__5 ___ _6",
        ] {
            same(text);
        }
        let mut state = 7_u64;
        let pieces =
            ["goal", "goals", " ", " ", "met", "x", "×", "5", "%", ".", "s", "ſ", "K", "9", "é", "\n", "_", "/"];
        for _ in 0..3000 {
            let mut text = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
            }
            same(&text);
        }
    }

    #[test]
    fn a_walk_that_nobody_waits_for_ends() {
        let text = "goals met 5% ".repeat(2 * LOOK / 12);
        let cancel = Cancel::new();
        assert!(sweep().over(&text, &cancel).starts.is_some());
        cancel.cancel();
        assert!(sweep().over(&text, &cancel).starts.is_none());
    }

    #[test]
    fn what_goes_on_too_long_is_searched_for_alone() {
        let text = format!("goals met {}5 5%", "_".repeat(REACH + 1));
        let swept = sweep().over(&text, &NEVER);
        assert!(swept.starts.is_none());
        same(&text);
    }
}
