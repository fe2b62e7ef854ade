//! Street addresses, post office boxes, ZIP codes and coordinates (45 CFR 164.514(b)(2)(i)(B)).

use super::shape::{is_date, stands_alone, unit_follows, whole_number};
use super::{Pattern, Validity};
use crate::scrub::{Category, Kind};

const STREET: Pattern = Pattern {
    category: Category::Location,
    kind: Kind::Street,
    source: "45 CFR 164.514(b)(2)(i)(B); USPS Publication 28",
    ..Pattern::BLANK
};
const ZIP: Pattern = Pattern { kind: Kind::Zip, ..STREET };

macro_rules! direction {
    () => {
        r"(?i:n|s|e|w|ne|nw|se|sw|north|south|east|west|northeast|northwest|southeast|southwest)\.?"
    };
}

/// Kinds of street, full and abbreviated as USPS Publication 28 does.
macro_rules! suffix {
    () => {
        r"(?i:alley|aly|avenue|aven|avenu|ave|av|bend|bnd|blvd|boulevard|boul|bridge|brg|brook|bypass|byp|canyon|causeway|circle|cir|circ|close|common|commons|corner|cor|court|courts|ct|cove|cv|creek|crk|crescent|cres|
           crossing|xing|drive|drv|dr|driveway|estate|estates|expressway|expy|extension|flats|fork|freeway|fwy|garden|gardens|gdns|gate|glen|gln|green|grove|grv|harbor|heights|hts|highway|hwy|hill|hills|hollow|holw|
           isle|junction|key|knoll|knolls|lake|landing|lndg|lane|ln|loop|manor|mall|meadow|meadows|mews|mill|oval|overlook|park|parkway|pkwy|pass|passage|path|pike|place|pl|plaza|plz|point|pt|
           promenade|quay|ranch|rd|ridge|rdg|road|route|rte|row|run|shore|shores|skyway|spring|springs|square|sq|station|sta|street|strt|str|st|summit|terrace|ter|terr|throughway|trace|trce|track|trail|trl|tr|turnpike|tpke|
           valley|via|view|village|vista|vis|walk|way|wharf|woods)"
    };
}

