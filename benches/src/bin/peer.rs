//! Times chartguard over labelled notes as the programs in `peers/` time others: `peer GOLD.jsonl OUT.jsonl MODEL`. Writes
//! what it found in each note as `[[start, end], ...]` in code points, a note a line, and prints the seconds that the
//! finding alone took on one thread, the second time over the notes.

use std::io::Write;
use std::time::Instant;
use std::{env, error, fs, io};

use chartguard::text::Offsets;
use chartguard::{Policy, Scrubber};

fn main() -> Result<(), Box<dyn error::Error>> {
    let arguments: Vec<String> = env::args().collect();
    let [_, gold, out, model] = arguments.as_slice() else { return Err("peer GOLD.jsonl OUT.jsonl MODEL".into()) };
    let gold = fs::read_to_string(gold)?;
    let mut notes = Vec::new();
    for line in gold.lines().filter(|line| !line.trim().is_empty()) {
        let note: serde_json::Value = serde_json::from_str(line)?;
        notes.push(note["text"].as_str().unwrap_or_default().to_owned());
    }
    let scrubber = Scrubber::builder().policy(Policy::default()).model_named(model)?.build()?;
    // The first time makes ready what is made at the first use.
    let (mut found, mut seconds) = (Vec::new(), 0.0);
    for _ in 0..2 {
        let start = Instant::now();
        found = notes.iter().map(|note| scrubber.find(note)).collect::<Result<_, _>>()?;
        seconds = start.elapsed().as_secs_f64();
    }
    let mut out = io::BufWriter::new(fs::File::create(out)?);
    for (note, findings) in notes.iter().zip(found) {
        let offsets = Offsets::new(note);
        let point = |byte: usize| offsets.code_point(byte);
        let spans: Vec<[usize; 2]> = findings.iter().map(|f| [point(f.span.start), point(f.span.end)]).collect();
        writeln!(out, "{}", serde_json::to_string(&spans)?)?;
    }
    out.flush()?;
    println!("{seconds}");
    Ok(())
}
