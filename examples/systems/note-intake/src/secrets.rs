//! The secret key and the clients' tokens: read, or made at the first start.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use chartguard::Key;
use sha2::{Digest, Sha256};

use crate::auth::Clients;
use crate::settings::{Refused, Settings, Tokens};
use crate::store;

/// The key; a new one where the data directory is new and no file was named.
///
/// # Errors
/// When the file cannot be read or written or holds no key, or the key of a database is missing.
pub(crate) fn key(settings: &Settings) -> Result<Key, Refused> {
    if let Some(named) = &settings.key_file {
        return Ok(Key::load(named)?);
    }
    let path = settings.data.join("key");
    if !path.exists() {
        // With another key no patient would be found again and the audit log could not be continued.
        if settings.data.join(store::FILE).exists() {
            return Err(Refused(format!(
                "{}: the key of the database beside it is missing: put it back",
                path.display()
            )));
        }
        write_secret(&path, &format!("{}\n", random_hex()?))?;
        eprintln!("note-intake: made a secret key in {}: keep a copy of it apart from the database", path.display());
    }
    Ok(Key::load(&path)?)
}

/// The clients; one of the name `default` where there are none yet, whose token is printed this once.
///
/// # Errors
/// When the list cannot be read or written, or says nothing or something else.
pub(crate) fn clients(settings: &Settings) -> Result<Clients, Refused> {
    match &settings.tokens {
        Tokens::Given(list) => {
            let lines = list.split(',').map(|entry| entry.replacen(':', " ", 1)).collect::<Vec<_>>().join("\n");
            Clients::parse(&lines).map_err(|what| Refused(format!("CHARTGUARD_TOKENS: {what}")))
        }
        Tokens::File(path) => read_clients(path),
        Tokens::Own(path) => {
            if !path.exists() {
                let (token, line) = new_token("default")?;
                write_secret(path, &line)?;
                eprintln!("note-intake: made a client `default` in {}; its token, shown only now:", path.display());
                eprintln!("{token}");
            }
            read_clients(path)
        }
    }
}

fn read_clients(path: &Path) -> Result<Clients, Refused> {
    let text = fs::read_to_string(path).map_err(|error| fault(path, &error))?;
    Clients::parse(&text).map_err(|what| Refused(format!("{}: {what}", path.display())))
}

/// A new token, and the line of the tokens file that lets it in.
///
/// # Errors
/// When the system gives no random bytes.
pub(crate) fn new_token(name: &str) -> Result<(String, String), Refused> {
    let token = random_hex()?;
    let line = format!("{name} {}\n", hex(&Sha256::digest(token.as_bytes())));
    Ok((token, line))
}

fn random_hex() -> Result<String, Refused> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Refused("the system gives no random bytes".into()))?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A new file that its owner alone may read, on the disk when this returns.
fn write_secret(path: &Path, text: &str) -> Result<(), Refused> {
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|error| fault(path, &error))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| fault(path, &error))
}

fn fault(path: &Path, error: &std::io::Error) -> Refused {
    Refused(format!("{}: {error}", path.display()))
}
