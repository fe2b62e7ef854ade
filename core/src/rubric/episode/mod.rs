//! An episode of care: the dated notes of one patient under one plan, judged together.

mod certification;
mod clones;
mod goals;
mod plan;
mod report;
mod rules;
mod timeline;

use jiff::ToSpan;
use jiff::civil::Date;

use super::DocType;
use super::check::Note;
use super::score::Case;
use crate::text::Span;

pub(crate) use clones::ClonedRule;
pub(crate) use goals::continuity;
pub use report::{EpisodeNote, EpisodeOptions, EpisodeReport};
pub(crate) use rules::Rules;
pub use timeline::{EventKind, TimelineEvent};

/// A place in one of the notes.
pub(crate) type Place = (usize, Span);

/// The notes of an episode, read.
pub(crate) struct Episode<'t> {
    /// In the order given.
    pub(crate) documents: Vec<Document<'t>>,
    /// Whether care goes on.
    pub(crate) open: bool,
}

/// One note of an episode, read.
pub(crate) struct Document<'t> {
    pub(crate) note: Note<'t>,
    pub(crate) doc_type: DocType,
    pub(crate) date: Option<Date>,
    /// Physicians' dated signatures.
    pub(crate) certified: Vec<(Date, Span)>,
    /// Signed orders or referrals on file.
    pub(crate) ordered: Vec<(Date, Span)>,
    /// When the plan was sent to the physician.
    pub(crate) sent: Vec<(Date, Span)>,
    /// The last day the plan in it covers, as far as it says; before any limit of days.
    pub(crate) plan_ends: Option<Date>,
}

impl<'t> Document<'t> {
    pub(super) fn new(note: Note<'t>, case: &Case<'_>) -> Self {
        let date = case.date;
        let (certified, ordered, sent) = certification::read(&note, date);
        let mut out = Self { doc_type: case.doc_type, date, certified, ordered, sent, plan_ends: None, note };
        out.plan_ends = date.filter(|_| out.holds_plan()).and_then(|date| plan::ends(&out.note, date));
        out
    }

    /// Whether a plan of care stands in it.
    pub(crate) fn holds_plan(&self) -> bool {
        let facts = &self.note.facts;
        match self.doc_type {
            DocType::PlanOfCare | DocType::Recertification => true,
            DocType::Evaluation => !facts.duration.is_empty() || !facts.frequency.is_empty() || !facts.goals.is_empty(),
            _ => false,
        }
    }

    /// Whether the patient was treated: a treatment note, or another that records minutes of treatment.
    pub(crate) fn treats(&self) -> bool {
        let timed = self.note.facts.minutes.timed.is_some_and(|stated| stated.minutes > 0);
        self.doc_type == DocType::TreatmentNote || (timed && self.doc_type != DocType::Unknown)
    }

    /// Whether it stands for a progress report: one, or a recertification or discharge, which hold its elements.
    pub(crate) fn reports(&self) -> bool {
        matches!(self.doc_type, DocType::ProgressReport | DocType::Recertification | DocType::Discharge)
    }

    /// Where it shows what it is: the day of it, or its first line.
    pub(crate) fn place(&self) -> Span {
        let page = &self.note.page;
        let first = || page.lines.iter().find(|line| !line.is_empty()).copied();
        self.note.facts.visit_dates.first().copied().or_else(first).unwrap_or(Span::new(0, 0))
    }
}

impl Episode<'_> {
    /// The notes that have a date, in its order.
    pub(crate) fn dated(&self) -> Vec<(usize, Date)> {
        let mut out: Vec<(usize, Date)> =
            self.documents.iter().enumerate().filter_map(|(index, d)| Some((index, d.date?))).collect();
        out.sort_by_key(|(index, date)| (*date, *index));
        out
    }

    /// Why nothing can be said of days, if nothing can.
    pub(crate) fn undated(&self) -> Option<String> {
        let at = self.documents.iter().position(|d| d.date.is_none() && d.doc_type != DocType::Unknown)?;
        Some(format!("Note {} of the episode has no date.", at + 1))
    }

    /// The days of treatment in order, each once, with its first note.
    pub(crate) fn treatment_days(&self) -> Vec<(usize, Date)> {
        let mut days: Vec<(usize, Date)> =
            self.dated().into_iter().filter(|(index, _)| self.documents[*index].treats()).collect();
        days.dedup_by_key(|(_, date)| *date);
        days
    }

    /// The plans of care in order.
    pub(crate) fn plans(&self) -> Vec<(usize, Date)> {
        self.dated().into_iter().filter(|(index, _)| self.documents[*index].holds_plan()).collect()
    }

    /// The last day a plan covers: as it says itself, and no more than so many days from its start.
    pub(crate) fn covers_until(&self, plan: (usize, Date), start: Date, days: i32) -> Date {
        let limit = after(start, days);
        self.documents[plan.0].plan_ends.map_or(limit, |end| end.min(limit))
    }

    /// The last day of which any note tells.
    pub(crate) fn last_day(&self) -> Option<Date> {
        self.dated().last().map(|(_, date)| *date)
    }

    /// Whether a discharge note is among the notes.
    pub(crate) fn closed(&self) -> bool {
        self.documents.iter().any(|d| d.doc_type == DocType::Discharge)
    }
}

/// So many days later.
pub(crate) fn after(date: Date, days: i32) -> Date {
    date.checked_add(days.days()).unwrap_or(Date::MAX)
}

/// How many days lie between two.
pub(crate) fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}
