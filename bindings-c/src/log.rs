//! Who is told of calls that fail: one function of the caller's for the whole process. The library itself writes nothing anywhere.

use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::sync::{PoisonError, RwLock};

use crate::boundary::access;
use crate::error::cg_error;
use crate::status::cg_status;

/// Is told of a call that failed: its status, the name of the function ("cg_scrubber_scrub") and the message that cg_error_message gives;
/// where a defect stopped the call (CG_STATUS_PANIC), the message names file and line of the library's source. The texts are UTF-8, without a
/// NUL at their end, and readable until it returns; they hold no text of a note.
///
/// It is called before the call returns, by the thread that made it, and by any number of threads at the same time. No lock is held
/// meanwhile: it may call the library, cg_log_set too; it is not called for what fails within itself.
#[allow(non_camel_case_types, reason = "the name C sees")]
pub type cg_log = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        status: cg_status,
        function: *const c_char,
        function_len: usize,
        message: *const c_char,
        message_len: usize,
    ),
>;

#[derive(Clone, Copy)]
struct Log {
    function: unsafe extern "C" fn(*mut c_void, cg_status, *const c_char, usize, *const c_char, usize),
    context: *mut c_void,
}

// SAFETY: cg_log_set demands that function and context may be used from every thread.
unsafe impl Send for Log {}
// SAFETY: as above.
unsafe impl Sync for Log {}

static LOG: RwLock<Option<Log>> = RwLock::new(None);

thread_local! {
    /// Whether this thread is in the caller's function.
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

/// Has `log` told of every call that fails from now on, in the whole process, with `context`; it takes the place of the one before. NULL
/// stops that. Any thread may call it at any time.
///
/// It does not wait: another thread may still be in the function before, or about to call it. That one and its context have to stay good
/// until every call that had begun when this one returned has returned too.
///
/// # Safety
/// `log` and `context` are good from every thread until they are replaced, and then as said above; `log` does not unwind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_log_set(log: cg_log, context: *mut c_void) {
    access((), || {
        let log = log.map(|function| Log { function, context });
        *LOG.write().unwrap_or_else(PoisonError::into_inner) = log;
    });
}

/// The name of the function of C whose body this is: the compiler names a closure by the function it stands in.
pub(crate) fn name<F>(body: &F) -> &'static str {
    std::any::type_name_of_val(body).split("::").find(|part| part.starts_with("cg_")).unwrap_or_default()
}

/// Tells of a call that failed.
pub(crate) fn failed(function: &str, error: &cg_error) {
    // Copied out, so that no lock is held while it is called.
    let log = *LOG.read().unwrap_or_else(PoisonError::into_inner);
    let Some(log) = log else { return };
    if TELLING.replace(true) {
        return;
    }
    let (status, message) = (error.status(), error.message());
    let (function, function_len) = (function.as_ptr().cast(), function.len());
    // SAFETY: the caller of cg_log_set promises a good function; both texts live through the call.
    unsafe {
        (log.function)(log.context, status, function, function_len, message.as_ptr().cast(), message.len());
    }
    TELLING.set(false);
}
