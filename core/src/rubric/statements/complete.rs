//! Completes the facts that rules read out of a note with what its statements say: adds what no rule knows, and takes back
//! what no reader would call so.

use std::collections::HashMap;

use super::{Kind, Statement, Statements};
use crate::rubric::extract::outline::Topic;
use crate::rubric::extract::page::{Page, holder, lists, overlapped, touching};
use crate::rubric::extract::{
    Facts, Goal, GoalTerm, goal_at, goal_term, has_tail, is_former, is_placeholder, names_goals, status_at,
};
use crate::text::Span;

/// From here on a statement is what no rule saw in it.
const SURE: f32 = 0.7;
/// More likely than not: enough where a rule found part of it, and where nothing hangs on a single statement.
const LIKELY: f32 = 0.5;
/// A statement names what affects treatment from here on.
const COMPLICATES: f32 = 0.6;
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
/// Where the items of a list are this likely goals on average, the list is one of goals.
const LIST: f32 = 0.4;
/// What an item of a list of goals must at least be taken for, to be one; without number or bullet, `PLAIN`.
const ITEM: f32 = 0.1;
/// As `ITEM`, where lines merely follow each other.
const PLAIN: f32 = 0.45;

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
    let mut own = found(Kind::Complexity, COMPLICATES);
    own.retain(|span| !of_another(page, *span) && !only_medicines(page, facts, *span));
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
    // What is surely planned needs to name an activity only faintly.
    let intended: Vec<Span> = statements
        .iter()
        .filter(|s| s.is(Kind::Planned) >= LIKELY && s.is(Kind::Activity) >= HARDLY && s.is(Kind::Plan) < SURE)
        .map(|s| s.span)
        .filter(|span| says_something(page, *span))
        .collect();
    add(&mut facts.planned_interventions, &intended);
    facts.skilled = found(Kind::Skilled, LIKELY);
    let totals: Vec<_> = [facts.minutes.timed, facts.minutes.total].into_iter().flatten().collect();
    facts.unskilled = statements
        .iter()
        .filter(|s| s.is(Kind::Unskilled) >= HELD && s.is(Kind::Skilled) < LIKELY)
        .map(|s| s.span)
        // What names what only a therapist does, "tactile cues to control valgus", is not unskilled by its tone.
        .filter(|span| page.hits(lists().skilled, *span).is_empty())
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

/// Whether a statement lists medicines and names no condition beside them.
fn only_medicines(page: &Page<'_>, facts: &Facts, span: Span) -> bool {
    let l = lists();
    let names =
        [l.comorbidity, l.primary_condition, l.complexity_cue].iter().any(|list| !page.hits(*list, span).is_empty());
    overlapped(&facts.medications, span) && !names
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
    let lists = lists_of_goals(page, facts, statements);
    for statement in statements.iter() {
        // How a goal stands is told in figures; a measurement that is no report on a goal is none.
        let reported = statement.is(Kind::GoalReported) >= CERTAIN && statement.is(Kind::Status) >= SURE;
        let alone = statement.holds_goal() >= needed && (statement.is(Kind::Measure) < LIKELY || reported);
        let list = statement.list.and_then(|list| lists.get(&list));
        let item = if is_item(page, statement.span) { ITEM } else { PLAIN };
        let listed = list.is_some() && statement.holds_goal() >= item;
        if !(alone || listed)
            || is_heading(page, statement.span)
            || touching(&facts.goals, statement.span, |goal| goal.span).next().is_some()
            || (statement.is(Kind::GoalReported) < LIKELY && is_former(statement.span.of(page.text)))
        {
            continue;
        }
        // A list sets goals or reports on goals as a whole.
        let sets = list.copied().unwrap_or(statement.sets_goal() > statement.is(Kind::GoalReported));
        more.push(goal_at(page, statement.span, term(statement), reports && sets));
    }
    facts.goals.append(&mut more);
    facts.goals.sort_by_key(|goal| goal.span);
    for goal in facts.goals.iter_mut().filter(|goal| goal.term == GoalTerm::Unstated) {
        if let Some(statement) = statements.at(goal.text.start) {
            goal.term = term(statement);
        }
    }
    // What stands over a list calls its items long- or short-term, whatever they say themselves.
    let headed: Vec<Option<GoalTerm>> = facts.goals.iter().map(|goal| goal_term(page, &facts.goals, goal)).collect();
    for (goal, term) in facts.goals.iter_mut().zip(headed) {
        goal.term = term.unwrap_or(goal.term);
    }
}

/// The lists whose items are goals, and whether they set them rather than report on them: who lists some goals lists all of them.
fn lists_of_goals(page: &Page<'_>, facts: &Facts, statements: &Statements) -> HashMap<usize, bool> {
    #[derive(Default)]
    struct Seen {
        items: f32,
        marked: f32,
        goals: f32,
        likely: f32,
        sets: f32,
        reported: f32,
    }
    let mut seen: HashMap<usize, Seen> = HashMap::new();
    for statement in statements.iter().filter(|s| !is_heading(page, s.span)) {
        let Some(list) = statement.list else { continue };
        let entry = seen.entry(list).or_default();
        let known = touching(&facts.goals, statement.span, |goal| goal.span).next().is_some();
        let sure = statement.holds_goal() >= SURE && statement.is(Kind::Measure) < LIKELY;
        entry.items += 1.0;
        entry.marked += f32::from(u8::from(is_item(page, statement.span)));
        entry.goals += f32::from(u8::from(known || sure));
        entry.likely += statement.holds_goal();
        entry.sets += statement.sets_goal().min(1.0);
        entry.reported += statement.is(Kind::GoalReported);
    }
    seen.retain(|_, list| {
        let marked = list.marked * 2.0 > list.items;
        list.items >= 2.0
            && if marked {
                list.goals * 2.0 >= list.items || list.likely >= LIST * list.items
            } else {
                list.goals >= 2.0 && list.goals * 2.0 >= list.items
            }
    });
    seen.into_iter().map(|(list, seen)| (list, seen.sets > seen.reported)).collect()
}

