//! What an audit log or a vault has confirmed survives a writer that is killed at any time, and a registry of models serves on.
//!
//! `make test-crash` kills 200 writers of each kind of log, 200 of a vault and a log, and 200 of a registry; `cargo test` a few.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use chartguard::infer::{Registry, RegistryOptions};
use chartguard::vault::Vault;
use chartguard::{Key, audit};
use chartguard_tests::{build_folder, repository};

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
        let (out, was_killed) = kill_writer(&["--audit", path.to_str().unwrap()], &mut seed, |stdin| {
            // There is more to write until the writer is gone.
            while stdin.write_all(input.as_bytes()).is_ok() {}
        });
        killed += usize::from(was_killed);
        let printed = out.split_inclusive(|byte| *byte == b'\n').count();
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

/// Kills a command that scrubs what `feed` writes to it, at a random point; what it printed, and whether it was still at work.
fn kill_writer(arguments: &[&str], seed: &mut u64, feed: impl FnOnce(&mut ChildStdin) + Send) -> (Vec<u8>, bool) {
    let mut child = Command::new(build_folder().join("chartguard"))
        .args(["scrub", "--model", "none", "--jsonl", "-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("run `cargo build --workspace` first");
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    let wait = Duration::from_micros(20_000 + *seed % 400_000);
    std::thread::scope(|scope| {
        scope.spawn(move || feed(&mut stdin));
        let reader = scope.spawn(move || {
            let mut out = Vec::new();
            stdout.read_to_end(&mut out).unwrap();
            out
        });
        std::thread::sleep(wait);
        let killed = child.try_wait().unwrap().is_none();
        let _ = child.kill();
        child.wait().unwrap();
        (reader.join().unwrap(), killed)
    })
}

/// The note of a number; no two are alike, and all become one of two texts.
fn numbered_note(number: usize) -> String {
    let name = ["Dr. Quackenbush", "Dr. Achterberg and Mr. Okonkwo"][number % 2];
    format!("SSN 219-{:02}-{:04}, seen 03/14/2024 by {name}", 1 + number / 9999 % 99, 1 + number % 9999)
}

/// Kills commands that write a vault and an audit log, at random points. What they printed, which they do after both are confirmed,
/// must come back from the vault byte for byte, and both chains must hold. Some writers in turn go on with the same files.
fn kill_vault_writers(folder: &Path) {
    let key_file = folder.join("key.txt");
    fs::write(&key_file, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f").unwrap();
    let key = Key::load(&key_file).unwrap();
    let mut seed = 0xD1B5_4A32_D192_ED03_u64;
    let (mut killed, mut printed, mut torn, mut records) = (0, 0, 0, 0);
    let (mut confirmed, mut before) = (Vec::new(), 0);
    for round in 0..kills() {
        if round % WRITERS_A_LOG == 0 {
            confirmed.clear();
            before = 0;
        }
        let file = |ending: &str| folder.join(format!("notes-{}.{ending}", round / WRITERS_A_LOG));
        let (vault, log) = (file("vault"), file("jsonl"));
        let arguments = [
            "--vault",
            vault.to_str().unwrap(),
            "--key-file",
            key_file.to_str().unwrap(),
            "--audit",
            log.to_str().unwrap(),
        ];
        let first = round * 1_000_000;
        let (out, was_killed) = kill_writer(&arguments, &mut seed, |stdin| {
            let line = |number: usize| format!("{{\"id\": \"{number}\", \"text\": \"{}\"}}\n", numbered_note(number));
            let mut numbers = first..;
            let mut lines = || numbers.by_ref().take(200).map(line).collect::<String>();
            while stdin.write_all(lines().as_bytes()).is_ok() {}
        });
        killed += usize::from(was_killed);
        for line in out.split_inclusive(|byte| *byte == b'\n') {
            // The last line printed may have been cut.
            let Ok(line) = serde_json::from_slice::<serde_json::Value>(line) else { continue };
            let (id, text) = (line["id"].as_str().unwrap(), line["text"].as_str().unwrap());
            confirmed.push((id.to_owned(), text.to_owned()));
            printed += 1;
        }
        if !vault.exists() {
            assert!(confirmed.is_empty());
            continue;
        }
        let read = Vault::read(&vault, &key).unwrap();
        let verified = read.verify().unwrap();
        assert!(verified.head.records >= before, "records were lost");
        for (id, text) in &confirmed {
            let number = id.parse().unwrap();
            assert_eq!(read.restore(text, Some(id)).unwrap(), numbered_note(number), "note {id}");
        }
        // A machine that stops may leave any part of what was being written: the records before it still hold.
        let whole = fs::read(&vault).unwrap();
        let cut = folder.join("cut.vault");
        fs::write(&cut, &whole[..seed as usize % (whole.len() + 1)]).unwrap();
        let left = Vault::read(&cut, &key).unwrap().verify().unwrap();
        torn += usize::from(left.torn > 0);
        assert!(left.head.records <= verified.head.records);
        assert_eq!(Vault::open(&cut, &key).unwrap().verify().unwrap().head, left.head);
        // It goes on where it was confirmed.
        let opened = Vault::open(&vault, &key).unwrap();
        assert_eq!(opened.verify().unwrap().head, verified.head);
        records += opened.head().records - before;
        before = opened.head().records;
        let logged = audit::verify(&log, None).unwrap().head.records as usize;
        assert!(
            logged >= confirmed.len() && before as usize >= logged,
            "{logged} are in the log, {before} in the vault"
        );
    }
    println!(
        "{killed} writers of a vault and a log killed: {records} records, {printed} printed notes came back, {torn} torn copies too"
    );
    assert!(killed == kills() && printed > 0, "{killed} were killed while they wrote");
}

/// `chartguard model` at work on a registry, to be killed or waited for.
fn model_command(registry: &Path, arguments: &[&str]) -> Child {
    Command::new(build_folder().join("chartguard"))
        .arg("model")
        .args(arguments)
        .arg("--registry")
        .arg(registry)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("run `cargo build --workspace` first")
}

/// Kills commands that add a version, make another active, roll back or remove, at random points of the time they take. Whatever was
/// reached, the registry must open, every version in it must be whole, and the active one be one of the two that it may be.
fn kill_registry_writers(folder: &Path) {
    let models = repository().join("tests/models");
    let (one, two) = (models.join("tiny-tagger"), models.join("tiny-tagger-bytes"));
    let open = || Registry::open(folder, RegistryOptions::new()).unwrap();
    let registry = open();
    registry.add("tagger", "1", &one).unwrap();
    registry.activate("tagger", "1").unwrap();
    registry.add("tagger", "2", &two).unwrap();
    registry.activate("tagger", "2").unwrap();
    let source = two.to_str().unwrap();
    let changes: [&[&str]; 4] =
        [&["add", "tagger@9", source], &["activate", "tagger@1"], &["rollback", "tagger"], &["remove", "tagger@9"]];
    // How long each takes when nobody kills it, after which the registry is as it was.
    let takes = changes.map(|change| {
        let begun = Instant::now();
        assert!(model_command(folder, change).wait().unwrap().success(), "{change:?}");
        begun.elapsed()
    });
    assert_eq!(open().get("tagger").unwrap().name(), "tagger@2");
    let mut seed = 0xA076_1D64_78BD_642F_u64;
    let (mut killed, mut undone, mut done) = (0, 0, 0);
    for round in 0..kills() {
        let turn = round % changes.len();
        let (change, takes) = (changes[turn], takes[turn]);
        // What it works on.
        let registry = open();
        let adds = |registry: &Registry| registry.get("tagger@9").is_ok();
        match turn {
            0 if adds(&registry) => registry.remove("tagger", "9").unwrap(),
            1 | 2 => registry.activate("tagger", "2").unwrap(),
            3 if !adds(&registry) => registry.add("tagger", "9", &one).unwrap(),
            _ => {}
        }
        let state = |registry: &Registry| (registry.get("tagger").unwrap().name().to_owned(), adds(registry));
        let before = state(&registry);
        let after = match turn {
            0 => (before.0.clone(), true),
            3 => (before.0.clone(), false),
            _ => ("tagger@1".to_owned(), before.1),
        };
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let mut child = model_command(folder, change);
        std::thread::sleep(takes.mul_f64((seed % 1000) as f64 / 1000.0));
        killed += usize::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
        let registry = open();
        let now = state(&registry);
        assert!(now == before || now == after, "{change:?}: {now:?} is neither {before:?} nor {after:?}");
        if now == before {
            undone += 1;
        } else {
            done += 1;
        }
        for model in registry.status().unwrap().models {
            assert_eq!(model.last_error, None);
            registry.check(&format!("{}@{}", model.name, model.version)).unwrap();
        }
        let left = fs::read_dir(folder.join("tagger")).unwrap().map(Result::unwrap);
        assert_eq!(left.filter(|entry| entry.file_name().to_string_lossy().starts_with('.')).count(), 0);
        // It goes on as if nothing had happened.
        if now == before {
            assert!(model_command(folder, change).wait().unwrap().success(), "{change:?}");
            assert_eq!(state(&open()), after);
        }
    }
    println!("{killed} writers of a registry killed: {undone} changes undone, {done} done, every version whole");
    // How many are still at work when they are killed hangs on the machine; that some are is what counts.
    assert!(killed > kills() / 4 && undone > 0, "{killed} were killed at work, {undone} before their change");
}

#[test]
fn a_registry_serves_the_old_version_or_the_new() {
    let folder = build_folder().join("registry-tests/killed");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    kill_registry_writers(&folder);
}

#[test]
fn a_vault_and_its_log_lose_nothing_confirmed() {
    let folder = build_folder().join("vault-tests/killed");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    kill_vault_writers(&folder);
}

#[test]
fn killed_writers_lose_nothing_confirmed() {
    let folder = build_folder().join("audit-tests/killed");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    kill_writers(&folder, "log-#.jsonl");
    kill_writers(&folder, "log-#.db");
}
