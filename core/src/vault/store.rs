//! Where the bytes of a vault are kept: a file, memory, or a place of the caller's.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::error::{Error, Location, Result};

/// Where the bytes of a vault are kept. They are only ever added to, but for what a stopped writer left at the end.
///
/// Implement it to keep a vault in a place of your own, such as rows of a database; [`Vault::open`](super::Vault::open) has one for
/// a file.
pub trait Store: Send {
    /// How many bytes there are.
    ///
    /// # Errors
    /// When that cannot be told.
    fn size(&mut self) -> io::Result<u64>;

    /// Fills `bytes` with those from `at` on.
    ///
    /// # Errors
    /// When there are not as many, or they cannot be read.
    fn read(&mut self, at: u64, bytes: &mut [u8]) -> io::Result<()>;

    /// Adds bytes at the end. When it returns they are where a crash does not reach them.
    ///
    /// # Errors
    /// When they may not all be there.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Drops what lies beyond the first `size` bytes.
    ///
    /// # Errors
    /// When it cannot be dropped.
    fn truncate(&mut self, size: u64) -> io::Result<()>;
}

/// Bytes in memory.
pub(super) struct MemoryStore(pub(super) Vec<u8>);

impl Store for MemoryStore {
    fn size(&mut self) -> io::Result<u64> {
        Ok(self.0.len() as u64)
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        let from = usize::try_from(at).ok().and_then(|at| self.0.get(at..)?.get(..bytes.len()));
        bytes.copy_from_slice(from.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.0.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Ok(())
    }
}

/// A file. While it is open to be written, no other process can open it so.
pub(super) struct FileStore {
    file: File,
    size: u64,
}

impl FileStore {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let io = |e: io::Error| Error::io(path, &e);
        let is_new = !path.exists();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(io)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                Error::config("another process writes this vault").at(Location::File(path.display().to_string()))
            }
            TryLockError::Error(error) => io(error),
        })?;
        if is_new {
            // The name of a new file has to survive a crash too.
            file.sync_all().map_err(io)?;
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            #[cfg(unix)]
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
            #[cfg(not(unix))]
            let _ = folder;
        }
        let size = file.metadata().map_err(io)?.len();
        Ok(Self { file, size })
    }

    pub(super) fn read_only(path: &Path) -> Result<Self> {
        let io = |e: io::Error| Error::io(path, &e);
        let file = File::open(path).map_err(io)?;
        let size = file.metadata().map_err(io)?.len();
        Ok(Self { file, size })
    }
}

impl Store for FileStore {
    fn size(&mut self) -> io::Result<u64> {
        Ok(self.size)
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(at))?;
        self.file.read_exact(bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.size))?;
        self.file.write_all(bytes)?;
        self.file.sync_data()?;
        self.size += bytes.len() as u64;
        Ok(())
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.file.set_len(size)?;
        self.file.sync_all()?;
        self.size = size;
        Ok(())
    }
}
