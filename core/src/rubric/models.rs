//! The caller's models: what checks of the kinds `similarity` and `classifier` ask, and what may tell the kind of document.

#[cfg(feature = "onnx")]
use std::collections::{BTreeMap, HashMap};
#[cfg(feature = "onnx")]
use std::sync::Arc;

use super::DocType;
#[cfg(feature = "onnx")]
use super::{Rubric, Scorer, check::Check, schema::Criterion};
#[cfg(feature = "onnx")]
use crate::error::Location;
use crate::error::{Error, Result};
#[cfg(feature = "onnx")]
use crate::infer::{Classifier, Embedder, cosine};

/// The models that a scorer was given. Without the feature `onnx` there are none.
#[derive(Clone, Default)]
pub(crate) struct Models {
    /// A sentence model.
    #[cfg(feature = "onnx")]
    embedder: Option<Embedder>,
    /// Its vectors of the exemplars of the rubric.
    #[cfg(feature = "onnx")]
    exemplars: Option<Arc<HashMap<String, Vec<f32>>>>,
    /// Classification models by the names that the rubric asks for.
    #[cfg(feature = "onnx")]
    classifiers: BTreeMap<String, Classifier>,
    /// What tells the kind of document.
    #[cfg(feature = "onnx")]
    documents: Option<Classifier>,
}

#[cfg(not(feature = "onnx"))]
#[allow(clippy::unused_self, reason = "the same calls with and without models")]
impl Models {
    pub(crate) fn none() -> &'static Self {
        &Self {}
    }

    pub(crate) fn embeds(&self) -> bool {
        false
    }

    pub(crate) fn vector(&self, _: &str) -> Result<Vec<f32>> {
        Err(Error::inference("there is no sentence model"))
    }

    pub(crate) fn near(&self, _: &[f32], _: &str) -> f32 {
        0.0
    }

    pub(crate) fn classifies(&self, _: Option<&str>) -> bool {
        false
    }

    pub(crate) fn score(&self, _: Option<&str>, _: &str, _: &str) -> Result<f32> {
        Err(Error::inference("there is no classification model"))
    }

    pub(super) fn document(&self, _: &str) -> Result<Option<DocType>> {
        Ok(None)
    }
}

#[cfg(feature = "onnx")]
impl Models {
    pub(crate) fn none() -> &'static Self {
        static NONE: Models = Models { embedder: None, exemplars: None, classifiers: BTreeMap::new(), documents: None };
        &NONE
    }

    /// Whether there is a sentence model.
    pub(crate) fn embeds(&self) -> bool {
        self.embedder.is_some()
    }

    /// The vector of a sentence.
    pub(crate) fn vector(&self, text: &str) -> Result<Vec<f32>> {
        let missing = || Error::inference("there is no sentence model");
        self.embedder.as_ref().ok_or_else(missing)?.embed(text)
    }

    /// The cosine of a vector with that of an exemplar.
    pub(crate) fn near(&self, vector: &[f32], exemplar: &str) -> f32 {
        let known = self.exemplars.as_ref().and_then(|known| known.get(exemplar));
        known.map_or(0.0, |other| cosine(vector, other))
    }

    fn classifier(&self, name: Option<&str>) -> Option<&Classifier> {
        match name {
            Some(name) => self.classifiers.get(name),
            None => self.classifiers.values().next().filter(|_| self.classifiers.len() == 1),
        }
    }

    /// Whether there is a classification model of that name, or exactly one where none is given.
    pub(crate) fn classifies(&self, name: Option<&str>) -> bool {
        self.classifier(name).is_some()
    }

    /// How sure a classification model is of a label, 0 to 1.
    pub(crate) fn score(&self, name: Option<&str>, label: &str, text: &str) -> Result<f32> {
        let missing = || Error::inference("there is no classification model");
        let found = self.classifier(name).ok_or_else(missing)?.classify(text)?;
        Ok(found.iter().find(|one| one.label == label).map_or(0.0, |one| one.score))
    }

    /// What the classification model for documents says a text is; `None` without one, or where it is in doubt.
    pub(super) fn document(&self, text: &str) -> Result<Option<DocType>> {
        let Some(classifier) = &self.documents else { return Ok(None) };
        let found = classifier.classify(text)?;
        let surest = found.first().filter(|one| one.score >= 0.5);
        Ok(surest.map(|one| document(classifier, &one.label).unwrap_or(DocType::Unknown)))
    }
}

/// What a label says that a document is.
#[cfg(feature = "onnx")]
fn document(classifier: &Classifier, label: &str) -> Option<DocType> {
    classifier.model().meaning(label).unwrap_or(label).to_lowercase().parse().ok()
}

#[cfg(feature = "onnx")]
impl Scorer {
    /// The same scorer with a sentence model, for checks of the kind `similarity`; without, they are not assessable.
    ///
    /// # Errors
    /// When the model fails on a sentence of the rubric.
    pub fn with_embedder(mut self, embedder: Embedder) -> Result<Self> {
        let mut known = HashMap::new();
        for text in checks(&self.rubric).flat_map(|(_, check)| check.exemplars()) {
            if !known.contains_key(text) {
                known.insert(text.to_owned(), embedder.embed(text)?);
            }
        }
        self.models.embedder = Some(embedder);
        self.models.exemplars = Some(Arc::new(known));
        Ok(self)
    }

    /// The same scorer with a classification model under the name that checks of the kind `classifier` give; a check that gives none asks
    /// the only one there is. Without, such checks are not assessable.
    ///
    /// # Errors
    /// When the rubric asks the model of that name for a label it does not have: the criterion and the label are named.
    pub fn with_classifier(mut self, name: impl Into<String>, classifier: Classifier) -> Result<Self> {
        let name = name.into();
        for (criterion, check) in checks(&self.rubric) {
            for (model, label) in check.labels() {
                let asked = model.is_none_or(|model| model == name);
                if asked && !classifier.model().labels().iter().any(|own| own == label) {
                    let what = format!("the classification model `{name}` has no label `{label}`");
                    return Err(Error::rubric(what).at(Location::Key(format!("criteria.{}", criterion.id))));
                }
            }
        }
        self.models.classifiers.insert(name, classifier);
        Ok(self)
    }

    /// The same scorer with a classification model that tells the kind of document where the caller does not say, in place of the one
    /// built in. Its labels, or what `chartguard.json` says they mean, are the names of [`DocType`]; any other is a document of no known
    /// kind. Where it is less than half sure, the one built in speaks.
    ///
    /// # Errors
    /// When none of its labels names a kind of document.
    pub fn with_document_classifier(mut self, classifier: Classifier) -> Result<Self> {
        let labels = classifier.model().labels();
        if !labels.iter().any(|label| document(&classifier, label).is_some()) {
            let name = classifier.model().name();
            return Err(Error::model(format!("no label of the model `{name}` names a kind of document")));
        }
        self.models.documents = Some(classifier);
        Ok(self)
    }
}

/// Every check of a rubric with its criterion.
#[cfg(feature = "onnx")]
fn checks(rubric: &Rubric) -> impl Iterator<Item = (&Criterion, &Check)> {
    rubric.criteria().iter().flat_map(|c| {
        let own = [&c.applies_when, &c.assessable_when, &c.requires, &c.forbids];
        own.into_iter().flatten().map(move |check| (c, check))
    })
}
