//! What is read out of a therapy note: one file a fact. Facts are evidence, not verdicts: a rubric decides.

pub(super) mod diagnosis;
mod enumerate;
pub(super) mod goals;
mod homographs;
pub(super) mod interventions;
pub(super) mod measures;
pub(super) mod medications;
pub(super) mod minutes;
pub(crate) mod outline;
pub(crate) mod page;
pub(super) mod period;
pub(super) mod schedule;
pub(super) mod signatures;
mod visit;

use serde::Serialize;

pub(crate) use diagnosis::is_placeholder;
pub use goals::{Goal, GoalTerm};
pub(crate) use goals::{
    figure, first_function, goal_at, goal_term, has_tail, heading as goal_heading, is_added, is_former, is_unchosen,
    names_another, names_goals, says_surely, status_at, told_after, told_in,
};
pub use interventions::{Service, Timing};
pub(crate) use measures::is_goal_target;
pub(crate) use minutes::number_word;
pub use minutes::{Minutes, Stated};
pub use signatures::{Role, Signature};

use crate::cancel::NEVER;
use crate::rubric::terms::Vocabulary;
use crate::text::{Span, View};
use page::Page;

/// What a therapy note says, as data. Every span is a UTF-8 byte range of the text that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Facts {
    /// Goals, in order.
    pub goals: Vec<Goal>,
    /// "All goals met", where it is said of all of them at once.
    pub overall_goal_status: Option<Span>,
    /// Services by code or billing name.
    pub services: Vec<Service>,
    /// Interventions and activities that were given.
    pub interventions: Vec<Span>,
    /// Therapy that is planned or given.
    pub planned_interventions: Vec<Span>,
    /// Minutes, in all and by service.
    pub minutes: Minutes,
    /// How often the patient is to be seen.
    pub frequency: Vec<Span>,
    /// How long the patient is to be seen.
    pub duration: Vec<Span>,
    /// Objective measures.
    pub measures: Vec<Span>,
    /// Signatures.
    pub signatures: Vec<Signature>,
    /// Dates of treatment or of the document.
    pub visit_dates: Vec<Span>,
    /// Reporting periods with both ends.
    pub periods: Vec<Span>,
    /// Diagnoses.
    pub diagnoses: Vec<Span>,
    /// Body parts.
    pub body_parts: Vec<Span>,
    /// Conditions that affect treatment, or a statement that there are none.
    pub complexities: Vec<Span>,
    /// Statements that show the skills of a therapist.
    pub skilled: Vec<Span>,
    /// Statements that give fitness or diversion as the therapy.
    pub unskilled: Vec<Span>,
    /// Statements that say how treatment goes on.
    pub plan: Vec<Span>,
    /// Statements of what the patient can or cannot do in daily life.
    pub functions: Vec<Span>,
    /// Medicines with a dose, a route or a schedule.
    pub medications: Vec<Span>,
}

impl Facts {
    /// What the rules read; the statements of the note complete it.
    pub(crate) fn read(page: &Page<'_>) -> Self {
        let overall_goal_status = page.cancel.unless_set(|| goals::overall_status(page));
        let goals = page.cancel.unless_set(|| goals::goals(page, overall_goal_status));
        let signatures = page.cancel.unless_set(|| signatures::signatures(page));
        let services = page.cancel.unless_set(|| interventions::services(page));
        let (frequency, duration) = page.cancel.unless_set(|| schedule::schedule(page, &goals));
        Self {
            overall_goal_status,
            interventions: page.cancel.unless_set(|| interventions::given(page)),
            planned_interventions: page.cancel.unless_set(|| interventions::planned(page, &frequency)),
            minutes: page.cancel.unless_set(|| minutes::minutes(page, &services)),
            duration,
            measures: page.cancel.unless_set(|| measures::measures(page, &goals)),
            visit_dates: page.cancel.unless_set(|| visit::dates(page, &signatures)),
            signatures,
            periods: page.cancel.unless_set(|| period::periods(page)),
            diagnoses: page.cancel.unless_set(|| diagnosis::diagnoses(page)),
            body_parts: page.cancel.unless_set(|| diagnosis::body_parts(page)),
            complexities: page.cancel.unless_set(|| diagnosis::complexities(page)),
            medications: page.cancel.unless_set(|| medications::medications(page)),
            skilled: Vec::new(),
            unskilled: Vec::new(),
            plan: Vec::new(),
            functions: Vec::new(),
            goals,
            services,
            frequency,
        }
    }
}

/// Reads the facts of a therapy note.
///
/// ```
/// let facts = chartguard::rubric::extract("Total treatment time: 45 min");
/// assert_eq!(facts.minutes.total.map(|total| total.minutes), Some(45));
/// ```
pub fn extract(text: &str) -> Facts {
    let view = View::new(text);
    let (note, ..) = super::detect::read(view.as_str(), Vocabulary::builtin(), &super::ScoreOptions::new(), &NEVER);
    let mut facts = note.facts;
    facts.each_span(|span| *span = view.to_source(*span));
    facts
}

impl Facts {
    /// Puts something else for every place.
    pub(crate) fn each_span(&mut self, mut change: impl FnMut(&mut Span)) {
        let lists = [
            &mut self.interventions,
            &mut self.planned_interventions,
            &mut self.frequency,
            &mut self.duration,
            &mut self.measures,
            &mut self.visit_dates,
            &mut self.periods,
            &mut self.diagnoses,
            &mut self.body_parts,
            &mut self.complexities,
            &mut self.medications,
            &mut self.skilled,
            &mut self.unskilled,
            &mut self.plan,
            &mut self.functions,
        ];
        lists.into_iter().flatten().for_each(&mut change);
        for goal in &mut self.goals {
            change(&mut goal.span);
            change(&mut goal.text);
            [&mut goal.target, &mut goal.function, &mut goal.time_frame, &mut goal.status]
                .into_iter()
                .flatten()
                .for_each(&mut change);
        }
        self.services.iter_mut().for_each(|service| change(&mut service.span));
        for signature in &mut self.signatures {
            change(&mut signature.span);
            signature.date.iter_mut().for_each(&mut change);
        }
        let minutes = &mut self.minutes;
        for stated in
            [&mut minutes.timed, &mut minutes.total, &mut minutes.untimed, &mut minutes.clock].into_iter().flatten()
        {
            change(&mut stated.span);
        }
        minutes.services.iter_mut().for_each(|stated| change(&mut stated.span));
        minutes.untimed_only.iter_mut().for_each(&mut change);
        self.overall_goal_status.iter_mut().for_each(&mut change);
    }
}
