//! Goals over an episode: whether they keep their identifiers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Episode, Place};
use crate::rubric::Goal;
use crate::rubric::check::Outcome;
use crate::text::Span;

/// Words that every goal has.
const COMMON: &[&str] = &[
    "will",
    "with",
    "goal",
    "patient",
    "term",
    "long",
    "short",
    "able",
    "weeks",
    "week",
    "within",
    "from",
    "into",
    "that",
    "this",
    "each",
    "progressing",
    "progress",
    "status",
    "current",
    "currently",
    "improve",
    "improved",
    "increase",
    "increased",
    "decrease",
    "demonstrate",
    "partially",
    "continue",
    "ongoing",
    "today",
    "when",
    "using",
    "order",
    "least",
    "trials",
    "independent",
    "independently",
    "assist",
    "minutes",
    "during",
    "their",
];

/// The share of words two wordings of one goal have in common at least, of the shorter.
const SAME: f64 = 0.2;
/// The share from which two goals are the same one under two names.
const TWIN: f64 = 0.75;

/// Holds when goals keep their identifiers from note to note and an identifier never comes to name another goal.
pub(crate) fn continuity(episode: &Episode<'_>) -> Outcome {
    let mut order: Vec<usize> =
        (0..episode.documents.len()).filter(|index| !episode.documents[*index].note.facts.goals.is_empty()).collect();
    order.sort_by_key(|index| (episode.documents[*index].date, *index));
    let mut known: BTreeMap<String, (BTreeSet<String>, Place)> = BTreeMap::new();
    let (mut named, mut compared) = (0, 0);
    let mut places: Vec<Place> = Vec::new();
    let mut broken = 0;
    for index in &order {
        let document = &episode.documents[*index];
        let text = document.note.page.text;
        let goals: Vec<(&Goal, BTreeSet<String>)> = document
            .note
            .facts
            .goals
            .iter()
            .filter(|goal| !goal.id.is_empty())
            .map(|goal| (goal, words(text, goal.span)))
            .collect();
        named += usize::from(!goals.is_empty());
        for (goal, words) in &goals {
            if words.len() < 2 {
                continue;
            }
            let place = (*index, goal.span);
            let another = known.iter().find(|(id, (own, _))| {
                **id != goal.id
                    && own.len() > 2
                    && words.len() > 2
                    && alike(own, words) >= TWIN
                    && !goals.iter().any(|(g, _)| g.id == **id)
            });
            match known.get(&goal.id) {
                Some((own, before)) => {
                    compared += 1;
                    if alike(own, words) < SAME {
                        broken += 1;
                        places.extend([*before, place]);
                    }
                }
                None if another.is_some() => {
                    compared += 1;
                    broken += 1;
                    places.extend(another.map(|(_, (_, before))| *before).into_iter().chain([place]));
                }
                None => {}
            }
        }
        for (goal, words) in goals {
            // The wording of the plan stands: a report shortens it.
            known.entry(goal.id.clone()).or_insert((words, (*index, goal.span)));
        }
    }
    if order.len() < 2 || named < 2 {
        return Outcome::unknown("Needs two notes whose goals are numbered.");
    }
    if broken == 0 {
        return Outcome::holds(if compared == 0 { 0.5 } else { 0.75 }, Vec::new());
    }
    let detail = format!("{broken} goals changed under the same identifier, or kept their words under another.");
    Outcome { places, detail, ..Outcome::fails(0.7) }
}

/// The share of the words of the shorter that stand in the longer.
fn alike(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    let shorter = a.len().min(b.len()).max(1);
    a.intersection(b).count() as f64 / shorter as f64
}

fn words(text: &str, span: Span) -> BTreeSet<String> {
    let lower = span.of(text).to_lowercase();
    lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 3 && !COMMON.contains(word))
        .map(|word| word.trim_end_matches("ing").trim_end_matches(['s', 'e']).to_owned())
        .collect()
}
