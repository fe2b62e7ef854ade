//! Logs: a line of JSON for each request and event, with names and numbers and nothing of a note.

use std::panic;

use tracing::Level;

/// Writes events of `level` and graver ones to standard output; without a level, nothing.
pub(crate) fn start(level: Option<Level>) {
    if let Some(level) = level {
        tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .with_target(false)
            .with_max_level(level)
            .init();
    }
    // What a panic says could quote a note: only where it was is told.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
        tracing::error!(place, "a panic; its request has no result");
    }));
}
