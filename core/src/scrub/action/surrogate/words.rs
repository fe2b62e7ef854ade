//! What invented names are made of, and the words of an address or a house that say what it is and stay.

use std::sync::LazyLock;

use crate::lexicon::given_names;

/// Words of one kind by their length class: up to four letters, up to seven, longer.
pub(super) struct Pool([Vec<&'static str>; 3]);

impl Pool {
    fn new(words: impl Iterator<Item = &'static str>) -> Self {
        let mut classes = [Vec::new(), Vec::new(), Vec::new()];
        words.for_each(|word| classes[Self::class(word.len())].push(word));
        Self(classes)
    }

    fn class(length: usize) -> usize {
        usize::from(length > 4) + usize::from(length > 7)
    }

    /// The words in the length class of a word of `length` letters.
    pub(super) fn of_length(&self, length: usize) -> &[&'static str] {
        &self.0[Self::class(length)]
    }
}

pub(super) static SURNAMES: LazyLock<Pool> =
    LazyLock::new(|| Pool::new(given_names::SURNAMES.iter().map(String::as_str)));
pub(super) static TOWNS: LazyLock<Pool> = LazyLock::new(|| Pool::new(given_names::TOWNS.iter().map(String::as_str)));
pub(super) static FEMALE: LazyLock<Pool> = LazyLock::new(|| Pool::new(given_names::FEMALE.iter().copied()));
pub(super) static MALE: LazyLock<Pool> = LazyLock::new(|| Pool::new(given_names::MALE.iter().copied()));

/// Names of streets.
pub(super) const STREETS: &[&str] = &[
    "alder",
    "ash",
    "aspen",
    "balsam",
    "basswood",
    "beech",
    "birch",
    "bluebell",
    "briar",
    "buckthorn",
    "butternut",
    "cedar",
    "cherry",
    "chestnut",
    "clover",
    "cottonwood",
    "cypress",
    "dogwood",
    "elderberry",
    "elm",
    "fern",
    "fir",
    "foxglove",
    "gorse",
    "hawthorn",
    "hazelnut",
    "heather",
    "hemlock",
    "hickory",
    "holly",
    "honeysuckle",
    "hornbeam",
    "ivy",
    "juniper",
    "larch",
    "laurel",
    "lilac",
    "linden",
    "locust",
    "magnolia",
    "mahogany",
    "mallow",
    "maple",
    "mulberry",
    "myrtle",
    "oak",
    "oleander",
    "palmetto",
    "pecan",
    "persimmon",
    "pine",
    "poplar",
    "primrose",
    "redbud",
    "redwood",
    "rosewood",
    "rowan",
    "sassafras",
    "sequoia",
    "spruce",
    "sumac",
    "sycamore",
    "tamarack",
    "teak",
    "thistle",
    "tupelo",
    "viburnum",
    "walnut",
    "willow",
    "yarrow",
];

/// Occupations.
pub(super) const OCCUPATIONS: &[&str] = &[
    "accountant",
    "baker",
    "barber",
    "bookkeeper",
    "bricklayer",
    "butcher",
    "carpenter",
    "cashier",
    "chemist",
    "clerk",
    "cook",
    "courier",
    "dairy farmer",
    "dispatcher",
    "electrician",
    "engineer",
    "florist",
    "foreman",
    "gardener",
    "geologist",
    "hairdresser",
    "journalist",
    "librarian",
    "locksmith",
    "machinist",
    "mason",
    "mechanic",
    "mechanical engineer",
    "painter",
    "paralegal",
    "pilot",
    "plumber",
    "potter",
    "printer",
    "roofer",
    "school principal",
    "seamstress",
    "surveyor",
    "tailor",
    "translator",
    "truck driver",
    "upholsterer",
    "veterinarian",
    "waiter",
    "warehouse worker",
    "welder",
];

/// Words that number a part of a house, or stand between others.
const UNIT_WORDS: &[&str] = &[
    "apartment",
    "apt",
    "unit",
    "suite",
    "ste",
    "floor",
    "fl",
    "room",
    "rm",
    "building",
    "bldg",
    "box",
    "po",
    "p",
    "o",
    "lot",
    "rr",
    "no",
    "number",
    "zip",
    "psc",
    "apo",
    "fpo",
    "dpo",
    "cmr",
    "of",
    "the",
    "and",
    "in",
    "at",
    "near",
    "for",
    "a",
];

/// Words that say what a street or a town is.
const PLACE_WORDS: &[&str] = &[
    "street",
    "st",
    "avenue",
    "ave",
    "av",
    "road",
    "rd",
    "drive",
    "dr",
    "lane",
    "ln",
    "boulevard",
    "blvd",
    "court",
    "ct",
    "circle",
    "cir",
    "place",
    "pl",
    "way",
    "terrace",
    "ter",
    "trail",
    "trl",
    "parkway",
    "pkwy",
    "highway",
    "hwy",
    "route",
    "rte",
    "rt",
    "plaza",
    "square",
    "sq",
    "loop",
    "alley",
    "pike",
    "turnpike",
    "crescent",
    "north",
    "south",
    "east",
    "west",
    "n",
    "s",
    "e",
    "w",
    "ne",
    "nw",
    "se",
    "sw",
    "northeast",
    "northwest",
    "southeast",
    "southwest",
    "county",
    "co",
    "city",
    "town",
    "township",
    "twp",
    "village",
    "borough",
    "parish",
    "precinct",
    "district",
];

/// Words that say what a house is.
const HOUSE_WORDS: &[&str] = &[
    "hospital",
    "hosp",
    "clinic",
    "center",
    "centre",
    "ctr",
    "medical",
    "med",
    "health",
    "healthcare",
    "care",
    "university",
    "univ",
    "college",
    "school",
    "elementary",
    "middle",
    "high",
    "academy",
    "institute",
    "foundation",
    "department",
    "dept",
    "division",
    "ward",
    "icu",
    "rehab",
    "rehabilitation",
    "nursing",
    "home",
    "facility",
    "services",
    "service",
    "group",
    "associates",
    "partners",
    "physicians",
    "practice",
    "pharmacy",
    "laboratory",
    "labs",
    "lab",
    "imaging",
    "radiology",
    "surgery",
    "surgical",
    "orthopedic",
    "orthopedics",
    "pediatric",
    "pediatrics",
    "children",
    "women",
    "family",
    "community",
    "regional",
    "general",
    "memorial",
    "state",
    "national",
    "veterans",
    "va",
    "emergency",
    "urgent",
    "hospice",
    "living",
    "assisted",
    "senior",
    "church",
    "temple",
    "mosque",
    "company",
    "corporation",
    "corp",
    "inc",
    "llc",
    "ltd",
    "bank",
    "insurance",
    "system",
    "network",
    "saint",
    "physical",
    "therapy",
    "outpatient",
    "inpatient",
    "office",
    "shelter",
    "jail",
    "prison",
    "correctional",
    "police",
    "fire",
    "plan",
];

/// States and what they are called in short; they may stay.
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
    "ohio",
    "oklahoma",
    "oregon",
    "pennsylvania",
    "tennessee",
    "texas",
    "utah",
    "vermont",
    "virginia",
    "wisconsin",
    "wyoming",
];

const SHORT_STATES: &[&str] = &[
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME",
    "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA",
    "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "DC",
];

/// What a word of an address or a house says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// Which one it is: it must not stay.
    Which,
    /// Of which kind: it stays, beside a word that says which and became another.
    Kind,
    /// Nothing that identifies: a unit, a state, a joining word.
    Nothing,
}

