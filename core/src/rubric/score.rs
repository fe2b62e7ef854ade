//! Scores one note against one rubric: a verdict for every criterion, and the arithmetic over them.

use serde_json::{Map, Value};

use super::check::{Note, Outcome};
use super::detect;
use super::result::{CriterionResult, Evidence, Report};
use super::schema::Criterion;
use super::{Discipline, DocType, Rubric, Scope, Verdict};
use crate::error::{Error, ErrorCode, Location, Result};
use crate::text::{Span, View};

/// More places than this say nothing more to a reader.
const MAX_EVIDENCE: usize = 24;

/// What a caller knows of a note before it is scored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScoreOptions {
    /// The kind of document; detected where it is `None`.
    pub doc_type: Option<DocType>,
    /// The discipline; detected where it is `None`.
    pub discipline: Option<Discipline>,
}

impl ScoreOptions {
    /// Options under which document type and discipline are detected.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says what kind of document the note is.
    #[must_use]
    pub fn doc_type(mut self, doc_type: DocType) -> Self {
        self.doc_type = Some(doc_type);
        self
    }

    /// Says which discipline the note is of.
    #[must_use]
    pub fn discipline(mut self, discipline: Discipline) -> Self {
        self.discipline = Some(discipline);
        self
    }
}

impl ScoreOptions {
    /// Options from the names a command line or a binding was given.
    ///
    /// # Errors
    /// When a name is not known; the nearest is named.
    pub fn parse(doc_type: Option<&str>, discipline: Option<&str>) -> Result<Self> {
        let at = |key: &'static str| move |error: Error| error.at(Location::Key(key.into()));
        Ok(Self {
            doc_type: doc_type.map(str::parse).transpose().map_err(at("doc_type"))?,
            discipline: discipline.map(str::parse).transpose().map_err(at("discipline"))?,
        })
    }

    /// Options from JSON, `{"doc_type"?, "discipline"?}`; an empty text gives the default.
    ///
    /// # Errors
    /// When the text is not such an object, or a name is not known.
    pub fn from_json(json: &str) -> Result<Self> {
        if json.trim().is_empty() {
            return Ok(Self::default());
        }
        let wrong = || Error::config("the options are an object of strings: {\"doc_type\"?, \"discipline\"?}");
        let given: Map<String, Value> = serde_json::from_str(json).map_err(|_| wrong())?;
        if let Some(key) = given.keys().find(|key| !["doc_type", "discipline"].contains(&key.as_str())) {
            return Err(Error::unknown(ErrorCode::Config, "key", key, ["doc_type", "discipline"]));
        }
        let word = |key: &str| match given.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(word)) => Ok(Some(word.as_str())),
            Some(_) => Err(wrong()),
        };
        Self::parse(word("doc_type")?, word("discipline")?)
    }

    /// These options, completed by `defaults`.
    #[must_use]
    pub fn or(self, defaults: &Self) -> Self {
        Self { doc_type: self.doc_type.or(defaults.doc_type), discipline: self.discipline.or(defaults.discipline) }
    }
}

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
#[derive(Debug, Clone)]
pub struct Scorer {
    rubric: Rubric,
}

impl Scorer {
    /// A scorer for a rubric.
    pub fn new(rubric: Rubric) -> Self {
        Self { rubric }
    }

    /// The rubric it scores against.
    pub fn rubric(&self) -> &Rubric {
        &self.rubric
    }

    /// Scores a note.
    ///
    /// # Errors
    /// None today; checks that call out of the process may fail in later versions.
    pub fn score(&self, text: &str, options: &ScoreOptions) -> Result<Report> {
        let view = View::new(text);
        let (note, doc_type) = detect::read(view.as_str(), self.rubric.vocabulary(), options);
        let discipline = note.discipline;
        let criteria: Vec<CriterionResult> = self
            .rubric
            .criteria()
            .iter()
            .map(|criterion| {
                let judged = judge(criterion, &note, doc_type, discipline);
                result(criterion, judged, &view)
            })
            .collect();
        let (raw, coverage) = arithmetic(&criteria);
        Ok(Report {
            doc_type,
            discipline,
            rubric: self.rubric.reference().clone(),
            score: raw.map(|raw| raw.clamp(0.0, 1.0)),
            raw,
            coverage,
            criteria,
        })
    }

    /// The verdict on one criterion, as a rubric's own tests need it.
    pub(super) fn judge(&self, criterion: &Criterion, text: &str, options: &ScoreOptions) -> Verdict {
        let view = View::new(text);
        let (note, doc_type) = detect::read(view.as_str(), self.rubric.vocabulary(), options);
        judge(criterion, &note, doc_type, note.discipline).verdict
    }
}

