//! The command: exit statuses, errors that say what and where and repeat nothing of a note, help.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use chartguard_tests::{build_folder, repository};

fn run(arguments: &[&str], input: &[u8]) -> Output {
    let program = build_folder().join("chartguard");
    assert!(program.exists(), "run `cargo build --workspace` first");
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(repository())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that stops at a mistake need not read all of its input.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn scratch(name: &str) -> PathBuf {
    let folder = build_folder().join("command-tests").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn scrubs_standard_input_byte_for_byte() {
    let out = run(&["scrub", "-"], "\u{feff}a\r\nSSN 219-09-9999\0\r\n".as_bytes());
    assert_eq!(out.status.code(), Some(0));
    assert_eq!(stdout(&out), "\u{feff}a\r\nSSN [SSN]\0\r\n");
    assert!(out.stderr.is_empty());
    assert_eq!(stdout(&run(&["scrub", "-"], b"")), "");
}

#[test]
fn explains_every_finding_without_its_text() {
    let note = "Patient: Rosalind Achterberg\nMRN: 4471203\nNPI 1234567893\nSeen 2024-03-14.\n";
    let out = run(&["scrub", "--model", "none", "--explain", "-"], note.as_bytes());
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    assert_eq!(
        stdout(&out),
        "9..28  line 1:10  name  0.95  tag\n    \
             0.95  field  name.field\n    \
             0.85  kin  name.relative\n\
         34..41  line 2:6  mrn  0.96  tag\n    \
             0.96  cue:mrn  mrn.mrn\n    \
             0.55  shape:other-id-digits  other_id.digits  as other_id\n\
         46..56  line 3:5  license  0.97  tag\n    \
             0.97  cue:npi  license.npi\n    \
             0.97  validator:npi  license.npi\n    \
             0.96  cue:npi  license.cue\n    \
             0.55  shape:other-id-digits  other_id.digits  as other_id\n\
         62..72  line 4:6  date  0.95  tag\n    \
             0.95  shape:date-year-first  date.year_first\n"
    );
    let line = format!("{}\n", serde_json::json!({"id": 1, "text": note}));
    let out = stdout(&run(&["scrub", "--jsonl", "--explain", "-"], line.as_bytes()));
    assert!(out.contains(r#""reasons":[{"detector":"license.npi","rule":"cue:npi","score":"#), "{out}");
    assert!(!out.contains("4471203") && !out.contains("Achterberg"));
}

#[test]
fn jsonl_passes_other_members_through_in_order() {
    let line = r#"{"zeta":1.50,"id":"a","text":"SSN 219-09-9999","more":{"b":[null,"x"],"a":2}}"#;
    let out = run(&["scrub", "--jsonl", "-"], format!("{line}\n\n{line}").as_bytes());
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    let lines: Vec<String> = stdout(&out).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with(r#"{"zeta":1.5,"id":"a","text":"SSN [SSN]","more":{"b":[null,"x"],"a":2},"findings":[{"start":4,"end":15,"category":"ssn","#), "{}", lines[0]);
    assert!(lines[0].ends_with(r#""action":"tag"}]}"#), "{}", lines[0]);
}

#[test]
fn mistakes_are_named_and_nothing_is_repeated() {
    let folder = scratch("mistakes");
    let latin = folder.join("latin1.txt");
    fs::write(&latin, b"Patient Quackenbush\xe9 seen").unwrap();
    let rubric = folder.join("rubric.yaml");
    fs::write(&rubric, "id: x\nversion: 1\n  title: [\n").unwrap();
    let policy = folder.join("policy.yaml");
    fs::write(&policy, "categories:\n  name: {operatr: tag}\n").unwrap();
    let empty = folder.join("model");
    fs::create_dir_all(&empty).unwrap();
    let (xml, ann, map) = (folder.join("note.xml"), folder.join("note.ann"), folder.join("map.yaml"));
    let tag = "<NAME start=\"0\" end=\"99\" text=\"Quackenbush\" TYPE=\"PATIENT\"/>";
    fs::write(&xml, format!("<x><TEXT>Quackenbush came</TEXT>\n<TAGS>{tag}</TAGS></x>")).unwrap();
    fs::write(folder.join("note.txt"), "Quackenbush came").unwrap();
    fs::write(&ann, "T1\tGIBBERISH 0 11\tQuackenbush\n").unwrap();
    fs::write(&map, "WARD: locatoin\n").unwrap();
    let at = |path: &PathBuf| path.to_str().unwrap().to_owned();
    let cases: Vec<(Vec<String>, &[u8], Vec<&str>)> = vec![
        (vec!["score".into(), "--claim".into(), at(&latin), "-".into()], b"", vec!["latin1.txt", "byte 19", "UTF-8"]),
        (vec!["scrub".into(), "/no/such/file".into()], b"", vec!["/no/such/file"]),
        (vec!["scrub".into(), at(&folder)], b"", vec!["command-tests"]),
        (vec!["scrub".into(), "--policy".into(), "safe-harbour".into(), "-".into()], b"", vec!["safe-harbor"]),
        (
            vec!["scrub".into(), "--policy".into(), at(&policy), "-".into()],
            b"",
            vec!["policy.yaml", "operator", "operatr"],
        ),
        (vec!["scrub".into(), "--model".into(), at(&empty), "-".into()], b"", vec!["model.onnx"]),
        (vec!["scrub".into(), "--polcy".into(), "x".into(), "-".into()], b"", vec!["--policy"]),
        (
            vec!["scrub".into(), "--jsonl".into(), "-".into()],
            b"{\"id\":1,\"text\":\"a\"}\n{\"text\": Quackenbush}",
            vec!["line 2", "not JSON"],
        ),
        (vec!["scrub".into(), "--jsonl".into(), "-".into()], b"{\"id\":1}", vec!["line 1", "`text`"]),
        (
            vec!["scrub".into(), "--jsonl".into(), "-".into()],
            b"{\"text\":[\"Quackenbush\"]}",
            vec!["line 1", "not a string"],
        ),
        (vec!["scrub".into(), "--jsonl".into(), "-".into()], b"[1]", vec!["line 1", "object"]),
        (vec!["score".into(), "--rubric".into(), at(&rubric), "-".into()], b"", vec!["rubric.yaml", "line"]),
        (
            vec!["score".into(), "--rubric".into(), "medicare".into(), "-".into()],
            b"",
            vec!["medicare-outpatient-therapy"],
        ),
        (vec!["score".into(), "--doc-type".into(), "evalution".into(), "-".into()], b"", vec!["evaluation"]),
        (vec!["eval".into(), "-".into()], b"", vec!["no labelled note"]),
        (
            vec!["eval".into(), "-".into()],
            b"{\"text\":\"Quackenbush\",\"spans\":[{\"start\":0,\"end\":99,\"label\":\"name\"}]}",
            vec!["line 1", "11 code points"],
        ),
        (
            vec!["eval".into(), "-".into()],
            b"{\"text\":\"Quackenbush\",\"spans\":[{\"start\":0,\"end\":4,\"label\":\"nmae\"}]}",
            vec!["`name`"],
        ),
        (vec!["eval".into(), at(&xml)], b"", vec!["note.xml", "line 2", "16 code points"]),
        (vec!["eval".into(), at(&ann)], b"", vec!["note.ann", "line 1", "GIBBERISH", "--map"]),
        (vec!["eval".into(), at(&empty)], b"", vec!["no gold"]),
        (vec!["eval".into(), "--map".into(), at(&map), "-".into()], b"", vec!["map.yaml", "WARD", "`location`"]),
        (
            vec!["eval".into(), "--thresholds".into(), "2".into(), "--sweep".into(), "-".into()],
            b"",
            vec!["between 0 and 1"],
        ),
        (vec!["eval".into(), "--optional".into(), "nmae".into(), "-".into()], b"", vec!["`name`"]),
        (vec!["model".into(), "check".into(), at(&empty)], b"", vec!["model.onnx"]),
        (vec![], b"", vec!["Usage"]),
    ];
    for (arguments, input, parts) in cases {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let out = run(&arguments, input);
        let message = stderr(&out);
        assert_eq!(out.status.code(), Some(2), "{arguments:?}: {message}");
        for part in parts {
            assert!(message.contains(part), "{arguments:?} lacks {part:?}: {message}");
        }
        assert!(!message.contains("Quackenbush"), "{message}");
        assert!(!stdout(&out).contains("Quackenbush"));
    }
}

#[test]
fn thresholds_set_the_exit_status() {
    let gold = br#"{"text":"SSN 219-09-9999","spans":[{"start":4,"end":15,"label":"ssn"}]}"#;
    assert_eq!(run(&["eval", "--min-recall", "0.99", "--min-precision", "0.99", "-"], gold).status.code(), Some(0));
    let missed = br#"{"text":"SSN 219-09-9999 the","spans":[{"start":16,"end":19,"label":"name"}]}"#;
    assert_eq!(run(&["eval", "--min-recall", "0.99", "-"], missed).status.code(), Some(1));
    let note = b"PT DAILY NOTE 03/14/2024. Gait training.";
    assert_eq!(run(&["score", "--min-score", "0.99", "-"], note).status.code(), Some(1));
    assert_eq!(run(&["score", "--min-score", "0", "-"], note).status.code(), Some(0));
}

#[test]
fn facts_are_printed_in_code_points() {
    let note = "Señora Peña\nGait training 97116, 15 min. Total treatment time: 15 minutes.\nAnn Lee, PT 3/4/2025\n";
    let out = run(&["facts", "-"], note.as_bytes());
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    let facts: serde_json::Value = serde_json::from_str(&stdout(&out)).unwrap();
    let said = |place: &serde_json::Value| -> String {
        let at = |name: &str| usize::try_from(place[name].as_u64().unwrap()).unwrap();
        note.chars().skip(at("start")).take(at("end") - at("start")).collect()
    };
    assert_eq!(facts["minutes"]["total"]["minutes"], 15);
    assert_eq!(said(&facts["services"][1]["span"]), "97116");
    assert_eq!(said(&facts["signatures"][0]["date"]), "3/4/2025");
    let line = serde_json::json!({"id": 7, "text": note}).to_string();
    let out = run(&["facts", "--jsonl", "--threads", "2", "-"], format!("{line}\n{line}\n").as_bytes());
    let lines: Vec<serde_json::Value> = stdout(&out).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line["id"] == 7 && line["facts"] == facts));
    let out = run(&["facts", "--jsonl", "-"], b"{\"id\": 1}\n");
    assert_eq!(out.status.code(), Some(2));
    assert!(stderr(&out).contains("line 1") && stderr(&out).contains("`text`"), "{}", stderr(&out));
}

#[test]
fn analyze_shows_the_scrubbed_note_and_writes_pages() {
    let folder = scratch("analyze");
    let pages = folder.join("pages");
    let notes = ["examples/notes/pt-evaluation.txt", "examples/notes/pt-treatment-note.txt"];
    let out = run(&["analyze", notes[0], notes[1], "--html", pages.to_str().unwrap()], b"");
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    let shown = stdout(&out);
    assert!(shown.contains("[NAME]") && shown.contains("[DATE]"));
    for page in ["pt-evaluation.html", "pt-treatment-note.html", "index.html"] {
        let html = fs::read_to_string(pages.join(page)).unwrap();
        assert!(
            (html.contains("[NAME]") || page == "index.html") && html.to_lowercase().starts_with("<!doctype html>")
        );
        assert!(!html.contains("http://") && !html.contains("https://"), "a page loads nothing");
    }
    assert_eq!(fs::read_dir(&pages).unwrap().count(), 3, "no partial file is left");
}

/// The same invented note in three formats, in a directory.
#[test]
fn gold_is_read_in_every_format() {
    let folder = scratch("gold");
    let below = folder.join("b");
    fs::create_dir_all(&below).unwrap();
    let line = r#"{"id":"l","kind":"letter","transforms":["upper","ocr"],"text":"SSN 219-09-9999 of Zqx","spans":[{"start":4,"end":15,"label":"ssn"},{"start":19,"end":22,"label":"WARD"}]}"#;
    fs::write(folder.join("a.jsonl"), format!("{line}\n")).unwrap();
    let tags = "<ID start=\"4\" end=\"15\" text=\"219-09-9999\" TYPE=\"SSN\"/><LOCATION start=\"19\" end=\"22\" text=\"Zqx\" TYPE=\"WARD\"/>";
    let xml = format!("<deIdi2b2><TEXT><![CDATA[SSN 219-09-9999 of Zqx]]></TEXT><TAGS>{tags}</TAGS></deIdi2b2>");
    fs::write(below.join("x.xml"), xml).unwrap();
    fs::write(below.join("y.txt"), "SSN 219-09-9999 of Zqx").unwrap();
    fs::write(below.join("y.ann"), "T1\tSSN 4 15\t219-09-9999\nT2\tWARD 19 22\tZqx\n").unwrap();
    fs::write(below.join("notes.txt"), "no annotations beside it").unwrap();
    let map = folder.join("map.yaml");
    fs::write(&map, "WARD: location\n").unwrap();
    let (gold, map) = (folder.to_str().unwrap(), map.to_str().unwrap());
    let eval = |more: &[&str]| {
        let mut arguments = vec!["eval", "--model", "none", "--map", map, gold];
        arguments.extend(more);
        let out = run(&arguments, b"");
        assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
        stdout(&out)
    };
    let json: serde_json::Value = serde_json::from_str(&eval(&["--format", "json"])).unwrap();
    assert_eq!(json["notes"]["of"], 3);
    assert_eq!(json["categories"]["ssn"]["covered"]["hits"], 3);
    assert_eq!(json["categories"]["location"]["covered"]["of"], 3);
    assert_eq!(json["leaks_per_1000_notes"]["value"], 1000.0);
    assert_eq!(json["by"]["transforms"]["ocr"]["notes"]["of"], 1);
    let missed: Vec<(&str, u64)> = json["mistakes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| (m["note"].as_str().unwrap(), m["start"].as_u64().unwrap()))
        .collect();
    assert_eq!(missed, [("l", 19), ("b/x.xml", 19), ("b/y.ann", 19)]);
    let ignoring = run(
        &["eval", "--model", "none", "--optional", "location", "--map", map, gold, "--json", "--threads", "2"],
        b"",
    );
    let json: serde_json::Value = serde_json::from_str(&stdout(&ignoring)).unwrap();
    assert_eq!((&json["recall"]["value"], &json["covered"]["of"]), (&serde_json::json!(1.0), &serde_json::json!(3)));

    let text = eval(&["--sweep", "--category", "ssn", "--reliability", "--ablation"]);
    for part in [
        "threshold of all categories",
        "threshold ssn",
        "expected calibration error",
        "patterns only",
        "+ consistency",
        "19..22",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    assert!(!text.contains("Zqx") && !text.contains("+ tagger"));
    assert!(eval(&["--show-text"]).contains("Zqx"));
    let page = folder.join("page.html");
    assert_eq!(eval(&["--format", "html", "--output", page.to_str().unwrap()]), "");
    let page = fs::read_to_string(page).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("<svg") && !page.contains("Zqx"));
    assert!(!page.contains("http://") && !page.contains("https://"), "a page loads nothing");
}

#[test]
fn rubrics_check_and_test_themselves() {
    let listed = stdout(&run(&["rubric", "list"], b""));
    assert!(listed.lines().any(|id| id == "medicare-outpatient-therapy"));
    for id in listed.lines() {
        for verb in ["check", "test"] {
            let out = run(&["rubric", verb, id], b"");
            assert_eq!(out.status.code(), Some(0), "rubric {verb} {id}: {}", stdout(&out));
        }
    }
}

#[test]
fn models_are_checked() {
    let out = run(&["model", "check", "tests/models/tiny-tagger"], b"");
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    assert!(stdout(&out).contains("labels:"));
    for (model, task) in [
        ("tiny-classifier", "text-classification"),
        ("tiny-embedder", "sentence-embedding"),
        ("tiny-pair", "pair-similarity"),
    ] {
        let out = run(&["model", "check", &format!("tests/models/{model}")], b"");
        assert!(stdout(&out).contains(&format!("task: {task}")), "{}", stderr(&out));
        assert!(stdout(&out).contains("smoke test: passed"));
    }
    let two = ["--model", "tests/models/tiny-tagger", "--model", "tests/models/tiny-tagger-bytes"];
    let out = run(&[&["scrub"][..], &two, &["--votes", "2", "-"]].concat(), b"Patient Tanel Brimos came.");
    assert!(out.status.success() && !stdout(&out).contains("Brimos"), "{}", stderr(&out));
    let out = run(&[&["scrub"][..], &two, &["--votes", "3", "-"]].concat(), b"Patient Tanel Brimos came.");
    assert!(!out.status.success() && stderr(&out).contains("votes"));
    assert!(!run(&["scrub", "--model", "none", "--model", "builtin", "-"], b"x").status.success());
    let out = run(&["scrub", "--model", "tests/models/tiny-tagger", "-"], b"SSN 219-09-9999");
    assert!(out.status.success() && !stdout(&out).contains('9'), "{}", stderr(&out));
    let out = run(&["scrub", "--model", "none", "-"], b"SSN 219-09-9999");
    assert_eq!(stdout(&out), "SSN [SSN]");
}

#[test]
fn models_are_kept_in_a_registry() {
    let folder = scratch("registry");
    let registry = folder.to_str().unwrap();
    let model = |arguments: &[&str]| run(&[&["model"], arguments, &["--registry", registry]].concat(), b"");
    let done = |arguments: &[&str]| {
        let out = model(arguments);
        assert_eq!(out.status.code(), Some(0), "{arguments:?}: {}", stderr(&out));
        stdout(&out)
    };
    let refused = |arguments: &[&str], what: &str| {
        let out = model(arguments);
        assert!(out.status.code() == Some(2) && out.stdout.is_empty(), "{arguments:?}");
        assert!(stderr(&out).contains(what), "{arguments:?}: {}", stderr(&out));
    };
    assert_eq!(done(&["list"]), "");
    assert_eq!(done(&["add", "tagger@1", "tests/models/tiny-tagger", "--activate"]), "tagger@1: added and active\n");
    assert_eq!(done(&["add", "tagger@2", "tests/models/tiny-tagger-bytes"]), "tagger@2: added\n");
    assert_eq!(done(&["activate", "tagger@2"]), "tagger@2: active\n");
    assert_eq!(done(&["rollback", "tagger"]), "tagger@1: active\n");
    assert_eq!(done(&["add", "tagger@3", "tests/models/tiny-tagger"]), "tagger@3: added\n");
    assert_eq!(done(&["remove", "tagger@3"]), "tagger@3: removed\n");
    assert!(done(&["check", "tagger"]).starts_with("tagger@1: loads and runs\n"));
    let list = done(&["list"]);
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines.len() == 2 && lines[0].starts_with("tagger@1 ") && lines[0].contains(" active "), "{list}");
    assert!(lines[1].starts_with("tagger@2 ") && lines[1].contains(" previous "), "{list}");
    let status: serde_json::Value = serde_json::from_str(&done(&["list", "--json"])).unwrap();
    assert_eq!((&status["models"][0]["active"], &status["models"][1]["previous"]), (&true.into(), &true.into()));
    refused(&["add", "tagger@1", "tests/models/tiny-tagger"], "there already");
    refused(&["add", "tagger@4", "tests/models/broken"], "`tagger@4`: ");
    refused(&["add", "../tagger@4", "tests/models/tiny-tagger"], "not one that a model can have");
    refused(&["activate", "tagger"], "NAME@VERSION");
    refused(&["remove", "tagger@2"], "roll back to");
    refused(&["check", "taggr"], "did you mean `tagger`?");
    fs::write(folder.join("tagger/2/config.json"), "{}").unwrap();
    refused(&["activate", "tagger@2"], "`tagger@2`: is not activated: ");
    refused(&["check", "tagger@2"], "config.json: was changed");

    let note = b"Patient Tanel Brimos was seen by Dr. Kelor. SSN 219-09-9999";
    let by_directory = run(&["scrub", "--model", "tests/models/tiny-tagger", "-"], note);
    let by_name = run(&["scrub", "--registry", registry, "--model", "tagger", "-"], note);
    assert!(by_name.status.success(), "{}", stderr(&by_name));
    assert_eq!(stdout(&by_name), stdout(&by_directory));
    let unnamed = run(&["scrub", "--registry", registry, "-"], note);
    assert_eq!(unnamed.status.code(), Some(2), "{}", stdout(&unnamed));
}

#[test]
fn help_names_every_command_and_option() {
    let help = stdout(&run(&["--help"], b""));
    for command in ["scrub", "score", "analyze", "rubric", "model", "eval"] {
        assert!(help.contains(command));
        let own = run(&[command, "--help"], b"");
        assert_eq!(own.status.code(), Some(0));
        assert!(stdout(&own).contains("Usage:"));
    }
    for option in ["--policy", "--model", "--format", "--threads", "--jsonl"] {
        assert!(stdout(&run(&["scrub", "--help"], b"")).contains(option));
    }
}

#[test]
fn a_reader_that_goes_away_is_no_mistake() {
    let lines = "{\"id\":1,\"text\":\"SSN 219-09-9999\"}\n".repeat(20_000);
    let mut child = Command::new(build_folder().join("chartguard"))
        .args(["scrub", "--jsonl", "--model", "none", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let _ = child.stdin.take().unwrap().write_all(lines.as_bytes());
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(0));
    assert!(out.stderr.is_empty(), "{}", stderr(&out));
}

/// The key of the tests, as a file.
fn key_file(folder: &std::path::Path) -> String {
    let path = folder.join("key.txt");
    fs::write(&path, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n").unwrap();
    path.display().to_string()
}

#[test]
fn scrubs_under_a_key_and_restores() {
    let folder = scratch("restore");
    let key = key_file(&folder);
    let policy = folder.join("policy.yaml");
    fs::write(&policy, "categories: {ssn: {operator: fpe}, name: {operator: encrypt}, date: {operator: encrypt}}\n")
        .unwrap();
    let policy = policy.display().to_string();
    let note = "Patient: Rosalind Achterberg\r\nSSN 219-09-9999, seen 03/14/2024.";
    let scrub = ["scrub", "--model", "none", "--policy", &policy, "--key-file", &key];
    let out = run(&[&scrub[..], &["-"]].concat(), note.as_bytes());
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    let scrubbed = stdout(&out);
    assert!(!scrubbed.contains("Achterberg") && !scrubbed.contains("219-09-9999"), "{scrubbed}");
    let back = run(&["restore", "--key-file", &key, "-"], scrubbed.as_bytes());
    assert_eq!(stdout(&back), note);

    let line = serde_json::json!({"id": "a", "text": note, "ward": 7, "context": {"patient_id": "44712"}}).to_string();
    let lines = stdout(&run(&[&scrub[..], &["--jsonl", "-"]].concat(), line.as_bytes()));
    assert!(!lines.contains("44712"), "a patient's id is not printed");
    let back = stdout(&run(&["restore", "--key-file", &key, "--jsonl", "-"], lines.as_bytes()));
    let back: serde_json::Value = serde_json::from_str(&back).unwrap();
    assert_eq!(back, serde_json::json!({"id": "a", "text": note, "ward": 7}));

    for (text, key_text, part) in [
        (scrubbed.replace("seen", "saw"), None, "changed"),
        (scrubbed.clone(), Some("ff".repeat(31) + "fe"), "not scrubbed with this key"),
        (scrubbed.clone(), Some("hunter2".into()), "32 bytes"),
    ] {
        let other = folder.join("other.txt");
        if let Some(text) = &key_text {
            fs::write(&other, text).unwrap();
        }
        let with = if key_text.is_some() { other.display().to_string() } else { key.clone() };
        let out = run(&["restore", "--key-file", &with, "-"], text.as_bytes());
        assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0));
        assert!(stderr(&out).contains(part), "{}", stderr(&out));
        assert!(!stderr(&out).contains("hunter2") && !stderr(&out).contains("saw"));
    }
    let out = run(&["scrub", "--policy", "expert-determination", "-"], b"x");
    assert_eq!(out.status.code(), Some(2));
    assert!(stderr(&out).contains("needs a key"), "{}", stderr(&out));
}

#[test]
fn a_message_comes_back_from_itself() {
    let folder = scratch("restore-message");
    let key = key_file(&folder);
    let policy = folder.join("policy.yaml");
    let lines: Vec<String> =
        chartguard::Category::ALL.iter().map(|category| format!("  {category}: {{operator: encrypt}}\n")).collect();
    fs::write(&policy, format!("categories:\n{}", lines.concat())).unwrap();
    let policy = policy.display().to_string();
    let message = b"MSH|^~\\&|A||||20240314||ADT^A01|7|P|2.5\rPID|1||4471203||OSEI^KWAME^caf\xe9||19610314|F\rZPI|x\r";
    let out = run(&["scrub", "--model", "none", "--policy", &policy, "--key-file", &key, "-"], message);
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    assert!(!String::from_utf8_lossy(&out.stdout).contains("OSEI"));
    let back = run(&["restore", "--key-file", &key, "-"], &out.stdout);
    assert_eq!(back.stdout, message, "{}", stderr(&back));
    let cut = run(&["restore", "--key-file", &key, "-"], &out.stdout[..out.stdout.len() - 1]);
    assert_eq!((cut.status.code(), cut.stdout.len()), (Some(2), 0));
}

#[test]
fn imports_rules_of_the_fhir_anonymiser() {
    let file = "tests/cases/fhir-path-rules/pool.json";
    let out = run(&["policy", "import", "--fhir-path-rules", file], b"");
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    let rules = fs::read_to_string(repository().join(file)).unwrap();
    assert_eq!(stdout(&out), chartguard::Policy::from_fhir_path_rules(&rules).unwrap().to_yaml());
    let folder = scratch("import");
    let wrong = folder.join("wrong.json");
    fs::write(&wrong, r#"{"fhirPathRules": [{"path": "Patient.gender", "method": "perturb"}]}"#).unwrap();
    let out = run(&["policy", "import", "--fhir-path-rules", &wrong.display().to_string()], b"");
    assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0));
    assert!(
        stderr(&out).contains("wrong.json") && stderr(&out).contains("rule 1 (`Patient.gender`)"),
        "{}",
        stderr(&out)
    );
}

#[test]
fn the_command_line_gives_what_rust_gives_under_a_key() {
    let folder = scratch("operators");
    let key = key_file(&folder);
    let policy = "examples/policies/research-pool.yaml";
    let scrubber = chartguard::Scrubber::builder()
        .policy(chartguard::Policy::load(repository().join(policy)).unwrap())
        .builtin_model(false)
        .key(chartguard::Key::load(&key).unwrap())
        .build()
        .unwrap();
    let context = chartguard::Context::new().patient_id("44712").date("2024-03-20").unwrap();
    for (id, note) in chartguard_tests::sample_notes() {
        let file = folder.join("note.txt");
        fs::write(&file, &note).unwrap();
        let mut arguments = vec!["scrub", "--model", "none", "--policy", policy, "--key-file", &key];
        arguments.extend(["--patient-id", "44712", "--note-date", "2024-03-20"]);
        let file = file.display().to_string();
        arguments.push(&file);
        let out = run(&arguments, b"");
        assert_eq!(out.status.code(), Some(0), "{id}: {}", stderr(&out));
        assert_eq!(stdout(&out), scrubber.scrub_with(&note, &context).unwrap().text, "{id}");
    }
}

#[test]
fn policies_are_listed_shown_checked_and_tabled() {
    let list = stdout(&run(&["policy", "list"], b""));
    assert_eq!(list.lines().count(), 4);
    assert!(list.contains("redact-all: regime safe-harbor, strict"), "{list}");
    let folder = scratch("policy");
    let file = folder.join("shown.yaml");
    fs::write(&file, run(&["policy", "show", "expert-determination"], b"").stdout).unwrap();
    let file = file.display().to_string();
    let check = run(&["policy", "check", &file], b"");
    assert_eq!(stdout(&check), "expert-determination: nothing is wrong; regime expert-determination, needs a key\n");
    fs::write(&file, "extends: safe-harbor\ncategories: {mrn: {operator: hash}}\n").unwrap();
    let check = run(&["policy", "check", &file], b"");
    assert_eq!(check.status.code(), Some(2));
    assert!(
        stderr(&check).contains("45 CFR 164.514(c)") && stderr(&check).contains("categories.mrn"),
        "{}",
        stderr(&check)
    );
    let schema = run(&["policy", "schema"], b"").stdout;
    assert_eq!(schema, fs::read(repository().join("core/policies/policy.schema.json")).unwrap());
    let table = stdout(&run(&["policy", "table"], b""));
    assert_eq!(table.lines().take_while(|line| !line.is_empty()).count(), 21, "{table}");
    assert!(table.contains("no (a)") && table.contains("(a) "), "{table}");
    let table = stdout(&run(&["policy", "table", "--regime", "safe-harbor"], b""));
    assert!(table.contains("164.514(c)") && table.contains("164.514(b)(2)(i)"), "{table}");
    assert_eq!(run(&["policy", "table", "--regime", "hipaa"], b"").status.code(), Some(2));
}

#[test]
fn the_confidence_of_verdicts_is_held_against_labels() {
    let gold = repository().join("tests/eval/therapy-development.jsonl");
    let gold = gold.to_str().unwrap();
    let table = run(&["rubric", "calibrate", gold], b"");
    assert_eq!(table.status.code(), Some(0), "{}", stderr(&table));
    let table = stdout(&table);
    assert!(table.contains("48 notes") && table.contains("Brier score 0.") && table.contains("not_met"), "{table}");
    let json = stdout(&run(&["rubric", "calibrate", "--json", "--by-criterion", "--bins", "5", gold], b""));
    let figures: serde_json::Value = serde_json::from_str(&json).unwrap();
    let all = &figures["calibration"];
    assert_eq!(all["bins"].as_array().map(Vec::len), Some(5));
    let count = |of: &serde_json::Value| of["count"].as_u64().unwrap();
    let by = |key: &str| figures[key].as_object().unwrap().values().map(count).sum::<u64>();
    assert_eq!((by("by_verdict"), by("by_criterion")), (count(all), count(all)));
    assert_eq!(count(all) + figures["left_open"].as_u64().unwrap(), 510);
    // What holds today, with some room: confidence may not drift away from what is right.
    assert_eq!(run(&["rubric", "calibrate", "--max-error", "0.1", gold], b"").status.code(), Some(0), "{table}");
    assert_eq!(run(&["rubric", "calibrate", "--max-error", "0", gold], b"").status.code(), Some(1));
    let refused = |line: &str| {
        let out = run(&["rubric", "calibrate", "-"], line.as_bytes());
        assert_eq!(out.status.code(), Some(2), "{line}");
        stderr(&out)
    };
    assert!(refused(r#"{"text": "x"}"#).contains("labels"));
    assert!(refused(r#"{"text": "x", "labels": {"tx.dat": "met"}}"#).contains("did you mean `tx.date`"));
    assert!(refused(r#"{"text": "x", "labels": {"tx.date": "mett"}}"#).contains("did you mean `met`"));
    assert!(refused(r#"{"text": "x", "labels": {}}"#).contains("no verdict"));
}

#[test]
fn a_known_patient_and_an_audit_log() {
    let folder = scratch("patient-audit");
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    fs::write(file("patient.json"), r#"{"names": ["Rosalind Achterberg"], "mrns": ["00482910"]}"#).unwrap();
    fs::write(file("key"), "a key of more than sixteen bytes\n").unwrap();
    let note = "achterburg, roz, chart 48-2910";
    let (patient, log, key) = (file("patient.json"), file("log.jsonl"), file("key"));
    let logged = ["--audit", &log, "--audit-key", &key, "--actor", "u-17"];
    let plain = ["scrub", "--model", "none", "--patient", &patient];
    let out = run(&[&plain[..], &logged, &["-"]].concat(), note.as_bytes());
    assert_eq!((out.status.code(), stdout(&out)), (Some(0), "[NAME], chart [MRN]".to_owned()), "{}", stderr(&out));
    let lines = format!("{{\"id\": 1, \"text\": {note:?}}}\n").repeat(600);
    let out = run(&[&plain[..], &logged, &["--jsonl", "-"]].concat(), lines.as_bytes());
    assert_eq!((out.status.code(), stdout(&out).lines().count()), (Some(0), 600), "{}", stderr(&out));
    // A line that is wrong ends the run; what came before it is printed and recorded.
    let out = run(&[&plain[..], &logged, &["--jsonl", "-"]].concat(), b"{\"text\": \"a\"}\n{\"text\": 7}\n");
    assert_eq!((out.status.code(), stdout(&out).lines().count()), (Some(2), 1));
    let verify = run(&["audit", "verify", &log, "--audit-key", &key], b"");
    assert!(stdout(&verify).starts_with("602 records, the chain holds\nhmac-sha256:"), "{}", stdout(&verify));
    let head = stdout(&verify).lines().nth(1).unwrap().to_owned();
    let again = |head: &str| run(&["audit", "verify", &log, "--audit-key", &key, "--head", head], b"").status.code();
    assert_eq!((again(&head), again("sha256:00")), (Some(0), Some(1)));
    let shown = stdout(&run(&["audit", "show", &log, "--audit-key", &key], b""));
    assert_eq!(shown.lines().count(), 602);
    assert!(shown.contains("\"u-17\"") && !shown.to_lowercase().contains("achterb"), "{shown}");
    let shown = stdout(&run(&["audit", "show", "--fhir", &log, "--audit-key", &key], b""));
    assert!(shown.lines().all(|line| line.starts_with("{\"resourceType\":\"AuditEvent\"")), "{shown}");
    // Without the key, tampered, and with a patient that is wrong.
    assert_eq!(run(&["audit", "verify", &log], b"").status.code(), Some(2));
    fs::write(&log, fs::read_to_string(&log).unwrap().replacen("u-17", "u-18", 1)).unwrap();
    let out = run(&["audit", "verify", &log, "--audit-key", &key], b"");
    assert!(out.status.code() == Some(2) && stderr(&out).contains("record 1 was changed"), "{}", stderr(&out));
    fs::write(&patient, r#"{"names": ["Quackenbush"], "brith_date": "1941-03-14"}"#).unwrap();
    let out = run(&["scrub", "--patient", &patient, "-"], b"");
    assert!(out.status.code() == Some(2) && stderr(&out).contains("`birth_date`"), "{}", stderr(&out));
    assert!(!stderr(&out).contains("Quackenbush"));
}

#[test]
fn scrubs_into_a_vault_and_restores_from_it() {
    let folder = scratch("vault");
    let key = key_file(&folder);
    let vault = folder.join("notes.vault").display().to_string();
    let other_key = folder.join("other.txt").display().to_string();
    fs::write(&other_key, "ff".repeat(31) + "fe").unwrap();
    let notes: Vec<serde_json::Value> = (0..300)
        .map(|n| serde_json::json!({"id": format!("n{n}"), "text": format!("SSN 219-09-{:04}, seen 03/14/2024", 1000 + n), "ward": n}))
        .collect();
    let lines = notes.iter().map(ToString::to_string).collect::<Vec<String>>().join("\n");
    let scrub = ["scrub", "--model", "none", "--policy", "examples/policies/reviewed-outside.yaml", "--vault", &vault];
    let out = run(&[&scrub[..], &["--key-file", &key, "--jsonl", "--threads", "2", "-"]].concat(), lines.as_bytes());
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    let scrubbed = stdout(&out);
    assert!(!scrubbed.contains("219-09") && scrubbed.lines().count() == 300);
    let restore = ["restore", "--vault", &vault, "--key-file"];
    let back = stdout(&run(&[&restore[..], &[&key, "--jsonl", "-"]].concat(), scrubbed.as_bytes()));
    let back: Vec<serde_json::Value> = back.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(back, notes);
    // The same again adds nothing.
    let again = run(&[&scrub[..], &["--key-file", &key, "--jsonl", "-"]].concat(), lines.as_bytes());
    assert_eq!(stdout(&again), scrubbed);
    let verify = ["vault", "verify", &vault, "--key-file", &key];
    let verified = stdout(&run(&verify, b""));
    assert!(verified.starts_with("300 records, the chain holds\nhmac-sha256:"), "{verified}");
    let listed = stdout(&run(&["vault", "list", &vault, "--key-file", &key], b""));
    let first: serde_json::Value = serde_json::from_str(listed.lines().next().unwrap()).unwrap();
    assert_eq!((listed.lines().count(), &first["number"], &first["pieces"]), (300, &1.into(), &2.into()));
    assert!(!listed.contains("219-09") && !listed.contains("n1\""));
    let seventh: serde_json::Value = serde_json::from_str(listed.lines().nth(6).unwrap()).unwrap();
    let head = ["--head", seventh["hash"].as_str().unwrap()];
    assert_eq!(run(&[&verify[..], &head[..]].concat(), b"").status.code(), Some(0));
    assert_eq!(run(&[&verify[..], &["--head", "hmac-sha256:00"]].concat(), b"").status.code(), Some(1));

    // One text of many notes: which one is said by its id.
    let text = "SSN [SSN], seen 2024";
    let one = [&restore[..], &[&key, "--document-id", "n42", "-"]].concat();
    assert_eq!(stdout(&run(&one, text.as_bytes())), "SSN 219-09-1042, seen 03/14/2024");
    for (arguments, text, part) in [
        (vec![&key[..], "-"], text, "300 notes"),
        (vec![&key, "--document-id", "n42", "-"], "SSN [SSN], seen 2025", "for this document"),
        (vec![&key, "--document-id", "n999", "-"], text, "another document"),
        (vec![&other_key, "--document-id", "n42", "-"], text, "another key"),
    ] {
        let out = run(&[&restore[..], &arguments].concat(), text.as_bytes());
        assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0), "{part}");
        assert!(stderr(&out).contains(part) && !stderr(&out).contains("219-09"), "{}", stderr(&out));
    }
    // Two notes of one id that become one text: the second is refused, by its line, after the first was printed.
    let twice = "{\"id\": \"x\", \"text\": \"SSN 219-09-9999\"}\n{\"id\": \"x\", \"text\": \"SSN 219-09-9998\"}\n";
    let out = run(&[&scrub[..], &["--key-file", &key, "--jsonl", "-"]].concat(), twice.as_bytes());
    assert_eq!((out.status.code(), stdout(&out).lines().count()), (Some(2), 1));
    assert!(stderr(&out).contains("line 2") && stderr(&out).contains("document id"), "{}", stderr(&out));
    let out = run(&[&scrub[..], &["-"]].concat(), b"x");
    assert!(out.status.code() == Some(2) && stderr(&out).contains("--key-file"), "{}", stderr(&out));
    let mut bytes = fs::read(&vault).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&vault, bytes).unwrap();
    let out = run(&verify, b"");
    assert!(out.status.code() == Some(2) && stderr(&out).contains("record 1"), "{}", stderr(&out));
}

#[test]
fn who_may_not_is_refused_and_recorded() {
    let folder = scratch("access");
    let key = key_file(&folder);
    let path = |name: &str| folder.join(name).display().to_string();
    let (vault, log, roles) = (path("notes.vault"), path("log.jsonl"), path("roles.yaml"));
    fs::write(
        &roles,
        "roles: {officer: [restore, read_vault, change_policy], clerk: [restore]}\ngrants:\n\
         - {actor: u-17, role: officer, by: u-1, at: 2024-01-08T09:00:00Z}\n\
         - {actor: u-23, role: clerk, by: u-17, at: 2024-01-08T09:00:00Z}\n",
    )
    .unwrap();
    let note = b"SSN 219-09-9999";
    let by = |actor: &'static str| ["--access", &roles, "--audit", &log, "--actor", actor].map(str::to_owned);
    let call = |arguments: &[&str], actor: &'static str, input: &[u8]| {
        let by = by(actor);
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        run(&[arguments, &by].concat(), input)
    };
    let scrub = ["scrub", "--model", "none", "--vault", &vault, "--key-file", &key, "-"];
    assert_eq!(stdout(&call(&scrub, "u-23", note)), "SSN [SSN]");
    let restore = ["restore", "--vault", &vault, "--key-file", &key, "-"];
    let list = ["vault", "list", &vault, "--key-file", &key];
    let other_policy = ["scrub", "--model", "none", "--policy", "redact-all", "-"];
    for (arguments, missing) in
        [(&restore[..], "read_vault"), (&list[..], "read_vault"), (&other_policy[..], "change_policy")]
    {
        let out = call(arguments, "u-23", b"SSN [SSN]");
        assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0));
        assert!(stderr(&out).contains(missing), "{}", stderr(&out));
    }
    assert_eq!(call(&restore, "u-17", b"SSN [SSN]").stdout, note);
    assert_eq!(stdout(&call(&list, "u-17", b"")).lines().count(), 1);
    assert_eq!(call(&other_policy, "u-17", note).status.code(), Some(0));
    assert_eq!(call(&restore, "u-17", b"SSN [SSN]!").status.code(), Some(2));
    let mut events = Vec::new();
    chartguard::audit::each(&log, None, |event| {
        let event = serde_json::json!(event);
        let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        events.push(format!("{} {} {} {}", text("action"), text("outcome"), text("permission"), text("error")));
        Ok(())
    })
    .unwrap();
    let events: Vec<&str> = events.iter().map(|event| event.trim_end()).collect();
    assert_eq!(
        events,
        [
            "scrub success",
            "read_vault refused read_vault",
            "read_vault refused read_vault",
            "change_policy refused change_policy",
            "restore success",
            "read_vault success",
            "change_policy success",
            "scrub success",
            "restore failure  tampered",
        ]
    );
    let out = run(&["restore", "--key-file", &key, "--access", &roles, "-"], b"x");
    assert!(out.status.code() == Some(2) && stderr(&out).contains("--actor"), "{}", stderr(&out));
}

#[test]
fn analyses_with_what_is_known_and_into_a_vault() {
    let folder = scratch("analyze-known");
    let key = key_file(&folder);
    let path = |name: &str| folder.join(name).display().to_string();
    let (vault, log, note, patient) = (path("notes.vault"), path("log.jsonl"), path("note.txt"), path("patient.json"));
    let text = "okonkwo jane: gait training 15 min\n";
    fs::write(&note, text).unwrap();
    fs::write(&patient, r#"{"names": ["Jane Okonkwo"]}"#).unwrap();
    let known = ["--patient", &patient, "--vault", &vault, "--key-file", &key, "--audit", &log];
    let out = run(&[&["analyze", "--model", "none", &note][..], &known].concat(), b"");
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    assert!(stdout(&out).starts_with("[NAME]: gait training 15 min\n"), "{}", stdout(&out));
    let back = ["restore", "--vault", &vault, "--key-file", &key, "--document-id", "note.txt", "-"];
    assert_eq!(stdout(&run(&back, b"[NAME]: gait training 15 min\n")), text);
    assert_eq!(chartguard::audit::verify(&log, None).unwrap().head.records, 1);
}

#[test]
fn messages_are_scored_analysed_and_restored() {
    let folder = scratch("messages");
    let key = key_file(&folder);
    let path = |name: &str| folder.join(name).display().to_string();
    let (vault, other, html) = (path("messages.vault"), path("analysed.vault"), path("pages"));
    let message = "MSH|^~\\&|A|B|||20240314||ORU^R01|7|P|2.5.1\rPID|1||4471203^^^A^MR||ACHTERBERG^ROSALIND\r\
        OBX|1|TX|11506-3^Note^LN||PT treatment note for Ms. Achterberg. Gait training 15 min, exercise 23 min.\r\
        OBX|2|TX|11506-3^Note^LN||Total treatment time: 38 minutes.\r";
    // What comes back is the message, from a vault that either command wrote.
    let scrub = ["scrub", "--model", "none", "--vault", &vault, "--key-file", &key, "--document-id", "7", "-"];
    let scrubbed = run(&scrub, message.as_bytes());
    assert!(scrubbed.status.success(), "{}", stderr(&scrubbed));
    assert!(!stdout(&scrubbed).contains("ACHTERBERG"));
    let back = run(&["restore", "--vault", &vault, "--key-file", &key, "-"], &scrubbed.stdout);
    assert_eq!(stdout(&back), message);
    let analyze = ["analyze", "--model", "none", "--vault", &other, "--key-file", &key, "--html", &html, "-"];
    let analysed = stdout(&run(&analyze, message.as_bytes()));
    assert!(analysed.starts_with("==> - OBX-5 <==\nPT treatment note for Ms. [NAME]."), "{analysed}");
    assert!(analysed.contains("Total treatment time: 38 minutes") && !analysed.contains("Achterberg"));
    assert!(fs::read_to_string(folder.join("pages/note.html")).unwrap().contains("[NAME]"));
    let back = run(&["restore", "--vault", &other, "--key-file", &key, "-"], &scrubbed.stdout);
    assert_eq!(stdout(&back), message);
    // Scores: for people, and as JSON with places in the message.
    assert!(stdout(&run(&["score", "-"], message.as_bytes())).starts_with("==> OBX-5 <==\n"));
    let json = stdout(&run(&["score", "--json", "--from", "hl7", "-"], message.as_bytes()));
    let notes: serde_json::Value = serde_json::from_str(&json).unwrap();
    let criteria = notes[0]["criteria"].as_array().unwrap();
    let total = criteria.iter().find(|c| c["id"] == "tx.total-minutes").unwrap();
    let start = total["evidence"][0]["start"].as_u64().unwrap() as usize;
    assert!(message[start..].starts_with("Total treatment time"));
    let csv = stdout(&run(&["score", "--format", "csv", "-"], message.as_bytes()));
    assert!(csv.lines().skip(1).all(|row| row.contains("OBX-5")), "{csv}");
    let below = run(&["score", "--min-score", "0.99", "-"], message.as_bytes());
    assert_eq!(below.status.code(), Some(1));
    // A message without a note, and a plain note said to be a message.
    let bare = &message[..message.find("OBX").unwrap()];
    for command in [&["score", "-"][..], &["analyze", "--model", "none", "-"]] {
        let none = run(command, bare.as_bytes());
        assert!(!none.status.success() && stderr(&none).contains("no note in the message"), "{}", stderr(&none));
    }
    assert!(!run(&["score", "--from", "hl7", "-"], b"PT treatment note. Rosalind came.").status.success());
}

#[test]
fn a_stream_prints_what_is_safe_before_its_input_ends() {
    let mut child = Command::new(build_folder().join("chartguard"))
        .args(["scrub", "--stream", "--lookahead", "256", "--model", "none", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let turn = "Mrs. Achterberg said the knee is better, José too.\n";
    // A name and a character are cut by the pieces.
    let text = turn.repeat(40);
    for piece in text.as_bytes().chunks(7) {
        input.write_all(piece).unwrap();
    }
    let expected = turn.replace("Achterberg", "[NAME]").replace("José", "[NAME]");
    let mut first = vec![0; expected.len()];
    // The input is still open: this waits for ever unless the command lets go of what is safe.
    output.read_exact(&mut first).unwrap();
    assert_eq!(String::from_utf8(first).unwrap(), expected);
    drop(input);
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, expected.repeat(39));
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_stream_takes_text_only_and_stops_at_an_error() {
    let hl7 = b"MSH|^~\\&|A|B|C|D|20240314||ADT^A01|1|P|2.5\rPID|1||4471203\r";
    for (arguments, input, expected) in [
        (&["scrub", "--stream", "-"][..], &hl7[..], "leave --stream out"),
        (&["scrub", "--stream", "-"], b"Seen by Dr. Achterberg \xff", "byte 23: the text is not UTF-8"),
        (&["scrub", "--stream", "--jsonl", "-"], b"", "--jsonl"),
        (&["scrub", "--stream", "--lookahead", "3", "-"], b"", "`lookahead`"),
        (&["scrub", "--lookahead", "300", "-"], b"", "--stream"),
    ] {
        let out = run(arguments, input);
        assert_ne!(out.status.code(), Some(0));
        assert!(out.stdout.is_empty() && stderr(&out).contains(expected), "{}", stderr(&out));
    }
}

/// Runs `chartguard search` over one index.
fn search(what: &str, index: &std::path::Path, more: &[&str], input: &str) -> Output {
    let mut arguments = vec!["search", what, "--index", index.to_str().unwrap()];
    arguments.extend(more);
    run(&arguments, input.as_bytes())
}

const DOCUMENTS: &str = "{\"id\":\"n1\",\"text\":\"SUBJECTIVE: Knee pain on st\u{e4}irs.\\n\\nPLAN: Continue gait training.\"}\n\
                         {\"id\":\"n2\",\"text\":\"PLAN: Discharge to home program.\"}\n";

#[test]
fn searches_documents_in_a_directory() {
    let index = scratch("search").join("indexes");
    let out = search("add", &index, &["--keep-text", "-"], DOCUMENTS);
    assert_eq!(
        (out.status.code(), stdout(&out).as_str()),
        (Some(0), "2 documents with 3 passages added; 2 in the index\n")
    );
    let lines = |out: &Output| -> Vec<serde_json::Value> {
        stdout(out).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let found = lines(&search("query", &index, &["-k", "1", "training of gait"], ""));
    assert_eq!(found.len(), 1);
    let passage = &found[0];
    assert_eq!((&passage["document"], &passage["section"]), (&"n1".into(), &"plan".into()));
    assert_eq!(passage["text"], "PLAN: Continue gait training.");
    // Bytes and code points differ by the one letter of two bytes.
    assert_eq!(passage["start"].as_u64().unwrap(), passage["code_points"]["start"].as_u64().unwrap() + 1);
    // The same from standard input, which no list of processes shows.
    assert_eq!(lines(&search("query", &index, &["-k", "1", "-"], "training of gait\n")), found);
    assert!(stdout(&search("query", &index, &["zebra"], "")).is_empty());

    let changed = "{\"id\":\"n2\",\"text\":\"Shoulder is stiff.\"}\n";
    assert_eq!(search("add", &index, &["--replace", "-"], changed).status.code(), Some(0));
    assert!(lines(&search("query", &index, &["discharge home"], "")).is_empty());
    assert_eq!(
        lines(&search("list", &index, &[], "")),
        [serde_json::json!({"id": "n1"}), serde_json::json!({"id": "n2"})]
    );
    // Another tenant sees nothing of it.
    let out = search("query", &index, &["--tenant", "south", "shoulder"], "");
    assert_eq!((out.status.code(), stdout(&out).as_str()), (Some(2), ""));

    let out = search("delete", &index, &["n1", "n7"], "");
    assert_eq!(out.status.code(), Some(2));
    assert!(stderr(&out).contains("1 of 2 ids") && !stderr(&out).contains("n7"), "{}", stderr(&out));
    assert_eq!(lines(&search("list", &index, &[], "")).len(), 2);
    assert_eq!(stdout(&search("delete", &index, &["n1"], "")), "1 documents deleted; 1 in the index\n");
    assert_eq!(lines(&search("list", &index, &[], "")), [serde_json::json!({"id": "n2"})]);
}

#[test]
fn a_search_with_a_model_ranks_by_meaning_and_needs_that_model() {
    let index = scratch("search-model").join("indexes");
    let model = ["--model", "tests/models/tiny-embedder"];
    assert_eq!(search("add", &index, &[model[0], model[1], "--threads", "2", "-"], DOCUMENTS).status.code(), Some(0));
    let out = search("query", &index, &[model[0], model[1], "home"], "");
    let first: serde_json::Value = serde_json::from_str(stdout(&out).lines().next().unwrap()).unwrap();
    assert!(first["vectors"]["score"].is_number() && first["words"]["rank"] == 1, "{first}");
    for wrong in [&["home"][..], &["--model", "tests/models/tiny-tagger", "home"]] {
        let out = search("query", &index, wrong, "");
        assert_eq!((out.status.code(), stdout(&out).as_str()), (Some(2), ""));
        assert!(stderr(&out).contains("model"), "{}", stderr(&out));
    }
}

#[test]
fn a_search_says_what_is_wrong_and_where_and_changes_nothing() {
    let index = scratch("search-errors").join("indexes");
    assert_eq!(search("add", &index, &["-"], DOCUMENTS).status.code(), Some(0));
    let secret = "Quackenbush";
    for (line, more, said) in [
        (format!("{{\"id\":\"n1\",\"text\":\"{secret}\"}}"), vec![], "of this id is in the index"),
        (format!("{{\"text\":\"{secret}\"}}"), vec![], "there is no `id`"),
        (format!("{{\"id\":7,\"text\":\"{secret}\"}}"), vec![], "`id` is not a string"),
        (format!("{{\"id\":\"{secret}\"}}"), vec![], "there is no `text`"),
        (format!("{{\"id\":\"{secret}\",\"text\":"), vec![], "ends in the middle"),
        (format!("{{\"id\":\"\",\"text\":\"{secret}\"}}"), vec![], "expected from 1 to 1024"),
        (String::new(), vec!["--words", "40"], "120 words with 30 in common"),
        (String::new(), vec!["--words", "4"], "expected from 8 to 2000"),
        (String::new(), vec!["--tenant", "../x"], "a tenant's name"),
    ] {
        let input = format!("{{\"id\":\"new\",\"text\":\"Gait.\"}}\n{line}\n");
        let mut arguments = more.clone();
        arguments.push("-");
        let out = search("add", &index, &arguments, &input);
        assert_eq!((out.status.code(), stdout(&out).as_str()), (Some(2), ""), "{line}");
        let error = stderr(&out);
        assert!(error.contains(said) && !error.contains(secret), "{line}: {error}");
        assert!(!more.is_empty() || error.contains("standard input") && error.contains("line 2"), "{error}");
        assert_eq!(stdout(&search("list", &index, &[], "")).lines().count(), 2);
    }
    let file = index.join("tenant-default/index");
    let mut bytes = fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&file, bytes).unwrap();
    let out = search("query", &index, &["gait"], "");
    assert_eq!((out.status.code(), stdout(&out).as_str()), (Some(2), ""));
    assert!(stderr(&out).contains("tenant-default"), "{}", stderr(&out));
}
