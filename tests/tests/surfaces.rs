//! The same texts give the same bytes from Rust, the command line and C. (Python compares itself with the command line.)

#[path = "../../bindings-c/src/abi.rs"]
#[allow(unreachable_pub, reason = "the library exports it")]
mod abi;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use chartguard::{Context, Format, Policy, Rubric, ScoreOptions, Scorer, Scrubber, wire};
use chartguard_tests::{build_folder, corpus, repository};
use serde_json::{Value, json};

/// What a surface prints for one text.
#[derive(Debug, PartialEq)]
struct Printed {
    text: String,
    findings: String,
    explained: String,
    report: String,
}

fn built(name: &str) -> PathBuf {
    let path = build_folder().join(name);
    assert!(path.exists(), "{} is not there: run `cargo build --workspace` first", path.display());
    path
}

/// Runs a program with `input` on its standard input and returns its standard output.
fn pipe(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("it has a standard input");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input).expect("it reads its input"));
        child.wait_with_output().expect("it ends")
    });
    assert!(output.status.success(), "{command:?} failed with {}", output.status);
    output.stdout
}

fn through_rust(corpus: &[(String, String)]) -> Vec<Printed> {
    let scrubber = Scrubber::new(Policy::default()).unwrap();
    let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap());
    corpus
        .iter()
        .map(|(_, text)| {
            let scrubbed = scrubber.scrub(text).unwrap();
            let report = scorer.score(text, &ScoreOptions::default()).unwrap();
            Printed {
                findings: wire::findings(text, &scrubbed).to_string(),
                explained: wire::explained(text, &scrubbed).to_string(),
                text: scrubbed.text,
                report: Value::Object(wire::report(text, &report)).to_string(),
            }
        })
        .collect()
}

fn through_command_line(corpus: &[(String, String)], threads: &str) -> Vec<Printed> {
    let lines: Vec<String> = corpus.iter().map(|(id, text)| json!({"id": id, "text": text}).to_string()).collect();
    let lines = lines.join("\n");
    let run = |arguments: &[&str]| {
        let out =
            pipe(Command::new(built("chartguard")).args(arguments).args(["--threads", threads]), lines.as_bytes());
        let out = String::from_utf8(out).unwrap();
        out.lines()
            .map(|line| serde_json::from_str::<serde_json::Map<String, Value>>(line).unwrap())
            .collect::<Vec<_>>()
    };
    let scrubbed = run(&["scrub", "--jsonl", "-"]);
    let explained = run(&["scrub", "--jsonl", "--explain", "-"]);
    let scored = run(&["score", "--jsonl", "-"]);
    assert_eq!((scrubbed.len(), scored.len()), (corpus.len(), corpus.len()));
    scrubbed
        .into_iter()
        .zip(explained)
        .zip(scored)
        .map(|((scrubbed, explained), mut scored)| {
            assert_eq!(scrubbed["id"], scored["id"]);
            scored.shift_remove("id");
            Printed {
                text: scrubbed["text"].as_str().unwrap().to_owned(),
                findings: scrubbed["findings"].to_string(),
                explained: explained["findings"].to_string(),
                report: Value::Object(scored).to_string(),
            }
        })
        .collect()
}

/// `tests/c/surface.c`, compiled.
static C: LazyLock<PathBuf> = LazyLock::new(|| {
    let program = build_folder().join("surface-c");
    compile_c(&program);
    program
});

