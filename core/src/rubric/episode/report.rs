//! Scoring an episode: each note by itself, and the criteria that need all of them.

use jiff::civil::Date;
use serde::Serialize;

use super::timeline::{TimelineEvent, timeline};
use super::{Document, Episode};
use crate::error::{Error, ErrorCode, Result};
use crate::guard::guard;
use crate::rubric::check::{Given, Note};
use crate::rubric::schema::Criterion;
use crate::rubric::score::{Case, Judged, dress, evaluate, excluded};
use crate::rubric::{Discipline, DocType, Evidence, Report, Scope, ScoreOptions, Scorer, Verdict};
use crate::text::{Span, View};

/// One note of an episode, and what is known of it.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct EpisodeNote<'t> {
    /// The note.
    pub text: &'t str,
    /// What is known of it; its date is read from it where none is given.
    pub options: ScoreOptions,
}

impl<'t> EpisodeNote<'t> {
    /// A note and what is known of it.
    pub fn new(text: &'t str, options: ScoreOptions) -> Self {
        Self { text, options }
    }
}

impl std::fmt::Debug for EpisodeNote<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EpisodeNote").field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

/// What is known of an episode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EpisodeOptions {
    /// Care goes on: no discharge note is expected yet.
    pub open: bool,
}

impl EpisodeOptions {
    /// Options from JSON, `{"open"?: bool}`; an empty text gives the default.
    ///
    /// # Errors
    /// When the text is not such an object.
    pub fn from_json(json: &str) -> Result<Self> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            open: bool,
        }
        if json.trim().is_empty() {
            return Ok(Self::default());
        }
        let file: File = crate::yaml::parse(json, crate::ErrorCode::Config)?;
        Ok(Self { open: file.open })
    }

    /// Whether care goes on.
    #[must_use]
    pub fn open(mut self, open: bool) -> Self {
        self.open = open;
        self
    }
}

/// The scored report of an episode.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EpisodeReport {
    /// The criteria of scope `episode`; their evidence says in which note it stands. Its date is that of the first treatment.
    pub episode: Report,
    /// Each note by itself, in the order given.
    pub notes: Vec<Report>,
    /// What happened and what fell due, in the order of the days.
    pub timeline: Vec<TimelineEvent>,
}

