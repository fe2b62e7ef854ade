//! What of a text is looked up: its words without case, accents and endings.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::chunk::is_word;
use crate::text::{TokenKind, View, tokens};

/// Longer words have no English ending.
const MAX_STEMMED: usize = 64;

/// Makes terms of texts, the same for documents and queries.
pub(super) struct Terms(Stemmer);

impl Terms {
    pub(super) fn new() -> Self {
        Self(Stemmer::create(Algorithm::English))
    }

    /// The terms of `text` in order. Words lose case, accents, a possessive and, by the Snowball stemmer (Porter 2), their
    /// ending, so that "walked" is found by "walking". A decimal number is one term. No word is left out for being
    /// common: "no" and "not" matter in a note, and the weight of a term says how common it is.
    pub(super) fn of(&self, text: &str) -> Vec<String> {
        let view = View::joined(text);
        let text = view.as_str();
        let all = tokens(text);
        let mut terms = Vec::new();
        let mut at = 0;
        while at < all.len() {
            let token = all[at];
            at += 1;
            if !is_word(&token) {
                continue;
            }
            if token.kind != TokenKind::Number {
                terms.push(self.term(token.of(text)));
                continue;
            }
            let mut span = token.span;
            while let [point, digits, ..] = &all[at..]
                && point.is_mark(text, '.')
                && digits.kind == TokenKind::Number
                && point.span.start == span.end
                && digits.span.start == point.span.end
            {
                span = span.cover(digits.span);
                at += 2;
            }
            terms.push(span.of(text).to_owned());
        }
        terms
    }

    fn term(&self, word: &str) -> String {
        let plain: String = if word.is_ascii() {
            word.to_ascii_lowercase()
        } else {
            word.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
        };
        let plain = plain.strip_suffix("'s").or(plain.strip_suffix("’s")).unwrap_or(&plain);
        // Endings are those of words: "A1c" and "L4s" have none.
        if plain.len() > MAX_STEMMED || !plain.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return plain.to_owned();
        }
        self.0.stem(plain).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_endings() {
        let terms = Terms::new();
        let same = |a: &str, b: &str| assert_eq!(terms.of(a), terms.of(b), "{a} / {b}");
        same("Walking", "walked");
        same("FALLS", "fall");
        same("José’s", "jose");
        same("patient's", "patients");
        same("ambulates", "ambulating");
        same("２.５ mg", "2.5 mg");
        assert_eq!(terms.of("A1c 7.2, BP 120/80; not L4s"), ["a1c", "7.2", "bp", "120", "80", "not", "l4s"]);
        assert_eq!(terms.of("pain 4. 5 reps"), ["pain", "4", "5", "rep"]);
        assert!(terms.of(" -- \n").is_empty());
    }

    #[test]
    fn a_word_of_a_million_letters() {
        assert_eq!(Terms::new().of(&"a".repeat(1_000_000))[0].len(), 1_000_000);
    }
}