/// What a word says in the name of a house, or of a place.
pub(super) fn says(word: &str, of_house: bool) -> Says {
    let low = word.to_lowercase();
    let low = low.as_str();
    if UNIT_WORDS.contains(&low) || SHORT_STATES.contains(&word) || STATES.contains(&low) {
        Says::Nothing
    } else if PLACE_WORDS.contains(&low) || of_house && HOUSE_WORDS.contains(&low) {
        Says::Kind
    } else {
        Says::Which
    }
}

/// The first three digits of ZIP codes that are assigned to no place.
pub(super) const NO_ZIPS: &[u16] = &[
    213, 269, 343, 345, 348, 353, 419, 428, 429, 517, 518, 519, 529, 533, 536, 552, 568, 578, 579, 589, 621, 632, 642,
    643, 659, 663, 682,
];

/// A script in which names are invented, with the ends of its code points, surnames, and given names. In the first two a name is
/// written in single characters without blanks.
pub(super) struct Script {
    ranges: &'static [(char, char)],
    pub(super) by_character: bool,
    pub(super) surnames: &'static [&'static str],
    pub(super) given: &'static [&'static str],
}

const SCRIPTS: &[Script] = &[
    Script {
        ranges: &[('\u{4e00}', '\u{9fff}'), ('\u{3400}', '\u{4dbf}')],
        by_character: true,
        surnames: &[
            "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "林", "郭", "何",
        ],
        given: &[
            "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "霞",
            "平", "刚",
        ],
    },
    Script {
        ranges: &[('\u{ac00}', '\u{d7a3}')],
        by_character: true,
        surnames: &["김", "이", "박", "최", "정", "강", "조", "윤", "장", "임", "한", "오", "서", "신", "권", "황"],
        given: &[
            "민", "서", "준", "지", "현", "우", "수", "진", "영", "호", "은", "혜", "경", "성", "태", "연", "아", "훈",
        ],
    },
    Script {
        ranges: &[('\u{3040}', '\u{30ff}')],
        by_character: false,
        surnames: &[
            "サトウ",
            "スズキ",
            "タカハシ",
            "タナカ",
            "イトウ",
            "ワタナベ",
            "ヤマモト",
            "ナカムラ",
            "コバヤシ",
            "カトウ",
            "ヨシダ",
            "ヤマダ",
        ],
        given: &[
            "ハルト",
            "ユウト",
            "ソウタ",
            "ユイ",
            "ハナ",
            "サクラ",
            "ケンジ",
            "ヒロシ",
            "アキラ",
            "ナオミ",
            "ヨウコ",
            "マサル",
        ],
    },
    Script {
        ranges: &[('\u{400}', '\u{52f}')],
        by_character: false,
        surnames: &[
            "иванов",
            "смирнов",
            "кузнецов",
            "попов",
            "васильев",
            "петров",
            "соколов",
            "михайлов",
            "новиков",
            "федоров",
            "морозов",
            "волков",
        ],
        given: &[
            "алексей",
            "сергей",
            "дмитрий",
            "андрей",
            "михаил",
            "николай",
            "виктор",
            "павел",
            "юрий",
            "олег",
            "роман",
            "антон",
        ],
    },
    Script {
        ranges: &[('\u{370}', '\u{3ff}'), ('\u{1f00}', '\u{1fff}')],
        by_character: false,
        surnames: &[
            "παπαδοπουλος",
            "νικολαιδης",
            "γεωργιου",
            "δημητριου",
            "ιωαννου",
            "κωνσταντινου",
            "βασιλειου",
            "οικονομου",
            "αντωνιου",
            "μακρης",
        ],
        given: &["γιωργος", "νικος", "κωστας", "δημητρης", "γιαννης", "μαρια", "ελενη", "κατερινα", "σοφια", "αννα"],
    },
    Script {
        ranges: &[('\u{600}', '\u{6ff}')],
        by_character: false,
        surnames: &["حداد", "نجار", "خوري", "مصري", "منصور", "سليمان", "عيسى", "صالح", "ناصر", "فارس", "شاهين", "جابر"],
        given: &["أحمد", "محمود", "خالد", "سامي", "كريم", "ليلى", "سارة", "مريم", "هدى", "رانيا", "يوسف", "طارق"],
    },
    Script {
        ranges: &[('\u{590}', '\u{5ff}')],
        by_character: false,
        surnames: &["כהן", "לוי", "מזרחי", "פרץ", "ביטון", "דהן", "אברהם", "פרידמן", "מלכה", "אזולאי", "כץ", "יוסף"],
        given: &["דוד", "משה", "יוסי", "אבי", "דני", "רונית", "שרה", "רחל", "מיכל", "נועה", "יעל", "תמר"],
    },
    Script {
        ranges: &[('\u{900}', '\u{97f}')],
        by_character: false,
        surnames: &["शर्मा", "वर्मा", "गुप्ता", "सिंह", "कुमार", "पटेल", "जोशी", "मेहता", "राव", "नायर", "अय्यर", "मिश्रा"],
        given: &["राहुल", "अमित", "विकास", "सुनील", "अनिल", "प्रिया", "नेहा", "पूजा", "सुनीता", "कविता", "रवि", "मोहन"],
    },
];

/// The script of a word that is not Latin; `Err` when it is in none in which names are invented, or in several.
pub(super) fn script(word: &str) -> Result<Option<&'static Script>, ()> {
    let latin = |c: char| c < '\u{250}' || ('\u{1e00}'..='\u{1eff}').contains(&c) || !c.is_alphabetic();
    if word.chars().all(latin) {
        return Ok(None);
    }
    let within = |script: &&Script| {
        word.chars()
            .filter(|c| c.is_alphabetic())
            .all(|c| script.ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)))
    };
    SCRIPTS.iter().find(within).map(Some).ok_or(())
}
