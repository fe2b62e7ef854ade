//! What a registry keeps on the disk, and how it is changed.
//!
//! ```text
//! ROOT/.lock                       held by whoever changes something
//! ROOT/NAME/_active.json           {"format": 1, "active": {"version", "sha256"}, "previous": {...} or null}
//! ROOT/NAME/VERSION/_files.json    {"format": 1, "files": {"model.onnx": {"bytes", "sha256"}, ...}}
//! ROOT/NAME/VERSION/...            the model's files: these and no others
//! ROOT/NAME/.*                     unfinished: swept away
//! ```
//!
//! Each change comes down to one renaming: `add` of a folder that is complete by then, `activate` and `rollback` of
//! `_active.json`, `remove` of the folder out of the way. The `sha256` of a version is that of its `_files.json`, so that what is
//! active is what was tried out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::disk::{self, Links};
use crate::error::{Error, ErrorCode, Location, Result};
use crate::infer::directory;

const FORMAT: u64 = 1;
const LOCK: &str = ".lock";
const ACTIVE: &str = "_active.json";
const FILES: &str = "_files.json";
/// What begins so is unfinished.
const UNFINISHED: &str = ".";
const INDEX_LIMIT: u64 = 4 << 20;
const NAME_LIMIT: usize = 64;

/// The directory of a registry.
#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
}

/// Which version of a model is active, and which was before.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Standing {
    format: u64,
    pub(super) active: Option<Pin>,
    pub(super) previous: Option<Pin>,
}

/// A version and the SHA-256 of its list of files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pin {
    pub(super) version: String,
    sha256: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    format: u64,
    files: BTreeMap<String, Pinned>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pinned {
    bytes: u64,
    sha256: String,
}

/// A version of a model, as its list of files says.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) folder: PathBuf,
    /// The SHA-256 of the list.
    pub(super) sha256: String,
    files: BTreeMap<String, Pinned>,
}

