//! Completes the facts that rules read out of a note with what its statements say: adds what no rule knows, and takes back
//! what no reader would call so.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::{Kind, Statement, Statements, standing, table};
use crate::rubric::extract::outline::Topic;
use crate::rubric::extract::page::{Page, holder, lists, overlapped, touching};
use crate::rubric::extract::{
    Facts, Goal, GoalTerm, first_function, goal_at, goal_term, is_added, is_former, is_goal_target, is_placeholder,
    is_unchosen, names_goals,
};
use crate::text::Span;
use crate::text::hash::{QuickMap, with_room};
use crate::text::pattern::compiled;

/// From here on a statement is what no rule saw in it.
pub(super) const SURE: f32 = 0.7;
/// More likely than not: enough where a rule found part of it, and where nothing hangs on a single statement.
pub(super) const LIKELY: f32 = 0.5;
/// A statement names what affects treatment from here on.
const COMPLICATES: f32 = 0.6;
/// Where rules mostly know, a statement must be surer to add anything.
pub(super) const CERTAIN: f32 = 0.9;
/// What reports on a goal in figures is a report on one from here on.
const TOLD: f32 = 0.85;
/// What is held against a note must be surer still.
const HELD: f32 = 0.95;
/// Below this a rule that says so is wrong, where its words alone say so.
pub(super) const HARDLY: f32 = 0.25;
/// Below this a rule that says so is wrong, where it knows instruments and units or conditions by name.
const UNHEARD: f32 = 0.06;
/// Where the items of a list are this likely goals on average, the list is one of goals.
const LIST: f32 = 0.4;
/// What an item of a list of goals must at least be taken for, to be one; without number or bullet, `PLAIN`.
const ITEM: f32 = 0.1;
/// As `ITEM`, where lines merely follow each other.
const PLAIN: f32 = 0.45;

/// Completes `facts`.
pub(super) fn complete(page: &Page<'_>, facts: &mut Facts, statements: &Statements) {
    goals(page, facts, statements);
    standing::standing(page, facts, statements);
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
    facts.measures.retain(|measure| !is_goal_target(page, *measure, &facts.goals));
    leave_goals(&mut facts.frequency, &facts.goals);
    leave_goals(&mut facts.duration, &facts.goals);
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
    // What is to be reached is not what was done.
    for list in [&mut facts.interventions, &mut facts.planned_interventions] {
        list.retain(|span| holder(&facts.goals, *span, |goal| goal.span).is_none());
    }
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
    // What was ordered or given says nothing of how treatment goes on; nor does a statement of skill.
    facts.plan = statements
        .iter()
        .filter(|s| s.is(Kind::Plan) >= SURE && s.is(Kind::Skilled) < LIKELY)
        .map(|s| s.span)
        .filter(|span| says_something(page, *span) && !is_past_order(span.of(page.text)))
        .collect();
    facts.functions = found(Kind::Function, LIKELY);
}

/// Leaves aside what stands in a goal, where something else stands outside of one.
fn leave_goals(list: &mut Vec<Span>, goals: &[Goal]) {
    let own = |span: &Span| holder(goals, *span, |goal| goal.span).is_some();
    if list.iter().any(|span| !own(span)) {
        list.retain(|span| !own(span));
    }
}

/// Whether a statement tells of what was ordered, and of nothing to come.
fn is_past_order(content: &str) -> bool {
    let lower = content.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let provided = PROVIDED.is_match(content);
    (has(&[" ordered", "was given", "were given"]) || provided)
        && !has(&["continu", "will ", "next", "plan", "discharg", "recommend", "reduc", "increas"])
}

