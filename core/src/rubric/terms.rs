//! Finds words and phrases of named lists in a text, inflected as English inflects them, in one pass.
//!
//! A phrase matches whole words only: `ot` is never found in "not". Words may be joined by blanks, a line break, a
//! hyphen, a slash, an apostrophe or the full stop of an abbreviation. A term written with `=` before it matches only
//! as it is written: `=MS`.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::error::{Error, ErrorCode, Result};
use crate::text::Span;
use crate::text::hash::QuickMap;
use crate::text::short::{Short, letters_end};

/// The term lists that ship with chartguard and that every rubric can refer to.
const BUILTIN: &str = include_str!("../../rubrics/vocabulary.yaml");

static SHARED: LazyLock<Vocabulary> = LazyLock::new(|| {
    let lists: std::collections::BTreeMap<String, Vec<String>> =
        crate::yaml::parse(BUILTIN, ErrorCode::Internal).expect("the built-in vocabulary is tested");
    let mut vocabulary = Vocabulary::default();
    for (name, terms) in &lists {
        vocabulary.define(name, terms).expect("the built-in vocabulary is tested");
    }
    vocabulary
});

/// A term list's place in its vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ListId(u32);

/// A word of a text: where it is, and the id of its stem if any term uses it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    pub(crate) span: Span,
    stem: Option<u32>,
}

#[derive(Debug, Clone)]
struct Entry {
    list: ListId,
    /// The second stem, in which most phrases differ.
    second: Option<u32>,
    /// The stems after the first.
    rest: Box<[u32]>,
    /// The words as written, where case and inflection matter.
    exact: Option<Box<[String]>>,
}

/// Term lists, compiled for search.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary {
    stems: Stems,
    lists: HashMap<String, ListId>,
    count: u32,
    /// By the stem of the first word, in the order of the second.
    entries: Vec<Vec<Entry>>,
}

/// The ids of stems.
#[derive(Debug, Clone, Default)]
struct Stems {
    /// Those that are short, as most are.
    short: QuickMap<u128, u32>,
    long: QuickMap<String, u32>,
}

impl Stems {
    fn len(&self) -> usize {
        self.short.len() + self.long.len()
    }

    /// The id of a stem, a new one where it has none.
    fn intern(&mut self, stem: &str) -> u32 {
        let next = self.len() as u32;
        match Short::new(stem) {
            Some(short) => *self.short.entry(short.get()).or_insert(next),
            None => *self.long.entry(stem.to_owned()).or_insert(next),
        }
    }

    /// The id of the stem of the word at `span`, if it has one. `own` is where long stems are written.
    #[inline]
    fn of(&self, text: &str, span: Span, own: &mut String) -> Option<u32> {
        if let Some(word) = Short::at(text.as_bytes(), span) {
            return self.short.get(&short_stem(word, span.len())?.0.get()).copied();
        }
        own.clear();
        push_stem(span.of(text), own);
        match Short::new(own) {
            Some(short) => self.short.get(&short.get()).copied(),
            None => self.long.get(own.as_str()).copied(),
        }
    }
}

