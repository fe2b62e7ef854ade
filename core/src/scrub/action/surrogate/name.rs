//! Invented names of persons, word by word: the same word has the same surrogate, an initial is that of the surrogate.

use super::words::{self, FEMALE, MALE, OCCUPATIONS, SURNAMES, Script};
use super::{Draw, Source, Surrogates, cased, code};
use crate::lexicon;
use crate::lexicon::given_names::{Gender, gender};
use crate::scrub::action::Worker;
use crate::scrub::entity::{PartKind, Role};
use crate::text::Span;

/// The name at `index` with every word of it invented; titles, suffixes, particles and punctuation stay. `None` where a word is in
/// a script in which no names are invented.
pub(super) fn invent(
    surrogates: &mut Surrogates,
    source: &Source,
    worker: &Worker<'_>,
    index: usize,
) -> Option<String> {
    let people = worker.people();
    let span = worker.findings[index].span;
    let parts = people.parts(index);
    if parts.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(span.len() + 8);
    let mut copied = span.start;
    for part in parts {
        out.push_str(Span::new(copied, part.span.start).of(worker.text));
        copied = part.span.end;
        let original = part.span.of(worker.text);
        let known = |role| people.known(index, role);
        let invented = match part.kind {
            // A nickname and a slip of the pen have the surrogate of the name.
            PartKind::Word(role) => {
                let name = part.meant.as_deref().unwrap_or(original);
                word(surrogates, source, name, role, people.gender(index))?
            }
            PartKind::Initial(role) => match known(role).and_then(|name| name.split(' ').next()) {
                Some(name) => {
                    let whole = word(surrogates, source, name, role, people.gender(index))?;
                    whole.chars().next()?.to_string()
                }
                None => letter(surrogates, source, original, known(Role::Surname).unwrap_or(""))?,
            },
            PartKind::Middle => letter(surrogates, source, original, known(Role::Surname).unwrap_or(""))?,
            PartKind::Code => surrogates.value("name code", original, source, |draw| code::shape(original, draw))?,
        };
        out.push_str(&cased(original, &invented.to_lowercase()));
    }
    out.push_str(Span::new(copied, span.end).of(worker.text));
    Some(out)
}

/// The surrogate of one word, in lower case.
fn word(
    surrogates: &mut Surrogates,
    source: &Source,
    original: &str,
    role: Role,
    shown: Option<Gender>,
) -> Option<String> {
    let folded = lexicon::fold(original).to_lowercase();
    let length = original.chars().count();
    if let Some(script) = words::script(original).ok()? {
        return surrogates.value("name", &folded, source, |draw| Some(in_script(script, length, role, draw)));
    }
    match role {
        Role::Surname => {
            let pool = SURNAMES.of_length(length);
            surrogates.value("surname", &folded, source, |draw| Some(draw.pick(pool).to_owned()))
        }
        Role::Given => {
            // What the name itself says holds in every note; what only a title says is asked after it.
            let gender = gender(&folded).or(shown);
            surrogates.value("given", &folded, source, |draw| {
                let female = gender.map_or_else(|| draw.below(2) == 0, |gender| gender == Gender::Female);
                let pool = if female { &FEMALE } else { &MALE };
                Some(draw.pick(pool.of_length(length)).to_owned())
            })
        }
    }
}

fn in_script(script: &Script, length: usize, role: Role, draw: &mut Draw) -> String {
    if script.by_character {
        let first = if length > 1 || role == Role::Surname { script.surnames } else { script.given };
        let mut name = draw.pick(first).to_owned();
        (1..length).for_each(|_| name.push_str(draw.pick(script.given)));
        return name;
    }
    draw.pick(if role == Role::Surname { script.surnames } else { script.given }).to_owned()
}

/// Another letter for an initial of which the name is not written anywhere.
fn letter(surrogates: &mut Surrogates, source: &Source, original: &str, beside: &str) -> Option<String> {
    let initial = original.chars().next()?;
    let key = ("initial", format!("{beside} {}", initial.to_lowercase()));
    if let Some(known) = surrogates.given.get(&key) {
        return Some(known.clone());
    }
    let mut draw = Draw::new(source, key.0, &key.1, surrogates.given.len(), 0);
    let mut other = initial;
    while other.to_lowercase().eq(initial.to_lowercase()) {
        other = (b'a' + draw.below(26) as u8) as char;
    }
    surrogates.given.insert(key, other.to_string());
    Some(other.to_string())
}

/// Another occupation.
pub(super) fn profession(surrogates: &mut Surrogates, source: &Source, original: &str) -> Option<String> {
    let folded = lexicon::fold(original).to_lowercase();
    let invented = surrogates.value("profession", &folded, source, |draw| Some(draw.pick(OCCUPATIONS).to_owned()))?;
    Some(cased(original, &invented))
}
