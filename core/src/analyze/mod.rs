//! Scrubs and scores notes in one call: the front door for applications that want both.

use rayon::prelude::*;

use crate::error::Result;
use crate::rubric::{Report, ScoreOptions, Scorer};
use crate::scrub::{Scrubbed, Scrubber};

/// Scrubs and scores notes.
///
/// The note is scored as it was written, so that evidence points into the original; [`Scrubbed::map`] carries each span
/// into the scrubbed text.
#[derive(Debug, Clone)]
pub struct Analyzer {
    scrubber: Scrubber,
    scorer: Scorer,
}

/// What became of one note.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Outcome {
    /// The note without its protected health information.
    pub scrubbed: Scrubbed,
    /// How well it documents, with evidence in the original note.
    pub report: Report,
}

impl Outcome {
    /// The report with its evidence carried into the scrubbed text, to be shown beside that.
    pub fn scrubbed_report(&self) -> Report {
        let mut report = self.report.clone();
        for evidence in report.criteria.iter_mut().flat_map(|criterion| &mut criterion.evidence) {
            evidence.span = self.scrubbed.map.to_output(evidence.span);
        }
        report
    }
}

impl Analyzer {
    /// An analyzer of the two.
    pub fn new(scrubber: Scrubber, scorer: Scorer) -> Self {
        Self { scrubber, scorer }
    }

    /// The scrubber within.
    pub fn scrubber(&self) -> &Scrubber {
        &self.scrubber
    }

    /// The scorer within.
    pub fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// Scrubs and scores one note.
    ///
    /// # Errors
    /// When either fails; there is then no output at all.
    pub fn analyze(&self, text: &str, options: &ScoreOptions) -> Result<Outcome> {
        Ok(Outcome { scrubbed: self.scrubber.scrub(text)?, report: self.scorer.score(text, options)? })
    }

    /// Analyzes many notes on the current rayon pool, results in the order of the notes; the same as one call each.
    pub fn analyze_batch<T: AsRef<str> + Sync>(&self, texts: &[T], options: &ScoreOptions) -> Vec<Result<Outcome>> {
        texts.par_iter().map(|text| self.analyze(text.as_ref(), options)).collect()
    }
}
