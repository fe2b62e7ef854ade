//! Counts the calls of a model, and how long they took by the caller's clock.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::error::{Error, Result};

/// Time since any moment in the past, never going back.
pub(super) type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Of how many calls the quantiles speak.
pub(super) const WINDOW: usize = 1000;

/// What was done with one version of a model.
pub(super) struct Meter {
    clock: Option<Clock>,
    record: Mutex<Record>,
}

#[derive(Default)]
struct Record {
    calls: u64,
    timed: u64,
    total: Duration,
    /// The last calls, oldest first.
    recent: VecDeque<Duration>,
    error: Option<String>,
}

/// The figures of a [`Meter`]; times in milliseconds.
pub(super) struct Figures {
    pub(super) calls: u64,
    pub(super) mean_ms: Option<f64>,
    pub(super) p95_ms: Option<f64>,
    pub(super) error: Option<String>,
}

impl Meter {
    pub(super) fn new(clock: Option<Clock>) -> Self {
        Self { clock, record: Mutex::default() }
    }

    /// Does a call, and takes down how it went.
    pub(super) fn measure<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let begun = self.clock.as_ref().map(|clock| clock());
        let result = work();
        let took = begun.zip(self.clock.as_ref()).map(|(begun, clock)| clock().saturating_sub(begun));
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        record.calls += 1;
        if let Some(took) = took {
            record.timed += 1;
            record.total = record.total.saturating_add(took);
            if record.recent.len() == WINDOW {
                record.recent.pop_front();
            }
            record.recent.push_back(took);
        }
        if let Err(error) = &result {
            record.error = Some(error.to_string());
        }
        result
    }

    /// Takes down an error outside a call.
    pub(super) fn failed(&self, error: &Error) {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).error = Some(error.to_string());
    }

    pub(super) fn figures(&self) -> Figures {
        let record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let mut recent: Vec<Duration> = record.recent.iter().copied().collect();
        // The nearest rank: the least time that 95 of 100 calls did not take longer than.
        let rank = (recent.len() * 95).div_ceil(100).max(1) - 1;
        let p95 = (rank < recent.len()).then(|| ms(*recent.select_nth_unstable(rank).1));
        let mean = (record.timed > 0).then(|| ms(record.total) / record.timed as f64);
        Figures { calls: record.calls, mean_ms: mean, p95_ms: p95, error: record.error.clone() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn mean_of_all_and_p95_of_the_last() {
        let now = Arc::new(AtomicU64::new(0));
        let meter = Meter::new(Some({
            let now = Arc::clone(&now);
            Arc::new(move || Duration::from_millis(now.load(Ordering::Relaxed)))
        }));
        let call = |ms| meter.measure(|| Ok(now.fetch_add(ms, Ordering::Relaxed))).unwrap();
        let none = meter.figures();
        assert_eq!((none.calls, none.mean_ms, none.p95_ms), (0, None, None));
        call(7);
        assert_eq!(meter.figures().p95_ms, Some(7.0));
        (0..WINDOW as u64).for_each(|n| {
            call(n);
        });
        let figures = meter.figures();
        assert_eq!(figures.calls, 1001);
        assert_eq!(figures.p95_ms, Some(949.0));
        assert!((figures.mean_ms.unwrap() - (7.0 + 499_500.0) / 1001.0).abs() < 1e-9);
        assert!(figures.error.is_none());
        assert!(meter.measure(|| Err::<(), _>(Error::inference("it failed"))).is_err());
        assert_eq!(meter.figures().error.unwrap(), "it failed");
    }

    #[test]
    fn without_a_clock_calls_are_counted() {
        let meter = Meter::new(None);
        meter.measure(|| Ok(())).unwrap();
        let figures = meter.figures();
        assert_eq!((figures.calls, figures.mean_ms, figures.p95_ms), (1, None, None));
    }
}
