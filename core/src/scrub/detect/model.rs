//! Findings of token classification models: each for itself, or what enough of them agree on.

use std::collections::HashMap;

use super::{Detector, Note};
use crate::error::{Error, ErrorCode, Location, Result};
use crate::infer::{Model, Tagger};
use crate::scrub::labels::{identifies, meaning};
use crate::scrub::{Category, Finding, Kind};

/// What a label is said to mean when it means no identifier.
const NONE: &str = "none";

/// Token classifiers some of whose labels are categories.
pub(crate) struct ModelDetector {
    members: Vec<Member>,
    /// How many of them must find something of a category in a place for any of their findings there to count.
    votes: usize,
}

struct Member {
    tagger: Tagger,
    name: String,
    meanings: HashMap<String, (Category, Kind)>,
}

impl ModelDetector {
    /// Checks that the models' labels name categories, and that there are as many models as votes are asked for.
    pub(crate) fn new(models: Vec<Model>, votes: usize) -> Result<Self> {
        if !(1..=models.len()).contains(&votes) {
            let what = format!("{votes} votes of {} models: expected 1 to {}", models.len(), models.len());
            return Err(Error::config(what).at(Location::Key("votes".into())));
        }
        Ok(Self { members: models.into_iter().map(Member::new).collect::<Result<_>>()?, votes })
    }
}

impl Member {
    fn new(model: Model) -> Result<Self> {
        let name = format!("model.{}", model.name());
        let tagger = Tagger::new(model)?;
        let mut meanings = HashMap::new();
        for label in tagger.labels() {
            let found = match tagger.model().meaning(label) {
                Some(NONE) => None,
                Some(said) => Some((category(said, label)?, Kind::Whole)),
                None => meaning(label),
            };
            meanings.extend(found.map(|found| (label.clone(), found)));
        }
        if meanings.is_empty() {
            let labels: Vec<&str> = tagger.labels().iter().take(40).map(String::as_str).collect();
            return Err(Error::config(format!(
                "no label of the model `{}` names a category: it has {}; expected labels such as `name`, `PATIENT` or `DATE`",
                tagger.model().name(),
                labels.join(", ")
            )));
        }
        Ok(Self { tagger, name, meanings })
    }

    fn findings(&self, note: &Note<'_>) -> Result<Vec<Finding>> {
        let text = note.text;
        let entities = self.tagger.tag_until(text, note.cancel)?.into_iter();
        let found = entities.filter_map(|entity| {
            let &(category, kind) = self.meanings.get(&entity.label)?;
            let finding = || Finding::new(entity.span, category, entity.score, self.name.clone()).with_kind(kind);
            identifies(category, entity.span.of(text)).then(finding)
        });
        Ok(found.collect())
    }
}

/// The category that `chartguard.json` says a label means.
fn category(said: &str, label: &str) -> Result<Category> {
    said.parse().map_err(|_| {
        let known = Category::ALL.iter().map(|category| category.as_str()).chain([NONE]);
        Error::unknown(ErrorCode::Config, "category", said, known).at(Location::Key(format!("labels.{label}")))
    })
}

