//! `chartguard scrub`.

#![allow(clippy::doc_markdown, reason = "these are help texts")]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value};

use super::audit::{AuditArgs, Trail};
use super::input::{self, Line};
use super::output::{Outcome, Output, Stop};
use super::{Format, OK, ScrubberArgs, ThreadArgs};
use crate::audit::Event;
use crate::error::{Error, Location, Result};
use crate::scrub::{Context, Patient, Scrubbed};
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
    /// Whose note it is: any text that is the same for all notes of one patient. With --jsonl, for lines that do not say it
    #[arg(long, value_name = "ID")]
    patient_id: Option<String>,
    /// Which note it is: any text of its own for each note. With --jsonl, the line's `id` if this is not given
    #[arg(long, value_name = "ID")]
    document_id: Option<String>,
    /// When the note was written. With --jsonl, for lines that do not say it
    #[arg(long, value_name = "YYYY-MM-DD")]
    note_date: Option<String>,
    /// Read lines `{"id","text"}` and print lines `{"id","text","findings"}`; other members pass through, but for `context`, an
    /// object of `patient_id`, `document_id` and `date`, which is used and left out
    #[arg(long)]
    jsonl: bool,
    /// Print what was found and why in place of the scrubbed text, quoting nothing of it; with --jsonl, add `reasons` to each finding
    #[arg(long)]
    explain: bool,
    /// What is known of the patient, as JSON: {"names": [...], "birth_date": "YYYY-MM-DD", "mrns": [...], ...}. Every mention is
    /// removed, and output that still names the patient is an error
    #[arg(long, value_name = "FILE")]
    patient: Option<PathBuf>,
    #[command(flatten)]
    audit: AuditArgs,
}

pub(super) fn run(args: &ScrubArgs) -> Outcome {
    // Every format there is so far is text; the argument is checked by its type.
    let (Format::Auto | Format::Text) = args.format;
    let scrubber = args.scrubber.build()?;
    let said = context(args)?;
    let patient = args.patient.as_deref().map(read_patient).transpose()?;
    let known = |context: Context| match &patient {
        Some(patient) => context.patient(patient.clone()),
        None => context,
    };
    let trail = args.audit.open()?;
    let mut output = Output::stdout();
    if args.jsonl {
        let work = |mut line: Line| {
            let text = line.text()?.to_owned();
            let context = known(line_context(&mut line, &said)?);
            let result = scrubber.scrub_with(&text, &context);
            let event = trail.as_ref().map(|trail| trail.event(&scrubber, &text, &result)).transpose()?;
            Ok((
                result
                    .map_err(|error| line.locate(error))
                    .map(|done| scrubbed_line(line.members, &text, done, args.explain)),
                event,
            ))
        };
        // Nothing is printed before its record is on the disk; a window of lines is recorded at a time.
        let mut waiting = Waiting::new(trail.as_ref());
        let ended =
            input::each_line(&args.file, &args.threads, work, |(line, event)| waiting.push(line, event, &mut output));
        waiting.release(&mut output)?;
        ended?;
    } else {
        let text = input::note(&args.file)?;
        let result = scrubber.scrub_with(&text, &known(Context::from_value(&said)?));
        if let Some(trail) = &trail {
            trail.record(&[trail.event(&scrubber, &text, &result)?])?;
        }
        let scrubbed = result?;
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

/// What the arguments say of the notes, as it is written in a line.
fn context(args: &ScrubArgs) -> Result<Value> {
    let said = [("patient_id", &args.patient_id), ("document_id", &args.document_id), ("date", &args.note_date)];
    let said = said.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?.into())));
    let context = Value::Object(said.collect());
    Context::from_value(&context).map(|_| context)
}

/// The context of a line: its own, over what the arguments say.
fn line_context(line: &mut Line, said: &Value) -> Result<Context> {
    // A patient's id is protected: it is not printed.
    let own = line.members.shift_remove("context").unwrap_or(Value::Null);
    let mut members = said.as_object().cloned().unwrap_or_default();
    if let Some(id) = line.members.get("id").filter(|id| id.as_str().is_some_and(|id| !id.trim().is_empty())) {
        members.entry("document_id").or_insert_with(|| id.clone());
    }
    match own {
        Value::Null => {}
        Value::Object(own) => members.extend(own),
        _ => return Err(line.locate(Error::input("`context` is not an object"))),
    }
    Context::from_value(&Value::Object(members)).map_err(|error| line.locate(error))
}

fn scrubbed_line(members: Map<String, Value>, text: &str, scrubbed: Scrubbed, explain: bool) -> String {
    let write = if explain { wire::explained_line } else { wire::scrubbed_line };
    let mut printed = Value::Object(write(members, text, scrubbed)).to_string();
    printed.push('\n');
    printed
}

fn read_patient(path: &Path) -> Result<Patient> {
    let json = input::note(path)?;
    Patient::from_json(&json).map_err(|e| e.at(Location::File(path.display().to_string())))
}

/// Lines that are printed once the audit log holds what was done.
struct Waiting<'t> {
    trail: Option<&'t Trail>,
    lines: String,
    events: Vec<Event>,
}

impl<'t> Waiting<'t> {
    /// As many events as are flushed to the disk together.
    const EVENTS: usize = 256;

    fn new(trail: Option<&'t Trail>) -> Self {
        Self { trail, lines: String::new(), events: Vec::new() }
    }

    fn push(&mut self, line: Result<String>, event: Option<Event>, output: &mut Output) -> Result<(), Stop> {
        self.events.extend(event);
        self.lines.push_str(&line?);
        if self.trail.is_none() || self.events.len() >= Self::EVENTS { self.release(output) } else { Ok(()) }
    }

    fn release(&mut self, output: &mut Output) -> Result<(), Stop> {
        if let Some(trail) = self.trail.filter(|_| !self.events.is_empty()) {
            trail.record(&self.events)?;
            self.events.clear();
        }
        output.write(&self.lines)?;
        self.lines.clear();
        Ok(())
    }
}
