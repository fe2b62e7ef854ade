//! Throughput of scrubbing messages of each format beside the same free text as plain notes. Printed by `make bench`; machines are noisy,
//! so trust the ratios. Before anything is timed, each message is held to have been read as what it is, to have lost what is planted in
//! it, and to come back byte for byte.

use std::fs;
use std::path::Path;

use chartguard::{Category, Context, Format, Key, Policy, Scrubber, restore_message};
use chartguard_benches::{Alternative, print_table};
use serde_json::Value;

/// How many bytes of each format one run goes over, at least.
const BYTES: usize = 200_000;

/// The messages of one format.
struct Messages {
    format: Format,
    each: Vec<Vec<u8>>,
    /// How often they are gone over in one run.
    rounds: usize,
}

impl Messages {
    fn bytes(&self) -> usize {
        self.rounds * self.each.iter().map(Vec::len).sum::<usize>()
    }

    /// Scrubs all of them; gives the bytes that come out.
    fn scrub(&self, scrubber: &Scrubber) -> usize {
        let context = Context::default();
        let scrub = |message: &Vec<u8>| {
            scrubber.scrub_message(message, self.format, &context).expect("a message of ours is scrubbed").bytes.len()
        };
        (0..self.rounds).map(|_| self.each.iter().map(scrub).sum::<usize>()).sum()
    }
}

/// The messages of `tests/cases/formats` by format, in the order of [`Format::ALL`], held to what is said of them there.
fn messages(scrubber: &Scrubber, encrypting: &Scrubber, key: &Key) -> Vec<Messages> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("benches/ lies in the repository");
    let folder = folder.join("tests/cases/formats");
    let cases = fs::read_to_string(folder.join("cases.json")).expect("cases.json is there");
    let cases: Vec<Value> = serde_json::from_str(&cases).expect("cases.json is JSON");
    let formats = Format::ALL.iter().filter(|format| **format != Format::Auto);
    let of = |format: &Format| {
        let mut each = Vec::new();
        for case in cases.iter().filter(|case| case["format"] == format.as_str()) {
            let file = case["file"].as_str().expect("a case has a file");
            let message = fs::read(folder.join(file)).expect("the file of a case is there");
            let scrubbed = scrubber.scrub_message(&message, Format::Auto, &Context::default());
            let scrubbed = scrubbed.unwrap_or_else(|error| panic!("{file}: {error}"));
            assert_eq!(scrubbed.format, *format, "{file}");
            let out = String::from_utf8_lossy(&scrubbed.bytes).to_lowercase();
            let planted = case["gone"].as_array().expect("a case says what goes").iter().filter_map(Value::as_str);
            planted.for_each(|value| assert!(!out.contains(&value.to_lowercase()), "{file}: {value} is left"));
            let encrypted = encrypting.scrub_message(&message, Format::Auto, &Context::default());
            let encrypted = encrypted.unwrap_or_else(|error| panic!("{file}: {error}")).bytes;
            assert!(restore_message(&encrypted, key).is_ok_and(|back| back == message), "{file} does not come back");
            each.push(message);
        }
        let once: usize = each.iter().map(Vec::len).sum();
        assert!(once > 0, "there is no message of {format}");
        Messages { format: *format, each, rounds: BYTES.div_ceil(once) }
    };
    formats.map(of).collect()
}

/// The free text of messages, as notes of their own.
fn notes(messages: &[Messages]) -> Messages {
    let all = messages.iter().flat_map(|messages| messages.each.iter().map(|message| (message, messages.format)));
    let notes =
        all.flat_map(|(message, format)| chartguard::format::notes(message, format).expect("it was read before"));
    // Short ones are values of fields, and would time what a call costs.
    let each: Vec<Vec<u8>> = notes.map(|note| note.text.into_bytes()).filter(|text| text.len() >= 200).collect();
    let once: usize = each.iter().map(Vec::len).sum();
    Messages { format: Format::Text, each, rounds: BYTES.div_ceil(once) }
}

fn main() {
    let key = Key::from_bytes(&(0..32).collect::<Vec<u8>>()).expect("it has 32 bytes");
    let lines: Vec<String> =
        Category::ALL.iter().map(|category| format!("{category}: {{operator: encrypt}}")).collect();
    let policy = Policy::from_yaml(&format!("categories: {{{}}}", lines.join(", "))).expect("it is a policy");
    let full = Scrubber::new(Policy::default()).expect("it builds");
    let encrypting = full_with(policy.clone(), &key, true);
    let messages = messages(&full, &encrypting, &key);
    let notes = notes(&messages);
    println!("every message was read as what it is, lost what is planted in it, and comes back byte for byte");
    let plain = Scrubber::builder().builtin_model(false).build().expect("it builds");
    let sealing = full_with(policy, &key, false);
    for (title, scrubber) in [
        ("Safe Harbor, patterns and word lists", &plain),
        ("Safe Harbor, everything built in", &full),
        ("all of it encrypted, with a way back, patterns and word lists", &sealing),
    ] {
        let mut rows =
            vec![Alternative::new("their free text as plain notes", notes.bytes(), || notes.scrub(scrubber))];
        rows.extend(messages.iter().map(|messages| {
            Alternative::new(messages.format.as_str(), messages.bytes(), move || messages.scrub(scrubber))
        }));
        print_table(&format!("scrubbing the messages of tests/cases/formats: {title}"), &mut rows, 5);
    }
}

fn full_with(policy: Policy, key: &Key, model: bool) -> Scrubber {
    let builder = Scrubber::builder().policy(policy).key(key.clone()).builtin_model(model);
    builder.build().expect("it builds")
}
