//! A rubric: read from YAML, checked, hashed, and shared.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::billing::CodeTable;
use super::result::RubricRef;
use super::schema::{Criterion, RubricFile};
use super::score::Scorer;
use super::terms::Vocabulary;
use super::trial::{self, Problem, TestReport};
use crate::error::{Error, ErrorCode, Location, Result};

const BUILTIN: &[(&str, &str)] = &[
    ("medicare-outpatient-therapy", include_str!("../../rubrics/medicare-outpatient-therapy.yaml")),
    ("soap-completeness", include_str!("../../rubrics/soap-completeness.yaml")),
    ("clinical-note-quality", include_str!("../../rubrics/clinical-note-quality.yaml")),
    ("abbreviations-joint-commission", include_str!("../../rubrics/abbreviations-joint-commission.yaml")),
];

/// A rubric: criteria with points, severity, citation, and the checks that judge them.
///
/// A rubric is a YAML (or JSON) file. Built once, it is immutable and cheap to clone.
///
/// ```
/// use chartguard::Rubric;
/// let rubric = Rubric::from_yaml(
///     "rubric: house-style\n\
///      version: 1.0.0\n\
///      title: House style\n\
///      criteria:\n\
///      - id: pain\n\
///      \x20 title: Pain is mentioned\n\
///      \x20 points: 1\n\
///      \x20 severity: low\n\
///      \x20 citation: {source: House style}\n\
///      \x20 message: Nothing is said of pain.\n\
///      \x20 requires: {terms: {words: [pain, painful]}}\n",
/// )?;
/// assert_eq!(rubric.criteria().len(), 1);
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Rubric(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    file: RubricFile,
    yaml: String,
    reference: RubricRef,
    vocabulary: Vocabulary,
    codes: CodeTable,
}

impl Rubric {
    /// A rubric that ships with chartguard, such as `medicare-outpatient-therapy`.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn builtin(id: &str) -> Result<Self> {
        let (_, yaml) = BUILTIN
            .iter()
            .find(|(known, _)| *known == id)
            .ok_or_else(|| Error::unknown(ErrorCode::Rubric, "rubric", id, Self::builtin_ids()))?;
        Self::from_yaml(yaml)
    }

    /// The ids [`builtin`](Self::builtin) knows.
    pub fn builtin_ids() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(id, _)| *id)
    }

    /// Reads a rubric from YAML; JSON is YAML too.
    ///
    /// # Errors
    /// When the text is not YAML or not a rubric: the error gives line and column where they are known, names an
    /// unknown key and the nearest known one, or names the criterion and the term list or pattern at fault.
    pub fn from_yaml(yaml: &str) -> Result<Self> {
        let content: Value = crate::yaml::parse(yaml, ErrorCode::Rubric)?;
        let mut file: RubricFile = crate::yaml::parse(yaml, ErrorCode::Rubric)?;
        let mut vocabulary = Vocabulary::builtin().clone();
        for (name, words) in &file.terms {
            vocabulary.define(name, words).map_err(|e| e.at(Location::Key(format!("terms.{name}"))))?;
        }
        let codes = CodeTable::builtin().clone().with(&file.billing);
        let codes = codes.map_err(|e| Error::rubric(e.message()).at(Location::Key("billing".into())))?;
        let mut seen = std::collections::BTreeSet::new();
        for criterion in &mut file.criteria {
            let place = || Location::Key(format!("criteria.{}", criterion.id));
            if !seen.insert(criterion.id.clone()) {
                return Err(Error::rubric("two criteria have the same id").at(place()));
            }
            if !criterion.points.is_finite() {
                return Err(Error::rubric("points are a finite number").at(place()));
            }
            let checks = [
                ("applies_when", &mut criterion.applies_when),
                ("assessable_when", &mut criterion.assessable_when),
                ("requires", &mut criterion.requires),
                ("forbids", &mut criterion.forbids),
            ];
            for (key, check) in checks {
                if let Some(check) = check {
                    check
                        .prepare(&mut vocabulary)
                        .map_err(|e| e.at(Location::Key(format!("criteria.{}.{key}", criterion.id))))?;
                }
            }
        }
        let reference = RubricRef { id: file.rubric.clone(), version: file.version.clone(), hash: hash_of(&content) };
        Ok(Self(Arc::new(Inner { file, yaml: yaml.to_owned(), reference, vocabulary, codes })))
    }

    /// The rubric file as JSON, with what it was read from in the same order.
    pub fn to_json(&self) -> String {
        let content: Value = crate::yaml::parse(&self.0.yaml, ErrorCode::Rubric).unwrap_or_default();
        format!("{content:#}\n")
    }

    /// What a command line names: the id of a built-in rubric, or a file.
    ///
    /// # Errors
    /// As [`builtin`](Self::builtin) and [`from_yaml`](Self::from_yaml), and when a file cannot be read.
    pub fn named(name: &str) -> Result<Self> {
        let path = Path::new(name);
        if path.extension().is_some() || name.contains(std::path::MAIN_SEPARATOR) {
            let yaml = std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
            return Self::from_yaml(&yaml).map_err(|e| e.at(Location::File(name.to_owned())));
        }
        Self::builtin(name)
    }

    /// The rubric's id.
    pub fn id(&self) -> &str {
        &self.0.file.rubric
    }

    /// The rubric's version.
    pub fn version(&self) -> &str {
        &self.0.file.version
    }

    /// What the rubric is, in a few words.
    pub fn title(&self) -> &str {
        &self.0.file.title
    }

    /// Where its rules come from.
    pub fn source(&self) -> &str {
        &self.0.file.source
    }

    /// SHA-256 of the rubric's canonical content, in hexadecimal: layout, comments and the order of keys do not count.
    pub fn hash(&self) -> &str {
        &self.0.reference.hash
    }

    /// Id, version and hash together: what a result names and a cache must be keyed by.
    pub fn reference(&self) -> &RubricRef {
        &self.0.reference
    }

    /// The criteria, in the order of the file.
    pub fn criteria(&self) -> &[Criterion] {
        &self.0.file.criteria
    }

    /// What is wrong with a rubric that can be read: criteria without tests, rules that can never hold or fail,
    /// term lists that nothing uses.
    pub fn check(&self) -> Vec<Problem> {
        trial::check(self)
    }

    /// Runs the tests inside the file, but for those of criteria that only a judge or a model of the caller's can decide:
    /// [`Scorer::test`](Scorer::test) runs these too.
    pub fn test(&self) -> TestReport {
        Scorer::new(self.clone()).test()
    }

    pub(super) fn vocabulary(&self) -> &Vocabulary {
        &self.0.vocabulary
    }

    /// The codes, thresholds and modifiers that claims are held to: built in, with what the rubric's `billing:` replaces.
    pub fn codes(&self) -> &CodeTable {
        &self.0.codes
    }

    pub(super) fn file(&self) -> &RubricFile {
        &self.0.file
    }

    pub(super) fn yaml(&self) -> &str {
        &self.0.yaml
    }
}

