//! Removes protected health information and explains every removal.
//!
//! `detect` finds, `resolve` makes the findings disjoint, a `Policy` chooses an action for each, `apply` rewrites the
//! text once from left to right and keeps the map between the two texts.

mod action;
mod apply;
mod audited;
mod category;
mod check_digit;
mod config;
mod detect;
mod fields;
mod finding;
#[cfg(any(feature = "onnx", feature = "cli"))]
pub(crate) mod labels;
mod lists;
mod patient;
mod policy;
mod reason;
mod resolve;
mod scrubber;
mod stage;
mod verify;

pub use action::{Operator, Options as OperatorOptions};
pub use apply::{Applied, OffsetMap, Scrubbed};
pub use category::Category;
pub use finding::{Finding, Kind};
pub use lists::{ListEntry, Matching};
pub use patient::{Demographics, Patient};
pub use policy::{CategoryPolicy, Policy};
pub use reason::{Reason, Rule, RuleKind};
pub use scrubber::{Candidates, Scrubber, ScrubberBuilder};
pub use stage::{Stage, Stages};
