//! `chartguard scrub`.

#![allow(clippy::doc_markdown, reason = "these are help texts")]

use std::fmt::Write;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value};

use super::audit::AuditArgs;
use super::context::ContextArgs;
use super::input::{self, Line, Place};
use super::output::{Outcome, Output};
use super::waiting::{Note, Waiting};
use super::{FormatArgs, OK, ScrubberArgs, ThreadArgs};
use crate::error::{Error, Location, Result};
use crate::format::{Format, ScrubbedMessage};
use crate::scrub::{Context, ScrubStream, Scrubbed, StreamOptions};
use crate::text::Offsets;
use crate::vault::Vault;
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
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    context: ContextArgs,
    /// Read lines `{"id","text"}` and print lines `{"id","text","findings"}`; other members pass through, but for `context`, an
    /// object of `patient_id`, `document_id` and `date`, which is used and left out
    #[arg(long)]
    jsonl: bool,
    /// Print what was found and why in place of the scrubbed text, quoting nothing of it; with --jsonl, add `reasons` to each finding
    #[arg(long)]
    explain: bool,
    /// Keep in this file, under the key of --key-file, what `restore --vault` needs to give the note back whatever the operators did.
    /// Notes are told apart by their document ids
    #[arg(long, value_name = "FILE", requires = "key_file")]
    vault: Option<PathBuf>,
    /// Scrub text as it comes, and print what is safe as soon as enough of what follows was seen: dictation, a transcript, a log
    #[arg(long, conflicts_with_all = ["jsonl", "explain", "vault", "audit"])]
    stream: bool,
    /// With --stream: how many bytes after a place must be there before it is printed, 256 to 16777216
    #[arg(long, value_name = "BYTES", requires = "stream", default_value_t = 1024)]
    lookahead: usize,
    #[command(flatten)]
    audit: AuditArgs,
}

pub(super) fn run(args: &ScrubArgs) -> Outcome {
    let format = args.format.format()?;
    let trail = args.audit.open()?;
    args.scrubber.permit(&trail)?;
    let scrubber = args.scrubber.build()?;
    let vault = args.vault.as_ref().map(|path| Vault::open(path, &args.scrubber.key()?)).transpose()?;
    let known = args.context.read()?;
    if args.stream {
        let options = StreamOptions::new().context(known.of_note()?).lookahead(args.lookahead);
        return stream(&args.file, format, &mut scrubber.stream(options)?);
    }
    let work = |text: &str, context: &Context| -> Result<Note<Scrubbed>> {
        let result = scrubber.scrub_with(text, context);
        let event = trail.scrubbed(&scrubber, text, &result)?;
        let entry = match (&vault, &result) {
            (Some(_), Ok(scrubbed)) => Some(scrubbed.entry(text, context)?),
            _ => None,
        };
        Ok(Note { result, event, entry })
    };
    let mut waiting = Waiting::new(vault.as_ref(), &trail);
    let mut output = Output::stdout();
    if args.jsonl {
        let work = |mut line: Line| {
            let text = line.text()?.to_owned();
            let context = known.of_line(&mut line)?;
            let place = line.at();
            let note = work(&text, &context).map_err(|error| line.locate(error))?;
            Ok((place, note.map(|done| scrubbed_line(line.members, &text, done, args.explain).into_bytes())))
        };
        let ended =
            input::each_line(&args.file, &args.threads, work, |(place, note)| waiting.push(place, note, &mut output));
        waiting.release(&mut output)?;
        ended?;
    } else {
        let bytes = input::bytes(&args.file)?;
        if let Some(text) = std::str::from_utf8(&bytes).ok().filter(|_| format.is_note(&bytes)) {
            let note = work(text, &known.of_note()?)?;
            let note = note.map(|scrubbed| if args.explain { explain(text, &scrubbed) } else { scrubbed.text });
            waiting.push(Place::default(), note.map(String::into_bytes), &mut output)?;
        } else {
            let context = known.of_note()?;
            let result = scrubber.scrub_message(&bytes, format, &context);
            let event = trail.scrubbed_message(&scrubber, &bytes, &result)?;
            let result = result.map_err(|e| e.at(Location::File(input::name(&args.file))));
            let entry = match (&vault, &result) {
                (Some(_), Ok(scrubbed)) => Some(scrubbed.entry(&bytes, &context)?),
                _ => None,
            };
            let note = Note { result, event, entry };
            let explained = |scrubbed: &ScrubbedMessage| explain_message(scrubbed).into_bytes();
            let note = note.map(|done| if args.explain { explained(&done) } else { done.bytes });
            waiting.push(Place::default(), note, &mut output)?;
        }
        waiting.release(&mut output)?;
    }
    output.finish()?;
    Ok(OK)
}

/// Prints what leaves `stream` of a text as it comes.
fn stream(path: &Path, format: Format, stream: &mut ScrubStream) -> Outcome {
    let at = |error: Error| error.at(Location::File(input::name(path)));
    let mut reader = input::open(path)?;
    let mut output = Output::stdout();
    let mut first = true;
    loop {
        let piece = reader.fill_buf().map_err(|e| Error::io(Path::new(&input::name(path)), &e))?;
        if piece.is_empty() {
            break;
        }
        let message = format != Format::Text && (format != Format::Auto || Format::of(piece) != Format::Text);
        if std::mem::take(&mut first) && message {
            return Err(at(Error::input("only text can be scrubbed as it comes: leave --stream out")).into());
        }
        let released = stream.push_bytes(piece).map_err(at)?;
        let read = piece.len();
        reader.consume(read);
        output.write(&released.text)?;
        output.flush()?;
    }
    output.write(&stream.finish().map_err(at)?.text)?;
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

/// A line for each finding of a message: its bytes, the field, what it is, how sure, what was done.
fn explain_message(scrubbed: &ScrubbedMessage) -> String {
    let mut out = String::new();
    for found in &scrubbed.findings {
        let (finding, action) = (&found.applied.finding, found.applied.action.as_str());
        let (start, end, category, score) = (finding.span.start, finding.span.end, finding.category, finding.score);
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{start}..{end}  {}  {category}  {score:.2}  {action}  {}", found.path, finding.detector);
    }
    out
}

fn scrubbed_line(members: Map<String, Value>, text: &str, scrubbed: Scrubbed, explain: bool) -> String {
    let write = if explain { wire::explained_line } else { wire::scrubbed_line };
    let mut printed = Value::Object(write(members, text, scrubbed)).to_string();
    printed.push('\n');
    printed
}
