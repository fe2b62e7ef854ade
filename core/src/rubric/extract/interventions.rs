//! What was done: services by name or code, and activities by their own names.

use std::sync::LazyLock;

use regex::Regex;

use super::outline::{Block, Topic};
use super::page::{Page, inside, lists};
use crate::text::Span;
use crate::text::pattern::compiled;
use crate::text::sweep::Pattern;

/// A therapy or evaluation code.
pub(in crate::rubric) static CPT: Pattern =
    LazyLock::new(|| compiled(r"\b(?:97\d{3}|92[56]\d{2}|96105|96125|G0283|G0281|98960)\b"));

/// How a plan speaks where no heading says so.
static PLANNED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:plan(?:s|ned)?|treatment|treat|therapy|will|recommend\w*|includ\w+|consist\w*|sessions?|visits?|weekly|per\s+week|/w(?:ee)?k|PT|OT|SLP)\b",
    )
});

/// A label that asks what therapy is planned.
static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)^\W*(?:rx|tx|svcs?|services|interventions?|modalit(?:y|ies)|techniques?|procedures|approach(?:es)?|treat(?:ment)?(?:\s+(?:with|by|approach|methods?))?|(?:tx|treatment|services?|interventions?|therapy)[\s._/]+(?:planned|proposed|to\s+include)|(?:planned|proposed)\s+(?:treatment|interventions?|therapy|services?)|(?:treatment|therapy)\s+(?:I\s+am|we\s+are|to\s+be)\s+(?:proposing|planning|proposed|planned)|what\s+(?:we|I)\s+(?:propose|plan|will\s+do|intend)|means|methods?|how(?:\s+we\s+will\s+get\s+there)?|work\s+planned|modalit\w*\s*/\s*\w+)\W*$",
    )
});
/// A body that names nothing: per protocol, as before, same.
static LATER: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)^\W*(?:per|as|same|see|tbd|to\s+be|pending|none|continue|cont|not|no|unchanged|deferred|total|time|\d+\s*min)\b",
    )
});

/// Codes billed by the quarter of an hour (CPM ch. 5 §20.2; the constant-attendance and therapeutic procedure codes).
const TIMED_CODES: &[&str] = &[
    "97032", "97033", "97034", "97035", "97036", "97110", "97112", "97113", "97116", "97124", "97129", "97130",
    "97140", "97530", "97532", "97533", "97535", "97537", "97542", "97545", "97750", "97755", "97760", "97761",
    "97763", "96125", "97760", "97762",
];

/// Whether a service is billed by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Timing {
    /// By time.
    Timed,
    /// Once, whatever the time.
    Untimed,
    /// Not to be told from the name.
    Unknown,
}

/// A service, by code or by the name it is billed under.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Service {
    /// Where it is named.
    pub span: Span,
    /// Its code, if it was given.
    pub code: Option<String>,
    /// Whether it is billed by time.
    pub timing: Timing,
}

/// Names of services billed by time, by the words they hold.
const TIMED_NAMES: &[&str] = &[
    "exercise",
    "ther ex",
    "therex",
    "activit",
    "ther act",
    "theract",
    "manual",
    "neuro",
    "nmr",
    "gait",
    "self care",
    "self-care",
    "adl",
    "home management",
    "aquatic",
    "ultrasound",
    "ionto",
    "phono",
    "orthotic",
    "prosthetic",
    "wheelchair",
    "cognitive",
    "sensory integration",
    "work hardening",
    "te",
    "ta",
    "mt",
];
const UNTIMED_NAMES: &[&str] = &[
    "group",
    "hot pack",
    "cold pack",
    "moist heat",
    "traction",
    "paraffin",
    "whirlpool",
    "fluido",
    "vaso",
    "diathermy",
    "swallow",
    "dysphagia",
    "speech",
    "language",
    "voice",
    "canalith",
    "epley",
    "cognitive communication",
    "cryotherapy",
    "ice",
    "ifc",
    "tens",
    "estim",
    "e stim",
    "e-stim",
    "electrical stim",
];

/// The services a note names, by code or name, except where it speaks of plans or of what the patient tells.
pub(super) fn services(page: &Page<'_>) -> Vec<Service> {
    let text = page.text;
    let mut found: Vec<Service> = page
        .swept
        .all(&CPT)
        .map(|m| {
            let code = m.as_str().to_owned();
            let timing = if TIMED_CODES.contains(&m.as_str()) { Timing::Timed } else { Timing::Untimed };
            Service { span: Span::new(m.start(), m.end()), code: Some(code), timing }
        })
        .collect();
    for span in page.hits(lists().service, page.whole()) {
        if !is_done(page, *span) {
            continue;
        }
        let name = span.of(text).to_lowercase();
        let short =
            |list: &[&str]| list.iter().any(|part| if part.len() < 4 { name == *part } else { name.contains(part) });
        let timing = match (short(UNTIMED_NAMES), short(TIMED_NAMES)) {
            (true, _) => Timing::Untimed,
            (false, true) => Timing::Timed,
            _ => Timing::Unknown,
        };
        found.push(Service { span: *span, code: None, timing });
    }
    found.sort_by_key(|service| service.span);
    found
}

