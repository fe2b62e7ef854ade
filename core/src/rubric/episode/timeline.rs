//! What happened in an episode, and what was due, as data.

use jiff::civil::Date;
use serde::Serialize;

use super::{Episode, after, days_between};
use crate::rubric::DocType;
use crate::text::Span;

/// The days within which a plan is certified, and a further one begins (BPM ch. 15 §220.1.3).
pub(crate) const CERTIFY_DAYS: i32 = 30;
/// The longest time a certification covers.
pub(crate) const COVER_DAYS: i32 = 90;
/// The treatment days within which a progress report is written (BPM ch. 15 §220.3.D).
pub(crate) const REPORT_DAYS: u32 = 10;

/// What happened on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// A signed order or referral.
    Order,
    /// The patient was evaluated.
    Evaluation,
    /// A plan of care was written.
    Plan,
    /// The plan was sent to the physician.
    PlanSent,
    /// A physician signed the plan.
    Certified,
    /// A treatment day.
    Treatment,
    /// A progress report was written.
    ProgressReport,
    /// A plan for a further period was written.
    Recertification,
    /// Care was ended.
    Discharge,
    /// The last day on which the plan is certified in time.
    CertificationDue,
    /// The treatment day on which a progress report is due.
    ProgressReportDue,
    /// The last day that the plan covers.
    PlanEnds,
}

impl EventKind {
    /// The name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Evaluation => "evaluation",
            Self::Plan => "plan",
            Self::PlanSent => "plan_sent",
            Self::Certified => "certified",
            Self::Treatment => "treatment",
            Self::ProgressReport => "progress_report",
            Self::Recertification => "recertification",
            Self::Discharge => "discharge",
            Self::CertificationDue => "certification_due",
            Self::ProgressReportDue => "progress_report_due",
            Self::PlanEnds => "plan_ends",
        }
    }

    /// Whether it is a day that something falls due on, and not something that happened.
    pub fn is_due(self) -> bool {
        matches!(self, Self::CertificationDue | Self::ProgressReportDue | Self::PlanEnds)
    }
}

/// One day of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TimelineEvent {
    /// The day.
    pub date: Date,
    /// What happened, or fell due.
    pub kind: EventKind,
    /// The place of the note among those given.
    pub note: usize,
    /// Where it stands in the note, in UTF-8 bytes.
    #[serde(skip)]
    pub span: Option<Span>,
    /// On treatment days: which one it is, from 1.
    pub treatment_day: Option<u32>,
}

pub(super) fn timeline(episode: &Episode<'_>) -> Vec<TimelineEvent> {
    let mut out = Vec::new();
    let mut add = |date: Date, kind: EventKind, note: usize, span: Option<Span>, treatment_day: Option<u32>| {
        out.push(TimelineEvent { date, kind, note, span, treatment_day });
    };
    for (index, date) in episode.dated() {
        let document = &episode.documents[index];
        let place = Some(document.place());
        let kind = match document.doc_type {
            DocType::Evaluation => Some(EventKind::Evaluation),
            DocType::ProgressReport => Some(EventKind::ProgressReport),
            DocType::Recertification => Some(EventKind::Recertification),
            DocType::Discharge => Some(EventKind::Discharge),
            _ => None,
        };
        if let Some(kind) = kind {
            add(date, kind, index, place, None);
        }
        if document.holds_plan() && document.doc_type != DocType::Recertification {
            add(date, EventKind::Plan, index, place, None);
        }
    }
    for (index, document) in episode.documents.iter().enumerate() {
        for (kind, found) in [
            (EventKind::Order, &document.ordered),
            (EventKind::PlanSent, &document.sent),
            (EventKind::Certified, &document.certified),
        ] {
            for (date, span) in found {
                add(*date, kind, index, Some(*span), None);
            }
        }
    }
    let days = episode.treatment_days();
    for (number, (index, date)) in (1..).zip(&days) {
        add(*date, EventKind::Treatment, *index, Some(episode.documents[*index].place()), Some(number));
    }
    for (index, date, _) in clock(episode, REPORT_DAYS).due {
        add(date, EventKind::ProgressReportDue, index, None, None);
    }
    let plans = episode.plans();
    if let (Some(plan), Some(first)) = (plans.first(), days.first()) {
        add(after(first.1, CERTIFY_DAYS), EventKind::CertificationDue, plan.0, None, None);
    }
    for (at, plan) in plans.iter().enumerate() {
        let start = if at == 0 { days.first().map_or(plan.1, |first| first.1) } else { plan.1 };
        add(episode.covers_until(*plan, start, COVER_DAYS), EventKind::PlanEnds, plan.0, None, None);
    }
    out.sort_by_key(|event| (event.date, event.kind, event.note));
    out.dedup_by(|a, b| (a.date, a.kind, a.note) == (b.date, b.kind, b.note));
    out
}

/// The clock of treatment days between progress reports.
pub(super) struct Clock {
    /// The notes of the treatment days on which a report fell due.
    pub(super) due: Vec<(usize, Date, u32)>,
    /// The notes of the first treatment days after one was missed, and how many treatment days had passed.
    pub(super) missed: Vec<(usize, Date, u32)>,
    /// The reports, in order.
    pub(super) reports: Vec<usize>,
    /// How many treatment days there are.
    pub(super) days: u32,
}

/// Counts treatment days from the first one, and anew after each report. A report written on a treatment day covers that day.
pub(super) fn clock(episode: &Episode<'_>, limit: u32) -> Clock {
    let mut out = Clock { due: Vec::new(), missed: Vec::new(), reports: Vec::new(), days: 0 };
    let dated = episode.dated();
    let mut since = 0;
    let mut flagged = false;
    let mut at = 0;
    while let Some((_, date)) = dated.get(at).copied() {
        let today: Vec<usize> =
            dated[at..].iter().take_while(|(_, other)| *other == date).map(|(index, _)| *index).collect();
        at += today.len();
        let treated = today.iter().copied().find(|index| episode.documents[*index].treats());
        let report = today.iter().copied().find(|index| episode.documents[*index].reports());
        if let Some(index) = treated {
            out.days += 1;
            since += 1;
            if since == limit {
                out.due.push((index, date, since));
            }
            if since > limit && !flagged {
                out.missed.push((index, date, since));
                flagged = true;
            }
        }
        if let Some(index) = report {
            out.reports.push(index);
            since = 0;
            flagged = false;
        }
    }
    out
}

/// How many days after the first treatment a day lies.
pub(super) fn days_after_first(episode: &Episode<'_>, date: Date) -> Option<i32> {
    episode.treatment_days().first().map(|(_, first)| days_between(*first, date))
}
