//! Messages of every format (`tests/cases/formats/`): what is planted is gone, everything else is byte for byte what it was, and nothing
//! that was cut off or damaged stops the library.

use std::fs;

use chartguard::format::MessageNote;
use chartguard::vault::Vault;
use chartguard::{
    Analyzer, Category, Context, Format, Key, Policy, Rubric, ScoreOptions, Scorer, Scrubber, restore_message,
};
use chartguard_tests::repository;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    file: String,
    format: String,
    gone: Vec<String>,
    stays: Vec<String>,
}

fn cases() -> Vec<(Case, Vec<u8>)> {
    let folder = repository().join("tests/cases/formats");
    let cases: Vec<Case> = serde_json::from_str(&fs::read_to_string(folder.join("cases.json")).unwrap()).unwrap();
    let read = |case: Case| {
        let bytes = fs::read(folder.join(&case.file)).unwrap();
        (case, bytes)
    };
    cases.into_iter().map(read).collect()
}

/// The text of a message, as far as it is one, in any encoding.
fn decoded(bytes: &[u8]) -> String {
    let wide = |of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| bytes.iter().map(|b| char::from(*b)).collect()),
    }
}

#[test]
fn planted_values_are_gone_and_the_rest_is_untouched() {
    let scrubber = Scrubber::new(Policy::default()).unwrap();
    let mut counts = std::collections::BTreeMap::new();
    for (case, message) in cases() {
        let scrubbed = scrubber.scrub_message(&message, Format::Auto, &Context::default());
        let scrubbed = scrubbed.unwrap_or_else(|error| panic!("{}: {error}", case.file));
        assert_eq!(scrubbed.format.as_str(), case.format, "{}", case.file);
        *counts.entry(case.format.clone()).or_insert(0) += 1;
        let text = decoded(&scrubbed.bytes).to_lowercase();
        for value in &case.gone {
            assert!(!text.contains(&value.to_lowercase()), "{}: {value} is left", case.file);
        }
        for value in &case.stays {
            assert!(text.contains(&value.to_lowercase()), "{}: {value} is lost", case.file);
        }
        untouched(&case, &message, &scrubbed);
    }
    assert!(counts.len() == 6 && counts.values().all(|count| *count >= 30), "{counts:?}");
}

/// Every stretch of the message that no finding touches stands in the output, in order.
fn untouched(case: &Case, message: &[u8], scrubbed: &chartguard::ScrubbedMessage) {
    let mut found: Vec<(usize, usize)> =
        scrubbed.findings.iter().map(|f| (f.applied.finding.span.start, f.applied.finding.span.end)).collect();
    found.sort_unstable();
    found.push((message.len(), message.len()));
    if case.format != "fhir" {
        exact(case, message, scrubbed, found);
        return;
    }
    let (mut from, mut at) = (0, 0);
    for (start, end) in found {
        if start > from {
            let mut stretch = &message[from..start];
            if case.format == "fhir" {
                // A member that goes takes a comma with it, and the key of a list that is then empty.
                let cut = |byte: &u8| {
                    byte.is_ascii_whitespace() || matches!(byte, b',' | b'{' | b'}' | b'[' | b']' | b'"' | b':')
                };
                while stretch.first().is_some_and(cut) {
                    stretch = &stretch[1..];
                }
                while stretch.last().is_some_and(cut) {
                    stretch = &stretch[..stretch.len() - 1];
                }
            }
            // Where a resource is labelled, something was added in between.
            let pieces: Vec<&[u8]> =
                if case.format == "fhir" { stretch.split(|byte| *byte == b',').collect() } else { vec![stretch] };
            let last = pieces.len() - 1;
            for (index, piece) in pieces.into_iter().enumerate().filter(|(_, piece)| !piece.is_empty()) {
                let place = scrubbed.bytes[at..].windows(piece.len()).position(|window| window == piece);
                // A member of which nothing stays goes with its key, which is the last thing before the value.
                if case.format == "fhir" && index == last && place.is_none() {
                    continue;
                }
                let place = place.unwrap_or_else(|| panic!("{}: bytes {from}..{start} were changed", case.file));
                if case.format != "fhir" && case.format != "ccda" && from == 0 && at == 0 {
                    assert_eq!(place, 0, "{}: something was added at the start", case.file);
                }
                at += place + piece.len();
            }
        }
        from = from.max(end);
    }
}

/// What lies between findings stands in the output where the map says, with nothing added.
fn exact(case: &Case, message: &[u8], scrubbed: &chartguard::ScrubbedMessage, found: Vec<(usize, usize)>) {
    let mut from = 0;
    for (mut start, mut end) in found {
        let quoted = |at: usize| message.get(at).is_some_and(|byte| matches!(byte, b'"' | b'\''));
        if case.format == "ccda" && start > 0 && quoted(start - 1) && quoted(end) {
            // Where nothing of a value stays, its attribute goes.
            let name = message[..start].iter().rposition(u8::is_ascii_whitespace).unwrap();
            (start, end) = (name + 1, end + 1);
        }
        if start > from {
            let output = scrubbed.map.to_output(chartguard::text::Span::new(from, start));
            let stretch = &scrubbed.bytes[output.start..output.end];
            assert!(stretch == &message[from..start], "{}: bytes {from}..{start} were changed", case.file);
        }
        from = from.max(end);
    }
}

