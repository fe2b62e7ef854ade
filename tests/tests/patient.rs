//! What is found of a patient who is known: generated notes with every way to write a name, and what is found elsewhere.
//!
//! `cargo test --workspace --test patient -- --nocapture` prints the figures.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chartguard::scrub::{Stage, Stages};
use chartguard::{Patient, Policy, Scrubber};
use chartguard_tests::{repository, sample_notes};
use serde_json::{Value, json};

/// The patient's data alone: no pattern, list or model helps.
static ALONE: LazyLock<Scrubber> = LazyLock::new(|| {
    let everything = Policy::from_yaml("name: everything").unwrap();
    let stages = Stages::NONE.with(Stage::Patient);
    Scrubber::builder().policy(everything).builtin_model(false).stages(stages).build().unwrap()
});

/// Numbers in an order that a seed decides (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % below as u64) as usize
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.roll(list.len())]
    }
}

/// Given names, some with a nickname that people of that name go by.
const GIVEN: &[(&str, &str)] = &[
    ("Rosalind", "Roz"),
    ("William", "Bill"),
    ("Margaret", "Peggy"),
    ("Katherine", "Kate"),
    ("Elizabeth", "Betty"),
    ("Robert", "Bobby"),
    ("Theodore", "Ted"),
    ("Guadalupe", "Lupita"),
    ("Francisco", "Paco"),
    ("Josephine", "Josie"),
    ("Alexander", "Sasha"),
    ("Dorothy", "Dottie"),
    ("Lawrence", "Larry"),
    ("Benjamin", "Benny"),
    ("Eleanor", "Nellie"),
    ("Deborah", "Debbie"),
    ("Christopher", "Chris"),
    ("Jacqueline", "Jackie"),
    ("Nathaniel", "Nate"),
    ("Patricia", "Patsy"),
    ("Oluwaseun", ""),
    ("Thandiwe", ""),
    ("Mehmet", ""),
    ("Priyanka", ""),
    ("Nguyet", ""),
    ("Siobhan", ""),
    ("Zoltan", ""),
    ("Akiko", ""),
    ("Ibrahim", ""),
    ("Anneliese", ""),
    ("Grace", ""),
    ("Mark", ""),
    ("Hope", ""),
    ("Joy", ""),
    ("José", ""),
    ("Yusuf", ""),
    ("Marisol", ""),
    ("Dmitri", ""),
    ("Ingrid", ""),
    ("Kwame", ""),
];

const SURNAMES: &[&str] = &[
    "Achterberg",
    "Smith",
    "Johnson",
    "Okonkwo",
    "Adeyemi",
    "O'Brien",
    "McAllister",
    "Fitzgerald",
    "Gonzalez",
    "Rodriguez",
    "Nguyen",
    "Kowalczyk",
    "Papadopoulos",
    "Van der Berg",
    "de la Cruz",
    "Ramirez-Ortiz",
    "Lindqvist",
    "Yamamoto",
    "Haddad",
    "Chaudhry",
    "Young",
    "Long",
    "Brown",
    "Carpenter",
    "Baker",
    "Rivers",
    "Stone",
    "Winters",
    "Li",
    "Ng",
    "Cho",
    "Núñez",
    "Müller",
    "Petrosyan",
    "Abernathy",
    "Whitfield",
    "Castellanos",
    "Obuya",
    "Tremblay",
    "Schwarzkopf",
    "Delacroix-Meyer",
    "Bhattacharya",
    "Quackenbush",
    "Drăgulescu",
    "Hernandez",
    "Sokolova",
    "Wojcik",
    "Iyer",
    "Takahashi",
    "Montague",
];

/// Sentences with a place for the patient; what stands before and after is plain clinical prose.
const NAMED: &[&str] = &[
    "Patient: {}\n",
    "{} was seen today for follow up.\n",
    "I met with {} and reviewed the plan of care.\n",
    "Treatment was explained to {}, who agreed.\n",
    "RE: {}\n",
    "Thank you for referring {} to our clinic.\n",
    "Per {}, the pain is worse at night.\n",
    "Discussed fall precautions with {} and family.\n",
];

