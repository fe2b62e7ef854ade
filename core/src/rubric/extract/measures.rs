//! Objective measures: instruments with their figures, ranges of motion, grades, times, distances, scores, assistance.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::outline::Topic;
use super::page::{Page, holder, lists};
use crate::text::Span;
use crate::text::pattern::compiled;
use crate::text::sweep::Pattern;

/// A figure with what makes it a measure by itself: a grade, an angle, a score, a percentage, a speed.
pub(in crate::rubric) static FIGURE: Pattern = LazyLock::new(|| {
    compiled(
        r"(?xi)
        (?:^|[^\w./])(?P<all>
          [0-5]\s?[+-]?\s?/\s?5(?:[+-])?                                  # 3+/5
        | \d+(?:\.\d+)?\s?(?:-|–|to)?\s?\d*\s?(?:°|degs?\b|degrees?\b)     # 8-92 deg
        | \d+(?:\.\d+)?\s?(?:/|out\s+of|of)\s?\d{1,3}\b                    # 28/80, 44 of 56
        | \d+(?:\.\d+)?\s?(?:%|percent\b)                              # 44%
        | \d+(?:\.\d+)?\s?(?:m/s|m/sec|dB|wpm|words\s+per\s+minute)(?:\b|\s|$)
        | \d+(?:\.\d+)?\s?(?:->|→|=>)\s?\d+(?:\.\d+)?                      # 28 -> 36
        | \d+(?:st|nd|rd|th)\s+percentile
        | percentile\s+rank\s+(?:of\s+)?\d+
        | standard\s+score\s*(?:of|:|=)?\s*\d+
        )",
    )
});
/// A figure that is a measure where something measured is named before it: seconds, distances, weights, counts.
pub(in crate::rubric) static QUANTITY: Pattern = LazyLock::new(|| {
    compiled(
        r"(?xi)\b\d+(?:\.\d+)?\s?(?:s|secs?|seconds?|ft|feet|foot|m|meters?|metres?|yards?|yds?|lbs?|pounds?|kg|cm|mm|inch(?:es)?|reps?|repetitions?|mL|cc|words?|trials?)\b",
    )
});
static MEASURED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?xi)\b(?:walk\w*|ambulat\w*|amb|gait|stands?|stood|standing|stance|balance\w*|tandem|hold\w*|held|grip\w*|pinch\w*|girth|circumference|edema|reach\w*|phonat\w*|swallow\w*|chair|rise[sn]?|repetitions?|distance|test\w*|lift\w*|carr(?:y|ies|ied)|climb\w*|step\s+test|plank|propel\w*|wheel\w*|pegs?|blocks)\b",
    )
});
/// "07/01": a day without its year.
static DAY: LazyLock<Regex> = LazyLock::new(|| compiled(r"^(?:0\d/[0-3]\d|\d{1,2}/0\d)$"));
/// A figure in words right after what was measured.
static SPELT: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?xi)^(?:\s+(?:score|scale|index|total|test|quotient|time|is|was|of|at|came|to|now|today|gave|on|the|scored|remains|measured|stands?|right|left)){0,4}[\s:,]+
          (?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-(?:one|two|three|four|five|six|seven|eight|nine))?\b
          (?:\s+(?:out\s+of|of|over|point|seconds?|degrees?|percent|feet|pounds?|decibels?)\b)?
        |^(?:\s+[a-z][\w-]*){0,10}?\s+(?:(?:a\s+)?hundred|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)
          (?:[\s-]+(?:and\s+)?(?:hundred|point|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)){0,5}\s+(?:seconds?|feet|degrees?|percent|pounds?|out\s+of|of\s+\w+)\b",
    )
});
/// A figure in digits stands at most so many bytes after its instrument.
const NEXT: usize = 12;
/// As much after an instrument is read for its figure in words.
const SAID: usize = 140;

