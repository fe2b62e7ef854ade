//! The states of an automaton over many patterns that were met so far, in little memory.

use std::collections::HashMap;

use regex_automata::hybrid::{LazyStateID, dfa, dfa::DFA};
use regex_automata::util::primitives::PatternID;
use regex_automata::{Anchored, Input};

/// Patterns match in the state that is entered.
const MATCH: u16 = 1 << 15;
const UNKNOWN: u16 = 0;
const DEAD: u16 = 1;

/// The table is full, or the automaton gave up.
pub(crate) struct Full;

/// The states that were met so far: rows lie side by side in the order in which they were met, a few hundred bytes each, where those of the
/// lazy automaton are spread over many pages. `M` is what there is to say of the patterns that match in a state.
pub(crate) struct States<M> {
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
    /// What is said of the patterns that match in each state.
    matches: Vec<M>,
}

impl<M: Default + FromIterator<PatternID>> States<M> {
    pub(crate) fn new(dfa: &DFA) -> Self {
        Self {
            cache: dfa.create_cache(),
            width: dfa.byte_classes().alphabet_len(),
            rows: vec![UNKNOWN; 2 * dfa.byte_classes().alphabet_len()],
            lazy: vec![LazyStateID::default(); 2],
            known: HashMap::new(),
            starts: [UNKNOWN; 257],
            matches: vec![M::default(), M::default()],
        }
    }

    /// Calls `found` at each place where a match that begins at `start` can end, nearest first. Gives back whether it saw the end of them all
    /// before `reach`.
    #[inline]
    pub(crate) fn walk(
        &mut self,
        dfa: &DFA,
        text: &[u8],
        start: usize,
        reach: usize,
        mut found: impl FnMut(usize, &M),
    ) -> Result<bool, Full> {
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
        for (at, &byte) in (start..reach).zip(&text[start..]) {
            let place = usize::from(state & !MATCH) * self.width + usize::from(classes.get(byte));
            let mut next = self.rows[place];
            if next == UNKNOWN {
                next = self.learn(dfa, place, Some(byte))?;
            }
            if next == DEAD {
                return Ok(true);
            }
            if next & MATCH != 0 {
                found(at, &self.matches[usize::from(next & !MATCH)]);
            }
            state = next;
        }
        if reach < text.len() {
            return Ok(false);
        }
        let place = usize::from(state & !MATCH) * self.width + self.width - 1;
        let mut next = self.rows[place];
        if next == UNKNOWN {
            next = self.learn(dfa, place, None)?;
        }
        if next & MATCH != 0 {
            found(text.len(), &self.matches[usize::from(next & !MATCH)]);
        }
        Ok(true)
    }

    /// Works out where a place of a row leads: under `byte`, or at the end of the text.
    #[cold]
    fn learn(&mut self, dfa: &DFA, place: usize, byte: Option<u8>) -> Result<u16, Full> {
        let from = self.lazy[place / self.width];
        let lazy = match byte {
            Some(byte) => dfa.next_state(&mut self.cache, from, byte),
            None => dfa.next_eoi_state(&mut self.cache, from),
        };
        let next = self.intern(dfa, lazy.map_err(|_| Full)?)?;
        self.rows[place] = next;
        Ok(next)
    }

    /// The row of a state of the cache, and whether patterns match there.
    fn intern(&mut self, dfa: &DFA, lazy: LazyStateID) -> Result<u16, Full> {
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
        self.matches.push((0..matching).map(|index| dfa.match_pattern(&self.cache, lazy, index)).collect());
        self.lazy.push(lazy);
        self.rows.resize(self.rows.len() + self.width, UNKNOWN);
        let row = number | if matching > 0 { MATCH } else { 0 };
        self.known.insert(lazy, row);
        Ok(row)
    }
}
