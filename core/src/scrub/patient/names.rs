//! A patient's names and those of relatives and providers, as notes write them.

use std::borrow::Cow;
use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::{mention, nicknames};
use crate::error::{Error, Result};
use crate::lexicon::{self, fold, lookup};
use crate::scrub::detect::{self, Note};
use crate::scrub::entity::{KnownWord, Role};
use crate::scrub::{Category, Finding};
use crate::text::{Case, Span, Token, TokenKind};

/// A name this long is recognised with one typing error, and one of [`LONG`] letters with two.
const MISTYPED: usize = 5;
const LONG: usize = 9;
/// A name this long is recognised inside a longer word: a user name, a file.
const EMBEDDED: usize = 6;

/// As many words as a mention has at most.
const WORDS: usize = 12;

/// Small words of names, which alone are no mention.
const PARTICLES: &[&str] = &[
    "de", "la", "las", "los", "del", "di", "da", "das", "do", "dos", "du", "van", "von", "der", "den", "ter", "ten",
    "bin", "ibn", "al", "el", "le", "st", "ste", "abu", "bint", "y", "e", "af", "av", "zu",
];
/// What stands beside a name and is no part of it.
const AFFIXES: &[&str] = &[
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "sr", "jr", "ii", "iii", "iv", "md", "do", "rn", "np", "pa",
    "pt", "dpt", "ot", "otr", "phd", "lcsw", "esq", "aprn", "fnp", "cnp", "dds",
];

/// How a name was recognised.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Exact,
    Nickname,
    Mistyped,
}

/// What is known of one word of a name.
struct Part {
    /// Whose it is.
    people: Vec<u16>,
    form: Form,
    /// What it is of a name, as it was first given.
    role: Role,
    /// The word of the name that it is meant for: itself, but for a nickname.
    meant: String,
    /// Also an ordinary word, an abbreviation or a particle: it counts only where it is written as a name.
    weak: bool,
    particle: bool,
}

#[derive(Default)]
pub(super) struct Names {
    people: Vec<Person>,
    /// By folded word.
    parts: HashMap<String, Part>,
    mistyped: Vec<Mistyped>,
    embedded: Option<AhoCorasick>,
    /// By first byte, once finished: bit n, there is a part of n bytes.
    lengths: Vec<u64>,
}

/// A person of whom a name was given.
struct Person {
    own: bool,
    /// The initials of the words, given names first.
    initials: String,
    /// The first given name and the surname, folded, their pieces apart by a blank.
    given: Option<String>,
    surname: Option<String>,
}

/// A part that is compared letter by letter.
struct Mistyped {
    word: String,
    len: usize,
    letters: u32,
    errors: usize,
}

/// A word of the note that is a part of a name.
struct Hit<'n> {
    /// One past its last token.
    end: usize,
    span: Span,
    part: &'n Part,
    form: Form,
    case: Case,
    /// As it is written it is also an ordinary word: it counts only where it is written as a name.
    weak: bool,
    /// It reads as another word, and is meant only beside a word of the same name.
    dependent: bool,
}

/// The pieces of a word that hyphens and points hold together, folded.
fn pieces(word: &str) -> Vec<Cow<'_, str>> {
    word.split(['-', '.']).map(fold).filter(|piece| !piece.is_empty()).collect()
}

