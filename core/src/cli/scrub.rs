//! `chartguard scrub`.

use std::path::PathBuf;

use clap::Args;
use rayon::prelude::*;
use serde_json::Value;

use super::input::{self, Line};
use super::output::{Outcome, Output, progress};
use super::{Format, OK, ScrubberArgs, ThreadArgs};
use crate::error::Result;
use crate::scrub::Scrubber;
use crate::wire;

#[derive(Args)]
pub(super) struct ScrubArgs {
    /// The note, or JSON Lines with --jsonl; `-` reads standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    #[command(flatten)]
    scrubber: ScrubberArgs,
    #[command(flatten)]
    threads: ThreadArgs,
    /// What the input holds
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    format: Format,
    /// Read lines `{"id","text"}` and print lines `{"id","text","findings"}`; other members pass through
    #[arg(long)]
    jsonl: bool,
}

pub(super) fn run(args: &ScrubArgs) -> Outcome {
    // Every format there is so far is text; the argument is checked by its type.
    let (Format::Auto | Format::Text) = args.format;
    let scrubber = args.scrubber.build()?;
    let mut output = Output::stdout();
    if args.jsonl {
        let pool = args.threads.pool()?;
        let mut lines = input::Lines::open(&args.file)?;
        let bar = progress(None, "notes");
        loop {
            let window = lines.window()?;
            if window.is_empty() {
                break;
            }
            bar.inc(window.len() as u64);
            let done: Vec<Result<String>> =
                pool.install(|| window.into_par_iter().map(|line| scrub_line(&scrubber, line)).collect());
            for line in done {
                output.write(&line?)?;
            }
        }
        bar.finish_and_clear();
    } else {
        let text = input::note(&args.file)?;
        output.write(&scrubber.scrub(&text)?.text)?;
    }
    output.finish()?;
    Ok(OK)
}

fn scrub_line(scrubber: &Scrubber, line: Line) -> Result<String> {
    let text = line.text()?.to_owned();
    let scrubbed = scrubber.scrub(&text).map_err(|error| line.locate(error))?;
    let mut printed = Value::Object(wire::scrubbed_line(line.members, &text, scrubbed)).to_string();
    printed.push('\n');
    Ok(printed)
}
