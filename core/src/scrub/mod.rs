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
mod context;
mod detect;
mod entity;
mod fields;
mod finding;
#[cfg(any(feature = "onnx", feature = "cli"))]
pub(crate) mod labels;
mod lists;
pub(crate) mod message_rules;
mod patient;
mod place;
mod policy;
mod reason;
mod regime;
mod resolve;
mod restore;
mod schema;
mod scrubber;
mod stage;
mod stream;
mod vaulted;
mod verify;

pub use action::{Census, Fallback, Operator, Options as OperatorOptions};
pub use apply::{Applied, OffsetMap, Scrubbed};
pub use category::Category;
pub use context::Context;
pub use finding::{Finding, Kind};
pub use lists::{ListEntry, Matching};
pub use patient::{Demographics, Patient};
pub(crate) use place::Place;
pub use policy::{CategoryPolicy, Policy};
pub use reason::{Reason, Rule, RuleKind};
pub use regime::Regime;
pub use restore::restore;
pub(crate) use restore::{MESSAGE, unseal};
pub use schema::policy_schema;
pub use scrubber::{Candidates, Scrubber, ScrubberBuilder};
pub use stage::{Stage, Stages};
pub use stream::{Released, ScrubStream, StreamOptions};
pub use vaulted::keep_all;
