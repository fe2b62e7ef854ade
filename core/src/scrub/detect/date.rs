//! Dates: every element of a date but a bare year (45 CFR 164.514(b)(2)(i)(C)).

use memchr::memchr_iter;

use super::shape::{stands_alone, unit_follows, whole_number};
use super::{Pattern, Validity};
use crate::scrub::{Category, Kind};

/// The weekday, or the article, that belongs to the date after it.
fn lead(before: &str) -> usize {
    const DAYS: &[&str] = &[
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thur",
        "thurs",
        "fri",
        "sat",
        "sun",
        "the",
    ];
    let kept = before.trim_end_matches([' ', ',', '.']);
    if kept.len() == before.len() || before.len() - kept.len() > 3 {
        return 0;
    }
    let word = kept.len() - kept.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    if DAYS.iter().any(|day| kept[word..].eq_ignore_ascii_case(day)) { before.len() - word } else { 0 }
}

const DATE: Pattern =
    Pattern { lead: Some(lead), category: Category::Date, source: "45 CFR 164.514(b)(2)(i)(C)", ..Pattern::BLANK };

/// What makes a row of numbers a measurement and not a date.
const MEASURES: &[&str] = &[
    "pain",
    "strength",
    "mmt",
    "rated",
    "rates",
    "rating",
    "score",
    "scored",
    "scores",
    "scale",
    "grade",
    "graded",
    "gcs",
    "moca",
    "mmse",
    "bp",
    "b p",
    "blood pressure",
    "vision",
    "va",
    "acuity",
    "visual acuity",
    "ratio",
    "apgar",
    "berg",
    "tinetti",
    "phq",
    "gad",
    "nihss",
    "vas",
    "nprs",
    "reps",
    "sets",
    "version",
    "section",
    "chapter",
    "v",
    "fraction",
    "fractions",
    "wrench",
    "inch",
    "inches",
    "tab",
    "tabs",
    "tablet",
    "needle",
    "gauge",
    "dose",
    "murmur",
    "reflexes",
    "dtrs",
    "dtr",
    "pulses",
    "borg",
    "rpe",
    "od",
    "os",
    "ou",
    "intensity",
    "muscle",
    "quad",
    "quads",
    "hamstring",
    "hamstrings",
    "deltoid",
    "biceps",
    "triceps",
    "grip",
    "oriented",
    "slums",
    "faces",
    "flacc",
    "barthel",
    "katz",
    "fim",
    "temp",
    "bmi",
    "spo2",
    "hr",
    "rr",
    "ef",
    "visit",
    "visits",
    "session",
    "sessions",
    "step",
    "steps",
    "stage",
    "ratios",
    "times",
    "i o",
    "out of",
    "units",
    "insulin",
    "u 100",
    "humulin",
    "novolin",
    "augmentin",
    "bactrim",
    "percocet",
    "norco",
    "vicodin",
    "hydrocodone",
];

const BIRTH: &[&str] = &[
    "dob",
    "d o b",
    "date of birth",
    "birth date",
    "birthdate",
    "birthday",
    "born",
    "born on",
    "b d",
    "birth",
    "fecha de nacimiento",
    "nacimiento",
    "date de naissance",
    "bday",
];

