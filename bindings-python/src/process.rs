//! What belongs to the process that opened it: a lock, an open file and what is known of its end would be shared by a fork, or copied.

use pyo3::prelude::*;

use crate::error::config;

/// The process in which something was opened.
pub(crate) struct Home(u32);

impl Home {
    /// This process.
    pub(crate) fn here() -> Self {
        Self(std::process::id())
    }

    /// Refuses what was opened in the process that this one was forked from.
    pub(crate) fn check(&self, py: Python<'_>, what: &str) -> PyResult<()> {
        if self.0 == std::process::id() {
            return Ok(());
        }
        Err(config(py, format!("it was opened in another process: {}", how(what)), what))
    }
}

/// Why something does not go to another process.
pub(crate) fn not_pickled(py: Python<'_>, what: &str) -> PyErr {
    config(py, format!("it is not pickled or copied: {}", how(what)), what)
}

fn how(what: &str) -> &'static str {
    match what {
        "vault" => {
            "one process at a time writes a vault, so each worker opens a file of its own; any number may read one (read_only=True)"
        }
        _ => "one process at a time writes an audit log, so each worker opens a file of its own",
    }
}
