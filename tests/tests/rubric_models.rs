//! Checks that ask the caller's models: `similarity`, `classifier`, and the kind of a document, with the small models of `tests/models`.

use std::process::Command;

use chartguard::infer::{Classifier, Embedder, Model, cosine};
use chartguard::rubric::{DocType, Verdict};
use chartguard::text::sentences;
use chartguard::{Rubric, ScoreOptions, Scorer};
use chartguard_tests::{build_folder, repository};

const NOTE: &str = "Patient walked 40 feet without help. Gait training for 15 minutes. Knee bends to 95 degrees.";

fn model(name: &str) -> Model {
    Model::load(repository().join("tests/models").join(name)).unwrap()
}

/// A rubric of one criterion.
fn rubric(requires: &str) -> Rubric {
    let yaml = format!(
        "{{rubric: r, version: 1.0.0, title: R, criteria: [{{id: a, title: A, points: 1, severity: low, citation: {{source: s}}, \
         message: m, requires: {requires}}}]}}"
    );
    Rubric::from_yaml(&yaml).unwrap()
}

fn score(scorer: &Scorer, text: &str) -> chartguard::rubric::CriterionResult {
    scorer.score(text, &ScoreOptions::new()).unwrap().criteria[0].clone()
}

#[test]
fn a_sentence_counts_that_is_near_enough_to_an_exemplar() {
    let embedder = Embedder::new(model("tiny-embedder")).unwrap();
    let exemplar = "Gait training, 15 min.";
    let target = embedder.embed(exemplar).unwrap();
    let spans = sentences(NOTE);
    let near: Vec<f32> = spans.iter().map(|s| cosine(&embedder.embed(s.of(NOTE)).unwrap(), &target)).collect();
    let highest = near.iter().copied().fold(f32::MIN, f32::max);
    let second = near.iter().copied().filter(|one| *one < highest).fold(f32::MIN, f32::max);
    let between = f32::midpoint(highest, second);
    let check = |at_least: f32| format!("{{similarity: {{to: ['{exemplar}'], at_least: {at_least}}}}}");

    let scorer = Scorer::new(rubric(&check(between))).with_embedder(embedder.clone()).unwrap();
    let result = score(&scorer, NOTE);
    assert_eq!((result.verdict, result.judged), (Verdict::Met, true));
    let at = near.iter().position(|one| (*one - highest).abs() < f32::EPSILON).unwrap();
    assert_eq!(result.evidence.iter().map(|e| e.span).collect::<Vec<_>>(), [spans[at]]);

    let scorer = Scorer::new(rubric(&check(f32::midpoint(highest, 1.0)))).with_embedder(embedder.clone()).unwrap();
    assert_eq!(score(&scorer, NOTE).verdict, Verdict::NotMet);

    // The sentence is nearer to itself than to the exemplar.
    let unlike =
        format!("{{similarity: {{to: ['{exemplar}'], unlike: ['{}'], at_least: {between}}}}}", spans[at].of(NOTE));
    let scorer = Scorer::new(rubric(&unlike)).with_embedder(embedder).unwrap();
    assert_eq!(score(&scorer, NOTE).verdict, Verdict::NotMet);
}

#[test]
fn what_is_denied_is_not_said() {
    let embedder = Embedder::new(model("tiny-embedder")).unwrap();
    let denied = "Denies pain, swelling, numbness, falls.";
    let check = format!("{{similarity: {{to: ['{denied}'], at_least: 0.9}}}}");
    let scorer = Scorer::new(rubric(&check)).with_embedder(embedder.clone()).unwrap();
    assert_eq!(score(&scorer, denied).verdict, Verdict::NotMet);
    let check = format!("{{similarity: {{to: ['{denied}'], at_least: 0.9, accept: [negated]}}}}");
    let scorer = Scorer::new(rubric(&check)).with_embedder(embedder).unwrap();
    assert_eq!(score(&scorer, denied).verdict, Verdict::Met);
}

#[test]
fn a_label_counts_from_its_score_on() {
    let classifier = Classifier::new(model("tiny-classifier")).unwrap();
    let given = classifier.classify(NOTE).unwrap();
    let of = |label: &str| given.iter().find(|one| one.label == label).unwrap().score;
    for (label, at_least) in [("discharge", of("discharge") - 0.01), ("discharge", of("discharge") + 0.01)] {
        let check = format!("{{classifier: {{model: kind, label: {label}, at_least: {at_least}}}}}");
        let scorer = Scorer::new(rubric(&check)).with_classifier("kind", classifier.clone()).unwrap();
        let result = score(&scorer, NOTE);
        assert_eq!(result.verdict == Verdict::Met, at_least < of(label));
        assert!(result.judged);
    }
    let check = "{classifier: {label: treatment_note, at_least: 0.01, each: sentence}}";
    let scorer = Scorer::new(rubric(check)).with_classifier("any", classifier).unwrap();
    assert_eq!(score(&scorer, NOTE).evidence.len(), sentences(NOTE).len());
}

