//! Which library this is.

use std::ffi::c_char;

use crate::abi::CG_ABI_VERSION;

/// The version of the library, such as "0.1.0": a static, NUL-terminated text. Any thread may call it at any time.
#[unsafe(no_mangle)]
pub extern "C" fn cg_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The number of the binary interface of the library that runs; CG_ABI_VERSION is that of the header. It changes only when a program built
/// against an older header could break.
#[unsafe(no_mangle)]
pub extern "C" fn cg_abi_version() -> u32 {
    CG_ABI_VERSION
}
