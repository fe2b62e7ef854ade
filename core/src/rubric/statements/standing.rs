//! How the goals of a note stand: told in a goal's own statements, in what follows them, in its row of a table, or in another
//! place that names the goal by its label or by what it is about.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::complete::{CERTAIN, HARDLY, LIKELY, SURE, is_item};
use super::{Kind, Statement, Statements, table};
use crate::rubric::extract::outline::Topic;
use crate::rubric::extract::page::{Page, touching};
use crate::rubric::extract::{
    Facts, Goal, figure, has_tail, is_former, names_another, says_surely, status_at, told_after, told_in,
};
use crate::text::pattern::{all_parts, compiled};
use crate::text::sweep::Pattern;
use crate::text::{Span, lines};

/// Below this even what stands after a goal's colon says nothing of how it stands.
const NEVER: f32 = 0.01;
/// How many statements after a goal may say how it stands.
const AFTER: usize = 3;
/// As much as this of a line after a goal is read for how it stands.
const REST: usize = 120;

/// What a goal that was merely set does not say: a verb in the past or of this moment, a change, a comparison.
static TELLS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?xi)\b(?:now|today|currently|was|were|has|have|had|did|does|went|gone|came|got|goes|gets|still|remains?|reached|achieved|attained|met|unmet|mastered
            |progress(?:ing|ed)?|improv(?:ed|ing)|unchanged|same|plateau\w*|declin(?:ed|ing)|regress\w*|better|worse|close|closer|nearly|almost|ongoing|held|holding|kept
            |dropped|deferred|discontinued|stuck|baseline|initial(?:ly)?|previously|(?:up|down)\s+from|from\s+\d|vs\.?|versus
            |at\s+\d|(?:is|are)\s+(?:at|not|up|down|\d|doing|done|within|short|half\w*|able|unable|only|just|about)|not\s+yet|done|d/c'?d|on\s+hold|put\s+off|given\s+up)\b
        |\b(?:he|she|they)\s+(?:\w{2,}s|\w{2,}ed|can|cannot)\b
        |[→↓✓✔☑=]|[^\s(]\s*↑|->",
    )
});
/// A goal told in a sentence: "Goal number three is", "The second goal was".
static CALLED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?xi)^\W*(?:(?:the|his|her|their|my|our)\s+)?(?:\w+\s+){0,2}(?:goals?|aims?|targets?|objectives?|LTGs?|STGs?|one)\b
            (?:\s+(?:number\s+|no\.?\s*|\#)?(?:\w+))??\s*,?\s+(?:is|was|were|are|of|to)\b
          |^\W*(?:the|his|her|their|my|our)\s+(?:first|second|third|fourth|fifth|sixth|seventh|last|next|other)(?:\s+(?:one|aim))?\s+(?:is|was)\b",
    )
});
/// Names goals by label: "Goal 2", "STG3", "LTG-D", "goals 1, 3 and 4", "On A", "As to D".
pub(in crate::rubric) static BY_LABEL: Pattern = LazyLock::new(|| {
    compiled(
        r"(?x)(?:(?i:\b(?P<kind>LTG|STG|LTO|STO|goal|objective|no\.|number)s?|\#|\bG|\b(?:on|as\s+to|as\s+for|for))\s*[\#-]?\s*)
            (?P<list>(?:\d{1,2}|[A-H])\b(?:\s*(?:,|&|and|,\s*and|\+|/)\s*(?:\d{1,2}|[A-H])\b)*)",
    )
});
/// Names a goal by its letter alone: "B was reached", "C: 2 of 5".
static BY_LETTER: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?x)(?:^|[.;(,]\s*)(?P<list>[A-H](?:\s*(?:,|&|and|,\s*and|\+|/)\s*[A-H]\b)*)(?:\s*[:–—=-]|\s+(?:is|was|were|are|has|have|had|met|not|done|reached|achieved|remains?|stands|held|holding|progress\w*|unchanged|at|now)\b)",
    )
});
/// A goal's own label, at its start.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?x)^\W*(?:(?i:(?P<kind>LTG|STG|LTO|STO|goal|G|objective)s?)\s*[\#-]?\s*(?P<a>\d{1,2}|[A-H])\b|(?P<b>\d{1,2}|[A-Ha-h])(?:[.)\]}:]|\s{1,3}\|)|(?P<c>\d{1,2})\s)",
    )
});
/// What is still to come says nothing of how a goal stands.
pub(in crate::rubric) static TO_COME: Pattern = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:will|shall|to\s+be|next|plan(?:s|ned)?\s+to|going\s+to|recommend\w*|continue[ds]?|split|rewrite|replace|swap|add|reassess|re-?test|re-?check)\b",
    )
});
/// Words that goals of all kinds share.
const COMMON: &[&str] = &[
    "about", "above", "accur", "achiev", "activ", "after", "again", "along", "assist", "before", "below", "better",
    "carry", "complet", "consec", "daily", "degre", "demons", "device", "during", "every", "exerci", "first", "fewer",
    "functi", "great", "hours", "improv", "increa", "indepe", "least", "level", "march", "minute", "modera", "month",
    "needed", "other", "patien", "percen", "perfor", "period", "pounds", "progre", "report", "right", "safely",
    "second", "sessio", "should", "standi", "suppor", "target", "their", "there", "these", "three", "times", "today",
    "toler", "trials", "under", "using", "verbal", "visits", "weeks", "where", "which", "while", "within", "withou",
    "would", "therap", "treatm", "reach", "maint", "mainta", "sever", "eight", "seven", "twenty",
];

