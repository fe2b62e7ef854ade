//! A second opinion: what only a form or a word list takes for a name counts where the network saw anything there.
//!
//! "Graham Steell murmur" and "Bennett, Rolando, Jones (fractures)" have the form of names and are none. On
//! generated notes of five writers that the network had not learned from, findings of the rules named here which it did not share
//! were wrong in 377 of 395 cases. They are kept below every usual threshold, so that a policy with a low one still removes them.

use super::Stage;
use crate::scrub::Finding;
use crate::text::Span;

/// Rules that go by form and word lists, not by a title, a relative or a signature.
const ASKING: &[&str] = &[
    "name.lexicon",
    "name.lone",
    "name.inverted",
    "name.verb",
    "organization.head",
    "organization.field",
    "address.street",
    "address.numbered_road",
];

/// The highest score of what the network does not share; the default threshold of a policy is .5.
const ALONE: f32 = 0.49;
/// A network that is less sure than this has seen nothing.
const SEEN: f32 = 0.15;

/// Weakens what `ASKING` found where neither the built-in tagger nor another model found anything, be it weak.
pub(crate) fn weigh(findings: &mut [Finding]) {
    let mut seen: Vec<Span> = findings
        .iter()
        .filter(|finding| finding.score >= SEEN && matches!(Stage::of(&finding.detector), Stage::Tagger | Stage::Model))
        .map(|finding| finding.span)
        .collect();
    seen.sort_unstable();
    // Findings of a network do not cross each other, those of several may: the farthest end so far answers for all before.
    let mut reach = 0;
    let ends: Vec<usize> = seen
        .iter()
        .map(|span| {
            reach = reach.max(span.end);
            reach
        })
        .collect();
    for finding in findings.iter_mut().filter(|finding| ASKING.contains(&finding.detector.as_ref())) {
        let before = seen.partition_point(|span| span.start < finding.span.end);
        let shared = before > 0 && ends[before - 1] > finding.span.start;
        if !shared {
            finding.score = finding.score.min(ALONE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrub::Category;

    fn finding(start: usize, end: usize, detector: &'static str) -> Finding {
        Finding::new(Span::new(start, end), Category::Name, 0.8, detector)
    }

    #[test]
    fn what_nothing_shares_is_weakened() {
        let mut findings = vec![
            finding(0, 9, "name.lexicon"),
            finding(20, 29, "name.lexicon"),
            finding(40, 49, "name.title"),
            finding(60, 69, "name.lone"),
            finding(25, 35, "tagger"),
            finding(50, 60, "model"),
        ];
        weigh(&mut findings);
        let scores: Vec<f32> = findings.iter().map(|finding| finding.score).collect();
        assert_eq!(scores, [ALONE, 0.8, 0.8, ALONE, 0.8, 0.8]);
    }

    #[test]
    fn a_long_finding_answers_for_what_stands_inside_it() {
        let mut findings = vec![finding(0, 50, "tagger"), finding(2, 5, "tagger"), finding(10, 19, "name.verb")];
        weigh(&mut findings);
        assert!(findings.iter().all(|finding| finding.score > ALONE));
    }
}
