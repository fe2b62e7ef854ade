//! `minutes`: timed and total minutes are documented, apply to the note, or agree with each other.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Note, Outcome};
use crate::rubric::Discipline;
use crate::rubric::extract::page::inside;
use crate::rubric::extract::{Stated, Timing};

/// What must hold of the minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MinutesCheck {
    /// The total of the timed codes is stated.
    TimedTotal,
    /// The total treatment time is stated, or follows from clock times.
    Total,
    /// The session holds a service that is billed by time.
    TimedService,
    /// There is something that can disagree: timed minutes, or clock times.
    Comparable,
    /// All totals that agreement is judged by are there.
    Complete,
    /// Total is no less than timed; the services, where all are given, add up; clock times leave room.
    Consistent,
}

impl MinutesCheck {
    pub(super) fn evaluate(self, note: &Note<'_>) -> Outcome {
        let minutes = &note.facts.minutes;
        let span = |stated: &Option<Stated>| stated.iter().map(|s| s.span).collect::<Vec<_>>();
        match self {
            Self::TimedTotal => match minutes.timed {
                Some(stated) => Outcome::holds(0.95, vec![stated.span]),
                None => Outcome::fails(0.88),
            },
            Self::Total => match (minutes.total, minutes.clock) {
                (Some(stated), _) => Outcome::holds(0.95, vec![stated.span]),
                (None, Some(clock)) => Outcome::holds(0.7, vec![clock.span]),
                (None, None) => Outcome::fails(0.88),
            },
            Self::TimedService => timed_service(note),
            Self::Comparable => {
                if timed_service(note).holds || minutes.clock.is_some() {
                    Outcome::holds(0.85, Vec::new())
                } else {
                    Outcome::fails(0.8)
                }
            }
            Self::Complete => {
                let total = minutes.total.is_some() || minutes.clock.is_some();
                let untimed = !timed_service(note).holds;
                let enough = if untimed {
                    minutes.total.is_some() && minutes.clock.is_some()
                } else {
                    total && minutes.timed.is_some()
                };
                if enough { Outcome::holds(0.9, Vec::new()) } else { Outcome::fails(0.9) }
            }
            Self::Consistent => {
                let mut evidence = span(&minutes.timed);
                evidence.extend(span(&minutes.total));
                // Clock times and the minutes of each service are judged too.
                evidence.extend(span(&minutes.clock));
                evidence.extend(minutes.services.iter().map(|stated| stated.span));
                let problem = disagreement(note);
                match problem {
                    None => Outcome::holds(0.9, evidence),
                    Some(confidence) => Outcome::fails_at(confidence, evidence),
                }
            }
        }
    }
}

/// Whether anything in the session is billed by time. Speech services mostly are not (CPT 92507, 92526).
fn timed_service(note: &Note<'_>) -> Outcome {
    let facts = &note.facts;
    if facts.minutes.untimed_only.is_some() && facts.minutes.timed.is_none_or(|t| t.minutes == 0) {
        return Outcome::fails(0.95);
    }
    if facts.minutes.timed.is_some_and(|timed| timed.minutes > 0) {
        return Outcome::holds(0.95, Vec::new());
    }
    let coded = |timing: Timing| facts.services.iter().any(|s| s.code.is_some() && s.timing == timing);
    let named = |timing: Timing| facts.services.iter().any(|s| s.code.is_none() && s.timing == timing);
    if coded(Timing::Timed) {
        return Outcome::holds(0.95, Vec::new());
    }
    if coded(Timing::Untimed) {
        return Outcome::fails(0.9);
    }
    if note.discipline == Discipline::Slp {
        return Outcome::fails(0.75);
    }
    if named(Timing::Timed) || !named(Timing::Untimed) { Outcome::holds(0.75, Vec::new()) } else { Outcome::fails(0.7) }
}

