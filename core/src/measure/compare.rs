//! Compares the findings of a note with its labels, and adds the figures up over many notes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Serialize;

use super::Gold;
use super::share::{Agreement, Rate, Share, f1, rounded};
use crate::scrub::{Category, Finding};
use crate::text::Span;

/// The figures of one category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CategoryMeasure {
    /// Of the labelled spans, those wholly covered by findings of any category. The rest have leaked.
    pub covered: Share,
    /// Of the labelled spans, those touched by a finding of any category.
    pub any: Share,
    /// Of the labelled spans, those touched by a finding of the same category.
    pub typed: Share,
    /// Of the letters and digits found under this category, those labelled with any category.
    pub precision: Share,
    /// Of the letters and digits found under this category, those labelled with this very category.
    pub typed_precision: Share,
    /// Of the findings of this category, those that touch anything labelled.
    pub found: Share,
    /// Entities with the same bounds and category.
    pub strict: Agreement,
    /// Entities that overlap one of the same category.
    pub relaxed: Agreement,
}

impl CategoryMeasure {
    fn merge(&mut self, other: &Self) {
        self.covered.merge(other.covered);
        self.any.merge(other.any);
        self.typed.merge(other.typed);
        self.precision.merge(other.precision);
        self.typed_precision.merge(other.typed_precision);
        self.found.merge(other.found);
        self.strict.merge(other.strict);
        self.relaxed.merge(other.relaxed);
    }
}

/// Figures over one note or many. Only letters and digits count: a blank left between two removed names is no leak.
///
/// Categories that are [optional](super::Options::optional) have their own figures but count in no total. In JSON the
/// rates and means that follow from the counts stand beside them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(into = "Shown")]
#[non_exhaustive]
pub struct Measure {
    /// Of the notes compared, those of which nothing leaked.
    pub notes: Share,
    /// Words of the notes: what stands between blanks.
    pub words: u64,
    /// Of the labelled characters, those found, under whatever category.
    pub recall: Share,
    /// Of the characters found, those labelled.
    pub precision: Share,
    /// Of the characters that are not labelled, those found: what is removed for nothing.
    pub over_redacted: Share,
    /// Of the labelled spans, those wholly covered. The rest have leaked.
    pub covered: Share,
    /// Of the labelled spans, those touched.
    pub any: Share,
    /// Of the labelled spans, those touched by a finding of the same category.
    pub typed: Share,
    /// Of the findings, those that touch anything labelled. The rest are false.
    pub found: Share,
    /// Entities with the same bounds and category; bounds are those of the letters and digits that are not ignored.
    pub strict: Agreement,
    /// Entities that overlap one of the same category.
    pub relaxed: Agreement,
    /// Figures by category.
    pub categories: BTreeMap<Category, CategoryMeasure>,
}

/// What JSON shows of a [`Measure`].
#[derive(Serialize)]
struct Shown {
    notes: Share,
    words: u64,
    recall: Share,
    precision: Share,
    f1: Option<f64>,
    over_redacted: Share,
    covered: Share,
    any: Share,
    typed: Share,
    found: Share,
    strict: Agreement,
    relaxed: Agreement,
    leaking_notes: Share,
    leaks_per_1000_notes: Rate,
    leaks_per_100000_words: Rate,
    false_findings_per_1000_words: Rate,
    categories: BTreeMap<Category, CategoryMeasure>,
}

impl From<Measure> for Shown {
    fn from(measure: Measure) -> Self {
        Self {
            f1: measure.f1().map(rounded),
            leaking_notes: measure.notes.rest(),
            leaks_per_1000_notes: measure.leaks_per_thousand_notes(),
            leaks_per_100000_words: measure.leaks_per_hundred_thousand_words(),
            false_findings_per_1000_words: measure.false_findings_per_thousand_words(),
            notes: measure.notes,
            words: measure.words,
            recall: measure.recall,
            precision: measure.precision,
            over_redacted: measure.over_redacted,
            covered: measure.covered,
            any: measure.any,
            typed: measure.typed,
            found: measure.found,
            strict: measure.strict,
            relaxed: measure.relaxed,
            categories: measure.categories,
        }
    }
}

impl Measure {
    /// Compares the findings of one note, which are disjoint as a [`Scrubber`](crate::Scrubber) gives them, with its
    /// labels. Categories in `optional` count in no total.
    pub fn of(text: &str, gold: &Gold, findings: &[Finding], optional: &[Category]) -> Self {
        Sheet::new(text, gold, findings).measure(text, gold, findings, optional)
    }

