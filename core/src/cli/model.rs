//! `chartguard model`: model directories, and registries of them.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::OK;
use super::output::{Outcome, Output};
use crate::error::{Error, Result};

#[derive(Subcommand)]
pub(super) enum ModelCommand {
    /// Load a model, run it once and through its own smoke test, and say what it is
    Check {
        /// A directory as Hugging Face Optimum exports it; with --registry a model in it, whose files are checked first
        #[arg(value_name = "DIR|NAME[@VERSION]")]
        model: PathBuf,
        /// A registry of models: its directory
        #[arg(long, value_name = "DIR")]
        registry: Option<PathBuf>,
    },
    /// List the models of a registry and their versions
    List {
        #[command(flatten)]
        registry: RegistryArgs,
        /// Print all that can be said of them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Copy a model directory into a registry as a new version, after loading and running it
    Add {
        #[command(flatten)]
        registry: RegistryArgs,
        /// What to call it, such as clinical-ner@1.2.0: lower-case letters, digits, `.`, `_` and `-`
        #[arg(value_name = "NAME@VERSION")]
        model: String,
        /// A directory as Hugging Face Optimum exports it
        #[arg(value_name = "DIR")]
        directory: PathBuf,
        /// Also make it the active version
        #[arg(long)]
        activate: bool,
    },
    /// Make a version the active one, after its files were checked and it passed its own smoke test
    Activate {
        #[command(flatten)]
        registry: RegistryArgs,
        #[arg(value_name = "NAME@VERSION")]
        model: String,
    },
    /// Make the version active again that was so before
    Rollback {
        #[command(flatten)]
        registry: RegistryArgs,
        #[arg(value_name = "NAME")]
        model: String,
    },
    /// Remove a version that is neither active nor the one to roll back to
    Remove {
        #[command(flatten)]
        registry: RegistryArgs,
        #[arg(value_name = "NAME@VERSION")]
        model: String,
    },
}

#[derive(Args)]
pub(super) struct RegistryArgs {
    /// The registry: a directory, which may be empty at first
    #[arg(long, value_name = "DIR")]
    registry: PathBuf,
}

pub(super) fn run(command: &ModelCommand) -> Outcome {
    let text = match command {
        ModelCommand::Check { model, registry: None } => described(&crate::infer::Model::load(model)?)?,
        ModelCommand::Check { model, registry: Some(registry) } => {
            described(&open(registry)?.check(&model.to_string_lossy())?)?
        }
        ModelCommand::List { registry, json } => listed(&registry.open()?, *json)?,
        ModelCommand::Add { registry, model, directory, activate } => {
            let (name, version) = named(model)?;
            let registry = registry.open()?;
            registry.add(name, version, directory)?;
            if *activate {
                registry.activate(name, version)?;
            }
            format!("{model}: {}\n", if *activate { "added and active" } else { "added" })
        }
        ModelCommand::Activate { registry, model } => {
            let (name, version) = named(model)?;
            registry.open()?.activate(name, version)?;
            format!("{model}: active\n")
        }
        ModelCommand::Rollback { registry, model } => {
            let version = registry.open()?.rollback(model)?;
            format!("{model}@{version}: active\n")
        }
        ModelCommand::Remove { registry, model } => {
            let (name, version) = named(model)?;
            registry.open()?.remove(name, version)?;
            format!("{model}: removed\n")
        }
    };
    let mut output = Output::stdout();
    output.write(&text)?;
    output.finish()?;
    Ok(OK)
}

impl RegistryArgs {
    fn open(&self) -> Result<crate::infer::Registry> {
        open(&self.registry)
    }
}

/// Opens a registry for one command, which needs neither a budget nor times.
pub(super) fn open(directory: &Path) -> Result<crate::infer::Registry> {
    crate::infer::Registry::open(directory, crate::infer::RegistryOptions::new())
}

fn named(model: &str) -> Result<(&str, &str)> {
    model.split_once('@').ok_or_else(|| Error::config("a version is needed: NAME@VERSION"))
}

fn described(model: &crate::infer::Model) -> Result<String> {
    use crate::infer::{Classifier, Embedder, PairScorer, Tagger, Task};

    const NOTE: &str = "Patient Jane Doe was seen on 3/14/2024.";
    match model.task() {
        Task::TokenClassification => Tagger::new(model.clone())?.tag(NOTE).map(drop)?,
        Task::TextClassification => Classifier::new(model.clone())?.classify(NOTE).map(drop)?,
        Task::SentenceEmbedding => Embedder::new(model.clone())?.embed(NOTE).map(drop)?,
        Task::PairSimilarity => PairScorer::new(model.clone())?.score(NOTE, NOTE).map(drop)?,
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
    let _ = writeln!(out, "smoke test: {}", if model.check()? { "passed" } else { "none is in chartguard.json" });
    Ok(out)
}

fn listed(registry: &crate::infer::Registry, json: bool) -> Result<String> {
    let status = registry.status()?;
    if json {
        return serde_json::to_string_pretty(&status)
            .map(|json| json + "\n")
            .map_err(|_| Error::internal("the status cannot be written"));
    }
    let mut out = String::new();
    for model in &status.models {
        let standing = match (model.active, model.previous) {
            (true, _) => "active",
            (false, true) => "previous",
            (false, false) => "",
        };
        let sha256 = model.sha256.as_deref().map_or("", |sha256| &sha256[..12]);
        let reference = format!("{}@{}", model.name, model.version);
        let _ = write!(out, "{reference:<32}  {standing:<8}  {sha256:<12}  {:.1} MB", model.bytes as f64 / 1e6);
        if let Some(error) = &model.last_error {
            let _ = write!(out, "  {error}");
        }
        out.push('\n');
    }
    Ok(out)
}
