//! Scores one note against one rubric: a verdict for every criterion, and the arithmetic over them.

use std::fmt;
use std::sync::Arc;

use super::check::{Check, Given, Note, Outcome};
use super::detect;
use super::episode::Place;
use super::models::Models;
use super::result::{AxisScore, CriterionResult, Evidence, Report, Risk};
use super::schema::Criterion;
use super::trial::{self, TestReport};
use super::{Discipline, DocType, Judge, Rubric, Scope, ScoreOptions, Severity, Verdict};
use crate::cancel::{Cancel, NEVER};
use crate::error::{ErrorCode, Result};
use crate::guard::guard;
use crate::text::{Span, View};

/// More places than this say nothing more to a reader.
const MAX_EVIDENCE: usize = 24;

/// Scores notes against one rubric. Immutable, `Send`, `Sync`, and cheap to clone.
///
/// ```
/// use chartguard::{Rubric, Scorer, rubric::{DocType, ScoreOptions, Verdict}};
/// let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy")?);
/// let options = ScoreOptions::new().doc_type(DocType::TreatmentNote);
/// let report = scorer.score("DOS 3/4/2025. Total treatment time: 45 min.", &options)?;
/// assert_eq!(report.criterion("tx.total-minutes").map(|c| c.verdict), Some(Verdict::Met));
/// assert_eq!(report.criterion("tx.signature").map(|c| c.verdict), Some(Verdict::NotMet));
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Scorer {
    pub(super) rubric: Rubric,
    judge: Option<Arc<dyn Judge>>,
    pub(super) models: Models,
    pub(super) cancel: Cancel,
}

impl fmt::Debug for Scorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scorer")
            .field("rubric", &self.rubric.reference())
            .field("judge", &self.judge.is_some())
            .finish_non_exhaustive()
    }
}

impl Scorer {
    /// A scorer for a rubric.
    pub fn new(rubric: Rubric) -> Self {
        Self { rubric, judge: None, models: Models::default(), cancel: NEVER.clone() }
    }

    /// The same scorer with someone who answers the checks of the kind `judge`; without, they are not assessable.
    #[must_use]
    pub fn with_judge(mut self, judge: Arc<dyn Judge>) -> Self {
        self.judge = Some(judge);
        self
    }

    /// The same scorer, whose calls stop when `cancel` is set, or is due to be. It shares everything with this one, so there may be one for
    /// each call. See [`Cancel`].
    #[must_use]
    pub fn until(&self, cancel: &Cancel) -> Self {
        Self { cancel: cancel.clone(), ..self.clone() }
    }

    /// The token that stops it.
    pub(crate) fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// The rubric it scores against.
    pub fn rubric(&self) -> &Rubric {
        &self.rubric
    }

    /// Runs the tests inside the rubric, as [`Rubric::test`] does, with the judge and the models that this scorer has.
    pub fn test(&self) -> TestReport {
        trial::test(self)
    }

    /// Whether a criterion asks a judge or a model that is not there.
    pub(super) fn lacks(&self, criterion: &Criterion) -> bool {
        let checks = [&criterion.applies_when, &criterion.assessable_when, &criterion.requires, &criterion.forbids];
        checks.into_iter().flatten().any(|check| check.lacks(self.judge.is_some(), &self.models))
    }

    /// Scores a note.
    ///
    /// # Errors
    /// When the caller's judge or model fails, and when the scorer is [stopped](Self::until).
    pub fn score(&self, text: &str, options: &ScoreOptions) -> Result<Report> {
        guard(ErrorCode::Panic, "a note was scored", || {
            self.cancel.check()?;
            let view = View::new(text);
            let (note, case) = self.read(view.as_str(), options);
            self.cancel.check()?;
            let judge = |criterion: &Criterion| result(criterion, judge(criterion, &note, &case), &view);
            let criteria: Vec<CriterionResult> = self.rubric.criteria().iter().map(judge).collect();
            self.cancel.check()?;
            if let Some(failure) = note.failure.take() {
                return Err(failure);
            }
            Ok(self.report(&case, criteria))
        })
    }

    /// The arithmetic over judged criteria.
    pub(super) fn report(&self, case: &Case<'_>, criteria: Vec<CriterionResult>) -> Report {
        let sums = Sums::of(&criteria, |_| true);
        let score = sums.raw().map(|raw| raw.clamp(0.0, 1.0));
        Report {
            doc_type: case.doc_type,
            discipline: case.discipline,
            date: case.date,
            rubric: self.rubric.reference().clone(),
            score,
            raw: sums.raw(),
            points: sums.got,
            possible: sums.possible,
            coverage: coverage(&criteria),
            axes: axes(&criteria),
            risk: risk(&criteria, score),
            criteria,
        }
    }

