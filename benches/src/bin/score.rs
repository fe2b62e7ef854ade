//! Times the scoring of notes: `score [ROUNDS]`. A note of 5 KB under each built-in rubric, then the full therapy rubric over texts of
//! once, twice, four and eight times that length and over an eighth to all of its criteria. Prints the median and the fastest of
//! the rounds, and how the time grew against what it was given: 1.0 is linear.

use std::time::Instant;
use std::{env, error};

use chartguard::{Rubric, ScoreOptions, Scorer};

/// What notes are made of: an evaluation and a treatment note, over and over.
const PAGES: [&str; 2] = [
    include_str!("../../../examples/notes/pt-evaluation.txt"),
    include_str!("../../../examples/notes/pt-treatment-note.txt"),
];
/// What the rest is measured against: the rubric with the most criteria.
const FULL: &str = "medicare-outpatient-therapy";
/// The length of the note, in bytes.
const LENGTH: usize = 5 << 10;

/// A note of so many bytes, or a few less where that would cut a character.
fn note_of(bytes: usize) -> String {
    let mut note = String::with_capacity(bytes + PAGES[0].len());
    for page in PAGES.iter().cycle() {
        if note.len() >= bytes {
            break;
        }
        note.push_str(page);
        note.push_str("\n\n");
    }
    note.truncate(note.floor_char_boundary(bytes));
    note
}

/// Microseconds: the median, and the fastest.
struct Took {
    median: f64,
    fastest: f64,
}

fn time(rounds: usize, mut work: impl FnMut() -> usize) -> Took {
    let mut sum = work();
    let mut took: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            sum += work();
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    std::hint::black_box(sum);
    took.sort_by(f64::total_cmp);
    Took { median: took[took.len() / 2], fastest: took[0] }
}

/// The rubric with the first `keep` of its criteria.
fn part(rubric: &Rubric, keep: usize) -> Result<Rubric, Box<dyn error::Error>> {
    let mut file: serde_json::Value = serde_json::from_str(&rubric.to_json())?;
    if let Some(criteria) = file["criteria"].as_array_mut() {
        criteria.truncate(keep);
    }
    Ok(Rubric::from_yaml(&file.to_string())?)
}

#[allow(clippy::cast_precision_loss, reason = "lengths and counts far below 2^52")]
fn main() -> Result<(), Box<dyn error::Error>> {
    let rounds = env::args().nth(1).map_or(Ok(200), |given| given.parse::<usize>())?.max(1);
    let options = ScoreOptions::default();
    let scored = |scorer: &Scorer, text: &str| scorer.score(text, &options).map_or(0, |report| report.criteria.len());

    println!("a note of {LENGTH} bytes, microseconds (median, fastest of {rounds})");
    let note = note_of(LENGTH);
    for id in Rubric::builtin_ids() {
        let rubric = Rubric::builtin(id)?;
        let criteria = rubric.criteria().len();
        let scorer = Scorer::new(rubric);
        let took = time(rounds, || scored(&scorer, &note));
        println!("  {id:32} {criteria:3} criteria {:8.0} {:8.0}", took.median, took.fastest);
    }

    println!("length, under {FULL}: how the time grew for each doubling of it");
    let scorer = Scorer::new(Rubric::builtin(FULL)?);
    let mut before: Option<f64> = None;
    for times in [1, 2, 4, 8, 16] {
        let text = note_of(LENGTH * times);
        let took = time(rounds.div_ceil(times), || scored(&scorer, &text));
        let grew = before.map_or_else(String::new, |before| format!("{:5.2}", took.median / before / 2.0));
        let per = took.median / (text.len() as f64 / 1024.0);
        println!(
            "  x{times:<3} {:6} bytes {:8.0} {:8.0}  {per:6.1} per KB {grew}",
            text.len(),
            took.median,
            took.fastest
        );
        before = Some(took.median);
    }

    println!("criteria of {FULL}, over the note: reading it once is the first line");
    let full = Rubric::builtin(FULL)?;
    let all = full.criteria().len();
    for keep in [1, all / 8, all / 4, all / 2, all] {
        let scorer = Scorer::new(part(&full, keep)?);
        let took = time(rounds, || scored(&scorer, &note));
        println!("  {keep:3} criteria {:8.0} {:8.0}", took.median, took.fastest);
    }
    Ok(())
}
