//! Scrubs the notes of one patient so that they still read and compute, and restores what the key gives back.
//!
//! `cargo run --example share_and_restore -- examples/notes/*.txt`

use std::error::Error;

use chartguard::{Context, Key, Policy, Scrubber, restore};

fn main() -> Result<(), Box<dyn Error>> {
    // A real key is drawn at random and kept where secrets are kept: `openssl rand -hex 32`.
    let key = Key::parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")?;
    let policy = Policy::from_yaml(
        "
        extends: limited-data-set
        categories:
          name: {operator: surrogate, keyed: true}
          date: {operator: date_shift}
          mrn: {operator: fpe, fallback: encrypt}
          ssn: {operator: encrypt}
        ",
    )?;
    let scrubber = Scrubber::builder().policy(policy).key(key.clone()).build()?;
    // Names and intervals agree between all notes of one patient.
    let patient = Context::new().patient_id("4471203");
    for path in std::env::args().skip(1) {
        let note = std::fs::read_to_string(&path)?;
        let scrubbed = scrubber.scrub_with(&note, &patient)?;
        println!("{}", scrubbed.text.trim_end());
        // Record numbers come back from the text alone; what was invented or shifted stays so.
        let restored = restore(&scrubbed.text, &key)?;
        println!("-- {} removals, {} characters restored\n", scrubbed.findings.len(), restored.chars().count());
    }
    Ok(())
}
