//! What is asked for and what is answered.

use serde_json::{Value, json};

use crate::client::send;
use crate::server::{Folder, OTHER_TOKEN, Server, TOKEN, sample};

/// The characters of `text` at an evidence span.
fn at(text: &str, evidence: &Value) -> String {
    let (start, end) = (evidence["start"].as_u64().unwrap() as usize, evidence["end"].as_u64().unwrap() as usize);
    let characters: Vec<char> = text.chars().collect();
    characters[start..end].iter().collect()
}

#[test]
fn a_note_of_therapy_is_scrubbed_scored_and_kept() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[]);
    let reply = server.post("/ingest", &json!({"patient_id": "LP-0048213", "note": sample("pt-treatment-note.txt")}));
    assert_eq!(reply.status, 201);
    let note = reply.json();
    assert_eq!(reply.header("location"), format!("/notes/{}", note["id"].as_str().unwrap()));
    assert_eq!((&note["audit_id"], &note["discipline"]), (&json!(1), &json!("pt")));
    let scrubbed = note["scrubbed"].as_str().unwrap();
    assert!(scrubbed.contains("[NAME]") && !scrubbed.contains("VASQUEZ") && !scrubbed.contains("0048213"));
    assert!(note["findings"]["name"].as_u64().unwrap() >= 5 && note["findings"]["mrn"] == 1, "{}", note["findings"]);
    assert!((0.0..=1.0).contains(&note["score"].as_f64().unwrap()));
    assert!(["low", "medium", "high"].contains(&note["risk"].as_str().unwrap()));
    assert_eq!(note["rubric"]["id"], "medicare-outpatient-therapy");
    assert_eq!(note["rubric"]["hash"].as_str().unwrap().len(), 64);

    let mut kept = server.get(reply.header("location")).json();
    let report = kept.as_object_mut().unwrap().remove("report").unwrap();
    assert_eq!(kept, note);
    let criteria = report["criteria"].as_array().unwrap();
    let met: Vec<&Value> = criteria.iter().filter(|criterion| criterion["verdict"] == "met").collect();
    assert!(met.len() > 5);
    let minutes = criteria.iter().find(|criterion| criterion["id"] == "tx.total-minutes").unwrap();
    assert_eq!(minutes["verdict"], "not_met");
    for evidence in criteria.iter().flat_map(|criterion| criterion["evidence"].as_array().unwrap()) {
        assert!(!at(scrubbed, evidence).is_empty());
    }
    // The day of service is a date like any other.
    assert!(report.get("date").is_none());

    let other = server.ingest("LP-0048213", &sample("ed-note.txt"));
    assert_eq!(other["audit_id"], 2);
    for member in ["score", "risk", "rubric"] {
        assert_eq!(other[member], Value::Null, "no note of therapy is scored");
    }
}

#[test]
fn what_is_known_of_the_patient_is_looked_for() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[]);
    let patient = json!({"names": ["Imelda Harrow"], "phones": "555-0142", "birth_date": "1961-05-02"});
    let body = json!({"patient_id": "Q77-31", "note": "imelda, q7731, seen; harrow is well. Born 2.5.61.", "patient": patient,
        "doc_type": "Daily Note", "discipline": "PT"});
    let note = server.post("/ingest", &body).json();
    assert_eq!(note["scrubbed"], "[NAME], [MRN], seen; [NAME] is well. Born [DATE].");
    assert_eq!((&note["doc_type"], &note["discipline"]), (&json!("treatment_note"), &json!("pt")));
    // An id that could be any number is not looked for.
    let note = server.ingest("12", "Walked 12 steps.");
    assert_eq!(note["scrubbed"], "Walked 12 steps.");
}