/// Words right before a partial date.
const PARTIAL: &[&str] = &[
    "on",
    "since",
    "from",
    "until",
    "till",
    "through",
    "thru",
    "dated",
    "date",
    "seen",
    "admitted",
    "discharged",
    "discharge",
    "visit",
    "eval",
    "evaluation",
    "dos",
    "d o s",
    "week of",
    "and again",
    "colonoscopy",
    "egd",
    "mammogram",
    "ekg",
    "ecg",
    "dexa",
    "post op check",
    "wound check",
    "randomized",
    "enrolled",
    "consented",
    "next visit",
    "last visit",
    "next session",
    "last session",
    "due",
    "starting",
    "started",
    "start",
    "ending",
    "effective",
    "appt",
    "appointment",
    "next",
    "last",
    "as of",
    "before",
    "after",
    "by",
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "labs",
    "cxr",
    "ct",
    "mri",
    "echo",
    "xray",
    "x ray",
    "surgery",
    "sx",
    "doi",
    "onset",
    "rtc",
    "f u",
    "follow up",
    "fu",
    "d c",
    "dc",
    "between",
    "expires",
    "exp",
    "signed",
    "admit",
    "adm",
    "lmp",
    "edd",
    "edc",
    "hd",
    "pod",
    "called",
    "note",
    "update",
    "scheduled",
    "recheck",
    "yesterday",
    "today",
    "tomorrow",
    "received",
    "faxed",
    "progress note",
    "addendum",
    "vaccine",
    "given",
    "culture",
    "cultures",
    "bcx",
    "ucx",
    "drawn",
    "collected",
    "resulted",
    "return",
    "returns",
    "returned",
    "replaced",
    "implanted",
    "stopped",
    "repeat",
    "resume",
    "resumed",
    "hold",
    "held",
    "changed",
    "infusion",
    "session",
    "performed",
    "done",
    "completed",
    "symptoms",
    "refill",
    "refilled",
    "met",
    "discussed",
    "printed",
    "reviewed",
    "injection",
    "transfused",
    "fell",
    "injury",
    "interrogated",
    "cancelled",
    "missed",
    "arrived",
    "expired",
    "delivered",
    "closed",
    "opened",
    "placed",
    "removed",
    "intubated",
    "extubated",
    "transferred",
    "consult",
    "consulted",
    "poc",
    "cert period",
    "pt",
    "ot",
];

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "date.birth",
        kind: Kind::BirthDate,
        regex: concat!(
            r"(?:[0-9]{1,2}\x20?[/.-]\x20?[0-9]{1,2}\x20?[/.-]\x20?(?:[0-9]{4}|[0-9]{2})|[0-9]{4}[/.-][0-9]{1,2}[/.-][0-9]{1,2}|[0-9]{8}|
               [0-9]{1,2}/[0-9]{1,2}|[0-9]{1,2}(?i:st|nd|rd|th)?[\x20.-]?",
            month!(),
            r"[\x20.,-]{0,2}(?:[0-9]{4}|[0-9]{2})|",
            month!(),
            r"\.?\x20[0-9]{1,2}(?i:st|nd|rd|th)?(?:,?\x20[0-9]{4})?)\b"
        ),
        cues: BIRTH,
        window: 14,
        around: Some(whole_number),
        validate: Some(birth),
        matches: &[
            "DOB: «04/17/1952»",
            "born «March 3, 1961»",
            "\"birthDate\":\"«1952-04-17»\"",
            "D.O.B. «4-17-52»",
            "Birthdate «17 Apr 1952»",
        ],
        rejects: &["born in 1952", "DOB: unknown, BP 120/80"],
        ..DATE
    },
    Pattern {
        name: "date.numeric",
        regex: r"[0-9]{1,2}(?:\x20?/\x20?[0-9]{1,2}\x20?/\x20?|-[0-9]{1,2}-|\x20-\x20[0-9]{1,2}\x20-\x20|\.[0-9]{1,2}\.)[0-9]{4}
                 (?:[T_@-][0-9]{1,2}:?[0-9]{2}(?::?[0-9]{2})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?",
        score: 0.95,
        glued: true,
        validate: Some(numeric),
        around: Some(whole_number),
        matches: &[
            "Seen «03/14/2024».",
            "DOB«4/7/1961»",
            "eval «14-03-2023»",
            "«3.14.2022»-«3.20.2022»",
            "on «03 / 14 / 2024» at 10:00",
            "«Friday 3/14/2024»",
        ],
        rejects: &["ratio 45/99/2024", "serial 1203/14/20245"],
        ..DATE
    },
    Pattern {
        name: "date.numeric_short",
        regex: r"\b[0-9]{1,2}(?:\x20?/\x20?[0-9]{1,2}\x20?/\x20?|-[0-9]{1,2}-)'?[0-9]{2}\b",
        score: 0.9,
        glued: true,
        validate: Some(numeric),
        around: Some(not_in_a_row),
        unless: &[
            "reps", "sets", "gauge", "needle", "dose", "mg", "ratio", "npk", "section", "version", "seizures", "apgar",
            "apgars", "gpa", "wrench", "tempo", "mmt", "strength",
        ],
        matches: &["Seen «3/14/24»", "on «03-14-24»", "«3/14/24»-«3/20/24»", "from «1/2/23» to «1/9/23»"],
        rejects: &["fertilizer 25-30-25", "reps 10-12-15", "Apgars 7/8/9", "L2/3/4", "10-30-40 mg", "ratio 1/2/10"],
        ..DATE
    },
    Pattern {
        name: "date.dotted_short",
        regex: r"\b[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{2}\b",
        score: 0.45,
        glued: true,
        validate: Some(dotted),
        around: Some(not_in_a_row),
        cues: PARTIAL,
        unless: &["section", "version", "v", "step", "chapter", "item", "release", "table", "figure", "rule", "icd"],
        window: 8,
        matches: &["seen «3.14.21» in clinic", "on «14.3.21»"],
        rejects: &["version 2.10.14", "section 4.2.11", "see 1.2.13"],
        ..DATE
    },
    Pattern {
        name: "date.scanned",
        regex: concat!(
            r"\b",
            scanned_digit!(),
            "{1,2}[/-]",
            scanned_digit!(),
            "{1,2}[/-](?:",
            scanned_digit!(),
            "{4}|",
            scanned_digit!(),
            r"{2})\b"
        ),
        score: 0.9,
        glued: true,
        validate: Some(scanned),
        matches: &["Seen «O3/l4/2O21»", "«l2/O1/2020» visit"],
        rejects: &["Io/ol/ll", "oil/lol/ooo"],
        ..DATE
    },
    Pattern {
        name: "date.year_first",
        regex: r"(?:1[89]|20)[0-9]{2}(?:-[0-9]{1,2}-|/[0-9]{1,2}/|\.[0-9]{1,2}\.)[0-9]{1,2}
                 (?:[T_][0-9]{2}[:_-]?[0-9]{2}(?:[:_-]?[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?",
        score: 0.95,
        glued: true,
        validate: Some(year_first),
        around: Some(whole_number),
        matches: &[
            "Seen «2024-03-14»",
            "at «2024-03-14T09:30:00Z»",
            "\"date\":\"«2021/3/4»\"",
            "«2021-03-14T09:30:00-05:00»",
        ],
        rejects: &["2024-13-45", "code 12024-03-14", "2024-99-01"],
        ..DATE
    },
    Pattern {
        name: "date.compact",
        regex: r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])
                 (?:[T_]?(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{4})?)?",
        score: 0.7,
        around: Some(stands_alone),
        unless: &["mrn", "account", "acct", "id", "npi", "phone", "ndc", "loinc", "code"],
        source: "HL7 v2.5.1 chapter 2A, DT and TS",
        matches: &["DOE^JANE||«19520417»|F", "on «202403140930»", "«20240314093015.123-0500»", "scan_«20240314».pdf"],
        rejects: &["platelets 20241399", "2024031", "1203199805171"],
        ..DATE
    },
    Pattern {
        name: "date.day_month",
        regex: concat!(
            r"[0-9]{1,2}(?:\x20?(?i:st|nd|rd|th|er))?(?:,?",
            ws!(),
            r"(?:(?i:day\x20)?(?i:of|de)(?:\x20|\r?\n\x20{0,4}))?|[-/.])?",
            month!(),
            r"(?:\.?,?(?:\x20(?i:of|de|del)\x20|[\x20\t]{0,2}|\r?\n[\x20]{0,4}|[-/.])'?(?:(?:19|20)[0-9]{2}|[0-9]{2}))?\b"
        ),
        score: 0.92,
        glued: true,
        validate: Some(day_month),
        // The second number of a fraction or a ratio is no day.
        around: Some(|before, value, after| !before.ends_with('/') && after_month(before, value, after)),
        matches: &[
            "on «3 Mar 2021»",
            "«03-Mar-21»",
            "«the 3rd of March, 2021»",
            "«14MAR2021»",
            "el «14 de marzo de 2021»",
            "«4th of July» picnic",
            "on «14 March» she fell",
            "le «3 juillet 2020»",
            "«12/Dec/2022»",
        ],
        rejects: &[
            "at age 10 may repeat",
            "increased to 20 may titrate",
            "in 10 marathons",
            "0 dec in pain",
            "45 March",
            "scored 14 mar",
            "balance 10/10\nMarch in place",
        ],
        ..DATE
    },
    Pattern {
        name: "date.month_day",
        regex: concat!(
            r"\b",
            month!(),
            r"(?:\.?",
            ws!(),
            r"|[./-])(?:the\x20)?[0-9]{1,2}(?:\x20?(?i:st|nd|rd|th))?
            (?:\x20?-\x20?[0-9]{1,2}(?i:st|nd|rd|th)?|(?:,\x20?[0-9]{1,2}(?i:st|nd|rd|th)?){0,3},?\x20(?i:to|through|thru|and|&|or)\x20(?:the\x20)?[0-9]{1,2}(?i:st|nd|rd|th)?)?
            (?:(?:,?",
            ws!(),
            r"|[-/,]|,?\x20(?i:of|in)\x20)(?:'[0-9]{2}|(?:19|20)[0-9]{2}))?\b"
        ),
        score: 0.92,
        validate: Some(month_day),
        around: Some(after_month),
        matches: &[
            "on «March 3»",
            "«March 3rd, 2021» visit",
            "«Mar. 14, 2021»",
            "«March 14-17, 2021»",
            "«Sept 9»",
            "«June 14 and 15»",
            "seen «Dec 1st» and",
            "«Feb 12 '19»",
            "MRI «Jan-14-2020»",
            "since «May 4»",
            "«December\n12, 2020»",
        ],
        rejects: &[
            "she may 10 times repeat",
            "SEP-1 bundle",
            "Mayo 3",
            "march 20 steps",
            "may 2 tablets",
            "mar 40",
            "Dec 50%",
        ],
        ..DATE
    },
    Pattern {
        name: "date.month_ordinal",
        regex: concat!(r"\b", month!(), r"(?:\x20(?i:the))?\x20", ordinal_word!(), r"(?:,?\x20(?:19|20)[0-9]{2})?\b"),
        score: 0.85,
        around: Some(|_, value, after| {
            // "May second opinion", "march first": the small ordinals need an end after them, and the month its capital.
            let capital = value.starts_with(|c: char| c.is_ascii_uppercase());
            let small = ["first", "second", "third"].iter().any(|word| value.to_ascii_lowercase().ends_with(word));
            capital && (!small || after.is_empty() || after.starts_with([',', '.', ';', ')', '\n', '\r']))
        }),
        matches: &["on «March fourteenth» she", "«May the twenty-first, 2021»", "seen «June first»."],
        rejects: &["march first thing", "May second opinion help", "March in place", "may third parties"],
        ..DATE
    },
    Pattern {
        name: "date.ordinal_month",
        regex: concat!(
            r"\b",
            ordinal_word!(),
            r"\x20(?:(?i:day\x20)?(?i:of)\x20)",
            month!(),
            r"(?:,?\x20(?:19|20)[0-9]{2})?\b"
        ),
        score: 0.85,
        matches: &["«the fourteenth of March»", "«first of June, 2021»"],
        rejects: &["the first of many", "third of marching"],
        ..DATE
    },
    Pattern {
        name: "date.season",
        regex: r"\b(?i:(?:spring|summer|autumn|winter)(?:\x20of)?|fall\x20of)\x20(?:(?:19|20)[0-9]{2}|'[0-9]{2})\b",
        score: 0.7,
        around: Some(whole_number),
        matches: &["since «the spring of 2019»", "«Winter 2020» visit", "in «the fall of '18»"],
        rejects: &["fall 2019", "spring in her step", "summer camp", "fall of 3 feet"],
        ..DATE
    },
    Pattern {
        name: "date.month_year",
        glued: true,
        regex: concat!(
            r"\b",
            month!(),
            r"(?:\.?,?(?:",
            ws!(),
            r"(?i:of\x20|de\x20)?|[-/])(?:(?:19|20)[0-9]{2}|'[0-9]{2})|(?:/|-)[0-9]{2})\b"
        ),
        score: 0.92,
        around: Some(whole_number),
        matches: &[
            "in «March 2021»",
            "«Sep '17»",
            "«March of 2021»",
            "since «Sept. 2020»",
            "«may 2019»",
            "«Mar-21» labs",
            "«Sept 2020»-«Oct 2020»",
            "en «enero de 2020»",
        ],
        rejects: &["in 2021", "maybe 2021", "Marcus 2021"],
        ..DATE
    },
    Pattern {
        name: "date.month_year_numeric",
        glued: true,
        regex: r"\b(?:0?[1-9]|1[0-2])(?:/|-)(?:19|20)[0-9]{2}\b",
        score: 0.85,
        around: Some(not_in_a_row),
        unless: &["i o", "intake", "bp", "ratio", "icd", "output", "po", "in out"],
        matches: &["«03/2021»-«05/2021»", "CABG «8/1995»", "in «03/2021»", "since «11-2020»"],
        rejects: &["I/O 12/2050", "13/2021", "1/2/20211"],
        ..DATE
    },
    Pattern {
        name: "date.month",
        regex: r"\b(?i:january|february|june|july|september|october|november|december|febrero|septiembre|octubre|noviembre|diciembre|enero|janvier|f(?:e|é)vrier|juillet|novembre|d(?:e|é)cembre)\b",
        score: 0.8,
        matches: &["since «October»", "mid-«November»", "every «September»", "last «june» she fell"],
        rejects: &["Juneau", "octobers"],
        ..DATE
    },
    Pattern {
        name: "date.month_listed",
        regex: concat!(r"\b", month!(), r"\b"),
        score: 0.75,
        around: Some(|before, value, _| {
            // "in Jan, Feb, and March": a month right after another one.
            let head = before.trim_end().trim_end_matches("and").trim_end_matches("or").trim_end();
            let listed = head.len() < before.trim_end().len() || head.ends_with(',');
            let word = head.trim_end_matches([',', '/', '&']).trim_end();
            let last = &word[word.len() - word.bytes().rev().take_while(u8::is_ascii_alphabetic).count()..];
            let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
            let month = |name: &str| {
                name.len() >= 3
                    && name.starts_with(|c: char| c.is_ascii_uppercase())
                    && months.iter().any(|month| name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(month)))
            };
            let names = ["May", "April", "June", "August"];
            listed && month(last) && month(value) && !names.contains(&last) && last != "Mark"
        }),
        matches: &["in «Jan», «Feb», and «March» she fell"],
        rejects: &["Mark, May and Will", "in march, may"],
        ..DATE
    },
    Pattern {
        name: "date.month_short_year",
        regex: r"\b(?:0?[1-9]|1[0-2])/[4-9][0-9]\b",
        cues: &[
            "in",
            "since",
            "cabg",
            "pci",
            "stent",
            "mi",
            "dx",
            "diagnosed",
            "surgery",
            "appendectomy",
            "hysterectomy",
            "cholecystectomy",
            "chole",
            "tonsillectomy",
            "tka",
            "tha",
            "thr",
            "tkr",
            "appy",
            "ablation",
            "repair",
            "replacement",
            "colonoscopy",
            "egd",
            "mastectomy",
            "arthroscopy",
            "fusion",
            "laminectomy",
        ],
        unless: MEASURES,
        window: 2,
        // "In 1/52" is in one week.
        around: Some(|before, value, after| !value.ends_with("/52") && partial(before, value, after)),
        matches: &["CABG in «11/98»", "CABG «8/95», PCI «6/99»"],
        rejects: &["review in 1/52", "vision 12/40", "in 20/40", "strength 5/50"],
        ..DATE
    },
    Pattern {
        name: "date.study",
        regex: r"\b(?i:mri|mra|ct|cta|x-?ray|xr|us|ultrasound|films)(?:\x20of)?\x20(?i:(?:the|left|right|l|r)\x20)?(?i:head|brain|chest|abd|abdomen|pelvis|neck|[ctl]-?\x20?spine|lumbar\x20spine|cervical\x20spine|spine|knee|hip|shoulder|foot|ankle|wrist|hand|elbow)\x20(?i:(?:on|from)\x20)?(?<v>(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12][0-9]|3[01]))\b",
        score: 0.7,
        around: Some(|before, value, after| value != "2/2" && partial(before, value, after)),
        matches: &["MRI L-spine «3/10»", "CT chest «3/10» showed"],
        rejects: &["CT head 2/2 fall", "MRI brain with 3/10 lesions", "us left knee pain 3/10"],
        ..DATE
    },
    Pattern {
        name: "date.month_range",
        regex: concat!(r"\b", month!(), r"(?:\x20?-\x20?|\x20(?i:to|through|thru|and|until)\x20)", month!(), r"\b"),
        score: 0.8,
        validate: Some(|value| {
            if value.bytes().next().is_some_and(|b| b.is_ascii_uppercase()) {
                Validity::Unknown
            } else {
                Validity::Never
            }
        }),
        matches: &["onset «March-May»", "from «Jan to March»"],
        rejects: &["may and may not", "mar-dec", "May be"],
        ..DATE
    },
    Pattern {
        name: "date.partial_high_day",
        regex: r"\b(?:0?[1-9]|1[0-2])/(?:1[3479]|18|2[1-3679]|31)\b",
        score: 0.55,
        glued: true,
        unless: MEASURES,
        around: Some(partial),
        matches: &["Stress test, «10/18».", "home «2/27» by car"],
        rejects: &["scored 11/18", "9/16 wrench", "3/32 inch", "12/30", "pain 10/17", "5/18 visits"],
        ..DATE
    },
    Pattern {
        name: "date.month_ambiguous",
        regex: r"\b(?i:april|may|march|august|abril|agosto|marzo|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|avril|mayo|junio|julio)\b",
        cues: &[
            "in",
            "since",
            "last",
            "this",
            "early",
            "late",
            "mid",
            "of",
            "by",
            "until",
            "till",
            "through",
            "thru",
            "during",
            "next",
            "before",
            "after",
            "around",
            "past",
            "back in",
            "every",
            "end of",
            "beginning of",
            "between",
            "en",
            "desde",
            "previous",
            "following",
            "month of",
            "from",
            "onset",
            "symptom onset",
        ],
        window: 1,
        around: Some(month_word),
        matches: &[
            "in «March»",
            "since early «May»",
            "last «Aug»",
            "mid-«April»",
            "by «Sept» she",
            "in «may» she fell",
        ],
        rejects: &[
            "she may return",
            "able to march in place",
            "MAR reviewed",
            "this may help",
            "in mar 3 of 5",
            "pain may increase",
            "this may be due to",
        ],
        ..DATE
    },
    Pattern {
        name: "date.april",
        regex: r"\b(?:April|August|Abril|Agosto)\b",
        score: 0.6,
        around: Some(|before, _, _| !before.ends_with("r. ") && !before.ends_with("s. ")),
        matches: &["«April» visit", "«August» labs"],
        rejects: &["an august body", "Dr. April"],
        ..DATE
    },
    Pattern {
        name: "date.partial",
        regex: r"\b(?:0?[1-9]|1[0-2])[/-](?:0?[1-9]|[12][0-9]|3[01])\b",
        glued: true,
        cues: PARTIAL,
        unless: MEASURES,
        window: 2,
        around: Some(partial),
        matches: &[
            "on «3/14»",
            "seen «3/14» by",
            "since «11/2», worse",
            "DOS: «3/14»",
            "«Mon 3/4»: stable",
            "week of «6/7»",
        ],
        rejects: &[
            "BP 120/80",
            "strength 4/5",
            "pain 6/10",
            "pain on 6/10 scale",
            "on 1/2 tab",
            "20/40",
            "L4-5",
            "C5-6 on 1/2 inch",
            "from 3/5 to 4/5 strength",
            "score of 7/10",
            "repeat 5-7 yr by histology",
            "until 10-12 wks",
            "CT 6-12 mo",
        ],
        ..DATE
    },
    Pattern {
        name: "date.partial_padded",
        regex: r"\b(?:0[1-9]/(?:0[1-9]|[12][0-9]|3[01])|1[0-2]/0[1-9])\b",
        score: 0.65,
        glued: true,
        unless: MEASURES,
        around: Some(partial),
        matches: &["«03/14» stable", "labs «12/05»"],
        rejects: &["strength 04/05", "09/16 wrench", "pain 03/10"],
        ..DATE
    },
    Pattern {
        name: "date.partial_hyphen",
        regex: r"\b0[1-9]-(?:0[1-9]|[12][0-9]|3[01])\b",
        score: 0.6,
        glued: true,
        unless: MEASURES,
        around: Some(partial),
        matches: &["stopped «01-20».", "Return «04-19» at 8"],
        rejects: &["01-20 mg", "score 03-10", "1-20", "2-01-20"],
        ..DATE
    },
    Pattern {
        name: "date.partial_timed",
        regex: r"\b(?:0?[1-9]|1[0-2])[/-](?:0?[1-9]|[12][0-9]|3[01])\b",
        score: 0.85,
        glued: true,
        around: Some(|before, value, after| partial(before, value, after) && time_follows(after)),
        matches: &["«5/28» 6:09 PM", "seen «3-14» at 14:05", "«11/2» @0930 RN"],
        rejects: &["4/5 at rest", "pain 6/10 at 5 reps", "2-3 at night"],
        ..DATE
    },
    Pattern {
        name: "date.year_month",
        regex: r"\b(?:19|20)[0-9]{2}[-/](?:0[1-9]|1[0-2])\b",
        score: 0.7,
        around: Some(|before, value, after| not_in_a_row(before, value, after) && stands_alone(before, value, after)),
        matches: &["between «2011-11» and", "in «2019/04» she"],
        rejects: &["season 2019-20", "2011-13", "2011-11-99"],
        ..DATE
    },
    Pattern {
        name: "date.partial_heading",
        regex: r"\b(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12][0-9]|3[01])\b",
        score: 0.7,
        unless: MEASURES,
        around: Some(|before, _, after| {
            (before.is_empty() || before.ends_with('\n') || before.ends_with('('))
                && (after.starts_with([':', ')']) || after.starts_with(" -") || after.starts_with(" ("))
        }),
        matches: &["«3/14»: pt seen", "«3/14» - doing well", "relapse («6/21») treated"],
        rejects: &["3/5 strength", "pain (6/10)", "120/80: ok"],
        ..DATE
    },
    Pattern {
        name: "date.range_start",
        regex: r"\b(?<v>(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12][0-9]|3[01]))\x20?(?:-|(?i:to|through|thru)\x20)\x20?(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12][0-9]|3[01])\b",
        score: 0.75,
        unless: MEASURES,
        around: Some(range_start),
        matches: &["home «3/14»-3/17", "away «6/1» through 6/21"],
        rejects: &["strength 4/5-5/5", "pain 3/10-5/10", "4/5 to 5/5 grossly", "3/4 to 4/4"],
        ..DATE
    },
    Pattern {
        name: "date.range_end",
        regex: r"\b(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12][0-9]|3[01])\b",
        score: 0.75,
        glued: true,
        unless: MEASURES,
        around: Some(range_end),
        matches: &["away 6/1 through «6/21»", "home 3/14-«3/17»"],
        rejects: &["strength 4/5-5/5", "pain 3/10-5/10", "4/5 to 5/5 grossly"],
        ..DATE
    },
    Pattern {
        name: "date.ordinal",
        regex: r"\b(?:[12]?[0-9](?i:st|nd|rd|th)|3(?i:0th|1st))\b",
        cues: &[
            "on the",
            "by the",
            "since the",
            "until the",
            "till the",
            "from the",
            "before the",
            "after the",
            "through the",
            "monday the",
            "tuesday the",
            "wednesday the",
            "thursday the",
            "friday the",
            "saturday the",
            "sunday the",
            "to the",
            "around the",
            "on or around the",
            "of the",
            "is the",
            "for the",
            "the",
        ],
        window: 1,
        around: Some(ordinal),
        matches: &["return on «the 14th».", "since «the 21st», worse", "Monday «the 3rd» at 2"],
        rejects: &[
            "the 5th metatarsal",
            "the 7th cranial nerve",
            "the 3rd dose",
            "on the 2nd toe",
            "the 90th percentile",
            "on the 4th floor",
            "the 12th rib",
            "the 3rd, 4th and 5th digits",
        ],
        ..DATE
    },
    Pattern {
        name: "date.holiday",
        regex: r"\b(?i:christmas(?:\x20(?:eve|day))?|x-?mas(?:\x20(?:eve|day))?|new\x20year'?s?'?(?:\x20(?:eve|day))|new\x20year's|thanksgiving(?:\x20day)?|labor\x20day|labour\x20day|memorial\x20day|
                 independence\x20day|fourth\x20of\x20july|july\x20fourth|juneteenth|halloween|valentine'?s?'?\x20day|st\.?\x20patrick'?s\x20day|easter(?:\x20(?:sunday|monday|weekend))?|good\x20friday|
                 ash\x20wednesday|palm\x20sunday|mother'?s'?\x20day|father'?s'?\x20day|veteran'?s?'?\x20day|president'?s?'?\x20day|columbus\x20day|indigenous\x20peoples?'?\x20day|
                 martin\x20luther\x20king(?:,?\x20jr\.?)?\x20day|mlk(?:\x20jr\.?)?\x20day|groundhog\x20day|april\x20fools'?\x20day|cinco\x20de\x20mayo|ch?anukk?ah|hanukkah|passover|yom\x20kippur|rosh\x20hashanah?|purim|
                 ramadan|eid(?:\x20al-(?:fitr|adha))?|diwali|deepavali|holi|(?:lunar|chinese)\x20new\x20year|boxing\x20day|kwanzaa|mardi\x20gras|bastille\x20day|canada\x20day|
                 all\x20saints'?\x20day|day\x20of\x20the\x20dead|black\x20friday|super\x20bowl(?:\x20sunday)?|election\x20day|patriots'?\x20day|earth\x20day|guy\x20fawkes)\b",
        score: 0.85,
        around: Some(|_, _, after| {
            let next: String = after
                .trim_start()
                .chars()
                .take_while(char::is_ascii_alphabetic)
                .collect::<String>()
                .to_ascii_lowercase();
            !["disease", "factor", "tree", "seals", "seal", "eve's", "lily", "lilies", "paralysis"]
                .contains(&next.as_str())
                && !after.starts_with('-')
        }),
        matches: &[
            "before «Thanksgiving» she",
            "on «Christmas Eve»",
            "over «Labor Day» weekend",
            "«Cinco de Mayo»",
            "since «new year's»",
            "fell at «Easter»",
        ],
        rejects: &[
            "Christmas disease",
            "Easter Seals",
            "christmas tree pattern rash",
            "labor and delivery",
            "good day",
        ],
        ..DATE
    },
];

/// What scores are usually out of.
const SCALES: &[&str] = &["3", "4", "5", "6", "7", "10"];

fn number(part: &str) -> Option<u32> {
    part.trim().trim_start_matches('\'').parse().ok()
}

/// Month and day in either order, or neither.
fn calendar(a: u32, b: u32) -> bool {
    (1..=12).contains(&a) && (1..=31).contains(&b) || (1..=12).contains(&b) && (1..=31).contains(&a)
}

fn numeric(value: &str) -> Validity {
    let mut parts = value.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let (Some(a), Some(b), Some(year)) = (parts.next(), parts.next(), parts.next()) else { return Validity::Never };
    let (Some(a), Some(b), Some(full)) = (number(a), number(b), number(year)) else { return Validity::Never };
    let year = year.len() < 4 || (1850..=2150).contains(&full);
    if year && calendar(a, b) { Validity::Unknown } else { Validity::Never }
}

/// Three short numbers between points are a date for sure where they can be read one way only, or are padded.
fn dotted(value: &str) -> Validity {
    let parts: Vec<&str> = value.split('.').collect();
    let sure = parts.iter().take(2).any(|part| number(part).is_some_and(|n| n > 12))
        || parts.iter().take(2).all(|part| part.len() == 2);
    match numeric(value) {
        Validity::Unknown if sure => Validity::Valid,
        other => other,
    }
}

fn scanned(value: &str) -> Validity {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let marks: Vec<char> = value.chars().filter(|c| !c.is_ascii_alphanumeric()).collect();
    if digits < 2 || marks.windows(2).any(|pair| pair[0] != pair[1]) || value.bytes().all(|b| !b.is_ascii_alphabetic())
    {
        return Validity::Never;
    }
    let plain: String = value
        .chars()
        .map(|c| match c {
            'O' | 'o' => '0',
            'l' | 'I' => '1',
            other => other,
        })
        .collect();
    numeric(&plain)
}

fn year_first(value: &str) -> Validity {
    let mut parts = value.split(|c: char| !c.is_ascii_digit()).skip(1).filter_map(number);
    match (parts.next(), parts.next()) {
        (Some(a), Some(b)) if calendar(a, b) => Validity::Unknown,
        _ => Validity::Never,
    }
}

fn birth(value: &str) -> Validity {
    if value.len() == 8 && value.bytes().all(|b| b.is_ascii_digit()) {
        let plausible =
            value.starts_with("18") || value.starts_with("19") || value.starts_with("20") || numeric_run(value);
        return if plausible { Validity::Valid } else { Validity::Never };
    }
    if value.bytes().any(|b| b.is_ascii_alphabetic()) {
        return Validity::Valid;
    }
    Validity::Valid
}

/// MMDDYYYY.
fn numeric_run(value: &str) -> bool {
    value.get(0..2).and_then(number).zip(value.get(2..4).and_then(number)).is_some_and(|(a, b)| calendar(a, b))
}

/// Not part of a longer row of numbers such as 25-30-25-10.
fn not_in_a_row(before: &str, value: &str, after: &str) -> bool {
    let after = after.as_bytes();
    let hyphened = value.contains('-');
    let joins = |mark: u8| b"/.:".contains(&mark) || hyphened && mark == b'-';
    let right = !matches!(after, [mark, d, ..] if joins(*mark) && d.is_ascii_digit()) && !matches!(after, [b'%', ..]);
    let left = !matches!(before.as_bytes(), [.., d, mark] if joins(*mark) && d.is_ascii_alphanumeric());
    left && right && !unit_follows(std::str::from_utf8(after).unwrap_or_default())
}

fn days(value: &str) -> impl Iterator<Item = u32> + '_ {
    value.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty() && run.len() <= 2).filter_map(number)
}