impl Scorer {
    /// Scores the notes of one patient under one plan: each by itself, and together by the criteria of scope `episode`.
    ///
    /// Notes may come in any order. Their dates are given or read from them; where one has none, what goes by dates is not assessable.
    ///
    /// ```
    /// use chartguard::rubric::{EpisodeNote, EpisodeOptions, Verdict};
    /// use chartguard::{Rubric, ScoreOptions, Scorer};
    /// let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy")?);
    /// let notes = [
    ///     EpisodeNote::new("PT DAILY NOTE 02/05/2025. Gait training. Timed minutes 30.", ScoreOptions::new()),
    ///     EpisodeNote::new("PT INITIAL EVALUATION 02/10/2025. Plan: PT 2x/wk x 6 wks.", ScoreOptions::new()),
    /// ];
    /// let report = scorer.score_episode(&notes, &EpisodeOptions::default())?;
    /// let plan_first = report.episode.criterion("ep.plan-first").unwrap();
    /// assert_eq!(plan_first.verdict, Verdict::NotMet);
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is no note, the caller's judge fails, or the scorer is [stopped](Self::until).
    pub fn score_episode(&self, notes: &[EpisodeNote<'_>], options: &EpisodeOptions) -> Result<EpisodeReport> {
        guard(ErrorCode::Panic, "an episode was scored", || self.scored_episode(notes, *options))
    }

    fn scored_episode(&self, notes: &[EpisodeNote<'_>], options: EpisodeOptions) -> Result<EpisodeReport> {
        if notes.is_empty() {
            return Err(Error::input("an episode has at least one note"));
        }
        let reports = notes.iter().map(|note| self.score(note.text, &note.options)).collect::<Result<Vec<Report>>>()?;
        let views: Vec<View<'_>> = notes.iter().map(|note| View::new(note.text)).collect();
        let episode = self.episode(notes, &views, options);
        let (anchor, case) = self.anchor(&episode);
        let criteria = self.rubric().criteria().iter().filter(|c| c.scope == Scope::Episode);
        let criteria = criteria.map(|criterion| {
            let (judged, places) = judge(criterion, &anchor, &case);
            let evidence =
                places.into_iter().map(|(note, span)| Evidence { span: views[note].to_source(span), note: Some(note) });
            dress(criterion, judged, evidence.collect())
        });
        let criteria = criteria.collect();
        self.cancel().check()?;
        if let Some(failure) = anchor.failure.take() {
            return Err(failure);
        }
        let mut timeline = timeline(&episode);
        for event in &mut timeline {
            event.span = event.span.map(|span| views[event.note].to_source(span));
        }
        Ok(EpisodeReport { episode: self.report(&case, criteria), notes: reports, timeline })
    }

    fn episode<'t>(
        &'t self,
        notes: &'t [EpisodeNote<'t>],
        views: &'t [View<'t>],
        options: EpisodeOptions,
    ) -> Episode<'t> {
        let documents = notes.iter().zip(views).map(|(note, view)| {
            let (read, case) = self.read(view.as_str(), &note.options);
            Document::new(read, &case)
        });
        Episode { documents: documents.collect(), open: options.open }
    }

    /// An empty note that stands for the episode: dated as its first treatment, of the discipline that its notes share.
    fn anchor<'e>(&'e self, episode: &'e Episode<'e>) -> (Note<'e>, Case<'e>) {
        let mut note = Note::new("", self.rubric().vocabulary());
        let days = episode.treatment_days();
        let date: Option<Date> = days.first().or(episode.dated().first()).map(|(_, date)| *date);
        let known: Vec<Discipline> = episode.documents.iter().filter_map(|d| d.note.discipline.known()).collect();
        let discipline = known.first().filter(|first| known.iter().all(|own| own == *first)).copied();
        note.discipline = discipline.unwrap_or(Discipline::Unknown);
        note.given = Given {
            date,
            episode: Some(episode),
            codes: self.rubric().codes(),
            cancel: self.cancel(),
            ..Given::nothing()
        };
        let case = Case { doc_type: DocType::Unknown, discipline: note.discipline, date, options: &NOTHING };
        (note, case)
    }

    /// The verdict on one criterion of an episode, as a rubric's own tests need it.
    pub(crate) fn judge_episode(
        &self,
        criterion: &Criterion,
        notes: &[EpisodeNote<'_>],
        options: EpisodeOptions,
    ) -> Verdict {
        let views: Vec<View<'_>> = notes.iter().map(|note| View::new(note.text)).collect();
        let episode = self.episode(notes, &views, options);
        let (anchor, case) = self.anchor(&episode);
        judge(criterion, &anchor, &case).0.verdict
    }
}

static NOTHING: ScoreOptions =
    ScoreOptions { doc_type: None, discipline: None, date: None, payer: None, setting: None, claim: None };

/// More places than this say nothing more to a reader.
const MAX_EVIDENCE: usize = 48;

fn judge(criterion: &Criterion, anchor: &Note<'_>, case: &Case<'_>) -> (Judged, Vec<(usize, Span)>) {
    if let Some(reason) = excluded(criterion, case) {
        return (Judged::plain(Verdict::NotApplicable, 1.0, reason), Vec::new());
    }
    let mut judged = evaluate(criterion, |check| check.evaluate(anchor, anchor.whole()));
    let mut places = std::mem::take(&mut judged.places);
    places.sort();
    places.dedup();
    places.truncate(MAX_EVIDENCE);
    (judged, places)
}
