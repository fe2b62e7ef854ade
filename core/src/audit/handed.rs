//! A log that the caller keeps: each record is handed to a function.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};

use super::chain::Chain;
use super::{Event, Head, Sink};
use crate::error::{Error, ErrorCode, Result};

/// Keeps a record, a line of JSON without its break, and returns when it is safe; an error says that it is not.
type Keep = dyn Fn(&str) -> Result<()> + Send + Sync;

/// A log whose records are handed to a function of the caller's, in the order of the chain, one at a time.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use chartguard::audit::{Action, Event, Handed, Sink};
/// let kept = Arc::new(Mutex::new(Vec::new()));
/// let keep = kept.clone();
/// let log = Handed::new(None, None, move |record| Ok(keep.lock().unwrap().push(record.to_owned())))?;
/// log.append(&[Event::new(Action::Restore, "2024-03-14T09:26:53Z")?])?;
/// // Another process goes on from the last record.
/// let last = kept.lock().unwrap()[0].clone();
/// assert_eq!(Handed::new(Some(&last), None, |_| Ok(()))?.head(), log.head());
/// # Ok::<(), chartguard::Error>(())
/// ```
pub struct Handed {
    keep: Box<Keep>,
    chain: Mutex<Chain>,
    /// The thread whose record is being kept.
    keeping: Mutex<Option<ThreadId>>,
}

impl std::fmt::Debug for Handed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handed").finish_non_exhaustive()
    }
}

impl Handed {
    /// A log that goes on after the record `last`, or starts; `key`, if any, chains the records.
    ///
    /// # Errors
    /// When the key has fewer than 16 bytes, or `last` is no record of a chain under it.
    pub fn new(
        last: Option<&str>,
        key: Option<&[u8]>,
        keep: impl Fn(&str) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Self> {
        let mut chain = Chain::new(key)?;
        if let Some(last) = last {
            chain.resume(last)?;
        }
        Ok(Self { keep: Box::new(keep), chain: Mutex::new(chain), keeping: Mutex::new(None) })
    }

    fn keeping(&self) -> std::sync::MutexGuard<'_, Option<ThreadId>> {
        self.keeping.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Handed {
    fn append(&self, events: &[Event]) -> Result<Head> {
        // Records are kept one after the other, so a record made while one is kept would wait for itself.
        if *self.keeping() == Some(thread::current().id()) {
            return Err(Error::config("the function that keeps audit records makes a record of the same log"));
        }
        let mut chain = self.chain.lock().unwrap_or_else(PoisonError::into_inner);
        *self.keeping() = Some(thread::current().id());
        let done = events.iter().try_for_each(|event| {
            // On a copy: a record that was not kept leaves no trace.
            let mut next = chain.clone();
            let record = next.seal(event)?;
            (self.keep)(&record)?;
            *chain = next;
            Ok(())
        });
        *self.keeping() = None;
        done.map(|()| chain.head.clone())
    }

    fn head(&self) -> Head {
        self.chain.lock().unwrap_or_else(PoisonError::into_inner).head.clone()
    }
}

/// The error of a function that could not keep a record. `why` goes into logs.
pub fn not_kept(why: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::Io, format!("the audit record was not kept: {why}"))
}
