//! How well findings agree with labelled notes: recall and precision by category, with confidence intervals.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Category, Finding};
use crate::text::Span;

/// What is right about one note: its labelled spans, and regions that count neither way.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Gold {
    /// Labelled spans, in bytes.
    pub spans: Vec<(Span, Category)>,
    /// Regions that are neither right nor wrong (titles, bare years), in bytes.
    pub ignored: Vec<Span>,
}

impl Gold {
    /// A labelled note.
    pub fn new(spans: Vec<(Span, Category)>, ignored: Vec<Span>) -> Self {
        Self { spans, ignored }
    }
}

/// A share with its 95 % Wilson score interval (Wilson 1927, doi:10.1080/01621459.1927.10502953).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Share {
    /// How many were right.
    pub hits: u64,
    /// Out of how many.
    pub of: u64,
}

impl Share {
    /// The share itself; none where there was nothing to count.
    pub fn value(self) -> Option<f64> {
        (self.of > 0).then(|| self.hits as f64 / self.of as f64)
    }

    /// The lower and upper end of its 95 % interval.
    pub fn interval(self) -> Option<(f64, f64)> {
        const Z: f64 = 1.959_964;
        let (p, n) = (self.value()?, self.of as f64);
        let scale = 1.0 + Z * Z / n;
        let middle = (p + Z * Z / (2.0 * n)) / scale;
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt() / scale;
        Some(((middle - half).max(0.0), (middle + half).min(1.0)))
    }

    fn add(&mut self, hit: bool) {
        self.hits += u64::from(hit);
        self.of += 1;
    }
}

/// The figures of one category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CategoryMeasure {
    /// Of the labelled spans, those wholly covered by findings of any category. The rest have leaked.
    pub covered: Share,
    /// Of the labelled spans, those touched by a finding of the same category.
    pub typed: Share,
    /// Of the letters and digits found under this category, those labelled with any category.
    pub precision: Share,
}

/// Figures over many notes. Only letters and digits count: a blank left between two removed names is no leak.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Measure {
    /// Notes compared.
    pub notes: Share,
    /// Characters compared as PHI or not: of those labelled, those found.
    pub recall: Share,
    /// Of the characters found, those labelled.
    pub precision: Share,
    /// Figures by category.
    pub categories: BTreeMap<Category, CategoryMeasure>,
}

impl Measure {
    /// Compares the findings of one note with its labels. The patient's profession is not a Safe Harbor identifier: it
    /// has its line but counts in no total.
    pub fn add(&mut self, text: &str, gold: &Gold, findings: &[Finding]) {
        let counted = |category: Category| category != Category::Profession;
        let found = Cover::new(findings.iter().map(|f| (f.span, f.category)));
        let labelled = Cover::new(gold.spans.iter().copied());
        let ignored = Cover::new(gold.ignored.iter().map(|span| (*span, Category::OtherId)));
        let mut leaked = false;
        for (span, category) in &gold.spans {
            let covered = letters(text, *span).all(|at| found.at(at).is_some());
            let entry = self.categories.entry(*category).or_default();
            entry.covered.add(covered);
            entry.typed.add(findings.iter().any(|f| f.category == *category && f.span.overlaps(*span)));
            leaked |= !covered && counted(*category);
        }
        // A note counts as a hit when nothing of it leaked.
        self.notes.add(!leaked);
        for at in letters(text, Span::new(0, text.len())) {
            let (is, found) = (labelled.at(at), found.at(at));
            if is.is_none() && ignored.at(at).is_some() || is.is_some_and(|category| !counted(category)) {
                continue;
            }
            if let Some(category) = found {
                self.categories.entry(category).or_default().precision.add(is.is_some());
                self.precision.add(is.is_some());
            }
            if is.is_some() {
                self.recall.add(found.is_some());
            }
        }
    }

    /// Labelled spans that were not wholly covered, profession aside.
    pub fn leaks(&self) -> u64 {
        self.categories
            .iter()
            .filter(|(category, _)| **category != Category::Profession)
            .map(|(_, m)| m.covered.of - m.covered.hits)
            .sum()
    }
}

/// The byte offsets of the letters and digits of a span.
fn letters(text: &str, span: Span) -> impl Iterator<Item = usize> + '_ {
    span.of(text).char_indices().filter(|(_, c)| c.is_alphanumeric()).map(move |(at, _)| span.start + at)
}

/// Spans sorted for asking what covers an offset; spans may overlap.
struct Cover(Vec<(Span, Category, usize)>);

impl Cover {
    fn new(spans: impl Iterator<Item = (Span, Category)>) -> Self {
        let mut spans: Vec<(Span, Category)> = spans.collect();
        spans.sort();
        let mut reach = 0;
        Self(
            spans
                .into_iter()
                .map(|(span, category)| {
                    reach = reach.max(span.end);
                    (span, category, reach)
                })
                .collect(),
        )
    }

    fn at(&self, offset: usize) -> Option<Category> {
        let after = self.0.partition_point(|(span, ..)| span.start <= offset);
        // Walk back only while some earlier span still reaches this far.
        self.0[..after]
            .iter()
            .rev()
            .take_while(|(_, _, reach)| *reach > offset)
            .find(|(span, ..)| span.end > offset)
            .map(|(_, category, _)| *category)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_covered_name_has_leaked() {
        let text = "Ann Lee came.";
        let gold = Gold::new(vec![(Span::new(0, 7), Category::Name)], vec![]);
        let mut measure = Measure::default();
        measure.add(text, &gold, &[Finding::new(Span::new(0, 3), Category::Name, 0.9, "test")]);
        assert_eq!(measure.leaks(), 1);
        assert_eq!(measure.recall, Share { hits: 3, of: 6 });
        assert_eq!(measure.precision, Share { hits: 3, of: 3 });
        assert_eq!(measure.notes, Share { hits: 0, of: 1 });
    }

    #[test]
    fn blanks_between_two_findings_are_no_leak() {
        let text = "Ann Lee came.";
        let gold = Gold::new(vec![(Span::new(0, 7), Category::Name)], vec![]);
        let mut measure = Measure::default();
        let findings = [(0, 3), (4, 7)].map(|(a, b)| Finding::new(Span::new(a, b), Category::Name, 0.9, "test"));
        measure.add(text, &gold, &findings);
        assert_eq!(measure.leaks(), 0);
    }

    #[test]
    fn what_is_ignored_counts_neither_way() {
        let text = "in 2019";
        let mut measure = Measure::default();
        let gold = Gold::new(vec![], vec![Span::new(3, 7)]);
        measure.add(text, &gold, &[Finding::new(Span::new(3, 7), Category::Date, 0.9, "test")]);
        assert_eq!(measure.precision.of, 0);
    }

    #[test]
    fn the_wilson_interval_is_the_published_one() {
        let (low, high) = Share { hits: 8, of: 10 }.interval().unwrap();
        assert!((low - 0.4902).abs() < 1e-3 && (high - 0.9433).abs() < 1e-3);
    }
}
