//! A piece of text that was found to be protected health information.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Category;
use super::place::Place;
use super::reason::{Reason, Rule, RuleKind, Rules};
use crate::text::Span;

/// What a finding is within its category, where the law treats parts of a category differently.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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

/// A piece of text that was found to be protected health information: where, what, how sure, by what and why.
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
    /// What that detector went by; [`reasons`](Self::reasons) tells it.
    #[serde(default)]
    rules: Rules,
    /// What may take its place where it stands.
    #[serde(skip)]
    place: Place,
    /// What other detectors found here and was merged into this finding, the surest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Reason>,
}

impl Finding {
    /// A finding of one detector.
    pub fn new(span: Span, category: Category, score: f32, detector: impl Into<Cow<'static, str>>) -> Self {
        Self {
            span,
            category,
            kind: Kind::Whole,
            score,
            detector: detector.into(),
            rules: Rules::default(),
            place: Place::default(),
            also: Vec::new(),
        }
    }

    /// The same finding with its kind.
    #[must_use]
    pub fn with_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// The same finding with something that its detector went by; of more than two the first two are kept.
    #[must_use]
    pub fn with_rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// A value of a typed field of a message, known for what it is by where it stands: `path` names the field.
    pub(crate) fn in_field(span: Span, category: Category, kind: Kind, place: Place, path: &str) -> Self {
        let mut finding = Self::new(span, category, 1.0, format!("field.{path}")).with_kind(kind);
        finding.place = place;
        finding.with_rule(Rule::new(RuleKind::Structure, "typed-field"))
    }

    /// The same in a text that has `by` bytes more before it.
    pub(crate) fn moved(mut self, by: usize) -> Self {
        let moved = |span: Span| Span::new(span.start + by, span.end + by);
        self.span = moved(self.span);
        self.also.iter_mut().for_each(|reason| reason.span = moved(reason.span));
        self
    }

    /// What may take its place where it stands.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// Why it was found: what its detector went by, then what was found here besides, the surest first. There is at least
    /// one reason, and none holds text of the note. Worked out when asked.
    ///
    /// ```
    /// let scrubber = chartguard::Scrubber::from_json(r#"{"model": "none"}"#)?;
    /// let findings = scrubber.find("MRN: 4471203. Seen by Dr. Achterberg.")?;
    /// let rules: Vec<String> = findings.iter().map(|f| f.reasons()[0].rule.to_string()).collect();
    /// assert_eq!(rules, ["cue:mrn", "title"]);
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    pub fn reasons(&self) -> Vec<Reason> {
        self.own_reasons(self.span).chain(self.also.iter().cloned()).collect()
    }

    /// Adds something that its detector went by.
    pub(super) fn add_rule(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// Whether a cue stood beside it.
    pub(super) fn is_cued(&self) -> bool {
        self.rules.any(|rule| matches!(rule.kind(), RuleKind::Cue | RuleKind::Column))
    }

    /// What its own detector says of `span`.
    pub(super) fn own_reasons(&self, span: Span) -> impl Iterator<Item = Reason> + '_ {
        self.rules.of(self.detector.clone()).map(move |rule| Reason {
            detector: self.detector.clone(),
            rule,
            score: self.score,
            category: self.category,
            span,
        })
    }
}
