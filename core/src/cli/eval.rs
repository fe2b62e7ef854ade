//! `chartguard eval`.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::input::{self, Line};
use super::output::{Outcome, Output};
use super::{BELOW, OK, ScrubberArgs, ThreadArgs};
use crate::error::{Error, Result};
use crate::scrub::{Category, Finding, Gold, Measure, Scrubber, Share};
use crate::text::{Offsets, Span};

#[derive(Args)]
pub(super) struct EvalArgs {
    /// Labelled notes: lines `{"id","text","spans":[{"start","end","label"}],"optional":[{"start","end"}]}`, offsets in code points
    #[arg(value_name = "GOLD.jsonl|-")]
    gold: PathBuf,
    #[command(flatten)]
    scrubber: ScrubberArgs,
    #[command(flatten)]
    threads: ThreadArgs,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
    /// Exit with status 1 when character recall is below this (0 to 1)
    #[arg(long, value_name = "SHARE")]
    min_recall: Option<f64>,
    /// Exit with status 1 when character precision is below this (0 to 1)
    #[arg(long, value_name = "SHARE")]
    min_precision: Option<f64>,
}

pub(super) fn run(args: &EvalArgs) -> Outcome {
    let scrubber = args.scrubber.build()?;
    let mut measure = Measure::default();
    let work = |line: Line| find(&scrubber, line);
    input::each_line(&args.gold, &args.threads, work, |(line, gold, findings)| {
        measure.add(line.text()?, &gold, &findings);
        Ok(())
    })?;
    if measure.notes.of == 0 {
        return Err(Error::input("there is no labelled note in the file").into());
    }
    let mut output = Output::stdout();
    output.write(&if args.json {
        format!("{:#}\n", serde_json::to_value(&measure).map_err(|e| Error::internal(e.to_string()))?)
    } else {
        table(&measure)
    })?;
    output.finish()?;
    let below = |least: Option<f64>, share: Share| least.zip(share.value()).is_some_and(|(least, got)| got < least);
    let failed = below(args.min_recall, measure.recall) || below(args.min_precision, measure.precision);
    Ok(if failed { BELOW } else { OK })
}

fn find(scrubber: &Scrubber, line: Line) -> Result<(Line, Gold, Vec<Finding>)> {
    let text = line.text()?;
    let gold = gold(&line, text).map_err(|e| line.locate(e))?;
    let findings = scrubber.find(text).map_err(|e| line.locate(e))?;
    Ok((line, gold, findings))
}

/// Reads the labels of a line.
fn gold(line: &Line, text: &str) -> Result<Gold> {
    let offsets = Offsets::new(text);
    let length = offsets.code_point(text.len());
    let span = |start: Option<u64>, end: Option<u64>| match (start, end) {
        (Some(start), Some(end)) if start <= end && end <= length as u64 => {
            Ok(Span::new(offsets.byte_of_code_point(start as usize), offsets.byte_of_code_point(end as usize)))
        }
        _ => Err(Error::input(format!("a span needs `start` <= `end` within the {length} code points of the text"))),
    };
    let list = |key: &str| match line.members.get(key) {
        None | Some(Value::Null) => Ok([].as_slice()),
        Some(Value::Array(items)) => Ok(items.as_slice()),
        Some(_) => Err(Error::input(format!("`{key}` is not a list"))),
    };
    let mut gold = Gold::default();
    for item in list("spans")? {
        let label = item.get("label").or_else(|| item.get("category")).and_then(Value::as_str);
        let label = label.ok_or_else(|| Error::input("a span has no `label`"))?;
        let category: Category = label.to_lowercase().parse()?;
        let at = |key: &str| item.get(key).and_then(Value::as_u64);
        gold.spans.push((span(at("start"), at("end"))?, category));
    }
    for item in list("ignore")?.iter().chain(list("optional")?) {
        let at = |key: &str, index: usize| item.get(key).or_else(|| item.get(index)).and_then(Value::as_u64);
        gold.ignored.push(span(at("start", 0), at("end", 1))?);
    }
    Ok(gold)
}

fn table(measure: &Measure) -> String {
    use std::fmt::Write as _;
    let show = |share: Share| match (share.value(), share.interval()) {
        (Some(value), Some((low, high))) => format!("{value:.3} [{low:.3}, {high:.3}]"),
        _ => "-".into(),
    };
    let mut out = format!("{:13} {:>6}  {:22} {:22} precision\n", "category", "spans", "covered", "typed");
    for (category, figures) in &measure.categories {
        let (covered, typed, precision) = (show(figures.covered), show(figures.typed), show(figures.precision));
        let _ = writeln!(out, "{category:13} {:6}  {covered:22} {typed:22} {precision}", figures.covered.of);
    }
    let notes = measure.notes;
    let (recall, precision) = (show(measure.recall), show(measure.precision));
    let per_thousand = |count: u64| 1000.0 * count as f64 / notes.of as f64;
    let _ = writeln!(out, "characters    recall {recall}  precision {precision}");
    let _ = writeln!(
        out,
        "leaks         {:.0} spans per 1,000 notes; {:.0} of 1,000 notes leak at least one ({} notes)",
        per_thousand(measure.leaks()),
        per_thousand(notes.of - notes.hits),
        notes.of
    );
    out
}
