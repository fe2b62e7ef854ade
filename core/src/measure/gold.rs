//! What is right about a note.

use std::collections::BTreeMap;

use crate::scrub::Category;
use crate::text::Span;

/// What is right about one note: its labelled spans, and regions that count neither way.
///
/// Spans are UTF-8 bytes of the note, on character boundaries.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Gold {
    /// Labelled spans. A label that is written in several pieces is several spans.
    pub spans: Vec<(Span, Category)>,
    /// Regions that are neither right nor wrong (titles, bare years). What is labelled too counts as labelled.
    pub ignored: Vec<Span>,
}

impl Gold {
    /// A labelled note.
    pub fn new(spans: Vec<(Span, Category)>, ignored: Vec<Span>) -> Self {
        Self { spans, ignored }
    }
}

/// A note with its labels.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Labelled {
    /// What errors call it.
    pub id: String,
    /// The note.
    pub text: String,
    /// What is right.
    pub gold: Gold,
    /// What the gold says of the note beside its labels, such as its kind: key to values. Figures can be had by them.
    pub facets: BTreeMap<String, Vec<String>>,
}

impl Labelled {
    /// A labelled note of which nothing else is said.
    pub fn new(id: impl Into<String>, text: impl Into<String>, gold: Gold) -> Self {
        Self { id: id.into(), text: text.into(), gold, facets: BTreeMap::new() }
    }
}

// Never the text itself.
impl std::fmt::Debug for Labelled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Labelled").field("id", &self.id).field("gold", &self.gold).finish_non_exhaustive()
    }
}
