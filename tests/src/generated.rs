//! Notes put together from invented values in many written forms, with a small generator of our own: the same number gives the same
//! note everywhere.

/// A generator of numbers (`SplitMix64`).
#[derive(Debug, Clone)]
pub struct Numbers(u64);

impl Numbers {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number under `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.number() % bound as u64) as usize
    }

    /// One of a list.
    pub fn pick<'l, T: ?Sized>(&mut self, list: &'l [&'l T]) -> &'l T {
        list[self.below(list.len())]
    }
}

const GIVEN: &[&str] = &[
    "Rosalind",
    "José",
    "Ottoline",
    "Deshawn",
    "Mei",
    "Fatima",
    "Wilhelmina",
    "Tobias",
    "Priya",
    "Anneliese",
    "Kwame",
    "Ignatius",
];
const SURNAMES: &[&str] = &[
    "Achterberg",
    "Quackenbush",
    "Nakagawa",
    "O'Shaughnessy",
    "de la Fuente",
    "Okonkwo",
    "Szymanski",
    "Throckmorton",
    "Lee-Park",
    "Vandersloot",
    "Mbeki",
    "Delacroix",
];
const PLAIN: &[&str] = &[
    "Gait training 15 min, tolerated well.",
    "BP 128/84, HR 72, SpO2 98%.",
    "Pt reports pain 4/10 at rest.",
    "Continue metformin 500 mg twice daily.",
    "Foley in place; Babinski negative.",
    "Plan of care reviewed 😀 — no changes.",
    "[NAME] and [DATE] stood here before.",
    "Token [MRN:cg1_AAAA] was in the source, and :cg1_ too.",
    "[NAME-1] is what the form printed.",
    "",
];

/// A date in one of the written forms, with its year, month and day.
pub fn date(numbers: &mut Numbers) -> (String, (i16, i8, i8)) {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let year = i16::try_from(1990 + numbers.below(40)).unwrap_or(1990);
    let (month, day) = (1 + numbers.below(12) as i8, 1 + numbers.below(28) as i8);
    let name = MONTHS[month as usize - 1];
    let short = &name[..3];
    let text = match numbers.below(8) {
        0 => format!("{month:02}/{day:02}/{year}"),
        1 => format!("{month}/{day}/{year}"),
        2 => format!("{year}-{month:02}-{day:02}"),
        3 => format!("{name} {day}, {year}"),
        4 => format!("{day:02}-{short}-{year}"),
        5 => format!("{day} {short} {year}"),
        6 => format!("{year}{month:02}{day:02}"),
        _ => format!("{month:02}/{day:02}/{:02}", year % 100),
    };
    (text, (year, month, day))
}

/// The note of a number.
pub fn note(seed: u64) -> String {
    let mut numbers = Numbers::new(seed);
    let (given, surname) = (numbers.pick(GIVEN), numbers.pick(SURNAMES));
    let other = numbers.pick(SURNAMES);
    let mut lines = Vec::new();
    for _ in 0..3 + numbers.below(7) {
        let digits =
            |numbers: &mut Numbers, count: usize| (0..count).map(|_| numbers.below(10).to_string()).collect::<String>();
        let line = match numbers.below(16) {
            0 => format!("Patient: {given} {surname}"),
            1 => format!("{} seen by Dr. {other}.", surname.to_uppercase()),
            2 => format!("Name: {surname}, {given}"),
            3 => format!("MRN: {}", {
                let n = 4 + numbers.below(6);
                digits(&mut numbers, n)
            }),
            4 => format!("SSN {}-{}-{}", 100 + numbers.below(500), 10 + numbers.below(80), 1000 + numbers.below(9000)),
            5 => format!("Phone: ({}) 555-{}", 201 + numbers.below(700), 1000 + numbers.below(9000)),
            6 => format!("Email {}.{}{}@stelsewhere.org", "rosalind", "achterberg", numbers.below(100)),
            7 => format!("DOB: {}", date(&mut numbers).0),
            8 => format!("Seen {}.", date(&mut numbers).0),
            9 => format!("Member ID: XK{}", digits(&mut numbers, 9)),
            10 => format!(
                "Address: {} Birch Lane, Springfield, IL {}",
                1 + numbers.below(9999),
                10000 + numbers.below(89999)
            ),
            11 => format!("Mr. {surname}'s wife called; {given} is better."),
            12 => format!("She is {} years old.", 60 + numbers.below(50)),
            13 => format!("Device serial no: AB{}-C", digits(&mut numbers, 6)),
            _ => numbers.pick(PLAIN).to_owned(),
        };
        lines.push(line);
    }
    lines.join(numbers.pick(&["\n", "\r\n", "\n\n"]))
}

/// The transcript of a session, a turn of one speaker a line.
pub fn transcript(seed: u64, turns: usize) -> String {
    let mut numbers = Numbers::new(seed);
    let people: Vec<(&str, &str)> = (0..4).map(|_| (numbers.pick(GIVEN), numbers.pick(SURNAMES))).collect();
    let (own, patient) = (people[0].1.to_uppercase(), people[1].1.to_uppercase());
    let mut out = String::new();
    for turn in 0..turns {
        let (given, surname) = people[numbers.below(people.len())];
        let said = match numbers.below(14) {
            0 => format!("Good morning, Mrs. {surname}."),
            1 => format!("Did {given} come with you today?"),
            2 => format!("Dr. {surname} said to wait until {}.", date(&mut numbers).0),
            3 => format!("My daughter {given} lives in Springfield, she drives me."),
            4 => format!("Call me at ({}) 555-{}.", 201 + numbers.below(700), 1000 + numbers.below(9000)),
            5 => format!("Your chart says MRN {}, is that right?", 100_000 + numbers.below(899_999)),
            6 => format!("{surname} is what they call me at work, and {given} at home."),
            7 => "On a scale of zero to ten, how is the pain when you bend the knee?".into(),
            8 => "Maybe a four. It was a six last week, and the stairs are still hard going down.".into(),
            9 => "Let us do ten more heel slides, and then we try the step with the rail.".into(),
            10 => format!("We saw {given} {surname} for the same thing."),
            _ => numbers.pick(PLAIN).to_owned(),
        };
        let speaker = if turn % 2 == 0 { &own } else { &patient };
        out.extend([speaker, ": ", &said, "\n"]);
    }
    out
}