    /// Adds the figures of other notes.
    pub fn merge(&mut self, other: &Self) {
        self.notes.merge(other.notes);
        self.words += other.words;
        self.recall.merge(other.recall);
        self.precision.merge(other.precision);
        self.over_redacted.merge(other.over_redacted);
        self.covered.merge(other.covered);
        self.any.merge(other.any);
        self.typed.merge(other.typed);
        self.found.merge(other.found);
        self.strict.merge(other.strict);
        self.relaxed.merge(other.relaxed);
        for (category, figures) in &other.categories {
            self.categories.entry(*category).or_default().merge(figures);
        }
    }

    /// The harmonic mean of recall and precision of characters.
    pub fn f1(&self) -> Option<f64> {
        f1(self.recall, self.precision)
    }

    /// Labelled spans that were not wholly covered.
    pub fn leaks(&self) -> u64 {
        self.covered.misses()
    }

    /// Leaks per 1,000 notes.
    pub fn leaks_per_thousand_notes(&self) -> Rate {
        Rate::new(self.leaks(), self.notes.of, 1_000)
    }

    /// Leaks per 100,000 words.
    pub fn leaks_per_hundred_thousand_words(&self) -> Rate {
        Rate::new(self.leaks(), self.words, 100_000)
    }

    /// Findings that touch nothing labelled, per 1,000 words.
    pub fn false_findings_per_thousand_words(&self) -> Rate {
        Rate::new(self.found.misses(), self.words, 1_000)
    }
}

/// The letters and digits of a note, and what labels and findings say of each.
pub(super) struct Sheet {
    /// The byte where each starts.
    at: Vec<usize>,
    gold: Vec<Option<Category>>,
    ignored: Vec<bool>,
    found: Vec<Option<Category>>,
}

impl Sheet {
    pub(super) fn new(text: &str, gold: &Gold, findings: &[Finding]) -> Self {
        let at: Vec<usize> = text.char_indices().filter(|(_, c)| c.is_alphanumeric()).map(|(at, _)| at).collect();
        let count = at.len();
        let mut sheet = Self { at, gold: vec![None; count], ignored: vec![false; count], found: vec![None; count] };
        for span in &gold.ignored {
            let range = sheet.range(*span);
            sheet.ignored[range].fill(true);
        }
        for (span, category) in &gold.spans {
            let range = sheet.range(*span);
            sheet.ignored[range.clone()].fill(false);
            sheet.gold[range].fill(Some(*category));
        }
        for finding in findings {
            let range = sheet.range(finding.span);
            sheet.found[range].fill(Some(finding.category));
        }
        sheet
    }

    /// The letters and digits of a span, by number.
    fn range(&self, span: Span) -> Range<usize> {
        self.at.partition_point(|at| *at < span.start)..self.at.partition_point(|at| *at < span.end)
    }

    /// Whether a span touches anything labelled; none where all of it is ignored.
    pub(super) fn is_phi(&self, span: Span) -> Option<bool> {
        let range = self.range(span);
        if self.gold[range.clone()].iter().any(Option::is_some) {
            return Some(true);
        }
        self.ignored[range].iter().any(|ignored| !ignored).then_some(false)
    }

    /// Whether a span touches a label of `category`.
    pub(super) fn is_of(&self, span: Span, category: Category) -> bool {
        self.gold[self.range(span)].contains(&Some(category))
    }

    /// How the labelled `span` fared.
    pub(super) fn fate(&self, span: Span, category: Category) -> Fate {
        let found = &self.found[self.range(span)];
        let hits = found.iter().filter(|found| found.is_some()).count();
        Fate {
            covered: hits == found.len(),
            any: hits > 0,
            typed: found.contains(&Some(category)),
            under: found.iter().flatten().next().copied(),
        }
    }

    /// The stretches of a labelled span that no finding covers, in bytes.
    pub(super) fn left(&self, text: &str, span: Span) -> Vec<Span> {
        let mut left: Vec<Span> = Vec::new();
        let mut last = None;
        for index in self.range(span).filter(|index| self.found[*index].is_none()) {
            let start = self.at[index];
            let end = start + text[start..].chars().next().map_or(0, char::len_utf8);
            match left.last_mut().filter(|_| last == Some(index)) {
                Some(before) => before.end = end,
                None => left.push(Span::new(start, end)),
            }
            last = Some(index + 1);
        }
        left
    }

    /// A span without what is ignored at its ends; none when nothing is left.
    fn trimmed(&self, span: Span) -> Option<(usize, usize)> {
        let mut range = self.range(span).filter(|index| !self.ignored[*index]);
        let first = range.next()?;
        Some((first, range.next_back().unwrap_or(first)))
    }

