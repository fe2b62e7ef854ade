//! The closed set of checks that criteria are built from, one file a kind.

mod billing;
mod classifier;
mod count;
mod date;
mod each;
mod episode;
pub(super) mod extract;
mod judge;
mod measure;
mod minutes;
mod near;
mod section;
mod signature;
mod similarity;
mod terms;

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Deserialize;

use jiff::civil::Date;

use super::billing::{Claim, CodeTable};
use super::episode::{Episode, Place};
use super::extract::Facts;
use super::extract::page::Page;
use super::models::Models;
use super::terms::Vocabulary;
use super::{Discipline, Judge};
use crate::cancel::{Cancel, NEVER};
use crate::error::{Error, Result};
use crate::text::Span;
use crate::text::hash::QuickMap;

/// What holds of a note, or of a region of it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Check {
    /// Every one of these holds.
    All(Vec<Check>),
    /// At least one of these holds.
    Any(Vec<Check>),
    /// At least so many of these hold.
    AtLeast(AtLeast),
    /// This does not hold.
    Not(Box<Check>),
    /// A word or phrase is there, said of the patient and of today.
    Terms(terms::Terms),
    /// A part of the note is there and is not empty.
    Section(section::Section),
    /// Two things stand near each other.
    Near(near::Near),
    /// Each item of a kind satisfies a check.
    Each(each::Each),
    /// A figure with a unit is there, within bounds.
    Measure(measure::Measure),
    /// A date is there.
    Date(date::Date),
    /// Somebody signed.
    Signature(signature::SignedBy),
    /// There are so many of a fact.
    Count(count::Count),
    /// Minutes are documented, or agree with each other.
    Minutes(minutes::MinutesCheck),
    /// A fact is there.
    Extract(extract::Fact),
    /// The claim keeps a rule of billing.
    Billing(billing::Billing),
    /// The notes of an episode keep a rule.
    Episode(episode::EpisodeCheck),
    /// A sentence says what one of several exemplars says.
    Similarity(similarity::Similarity),
    /// A classification model of the caller's gives a label.
    Classifier(classifier::Labelled),
    /// Whoever judges for the caller says yes.
    Judge(judge::Ask),
}

/// At least `n` of several checks.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AtLeast {
    n: usize,
    of: Vec<Check>,
}

/// What came of a check.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// Whether it holds.
    pub(crate) holds: bool,
    /// Whether what was given was enough to tell; where it was not, `holds` says nothing.
    pub(crate) known: bool,
    /// How sure that is, 0 to 1.
    pub(crate) confidence: f32,
    /// Where it shows.
    pub(crate) evidence: Vec<Span>,
    /// Where it shows in the notes of an episode.
    pub(crate) places: Vec<Place>,
    /// What there is to say of it, without words of the note.
    pub(crate) detail: String,
    /// Whether the caller's judge, or a model of the caller's, had a part in it.
    pub(crate) judged: bool,
}

impl Outcome {
    fn new(holds: bool, confidence: f32, evidence: Vec<Span>) -> Self {
        Self { holds, known: true, confidence, evidence, places: Vec::new(), detail: String::new(), judged: false }
    }

    pub(crate) fn holds(confidence: f32, evidence: Vec<Span>) -> Self {
        Self::new(true, confidence, evidence)
    }

    pub(crate) fn fails(confidence: f32) -> Self {
        Self::new(false, confidence, Vec::new())
    }

    /// Does not hold, and shows where.
    pub(crate) fn fails_at(confidence: f32, evidence: Vec<Span>) -> Self {
        Self::new(false, confidence, evidence)
    }

    /// What was given was not enough to tell, and why.
    pub(crate) fn unknown(why: impl Into<String>) -> Self {
        Self { known: false, detail: why.into(), ..Self::fails(1.0) }
    }

    /// Holds where there is evidence.
    pub(crate) fn found(evidence: Vec<Span>) -> Self {
        if evidence.is_empty() { Self::fails(0.85) } else { Self::holds(0.9, evidence) }
    }
}

/// What the caller gave beside the text.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) claim: Option<&'a Claim>,
    pub(crate) date: Option<Date>,
    pub(crate) codes: &'a CodeTable,
    pub(crate) judge: Option<&'a dyn Judge>,
    pub(crate) models: &'a Models,
    pub(crate) episode: Option<&'a Episode<'a>>,
    /// Once it is set, what checks say is not asked for.
    pub(crate) cancel: &'a Cancel,
}

impl Given<'_> {
    /// Nothing.
    pub(crate) fn nothing() -> Self {
        let codes = CodeTable::builtin();
        Self { claim: None, date: None, codes, judge: None, models: Models::none(), episode: None, cancel: &NEVER }
    }
}