impl Vocabulary {
    /// The lists that ship with chartguard.
    pub(crate) fn builtin() -> &'static Self {
        &SHARED
    }

    /// Defines a list, or defines it anew.
    pub(crate) fn define(&mut self, name: &str, terms: &[String]) -> Result<ListId> {
        let id = self.anonymous(terms)?;
        self.lists.insert(name.to_owned(), id);
        Ok(id)
    }

    /// Adds a list without a name.
    pub(crate) fn anonymous(&mut self, terms: &[String]) -> Result<ListId> {
        let id = ListId(self.count);
        self.count += 1;
        for term in terms {
            let (plain, exact) = match term.strip_prefix('=') {
                Some(rest) => (rest, true),
                None => (term.as_str(), false),
            };
            let words: Vec<&str> = split(plain).map(|span| span.of(plain)).collect();
            let mut stems = words.iter().map(|word| self.intern(&stem(word))).collect::<Vec<_>>().into_iter();
            let Some(first) = stems.next() else {
                return Err(Error::rubric(format!("the term `{term}` has no word in it")));
            };
            let exact = exact.then(|| words.iter().map(|w| (*w).to_owned()).collect());
            let rest: Box<[u32]> = stems.collect();
            let second = rest.first().copied();
            let entries = &mut self.entries[first as usize];
            let at = entries.partition_point(|entry| entry.second <= second);
            entries.insert(at, Entry { list: id, second, rest, exact });
        }
        Ok(id)
    }

    /// The list of a name.
    pub(crate) fn list(&self, name: &str) -> Result<ListId> {
        self.lists.get(name).copied().ok_or_else(|| {
            let mut known: Vec<&str> = self.lists.keys().map(String::as_str).collect();
            known.sort_unstable();
            Error::unknown(ErrorCode::Rubric, "term list", name, known)
        })
    }

    fn intern(&mut self, stem: &str) -> u32 {
        let id = self.stems.intern(stem);
        self.entries.resize_with(self.stems.len(), Vec::new);
        id
    }

    /// The words of a text.
    pub(crate) fn words(&self, text: &str) -> Vec<Word> {
        let mut own = String::new();
        // A word takes some six bytes with the blank after it.
        let mut words = Vec::with_capacity(text.len() / 5);
        let mut at = 0;
        while let Some(span) = next_word(text, at) {
            at = span.end;
            words.push(Word { span, stem: self.stems.of(text, span, &mut own) });
        }
        words
    }

    /// Every place of every list, in order, by list; where phrases of a list start together the longest counts.
    pub(crate) fn hits(&self, text: &str, words: &[Word]) -> Hits {
        let mut hits: Vec<(ListId, Span)> = Vec::with_capacity(words.len() / 2);
        // The last place of each list that was found, and how many were.
        let mut lists: Vec<(usize, usize)> = vec![(0, 0); self.count as usize];
        for (at, word) in words.iter().enumerate() {
            let Some(entries) = word.stem.and_then(|stem| self.entries.get(stem as usize)) else { continue };
            // Words by themselves, and phrases that go on as the text does.
            let going_on = |second: Option<u32>| {
                let rest = &entries[entries.partition_point(|entry| entry.second < second)..];
                &rest[..rest.partition_point(|entry| entry.second == second)]
            };
            let second = words.get(at + 1).and_then(|word| word.stem);
            let phrases = second.map_or(&[][..], |second| going_on(Some(second)));
            for entry in going_on(None).iter().chain(phrases) {
                let Some(sequence) = words.get(at..=at + entry.rest.len()) else { continue };
                let same = sequence[1..].iter().zip(&entry.rest).all(|(word, stem)| word.stem == Some(*stem));
                if !same || !sequence.windows(2).all(|pair| joined(text, pair[0].span.end, pair[1].span.start)) {
                    continue;
                }
                if let Some(exact) = &entry.exact
                    && !sequence.iter().zip(exact).all(|(word, exact)| word.span.of(text) == exact)
                {
                    continue;
                }
                let span = word.span.cover(sequence[sequence.len() - 1].span);
                let (last, count) = &mut lists[entry.list.0 as usize];
                match hits.get_mut(*last).filter(|_| *count > 0) {
                    Some((_, last)) if last.start == span.start => last.end = last.end.max(span.end),
                    _ => {
                        (*last, *count) = (hits.len(), *count + 1);
                        hits.push((entry.list, span));
                    }
                }
            }
        }
        let mut end = 0;
        let mut lists: Vec<Range<usize>> = lists
            .into_iter()
            .map(|(_, count)| {
                let start = end;
                end += count;
                // None is there yet.
                start..start
            })
            .collect();
        let mut places = vec![Span::new(0, 0); hits.len()];
        for (list, span) in hits {
            let own = &mut lists[list.0 as usize];
            places[own.end] = span;
            own.end += 1;
        }
        Hits { places, lists }
    }
}

