//! Finds protected health information: one file a detector, one registry.
//!
//! Most detectors are [`Pattern`]s, which is to say data: a regular expression, a validator, cue words, a score, the
//! source of the rule and lines of examples. To add one, add its file and its line to [`PATTERNS`]. Detectors that need
//! more than a pattern (names, places, organisations, models) implement [`Detector`] and stand in [`detectors`].

#[macro_use]
mod fragments;

mod account;
mod address;
mod age;
mod announce;
mod biometric;
mod consistency;
mod cues;
mod custom;
mod date;
mod device;
mod email;
mod fax;
pub(crate) mod groups;
mod health_plan;
mod ip;
mod license;
mod location;
mod misread;
#[cfg(feature = "onnx")]
mod model;
mod mrn;
mod name;
mod notation;
pub(crate) mod opinion;
mod organization;
mod other_id;
mod pattern;
mod phone;
mod profession;
mod rule_set;
mod scan;
mod shape;
mod ssn;
pub(crate) mod strict;
mod structure;
#[cfg(feature = "onnx")]
mod tagger;
mod url;
mod vehicle;

pub(crate) use consistency::{Learned, extend};
pub(crate) use custom::{OwnDetector, OwnDetectors};
#[cfg(feature = "onnx")]
pub(crate) use model::ModelDetector;
pub(crate) use pattern::{Pattern, Patterns, Validity};
pub(crate) use structure::Entities;
#[cfg(feature = "onnx")]
pub(crate) use tagger::BuiltinTagger;

use super::{Finding, Stage, Stages};
use crate::cancel::Cancel;
use crate::text::Token;

/// A note made ready for detectors: everything is computed once and shared.
pub(crate) struct Note<'t> {
    /// The plain view of the text (see [`crate::text::View`]); spans of findings refer to it.
    pub(crate) text: &'t str,
    /// Its tokens.
    pub(crate) tokens: &'t [Token],
    /// What long loops look at: who leaves one early is not asked for its findings.
    pub(crate) cancel: &'t Cancel,
}

#[cfg(test)]
impl<'t> Note<'t> {
    /// A note that is searched to its end.
    pub(crate) fn new(text: &'t str, tokens: &'t [Token]) -> Self {
        Self { text, tokens, cancel: &crate::cancel::NEVER }
    }
}

/// Something that finds protected health information in a note.
///
/// Detectors see the whole note, keep no state between notes, and do not see each other's findings.
pub(crate) trait Detector: Send + Sync {
    /// Appends what it finds; findings may overlap each other. It may end early once the note's token is set.
    ///
    /// # Errors
    /// When the note could not be searched completely: the call then fails as a whole (invariant 1).
    fn detect(&self, note: &Note<'_>, findings: &mut Vec<Finding>) -> crate::Result<()>;

    /// What it is called where time is measured.
    fn stage(&self) -> &'static str {
        "model"
    }
}

/// Every pattern, by file.
pub(crate) const PATTERNS: &[&[Pattern]] = &[
    account::PATTERNS,
    address::PATTERNS,
    age::PATTERNS,
    biometric::PATTERNS,
    date::PATTERNS,
    device::PATTERNS,
    email::PATTERNS,
    fax::PATTERNS,
    health_plan::PATTERNS,
    ip::PATTERNS,
    license::PATTERNS,
    mrn::PATTERNS,
    other_id::PATTERNS,
    phone::PATTERNS,
    profession::PATTERNS,
    ssn::PATTERNS,
    url::PATTERNS,
    vehicle::PATTERNS,
];

/// The stage of every detector that is no pattern, by the name in its findings or by the part of it before the point. The
/// first line that fits counts.
pub(crate) const STAGES: &[(&str, Stage)] = &[
    ("name.lexicon", Stage::Lexicon),
    ("name.lone", Stage::Lexicon),
    ("name.inverted", Stage::Lexicon),
    ("name.aged", Stage::Lexicon),
    ("name", Stage::Structure),
    ("location", Stage::Structure),
    ("organization.brand", Stage::Lexicon),
    ("organization", Stage::Structure),
    ("tagger", Stage::Tagger),
    ("model", Stage::Model),
    ("consistency", Stage::Consistency),
    ("field", Stage::Structure),
    ("policy", Stage::Policy),
    ("patient", Stage::Patient),
];

/// Whether `word` stands before a person's name: "Mr", "Dr".
pub(crate) fn is_title(word: &str) -> bool {
    announce::cues(word) & announce::TITLE != 0
}

/// Whether `word` is what a person does, after the name: "denies", "was".
pub(crate) fn is_said(word: &str) -> bool {
    announce::cues(word) & announce::SAYS != 0
}

/// The detectors of `stages` that need no model.
pub(crate) fn detectors(stages: Stages) -> crate::Result<Vec<Box<dyn Detector>>> {
    crate::lexicon::check()?;
    let mut detectors: Vec<Box<dyn Detector>> = Vec::new();
    if stages.has(Stage::Patterns) {
        detectors.push(Box::new(Patterns::builtin()?));
        detectors.push(Box::new(misread::Misread::new()?));
    }
    if stages.has(Stage::Lexicon) || stages.has(Stage::Structure) {
        detectors.push(Box::new(Entities(stages)));
    }
    Ok(detectors)
}
