//! Loads and runs the small models of `tests/models`, and directories that are wrong in every way known.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::{Model, Tagger};
use crate::error::{ErrorCode, Location};
use crate::text::Span;

/// Where the script `make_tiny_tagger.py` put its models.
pub(crate) fn test_models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/models")
}

/// A copy of a model directory to spoil, removed when dropped.
pub(crate) struct TestDirectory(PathBuf);

impl TestDirectory {
    pub(crate) fn from(model: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("chartguard-model-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        for entry in fs::read_dir(test_models().join(model)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), path.join(entry.file_name())).unwrap();
        }
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Changes a text file.
    pub(crate) fn edit(&self, file: &str, change: impl FnOnce(&mut String)) {
        let mut text = fs::read_to_string(self.0.join(file)).unwrap();
        let before = text.clone();
        change(&mut text);
        assert_ne!(text, before, "nothing was changed");
        fs::write(self.0.join(file), text).unwrap();
    }

    /// Puts another of the test models' files in the place of one.
    pub(crate) fn replace(&self, file: &str, by: &str) {
        fs::copy(test_models().join(by), self.0.join(file)).unwrap();
    }

    fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.0.join(file), bytes).unwrap();
    }
}

impl Drop for TestDirectory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn tagger(name: &str) -> Tagger {
    Tagger::new(Model::load(test_models().join(name)).unwrap()).unwrap()
}

/// The entities of a text as `(text, label)`.
fn tag<'t>(tagger: &Tagger, text: &'t str) -> Vec<(&'t str, String)> {
    let entities = tagger.tag(text).unwrap();
    for pair in entities.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "in order and disjoint");
    }
    for entity in &entities {
        assert!(entity.score > 0.0 && entity.score <= 1.0);
        assert_eq!(entity.span.of(text).trim(), entity.span.of(text));
        assert!(!entity.span.is_empty());
    }
    entities.into_iter().map(|e| (e.span.of(text), e.label)).collect()
}

fn expected<'t>(pairs: &[(&'t str, &str)]) -> Vec<(&'t str, String)> {
    pairs.iter().map(|(text, label)| (*text, (*label).to_owned())).collect()
}

fn shared<T: Send + Sync + Clone>(_: &T) {}

const TAGGERS: [&str; 2] = ["tiny-tagger", "tiny-tagger-bytes"];

/// Sentences like those the models were trained on, with names and dates they never saw.
const SENTENCES: [(&str, &[(&str, &str)]); 8] = [
    (
        "Patient Tanel Brimos was seen on 3/14/2024 by Dr. Kelor.",
        &[("Tanel Brimos", "PATIENT"), ("3/14/2024", "DATE"), ("Kelor", "DOCTOR")],
    ),
    ("Range of motion of the left knee is 95 degrees.", &[]),
    ("Referred by Dr. Pirol Stenka on March 3, 2021.", &[("Pirol Stenka", "DOCTOR"), ("March 3, 2021", "DATE")]),
    ("Date of service: 2023-11-05", &[("2023-11-05", "DATE")]),
    ("No fever, no cough, no chest pain.", &[]),
    ("Patient: Wanir Solen", &[("Wanir Solen", "PATIENT")]),
    ("Age: 93", &[("93", "AGE")]),
    ("Gait training for 15 minutes.", &[]),
];

#[test]
fn loads_and_says_what_it_is() {
    let model = Model::load(test_models().join("tiny-tagger")).unwrap();
    assert_eq!(model.name(), "tiny-tagger");
    assert_eq!(model.max_tokens(), 128);
    assert_eq!(model.labels()[..2], ["O", "B-PATIENT"]);
    let tagger = Tagger::new(model.clone()).unwrap();
    assert_eq!(tagger.labels(), ["PATIENT", "DOCTOR", "DATE", "AGE"]);
    assert_eq!(tagger.model().name(), "tiny-tagger");
    shared(&model);
    shared(&tagger);
    assert!(format!("{model:?} {tagger:?}").contains("tiny-tagger"));
}

#[test]
fn tags_names_and_dates_it_never_saw() {
    for name in TAGGERS {
        let tagger = tagger(name);
        for (sentence, entities) in SENTENCES {
            assert_eq!(tag(&tagger, sentence), expected(entities), "{name}");
        }
    }
}

