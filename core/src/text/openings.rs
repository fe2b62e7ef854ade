//! What patterns can begin with: a quick look at three bytes says where none of them does.

use std::collections::HashMap;

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::StateID;

/// What three bytes in a row can be, each told apart as far as five bits do: letters whatever their case, digits as one, the rare z as
/// if it were a q. For each two the set of the third.
pub(crate) type Openings = Box<[u32; 1024]>;

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
    let mut openings: Openings = Box::new([0; 1024]);
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
    for start in starts {
        for (first, next) in steps(nfa, start).0 {
            for &(second, thirds) in seconds.entry(next).or_insert_with(|| seconds_of(next)).iter() {
                for first in each(set(first)) {
                    each(second).for_each(|second| openings[first << 5 | second] |= thirds);
                }
            }
        }
    }
    openings
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
