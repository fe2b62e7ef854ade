//! The audit log: what is recorded, and that a log that was tampered with says so.

use std::fs;
use std::path::PathBuf;

use chartguard::access::{Access, Permission};
use chartguard::audit::{self, Action, Event, Head, JsonLines, Outcome, Sink, Sqlite};
use chartguard::{ErrorCode, Policy, Scrubber};
use chartguard_tests::build_folder;

const NOW: &str = "2024-03-14T09:26:53Z";
const KEY: &[u8] = b"a key of more than sixteen bytes";

fn scratch(name: &str) -> PathBuf {
    let folder = build_folder().join("audit-tests").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn events(count: usize) -> Vec<Event> {
    (0..count).map(|n| Event::new(Action::Scrub, NOW).unwrap().by(format!("u-{n}"), ["clinician"])).collect()
}

#[test]
fn an_event_holds_no_value() {
    let scrubber = Scrubber::builder().builtin_model(false).build().unwrap();
    let text = "Dr. Quackenbush, SSN 219-09-9999, seen 03/14/2024";
    let event = Event::new(Action::Scrub, "2024-03-14T10:26:53+01:00").unwrap().by("u-17", ["clinician"]);
    let result = scrubber.scrub(text);
    let event = scrubber.audited(event, text, &result, Some(KEY)).unwrap();
    let json = serde_json::to_string(&event).unwrap();
    for secret in ["Quackenbush", "219", "03/14"] {
        assert!(!json.contains(secret), "{json}");
    }
    assert_eq!(event.recorded, NOW);
    assert_eq!((event.counts["ssn"]["tag"], event.counts["name"]["tag"]), (1, 1));
    let fingerprint = |key| audit::fingerprint(key, text).unwrap();
    assert_eq!(event.document.as_ref().unwrap().fingerprint, Some(fingerprint(KEY)));
    assert_ne!(fingerprint(KEY), fingerprint(b"another key of sixteen"));
    assert!(audit::fingerprint(b"short", text).unwrap_err().is_config());
    assert!(Event::new(Action::Scrub, "yesterday").unwrap_err().is_config());
    assert_eq!(event.policy.as_ref().unwrap().hash, Policy::default().hash());
    let other =
        Policy::from_yaml("extends: safe-harbor\ndetectors: [{name: a, category: mrn, pattern: 'A1'}]").unwrap();
    let another =
        Policy::from_yaml("extends: safe-harbor\ndetectors: [{name: a, category: mrn, pattern: 'A2'}]").unwrap();
    assert_ne!(other.hash(), another.hash());
}

#[test]
fn an_event_is_a_fhir_audit_event() {
    let scrubber = Scrubber::builder().builtin_model(false).build().unwrap();
    let event = Event::new(Action::Scrub, NOW).unwrap().by("u-17", ["clinician"]);
    let result = scrubber.scrub("SSN 219-09-9999");
    let resource = scrubber.audited(event, "SSN 219-09-9999", &result, Some(KEY)).unwrap().to_fhir();
    // Required by the resource: type, recorded, agent with requestor, source with observer.
    assert_eq!(resource["resourceType"], "AuditEvent");
    assert_eq!((&resource["type"]["code"], &resource["subtype"][0]["code"]), (&"110106".into(), &"deidentify".into()));
    assert_eq!((&resource["recorded"], &resource["outcome"]), (&NOW.into(), &"0".into()));
    let agents = resource["agent"].as_array().unwrap();
    assert_eq!(agents.iter().filter(|agent| agent["requestor"] == true).count(), 1);
    // BALP: the source of the event is the agent that is its source.
    assert_eq!(agents[0]["who"], resource["source"]["observer"]);
    assert_eq!(resource["entity"][1]["detail"][1]["type"], "ssn/tag");
    let refused = Event::new(Action::Restore, NOW).unwrap().refused("restore").to_fhir();
    assert_eq!((&refused["outcome"], &refused["subtype"][0]["code"]), (&"4".into(), &"reidentify".into()));
}

#[test]
fn a_refused_attempt_is_recorded() {
    let path = scratch("refused").join("log.jsonl");
    let log = JsonLines::open(&path, Some(KEY)).unwrap();
    let access = Access::from_yaml(
        "roles: {analyst: []}\ngrants: [{actor: u-23, role: analyst, by: u-1, at: 2024-01-01T00:00:00Z}]",
    );
    let error = access.unwrap().require("u-23", Permission::Restore, NOW, Some(&log)).unwrap_err();
    assert!(error.is_access() && error.to_string().contains("`restore`"));
    let mut seen = Vec::new();
    audit::each(&path, Some(KEY), |event| {
        seen.push(event);
        Ok(())
    })
    .unwrap();
    assert_eq!((seen.len(), seen[0].action, seen[0].outcome), (1, Action::Restore, Outcome::Refused));
    assert_eq!(seen[0].actor.as_ref().unwrap().roles, ["analyst"]);
}

/// Whatever is done to a record, the first that does not fit is named.
#[test]
fn tampering_shows() {
    for key in [None, Some(KEY)] {
        let path = scratch("tampering").join("log.jsonl");
        let head = JsonLines::open(&path, key).unwrap().append(&events(5)).unwrap();
        assert_eq!(audit::verify(&path, key).unwrap().head, head);
        let whole = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let check = |lines: Vec<String>, said: &str| {
            fs::write(&path, lines.join("\n") + "\n").unwrap();
            let error = audit::verify(&path, key).unwrap_err();
            assert!(error.is_input() && error.to_string().contains(said), "{error}");
        };
        let owned = || lines.iter().map(ToString::to_string).collect::<Vec<String>>();
        let mut edited = owned();
        edited[2] = edited[2].replace("u-2", "u-7");
        check(edited, "record 3 was changed");
        let mut removed = owned();
        removed.remove(1);
        check(removed, "record 2 is not the one");
        let mut moved = owned();
        moved.swap(1, 2);
        check(moved, "record 2 is not the one");
        let mut doubled = owned();
        doubled.insert(1, doubled[0].clone());
        check(doubled, "record 2 is not the one");
        check(vec!["{}".into()], "record 1 is not an audit record");
        // What is cut off at the end shows against the head alone.
        fs::write(&path, lines[..4].join("\n") + "\n").unwrap();
        assert_ne!(audit::verify(&path, key).unwrap().head, head);
    }
    let path = scratch("keys").join("log.jsonl");
    drop(JsonLines::open(&path, Some(KEY)).unwrap().append(&events(1)).unwrap());
    assert!(audit::verify(&path, None).unwrap_err().is_config());
    assert!(
        audit::verify(&path, Some(b"another key of sixteen")).unwrap_err().to_string().contains("the key is another")
    );
    assert!(JsonLines::open(&path, Some(b"another key of sixteen")).is_err());
    assert!(JsonLines::open(&path, Some(b"short")).unwrap_err().is_config());
}

/// A writer that stopped at any byte of a record leaves a log that goes on where it was confirmed.
#[test]
fn a_record_cut_at_any_byte_is_dropped() {
    let path = scratch("torn").join("log.jsonl");
    JsonLines::open(&path, None).unwrap().append(&events(3)).unwrap();
    let whole = fs::read(&path).unwrap();
    let start = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for cut in start..=whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let confirmed = if cut == whole.len() { 3 } else { 2 };
        let torn = if cut == whole.len() { 0 } else { cut - start };
        let verified = audit::verify(&path, None).unwrap();
        assert_eq!((verified.head.records, verified.torn), (confirmed, torn), "{cut}");
        let log = JsonLines::open(&path, None).unwrap();
        assert_eq!(log.append(&events(1)).unwrap().records, confirmed + 1);
        drop(log);
        assert_eq!(audit::verify(&path, None).unwrap().head.records, confirmed + 1, "{cut}");
    }
}

