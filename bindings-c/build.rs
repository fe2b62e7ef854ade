//! Gives the shared library its SONAME, which changes only with the binary interface.

#[path = "src/abi.rs"]
#[allow(unreachable_pub, reason = "the library exports it")]
mod abi;

fn main() {
    println!("cargo::rerun-if-changed=src/abi.rs");
    // Only ELF has one; elsewhere the library is found by the name of its file.
    let unix = std::env::var_os("CARGO_CFG_UNIX").is_some();
    let apple = std::env::var("CARGO_CFG_TARGET_VENDOR").is_ok_and(|vendor| vendor == "apple");
    if unix && !apple {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libchartguard.so.{}", abi::CG_ABI_VERSION);
    }
}
