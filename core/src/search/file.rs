//! The file of an index: written beside and moved into place, and read with every claim it makes checked.
//!
//! ```text
//! "CGSEARCH"   8 bytes
//! version      u32, 1
//! length       u64, of what follows the checksum
//! checksum     32 bytes: SHA-256 of what follows
//! head length  u64
//! head         JSON: options, model, terms, documents, and for each passage its terms
//! vectors      f32, one vector after the other
//! ```
//!
//! Numbers are little-endian. Postings are not stored; they are made again of the terms of each passage.

use std::borrow::Cow;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::bm25::Counts;
use super::vectors::Vectors;
use super::{Chunking, Document, Embedder, Entry, ModelIdentity, SearchIndex, SearchOptions, checked_id, same_model};
use crate::error::{Error, ErrorCode, Location, Result};
use crate::text::{SectionKind, Span};

const MAGIC: &[u8; 8] = b"CGSEARCH";
const VERSION: u32 = 1;
/// Magic, version, length, checksum.
const PREFIX: usize = 8 + 4 + 8 + 32;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head<'a> {
    #[serde(borrow)]
    tenant: Option<Cow<'a, str>>,
    chunking: Chunking,
    keep_text: bool,
    model: Option<ModelIdentity>,
    dimensions: usize,
    /// Sorted, each once.
    #[serde(borrow)]
    terms: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    documents: Vec<StoredDocument<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredDocument<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    passages: Vec<StoredPassage>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredPassage {
    start: usize,
    end: usize,
    /// The same in code points.
    code_points: (usize, usize),
    section: SectionKind,
    /// Number of the term, and how often it stands there; ascending.
    terms: Counts,
}

impl SearchIndex {
    /// Writes the index to a file, in place of the one that is there. Whoever reads, also after a crash, finds the old one or the new
    /// one, whole: it is written beside, flushed to the disk and moved into place. A process that is killed meanwhile may leave
    /// `NAME.*.partial` behind. Of two processes that save to one file, the last wins.
    ///
    /// # Errors
    /// When it cannot be written; the file is then as it was.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        write(path, &self.encode()?).map_err(|error| Error::io(path, &error))
    }

    /// Reads an index that ranks by words alone.
    ///
    /// # Errors
    /// When the file cannot be read, is no index or one of another version, was changed or cut off, or was made with a model,
    /// which it names: hand that to [`load_with`](Self::load_with).
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        Self::read(path.as_ref(), None, None)
    }

    /// Reads an index with vectors of the model `embedder`.
    ///
    /// # Errors
    /// As [`load`](Self::load), and when the index was made with another model or without one.
    pub fn load_with(path: impl AsRef<Path>, embedder: Arc<dyn Embedder>) -> Result<Self> {
        Self::read(path.as_ref(), Some(embedder), None)
    }

    pub(super) fn read(path: &Path, embedder: Option<Arc<dyn Embedder>>, tenant: Option<&str>) -> Result<Self> {
        let read = || {
            // A pipe or a device has no end.
            if !fs::metadata(path)?.is_file() {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
            }
            fs::read(path)
        };
        let bytes = read().map_err(|error| Error::io(path, &error))?;
        Self::decode(&bytes, embedder, tenant).map_err(|error| error.at(Location::File(path.display().to_string())))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        let (terms, mut by_passage) = self.words.by_passage();
        let live = || self.documents.iter().flatten();
        let mut documents = Vec::with_capacity(self.len());
        for document in live() {
            let passages = document.passages.clone().map(|passage| {
                let Entry { span, code_points, section, .. } = self.passages[passage];
                let terms = std::mem::take(&mut by_passage[passage]);
                let code_points = (code_points.start, code_points.end);
                StoredPassage { start: span.start, end: span.end, code_points, section, terms }
            });
            documents.push(StoredDocument {
                passages: passages.collect(),
                id: Cow::Borrowed(document.id.as_str()),
                text: document.text.as_deref().map(Cow::Borrowed),
            });
        }
        let head = Head {
            tenant: self.tenant.as_deref().map(Cow::Borrowed),
            chunking: self.options.chunking,
            keep_text: self.options.keep_text,
            model: self.model().cloned(),
            dimensions: self.vectors.dimensions,
            documents,
            terms: terms.into_iter().map(Cow::Borrowed).collect(),
        };
        let head = serde_json::to_vec(&head).map_err(|_| Error::internal("an index could not be written as JSON"))?;
        let mut bytes = vec![0; PREFIX];
        bytes.extend((head.len() as u64).to_le_bytes());
        bytes.extend(head);
        let dimensions = self.vectors.dimensions;
        for document in live() {
            let range = document.passages.start * dimensions..document.passages.end * dimensions;
            bytes.extend(self.vectors.values[range].iter().flat_map(|value| value.to_le_bytes()));
        }
        let (length, checksum) = ((bytes.len() - PREFIX) as u64, Sha256::digest(&bytes[PREFIX..]));
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..20].copy_from_slice(&length.to_le_bytes());
        bytes[20..PREFIX].copy_from_slice(&checksum);
        Ok(bytes)
    }

    pub(super) fn decode(bytes: &[u8], embedder: Option<Arc<dyn Embedder>>, tenant: Option<&str>) -> Result<Self> {
        let body = checked_body(bytes)?;
        // The checksum is right, so this is a mistake of another writer: what it holds is not repeated.
        let wrong = |what: &str| Error::tampered(format!("the index does not hold together: {what}"));
        let (head, vectors) = split_head(body).ok_or_else(|| wrong("its head is longer than the file"))?;
        let head: Head<'_> = serde_json::from_slice(head).map_err(|_| wrong("its head does not parse"))?;

        if head.tenant.as_deref() != tenant {
            return Err(Error::new(
                ErrorCode::Access,
                match &head.tenant {
                    Some(_) => "the index belongs to another tenant",
                    None => "the index belongs to no tenant",
                },
            ));
        }
        let chunking = Chunking::new(head.chunking.words, head.chunking.overlap)?;
        let options = SearchOptions { chunking, keep_text: head.keep_text };
        let mut index = match (&head.model, embedder) {
            (None, None) => Self::new(options),
            (Some(made_with), Some(embedder)) => {
                same_model(made_with, &embedder.identity())?;
                Self::with_embedder(options, embedder)
            }
            (Some(made_with), None) => {
                return Err(Error::model(format!(
                    "the index was made with the model {made_with}: it has to be loaded with it"
                )));
            }
            (None, Some(_)) => {
                return Err(Error::model("the index was made without a model: load it without, or make it anew"));
            }
        };
        index.tenant = head.tenant.as_deref().map(str::to_owned);

        let sorted = head.terms.windows(2).all(|pair| pair[0] < pair[1]);
        if !sorted {
            return Err(wrong("its terms are not sorted"));
        }
        for document in head.documents {
            let id = checked_id(document.id.into_owned()).map_err(|_| wrong("the id of a document"))?;
            if index.contains(&id) {
                return Err(wrong("two documents have one id"));
            }
            if document.text.is_some() != options.keep_text {
                return Err(wrong("the texts of documents"));
            }
            let (place, first) = (index.documents.len(), index.passages.len());
            for passage in &document.passages {
                let has = |text: &Cow<'_, str>| text.get(passage.start..passage.end).is_some();
                let (from, to) = passage.code_points;
                if passage.start > passage.end || from > to || document.text.as_ref().is_some_and(|text| !has(text)) {
                    return Err(wrong("the span of a passage"));
                }
                let ascending = passage.terms.windows(2).all(|pair| pair[0].0 < pair[1].0);
                let known = |(number, count): &(u32, u32)| *count > 0 && (*number as usize) < head.terms.len();
                if !ascending || !passage.terms.iter().all(known) {
                    return Err(wrong("the terms of a passage"));
                }
                index
                    .words
                    .push(passage.terms.iter().map(|(number, count)| (head.terms[*number as usize].as_ref(), *count)));
                let span = Span::new(passage.start, passage.end);
                index.passages.push(Entry {
                    document: place as u32,
                    span,
                    code_points: Span::new(from, to),
                    section: passage.section,
                });
            }
            let text = document.text.map(Cow::into_owned);
            index.ids.insert(id.clone(), place);
            index.documents.push(Some(Document { id, text, passages: first..index.passages.len() }));
        }
        index.vectors = read_vectors(vectors, head.dimensions, index.passages.len(), head.model.is_some())
            .ok_or_else(|| wrong("its vectors"))?;
        Ok(index)
    }
}

