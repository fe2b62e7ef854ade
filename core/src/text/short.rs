//! Short words as numbers: sixteen bytes of a text are read, measured, put in lower case and compared at once.
//!
//! A loop over letters costs most where it ends, which no processor foresees; most words end within sixteen bytes.

use std::num::NonZeroU128;

use super::{Case, Span};

/// The same byte sixteen times.
const fn all(byte: u8) -> u128 {
    u128::from_le_bytes([byte; 16])
}

/// The sixteen bytes from `at` on, zeros past the end of the text.
#[inline]
pub(crate) fn sixteen(text: &[u8], at: usize) -> u128 {
    let rest = text.get(at..).unwrap_or_default();
    rest.first_chunk::<16>().map_or_else(|| last(rest), |chunk| u128::from_le_bytes(*chunk))
}

/// Less than sixteen bytes and zeros.
#[cold]
fn last(rest: &[u8]) -> u128 {
    let mut chunk = [0; 16];
    chunk[..rest.len()].copy_from_slice(rest);
    u128::from_le_bytes(chunk)
}

/// The bits of the first bytes of sixteen, by how many they are: to look them up takes less than to shift so wide a number.
static FIRST: [u128; 17] = {
    let mut first = [0; 17];
    let mut count = 1;
    while count < 17 {
        first[count] = u128::MAX >> (128 - 8 * count);
        count += 1;
    }
    first
};

/// The highest bit of each byte from `low` to `high`, both below 0x80.
#[inline]
fn between(bytes: u128, low: u8, high: u8) -> u128 {
    let seven = bytes & all(0x7f);
    let (from, past) = (seven + all(0x80 - low), seven + all(0x7f - high));
    (from ^ past) & !bytes & all(0x80)
}

/// How many of sixteen bytes come first that are ASCII letters.
#[inline]
pub(crate) fn letters(bytes: u128) -> usize {
    let others = between(bytes | all(0x20), b'a', b'z') ^ all(0x80);
    others.trailing_zeros() as usize / 8
}

/// Where the run of ASCII letters ends that goes on at `at`.
#[inline]
pub(crate) fn letters_end(text: &[u8], mut at: usize) -> usize {
    loop {
        let count = letters(sixteen(text, at));
        at += count;
        if count < 16 {
            return at;
        }
    }
}

/// Where the run of ASCII letters and digits ends that goes on at `at`.
#[inline]
pub(crate) fn word_end(text: &[u8], mut at: usize) -> usize {
    loop {
        let bytes = sixteen(text, at);
        let others = (between(bytes | all(0x20), b'a', b'z') | between(bytes, b'0', b'9')) ^ all(0x80);
        let count = others.trailing_zeros() as usize / 8;
        at += count;
        if count < 16 {
            return at;
        }
    }
}

/// How many ASCII digits stand at `span`.
#[inline]
pub(crate) fn digits(text: &[u8], span: Span) -> usize {
    let (mut at, mut digits) = (span.start, 0);
    while at < span.end {
        let part = sixteen(text, at) & FIRST[(span.end - at).min(16)];
        let ones = between(part, b'0', b'9') >> 7;
        let ones = (ones >> 64) as u64 + ones as u64;
        // The sum of all bytes comes to lie in the highest.
        digits += (ones.wrapping_mul(0x0101_0101_0101_0101) >> 56) as usize;
        at += 16;
    }
    digits
}

/// A word of at most sixteen bytes, all of them ASCII and the last of them not zero.
// No `Debug`: it is a word of a note.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Short(NonZeroU128);

impl Short {
    /// Reads the word that stands at `span`, if it is short and ASCII.
    #[inline]
    pub(crate) fn at(text: &[u8], span: Span) -> Option<Self> {
        let short = Self::first(sixteen(text, span.start), span.len())?;
        // A zero at the end would be no part of the number.
        let whole = text.get(span.end - 1).is_some_and(|byte| *byte != 0);
        (whole && short.0.get() & all(0x80) == 0).then_some(short)
    }

    /// Reads a word, if it is short and ASCII.
    pub(crate) fn new(word: &str) -> Option<Self> {
        Self::at(word.as_bytes(), Span::new(0, word.len()))
    }

    /// The first `count` of sixteen bytes, which are ASCII.
    #[inline]
    pub(crate) fn first(bytes: u128, count: usize) -> Option<Self> {
        match count {
            1..=16 => NonZeroU128::new(bytes & FIRST[count]).map(Self),
            _ => None,
        }
    }

    /// Its bytes as a number, the first of them lowest.
    #[inline]
    pub(crate) fn get(self) -> u128 {
        self.0.get()
    }

