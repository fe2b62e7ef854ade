//! The rules of an episode that go by dates (BPM ch. 15 §§220.1, 220.3.D; 42 CFR 410.61, 424.24).

use jiff::civil::Date;

use super::timeline::{clock, days_after_first};
use super::{Episode, Place, after, days_between};
use crate::rubric::DocType;
use crate::rubric::check::Outcome;

/// The notes of treatment days that no plan covers, each with its day and the end of the last plan before it.
type Uncovered = Vec<(usize, Date, Date)>;

/// The rules, over one episode.
pub(crate) struct Rules<'e, 't>(pub(crate) &'e Episode<'t>);

fn holds(confidence: f32, places: Vec<Place>) -> Outcome {
    Outcome { places, ..Outcome::holds(confidence, Vec::new()) }
}

fn fails(confidence: f32, places: Vec<Place>, detail: impl Into<String>) -> Outcome {
    Outcome { places, detail: detail.into(), ..Outcome::fails(confidence) }
}

impl Rules<'_, '_> {
    fn place(&self, index: usize) -> Place {
        (index, self.0.documents[index].place())
    }

    pub(crate) fn treated(&self) -> Outcome {
        match self.0.treatment_days().first() {
            Some((index, _)) => holds(0.9, vec![self.place(*index)]),
            None => self.0.undated().map_or_else(|| Outcome::fails(0.9), Outcome::unknown),
        }
    }

    pub(crate) fn treatment_days(&self, least: u32) -> Outcome {
        if let Some(why) = self.0.undated() {
            return Outcome::unknown(why);
        }
        let clock = clock(self.0, least.max(1));
        if clock.days >= least || !clock.reports.is_empty() { holds(0.95, Vec::new()) } else { Outcome::fails(0.95) }
    }

    pub(crate) fn plan_first(&self) -> Outcome {
        if let Some(why) = self.0.undated() {
            return Outcome::unknown(why);
        }
        let Some((first, day)) = self.0.treatment_days().first().copied() else {
            return Outcome::unknown("No treatment day is among the notes.");
        };
        match self.0.plans().first() {
            Some((plan, date)) if *date <= day => holds(0.9, vec![self.place(*plan), self.place(first)]),
            Some((plan, date)) => {
                let detail = format!("The first treatment was {} days before it.", days_between(day, *date));
                fails(0.9, vec![self.place(first), self.place(*plan)], detail)
            }
            None => fails(0.7, vec![self.place(first)], "No plan of care is among the notes."),
        }
    }

    pub(crate) fn certified(&self, within: i32, order_from: Option<Date>) -> Outcome {
        if let Some(why) = self.0.undated() {
            return Outcome::unknown(why);
        }
        let Some((plan, written)) = self.0.plans().first().copied() else {
            return Outcome::unknown("No plan of care is among the notes.");
        };
        let first = self.0.treatment_days().first().map_or(written, |(_, day)| *day);
        let due = after(first, within);
        let documents = || self.0.documents.iter().enumerate();
        // A further plan is certified by its own signature.
        let later = self.0.plans().get(1).map(|(index, _)| *index);
        let mut signed: Vec<(Date, Place)> = documents()
            .filter(|(index, _)| Some(*index) != later)
            .flat_map(|(index, d)| d.certified.iter().map(move |(date, span)| (*date, (index, *span))))
            .filter(|(date, _)| *date >= written)
            .collect();
        signed.sort();
        if let Some((date, place)) = signed.first().filter(|(date, _)| *date <= due) {
            let mut outcome = holds(0.9, vec![*place]);
            outcome.detail =
                format!("Certified on day {} after the first treatment.", days_between(first, *date).max(0));
            return outcome;
        }
        if order_from.is_some_and(|from| first >= from) {
            let order = documents().find_map(|(index, d)| Some((index, d.ordered.first()?.1)));
            let sent = documents()
                .find_map(|(index, d)| d.sent.iter().find(|(date, _)| *date <= due).map(|(_, span)| (index, *span)));
            if let (Some(order), Some(sent)) = (order, sent) {
                let mut outcome = holds(0.8, vec![order, sent]);
                outcome.detail = "A signed order on file and the plan sent in time stand in for the signature.".into();
                return outcome;
            }
        }
        if let Some((date, place)) = signed.first() {
            let detail = format!("It was certified on day {} after the first treatment.", days_between(first, *date));
            return fails(0.9, vec![*place], detail);
        }
        let over = self.0.closed() || self.0.last_day().is_some_and(|last| last >= due);
        if !over {
            return Outcome::unknown(format!("The plan is to be certified by {due}; no note is as late as that."));
        }
        fails(0.8, vec![self.place(plan)], "No physician's dated signature was found.")
    }

