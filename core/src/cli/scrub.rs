//! `chartguard scrub`.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::input::{self, Line};
use super::output::{Outcome, Output};
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
        let work = |line: Line| scrub_line(&scrubber, line);
        input::each_line(&args.file, &args.threads, work, |line| output.write(&line))?;
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