#[test]
fn without_its_model_a_criterion_is_not_assessable_and_not_tested() {
    for check in ["{similarity: {to: [a b], at_least: 0.5}}", "{classifier: {label: discharge}}"] {
        let rubric = rubric(check);
        assert!(rubric.test().passed());
        let result = score(&Scorer::new(rubric), NOTE);
        assert_eq!((result.verdict, result.judged), (Verdict::NotAssessable, false));
    }
    // With it, a criterion without texts is untested.
    let scorer = Scorer::new(rubric("{classifier: {label: discharge}}"));
    let scorer = scorer.with_classifier("kind", Classifier::new(model("tiny-classifier")).unwrap()).unwrap();
    assert_eq!(scorer.test().untested, ["a"]);
}

#[test]
fn a_label_that_the_model_does_not_have_is_named() {
    let scorer = Scorer::new(rubric("{classifier: {label: progress}}"));
    let error = scorer.with_classifier("kind", Classifier::new(model("tiny-classifier")).unwrap()).unwrap_err();
    assert!(error.to_string().contains("`kind`") && error.to_string().contains("`progress`"), "{error}");
    for (check, says) in [
        ("{similarity: {to: [], at_least: 0.5}}", "`to`"),
        ("{similarity: {to: [a], at_least: 1.5}}", "`at_least`"),
        ("{classifier: {label: ' '}}", "`label`"),
        ("{classifier: {label: a, at_least: 0}}", "`at_least`"),
    ] {
        let yaml = format!(
            "{{rubric: r, version: 1.0.0, title: R, criteria: [{{id: a, title: A, points: 1, severity: low, \
             citation: {{source: s}}, message: m, requires: {check}}}]}}"
        );
        let error = Rubric::from_yaml(&yaml).unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("criteria.a.requires"), "{error}");
    }
}

#[test]
fn a_model_tells_the_kind_of_document_where_the_caller_does_not() {
    let classifier = Classifier::new(model("tiny-classifier")).unwrap();
    let told = classifier.classify(NOTE).unwrap().remove(0);
    let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap());
    let alone = scorer.score(NOTE, &ScoreOptions::new()).unwrap().doc_type;
    let scorer = scorer.with_document_classifier(classifier).unwrap();
    let expected = if told.score >= 0.5 { told.label.parse().unwrap() } else { alone };
    assert_eq!(scorer.score(NOTE, &ScoreOptions::new()).unwrap().doc_type, expected);
    let said = ScoreOptions::new().doc_type(DocType::Discharge);
    assert_eq!(scorer.score(NOTE, &said).unwrap().doc_type, DocType::Discharge);
}

#[test]
fn the_command_takes_the_models() {
    let place = build_folder().join("rubric-models");
    std::fs::create_dir_all(&place).unwrap();
    let (file, note) = (place.join("rubric.yaml"), place.join("note.txt"));
    let yaml = "{rubric: r, version: 1.0.0, title: R, criteria: [\
                {id: a, title: A, points: 1, severity: low, citation: {source: s}, message: m, \
                requires: {similarity: {to: [Gait training for 15 minutes.], at_least: 0.99}}}, \
                {id: b, title: B, points: 1, severity: low, citation: {source: s}, message: m, \
                requires: {classifier: {model: kind, label: discharge, at_least: 0.001}}}]}";
    std::fs::write(&file, yaml).unwrap();
    std::fs::write(&note, NOTE).unwrap();
    let models = repository().join("tests/models");
    let out = Command::new(build_folder().join("chartguard"))
        .args(["score", "--json", "--rubric"])
        .arg(&file)
        .arg("--embedder")
        .arg(models.join("tiny-embedder"))
        .arg("--classifier")
        .arg(format!("kind={}", models.join("tiny-classifier").display()))
        .arg(&note)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    for criterion in report["criteria"].as_array().unwrap() {
        assert_eq!((&criterion["verdict"], &criterion["judged"]), (&"met".into(), &true.into()), "{criterion}");
    }
}
