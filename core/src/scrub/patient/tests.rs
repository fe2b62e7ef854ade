use super::*;
use crate::scrub::{Policy, Scrubber, Stages};

fn rosalind() -> Patient {
    Patient::from_json(
        r#"{"names": ["Rosalind Marie Achterberg-Pell"], "birth_date": "1941-03-14", "mrns": "00482910",
            "phones": ["(312) 555-0142"], "emails": ["roz.a@example.org"], "ssn": "219-09-9999",
            "addresses": ["1420 W Cypress Ln Apt 4B, Springfield, IL 62704-1123"], "relatives": ["Wim Achterberg"],
            "providers": ["Grace Young, MD"], "employers": ["Lakeview Steel Works"], "ids": ["TRX-99-A17"]}"#,
    )
    .unwrap()
}

/// What the patient's data alone finds.
fn found<'t>(patient: &Patient, text: &'t str) -> Vec<&'t str> {
    let scrubber = Scrubber::builder()
        .policy(Policy::from_yaml("name: all").unwrap())
        .builtin_model(false)
        .stages(Stages::NONE.with(crate::scrub::Stage::Patient))
        .build()
        .unwrap();
    let findings = scrubber.find_for(text, patient).unwrap();
    assert!(findings.iter().all(|f| f.detector == PATIENT && f.score >= 1.0));
    findings.iter().map(|f| f.span.of(text)).collect()
}

#[test]
fn names_in_every_shape() {
    let patient = rosalind();
    for (text, names) in [
        ("Rosalind Achterberg-Pell was seen", &["Rosalind Achterberg-Pell"][..]),
        ("ACHTERBERG-PELL, ROSALIND M. was seen", &["ACHTERBERG-PELL, ROSALIND M."]),
        ("achterberg pell rosalind", &["achterberg pell rosalind"]),
        ("pt r. achterberg reports", &["achterberg"]),
        ("Pt R. M. Achterberg reports", &["R. M. Achterberg"]),
        ("Ms. Achterbergpell's knee", &["Achterbergpell"]),
        ("Roz and rosie", &["Roz", "rosie"]),
        ("Achtreberg, Achterburg, Achterbrg and Achterbeerg", &["Achtreberg, Achterburg, Achterbrg", "Achterbeerg"]),
        ("Rosalnd came", &["Rosalnd"]),
        ("Achter-\nberg came", &["Achter-\nberg"]),
        ("Rosalind\nAchterberg", &["Rosalind\nAchterberg"]),
        ("mail rachterberg7", &["rachterberg7"]),
        ("seen by Dr. Young", &["Young"]),
        ("Young, Grace", &["Young, Grace"]),
        ("a young woman of grace; Young woman. Young men. The Grace of it", &["Grace"]),
        ("Wim called", &["Wim"]),
    ] {
        assert_eq!(found(&patient, text), names, "{text}");
    }
}

#[test]
fn numbers_dates_and_places_in_every_shape() {
    let patient = rosalind();
    for (text, values) in [
        ("MRN 00482910, 482910, 48-29-10, MRN00482910", &["00482910", "482910", "48-29-10", "00482910"][..]),
        ("14829105 and 3.482910 and 4829107", &[]),
        ("312.555.0142, +1 (312) 555-0142, 5550142", &["312.555.0142", "1 (312) 555-0142", "5550142"]),
        (
            "ssn 219099999, 219 09 9999, xxx-xx-9999, last four 9999; 9999 ml",
            &["219099999", "219 09 9999", "9999", "9999"],
        ),
        ("ROZ.A@EXAMPLE.ORG", &["ROZ.A@EXAMPLE.ORG"]),
        (
            "dob 3/14/41, 14.03.1941, 14 March 1941, 1941-03-14, 19410314, Mar 14 '41",
            &["3/14/41", "14.03.1941", "14 March 1941", "1941-03-14", "19410314", "Mar 14 '41"],
        ),
        ("3/15/41, 2021-03-14", &[]),
        ("lives at 1420 west cypress lane, apt. 4b", &["1420 west cypress lane, apt. 4b"]),
        ("on Cypress Ln near Springfield 62704", &["Cypress Ln", "Springfield", "62704"]),
        ("the cypress tree, 1420 ml", &[]),
        ("works at lakeview steel works", &["lakeview steel works"]),
        ("trx 99 a17? TRX99A17", &["trx 99 a17", "TRX99A17"]),
    ] {
        assert_eq!(found(&patient, text), values, "{text}");
    }
}