/// What can be counted as a target: any figure, or a number word before a thing.
static COUNTABLE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?xi) \d+(?:[.,/]\d+)*(?:\s*%)?
        | \b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|hundred|half|quarter|full)
          \s+(?:of\s+\w+\s+)?(?:flights?|steps?|stairs?|blocks?|minutes?|hours?|feet|miles?|pounds?|times|trials?|repetitions?|reps|words?|sentences?|items?|meals?|pieces?|percent|cues?|prompts?|falls?|sessions?|days?|out|degrees?|seconds?|range|ROM|AROM|mile|block|hour|weight|turns?|steps|rails?|hands?|people|objects?|errors?)\b
        | \b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|twenty|thirty|forty|fifty|sixty|hundred)\s+[a-z]{3,}
        | \b(?:unaided|by\s+(?:him|her|them)self|on\s+(?:his|her|their)\s+own|alone)\b
        | \bwithout\s+(?:\w+\s+){0,2}(?:help|stopping|stops|rests?|breaks?|prompt\w*|cue\w*|reminders?|pain|rails?|hands?|support|aid|device|cane|walker|spill\w*|cough\w*|chok\w*|falls?|loss|errors?|assist\w*|leaning|holding|touching)\b
        | \b(?:no|zero)\s+(?:\w+\s+){0,2}(?:help|cues?|prompts?|pain|falls?|errors?|assist\w*|loss|device|cough\w*|aspiration|spill\w*)\b
        | \b(?:at\s+most|at\s+least|no\s+more\s+than|not\s+more\s+than|fewer\s+than|less\s+than)\s+(?:one|once|twice|an?)\b
        | \b(?:trace|none|nil)\b | \bevery\s+(?:time|trial|meal|attempt)\b | \bboth\s+hands\b | \bpercent\b",
    )
});

/// Where a goal can be measured: figures and levels of assistance, in order.
pub(super) fn targets(page: &Page<'_>, region: Span) -> Vec<Span> {
    let content = region.of(page.text);
    let mut found: Vec<Span> = COUNTABLE
        .find_iter(content)
        .map(|m| Span::new(region.start + m.start(), region.start + m.end()))
        .filter(|span| !inside_name(page.text, *span))
        .collect();
    found.extend(page.hits(lists().assist_level, region).iter().copied());
    found.sort();
    found
}

/// Whether a figure is part of a name: "G1", "L4", "COVID-19", "6MWT".
fn inside_name(text: &str, span: Span) -> bool {
    // "x10" is ten times.
    let before = &text[..span.start];
    let times = before.strip_suffix(['x', 'X']).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric));
    (before.ends_with(|c: char| c.is_alphabetic()) && !times) || {
        let mut after = text[span.end..].chars();
        after.next().is_some_and(char::is_uppercase) && after.next().is_some_and(char::is_alphabetic)
    }
}

/// The measures of a note in order: what was found, not what is aimed at, planned, or told of other years.
pub(super) fn measures(page: &Page<'_>, goals: &[super::Goal]) -> Vec<Span> {
    let text = page.text;
    let mut found: Vec<Span> = Vec::new();
    for place in page.swept.all(&FIGURE) {
        let span = figure(text, Span::new(place.start(), place.end()));
        if is_measure(page, span) {
            found.push(span);
        }
    }
    for quantity in page.swept.all(&QUANTITY) {
        let span = Span::new(quantity.start(), quantity.end());
        let sentence = page.sentence(span.start);
        let before =
            text.get(sentence.start.max(span.start.saturating_sub(90)).min(span.start)..span.start).unwrap_or_default();
        let after = text.get(span.end..sentence.end.max(span.end).min(span.end + 30)).unwrap_or_default();
        if (MEASURED.is_match(before) || MEASURED.is_match(after)) && is_measure(page, span) {
            found.push(span);
        }
    }
    // "The Dynamic Gait Index is sixteen of twenty-four": told as it is said.
    for name in page.hits(lists().instrument, page.whole()) {
        let reach = page.text.floor_char_boundary((name.end + SAID).min(text.len()));
        // A figure in digits is read below.
        if text.as_bytes()[name.end..].iter().take(NEXT).any(u8::is_ascii_digit) {
            continue;
        }
        let Some(said) = SPELT.find(&text[name.end..reach]) else { continue };
        let span = Span::new(name.start, name.end + said.end());
        if is_measure(page, span) {
            found.push(span);
        }
    }
    // An instrument or a motion with a bare figure after it: "LEFS 28", "flexion 88", "EAT-10 = 22".
    for name in page.hits(lists().instrument, page.whole()) {
        let near = text[name.end..].chars().take(40).take_while(|c| !matches!(c, '.' | ';' | ',' | '\n'));
        let rest = &text[name.end..name.end + near.map(char::len_utf8).sum::<usize>()];
        // In "VHI-10 sent home" the figure is part of the name.
        let own = rest.strip_prefix('-').map_or(0, |more| more.bytes().take_while(u8::is_ascii_digit).count());
        let own = if own > 0 { own + 1 } else { 0 };
        let lead = rest[own..].find(|c: char| c.is_ascii_digit()).map(|at| own + at);
        let Some(at) = lead.filter(|at| rest[..*at].split_whitespace().count() <= 4) else { continue };
        let figure = Span::new(name.start, name.end + at + 1);
        let date = page.is_dated(Span::new(name.end + at, name.end + at + 1));
        if !date && text.is_char_boundary(figure.end) && is_measure(page, figure) {
            found.push(figure);
        }
    }
    found.retain(|span| !is_goal_target(page, *span, goals));
    found.sort();
    found.dedup();
    found
}

