//! Runs a small tagger of whole words, over hashed features.
//!
//! A long text goes through it in windows. Each overlaps its neighbours by as much as the network can see to a side, and
//! only words with their full context are read from it. So every word is judged as if the whole text had been seen at once.

use std::sync::{Mutex, PoisonError};

use super::features::{self, SLOTS};
use super::tract::{RowsPlan, RowsState};
use super::words::{self, Word};
use crate::cancel::{Cancel, NEVER};
use crate::error::{Error, Result};

/// Words of a window: most notes are one, as what windows share is looked at twice, and its buffers stay in the cache of a core.
const WINDOW: usize = 1024;
/// Words to each side that the network sees: the sum over its blocks of dilation times half the kernel.
const HALO: usize = 16;
/// States kept for reuse.
const IDLE: usize = 64;
/// Words of a text after which a state is not kept: its buffers grew to some 100 MB.
const LONG: usize = 2_000_000;

/// A tagger of words that was loaded; shared between threads.
pub(crate) struct WordTagger {
    plan: RowsPlan,
    labels: usize,
    idle: Mutex<Vec<Running>>,
}

/// What one thread needs while it runs: buffers are used again from note to note.
struct Running {
    state: RowsState,
    rows: Vec<features::Row>,
    known: features::Known,
    ids: Vec<i64>,
    said: WordLogits,
}

/// What the network says of the words of a text that are worth keeping: few are, and a row takes forty times what a word does.
#[derive(Default)]
pub(crate) struct WordLogits {
    /// The words.
    pub(crate) words: Vec<Word>,
    labels: usize,
    values: Vec<f32>,
    /// The words that were kept, in order.
    kept: Vec<u32>,
}

impl WordLogits {
    /// The words that were kept, each with one value a label.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (usize, &[f32])> {
        self.kept.iter().map(|&word| word as usize).zip(self.values.chunks_exact(self.labels.max(1)))
    }
}

impl WordTagger {
    /// Loads a graph from ids `[words, SLOTS]` to logits `[words, labels]`, and runs it once.
    ///
    /// # Errors
    /// When the bytes are no such graph.
    pub(crate) fn from_bytes(bytes: &[u8], labels: usize) -> Result<Self> {
        let plan = RowsPlan::from_bytes(bytes, SLOTS)?;
        let tagger = Self { plan, labels, idle: Mutex::default() };
        tagger.tag("Loaded.", &NEVER, |_| true, |_| ())?;
        Ok(tagger)
    }

    /// Splits `text` into words and hands what the network says of them to `read`, as far as `keep` keeps it: one value a label.
    ///
    /// # Errors
    /// When the network fails, and once `cancel` is set; nothing was read then.
    pub(crate) fn tag<T>(
        &self,
        text: &str,
        cancel: &Cancel,
        keep: impl Fn(&[f32]) -> bool,
        read: impl FnOnce(&WordLogits) -> T,
    ) -> Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut running = if let Some(running) = idle {
            running
        } else {
            let (rows, known) = (Vec::new(), features::Known::new());
            Running { state: self.plan.spawn()?, rows, known, ids: Vec::new(), said: WordLogits::default() }
        };
        // A state that failed half way is dropped, not kept.
        running.run(text, self.labels, cancel, keep)?;
        let out = read(&running.said);
        if running.said.words.len() <= LONG {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < IDLE {
                idle.push(running);
            }
        }
        Ok(out)
    }
}

impl Running {
    fn run(&mut self, text: &str, labels: usize, cancel: &Cancel, keep: impl Fn(&[f32]) -> bool) -> Result<()> {
        let Self { state, rows, known, ids, said } = self;
        said.words.clear();
        said.labels = labels;
        rows.clear();
        words::split(text, &mut said.words);
        cancel.check()?;
        features::features_of(text, &said.words, rows, known);
        said.values.clear();
        said.kept.clear();
        let mut start = 0;
        while start < rows.len() {
            cancel.check()?;
            let first = start.saturating_sub(HALO);
            let last = (first + WINDOW).min(rows.len());
            let end = if last == rows.len() { last } else { last - HALO };
            ids.clear();
            ids.extend(rows[first..last].as_flattened().iter().map(|&id| i64::from(id)));
            let WordLogits { values, kept, .. } = said;
            let whole = state.run(ids, |logits| {
                let whole = logits.len() == labels * (last - first);
                if whole {
                    let own = &logits[(start - first) * labels..(end - first) * labels];
                    for (word, row) in (start..).zip(own.chunks_exact(labels)).filter(|(_, row)| keep(row)) {
                        kept.push(word as u32);
                        values.extend_from_slice(row);
                    }
                }
                whole
            })?;
            if !whole {
                return Err(Error::inference(format!("the word tagger did not give {labels} labels for each word")));
            }
            start = end;
        }
        Ok(())
    }
}
