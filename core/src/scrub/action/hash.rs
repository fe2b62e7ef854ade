//! `hash`: HMAC-SHA-256 of the value, cut to 128 bits, such as `[MRN:5d41402abc4b2a76b9719d911017c592]`.
//!
//! There is no hash without a key: the ten digits of a record number are guessed in a second. The same value, however it is
//! punctuated or cased, has the same hash in every note under one key.

use std::fmt::Write;

use super::tag::label;
use crate::key::SubKey;
use crate::scrub::Category;

/// How many bytes of the MAC are shown.
const BYTES: usize = 16;

pub(super) fn apply(key: &SubKey, category: Category, canonical: &str, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(out, "[{}:{}]", label(category), digits(key, category, canonical));
}

/// The hash in hexadecimal digits.
pub(super) fn digits(key: &SubKey, category: Category, canonical: &str) -> String {
    let mac = key.mac(&[category.as_str().as_bytes(), canonical.as_bytes()]);
    let mut out = String::with_capacity(2 * BYTES);
    for byte in &mac[..BYTES] {
        let _ = write!(out, "{byte:02x}");
    }
    out
}
