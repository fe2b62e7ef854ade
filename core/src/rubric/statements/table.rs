//! Rows of tables: their cells, which row heads the others, which goes on with the one before, and whose cell was left empty.

use std::sync::LazyLock;

use regex::Regex;

use crate::rubric::extract::page::Page;
use crate::rubric::extract::{Goal, GoalTerm};
use crate::text::Span;
use crate::text::pattern::compiled;

/// Between cells that nothing but blanks keeps apart.
static GAP: LazyLock<Regex> = LazyLock::new(|| compiled(r"\s{2,}|\t"));
/// Heads of columns that say nothing of how things stand now.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?xi)\b(?:was|base\w*|initial|eval\w*|start|soc|prev\w*|prior|before|goals?|targets?|aims?|due|by|comments?|notes?|remarks?|date|reason|why|plan|next)\b",
    )
});
/// A row says something of each goal only where this many goals stand one under the other.
const ROWS: usize = 3;
/// How many lines over the first row its heads are looked for.
const REACH: usize = 3;

/// Whether a row heads the rows below it: a rule under it sets it apart.
pub(super) fn is_header(page: &Page<'_>, row: Span) -> bool {
    let content = row.of(page.text);
    if !is_barred(content) {
        return false;
    }
    let next = page.lines.partition_point(|line| line.start < row.end);
    let rule = page.lines.get(next).is_some_and(|line| is_rule(line.of(page.text)));
    let over = next.checked_sub(2).and_then(|at| page.lines.get(at));
    // A grid has a rule under every row; its first row is the one with nothing but a rule over it.
    let first = over
        .is_none_or(|line| line.is_empty() || !(is_barred(line.of(page.text)) || line.of(page.text).starts_with('+')));
    let second = over.is_some_and(|line| is_rule(line.of(page.text)))
        && next.checked_sub(3).and_then(|at| page.lines.get(at)).is_none_or(|line| !is_barred(line.of(page.text)));
    rule && (first || second)
}

/// The term that a cell of a goal's row gives it: "| LT |", "STG".
pub(super) fn term(page: &Page<'_>, goal: Span) -> Option<GoalTerm> {
    static CELL: LazyLock<Regex> = LazyLock::new(|| {
        compiled(
            r"(?x)(?:\||\s{2,}|\t)\s*(?P<cell>LTG?|STG?|LTO|STO|(?i:long|short)(?:[\s-]*(?i:term|range))?)\s*(?:\||\s{2,}|\t|$)",
        )
    });
    let row = page.line(goal.start);
    // "... wk 8 (LT)" at the end of a row.
    for (mark, term) in [("(LT)", GoalTerm::Long), ("(ST)", GoalTerm::Short)] {
        if row.of(page.text).trim_end().ends_with(mark) {
            return Some(term);
        }
    }
    let cell = CELL.captures(row.of(page.text))?.name("cell")?;
    Some(if cell.as_str().starts_with(['L', 'l']) { GoalTerm::Long } else { GoalTerm::Short })
}

/// Whether a row goes on with the one before: its first cell is empty, and another is not.
pub(super) fn carries_on(page: &Page<'_>, row: Span) -> bool {
    let content = row.of(page.text).trim();
    content.strip_prefix('|').is_some_and(|rest| {
        rest.split('|').next().is_some_and(|cell| cell.trim().is_empty()) && rest.contains(char::is_alphanumeric)
    })
}

fn is_rule(line: &str) -> bool {
    line.contains(['-', '=']) && line.chars().all(|c| matches!(c, '|' | '+' | '-' | '=' | ':' | ' ' | '\t'))
}

/// A cell: the columns of characters it takes, and whether anything stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    from: usize,
    to: usize,
    filled: bool,
}

