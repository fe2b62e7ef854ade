//! Policies with detectors and lists of their own, and strict mode: the example policy, mistakes, and what must hold.

use std::fs;
use std::process::Command;
use std::sync::LazyLock;

use chartguard::{Category, Context, Format, Key, Operator, Policy, Scrubber, wire};
use chartguard_tests::{build_folder, corpus, hostile, repository};
use serde_json::Value;

const EXAMPLE: &str = "examples/policies/st-elsewhere.yaml";

/// Invented; each line shows a part of the example policy.
const NOTE: &str = "Chart SE\u{2011}００４２８７１, old chart no 44.71.02, band WB 4471-22.\n\
    Seen by ROSE on the harbor\u{a0}unit; Marchetti scale 3. Guarantor 7992739875.\n\
    Plain numbers stay: 44.71.02, SE-12.\n";

fn example() -> Policy {
    Policy::load(repository().join(EXAMPLE)).unwrap()
}

fn without_model(policy: Policy) -> Scrubber {
    Scrubber::builder().policy(policy).builtin_model(false).build().unwrap()
}

#[test]
fn the_example_policy_finds_what_is_the_hospitals_own() {
    let policy = example();
    assert_eq!(policy.name(), "st-elsewhere");
    let names = ["elsewhere-wristband", "elsewhere-account", "st-elsewhere-mrn", "st-elsewhere-old-mrn"];
    assert_eq!(policy.detectors().collect::<Vec<_>>(), names);
    let scrubbed = without_model(policy).scrub(NOTE).unwrap();
    let expected = "Chart [MRN], old chart no [MRN], band [OTHER_ID].\n\
        Seen by **** on the [ORGANIZATION]; Marchetti scale 3. Guarantor [ACCOUNT].\n\
        Plain numbers stay: 44.71.02, SE-12.\n";
    assert_eq!(scrubbed.text, expected);
    let detectors: Vec<&str> = scrubbed.findings.iter().map(|applied| applied.finding.detector.as_ref()).collect();
    for name in ["st-elsewhere-mrn", "st-elsewhere-old-mrn", "elsewhere-wristband", "policy.deny"] {
        assert!(detectors.contains(&name), "{name}: {detectors:?}");
    }
}

#[test]
fn the_command_line_and_a_configuration_mean_the_same() {
    let scrubbed = without_model(example()).scrub(NOTE).unwrap();
    let findings = wire::findings(NOTE, &scrubbed);
    let folder = build_folder().join("policy-tests");
    fs::create_dir_all(&folder).unwrap();
    let note = folder.join("note.jsonl");
    fs::write(&note, serde_json::json!({"id": 1, "text": NOTE}).to_string()).unwrap();
    let out = Command::new(build_folder().join("chartguard"))
        .args(["scrub", "--policy", EXAMPLE, "--model", "none", "--jsonl"])
        .arg(&note)
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let line: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(line["text"], scrubbed.text.as_str());
    assert_eq!(line["findings"], findings);

    let file = repository().join(EXAMPLE).display().to_string();
    let by_file = serde_json::json!({"policy": file, "model": "none"}).to_string();
    let inline = serde_json::json!({"policy": {"extends": file}, "model": "none"}).to_string();
    for config in [by_file, inline] {
        let again = Scrubber::from_json(&config).unwrap().scrub(NOTE).unwrap();
        assert!(again == scrubbed, "{config}");
    }
}

