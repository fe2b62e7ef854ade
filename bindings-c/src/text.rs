//! A text handed out.

use std::ffi::c_char;

/// A UTF-8 text borrowed from the object it was asked of: pointer and length in bytes, not terminated by NUL.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct cg_str {
    /// First byte; never NULL, even when `len` is 0, unless the object asked was NULL.
    pub ptr: *const c_char,
    /// Bytes.
    pub len: usize,
}

impl cg_str {
    pub(crate) const NONE: Self = Self { ptr: std::ptr::null(), len: 0 };

    pub(crate) fn new(text: &str) -> Self {
        Self::of(text.as_bytes())
    }

    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { ptr: bytes.as_ptr().cast(), len: bytes.len() }
    }
}
