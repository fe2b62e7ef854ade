//! Runs ONNX models in process, through tract. Knows nothing of PHI or rubrics.

pub mod features;
pub mod words;

use std::path::Path;

use crate::error::{Error, Result};

/// A model that was loaded from a directory; cheap to clone, shared between threads.
#[derive(Debug, Clone)]
pub struct Model {}

impl Model {
    /// Loads a model directory as Hugging Face Optimum exports it.
    ///
    /// # Errors
    /// When a file is missing, corrupt, or not of the expected shape.
    pub fn load(_directory: impl AsRef<Path>) -> Result<Self> {
        Err(Error::model("no model can be loaded yet"))
    }
}
