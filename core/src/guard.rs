//! Stops a panic inside a call: it becomes an error, and its message, which could quote a note, is not printed.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::error::{Error, ErrorCode, Result};

thread_local! {
    /// How many guarded calls this thread is in.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// Where the last panic in one was.
    static PLACE: Cell<Option<String>> = const { Cell::new(None) };
}

/// Leaves a guarded call, also when it unwinds.
struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
    }
}

/// What stopped a call: a defect, of which nothing is known but its place in the source.
#[doc(hidden)]
#[derive(Debug)]
pub struct Stopped {
    /// File and line, where they are known.
    place: Option<String>,
}

impl Stopped {
    /// The place as part of a sentence.
    fn at(&self) -> String {
        self.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default()
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a defect in chartguard stopped the call{}; there is no result", self.at())
    }
}

/// Runs `work`; a panic in it is an error of `code` that says what was being done, where, and holds nothing of the message.
pub(crate) fn guard<T>(code: ErrorCode, doing: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    caught(work).unwrap_or_else(|stopped| {
        let at = stopped.at();
        Err(Error::new(code, format!("stopped by a panic{at} while {doing}; there is no result")))
    })
}

/// What `work` gives; where it panicked, if it did, and nothing is printed then. For the bindings, whose boundary no panic may cross.
///
/// The first call puts a panic hook before the application's: it keeps silent about panics inside such calls, which are reported
/// as errors, and hands every other panic on.
#[doc(hidden)]
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Stopped> {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            if DEPTH.get() == 0 {
                before(panic);
            } else {
                let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line()));
                let _ = PLACE.try_with(|last| last.set(place));
            }
        }));
    });
    DEPTH.set(DEPTH.get() + 1);
    let leave = Leave;
    // A thread that ends may have dropped it already, and frees handles all the same.
    let last = || PLACE.try_with(Cell::take).ok().flatten();
    last();
    let done = catch_unwind(AssertUnwindSafe(work));
    drop(leave);
    done.map_err(|_| Stopped { place: last() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_without_its_message() {
        let error = guard::<()>(ErrorCode::Panic, "testing", || panic!("Quackenbush")).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Panic);
        assert!(!format!("{error} {error:?}").contains("Quackenbush"));
        assert!(error.to_string().contains("guard.rs:"), "{error}");
        assert_eq!(DEPTH.get(), 0);
    }

    #[test]
    fn calls_within_calls_are_counted() {
        let inner = guard(ErrorCode::Panic, "testing", || {
            assert!(guard::<()>(ErrorCode::Panic, "testing", || panic!("inner")).is_err());
            Ok(DEPTH.get())
        });
        assert_eq!(inner.unwrap(), 1);
    }
}