#[test]
fn computes_what_the_script_computed() {
    for name in TAGGERS {
        let path = test_models().join(name);
        let golden: serde_json::Value = serde_json::from_slice(&fs::read(path.join("golden.json")).unwrap()).unwrap();
        let numbers = |value: &serde_json::Value| -> Vec<f64> {
            value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
        };
        let model = Model::load(path).unwrap();
        let text = golden["text"].as_str().unwrap();
        let mut pieces = Vec::new();
        model.0.tokenizer.pieces(text, Span::new(0, text.len()), &mut pieces).unwrap();
        let ids = model.0.tokenizer.frame(&pieces);
        assert_eq!(ids.iter().map(|id| *id as f64).collect::<Vec<_>>(), numbers(&golden["ids"]));
        let logits = model.0.network.session().run(&ids).unwrap();
        for (token, row) in golden["logits"].as_array().unwrap().iter().enumerate() {
            for (given, wanted) in logits.row(token).iter().zip(numbers(row)) {
                assert!((f64::from(*given) - wanted).abs() < 1e-3, "{name}: {given} is not {wanted}");
            }
        }
    }
}

#[test]
fn texts_without_anything_to_tag() {
    for name in TAGGERS {
        let tagger = tagger(name);
        for text in ["", " ", "\r\n\t  \n"] {
            assert_eq!(tag(&tagger, text), [], "{name} {text:?}");
        }
        // What a small model makes of these is its own affair.
        for text in ["\u{feff}", "\0\0", "\u{301}", "…", "👩🏽‍⚕️", "\u{200b}", "[SEP]", "\u{fffd}", "\u{e000}", "Ⅷ½²"]
        {
            tag(&tagger, text);
        }
    }
}

#[test]
fn a_long_document_has_the_entities_of_its_sentences() {
    for name in TAGGERS {
        let tagger = tagger(name);
        let mut text = String::new();
        let mut entities = Vec::new();
        for i in 0..600 {
            let (sentence, found) = SENTENCES[(i * 5 + i / 7) % SENTENCES.len()];
            text.push_str(sentence);
            text.push_str(["\n", " ", "\r\n"][i % 3]);
            entities.extend_from_slice(found);
        }
        assert!(text.len() > 16 << 10, "more than one chunk");
        assert_eq!(tag(&tagger, &text), expected(&entities), "{name}");
        let whole = tagger.tag(&text).unwrap();
        // Other windows have their seams elsewhere, through the middle of entities too.
        for (window, overlap) in [(40, 18), (57, 26), (128, 30)] {
            let other = tagger.clone().with_window(window, overlap).unwrap();
            let found = other.tag(&text).unwrap();
            assert_eq!(found.len(), whole.len());
            for (a, b) in found.iter().zip(&whole) {
                assert_eq!((a.span, &a.label), (b.span, &b.label), "{name} {window}");
                assert!((a.score - b.score).abs() < 1e-4);
            }
        }
    }
}

#[test]
fn an_entity_may_lie_across_any_seam() {
    for name in TAGGERS {
        let tagger = tagger(name).with_window(40, 18).unwrap();
        for words in 0..48 {
            let before = "pain ".repeat(words);
            let text = format!(
                "{before}\nPatient Tanel Brimos was seen on 3/14/2024 by Dr. Kelor.{}",
                "\nGait training for 15 minutes.".repeat(20)
            );
            let found = tag(&tagger, &text);
            for entity in expected(SENTENCES[0].1) {
                assert!(found.contains(&entity), "{name} {words} {entity:?}");
            }
        }
    }
}

