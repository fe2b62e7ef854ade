//! What patterns can begin with: a quick look at three bytes, and at a fourth, says where none of them does.

use std::collections::HashMap;

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::StateID;

/// What three bytes in a row can be, each told apart as far as five bits do: letters whatever their case, digits as one, the rare z as
/// if it were a q. For each two the set of the third.
pub(crate) type Openings = Box<[u32; 1024]>;

/// What four bytes in a row can be: for each two, and each third, the set of the fourth.
pub(crate) type Fourths = Box<[[u32; 32]]>;

/// The five bits of each byte.
static FOLDED: [u8; 256] = {
    let mut folded = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        folded[byte] = match byte as u8 {
            b'z' | b'Z' => b'q' & 31,
            letter @ (b'a'..=b'y' | b'A'..=b'Y') => letter & 31,
            b'0'..=b'9' => 0,
            b'\n' | b'\r' => 26,
            b' ' | b'\t' => 27,
            b'.' | b',' => 28,
            b'-' | b'/' => 29,
            0x80..=0xff => 30,
            _ => 31,
        };
        byte += 1;
    }
    folded
};

/// The five bits of a byte.
pub(crate) fn folded(byte: u8) -> usize {
    usize::from(FOLDED[usize::from(byte)])
}

/// What patterns can begin with, that begin at `starts`.
pub(crate) fn openings(nfa: &NFA, starts: impl Iterator<Item = StateID>) -> Openings {
    thirds(&fourths(nfa, starts))
}

/// The first three of four.
pub(crate) fn thirds(fourths: &Fourths) -> Openings {
    let mut openings: Openings = Box::new([0; 1024]);
    for (thirds, fourths) in openings.iter_mut().zip(&**fourths) {
        fourths.iter().enumerate().filter(|(_, set)| **set != 0).for_each(|(third, _)| *thirds |= 1 << third);
    }
    openings
}

/// What patterns can begin with, that begin at `starts`, a byte further than [`openings`].
pub(crate) fn fourths(nfa: &NFA, starts: impl Iterator<Item = StateID>) -> Fourths {
    let mut fourths: Fourths = vec![[0; 32]; 1024].into_boxed_slice();
    // Many bytes lead to the same state.
    let (mut seconds, mut thirds) = (HashMap::new(), HashMap::new());
    for start in starts {
        for (first, next) in steps(nfa, start).0 {
            let after = seconds.entry(next).or_insert_with(|| after_two(nfa, next, &mut thirds));
            for first in each(set(first)) {
                fourths[first << 5..][..32].iter_mut().zip(&**after).for_each(|(all, own)| join(all, own));
            }
        }
    }
    fourths
}

/// For each two bytes after a state the set of the third.
fn after_two(nfa: &NFA, state: StateID, known: &mut HashMap<StateID, [u32; 32]>) -> Box<[[u32; 32]; 32]> {
    let (steps, done) = steps(nfa, state);
    let mut after = Box::new([[if done { u32::MAX } else { 0 }; 32]; 32]);
    for (range, next) in steps {
        let own = known.entry(next).or_insert_with(|| after_one(nfa, next));
        each(set(range)).for_each(|byte| join(&mut after[byte], own));
    }
    after
}

/// For each byte after a state the set of the second.
fn after_one(nfa: &NFA, state: StateID) -> [u32; 32] {
    let (ways, done) = steps(nfa, state);
    let mut after = [if done { u32::MAX } else { 0 }; 32];
    for (range, next) in ways {
        let (ways, done) = steps(nfa, next);
        let own = if done { u32::MAX } else { ways.into_iter().fold(0, |all, (range, _)| all | set(range)) };
        each(set(range)).for_each(|byte| after[byte] |= own);
    }
    after
}

/// The set of a range of bytes.
fn set((first, last): Range) -> u32 {
    (first..=last).fold(0, |set, byte| set | 1 << folded(byte))
}

/// What is in a set.
fn each(set: u32) -> impl Iterator<Item = usize> {
    (0..32).filter(move |bit| set & (1 << bit) != 0)
}

/// Adds sets to others.
fn join(all: &mut [u32; 32], own: &[u32; 32]) {
    all.iter_mut().zip(own).for_each(|(all, own)| *all |= own);
}

/// The first and the last of a range of bytes.
pub(crate) type Range = (u8, u8);

/// A range of bytes, and where it leads.
pub(crate) type Step = (Range, StateID);

/// The byte ranges that lead on from a state, with where they lead, and whether a match is already there.
pub(crate) fn steps(nfa: &NFA, from: StateID) -> (Vec<Step>, bool) {
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