impl Names {
    /// Adds a person; says what is wrong with the name.
    pub(super) fn add(&mut self, name: &str, own: bool) -> Result<(), &'static str> {
        let plain = crate::text::View::new(name);
        let plain = plain.as_str();
        // "Last, First Middle"; what follows a comma may also be a degree.
        let (last, rest) = plain.split_once(',').unwrap_or(("", plain));
        let words = |text: &str| -> Vec<String> {
            text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '"'))
                .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
                .filter(|word| !word.is_empty() && !AFFIXES.contains(&fold(word).as_ref()))
                .collect()
        };
        let (mut given, mut surnames) = (words(rest), words(last));
        if surnames.is_empty() {
            let start = given.iter().position(|word| is_particle(word)).filter(|at| *at > 0);
            surnames = given.split_off(start.unwrap_or(given.len().saturating_sub(1)));
        } else if given.is_empty() {
            // "Rosalind Achterberg, MD"
            given = surnames;
            surnames = given.split_off(given.len() - 1);
        }
        let all = || given.iter().chain(&surnames);
        if !all().any(|word| fold(word).chars().filter(|c| c.is_alphabetic()).count() >= 2) {
            return Err("a name has at least two letters");
        }
        let person = self.people.len() as u16;
        let mut initials = String::new();
        let roles =
            given.iter().map(|word| (word, Role::Given)).chain(surnames.iter().map(|word| (word, Role::Surname)));
        for (word, role) in roles {
            let pieces = pieces(word);
            let Some(first) = pieces.first().and_then(|piece| piece.chars().next()) else { continue };
            if !is_particle(word) {
                initials.push(first);
            }
            if pieces.len() > 1 {
                let joined = pieces.concat();
                self.part(&joined, person, Form::Exact, role, &joined);
            }
            for piece in pieces.iter().filter(|piece| piece.chars().count() >= 2) {
                self.part(piece, person, Form::Exact, role, piece);
            }
        }
        // "Vandenberg" for "van den Berg", "Delacruz" for "de la Cruz"; "Annmarie" for "Ann Marie".
        for (words, role) in [(&given, Role::Given), (&surnames, Role::Surname)] {
            let joined = fold(&words.concat()).replace(['-', '.'], "");
            if joined.chars().count() >= MISTYPED {
                self.part(&joined, person, Form::Exact, role, &joined);
            }
        }
        for word in &given {
            let word = fold(word);
            for nickname in nicknames::of(&word) {
                self.part(nickname, person, Form::Nickname, Role::Given, &word);
            }
        }
        let name = |words: &[String]| {
            let whole: Vec<Cow<'_, str>> =
                words.iter().filter(|word| !is_particle(word)).flat_map(|word| pieces(word)).collect();
            Some(whole.join(" ")).filter(|name| name.chars().count() >= 2)
        };
        let (given, surname) = (given.first().and_then(|word| name(std::slice::from_ref(word))), name(&surnames));
        // One word alone may be either.
        let (given, surname) = if given.is_none() { (None, None) } else { (given, surname) };
        self.people.push(Person { own, initials, given, surname });
        Ok(())
    }

    /// The persons of whom a name was given, by number: whether it is the patient, the given name, the surname.
    pub(super) fn persons(&self) -> impl Iterator<Item = (bool, Option<&str>, Option<&str>)> {
        self.people.iter().map(|person| (person.own, person.given.as_deref(), person.surname.as_deref()))
    }

    /// What a word of a note is in the names that were given, as far as it is in one.
    pub(super) fn word(&self, word: &str) -> Option<KnownWord<'_>> {
        let key = fold(word);
        let part = match self.parts.get(key.as_ref()) {
            Some(part) => part,
            None => self.mistyped(&key, TokenKind::Word).filter(|(_, dependent)| !dependent)?.0,
        };
        Some(KnownWord { role: part.role, meant: &part.meant, people: &part.people })
    }

    fn part(&mut self, word: &str, person: u16, form: Form, role: Role, meant: &str) {
        let part = self.parts.entry(word.to_owned()).or_insert_with(|| Part {
            people: Vec::new(),
            form,
            role,
            meant: meant.to_owned(),
            weak: is_weak(word),
            particle: is_particle(word),
        });
        if form == Form::Exact && part.form != form {
            (part.form, part.role, part.meant) = (form, role, meant.to_owned());
        }
        if !part.people.contains(&person) {
            part.people.push(person);
        }
    }

    pub(super) fn finish(&mut self) -> Result<()> {
        let mut exact: Vec<&String> =
            self.parts.iter().filter(|(_, part)| part.form == Form::Exact).map(|(word, _)| word).collect();
        exact.sort_unstable();
        self.lengths = vec![0; 256];
        for word in self.parts.keys() {
            self.lengths[usize::from(word.as_bytes()[0])] |= 1 << word.len().min(63);
        }
        self.mistyped = exact
            .iter()
            .map(|word| Mistyped {
                len: word.chars().count(),
                letters: letters(word),
                errors: if word.chars().count() >= LONG { 2 } else { 1 },
                word: (*word).clone(),
            })
            .filter(|part| part.len >= MISTYPED)
            .collect();
        let embedded: Vec<&String> =
            exact.into_iter().filter(|word| word.len() >= EMBEDDED && !self.parts[*word].weak).collect();
        if !embedded.is_empty() {
            // As for numbers: a patient is built for each message.
            let kind = Some(AhoCorasickKind::ContiguousNFA);
            let built = AhoCorasick::builder().kind(kind).ascii_case_insensitive(true).build(embedded);
            self.embedded = Some(built.map_err(|_| Error::config("the patient has too many names"))?);
        }
        Ok(())
    }

    /// Appends the mentions; `strictly` leaves out what is mistyped, a nickname, or inside another word.
    pub(super) fn find(&self, note: &Note<'_>, strictly: bool, findings: &mut Vec<Finding>) {
        if self.people.is_empty() {
            return;
        }
        let mut at = 0;
        while at < note.tokens.len() && !note.cancel.stops(at) {
            at = match self.run(note, at, strictly) {
                Some((end, finding)) => {
                    findings.push(finding);
                    end
                }
                None => at + 1,
            };
        }
        self.initials(note, findings);
        if !strictly {
            self.embedded(note, findings);
        }
    }

    /// The name that starts at a token, with all its words; the token after it.
    fn run(&self, note: &Note<'_>, start: usize, strictly: bool) -> Option<(usize, Finding)> {
        let first = self.hit(note, start, strictly)?;
        let mut people = first.part.people.clone();
        let mut span = first.span;
        let mut end = first.end;
        let before = self.initials_before(note, start, &people);
        if let Some(from) = before {
            span = Span::new(from, span.end);
        }
        let mut hits = vec![first];
        let mut initial_after = false;
        while let Some(next) = joined(note, end).filter(|_| hits.len() < WORDS) {
            if let Some(hit) = self.hit(note, next, strictly)
                && hit.part.people.iter().any(|person| people.contains(person))
            {
                people.retain(|person| hit.part.people.contains(person));
                (span, end) = (span.cover(hit.span), hit.end);
                hits.push(hit);
            } else if let Some(initial) = self.initial(note, next, &people)
                && (!hits.iter().all(|hit| hit.weak) || note.tokens[end].is_mark(note.text, ','))
            {
                // "Young, G." is a name as "G. Young" is.
                (span, end, initial_after) = (span.cover(initial.0), initial.1, true);
            } else {
                break;
            }
        }
        // A particle at the end belongs to what follows.
        while hits.len() > 1 && hits.last().is_some_and(|hit| hit.part.particle) && !initial_after {
            hits.pop();
            let last = &hits[hits.len() - 1];
            (span, end) = (Span::new(span.start, last.span.end), last.end);
        }
        let lone = hits.iter().filter(|hit| !hit.part.particle).count() < 2;
        let cased = hits.iter().any(|hit| hit.case != Case::Lower);
        let certain = |hit: &Hit<'_>| !hit.weak && !hit.dependent;
        let is_mention = if hits.iter().any(certain) {
            true
        } else if lone && before.is_none() && !initial_after {
            hits.iter().any(|hit| !hit.part.particle) && self.stands_as_name(note, start, &hits[0])
        } else if lone {
            cased && !hits[0].dependent
        } else {
            hits.iter().any(|hit| !hit.dependent) && (cased || hits.iter().all(|hit| hit.form == Form::Exact))
        };
        if !is_mention {
            return None;
        }
        // What reads as another word goes only with its neighbours.
        let rule = match hits.iter().map(|hit| hit.form).max_by_key(|form| *form as u8) {
            Some(Form::Mistyped) => "patient-mistyped",
            Some(Form::Nickname) => "patient-nickname",
            _ => "patient-name",
        };
        Some((end, mention(span, Category::Name, rule)))
    }

    /// The part of a name that starts at a token.
    fn hit<'n>(&'n self, note: &Note<'_>, at: usize, strictly: bool) -> Option<Hit<'n>> {
        let token = note.tokens.get(at)?;
        if !matches!(token.kind, TokenKind::Word | TokenKind::Mixed) {
            return None;
        }
        let text = stem(token.of(note.text));
        let span = Span::new(token.span.start, token.span.start + text.len());
        let case = token.case(note.text);
        // "Achter-berg", "Mc Donald", "De La Cruz".
        let mut written = fold(text).into_owned();
        let mut last = at;
        let mut longest = None;
        for _ in 0..3 {
            let Some((next, piece)) = beside(note, last) else { break };
            let piece_text = stem(piece.of(note.text));
            written.push_str(&fold(piece_text));
            last = next;
            if let Some(part) = self.parts.get(&written).filter(|_| written.chars().count() >= MISTYPED) {
                let span = Span::new(span.start, piece.span.start + piece_text.len());
                longest =
                    Some(Hit { end: next + 1, span, part, form: part.form, case, weak: part.weak, dependent: false });
            }
        }
        if longest.is_some() {
            return longest;
        }
        let single = |part: &'n Part, form: Form, dependent: bool| {
            let weak = part.weak && form != Form::Mistyped;
            Hit { end: at + 1, span, part, form, case, weak, dependent }
        };
        let key = fold(text);
        let first = *key.as_bytes().first()?;
        if self.lengths[usize::from(first)] & (1 << key.len().min(63)) != 0
            && let Some(part) = self.parts.get(key.as_ref()).filter(|part| !strictly || part.form == Form::Exact)
        {
            return Some(single(part, part.form, false));
        }
        if strictly {
            return None;
        }
        self.mistyped(&key, token.kind).map(|(part, dependent)| single(part, Form::Mistyped, dependent))
    }

    /// The part that `word` is a misspelling of, and whether it reads as another word.
    fn mistyped(&self, word: &str, kind: TokenKind) -> Option<(&Part, bool)> {
        let len = word.chars().count();
        if len + 1 < MISTYPED || self.mistyped.is_empty() {
            return None;
        }
        let written = letters(word);
        let mut entry = None;
        let close = |part: &&Mistyped| {
            let apart = part.len.abs_diff(len);
            // Letters that occur in one of the two alone: an error brings in one and drops one.
            if apart > part.errors || (part.letters ^ written).count_ones() as usize > 2 * part.errors {
                return false;
            }
            let distance = strsim::osa_distance(word, &part.word);
            let known = *entry.get_or_insert_with(|| Known::new(word));
            match known {
                Known::Unknown => distance <= part.errors,
                Known::Name => distance <= 1,
                Known::Word => distance <= 1 && kind == TokenKind::Word,
            }
        };
        let part = self.mistyped.iter().find(close)?;
        let dependent = entry == Some(Known::Word)
            || kind == TokenKind::Mixed && word.bytes().filter(u8::is_ascii_digit).count() > 2;
        Some((self.parts.get(&part.word)?, dependent))
    }

    /// Whether a word that is also an ordinary one is written as a name here.
    fn stands_as_name(&self, note: &Note<'_>, at: usize, hit: &Hit<'_>) -> bool {
        let word = hit.span.of(note.text);
        let before = at.checked_sub(1).map(|before| note.tokens[before]);
        let after = note.tokens.get(hit.end);
        let is_word_before = |test: fn(&str) -> bool| {
            let mut place = at;
            // "Mr." has a full stop.
            while place > 0 && place + 2 > at && note.tokens[place - 1].is_mark(note.text, '.') {
                place -= 1;
            }
            place > 0 && note.tokens[place - 1].is_word() && test(note.tokens[place - 1].of(note.text))
        };
        if is_word_before(detect::is_title) && hit.case != Case::Lower {
            return true;
        }
        if hit.dependent {
            return false;
        }
        let possessive = hit.span.end < note.tokens[hit.end - 1].span.end;
        let known = lookup(word);
        if known.eponym > 0 {
            let noun = after.is_some_and(|next| next.is_word() && lookup(next.of(note.text)).noun);
            let article = is_word_before(|word| matches!(&*fold(word), "a" | "an" | "the" | "with" | "of" | "no"));
            if noun || possessive || article {
                return false;
            }
        }
        let ordinary = |token: Option<&Token>| {
            token.is_some_and(|token| {
                let text = token.of(note.text);
                token.case(note.text) == Case::Title
                    && lookup(text).word() >= 2
                    && !self.parts.contains_key(&*fold(text))
            })
        };
        match hit.case {
            Case::Title | Case::Mixed => {
                let starts = before.is_none_or(|before| !before.is_word() && !before.is_mark(note.text, ','));
                let says = after.is_some_and(|next| {
                    let text = next.of(note.text);
                    next.is_word() && next.case(note.text) == Case::Lower && detect::is_said(text)
                });
                let ends = after.is_none_or(|next| next.is_newline());
                if starts {
                    says || possessive || ends || known.name() > known.word()
                } else {
                    // "Short and Long Term Goals" is a heading.
                    let inside = at >= 2 && note.tokens[at - 2].is_word();
                    !(ordinary(after) || inside && ordinary(before.as_ref()))
                }
            }
            Case::Upper => {
                let word_len = word.chars().count();
                word_len >= 3 && !lexicon::safe(word).upper && !in_capitals(note, at)
            }
            _ => false,
        }
    }

    /// The initials of one of `people` before a token, "J. M. Smith": where they start.
    fn initials_before(&self, note: &Note<'_>, at: usize, people: &[u16]) -> Option<usize> {
        let mut from = None;
        let mut place = at;
        for _ in 0..3 {
            let letter = match place.checked_sub(1).map(|before| note.tokens[before]) {
                Some(mark) if mark.is_mark(note.text, '.') => place.checked_sub(2)?,
                Some(_) => place - 1,
                None => break,
            };
            if self.initial(note, letter, people).is_none() {
                break;
            }
            from = Some(note.tokens[letter].span.start);
            place = letter;
        }
        from
    }

    /// A single capital that is an initial of one of `people`: its span with a full stop, and the token after it.
    fn initial(&self, note: &Note<'_>, at: usize, people: &[u16]) -> Option<(Span, usize)> {
        let token = note.tokens.get(at)?;
        let text = token.of(note.text);
        if token.span.len() > 4 || text.chars().count() != 1 || token.case(note.text) != Case::Upper {
            return None;
        }
        let letter = fold(text).chars().next()?;
        people.iter().any(|person| self.people[usize::from(*person)].initials.contains(letter)).then(|| {
            match note.tokens.get(at + 1) {
                Some(mark) if mark.is_mark(note.text, '.') => (token.span.cover(mark.span), at + 2),
                _ => (token.span, at + 1),
            }
        })
    }

    /// Appends the initials of the patient that stand for the name: "R.A.", "RMA".
    fn initials(&self, note: &Note<'_>, findings: &mut Vec<Finding>) {
        let mut forms: Vec<String> = Vec::new();
        for person in self.people.iter().filter(|person| person.own && person.initials.chars().count() >= 2) {
            let letters: Vec<char> = person.initials.to_uppercase().chars().collect();
            forms.push(letters.iter().collect());
            forms.push([letters[0], letters[letters.len() - 1]].iter().collect());
        }
        // "P.T." and "MS" are read as what they mean to everybody, and so is "P.R.N.".
        forms.retain(|form| lookup(form).word() == 0 && !AFFIXES.contains(&&*fold(form)));
        let free = |form: &str| !lexicon::safe(form).any();
        if forms.is_empty() {
            return;
        }
        let letter = |at: usize| {
            let token = note.tokens.get(at)?;
            let text = token.of(note.text);
            (text.chars().count() == 1 && token.case(note.text) == Case::Upper).then_some(text)
        };
        let stop = |at: usize| note.tokens.get(at).is_some_and(|token| token.is_mark(note.text, '.'));
        for (at, token) in note.tokens.iter().enumerate().filter(|(_, token)| token.is_word()) {
            let text = token.of(note.text);
            if (2..=4).contains(&text.len()) && token.case(note.text) == Case::Upper {
                if forms.iter().any(|form| form == text) && free(text) {
                    findings.push(mention(token.span, Category::Name, "patient-initials"));
                }
                continue;
            }
            let follows_letter = at >= 2 && stop(at - 1) && letter(at - 2).is_some();
            if follows_letter || letter(at).is_none() || !stop(at + 1) {
                continue;
            }
            let mut written = String::new();
            let mut here = at;
            while let (Some(one), true) = (letter(here), stop(here + 1)) {
                written.push_str(one);
                here += 2;
            }
            if forms.contains(&written) && (written.chars().count() > 2 || free(&written)) {
                let span = Span::new(token.span.start, note.tokens[here - 1].span.end);
                findings.push(mention(span, Category::Name, "patient-initials"));
            }
        }
    }

    /// Appends the words that hold a name: "rachterberg2", `RosalindAchterberg`.
    fn embedded(&self, note: &Note<'_>, findings: &mut Vec<Finding>) {
        let Some(automaton) = &self.embedded else { return };
        for hit in automaton.find_iter(note.text) {
            let at = note.tokens.partition_point(|token| token.span.end <= hit.start());
            let Some(token) = note.tokens.get(at) else { continue };
            let text = stem(token.of(note.text));
            let span = Span::new(token.span.start, token.span.start + text.len());
            let inside = span.contains(Span::new(hit.start(), hit.end())) && !self.parts.contains_key(&*fold(text));
            if inside && lookup(text).is_unknown() && !lexicon::safe(text).any() {
                findings.push(mention(span, Category::Name, "patient-embedded"));
            }
        }
    }
}