#[test]
fn spans_count_bytes() {
    for name in TAGGERS {
        let tagger = tagger(name);
        for before in
            ["", "👩🏽‍⚕️ 🦓\r\n", "cafe\u{301} naïve ½ — “x”\r\n", "\u{feff}", "日本語 \u{a0}\r\n\r\n", "\0 \u{200b}\n"]
        {
            let text = format!(
                "{before}Patient Tanel Brimos was seen on 3/14/2024 by Dr. Kelor.\r\n🦓 e\u{301}\r\nAge: 93\r\n"
            );
            let mut all = SENTENCES[0].1.to_vec();
            all.push(("93", "AGE"));
            let found = tag(&tagger, &text);
            for entity in expected(&all) {
                assert!(found.contains(&entity), "{name} {before:?} {entity:?} {found:?}");
            }
        }
        // A span never ends inside a character, nor between a letter and its marks.
        let text = "Patient José\u{301} Brímôs\u{302} was seen on 3/14/2024 by Dr. Zoë\u{308}.";
        for entity in tagger.tag(text).unwrap() {
            let after = text[entity.span.end..].chars().next();
            assert!(!after.is_some_and(unicode_normalization::char::is_combining_mark));
        }
    }
}

#[test]
fn long_unbroken_runs() {
    for name in TAGGERS {
        let tagger = tagger(name);
        for unit in ["a", "é", "9", "-", " ", "日", "🦓", "e\u{301}"] {
            let run = unit.repeat(40_000 / unit.len());
            let text = format!("Age: 93\n{run}\nPatient: Wanir Solen");
            let found = tag(&tagger, &text);
            assert!(found.contains(&("93", "AGE".to_owned())), "{name} {unit:?}");
            assert!(found.contains(&("Wanir Solen", "PATIENT".to_owned())), "{name} {unit:?}");
        }
    }
}

#[test]
fn special_tokens_in_a_text_are_text() {
    let tagger = tagger("tiny-tagger");
    let text = "[SEP] [PAD] Patient: Wanir Solen [CLS]\nAge: 93";
    let found = tag(&tagger, text);
    assert!(found.iter().any(|(span, _)| span.starts_with("Wanir Solen")), "{found:?}");
    assert!(found.contains(&("93", "AGE".to_owned())));
}

#[test]
fn threads_share_a_model() {
    let tagger = tagger("tiny-tagger");
    let text: String = SENTENCES.iter().cycle().take(80).flat_map(|(sentence, _)| [*sentence, "\n"]).collect();
    let alone = self::tagger("tiny-tagger").tag(&text).unwrap();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|i| {
                let (tagger, text) = (&tagger, &text);
                scope.spawn(move || {
                    // Short texts need plans of other lengths, made while others run.
                    let short = tagger.tag(SENTENCES[i].0).unwrap();
                    assert_eq!(short.len(), SENTENCES[i].1.len());
                    tagger.tag(text).unwrap()
                })
            })
            .collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), alone);
        }
    });
}

#[test]
fn windows_must_fit_the_model() {
    let tagger = tagger("tiny-tagger");
    for (window, overlap) in [(0, 0), (9, 2), (129, 8), (40, 20), (40, usize::MAX)] {
        let error = tagger.clone().with_window(window, overlap).unwrap_err();
        assert!(error.is_config(), "{window} {overlap}");
        assert!(error.message().contains("expected"), "{error}");
    }
}

#[test]
fn a_value_that_is_no_number_is_an_error() {
    let directory = TestDirectory::from("tiny-tagger");
    directory.replace("model.onnx", "broken/nan.onnx");
    let tagger = Tagger::new(Model::load(directory.path()).unwrap()).unwrap();
    assert!(tagger.tag(SENTENCES[0].0).is_ok());
    let error = tagger.tag(&format!("{}\nThe zebra is not in the room.", SENTENCES[0].0)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Inference);
    assert!(!error.to_string().contains("zebra"));
    assert!(tagger.tag(SENTENCES[0].0).is_ok(), "still usable");
}

/// Spoils a directory and checks that the error has the code, names the file and says all of `says`.
fn refused(file: &str, says: &[&str], spoil: impl FnOnce(&TestDirectory)) {
    let directory = TestDirectory::from("tiny-tagger");
    spoil(&directory);
    let error = Model::load(directory.path()).map(|_| ()).expect_err(&format!("{file} {says:?}"));
    assert_eq!(error.code(), ErrorCode::Model, "{error}");
    let place = error.locations().find_map(|l| if let Location::File(path) = l { Some(path.clone()) } else { None });
    let place = PathBuf::from(place.expect("a place"));
    let wanted = if file.is_empty() { directory.path().to_owned() } else { directory.path().join(file) };
    assert_eq!(place, wanted, "{error}");
    for part in says {
        assert!(error.message().contains(part), "{part:?} in {error}");
    }
}

