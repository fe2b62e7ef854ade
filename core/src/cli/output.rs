//! Standard output that ends quietly when its reader goes away, and the progress bar.

use std::fs;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, StdoutLock, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::{Error, Result};

/// Why a command stopped early.
pub(super) enum Stop {
    /// The reader of our output has gone (`| head`): not a mistake.
    Closed,
    /// Something was wrong.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// What every command returns: its exit status.
pub(super) type Outcome = Result<u8, Stop>;

/// Buffered standard output.
pub(super) struct Output(BufWriter<StdoutLock<'static>>);

impl Output {
    pub(super) fn stdout() -> Self {
        Self(BufWriter::with_capacity(1 << 16, io::stdout().lock()))
    }

    pub(super) fn write(&mut self, text: &str) -> Result<(), Stop> {
        let written = self.0.write_all(text.as_bytes());
        Self::check(written)
    }

    pub(super) fn write_bytes(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let written = self.0.write_all(bytes);
        Self::check(written)
    }

    /// Writes what is buffered, for who waits for it.
    pub(super) fn flush(&mut self) -> Result<(), Stop> {
        let written = self.0.flush();
        Self::check(written)
    }

    /// Writes what is buffered; a command calls it last, so that a full disk is an error and not silence.
    pub(super) fn finish(mut self) -> Result<(), Stop> {
        let written = self.0.flush();
        Self::check(written)
    }

    fn check(written: io::Result<()>) -> Result<(), Stop> {
        written.map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => Stop::Closed,
            _ => Stop::Failed(Error::io(Path::new("standard output"), &error)),
        })
    }
}

/// A bar on standard error when that is a terminal; otherwise nothing is drawn.
pub(super) fn progress(total: Option<u64>, unit: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), format!("{{wide_bar}} {{pos}}/{{len}} {unit} {{eta}}")),
        None => (ProgressBar::new_spinner(), format!("{{spinner}} {{pos}} {unit} {{elapsed}}")),
    };
    match ProgressStyle::with_template(&template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Writes a file whole or not at all.
pub(super) fn write_whole(path: &Path, text: &str) -> Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    fs::write(&partial, text).and_then(|()| fs::rename(&partial, path)).map_err(|e| Error::io(path, &e))
}
