//! The JSON every surface prints: the command line, Python and C build theirs here, so that the same inputs give the
//! same bytes everywhere. Offsets are Unicode code points into the input text.

use serde_json::{Map, Value, json};

use crate::rubric::Report;
use crate::scrub::{Applied, Scrubbed};
use crate::text::{Offsets, Span};

/// What was removed from `text`: `[{"start","end","category","score","detector","action"}]`, with `"census"` where a ZIP code was
/// made coarser by one.
pub fn findings(text: &str, scrubbed: &Scrubbed) -> Value {
    let offsets = Offsets::new(text);
    scrubbed.findings.iter().map(|applied| Value::Object(finding(applied, &|byte| offsets.code_point(byte)))).collect()
}

/// The same with `"reasons":[{"detector","rule","score","category","start","end"}]` added to each: why it was removed.
pub fn explained(text: &str, scrubbed: &Scrubbed) -> Value {
    let offsets = Offsets::new(text);
    explained_with(scrubbed, |byte| offsets.code_point(byte))
}

/// [`explained`] where the text itself is gone: `code_point` says where a byte offset of it lies in code points.
pub fn explained_with(scrubbed: &Scrubbed, code_point: impl Fn(usize) -> usize) -> Value {
    let explain = |applied: &Applied| {
        let mut out = finding(applied, &code_point);
        let reasons = applied.finding.reasons().into_iter().map(|reason| {
            json!({
                "detector": reason.detector,
                "rule": reason.rule,
                "score": rounded(f64::from(reason.score)),
                "category": reason.category.as_str(),
                "start": code_point(reason.span.start),
                "end": code_point(reason.span.end),
            })
        });
        out.insert("reasons".into(), reasons.collect());
        Value::Object(out)
    };
    scrubbed.findings.iter().map(explain).collect()
}

fn finding(applied: &Applied, code_point: &dyn Fn(usize) -> usize) -> Map<String, Value> {
    let finding = &applied.finding;
    let mut out = Map::new();
    out.insert("start".into(), json!(code_point(finding.span.start)));
    out.insert("end".into(), json!(code_point(finding.span.end)));
    out.insert("category".into(), json!(finding.category.as_str()));
    out.insert("score".into(), json!(rounded(f64::from(finding.score))));
    out.insert("detector".into(), json!(finding.detector));
    out.insert("action".into(), json!(applied.action.as_str()));
    if let Some(census) = applied.census {
        out.insert("census".into(), json!(census.as_str()));
    }
    out
}

/// A line of `chartguard scrub --jsonl`: the members of `line` with `text` scrubbed and `findings` added.
pub fn scrubbed_line(line: Map<String, Value>, text: &str, scrubbed: Scrubbed) -> Map<String, Value> {
    let findings = findings(text, &scrubbed);
    with_findings(line, scrubbed, findings)
}

/// A line of `chartguard scrub --jsonl --explain`: the same with the reasons of each finding.
pub fn explained_line(line: Map<String, Value>, text: &str, scrubbed: Scrubbed) -> Map<String, Value> {
    let findings = explained(text, &scrubbed);
    with_findings(line, scrubbed, findings)
}

fn with_findings(mut line: Map<String, Value>, scrubbed: Scrubbed, findings: Value) -> Map<String, Value> {
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