#[test]
fn each_member_is_checked_and_named() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[]);
    let good = json!({"patient_id": "4471203", "note": "Gait training 15 min."});
    for (member, value, field) in [
        ("patient_id", json!(null), "patient_id"),
        ("patient_id", json!(""), "patient_id"),
        ("patient_id", json!("x".repeat(51)), "patient_id"),
        ("patient_id", json!(4_471_203), "patient_id"),
        ("patient_id", json!("44\n71203"), "patient_id"),
        ("note", json!(null), "note"),
        ("note", json!("  \n"), "note"),
        ("note", json!("x".repeat(100_001)), "note"),
        ("note", json!(["x"]), "note"),
        ("note", json!("%PDF-1.7 \0\u{1}"), "note"),
        ("doc_type", json!("poem"), "doc_type"),
        ("discipline", json!(7), "discipline"),
        ("patient", json!("Harrow"), "patient"),
        ("patient", json!({"nmaes": ["Harrow"]}), "patient"),
        ("patient", json!({"names": [7]}), "patient.names[0]"),
        ("patient", json!({"birth_date": "5/2/61"}), "patient.birth_date"),
        ("nota", json!("x"), "body"),
    ] {
        let mut body = good.clone();
        body[member] = value;
        let reply = server.post("/ingest", &body);
        assert_eq!((reply.status, reply.fields()), (422, vec![field.to_owned()]), "{member}: {}", reply.body);
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
    let reply = server.post("/ingest", &json!({"patient": {"ssn": "1"}, "discipline": "x"}));
    assert_eq!(reply.fields(), ["patient_id", "note", "discipline", "patient.ssn"]);
    let reply = server.post_with("/ingest", &[("Idempotency-Key", &"k".repeat(256))], &good);
    assert_eq!((reply.status, reply.fields()), (422, vec!["Idempotency-Key".to_owned()]));

    let token = format!("Bearer {TOKEN}");
    let raw = |kind: &str, body: &[u8]| {
        send(server.address, "POST", "/ingest", &[("Authorization", &token), ("Content-Type", kind)], body)
            .unwrap()
            .status
    };
    assert_eq!(raw("application/json", b"{\"patient_id\": "), 400);
    assert_eq!(raw("application/json", b"[]"), 400);
    assert_eq!(raw("application/json", b"{\"patient_id\": \"4\", \"note\": \"\xff\"}"), 400);
    assert_eq!(raw("text/plain", good.to_string().as_bytes()), 415);
    assert_eq!(raw("application/json; charset=utf-8", good.to_string().as_bytes()), 201);
    // Nothing but the last was kept.
    assert_eq!(server.ingest("1", "x")["audit_id"], 2);
}

#[test]
fn the_longest_note_is_taken() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[]);
    let line = "Gait training 15 min with SPC, no loss of balance é. ";
    let note: String = line.chars().cycle().take(100_000).collect();
    assert_eq!(server.ingest(&"i".repeat(50), &note)["scrubbed"].as_str().unwrap().chars().count(), 100_000);
}

#[test]
fn only_known_clients_are_let_in() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[]);
    let body = json!({"patient_id": "1", "note": "x"}).to_string();
    let refused = [
        vec![],
        vec![("Authorization", String::new())],
        vec![("Authorization", TOKEN.to_owned())],
        vec![("Authorization", format!("Basic {TOKEN}"))],
        vec![("Authorization", format!("Bearer {TOKEN}x"))],
        vec![("Authorization", "Bearer ".to_owned())],
    ];
    for (method, path) in [("POST", "/ingest"), ("POST", "/summarize"), ("GET", "/notes/x")] {
        for headers in &refused {
            let mut all = vec![("Content-Type", "application/json")];
            all.extend(headers.iter().map(|(name, value)| (*name, value.as_str())));
            let reply = send(server.address, method, path, &all, body.as_bytes()).unwrap();
            assert_eq!(
                (reply.status, reply.header("www-authenticate")),
                (401, "Bearer"),
                "{method} {path} {headers:?}"
            );
        }
    }
    let reply = server.post_with("/ingest", &[("Authorization", &format!("bearer {OTHER_TOKEN}"))], &json!({}));
    assert_eq!(reply.status, 422);
    for open in ["/health/live", "/health/ready", "/metrics"] {
        assert_eq!(send(server.address, "GET", open, &[], b"").unwrap().status, 200);
    }
}

#[test]
fn every_answer_has_an_id_and_security_headers() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[]);
    let id = "0192f0c1-1111-7abc-8def-0123456789ab";
    for (method, path, status) in
        [("GET", "/health/live", 200), ("GET", "/nowhere", 404), ("PUT", "/metrics", 405), ("POST", "/ingest", 401)]
    {
        let reply = send(server.address, method, path, &[("X-Request-Id", id)], b"").unwrap();
        assert_eq!((reply.status, reply.header("x-request-id")), (status, id), "{method} {path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert!(reply.header("content-security-policy").contains("default-src 'none'"));
        assert_eq!(
            reply.header("content-type"),
            if status == 200 { "application/json" } else { "application/problem+json" }
        );
    }
    // What is no UUID could be anything, and is not taken.
    let reply = send(server.address, "GET", "/health/live", &[("X-Request-Id", "Harrow-4471203")], b"").unwrap();
    assert_eq!(reply.header("x-request-id").len(), 36);
    assert_eq!(server.get("/notes/0192f0c1-1111-7abc-8def-0123456789ab").status, 404);
    assert_eq!(server.get("/notes/%27%20OR%201=1").status, 404);
}

