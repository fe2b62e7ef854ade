//! What was acknowledged is there, once, whatever ends the service; and the service does not start on what is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::{Folder, Server, post, program};

/// Threads that ask at once.
const ASKING: usize = 6;

/// A note of its own for each key.
fn body(key: &str) -> serde_json::Value {
    json!({"patient_id": key, "note": format!("PT treatment note {key}\nGait training 15 min with SPC.")})
}

/// How far a load has come, and whether it is to end.
#[derive(Default)]
struct Load {
    acknowledged: AtomicUsize,
    stop: AtomicBool,
}

impl Load {
    /// Returns when so many notes were acknowledged.
    fn reach(&self, count: usize) {
        let began = Instant::now();
        while self.acknowledged.load(Ordering::Relaxed) < count {
            if began.elapsed() > Duration::from_mins(1) {
                // Whoever loads would go on, and be waited for.
                self.stop.store(true, Ordering::Relaxed);
                panic!("the service does not keep up");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Asks until told to stop or nobody answers: the id by which each key was acknowledged, and every key that was sent.
fn load(address: SocketAddr, round: usize, load: &Load) -> (BTreeMap<String, String>, BTreeSet<String>) {
    let (acknowledged, sent) = (Mutex::new(BTreeMap::new()), Mutex::new(BTreeSet::new()));
    std::thread::scope(|scope| {
        for thread in 0..ASKING {
            let (acknowledged, sent) = (&acknowledged, &sent);
            scope.spawn(move || {
                for number in 0.. {
                    if load.stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let key = format!("visit-{round}-{thread}-{number}");
                    sent.lock().unwrap().insert(key.clone());
                    let Ok(reply) = post(address, "/ingest", &[("Idempotency-Key", &key)], &body(&key)) else { return };
                    assert_eq!(reply.status, 201, "{}", reply.body);
                    let id = reply.json()["id"].as_str().unwrap().to_owned();
                    acknowledged.lock().unwrap().insert(key, id);
                    load.acknowledged.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    (acknowledged.into_inner().unwrap(), sent.into_inner().unwrap())
}

/// What `note-intake verify` says of a directory, and whether it holds.
fn verify(data: &Path) -> (bool, String) {
    let out = program(data, &[]).arg("verify").output().unwrap();
    (out.status.success(), String::from_utf8(out.stdout).unwrap() + &String::from_utf8(out.stderr).unwrap())
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_nothing_is_there_twice() {
    let folder = Folder::new();
    let (mut acknowledged, mut sent) = (BTreeMap::new(), BTreeSet::new());
    for round in 0..3 {
        let mut server = Server::start(folder.path(), &[]);
        let (address, progress) = (server.address, Load::default());
        let (done, asked) = std::thread::scope(|scope| {
            let loading = scope.spawn(|| load(address, round, &progress));
            progress.reach(40 + 57 * round);
            server.kill();
            loading.join().unwrap()
        });
        acknowledged.extend(done);
        sent.extend(asked);
    }
    let mut server = Server::start(folder.path(), &[]);
    let mut ids = BTreeSet::new();
    let mut before = 0;
    // Each is sent again, as one does whose answer was lost.
    for key in &sent {
        let reply = server.post_with("/ingest", &[("Idempotency-Key", key)], &body(key));
        assert_eq!(reply.status, 201);
        let id = reply.json()["id"].as_str().unwrap().to_owned();
        before += usize::from(reply.header("idempotent-replayed") == "true");
        if let Some(told) = acknowledged.get(key) {
            assert_eq!((reply.header("idempotent-replayed"), &id), ("true", told), "{key} was acknowledged");
        }
        assert_eq!(server.get(&format!("/notes/{id}")).status, 200);
        ids.insert(id);
    }
    assert_eq!(ids.len(), sent.len());
    println!("{} sent, {} acknowledged, {before} found again after three kills", sent.len(), acknowledged.len());
    server.terminate();
    assert!(server.wait().success());
    let (holds, said) = verify(folder.path());
    assert!(holds && said.starts_with(&format!("{0} notes, {0} audit records, the chain holds", sent.len())), "{said}");
}

#[test]
fn a_signal_lets_what_was_accepted_finish() {
    let folder = Folder::new();
    let mut server = Server::start(folder.path(), &[]);
    let (address, progress) = (server.address, Load::default());
    // A connection on which nothing comes holds nothing up.
    let idle = std::net::TcpStream::connect(address).unwrap();
    let (acknowledged, _) = std::thread::scope(|scope| {
        let loading = scope.spawn(|| load(address, 0, &progress));
        progress.reach(40);
        // Accepted, and its body comes after the signal.
        let mut late = std::net::TcpStream::connect(address).unwrap();
        let text = body("late").to_string();
        let head = format!(
            "POST /ingest HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            crate::server::TOKEN,
            text.len()
        );
        late.write_all(head.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        server.terminate();
        std::thread::sleep(Duration::from_millis(200));
        late.write_all(text.as_bytes()).unwrap();
        let mut answer = [0; 12];
        std::io::Read::read_exact(&mut late, &mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 201");
        drop(idle);
        assert!(server.wait().success());
        progress.stop.store(true, Ordering::Relaxed);
        loading.join().unwrap()
    });
    let log = server.end();
    assert!(log.contains("\"stopping\"") && log.contains("\"stopped\""), "{log}");
    // Stopped in order, all is in the one file.
    assert!(!folder.path().join("intake.db-wal").exists());
    let (holds, said) = verify(folder.path());
    assert!(holds && !acknowledged.is_empty());
    let notes: usize = said.split(' ').next().unwrap().parse().unwrap();
    assert!(notes > acknowledged.len(), "{notes} notes, {} acknowledged and a late one", acknowledged.len());
}

/// What the program says when it does not start.
fn refusal(data: &Path, settings: &[(&str, &str)]) -> String {
    let out = program(data, settings).output().unwrap();
    assert_eq!(out.status.code(), Some(2), "{settings:?}");
    String::from_utf8(out.stderr).unwrap()
}

#[test]
fn what_is_wrong_is_refused_at_the_start() {
    let folder = Folder::new();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let keeps_names = file("keeps.yaml", "extends: safe-harbor\ncategories: {name: {operator: keep}}\n");
    let no_key = file("no-key", "correct horse battery staple\n");
    let no_tokens = file("no-tokens", "# nobody yet\n");
    let data = folder.path().join("data");
    for (setting, value, said) in [
        ("POLICY", "safe-harbour", "safe-harbor"),
        ("POLICY", &keeps_names, "CHARTGUARD_POLICY"),
        ("RUBRIC", "medicare-outpatient-therpy", "medicare-outpatient-therapy"),
        ("KEY_FILE", &no_key, "no-key"),
        ("KEY_FILE", "/nowhere/key", "/nowhere/key"),
        ("TOKENS_FILE", &no_tokens, "note-intake token NAME"),
        ("TOKENS", "ehr:abc", "CHARTGUARD_TOKENS"),
        ("POLICI", "safe-harbor", "CHARTGUARD_POLICY"),
        ("PORT", "many", "CHARTGUARD_PORT"),
    ] {
        let error = refusal(&data, &[(setting, value)]);
        assert!(error.contains(said) && !error.contains("battery"), "{setting}={value}: {error}");
    }
}

#[test]
fn the_first_start_makes_a_key_and_a_token_and_the_next_ones_keep_them() {
    let folder = Folder::new();
    let data = folder.path().join("new");
    let mut first = Server::run(program(&data, &[]));
    let address = first.address;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&data), mode(&data.join("key")), mode(&data.join("tokens"))), (0o700, 0o600, 0o600));
    let is_token = |line: &&str| line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert_eq!(post(address, "/ingest", &[], &body("7")).unwrap().status, 401);
    let said = first.end();
    let token = said.lines().find(is_token).expect("a token is printed").to_owned();
    assert!(!fs::read_to_string(data.join("tokens")).unwrap().contains(&token));
    let mut second = Server::run(program(&data, &[]));
    let ours = format!("Bearer {token}");
    assert_eq!(post(second.address, "/ingest", &[("Authorization", &ours)], &body("7")).unwrap().status, 201);
    // Two at once would each go on with the audit log as it was.
    assert!(refusal(&data, &[]).contains("another note-intake"));
    assert!(second.end().lines().find(is_token).is_none());

    // A client of its own, made by the command.
    let made = String::from_utf8(program(&data, &[]).args(["token", "ward-3"]).output().unwrap().stdout).unwrap();
    let (token, line) = made.split_once('\n').unwrap();
    fs::write(data.join("tokens"), line).unwrap();
    let third = Server::run(program(&data, &[]));
    let theirs = format!("Bearer {token}");
    assert_eq!(post(third.address, "/ingest", &[("Authorization", &theirs)], &body("8")).unwrap().status, 201);
    assert_eq!(post(third.address, "/ingest", &[("Authorization", &ours)], &body("8")).unwrap().status, 401);
    drop(third);

    // Without its key a database is not gone on with, nor with another.
    let key = fs::read_to_string(data.join("key")).unwrap();
    fs::remove_file(data.join("key")).unwrap();
    assert!(refusal(&data, &[]).contains("put it back"));
    fs::write(data.join("key"), key.chars().rev().collect::<String>().trim()).unwrap();
    assert!(refusal(&data, &[]).contains("audit log"));
    fs::write(data.join("key"), key).unwrap();
    assert!(verify(&data).0);
}

#[test]
fn a_changed_record_is_noticed() {
    let folder = Folder::new();
    let mut server = Server::start(folder.path(), &[]);
    for patient in ["1", "2", "3"] {
        server.ingest(patient, "SSN 219-09-9999");
    }
    server.end();
    assert!(verify(folder.path()).0);
    let database = rusqlite::Connection::open(folder.path().join("intake.db")).unwrap();
    let changed = "UPDATE audit SET record = replace(record, '\"ehr\"', '\"ward\"') WHERE seq = 2";
    assert_eq!(database.execute(changed, []).unwrap(), 1);
    let (holds, said) = verify(folder.path());
    assert!(!holds && said.contains("record 2"), "{said}");
}
