//! One page that loads nothing from elsewhere, with bars drawn in the page.

use std::fmt::Write as _;

use minijinja::{AutoEscape, Environment, Value, context};

use super::{errors, leaking, optional, plain, rate, share};
use crate::measure::{Agreement, ErrorClass, Evaluation, Group, Measure, Share, Sweep};
use crate::scrub::Category;

const TEMPLATE: &str = include_str!("page.html");
/// The width of a bar.
const WIDTH: f64 = 120.0;
/// The size of a curve.
const CURVE: (f64, f64) = (420.0, 160.0);

/// The figures as one page, in light and dark. `scrubber` says what was measured; at most `listed` errors of each class
/// are listed.
pub fn html(evaluation: &Evaluation, listed: usize, scrubber: &str) -> String {
    let m = &evaluation.total;
    let categories: Vec<Value> = m
        .categories
        .iter()
        .map(|(category, c)| {
            context! {
                name => category.as_str(), spans => c.covered.of, covered => share(c.covered), bar => bar(c.covered),
                any => plain(c.any.value()), typed => share(c.typed), precision => share(c.precision), precision_bar => bar(c.precision),
                strict => plain(c.strict.f1()), relaxed => plain(c.relaxed.f1()),
            }
        })
        .collect();
    let agreement = |name: &str, a: Agreement| {
        context! { name, recall => share(a.recall), recall_bar => bar(a.recall), precision => share(a.precision),
        precision_bar => bar(a.precision), f1 => plain(a.f1()) }
    };
    let mut characters = Agreement::default();
    (characters.recall, characters.precision) = (m.recall, m.precision);
    let agreements =
        [agreement("characters", characters), agreement("strict", m.strict), agreement("relaxed", m.relaxed)];
    let by: Vec<Value> = evaluation
        .by
        .iter()
        .map(|(key, values)| {
            let rows: Vec<Value> = values.iter().map(|(value, m)| row(value, m)).collect();
            context! { key, rows }
        })
        .collect();
    let classes: Vec<Value> = errors(evaluation)
        .iter()
        .map(|(category, counts)| {
            let counts: Vec<usize> =
                ErrorClass::ALL.iter().map(|class| counts.get(class).copied().unwrap_or_default()).collect();
            context! { name => category.as_str(), counts }
        })
        .collect();
    let lists: Vec<Value> = ErrorClass::ALL
        .iter()
        .map(|class| {
            let all: Vec<_> = evaluation.mistakes.iter().filter(|mistake| mistake.class == *class).collect();
            let shown: Vec<Value> = all
                .iter()
                .take(listed)
                .map(|mistake| {
                    let left: Vec<String> = mistake.left.iter().map(|(a, b)| format!("{a}..{b}")).collect();
                    context! {
                        note => mistake.note.clone(), place => format!("{}..{}", mistake.start, mistake.end), category => mistake.category.as_str(),
                        found => mistake.found.map(Category::as_str), left => left.join(", "), detector => mistake.detector.clone(),
                        score => mistake.score.map(|score| format!("{score:.2}")), text => mistake.text.clone(),
                    }
                })
                .collect();
            context! { class => class.to_string(), count => all.len(), shown }
        })
        .collect();
    let reliability: Vec<Value> = evaluation.reliability.as_ref().map_or_else(Vec::new, |reliability| {
        let mut groups = vec![group("findings, whatever the thresholds", &reliability.findings)];
        groups.extend(reliability.stages.iter().map(|(stage, found)| group(stage.as_str(), found)));
        groups
    });
    let ablation: Vec<Value> = evaluation
        .ablation
        .iter()
        .map(|line| context! { row => row(&line.stages, &line.measure), speed => format!("{:.2}", line.megabytes_per_second()) })
        .collect();
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let page = context! {
        scrubber, notes => m.notes.of, words => m.words, optional => optional(evaluation), categories, agreements,
        covered => share(m.covered), recall => plain(m.recall.value()), precision => plain(m.precision.value()),
        leaks => rate(m.leaks_per_thousand_notes()), leaks_words => rate(m.leaks_per_hundred_thousand_words()), leaking => leaking(m.notes),
        false_findings => rate(m.false_findings_per_thousand_words()), over_redacted => share(m.over_redacted),
        by, classes, lists, sweeps => evaluation.sweeps.iter().map(sweep).collect::<Vec<_>>(), reliability, ablation,
        shows_text => evaluation.mistakes.iter().any(|mistake| mistake.text.is_some()),
    };
    // The template is fixed and tested: it cannot fail on any evaluation.
    environment.render_str(TEMPLATE, page).unwrap_or_default()
}