#[test]
fn initials_that_mean_nothing_else() {
    let zoe = Patient::from_json(r#"{"names": ["Zoe Vera Quill"]}"#).unwrap();
    assert_eq!(found(&zoe, "Z.V.Q. and ZVQ; Z.Q. agreed, z.q. 3"), ["Z.V.Q.", "ZVQ", "Z.Q."]);
    let paul = Patient::from_json(r#"{"names": ["Paul Tan", "Mary Stone"]}"#).unwrap();
    assert_eq!(found(&paul, "P.T. 3x, PT eval, MS, M.S."), [""; 0]);
}

#[test]
fn eponyms_and_headings_stay() {
    let patient = Patient::from_json(r#"{"names": ["Mark Foley", "Will Long"], "aliases": ["Parkinson"]}"#).unwrap();
    for text in [
        "Foley catheter in place, a Foley was left",
        "Parkinson's disease",
        "Short and Long Term Goals",
        "Will continue; she will mark the site",
        "PLAN: WILL CONTINUE LONG ARC QUADS",
    ] {
        assert_eq!(found(&patient, text), [""; 0], "{text}");
    }
    assert_eq!(found(&patient, "mark foley, Mr. Foley and Will Long"), ["mark foley", "Foley", "Will Long"]);
    assert_eq!(found(&patient, "Foley denies pain"), ["Foley"]);
}

#[test]
fn bad_patients_are_refused_without_being_repeated() {
    for (json, said) in [
        ("{", "not JSON"),
        ("[]", "keys such as"),
        ("{}", "nothing is known"),
        (r#"{"nmaes": ["Quackenbush"]}"#, "`names`"),
        (r#"{"names": [" "]}"#, "`names[0]`: an empty value"),
        (r#"{"names": "-"}"#, "`names[0]`: a name has at least two letters"),
        (r#"{"names": [7]}"#, "`names[0]`: a text is expected"),
        (r#"{"mrns": ["12"]}"#, "`mrns[0]`: fewer than"),
        (r#"{"ssn": "219-09-99"}"#, "`ssn`: a social security number"),
        (r#"{"emails": ["quackenbush"]}"#, "`emails[0]`"),
        (r#"{"birth_date": "03/14/1941"}"#, "`birth_date`: a date is written"),
        (r#"{"birth_date": "1941-02-30"}"#, "`birth_date`"),
        (r#"{"birth_date": "2041-02-03", "note_date": "2024-01-01"}"#, "`birth_date`: the date of birth lies after"),
        (r#"{"addresses": ["Quackenbush 7"]}"#, "`addresses[0]`"),
    ] {
        match Patient::from_json(json) {
            Ok(_) => assert!(json.contains("addresses"), "{json}"),
            Err(error) => {
                assert!(error.is_config() && error.to_string().contains(said), "{json}: {error}");
                assert!(!error.to_string().to_lowercase().contains("quackenbush"), "{error}");
            }
        }
    }
    assert!(!format!("{:?} {:?}", rosalind(), Demographics::default()).contains("osalind"));
}

#[test]
fn what_is_left_is_an_error() {
    let patient = rosalind();
    let text = "Seen Rosalind today. Born 3/14/1941.";
    // Dates stay under a limited data set: that of birth too.
    let limited = Scrubber::new(Policy::builtin("limited-data-set").unwrap()).unwrap();
    assert_eq!(limited.scrub_for(text, &patient).unwrap().text, "Seen [NAME] today. Born 3/14/1941.");
    // A removal that leaves the name.
    let json = r#"{"policy": {"extends": "safe-harbor", "categories": {"other_id": {"operator": "remove"}},
                   "deny": ["zz"]}, "model": "none"}"#;
    let brought_together = "Rosa zz lind";
    let scrubber = Scrubber::from_json(json).unwrap();
    assert!(scrubber.scrub_for(brought_together, &patient).is_ok());
    let error = scrubber.scrub_for("Achter-zz-berg", &patient).err();
    assert!(error.is_none_or(|error| error.to_string().contains("(name)") && !error.to_string().contains("chter")));
}

#[test]
fn an_allow_list_does_not_keep_the_patient() {
    let patient = rosalind();
    let policy = Policy::from_yaml("extends: safe-harbor\nallow: [Achterberg, Rosalind]").unwrap();
    let scrubber = Scrubber::new(policy).unwrap();
    assert_eq!(scrubber.scrub_for("Ms. Achterberg", &patient).unwrap().text, "Ms. [NAME]");
}
