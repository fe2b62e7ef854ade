//! The figures at other thresholds.

use serde::Serialize;

use super::Measure;
use crate::error::Result;
use crate::scrub::{Category, Operator, Policy, Scrubber};

/// The figures at one threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Point {
    /// Findings under this score are left alone.
    pub threshold: f32,
    /// The figures there.
    pub measure: Measure,
}

/// The figures at a range of thresholds: of every category at once, or of one while the others stay as the policy says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Sweep {
    /// The category whose threshold changes; none for all that the policy does not keep.
    pub category: Option<Category>,
    /// In the order in which the thresholds were given.
    pub points: Vec<Point>,
}

/// The scrubbers that decide at each threshold: they share their detectors.
pub(super) struct Plan {
    category: Option<Category>,
    steps: Vec<(f32, Scrubber)>,
}

impl Plan {
    pub(super) fn new(scrubber: &Scrubber, category: Option<Category>, thresholds: &[f32]) -> Result<Self> {
        let steps = thresholds.iter().map(|threshold| {
            let policy = with_threshold(scrubber.policy(), category, *threshold);
            Ok((*threshold, scrubber.with_policy(policy)?))
        });
        Ok(Self { category, steps: steps.collect::<Result<_>>()? })
    }

    /// The figures of one note at each threshold.
    pub(super) fn sweep(&self, compare: impl Fn(&Scrubber) -> Measure) -> Sweep {
        let point =
            |(threshold, scrubber): &(f32, Scrubber)| Point { threshold: *threshold, measure: compare(scrubber) };
        Sweep { category: self.category, points: self.steps.iter().map(point).collect() }
    }
}

/// The policy with another threshold for one category, or for all.
pub(super) fn with_threshold(policy: &Policy, only: Option<Category>, threshold: f32) -> Policy {
    let mut changed = policy.clone();
    for category in Category::ALL.iter().filter(|category| only.is_none_or(|only| only == **category)) {
        let mut entry = policy.category(*category).clone();
        if entry.operator != Operator::Keep {
            entry.threshold = threshold;
            changed = changed.with_category(*category, entry);
        }
    }
    changed
}

impl Sweep {
    /// Adds the figures of other notes at the same thresholds.
    pub(super) fn merge(&mut self, other: &Self) {
        for (point, more) in self.points.iter_mut().zip(&other.points) {
            point.measure.merge(&more.measure);
        }
    }
}