/// The right to change something, as long as it lives. Others wait, in this process and in others.
pub(super) struct Writing(#[allow(dead_code, reason = "closing the file gives the lock back")] File);

impl Store {
    /// The directory must be there. What writers that were killed left unfinished is removed, if it may be.
    pub(super) fn open(root: &Path) -> Result<Self> {
        if !root.is_dir() {
            let what = if root.exists() { "is not a directory" } else { "does not exist" };
            let what = format!("{what}: expected the directory of a registry; an empty one is an empty registry");
            return Err(Error::config(what).at(directory::file(root)));
        }
        let store = Self { root: root.to_owned() };
        if !store.unfinished().is_empty() {
            store.sweep();
        }
        Ok(store)
    }

    /// Removes what is unfinished, unless somebody is at work on it. A reader need not be able to.
    fn sweep(&self) {
        let lock = self.lock_file().ok().filter(|file| file.try_lock().is_ok());
        if lock.is_some() {
            for path in self.unfinished() {
                let _ = disk::remove(&path);
            }
        }
    }

    fn unfinished(&self) -> Vec<PathBuf> {
        let names = self.names().unwrap_or_default();
        let entries = names.iter().filter_map(|name| fs::read_dir(self.root.join(name)).ok()).flatten().flatten();
        entries
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED))
            .map(|entry| entry.path())
            .collect()
    }

    fn lock_file(&self) -> Result<File> {
        let path = self.root.join(LOCK);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        opened.map_err(|e| Error::io(&path, &e))
    }

    /// Waits until nobody else changes the registry.
    pub(super) fn write(&self) -> Result<Writing> {
        let file = self.lock_file()?;
        file.lock().map_err(|e| Error::io(&self.root.join(LOCK), &e))?;
        Ok(Writing(file))
    }

    /// The names of the models, sorted.
    pub(super) fn names(&self) -> Result<Vec<String>> {
        folders(&self.root)
    }

    /// The versions of a model, sorted by name.
    pub(super) fn versions(&self, name: &str) -> Result<Vec<String>> {
        check_name("name", name)?;
        let folder = self.root.join(name);
        if fs::symlink_metadata(&folder).is_ok_and(|meta| meta.is_symlink()) {
            return Err(link(&folder));
        }
        if folder.is_dir() { folders(&folder) } else { Ok(Vec::new()) }
    }

    /// Which version is active; none where the model has none.
    pub(super) fn active(&self, name: &str) -> Result<Standing> {
        let versions = self.versions(name)?;
        if versions.is_empty() {
            let names = self.names()?;
            return Err(if names.is_empty() {
                Error::config(format!("no model `{}`: the registry is empty", shown(name)))
            } else {
                Error::unknown(ErrorCode::Config, "model", name, names.iter().map(String::as_str))
            }
            .at(directory::file(&self.root)));
        }
        let path = self.root.join(name).join(ACTIVE);
        if fs::symlink_metadata(&path).is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound) {
            return Ok(Standing { format: FORMAT, ..Standing::default() });
        }
        let (active, _): (Standing, _) = read_index(&path)?;
        for pin in active.active.iter().chain(&active.previous) {
            check_name("version", &pin.version).map_err(|e| e.at(directory::file(&path)))?;
        }
        Ok(active)
    }

    /// Reads the list of files of a version.
    pub(super) fn version(&self, name: &str, version: &str) -> Result<Stored> {
        check_name("version", version)?;
        let versions = self.versions(name)?;
        if !versions.iter().any(|known| known == version) {
            // Says that there is no such model, where there is none.
            self.active(name)?;
            let what = format!("version of `{name}`");
            let known = versions.iter().map(String::as_str);
            return Err(Error::unknown(ErrorCode::Config, &what, version, known).at(directory::file(&self.root)));
        }
        let folder = self.root.join(name).join(version);
        if fs::symlink_metadata(&folder).is_ok_and(|meta| meta.is_symlink()) {
            return Err(link(&folder));
        }
        let (files, sha256): (Files, _) = read_index(&folder.join(FILES))?;
        Ok(Stored { name: name.to_owned(), version: version.to_owned(), folder, sha256, files: files.files })
    }

    /// The version of a pin, which must be the one that was pinned.
    pub(super) fn pinned(&self, name: &str, pin: &Pin) -> Result<Stored> {
        let version = self.version(name, &pin.version)?;
        if version.sha256 != pin.sha256 {
            let what = format!("is not the list of files that was activated: its SHA-256 is not that in {ACTIVE}");
            return Err(Error::model(what).at(directory::file(&version.folder.join(FILES))));
        }
        Ok(version)
    }

    /// Copies a model directory into the registry.
    pub(super) fn add(&self, _: &Writing, name: &str, version: &str, source: &Path) -> Result<()> {
        check_name("version", version)?;
        if self.versions(name)?.iter().any(|known| known == version) {
            let what = format!("`{name}@{version}` is there already: versions never change, add another");
            return Err(Error::config(what).at(directory::file(&self.root)));
        }
        directory::check(source)?;
        let home = source.canonicalize().map_err(|e| Error::io(source, &e))?;
        let model = self.root.join(name);
        disk::make_folder(&model)?;
        disk::sync_folder(&self.root)?;
        let unfinished = model.join(format!("{UNFINISHED}{version}.new"));
        disk::remove(&unfinished)?;
        let added = copy_model(&home, &unfinished).and_then(|()| disk::rename(&unfinished, &model.join(version)));
        if added.is_err() {
            // Best effort: what is left is swept away later.
            let _ = disk::remove(&unfinished).and_then(|()| fs::remove_dir(&model).map_err(|e| Error::io(&model, &e)));
        }
        added
    }

    /// Makes `version` the active one, and the one that was active the previous one.
    pub(super) fn activate(&self, _: &Writing, version: &Stored) -> Result<()> {
        let now = self.active(&version.name)?;
        let pin = Pin { version: version.version.clone(), sha256: version.sha256.clone() };
        if now.active.as_ref() == Some(&pin) {
            return Ok(());
        }
        let folder = self.root.join(&version.name);
        let next = Standing { format: FORMAT, active: Some(pin), previous: now.active };
        let unfinished = folder.join(format!("{UNFINISHED}{ACTIVE}.new"));
        disk::write(&unfinished, &json(&next)?)?;
        disk::rename(&unfinished, &folder.join(ACTIVE))
    }

    /// Removes a version that is neither active nor the one before.
    pub(super) fn remove(&self, _: &Writing, name: &str, version: &str) -> Result<()> {
        check_name("version", version)?;
        let active = self.active(name)?;
        for (pin, what) in [(&active.active, "active"), (&active.previous, "the one to roll back to")] {
            if pin.as_ref().is_some_and(|pin| pin.version == version) {
                return Err(Error::config(format!("`{name}@{version}` is {what}: activate another first")));
            }
        }
        if !self.versions(name)?.iter().any(|known| known == version) {
            return self.version(name, version).map(|_| ());
        }
        let model = self.root.join(name);
        let unfinished = model.join(format!("{UNFINISHED}{version}.old"));
        disk::remove(&unfinished)?;
        disk::rename(&model.join(version), &unfinished)?;
        disk::remove(&unfinished)?;
        // Of a model without versions nothing is left.
        if self.versions(name)?.is_empty() {
            disk::remove(&model)?;
        }
        Ok(())
    }
}