    /// Reads a note once for all criteria, and tells what it is where nobody said.
    pub(super) fn read<'t>(&'t self, text: &'t str, options: &'t ScoreOptions) -> (Note<'t>, Case<'t>) {
        // Only what the caller does not say is asked of a model.
        let told = if options.doc_type.is_some() { Ok(None) } else { self.models.document(text) };
        let known = |kind| options.clone().doc_type(kind);
        let own = told.as_ref().ok().and_then(|told| told.map(known));
        let (mut note, (doc_type, _), _) =
            detect::read(text, self.rubric.vocabulary(), own.as_ref().unwrap_or(options), &self.cancel);
        if let Err(failure) = told {
            note.failure = Some(failure).into();
        }
        let date = options.date.or_else(|| note.visit_date());
        note.given = Given {
            claim: options.claim.as_ref(),
            date,
            judge: self.judge.as_deref(),
            models: &self.models,
            codes: self.rubric.codes(),
            episode: None,
            cancel: &self.cancel,
        };
        let case = Case { doc_type, discipline: note.discipline, date, options };
        (note, case)
    }

    /// The verdict on one criterion, as a rubric's own tests need it.
    pub(super) fn judge(&self, criterion: &Criterion, text: &str, options: &ScoreOptions) -> Verdict {
        let view = View::new(text);
        let (note, case) = self.read(view.as_str(), options);
        judge(criterion, &note, &case).verdict
    }
}

/// What is known of the note that is judged.
pub(super) struct Case<'a> {
    pub(super) doc_type: DocType,
    pub(super) discipline: Discipline,
    pub(super) date: Option<jiff::civil::Date>,
    pub(super) options: &'a ScoreOptions,
}

/// A verdict before it is dressed as a result.
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) confidence: f32,
    pub(super) evidence: Vec<Span>,
    /// Where it shows in the notes of an episode.
    pub(super) places: Vec<Place>,
    /// Why, in a sentence without words of the note.
    pub(super) reason: String,
    pub(super) asked: bool,
}

impl Judged {
    pub(super) fn plain(verdict: Verdict, confidence: f32, reason: impl Into<String>) -> Self {
        Self { verdict, confidence, evidence: Vec::new(), places: Vec::new(), reason: reason.into(), asked: false }
    }

    fn unknown(outcome: Outcome) -> Self {
        Self { asked: outcome.judged, ..Self::plain(Verdict::NotAssessable, 1.0, outcome.detail) }
    }
}

