//! Scrubs and scores one note: what the library gives, in the form that is kept and handed out.

use std::collections::BTreeMap;

use chartguard::audit::{Action, Event};
use chartguard::rubric::{Discipline, Risk, RubricRef};
use chartguard::{Analyzer, Category, Key, Outcome, Policy, Rubric, Scorer, Scrubber, wire};
use serde_json::{Map, Value};

use crate::input::Note;
use crate::settings::{Refused, Settings};

/// Scrubs and scores, and names what must not be kept.
pub(crate) struct Engine {
    analyzer: Analyzer,
    key: Key,
    document_key: String,
}

/// A note after it was scrubbed and, where it is one of therapy, scored.
pub(crate) struct Done {
    pub(crate) scrubbed: String,
    /// How many pieces of each category were removed.
    pub(crate) findings: BTreeMap<&'static str, u64>,
    pub(crate) doc_type: &'static str,
    pub(crate) discipline: &'static str,
    pub(crate) score: Option<Scored>,
}

/// What a rubric says of a note.
pub(crate) struct Scored {
    pub(crate) score: Option<f64>,
    pub(crate) risk: Option<&'static str>,
    pub(crate) rubric: RubricRef,
    /// The whole report, with evidence in code points of the scrubbed text.
    pub(crate) report: Map<String, Value>,
}

impl Engine {
    /// # Errors
    /// When policy or rubric cannot be used.
    pub(crate) fn new(settings: &Settings, key: Key) -> Result<Self, Refused> {
        let named = |setting: &'static str| move |error| Refused(format!("{setting}: {error}"));
        let policy = Policy::named(&settings.policy).map_err(named("CHARTGUARD_POLICY"))?;
        let strict = settings.strict || policy.strict();
        let scrubber = Scrubber::builder().policy(policy.with_strict(strict)).key(key.clone()).build();
        let scrubber = scrubber.map_err(named("CHARTGUARD_POLICY"))?;
        let rubric = Rubric::named(&settings.rubric).map_err(named("CHARTGUARD_RUBRIC"))?;
        let document_key = key.fingerprint("audit document", "");
        Ok(Self { analyzer: Analyzer::new(scrubber, Scorer::new(rubric)), key, document_key })
    }

    /// What stands for a patient: the same for all notes of one, and nothing to those who lack the key.
    pub(crate) fn patient(&self, id: &str) -> String {
        self.key.fingerprint("patient", id)
    }

    /// What stands for an idempotency key, which could hold an id of a patient, within those of its client.
    pub(crate) fn idempotency(&self, client: &str, key: &str) -> String {
        self.key.fingerprint("idempotency", format!("{client} {key}"))
    }

    /// What stands for a request, so that the same one is known again.
    pub(crate) fn request(&self, body: &[u8]) -> String {
        self.key.fingerprint("request", body)
    }

    /// Scrubs and scores a note. The event says what was done, also where it failed.
    ///
    /// # Errors
    /// The second when the note was not scrubbed or scored completely, the first when there is no event to record.
    pub(crate) fn analyze(&self, note: &Note, client: &str) -> chartguard::Result<(Event, chartguard::Result<Done>)> {
        let result = self.analyzer.analyze_with(&note.text, &note.options, &note.context);
        let event = event(client)?;
        let event = self.analyzer.audited(event, &note.text, &result, Some(self.document_key.as_bytes()))?;
        Ok((event, result.map(|outcome| done(&outcome))))
    }

    /// Scrubs a note without scoring it, as [`analyze`](Self::analyze) does.
    ///
    /// # Errors
    /// As [`analyze`](Self::analyze).
    pub(crate) fn scrub(&self, note: &Note, client: &str) -> chartguard::Result<(Event, chartguard::Result<String>)> {
        let scrubber = self.analyzer.scrubber();
        let result = scrubber.scrub_with(&note.text, &note.context);
        let event = event(client)?;
        let event = scrubber.audited(event, &note.text, &result, Some(self.document_key.as_bytes()))?;
        Ok((event, result.map(|scrubbed| scrubbed.text)))
    }

    /// Whether the detectors still do their work.
    pub(crate) fn works(&self) -> bool {
        let seen = self.analyzer.scrubber().candidates("Seen by Dr. Achterberg on 03/14/2024.");
        seen.is_ok_and(|seen| seen.iter().any(|finding| finding.category == Category::Name))
    }
}

/// That a client had a note scrubbed, now.
fn event(client: &str) -> chartguard::Result<Event> {
    Ok(Event::new(Action::Scrub, &jiff::Timestamp::now().to_string())?.by(client, [""; 0]))
}

fn done(outcome: &Outcome) -> Done {
    let mut findings = BTreeMap::new();
    for applied in &outcome.scrubbed.findings {
        *findings.entry(applied.finding.category.as_str()).or_default() += 1;
    }
    let mut report = outcome.scrubbed_report();
    // The day of service is one of the dates that were removed.
    report.date = None;
    // The rubric is one of therapy: of other notes it would say what nobody asked.
    let score = (report.discipline != Discipline::Unknown).then(|| {
        let members = wire::report(&outcome.scrubbed.text, &report);
        Scored {
            score: members["score"].as_f64(),
            risk: report.risk.map(Risk::as_str),
            rubric: report.rubric.clone(),
            report: members,
        }
    });
    Done {
        scrubbed: outcome.scrubbed.text.clone(),
        findings,
        doc_type: report.doc_type.as_str(),
        discipline: report.discipline.as_str(),
        score,
    }
}