#[test]
fn mistakes_say_what_and_where() {
    let folder = build_folder().join("policy-mistakes");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write("empty.txt", "# nothing\n\n");
    write("loop.yaml", "extends: loop.yaml\n");
    write("broken.yaml", "detectors: [{name: x, category: mrn, pattern: 'a('}]\n");
    let detector = "name: x, category: mrn, pattern: 'a1'";
    for (policy, parts) in [
        ("strict: maybe".to_owned(), &["`strict`", "true or false"][..]),
        ("detectors: {}".into(), &["`detectors`", "a list"]),
        (format!("detectors: [{{{detector}}}, {{{detector}}}]"), &["detectors[1].name", "detectors[0]"]),
        (format!("detectors: [{{{detector}, score: 0.3}}]"), &["`x`", "0.3", "threshold 0.5", "`mrn`"]),
        ("allow: [2024]".into(), &["allow[0]", "quotes"]),
        ("allow: [x, '']".into(), &["allow[1]", "empty"]),
        ("allow: [{txt: x}]".into(), &["allow[0]", "txt", "`text`"]),
        ("allow: [{text: x, file: names.txt}]".into(), &["allow[0]", "either"]),
        ("allow: [{text: x, match: normal}]".into(), &["allow[0].match", "`normalised`"]),
        ("deny: [{text: x, category: nmae}]".into(), &["deny[0].category", "`name`"]),
        ("deny: [{file: missing.txt}]".into(), &["deny[0].file", "missing.txt"]),
        ("deny: [{file: empty.txt}]".into(), &["deny[0].file", "no entry"]),
        ("allow: [z, 'A  b']\ndeny: [x, {text: a B, category: name}]".into(), &["deny[1]", "allow[1]"]),
        ("extends: safe-harbor\ndeny: [{text: x, category: profession}]".into(), &["deny", "profession", "keeps"]),
        ("extends: loop.yaml".into(), &["loop.yaml", "more than"]),
        ("extends: broken.yaml".into(), &["broken.yaml", "detectors[0].pattern", "character 2"]),
        ("categories: {name: tag}".into(), &["categories.name", "a text"]),
        ("categories: {name: {mask_char: ab}}".into(), &["categories.name.mask_char", "one character"]),
        ("categories: {location: {keep: [ctiy]}}".into(), &["categories.location.keep", "`city`"]),
    ] {
        write("policy.yaml", &policy);
        let error = Policy::load(folder.join("policy.yaml")).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("policy.yaml"), "{message}");
        for part in parts {
            assert!(message.contains(part), "{policy}: {part}: {message}");
        }
    }
    let error = Policy::from_yaml("deny: [{file: names.txt}]").unwrap_err();
    assert!(error.to_string().contains("`Policy::load`"), "{error}");
}

#[test]
fn what_a_file_says_replaces_what_it_inherits() {
    let folder = build_folder().join("policy-inherits");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("base.yaml"),
        "extends: safe-harbor\nstrict: true\nallow: [Quill]\ndeny: [Heron]\n\
         detectors: [{name: own, category: mrn, pattern: 'Q\\d'}, {name: other, category: mrn, pattern: 'R\\d'}]\n",
    )
    .unwrap();
    fs::write(
        folder.join("site.yaml"),
        "extends: base.yaml\nstrict: false\nallow: [HERON]\ndeny: [{text: quill, category: name}]\n\
         detectors: [{name: own, category: mrn, pattern: 'S\\d'}]\n",
    )
    .unwrap();
    let base = Policy::load(folder.join("base.yaml")).unwrap();
    let site = Policy::load(folder.join("site.yaml")).unwrap();
    assert!(base.strict() && !site.strict());
    assert_eq!(site.detectors().collect::<Vec<_>>(), ["other", "own"]);
    assert_eq!((site.allow().len(), site.deny().len()), (1, 1));
    let text = without_model(site).scrub("the heron and the quill, Q1 R2 S3").unwrap().text;
    assert_eq!(text, "the heron and the [NAME], Q1 [MRN] [MRN]");
}

static PLAIN: LazyLock<Scrubber> = LazyLock::new(|| Scrubber::new(Policy::default()).unwrap());
static STRICT: LazyLock<Scrubber> = LazyLock::new(|| Scrubber::new(Policy::default().with_strict(true)).unwrap());

#[test]
fn strict_mode_removes_all_that_goes_without_it() {
    for (id, text) in corpus() {
        let strict = STRICT.find(&text).unwrap();
        for finding in PLAIN.find(&text).unwrap() {
            let mut bytes = finding.span.range();
            let covered = bytes.all(|at| strict.iter().any(|other| other.span.range().contains(&at)));
            assert!(covered, "{id}: {} is smaller under strict mode", finding.detector);
        }
    }
}

#[test]
fn strict_mode_keeps_what_the_policy_keeps_and_allows() {
    let text = "Seen 03/14/2024 in Springfield with Quackenbush and Ottoline.";
    let policy = "extends: limited-data-set\nstrict: true\nallow: [Ottoline]";
    let scrubbed = Scrubber::new(Policy::from_yaml(policy).unwrap()).unwrap().scrub(text).unwrap().text;
    assert!(scrubbed.contains("03/14/2024") && scrubbed.contains("Ottoline"), "{scrubbed}");
    assert!(!scrubbed.contains("Quackenbush"), "{scrubbed}");
}

