//! Policies with detectors and lists of their own, and strict mode: the example policy, mistakes, and what must hold.

use std::fs;
use std::process::Command;
use std::sync::LazyLock;

use chartguard::{Policy, Scrubber, wire};
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