    fn measure(&self, text: &str, gold: &Gold, findings: &[Finding], optional: &[Category]) -> Measure {
        let counted = |category: Category| !optional.contains(&category);
        let mut measure = Measure { words: text.split_whitespace().count() as u64, ..Measure::default() };
        let bounds = |span: Span, category: Category| self.trimmed(span).map(|(first, last)| (first, last, category));
        let labelled: BTreeSet<_> = gold.spans.iter().filter_map(|(span, category)| bounds(*span, *category)).collect();
        let matched: BTreeSet<_> = findings.iter().filter_map(|f| bounds(f.span, f.category)).collect();
        for (span, category) in &gold.spans {
            let fate = self.fate(*span, *category);
            let strict = bounds(*span, *category).map(|bounds| matched.contains(&bounds));
            let entry = measure.categories.entry(*category).or_default();
            let add = |covered: &mut Share, any: &mut Share, typed: &mut Share, entities: [&mut Agreement; 2]| {
                covered.add(fate.covered);
                any.add(fate.any);
                typed.add(fate.typed);
                if let Some(strict) = strict {
                    entities[0].recall.add(strict);
                    entities[1].recall.add(fate.typed);
                }
            };
            add(&mut entry.covered, &mut entry.any, &mut entry.typed, [&mut entry.strict, &mut entry.relaxed]);
            if counted(*category) {
                let all = &mut measure;
                add(&mut all.covered, &mut all.any, &mut all.typed, [&mut all.strict, &mut all.relaxed]);
            }
        }
        measure.notes.add(measure.leaks() == 0);
        for finding in findings {
            let range = self.range(finding.span);
            let Some(is_phi) = self.is_phi(finding.span) else { continue };
            // What touches only labels that count in no total is neither right nor wrong there.
            let in_total = range.clone().any(|i| self.gold[i].map_or(!self.ignored[i], counted));
            let strict = bounds(finding.span, finding.category).is_some_and(|bounds| labelled.contains(&bounds));
            let relaxed = self.is_of(finding.span, finding.category);
            let entry = measure.categories.entry(finding.category).or_default();
            for index in range.filter(|index| !self.ignored[*index]) {
                entry.precision.add(self.gold[index].is_some());
                entry.typed_precision.add(self.gold[index] == Some(finding.category));
            }
            entry.found.add(is_phi);
            entry.strict.precision.add(strict);
            entry.relaxed.precision.add(relaxed);
            measure.found.add(is_phi);
            if in_total {
                measure.strict.precision.add(strict);
                measure.relaxed.precision.add(relaxed);
            }
        }
        for index in 0..self.at.len() {
            let (label, found) = (self.gold[index], self.found[index].is_some());
            if self.ignored[index] || label.is_some_and(|category| !counted(category)) {
                continue;
            }
            if found {
                measure.precision.add(label.is_some());
            }
            match label {
                Some(_) => measure.recall.add(found),
                None => measure.over_redacted.add(found),
            }
        }
        measure
    }
}

