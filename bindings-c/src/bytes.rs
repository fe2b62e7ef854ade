//! Bytes handed out.

use crate::boundary::{access, free};

/// Bytes handed out.
pub struct cg_bytes(Vec<u8>);

impl cg_bytes {
    pub(crate) fn of(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }
}

/// The first byte. Borrowed from `bytes`; NULL where that is NULL.
///
/// # Safety
/// `bytes` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_bytes_data(bytes: *const cg_bytes) -> *const u8 {
    // SAFETY: promised by the caller.
    access(std::ptr::null(), || unsafe { bytes.as_ref() }.map_or(std::ptr::null(), |b| b.0.as_ptr()))
}

/// How many bytes there are.
///
/// # Safety
/// `bytes` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_bytes_len(bytes: *const cg_bytes) -> usize {
    // SAFETY: promised by the caller.
    access(0, || unsafe { bytes.as_ref() }.map_or(0, |b| b.0.len()))
}

/// Frees bytes that were handed out. NULL is allowed.
///
/// # Safety
/// `bytes` is NULL or live, and nobody uses it afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_bytes_free(bytes: *mut cg_bytes) {
    // SAFETY: promised by the caller.
    unsafe { free(bytes) }
}