#[test]
fn missing_files() {
    let error = Model::load("no/such/directory").unwrap_err();
    assert_eq!(error.code(), ErrorCode::Model);
    assert!(error.to_string().contains("no/such/directory"), "{error}");
    assert!(error.message().contains("does not exist: expected a model directory"), "{error}");
    let error = Model::load(file!().replace("core/", "")).or_else(|_| Model::load("Cargo.toml")).unwrap_err();
    assert!(error.message().contains("expected a model directory"), "{error}");
    for file in ["model.onnx", "tokenizer.json", "config.json"] {
        refused("", &[&format!("no `{file}`"), "expected"], |d| fs::remove_file(d.path().join(file)).unwrap());
    }
    let directory = TestDirectory::from("tiny-tagger");
    fs::remove_file(directory.path().join("special_tokens_map.json")).unwrap();
    assert!(Model::load(directory.path()).is_ok(), "not every file is needed");
}

#[test]
fn corrupt_files() {
    let noise: Vec<u8> = (0..5000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for file in ["tokenizer.json", "config.json", "special_tokens_map.json"] {
        let says = if file == "tokenizer.json" { "not the tokenizer file" } else { "not the JSON expected" };
        refused(file, &[says], |d| d.write(file, &noise));
        refused(file, &[says], |d| d.write(file, ""));
        refused(file, &[says], |d| d.edit(file, |text| text.truncate(text.len() / 2)));
    }
    refused("tokenizer.json", &["not the tokenizer file"], |d| d.write("tokenizer.json", "{\"version\":\"1.0\"}"));
    refused("model.onnx", &["not an ONNX model"], |d| d.write("model.onnx", &noise));
    refused("model.onnx", &["not an ONNX model"], |d| d.write("model.onnx", ""));
    let whole = fs::read(test_models().join("tiny-tagger/model.onnx")).unwrap();
    for keep in [1, 10, 100, whole.len() / 3, whole.len() / 2, whole.len() - 200, whole.len() - 1] {
        refused("model.onnx", &[], |d| d.write("model.onnx", &whole[..keep]));
    }
    // Bytes turned over here and there: whatever comes of it, no panic gets out.
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let directory = TestDirectory::from("tiny-tagger");
        let mut spoiled = whole.clone();
        spoiled[at] ^= 0xff;
        directory.write("model.onnx", spoiled);
        if let Ok(model) = Model::load(directory.path()) {
            let _ = Tagger::new(model).unwrap().tag(SENTENCES[0].0);
        }
    }
}

#[test]
fn wrong_labels() {
    let edit = |from: &'static str, to: &'static str| {
        move |d: &TestDirectory| {
            d.edit("config.json", |text| {
                let (labels, rest) = text.split_once("label2id").unwrap();
                *text = format!("{}label2id{rest}", labels.replace(from, to));
            });
        }
    };
    let config = "config.json";
    refused(config, &["no `id2label`", "expected"], edit("id2label", "labels"));
    refused(config, &["9 labels but the key `12`", "0 to 8"], edit("\"8\"", "\"12\""));
    refused(config, &["the key `x`", "expected"], edit("\"8\"", "\"x\""));
    refused(config, &["key `-1`", "expected"], edit("\"8\"", "\"-1\""));
    refused(config, &["0 to 8"], edit("\"8\"", "\"07\""));
    refused("model.onnx", &["9 values for each token", "8 labels"], edit(",\n    \"8\": \"I-AGE\"", ""));
    refused("model.onnx", &["9 values for each token", "10 labels"], edit("\"I-AGE\"", "\"I-AGE\",\"9\":\"B-X\""));
    refused(config, &["has 0 labels"], |d| d.write(config, "{\"id2label\": {}}"));
    refused(config, &["max_position_embeddings"], |d| d.edit(config, |t| *t = t.replace("128", "-7")));
    refused(config, &["leaves 4 positions: expected at least 10"], |d| d.edit(config, |t| *t = t.replace("128", "4")));
    let directory = TestDirectory::from("tiny-tagger");
    directory.edit(config, |text| {
        for label in ["B-PATIENT", "I-PATIENT", "B-DOCTOR", "I-DOCTOR", "B-DATE", "I-DATE", "B-AGE", "I-AGE"] {
            *text = text.replace(&format!("\"{label}\""), "\"O\"");
        }
        let start = text.find("\"label2id\"").unwrap();
        let end = text.find("\"max_position").unwrap();
        text.replace_range(start..end, "");
    });
    assert!(Tagger::new(Model::load(directory.path()).unwrap()).unwrap_err().message().contains("expected"));
}

