//! What the shape of a value, or the words right around it, say of it whatever its category.

use super::Validity;

/// Units and things that are measured out: a number before one of them is a quantity.
const UNITS: &[&str] = &[
    "mg", "mcg", "ug", "g", "gm", "grams", "kg", "lb", "lbs", "pounds", "oz", "ml", "cc", "l", "liters", "dl", "units",
    "unit", "u", "iu", "meq", "mmol", "mm", "cm", "m", "inch", "inches", "ft", "feet", "mmhg", "bpm", "hz", "min",
    "mins", "minutes", "minute", "sec", "secs", "seconds", "hr", "hrs", "hours", "hour", "reps", "rep", "sets", "set",
    "times", "x", "steps", "step", "degrees", "degree", "deg", "percent", "tabs", "tab", "tablet", "tablets", "caps",
    "capsules", "puffs", "drops", "doses", "dose", "points", "pts", "kcal", "calories", "cells", "copies", "gauge",
    "french", "patients", "people", "meters", "metres", "yards", "miles", "strength", "scale", "rules", "stairs",
];

/// Counted things that also stand after a date: "3/14 visit".
const COUNTED: &[&str] =
    &["day", "days", "week", "weeks", "month", "months", "year", "years", "yrs", "visits", "sessions"];

/// Whether a unit or a counted thing follows.
pub(super) fn unit_follows(after: &str) -> bool {
    let blanks = after.bytes().take_while(|byte| matches!(byte, b' ' | b'-' | b'\n' | b'\r')).count();
    let after = &after[blanks..];
    if after.starts_with('%') || after.starts_with('°') {
        return true;
    }
    is_one_of(first_word(after), UNITS)
}

/// No unit and no counted thing follows: what may stand around an identifier.
pub(super) fn no_quantity(_before: &str, value: &str, after: &str) -> bool {
    if value.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return true;
    }
    let word = first_word(after.trim_start_matches([' ', '-']));
    !unit_follows(after) && !is_one_of(word, COUNTED)
}

/// The letters that `text` begins with.
fn first_word(text: &str) -> &str {
    &text[..text.bytes().take_while(u8::is_ascii_alphabetic).count()]
}

/// Whether `word` is one of `words`, whatever its case.
fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|other| other.len() == word.len() && other.eq_ignore_ascii_case(word))
}

/// Neither a digit nor, across a mark, another digit stands before or after: the value is not a part of a longer number.
pub(super) fn stands_alone(before: &str, _value: &str, after: &str) -> bool {
    let joins = |mark: u8| b"./-:".contains(&mark);
    let (before, after) = (before.as_bytes(), after.as_bytes());
    let left = match before {
        [.., last] if last.is_ascii_digit() => false,
        [.., digit, mark] if joins(*mark) && digit.is_ascii_digit() => false,
        _ => true,
    };
    let right = match after {
        [first, ..] if first.is_ascii_digit() => false,
        [mark, digit, ..] if joins(*mark) && digit.is_ascii_digit() => false,
        _ => true,
    };
    left && right
}

/// Labels that are written against their number: "SSN219-09-9999".
const LABELS: &[&str] =
    &["ssn", "ss", "ssno", "npi", "no", "id", "ph", "phone", "tel", "cell", "fax", "mobile", "pager"];

/// Whether no letter stands right before, but those of a label.
pub(super) fn starts_or_labelled(before: &str) -> bool {
    let letters = before.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    letters == 0 && !before.ends_with('_') || is_one_of(&before[before.len() - letters..], LABELS)
}

/// No digit stands right before or after.
pub(super) fn whole_number(before: &str, _value: &str, after: &str) -> bool {
    !before.ends_with(|c: char| c.is_ascii_digit()) && !after.starts_with(|c: char| c.is_ascii_digit())
}

/// What can be a number that a site gives: enough digits, and not the shape of a date, a decimal, a year or a quantity.
pub(super) fn identifier(value: &str) -> Validity {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let enough = digits >= 4 || (digits == 3 && letters >= 1 && value.len() >= 5);
    if !enough
        || is_trial(value)
        || is_diagnosis(value)
        || is_named_number(value)
        || is_date(value)
        || is_decimal(value)
        || is_range(value)
        || is_year(value)
        || is_quantity(value)
    {
        return Validity::Never;
    }
    Validity::Unknown
}

/// An identifier of which three digits or two digits and two letters are enough, as beside the surest cues.
pub(super) fn short_identifier(value: &str) -> Validity {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if digits >= 2
        && value.len() >= 4
        && !is_diagnosis(value)
        && !is_named_number(value)
        && !is_date(value)
        && !is_decimal(value)
        && !is_year(value)
        && !is_quantity(value)
    {
        Validity::Unknown
    } else {
        Validity::Never
    }
}

/// A trial's number in a public registry.
fn is_trial(value: &str) -> bool {
    value.len() > 3 && ["NCT", "PMC"].iter().any(|prefix| value.as_bytes()[..3].eq_ignore_ascii_case(prefix.as_bytes()))
}

