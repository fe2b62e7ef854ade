//! Text that was carried from one visit to the next: runs of the same words, in linear time.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Document, Episode, Place};
use crate::rubric::DocType;
use crate::rubric::check::Outcome;
use crate::text::Span;

/// Entries are not worded alike from visit to visit.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClonedRule {
    /// The share of an entry's words that stand in one earlier entry, from which it counts as cloned (0 to 1).
    #[serde(default = "share")]
    share: f64,
    /// How many words in a row must be the same to count.
    #[serde(default = "run")]
    run: usize,
    /// An entry of fewer words is not judged: short entries are alike by nature.
    #[serde(default = "least")]
    min_words: usize,
}

fn share() -> f64 {
    0.8
}

fn run() -> usize {
    6
}

fn least() -> usize {
    25
}

/// The words of an entry that tell what happened: not those of its head, its dates and its signature.
struct Words {
    spans: Vec<Span>,
    hashes: Vec<u64>,
}

impl ClonedRule {
    pub(crate) fn wrong(&self) -> Option<&'static str> {
        if !(0.0..=1.0).contains(&self.share) {
            return Some("`share` is a share from 0 to 1");
        }
        (self.run == 0).then_some("`run` is at least one word")
    }

    /// Holds when no entry is cloned; the text shared stands in the places, the later entry's first.
    pub(crate) fn evaluate(&self, episode: &Episode<'_>) -> Outcome {
        let mut entries: Vec<(usize, Words)> = Vec::new();
        let order = |index: &usize| (episode.documents[*index].date, *index);
        let mut visits: Vec<usize> = (0..episode.documents.len())
            .filter(|index| episode.documents[*index].doc_type == DocType::TreatmentNote)
            .collect();
        visits.sort_by_key(order);
        for index in visits {
            let words = words(&episode.documents[index]);
            if words.spans.len() >= self.min_words.max(self.run) {
                entries.push((index, words));
            }
        }
        if entries.len() < 2 {
            return Outcome::unknown("Needs two treatment notes of some length.");
        }
        // For each run of words the last entry that has it, and where.
        let mut seen: HashMap<u64, (usize, usize)> = HashMap::new();
        let mut places: Vec<Place> = Vec::new();
        let mut cloned = 0;
        let mut most: f64 = 0.0;
        for (at, (_, words)) in entries.iter().enumerate() {
            let runs: Vec<u64> = words.hashes.windows(self.run).map(fold).collect();
            // Which earlier entry each run stands in.
            let found: Vec<Option<(usize, usize)>> = runs
                .iter()
                .enumerate()
                .map(|(from, run)| {
                    let (entry, place) = *seen.get(run)?;
                    let same =
                        entries[entry].1.hashes.get(place..place + self.run) == words.hashes.get(from..from + self.run);
                    same.then_some((entry, place))
                })
                .collect();
            let mut covered: HashMap<usize, usize> = HashMap::new();
            let mut last: Option<(usize, usize)> = None;
            for (from, hit) in found.iter().enumerate() {
                let Some((entry, _)) = hit else { continue };
                // Words already counted by the run before are not counted again.
                let new = match last {
                    Some((before, end)) if before == *entry && end > from => from + self.run - end,
                    _ => self.run,
                };
                *covered.entry(*entry).or_default() += new;
                last = Some((*entry, from + self.run));
            }
            let best = covered.iter().map(|(entry, words)| (*words, *entry)).max();
            if let Some((count, source)) = best {
                let part = count as f64 / words.spans.len() as f64;
                most = most.max(part);
                if part >= self.share {
                    cloned += 1;
                    places.extend(shared(&entries, at, source, &found, self.run));
                }
            }
            for (from, run) in runs.into_iter().enumerate() {
                seen.insert(run, (at, from));
            }
        }
        if cloned == 0 {
            return Outcome::holds(0.85, Vec::new());
        }
        let detail =
            format!("{cloned} of {} entries repeat an earlier one, up to {:.0} % of it.", entries.len(), most * 100.0);
        Outcome { places, detail, ..Outcome::fails(0.85) }
    }
}

/// The stretches that an entry shares with its source, in both.
fn shared(
    entries: &[(usize, Words)],
    at: usize,
    source: usize,
    found: &[Option<(usize, usize)>],
    run: usize,
) -> Vec<Place> {
    let mut out = Vec::new();
    // From and to in the entry, and where the same begins in the source.
    let mut open: Option<(usize, usize, usize)> = None;
    let mut close = |stretch: Option<(usize, usize, usize)>| {
        let Some((from, to, begins)) = stretch else { return };
        for (entry, first, last) in [(at, from, to - 1), (source, begins, begins + (to - from) - 1)] {
            let (index, words) = &entries[entry];
            if let (Some(a), Some(b)) = (words.spans.get(first), words.spans.get(last)) {
                out.push((*index, a.cover(*b)));
            }
        }
    };
    for (from, hit) in found.iter().enumerate() {
        let Some((_, place)) = hit.filter(|(entry, _)| *entry == source) else { continue };
        match &mut open {
            Some((first, to, begins)) if from <= *to && place >= *begins && place - *begins == from - *first => {
                *to = from + run;
            }
            _ => close(open.replace((from, from + run, place))),
        }
    }
    close(open);
    out
}

fn words(document: &Document<'_>) -> Words {
    let page = &document.note.page;
    let mut out = Words { spans: Vec::new(), hashes: Vec::new() };
    let signed = |line: &Span| document.note.facts.signatures.iter().any(|s| s.span.overlaps(*line));
    for line in page.lines.iter().filter(|line| !line.is_empty()) {
        if !page.dates(*line).is_empty() || signed(line) {
            continue;
        }
        let from = page.words.partition_point(|word| word.span.start < line.start);
        for word in page.words[from..].iter().take_while(|word| word.span.end <= line.end) {
            out.spans.push(word.span);
            out.hashes.push(hash(&word.span.of(page.text).to_lowercase()));
        }
    }
    out
}

/// FNV-1a: the same on every machine.
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn fold(run: &[u64]) -> u64 {
    run.iter().fold(0xcbf2_9ce4_8422_2325, |hash, word| (hash.rotate_left(9) ^ word).wrapping_mul(0x0100_0000_01b3))
}
