//! The `chartguard` command. [`run`] is also what the Python console script calls.

mod analyze;
mod audit;
mod calibrate;
mod context;
mod eval;
mod facts;
mod input;
#[cfg(feature = "onnx")]
mod model;
mod output;
mod policy;
mod restore;
mod rubric;
mod score;
mod scrub;
#[cfg(feature = "search")]
mod search;
mod units;
mod vault;
mod waiting;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};

use crate::Key;
use crate::access::Permission;
use crate::error::{Error, Result};
use crate::format::Format;
use crate::scrub::{Policy, Scrubber, ScrubberBuilder};

/// Everything went well.
const OK: u8 = 0;
/// A score, or a check the caller asked for, fell below what the caller set.
const BELOW: u8 = 1;
/// Bad input or usage; nothing was left half written.
const BAD: u8 = 2;

/// Remove protected health information from clinical notes and score their documentation, on this machine alone.
#[derive(Parser)]
#[command(name = "chartguard", version, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Remove protected health information from a note, or from notes in JSON Lines
    Scrub(scrub::ScrubArgs),
    /// Score a note's documentation against a rubric
    Score(score::ScoreArgs),
    /// Read a therapy note's goals, services, minutes, schedule, measures and signatures as JSON
    Facts(facts::FactsArgs),
    /// Work out units from timed minutes, or hold a claim against a note
    Units(units::UnitsArgs),
    /// Scrub and score notes, with the evidence under each verdict
    Analyze(Box<analyze::AnalyzeArgs>),
    /// Give notes back from scrubbed text and the key: what `encrypt` and `fpe` replaced, or with a vault everything
    Restore(restore::RestoreArgs),
    /// List, show or check policies; print their schema, and which operator works on what
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Check a rubric file, or run the tests inside it
    #[command(subcommand)]
    Rubric(rubric::RubricCommand),
    /// Check a vault, or list what it holds without any value
    #[command(subcommand)]
    Vault(vault::VaultCommand),
    /// Check an audit log, or print it
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Check a model directory; list, add, activate, roll back and remove the models of a registry
    #[cfg(feature = "onnx")]
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Find passages of documents by words and, with a model, by meaning: an index in a directory
    #[cfg(feature = "search")]
    #[command(subcommand)]
    Search(search::SearchCommand),
    /// Measure recall and precision against labelled notes
    Eval(Box<eval::EvalArgs>),
}

const DEFAULT_POLICY: &str = "safe-harbor";

/// What finds and what is done: shared by every command that scrubs.
#[derive(Args)]
struct ScrubberArgs {
    /// A built-in policy (`chartguard policy list` names them) or a policy file (YAML or JSON)
    #[arg(long, default_value = DEFAULT_POLICY, value_name = "NAME|FILE")]
    policy: String,
    /// Also remove whatever is not known to be safe, as `strict: true` in a policy does
    #[arg(long)]
    strict: bool,
    /// The model beside the patterns and word lists: the built-in one, none, or a model directory; given several times, all of them
    #[arg(long, default_value = "builtin", value_name = "builtin|none|DIR")]
    model: Vec<String>,
    /// How many of the model directories must find something in a place for it to count
    #[cfg(feature = "onnx")]
    #[arg(long, value_name = "N")]
    votes: Option<usize>,
    /// A registry of models (`chartguard model --help`): --model then names one in it, as NAME or NAME@VERSION
    #[arg(long, value_name = "DIR", requires = "model")]
    registry: Option<PathBuf>,
    /// The secret key of operators that need one: a file of at least 64 hexadecimal digits, or base64 (`openssl rand -hex 32`)
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The seed from which surrogates are drawn that are not keyed
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

impl ScrubberArgs {
    fn builder(&self) -> Result<ScrubberBuilder> {
        let policy = Policy::named(&self.policy)?;
        let strict = policy.strict() || self.strict;
        let mut builder = Scrubber::builder().policy(policy.with_strict(strict));
        if let Some(path) = &self.key_file {
            builder = builder.key(Key::load(path)?);
        }
        if let Some(seed) = self.seed {
            builder = builder.seed(seed);
        }
        #[cfg(feature = "onnx")]
        if let Some(votes) = self.votes {
            builder = builder.votes(votes);
        }
        match &self.registry {
            #[cfg(feature = "onnx")]
            Some(directory) => {
                let registry = model::open(directory)?;
                let mut named = self.model.iter();
                named.try_fold(builder.builtin_model(false), |builder, name| Ok(builder.model(registry.get(name)?)))
            }
            #[cfg(not(feature = "onnx"))]
            Some(_) => Err(Error::config("this build runs no models: build it with feature `onnx`")),
            None => builder.models_named(&self.model),
        }
    }