    /// The same in lower case.
    #[inline]
    pub(crate) fn lower(self) -> Self {
        Self(self.0 | self.capitals() >> 2)
    }

    /// Whether all of its `len` bytes are letters.
    #[inline]
    pub(crate) fn is_letters(self, len: usize) -> bool {
        letters(self.0.get()) == len
    }

    /// The highest bit of each byte that is a capital.
    #[inline]
    fn capitals(self) -> u128 {
        between(self.0.get(), b'A', b'Z')
    }

    /// The same in lower case, if it is letters and digits alone.
    #[inline]
    pub(crate) fn lower_letters(self) -> Self {
        // Of the bits of letters, this one is set in all and the next lower one in small ones.
        Self(self.0 | (self.0.get() & all(0x40)) >> 1)
    }

    /// Of a word of letters alone the bit of each byte that is a capital, and of each that is one of its letters.
    #[inline]
    fn capital_letters(self) -> (u128, u128) {
        let letters = (self.0.get() & all(0x40)) >> 1;
        (letters & !self.0.get(), letters)
    }

    /// Whether a word of letters alone has no capital.
    #[inline]
    pub(crate) fn is_small(self) -> bool {
        self.capital_letters().0 == 0
    }

    /// How a word of letters alone is written, as [`Token::case`](super::Token::case) has it.
    #[inline]
    pub(crate) fn case(self) -> Case {
        let (capitals, letters) = self.capital_letters();
        match capitals {
            0 => Case::Lower,
            _ if capitals == letters => Case::Upper,
            0x20 => Case::Title,
            _ => Case::Mixed,
        }
    }

    /// A word of letters alone in lower case, unless a capital stands right after a small letter.
    #[inline]
    pub(crate) fn lower_unless_camel(self) -> Option<Self> {
        let (capitals, letters) = self.capital_letters();
        let camel = capitals & (letters & !capitals) << 8 != 0;
        (!camel).then(|| self.lower_letters())
    }

    /// The same with a byte after its `len`, fewer than sixteen.
    #[inline]
    pub(crate) fn then(self, len: usize, byte: u8) -> Self {
        Self(self.0 | u128::from(byte) << (8 * len))
    }

    /// The bytes and zeros after them.
    pub(crate) fn bytes(self) -> [u8; 16] {
        self.0.get().to_le_bytes()
    }

    /// A number of ten bits for the first two letters, whatever their case.
    #[inline]
    pub(crate) fn opening(self) -> usize {
        let first = self.0.get() as usize;
        (first & 31) << 5 | (first >> 8) & 31
    }

    /// A number of `bits` bits for a table, at most 64.
    #[inline]
    pub(crate) fn hash(self, bits: u32) -> usize {
        let (low, high) = (self.0.get() as u64, (self.0.get() >> 64) as u64);
        let mixed = low.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32) ^ high;
        (mixed.wrapping_mul(0xD6E8_FEB8_6659_FD93) >> (64 - bits)) as usize
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn cases_are_those_of_tokens(word in "[a-zA-Z]{1,16}|[A-Z][a-z]{0,9}|[A-Z]{1,9}") {
            let token = super::super::tokens(&word)[0];
            prop_assert!(Short::new(&word).is_some_and(|short| short.is_letters(word.len()) && short.case() == token.case(&word)));
        }

        #[test]
        fn as_byte_by_byte(text in r"([a-zA-Z'@\[`{0-9/:é]|.){0,40}", from in 0_usize..40) {
            let bytes = text.as_bytes();
            let from = from.min(bytes.len());
            let count = bytes[from..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            prop_assert_eq!(letters_end(bytes, from), from + count);
            prop_assert_eq!(letters(sixteen(bytes, from)), count.min(16));
            let both = bytes[from..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            prop_assert_eq!(word_end(bytes, from), from + both);
            let number = bytes[from..].iter().filter(|byte| byte.is_ascii_digit()).count();
            prop_assert_eq!(digits(bytes, Span::new(from, bytes.len())), number);
            match Short::new(&text) {
                Some(short) => {
                    let (mut lower, mut own) = ([0; 16], [0; 16]);
                    own[..text.len()].copy_from_slice(bytes);
                    lower[..text.len()].copy_from_slice(text.to_ascii_lowercase().as_bytes());
                    prop_assert_eq!((short.bytes(), short.lower().bytes()), (own, lower));
                    if count == text.len() {
                        let camel = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
                        prop_assert_eq!(short.lower_letters().bytes(), lower);
                        prop_assert_eq!(short.lower_unless_camel().is_none(), bytes.windows(2).any(camel));
                    }
                }
                None if text.ends_with('\0') => {}
                None => prop_assert!(text.is_empty() || text.len() > 16 || !text.is_ascii()),
            }
        }
    }
}