macro_rules! unit {
    () => {
        r"(?:,?(?:\x20|\r?\n[\x20\t]{0,8})?(?i:apt|apartment|unit|suite|ste|fl|floor|rm|room|bldg|building|lot|spc|space|trlr|trailer|ph|penthouse|\#)\.?\x20?\#?\x20?[A-Za-z0-9-]{1,6}){0,2}"
    };
}

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "address.street",
        regex: concat!(
            r"\b[0-9]{1,6}(?:-[0-9]{1,5}|[A-Za-z]|\x201/2)?,?(?:",
            ws!(),
            direction!(),
            r"){0,2}(?:",
            ws!(),
            r"[A-Za-z0-9\x80-\xff][A-Za-z0-9\x80-\xff'.-]{0,24}){1,4}?",
            ws!(),
            suffix!(),
            r"\b\.?(?:\x20",
            direction!(),
            r"\b)?",
            unit!(),
            r"\b"
        ),
        score: 0.9,
        validate: Some(street),
        around: Some(street_around),
        matches: &[
            "lives at «4471 Willow Bend Lane», alone",
            "«12 N. Oak St., Apt 4B», Dayton",
            "«88 Martin Luther King Jr Blvd» now",
            "«1420 1/2 Maple St»",
            "at «1600 SW 5th Ave Suite 200».",
            "«221B Baker Street»",
            "«7 elm st» with spouse",
            "«4100 COUNTY LINE RD»",
            "«19 Mill\nRoad»",
            "«350 Fifth Avenue, Floor 3»",
        ],
        rejects: &[
            "5 mg tablet by mouth this way",
            "2 weeks of rehab at the park",
            "3 steps with walker down the drive",
            "seen 10 days ago by Dr",
            "0 of 10 pain at the knee point",
            "repeat 2 CT",
            "walked 50 feet on the track",
            "20 reps each way",
            "4 stairs at her place",
            "6 months in the place",
            "10 Jan at the park",
        ],
        ..STREET
    },
    Pattern {
        name: "address.numbered_road",
        regex: concat!(
            r"\b[0-9]{1,6}(?:\x20",
            direction!(),
            r")?\x20(?i:county\x20(?:road|rd|hwy|highway)|co\.?\x20r(?:oa)?d|cr|state\x20(?:route|road|rd|hwy|highway)|sr|us|u\.s\.|us\x20(?:hwy|highway|route)|interstate|hwy|highway|route|rte|rt|rural\x20route|rr|fm|farm\x20to\x20market(?:\x20road)?|ranch\x20road|township\x20road|old\x20(?:hwy|highway)|avenue|ave|street)
              \x20\#?[0-9A-Z]{1,5}(?:\x20",
            direction!(),
            r"\b)?",
            unit!(),
            r"\b"
        ),
        score: 0.85,
        validate: Some(|value| {
            if value.bytes().last().is_some_and(|b| b.is_ascii_alphanumeric())
                && value.split(' ').skip(1).any(|w| w.bytes().any(|b| b.is_ascii_digit()))
            {
                Validity::Unknown
            } else {
                Validity::Never
            }
        }),
        around: Some(|before, value, after| {
            let decimal = after.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            !decimal && whole_number(before, value, after)
        }),
        matches: &[
            "at «4471 County Road 12»",
            "«88 State Route 9 North»",
            "«1203 FM 2222», Austin",
            "«705 Highway 61 S»",
        ],
        rejects: &["BUN 18 Cr 0.9", "2 us exams", "3 rt knee", "5 sr staff"],
        ..STREET
    },
    Pattern {
        name: "address.highway",
        regex: r"\b(?:Highway|Hwy\.?|Interstate|County\x20(?:Road|Rd\.?|Route)|State\x20(?:Road|Route|Highway)|Rural\x20Route|U\.?S\.?\x20(?:Highway|Hwy|Route)|Route|Rte\.?|I-)\x20?[0-9]{1,4}[A-Z]?(?:\x20(?:North|South|East|West|[NSEW]))?\b",
        cues: &[
            "on", "off", "along", "near", "at", "from", "down", "of", "to", "lives on", "between", "by", "and",
            "address",
        ],
        window: 2,
        matches: &["crash on «Highway 61»", "off «County Road 14»", "near «I-80» at night", "lives on «State Route 9»"],
        rejects: &["Route 2 tabs PO", "Interstate travel", "highway driving"],
        ..STREET
    },
    Pattern {
        name: "address.military",
        regex: r"\b(?:APO|FPO|DPO),?\x20(?:AE|AP|AA)\x20[0-9]{5}(?:-[0-9]{4})?\b",
        score: 0.95,
        source: "USPS Publication 28, 238",
        matches: &["«APO AE 09012»", "«FPO AP 96601-1234»"],
        rejects: &["apo a1 level", "APO E4"],
        ..STREET
    },
    Pattern {
        name: "address.unsuffixed",
        regex: r"\b(?<v>[0-9]{3,5}\x20[NSEW]\.?\x20[A-Z][a-z]{2,15}),\x20?[A-Z]",
        score: 0.7,
        matches: &["«100 N Main», Dayton", "«4471 W. Oakmont», Springfield"],
        rejects: &["20 S Aureus, MRSA", "100 N main, dose", "250 mL N Saline, IV"],
        ..STREET
    },
    Pattern {
        name: "address.worded",
        regex: r"\b(?:One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten)\x20(?:[A-Z][A-Za-z'.]{1,20}\x20){1,3}?(?:Plaza|Place|Square|Drive|Way|Street|St|Avenue|Ave|Road|Rd|Parkway|Pkwy|Circle|Court|Boulevard|Blvd|Lane|Terrace)\b\.?(?:,?\x20(?:Suite|Ste\.?|Floor|Unit|Room|Apt\.?)\x20?\#?[A-Za-z0-9-]{1,6})?",
        score: 0.75,
        around: Some(|_, value, _| {
            let second = value.split(' ').nth(1).unwrap_or_default();
            !["Way", "Step", "Time", "Times", "Day", "Stage", "Hand", "Person", "Point", "Minute"].contains(&second)
        }),
        matches: &["«One Hospital Plaza, Suite 400»", "at «Two Penn Way»"],
        rejects: &["One Way", "One Way Street", "Two Step Drive", "Three Times a Day", "One place"],
        ..STREET
    },
    Pattern {
        name: "address.corner",
        regex: r"\b(?i:corner|intersection|junction)\x20of\x20(?<v>(?:[A-Z][A-Za-z'.]{1,20}|[0-9]{1,3}(?:st|nd|rd|th))(?:\x20[A-Z][a-z]{1,15}\.?){0,2}\x20(?:and|&)\x20(?:[A-Z][A-Za-z']{1,20}|[0-9]{1,3}(?:st|nd|rd|th))(?:\x20[A-Z][a-z]{1,15}){0,2})\b",
        score: 0.8,
        matches: &["at the corner of «Elm and 5th»", "intersection of «Main Street and Oak Avenue»"],
        rejects: &["corner of the mouth and chin", "junction of upper and lower thirds"],
        ..STREET
    },
    Pattern {
        name: "address.po_box",
        regex: r"\b(?i:pmb|p\.?\x20?o\.?(?:\x20|\r?\n\x20{0,4})?(?:box|bx)|post\x20office\x20box|postal\x20box|box|apartado(?:\x20postal)?|rr\x20?\#?\x20?[0-9]{1,4},?\x20box|hc\x20?[0-9]{1,4},?\x20box|psc\x20[0-9]{1,5},?\x20box|cmr\x20[0-9]{1,5},?\x20box|unit\x20[0-9]{1,5},?\x20box|rural\x20route\x20[0-9]{1,4},?\x20box|lock\x20?box)\x20?\#?:?\x20?[0-9]{1,7}[A-Za-z]?\b",
        score: 0.9,
        validate: Some(|value| {
            if value.len() >= 3
                && value[..3].eq_ignore_ascii_case("box")
                && value.bytes().filter(u8::is_ascii_digit).count() < 3
            {
                Validity::Never
            } else {
                Validity::Unknown
            }
        }),
        matches: &[
            "«P.O. Box 4471», Dayton",
            "«PO Box 88»",
            "mail to «RR 2 Box 114»",
            "«HC 61 Box 4471»",
            "«PMB 114»",
            "«Post Office Box 12»",
        ],
        rejects: &["boxes of 10", "box 2 of gauze", "2 boxes"],
        ..STREET
    },
    Pattern {
        name: "address.unit",
        regex: r"\b(?i:apt|apartment)\.?\x20?\#?\x20?(?<v>[0-9]{1,5}-?[A-Za-z]?|[A-Za-z]-?[0-9]{1,4})\b",
        score: 0.7,
        around: Some(|_, _, after| !unit_follows(after)),
        matches: &["in Apt «4B» upstairs", "Apt. «12-C»", "Apartment #«1203»"],
        rejects: &["apt to fall", "an apartment"],
        ..STREET
    },
    Pattern {
        name: "address.romance",
        regex: r"\b(?:(?i:calle|avenida|avda\.?|carrera|camino|paseo|callej(?:o|ó)n|urb\.?|urbanizaci(?:o|ó)n)\x20(?:[A-Za-z0-9\x80-\xff'.]{1,20}\x20){0,3}?(?:\#|No\.?\x20?|n(?:u|ú)m\.?\x20?)?[0-9]{1,5}[A-Za-z]?|[0-9]{1,5}(?:\x20?bis)?,?\x20(?i:rue|boulevard|chemin|impasse|place|quai|all(?:e|é)e)\x20(?i:de|du|des|la|le|d')[A-Za-z\x80-\xff'\x20-]{2,30}[A-Za-z\x80-\xff])\b",
        score: 0.85,
        matches: &["vive en «Calle Luna 45»", "«Avenida Juárez #210»", "«14 rue de la Paix»,"],
        rejects: &["calle", "avenida sin numero"],
        ..STREET
    },
    Pattern {
        name: "address.coordinates",
        regex: r"[-+]?\b[0-9]{1,3}\.[0-9]{3,8}(?:\xc2\xb0)?\x20?[NnSs]?(?:,\x20?|\x20|/)[-+]?[0-9]{1,3}\.[0-9]{3,8}(?:(?:\xc2\xb0)?\x20?[EeWw]\b)?",
        score: 0.85,
        validate: Some(coordinates),
        around: Some(whole_number),
        matches: &["found at «39.7589, -84.1916»", "GPS «40.7128° N, 74.0060° W»", "«-33.8688,151.2093»"],
        rejects: &["ratio 0.001, 0.002", "p 0.012, 0.034", "TSH 2.345, 3.456", "1.234 5.678"],
        ..STREET
    },
    Pattern {
        name: "address.coordinates_minutes",
        regex: r"\b[0-9]{1,3}\x20?(?:\xc2\xb0|deg)\x20?[0-9]{1,2}\x20?(?:'|\xe2\x80\xb2|\xe2\x80\x99)\x20?(?:[0-9]{1,2}(?:\.[0-9]{1,4})?\x20?(?:\x22|\xe2\x80\xb3|'')\x20?)?[NSns],?\x20?[0-9]{1,3}\x20?(?:\xc2\xb0|deg)\x20?[0-9]{1,2}\x20?(?:'|\xe2\x80\xb2|\xe2\x80\x99)\x20?(?:[0-9]{1,2}(?:\.[0-9]{1,4})?\x20?(?:\x22|\xe2\x80\xb3|'')\x20?)?[EWew]\b",
        score: 0.95,
        matches: &["at «39°45'32\"N 84°11'30\"W»"],
        rejects: &["flexion 90° 45'"],
        ..STREET
    },
    Pattern {
        name: "address.zip_plus_four",
        regex: r"\b[0-9]{5}-[0-9]{4}\b",
        score: 0.75,
        around: Some(stands_alone),
        unless: &["cpt", "icd", "loinc", "ndc", "part", "model"],
        cues: ZIP_CUES,
        matches: &["Dayton «45402-1234»"],
        rejects: &["NDC 00002-3227-30", "145402-1234", "LOINC 45402-1234"],
        ..ZIP
    },
    Pattern {
        name: "address.zip",
        regex: r"\b[0-9]{5}(?:-[0-9]{4})?\b",
        cues: ZIP_CUES,
        window: 6,
        matches: &["ZIP: «45402»", "zip code «45402-1234»", "\"postalCode\":\"«45402»\"", "<zip>«45402»</zip>"],
        rejects: &["WBC 12400", "CPT 97110", "zipper 45402x"],
        ..ZIP
    },
    Pattern {
        name: "address.zip_state",
        regex: r"\b[0-9]{5}(?:-[0-9]{4})?\b",
        score: 0.9,
        around: Some(|before, value, after| after_state(before) && whole_number(before, value, after)),
        matches: &[
            "Dayton, OH «45402»",
            "Ohio «45402-1234»",
            "^Dayton^OH^«45402»",
            "Dayton, oh «45402»",
            "NY, «10001»",
            "New Mexico\n«87501»",
        ],
        rejects: &["WBC in 12400", "or 12400 cells", "CPT: 97110", "PT 97110", "code OT 97530"],
        ..ZIP
    },
    Pattern {
        name: "address.postal_canada",
        regex: r"\b[ABCEGHJ-NPRSTVXYabceghj-nprstvxy][0-9][A-Za-z]\x20[0-9][A-Za-z][0-9]\b",
        score: 0.8,
        validate: Some(|value| {
            if value.starts_with(['T', 't']) && value[2..].starts_with(['N', 'n']) && value[5..].starts_with(['M', 'm'])
            {
                Validity::Never
            } else {
                Validity::Unknown
            }
        }),
        source: "Canada Post Addressing Guidelines",
        matches: &["Toronto ON «M5V 2T6»", "«k1a 0b1»"],
        rejects: &["T1N0M0", "T4N 1M0", "M5V2T6X"],
        ..ZIP
    },
    Pattern {
        name: "address.postal_britain",
        regex: r"\b[A-Z]{1,2}[0-9][0-9A-Z]?\x20[0-9][ABD-HJLNP-UW-Z]{2}\b",
        score: 0.7,
        source: "BS 7666",
        matches: &["London «SW1A 1AA»", "«M1 1AE»"],
        rejects: &["L4 5CM", "C5 6mm"],
        ..ZIP
    },
];