    fn build(&self) -> Result<Scrubber> {
        self.builder()?.build()
    }

    /// The key of `--key-file`.
    fn key(&self) -> Result<Key> {
        match &self.key_file {
            Some(path) => Key::load(path),
            None => Err(Error::key("a key is needed: --key-file")),
        }
    }

    /// Holds that who calls may work under the policy, where there are rules of who may do what: another than the usual one is a
    /// change of policy.
    fn permit(&self, trail: &audit::Trail) -> Result<()> {
        if trail.has_rules() && self.policy != DEFAULT_POLICY {
            trail.record(&[trail.permit(&[Permission::ChangePolicy])?])?;
        }
        Ok(())
    }

    /// The policy and the model, by name.
    fn described(&self) -> String {
        let strict = if self.strict { ", strict" } else { "" };
        format!("policy {}{strict}, model {}", self.policy, self.model.join(" and "))
    }
}

/// The names of formats that an argument takes.
fn format_names() -> PossibleValuesParser {
    PossibleValuesParser::new(Format::ALL.iter().map(|format| format.as_str()))
}

/// What the input is written in.
#[derive(Args)]
struct FormatArgs {
    /// What the input is written in; `auto` finds out by looking
    #[arg(long, default_value = "auto", value_parser = format_names())]
    format: String,
}

impl FormatArgs {
    fn format(&self) -> Result<Format> {
        self.format.parse()
    }
}

/// How many threads work; results keep their order.
#[derive(Args)]
struct ThreadArgs {
    /// Threads for many notes; 0 takes as many as there are cores
    #[arg(long, default_value_t = 1, value_name = "N")]
    threads: usize,
}

impl ThreadArgs {
    fn pool(&self) -> Result<rayon::ThreadPool> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .build()
            .map_err(|e| Error::config(format!("no pool of {} threads: {e}", self.threads)))
    }
}

/// Runs the command with its arguments (the program's name first) and returns the exit status: 0, 1 when something fell
/// below a threshold the caller set, 2 for bad input or usage.
pub fn run<I>(arguments: I) -> u8
where
    I: IntoIterator,
    I::Item: Into<OsString> + Clone,
{
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no mistakes.
            let status = if error.use_stderr() { BAD } else { OK };
            let _ = error.print();
            return status;
        }
    };
    let outcome = match cli.command {
        Command::Scrub(args) => scrub::run(&args),
        Command::Score(args) => score::run(&args),
        Command::Facts(args) => facts::run(&args),
        Command::Units(args) => units::run(&args),
        Command::Analyze(args) => analyze::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Policy(command) => policy::run(&command),
        Command::Rubric(command) => rubric::run(&command),
        Command::Vault(command) => vault::run(&command),
        Command::Audit(command) => audit::run(&command),
        #[cfg(feature = "onnx")]
        Command::Model(command) => model::run(&command),
        #[cfg(feature = "search")]
        Command::Search(command) => search::run(&command),
        Command::Eval(args) => eval::run(&args),
    };
    match outcome {
        Ok(status) => status,
        Err(output::Stop::Closed) => OK,
        Err(output::Stop::Failed(error)) => {
            eprintln!("chartguard: {error}");
            BAD
        }
    }
}
