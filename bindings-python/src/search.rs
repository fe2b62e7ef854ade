//! Search over documents.

#![allow(clippy::needless_pass_by_value, reason = "arguments are taken out of Python objects")]

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chartguard::search::{Chunking, SearchOptions, SentenceModel};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::error::{run, text};
use crate::infer::Embedder;

/// Documents that can be searched: answers are passages, ranked by words (BM25) and, with an embedder, by meaning (cosine).
///
/// Documents are cut where sections and sentences end. The index holds the words of what is added, in memory and in its file: over
/// original notes it holds protected health information. Add ``Scrubbed.text`` where it is to leave the place of the notes. It may be
/// shared between threads; searches run at the same time, a change waits for them.
///
/// Parameters
/// ----------
/// words : int, default 120
///     The most words of a passage, from 8 to 2000.
/// overlap : int, default 30
///     How many words a passage has in common with the one before it in its section, at most half of `words`.
/// keep_text : bool, default False
///     Keep the texts, so that passages have them.
/// embedder : Embedder, optional
///     Gives a vector of every passage and query; both ranks are fused. The index then works with this model alone.
///
/// Raises
/// ------
/// ConfigError
///     `words` or `overlap` is out of range.
///
/// Examples
/// --------
/// >>> import chartguard
/// >>> index = chartguard.SearchIndex()
/// >>> note = "SUBJECTIVE: Knee pain on stairs.\n\nPLAN: Continue gait training."
/// >>> index.add("note 1", note)
/// 2
/// >>> (passage,) = index.search("training of gait", k=1)
/// >>> passage.document, passage.section, note[passage.start:passage.end]
/// ('note 1', 'plan', 'PLAN: Continue gait training.')
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct SearchIndex(RwLock<chartguard::search::SearchIndex>);

impl SearchIndex {
    // A change that panicked has changed nothing that a search relies on: it is checked and cut before it is put in.
    fn read(&self) -> RwLockReadGuard<'_, chartguard::search::SearchIndex> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, chartguard::search::SearchIndex> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The model of an embedder, as an index takes it.
fn sentences(embedder: Option<&Py<Embedder>>) -> chartguard::Result<Option<Arc<dyn chartguard::search::Embedder>>> {
    let Some(embedder) = embedder else { return Ok(None) };
    Ok(Some(Arc::new(SentenceModel::new(embedder.get().0.clone())?)))
}

#[pymethods]
impl SearchIndex {
    #[new]
    #[pyo3(signature = (*, words=120, overlap=30, keep_text=false, embedder=None, **unknown))]
    #[pyo3(text_signature = "(*, words=120, overlap=30, keep_text=False, embedder=None)")]
    fn new(
        py: Python<'_>,
        words: usize,
        overlap: usize,
        keep_text: bool,
        embedder: Option<Py<Embedder>>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        crate::error::no_keywords(py, unknown, "SearchIndex")?;
        run(py, || {
            let options = SearchOptions::default().chunking(Chunking::new(words, overlap)?).keep_text(keep_text);
            Ok(Self(RwLock::new(match sentences(embedder.as_ref())? {
                Some(model) => chartguard::search::SearchIndex::with_embedder(options, model),
                None => chartguard::search::SearchIndex::new(options),
            })))
        })
    }

    /// Read an index that was saved.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    /// embedder : Embedder, optional
    ///     The one that the index was made with, where it was made with one.
    ///
    /// Returns
    /// -------
    /// SearchIndex
    ///
    /// Raises
    /// ------
    /// ModelError
    ///     It was made with another embedder, or without one.
    /// FileError, InputError
    ///     The file cannot be read, or is no index that this version reads.
    /// TamperedError
    ///     It was changed or cut off.
    #[staticmethod]
    #[pyo3(signature = (path, *, embedder=None, **unknown))]
    #[pyo3(text_signature = "(path, *, embedder=None)")]
    fn load(
        py: Python<'_>,
        path: PathBuf,
        embedder: Option<Py<Embedder>>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        crate::error::no_keywords(py, unknown, "SearchIndex.load")?;
        let index = run(py, || match sentences(embedder.as_ref())? {
            Some(model) => chartguard::search::SearchIndex::load_with(&path, model),
            None => chartguard::search::SearchIndex::load(&path),
        })?;
        Ok(Self(RwLock::new(index)))
    }

    /// Write the index to a file, in place of the one that is there; whoever reads finds the old one or the new one, whole.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    ///
    /// Raises
    /// ------
    /// FileError
    ///     It cannot be written; the file is then as it was.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        run(py, || self.read().save(&path))
    }

