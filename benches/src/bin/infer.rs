//! Runs one model as `infer/run.py` tells it, so that it takes turns with another runtime: `infer MODEL.onnx COLUMNS`, or `infer TAGGER.onnx words` for one
//! like the built-in tagger. `infer words` prints what that tagger is given for a text on standard input.
//!
//! Prints the seconds that loading took and the megabytes held after it, and answers each line that it reads with one:
//! `document IDS` keeps a document, `run THREADS` gives the seconds that all kept ones took and drops them, `profile ROUNDS`
//! gives those of each kind of operator for the last one kept, `outputs IDS` gives what the model gives.

use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use std::{env, error, io, thread};

use chartguard::infer::{Graph, features, words};
use chartguard_benches::resident_megabytes;

/// Tokens that the models take.
const LONGEST: usize = 512;

/// Seconds since it was first asked.
fn clock() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64()
}

fn main() -> Result<(), Box<dyn error::Error>> {
    let arguments: Vec<String> = env::args().collect();
    if arguments[1..] == ["words"] {
        let text = io::read_to_string(io::stdin())?;
        let (mut split, mut rows) = (Vec::new(), Vec::new());
        words::split(&text, &mut split);
        features::features(&text, &split, &mut rows);
        println!("{}", rows.iter().flatten().map(u16::to_string).collect::<Vec<_>>().join(" "));
        return Ok(());
    }
    let [_, path, columns] = arguments.as_slice() else {
        return Err("infer MODEL.onnx COLUMNS | TAGGER.onnx words | words".into());
    };
    let start = Instant::now();
    let graph = match columns.as_str() {
        "words" => Graph::of_words(path)?,
        columns => Graph::load(Path::new(path).parent().ok_or("expected a file")?, columns.parse()?, LONGEST)?,
    };
    println!("{} {}", start.elapsed().as_secs_f64(), resident_megabytes().unwrap_or_default());
    let mut documents: Vec<Vec<i64>> = Vec::new();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (command, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let numbers: Vec<i64> = rest.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        match command {
            "document" => {
                documents.push(numbers);
                println!();
            }
            "run" => {
                let next = AtomicUsize::new(0);
                let start = Instant::now();
                let work =
                    || graph.run(|| documents.get(next.fetch_add(1, Ordering::Relaxed)).map(Vec::as_slice), |_| ());
                thread::scope(|scope| -> Result<(), chartguard::Error> {
                    let threads: Vec<_> = (0..numbers[0]).map(|_| scope.spawn(work)).collect();
                    threads.into_iter().try_for_each(|thread| thread.join().expect("a call does not panic"))
                })?;
                println!("{}", start.elapsed().as_secs_f64());
                documents.clear();
            }
            "profile" => {
                let document = documents.last().ok_or("expected a document first")?;
                let profile = graph.profile(document, usize::try_from(numbers[0])?, clock)?;
                println!("{}", serde_json::to_string(&profile)?);
                documents.clear();
            }
            "outputs" => {
                let once = AtomicUsize::new(0);
                let mut out = Vec::new();
                let next = || (once.fetch_add(1, Ordering::Relaxed) == 0).then_some(numbers.as_slice());
                graph.run(next, |values| out.extend(values.iter().map(f32::to_string)))?;
                println!("{}", out.join(" "));
            }
            _ => return Err("expected document, run, profile or outputs".into()),
        }
        io::stdout().flush()?;
    }
    Ok(())
}
