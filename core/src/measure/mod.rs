//! How well findings agree with labelled notes: what `chartguard eval` prints.
//!
//! A [`Labelled`] note goes through an [`Evaluator`], which gives its [`Evaluation`]; those of many notes are
//! [merged](Evaluation::merge). The figures:
//!
//! * Only letters and digits count as characters: a blank left between two removed names is no leak. Regions that the
//!   labels leave open ([`Gold::ignored`]) are neither right nor wrong.
//! * [`Measure`]: whether each labelled span was covered, characters, entities (strict and relaxed as in the i2b2 2014
//!   de-identification track: Stubbs, Kotfila and Uzuner 2015, doi:10.1016/j.jbi.2015.06.007), leaks, and what was
//!   removed for nothing.
//! * Every [`Share`] carries its 95 % Wilson score interval, every [`Rate`] the score interval of a Poisson count.
//! * [`Mistake`]: each error by class, with the note's id and offsets in code points. Text of a note is held only where
//!   [`Options::show_text`] asks for it.
//! * [`Sweep`]: the same figures at other thresholds, from one search of each note.
//! * [`Reliability`]: whether scores mean what they say; [`Calibration`]: the same of any answers with a confidence.
//!
//! ```
//! use chartguard::measure::{Evaluation, Evaluator, Gold, Labelled, Options};
//! use chartguard::{Category, Policy, Scrubber, text::Span};
//! let evaluator = Evaluator::new(Scrubber::new(Policy::default())?, Options::default())?;
//! let gold = Gold::new(vec![(Span::new(4, 15), Category::Ssn)], vec![]);
//! let mut evaluation = Evaluation::default();
//! evaluation.merge(evaluator.note(&Labelled::new("1", "SSN 219-09-9999", gold))?);
//! assert_eq!(evaluation.total.recall.value(), Some(1.0));
//! # Ok::<(), chartguard::Error>(())
//! ```

mod ablation;
mod calibration;
mod compare;
mod evaluation;
mod gold;
mod mistakes;
mod reliability;
mod share;
mod sweep;

pub use ablation::AblationRow;
pub use calibration::{Calibration, CalibrationBin};
pub use compare::{CategoryMeasure, Measure};
pub use evaluation::{Evaluation, Evaluator, Options};
pub use gold::{Gold, Labelled};
pub use mistakes::{ErrorClass, Mistake};
pub use reliability::{Bin, Group, Reliability};
pub use share::{Agreement, Rate, Share};
pub use sweep::{Point, Sweep};