const ZIP_CUES: &[&str] = &[
    "zip",
    "zip code",
    "zipcode",
    "zip #",
    "postal code",
    "postal",
    "postcode",
    "post code",
    "codigo postal",
    "cp",
    "c p",
];

const STATES: &[&str] = &[
    "alabama",
    "alaska",
    "arizona",
    "arkansas",
    "california",
    "colorado",
    "connecticut",
    "delaware",
    "florida",
    "georgia",
    "hawaii",
    "idaho",
    "illinois",
    "indiana",
    "iowa",
    "kansas",
    "kentucky",
    "louisiana",
    "maine",
    "maryland",
    "massachusetts",
    "michigan",
    "minnesota",
    "mississippi",
    "missouri",
    "montana",
    "nebraska",
    "nevada",
    "hampshire",
    "jersey",
    "mexico",
    "york",
    "carolina",
    "dakota",
    "ohio",
    "oklahoma",
    "oregon",
    "pennsylvania",
    "island",
    "tennessee",
    "texas",
    "utah",
    "vermont",
    "virginia",
    "washington",
    "wisconsin",
    "wyoming",
    "columbia",
    "rico",
    "guam",
    "calif",
    "penn",
    "mass",
    "conn",
    "tenn",
    "ariz",
    "fla",
    "wash",
    "minn",
    "mich",
    "ill",
    "ind",
    "tex",
    "okla",
    "ore",
    "colo",
];