const FILLER: &[&str] = &[
    "Gait training 15 min with rolling walker, moderate assist, verbal cues for heel strike.\n",
    "Strength 4/5 throughout, MMT of the right quadriceps 3+/5. Pain 3/10 at rest, 6/10 with stairs.\n",
    "BP 120/80, HR 72, SpO2 98% on room air. Foley catheter in place. Alert and oriented.\n",
    "Short and Long Term Goals reviewed: patient will ambulate 150 feet with a cane in 4 weeks.\n",
    "Assessment: osteoarthritis of the left knee, Parkinson's disease, no acute distress.\n",
    "A young woman with long standing low back pain; she may benefit from a home exercise program.\n",
    "PLAN: WILL CONTINUE LONG ARC QUADS, MARK THE SITE, GRACE PERIOD UNTIL NEXT VISIT.\n",
    "Brown sputum, stone in the left ureter, baker's cyst behind the knee. No rash.\n",
    "Medications: metformin 500 mg twice daily, lisinopril 10 mg, acetaminophen as needed.\n",
    "There is hope of a full recovery and joy in the day room activities this winter.\n",
];

fn letters(word: &str) -> usize {
    word.chars().filter(|c| c.is_alphabetic()).count()
}

/// One typing error in a word: a letter changed, dropped, added or swapped with the next.
fn mistype(word: &str, dice: &mut Dice) -> String {
    loop {
        let mut chars: Vec<char> = word.chars().collect();
        let at = dice.roll(chars.len());
        let letter = (b'a' + dice.roll(26) as u8) as char;
        let letter = if chars[at].is_uppercase() { letter.to_ascii_uppercase() } else { letter };
        match dice.roll(4) {
            0 => chars[at] = letter,
            1 => {
                chars.remove(at);
            }
            2 => chars.insert(at, letter.to_ascii_lowercase()),
            _ if at + 1 < chars.len() => chars.swap(at, at + 1),
            _ => continue,
        }
        let out: String = chars.into_iter().collect();
        if out != word && out.chars().all(char::is_alphabetic) {
            return out;
        }
    }
}

struct Person {
    given: &'static str,
    nickname: &'static str,
    surname: &'static str,
    data: Value,
    patient: Patient,
}

fn person(dice: &mut Dice) -> Person {
    let (given, nickname) = *dice.pick(GIVEN);
    let surname = *dice.pick(SURNAMES);
    let (year, month, day) = (1930 + dice.roll(80), 1 + dice.roll(12), 1 + dice.roll(28));
    let data = json!({
        "names": [format!("{given} {surname}")],
        "birth_date": format!("{year}-{month:02}-{day:02}"),
        "mrns": [format!("{:08}", 1_000_000 + dice.roll(90_000_000))],
        "phones": [format!("({}) 555-{:04}", 201 + dice.roll(700), dice.roll(10_000))],
        "ssn": format!("{:03}-{:02}-{:04}", 100 + dice.roll(500), 10 + dice.roll(89), 1000 + dice.roll(8999)),
    });
    Person { given, nickname, surname, patient: Patient::from_json(&data.to_string()).unwrap(), data }
}

