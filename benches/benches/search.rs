//! Adding documents to an index, saving, loading and searching it. Printed by `make bench`.

use std::fs;

use chartguard::search::{SearchIndex, SearchOptions};
use chartguard_benches::{Alternative, print_table, sample_notes};

/// How often the sample notes are added, each time under other ids.
const COPIES: usize = 200;
const QUERIES: &[&str] =
    &["gait training with a walker", "knee pain on stairs", "no falls since last visit", "plan of care"];

fn filled(notes: &[String]) -> SearchIndex {
    let mut index = SearchIndex::new(SearchOptions::default());
    for copy in 0..COPIES {
        for (number, note) in notes.iter().enumerate() {
            index.add(format!("{copy}/{number}"), note).expect("the id is new");
        }
    }
    index
}

fn main() {
    let notes = sample_notes();
    let bytes = COPIES * notes.iter().map(String::len).sum::<usize>();
    let index = filled(&notes);
    let file = std::env::temp_dir().join(format!("chartguard-bench-{}.index", std::process::id()));
    index.save(&file).expect("it is saved");
    let search =
        |k: usize| QUERIES.iter().map(|query| index.search(query, k).expect("it is searched").len()).sum::<usize>();
    let mut rows = [
        Alternative::new("add", bytes, || filled(&notes).len()),
        Alternative::new("save", bytes, || index.save(&file).expect("it is saved")),
        Alternative::new("load", bytes, || SearchIndex::load(&file).expect("it is loaded").len()),
        Alternative::new("4 searches, k = 10", bytes, || search(10)),
        Alternative::new("4 searches, k = 1000", bytes, || search(1000)),
    ];
    print_table(&format!("search over {} documents", index.len()), &mut rows, 5);
    fs::remove_file(&file).expect("it was saved");
}