/// A day, then a month; "10 may" and "14 mar" in lower case are more often a verb and an abbreviation.
fn day_month(value: &str) -> Validity {
    let mut days = days(value);
    if !days.next().is_some_and(|day| (1..=31).contains(&day)) {
        return Validity::Never;
    }
    let last_is_letter = value.ends_with(|c: char| c.is_ascii_alphabetic());
    let word = value.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let month = word.rsplit([' ', '-', '.', '/', ',']).next().unwrap_or_default();
    let doubtful = [
        "may", "mar", "dec", "mai", "mars", "jan", "march", "ago", "sep", "MAY", "DEC", "ene", "abr", "dic", "AGO",
        "Ago",
    ];
    if last_is_letter && doubtful.contains(&month) && !value.contains("of") {
        return Validity::Never;
    }
    Validity::Unknown
}

/// A month, then a day; "SEP-1" is a measure of sepsis care, and "Mayo 3" a score: in Spanish a month has no capital.
fn month_day(value: &str) -> Validity {
    if value == "SEP-1" || value.starts_with("Mayo ") {
        return Validity::Never;
    }
    if days(value).next().is_none_or(|day| !(1..=31).contains(&day)) {
        return Validity::Never;
    }
    Validity::Unknown
}

/// Nothing after a month says that the number was a quantity.
fn after_month(before: &str, value: &str, after: &str) -> bool {
    if value.contains([' ', '-', ',', '/']) && begins_date(after) {
        return false;
    }
    whole_number(before, value, after) && !unit_follows(after)
}

