//! What the operators know of one note while it is rewritten: its findings, entities, date, keys.

use std::cell::{Cell, OnceCell};
use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::date_form::DateForm;
use super::surrogate::{Source, Surrogates};
use super::{Census, Fallback, Fpe, Operator, Options, TokenKeys};
use super::{date_shift, generalize, hash, keep, mask, remove, tag};
use crate::Key;
use crate::error::{Error, Location, Result};
use crate::key::SubKey;
use crate::lexicon;
use crate::scrub::entity::People;
use crate::scrub::{Category, Context, Finding, Kind, Policy};

/// The year of a date without one, where nothing else says it.
const SOME_YEAR: i16 = 2001;
/// How often another result is tried that meets a value of the note.
const ATTEMPTS: u8 = 64;

/// The keys of a scrubber, one for every purpose.
#[derive(Clone, Default)]
pub(in crate::scrub) struct Secrets {
    keys: Option<Keys>,
    seed: Option<SubKey>,
}

#[derive(Clone)]
struct Keys {
    surrogate: SubKey,
    date_shift: SubKey,
    hash: SubKey,
    tokens: TokenKeys,
    fpe: Fpe,
}

impl Secrets {
    pub(in crate::scrub) fn new(key: Option<&Key>, seed: Option<u64>) -> Self {
        let keys = key.map(|key| Keys {
            surrogate: key.derive("surrogate"),
            date_shift: key.derive("date_shift"),
            hash: key.derive("hash"),
            tokens: TokenKeys::new(key),
            fpe: Fpe::new(key),
        });
        Self { keys, seed: seed.map(|seed| SubKey::from_seed(seed, "surrogate")) }
    }

    /// Says so when an operator of the policy lacks what it needs.
    pub(in crate::scrub) fn check(&self, policy: &Policy) -> Result<()> {
        for category in Category::ALL {
            let rule = policy.category(*category);
            let operator = rule.operator.as_str();
            let at = |error: Error| error.at(Location::Key(format!("categories.{category}.operator")));
            if rule.operator.needs_key(rule.options) && self.keys.is_none() {
                return Err(at(Error::key(format!("`{operator}` needs a key, and none was given"))));
            }
            if rule.operator == Operator::Surrogate && !rule.options.keyed && self.seed.is_none() {
                let what =
                    "`surrogate` draws at random and needs a seed (or `keyed: true` and a key), and none was given";
                return Err(at(Error::config(what)));
            }
        }
        Ok(())
    }

    pub(in crate::scrub) fn tokens(&self) -> Result<&TokenKeys> {
        self.keys().map(|keys| &keys.tokens)
    }

    fn keys(&self) -> Result<&Keys> {
        self.keys.as_ref().ok_or_else(|| Error::key("a key is needed, and none was given"))
    }
}

/// What stands in place of a value.
pub(in crate::scrub) enum Piece {
    /// This text.
    Plain(String),
    /// A token that holds the value.
    Token,
    /// This text, from which [`Fpe`] gives the value back with this attempt.
    Fpe(String, u8),
}

/// What is kept from one part of a note to the next: who is who, which number and which surrogate each has. No `Debug` here: they are
/// values of the note.
#[derive(Default)]
pub(in crate::scrub) struct Memory {
    people: Option<People>,
    /// Entities other than persons by category and canonical value.
    values: HashMap<(Category, String), usize>,
    numbers: HashMap<(Category, usize), usize>,
    /// The number that the next entity of a category gets.
    next: HashMap<Category, usize>,
    /// Numbers whose tags stand in the note itself.
    written: HashMap<Category, HashSet<usize>>,
    surrogates: Option<Surrogates>,
    /// The latest full date that is no birth date.
    noted: Option<Date>,
}

impl Memory {
    /// Takes note of what a part of a note holds that no number and no surrogate may look like.
    pub(in crate::scrub) fn see(&mut self, text: &str, findings: &[Finding], policy: &Policy) {
        let mut invents = false;
        for category in Category::ALL {
            let rule = policy.category(*category);
            invents |= rule.operator == Operator::Surrogate;
            if rule.options.numbered {
                self.written.entry(*category).or_default().extend(tag::numbers(*category, text));
            }
        }
        if invents {
            self.surrogates.get_or_insert_default().see(text, findings);
        }
    }

    /// How many values, persons and words are kept.
    pub(in crate::scrub) fn len(&self) -> usize {
        let people = self.people.as_ref().map_or(0, People::len);
        let written = self.written.values().map(HashSet::len).sum::<usize>();
        people + self.values.len() + written + self.surrogates.as_ref().map_or(0, Surrogates::len)
    }
}

