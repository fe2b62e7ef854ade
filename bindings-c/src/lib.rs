//! The C library. Each function parses its arguments, calls the core and maps the error; nothing is decided here.
//!
//! One file a C type. `boundary` is the one place where panics stop and pointers become references.

#![allow(non_camel_case_types, reason = "C names")]
#![allow(clippy::doc_markdown, reason = "the comments become those of the header")]

pub mod abi;
pub mod analyzer;
pub mod audit;
pub mod batch;
mod boundary;
pub mod bytes;
pub mod cancel;
pub mod category;
#[cfg(debug_assertions)]
pub mod debug;
pub mod error;
#[cfg(feature = "onnx")]
pub mod infer;
mod live;
pub mod log;
pub mod message;
#[cfg(feature = "onnx")]
pub mod model;
#[cfg(feature = "onnx")]
pub mod registry;
pub mod report;
pub mod restored;
pub mod rubric;
pub mod scorer;
pub mod scrubbed;
pub mod scrubber;
#[cfg(feature = "search")]
pub mod search;
pub mod status;
pub mod stream;
pub mod text;
pub mod vault;
pub mod version;