/// What the word lists make of a word that is close to a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Unknown,
    Name,
    Word,
}

impl Known {
    fn new(word: &str) -> Self {
        let entry = lookup(word);
        let placed = entry.place > 0 && entry.name() == 0;
        if entry.word() > entry.name() || entry.proper || entry.eponym > 0 || placed {
            Self::Word
        } else if entry.name() > 0 {
            Self::Name
        } else if lexicon::safe(word).any() {
            Self::Word
        } else {
            Self::Unknown
        }
    }
}

fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&fold(word).as_ref())
}

/// Whether a word alone is no certain mention: an ordinary word, an eponym that stands by itself, a particle, two letters.
fn is_weak(word: &str) -> bool {
    let entry = lookup(word);
    let ordinary = entry.word() >= 2 || entry.proper || entry.eponym == 2 || lexicon::safe(word).lower;
    word.chars().count() <= 2 || ordinary || is_particle(word)
}

/// The word without the ending of a possessive.
fn stem(word: &str) -> &str {
    let cut = word.strip_suffix(['s', 'S']).and_then(|stem| stem.strip_suffix(['\'', '\u{2019}', '\u{2018}']));
    cut.unwrap_or(word)
}

/// The letters that occur in a folded word, a bit each.
fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |set, byte| {
        set | match byte {
            b'a'..=b'z' => 1 << (byte - b'a'),
            _ => 1 << 26,
        }
    })
}

