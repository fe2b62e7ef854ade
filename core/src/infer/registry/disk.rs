//! The steps in which a registry changes files. Once one has returned, a crash does not undo it; before, there is the old state.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, Location, Result};

/// Folders below a model's own; exports have one at most.
const DEPTH: usize = 8;
/// Files of a model; exports have about ten, and some a file for each tensor.
const FILES: usize = 10_000;

/// A file of a model.
pub(super) struct Entry {
    /// Where it is in the model's directory, with `/` between folders.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
}

/// Which links may be followed.
#[derive(Clone, Copy)]
pub(super) enum Links<'a> {
    /// None.
    Refused,
    /// To files that lie in this folder, which is written without links.
    Within(&'a Path),
}

/// The files in a folder and the folders in it, in the order of their names. Those whose names begin with a dot are left out
/// where `hidden` is false.
pub(super) fn files(folder: &Path, links: Links<'_>, hidden: bool) -> Result<Vec<Entry>> {
    let mut found = Vec::new();
    collect(folder, "", links, hidden, 0, &mut found)?;
    found.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn collect(
    folder: &Path,
    prefix: &str,
    links: Links<'_>,
    hidden: bool,
    depth: usize,
    found: &mut Vec<Entry>,
) -> Result<()> {
    let here = |path: &Path| Location::File(path.display().to_string());
    if depth > DEPTH {
        return Err(Error::model(format!("more than {DEPTH} folders deep")).at(here(folder)));
    }
    for entry in fs::read_dir(folder).map_err(|e| Error::io(folder, &e))? {
        let entry = entry.map_err(|e| Error::io(folder, &e))?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_str().ok_or_else(|| Error::model("the name is not UTF-8").at(here(&path)))?;
        if !hidden && name.starts_with('.') {
            continue;
        }
        let mut meta = fs::symlink_metadata(&path).map_err(|e| Error::io(&path, &e))?;
        if meta.is_symlink() {
            let target = path.canonicalize().map_err(|e| Error::io(&path, &e))?;
            if !matches!(links, Links::Within(home) if target.starts_with(home)) {
                let what = "a link that leads out of the model's directory: expected the file itself";
                return Err(Error::model(what).at(here(&path)));
            }
            meta = fs::metadata(&target).map_err(|e| Error::io(&path, &e))?;
            if meta.is_dir() {
                return Err(Error::model("a link to a folder: expected files").at(here(&path)));
            }
        }
        let name = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
        if meta.is_dir() {
            collect(&path, &name, links, hidden, depth + 1, found)?;
        } else if meta.is_file() {
            found.push(Entry { name, path, bytes: meta.len() });
        } else {
            return Err(Error::model("neither a file nor a folder").at(here(&path)));
        }
        if found.len() > FILES {
            return Err(Error::model(format!("more than {FILES} files")).at(here(folder)));
        }
    }
    Ok(())
}

/// Copies a file and makes sure that the copy is on the disk: its SHA-256 and how many bytes there are.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(String, u64)> {
    step();
    let mut target = File::create_new(to).map_err(|e| Error::io(to, &e))?;
    let hash = each_block(from, |block| target.write_all(block).map_err(|e| Error::io(to, &e)))?;
    target.sync_all().map_err(|e| Error::io(to, &e))?;
    Ok(hash)
}

/// The SHA-256 of a file in hexadecimal digits, and how many bytes it has.
pub(in crate::infer) fn hash(path: &Path) -> Result<(String, u64)> {
    each_block(path, |_| Ok(()))
}

fn each_block(path: &Path, mut work: impl FnMut(&[u8]) -> Result<()>) -> Result<(String, u64)> {
    let mut file = File::open(path).map_err(|e| Error::io(path, &e))?;
    let mut block = vec![0; 1 << 16];
    let (mut sha, mut bytes) = (Sha256::new(), 0);
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok((hex(&sha.finalize()), bytes)),
            Ok(read) => {
                work(&block[..read])?;
                sha.update(&block[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::io(path, &error)),
        }
    }
}

pub(in crate::infer) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// Writes a new file and makes sure that it is on the disk.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    step();
    let mut file = File::create(path).map_err(|e| Error::io(path, &e))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| Error::io(path, &e))
}

/// Makes a folder where there is none.
pub(super) fn make_folder(path: &Path) -> Result<()> {
    step();
    match fs::create_dir(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(Error::io(path, &error)),
        _ => Ok(()),
    }
}

/// Gives what is at `from` the name `to` in the same folder, at once; what was there before is gone, if it was a file.
pub(super) fn rename(from: &Path, to: &Path) -> Result<()> {
    step();
    fs::rename(from, to).map_err(|e| Error::io(to, &e))?;
    to.parent().map_or(Ok(()), sync_folder)
}

/// Makes sure that the names in a folder are on the disk.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    step();
    // Elsewhere folders cannot be opened, and renaming is as lasting as it gets.
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| Error::io(folder, &e))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Removes a file, or a folder with all that is in it, where there is one. Links are removed, not followed.
pub(super) fn remove(path: &Path) -> Result<()> {
    step();
    let removed = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io(path, &error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
thread_local! {
    /// Called before each step that changes files, where a test wants to see what a kill would leave.
    pub(super) static BEFORE_STEP: std::cell::RefCell<Option<Box<dyn FnMut()>>> = const { std::cell::RefCell::new(None) };
}

/// A kill may come here.
fn step() {
    #[cfg(test)]
    BEFORE_STEP.with_borrow_mut(|look| {
        if let Some(look) = look {
            look();
        }
    });
}
