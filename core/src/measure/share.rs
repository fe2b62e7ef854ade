//! Shares and rates with their confidence intervals.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// The quantile of the normal distribution for 95 %.
const Z: f64 = 1.959_964;

/// A share with its 95 % Wilson score interval (Wilson 1927, doi:10.1080/01621459.1927.10502953).
///
/// In JSON `{"hits","of","value","low","high"}`; the last three are null where nothing was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Share {
    /// How many were right.
    pub hits: u64,
    /// Out of how many.
    pub of: u64,
}

impl Share {
    /// `hits` out of `of`.
    pub fn new(hits: u64, of: u64) -> Self {
        Self { hits, of }
    }

    /// The share itself; none where there was nothing to count.
    pub fn value(self) -> Option<f64> {
        (self.of > 0).then(|| self.hits as f64 / self.of as f64)
    }

    /// The lower and upper end of its 95 % interval.
    pub fn interval(self) -> Option<(f64, f64)> {
        let (p, n) = (self.value()?, self.of as f64);
        let scale = 1.0 + Z * Z / n;
        let middle = (p + Z * Z / (2.0 * n)) / scale;
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt() / scale;
        Some(((middle - half).max(0.0), (middle + half).min(1.0)))
    }

    /// Those that were not right.
    pub fn misses(self) -> u64 {
        self.of - self.hits
    }

    /// What is not in this share.
    #[must_use]
    pub fn rest(self) -> Self {
        Self { hits: self.misses(), of: self.of }
    }

    pub(super) fn add(&mut self, hit: bool) {
        self.hits += u64::from(hit);
        self.of += 1;
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.hits += other.hits;
        self.of += other.of;
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("hits", &self.hits)?;
        map.serialize_entry("of", &self.of)?;
        figures(&mut map, self.value(), self.interval())?;
        map.end()
    }
}

/// A count for so many of something, with the 95 % score interval of a Poisson count (the solutions for the mean of
/// `(count - mean)^2 = z^2 mean`; Wilson's reasoning for a count without an upper limit).
///
/// In JSON `{"count","of","per","value","low","high"}`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Rate {
    /// How often it happened.
    pub count: u64,
    /// Among how many notes or words.
    pub of: u64,
    /// For how many of them the value is given: 1,000 or 100,000.
    pub per: u32,
}

impl Rate {
    /// `count` among `of`, given per `per`.
    pub fn new(count: u64, of: u64, per: u32) -> Self {
        Self { count, of, per }
    }

    fn scaled(self, count: f64) -> f64 {
        count * f64::from(self.per) / self.of as f64
    }

    /// The rate itself; none where there was nothing to count.
    pub fn value(self) -> Option<f64> {
        (self.of > 0).then(|| self.scaled(self.count as f64))
    }

    /// The lower and upper end of its 95 % interval.
    pub fn interval(self) -> Option<(f64, f64)> {
        let x = self.count as f64;
        let (middle, half) = (x + Z * Z / 2.0, Z * (x + Z * Z / 4.0).sqrt());
        (self.of > 0).then(|| (self.scaled((middle - half).max(0.0)), self.scaled(middle + half)))
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("count", &self.count)?;
        map.serialize_entry("of", &self.of)?;
        map.serialize_entry("per", &self.per)?;
        figures(&mut map, self.value(), self.interval())?;
        map.end()
    }
}

/// Recall and precision of the same thing. In JSON with `f1`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Agreement {
    /// Of what is labelled, what was found.
    pub recall: Share,
    /// Of what was found, what is labelled.
    pub precision: Share,
}

impl Agreement {
    /// The harmonic mean of the two.
    pub fn f1(self) -> Option<f64> {
        f1(self.recall, self.precision)
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.recall.merge(other.recall);
        self.precision.merge(other.precision);
    }
}

impl Serialize for Agreement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("recall", &self.recall)?;
        map.serialize_entry("precision", &self.precision)?;
        map.serialize_entry("f1", &self.f1().map(rounded))?;
        map.end()
    }
}

/// The harmonic mean of recall and precision.
pub(super) fn f1(recall: Share, precision: Share) -> Option<f64> {
    let (r, p) = (recall.value()?, precision.value()?);
    Some(if r + p > 0.0 { 2.0 * r * p / (r + p) } else { 0.0 })
}

/// Six decimals: more than any count of notes supports, and the same everywhere.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn figures<M: SerializeMap>(map: &mut M, value: Option<f64>, interval: Option<(f64, f64)>) -> Result<(), M::Error> {
    map.serialize_entry("value", &value.map(rounded))?;
    map.serialize_entry("low", &interval.map(|(low, _)| rounded(low)))?;
    map.serialize_entry("high", &interval.map(|(_, high)| rounded(high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wilson_interval_is_the_published_one() {
        let (low, high) = Share { hits: 8, of: 10 }.interval().unwrap();
        assert!((low - 0.4902).abs() < 1e-3 && (high - 0.9433).abs() < 1e-3);
        assert_eq!(Share::default().interval(), None);
        assert!(Share::new(0, 10).interval().unwrap().0.abs() < 1e-12);
    }

    #[test]
    fn the_poisson_interval_solves_its_equation() {
        for count in [0, 1, 7, 400] {
            let (low, high) = Rate::new(count, 1, 1).interval().unwrap();
            for mean in [low, high] {
                let distance = (count as f64 - mean).powi(2) - Z * Z * mean;
                assert!(distance.abs() < 1e-6, "{count} {mean}");
            }
        }
        assert_eq!(Rate::new(3, 2000, 1000).value(), Some(1.5));
        assert_eq!(Rate::new(0, 0, 1000).interval(), None);
    }

    #[test]
    fn the_mean_of_nothing_right_is_nothing() {
        let none = Agreement { recall: Share::new(0, 3), precision: Share::new(0, 2) };
        assert_eq!(none.f1(), Some(0.0));
        assert_eq!(Agreement::default().f1(), None);
    }
}
