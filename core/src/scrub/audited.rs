//! What an audit event says of a call: the policy, the counts, the length of the note; never a value.

use sha2::{Digest, Sha256};

use super::{Applied, Policy, Scrubbed, Scrubber};
use crate::audit::{Event, PolicyUsed, hex};
use crate::error::Result;

impl Policy {
    /// SHA-256, in hexadecimal, of all that the policy says. It tells two policies of one name apart; another version of the
    /// library may give another hash.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(format!("{self:?}").as_bytes()))
    }

    /// What an audit event says of it.
    pub fn used(&self) -> PolicyUsed {
        PolicyUsed { name: self.name().to_owned(), hash: self.hash() }
    }
}

impl Scrubber {
    /// Completes an audit event with what became of scrubbing `text`: the policy, how many findings of each category and what was
    /// done to them, the length of the note, and its [fingerprint](crate::audit::fingerprint) under `key` where there is one. See
    /// [`audit`](crate::audit).
    ///
    /// # Errors
    /// When the key has fewer than 16 bytes.
    pub fn audited(&self, event: Event, text: &str, result: &Result<Scrubbed>, key: Option<&[u8]>) -> Result<Event> {
        self.audited_as(event, text, result, |scrubbed| scrubbed, key)
    }

    /// As [`audited`](Self::audited), of a call whose result holds the scrubbed note.
    ///
    /// # Errors
    /// When the key has fewer than 16 bytes.
    pub fn audited_as<T>(
        &self,
        event: Event,
        text: &str,
        result: &Result<T>,
        scrubbed: impl FnOnce(&T) -> &Scrubbed,
        key: Option<&[u8]>,
    ) -> Result<Event> {
        self.recorded(event, text.as_bytes(), result, |done| scrubbed(done).findings.iter().collect(), key)
    }

    /// As [`audited`](Self::audited), of a document in any encoding whose result holds what was found.
    pub(crate) fn recorded<T>(
        &self,
        mut event: Event,
        document: &[u8],
        result: &Result<T>,
        found: impl FnOnce(&T) -> Vec<&Applied>,
        key: Option<&[u8]>,
    ) -> Result<Event> {
        event.policy = Some(self.policy().used());
        if let Ok(done) = result {
            for applied in found(done) {
                event.count(applied.finding.category.as_str(), applied.action.as_str());
            }
        }
        event.ended(result).about(document, key)
    }
}
