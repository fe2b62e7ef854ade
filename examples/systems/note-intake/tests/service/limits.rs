//! What is too much is turned away, and told so.

use serde_json::json;

use crate::client::send;
use crate::server::{Folder, OTHER_TOKEN, Server, TOKEN, post};

#[test]
fn a_client_that_asks_too_often_is_told_when_to_come_back() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[("RATE_PER_SECOND", "0.1"), ("RATE_BURST", "3")]);
    let body = json!({"patient_id": "1", "note": "x"});
    let statuses: Vec<u16> = (0..4).map(|_| server.post("/ingest", &body).status).collect();
    assert_eq!(statuses, [201, 201, 201, 429]);
    let refused = server.get("/notes/x");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!(refused.status == 429 && (1..=10).contains(&wait), "{wait}");
    // Another client has a bucket of its own, and health is asked by nobody in particular.
    let other = format!("Bearer {OTHER_TOKEN}");
    assert_eq!(server.post_with("/ingest", &[("Authorization", &other)], &body).status, 201);
    assert_eq!(server.get("/health/live").status, 200);
}

#[test]
fn a_body_that_is_too_long_is_refused() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[("BODY_BYTES", "2048")]);
    let of = |length: usize| json!({"patient_id": "1", "note": "x".repeat(length)});
    assert_eq!(server.post("/ingest", &of(1_900)).status, 201);
    assert_eq!(server.post("/ingest", &of(2_100)).status, 413);
    assert_eq!(server.post("/summarize", &of(200_000)).status, 413);
}

#[test]
fn notes_that_cannot_wait_are_turned_away_and_not_kept() {
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[("WORKERS", "1"), ("QUEUE", "2")]);
    let body = json!({"patient_id": "1", "note": "Seen by Dr. Achterberg for gait training. ".repeat(2_000)});
    let statuses: Vec<(u16, String)> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..16).map(|_| scope.spawn(|| server.post("/ingest", &body))).collect();
        let replies = asked.into_iter().map(|one| one.join().unwrap());
        replies.map(|reply| (reply.status, reply.header("retry-after").to_owned())).collect()
    });
    let kept = statuses.iter().filter(|(status, _)| *status == 201).count();
    assert!(kept >= 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|one| **one == (503, "1".to_owned())).count(), 16 - kept, "{statuses:?}");
    assert!(kept < 16, "three places held sixteen notes at once");
    assert_eq!(server.ingest("1", "x")["audit_id"], kept + 1);
}

#[test]
fn a_request_that_never_ends_is_given_up() {
    use std::io::{Read, Write};
    let folder = Folder::new();
    let server = Server::start(folder.path(), &[("TIMEOUT_SECONDS", "1")]);
    let mut stream = std::net::TcpStream::connect(server.address).unwrap();
    let head = format!(
        "POST /ingest HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
    assert_eq!(send(server.address, "GET", "/health/live", &[], b"").unwrap().status, 200);
    assert_eq!(post(server.address, "/ingest", &[], &json!({"patient_id": "1", "note": "x"})).unwrap().status, 201);
}