/// Whether the text goes on as a date of its own, so that a number before it was the date's and no end of a range.
fn begins_date(after: &str) -> bool {
    let after = after.as_bytes();
    match after {
        [b'/' | b'-', digit, ..] if digit.is_ascii_digit() => true,
        [b' ' | b'-', word @ ..] => {
            const MONTHS: &[&[u8]] =
                &[b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
            word.get(..3).is_some_and(|start| MONTHS.iter().any(|month| month.eq_ignore_ascii_case(start)))
        }
        _ => false,
    }
}

/// A month word on its own: not a verb and not the medication administration record.
fn month_word(before: &str, _value: &str, after: &str) -> bool {
    let next = after.trim_start();
    let word: String = next.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    let cue = before.trim_end_matches([' ', '-']).rsplit([' ', '\n']).next().unwrap_or_default();
    let verb = [
        "be",
        "have",
        "need",
        "help",
        "not",
        "also",
        "return",
        "increase",
        "cause",
        "require",
        "include",
        "indicate",
        "represent",
        "reflect",
        "benefit",
        "take",
        "use",
        "suggest",
        "result",
        "contribute",
        "explain",
        "in",
        "place",
        "lead",
        "affect",
        "worsen",
        "improve",
        "occur",
        "make",
        "still",
        "well",
        "or",
        "account",
        "continue",
        "limit",
    ];
    if word == "in" || word == "or" {
        return ["in", "since", "last"].contains(&cue.to_ascii_lowercase().as_str());
    }
    !verb.contains(&word.as_str()) && !next.starts_with(|c: char| c.is_ascii_digit())
}

/// A month and a day alone: not a part of a longer row, not a quantity, not a fraction.
fn partial(before: &str, value: &str, after: &str) -> bool {
    // "8/12 visits": so many of so many.
    let counted = || {
        let nouns = [
            "visits",
            "sessions",
            "treatments",
            "appointments",
            "goals",
            "weeks",
            "classes",
            "years",
            "yrs",
            "months",
            "days",
            "hours",
        ];
        after.strip_prefix(' ').is_some_and(|next| nouns.iter().any(|noun| next.starts_with(noun)))
    };
    // "5-7 yr", "10-12 wk": a span of time.
    let lasts = || {
        let units = ["d", "day", "wk", "week", "mo", "month", "y", "yr", "year", "h", "hr", "hour", "min"];
        let next = after.trim_start_matches(' ');
        let word = next[..next.bytes().take_while(u8::is_ascii_alphabetic).count()].to_ascii_lowercase();
        value.contains('-') && units.contains(&word.strip_suffix('s').unwrap_or(&word))
    };
    !after.starts_with('-')
        && !before.ends_with(['-', 'L', 'C'])
        && !counted()
        && !lasts()
        && !same_scale(value, after)
        && !same_scale(value, before)
        && not_in_a_row(before, value, after)
}

/// Whether the text beside a value holds another fraction of the same small denominator: two scores, not two dates.
fn same_scale(value: &str, beside: &str) -> bool {
    let Some(denominator) = value.split('/').nth(1) else { return false };
    let bytes = beside.as_bytes();
    SCALES.contains(&denominator)
        && memchr_iter(b'/', bytes).any(|at| {
            let below = &bytes[at + 1..];
            below.starts_with(denominator.as_bytes())
                && !below.get(denominator.len()).is_some_and(u8::is_ascii_digit)
                && bytes[..at].last().is_some_and(u8::is_ascii_digit)
        })
}

fn range_start(before: &str, value: &str, after: &str) -> bool {
    // The other end of the range tells a date from a scale: scores share their denominator.
    let other: String = after
        .trim_start_matches(|c: char| !c.is_ascii_digit())
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '/')
        .collect();
    let scale = other.split('/').nth(1).is_some_and(|d| SCALES.contains(&d));
    !scale && not_in_a_row(before, value, "")
}

