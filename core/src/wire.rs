//! The JSON every surface prints: the command line, Python and C build theirs here, so that the same inputs give the
//! same bytes everywhere. Offsets are Unicode code points into the input text.

use serde_json::{Map, Value, json};

use crate::rubric::Report;
use crate::scrub::Scrubbed;
use crate::text::{Offsets, Span};

/// What was removed from `text`: `[{"start","end","category","score","detector","action"}]`.
pub fn findings(text: &str, scrubbed: &Scrubbed) -> Value {
    let offsets = Offsets::new(text);
    scrubbed
        .findings
        .iter()
        .map(|applied| {
            let finding = &applied.finding;
            json!({
                "start": offsets.code_point(finding.span.start),
                "end": offsets.code_point(finding.span.end),
                "category": finding.category.as_str(),
                "score": rounded(f64::from(finding.score)),
                "detector": finding.detector,
                "action": applied.action.as_str(),
            })
        })
        .collect()
}

/// A line of `chartguard scrub --jsonl`: the members of `line` with `text` scrubbed and `findings` added.
pub fn scrubbed_line(mut line: Map<String, Value>, text: &str, scrubbed: Scrubbed) -> Map<String, Value> {
    let findings = findings(text, &scrubbed);
    line.insert("text".into(), Value::String(scrubbed.text));
    line.insert("findings".into(), findings);
    line
}

/// A scored note: `{"doc_type","discipline","rubric","score","raw","coverage","criteria":[...]}`.
pub fn report(text: &str, report: &Report) -> Map<String, Value> {
    let offsets = Offsets::new(text);
    let place = |span: Span| json!({"start": offsets.code_point(span.start), "end": offsets.code_point(span.end)});
    let criteria: Vec<Value> = report
        .criteria
        .iter()
        .map(|criterion| {
            json!({
                "id": criterion.id,
                "title": criterion.title,
                "verdict": criterion.verdict,
                "severity": criterion.severity,
                "confidence": rounded(f64::from(criterion.confidence)),
                "points": criterion.points,
                "evidence": criterion.evidence.iter().map(|e| place(e.span)).collect::<Vec<_>>(),
                "message": criterion.message,
                "advice": criterion.advice,
                "citation": criterion.citation,
            })
        })
        .collect();
    let mut out = Map::new();
    out.insert("doc_type".into(), json!(report.doc_type));
    out.insert("discipline".into(), json!(report.discipline));
    out.insert("rubric".into(), json!(report.rubric));
    out.insert("score".into(), json!(report.score.map(rounded)));
    out.insert("raw".into(), json!(report.raw.map(rounded)));
    out.insert("coverage".into(), json!(rounded(report.coverage)));
    out.insert("criteria".into(), Value::Array(criteria));
    out
}

/// Four decimals are all a score means, and they print alike everywhere.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
