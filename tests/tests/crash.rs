//! What an audit log has confirmed survives a writer that is killed at any time.
//!
//! `make test-crash` kills 200 writers of each kind of log; `cargo test` a few.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use chartguard::audit;
use chartguard_tests::build_folder;

/// How many writers are killed.
fn kills() -> usize {
    std::env::var("CHARTGUARD_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(12)
}

/// Kills commands that write a log, at random points; what they printed, which they do after the record is confirmed, must be
/// in the log, and the chain must hold.
fn kill_writers(path: &Path) {
    let note = r#"{"id": 1, "text": "SSN 219-09-9999, seen 03/14/2024 by Dr. Quackenbush"}"#;
    let input = format!("{note}\n").repeat(4000);
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let (mut before, mut killed) = (0, 0);
    for _ in 0..kills() {
        let mut child = Command::new(build_folder().join("chartguard"))
            .args(["scrub", "--model", "none", "--jsonl", "--audit", path.to_str().unwrap(), "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("run `cargo build --workspace` first");
        let mut stdin = child.stdin.take().unwrap();
        let stdout = child.stdout.take().unwrap();
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let wait = Duration::from_micros(20_000 + seed % 400_000);
        let input = &input;
        let printed = std::thread::scope(|scope| {
            scope.spawn(move || drop(stdin.write_all(input.as_bytes())));
            let reader = scope.spawn(move || BufReader::new(stdout).split(b'\n').map_while(Result::ok).count());
            std::thread::sleep(wait);
            killed += usize::from(child.try_wait().unwrap().is_none());
            let _ = child.kill();
            child.wait().unwrap();
            reader.join().unwrap()
        });
        // The last line printed may have been cut; its record still stands.
        if !path.exists() {
            assert_eq!(printed, 0);
            continue;
        }
        let verified = audit::verify(path, None).unwrap();
        let records = verified.head.records as usize;
        assert!(records >= before + printed, "{printed} were printed, {} recorded", records - before);
        before = records;
        drop(audit::open(path, None).unwrap());
        assert_eq!(audit::verify(path, None).unwrap().head.records as usize, before);
    }
    println!("{killed} writers of {} killed: {before} records, the chain holds", path.display());
    assert!(killed * 2 > kills() && before > 0, "{killed} were killed while they wrote");
}

#[test]
fn killed_writers_lose_nothing_confirmed() {
    let folder = build_folder().join("audit-tests/killed");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    kill_writers(&folder.join("log.jsonl"));
    kill_writers(&folder.join("log.db"));
}
