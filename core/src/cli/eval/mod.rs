//! `chartguard eval`.

mod ablation;
mod brat;
mod i2b2;
mod jsonl;
mod labels;
mod source;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::labels::Labels;
use self::source::Sources;
use super::output::{Outcome, Output, write_whole};
use super::{BELOW, OK, ScrubberArgs, ThreadArgs};
use crate::error::{Error, Result};
use crate::measure::{Evaluation, Evaluator, Labelled, Options, Share};
use crate::report;
use crate::scrub::Category;

/// Facets that figures are given by when the gold has them and nothing else is asked for.
const FACETS: &[&str] = &["kind", "transforms"];

/// The thresholds of a sweep when none are given.
const THRESHOLDS: &[f32] =
    &[0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];

/// A facet with more values than this is shown only when asked for.
const MOST_VALUES: usize = 20;

/// Errors of each class that are listed unless --errors says otherwise: in text, and in HTML.
const LISTED: (usize, usize) = (10, 200);

#[derive(Args)]
#[command(after_long_help = "\
Gold formats:
  jsonl  lines {\"id\",\"text\",\"spans\":[{\"start\",\"end\",\"label\"}],\"optional\":[{\"start\",\"end\"}]}; `ignore`, a list of
         [start, end], means the same as `optional`: regions that are neither right nor wrong
  i2b2   the XML of the i2b2 2014 de-identification track: the note in TEXT, tags with `start`, `end` and `TYPE` in TAGS
  brat   NOTE.txt with NOTE.ann beside it; of an annotation in several pieces each piece is a span
Offsets are Unicode code points, ends exclusive. A directory is searched for .jsonl, .xml and .ann files.

Labels are our categories (name date age location organization phone fax email ssn mrn health_plan account license
vehicle device url ip biometric other_id profession), those of i2b2 2006 and 2014 (PATIENT, DOCTOR, HOSPITAL,
MEDICALRECORD, IDNUM, ...) and of common models. STATE and COUNTRY are ignored: alone they are no identifiers under
45 CFR 164.514(b)(2)(i). So are, in i2b2 and brat, ages up to 89 and years alone (see --every-age-and-year).

Figures:
  covered    of the labelled spans, those every letter and digit of which was found, whatever the category
  any, typed of the labelled spans, those touched by a finding; by a finding of the same category
  precision  of the letters and digits found under a category, those labelled with any category
  leaks      labelled spans that were not wholly covered
  strict     entities with the same bounds and category; relaxed: that overlap one of the same category
  false      findings that touch nothing labelled
Shares have 95 % Wilson score intervals, rates the score interval of a Poisson count.")]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct EvalArgs {
    /// Labelled notes: files or directories in JSON Lines, i2b2 2014 XML or brat; `-` reads JSON Lines
    #[arg(required = true, value_name = "GOLD")]
    gold: Vec<PathBuf>,
    #[command(flatten)]
    scrubber: ScrubberArgs,
    #[command(flatten)]
    threads: ThreadArgs,
    /// How the gold is written; `auto` goes by the names of the files
    #[arg(long, value_enum, default_value_t = GoldFormat::Auto)]
    from: GoldFormat,
    /// What labels mean: a YAML or JSON file `{LABEL: category}`, or `ignore` for what counts neither way; it comes before
    /// the built-in meanings
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Count ages up to 89 and years alone as identifiers where i2b2 or brat gold labels them
    #[arg(long)]
    every_age_and_year: bool,
    /// Take the offsets of i2b2 and brat gold as they are, without comparing them with the text that each tag repeats
    #[arg(long)]
    trust_offsets: bool,
    /// Categories that count in no total [default: those the policy keeps]
    #[arg(long, value_name = "CATEGORY", value_delimiter = ',')]
    optional: Option<Vec<String>>,
    /// Give the figures by this member of the JSON Lines too; of several values (a list, or words with commas between
    /// them) a note counts under each [default: kind and transforms, where the gold has them with at most 20 values]
    #[arg(long, value_name = "KEY")]
    by: Vec<String>,
    /// Give the figures at a range of thresholds; each note is searched once
    #[arg(long)]
    sweep: bool,
    /// The thresholds of the sweep [default: 0.05 to 0.95]
    #[arg(long, value_name = "SCORE,...", value_delimiter = ',', requires = "sweep")]
    thresholds: Vec<f32>,
    /// Sweep also the threshold of this category alone, the others staying as the policy says
    #[arg(long, value_name = "CATEGORY", value_delimiter = ',', requires = "sweep")]
    category: Vec<String>,
    /// Compare scores with labels: of the findings at .9 about nine in ten should be PHI
    #[arg(long)]
    reliability: bool,
    /// Measure what each stage of detection adds, and its speed on one thread
    #[arg(long)]
    ablation: bool,
    /// How the figures are written
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    format: OutputFormat,
    /// The same as --format json
    #[arg(long, hide = true, conflicts_with = "format")]
    json: bool,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// List at most so many errors of each class [default: 10; 200 in HTML, all in JSON]
    #[arg(long, value_name = "N")]
    errors: Option<usize>,
    /// Show the text of errors, which is PHI
    #[arg(long)]
    show_text: bool,
    /// Exit with status 1 when character recall is below this (0 to 1)
    #[arg(long, value_name = "SHARE")]
    min_recall: Option<f64>,
    /// Exit with status 1 when character precision is below this (0 to 1)
    #[arg(long, value_name = "SHARE")]
    min_precision: Option<f64>,
}

