//! A rubric tried on itself: the tests inside its file, and what is wrong with its rules.

use std::fmt;

use serde::Serialize;

use super::check::Check;
use super::schema::TestCase;
use super::{Discipline, DocType, EpisodeNote, EpisodeOptions, Rubric, Scope, ScoreOptions, Scorer, Verdict};

/// How many texts on either side make a criterion tested.
const ENOUGH: usize = 2;

/// Something wrong with a rubric that can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// The line of the file, from 1, where it is known.
    pub line: Option<usize>,
    /// The criterion concerned; empty for the rubric as a whole.
    pub criterion: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// What came of the tests inside a rubric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TestReport {
    /// How many texts were run.
    pub run: usize,
    /// The texts whose verdict was another one.
    pub failures: Vec<TestFailure>,
    /// The criteria that no text tries in both directions: a rule that was never seen to fire, or to pass, is not known to work.
    pub untested: Vec<String>,
}

impl TestReport {
    /// Whether every text gave the verdict it was to give, and every criterion has texts.
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && self.untested.is_empty()
    }
}

/// A text of a rubric that did not give the verdict it was to give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TestFailure {
    /// The criterion.
    pub criterion: String,
    /// The list the text stands in and its place there, from 1.
    pub test: String,
    /// The verdict it was to give.
    pub expected: Verdict,
    /// The verdict it gave.
    pub found: Verdict,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.criterion.is_empty() {
            write!(f, "{}: ", self.criterion)?;
        }
        f.write_str(&self.message)
    }
}

impl fmt::Display for TestReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for TestFailure { criterion, test, expected, found } in &self.failures {
            writeln!(f, "{criterion}: {test}: {found} and not {expected}")?;
        }
        for criterion in &self.untested {
            writeln!(f, "{criterion}: untested: it needs texts under `fires` and under `passes`")?;
        }
        write!(f, "{} passed, {} failed", self.run - self.failures.len(), self.failures.len())
    }
}

pub(super) fn test(scorer: &Scorer) -> TestReport {
    let mut report = TestReport { run: 0, failures: Vec::new(), untested: Vec::new() };
    for criterion in scorer.rubric().criteria() {
        let tests = &criterion.tests;
        if scorer.lacks(criterion) {
            continue;
        }
        if tests.fires.is_empty() || tests.passes.is_empty() {
            report.untested.push(criterion.id.clone());
        }
        let mut defaults = ScoreOptions::new();
        let first = criterion.applies_to.doc_types.first().copied();
        defaults.doc_type = Some(tests.doc_type.or(first).unwrap_or(DocType::Unknown));
        defaults.discipline = tests.discipline.or(criterion.applies_to.disciplines.first().copied());
        let groups = [
            ("fires", &tests.fires, Some(Verdict::NotMet)),
            ("passes", &tests.passes, Some(Verdict::Met)),
            ("not_applicable", &tests.not_applicable, Some(Verdict::NotApplicable)),
            ("not_assessable", &tests.not_assessable, Some(Verdict::NotAssessable)),
            ("traps", &tests.traps, None),
        ];
        for (list, cases, verdict) in groups {
            for (index, TestCase(case)) in cases.iter().enumerate() {
                let Some(expected) = verdict.or(case.verdict) else { continue };
                report.run += 1;
                let found = if criterion.scope == Scope::Episode {
                    let notes = case.notes.iter().map(|TestCase(note)| EpisodeNote::new(&note.text, note.options()));
                    let notes: Vec<EpisodeNote<'_>> = notes.collect();
                    scorer.judge_episode(criterion, &notes, EpisodeOptions::default().open(case.open))
                } else {
                    scorer.judge(criterion, &case.text, &case.options().or(&defaults))
                };
                if found != expected {
                    report.failures.push(TestFailure {
                        criterion: criterion.id.clone(),
                        test: format!("{list} {}", index + 1),
                        expected,
                        found,
                    });
                }
            }
        }
    }
    report
}