#[test]
fn wrong_graphs() {
    for (graph, says) in [
        ("rank-two", &["shape [1, 9]", "expected batch x sequence x labels"][..]),
        ("one-dimension", &["`input_ids` has 1 dimensions", "expected"]),
        ("input-names", &["an input is `tokens`", "expected input_ids, attention_mask"]),
        ("extra-input", &["an input is `pixel_values`", "expected"]),
        ("float-input", &["`input_ids` is not int64", "expected"]),
        ("unknown-op", &["`/rows` is a `Divine`", "expected"]),
        ("cycle", &["`/unsqueeze` uses `loop` before anything makes it", "expected"]),
        ("external", &["`../outside.bin`", "expected a file inside the model directory"]),
        ("absurd-dimensions", &[]),
        ("gigabytes-missing", &[]),
        ("negative-dimension", &[]),
        ("nan-at-once", &["values that are no numbers", "expected finite logits"]),
    ] {
        let (before, start) = (memory(), Instant::now());
        refused("model.onnx", says, |d| d.replace("model.onnx", &format!("broken/{graph}.onnx")));
        assert!(start.elapsed() < Duration::from_secs(20), "{graph} takes long");
        assert!(memory().saturating_sub(before) < 1 << 30, "{graph} takes memory");
    }
}

/// The most bytes that this process ever held, where the system says.
pub(super) fn memory() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|kilobytes| kilobytes.trim().trim_end_matches(" kB").parse::<usize>().ok()).unwrap_or(0) << 10
}

#[test]
fn weights_at_an_absolute_path_are_outside() {
    // As long as the path it stands for, so that the protocol buffer stays whole.
    let mut absolute = fs::read(test_models().join("broken/external.onnx")).unwrap();
    let at = absolute.windows(14).position(|w| w == b"../outside.bin").unwrap();
    absolute[at..at + 14].copy_from_slice(b"/etc/localtime");
    refused("model.onnx", &["`/etc/localtime`", "expected a file inside the model directory"], |d| {
        d.write("model.onnx", &absolute);
    });
}

#[test]
#[cfg(unix)]
fn weights_behind_a_link_are_outside_too() {
    // The same length, so that the protocol buffer stays whole.
    let external = fs::read(test_models().join("broken/external.onnx")).unwrap();
    let at = external.windows(14).position(|w| w == b"../outside.bin").unwrap();
    let mut inside = external.clone();
    inside[at..at + 14].copy_from_slice(b"w/outside.data");
    refused("model.onnx", &["no such file"], |d| d.write("model.onnx", &inside));
    let outside = TestDirectory::from("tiny-tagger");
    refused("model.onnx", &["expected a file inside"], |d| {
        d.write("model.onnx", &inside);
        outside.write("outside.data", vec![0; 600 * 9 * 4]);
        std::os::unix::fs::symlink(outside.path(), d.path().join("w")).unwrap();
    });
}

#[test]
fn a_tokenizer_that_leaves_something_out_is_an_error() {
    let directory = TestDirectory::from("tiny-tagger");
    // Digits are dropped before the model could see them.
    directory.edit("tokenizer.json", |text| {
        let start = text.find("\"normalizer\": {").unwrap();
        let end = start + text[start..].find('}').unwrap() + 1;
        let drop = r#""normalizer": {"type": "Replace", "pattern": {"Regex": "[0-9]"}, "content": ""}"#;
        text.replace_range(start..end, drop);
    });
    let tagger = Tagger::new(Model::load(directory.path()).unwrap()).unwrap();
    assert!(tagger.tag("Patient: Wanir Solen").is_ok());
    let error = tagger.tag("Age: 93").unwrap_err();
    assert_eq!(error.code(), ErrorCode::Inference);
    assert_eq!(error.locations().collect::<Vec<_>>(), [&Location::Byte(5)]);
}