const STATE_CODES: &[&str] = &[
    "al", "ak", "az", "ar", "ca", "co", "ct", "de", "fl", "ga", "hi", "id", "il", "in", "ia", "ks", "ky", "la", "me",
    "md", "ma", "mi", "mn", "ms", "mo", "mt", "ne", "nv", "nh", "nj", "nm", "ny", "nc", "nd", "oh", "ok", "or", "pa",
    "ri", "sc", "sd", "tn", "tx", "ut", "vt", "va", "wa", "wv", "wi", "wy", "dc", "pr", "vi", "gu", "as", "mp", "ae",
    "ap", "aa",
];

/// Whether a state, by name or by its letters, stands right before.
fn after_state(before: &str) -> bool {
    let kept = before.trim_end_matches([' ', ',', '.', '^', '|', '\t', '\n', '\r']);
    if before.len() - kept.len() > 6 || kept.len() == before.len() {
        return false;
    }
    let start = kept
        .rfind(|c: char| !c.is_ascii_alphabetic())
        .map_or(0, |at| at + kept[at..].chars().next().map_or(1, char::len_utf8));
    let word = &kept[start..];
    let lower = word.to_ascii_lowercase();
    if STATES.contains(&lower.as_str()) {
        return true;
    }
    // "in 12400" and "or 12400" are words: small letters count only after the comma or the mark that ends a city.
    let shouted = word.bytes().all(|b| b.is_ascii_uppercase());
    let city = kept[..start].trim_end_matches([' ', '\n', '\r']).ends_with([',', '^', '|', '\t']);
    STATE_CODES.contains(&lower.as_str()) && (shouted || city)
}

