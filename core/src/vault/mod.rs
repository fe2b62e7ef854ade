//! The vault: what stood in a note before it was scrubbed, kept under a key, so that every operator has a way back.
//!
//! A tag, a mask, a year or a shifted date does not say what it stands for. A [`Vault`] keeps that for each scrubbed note, encrypted
//! and authenticated, in a file ([`Vault::open`]) or in bytes that the caller stores ([`Vault::from_bytes`], [`Store`]).
//! [`Scrubber::scrub_into`](crate::Scrubber::scrub_into) hands a note out once the vault has it, and
//! [`scrub_message_into`](crate::Scrubber::scrub_message_into) a message; [`Vault::restore`] and [`Vault::restore_message`] give the
//! original back, byte for byte, or an error. The vault and its key stay with who may see the notes: whoever has both has the notes.
//!
//! ```
//! use chartguard::vault::Vault;
//! use chartguard::{Context, Key, Policy, Scrubber};
//!
//! let key = Key::parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")?;
//! let vault = Vault::from_bytes(Vec::new(), &key)?;
//! let scrubber = Scrubber::builder().policy(Policy::default()).builtin_model(false).build()?;
//! let note = "Seen 03/14/2024. SSN 219-09-9999.";
//! let scrubbed = scrubber.scrub_into(note, &Context::new().document_id("note 1"), &vault)?.text;
//! assert_eq!(scrubbed, "Seen [DATE]. SSN [SSN].");
//! assert_eq!(vault.restore(&scrubbed, Some("note 1"))?, note);
//! assert!(vault.restore(&scrubbed.replace("Seen", "Sent"), Some("note 1")).unwrap_err().is_tampered());
//! // The bytes are the caller's to store.
//! let stored = vault.to_bytes()?;
//! assert_eq!(Vault::from_bytes(stored, &key)?.restore(&scrubbed, None)?, note);
//! # Ok::<(), chartguard::Error>(())
//! ```
//!
//! # The format, version 1
//!
//! A vault is a start and then records, which are only ever added. Numbers are big-endian.
//!
//! | start | bytes | |
//! |---|---|---|
//! | magic | 8 | `CGVAULT`, then the version: 1 |
//! | check | 32 | HMAC-SHA-256 of the magic under the chain key: another key shows here, and the chain begins with it |
//!
//! | record | bytes | |
//! |---|---|---|
//! | length | 4 | of what is sealed |
//! | nonce | 12 | HMAC-SHA-256 under the nonce key of chain, number and content, cut: the same only where all is the same |
//! | text | 16 | HMAC-SHA-256 of the scrubbed text under the index key, cut: by it a record is found |
//! | document | 16 | HMAC-SHA-256 of the document's id under the index key, cut |
//! | chain | 32 | HMAC-SHA-256 under the chain key of the chain before, the record's number, and the four fields above |
//! | sealed | length | AES-256-GCM-SIV (RFC 8452) of the content, with the five fields above as associated data |
//!
//! The content is a list of replaced pieces: where each starts and ends in the scrubbed text (8 bytes each), the length of what
//! stood there (8 bytes), and that. The keys are derived from the caller's with HKDF, one for each purpose. No field says anything
//! of a note to those without the key but how much was replaced in it, and whether two records are of one text or one document.
//!
//! # What is seen, and what a crash leaves
//!
//! A record is confirmed when it is on the disk. What a writer left that was stopped before (a record without its end, or room
//! that was never filled) is dropped when the vault is next opened to be written, and passed over when it is read. Every other byte is
//! authenticated: a record that was changed, moved, added or taken out is an error that names it, at opening where its fields
//! or its place are wrong, and when it is read ([`Vault::restore`], [`Vault::verify`]) where its content is. Records that were cut off
//! at the end, or an older copy of the whole, show against a [`Head`] kept elsewhere.

mod entry;
mod frame;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

pub(crate) use entry::{Entry, rebuild};
use frame::{Chain, HEADER, Header, Keys, Name, START};
pub use store::Store;
use store::{FileStore, MemoryStore};

