//! What certifies a plan: a physician's dated signature; a signed order on file; the plan sent to the physician.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use crate::rubric::Role;
use crate::rubric::check::Note;
use crate::text::Span;
use crate::text::dates::DateMention;
use crate::text::pattern::compiled;

fn re(pattern: &str) -> Regex {
    compiled(&format!("(?xi){pattern}"))
}

static PHYSICIAN: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:physician|MD|DO|M\.D\.|D\.O\.|NP|FNP(?:-[BC]+)?|PA-?C|APRN|ARNP|DNP|CNP|DPM|NPP|doctor|Dr\b\.?|(?:certifying|referring|ordering)\s+provider)(?:\b|\s|$)",
    )
});
static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:signed|signature|certified\s+by|(?:I|we)\s+(?:have\s+reviewed\s+(?:and\s+)?)?certify|approved|co-?signed|countersigned|certification)\b|/e?s/",
    )
});
/// Not a signature that is there.
static NOT_SIGNED: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"_{4,}|\b(?:unsigned|pending|awaiting|await|not\s+(?:yet\s+)?(?:been\s+)?(?:signed|received|returned|certified)|to\s+be\s+signed|for\s+(?:signature|certification|review)|requests?|requested|needs?|sent|faxed|forwarded|mailed|routed|transmitted|delivered|will|period|dates?\s+of\s+certification|due|refused|declined)\b",
    )
});
static ORDER: LazyLock<Regex> = LazyLock::new(|| re(r"\b(?:orders?|referral|prescription|script|Rx)\b"));
static ON_FILE: LazyLock<Regex> =
    LazyLock::new(|| re(r"\b(?:signed|on\s+file|in\s+(?:the\s+)?chart|dated|received|scanned)\b|/e?s/"));
static NO_ORDER: LazyLock<Regex> = LazyLock::new(|| {
    re(r"\b(?:no|without|pending|awaiting|unsigned|not|missing|requested|verbal|never|needs?|to\s+be)\b")
});
static PLAN: LazyLock<Regex> =
    LazyLock::new(|| re(r"\b(?:plan(?:\s+of\s+(?:care|treatment))?|POC|evaluation|eval|certification|cert)\b"));
static SENT: LazyLock<Regex> = LazyLock::new(|| {
    re(r"\b(?:sent|faxed|e-?faxed|fax(?:ed)?\s+to|transmitted|forwarded|mailed|e-?mailed|routed|delivered|submitted)\b")
});
static NOT_SENT: LazyLock<Regex> =
    LazyLock::new(|| re(r"\b(?:not|never|will\s+be|to\s+be|unable|failed|pending|if|once|when)\b"));

type Found = Vec<(Date, Span)>;

/// Physicians' signatures, orders on file, and the days on which the plan was sent, each with its date.
pub(super) fn read(note: &Note<'_>, date: Option<Date>) -> (Found, Found, Found) {
    let page = &note.page;
    let dated = |span: Span| page.dates(span).iter().find_map(DateMention::date);
    let (mut certified, mut ordered, mut sent) = (Found::new(), Found::new(), Found::new());
    for signature in note.facts.signatures.iter().filter(|s| s.role == Role::Physician && !s.stamped) {
        if let Some(day) = signature.date.and_then(dated) {
            certified.push((day, signature.span));
        }
    }
    for (at, line) in page.lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
        // A date may stand on a line of its own below: "Date: 02/10/2025".
        let below = || {
            let next = page.lines.get(at + 1)?;
            next.of(page.text).trim_start().to_lowercase().starts_with("date").then(|| dated(*next))?
        };
        // A whole note may be one line: what is said elsewhere on it is of something else.
        let from = page.sentences.partition_point(|sentence| sentence.end <= line.start);
        for sentence in page.sentences[from..].iter().take_while(|sentence| sentence.start < line.end) {
            let piece = Span::new(sentence.start.max(line.start), sentence.end.min(line.end));
            let said = piece.of(page.text);
            let signs = PHYSICIAN.is_match(said) && SIGNED.is_match(said) && !NOT_SIGNED.is_match(said);
            if !signs || ORDER.is_match(said) || certified.iter().any(|(_, span)| piece.overlaps(*span)) {
                continue;
            }
            // The last date is that of the signature: one before it may be that of the plan.
            let last = page.dates(piece).iter().rev().find_map(DateMention::date);
            certified.extend(last.or_else(below).map(|day| (day, piece)));
        }
    }
    for sentence in &page.sentences {
        let said = sentence.of(page.text);
        if ORDER.is_match(said) && ON_FILE.is_match(said) && !NO_ORDER.is_match(said) {
            ordered.extend(dated(*sentence).map(|day| (day, *sentence)));
        }
        if PLAN.is_match(said) && SENT.is_match(said) && !NOT_SENT.is_match(said) {
            // Where only the year is missing, or no day is given, the note was written when it was sent.
            sent.extend(dated(*sentence).or(date).map(|day| (day, *sentence)));
        }
    }
    certified.sort();
    (certified, ordered, sent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::terms::Vocabulary;

    fn counts(text: &str) -> (usize, usize, usize) {
        let note = Note::new(text, Vocabulary::builtin());
        let (certified, ordered, sent) = read(&note, Date::new(2025, 2, 3).ok());
        (certified.len(), ordered.len(), sent.len())
    }

    #[test]
    fn certifications_in_many_hands() {
        for (text, expected) in [
            ("Physician signature: H. Pruitt, MD  02/10/2025", (1, 0, 0)),
            ("Electronically signed by: H. Pruitt, MD 02/10/2025 08:14", (1, 0, 0)),
            ("I certify the need for these services. Signed H. Pruitt, MD, 02/10/2025", (1, 0, 0)),
            ("Certified by Dr. Pruitt on February 10, 2025.", (1, 0, 0)),
            ("Physician signature: Hal Pruitt MD\nDate: 02/10/2025", (1, 0, 0)),
            ("Physician certification: __________________  Date: ________", (0, 0, 0)),
            ("Physician signature pending as of 02/10/2025", (0, 0, 0)),
            ("Certification period: 02/03/2025 to 05/02/2025, physician H. Pruitt, MD", (0, 0, 0)),
            ("Signed referral from Dr. Pruitt on file, dated 01/30/2025.", (0, 1, 0)),
            ("No signed order on file as of 02/03/2025.", (0, 0, 0)),
            ("Plan of care faxed to Dr. Pruitt 02/04/2025.", (0, 0, 1)),
            ("POC was sent to the physician today.", (0, 0, 1)),
            ("POC will be sent to the physician.", (0, 0, 0)),
            ("Referred by H. Pruitt, MD for knee pain since 01/14/2025.", (0, 0, 0)),
        ] {
            assert_eq!(counts(text), expected, "{text}");
        }
    }
}