/// What follows the checksum, if the checksum is that of it.
fn checked_body(bytes: &[u8]) -> Result<&[u8]> {
    let number = |range: std::ops::Range<usize>| bytes.get(range)?.try_into().ok();
    if bytes.get(..MAGIC.len()) != Some(MAGIC) {
        return Err(Error::input("not a search index"));
    }
    let cut = || Error::tampered("the search index was cut off");
    let version = (bytes.get(8..12)).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes).ok_or_else(cut)?;
    if version != VERSION {
        return Err(Error::input(format!("a search index of version {version}: expected version {VERSION}")));
    }
    let length = number(12..20).map(u64::from_le_bytes).ok_or_else(cut)?;
    let body = bytes.get(PREFIX..).ok_or_else(cut)?;
    match (body.len() as u64).cmp(&length) {
        std::cmp::Ordering::Less => return Err(cut()),
        std::cmp::Ordering::Greater => return Err(Error::tampered("something was added to the search index")),
        std::cmp::Ordering::Equal => {}
    }
    if Sha256::digest(body)[..] != bytes[20..PREFIX] {
        return Err(Error::tampered("the search index was changed: its checksum is another"));
    }
    Ok(body)
}

fn split_head(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = body.split_at_checked(8)?;
    let length = usize::try_from(u64::from_le_bytes(length.try_into().ok()?)).ok()?;
    rest.split_at_checked(length)
}

/// One vector of length one for each passage, or none at all without a model.
fn read_vectors(bytes: &[u8], dimensions: usize, passages: usize, has_model: bool) -> Option<Vectors> {
    if bytes.len() != passages.checked_mul(dimensions)?.checked_mul(4)? || has_model != (dimensions > 0) && passages > 0
    {
        return None;
    }
    let values = bytes.chunks_exact(4).map(|value| f32::from_le_bytes([value[0], value[1], value[2], value[3]]));
    Vectors::from_values(dimensions, values.collect())
}

/// Writes beside the file, flushes, and moves into place.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (partial, mut file) = beside(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&partial, path));
    drop(file);
    if let Err(error) = written {
        // What is half written is of no use, and may hold what notes say.
        let _ = fs::remove_file(&partial);
        return Err(error);
    }
    // The name has to survive a crash too.
    #[cfg(unix)]
    File::open(path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

/// A new file in the same folder that only its owner can read.
fn beside(path: &Path) -> io::Result<(PathBuf, File)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    loop {
        let mut partial = name.to_owned();
        partial.push(format!(".{}-{}.partial", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        let partial = path.with_file_name(partial);
        match options.open(&partial) {
            // Left behind by a process that was killed and had our number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (partial, file)),
        }
    }
}
