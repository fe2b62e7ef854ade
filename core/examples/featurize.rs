//! Turns labelled notes into what the tagger is trained on, with the same code that runs at inference.
//!
//! `featurize OUT < notes.jsonl` reads `{"text", "spans": [{"start", "end", "label"}]}` a line (code points) and writes
//! `OUT.rows` (13 little-endian u16 a word), `OUT.labels` (one byte a word: 0 outside, 2n-1 begins and 2n continues
//! category number n, 255 padding) and `OUT.notes` (little-endian u32 pairs: index of the first word, number of words).

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufWriter, Write};

use chartguard::Category;
use chartguard::infer::{features, words};
use chartguard::text::{Span, View};
use serde_json::Value;

/// Words of padding between notes: at least as wide as the model's receptive field on one side.
const PADDING: usize = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::args().nth(1).ok_or("usage: featurize OUT < notes.jsonl")?;
    let mut files = ["rows", "labels", "notes"].map(|end| File::create(format!("{out}.{end}")).map(BufWriter::new));
    let [Ok(rows_out), Ok(labels_out), Ok(notes_out)] = &mut files else {
        return Err("cannot create the output".into());
    };
    let pad = |rows: &mut BufWriter<File>, labels: &mut BufWriter<File>| -> std::io::Result<()> {
        rows.write_all(&[0; PADDING * features::SLOTS * 2])?;
        labels.write_all(&[255; PADDING])
    };
    let mut written = PADDING as u32;
    pad(rows_out, labels_out)?;
    let (mut split, mut rows) = (Vec::new(), Vec::new());
    for line in std::io::stdin().lock().lines() {
        let note: Value = serde_json::from_str(&line?)?;
        let text = note["text"].as_str().ok_or("a line has no text")?;
        let gold = spans(text, &note)?;
        let view = View::new(text);
        split.clear();
        rows.clear();
        words::split(view.as_str(), &mut split);
        features::features(view.as_str(), &split, &mut rows);
        for row in &rows {
            for id in row {
                rows_out.write_all(&id.to_le_bytes())?;
            }
        }
        let mut next = 0;
        let mut open = usize::MAX;
        for word in &split {
            let span = view.to_source(Span::new(word.start as usize, word.end as usize));
            while gold.get(next).is_some_and(|(g, _)| g.end <= span.start) {
                next += 1;
            }
            let label = match gold.get(next) {
                Some((g, n)) if g.overlaps(span) => {
                    let label = 2 * n - u8::from(open != next);
                    open = next;
                    label
                }
                _ => 0,
            };
            labels_out.write_all(&[label])?;
        }
        notes_out.write_all(&written.to_le_bytes())?;
        notes_out.write_all(&(split.len() as u32).to_le_bytes())?;
        pad(rows_out, labels_out)?;
        written += (split.len() + PADDING) as u32;
    }
    Ok(())
}

/// The labelled spans of a note in bytes and in order; labels that are no trained category are left out.
fn spans(text: &str, note: &Value) -> Result<Vec<(Span, u8)>, Box<dyn Error>> {
    let mut at: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
    at.push(text.len());
    let mut found = Vec::new();
    for span in note["spans"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let offset = |key: &str| -> Option<usize> { at.get(usize::try_from(span[key].as_u64()?).ok()?).copied() };
        let (Some(start), Some(end)) = (offset("start"), offset("end")) else {
            return Err("a span is not in its text".into());
        };
        let category: Category = span["label"].as_str().ok_or("a span has no label")?.parse()?;
        if category != Category::Profession && start < end {
            found.push((Span::new(start, end), category.number()));
        }
    }
    found.sort_by_key(|(span, _)| span.start);
    Ok(found)
}
