//! A rubric file as it is written: closed types, in which an unknown key is an error.

use serde::Deserialize;
use std::collections::BTreeMap;

use super::check::Check;
use super::{Citation, Discipline, DocType, Scope, Severity};

/// A rubric file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RubricFile {
    /// The rubric's id.
    pub(crate) rubric: String,
    /// Its version, as `MAJOR.MINOR.PATCH`.
    pub(crate) version: String,
    /// What it is, in a few words.
    pub(crate) title: String,
    /// Where its rules come from and what a reader must know before relying on them.
    #[serde(default)]
    pub(crate) source: String,
    /// Named lists of words and phrases that the checks refer to.
    #[serde(default)]
    pub(crate) terms: BTreeMap<String, Vec<String>>,
    /// What is judged.
    pub(crate) criteria: Vec<Criterion>,
}

/// One criterion of a rubric.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Criterion {
    /// Stable id.
    pub id: String,
    /// What it asks for, in a few words.
    pub title: String,
    /// Points it gives when met; negative where meeting it is a fault.
    pub points: f64,
    /// How much it weighs when it is not met.
    pub severity: Severity,
    /// Tags by which scores can be grouped.
    #[serde(default)]
    pub axes: Vec<String>,
    /// Which documents it concerns; all, where nothing is said.
    #[serde(default)]
    pub applies_to: AppliesTo,
    /// What must be at hand to judge it.
    #[serde(default = "note_scope")]
    pub scope: Scope,
    /// The rule behind it.
    pub citation: Citation,
    /// What is wrong when it is not met.
    pub message: String,
    /// What to write instead.
    #[serde(default)]
    pub advice: String,
    /// It concerns only notes of which this holds.
    #[serde(default)]
    pub(crate) applies_when: Option<Check>,
    /// It can be judged only in notes of which this holds.
    #[serde(default)]
    pub(crate) assessable_when: Option<Check>,
    /// What must hold for it to be met.
    #[serde(default)]
    pub(crate) requires: Option<Check>,
    /// What must not hold for it to be met.
    #[serde(default)]
    pub(crate) forbids: Option<Check>,
    /// Texts that show what it means; they are run.
    #[serde(default)]
    pub(crate) tests: CriterionTests,
}

fn note_scope() -> Scope {
    Scope::Note
}

/// Which documents a criterion concerns.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AppliesTo {
    /// Document types; empty for all, the unknown ones among them.
    #[serde(default)]
    pub doc_types: Vec<DocType>,
    /// Disciplines; empty for all. A note of unknown discipline is taken to be one of them.
    #[serde(default)]
    pub disciplines: Vec<Discipline>,
}

/// The texts a criterion brings to show what it means.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CriterionTests {
    /// The document type the texts are read as; where nothing is said, the first the criterion concerns.
    #[serde(default)]
    pub(crate) doc_type: Option<DocType>,
    /// The discipline the texts are read as.
    #[serde(default)]
    pub(crate) discipline: Option<Discipline>,
    /// Texts in which the criterion is not met.
    #[serde(default)]
    pub(crate) fires: Vec<String>,
    /// Texts in which it is met.
    #[serde(default)]
    pub(crate) passes: Vec<String>,
    /// Texts it does not concern.
    #[serde(default)]
    pub(crate) not_applicable: Vec<String>,
    /// Texts that do not say enough to judge it.
    #[serde(default)]
    pub(crate) not_assessable: Vec<String>,
}
