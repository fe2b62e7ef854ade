//! `chartguard scrub`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::input::{self, Line};
use super::output::{Outcome, Output};
use super::{Format, OK, ScrubberArgs, ThreadArgs};
use crate::error::Result;
use crate::scrub::{Scrubbed, Scrubber};
use crate::text::Offsets;
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
    /// Print what was found and why in place of the scrubbed text, quoting nothing of it; with --jsonl, add `reasons` to each finding
    #[arg(long)]
    explain: bool,
}

pub(super) fn run(args: &ScrubArgs) -> Outcome {
    // Every format there is so far is text; the argument is checked by its type.
    let (Format::Auto | Format::Text) = args.format;
    let scrubber = args.scrubber.build()?;
    let mut output = Output::stdout();
    if args.jsonl {
        let work = |line: Line| scrub_line(&scrubber, line, args.explain);
        input::each_line(&args.file, &args.threads, work, |line| output.write(&line))?;
    } else {
        let text = input::note(&args.file)?;
        let scrubbed = scrubber.scrub(&text)?;
        output.write(&if args.explain { explain(&text, &scrubbed) } else { scrubbed.text })?;
    }
    output.finish()?;
    Ok(OK)
}

/// A block for each finding: where it is in code points and as line and column, what it is, how sure, what was done, and a
/// line for each reason. Nothing of the note is repeated.
fn explain(text: &str, scrubbed: &Scrubbed) -> String {
    let offsets = Offsets::new(text);
    let mut out = String::new();
    for applied in &scrubbed.findings {
        let finding = &applied.finding;
        let (start, end) = (offsets.code_point(finding.span.start), offsets.code_point(finding.span.end));
        let at = offsets.position(finding.span.start);
        let (category, score, action) = (finding.category, finding.score, applied.action.as_str());
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{start}..{end}  line {}:{}  {category}  {score:.2}  {action}", at.line, at.column);
        for reason in finding.reasons() {
            let _ = write!(out, "    {:.2}  {}  {}", reason.score, reason.rule, reason.detector);
            if reason.category != category {
                let _ = write!(out, "  as {}", reason.category);
            }
            if reason.span != finding.span {
                let (start, end) = (offsets.code_point(reason.span.start), offsets.code_point(reason.span.end));
                let _ = write!(out, "  at {start}..{end}");
            }
            out.push('\n');
        }
    }
    out
}

fn scrub_line(scrubber: &Scrubber, line: Line, explain: bool) -> Result<String> {
    let text = line.text()?.to_owned();
    let scrubbed = scrubber.scrub(&text).map_err(|error| line.locate(error))?;
    let write = if explain { wire::explained_line } else { wire::scrubbed_line };
    let mut printed = Value::Object(write(line.members, &text, scrubbed)).to_string();
    printed.push('\n');
    Ok(printed)
}