/// What the operators know of one note while it is rewritten.
pub(in crate::scrub) struct Worker<'n> {
    pub(super) text: &'n str,
    pub(in crate::scrub) findings: &'n [Finding],
    pub(super) policy: &'n Policy,
    secrets: &'n Secrets,
    context: &'n Context,
    people: OnceCell<People>,
    /// Who was named before this part of the note.
    before: Cell<Option<People>>,
    noted: OnceCell<Option<Date>>,
    /// Days by which dates move, once worked out.
    offset: OnceCell<i64>,
    /// The values of all findings.
    originals: OnceCell<HashSet<&'n str>>,
    memory: Memory,
}

impl<'n> Worker<'n> {
    pub(in crate::scrub) fn new(
        text: &'n str,
        findings: &'n [Finding],
        policy: &'n Policy,
        secrets: &'n Secrets,
        context: &'n Context,
        mut memory: Memory,
    ) -> Self {
        Self {
            text,
            findings,
            policy,
            secrets,
            context,
            people: OnceCell::new(),
            before: Cell::new(memory.people.take()),
            noted: OnceCell::new(),
            offset: OnceCell::new(),
            originals: OnceCell::new(),
            memory,
        }
    }

    /// What the part of the note that comes next needs to know of this one.
    pub(in crate::scrub) fn into_memory(self) -> Memory {
        let mut memory = self.memory;
        memory.people = self.people.into_inner().or(self.before.into_inner());
        memory.noted = self.noted.into_inner().flatten().or(memory.noted);
        memory
    }

    /// What stands in place of the finding at `index`, by which operator, and the census that decided a ZIP code.
    pub(in crate::scrub) fn replace(&mut self, index: usize) -> Result<(Piece, Operator, Option<Census>)> {
        let rule = self.policy.category(self.findings[index].category);
        let (operator, options) = (rule.operator, rule.options);
        let original = self.original(index);
        let mut out = String::new();
        let mut census = None;
        let done = match operator {
            Operator::Tag => {
                tag::apply(self, index, &mut out);
                Some(Piece::Plain(out))
            }
            Operator::Mask => {
                mask::apply(original, options, &mut out);
                Some(Piece::Plain(out))
            }
            Operator::Remove => {
                remove::apply();
                Some(Piece::Plain(out))
            }
            Operator::Keep => {
                keep::apply(original, &mut out);
                Some(Piece::Plain(out))
            }
            Operator::Hash => {
                let category = self.findings[index].category;
                hash::apply(&self.secrets.keys()?.hash, category, &self.canonical(index), &mut out);
                Some(Piece::Plain(out))
            }
            Operator::Encrypt => Some(Piece::Token),
            Operator::Generalize => generalize::apply(self, index).map(|(coarse, by)| {
                census = by;
                Piece::Plain(coarse)
            }),
            Operator::DateShift => date_shift::apply(self, index, self.days(options)?)?.map(Piece::Plain),
            Operator::Fpe => self.fpe(index)?,
            Operator::Surrogate => self.surrogate(index, options)?.map(Piece::Plain),
        };
        let (piece, operator, census) = match done {
            Some(piece) => (piece, operator, census),
            None => self.fall_back(index, operator, options)?,
        };
        let (piece, operator) = self.findings[index].place().fit(self, index, piece, operator);
        Ok((piece, operator, census))
    }

    /// The year of a date, as far as it may stay.
    pub(in crate::scrub) fn year_of(&self, index: usize) -> Option<String> {
        generalize::apply(self, index).map(|(year, _)| year)
    }

    /// A short code that is the same for exactly the same value: under the key if there is one, else the number of the value among
    /// those of its category.
    pub(in crate::scrub) fn code(&mut self, index: usize) -> String {
        let (category, original) = (self.findings[index].category, self.original(index));
        if let Ok(keys) = self.secrets.keys() {
            return hash::digits(&keys.hash, category, original);
        }
        let entity = self.value(category, format!("={original}"));
        self.number(category, entity).to_string()
    }

    /// What is done with a value that the operator cannot work on.
    fn fall_back(
        &mut self,
        index: usize,
        operator: Operator,
        options: Options,
    ) -> Result<(Piece, Operator, Option<Census>)> {
        let by_default = if operator == Operator::Fpe { Fallback::Error } else { Fallback::Tag };
        match options.fallback.unwrap_or(by_default) {
            Fallback::Encrypt => Ok((Piece::Token, Operator::Encrypt, None)),
            Fallback::Tag => {
                let mut out = String::new();
                tag::apply(self, index, &mut out);
                Ok((Piece::Plain(out), Operator::Tag, None))
            }
            Fallback::Error => {
                let finding = &self.findings[index];
                let why = match operator {
                    Operator::Fpe => {
                        "its format has fewer than the million values that FF1 asks for, or is in another script"
                    }
                    Operator::DateShift => "it is no date in a form that can be written anew",
                    Operator::Generalize => "there is no coarser value that may stay",
                    _ => "there is no invented value of its kind",
                };
                let what = format!("`{}` cannot work on this `{}`: {why}", operator.as_str(), finding.category);
                Err(Error::input(what).at(Location::Byte(finding.span.start)))
            }
        }
    }