/// Whether a statement begins with the mark of an item: a bullet, a number, a bar, "M1", "L2".
fn is_item(page: &Page<'_>, span: Span) -> bool {
    let content = span.of(page.text);
    let mut chars = content.chars();
    let first = chars.next();
    let numbered = |rest: &str| {
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        (1..=2).contains(&digits) && rest[digits..].starts_with([' ', '\t', '.', ')', ':'])
    };
    crate::text::lines::list_marker(content) > 0
        || content.starts_with('|')
        || numbered(content)
        || (first.is_some_and(char::is_uppercase)
            && [". ", ") ", "  "].iter().any(|mark| chars.as_str().starts_with(mark)))
        || (first.is_some_and(char::is_alphabetic) && numbered(chars.as_str()))
}

/// Whether a statement heads what follows: it ends in a colon or only names goals, and nothing follows on its line.
fn is_heading(page: &Page<'_>, span: Span) -> bool {
    let content = span.of(page.text).trim_end();
    (content.ends_with(':') || names_goals(content))
        && page.text[span.end..].trim_start_matches([' ', '\t', '\r']).starts_with('\n')
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
        let open = ((tails * 2 >= count && !has_tail(page, goal)) || ends_open(goal.span.of(page.text)))
            && !runs_on(page, goal.span);
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
        // Words or figures after the goal's own need less to be believed.
        if goal.status.is_none() && likely >= HARDLY && own().any(|s| s.is(Kind::GoalReported) >= LIKELY) {
            goal.status = status_at(page, goal);
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
    // The bar that closes a row: its last cell may be filled.
    let goal = goal.strip_suffix('|').map_or(goal, str::trim_end);
    goal.ends_with([':', '|', '=', '_']) || goal.ends_with("..") || goal.ends_with("--")
}

/// Whether the line goes on after a goal: a sentence that ends in dots, and then how it stands.
fn runs_on(page: &Page<'_>, goal: Span) -> bool {
    let line = page.line(goal.end.saturating_sub(1).max(goal.start));
    page.text.get(goal.end..line.end).is_some_and(|rest| rest.contains(char::is_alphanumeric))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::NEVER;
    use crate::rubric::terms::Vocabulary;

    #[test]
    fn items_and_headings() {
        for (content, item, heading) in [
            ("M1  keep the transfer at one helper", true, false),
            ("| 1. walk a mile | met |", true, false),
            ("B. be heard across the table", true, false),
            ("- dress alone", true, false),
            ("She walks a mile", false, false),
            ("Against her goals:", false, true),
            ("Long-term aims of the programme", false, true),
            ("Goal 2 met on 4 of 5 days", false, false),
        ] {
            let text = format!("{content}\n1. walk\n");
            let page = Page::new(&text, Vocabulary::builtin(), &NEVER);
            let span = Span::new(0, content.len());
            assert_eq!((is_item(&page, span), is_heading(&page, span)), (item, heading), "{content}");
        }
    }

    /// Statements of one list: the text of each, how likely it sets a goal, and how likely it measures.
    fn of_one_list(text: &str, likely: &[(f32, f32)]) -> Statements {
        let mut at = 0;
        let statement = |(line, (goal, measure)): (&str, &(f32, f32))| {
            let mut probabilities = [0.0; super::super::KINDS];
            probabilities[Kind::Goal as usize] = *goal;
            probabilities[Kind::Measure as usize] = *measure;
            let span = Span::new(at, at + line.len());
            at += line.len() + 1;
            Statement { span, list: Some(0), probabilities }
        };
        Statements(text.lines().zip(likely).map(statement).collect())
    }

    #[test]
    fn who_lists_some_goals_lists_all_of_them() {
        let goals_of = |text: &str, likely: &[(f32, f32)]| {
            let page = Page::new(text, Vocabulary::builtin(), &NEVER);
            let mut facts = Facts::default();
            goals(&page, &mut facts, &of_one_list(text, likely));
            facts.goals.iter().map(|goal| goal.text.of(text).to_owned()).collect::<Vec<_>>()
        };
        let text = "- dress alone in ten minutes\n- bus to the market\n- cook a soup alone\n";
        // The second is hardly a goal by itself; its siblings are.
        assert_eq!(goals_of(text, &[(0.9, 0.0), (0.2, 0.0), (0.8, 0.0)]).len(), 3);
        // One goal among three items makes no list of goals, and what cannot be one stays out of it.
        assert_eq!(goals_of(text, &[(0.9, 0.0), (0.05, 0.0), (0.05, 0.0)]).len(), 1);
        assert_eq!(goals_of(text, &[(0.9, 0.0), (0.02, 0.0), (0.8, 0.0)]).len(), 2);
        // Measurements that sound like goals are none.
        assert_eq!(goals_of(text, &[(0.3, 0.9), (0.3, 0.9), (0.3, 0.9)]).len(), 0);
        // Lines that merely follow each other need more.
        let plain = "dress alone in ten minutes\nbus to the market\ncook a soup alone\n";
        assert_eq!(goals_of(plain, &[(0.9, 0.0), (0.2, 0.0), (0.8, 0.0)]).len(), 2);
    }

    #[test]
    fn a_row_is_open_only_where_its_last_cell_is() {
        assert!(ends_open("| walk a mile |      |"));
        assert!(ends_open("walk a mile ......"));
        assert!(!ends_open("| walk a mile | 0.6 miles |"));
    }
}
