//! Why something was found: which detectors spoke for it and what they went by, as ids that hold no text of the note.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Category;
use crate::text::Span;

/// What sort of evidence a [`Rule`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RuleKind {
    /// The form of the value itself.
    Shape,
    /// A word that stands before the value, or in brackets after it, and says what it is.
    Cue,
    /// The head of the table column that holds the value.
    Column,
    /// A check digit or another rule of whoever gives such numbers out.
    Validator,
    /// The build of the note: titles, signatures, relatives, headers, what was found elsewhere in it, a model, a list.
    Structure,
}

/// What a detector went by.
///
/// It prints as a short id that never changes: `cue:mrn`, `column:dob`, `validator:npi`, `shape:date-year-first`, and for the
/// build of a note `title`, `kin`, `signature-block`, `salutation`, `letterhead`, `last-first`, `consistency`, `tagger` and so
/// on. The word in a cue's id is the detector's own, in its plain form, not the note's.
///
/// ```
/// use chartguard::scrub::{Rule, RuleKind};
/// let rule = Rule::new(RuleKind::Cue, "medical record number");
/// assert_eq!(rule.to_string(), "cue:medical-record-number");
/// assert_eq!(Rule::new(RuleKind::Structure, "last-first").to_string(), "last-first");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rule {
    kind: RuleKind,
    name: Cow<'static, str>,
}

impl RuleKind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Shape => "shape:",
            Self::Cue => "cue:",
            Self::Column => "column:",
            Self::Validator => "validator:",
            Self::Structure => "",
        }
    }
}

impl Rule {
    /// A rule; `name` is the detector's own word for it.
    pub fn new(kind: RuleKind, name: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, name: name.into() }
    }

    /// What sort of evidence it is.
    pub fn kind(&self) -> RuleKind {
        self.kind
    }

    /// What a detector by this name goes by where it says nothing further.
    fn of(detector: Cow<'static, str>) -> Self {
        let structure = |name| Self::new(RuleKind::Structure, name);
        match STRUCTURE.iter().find(|(known, _)| *known == detector) {
            Some((_, name)) => structure(Cow::Borrowed(*name)),
            None if detector.starts_with("model.") => structure(Cow::Borrowed("model")),
            None => Self::new(RuleKind::Shape, detector),
        }
    }
}

/// The detectors that go by the build of a note, and what each goes by.
const STRUCTURE: &[(&str, &str)] = &[
    ("consistency.name", "consistency"),
    ("consistency.organization", "consistency"),
    ("location.city", "place-in-prose"),
    ("location.city_state", "city-state"),
    ("location.county", "area-noun"),
    ("location.field", "field"),
    ("location.street", "road-noun"),
    ("name.aged", "age-beside"),
    ("name.credential", "credential"),
    ("name.field", "field"),
    ("name.hl7", "hl7-name"),
    ("name.initials", "initials"),
    ("name.inverted", "last-first"),
    ("name.lexicon", "full-name"),
    ("name.list", "list-of-people"),
    ("name.lone", "known-name"),
    ("name.relative", "kin"),
    ("name.roster", "roster-line"),
    ("name.salutation", "salutation"),
    ("name.signature", "signature-block"),
    ("name.title", "title"),
    ("name.verb", "agent"),
    ("organization.brand", "known-body"),
    ("organization.field", "field"),
    ("organization.head", "body-noun"),
    ("organization.saint", "saint"),
    ("organization.the", "named-house"),
    ("organization.verb", "employer-verb"),
    ("policy.deny", "deny-list"),
    ("tagger", "tagger"),
];

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        f.write_str(self.kind.prefix())?;
        let mut joint = false;
        for (place, c) in self.name.char_indices() {
            if c.is_alphanumeric() || c == '#' {
                if joint {
                    f.write_char('-')?;
                }
                f.write_char(c)?;
                joint = false;
            } else {
                joint = place > 0;
            }
        }
        Ok(())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        let kinds = [RuleKind::Shape, RuleKind::Cue, RuleKind::Column, RuleKind::Validator];
        let prefixed = kinds.into_iter().find_map(|kind| Some((kind, id.strip_prefix(kind.prefix())?.to_owned())));
        let (kind, name) = prefixed.unwrap_or((RuleKind::Structure, id));
        Ok(Self::new(kind, name))
    }
}

/// One thing that speaks for a finding: who says so, going by what, of which piece of the note, how sure.
///
/// It holds no text of the note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reason {
    /// The detector, such as `mrn.cued`.
    pub detector: Cow<'static, str>,
    /// What it went by.
    pub rule: Rule,
    /// How sure the detector was, all it went by together, from 0 to 1.
    pub score: f32,
    /// What it took the piece for.
    pub category: Category,
    /// The piece it spoke of, in UTF-8 bytes of the text that was searched.
    pub span: Span,
}

/// What a detector went by beyond what it always does: a cue, a check digit. Two fit; nothing is allocated.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Rules([Option<Rule>; 2]);

impl Rules {
    pub(super) fn push(&mut self, rule: Rule) {
        if let Some(free) = self.0.iter_mut().find(|slot| slot.is_none()) {
            *free = Some(rule);
        }
    }

    pub(super) fn any(&self, test: impl Fn(&Rule) -> bool) -> bool {
        self.0.iter().flatten().any(test)
    }

    /// What `detector` went by; the form of the value where nothing else is known.
    pub(super) fn of(&self, detector: Cow<'static, str>) -> impl Iterator<Item = Rule> + '_ {
        let own = self.0[0].is_none().then(|| Rule::of(detector));
        own.into_iter().chain(self.0.iter().flatten().cloned())
    }
}

impl Serialize for Rules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().flatten())
    }
}

impl<'de> Deserialize<'de> for Rules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut rules = Self::default();
        Vec::<Rule>::deserialize(deserializer)?.into_iter().for_each(|rule| rules.push(rule));
        Ok(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_plain_words() {
        for (kind, name, id) in [
            (RuleKind::Cue, "mr #", "cue:mr-#"),
            (RuleKind::Cue, "id :", "cue:id"),
            (RuleKind::Column, "d o b", "column:d-o-b"),
            (RuleKind::Validator, "npi", "validator:npi"),
            (RuleKind::Shape, "date.year_first", "shape:date-year-first"),
            (RuleKind::Structure, "kin", "kin"),
        ] {
            let rule = Rule::new(kind, name);
            assert_eq!(rule.to_string(), id);
            let json = serde_json::to_string(&rule).unwrap();
            let back: Rule = serde_json::from_str(&json).unwrap();
            assert_eq!((back.kind(), back.to_string()), (kind, id.to_owned()));
        }
    }

    #[test]
    fn the_table_is_sorted_and_has_each_detector_once() {
        assert!(STRUCTURE.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