/// A verdict before it is dressed as a result.
struct Judged {
    verdict: Verdict,
    confidence: f32,
    evidence: Vec<Span>,
    reason: &'static str,
}

impl Judged {
    fn plain(verdict: Verdict, confidence: f32, reason: &'static str) -> Self {
        Self { verdict, confidence, evidence: Vec::new(), reason }
    }
}

fn judge(criterion: &Criterion, note: &Note<'_>, doc_type: DocType, discipline: Discipline) -> Judged {
    let applies = &criterion.applies_to;
    if !applies.doc_types.is_empty() && !applies.doc_types.contains(&doc_type) {
        return Judged::plain(Verdict::NotApplicable, 1.0, "This criterion does not concern this kind of document.");
    }
    if !applies.disciplines.is_empty()
        && discipline != Discipline::Unknown
        && !applies.disciplines.contains(&discipline)
    {
        return Judged::plain(Verdict::NotApplicable, 1.0, "This criterion does not concern this discipline.");
    }
    match criterion.scope {
        Scope::Note => {}
        Scope::Episode => return Judged::plain(Verdict::NotAssessable, 1.0, "Needs the other notes of the episode."),
        Scope::Billing => return Judged::plain(Verdict::NotAssessable, 1.0, "Needs the units billed."),
    }
    let whole = note.whole();
    if let Some(check) = &criterion.applies_when {
        let outcome = check.evaluate(note, whole);
        if !outcome.holds {
            let reason = "Nothing in the note calls for this criterion.";
            return Judged::plain(Verdict::NotApplicable, outcome.confidence, reason);
        }
    }
    if let Some(check) = &criterion.assessable_when {
        let outcome = check.evaluate(note, whole);
        if !outcome.holds {
            let reason = "The note does not hold what is needed to judge this.";
            return Judged::plain(Verdict::NotAssessable, outcome.confidence, reason);
        }
    }
    let required = criterion.requires.as_ref().map(|check| check.evaluate(note, whole));
    let forbidden = criterion.forbids.as_ref().map(|check| check.evaluate(note, whole));
    if let Some(outcome) = &forbidden
        && outcome.holds
    {
        return Judged {
            verdict: Verdict::NotMet,
            confidence: outcome.confidence,
            evidence: outcome.evidence.clone(),
            reason: "",
        };
    }
    let outcome = required.unwrap_or_else(|| Outcome::holds(forbidden.map_or(1.0, |o| o.confidence), Vec::new()));
    Judged {
        verdict: if outcome.holds { Verdict::Met } else { Verdict::NotMet },
        confidence: outcome.confidence,
        evidence: outcome.evidence,
        reason: "",
    }
}

fn result(criterion: &Criterion, judged: Judged, view: &View<'_>) -> CriterionResult {
    let mut spans: Vec<Span> = judged.evidence.into_iter().map(|span| view.to_source(span)).collect();
    spans.sort();
    spans.dedup();
    spans.truncate(MAX_EVIDENCE);
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
        evidence: spans.into_iter().map(|span| Evidence { span }).collect(),
        message: match judged.verdict {
            Verdict::Met => "Documented.".to_owned(),
            Verdict::NotMet => criterion.message.clone(),
            _ => judged.reason.to_owned(),
        },
        advice: if not_met { criterion.advice.clone() } else { String::new() },
        citation: criterion.citation.clone(),
    }
}

/// The raw score and the coverage: points met over positive points, of the criteria that were assessed
/// (the arithmetic of `HealthBench`, openai/simple-evals).
fn arithmetic(criteria: &[CriterionResult]) -> (Option<f64>, f64) {
    let applicable = criteria.iter().filter(|c| c.verdict != Verdict::NotApplicable).count();
    let assessed: Vec<_> = criteria.iter().filter(|c| matches!(c.verdict, Verdict::Met | Verdict::NotMet)).collect();
    let positive: f64 = assessed.iter().map(|c| c.points.max(0.0)).sum();
    let got: f64 = assessed.iter().filter(|c| c.verdict == Verdict::Met).map(|c| c.points).sum();
    let raw = (positive > 0.0).then(|| got / positive);
    let coverage = if applicable == 0 { 0.0 } else { assessed.len() as f64 / applicable as f64 };
    (raw, coverage)
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
        let mut last = arithmetic(&report.criteria).0;
        for index in 0..report.criteria.len() {
            if report.criteria[index].verdict == Verdict::NotMet {
                report.criteria[index].verdict = Verdict::Met;
                let now = arithmetic(&report.criteria).0;
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