/// A label over what was done: "Treatment given: ...".
static PROVIDED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)^\W*(?:(?:skilled|interim|recent)\s+)?(?:treatments?|tx|therapy|interventions?|services?|work|techniques?|activities|modalities|procedures)\s+(?:(?:that\s+(?:was|were)|was|were|this\s+(?:period|month)|to\s+date)\s+)?(?:given|provided|rendered|delivered|furnished|used|done|performed|completed|to\s+date|since\b[^:]{0,30}|this\s+(?:period|month))\b[^:]{0,30}:",
    )
});

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// Whether a statement says more than its label and a number: "DX   1." says nothing.
fn says_something(page: &Page<'_>, span: Span) -> bool {
    let content = span.of(page.text);
    let mut words = content.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().any(char::is_alphabetic));
    words.nth(1).is_some() && !is_placeholder(content)
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
        let row = page.line(goal.span.start);
        let heads = goal.id.is_empty() && is_heading(page, goal.span);
        !table::is_header(page, row) && !table::carries_on(page, row) && !is_unchosen(page, row) && !heads
    });
    facts.goals.retain(|goal| {
        // What is labelled or numbered as a goal is one.
        !goal.id.is_empty()
            || touching(&statements.0, goal.span, |s| s.span).map(Statement::holds_goal).fold(0.0, f32::max) >= HARDLY
    });
    let reports = statements.iter().any(|s| s.is(Kind::GoalReported) >= LIKELY);
    let mut more: Vec<Goal> = Vec::new();
    // Goals whose term is nothing but the model's guess.
    let mut guessed: HashSet<Span> = HashSet::new();
    let mut carried: Vec<Span> = Vec::new();
    // Who numbers some goals numbers all of them.
    let needed = if facts.goals.iter().any(|goal| !goal.id.is_empty()) { CERTAIN } else { SURE };
    let lists = lists_of_goals(page, facts, statements);
    for statement in statements.iter() {
        if table::carries_on(page, statement.span) {
            carried.push(statement.span);
            continue;
        }
        // How a goal stands is told in figures; a measurement that is no report on a goal is none.
        let reported = statement.is(Kind::GoalReported) >= TOLD && statement.is(Kind::Status) >= SURE;
        let alone = statement.holds_goal() >= needed && (statement.is(Kind::Measure) < LIKELY || reported);
        let list = statement.list.and_then(|list| lists.get(&list));
        let item = if is_item(page, statement.span) { ITEM } else { PLAIN };
        let listed = list.is_some() && statement.holds_goal() >= item;
        // "✓ upgraded" tells of the goal before it.
        let tells = statement.span.of(page.text).starts_with(['✓', '✔', '☑', '→', '↑', '↓']);
        if tells
            || !(alone || listed)
            || is_heading(page, statement.span)
            || table::is_header(page, statement.span)
            || is_unchosen(page, page.line(statement.span.start))
            || is_placeholder(statement.span.of(page.text))
            || touching(&facts.goals, statement.span, |goal| goal.span).next().is_some()
            || (statement.is(Kind::GoalReported) < LIKELY && is_former(page, statement.span))
        {
            continue;
        }
        // A list sets goals or reports on goals as a whole.
        let sets = list.copied().unwrap_or(statement.sets_goal() > statement.is(Kind::GoalReported));
        guessed.insert(statement.span);
        more.push(goal_at(page, statement.span, term(statement), reports && sets));
    }
    facts.goals.append(&mut more);
    facts.goals.sort_by_key(|goal| goal.span);
    carry_on(page, &mut facts.goals, &carried);
    // "In its stead we wrote a fifth goal, which is new this week": nothing is owed on it yet.
    for goal in facts.goals.iter_mut().filter(|goal| reports && !goal.new && goal.id.is_empty()) {
        let own = || touching(&statements.0, goal.span, |s| s.span);
        let sets = own().map(Statement::sets_goal).fold(0.0, f32::max);
        let reported = own().map(|s| s.is(Kind::GoalReported)).fold(0.0, f32::max);
        goal.new = sets >= LIKELY && sets > 2.0 * reported && is_added(goal.span.of(page.text));
    }
    for goal in facts.goals.iter_mut().filter(|goal| goal.term == GoalTerm::Unstated) {
        if let Some(statement) = statements.at(goal.text.start) {
            goal.term = term(statement);
            guessed.insert(goal.span);
        }
    }
    // What stands over a list calls its items long- or short-term, whatever they say themselves.
    let headed: Vec<Option<GoalTerm>> = facts.goals.iter().map(|goal| goal_term(page, &facts.goals, goal)).collect();
    for (goal, term) in facts.goals.iter_mut().zip(headed) {
        let said = table::term(page, goal.span).or(term);
        if said.is_some() {
            guessed.remove(&goal.span);
        }
        goal.term = said.unwrap_or(goal.term);
    }
    // "S1", "S2", "L1": where both are there, the letters say the term.
    let lettered = |goal: &Goal, letter: char| {
        let mut chars = goal.span.of(page.text).trim_start_matches(['|', ' ', '-', '*']).chars();
        chars.next() == Some(letter) && chars.next().is_some_and(|c| c.is_ascii_digit())
    };
    if ['L', 'S'].iter().all(|letter| facts.goals.iter().any(|goal| lettered(goal, *letter))) {
        for goal in &mut facts.goals {
            goal.term = match (lettered(goal, 'L'), lettered(goal, 'S')) {
                (true, _) => GoalTerm::Long,
                (_, true) => GoalTerm::Short,
                _ => goal.term,
            };
            guessed.remove(&goal.span);
        }
    }
    // Where all goals are short-term ones, and of some nothing says so, those are the goals of the plan.
    if facts.goals.iter().all(|goal| goal.term == GoalTerm::Short) {
        for goal in facts.goals.iter_mut().filter(|goal| guessed.contains(&goal.span)) {
            goal.term = GoalTerm::Unstated;
        }
    }
}

