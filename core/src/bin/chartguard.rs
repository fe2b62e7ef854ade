//! The `chartguard` command; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(chartguard::cli::run(std::env::args_os()))
}