fn row(name: &str, m: &Measure) -> Value {
    context! {
        name, notes => m.notes.of, spans => m.covered.of, covered => share(m.covered), bar => bar(m.covered), recall => plain(m.recall.value()),
        precision => plain(m.precision.value()), leaking => leaking(m.notes), false_findings => rate(m.false_findings_per_thousand_words()),
    }
}

/// A share as a bar, with its interval as a whisker.
fn bar(share: Share) -> Value {
    let (Some(value), Some((low, high))) = (share.value(), share.interval()) else { return Value::from("") };
    Value::from_safe_string(format!(
        "<svg width=\"{WIDTH}\" height=\"12\" role=\"img\" aria-label=\"{value:.3}\"><rect class=\"rail\" width=\"{WIDTH}\" height=\"12\"/>\
         <rect class=\"bar\" width=\"{:.1}\" height=\"12\"/><line class=\"whisker\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"6\" y2=\"6\"/></svg>",
        value * WIDTH,
        low * WIDTH,
        high * WIDTH
    ))
}

fn sweep(sweep: &Sweep) -> Value {
    let rows: Vec<Value> = sweep
        .points
        .iter()
        .map(|point| {
            let own = sweep.category.and_then(|category| point.measure.categories.get(&category));
            context! {
                row => row(&format!("{:.2}", point.threshold), &point.measure), f1 => plain(point.measure.f1()),
                own_covered => own.map(|own| share(own.covered)), own_precision => own.map(|own| share(own.precision)),
            }
        })
        .collect();
    context! { category => sweep.category.map(Category::as_str), rows, curve => curve(sweep) }
}

/// Recall and precision over the threshold.
fn curve(sweep: &Sweep) -> Value {
    let figures = |m: &Measure| match sweep.category {
        None => (m.recall.value(), m.precision.value()),
        Some(category) => {
            let own = m.categories.get(&category).copied().unwrap_or_default();
            (own.covered.value(), own.precision.value())
        }
    };
    let (recall, precision): (Vec<_>, Vec<_>) = sweep.points.iter().map(|point| figures(&point.measure)).unzip();
    let lowest = recall.iter().chain(&precision).flatten().copied().fold(1.0_f64, f64::min);
    // The scale starts at the tenth below the lowest point.
    let floor = ((lowest * 10.0).floor() / 10.0).clamp(0.0, 0.9);
    let (width, height) = CURVE;
    let line = |class: &str, values: &[Option<f64>]| {
        let mut path = String::new();
        for (point, value) in sweep.points.iter().zip(values) {
            if let Some(value) = value {
                let (x, y) = (f64::from(point.threshold) * width, (1.0 - (value - floor) / (1.0 - floor)) * height);
                let _ = write!(path, "{x:.1},{y:.1} ");
            }
        }
        format!("<polyline class=\"{class}\" points=\"{}\"/>", path.trim_end())
    };
    let name = if sweep.category.is_some() { "covered" } else { "recall" };
    Value::from_safe_string(format!(
        "<svg class=\"curve\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{name} and precision \
         over the threshold\"><rect class=\"rail\" width=\"{width}\" height=\"{height}\"/>{}{}<text x=\"4\" y=\"12\">1.0</text>\
         <text x=\"4\" y=\"{:.0}\">{floor:.1}</text></svg>",
        line("first", &recall),
        line("second", &precision),
        height - 4.0
    ))
}

fn group(name: &str, group: &Group) -> Value {
    let bins: Vec<Value> = group
        .bins
        .iter()
        .enumerate()
        .filter(|(_, bin)| bin.phi.of > 0)
        .map(|(index, bin)| {
            let (low, high) = group.bounds(index);
            context! {
                range => format!("{low:.1} to {high:.1}"), count => bin.phi.of, mean => plain(bin.mean()), phi => share(bin.phi),
                bar => bar(bin.phi), same => plain(bin.same_category.value()),
            }
        })
        .collect();
    context! { name, count => group.count(), error => plain(group.calibration_error()), bins }
}
