//! A report for other programs: CSV rows, SARIF 2.1.0.

use serde_json::{Value, json};

use crate::error::{Error, ErrorCode, Result};
use crate::rubric::{CriterionResult, Report, Severity, Verdict};
use crate::text::Offsets;

/// The columns of [`csv_rows`].
pub const CSV_HEADER: &str = "note,date,doc_type,discipline,rubric,version,hash,criterion,verdict,severity,confidence,points,start,end,message\r\n";

/// A report as `csv`, `sarif` or `markdown`; `name` is what the note is called in it.
///
/// # Errors
/// When there is no such format.
pub fn export(report: &Report, note: &str, name: &str, format: &str) -> Result<String> {
    match format {
        "csv" => Ok(format!("{CSV_HEADER}{}", csv_rows(report, note, name))),
        "sarif" => Ok(format!("{:#}\n", sarif([(report, note, name)]))),
        "markdown" => Ok(super::markdown(report, note)),
        other => Err(Error::unknown(ErrorCode::Config, "format", other, ["csv", "sarif", "markdown"])),
    }
}

/// One row for each criterion (RFC 4180), without words of the note: `start` and `end` are its first evidence in code points.
pub fn csv_rows(report: &Report, note: &str, name: &str) -> String {
    let offsets = Offsets::new(note);
    let rubric = &report.rubric;
    let date = report.date.map_or_else(String::new, |date| date.to_string());
    let row = |c: &CriterionResult| {
        let place = c.evidence.first().map(|e| (offsets.code_point(e.span.start), offsets.code_point(e.span.end)));
        let (start, end) = place.map_or_else(Default::default, |(start, end)| (start.to_string(), end.to_string()));
        let confidence = format!("{:.4}", c.confidence);
        let points = c.points.to_string();
        let cells = [
            name,
            &date,
            report.doc_type.as_str(),
            report.discipline.as_str(),
            &rubric.id,
            &rubric.version,
            &rubric.hash,
            &c.id,
            c.verdict.as_str(),
            c.severity.as_str(),
            &confidence,
            &points,
            &start,
            &end,
            &c.message,
        ];
        cells.map(cell).join(",") + "\r\n"
    };
    report.criteria.iter().map(row).collect()
}

/// A cell, quoted where it must be; one that a spreadsheet would take for a formula is made text.
fn cell(value: &str) -> String {
    let guarded = if value.starts_with(['=', '+', '-', '@', '\t', '\r']) && value.parse::<f64>().is_err() {
        format!("'{value}")
    } else {
        value.to_owned()
    };
    if guarded.contains([',', '"', '\n', '\r']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

/// What is not met in some notes as a SARIF 2.1.0 log, which code hosts and editors show. Regions count code points; no text of a note
/// is in it.
pub fn sarif<'a>(notes: impl IntoIterator<Item = (&'a Report, &'a str, &'a str)>) -> Value {
    let notes: Vec<_> = notes.into_iter().collect();
    let first = notes.first().map(|(report, ..)| *report);
    let level = |severity: Severity| match severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    };
    let rules: Vec<Value> = first.map_or_else(Vec::new, |report| {
        let rule = |c: &CriterionResult| {
            json!({
                "id": c.id,
                "shortDescription": {"text": c.title},
                "fullDescription": {"text": c.citation.source},
                "defaultConfiguration": {"level": level(c.severity)},
            })
        };
        report.criteria.iter().map(rule).collect()
    });
    let results = notes.iter().flat_map(|(report, note, name)| {
        let offsets = Offsets::new(note);
        report.criteria.iter().filter(|c| c.verdict == Verdict::NotMet).map(move |c| {
            let region = |start: usize, end: usize| {
                let from = offsets.code_point(start);
                json!({"charOffset": from, "charLength": offsets.code_point(end) - from})
            };
            let place =
                |region: Value| json!({"physicalLocation": {"artifactLocation": {"uri": uri(name)}, "region": region}});
            let mut places: Vec<Value> = c.evidence.iter().map(|e| place(region(e.span.start, e.span.end))).collect();
            if places.is_empty() {
                places.push(place(region(0, 0)));
            }
            let advice = if c.advice.is_empty() { String::new() } else { format!(" {}", c.advice) };
            json!({
                "ruleId": c.id,
                "level": level(c.severity),
                "rank": (f64::from(c.confidence) * 1000.0).round() / 10.0,
                "message": {"text": format!("{}{advice}", c.message)},
                "locations": places,
            })
        })
    });
    let results: Vec<Value> = results.collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "chartguard",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
                "properties": first.map(|report| json!({"rubric": report.rubric})),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// A name as a relative URI.
fn uri(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/');
    name.bytes().map(|byte| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::{Rubric, ScoreOptions, Scorer};

    #[test]
    fn exports_name_findings_and_quote_nothing() {
        let note = "PT DAILY NOTE\nDOS 3/4/2025 Zebrowski\nTimed minutes 45. Total treatment time: 40 min\n";
        let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap());
        let report = scorer.score(note, &ScoreOptions::new()).unwrap();
        let csv = export(&report, note, "=notes, 1", "csv").unwrap();
        assert_eq!(csv.lines().count(), report.criteria.len() + 1);
        assert!(csv.contains("\"'=notes, 1\""), "a formula is made text");
        let log = sarif([(&report, note, "my note.txt")]);
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), report.findings().len());
        assert!(results.iter().any(|r| r["ruleId"] == "tx.signature" && r["level"] == "error"));
        assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "my%20note.txt");
        assert!(!csv.contains("Zebrowski") && !log.to_string().contains("Zebrowski"));
        assert!(export(&report, note, "n", "sarf").unwrap_err().to_string().contains("sarif"));
    }
}
