//! The bodies of requests, checked member by member: every error names its member and repeats no value.

use axum::http::StatusCode;
use chartguard::rubric::{Discipline, DocType};
use chartguard::scrub::Demographics;
use chartguard::{Context, Location, Patient, ScoreOptions};
use serde_json::{Map, Value, json};

use crate::problem::{FieldError, Problem};

/// The longest patient id, in characters.
const PATIENT_ID: usize = 50;
/// The longest note, in characters.
const NOTE: usize = 100_000;
/// The fewest letters and digits of a patient id that is looked for in the note.
const TELLING: usize = 4;

/// A note, and what is known of it. It has no `Debug`.
pub(crate) struct Note {
    pub(crate) patient_id: Option<String>,
    pub(crate) text: String,
    pub(crate) options: ScoreOptions,
    pub(crate) context: Context,
}

/// What is to be summarized.
pub(crate) enum Summarize {
    /// A note that is kept, by its id.
    Kept(String),
    /// A note that is handed in.
    Given(Box<Note>),
}

/// Reads the body of `POST /ingest`.
///
/// # Errors
/// When it is no JSON object or a member is missing, unknown or wrong; all of them are named.
pub(crate) fn ingest(body: &[u8]) -> Result<Note, Problem> {
    let members = object(body)?;
    let mut errors = Vec::new();
    unknown(&members, &["patient_id", "note", "doc_type", "discipline", "patient"], &mut errors);
    let note = note(&members, true, &mut errors);
    if errors.is_empty() { Ok(note) } else { Err(Problem::fields(errors)) }
}

/// Reads the body of `POST /summarize`.
///
/// # Errors
/// As [`ingest`].
pub(crate) fn summarize(body: &[u8]) -> Result<Summarize, Problem> {
    let members = object(body)?;
    let mut errors = Vec::new();
    unknown(&members, &["id", "note", "patient_id", "patient"], &mut errors);
    if members.contains_key("id") {
        if members.len() > 1 {
            errors.push(FieldError::new("id", "stands alone: give the id of a kept note, or a note"));
        }
        let id = text(&members, "id", &mut errors).map(str::to_owned);
        return match (id, errors.is_empty()) {
            (Some(id), true) => Ok(Summarize::Kept(id)),
            _ => Err(Problem::fields(errors)),
        };
    }
    let note = note(&members, false, &mut errors);
    if errors.is_empty() { Ok(Summarize::Given(Box::new(note))) } else { Err(Problem::fields(errors)) }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    // What the parser says of a mistake could quote a value.
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        let at = format!("line {}, column {}", error.line(), error.column());
        Problem::new(StatusCode::BAD_REQUEST, format!("the body is not JSON in UTF-8: {at}"))
    })?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(Problem::new(StatusCode::BAD_REQUEST, "the body is not a JSON object")),
    }
}

/// A name that is not known could be anything: it is counted, not repeated.
fn unknown(members: &Map<String, Value>, known: &[&str], errors: &mut Vec<FieldError>) {
    let count = members.keys().filter(|name| !known.contains(&name.as_str())).count();
    if count > 0 {
        let message = format!("{count} unknown: the members are {}", known.join(", "));
        errors.push(FieldError::new("body", message));
    }
}

fn note(members: &Map<String, Value>, needs_id: bool, errors: &mut Vec<FieldError>) -> Note {
    let id_given = members.get("patient_id").is_some_and(|id| !id.is_null());
    let patient_id = if needs_id || id_given { bounded(members, "patient_id", PATIENT_ID, errors) } else { None };
    if patient_id.is_some_and(|id| id.chars().any(char::is_control)) {
        errors.push(FieldError::new("patient_id", "has control characters"));
    }
    let text = bounded(members, "note", NOTE, errors).unwrap_or_default().to_owned();
    if text.contains('\0') {
        errors.push(FieldError::new("note", "holds the character NUL, as binary files do: a text is expected"));
    }
    let mut options = ScoreOptions::new();
    options.doc_type = name(members, "doc_type", DocType::ALL, DocType::as_str, errors);
    options.discipline = name(members, "discipline", Discipline::ALL, Discipline::as_str, errors);
    let mut context = Context::new();
    if let Some(patient) = patient(members.get("patient"), patient_id, errors) {
        context = context.patient(patient);
    }
    if let Some(id) = patient_id {
        context = context.patient_id(id);
    }
    Note { patient_id: patient_id.map(str::to_owned), text, options, context }
}

fn text<'m>(members: &'m Map<String, Value>, field: &str, errors: &mut Vec<FieldError>) -> Option<&'m str> {
    let message = match members.get(field) {
        Some(Value::String(text)) => return Some(text),
        None | Some(Value::Null) => "is missing",
        Some(_) => "a text is expected",
    };
    errors.push(FieldError::new(field, message));
    None
}

/// A text of 1 to `most` characters that are not all blank.
fn bounded<'m>(
    members: &'m Map<String, Value>,
    field: &str,
    most: usize,
    errors: &mut Vec<FieldError>,
) -> Option<&'m str> {
    let text = text(members, field, errors)?;
    let count = text.chars().count();
    let message = if text.trim().is_empty() {
        "is empty".to_owned()
    } else if count > most {
        format!("1 to {most} characters are expected, there are {count}")
    } else {
        return Some(text);
    };
    errors.push(FieldError::new(field, message));
    None
}

