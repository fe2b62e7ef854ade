//! What a loaded model is used for beside finding entities: labels, vectors and pairs of texts.

#![allow(clippy::needless_pass_by_value, reason = "arguments are taken out of Python objects")]

use chartguard::infer;
use pyo3::exceptions::PyModuleNotFoundError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict, PyString, PyTuple, PyType};
use rayon::prelude::*;

use crate::error::{config, run, text};
use crate::model::Model;
use crate::scrubber::{batch, over};
use crate::tagger::Tagger;

/// A label and its score, from 0 to 1.
type Scored = (String, f64);

fn scored(labels: Vec<infer::Label>) -> Vec<Scored> {
    labels.into_iter().map(|found| (found.label, f64::from(found.score))).collect()
}

/// Labels whole texts with a text classification model. Immutable; may be shared between threads.
///
/// A text that is longer than the model's window is read in windows that overlap; nothing is cut off.
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
pub(crate) struct Classifier(pub(crate) infer::Classifier, Py<Model>);

#[pymethods]
impl Classifier {
    #[new]
    fn new(py: Python<'_>, model: Py<Model>) -> PyResult<Self> {
        let classifier = run(py, || infer::Classifier::new(model.get().0.clone()))?;
        Ok(Self(classifier, model))
    }

    /// Every label of the model with its score.
    ///
    /// Parameters
    /// ----------
    /// text : str
    ///
    /// Returns
    /// -------
    /// list of (str, float)
    ///     The surest first. Of a model that gives one label the scores add up to 1; of one that may give several each stands for
    ///     itself.
    ///
    /// Raises
    /// ------
    /// InferenceError, InputError
    ///     The model failed, or part of the text could not be shown to it.
    fn classify(&self, py: Python<'_>, text: &Bound<'_, PyString>) -> PyResult<Vec<Scored>> {
        let text = crate::error::text(text)?;
        run(py, || self.0.classify(text).map(scored))
    }

    /// The labels that a text has.
    ///
    /// Parameters
    /// ----------
    /// text : str
    ///
    /// Returns
    /// -------
    /// list of (str, float)
    ///     Of a model that gives one label the surest; of one that may give several those whose score reaches their threshold in
    ///     ``chartguard.json``, 0.5 where it gives none.
    fn labels(&self, py: Python<'_>, text: &Bound<'_, PyString>) -> PyResult<Vec<Scored>> {
        let text = crate::error::text(text)?;
        run(py, || self.0.labels(text).map(scored))
    }

    /// Every label with its score, for many texts.
    ///
    /// Parameters
    /// ----------
    /// texts : iterable of str
    /// threads : int, optional
    ///     Threads to work on; one if not given. Results do not depend on it.
    ///
    /// Returns
    /// -------
    /// list of list of (str, float)
    ///     For each text what `classify` gives, in the order of the texts.
    ///
    /// Raises
    /// ------
    /// ChartguardError
    ///     As `classify`; a note of the error says the index of the text.
    #[pyo3(signature = (texts, *, threads=None, **unknown))]
    #[pyo3(text_signature = "($self, texts, *, threads=None)")]
    fn classify_batch(
        &self,
        py: Python<'_>,
        texts: &Bound<'_, PyAny>,
        threads: Option<usize>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Vec<Vec<Scored>>> {
        crate::error::no_keywords(py, unknown, "Classifier.classify_batch")?;
        batch(py, texts, None, threads, false, |notes| {
            let texts: Vec<&str> = notes.iter().map(|(text, _)| *text).collect();
            Ok(self.0.classify_batch(&texts).into_iter().map(|labels| labels.map(scored)).collect())
        })
    }

    /// Whether a text may have several labels.
    #[getter]
    fn multi_label(&self) -> bool {
        self.0.is_multi_label()
    }
}

/// Gives vectors of texts, near each other where the texts mean the same. Needs NumPy. Immutable; may be shared between threads.
///
/// Vectors have length one, so that a product is a cosine, unless ``chartguard.json`` says otherwise. A text that is longer than the
/// model's window has the mean of its windows' vectors; nothing is cut off. Much of a text can be guessed from its vector: that of a
/// note with protected health information is to be guarded as the note is.
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
pub(crate) struct Embedder(pub(crate) infer::Embedder, Py<Model>);

#[pymethods]
impl Embedder {
    #[new]
    fn new(py: Python<'_>, model: Py<Model>) -> PyResult<Self> {
        let embedder = run(py, || infer::Embedder::new(model.get().0.clone()))?;
        Ok(Self(embedder, model))
    }

    /// The vector of a text.
    ///
    /// Parameters
    /// ----------
    /// text : str
    ///
    /// Returns
    /// -------
    /// numpy.ndarray
    ///     Shape (dimensions,), float32.
    ///
    /// Raises
    /// ------
    /// InferenceError, InputError
    ///     The model failed, or part of the text could not be shown to it.
    /// ModuleNotFoundError
    ///     NumPy is not installed.
    fn embed<'py>(&self, py: Python<'py>, text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        let numpy = numpy(py)?;
        let text = crate::error::text(text)?;
        let vector = run(py, || self.0.embed(text))?;
        array(&numpy, &[vector])
    }

