//! What scoring a note gives: a verdict with evidence for every criterion, and the arithmetic over them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Discipline, DocType, Scope, Severity, Verdict};
use crate::text::Span;

/// The scored report of one note. Spans are UTF-8 byte ranges of the text that was scored.
///
/// A report speaks of documentation risk: no single absent item makes a service unnecessary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// What kind of document it was taken for, or was said to be.
    pub doc_type: DocType,
    /// The discipline it was taken for, or was said to be.
    pub discipline: Discipline,
    /// The day of service that rules were applied as of: given, or read from the note.
    pub date: Option<Date>,
    /// Which rubric gave the verdicts.
    pub rubric: RubricRef,
    /// `raw` clipped to 0..=1; `None` where nothing could be assessed.
    pub score: Option<f64>,
    /// Points of met criteria over the positive points of assessed criteria; `None` without positive points.
    pub raw: Option<f64>,
    /// The points of the criteria that were met.
    pub points: f64,
    /// The positive points of the criteria that were assessed.
    pub possible: f64,
    /// Assessed criteria over applicable criteria; 0 where none is applicable.
    pub coverage: f64,
    /// The same arithmetic for each tag.
    pub axes: Vec<AxisScore>,
    /// How grave what was found is as a whole; `None` where nothing could be assessed.
    pub risk: Option<Risk>,
    /// One result for each criterion, in the order of the rubric.
    pub criteria: Vec<CriterionResult>,
}

impl Report {
    /// The result of one criterion.
    pub fn criterion(&self, id: &str) -> Option<&CriterionResult> {
        self.criteria.iter().find(|c| c.id == id)
    }

    /// The criteria that are not met, gravest first, in the order of the rubric.
    pub fn findings(&self) -> Vec<&CriterionResult> {
        let mut findings: Vec<_> = self.criteria.iter().filter(|c| c.verdict == Verdict::NotMet).collect();
        findings.sort_by_key(|c| c.severity);
        findings
    }
}

/// The score of the criteria of one tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AxisScore {
    /// The tag.
    pub axis: String,
    /// The points of the criteria that were met.
    pub points: f64,
    /// The positive points of the criteria that were assessed.
    pub possible: f64,
    /// The first over the second; `None` without positive points.
    pub raw: Option<f64>,
    /// `raw` clipped to 0..=1.
    pub score: Option<f64>,
}

/// How much documentation risk a note carries as a whole: never whether a claim is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Risk {
    /// No criterion of high or medium severity is failed, and the score is at least 0.9.
    Low,
    /// A criterion of medium severity is failed, or the score is below 0.9.
    Medium,
    /// A criterion of high severity is failed, or the score is below 0.7.
    High,
}

impl Risk {
    /// A score below this is a high risk.
    pub const HIGH_BELOW: f64 = 0.7;
    /// A score below this is at least a medium risk.
    pub const MEDIUM_BELOW: f64 = 0.9;

    /// The name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Names the rubric behind a result, so that the result can be repeated and cached.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct RubricRef {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its canonical content, in hexadecimal.
    pub hash: String,
}

/// What was found about one criterion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CriterionResult {
    /// The criterion's stable id.
    pub id: String,
    /// The criterion in a few words.
    pub title: String,
    /// What was found.
    pub verdict: Verdict,
    /// How much it weighs when it is not met.
    pub severity: Severity,
    /// How sure the verdict is, 0 to 1.
    pub confidence: f32,
    /// Points it gives when met.
    pub points: f64,
    /// What must be at hand to judge it.
    pub scope: Scope,
    /// Tags by which scores can be grouped.
    pub axes: Vec<String>,
    /// Whether the caller's own judge had a part in the verdict.
    pub judged: bool,
    /// Where the verdict rests in the text: what meets the criterion, or what offends it. Empty where something is absent.
    pub evidence: Vec<Evidence>,
    /// What was found, in a sentence without words of the note.
    pub message: String,
    /// What to write instead; empty unless the criterion is not met.
    pub advice: String,
    /// The rule behind it.
    pub citation: Citation,
}

/// A place in the text that a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Evidence {
    /// UTF-8 bytes of the scored text.
    pub span: Span,
    /// In an episode, the place of the note among its notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<usize>,
}

/// The rule behind a criterion, in the revision it was read in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Citation {
    /// Manual, chapter and section, or regulation.
    pub source: String,
    /// The revision of the manual it was read in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// First day on which it holds, as `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub effective_from: Option<Date>,
    /// Last day on which it holds, as `YYYY-MM-DD`; `None` while it is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub effective_to: Option<Date>,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
