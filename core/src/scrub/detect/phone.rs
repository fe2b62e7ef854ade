//! Telephone, pager and extension numbers (45 CFR 164.514(b)(2)(i)(D)).

use super::shape::{PRODUCTS, stands_alone, unit_follows, whole_number};
use super::{Pattern, Validity};
use crate::scrub::{Category, check_digit};

const PHONE: Pattern = Pattern {
    category: Category::Phone,
    source: "45 CFR 164.514(b)(2)(i)(D); North American Numbering Plan",
    ..Pattern::BLANK
};

/// A number of the North American plan with its usual punctuation and an extension.
macro_rules! north_american {
    () => {
        concat!(
            r"(?:\+?1[\x20.-]?|\+1\x20?)?(?:\([0-9]{3}\)",
            ws!(),
            r"?-?|[0-9]{3}(?:[.\x20/-]|\x20-\x20|\x20\.\x20|-?",
            ws!(),
            r"))[0-9]{3}(?:[.\x20-]|\x20-\x20|-?",
            ws!(),
            r")[0-9]{4}(?:[,;]?\x20{0,2}(?i:x|ext\.?|extension|\#)[\x20:]{0,2}[0-9]{1,6}|/[0-9]{4}\b)?"
        )
    };
}
pub(super) const NORTH_AMERICAN: &str = north_american!();
/// Seven digits.
pub(super) const LOCAL: &str =
    r"\b[0-9]{3}(?:[.-]|\x20-\x20|\x20)[0-9]{4}(?:[,;]?\x20{0,2}(?i:x|ext\.?)[\x20:]{0,2}[0-9]{1,6})?\b";
/// A number with a country code.
pub(super) const INTERNATIONAL: &str = r"(?:\+|\b00|\b011[\x20-])[1-9][0-9]{0,2}(?:[\x20.-]|\r?\n)?(?:\(0?[0-9]{1,4}\)[\x20.-]?)?[0-9]{1,5}(?:(?:[\x20.-]|\r?\n)?[0-9]{2,5}){1,5}\b";
/// Ten digits in a row.
pub(super) const BARE: &str = r"\b1?[2-9][0-9]{9}\b";

