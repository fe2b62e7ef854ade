//! `surrogate`: an invented value of the same kind, case, format and length class, which belongs to nobody.
//!
//! Telephone numbers are of the range kept for fiction (555-0100 to 555-0199), social security numbers of areas that are never
//! issued, mail addresses and sites at reserved domains (RFC 2606), addresses of the documentation ranges (RFC 5737, RFC 3849), ZIP
//! codes of areas that do not exist, and numbers with a check digit fail it. A surrogate is never a value that stands in the note.
//!
//! Where the surrogate of a value stands in a note already, the next one is taken; two notes of a patient can then differ in it.
//!
//! One word of a name has one surrogate, so that "John Smith", "Mr. Smith" and "J. Smith" stay one person, and different words have
//! different ones.

mod code;
mod name;
mod network;
mod number;
mod place;
mod words;

use std::collections::{HashMap, HashSet};

use super::Worker;
use crate::key::SubKey;
use crate::lexicon;
use crate::scrub::{Category, Finding};
use crate::text::{self, TokenKind};

/// How often another value is tried that stands in the note or was given before.
const ATTEMPTS: u64 = 200;

/// Where surrogates come from.
pub(super) enum Source {
    /// From the value under a key: the same value has the same surrogate in all notes of a patient.
    Keyed { key: SubKey, patient: Option<String> },
    /// From a seed and the order of the note, not from the value.
    Drawn { seed: SubKey, document: Option<String> },
}

/// What was given so far in a note, and what may not be given.
#[derive(Default)]
pub(super) struct Surrogates {
    /// By kind and value.
    given: HashMap<(&'static str, String), String>,
    /// Every word and every value of the note, and every surrogate given, folded.
    taken: HashSet<String>,
}

impl Surrogates {
    pub(super) fn new(text: &str, findings: &[Finding]) -> Self {
        let mut surrogates = Self::default();
        surrogates.see(text, findings);
        surrogates
    }

    /// How many values and words are kept.
    pub(super) fn len(&self) -> usize {
        self.given.len() + self.taken.len()
    }

    /// Takes note of the words of a text, which are given to nothing from here on.
    pub(super) fn see(&mut self, text: &str, findings: &[Finding]) {
        let taken = &mut self.taken;
        for token in text::tokens(text).iter().filter(|token| token.kind != TokenKind::Punctuation) {
            let word = token.of(text);
            // "Smith's": both with its ending and without.
            if let Some(bare) = ["'s", "’s", "'S", "’S"].iter().find_map(|end| word.strip_suffix(end)) {
                taken.insert(plain(bare));
            }
            taken.insert(plain(word));
        }
        taken.extend(findings.iter().map(|finding| plain(finding.span.of(text))));
        taken.remove("");
    }

    /// The surrogate of the finding at `index`; `None` where there is none of its kind.
    pub(super) fn invent(
        &mut self,
        source: &Source,
        worker: &Worker<'_>,
        index: usize,
        canonical: &str,
    ) -> Option<String> {
        let original = worker.original(index);
        let finding = &worker.findings[index];
        match finding.category {
            Category::Name => name::invent(self, source, worker, index),
            Category::Location | Category::Organization => place::invent(self, source, original, finding),
            Category::Profession => name::profession(self, source, original),
            Category::Phone | Category::Fax => {
                self.value("phone", canonical, source, |draw| number::phone(original, draw))
            }
            Category::Ssn => self.value("ssn", canonical, source, |draw| number::ssn(original, draw)),
            Category::Email => self.value("email", canonical, source, |draw| network::email(original, draw)),
            Category::Url => self.value("url", canonical, source, |draw| network::url(original, draw)),
            Category::Ip => self.value("ip", canonical, source, |draw| network::ip(original, draw)),
            Category::Date | Category::Age => None,
            category => self.value(category.as_str(), canonical, source, |draw| code::invent(original, draw)),
        }
    }

    /// The surrogate of a value of a kind: the one it has, or a new one that stands neither in the note nor for another value.
    fn value(
        &mut self,
        kind: &'static str,
        canonical: &str,
        source: &Source,
        mut invent: impl FnMut(&mut Draw) -> Option<String>,
    ) -> Option<String> {
        if let Some(known) = self.given.get(&(kind, canonical.to_owned())) {
            return Some(known.clone());
        }
        for attempt in 0..ATTEMPTS {
            let mut draw = Draw::new(source, kind, canonical, self.given.len(), attempt);
            let invented = invent(&mut draw)?;
            if self.taken.insert(plain(&invented)) {
                self.given.insert((kind, canonical.to_owned()), invented.clone());
                return Some(invented);
            }
        }
        None
    }
}

/// A value as it is compared: letters and digits, folded.
fn plain(value: &str) -> String {
    if value.is_ascii() {
        return value.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    }
    lexicon::fold(value).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Numbers for one value, in a fixed order.
pub(super) struct Draw {
    key: SubKey,
    scope: Vec<u8>,
    count: u64,
}

impl Draw {
    fn new(source: &Source, kind: &str, canonical: &str, ordinal: usize, attempt: u64) -> Self {
        let (key, parts): (&SubKey, [&[u8]; 3]) = match source {
            Source::Keyed { key, patient } => {
                let patient = patient.as_ref().map_or(&b""[..], |patient| patient.as_bytes());
                (key, [b"keyed", patient, canonical.as_bytes()])
            }
            // Nothing of the value goes in: 45 CFR 164.514(c) allows no code derived from it.
            Source::Drawn { seed, document } => {
                let document = document.as_ref().map_or(&b""[..], |document| document.as_bytes());
                (seed, [b"drawn", document, &[]])
            }
        };
        let ordinal = if matches!(source, Source::Drawn { .. }) { ordinal as u64 } else { 0 };
        let numbers = [ordinal.to_be_bytes(), attempt.to_be_bytes()].concat();
        let scope = key.mac(&[kind.as_bytes(), parts[0], parts[1], parts[2], &numbers]);
        Self { key: key.clone(), scope: scope.to_vec(), count: 0 }
    }

    /// A number under `bound`.
    fn below(&mut self, bound: usize) -> usize {
        self.count += 1;
        let number = self.key.number(&[&self.scope, &self.count.to_be_bytes()]);
        (number % bound.max(1) as u64) as usize
    }

    fn digit(&mut self) -> char {
        (b'0' + self.below(10) as u8) as char
    }

    fn pick<'p, T: ?Sized>(&mut self, pool: &'p [&'p T]) -> &'p T {
        pool[self.below(pool.len())]
    }
}

/// `word` in the case of `like`: capitals, small letters, or a capital first.
fn cased(like: &str, word: &str) -> String {
    let mut letters = like.chars().filter(|c| c.is_alphabetic());
    let first_is_capital = letters.next().is_some_and(char::is_uppercase);
    if first_is_capital
        && like.chars().filter(|c| c.is_alphabetic()).count() > 1
        && !like.chars().any(char::is_lowercase)
    {
        return word.to_uppercase();
    }
    if !first_is_capital && like.chars().any(char::is_lowercase) {
        return word.to_owned();
    }
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
