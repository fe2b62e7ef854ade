//! The one thread that writes: whatever waits is written in one transaction, so that one flush of the disk serves them all.

use std::sync::{Arc, Mutex, PoisonError};

use chartguard::Result as LibraryResult;
use chartguard::audit::{Event, Handed, Sink};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use tokio::sync::{mpsc, oneshot};

use super::{Added, Failed, Kept, find, reason};

/// As many requests as one transaction takes.
const TOGETHER: usize = 256;

type Answer<T> = oneshot::Sender<Result<T, Failed>>;

/// What is asked of the writer. It answers when what was asked is on the disk.
pub(super) enum Job {
    Note(Box<(Kept, Event)>, Answer<Added>),
    Event(Box<Event>, Answer<i64>),
    Probe(Answer<()>),
}

/// Hands out an answer, after the transaction it belongs to.
type Reply = Box<dyn FnOnce(bool)>;

/// Why a transaction was not done: its reason, for the log.
struct Undone(String);

impl From<rusqlite::Error> for Undone {
    fn from(error: rusqlite::Error) -> Self {
        Self(reason(&error))
    }
}

impl From<chartguard::Error> for Undone {
    fn from(error: chartguard::Error) -> Self {
        Self(error.code().as_str().to_owned())
    }
}

/// The audit log: the library makes the records, which are then rows of the transaction at hand.
struct Log {
    chain: Handed,
    made: Arc<Mutex<Vec<String>>>,
}

impl Log {
    /// Goes on from the last record of the database.
    fn resume(connection: &Connection, key: &[u8]) -> Result<Self, Undone> {
        let last: Option<String> = connection
            .query_row("SELECT record FROM audit ORDER BY seq DESC LIMIT 1", [], |row| row.get(0))
            .optional()?;
        let made = Arc::<Mutex<Vec<String>>>::default();
        let keep = made.clone();
        let chain = Handed::new(last.as_deref(), Some(key), move |record| {
            keep.lock().unwrap_or_else(PoisonError::into_inner).push(record.to_owned());
            Ok(())
        })?;
        Ok(Self { chain, made })
    }

    /// Adds a record to the transaction and returns its number.
    fn append(&self, work: &Transaction<'_>, event: Event) -> Result<i64, Undone> {
        let head = self.chain.append(&[event])?;
        let seq = i64::try_from(head.records).map_err(|_| Undone("the audit log is full".into()))?;
        for record in self.made.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            work.prepare_cached("INSERT INTO audit (seq, record) VALUES (?1, ?2)")?.execute(params![seq, record])?;
        }
        Ok(seq)
    }
}

/// Owns the connection that writes.
pub(super) struct Writer {
    connection: Connection,
    key: Vec<u8>,
    log: Log,
}

impl Writer {
    /// # Errors
    /// When the last record of the audit log was not made under this key.
    pub(super) fn new(connection: Connection, key: Vec<u8>) -> LibraryResult<Self> {
        let log = Log::resume(&connection, &key).map_err(|Undone(reason)| {
            chartguard::audit::not_kept(format!("the audit log cannot be continued: {reason}"))
        })?;
        Ok(Self { connection, key, log })
    }

    /// Writes until nobody is left who could ask.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < TOGETHER
                && let Ok(next) = jobs.try_recv()
            {
                batch.push(next);
            }
            self.write(batch);
        }
        // What the write-ahead log holds goes into the database, so that the file is whole when it is copied.
        if self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);").is_err() {
            tracing::warn!("the write-ahead log was not folded into the database; it is read at the next start");
        }
    }

    /// One transaction: all of the batch or nothing.
    fn write(&mut self, batch: Vec<Job>) {
        let mut replies: Vec<Reply> = Vec::with_capacity(batch.len());
        let done = transact(&mut self.connection, &self.log, batch, &mut replies);
        if let Err(Undone(reason)) = &done {
            tracing::error!(reason, "the database takes nothing");
            // The chain has moved on past what was written.
            match Log::resume(&self.connection, &self.key) {
                Ok(log) => self.log = log,
                Err(Undone(reason)) => tracing::error!(reason, "the audit log cannot be continued"),
            }
        }
        for reply in replies {
            reply(done.is_ok());
        }
    }
}

fn transact(connection: &mut Connection, log: &Log, batch: Vec<Job>, replies: &mut Vec<Reply>) -> Result<(), Undone> {
    let work = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in batch {
        match job {
            Job::Note(both, answer) => {
                let (note, event) = *both;
                let added = add(&work, log, note, event)?;
                replies.push(reply(added, answer));
            }
            Job::Event(event, answer) => {
                let number = log.append(&work, *event)?;
                replies.push(reply(number, answer));
            }
            Job::Probe(answer) => {
                work.execute("INSERT OR REPLACE INTO probe (one, at) VALUES (1, datetime('now'))", [])?;
                replies.push(reply((), answer));
            }
        }
    }
    work.commit()?;
    Ok(())
}

/// Who asked may have gone; what was asked is done all the same. An answer that is dropped without a reply is one of failure.
fn reply<T: 'static>(done: T, answer: Answer<T>) -> Reply {
    Box::new(move |committed| drop(answer.send(if committed { Ok(done) } else { Err(Failed) })))
}

fn add(work: &Transaction<'_>, log: &Log, mut note: Kept, event: Event) -> Result<Added, Undone> {
    if let Some(key) = &note.idempotency
        && let Some(before) = find(work, "idempotency", key)?
    {
        return Ok(if before.request == note.request { Added::Before(Box::new(before)) } else { Added::Conflict });
    }
    note.audit_id = log.append(work, event)?;
    work.prepare_cached(
        "INSERT INTO note (id, audit_id, patient, client, received, idempotency, request, doc_type, discipline, scrubbed, findings,
         score, risk, rubric, report) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?
    .execute(params![
        note.id,
        note.audit_id,
        note.patient,
        note.client,
        note.received,
        note.idempotency,
        note.request,
        note.doc_type,
        note.discipline,
        note.scrubbed,
        note.findings.to_string(),
        note.score,
        note.risk,
        note.rubric.as_ref().map(ToString::to_string),
        note.report.as_ref().map(ToString::to_string),
    ])?;
    Ok(Added::New(Box::new(note)))
}
