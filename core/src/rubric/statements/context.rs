//! What stands around a statement, in numbers: what the linear model says of its neighbours, of the other items of its
//! list, and of the note. One goal of a list shows that the others are goals; what follows a goal says how it stands.
//!
//! Training and inference share this file: changing anything here means training the model again
//! (`core/models/training/statements.py`, whose `context` does the same sums).

use super::KINDS;
use crate::rubric::extract::page::Page;
use crate::text::hash::{QuickMap, with_room};
use crate::text::{Span, lines};

/// Eight views of the kinds (itself, two before, two after, the list, the item before, the note), and two of the list.
pub(super) const INPUTS: usize = 8 * KINDS + 2;
/// Logits are cut off here: beyond, they say nothing more.
const LIMIT: f32 = 6.0;
/// Logits are as good as one within this: the probabilities of two that lie further apart, within the limit, differ whatever is rounded.
const CLOSE: f32 = 0.01;
/// What is said of a statement that is not there.
const ABSENT: f32 = -4.0;
/// What is said of the list of a statement that stands in none.
const NO_LIST: f32 = -3.0;
/// More items than this tell nothing more.
const LONG: f32 = 8.0;

/// The look of a list item: items of one look, one after the other, are a list.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Look {
    Bullet(char),
    Number(Option<char>),
    Letter(Option<char>),
    /// "B1", "Outcome 03", "LTG 2": a word and a number.
    Word(String),
    /// Cells between bars, and how many bars.
    Row(usize),
    /// Cells between wide gaps.
    Columns,
    Plain,
}

/// The list that each statement is an item of, by number; continuations of an item are none.
pub(super) fn lists(page: &Page<'_>, parts: &[Span]) -> Vec<Option<usize>> {
    let text = page.text;
    let mut count = 0;
    let mut start = || {
        count += 1;
        count - 1
    };
    // The list of lines that goes on, and that of the items inside a line.
    let mut outer: Option<(Look, usize, usize)> = None;
    let mut inner: Option<(usize, usize)> = None;
    let mut last_end = None;
    let mut list_of = |part: &Span| {
        let line = page.line(part.start);
        let content = line.of(text);
        let indent = content.len() - content.trim_start().len();
        if part.start != line.start + indent {
            // "Goals: 1) walk a mile 2) climb stairs": items that run on inside a line.
            if lines::list_marker(part.of(text)) == 0 {
                return None;
            }
            if inner.is_none_or(|(at, _)| at != line.start) {
                inner = Some((line.start, start()));
            }
            return inner.map(|(_, list)| list);
        }
        let look = look(content);
        let apart = last_end.is_some_and(|end: usize| text[end.min(line.start)..line.start].matches('\n').count() > 1);
        last_end = Some(line.end);
        let ends = apart && matches!(look, Look::Plain | Look::Columns);
        match &outer {
            Some((l, i, list)) if *l == look && *i == indent && !ends => Some(*list),
            _ => {
                let list = start();
                outer = Some((look, indent, list));
                Some(list)
            }
        }
    };
    parts.iter().map(&mut list_of).collect()
}

fn look(line: &str) -> Look {
    let content = line.trim_start();
    let marker = content[..lines::list_marker(content)].trim();
    let end = marker.chars().next_back().filter(|c| !c.is_alphanumeric());
    match marker.chars().find(|c| c.is_alphanumeric()) {
        Some(c) if c.is_ascii_digit() => return Look::Number(end),
        Some(_) => return Look::Letter(end),
        None => {
            if let Some(bullet) = marker.chars().next() {
                return Look::Bullet(bullet);
            }
        }
    }
    if content.starts_with('|') {
        return Look::Row(content.matches('|').count());
    }
    let word = &content[..content.bytes().take(9).take_while(u8::is_ascii_alphabetic).count()];
    let rest = content[word.len()..].trim_start_matches([' ', '#']);
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    if word.is_empty() && (1..=2).contains(&digits) && rest[digits..].starts_with([' ', '\t']) {
        // "1 Stand two minutes": a number without a mark.
        return Look::Number(None);
    }
    if (1..=8).contains(&word.len()) && (1..=2).contains(&digits) && content.len() - word.len() - rest.len() <= 2 {
        return Look::Word(word.to_ascii_lowercase());
    }
    if lines::has_wide_gap(content) || content.contains('\t') { Look::Columns } else { Look::Plain }
}

