//! `chartguard vault`: what can be said of a vault without a value of any note.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::audit::AuditArgs;
use super::output::{Outcome, Output};
use super::{BELOW, OK};
use crate::Key;
use crate::access::Permission;
use crate::error::{Error, Result};
use crate::vault::{Head, Vault};

#[derive(Subcommand)]
pub(super) enum VaultCommand {
    /// Check that no record was changed, added, moved or taken out; prints how many there are and the hash of the last
    Verify {
        #[command(flatten)]
        vault: VaultArgs,
        /// A hash that was printed before and kept elsewhere: exit with status 1 unless the vault still holds the records up to there
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
    /// Print a line for each record: its number, the keyed fingerprints of text and document, how many pieces, how many bytes, its hash
    List {
        #[command(flatten)]
        vault: VaultArgs,
    },
}

#[derive(Args)]
pub(super) struct VaultArgs {
    /// The vault
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The key of the vault: a file of hexadecimal digits or base64
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    #[command(flatten)]
    audit: AuditArgs,
}

impl VaultArgs {
    /// Opens the vault where the actor may read it, does `work` with it, and records that it was read.
    fn read<T>(&self, work: impl FnOnce(&Vault) -> Result<T>) -> Result<T> {
        let trail = self.audit.open()?;
        let event = trail.permit(&[Permission::ReadVault])?;
        let result =
            Key::load(&self.key_file).and_then(|key| Vault::read(&self.file, &key)).and_then(|vault| work(&vault));
        trail.record(&[event.ended(&result)])?;
        result
    }
}

pub(super) fn run(command: &VaultCommand) -> Outcome {
    let mut output = Output::stdout();
    let mut status = OK;
    match command {
        VaultCommand::Verify { vault, head } => {
            let mut passed = head.as_ref().is_none_or(|head| *head == Head::default().hash);
            let found = vault.read(|vault| {
                vault.each(|record| {
                    passed |= head.as_ref().is_some_and(|head| *head == record.hash);
                    Ok(())
                })
            })?;
            output.write(&format!("{} records, the chain holds\n{}\n", found.head.records, found.head.hash))?;
            if found.torn > 0 {
                let torn = found.torn;
                output.write(&format!(
                    "{torn} bytes of a record that was never confirmed follow; the next writer drops them\n"
                ))?;
            }
            if !passed {
                output
                    .write("the vault does not hold a record of the given hash: it was cut off or is an older one\n")?;
                status = BELOW;
            }
        }
        VaultCommand::List { vault } => {
            let mut lines = String::new();
            vault.read(|vault| {
                vault.each(|record| {
                    let line = serde_json::to_string(&record);
                    lines += &line.map_err(|_| Error::internal("a record cannot be written"))?;
                    lines.push('\n');
                    Ok(())
                })
            })?;
            output.write(&lines)?;
        }
    }
    output.finish()?;
    Ok(status)
}