/// Where the terms of each list stand in one text.
#[derive(Debug)]
pub(crate) struct Hits {
    /// Those of each list side by side.
    places: Vec<Span>,
    /// By list, which of them are its own.
    lists: Vec<Range<usize>>,
}

impl Hits {
    /// The places of a list in order.
    pub(crate) fn of(&self, list: ListId) -> &[Span] {
        self.lists.get(list.0 as usize).map_or(&[], |own| &self.places[own.clone()])
    }

    /// Keeps those places of a list of which `keep` says so.
    pub(crate) fn retain(&mut self, list: ListId, mut keep: impl FnMut(Span) -> bool) {
        let Some(own) = self.lists.get_mut(list.0 as usize) else { return };
        let mut end = own.start;
        for at in own.clone() {
            if keep(self.places[at]) {
                self.places[end] = self.places[at];
                end += 1;
            }
        }
        own.end = end;
    }

    /// The places of a list inside a region, in order.
    pub(crate) fn within(&self, list: ListId, region: Span) -> &[Span] {
        let all = self.of(list);
        let rest = &all[all.partition_point(|span| span.start < region.start)..];
        // Mostly there is none.
        if rest.first().is_none_or(|span| span.start >= region.end) {
            return &[];
        }
        let found = &rest[..rest.partition_point(|span| span.start < region.end)];
        match found.split_last() {
            Some((last, rest)) if last.end > region.end => rest,
            _ => found,
        }
    }
}

/// The runs of letters and digits of a text.
fn split(text: &str) -> impl Iterator<Item = Span> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let word = next_word(text, at)?;
        at = word.end;
        Some(word)
    })
}

/// The first run of letters and digits at a place or after it.
#[inline]
fn next_word(text: &str, at: usize) -> Option<Span> {
    // Mostly one blank stands between words, and they are ASCII.
    let bytes = text.as_bytes();
    let mut start = at + usize::from(bytes.get(at) == Some(&b' '));
    if !bytes.get(start).is_some_and(u8::is_ascii_alphanumeric) {
        start = run_end(text, start, |inside| !inside);
    }
    let mut end = letters_end(bytes, start);
    if bytes.get(end).is_some_and(|byte| byte.is_ascii_digit() || !byte.is_ascii()) {
        end = run_end(text, end, |inside| inside);
    }
    (end > start).then_some(Span::new(start, end))
}

/// Where the run ends of letters and digits, or of all else, that goes on at a place.
fn run_end(text: &str, from: usize, goes_on: impl Fn(bool) -> bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at += bytes[at..].iter().take_while(|byte| byte.is_ascii() && goes_on(byte.is_ascii_alphanumeric())).count();
        if bytes.get(at).is_none_or(u8::is_ascii) {
            return at;
        }
        let Some(c) = text[at..].chars().next().filter(|c| goes_on(c.is_alphanumeric())) else { return at };
        at += c.len_utf8();
    }
}

/// Whether two words can belong to one phrase, by what stands between them.
fn joined(text: &str, from: usize, to: usize) -> bool {
    let gap = &text[from..to];
    let mut newlines = 0;
    let mut stop = false;
    let mut blank = false;
    for c in gap.chars() {
        match c {
            '\n' => newlines += 1,
            '.' => stop = true,
            '-' | '/' | '\'' | '\u{2019}' | '+' | '_' => {}
            c if c.is_whitespace() => blank = true,
            _ => return false,
        }
    }
    // "ther. ex." is a phrase; "... exercise. Program ..." is the end of a sentence.
    let sentence_end = stop && blank && text[to..].starts_with(char::is_uppercase);
    newlines <= 1 && !(stop && newlines == 1) && !sentence_end
}

/// What is left of a word when English inflection is taken off: "cues", "cued" and "cueing" share a stem.
///
/// Only to compare words with each other; a stem is not a word.
fn stem(word: &str) -> String {
    let mut stem = String::with_capacity(word.len());
    push_stem(word, &mut stem);
    stem
}