/// A note as the checks see it: read once, shared by all of them.
pub(crate) struct Note<'t> {
    pub(crate) page: Page<'t>,
    pub(crate) facts: Facts,
    pub(crate) discipline: Discipline,
    pub(crate) given: Given<'t>,
    /// Why the caller's judge or model could not answer; the call then fails.
    pub(crate) failure: std::cell::RefCell<Option<Error>>,
    /// The vectors of its sentences, as far as a check asked for them.
    pub(crate) vectors: std::cell::RefCell<HashMap<Span, Vec<f32>>>,
    /// Where the patterns match that a check asked for in all of it.
    matches: std::cell::RefCell<QuickMap<String, Vec<Span>>>,
}

impl<'t> Note<'t> {
    pub(crate) fn new(text: &'t str, vocabulary: &Vocabulary) -> Self {
        Self::until(text, vocabulary, &NEVER)
    }

    /// [`new`](Self::new), which reads no further once `cancel` is set.
    pub(crate) fn until(text: &'t str, vocabulary: &Vocabulary, cancel: &'t Cancel) -> Self {
        let page = Page::new(text, vocabulary, cancel);
        let facts = Facts::read(&page);
        let failure = std::cell::RefCell::new(None);
        let (discipline, given) = (Discipline::Unknown, Given::nothing());
        let (vectors, matches) = (std::cell::RefCell::default(), std::cell::RefCell::default());
        Self { page, facts, discipline, given, failure, vectors, matches }
    }

    /// All of it.
    pub(crate) fn whole(&self) -> Span {
        self.page.whole()
    }

    /// The sentences inside a region, with the parts of those that reach over its ends.
    fn sentences(&self, region: Span) -> impl Iterator<Item = Span> + '_ {
        let part = move |sentence: Span| Span::new(sentence.start.max(region.start), sentence.end.min(region.end));
        let says = |span: &Span| span.of(self.page.text).chars().any(char::is_alphabetic);
        super::extract::page::touching(&self.page.sentences, region, |sentence| *sentence)
            .map(move |sentence| part(*sentence))
            .filter(says)
    }

    /// Takes down why a judge or a model could not answer.
    fn failed(&self, error: Error) -> Outcome {
        self.failure.borrow_mut().get_or_insert(error);
        Outcome::unknown("")
    }

    /// The day of the visit, or on which the document was written, as far as the note says.
    pub(crate) fn visit_date(&self) -> Option<Date> {
        let spans = &self.facts.visit_dates;
        spans.iter().find_map(|span| self.page.date_at(*span)?.date())
    }
}

impl Check {
    /// The checks it is made of.
    fn parts(&self) -> Vec<&Check> {
        match self {
            Self::All(checks) | Self::Any(checks) | Self::AtLeast(AtLeast { of: checks, .. }) => {
                checks.iter().collect()
            }
            Self::Not(check) => vec![check],
            Self::Section(section) => section.parts(),
            Self::Near(near) => near.parts(),
            Self::Each(each) => each.parts(),
            _ => Vec::new(),
        }
    }

    /// Resolves the lists and patterns it names.
    pub(crate) fn prepare(&mut self, vocabulary: &mut Vocabulary) -> Result<()> {
        match self {
            Self::All(checks) | Self::Any(checks) | Self::AtLeast(AtLeast { of: checks, .. }) => {
                if checks.is_empty() {
                    return Err(Error::rubric("a combination needs at least one check"));
                }
                checks.iter_mut().try_for_each(|check| check.prepare(vocabulary))
            }
            Self::Not(check) => check.prepare(vocabulary),
            Self::Terms(terms) => terms.prepare(vocabulary),
            Self::Section(section) => section.prepare(vocabulary),
            Self::Near(near) => near.prepare(vocabulary),
            Self::Each(each) => each.prepare(vocabulary),
            Self::Measure(measure) => measure.prepare(),
            Self::Episode(episode) => episode.prepare(),
            Self::Similarity(similarity) => similarity.prepare(),
            Self::Classifier(labelled) => labelled.prepare(),
            Self::Judge(ask) => ask.prepare(),
            Self::Date(_)
            | Self::Signature(_)
            | Self::Count(_)
            | Self::Minutes(_)
            | Self::Extract(_)
            | Self::Billing(_) => Ok(()),
        }
    }

