//! An embeddable engine for clinical notes.
//!
//! chartguard removes protected health information (PHI) from a note, scores the note's documentation against a rubric,
//! and runs local ONNX models for both: all inside the caller's process, without a service or a network.
//!
//! # A tour
//!
//! * [`Scrubber`] removes PHI under a [`Policy`]. What it returns, [`Scrubbed`], holds the text that may be shared, every
//!   [`Finding`] with its category, score, detector and [reasons](Finding::reasons), and a map between the offsets of the two texts.
//! * [`Scorer`] reads a note against a [`Rubric`] and returns a [`Report`]: for every criterion a verdict, the evidence as
//!   spans of the note, the rule it comes from, and what to write instead.
//! * [`Analyzer`] does both in one call.
//! * [`measure`] compares findings with labelled notes: recall, precision, leaks, errors by class, thresholds.
//! * [`text`] is what they share: spans, offsets in every unit, sections, sentences, tokens, assertion, dates.
//! * [`Scrubber::scrub_message`] takes what EHRs hold: HL7 v2, FHIR, C-CDA, RTF, HTML, text in other encodings ([`Format`]);
//!   [`restore_message`] gives them back.
//! * [`Patient`] is what the caller knows of the patient: [`Scrubber::scrub_for`] finds every mention of it.
//! * [`Vault`] keeps under a key what was replaced, so that every operator has a way back.
//! * [`audit`] records who did what, without a value of any note; [`access`] says who may.
//! * `infer` (feature `onnx`) runs models from a directory, or from a registry of versions: taggers, classifiers, embedders.
//! * `search` (feature `search`) finds passages of documents by words and by meaning.
//!
//! ```
//! use chartguard::{Analyzer, Policy, Rubric, Scorer, Scrubber};
//!
//! let scrubber = Scrubber::new(Policy::builtin("safe-harbor")?)?;
//! let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy")?);
//! let note = "PT treatment note 03/14/2024\nGait training 15 min.\nTotal treatment time: 15 minutes.\n";
//! let outcome = Analyzer::new(scrubber, scorer).analyze(note, &Default::default())?;
//! assert!(outcome.scrubbed.text.starts_with("PT treatment note [DATE]"));
//! assert!(outcome.report.criteria.iter().any(|c| c.id == "tx.total-minutes"));
//! # Ok::<(), chartguard::Error>(())
//! ```
//!
//! # What holds
//!
//! A call returns complete output or an [`Error`], never the original text in place of a result. Findings are disjoint and
//! every byte outside them survives. A batch equals the same calls one by one. No error, log line or `Debug` output holds
//! text of a note. Built objects are immutable, `Send + Sync` and cheap to share. Time is linear in the length of a note.
//!
//! # What it does not do
//!
//! Images and audio, languages other than English (names and places of other languages in English notes are handled),
//! and any judgement on medical necessity: a report speaks of documentation, not of a claim.
//!
//! # Features
//!
//! * `onnx` (default): models through tract.
//! * `cli`: the `chartguard` command.
//! * `sqlite`: the audit log in a `SQLite` database.
//! * `search`: search over documents (`search`).

#![forbid(unsafe_code)]

pub mod access;
pub mod analyze;
pub mod audit;
mod cancel;
#[cfg(feature = "cli")]
pub mod cli;
mod error;
pub mod format;
mod guard;
#[cfg(feature = "onnx")]
pub mod infer;
mod key;
mod lexicon;
pub mod measure;
pub mod report;
pub mod rubric;
pub mod scrub;
#[cfg(feature = "search")]
pub mod search;
pub mod text;
pub mod vault;
pub mod wire;
mod yaml;

pub use analyze::{Analyzer, MessageOutcome, Outcome};
pub use cancel::Cancel;
pub use error::{Error, ErrorCode, Location, Result};
pub use format::{Format, MessageFinding, MessageReport, ScrubbedMessage, restore_message};
#[doc(hidden)]
pub use guard::{Stopped, caught};
#[cfg(feature = "onnx")]
pub use infer::Model;
pub use key::{Key, MIN_KEY_BYTES};
pub use rubric::{Report, Rubric, ScoreOptions, Scorer};
pub use scrub::{
    Category, Context, Finding, Operator, Patient, Policy, Regime, Released, ScrubStream, Scrubbed, Scrubber,
    StreamOptions, restore,
};
pub use vault::Vault;
