//! The chain: each record holds the hash of the one before, and a hash over itself.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Event;
use super::event::{check_key, hex, mac};
use crate::error::{Error, ErrorCode, Result};

/// The end of a chain. Kept elsewhere, it shows what was cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// How many records there are.
    pub records: u64,
    /// The hash of the last one, with what it was made by: `sha256:` or `hmac-sha256:`, then hexadecimal digits; of an empty chain
    /// the word `empty`.
    pub hash: String,
}

impl Default for Head {
    fn default() -> Self {
        Self { records: 0, hash: "empty".into() }
    }
}

/// What a record is written as, in this order; the hash is over all the bytes before its member.
#[derive(Serialize)]
struct Body<'e> {
    seq: u64,
    prev: &'e str,
    event: &'e Event,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    seq: u64,
    prev: String,
    event: Event,
    hash: String,
}

/// Makes and checks the records of one chain.
#[derive(Clone)]
pub(super) struct Chain {
    key: Option<Vec<u8>>,
    pub(super) head: Head,
}

impl Chain {
    /// An empty chain, under a key or none.
    pub(super) fn new(key: Option<&[u8]>) -> Result<Self> {
        key.map_or(Ok(()), check_key)?;
        Ok(Self { key: key.map(<[u8]>::to_vec), head: Head::default() })
    }

    /// The record of `event`, without a line break; the chain goes on from it.
    pub(super) fn seal(&mut self, event: &Event) -> Result<String> {
        let body = Body { seq: self.head.records + 1, prev: &self.head.hash, event };
        let mut line = serde_json::to_string(&body).map_err(|_| Error::internal("an audit event cannot be written"))?;
        // The closing brace makes room for the hash.
        line.pop();
        let hash = self.hash(line.as_bytes())?;
        self.head = Head { records: body.seq, hash };
        line.push_str(",\"hash\":\"");
        line.push_str(&self.head.hash);
        line.push_str("\"}");
        Ok(line)
    }

    /// Checks that `line` is the record that comes next, and goes on from it.
    pub(super) fn follow(&mut self, line: &str) -> Result<Event> {
        let expected = self.head.records + 1;
        let sealed = self.open(line, expected)?;
        if sealed.seq != expected || sealed.prev != self.head.hash {
            return Err(broken(format!(
                "record {expected} is not the one that followed record {}: records were taken out, added or moved",
                self.head.records
            )));
        }
        self.head = Head { records: sealed.seq, hash: sealed.hash };
        Ok(sealed.event)
    }

    /// Takes `line` for the last record of a chain whose beginning was not looked at.
    pub(super) fn resume(&mut self, line: &str) -> Result<()> {
        let sealed = self.open(line, 0)?;
        self.head = Head { records: sealed.seq, hash: sealed.hash };
        Ok(())
    }

    fn open(&self, line: &str, expected: u64) -> Result<Sealed> {
        let name = if expected == 0 { "the last record".to_owned() } else { format!("record {expected}") };
        // What the parser says could quote an actor.
        let sealed: Sealed =
            serde_json::from_str(line).map_err(|_| broken(format!("{name} is not an audit record")))?;
        let keyed = sealed.hash.starts_with("hmac-sha256:");
        match (&self.key, keyed) {
            (None, true) => return Err(Error::config("the chain was made under a key: give it")),
            (Some(_), false) => return Err(broken(format!("{name} was not made under a key"))),
            _ => {}
        }
        let body = line.rfind(",\"hash\":\"").map_or("", |at| &line[..at]);
        if self.hash(body.as_bytes())? != sealed.hash {
            let key = if keyed { ", or the key is another" } else { "" };
            return Err(broken(format!("{name} was changed: its hash does not fit{key}")));
        }
        Ok(sealed)
    }

    fn hash(&self, body: &[u8]) -> Result<String> {
        Ok(match &self.key {
            Some(key) => format!("hmac-sha256:{}", hex(&mac(key, &[b"chartguard audit\0", body])?)),
            None => format!("sha256:{}", hex(&Sha256::digest(body))),
        })
    }
}

pub(super) fn broken(what: impl Into<String>) -> Error {
    Error::new(ErrorCode::Input, what)
}
