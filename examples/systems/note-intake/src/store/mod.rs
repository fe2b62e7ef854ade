//! The database: notes as they may be shared, and the audit log beside them, in one `SQLite` file.
//!
//! One thread writes (`writer`); a note and its audit record are one transaction. The table `audit` is the library's own, so that
//! `chartguard::audit::verify` reads this file as it stands.

mod writer;

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use chartguard::Key;
use chartguard::audit::{self, Event};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use self::writer::{Job, Writer};
use crate::problem::Problem;
use crate::settings::Refused;

/// The file in the data directory.
pub(crate) const FILE: &str = "intake.db";

/// As many requests as may wait for the writer.
const WAITING: usize = 1024;

/// The form of the tables; another number is another form.
const VERSION: i64 = 1;

const SCHEMA: &str = "
    CREATE TABLE note (
        id TEXT PRIMARY KEY,
        audit_id INTEGER NOT NULL UNIQUE REFERENCES audit (seq),
        patient TEXT NOT NULL,
        client TEXT NOT NULL,
        received TEXT NOT NULL,
        idempotency TEXT UNIQUE,
        request TEXT NOT NULL,
        doc_type TEXT NOT NULL,
        discipline TEXT NOT NULL,
        scrubbed TEXT NOT NULL,
        findings TEXT NOT NULL,
        score REAL,
        risk TEXT,
        rubric TEXT,
        report TEXT
    ) STRICT;
    CREATE INDEX note_of_patient ON note (patient, received);
    CREATE TABLE probe (one INTEGER PRIMARY KEY, at TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS audit (seq INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT;
    PRAGMA user_version = 1;";

/// A note as it is kept. It has no `Debug`.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) id: String,
    /// The number of its record in the audit log.
    pub(crate) audit_id: i64,
    pub(crate) patient: String,
    pub(crate) client: String,
    pub(crate) received: String,
    pub(crate) idempotency: Option<String>,
    pub(crate) request: String,
    pub(crate) doc_type: String,
    pub(crate) discipline: String,
    pub(crate) scrubbed: String,
    pub(crate) findings: Value,
    pub(crate) score: Option<f64>,
    pub(crate) risk: Option<String>,
    pub(crate) rubric: Option<Value>,
    pub(crate) report: Option<Value>,
}

/// What became of a note that was to be kept.
pub(crate) enum Added {
    /// It is on the disk.
    New(Box<Kept>),
    /// The same request was kept before.
    Before(Box<Kept>),
    /// The idempotency key was used for another request.
    Conflict,
}

/// The database. Reading is done here, writing is asked of the writer.
pub(crate) struct Store {
    // Dropped first: the last connection that closes folds the write-ahead log in, which one that only reads cannot.
    reader: Mutex<Connection>,
    writer: mpsc::Sender<Job>,
}

impl Store {
    /// Opens the database in `directory` or makes it, and starts the writer, which ends when every `Store` is gone.
    ///
    /// # Errors
    /// When the file cannot be read or written or is of another form, or the key is not that of its audit log.
    pub(crate) fn open(directory: &Path, key: &Key) -> Result<(Self, JoinHandle<()>), Refused> {
        let path = directory.join(FILE);
        let named = |what: String| Refused(format!("{}: {what}", path.display()));
        let connection = open(&path).map_err(|error| named(reason(&error)))?;
        let version: i64 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(|error| named(reason(&error)))?;
        match version {
            0 => connection
                .execute_batch(&format!("BEGIN IMMEDIATE; {SCHEMA} COMMIT;"))
                .map_err(|error| named(reason(&error)))?,
            VERSION => {}
            other => return Err(named(format!("is of version {other}, this service reads {VERSION}"))),
        }
        let reader = open_to_read(&path).map_err(|error| named(reason(&error)))?;
        let (sender, jobs) = mpsc::channel(WAITING);
        let writer = Writer::new(connection, audit_key(key).into_bytes()).map_err(|error| named(error.to_string()))?;
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || writer.run(jobs))
            .map_err(|error| named(error.to_string()))?;
        Ok((Self { reader: Mutex::new(reader), writer: sender }, thread))
    }

    /// Keeps a note with its audit event. When this returns, both are on the disk.
    ///
    /// # Errors
    /// When there is more to write than may wait, or the database takes nothing. Nothing was kept then.
    pub(crate) async fn add(&self, note: Kept, event: Event) -> Result<Added, Problem> {
        self.ask(|answer| Job::Note(Box::new((note, event)), answer)).await
    }

    /// Records an event that has no note, and returns its number.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub(crate) async fn record(&self, event: Event) -> Result<i64, Problem> {
        self.ask(|answer| Job::Event(Box::new(event), answer)).await
    }

    /// Writes something, to see that the database takes it.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub(crate) async fn probe(&self) -> Result<(), Problem> {
        self.ask(Job::Probe).await
    }

    async fn ask<T>(&self, job: impl FnOnce(oneshot::Sender<Result<T, Failed>>) -> Job) -> Result<T, Problem> {
        let (answer, result) = oneshot::channel();
        self.writer.try_send(job(answer)).map_err(|_| Problem::busy())?;
        match result.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(Failed)) | Err(_) => Err(Problem::not_stored()),
        }
    }

    /// The note of an id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) fn note(&self, id: &str) -> Result<Option<Kept>, Problem> {
        self.read("id", id)
    }

    /// The note that was kept for an idempotency key.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) fn kept_for(&self, idempotency: &str) -> Result<Option<Kept>, Problem> {
        self.read("idempotency", idempotency)
    }

    fn read(&self, column: &str, value: &str) -> Result<Option<Kept>, Problem> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        find(&reader, column, value).map_err(|error| {
            tracing::error!(reason = reason(&error), "the database cannot be read");
            Problem::internal()
        })
    }
}