/// The cells of a line, between bars or between gaps.
fn cells(line: &str) -> Vec<Cell> {
    let cell = |from: usize, to: usize| {
        let filled = line[from..to].contains(|c: char| !c.is_whitespace());
        Cell { from: line[..from].chars().count(), to: line[..to].chars().count(), filled }
    };
    let from = line.len() - line.trim_start().len();
    let end = line.trim_end().len();
    if is_barred(line) {
        let outer = line[from..end].starts_with('|');
        let mut bars: Vec<usize> = line.match_indices('|').map(|(at, _)| at).collect();
        let mut found =
            if outer { Vec::new() } else { vec![cell(from, bars.first().copied().unwrap_or(end).max(from))] };
        if !line[..end].ends_with('|') {
            bars.push(end);
        }
        found.extend(bars.windows(2).map(|pair| cell(pair[0] + 1, pair[1].max(pair[0] + 1))));
        return found;
    }
    let mut found = Vec::new();
    let mut start = from;
    for gap in GAP.find_iter(&line[..end]).filter(|gap| gap.start() >= from) {
        found.push(cell(start, gap.start()));
        start = gap.end();
    }
    found.push(cell(start, end.max(start)));
    found
}

/// Whether bars keep the cells of a line apart.
fn is_barred(line: &str) -> bool {
    line.trim_start().starts_with('|') || line.matches('|').count() > 1
}

/// For each goal whether its row leaves open what the rows around it fill: how it stands now.
pub(super) fn open(page: &Page<'_>, goals: &[Goal]) -> Vec<bool> {
    let mut open = vec![false; goals.len()];
    let line_of = |goal: &Goal| page.lines.partition_point(|line| line.start <= goal.span.start).saturating_sub(1);
    let lines: Vec<usize> = goals.iter().map(line_of).collect();
    let mut start = 0;
    while start < goals.len() {
        let mut end = start + 1;
        while end < goals.len() && lines[end] > lines[end - 1] && lines[end] - lines[end - 1] <= 2 {
            end += 1;
        }
        if end - start >= ROWS {
            mark(page, &lines[start..end], &mut open[start..end]);
        }
        start = end;
    }
    open
}

fn mark(page: &Page<'_>, lines: &[usize], open: &mut [bool]) {
    // A line's span begins past its indent: columns are counted from the true start of the line.
    let whole = |at: usize| {
        let line = page.lines.get(at).copied().unwrap_or(Span::new(0, 0));
        let start = page.text[..line.start].rfind('\n').map_or(0, |at| at + 1);
        &page.text[start..line.end.max(start)]
    };
    let rows: Vec<Vec<Cell>> = lines.iter().map(|at| cells(whole(*at))).collect();
    let barred = |at: usize| is_barred(whole(at));
    // As many cells as most rows have; a remark may stand behind the last one.
    let count = |width: usize| rows.iter().filter(|row| row.len() == width).count();
    let Some(width) = rows.iter().map(Vec::len).max_by_key(|width| (count(*width), *width)).filter(|width| *width > 1)
    else {
        return;
    };
    let full: Vec<&Vec<Cell>> = rows.iter().filter(|row| row.len() >= width && row.iter().all(|c| c.filled)).collect();
    let Some(model) = full.iter().find(|row| row.len() == width).filter(|_| full.len() * 2 > rows.len()) else {
        return;
    };
    let top = lines.first().copied().unwrap_or(0);
    let heads = (0..top)
        .rev()
        .take(REACH)
        .find(|at| !whole(*at).trim().is_empty() && !is_rule(whole(*at)))
        .map(|at| (at, cells(whole(at))))
        .filter(|(_, heads)| heads.len() + 1 >= width);
    // Lines with a gap in them are a table where something heads its columns.
    if heads.is_none() && !barred(top) {
        return;
    }
    for (row, (open, at)) in rows.iter().zip(open.iter_mut().zip(lines)) {
        let missing = (1..width).filter(|column| {
            if barred(*at) {
                return row.len() == width && !row[*column].filled;
            }
            // Each cell stands in the column it begins or ends nearest to.
            row.len() < width && !row.iter().skip(1).any(|cell| nearest(model, *cell) == *column)
        });
        *open = missing.into_iter().any(|column| {
            let head = heads.as_ref().and_then(|(at, heads)| {
                let index =
                    if barred(*at) { column } else { heads.iter().position(|head| nearest(model, *head) == column)? };
                let text = whole(*at);
                let cell = heads.get(index)?;
                Some(text.chars().skip(cell.from).take(cell.to - cell.from).collect::<String>())
            });
            head.is_none_or(|head| !OTHER.is_match(&head))
        });
    }
}

