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
    use crate::infer::{Model, Tagger};

    let model = Model::load(directory)?;
    Tagger::new(model.clone())?.tag("Patient Jane Doe was seen on 3/14/2024.")?;
    let (name, labels, window) = (model.name(), model.labels().join(" "), model.max_tokens());
    Ok(format!("{name}: loads and runs\nlabels: {labels}\nwindow: {window} tokens\n"))
}

#[cfg(not(feature = "onnx"))]
fn describe(_directory: &Path) -> crate::Result<String> {
    Err(crate::Error::config("this build runs no models: build it with feature `onnx`"))
}