/// The inputs of each statement, from the linear model's logits.
pub(super) fn inputs(logits: &[[f32; KINDS]], lists: &[Option<usize>]) -> Vec<[f32; INPUTS]> {
    let cut: Vec<[f32; KINDS]> = logits.iter().map(|row| row.map(|logit| logit.clamp(-LIMIT, LIMIT))).collect();
    let mut sums: QuickMap<usize, ([f32; KINDS], usize)> = with_room(lists.len());
    for (row, list) in cut.iter().zip(lists) {
        if let Some(list) = list {
            let (sum, count) = sums.entry(*list).or_insert(([0.0; KINDS], 0));
            sum.iter_mut().zip(row).for_each(|(sum, logit)| *sum += logit);
            *count += 1;
        }
    }
    let mut most = [0.0_f32; KINDS];
    let mut tops = [f32::MIN; KINDS];
    for row in &cut {
        for ((most, top), logit) in most.iter_mut().zip(&mut tops).zip(row) {
            // What is clearly less likely than another is not worth its exponential.
            if *logit > *top - CLOSE {
                *most = most.max(1.0 / (1.0 + (-logit).exp()));
                *top = top.max(*logit);
            }
        }
    }
    let absent = [ABSENT; KINDS];
    let mut before: QuickMap<usize, usize> = with_room(lists.len());
    (0..cut.len())
        .map(|at| {
            let near = |step: isize| at.checked_add_signed(step).and_then(|at| cut.get(at)).unwrap_or(&absent);
            let (others, mean) = match lists[at].and_then(|list| sums.get(&list)) {
                Some((sum, count)) if *count > 1 => {
                    let others = (*count - 1) as f32;
                    (others, std::array::from_fn(|kind| (sum[kind] - cut[at][kind]) / others))
                }
                _ => (0.0, [NO_LIST; KINDS]),
            };
            let item = lists[at].and_then(|list| before.insert(list, at)).map_or(&absent, |item| &cut[item]);
            let mut input = [0.0; INPUTS];
            let views = [&cut[at], near(-1), near(1), near(-2), near(2), &mean, item, &most];
            for (slot, view) in input.chunks_exact_mut(KINDS).zip(views) {
                slot.copy_from_slice(view);
            }
            input[INPUTS - 2] = if others > 0.0 { 1.0 } else { 0.0 };
            input[INPUTS - 1] = others.min(LONG) / LONG;
            input
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::statements::split;
    use crate::rubric::terms::Vocabulary;

    #[test]
    fn items_of_one_look_are_a_list() {
        let text = "Goals: 1) walk a mile 2) climb stairs\n- dress alone\n- cook a meal. She likes eggs.\nB1 ask for help\n\
                    B2 tell a story\n| sit | met |\n| stand | not met |\nShe is well today.\n\nSeen at home today.";
        let page = Page::new(text, Vocabulary::builtin(), &crate::cancel::NEVER);
        let parts = split::split(&page);
        let lists = lists(&page, &parts);
        let list = |part: &str| {
            let at = parts.iter().position(|p| p.of(text).contains(part)).unwrap();
            lists[at]
        };
        assert_eq!(list("walk a mile"), list("climb stairs"));
        assert_eq!(list("dress alone"), list("cook a meal"));
        assert_eq!(list("She likes"), None);
        assert_eq!(list("ask for"), list("tell a"));
        assert_eq!(list("| sit"), list("| stand"));
        assert_ne!(list("dress alone"), list("ask for"));
        assert_ne!(list("She is well"), list("Seen at home"));
    }

    #[test]
    fn inputs_hold_neighbours_and_the_list() {
        let row = |value: f32| [value; KINDS];
        let made = inputs(&[row(1.0), row(-2.0), row(9.0)], &[Some(0), None, Some(0)]);
        assert_eq!(made.len(), 3);
        let view = |at: usize, view: usize| made[at][view * KINDS];
        let same = |a: f32, b: f32| assert!((a - b).abs() < 1e-6, "{a} {b}");
        same(view(0, 0), 1.0);
        same(view(0, 1), ABSENT);
        same(view(0, 2), -2.0);
        same(view(0, 4), 6.0);
        same(view(0, 5), 6.0);
        same(view(1, 5), NO_LIST);
        same(view(2, 5), 1.0);
        same(view(2, 6), 1.0);
        same(view(0, 6), ABSENT);
        same(made[0][INPUTS - 2], 1.0);
        same(made[1][INPUTS - 1], 0.0);
    }
}
