//! Reads notes from files or standard input: UTF-8, checked, with the byte of the first mistake.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::ThreadArgs;
use super::output::{Stop, progress};
use crate::error::{Error, Location, Result};

/// Lines handed to the threads at a time: enough to keep them busy, few enough to bound memory.
const WINDOW_LINES: usize = 256;
/// Bytes handed to the threads at a time.
const WINDOW_BYTES: usize = 8 << 20;

/// The place an error names.
pub(super) fn name(path: &Path) -> String {
    if is_stdin(path) { "standard input".into() } else { path.display().to_string() }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A file or standard input, to be read as it comes.
pub(super) fn open(path: &Path) -> Result<Box<dyn BufRead>> {
    if is_stdin(path) {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let file = File::open(path).map_err(|e| Error::io(path, &e))?;
    Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
}

/// A whole file.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes).map_err(|e| Error::io(Path::new(&name(path)), &e))?;
    Ok(bytes)
}

/// A whole note.
pub(super) fn note(path: &Path) -> Result<String> {
    text(path, bytes(path)?)
}

/// The bytes of a file as a note.
pub(super) fn text(path: &Path, bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|e| {
        Error::input("the text is not UTF-8; convert it first (for example with `iconv -t UTF-8`)")
            .at(Location::Byte(e.utf8_error().valid_up_to()))
            .at(Location::File(name(path)))
    })
}

/// Where a note was read; of a note that is no line, nothing.
#[derive(Default)]
pub(super) struct Place {
    file: Option<String>,
    number: usize,
}

impl Place {
    /// Adds it to an error.
    pub(super) fn locate(self, error: Error) -> Error {
        match self.file {
            Some(file) => error.at(Location::LineColumn { line: self.number, column: 1 }).at(Location::File(file)),
            None => error,
        }
    }
}

/// One line of JSON Lines.
pub(super) struct Line {
    /// All its members, `text` included.
    pub(super) members: Map<String, Value>,
    /// Its number, from 1.
    number: usize,
    /// The file it stands in.
    file: String,
}

impl Line {
    /// The note in it.
    pub(super) fn text(&self) -> Result<&str> {
        match self.members.get("text") {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(self.error("`text` is not a string")),
            None => Err(self.error("there is no `text`")),
        }
    }

    fn error(&self, what: &str) -> Error {
        self.locate(Error::input(what))
    }

    /// Where it is, for an error that comes after it is used up.
    pub(super) fn at(&self) -> Place {
        Place { file: Some(self.file.clone()), number: self.number }
    }

    /// The line by file and number, for what has no other name.
    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.file, self.number)
    }

    /// Adds where the line is to an error that does not say so yet.
    pub(super) fn locate_once(&self, error: Error) -> Error {
        if error.locations().next().is_some() { error } else { self.locate(error) }
    }

    /// Adds where the line is to an error.
    pub(super) fn locate(&self, error: Error) -> Error {
        self.at().locate(error)
    }
}

/// Works on every line of a file on some threads and hands the results over in the order of the lines, a bounded window of
/// lines at a time.
pub(super) fn each_line<T: Send>(
    path: &Path,
    threads: &ThreadArgs,
    work: impl Fn(Line) -> Result<T> + Sync,
    mut done: impl FnMut(T) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let pool = threads.pool()?;
    let mut lines = Lines::open(path)?;
    let bar = progress(None, "notes");
    loop {
        let window = lines.window()?;
        if window.is_empty() {
            break;
        }
        bar.inc(window.len() as u64);
        let results: Vec<Result<T>> = pool.install(|| window.into_par_iter().map(&work).collect());
        for result in results {
            done(result?)?;
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// JSON Lines, a bounded window of lines at a time.
struct Lines {
    reader: Box<dyn BufRead>,
    file: String,
    number: usize,
}

impl Lines {
    fn open(path: &Path) -> Result<Self> {
        Ok(Self { reader: open(path)?, file: name(path), number: 0 })
    }

    /// The next lines; none when the input has ended.
    fn window(&mut self) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        let mut bytes = 0;
        while lines.len() < WINDOW_LINES && bytes < WINDOW_BYTES {
            let mut raw = Vec::new();
            let read = self.reader.read_until(b'\n', &mut raw).map_err(|e| Error::io(Path::new(&self.file), &e))?;
            if read == 0 {
                break;
            }
            self.number += 1;
            bytes += read;
            if raw.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            lines.push(Line { members: self.parse(&raw)?, number: self.number, file: self.file.clone() });
        }
        Ok(lines)
    }

    fn parse(&self, raw: &[u8]) -> Result<Map<String, Value>> {
        // A line's own text must not reach the error, so only where it went wrong is said.
        serde_json::from_slice::<Map<String, Value>>(raw).map_err(|error| {
            let what = match error.classify() {
                serde_json::error::Category::Eof => "the line ends in the middle of its JSON object",
                serde_json::error::Category::Data => "the line is JSON but not an object",
                _ => "the line is not JSON in UTF-8",
            };
            Error::input(what)
                .at(Location::LineColumn { line: self.number, column: error.column().max(1) })
                .at(Location::File(self.file.clone()))
        })
    }
}
