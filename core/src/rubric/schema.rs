//! A rubric file as it is written: closed types, in which an unknown key is an error.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::billing::{Claim, CodeTableFile};
use super::check::Check;
use super::{Citation, Discipline, DocType, Scope, ScoreOptions, Severity, Verdict};

/// A chartguard rubric: criteria with points, severity and citation, built from a closed set of checks, with their own tests.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Rubric")]
pub(crate) struct RubricFile {
    /// The rubric's id.
    pub(crate) rubric: String,
    /// Its version, as `MAJOR.MINOR.PATCH`.
    pub(crate) version: String,
    /// What it is, in a few words.
    pub(crate) title: String,
    /// Where its rules come from and what a reader must know before relying on them.
    #[serde(default)]
    pub(crate) source: String,
    /// Named lists of words and phrases that the checks refer to.
    #[serde(default)]
    pub(crate) terms: BTreeMap<String, Vec<String>>,
    /// Codes, thresholds and modifiers in place of those built in.
    #[serde(default)]
    pub(crate) billing: CodeTableFile,
    /// What is judged.
    pub(crate) criteria: Vec<Criterion>,
}

/// One criterion of a rubric.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Criterion {
    /// Stable id.
    pub id: String,
    /// What it asks for, in a few words.
    pub title: String,
    /// Points it gives when met; negative where meeting it is a fault.
    pub points: f64,
    /// How much it weighs when it is not met.
    pub severity: Severity,
    /// Tags by which scores can be grouped.
    #[serde(default)]
    pub axes: Vec<String>,
    /// Which documents it concerns; all, where nothing is said.
    #[serde(default)]
    pub applies_to: AppliesTo,
    /// What must be at hand to judge it.
    #[serde(default = "note_scope")]
    pub scope: Scope,
    /// The rule behind it. Its effective dates say for which days of service the criterion applies.
    pub citation: Citation,
    /// What is wrong when it is not met.
    pub message: String,
    /// What to write instead.
    #[serde(default)]
    pub advice: String,
    /// It concerns only notes of which this holds.
    #[serde(default)]
    pub(crate) applies_when: Option<Check>,
    /// It can be judged only in notes of which this holds.
    #[serde(default)]
    pub(crate) assessable_when: Option<Check>,
    /// What must hold for it to be met.
    #[serde(default)]
    pub(crate) requires: Option<Check>,
    /// What must not hold for it to be met.
    #[serde(default)]
    pub(crate) forbids: Option<Check>,
    /// Texts that show what it means; they are run.
    #[serde(default)]
    pub(crate) tests: CriterionTests,
}

fn note_scope() -> Scope {
    Scope::Note
}

/// Which documents a criterion concerns.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AppliesTo {
    /// Document types; empty for all, the unknown ones among them.
    #[serde(default)]
    pub doc_types: Vec<DocType>,
    /// Disciplines; empty for all. A note of unknown discipline is taken to be one of them.
    #[serde(default)]
    pub disciplines: Vec<Discipline>,
    /// Payers; empty for all. Where the caller does not say who pays, the criterion applies.
    #[serde(default)]
    pub payers: Vec<String>,
    /// Settings; empty for all. Where the caller does not name one, the criterion applies.
    #[serde(default)]
    pub settings: Vec<String>,
}

/// The texts a criterion brings to show what it means.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CriterionTests {
    /// The document type the texts are read as; where nothing is said, the first the criterion concerns.
    #[serde(default)]
    pub(crate) doc_type: Option<DocType>,
    /// The discipline the texts are read as.
    #[serde(default)]
    pub(crate) discipline: Option<Discipline>,
    /// Texts in which the criterion is not met.
    #[serde(default)]
    pub(crate) fires: Vec<TestCase>,
    /// Texts in which it is met.
    #[serde(default)]
    pub(crate) passes: Vec<TestCase>,
    /// Texts it does not concern.
    #[serde(default)]
    pub(crate) not_applicable: Vec<TestCase>,
    /// Texts that do not say enough to judge it.
    #[serde(default)]
    pub(crate) not_assessable: Vec<TestCase>,
    /// Texts that look as if they had another verdict than the one they have, which each must name.
    #[serde(default)]
    pub(crate) traps: Vec<TestCase>,
}

/// A text a criterion is tried on: the text alone, or with what is known of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct TestCase(pub(crate) TestNote);

/// A text with what is known of it; for an episode its notes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Test")]
pub(crate) struct TestNote {
    /// The note.
    #[serde(default)]
    pub(crate) text: String,
    /// The verdict it must have; only among `traps`.
    #[serde(default)]
    pub(crate) verdict: Option<Verdict>,
    /// The document type it is read as.
    #[serde(default)]
    pub(crate) doc_type: Option<DocType>,
    /// The discipline it is read as.
    #[serde(default)]
    pub(crate) discipline: Option<Discipline>,
    /// The day of service, as `YYYY-MM-DD`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) date: Option<Date>,
    /// Who pays.
    #[serde(default)]
    pub(crate) payer: Option<String>,
    /// Where the service was furnished.
    #[serde(default)]
    pub(crate) setting: Option<String>,
    /// What was billed.
    #[serde(default)]
    pub(crate) claim: Option<Claim>,
    /// The notes of an episode, in place of `text`.
    #[serde(default)]
    pub(crate) notes: Vec<TestCase>,
    /// Whether the episode goes on.
    #[serde(default)]
    pub(crate) open: bool,
}

impl TestNote {
    /// What is known of it.
    pub(crate) fn options(&self) -> ScoreOptions {
        let mut options = ScoreOptions::new();
        options.doc_type = self.doc_type;
        options.discipline = self.discipline;
        options.date = self.date;
        options.payer.clone_from(&self.payer);
        options.setting.clone_from(&self.setting);
        options.claim.clone_from(&self.claim);
        options
    }
}

impl<'de> Deserialize<'de> for TestCase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrNote;
        impl<'de> Visitor<'de> for TextOrNote {
            type Value = TestCase;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a mapping with `text` or `notes`")
            }

            fn visit_str<E>(self, text: &str) -> Result<TestCase, E> {
                Ok(TestCase(TestNote { text: text.to_owned(), ..TestNote::default() }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TestCase, A::Error> {
                TestNote::deserialize(MapAccessDeserializer::new(map)).map(TestCase)
            }
        }
        deserializer.deserialize_any(TextOrNote)
    }
}

impl JsonSchema for TestCase {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TestCase".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let note = generator.subschema_for::<TestNote>();
        schemars::json_schema!({
            "description": "A text, or a text with what is known of it.",
            "anyOf": [{"type": "string"}, note],
        })
    }
}

/// The JSON Schema of a rubric file, for editors: generated from the types that read one.
pub fn rubric_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(RubricFile).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".into(), "chartguard rubric".into());
    }
    schema
}