    /// The treatment days that no plan covers, each with the end of the last plan before it; and the plans in use.
    fn uncovered(&self, at_most: i32, signed: bool) -> Option<(Uncovered, Vec<usize>)> {
        let plans = self.0.plans();
        let days = self.0.treatment_days();
        let first = *plans.first()?;
        let mut covered = self.0.covers_until(first, days.first().map_or(first.1, |(_, day)| *day), at_most);
        let mut used = vec![first.0];
        let mut next = 1;
        let mut out = Vec::new();
        for (index, day) in days {
            while day > covered
                && let Some(plan) = plans.get(next).filter(|(_, date)| *date <= day)
            {
                next += 1;
                if !signed || !self.0.documents[plan.0].certified.is_empty() {
                    covered = self.0.covers_until(*plan, plan.1, at_most).max(covered);
                    used.push(plan.0);
                }
            }
            if day > covered {
                out.push((index, day, covered));
            }
        }
        Some((out, used))
    }

    pub(crate) fn outlives_plan(&self, at_most: i32) -> Outcome {
        if let Some(why) = self.0.undated() {
            return Outcome::unknown(why);
        }
        let plans = self.0.plans();
        let days = self.0.treatment_days();
        let (Some(plan), Some(last)) = (plans.first(), days.last()) else {
            return Outcome::unknown("A plan of care or the treatment is not among the notes.");
        };
        let start = days.first().map_or(plan.1, |(_, day)| *day);
        let ends = self.0.covers_until(*plan, start, at_most);
        if last.1 > ends { holds(0.85, vec![self.place(last.0)]) } else { Outcome::fails(0.85) }
    }

    pub(crate) fn recertified(&self, at_most: i32, signed: bool) -> Outcome {
        let Some((uncovered, used)) = self.uncovered(at_most, signed) else {
            return Outcome::unknown("No plan of care is among the notes.");
        };
        if let Some((index, day, ended)) = uncovered.first() {
            let detail = format!(
                "The plan ended on {ended}; treatment on {day}, {} days later, has none.",
                days_between(*ended, *day)
            );
            return fails(0.85, vec![self.place(*index)], detail);
        }
        holds(0.85, used.into_iter().skip(1).map(|index| self.place(index)).collect())
    }

    pub(crate) fn progress_interval(&self, limit: u32) -> Outcome {
        if let Some(why) = self.0.undated() {
            return Outcome::unknown(why);
        }
        let clock = clock(self.0, limit);
        if clock.days == 0 {
            return Outcome::unknown("No treatment day is among the notes.");
        }
        if let Some((index, day, since)) = clock.missed.first() {
            let from = days_after_first(self.0, *day).unwrap_or(0);
            let detail = format!(
                "Treatment day {since} since the last report, {from} days after the first, came without one; {} missed in all.",
                clock.missed.len()
            );
            return fails(
                0.9,
                clock.missed.iter().map(|(index, ..)| self.place(*index)).chain([self.place(*index)]).collect(),
                detail,
            );
        }
        holds(0.9, clock.reports.iter().map(|index| self.place(*index)).collect())
    }

    pub(crate) fn discharged(&self) -> Outcome {
        let last = self.0.documents.iter().rposition(|d| d.doc_type == DocType::Discharge);
        match last {
            Some(index) => holds(0.9, vec![self.place(index)]),
            None => fails(0.6, Vec::new(), "Where care goes on, say so (`open`)."),
        }
    }
}
