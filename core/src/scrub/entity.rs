//! Which mentions of a person are the same person, and what each word of a name is.
//!
//! "John Smith", "Mr. Smith", "SMITH", "J. Smith", "Smith, John" and "john's" are one person. Names in full are read first; what
//! is less than that joins the one person it fits, the nearest before it where it fits several, and is a person of its own where
//! a title says so ("Mrs. Smith" beside John Smith). Names in small letters may stand in either order ("smith john"). Where the
//! patient is known, its names say what each word is, and whatever fits them is the patient.

use std::collections::{HashMap, HashSet};

use super::{Category, Finding, Patient};
use crate::lexicon;
use crate::lexicon::given_names::{self, Gender};
use crate::text::{self, Span, TokenKind};

/// What a word of a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Given,
    Surname,
}

/// A piece of a name: its place in the note, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) span: Span,
    pub(super) kind: PartKind,
    /// The word of a known name that it stands for, where it is written in another way: a nickname, a typing error.
    pub(super) meant: Option<String>,
}

impl Part {
    fn new(span: Span, kind: PartKind) -> Self {
        Self { span, kind, meant: None }
    }
}

/// What a word is in the names that a caller knows.
#[derive(Clone, Copy)]
pub(super) struct KnownWord<'p> {
    pub(super) role: Role,
    /// The word of the name that it is meant for, folded.
    pub(super) meant: &'p str,
    /// Whose names it is in, by number.
    pub(super) people: &'p [u16],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartKind {
    /// A word with its role.
    Word(Role),
    /// The first letter of a given name or, in "J.S.", of a surname.
    Initial(Role),
    /// A letter of a middle name.
    Middle,
    /// Letters and digits together, as in a user name.
    Code,
}

/// One person of a note.
#[derive(Default)]
struct Person {
    /// In lower case without accents; a chain joined by hyphens is one.
    given: Option<String>,
    /// A given name of which only the first letter is known.
    initial: Option<char>,
    surname: Option<String>,
    gender: Option<Gender>,
    last: usize,
    /// The person of whom this is another name.
    same: Option<usize>,
    /// Known to the caller, and not named in the note so far.
    unseen: bool,
}

/// A mention of a person, as far as it can be read by itself.
#[derive(Default)]
struct Mention {
    parts: Vec<Part>,
    given: Option<String>,
    initial: Option<char>,
    surname: Option<String>,
    /// A single word that may be either.
    either: Option<String>,
    /// The first letter of a surname of which no more is written.
    surname_initial: Option<char>,
    gender: Option<Gender>,
    /// Two words without a title or a comma: nothing but their places says which is which.
    bare: bool,
    /// It is written in small letters.
    small: bool,
}

/// The persons of a note. No `Debug` here: they are words of it.
#[derive(Default)]
pub(super) struct People {
    persons: Vec<Person>,
    /// The persons by each word of their names, and by the first letters of given name and surname, in the order they came up.
    named: HashMap<String, Vec<usize>>,
    lettered: HashMap<(char, char), Vec<usize>>,
    surnames: HashSet<String>,
    givens: HashSet<String>,
    /// By index of finding: the person and the parts of the mention.
    mentions: HashMap<usize, (usize, Vec<Part>)>,
    /// How many findings were before those of `mentions`, in parts of the note that were read before.
    base: usize,
}

/// How many persons of one name a mention is compared with.
const CANDIDATES: usize = 64;

const FEMALE_TITLES: &[&str] = &["mrs", "ms", "miss", "madam", "sra"];
const MALE_TITLES: &[&str] = &["mr", "mister", "sir", "master", "sr."];
const TITLES: &[&str] = &["dr", "doctor", "prof", "professor", "rev", "fr", "hon", "nurse", "pt", "rn"];
const SUFFIXES: &[&str] = &[
    "jr", "sr", "ii", "iii", "iv", "md", "do", "rn", "lpn", "np", "pa", "pac", "pt", "dpt", "mpt", "ot", "otr", "otd",
    "cota", "pta", "slp", "ccc", "phd", "psyd", "dds", "dmd", "esq", "facs", "lcsw", "msw", "crna", "fnp", "aprn",
    "bsn", "msn", "cna",
];
const PARTICLES: &[&str] = &[
    "de", "la", "las", "los", "del", "da", "dos", "das", "du", "le", "van", "von", "der", "den", "ter", "bin", "ibn",
    "al", "el", "di", "st",
];
const JOINTS: &[&str] = &["and", "or", "y", "et", "und"];

