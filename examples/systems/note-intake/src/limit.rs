//! How often a client may ask: a token bucket for each, in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Allows each client a burst of requests, and after it so many a second.
pub(crate) struct Limiter {
    per_second: f64,
    burst: f64,
    // As many as there are clients, which are known beforehand.
    buckets: Mutex<HashMap<Arc<str>, Bucket>>,
}

struct Bucket {
    left: f64,
    at: Instant,
}

impl Limiter {
    pub(crate) fn new(per_second: f64, burst: u32) -> Self {
        Self { per_second, burst: f64::from(burst), buckets: Mutex::default() }
    }

    /// Takes one request of `client` from its bucket.
    ///
    /// # Errors
    /// How long to wait for the next one, where the bucket is empty.
    pub(crate) fn take(&self, client: &Arc<str>, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(client.clone()).or_insert(Bucket { left: self.burst, at: now });
        let since = now.saturating_duration_since(bucket.at);
        bucket.left = (bucket.left + since.as_secs_f64() * self.per_second).min(self.burst);
        bucket.at = bucket.at.max(now);
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - bucket.left) / self.per_second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_a_rate_for_each_client() {
        let limiter = Limiter::new(2.0, 3);
        let (one, other): (Arc<str>, Arc<str>) = ("one".into(), "other".into());
        let start = Instant::now();
        let after = |milliseconds| start + Duration::from_millis(milliseconds);
        assert!((0..3).all(|_| limiter.take(&one, start).is_ok()));
        assert_eq!(limiter.take(&one, start), Err(Duration::from_millis(500)));
        assert!(limiter.take(&other, start).is_ok());
        assert!(limiter.take(&one, after(500)).is_ok());
        assert!(limiter.take(&one, after(600)).is_err());
        // A bucket holds no more than its burst, however long nobody asked.
        assert_eq!((0..9).filter(|_| limiter.take(&one, after(60_000)).is_ok()).count(), 3);
        // A clock that another thread read earlier takes nothing back.
        assert!(limiter.take(&one, after(59_000)).is_err());
    }
}
