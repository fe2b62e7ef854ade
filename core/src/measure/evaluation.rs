//! Runs a scrubber over labelled notes and gathers every figure.

use std::collections::BTreeMap;

use serde::Serialize;

use super::compare::Sheet;
use super::sweep::{Plan, with_threshold};
use super::{AblationRow, ErrorClass, Gold, Labelled, Measure, Mistake, Reliability, Sweep, mistakes};
use crate::error::{Error, Result};
use crate::scrub::{Candidates, Category, Finding, Operator, Scrubber, Stage};

/// What to measure beside the figures of all notes.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Options {
    /// Categories that count in no total. None: those that the policy keeps.
    pub optional: Option<Vec<Category>>,
    /// Facets of the notes to give figures by (see [`Labelled::facets`]).
    pub by: Vec<String>,
    /// Thresholds between 0 and 1 to give figures at; none without a sweep.
    pub thresholds: Vec<f32>,
    /// Categories to change the threshold of by themselves, beside all at once.
    pub sweep_categories: Vec<Category>,
    /// Whether to compare scores with labels.
    pub reliability: bool,
    /// Whether errors hold the text of their spans. That is PHI.
    pub show_text: bool,
}

/// The figures of one note or many.
///
/// In JSON the figures of all notes stand at the top, with `optional`, `by`, `mistakes`, `sweeps` and `reliability`
/// beside them.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Evaluation {
    /// The figures of all notes.
    #[serde(flatten)]
    pub total: Measure,
    /// Categories that count in no total.
    pub optional: Vec<Category>,
    /// Figures by facet and value. A note with several values counts under each, one with none under `none`.
    pub by: BTreeMap<String, BTreeMap<String, Measure>>,
    /// Every error, in the order of the notes.
    pub mistakes: Vec<Mistake>,
    /// The figures at other thresholds, if asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sweeps: Vec<Sweep>,
    /// How scores compare with labels, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reliability: Option<Reliability>,
    /// What each stage of detection adds, if measured.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ablation: Vec<AblationRow>,
}

impl Evaluation {
    /// Keeps the first `most` errors of each class.
    pub fn limit_mistakes(&mut self, most: usize) {
        let mut counts: BTreeMap<ErrorClass, usize> = BTreeMap::new();
        self.mistakes.retain(|mistake| {
            let count = counts.entry(mistake.class).or_default();
            *count += 1;
            *count <= most
        });
    }

    /// Adds the figures of other notes, from an [`Evaluator`] with the same options.
    pub fn merge(&mut self, other: Self) {
        self.total.merge(&other.total);
        self.optional = other.optional;
        for (key, values) in other.by {
            let mine = self.by.entry(key).or_default();
            for (value, measure) in values {
                mine.entry(value).or_default().merge(&measure);
            }
        }
        self.mistakes.extend(other.mistakes);
        if self.sweeps.is_empty() {
            self.sweeps = other.sweeps;
        } else {
            for (sweep, more) in self.sweeps.iter_mut().zip(&other.sweeps) {
                sweep.merge(more);
            }
        }
        if let Some(more) = &other.reliability {
            self.reliability.get_or_insert_default().merge(more);
        }
    }
}

/// Measures a scrubber on labelled notes. It can be shared between threads.
pub struct Evaluator {
    scrubber: Scrubber,
    options: Options,
    optional: Vec<Category>,
    plans: Vec<Plan>,
    /// Decides with every threshold at 0.
    open: Option<Scrubber>,
}

impl std::fmt::Debug for Evaluator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evaluator").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Evaluator {
    /// Measures `scrubber`.
    ///
    /// # Errors
    /// When a threshold does not lie between 0 and 1.
    pub fn new(scrubber: Scrubber, options: Options) -> Result<Self> {
        if options.thresholds.iter().any(|threshold| !(0.0..=1.0).contains(threshold)) {
            return Err(Error::config("a threshold lies between 0 and 1"));
        }
        let kept = |category: &Category| scrubber.policy().category(*category).operator == Operator::Keep;
        let optional = options.optional.clone().unwrap_or_else(|| Category::ALL.iter().copied().filter(kept).collect());
        let mut plans = Vec::new();
        if !options.thresholds.is_empty() {
            for category in std::iter::once(None).chain(options.sweep_categories.iter().copied().map(Some)) {
                plans.push(Plan::new(&scrubber, category, &options.thresholds)?);
            }
        }
        let open = if options.reliability {
            Some(scrubber.with_policy(with_threshold(scrubber.policy(), None, 0.0))?)
        } else {
            None
        };
        Ok(Self { scrubber, options, optional, plans, open })
    }

    /// The figures of one note. It is searched once, whatever is asked for.
    ///
    /// # Errors
    /// When the note could not be searched completely, or its labels do not lie on its characters.
    pub fn note(&self, note: &Labelled) -> Result<Evaluation> {
        let Labelled { id, text, gold, .. } = note;
        let labels = gold.spans.iter().map(|(span, _)| span).chain(&gold.ignored);
        if labels.into_iter().any(|span| text.get(span.range()).is_none()) {
            return Err(Error::input("a label does not lie on the characters of its note"));
        }
        let candidates = self.scrubber.candidates(text)?;
        let findings = self.scrubber.decide(text, &candidates);
        let total = Measure::of(text, gold, &findings, &self.optional);
        let mut by = BTreeMap::new();
        for key in &self.options.by {
            let none = || vec!["none".to_owned()];
            let values = note.facets.get(key).filter(|values| !values.is_empty()).cloned().unwrap_or_else(none);
            by.insert(key.clone(), values.into_iter().map(|value| (value, total.clone())).collect());
        }
        let sheet = Sheet::new(text, gold, &findings);
        let mistakes = mistakes::of(id, text, gold, &findings, &sheet, &self.optional, self.options.show_text);
        let compare =
            |scrubber: &Scrubber| Measure::of(text, gold, &scrubber.decide(text, &candidates), &self.optional);
        Ok(Evaluation {
            total,
            optional: self.optional.clone(),
            by,
            mistakes,
            sweeps: self.plans.iter().map(|plan| plan.sweep(compare)).collect(),
            reliability: self.open.as_ref().map(|open| reliability(open, text, gold, &candidates)),
            ablation: Vec::new(),
        })
    }
}

