//! Whether confidence means what it says: of the answers given at .9, about nine in ten should be right.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::share::{Share, rounded};

/// The answers whose confidence lies in one bin.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub struct CalibrationBin {
    /// The sum of their confidences.
    pub sum: f64,
    /// Of the answers, those that were right.
    pub right: Share,
}

impl CalibrationBin {
    /// The mean confidence; none where the bin is empty.
    pub fn mean(&self) -> Option<f64> {
        (self.right.of > 0).then(|| self.sum / self.right.of as f64)
    }
}

/// Answers by their confidence, and how often they were right.
///
/// ```
/// use chartguard::measure::Calibration;
/// let mut calibration = Calibration::new(10);
/// for (confidence, right) in [(0.9, true), (0.9, true), (0.6, false)] {
///     calibration.add(confidence, right);
/// }
/// assert_eq!(calibration.right().value(), Some(2.0 / 3.0));
/// // (0.1^2 + 0.1^2 + 0.6^2) / 3
/// assert!((calibration.brier().unwrap() - 0.12667).abs() < 1e-4);
/// // (2 * |1 - 0.9| + |0 - 0.6|) / 3
/// assert!((calibration.expected_error().unwrap() - 0.26667).abs() < 1e-4);
/// ```
///
/// In JSON `{"count","right","mean_confidence","brier","expected_error","bins":[{"low","high","count","mean_confidence","right"}]}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    bins: Vec<CalibrationBin>,
    /// The sum of the squared distances between confidence and outcome.
    squared: f64,
}

impl Calibration {
    /// No answers yet, to be laid out in so many bins of equal width; at least one.
    pub fn new(bins: usize) -> Self {
        Self { bins: vec![CalibrationBin::default(); bins.max(1)], squared: 0.0 }
    }

    /// Counts an answer. A confidence outside 0 to 1 counts as the nearer end.
    pub fn add(&mut self, confidence: f32, right: bool) {
        let confidence = if confidence.is_nan() { 0.0 } else { confidence.clamp(0.0, 1.0) };
        let last = self.bins.len() - 1;
        // In single precision, so that .9 as it is written falls into the bin that begins with .9.
        let bin = &mut self.bins[((confidence * (last + 1) as f32) as usize).min(last)];
        bin.sum += f64::from(confidence);
        bin.right.add(right);
        self.squared += (f64::from(confidence) - f64::from(u8::from(right))).powi(2);
    }

    /// From the least confidence to the greatest: of `n` bins number `i` holds `i / n` up to and without `(i + 1) / n`; the last holds
    /// 1 too.
    pub fn bins(&self) -> &[CalibrationBin] {
        &self.bins
    }

    /// The confidences that a bin holds: from, and up to.
    pub fn bounds(&self, bin: usize) -> (f64, f64) {
        let width = 1.0 / self.bins.len() as f64;
        (bin as f64 * width, (bin + 1) as f64 * width)
    }

    /// Of all answers, those that were right.
    pub fn right(&self) -> Share {
        let mut all = Share::default();
        self.bins.iter().for_each(|bin| all.merge(bin.right));
        all
    }

    /// The mean confidence of all answers; none without answers.
    pub fn mean(&self) -> Option<f64> {
        let count = self.right().of;
        (count > 0).then(|| self.bins.iter().map(|bin| bin.sum).sum::<f64>() / count as f64)
    }

    /// The mean squared distance between confidence and outcome, 0 at best (Brier 1950,
    /// doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2). None without answers.
    pub fn brier(&self) -> Option<f64> {
        let count = self.right().of;
        (count > 0).then(|| self.squared / count as f64)
    }

    /// The mean over all answers of how far the share that was right lies from the mean confidence of their bin (Naeini, Cooper and
    /// Hauskrecht 2015, doi:10.1609/aaai.v29i1.9602). None without answers.
    pub fn expected_error(&self) -> Option<f64> {
        let count = self.right().of;
        let distance = |bin: &CalibrationBin| Some((bin.mean()? - bin.right.value()?).abs() * bin.right.of as f64);
        (count > 0).then(|| self.bins.iter().filter_map(distance).sum::<f64>() / count as f64)
    }
}

impl Serialize for Calibration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Row {
            low: f64,
            high: f64,
            count: u64,
            mean_confidence: Option<f64>,
            right: Share,
        }
        let row = |(index, bin): (usize, &CalibrationBin)| Row {
            low: rounded(self.bounds(index).0),
            high: rounded(self.bounds(index).1),
            count: bin.right.of,
            mean_confidence: bin.mean().map(rounded),
            right: bin.right,
        };
        let mut shown = serializer.serialize_struct("Calibration", 6)?;
        shown.serialize_field("count", &self.right().of)?;
        shown.serialize_field("right", &self.right())?;
        shown.serialize_field("mean_confidence", &self.mean().map(rounded))?;
        shown.serialize_field("brier", &self.brier().map(rounded))?;
        shown.serialize_field("expected_error", &self.expected_error().map(rounded))?;
        shown.serialize_field("bins", &self.bins.iter().enumerate().map(row).collect::<Vec<_>>())?;
        shown.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_fall_into_their_bins() {
        let mut calibration = Calibration::new(10);
        for (confidence, right) in
            [(0.0, false), (0.9, true), (1.0, true), (7.0, true), (f32::NAN, false), (0.85, false)]
        {
            calibration.add(confidence, right);
        }
        let counts: Vec<u64> = calibration.bins().iter().map(|bin| bin.right.of).collect();
        assert_eq!(counts, [2, 0, 0, 0, 0, 0, 0, 0, 1, 3]);
        assert_eq!(calibration.right(), Share::new(3, 6));
        assert!((calibration.brier().unwrap() - (0.01 + 0.85 * 0.85) / 6.0).abs() < 1e-6);
    }

    #[test]
    fn what_was_never_asked_has_no_figures() {
        let none = Calibration::new(0);
        assert_eq!((none.brier(), none.expected_error(), none.mean()), (None, None, None));
        assert_eq!(none.bins().len(), 1);
    }

    #[test]
    fn confidence_that_is_right_costs_nothing() {
        let mut calibration = Calibration::new(5);
        for right in [true, true, true, false] {
            calibration.add(0.75, right);
        }
        assert!(calibration.expected_error().unwrap() < 1e-9);
        assert!((calibration.brier().unwrap() - 0.1875).abs() < 1e-9);
    }
}