/// Adds the [`stem`] of a word to a text.
pub(super) fn push_stem(word: &str, text: &mut String) {
    let from = text.len();
    let ascii = word.is_ascii();
    if ascii {
        text.push_str(word);
        text[from..].make_ascii_lowercase();
    } else {
        text.push_str(&word.to_lowercase());
    }
    let (len, y) = strip(&text.as_bytes()[from..]);
    text.truncate(from + len);
    if y {
        text.push('y');
    }
    // Letters beyond ASCII are doubled too.
    let mut last = text[from..].chars().rev();
    if !ascii
        && let Some((a, b)) = last.next().zip(last.next())
        && a == b
        && !a.is_ascii()
        && a.is_alphabetic()
    {
        text.pop();
    }
}

/// The [`stem`] of a short word of `len` letters, digits and marks that join them, and its bytes.
#[inline]
pub(super) fn short_stem(word: Short, len: usize) -> Option<(Short, usize)> {
    let word = word.lower_letters();
    let (len, y) = strip(&word.bytes()[..len]);
    let stem = Short::first(word.get(), len)?;
    // A stem that takes a "y" was longer before.
    Some(if y { (stem.then(len, b'y'), len + 1) } else { (stem, len) })
}

/// How many bytes of a word in lower case are its stem, and whether a "y" follows them.
fn strip(word: &[u8]) -> (usize, bool) {
    let mut stem = word;
    if word.len() > 3 {
        stem = match word {
            // A "y" there already is doubled.
            [base @ .., b'i', b'e', b's' | b'd'] => return (base.len(), !matches!(base, [_, .., b'y'])),
            [base @ .., b'i', b'n', b'g'] | [base @ .., b'e', b'd'] if is_stem(base) => base,
            [base @ .., b's'] if !matches!(base, [.., b's' | b'u' | b'i']) && is_stem(base) => base,
            _ => word,
        };
    }
    if let [base @ .., b'e'] = stem
        && base.len() >= 2
    {
        stem = base;
    }
    let doubled = matches!(stem, [_, .., a, b] if a == b && a.is_ascii_alphabetic());
    (stem.len() - usize::from(doubled), false)
}

fn is_stem(base: &[u8]) -> bool {
    base.len() >= 2 && base.iter().any(|byte| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(terms: &[&str], text: &str) -> Vec<String> {
        let mut vocabulary = Vocabulary::default();
        let terms: Vec<String> = terms.iter().map(|t| (*t).to_owned()).collect();
        let list = vocabulary.define("x", &terms).unwrap();
        let words = vocabulary.words(text);
        let hits = vocabulary.hits(text, &words);
        hits.of(list).iter().map(|span| span.of(text).to_owned()).collect()
    }

    #[test]
    fn inflected_forms_are_found_and_words_inside_words_are_not() {
        assert_eq!(found(&["cue"], "cues, cued, cueing, Cue; rescue cuesheet").len(), 4);
        assert_eq!(found(&["progress"], "progressing progressed progresses").len(), 3);
        assert_eq!(found(&["modify"], "modified modifies modifying").len(), 3);
        assert_eq!(found(&["=OT"], "not ot OT"), ["OT"]);
        assert_eq!(found(&["stop"], "stopped").len(), 1);
    }

    #[test]
    fn phrases_cross_hyphens_and_one_line_break_but_not_sentences() {
        assert_eq!(found(&["re ed"], "neuro re-ed"), ["re-ed"]);
        assert_eq!(found(&["manual therapy"], "manual\n   therapies").len(), 1);
        assert_eq!(found(&["ther ex"], "ther. ex.").len(), 1);
        assert!(found(&["pain function"], "less pain. Function up").is_empty());
        assert!(found(&["pain function"], "pain: function").is_empty());
        assert!(found(&["pain function"], "pain\n\nfunction").is_empty());
        assert_eq!(found(&["gait", "gait training"], "gait training"), ["gait training"]);
    }

    #[test]
    fn the_built_in_lists_compile() {
        assert!(Vocabulary::builtin().list("body_part").is_ok());
    }
}
