//! The stages of detection: what each finding rests on, and switches to measure what each stage adds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a finding rests on. Everything runs unless [`ScrubberBuilder::stages`](super::ScrubberBuilder::stages) says
/// otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// Regular expressions with their validators and cue words.
    Patterns,
    /// Names and organisations that the word lists know and nothing announces: "Rosalind Achterberg", "Walgreens".
    Lexicon,
    /// Titles, fields, signatures, salutations, relatives, verbs, the state after a town; it asks the word lists too.
    Structure,
    /// The built-in tagger. Its features hold what the word lists say, whether or not [`Stage::Lexicon`] runs.
    Tagger,
    /// A model from a directory.
    Model,
    /// What was found once with certainty, found again everywhere in the note.
    Consistency,
    /// The policy's own lists.
    Policy,
    /// What the caller knows of the patient.
    Patient,
}

impl Stage {
    /// Every stage, in the order in which they build on each other.
    pub const ALL: &'static [Self] = &[
        Self::Patterns,
        Self::Lexicon,
        Self::Structure,
        Self::Tagger,
        Self::Model,
        Self::Consistency,
        Self::Policy,
        Self::Patient,
    ];

    /// The stage's name in JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patterns => "patterns",
            Self::Lexicon => "lexicon",
            Self::Structure => "structure",
            Self::Tagger => "tagger",
            Self::Model => "model",
            Self::Consistency => "consistency",
            Self::Policy => "policy",
            Self::Patient => "patient",
        }
    }

    /// The stage that a finding's [`detector`](super::Finding::detector) belongs to.
    ///
    /// ```
    /// use chartguard::scrub::Stage;
    /// assert_eq!(Stage::of("ssn.dashed"), Stage::Patterns);
    /// assert_eq!(Stage::of("name.title"), Stage::Structure);
    /// ```
    pub fn of(detector: &str) -> Self {
        let family = detector.split('.').next().unwrap_or_default();
        super::detect::STAGES
            .iter()
            .find(|(name, _)| *name == detector || *name == family)
            .map_or(Self::Patterns, |(_, stage)| *stage)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Some of the stages.
///
/// ```
/// use chartguard::scrub::{Stage, Stages};
/// let stages = Stages::NONE.with(Stage::Patterns).with(Stage::Lexicon);
/// assert!(stages.has(Stage::Patterns) && !stages.has(Stage::Tagger));
/// assert_eq!(Stages::default(), Stages::ALL);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stages(u8);

impl Stages {
    /// Every stage.
    pub const ALL: Self = Self(u8::MAX);
    /// None.
    pub const NONE: Self = Self(0);

    /// These and one more.
    #[must_use]
    pub const fn with(self, stage: Stage) -> Self {
        Self(self.0 | 1 << stage as u8)
    }

    /// These without one.
    #[must_use]
    pub const fn without(self, stage: Stage) -> Self {
        Self(self.0 & !(1 << stage as u8))
    }

    /// Whether `stage` is among them.
    pub const fn has(self, stage: Stage) -> bool {
        self.0 & 1 << stage as u8 != 0
    }
}

impl Default for Stages {
    fn default() -> Self {
        Self::ALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrub::{Policy, Scrubber};

    #[test]
    fn patterns_belong_to_patterns() {
        for pattern in crate::scrub::detect::PATTERNS.iter().copied().flatten() {
            assert_eq!(Stage::of(pattern.name), Stage::Patterns, "{}", pattern.name);
        }
    }

    #[test]
    fn each_stage_adds_its_own() {
        let text = "Dr. Okonkwo-Pell called. SSN 219-09-9999. Rosalind Achterberg agreed; Rosalind left.";
        let found = |stages: Stages| {
            let scrubber = Scrubber::builder().policy(Policy::default()).stages(stages).build().unwrap();
            let findings = scrubber.find(text).unwrap();
            for finding in &findings {
                for name in finding.also.iter().map(|reason| &reason.detector).chain([&finding.detector]) {
                    assert!(stages.has(Stage::of(name)), "{name} is not of {stages:?}");
                }
            }
            findings.iter().map(|f| f.span.of(text).to_owned()).collect::<Vec<_>>()
        };
        let patterns = Stages::NONE.with(Stage::Patterns);
        assert_eq!(found(Stages::NONE), [""; 0]);
        assert_eq!(found(patterns), ["219-09-9999"]);
        let (lists, structure) = (found(patterns.with(Stage::Lexicon)), found(patterns.with(Stage::Structure)));
        assert!(lists.contains(&"Rosalind Achterberg".to_owned()), "{lists:?}");
        assert!(structure.contains(&"Okonkwo-Pell".to_owned()), "{structure:?}");
        let built = Scrubber::new(Policy::default()).unwrap().find(text).unwrap();
        let built: Vec<&str> = built.iter().map(|f| f.span.of(text)).collect();
        assert_eq!(found(Stages::ALL), built);
    }
}
