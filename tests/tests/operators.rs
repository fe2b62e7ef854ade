//! Operators, regimes and the way back: every operator on every category, and the properties that hold over generated notes.

use std::collections::HashSet;
use std::sync::LazyLock;

use chartguard::scrub::{Fallback, Kind};
use chartguard::text::dates::dates;
use chartguard::{Category, Context, Key, Operator, Policy, Regime, Scrubbed, Scrubber, restore};
use chartguard_tests::generated::{self, Numbers};
use chartguard_tests::{corpus, hostile, repository};
use rayon::prelude::*;

/// How many generated notes a property is tried on.
const NOTES: u64 = 10_000;

static KEY: LazyLock<Key> = LazyLock::new(|| Key::from_bytes(&(0..32).collect::<Vec<u8>>()).unwrap());
static OTHER_KEY: LazyLock<Key> = LazyLock::new(|| Key::from_bytes(&(1..=32).collect::<Vec<u8>>()).unwrap());

/// A scrubber of the patterns and lists alone, with a key and a seed.
fn scrubber(policy: &str) -> Scrubber {
    with(policy, &KEY, 7)
}

fn with(policy: &str, key: &Key, seed: u64) -> Scrubber {
    let policy = Policy::from_yaml(policy).unwrap_or_else(|error| panic!("{policy}: {error}"));
    Scrubber::builder().policy(policy).builtin_model(false).key(key.clone()).seed(seed).build().unwrap()
}

/// A policy that does the same to every category.
fn all(rule: &str) -> String {
    let rules: Vec<String> = Category::ALL.iter().map(|category| format!("{category}: {rule}")).collect();
    format!("categories: {{{}}}", rules.join(", "))
}

fn notes() -> impl ParallelIterator<Item = (u64, String)> {
    (0..NOTES).into_par_iter().map(|seed| (seed, generated::note(seed)))
}

/// A note for each category, and the value in it that is to be found.
fn sample(category: Category) -> (&'static str, &'static str) {
    match category {
        Category::Name => ("Patient: Rosalind Achterberg", "Rosalind Achterberg"),
        Category::Date => ("Seen 03/14/2024.", "03/14/2024"),
        Category::Age => ("She is 93 years old.", "93"),
        Category::Location => ("Zip code: 62704", "62704"),
        Category::Organization => ("Admitted to Achterberg Memorial Hospital today.", "Achterberg Memorial Hospital"),
        Category::Phone => ("Phone: (217) 867-5309", "(217) 867-5309"),
        Category::Fax => ("Fax: 217-867-5310", "217-867-5310"),
        Category::Email => ("Email: r.achterberg@stelsewhere.org", "r.achterberg@stelsewhere.org"),
        Category::Ssn => ("SSN 219-09-9999", "219-09-9999"),
        Category::Mrn => ("MRN: 44712035", "44712035"),
        Category::HealthPlan => ("Member ID: XKA447120356", "XKA447120356"),
        Category::Account => ("Account number: 4471203561", "4471203561"),
        Category::License => ("NPI 1234567893", "1234567893"),
        Category::Vehicle => ("VIN 1HGCM82633A004352", "1HGCM82633A004352"),
        Category::Device => ("Pacemaker serial number: AB447120-C", "AB447120-C"),
        Category::Url => ("See https://portal.stelsewhere.org/pt/4471", "https://portal.stelsewhere.org/pt/4471"),
        Category::Ip => ("from IP address 10.42.7.13 today", "10.42.7.13"),
        Category::Biometric => ("Fingerprint template ID: FP-4471203", "FP-4471203"),
        Category::OtherId => ("Case number: QX-447120", "QX-447120"),
        _ => ("Occupation: welder", "welder"),
    }
}

#[test]
fn every_operator_on_every_category_works_or_says_why_not() {
    let (mut worked, mut refused) = (0, 0);
    for category in Category::ALL {
        let (note, value) = sample(*category);
        let others: Vec<String> =
            Category::ALL.iter().filter(|c| *c != category).map(|c| format!("{c}: {{operator: keep}}")).collect();
        for operator in Operator::ALL {
            let name = operator.as_str();
            let policy =
                format!("categories: {{{category}: {{operator: {name}, threshold: 0.1}}, {}}}", others.join(", "));
            let cell = format!("{name} on {category}");
            if let Some(reason) = operator.refuses(*category) {
                let error = Policy::from_yaml(&policy).expect_err(&cell).to_string();
                assert!(
                    error.contains(reason) && error.contains(&format!("`categories.{category}`")),
                    "{cell}: {error}"
                );
                refused += 1;
                continue;
            }
            let scrubbed = scrubber(&policy).scrub(note).unwrap_or_else(|error| panic!("{cell}: {error}"));
            worked += 1;
            if *operator == Operator::Keep {
                assert_eq!(scrubbed.text, note, "{cell}");
                continue;
            }
            let found: Vec<_> =
                scrubbed.findings.iter().filter(|applied| applied.finding.category == *category).collect();
            assert!(!found.is_empty(), "{cell}: nothing was found");
            assert!(found.iter().all(|applied| applied.action == *operator), "{cell}: it fell back");
            let left = scrubbed.text.contains(value);
            assert!(!left, "{cell}: the value is still there");
            if operator.restores() {
                assert_eq!(restore(&scrubbed.text, &KEY).unwrap(), note, "{cell}");
            }
        }
    }
    assert_eq!(worked + refused, Operator::ALL.len() * Category::ALL.len());
    println!("{worked} cells work, {refused} are refused with a reason");
}

