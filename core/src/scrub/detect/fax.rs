//! Fax numbers (45 CFR 164.514(b)(2)(i)(E)): numbers of the telephone network beside the word fax.

use super::Pattern;
use super::phone::{BARE, INTERNATIONAL, LOCAL, NORTH_AMERICAN};
use super::shape::stands_alone;
use crate::scrub::Category;

const CUES: &[&str] = &[
    "fax",
    "fax #",
    "fax no",
    "fax number",
    "faxed",
    "faxed to",
    "facsimile",
    "telefax",
    "efax",
    "e fax",
    "fx",
    "fax to",
    "faxes",
    "f",
    "phone fax",
    "ph fax",
    "tel fax",
    "faxing",
];
const OTHERS: &[&str] = &[
    "phone",
    "tel",
    "telephone",
    "cell",
    "ph",
    "mobile",
    "pager",
    "call",
    "office",
    "home",
    "work",
    "p",
    "t",
    "c",
    "o",
    "phone number",
    "voice",
];
const FAX: Pattern = Pattern {
    category: Category::Fax,
    source: "45 CFR 164.514(b)(2)(i)(E)",
    cues: CUES,
    unless: OTHERS,
    window: 28,
    validate: Some(|_| super::Validity::Valid),
    around: Some(stands_alone),
    ..Pattern::BLANK
};

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "fax.north_american",
        regex: NORTH_AMERICAN,
        matches: &[
            "Fax: «(212) 555-0143»",
            "fax «212-555-0143»",
            "Phone 212-555-0142 F: «212-555-0143»",
            "«212-555-0143» (fax)",
        ],
        rejects: &["Phone: 212-555-0142", "Fax: none. Phone 212-555-0142"],
        ..FAX
    },
    Pattern { name: "fax.bare", regex: BARE, matches: &["Fax «2125550143»"], rejects: &["phone 2125550142"], ..FAX },
    Pattern {
        name: "fax.local",
        regex: LOCAL,
        matches: &["faxed to «555-0143»", "Fax# «867-5309»"],
        rejects: &["555-0142", "call 555-0142"],
        ..FAX
    },
    Pattern {
        name: "fax.international",
        regex: INTERNATIONAL,
        matches: &["Fax «+44 20 7946 0959»"],
        rejects: &["tel +44 20 7946 0958"],
        ..FAX
    },
];