/// How sure it is that the minutes disagree.
fn disagreement(note: &Note<'_>) -> Option<f32> {
    let minutes = &note.facts.minutes;
    let value = |stated: Option<Stated>| stated.map(|s| s.minutes);
    let (timed, total, clock) = (value(minutes.timed), value(minutes.total), value(minutes.clock));
    if let (Some(timed), Some(total)) = (timed, total.or(clock))
        && total < timed
    {
        return Some(0.95);
    }
    if let (Some(total), Some(clock)) = (total, clock)
        && total > clock + 1
    {
        return Some(0.85);
    }
    if let (Some(timed), Some(untimed), Some(total)) = (timed, value(minutes.untimed), total)
        && timed + untimed > total
    {
        return Some(0.9);
    }
    // The services, only where each coded one has its own minutes: alone on its line, or one for one in its sentence.
    let by_code: Vec<(Timing, u32)> = note
        .facts
        .services
        .iter()
        .filter(|service| service.code.is_some())
        .filter_map(|service| {
            [note.page.line(service.span.start), note.page.sentence(service.span.start)].into_iter().find_map(
                |region| {
                    let own: Vec<&Stated> = inside(&minutes.services, region, |stated| stated.span).collect();
                    let codes: Vec<_> =
                        inside(&note.facts.services, region, |s| s.span).filter(|s| s.code.is_some()).collect();
                    let at = codes.iter().position(|code| code.span == service.span)?;
                    (own.len() == codes.len()).then(|| (service.timing, own[at].minutes))
                },
            )
        })
        .collect();
    let all_coded =
        by_code.len() == note.facts.services.iter().filter(|s| s.code.is_some()).count() && !by_code.is_empty();
    if all_coded {
        let timed_sum: u32 = by_code.iter().filter(|(t, _)| *t == Timing::Timed).map(|(_, m)| m).sum();
        let whole: u32 = by_code.iter().map(|(_, m)| m).sum();
        if timed.is_some_and(|timed| timed != timed_sum) {
            return Some(0.8);
        }
        if total.is_some_and(|total| whole > total) {
            return Some(0.8);
        }
    }
    let told = told_by_service(note);
    if let (Some(told), Some(timed)) = (told, timed)
        && told != timed
    {
        return Some(0.7);
    }
    None
}

/// Whether one line lists all services, each with its minutes and nothing else: "ther act 18 min, self care 15 min, splint 10 min".
fn in_a_row(note: &Note<'_>) -> bool {
    let page = &note.page;
    let stated = &note.facts.minutes.services;
    let services = &note.facts.services;
    let Some(line) = stated.first().map(|first| page.line(first.span.start)) else { return false };
    let parts: Vec<&str> =
        line.of(page.text).split([',', ';', '+']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let item = |part: &&str| {
        part.split_whitespace().count() <= 6
            && part.chars().filter(char::is_ascii_digit).count() <= 3
            && part.contains(|c: char| c.is_ascii_digit())
    };
    stated.iter().all(|stated| line.contains(stated.span))
        && parts.len() == stated.len()
        && parts.iter().all(item)
        && services.iter().all(|service| service.code.is_none() && service.timing != Timing::Untimed)
}

/// The minutes of all services of a note that gives no codes, where each is told with its own and none is untimed.
fn told_by_service(note: &Note<'_>) -> Option<u32> {
    let services = &note.facts.services;
    let stated = &note.facts.minutes.services;
    let each = services.iter().all(|service| {
        let page = &note.page;
        let sentence = page.sentence(service.span.start);
        let of = |region| inside(stated, region, |stated| stated.span).count() == 1;
        service.code.is_none()
            && service.timing != Timing::Untimed
            && (of(sentence) || of(page.line(service.span.start)))
    });
    let only = stated.iter().all(|stated| {
        let page = &note.page;
        [page.sentence(stated.span.start), page.line(stated.span.start)]
            .into_iter()
            .any(|region| inside(services, region, |service| service.span).next().is_some())
    });
    let sum = || stated.iter().map(|stated| stated.minutes).sum();
    (stated.len() > 1 && ((each && only) || in_a_row(note))).then(sum)
}
