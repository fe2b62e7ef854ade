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

/// Checking a log anew after every writer costs the more the longer it is.
const WRITERS_A_LOG: usize = 10;

/// How many writers are killed.
fn kills() -> usize {
    std::env::var("CHARTGUARD_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(12)
}

/// Kills commands that write a log, at random points; what they printed, which they do after the record is confirmed, must be
/// in the log, and the chain must hold. Some writers in turn go on with the same log. `name` has a `#` for its number.
fn kill_writers(folder: &Path, name: &str) {
    let note = r#"{"id": 1, "text": "SSN 219-09-9999, seen 03/14/2024 by Dr. Quackenbush"}"#;
    let input = format!("{note}\n").repeat(400);
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let (mut before, mut killed, mut recorded) = (0, 0, 0);
    for round in 0..kills() {
        if round % WRITERS_A_LOG == 0 {
            (recorded, before) = (recorded + before, 0);
        }
        let path = &folder.join(name.replace('#', &(round / WRITERS_A_LOG).to_string()));
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
            // There is more to write until the writer is gone.
            scope.spawn(move || while stdin.write_all(input.as_bytes()).is_ok() {});
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
    recorded += before;
    println!("{killed} writers of {name} killed: {recorded} records, the chains hold");
    assert!(killed == kills() && recorded > 0, "{killed} were killed while they wrote");
}

#[test]
fn killed_writers_lose_nothing_confirmed() {
    let folder = build_folder().join("audit-tests/killed");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    kill_writers(&folder, "log-#.jsonl");
    kill_writers(&folder, "log-#.db");
}
