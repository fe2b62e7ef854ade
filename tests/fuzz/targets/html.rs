//! Any bytes, handed in as `html`.

#![no_main]

#[path = "../../src/message.rs"]
mod message;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| message::holds(bytes, chartguard::Format::Html));