#[test]
fn strict_mode_takes_any_text() {
    for (name, text) in hostile() {
        let scrubbed = STRICT.scrub(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut at = 0;
        for applied in &scrubbed.findings {
            assert!(at <= applied.finding.span.start && text.get(applied.finding.span.range()).is_some());
            at = applied.finding.span.end;
        }
    }
    let found = without_model(Policy::default().with_strict(true)).find("saw quackenbush today").unwrap();
    assert_eq!(found.iter().map(|finding| finding.detector.as_ref()).collect::<Vec<_>>(), ["strict"]);
}

/// Rules in the way of Microsoft's FHIR anonymiser.
fn path_rules(rules: &str) -> Result<Policy, chartguard::Error> {
    Policy::from_fhir_path_rules(&format!("{{\"fhirPathRules\": [{rules}]}}"))
}

#[test]
fn fhir_path_rules_become_a_policy() {
    let rules = fs::read_to_string(repository().join("tests/cases/fhir-path-rules/pool.json")).unwrap();
    let policy = Policy::from_fhir_path_rules(&rules).unwrap();
    assert_eq!(Policy::from_yaml(&policy.to_yaml()).unwrap(), policy);
    let operator = |category| policy.category(category).operator;
    assert_eq!(operator(Category::Date), Operator::DateShift);
    assert_eq!(operator(Category::OtherId), Operator::Encrypt);
    assert_eq!(operator(Category::Location), Operator::Generalize);
    assert_eq!(policy.category(Category::Location).options.zip_census.as_str(), "2010");
    let key = Key::from_bytes(b"thirty-two bytes of a test's key").unwrap();
    let scrubber = Scrubber::builder().policy(policy).builtin_model(false).key(key).build().unwrap();
    let message = r#"{"resourceType":"Bundle","type":"collection","entry":[
        {"fullUrl":"urn:uuid:0b6cb1f2-9a6e-4a3c-8d0e-111111111111","resource":{"resourceType":"Patient","id":"p-1","extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"F"}],
        "text":{"status":"generated","div":"<div>Kwame Osei</div>"},"name":[{"use":"official","family":"Osei","given":["Kwame"]}],"gender":"male","birthDate":"1961-03-14",
        "address":[{"line":["12 Quince Ct"],"city":"Kittery","state":"ME","postalCode":"03904","country":"US"}],"telecom":[{"system":"phone","value":"207-555-0142"}]}},
        {"resource":{"resourceType":"Observation","id":"o-1","status":"final","subject":{"reference":"Patient/p-1","display":"Osei, Kwame"},"valueQuantity":{"value":7.50,"unit":"kg"}}},
        {"resource":{"resourceType":"Observation","id":"o-2","status":"final","valueString":"Kwame walks"}},
        {"resource":{"resourceType":"Condition","id":"c-1","onsetAge":{"value":94,"unit":"a"},"onsetDateTime":"2024-01-02"}},
        {"resource":{"resourceType":"Organization","id":"g-1","telecom":[{"system":"phone","value":"207-555-0100"}]}}]}"#;
    let out = scrubber.scrub_message(message.as_bytes(), Format::Auto, &Context::default()).unwrap().bytes;
    let out: Value = serde_json::from_slice(&out).unwrap();
    let of = |at: usize| &out["entry"][at]["resource"];
    let patient = of(0);
    assert_eq!(patient["name"], serde_json::json!([{"use": "official"}]));
    assert_eq!(patient["address"], serde_json::json!([{"state": "ME", "postalCode": "039", "country": "US"}]));
    for gone in ["extension", "text", "telecom"] {
        assert!(patient.get(gone).is_none(), "{gone}: {patient}");
    }
    let born = patient["birthDate"].as_str().unwrap();
    assert!(born.len() == 10 && born != "1961-03-14", "{born}");
    assert_eq!(of(1)["subject"]["reference"], format!("Patient/{}", patient["id"].as_str().unwrap()));
    assert!(patient["id"] != "p-1" && of(1)["subject"].get("display").is_none());
    assert_eq!(of(1)["valueQuantity"]["unit"], "kg");
    assert!(of(2).get("valueString").is_none());
    assert!(of(3).get("onsetAge").is_none() && of(3).get("onsetDateTime").is_none(), "{}", of(3));
    assert_eq!(of(4)["telecom"][0]["value"], "207-555-0100");
    assert!(out["entry"][0].get("fullUrl").is_none());
}

