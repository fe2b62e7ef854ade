//! Identifiers survive no disguise: the shared cases written with other digits, dashes, blanks, marks and line ends, and
//! numbers as scanners misread and pages break them. What must be found is still wholly covered, in the bytes of the
//! disguised text.

use std::sync::LazyLock;

use chartguard::text::Span;
use chartguard::{Category, Scrubber};
use chartguard_tests::{Case, Expected, cases};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

/// The rules alone: what they find must not hang on how it is written.
static SCRUBBER: LazyLock<Scrubber> =
    LazyLock::new(|| Scrubber::builder().builtin_model(false).build().expect("the scrubber builds"));
static CASES: LazyLock<Vec<(String, Case)>> =
    LazyLock::new(|| cases().into_iter().filter(|(subject, _)| subject != "profession").collect());

/// What becomes of a character at a place, between the one before and the one after.
type Disguise = fn(usize, Option<char>, char, Option<char>) -> String;

fn fullwidth(c: char) -> char {
    char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c)
}

/// Appends `mark` inside words, after each `every`th character.
fn inside(at: usize, c: char, next: Option<char>, every: usize, mark: char) -> String {
    let inner = c.is_alphanumeric() && next.is_some_and(char::is_alphanumeric) && at.is_multiple_of(every);
    if inner { format!("{c}{mark}") } else { c.into() }
}

const DISGUISES: &[(&str, Disguise)] = &[
    ("fullwidth digits", |_, _, c, _| if c.is_ascii_digit() { fullwidth(c) } else { c }.into()),
    ("fullwidth text", |_, _, c, _| if c.is_ascii_graphic() { fullwidth(c) } else { c }.into()),
    ("Arabic digits", |_, _, c, _| c.to_digit(10).and_then(|d| char::from_u32(0x660 + d)).unwrap_or(c).into()),
    ("other dashes", |at, _, c, _| if c == '-' { ['‐', '‑', '‒', '–', '—', '−'][at % 6] } else { c }.into()),
    ("other blanks", |at, _, c, _| if c == ' ' { ['\u{a0}', '\u{2009}', '\u{202f}'][at % 3] } else { c }.into()),
    ("zero-width blanks", |at, _, c, next| inside(at, c, next, 3, '\u{200b}')),
    ("soft hyphens", |at, _, c, next| inside(at, c, next, 4, '\u{ad}')),
    ("joiners", |at, _, c, next| inside(at, c, next, 5, '\u{2060}')),
    ("decomposed letters", |_, _, c, _| c.to_string().nfd().collect()),
    ("composed letters", |_, _, c, _| c.to_string().nfc().collect()),
    ("typographic quotes", |_, _, c, _| if c == '\'' { '’' } else { c }.into()),
    ("carriage returns", |_, before, c, _| if c == '\n' && before != Some('\r') { "\r\n".into() } else { c.into() }),
];

/// The text in disguise, and where each byte of the text went.
fn disguise(text: &str, by: impl Fn(usize, Option<char>, char, Option<char>) -> String) -> (String, Vec<usize>) {
    let mut out = String::new();
    let mut places = vec![0; text.len() + 1];
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    let mut at = 0;
    while let Some((byte, c)) = chars.next() {
        places[byte] = out.len();
        out.push_str(&by(at, before, c, chars.peek().map(|next| next.1)));
        before = Some(c);
        at += 1;
    }
    places[text.len()] = out.len();
    (out, places)
}

fn occurrence(text: &str, expected: &Expected) -> Span {
    let (start, found) = text.match_indices(&expected.text).nth(expected.nth - 1).expect("the case holds its text");
    Span::new(start, start + found.len())
}

/// The letters and digits of `span` that no finding covers.
fn uncovered(scrubber: &Scrubber, text: &str, span: Span) -> String {
    let findings = scrubber.find(text).expect("the text is searched");
    let places = span.of(text).char_indices().filter(|(_, c)| c.is_alphanumeric());
    let open = places.filter(|(at, _)| {
        let byte = span.start + at;
        !findings.iter().any(|finding| finding.span.start <= byte && byte < finding.span.end)
    });
    open.map(|(_, c)| c).collect()
}