impl People {
    /// Nobody but whom the caller knows; `patient` is whose note it is, if that is known.
    pub(super) fn new(patient: Option<&Patient>) -> Self {
        let mut people = Self::default();
        if let Some(patient) = patient {
            people.expect(patient);
        }
        people
    }

    /// How many persons.
    pub(super) fn len(&self) -> usize {
        self.persons.len()
    }

    /// Links the names among `findings` of a note, or of the part of a note that comes after those read before; `patient` is the one
    /// given to [`new`](Self::new).
    pub(super) fn read(&mut self, note: &str, findings: &[Finding], patient: Option<&Patient>) {
        let mut read: Vec<(usize, Mention)> = findings
            .iter()
            .enumerate()
            .filter(|(_, finding)| finding.category == Category::Name)
            .map(|(index, finding)| (index, Mention::read(note, finding.span)))
            .collect();
        if let Some(patient) = patient {
            for (_, mention) in &mut read {
                mention.settle(note, patient);
            }
        }
        self.mentions.clear();
        // In full first; a later pass only joins what says less.
        for pass in 0..4 {
            for (index, mention) in &mut read {
                let rank = match (&mention.given, &mention.surname, mention.initial) {
                    (Some(_), Some(_), _) => usize::from(mention.bare && mention.small),
                    (None, Some(_), Some(_)) => 2,
                    _ => 3,
                };
                if rank == pass {
                    let person = self.join(self.base + *index, mention);
                    self.mentions.insert(*index, (person, std::mem::take(&mut mention.parts)));
                }
            }
        }
        self.base += findings.len();
    }

    /// Makes the persons of whom names were given; all names of the patient are of one.
    fn expect(&mut self, patient: &Patient) {
        let mut first = None;
        for (own, given, surname) in patient.persons() {
            if given.is_none() && surname.is_none() {
                continue;
            }
            let at = self.persons.len();
            self.persons.push(Person {
                given: given.map(str::to_owned),
                surname: surname.map(str::to_owned),
                gender: given.and_then(|given| given_names::gender(given.split(' ').next().unwrap_or(""))),
                same: first.filter(|_| own),
                unseen: true,
                ..Person::default()
            });
            if own && first.is_none() {
                first = Some(at);
            }
            self.remember(at);
        }
    }

    /// Which person the finding at `index` names.
    pub(super) fn of(&self, index: usize) -> Option<usize> {
        self.mentions.get(&index).map(|(person, _)| self.persons[*person].same.unwrap_or(*person))
    }

    /// The pieces of the name at `index`.
    pub(super) fn parts(&self, index: usize) -> &[Part] {
        self.mentions.get(&index).map_or(&[], |(_, parts)| parts)
    }

    /// What is known of the person that the finding at `index` names.
    pub(super) fn gender(&self, index: usize) -> Option<Gender> {
        self.mentions.get(&index).and_then(|(person, _)| self.persons[*person].gender)
    }

    /// The given name, or the surname, of the person that the finding at `index` names.
    pub(super) fn known(&self, index: usize, role: Role) -> Option<&str> {
        let (person, _) = self.mentions.get(&index)?;
        match role {
            Role::Given => self.persons[*person].given.as_deref(),
            Role::Surname => self.persons[*person].surname.as_deref(),
        }
    }