use crate::Key;
use crate::audit::hex;
pub use crate::audit::{Head, Verified};
use crate::error::{Error, ErrorCode, Location, Result};

/// What stood in notes before they were scrubbed, under a key. See the [module](self).
///
/// Any number of threads may share one. `Debug` prints nothing of its content.
pub struct Vault {
    keys: Keys,
    file: Option<String>,
    state: Mutex<State>,
}

struct State {
    store: Box<dyn Store>,
    chain: Chain,
    /// The end of the last whole record.
    size: u64,
    /// What lies beyond it.
    torn: u64,
    /// By the fingerprint of the scrubbed text: each document that has it.
    texts: HashMap<[u8; 16], Vec<Place>>,
    /// Every document there is a record of.
    documents: HashMap<[u8; 16], u64>,
    records: Vec<u64>,
    readable_only: bool,
    failed: bool,
}

/// Where a record is.
#[derive(Clone, Copy)]
struct Place {
    document: [u8; 16],
    number: u64,
    at: u64,
}

/// What can be said of a record without a value of the note.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Record {
    /// Its number, from 1.
    pub number: u64,
    /// The keyed fingerprint of the scrubbed text, in hexadecimal.
    pub text: String,
    /// The keyed fingerprint of the document's id, in hexadecimal.
    pub document: String,
    /// How many pieces were replaced.
    pub pieces: u64,
    /// How many bytes the record takes.
    pub bytes: u64,
    /// Where the chain stood after it.
    pub hash: String,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("records", &self.state().chain.records).finish_non_exhaustive()
    }
}

impl Vault {
    /// Opens a vault in a file to read and to add to, or starts one that only its owner may read. No other process can open it so
    /// meanwhile.
    ///
    /// # Errors
    /// When the file cannot be opened or is no vault, another process has it open, the key is not that of the vault
    /// ([`is_key`](Error::is_key)), or a record was changed, moved, added or taken out ([`is_tampered`](Error::is_tampered)).
    pub fn open(path: impl AsRef<Path>, key: &Key) -> Result<Self> {
        let path = path.as_ref();
        let store = FileStore::open(path)?;
        Self::load(Box::new(store), key, Some(path.display().to_string()), false)
    }

    /// Opens a vault in a file only to read it, also while another process adds to it: what is confirmed by then is seen.
    ///
    /// # Errors
    /// As [`open`](Self::open); also when there is no such file.
    pub fn read(path: impl AsRef<Path>, key: &Key) -> Result<Self> {
        let path = path.as_ref();
        let store = FileStore::read_only(path)?;
        Self::load(Box::new(store), key, Some(path.display().to_string()), true)
    }

    /// A vault in memory of what [`to_bytes`](Self::to_bytes) gave; without bytes, a new one.
    ///
    /// # Errors
    /// When the bytes are no vault, the key is not that of the vault, or a record was changed, moved, added or taken out.
    pub fn from_bytes(bytes: Vec<u8>, key: &Key) -> Result<Self> {
        Self::load(Box::new(MemoryStore(bytes)), key, None, false)
    }

    /// A vault in a place of the caller's.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes), and when the place cannot be read.
    pub fn in_store(store: Box<dyn Store>, key: &Key) -> Result<Self> {
        Self::load(store, key, None, false)
    }

