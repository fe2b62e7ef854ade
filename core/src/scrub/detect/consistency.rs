//! What was found once with certainty is found everywhere in the note: a name's parts, in other case, as a possessive.

use super::Note;
use super::announce::{self, CREDENTIAL, GENERIC, HEAD, NEVER, PARTICLE, SAYS, SUFFIX, TITLE, TRADE};
use super::structure::{Sort, sort};
use crate::lexicon::{self, Entry};
use crate::scrub::{Category, Finding};
use crate::text::hash::QuickMap;
use crate::text::{Case, Span, Token, TokenKind};

/// A finding at least this sure teaches the rest of the note.
const CERTAIN: f32 = 0.7;

/// How sure a repetition is.
const REPEATED: f32 = 0.75;

/// A word of a certain finding.
#[derive(Clone, Copy)]
struct Part {
    category: Category,
    entry: Entry,
    /// Also an ordinary word: only a capital inside a sentence repeats it.
    ambiguous: bool,
    /// Where it was first seen.
    at: usize,
}

/// The words of certain findings of a text. No `Debug` here: they are words of it.
#[derive(Default)]
pub(crate) struct Learned(QuickMap<String, Part>);

impl Learned {
    /// The same with each place carried by `to`.
    pub(crate) fn moved(mut self, to: impl Fn(usize) -> usize) -> Self {
        self.0.values_mut().for_each(|part| part.at = to(part.at));
        self
    }

    /// Adds what was seen before the place `end` of a text that comes after.
    pub(crate) fn absorb(&mut self, later: Self, end: usize) {
        for (word, part) in later.0.into_iter().filter(|(_, part)| part.at < end) {
            // A person goes before a body of the same name.
            if part.category == Category::Name || !self.0.contains_key(&word) {
                self.0.insert(word, part);
            }
        }
    }

    /// How many words.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Appends the repetitions of certain names and organisations: of those of the note, and of `before`, those of a text before it.
/// What it learned from the note is given back.
pub(crate) fn extend(note: &Note<'_>, findings: &mut Vec<Finding>, before: &Learned) -> Learned {
    let parts = parts(note, findings);
    repeat(note, findings, &parts, &before.0);
    Learned(parts)
}

fn repeat(
    note: &Note<'_>,
    findings: &mut Vec<Finding>,
    parts: &QuickMap<String, Part>,
    before: &QuickMap<String, Part>,
) {
    if parts.is_empty() && before.is_empty() {
        return;
    }
    // The lengths that occur for each first letter, so that most words need no hashing.
    let mut lengths = [0_u64; 256];
    // The same by the first byte of words that are letters alone; of others the first byte alone counts, and a letter beyond ASCII
    // may be folded to any.
    let mut wanted = [[0_u64; 256]; 2];
    let [others, plain] = &mut wanted;
    others[0x80..].fill(u64::MAX);
    for key in parts.keys().chain(before.keys()).map(String::as_bytes) {
        let first = usize::from(key[0]);
        lengths[first] |= length_bit(key.len());
        for first in [first, usize::from(key[0].to_ascii_uppercase())] {
            others[first] = u64::MAX;
            plain[first] |= length_bit(key.len());
        }
    }
    let known = |key: &str| match (parts.get(key), before.get(key)) {
        (Some(own), Some(other)) if own.category != Category::Name => Some(other),
        (own, other) => own.or(other),
    };
    // What is less sure than a repetition does not stand in its way: a policy may drop it.
    let sure = findings.iter().filter(|finding| finding.score >= REPEATED);
    let mut covered: Vec<Span> = sure.map(|finding| finding.span).collect();
    covered.sort_unstable();
    let mut cover = covered.iter().peekable();
    let mut reach = 0;
    let mut last: Option<(usize, Category)> = None;
    for (index, token) in note.tokens.iter().enumerate() {
        if note.cancel.stops(index) {
            return;
        }
        // Most words do not begin as any that is known, or have another length. That is one question, of bits: what a word begins
        // with is hard to foresee.
        let initial = note.text.as_bytes()[token.span.start];
        let lengths_here = wanted[usize::from(token.plain)][usize::from(initial)] & length_bit(token.span.len());
        let word = u64::from(token.kind == TokenKind::Word);
        if lengths_here & word.wrapping_neg() == 0 {
            continue;
        }
        while let Some(span) = cover.next_if(|span| span.start <= token.span.start) {
            reach = reach.max(span.end);
        }
        if reach >= token.span.end {
            continue;
        }
        let text = token.of(note.text);
        let stem = stem(text);
        let first = usize::from(text.as_bytes()[0].to_ascii_lowercase());
        let plain = stem.is_ascii() && !stem.contains('\'');
        if stem.len() < 3 || plain && lengths[first] & length_bit(stem.len()) == 0 {
            continue;
        }
        let Some(part) = known(lower(stem).as_ref()) else { continue };
        if !repeats(note, index, part) {
            continue;
        }
        let span = Span::new(token.span.start, token.span.start + stem.len());
        // "Rosalind Achterberg" again is one finding, not two.
        let joined = last.filter(|(before, category)| *before + 1 == index && *category == part.category);
        match findings.last_mut().filter(|_| joined.is_some()) {
            Some(before) => before.span = before.span.cover(span),
            None => findings.push(Finding::new(span, part.category, REPEATED, detector(part.category))),
        }
        last = (stem.len() == text.len()).then_some((index, part.category));
    }
}

/// The bit of a length among others.
fn length_bit(length: usize) -> u64 {
    1 << length.min(63)
}

fn detector(category: Category) -> &'static str {
    if category == Category::Name { "consistency.name" } else { "consistency.organization" }
}

