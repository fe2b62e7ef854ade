//! What is counted, and the text that Prometheus reads (`OpenMetrics`). Labels hold names from closed sets and never a value.

use std::fmt::Write as _;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::engine::Done;

/// Upper bounds of the buckets of durations, in seconds.
const BUCKETS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 60.0];

type Labels<const N: usize> = [(&'static str, String); N];

/// Counters and histograms of one process.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Labels<3>, Counter>,
    durations: Family<Labels<1>, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    findings: Family<Labels<1>, Counter>,
    notes: Family<Labels<1>, Counter>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::default();
        let requests = Family::default();
        registry.register("http_requests", "Requests by method, route and status", requests.clone());
        let buckets: fn() -> Histogram = || Histogram::new(BUCKETS);
        let durations = Family::new_with_constructor(buckets);
        let what = "Time from the head of a request to its response, by route";
        registry.register("http_request_duration_seconds", what, durations.clone());
        let in_flight = Gauge::default();
        registry.register("http_requests_in_flight", "Requests being worked on", in_flight.clone());
        let findings = Family::default();
        registry.register(
            "chartguard_findings",
            "Pieces removed from notes that were stored, by category",
            findings.clone(),
        );
        let notes = Family::default();
        let what = "Notes that were stored, by documentation risk; `unscored` where they are none of therapy";
        registry.register("chartguard_notes", what, notes.clone());
        Self { registry, requests, durations, in_flight, findings, notes }
    }

    /// A request begins; it ends when what is returned is dropped.
    pub(crate) fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// Counts a request that was answered.
    pub(crate) fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let route = || ("route", route.to_owned());
        let labels = [("method", method.to_owned()), route(), ("status", status.to_string())];
        self.requests.get_or_create(&labels).inc();
        self.durations.get_or_create(&[route()]).observe(took.as_secs_f64());
    }

    /// Counts a note that was stored.
    pub(crate) fn stored(&self, done: &Done) {
        for (category, count) in &done.findings {
            self.findings.get_or_create(&[("category", (*category).to_owned())]).inc_by(*count);
        }
        let risk = done.score.as_ref().map_or("unscored", |scored| scored.risk.unwrap_or("none"));
        self.notes.get_or_create(&[("risk", risk.to_owned())]).inc();
    }

    /// All of it as text.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        if encode(&mut out, &self.registry).is_err() {
            out.clear();
            // Writing to a String cannot fail.
            let _ = writeln!(out, "# EOF");
        }
        out
    }
}

/// A request that is being worked on.
pub(crate) struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}
