//! A piece of text that was found to be protected health information.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Category;
use crate::text::Span;

/// What a finding is within its category, where the law treats parts of a category differently.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// Nothing finer is known or needed.
    #[default]
    Whole,
    /// A street address, unit, post office box or coordinates.
    Street,
    /// A city or town.
    City,
    /// A county, precinct or neighbourhood.
    County,
    /// A ZIP or postal code.
    Zip,
    /// A full or partial birth date, by its cue.
    BirthDate,
}

/// A piece of text that was found to be protected health information: where, what, how sure, and by what.
///
/// It holds no text of the note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// Where it is, in UTF-8 bytes of the text that was searched.
    pub span: Span,
    /// What it is.
    pub category: Category,
    /// What it is within its category.
    #[serde(default)]
    pub kind: Kind,
    /// How sure, from 0 to 1.
    pub score: f32,
    /// The detector that was surest, such as `ssn.dashed`.
    pub detector: Cow<'static, str>,
    /// Every other detector that agreed, in the order of their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Cow<'static, str>>,
}

impl Finding {
    /// A finding of one detector.
    pub fn new(span: Span, category: Category, score: f32, detector: impl Into<Cow<'static, str>>) -> Self {
        Self { span, category, kind: Kind::Whole, score, detector: detector.into(), also: Vec::new() }
    }

    /// The same finding with its kind.
    #[must_use]
    pub fn with_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }
}
