//! Stops a panic inside a call: it becomes an error, and its message, which could quote a note, is not printed.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::error::{Error, ErrorCode, Result};

thread_local! {
    /// How many guarded calls this thread is in.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Leaves a guarded call, also when it unwinds.
struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
    }
}

/// Runs `work`; a panic in it is an error of `code` that says what was being done and holds nothing of the message.
pub(crate) fn guard<T>(code: ErrorCode, doing: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    caught(work)
        .unwrap_or_else(|| Err(Error::new(code, format!("stopped by a panic while {doing}; there is no result"))))
}

/// What `work` gives; nothing where it panics, and nothing is printed then. For the bindings, whose boundary no panic may cross.
///
/// The first call puts a panic hook before the application's: it keeps silent about panics inside such calls, which are reported
/// as errors, and hands every other panic on.
#[doc(hidden)]
pub fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            if DEPTH.get() == 0 {
                before(panic);
            }
        }));
    });
    DEPTH.set(DEPTH.get() + 1);
    let leave = Leave;
    let done = catch_unwind(AssertUnwindSafe(work));
    drop(leave);
    done.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_without_its_message() {
        let error = guard::<()>(ErrorCode::Panic, "testing", || panic!("Quackenbush")).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Panic);
        assert!(!format!("{error} {error:?}").contains("Quackenbush"));
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
