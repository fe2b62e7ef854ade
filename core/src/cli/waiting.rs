//! Results that are printed once the vault has what brings them back and the audit log has what was done.

use super::audit::Trail;
use super::input::Place;
use super::output::{Output, Stop};
use crate::audit::Event;
use crate::error::Result;
use crate::vault::{Entry, Vault};

/// What became of one note: its result, what is recorded of it, and what the vault is to keep.
pub(super) struct Note<T> {
    pub(super) result: Result<T>,
    pub(super) event: Option<Event>,
    pub(super) entry: Option<Entry>,
}

impl<T> Note<T> {
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Note<U> {
        Note { result: self.result.map(change), event: self.event, entry: self.entry }
    }
}

/// Results that wait to be printed. As many as are flushed to the disk together.
pub(super) struct Waiting<'t> {
    vault: Option<&'t Vault>,
    trail: &'t Trail,
    notes: Vec<(Place, Note<Vec<u8>>)>,
}

impl<'t> Waiting<'t> {
    const NOTES: usize = 256;

    pub(super) fn new(vault: Option<&'t Vault>, trail: &'t Trail) -> Self {
        Self { vault, trail, notes: Vec::new() }
    }

    /// Takes what became of the note that was read at `place`, which an error of it names.
    pub(super) fn push(&mut self, place: Place, note: Note<Vec<u8>>, output: &mut Output) -> Result<(), Stop> {
        let waits = note.event.is_some() || note.entry.is_some();
        let failed = note.result.is_err();
        self.notes.push((place, note));
        if waits && !failed && self.notes.len() < Self::NOTES { Ok(()) } else { self.release(output) }
    }

    /// Prints what waits, up to the first that failed.
    pub(super) fn release(&mut self, output: &mut Output) -> Result<(), Stop> {
        let mut notes = std::mem::take(&mut self.notes);
        if let Some(vault) = self.vault {
            let (at, entries): (Vec<usize>, Vec<Entry>) = notes
                .iter_mut()
                .enumerate()
                .filter_map(|(index, (_, note))| note.entry.take().map(|entry| (index, entry)))
                .unzip();
            for (index, kept) in at.into_iter().zip(vault.keep(&entries)) {
                let (_, note) = &mut notes[index];
                if let Err(error) = kept {
                    note.event = note.event.take().map(|event| event.failed(error.code()));
                    note.result = Err(error);
                }
            }
        }
        let events: Vec<Event> = notes.iter_mut().filter_map(|(_, note)| note.event.take()).collect();
        self.trail.record(&events)?;
        for (place, note) in notes {
            output.write_bytes(&note.result.map_err(|error| place.locate(error))?)?;
        }
        Ok(())
    }
}
