//! What the benches share: the sample notes, and timings of alternatives taken in turn.

#![allow(clippy::missing_panics_doc, reason = "a bench that cannot run stops")]

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// The sample notes of `examples/notes`, in the order of their names.
pub fn sample_notes() -> Vec<String> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("benches/ lies in the repository").join("examples/notes");
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .expect("examples/notes is there")
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).expect("a sample note is UTF-8")).collect()
}

/// The sample notes one after the other until there are `bytes` of them.
pub fn long_note(bytes: usize) -> String {
    let all = sample_notes().join("\n\n");
    let mut out = String::with_capacity(bytes + all.len());
    while out.len() < bytes {
        out.push_str(&all);
        out.push('\n');
    }
    out
}

/// An alternative to time.
pub struct Alternative<'a> {
    /// Its row in the table.
    pub name: &'a str,
    /// Bytes it works on in one run.
    pub bytes: usize,
    /// One run.
    pub run: Box<dyn FnMut() + 'a>,
}

impl<'a> Alternative<'a> {
    /// An alternative; what `run` returns is kept from being optimised away.
    pub fn new<T>(name: &'a str, bytes: usize, mut run: impl FnMut() -> T + 'a) -> Self {
        Self { name, bytes, run: Box::new(move || drop(black_box(run()))) }
    }
}

/// Runs the alternatives in turn, `rounds` times after one warm-up, and gives the median time of each: what disturbs the
/// machine disturbs them alike.
pub fn medians(alternatives: &mut [Alternative<'_>], rounds: usize) -> Vec<Duration> {
    let mut times = vec![Vec::with_capacity(rounds); alternatives.len()];
    for round in 0..=rounds {
        for (alternative, times) in alternatives.iter_mut().zip(&mut times) {
            let start = Instant::now();
            (alternative.run)();
            if round > 0 {
                times.push(start.elapsed());
            }
        }
    }
    times
        .into_iter()
        .map(|mut times| {
            times.sort();
            times[times.len() / 2]
        })
        .collect()
}

/// Megabytes (10^6 bytes) a second.
pub fn megabytes_a_second(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / 1e6 / time.as_secs_f64()
}

/// Prints a row for each alternative: its time, its throughput, and its time over that of the first.
pub fn print_table(title: &str, alternatives: &mut [Alternative<'_>], rounds: usize) -> Vec<Duration> {
    let medians = medians(alternatives, rounds);
    println!("\n{title}");
    println!("{:42} {:>12} {:>10} {:>12}", "", "ms", "MB/s", "x first row");
    for (alternative, median) in alternatives.iter().zip(&medians) {
        let ratio = median.as_secs_f64() / medians[0].as_secs_f64();
        let speed = megabytes_a_second(alternative.bytes, *median);
        println!("{:42} {:12.3} {speed:10.1} {ratio:12.1}", alternative.name, median.as_secs_f64() * 1e3);
    }
    medians
}

/// Prints how the time of `run` falls to its stages, over `rounds` runs after one warm-up; `run` calls what it is given
/// with the name of each stage when it is over.
pub fn print_stages(title: &str, bytes: usize, rounds: usize, mut run: impl FnMut(&mut dyn FnMut(&'static str))) {
    let mut stages: Vec<(&'static str, Vec<Duration>)> = Vec::new();
    for round in 0..=rounds {
        let mut spent: Vec<(&'static str, Duration)> = Vec::new();
        let mut last = Instant::now();
        run(&mut |stage| {
            let now = Instant::now();
            match spent.iter_mut().find(|(known, _)| *known == stage) {
                Some((_, time)) => *time += now - last,
                None => spent.push((stage, now - last)),
            }
            last = Instant::now();
        });
        for (stage, time) in spent.into_iter().filter(|_| round > 0) {
            match stages.iter_mut().find(|(known, _)| *known == stage) {
                Some((_, times)) => times.push(time),
                None => stages.push((stage, vec![time])),
            }
        }
    }
    let medians: Vec<(&str, Duration)> = stages
        .into_iter()
        .map(|(stage, mut times)| {
            times.sort();
            (stage, times[times.len() / 2])
        })
        .collect();
    let whole: Duration = medians.iter().map(|(_, time)| *time).sum();
    println!("\n{title}");
    println!("{:42} {:>12} {:>10} {:>12}", "", "ms", "MB/s", "share, %");
    for (stage, time) in medians.iter().copied().chain([("together", whole)]) {
        let (speed, share) = (megabytes_a_second(bytes, time), 100.0 * time.as_secs_f64() / whole.as_secs_f64());
        println!("{stage:42} {:12.3} {speed:10.1} {share:12.1}", time.as_secs_f64() * 1e3);
    }
}

/// Memory the process holds, in megabytes; `None` where the system does not say.
pub fn resident_megabytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? / 1e3)
}