pub(super) const CUES: &[&str] = &[
    "phone",
    "phone #",
    "phones",
    "telephone",
    "tel",
    "tel #",
    "tel no",
    "ph",
    "ph #",
    "cell",
    "cell #",
    "cellphone",
    "cell phone",
    "mobile",
    "mob",
    "home",
    "work",
    "call",
    "calls",
    "called",
    "calling",
    "callback",
    "call back",
    "contact",
    "contact #",
    "contact number",
    "pager",
    "beeper",
    "text",
    "texts",
    "texted",
    "dial",
    "reach",
    "reached",
    "reachable at",
    "number",
    "voicemail",
    "whatsapp",
    "ext",
    "hotline",
    "line",
    "emergency contact",
    "office",
    "clinic",
    "h",
    "w",
    "c",
    "p",
    "o",
    "m",
    "t",
    "landline",
    "telefono",
    "tfno",
    "celular",
    "sms",
    "messaged",
    "tty",
    "tdd",
    "cb",
    "answering service",
    "desk",
];

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "phone.north_american",
        regex: NORTH_AMERICAN,
        score: 0.8,
        validate: Some(north_american),
        check: "nanp",
        around: Some(stands_alone),
        cues: CUES,
        matches: &[
            "call «(212) 555-0142»",
            "«212-555-0142»",
            "«1-212-555-0142 x 44»",
            "«212.555.0142»",
            "«+1 212 555 0142»",
            "Tel «(212)555-0142 ext. 9»",
            "«(212)\n555-0142»",
            "ph«212-555-0188»",
            "«312-867-0142/0143»",
        ],
        rejects: &["219-09-9999", "platelets 212 555 thousand", "7212-555-01429"],
        ..PHONE
    },
    Pattern {
        name: "phone.bare",
        regex: BARE,
        score: 0.55,
        validate: Some(bare),
        check: "nanp",
        cues: CUES,
        unless: &["mrn", "account", "acct", "npi", "id", "ndc", "imei", "loinc"],
        matches: &["call «2125550142»", "reached at «12125550142»"],
        rejects: &["npi 2125550142", "0125550142", "12125550142999"],
        ..PHONE
    },
    Pattern {
        name: "phone.local",
        regex: LOCAL,
        cues: CUES,
        validate: Some(local),
        around: Some(|before, value, after| stands_alone(before, value, after) && !unit_follows(after)),
        window: 24,
        matches: &["call «555-0142»", "Phone: «555.0142 x12»", "cell is «867 5309»"],
        rejects: &["calories 250-1000", "555-0142", "called with glucose 300-4000 mg", "called about 123-4567-89"],
        ..PHONE
    },
    Pattern {
        name: "phone.local_fictional",
        regex: r"\b555[.-][0-9]{4}(?:\x20?(?i:x|ext\.?)\x20?[0-9]{1,6})?\b",
        score: 0.7,
        around: Some(stands_alone),
        unless: PRODUCTS,
        matches: &["at «555-0142»"],
        rejects: &["1555-0142", "212 mL, 555-01"],
        ..PHONE
    },
    Pattern {
        name: "phone.international",
        regex: INTERNATIONAL,
        score: 0.85,
        validate: Some(international),
        around: Some(whole_number),
        matches: &["«+44 20 7946 0958»", "tel «+52 55 5123 4567»", "«+33-1-23-45-67-89»", "«+44 (0)20 7946 0018»"],
        rejects: &["+2 edema", "+3 4 5", "00 12 strength", "+1 to +2 pitting"],
        ..PHONE
    },
    Pattern {
        name: "phone.national",
        regex: r"(?:\(0[0-9]{2,4}\)\x20?|\b0[0-9]{2,4}\x20)[0-9]{3,4}\x20?[0-9]{3,4}\b",
        cues: CUES,
        matches: &["tel «020 7946 0958»", "call «(0161) 496 0123»"],
        rejects: &["020 7946 0958 units infused", "0123 456 7890"],
        ..PHONE
    },
    Pattern {
        name: "phone.vanity",
        regex: r"\b1-8(?:00|88|77|66|55|44|33)-[A-Z0-9]{3,4}-?[A-Z0-9]{3,5}\b",
        score: 0.85,
        matches: &["«1-800-555-CARE»", "«1-888-GET-WELL» line"],
        rejects: &["1-800 mg", "8-00-AB"],
        ..PHONE
    },
    Pattern {
        name: "phone.extension",
        regex: r"\b(?i:ext\.?|extn\.?|extension)\x20?(?:\#|:|no\.?|is|number)?\x20?(?<v>[0-9]{3,6})\b",
        score: 0.75,
        validate: Some(extension),
        around: Some(|_, _, after| !unit_follows(after)),
        matches: &["at ext. «4471»", "extension «20418»", "Ext: «882»"],
        rejects: &["extension 120", "knee ext 0 to 130 degrees", "extension 15 degrees", "ext 1500 mg"],
        ..PHONE
    },
    Pattern {
        name: "phone.extension_short",
        regex: r"\b[xX]-?[0-9]{4,5}\b",
        score: 0.7,
        matches: &["reach me at «x44712»", "nursing «x4471»"],
        rejects: &["x10 reps", "3 x 1000", "0x12345"],
        ..PHONE
    },
    Pattern {
        name: "phone.inhouse",
        regex: r"\b[0-9]-[0-9]{4}\b",
        cues: &[
            "pager",
            "pgr",
            "beeper",
            "ext",
            "extension",
            "phone",
            "tel",
            "nurse line",
            "desk",
            "dial",
            "house phone",
            "in house",
            "vocera",
            "paged",
        ],
        window: 4,
        around: Some(|before, value, after| {
            stands_alone(before, value, after) && !unit_follows(after) && !value.ends_with("000")
        }),
        matches: &["pager: «5-4471»", "nurse line at «5-4471»", "dial «4-2210»"],
        rejects: &["calories 1-2000", "page 2-1001 mg", "ext 0-1000 ml", "line 5-44712"],
        ..PHONE
    },
    Pattern {
        name: "phone.listed",
        regex: LOCAL,
        score: 0.8,
        validate: Some(local),
        around: Some(|before, _, _| {
            let before = before.trim_end();
            let first = ["or", "and", "/", ",", ";"].iter().find_map(|word| before.strip_suffix(word));
            first.is_some_and(|first| first.trim_end().bytes().rev().take_while(u8::is_ascii_digit).count() == 4)
        }),
        matches: &["212-555-0142 or «867-5309»"],
        rejects: &["or 300-4000", "from 1200 or so, 300-4000"],
        ..PHONE
    },
    Pattern {
        name: "phone.alone",
        regex: LOCAL,
        score: 0.7,
        validate: Some(local),
        around: Some(|before, value, after| {
            let line =
                (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with(['\n', '\r']));
            let bracketed = before.ends_with('(') && after.starts_with(')');
            value.contains('-') && (line || bracketed)
        }),
        matches: &["Clinic\n«867-5309»\nDayton", "the pharmacy («867-5309»)"],
        rejects: &["(range 150-1000) of", "diet 250-1000 today"],
        ..PHONE
    },
    Pattern {
        name: "phone.page_at",
        regex: r"\b(?i:page|paged|pager|beep|call|reach|reached)\x20[A-Za-z\x80-\xff'.,\x20-]{2,40}\x20(?i:at|on)\x20(?i:ext\.?\x20|x)?(?<v>[0-9]{4,5})\b",
        score: 0.85,
        around: Some(|_, _, after| !unit_follows(after)),
        matches: &["Page Dr. Osei at «22833» for", "reached the unit clerk at «4471»"],
        rejects: &["reached goal at 12 weeks", "call light on 24 hours"],
        ..PHONE
    },
    Pattern {
        name: "phone.call",
        regex: r"\b(?i:call|callback|call\x20back|cb)\x20(?:(?i:me|us|back)\x20)?(?:(?i:at|on)\x20|@\x20?|x)?(?<v>[0-9]{4,5})\b",
        score: 0.7,
        validate: Some(in_house),
        around: Some(|_, _, after| !unit_follows(after)),
        matches: &["pls call «8684»", "Call back at «46220» about"],
        rejects: &["call 1700 with", "call 0815", "recall 8684", "call 2024 visits", "call 911"],
        ..PHONE
    },
    Pattern {
        name: "phone.spoken",
        regex: r"\b(?i:zero|oh|one|two|three|four|five|six|seven|eight|nine)(?:(?:,?\x20|-)(?i:zero|oh|one|two|three|four|five|six|seven|eight|nine|hundred|double)){6,11}\b",
        score: 0.85,
        matches: &["call «five five five oh one four two» thanks"],
        rejects: &["one two three", "count one two three four five"],
        ..PHONE
    },
    Pattern {
        name: "phone.pager",
        regex: r"\b(?:[0-9]{3}-)?[0-9]{3,7}\b",
        cues: &[
            "pager",
            "pager #",
            "beeper",
            "pgr",
            "pgr #",
            "pager number",
            "pager no",
            "page me at",
            "pager id",
            "paged at",
            "pg #",
            "bleep",
            "vocera",
            "ring",
            "rings",
            "spectralink",
        ],
        window: 8,
        around: Some(|before, value, after| {
            stands_alone(before, value, after) && !unit_follows(after) && !after.trim_start().starts_with("of")
        }),
        matches: &["pager «4471»", "Pager #: «31882»", "beeper «555-0142»"],
        rejects: &["page 2 of 104", "pager 12", "page 104 of 2000"],
        ..PHONE
    },
];

