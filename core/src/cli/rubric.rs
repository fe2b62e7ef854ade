//! `chartguard rubric check`, `chartguard rubric test` and `chartguard rubric list`.

use clap::Subcommand;

use super::output::{Outcome, Output};
use super::{BELOW, OK};
use crate::rubric::Rubric;

#[derive(Subcommand)]
pub(super) enum RubricCommand {
    /// Read a rubric and report what is wrong or suspicious in it
    Check {
        /// A built-in rubric or a rubric file
        #[arg(value_name = "ID|FILE")]
        rubric: String,
    },
    /// Run the tests inside a rubric
    Test {
        /// A built-in rubric or a rubric file
        #[arg(value_name = "ID|FILE")]
        rubric: String,
    },
    /// List the built-in rubrics
    List,
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
        RubricCommand::Test { rubric } => {
            let result = Rubric::named(rubric)?.test();
            output.write(&format!("{result}\n"))?;
            result.passed()
        }
        RubricCommand::List => {
            for id in Rubric::builtin_ids() {
                output.write(&format!("{id}\n"))?;
            }
            true
        }
    };
    output.finish()?;
    Ok(if passed { OK } else { BELOW })
}