#[test]
fn a_request_that_is_sent_again_is_kept_once() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[]);
    let body = json!({"patient_id": "1", "note": "SSN 219-09-9999"});
    let key = [("Idempotency-Key", "visit-17")];
    let first = server.post_with("/ingest", &key, &body);
    let again = server.post_with("/ingest", &key, &body);
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
    assert_eq!(first.json(), again.json());
    let other = server.post_with("/ingest", &key, &json!({"patient_id": "2", "note": "SSN 219-09-9999"}));
    assert_eq!(other.status, 422);
    let theirs = [key[0], ("Authorization", &format!("Bearer {OTHER_TOKEN}"))];
    assert_eq!(server.post_with("/ingest", &theirs, &body).json()["audit_id"], 2);
    // Many at once are one as well.
    let ids: std::collections::BTreeSet<String> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| server.post_with("/ingest", &[("Idempotency-Key", "visit-18")], &body).json()))
            .collect();
        asked.into_iter().map(|one| one.join().unwrap()["id"].as_str().unwrap().to_owned()).collect()
    });
    assert_eq!(ids.len(), 1);
    assert_eq!(server.ingest("1", "x")["audit_id"], 4);
}

#[test]
fn a_summary_is_sentences_of_the_scrubbed_note() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[]);
    let note = sample("pt-treatment-note.txt");
    let id = server.ingest("LP-0048213", &note)["id"].clone();
    let kept = server.post("/summarize", &json!({"id": id}));
    let given = server.post("/summarize", &json!({"note": note, "patient_id": "LP-0048213"}));
    assert_eq!((kept.status, given.status), (200, 200));
    let (kept, given) = (kept.json(), given.json());
    assert_eq!((&kept["sections"], &kept["scrubbed"]), (&given["sections"], &given["scrubbed"]));
    // The one is the record of the note; the other was scrubbed, recorded, and not kept.
    assert_eq!((&kept["audit_id"], &given["audit_id"], &given["id"]), (&json!(1), &json!(2), &Value::Null));
    let scrubbed = kept["scrubbed"].as_str().unwrap();
    let sections = kept["sections"].as_array().unwrap();
    let kinds: Vec<&str> = sections.iter().map(|section| section["section"].as_str().unwrap()).collect();
    for kind in ["subjective", "objective", "assessment", "plan"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    let lines: Vec<&Value> = sections.iter().flat_map(|section| section["lines"].as_array().unwrap()).collect();
    for line in &lines {
        assert_eq!(at(scrubbed, &line["evidence"]), line["text"].as_str().unwrap());
        assert!(!line["rules"].as_array().unwrap().is_empty());
    }
    let length: usize = lines.iter().map(|line| line["text"].as_str().unwrap().len()).sum();
    assert!(length < scrubbed.len(), "a summary is shorter than its note");

    assert_eq!(server.post("/summarize", &json!({"id": "0192f0c1-1111-7abc-8def-0123456789ab"})).status, 404);
    assert_eq!(server.post("/summarize", &json!({"id": id, "note": "x"})).fields(), ["id"]);
    assert_eq!(server.post("/summarize", &json!({})).fields(), ["note"]);
}

#[test]
fn health_and_figures() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[("RUBRIC", "soap-completeness")]);
    assert_eq!(server.get("/health/live").json()["status"], "ok");
    assert_eq!(server.get("/health/ready").json(), json!({"status": "ok", "database": "ok", "engine": "ok"}));
    let note = server.ingest("1", &sample("pt-treatment-note.txt"));
    assert_eq!(note["rubric"]["id"], "soap-completeness");
    server.ingest("1", "SSN 219-09-9999");
    let reply = server.get("/metrics");
    assert!(reply.header("content-type").starts_with("application/openmetrics-text"));
    let (names, risk) = (note["findings"]["name"].as_u64().unwrap(), note["risk"].as_str().unwrap());
    for line in [
        "http_requests_total{method=\"POST\",route=\"/ingest\",status=\"201\"} 2".to_owned(),
        "http_request_duration_seconds_count{route=\"/ingest\"} 2".to_owned(),
        "http_requests_in_flight 1".to_owned(),
        format!("chartguard_findings_total{{category=\"name\"}} {names}"),
        "chartguard_findings_total{category=\"ssn\"} 1".to_owned(),
        format!("chartguard_notes_total{{risk=\"{risk}\"}} 1"),
        "chartguard_notes_total{risk=\"unscored\"} 1".to_owned(),
    ] {
        assert!(reply.body.lines().any(|found| found == line), "{line} is not in\n{}", reply.body);
    }
}
