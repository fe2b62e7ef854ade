//! The test that a model directory carries: a text, and what the model must give for it.

use super::manifest::{Expected, MANIFEST};
use super::{Classifier, Embedder, Model, PairScorer, Tagger};
use crate::error::{Error, Location, Result};

impl Model {
    /// Runs the test that `chartguard.json` carries (`smoke`); false where it carries none.
    ///
    /// # Errors
    /// When the model gives something else than the test says, or fails.
    pub fn check(&self) -> Result<bool> {
        let Some(smoke) = &self.0.manifest.smoke else { return Ok(false) };
        let failed = |what: String| {
            Err(Error::model(what).at(Location::Key("smoke".into())).at(Location::File(MANIFEST.into())))
        };
        let near = |given: f32, expected: f32| (given - expected).abs() <= smoke.tolerance;
        match &smoke.expected {
            Expected::Entities(expected) => {
                let found = Tagger::new(self.clone())?.tag(&smoke.text)?;
                let found: Vec<(&str, &str)> =
                    found.iter().map(|entity| (entity.span.of(&smoke.text), entity.label.as_str())).collect();
                let same = found.len() == expected.len()
                    && found.iter().zip(expected).all(|(a, b)| (a.0, a.1) == (b.0.as_str(), b.1.as_str()));
                if !same {
                    return failed(format!(
                        "the model finds {} entities that are not the {} expected",
                        found.len(),
                        expected.len()
                    ));
                }
            }
            Expected::Labels(expected) => {
                let found = Classifier::new(self.clone())?.classify(&smoke.text)?;
                for (label, score) in expected {
                    let given = found.iter().find(|one| one.label == *label).map(|one| one.score);
                    if !given.is_some_and(|given| near(given, *score)) {
                        return failed(format!("the model scores the label `{label}` with {given:?}, not {score}"));
                    }
                }
            }
            Expected::Embedding(expected) => {
                let found = Embedder::new(self.clone())?.embed(&smoke.text)?;
                let at = expected
                    .iter()
                    .enumerate()
                    .position(|(at, value)| !found.get(at).is_some_and(|v| near(*v, *value)));
                if let Some(at) = at {
                    return failed(format!(
                        "component {at} of the embedding is {:?}, not {}",
                        found.get(at),
                        expected[at]
                    ));
                }
            }
            Expected::Similarity(expected) => {
                let found =
                    PairScorer::new(self.clone())?.score(&smoke.text, smoke.pair.as_deref().unwrap_or_default())?;
                if !near(found, *expected) {
                    return failed(format!("the model scores the pair with {found}, not {expected}"));
                }
            }
        }
        Ok(true)
    }
}