#[test]
fn every_case_holds_in_every_disguise() {
    let mut wrong = Vec::new();
    let mut ran = 0;
    for (subject, case) in CASES.iter() {
        for (name, by) in DISGUISES {
            let (text, places) = disguise(&case.text, by);
            if text == case.text {
                continue;
            }
            ran += 1;
            for expected in &case.find {
                let span = occurrence(&case.text, expected);
                let open = uncovered(&SCRUBBER, &text, Span::new(places[span.start], places[span.end]));
                if !open.is_empty() {
                    wrong.push(format!("{subject}: {}: {name}: {:?} leaks {open:?}", case.name, expected.text));
                }
            }
            if case.find.is_empty() && !SCRUBBER.find(&text).unwrap().is_empty() {
                wrong.push(format!("{subject}: {}: {name}: something is found", case.name));
            }
        }
    }
    assert!(ran > 2_000, "{ran} disguised cases ran");
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

/// Numbers with their cue: what a scanner makes of them, and a hyphen that a line ends with.
#[test]
fn numbers_are_found_as_they_are_scanned_and_broken() {
    use Category::{Account, Date, Fax, HealthPlan, License, Mrn, OtherId, Phone, Ssn};
    let mut wrong = Vec::new();
    for (category, cue, value) in [
        (Phone, "Call ", "(312) 867-0142"),
        (Phone, "Cell: ", "312-867-0158"),
        (Fax, "Fax: ", "312-867-0199"),
        (Ssn, "SSN: ", "219-09-9518"),
        (Ssn, "SSN ", "219099518"),
        (Mrn, "MRN: ", "00482913"),
        (Mrn, "medical record number ", "4485-2013"),
        (Date, "Seen on ", "03/14/2018"),
        (Date, "Collected ", "2018-03-14"),
        (Date, "Surgery ", "14-Mar-2018"),
        (Date, "DOB: ", "10/15/1958"),
        (Account, "Acct #: ", "4482910357"),
        (HealthPlan, "Member ID: ", "448291035"),
        (License, "NPI: ", "1234567893"),
        (OtherId, "Claim number ", "4485-201358"),
    ] {
        let misread = |from: &[(char, char)]| -> String {
            value.chars().map(|c| from.iter().find(|pair| pair.0 == c).map_or(c, |pair| pair.1)).collect()
        };
        let mut forms = vec![
            misread(&[('0', 'O')]),
            misread(&[('1', 'l')]),
            misread(&[('1', 'I')]),
            misread(&[('5', 'S')]),
            misread(&[('8', 'B')]),
            misread(&[('0', 'O'), ('1', 'l'), ('5', 'S')]),
        ];
        if let Some(hyphen) = value.find('-') {
            forms.push(format!("{}-\n{}", &value[..hyphen], &value[hyphen + 1..]));
            forms.push(format!("{}-\r\n    {}", &value[..hyphen], &value[hyphen + 1..]));
        }
        for form in forms {
            for label in [cue.to_owned(), cue.trim_end().to_owned() + "\t", cue.replace(' ', "\u{a0}")] {
                let text = format!("{label}{form} was noted.");
                let span = Span::new(label.len(), label.len() + form.len());
                let found = SCRUBBER.find(&text).unwrap();
                let open = uncovered(&SCRUBBER, &text, span);
                if !open.is_empty() || !found.iter().any(|f| f.category == category && f.span.overlaps(span)) {
                    wrong.push(format!("{category}: {text:?}: {open:?} leaks"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

/// A label and its value with nothing between, on the next line, after a tab.
#[test]
fn values_are_found_however_their_label_ends() {
    let mut wrong = Vec::new();
    for (label, value) in [
        ("MRN", "4482913"),
        ("SSN", "219-09-9518"),
        ("DOB", "3/4/1960"),
        ("NPI", "1234567893"),
        ("Phone", "312-867-0142"),
        ("Fax", "312-867-0142"),
        ("Member ID", "XKW448291034"),
        ("Acct", "4482910347"),
        ("Claim number", "CLM-4482913"),
        ("Accession", "S24-448291"),
        ("Patient", "Rosalind Achterberg"),
        ("Provider", "Chidi Okafor"),
    ] {
        for link in [":", ": ", ":\t", "\t", " : ", " = ", ":\r\n", ":\n", "|", " | "] {
            let text = format!("{label}{link}{value}\r\nNothing else.\r\n");
            let start = label.len() + link.len();
            let open = uncovered(&SCRUBBER, &text, Span::new(start, start + value.len()));
            if !open.is_empty() {
                wrong.push(format!("{text:?}: {open:?} leaks"));
            }
        }
        if value.starts_with(|c: char| c.is_ascii_digit()) && !label.contains(' ') {
            let text = format!("{label}{value} noted.");
            let open = uncovered(&SCRUBBER, &text, Span::new(label.len(), label.len() + value.len()));
            if !open.is_empty() {
                wrong.push(format!("{text:?}: {open:?} leaks"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Several cases make a note; each character is disguised in its own way; every identifier stays covered.
    #[test]
    fn identifiers_survive_any_mixture_of_disguises(
        chosen in prop::collection::vec(any::<prop::sample::Index>(), 1..5),
        ways in prop::collection::vec(0..DISGUISES.len() + 6, 7..61),
    ) {
        let mut text = String::new();
        let mut spans = Vec::new();
        for index in chosen {
            let (_, case) = &CASES[index.index(CASES.len())];
            let from = text.len();
            text.push_str(&case.text);
            text.push_str("\n\n");
            for expected in &case.find {
                let span = occurrence(&case.text, expected);
                spans.push(Span::new(from + span.start, from + span.end));
            }
        }
        // What one case says of another is not the question: only what is found undisguised counts.
        spans.retain(|span| uncovered(&SCRUBBER, &text, *span).is_empty());
        let (disguised, places) = disguise(&text, |at, before, c, next| match DISGUISES.get(ways[at % ways.len()]) {
            Some((_, by)) => by(at, before, c, next),
            None => c.into(),
        });
        for span in spans {
            let open = uncovered(&SCRUBBER, &disguised, Span::new(places[span.start], places[span.end]));
            prop_assert!(open.is_empty(), "{:?} leaks {open:?} in {disguised:?}", span.of(&text));
        }
    }
}
