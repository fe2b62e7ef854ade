//! The Python module. Each function parses its arguments, calls the core without the GIL, and maps the error.

#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes, reason = "these are Python docstrings")]
#![allow(clippy::unused_self, reason = "Python methods")]

mod analyzer;
mod audit;
mod cancel;
mod column;
mod error;
mod infer;
mod key;
mod message;
mod model;
mod notebook;
mod pickle;
mod process;
mod registry;
mod rubric;
mod scrubber;
mod search;
mod stream;
mod tagger;
mod vault;

use pyo3::prelude::*;

/// The compiled part of chartguard.
#[pymodule(gil_used = false)]
mod _chartguard {
    #[pymodule_export]
    use crate::analyzer::{Analyzer, Outcome};
    #[pymodule_export]
    use crate::audit::{Access, AuditLog};
    #[pymodule_export]
    use crate::cancel::Cancel;
    #[pymodule_export]
    use crate::column::{_analyze_source, _restore_source, ArrowColumn};
    #[pymodule_export]
    use crate::error::{
        AccessError, CancelledError, ChartguardError, ConfigError, FileError, InferenceError, InputError,
        InternalError, ModelError, RubricError, SecretKeyError, TamperedError,
    };
    #[pymodule_export]
    use crate::infer::{Classifier, Embedder, PairScorer};
    #[pymodule_export]
    use crate::key::Key;
    #[pymodule_export]
    use crate::message::{MessageFinding, MessageReport, ScrubbedMessage, message_notes};
    #[pymodule_export]
    use crate::model::Model;
    #[pymodule_export]
    use crate::pickle::{
        _build_scrubber, _criterion, _finding, _message, _message_finding, _outcome, _reason, _report, _scrubbed,
    };
    #[pymodule_export]
    use crate::registry::{_open_registry, Registry};
    #[pymodule_export]
    use crate::rubric::{Criterion, Report, Rubric, Scorer, facts, units};
    #[pymodule_export]
    use crate::scrubber::{Finding, Reason, Scrubbed, Scrubber};
    #[pymodule_export]
    use crate::search::{Passage, SearchIndex};
    #[pymodule_export]
    use crate::stream::{Released, ScrubStream};
    #[pymodule_export]
    use crate::tagger::{Entity, Tagger};
    #[pymodule_export]
    use crate::vault::{Vault, restore, restore_message};
    use pyo3::prelude::*;

    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "a Python name")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    /// Runs the command line and returns its exit status.
    #[pyfunction]
    fn _run_command(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
        py.detach(|| chartguard::cli::run(arguments))
    }
}
