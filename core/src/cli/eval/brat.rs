//! brat's standoff format (<https://brat.nlplab.org/standoff.html>): the note in a `.txt`, its annotations in an `.ann`.
//!
//! Of the annotations only text-bound ones count, `T1⇥PATIENT 8 13;20 25⇥Marsh Junior`: an id, a type with the code points
//! of its pieces, the text. Relations, events, attributes and notes say nothing of what is PHI.

use super::labels::{Labels, agree, disagree, span};
use crate::error::{Error, Location, Result};
use crate::measure::Gold;
use crate::text::{Offsets, Span};

/// Reads the annotations of a note.
pub(super) fn read(text: &str, annotations: &str, labels: &Labels) -> Result<Gold> {
    let offsets = Offsets::new(text);
    let length = offsets.code_point(text.len());
    let mut gold = Gold::default();
    for (number, line) in annotations.lines().enumerate() {
        if !line.starts_with('T') {
            continue;
        }
        let here = |error: Error| error.at(Location::LineColumn { line: number + 1, column: 1 });
        let mut fields = line.splitn(3, '\t').skip(1);
        let shape = || here(Error::input("an annotation is written `T1`, tab, `TYPE 8 13;20 25`, tab, its text"));
        let (label, pieces) = fields.next().and_then(|field| field.split_once(' ')).ok_or_else(shape)?;
        let meaning = labels.meaning(label).map_err(here)?;
        let mut spans: Vec<Span> = Vec::new();
        for piece in pieces.split(';') {
            let (start, end) = piece.trim().split_once(' ').ok_or_else(shape)?;
            spans.push(span(&offsets, length, start.parse().ok(), end.trim().parse().ok()).map_err(here)?);
        }
        if let Some(repeated) = fields.next().filter(|_| !labels.trust_offsets) {
            let found: String = spans.iter().map(|span| span.of(text)).collect();
            if !agree(repeated, &found) {
                return Err(here(disagree()));
            }
        }
        for span in spans {
            labels.add(&mut gold, text, span, meaning);
        }
    }
    Ok(gold)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrub::Category;

    #[test]
    fn pieces_are_spans_of_their_own() {
        let labels = Labels::new(None, false, false).unwrap();
        let text = "Zoë \nand Lee Marsh, 3/14/2024 in Ohio.";
        let annotations = "T1\tPATIENT 0 3;13 18\tZoë Marsh\nT2\tDATE 20 29\t3/14/2024\nR1\tof Arg1:T1 Arg2:T2\n\
                           A1\tSure T1\n#1\tAnnotatorNotes T1\tMarsh\nT3\tSTATE 33 37\tOhio\n\n";
        let gold = read(text, annotations, &labels).unwrap();
        let spans: Vec<_> = gold.spans.iter().map(|(span, category)| (span.of(text), *category)).collect();
        assert_eq!(spans, [("Zoë", Category::Name), ("Marsh", Category::Name), ("3/14/2024", Category::Date)]);
        assert_eq!(gold.ignored.len(), 1);
    }

    #[test]
    fn mistakes_say_where_and_quote_nothing() {
        let labels = Labels::new(None, false, false).unwrap();
        for (annotations, parts) in [
            ("T1\tNAME 0 99\tQuackenbush", &["line 1", "16 code points"][..]),
            ("#1\tx\nT1\tNAME 0 1 1\tQuackenbush", &["line 2", "`start`"]),
            ("T1 NAME 0 11 Quackenbush", &["line 1", "tab"]),
            ("T1\tGIBBERISH 0 11\tQuackenbush", &["GIBBERISH", "--map"]),
            ("T1\tNAME 1 11\tQuackenbush", &["line 1", "--trust-offsets"]),
        ] {
            let error = read("Quackenbush came", annotations, &labels).unwrap_err().to_string();
            for part in parts {
                assert!(error.contains(part), "{error} lacks {part}");
            }
            assert!(!error.contains("Quackenbush"), "{error}");
        }
    }
}
