//! Whether scores mean what they say: of the findings at .9, about nine in ten should be PHI.

use std::collections::BTreeMap;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::share::{Share, rounded};
use crate::scrub::Stage;

/// The bins of scores: ten of equal width.
pub(super) const BINS: usize = 10;

/// The findings whose scores lie in one bin.
///
/// In JSON `{"low","high","count","mean_score","phi","same_category"}`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub struct Bin {
    /// The sum of their scores.
    pub sum: f64,
    /// Of the findings, those that touch anything labelled.
    pub phi: Share,
    /// Of the findings, those that touch a label of the same category.
    pub same_category: Share,
}

impl Bin {
    /// The mean of the scores; none where the bin is empty.
    pub fn mean(&self) -> Option<f64> {
        (self.phi.of > 0).then(|| self.sum / self.phi.of as f64)
    }
}

/// The bins of some findings.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Group {
    /// From the lowest scores to the highest: of `n` bins number `i` holds the scores from `i / n` up to and without
    /// `(i + 1) / n`; the last holds 1 too.
    pub bins: Vec<Bin>,
}

impl Group {
    pub(super) fn add(&mut self, score: f32, is_phi: bool, same_category: bool) {
        self.bins.resize(BINS, Bin::default());
        let bin = &mut self.bins[((score * BINS as f32) as usize).min(BINS - 1)];
        bin.sum += f64::from(score);
        bin.phi.add(is_phi);
        bin.same_category.add(same_category);
    }

    fn merge(&mut self, other: &Self) {
        if self.bins.len() < other.bins.len() {
            self.bins.resize(other.bins.len(), Bin::default());
        }
        for (bin, more) in self.bins.iter_mut().zip(&other.bins) {
            bin.sum += more.sum;
            bin.phi.merge(more.phi);
            bin.same_category.merge(more.same_category);
        }
    }

    /// Findings in all bins.
    pub fn count(&self) -> u64 {
        self.bins.iter().map(|bin| bin.phi.of).sum()
    }

    /// The scores a bin holds: from, and up to.
    pub fn bounds(&self, bin: usize) -> (f64, f64) {
        let width = 1.0 / self.bins.len() as f64;
        (bin as f64 * width, (bin + 1) as f64 * width)
    }

    /// The expected calibration error: the mean over all findings of how far the share that are PHI lies from the mean
    /// score of their bin (Naeini, Cooper and Hauskrecht 2015, doi:10.1609/aaai.v29i1.9602). None without findings.
    pub fn calibration_error(&self) -> Option<f64> {
        let count = self.count();
        let distance = |bin: &Bin| Some((bin.mean()? - bin.phi.value()?).abs() * bin.phi.of as f64);
        (count > 0).then(|| self.bins.iter().filter_map(distance).sum::<f64>() / count as f64)
    }
}

impl Serialize for Group {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Row {
            low: f64,
            high: f64,
            count: u64,
            mean_score: Option<f64>,
            phi: Share,
            same_category: Share,
        }
        let row = |(index, bin): (usize, &Bin)| Row {
            low: rounded(self.bounds(index).0),
            high: rounded(self.bounds(index).1),
            count: bin.phi.of,
            mean_score: bin.mean().map(rounded),
            phi: bin.phi,
            same_category: bin.same_category,
        };
        let mut shown = serializer.serialize_struct("Group", 3)?;
        shown.serialize_field("count", &self.count())?;
        shown.serialize_field("calibration_error", &self.calibration_error().map(rounded))?;
        shown.serialize_field("bins", &self.bins.iter().enumerate().map(row).collect::<Vec<_>>())?;
        shown.end()
    }
}

/// How scores compare with what is labelled, whatever the policy's thresholds. Findings that touch only what the labels
/// leave open are not counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reliability {
    /// Findings as they would be reported with every threshold at 0: disjoint, with the score of the surest detector.
    pub findings: Group,
    /// What the detectors of each stage saw by themselves, before they were joined.
    pub stages: BTreeMap<Stage, Group>,
}

impl Reliability {
    pub(super) fn merge(&mut self, other: &Self) {
        self.findings.merge(&other.findings);
        for (stage, group) in &other.stages {
            self.stages.entry(*stage).or_default().merge(group);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_fall_into_their_bins() {
        let mut group = Group::default();
        for (score, is_phi) in [(0.0, false), (0.95, true), (1.0, true), (0.55, true), (0.55, false)] {
            group.add(score, is_phi, is_phi);
        }
        assert_eq!(group.count(), 5);
        assert_eq!(group.bins[9].phi, Share::new(2, 2));
        assert_eq!(group.bins[5].phi, Share::new(1, 2));
        // |0 - 0| * 1 + |.975 - 1| * 2 + |.55 - .5| * 2 over 5
        assert!((group.calibration_error().unwrap() - 0.03).abs() < 1e-6);
        assert_eq!(Group::default().calibration_error(), None);
    }
}
