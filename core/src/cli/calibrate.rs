//! `chartguard rubric calibrate`: whether the confidence of verdicts means what it says, on labelled notes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::input::{self, Line};
use super::output::{Outcome, Output};
use super::score::ScorerArgs;
use super::{BELOW, OK, ThreadArgs};
use crate::error::{Error, ErrorCode, Location, Result};
use crate::measure::{Calibration, Share};
use crate::rubric::{ScoreOptions, Scorer, Verdict};

#[derive(Args)]
#[command(after_long_help = "\
A gold line is {\"text\",\"labels\":{CRITERION: \"met\" | \"not_met\" | \"not_applicable\"}}; other members are let be. A criterion without a label
does not count, and neither does a verdict of `not_assessable`, which leaves the question open: how many did is said.

Figures:
  right   of the verdicts in a bin of confidence, those that agree with their label, with the 95 % Wilson score interval
  gap     the share that was right less the mean confidence: below zero the engine was too sure of itself
  Brier   the mean squared distance between confidence and outcome, 0 at best
  expected calibration error   the mean distance between the share that was right and the mean confidence, over the bins")]
pub(super) struct CalibrateArgs {
    /// Labelled notes in JSON Lines; `-` reads standard input
    #[arg(value_name = "GOLD.jsonl|-")]
    gold: PathBuf,
    #[command(flatten)]
    scorer: ScorerArgs,
    #[command(flatten)]
    threads: ThreadArgs,
    /// Bins of confidence, of equal width
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u8).range(2..=50))]
    bins: u8,
    /// Take `doc_type` and `discipline` of the gold as known instead of detecting them
    #[arg(long)]
    given: bool,
    /// Give the figures by criterion too
    #[arg(long)]
    by_criterion: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Exit with status 1 when the expected calibration error is above this (0 to 1)
    #[arg(long, value_name = "SHARE")]
    max_error: Option<f64>,
}

/// A verdict that has a label.
struct Answer {
    criterion: String,
    verdict: Verdict,
    confidence: f32,
    right: bool,
}

/// What came out.
struct Figures {
    notes: usize,
    /// Verdicts that leave the question open.
    open: usize,
    all: Calibration,
    by_verdict: BTreeMap<Verdict, Calibration>,
    by_criterion: BTreeMap<String, Calibration>,
}

pub(super) fn run(args: &CalibrateArgs) -> Outcome {
    let scorer = args.scorer.scorer()?;
    let options = args.scorer.options()?;
    let new = || Calibration::new(usize::from(args.bins));
    let mut figures =
        Figures { notes: 0, open: 0, all: new(), by_verdict: BTreeMap::new(), by_criterion: BTreeMap::new() };
    let work = |line: Line| {
        let answers = answers(&scorer, &options, args.given, &line);
        answers.map_err(|e| line.locate_once(e))
    };
    input::each_line(&args.gold, &args.threads, work, |answers| {
        figures.notes += 1;
        for answer in answers {
            if answer.verdict == Verdict::NotAssessable {
                figures.open += 1;
                continue;
            }
            figures.all.add(answer.confidence, answer.right);
            figures.by_verdict.entry(answer.verdict).or_insert_with(new).add(answer.confidence, answer.right);
            figures.by_criterion.entry(answer.criterion).or_insert_with(new).add(answer.confidence, answer.right);
        }
        Ok(())
    })?;
    if figures.all.right().of == 0 {
        return Err(Error::input("no verdict in the input has a label")
            .at(Location::File(input::name(&args.gold)))
            .into());
    }
    let mut output = Output::stdout();
    output.write(&if args.json { in_json(&scorer, &figures, args) } else { in_text(&scorer, &figures, args) })?;
    output.finish()?;
    let above = args.max_error.zip(figures.all.expected_error()).is_some_and(|(most, error)| error > most);
    Ok(if above { BELOW } else { OK })
}

/// The verdicts on one line that have a label.
fn answers(scorer: &Scorer, options: &ScoreOptions, given: bool, line: &Line) -> Result<Vec<Answer>> {
    let Some(Value::Object(labels)) = line.members.get("labels") else {
        return Err(Error::input("there is no `labels`, or it is no object of verdicts by criterion"));
    };
    let own = if given { ScoreOptions::from_members(&line.members)?.or(options) } else { options.clone() };
    let report = scorer.score(line.text()?, &own)?;
    labels
        .iter()
        .map(|(id, label)| {
            let Some(result) = report.criterion(id) else {
                let known = report.criteria.iter().map(|c| c.id.as_str());
                return Err(Error::unknown(ErrorCode::Input, "criterion", id, known));
            };
            let Some(label) = label.as_str() else {
                return Err(Error::input("a label is not a string").at(Location::Key(format!("labels.{id}"))));
            };
            let label: Verdict = label.parse().map_err(|e: Error| e.at(Location::Key(format!("labels.{id}"))))?;
            Ok(Answer {
                criterion: id.clone(),
                verdict: result.verdict,
                confidence: result.confidence,
                right: result.verdict == label,
            })
        })
        .collect()
}

fn in_json(scorer: &Scorer, figures: &Figures, args: &CalibrateArgs) -> String {
    let mut out = json!({
        "rubric": scorer.rubric().reference(),
        "notes": figures.notes,
        "left_open": figures.open,
        "calibration": figures.all,
        "by_verdict": figures.by_verdict.iter().map(|(verdict, of)| (verdict.as_str(), of)).collect::<BTreeMap<_, _>>(),
    });
    if args.by_criterion {
        out["by_criterion"] = json!(figures.by_criterion);
    }
    format!("{out:#}\n")
}

fn in_text(scorer: &Scorer, figures: &Figures, args: &CalibrateArgs) -> String {
    let (rubric, all) = (scorer.rubric(), &figures.all);
    let mut out = format!(
        "{} {}: {} notes, {} labelled verdicts, {} more left open\n\n",
        rubric.id(),
        rubric.version(),
        figures.notes,
        all.right().of,
        figures.open
    );
    let _ = writeln!(out, "{:<14} {:>8} {:>6}  {:<22} {:>6}", "confidence", "verdicts", "mean", "right", "gap");
    for (index, bin) in all.bins().iter().enumerate().filter(|(_, bin)| bin.right.of > 0) {
        let (low, high) = all.bounds(index);
        row(&mut out, &format!("{low:.2} to {high:.2}"), bin.mean(), bin.right);
    }
    row(&mut out, "all", all.mean(), all.right());
    let (brier, error) = (all.brier().unwrap_or_default(), all.expected_error().unwrap_or_default());
    let _ = writeln!(out, "\nBrier score {brier:.4}, expected calibration error {error:.4}\n");
    for (verdict, of) in &figures.by_verdict {
        row(&mut out, verdict.as_str(), of.mean(), of.right());
    }
    if args.by_criterion {
        out.push('\n');
        for (id, of) in &figures.by_criterion {
            row(&mut out, id, of.mean(), of.right());
        }
    }
    out
}

fn row(out: &mut String, name: &str, mean: Option<f64>, right: Share) {
    let (Some(mean), Some(value), Some((low, high))) = (mean, right.value(), right.interval()) else { return };
    let share = format!("{value:.3} [{low:.3}, {high:.3}]");
    let _ = writeln!(out, "{name:<14} {:>8} {mean:>6.3}  {share:<22} {:>+6.3}", right.of, value - mean);
}