/// How a labelled span fared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fate {
    pub(super) covered: bool,
    pub(super) any: bool,
    pub(super) typed: bool,
    /// The category of the first finding that touches it.
    pub(super) under: Option<Category>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(start: usize, end: usize, category: Category) -> Finding {
        Finding::new(Span::new(start, end), category, 0.9, "test")
    }

    fn measure(
        text: &str,
        gold: &[(usize, usize, Category)],
        ignored: &[(usize, usize)],
        found: &[Finding],
    ) -> Measure {
        let gold = Gold::new(
            gold.iter().map(|(a, b, category)| (Span::new(*a, *b), *category)).collect(),
            ignored.iter().map(|(a, b)| Span::new(*a, *b)).collect(),
        );
        Measure::of(text, &gold, found, &[Category::Profession])
    }

    #[test]
    fn a_half_covered_name_has_leaked() {
        let name = [(0, 7, Category::Name)];
        let measure = measure("Ann Lee came.", &name, &[], &[finding(0, 3, Category::Name)]);
        assert_eq!(measure.leaks(), 1);
        assert_eq!(measure.recall, Share::new(3, 6));
        assert_eq!(measure.precision, Share::new(3, 3));
        assert_eq!(measure.notes, Share::new(0, 1));
        assert_eq!(measure.over_redacted, Share::new(0, 4));
        assert_eq!(measure.strict.recall, Share::new(0, 1));
        assert_eq!(measure.relaxed.recall, Share::new(1, 1));
        assert_eq!(measure.words, 3);
    }

    #[test]
    fn blanks_between_two_findings_are_no_leak() {
        let found = [finding(0, 3, Category::Name), finding(4, 7, Category::Name)];
        let measure = measure("Ann Lee came.", &[(0, 7, Category::Name)], &[], &found);
        assert_eq!(measure.leaks(), 0);
        assert_eq!(measure.strict.precision, Share::new(0, 2));
        assert_eq!(measure.relaxed.precision, Share::new(2, 2));
    }

    #[test]
    fn what_is_ignored_counts_neither_way() {
        let measure = measure("in 2019", &[], &[(3, 7)], &[finding(3, 7, Category::Date)]);
        assert_eq!(measure.precision.of, 0);
        assert_eq!(measure.found.of, 0);
        assert_eq!(measure.over_redacted, Share::new(0, 2));
    }

    #[test]
    fn bounds_are_those_of_letters_that_count() {
        // "Dr." is left open by the labels, and the full stop is no letter.
        let found = [finding(0, 8, Category::Name)];
        let strict = measure("Dr. Lee. Came", &[(4, 7, Category::Name)], &[(0, 2)], &found).strict;
        assert_eq!((strict.recall, strict.precision), (Share::new(1, 1), Share::new(1, 1)));
        let other = [finding(4, 7, Category::Location)];
        let measure = measure("Dr. Lee. Came", &[(4, 7, Category::Name)], &[(0, 2)], &other);
        assert_eq!(measure.covered, Share::new(1, 1));
        assert_eq!(measure.typed, Share::new(0, 1));
        assert_eq!(measure.strict.precision, Share::new(0, 1));
    }

    #[test]
    fn what_is_optional_counts_in_no_total() {
        let found = [finding(0, 5, Category::Profession)];
        let measure = measure("Baker, well", &[(0, 5, Category::Profession)], &[], &found);
        assert_eq!((measure.covered.of, measure.recall.of, measure.precision.of), (0, 0, 0));
        assert_eq!(measure.strict.precision.of, 0);
        assert_eq!(measure.categories[&Category::Profession].covered, Share::new(1, 1));
        assert_eq!(measure.categories[&Category::Profession].precision, Share::new(5, 5));
    }

    /// Small invented notes whose figures were counted by hand, as the definitions in the module's documentation say.
    #[test]
    fn figures_of_invented_notes() {
        let text = "Ann Lee of Troy, 3/14. Tylenol given at Mercy.";
        let gold = [
            (0, 7, Category::Name),
            (11, 15, Category::Location),
            (17, 21, Category::Date),
            (40, 45, Category::Organization),
        ];
        let found = [
            finding(0, 3, Category::Name),
            finding(11, 15, Category::Name),
            finding(17, 21, Category::Date),
            finding(23, 30, Category::Name),
        ];
        let mut all = measure(text, &gold, &[], &found);
        assert_eq!(all.recall, Share::new(3 + 4 + 3, 6 + 4 + 3 + 5));
        assert_eq!(all.precision, Share::new(10, 17));
        assert_eq!(all.covered, Share::new(2, 4));
        assert_eq!(all.any, Share::new(3, 4));
        assert_eq!(all.typed, Share::new(2, 4));
        assert_eq!(all.found, Share::new(3, 4));
        assert_eq!(all.over_redacted, Share::new(7, 2 + 7 + 5 + 2));
        let name = all.categories[&Category::Name];
        assert_eq!(name.precision, Share::new(7, 14));
        assert_eq!(name.typed_precision, Share::new(3, 14));
        assert_eq!(name.found, Share::new(2, 3));
        assert_eq!(all.leaks_per_thousand_notes().value(), Some(2000.0));
        assert_eq!(all.words, 9);
        all.merge(&measure("fine", &[], &[], &[]));
        assert_eq!(all.notes, Share::new(1, 2));
        assert_eq!(all.leaks_per_thousand_notes().value(), Some(1000.0));
        assert_eq!(all.false_findings_per_thousand_words().value(), Some(100.0));
    }

    #[test]
    fn json_shows_what_follows_from_the_counts() {
        let json = serde_json::to_value(measure("Ann", &[(0, 3, Category::Name)], &[], &[])).unwrap();
        assert_eq!(json["leaks_per_100000_words"]["value"], 100_000.0);
        assert_eq!(json["recall"]["hits"], 0);
        assert!(json["precision"]["value"].is_null());
        assert_eq!(json["categories"]["name"]["covered"]["of"], 1);
    }
}
