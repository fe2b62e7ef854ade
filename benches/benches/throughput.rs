//! Throughput of scrubbing and scoring on the sample notes, one thread, beside a plain scan of the same bytes; and how cost
//! grows with length. Printed by `make bench`; machines are noisy, so trust the ratios.

use chartguard::text::{View, sections, tokens};
use chartguard::{Policy, Rubric, ScoreOptions, Scorer, Scrubber};
use chartguard_benches::{Alternative, long_note, print_table, sample_notes};

/// How often the sample notes are gone over in one run.
const ROUNDS: usize = 20;

fn main() {
    // A run goes over the notes often enough that it does not time the caches which the run before it left behind.
    let notes: Vec<String> = std::iter::repeat_n(sample_notes(), ROUNDS).flatten().collect();
    let bytes: usize = notes.iter().map(String::len).sum();
    let builder = || Scrubber::builder().policy(Policy::default());
    let plain = builder().model_named("none").and_then(chartguard::scrub::ScrubberBuilder::build).expect("it builds");
    let full = builder().build().expect("it builds");
    let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy").expect("it is built in"));
    let options = ScoreOptions::default();

    print_table(
        &format!("{} notes ({ROUNDS} times the sample notes), {bytes} bytes, one thread", notes.len()),
        &mut [
            // Counting a byte that occurs everywhere cannot stop early: the cost of reading memory once.
            Alternative::new("plain memory scan", bytes, || {
                notes.iter().map(|n| memchr::memchr_iter(b'e', n.as_bytes()).count()).sum::<usize>()
            }),
            Alternative::new("plain view of the text", bytes, || {
                notes.iter().map(|n| View::new(n).as_str().len()).sum::<usize>()
            }),
            Alternative::new("tokens", bytes, || notes.iter().map(|n| tokens(n).len()).sum::<usize>()),
            Alternative::new("sections", bytes, || notes.iter().map(|n| sections(n).len()).sum::<usize>()),
            Alternative::new("scrub, patterns and word lists", bytes, || {
                notes.iter().map(|n| plain.scrub(n).map_or(0, |s| s.findings.len())).sum::<usize>()
            }),
            Alternative::new("scrub, everything built in", bytes, || {
                notes.iter().map(|n| full.scrub(n).map_or(0, |s| s.findings.len())).sum::<usize>()
            }),
            Alternative::new("score", bytes, || {
                notes.iter().map(|n| scorer.score(n, &options).map_or(0, |r| r.criteria.len())).sum::<usize>()
            }),
        ],
        15,
    );

    let (one, ten) = (long_note(1_000_000), long_note(10_000_000));
    let medians = print_table(
        "length of one note, patterns and word lists",
        &mut [
            Alternative::new("1 MB", one.len(), || plain.scrub(&one).map_or(0, |s| s.findings.len())),
            Alternative::new("10 MB", ten.len(), || plain.scrub(&ten).map_or(0, |s| s.findings.len())),
        ],
        5,
    );
    let growth = medians[1].as_secs_f64() / medians[0].as_secs_f64();
    println!("a note ten times as long costs {growth:.1} times as much");
}
