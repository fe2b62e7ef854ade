//! The vault: every note comes back byte for byte, whatever was done to it, and what was changed is told.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use chartguard::scrub::CategoryPolicy;
use chartguard::vault::Vault;
use chartguard::{Category, Context, Key, Operator, Policy, Scrubber};
use chartguard_tests::generated::{self, Numbers};
use chartguard_tests::{build_folder, corpus, hostile};
use rayon::prelude::*;

static KEY: LazyLock<Key> = LazyLock::new(|| Key::from_bytes(&(0..32).collect::<Vec<u8>>()).unwrap());
static OTHER_KEY: LazyLock<Key> = LazyLock::new(|| Key::from_bytes(&(1..=32).collect::<Vec<u8>>()).unwrap());

/// How many generated notes come back; `CHARTGUARD_NOTES` asks for more.
fn notes() -> u64 {
    std::env::var("CHARTGUARD_NOTES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000)
}

/// How many of them are scrubbed under one policy.
const NOTES_A_POLICY: u64 = 50;

fn scratch(name: &str) -> PathBuf {
    let folder = build_folder().join("vault-tests").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn plain() -> Scrubber {
    Scrubber::builder().builtin_model(false).key(KEY.clone()).seed(7).build().unwrap()
}

/// A policy that does to each category what a number says, with options.
fn random_policy(numbers: &mut Numbers) -> (Policy, HashMap<Operator, usize>) {
    let mut used = HashMap::new();
    let rules: Vec<String> = Category::ALL
        .iter()
        .map(|category| {
            let able: Vec<Operator> =
                Operator::ALL.iter().copied().filter(|operator| operator.refuses(*category).is_none()).collect();
            let operator = able[numbers.below(able.len())];
            *used.entry(operator).or_default() += 1;
            let options = match operator {
                Operator::Tag => numbers.pick(&["", ", numbered: true"]),
                Operator::Mask => numbers.pick(&[
                    "",
                    ", keep_length: false",
                    ", keep_last: 4",
                    ", initials: true",
                    ", mask_char: '■'",
                ]),
                Operator::Surrogate => numbers.pick(&["", ", keyed: true", ", keyed: true, fallback: encrypt"]),
                Operator::DateShift => {
                    numbers.pick(&["", ", whole_weeks: true", ", max_days: 3650", ", fallback: encrypt"])
                }
                Operator::Generalize => numbers.pick(&["", ", fallback: tag", ", fallback: encrypt"]),
                Operator::Fpe => numbers.pick(&[", fallback: tag", ", fallback: encrypt"]),
                _ => "",
            };
            format!("{category}: {{operator: {}{options}, threshold: 0.{}}}", operator.as_str(), 1 + numbers.below(5))
        })
        .collect();
    let yaml = format!("categories: {{{}}}", rules.join(", "));
    (Policy::from_yaml(&yaml).unwrap_or_else(|error| panic!("{yaml}: {error}")), used)
}

/// A generated note, and into some of them what looks like our own work.
fn note(number: u64) -> String {
    const OURS: &[&str] = &[
        "[NAME-2] and [DATE], [SSN:5d41402abc4b2a76b9719d911017c592]",
        "[SEAL:cg1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA]",
        "x[TEXT:cg1_",
        ":cg1_:cg1_]",
        "***-**-9999 XXXX 90+ 000",
        "CGVAULT\u{1}",
    ];
    let mut numbers = Numbers::new(number ^ 0x5EED);
    let mut note = generated::note(number);
    if numbers.below(3) == 0 {
        note.push_str(numbers.pick(OURS));
    }
    note
}

#[test]
fn every_note_comes_back_byte_for_byte_whatever_was_done_to_it() {
    let scrubber = plain();
    let policies = notes().div_ceil(NOTES_A_POLICY);
    let (done, used): (Vec<_>, Vec<_>) = (0..policies)
        .into_par_iter()
        .map(|number| {
            let (policy, used) = random_policy(&mut Numbers::new(number));
            let scrubber = scrubber.with_policy(policy).unwrap();
            let vault = Vault::from_bytes(Vec::new(), &KEY).unwrap();
            let notes: Vec<(String, Context)> = (number * NOTES_A_POLICY..(number + 1) * NOTES_A_POLICY)
                .map(|seed| {
                    (note(seed), Context::new().document_id(format!("note {seed}")).patient_id((seed % 9).to_string()))
                })
                .collect();
            let texts: Vec<String> = scrubber
                .scrub_batch_into(&notes, &vault)
                .into_iter()
                .map(|scrubbed| scrubbed.unwrap_or_else(|error| panic!("policy {number}: {error}")).text)
                .collect();
            // The vault takes nothing from what is handed out.
            assert_eq!(scrubber.scrub_with(&notes[0].0, &notes[0].1).unwrap().text, texts[0]);
            // What was scrubbed is a note too.
            let again = Context::new().document_id("scrubbed again");
            let twice = scrubber.scrub_into(&texts[1], &again, &vault).unwrap().text;
            let vault = Vault::from_bytes(vault.to_bytes().unwrap(), &KEY).unwrap();
            assert_eq!(vault.restore(&twice, Some("scrubbed again")).unwrap(), texts[1]);
            let mut changed = 0;
            for (index, (text, (note, _))) in texts.iter().zip(&notes).enumerate() {
                let seed = number * NOTES_A_POLICY + index as u64;
                let id = format!("note {seed}");
                assert_eq!(vault.restore(text, Some(&id)).unwrap(), *note, "note {seed} under policy {number}");
                changed += u64::from(text != note);
                if index == 0 {
                    let error = vault.restore(&format!("{text} "), Some(&id)).unwrap_err();
                    assert!(error.is_tampered() && error.to_string().contains("this document"), "{error}");
                }
            }
            (changed, used)
        })
        .unzip();
    let changed: u64 = done.iter().sum();
    let mut rules: HashMap<Operator, usize> = HashMap::new();
    for (operator, count) in used.into_iter().flatten() {
        *rules.entry(operator).or_default() += count;
    }
    assert!(Operator::ALL.iter().all(|operator| rules.get(operator).is_some_and(|count| *count > 0)), "{rules:?}");
    assert!(changed > notes() / 2);
    println!(
        "{} notes came back under {policies} policies, {changed} of them had been changed",
        policies * NOTES_A_POLICY
    );
}

#[test]
fn every_text_comes_back_under_every_operator() {
    let scrubber = plain();
    let mut texts = corpus();
    texts.extend(hostile().into_iter().map(|(name, text)| (format!("hostile {name}"), text)));
    Operator::ALL.par_iter().for_each(|operator| {
        let mut policy = Policy::from_yaml("regime: none").unwrap();
        for category in Category::ALL.iter().filter(|category| operator.refuses(**category).is_none()) {
            let yaml = format!(
                "categories: {{{category}: {{operator: {}{}}}}}",
                operator.as_str(),
                match operator {
                    Operator::Fpe => ", fallback: encrypt",
                    _ => "",
                }
            );
            let rule: CategoryPolicy = Policy::from_yaml(&yaml).unwrap().category(*category).clone();
            policy = policy.with_category(*category, rule);
        }
        let scrubber = scrubber.with_policy(policy).unwrap();
        let vault = Vault::from_bytes(Vec::new(), &KEY).unwrap();
        for (name, text) in &texts {
            match scrubber.scrub_into(text, &Context::new().document_id(name), &vault) {
                Ok(scrubbed) => assert_eq!(&vault.restore(&scrubbed.text, Some(name)).unwrap(), text, "{name}"),
                Err(error) => {
                    assert!(error.to_string().contains("calendar"), "{} on {name}: {error}", operator.as_str());
                }
            }
        }
    });
}

#[test]
fn a_file_is_opened_by_one_writer_and_any_readers() {
    let path = scratch("file").join("notes.vault");
    assert!(Vault::read(&path, &KEY).unwrap_err().is_io(), "nothing is made to read it");
    let vault = Vault::open(&path, &KEY).unwrap();
    let scrubber = plain();
    let note = "Patient: Rosalind Achterberg\nSSN 219-09-9999";
    let text = scrubber.scrub_into(note, &Context::new().document_id("1"), &vault).unwrap().text;
    let error = Vault::open(&path, &KEY).unwrap_err();
    assert!(error.is_config() && error.to_string().contains("another process"), "{error}");
    let reader = Vault::read(&path, &KEY).unwrap();
    assert_eq!(reader.restore(&text, Some("1")).unwrap(), note);
    assert_eq!(reader.head(), vault.head());
    let error = scrubber.scrub_into("SSN 219-09-9998", &Context::new(), &reader).unwrap_err();
    assert!(error.is_config() && error.to_string().contains("only to be read"), "{error}");
    drop(vault);
    let error = Vault::open(&path, &OTHER_KEY).unwrap_err();
    assert!(error.is_key() && error.to_string().contains("notes.vault"), "{error}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "only its owner may read it");
    }
    // What another key or another file says does not harm it.
    let whole = fs::read(&path).unwrap();
    assert_eq!(Vault::open(&path, &KEY).unwrap().restore(&text, None).unwrap(), note);
    for (at, said) in [(0, "no vault"), (50, "record 1"), (whole.len() - 1, "record 1")] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&path, changed).unwrap();
        let error = Vault::read(&path, &KEY).and_then(|vault| vault.restore(&text, Some("1"))).unwrap_err();
        assert!(error.to_string().contains(said) && error.to_string().contains("notes.vault"), "{error}");
        assert!(!format!("{error:?}").contains("Rosalind"));
    }
    assert!(!whole.windows(8).any(|piece| piece == b"Rosalind" || piece == b"219-09-9"));
}

