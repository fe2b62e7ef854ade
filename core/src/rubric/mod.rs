//! Scores a note against a rubric: for every criterion a verdict, the evidence for it, the rule behind it, and what to
//! write instead.
//!
//! A [`Rubric`] is data: criteria built from a closed set of checks (`check/`, one file a kind) over what is read out of
//! a note (`extract/`, one file a fact). A [`Scorer`] runs it on a note and gives a [`Report`].

mod billing;
mod check;
mod detect;
mod episode;
mod extract;
mod import;
mod judge;
mod kinds;
mod models;
mod options;
mod patterns;
mod result;
#[expect(clippy::module_inception, reason = "the noun of the folder, one file a type")]
mod rubric;
mod schema;
mod score;
mod statements;
mod terms;
mod trial;

pub use billing::{
    Allocation, BillingResult, BillingRule, Claim, ClaimLine, CodeTable, CodeUnits, Documented, Threshold,
    allocate_units, review_claim, timed_units,
};
pub use detect::{detect_discipline, detect_doc_type};
pub use episode::{EpisodeNote, EpisodeOptions, EpisodeReport, EventKind, TimelineEvent};
pub use extract::{Facts, Goal, GoalTerm, Minutes, Role, Service, Signature, Stated, Timing, extract};
pub use judge::{Answer, Judge, Question, judge_failed};
pub use kinds::{Discipline, DocType, Scope, Severity, Verdict};
pub use options::{ScoreOptions, parse_date};
pub use result::{AxisScore, Citation, CriterionResult, Evidence, Report, Risk, RubricRef};
pub use rubric::Rubric;
pub use schema::{AppliesTo, Criterion, rubric_schema};
pub use score::Scorer;
pub use statements::{StatementFeatures, statement_features};
pub use trial::{Problem, TestFailure, TestReport};
