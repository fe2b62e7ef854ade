//! What is recorded of one call.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::error::{Error, ErrorCode, Location, Result};

/// The shortest key, in bytes.
pub(super) const SHORTEST_KEY: usize = 16;

/// What was done, or attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// A note was scrubbed.
    Scrub,
    /// A scrubbed note was brought back.
    Restore,
    /// A vault was read.
    ReadVault,
    /// A policy was changed.
    ChangePolicy,
    /// The audit log was read.
    ReadAudit,
    /// A role was given or taken.
    ChangeAccess,
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Self] =
        &[Self::Scrub, Self::Restore, Self::ReadVault, Self::ChangePolicy, Self::ReadAudit, Self::ChangeAccess];

    /// The action of a name.
    ///
    /// # Errors
    /// When there is none; the error names the nearest.
    pub fn named(name: &str) -> Result<Self> {
        let names = Self::ALL.iter().map(|one| one.as_str());
        let found = Self::ALL.iter().copied().find(|one| one.as_str() == name);
        found.ok_or_else(|| Error::unknown(ErrorCode::Config, "action", name, names))
    }

    /// The action's name in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scrub => "scrub",
            Self::Restore => "restore",
            Self::ReadVault => "read_vault",
            Self::ChangePolicy => "change_policy",
            Self::ReadAudit => "read_audit",
            Self::ChangeAccess => "change_access",
        }
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It was done.
    Success,
    /// The actor was not allowed to.
    Refused,
    /// It was tried and gave no result.
    Failure,
}

/// Who did it, as the caller names people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The caller's id of the person or program.
    pub id: String,
    /// The roles it had.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// The policy that was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyUsed {
    /// Its name.
    pub name: String,
    /// SHA-256 of all it says, in hexadecimal; comparable within one version of the library.
    pub hash: String,
}

/// The note, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Its [`fingerprint`], where the caller gave a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Its length in bytes.
    pub bytes: u64,
}

/// A record of one call that holds no value of any note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Event {
    /// When, by the caller's clock: RFC 3339 in UTC.
    pub recorded: String,
    /// What was done or attempted.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// The [code](ErrorCode) of the error, where it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The permission that was missing, where it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// The policy in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyUsed>,
    /// The version of chartguard.
    pub library: String,
    /// How many findings, by category and by what was done to them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<String, BTreeMap<String, u64>>,
    /// The note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
}

impl Event {
    /// An event at `recorded`, a time in RFC 3339, which is kept in UTC. It is a success until said otherwise.
    ///
    /// # Errors
    /// When `recorded` is no such time.
    pub fn new(action: Action, recorded: &str) -> Result<Self> {
        let time: Timestamp = recorded.parse().map_err(|_| {
            Error::config("a time in RFC 3339 is expected, such as 2024-03-14T09:26:53Z")
                .at(Location::Key("recorded".into()))
        })?;
        Ok(Self {
            recorded: time.to_string(),
            action,
            outcome: Outcome::Success,
            error: None,
            permission: None,
            actor: None,
            policy: None,
            library: env!("CARGO_PKG_VERSION").into(),
            counts: BTreeMap::new(),
            document: None,
        })
    }

    /// The same event with who did it.
    #[must_use]
    pub fn by<R: Into<String>>(mut self, id: impl Into<String>, roles: impl IntoIterator<Item = R>) -> Self {
        self.actor = Some(Actor { id: id.into(), roles: roles.into_iter().map(Into::into).collect() });
        self
    }

    /// The same event, refused for want of `permission`.
    #[must_use]
    pub fn refused(mut self, permission: impl Into<String>) -> Self {
        self.outcome = Outcome::Refused;
        self.permission = Some(permission.into());
        self
    }

    /// The same event, failed; the code of the error is kept, not its message.
    #[must_use]
    pub fn failed(mut self, code: ErrorCode) -> Self {
        self.outcome = Outcome::Failure;
        self.error = Some(code.as_str().into());
        self
    }

    /// The same event with what it was about: the length of the note and, where there is a key, its [fingerprint](fingerprint()).
    ///
    /// # Errors
    /// When the key has fewer than 16 bytes.
    pub fn about(mut self, document: impl AsRef<[u8]>, key: Option<&[u8]>) -> Result<Self> {
        let fingerprint = key.map(|key| fingerprint(key, document.as_ref())).transpose()?;
        self.document = Some(Document { fingerprint, bytes: document.as_ref().len() as u64 });
        Ok(self)
    }

    /// The same event, failed where `result` is an error.
    #[must_use]
    pub fn ended<T>(self, result: &Result<T>) -> Self {
        match result {
            Ok(_) => self,
            Err(error) => self.failed(error.code()),
        }
    }

    /// Counts one finding.
    pub fn count(&mut self, category: &str, operator: &str) {
        self.count_many(category, operator, 1);
    }

    /// Counts findings of one kind.
    pub(crate) fn count_many(&mut self, category: &str, operator: &str, count: u64) {
        *self.counts.entry(category.into()).or_default().entry(operator.into()).or_default() += count;
    }
}

/// HMAC-SHA-256 of a note under `key`, in hexadecimal: the same note has the same fingerprint, and who lacks the key cannot
/// try notes against it. There is none without a key.
///
/// # Errors
/// When the key has fewer than 16 bytes.
pub fn fingerprint(key: &[u8], document: impl AsRef<[u8]>) -> Result<String> {
    Ok(hex(&mac(key, &[b"chartguard document\0", document.as_ref()])?))
}

/// HMAC-SHA-256 of the parts, one after the other.
pub(super) fn mac(key: &[u8], parts: &[&[u8]]) -> Result<[u8; 32]> {
    check_key(key)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| Error::config("the key cannot be used"))?;
    for part in parts {
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().into())
}

pub(super) fn check_key(key: &[u8]) -> Result<()> {
    if key.len() < SHORTEST_KEY {
        return Err(Error::config(format!("a key has at least {SHORTEST_KEY} bytes, this one {}", key.len())));
    }
    Ok(())
}

/// Two hexadecimal digits a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
