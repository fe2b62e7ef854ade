//! The shared cases through the Rust interface: what must be found is, and near misses are not.

use std::collections::BTreeMap;

use chartguard::text::Span;
use chartguard::{Policy, Rubric, ScoreOptions, Scorer, Scrubber};
use chartguard_tests::{Case, Expected, cases, rubric_cases};

/// Every category has at least this many cases.
const LEAST: usize = 20;

fn occurrence(text: &str, expected: &Expected) -> Option<Span> {
    let (start, found) = text.match_indices(&expected.text).nth(expected.nth.checked_sub(1)?)?;
    Some(Span::new(start, start + found.len()))
}

/// What is wrong with the outcome of a case; nothing when it is right.
fn faults(scrubber: &Scrubber, case: &Case) -> Vec<String> {
    let findings = match scrubber.find(&case.text) {
        Ok(findings) => findings,
        Err(error) => return vec![format!("failed: {error}")],
    };
    let mut faults = Vec::new();
    for expected in &case.find {
        let Some(span) = occurrence(&case.text, expected) else {
            faults.push(format!("the case is wrong: {:?} does not occur so often", expected.text));
            continue;
        };
        let categories = expected.categories();
        let right = |f: &&chartguard::Finding| categories.is_empty() || categories.contains(&f.category.as_str());
        if !findings.iter().filter(right).any(|f| f.span.contains(span)) {
            let there: Vec<_> = findings.iter().filter(|f| f.span.overlaps(span)).collect();
            faults.push(format!("{:?} is not found as {categories:?}; there: {there:?}", expected.text));
        }
    }
    if case.find.is_empty() {
        let extra = findings.iter().map(|f| format!("{:?} is found: {f:?}", f.span.of(&case.text)));
        faults.extend(extra);
    }
    let scrubbed = scrubber.scrub(&case.text).map(|s| s.text).unwrap_or_default();
    faults.extend(case.keep.iter().filter(|keep| !scrubbed.contains(*keep)).map(|keep| format!("{keep:?} is gone")));
    faults
}

/// The policies the cases run under: the patient's profession is off by default and has cases all the same.
fn scrubbers(model: &str) -> [Scrubber; 2] {
    let with_profession = "extends: safe-harbor\ncategories: {profession: {operator: tag}}";
    [Policy::default(), Policy::from_yaml(with_profession).unwrap()]
        .map(|policy| Scrubber::builder().policy(policy).model_named(model).unwrap().build().unwrap())
}

/// The rules, by themselves: the right category is found, and a near miss is not.
#[test]
fn scrubbing_cases() {
    let [default, with_profession] = scrubbers("none");
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (subject, case) in cases() {
        *count.entry(subject.clone()).or_default() += 1;
        let scrubber = if subject == "profession" { &with_profession } else { &default };
        wrong.extend(faults(scrubber, &case).into_iter().map(|fault| format!("{subject}: {}: {fault}", case.name)));
    }
    println!("Rust: {} scrubbing cases ran: {count:?}", count.values().sum::<usize>());
    for category in chartguard::Category::ALL {
        let cases = count.get(category.as_str()).copied().unwrap_or_default();
        assert!(cases >= LEAST, "{category} has {cases} cases of {LEAST}");
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

/// With everything built in, nothing that the rules find may leak. What the model adds is measured on labelled notes
/// (`chartguard eval`), not on single lines.
#[test]
fn the_model_takes_nothing_away() {
    let [default, with_profession] = scrubbers("builtin");
    let mut wrong = Vec::new();
    for (subject, case) in cases() {
        let scrubber = if subject == "profession" { &with_profession } else { &default };
        let findings = scrubber.find(&case.text).unwrap();
        for expected in &case.find {
            let covered =
                occurrence(&case.text, expected).is_some_and(|span| findings.iter().any(|f| f.span.contains(span)));
            if !covered {
                wrong.push(format!("{subject}: {}: {:?} leaks", case.name, expected.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn scoring_cases() {
    let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap());
    let cases = rubric_cases();
    let mut wrong = Vec::new();
    for case in &cases {
        let report = scorer.score(&case.text, &ScoreOptions::default()).unwrap();
        let value = serde_json::Value::Object(chartguard::wire::report(&case.text, &report));
        for (key, expected) in [("doc_type", &case.doc_type), ("discipline", &case.discipline)] {
            if let Some(expected) = expected.as_ref().filter(|expected| value[key] != expected.as_str()) {
                wrong.push(format!("{}: {key} is {} and not {expected}", case.name, value[key]));
            }
        }
        for (id, verdict) in &case.verdicts {
            let got = value["criteria"].as_array().and_then(|all| all.iter().find(|c| c["id"] == id.as_str()));
            if got.is_none_or(|c| c["verdict"] != verdict.as_str()) {
                wrong.push(format!(
                    "{}: {id} is {} and not {verdict}",
                    case.name,
                    got.map_or("absent".into(), |c| c["verdict"].to_string())
                ));
            }
        }
    }
    println!("Rust: {} scoring cases ran", cases.len());
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}