    /// The value of a finding as it stands in the note.
    pub(in crate::scrub) fn original(&self, index: usize) -> &'n str {
        self.findings[index].span.of(self.text)
    }

    /// A value without what differs between writings of the same: case, accents, punctuation; of a number its digits.
    fn canonical(&self, index: usize) -> String {
        let original = self.original(index);
        if self.findings[index].category == Category::Date
            && let Some(form) = DateForm::read(original)
        {
            return format!("{:?} {} {:?}", form.year, form.month, form.day);
        }
        lexicon::fold(original).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    }

    pub(super) fn people(&self) -> &People {
        self.people.get_or_init(|| {
            let known = self.context.known();
            let mut people = self.before.take().unwrap_or_else(|| People::new(known));
            people.read(self.text, self.findings, known);
            people
        })
    }

    /// Which entity of its category a finding is.
    pub(super) fn entity(&mut self, index: usize) -> usize {
        let category = self.findings[index].category;
        if category == Category::Name
            && let Some(person) = self.people().of(index)
        {
            return person;
        }
        self.value(category, self.canonical(index))
    }

    /// Which entity a value is.
    fn value(&mut self, category: Category, value: String) -> usize {
        // Persons are counted from zero.
        let next = usize::MAX / 2 + self.memory.values.len();
        *self.memory.values.entry((category, value)).or_insert(next)
    }

    /// The number of an entity in its category, in the order of the note. A number whose tag already stands in the note is
    /// passed over, so that ours are told from the note's own.
    pub(super) fn number(&mut self, category: Category, entity: usize) -> usize {
        let text = self.text;
        let Memory { numbers, next, written, .. } = &mut self.memory;
        if let Some(number) = numbers.get(&(category, entity)) {
            return *number;
        }
        let written = written.entry(category).or_insert_with(|| tag::numbers(category, text).collect());
        let next = next.entry(category).or_insert(1);
        while written.contains(next) {
            *next += 1;
        }
        let number = *next;
        *next += 1;
        numbers.insert((category, entity), number);
        number
    }

    /// When the note was written: as the caller says, else the latest full date in it that is no birth date.
    pub(in crate::scrub) fn noted(&self) -> Option<Date> {
        *self.noted.get_or_init(|| {
            let dates = self
                .findings
                .iter()
                .enumerate()
                .filter(|(_, finding)| finding.category == Category::Date && finding.kind != Kind::BirthDate);
            let full = dates.filter_map(|(index, _)| {
                let form = DateForm::read(self.original(index))?;
                Date::new(form.year?, form.month, form.day?).ok()
            });
            self.context.noted().or_else(|| full.chain(self.memory.noted).max())
        })
    }

    /// The year of a date with two digits of it, where the caller knows the patient's date.
    pub(super) fn known_year(&self, form: &DateForm) -> Option<i16> {
        let year = form.year.filter(|_| form.has_short_year())?;
        self.context.known()?.year_of(form.month, form.day, year.rem_euclid(100))
    }

    /// The year in which dates without one are taken.
    pub(super) fn year(&self) -> i16 {
        self.noted().map_or(SOME_YEAR, Date::year)
    }

    fn days(&self, options: Options) -> Result<i64> {
        let key = &self.secrets.keys()?.date_shift;
        Ok(*self.offset.get_or_init(|| match self.context.whose() {
            Some(patient) => date_shift::offset(key, &[b"patient", patient.as_bytes()], options),
            None => date_shift::offset(key, &[b"note", self.text.as_bytes()], options),
        }))
    }

    fn fpe(&self, index: usize) -> Result<Option<Piece>> {
        let (original, category) = (self.original(index), self.findings[index].category);
        let originals = self.originals.get_or_init(|| self.findings.iter().map(|f| f.span.of(self.text)).collect());
        let fpe = &self.secrets.keys()?.fpe;
        for attempt in 0..ATTEMPTS {
            match fpe.encrypt(original, category, attempt) {
                Some(encrypted) if !originals.contains(encrypted.as_str()) => {
                    return Ok(Some(Piece::Fpe(encrypted, attempt)));
                }
                Some(_) => {}
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    fn surrogate(&mut self, index: usize, options: Options) -> Result<Option<String>> {
        let mut surrogates = match self.memory.surrogates.take() {
            Some(surrogates) => surrogates,
            None => Surrogates::new(self.text, self.findings),
        };
        let source = if options.keyed {
            let key = self.secrets.keys()?.surrogate.clone();
            Source::Keyed { key, patient: self.context.whose().map(str::to_owned) }
        } else {
            let seed = self.secrets.seed.clone();
            let seed = seed.ok_or_else(|| Error::config("a seed is needed, and none was given"))?;
            Source::Drawn { seed, document: self.context.document().map(str::to_owned) }
        };
        let canonical = self.canonical(index);
        let invented = surrogates.invent(&source, self, index, &canonical);
        self.memory.surrogates = Some(surrogates);
        Ok(invented)
    }
}
