//! A defect on purpose, in builds with debug assertions only: no header declares it, and the tests call it to see what becomes of one.

use std::sync::Arc;

use chartguard::rubric::{Answer, Judge, Question};
use chartguard::{Rubric, Scorer};

use crate::boundary::perform;
use crate::error::cg_error;
use crate::status::cg_status;

const RUBRIC: &str = "{rubric: r, version: 1.0.0, title: R, criteria: [{id: a, title: A, points: 1, severity: low, \
    citation: {source: s}, message: m, requires: {judge: {question: q}}}]}";

/// Panics within core, over the text of a note.
struct Defect;

impl Judge for Defect {
    fn judge(&self, question: &Question<'_>) -> chartguard::Result<Answer> {
        panic!("{}", question.text)
    }
}

/// Scores a note with a judge that panics: CG_STATUS_PANIC.
///
/// # Safety
/// `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_debug_panic(err: *mut *mut cg_error) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        perform(err, || {
            let scorer = Scorer::new(Rubric::from_yaml(RUBRIC)?).with_judge(Arc::new(Defect));
            scorer.score("Rosalind Quackenbush", &chartguard::ScoreOptions::default())?;
            Ok(())
        })
    }
}
