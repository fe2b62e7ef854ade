//! A log as a file of JSON Lines, a record a line.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::chain::{Chain, broken};
use super::{Event, Head, Sink, Verified};
use crate::error::{Error, Location, Result};

/// The longest record, in bytes; also as much of a file's end as is read to go on from it.
const LONGEST: u64 = 1 << 20;

/// A log as a file of JSON Lines. While it is open no other process can write it.
#[derive(Debug)]
pub struct JsonLines {
    path: PathBuf,
    state: Mutex<State>,
}

struct State {
    file: File,
    chain: Chain,
    /// What is confirmed, in bytes.
    len: u64,
    failed: bool,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("len", &self.len).finish_non_exhaustive()
    }
}

impl JsonLines {
    /// Opens a log, or starts one. A record that was being written when the last writer was stopped is dropped: its end is
    /// missing, so it was never confirmed.
    ///
    /// Only the last record is looked at; [`verify`](super::verify) looks at all.
    ///
    /// # Errors
    /// When the file cannot be opened, another process has it open, its last record was changed, or the key is too short or not
    /// that of the chain.
    pub fn open(path: impl AsRef<Path>, key: Option<&[u8]>) -> Result<Self> {
        let path = path.as_ref();
        let io = |e: std::io::Error| Error::io(path, &e);
        let mut chain = Chain::new(key)?;
        let is_new = !path.exists();
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                Error::config("another process writes this audit log").at(Location::File(path.display().to_string()))
            }
            TryLockError::Error(error) => io(error),
        })?;
        let whole = file.metadata().map_err(io)?.len();
        let from = whole.saturating_sub(2 * LONGEST);
        file.seek(SeekFrom::Start(from)).map_err(io)?;
        let mut end = Vec::new();
        file.read_to_end(&mut end).map_err(io)?;
        let confirmed = end.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let len = from + confirmed as u64;
        if confirmed > 0 {
            let before = end[..confirmed - 1].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let line = std::str::from_utf8(&end[before..confirmed - 1]).unwrap_or_default();
            chain.resume(line).map_err(|e| e.at(Location::File(path.display().to_string())))?;
        } else if from > 0 {
            return Err(broken("the file holds no audit records").at(Location::File(path.display().to_string())));
        }
        if len < whole {
            file.set_len(len).and_then(|()| file.sync_all()).map_err(io)?;
        }
        if is_new {
            // The name of a new file has to survive a crash too.
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            file.sync_all().map_err(io)?;
            #[cfg(unix)]
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
            #[cfg(not(unix))]
            let _ = folder;
        }
        Ok(Self { path: path.to_owned(), state: Mutex::new(State { file, chain, len, failed: false }) })
    }
}

impl Sink for JsonLines {
    fn append(&self, events: &[Event]) -> Result<Head> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.failed {
            let error = Error::config("an earlier record could not be written: open the audit log anew");
            return Err(error.at(Location::File(self.path.display().to_string())));
        }
        // On a copy: what cannot be written leaves no trace.
        let mut chain = state.chain.clone();
        let mut lines = String::new();
        for event in events {
            let line = chain.seal(event)?;
            if line.len() as u64 >= LONGEST {
                return Err(Error::config(format!("an audit record has at most {LONGEST} bytes")));
            }
            lines.push_str(&line);
            lines.push('\n');
        }
        let start = state.len;
        let written = state
            .file
            .seek(SeekFrom::Start(start))
            .and_then(|_| state.file.write_all(lines.as_bytes()))
            .and_then(|()| state.file.sync_data());
        if let Err(error) = written {
            state.failed = true;
            let _ = state.file.set_len(start);
            return Err(Error::io(&self.path, &error));
        }
        state.len += lines.len() as u64;
        state.chain = chain;
        Ok(state.chain.head.clone())
    }

    fn head(&self) -> Head {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).chain.head.clone()
    }
}

pub(super) fn each(
    path: &Path,
    key: Option<&[u8]>,
    mut each: impl FnMut(Event, &Head) -> Result<()>,
) -> Result<Verified> {
    let file = File::open(path).map_err(|e| Error::io(path, &e))?;
    let mut reader = BufReader::new(file);
    let mut chain = Chain::new(key)?;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut reader).take(LONGEST).read_until(b'\n', &mut line).map_err(|e| Error::io(path, &e))?;
        if read == 0 || line.last() != Some(&b'\n') && (read as u64) < LONGEST {
            return Ok(Verified { head: chain.head, torn: read });
        }
        let at = |error: Error| {
            let place = Location::LineColumn { line: chain.head.records as usize + 1, column: 1 };
            error.at(place).at(Location::File(path.display().to_string()))
        };
        let text =
            std::str::from_utf8(line.strip_suffix(b"\n").unwrap_or(&line)).map_err(|_| at(broken("not UTF-8")))?;
        let mut next = chain.clone();
        let event = next.follow(text).map_err(at)?;
        chain = next;
        each(event, &chain.head)?;
    }
}
