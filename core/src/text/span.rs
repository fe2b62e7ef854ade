//! A half-open range of UTF-8 bytes.

use serde::{Deserialize, Serialize};

/// A half-open range of UTF-8 byte offsets into a text, always on character boundaries.
///
/// ```
/// use chartguard::text::Span;
/// let span = Span::new(3, 8);
/// assert_eq!(span.len(), 5);
/// assert_eq!(&"Mr. Osei"[span.range()], " Osei");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A span from `start` up to and without `end`.
    ///
    /// # Panics
    /// When `end` lies before `start`.
    pub fn new(start: usize, end: usize) -> Self {
        assert!(start <= end, "a span may not end before it starts");
        Self { start, end }
    }

    /// Number of bytes.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether it covers nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The span as a range, to index a `str`.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start..self.end
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share at least one byte.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The text under the span.
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }
}