    /// The whole vault as bytes, encrypted as it is.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut state = self.state();
        let mut bytes = vec![0; usize::try_from(state.size).map_err(|_| self.broken("it is larger than memory"))?];
        state.store.read(0, &mut bytes).map_err(|e| self.io(&e))?;
        Ok(bytes)
    }

    /// Where the chain of records ends. Kept elsewhere, it shows what was cut off.
    pub fn head(&self) -> Head {
        self.state().chain.head()
    }

    /// Gives back the note of which `scrubbed` is the scrubbed text, byte for byte, whatever was done to its values. The
    /// `document_id` is that of the [`Context`](crate::Context) it was scrubbed with, and tells notes apart that have one scrubbed text;
    /// without it the note is found where there is only one.
    ///
    /// # Errors
    /// When the text is not exactly one that was put into this vault, or not of this document ([`is_tampered`](Error::is_tampered));
    /// several notes have this text and `document_id` is not given ([`is_input`](Error::is_input)); or the record was changed (the error
    /// names it). Nothing is given back then.
    pub fn restore(&self, scrubbed: &str, document_id: Option<&str>) -> Result<String> {
        let note = self.restore_message(scrubbed.as_bytes(), document_id)?;
        String::from_utf8(note).map_err(|_| {
            self.locate(Error::input("what was scrubbed is a message in another encoding: restore it as a message"))
        })
    }

    /// Gives back the message that [`Scrubber::scrub_message_into`](crate::Scrubber::scrub_message_into) made `scrubbed` of, byte for byte,
    /// as [`restore`](Self::restore) does for a note; notes come back as well.
    ///
    /// # Errors
    /// As [`restore`](Self::restore).
    pub fn restore_message(&self, scrubbed: &[u8], document_id: Option<&str>) -> Result<Vec<u8>> {
        let mut state = self.state();
        let text = self.keys.text(&entry::digest(scrubbed));
        let document = self.keys.document(document_id);
        let places = state.texts.get(&text).cloned().unwrap_or_default();
        let wanted: Vec<Place> = match document_id {
            Some(_) => places.iter().copied().filter(|place| place.document == document).collect(),
            None => places.clone(),
        };
        let Some(first) = wanted.first() else {
            let what = if !places.is_empty() {
                "this text is in the vault, but for another document"
            } else if document_id.is_some() && state.documents.contains_key(&document) {
                "the text is not what was scrubbed for this document: something in it was changed, left out or added"
            } else {
                "the vault has no such text: it was changed after it was scrubbed, or was not put into this vault"
            };
            return Err(self.locate(Error::tampered(what)));
        };
        let content = self.content(&mut state, *first, &text)?;
        for other in &wanted[1..] {
            if self.content(&mut state, *other, &text)? != content {
                let what = format!("{} notes in the vault have this text: say which by its document id", wanted.len());
                return Err(self.locate(Error::input(what)));
            }
        }
        entry::rebuild(scrubbed, &content).ok_or_else(|| self.changed(first.number))
    }

    /// Reads the whole vault and checks every record.
    ///
    /// # Errors
    /// When a record was changed: the error names the first.
    pub fn verify(&self) -> Result<Verified> {
        self.each(|_| Ok(()))
    }

    /// Calls `each` with every record in order, checked. Nothing that it is told says what stood in a note.
    ///
    /// # Errors
    /// When a record was changed (the error names the first), and the first error of `each`.
    pub fn each(&self, mut each: impl FnMut(Record) -> Result<()>) -> Result<Verified> {
        let count = self.state().records.len();
        for index in 0..count {
            // Locked for one record at a time, so that others may go on.
            let mut state = self.state();
            let (number, at) = (index as u64 + 1, state.records[index]);
            let header = self.header(&mut state, at)?;
            let content = self.open_at(&mut state, &header, number, at)?;
            let pieces = entry::count(&content).ok_or_else(|| self.changed(number))?;
            drop(state);
            each(Record {
                number,
                text: hex(&header.name().text),
                document: hex(&header.name().document),
                pieces,
                bytes: header.whole(),
                hash: frame::hash(&header.chain()),
            })?;
        }
        let state = self.state();
        Ok(Verified { head: state.chain.head(), torn: usize::try_from(state.torn).unwrap_or(usize::MAX) })
    }

    /// Adds what belongs to some scrubbed notes, all of it on the disk when this returns. What the vault has already is not added
    /// again. One result for each entry: an error where another note has the same scrubbed text and document id, or where it could
    /// not be written.
    pub(crate) fn keep(&self, entries: &[Entry]) -> Vec<Result<()>> {
        let mut state = self.state();
        if state.readable_only || state.failed {
            let what = if state.failed {
                "an earlier record could not be written: open the vault anew"
            } else {
                "the vault was opened only to be read"
            };
            return entries.iter().map(|_| Err(self.locate(Error::config(what)))).collect();
        }
        let (mut bytes, mut chain) = (Vec::new(), state.chain.clone());
        if state.size == 0 {
            bytes.extend(self.keys.start());
        }
        let mut added: Vec<(Name, Place, usize)> = Vec::new();
        let mut waiting: HashMap<Name, usize> = HashMap::new();
        let mut results = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let name = self.keys.name(&entry.text, entry.document.as_deref());
            let known = match waiting.get(&name) {
                Some(first) => Ok(Some(entries[*first].content == entry.content)),
                None => self.has(&mut state, &name, &entry.content),
            };
            results.push(match known {
                Ok(Some(true)) => Ok(()),
                Ok(Some(false)) => Err(self.locate(Error::input(same_text(entry.document.is_some())))),
                Ok(None) => self.keys.seal(&mut chain, &name, &entry.content).map(|record| {
                    let at = state.size + bytes.len() as u64;
                    added.push((name, Place { document: name.document, number: chain.records, at }, index));
                    waiting.insert(name, index);
                    bytes.extend(record);
                }),
                Err(error) => Err(error),
            });
        }
        if added.is_empty() {
            return results;
        }
        if let Err(error) = state.store.append(&bytes) {
            state.failed = true;
            let end = state.size;
            // What was written of it, if anything, is no record; the next opening drops it too.
            let _ = state.store.truncate(end);
            for (_, _, index) in added {
                results[index] = Err(self.io(&error));
            }
            return results;
        }
        state.size += bytes.len() as u64;
        state.chain = chain;
        for (name, place, _) in added {
            state.add(&name, place);
        }
        results
    }

    /// Whether the vault has a record of this name, and if so whether it holds `content`.
    fn has(&self, state: &mut State, name: &Name, content: &[u8]) -> Result<Option<bool>> {
        let places = state.texts.get(&name.text).map(Vec::as_slice).unwrap_or_default();
        match places.iter().find(|place| place.document == name.document).copied() {
            Some(place) => Ok(Some(self.content(state, place, &name.text)?.as_slice() == content)),
            None => Ok(None),
        }
    }

    fn content(&self, state: &mut State, place: Place, text: &[u8; 16]) -> Result<Zeroizing<Vec<u8>>> {
        let header = self.header(state, place.at)?;
        let name = header.name();
        // The file is another than was opened.
        if name.text != *text || name.document != place.document {
            return Err(self.changed(place.number));
        }
        self.open_at(state, &header, place.number, place.at)
    }

    fn header(&self, state: &mut State, at: u64) -> Result<Header> {
        let mut header = Header::default();
        state.store.read(at, &mut header.0).map_err(|e| self.io(&e))?;
        Ok(header)
    }

    fn open_at(&self, state: &mut State, header: &Header, number: u64, at: u64) -> Result<Zeroizing<Vec<u8>>> {
        if at + header.whole() > state.size {
            return Err(self.changed(number));
        }
        let mut sealed = vec![0; header.sealed() as usize];
        state.store.read(at + HEADER as u64, &mut sealed).map_err(|e| self.io(&e))?;
        self.keys.open(header, &sealed).ok_or_else(|| self.changed(number))
    }

    /// Follows the records from the start, by their fields and the chain.
    fn load(store: Box<dyn Store>, key: &Key, file: Option<String>, readable_only: bool) -> Result<Self> {
        let keys = Keys::new(key);
        let chain = keys.first();
        let state = State {
            store,
            chain,
            size: 0,
            torn: 0,
            texts: HashMap::new(),
            documents: HashMap::new(),
            records: Vec::new(),
            readable_only,
            failed: false,
        };
        let vault = Self { keys, file, state: Mutex::new(state) };
        let mut state = vault.state();
        let whole = state.store.size().map_err(|e| vault.io(&e))?;
        vault.begin(&mut state, whole)?;
        let mut header = Header::default();
        while state.size > 0 && whole - state.size >= HEADER as u64 {
            let (at, number) = (state.size, state.chain.records + 1);
            state.store.read(at, &mut header.0).map_err(|e| vault.io(&e))?;
            let Some(chain) = vault.keys.follow(&state.chain, &header) else {
                if vault.is_blank(&mut state, at, whole)? {
                    break;
                }
                let what = format!("record {number} was changed, or records were taken out, added or moved before it");
                return Err(vault.broken(what));
            };
            if header.whole() > whole - at {
                break;
            }
            state.size = at + header.whole();
            state.chain = chain;
            let name = header.name();
            state.add(&name, Place { document: name.document, number, at });
        }
        state.torn = whole - state.size;
        if state.torn > 0 && !readable_only {
            let end = state.size;
            state.store.truncate(end).map_err(|e| vault.io(&e))?;
            state.torn = 0;
        }
        drop(state);
        Ok(vault)
    }

    /// Reads the start; a start that was never finished is none.
    fn begin(&self, state: &mut State, whole: u64) -> Result<()> {
        let start = self.keys.start();
        let mut found = vec![0; START.min(usize::try_from(whole).unwrap_or(START))];
        state.store.read(0, &mut found).map_err(|e| self.io(&e))?;
        let magic = found.len().min(frame::MAGIC.len());
        if found.len() >= frame::MAGIC.len() && found[..7] == frame::MAGIC[..7] && found[7] != frame::MAGIC[7] {
            let what = format!("a vault of version {} cannot be read: this is version {}", found[7], frame::MAGIC[7]);
            return Err(self.locate(Error::new(ErrorCode::Input, what)));
        }
        if found[..magic] != frame::MAGIC[..magic] && found.iter().any(|byte| *byte != 0) {
            return Err(self.locate(Error::new(ErrorCode::Input, "this is no vault")));
        }
        if found.len() < START || found.iter().all(|byte| *byte == 0) && self.is_blank(state, 0, whole)? {
            return Ok(());
        }
        if found != start {
            return Err(self.locate(Error::key("the vault was made with another key")));
        }
        state.size = START as u64;
        Ok(())
    }

    /// Whether there is nothing but zeros from `at` on: room that a file system gave and nobody filled.
    fn is_blank(&self, state: &mut State, mut at: u64, whole: u64) -> Result<bool> {
        let mut piece = vec![0; 1 << 16];
        while at < whole {
            let length = usize::try_from(whole - at).unwrap_or(usize::MAX).min(piece.len());
            state.store.read(at, &mut piece[..length]).map_err(|e| self.io(&e))?;
            if piece[..length].iter().any(|byte| *byte != 0) {
                return Ok(false);
            }
            at += length as u64;
        }
        Ok(true)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self, number: u64) -> Error {
        self.broken(format!("record {number} was changed: its content does not authenticate"))
    }

    fn broken(&self, what: impl Into<String>) -> Error {
        self.locate(Error::tampered(format!("the vault was tampered with: {}", what.into())))
    }

    fn io(&self, error: &std::io::Error) -> Error {
        self.locate(Error::new(ErrorCode::Io, error.to_string()))
    }

    fn locate(&self, error: Error) -> Error {
        match &self.file {
            Some(file) => error.at(Location::File(file.clone())),
            None => error,
        }
    }
}

impl State {
    fn add(&mut self, name: &Name, place: Place) {
        self.records.push(place.at);
        *self.documents.entry(name.document).or_default() += 1;
        self.texts.entry(name.text).or_default().push(place);
    }
}

fn same_text(has_id: bool) -> &'static str {
    if has_id {
        "another note of this document id became the same text: give each note a document id of its own"
    } else {
        "another note became the same text, and neither has a document id: give each note one of its own"
    }
}
