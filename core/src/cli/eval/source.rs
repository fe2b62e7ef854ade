//! Where labelled notes come from: files and directories, in an order that does not depend on the file system.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::labels::Labels;
use super::{GoldFormat, brat, i2b2, jsonl};
use crate::cli::ThreadArgs;
use crate::cli::input::{self, Line};
use crate::cli::output::{Stop, progress};
use crate::error::{Error, Location, Result};
use crate::measure::Labelled;

/// Files handed to the threads at a time.
const WINDOW: usize = 64;

/// A file with labelled notes.
struct Source {
    path: PathBuf,
    format: GoldFormat,
    /// What its note is called, where the file is one note: its path below the directory that was named.
    id: String,
}

/// All files that were named.
pub(super) struct Sources(Vec<Source>);

impl Sources {
    /// Finds them.
    pub(super) fn find(paths: &[PathBuf], format: GoldFormat) -> Result<Self> {
        let mut sources = Vec::new();
        for path in paths {
            if path.is_dir() {
                let before = sources.len();
                walk(path, path, format, &mut sources)?;
                if sources.len() == before {
                    let error = Error::input("the directory holds no gold: .jsonl, .xml, or .ann beside .txt files");
                    return Err(error.at(Location::File(path.display().to_string())));
                }
            } else {
                let format =
                    if format == GoldFormat::Auto { by_name(path).unwrap_or(GoldFormat::Jsonl) } else { format };
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
                sources.push(Source { id: name.into_owned(), path: path.clone(), format });
            }
        }
        Ok(Self(sources))
    }

    /// Works on every note on some threads and hands the results over in the order of the notes.
    pub(super) fn each_note<T: Send>(
        &self,
        labels: &Labels,
        threads: &ThreadArgs,
        work: impl Fn(Labelled) -> Result<T> + Sync,
        mut done: impl FnMut(T) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut rest = self.0.as_slice();
        while let Some(first) = rest.first() {
            if first.format == GoldFormat::Jsonl {
                let line = |line: Line| work(jsonl::read(&line, labels)?).map_err(|e| line.locate_once(e));
                input::each_line(&first.path, threads, line, &mut done)?;
                rest = &rest[1..];
                continue;
            }
            let files = rest.iter().take_while(|source| source.format != GoldFormat::Jsonl).count();
            let pool = threads.pool()?;
            let bar = progress(Some(files as u64), "notes");
            for window in rest[..files].chunks(WINDOW) {
                let results: Vec<Result<T>> =
                    pool.install(|| window.par_iter().map(|source| source.read(labels, &work)).collect());
                for result in results {
                    done(result?)?;
                    bar.inc(1);
                }
            }
            bar.finish_and_clear();
            rest = &rest[files..];
        }
        Ok(())
    }
}

impl Source {
    /// Reads a file that is one note, and works on it.
    fn read<T>(&self, labels: &Labels, work: impl Fn(Labelled) -> Result<T>) -> Result<T> {
        let within = |path: &Path, error: Error| error.at(Location::File(path.display().to_string()));
        let (text, gold) = if self.format == GoldFormat::I2b2 {
            i2b2::read(&input::note(&self.path)?, labels).map_err(|e| within(&self.path, e))?
        } else {
            let (note, annotations) = (self.path.with_extension("txt"), self.path.with_extension("ann"));
            let text = input::note(&note)?;
            let gold = brat::read(&text, &input::note(&annotations)?, labels).map_err(|e| within(&annotations, e))?;
            (text, gold)
        };
        work(Labelled::new(self.id.clone(), text, gold)).map_err(|e| within(&self.path, e))
    }
}

/// The format that a file's name speaks for.
fn by_name(path: &Path) -> Option<GoldFormat> {
    let extension = path.extension().and_then(OsStr::to_str)?.to_ascii_lowercase();
    match extension.as_str() {
        "jsonl" | "ndjson" => Some(GoldFormat::Jsonl),
        "xml" => Some(GoldFormat::I2b2),
        "ann" | "txt" => Some(GoldFormat::Brat),
        _ => None,
    }
}

/// Adds the gold below a directory, by name. A `.txt` file is a note only where an `.ann` file stands beside it.
fn walk(root: &Path, folder: &Path, format: GoldFormat, sources: &mut Vec<Source>) -> Result<()> {
    let failed = |e: &std::io::Error| Error::io(folder, e);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| failed(&e))? {
        paths.push(entry.map_err(|e| failed(&e))?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(root, &path, format, sources)?;
            continue;
        }
        let Some(found) = by_name(&path) else { continue };
        let is_text = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("txt"));
        if is_text || format != GoldFormat::Auto && format != found {
            continue;
        }
        let id = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        sources.push(Source { id, path, format: found });
    }
    Ok(())
}
