//! `chartguard restore`.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::audit::AuditArgs;
use super::input::{self, Line, Place};
use super::output::{Outcome, Output};
use super::waiting::{Note, Waiting};
use super::{OK, ThreadArgs};
use crate::Key;
use crate::access::Permission;
use crate::error::Result;
use crate::format::restore_message;
use crate::scrub::Context;
use crate::vault::Vault;

#[derive(Args)]
pub(super) struct RestoreArgs {
    /// The scrubbed text or message; or JSON Lines with --jsonl; `-` reads standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    /// The key that it was scrubbed with, or that of the vault: a file of hexadecimal digits or base64
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    /// The vault that it was scrubbed into: everything comes back, whatever the operators did
    #[arg(long, value_name = "FILE")]
    vault: Option<PathBuf>,
    /// Which note it is, as it was said to `scrub`: tells notes apart that have one scrubbed text. With --jsonl, the line's `id` if
    /// this is not given
    #[arg(long, value_name = "ID", requires = "vault")]
    document_id: Option<String>,
    #[command(flatten)]
    threads: ThreadArgs,
    /// Read lines `{"id","text"}` as `scrub --jsonl` prints them and print them with `text` restored and without `findings`
    #[arg(long)]
    jsonl: bool,
    #[command(flatten)]
    audit: AuditArgs,
}

pub(super) fn run(args: &RestoreArgs) -> Outcome {
    let trail = args.audit.open()?;
    let needed = [Permission::Restore, Permission::ReadVault];
    let permitted = trail.permit(&needed[..if args.vault.is_some() { 2 } else { 1 }])?;
    let key = Key::load(&args.key_file)?;
    let vault = args.vault.as_ref().map(|path| Vault::read(path, &key)).transpose()?;
    let noted = |scrubbed: &[u8], result: Result<Vec<u8>>| -> Result<Note<Vec<u8>>> {
        let event = trail.restored(&permitted, scrubbed, &result)?;
        Ok(Note { result, event, entry: None })
    };
    let back = |text: &str, document: Option<&str>| -> Result<Note<Vec<u8>>> {
        let note = match &vault {
            Some(vault) => vault.restore(text, document).map(String::into_bytes),
            None => restore_message(text.as_bytes(), &key),
        };
        noted(text.as_bytes(), note)
    };
    let mut waiting = Waiting::new(None, &trail);
    let mut output = Output::stdout();
    if args.jsonl {
        let work = |mut line: Line| {
            let document = document(&mut line, args.document_id.as_deref())?;
            let (place, note) = (line.at(), back(line.text()?, document.as_deref())?);
            Ok((place, note.map(|text| line_back(line, &text))))
        };
        let ended =
            input::each_line(&args.file, &args.threads, work, |(place, note)| waiting.push(place, note, &mut output));
        waiting.release(&mut output)?;
        ended?;
    } else {
        let document = args.document_id.as_deref();
        let scrubbed = input::bytes(&args.file)?;
        let message = match &vault {
            Some(vault) => vault.restore_message(&scrubbed, document),
            None => restore_message(&scrubbed, &key),
        };
        let note = noted(&scrubbed, message)?;
        waiting.push(Place::default(), note, &mut output)?;
        waiting.release(&mut output)?;
    }
    output.finish()?;
    Ok(OK)
}

/// The document id of a line, as `scrub --jsonl` takes it: that of its `context`, what the argument says, or its `id`.
fn document(line: &mut Line, said: Option<&str>) -> Result<Option<String>> {
    let own = line.members.shift_remove("context").unwrap_or(Value::Object(serde_json::Map::new()));
    let context = Context::from_value(&own).map_err(|error| line.locate(error))?;
    let id = line.members.get("id").and_then(Value::as_str).filter(|id| !id.trim().is_empty());
    Ok(context.document().or(said).or(id).map(str::to_owned))
}

/// A line with the note that came back, which is a text.
fn line_back(mut line: Line, text: &[u8]) -> Vec<u8> {
    line.members.insert("text".into(), Value::String(String::from_utf8_lossy(text).into_owned()));
    line.members.shift_remove("findings");
    (Value::Object(line.members).to_string() + "\n").into_bytes()
}