/// Says of each goal how it stands, where the note does.
pub(super) fn standing(page: &Page<'_>, facts: &mut Facts, statements: &Statements) {
    // Where the others of a list have something after a colon or in the next column, what has nothing there was left open.
    let tails = facts.goals.iter().filter(|goal| has_tail(page, goal)).count();
    let count = facts.goals.len();
    let lacking = table::open(page, &facts.goals);
    let spans: Vec<Span> = facts.goals.iter().map(|goal| goal.span).collect();
    for (index, goal) in facts.goals.iter_mut().enumerate() {
        let open = ((tails * 2 >= count && !has_tail(page, goal)) || ends_open(goal.span.of(page.text)))
            && !runs_on(page, goal.span);
        let own = || touching(&statements.0, goal.span, |s| s.span);
        let likely = own().map(|s| s.is(Kind::Status)).fold(0.0, f32::max);
        let inside = goal.status.filter(|status| goal.span.contains(*status));
        let lacking = lacking[index] && !says_surely(page, goal.span);
        // A figure in a whole sentence beside the goal may count anything: "The book has 44 pages by now."
        let span = goal.span;
        let sentence_of_its_own = |status: Span| likely < SURE && status.len() == 1 && is_wordy(page, span, status);
        if inside.is_some_and(|status| likely < NEVER || lacking || sentence_of_its_own(status)) {
            goal.status = None;
        }
        if open || lacking {
            continue;
        }
        let tells = tells(page, goal);
        if goal.status.is_none() && tells {
            goal.status = own().find(|s| s.is(Kind::Status) >= SURE).map(|s| s.span);
        }
        // Words or figures after the goal's own need less to be believed.
        let content = goal.span.of(page.text);
        let believed = likely >= HARDLY && own().any(|s| s.is(Kind::GoalReported) >= LIKELY)
            || content.starts_with('|') && says_surely(page, goal.span);
        if goal.status.is_none() && believed {
            goal.status = status_at(page, goal).filter(|status| !sentence_of_its_own(*status));
        }
        if goal.status.is_none() {
            let next = statements.0.partition_point(|s| s.span.start < goal.span.end);
            goal.status = statements.0[next..]
                .iter()
                .take(AFTER)
                .take_while(|s| goes_on(page, goal.span, s.span) && s.holds_goal() < s.is(Kind::Status).max(LIKELY))
                .take_while(|s| !names_another(s.span.of(page.text)))
                .find(|s| s.is(Kind::Status) >= LIKELY)
                .map(|s| s.span);
        }
        // "{G3} stand an hour at the register. 35 min;" and "no falls ........ holding": what is left of an item's line.
        if goal.status.is_none() && !goal.new && is_item_or_led(page, goal.span) {
            let line = page.line(goal.span.end.saturating_sub(1).max(goal.span.start));
            let stop = spans.get(index + 1).map_or(line.end, |next| next.start.min(line.end)).max(goal.span.end);
            goal.status = told_in(page, clip(page.text, Span::new(goal.span.end, stop)));
        }
    }
    in_paragraph(page, &mut facts.goals);
    elsewhere(page, &mut facts.goals, statements);
    for goal in &mut facts.goals {
        goal.target = goal.target.filter(|target| is_aimed_at(page, goal, *target));
    }
    // What only sounds like a report on a goal, and tells of no standing, is more likely talk.
    facts.goals.retain(|goal| {
        goal.status.is_some() || goal.new || !goal.id.is_empty() || is_item(page, goal.span) || {
            let own = || touching(&statements.0, goal.span, |s| s.span);
            let listed = own().any(|s| s.list.is_some() && !page.line(s.span.start).of(page.text).ends_with('.'));
            let most = own().map(Statement::holds_goal).fold(0.0, f32::max);
            let sets = own().any(|s| s.sets_goal() > s.is(Kind::GoalReported));
            listed || sets || most >= CERTAIN || CALLED.is_match(goal.span.of(page.text))
        }
    });
}

