//! Shares notes under Safe Harbor and gives them back from a vault, for who may see them.
//!
//! `cargo run --example vault -- examples/notes/*.txt`

use std::error::Error;

use chartguard::access::{Access, Caller, Permission};
use chartguard::audit::JsonLines;
use chartguard::{Context, Key, Policy, Scrubber, Vault};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("chartguard-vault-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    // A real key is drawn at random and kept where secrets are kept: `openssl rand -hex 32`.
    let key = Key::parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")?;
    let vault = Vault::open(folder.join("notes.vault"), &key)?;
    let log = JsonLines::open(folder.join("log.jsonl"), None)?;
    let access = Access::from_yaml(
        "
        roles: {privacy-officer: [restore, read_vault], analyst: []}
        grants:
          - {actor: u-17, role: privacy-officer, by: u-1, at: 2024-01-08T09:00:00Z}
          - {actor: u-23, role: analyst, by: u-17, at: 2024-02-01T09:00:00Z}
        ",
    )?;
    let scrubber = Scrubber::new(Policy::builtin("safe-harbor")?)?;
    let now = "2024-03-14T09:26:53Z";
    for path in std::env::args().skip(1) {
        let note = std::fs::read_to_string(&path)?;
        // The vault has what brings the note back before this returns.
        let shared = scrubber.scrub_into(&note, &Context::new().document_id(&path), &vault)?.text;
        let restore = |actor| {
            let caller = Caller::new(Some(&access), Some(actor), now)?.recorded_in(&log);
            caller.perform(&[Permission::Restore, Permission::ReadVault], || vault.restore(&shared, Some(&path)))
        };
        assert_eq!(restore("u-17")?, note);
        println!("{path}: {} characters shared, {} given back", shared.chars().count(), note.chars().count());
        if let Err(error) = restore("u-23") {
            println!("{path}: {error}");
        }
    }
    let verified = vault.verify()?;
    println!("{} records, the chain holds", verified.head.records);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