/// The writer did not write; it has said why in the log.
pub(crate) struct Failed;

/// The key of the audit log's chain.
fn audit_key(key: &Key) -> String {
    key.fingerprint("audit chain", "")
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    // A write-ahead log that is flushed at every commit: what was acknowledged survives a crash of the machine.
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    Ok(connection)
}

fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    Ok(connection)
}

/// The note whose `column`, which is unique, has this value.
fn find(connection: &Connection, column: &str, value: &str) -> rusqlite::Result<Option<Kept>> {
    let query = format!(
        "SELECT id, audit_id, patient, client, received, idempotency, request, doc_type, discipline, scrubbed, findings, score,
         risk, rubric, report FROM note WHERE {column} = ?1"
    );
    connection.prepare_cached(&query)?.query_row([value], kept).optional()
}

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let json = |index: usize, text: String| {
        let kind = rusqlite::types::Type::Text;
        serde_json::from_str(&text)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(index, kind, Box::new(error)))
    };
    Ok(Kept {
        id: row.get(0)?,
        audit_id: row.get(1)?,
        patient: row.get(2)?,
        client: row.get(3)?,
        received: row.get(4)?,
        idempotency: row.get(5)?,
        request: row.get(6)?,
        doc_type: row.get(7)?,
        discipline: row.get(8)?,
        scrubbed: row.get(9)?,
        findings: json(10, row.get(10)?)?,
        score: row.get(11)?,
        risk: row.get(12)?,
        rubric: row.get::<_, Option<String>>(13)?.map(|text| json(13, text)).transpose()?,
        report: row.get::<_, Option<String>>(14)?.map(|text| json(14, text)).transpose()?,
    })
}

/// What went wrong, by its code: the database's own message may quote what was written.
fn reason(error: &rusqlite::Error) -> String {
    error.sqlite_error_code().map_or_else(|| "unexpected content".to_owned(), |code| format!("{code:?}"))
}

/// Checks a database from beginning to end and says what it holds.
///
/// # Errors
/// When a record was changed, moved or taken out, or a note has no record of its own.
pub(crate) fn verify(directory: &Path, key: &Key) -> Result<String, Refused> {
    let path = directory.join(FILE);
    let named = |error: rusqlite::Error| Refused(format!("{}: {}", path.display(), reason(&error)));
    if !path.exists() {
        return Err(Refused(format!("{}: there is no database", path.display())));
    }
    let verified = audit::verify(&path, Some(audit_key(key).as_bytes()))?;
    let connection = open_to_read(&path).map_err(named)?;
    let count = |query: &str| connection.query_row(query, [], |row| row.get::<_, i64>(0)).map_err(named);
    let notes = count("SELECT count(*) FROM note")?;
    let without = count("SELECT count(*) FROM note LEFT JOIN audit ON seq = audit_id WHERE seq IS NULL")?;
    if without > 0 {
        return Err(Refused(format!("{}: {without} notes have no audit record", path.display())));
    }
    let head = &verified.head;
    Ok(format!("{notes} notes, {} audit records, the chain holds\n{}", head.records, head.hash))
}