/// Goals that open a paragraph, the rest of which tells how they stand.
fn in_paragraph(page: &Page<'_>, goals: &mut [Goal]) {
    let starts: Vec<usize> = goals.iter().map(|goal| goal.span.start).collect();
    for (index, goal) in goals.iter_mut().enumerate().filter(|(_, goal)| goal.status.is_none() && !goal.new) {
        let line = page.line(goal.span.start);
        let opens = line.start == goal.span.start && goal.span.end < line.end && goal.span.of(page.text).ends_with('.');
        let end = starts.get(index + 1).map_or(line.end, |next| (*next).min(line.end));
        if opens && goal.span.end < end {
            goal.status = told_after(page, Span::new(goal.span.end, end));
        }
    }
}

/// Whether a figure is what a goal aims at, rather than how it stands: it comes before a sentence that tells that, or is
/// called a target.
fn is_aimed_at(page: &Page<'_>, goal: &Goal, target: Span) -> bool {
    let before = |end: usize| page.text.get(goal.text.start..end).unwrap_or_default();
    let told = goal.status.filter(|status| goal.text.contains(*status) && before(status.start).contains(". "));
    told.is_none_or(|status| target.start < status.start) || AIM.is_match(before(target.start))
}

/// Whether a figure stands in a sentence of its own after the goal, that neither compares nor says how far things are.
fn is_wordy(page: &Page<'_>, goal: Span, figure: Span) -> bool {
    let line = page.line(figure.start);
    let from = line.start.max(goal.start);
    let sentence = page.text.get(from..goal.end.min(line.end).max(from)).unwrap_or_default().trim();
    from > goal.start
        && sentence.starts_with(char::is_uppercase)
        && sentence.ends_with('.')
        && sentence.split_whitespace().count() >= WORDY
        && !COMPARES.is_match(sentence)
}

/// From this many words on a line is a sentence.
const WORDY: usize = 7;
static COMPARES: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:now|today|was|were|from|up|down|still|only|of|met|goal|out\s+of|vs\.?|than|improv\w+|progress\w*)\b|[%/]",
    )
});
static AIM: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?i)\b(?:target|goal|aim|to\s+reach)s?\b"));

