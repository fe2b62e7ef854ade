//! `chartguard model check`.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::OK;
use super::output::{Outcome, Output};

#[derive(Subcommand)]
pub(super) enum ModelCommand {
    /// Load a model directory, run it once, and say what it is
    Check {
        /// A directory as Hugging Face Optimum exports it
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
}

pub(super) fn run(command: &ModelCommand) -> Outcome {
    let ModelCommand::Check { directory } = command;
    let mut output = Output::stdout();
    output.write(&describe(directory)?)?;
    output.finish()?;
    Ok(OK)
}

#[cfg(feature = "onnx")]
fn describe(directory: &Path) -> crate::Result<String> {
    use std::fmt::Write;

    use crate::infer::{Classifier, Embedder, Model, PairScorer, Tagger, Task};

    const NOTE: &str = "Patient Jane Doe was seen on 3/14/2024.";

    let model = Model::load(directory)?;
    match model.task() {
        Task::TokenClassification => drop(Tagger::new(model.clone())?.tag(NOTE)?),
        Task::TextClassification => drop(Classifier::new(model.clone())?.classify(NOTE)?),
        Task::SentenceEmbedding => drop(Embedder::new(model.clone())?.embed(NOTE)?),
        Task::PairSimilarity => drop(PairScorer::new(model.clone())?.score(NOTE, NOTE)?),
    }
    let (name, task, window) = (model.name(), model.task(), model.max_tokens());
    let mut out = format!("{name}: loads and runs\ntask: {task}\n");
    for (what, said) in [("version", model.version()), ("licence", model.licence())] {
        let _ = said.map(|said| writeln!(out, "{what}: {said}"));
    }
    if !model.labels().is_empty() {
        let _ = writeln!(out, "labels: {}", model.labels().join(" "));
    }
    let _ = writeln!(out, "window: {window} tokens");
    let _ = writeln!(out, "smoke test: {}", if model.check()? { "passes" } else { "none" });
    Ok(out)
}

#[cfg(not(feature = "onnx"))]
fn describe(_directory: &Path) -> crate::Result<String> {
    Err(crate::Error::config("this build runs no models: build it with feature `onnx`"))
}