/// How labelled notes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GoldFormat {
    /// By the names of the files
    Auto,
    /// JSON Lines
    Jsonl,
    /// i2b2 2014 XML
    I2b2,
    /// brat standoff
    Brat,
}

/// How figures are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// Tables for a terminal
    Text,
    /// One JSON object
    Json,
    /// One page that loads nothing from elsewhere
    Html,
}

pub(super) fn run(args: &EvalArgs) -> Outcome {
    let evaluator = Evaluator::new(args.scrubber.build()?, options(args)?)?;
    let labels = Labels::new(args.map.as_deref(), args.every_age_and_year, args.trust_offsets)?;
    let sources = Sources::find(&args.gold, args.from)?;
    let mut evaluation = Evaluation::default();
    let mut kept: Vec<Labelled> = Vec::new();
    let work = |note: Labelled| {
        let figures = evaluator.note(&note)?;
        Ok((figures, args.ablation.then_some(note)))
    };
    sources.each_note(&labels, &args.threads, work, |(figures, note)| {
        evaluation.merge(figures);
        kept.extend(note);
        Ok(())
    })?;
    if evaluation.total.notes.of == 0 {
        return Err(Error::input("there is no labelled note in the gold").into());
    }
    if args.by.is_empty() {
        // Nobody asked: a facet that no note has says nothing, and one with a value for every note says too much.
        evaluation.by.retain(|_, values| values.len() <= MOST_VALUES && values.keys().any(|value| value != "none"));
    }
    if args.ablation {
        evaluation.ablation = ablation::run(&args.scrubber, &kept, &evaluation.optional)?;
    }
    write(args, &evaluation)?;
    let below = |least: Option<f64>, share: Share| least.zip(share.value()).is_some_and(|(least, got)| got < least);
    let total = &evaluation.total;
    let failed = below(args.min_recall, total.recall) || below(args.min_precision, total.precision);
    Ok(if failed { BELOW } else { OK })
}

fn options(args: &EvalArgs) -> Result<Options> {
    let categories = |names: &[String]| names.iter().map(|name| name.trim().parse()).collect::<Result<Vec<Category>>>();
    let facets: Vec<String> = FACETS.iter().map(|facet| (*facet).to_owned()).collect();
    Ok(Options {
        optional: args.optional.as_deref().map(categories).transpose()?,
        by: if args.by.is_empty() { facets } else { args.by.clone() },
        thresholds: match args.thresholds.as_slice() {
            [] if args.sweep => THRESHOLDS.to_vec(),
            given => given.to_vec(),
        },
        sweep_categories: categories(&args.category)?,
        reliability: args.reliability,
        show_text: args.show_text,
    })
}

fn write(args: &EvalArgs, evaluation: &Evaluation) -> Outcome {
    let format = if args.json { OutputFormat::Json } else { args.format };
    let shown = match format {
        OutputFormat::Text => report::evaluation_text(evaluation, args.errors.unwrap_or(LISTED.0)),
        OutputFormat::Html => {
            report::evaluation_html(evaluation, args.errors.unwrap_or(LISTED.1), &args.scrubber.described())
        }
        OutputFormat::Json => {
            let mut shown = evaluation.clone();
            if let Some(most) = args.errors {
                shown.limit_mistakes(most);
            }
            let json = serde_json::to_value(&shown).map_err(|e| Error::internal(e.to_string()))?;
            format!("{json:#}\n")
        }
    };
    if let Some(path) = &args.output {
        write_whole(path, &shown)?;
    } else {
        let mut output = Output::stdout();
        output.write(&shown)?;
        output.finish()?;
    }
    Ok(OK)
}
