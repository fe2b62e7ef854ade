//! `chartguard policy list`, `show`, `check`, `schema`, `table` and `import`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Subcommand;

use super::output::{Outcome, Output};
use super::{OK, input};
use crate::error::{Location, Result};
use crate::scrub::{Category, CategoryPolicy, Operator, Policy, Regime, policy_schema};

#[derive(Subcommand)]
pub(super) enum PolicyCommand {
    /// List the built-in policies, each with its regime
    List,
    /// Print a policy with all that it inherits written out, as a policy file
    Show {
        /// A built-in policy or a policy file
        #[arg(value_name = "NAME|FILE")]
        policy: String,
    },
    /// Read a policy and say what is wrong with it: a name that does not exist, parts that contradict each other or its regime
    Check {
        /// A built-in policy or a policy file
        #[arg(value_name = "NAME|FILE")]
        policy: String,
    },
    /// Print the JSON Schema of a policy file
    Schema,
    /// Print which operator works on which category, and why another does not
    Table {
        /// The rule to print it for: safe-harbor, limited-data-set, expert-determination, none
        #[arg(long, default_value = "none", value_name = "REGIME", value_parser = regime)]
        regime: Regime,
    },
    /// Print a policy that says what the configuration of another tool says; each rule that cannot be expressed is an error
    Import {
        /// A configuration of Microsoft's FHIR anonymiser (JSON with `fhirPathRules`)
        #[arg(long, value_name = "FILE", required = true)]
        fhir_path_rules: PathBuf,
    },
}

fn regime(name: &str) -> Result<Regime, String> {
    let known = || Regime::ALL.iter().map(|regime| regime.as_str()).collect::<Vec<_>>().join(", ");
    let found = Regime::ALL.iter().copied().find(|regime| regime.as_str() == name);
    found.ok_or_else(|| format!("expected one of {}", known()))
}

pub(super) fn run(command: &PolicyCommand) -> Outcome {
    let mut output = Output::stdout();
    match command {
        PolicyCommand::List => {
            for name in Policy::builtin_names() {
                let policy = Policy::builtin(name)?;
                let strict = if policy.strict() { ", strict" } else { "" };
                output.write(&format!("{name}: regime {}{strict}\n", policy.regime().as_str()))?;
            }
        }
        PolicyCommand::Show { policy } => output.write(&Policy::named(policy)?.to_yaml())?,
        PolicyCommand::Check { policy } => {
            let policy = Policy::named(policy)?;
            let needs = needs(&policy);
            let needs = if needs.is_empty() { String::new() } else { format!(", needs {}", needs.join(" and ")) };
            let (name, regime) = (policy.name(), policy.regime().as_str());
            output.write(&format!("{name}: nothing is wrong; regime {regime}{needs}\n"))?;
        }
        PolicyCommand::Schema => {
            let schema = serde_json::to_string_pretty(&policy_schema());
            output.write(&(schema.map_err(|e| crate::Error::internal(e.to_string()))? + "\n"))?;
        }
        PolicyCommand::Import { fhir_path_rules } => {
            let policy = Policy::from_fhir_path_rules(&input::note(fhir_path_rules)?);
            let policy = policy.map_err(|e| e.at(Location::File(fhir_path_rules.display().to_string())))?;
            output.write(&policy.to_yaml())?;
        }
        PolicyCommand::Table { regime } => output.write(&table(*regime))?,
    }
    output.finish()?;
    Ok(OK)
}

/// What a scrubber under the policy must be given.
fn needs(policy: &Policy) -> Vec<&'static str> {
    let rules: Vec<&CategoryPolicy> = Category::ALL.iter().map(|category| policy.category(*category)).collect();
    let mut out = Vec::new();
    if rules.iter().any(|rule| rule.operator.needs_key(rule.options)) {
        out.push("a key");
    }
    if rules.iter().any(|rule| rule.operator == Operator::Surrogate && !rule.options.keyed) {
        out.push("a seed");
    }
    out
}

/// The columns: each operator, and what its options make of it where a regime tells them apart.
fn columns() -> Vec<(String, CategoryPolicy)> {
    let mut out = Vec::new();
    for operator in Operator::ALL {
        let rule = CategoryPolicy { operator: *operator, ..CategoryPolicy::default() };
        out.push((operator.as_str().to_owned(), rule.clone()));
        match operator {
            Operator::Mask => {
                let mut partial = rule;
                partial.options.keep_last = 4;
                out.push(("mask part".into(), partial));
            }
            Operator::Surrogate => {
                let mut keyed = rule;
                keyed.options.keyed = true;
                out.push(("keyed".into(), keyed));
            }
            _ => {}
        }
    }
    out
}

/// Every operator on every category: `yes`, or a letter under which the reason why not is printed below.
fn table(regime: Regime) -> String {
    let columns = columns();
    let mut reasons: Vec<&'static str> = Vec::new();
    let mut out = format!("{:13}", "");
    for (name, _) in &columns {
        // Writing to a String cannot fail.
        let _ = write!(out, "{name:>11}");
    }
    out.push('\n');
    for category in Category::ALL {
        let _ = write!(out, "{:13}", category.as_str());
        for (_, rule) in &columns {
            let cell = match rule.operator.refuses(*category).or_else(|| regime.refuses(*category, rule)) {
                None => "yes".to_owned(),
                Some(reason) => {
                    let at = reasons.iter().position(|known| *known == reason).unwrap_or_else(|| {
                        reasons.push(reason);
                        reasons.len() - 1
                    });
                    format!("no ({})", (b'a' + at as u8) as char)
                }
            };
            let _ = write!(out, "{cell:>11}");
        }
        out.push('\n');
    }
    out.push('\n');
    for (at, reason) in reasons.iter().enumerate() {
        let _ = writeln!(out, "({}) {reason}", (b'a' + at as u8) as char);
    }
    let _ = writeln!(
        out,
        "`mask part` is mask with keep_last or initials, `keyed` is surrogate with keyed: true; regime {}",
        regime.as_str()
    );
    out
}
