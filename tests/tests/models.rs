//! Models of every task, from directories as they are exported: the small ones of `tests/models`, made by `make_tiny_models.py`.

use std::fs;
use std::path::{Path, PathBuf};

use chartguard::infer::{Classifier, Embedder, Model, PairScorer, Tagger, Task, cosine};
use chartguard_tests::{build_folder, repository};

fn place(name: &str) -> PathBuf {
    repository().join("tests/models").join(name)
}

fn load(name: &str) -> Model {
    Model::load(place(name)).unwrap()
}

/// A copy of a model directory to change.
fn copy(name: &str, of: &str) -> PathBuf {
    let to = build_folder().join("model-tests").join(name);
    let _ = fs::remove_dir_all(&to);
    fs::create_dir_all(&to).unwrap();
    for entry in fs::read_dir(place(of)).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    to
}

/// Puts other members into a file of JSON.
fn edit(directory: &Path, file: &str, members: &serde_json::Value) {
    let path = directory.join(file);
    let mut json: serde_json::Value =
        fs::read(&path).map_or(serde_json::json!({}), |bytes| serde_json::from_slice(&bytes).unwrap());
    for (key, value) in members.as_object().unwrap() {
        json[key] = value.clone();
    }
    fs::write(path, json.to_string()).unwrap();
}

const LONG: &str = "Patient Tanel Brimos walked 40 feet without help. Gait training for 15 minutes. Zoë's knee: 95°.\n";

#[test]
fn each_gives_what_numpy_computed() {
    for (name, task) in [
        ("tiny-embedder", Task::SentenceEmbedding),
        ("tiny-unigram", Task::SentenceEmbedding),
        ("tiny-classifier", Task::TextClassification),
        ("tiny-pair", Task::PairSimilarity),
    ] {
        let model = load(name);
        assert_eq!((model.task(), model.version(), model.licence()), (task, Some("1"), Some("MIT OR Apache-2.0")));
        assert!(model.check().unwrap(), "{name} has a test");
    }
    assert!(!load("tiny-tagger").check().unwrap(), "it has none");
}

#[test]
fn a_smoke_test_that_fails_says_how() {
    for (of, smoke, part) in [
        ("tiny-embedder", serde_json::json!({"text": "a", "embedding": [9.0]}), "component 0"),
        ("tiny-classifier", serde_json::json!({"text": "a", "labels": {"discharge": 2.0}}), "discharge"),
        ("tiny-pair", serde_json::json!({"text": "a", "pair": "b", "similarity": 2.0}), "pair"),
        ("tiny-tagger", serde_json::json!({"text": "Dr. Kelor", "entities": []}), "1 entities"),
    ] {
        let directory = copy(&format!("smoke-{of}"), of);
        edit(&directory, "chartguard.json", &serde_json::json!({ "smoke": smoke }));
        let error = Model::load(&directory).unwrap().check().unwrap_err();
        assert!(error.is_model() && error.to_string().contains(part), "{error}");
        assert!(!error.to_string().contains("Kelor"));
    }
}

#[test]
fn a_model_does_its_own_task_only() {
    assert!(Tagger::new(load("tiny-embedder")).unwrap_err().to_string().contains("sentence-embedding"));
    assert!(Embedder::new(load("tiny-tagger")).unwrap_err().is_model());
    assert!(Classifier::new(load("tiny-pair")).unwrap_err().is_model());
    assert!(PairScorer::new(load("tiny-classifier")).unwrap_err().is_model());
}

#[test]
fn vectors_have_length_one_and_long_texts_are_read_whole() {
    for name in ["tiny-embedder", "tiny-unigram"] {
        let embedder = Embedder::new(load(name)).unwrap();
        let long = LONG.repeat(80);
        let vector = embedder.embed(&long).unwrap();
        assert_eq!((vector.len(), embedder.dimensions()), (16, 16));
        // A bag of words: the same sentence again and again is near the sentence, and one word at the end of it changes the vector.
        assert!(cosine(&vector, &embedder.embed(LONG).unwrap()) > 0.98, "{name}");
        assert_ne!(vector, embedder.embed(&format!("{long}zebra zebra zebra")).unwrap());
        assert!(embedder.embed("").unwrap().iter().all(|value| value.is_finite()));
    }
    let norm: f32 = Embedder::new(load("tiny-embedder")).unwrap().embed(LONG).unwrap().iter().map(|v| v * v).sum();
    assert!((norm - 1.0).abs() < 1e-5);
}

#[test]
fn poolings_differ_as_they_should() {
    let pooled = |pooling: &str| {
        let directory = copy(&format!("pooling-{pooling}"), "tiny-embedder");
        let members = serde_json::json!({"pooling": pooling, "normalize": false, "smoke": null});
        edit(&directory, "chartguard.json", &members);
        // `null` is no smoke test.
        let text = fs::read_to_string(directory.join("chartguard.json")).unwrap().replace(",\"smoke\":null", "");
        fs::write(directory.join("chartguard.json"), text).unwrap();
        Embedder::new(Model::load(directory).unwrap()).unwrap()
    };
    let (mean, cls, max) = (pooled("mean"), pooled("cls"), pooled("max"));
    // The first token is the same special token for every text.
    assert_eq!(cls.embed("Gait training.").unwrap(), cls.embed("zebra").unwrap());
    let (low, high) = (mean.embed(LONG).unwrap(), max.embed(LONG).unwrap());
    assert!(low.iter().zip(&high).all(|(low, high)| low <= high) && low != high);
}