fn range_end(before: &str, value: &str, after: &str) -> bool {
    let trimmed = before.trim_end();
    let joined = ["-", "to", "through", "thru"].iter().find_map(|word| {
        let (first, last) = trimmed.split_at_checked(trimmed.len().checked_sub(word.len())?)?;
        last.eq_ignore_ascii_case(word).then_some(first)
    });
    let Some(first) = joined else { return false };
    let first = first.trim_end();
    let start: String =
        first.chars().rev().take_while(|c| c.is_ascii_digit() || *c == '/').collect::<String>().chars().rev().collect();
    let mut parts = start.split('/').filter_map(number);
    let dated = matches!((parts.next(), parts.next(), parts.next()), (Some(a), Some(b), None) if calendar(a, b));
    let scale = start.split('/').nth(1).is_some_and(|d| SCALES.contains(&d));
    dated && !scale && not_in_a_row("", value, after)
}

/// Whether a clock time follows, with or without "at".
fn time_follows(after: &str) -> bool {
    let next = after.trim_start_matches([' ', ',']);
    let next = next.strip_prefix("at ").unwrap_or(next).trim_start_matches(['@', ' ']);
    let digits = next.bytes().take_while(u8::is_ascii_digit).count();
    if next.as_bytes().get(digits) == Some(&b':') {
        return (1..=2).contains(&digits);
    }
    let hour = next.get(..2).and_then(number).is_some_and(|hour| hour < 24);
    let minute = next.get(2..4).and_then(number).is_some_and(|minute| minute < 60);
    digits == 4 && hour && minute && !next.starts_with("19") && !next.starts_with("20")
}

