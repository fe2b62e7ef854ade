//! The date of a visit or document: labelled, in the head of a note, told in it, or beside the signature.

use std::sync::LazyLock;

use regex::Regex;

use super::page::{Page, holder};
use super::signatures::Signature;
use crate::text::Span;
use crate::text::pattern::{LeadIn, compiled, tail};

/// What leads the date of a visit in.
static CUE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?xi)\b(?:DOS|D\.O\.S\.?|date(?:\s*/\s*time)?(?:\s+of\s+(?:service|visit|treatment|tx|session|encounter|report|note|evaluation|eval|discharge|recert\w*|therapy))?|(?:service|visit|treatment|session|encounter|report|note|eval(?:uation)?|tx|today'?s)\s+date|seen(?:\s+today)?(?:\s+on)?|treated(?:\s+on)?|visit(?:\s+\#?\d+)?(?:\s+on)?|session(?:\s+\#?\d+)?(?:\s+on)?|today|attended|written|dated?)\W{0,4}(?:,?\s*(?:on\s+)?(?:mon|tues?|wed(?:nes)?|thurs?|fri|sat(?:ur)?|sun)(?:day)?,?\s*)?$",
    )
});
/// What leads in the date of something else.
static OTHER: LazyLock<LeadIn> = LazyLock::new(|| {
    LeadIn::new(
        r"(?xi)\b(?:DOB|birth(?:\s*date|day)?|born|onset|injur\w*|surger\w*|DOI|accident|fell|fall|referr\w*|order(?:ed)?|SOC|start\s+of\s+care|cert\w*|POC|plan|last|next|prior|previous|s/p|status\s+post|since|until|through|by|admi\w*|expires?|eval(?:uated|uation)?\s+(?:on|of)|fracture|CVA|stroke|TKA|THA|ORIF|repair|replacement|MRI|x-?ray|imaging|RTC|follow-?up|return|appointment|re-?check|dx|diagnos\w*|printed|revised|rev\.?|form)\b",
        28,
        &['\n', ';', '.', '|'],
    )
});

/// The dates on which a visit took place, or a document was written, best first.
pub(super) fn dates(page: &Page<'_>, signatures: &[Signature]) -> Vec<Span> {
    let text = page.text;
    let head = page.lines.iter().filter(|line| !line.is_empty()).nth(5).map_or(text.len(), |line| line.end);
    let (mut labelled, mut near, mut signed) = (Vec::new(), Vec::new(), Vec::new());
    for date in page.dates.iter().filter(|date| date.day.is_some() && date.month.is_some()) {
        let span = date.span;
        if holder(signatures, span, |s| s.span).is_some() {
            signed.push(span);
            continue;
        }
        let line = page.line(span.start);
        let before = &text[line.start.min(span.start)..span.start];
        let gap = before.rfind("  ").or_else(|| before.rfind('|')).map_or(0, |at| at + 1);
        let own = &before[gap..];
        if CUE.is_match(tail(own, 96)) && !own.to_lowercase().contains("birth") {
            labelled.push(span);
        } else if !OTHER.leads(own) && span.start < head {
            near.push(span);
        }
    }
    labelled.into_iter().chain(near).chain(signed).collect()
}