fn north_american(value: &str) -> Validity {
    if check_digit::nanp(value) { Validity::Valid } else { Validity::Unknown }
}

fn bare(value: &str) -> Validity {
    if check_digit::nanp(value) { Validity::Valid } else { Validity::Invalid }
}

/// Seven digits cannot begin with 0 or 1.
fn local(value: &str) -> Validity {
    if value.starts_with(['0', '1']) { Validity::Never } else { Validity::Unknown }
}

/// Eight to fifteen digits (ITU-T E.164).
fn international(value: &str) -> Validity {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if (8..=17).contains(&digits) && (value.starts_with('+') || digits >= 11) {
        Validity::Unknown
    } else {
        Validity::Never
    }
}

/// "Extension 120" is a joint angle: no extension has under three digits, and none of three digits is under 200.
/// A number inside a house, and no year and no time of the day on five minutes.
fn in_house(value: &str) -> Validity {
    let number: u32 = value.parse().unwrap_or_default();
    let clock = value.len() == 4 && number < 2400 && number % 100 < 60 && number.is_multiple_of(5);
    if clock || value.len() == 4 && (1900..2100).contains(&number) { Validity::Never } else { Validity::Unknown }
}

fn extension(value: &str) -> Validity {
    match value.parse::<u32>() {
        Ok(0..=199) => Validity::Never,
        _ => Validity::Unknown,
    }
}