/// A row that a table broke over two lines is one goal; and what its goal serves may stand in another cell of it.
fn carry_on(page: &Page<'_>, goals: &mut [Goal], rows: &[Span]) {
    for row in rows {
        let before = goals.partition_point(|goal| goal.span.start < row.start);
        let Some(goal) = before.checked_sub(1).and_then(|at| goals.get_mut(at)) else { continue };
        let between = page.text.get(goal.span.end..row.start).unwrap_or_default();
        if between.trim_matches(['|', ' ', '\t', '\r', '\n']).is_empty() {
            goal.span = goal.span.cover(*row);
        }
    }
    for goal in goals.iter_mut().filter(|goal| goal.function.is_none()) {
        let row = page.line(goal.span.start);
        if row.of(page.text).trim_start().starts_with('|') {
            goal.function = first_function(page, row.cover(goal.span));
        }
    }
}

/// The lists whose items are goals, and whether they set them rather than report on them: who lists some goals lists all of them.
fn lists_of_goals(page: &Page<'_>, facts: &Facts, statements: &Statements) -> QuickMap<usize, bool> {
    #[derive(Default)]
    struct Seen {
        items: f32,
        marked: f32,
        goals: f32,
        likely: f32,
        sets: f32,
        reported: f32,
    }
    let mut seen: QuickMap<usize, Seen> = with_room(statements.0.len());
    let heads = |span: Span| is_heading(page, span) || table::is_header(page, span) || table::carries_on(page, span);
    for statement in statements.iter().filter(|s| !heads(s.span)) {
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
pub(super) fn is_item(page: &Page<'_>, span: Span) -> bool {
    let content = span.of(page.text);
    let mut chars = content.chars();
    let first = chars.next();
    let numbered = |rest: &str| {
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        (1..=2).contains(&digits) && rest[digits..].starts_with([' ', '\t', '.', ')', ':'])
    };
    crate::text::lines::list_marker(content) > 0
        || page.marker(span.start) > 0
        || content.starts_with('|')
        || numbered(content)
        || (first.is_some_and(char::is_uppercase)
            && [". ", ") ", "  "].iter().any(|mark| chars.as_str().starts_with(mark)))
        || (first.is_some_and(char::is_alphabetic) && numbered(chars.as_str()))
}

/// Whether a statement heads what follows: it ends in a colon or only names goals, and nothing follows on its line.
fn is_heading(page: &Page<'_>, span: Span) -> bool {
    let content = span.of(page.text).trim_end();
    let alone = page.text[span.end..].trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    // "Long-term goals (by 4/25/2025)".
    let headed = || {
        let goals = |topic| matches!(topic, Topic::Goals | Topic::NewGoals);
        page.block_at(span.start).is_some_and(|b| goals(b.topic) && b.label.end >= span.start + content.len())
    };
    alone
        && (content.ends_with(':')
            || names_goals(page, Span::new(span.start, span.start + content.len()))
            || headed()
            || stands_over(page, span))
}

/// Whether a line stands over a paragraph: a blank line before it, few words, no stop, and a sentence under it.
fn stands_over(page: &Page<'_>, span: Span) -> bool {
    let content = span.of(page.text);
    let at = page.lines.partition_point(|line| line.start < span.start);
    let line = |at: usize| page.lines.get(at).map_or("", |line| line.of(page.text));
    let first = at.checked_sub(1).is_none_or(|before| line(before).is_empty());
    let under = line(at + 1);
    first
        && page.lines.get(at).is_some_and(|line| *line == span)
        && content.starts_with(char::is_alphabetic)
        && content.ends_with(char::is_alphabetic)
        && !content.contains(|c: char| c.is_ascii_digit())
        && content.split_whitespace().count() <= 4
        && under.len() > MIN_PARAGRAPH
        && under.starts_with(char::is_uppercase)
}

/// A line of at least so many bytes under a short one is a paragraph under its heading.
const MIN_PARAGRAPH: usize = 60;

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
}
