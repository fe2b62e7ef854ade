//! chartguard
mod error;
#[cfg(feature = "onnx")]
pub mod infer;
mod lexicon;
pub mod scrub;
pub mod text;
mod yaml;

pub use error::{Error, ErrorCode, Location, Result};
pub use scrub::{Category, Finding, Operator, Policy, Scrubbed, Scrubber};
