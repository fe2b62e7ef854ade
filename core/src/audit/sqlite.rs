//! A log as a table of a `SQLite` database: one record a row, as it would stand in a line.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use super::chain::{Chain, broken};
use super::{Event, Head, Sink, Verified};
use crate::error::{Error, ErrorCode, Location, Result};

/// How long a writer waits for another one.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// A log in a `SQLite` database: table `audit` with the columns `seq` and `record`. Several processes may write it.
pub struct Sqlite {
    path: PathBuf,
    state: Mutex<(Connection, Chain)>,
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Sqlite {
    /// Opens a log, or starts one.
    ///
    /// # Errors
    /// When the file is no database or cannot be written, its last record was changed, or the key is too short or not that of
    /// the chain.
    pub fn open(path: impl AsRef<Path>, key: Option<&[u8]>) -> Result<Self> {
        let path = path.as_ref();
        let fault = |error| fault(path, &error);
        let mut chain = Chain::new(key)?;
        let connection = Connection::open(path).map_err(fault)?;
        connection.busy_timeout(PATIENCE).map_err(fault)?;
        // A write-ahead log that is flushed at every commit: what was confirmed survives a crash of the machine.
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 CREATE TABLE IF NOT EXISTS audit (seq INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT;",
            )
            .map_err(fault)?;
        last(&connection, &mut chain, path)?;
        Ok(Self { path: path.to_owned(), state: Mutex::new((connection, chain)) })
    }
}

/// Goes on from the last record there is.
fn last(connection: &Connection, chain: &mut Chain, path: &Path) -> Result<()> {
    let record: Option<String> = connection
        .query_row("SELECT record FROM audit ORDER BY seq DESC LIMIT 1", [], |row| row.get(0))
        .optional()
        .map_err(|e| fault(path, &e))?;
    if let Some(record) = record {
        return chain.resume(&record).map_err(|e| e.at(Location::File(path.display().to_string())));
    }
    chain.head = Head::default();
    Ok(())
}

impl Sink for Sqlite {
    fn append(&self, events: &[Event]) -> Result<Head> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (connection, chain) = &mut *state;
        let fault = |error| fault(&self.path, &error);
        let work = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault)?;
        let mut next = chain.clone();
        // Another process may have written meanwhile.
        last(&work, &mut next, &self.path)?;
        for event in events {
            let record = next.seal(event)?;
            let seq = i64::try_from(next.head.records).map_err(|_| broken("the log is full"))?;
            work.execute("INSERT INTO audit (seq, record) VALUES (?1, ?2)", (seq, record)).map_err(fault)?;
        }
        work.commit().map_err(fault)?;
        *chain = next;
        Ok(chain.head.clone())
    }

    fn head(&self) -> Head {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1.head.clone()
    }
}

pub(super) fn each(
    path: &Path,
    key: Option<&[u8]>,
    mut each: impl FnMut(Event, &Head) -> Result<()>,
) -> Result<Verified> {
    let fault = |error| fault(path, &error);
    let mut chain = Chain::new(key)?;
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(fault)?;
    let mut rows = connection.prepare("SELECT record FROM audit ORDER BY seq").map_err(fault)?;
    let mut rows = rows.query([]).map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        let record: String = row.get(0).map_err(fault)?;
        let event = chain.follow(&record).map_err(|e| e.at(Location::File(path.display().to_string())))?;
        each(event, &chain.head)?;
    }
    Ok(Verified { head: chain.head, torn: 0 })
}

/// An error of the database; its own message may quote what was written.
fn fault(path: &Path, error: &rusqlite::Error) -> Error {
    let what = error.sqlite_error_code().map_or_else(|| "unexpected content".to_owned(), |code| format!("{code:?}"));
    Error::new(ErrorCode::Io, format!("the audit database: {what}")).at(Location::File(path.display().to_string()))
}