/// Words that stand between a number and "way" or "drive" when it is not an address.
const NOT_STREETS: &[&str] = &[
    "mg",
    "mcg",
    "ml",
    "cc",
    "kg",
    "lb",
    "lbs",
    "units",
    "tablet",
    "tablets",
    "tab",
    "tabs",
    "cap",
    "caps",
    "of",
    "and",
    "or",
    "the",
    "a",
    "an",
    "to",
    "in",
    "on",
    "at",
    "by",
    "for",
    "with",
    "from",
    "per",
    "was",
    "were",
    "is",
    "are",
    "has",
    "had",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "hour",
    "hours",
    "minute",
    "minutes",
    "min",
    "times",
    "time",
    "x",
    "reps",
    "sets",
    "feet",
    "ft",
    "steps",
    "step",
    "stairs",
    "degrees",
    "cm",
    "mm",
    "inch",
    "inches",
    "percent",
    "ago",
    "old",
    "out",
    "over",
    "up",
    "down",
    "this",
    "that",
    "her",
    "his",
    "their",
    "daily",
    "po",
    "bid",
    "tid",
    "qd",
    "prn",
    "pain",
    "yo",
    "y",
    "left",
    "right",
    "then",
    "when",
    "while",
    "after",
    "before",
    "each",
    "every",
    "both",
    "no",
    "not",
    "into",
    "through",
    "she",
    "he",
    "patient",
    "pt",
    "they",
    "who",
    "which",
    "as",
    "vs",
    "did",
    "does",
    "do",
    "will",
    "would",
    "may",
    "can",
    "repeat",
    "chest",
    "abdominal",
    "head",
    "grade",
    "level",
    "levels",
    "visits",
    "sessions",
    "blocks",
    "block",
    "miles",
    "mile",
    "meters",
    "point",
    "points",
    "view",
    "views",
    "lead",
    "vessel",
    "more",
    "trials",
    "attempts",
    "person",
    "people",
    "children",
    "kids",
    "siblings",
    "pack",
    "packs",
    "beers",
    "drinks",
    "doses",
    "dose",
    "puffs",
    "drops",
    "weekly",
    "seen",
    "feeling",
    "ambulated",
    "walked",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "stable",
    "ok",
    "good",
    "new",
    "like",
    "about",
    "liters",
    "l",
    "hz",
    "mhz",
    "ghz",
    "mmhg",
    "bpm",
    "kcal",
    "am",
    "pm",
    "a.m.",
    "p.m.",
    "hrs",
    "hr",
    "mins",
    "secs",
    "sec",
    "seconds",
    "second",
];

