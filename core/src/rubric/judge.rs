//! The caller's own judge, for checks of the kind `judge`: a language model, or a person.

use std::fmt;

use crate::error::{Error, ErrorCode, Result};
use crate::text::Span;

/// Answers questions about a note for the caller. Its answers are marked as such in a report
/// ([`CriterionResult::judged`](super::CriterionResult::judged)).
///
/// ```
/// use chartguard::rubric::{Answer, Judge, Question};
/// use chartguard::{Rubric, Scorer};
///
/// struct Mentions;
/// impl Judge for Mentions {
///     fn judge(&self, question: &Question<'_>) -> chartguard::Result<Answer> {
///         Ok(Answer::new(question.text.contains("stairs"), 0.7))
///     }
/// }
///
/// let rubric = Rubric::from_yaml(
///     "{rubric: r, version: 1.0.0, title: R, criteria: [{id: a, title: A, points: 1, severity: low, citation: {source: s}, \
///      message: m, requires: {judge: {question: Is a functional activity described?}}}]}",
/// )?;
/// let scorer = Scorer::new(rubric).with_judge(std::sync::Arc::new(Mentions));
/// let report = scorer.score("Climbed stairs.", &Default::default())?;
/// assert!(report.criteria[0].judged);
/// # Ok::<(), chartguard::Error>(())
/// ```
pub trait Judge: Send + Sync {
    /// Answers a question about a text.
    ///
    /// # Errors
    /// When it cannot be asked at all; scoring then fails with the error ([`judge_failed`] makes one).
    fn judge(&self, question: &Question<'_>) -> Result<Answer>;
}

/// What a judge is asked.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Question<'a> {
    /// What is asked, such that "yes" means that the check holds.
    pub question: &'a str,
    /// The text it is about: the note, or the part of it that the rubric names, as the checks read it.
    pub text: &'a str,
}

impl fmt::Debug for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").field("question", &self.question).finish_non_exhaustive()
    }
}

/// What a judge answers.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// Yes or no; `None` when it cannot tell, and the criterion is then not assessable.
    pub holds: Option<bool>,
    /// How sure it is, 0 to 1.
    pub confidence: f32,
    /// What it rests on, in UTF-8 bytes of [`Question::text`].
    pub evidence: Vec<Span>,
}

impl Answer {
    /// Yes or no, and how sure that is (0 to 1).
    pub fn new(holds: bool, confidence: f32) -> Self {
        Self { holds: Some(holds), confidence, evidence: Vec::new() }
    }
}

/// The error of a judge that could not be asked. `why` goes into logs: it must not hold text of the note.
pub fn judge_failed(why: impl fmt::Display) -> Error {
    Error::new(ErrorCode::Inference, format!("the judge failed: {why}"))
}