/// Compiles `tests/c/surface.c` against the C library, which the loader asks for by its SONAME as it is installed.
fn compile_c(program: &Path) {
    let library = built(&format!("{}chartguard{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX));
    let folder = build_folder().join("surface-c-library");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["libchartguard.so".to_owned(), format!("libchartguard.so.{}", abi::CG_ABI_VERSION)] {
        let link = folder.join(name);
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(&library, &link).unwrap();
    }
    let status = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Iinclude", "-o"])
        .arg(program)
        .arg("tests/c/surface.c")
        .arg(format!("-L{}", folder.display()))
        .arg("-lchartguard")
        .arg(format!("-Wl,-rpath,{}", folder.display()))
        .current_dir(repository())
        .status()
        .expect("a C compiler is there");
    assert!(status.success(), "tests/c/surface.c does not compile");
}

/// What `tests/c/surface.c` answers to texts: four for each.
fn ask_c<'t>(arguments: &[&str], texts: impl Iterator<Item = &'t [u8]>) -> Vec<[Vec<u8>; 4]> {
    let mut input = Vec::new();
    for text in texts {
        input.extend(format!("{}\n", text.len()).into_bytes());
        input.extend(text);
    }
    let out = pipe(Command::new(&*C).args(arguments), &input);
    // The answers are framed as the questions were: a length, a line break, the bytes.
    let mut rest = out.as_slice();
    let mut next = || {
        let line = rest.iter().position(|b| *b == b'\n')?;
        let len: usize = std::str::from_utf8(&rest[..line]).ok()?.parse().ok()?;
        let (text, after) = rest[line + 1..].split_at(len);
        rest = after;
        Some(text.to_vec())
    };
    let mut answers = Vec::new();
    while let Some(first) = next() {
        let mut next = || next().unwrap();
        answers.push([first, next(), next(), next()]);
    }
    answers
}

fn string(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn through_c(corpus: &[(String, String)]) -> Vec<Printed> {
    let answers = ask_c(&[], corpus.iter().map(|(_, text)| text.as_bytes()));
    let printed = answers.into_iter().map(|answer| {
        let [text, findings, explained, report] = answer.map(string);
        Printed { text, findings, explained, report }
    });
    printed.collect()
}

fn assert_same(corpus: &[(String, String)], expected: &[Printed], surface: &str, printed: &[Printed]) {
    assert_eq!(printed.len(), expected.len(), "{surface} answered for another number of texts");
    for (((id, _), expected), printed) in corpus.iter().zip(expected).zip(printed) {
        assert_eq!(printed, expected, "{surface} differs on {id}");
    }
    println!("{surface}: {} cases ran with the results of Rust", printed.len());
}

#[test]
fn every_surface_gives_the_same_bytes() {
    let corpus = corpus();
    let expected = through_rust(&corpus);
    assert_same(&corpus, &expected, "command line, 1 thread", &through_command_line(&corpus, "1"));
    assert_same(&corpus, &expected, "command line, 3 threads", &through_command_line(&corpus, "3"));
    assert_same(&corpus, &expected, "C", &through_c(&corpus));
}

/// What a surface gives of one message.
#[derive(Debug, PartialEq)]
struct Sent {
    bytes: Vec<u8>,
    format: String,
    findings: String,
    reports: String,
}

/// Every message of the shared cases, by the name of its file.
fn messages() -> Vec<(String, Vec<u8>)> {
    let folder = repository().join("tests/cases/formats");
    let mut out = Vec::new();
    for format in ["hl7", "fhir", "ccda", "rtf", "html"] {
        let files = std::fs::read_dir(folder.join(format)).unwrap().map(|entry| entry.unwrap().path());
        out.extend(files.map(|file| {
            let name = file.strip_prefix(&folder).unwrap().display().to_string();
            (name, std::fs::read(&file).unwrap())
        }));
    }
    out.sort();
    assert!(out.len() > 150, "only {} messages are there", out.len());
    out
}

/// Through Rust; beside each, the lines that `chartguard scrub --explain` prints of it.
fn messages_through_rust(messages: &[(String, Vec<u8>)]) -> Vec<(Sent, String)> {
    let scrubber = Scrubber::new(Policy::default()).unwrap();
    let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap());
    let one = |(_, bytes): &(String, Vec<u8>)| {
        let scrubbed = scrubber.scrub_message(bytes, Format::Auto, &Context::default()).unwrap();
        let notes = scorer.score_message(bytes, Format::Auto, &ScoreOptions::default()).unwrap();
        let lines = scrubbed.findings.iter().map(|found| {
            let (finding, action) = (&found.applied.finding, found.applied.action.as_str());
            let (start, end, score) = (finding.span.start, finding.span.end, finding.score);
            format!(
                "{start}..{end}  {}  {}  {score:.2}  {action}  {}\n",
                found.path, finding.category, finding.detector
            )
        });
        let lines = lines.collect();
        let sent = Sent {
            findings: wire::message_findings(&scrubbed).to_string(),
            reports: wire::message_reports(&notes).to_string(),
            format: scrubbed.format.as_str().to_owned(),
            bytes: scrubbed.bytes,
        };
        (sent, lines)
    };
    messages.iter().map(one).collect()
}

#[test]
fn every_surface_gives_the_same_messages() {
    let messages = messages();
    let expected = messages_through_rust(&messages);
    let answers = ask_c(&["messages"], messages.iter().map(|(_, bytes)| bytes.as_slice()));
    assert_eq!(answers.len(), expected.len(), "C answered for another number of messages");
    for (((name, _), (expected, _)), answer) in messages.iter().zip(&expected).zip(answers) {
        let [bytes, format, findings, reports] = answer;
        let sent = Sent { bytes, format: string(format), findings: string(findings), reports: string(reports) };
        assert!(sent == *expected, "C differs on {name}");
    }
    println!("C: {} messages ran with the results of Rust", messages.len());

    let run =
        |arguments: &[&str], message: &[u8]| pipe(Command::new(built("chartguard")).args(arguments).arg("-"), message);
    let mut without_notes = 0;
    for ((name, message), (expected, explained)) in messages.iter().zip(&expected) {
        let bytes = run(&["scrub", "--format", "auto"], message);
        assert!(bytes == expected.bytes, "the command line differs on {name}");
        let lines = run(&["scrub", "--format", "auto", "--explain"], message);
        assert!(lines == explained.as_bytes(), "the command line has other findings on {name}");
        if expected.reports == "[]" {
            // The command says so with an error, as it does of a file without a note.
            without_notes += 1;
            continue;
        }
        let reports: Value = serde_json::from_slice(&run(&["score", "--json"], message)).unwrap();
        let reports = reports.to_string();
        assert!(reports == expected.reports, "the command line has other reports on {name}");
    }
    assert!(without_notes < messages.len() / 2, "{without_notes} messages hold no note");
    println!("command line: {} messages ran with the results of Rust", messages.len());
}
