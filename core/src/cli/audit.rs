//! `chartguard audit`, and the options of other commands that keep an audit log.

#![allow(clippy::doc_markdown, reason = "these are help texts")]

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::output::{Outcome, Output};
use super::{BELOW, OK};
use crate::access::{Access, Caller, Permission};
use crate::audit::{self, Action, Event, Sink};
use crate::error::{Error, Result};
use crate::format::ScrubbedMessage;
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

/// The audit log of a command that works on notes, and who may do so.
#[derive(Args)]
pub(super) struct AuditArgs {
    /// Record each note in this log, without its text, before its result is printed: JSON Lines, or a SQLite database where the
    /// name ends in .db
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
    /// Chain the records, and fingerprint the notes, under the key in this file (at least 16 bytes)
    #[arg(long, value_name = "FILE", requires = "audit")]
    audit_key: Option<PathBuf>,
    /// Who does it: for the log, and for --access
    #[arg(long, value_name = "ID")]
    actor: Option<String>,
    /// Who may do what, as YAML: {roles: {ROLE: [PERMISSION]}, grants: [{actor, role, by, at}]}. Restoring needs `restore`, with a vault
    /// also `read_vault`; a policy other than safe-harbor needs `change_policy`. What is refused is recorded in the log
    #[arg(long, value_name = "FILE", requires = "actor")]
    access: Option<PathBuf>,
}

/// What every event of this run has in common, and where it is recorded.
pub(super) struct Trail {
    log: Option<Box<dyn Sink>>,
    key: Option<Vec<u8>>,
    actor: Option<String>,
    access: Option<Access>,
}

impl AuditArgs {
    pub(super) fn open(&self) -> Result<Trail> {
        let access = self.access.as_deref().map(Access::load).transpose()?;
        let key = self.audit_key.as_deref().map(read_key).transpose()?;
        let log = self.audit.as_ref().map(|path| audit::open(path, key.as_deref())).transpose()?;
        Ok(Trail { log, key, actor: self.actor.clone(), access })
    }
}

impl Trail {
    /// Goes on where the actor has all of `permissions`; the event is the first's.
    pub(super) fn permit(&self, permissions: &[Permission]) -> Result<Event> {
        let now = jiff::Timestamp::now().to_string();
        let caller = Caller::new(self.access.as_ref(), self.actor.as_deref(), &now)?;
        match &self.log {
            Some(log) => caller.recorded_in(&**log).permit(permissions),
            None => caller.permit(permissions),
        }
    }

    /// Whether there are rules of who may do what.
    pub(super) fn has_rules(&self) -> bool {
        self.access.is_some()
    }

    /// The event of scrubbing one note, now; none where nothing is recorded.
    pub(super) fn scrubbed(&self, scrubber: &Scrubber, text: &str, result: &Result<Scrubbed>) -> Result<Option<Event>> {
        let event = self.event(Action::Scrub)?;
        event.map(|event| scrubber.audited(event, text, result, self.key.as_deref())).transpose()
    }

    /// As [`scrubbed`](Self::scrubbed), of a message.
    pub(super) fn scrubbed_message(
        &self,
        scrubber: &Scrubber,
        message: &[u8],
        result: &Result<ScrubbedMessage>,
    ) -> Result<Option<Event>> {
        let event = self.event(Action::Scrub)?;
        event.map(|event| scrubber.audited_message(event, message, result, self.key.as_deref())).transpose()
    }

    /// Records that one note or message was analysed, now; `complete` says in the event, under the key, what became of it.
    pub(super) fn record_analyzed(&self, complete: impl FnOnce(Event, Option<&[u8]>) -> Result<Event>) -> Result<()> {
        let Some(event) = self.event(Action::Scrub)? else { return Ok(()) };
        self.record(&[complete(event, self.key.as_deref())?])
    }

    /// The event of restoring one note or message, now, by whom `permitted` names; of a note that did not come back, its scrubbed text is what
    /// it is about.
    pub(super) fn restored(
        &self,
        permitted: &Event,
        scrubbed: &[u8],
        result: &Result<Vec<u8>>,
    ) -> Result<Option<Event>> {
        let Some(mut event) = self.event(Action::Restore)? else { return Ok(None) };
        event.actor.clone_from(&permitted.actor);
        let about = result.as_deref().unwrap_or(scrubbed);
        event.ended(result).about(about, self.key.as_deref()).map(Some)
    }

    fn event(&self, action: Action) -> Result<Option<Event>> {
        if self.log.is_none() {
            return Ok(None);
        }
        let event = Event::new(action, &jiff::Timestamp::now().to_string())?;
        Ok(Some(match &self.actor {
            Some(actor) => event.by(actor, [""; 0]),
            None => event,
        }))
    }

    pub(super) fn record(&self, events: &[Event]) -> Result<()> {
        match self.log.as_ref().filter(|_| !events.is_empty()) {
            Some(log) => log.append(events).map(|_| ()),
            None => Ok(()),
        }
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
