//! The number of the binary interface, for the library and for its build script, which names the shared library after it.

/// The number of the binary interface that this header describes. A program that was built with it runs with a library whose
/// `cg_abi_version()` is the same number; it is also the number in the SONAME, so that the loader looks after it.
pub const CG_ABI_VERSION: u32 = 2;
