//! Where events are kept, and whether what is kept is whole.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{Event, Head, JsonLines, jsonl};
use crate::error::{Error, Location, Result};

/// Keeps audit events. One sink may be used by many threads.
pub trait Sink: std::fmt::Debug + Send + Sync {
    /// Adds events, all of them or an error. When it returns they are on the disk: a crash afterwards loses none.
    ///
    /// # Errors
    /// When they cannot be written. The sink is then to be opened anew.
    fn append(&self, events: &[Event]) -> Result<Head>;

    /// Where the chain ends now.
    fn head(&self) -> Head;
}

/// A log that was looked at from beginning to end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Where the chain ends.
    pub head: Head,
    /// Bytes of a record that was being written when the writer was stopped: it was never confirmed, and is dropped when the
    /// log is next opened.
    pub torn: usize,
}

/// Whether a path is that of a database, by its content or, where there is none yet, by its name.
fn is_database(path: &Path) -> bool {
    let mut magic = [0; 16];
    match File::open(path).and_then(|mut file| file.read(&mut magic)) {
        Ok(16) => &magic == b"SQLite format 3\0",
        Ok(1..) => false,
        _ => path
            .extension()
            .is_some_and(|e| ["db", "sqlite", "sqlite3"].iter().any(|known| e.eq_ignore_ascii_case(known))),
    }
}

/// Opens a log, or starts one: a `SQLite` database where the file is one or its name ends in `.db`, `.sqlite` or `.sqlite3`, else
/// JSON Lines. `key`, if any, chains the records; a log has one for all its life.
///
/// # Errors
/// As [`JsonLines::open`]; also for a database in a build without feature `sqlite`.
pub fn open(path: impl AsRef<Path>, key: Option<&[u8]>) -> Result<Box<dyn Sink>> {
    let path = path.as_ref();
    if !is_database(path) {
        return Ok(Box::new(JsonLines::open(path, key)?));
    }
    #[cfg(feature = "sqlite")]
    return Ok(Box::new(super::Sqlite::open(path, key)?));
    #[cfg(not(feature = "sqlite"))]
    Err(no_database())
}

/// Calls `each` with every event of a log in order, checking the chain from beginning to end.
///
/// # Errors
/// When the file cannot be read, a record was changed, added, moved or taken out (the error names the first), or the key is
/// not that of the chain; and the first error of `each`.
pub fn each(path: impl AsRef<Path>, key: Option<&[u8]>, mut each: impl FnMut(Event) -> Result<()>) -> Result<Verified> {
    followed(path.as_ref(), key, |event, _| each(event))
}

/// Calls `each` with every event in order and where the chain is after it.
fn followed(path: &Path, key: Option<&[u8]>, each: impl FnMut(Event, &Head) -> Result<()>) -> Result<Verified> {
    if !is_database(path) {
        return jsonl::each(path, key, each);
    }
    #[cfg(feature = "sqlite")]
    return super::sqlite::each(path, key, each);
    #[cfg(not(feature = "sqlite"))]
    Err(no_database())
}

/// Checks the chain of a log from beginning to end.
///
/// # Errors
/// As [`each`](each()).
pub fn verify(path: impl AsRef<Path>, key: Option<&[u8]>) -> Result<Verified> {
    each(path, key, |_| Ok(()))
}

/// As [`verify`], and that the chain goes through `hash`, that of a [`Head`] kept elsewhere: what was cut off since then, also where other
/// records were added after, shows.
///
/// # Errors
/// As [`each`](each()), and with [`is_tampered`](crate::Error::is_tampered) when no record has this hash.
pub fn verify_from(path: impl AsRef<Path>, key: Option<&[u8]>, hash: &str) -> Result<Verified> {
    let path = path.as_ref();
    let mut met = hash == Head::default().hash;
    let verified = followed(path, key, |_, head| {
        met |= head.hash == hash;
        Ok(())
    })?;
    if met {
        return Ok(verified);
    }
    let what =
        format!("the log does not go through the given hash: of its {} records none has it", verified.head.records);
    Err(Error::tampered(what).at(Location::File(path.display().to_string())))
}

#[cfg(not(feature = "sqlite"))]
fn no_database() -> Error {
    Error::config("this build reads no SQLite: build it with feature `sqlite`")
}