/// As much of a region as is worth reading.
fn clip(text: &str, region: Span) -> Span {
    let mut end = region.end.min(region.start + REST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Span::new(region.start, end)
}

/// Whether a goal says more than what is to be reached.
fn tells(page: &Page<'_>, goal: &Goal) -> bool {
    let text = page.clip(goal.text).of(page.text);
    let from = CALLED.find(text).map_or(0, |found| found.end());
    (from == 0 && has_tail(page, goal)) || TELLS.is_match(&text[from..])
}

fn is_item_or_led(page: &Page<'_>, span: Span) -> bool {
    let content = span.of(page.text);
    is_item(page, span) || LABEL.is_match(content) || content.trim_end().ends_with("..")
}

/// Goals of which another place tells how they stand: under their label, or in words that only one goal uses.
fn elsewhere(page: &Page<'_>, goals: &mut [Goal], statements: &Statements) {
    // A goal told twice stands as either place says.
    let mut known: HashMap<String, Span> = HashMap::new();
    for goal in goals.iter().filter(|goal| !goal.id.is_empty()) {
        if let Some(status) = goal.status {
            known.entry(goal.id.clone()).or_insert(status);
        }
    }
    for goal in goals.iter_mut().filter(|goal| goal.status.is_none() && !goal.new) {
        goal.status = known.get(&goal.id).copied();
    }
    if goals.iter().all(|goal| goal.status.is_some() || goal.new) {
        return;
    }
    let told: Vec<&Statement> = statements
        .iter()
        .filter(|s| s.is(Kind::Plan) < LIKELY && s.is(Kind::Planned) < LIKELY)
        .filter(|s| {
            let elsewhere = matches!(
                page.topic(s.span.start),
                Topic::Plan | Topic::Subjective | Topic::History | Topic::Family | Topic::NewGoals | Topic::Signature
            );
            !elsewhere && !page.swept.is_in(&TO_COME, s.span) && !is_former(page, s.span)
        })
        .collect();
    let labels: Vec<Option<Label>> = goals.iter().map(|goal| label(page, goal)).collect();
    let lettered = labels.iter().flatten().filter(|label| label.key.starts_with(char::is_uppercase)).count() > 1;
    // Which goals each label names; those that were told of leave the list, so that none is looked at twice.
    let mut named: HashMap<Label, Vec<usize>> = HashMap::new();
    for (at, label) in labels.into_iter().enumerate() {
        if let Some(label) = label.filter(|_| goals[at].status.is_none() && !goals[at].new) {
            named.entry(label).or_default().push(at);
        }
    }
    for (index, statement) in told.iter().enumerate() {
        let content = statement.span.of(page.text);
        let mut found: Vec<(usize, Option<Term>, &str)> = Vec::new();
        let labels = page.swept.may(&BY_LABEL, statement.span).then(|| all_parts(&BY_LABEL, content));
        for captures in labels.into_iter().flatten() {
            let (Some(whole), Some(list)) = (captures.get(0), captures.name("list")) else { continue };
            let kind = captures.name("kind").map(|kind| kind.as_str());
            // "For 2 weeks" names no goal; "on B" does, where goals have letters.
            let letter = list.as_str().starts_with(|c: char| c.is_ascii_uppercase());
            let bare = kind.is_none() && !whole.as_str().starts_with(['#', 'G', 'g']);
            if !bare || (letter && lettered) {
                found.push((whole.start(), kind.and_then(Term::of), list.as_str()));
            }
        }
        if lettered {
            found.extend(BY_LETTER.captures_iter(content).filter_map(|captures| {
                let list = captures.name("list")?;
                // "A" begins a sentence more often than it names a goal.
                (list.as_str() != "A" || captures.get(0)?.as_str().ends_with([':', '='])).then_some((
                    list.start(),
                    None,
                    list.as_str(),
                ))
            }));
        }
        found.sort_by_key(|(at, ..)| *at);
        for (nth, (at, kind, list)) in found.iter().enumerate() {
            let from = list.as_ptr() as usize - content.as_ptr() as usize + list.len();
            let end = found.get(nth + 1).map_or(content.len(), |(next, ..)| *next).max(from);
            let mut region = Span::new(statement.span.start + from, statement.span.start + end);
            // How it stands may follow after a semicolon.
            if told_in(page, region).is_none()
                && figure(page, region).is_none()
                && nth + 1 == found.len()
                && let Some(next) = told.get(index + 1)
                && next.span.start.saturating_sub(statement.span.end) <= 2
                && !page.swept.is_in(&BY_LABEL, next.span)
            {
                region = region.cover(next.span);
            }
            let tells = told_in(page, region).is_some() || figure(page, region).is_some();
            if !tells {
                continue;
            }
            let status = Span::new(statement.span.start + at, region.end);
            for key in list.split(|c: char| !c.is_ascii_alphanumeric()).filter(|key| !key.is_empty()) {
                for term in Term::like(*kind) {
                    let label = Label { term, key: key.to_owned() };
                    for at in named.remove(&label).unwrap_or_default() {
                        if goals[at].span.overlaps(status) {
                            named.entry(label.clone()).or_default().push(at);
                        } else {
                            goals[at].status = Some(status);
                        }
                    }
                }
            }
        }
    }
    by_content(page, goals, &told);
}

/// Goals whose own words come back later, in a sentence that reports.
fn by_content(page: &Page<'_>, goals: &mut [Goal], told: &[&Statement]) {
    let words: Vec<HashSet<String>> = goals
        .iter()
        .map(|goal| {
            let text = page.clip(goal.text).of(page.text);
            let from = LABEL.find(text).map_or(0, |label| label.end());
            // What stands in a sentence after it is not the goal's own.
            stems(text[from..].find(". ").map_or(text, |end| &text[..from + end]))
        })
        .collect();
    let mut used: HashMap<&String, usize> = HashMap::new();
    for stem in words.iter().flatten() {
        *used.entry(stem).or_default() += 1;
    }
    // Where each word comes up in what reports, in order.
    let mut places: HashMap<String, Vec<Span>> = HashMap::new();
    for statement in told.iter().filter(|s| s.is(Kind::Status) >= HARDLY || s.is(Kind::GoalReported) >= LIKELY) {
        let span = statement.span;
        let next = goals.partition_point(|goal| goal.span.start < span.start);
        let own = goals.get(next).is_some_and(|goal| goal.span.start < span.end);
        if !own && (statement.is(Kind::Status) >= SURE || figure(page, span).is_some()) {
            for stem in stems(span.of(page.text)) {
                places.entry(stem).or_default().push(span);
            }
        }
    }
    for (goal, words) in goals.iter_mut().zip(&words).filter(|(goal, _)| goal.status.is_none() && !goal.new) {
        let own = words.iter().filter(|stem| used.get(stem) == Some(&1)).filter_map(|stem| places.get(stem));
        let after = own.filter_map(|spans| spans.get(spans.partition_point(|span| span.start < goal.span.end)));
        goal.status = after.min().copied();
    }
}

/// The beginnings of the words of a text that say what it is about.
fn stems(text: &str) -> HashSet<String> {
    text.split(|c: char| !c.is_alphabetic())
        .filter(|word| word.chars().count() >= 5)
        .map(|word| {
            let mut stem = word.to_lowercase();
            stem.truncate(stem.char_indices().nth(6).map_or(stem.len(), |(at, _)| at));
            stem.truncate(stem.trim_end_matches('s').len());
            stem
        })
        .filter(|stem| !COMMON.iter().any(|common| stem.starts_with(common)))
        .collect()
}

/// How far ahead a label says its goal lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Term {
    Long,
    Short,
}

