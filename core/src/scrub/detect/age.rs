//! Ages over 89 (45 CFR 164.514(b)(2)(i)(C)): the number alone, in digits or words.

use super::Pattern;
use super::shape::{stands_alone, unit_follows};
use crate::scrub::Category;

const AGE: Pattern = Pattern { category: Category::Age, source: "45 CFR 164.514(b)(2)(i)(C)", ..Pattern::BLANK };

/// What a number over 89 measures when it is no age.
const MEASURES: &[&str] = &[
    "degrees",
    "degree",
    "pulse",
    "hr",
    "bp",
    "spo2",
    "sat",
    "sats",
    "o2",
    "weight",
    "wt",
    "lbs",
    "lb",
    "kg",
    "temp",
    "temperature",
    "t",
    "tmax",
    "glucose",
    "percent",
    "score",
    "flexion",
    "extension",
    "rom",
    "range",
    "mg",
    "ml",
    "bpm",
    "fever",
    "minutes",
    "map",
    "heart rate",
    "rate",
    "systolic",
    "diastolic",
    "stage",
    "room",
    "height",
    "feet",
    "steps",
];

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "age.years_old",
        regex: r"\b(?<v>(?:9[0-9OolI]|1[01][0-9]|12[0-5]))(?:\x20|\t|-|\r?\n){0,2}(?i:y(?:ea)?rs?\.?(?:\x20|-|\r?\n){0,2}(?:old|of\x20age|o\b)|year(?:\x20|-)?o[l1i][ds]|y\.?\x20?/\x20?o\b|y\.?\x20?o\.?\b|yof\b|yom\b|y/m\b|y/f\b|a(?:ñ|n)os)",
        score: 0.95,
        matches: &[
            "«93»-year-old woman",
            "a «94» y/o M",
            "«94»yo F",
            "«101» years old",
            "«97» years of age",
            "«90» y.o. female",
            "«92»-yr-old",
            "«95» years-old",
            "«91»\nyear old",
        ],
        rejects: &["89-year-old", "for 95 years", "193-year-old oak", "90 yards", "9-year-old"],
        ..AGE
    },
    Pattern {
        name: "age.cue",
        regex: r"\b(?:0?9[0-9]|1[01][0-9]|12[0-5])\b",
        cues: &[
            "age",
            "aged",
            "ages",
            "age of",
            "turned",
            "turning",
            "lived to",
            "lived to be",
            "died at",
            "passed at",
            "edad",
            "pt age",
            "patient age",
            "age sex",
            "age yrs",
            "age years",
            "at age",
            "is now",
            "deceased at",
        ],
        unless: MEASURES,
        window: 5,
        around: Some(|before, value, after| {
            stands_alone(before, value, after) && (!unit_follows(after) || after.trim_start().starts_with(['y', 'Y']))
        }),
        matches: &[
            "age «94»",
            "Age: «94»",
            "died at age «91»",
            "aged «101»",
            "she turned «95» in spring",
            "\"age\":«93»",
            "Age/Sex: «94»/F",
            "Age\t«92»",
        ],
        rejects: &[
            "age 88",
            "average 94",
            "HR 94",
            "dosage 100 mg",
            "turned 90 degrees",
            "age 9",
            "pages 94",
            "is now 95%",
        ],
        ..AGE
    },
    Pattern {
        name: "age.relative",
        regex: r"\b(?:9[0-9]|1[01][0-9])\b",
        cues: &[
            "mother is",
            "father is",
            "mom is",
            "dad is",
            "grandmother is",
            "grandfather is",
            "grandma is",
            "grandpa is",
            "aunt is",
            "uncle is",
            "wife is",
            "husband is",
            "spouse is",
            "sister is",
            "brother is",
            "parents are",
            "patient is",
            "pt is",
            "she is",
            "he is",
            "she was",
            "he was",
            "she s",
            "he s",
            "reached",
            "mother",
            "father",
            "grandmother",
            "grandfather",
            "aunt",
            "uncle",
            "sister",
            "brother",
            "wife",
            "husband",
            "spouse",
            "until",
            "lived until",
            "passed away at",
            "passed at",
            "died",
            "deceased",
            "alive at",
            "living at",
            "alive",
            "who is",
            "nearly",
            "almost",
            "she turns",
            "he turns",
            "turns",
        ],
        unless: MEASURES,
        window: 2,
        around: Some(|before, value, after| {
            let after = &after.to_ascii_lowercase();
            let ends = after.is_empty()
                || after.starts_with([',', '.', ';', ')', '\n', '\r'])
                || [" and ", " in good", " when ", " with ", " but "].iter().any(|next| after.starts_with(next));
            ends && stands_alone(before, value, after)
                && !after.starts_with('.')
                    | after.trim_start_matches('.').starts_with([' ', '\n', '\r'])
                    | (after.len() <= 1)
        }),
        matches: &[
            "Mother is «96», aunt died",
            "grandfather reached «98» in good health",
            "She is «94» and lives alone",
        ],
        rejects: &["she is 95% better", "he is 94 kg", "mother is 76, well", "temp is 99, she is 98.6"],
        ..AGE
    },
    Pattern {
        name: "age.after_birth",
        regex: r"\b(?:9[0-9]|1[01][0-9])\b",
        score: 0.85,
        around: Some(after_birth),
        matches: &["DOB / Age: 06JUN23 / «100»", "DOB: 3/4/1927 («97»)"],
        rejects: &["DOB 3/4/1957 (67)", "born early, 94 kg"],
        ..AGE
    },
    Pattern {
        name: "age.birthday",
        regex: r"\b(?<v>(?:9[0-9]|1[01][0-9])(?i:st|nd|rd|th))\x20(?i:birthday|b-?day|year\x20of\x20life)\b",
        score: 0.9,
        matches: &["before her «95th» birthday"],
        rejects: &["his 50th birthday", "the 95th percentile"],
        ..AGE
    },
    Pattern {
        name: "age.sex",
        regex: r"\b(?<v>9[0-9]|1[01][0-9])(?:\x20|-|/|,\x20|\x20?y(?:r|rs)?\.?\x20?/?)(?i:female|male|woman|man|lady|gentleman|gentlewoman)\b",
        score: 0.9,
        matches: &["«94» female", "«91» male with", "a «96» yr lady", "«92»/male"],
        rejects: &["93 mm", "59 female", "100 men"],
        ..AGE
    },
    Pattern {
        name: "age.sex_letter",
        regex: r"\b(?<v>9[0-4]|10[7-9])(?:\x20?[yY](?:r|rs)?\.?\x20?/?|[-/]|\x20)?[MF]\b",
        score: 0.7,
        unless: MEASURES,
        around: Some(stands_alone),
        matches: &["«94»F with falls", "pt is a «92» M with CHF", "«91»/F seen"],
        rejects: &["temp 92 F", "fever to 94F", "90 MG"],
        ..AGE
    },
    Pattern {
        name: "age.sex_opening",
        regex: r"\b(?<v>9[0-9]|1[01][0-9])(?:\x20?[yY][oO]?)?\x20?[MFmf]\b",
        score: 0.8,
        around: Some(|before, _, after| {
            const NEXT: &[&str] = &[
                "with",
                "w/",
                "from",
                "who",
                "s/p",
                "c/o",
                "h/o",
                "presents",
                "presenting",
                ",",
                "admitted",
                "seen",
                "here",
                "pt",
                "patient",
                "adm",
                "\nadm",
                "found",
                "brought",
                "hx",
                "pmh",
                "-",
                "(",
            ];
            let after = after
                .trim_start_matches([' ', 'y', 'Y', 'o', 'O'])
                .get(1..)
                .unwrap_or_default()
                .trim_start_matches(' ');
            let after = &after.to_ascii_lowercase();
            let word = before.trim_end().rsplit([' ', '\n']).next().unwrap_or_default().to_ascii_lowercase();
            (before.is_empty() || before.ends_with(['\n', ' ', '(', ',']))
                && NEXT.iter().any(|next| after.starts_with(next))
                && !word.ends_with([':', '='])
                && !["t", "temp", "tmax", "temperature", "tm"].contains(&word.as_str())
        }),
        matches: &["«98»F from a nursing home", "Consult\n«97»M, kindergarten teacher"],
        rejects: &["T 98F, stable", "temp 97 F with chills", "Temp: 98F, HR 80"],
        ..AGE
    },
    Pattern {
        name: "age.years_bracketed",
        regex: r"\b(?<v>9[0-9]|1[01][0-9])\x20?(?i:yrs?|years?|y)\b",
        score: 0.75,
        around: Some(|before, _, after| {
            before.ends_with(['(', ',']) && after.starts_with([',', ')', ';', '/']) || before.ends_with('(')
        }),
        matches: &["Roe («90» yrs, widowed)"],
        rejects: &["for 95 years", "lease, 95 years ago"],
        ..AGE
    },
    Pattern {
        name: "age.hl7",
        regex: r"\b(?<v>0?9[0-9]|1[01][0-9])Y(?:RS?)?\b",
        score: 0.8,
        source: "DICOM PS3.5 6.2, AS",
        matches: &["«094»Y F", "age «94»Y"],
        rejects: &["089Y", "94YZ"],
        ..AGE
    },
    Pattern {
        name: "age.decade",
        regex: r"\b(?i:his|her|their|my|your)(?:\x20|\r?\n)(?:(?i:very\x20)?(?i:early|mid|middle|late|upper|low|lower)(?:\x20|-))?(?<v>(?i:nineties|(?:tenth|eleventh|10th|11th)\x20decade)|90'?s)\b",
        score: 0.85,
        matches: &[
            "in her «nineties»",
            "in his late «90s»",
            "their mid-«nineties»",
            "in her «tenth decade»",
            "his «90's»",
        ],
        rejects: &[
            "BP in the 90s",
            "her sats in the low 90s",
            "in the nineties",
            "his eighties",
            "her 80s",
            "systolics in the upper 90s",
        ],
        ..AGE
    },
    Pattern {
        name: "age.by_name",
        regex: r"\b(?i:nonagenarian|centenarian|supercentenarian)\b",
        score: 0.8,
        matches: &["a frail «nonagenarian»", "the «centenarian» next door"],
        rejects: &["a study of centenarians", "octogenarian"],
        ..AGE
    },
    Pattern {
        name: "age.words",
        regex: r"\b(?<v>(?i:ninety(?:(?:-|\x20)(?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a)(?:-|\x20)hundred(?:(?:\x20|-)(?:and(?:\x20|-))?(?:one|two|three|four|five|six|seven|eight|nine|ten))?))(?:\x20|-|\r?\n)(?i:years?(?:\x20|-|\r?\n)(?:old|of\x20age)|y/?o\b|yr\x20old)",
        score: 0.95,
        matches: &["«ninety-three»-year-old", "«Ninety two» years old", "a «one hundred and two» year old man"],
        rejects: &["ninety years ago", "nineteen-year-old", "ninety degrees"],
        ..AGE
    },
    Pattern {
        name: "age.words_cue",
        regex: r"\b(?i:ninety(?:(?:-|\x20)(?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a)(?:-|\x20)hundred(?:(?:\x20|-)(?:and(?:\x20|-))?(?:one|two|three|four|five|six|seven|eight|nine|ten))?)\b",
        cues: &[
            "age",
            "aged",
            "age of",
            "turned",
            "turning",
            "lived to",
            "lived to be",
            "died at",
            "reached",
            "mother is",
            "father is",
            "grandmother is",
            "grandfather is",
            "she is",
            "he is",
            "turns",
            "until",
            "nearly",
        ],
        unless: MEASURES,
        window: 5,
        matches: &["age «ninety-four»", "she turned «ninety»"],
        rejects: &["ninety percent", "turned ninety degrees"],
        ..AGE
    },
];

/// Whether a date of birth stands right before, as in "DOB 3/4/1927 (97)".
fn after_birth(before: &str, value: &str, after: &str) -> bool {
    let date = before.trim_end_matches([' ', '/', '(', ',']);
    let lower = before.to_ascii_lowercase();
    date.len() < before.trim_end().len()
        && date.ends_with(|c: char| c.is_ascii_digit())
        && ["dob", "d.o.b", "birth", "born", "age"].iter().any(|word| lower.contains(word))
        && stands_alone(before.trim_end_matches('/'), value, after)
        && !unit_follows(after)
}
