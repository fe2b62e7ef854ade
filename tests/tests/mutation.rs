//! From complete notes, spoiling one element flips exactly the criteria that depend on it. `--nocapture` prints the table.

use std::collections::{BTreeMap, BTreeSet};

use chartguard::Rubric;
use chartguard::rubric::{Scope, ScoreOptions, Scorer, Verdict};
use chartguard_tests::repository;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    note: Vec<Note>,
    known: Vec<Known>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    name: String,
    doc_type: String,
    discipline: String,
    text: String,
    slot: Vec<Slot>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Slot {
    name: String,
    good: Vec<String>,
    broken: Vec<String>,
    flips: BTreeSet<String>,
    #[serde(default)]
    also: BTreeSet<String>,
    #[serde(default)]
    may: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    note: String,
    slot: String,
    broken: Option<String>,
    base: Option<usize>,
    #[expect(dead_code, reason = "for the reader")]
    why: String,
}

impl Note {
    /// The note with the wordings of one base, and one slot otherwise.
    fn fill(&self, base: usize, other: Option<(&str, &str)>) -> String {
        self.slot.iter().fold(self.text.trim_start().to_owned(), |text, slot| {
            let good = &slot.good[base % slot.good.len()];
            let value = other.filter(|(name, _)| *name == slot.name).map_or(good.as_str(), |(_, broken)| broken);
            text.replace(&format!("{{{}}}", slot.name), value)
        })
    }
}

#[test]
fn spoiling_one_element_flips_exactly_the_criteria_that_depend_on_it() {
    let path = repository().join("tests/mutation.toml");
    let file: File = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap());
    let mut table: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
    let (mut mutants, mut known) = (0, 0);
    let mut wrong = Vec::new();
    for note in &file.note {
        let options = ScoreOptions::parse(Some(&note.doc_type), Some(&note.discipline)).unwrap();
        let verdicts = |text: &str| -> BTreeMap<String, Verdict> {
            let report = scorer.score(text, &options).unwrap();
            let own = report.criteria.into_iter().filter(|c| c.scope == Scope::Note);
            own.map(|c| (c.id, c.verdict)).collect()
        };
        let bases = note.slot.iter().map(|slot| slot.good.len()).max().unwrap_or(0);
        for base in 0..bases {
            let whole = verdicts(&note.fill(base, None));
            let missed: Vec<&String> = whole.iter().filter(|(_, v)| **v == Verdict::NotMet).map(|(id, _)| id).collect();
            assert!(missed.is_empty(), "{} base {base} is complete, yet {missed:?}", note.name);
            for slot in &note.slot {
                for broken in &slot.broken {
                    mutants += 1;
                    let after = verdicts(&note.fill(base, Some((&slot.name, broken))));
                    let flipped: BTreeSet<String> = whole
                        .iter()
                        .filter(|(id, verdict)| after[*id] != **verdict)
                        .map(|(id, _)| id.clone())
                        .collect();
                    let due: BTreeSet<String> = slot.flips.union(&slot.also).cloned().collect();
                    let failed = slot.flips.iter().all(|id| after[id] == Verdict::NotMet);
                    let extra =
                        flipped.difference(&due).all(|id| slot.may.contains(id) && after[id] == Verdict::NotAssessable);
                    let right = failed && extra && due.is_subset(&flipped);
                    let listed = file.known.iter().any(|k| {
                        k.note == note.name
                            && k.slot == slot.name
                            && k.broken.as_ref().is_none_or(|text| text == broken)
                            && k.base.is_none_or(|own| own == base)
                    });
                    known += usize::from(listed);
                    let cell = table.entry((note.name.clone(), slot.name.clone())).or_default();
                    cell.0 += 1;
                    cell.1 += usize::from(right);
                    if right == listed {
                        wrong.push(format!("{} base {base}, {}: {broken:?} flips {flipped:?}", note.name, slot.name));
                    }
                }
            }
        }
    }
    println!("{:<26} {:<14} mutants  right", "note", "element");
    for ((note, slot), (all, right)) in &table {
        println!("{note:<26} {slot:<14} {all:>7} {right:>6}");
    }
    println!("{mutants} mutants, {known} known to be wrong");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(mutants >= 300);
    assert!(known * 20 <= mutants, "too much is known to be wrong");
}