/// Ways to write the person, by the class that is counted.
fn mentions(person: &Person, dice: &mut Dice) -> Vec<(&'static str, String)> {
    let Person { given, nickname, surname, data, .. } = person;
    let initial = given.chars().next().unwrap();
    let mut all = vec![
        ("exact", format!("{given} {surname}")),
        ("exact", format!("{given} {surname}").to_uppercase()),
        ("exact", format!("{given} {surname}").to_lowercase()),
        ("exact", format!("Ms. {surname}")),
        ("exact", format!("{given} {surname}'s")),
        ("reordered", format!("{surname}, {given}")),
        ("reordered", format!("{surname} {given}").to_uppercase()),
        ("reordered", format!("{surname}, {initial}.")),
        ("initial", format!("{initial}. {surname}")),
        ("initial", format!("{initial} {surname}").to_uppercase()),
    ];
    if !nickname.is_empty() {
        all.push(("nickname", format!("{nickname} {surname}")));
        all.push(("nickname", (*nickname).to_owned()));
    }
    // A typing error in one of the words, which may be written with blanks: the longest piece is hit.
    for (word, other, before) in [(*surname, *given, true), (*given, *surname, false)] {
        let piece = word.split([' ', '-', '\'']).max_by_key(|piece| letters(piece)).unwrap();
        if letters(piece) >= 5 {
            let wrong = word.replacen(piece, &mistype(piece, dice), 1);
            all.push(("mistyped", if before { format!("{other} {wrong}") } else { format!("{wrong} {other}") }));
            all.push(("mistyped", format!("Mr. {wrong}")));
            if piece == word {
                all.push(("mistyped alone", wrong));
            }
        }
    }
    let digits: String = data["mrns"][0].as_str().unwrap().into();
    let phone: String = data["phones"][0].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
    let ssn: String = data["ssn"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
    let birth: Vec<&str> = data["birth_date"].as_str().unwrap().split('-').collect();
    let months = chartguard::text::dates::MONTHS[birth[1].parse::<usize>().unwrap() - 1];
    all.extend([
        ("number", digits.clone()),
        ("number", format!("{}-{}", &digits[..4], &digits[4..])),
        ("number", format!("{}.{}.{}", &phone[..3], &phone[3..6], &phone[6..])),
        ("number", format!("+1 {} {} {}", &phone[..3], &phone[3..6], &phone[6..])),
        ("number", ssn.clone()),
        ("number", format!("{} {} {}", &ssn[..3], &ssn[3..5], &ssn[5..])),
        ("date", format!("{}/{}/{}", birth[1], birth[2], birth[0])),
        ("date", format!("{}{}{}", birth[0], birth[1], birth[2])),
        (
            "date",
            format!("{}.{}.{}", birth[2].trim_start_matches('0'), birth[1].trim_start_matches('0'), &birth[0][2..]),
        ),
        ("date", format!("{}-{}-{}", birth[1], birth[2], &birth[0][2..])),
        ("date", format!("{} {} {}", birth[2], months, birth[0])),
        ("date", format!("{}. {}, {}", &months[..3], birth[2], birth[0])),
        ("date", format!("{}.{}.{}", birth[2], birth[1], birth[0])),
    ]);
    all
}

#[test]
fn every_mention_of_a_known_patient() {
    let mut dice = Dice(41);
    let mut found: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut missed = Vec::new();
    let mut spurious = (0, 0, Vec::new());
    for _ in 0..2000 {
        let person = person(&mut dice);
        let all = mentions(&person, &mut dice);
        let mut text = String::new();
        let mut gold = Vec::new();
        for _ in 0..8 {
            text.push_str(FILLER[dice.roll(FILLER.len())]);
            let (class, written) = dice.pick(&all).clone();
            let (before, after) = dice.pick(NAMED).split_once("{}").unwrap();
            text.push_str(before);
            // A title, and a possessive's ending, may stay.
            let name = written.trim_start_matches("Ms. ").trim_start_matches("Mr. ").trim_end_matches("'s");
            let start = text.len() + written.find(name).unwrap();
            gold.push((class, start, start + name.len()));
            text.push_str(&written);
            text.push_str(after);
        }
        let findings = ALONE.find_for(&text, &person.patient).unwrap();
        for (class, start, end) in &gold {
            let bare = |c: char| !c.is_alphanumeric();
            let covered = text[*start..*end]
                .char_indices()
                .filter(|(_, c)| !bare(*c))
                .all(|(at, _)| findings.iter().any(|f| f.span.start <= start + at && start + at < f.span.end));
            let count = found.entry(class).or_default();
            count.1 += 1;
            count.0 += usize::from(covered);
            if !covered {
                missed.push((*class, text[start.saturating_sub(12)..*end].to_owned()));
            }
        }
        for finding in &findings {
            spurious.1 += 1;
            if !gold.iter().any(|(_, start, end)| finding.span.start < *end && *start < finding.span.end) {
                spurious.0 += 1;
                spurious.2.push(finding.span.of(&text).to_owned());
            }
        }
    }
    println!("known patients, 2,000 generated notes, the patient's data alone:");
    for (class, (right, all)) in &found {
        println!("  {class:16} {right:5} of {all:5}  {:.2} %", 100.0 * *right as f64 / *all as f64);
    }
    println!("  findings beside a mention: {} of {}", spurious.0, spurious.1);
    let share = |class: &str| found[class].0 as f64 / found[class].1 as f64;
    for class in ["exact", "reordered", "initial", "nickname", "number", "date"] {
        let examples: Vec<_> = missed.iter().filter(|one| one.0 == class).take(8).collect();
        assert_eq!(found[class].0, found[class].1, "{class}: {examples:?}");
    }
    for class in ["mistyped", "mistyped alone"] {
        let examples: Vec<_> = missed.iter().filter(|one| one.0 == class).take(30).collect();
        assert!(share(class) >= 0.99, "{class}: {} {examples:?}", share(class));
    }
    assert!(spurious.0 * 1000 <= spurious.1, "{:?}", &spurious.2[..spurious.2.len().min(20)]);
}

/// How often a patient is found in notes of other people, where no name, date or number stands.
#[test]
fn a_known_patient_is_found_nowhere_else() {
    let mut notes: Vec<(String, Vec<(usize, usize)>)> = Vec::new();
    for set in ["held-out", "unseen"] {
        let lines = std::fs::read_to_string(repository().join(format!("tests/eval/{set}.jsonl"))).unwrap();
        for line in lines.lines() {
            let note: Value = serde_json::from_str(line).unwrap();
            let text = note["text"].as_str().unwrap().to_owned();
            let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let spans = ["spans", "optional"].iter().flat_map(|key| note[key].as_array().cloned().unwrap_or_default());
            let spans = spans.map(|span| {
                let at = |key: &str| offsets[span[key].as_u64().unwrap() as usize];
                (at("start"), at("end"))
            });
            let spans = spans.collect();
            notes.push((text, spans));
        }
    }
    let words: usize = notes.iter().map(|(text, _)| text.split_whitespace().count()).sum();
    let mut dice = Dice(7);
    let (mut alarms, mut searched) = (BTreeMap::<String, usize>::new(), 0);
    for _ in 0..40 {
        let person = person(&mut dice);
        searched += words;
        for (text, spans) in &notes {
            for finding in ALONE.find_for(text, &person.patient).unwrap() {
                if !spans.iter().any(|(start, end)| finding.span.start < *end && *start < finding.span.end) {
                    let rule = finding.reasons()[0].rule.to_string();
                    *alarms.entry(rule).or_default() += 1;
                }
            }
        }
    }
    let total: usize = alarms.values().sum();
    let rate = 100_000.0 * total as f64 / searched as f64;
    println!(
        "40 patients in {} notes of others: {total} false alarms in {searched} words, {rate:.2} per 100,000",
        notes.len()
    );
    for (rule, count) in &alarms {
        println!("  {rule:20} {count}");
    }
    assert!(rate <= 5.0, "{rate}");
}

/// With everything on, the sample notes come out without their patients, or not at all.
#[test]
fn scrubbing_for_a_patient_is_verified() {
    let scrubber = Scrubber::new(Policy::default()).unwrap();
    let patient = Patient::from_json(r#"{"names": ["Zebulon Quackenbush"], "mrns": ["77-4471-203"]}"#).unwrap();
    for (name, text) in sample_notes() {
        let text = format!("{text}\nQUACKENBUSH, ZEB 774471203; quackenbsh's dog, ZQuackenbush1\n");
        let scrubbed = scrubber.scrub_for(&text, &patient).unwrap();
        let lower = scrubbed.text.to_lowercase();
        assert!(!lower.contains("quackenb") && !lower.contains("zeb") && !lower.contains("774471203"), "{name}");
        assert!(ALONE.find_for(&scrubbed.text, &patient).unwrap().is_empty(), "{name}");
    }
}

/// Time per byte does not grow with the note, whatever it holds.
#[test]
fn time_is_linear_in_the_note() {
    let patient = Patient::from_json(
        r#"{"names": ["Will Will-Mark Long", "Rosalind Achterberg"], "mrns": ["11111111"], "ssn": "111-11-1111"}"#,
    )
    .unwrap();
    for unit in ["will ", "W. ", "1", "1 ", "1-", "Achterberk ", "Long-", "ach", "last four 1111 ", "a.", "3/14/41 "] {
        // The least of a few runs: other work makes a run longer, never shorter.
        let time = |copies: usize| {
            let text = unit.repeat(copies);
            let run = |_| {
                let started = std::time::Instant::now();
                ALONE.find_for(&text, &patient).unwrap();
                started.elapsed().as_secs_f64()
            };
            (0..3).map(run).fold(f64::INFINITY, f64::min)
        };
        let short = time(10_000).max(0.002);
        let long = time(80_000);
        assert!(long < short * 40.0, "{unit:?}: {short} then {long}");
    }
}
