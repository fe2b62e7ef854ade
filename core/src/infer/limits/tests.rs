//! Graphs that would take gigabytes, minutes or the stack are refused at once, and harmless ones like them are not.
//!
//! Each is loaded in a process of its own, in bounded memory: what it takes is then its own, and an abort ends nothing else.
//! `tests/models/make_hostile.py` makes the graphs.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::infer::tests::memory;
use crate::infer::{Model, Tagger, TestDirectory, test_models};

/// Each a graph of `broken`, and what its error says.
const REFUSED: &[(&str, &str)] = &[
    ("gigabytes-constant", "(ConstantOfShape) makes constants of"),
    ("gigabytes-expanded", "(Expand) makes constants of"),
    ("gigabytes-tiled", "(Tile) makes up to"),
    ("hostile-axis-twice", "(Transpose) has an axis twice in `perm`: expected each of 3 once"),
    ("hostile-axes", "(Unsqueeze) is told of 999 axes: expected no more than 16"),
    ("hostile-convolved", "(Conv) makes loading take too long"),
    ("hostile-counted", "(Range) makes constants of"),
    ("hostile-counted-ids", "(Range) takes its size from values that are known only when it runs: expected"),
    ("hostile-dilations", "(Conv) has 4611686018427387904 in `dilations`: expected 1 to 4096"),
    ("hostile-divided-lengths", "(Div) works out a size in too many steps: expected no more than"),
    ("hostile-doubled", "(Concat) makes constants of"),
    ("hostile-expanded", "(Expand) makes constants of"),
    ("hostile-expanded-ids", "(Expand) takes its size from values that are known only when it runs: expected"),
    ("hostile-filled", "(ConstantOfShape) makes constants of"),
    ("hostile-kernel", "(MaxPool) has a kernel of 1099511627776: expected 1 to 4096"),
    ("hostile-least-by-bounds", "(Min) works out a size in too many steps: expected"),
    ("hostile-least-of-many", "(Min) works out a size in too many steps: expected"),
    ("hostile-looped", "graphs lie in nodes of others"),
    ("hostile-many-constants", "makes constants of"),
    ("hostile-multiplied", "(MatMul) makes loading take too long"),
    ("hostile-one-hot", "(OneHot) makes constants of"),
    ("hostile-outer-products", "makes constants of"),
    ("hostile-padded", "(Pad) makes constants of"),
    ("hostile-paddings", "(Conv) has 1099511627776 in `pads`: expected 0 to 4096"),
    ("hostile-pooled", "(MaxPool) makes loading take too long"),
    ("hostile-powers-of-the-length", "(Expand) makes up to"),
    ("hostile-remainders", "(Mod) works out a size in too many steps: expected"),
    ("hostile-repeated-loop", "makes loading take too long"),
    ("hostile-resized", "(Resize) makes constants of"),
    ("hostile-short-and-large", "(Cast) makes a short input take more memory than it may"),
    ("hostile-strided-convolutions", "(Conv) works out a size in too many steps: expected"),
    ("hostile-summed-letters", "(Einsum) makes loading take too long"),
    ("hostile-sums-of-quotients", "works out a size in too many steps: expected"),
    ("hostile-tiled", "(Tile) makes constants of"),
    ("hostile-tiled-ids", "(Tile) takes its size from values that are known only when it runs: expected"),
    ("hostile-tower", "(Mul) makes constants of"),
];

/// How long one may take, and how much memory.
const TIME: Duration = Duration::from_secs(5);
const MEMORY: usize = 512 << 20;
/// The address space of the process, in units of 1,024 bytes.
const SPACE: u32 = 3_000_000;
const GRAPH: &str = "CHARTGUARD_TEST_GRAPH";

/// What a process of its own says of a graph that is put in the place of `tiny-tagger`'s.
fn said(graph: &Path) -> String {
    let name = graph.display();
    let test = std::env::current_exe().unwrap();
    // The thread that runs a test may have little stack, as an application's may.
    let mut child = Command::new("sh")
        .args(["-c", &format!("ulimit -v {SPACE}; exec \"$0\" \"$@\"")])
        .arg(test)
        .args(["--exact", "infer::limits::tests::one_graph", "--ignored", "--nocapture"])
        .env(GRAPH, graph)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > TIME * 4 {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let out = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{name}: {} {text} {}", out.status, String::from_utf8_lossy(&out.stderr));
    text
}

#[test]
#[ignore = "other tests run it in a process of its own"]
fn one_graph() {
    let graph = std::env::var_os(GRAPH).expect("the path of a graph");
    let directory = TestDirectory::from("tiny-tagger");
    fs::copy(graph, directory.path().join("model.onnx")).unwrap();
    let (start, before) = (Instant::now(), memory());
    match Model::load(directory.path()) {
        Ok(model) => {
            let text = "Patient Tanel Brimos was seen on 3/14/2024 by Dr. Kelor. ".repeat(40);
            let tagged = Tagger::new(model).and_then(|tagger| tagger.tag(&text));
            println!("loaded: {}", tagged.map_or_else(|error| error.to_string(), |_| "runs".to_owned()));
        }
        Err(error) => println!("refused: {}", error.message()),
    }
    assert!(start.elapsed() < TIME, "took {:?}", start.elapsed());
    let taken = memory() - before;
    assert!(taken < MEMORY, "took {taken} bytes");
}

fn names(folder: &str) -> Vec<String> {
    let files = fs::read_dir(test_models().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = files.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
#[cfg(target_os = "linux")]
fn hostile_graphs_are_refused() {
    let mut wrong = Vec::new();
    for (name, says) in REFUSED {
        let said = said(&test_models().join(format!("broken/{name}.onnx")));
        if !said.contains("refused: ") || !said.contains(says) {
            wrong.push(format!("{name}: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for name in names("broken").iter().filter(|name| name.starts_with("hostile-")) {
        assert!(REFUSED.iter().any(|(known, _)| known == name), "{name} is not tried");
    }
}

#[test]
fn files_that_decode_to_far_more_are_refused() {
    // A graph of a million empty nodes in two megabytes.
    let nodes = [0x0a, 0].repeat(1 << 20);
    let directory = TestDirectory::from("tiny-tagger");
    let bytes = [&[0x3a, 0x80, 0x80, 0x80, 0x01], &nodes[..]].concat();
    fs::write(directory.path().join("model.onnx"), bytes).unwrap();
    let error = Model::load(directory.path()).map(|_| ()).unwrap_err();
    assert!(error.message().contains("once it is decoded: expected no more than"), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn harmless_graphs_load_and_run() {
    for name in names("alive") {
        let said = said(&test_models().join(format!("alive/{name}.onnx")));
        assert!(said.contains("loaded: runs"), "{name}: {said}");
    }
}