#[test]
fn notes_that_became_one_text_are_kept_apart_or_refused() {
    let vault = Vault::from_bytes(Vec::new(), &KEY).unwrap();
    let scrubber = plain();
    let context = |id: &str| Context::new().document_id(id);
    let (one, other) = ("SSN 219-09-9999", "SSN 219-09-9998");
    let results =
        scrubber.scrub_batch_into(&[(one, Context::new()), (one, Context::new()), (other, Context::new())], &vault);
    assert!(results[0].is_ok() && results[1].is_ok());
    let error = results[2].as_ref().unwrap_err();
    assert!(error.is_input() && error.to_string().contains("document id"), "{error}");
    assert_eq!(vault.restore("SSN [SSN]", None).unwrap(), one);
    scrubber.scrub_into(other, &context("2"), &vault).unwrap();
    assert!(scrubber.scrub_into(one, &context("2"), &vault).unwrap_err().is_input());
    assert_eq!(vault.restore("SSN [SSN]", Some("2")).unwrap(), other);
    let error = vault.restore("SSN [SSN]", None).unwrap_err();
    assert!(error.is_input() && error.to_string().contains("2 notes"), "{error}");
    assert_eq!(vault.head().records, 2);
}

#[test]
fn many_threads_share_a_vault() {
    let path = scratch("threads").join("notes.vault");
    let vault = Vault::open(&path, &KEY).unwrap();
    let scrubber = plain();
    (0..64_u64).into_par_iter().for_each(|seed| {
        let (note, id) = (note(seed), seed.to_string());
        let text = scrubber.scrub_into(&note, &Context::new().document_id(&id), &vault).unwrap().text;
        assert_eq!(vault.restore(&text, Some(&id)).unwrap(), note);
    });
    let head = vault.head();
    drop(vault);
    let vault = Vault::read(&path, &KEY).unwrap();
    assert_eq!((vault.verify().unwrap().head, head.records), (head, 64));
}

#[test]
fn any_bytes_are_a_vault_or_an_error() {
    let filled = Vault::from_bytes(Vec::new(), &KEY).unwrap();
    plain().scrub_into("SSN 219-09-9999", &Context::new(), &filled).unwrap();
    let whole = filled.to_bytes().unwrap();
    let mut opened = 0;
    for seed in 0..4_000_u64 {
        let mut numbers = Numbers::new(seed);
        // Noise alone, and noise after what is right.
        let kept = if seed % 2 == 0 { 0 } else { numbers.below(whole.len() + 1) };
        let noise = (0..numbers.below(300)).map(|_| numbers.number() as u8).collect::<Vec<u8>>();
        match Vault::from_bytes([&whole[..kept], &noise].concat(), &KEY) {
            Ok(vault) => {
                opened += 1;
                assert!(vault.verify().is_err() || vault.head().records <= 1);
            }
            Err(error) => assert!(error.is_input() || error.is_key() || error.is_tampered(), "{error}"),
        }
    }
    assert!(opened > 0);
}
