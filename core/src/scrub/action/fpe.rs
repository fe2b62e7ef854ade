//! `fpe`: a number or code becomes another of exactly the same format, from which the key gives it back.
//!
//! FF1 with AES-256 (NIST SP 800-38G). A digit stays a digit, a capital a capital, a small letter one, all else is left: the
//! value is ranked among all values of its format, and cycle walking keeps the result among them. NIST asks for a
//! domain of at least a million; a smaller one is refused. FF3 and FF3-1 are withdrawn and not used.

use aes::Aes256;
use fpe::ff1::{FF1, FlexibleNumeralString};

use crate::Key;
use crate::key::SubKey;
use crate::scrub::Category;

/// The fewest values a format may have (SP 800-38G rev. 1, requirement on the domain).
const SMALLEST_DOMAIN: u128 = 1_000_000;
/// The most characters that are encrypted together: 26 to this power still fits the arithmetic.
const TOGETHER: usize = 24;

/// The cipher.
#[derive(Clone)]
pub(in crate::scrub) struct Fpe(SubKey);

#[derive(Clone, Copy)]
enum Direction {
    Encrypt,
    Decrypt,
}

impl Fpe {
    pub(in crate::scrub) fn new(key: &Key) -> Self {
        Self(key.derive("fpe"))
    }

    /// `value` encrypted; `None` when its format has fewer than a million values, or it holds letters or digits of other scripts.
    /// `attempt` is part of the tweak.
    pub(in crate::scrub) fn encrypt(&self, value: &str, category: Category, attempt: u8) -> Option<String> {
        self.permute(value, category, attempt, Direction::Encrypt)
    }

    /// The value that gave `encrypted` under the same category and attempt.
    pub(in crate::scrub) fn decrypt(&self, encrypted: &str, category: Category, attempt: u8) -> Option<String> {
        self.permute(encrypted, category, attempt, Direction::Decrypt)
    }

    fn permute(&self, value: &str, category: Category, attempt: u8, direction: Direction) -> Option<String> {
        let mut out = value.as_bytes().to_vec();
        if value.chars().any(|c| !c.is_ascii() && c.is_alphanumeric()) {
            return None;
        }
        let places: Vec<usize> = (0..out.len()).filter(|at| out[*at].is_ascii_alphanumeric()).collect();
        let parts = places.len().div_ceil(TOGETHER);
        for part in 0..parts {
            let range = part * places.len() / parts..(part + 1) * places.len() / parts;
            let tweak = format!("{category} {attempt} {part}");
            self.permute_part(&mut out, &places[range], tweak.as_bytes(), direction)?;
        }
        if parts == 0 { None } else { String::from_utf8(out).ok() }
    }

    /// Encrypts or decrypts the characters at `places` as one number.
    fn permute_part(&self, bytes: &mut [u8], places: &[usize], tweak: &[u8], direction: Direction) -> Option<()> {
        let domain: u128 = places.iter().map(|at| class(bytes[*at]).1).product();
        if domain < SMALLEST_DOMAIN {
            return None;
        }
        let bits = 128 - (domain - 1).leading_zeros();
        let cipher = FF1::<Aes256>::new(self.0.bytes(), 2).ok()?;
        let mut rank = places.iter().fold(0, |rank, at| {
            let (first, size) = class(bytes[*at]);
            rank * size + u128::from(bytes[*at] - first)
        });
        // A result outside the domain is encrypted again: at worst every other one is.
        loop {
            let numerals: Vec<u16> = (0..bits).rev().map(|bit| (rank >> bit & 1) as u16).collect();
            let numerals = FlexibleNumeralString::from(numerals);
            let permuted = match direction {
                Direction::Encrypt => cipher.encrypt(tweak, &numerals),
                Direction::Decrypt => cipher.decrypt(tweak, &numerals),
            };
            let permuted: Vec<u16> = permuted.ok()?.into();
            rank = permuted.iter().fold(0, |rank, bit| rank << 1 | u128::from(*bit));
            if rank < domain {
                break;
            }
        }
        for at in places.iter().rev() {
            let (first, size) = class(bytes[*at]);
            bytes[*at] = first + (rank % size) as u8;
            rank /= size;
        }
        Some(())
    }
}

/// The first character of the class of an ASCII letter or digit, and how many there are.
fn class(byte: u8) -> (u8, u128) {
    match byte {
        b'0'..=b'9' => (b'0', 10),
        b'A'..=b'Z' => (b'A', 26),
        _ => (b'a', 26),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn cipher() -> Fpe {
        Fpe::new(&Key::from_bytes(&(0..32).collect::<Vec<u8>>()).unwrap())
    }

    #[test]
    fn the_format_is_kept_and_the_value_comes_back() {
        let fpe = cipher();
        for value in [
            "219-09-9999",
            "(555) 867-5309 x12",
            "AB-1234567",
            "0000000",
            "e4d909c290d0fb1ca068ffaddf22cbd0e4d909c290d0fb1ca068ffaddf22cbd0",
            "GB29 NWBK 6016 1331 9268 19",
        ] {
            let shape = |text: &str| -> String {
                text.chars()
                    .map(|c| match c {
                        '0'..='9' => '9',
                        'a'..='z' => 'a',
                        'A'..='Z' => 'A',
                        other => other,
                    })
                    .collect()
            };
            let encrypted = fpe.encrypt(value, Category::Mrn, 0).unwrap();
            assert_eq!(shape(&encrypted), shape(value));
            assert_ne!(encrypted, value);
            assert_eq!(fpe.decrypt(&encrypted, Category::Mrn, 0).unwrap(), value);
            assert_ne!(fpe.encrypt(value, Category::Ssn, 0).unwrap(), encrypted, "the category is in the tweak");
            assert_ne!(fpe.encrypt(value, Category::Mrn, 1).unwrap(), encrypted);
        }
    }

    #[test]
    fn a_domain_of_less_than_a_million_is_refused() {
        let fpe = cipher();
        for value in ["", "--", "12345", "A1234", "4471", "１２３４５６７", "Ünsäl12"] {
            assert_eq!(fpe.encrypt(value, Category::Mrn, 0), None, "{value}");
        }
        assert!(fpe.encrypt("123456", Category::Mrn, 0).is_some());
    }

    #[test]
    fn it_is_a_permutation() {
        let fpe = cipher();
        let all: HashSet<String> =
            (0..5000).map(|n| fpe.encrypt(&format!("{n:06}"), Category::Mrn, 0).unwrap()).collect();
        assert_eq!(all.len(), 5000);
    }
}