/// One of the names of a vocabulary, or a synonym.
fn name<T: Copy + std::str::FromStr>(
    members: &Map<String, Value>,
    field: &str,
    all: &[T],
    as_str: impl Fn(T) -> &'static str,
    errors: &mut Vec<FieldError>,
) -> Option<T> {
    let value = members.get(field).filter(|value| !value.is_null())?;
    let found = value.as_str().and_then(|text| text.parse().ok());
    if found.is_none() {
        let names: Vec<&str> = all.iter().map(|one| as_str(*one)).collect();
        errors.push(FieldError::new(field, format!("one of {} is expected", names.join(", "))));
    }
    found
}

/// What is known of the patient, to which its id belongs where it is long enough to be told from other numbers.
fn patient(given: Option<&Value>, id: Option<&str>, errors: &mut Vec<FieldError>) -> Option<Patient> {
    let mut members = match given {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(members)) => members.clone(),
        Some(_) => {
            errors.push(FieldError::new("patient", "an object is expected"));
            return None;
        }
    };
    let before = errors.len();
    let mut unknown_members = Vec::new();
    unknown(&members, Demographics::MEMBERS, &mut unknown_members);
    errors.extend(unknown_members.into_iter().map(|error| FieldError::new("patient", error.message)));
    if errors.len() > before {
        return None;
    }
    let asked = !members.is_empty();
    if let Some(id) = id.filter(|id| id.chars().filter(|c| c.is_alphanumeric()).count() >= TELLING) {
        let mut mrns = match members.remove("mrns") {
            Some(Value::Array(list)) => list,
            None | Some(Value::Null) => Vec::new(),
            Some(single) => vec![single],
        };
        mrns.push(json!(id));
        members.insert("mrns".into(), Value::Array(mrns));
    }
    if members.is_empty() {
        if given.is_some_and(Value::is_object) {
            errors.push(FieldError::new("patient", "nothing is known: leave it out, or give names, mrns or others"));
        }
        return None;
    }
    let whole = match Patient::try_from(Value::Object(members.clone())) {
        Ok(patient) => return Some(patient),
        Err(_) if !asked => return None,
        Err(error) => error,
    };
    // The library stops at the first mistake: each member by itself shows them all, but for those that lie between two.
    let alone = members.into_iter().filter_map(|(name, value)| Patient::try_from(json!({ name: value })).err());
    let named = alone.filter(|error| error.locations().next().is_some());
    errors.extend(named.map(|error| of_patient(&error, given)));
    if errors.len() == before {
        errors.push(of_patient(&whole, given));
    }
    None
}

/// What the library says of a member. A value that was given by itself is no place of a list.
fn of_patient(error: &chartguard::Error, given: Option<&Value>) -> FieldError {
    let listed = |name: &str| given.is_some_and(|members| members[name].is_array());
    let keys = error.locations().filter_map(|location| match location {
        Location::Key(key) => Some(key.strip_suffix("[0]").filter(|name| !listed(name)).unwrap_or(key)),
        _ => None,
    });
    let path: Vec<&str> = std::iter::once("patient").chain(keys).collect();
    FieldError::new(path.join("."), error.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields that are wrong in a body.
    fn wrong(body: &Value) -> Vec<String> {
        let members = body.as_object().unwrap();
        let mut errors = Vec::new();
        unknown(members, &["patient_id", "note", "doc_type", "discipline", "patient"], &mut errors);
        note(members, true, &mut errors);
        for error in &errors {
            assert!(!error.message.to_lowercase().contains("achterberg"), "{}", error.message);
        }
        errors.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn every_mistake_is_named_at_once_and_no_value_repeated() {
        assert_eq!(wrong(&json!({"patient_id": "7", "note": "x", "patient": null})), [""; 0]);
        assert_eq!(wrong(&json!({})), ["patient_id", "note"]);
        assert_eq!(wrong(&json!({"patient_id": 7, "note": " \n", "Achterberg": 1})), ["body", "patient_id", "note"]);
        assert_eq!(
            wrong(&json!({"patient_id": "a\u{7}", "note": "x", "doc_type": "Achterberg"})),
            ["patient_id", "doc_type"]
        );
        assert_eq!(wrong(&json!({"patient_id": "7", "note": "x", "patient": []})), ["patient"]);
        assert_eq!(wrong(&json!({"patient_id": "7", "note": "x", "patient": {}})), ["patient"]);
        assert_eq!(wrong(&json!({"patient_id": "7", "note": "x", "patient": {"Achterberg": "x"}})), ["patient"]);
        let patient = json!({"names": ["R. Achterberg", ""], "birth_date": "Achterberg", "ssn": 5});
        assert_eq!(
            wrong(&json!({"patient_id": "4471203", "note": "x", "patient": patient})),
            ["patient.names[1]", "patient.birth_date", "patient.ssn"]
        );
        let patient = json!({"birth_date": "2024-03-14", "note_date": "2024-03-01"});
        assert_eq!(wrong(&json!({"patient_id": "4471203", "note": "x", "patient": patient})), ["patient.birth_date"]);
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        let with = |id: usize, note: usize| wrong(&json!({"patient_id": "ä".repeat(id), "note": "é".repeat(note)}));
        assert_eq!(with(50, 100_000), [""; 0]);
        assert_eq!(with(51, 100_001), ["patient_id", "note"]);
    }
}