/// Why a criterion does not concern a document, if it does not.
pub(super) fn excluded(criterion: &Criterion, case: &Case<'_>) -> Option<&'static str> {
    let applies = &criterion.applies_to;
    let known = |word: &Option<String>, listed: &[String]| {
        word.as_ref().is_none_or(|word| listed.is_empty() || listed.iter().any(|own| own.eq_ignore_ascii_case(word)))
    };
    if !applies.doc_types.is_empty() && !applies.doc_types.contains(&case.doc_type) {
        return Some("This criterion does not concern this kind of document.");
    }
    let discipline = case.discipline.known();
    if discipline.is_some_and(|own| !applies.disciplines.is_empty() && !applies.disciplines.contains(&own)) {
        return Some("This criterion does not concern this discipline.");
    }
    if !known(&case.options.payer, &applies.payers) {
        return Some("This criterion does not concern this payer.");
    }
    if !known(&case.options.setting, &applies.settings) {
        return Some("This criterion does not concern this setting.");
    }
    let citation = &criterion.citation;
    let before = |date| citation.effective_from.is_some_and(|from| date < from);
    let after = |date| citation.effective_to.is_some_and(|to| date > to);
    if case.date.is_some_and(|date| before(date) || after(date)) {
        return Some("The rule was not in force on the day of service.");
    }
    None
}

fn judge(criterion: &Criterion, note: &Note<'_>, case: &Case<'_>) -> Judged {
    if let Some(reason) = excluded(criterion, case) {
        return Judged::plain(Verdict::NotApplicable, 1.0, reason);
    }
    if criterion.scope == Scope::Episode {
        return Judged::plain(Verdict::NotAssessable, 1.0, "Needs the other notes of the episode.");
    }
    if criterion.scope == Scope::Billing && note.given.claim.is_none() {
        return Judged::plain(Verdict::NotAssessable, 1.0, "Needs the units billed.");
    }
    evaluate(criterion, |check| check.evaluate(note, note.whole()))
}

/// The verdict that the checks of a criterion give.
pub(super) fn evaluate(criterion: &Criterion, check: impl Fn(&Check) -> Outcome) -> Judged {
    let gate = |gate: &Option<Check>| gate.as_ref().map(&check).filter(|outcome| !outcome.known || !outcome.holds);
    if let Some(outcome) = gate(&criterion.applies_when) {
        if !outcome.known {
            return Judged::unknown(outcome);
        }
        let reason = "Nothing in the note calls for this criterion.";
        return Judged::plain(Verdict::NotApplicable, outcome.confidence, reason);
    }
    if let Some(outcome) = gate(&criterion.assessable_when) {
        let reason = "The note does not hold what is needed to judge this.";
        return Judged::plain(Verdict::NotAssessable, outcome.confidence, reason);
    }
    let forbidden = criterion.forbids.as_ref().map(&check);
    let decided = |verdict: Verdict, outcome: Outcome| Judged {
        verdict,
        confidence: outcome.confidence,
        evidence: outcome.evidence,
        places: outcome.places,
        reason: outcome.detail,
        asked: outcome.judged,
    };
    if forbidden.as_ref().is_some_and(|outcome| outcome.known && outcome.holds) {
        return decided(Verdict::NotMet, forbidden.unwrap_or_else(|| Outcome::fails(1.0)));
    }
    match criterion.requires.as_ref().map(&check) {
        Some(outcome) if outcome.known && !outcome.holds => decided(Verdict::NotMet, outcome),
        Some(outcome) if !outcome.known => Judged::unknown(outcome),
        _ if forbidden.as_ref().is_some_and(|outcome| !outcome.known) => {
            Judged::unknown(forbidden.unwrap_or_else(|| Outcome::fails(1.0)))
        }
        Some(outcome) => decided(Verdict::Met, outcome),
        None => Judged::plain(Verdict::Met, forbidden.map_or(1.0, |outcome| outcome.confidence), ""),
    }
}

fn result(criterion: &Criterion, mut judged: Judged, view: &View<'_>) -> CriterionResult {
    let mut spans: Vec<Span> = judged.evidence.drain(..).map(|span| view.to_source(span)).collect();
    spans.sort();
    spans.dedup();
    spans.truncate(MAX_EVIDENCE);
    dress(criterion, judged, spans.into_iter().map(|span| Evidence { span, note: None }).collect())
}

/// A verdict with all that a reader wants beside it.
pub(super) fn dress(criterion: &Criterion, judged: Judged, evidence: Vec<Evidence>) -> CriterionResult {
    let not_met = judged.verdict == Verdict::NotMet;
    CriterionResult {
        id: criterion.id.clone(),
        title: criterion.title.clone(),
        verdict: judged.verdict,
        severity: criterion.severity,
        confidence: judged.confidence.clamp(0.0, 1.0),
        points: criterion.points,
        scope: criterion.scope,
        axes: criterion.axes.clone(),
        judged: judged.asked,
        evidence,
        message: match judged.verdict {
            Verdict::Met => join("Documented.", &judged.reason),
            Verdict::NotMet => join(&criterion.message, &judged.reason),
            _ => judged.reason,
        },
        advice: if not_met { criterion.advice.clone() } else { String::new() },
        citation: criterion.citation.clone(),
    }
}

fn join(message: &str, detail: &str) -> String {
    if detail.is_empty() { message.to_owned() } else { format!("{message} {detail}") }
}

/// Points met and points to be had of the criteria that were assessed (the arithmetic of `HealthBench`, openai/simple-evals).
struct Sums {
    got: f64,
    possible: f64,
}

impl Sums {
    fn of(criteria: &[CriterionResult], counts: impl Fn(&CriterionResult) -> bool) -> Self {
        let mut sums = Self { got: 0.0, possible: 0.0 };
        for criterion in criteria.iter().filter(|c| assessed(c) && counts(c)) {
            sums.possible += criterion.points.max(0.0);
            if criterion.verdict == Verdict::Met {
                sums.got += criterion.points;
            }
        }
        sums
    }

    /// Undefined where there is nothing to be had.
    fn raw(&self) -> Option<f64> {
        (self.possible > 0.0).then(|| self.got / self.possible)
    }
}

fn assessed(criterion: &CriterionResult) -> bool {
    matches!(criterion.verdict, Verdict::Met | Verdict::NotMet)
}

/// Assessed criteria over applicable ones.
fn coverage(criteria: &[CriterionResult]) -> f64 {
    let applicable = criteria.iter().filter(|c| c.verdict != Verdict::NotApplicable).count();
    let assessed = criteria.iter().filter(|c| assessed(c)).count();
    if applicable == 0 { 0.0 } else { assessed as f64 / applicable as f64 }
}

/// The same arithmetic by tag, in the order of the names.
fn axes(criteria: &[CriterionResult]) -> Vec<AxisScore> {
    let mut names: Vec<&str> =
        criteria.iter().filter(|c| assessed(c)).flat_map(|c| &c.axes).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|axis| {
            let sums = Sums::of(criteria, |c| c.axes.iter().any(|own| own == axis));
            let raw = sums.raw();
            AxisScore {
                axis: axis.to_owned(),
                points: sums.got,
                possible: sums.possible,
                raw,
                score: raw.map(|raw| raw.clamp(0.0, 1.0)),
            }
        })
        .collect()
}