/// A day of the month: what follows is the end of a clause or goes on about time.
fn ordinal(before: &str, value: &str, after: &str) -> bool {
    let next = after.trim_start_matches([' ', '\n', '\r']);
    let word: String = next.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    let bare = before.to_ascii_lowercase();
    let timed = [
        "on the ",
        "by the ",
        "since the ",
        "until the ",
        "till the ",
        "before the ",
        "after the ",
        "from the ",
        "through the ",
        "day the ",
    ]
    .iter()
    .any(|c| bare.ends_with(c));
    if let Some(rest) = next.strip_prefix(',') {
        return timed && !rest.trim_start().starts_with(|c: char| c.is_ascii_digit());
    }
    if next.is_empty() || next.starts_with(['.', ';', ')', '?', '!']) {
        return timed;
    }
    // "The 4th and fifth toes", but "the 26th and peaked later".
    if word == "and" {
        let rest = next[3..].trim_start().to_ascii_lowercase();
        let verb: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
        let goes_on =
            verb.ends_with("ed") || ["then", "again", "was", "has", "she", "he", "will"].contains(&verb.as_str());
        return timed
            && (goes_on || days(value).next().is_none_or(|day| day > 12))
            && !rest.starts_with(|c: char| c.is_ascii_digit());
    }
    timed
        && [
            "at", "to", "with", "because", "she", "he", "when", "for", "but", "by", "after", "around", "if", "so",
            "they", "we", "unless", "via", "patient", "pt", "without",
        ]
        .contains(&word.as_str())
        || word == "of" && next[2..].trim_start().to_ascii_lowercase().starts_with("the month")
}
