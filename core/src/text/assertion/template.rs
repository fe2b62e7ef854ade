//! The words of a form that nobody filled in: empty headings, unticked boxes, prompts and placeholders.

use memchr::{memchr, memchr2, memchr3, memrchr, memrchr_iter, memrchr2, memrchr3};

use crate::text::{SectionKind, Span, lines};

/// What a form says of a phrase that stands on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The phrase is no part of a form, or was filled in or ticked.
    Filled,
    /// Nobody filled in or ticked what it stands for.
    Blank,
    /// "Falls: [ ] yes [x] no".
    No,
}

/// Bytes of a line on each side of the phrase that are looked at.
const REACH: usize = 300;
/// Bytes between a phrase and the colon that makes it a label.
const LABEL: usize = 40;
/// Bytes of a placeholder: "<enter long-term goals with time frame>".
const PLACEHOLDER: usize = 80;

/// First words of what a form asks for.
const PROMPTS: [&str; 15] = [
    "insert", "enter", "type", "describe", "select", "choose", "specify", "add", "list", "document", "your", "click",
    "state", "fill", "indicate",
];

/// What may stand in parentheses after a label that asks for something.
const ASKED: [&str; 9] =
    ["measurable", "time frame", "e.g.", "specify", "if applicable", "describe", "list", "check all", "include"];

pub(super) fn form(text: &str, span: Span) -> Form {
    let line = line(text, span);
    let (before, after) = (&text[line.start..span.start], &text[span.end..line.end]);
    let value = after_label(after);
    if let Some(form) = value.and_then(answer) {
        return form;
    }
    // Most lines are no part of a form, and have none of the marks.
    let inside = line.of(text).as_bytes();
    let marks = memchr3(b'[', b'(', b'_', inside).is_some()
        || memchr3(b'<', b'{', 0xE2, inside).is_some()
        || memchr(0xF0, inside).is_some();
    let blank = marks && (unticked(text, line, span) || placeholder(before, after) || options(before, after))
        || prompt(before, after)
        || value.is_some_and(|value| is_blank(value) || is_asked(value))
        || empty_heading(text, line, span, value);
    if blank { Form::Blank } else { Form::Filled }
}

/// The line that holds `span`, as far as it lies near.
fn line(text: &str, span: Span) -> Span {
    let mut from = span.start.saturating_sub(REACH);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut to = (span.end + REACH).min(text.len());
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    let bytes = text.as_bytes();
    let start = memrchr2(b'\n', b'\r', &bytes[from..span.start]).map_or(from, |at| from + at + 1);
    let end = memchr2(b'\n', b'\r', &bytes[span.end..to]).map_or(to, |at| span.end + at);
    Span::new(start, end)
}

/// What follows the colon or question mark of the label that a phrase ends, or is part of.
fn after_label(after: &str) -> Option<&str> {
    let near = &after.as_bytes()[..after.len().min(LABEL + 1)];
    let at = memchr2(b':', b'?', near)?;
    let ends = near[..at].iter().any(|byte| matches!(byte, b';' | b',' | b'.' | b'[' | b'|'));
    (!ends).then(|| after[at + 1..].trim())
}

/// A box, and whether it was ticked, at the start of `text`, with its bytes.
fn tick(text: &str) -> Option<(bool, usize)> {
    let inside = |open: char, close: char| {
        let rest = text.strip_prefix(open)?;
        let end = rest.find(close).filter(|end| *end <= 4)?;
        let ticked = match rest[..end].trim() {
            "" => false,
            "x" | "X" | "✓" | "✔" | "√" => true,
            _ => return None,
        };
        // "()" is a call, and "[]" a box.
        (open == '[' || end > 0).then_some((ticked, end + 2))
    };
    match text.chars().next()? {
        '[' => inside('[', ']'),
        '(' => inside('(', ')'),
        mark @ ('☐' | '❏' | '❑') => Some((false, mark.len_utf8())),
        mark @ ('☑' | '☒' | '✓' | '✔' | '🗹' | '🗷') => Some((true, mark.len_utf8())),
        '_' => {
            let len = text.bytes().take_while(|b| *b == b'_').count();
            let rest = &text[len..];
            match rest.strip_prefix(['x', 'X']) {
                Some(more) if more.starts_with('_') => {
                    Some((true, len + 1 + more.bytes().take_while(|b| *b == b'_').count()))
                }
                // Underscores alone are as often a blank to write on.
                _ => (len >= 2).then_some((false, len)),
            }
        }
        _ => None,
    }
}

