//! Reads calendar dates as clinicians write them.

use jiff::civil::Date;

use super::Span;

/// A date found in a text, as far as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DateMention {
    /// Where it is.
    pub span: Span,
    /// Year, if written (two-digit years are read as the nearest past century that gives a plausible clinical date).
    pub year: Option<i16>,
    /// Month, if written.
    pub month: Option<i8>,
    /// Day, if written.
    pub day: Option<i8>,
}

impl DateMention {
    /// The full date, where year, month and day were all written.
    pub fn date(&self) -> Option<Date> {
        Date::new(self.year?, self.month?, self.day?).ok()
    }
}

/// The dates of `text` in order: full, partial ("3/14", "March 2021"), ISO, in words.
pub fn dates(_text: &str) -> Vec<DateMention> {
    Vec::new()
}