fn reliability(open: &Scrubber, text: &str, gold: &Gold, candidates: &Candidates) -> Reliability {
    let sheet = Sheet::new(text, gold, &[]);
    let kept = |finding: &&Finding| open.policy().category(finding.category).operator != Operator::Keep;
    let mut out = Reliability::default();
    let judge = |finding: &Finding| Some((sheet.is_phi(finding.span)?, sheet.is_of(finding.span, finding.category)));
    for finding in &open.decide(text, candidates) {
        if let Some((is_phi, same)) = judge(finding) {
            out.findings.add(finding.score, is_phi, same);
        }
    }
    for finding in candidates.iter().filter(kept) {
        if let Some((is_phi, same)) = judge(finding) {
            out.stages.entry(Stage::of(&finding.detector)).or_default().add(finding.score, is_phi, same);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    const TEXT: &str = "Dr. Okonkwo-Pell called. SSN 219-09-9999, seen 3/14/2024 by Zzyq.";

    fn labelled(kind: Option<&str>) -> Labelled {
        let at = |word: &str| {
            let start = TEXT.find(word).unwrap();
            Span::new(start, start + word.len())
        };
        let spans = vec![
            (at("Okonkwo-Pell"), Category::Name),
            (at("219-09-9999"), Category::Ssn),
            (at("3/14/2024"), Category::Date),
        ];
        let mut note = Labelled::new("n", TEXT, Gold::new(spans, vec![]));
        note.facets.insert("kind".into(), kind.map(str::to_owned).into_iter().collect());
        note
    }

    #[test]
    fn a_sweep_agrees_with_a_policy_of_that_threshold() {
        let scrubber = Scrubber::builder().model_named("none").unwrap().build().unwrap();
        let thresholds = vec![0.0, 0.5, 0.9, 1.0];
        let options = Options {
            thresholds: thresholds.clone(),
            sweep_categories: vec![Category::Date],
            reliability: true,
            by: vec!["kind".into()],
            ..Options::default()
        };
        let evaluator = Evaluator::new(scrubber.clone(), options).unwrap();
        let mut evaluation = Evaluation::default();
        evaluation.merge(evaluator.note(&labelled(Some("a"))).unwrap());
        evaluation.merge(evaluator.note(&labelled(None)).unwrap());
        assert_eq!(evaluation.sweeps.len(), 2);
        for (threshold, point) in thresholds.iter().zip(&evaluation.sweeps[0].points) {
            let changed = scrubber.with_policy(with_threshold(scrubber.policy(), None, *threshold)).unwrap();
            let note = labelled(None);
            let findings = changed.find(TEXT).unwrap();
            let mut expected = Measure::of(TEXT, &note.gold, &findings, &evaluation.optional);
            expected.merge(&expected.clone());
            assert_eq!(point.measure, expected);
        }
        let none = &evaluation.sweeps[0].points[3].measure;
        assert!(none.recall.hits < evaluation.total.recall.hits);
        let dates = &evaluation.sweeps[1];
        assert_eq!(dates.category, Some(Category::Date));
        assert_eq!(dates.points[1].measure, evaluation.total);
        assert_eq!(evaluation.optional, [Category::Profession]);
        assert_eq!(evaluation.by["kind"].keys().collect::<Vec<_>>(), ["a", "none"]);
        let reliability = evaluation.reliability.unwrap();
        assert!(reliability.findings.count() >= 6);
        assert!(reliability.stages.contains_key(&Stage::Patterns));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let scrubber = Scrubber::builder().model_named("none").unwrap().build().unwrap();
        let options = Options { thresholds: vec![1.5], ..Options::default() };
        assert!(Evaluator::new(scrubber.clone(), options).unwrap_err().is_config());
        let evaluator = Evaluator::new(scrubber, Options::default()).unwrap();
        let outside = Labelled::new("n", "é", Gold::new(vec![(Span::new(0, 1), Category::Name)], vec![]));
        assert!(evaluator.note(&outside).unwrap_err().is_input());
    }
}
