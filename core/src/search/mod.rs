//! Search over documents: passages by their words (BM25) and, with a model, by their meaning (cosine), both ranks fused.
//!
//! Documents are cut into passages that follow sections and sentences ([`Chunking`]). An answer is a [`Passage`]: which
//! document, which bytes, which section, its score and its rank in each list. An index works without a model; with an
//! [`Embedder`], such as a [`SentenceModel`], it keeps one vector a passage as well, and refuses to be used with another model than
//! it was made with.
//! [`Tenants`] keeps indexes apart from each other, one directory each.
//!
//! ```
//! use chartguard::search::{SearchIndex, SearchOptions};
//!
//! let mut index = SearchIndex::new(SearchOptions::default());
//! index.add("note 1", "SUBJECTIVE: Knee pain on stairs.\n\nPLAN: Continue gait training.\n")?;
//! index.add("note 2", "PLAN: Discharge to home program.\n")?;
//! let found = index.search("pain with stairs", 5)?;
//! assert_eq!((found[0].document.as_str(), found[0].section.as_str()), ("note 1", "subjective"));
//! # Ok::<(), chartguard::Error>(())
//! ```
//!
//! # What an index holds
//!
//! The words of what is added, in memory and in the file, also where whole texts are not kept
//! ([`SearchOptions::keep_text`]), and vectors, from which much of a text can be guessed. **An index over original notes holds
//! protected health information and belongs where the notes are.** Add scrubbed text ([`Scrubbed::text`](crate::Scrubbed)) where an
//! index is to leave that place; spans point into whichever text was added. A file is made readable for its owner alone, but it is
//! not encrypted, and its checksum shows damage, not a forger.
//!
//! # Ranks
//!
//! Each list gives its best passages, at least 100; a passage's score is the sum of 1/(60 + rank) over the lists it is in (G. Cormack,
//! C. Clarke, S. Büttcher, "Reciprocal Rank Fusion", 2009). Cosines are exact: every passage is looked at. Passages of one score are
//! in the order of their documents' ids and of the text, so that answers do not depend on the order in which documents came.

mod bm25;
mod chunk;
mod file;
#[cfg(feature = "onnx")]
mod model;
mod options;
mod tenants;
mod terms;
mod vectors;

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::text::{Offsets, SectionKind, Span};

pub use chunk::Chunking;
#[cfg(feature = "onnx")]
pub use model::SentenceModel;
pub use options::SearchOptions;
pub use tenants::Tenants;
pub use vectors::{Embedder, ModelIdentity};

use bm25::Words;
use chunk::Chunk;
use terms::Terms;
use vectors::Vectors;

/// How slowly the share of a passage falls with its rank.
const FUSION: f64 = 60.0;
/// How many passages each list gives at least.
const DEPTH: usize = 100;
/// The longest id of a document, in bytes.
const MAX_ID: usize = 1024;

/// Where a passage stands in one of the two lists.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ListRank {
    /// Its rank, from 1.
    pub rank: usize,
    /// What it was ranked by: BM25, above 0, or the cosine, from -1 to 1.
    pub score: f64,
}

/// An answer: a piece of a document.
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Passage {
    /// The id of the document.
    pub document: String,
    /// Where it stands, in bytes of the text that was added.
    #[serde(flatten)]
    pub span: Span,
    /// The same in code points, by which Python slices.
    pub code_points: Span,
    /// The section it is in.
    pub section: SectionKind,
    /// The sum of 1/(60 + rank) over both lists: for the order of the answers to one query, not to compare queries.
    pub score: f64,
    /// Its place by words (BM25); `None` where it is not among the first.
    pub words: Option<ListRank>,
    /// Its place by meaning (cosine); `None` where it is not among the first, or there is no model.
    pub vectors: Option<ListRank>,
    /// Its text, where the index keeps texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

// Neither the text nor the id, which can be a number of the patient's.
impl fmt::Debug for Passage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passage")
            .field("span", &self.span)
            .field("section", &self.section)
            .field("score", &self.score)
            .finish_non_exhaustive()
    }
}

/// A document of the index; its passages are neighbours.
struct Document {
    id: String,
    text: Option<String>,
    passages: Range<usize>,
}

/// Where a passage stands.
#[derive(Clone, Copy)]
struct Entry {
    document: u32,
    span: Span,
    code_points: Span,
    section: SectionKind,
}

/// What is to be added: cut, and with its vectors.
struct Prepared {
    passages: Vec<(Chunk, BTreeMap<String, u32>)>,
    vectors: Vec<Vec<f32>>,
}

