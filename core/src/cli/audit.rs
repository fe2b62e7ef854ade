//! `chartguard audit`, and the options of other commands that keep an audit log.

#![allow(clippy::doc_markdown, reason = "these are help texts")]

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::output::{Outcome, Output};
use super::{BELOW, OK};
use crate::audit::{self, Action, Event, Sink};
use crate::error::{Error, Result};
use crate::scrub::{Scrubbed, Scrubber};

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Check that no record was changed, added, moved or taken out; prints how many there are and the hash of the last
    Verify {
        #[command(flatten)]
        log: LogArgs,
        /// The hash that was printed before, or is kept elsewhere: exit with status 1 unless the log still ends there
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
    /// Print the events, one a line, checking the chain
    Show {
        #[command(flatten)]
        log: LogArgs,
        /// As FHIR R4 AuditEvent resources
        #[arg(long)]
        fhir: bool,
    },
}

#[derive(Args)]
pub(super) struct LogArgs {
    /// The log: JSON Lines, or a SQLite database
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The key that chains the records: a file of at least 16 bytes
    #[arg(long, value_name = "FILE")]
    audit_key: Option<PathBuf>,
}

/// The audit log of a command that works on notes.
#[derive(Args)]
pub(super) struct AuditArgs {
    /// Record each note in this log, without its text, before its result is printed: JSON Lines, or a SQLite database where the
    /// name ends in .db
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
    /// Chain the records, and fingerprint the notes, under the key in this file (at least 16 bytes)
    #[arg(long, value_name = "FILE", requires = "audit")]
    audit_key: Option<PathBuf>,
    /// Who does it, for the log
    #[arg(long, value_name = "ID", requires = "audit")]
    actor: Option<String>,
}

/// An open log, and what every event of this run has in common.
pub(super) struct Trail {
    sink: Box<dyn Sink>,
    key: Option<Vec<u8>>,
    actor: Option<String>,
}

impl AuditArgs {
    pub(super) fn open(&self) -> Result<Option<Trail>> {
        let Some(path) = &self.audit else { return Ok(None) };
        let key = self.audit_key.as_deref().map(read_key).transpose()?;
        let sink = audit::open(path, key.as_deref())?;
        Ok(Some(Trail { sink, key, actor: self.actor.clone() }))
    }
}

impl Trail {
    /// The event of scrubbing one note, now.
    pub(super) fn event(&self, scrubber: &Scrubber, text: &str, result: &Result<Scrubbed>) -> Result<Event> {
        let event = Event::new(Action::Scrub, &jiff::Timestamp::now().to_string())?;
        let event = match &self.actor {
            Some(actor) => event.by(actor, [""; 0]),
            None => event,
        };
        scrubber.audited(event, text, result, self.key.as_deref())
    }

    pub(super) fn record(&self, events: &[Event]) -> Result<()> {
        self.sink.append(events).map(|_| ())
    }
}

/// A key file; a line break at its end is not part of the key.
fn read_key(path: &Path) -> Result<Vec<u8>> {
    let mut key = fs::read(path).map_err(|e| Error::io(path, &e))?;
    while key.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        key.pop();
    }
    Ok(key)
}

pub(super) fn run(command: &AuditCommand) -> Outcome {
    let mut output = Output::stdout();
    let mut status = OK;
    match command {
        AuditCommand::Verify { log, head } => {
            let key = log.audit_key.as_deref().map(read_key).transpose()?;
            let found = audit::verify(&log.file, key.as_deref())?;
            output.write(&format!("{} records, the chain holds\n{}\n", found.head.records, found.head.hash))?;
            if found.torn > 0 {
                let torn = found.torn;
                output.write(&format!(
                    "{torn} bytes of a record that was never confirmed follow; the next writer drops them\n"
                ))?;
            }
            if head.as_ref().is_some_and(|head| *head != found.head.hash) {
                output.write("the log does not end at the given hash\n")?;
                status = BELOW;
            }
        }
        AuditCommand::Show { log, fhir } => {
            let key = log.audit_key.as_deref().map(read_key).transpose()?;
            let mut lines = Vec::new();
            audit::each(&log.file, key.as_deref(), |event| {
                let line = if *fhir { Ok(event.to_fhir().to_string()) } else { serde_json::to_string(&event) };
                lines.push(line.map_err(|_| Error::internal("an audit event cannot be written"))?);
                Ok(())
            })?;
            for line in lines {
                output.write(&line)?;
                output.write("\n")?;
            }
        }
    }
    output.finish()?;
    Ok(status)
}