/// The activities and services that were given, by name.
pub(super) fn given(page: &Page<'_>) -> Vec<Span> {
    let named = page.hits(lists().service, page.whole()).iter().filter(|span| {
        // "Exercise" or "manual" alone names no intervention.
        let name = span.of(page.text).to_lowercase();
        !matches!(name.as_str(), "exercise" | "exercises" | "manual" | "te" | "ta" | "mt" | "hp" | "cp" | "ice" | "us")
            || page.text[span.end..]
                .trim_start()
                .starts_with(|c: char| c.is_ascii_digit() || matches!(c, ':' | '(' | 'x' | '-'))
    });
    let mut found: Vec<Span> =
        named.chain(page.hits(lists().activity, page.whole())).copied().filter(|span| is_done(page, *span)).collect();
    found.sort();
    found
}

/// Therapy that is planned: by name, in the plan; where a note has no plan of its own, where it is spoken of as planned.
pub(super) fn planned(page: &Page<'_>, frequency: &[Span]) -> Vec<Span> {
    let both = page.hits(lists().service, page.whole()).iter().chain(page.hits(lists().activity, page.whole()));
    let parts: Vec<Span> =
        page.blocks.iter().filter(|b| b.topic == Topic::Plan && !is_title(page, b)).map(|b| b.body).collect();
    let headed = !parts.is_empty();
    let mut found: Vec<Span> = both
        .copied()
        .filter(|span| {
            let own = match page.topic(span.start) {
                Topic::Plan if !titled(&parts, span.start) => true,
                Topic::Plan | Topic::Assessment | Topic::Other | Topic::Unknown => {
                    let label = page.label(span.start).map_or("", |b| b.label.of(page.text)).to_lowercase();
                    ["intervention", "treatment", "procedures", "modalities", "type"]
                        .iter()
                        .any(|word| label.contains(word))
                        || (!headed && PLANNED.is_match(page.sentence(span.start).of(page.text)))
                }
                // "MLD, bandaging, garment fit 4x/wk": what stands beside how often it is done is planned.
                Topic::Objective | Topic::Status
                    if inside(frequency, page.sentence(span.start), |often| *often).next().is_some() =>
                {
                    true
                }
                _ => {
                    let label = page.label(span.start).map_or("", |b| b.label.of(page.text)).to_lowercase();
                    label.contains("intervention") || label.contains("planned")
                }
            };
            let stands = page.assertion(*span);
            own && !stands.negated && !stands.historical && !stands.other_person
        })
        .collect();
    // A code in the plan, and whatever stands after a label that asks for the therapy.
    found.extend(
        page.swept
            .all(&CPT)
            .map(|m| Span::new(m.start(), m.end()))
            .filter(|span| page.topic(span.start) == Topic::Plan),
    );
    for block in page.blocks.iter().filter(|b| ASKS.is_match(b.label.of(page.text))) {
        // An open label asks in vain: what stands on the next line answers another.
        let line = page.line(block.label.start);
        if block.body.start >= line.end {
            continue;
        }
        let body = Span::new(block.body.start, block.body.end.min(line.end).max(block.body.start));
        let content = body.of(page.text);
        let words = content.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).count();
        if words >= 2 && !LATER.is_match(content) {
            found.push(body);
        }
    }
    found.sort();
    found
}

/// Whether a label is the title of the whole note, "REHABILITATION PLAN OF CARE", rather than the head of a part.
fn is_title(page: &Page<'_>, block: &Block) -> bool {
    let line = page.line(block.label.start);
    let over = page.lines.iter().take_while(|other| other.start < line.start).filter(|other| !other.is_empty());
    over.take(TITLE + 1).count() <= TITLE && !page.text[block.label.end..line.end.max(block.label.end)].contains(':')
}

/// A title has at most so many lines over it.
const TITLE: usize = 2;

/// Whether what makes a place a plan is the title of the note: it stands in none of the parts that plan.
fn titled(parts: &[Span], at: usize) -> bool {
    let next = parts.partition_point(|part| part.start <= at);
    parts[..next].last().is_none_or(|part| part.end <= at)
}

fn is_done(page: &Page<'_>, span: Span) -> bool {
    let topic = page.topic(span.start);
    if matches!(
        topic,
        Topic::Plan
            | Topic::Subjective
            | Topic::History
            | Topic::Family
            | Topic::Goals
            | Topic::NewGoals
            | Topic::Medications
            | Topic::Signature
    ) {
        return false;
    }
    let stands = page.assertion(span);
    !stands.negated && !stands.hypothetical && !stands.historical && !stands.other_person
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::NEVER;
    use crate::rubric::terms::Vocabulary;

    #[test]
    fn a_label_that_asks_for_therapy_is_answered_on_its_own_line() {
        let planned_in = |text: &str| {
            let page = Page::new(text, Vocabulary::builtin(), &NEVER);
            planned(&page, &[]).into_iter().map(|span| span.of(text).to_owned()).collect::<Vec<_>>()
        };
        for (text, answer) in [
            ("Findings: weak.\nTx planned: pacing of the shop day, marking up the kitchen\n", "pacing of the shop day"),
            ("Findings: weak.\nInterventions: tone work and scripts\n", "tone work and scripts"),
        ] {
            assert!(planned_in(text).iter().any(|found| found.contains(answer)), "{text}: {:?}", planned_in(text));
        }
        for text in [
            "Findings: weak.\nInterventions:\nHe sees his doctor on Friday.\n",
            "Findings: weak.\nTreatment: per protocol of the clinic\n",
            "Findings: weak.\nRx: 45 min\n",
            "Findings: weak.\nProposed treatment: to be agreed with her son\n",
            "Findings: weak.\nThe treatment: he liked it well\n",
        ] {
            assert!(planned_in(text).is_empty(), "{text}: {:?}", planned_in(text));
        }
    }
}
