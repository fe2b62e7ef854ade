//! Splits a note into statements: its sentences, list items and rows, cut once more at semicolons and at the items of a list
//! that runs on inside a line.

use std::sync::LazyLock;

use regex::Regex;

use crate::rubric::extract::page::Page;
use crate::text::pattern::{all_parts, compiled};
use crate::text::{Span, lines};

/// Where a statement ends inside a sentence: after a semicolon, or before the number of an item.
static CUT: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"(?x) ;\s+(?P<a>) | [\s,.](?P<b>) (?-x: *)\(?(?:\d{1,2}|[a-hA-H]|i{1,3}|iv|vi{0,3})[.)]\s+\p{L}")
});
/// Fewer letters than this are no statement of their own.
const MIN_LETTERS: usize = 3;

/// The statements of a note, in order and disjoint.
pub(super) fn split(page: &Page<'_>) -> Vec<Span> {
    let text = page.text;
    let mut parts = Vec::with_capacity(page.sentences.len());
    for sentence in &page.sentences {
        let content = sentence.of(text);
        let mut start = sentence.start;
        let mut push = |start: usize, end: usize| {
            let part = lines::trim(text, Span::new(start, end));
            if part.of(text).chars().filter(|c| c.is_alphanumeric()).take(MIN_LETTERS).count() == MIN_LETTERS {
                parts.push(part);
            }
        };
        let cuts = Some(&*CUT).filter(|_| may_cut(content));
        for cut in cuts.into_iter().flat_map(|cut| all_parts(cut, content)) {
            let at = sentence.start + cut.name("a").or(cut.name("b")).map_or(0, |m| m.start());
            if at > start + MIN_LETTERS {
                push(start, at);
                start = at;
            }
        }
        push(start, sentence.end);
    }
    parts
}

/// Whether a sentence may be cut inside: most have no semicolon, nor the mark of an item, before a blank.
fn may_cut(content: &str) -> bool {
    let bytes = content.as_bytes();
    let blank =
        |at| bytes.get(at).is_some_and(|next: &u8| next.is_ascii_whitespace() || *next == 0x0B || !next.is_ascii());
    memchr::memchr3_iter(b';', b'.', b')', bytes)
        .any(|at| blank(at + 1) && (bytes[at] == b';' || may_count(&bytes[..at])))
}

/// Whether what ends here may count an item: a few digits or letters, and something before them.
fn may_count(before: &[u8]) -> bool {
    let len = before.iter().rev().take(5).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    before.len() > len && (1..=4).contains(&len) || before.last().is_some_and(|last| !last.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::terms::Vocabulary;

    #[test]
    fn sentences_items_and_clauses() {
        let text = "Goals: 1) walk 50 ft, 2) climb 4 steps.\nShe is well; gait is slow.\n- Dress alone | met\n\n--";
        let page = Page::new(text, Vocabulary::builtin(), &crate::cancel::NEVER);
        let parts: Vec<&str> = split(&page).into_iter().map(|part| part.of(text)).collect();
        assert_eq!(
            parts,
            ["Goals:", "1) walk 50 ft,", "2) climb 4 steps.", "She is well;", "gait is slow.", "- Dress alone | met"]
        );
    }
}