    /// The person of the mention that is number `index` of all: one that it fits, or a new one.
    fn join(&mut self, index: usize, mention: &mut Mention) -> usize {
        if let Some(word) = mention.either.take() {
            let role = self.role_of(&word);
            for part in &mut mention.parts {
                if let PartKind::Word(of) = &mut part.kind {
                    *of = role;
                }
            }
            match role {
                Role::Given => {
                    mention.gender = mention.gender.or_else(|| given_names::gender(&word));
                    mention.given = Some(word);
                }
                Role::Surname => mention.surname = Some(word),
            }
        }
        if mention.bare && self.is_turned(mention) {
            mention.turn();
        }
        let fitting = self.candidates(mention).into_iter().filter(|at| self.persons[*at].fits(mention));
        // The nearest before; what is only named later comes after.
        let nearest = fitting.max_by_key(|at| {
            let Person { last, unseen, gender, .. } = self.persons[*at];
            let before = last <= index;
            // Whom a title suits goes before who might be anybody; of those known and not named yet, the patient comes first.
            let suits = gender.is_some() && gender == mention.gender;
            (suits, !unseen, before, if before { last } else { usize::MAX - last }, std::cmp::Reverse(*at))
        });
        let found = nearest.unwrap_or_else(|| {
            self.persons.push(Person { last: index, ..Person::default() });
            self.persons.len() - 1
        });
        let person = &mut self.persons[found];
        person.given = person.given.take().or_else(|| mention.given.clone());
        person.surname = person.surname.take().or_else(|| mention.surname.clone());
        person.initial = person.initial.or(mention.initial);
        person.gender = person.gender.or(mention.gender);
        (person.last, person.unseen) = (index, false);
        self.remember(found);
        found
    }

    /// Whether a mention of two words has the surname first: a person of this name in full says so, or in small letters the words.
    fn is_turned(&self, mention: &Mention) -> bool {
        let (Some(given), Some(surname)) = (&mention.given, &mention.surname) else { return false };
        let is_named = |given: &String, surname: &String| {
            let list = self.named.get(surname.split(' ').next().unwrap_or("")).map(Vec::as_slice).unwrap_or_default();
            list.iter().rev().take(CANDIDATES).any(|at| {
                let person = &self.persons[*at];
                person.given.as_ref() == Some(given) && person.surname.as_ref() == Some(surname)
            })
        };
        if is_named(given, surname) {
            return false;
        }
        let first = lexicon::lookup(given);
        is_named(surname, given)
            || mention.small
                && given_names::gender(surname).is_some()
                && given_names::gender(given).is_none()
                && first.surname >= first.given
    }

