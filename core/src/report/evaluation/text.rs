//! Tables for a terminal.

use std::fmt::Write as _;

use super::{errors, leaking, optional, plain, rate, share};
use crate::measure::{Agreement, ErrorClass, Evaluation, Group, Measure, Mistake, Sweep};

/// The figures as tables; at most `listed` errors of each class are listed.
pub fn text(evaluation: &Evaluation, listed: usize) -> String {
    let mut out = String::new();
    categories(&mut out, evaluation);
    totals(&mut out, evaluation);
    for (key, values) in &evaluation.by {
        let _ = writeln!(out, "\n{key:16} notes   spans  covered  recall  precision  leaking/1,000  false/1,000 words");
        for (value, measure) in values {
            facet(&mut out, value, measure);
        }
    }
    class_table(&mut out, evaluation);
    list(&mut out, &evaluation.mistakes, listed);
    for sweep in &evaluation.sweeps {
        sweep_table(&mut out, sweep);
    }
    if let Some(reliability) = &evaluation.reliability {
        group(&mut out, "findings, whatever the thresholds", &reliability.findings);
        for (stage, found) in &reliability.stages {
            group(&mut out, &format!("{stage}, before findings are joined"), found);
        }
    }
    if !evaluation.ablation.is_empty() {
        let _ = writeln!(out, "\nablation         covered  recall  precision  leaking/1,000     MB/s");
        for row in &evaluation.ablation {
            let m = &row.measure;
            let _ = writeln!(
                out,
                "{:16} {:>7} {:>7} {:>10} {:>14.0} {:>8.2}",
                row.stages,
                plain(m.covered.value()),
                plain(m.recall.value()),
                plain(m.precision.value()),
                m.notes.rest().value().unwrap_or_default() * 1e3,
                row.megabytes_per_second()
            );
        }
        let _ = writeln!(out, "(MB/s: 10^6 bytes a second on one thread, the fastest of three runs over all notes)");
    }
    out
}

fn categories(out: &mut String, evaluation: &Evaluation) {
    let _ = writeln!(out, "{:13} {:>6}  {:21} {:6} {:21} precision", "category", "spans", "covered", "any", "typed");
    for (category, figures) in &evaluation.total.categories {
        let _ = writeln!(
            out,
            "{category:13} {:6}  {:21} {:6} {:21} {}",
            figures.covered.of,
            share(figures.covered),
            plain(figures.any.value()),
            share(figures.typed),
            share(figures.precision)
        );
    }
    let total = &evaluation.total;
    let _ = writeln!(
        out,
        "{:13} {:6}  {:21} {:6} {:21} {}",
        "all",
        total.covered.of,
        share(total.covered),
        plain(total.any.value()),
        share(total.typed),
        share(total.precision)
    );
    if !evaluation.optional.is_empty() {
        let _ = writeln!(out, "(in no total: {})", optional(evaluation));
    }
}

fn totals(out: &mut String, evaluation: &Evaluation) {
    let m = &evaluation.total;
    let agreement =
        |a: Agreement| format!("recall {}  precision {}  F1 {}", share(a.recall), share(a.precision), plain(a.f1()));
    let _ = writeln!(
        out,
        "\ncharacters    recall {}  precision {}  F1 {}",
        share(m.recall),
        share(m.precision),
        plain(m.f1())
    );
    let _ = writeln!(out, "strict        {}", agreement(m.strict));
    let _ = writeln!(out, "relaxed       {}", agreement(m.relaxed));
    let _ = writeln!(
        out,
        "leaks         {} spans per 1,000 notes; {} per 100,000 words; {} of 1,000 notes leak at least one ({} notes, {} words)",
        rate(m.leaks_per_thousand_notes()),
        rate(m.leaks_per_hundred_thousand_words()),
        leaking(m.notes),
        m.notes.of,
        m.words
    );
    let _ = writeln!(
        out,
        "for nothing   {} false findings per 1,000 words; share of other characters removed {}",
        rate(m.false_findings_per_thousand_words()),
        share(m.over_redacted)
    );
}

fn facet(out: &mut String, value: &str, m: &Measure) {
    let _ = writeln!(
        out,
        "  {value:14} {:5} {:7} {:>8} {:>7} {:>10} {:>14.0} {:>18.2}",
        m.notes.of,
        m.covered.of,
        plain(m.covered.value()),
        plain(m.recall.value()),
        plain(m.precision.value()),
        m.notes.rest().value().unwrap_or_default() * 1e3,
        m.false_findings_per_thousand_words().value().unwrap_or_default()
    );
}

