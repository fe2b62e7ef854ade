//! What each statement of a note does: sets a goal, says how one stands, shows a therapist's skill, measures.
//!
//! The rules of `extract/` know labels, headings and words; what is said in words of the writer's own, they miss. A
//! statement (`split`) becomes a set of features (`features`): its words, its place in the note, and what the rules found in
//! it. A linear model over them, and a small network over what that says of a statement and of those around it (`model`,
//! `context`), trained on notes of many hands, give the probability of every kind. They are small. How it was made, and how well it does: `core/models/statements/README.md`.

mod complete;
mod context;
mod document;
mod features;
mod model;
mod split;
pub(super) mod standing;
mod table;
mod weights;

use super::detect::Signs;
use super::extract::Facts;
use super::extract::page::Page;
use super::{Discipline, DocType};
use crate::text::Span;
use features::Seen;

/// What a statement does. A statement may do several things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Sets a goal that is called, or plainly is, long term.
    LongTermGoal,
    /// Sets a goal that is called, or plainly is, short term.
    ShortTermGoal,
    /// Sets a goal of which neither is said.
    Goal,
    /// Names an earlier goal, to report on it.
    GoalReported,
    /// Says how a goal stands.
    Status,
    /// Shows that the skills of a therapist were needed.
    Skilled,
    /// Names what affects treatment, or says that nothing does.
    Complexity,
    /// Gives a measurement of this period.
    Measure,
    /// Names an intervention.
    Activity,
    /// Says that it is planned only.
    Planned,
    /// Names fitness or diversion as the therapy.
    Unskilled,
    /// Says how treatment goes on.
    Plan,
    /// Names the diagnosis or the problem to be treated.
    Diagnosis,
    /// Says what the patient can or cannot do in daily life.
    Function,
}

/// Below this the model does not overrule the rules on what a note is.
const DOUBT: f32 = 0.4;
/// A title that says outright what it stands over is right at least this often.
const ENTITLED: f32 = 0.8;
/// The number of kinds.
const KINDS: usize = 14;

/// A statement and how likely it does what.
#[derive(Debug, Clone)]
struct Statement {
    /// Where it stands.
    span: Span,
    /// Which list it is an item of, by number within the text.
    list: Option<usize>,
    probabilities: [f32; KINDS],
}

impl Statement {
    /// How likely the statement is of a kind, 0 to 1.
    fn is(&self, kind: Kind) -> f32 {
        self.probabilities[kind as usize]
    }

    /// How likely the statement sets a goal, of whatever term.
    fn sets_goal(&self) -> f32 {
        either(&[self.is(Kind::LongTermGoal), self.is(Kind::ShortTermGoal), self.is(Kind::Goal)])
    }

    /// How likely the statement holds a goal, set or reported on.
    fn holds_goal(&self) -> f32 {
        either(&[self.sets_goal(), self.is(Kind::GoalReported)])
    }
}

/// From here on a note of no known kind is taken for one of a discipline, and one of a known kind for another than who signed has.
const SURE: f32 = 0.9;

/// What the model says of a note, or what the rules do where it knows nothing or, below `doubt`, too little: a title on a note of two lines.
fn settle<T: PartialEq + Copy>(model: (T, f32), rules: T, unknown: T, doubt: f32) -> (T, f32) {
    if rules != unknown && (model.0 == unknown || model.1 < doubt) { (rules, DOUBT) } else { model }
}

/// The kind that a title says outright, unless the statements are all but certain of another or the note is no therapist's.
fn entitle(settled: (DocType, f32), title: Option<DocType>) -> (DocType, f32) {
    match title {
        Some(title) if settled.0 == title => (title, settled.1.max(ENTITLED)),
        Some(title) if settled.0 != DocType::Unknown && settled.1 < ENTITLED => (title, ENTITLED),
        _ => settled,
    }
}

/// The probability that one of several holds that exclude each other.
fn either(probabilities: &[f32]) -> f32 {
    probabilities.iter().sum::<f32>().min(1.0)
}

/// The statements of a note, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Statements(Vec<Statement>);

