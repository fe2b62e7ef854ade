//! A loaded model, and the models that a scrubber is given.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::error::{config, run};

/// A model loaded from a directory, run in this process: for a `Tagger`, `Classifier`, `Embedder` or `PairScorer`, as its `task` says, and
/// one that labels words for `Scrubber(model=...)`.
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Model(pub(crate) chartguard::infer::Model, pub(crate) Place);

/// Where another process finds a model again.
#[derive(Clone)]
pub(crate) enum Place {
    /// Its directory.
    Directory(PathBuf),
    /// The directory and options of a registry, and the model's name there, with its version.
    Registry(PathBuf, String, String),
}

impl Place {
    /// The arguments of `_pickling.model`.
    pub(crate) fn arguments<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        match self {
            Self::Directory(directory) => (directory.display().to_string(),).into_pyobject(py),
            Self::Registry(directory, options, reference) => {
                (directory.display().to_string(), options, reference).into_pyobject(py)
            }
        }
    }
}

#[pymethods]
impl Model {
    /// Load a directory as Hugging Face Optimum exports it.
    ///
    /// Parameters
    /// ----------
    /// directory : str or os.PathLike
    ///     Holds ``model.onnx``, ``tokenizer.json`` and ``config.json`` with ``id2label``
    ///     where it gives labels; ``chartguard.json``, if it is there, says what these have no place for.
    ///
    /// Returns
    /// -------
    /// Model
    ///
    /// Raises
    /// ------
    /// ModelError
    ///     A file is missing, corrupt or of the wrong shape; the message says what was expected.
    #[staticmethod]
    fn load(py: Python<'_>, directory: PathBuf) -> PyResult<Self> {
        let place = std::path::absolute(&directory).unwrap_or_else(|_| directory.clone());
        run(py, || chartguard::infer::Model::load(directory)).map(|model| Self(model, Place::Directory(place)))
    }

    /// The model's name: that of its directory.
    #[getter]
    fn name(&self) -> String {
        self.0.name().to_owned()
    }

    /// What it does: "token-classification", "text-classification", "sentence-embedding" or "pair-similarity".
    #[getter]
    fn task(&self) -> &'static str {
        self.0.task().as_str()
    }

    /// The labels it gives, in the order of its outputs.
    #[getter]
    fn labels(&self) -> Vec<String> {
        self.0.labels().to_vec()
    }

    fn __repr__(&self) -> String {
        format!("<chartguard.Model {}>", self.0.name())
    }
}

/// What `model` names, for the configuration, and the models that it holds. Beside one that is loaded, directories are loaded too, so
/// that they keep their order.
pub(crate) fn models<'py>(
    py: Python<'py>,
    model: Option<&Bound<'py, PyAny>>,
) -> PyResult<(Option<Bound<'py, PyAny>>, Vec<chartguard::infer::Model>)> {
    let Some(model) = model else { return Ok((None, Vec::new())) };
    let listed = members(model)?;
    if !listed.iter().any(PyAnyMethods::is_instance_of::<Model>) {
        return Ok((Some(model.clone()), Vec::new()));
    }
    let names = PyList::empty(py);
    let mut loaded = Vec::with_capacity(listed.len());
    for one in listed {
        if let Ok(one) = one.cast::<Model>() {
            loaded.push(one.get().0.clone());
            continue;
        }
        let expected =
            |_| config(py, "a model is \"builtin\", \"none\", a directory, a Model, or a list of these", "model");
        let directory: PathBuf = one.extract().map_err(expected)?;
        if ["builtin", "none"].iter().any(|name| directory.as_os_str() == *name) {
            names.append(one)?;
        } else {
            loaded.push(run(py, || chartguard::infer::Model::load(directory))?);
        }
    }
    let names = if names.is_empty() { None } else { Some(names.into_any()) };
    Ok((names, loaded))
}

/// The members of a list or tuple of models; anything else stands for itself.
pub(crate) fn members<'py>(model: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    if model.is_instance_of::<PyList>() || model.is_instance_of::<PyTuple>() {
        return model.try_iter()?.collect();
    }
    Ok(vec![model.clone()])
}
