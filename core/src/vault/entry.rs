//! What is kept of one scrubbed note or message: the pieces that were replaced, and how they are put back.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::text::Span;

/// Bytes of a number.
const NUMBER: usize = 8;

/// What a vault is to keep of one scrubbed note. No `Debug`: it holds what was removed, and is wiped when dropped.
pub(crate) struct Entry {
    /// SHA-256 of the scrubbed text.
    pub(super) text: [u8; 32],
    pub(super) document: Option<String>,
    /// The replaced pieces, as they are sealed.
    pub(crate) content: Zeroizing<Vec<u8>>,
}

impl Entry {
    /// What brings `scrubbed` back to `note`, a text or a message: `edits` are the replaced spans of it with those of `scrubbed`, in
    /// order.
    ///
    /// # Errors
    /// When they do not bring it back, which is a defect of who made them.
    pub(crate) fn new(note: &[u8], scrubbed: &[u8], edits: &[(Span, Span)], document: Option<&str>) -> Result<Self> {
        let size = edits.iter().map(|(input, _)| 3 * NUMBER + input.len()).sum();
        // Made at its full size at once: a vector that grows leaves copies behind.
        let mut content = Zeroizing::new(Vec::with_capacity(size));
        for (input, output) in edits {
            let piece = note.get(input.range()).unwrap_or_default();
            for number in [output.start, output.end, piece.len()] {
                content.extend((number as u64).to_be_bytes());
            }
            content.extend(piece);
        }
        if rebuild(scrubbed, &content).as_deref() != Some(note) {
            return Err(Error::internal("what was replaced does not bring the note back; nothing is returned"));
        }
        Ok(Self { text: digest(scrubbed), document: document.map(str::to_owned), content })
    }
}

/// SHA-256 of a text.
pub(super) fn digest(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// What `scrubbed` was; `None` where the content does not fit it.
pub(crate) fn rebuild(scrubbed: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    let mut note = Vec::with_capacity(scrubbed.len() + content.len());
    let mut copied = 0;
    for piece in pieces(content) {
        let (start, end, original) = piece?;
        note.extend(scrubbed.get(copied..start)?);
        scrubbed.get(start..end)?;
        note.extend(original);
        copied = end;
    }
    note.extend(scrubbed.get(copied..)?);
    Some(note)
}

/// How many pieces there are; `None` where the content is not whole.
pub(super) fn count(content: &[u8]) -> Option<u64> {
    pieces(content).try_fold(0, |count, piece| piece.map(|_| count + 1))
}

/// Each piece: where it starts and ends in the scrubbed text, and what stood there. `None` once where it is not whole.
fn pieces(mut content: &[u8]) -> impl Iterator<Item = Option<(usize, usize, &[u8])>> {
    std::iter::from_fn(move || {
        if content.is_empty() {
            return None;
        }
        let mut rest = std::mem::take(&mut content);
        let mut number = || {
            let (number, after) = rest.split_first_chunk::<NUMBER>()?;
            rest = after;
            usize::try_from(u64::from_be_bytes(*number)).ok()
        };
        let (Some(start), Some(end), Some(length)) = (number(), number(), number()) else { return Some(None) };
        let Some((original, after)) = rest.split_at_checked(length) else { return Some(None) };
        content = after;
        Some(Some((start, end, original)))
    })
}