impl Term {
    /// The terms of goals that a label of this one may name.
    fn like(term: Option<Self>) -> Vec<Option<Self>> {
        match term {
            Some(_) => vec![term, None],
            None => vec![None, Some(Self::Long), Some(Self::Short)],
        }
    }

    fn of(kind: &str) -> Option<Self> {
        match kind.to_ascii_lowercase().as_bytes() {
            [b'l', ..] => Some(Self::Long),
            [b's', ..] => Some(Self::Short),
            _ => None,
        }
    }
}

/// What a goal is called by: its number or letter, and its term where the label says it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Label {
    term: Option<Term>,
    key: String,
}

fn label(page: &Page<'_>, goal: &Goal) -> Option<Label> {
    let found = LABEL.captures(goal.span.of(page.text))?;
    let key = found.name("a").or(found.name("b")).or(found.name("c"))?.as_str().to_ascii_uppercase();
    let term = found.name("kind").and_then(|kind| Term::of(kind.as_str())).or(match goal.term {
        crate::rubric::GoalTerm::Long => Some(Term::Long),
        crate::rubric::GoalTerm::Short => Some(Term::Short),
        crate::rubric::GoalTerm::Unstated => None,
    });
    Some(Label { term, key })
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
    page.text
        .get(goal.end..line.end)
        .is_some_and(|rest| rest.contains(|c: char| c.is_alphanumeric() || matches!(c, '✓' | '✔' | '↑' | '↓' | '→')))
}