/// Suffixes that are streets even in small letters; the others are ordinary words.
const STRONG: &[&str] = &[
    "street",
    "st",
    "avenue",
    "ave",
    "road",
    "rd",
    "lane",
    "ln",
    "blvd",
    "boulevard",
    "drive",
    "dr",
    "court",
    "ct",
    "circle",
    "cir",
    "terrace",
    "ter",
    "parkway",
    "pkwy",
    "highway",
    "hwy",
    "trail",
    "trl",
    "place",
    "pl",
    "way",
    "sq",
    "plz",
    "cv",
    "xing",
    "tpke",
    "loop",
    "square",
];

fn street(value: &str) -> Validity {
    let words: Vec<&str> = value.split([' ', '\n', '\r', '\t', ',']).filter(|word| !word.is_empty()).collect();
    let name = &words[1..];
    let lower = |word: &str| word.trim_end_matches('.').to_ascii_lowercase();
    // The first suffix with at least one word before it ends the name.
    let Some(end) = name
        .iter()
        .skip(1)
        .position(|word| STRONG.contains(&lower(word).as_str()))
        .map(|at| at + 1)
        .or(name.len().checked_sub(1))
    else {
        return Validity::Never;
    };
    let between = &name[..end];
    // A second house number, or the end of a sentence, inside: the match ran on.
    let abbreviation = |word: &str| {
        word.len() <= 3 || ["blvd.", "gen.", "capt.", "prof."].contains(&word.to_ascii_lowercase().as_str())
    };
    if between.iter().any(|word| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        digits >= 3 && !word.ends_with(|c: char| c.is_ascii_alphabetic())
            || word.ends_with('.') && !abbreviation(word)
            || is_date(word) && *word != "1/2"
    }) {
        return Validity::Never;
    }
    if between.iter().any(|word| {
        NOT_STREETS.contains(&lower(word).as_str())
            && !(word.starts_with(|c: char| c.is_ascii_uppercase())
                && word.trim_end_matches('.').len() > 3
                && !MONTHS.contains(&lower(word).as_str()))
    }) {
        return Validity::Never;
    }
    let capital = |word: &&str| {
        word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
            || ["de", "la", "del", "of", "the", "las", "los", "el"].contains(word)
    };
    let named = between.iter().all(capital)
        && name.get(end).is_some_and(|suffix| suffix.starts_with(|c: char| c.is_uppercase()));
    let plain = value.bytes().all(|b| !b.is_ascii_uppercase());
    let strong = name.get(end).is_some_and(|suffix| STRONG.contains(&lower(suffix).as_str()));
    // Small letters throughout: a short name before a sure suffix, and more than a count of things.
    let number = words[0].bytes().filter(u8::is_ascii_digit).count();
    if named || plain && strong && end <= 2 && (number >= 2 || end == 1) || strong && between.iter().all(capital) {
        Validity::Unknown
    } else {
        Validity::Never
    }
}

/// A latitude and a longitude, with a sign, a letter or a place beyond small numbers such as p-values.
fn coordinates(value: &str) -> Validity {
    let numbers: Vec<f64> = value
        .split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
        .filter(|part| part.contains('.'))
        .filter_map(|part| part.parse().ok())
        .collect();
    let [latitude, longitude] = numbers[..] else { return Validity::Never };
    let lettered = value.contains(['N', 'S', 'E', 'W', '°', 'n', 's', 'e', 'w']);
    let plausible = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    let told = lettered || ((latitude.abs() > 15.0 || longitude.abs() > 60.0) && longitude.abs() > 15.0);
    if plausible && told { Validity::Unknown } else { Validity::Never }
}

/// Words of three letters and more that are months or titles and no part of a street's name after a small number.
const MONTHS: &[&str] =
    &["sept", "june", "july", "january", "february", "october", "november", "december", "adm", "page"];

/// "Dr" before a name is a title; what follows a colon or a point is a part of something else.
fn street_around(before: &str, value: &str, after: &str) -> bool {
    let clock = before.ends_with(':') && before[..before.len() - 1].ends_with(|c: char| c.is_ascii_digit());
    let title = ["dr", "dr."].iter().any(|title| value.to_ascii_lowercase().rsplit([' ', '\n']).next() == Some(title))
        && after.trim_start_matches('.').strip_prefix(' ').is_some_and(|next| next.starts_with(char::is_uppercase));
    !clock && !title && !before.ends_with(['.', '$', '#', '<', '>']) && !after.starts_with('%')
}