/// The figure of a match of [`FIGURE`], without the mark or blank before it. A figure begins with a digit or a letter, which that is not:
/// only beyond ASCII is the pattern asked.
fn figure(text: &str, found: Span) -> Span {
    let start = match text.as_bytes()[found.start] {
        first if first.is_ascii_alphanumeric() => found.start,
        first if first.is_ascii() => found.start + 1,
        _ => {
            let all = FIGURE.captures_at(text, found.start).and_then(|parts| parts.name("all"));
            all.map_or(found.start, |all| all.start())
        }
    };
    Span::new(start, found.end)
}

/// Whether a figure was measured, as far as the text around it says.
fn is_measure(page: &Page<'_>, span: Span) -> bool {
    let topic = page.topic(span.start);
    if matches!(
        topic,
        Topic::Plan | Topic::Subjective | Topic::History | Topic::Family | Topic::Medications | Topic::NewGoals
    ) {
        return false;
    }
    let figure = span.of(page.text);
    if page.is_dated(span) || figure.contains('0') && DAY.is_match(figure) {
        return false;
    }
    let line = page.line(span.start);
    let before = &page.text[line.start..span.start];
    let before = if before.is_ascii() { Cow::Borrowed(before) } else { Cow::Owned(before.to_lowercase()) };
    // Pain is what the patient says; blood pressure is no measure of function.
    let mut last = before.rsplit(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(4);
    if last.any(|word| {
        ["pain", "bp", "vas", "nprs", "rpe", "hr", "visit", "page", "aged", "age", "dob", "mrn"]
            .iter()
            .any(|other| word.eq_ignore_ascii_case(other))
    }) {
        return false;
    }
    if page.text[span.end..].trim_start().get(..4).is_some_and(|next| next.eq_ignore_ascii_case("pain")) {
        return false;
    }
    let stands = page.assertion(span);
    !stands.hypothetical && !stands.historical && !stands.other_person
}

/// Whether a figure belongs to what a goal aims at rather than to how it stands.
pub(crate) fn is_goal_target(page: &Page<'_>, span: Span, goals: &[super::Goal]) -> bool {
    let text = page.text;
    let Some(goal) = holder(goals, span, |goal| goal.span) else { return false };
    if goal.new {
        return true;
    }
    let from = goal.text.start.min(span.start).max(span.start.saturating_sub(300));
    let inside = text.get(from..span.start).unwrap_or_default();
    // After a colon, an arrow, or a word of standing ("now", "currently", "met,") the figure is a result.
    let lower = inside.to_lowercase();
    let told = goal.status.is_some_and(|status| {
        // Where all of a statement says how the goal stands, what comes before its colon or arrow is still aimed at.
        let from =
            if status.start <= goal.text.start { super::goals::tail_start(page, goal) } else { Some(status.start) };
        goal.span.contains(status) && from.unwrap_or(status.start) <= span.start
    });
    let words = inside.split_whitespace().count() >= 2;
    let marked = [": ", "->", "→", "=", " now ", "current", "today", "met", "presently", "; "]
        .iter()
        .any(|mark| lower.contains(mark));
    !(told || (words && marked))
}