/// Documents that can be searched. Many threads may search at once; a change needs the index for itself.
pub struct SearchIndex {
    options: SearchOptions,
    tenant: Option<String>,
    embedder: Option<(Arc<dyn Embedder>, ModelIdentity)>,
    terms: Terms,
    ids: HashMap<String, usize>,
    /// In the order they came; `None` where one was deleted since the index was last packed.
    documents: Vec<Option<Document>>,
    /// Those of deleted documents too, until the index is packed.
    passages: Vec<Entry>,
    words: Words,
    vectors: Vectors,
}

// Never a text, a term or an id.
impl fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchIndex")
            .field("documents", &self.len())
            .field("passages", &self.words.live())
            .field("model", &self.model())
            .finish_non_exhaustive()
    }
}

impl SearchIndex {
    /// An empty index that ranks by words alone.
    pub fn new(options: SearchOptions) -> Self {
        Self {
            options,
            tenant: None,
            embedder: None,
            terms: Terms::new(),
            ids: HashMap::new(),
            documents: Vec::new(),
            passages: Vec::new(),
            words: Words::default(),
            vectors: Vectors::default(),
        }
    }

    /// An empty index that ranks by words and by the vectors of `embedder`.
    pub fn with_embedder(options: SearchOptions, embedder: Arc<dyn Embedder>) -> Self {
        let identity = embedder.identity();
        Self { embedder: Some((embedder, identity)), ..Self::new(options) }
    }

    /// What it keeps, and how it cuts documents.
    pub fn options(&self) -> SearchOptions {
        self.options
    }

    /// The model that its vectors are made with, if any.
    pub fn model(&self) -> Option<&ModelIdentity> {
        self.embedder.as_ref().map(|(_, identity)| identity)
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether there is a document of this id.
    pub fn contains(&self, id: &str) -> bool {
        self.ids.contains_key(id)
    }

    /// The ids of all documents, in the order they came.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.documents.iter().flatten().map(|document| document.id.as_str())
    }

    /// Adds a document and returns how many passages it has: none where it has no words.
    ///
    /// # Errors
    /// When a document of this id is there already, the id is empty or longer than 1,024 bytes, the embedder fails or has become another
    /// model. The index is then as it was.
    pub fn add(&mut self, id: impl Into<String>, text: &str) -> Result<usize> {
        let id = checked_id(id.into())?;
        if self.contains(&id) {
            return Err(Error::input("a document of this id is in the index: delete or replace it"));
        }
        let prepared = self.prepare(text)?;
        Ok(self.insert(id, text, &prepared))
    }

    /// Puts a document in place of the one of this id, if there is one, and returns how many passages it has.
    ///
    /// # Errors
    /// As [`add`](Self::add), but that the id may be there. The document that was there then still is.
    pub fn replace(&mut self, id: impl Into<String>, text: &str) -> Result<usize> {
        let id = checked_id(id.into())?;
        let prepared = self.prepare(text)?;
        self.delete(&id);
        Ok(self.insert(id, text, &prepared))
    }

    /// Takes a document out; says whether it was there. Nothing of it is found or saved from then on.
    pub fn delete(&mut self, id: &str) -> bool {
        let Some(document) = self.ids.remove(id).and_then(|at| self.documents[at].take()) else { return false };
        for passage in document.passages {
            self.words.remove(passage);
        }
        // Its terms and vectors stay in memory until the dead outnumber the living, so that deleting costs little.
        if self.passages.len() > 2 * self.words.live() {
            self.pack();
        }
        true
    }

    /// The `k` best passages for `query`, best first; none where the query has no words.
    ///
    /// # Errors
    /// When the embedder fails, or has become another model than the index was made with. An error holds nothing of the query.
    pub fn search(&self, query: &str, k: usize) -> Result<Vec<Passage>> {
        let terms = self.terms.of(query);
        if k == 0 || terms.is_empty() || self.words.live() == 0 {
            return Ok(Vec::new());
        }
        let depth = k.max(DEPTH);
        let by_words = self.best(self.words.scores(&terms), depth);
        let by_vectors = match self.embed(&[query])?.first() {
            Some(query) => {
                let cosines = (0u32..).zip(self.vectors.cosines(query));
                self.best(cosines.filter(|(passage, _)| self.words.is_live(*passage as usize)).collect(), depth)
            }
            None => Vec::new(),
        };
        let mut places: BTreeMap<u32, [Option<ListRank>; 2]> = BTreeMap::new();
        for (list, ranked) in [by_words, by_vectors].into_iter().enumerate() {
            for (at, (passage, score)) in ranked.into_iter().enumerate() {
                places.entry(passage).or_default()[list] = Some(ListRank { rank: at + 1, score });
            }
        }
        let share = |place: &ListRank| 1.0 / (FUSION + place.rank as f64);
        let fused = places.iter().map(|(passage, lists)| (*passage, lists.iter().flatten().map(share).sum()));
        let best = self.best(fused.collect(), k);
        Ok(best.into_iter().filter_map(|(passage, score)| self.answer(passage, score, places[&passage])).collect())
    }

