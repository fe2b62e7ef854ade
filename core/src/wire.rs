//! The JSON every surface prints: the command line, Python and C build theirs here, so that the same inputs give the
//! same bytes everywhere. Offsets are Unicode code points into the input text.

mod shape;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

pub use self::shape::report_schema;
use self::shape::{NoteReport, Place};
use crate::error::{Error, ErrorCode, Location, Result};
use crate::format::{MessageReport, ScrubbedMessage};
use crate::guard::guard;
use crate::rubric::{
    Allocation, BillingResult, CodeTable, EpisodeNote, EpisodeOptions, EpisodeReport, Evidence, Report, ScoreOptions,
    Scorer, Timing, allocate_units, extract,
};
use crate::scrub::{Applied, Finding, Operator, Policy, Scrubbed};
use crate::text::{Offsets, Span};

/// What was removed from `text`: `[{"start","end","category","score","detector","action"}]`, with `"census"` where a ZIP code was
/// made coarser by one.
pub fn findings(text: &str, scrubbed: &Scrubbed) -> Value {
    let offsets = Offsets::new(text);
    findings_with(&scrubbed.findings, |byte| offsets.code_point(byte))
}

/// [`findings`] where the text itself is gone: `code_point` says where a byte offset of it lies in code points.
pub fn findings_with(findings: &[Applied], code_point: impl Fn(usize) -> usize) -> Value {
    findings.iter().map(|applied| Value::Object(finding(applied, &code_point))).collect()
}

/// What a policy would remove from `text` and how, as [`findings`] says it; what [`Scrubber::find`](crate::Scrubber::find) gives.
pub fn found(text: &str, found: &[Finding], policy: &Policy) -> Value {
    let offsets = Offsets::new(text);
    let action = |finding: &Finding| policy.category(finding.category).operator;
    found.iter().map(|f| Value::Object(members(f, action(f), &|byte| offsets.code_point(byte)))).collect()
}

/// The same with `"reasons":[{"detector","rule","score","category","start","end"}]` added to each: why it was removed.
pub fn explained(text: &str, scrubbed: &Scrubbed) -> Value {
    let offsets = Offsets::new(text);
    explained_with(&scrubbed.findings, |byte| offsets.code_point(byte))
}

/// [`explained`] where the text itself is gone: `code_point` says where a byte offset of it lies in code points.
pub fn explained_with(findings: &[Applied], code_point: impl Fn(usize) -> usize) -> Value {
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
    findings.iter().map(explain).collect()
}

/// What was removed from a message: `[{"start","end","category","score","detector","action","path"}]`, offsets in bytes of the message.
pub fn message_findings(scrubbed: &ScrubbedMessage) -> Value {
    message_findings_with(scrubbed, |byte| byte)
}

/// [`message_findings`] in other units: `offset` carries a byte of the message to them.
pub fn message_findings_with(scrubbed: &ScrubbedMessage, offset: impl Fn(usize) -> usize) -> Value {
    let findings = scrubbed.findings.iter().map(|found| {
        let mut out = finding(&found.applied, &offset);
        out.insert("path".into(), json!(found.path));
        Value::Object(out)
    });
    findings.collect()
}

fn finding(applied: &Applied, code_point: &dyn Fn(usize) -> usize) -> Map<String, Value> {
    let mut out = members(&applied.finding, applied.action, code_point);
    if let Some(census) = applied.census {
        out.insert("census".into(), json!(census.as_str()));
    }
    out
}

fn members(finding: &Finding, action: Operator, code_point: &dyn Fn(usize) -> usize) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("start".into(), json!(code_point(finding.span.start)));
    out.insert("end".into(), json!(code_point(finding.span.end)));
    out.insert("category".into(), json!(finding.category.as_str()));
    out.insert("score".into(), json!(rounded(f64::from(finding.score))));
    out.insert("detector".into(), json!(finding.detector));
    out.insert("action".into(), json!(action.as_str()));
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

/// A scored note: `{"doc_type","discipline","rubric","score","raw","coverage","criteria":[...]}`; [`report_schema`] has all of it.
pub fn report(text: &str, report: &Report) -> Map<String, Value> {
    members_of(NoteReport::new(report, &in_text(text)))
}

/// Where evidence stands in a text, in code points.
fn in_text(text: &str) -> impl Fn(&Evidence) -> Place + '_ {
    let offsets = Offsets::new(text);
    move |e| Place { note: None, start: offsets.code_point(e.span.start), end: offsets.code_point(e.span.end) }
}

/// The members of what is printed as an object.
fn members_of(shape: impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(shape) {
        Ok(Value::Object(members)) => members,
        // Names are strings and numbers are finite, so that nothing can go wrong.
        _ => Map::new(),
    }
}

/// The reports of a message's notes: [`report`] with `path` added and the places of evidence in bytes of the message.
pub fn message_reports(notes: &[MessageReport]) -> Value {
    message_reports_with(notes, |byte| byte)
}

/// [`message_reports`] in other units: `offset` carries a byte of the message to them.
pub fn message_reports_with(notes: &[MessageReport], offset: impl Fn(usize) -> usize) -> Value {
    let place = |e: &Evidence| Place { note: None, start: offset(e.span.start), end: offset(e.span.end) };
    let notes = notes.iter().map(|note| {
        let mut out = Map::new();
        out.insert("path".into(), json!(note.path));
        out.extend(members_of(NoteReport::new(&note.report, &place)));
        Value::Object(out)
    });
    notes.collect()
}

