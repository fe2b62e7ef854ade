//! The period a report covers: from when to when.

use std::sync::LazyLock;

use regex::Regex;

use super::page::Page;
use crate::text::Span;
use crate::text::pattern::{LeadIn, compiled};
use crate::text::sweep::Pattern;

/// Between the two ends of a period.
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?xi)^[\s,]*(?:\(?(?:SOC|start|eval(?:uation)?)\)?|\([^()\n]{0,24}\))?\s*(?:-|–|—|to|through|thru|until|till|and|up\s+to(?:\s+and\s+including)?|ending|end(?:ed|s)?|/|→|-{1,3}>|\|?\s*to:?)[\s:]*(?:date)?[\s:]*(?:on|(?:the\s+)?(?:wk|week)\s+of)?\s*$",
    )
});
/// Periods of something else.
static OTHER: LazyLock<LeadIn> = LazyLock::new(|| {
    LeadIn::new(
        r"(?xi)\b(?:cert(?:ification|ified)?|recert\w*|POC|plan\s+of\s+care|plan|authori[sz]\w*|auth|episode|next|hospital\w*|admi\w*|inpatient|SNF|insurance|benefit|DOB|onset|injur\w*)\b",
        30,
        &['\n', '.', ';'],
    )
});
/// What leads in the first day of a period that ends with the report.
static FROM: LazyLock<LeadIn> = LazyLock::new(|| {
    LeadIn::new(r"(?i)\b(?:from|between|period|covers?|covering|report(?:ing)?)\b", 40, &['\n', '.', ';'])
});
static UNTIL_NOW: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?xi)^[\s,]*(?:-|–|—|to|and|through|thru|until|till|up\s+to|up\s+until)\s+(?:today|now|the\s+present|present|this\s+(?:date|report|visit)|the\s+date\s+(?:of\s+this|below|above))\b",
    )
});
/// Two days of which the first lacks its year: "1/13-3/14/25".
pub(in crate::rubric) static RANGE: Pattern = LazyLock::new(|| {
    compiled(
        r"(?xi)\b(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?:/\d{2,4})?\s*(?:-{1,3}>?|–|—|→|to|through|thru|until|till)\s*(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?:/\d{2,4})?\b",
    )
});
/// What calls a range the period of a report, whatever else is named beside it.
static REPORTS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:report\w*|rpt|cover\w*|dates\s+of\s+service|since\s+(?:the\s+)?(?:last|prior|previous)|progress\s+(?:period|from))\b",
    )
});

/// What calls a range one of a report less surely: "Progress note for the month of April (4/1 thru 4/30/25)".
static TITLED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:months?\s+of|progress\s+(?:note|report|summary|update)|PN|PR|interval|visits?\s+(?:from|between)|seen\s+(?:from|between)|treated\s+(?:from|between)|period(?:\s+of)?|tx\s+dates|dates(?:\s+covered)?)\b",
    )
});

/// Where the last sentence or field of a text begins: at the stop or gap before it.
fn last_break(text: &str) -> usize {
    let bytes = text.as_bytes();
    let breaks = |at: &usize| match bytes[*at] {
        b'|' | b';' => true,
        b'.' | b' ' => bytes.get(at + 1) == Some(&b' '),
        _ => false,
    };
    (0..bytes.len()).rev().find(breaks).unwrap_or(0)
}

/// The reporting periods of a note, each with both ends.
pub(super) fn periods(page: &Page<'_>) -> Vec<Span> {
    let text = page.text;
    let mut found = Vec::new();
    for pair in page.dates.windows(2) {
        let (from, to) = (pair[0].span, pair[1].span);
        if from.end > to.start || to.start - from.end > 40 {
            continue;
        }
        let whole = Span::new(from.start, to.end);
        let line = page.line(from.start);
        let before = &text[line.start.min(from.start)..from.start];
        // Only the words of the same clause: a line may hold several fields.
        let before = &before[last_break(before.trim_end())..];
        let between = &text[from.end..to.start];
        let joined = BETWEEN.is_match(between);
        // "Period start 3/3/25   end 4/2/25", "From: 3/3/25  To: 4/2/25".
        let says = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
        let labelled = || {
            let (before, between) = (before.to_lowercase(), between.to_lowercase());
            says(&between, &["to", "end", "through"])
                && !between.contains("date of")
                && says(&before, &["from", "start", "begin", "period"])
        };
        if (joined || labelled()) && (REPORTS.is_match(before) || !OTHER.leads(before)) {
            found.push(whole);
        }
    }
    // "from January 6 up to today".
    for date in &page.dates {
        let span = date.span;
        let line = page.line(span.start);
        let before = &text[line.start.min(span.start)..span.start];
        let before = &before[last_break(before)..];
        let Some(end) = UNTIL_NOW.find(&text[span.end..line.end.max(span.end)]) else { continue };
        if FROM.leads(before) && !OTHER.leads(before) {
            found.push(Span::new(span.start, span.end + end.end()));
        }
    }
    for pair in page.swept.all(&RANGE) {
        let span = Span::new(pair.start(), pair.end());
        let line = page.line(span.start);
        let before = &text[line.start.min(span.start)..span.start];
        let before = &before[last_break(before.trim_end())..];
        let reported = REPORTS.is_match(before) || (TITLED.is_match(before) && !OTHER.leads(before));
        if reported && !found.iter().any(|other: &Span| other.overlaps(span)) {
            found.push(span);
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::NEVER;
    use crate::rubric::terms::Vocabulary;

    #[test]
    fn a_period_may_end_with_the_report() {
        let found = |text: &str| {
            let page = Page::new(text, Vocabulary::builtin(), &NEVER);
            periods(&page).into_iter().map(|span| span.of(text).to_owned()).collect::<Vec<_>>()
        };
        for (text, period) in [
            ("This report covers January 6, 2025 up to today.", "January 6, 2025 up to today"),
            ("Reporting period 3/3/25 through the date of this report.", "3/3/25 through the date of this"),
            ("From 3/3/2025 to the present.", "3/3/2025 to the present"),
            ("Period: 3/3/2025 - 4/2/2025", "3/3/2025 - 4/2/2025"),
            ("Covers wk of 3/3/25 to wk of 4/2/25", "3/3/25 to wk of 4/2/25"),
            ("Rpt pd 3/3/25 --> 4/2/25", "3/3/25 --> 4/2/25"),
            ("reporting 1/13-3/14/25, 12 of 14 visits kept", "1/13-3/14/25"),
            ("this report: 4/21 to 5/19/25", "4/21 to 5/19/25"),
            ("Progress note for the month of April (4/1 thru 4/30/25)", "4/1 thru 4/30/25"),
            ("Since last cert on 5/5/25 to 7/1/25: 8 visits", "5/5/25 to 7/1/25"),
        ] {
            assert_eq!(found(text), [period], "{text}");
        }
        for text in [
            "Seen 3/3/2025, and today he walks.",
            "In the hospital from 3/3/2025 until now.",
            "Certified from 3/3/2025 to today.",
            "Next report from 3/3/2025. To today's visit he came late.",
            "Onset between falls, 3/3/2025 to now worse.",
            "Cert 4/21 to 7/19/25. Strength 3/5 to 4/5.",
            "Reported strength grew, R hip 3/5 to 4+/5.",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