pub(super) fn check(rubric: &Rubric) -> Vec<Problem> {
    let mut problems = Vec::new();
    let alone = Scorer::new(rubric.clone());
    for criterion in rubric.criteria() {
        let mut problem = |message: &str| {
            problems.push(Problem {
                line: line_of(rubric.yaml(), &criterion.id),
                criterion: criterion.id.clone(),
                message: message.to_owned(),
            });
        };
        if criterion.requires.is_none() && criterion.forbids.is_none() {
            problem("it neither requires nor forbids anything, so it is met by every note");
        }
        let written = |check: &Option<super::check::Check>| check.as_ref().map(|c| format!("{c:?}"));
        if criterion.requires.is_some() && written(&criterion.requires) == written(&criterion.forbids) {
            problem("it requires what it forbids, so no note can meet it");
        }
        // What only a judge or a model of the caller's can tell, no text in the file can show.
        if alone.lacks(criterion) {
            continue;
        }
        if criterion.tests.fires.len() < ENOUGH {
            problem("it has fewer than two texts under `fires`, in which it must not be met");
        }
        if criterion.tests.passes.len() < ENOUGH {
            problem("it has fewer than two texts under `passes`, in which it must be met");
        }
        if let Some(index) = criterion.tests.traps.iter().position(|trap| trap.0.verdict.is_none()) {
            problem(&format!("trap {} does not name the verdict it has", index + 1));
        }
        // The third text on one side may be a trap as well, so only too few texts in all are a fault.
        let cases = &criterion.tests;
        let extra = cases.not_applicable.len() + cases.not_assessable.len() + cases.traps.len();
        if cases.fires.len() + cases.passes.len() + extra <= 2 * ENOUGH {
            problem("it has no trap: a text that looks as if it had another verdict than it has");
        }
        let (from, to) = (criterion.citation.effective_from, criterion.citation.effective_to);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            problem("its rule ends before it begins, so it concerns no note");
        }
        let gates = [&criterion.applies_when, &criterion.assessable_when];
        for gate in gates.into_iter().flatten() {
            if Some(format!("{gate:?}")) == written(&criterion.forbids) {
                problem("it is judged only where what it forbids holds, so no note can meet it");
            }
            if criterion.forbids.is_none() && Some(format!("{gate:?}")) == written(&criterion.requires) {
                problem("it is judged only where what it requires holds, so no note can fail it");
            }
        }
        let checks = [&criterion.applies_when, &criterion.assessable_when, &criterion.requires, &criterion.forbids];
        for impossible in checks.into_iter().flatten().flat_map(Check::impossible) {
            problem(impossible);
        }
        let known = |discipline: &Discipline| *discipline == Discipline::Unknown;
        if criterion.applies_to.doc_types == [DocType::Unknown] || criterion.applies_to.disciplines.iter().any(known) {
            problem("it names `unknown`, which stands for a note of which nothing is known and not for a kind of note");
        }
        let mut unfit = false;
        for TestCase(case) in cases.fires.iter().chain(&cases.passes) {
            unfit |= !case.notes.is_empty() && criterion.scope != Scope::Episode;
            unfit |= case.notes.is_empty() && criterion.scope == Scope::Episode;
            unfit |= case.claim.is_none() && criterion.scope == Scope::Billing;
        }
        if unfit {
            problem(
                "a test does not bring what its scope needs: `notes` for an episode, `claim` for billing, `text` for a note",
            );
        }
        if criterion.points == 0.0 {
            problem("it has no points, so it never changes a score");
        }
    }
    let used = rubric.criteria().iter().flat_map(|c| {
        [&c.applies_when, &c.assessable_when, &c.requires, &c.forbids]
            .into_iter()
            .flatten()
            .flat_map(super::check::Check::lists)
    });
    let used: std::collections::BTreeSet<String> = used.collect();
    for name in rubric.file().terms.keys().filter(|name| !used.contains(*name)) {
        problems.push(Problem {
            line: line_of_key(rubric.yaml(), name),
            criterion: String::new(),
            message: format!("no check uses the term list `{name}`"),
        });
    }
    problems
}

/// The line on which a criterion's id is given.
fn line_of(yaml: &str, id: &str) -> Option<usize> {
    yaml.lines()
        .position(|line| {
            let line = line.trim_start_matches(['-', ' ']);
            line.strip_prefix("id:").is_some_and(|rest| rest.trim().trim_matches(['"', '\'']) == id)
        })
        .map(|at| at + 1)
}

/// The line on which a key is given.
fn line_of_key(yaml: &str, key: &str) -> Option<usize> {
    yaml.lines().position(|line| line.trim_start().strip_prefix(key).is_some_and(|r| r.starts_with(':'))).map(|n| n + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_rubrics_pass_their_own_tests_and_have_no_problems() {
        for id in Rubric::builtin_ids() {
            let rubric = Rubric::builtin(id).unwrap();
            assert_eq!(rubric.check(), []);
            let report = rubric.test();
            assert!(report.run >= 4 * rubric.criteria().len());
            assert!(report.passed(), "{report}");
        }
    }

    #[test]
    fn untested_criteria_and_unused_lists_are_problems_with_their_line() {
        let yaml = "rubric: r\nversion: '1'\ntitle: T\nterms:\n  unused: [a]\ncriteria:\n- id: x\n  title: X\n  points: 1\n  severity: low\n  \
                    citation: {source: s}\n  message: m\n";
        let problems = Rubric::from_yaml(yaml).unwrap().check();
        assert!(problems.iter().any(|p| p.line == Some(7) && p.message.contains("fires")));
        assert!(problems.iter().any(|p| p.line == Some(5) && p.message.contains("unused")));
    }
}
