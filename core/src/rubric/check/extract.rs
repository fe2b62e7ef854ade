//! `extract`: a fact was read out of the note.

use serde::Deserialize;

use super::{Note, Outcome};
use crate::rubric::Discipline;
use crate::rubric::extract::GoalTerm;
use crate::rubric::extract::page::lists;
use crate::text::Span;

/// A kind of fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FactKind {
    /// Every goal.
    Goals,
    /// The goals a plan holds: those for the period to come where a note also reports on earlier ones.
    PlannedGoals,
    /// The goals a report speaks to: not those for a period to come.
    ReportedGoals,
    /// Long-term goals among those of the plan.
    LongTermGoals,
    /// What goals can be measured by.
    GoalTargets,
    /// What goals are useful for.
    GoalFunctions,
    /// How goals stand.
    GoalStatus,
    /// How goals stand, told of all at once.
    OverallGoalStatus,
    /// Interventions and activities that were given.
    Interventions,
    /// Therapy that is planned or given.
    PlannedInterventions,
    /// The therapy, by name: physical, occupational, speech-language.
    Therapy,
    /// How often.
    Frequency,
    /// How long.
    Duration,
    /// Objective measures.
    Measures,
    /// Reporting periods.
    Period,
    /// Diagnoses.
    Diagnosis,
    /// Body parts.
    BodyPart,
    /// Conditions that affect treatment.
    Complexities,
    /// Medicines with a dose, a route or a schedule.
    Medications,
    /// Signatures.
    Signatures,
}

/// A fact that must be there; or one of several.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub(crate) struct Fact(FactKind);

impl Fact {
    pub(super) fn evaluate(self, note: &Note<'_>, region: Span) -> Outcome {
        let found = self.0.spans(note, region);
        match (self.0, found.is_empty()) {
            // A plain "goal" that is never called long-term is less sure to be one.
            (FactKind::LongTermGoals, false) => {
                let named = note.facts.goals.iter().any(|goal| goal.term == GoalTerm::Long);
                Outcome::holds(if named { 0.95 } else { 0.65 }, found)
            }
            _ => Outcome::found(found),
        }
    }
}

impl FactKind {
    /// The places of the fact inside a region, in order.
    pub(super) fn spans(self, note: &Note<'_>, region: Span) -> Vec<Span> {
        let facts = &note.facts;
        let goals = &facts.goals;
        let any_new = goals.iter().any(|goal| goal.new);
        let planned = || goals.iter().filter(move |goal| !any_new || goal.new);
        let found: Vec<Span> = match self {
            Self::Goals => goals.iter().map(|g| g.span).collect(),
            Self::PlannedGoals => planned().map(|g| g.span).collect(),
            Self::ReportedGoals => goals.iter().filter(|g| !g.new).map(|g| g.span).collect(),
            Self::LongTermGoals => {
                let named: Vec<Span> = planned().filter(|g| g.term == GoalTerm::Long).map(|g| g.span).collect();
                if named.is_empty() && !goals.iter().any(|g| g.term == GoalTerm::Long) {
                    planned().filter(|g| g.term == GoalTerm::Unstated).map(|g| g.span).collect()
                } else {
                    named
                }
            }
            Self::GoalTargets => goals.iter().filter_map(|g| g.target).collect(),
            Self::GoalFunctions => goals.iter().filter_map(|g| g.function).collect(),
            Self::GoalStatus => {
                // A goal's standing may be told elsewhere: it counts for the goal all the same.
                return goals.iter().filter(|g| region.contains(g.span)).filter_map(|g| g.status).collect();
            }
            Self::OverallGoalStatus => facts.overall_goal_status.into_iter().collect(),
            Self::Interventions => facts.interventions.clone(),
            Self::PlannedInterventions => facts.planned_interventions.clone(),
            Self::Therapy => therapy(note),
            Self::Frequency => facts.frequency.clone(),
            Self::Duration => facts.duration.clone(),
            Self::Measures => facts.measures.clone(),
            Self::Period => facts.periods.clone(),
            Self::Diagnosis => facts.diagnoses.clone(),
            Self::BodyPart => facts.body_parts.clone(),
            Self::Complexities => facts.complexities.clone(),
            Self::Medications => facts.medications.clone(),
            Self::Signatures => facts.signatures.iter().map(|s| s.span).collect(),
        };
        found.into_iter().filter(|span| region.contains(*span)).collect()
    }
}

/// Where the therapy is named, by its name or by the letters of whoever signed.
fn therapy(note: &Note<'_>) -> Vec<Span> {
    let l = lists();
    let page = &note.page;
    let mut found: Vec<Span> = [l.therapy_pt, l.therapy_ot, l.therapy_slp]
        .iter()
        .flat_map(|list| page.hits(*list, page.whole()))
        .copied()
        .filter(|span| !crate::rubric::detect::is_patient(page, *span))
        .filter(|span| !page.assertion(*span).historical && !page.assertion(*span).negated)
        .collect();
    found.extend(
        note.facts
            .signatures
            .iter()
            .filter(|s| matches!(s.discipline, Some(Discipline::Pt | Discipline::Ot | Discipline::Slp)))
            .map(|s| s.span),
    );
    // The plan's own words first.
    found.sort_by_key(|span| (page.topic(span.start) != crate::rubric::extract::outline::Topic::Plan, *span));
    found
}
