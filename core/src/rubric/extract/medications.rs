//! Lines that speak of medicines with a dose, a route or an order.

use std::sync::LazyLock;

use regex::Regex;

use super::page::{Page, lists};
use crate::text::Span;
use crate::text::pattern::compiled;
use crate::text::sweep::Pattern;

/// A dose, a route or a schedule.
static ORDER: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?xi)\d(?:[\d.,/]*)\s*(?:mg|mcg|µg|ug|g|gm|grams?|ml|units?|iu|u|meq|%|puffs?|tabs?|tablets?|caps?|capsules?|drops?|gtts?|patch(?:es)?)\b
        |\b(?:one|two|three|half\s+an?|an?)\s+(?:tabs?|tablets?|caps?|capsules?|drops?|puffs?|pills?|units?|patch(?:es)?)\b
        |\b(?:PO|IV|IM|SC|SQ|SL|PR|PRN|BID|TID|QID|QHS|q\.?\s?d\.?|q\.?o\.?d\.?|q\s?\d+\s?h(?:rs?|ours)?|HS|AC|PC|by\s+mouth|orally|topical(?:ly)?|inhaled|inhaler|injection|injected|subcutaneous(?:ly)?|nightly|at\s+bedtime|(?:once|twice|(?:two|three|four|\d)\s+times)\s+(?:a\s+|per\s+)?(?:daily|day)|daily|every\s+(?:\d+|other|six|eight|four|twelve)\s+(?:hours?|days?)|every\s+(?:morning|evening|night)|weekly|as\s+needed|each\s+(?:morning|night|evening))(?:\b|\s|$)",
    )
});
/// A word with a dose that only medicines have, where the medicine is not in the list.
static DOSED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?xi)\b[a-z][a-z\-]{3,}\s+(?:ER\s+|XR\s+|SR\s+|CR\s+|XL\s+|sulfate\s+|sodium\s+|HCl\s+)?(?:\d[\d.,/]*|\.\d+)\s*(?:mg|mcg|µg|units?|iu|u|meq)\b",
    )
});

/// The words that it may have: the medicine, its salt or release, a figure and a unit.
const WORDS: usize = 4;

/// A dose: without one no word has one.
pub(in crate::rubric) static DOSE: Pattern =
    LazyLock::new(|| compiled(r"(?i)[\d.,/]\s*(?:mg|mcg|µg|units?|iu|u|meq)\b"));

/// The places of [`DOSED`], each of which ends with a dose: it is looked for in the words before one.
fn dosed(page: &Page<'_>) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    // None begins before the figure of the dose before its own: a text without blanks is not read again for each dose.
    let mut last = 0;
    for dose in page.swept.all(&DOSE) {
        let from = (0..WORDS).fold(&page.text[last..dose.end()], |before, _| {
            let before = before.trim_end();
            &before[..before.rfind(char::is_whitespace).unwrap_or(0)]
        });
        let from = (last + from.len()).max(found.last().map_or(0, |last| last.end));
        last = dose.start();
        found.extend(DOSED.find_at(&page.text[..dose.end()], from).map(|m| Span::new(m.start(), m.end())));
    }
    found
}

/// The places that speak of a medicine with its dose, route or schedule.
pub(super) fn medications(page: &Page<'_>) -> Vec<Span> {
    let text = page.text;
    let mut found: Vec<Span> = Vec::new();
    let named = page.hits(lists().drug, page.whole()).iter().copied();
    for span in named.chain(dosed(page)) {
        let line = page.line(span.start);
        let sentence = page.sentence(span.start);
        // A decimal point may have ended the sentence too early: look to the end of the clause on the line.
        let rest = &text[span.start..line.end.max(span.end)];
        let reach = rest.find(['\n', ';']).unwrap_or(rest.len()).min(90);
        let mut end = (span.start + reach).max(span.end);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let end = if sentence.end > end { end } else { sentence.end.max(end.min(span.end + 60)) };
        let end = floor(text, end.min(line.end.max(span.end)));
        let near = Span::new(span.start, end);
        let stands = page.assertion(span);
        if ORDER.is_match(near.of(text)) && !stands.negated && !stands.other_person && !allergy(page, span) {
            found.push(near);
        }
    }
    found.sort();
    found.dedup_by(|later, earlier| earlier.contains(*later));
    found
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn allergy(page: &Page<'_>, span: Span) -> bool {
    let line = page.line(span.start);
    page.text[line.start.min(span.start)..span.start].to_lowercase().contains("allerg")
}
