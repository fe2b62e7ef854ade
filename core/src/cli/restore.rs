//! `chartguard restore`.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::input::{self, Line};
use super::output::{Outcome, Output};
use super::{OK, ThreadArgs};
use crate::Key;
use crate::error::Result;
use crate::scrub::restore;

#[derive(Args)]
pub(super) struct RestoreArgs {
    /// The scrubbed text, or JSON Lines with --jsonl; `-` reads standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    /// The key that it was scrubbed with: a file of hexadecimal digits or base64
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    #[command(flatten)]
    threads: ThreadArgs,
    /// Read lines `{"id","text"}` as `scrub --jsonl` prints them and print them with `text` restored and without `findings`
    #[arg(long)]
    jsonl: bool,
}

pub(super) fn run(args: &RestoreArgs) -> Outcome {
    let key = Key::load(&args.key_file)?;
    let mut output = Output::stdout();
    if args.jsonl {
        input::each_line(&args.file, &args.threads, |line| line_back(line, &key), |line| output.write(&line))?;
    } else {
        output.write(&restore(&input::note(&args.file)?, &key)?)?;
    }
    output.finish()?;
    Ok(OK)
}

fn line_back(mut line: Line, key: &Key) -> Result<String> {
    let text = restore(line.text()?, key).map_err(|error| line.locate(error))?;
    line.members.insert("text".into(), Value::String(text));
    line.members.shift_remove("findings");
    Ok(Value::Object(line.members).to_string() + "\n")
}