impl Statements {
    /// Reads a note on which the rules have run: what it is where nobody said, each with its probability, and its statements.
    pub(crate) fn read(
        page: &Page<'_>,
        facts: &Facts,
        signs: &Signs,
        said: (Option<DocType>, Option<Discipline>),
    ) -> (Self, (DocType, f32), (Discipline, f32)) {
        let by_rules = signs.settled();
        let parts = page.cancel.unless_set(|| split::split(page));
        let seen = Seen::read(page, facts, &parts);
        let mut rows = features::features(page, &seen, &parts, by_rules.0, by_rules.1);
        let (doc_type, discipline) = document::read(&rows);
        let doc_type = said.0.map_or_else(
            || entitle(settle(doc_type, by_rules.0, DocType::Unknown, 0.0), signs.title),
            |said| (said, 1.0),
        );
        // "PT:" on a note that is no therapy note is a patient.
        let rules = if doc_type.0 == DocType::Unknown { Discipline::Unknown } else { by_rules.1 };
        // Nor is a note that is none of a discipline because a word or two are those of one.
        let discipline = if doc_type.0 == DocType::Unknown && discipline.1 < SURE {
            (Discipline::Unknown, 1.0 - discipline.1)
        } else {
            discipline
        };
        let discipline = said.1.map_or_else(
            || match signs.signer {
                Some(signer) if doc_type.0 != DocType::Unknown && discipline.1 < SURE => (signer, SURE),
                _ => settle(discipline, rules, Discipline::Unknown, DOUBT),
            },
            |said| (said, 1.0),
        );
        if (doc_type.0, discipline.0) != by_rules {
            rows = features::features(page, &seen, &parts, doc_type.0, discipline.0);
        }
        let lists = context::lists(page, &parts);
        let probabilities = model::builtin().probabilities(&rows, &lists);
        let statement = |((span, list), probabilities)| Statement { span, list, probabilities };
        let all = parts.into_iter().zip(lists).zip(probabilities).map(statement).collect();
        (Self(all), doc_type, discipline)
    }

    /// Completes what the rules read out of the note.
    pub(crate) fn complete(&self, page: &Page<'_>, facts: &mut Facts) {
        complete::complete(page, facts, self);
    }

    /// All of them, in order.
    fn iter(&self) -> std::slice::Iter<'_, Statement> {
        self.0.iter()
    }

    /// The statement that holds a place.
    fn at(&self, at: usize) -> Option<&Statement> {
        let next = self.0.partition_point(|statement| statement.span.start <= at);
        self.0[..next].last().filter(|statement| at < statement.span.end)
    }
}

/// A statement as the models are trained on it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatementFeatures {
    /// Its UTF-8 byte range in the text.
    pub span: Span,
    /// Its rows of the weight table.
    pub rows: Vec<u16>,
    /// Which list it is an item of, by number within the text.
    pub list: Option<usize>,
}

/// The statements of a text, as the features that the models are trained on. Where the kind of document or the discipline is
/// not given, what the rules alone say of it stands there.
pub fn statement_features(text: &str, options: &super::ScoreOptions) -> Vec<StatementFeatures> {
    let note = super::check::Note::new(text, super::terms::Vocabulary::builtin());
    let (doc_type, discipline) = Signs::read(&note).settled();
    let (doc_type, discipline) = (options.doc_type.unwrap_or(doc_type), options.discipline.unwrap_or(discipline));
    let parts = split::split(&note.page);
    let seen = Seen::read(&note.page, &note.facts, &parts);
    let rows = features::features(&note.page, &seen, &parts, doc_type, discipline);
    let lists = context::lists(&note.page, &parts);
    let statement = |((span, rows), list)| StatementFeatures { span, rows, list };
    parts.into_iter().zip(rows).zip(lists).map(statement).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_outweighs_what_is_not_sure() {
        use DocType::{Discharge, ProgressReport, Unknown};
        for (settled, title, expected) in [
            ((ProgressReport, 0.6), Some(Discharge), (Discharge, ENTITLED)),
            ((ProgressReport, 0.9), Some(Discharge), (ProgressReport, 0.9)),
            ((ProgressReport, 0.5), Some(ProgressReport), (ProgressReport, ENTITLED)),
            ((ProgressReport, 0.5), None, (ProgressReport, 0.5)),
            // A hospital's discharge summary is no therapist's.
            ((Unknown, 0.6), Some(Discharge), (Unknown, 0.6)),
        ] {
            assert_eq!(entitle(settled, title), expected);
        }
    }
}
