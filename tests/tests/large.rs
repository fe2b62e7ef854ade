//! Messages of 50 MB, without the model: each ends with an output or, a Bundle of very many people, with an error that says what to do, in a time and memory that a server has.
//! `make test-large` runs all of them.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use chartguard::{Context, ErrorCode, Format, Scrubber};

const LONG: usize = 50 << 20;

/// One at a time: each needs a gigabyte or more.
static TURN: Mutex<()> = Mutex::new(());

/// The name of somebody: of `people`, the one whose turn it is.
fn name(turn: usize, people: usize) -> String {
    let letters =
        |number: usize| (0..3).map(|at| char::from(b'a' + (number / 26_usize.pow(at) % 26) as u8)).collect::<String>();
    format!("Quack{}bush", letters(turn % people))
}

/// A batch of HL7 v2 with a note in each message.
fn batch(length: usize, people: usize) -> String {
    let mut out = String::from("BHS|^~\\&|LAB|CLINIC|EHR|X|20240314\r");
    let mut turn = 0;
    while out.len() < length {
        let (who, mrn) = (name(turn, people), 4_000_000 + turn % people);
        write!(
            out,
            "MSH|^~\\&|LAB|CLINIC|EHR|X|20240314||ORU^R01|{turn}|P|2.5\rPID|1||{mrn}^^^A^MR||{who}^Rosalind||19410314|F\r\
             OBX|1|TX|11506-3^Note^LN||{who} walked 40 feet with a rolling walker on 03/14/2024 and tolerated it well. \
             Continue gait training, balance and transfers three times a week.\r"
        )
        .unwrap();
        turn += 1;
    }
    write!(out, "BTS|{turn}\r").unwrap();
    out
}

/// A Bundle of patients and observations with a note.
fn bundle(people: usize) -> String {
    let mut out = String::from(r#"{"resourceType":"Bundle","type":"collection","entry":["#);
    let mut turn = 0;
    while out.len() < LONG {
        let (who, mrn) = (name(turn, people), 4_000_000 + turn % people);
        let comma = if turn == 0 { "" } else { "," };
        write!(
            out,
            r#"{comma}{{"resource":{{"resourceType":"Patient","id":"p{turn}","identifier":[{{"value":"{mrn}"}}],"name":[{{"family":"{who}"}}]}}}},{{"resource":{{"resourceType":"Observation","id":"o{turn}","status":"final","code":{{"text":"Gait"}},"subject":{{"reference":"Patient/p{turn}"}},"note":[{{"text":"{who} walked 40 feet with a rolling walker on 03/14/2024 and tolerated it well."}}]}}}}"#
        )
        .unwrap();
        turn += 1;
    }
    out.push_str("]}");
    out
}

/// Scrubs it, or has it refused.
fn ends(message: impl FnOnce() -> String, format: Format, refused: bool) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let message = message();
    let scrubber = Scrubber::builder().builtin_model(false).build().unwrap();
    let start = Instant::now();
    let result = scrubber.scrub_message(message.as_bytes(), Format::Auto, &Context::default());
    let seconds = start.elapsed().as_secs_f64();
    match result {
        Ok(scrubbed) => {
            assert!(!refused && scrubbed.format == format);
            let text = String::from_utf8(scrubbed.bytes).unwrap();
            assert!(text.len() > message.len() / 2 && !text.contains("Quack") && !text.contains("03/14/2024"));
            assert!(!text.contains("4000000") && text.contains("walked 40 feet"));
            println!("{format}, {} bytes: scrubbed in {seconds:.0} s", message.len());
        }
        Err(error) => {
            assert!(
                refused && error.code() == ErrorCode::Input && error.message().contains("hand over its parts"),
                "{error}"
            );
            assert!(!error.to_string().contains("Quack"), "{error}");
            println!("{format}, {} bytes: refused in {seconds:.0} s: {error}", message.len());
        }
    }
    assert!(seconds < 300.0, "{format}: {seconds:.0} s");
}

#[test]
#[ignore = "it needs more than 3 GB: make test-large"]
fn a_batch_of_one_patient_is_scrubbed() {
    ends(|| batch(LONG, 1), Format::Hl7, false);
}

#[test]
#[ignore = "it needs more than 3 GB: make test-large"]
fn a_batch_of_very_many_patients_is_scrubbed() {
    ends(|| batch(LONG, 170_000), Format::Hl7, false);
}

#[test]
fn a_batch_of_many_patients_is_scrubbed() {
    ends(|| batch(LONG / 16, 10_000), Format::Hl7, false);
}

#[test]
fn a_bundle_of_one_patient_is_scrubbed() {
    ends(|| bundle(1), Format::Fhir, false);
}

#[test]
fn a_bundle_of_very_many_patients_ends() {
    ends(|| bundle(17_000), Format::Fhir, true);
}