#[test]
fn the_first_fhir_path_rule_that_reaches_an_element_holds() {
    let lines = |rules: &str| {
        let yaml = path_rules(rules).unwrap().to_yaml();
        yaml.split_once("messages:\n").map_or(String::new(), |(_, lines)| lines.replace("  ", " ").trim().to_owned())
    };
    let rule = |path: &str, method: &str| format!("{{\"path\": \"{path}\", \"method\": \"{method}\"}}");
    let both = |a: (&str, &str), b: (&str, &str)| lines(&format!("{}, {}", rule(a.0, a.1), rule(b.0, b.1)));
    // What a rule before it reaches is not kept by a later one.
    let shadowed = [
        (("nodesByType('HumanName')", "redact"), ("Patient.name", "keep")),
        (("nodesByType('HumanName')", "redact"), ("Patient.contact.name.family", "keep")),
        (("Patient.name", "redact"), ("Patient.name.use", "keep")),
        (("Resource.id", "redact"), ("Patient.id", "keep")),
        (("nodesByName('family')", "redact"), ("nodesByType('HumanName').family", "keep")),
        (("Patient", "redact"), ("Patient.gender", "keep")),
        (("Resource", "redact"), ("Patient.gender", "keep")),
    ];
    for (first, second) in shadowed {
        let said = both(first, second);
        assert!(said.contains("remove") && !said.contains("keep"), "{first:?}, {second:?}: {said}");
    }
    // What an operator works on is not kept, as a whole or with the rest.
    let dates = ("nodesByType('dateTime')", "dateShift");
    let said = both(dates, ("Patient.birthDate", "keep"));
    assert!(!said.contains("keep"), "{said}");
    let said = both(dates, ("Patient.name", "keep"));
    assert!(
        said.contains("\"Patient.name.family\": \"keep\"")
            && !said.contains("period.start")
            && !said.contains("\"Patient.name\""),
        "{said}"
    );
    let said = both(dates, ("Resource", "redact"));
    assert!(said.contains("\"Resource\": \"remove\"") && said.contains("\"Period.start\": \"date\""), "{said}");
    assert!(said.contains("\"Any.birthDate\": \"birth_date\""), "{said}");
    for (first, second) in [
        (("Patient.name", "cryptoHash"), ("nodesByType('HumanName')", "keep")),
        (("Patient.name", "cryptoHash"), ("Patient", "keep")),
        (("nodesByType('HumanName')", "encrypt"), ("Resource", "keep")),
        (dates, ("Patient", "keep")),
    ] {
        let error = path_rules(&format!("{}, {}", rule(first.0, first.1), rule(second.0, second.1))).unwrap_err();
        assert!(error.to_string().contains("rule 2") && error.to_string().contains("rule 1 works on"), "{error}");
    }
    let said = both(("nodesByType('Address').city", "encrypt"), ("nodesByType('Address')", "keep"));
    assert!(said.contains("\"Address.city\": \"city\"") && said.contains("\"Address.line\": \"keep\""), "{said}");
    let said = both(("Patient.name.use", "keep"), ("Patient.name", "redact"));
    assert!(
        said.contains("\"Patient.name.use\": \"keep\"") && said.contains("\"Patient.name.family\": \"remove\""),
        "{said}"
    );
    assert!(!said.contains("\"Patient.name\":"), "{said}");
    let said = both(("Patient.gender", "keep"), ("Resource", "redact"));
    assert_eq!(said, "fhir:\n  \"Patient.gender\": \"keep\"\n  \"Resource\": \"remove\"");
}

