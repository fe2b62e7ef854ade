//! Scrubbing into a vault: a note is handed out once the vault has what brings it back.

use super::{Context, Scrubbed, Scrubber};
use crate::error::Result;
use crate::vault::{Entry, Vault};

impl Scrubber {
    /// As [`scrub_with`](Self::scrub_with), and keeps in `vault` what [`Vault::restore`] needs to give the note back, byte for byte,
    /// whatever the operators did. It is on the disk when this returns. The [document id](Context::document_id) is what the note
    /// is told by from others that become the same text.
    ///
    /// # Errors
    /// As [`scrub_with`](Self::scrub_with); when the vault cannot be written; and when another note of the same document id, or also
    /// without one, became the same text: which of them it was could not be told.
    pub fn scrub_into(&self, text: &str, context: &Context, vault: &Vault) -> Result<Scrubbed> {
        let scrubbed = self.scrub_with(text, context)?;
        vault.keep(&[scrubbed.entry(text, context)?]).remove(0)?;
        Ok(scrubbed)
    }

    /// As [`scrub_into`](Self::scrub_into) for many notes on the current rayon pool, results in the order of the notes; the vault is
    /// written once.
    pub fn scrub_batch_into<T: AsRef<str> + Sync>(
        &self,
        notes: &[(T, Context)],
        vault: &Vault,
    ) -> Vec<Result<Scrubbed>> {
        let mut results = self.scrub_batch_with(notes);
        keep_all(vault, notes, &mut results, |scrubbed| scrubbed);
        results
    }
}

/// Puts into `vault` what brings back each of `notes` that gave a result, and makes an error of the result where that cannot be kept: for
/// who scrubs on threads of their own ([`Scrubber::scrub_batch_into`] does both). `scrubbed` says where in a result the scrubbed note is.
/// Nothing may be handed out before this returns; the vault is written once.
pub fn keep_all<T, R>(
    vault: &Vault,
    notes: &[(T, Context)],
    results: &mut [Result<R>],
    scrubbed: impl Fn(&R) -> &Scrubbed,
) where
    T: AsRef<str>,
{
    let (mut at, mut entries) = (Vec::new(), Vec::new());
    for (index, ((text, context), result)) in notes.iter().zip(results.iter_mut()).enumerate() {
        match result.as_ref().map(|done| scrubbed(done).entry(text.as_ref(), context)) {
            Ok(Ok(entry)) => {
                at.push(index);
                entries.push(entry);
            }
            Ok(Err(error)) => *result = Err(error),
            Err(_) => {}
        }
    }
    for (index, kept) in at.into_iter().zip(vault.keep(&entries)) {
        if let Err(error) = kept {
            results[index] = Err(error);
        }
    }
}

impl Scrubbed {
    /// What a vault keeps of this, the scrubbed text of `text`.
    pub(crate) fn entry(&self, text: &str, context: &Context) -> Result<Entry> {
        Entry::new(text.as_bytes(), self.text.as_bytes(), self.map.edits(), context.document())
    }
}
