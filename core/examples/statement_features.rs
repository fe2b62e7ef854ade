//! Turns labelled therapy notes into what the model of statements is trained on, with the same code that runs at scoring.
//!
//! `statement_features < notes.jsonl` reads `{"id", "text", "doc_type"?, "discipline"?, ...}` a line and prints
//! `{"id", "statements": [{"start", "end", "rows", "list"}]}` a line, offsets in code points.

use std::error::Error;
use std::io::{BufRead, Write};

use chartguard::rubric::{ScoreOptions, statement_features};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let note: Value = serde_json::from_str(&line?)?;
        let text = note["text"].as_str().ok_or("a line has no text")?;
        let options = ScoreOptions::parse(note["doc_type"].as_str(), note["discipline"].as_str())?;
        let point = |byte: usize| text[..byte].chars().count();
        let statements: Vec<Value> = statement_features(text, &options)
            .into_iter()
            .map(|s| json!({"start": point(s.span.start), "end": point(s.span.end), "rows": s.rows, "list": s.list}))
            .collect();
        writeln!(out, "{}", json!({"id": note["id"], "statements": statements}))?;
    }
    Ok(())
}
