//! The C library. Each function parses its arguments, calls the core and maps the error; nothing is decided here.
//!
//! One file a C type. `boundary` is the one place where panics stop and pointers become references.

#![allow(non_camel_case_types, reason = "C names")]

mod boundary;
mod category;
mod error;
mod model;
mod report;
mod rubric;
mod scorer;
mod scrubbed;
mod scrubber;
mod status;
mod text;
mod version;