#[test]
fn a_regime_refuses_what_it_does_not_allow() {
    let safe_harbor =
        |category: &str, rule: &str| format!("extends: safe-harbor\ncategories: {{{category}: {{{rule}}}}}");
    for (category, rule) in [
        ("mrn", "operator: hash"),
        ("ssn", "operator: fpe"),
        ("ssn", "operator: encrypt"),
        ("name", "operator: surrogate, keyed: true"),
        ("date", "operator: date_shift"),
        ("ssn", "operator: mask, keep_last: 4"),
        ("name", "operator: mask, initials: true"),
        ("date", "operator: generalize, fallback: encrypt"),
    ] {
        let error = Policy::from_yaml(&safe_harbor(category, rule)).unwrap_err();
        assert!(error.is_config());
        for part in ["164.514", "(c)", "safe-harbor", &format!("categories.{category}")] {
            assert!(error.to_string().contains(part), "{rule}: {error}");
        }
        let json = format!("{{\"categories\": {{\"{category}\": {}}}}}", {
            let rule: serde_json::Value =
                Policy::from_yaml(&format!("regime: none\ncategories: {{{category}: {{{rule}}}}}"))
                    .map(|_| serde_json::json!({"operator": rule.split([' ', ',']).nth(1).unwrap()}))
                    .unwrap();
            rule
        });
        let whole = ["hash", "fpe", "encrypt", "date_shift"].iter().any(|name| rule == format!("operator: {name}"));
        if whole {
            assert!(Scrubber::from_json(&json).unwrap_err().to_string().contains("164.514(c)"), "{json}");
        }
    }
    for (category, rule) in [
        ("name", "operator: surrogate"),
        ("name", "operator: tag, numbered: true"),
        ("date", "operator: generalize"),
        ("location", "operator: generalize"),
        ("age", "operator: generalize"),
        ("profession", "operator: hash"),
        ("phone", "operator: mask"),
    ] {
        let allowed = Policy::from_yaml(&safe_harbor(category, rule));
        assert_eq!(allowed.is_ok(), category != "profession", "{category} {rule}");
    }
    for (yaml, part) in [
        ("extends: safe-harbor\nregime: safe-harbor\ncategories: {date: {operator: keep}}", "164.514(b)(2)(i)"),
        ("extends: limited-data-set\nregime: limited-data-set\ncategories: {mrn: {operator: keep}}", "164.514(e)(2)"),
        (
            "extends: limited-data-set\nregime: limited-data-set\ncategories: {location: {keep: [street]}}",
            "164.514(e)(2)",
        ),
        ("extends: limited-data-set\ncategories: {ssn: {operator: mask, keep_last: 4}}", "164.514"),
        ("regime: safe-harbour", "`safe-harbor`"),
    ] {
        let error = Policy::from_yaml(yaml).unwrap_err().to_string();
        assert!(error.contains(part), "{yaml}: {error}");
    }
    // An inherited regime holds: what keeps more says under which other one it is shared.
    let error =
        Policy::from_yaml("extends: safe-harbor\ncategories: {date: {operator: keep}}").unwrap_err().to_string();
    assert!(error.contains("164.514(b)(2)(i)") && error.contains("`regime: none`"), "{error}");
    let keeps = Policy::from_yaml("extends: safe-harbor\nregime: none\ncategories: {date: {operator: keep}}").unwrap();
    assert_eq!(keeps.regime(), Regime::None);
    // Changed in code, the policy gives up the regime and its name with it.
    let changed =
        Policy::builtin("safe-harbor").unwrap().with_category(Category::Date, keeps.category(Category::Date).clone());
    assert_eq!((changed.regime(), changed.name()), (Regime::None, "custom (safe-harbor)"));
    let hashes = Policy::from_yaml("extends: limited-data-set\ncategories: {mrn: {operator: hash}}").unwrap();
    assert_eq!(hashes.regime(), Regime::LimitedDataSet);
    assert_eq!(Policy::builtin("redact-all").unwrap().regime(), Regime::SafeHarbor);
}

