//! Completes the facts that rules read out of a note with what its statements say: adds what no rule knows, and takes back
//! what no reader would call so.

use super::{Kind, Statement, Statements};
use crate::rubric::extract::outline::Topic;
use crate::rubric::extract::page::{Page, holder, overlapped, touching};
use crate::rubric::extract::{Facts, Goal, GoalTerm, goal_at, has_tail, is_placeholder};
use crate::text::Span;

/// From here on a statement is what no rule saw in it.
const SURE: f32 = 0.7;
/// More likely than not: enough where a rule found part of it, and where nothing hangs on a single statement.
const LIKELY: f32 = 0.5;
/// Where rules mostly know, a statement must be surer to add anything.
const CERTAIN: f32 = 0.9;
/// What is held against a note must be surer still.
const HELD: f32 = 0.95;
/// Below this a rule that says so is wrong, where its words alone say so.
const HARDLY: f32 = 0.25;
/// Below this a rule that says so is wrong, where it knows instruments and units or conditions by name.
const UNHEARD: f32 = 0.06;
/// Below this even what stands after a goal's colon says nothing of how it stands.
const NEVER: f32 = 0.01;
/// How many statements after a goal may say how it stands.
const AFTER: usize = 3;

/// Completes `facts`.
pub(super) fn complete(page: &Page<'_>, facts: &mut Facts, statements: &Statements) {
    goals(page, facts, statements);
    standing(page, facts, statements);
    let found = |kind: Kind, threshold: f32| -> Vec<Span> {
        let says = |s: &&Statement| s.is(kind) >= threshold && says_something(page, s.span);
        statements.iter().filter(says).map(|s| s.span).collect()
    };
    // What stands after a goal's colon measures how it stands: "walk 500 ft: 320 ft with a cane today".
    let standing: Vec<Span> = facts.goals.iter().filter_map(|goal| goal.status.map(|_| goal.span)).collect();
    let (mut told, mut rest): (Vec<Span>, Vec<Span>) =
        facts.measures.iter().partition(|measure| holder(&standing, **measure, |goal| *goal).is_some());
    retain(&mut rest, statements, Kind::Measure);
    told.append(&mut rest);
    told.sort();
    facts.measures = told;
    retain(&mut facts.complexities, statements, Kind::Complexity);
    // A measurement is a figure.
    let figures = found(Kind::Measure, CERTAIN)
        .into_iter()
        .filter(|span| span.of(page.text).contains(is_digit))
        .collect::<Vec<_>>();
    add(&mut facts.measures, &figures);
    // What a relative has affects nobody's treatment.
    let own = found(Kind::Complexity, LIKELY).into_iter().filter(|span| !of_another(page, *span)).collect::<Vec<_>>();
    add(&mut facts.complexities, &own);
    add(&mut facts.diagnoses, &found(Kind::Diagnosis, CERTAIN));
    let activities = found(Kind::Activity, LIKELY);
    let given: Vec<Span> = statements
        .iter()
        .filter(|s| s.is(Kind::Activity) >= SURE && s.is(Kind::Planned) < LIKELY)
        .filter(|s| page.topic(s.span.start) != Topic::Plan)
        .map(|s| s.span)
        .collect();
    add(&mut facts.interventions, &given);
    add(&mut facts.planned_interventions, &activities);
    facts.skilled = found(Kind::Skilled, LIKELY);
    let totals: Vec<_> = [facts.minutes.timed, facts.minutes.total].into_iter().flatten().collect();
    facts.unskilled = statements
        .iter()
        .filter(|s| s.is(Kind::Unskilled) >= HELD && s.is(Kind::Skilled) < LIKELY)
        .map(|s| s.span)
        .filter(|span| !totals.iter().any(|total| total.span.overlaps(*span)))
        .collect();
    facts.plan = found(Kind::Plan, SURE);
    facts.functions = found(Kind::Function, LIKELY);
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// Whether a statement says more than its label and a number: "DX   1." says nothing.
fn says_something(page: &Page<'_>, span: Span) -> bool {
    let content = span.of(page.text);
    let words =
        content.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().any(char::is_alphabetic)).count();
    words >= 2 && !is_placeholder(content)
}

/// Whether a statement speaks of somebody else: every part of it that is asserted at all.
fn of_another(page: &Page<'_>, span: Span) -> bool {
    let content = span.of(page.text);
    let end = content.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    let last = content[..end].rfind(|c: char| !c.is_alphanumeric()).map_or(0, |at| at + 1);
    page.assertion(Span::new(span.start + last, span.start + end)).other_person
}

