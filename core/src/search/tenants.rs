//! Indexes that cannot see each other: one directory a tenant, and in each index whose it is.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Chunking, Embedder, SearchIndex, SearchOptions};
use crate::error::{Error, ErrorCode, Location, Result};

/// What the directory of a tenant is called before its name, so that no name means something to a file system.
const PREFIX: &str = "tenant-";
const FILE: &str = "index";
const MAX_NAME: usize = 64;

/// The indexes of tenants, each in a directory of its own below one root.
///
/// An index knows its tenant from the start and is saved nowhere but there. One that was copied or linked into the directory of another
/// tenant is refused. What keeps tenants apart is which names your program passes here: whoever may choose the name sees that tenant.
///
/// ```
/// use chartguard::search::{SearchOptions, Tenants};
/// # let root = std::env::temp_dir().join(format!("chartguard-tenants-{}", std::process::id()));
/// let tenants = Tenants::new(&root);
/// let mut index = tenants.create("north-clinic", SearchOptions::default())?;
/// index.add("note 1", "Knee pain on stairs.")?;
/// tenants.save(&index)?;
/// assert_eq!(tenants.load("north-clinic")?.search("stairs", 1)?[0].document, "note 1");
/// # std::fs::remove_dir_all(root).unwrap();
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Tenants {
    root: PathBuf,
    embedder: Option<Arc<dyn Embedder>>,
}

impl std::fmt::Debug for Tenants {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tenants").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Tenants {
    /// The tenants below `root`, which is made when the first index is saved; ranks by words alone.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), embedder: None }
    }

    /// The same with vectors of a model, in every index.
    #[must_use]
    pub fn with_embedder(mut self, embedder: Arc<dyn Embedder>) -> Self {
        self.embedder = Some(embedder);
        self
    }

    /// A new, empty index of a tenant that has none. A name is 1 to 64 of `a` to `z`, digits, `-` and `_`, and starts with a letter or
    /// digit. Nothing is written before [`save`](Self::save).
    ///
    /// # Errors
    /// When the name is another, or the tenant has an index.
    pub fn create(&self, name: &str, options: SearchOptions) -> Result<SearchIndex> {
        let file = self.file(name)?;
        if file.try_exists().map_err(|error| Error::io(&file, &error))? {
            return Err(Error::config("the tenant has an index").at(Location::File(file.display().to_string())));
        }
        let mut index = match &self.embedder {
            Some(embedder) => SearchIndex::with_embedder(options, Arc::clone(embedder)),
            None => SearchIndex::new(options),
        };
        index.tenant = Some(name.to_owned());
        Ok(index)
    }

    /// The index of a tenant, or a new, empty one as [`create`](Self::create) makes it where there is none. `options` are those of a new
    /// index, and hold for one that is there: without them that keeps its own, and a new one has the usual ones.
    ///
    /// # Errors
    /// As [`create`](Self::create) and [`load`](Self::load), and when the index that is there has other options.
    pub fn open(&self, name: &str, options: Option<SearchOptions>) -> Result<SearchIndex> {
        let file = self.file(name)?;
        if !file.try_exists().map_err(|error| Error::io(&file, &error))? {
            return self.create(name, options.unwrap_or_default());
        }
        let index = self.load(name)?;
        match options {
            Some(options) if options != index.options() => {
                let Chunking { words, overlap } = index.options().chunking;
                let texts = if index.options().keep_text { "keeps texts" } else { "does not keep texts" };
                Err(Error::config(format!(
                    "the index has passages of {words} words with {overlap} in common, and {texts}"
                ))
                .at(Location::File(file.display().to_string())))
            }
            _ => Ok(index),
        }
    }

    /// The index of a tenant.
    ///
    /// # Errors
    /// As [`SearchIndex::load`]; when the name is no name; and, as an access error, when what lies there is the index of another tenant.
    pub fn load(&self, name: &str) -> Result<SearchIndex> {
        SearchIndex::read(&self.file(name)?, self.embedder.clone(), Some(name))
    }

    /// Writes an index where its tenant's belongs.
    ///
    /// # Errors
    /// When it is no index of a tenant, or cannot be written.
    pub fn save(&self, index: &SearchIndex) -> Result<()> {
        let Some(name) = &index.tenant else {
            return Err(Error::config("the index belongs to no tenant: make it with `Tenants::create`"));
        };
        let file = self.file(name)?;
        let folder = file.parent().unwrap_or(&self.root);
        make_private(folder).map_err(|error| Error::io(folder, &error))?;
        // Once more: what was not there when the name was looked at may have become a link.
        index.save(self.file(name)?)
    }

    /// Deletes the index of a tenant; says whether there was one.
    ///
    /// # Errors
    /// When the name is no name, or the file cannot be deleted.
    pub fn remove(&self, name: &str) -> Result<bool> {
        let file = self.file(name)?;
        match fs::remove_file(&file) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::io(&file, &error)),
        }
    }

    /// Where the index of a tenant lies: nothing on the way there, from the root on, is a link.
    fn file(&self, name: &str) -> Result<PathBuf> {
        let folder = self.root.join(format!("{PREFIX}{}", checked_name(name)?));
        let file = folder.join(FILE);
        for path in [&folder, &file] {
            match fs::symlink_metadata(path) {
                Ok(found) if found.is_symlink() => {
                    let at = Location::File(path.display().to_string());
                    return Err(Error::new(ErrorCode::Access, "a link, which may lead to another tenant").at(at));
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::io(path, &error)),
                _ => {}
            }
        }
        Ok(file)
    }
}

/// Lower case only, since some file systems take `A` for `a`; no dot and no separator, so that no name leads elsewhere.
fn checked_name(name: &str) -> Result<&str> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let starts = name.bytes().next().is_some_and(plain);
    if starts && name.len() <= MAX_NAME && name.bytes().all(|byte| plain(byte) || matches!(byte, b'-' | b'_')) {
        return Ok(name);
    }
    Err(Error::config(
        "a tenant's name is 1 to 64 of `a` to `z`, digits, `-` and `_`, and starts with a letter or digit",
    ))
}

/// A folder that only its owner can read.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
