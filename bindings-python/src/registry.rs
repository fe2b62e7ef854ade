//! The registry of models.

#![allow(clippy::needless_pass_by_value, reason = "arguments are taken out of Python objects")]

use std::path::PathBuf;
use std::time::Instant;

use chartguard::infer::RegistryOptions;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::{Value, json};

use crate::error::{config, run};
use crate::model::{Model, Place};

/// Named, versioned models in a directory: pinned by the SHA-256 of their files, made active after a smoke test, loaded when
/// they are first asked for and unloaded when their room is needed.
///
/// May be shared between threads and processes: whoever changes something waits for others that do, readers never wait. A model
/// is in use, and stays in memory, as long as there is a `Model` of it or a scrubber with it.
///
/// Parameters
/// ----------
/// directory : str or os.PathLike
///     Must be there; an empty one is an empty registry.
/// memory : int, optional
///     How many bytes the models in memory may take together. `status` says how many each takes.
/// wait : float, optional
///     How many seconds a request waits for room while all models in memory are in use; 30 if not given.
///
/// Raises
/// ------
/// ConfigError
///     There is no such directory, or an option is wrong.
///
/// Examples
/// --------
/// >>> import tempfile
/// >>> import chartguard
/// >>> registry = chartguard.Registry(tempfile.mkdtemp(), memory=4_000_000_000)
/// >>> registry.status()["models"]
/// []
#[pyclass(frozen, module = "chartguard")]
pub(crate) struct Registry {
    inner: chartguard::infer::Registry,
    pub(crate) directory: PathBuf,
    pub(crate) options: Value,
}

#[pymethods]
impl Registry {
    #[new]
    #[pyo3(signature = (directory, *, memory=None, wait=None, **unknown))]
    #[pyo3(text_signature = "(directory, *, memory=None, wait=None)")]
    fn new(
        py: Python<'_>,
        directory: PathBuf,
        memory: Option<i64>,
        wait: Option<f64>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        crate::error::no_keywords(py, unknown, "Registry")?;
        if wait.is_some_and(|wait| !wait.is_finite()) {
            return Err(config(py, "a number of seconds is expected", "wait"));
        }
        Self::open(py, directory, json!({"memory": memory, "wait_seconds": wait}))
    }

    /// Copy a model directory in as a version of a model, after it was loaded and run. It is not active yet.
    ///
    /// Parameters
    /// ----------
    /// name, version : str
    ///     Up to 64 lower-case letters, digits, ".", "_" and "-" each.
    /// directory : str or os.PathLike
    ///     As `Model.load` takes it. Files whose names begin with a dot are left out.
    ///
    /// Raises
    /// ------
    /// ModelError, ConfigError, FileError
    ///     The model cannot be loaded, there is such a version already, or the name is not one that a model can have.
    fn add(&self, py: Python<'_>, name: &str, version: &str, directory: PathBuf) -> PyResult<()> {
        run(py, || self.inner.add(name, version, directory))
    }

    /// Make a version the active one, after its files were checked and it passed its own smoke test.
    ///
    /// Raises
    /// ------
    /// ModelError, InferenceError, ConfigError
    ///     It did not, or there is no such version; what was active stays so.
    fn activate(&self, py: Python<'_>, name: &str, version: &str) -> PyResult<()> {
        run(py, || self.inner.activate(name, version))
    }

    /// Make the version active that was so before the present one.
    ///
    /// Returns
    /// -------
    /// str
    ///     The version that is active now.
    fn rollback(&self, py: Python<'_>, name: &str) -> PyResult<String> {
        run(py, || self.inner.rollback(name))
    }

    /// Remove a version that is neither active nor the one to roll back to.
    fn remove(&self, py: Python<'_>, name: &str, version: &str) -> PyResult<()> {
        run(py, || self.inner.remove(name, version))
    }

    /// Check the files of a model, load it anew, and run its smoke test.
    ///
    /// Parameters
    /// ----------
    /// reference : str
    ///     "NAME" for the active version, or "NAME@VERSION".
    fn check(&self, py: Python<'_>, reference: &str) -> PyResult<()> {
        run(py, || self.inner.check(reference).map(drop))
    }

    /// A model, from memory or loaded: for `Scrubber(model=...)`, among others.
    ///
    /// Parameters
    /// ----------
    /// reference : str
    ///     "NAME" for the active version, or "NAME@VERSION".
    ///
    /// Returns
    /// -------
    /// Model
    ///     Pickles by registry, name and version.
    ///
    /// Raises
    /// ------
    /// ModelError, ConfigError
    ///     There is no such model, a file of it was changed, it cannot be loaded, or there is no room for it.
    fn get(&self, py: Python<'_>, reference: &str) -> PyResult<Model> {
        let model = run(py, || self.inner.get(reference))?;
        let place = Place::Registry(self.directory.clone(), self.options.to_string(), model.name().to_owned());
        Ok(Model(model, place))
    }

    /// What can be said of each version of each model.
    ///
    /// Returns
    /// -------
    /// dict
    ///     "memory", "used" and "most_used" in bytes, and "models", a list of dicts: "name", "version", "active", "previous",
    ///     "sha256", "loaded", "in_use", "bytes", "calls", "mean_ms", "p95_ms" (of the last thousand calls), "last_error". Calls are
    ///     those of models that this registry gave.
    fn status<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let status = run(py, || self.inner.status())?;
        py.import("json")?.call_method1("loads", (json!(status).to_string(),))
    }

    fn __repr__(&self) -> String {
        format!("<chartguard.Registry {}>", self.directory.display())
    }
}

impl Registry {
    pub(crate) fn open(py: Python<'_>, directory: PathBuf, options: Value) -> PyResult<Self> {
        let directory = std::path::absolute(&directory).unwrap_or(directory);
        let inner = run(py, || {
            let start = Instant::now();
            let given = RegistryOptions::from_json(&options.to_string())?.clock(move || start.elapsed());
            chartguard::infer::Registry::open(&directory, given)
        })?;
        Ok(Self { inner, directory, options })
    }
}

/// A registry from what one was built from.
#[pyfunction]
pub(crate) fn _open_registry(py: Python<'_>, directory: PathBuf, options: &str) -> PyResult<Registry> {
    Registry::open(py, directory, serde_json::from_str(options).unwrap_or_default())
}
