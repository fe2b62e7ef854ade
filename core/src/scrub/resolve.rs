//! Makes findings disjoint: crossing findings become their union, what gives way is kept as a reason.

use super::{Finding, Reason};
use crate::text::Span;

/// Turns findings in any order into disjoint findings in the order of the text.
///
/// Findings that overlap are one removal (their union, invariant 5), so that a part of an identifier never stays because
/// two detectors disagreed about its bounds. The surest finding gives category and detector; among equals the longer,
/// then the category that comes first, then the detector's name, so that the order of detectors does not matter.
/// Findings that only touch stay apart.
pub(super) fn resolve(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.retain(|finding| !finding.span.is_empty());
    findings.sort_by(|a, b| a.span.start.cmp(&b.span.start).then(b.span.end.cmp(&a.span.end)).then_with(|| rank(a, b)));
    let mut resolved: Vec<Finding> = Vec::with_capacity(findings.len());
    // Where the strongest single finding of the last cluster stands, by which newcomers are measured.
    let mut lead = Span::new(0, 0);
    for mut finding in findings {
        match resolved.last_mut() {
            Some(last) if last.span.overlaps(finding.span) => {
                let span = last.span.cover(finding.span);
                let mut also = std::mem::take(&mut last.also);
                // The last one is measured as it was before it grew.
                last.span = lead;
                if rank(&finding, last).is_lt() {
                    lead = finding.span;
                    std::mem::swap(last, &mut finding);
                }
                also.extend(finding.own_reasons(finding.span));
                last.span = span;
                last.also = also;
            }
            _ => {
                lead = finding.span;
                resolved.push(finding);
            }
        }
    }
    for finding in resolved.iter_mut().filter(|finding| !finding.also.is_empty()) {
        finding.also.sort_by(|a, b| {
            b.score
                .total_cmp(&a.score)
                .then(a.span.cmp(&b.span))
                .then(a.category.cmp(&b.category))
                .then_with(|| a.detector.cmp(&b.detector))
        });
        // A detector that spoke several times, of parts of the value, is heard once.
        let mut heard = 0;
        for at in 0..finding.also.len() {
            let (before, reason) = (&finding.also[..heard], &finding.also[at]);
            let same = |other: &Reason| other.detector == reason.detector && other.rule == reason.rule;
            if !before.iter().any(same) && !finding.own_reasons(finding.span).any(|own| same(&own)) {
                finding.also.swap(heard, at);
                heard += 1;
            }
        }
        finding.also.truncate(heard);
    }
    resolved
}

/// Orders the stronger finding first.
fn rank(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    b.score
        .total_cmp(&a.score)
        .then(b.span.len().cmp(&a.span.len()))
        .then(a.category.cmp(&b.category))
        .then_with(|| a.detector.cmp(&b.detector))
        .then(a.span.start.cmp(&b.span.start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrub::Category;

    fn finding(start: usize, end: usize, category: Category, score: f32) -> Finding {
        Finding::new(Span::new(start, end), category, score, category.as_str())
    }

    #[test]
    fn crossing_findings_become_their_union() {
        let out = resolve(vec![finding(4, 10, Category::Name, 0.6), finding(0, 6, Category::Date, 0.9)]);
        assert_eq!(out.len(), 1);
        assert_eq!(out[0].span, Span::new(0, 10));
        assert_eq!(out[0].category, Category::Date);
        assert_eq!(out[0].also.len(), 1);
        assert_eq!((out[0].also[0].category, out[0].also[0].span), (Category::Name, Span::new(4, 10)));
        assert_eq!(out[0].reasons().iter().map(|reason| reason.score).collect::<Vec<_>>(), [0.9, 0.6]);
    }

    #[test]
    fn touching_findings_stay_apart() {
        let out = resolve(vec![finding(0, 4, Category::Name, 0.9), finding(4, 8, Category::Name, 0.9)]);
        assert_eq!(out.len(), 2);
    }

    #[test]
    fn order_of_detectors_does_not_matter() {
        let findings = vec![
            finding(0, 6, Category::Date, 0.9),
            finding(4, 10, Category::Name, 0.9),
            finding(9, 12, Category::Mrn, 0.95),
            finding(20, 25, Category::Phone, 0.5),
        ];
        let mut reversed = findings.clone();
        reversed.reverse();
        assert_eq!(resolve(findings), resolve(reversed));
    }
}