/// The column of a row that a cell stands in: the one it begins or ends nearest to.
fn nearest(row: &[Cell], cell: Cell) -> usize {
    let away = |other: &Cell| other.from.abs_diff(cell.from).min(other.to.abs_diff(cell.to));
    row.iter().enumerate().min_by_key(|(_, other)| away(other)).map_or(0, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::NEVER;
    use crate::rubric::extract::{GoalTerm, goal_at};
    use crate::rubric::terms::Vocabulary;

    /// Which of the rows from one on are open, each taken for a goal.
    fn open_of(text: &str, from: usize) -> Vec<bool> {
        let page = Page::new(text, Vocabulary::builtin(), &NEVER);
        let goals: Vec<Goal> =
            page.lines[from..].iter().map(|line| goal_at(&page, *line, GoalTerm::Unstated, false)).collect();
        open(&page, &goals)
    }

    #[test]
    fn a_row_that_lacks_the_present_is_open() {
        let gaps = "              was    now    target\nPads a day    4      1      0\nDrive an hour 0/5           5/5\n\
                    Night voids   4      2      1\nLift the dog  2/5    4/5    5/5\n";
        assert_eq!(open_of(gaps, 1), [false, true, false, false]);
        let last = "GOAL              AUG 4    SEP 2\nCook a meal       40%      85%\nPay the bills     20%      60%\nRide the bus      10%\n";
        assert_eq!(open_of(last, 1), [false, false, true]);
        let bars =
            "| Goal | March | Now |\n| cook | 2 of 5 | 4 of 5 |\n| phone | 1 of 5 | |\n| drive | none | none |\n";
        assert_eq!(open_of(bars, 1), [false, true, false]);
    }

    #[test]
    fn a_row_that_lacks_something_else_is_not() {
        // No baseline was taken; a remark is not needed; and lines that are no table have no columns.
        let was = "              was    now    target\nPads a day    4      1      0\nDrive an hour        2/5    5/5\nNight voids   4      2      1\n";
        assert_eq!(open_of(was, 1), [false, false, false]);
        let remarks =
            "| Goal | Now | Comments |\n| cook | 4 of 5 | well |\n| phone | 1 of 5 | |\n| drive | none | car sold |\n";
        assert_eq!(open_of(remarks, 1), [false, false, false]);
        assert_eq!(open_of("Walk a mile\nDress alone\nCook a meal\n", 0), [false, false, false]);
    }

    #[test]
    fn heads_and_rows_over_two_lines() {
        let text = "| # | Goal | Stands |\n|---|---|---|\n| A | cook | met |\n|   | a meal | |\n";
        let page = Page::new(text, Vocabulary::builtin(), &NEVER);
        let all = |test: &dyn Fn(&Page<'_>, Span) -> bool| -> Vec<bool> {
            page.lines.iter().map(|line| test(&page, *line)).collect()
        };
        assert_eq!(all(&is_header), [true, false, false, false]);
        assert_eq!(all(&carries_on), [false, false, false, true]);
        let grid = "+---+---+\n| Goal | Now |\n+---+---+\n| cook | met |\n+---+---+\n| phone | not met |\n+---+---+\n";
        let page = Page::new(grid, Vocabulary::builtin(), &NEVER);
        let heads: Vec<&str> =
            page.lines.iter().filter(|line| is_header(&page, **line)).map(|line| line.of(grid)).collect();
        assert_eq!(heads, ["| Goal | Now |"]);
    }
}
