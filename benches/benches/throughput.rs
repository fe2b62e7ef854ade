//! Throughput of scrubbing and scoring on the sample notes, beside a plain scan of the same bytes; where the time goes,
//! what a second thread brings, what loading costs, and how cost grows with length. Printed by `make bench`; machines are
//! noisy, so trust the ratios.

use std::time::Instant;

use chartguard::text::{View, sections, tokens};
use chartguard::{Context, Policy, Rubric, ScoreOptions, Scorer, Scrubber};
use chartguard_benches::{Alternative, long_note, print_stages, print_table, resident_megabytes, sample_notes};

/// How often the sample notes are gone over in one run.
const ROUNDS: usize = 20;

fn main() {
    // A run goes over the notes often enough that it does not time the caches which the run before it left behind.
    let notes: Vec<String> = std::iter::repeat_n(sample_notes(), ROUNDS).flatten().collect();
    let bytes: usize = notes.iter().map(String::len).sum();
    let builder = || Scrubber::builder().policy(Policy::default());
    let held = || resident_megabytes().map_or_else(|| "unknown".to_owned(), |size| format!("{size:.0} MB"));
    println!("resident before anything is loaded: {}", held());
    let start = Instant::now();
    let plain = builder().model_named("none").and_then(chartguard::scrub::ScrubberBuilder::build).expect("it builds");
    println!("patterns and word lists load in {:.0} ms; resident: {}", start.elapsed().as_secs_f64() * 1e3, held());
    let start = Instant::now();
    let full = builder().build().expect("it builds");
    println!("the built-in model loads in {:.0} ms; resident: {}", start.elapsed().as_secs_f64() * 1e3, held());
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

    for (name, scrubber) in [("patterns and word lists", &plain), ("everything built in", &full)] {
        print_stages(&format!("the same notes by stage, {name}"), bytes, 5, |passed| {
            for note in &notes {
                scrubber.scrub_in_stages(note, &Context::default(), &mut *passed).expect("a sample note is scrubbed");
            }
        });
        let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
        let (one, two) = (pool(1), pool(2));
        let medians = print_table(
            &format!("the same notes as a batch, {name}"),
            &mut [
                Alternative::new("one thread", bytes, || one.install(|| scrubber.scrub_batch(&notes).len())),
                Alternative::new("two threads", bytes, || two.install(|| scrubber.scrub_batch(&notes).len())),
            ],
            5,
        );
        println!("two threads are {:.2} times as fast as one", medians[0].as_secs_f64() / medians[1].as_secs_f64());
    }
    println!("\nresident after all this: {}", held());

    let lengths = [("2 KB", 2_000), ("20 KB", 20_000), ("200 KB", 200_000), ("2 MB", 2_000_000)];
    let texts = lengths.map(|(_, length)| cut(long_note(length), length));
    let mut rows: Vec<Alternative<'_>> = lengths
        .iter()
        .zip(&texts)
        .map(|((name, _), text)| {
            Alternative::new(name, LONGEST, || {
                (0..LONGEST / text.len()).map(|_| plain.scrub(text).map_or(0, |s| s.findings.len())).sum::<usize>()
            })
        })
        .collect();
    let medians = print_table("notes of one length, the same bytes in all, patterns and word lists", &mut rows, 5);
    let growth = medians[3].as_secs_f64() / medians[0].as_secs_f64();
    println!("a byte of a note of 2 MB costs {growth:.2} times what it costs in a note of 2 KB");
}

/// Bytes in each row of the lengths.
const LONGEST: usize = 2_000_000;

/// The first `length` bytes of a text, or a few less where a character would be cut.
fn cut(mut text: String, length: usize) -> String {
    text.truncate(text.floor_char_boundary(length));
    text
}