impl Detector for ModelDetector {
    fn detect(&self, note: &Note<'_>, findings: &mut Vec<Finding>) -> Result<()> {
        let found: Vec<Vec<Finding>> =
            self.members.iter().map(|member| member.findings(note)).collect::<Result<_>>()?;
        for (at, own) in found.iter().enumerate() {
            for finding in own {
                let agrees = |others: &Vec<Finding>| {
                    others.iter().any(|other| other.category == finding.category && other.span.overlaps(finding.span))
                };
                let others = found.iter().enumerate().filter(|(other, theirs)| *other != at && agrees(theirs)).count();
                if others + 1 >= self.votes {
                    findings.push(finding.clone());
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::{Model, test_models};
    use crate::scrub::{Policy, Scrubber};

    #[test]
    fn findings_of_a_model_join_the_others() {
        let model = Model::load(test_models().join("tiny-tagger")).unwrap();
        let scrubber = Scrubber::builder().policy(Policy::default()).model(model).build().unwrap();
        let text = "Patient Tanel Brimos was seen on 3/14/2024 by Dr. Kelor.\r\nAge: 94\r\nAge: 45";
        let findings = scrubber.find(text).unwrap();
        let by_model: Vec<_> = findings
            .iter()
            .filter(|f| {
                f.detector == "model.tiny-tagger" || f.also.iter().any(|reason| reason.detector == "model.tiny-tagger")
            })
            .map(|f| (f.span.of(text), f.category))
            .collect();
        for expected in [
            ("Tanel Brimos", Category::Name),
            ("3/14/2024", Category::Date),
            ("Kelor", Category::Name),
            ("94", Category::Age),
        ] {
            assert!(by_model.contains(&expected), "{expected:?} {by_model:?}");
        }
        let output = scrubber.scrub(text).unwrap().text;
        for gone in ["Tanel", "Brimos", "3/14", "Kelor", "94"] {
            assert!(!output.contains(gone), "{gone}");
        }
        assert!(output.contains("Age: 45"));
        assert!(scrubber.find("").unwrap().is_empty());
    }

    #[test]
    fn a_model_whose_labels_mean_nothing_is_refused() {
        let directory = crate::infer::TestDirectory::from("tiny-tagger");
        directory.edit("config.json", |config| {
            for (label, other) in [("PATIENT", "DRUG"), ("DOCTOR", "DOSE"), ("DATE", "GENE"), ("AGE", "STATE")] {
                *config = config.replace(label, other);
            }
        });
        let model = Model::load(directory.path()).unwrap();
        let error = Scrubber::builder().model(model).build().unwrap_err();
        assert!(error.is_config());
        assert!(error.message().contains("DRUG"), "{error}");
    }

    #[test]
    fn a_model_that_fails_leaves_no_output() {
        let directory = crate::infer::TestDirectory::from("tiny-tagger");
        directory.replace("model.onnx", "broken/nan.onnx");
        let scrubber = Scrubber::builder().model(Model::load(directory.path()).unwrap()).build().unwrap();
        assert!(scrubber.scrub("The patient agreed.").is_ok());
        let error = scrubber.scrub("Patient Tanel Brimos saw a zebra.").unwrap_err();
        assert!(error.is_model());
        assert!(!error.to_string().contains("Tanel"));
    }

    #[test]
    fn labels_mean_what_the_directory_says() {
        let directory = crate::infer::TestDirectory::from("tiny-tagger");
        let manifest = directory.path().join("chartguard.json");
        std::fs::write(&manifest, r#"{"labels": {"PATIENT": "other_id", "DATE": "none"}}"#).unwrap();
        let detector = ModelDetector::new(vec![Model::load(directory.path()).unwrap()], 1).unwrap();
        let meanings = &detector.members[0].meanings;
        assert_eq!(meanings["PATIENT"].0, Category::OtherId);
        assert_eq!(meanings["DOCTOR"].0, Category::Name);
        assert!(!meanings.contains_key("DATE"));
        std::fs::write(&manifest, r#"{"labels": {"PATIENT": "nmae"}}"#).unwrap();
        let error = ModelDetector::new(vec![Model::load(directory.path()).unwrap()], 1).err().unwrap();
        assert!(error.to_string().contains("`name`") && error.to_string().contains("labels.PATIENT"), "{error}");
    }

    #[test]
    fn models_join_their_findings_or_vote() {
        let text = "Patient Tanel Brimos was seen on 3/14/2024 by Dr. Kelor.";
        let blind = crate::infer::TestDirectory::from("tiny-tagger-bytes");
        let thresholds = r#"{"thresholds": {"PATIENT": 1.0, "DOCTOR": 1.0}}"#;
        std::fs::write(blind.path().join("chartguard.json"), thresholds).unwrap();
        let models =
            || vec![Model::load(test_models().join("tiny-tagger")).unwrap(), Model::load(blind.path()).unwrap()];
        let found = |votes| {
            let mut findings = Vec::new();
            let detector = ModelDetector::new(models(), votes).unwrap();
            detector.detect(&Note::new(text, &[]), &mut findings).unwrap();
            let mut found: Vec<&str> = findings.iter().map(|finding| finding.span.of(text)).collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        assert_eq!(found(1), ["3/14/2024", "Kelor", "Tanel Brimos"]);
        assert_eq!(found(2), ["3/14/2024"]);
        assert!(ModelDetector::new(models(), 3).err().unwrap().is_config());
    }
}
