//! The committed JSON Schemas are those of the types, and every report fits the one of reports, with no member it does not name.

use std::fs;

use chartguard::rubric::{EpisodeNote, EpisodeOptions, rubric_schema};
use chartguard::wire::{self, report_schema};
use chartguard::{Rubric, ScoreOptions, Scorer};
use chartguard_tests::{repository, rubric_cases, sample_notes};
use serde_json::{Value, json};

/// Where `value` does not fit `schema`, as far as the schemas of reports go: references, alternatives, types, enumerations, members.
/// A member that the schema does not name is a fault too.
fn faults(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        return faults(root, &root["$defs"][name.trim_start_matches("#/$defs/")], value, at);
    }
    if let Some(options) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
        let each: Vec<Vec<String>> = options.iter().map(|option| faults(root, option, value, at)).collect();
        let fits = each.iter().any(Vec::is_empty);
        return if fits { Vec::new() } else { each.into_iter().min_by_key(Vec::len).unwrap_or_default() };
    }
    let mut out = Vec::new();
    let is = |kind: &str| match kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    };
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| is(kind)) {
        out.push(format!("{at} is no {kinds:?}"));
    }
    if schema.get("const").is_some_and(|only| only != value)
        || schema["enum"].as_array().is_some_and(|all| !all.contains(value))
    {
        out.push(format!("{at} has another value"));
    }
    if let Some(members) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                out.push(format!("{at} has no {name}"));
            }
        }
        for (name, member) in members {
            match schema["properties"].get(name) {
                Some(schema) => out.extend(faults(root, schema, member, &format!("{at}.{name}"))),
                None => out.push(format!("{at}.{name} is not in the schema")),
            }
        }
    }
    if let (Some(items), Some(schema)) = (value.as_array(), schema.get("items")) {
        for (index, item) in items.iter().enumerate() {
            out.extend(faults(root, schema, item, &format!("{at}[{index}]")));
        }
    }
    out
}

fn scorer() -> Scorer {
    Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap())
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for (file, schema) in [("rubric.schema.json", rubric_schema()), ("report.schema.json", report_schema())] {
        let committed = fs::read_to_string(repository().join("core/rubrics").join(file)).unwrap_or_default();
        let option = if file.starts_with("report") { " --report" } else { "" };
        assert!(
            committed == format!("{schema:#}\n"),
            "{file} differs: chartguard rubric schema{option} > core/rubrics/{file}"
        );
    }
}

#[test]
fn every_report_fits_the_schema() {
    let (schema, scorer) = (report_schema(), scorer());
    let notes = rubric_cases().into_iter().map(|case| (case.name, case.text)).chain(sample_notes());
    let notes: Vec<(String, String)> = notes.chain([("nothing".into(), String::new())]).collect();
    for (name, text) in &notes {
        let report = scorer.score(text, &ScoreOptions::default()).unwrap();
        let report = Value::Object(wire::report(text, &report));
        let wrong = faults(&schema, &schema, &report, "report");
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
    let texts: Vec<&str> = notes.iter().map(|(_, text)| text.as_str()).take(6).collect();
    let given: Vec<EpisodeNote<'_>> = texts.iter().map(|text| EpisodeNote::new(text, ScoreOptions::new())).collect();
    let episode = scorer.score_episode(&given, &EpisodeOptions::default()).unwrap();
    let episode = Value::Object(wire::episode(&texts, &episode));
    assert!(episode["timeline"].as_array().is_some_and(|events| !events.is_empty()));
    let wrong = faults(&schema, &schema, &episode, "episode");
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_spoilt_report_does_not_fit() {
    let (schema, text) = (report_schema(), "PT DAILY NOTE 02/05/2025. Gait training 15 min.");
    let report = scorer().score(text, &ScoreOptions::default()).unwrap();
    let report = Value::Object(wire::report(text, &report));
    let spoilt = |pointer: &str, value: Value| {
        let mut spoilt = report.clone();
        *spoilt.pointer_mut(pointer).unwrap() = value;
        faults(&schema, &schema, &spoilt, "report")
    };
    assert_eq!(faults(&schema, &schema, &report, "report"), Vec::<String>::new());
    assert!(!spoilt("/score", json!("high")).is_empty());
    assert!(!spoilt("/criteria/0/verdict", json!("perhaps")).is_empty());
    assert!(!spoilt("/criteria/0", json!({"id": "tx.date"})).is_empty());
    assert!(!spoilt("/rubric/hash", Value::Null).is_empty());
    let mut more = report.clone();
    more["note"] = json!("text");
    assert!(!faults(&schema, &schema, &more, "report").is_empty());
}

#[test]
fn a_note_of_an_episode_has_no_unknown_member() {
    let scorer = scorer();
    let refused = |notes: Value| wire::score_episode(&scorer, &notes.to_string(), "").unwrap_err().to_string();
    let error = refused(json!([{"text": "x"}, {"text": "x", "doctype": "evaluation"}]));
    assert!(error.contains("unknown key `doctype`: did you mean `doc_type`?") && error.contains("notes[1]"), "{error}");
    let error = refused(json!([{"text": "x", "discpline": "pt"}]));
    assert!(error.contains("did you mean `discipline`?"), "{error}");
    let all = json!([{"text": "PT evaluation", "date": "2025-03-03", "doc_type": "evaluation", "discipline": "pt", "payer": "medicare",
        "setting": "outpatient", "claim": null}]);
    assert!(wire::score_episode(&scorer, &all.to_string(), "").is_ok());
}