/// SHA-256 over the content with keys in order, so that layout does not count.
fn hash_of(content: &Value) -> String {
    let mut canonical = String::new();
    write_canonical(content, &mut canonical);
    Sha256::digest(canonical.as_bytes()).iter().fold(String::with_capacity(64), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<_> = map.keys().collect();
            keys.sort();
            out.push('{');
            for key in keys {
                let _ = write!(out, "{}:", Value::from(key.as_str()));
                write_canonical(&map[key], out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "rubric: small\nversion: 1.0.0\ntitle: Small\ncriteria:\n- id: a\n  title: A\n  points: 1\n  \
                         severity: low\n  citation: {source: none}\n  message: no\n  requires: {terms: {words: [pain]}}\n";

    #[test]
    fn mistakes_are_named_with_their_place() {
        for (yaml, parts) in [
            (SMALL.replace("severity", "severty"), &["line 8", "severty", "`severity`"][..]),
            (SMALL.replace("low", "lwo"), &["line 8", "lwo", "`low`"]),
            (SMALL.replace("terms: {", "trems: {"), &["line 11", "trems", "`terms`"]),
            (SMALL.replace("words: [pain]", "list: nowhere"), &["criteria.a.requires", "nowhere"]),
            (SMALL.replace("words: [pain]", "pattern: '('"), &["criteria.a.requires", "pattern"]),
            (SMALL.replace("points: 1", "points: many"), &["line 7"]),
            (SMALL.replace("criteria:", "criteria: ["), &["line"]),
        ] {
            let error = Rubric::from_yaml(&yaml).unwrap_err();
            assert!(error.is_rubric());
            for part in parts {
                assert!(error.to_string().contains(part), "{part}: {error}");
            }
        }
        assert!(Rubric::builtin("medicare").unwrap_err().to_string().contains("medicare-outpatient-therapy"));
    }

    #[test]
    fn the_hash_names_content_not_layout() {
        let one = Rubric::from_yaml(SMALL).unwrap();
        let same = Rubric::from_yaml(&SMALL.replace("title: A\n", "title:   'A' # name\n")).unwrap();
        let other = Rubric::from_yaml(&SMALL.replace("points: 1", "points: 2")).unwrap();
        assert_eq!(one.hash(), same.hash());
        assert_ne!(one.hash(), other.hash());
        assert_eq!(one.hash().len(), 64);
    }
}
