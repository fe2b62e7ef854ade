//! Splits a note into sections by the headings clinicians use.

use serde::{Deserialize, Serialize};

use super::Span;

/// What a heading stands for, whatever words the clinician used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SectionKind {
    /// Text before the first heading, or a note without headings.
    Preamble,
    /// A heading that none of the others describes.
    Other,
}

/// One section of a note: its heading, if it has one, and its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Section {
    /// What the heading stands for.
    pub kind: SectionKind,
    /// The words of the heading, without a colon; `None` for the preamble.
    pub heading: Option<Span>,
    /// The text under the heading, up to the next heading.
    pub body: Span,
}

/// The sections of `text` in order; together they cover every byte that is not heading or white space.
pub fn sections(text: &str) -> Vec<Section> {
    vec![Section { kind: SectionKind::Preamble, heading: None, body: Span::new(0, text.len()) }]
}