#[test]
fn labels_of_texts() {
    let classifier = Classifier::new(load("tiny-classifier")).unwrap();
    let labels = classifier.classify(LONG).unwrap();
    assert_eq!(labels.len(), 3);
    assert!((labels.iter().map(|label| label.score).sum::<f32>() - 1.0).abs() < 1e-5);
    assert!(labels.windows(2).all(|pair| pair[0].score >= pair[1].score));
    assert_eq!(classifier.labels(LONG).unwrap(), labels[..1]);
    let whole = classifier.classify(&LONG.repeat(60)).unwrap();
    assert_eq!(whole[0].label, labels[0].label);
    // Several labels: each stands for itself, and thresholds decide.
    let directory = copy("multi-label", "tiny-classifier");
    edit(&directory, "config.json", &serde_json::json!({"problem_type": "multi_label_classification"}));
    let thresholds = serde_json::json!({"evaluation": 0.0, "treatment_note": 0.0, "discharge": 1.0});
    fs::write(directory.join("chartguard.json"), serde_json::json!({ "thresholds": thresholds }).to_string()).unwrap();
    let several = Classifier::new(Model::load(&directory).unwrap()).unwrap();
    assert!(several.is_multi_label());
    let mut found: Vec<String> = several.labels(LONG).unwrap().into_iter().map(|label| label.label).collect();
    found.sort();
    assert_eq!(found, ["evaluation", "treatment_note"]);
}

#[test]
fn many_texts_come_back_in_their_order() {
    let texts: Vec<String> = (0..40).map(|n| LONG.repeat((n * 7) % 5) + &"pain ".repeat(n)).collect();
    let embedder = Embedder::new(load("tiny-embedder")).unwrap();
    for (text, vector) in texts.iter().zip(embedder.embed_batch(&texts)) {
        assert_eq!(vector.unwrap(), embedder.embed(text).unwrap());
    }
    let classifier = Classifier::new(load("tiny-classifier")).unwrap();
    for (text, labels) in texts.iter().zip(classifier.classify_batch(&texts)) {
        assert_eq!(labels.unwrap(), classifier.classify(text).unwrap());
    }
    let tagger = Tagger::new(load("tiny-tagger")).unwrap();
    for (text, entities) in texts.iter().zip(tagger.tag_batch(&texts)) {
        assert_eq!(entities.unwrap(), tagger.tag(text).unwrap());
    }
}

#[test]
fn pairs_are_compared_whole_or_not_at_all() {
    let scorer = PairScorer::new(load("tiny-pair")).unwrap();
    let (one, other) =
        (scorer.score("She walks.", "No pain.").unwrap(), scorer.score("No pain.", "She walks.").unwrap());
    assert!((0.0..=1.0).contains(&one) && (one - other).abs() > 1e-4, "the types of the two tell them apart");
    let error = scorer.score(&LONG.repeat(20), "No pain.").unwrap_err();
    assert!(error.is_input() && error.to_string().contains("128") && !error.to_string().contains("Tanel"), "{error}");
}

#[test]
fn a_changed_file_and_a_missing_graph_are_errors() {
    let directory = copy("hashed", "tiny-embedder");
    let mut bytes = fs::read(directory.join("tokenizer.json")).unwrap();
    let hash = "0".repeat(64);
    edit(&directory, "chartguard.json", &serde_json::json!({"sha256": {"tokenizer.json": hash}}));
    bytes.push(b' ');
    let error = Model::load(&directory).unwrap_err();
    assert!(error.to_string().contains("tokenizer.json") && error.to_string().contains("SHA-256"), "{error}");
    // The graph may be in a folder or a variant, or be named.
    let directory = copy("variants", "tiny-embedder");
    fs::create_dir(directory.join("onnx")).unwrap();
    fs::rename(directory.join("model.onnx"), directory.join("onnx/model.onnx")).unwrap();
    assert!(Model::load(&directory).is_ok());
    fs::rename(directory.join("onnx/model.onnx"), directory.join("model_quantized.onnx")).unwrap();
    assert!(Model::load(&directory).is_ok());
    edit(&directory, "chartguard.json", &serde_json::json!({"model": "model_fp16.onnx"}));
    assert!(Model::load(&directory).unwrap_err().to_string().contains("model_fp16.onnx"));
    edit(&directory, "chartguard.json", &serde_json::json!({"model": "../model.onnx"}));
    assert!(Model::load(&directory).unwrap_err().to_string().contains("inside the model directory"));
}

#[test]
fn thresholds_and_windows_of_a_tagger() {
    let directory = copy("thresholds", "tiny-tagger");
    let text = "Patient Tanel Brimos was seen on 3/14/2024 by Dr. Kelor.";
    fs::write(directory.join("chartguard.json"), r#"{"thresholds": {"DATE": 1.0}, "window": 24, "overlap": 8}"#)
        .unwrap();
    let found = Tagger::new(Model::load(&directory).unwrap()).unwrap().tag(&text.repeat(5)).unwrap();
    assert!(found.iter().any(|entity| entity.label == "PATIENT") && found.iter().all(|entity| entity.label != "DATE"));
    fs::write(directory.join("chartguard.json"), r#"{"window": 24, "overlap": 20}"#).unwrap();
    assert!(Tagger::new(Model::load(&directory).unwrap()).unwrap_err().to_string().contains("at most 11"));
}
