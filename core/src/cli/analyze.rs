//! `chartguard analyze`.

#![allow(clippy::doc_markdown, reason = "these are help texts")]

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::audit::AuditArgs;
use super::context::ContextArgs;
use super::output::{Outcome, Output, progress, write_whole};
use super::score::ScorerArgs;
use super::{FormatArgs, OK, ScrubberArgs, input};
use crate::analyze::Analyzer;
use crate::error::{Error, Location};
use crate::report::{self, IndexEntry};
use crate::rubric::Report;
use crate::vault::Vault;

#[derive(Args)]
pub(super) struct AnalyzeArgs {
    /// The notes or messages; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    scrubber: ScrubberArgs,
    #[command(flatten)]
    scorer: ScorerArgs,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    context: ContextArgs,
    /// Keep in this file, under the key of --key-file, what `restore --vault` needs to give the notes back. A note's document id is
    /// the name of its file if --document-id is not given
    #[arg(long, value_name = "FILE", requires = "key_file")]
    vault: Option<PathBuf>,
    #[command(flatten)]
    audit: AuditArgs,
    /// Also write one HTML report a note into this directory, which shows the scrubbed note, and `index.html` over all of them
    #[arg(long, value_name = "DIR")]
    html: Option<PathBuf>,
}

pub(super) fn run(args: &AnalyzeArgs) -> Outcome {
    let format = args.format.format()?;
    let trail = args.audit.open()?;
    args.scrubber.permit(&trail)?;
    let analyzer = Analyzer::new(args.scrubber.build()?, args.scorer.scorer()?);
    let vault = args.vault.as_ref().map(|path| Vault::open(path, &args.scrubber.key()?)).transpose()?;
    let known = args.context.read()?;
    let options = args.scorer.options()?;
    if let Some(directory) = &args.html {
        fs::create_dir_all(directory).map_err(|e| Error::io(directory, &e))?;
    }
    let mut output = Output::stdout();
    let mut pages: Vec<(String, Report)> = Vec::new();
    let bar = progress(Some(args.files.len() as u64), "notes");
    for file in &args.files {
        let bytes = input::bytes(file)?;
        let name = file.file_name().filter(|name| *name != "-").unwrap_or("standard input".as_ref());
        let context = known.of_file(&name.to_string_lossy())?;
        // Everything shown is the scrubbed note: a terminal's scrollback and a saved page must not hold PHI.
        let notes = if format.is_note(&bytes) {
            let text = input::text(file, bytes)?;
            let result = match &vault {
                Some(vault) => analyzer.analyze_into(&text, &options, &context, vault),
                None => analyzer.analyze_with(&text, &options, &context),
            };
            trail.record_analyzed(|event, key| analyzer.audited(event, &text, &result, key))?;
            let outcome = result?;
            vec![(None, outcome.scrubbed_report(), outcome.scrubbed.text)]
        } else {
            let result = match &vault {
                Some(vault) => analyzer.analyze_message_into(&bytes, format, &options, &context, vault),
                None => analyzer.analyze_message(&bytes, format, &options, &context),
            };
            trail.record_analyzed(|event, key| analyzer.audited_message(event, &bytes, &result, key))?;
            let outcome = result.map_err(|e| e.at(Location::File(input::name(file))))?;
            let notes = outcome.notes.into_iter();
            notes.map(|note| (Some(note.path), note.in_text, note.text)).collect()
        };
        if notes.is_empty() {
            return Err(Error::input("there is no note in the message").at(Location::File(input::name(file))).into());
        }
        for (path, scored, scrubbed) in notes {
            if args.files.len() > 1 || path.is_some() {
                let path = path.as_ref().map_or_else(String::new, |path| format!(" {path}"));
                output.write(&format!("==> {}{path} <==\n", file.display()))?;
            }
            output.write(scrubbed.trim_end())?;
            output.write("\n\n")?;
            output.write(&report::text(&scored, &scrubbed))?;
            output.write("\n")?;
            if let Some(directory) = &args.html {
                let page = unused(page_name(file), &pages);
                write_whole(&directory.join(&page), &report::html(&scored, &scrubbed))?;
                pages.push((page, scored));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if let Some(directory) = &args.html {
        let links: Vec<String> = pages.iter().map(|(page, _)| href(page)).collect();
        let entries = pages.iter().zip(&links).map(|((page, report), href)| {
            let name = page.trim_end_matches(".html");
            IndexEntry { name, href, report }
        });
        let entries: Vec<IndexEntry<'_>> = entries.collect();
        write_whole(&directory.join("index.html"), &report::index(&entries))?;
    }
    output.finish()?;
    Ok(OK)
}

/// The page's file name: that of the note with `.html`.
fn page_name(file: &Path) -> String {
    let stem = file.file_stem().filter(|stem| *stem != "-").unwrap_or("note".as_ref());
    format!("{}.html", stem.to_string_lossy())
}

/// A name that no page has yet, and that is not the index's: two notes of one name in two folders have a page each.
fn unused(page: String, pages: &[(String, Report)]) -> String {
    let taken = |name: &str| name == "index.html" || pages.iter().any(|(other, _)| other == name);
    let stem = page.trim_end_matches(".html").to_owned();
    let mut name = page;
    let mut number = 2;
    while taken(&name) {
        name = format!("{stem}-{number}.html");
        number += 1;
    }
    name
}

/// A file name as a link.
fn href(page: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    page.bytes().map(|byte| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}
