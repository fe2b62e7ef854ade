//! The figures of `chartguard eval` made readable: for the terminal, and as one self-contained page.

mod html;
mod text;

pub use html::html;
pub use text::text;

use std::collections::BTreeMap;

use crate::measure::{ErrorClass, Evaluation, Rate, Share};
use crate::scrub::Category;

/// A share with its interval: "0.973 [0.966, 0.979]".
fn share(share: Share) -> String {
    match (share.value(), share.interval()) {
        (Some(value), Some((low, high))) => format!("{value:.3} [{low:.3}, {high:.3}]"),
        _ => "-".into(),
    }
}

/// A share by itself.
fn plain(value: Option<f64>) -> String {
    value.map_or_else(|| "-".into(), |value| format!("{value:.3}"))
}

/// A rate with its interval.
fn rate(rate: Rate) -> String {
    match (rate.value(), rate.interval()) {
        (Some(value), Some((low, high))) => {
            let digits = if rate.per > 1_000 || value >= 100.0 { 0 } else { 2 };
            format!("{value:.digits$} [{low:.digits$}, {high:.digits$}]")
        }
        _ => "-".into(),
    }
}

/// The share of 1,000 notes that leak anything, with its interval.
fn leaking(notes: Share) -> String {
    let leaking = notes.rest();
    match (leaking.value(), leaking.interval()) {
        (Some(value), Some((low, high))) => {
            format!("{:.0} [{:.0}, {:.0}]", value * 1e3, low * 1e3, high * 1e3)
        }
        _ => "-".into(),
    }
}

/// Errors counted by category and class.
fn errors(evaluation: &Evaluation) -> BTreeMap<Category, BTreeMap<ErrorClass, usize>> {
    let mut counts: BTreeMap<Category, BTreeMap<ErrorClass, usize>> = BTreeMap::new();
    for mistake in &evaluation.mistakes {
        *counts.entry(mistake.category).or_default().entry(mistake.class).or_default() += 1;
    }
    counts
}

/// The names of what counts in no total.
fn optional(evaluation: &Evaluation) -> String {
    evaluation.optional.iter().map(|category| category.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{AblationRow, Evaluator, Gold, Labelled, Options};
    use crate::scrub::Scrubber;
    use crate::text::Span;

    fn evaluation(show_text: bool) -> Evaluation {
        let scrubber = Scrubber::builder().model_named("none").unwrap().build().unwrap();
        let options = Options {
            thresholds: vec![0.3, 0.9],
            sweep_categories: vec![Category::Ssn],
            reliability: true,
            by: vec!["kind".into()],
            show_text,
            ..Options::default()
        };
        let evaluator = Evaluator::new(scrubber, options).unwrap();
        let text = "SSN 219-09-9999, Quackenbush <b>";
        let gold = Gold::new(vec![(Span::new(4, 15), Category::Ssn), (Span::new(17, 32), Category::Name)], vec![]);
        let mut evaluation = evaluator.note(&Labelled::new("note-1", text, gold)).unwrap();
        let mut row = AblationRow::new("patterns only");
        row.measure = evaluation.total.clone();
        (row.bytes, row.seconds) = (32, 1.0);
        evaluation.ablation.push(row);
        evaluation
    }

    #[test]
    fn every_table_is_there_and_no_text_of_a_note() {
        let evaluation = evaluation(false);
        let plain = text(&evaluation, 5);
        let page = html(&evaluation, 5, "policy safe-harbor, model none");
        for part in [
            "ssn",
            "covered",
            "note-1",
            "strict",
            "relaxed",
            "missed",
            "kind",
            "threshold",
            "patterns only",
            "calibration",
        ] {
            assert!(plain.contains(part), "the text lacks {part}:\n{plain}");
            assert!(page.contains(part), "the page lacks {part}");
        }
        assert!(!plain.contains("Quackenbush") && !page.contains("Quackenbush"));
        assert!(!page.contains("http:") && !page.contains("https:"), "nothing is loaded from elsewhere");
        assert!(page.contains("<svg"));
        assert!(!serde_json::to_string(&evaluation).unwrap().contains("Quackenbush"));
    }

    #[test]
    fn text_is_shown_when_asked_for_and_escaped() {
        let evaluation = evaluation(true);
        assert!(text(&evaluation, 5).contains("Quackenbush"));
        let page = html(&evaluation, 5, "");
        assert!(page.contains("Quackenbush &lt;b&gt;") && !page.contains("<b>"));
        assert!(!text(&evaluation, 0).contains("Quackenbush"));
    }
}