/// Whether a statement belongs to the item before it: same paragraph, and neither an item of its own nor labelled.
fn goes_on(page: &Page<'_>, item: Span, next: Span) -> bool {
    let between = page.text.get(item.end..next.start).unwrap_or_default();
    let listed = lines::list_marker(item.of(page.text)) > 0;
    let fresh = between.contains('\n')
        && (listed && !between.ends_with("  ")
            || lines::list_marker(next.of(page.text)) > 0
            || page.block_at(next.start).is_some());
    between.matches('\n').count() <= 1 && !fresh
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::NEVER;
    use crate::rubric::GoalTerm;
    use crate::rubric::extract::goal_at;
    use crate::rubric::statements::KINDS;
    use crate::rubric::terms::Vocabulary;

    /// The lines of a text as statements, all as likely to say how a goal stands.
    fn lines_as(text: &str, status: f32, from: usize) -> Statements {
        let mut at = 0;
        let line = |(index, line): (usize, &str)| {
            let mut probabilities = [0.0; KINDS];
            probabilities[Kind::Status as usize] = if index < from { 0.0 } else { status };
            let span = Span::new(at, at + line.len());
            at += line.len() + 1;
            Statement { span, list: None, probabilities }
        };
        Statements(text.lines().enumerate().map(line).collect())
    }

    /// Which of the first so many lines of a text, taken as goals, another line tells of.
    fn told_of(text: &str, goals: usize, status: f32) -> Vec<bool> {
        let page = Page::new(text, Vocabulary::builtin(), &NEVER);
        let mut goals: Vec<Goal> =
            page.lines[..goals].iter().map(|line| goal_at(&page, *line, GoalTerm::Unstated, false)).collect();
        let statements = lines_as(text, status, goals.len());
        elsewhere(&page, &mut goals, &statements);
        goals.iter().map(|goal| goal.status.is_some()).collect()
    }

    #[test]
    fn another_place_names_the_goal_by_its_label() {
        for (text, goals, told) in [
            // Letters, out of order, two at a time.
            (
                "A. dress alone\nB. cook a soup\nC. ride the bus\nC was reached on 3/4.\nOn A he needs two cues.\nAs to B, all four steps.",
                3,
                vec![true; 3],
            ),
            ("A. dress alone\nB. cook a soup\nC. ride the bus\nA and C: 4 of 5.", 3, vec![true, false, true]),
            (
                "1. dress alone\n2. cook a soup\n3. ride the bus\nGoals 1 and 3 met. Goal 2 is at 3 of 5.",
                3,
                vec![true; 3],
            ),
            ("LTG 1 dress alone\nSTG 1 cook a soup\nSTG 1 is met.", 2, vec![false, true]),
            // A beginning, a plan, a number of weeks and an initial name no goal and tell of none.
            (
                "A. dress alone\nB. cook a soup\nA long week with 3 falls.\nB. Moss, PT saw 2 of 5.",
                2,
                vec![false, false],
            ),
            (
                "1. dress alone\n2. cook a soup\nGoal 2 will be rewritten for 3 steps.\nSeen for 1 week, 2 of 5 days.",
                2,
                vec![false, false],
            ),
            ("1. dress alone\n2. cook a soup\nGoal 2 matters to her.", 2, vec![false, false]),
        ] {
            assert_eq!(told_of(text, goals, 0.0), told, "{text}");
        }
    }

    #[test]
    fn another_place_tells_in_the_words_of_one_goal() {
        let text = "manage the pillbox alone\nride the bus alone\nPillbox filled on 5 of 7 days.";
        assert_eq!(told_of(text, 2, 0.5), [true, false]);
        // What does not report, what has no figure, and what two goals share tells of none.
        assert_eq!(told_of(text, 2, 0.1), [false, false]);
        assert_eq!(
            told_of("manage the pillbox alone\nride the bus alone\nThe pillbox is blue.", 2, 0.5),
            [false, false]
        );
        assert_eq!(
            told_of("fill the pillbox\nopen the pillbox\nPillbox filled on 5 of 7 days.", 2, 0.5),
            [false, false]
        );
    }

    #[test]
    fn a_goal_that_was_only_set_tells_nothing() {
        for (text, expected) in [
            ("manage own pillbox 7/7 days", false),
            ("Goal number three is up and down the porch steps with the rail.", false),
            ("The third was to carry a laundry basket up a flight of stairs.", false),
            ("LTG 2  lift a gallon of milk, 10x", false),
            ("Naming tools is at fourteen, up from five.", true),
            ("Ordering a meal has gone from two of ten to nine of ten.", true),
            ("walk a mile: half a mile", true),
            ("The second goal was the oven, and she sets it now.", true),
            ("jar opening, own kitchen → 4/5", true),
        ] {
            let page = Page::new(text, Vocabulary::builtin(), &NEVER);
            let goal = goal_at(&page, page.lines[0], GoalTerm::Unstated, false);
            assert_eq!(tells(&page, &goal), expected, "{text}");
        }
    }

    #[test]
    fn a_sentence_beside_a_goal_may_count_anything() {
        let wordy = |text: &str| {
            let page = Page::new(text, Vocabulary::builtin(), &NEVER);
            let at = text.rfind(|c: char| c.is_ascii_digit()).unwrap();
            is_wordy(&page, page.whole(), Span::new(at, at + 1))
        };
        assert!(wordy("order from the menu\nThe book has 44 pages and a new tab for foods."));
        assert!(!wordy("order from the menu\nShe now orders from the menu on 4 days."));
        assert!(!wordy("order from the menu\n4 days"));
        assert!(!wordy("The book has 44 pages and a new tab for foods."));
    }

    #[test]
    fn what_follows_a_goal_is_no_target() {
        let target = |text: &str| {
            let page = Page::new(text, Vocabulary::builtin(), &NEVER);
            let status = text.find("better").map(|at| Span::new(at, at + 6));
            let goal = Goal { status, ..goal_at(&page, page.lines[0], GoalTerm::Unstated, false) };
            goal.target.is_some_and(|target| is_aimed_at(&page, &goal, target))
        };
        assert!(!target("To talk with more strength. A little better, he was at 66 dB."));
        assert!(target("To talk at 72 dB. A little better, he was at 66 dB."));
        assert!(target("To talk with more strength. A little better, target 72 dB."));
        assert!(target("Run: better, 2 miles"));
    }

    #[test]
    fn a_row_is_open_only_where_its_last_cell_is() {
        assert!(ends_open("| walk a mile |      |"));
        assert!(ends_open("walk a mile ......"));
        assert!(!ends_open("| walk a mile | 0.6 miles |"));
    }
}