/// A code of ICD-10-CM: "G43.109".
fn is_diagnosis(value: &str) -> bool {
    let bytes = value.as_bytes();
    matches!(bytes, [letter, digit, third, b'.', rest @ ..]
        if letter.is_ascii_alphabetic() && digit.is_ascii_digit() && third.is_ascii_alphanumeric()
            && (1..=4).contains(&rest.len()) && rest.iter().all(u8::is_ascii_alphanumeric))
}

/// A word in capitals and a number after it, as "CPT 97110" or "IS 447120": the number is looked at on its own.
fn is_named_number(value: &str) -> bool {
    const WORDS: &[&str] = &[
        "CPT", "ICD", "NDC", "LOT", "RM", "REF", "NO", "ID", "IS", "MRN", "MR", "SSN", "DOB", "CSN", "FIN", "NPI",
        "DEA", "PIN", "VIN", "TEL", "FAX", "EXT", "IN", "ON", "OF", "TO", "AT", "OR", "THE", "AND", "FOR", "WAS",
        "PER", "BY", "BOX", "DX", "RX", "DRG", "ACCT", "ACC", "NUM", "IMEI", "PLAN", "CARD", "CASE", "SUB", "CODE",
        "ROOM", "PAGE", "UNIT", "AGE", "ZIP", "MBI", "ABA", "SN", "DL", "LIC",
    ];
    let Some(blank) = value.bytes().position(|byte| byte == b' ') else { return false };
    WORDS.contains(&&value[..blank])
}

fn is_year(value: &str) -> bool {
    if !value.starts_with("19") && !value.starts_with("20") {
        return false;
    }
    if let Some((first, last)) = value.split_once(['-', '/']) {
        return is_year(first) && (is_year(last) || last.len() == 2);
    }
    value.len() == 4 && value.bytes().all(|b| b.is_ascii_digit())
}

/// A reference range, as laboratories print it: "11.1-15.9".
fn is_range(value: &str) -> bool {
    value.split_once('-').is_some_and(|(low, high)| is_decimal(low) && is_decimal(high))
}

fn is_decimal(value: &str) -> bool {
    value.bytes().any(|byte| byte == b'.')
        && value.split_once('.').is_some_and(|(whole, part)| {
            whole.len() <= 4
                && part.len() <= 3
                && [whole, part].iter().all(|s| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit()))
        })
}

fn is_quantity(value: &str) -> bool {
    let unit = &value[value.bytes().take_while(u8::is_ascii_digit).count()..];
    unit.len() < value.len() && unit.len() > 1 && is_one_of(unit, UNITS)
}

/// Whether a value is written as a calendar date in digits.
pub(super) fn is_date(value: &str) -> bool {
    if !value.bytes().any(|byte| matches!(byte, b'/' | b'-' | b'.')) {
        return false;
    }
    for mark in ['/', '-', '.'] {
        if value.bytes().filter(|byte| char::from(*byte) == mark).count() != 2 {
            continue;
        }
        let mut parts = value.split(mark);
        let (Some(first), Some(second), Some(third), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let lengths = [first.len(), second.len(), third.len()];
        if matches!(lengths, [1..=2, 1..=2, 2 | 4] | [4, 1..=2, 1..=2])
            && [first, second, third].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()))
        {
            return true;
        }
    }
    value.contains('/')
        && value.bytes().filter(u8::is_ascii_digit).count() <= 6
        && value.bytes().all(|b| b.is_ascii_digit() || b == b'/')
}

/// Cue words after which a number is a code of a public list, not of a person.
pub(super) const PUBLIC_CODES: &[&str] = &[
    "cpt",
    "hcpcs",
    "icd",
    "icd 9",
    "icd 10",
    "loinc",
    "snomed",
    "snomed ct",
    "ndc",
    "rxnorm",
    "rxcui",
    "cvx",
    "nct",
    "doi",
    "pmid",
    "pmcid",
    "isbn",
    "issn",
    "lot",
    "lot #",
    "lot no",
    "lot number",
    "batch",
    "room",
    "rm",
    "bed",
    "page",
    "version",
    "model",
    "part",
    "ref",
    "cat",
    "catalog",
    "clia",
    "diagnosis code",
    "procedure code",
    "dx code",
    "billing code",
    "revenue code",
    "drg",
    "plate",
    "plates",
    "license plate",
    "code",
    "codes",
];

/// Words before the number of a product, which is nobody's.
pub(super) const PRODUCTS: &[&str] = &[
    "model",
    "model #",
    "model no",
    "pn",
    "p n",
    "part",
    "part #",
    "part no",
    "part number",
    "catalogue",
    "catalog",
    "catalogue no",
    "catalog no",
    "cat",
    "cat #",
    "cat no",
    "item",
    "item #",
    "item no",
    "sku",
    "product",
    "product code",
    "stock",
    "stock no",
    "reorder",
    "ref",
    "lot",
    "lot #",
    "lot no",
    "lot number",
    "batch",
    "batch no",
    "gtin",
    "ndc",
    "isbn",
    "issn",
    "upc",
    "cas",
    "cas no",
    "rs",
    "pmid",
    "nct",
    "loinc",
    "snomed",
    "exp",
];
