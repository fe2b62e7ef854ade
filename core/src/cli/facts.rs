//! `chartguard facts`.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value};

use super::input::{self, Line};
use super::output::{Outcome, Output};
use super::{OK, ThreadArgs};
use crate::error::{Location, Result};
use crate::wire;

#[derive(Args)]
pub(super) struct FactsArgs {
    /// The note, or JSON Lines with --jsonl; `-` reads standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    #[command(flatten)]
    threads: ThreadArgs,
    /// Read lines `{"id","text"}` and print `{"id","facts"}` a line
    #[arg(long)]
    jsonl: bool,
}

pub(super) fn run(args: &FactsArgs) -> Outcome {
    let mut output = Output::stdout();
    if args.jsonl {
        input::each_line(&args.file, &args.threads, |line| facts_line(&line), |line: String| output.write(&line))?;
    } else {
        let facts = wire::facts(&input::note(&args.file)?);
        output.write(&format!("{:#}\n", facts.map_err(|e| e.at(Location::File(input::name(&args.file))))?))?;
    }
    output.finish()?;
    Ok(OK)
}

fn facts_line(line: &Line) -> Result<String> {
    let facts = wire::facts(line.text()?).map_err(|e| line.locate(e))?;
    let mut out = Map::new();
    out.extend(line.members.get("id").map(|id| ("id".to_owned(), id.clone())));
    out.insert("facts".to_owned(), facts);
    Ok(format!("{}\n", Value::Object(out)))
}
