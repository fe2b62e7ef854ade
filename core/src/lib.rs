//! chartguard
mod error;
#[cfg(feature = "onnx")]
pub mod infer;
mod lexicon;
pub mod report;
pub mod rubric;
pub mod scrub;
pub mod text;
mod yaml;

pub use error::{Error, ErrorCode, Location, Result};
pub use rubric::{Report, Rubric, Scorer};
pub use scrub::{Category, Finding, Operator, Policy, Scrubbed, Scrubber};
