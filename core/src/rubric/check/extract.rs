//! `extract`: a fact was read out of the note.

use std::collections::HashSet;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Note, Outcome};
use crate::rubric::extract::page::{inside, lists};
use crate::rubric::extract::{Goal, GoalTerm, goal_heading};
use crate::text::Span;
use crate::text::pattern::compiled;
use crate::text::sweep::Pattern;

/// A kind of fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
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
    /// Statements that show the skills of a therapist.
    Skilled,
    /// Statements that give fitness or diversion as the therapy.
    Unskilled,
    /// Statements that say how treatment goes on.
    Plan,
    /// Medicines with a dose, a route or a schedule.
    Medications,
    /// Signatures.
    Signatures,
}

/// A fact that must be there; or one of several.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
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
        let all = &facts.goals;
        let goals = || inside(all, region, |goal| goal.span);
        let planned = || {
            let any_new = all.iter().any(|goal| goal.new);
            // What is told of without a word of how it stands is still planned.
            goals().filter(move |goal| !any_new || goal.new || goal.status.is_none())
        };
        let spans = |list: &[Span]| inside(list, region, |span| *span).copied().collect();
        match self {
            Self::Goals => goals().map(|g| g.span).collect(),
            Self::PlannedGoals => planned().map(|g| g.span).collect(),
            Self::ReportedGoals => goals().filter(|g| !g.new).map(|g| g.span).collect(),
            Self::LongTermGoals => {
                let long = all.iter().any(|g| g.term == GoalTerm::Long);
                // "Long term: to be written after testing": those that are not called long-term are none.
                if !long && note.page.swept.has(&LONG_TO_COME) {
                    return Vec::new();
                }
                let term = if long { GoalTerm::Long } else { GoalTerm::Unstated };
                let mut found: Vec<Span> = planned().filter(|g| g.term == term).map(|g| g.span).collect();
                // What stands in a list with one that is called long-term is another.
                let head = |goal: &Goal| goal_heading(&note.page, all, goal.span);
                let lists: HashSet<Span> = planned().filter(|g| g.term == GoalTerm::Long).filter_map(head).collect();
                if long {
                    let beside =
                        |g: &&Goal| g.term == GoalTerm::Unstated && head(g).is_some_and(|own| lists.contains(&own));
                    found.extend(planned().filter(beside).map(|g| g.span));
                }
                // What calls them long-term stands over them.
                let heads: Vec<Span> = found
                    .iter()
                    .filter_map(|goal| goal_heading(&note.page, all, *goal))
                    .filter(|head| region.contains(*head))
                    .collect();
                found.extend(heads);
                found.sort();
                found.dedup();
                found
            }
            Self::GoalTargets => goals().filter_map(|g| g.target).collect(),
            Self::GoalFunctions => goals().filter_map(|g| g.function).collect(),
            // A goal's standing may be told elsewhere: it counts for the goal all the same.
            Self::GoalStatus => goals().filter_map(|g| g.status).collect(),
            Self::OverallGoalStatus => facts.overall_goal_status.into_iter().filter(|s| region.contains(*s)).collect(),
            Self::Therapy => therapy(note).into_iter().filter(|span| region.contains(*span)).collect(),
            Self::Interventions => spans(&facts.interventions),
            Self::PlannedInterventions => spans(&facts.planned_interventions),
            Self::Frequency => spans(&facts.frequency),
            Self::Duration => spans(&facts.duration),
            Self::Measures => spans(&facts.measures),
            Self::Period => spans(&facts.periods),
            Self::Diagnosis => spans(&facts.diagnoses),
            Self::BodyPart => spans(&facts.body_parts),
            Self::Complexities => spans(&facts.complexities),
            Self::Skilled => spans(&facts.skilled),
            Self::Unskilled => spans(&facts.unskilled),
            Self::Plan => spans(&facts.plan),
            Self::Medications => spans(&facts.medications),
            Self::Signatures => inside(&facts.signatures, region, |s| s.span).map(|s| s.span).collect(),
        }
    }
}

/// Long-term goals that are still to be written.
pub(in crate::rubric) static LONG_TO_COME: Pattern = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:long[\s-]*(?:term|range)(?:\s+(?:goals?|aims?|objectives?))?|LTGs?)\s*[:=–-]?\s*(?:(?:are|is|will\s+be|to\s+be|not\s+yet)\s+(?:to\s+be\s+)?(?:set|written|established|added|determined|agreed|developed|discussed|made|decided)|TBD\b|tba\b|pending\b|deferred\b|none\b|n/a\b)",
    )
});

pub(in crate::rubric) static SPEECH: Pattern = LazyLock::new(|| {
    compiled(
        r"\b(?P<name>ST)\s*(?:[:–-]\s|\d|once\b|twice\b|weekly\b|daily\b|every\b|each\b|for\s|to\s+(?:address|treat|consist|include)|services\b|plan\b|recert|tx\b|treatment\b|therapy\b|q\s?(?:\d|w|o))|\b(?P<said>[Ss]peech)\s+(?:recert|eval|plan|tx|path|services|progress|POC)",
    )
});

/// Whether a place lies in a signature.
fn is_signed(note: &Note<'_>, span: Span) -> bool {
    note.facts.signatures.iter().any(|signature| signature.span.contains(span))
}

/// Where the therapy is named by its name.
fn therapy(note: &Note<'_>) -> Vec<Span> {
    let l = lists();
    let page = &note.page;
    let mut found: Vec<Span> = [l.therapy_pt, l.therapy_ot, l.therapy_slp]
        .iter()
        .flat_map(|list| page.hits(*list, page.whole()))
        .copied()
        .filter(|span| !crate::rubric::detect::is_patient(page, *span))
        .filter(|span| {
            let stands = page.assertion(*span);
            // "[ ] PT  [ ] OT": nobody ticked it. The letters after the name of whoever signed plan nothing.
            !stands.historical && !stands.negated && !stands.template && !is_signed(note, *span)
        })
        .collect();
    // "ST 5x/week": as short as that, only beside what plans it.
    found.extend(
        page.swept
            .all_parts(&SPEECH)
            .filter_map(|m| m.name("name").or(m.name("said")))
            .map(|m| Span::new(m.start(), m.end())),
    );
    // The plan's own words first.
    found.sort_by_key(|span| (page.topic(span.start) != crate::rubric::extract::outline::Topic::Plan, *span));
    found
}
