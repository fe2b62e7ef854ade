//! `terms`: a word or phrase of a list, or a pattern, stands in the text and is meant of the patient and of today.

use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Note, Outcome};
use crate::error::{Error, Result};
use crate::rubric::extract::outline::Topic;
use crate::rubric::terms::{ListId, Vocabulary};
use crate::text::Span;
use crate::text::pattern::{bordered, borderless};

/// One name, or several.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Names {
    /// None.
    #[default]
    None,
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Names {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let slice = match self {
            Self::None => &[],
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names.as_slice(),
        };
        slice.iter().map(String::as_str)
    }
}

/// How a mention may be qualified and still count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Qualifier {
    /// "no cues needed".
    Negated,
    /// "will be cued", "if pain returns".
    Hypothetical,
    /// "history of".
    Historical,
    /// "mother has".
    OtherPerson,
    /// An empty heading, an unticked box, a prompt: "Goals: ____".
    Template,
}

impl Qualifier {
    const ALL: [Self; 5] = [Self::Negated, Self::Hypothetical, Self::Historical, Self::OtherPerson, Self::Template];
}

/// A word or phrase of named lists, of this list, or a pattern.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Terms {
    /// Named lists.
    #[serde(default)]
    list: Names,
    /// Words and phrases given here.
    #[serde(default)]
    words: Vec<String>,
    /// A regular expression, in verbose mode, without regard to case.
    #[serde(default)]
    pattern: Option<String>,
    /// Qualifiers that do not matter; a mention with another one does not count.
    #[serde(default)]
    accept: Vec<Qualifier>,
    /// Only under headings of these topics.
    #[serde(default)]
    inside: Vec<Topic>,
    /// Not under headings of these topics.
    #[serde(default)]
    outside: Vec<Topic>,
    /// How many different mentions it takes.
    #[serde(default = "one")]
    at_least: usize,
    #[serde(skip)]
    ids: Vec<ListId>,
    #[serde(skip)]
    regex: Option<Regex>,
    /// The pattern without the borders of words: what it does not match, the pattern does not either.
    #[serde(skip)]
    loose: Option<Regex>,
}

fn one() -> usize {
    1
}

impl Terms {
    pub(super) fn prepare(&mut self, vocabulary: &mut Vocabulary) -> Result<()> {
        for name in self.list.iter() {
            self.ids.push(vocabulary.list(name)?);
        }
        if !self.words.is_empty() {
            self.ids.push(vocabulary.anonymous(&self.words)?);
        }
        if let Some(pattern) = &self.pattern {
            // Borders of words that are not all ASCII are those of Unicode, slow as they are: a text is first asked for a match without them.
            let ascii = pattern.is_ascii();
            let regex = if ascii { &bordered(pattern) } else { pattern };
            let regex = Regex::new(&format!("(?xi){regex}"));
            self.regex =
                Some(regex.map_err(|_| Error::rubric("`pattern` is not a regular expression of this engine"))?);
            self.loose = if ascii { None } else { Regex::new(&format!("(?xi){}", borderless(pattern))).ok() };
        }
        if self.ids.is_empty() && self.regex.is_none() {
            return Err(Error::rubric("`terms` needs `list`, `words` or `pattern`"));
        }
        Ok(())
    }

    pub(super) fn lists(&self) -> Vec<String> {
        self.list.iter().map(str::to_owned).collect()
    }

    pub(super) fn evaluate(&self, note: &Note<'_>, region: Span) -> Outcome {
        let mut found: Vec<Span> = self.ids.iter().flat_map(|id| note.page.hits(*id, region)).copied().collect();
        if let (Some(regex), Some(pattern)) = (&self.regex, &self.pattern) {
            // Several criteria may ask the same of all of a note.
            if region == note.whole() {
                let mut asked = note.matches.borrow_mut();
                if let Some(spans) = asked.get(pattern) {
                    found.extend(spans);
                } else {
                    let spans = self.matches(regex, note.page.text, region);
                    found.extend(&spans);
                    asked.insert(pattern.clone(), spans);
                }
            } else {
                found.extend(self.matches(regex, note.page.text, region));
            }
        }
        found.retain(|span| self.counts(note, *span));
        found.sort();
        let mut words: Vec<String> = found.iter().map(|span| span.of(note.page.text).to_lowercase()).collect();
        words.sort();
        words.dedup();
        if words.len() >= self.at_least { Outcome::found(found) } else { Outcome::fails(0.85) }
    }

    /// Where the pattern matches in a region.
    fn matches(&self, regex: &Regex, text: &str, region: Span) -> Vec<Span> {
        let (inside, base) = (region.of(text), region.start);
        if self.loose.as_ref().is_some_and(|loose| !loose.is_match(inside)) {
            return Vec::new();
        }
        let found = regex.find_iter(inside).filter(|m| !m.is_empty());
        found.map(|m| Span::new(base + m.start(), base + m.end())).collect()
    }

    fn counts(&self, note: &Note<'_>, span: Span) -> bool {
        if !self.inside.is_empty() || !self.outside.is_empty() {
            let topic = note.page.topic(span.start);
            if self.outside.contains(&topic) || (!self.inside.is_empty() && !self.inside.contains(&topic)) {
                return false;
            }
        }
        counts(note, span, &self.accept)
    }
}

/// Whether a mention is meant of the patient and of today, or qualified only in ways that do not matter.
pub(super) fn counts(note: &Note<'_>, span: Span, accept: &[Qualifier]) -> bool {
    let accepts = |qualifier| accept.contains(&qualifier);
    if Qualifier::ALL.into_iter().all(accepts) {
        return true;
    }
    let stands = note.page.assertion(span);
    (!stands.negated || accepts(Qualifier::Negated))
        && (!stands.hypothetical || accepts(Qualifier::Hypothetical))
        && (!stands.historical || accepts(Qualifier::Historical))
        && (!stands.other_person || accepts(Qualifier::OtherPerson))
        && (!stands.template || accepts(Qualifier::Template))
}
