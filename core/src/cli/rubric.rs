//! `chartguard rubric check`, `test`, `calibrate`, `list`, `schema` and `import`.

use std::path::PathBuf;

use clap::Subcommand;

use super::calibrate::{self, CalibrateArgs};
use super::output::{Outcome, Output};
use super::score::ModelArgs;
use super::{BELOW, OK, input};
use crate::rubric::{Rubric, Scorer, rubric_schema};
use crate::wire::report_schema;

#[derive(Subcommand)]
pub(super) enum RubricCommand {
    /// Read a rubric and report what is wrong or suspicious in it
    Check {
        /// A built-in rubric or a rubric file
        #[arg(value_name = "ID|FILE")]
        rubric: String,
    },
    /// Run the tests inside a rubric; those that ask a model, where it is given
    Test {
        /// A built-in rubric or a rubric file
        #[arg(value_name = "ID|FILE")]
        rubric: String,
        #[command(flatten)]
        models: ModelArgs,
    },
    /// Compare the confidence of verdicts with labelled notes: of those at .9 about nine in ten should be right
    Calibrate(Box<CalibrateArgs>),
    /// List the built-in rubrics
    List,
    /// Print the JSON Schema of a rubric file
    Schema {
        /// Print that of a scored report instead: of what `score --json` and `score --jsonl` print
        #[arg(long)]
        report: bool,
    },
    /// Read `HealthBench` rubric items (JSON) and print them as a rubric whose criteria a judge answers
    Import {
        /// The items: a list, or an object with `rubrics`
        #[arg(value_name = "FILE|-")]
        file: PathBuf,
        /// The id of the rubric
        #[arg(long, default_value = "imported", value_name = "ID")]
        id: String,
    },
}

pub(super) fn run(command: &RubricCommand) -> Outcome {
    let mut output = Output::stdout();
    let passed = match command {
        RubricCommand::Check { rubric } => {
            let rubric = Rubric::named(rubric)?;
            let problems = rubric.check();
            for problem in &problems {
                output.write(&format!("{problem}\n"))?;
            }
            let (id, version, count) = (rubric.id(), rubric.version(), rubric.criteria().len());
            output.write(&format!("{id} {version}: {count} criteria, {} problems\n", problems.len()))?;
            problems.is_empty()
        }
        RubricCommand::Test { rubric, models } => {
            let result = models.give(Scorer::new(Rubric::named(rubric)?))?.test();
            output.write(&format!("{result}\n"))?;
            result.passed()
        }
        RubricCommand::List => {
            for id in Rubric::builtin_ids() {
                output.write(&format!("{id}\n"))?;
            }
            true
        }
        RubricCommand::Import { file, id } => {
            output.write(&Rubric::from_healthbench(&input::note(file)?, id)?.to_json())?;
            true
        }
        RubricCommand::Calibrate(args) => return calibrate::run(args),
        RubricCommand::Schema { report } => {
            let schema = if *report { report_schema() } else { rubric_schema() };
            output.write(&format!("{schema:#}\n"))?;
            true
        }
    };
    output.finish()?;
    Ok(if passed { OK } else { BELOW })
}