/// Whether "yes" or "no" is ticked: "[ ] yes [x] no", "Yes ☐ No ☒", "Y / N".
fn answer(value: &str) -> Option<Form> {
    enum Item {
        Box(bool),
        Yes,
        No,
    }
    let mut items = Vec::new();
    let mut rest = value;
    while items.len() < 4 {
        rest = rest.trim_start_matches([' ', '\t', '/', '|', ',']);
        if let Some((ticked, len)) = tick(rest) {
            items.push(Item::Box(ticked));
            rest = &rest[len..];
            continue;
        }
        let len = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let is = |word: &str| rest[..len].eq_ignore_ascii_case(word);
        if is("yes") || is("y") {
            items.push(Item::Yes);
        } else if is("no") || is("n") {
            items.push(Item::No);
        } else {
            break;
        }
        rest = &rest[len..];
    }
    let (yes, no) = match items.as_slice() {
        // Boxes before their words or after them, "yes" first or "no" first.
        [Item::Box(yes), Item::Yes, Item::Box(no), Item::No]
        | [Item::Yes, Item::Box(yes), Item::No, Item::Box(no)]
        | [Item::Box(no), Item::No, Item::Box(yes), Item::Yes]
        | [Item::No, Item::Box(no), Item::Yes, Item::Box(yes)] => (*yes, *no),
        [Item::Yes, Item::No] if rest.trim().is_empty() => (false, false),
        _ => return None,
    };
    match (yes, no) {
        (true, _) => Some(Form::Filled),
        (false, true) => Some(Form::No),
        (false, false) => Some(Form::Blank),
    }
}

/// The first bytes of all that may be a box.
static MAY_BE_BOX: [bool; 256] = {
    let mut may = [false; 256];
    let bytes = [b'[', b'(', b'_', 0xE2, 0xF0];
    let mut at = 0;
    while at < bytes.len() {
        may[bytes[at] as usize] = true;
        at += 1;
    }
    may
};

/// Whether the box that belongs to the phrase is empty.
fn unticked(text: &str, line: Span, span: Span) -> bool {
    let inside = line.of(text);
    let could = |byte: &u8| MAY_BE_BOX[usize::from(*byte)];
    let mut boxes: Vec<(usize, usize, bool)> = Vec::new();
    let mut at = 0;
    while let Some(next) = inside.as_bytes()[at..].iter().position(could) {
        at += next;
        let len = match tick(&inside[at..]) {
            Some((ticked, len)) => {
                boxes.push((line.start + at, line.start + at + len, ticked));
                len
            }
            None => inside[at..].chars().next().map_or(1, char::len_utf8),
        };
        at += len;
    }
    // A blank to write on is a box only beside a ticked one.
    let drawn = boxes.iter().any(|(start, _, ticked)| *ticked && text[*start..].starts_with('_'));
    boxes.retain(|(start, ..)| drawn || !text[*start..].starts_with('_'));
    let Some((first, ..)) = boxes.first() else { return false };
    let lead = &text[line.start..*first];
    let begins = lead.rsplit(':').next().unwrap_or(lead).trim_matches([' ', '\t', '-', '*', '•']).is_empty();
    // "Affects   [ ] hand   [x] shoulder": where words follow the last box, each box is that of the words after it.
    let leads = begins || boxes.last().is_some_and(|(_, end, _)| text[*end..line.end].contains(char::is_alphanumeric));
    let own = if leads {
        boxes.iter().rev().find(|(_, end, _)| *end <= span.start)
    } else {
        boxes.iter().find(|(start, ..)| *start >= span.end)
    };
    own.is_some_and(|(_, _, ticked)| !ticked)
}

/// Whether the phrase stands in "[insert diagnosis]", "<goals>" or "{{frequency}}".
fn placeholder(before: &str, after: &str) -> bool {
    [('[', ']'), ('<', '>'), ('{', '}')].into_iter().any(|(open, close)| {
        let Some(from) = memrchr(open as u8, before.as_bytes()) else { return false };
        let Some(to) = memchr(close as u8, after.as_bytes()) else { return false };
        let inside = &before[from + 1..];
        if inside.contains(close) || after[..to].contains(open) || inside.len() + to > PLACEHOLDER {
            return false;
        }
        match open {
            // "[left knee]" is what an editor added.
            '[' => inside.split_whitespace().next().is_some_and(is_prompt),
            '<' => inside.chars().next().is_none_or(char::is_alphabetic) && !inside.contains('='),
            _ => true,
        }
    })
}

fn is_prompt(word: &str) -> bool {
    PROMPTS.iter().any(|prompt| prompt.eq_ignore_ascii_case(word))
}

/// Whether the phrase stands in "Describe skilled need here".
fn prompt(before: &str, after: &str) -> bool {
    let bytes = before.as_bytes();
    let start = memrchr3(b':', b'.', b';', bytes).max(memrchr2(b'?', b'(', bytes)).map_or(0, |at| at + 1);
    if !before[start..].split_whitespace().next().is_some_and(is_prompt) {
        return false;
    }
    let rest = after.split(['.', ';', ':', ')']).next().unwrap_or(after);
    rest.split_whitespace().any(|word| matches!(word, "here" | "below" | "above"))
}