#[derive(Deserialize)]
struct Markup {
    case: Vec<MarkupCase>,
}

#[derive(Deserialize)]
struct MarkupCase {
    name: String,
    format: String,
    message: String,
    /// What scrubbing gives; the message where nothing in it is anybody's.
    gives: Option<String>,
}

fn markup() -> Vec<MarkupCase> {
    let file = repository().join("tests/cases/formats/layout.toml");
    let markup: Markup = toml::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    markup.case
}

#[test]
fn markup_keeps_what_is_layout_and_nothing_else() {
    let scrubber = Scrubber::new(Policy::default()).unwrap();
    let key = Key::from_bytes(b"thirty-two bytes of a test's key").unwrap();
    let sealing = reversible("encrypt", &key);
    for case in markup() {
        let format: Format = case.format.parse().unwrap();
        let scrub = |message: &str| {
            let out = scrubber.scrub_message(message.as_bytes(), format, &Context::default());
            String::from_utf8(out.unwrap_or_else(|error| panic!("{}: {error}", case.name)).bytes).unwrap()
        };
        let expected = case.gives.as_ref().unwrap_or(&case.message);
        assert_eq!(&scrub(&case.message), expected, "{}", case.name);
        for name in ["achterberg", "rosalind", "4471203", "quackenbush", "vandermeer", "526f73616c"] {
            assert!(!expected.to_lowercase().contains(name), "{}: {name} is left", case.name);
        }
        let sealed = sealing.scrub_message(case.message.as_bytes(), format, &Context::default()).unwrap();
        assert_eq!(restore_message(&sealed.bytes, &key).unwrap(), case.message.as_bytes(), "{}", case.name);
    }
}