#[test]
fn one_writer_at_a_time_and_many_threads() {
    let path = scratch("writers").join("log.jsonl");
    let log = JsonLines::open(&path, None).unwrap();
    assert_eq!(log.head(), Head::default());
    assert!(JsonLines::open(&path, None).unwrap_err().to_string().contains("another process"));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..10).for_each(|_| drop(log.append(&events(2)).unwrap())));
        }
    });
    assert_eq!(audit::verify(&path, None).unwrap().head, log.head());
    assert_eq!(log.head().records, 80);
}

#[test]
fn a_database_holds_the_same_chain() {
    let folder = scratch("database");
    let (lines, database) = (folder.join("log.jsonl"), folder.join("log.db"));
    let by_line = audit::open(&lines, Some(KEY)).unwrap().append(&events(4)).unwrap();
    let one = Sqlite::open(&database, Some(KEY)).unwrap();
    let two = Sqlite::open(&database, Some(KEY)).unwrap();
    one.append(&events(4)[..2]).unwrap();
    assert_eq!(two.append(&events(4)[2..]).unwrap(), by_line, "a second writer goes on from the first");
    assert_eq!(audit::verify(&database, Some(KEY)).unwrap().head, by_line);
    assert!(audit::verify(&database, None).is_err());
    assert_eq!(one.append(&events(1)).unwrap().records, 5);
    assert!(audit::open(folder.join("missing/log.db"), None).unwrap_err().is_io());
}

#[test]
fn what_was_cut_off_shows_against_a_head_also_in_a_log_that_grew() {
    for name in ["log.jsonl", "log.db"] {
        let path = scratch("from").join(name);
        let log = audit::open(&path, Some(KEY)).unwrap();
        let before = log.append(&events(3)).unwrap();
        let last = log.append(&events(2)).unwrap();
        for hash in ["empty", &before.hash, &last.hash] {
            assert_eq!(audit::verify_from(&path, Some(KEY), hash).unwrap().head, last);
        }
        let other = scratch("from-other").join(name);
        audit::open(&other, Some(KEY)).unwrap().append(&events(5)).unwrap();
        // The same events one by one or at once are the same chain; cut to two and written on, they are another.
        assert!(audit::verify_from(&other, Some(KEY), &before.hash).is_ok());
        let short = scratch("from-short").join(name);
        let log = audit::open(&short, Some(KEY)).unwrap();
        log.append(&events(2)).unwrap();
        log.append(&events(4)).unwrap();
        assert!(audit::verify(&short, Some(KEY)).is_ok());
        let error = audit::verify_from(&short, Some(KEY), &before.hash).unwrap_err();
        assert!(error.is_tampered() && error.to_string().contains("6 records"), "{error}");
    }
}

#[test]
fn actions_and_codes_have_the_names_that_records_have() {
    for action in Action::ALL.iter().copied() {
        assert_eq!(Action::named(action.as_str()).unwrap(), action);
        assert_eq!(serde_json::json!(action), action.as_str());
    }
    assert!(Action::named("scrubb").unwrap_err().to_string().contains("`scrub`"));
    for code in ErrorCode::ALL.iter().copied() {
        assert_eq!(ErrorCode::named(code.as_str()).unwrap(), code);
    }
    assert!(ErrorCode::named("tamperd").unwrap_err().to_string().contains("`tampered`"));
}
