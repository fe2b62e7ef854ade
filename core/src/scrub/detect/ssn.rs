//! Social security numbers and taxpayer numbers of their shape (45 CFR 164.514(b)(2)(i)(G)).

use super::shape::{PRODUCTS, stands_alone, starts_or_labelled, whole_number};
use super::{Pattern, Validity};
use crate::scrub::{Category, check_digit};

const SSN: Pattern =
    Pattern { category: Category::Ssn, source: "45 CFR 164.514(b)(2)(i)(G); SSA POMS RM 10201.030", ..Pattern::BLANK };
const CUES: &[&str] = &[
    "ssn",
    "ssn #",
    "ss #",
    "ss",
    "s s n",
    "ssan",
    "social",
    "social security",
    "social security #",
    "social security no",
    "social security number",
    "soc sec",
    "soc sec #",
    "soc sec no",
    "social sec",
    "seguro social",
    "itin",
    "tax id",
    "tin",
    "taxpayer id",
    "ss no",
    "ss number",
    "patient ssn",
    "soc",
];

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "ssn.dashed",
        regex: r"[0-9]{3}(?:-[0-9]{2}-|\x20-\x20?[0-9]{2}\x20-\x20?|-\r?\n[0-9]{2}-|-[0-9]{2}-\r?\n)[0-9]{4}",
        score: 0.85,
        cues: CUES,
        validate: Some(shaped),
        check: "ssn",
        around: Some(|before, value, after| starts_or_labelled(before) && whole_number(before, value, after)),
        unless: PRODUCTS,
        matches: &[
            "SSN «219-09-9999»",
            "«219-09-9999» on file",
            "SSN«219-09-9999»",
            "SSN: «000-12-3456»",
            "ITIN «912-70-1234»",
        ],
        rejects: &["phone 212-555-0142", "catalog 219-090-9999", "Part 219-09-9999 tubing", "AX219-09-9999"],
        ..SSN
    },
    Pattern {
        name: "ssn.spaced",
        regex: r"\b[0-9]{3}(?:\x20[0-9]{2}\x20|\.[0-9]{2}\.)[0-9]{4}\b",
        score: 0.6,
        cues: CUES,
        validate: Some(issued),
        check: "ssn",
        around: Some(stands_alone),
        matches: &["SSN «219 09 9999»", "«219.09.9999»"],
        rejects: &["000 12 3456", "120 80 120"],
        ..SSN
    },
    Pattern {
        name: "ssn.bare",
        regex: r"\b[0-9]{9}\b",
        cues: CUES,
        validate: Some(issued),
        check: "ssn",
        matches: &["SSN «219099999»", "social security number is «219099999»"],
        rejects: &["219099999", "MRN 219099999"],
        ..SSN
    },
    Pattern {
        name: "ssn.scanned",
        regex: concat!(r"\b", scanned_digit!(), "{3}-", scanned_digit!(), "{2}-", scanned_digit!(), r"{4}\b"),
        score: 0.7,
        cues: CUES,
        validate: Some(|value| {
            if value.bytes().filter(u8::is_ascii_digit).count() >= 4 && value.bytes().any(|b| b.is_ascii_alphabetic()) {
                Validity::Unknown
            } else {
                Validity::Never
            }
        }),
        matches: &["SSN «2l9-O9-9999»"],
        rejects: &["loo-oo-lool"],
        ..SSN
    },
    Pattern {
        name: "ssn.masked",
        regex: r"(?:[xX*\#]{3}[-\x20]?[xX*\#]{2}|[xX*\#]{5})[-\x20]?[0-9]{4}\b",
        score: 0.85,
        matches: &["SSN «xxx-xx-4471»", "«***-**-4471»", "«XXXXX4471»"],
        rejects: &["xx-4471", "x 4471"],
        ..SSN
    },
    Pattern {
        name: "ssn.hl7_field",
        regex: r"\bPID(?:\|[^|]{0,80}){18}\|(?<v>[0-9Xx*-]{4,12})",
        score: 0.9,
        source: "HL7 v2.5.1 chapter 3, PID-19",
        matches: &["PID|1||x1||||x2|M|||s||x3|||M||x9|«219099999»|"],
        rejects: &["PID|1||x1||||x2|M|||s||x3|||M||x9||"],
        ..SSN
    },
    Pattern {
        name: "ssn.last_four",
        regex: r"\b[0-9]{4}\b",
        cues: &[
            "last four",
            "last 4",
            "last four digits",
            "last 4 digits",
            "last four ssn",
            "last 4 ssn",
            "ssn last 4",
            "ssn last four",
            "ssn ending in",
            "ssn ending",
            "ss last 4",
            "last four of ssn",
            "last 4 of ssn",
            "last four of social",
            "last 4 of social",
            "last four of her social",
            "last four of his social",
            "ssn4",
            "last four social",
            "ssn ends in",
            "social ending in",
            "social security number ending in",
            "social security ending in",
            "social security number ends in",
            "social security number last four",
            "social ends in",
            "l4",
        ],
        unless: &[
            "card",
            "card last 4",
            "card last four",
            "phone",
            "account",
            "acct",
            "visa",
            "mastercard",
            "mrn",
            "cell",
        ],
        window: 28,
        around: Some(|before, value, after| stands_alone(before, value, after) && !before.trim_end().ends_with(" of")),
        matches: &["last four «4471»", "last 4 SSN: «4471»", "SSN ending in «4471»", "last four of her social «4471»"],
        rejects: &["the last 4 of 2019", "last four visits", "card last 4: 4471"],
        ..SSN
    },
    Pattern {
        name: "ssn.short_cue",
        regex: r"\b[0-9]{4}\b",
        cues: &["ssn", "ss #", "social security number", "social"],
        window: 3,
        around: Some(stands_alone),
        matches: &["SSN: «4471»"],
        rejects: &["4471", "social work since 2019"],
        ..SSN
    },
];

/// The dashed shape is like nothing else: an impossible area only lowers the score.
fn shaped(value: &str) -> Validity {
    if check_digit::ssn(value) || check_digit::itin(value) { Validity::Valid } else { Validity::Unknown }
}

fn issued(value: &str) -> Validity {
    if check_digit::ssn(value) || check_digit::itin(value) { Validity::Valid } else { Validity::Invalid }
}
