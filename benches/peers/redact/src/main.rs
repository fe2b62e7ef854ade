//! Times `redact-core` over labelled notes: `redact-peer GOLD.jsonl OUT.jsonl`. Writes what it found in each note as
//! `[[start, end], ...]` in code points, a note a line, and prints the seconds that the finding alone took on one
//! thread, the second time over the notes.

use std::io::Write;
use std::time::Instant;
use std::{env, error, fs, io};

use redact_core::AnalyzerEngine;

fn main() -> Result<(), Box<dyn error::Error>> {
    let arguments: Vec<String> = env::args().collect();
    let gold = fs::read_to_string(&arguments[1])?;
    let mut notes = Vec::new();
    for line in gold.lines().filter(|line| !line.trim().is_empty()) {
        let note: serde_json::Value = serde_json::from_str(line)?;
        notes.push(note["text"].as_str().unwrap_or_default().to_owned());
    }
    let engine = AnalyzerEngine::new();
    // The first time makes ready what is made at the first use.
    let (mut found, mut seconds) = (Vec::new(), 0.0);
    for _ in 0..2 {
        let start = Instant::now();
        let results = notes.iter().map(|note| engine.analyze(note, Some("en")));
        found = results.map(|result| Ok(result?.detected_entities)).collect::<Result<_, Box<dyn error::Error>>>()?;
        seconds = start.elapsed().as_secs_f64();
    }
    let mut out = io::BufWriter::new(fs::File::create(&arguments[2])?);
    for (note, entities) in notes.iter().zip(found) {
        // Its offsets are bytes.
        let point = |byte: usize| note.char_indices().take_while(|(at, _)| *at < byte).count();
        let spans: Vec<[usize; 2]> = entities.iter().map(|entity| [point(entity.start), point(entity.end)]).collect();
        writeln!(out, "{}", serde_json::to_string(&spans)?)?;
    }
    out.flush()?;
    println!("{seconds}");
    Ok(())
}
