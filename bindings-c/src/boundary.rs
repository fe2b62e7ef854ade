//! The one boundary between C and Rust: panics stop here, and pointers become references here.

use chartguard::{Error, Location, Stopped, caught as quietly};

use crate::error::cg_error;
use crate::status::cg_status;
use crate::{live, log};

/// Why a call gave no result.
pub(crate) enum Fault {
    /// The core refused.
    Core(Error),
    /// The caller broke the contract of the function.
    Argument(&'static str),
    /// What the caller named is not there.
    #[cfg(feature = "search")]
    Input(&'static str),
    /// A text is not UTF-8 from this byte on.
    NotUtf8(usize),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

/// Runs `body`, stores its result in `out`, or says why there is none in `err`.
///
/// # Safety
/// `out` is NULL or valid for a write; so is `err`.
pub(crate) unsafe fn produce<T: 'static>(
    out: *mut *mut T,
    err: *mut *mut cg_error,
    body: impl FnOnce() -> Result<T, Fault>,
) -> cg_status {
    // SAFETY: the caller promises that both are NULL or writable.
    let (out, err) = unsafe { (out.as_mut(), err.as_mut()) };
    let err = err.map(|err| {
        *err = std::ptr::null_mut();
        err
    });
    let function = log::name(&body);
    let Some(out) = out else {
        return fail(function, err, cg_error::of(&Fault::Argument("the out-parameter is NULL")));
    };
    *out = std::ptr::null_mut();
    match caught(err, body) {
        Ok(value) => {
            *out = live::hand_out(value);
            cg_status::Ok
        }
        Err(status) => status,
    }
}

/// Runs `body`, which has no result, or says in `err` why it failed.
///
/// # Safety
/// `err` is NULL or valid for a write.
pub(crate) unsafe fn perform(err: *mut *mut cg_error, body: impl FnOnce() -> Result<(), Fault>) -> cg_status {
    // SAFETY: the caller promises that it is NULL or writable.
    let err = unsafe { err.as_mut() }.map(|err| {
        *err = std::ptr::null_mut();
        err
    });
    caught(err, body).err().unwrap_or(cg_status::Ok)
}

/// What `body` gives; where it fails or panics, why is stored in `err`.
fn caught<T>(err: Option<&mut *mut cg_error>, body: impl FnOnce() -> Result<T, Fault>) -> Result<T, cg_status> {
    let function = log::name(&body);
    let error = match quietly(body) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(fault)) => cg_error::of(&fault),
        Err(stopped) => cg_error::stopped(&stopped),
    };
    Err(fail(function, err, error))
}

fn fail(function: &str, err: Option<&mut *mut cg_error>, error: cg_error) -> cg_status {
    let status = error.status();
    log::failed(function, &error);
    if let Some(err) = err {
        *err = live::hand_out(error);
    }
    status
}

impl cg_error {
    fn stopped(stopped: &Stopped) -> Self {
        Self::new(cg_status::Panic, &stopped.to_string(), &[])
    }

    pub(crate) fn of(fault: &Fault) -> Self {
        match fault {
            Fault::Core(error) => {
                let places: Vec<Location> = error.locations().cloned().collect();
                Self::new(cg_status::of(error.code()), error.message(), &places)
            }
            Fault::Argument(what) => Self::new(cg_status::Argument, what, &[]),
            #[cfg(feature = "search")]
            Fault::Input(what) => Self::new(cg_status::Input, what, &[]),
            Fault::NotUtf8(byte) => Self::new(cg_status::Input, "the text is not UTF-8", &[Location::Byte(*byte)]),
        }
    }
}

/// Runs an accessor; a panic becomes `otherwise`.
pub(crate) fn access<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    let function = log::name(&body);
    quietly(body).unwrap_or_else(|stopped| {
        log::failed(function, &cg_error::stopped(&stopped));
        otherwise
    })
}

/// The object behind a handle.
///
/// # Safety
/// `handle` is NULL or points to a live object of this library.
pub(crate) unsafe fn object<'a, T: 'static>(handle: *const T, what: &'static str) -> Result<&'a T, Fault> {
    live::check(handle);
    // SAFETY: the caller promises NULL or a live object.
    unsafe { handle.as_ref() }.ok_or(Fault::Argument(what))
}

/// The text behind a pointer and a length.
///
/// # Safety
/// `text` is valid for reads of `len` bytes that nobody changes meanwhile, or NULL.
pub(crate) unsafe fn text<'a>(text: *const std::ffi::c_char, len: usize) -> Result<&'a str, Fault> {
    // SAFETY: promised by the caller.
    let bytes = unsafe { bytes(text.cast::<u8>(), len)? };
    std::str::from_utf8(bytes).map_err(|e| Fault::NotUtf8(e.valid_up_to()))
}

/// The bytes behind a pointer and a length.
///
/// # Safety
/// `data` is valid for reads of `len` bytes that nobody changes meanwhile, or NULL.
pub(crate) unsafe fn bytes<'a>(data: *const u8, len: usize) -> Result<&'a [u8], Fault> {
    if len == 0 {
        return Ok(&[]);
    }
    if data.is_null() {
        return Err(Fault::Argument("a text is NULL but its length is not 0"));
    }
    if isize::try_from(len).is_err() {
        return Err(Fault::Argument("a length is larger than any text can be"));
    }
    // SAFETY: not NULL, and the caller promises `len` readable bytes; `len` fits an allocation.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}

/// Frees what [`produce`] made.
///
/// # Safety
/// `handle` is NULL or came from this library and was not freed before.
pub(crate) unsafe fn free<T: 'static>(handle: *mut T) {
    if !handle.is_null() {
        live::take_back(handle);
        // SAFETY: the caller promises that it is ours and freed once. A panic in a destructor stops here too.
        let done = quietly(|| drop(unsafe { Box::from_raw(handle) }));
        if let Err(stopped) = done {
            let name = std::any::type_name::<T>().rsplit("::").next().unwrap_or_default();
            log::failed(&format!("{name}_free"), &cg_error::stopped(&stopped));
        }
    }
}
