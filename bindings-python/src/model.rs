//! A loaded model.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::error::run;

/// A token classification model loaded from a directory, run in this process.
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
    ///     Holds ``model.onnx``, ``tokenizer.json`` and ``config.json`` with ``id2label``.
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

    /// The labels it gives, in the order of its outputs.
    #[getter]
    fn labels(&self) -> Vec<String> {
        self.0.labels().to_vec()
    }

    fn __repr__(&self) -> String {
        format!("<chartguard.Model {}>", self.0.name())
    }
}
