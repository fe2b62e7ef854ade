//! Many reports on one page: a table that can be sorted, the distribution of scores, the most failed criteria, scores over dates.

use std::collections::BTreeMap;

use minijinja::{AutoEscape, Environment, context};

use crate::rubric::{Report, Risk, Verdict};

const TEMPLATE: &str = include_str!("index.html");

/// So many criteria are shown among the most failed ones.
const MOST_FAILED: usize = 8;

/// A note on the page of [`index`].
#[derive(Debug, Clone, Copy)]
pub struct IndexEntry<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Where its own page is, relative to this one; empty for none.
    pub href: &'a str,
    /// Its report.
    pub report: &'a Report,
}

/// One self-contained page over many reports of one rubric, in light and dark. It holds names, dates and scores, and no text of a note.
pub fn index(notes: &[IndexEntry<'_>]) -> String {
    let scores: Vec<f64> = notes.iter().filter_map(|n| n.report.score).collect();
    let mean = if scores.is_empty() {
        "none".into()
    } else {
        super::percent(scores.iter().sum::<f64>() / scores.len() as f64)
    };
    let mut bins = [0usize; 10];
    for score in &scores {
        bins[((score * 10.0) as usize).min(9)] += 1;
    }
    let most = bins.iter().copied().max().unwrap_or(0).max(1);
    let histogram = bins.iter().enumerate().map(|(at, count)| {
        let height = (*count as f64 / most as f64 * 105.0).round();
        context! { x => at * 31 + 6, y => 130.0 - height, height, count => *count, label => format!("{} to {} %", at * 10, at * 10 + 10) }
    });
    let mut failed: BTreeMap<&str, usize> = BTreeMap::new();
    for c in notes.iter().flat_map(|n| &n.report.criteria).filter(|c| c.verdict == Verdict::NotMet) {
        *failed.entry(&c.id).or_default() += 1;
    }
    let mut failed: Vec<(&str, usize)> = failed.into_iter().collect();
    failed.sort_by_key(|(id, count)| (std::cmp::Reverse(*count), *id));
    failed.truncate(MOST_FAILED);
    let top = failed.first().map_or(1, |(_, count)| *count);
    let failed = failed.iter().enumerate().map(|(at, (id, count))| {
        context! { id => *id, count => *count, y => at * 24 + 4, width => (*count as f64 / top as f64 * 135.0).round() }
    });
    let mut dated: Vec<_> = notes.iter().filter_map(|n| Some((n.report.date?, n.report.score?, n.name))).collect();
    dated.sort_by(|a, b| (a.0, a.2).cmp(&(b.0, b.2)));
    let (first, last) = (dated.first().map(|d| d.0), dated.last().map(|d| d.0));
    let days =
        |from: jiff::civil::Date, to: jiff::civil::Date| f64::from(from.until(to).map_or(0, |span| span.get_days()));
    let trend = dated.iter().map(|(date, score, name)| {
        let (from, to) = (first.unwrap_or(*date), last.unwrap_or(*date));
        let along = if from == to { 0.5 } else { days(from, *date) / days(from, to) };
        context! { x => (34.0 + along * 278.0).round(), y => (130.0 - score * 115.0).round(), label => format!("{name}, {date}: {}", super::percent(*score)) }
    });
    let rows = notes.iter().map(|note| {
        let report = note.report;
        context! {
            name => note.name, href => note.href, kind => super::document(report), discipline => super::discipline(report),
            date => report.date.map_or_else(String::new, |date| date.to_string()),
            score => report.score.map_or_else(|| "not scored".to_owned(), super::percent), order => report.score.unwrap_or(-1.0),
            risk => report.risk.map_or("", Risk::as_str), risk_order => report.risk.map_or(-1, |risk| risk as i32),
            findings => report.findings().len(), coverage => super::percent(report.coverage), coverage_order => report.coverage,
        }
    });
    let rubric = notes.first().map(|note| &note.report.rubric);
    let page = context! {
        notes => rows.collect::<Vec<_>>(), mean, histogram => histogram.collect::<Vec<_>>(), failed => failed.collect::<Vec<_>>(),
        trend => trend.collect::<Vec<_>>(), first => first.map(|d| d.to_string()), last => last.map(|d| d.to_string()),
        rubric => rubric.map_or_else(
            || context! { id => "", version => "", hash => "" },
            |r| context! { id => r.id.clone(), version => r.version.clone(), hash => r.hash.clone() },
        ),
    };
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // The template is fixed and tested: it cannot fail on any report.
    environment.render_str(TEMPLATE, page).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::{Rubric, ScoreOptions, Scorer};

    #[test]
    fn the_page_lists_every_note_and_escapes_names() {
        let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap());
        let note = "PT DAILY NOTE\nDOS 3/4/2025\nGait training. Total treatment time: 45 min";
        let report = scorer.score(note, &ScoreOptions::new()).unwrap();
        let entry = |name| IndexEntry { name, href: "a.html", report: &report };
        let page = index(&[entry("<one>"), entry("two")]);
        assert!(page.contains("&lt;one&gt;") && page.contains("tx.signature") && page.contains("2025-03-04"));
        assert!(!page.contains("http:") && !page.contains("Gait"));
        assert!(index(&[]).contains("0 notes"));
    }
}