#[test]
fn fhir_path_rules_that_cannot_be_expressed_are_named() {
    for (rule, parts) in [
        (
            r#"{"path": "Patient.gender", "method": "substitute", "replaceWith": "x"}"#,
            &["rule 1 (`Patient.gender`)", "fixed value"][..],
        ),
        (
            r#"{"path": "Condition.onset as Age", "method": "perturb", "span": 6}"#,
            &["rule 1 (`Condition.onset as Age`)", "noise"],
        ),
        (r#"{"path": "nodesByType('ContactPoint').where(use='home')", "method": "redact"}"#, &["`where`"]),
        (r#"{"path": "Patient.nodesByType('HumanName')", "method": "redact"}"#, &["starts with it"]),
        (r#"{"path": "nodesByType('string')", "method": "redact"}"#, &["`string`"]),
        (r#"{"path": "Patient.name[0]", "method": "redact"}"#, &["`name`"]),
        (r#"{"path": "HumanName.use", "method": "keep"}"#, &["nodesByType('HumanName')"]),
        (r#"{"path": "Observation.value", "method": "keep"}"#, &["as Quantity"]),
        (r#"{"path": "Patient.name", "method": "dateShift"}"#, &["only a date"]),
        (r#"{"path": "Patient.gender", "method": "cryptoHash"}"#, &["of a category"]),
        (
            r#"{"path": "Patient.birthDate", "method": "generalize", "cases": {"$this >= @1990": "@1990"}}"#,
            &["the year"],
        ),
        (r#"{"path": "Patient.name", "method": "shred"}"#, &["none of keep"]),
        (
            r#"{"path": "nodesByType('date')", "method": "dateShift"}, {"path": "nodesByType('instant')", "method": "redact"}"#,
            &["rule 2", "rule 1 asks for `date_shift`"],
        ),
        (
            r#"{"path": "nodesByType('date')", "method": "dateShift"}, {"path": "Patient.birthDate", "method": "redact"}"#,
            &["rule 2 (`Patient.birthDate`)", "rule 1 speaks of dates"],
        ),
        (
            r#"{"path": "Patient.name", "method": "perturb"}, {"path": "Patient.birthDate", "method": "perturb"}"#,
            &["2 rules", "rule 1 (`Patient.name`)", "rule 2 (`Patient.birthDate`)"],
        ),
        (r#"{"path": "Patient.name", "methd": "redact"}"#, &["methd", "`method`", "fhirPathRules[0]"]),
    ] {
        let error = path_rules(rule).err().unwrap_or_else(|| panic!("{rule} is expressed"));
        assert!(error.is_config());
        for part in parts {
            assert!(error.to_string().contains(part), "{rule}: {error}");
        }
    }
    for (file, part) in [
        (r#"{"fhirVersion": "Stu3", "fhirPathRules": []}"#, "R4"),
        (r#"{"fhirPathRules": [], "processingErrors": "skip"}"#, "raise"),
        (r#"{"rules": []}"#, "rules"),
        (r#"{"fhirPathRules": [], "parameters": {"dateShiftFixedOffsetInDays": 3}}"#, "dateShiftFixedOffsetInDays"),
        (
            r#"{"fhirPathRules": [], "parameters": {"enablePartialZipCodesForRedact": true, "restrictedZipCodeTabulationAreas": ["999"]}}"#,
            "census",
        ),
        ("{\"fhirPathRules\": [", "line"),
    ] {
        let error = Policy::from_fhir_path_rules(file).unwrap_err();
        assert!(error.is_config() && error.to_string().contains(part), "{file}: {error}");
    }
}

#[test]
fn generalized_dates_and_zip_codes_are_expressed() {
    let policy = path_rules(
        r#"{"path": "Patient.birthDate", "method": "generalize", "cases": {"true": "$this.toString().substring(0, 4)"}},
        {"path": "nodesByType('Address').postalCode", "method": "generalize", "cases": {"true": "$this.substring(0,3) + '**'"}}"#,
    )
    .unwrap();
    assert_eq!(policy.category(Category::Date).operator, Operator::Generalize);
    assert_eq!(policy.category(Category::Location).operator, Operator::Generalize);
    let yaml = policy.to_yaml();
    assert!(
        yaml.contains("\"Patient.birthDate\": \"birth_date birth_date\"")
            && yaml.contains("\"Address.postalCode\": \"zip\""),
        "{yaml}"
    );
}

#[test]
fn what_a_regime_does_not_let_stay_in_messages_is_refused_when_the_policy_is_read() {
    for (lines, part) in [
        ("fhir: {Patient.name: keep}", "messages.fhir.Patient.name"),
        ("fhir: {Patient.name.family: keep}", "name"),
        ("fhir: {Patient.contact.name: keep}", "identifiers"),
        ("fhir: {Patient.id: keep}", "other_id"),
        ("fhir: {Resource.id: keep}", "other_id"),
        ("fhir: {HumanName: keep}", "identifiers"),
        ("fhir: {HumanName.family: keep}", "name"),
        ("fhir: {Patient: keep}", "identifiers"),
        ("fhir: {Resource: keep}", "identifiers"),
        ("fhir: {Any.family: keep}", "regime"),
        ("fhir: {Condition.onsetDateTime: keep}", "date"),
        ("hl7: {PID: keep}", "identifiers"),
        ("hl7: {PID-5: keep}", "identifiers"),
        ("cda: {patient/name: keep}", "name"),
        ("unknown: keep", "regime"),
    ] {
        let error = Policy::from_yaml(&format!("extends: safe-harbor\nmessages: {{{lines}}}")).unwrap_err();
        assert!(error.is_config() && error.to_string().contains(part), "{lines}: {error}");
        assert!(
            Policy::from_yaml(&format!("extends: safe-harbor\nregime: none\nmessages: {{{lines}}}")).is_ok(),
            "{lines}"
        );
    }
    let fine = "extends: safe-harbor\nmessages: {fhir: {Patient.gender: keep, Observation.code: keep, Observation.valueQuantity: keep, \
        Coding.display: keep, HumanName.use: keep}, hl7: {PID-8: keep, ZPI: keep}}";
    Policy::from_yaml(fine).unwrap();
    let error = Policy::from_yaml("extends: safe-harbor\nmessages: {fhir: {Patient.name: nmae}}").unwrap_err();
    assert!(error.to_string().contains("`name`"), "{error}");
}