/// Whether the phrase is one of several that a form offers: "Balance (circle one): good / fair / poor".
fn options(before: &str, after: &str) -> bool {
    if !before.contains('(') {
        return false;
    }
    let asks = |at: &usize| {
        let asked = &before[at + 1..];
        ["circle", "select", "check", "choose", "tick", "mark"]
            .iter()
            .any(|word| asked.get(..word.len()).is_some_and(|own| own.eq_ignore_ascii_case(word)))
    };
    let asked = memrchr_iter(b'(', before.as_bytes()).find(asks);
    let Some(offered) = asked.and_then(|at| Some(at + before[at..].find(')')? + 1)) else { return false };
    let offered = &before[offered..];
    let marked = |text: &str| text.contains(['*', '[', '☒', '☑', '✓', '✔', ';', '.']);
    !marked(offered) && !marked(after) && (offered.contains('/') || after.trim_start().starts_with('/'))
}

/// Whether a value is only a blank to write on, perhaps with its unit: "____", "***", "__ min", "__/10".
fn is_blank(value: &str) -> bool {
    let drawn = |c: char| matches!(c, '_' | '*' | '…' | '[' | ']' | ' ' | '\t' | '\u{a0}');
    let rest = value.trim_start_matches(drawn);
    if rest.len() == value.len() || value.chars().take_while(|c| matches!(c, '_' | '*' | '…' | '[')).count() == 0 {
        return false;
    }
    if rest.is_empty() {
        return value.contains(['_', '…']) || value.contains("**") || value.starts_with('[');
    }
    // "*** Pain" is text set off; "[x]" was ticked.
    let unit = rest.strip_prefix('/').map_or(rest, |of| of.trim_start_matches(|c: char| c.is_ascii_digit()));
    value.starts_with("__") && unit.split_whitespace().count() <= 2 && !unit.bytes().any(|b| b.is_ascii_digit())
}

/// Whether a value only says what is asked for: "(measurable, with time frame)".
fn is_asked(value: &str) -> bool {
    let Some(inside) = value.strip_prefix('(').and_then(|value| value.strip_suffix(')')) else { return false };
    let lower = inside.to_ascii_lowercase();
    !inside.bytes().any(|b| b.is_ascii_digit()) && ASKED.iter().any(|asked| lower.contains(asked))
}

/// Whether the phrase heads nothing: the text ends, or another heading follows that cannot stand under it. `value` is what
/// follows its colon.
fn empty_heading(text: &str, line: Span, span: Span, value: Option<&str>) -> bool {
    if value.is_some_and(|value| !value.is_empty()) {
        return false;
    }
    let whole = line.of(text).trim_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '*' | '=' | '_'));
    let label = match value {
        Some("") => whole.trim_end_matches(':').trim_end(),
        None if whole == span.of(text).trim() => whole,
        _ => return false,
    };
    if label.is_empty() || label.ends_with('?') || !whole.ends_with(':') && value.is_some() {
        return false;
    }
    let kind = SectionKind::of_heading(label);
    if value.is_none() && kind.is_none() {
        return false;
    }
    let below = &text[line.end..];
    let mut gap = 0;
    for next in lines::lines(below).take(8) {
        let next = next.of(below).trim();
        if next.is_empty() {
            gap += 1;
            continue;
        }
        let name = next.trim_start_matches(['#', '*', ' ']);
        let Some((name, _)) = name.split_once(':') else { return false };
        let (Some(next), true) = (SectionKind::of_heading(name), name.len() <= 60) else { return false };
        // The first of the lines is the end of this one; a heading right below one without a colon may be its first item.
        let apart = value.is_some() || gap > 1;
        return apart && kind.is_none_or(|kind| next != kind && !next.may_stand_under(kind));
    }
    // Only where the text really ends.
    below.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes() {
        for (text, found) in [
            ("[ ] x", Some((false, 3))),
            ("[] x", Some((false, 2))),
            ("[x] x", Some((true, 3))),
            ("( ) x", Some((false, 3))),
            ("() x", None),
            ("(x)", Some((true, 3))),
            ("(L) x", None),
            ("☒ x", Some((true, 3))),
            ("_x_ x", Some((true, 3))),
            ("___ x", Some((false, 3))),
            ("_", None),
            ("[NAME]", None),
        ] {
            assert_eq!(tick(text), found, "{text}");
        }
    }

    #[test]
    fn blanks() {
        for value in ["____", "***", "[ ]", "__ min", "__/10", "_____ weeks", "…"] {
            assert!(is_blank(value), "{value}");
        }
        for value in ["", "4/10", "[x]", "*", "**Goals**", "__ 10 min", "-", "none"] {
            assert!(!is_blank(value), "{value}");
        }
    }
}
