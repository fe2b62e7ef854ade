//! Model directories with bytes changed at random, or numbers and nodes of their graph, are refused or run: no panic gets out, and
//! nothing takes long.
//!
//! `make fuzz-infer TIME=600` goes on for so many seconds; `cargo test` leaves it out. A directory that stops the process is left
//! in target/model-fuzz; what was wrong with it belongs in the tests of `infer`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chartguard::infer::{Model, Tagger};

/// How long the test goes on.
fn budget() -> Duration {
    let seconds = std::env::var("CHARTGUARD_FUZZ_SECONDS").ok().and_then(|n| n.parse().ok());
    Duration::from_secs(seconds.unwrap_or(60))
}

/// Numbers that look random: xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// Changes a file in one of the ways that have broken loaders: bits, numbers at their limits, lengths, pieces moved or lost.
fn spoil(bytes: &mut Vec<u8>, random: &mut Random) {
    // Most of a graph is weights; what they mean is said at its ends.
    let place = |random: &mut Random, length: usize| match random.below(3) {
        0 => random.below(length.min(2048)),
        1 => length - 1 - random.below(length.min(4096)),
        _ => random.below(length),
    };
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            return;
        }
        let at = place(random, bytes.len());
        match random.below(8) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..(at + 1 + random.below(64)).min(bytes.len()))),
            4 => {
                let piece = bytes[at..(at + 1 + random.below(64)).min(bytes.len())].to_vec();
                let to = place(random, bytes.len());
                bytes.splice(to..to, piece);
            }
            // A number of as many bytes as a protocol buffer takes.
            5 => drop(bytes.splice(at..=at, [0xff; 9].into_iter().chain([1]))),
            6 => {
                let (end, value) = ((at + 1 + random.below(8)).min(bytes.len()), random.below(256) as u8);
                bytes[at..end].fill(value);
            }
            _ => {
                let other = place(random, bytes.len());
                bytes.swap(at, other);
            }
        }
    }
}

/// A number of a protocol buffer, and what follows it.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let end = bytes.iter().take(10).position(|byte| *byte < 0x80)?;
    let value = bytes[..=end].iter().rev().fold(0_u64, |all, byte| all << 7 | u64::from(byte & 0x7f));
    Some((value, &bytes[end + 1..]))
}

fn put(mut value: u64, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// The fields of a message, if bytes are one: each with its key.
fn fields(mut bytes: &[u8]) -> Option<Vec<(u64, Vec<u8>)>> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let (key, rest) = number(bytes)?;
        let (held, after) = match key & 7 {
            0 => rest.split_at(rest.len() - number(rest)?.1.len()),
            1 => rest.split_at_checked(8)?,
            2 => {
                let (length, rest) = number(rest)?;
                rest.split_at_checked(usize::try_from(length).ok()?)?
            }
            5 => rest.split_at_checked(4)?,
            _ => return None,
        };
        all.push((key, held.to_vec()));
        bytes = after;
    }
    Some(all)
}

/// Changes a protocol buffer such that it stays one: a number somewhere within, or a field that is lost, doubled or elsewhere.
fn change(bytes: &[u8], random: &mut Random, deep: usize) -> Vec<u8> {
    const NUMBERS: [i64; 12] = [0, 1, 2, -1, 3, 16, 255, 4096, 1 << 20, 1 << 31, 1 << 40, i64::MAX];
    let Some(mut all) = fields(bytes).filter(|all| !all.is_empty() && deep < 12) else {
        // Packed numbers, as axes and shapes are, or text.
        let mut made = bytes.to_vec();
        let value = NUMBERS[random.below(NUMBERS.len())];
        match bytes.len() {
            0 => {}
            n if n % 8 == 0 => made[..8].copy_from_slice(&value.to_le_bytes()),
            n => made[random.below(n)] = value as u8 & 0x7f,
        }
        return made;
    };
    let at = random.below(all.len());
    match random.below(16) {
        0 => drop(all.remove(at)),
        1 => {
            let field = all[at].clone();
            let to = random.below(all.len() + 1);
            all.insert(to, field);
        }
        2 => {
            let other = random.below(all.len());
            all.swap(at, other);
        }
        _ if all[at].0 & 7 == 2 => all[at].1 = change(&all[at].1, random, deep + 1),
        _ if all[at].0.is_multiple_of(8) => {
            all[at].1.clear();
            put(NUMBERS[random.below(NUMBERS.len())] as u64, &mut all[at].1);
        }
        _ => {}
    }
    let mut made = Vec::new();
    for (key, held) in all {
        put(key, &mut made);
        if key & 7 == 2 {
            put(held.len() as u64, &mut made);
        }
        made.extend(held);
    }
    made
}

#[test]
#[ignore = "make fuzz-infer runs it, in bounded memory"]
fn spoiled_models_are_refused_or_run() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("model-fuzz");
    let mut sources: Vec<PathBuf> = ["tiny-tagger", "tiny-tagger-bytes"].iter().map(|name| models.join(name)).collect();
    let whole = sources.len();
    for folder in ["broken", "alive"] {
        sources.extend(fs::read_dir(models.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    sources[whole..].sort();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (start, budget) = (Instant::now(), budget());
    let (mut tried, mut loaded, mut ran, mut slowest) = (0, 0, 0, Duration::ZERO);
    while start.elapsed() < budget {
        let source = &sources[random.below(sources.len())];
        let base = if source.is_dir() { source } else { &sources[0] };
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for entry in fs::read_dir(base).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
        if source.is_file() {
            fs::copy(source, folder.join("model.onnx")).unwrap();
        }
        // The graph most often: it is the largest of the languages read here.
        let files =
            ["model.onnx", "model.onnx", "model.onnx", "tokenizer.json", "config.json", "special_tokens_map.json"];
        let file = folder.join(files[random.below(files.len())]);
        let mut bytes = fs::read(&file).unwrap();
        if file.ends_with("model.onnx") && random.below(3) > 0 {
            for _ in 0..=random.below(3) {
                bytes = change(&bytes, &mut random, 0);
            }
        } else {
            spoil(&mut bytes, &mut random);
        }
        fs::write(&file, bytes).unwrap();
        let begin = Instant::now();
        tried += 1;
        if let Ok(tagger) = Model::load(&folder).and_then(Tagger::new) {
            loaded += 1;
            ran += usize::from(tagger.tag("Patient Tanel Brimos was seen on 3/14/2024 by Dr. Kelor.").is_ok());
        }
        slowest = slowest.max(begin.elapsed());
        assert!(begin.elapsed() < Duration::from_secs(30), "see {}", folder.display());
    }
    fs::remove_dir_all(&folder).unwrap();
    println!("{tried} spoiled models: {loaded} loaded, {ran} ran; the slowest took {slowest:.1?}");
    assert!(tried > 0);
}