    fn answer(&self, passage: u32, score: f64, [words, vectors]: [Option<ListRank>; 2]) -> Option<Passage> {
        let entry = self.passages[passage as usize];
        let document = self.documents[entry.document as usize].as_ref()?;
        let text = document.text.as_deref().and_then(|text| text.get(entry.span.range())).map(str::to_owned);
        let Entry { span, code_points, section, .. } = entry;
        Some(Passage { document: document.id.clone(), span, code_points, section, score, words, vectors, text })
    }

    /// The `count` best of some passages, best first.
    fn best(&self, mut scored: Vec<(u32, f64)>, count: usize) -> Vec<(u32, f64)> {
        let order = |a: &(u32, f64), b: &(u32, f64)| b.1.total_cmp(&a.1).then_with(|| self.text_order(a.0, b.0));
        if scored.len() > count {
            scored.select_nth_unstable_by(count, order);
            scored.truncate(count);
        }
        scored.sort_unstable_by(order);
        scored
    }

    /// The order of ids, and within a document of its text.
    fn text_order(&self, a: u32, b: u32) -> Ordering {
        let id = |passage: u32| {
            let document = self.passages[passage as usize].document as usize;
            self.documents[document].as_ref().map(|document| document.id.as_str())
        };
        id(a).cmp(&id(b)).then(a.cmp(&b))
    }

    /// The vectors of some texts, by the model that the index was made with; none without a model.
    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        match &self.embedder {
            None => Ok(Vec::new()),
            Some(_) if texts.is_empty() => Ok(Vec::new()),
            Some((embedder, made_with)) => {
                same_model(made_with, &embedder.identity())?;
                self.vectors.embed(embedder.as_ref(), texts)
            }
        }
    }

    fn prepare(&self, text: &str) -> Result<Prepared> {
        let chunks = chunk::chunks(text, self.options.chunking);
        if u32::try_from(self.passages.len() + chunks.len()).is_err()
            || u32::try_from(self.documents.len() + 1).is_err()
        {
            return Err(Error::input("an index holds at most 4,294,967,295 passages and documents"));
        }
        let texts: Vec<&str> = chunks.iter().map(|chunk| chunk.span.of(text)).collect();
        let vectors = self.embed(&texts)?;
        let passages = chunks.iter().zip(texts).map(|(chunk, text)| {
            let mut counts = BTreeMap::new();
            for term in self.terms.of(text) {
                *counts.entry(term).or_default() += 1;
            }
            (*chunk, counts)
        });
        Ok(Prepared { passages: passages.collect(), vectors })
    }

    fn insert(&mut self, id: String, text: &str, prepared: &Prepared) -> usize {
        let document = self.documents.len();
        let first = self.passages.len();
        let offsets = Offsets::new(text);
        for (Chunk { span, section }, terms) in &prepared.passages {
            self.words.push(terms.iter().map(|(term, count)| (term.as_str(), *count)));
            let code_points = Span::new(offsets.code_point(span.start), offsets.code_point(span.end));
            self.passages.push(Entry { document: document as u32, span: *span, code_points, section: *section });
        }
        self.vectors.extend(&prepared.vectors);
        self.ids.insert(id.clone(), document);
        let text = self.options.keep_text.then(|| text.to_owned());
        self.documents.push(Some(Document { id, text, passages: first..self.passages.len() }));
        prepared.passages.len()
    }

    /// Drops for good what was deleted.
    fn pack(&mut self) {
        let words = &self.words;
        self.vectors.pack(|passage| words.is_live(passage));
        let mut passages = Vec::with_capacity(words.live());
        let mut documents: Vec<Option<Document>> = Vec::with_capacity(self.ids.len());
        for mut document in self.documents.drain(..).flatten() {
            let first = passages.len();
            let place = documents.len() as u32;
            passages.extend(self.passages[document.passages].iter().map(|entry| Entry { document: place, ..*entry }));
            document.passages = first..passages.len();
            self.ids.insert(document.id.clone(), documents.len());
            documents.push(Some(document));
        }
        (self.documents, self.passages) = (documents, passages);
        self.words.pack();
    }
}

fn checked_id(id: String) -> Result<String> {
    match id.len() {
        1..=MAX_ID => Ok(id),
        bytes => Err(Error::input(format!("a document's id of {bytes} bytes: expected from 1 to {MAX_ID}"))),
    }
}

/// Vectors of two models say nothing about each other.
fn same_model(made_with: &ModelIdentity, given: &ModelIdentity) -> Result<()> {
    if made_with == given {
        return Ok(());
    }
    Err(Error::model(format!(
        "the index was made with the model {made_with}, not with {given}: make it anew, or use that model"
    )))
}
