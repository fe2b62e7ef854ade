//! A report as one self-contained HTML page: the note with its evidence marked, the criteria beside it.

use minijinja::{AutoEscape, Environment, context};

use crate::rubric::{CriterionResult, Report, Verdict};
use crate::text::Span;

const TEMPLATE: &str = include_str!("report.html");

/// The report as one page, in light and dark, that loads nothing from elsewhere.
///
/// Evidence outside `note`, or not on its character boundaries, is left unmarked: hand in the text that was scored.
pub fn html(report: &Report, note: &str) -> String {
    let usable = |span: &Span| note.get(span.range()).is_some() && !span.is_empty();
    let mut cuts = vec![0, note.len()];
    let evidence = report.criteria.iter().flat_map(|c| c.evidence.iter().map(|e| e.span)).filter(usable);
    cuts.extend(evidence.flat_map(|span| [span.start, span.end]));
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces = Vec::with_capacity(cuts.len());
    let mut starts = Vec::with_capacity(cuts.len());
    // Each stretch of the note under the same criteria, and which they are.
    for pair in cuts.windows(2) {
        let span = Span::new(pair[0], pair[1]);
        let over: Vec<&CriterionResult> = report
            .criteria
            .iter()
            .filter(|c| c.evidence.iter().any(|e| usable(&e.span) && e.span.contains(span)))
            .collect();
        let ids: Vec<&str> = over.iter().map(|c| c.id.as_str()).collect();
        let bad = over.iter().any(|c| c.verdict == Verdict::NotMet);
        starts.push(span.start);
        pieces.push(context! { text => span.of(note), marks => ids.join(", "), bad });
    }
    let mut order: Vec<&CriterionResult> = report.criteria.iter().collect();
    order.sort_by_key(|c| match c.verdict {
        Verdict::NotMet => (0, Some(c.severity)),
        Verdict::Met => (1, None),
        Verdict::NotAssessable => (2, None),
        Verdict::NotApplicable => (3, None),
    });
    let criteria: Vec<_> = order
        .into_iter()
        .map(|c| {
            let links: Vec<usize> = c
                .evidence
                .iter()
                .filter(|e| usable(&e.span))
                .filter_map(|e| starts.binary_search(&e.span.start).ok())
                .collect();
            context! {
                id => c.id.clone(), title => c.title.clone(), verdict => c.verdict.as_str(), verdict_words => super::words(c.verdict),
                severity => c.severity.as_str(), confidence => super::percent(f64::from(c.confidence)), message => c.message.clone(),
                advice => c.advice.clone(), source => c.citation.source.clone(), revision => c.citation.revision.clone(), judged => c.judged, links,
            }
        })
        .collect();
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let page = context! {
        doc_type => super::document(report), discipline => super::discipline(report),
        score => report.score.map_or_else(|| "not scored".to_owned(), super::percent), coverage => super::percent(report.coverage),
        findings => report.findings().len(), risk => report.risk.map(crate::rubric::Risk::as_str), pieces, criteria,
        rubric => context! { id => report.rubric.id.clone(), version => report.rubric.version.clone(), hash => report.rubric.hash.clone() },
    };
    // The template is fixed and tested: it cannot fail on any report.
    environment.render_str(TEMPLATE, page).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::{Rubric, ScoreOptions, Scorer};

    #[test]
    fn the_page_marks_evidence_and_escapes_the_note() {
        let note = "PT DAILY NOTE\nDOS 3/4/2025 <b>&amp;</b>\nTotal treatment time: 45 min\nJane Roe, PT";
        let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap());
        let report = scorer.score(note, &ScoreOptions::new()).unwrap();
        let page = html(&report, note);
        assert!(page.contains("Total treatment time: 45 min</mark>"));
        assert!(!page.contains("<b>"));
        assert!(!page.contains("http:"), "nothing is loaded from elsewhere");
        // A report shown beside another text must not fail.
        assert!(html(&report, "é").contains("Criteria"));
    }
}
