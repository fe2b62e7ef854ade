//! What each operator costs beside `tag` on the same notes. Printed by `make bench`; detection is a part of every row, and the second
//! table leaves it out.

use chartguard::scrub::CategoryPolicy;
use chartguard::{Category, Context, Key, Operator, Policy, Scrubber, Vault, restore};
use chartguard_benches::{Alternative, print_table, sample_notes};

/// How often the sample notes are gone over in one run.
const ROUNDS: usize = 5;

/// What is timed: an operator and the options that change what it does.
const ROWS: &[(&str, &str)] = &[
    ("tag", "operator: tag"),
    ("tag, numbered", "operator: tag, numbered: true"),
    ("mask", "operator: mask"),
    ("remove", "operator: remove"),
    ("surrogate", "operator: surrogate"),
    ("surrogate, keyed", "operator: surrogate, keyed: true"),
    ("date_shift", "operator: date_shift"),
    ("generalize", "operator: generalize"),
    ("hash", "operator: hash"),
    ("encrypt", "operator: encrypt"),
    ("fpe", "operator: fpe, fallback: encrypt"),
];

/// A policy that does `rule` to every category that its operator works on, and tags the others.
fn policy(rule: &str) -> Policy {
    let policy = |yaml: &str| Policy::from_yaml(yaml).expect("the rule is one of ours");
    let mut out = policy("regime: none");
    let one: CategoryPolicy =
        policy(&format!("categories: {{{}: {{{rule}}}}}", works_on(rule))).category(works_on(rule)).clone();
    for category in Category::ALL.iter().filter(|category| one.operator.refuses(**category).is_none()) {
        out = out.with_category(*category, one.clone());
    }
    out
}

/// A category that the operator of a rule works on.
fn works_on(rule: &str) -> Category {
    let name = rule.trim_start_matches("operator: ").split(',').next().unwrap_or_default();
    let operator = Operator::ALL.iter().find(|operator| operator.as_str() == name).expect("it is an operator");
    *Category::ALL.iter().find(|category| operator.refuses(**category).is_none()).expect("it works on something")
}

fn main() {
    let notes: Vec<String> = std::iter::repeat_n(sample_notes(), ROUNDS).flatten().collect();
    let bytes: usize = notes.iter().map(String::len).sum();
    let key = Key::from_bytes(&(0..32).collect::<Vec<u8>>()).expect("it has 32 bytes");
    let tagging = Scrubber::builder().builtin_model(false).key(key.clone()).seed(7).build().expect("it builds");
    let scrubbers: Vec<(&str, Scrubber)> =
        ROWS.iter().map(|(name, rule)| (*name, tagging.with_policy(policy(rule)).expect("it builds"))).collect();
    let context = Context::new().patient_id("1").document_id("1");
    let run = |scrubber: &Scrubber| -> usize {
        notes
            .iter()
            .map(|note| scrubber.scrub_with(note, &context).expect("a sample note is scrubbed").text.len())
            .sum()
    };
    let alternative = |(name, scrubber)| Alternative::new(name, bytes, move || run(scrubber));
    let mut rows: Vec<Alternative<'_>> =
        scrubbers.iter().map(|(name, scrubber)| alternative((*name, scrubber))).collect();
    print_table("scrubbing the sample notes without a model, by operator", &mut rows, 7);

    let candidates: Vec<_> = notes.iter().map(|note| tagging.candidates(note).expect("it is searched")).collect();
    let rewrite = |scrubber: &Scrubber| -> usize {
        let done = notes.iter().zip(&candidates);
        done.map(|(note, found)| scrubber.rewrite(note, found, &context).expect("it is rewritten").text.len()).sum()
    };
    let mut rows: Vec<Alternative<'_>> =
        scrubbers.iter().map(|(name, scrubber)| Alternative::new(name, bytes, move || rewrite(scrubber))).collect();
    print_table("the same without detection: policy, resolve and rewriting", &mut rows, 7);

    let tag = || run(&scrubbers[0].1);
    let vaulted = || -> usize {
        let vault = Vault::from_bytes(Vec::new(), &key).expect("it is new");
        let kept = notes.iter().enumerate().map(|(number, note)| {
            let context = Context::new().document_id(number.to_string());
            tagging.scrub_into(note, &context, &vault).expect("it is kept").text.len()
        });
        kept.sum()
    };
    print_table(
        "scrubbing them into a vault in memory",
        &mut [Alternative::new("tag", bytes, tag), Alternative::new("tag, into a vault", bytes, vaulted)],
        7,
    );

    let (_, encrypting) = scrubbers.iter().find(|(name, _)| *name == "encrypt").expect("it is a row");
    let (_, preserving) = scrubbers.iter().find(|(name, _)| *name == "fpe").expect("it is a row");
    let scrubbed = |scrubber: &Scrubber| -> Vec<String> {
        notes.iter().map(|note| scrubber.scrub_with(note, &context).expect("it is scrubbed").text).collect()
    };
    let (encrypted, preserved) = (scrubbed(encrypting), scrubbed(preserving));
    let back = |texts: &Vec<String>| -> usize {
        texts.iter().map(|text| restore(text, &key).expect("it comes back").len()).sum()
    };
    // Each document once: a vault takes what it has already for nothing.
    let vault = Vault::from_bytes(Vec::new(), &key).expect("it is new");
    let kept: Vec<(String, String)> = notes
        .iter()
        .enumerate()
        .map(|(number, note)| {
            let context = Context::new().document_id(number.to_string());
            let scrubbed = tagging.scrub_into(note, &context, &vault).expect("it is kept");
            (number.to_string(), scrubbed.text)
        })
        .collect();
    print_table(
        "restoring them",
        &mut [
            Alternative::new("encrypt", bytes, || back(&encrypted)),
            Alternative::new("fpe", bytes, || back(&preserved)),
            Alternative::new("tag, from a vault", bytes, || {
                let restored =
                    kept.iter().map(|(id, text)| vault.restore(text, Some(id)).expect("it comes back").len());
                restored.sum::<usize>()
            }),
        ],
        7,
    );
}
