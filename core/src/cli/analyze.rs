//! `chartguard analyze`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{Outcome, Output, progress, write_whole};
use super::score::ScorerArgs;
use super::{OK, ScrubberArgs, input};
use crate::analyze::Analyzer;
use crate::error::Error;
use crate::report;

#[derive(Args)]
pub(super) struct AnalyzeArgs {
    /// The notes; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    scrubber: ScrubberArgs,
    #[command(flatten)]
    scorer: ScorerArgs,
    /// Also write one HTML report a note into this directory; it shows the scrubbed note
    #[arg(long, value_name = "DIR")]
    html: Option<PathBuf>,
}

pub(super) fn run(args: &AnalyzeArgs) -> Outcome {
    let analyzer = Analyzer::new(args.scrubber.build()?, args.scorer.scorer()?);
    let options = args.scorer.options()?;
    if let Some(directory) = &args.html {
        fs::create_dir_all(directory).map_err(|e| Error::io(directory, &e))?;
    }
    let mut output = Output::stdout();
    let bar = progress(Some(args.files.len() as u64), "notes");
    for file in &args.files {
        let text = input::note(file)?;
        let outcome = analyzer.analyze(&text, &options)?;
        // Everything shown is the scrubbed note: a terminal's scrollback and a saved page must not hold PHI.
        let (scored, scrubbed) = (outcome.scrubbed_report(), &outcome.scrubbed.text);
        if args.files.len() > 1 {
            output.write(&format!("==> {} <==\n", file.display()))?;
        }
        output.write(scrubbed.trim_end())?;
        output.write("\n\n")?;
        output.write(&report::text(&scored, scrubbed))?;
        output.write("\n")?;
        if let Some(directory) = &args.html {
            write_whole(&directory.join(page_name(file)), &report::html(&scored, scrubbed))?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    output.finish()?;
    Ok(OK)
}

/// The page's file name: that of the note with `.html`.
fn page_name(file: &Path) -> PathBuf {
    let stem = file.file_stem().filter(|stem| *stem != "-").unwrap_or("note".as_ref());
    PathBuf::from(stem).with_extension("html")
}
