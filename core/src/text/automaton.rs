//! One automaton for many patterns, which says at each end that a match can have which of them end there.
//!
//! Its states are worked out when they are first needed, and kept from text to text.

use std::collections::HashMap;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use regex_automata::hybrid::{LazyStateID, dfa, dfa::DFA};
use regex_automata::nfa::thompson::NFA;
use regex_automata::util::pool::{Pool, PoolGuard};
use regex_automata::{Anchored, Input, MatchKind};

use crate::error::{Error, Result};

/// What there is to say of patterns.
pub(crate) trait Said: Copy + Default + Send + Sync + UnwindSafe + RefUnwindSafe + 'static {
    /// Says that of others too.
    fn add(&mut self, other: Self);
}

type NewTable<M> = Box<dyn Fn() -> Table<M> + Send + Sync + UnwindSafe + RefUnwindSafe>;

/// Patterns in one automaton.
pub(crate) struct Automaton<M> {
    dfa: DFA,
    tables: Pool<Table<M>, NewTable<M>>,
    /// What there is to say of each pattern.
    said: Arc<[M]>,
}

impl<M: Said> Automaton<M> {
    /// The patterns of `nfa`, with what there is to say of each. A thread spends `memory` bytes on states at most; when it is full they are found anew.
    ///
    /// # Errors
    /// When the automaton would be too large.
    pub(crate) fn new(nfa: NFA, said: &[M], memory: usize) -> Result<Self> {
        let dfa = dfa::Builder::new()
            .configure(
                dfa::Config::new()
                    .match_kind(MatchKind::All)
                    .cache_capacity(memory)
                    .skip_cache_capacity_check(true)
                    // A full cache is an error, so that nobody goes on with states of the cache before it.
                    .minimum_cache_clear_count(Some(0)),
            )
            .build_from_nfa(nfa)
            .map_err(|error| Error::internal(format!("pattern does not compile: {error}")))?;
        let for_table = dfa.clone();
        let new_table: NewTable<M> = Box::new(move || Table::new(&for_table));
        Ok(Self { dfa, tables: Pool::new(new_table), said: said.into() })
    }

    /// The graph that it was built from.
    pub(crate) fn nfa(&self) -> &NFA {
        self.dfa.get_nfa()
    }

    /// States for a walk, those that an earlier one met among them.
    pub(crate) fn table(&self) -> PoolGuard<'_, Table<M>, NewTable<M>> {
        self.tables.get()
    }

    /// Gives up the states that were met, for when there is no room for more.
    pub(crate) fn renew(&self, table: &mut Table<M>) {
        *table = Table::new(&self.dfa);
    }

    /// Calls `found` at each place where a match that begins at `start` can end, nearest first. Gives back whether it saw the end of them all
    /// before `reach`.
    #[inline]
    pub(crate) fn walk(
        &self,
        table: &mut Table<M>,
        text: &[u8],
        start: usize,
        reach: usize,
        mut found: impl FnMut(usize, M),
    ) -> std::result::Result<bool, Full> {
        let classes = self.dfa.byte_classes();
        let before = start.checked_sub(1).map_or(256, |before| usize::from(text[before]));
        let mut state = table.starts[before];
        if state == UNKNOWN {
            let input = Input::new(text).range(start..).anchored(Anchored::Yes);
            let lazy = self.dfa.start_state_forward(&mut table.cache, &input).map_err(|_| Full)?;
            state = table.intern(self, lazy)?;
            table.starts[before] = state;
        }
        state &= !MATCH;
        // A lazy automaton reports a match one byte late, hence the step past the end.
        for (at, &byte) in (start..reach).zip(&text[start..]) {
            let place = usize::from(state) * table.width + usize::from(classes.get(byte));
            let mut next = table.rows[place];
            // Most steps lead to a state that was met before and in which nothing matches: that is one question.
            if next.wrapping_sub(DEAD + 1) >= MATCH - (DEAD + 1) {
                if next == UNKNOWN {
                    next = table.learn(self, place, Some(byte))?;
                }
                if next == DEAD {
                    return Ok(true);
                }
                if next & MATCH != 0 {
                    next &= !MATCH;
                    found(at, table.said[usize::from(next)]);
                }
            }
            state = next;
        }
        if reach < text.len() {
            return Ok(false);
        }
        let place = usize::from(state) * table.width + table.width - 1;
        let mut next = table.rows[place];
        if next == UNKNOWN {
            next = table.learn(self, place, None)?;
        }
        if next & MATCH != 0 {
            found(text.len(), table.said[usize::from(next & !MATCH)]);
        }
        Ok(true)
    }
}

/// The states of an automaton that were met so far, in little memory: rows lie side by side in the order in which they
/// were met, a few hundred bytes each, where those of the lazy automaton are spread over many pages.
pub(crate) struct Table<M> {
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
    said: Vec<M>,
}

/// Patterns match in the state that is entered.
const MATCH: u16 = 1 << 15;
const UNKNOWN: u16 = 0;
const DEAD: u16 = 1;

/// The table is full, or the automaton gave up.
pub(crate) struct Full;

impl<M: Said> Table<M> {
    fn new(dfa: &DFA) -> Self {
        let width = dfa.byte_classes().alphabet_len();
        Self {
            cache: dfa.create_cache(),
            width,
            rows: vec![UNKNOWN; 2 * width],
            lazy: vec![LazyStateID::default(); 2],
            known: HashMap::new(),
            starts: [UNKNOWN; 257],
            said: vec![M::default(); 2],
        }
    }

    /// Works out where a place of a row leads: under `byte`, or at the end of the text.
    #[cold]
    fn learn(&mut self, automaton: &Automaton<M>, place: usize, byte: Option<u8>) -> std::result::Result<u16, Full> {
        let from = self.lazy[place / self.width];
        let lazy = match byte {
            Some(byte) => automaton.dfa.next_state(&mut self.cache, from, byte),
            None => automaton.dfa.next_eoi_state(&mut self.cache, from),
        };
        let next = self.intern(automaton, lazy.map_err(|_| Full)?)?;
        self.rows[place] = next;
        Ok(next)
    }

    /// The row of a state of the cache, and whether patterns match there.
    fn intern(&mut self, automaton: &Automaton<M>, lazy: LazyStateID) -> std::result::Result<u16, Full> {
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
        let dfa = &automaton.dfa;
        let matching = if lazy.is_match() { dfa.match_len(&self.cache, lazy) } else { 0 };
        let mut said = M::default();
        for index in 0..matching {
            said.add(automaton.said[dfa.match_pattern(&self.cache, lazy, index).as_usize()]);
        }
        self.said.push(said);
        self.lazy.push(lazy);
        self.rows.resize(self.rows.len() + self.width, UNKNOWN);
        let row = number | if matching > 0 { MATCH } else { 0 };
        self.known.insert(lazy, row);
        Ok(row)
    }
}
