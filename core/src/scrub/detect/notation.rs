//! Clinical notation that looks like an identifier: strength grades, pain scores, ranges with a unit, spine levels, acuity,
//! blood pressure, reference ranges, codes of ICD-10 and SNOMED CT, numbers of publications and batches. What a model says of such a value does not count.

use std::sync::LazyLock;

use regex::Regex;

use crate::scrub::check_digit;
use crate::text::Span;

/// How far around a value its cue or its unit may stand, in bytes.
const NEAR: usize = 24;

/// Notation by its form alone.
static FORM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x) ^ (?:
            [A-TV-Z][0-9][0-9A-Z] \. [0-9A-Z]{1,4}          # ICD-10-CM: Z47.1, M25.661, S52.501D
          | [CTLS][0-9]{1,2} (?: [-/][CTLS]?[0-9]{1,2} )?      # spine levels: L4-5, C5-C6, T12
          | 20 / [0-9]{2,3}                                    # visual acuity: 20/40
          | (?: 3[2-9] | [4-9][0-9] | 1[0-9]{2} | 2[0-9]{2} ) / [0-9]{2,3}   # blood pressure: 120/80
          | [0-5] [+-] / 5                                     # strength with a sign: 4+/5
          | [0-9]{1,3} \. [0-9]{1,2} - [0-9]{1,3} \. [0-9]{1,2}   # a reference range: 11.1-15.9
        ) $",
    )
    .expect("the pattern is tested")
});

/// A part of a whole: a strength grade, a pain score, trials of a task.
static GRADE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^([0-9]{1,2})/(3|4|5|6|7|10|15|30)$").expect("the pattern is tested"));

/// Two small numbers, as in "2-3x/week" or "10-15 reps".
static RANGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[0-9]{1,3}[-/][0-9]{1,3}$").expect("the pattern is tested"));

/// What follows a quantity.
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix-u) ^ (?: \s? [x%] | \s? (?: times | reps? | sets? | trials? | min (?: s | utes? )? | sec (?: s | onds? )?
          | h (?: rs? | ours? )? | days? | w (?: ks? | eeks? ) | mo (?: s | nths? )? | y (?: rs? | ears? ) | visits? | sessions?
          | mg | mcg | g | kg | ml | l | units? | tabs? | puffs? | lbs? | pounds | cm | mm | in (?: ches )? | ft | feet | steps?
          | deg (?: rees )? | bpm | mmhg ) \b )",
    )
    .expect("the pattern is tested")
});

/// What stands before a date: then two numbers with a slash are one after all.
static DATE_CUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix-u) \b (?: on | since | by | dated? | dos | dob | seen | due | through | thru | until | from | starting | visit
          | of | last | next | was | for | before | after | and | to | [a-z]+day ) [\s:,.\#-]* $",
    )
    .expect("the pattern is tested")
});

/// What stands before a number that names a publication, a substance, a product or a batch, and no person.
static CATALOGUE_CUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix-u) \b (?: doi | isbn (?: -? 1[03] )? | issn | pmid | pmcid | cas | ndc | loinc | lot | batch | cat (?: \. | alog (?: ue )? )? )
          (?: \s? (?: no | nr | num | number ) \.? )? [\s:\#]* $",
    )
    .expect("the pattern is tested")
});

/// Whether the value at `span` is clinical notation and so no identifier.
pub(super) fn is_notation(text: &str, span: Span) -> bool {
    is_sure_notation(text, span) || is_grade(text, span) || is_round_the_clock(text, span)
}

/// Whether it is, and could be no date.
pub(super) fn is_sure_notation(text: &str, span: Span) -> bool {
    let value = span.of(text);
    if FORM.is_match(value) || check_digit::snomed(value) {
        return true;
    }
    let after = clip(text, span.end, (span.end + NEAR).min(text.len()));
    if RANGE.is_match(value) && UNIT.is_match(after) {
        return true;
    }
    let before = clip(text, span.start.saturating_sub(NEAR), span.start);
    CATALOGUE_CUE.is_match(before) || is_years_and_months(before, value)
}

/// "7 10/12": seven years and ten months, as ages of bones and children are written.
fn is_years_and_months(before: &str, value: &str) -> bool {
    value.strip_suffix("/12").is_some_and(|months| months.parse().is_ok_and(|months: u32| months < 12))
        && before.strip_suffix(' ').is_some_and(|years| {
            let digits = years.bytes().rev().take_while(u8::is_ascii_digit).count();
            (1..=2).contains(&digits) && !years[..years.len() - digits].ends_with(['/', '-', '.', ','])
        })
}

/// Whether it is a part of a whole that nothing says is a date.
fn is_grade(text: &str, span: Span) -> bool {
    let grade = GRADE.captures(span.of(text)).is_some_and(|parts| {
        let number = |i: usize| parts[i].parse::<u32>().unwrap_or(u32::MAX);
        number(1) <= number(2)
    });
    let after = clip(text, span.end, (span.end + NEAR).min(text.len()));
    let before = clip(text, span.start.saturating_sub(NEAR), span.start);
    // A hyphen before it is a range of grades, a slash after it a date with its year.
    grade && !after.starts_with('/') && !DATE_CUE.is_match(before)
}

/// Whether it is "24/7", which could also be a day of July where nothing says so.
fn is_round_the_clock(text: &str, span: Span) -> bool {
    let before = clip(text, span.start.saturating_sub(NEAR), span.start);
    span.of(text) == "24/7" && !text[span.end..].starts_with('/') && !DATE_CUE.is_match(before)
}

/// Whether a unit of measure, a count or a span of time follows.
pub(super) fn is_quantity(after: &str) -> bool {
    UNIT.is_match(clip(after, 0, NEAR.min(after.len())))
}

/// The text between two offsets, moved inwards to character boundaries.
fn clip(text: &str, mut start: usize, mut end: usize) -> &str {
    while !text.is_char_boundary(start) {
        start += 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(marked: &str) -> bool {
        let (before, rest) = marked.split_once('«').unwrap();
        let (value, after) = rest.split_once('»').unwrap();
        let text = format!("{before}{value}{after}");
        is_notation(&text, Span::new(before.len(), before.len() + value.len()))
    }

    #[test]
    fn notation_is_no_identifier() {
        for marked in [
            "Quad strength 3+/5   «5/5»",
            "hip flexion «4/5» bilaterally",
            "MMT «4-/5»",
            "pain «6/10» at end range",
            "PT «2-3»x/week",
            "«10-15» reps",
            "take «1/2» tab",
            "arthroplasty («Z47.1», Z96.651)",
            "disc bulge at «L4-5»",
            "acuity «20/40»",
            "Questions «24/7»: call",
            "BP «132/84»",
            "«3/3» trials",
            "ISBN «978-1-4051-0000-0»",
            "DOI: «10.1000»/182",
            "Td, lot «U4821AA», left deltoid",
            "catalogue no. «4471-22»",
            "Hemoglobin g/dL «11.1-15.9»",
            "Raynaud phenomenon («266261006»)",
        ] {
            assert!(judged(marked), "{marked}");
        }
    }

    #[test]
    fn dates_and_numbers_are_not_notation() {
        for marked in [
            "seen on «4/5»",
            "since «3/10», worse",
            "seen «3/14»",
            "seen «24/7»",
            "DOS «4/5»/2024",
            "from 3/1 to «3/10»",
            "visit «3-14»",
            "MRN «00482910»",
            "plot «48291077»",
            "«03/14/2024»",
            "Tuesday «4/5»",
        ] {
            assert!(!judged(marked), "{marked}");
        }
    }
}
