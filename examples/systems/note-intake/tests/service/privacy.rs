//! What identifies a patient is nowhere but in the request: not in logs, not in the database, not in an answer.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::client::{Reply, send};
use crate::server::{Folder, Server, TOKEN, post};

const NOTE: &str = "PT DAILY NOTE   DOS: 28-Feb-2025\nPt: QUACKENBUSH-ODUYA, MARISELA   MRN: LP-7704213   DOB: 07/22/1958\n\n\
    S: Ms. Quackenbush reports pain 3/10, phone (231) 555-0177, SSN 900-45-6789, m.quack58@example.net.\n\
    O: Gait training 15 min, therapeutic exercise 23 min with SPC, CGA. TUG 14.8 s.\n\
    A: Balance improved, skilled cueing required. Daughter Thessaly Oduya present.\n\
    P: Continue per POC 2x/week. Lives at 118 Birchbark Ct, Manistique.\n\nD. Haverbrook, PTA\n";

/// Pieces of the note and of what is said with it, lower case.
const PLANTED: &[&str] = &[
    "quackenbush",
    "oduya",
    "marisela",
    "thessaly",
    "haverbrook",
    "7704213",
    "555-0177",
    "5550177",
    "900-45-6789",
    "quack58",
    "birchbark",
    "07/22/1958",
    "1958-07-22",
    "28-feb-2025",
    "2025-02-28",
    "zephyrine",
    "93318847",
];

fn assert_clean(what: &str, text: &[u8]) {
    let text = String::from_utf8_lossy(text).to_lowercase();
    for planted in PLANTED {
        assert!(!text.contains(planted), "{planted} is in {what}");
    }
}

