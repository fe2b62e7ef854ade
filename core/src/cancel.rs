//! Stops a call that takes too long, or that nobody waits for any more.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorCode, Result};

/// What calls look at that nobody can stop.
pub(crate) static NEVER: Cancel = Cancel(None);

/// Steps of a loop between two looks: a step takes well under a microsecond.
const STEPS: usize = 64;

/// A token that stops calls, from any thread or when a condition of the caller's holds.
///
/// [`Scrubber::until`](crate::Scrubber::until), [`Scorer::until`](crate::Scorer::until) and [`Analyzer::until`](crate::Analyzer::until)
/// give the object whose calls it stops. Such a call ends within milliseconds of the token being set, with an error whose
/// [`is_cancelled`](Error::is_cancelled) is true and with no output; nothing of it is in a vault. A token that was set stays set. Clones
/// are the same token.
///
/// ```
/// use std::time::{Duration, Instant};
/// use chartguard::{Cancel, Scrubber};
///
/// let scrubber = Scrubber::builder().build()?;
///
/// // From another thread, say.
/// let cancel = Cancel::new();
/// cancel.cancel();
/// assert!(scrubber.until(&cancel).scrub("SSN 219-09-9999").unwrap_err().is_cancelled());
///
/// // A limit on time: the library itself never reads a clock.
/// let end = Instant::now() + Duration::from_secs(30);
/// let cancel = Cancel::when(move || Instant::now() >= end);
/// assert_eq!(scrubber.until(&cancel).scrub("SSN 219-09-9999")?.text, "SSN [SSN]");
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Cancel(Option<Arc<State>>);

struct State {
    set: AtomicBool,
    when: Option<Box<dyn Fn() -> bool + Send + Sync>>,
}

impl Cancel {
    /// A token that stops nothing until [`cancel`](Self::cancel) is called.
    pub fn new() -> Self {
        Self(Some(Arc::new(State { set: AtomicBool::new(false), when: None })))
    }

    /// A token that is also set once `due` says so. `due` is asked often, from every thread that works, and not again once it said yes: it is
    /// to be quick (reading a clock is).
    pub fn when(due: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(State { set: AtomicBool::new(false), when: Some(Box::new(due)) })))
    }

    /// Sets the token: calls that work until it is set end soon, those that begin later at once.
    pub fn cancel(&self) {
        if let Some(state) = &self.0 {
            state.set.store(true, Ordering::Relaxed);
        }
    }

    /// Whether it is set.
    pub fn is_cancelled(&self) -> bool {
        let Some(state) = &self.0 else { return false };
        if state.set.load(Ordering::Relaxed) {
            return true;
        }
        let due = state.when.as_ref().is_some_and(|due| due());
        if due {
            state.set.store(true, Ordering::Relaxed);
        }
        due
    }

    /// Whether a loop may end at this step, since the token is set: it looks at some steps only. What the loop found then is not to be used:
    /// the next [`check`](Self::check) keeps it from being.
    pub(crate) fn stops(&self, step: usize) -> bool {
        self.0.is_some() && step.is_multiple_of(STEPS) && self.is_cancelled()
    }

    /// What `work` gives; once the token is set, nothing, which the next [`check`](Self::check) keeps from being used.
    pub(crate) fn unless_set<T: Default>(&self, work: impl FnOnce() -> T) -> T {
        if self.is_cancelled() { T::default() } else { work() }
    }

    /// An error once the token is set.
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(Error::new(
                ErrorCode::Cancelled,
                "the call was stopped: its token was set, or its time was over; there is no result",
            ));
        }
        Ok(())
    }
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancel").field("cancelled", &self.is_cancelled()).finish()
    }
}
