//! Splits text into sentences, list items and table rows.

use super::Span;

/// The sentences of `text` in order, trimmed of white space.
pub fn sentences(text: &str) -> Vec<Span> {
    vec![Span::new(0, text.len())]
}
