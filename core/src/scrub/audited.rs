//! What an audit event says of a call: the policy, the counts, the length of the note; never a value.

use sha2::{Digest, Sha256};

use super::{Policy, Scrubbed, Scrubber};
use crate::audit::{Document, Event, PolicyUsed, fingerprint, hex};
use crate::error::Result;

impl Policy {
    /// SHA-256, in hexadecimal, of all that the policy says. It tells two policies of one name apart; another version of the
    /// library may give another hash.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(format!("{self:?}").as_bytes()))
    }
}

impl Scrubber {
    /// Completes an audit event with what became of scrubbing `text`: the policy, how many findings of each category and what was
    /// done to them, the length of the note, and its [fingerprint] under `key` where there is one. See [`audit`](crate::audit).
    ///
    /// # Errors
    /// When the key has fewer than 16 bytes.
    pub fn audited(
        &self,
        mut event: Event,
        text: &str,
        result: &Result<Scrubbed>,
        key: Option<&[u8]>,
    ) -> Result<Event> {
        let policy = self.policy();
        event.policy = Some(PolicyUsed { name: policy.name().to_owned(), hash: policy.hash() });
        let fingerprint = key.map(|key| fingerprint(key, text)).transpose()?;
        event.document = Some(Document { fingerprint, bytes: text.len() as u64 });
        match result {
            Ok(scrubbed) => {
                for applied in &scrubbed.findings {
                    event.count(applied.finding.category.as_str(), applied.action.as_str());
                }
                Ok(event)
            }
            Err(error) => Ok(event.failed(error.code())),
        }
    }
}
