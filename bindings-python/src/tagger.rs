//! Entities in texts.

#![allow(clippy::needless_pass_by_value, reason = "arguments are taken out of Python objects")]

use chartguard::infer;
use chartguard::text::Offsets;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use crate::error::run;
use crate::model::Model;
use crate::scrubber::batch;

/// Finds entities with a token classification model. Immutable; may be shared between threads.
///
/// The whole text goes through the model, in windows that overlap; nothing is cut off. `Scrubber(model=...)` removes what such a model
/// finds; this says only what it finds.
///
/// Parameters
/// ----------
/// model : Model
///
/// Raises
/// ------
/// ModelError
///     The model is for another task.
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Tagger(pub(crate) infer::Tagger, pub(crate) Py<Model>);

#[pymethods]
impl Tagger {
    #[new]
    fn new(py: Python<'_>, model: Py<Model>) -> PyResult<Self> {
        let tagger = run(py, || infer::Tagger::new(model.get().0.clone()))?;
        Ok(Self(tagger, model))
    }

    /// The entities of a text.
    ///
    /// Parameters
    /// ----------
    /// text : str
    ///
    /// Returns
    /// -------
    /// list of Entity
    ///     In the order of the text, not overlapping.
    ///
    /// Raises
    /// ------
    /// InferenceError, InputError
    ///     The model failed, or part of the text could not be shown to it.
    fn tag(&self, py: Python<'_>, text: &Bound<'_, PyString>) -> PyResult<Vec<Entity>> {
        let text = crate::error::text(text)?;
        run(py, || Ok(Entity::of(text, self.0.tag(text)?)))
    }

    /// The entities of many texts.
    ///
    /// Parameters
    /// ----------
    /// texts : iterable of str
    /// threads : int, optional
    ///     Threads to work on; one if not given. Results do not depend on it.
    ///
    /// Returns
    /// -------
    /// list of list of Entity
    ///     For each text what `tag` gives, in the order of the texts.
    ///
    /// Raises
    /// ------
    /// ChartguardError
    ///     As `tag`; a note of the error says the index of the text.
    #[pyo3(signature = (texts, *, threads=None, **unknown))]
    #[pyo3(text_signature = "($self, texts, *, threads=None)")]
    fn tag_batch(
        &self,
        py: Python<'_>,
        texts: &Bound<'_, PyAny>,
        threads: Option<usize>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Vec<Vec<Entity>>> {
        crate::error::no_keywords(py, unknown, "Tagger.tag_batch")?;
        batch(py, texts, None, threads, false, |notes| {
            let texts: Vec<&str> = notes.iter().map(|(text, _)| *text).collect();
            let tagged = self.0.tag_batch(&texts).into_iter().zip(&texts);
            Ok(tagged.map(|(found, text)| found.map(|found| Entity::of(text, found))).collect())
        })
    }

    /// The labels that entities can have: those of the model, each once, without "B-" and "I-".
    #[getter]
    fn labels(&self) -> Vec<String> {
        self.0.labels().to_vec()
    }
}

/// Something that a tagger found in a text. Holds no text.
///
/// Attributes
/// ----------
/// start, end : int
///     Half-open range of code points of the text: ``text[start:end]``.
/// label : str
///     The model's label without its "B-" or "I-".
/// score : float
///     How sure, from 0 to 1: the mean probability of its words' labels.
#[pyclass(frozen, eq, hash, module = "chartguard")]
#[derive(Clone, PartialEq)]
pub(crate) struct Entity {
    #[pyo3(get)]
    start: usize,
    #[pyo3(get)]
    end: usize,
    #[pyo3(get)]
    label: String,
    #[pyo3(get)]
    score: f64,
}

impl std::hash::Hash for Entity {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.start, self.end, &self.label).hash(state);
    }
}

impl Entity {
    fn of(text: &str, found: Vec<infer::Entity>) -> Vec<Self> {
        let offsets = Offsets::new(text);
        let entity = |found: infer::Entity| Self {
            start: offsets.code_point(found.span.start),
            end: offsets.code_point(found.span.end),
            label: found.label,
            score: f64::from(found.score),
        };
        found.into_iter().map(entity).collect()
    }
}

#[pymethods]
impl Entity {
    #[new]
    fn new(start: usize, end: usize, label: String, score: f64) -> Self {
        Self { start, end, label, score }
    }

    /// The entity as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let out = PyDict::new(py);
        out.set_item("start", self.start)?;
        out.set_item("end", self.end)?;
        out.set_item("label", &self.label)?;
        out.set_item("score", self.score)?;
        Ok(out)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, PyType>, (usize, usize, String, f64)) {
        (py.get_type::<Self>(), (self.start, self.end, self.label.clone(), self.score))
    }

    fn __repr__(&self) -> String {
        let Self { start, end, label, score } = self;
        format!("Entity({start}, {end}, {label:?}, {score})")
    }
}
