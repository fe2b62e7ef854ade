//! Reads the facts of therapy notes: goals, schedules, minutes, measures, signatures.
//!
//! `facts < notes.jsonl` reads `{"id", "text", ...}` a line and prints `{"id", "facts": {...}}` a line, offsets in bytes.

use std::error::Error;
use std::io::{BufRead, Write};

use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let note: Value = serde_json::from_str(&line?)?;
        let text = note["text"].as_str().ok_or("a line has no text")?;
        writeln!(out, "{}", json!({"id": note["id"], "facts": chartguard::rubric::extract(text)}))?;
    }
    Ok(())
}