fn assert_clean_reply(what: &str, reply: &Reply) {
    assert_clean(what, reply.head.as_bytes());
    assert_clean(what, reply.body.as_bytes());
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn nothing_that_was_planted_is_found_again() {
    let folder = Folder::new();
    let mut server = Server::start(folder.path(), &[]);
    let patient = json!({"names": ["Marisela Quackenbush-Oduya"], "birth_date": "1958-07-22", "phones": ["231-555-0177"],
        "relatives": ["Thessaly Oduya"], "addresses": ["118 Birchbark Ct, Manistique"]});
    let good = json!({"patient_id": "LP-7704213", "note": NOTE, "patient": patient});
    let key = [("Idempotency-Key", "LP-7704213 28-Feb-2025"), ("X-Request-Id", "quackenbush")];
    let kept = server.post_with("/ingest", &key, &good);
    assert_eq!(kept.status, 201);
    assert!(kept.json()["scrubbed"].as_str().unwrap().contains("Gait training 15 min"));
    assert_clean_reply("an answer", &kept);
    assert_clean_reply("a replay", &server.post_with("/ingest", &key, &good));
    assert_clean_reply("a note", &server.get(kept.header("location")));
    assert_clean_reply("a summary", &server.post("/summarize", &json!({"id": kept.json()["id"]})));
    assert_clean_reply("a summary", &server.post("/summarize", &json!({"note": NOTE, "patient": good["patient"]})));

    // Mistakes, in which a value stands where none is expected.
    for (member, value) in [
        ("patient_id", json!(NOTE)),
        ("note", json!([NOTE])),
        ("note", json!(format!("%PDF-1.7\0 {NOTE}"))),
        ("doc_type", json!("Marisela Quackenbush")),
        ("discipline", json!({"Quackenbush": 1})),
        ("patient", json!("Quackenbush")),
        ("patient", json!({"quackenbush": "Oduya"})),
        ("patient", json!({"names": {"oduya": 1}})),
        ("patient", json!({"birth_date": "07/22/1958", "ssn": "900-45-67899", "phones": [["231-555-0177"]]})),
        ("Quackenbush, Marisela", json!(1)),
    ] {
        let mut body = good.clone();
        body[member] = value;
        let reply = server.post_with("/ingest", &[("Idempotency-Key", "quackenbush é")], &body);
        assert_eq!(reply.status, 422);
        assert_clean_reply("a refusal", &reply);
        assert_clean_reply("a refusal", &server.post("/summarize", &body));
    }
    let token = format!("Bearer {TOKEN}");
    let raw = [("Authorization", token.as_str()), ("Content-Type", "application/json")];
    for body in [format!("\"{NOTE}\""), NOTE.to_owned(), format!("{{\"patient_id\": Quackenbush, \"note\": \"{NOTE}")] {
        assert_clean_reply("a refusal", &send(server.address, "POST", "/ingest", &raw, body.as_bytes()).unwrap());
    }
    // In paths, queries and tokens.
    for path in ["/notes/Quackenbush", "/Quackenbush?mrn=LP-7704213", "/ingest?patient=Marisela"] {
        assert_clean_reply("an answer", &send(server.address, "GET", path, &raw, b"").unwrap());
    }
    let reply = post(server.address, "/ingest", &[("Authorization", "Bearer Zephyrine-93318847")], &good).unwrap();
    assert_eq!(reply.status, 401);
    assert_clean_reply("the figures", &server.get("/metrics"));

    // The write-ahead log as well as the database.
    let written = files(folder.path());
    assert!(written.iter().any(|path| path.ends_with("intake.db-wal")));
    for path in &written {
        assert_clean(&path.display().to_string(), &fs::read(path).unwrap());
    }
    let log = server.end();
    assert!(log.lines().count() > 20 && log.contains("\"route\":\"/ingest\"") && log.contains("\"client\":\"ehr\""));
    assert!(!log.contains(TOKEN));
    assert_clean("the log", log.as_bytes());
}

#[test]
fn a_note_that_cannot_be_scrubbed_is_not_kept_and_that_is_recorded() {
    let folder = Folder::new();
    let policy = folder.path().join("policy.yaml");
    fs::write(&policy, "extends: safe-harbor\ncategories: {date: {operator: generalize, fallback: error}}\n").unwrap();
    let mut server = Server::start(folder.path(), &[("POLICY", policy.to_str().unwrap())]);
    let body = json!({"patient_id": "LP-7704213", "note": "Ms. Quackenbush came on 03/14."});
    for path in ["/ingest", "/summarize"] {
        let reply = server.post(path, &body);
        assert_eq!(reply.status, 422);
        assert!(reply.body.contains("nothing of it was stored"), "{}", reply.body);
        assert_clean_reply("a refusal", &reply);
    }
    let kept = server.ingest("LP-7704213", "Ms. Quackenbush came on 03/14/2024.");
    assert_eq!((&kept["scrubbed"], &kept["audit_id"]), (&json!("Ms. [NAME] came on 2024."), &json!(3)));
    for path in files(folder.path()) {
        assert_clean(&path.display().to_string(), &fs::read(path).unwrap());
    }
    assert_clean("the log", server.end().as_bytes());
    let database = rusqlite::Connection::open(folder.path().join("intake.db")).unwrap();
    let count = |query: &str| -> i64 { database.query_row(query, [], |row| row.get(0)).unwrap() };
    assert_eq!(count("SELECT count(*) FROM audit WHERE record LIKE '%\"outcome\":\"failure\"%'"), 2);
    assert_eq!(count("SELECT count(*) FROM note"), 1);
}

#[test]
fn one_patient_has_one_name_in_the_database_and_another_under_another_key() {
    let of = |settings: &[(&str, &str)], ids: &[&str]| -> Vec<String> {
        let folder = Folder::new();
        let server = Server::start(folder.path(), settings);
        for id in ids {
            server.ingest(id, "Gait training.");
        }
        let database = rusqlite::Connection::open(folder.path().join("intake.db")).unwrap();
        let mut rows = database.prepare("SELECT patient FROM note ORDER BY audit_id").unwrap();
        rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let here = of(&[], &["4471203", "4471204", "4471203"]);
    assert!(here[0] == here[2] && here[0] != here[1] && here[0].len() == 43);
    assert_ne!(of(&[], &["4471203"])[0], here[0]);
}