    /// The persons whose names share a word, or the letters, with a mention: the latest of them, so that time stays linear in notes
    /// that name thousands alike.
    fn candidates(&self, mention: &Mention) -> Vec<usize> {
        let words = mention.surname.iter().chain(&mention.given).flat_map(|name| name.split(' '));
        let by_word = words.filter_map(|word| self.named.get(word));
        let letters = mention.initial.zip(mention.surname_initial);
        let by_letters = letters.and_then(|letters| self.lettered.get(&letters));
        let mut found: Vec<usize> =
            by_word.chain(by_letters).flat_map(|list| list.iter().rev().take(CANDIDATES).copied()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Files a person under what is known of the name by now.
    fn remember(&mut self, at: usize) {
        let person = &self.persons[at];
        let first = |name: &Option<String>| name.as_ref().and_then(|name| name.chars().next());
        for word in person.surname.iter().chain(&person.given).flat_map(|name| name.split(' ')) {
            let list = self.named.entry(word.to_owned()).or_default();
            if list.last() != Some(&at) {
                list.push(at);
            }
        }
        if let (Some(given), Some(surname)) = (first(&person.given).or(person.initial), first(&person.surname)) {
            let list = self.lettered.entry((given, surname)).or_default();
            if list.last() != Some(&at) {
                list.push(at);
            }
        }
        self.surnames.extend(person.surname.iter().flat_map(|name| name.split(' ')).map(str::to_owned));
        self.surnames.extend(person.surname.clone());
        self.givens.extend(person.given.clone());
    }

    /// What a single word is: as it is in a name in full, else as it is commoner.
    fn role_of(&self, word: &str) -> Role {
        if self.surnames.contains(word) {
            return Role::Surname;
        }
        if self.givens.contains(word) {
            return Role::Given;
        }
        let entry = lexicon::lookup(word);
        if given_names::gender(word).is_some() || entry.given > entry.surname { Role::Given } else { Role::Surname }
    }
}

impl Person {
    /// Whether a mention says nothing that speaks against this person, and something that speaks for it.
    fn fits(&self, mention: &Mention) -> bool {
        let first = |name: &Option<String>| name.as_ref().and_then(|name| name.chars().next());
        if let (Some(one), Some(other)) = (self.gender, mention.gender)
            && one != other
        {
            return false;
        }
        let given = match (&self.given, &mention.given) {
            (Some(one), Some(other)) => {
                if one != other {
                    return false;
                }
                true
            }
            (Some(one), None) => match mention.initial {
                Some(initial) if !one.starts_with(initial) => return false,
                Some(_) => true,
                None => false,
            },
            (None, other) => match (self.initial, first(other).or(mention.initial)) {
                (Some(one), Some(other)) if one != other => return false,
                (Some(_), Some(_)) => true,
                _ => false,
            },
        };
        match (&self.surname, &mention.surname) {
            (Some(one), Some(other)) => {
                one == other || one.split(' ').any(|part| part == other) || other.split(' ').any(|part| part == one)
            }
            (one, None) => match (first(one), mention.surname_initial) {
                (Some(one), Some(other)) => given && one == other,
                (None, Some(_)) => false,
                // A given name alone.
                _ => given && mention.given.is_some(),
            },
            // "John" was named before John Smith in full.
            (None, Some(_)) => given && self.given.is_some() && mention.given.is_some(),
        }
    }
}

impl Mention {
    /// Reads the name at `span`.
    fn read(note: &str, span: Span) -> Self {
        let value = span.of(note);
        let mut mention = Self::default();
        let (titled, before) = title_before(&note[..span.start]);
        mention.gender = before;
        let mut titled = titled;
        // Words and initials in order, as chains of what hyphens join; `None` is a comma.
        let mut chains: Vec<Option<Vec<Span>>> = Vec::new();
        let tokens = text::tokens(value);
        let mut joined = false;
        for (at, token) in tokens.iter().enumerate() {
            let word = token.of(value);
            let place = Span::new(span.start + token.span.start, span.start + token.span.end);
            match token.kind {
                TokenKind::Word => {
                    let cut = possessive(word);
                    let bare = &word[..word.len() - cut];
                    let folded = lexicon::fold(bare).to_lowercase();
                    let more = tokens[at + 1..].iter().any(|next| next.kind == TokenKind::Word);
                    let first = chains.iter().all(Option::is_none);
                    let dotted = tokens.get(at + 1).is_some_and(|next| next.is_mark(value, '.'));
                    if more && first && is_title(&folded) {
                        titled = true;
                        mention.gender = mention.gender.or_else(|| title_gender(&folded));
                    } else if !first && is_suffix(&folded, bare)
                        || more
                            && PARTICLES.contains(&folded.as_str())
                            && (bare.chars().all(char::is_lowercase) || dotted || !first)
                        || more && JOINTS.contains(&folded.as_str())
                    {
                        // It stays as it is.
                    } else if bare.is_empty() {
                        continue;
                    } else {
                        let place = Span::new(place.start, place.end - cut);
                        match chains.last_mut() {
                            Some(Some(chain)) if joined => chain.push(place),
                            _ => chains.push(Some(vec![place])),
                        }
                    }
                    joined = false;
                }
                TokenKind::Punctuation => {
                    joined = matches!(word, "-" | "‑" | "‐" | "–") && touches(&tokens, at);
                    if matches!(word, "," | "^") && chains.iter().any(Option::is_some) {
                        chains.push(None);
                    }
                }
                TokenKind::Number | TokenKind::Mixed => {
                    mention.parts.push(Part::new(place, PartKind::Code));
                    joined = false;
                }
                TokenKind::Newline => joined = false,
            }
        }
        mention.assign(note, &chains, titled);
        mention.parts.sort_by_key(|part| part.span.start);
        mention.bare = !titled && mention.parts.len() == chains.iter().flatten().flatten().count() && chains.len() == 2;
        mention.small = mention.parts.iter().all(|part| !part.span.of(note).contains(char::is_uppercase));
        mention
    }

    /// Exchanges given name and surname.
    fn turn(&mut self) {
        std::mem::swap(&mut self.given, &mut self.surname);
        for part in &mut self.parts {
            part.kind = match part.kind {
                PartKind::Word(Role::Given) => PartKind::Word(Role::Surname),
                PartKind::Word(Role::Surname) => PartKind::Word(Role::Given),
                other => other,
            };
        }
        self.gender =
            self.given.as_deref().and_then(|given| given_names::gender(given.split(' ').next().unwrap_or("")));
    }

    /// Reads the words anew where all of them are in the names of one person whom the caller knows.
    fn settle(&mut self, note: &str, patient: &Patient) {
        let words = self.parts.iter().enumerate().filter(|(_, part)| matches!(part.kind, PartKind::Word(_)));
        let known: Option<Vec<(usize, KnownWord<'_>)>> =
            words.map(|(at, part)| Some((at, patient.name_word(part.span.of(note))?))).collect();
        let Some(known) = known.filter(|known| !known.is_empty()) else { return };
        let of_all = |person: &&u16| known.iter().all(|(_, word)| word.people.contains(person));
        if !known[0].1.people.iter().any(|person| of_all(&person)) {
            return;
        }
        let (mut given, mut surname) = (None, Vec::new());
        for (at, word) in known {
            let part = &mut self.parts[at];
            part.kind = PartKind::Word(word.role);
            part.meant =
                Some(word.meant.to_owned()).filter(|meant| *meant != lexicon::fold(part.span.of(note)).to_lowercase());
            match word.role {
                Role::Given => given = given.or(Some(word.meant.to_owned())),
                Role::Surname => surname.push(word.meant),
            }
        }
        self.surname = Some(surname.join(" ")).filter(|surname| !surname.is_empty());
        self.gender = self.gender.or_else(|| given.as_deref().and_then(given_names::gender));
        self.given = given;
        (self.either, self.bare) = (None, false);
    }

    /// Gives each chain its role by its place.
    fn assign(&mut self, note: &str, chains: &[Option<Vec<Span>>], titled: bool) {
        let comma = chains.iter().position(Option::is_none);
        let words: Vec<(usize, &Vec<Span>)> =
            chains.iter().enumerate().filter_map(|(at, chain)| chain.as_ref().map(|chain| (at, chain))).collect();
        let letters = |chain: &[Span]| chain.len() == 1 && chain[0].of(note).chars().count() == 1;
        let full: Vec<usize> = words.iter().filter(|(_, chain)| !letters(chain)).map(|(at, _)| *at).collect();
        let only = full.len() == 1;
        // "JS": two or three capitals alone.
        if let ([(_, chain)], true) = (words.as_slice(), !titled)
            && let [span] = chain.as_slice()
            && matches!(span.of(note).chars().count(), 2 | 3)
            && span.of(note).chars().all(char::is_uppercase)
            && lexicon::lookup(span.of(note)).name() < 3
        {
            self.initials(note, *span);
            return;
        }
        // "J.S.": letters alone.
        if full.is_empty() {
            let count = words.len();
            for (number, (_, chain)) in words.iter().enumerate() {
                let letter = chain[0].of(note).chars().next().and_then(|c| c.to_lowercase().next());
                let kind = if number == 0 {
                    self.initial = letter;
                    PartKind::Initial(Role::Given)
                } else if number + 1 == count {
                    self.surname_initial = letter;
                    PartKind::Initial(Role::Surname)
                } else {
                    PartKind::Middle
                };
                self.parts.push(Part::new(chain[0], kind));
            }
            return;
        }
        let surname = match comma {
            // "Smith, John A."; a comma after everything only ends it.
            Some(comma) if full[0] < comma && words.iter().any(|(at, _)| *at > comma) => Some(full[0]),
            _ if only && (titled || words[0].0 != full[0]) => Some(full[0]),
            _ if only => None,
            _ => full.last().copied(),
        };
        let reversed = comma.is_some_and(|comma| surname.is_some_and(|surname| surname < comma));
        for (at, chain) in &words {
            if letters(chain) {
                let letter = chain[0].of(note).chars().next().and_then(|c| c.to_lowercase().next());
                let leads = self.given.is_none() && self.initial.is_none() && (reversed || full[0] > *at);
                let kind = if leads && surname.is_some() {
                    self.initial = letter;
                    PartKind::Initial(Role::Given)
                } else {
                    PartKind::Middle
                };
                self.parts.push(Part::new(chain[0], kind));
                continue;
            }
            let folded: Vec<String> = chain.iter().map(|span| lexicon::fold(span.of(note)).to_lowercase()).collect();
            let folded = folded.join(" ");
            let of_surname = surname == Some(*at) || reversed && comma.is_some_and(|comma| *at < comma);
            let role = if of_surname { Role::Surname } else { Role::Given };
            self.parts.extend(chain.iter().map(|span| Part::new(*span, PartKind::Word(role))));
            match (surname, role) {
                (None, _) => self.either = Some(folded),
                (_, Role::Surname) => {
                    // "de la Cruz Vega, Ana": all before the comma.
                    let joined = self.surname.take().map_or_else(|| folded.clone(), |s| format!("{s} {folded}"));
                    self.surname = Some(joined);
                }
                (_, Role::Given) if self.given.is_none() && self.initial.is_none() => {
                    self.gender = self.gender.or_else(|| given_names::gender(folded.split(' ').next().unwrap_or("")));
                    self.given = Some(folded);
                }
                _ => {}
            }
        }
    }

    /// Splits "JS" into its letters.
    fn initials(&mut self, note: &str, span: Span) {
        let letters: Vec<(usize, char)> = span.of(note).char_indices().collect();
        for (number, (at, letter)) in letters.iter().enumerate() {
            let place = Span::new(span.start + at, span.start + at + letter.len_utf8());
            let low = letter.to_lowercase().next();
            let kind = if number == 0 {
                self.initial = low;
                PartKind::Initial(Role::Given)
            } else if number + 1 == letters.len() {
                self.surname_initial = low;
                PartKind::Initial(Role::Surname)
            } else {
                PartKind::Middle
            };
            self.parts.push(Part::new(place, kind));
        }
    }
}

/// Whether the mark at `at` has words right before and after it.
fn touches(tokens: &[text::Token], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| tokens[before]);
    let after = tokens.get(at + 1);
    before.is_some_and(|before| before.is_word() && before.span.end == tokens[at].span.start)
        && after.is_some_and(|after| after.is_word() && after.span.start == tokens[at].span.end)
}

/// The bytes of a possessive ending.
fn possessive(word: &str) -> usize {
    ["'s", "’s", "'S", "’S", "'", "’"].iter().find(|end| word.ends_with(**end)).map_or(0, |end| end.len())
}

fn is_title(folded: &str) -> bool {
    TITLES.contains(&folded) || title_gender(folded).is_some()
}

fn title_gender(folded: &str) -> Option<Gender> {
    if FEMALE_TITLES.contains(&folded) {
        Some(Gender::Female)
    } else {
        MALE_TITLES.contains(&folded).then_some(Gender::Male)
    }
}

/// Whether a word after a name belongs to it without being part of it: "Jr", "MD".
fn is_suffix(folded: &str, word: &str) -> bool {
    SUFFIXES.contains(&folded)
        && (word.chars().all(char::is_uppercase) || matches!(folded, "jr" | "sr" | "esq" | "phd"))
}

/// Whether a title stands right before a name, and what gender it says.
fn title_before(before: &str) -> (bool, Option<Gender>) {
    let before = before.trim_end_matches([' ', '.', '\u{a0}']);
    let word = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("").to_lowercase();
    // "pt Smith" is no title, though it stands like one.
    (is_title(&word) && word != "pt" && word != "rn", title_gender(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The persons of the words between « and », by number.
    fn persons(marked: &str) -> Vec<usize> {
        persons_of(marked, None)
    }

    fn persons_of(marked: &str, patient: Option<&Patient>) -> Vec<usize> {
        let mut note = String::new();
        let mut findings = Vec::new();
        let mut start = 0;
        for c in marked.chars() {
            match c {
                '«' => start = note.len(),
                '»' => findings.push(Finding::new(Span::new(start, note.len()), Category::Name, 0.9, "test")),
                c => note.push(c),
            }
        }
        let mut people = People::new(patient);
        people.read(&note, &findings, patient);
        let mut seen = Vec::new();
        (0..findings.len())
            .map(|index| {
                let person = people.of(index).unwrap();
                seen.iter().position(|other| *other == person).unwrap_or_else(|| {
                    seen.push(person);
                    seen.len() - 1
                })
            })
            .collect()
    }

    #[test]
    fn mentions_of_one_person_are_one() {
        for (marked, expected) in [
            ("«John Smith» came. Mr. «Smith» sat. «SMITH» «J. Smith» «john»'s «Smith, John» «Smith, J.»", vec![0; 7]),
            ("«John»'s wife. «John Smith» sat. «J.S.» «JS» «DOE^JANE» «Jane Doe»", vec![0, 0, 0, 0, 1, 1]),
            ("«John Smith» and «Mary Jones»; «Jones» saw «Smith»", vec![0, 1, 1, 0]),
            ("«John Smith», wife «Mary Smith»; Mrs. «Smith» and Mr. «Smith»", vec![0, 1, 1, 0]),
            ("«John Smith». Dr. «Ana de la Cruz», «de la Cruz», «Cruz»", vec![0, 1, 1, 1]),
            ("«Anna Lee-Park» «Park» «Dr. Lee-Park» «Lee»", vec![0, 0, 0, 0]),
            ("«R. Okafor» «Ruth Okafor» «Ben Okafor»", vec![0, 0, 1]),
            ("«John A. Smith Jr.» «SMITH, JOHN A» «John Smith, MD»", vec![0, 0, 0]),
            ("«Zwicky» and «Quackenbush» and «ZWICKY»", vec![0, 1, 0]),
            ("«José Núñez» «JOSE NUNEZ» «Núñez»’s", vec![0, 0, 0]),
        ] {
            assert_eq!(persons(marked), expected, "{marked}");
        }
    }

    #[test]
    fn small_letters_stand_in_either_order() {
        for (marked, expected) in [
            ("«Jane Okonkwo» came; «okonkwo jane» sat; «jane okonkwo» left", vec![0, 0, 0]),
            ("«okonkwo jane» came; «Jane Okonkwo» sat; Mrs. «Okonkwo» left", vec![0, 0, 0]),
            ("«achterberg rosalind», then «Rosalind» and «Achterberg»", vec![0, 0, 0]),
            ("«Okonkwo Jane» of the list is «Jane Okonkwo»", vec![0, 0]),
            ("«rosalind achterberg» and «achterberg wim»", vec![0, 1]),
        ] {
            assert_eq!(persons(marked), expected, "{marked}");
        }
    }

    #[test]
    fn whatever_names_a_known_patient_is_one_person() {
        let json = r#"{"names": ["Jane Okonkwo", "Jane Adler-Voss"], "aliases": ["Jojo"], "relatives": ["Ben Okonkwo"],
            "providers": ["Rosalind Achterberg"]}"#;
        let patient = Patient::from_json(json).unwrap();
        for (marked, expected) in [
            ("«okonkwo jane», «Jane Okonkwo», Mrs «Okonkwo», «J. Okonkwo», «OKONKWO, JANE»", vec![0; 5]),
            ("Mrs. «Okonkwo» came. «Jane» sat. «okonkwoo, jane» stood.", vec![0, 0, 0]),
            ("«Janie Okonkwo» was «Jane Adler-Voss» before; Ms. «Adler-Voss» left", vec![0, 0, 0]),
            ("«Jane Okonkwo», husband «Ben Okonkwo»; «ben» drove; Mr. «Okonkwo»", vec![0, 1, 1, 1]),
            ("«achterberg rosalind» saw «jane»; «Dr. Achterberg» wrote", vec![0, 1, 0]),
            ("«Quackenbush» saw «Jane Quackenbush»", vec![0, 0]),
        ] {
            assert_eq!(persons_of(marked, Some(&patient)), expected, "{marked}");
        }
    }
}
