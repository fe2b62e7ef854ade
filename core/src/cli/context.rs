//! What the arguments, and a line of its own, say of a note.

#![allow(clippy::doc_markdown, reason = "these are help texts")]

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value};

use super::input::{self, Line};
use crate::error::{Error, Location, Result};
use crate::scrub::{Context, Patient};

#[derive(Args)]
pub(super) struct ContextArgs {
    /// Whose note it is: any text that is the same for all notes of one patient. With --jsonl, for lines that do not say it
    #[arg(long, value_name = "ID")]
    patient_id: Option<String>,
    /// Which note it is: any text of its own for each note. With --jsonl, the line's `id` if this is not given
    #[arg(long, value_name = "ID")]
    document_id: Option<String>,
    /// When the note was written. With --jsonl, for lines that do not say it
    #[arg(long, value_name = "YYYY-MM-DD")]
    note_date: Option<String>,
    /// What is known of the patient, as JSON: {"names": [...], "birth_date": "YYYY-MM-DD", "mrns": [...], ...}. Every mention is
    /// removed, and output that still names the patient is an error
    #[arg(long, value_name = "FILE")]
    patient: Option<PathBuf>,
}

/// What the arguments say, read.
pub(super) struct Known {
    said: Map<String, Value>,
    patient: Option<Patient>,
}

impl ContextArgs {
    pub(super) fn read(&self) -> Result<Known> {
        let said = [("patient_id", &self.patient_id), ("document_id", &self.document_id), ("date", &self.note_date)];
        let said = said.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?.into()))).collect();
        let patient = self.patient.as_ref().map(|path| {
            let read = Patient::from_json(&input::note(path)?);
            read.map_err(|e| e.at(Location::File(path.display().to_string())))
        });
        let known = Known { said, patient: patient.transpose()? };
        // A mistake in the arguments shows before any note is read.
        known.of_note().map(|_| known)
    }
}

impl Known {
    /// The context of a note that says nothing itself.
    pub(super) fn of_note(&self) -> Result<Context> {
        self.context(self.said.clone())
    }

    /// The context of a file: its name is its document id, where none is given.
    pub(super) fn of_file(&self, name: &str) -> Result<Context> {
        let mut members = self.said.clone();
        members.entry("document_id").or_insert_with(|| name.into());
        self.context(members)
    }

    /// The context of a line: its own, over what the arguments say.
    pub(super) fn of_line(&self, line: &mut Line) -> Result<Context> {
        // A patient's id is protected: it is not printed.
        let own = line.members.shift_remove("context").unwrap_or(Value::Null);
        let mut members = self.said.clone();
        if let Some(id) = line.members.get("id").filter(|id| id.as_str().is_some_and(|id| !id.trim().is_empty())) {
            members.entry("document_id").or_insert_with(|| id.clone());
        }
        match own {
            Value::Null => {}
            Value::Object(own) => members.extend(own),
            _ => return Err(line.locate(Error::input("`context` is not an object"))),
        }
        self.context(members).map_err(|error| line.locate(error))
    }

    fn context(&self, members: Map<String, Value>) -> Result<Context> {
        let context = Context::from_value(&Value::Object(members))?;
        Ok(match &self.patient {
            Some(patient) => context.patient(patient.clone()),
            None => context,
        })
    }
}