    /// Add a document.
    ///
    /// Parameters
    /// ----------
    /// id : str
    ///     Comes back with its passages.
    /// text : str
    ///
    /// Returns
    /// -------
    /// int
    ///     How many passages it has: 0 where it has no words.
    ///
    /// Raises
    /// ------
    /// InputError
    ///     A document of this id is there, or the id is empty or too long.
    fn add(&self, py: Python<'_>, id: &Bound<'_, PyString>, text: &Bound<'_, PyString>) -> PyResult<usize> {
        let (id, text) = (crate::error::text(id)?, crate::error::text(text)?);
        run(py, || self.write().add(id, text))
    }

    /// Put a document in place of the one of this id, if there is one.
    ///
    /// Parameters
    /// ----------
    /// id, text : str
    ///
    /// Returns
    /// -------
    /// int
    ///     How many passages it has.
    ///
    /// Raises
    /// ------
    /// InputError
    ///     The id is empty or too long.
    fn replace(&self, py: Python<'_>, id: &Bound<'_, PyString>, text: &Bound<'_, PyString>) -> PyResult<usize> {
        let (id, text) = (crate::error::text(id)?, crate::error::text(text)?);
        run(py, || self.write().replace(id, text))
    }

    /// Take a document out. Nothing of it is found or saved from then on.
    ///
    /// Parameters
    /// ----------
    /// id : str
    ///
    /// Returns
    /// -------
    /// bool
    ///     Whether it was there.
    fn delete(&self, py: Python<'_>, id: &Bound<'_, PyString>) -> PyResult<bool> {
        let id = text(id)?;
        run(py, || Ok(self.write().delete(id)))
    }

    /// The best passages for a query.
    ///
    /// Parameters
    /// ----------
    /// query : str
    /// k : int, default 10
    ///     How many at most.
    ///
    /// Returns
    /// -------
    /// list of Passage
    ///     Best first; none where the query has no words, and without an embedder where no passage has one of them.
    ///
    /// Raises
    /// ------
    /// InferenceError, InputError
    ///     The embedder failed.
    #[pyo3(signature = (query, k=10))]
    fn search(&self, py: Python<'_>, query: &Bound<'_, PyString>, k: usize) -> PyResult<Vec<Passage>> {
        let query = text(query)?;
        let found = run(py, || self.read().search(query, k))?;
        Ok(found.into_iter().map(Passage).collect())
    }

    /// The ids of all documents, in the order they came.
    fn ids(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        run(py, || Ok(self.read().ids().map(str::to_owned).collect()))
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        run(py, || Ok(self.read().len()))
    }

    fn __contains__(&self, py: Python<'_>, id: &Bound<'_, PyString>) -> PyResult<bool> {
        let id = text(id)?;
        run(py, || Ok(self.read().contains(id)))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<chartguard.SearchIndex {} documents>", self.__len__(py)?))
    }
}

/// An answer of a search: a piece of a document. Its `repr` shows neither the document's id nor its text.
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Passage(chartguard::search::Passage);

#[pymethods]
impl Passage {
    /// The id of the document.
    #[getter]
    fn document(&self) -> &str {
        &self.0.document
    }

    /// Where it starts, in code points of the text that was added.
    #[getter]
    fn start(&self) -> usize {
        self.0.code_points.start
    }

    /// One past its end, in code points.
    #[getter]
    fn end(&self) -> usize {
        self.0.code_points.end
    }

    /// The section it is in, such as "plan".
    #[getter]
    fn section(&self) -> &'static str {
        self.0.section.as_str()
    }

    /// The sum of 1 / (60 + rank) by words and by meaning: for the order of the answers to one query, not to compare queries.
    #[getter]
    fn score(&self) -> f64 {
        self.0.score
    }

    /// Its rank by words, from 1; None where it is not among the first.
    #[getter]
    fn rank(&self) -> Option<usize> {
        self.0.words.map(|place| place.rank)
    }

    /// What it was ranked by: BM25.
    #[getter]
    fn bm25(&self) -> Option<f64> {
        self.0.words.map(|place| place.score)
    }

    /// Its rank by meaning, from 1; None where it is not among the first, or the index has no embedder.
    #[getter]
    fn vector_rank(&self) -> Option<usize> {
        self.0.vectors.map(|place| place.rank)
    }

    /// What it was ranked by in that: the cosine with the query, from -1 to 1.
    #[getter]
    fn cosine(&self) -> Option<f64> {
        self.0.vectors.map(|place| place.score)
    }

    /// Its text, where the index keeps texts.
    #[getter]
    fn text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }

    fn __repr__(&self) -> String {
        let (start, end, section) = (self.start(), self.end(), self.section());
        format!("<chartguard.Passage {section} {start}..{end} {:.4}>", self.0.score)
    }
}