#[test]
fn mistakes_in_operators_keys_and_options_are_named() {
    for (yaml, parts) in [
        ("categories: {mrn: {operator: hsh}}", &["`hash`", "categories.mrn.operator"][..]),
        ("categories: {mrn: {operator: [tag, mask]}}", &["a list", "categories.mrn.operator"]),
        ("categories: {mrn: {operator: tag, operator: mask}}", &["line"]),
        ("categories: {mrn: {operator: tag}, mrn: {operator: mask}}", &["line"]),
        ("categories: {mrn: {operator: tag, whole_weeks: true}}", &["`tag`", "`date_shift`", "whole_weeks"]),
        ("categories: {date: {operator: date_shift, max_days: 3}}", &["7 to 3650", "max_days"]),
        ("categories: {ssn: {operator: mask, keep_last: 5}}", &["0 to 4", "keep_last"]),
        ("categories: {location: {operator: generalize, zip_census: 1990}}", &["census", "zip_census"]),
        ("categories: {mrn: {operator: fpe, fallback: keep}}", &["fallback"]),
        ("categories: {name: {operator: date_shift}}", &["only a date", "categories.name"]),
    ] {
        let error = Policy::from_yaml(yaml).unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "{yaml}: {error}");
        }
    }
    let policy = Policy::builtin("expert-determination").unwrap();
    let error = Scrubber::builder().policy(policy.clone()).builtin_model(false).build().unwrap_err();
    assert!(error.is_key() && error.to_string().contains("needs a key"), "{error}");
    let plain = Scrubber::builder().builtin_model(false).build().unwrap();
    assert!(plain.with_policy(policy).unwrap_err().is_key());
    let error =
        Scrubber::from_json(r#"{"model": "none", "categories": {"name": {"operator": "surrogate"}}}"#).unwrap_err();
    assert!(error.to_string().contains("seed"), "{error}");
    let error = Scrubber::from_json(r#"{"model": "none", "key": "hunter2hunter2"}"#).unwrap_err();
    assert!(error.is_key() && !error.to_string().contains("hunter2"), "{error}");
    assert!(format!("{:?}", Scrubber::builder().key(KEY.clone()).seed(424_242)).find("4242").is_none());
    assert!(
        Context::from_json(r#"{"patient_id": " "}"#).is_err()
            && Context::from_json(r#"{"date": "3/14/2024"}"#).is_err()
    );
}

/// Everything that can be is encrypted; what the numbers of the notes are too short for is encrypted as a token.
const WAY_BACK: &str = "categories: {ssn: {operator: fpe, fallback: encrypt}, mrn: {operator: fpe, fallback: encrypt}, \
    phone: {operator: fpe, fallback: encrypt}, health_plan: {operator: fpe, fallback: encrypt}, name: {operator: encrypt}, \
    date: {operator: encrypt}, age: {operator: encrypt}, location: {operator: encrypt}, organization: {operator: encrypt}, \
    fax: {operator: encrypt}, email: {operator: encrypt}, account: {operator: encrypt}, license: {operator: encrypt}, \
    vehicle: {operator: encrypt}, device: {operator: encrypt}, url: {operator: encrypt}, ip: {operator: encrypt}, \
    biometric: {operator: encrypt}, other_id: {operator: encrypt}, profession: {operator: keep}}";

#[test]
fn ten_thousand_notes_come_back_byte_for_byte() {
    let scrubber = scrubber(WAY_BACK);
    let changed: usize = notes()
        .map(|(seed, note)| {
            let scrubbed = scrubber.scrub(&note).unwrap_or_else(|error| panic!("note {seed}: {error}"));
            assert_eq!(restore(&scrubbed.text, &KEY).unwrap(), note, "note {seed}");
            check_left(&note, &scrubbed, seed);
            if scrubbed.text == note {
                return 0;
            }
            let error = restore(&scrubbed.text, &OTHER_KEY).unwrap_err();
            assert!(error.is_key(), "note {seed}: {error}");
            // A note that was scrubbed comes back from being scrubbed again.
            if seed % 16 == 0 {
                let again = scrubber.scrub(&scrubbed.text).unwrap();
                assert_eq!(restore(&again.text, &KEY).unwrap(), scrubbed.text, "note {seed}");
            }
            1
        })
        .sum();
    println!("{NOTES} notes came back, {changed} of them had something to bring back");
    assert!(changed as u64 > NOTES / 2);
}

/// No original value of a finding is in what stands for it; the rest of the text is the note's.
fn check_left(note: &str, scrubbed: &Scrubbed, seed: u64) {
    for applied in &scrubbed.findings {
        let value = applied.finding.span.of(note).to_lowercase();
        if value.chars().filter(|c| c.is_alphanumeric()).count() >= 4 && applied.action != Operator::Generalize {
            let left = applied.output.of(&scrubbed.text).to_lowercase().contains(&value);
            assert!(!left, "note {seed}: {} at {:?}", applied.action.as_str(), applied.finding.span);
        }
    }
}

#[test]
fn a_changed_text_and_another_key_are_told_apart_and_nothing_comes_back() {
    let scrubber = scrubber(WAY_BACK);
    let note = "Patient: Rosalind Achterberg\nSSN 219-09-9999, seen 03/14/2024.\nStable.";
    let scrubbed = scrubber.scrub(note).unwrap().text;
    assert!(scrubbed.contains("[SEAL:cg1_") && scrubbed.contains("[NAME:cg1_"), "a seal says where `fpe` worked");
    for (at, character) in scrubbed.char_indices() {
        let other = if character == 'x' { 'y' } else { 'x' };
        let changed = format!("{}{other}{}", &scrubbed[..at], &scrubbed[at + character.len_utf8()..]);
        let shorter = format!("{}{}", &scrubbed[..at], &scrubbed[at + character.len_utf8()..]);
        for text in [changed, shorter] {
            let error = restore(&text, &KEY).expect_err("a changed text was restored");
            assert!(error.is_tampered(), "{at}: {error}");
        }
        assert!(restore(&scrubbed[..at], &KEY).map_or(true, |text| text == scrubbed[..at] && !text.contains("cg1_")));
    }
    let (first, rest) = scrubbed.split_once('\n').unwrap();
    assert!(restore(&format!("{rest}\n{first}"), &KEY).unwrap_err().is_tampered(), "lines were exchanged");
    assert!(restore(&scrubbed, &OTHER_KEY).unwrap_err().is_key());
    let message = restore(&scrubbed.replace("Stable", "Worse"), &KEY).unwrap_err().to_string();
    assert!(!message.contains("Worse") && message.contains("byte"), "{message}");
    assert_eq!(restore("Nothing was encrypted here.", &KEY).unwrap(), "Nothing was encrypted here.");
}

#[test]
fn a_number_that_fpe_cannot_hold_is_an_error_or_falls_back() {
    let policy = |fallback: &str| format!("categories: {{mrn: {{operator: fpe{fallback}}}}}");
    let error = scrubber(&policy("")).scrub("MRN: 4471").unwrap_err();
    assert!(
        error.is_input() && error.to_string().contains("million") && error.to_string().contains("byte 5"),
        "{error}"
    );
    assert!(!error.to_string().contains("4471"));
    assert_eq!(scrubber(&policy(", fallback: tag")).scrub("MRN: 4471").unwrap().text, "MRN: [MRN]");
    let rule = Policy::from_yaml(&policy(", fallback: encrypt")).unwrap();
    assert_eq!(rule.category(Category::Mrn).options.fallback, Some(Fallback::Encrypt));
    let scrubbed = scrubber(&policy(", fallback: encrypt")).scrub("MRN: 4471").unwrap();
    assert_eq!(scrubbed.findings[0].action, Operator::Encrypt);
    assert_eq!(restore(&scrubbed.text, &KEY).unwrap(), "MRN: 4471");
}

fn days(date: (i16, i8, i8)) -> i64 {
    // Days from a fixed day, by the civil calendar.
    let (year, month) = (i64::from(date.0) - i64::from(date.1 <= 2), i64::from(date.1));
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(date.2) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year
}

#[test]
fn shifted_dates_keep_every_interval_within_and_across_notes() {
    let plain = scrubber("categories: {date: {operator: date_shift}}");
    let weeks = scrubber("categories: {date: {operator: date_shift, whole_weeks: true}}");
    let other = with("categories: {date: {operator: date_shift}}", &OTHER_KEY, 7);
    let shift_of = |scrubber: &Scrubber, patient: u64, seed: u64| -> i64 {
        let mut numbers = Numbers::new(seed);
        let written: Vec<(String, (i16, i8, i8))> = (0..6).map(|_| generated::date(&mut numbers)).collect();
        let lines: Vec<String> = written.iter().map(|(text, _)| format!("Seen on {text} in clinic.\n")).collect();
        let note = lines.concat();
        let context = Context::new().patient_id(patient.to_string());
        let scrubbed = scrubber.scrub_with(&note, &context).unwrap().text;
        let lines = note.lines().zip(scrubbed.lines()).zip(&written);
        let shifts: HashSet<i64> = lines
            .map(|((_, line), (text, date))| {
                let read = dates(line);
                let read = read.first().and_then(chartguard::text::dates::DateMention::date);
                let read = read.unwrap_or_else(|| panic!("{text} became what is no date"));
                let form = |text: &str| text.chars().filter(|c| !c.is_alphanumeric()).collect::<String>();
                assert_eq!(form(line), form(&format!("Seen on {text} in clinic.")), "the written form is kept");
                days((read.year(), read.month(), read.day())) - days(*date)
            })
            .collect();
        assert_eq!(shifts.len(), 1, "one note, one shift: {shifts:?}");
        shifts.into_iter().next().unwrap()
    };
    let shifts: Vec<i64> = (0..300)
        .into_par_iter()
        .map(|patient| {
            let first = shift_of(&plain, patient, 2 * patient);
            assert_ne!(first, 0);
            assert!(first.abs() <= 365);
            assert_eq!(first, shift_of(&plain, patient, 2 * patient + 1), "another note of the same patient");
            let weeks = shift_of(&weeks, patient, 2 * patient);
            assert!(weeks != 0 && weeks % 7 == 0);
            first
        })
        .collect();
    assert!(shifts.iter().collect::<HashSet<_>>().len() > 150, "patients have shifts of their own");
    let same = (0..50).filter(|patient| shift_of(&other, *patient, 2 * patient) == shifts[*patient as usize]).count();
    assert!(same < 5, "another key, other shifts");
}

#[test]
fn dates_that_cannot_be_shifted_become_tags_and_the_calendar_ends() {
    let scrubber = scrubber("categories: {date: {operator: date_shift}}");
    let scrubbed = scrubber.scrub("Seen Christmas and the spring of 2019; since 3/14, in March of 2021.").unwrap();
    let tags = scrubbed.findings.iter().filter(|applied| applied.action == Operator::Tag).count();
    let shifted = scrubbed.findings.iter().filter(|applied| applied.action == Operator::DateShift).count();
    assert!(tags >= 2 && shifted == 2, "{} {tags} {shifted}", scrubbed.text);
    // A patient whose dates move on, and one whose dates move back.
    let mut left = 0;
    for patient in 0..40 {
        let context = Context::new().patient_id(patient.to_string());
        for edge in ["9999-12-31", "0001-01-01"] {
            let policy = "categories: {date: {operator: date_shift}}\n\
                detectors: [{name: edge, category: date, pattern: '\\d{4}-\\d\\d-\\d\\d', score: 1.0}]";
            match with(policy, &KEY, 7).scrub_with(&format!("until {edge}."), &context) {
                Ok(_) => {}
                Err(error) => {
                    assert!(error.is_input() && error.to_string().contains("calendar"), "{error}");
                    assert!(!error.to_string().contains(edge));
                    // Neither the date nor by how many days it moves, which is as secret: only where, and the limits.
                    let told = error.to_string().replace("byte 6", "").replace("years 1 to 9999", "");
                    assert!(!told.contains(|c: char| c.is_ascii_digit()), "{error}");
                    left += 1;
                }
            }
        }
        if patient == 3 {
            break;
        }
    }
    assert_eq!(left, 4, "each patient's dates leave at one of the ends");
}

#[test]
fn surrogates_are_stable_under_key_and_patient_and_different_under_another() {
    let policy = all("{operator: surrogate, keyed: true}")
        .replace("date: {operator: surrogate, keyed: true}", "date: {operator: tag}")
        .replace("age: {operator: surrogate, keyed: true}", "age: {operator: tag}");
    let (one, other) = (with(&policy, &KEY, 7), with(&policy, &OTHER_KEY, 7));
    let patient = |id: &str| Context::new().patient_id(id);
    let note = "Patient: Rosalind Achterberg\nMRN: 44712035\nPhone: (217) 867-5309\n";
    let again = "Name: ACHTERBERG, ROSALIND\nMRN 44712035, call 217.867.5309, said Dr. Nakagawa.";
    let first = one.scrub_with(note, &patient("1")).unwrap();
    let value = |line: usize| first.text.lines().nth(line).unwrap().split_once(": ").unwrap().1.to_owned();
    let second = one.scrub_with(again, &patient("1")).unwrap().text;
    let (given, surname) = {
        let name = value(0);
        let (a, b) = name.split_once(' ').unwrap();
        (a.to_uppercase(), b.to_uppercase())
    };
    assert!(second.contains(&format!("{surname}, {given}")), "{second} / {}", first.text);
    assert!(second.contains(&value(1)), "{second} / {}", first.text);
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    assert!(digits(&second).contains(&digits(&value(2))), "{second} / {}", first.text);
    assert_eq!(one.scrub_with(note, &patient("1")).unwrap().text, first.text);
    for text in [one.scrub_with(note, &patient("2")).unwrap().text, other.scrub_with(note, &patient("1")).unwrap().text]
    {
        for line in 0..3 {
            assert_ne!(text.lines().nth(line), first.text.lines().nth(line));
        }
    }
}

#[test]
fn surrogates_of_generated_notes_are_nobodys() {
    let keyed = "categories: {date: {operator: tag}, age: {operator: tag}";
    let names: Vec<&Category> =
        Category::ALL.iter().filter(|c| !matches!(c, Category::Date | Category::Age | Category::Profession)).collect();
    let policy = |option: &str| {
        let rules: Vec<String> = names.iter().map(|c| format!("{c}: {{operator: surrogate{option}}}")).collect();
        format!("{keyed}, {}, profession: {{operator: keep}}}}", rules.join(", "))
    };
    for scrubber in [scrubber(&policy("")), scrubber(&policy(", keyed: true"))] {
        let tagged: usize = notes()
            .filter(|(seed, _)| seed % 4 == 0)
            .map(|(seed, note)| {
                let scrubbed = scrubber.scrub(&note).unwrap();
                check_left(&note, &scrubbed, seed);
                let fold = |text: &str| {
                    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
                };
                let real: HashSet<String> = scrubbed.findings.iter().map(|a| fold(a.finding.span.of(&note))).collect();
                let mut given: Vec<(String, String)> = Vec::new();
                for applied in scrubbed.findings.iter().filter(|applied| applied.action == Operator::Surrogate) {
                    let (value, invented) =
                        (fold(applied.finding.span.of(&note)), fold(applied.output.of(&scrubbed.text)));
                    if value.len() >= 4 {
                        assert!(
                            !real.contains(&invented),
                            "note {seed}: a real value stands for {}",
                            applied.finding.category
                        );
                        given.push((value, invented.clone()));
                    }
                    let text = applied.output.of(&scrubbed.text);
                    match applied.finding.category {
                        Category::Ssn if invented.len() == 9 => {
                            assert!(invented.starts_with('9'), "note {seed}: {text}");
                        }
                        Category::Phone if invented.len() == 10 => {
                            assert_eq!(&invented[3..8], "55501", "note {seed}: {text}");
                        }
                        Category::Email => assert!(text.contains("@example."), "note {seed}: {text}"),
                        _ => {}
                    }
                }
                // Different values have different surrogates.
                for (value, invented) in &given {
                    assert!(
                        given.iter().all(|(v, i)| i != invented || v == value),
                        "note {seed}: two values became one"
                    );
                }
                scrubbed
                    .findings
                    .iter()
                    .filter(|applied| {
                        applied.action == Operator::Tag
                            && !matches!(applied.finding.category, Category::Date | Category::Age)
                    })
                    .count()
            })
            .sum();
        println!("{tagged} values had no surrogate and became tags");
    }
}

#[test]
fn one_person_has_one_surrogate_in_parts() {
    let scrubber = scrubber("categories: {name: {operator: surrogate}}\ndeny: [{text: J. Achterberg, category: name}]");
    let note = "Patient: Rosalind Achterberg. Mrs. Achterberg came. ACHTERBERG sat. Dr. Nakagawa saw Rosalind Achterberg's knee. Mr. Quackenbush left.";
    let scrubbed = scrubber.scrub(note).unwrap().text;
    let words: Vec<&str> = scrubbed.split([' ', '.', '\'']).collect();
    let at = |before: &str, skip: usize| {
        let at = words.iter().position(|word| *word == before).unwrap();
        words[at + skip]
    };
    let (given, surname) = (at("Patient:", 1), at("Patient:", 2));
    assert!(scrubbed.contains(&format!("Mrs. {surname} came")), "{scrubbed}");
    assert!(scrubbed.contains(&format!("{} sat", surname.to_uppercase())), "{scrubbed}");
    assert!(scrubbed.contains(&format!("saw {given} {surname}'s knee")), "{scrubbed}");
    assert!(
        !scrubbed.contains(&format!("Mr. {surname} left")) && !scrubbed.contains(&format!("Dr. {surname} ")),
        "{scrubbed}"
    );
    let numbered = with("categories: {name: {operator: tag, numbered: true}, date: {operator: keep}}", &KEY, 7);
    let tagged = numbered.scrub(&format!("[NAME-1] {note}")).unwrap().text;
    assert!(
        tagged.starts_with("[NAME-1] Patient: [NAME-2]. Mrs. [NAME-2] came. [NAME-2] sat. Dr. [NAME-3] saw [NAME-2]"),
        "{tagged}"
    );
    assert!(tagged.ends_with("Mr. [NAME-4] left."), "{tagged}");
}

#[test]
fn a_known_patient_has_one_surrogate_however_it_is_named() {
    let patient =
        chartguard::Patient::from_json(r#"{"names": ["Jane Okonkwo"], "relatives": ["Ben Okonkwo"]}"#).unwrap();
    let known = |id: &str| Context::new().patient(patient.clone()).patient_id(id);
    for rule in ["operator: surrogate", "operator: surrogate, keyed: true"] {
        let scrubber = scrubber(&format!("categories: {{name: {{{rule}}}}}"));
        let note = "okonkwo jane came. Jane Okonkwo sat. Mrs Okonkwo, OKONKWO, JANE and Okonkwwo left; Ben drove.";
        let text = scrubber.scrub_with(note, &known("1")).unwrap().text;
        let title = |word: &str| word[..1].to_uppercase() + &word[1..];
        let (surname, given) = (text.split(' ').next().unwrap(), text.split(' ').nth(1).unwrap());
        let (upper, whole) = (title(surname), title(given));
        let start = format!(
            "{surname} {given} came. {whole} {upper} sat. Mrs {upper}, {}, {} and {upper} left; ",
            surname.to_uppercase(),
            given.to_uppercase()
        );
        assert!(text.starts_with(&start) && !text.contains("Ben"), "{text}");
        assert!(!text.to_lowercase().contains("okonkw"), "{text}");
        if rule.contains("keyed") {
            let other = scrubber.scrub_with("Seen: okonkwo, jane.", &known("1")).unwrap().text;
            assert_eq!(other, format!("Seen: {surname}, {given}."));
        }
    }
    let numbered = scrubber("categories: {name: {operator: tag, numbered: true}}");
    let note = "Mrs Okonkwo called; Ben Okonkwo drove okonkwo jane home; Jane sat.";
    let text = numbered.scrub_with(note, &known("1")).unwrap().text;
    assert_eq!(text, "Mrs [NAME-1] called; [NAME-2] drove [NAME-1] home; [NAME-1] sat.");
}

#[test]
fn a_birth_date_and_the_date_of_the_note_show_an_age() {
    let policy = "extends: safe-harbor\ncategories: {date: {operator: generalize}, age: {operator: generalize}, location: {operator: generalize}}";
    let scrubber = scrubber(policy);
    let scrub = |note: &str, date: Option<&str>| {
        let context = date.map_or_else(Context::new, |date| Context::new().date(date).unwrap());
        scrubber.scrub_with(note, &context).unwrap()
    };
    assert_eq!(scrub("DOB: 03/14/1934, seen 03/14/2024.", None).text, "DOB: 90+, seen 2024.");
    assert_eq!(scrub("DOB: 03/15/1934, seen 03/14/2024.", None).text, "DOB: 1934, seen 2024.");
    assert_eq!(scrub("DOB: 03/15/1934", Some("2024-03-15")).text, "DOB: 90+");
    // Two digits of the year: one of the past, and a tag where it may be of either century and nobody knows.
    assert_eq!(scrub("DOB: 03/14/34, seen 03/14/2024.", None).text, "DOB: 90+, seen 2024.");
    assert_eq!(scrub("DOB: 03/15/34, seen 03/14/2024.", None).text, "DOB: 1934, seen 2024.");
    assert_eq!(scrub("DOB: 03/04/15, seen 03/14/2024.", None).text, "DOB: [DATE], seen 2024.");
    for (born, text) in [("2015-03-04", "DOB: 2015, seen 2024."), ("1915-03-04", "DOB: 90+, seen 2024.")] {
        let patient = chartguard::Patient::from_json(&format!("{{\"birth_date\": \"{born}\"}}")).unwrap();
        let known = Context::new().patient(patient);
        assert_eq!(scrubber.scrub_with("DOB: 03/04/15, seen 03/14/2024.", &known).unwrap().text, text);
    }
    assert_eq!(scrub("DOB: 03/15/1934", None).text, "DOB: [DATE]", "nobody says how old that is");
    assert_eq!(scrub("She is 93 years old.", None).text, "She is 90+ years old.");
    let zip = scrub("Zip code: 62704", None);
    assert_eq!(zip.text, "Zip code: 627");
    assert_eq!(zip.findings[0].finding.kind, Kind::Zip);
    assert_eq!(zip.findings[0].census.map(chartguard::scrub::Census::as_str), Some("2020"));
    assert_eq!(scrub("Zip code: 03601", None).text, "Zip code: 000");
}

#[test]
fn policies_that_ship_are_whole_and_can_be_written_out() {
    for name in Policy::builtin_names() {
        let policy = Policy::builtin(name).unwrap();
        let again = Policy::from_yaml(&policy.to_yaml()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(again, policy, "{name}");
        let scrubber = Scrubber::builder().policy(policy).builtin_model(false).key(KEY.clone()).build().unwrap();
        assert!(!scrubber.scrub("SSN 219-09-9999").unwrap().text.contains("219-09-9999"));
    }
    for file in ["st-elsewhere.yaml", "research-pool.yaml", "reviewed-outside.yaml"] {
        let policy = Policy::load(repository().join("examples/policies").join(file)).unwrap();
        assert_eq!(Policy::from_yaml(&policy.to_yaml()).unwrap(), policy, "{file}");
    }
}

#[test]
fn invented_places_keep_what_says_of_which_kind_they_are() {
    let policy = |deny: &str| {
        format!(
            "categories: {{location: {{operator: surrogate}}, organization: {{operator: surrogate}}}}\ndeny: [{{text: '{deny}', category: location}}]"
        )
    };
    for (street, stays) in
        [("12 North Street", false), ("14 Church Road", true), ("PO Box 4471", true), ("Cook County", true)]
    {
        let scrubbed = scrubber(&policy(street)).scrub(&format!("seen at {street} today")).unwrap().text;
        let tagged = scrubbed.contains("[LOCATION]");
        assert_eq!(tagged, !stays, "{street}: {scrubbed}");
        for word in street.split(' ') {
            let kind = matches!(word, "Road" | "PO" | "Box" | "County" | "Street");
            assert!(tagged || scrubbed.contains(word) == kind, "{street}: {scrubbed}");
        }
    }
    let scrubbed = scrubber(&policy("x")).scrub("Address: 14 Church Road, Springfield, IL 62704").unwrap().text;
    assert!(
        !scrubbed.contains("Church") && !scrubbed.contains("Springfield") && !scrubbed.contains("62704"),
        "{scrubbed}"
    );
    assert!(scrubbed.contains(" Road") && scrubbed.contains("IL "), "{scrubbed}");
    let house = scrubber(&policy("x")).scrub("Admitted to Achterberg Memorial Hospital today.").unwrap().text;
    assert!(house.ends_with(" Memorial Hospital today.") && !house.contains("Achterberg"), "{house}");
}

#[test]
fn every_operator_takes_any_text() {
    let safe = |operator: &str| {
        let rules: Vec<String> = Category::ALL
            .iter()
            .filter(|c| Operator::ALL.iter().any(|o| o.as_str() == operator && o.refuses(**c).is_none()))
            .map(|c| match operator {
                "fpe" => format!("{c}: {{operator: fpe, fallback: tag}}"),
                _ => format!("{c}: {{operator: {operator}}}"),
            })
            .collect();
        format!("categories: {{{}}}", rules.join(", "))
    };
    let mut texts = corpus();
    texts.extend(hostile().into_iter().map(|(name, text)| (name.to_owned(), text)));
    for operator in Operator::ALL {
        let scrubber = scrubber(&safe(operator.as_str()));
        texts.par_iter().for_each(|(name, text)| match scrubber.scrub(text) {
            Ok(scrubbed) => {
                if operator.restores() && scrubbed.findings.iter().all(|applied| applied.action == *operator) {
                    assert_eq!(&restore(&scrubbed.text, &KEY).unwrap(), text, "{name}");
                }
                for applied in &scrubbed.findings {
                    assert!(scrubbed.text.get(applied.output.range()).is_some(), "{name}");
                    assert_eq!(scrubbed.map.to_output(applied.finding.span), applied.output, "{name}");
                }
            }
            Err(error) => assert!(error.to_string().contains("calendar"), "{} on {name}: {error}", operator.as_str()),
        });
    }
}

#[test]
fn a_batch_is_the_same_calls_one_by_one() {
    let scrubber = scrubber("extends: expert-determination");
    let notes: Vec<(String, Context)> =
        (0..200).map(|seed| (generated::note(seed), Context::new().patient_id((seed % 7).to_string()))).collect();
    let one_by_one: Vec<String> =
        notes.iter().map(|(note, context)| scrubber.scrub_with(note, context).unwrap().text).collect();
    let batch = scrubber.scrub_batch_with(&notes);
    assert_eq!(batch.into_iter().map(|scrubbed| scrubbed.unwrap().text).collect::<Vec<_>>(), one_by_one);
}

#[test]
fn linking_many_persons_costs_little_beside_finding_them() {
    let lines: Vec<String> = (0..32_000)
        .map(|n| {
            let ending = char::from(b'a' + (n % 26) as u8).to_string().repeat(1 + n / 26 % 9);
            format!("Patient: Rosalind{ending} Achterberg\n")
        })
        .collect();
    let note = lines.concat();
    let time = |option: &str| {
        let scrubber = scrubber(&format!("categories: {{name: {{operator: tag{option}}}}}"));
        let once = || {
            let start = std::time::Instant::now();
            scrubber.scrub(&note).unwrap();
            start.elapsed()
        };
        (0..3).map(|_| once()).min().unwrap()
    };
    let (plain, numbered) = (time(""), time(", numbered: true"));
    // Comparing all with all would take hundreds of times as long.
    assert!(numbered < plain * 30, "numbering took {numbered:?} after {plain:?}");
}
