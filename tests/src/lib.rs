//! The shared cases: data in `tests/cases/*.toml`, read once here, run through every surface by the tests.

#![allow(clippy::missing_panics_doc, reason = "a test that cannot run fails")]

pub mod generated;
pub mod message;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What must be found in a case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The text that must be wholly covered.
    pub text: String,
    /// By a finding of this category; any category where neither this nor `category_any` is given.
    pub category: Option<String>,
    /// By a finding of one of these categories.
    pub category_any: Option<Vec<String>>,
    /// Which occurrence of the text, from 1.
    #[serde(default = "first")]
    pub nth: usize,
}

fn first() -> usize {
    1
}

impl Expected {
    /// The categories that count.
    pub fn categories(&self) -> Vec<&str> {
        self.category.iter().chain(self.category_any.iter().flatten()).map(String::as_str).collect()
    }
}

/// A text and what must be found in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the case shows.
    pub name: String,
    /// The note.
    pub text: String,
    /// What must be found; when empty, nothing at all may be.
    pub find: Vec<Expected>,
    /// Texts that must survive.
    #[serde(default)]
    pub keep: Vec<String>,
}

/// A therapy note and verdicts that must come out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RubricCase {
    /// What the case shows.
    pub name: String,
    /// The note.
    pub text: String,
    /// The document type that must be detected.
    pub doc_type: Option<String>,
    /// The discipline that must be detected.
    pub discipline: Option<String>,
    /// Criterion to verdict.
    #[serde(default)]
    pub verdicts: BTreeMap<String, String>,
}

/// Phrases of one kind, each in its note between « and », with how it stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssertionGroup {
    /// What the cases show.
    pub name: String,
    /// Note and status.
    pub cases: Vec<(String, String)>,
    /// Those that nobody tunes to.
    pub apart: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct File<T> {
    case: Vec<T>,
}

#[derive(Deserialize)]
struct AssertionFile {
    group: Vec<AssertionGroup>,
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository").to_owned()
}

/// The folder cargo builds into, found from the running test: `target/debug`.
pub fn build_folder() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    test.ancestors().nth(2).expect("tests run from target/debug/deps").to_owned()
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Vec<T> {
    let toml = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    toml::from_str::<File<T>>(&toml).unwrap_or_else(|e| panic!("{}: {e}", path.display())).case
}

/// Every scrubbing case with the subject (file) it belongs to.
pub fn cases() -> Vec<(String, Case)> {
    let folder = repository().join("tests/cases");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("tests/cases is there")
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .filter(|path| path.file_stem().is_some_and(|stem| stem != "rubric" && stem != "assertion"))
        .collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let subject = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        all.extend(read(&file).into_iter().map(|case| (subject.clone(), case)));
    }
    all
}

/// Every scoring case.
pub fn rubric_cases() -> Vec<RubricCase> {
    read(&repository().join("tests/cases/rubric.toml"))
}

/// Every assertion case.
pub fn assertion_cases() -> Vec<AssertionGroup> {
    let path = repository().join("tests/cases/assertion.toml");
    let toml = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    toml::from_str::<AssertionFile>(&toml).unwrap_or_else(|e| panic!("{}: {e}", path.display())).group
}

/// Texts that are nobody's note but reach a library all the same.
pub fn hostile() -> Vec<(&'static str, String)> {
    let long_line = "Seen by Dr. Adeyemi on 03/14/2024, MRN 00482910. ".repeat(400);
    vec![
        ("empty", String::new()),
        ("blank", " \t\r\n ".into()),
        ("NUL inside", "Seen 03/14/2024\0 by Dr. Adeyemi\0, SSN 219-09-9999".into()),
        ("byte order mark", "\u{feff}Patient: Jane Roe\nDOB: 03/14/1950".into()),
        ("CRLF", "Patient: Jane Roe\r\nDOB: 03/14/1950\r\n\r\nSeen today.\r\n".into()),
        ("lone combining marks", "\u{301}\u{301} seen 03/14/2024 \u{301}".into()),
        ("emoji", "👩🏽‍⚕️ saw Jane Roe 🙂 on 03/14/2024 ☎️ (312) 555-0142".into()),
        ("decomposed letters", "Dr. Go\u{301}mez saw Ms. Nuñez on 03/14/2024".into()),
        ("fullwidth digits and dashes", "SSN ２１９‑０９‑９９９９, seen ０３／１４／２０２４".into()),
        ("invisible characters", "SSN 219\u{ad}-09\u{200b}-9999 seen 03/\u{2060}14/2024".into()),
        ("right to left marks", "\u{202b}Patient: Jane Roe\u{202c} DOB: 03/14/1950".into()),
        ("one long line", long_line),
        ("one long word", "a".repeat(200_000)),
        ("one long number", "1".repeat(200_000)),
        ("punctuation only", ".,;:!?()[]{}<>/\\|-_=+*&^%$#@~`'\"".repeat(500)),
        ("text like our own tags", "[NAME] saw [DATE] at [LOCATION]; real: SSN 219-09-9999".into()),
        ("astral letters", "𝓙𝓪𝓷𝓮 𝓡𝓸𝓮 was seen on 03/14/2024".into()),
        ("line separators", "Patient: Jane Roe\u{2028}DOB: 03/14/1950\u{85}Seen".into()),
    ]
}

/// The sample notes of `examples/notes`.
pub fn sample_notes() -> Vec<(String, String)> {
    let folder = repository().join("examples/notes");
    let mut notes: Vec<(String, String)> = fs::read_dir(&folder)
        .expect("examples/notes is there")
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a sample note is UTF-8"))
        })
        .collect();
    notes.sort();
    notes
}

/// Every text that the surfaces must agree on, with an id.
pub fn corpus() -> Vec<(String, String)> {
    let cases = cases().into_iter().map(|(subject, case)| (format!("{subject}: {}", case.name), case.text));
    let rubric = rubric_cases().into_iter().map(|case| (format!("rubric: {}", case.name), case.text));
    let hostile = hostile().into_iter().map(|(name, text)| (format!("hostile: {name}"), text));
    cases.chain(rubric).chain(hostile).chain(sample_notes()).collect()
}
