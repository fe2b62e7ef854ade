//! Holds the walls of ARCHITECTURE.md: which module may know which, who may name tract, and what core never does.

use std::fs;
use std::path::{Path, PathBuf};

use chartguard_tests::repository;

/// A module of core and the modules it may use. `error`, `cancel`, `key` and `yaml` are leaves that everything may use.
const LAYERS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("audit", &[]),
    ("access", &["audit"]),
    ("vault", &["text", "audit"]),
    ("lexicon", &["text"]),
    ("infer", &["text", "lexicon"]),
    ("search", &["text", "infer"]),
    ("scrub", &["text", "lexicon", "infer", "audit", "vault"]),
    ("rubric", &["text", "lexicon", "infer"]),
    ("format", &["text", "audit", "vault", "scrub", "rubric"]),
    ("analyze", &["text", "scrub", "rubric", "format", "audit", "vault"]),
    ("measure", &["text", "scrub"]),
    ("report", &["text", "scrub", "rubric", "analyze", "measure"]),
];

const LEAVES: &[&str] = &["error", "cancel", "guard", "key", "yaml", "Key", "Error", "ErrorCode", "Location", "Result"];

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            out.extend(sources(&entry));
        } else if entry.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&entry).unwrap();
            out.push((entry, text));
        }
    }
    out
}

/// The code of a file without comments and without its unit tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    lines.join("\n")
}

/// What follows `crate::` wherever it stands.
fn crate_uses(code: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let names = group.split('}').next().unwrap_or_default().split(',');
            out.extend(names.map(|n| n.trim().split("::").next().unwrap_or_default().to_owned()));
        } else {
            out.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    out.retain(|name| !name.is_empty());
    out
}

#[test]
fn modules_use_only_what_lies_below_them() {
    let core = repository().join("core/src");
    for (module, below) in LAYERS {
        for (path, text) in sources(&core.join(module)) {
            for used in crate_uses(&code(&text)) {
                let allowed = used == *module || below.contains(&used.as_str()) || LEAVES.contains(&used.as_str());
                assert!(allowed, "{}: {module} may not use {used}", path.display());
            }
        }
    }
}

#[test]
fn only_what_wraps_a_runtime_names_it() {
    let core = repository().join("core/src");
    for (path, text) in sources(&core) {
        let code = code(&text);
        let name = path.strip_prefix(&core).unwrap().display().to_string();
        let wraps_tract =
            name == "infer/tract.rs" || ["infer/ops/", "infer/limits/"].iter().any(|folder| name.starts_with(folder));
        assert!(!code.contains("tract_") || wraps_tract, "{name} names tract");
        assert!(!code.contains("tokenizers::") || name == "infer/tokenizer.rs", "{name} names tokenizers");
    }
}

#[test]
fn core_reads_no_environment_clock_or_random_source() {
    for (path, text) in sources(&repository().join("core/src")) {
        let place = path.display().to_string();
        if place.contains("/cli/") || place.contains("/bin/") || place.ends_with("/tests.rs") {
            continue;
        }
        let code = code(&text);
        for banned in [
            "std::env",
            "env::var",
            "SystemTime",
            "Instant::now",
            "Zoned::now",
            "Timestamp::now",
            "thread_rng",
            "println!",
            "eprintln!",
        ] {
            assert!(!code.contains(banned), "{place} uses {banned}");
        }
    }
}

#[test]
fn unsafe_is_only_in_the_c_bindings() {
    for folder in ["core/src", "bindings-python/src", "tests/src", "examples/systems/note-intake/src"] {
        for (path, text) in sources(&repository().join(folder)) {
            assert!(!code(&text).contains("unsafe {"), "{}", path.display());
        }
    }
    assert!(fs::read_to_string(repository().join("core/src/lib.rs")).unwrap().contains("#![forbid(unsafe_code)]"));
}

#[test]
fn every_profile_unwinds() {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    assert!(!manifest.contains("panic = \"abort\""));
    for profile in ["[profile.dev]", "[profile.release]"] {
        let section = manifest.split(profile).nth(1).unwrap().split("\n[").next().unwrap();
        assert!(section.contains("panic = \"unwind\""), "{profile} does not say that panics unwind");
    }
}