/// The words of certain findings that may stand for them.
fn parts(note: &Note<'_>, findings: &[Finding]) -> QuickMap<String, Part> {
    let mut parts: QuickMap<String, Part> = QuickMap::default();
    for (step, finding) in findings.iter().filter(|finding| finding.score >= CERTAIN).enumerate() {
        if note.cancel.stops(step) {
            break;
        }
        let name = finding.category == Category::Name;
        if !name && finding.category != Category::Organization {
            continue;
        }
        let from = note.tokens.partition_point(|token| token.span.start < finding.span.start);
        for token in note.tokens[from..].iter().take_while(|token| token.span.start < finding.span.end) {
            let word = stem(token.of(note.text));
            let cues = announce::cues(word);
            if token.kind != TokenKind::Word
                || word.chars().count() < 3
                || cues & (PARTICLE | SUFFIX | TITLE | CREDENTIAL | NEVER) != 0
            {
                continue;
            }
            let entry = lexicon::lookup(word);
            let sort = sort(entry);
            let fits = if name {
                sort != Sort::Word
            } else {
                cues & (GENERIC | HEAD | TRADE) == 0
                    && word.len() > 3
                    && matches!(sort, Sort::Name | Sort::Unknown)
                    && entry.eponym == 0
            };
            if fits {
                let key = lower(word).into_owned();
                if key.is_empty() {
                    continue;
                }
                let at = parts.get(&key).map_or(token.span.start, |known| known.at.min(token.span.start));
                let part = Part { category: finding.category, entry, ambiguous: sort == Sort::Either, at };
                // A person goes before a body of the same name.
                if name || !parts.contains_key(&key) {
                    parts.insert(key, part);
                }
            }
        }
    }
    parts
}

/// Whether the word at `index` repeats `part` rather than being a word of its own.
fn repeats(note: &Note<'_>, index: usize, part: &Part) -> bool {
    let token = note.tokens[index];
    if token.case(note.text) == Case::Lower {
        // "fisher" for Fisher, never "young" for Young.
        return part.category == Category::Name
            && part.entry.word() == 0
            && !part.ambiguous
            && part.entry.eponym == 0
            && token.span.len() > 3;
    }
    if part.entry.eponym > 0 && is_clinical(note, index, part.entry.eponym == 2) {
        return false;
    }
    if !part.ambiguous {
        return true;
    }
    // An ambiguous word must be a capital that no sentence, line or heading asked for.
    let opens = index.checked_sub(1).and_then(|before| note.tokens.get(before)).is_none_or(|before| {
        before.kind == TokenKind::Newline
            || before.kind == TokenKind::Punctuation && !before.of(note.text).starts_with([',', '(', '-'])
    });
    // "Grace reports", "May declined": the verb tells a person from a word that opens the sentence.
    let speaks = || {
        note.tokens.get(index + 1).is_some_and(|next| {
            let verb = next.of(note.text);
            let plain = ["is", "was", "has", "had", "will", "would", "can", "could", "did"].contains(&verb);
            next.case(note.text) == Case::Lower && !plain && announce::cues(verb) & SAYS != 0
        })
    };
    token.case(note.text) == Case::Title && (!opens || speaks())
}

/// Whether a clinical noun follows: "Parkinson's disease" beside Mr. Parkinson.
fn is_clinical(note: &Note<'_>, index: usize, alone: bool) -> bool {
    let mut next = index + 1;
    // "Guillain-Barré syndrome"
    if note.tokens.get(next).is_some_and(|token: &Token| token.is_mark(note.text, '-')) {
        next += 2;
    }
    let noun = |at: usize| {
        note.tokens.get(at).is_some_and(|token| token.is_word() && lexicon::lookup(stem(token.of(note.text))).noun)
    };
    if noun(next) || noun(next + 1) && note.tokens.get(next).is_some_and(|token| token.is_word()) {
        return true;
    }
    let title = index
        .checked_sub(1)
        .and_then(|before| note.tokens.get(before))
        .is_some_and(|before| before.is_mark(note.text, '.') || announce::cues(before.of(note.text)) & TITLE != 0);
    alone && !title && note.tokens[index].of(note.text).len() > stem(note.tokens[index].of(note.text)).len()
}

/// The word without its possessive ending.
fn stem(word: &str) -> &str {
    let cut = word.strip_suffix(['s', 'S']).and_then(|stem| stem.strip_suffix(['\'', '\u{2019}', '\u{2018}']));
    cut.unwrap_or(word)
}

/// The word as a key: lower case, accents folded.
fn lower(word: &str) -> std::borrow::Cow<'_, str> {
    lexicon::fold(word)
}