/// A scored episode: `{"rubric","date","score",...,"criteria":[...],"timeline":[...],"notes":[...]}`. Each place names its note by its
/// place among those given, from 0; `notes` are the reports of each by itself.
pub fn episode(texts: &[&str], report: &EpisodeReport) -> Map<String, Value> {
    let offsets: Vec<Offsets<'_>> = texts.iter().map(|text| Offsets::new(text)).collect();
    let place = |note: usize, span: Span| {
        let offsets = &offsets[note];
        Place { note: Some(note), start: offsets.code_point(span.start), end: offsets.code_point(span.end) }
    };
    let notes = texts.iter().zip(&report.notes).map(|(text, note)| NoteReport::new(note, &in_text(text)));
    members_of(shape::Episode::new(report, &place, notes.collect()))
}

/// Scores an episode given as JSON: `[{"text","date"?,"doc_type"?,"discipline"?,"payer"?,"setting"?,"claim"?}]`, with options `{"open"?}`; an empty text
/// gives the default. Returns the score and the report as [`episode`] makes it.
///
/// # Errors
/// When the notes or the options have another form or a member that is not known, or as [`Scorer::score_episode`].
pub fn score_episode(scorer: &Scorer, notes: &str, options: &str) -> Result<(Option<f64>, String)> {
    let wrong = |_| Error::config("the notes are a list of objects with `text`");
    let given: Vec<Map<String, Value>> = serde_json::from_str(notes).map_err(wrong)?;
    let read = given.iter().enumerate().map(|(index, members)| {
        let place = |error: Error| error.at(Location::Key(format!("notes[{index}]")));
        let Some(Value::String(text)) = members.get("text") else {
            return Err(place(Error::config("there is no `text`, or it is not a string")));
        };
        if let Some(key) = members.keys().find(|key| *key != "text" && !ScoreOptions::KEYS.contains(&key.as_str())) {
            let known = std::iter::once("text").chain(ScoreOptions::KEYS);
            return Err(place(Error::unknown(ErrorCode::Config, "key", key, known)));
        }
        Ok(EpisodeNote::new(text, ScoreOptions::from_members(members).map_err(place)?))
    });
    let read = read.collect::<Result<Vec<EpisodeNote<'_>>>>()?;
    let report = scorer.score_episode(&read, &EpisodeOptions::from_json(options)?)?;
    let texts: Vec<&str> = read.iter().map(|note| note.text).collect();
    Ok((report.episode.score, Value::Object(episode(&texts, &report)).to_string()))
}

/// What a therapy note says, as data: the members of [`Facts`](crate::rubric::Facts), each place as `{"start","end"}`.
///
/// # Errors
/// A defect in chartguard.
pub fn facts(text: &str) -> Result<Value> {
    guard(ErrorCode::Panic, "the facts of a note were read", || {
        let offsets = Offsets::new(text);
        let mut facts = extract(text);
        facts.each_span(|span| *span = Span::new(offsets.code_point(span.start), offsets.code_point(span.end)));
        Ok(json!(facts))
    })
}

/// The units of minutes given as JSON, `{"97110": 33, "97140": 7}`, as [`allocation`] makes them. Codes that `codes` (a code table in YAML
/// or JSON; empty for the one built in) does not bill by time are left out.
///
/// # Errors
/// When the minutes or the table have another form, or a code is in no table.
pub fn units(minutes: &str, codes: &str) -> Result<String> {
    let wrong = |_| Error::config("the minutes are an object of whole numbers by code: {\"97110\": 33}");
    let given: BTreeMap<String, u32> = serde_json::from_str(minutes).map_err(wrong)?;
    let own = if codes.trim().is_empty() { None } else { Some(CodeTable::from_yaml(codes)?) };
    let table = own.as_ref().unwrap_or(CodeTable::builtin());
    if given.keys().any(|code| table.timing(code) == Timing::Unknown) {
        return Err(Error::config("a code is in no code table").at(Location::Key("minutes".into())));
    }
    let timed = given.iter().filter(|(code, _)| table.timing(code) == Timing::Timed);
    let day = allocate_units(timed.map(|(code, minutes)| (code.as_str(), *minutes)));
    Ok(allocation(&day).to_string())
}

/// How the units of a day's timed minutes fall: `{"minutes","units","codes":[{"code","minutes","units","units_at_most"}]}`.
pub fn allocation(allocation: &Allocation) -> Value {
    json!(allocation)
}

/// A claim held against a note: `[{"rule","holds","remarks","evidence"}]`; `holds` is null where what was given does not tell.
pub fn billing(text: &str, results: &[BillingResult]) -> Value {
    let offsets = Offsets::new(text);
    let place = |span: &Span| json!({"start": offsets.code_point(span.start), "end": offsets.code_point(span.end)});
    let result = |result: &BillingResult| {
        json!({
            "rule": result.rule,
            "holds": result.holds,
            "remarks": result.remarks,
            "evidence": result.evidence.iter().map(place).collect::<Vec<_>>(),
        })
    };
    results.iter().map(result).collect()
}

/// Four decimals are all a score means, and they print alike everywhere.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
