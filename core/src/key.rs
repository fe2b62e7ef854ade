//! Secret keys: where they come from, and a key of its own for every purpose.
//!
//! A key is wiped from memory when it is dropped and is never printed: `Debug` and errors hold nothing of it.

use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::{Error, Location, Result};

/// The fewest bytes a key may have.
pub const MIN_KEY_BYTES: usize = 32;

/// A secret key of at least 32 bytes, from which a key for every purpose (surrogates, date shifts, hashes, encryption) is
/// derived with HKDF-SHA-256 (RFC 5869), so that none tells anything of another.
///
/// It must be drawn at random, for example with `openssl rand -hex 32`; a password is no key. It is wiped from memory when
/// dropped, and `Debug` prints nothing of it.
///
/// ```
/// use chartguard::Key;
/// let key = Key::parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")?;
/// assert_eq!(format!("{key:?}"), "Key(..)");
/// assert!(Key::parse("too short").unwrap_err().to_string().contains("32 bytes"));
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Key(Zeroizing<Vec<u8>>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Key {
    /// A key of raw bytes.
    ///
    /// # Errors
    /// When there are fewer than 32, or all are the same.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        if bytes.len() < MIN_KEY_BYTES {
            let what = format!("a key of at least {MIN_KEY_BYTES} bytes is expected, this one has {}", bytes.len());
            return Err(Error::key(what));
        }
        if bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err(Error::key("every byte of the key is the same: draw one at random"));
        }
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// Reads a key as text: at least 64 hexadecimal digits, or at least 43 characters of base64 (either alphabet, with or
    /// without `=`). White space around it does not matter. A text that could be both is hexadecimal.
    ///
    /// # Errors
    /// When it is neither, or the key is too short.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.len() >= 2 * MIN_KEY_BYTES
            && text.len().is_multiple_of(2)
            && text.bytes().all(|b| b.is_ascii_hexdigit())
        {
            let nibble = |byte: u8| (byte as char).to_digit(16).unwrap_or(0) as u8;
            let bytes = text.as_bytes().chunks_exact(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1]));
            return Self::from_bytes(&Zeroizing::new(bytes.collect::<Vec<u8>>()));
        }
        let bare = text.trim_end_matches('=');
        let alphabet = if bare.contains(['-', '_']) { &URL_SAFE_NO_PAD } else { &STANDARD_NO_PAD };
        let bytes = alphabet.decode(bare).map(Zeroizing::new).map_err(|_| {
            let what = format!(
                "a key is at least {MIN_KEY_BYTES} bytes, written as hexadecimal digits or base64 (draw one with `openssl rand -hex 32`)"
            );
            Error::key(what)
        })?;
        Self::from_bytes(&bytes)
    }

    /// Reads a key file: one key as text, as [`parse`](Self::parse) takes it.
    ///
    /// # Errors
    /// When the file cannot be read or holds no key.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read(path).map(Zeroizing::new).map_err(|e| Error::io(path, &e))?;
        let at = |error: Error| error.at(Location::File(path.display().to_string()));
        let text = std::str::from_utf8(&text)
            .map_err(|_| at(Error::key("a key file holds one key as text: hexadecimal digits or base64")))?;
        Self::parse(text).map_err(at)
    }

    /// HMAC-SHA-256 of `value` under a key of its own for `purpose`, as 43 characters of base64 that may stand in a URL: for ids that
    /// are to be compared and never read, such as a patient's. The same value has the same fingerprint for one purpose and another
    /// for every other, and who lacks the key cannot try values against it.
    ///
    /// ```
    /// let key = chartguard::Key::parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")?;
    /// let patient = key.fingerprint("patient", "4471203");
    /// assert_eq!((patient.len(), &patient), (43, &key.fingerprint("patient", "4471203")));
    /// assert_ne!(patient, key.fingerprint("clinician", "4471203"));
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    pub fn fingerprint(&self, purpose: &str, value: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(self.derive(&format!("fingerprint {purpose}")).mac(&[value.as_ref()]))
    }

    /// The key for one purpose.
    pub(crate) fn derive(&self, purpose: &str) -> SubKey {
        SubKey::expand(&self.0, purpose)
    }
}

/// A key for one purpose.
#[derive(Clone)]
pub(crate) struct SubKey(Zeroizing<[u8; 32]>);

impl SubKey {
    /// What stands for a key where the caller gave a seed: numbers drawn from it are random to those who do not know it.
    pub(crate) fn from_seed(seed: u64, purpose: &str) -> Self {
        Self::expand(&seed.to_be_bytes(), purpose)
    }

    fn expand(material: &[u8], purpose: &str) -> Self {
        let mut out = Zeroizing::new([0; 32]);
        let info = format!("chartguard v1 {purpose}");
        Hkdf::<Sha256>::new(None, material)
            .expand(info.as_bytes(), out.as_mut_slice())
            .expect("32 bytes are less than HKDF can give");
        Self(out)
    }

    /// The bytes, for a cipher.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// HMAC-SHA-256 of `parts`, each with its length before it, so that no two lists of parts read the same.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes a key of any length");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// A number that is the same for the same `parts`.
    pub(crate) fn number(&self, parts: &[&[u8]]) -> u64 {
        let mac = self.mac(parts);
        u64::from_be_bytes(*mac.first_chunk().expect("a MAC has 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    #[test]
    fn one_key_in_every_form() {
        let bytes: Vec<u8> = (0..32).collect();
        for text in [
            HEX.to_owned(),
            HEX.to_uppercase(),
            format!("  {HEX}\n"),
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".into(),
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8".into(),
        ] {
            assert_eq!(Key::parse(&text).unwrap().0.as_slice(), bytes, "{text}");
        }
        assert_eq!(Key::from_bytes(&bytes).unwrap().0.as_slice(), bytes);
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_repeated() {
        for text in ["", "hunter2", &HEX[..62], "zz", &"0".repeat(64), "correct horse battery staple"] {
            let error = Key::parse(text).unwrap_err();
            assert_eq!(error.code(), ErrorCode::Key);
            assert!(text.len() < 3 || !error.to_string().contains(text), "{error}");
        }
        assert!(Key::from_bytes(&[7; 31]).unwrap_err().to_string().contains("31"));
        let key = Key::parse(HEX).unwrap();
        assert_eq!(format!("{key:?} {:?}", Some(&key)), "Key(..) Some(Key(..))");
    }

    #[test]
    fn purposes_and_parts_do_not_mix() {
        let key = Key::parse(HEX).unwrap();
        let (one, other) = (key.derive("hash"), key.derive("surrogate"));
        assert_ne!(one.bytes(), other.bytes());
        assert_ne!(one.mac(&[b"ab", b"c"]), one.mac(&[b"a", b"bc"]));
        assert_eq!(one.mac(&[b"ab", b"c"]), key.derive("hash").mac(&[b"ab", b"c"]));
        assert_ne!(SubKey::from_seed(1, "x").bytes(), SubKey::from_seed(2, "x").bytes());
    }
}