#[test]
fn markup_within_messages_is_read_as_it_is_alone() {
    let scrubber = Scrubber::builder().builtin_model(false).build().unwrap();
    let scrub = |message: &str| {
        let out = scrubber.scrub_message(message.as_bytes(), Format::Auto, &Context::default()).unwrap();
        String::from_utf8(out.bytes).unwrap()
    };
    // {\rtf1 {\cs15 MRN 4471203}}
    let message = "MSH|^~\\&|A||||20240314||MDM^T02|7|P|2.5\rOBX|1|ED|1^N^LN||^TEXT^rtf^Base64^e1xydGYxIHtcY3MxNSBNUk4gNDQ3MTIwM319\r";
    // {\rtf1 {\cs15 MRN [MRN]}}
    assert!(scrub(message).ends_with("^e1xydGYxIHtcY3MxNSBNUk4gW01STl19fQ==\r"), "{}", scrub(message));
    let div = r##"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p id=\"mrn4471203\" class=\"Achterberg\">x</p><a href=\"#mrn4471203\"/></div>"##;
    let patient = format!(r#"{{"resourceType":"Patient","text":{{"status":"generated","div":"{div}"}}}}"#);
    let out = scrub(&patient);
    assert!(out.contains(r##"<p id=\"id-1\" class=\"id-2\">x</p><a href=\"#id-1\"/>"##), "{out}");
}

#[test]
fn times_in_values_of_a_document_move_with_it() {
    let key = Key::from_bytes(&(7..39).collect::<Vec<u8>>()).unwrap();
    let policy = Policy::builtin("expert-determination").unwrap();
    let scrubber = Scrubber::builder().policy(policy).builtin_model(false).key(key).build().unwrap();
    let message = "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><effectiveTime value=\"20240314\"/><observation>\
        <value type=\"IVL_TS\"><low value=\"20240314\"/></value><value><low value=\"20240314\"/></value></observation></ClinicalDocument>";
    let out = scrubber.scrub_message(message.as_bytes(), Format::Ccda, &Context::default()).unwrap();
    let out = String::from_utf8(out.bytes).unwrap();
    let dates: Vec<&str> = out.split("value=\"").skip(1).map(|rest| &rest[..8]).collect();
    assert!(dates.len() == 3 && dates.iter().all(|date| *date == dates[0] && *date != "20240314"), "{out}");
}

#[test]
fn one_person_has_one_name_and_dates_move_together() {
    let key = Key::from_bytes(&(7..39).collect::<Vec<u8>>()).unwrap();
    let policy = Policy::builtin("expert-determination").unwrap();
    let scrubber = Scrubber::builder().policy(policy).builtin_model(false).key(key).build().unwrap();
    let message = "MSH|^~\\&|A||||20240314||ORU^R01|7|P|2.5\rPID|1||4471203||ACHTERBERG^ROSALIND||19610314\r\
        OBX|1|TX|1^N^LN||Rosalind Achterberg seen 3/14/2024.\r";
    let scrubbed = scrubber.scrub_message(message.as_bytes(), Format::Hl7, &Context::default()).unwrap();
    let out = String::from_utf8(scrubbed.bytes).unwrap();
    let lines: Vec<Vec<&str>> = out.split('\r').map(|line| line.split('|').collect()).collect();
    let (family, given) = lines[1][5].split_once('^').unwrap();
    assert!(!family.is_empty() && !given.is_empty() && family != "ACHTERBERG", "{out}");
    let note = lines[2][5].to_uppercase();
    assert!(note.starts_with(&format!("{given} {family} SEEN ")), "{out}");
    let (head, birth) = (lines[0][6], lines[1][7]);
    assert_eq!((head.len(), birth.len()), (8, 8), "{out}");
    let (year, month, day) = (&head[..4], head[4..6].trim_start_matches('0'), head[6..].trim_start_matches('0'));
    assert!(note.contains(&format!("{month}/{day}/{year}")), "{out}");
}

#[test]
fn a_policy_has_its_own_rules_for_fields() {
    let policy = "extends: safe-harbor\nmessages: {unknown: text, hl7: {PID-8: remove, ZPI-2: mrn}}";
    let scrubber = Scrubber::builder().policy(Policy::from_yaml(policy).unwrap()).builtin_model(false).build().unwrap();
    let message = b"MSH|^~\\&|A||||20240314||ADT^A01|7|P|2.5\rPID|1||4471203||||19610314|F\rZPI|stays here|SE-1|Seen by Dr. Achterberg\r";
    let out = scrubber.scrub_message(message, Format::Auto, &Context::default()).unwrap();
    let out = String::from_utf8(out.bytes).unwrap();
    assert!(out.ends_with("PID|1||[MRN]||||1961|\rZPI|stays here|[MRN]|Seen by Dr. [NAME]\r"), "{out}");
}

#[test]
fn messages_come_back_from_a_vault_byte_for_byte() {
    let key = Key::from_bytes(b"thirty-two bytes of a test's key").unwrap();
    let policies = [
        "extends: safe-harbor",
        "{extends: limited-data-set, categories: {name: {operator: surrogate}, date: {operator: date_shift}, mrn: {operator: mask}}}",
        "{extends: limited-data-set, categories: {name: {operator: encrypt}, mrn: {operator: hash}, phone: {operator: encrypt}}}",
    ];
    for policy in policies {
        let policy = Policy::from_yaml(policy).unwrap();
        let builder = Scrubber::builder().policy(policy).builtin_model(false);
        let scrubber = builder.key(key.clone()).seed(7).build().unwrap();
        let vault = Vault::from_bytes(Vec::new(), &key).unwrap();
        for (case, message) in cases() {
            let context = Context::new().document_id(&case.file);
            let scrubbed = scrubber.scrub_message_into(&message, Format::Auto, &context, &vault).unwrap();
            assert_eq!(vault.restore_message(&scrubbed.bytes, Some(&case.file)).unwrap(), message, "{}", case.file);
            let mut changed = scrubbed.bytes.clone();
            changed.push(b' ');
            assert!(vault.restore_message(&changed, Some(&case.file)).unwrap_err().is_tampered());
        }
    }
}

#[test]
fn notes_of_messages_are_scrubbed_and_scored_in_one_call() {
    let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap());
    let scrubber = Scrubber::new(Policy::default()).unwrap();
    let analyzer = Analyzer::new(scrubber.clone(), scorer.clone());
    let options = ScoreOptions::default();
    let mut scored = 0;
    for (case, message) in cases() {
        let outcome = analyzer.analyze_message(&message, Format::Auto, &options, &Context::default()).unwrap();
        assert_eq!(outcome.scrubbed, scrubber.scrub_message(&message, Format::Auto, &Context::default()).unwrap());
        let alone = scorer.score_message(&message, Format::Auto, &options).unwrap();
        assert_eq!(outcome.notes.len(), alone.len(), "{}", case.file);
        for (note, alone) in outcome.notes.iter().zip(&alone) {
            scored += 1;
            assert_eq!((&note.path, &note.report), (&alone.path, &alone.report), "{}", case.file);
            let text = note.text.to_lowercase();
            // Only what is no part of another word: "ed" stands in "seated".
            let whole = |value: &str| {
                let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                let mut places = text.match_indices(value);
                places.any(|(at, _)| {
                    !word(text[..at].chars().next_back()) && !word(text[at + value.len()..].chars().next())
                })
            };
            for value in &case.gone {
                assert!(!whole(&value.to_lowercase()), "{}: {value} is left", case.file);
            }
            for evidence in note.in_text.criteria.iter().flat_map(|criterion| &criterion.evidence) {
                assert!(note.text.get(evidence.span.range()).is_some(), "{}", case.file);
            }
        }
    }
    assert!(scored >= 30, "{scored}");
}

#[test]
fn unsafe_documents_are_refused() {
    let scrubber = Scrubber::builder().builtin_model(false).build().unwrap();
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><ClinicalDocument xmlns=\"urn:hl7-org:v3\">&b;</ClinicalDocument>";
    let deep = format!("{{\"resourceType\":\"Patient\",\"extension\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let nested = format!(
        "<ClinicalDocument xmlns=\"urn:hl7-org:v3\">{}{}</ClinicalDocument>",
        "<a>".repeat(10_000),
        "</a>".repeat(10_000)
    );
    let twice = "{\"resourceType\":\"Patient\",\"birthDate\":\"1961-03-14\",\"birthDate\":\"Quackenbush\"}";
    for (message, format) in [
        (laughs, Format::Ccda),
        (&deep, Format::Fhir),
        (&nested, Format::Ccda),
        (twice, Format::Fhir),
        ("MSH", Format::Hl7),
        ("{\\rtf1 {\\b Quackenbush", Format::Rtf),
        // A code page that nobody knows: what the byte spells cannot be searched.
        ("{\\rtf1\\ansicpg1361 Quackenbush \\'d0\\'e1}", Format::Rtf),
        (
            "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><id root=\"1.2\" root=\"Quackenbush\"/></ClinicalDocument>",
            Format::Ccda,
        ),
        ("<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><id Quackenbush root=\"1.2\"/></ClinicalDocument>", Format::Ccda),
        ("<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><id root=Quackenbush/></ClinicalDocument>", Format::Ccda),
        ("{\"resourceType\":\"Patient\"", Format::Fhir),
    ] {
        let error = scrubber.scrub_message(message.as_bytes(), format, &Context::default()).unwrap_err();
        assert!(error.is_input() && !error.to_string().contains("Quackenbush"), "{error}");
    }
    let broken = "MSH|^~\\&|A||||20240314||MDM^T02|7|P|2.5\rOBX|1|ED|1^N^LN||^TEXT^plain^Base64^UXVhY2tlb?!\r";
    let out = scrubber.scrub_message(broken.as_bytes(), Format::Auto, &Context::default()).unwrap();
    assert!(String::from_utf8(out.bytes).unwrap().ends_with("Base64^\r"), "what cannot be read goes");
}

#[test]
fn notes_of_messages_are_scored_where_they_stand() {
    let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap());
    let (mut scored, mut evidence) = (0, 0);
    for (case, message) in cases() {
        for note in scorer.score_message(&message, Format::Auto, &ScoreOptions::default()).unwrap() {
            scored += 1;
            for span in note.report.criteria.iter().flat_map(|criterion| &criterion.evidence).map(|e| e.span) {
                assert!(span.start < span.end && span.end <= message.len(), "{}: {}", case.file, note.path);
                evidence += 1;
            }
        }
    }
    assert!(scored > 150 && evidence > 100, "{scored} notes, {evidence} places");
}

#[test]
fn the_text_of_messages_is_what_is_scored() {
    let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap());
    let mut compared = 0;
    for (case, message) in cases() {
        let notes = chartguard::format::notes(&message, Format::Auto).unwrap();
        for scored in scorer.score_message(&message, Format::Auto, &ScoreOptions::default()).unwrap() {
            assert!(notes.iter().any(|note| note.path == scored.path && note.text == scored.text), "{}", case.file);
            compared += 1;
        }
        let shown = |note: &MessageNote| note.text.len() > 20 && format!("{note:?}").contains(&note.text[..10]);
        assert!(!notes.iter().any(|note| note.text.is_ascii() && shown(note)), "{}", case.file);
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn what_holds_of_any_bytes_holds_of_all_messages_and_of_what_fuzzing_found() {
    let folders =
        fs::read_dir(repository().join("tests/cases/fuzz")).into_iter().flatten().map(|folder| folder.unwrap().path());
    let found = folders.flat_map(|folder| {
        let format = folder.file_name().unwrap().to_str().unwrap().to_owned();
        fs::read_dir(folder).unwrap().map(move |file| (format.clone(), fs::read(file.unwrap().path()).unwrap()))
    });
    for (format, message) in found.chain(cases().into_iter().map(|(case, message)| (case.format, message))) {
        chartguard_tests::message::holds(&message, format.parse().unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn damaged_messages_are_scrubbed_or_refused(
        which in 0_usize..200, cut in 0_usize..6000, at in 0_usize..6000, with in prop::collection::vec(any::<u8>(), 0..6),
    ) {
        thread_local! {
            static MESSAGES: (Scrubber, Vec<(Case, Vec<u8>)>) =
                (Scrubber::builder().builtin_model(false).verify(false).build().unwrap(), cases());
        }
        MESSAGES.with(|(scrubber, messages)| {
            let (case, message) = &messages[which % messages.len()];
            let mut message = message[..cut.min(message.len())].to_vec();
            let at = at.min(message.len());
            message.splice(at..(at + with.len()).min(message.len()), with);
            for format in [Format::Auto, case.format.parse().unwrap()] {
                if let Err(error) = scrubber.scrub_message(&message, format, &Context::default()) {
                    assert!(!error.to_string().contains("panic"), "{}: {error}", case.file);
                }
            }
        });
    }
}

/// A scrubber under which every category comes back: what `rule` says where its operator works, else `encrypt`.
fn reversible(rule: &str, key: &Key) -> Scrubber {
    let lines: Vec<String> = Category::ALL.iter().map(|c| format!("{c}: {{operator: {rule}}}")).collect();
    let whole = Policy::from_yaml(&format!("categories: {{{}}}", lines.join(", ")));
    let policy = whole.unwrap_or_else(|_| {
        let line = |c: &Category| {
            let one = format!("categories: {{{c}: {{operator: {rule}, fallback: encrypt}}}}");
            let works = Policy::from_yaml(&one).is_ok();
            format!(
                "{c}: {{operator: {}}}",
                if works { format!("{rule}, fallback: encrypt") } else { "encrypt".into() }
            )
        };
        let lines: Vec<String> = Category::ALL.iter().map(line).collect();
        Policy::from_yaml(&format!("categories: {{{}}}", lines.join(", "))).unwrap()
    });
    Scrubber::builder().policy(policy).key(key.clone()).build().unwrap()
}

#[test]
fn messages_come_back_from_themselves_byte_for_byte() {
    let key = Key::from_bytes(b"thirty-two bytes of a test's key").unwrap();
    let other = Key::from_bytes(b"the key of another, 32 bytes ...").unwrap();
    let again = Scrubber::builder().builtin_model(false).build().unwrap();
    for rule in ["encrypt", "fpe"] {
        let scrubber = reversible(rule, &key);
        let mut changed_in = std::collections::BTreeMap::new();
        for (case, message) in cases() {
            let scrubbed = scrubber.scrub_message(&message, Format::Auto, &Context::default());
            let scrubbed = scrubbed.unwrap_or_else(|error| panic!("{}: {error}", case.file));
            assert_eq!(restore_message(&scrubbed.bytes, &key).unwrap(), message, "{}", case.file);
            let text = decoded(&scrubbed.bytes).to_lowercase();
            for value in &case.gone {
                assert!(!text.contains(&value.to_lowercase()), "{}: {value} is left", case.file);
            }
            // It is still a message of its format.
            assert_eq!(Format::of(&scrubbed.bytes).as_str(), case.format, "{}", case.file);
            let twice = again.scrub_message(&scrubbed.bytes, Format::Auto, &Context::default());
            assert!(twice.is_ok(), "{}: {}", case.file, twice.unwrap_err());
            if scrubbed.bytes == message {
                continue;
            }
            *changed_in.entry(case.format.clone()).or_insert(0) += 1;
            assert!(restore_message(&scrubbed.bytes, &other).unwrap_err().is_key(), "{}", case.file);
            // Bytes at many places, of the seal too.
            for at in (0..scrubbed.bytes.len()).step_by(scrubbed.bytes.len() / 24 + 1) {
                let mut changed = scrubbed.bytes.clone();
                changed[at] ^= 1;
                let back = restore_message(&changed, &key);
                let untouched = back.as_ref().is_ok_and(|back| *back == changed);
                assert!(back.is_err() || untouched, "{}: byte {at} was changed, and it came back", case.file);
            }
        }
        assert!(changed_in.len() == 6 && changed_in.values().all(|count| *count >= 25), "{rule}: {changed_in:?}");
    }
}

#[test]
fn of_a_message_only_what_may_come_back_does() {
    let key = Key::from_bytes(b"thirty-two bytes of a test's key").unwrap();
    let policy =
        Policy::from_yaml("extends: safe-harbor\nregime: none\ncategories: {name: {operator: encrypt}}").unwrap();
    let scrubber = Scrubber::builder().policy(policy).builtin_model(false).key(key.clone()).build().unwrap();
    let packed = "U2VlbiBieSBEci4gT3NlaSwgTVJOIDQ0NzEyMDMu";
    let (hl7, fhir, ccda) = (
        format!("MSH|^~\\&|A||||20240314||MDM^T02|7|P|2.5\rPID|1||4471203||OSEI^KWAME||19610314|F\rZPI|4471203\rOBX|1|ED|1^N^LN||^TEXT^plain^Base64^{packed}\r"),
        "{\"resourceType\":\"Patient\",\"identifier\":[{\"value\":\"4471203\"}],\"name\":[{\"family\":\"Osei\",\"given\":[\"Kwame\"]}],\"shoeSize\":\"4471203\"}".to_owned(),
        "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><recordTarget><patientRole><id root=\"2.16.840.1.113883.19.5\" extension=\"4471203\"/><patient><name><given>Kwame</given><family>Osei</family></name></patient></patientRole></recordTarget></ClinicalDocument>".to_owned(),
    );
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("Seen by Dr. Kwame Osei, MRN 4471203.".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    for message in [
        hl7.as_bytes(),
        fhir.as_bytes(),
        ccda.as_bytes(),
        br"{\rtf1 Seen by Dr. Kwame O{\b sei}, MRN 4471203.}",
        b"<html><body><p>Seen by Dr. Kwame Osei, MRN <b>4471203</b>.</p></body></html>",
        &wide,
    ] {
        let scrubbed = scrubber.scrub_message(message, Format::Auto, &Context::default()).unwrap();
        let format = scrubbed.format;
        let shared = decoded(&scrubbed.bytes).to_lowercase();
        assert!(
            !shared.contains("kwame") && !shared.contains("osei") && !shared.contains("4471203"),
            "{format}: {shared}"
        );
        let back = decoded(&restore_message(&scrubbed.bytes, &key).unwrap());
        assert!(back.to_lowercase().contains("kwame") && !back.contains("4471203"), "{format}: {back}");
        assert!(!back.contains("MESSAGE:cg1_") && !back.contains("chartguard"), "{format}: {back}");
        if format == Format::Hl7 {
            // "Seen by Dr. Osei, MRN [MRN].": the document within came back as far as it may.
            assert!(back.contains("^U2VlbiBieSBEci4gT3NlaSwgTVJOIFtNUk5dLg==\r"), "{back}");
        }
        // What stands in the places of tokens says nothing to who has no seal.
        assert!(restore_message(&scrubbed.bytes[..scrubbed.bytes.len() - 1], &key).is_err(), "{format}");
    }
}

#[test]
fn a_note_that_is_restored_as_a_message_comes_back_too() {
    let key = Key::from_bytes(b"thirty-two bytes of a test's key").unwrap();
    let scrubber = reversible("encrypt", &key);
    let note = "Seen by Dr. Kwame Osei, MRN 4471203.";
    let scrubbed = scrubber.scrub(note).unwrap().text;
    assert_eq!(restore_message(scrubbed.as_bytes(), &key).unwrap(), note.as_bytes());
    assert_eq!(
        scrubber.scrub_message(note.as_bytes(), Format::Auto, &Context::default()).unwrap().bytes,
        scrubbed.as_bytes()
    );
    assert_eq!(restore_message(b"Nothing of the kind.", &key).unwrap(), b"Nothing of the kind.");
    assert_eq!(restore_message(b"caf\xe9", &key).unwrap(), b"caf\xe9");
    let message = scrubber.scrub_message(b"{\\rtf1 Dr. Osei}", Format::Auto, &Context::default()).unwrap();
    let error = chartguard::restore(std::str::from_utf8(&message.bytes).unwrap(), &key).unwrap_err();
    assert!(error.to_string().contains("restore_message"), "{error}");
}

#[test]
fn a_policy_says_of_types_of_resources_and_of_the_rest_what_is_done() {
    let message = r#"{"resourceType":"Patient","id":"p-1","gender":"female","maritalStatus":{"text":"married to Ola"},"name":[{"use":"official","family":"Osei"}],"contact":[{"name":{"use":"usual","family":"Adjei"},"relationship":[{"text":"aunt"}]}],"deceasedBoolean":false,"multipleBirthInteger":2}"#;
    let scrub = |lines: &str| {
        let policy = Policy::from_yaml(&format!("regime: none\nmessages: {{fhir: {{{lines}}}}}")).unwrap();
        let scrubber = Scrubber::builder().policy(policy).builtin_model(false).build().unwrap();
        let out = scrubber.scrub_message(message.as_bytes(), Format::Auto, &Context::default()).unwrap().bytes;
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        value
    };
    let out = scrub("HumanName: remove");
    assert!(out.get("name").is_none() && out["contact"][0].get("name").is_none(), "{out}");
    assert_eq!(out["contact"][0]["relationship"][0]["text"], "aunt");
    let out = scrub("HumanName.family: keep, Patient.contact.name: remove, Resource.id: keep");
    assert_eq!((&out["name"][0]["family"], &out["id"]), (&"Osei".into(), &"p-1".into()));
    assert!(out["contact"][0].get("name").is_none(), "{out}");
    let out = scrub("Patient: remove, Patient.gender: keep, HumanName.use: keep");
    assert_eq!(out["gender"], "female");
    assert_eq!(out["name"], serde_json::json!([{"use": "official"}]));
    let left: Vec<&String> = out.as_object().unwrap().keys().collect();
    assert_eq!(left, ["resourceType", "meta", "gender", "name", "contact"], "{out}");
    let out = scrub("Patient.deceased: remove, Patient.multipleBirth: remove, Any.family: remove");
    assert!(out.get("deceasedBoolean").is_none() && out.get("multipleBirthInteger").is_none(), "{out}");
    assert!(out["name"][0].get("family").is_none() && out["name"][0]["use"] == "official", "{out}");
    let out = scrub("Patient.multipleBirth: keep, Patient.multipleBirthInteger: remove");
    assert!(out.get("multipleBirthInteger").is_none(), "{out}");
}

/// Numbers that are ages over 89 by their unit or by what they are called, `«90»` and so on for each, beside others that stay.
const AGES: &[&str] = &[
    r#"{"resourceType":"Condition","id":"c","onsetAge":{"value":«94»,"unit":"years","code":"a"},"abatementRange":{"low":{"value":«91»,"unit":"yr"},"high":{"value":«95.5»,"unit":"yr"}}}"#,
    r#"{"resourceType":"Observation","code":{"coding":[{"system":"http://loinc.org","code":"30525-0"}]},"valueInteger":«93»}"#,
    r#"{"resourceType":"Observation","code":{"text":"Systolic"},"valueQuantity":{"value":128,"unit":"mmHg","code":"mm[Hg]"},"component":[{"code":{"text":"Age"},"valueQuantity":{"value":«101»}}]}"#,
    r#"{"resourceType":"QuestionnaireResponse","item":[{"linkId":"3","text":"Age","answer":[{"valueInteger":«97»}]},{"linkId":"4","text":"Dosage","answer":[{"valueInteger":97}]}]}"#,
    r#"{"resourceType":"FamilyMemberHistory","ageAge":{"value":34,"code":"a"},"deceasedAge":{"value":«99»,"code":"a"}}"#,
    "MSH|^~\\&|||||20240314||ORU^R01||P|2.5.1\rOBX|1|NM|30525-0^Age^LN||«94»|a^year^UCUM\rOBX|2|NM|30525-0^Age^LN||«93»\r\
     OBX|3|SN|X^Onset^L||>^«92»|a\rOBX|4|NM|8480-6^Systolic^LN||128|mm[Hg]\rOBX|5|NM|1^Weight^L||120|kg\rOBX|6|CQ|2^Alive^L||«95»^yr\r",
    r#"<ClinicalDocument xmlns="urn:hl7-org:v3"><observation><code code="445518008" displayName="Age At Onset"/><value value="«94»" unit="a"/></observation><observation><code code="9"/><value><low value="«91»" unit="a"/></value></observation><observation><code code="9"/><value value="93" unit="kg"/></observation></ClinicalDocument>"#,
];

#[test]
fn numbers_that_are_ages_over_89_become_90() {
    // `«94»` as it stands in a message, or with another number in its place.
    let with = |written: &str, number: Option<&str>| -> String {
        let parts = written.split(['«', '»']).enumerate();
        parts.map(|(index, part)| number.filter(|_| index % 2 == 1).unwrap_or(part)).collect()
    };
    let key = Key::from_bytes(b"thirty-two bytes of a test's key").unwrap();
    let scrubber = |policy: &str| {
        let policy = Policy::from_yaml(policy).unwrap();
        Scrubber::builder().policy(policy).key(key.clone()).builtin_model(false).build().unwrap()
    };
    let scrub = |scrubber: &Scrubber, message: &str| {
        let out = scrubber.scrub_message(message.as_bytes(), Format::Auto, &Context::default()).unwrap();
        (String::from_utf8(out.bytes).unwrap(), out.findings)
    };
    for written in AGES {
        let message = with(written, None);
        for policy in ["extends: safe-harbor", "categories: {age: {operator: mask}}"] {
            let (out, findings) = scrub(&scrubber(policy), &message);
            let expected = with(written, Some("90"));
            let bare = |text: &str| text.replace(|c: char| c.is_whitespace(), "");
            // What else is scrubbed, and the label of a resource, have tests of their own.
            for part in expected.split(['{', '}', '\r', '>']).filter(|part| part.contains("90")) {
                assert!(bare(&out).contains(&bare(part)), "{policy}: {part}: {out}");
            }
            let ages = findings.iter().filter(|found| found.applied.finding.category == Category::Age).count();
            assert_eq!(ages, written.matches('«').count(), "{written}");
        }
        let (kept, _) = scrub(&scrubber("extends: limited-data-set"), &message);
        let (gone, _) = scrub(&scrubber("categories: {age: {operator: remove}}"), &message);
        for number in written.split(['«', '»']).skip(1).step_by(2) {
            assert!(kept.contains(number), "{kept}");
            assert!(!gone.contains(&format!("\"value\":{number}")) && !gone.contains(&format!("|{number}")));
        }
        let sealed = scrub(
            &scrubber(
                "categories: {age: {operator: encrypt}, date: {operator: encrypt}, other_id: {operator: encrypt}}",
            ),
            &message,
        )
        .0;
        assert_eq!(restore_message(sealed.as_bytes(), &key).unwrap(), message.as_bytes(), "{sealed}");
    }
}

/// What somebody may have typed where a table expects a code, a number or a label, in messages whose patient is Rosalind Achterberg, MRN
/// 4471203: `«...»` is gone from each.
const TYPED_ANYWHERE: &[&str] = &[
    "NK1|1|DOE^JOHN|SPO^Spouse|||||||||||||||||||||||«QUACKENBUSH»^«MARY»",
    "GT1|1|||||||||||||||||||||||«20240314»|||||«EMP88123»||«20200102»|«20210203»",
    "GT1|1|||||||||||||||||||||||||||||||||||||||||||||||||||||||«GALLIPOLIS»",
    "PV2||||||||||||||||||||||||||||||||||||||||||||||||||«20240102»",
    "TXA|1|PN|TX||||||||||||||||||«Rosalind Achterberg» asked to correct DOB «4/5/1931»",
    "CON|1||||read|to «Rosalind Achterberg»|call «217-555-0143»",
    "GOL|AD|20240314|G1||||||||||||||Met: «Rosalind Achterberg» walked «3/14/2024»||«20240315»",
    "OBX|1|IS|VISIT^Visit Date^L||«03/14/2024»",
    "OBX|1|IS|PROV^Therapist^L||«P VANDERMEER» PT",
    "OBX|1|IS|X^Y^L||«ACHTERBERG»",
    "OBX|1|ID|X^Y^L||«4471203»",
    "OBX|1|TM|X^Y^L||«20240314»",
    "OBX|1|NM|SSN^Social Security Number^L||«219099999»",
    "OBX|1|NM|45401-7^Postal code^LN||«62704»",
    "OBX|1|NM|PHONE^Phone^L||«2175550143»",
    "OBX|1|NM|11^Serial^L||«4471203»",
    "OBX|1|CWE|1^Diagnosis^L||F32.1^«Rosalind Achterberg» depressed^I10",
    "OBX|1|TX|11506-3^Note for «Achterberg»^LN||stable",
    "OBX|1|NM|«4471203»^Reps^L|«ACHTERBERG»|12|reps|10 for «Rosalind»",
    "PV1|1|O^«Achterberg»|CLINIC",
    "OBX|1|TX|1^N^L||«Um9zYWxpbmQgQWNodGVyYmVyZyB3YWxrZWQgNDAgZmVldCB3aXRoIENHQS4=»",
    "OBX|1|ED|1^N^L||^TEXT^plain^A^Patient «Rosalind» walked 40 feet",
    "OBX|1|ED|1^N^L||^TEXT^plain^Hex^«41636874657262657267»",
];

const TYPED_ANYWHERE_FHIR: &[&str] = &[
    r#"{"resourceType":"QuestionnaireResponse","item":[{"linkId":"1","answer":[{"valueAttachment":{"contentType":"text/plain","data":"«Um9zYWxpbmQgQWNodGVyYmVyZywgTVJOIDQ0NzEyMDMgd2Fsa2Vk»"}}]}]}"#,
    r#"{"resourceType":"QuestionnaireResponse","item":[{"linkId":"1","text":"SSN","answer":[{"valueInteger":«219099999»}]},{"linkId":"2","text":"Zip","answer":[{"valueInteger":«62704»}]}]}"#,
    r#"{"resourceType":"QuestionnaireResponse","item":[{"linkId":"1","text":"How old are you?","answer":[{"valueDecimal":«94.5»}]}]}"#,
    r#"{"resourceType":"Observation","code":{"coding":[{"system":"http://loinc.org","code":"11506-3","display":"Note of «Rosalind Achterberg»"}]},"valueInteger":«4471203»}"#,
    r#"{"resourceType":"Communication","payload":[{"contentString":"«Um9zYWxpbmQgQWNodGVyYmVyZyB3YWxrZWQgNDAgZmVldCB3aXRoIENHQS4=»"}]}"#,
    r#"{"resourceType":"CarePlan","activity":[{"detail":{"kind":"Task","performer":[{"reference":"Practitioner/«x1»"}],"location":{"reference":"Location/«l1»"},"description":"for «Rosalind Achterberg»"}}]}"#,
    r#"{"resourceType":"Basic","code":{"coding":[{"system":"https://cedar.example/codes","code":"«ACHTERBERG»-«4471203»"}]}}"#,
];

#[test]
fn a_value_that_stays_names_nobody_of_the_message() {
    let scrubber = Scrubber::new(Policy::default()).unwrap();
    let head = "MSH|^~\\&|A||||20240314||ORU^R01|7|P|2.5.1\rPID|1||4471203^^^A^MR||ACHTERBERG^ROSALIND||19310405|F\r";
    let patient = r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","identifier":[{"type":{"coding":[{"code":"MR"}]},"value":"4471203"}],"name":[{"family":"Achterberg","given":["Rosalind"]}]}},{"resource":"#;
    let hl7 = TYPED_ANYWHERE.iter().map(|line| (*line, head.to_owned(), "\r"));
    let fhir = TYPED_ANYWHERE_FHIR.iter().map(|line| (*line, patient.to_owned(), "}]}"));
    let mut left = Vec::new();
    for (written, before, after) in hl7.chain(fhir) {
        let message = format!("{before}{}{after}", written.replace(['«', '»'], ""));
        let out = scrubber.scrub_message(message.as_bytes(), Format::Auto, &Context::default()).unwrap();
        let out = String::from_utf8(out.bytes).unwrap();
        let own = &out[out.rfind(&written[..6]).unwrap_or(0)..];
        for gone in written.split(['«', '»']).skip(1).step_by(2) {
            if own.contains(gone) {
                left.push(format!("{gone} in {own}"));
            }
        }
    }
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn what_a_goal_is_called_stays() {
    let scrubber = Scrubber::new(Policy::default()).unwrap();
    for message in [
        r#"{"resourceType":"Goal","meta":{"security":[]},"description":{"coding":[{"system":"http://snomed.info/sct","code":"713458007","display":"Improving gait"}]}}"#,
        r#"{"resourceType":"Observation","meta":{"security":[]},"code":{"text":"Steps"},"valueInteger":10432}"#,
        r#"{"resourceType":"QuestionnaireResponse","meta":{"security":[]},"item":[{"linkId":"1","answer":[{"valueCoding":{"system":"http://loinc.org","code":"LA6568-5","display":"Not at all"}}]}]}"#,
    ] {
        let out = scrubber.scrub_message(message.as_bytes(), Format::Auto, &Context::default()).unwrap();
        assert!(out.findings.is_empty(), "{}", String::from_utf8(out.bytes).unwrap());
    }
}

#[test]
fn each_message_of_a_file_has_a_patient_of_its_own() {
    let policy = Policy::from_yaml("{extends: limited-data-set, categories: {date: {operator: date_shift}}}").unwrap();
    let scrubber = Scrubber::builder()
        .policy(policy)
        .key(Key::from_bytes(b"thirty-two bytes of a test's key").unwrap())
        .builtin_model(false);
    let scrubber = scrubber.build().unwrap();
    let scrubbed = |message: &str| {
        let done = scrubber.scrub_message(message.as_bytes(), Format::Hl7, &Context::default()).unwrap();
        String::from_utf8(done.bytes).unwrap()
    };
    let message = |mrn: &str, name: &str| {
        format!(
            "MSH|^~\\&|LAB|A|||20240314||ORU^R01|7|P|2.5.1\rPID|1||{mrn}^^^A^MR||{name}^ROSALIND||19610314|F\r\
             OBX|1|TX|11506-3^Note^LN||{name} was seen on 03/14/2024.\r"
        )
    };
    let note = |text: &str| -> Vec<String> {
        text.split('\r').filter(|line| line.starts_with("OBX")).map(str::to_owned).collect()
    };
    let (first, second) = (message("4471203", "ACHTERBERG"), message("9953817", "QUACKENBUSH"));
    let alone = [note(&scrubbed(&first)), note(&scrubbed(&second))].concat();
    assert_eq!(note(&scrubbed(&format!("BHS|^~\\&|LAB\r{first}{second}{first}BTS|3\r")))[..2], alone);
    assert_ne!(alone[0], alone[1], "two patients have the same days");
}
