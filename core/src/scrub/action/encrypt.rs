//! `encrypt`: a token such as `[NAME:cg1_...]` from which the key gives the value back.
//!
//! AES-256-GCM-SIV (RFC 8452). Every token is bound to the whole scrubbed text and to its place in it, so that a token that was
//! altered, moved, dropped or added, or a changed word anywhere, is seen. The nonce is worked out from the same, so the same
//! note gives the same bytes; GCM-SIV stays safe should one ever repeat.

use std::ops::Range;

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::Key;
use crate::error::{Error, Location, Result};
use crate::key::SubKey;

/// What stands between the label and the payload of a token, and in no other place of a scrubbed text.
pub(in crate::scrub) const MARK: &str = ":cg1_";

/// Bytes of a payload that tell which key made it.
const KEY_ID: usize = 4;

/// The keys by which tokens are made and read.
#[derive(Clone)]
pub(in crate::scrub) struct TokenKeys {
    cipher: Aes256GcmSiv,
    nonce: SubKey,
    id: [u8; KEY_ID],
}

/// A token in a text: its label (`NAME`), and where it and its payload are.
pub(in crate::scrub) struct Token {
    pub(in crate::scrub) span: Range<usize>,
    pub(in crate::scrub) label: Range<usize>,
    pub(in crate::scrub) payload: Range<usize>,
}

/// The tokens of a text in order. A mark that belongs to no whole token is an error.
pub(in crate::scrub) fn tokens(text: &str) -> Result<Vec<Token>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(MARK) {
        let label = text[..at].bytes().rev().take_while(|b| b.is_ascii_uppercase() || *b == b'_').count();
        let payload = at + MARK.len();
        let is_payload = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let end = payload + text.as_bytes()[payload..].iter().take_while(|byte| is_payload(byte)).count();
        let opens = label > 0 && text[..at - label].ends_with('[');
        if !opens || !text[end..].starts_with(']') {
            return Err(Error::tampered("a token is not whole: the text was changed").at(Location::Byte(at)));
        }
        found.push(Token { span: at - label - 1..end + 1, label: at - label..at, payload: payload..end });
    }
    Ok(found)
}

/// What a text is beside the payloads of its tokens: the pieces between them.
pub(in crate::scrub) fn skeleton<'t>(pieces: impl Iterator<Item = &'t str>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update((piece.len() as u64).to_be_bytes());
        hash.update(piece.as_bytes());
    }
    hash.finalize().into()
}

impl TokenKeys {
    pub(in crate::scrub) fn new(key: &Key) -> Self {
        let cipher = key.derive("encrypt");
        let id = key.derive("encrypt key id").mac(&[]);
        Self {
            cipher: Aes256GcmSiv::new_from_slice(cipher.bytes()).expect("the cipher takes 32 bytes"),
            nonce: key.derive("encrypt nonce"),
            id: *id.first_chunk().expect("a MAC has 32 bytes"),
        }
    }

    /// The payload of the token number `index` of a text.
    pub(in crate::scrub) fn seal(&self, plain: &[u8], skeleton: &[u8; 32], index: usize) -> Result<String> {
        let (nonce, bound) = self.bind(skeleton, index);
        let sealed = self.cipher.encrypt(&nonce, Payload { msg: plain, aad: &bound });
        let sealed = sealed.map_err(|_| Error::internal("a value could not be encrypted"))?;
        Ok(URL_SAFE_NO_PAD.encode([self.id.as_slice(), &sealed].concat()))
    }

    /// Whether a payload says that this key made it.
    pub(in crate::scrub) fn made(&self, payload: &str) -> bool {
        URL_SAFE_NO_PAD.decode(payload).is_ok_and(|bytes| bytes.starts_with(&self.id))
    }

    /// What was sealed; `None` where anything differs.
    pub(in crate::scrub) fn open(&self, payload: &str, skeleton: &[u8; 32], index: usize) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let sealed = bytes.strip_prefix(self.id.as_slice())?;
        let (nonce, bound) = self.bind(skeleton, index);
        self.cipher.decrypt(&nonce, Payload { msg: sealed, aad: &bound }).ok()
    }

    fn bind(&self, skeleton: &[u8; 32], index: usize) -> (Nonce, Vec<u8>) {
        let bound = [skeleton.as_slice(), &(index as u64).to_be_bytes()].concat();
        let nonce: [u8; 12] = *self.nonce.mac(&[&bound]).first_chunk().expect("a MAC has 32 bytes");
        (Nonce::from(nonce), bound)
    }
}
