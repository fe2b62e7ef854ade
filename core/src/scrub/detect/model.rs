//! Findings of a token classification model.

use std::collections::HashMap;

use super::{Detector, Note};
use crate::error::{Error, Result};
use crate::infer::{Model, Tagger};
use crate::scrub::labels::{identifies, meaning};
use crate::scrub::{Category, Finding, Kind};

/// A token classifier some of whose labels are categories.
pub(crate) struct ModelDetector {
    tagger: Tagger,
    name: String,
    meanings: HashMap<String, (Category, Kind)>,
}

impl ModelDetector {
    /// Checks that the model's labels name categories.
    pub(crate) fn new(model: Model) -> Result<Self> {
        let name = format!("model.{}", model.name());
        let tagger = Tagger::new(model)?;
        let meanings: HashMap<_, _> =
            tagger.labels().iter().filter_map(|label| Some((label.clone(), meaning(label)?))).collect();
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
}

impl Detector for ModelDetector {
    fn detect(&self, note: &Note<'_>, findings: &mut Vec<Finding>) -> Result<()> {
        for entity in self.tagger.tag(note.text)? {
            let Some(&(category, kind)) = self.meanings.get(&entity.label) else { continue };
            if identifies(category, entity.span.of(note.text)) {
                findings.push(Finding::new(entity.span, category, entity.score, self.name.clone()).with_kind(kind));
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
}