/// Adds those that touch nothing that is there.
fn add(list: &mut Vec<Span>, more: &[Span]) {
    let new: Vec<Span> = more.iter().filter(|span| !overlapped(list, **span)).copied().collect();
    list.extend(new);
    list.sort();
}

/// Keeps what stands in a statement that may be of the kind.
fn retain(list: &mut Vec<Span>, statements: &Statements, kind: Kind) {
    list.retain(|span| statements.at(span.start).is_none_or(|s| s.is(kind) >= UNHEARD));
}

/// Goals: those that only a statement shows, and the term of those that do not say it.
fn goals(page: &Page<'_>, facts: &mut Facts, statements: &Statements) {
    facts.goals.retain(|goal| {
        // What is labelled or numbered as a goal is one.
        !goal.id.is_empty()
            || touching(&statements.0, goal.span, |s| s.span).map(Statement::holds_goal).fold(0.0, f32::max) >= HARDLY
    });
    let reports = statements.iter().any(|s| s.is(Kind::GoalReported) >= LIKELY);
    let mut more: Vec<Goal> = Vec::new();
    // Who numbers some goals numbers all of them.
    let needed = if facts.goals.iter().any(|goal| !goal.id.is_empty()) { CERTAIN } else { SURE };
    for statement in statements.iter().filter(|s| s.holds_goal() >= needed && s.is(Kind::Measure) < LIKELY) {
        if touching(&facts.goals, statement.span, |goal| goal.span).next().is_some() {
            continue;
        }
        let new = reports && statement.sets_goal() > statement.is(Kind::GoalReported);
        more.push(goal_at(page, statement.span, term(statement), new));
    }
    facts.goals.append(&mut more);
    facts.goals.sort_by_key(|goal| goal.span);
    for goal in facts.goals.iter_mut().filter(|goal| goal.term == GoalTerm::Unstated) {
        if let Some(statement) = statements.at(goal.text.start) {
            goal.term = term(statement);
        }
    }
}

fn term(statement: &Statement) -> GoalTerm {
    let (long, short) = (statement.is(Kind::LongTermGoal), statement.is(Kind::ShortTermGoal));
    if long >= LIKELY && long > short {
        GoalTerm::Long
    } else if short >= SURE {
        GoalTerm::Short
    } else {
        GoalTerm::Unstated
    }
}

/// How goals stand: in the goal's own statements, or in those that follow it in its paragraph.
fn standing(page: &Page<'_>, facts: &mut Facts, statements: &Statements) {
    // Where the others of a list have something after a colon or in the next column, what has nothing there was left open.
    let tails = facts.goals.iter().filter(|goal| has_tail(page, goal)).count();
    let count = facts.goals.len();
    for goal in &mut facts.goals {
        let open = (tails * 2 >= count && !has_tail(page, goal)) || ends_open(goal.span.of(page.text));
        let own = || touching(&statements.0, goal.span, |s| s.span);
        let likely = own().map(|s| s.is(Kind::Status)).fold(0.0, f32::max);
        if goal.status.is_some_and(|status| goal.span.contains(status)) && likely < NEVER {
            goal.status = None;
        }
        if open {
            continue;
        }
        if goal.status.is_none() {
            goal.status = own().find(|s| s.is(Kind::Status) >= SURE).map(|s| s.span);
        }
        if goal.status.is_none() {
            let next = statements.0.partition_point(|s| s.span.start < goal.span.end);
            goal.status = statements.0[next..]
                .iter()
                .take(AFTER)
                .take_while(|s| goes_on(page, goal.span, s.span) && s.holds_goal() < s.is(Kind::Status).max(LIKELY))
                .find(|s| s.is(Kind::Status) >= LIKELY)
                .map(|s| s.span);
        }
    }
}

/// Whether a goal ends where its standing should begin.
fn ends_open(goal: &str) -> bool {
    let goal = goal.trim_end();
    goal.ends_with([':', '|', '=', '_']) || goal.ends_with("..") || goal.ends_with("--")
}

/// Whether a statement belongs to the item before it: same paragraph, and neither an item of its own nor labelled.
fn goes_on(page: &Page<'_>, item: Span, next: Span) -> bool {
    let between = page.text.get(item.end..next.start).unwrap_or_default();
    let listed = crate::text::lines::list_marker(item.of(page.text)) > 0;
    let fresh = between.contains('\n')
        && (listed && !between.ends_with("  ")
            || crate::text::lines::list_marker(next.of(page.text)) > 0
            || page.block_at(next.start).is_some());
    between.matches('\n').count() <= 1 && !fresh
}