/// The word that a hyphen, an apostrophe or one blank joins to the token at `at`.
fn beside(note: &Note<'_>, at: usize) -> Option<(usize, Token)> {
    let (token, next) = (note.tokens[at], *note.tokens.get(at + 1)?);
    let between = &note.text[token.span.end..next.span.start];
    if next.is_word() {
        return (between.len() <= 1 && between.chars().all(|c| c == ' ')).then_some((at + 1, next));
    }
    let is_joint = next.is_mark(note.text, '-') || next.is_mark(note.text, '\'') || next.is_mark(note.text, '`');
    let after = *note.tokens.get(at + 2)?;
    let tight = between.is_empty() && next.span.end == after.span.start;
    (is_joint && tight && after.is_word()).then_some((at + 2, after))
}

/// The token at which a name may go on after `end`: past a comma, a hyphen, a full stop, and one line break where a line was
/// wrapped.
fn joined(note: &Note<'_>, end: usize) -> Option<usize> {
    let mut at = end;
    for marks in [[',', '-'], ['.', '\u{b7}']] {
        if note.tokens.get(at).is_some_and(|token| marks.iter().any(|mark| token.is_mark(note.text, *mark))) {
            at += 1;
            break;
        }
    }
    if note.tokens.get(at).is_some_and(|token| token.is_newline()) {
        at += 1;
    }
    let between = note.text.get(note.tokens.get(end.checked_sub(1)?)?.span.end..note.tokens.get(at)?.span.start)?;
    (between.len() <= 6).then_some(at)
}

/// Whether the line of a token is written in capitals, so that they say nothing.
fn in_capitals(note: &Note<'_>, at: usize) -> bool {
    let line = |token: &&Token| !token.is_newline();
    let before = note.tokens[..at].iter().rev().take(12).take_while(line);
    let after = note.tokens[at + 1..].iter().take(12).take_while(line);
    let mut words = before.chain(after).filter(|token| token.is_word() && token.span.len() > 1).peekable();
    words.peek().is_some()
        && words.all(|token| token.case(note.text) != Case::Lower && token.case(note.text) != Case::Title)
}
