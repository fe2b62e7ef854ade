//! What each stage of detection adds.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::Measure;
use super::share::rounded;

/// The figures of a scrubber with some of its stages. In JSON `{"stages","measure","megabytes_per_second"}`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AblationRow {
    /// What this line has that the one before has not: `patterns only`, `+ lexicon`.
    pub stages: String,
    /// The figures.
    pub measure: Measure,
    /// Bytes of all notes.
    pub bytes: u64,
    /// The time to scrub them once on one thread; infinite before it is measured.
    pub seconds: f64,
}

impl AblationRow {
    /// A line before it is measured.
    pub fn new(stages: impl Into<String>) -> Self {
        Self { stages: stages.into(), measure: Measure::default(), bytes: 0, seconds: f64::INFINITY }
    }

    /// Throughput of one thread in 10^6 bytes a second.
    pub fn megabytes_per_second(&self) -> f64 {
        self.bytes as f64 / 1e6 / self.seconds
    }
}

impl Serialize for AblationRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut shown = serializer.serialize_struct("AblationRow", 3)?;
        shown.serialize_field("stages", &self.stages)?;
        shown.serialize_field("measure", &self.measure)?;
        shown.serialize_field("megabytes_per_second", &rounded(self.megabytes_per_second()))?;
        shown.end()
    }
}
