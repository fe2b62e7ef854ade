//! The scorer: built once, shared by all threads.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use chartguard::rubric::{Answer, Judge, Question, judge_failed};
use chartguard::{ScoreOptions, Scorer, wire};

use crate::boundary::{Fault, free, object, produce, text};
use crate::error::cg_error;
use crate::report::cg_report;
use crate::rubric::cg_rubric;
use crate::status::cg_status;

/// Scores notes against one rubric. Immutable; any number of threads may use it at once.
pub struct cg_scorer(pub(crate) Scorer);

/// Builds a scorer. The rubric is shared, not taken: it stays the caller's and may be freed at any time afterwards.
///
/// On success `*out` is to be freed with cg_scorer_free. Any thread may call it.
///
/// # Safety
/// `rubric` is live; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scorer_new(
    rubric: *const cg_rubric,
    out: *mut *mut cg_scorer,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_scorer(Scorer::new(object(rubric, "the rubric is NULL")?.rubric.clone())))) }
}

/// Scores a note.
///
/// `options_json` is NULL with length 0, or `{"doc_type"?, "discipline"?, "date"?, "payer"?, "setting"?, "claim"?}` where these are known
/// (`treatment`, `pt`, `2025-03-04`); what is absent is detected, and criteria about billing need the claim. On success `*out` is to be freed with cg_report_free; it does not depend on the scorer.
/// Any number of threads may share `scorer`.
///
/// # Safety
/// `scorer` is live; `note` is readable for `len` bytes and `options_json` for `options_len`; `out` is writable; `err` is
/// writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scorer_score(
    scorer: *const cg_scorer,
    note: *const c_char,
    len: usize,
    options_json: *const c_char,
    options_len: usize,
    out: *mut *mut cg_report,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scorer = object(scorer, "the scorer is NULL")?;
            let options = ScoreOptions::from_json(text(options_json, options_len)?)?;
            let note = text(note, len)?;
            Ok(cg_report::new(note, &scorer.0.score(note, &options)?))
        })
    }
}

/// Answers a question of a rubric about a text for the caller: 1 yes, 0 no, -1 it cannot be told; any other number is a failure and ends
/// the call. `*confidence` may be set to how sure that is, 0 to 1. The texts are UTF-8, without a NUL at their end, and readable until it
/// returns. It may be called from any thread that scores.
#[allow(non_camel_case_types, reason = "the name C sees")]
pub type cg_judge = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        question: *const c_char,
        question_len: usize,
        text: *const c_char,
        text_len: usize,
        confidence: *mut f64,
    ) -> i32,
>;

/// Builds a scorer whose checks of the kind `judge` are answered by `judge`, which is given `context`. Otherwise as cg_scorer_new.
///
/// # Safety
/// As cg_scorer_new; `judge` and `context` are good until the scorer is freed, from every thread that scores, and `judge` does not unwind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scorer_new_with_judge(
    rubric: *const cg_rubric,
    judge: cg_judge,
    context: *mut c_void,
    out: *mut *mut cg_scorer,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let judge = judge.ok_or(Fault::Argument("the judge is NULL"))?;
            let scorer = Scorer::new(object(rubric, "the rubric is NULL")?.rubric.clone());
            Ok(cg_scorer(scorer.with_judge(Arc::new(Callback { judge, context }))))
        })
    }
}

struct Callback {
    judge: unsafe extern "C" fn(*mut c_void, *const c_char, usize, *const c_char, usize, *mut f64) -> i32,
    context: *mut c_void,
}

// SAFETY: cg_scorer_new_with_judge demands that function and context may be used from every thread.
unsafe impl Send for Callback {}
// SAFETY: as above.
unsafe impl Sync for Callback {}

impl Judge for Callback {
    fn judge(&self, question: &Question<'_>) -> chartguard::Result<Answer> {
        let mut confidence = 0.5;
        let (asked, text) = (question.question, question.text);
        // SAFETY: the caller of cg_scorer_new_with_judge promises a good function; both texts live through the call.
        let answer = unsafe {
            (self.judge)(
                self.context,
                asked.as_ptr().cast(),
                asked.len(),
                text.as_ptr().cast(),
                text.len(),
                &raw mut confidence,
            )
        };
        let mut out = Answer::new(answer == 1, confidence as f32);
        match answer {
            0 | 1 => {}
            -1 => out.holds = None,
            _ => return Err(judge_failed(format!("it returned {answer}"))),
        }
        Ok(out)
    }
}

/// Scores the notes of one patient under one plan, each by itself and together.
///
/// `notes_json` is `[{"text", "date"?, "doc_type"?, "discipline"?, "claim"?}]`; `options_json` is NULL with length 0, or `{"open": true}` where
/// care goes on. The report's JSON is that of `chartguard score --episode --json`, its score that of the criteria of the episode. On success
/// `*out` is to be freed with cg_report_free. Any number of threads may share `scorer`.
///
/// # Safety
/// `scorer` is live; `notes_json` is readable for `len` bytes and `options_json` for `options_len`; `out` is writable; `err` is writable or
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scorer_score_episode(
    scorer: *const cg_scorer,
    notes_json: *const c_char,
    len: usize,
    options_json: *const c_char,
    options_len: usize,
    out: *mut *mut cg_report,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scorer = object(scorer, "the scorer is NULL")?;
            let (score, json) =
                wire::score_episode(&scorer.0, text(notes_json, len)?, text(options_json, options_len)?)?;
            Ok(cg_report::of(score, json))
        })
    }
}

/// Reads what a therapy note says as data. The report's JSON is that of `chartguard facts`: goals, services, interventions, minutes, frequency
/// and duration, measures, signatures, dates, diagnoses and more, each place as `{"start","end"}` in code points of the note; it has no score.
/// On success `*out` is to be freed with cg_report_free. Any thread may call it.
///
/// # Safety
/// `note` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_facts(
    note: *const c_char,
    len: usize,
    out: *mut *mut cg_report,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_report::of(None, wire::facts(text(note, len)?)?.to_string()))) }
}

/// Works out the units of a day's timed minutes, given as `{"97110": 33, "97140": 7}`, by the eight-minute rule (Medicare Claims Processing
/// Manual ch. 5 §20.2). The report's JSON is `{"minutes","units","codes":[{"code","minutes","units","units_at_most"}]}`; it has no score. `codes`
/// is NULL with length 0, or a code table in YAML whose entries replace those built in. On success `*out` is to be freed with cg_report_free.
/// Any thread may call it.
///
/// # Safety
/// `minutes_json` is readable for `len` bytes and `codes` for `codes_len`; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_units(
    minutes_json: *const c_char,
    len: usize,
    codes: *const c_char,
    codes_len: usize,
    out: *mut *mut cg_report,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || Ok(cg_report::of(None, wire::units(text(minutes_json, len)?, text(codes, codes_len)?)?)))
    }
}

/// Frees a scorer. NULL is allowed. What it produced lives on.
///
/// # Safety
/// `scorer` is NULL or a live scorer, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scorer_free(scorer: *mut cg_scorer) {
    // SAFETY: promised by the caller.
    unsafe { free(scorer) }
}