    /// The vectors of many texts.
    ///
    /// Parameters
    /// ----------
    /// texts : iterable of str
    /// threads : int, optional
    ///     Threads to work on; one if not given. Results do not depend on it.
    ///
    /// Returns
    /// -------
    /// numpy.ndarray
    ///     Shape (texts, dimensions), float32: a row for each text, in their order.
    ///
    /// Raises
    /// ------
    /// ChartguardError, ModuleNotFoundError
    ///     As `embed`; a note of the error says the index of the text.
    #[pyo3(signature = (texts, *, threads=None, **unknown))]
    #[pyo3(text_signature = "($self, texts, *, threads=None)")]
    fn embed_batch<'py>(
        &self,
        py: Python<'py>,
        texts: &Bound<'py, PyAny>,
        threads: Option<usize>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        crate::error::no_keywords(py, unknown, "Embedder.embed_batch")?;
        let numpy = numpy(py)?;
        let vectors = batch(py, texts, None, threads, false, |notes| {
            let texts: Vec<&str> = notes.iter().map(|(text, _)| *text).collect();
            Ok(self.0.embed_batch(&texts))
        })?;
        array(&numpy, &vectors)?.call_method1("reshape", (vectors.len(), self.0.dimensions()))
    }

    /// How many components a vector has.
    #[getter]
    fn dimensions(&self) -> usize {
        self.0.dimensions()
    }
}

fn numpy(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    py.import("numpy").map_err(|error| {
        if !error.is_instance_of::<PyModuleNotFoundError>(py) {
            return error;
        }
        PyModuleNotFoundError::new_err("vectors are NumPy arrays: pip install numpy")
    })
}

/// Vectors one after the other, as an array of one dimension that may be written to.
fn array<'py>(numpy: &Bound<'py, PyModule>, vectors: &[Vec<f32>]) -> PyResult<Bound<'py, PyAny>> {
    let bytes: Vec<u8> = vectors.iter().flatten().flat_map(|value| value.to_ne_bytes()).collect();
    numpy.call_method1("frombuffer", (PyByteArray::new(numpy.py(), &bytes), "float32"))
}

/// Says how well two texts go together, with a model that reads both at once. Immutable; may be shared between threads.
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
pub(crate) struct PairScorer(infer::PairScorer, Py<Model>);

#[pymethods]
impl PairScorer {
    #[new]
    fn new(py: Python<'_>, model: Py<Model>) -> PyResult<Self> {
        let scorer = run(py, || infer::PairScorer::new(model.get().0.clone()))?;
        Ok(Self(scorer, model))
    }

    /// How well two texts go together.
    ///
    /// Parameters
    /// ----------
    /// first, second : str
    ///     In the order in which the model was trained, such as question and answer.
    ///
    /// Returns
    /// -------
    /// float
    ///     From 0 to 1.
    ///
    /// Raises
    /// ------
    /// InputError
    ///     Both together are longer than the model takes: nothing is cut off.
    /// InferenceError
    ///     The model failed.
    fn score(&self, py: Python<'_>, first: &Bound<'_, PyString>, second: &Bound<'_, PyString>) -> PyResult<f64> {
        let (first, second) = (text(first)?, text(second)?);
        run(py, || self.0.score(first, second).map(f64::from))
    }

    /// How well the two texts of many pairs go together.
    ///
    /// Parameters
    /// ----------
    /// pairs : iterable of (str, str)
    /// threads : int, optional
    ///     Threads to work on; one if not given. Results do not depend on it.
    ///
    /// Returns
    /// -------
    /// list of float
    ///     For each pair what `score` gives, in the order of the pairs.
    ///
    /// Raises
    /// ------
    /// ConfigError
    ///     One is no pair of texts.
    /// ChartguardError
    ///     As `score`; a note of the error says the index of the pair.
    #[pyo3(signature = (pairs, *, threads=None, **unknown))]
    #[pyo3(text_signature = "($self, pairs, *, threads=None)")]
    fn score_batch(
        &self,
        py: Python<'_>,
        pairs: &Bound<'_, PyAny>,
        threads: Option<usize>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Vec<f64>> {
        crate::error::no_keywords(py, unknown, "PairScorer.score_batch")?;
        let mut held: Vec<(Bound<'_, PyString>, Bound<'_, PyString>)> = Vec::new();
        for (index, pair) in pairs.try_iter()?.enumerate() {
            let wrong = |_| config(py, format!("pair {index} is not two str"), "pairs");
            held.push(pair?.extract().map_err(wrong)?);
        }
        let pairs = held.iter().map(|(a, b)| Ok((text(a)?, text(b)?))).collect::<PyResult<Vec<_>>>()?;
        over(py, &pairs, "pair", threads, false, |pairs| {
            Ok(pairs.par_iter().map(|(first, second)| self.0.score(first, second).map(f64::from)).collect())
        })
    }
}

macro_rules! of_a_model {
    ($($class:ident),*) => { $(
        #[pymethods]
        impl $class {
            /// The model it runs.
            #[getter]
            fn model(&self, py: Python<'_>) -> Py<Model> {
                self.1.clone_ref(py)
            }

            /// Pickles by its model, and so by directory, or by registry, name and version.
            fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyType>, Bound<'py, PyTuple>)> {
                Ok((py.get_type::<Self>(), (self.1.clone_ref(py),).into_pyobject(py)?))
            }

            fn __repr__(&self) -> String {
                format!(concat!("<chartguard.", stringify!($class), " {}>"), self.0.model().name())
            }
        }
    )* };
}

of_a_model!(Tagger, Classifier, Embedder, PairScorer);
