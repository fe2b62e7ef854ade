//! The JSON Schema of a policy file, generated from the types below. A test holds them to what the reader takes, member by member.

use std::collections::BTreeMap;

use schemars::{JsonSchema, schema_for};
use serde_json::Value;

use super::{Category, Census, Fallback, Kind, Operator, Regime};

/// A chartguard policy: what is done to each category of protected health information, which detectors a site adds, and which texts
/// are always or never removed.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename = "Policy")]
#[allow(dead_code, reason = "the schema is made of the fields")]
struct PolicyFile {
    /// What reports call it.
    name: Option<String>,
    /// For its readers.
    version: Option<u64>,
    /// The rule it is held to; that of what it extends if absent, or none.
    regime: Option<Regime>,
    /// A built-in policy, or a policy file beside this one, to start from. Without it every category is removed.
    extends: Option<String>,
    /// Also remove whatever is not known to be safe.
    strict: Option<bool>,
    /// What is done to each category.
    #[schemars(extend("propertyNames" = {"$ref": "#/$defs/Category"}))]
    categories: Option<BTreeMap<Category, CategoryFile>>,
    /// Detectors of its own.
    detectors: Option<Vec<DetectorFile>>,
    /// Texts that are never removed.
    allow: Option<Vec<EntryFile>>,
    /// Texts that are always removed.
    deny: Option<Vec<EntryFile>>,
    /// What is done to fields of messages.
    messages: Option<MessagesFile>,
}

/// What is done to fields of messages. A rule is `keep`, `remove`, `text` (free text), a category, or what a value is more closely
/// (`birth_date`, `street`, `zip`, `link`), and may say in a second word what the value tells of the patient.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename = "Messages")]
#[allow(dead_code, reason = "the schema is made of the fields")]
struct MessagesFile {
    /// What becomes of fields that no table knows; `remove` unless said otherwise.
    unknown: Option<UnknownFile>,
    /// HL7 v2, by segment or field: `ZPI`, `PID-19`.
    hl7: Option<BTreeMap<String, String>>,
    /// FHIR, by path (`Patient.maritalStatus`), in any resource (`Resource.id`), by type (`HumanName`, `Address.city`), by name anywhere
    /// (`Any.display`), or the rest of a resource (`Patient`, `Resource`).
    fhir: Option<BTreeMap<String, String>>,
    /// CDA, by element: `recordTarget/patientRole/id`.
    cda: Option<BTreeMap<String, String>>,
}

/// What becomes of an unknown field.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
#[allow(dead_code, reason = "the schema is made of the variants")]
enum UnknownFile {
    Remove,
    Text,
    Keep,
}

/// What is done to one category.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename = "Category policy")]
#[allow(dead_code, reason = "the schema is made of the fields")]
struct CategoryFile {
    /// What is done; `tag` unless said otherwise.
    operator: Option<Operator>,
    /// Findings under this score are left alone.
    #[schemars(range(min = 0.0, max = 1.0))]
    threshold: Option<f64>,
    /// Kinds of the category that stay.
    keep: Option<Vec<Kind>>,
    /// `mask`: the character that stands for each character.
    #[schemars(length(min = 1, max = 1))]
    mask_char: Option<String>,
    /// `mask`: whether the length is kept; otherwise every mask is eight characters.
    keep_length: Option<bool>,
    /// `mask`: how many letters and digits at the end stay.
    #[schemars(range(min = 0, max = 4))]
    keep_last: Option<u64>,
    /// `mask`: whether the first letter of every word stays.
    initials: Option<bool>,
    /// `tag`: whether entities are numbered in the order of the note.
    numbered: Option<bool>,
    /// `surrogate`: from the value under the key rather than drawn from the seed.
    keyed: Option<bool>,
    /// `date_shift`: by whole weeks, so that weekdays stay.
    whole_weeks: Option<bool>,
    /// `date_shift`: the most days that a date moves, in either direction; 365 unless said otherwise.
    #[schemars(range(min = 7, max = 3650))]
    max_days: Option<u64>,
    /// `generalize`: the census by which a three-digit ZIP area is populous; 2020 unless said otherwise.
    zip_census: Option<CensusFile>,
    /// What is done with a value that the operator cannot work on; `error` for `fpe` and `tag` for the others unless said otherwise.
    fallback: Option<Fallback>,
}

/// A census by name, or by its year.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[allow(dead_code, reason = "the schema is made of the variants")]
enum CensusFile {
    Name(Census),
    Year(u16),
}

