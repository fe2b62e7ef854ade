//! `chartguard search`: an index of passages in a directory, filled from JSON Lines and asked from the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::output::{Outcome, Output};
use super::{OK, ThreadArgs, input};
use crate::error::{Error, Location, Result};
use crate::search::{Chunking, SearchIndex, SearchOptions, Tenants};

#[derive(Subcommand)]
pub(super) enum SearchCommand {
    /// Add documents from JSON Lines (`{"id","text"}`), all of them or none
    Add {
        #[command(flatten)]
        index: IndexArgs,
        /// Put a document in place of the one of its id; without, an id that is there is an error
        #[arg(long)]
        replace: bool,
        /// The most words of a passage, from 8 to 2000 (120 in a new index)
        #[arg(long, value_name = "N")]
        words: Option<usize>,
        /// How many words a passage has in common with the one before it (30 in a new index)
        #[arg(long, value_name = "N")]
        overlap: Option<usize>,
        /// Keep the texts in a new index, so that passages come with theirs
        #[arg(long)]
        keep_text: bool,
        #[command(flatten)]
        threads: ThreadArgs,
        /// JSON Lines, or `-` for standard input
        file: PathBuf,
    },
    /// Print the best passages for a query, one JSON object a line
    Query {
        #[command(flatten)]
        index: IndexArgs,
        /// How many passages at most
        #[arg(short, long, default_value_t = 10, value_name = "N")]
        k: usize,
        /// What to look for, or `-` for standard input: who lists the processes of this machine reads arguments
        query: String,
    },
    /// Take documents out, all of them or none
    Delete {
        #[command(flatten)]
        index: IndexArgs,
        /// The ids of the documents
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Print the ids of all documents, one JSON object a line
    List {
        #[command(flatten)]
        index: IndexArgs,
    },
}

/// Which index.
#[derive(Args)]
pub(super) struct IndexArgs {
    /// The directory of the indexes; it is made with the first of them
    #[arg(long, value_name = "DIR")]
    index: PathBuf,
    /// Whose index: each has its own, which sees no other
    #[arg(long, default_value = "default", value_name = "NAME")]
    tenant: String,
    /// The directory of a sentence model, to rank by meaning as well; an index that was made with one always needs it
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
}

impl IndexArgs {
    fn tenants(&self) -> Result<Tenants> {
        let tenants = Tenants::new(&self.index);
        match &self.model {
            None => Ok(tenants),
            #[cfg(feature = "onnx")]
            Some(directory) => {
                let embedder = crate::infer::Embedder::new(crate::infer::Model::load(directory)?)?;
                Ok(tenants.with_embedder(std::sync::Arc::new(crate::search::SentenceModel::new(embedder)?)))
            }
            #[cfg(not(feature = "onnx"))]
            Some(_) => Err(Error::config("this build runs no models: build it with feature `onnx`")),
        }
    }

    fn load(&self) -> Result<(Tenants, SearchIndex)> {
        let tenants = self.tenants()?;
        let index = tenants.load(&self.tenant)?;
        Ok((tenants, index))
    }
}

pub(super) fn run(command: &SearchCommand) -> Outcome {
    let mut output = Output::stdout();
    match command {
        SearchCommand::Add { index: place, replace, words, overlap, keep_text, threads, file } => {
            let tenants = place.tenants()?;
            let mut index = tenants.open(&place.tenant, options(*words, *overlap, *keep_text)?)?;
            let (documents, passages) = add(&mut index, file, *replace, threads)?;
            tenants.save(&index)?;
            output.write(&format!(
                "{documents} documents with {passages} passages added; {} in the index\n",
                index.len()
            ))?;
        }
        SearchCommand::Query { index: place, k, query } => {
            let query = match query.as_str() {
                "-" => input::note(&PathBuf::from("-"))?,
                query => query.to_owned(),
            };
            for passage in place.load()?.1.search(&query, *k)? {
                output.write(&format!("{}\n", json!(passage)))?;
            }
        }
        SearchCommand::Delete { index: place, ids } => {
            let (tenants, mut index) = place.load()?;
            let missing = ids.iter().filter(|id| !index.delete(id)).count();
            if missing > 0 {
                let what =
                    format!("{missing} of {} ids are in no document of the index: nothing was deleted", ids.len());
                return Err(Error::input(what).at(Location::File(place.index.display().to_string())).into());
            }
            tenants.save(&index)?;
            output.write(&format!("{} documents deleted; {} in the index\n", ids.len(), index.len()))?;
        }
        SearchCommand::List { index: place } => {
            for id in place.load()?.1.ids() {
                output.write(&format!("{}\n", json!({ "id": id })))?;
            }
        }
    }
    output.finish()?;
    Ok(OK)
}

/// What the caller asks of a new index and of one that is there; `None` where that is nothing.
fn options(words: Option<usize>, overlap: Option<usize>, keep_text: bool) -> Result<Option<SearchOptions>> {
    if words.is_none() && overlap.is_none() && !keep_text {
        return Ok(None);
    }
    let usual = Chunking::default();
    let words = words.unwrap_or(usual.words);
    let chunking = Chunking::new(words, overlap.unwrap_or(usual.overlap.min(words / 2)))?;
    Ok(Some(SearchOptions::default().chunking(chunking).keep_text(keep_text)))
}

/// Adds every line of a file; how many documents and passages these were. An error says which line.
fn add(
    index: &mut SearchIndex,
    file: &std::path::Path,
    replace: bool,
    threads: &ThreadArgs,
) -> std::result::Result<(usize, usize), super::output::Stop> {
    let pool = threads.pool()?;
    let (mut documents, mut passages) = (0, 0);
    input::each_line(
        file,
        &ThreadArgs { threads: 1 },
        |line| {
            line.text()?;
            match line.members.get("id") {
                Some(Value::String(_)) => Ok(line),
                Some(_) => Err(line.locate(Error::input("`id` is not a string"))),
                None => Err(line.locate(Error::input("there is no `id`"))),
            }
        },
        |line| {
            let id = line.members["id"].as_str().unwrap_or_default();
            let text = line.text()?;
            // The model, where there is one, works on the passages of a document at once.
            let added = pool.install(|| if replace { index.replace(id, text) } else { index.add(id, text) });
            passages += added.map_err(|error| line.locate(error))?;
            documents += 1;
            Ok(())
        },
    )?;
    Ok((documents, passages))
}
