//! Embedded word lists: given names, surnames, places, common words and clinical words, with provenance.
//!
//! The lists are one finite-state map, `words.fst`, made by `build/build.py`; `README.md` says what each list is and
//! under which licence. A word that is absent is unknown, not safe.

pub(crate) mod given_names;

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::LazyLock;

use fst::{Map, Streamer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::error::{Error, Result};
use crate::text::Span;
use crate::text::short::Short;

static WORDS: LazyLock<Option<Map<&'static [u8]>>> =
    LazyLock::new(|| Map::new(include_bytes!("words.fst").as_slice()).ok());

static SAFE_WORDS: LazyLock<Option<Map<&'static [u8]>>> =
    LazyLock::new(|| Map::new(include_bytes!("safe.fst").as_slice()).ok());

/// Says so when the embedded lists cannot be read: without them names would stay in a note, and nobody would know.
pub(crate) fn check() -> Result<()> {
    WORDS
        .as_ref()
        .and(SAFE_WORDS.as_ref())
        .map(|_| ())
        .ok_or_else(|| Error::internal("the embedded word lists cannot be read"))
}

/// The longest key of the map, in bytes; a longer word is in no list.
const LONGEST: usize = 40;

/// How common a word is in each list: 0 is absent, 1 rare, up to 7 very common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// As a given name.
    pub(crate) given: u8,
    /// As a surname.
    pub(crate) surname: u8,
    /// As a city, town or county.
    pub(crate) place: u8,
    /// As an ordinary English word.
    pub(crate) common: u8,
    /// As a word of clinical prose.
    pub(crate) clinical: u8,
    /// As a person whom clinical things are named after: 0 no, 1 beside a clinical noun ("Bell's palsy"), 2 also by
    /// itself ("a Foley").
    pub(crate) eponym: u8,
    /// Whether it is a clinical noun that an eponym stands before ("disease", "sign", "catheter").
    pub(crate) noun: bool,
    /// Whether it is written with a capital and yet identifies nobody: the calendar, states, countries, languages,
    /// peoples, products, scales.
    pub(crate) proper: bool,
}

impl Entry {
    /// How common the word is as a name of a person.
    pub(crate) fn name(self) -> u8 {
        self.given.max(self.surname)
    }

    /// How common the word is as anything but a name.
    pub(crate) fn word(self) -> u8 {
        self.common.max(self.clinical)
    }

    /// Whether no list knows the word.
    pub(crate) fn is_unknown(self) -> bool {
        self == Self::default()
    }

    fn unpack(bits: u32) -> Self {
        let field = |shift: u32, mask: u32| ((bits >> shift) & mask) as u8;
        Self {
            given: field(0, 7),
            surname: field(3, 7),
            place: field(6, 7),
            common: field(9, 7),
            clinical: field(12, 7),
            eponym: field(15, 3),
            noun: field(17, 1) == 1,
            proper: field(18, 1) == 1,
        }
    }
}

/// How a word may be written and still identify nobody, as far as the vocabulary of strict mode knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Safe {
    /// In lower case.
    pub(crate) lower: bool,
    /// With a capital inside a sentence.
    pub(crate) title: bool,
    /// In capitals.
    pub(crate) upper: bool,
}

impl Safe {
    /// Whether it is known in any way.
    pub(crate) fn any(self) -> bool {
        self.lower || self.title || self.upper
    }
}

/// Looks a word up in the vocabulary of strict mode, in any case, accents and apostrophes dropped.
pub(crate) fn safe(word: &str) -> Safe {
    let bits = SAFE_WORDS.as_ref().and_then(|map| map.get(fold(word).as_bytes())).unwrap_or(0);
    Safe { lower: bits & 1 != 0, title: bits & 2 != 0, upper: bits & 4 != 0 }
}

/// Looks a word up, in any case, accents and apostrophes dropped. A possessive ending is part of the word: cut it first.
pub(crate) fn lookup(word: &str) -> Entry {
    lookup_at(word, Span::new(0, word.len()))
}

/// Looks up the word at `span` of `text`.
pub(crate) fn lookup_at(text: &str, span: Span) -> Entry {
    // Nearly all words are short and letters alone.
    match Short::at(text.as_bytes(), span).filter(|short| short.is_letters(span.len())) {
        Some(short) => Recent::get(short.lower_letters()),
        None => lookup_all(std::iter::once(span.of(text))),
    }
}

/// Looks up a word of letters alone in lower case.
pub(crate) fn lookup_letters(word: Short) -> Entry {
    Recent::get(word)
}

/// Looks up a name of several words, as places have them: "San Antonio", "Winston Salem".
pub(crate) fn lookup_all<'a>(words: impl IntoIterator<Item = &'a str>) -> Entry {
    let mut key = Key { bytes: [0; LONGEST], len: 0, whole: true };
    for (index, word) in words.into_iter().enumerate() {
        if index > 0 {
            key.push(b' ');
        }
        if word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            key.append(word);
        } else if word.is_ascii() {
            word.bytes().filter(|byte| *byte != b'\'').for_each(|byte| key.push(byte.to_ascii_lowercase()));
        } else {
            fold(word).bytes().for_each(|byte| key.push(byte));
        }
    }
    if !key.whole {
        return Entry::default();
    }
    let key = &key.bytes[..key.len];
    match std::str::from_utf8(key).ok().and_then(Short::new) {
        Some(short) => Recent::get(short),
        None => Entry::unpack(find(key)),
    }
}