    /// What in it can never hold, or never fail.
    pub(crate) fn impossible(&self) -> Vec<&'static str> {
        let mut out: Vec<&'static str> = self.parts().into_iter().flat_map(Self::impossible).collect();
        match self {
            Self::AtLeast(AtLeast { n, of }) if *n > of.len() => {
                out.push("`at_least` asks for more checks than it has, so it never holds");
            }
            Self::AtLeast(AtLeast { n: 0, .. }) => {
                out.push("`at_least` asks for none of its checks, so it always holds");
            }
            Self::All(checks) => {
                let written: Vec<String> = checks.iter().map(|check| format!("{check:?}")).collect();
                let denied = |check: &Check| match check {
                    Self::Not(inner) => written.contains(&format!("{inner:?}")),
                    _ => false,
                };
                if checks.iter().any(denied) {
                    out.push("`all` holds a check and its `not`, so it never holds");
                }
            }
            Self::Count(count) if count.impossible() => {
                out.push("`count` asks for more than it allows, so it never holds");
            }
            Self::Measure(measure) if measure.impossible() => {
                out.push("`measure` asks for more than it allows, so it never holds");
            }
            _ => {}
        }
        out
    }

    /// Whether it needs a judge or a model that is not there.
    pub(crate) fn lacks(&self, judge: bool, models: &Models) -> bool {
        match self {
            Self::Judge(_) => !judge,
            Self::Similarity(_) => !models.embeds(),
            Self::Classifier(labelled) => !labelled.answered(models),
            other => other.parts().into_iter().any(|part| part.lacks(judge, models)),
        }
    }

    /// The sentences that sentences of a note are compared with.
    #[cfg(feature = "onnx")]
    pub(crate) fn exemplars(&self) -> Vec<&str> {
        match self {
            Self::Similarity(similarity) => similarity.exemplars().collect(),
            other => other.parts().into_iter().flat_map(Self::exemplars).collect(),
        }
    }

    /// The labels it asks of classification models, each with the model's name where it gives one.
    #[cfg(feature = "onnx")]
    pub(crate) fn labels(&self) -> Vec<(Option<&str>, &str)> {
        match self {
            Self::Classifier(labelled) => vec![labelled.asked()],
            other => other.parts().into_iter().flat_map(Self::labels).collect(),
        }
    }

    /// The named term lists it refers to.
    pub(crate) fn lists(&self) -> Vec<String> {
        match self {
            Self::Terms(terms) => terms.lists(),
            Self::Section(section) => section.lists(),
            other => other.parts().into_iter().flat_map(Self::lists).collect(),
        }
    }

    /// Whether it holds of a region of the note.
    pub(crate) fn evaluate(&self, note: &Note<'_>, region: Span) -> Outcome {
        if note.given.cancel.is_cancelled() {
            return Outcome::unknown("");
        }
        match self {
            Self::All(checks) => at_least(checks.len(), checks, note, region),
            Self::Any(checks) => at_least(1, checks, note, region),
            Self::AtLeast(AtLeast { n, of }) => at_least(*n, of, note, region),
            Self::Not(check) => {
                let inner = check.evaluate(note, region);
                Outcome { holds: !inner.holds, ..inner }
            }
            Self::Terms(terms) => terms.evaluate(note, region),
            Self::Section(section) => section.evaluate(note, region),
            Self::Near(near) => near.evaluate(note, region),
            Self::Each(each) => each.evaluate(note, region),
            Self::Measure(measure) => measure.evaluate(note, region),
            Self::Date(date) => date.evaluate(note, region),
            Self::Signature(signature) => signature.evaluate(note, region),
            Self::Count(count) => count.evaluate(note, region),
            Self::Minutes(minutes) => minutes.evaluate(note),
            Self::Extract(fact) => fact.evaluate(note, region),
            Self::Billing(billing) => billing.evaluate(note),
            Self::Episode(episode) => episode.evaluate(note),
            Self::Similarity(similarity) => similarity.evaluate(note, region),
            Self::Classifier(labelled) => labelled.evaluate(note, region),
            Self::Judge(ask) => ask.evaluate(note, region),
        }
    }
}

/// Holds when `n` of the checks do; as sure as the surest for "any", as the least sure for "all". Where those that cannot be told
/// would settle it, neither can this.
fn at_least(n: usize, checks: &[Check], note: &Note<'_>, region: Span) -> Outcome {
    let outcomes: Vec<Outcome> = checks.iter().map(|check| check.evaluate(note, region)).collect();
    let mut sure: Vec<f32> = outcomes.iter().filter(|o| o.known && o.holds).map(|o| o.confidence).collect();
    let mut unsure: Vec<f32> = outcomes.iter().filter(|o| o.known && !o.holds).map(|o| o.confidence).collect();
    let holds = sure.len() >= n;
    if !holds && outcomes.len() - unsure.len() >= n {
        let first = outcomes.into_iter().find(|o| !o.known).map_or_else(String::new, |o| o.detail);
        return Outcome::unknown(first);
    }
    sure.sort_by(|a, b| b.total_cmp(a));
    unsure.sort_by(|a, b| b.total_cmp(a));
    let confidence = if holds {
        n.checked_sub(1).and_then(|last| sure.get(last)).copied().unwrap_or(1.0)
    } else {
        unsure.get(checks.len().saturating_sub(n)).or(unsure.last()).copied().unwrap_or(1.0)
    };
    let mut out = Outcome::new(holds, confidence, Vec::new());
    // What failed shows where to look when the whole does.
    for own in outcomes.into_iter().filter(|o| o.known && o.holds == holds) {
        out.evidence.extend(own.evidence);
        out.places.extend(own.places);
        out.judged |= own.judged;
        if !own.detail.is_empty() {
            out.detail = if out.detail.is_empty() { own.detail } else { format!("{} {}", out.detail, own.detail) };
        }
    }
    out
}