impl Stored {
    /// How a person names it.
    pub(super) fn reference(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// How many bytes the files have that hold weights, and how many the others.
    pub(super) fn bytes(&self) -> (u64, u64) {
        let text = |name: &str| Path::new(name).extension().is_some_and(|kind| kind == "json" || kind == "txt");
        let sum = |of: bool| self.files.iter().filter(|(name, _)| text(name) == of).map(|(_, file)| file.bytes).sum();
        (sum(false), sum(true))
    }

    /// Holds that the files are those that were added, and that there are no others.
    pub(super) fn verify(&self) -> Result<()> {
        let here = |name: &str| directory::file(&self.folder.join(name));
        let found = disk::files(&self.folder, Links::Refused, true)?;
        let names: BTreeSet<&str> = found.iter().map(|entry| entry.name.as_str()).collect();
        if let Some(missing) = self.files.keys().find(|name| !names.contains(name.as_str())) {
            return Err(Error::model("is missing: the model was added with it").at(here(&shown(missing))));
        }
        for entry in found.iter().filter(|entry| entry.name != FILES) {
            let Some(pinned) = self.files.get(&entry.name) else {
                return Err(Error::model("is none of the files that the model was added with").at(here(&entry.name)));
            };
            let changed = |what: String| Err(Error::model(what).at(here(&entry.name)));
            if entry.bytes != pinned.bytes {
                return changed(format!("was changed: {} bytes, {} when it was added", entry.bytes, pinned.bytes));
            }
            let (sha256, _) = disk::hash(&entry.path)?;
            if sha256 != pinned.sha256 {
                return changed("was changed: its SHA-256 is not that of the file that was added".to_owned());
            }
        }
        Ok(())
    }
}

/// Copies the files of a model into a new folder, and lists them there.
fn copy_model(source: &Path, target: &Path) -> Result<()> {
    disk::make_folder(target)?;
    let mut files = BTreeMap::new();
    let mut folders = BTreeSet::from([target.to_owned()]);
    for entry in disk::files(source, Links::Within(source), false)? {
        // The list of a version that is copied on, of this registry or of another.
        if entry.name == FILES {
            continue;
        }
        let copy = target.join(&entry.name);
        for folder in copy.ancestors().skip(1).take_while(|folder| *folder != target) {
            folders.insert(folder.to_owned());
        }
        if let Some(folder) = copy.parent() {
            fs::create_dir_all(folder).map_err(|e| Error::io(folder, &e))?;
        }
        let (sha256, bytes) = disk::copy(&entry.path, &copy)?;
        files.insert(entry.name, Pinned { bytes, sha256 });
    }
    disk::write(&target.join(FILES), &json(&Files { format: FORMAT, files })?)?;
    folders.iter().rev().try_for_each(|folder| disk::sync_folder(folder))
}

/// Splits `NAME` or `NAME@VERSION`.
pub(super) fn split(reference: &str) -> Result<(&str, Option<&str>)> {
    let (name, version) = match reference.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (reference, None),
    };
    check_name("name", name)?;
    if let Some(version) = version {
        check_name("version", version)?;
    }
    Ok((name, version))
}

/// That a name or version is a plain name of a folder, on every system.
fn check_name(what: &str, name: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut rest = name.chars();
    let valid = rest.next().is_some_and(plain)
        && rest.all(|c| plain(c) || matches!(c, '.' | '_' | '-'))
        && !name.ends_with('.')
        && name.len() <= NAME_LIMIT
        && !reserved(name);
    if valid {
        return Ok(());
    }
    Err(Error::config(format!(
        "the {what} `{}` is not one that a model can have: expected up to {NAME_LIMIT} lower-case letters, digits, `.`, `_` and \
         `-`, such as `clinical-ner` or `1.2.0`, beginning with a letter or digit",
        shown(name)
    )))
}

/// Names that Windows keeps for devices.
fn reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    matches!(stem, "con" | "prn" | "aux" | "nul")
        || ["com", "lpt"].iter().any(|device| stem.strip_prefix(device).is_some_and(|n| n.len() == 1))
}

/// The folders in a folder that have plain names, sorted.
fn folders(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| Error::io(folder, &e))? {
        let entry = entry.map_err(|e| Error::io(folder, &e))?;
        if let Some(name) = entry.file_name().to_str()
            && check_name("name", name).is_ok()
            && entry.path().is_dir()
        {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Reads an index file: what it says, and the SHA-256 of its bytes.
fn read_index<T: DeserializeOwned>(path: &Path) -> Result<(T, String)> {
    let here = || directory::file(path);
    let meta = fs::symlink_metadata(path).map_err(|e| Error::io(path, &e))?;
    if !meta.is_file() {
        return Err(Error::model("is not a file").at(here()));
    }
    let bytes = directory::read(path, INDEX_LIMIT)?;
    let place = |e: &serde_json::Error| Location::LineColumn { line: e.line().max(1), column: e.column().max(1) };
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|e| Error::model("is damaged: it is not JSON").at(place(&e)).at(here()))?;
    match value.get("format").and_then(Value::as_u64) {
        Some(FORMAT) => {}
        Some(other) => {
            return Err(Error::model(format!("is of format {other}: this version reads format {FORMAT}")).at(here()));
        }
        None => return Err(Error::model("is damaged: it does not say its `format`").at(here())),
    }
    let read = serde_json::from_value(value)
        .map_err(|e| Error::model(format!("is damaged: {}", shown(&e.to_string()))).at(here()))?;
    Ok((read, disk::sha256(&bytes)))
}

fn json(index: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(index).map_err(|_| Error::internal("an index cannot be written"))
}

fn link(folder: &Path) -> Error {
    Error::model("is a link: expected the folder itself").at(directory::file(folder))
}

/// The start of something from a file or a caller that may be anything.
fn shown(text: &str) -> String {
    text.chars().take(120).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
