//! Ranks passages by the words they have in common with a query: BM25.
//!
//! S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the weight of a term kept
//! above zero as Lucene does. Own code because the choice of words, which decides what is found, is ours (`terms.rs`), and
//! what is left is one formula over lists; tantivy would bring a file format, threads and many crates around the same formula.

use std::collections::{BTreeMap, HashMap};

/// How soon more mentions of a term stop to count.
const K1: f64 = 1.2;
/// How much the length of a passage counts.
const B: f64 = 0.75;

/// A term in a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Posting {
    passage: u32,
    count: u32,
}

/// The terms of a passage by their numbers, and how often each stands there.
pub(super) type Counts = Vec<(u32, u32)>;

/// The terms of all passages. Passages are numbered from 0 in the order they came.
#[derive(Default)]
pub(super) struct Words {
    numbers: HashMap<String, u32>,
    postings: Vec<Vec<Posting>>,
    /// Terms of each passage; 0 for one that was taken out.
    lengths: Vec<u32>,
    live: usize,
    total: u64,
}

impl Words {
    /// Adds the next passage: its terms, and how often each stands in it.
    pub(super) fn push<'t>(&mut self, terms: impl IntoIterator<Item = (&'t str, u32)>) {
        let passage = self.lengths.len() as u32;
        let mut length = 0u32;
        for (term, count) in terms {
            length = length.saturating_add(count);
            let number = self.numbers.get(term).copied().unwrap_or_else(|| {
                let number = self.postings.len() as u32;
                self.numbers.insert(term.to_owned(), number);
                self.postings.push(Vec::new());
                number
            });
            self.postings[number as usize].push(Posting { passage, count });
        }
        // 0 is for what was taken out.
        let length = length.max(1);
        self.lengths.push(length);
        self.live += 1;
        self.total += u64::from(length);
    }

    /// Takes a passage out. Its terms go when the index is next packed.
    pub(super) fn remove(&mut self, passage: usize) {
        let length = std::mem::take(&mut self.lengths[passage]);
        if length > 0 {
            self.live -= 1;
            self.total -= u64::from(length);
        }
    }

    /// Drops what was taken out for good, and numbers the rest anew in the same order.
    pub(super) fn pack(&mut self) {
        let mut next = 0;
        let renumbered: Vec<Option<u32>> = self
            .lengths
            .iter()
            .map(|length| {
                (*length > 0).then(|| {
                    next += 1;
                    next - 1
                })
            })
            .collect();
        self.lengths.retain(|length| *length > 0);
        for postings in &mut self.postings {
            postings.retain_mut(|posting| match renumbered[posting.passage as usize] {
                Some(passage) => {
                    posting.passage = passage;
                    true
                }
                None => false,
            });
        }
        let old = std::mem::take(&mut self.postings);
        let mut numbers = Vec::with_capacity(old.len());
        for postings in old {
            numbers.push((!postings.is_empty()).then_some(self.postings.len() as u32));
            if !postings.is_empty() {
                self.postings.push(postings);
            }
        }
        self.numbers.retain(|_, number| match numbers[*number as usize] {
            Some(new) => {
                *number = new;
                true
            }
            None => false,
        });
    }

    /// How many passages there are.
    pub(super) fn live(&self) -> usize {
        self.live
    }

    /// Whether a passage was not taken out.
    pub(super) fn is_live(&self, passage: usize) -> bool {
        self.lengths[passage] > 0
    }

    /// The terms that are in use, sorted, and for each passage (none for those that were taken out) which of them stand in it and
    /// how often.
    pub(super) fn by_passage(&self) -> (Vec<&str>, Vec<Counts>) {
        let mut sorted: Vec<(&str, u32)> = self.numbers.iter().map(|(term, number)| (term.as_str(), *number)).collect();
        sorted.sort_unstable();
        let mut terms = Vec::with_capacity(sorted.len());
        let mut passages = vec![Vec::new(); self.lengths.len()];
        for (term, number) in sorted {
            let mut used = false;
            for posting in
                self.postings[number as usize].iter().filter(|posting| self.is_live(posting.passage as usize))
            {
                passages[posting.passage as usize].push((terms.len() as u32, posting.count));
                used = true;
            }
            if used {
                terms.push(term);
            }
        }
        (terms, passages)
    }

    /// The passages that have a term of the query, with their scores, in no order.
    pub(super) fn scores(&self, query: &[String]) -> Vec<(u32, f64)> {
        // In the order of the alphabet, so that sums do not depend on the order in which terms came into the index.
        let mut weights: BTreeMap<&str, (u32, f64)> = BTreeMap::new();
        for term in query {
            if let Some(number) = self.numbers.get(term) {
                weights.entry(term).or_insert((*number, 0.0)).1 += 1.0;
            }
        }
        let average = self.total as f64 / (self.live.max(1)) as f64;
        let mut scores = vec![0.0; if weights.is_empty() { 0 } else { self.lengths.len() }];
        let mut found = Vec::new();
        for (number, times) in weights.into_values() {
            let postings = &self.postings[number as usize];
            let live = || postings.iter().filter(|posting| self.lengths[posting.passage as usize] > 0);
            let containing = live().count() as f64;
            let rarity = ((self.live as f64 - containing + 0.5) / (containing + 0.5)).ln_1p();
            for posting in live() {
                let (count, length) = (f64::from(posting.count), f64::from(self.lengths[posting.passage as usize]));
                let score = &mut scores[posting.passage as usize];
                if *score == 0.0 {
                    found.push(posting.passage);
                }
                *score += times * rarity * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / average));
            }
        }
        found.into_iter().map(|passage| (passage, scores[passage as usize])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(passages: &[&str]) -> Words {
        let mut words = Words::default();
        for passage in passages {
            let mut counts = BTreeMap::new();
            for term in passage.split(' ') {
                *counts.entry(term.to_owned()).or_default() += 1;
            }
            words.push(counts.iter().map(|(term, count): (&String, &u32)| (term.as_str(), *count)));
        }
        words
    }

    fn scores(words: &Words, query: &str) -> Vec<(u32, f64)> {
        let mut found = words.scores(&query.split(' ').map(str::to_owned).collect::<Vec<_>>());
        found.sort_by_key(|found| found.0);
        found
    }

    #[test]
    fn the_formula() {
        // Three passages of 2, 3 and 1 terms: the average is 2. "knee" stands in two of them.
        let found = scores(&words(&["knee pain", "knee knee gait", "gait"]), "knee");
        let rarity = (1.5f64 / 2.5).ln_1p();
        let first = rarity * 1.0 * 2.2 / (1.0 + 1.2);
        let second = rarity * 2.0 * 2.2 / (2.0 + 1.2 * (0.25 + 0.75 * 1.5));
        assert_eq!(found.iter().map(|found| found.0).collect::<Vec<_>>(), [0, 1]);
        assert!((found[0].1 - first).abs() < 1e-12 && (found[1].1 - second).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn what_was_taken_out_counts_nowhere() {
        let mut changed = words(&["knee pain", "shoulder pain", "knee gait"]);
        changed.remove(1);
        let fresh = words(&["knee pain", "knee gait"]);
        let expected: Vec<f64> = scores(&fresh, "pain knee").iter().map(|found| found.1).collect();
        let of = |words: &Words| scores(words, "pain knee").iter().map(|found| found.1).collect::<Vec<_>>();
        assert_eq!(of(&changed), expected);
        changed.pack();
        assert_eq!(scores(&changed, "pain knee"), scores(&fresh, "pain knee"));
        assert!(scores(&changed, "shoulder").is_empty());
        assert_eq!(changed.by_passage().0.len(), 3, "the term of a passage that is gone is gone");
    }
}