fn class_table(out: &mut String, evaluation: &Evaluation) {
    let counts = errors(evaluation);
    if counts.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n{:13} {:>8} {:>15} {:>15} {:>8}",
        "errors", "missed", "partly covered", "wrong category", "false"
    );
    for (category, classes) in &counts {
        let at = |class: ErrorClass| classes.get(&class).copied().unwrap_or_default();
        let _ = writeln!(
            out,
            "{category:13} {:8} {:15} {:15} {:8}",
            at(ErrorClass::Missed),
            at(ErrorClass::PartlyCovered),
            at(ErrorClass::WrongCategory),
            at(ErrorClass::False)
        );
    }
}

fn list(out: &mut String, mistakes: &[Mistake], listed: usize) {
    for class in ErrorClass::ALL {
        let of_class: Vec<&Mistake> = mistakes.iter().filter(|mistake| mistake.class == *class).collect();
        if of_class.is_empty() || listed == 0 {
            continue;
        }
        let _ = writeln!(out, "\n{class}: {} (code points)", of_class.len());
        for mistake in of_class.iter().take(listed) {
            let _ = write!(out, "  {} {}..{} {}", mistake.note, mistake.start, mistake.end, mistake.category);
            if let Some(found) = mistake.found.filter(|found| *found != mistake.category) {
                let _ = write!(out, ", found as {found}");
            }
            for (start, end) in &mistake.left {
                let _ = write!(out, ", {start}..{end} left");
            }
            if let Some((detector, score)) = mistake.detector.as_ref().zip(mistake.score) {
                let _ = write!(out, ", by {detector} at {score:.2}");
            }
            if let Some(text) = &mistake.text {
                let _ = write!(out, "  {text:?}");
            }
            out.push('\n');
        }
        if of_class.len() > listed {
            let _ = writeln!(out, "  and {} more (--errors N lists more)", of_class.len() - listed);
        }
    }
}

fn sweep_table(out: &mut String, sweep: &Sweep) {
    let what = sweep.category.map_or("of all categories", |category| category.as_str());
    let _ = writeln!(out, "\nthreshold {what}");
    let _ = write!(
        out,
        "  {:>5}  {:>7} {:>7} {:>10} {:>7} {:>14} {:>18}",
        "", "covered", "recall", "precision", "F1", "leaking/1,000", "false/1,000 words"
    );
    if sweep.category.is_some() {
        let _ = write!(out, "   {:>16} {:>16}", "its own covered", "its precision");
    }
    out.push('\n');
    for point in &sweep.points {
        let m = &point.measure;
        let _ = write!(
            out,
            "  {:5.2}  {:>7} {:>7} {:>10} {:>7} {:>14.0} {:>18.2}",
            point.threshold,
            plain(m.covered.value()),
            plain(m.recall.value()),
            plain(m.precision.value()),
            plain(m.f1()),
            m.notes.rest().value().unwrap_or_default() * 1e3,
            m.false_findings_per_thousand_words().value().unwrap_or_default()
        );
        if let Some(category) = sweep.category {
            let own = m.categories.get(&category).copied().unwrap_or_default();
            let _ = write!(out, "   {:>16} {:>16}", plain(own.covered.value()), plain(own.precision.value()));
        }
        out.push('\n');
    }
}

fn group(out: &mut String, name: &str, group: &Group) {
    let error = plain(group.calibration_error());
    let _ = writeln!(out, "\nscores of {name}: {} findings, expected calibration error {error}", group.count());
    let _ = writeln!(
        out,
        "  {:11} {:>7} {:>11}  {:21} same category",
        "score", "count", "mean score", "share that are PHI"
    );
    for (index, bin) in group.bins.iter().enumerate().filter(|(_, bin)| bin.phi.of > 0) {
        let (low, high) = group.bounds(index);
        let _ = writeln!(
            out,
            "  {low:.1} to {high:.1}  {:7} {:>11}  {:21} {}",
            bin.phi.of,
            plain(bin.mean()),
            share(bin.phi),
            plain(bin.same_category.value())
        );
    }
}