/// The words of ASCII letters alone that `wanted` takes, in the order of the map.
fn select(wanted: impl Fn(&str, Entry) -> bool) -> Vec<String> {
    let mut out = Vec::new();
    let Some(map) = WORDS.as_ref() else { return out };
    let mut words = map.stream();
    while let Some((word, bits)) = words.next() {
        if let Ok(word) = std::str::from_utf8(word)
            && word.bytes().all(|byte| byte.is_ascii_lowercase())
            && wanted(word, Entry::unpack(bits as u32))
        {
            out.push(word.to_owned());
        }
    }
    out
}

/// What the map says of a key, packed.
fn find(key: &[u8]) -> u32 {
    WORDS.as_ref().and_then(|map| map.get(key)).map_or(0, |bits| bits as u32)
}

/// Two to the power of this is how many words are remembered.
const RECENT: u32 = 14;

/// A word that was looked up before, and what was found: notes are made of few words, and the map is slow to walk.
#[derive(Clone, Copy)]
struct Recent {
    /// Zeros are no word.
    word: [u8; 16],
    bits: u32,
}

thread_local! {
    static RECENT_WORDS: RefCell<Vec<Recent>> =
        RefCell::new(vec![Recent { word: [0; 16], bits: 0 }; 1 << RECENT]);
}

impl Recent {
    fn get(word: Short) -> Entry {
        let find = || {
            let bytes = word.bytes();
            find(&bytes[..bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)])
        };
        let remembered = RECENT_WORDS.try_with(|recent| {
            let mut recent = recent.borrow_mut();
            let known = &mut recent[word.hash(RECENT)];
            if known.word != word.bytes() {
                *known = Self { word: word.bytes(), bits: find() };
            }
            known.bits
        });
        Entry::unpack(remembered.unwrap_or_else(|_| find()))
    }
}

/// A key under construction; `whole` falls when it outgrows every key of the map.
struct Key {
    bytes: [u8; LONGEST],
    len: usize,
    whole: bool,
}

impl Key {
    /// Appends letters without accents.
    fn append(&mut self, letters: &str) {
        match self.bytes.get_mut(self.len..self.len + letters.len()) {
            Some(slot) => {
                slot.copy_from_slice(letters.as_bytes());
                slot.make_ascii_lowercase();
                self.len += letters.len();
            }
            None => self.whole = false,
        }
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.len) {
            *slot = byte;
            self.len += 1;
        } else {
            self.whole = false;
        }
    }
}

/// Lower case, accents and apostrophes dropped, letters that have no decomposition spelled out: the keys of the lists.
pub(crate) fn fold(word: &str) -> Cow<'_, str> {
    if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Cow::Borrowed(word);
    }
    if word.is_ascii() {
        let mut folded = word.to_ascii_lowercase();
        folded.retain(|letter| letter != '\'');
        return Cow::Owned(folded);
    }
    let mut folded = String::with_capacity(word.len());
    for character in word.nfkd().flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c)) {
        match character {
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'þ' => folded.push_str("th"),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ı' => folded.push('i'),
            'ə' => folded.push('e'),
            '\'' | '’' | '‘' | 'ʻ' | 'ʼ' => {}
            other => folded.push(other),
        }
    }
    Cow::Owned(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_is_readable() {
        assert!(WORDS.as_ref().is_some_and(|map| map.len() > 100_000));
    }

    #[test]
    fn names_places_and_words_are_told_apart() {
        assert!(lookup("Rosalind").given > 0);
        assert!(lookup("okafor").surname > 0);
        assert_eq!(lookup("SMITH").surname, 7);
        assert_eq!(lookup("patient").word(), 7);
        assert_eq!(lookup("patient").given, 0);
        assert!(lookup("Springfield").place >= 5);
        assert!(lookup_all(["San", "Antonio"]).place >= 6);
        assert!(lookup("dyspnea").clinical > 0);
        assert!(lookup("Zzyzxqwv").is_unknown());
    }

    #[test]
    fn names_that_are_nouns_in_the_dictionary_alone_are_names() {
        assert!(lookup("John").word() <= 1);
        assert!(lookup("Mark").word() >= 5, "a mark and to mark are ordinary words in notes");
    }

    #[test]
    fn eponyms_and_their_nouns_are_marked() {
        assert_eq!(lookup("Foley").eponym, 2);
        assert_eq!(lookup("Bell").eponym, 1);
        assert!(lookup("syndrome").noun);
        assert_eq!(lookup("Okafor").eponym, 0);
    }

    #[test]
    fn case_accents_and_apostrophes_do_not_matter() {
        assert_eq!(lookup("JOSÉ"), lookup("jose"));
        assert_eq!(lookup("Jose\u{301}"), lookup("jose"));
        assert_eq!(lookup("O'Brien"), lookup("OBRIEN"));
        assert_eq!(lookup("O’Brien"), lookup("obrien"));
        assert_eq!(lookup("Łukasz"), lookup("lukasz"));
    }

    #[test]
    fn anything_can_be_asked_for() {
        for word in ["", "'", "\u{301}", "🙂", &"a".repeat(10_000), &"é".repeat(10_000)] {
            assert_eq!(lookup(word), Entry::default());
        }
    }
}