/// [`Risk`] by its thresholds.
fn risk(criteria: &[CriterionResult], score: Option<f64>) -> Option<Risk> {
    let score = score?;
    // A negative criterion is a fault when it is met.
    let fault = |c: &&CriterionResult| (c.verdict == Verdict::NotMet) == (c.points >= 0.0) && assessed(c);
    let gravest = criteria.iter().filter(fault).map(|c| c.severity).min();
    Some(match gravest {
        Some(Severity::High) => Risk::High,
        _ if score < Risk::HIGH_BELOW => Risk::High,
        Some(Severity::Medium) => Risk::Medium,
        _ if score < Risk::MEDIUM_BELOW => Risk::Medium,
        _ => Risk::Low,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = "PT DAILY NOTE\nDOS 3/4/2025\n97110 mini squats, 15 min, tactile cues for knee alignment\n97140 patellar mobs, 10 min\n\
                        Timed minutes 25. Total treatment time 30 min.\nJane Roe, PT, DPT 03/04/2025";

    fn scorer() -> Scorer {
        Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap())
    }

    #[test]
    fn a_defect_never_raises_a_score() {
        let scorer = scorer();
        let whole = scorer.score(NOTE, &ScoreOptions::new()).unwrap();
        let unmet: Vec<&str> =
            whole.criteria.iter().filter(|c| c.verdict == Verdict::NotMet).map(|c| c.id.as_str()).collect();
        assert_eq!(
            (whole.doc_type, whole.discipline, whole.score, unmet),
            (DocType::TreatmentNote, Discipline::Pt, Some(1.0), Vec::new())
        );
        for part in ["DOS 3/4/2025", "Timed minutes 25. ", "Total treatment time 30 min.", ", PT, DPT"] {
            let less =
                scorer.score(&NOTE.replace(part, ""), &ScoreOptions::new().doc_type(DocType::TreatmentNote)).unwrap();
            assert!(less.raw <= whole.raw, "without {part}");
        }
    }

    #[test]
    fn meeting_one_more_criterion_never_lowers_the_score() {
        let mut report = scorer().score("PT DAILY NOTE\nPatient came.", &ScoreOptions::new()).unwrap();
        let raw = |criteria: &[CriterionResult]| Sums::of(criteria, |_| true).raw();
        let mut last = raw(&report.criteria);
        for index in 0..report.criteria.len() {
            if report.criteria[index].verdict == Verdict::NotMet {
                report.criteria[index].verdict = Verdict::Met;
                let now = raw(&report.criteria);
                assert!(now >= last);
                last = now;
            }
        }
        assert_eq!(last, Some(1.0));
    }

    #[test]
    fn any_text_is_scored_without_a_panic() {
        let scorer = scorer();
        for text in [
            "",
            " ",
            "\0",
            "\u{feff}",
            "é:",
            "Goals:\n\u{301}",
            ":::",
            "Plan:\r\n\r\n- ",
            "🙂 LTG 1: 🙂",
            "Signed:\n",
            "10:",
            "LTG",
            "Dx:",
        ] {
            scorer.score(text, &ScoreOptions::new()).unwrap();
            for end in (0..=NOTE.len()).filter(|end| NOTE.is_char_boundary(*end)) {
                let cut = format!("{}{text}", &NOTE[..end]);
                if end % 7 == 0 {
                    scorer.score(&cut, &ScoreOptions::new()).unwrap();
                }
            }
        }
    }

    #[test]
    fn a_scorer_can_be_shared() {
        fn shared<T: Send + Sync + Clone>(_: &T) {}
        shared(&scorer());
    }
}