/// A detector of the policy's own.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename = "Detector")]
#[allow(dead_code, reason = "the schema is made of the fields")]
struct DetectorFile {
    /// The name that findings carry: letters, digits, `.`, `_`, `-`.
    name: String,
    /// What it finds.
    category: Category,
    /// A regular expression without look-around and back-references; a group named `v` is the finding, else the whole match.
    pattern: String,
    /// Words of which one must stand near the value.
    cues: Option<Vec<String>>,
    /// Where they stand: `before` unless said otherwise.
    side: Option<SideFile>,
    /// Within how many characters; 40 unless said otherwise.
    #[schemars(range(min = 1, max = 400))]
    window: Option<u64>,
    /// A check that the value must pass.
    validator: Option<ValidatorFile>,
    /// How sure its findings are; 0.9 unless said otherwise.
    #[schemars(range(min = 0.0, max = 1.0))]
    score: Option<f64>,
    /// Texts by which it is tried when the policy is loaded.
    examples: Option<ExamplesFile>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
#[allow(dead_code, reason = "the schema is made of the variants")]
enum SideFile {
    Before,
    After,
    Either,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
#[allow(dead_code, reason = "the schema is made of the variants")]
enum ValidatorFile {
    Aba,
    Card,
    Dea,
    Gtin,
    Iban,
    Itin,
    Luhn,
    Mbi,
    Nanp,
    Nhs,
    Npi,
    Ssn,
    Vin,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
#[allow(dead_code, reason = "the schema is made of the fields")]
struct ExamplesFile {
    /// Texts in which it must find something: that between « and », where they are.
    r#match: Option<Vec<String>>,
    /// Texts in which it must find nothing.
    not: Option<Vec<String>>,
}

/// A text, or where it stands, for which category, and how it is compared.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[allow(dead_code, reason = "the schema is made of the variants")]
enum EntryFile {
    Text(String),
    Entry(ListFile),
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename = "List entry")]
#[allow(dead_code, reason = "the schema is made of the fields")]
struct ListFile {
    /// The text; it stands for whole words.
    text: Option<String>,
    /// A text file beside the policy, one entry a line.
    file: Option<String>,
    /// The category it is never, or always, found as.
    category: Option<Category>,
    /// How it is compared: `normalised` unless said otherwise.
    r#match: Option<MatchFile>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
#[allow(dead_code, reason = "the schema is made of the variants")]
enum MatchFile {
    Normalised,
    Exact,
}

/// The JSON Schema (draft 2020-12) of a policy file, for editors and validators; it ships as `policies/policy.schema.json`.
///
/// What a schema cannot say is checked when a policy is loaded: whether an operator works on a category, belongs to its options,
/// and is allowed under the regime.
pub fn policy_schema() -> Value {
    schema_for!(PolicyFile).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;
    use crate::scrub::policy::{CATEGORY_KEYS, KEYS};

    fn properties<'s>(schema: &'s Value, pointer: &str) -> Vec<&'s str> {
        let members = schema.pointer(pointer).and_then(Value::as_object);
        let mut keys: Vec<&str> = members.expect(pointer).keys().map(String::as_str).collect();
        keys.sort_unstable();
        keys
    }

    fn sorted<'s>(keys: &[&'s str]) -> Vec<&'s str> {
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn it_says_what_the_reader_takes() {
        let schema = policy_schema();
        assert_eq!(properties(&schema, "/properties"), sorted(KEYS));
        let category = "/$defs/Category policy/properties";
        assert_eq!(properties(&schema, category), sorted(CATEGORY_KEYS));
        let text = schema.to_string();
        for name in Operator::ALL.iter().map(|o| o.as_str()).chain(Category::ALL.iter().map(|c| c.as_str())) {
            assert!(text.contains(&format!("\"{name}\"")), "{name}");
        }
        for key in properties(&schema, "/$defs/Detector/properties") {
            let error = Policy::from_yaml(&format!("detectors: [{{{key}: [[]]}}]")).unwrap_err().to_string();
            assert!(!error.contains("unknown key"), "{key}: {error}");
        }
        for key in properties(&schema, "/$defs/List entry/properties") {
            let error = Policy::from_yaml(&format!("deny: [{{{key}: [[]]}}]")).unwrap_err().to_string();
            assert!(!error.contains("unknown key"), "{key}: {error}");
        }
    }

    #[test]
    fn the_shipped_file_is_the_generated_one() {
        let shipped = include_str!("../../policies/policy.schema.json");
        let generated = serde_json::to_string_pretty(&policy_schema()).unwrap() + "\n";
        assert_eq!(
            shipped, generated,
            "write it anew with `chartguard policy schema > core/policies/policy.schema.json`"
        );
    }
}
