//! The shape of a scored report in JSON: the types that are printed, and the JSON Schema that comes of them.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::rounded;
use crate::rubric::{
    Citation, CriterionResult, Discipline, DocType, EpisodeReport, EventKind, Evidence, Report, Risk, RubricRef,
    Severity, Verdict,
};

/// A scored note.
#[derive(Serialize, JsonSchema)]
pub(super) struct NoteReport {
    /// The kind of document it was taken for, or was said to be.
    doc_type: DocType,
    /// The discipline it was taken for, or was said to be.
    discipline: Discipline,
    /// The day of service that rules were applied as of, as `YYYY-MM-DD`; absent where none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    /// The rubric that gave the verdicts.
    rubric: RubricRef,
    #[serde(flatten)]
    figures: Figures,
    /// One result for each criterion, in the order of the rubric.
    criteria: Vec<Criterion>,
}

/// A scored episode: the criteria that need all of its notes, what happened on which day, and the report of each note.
#[derive(Serialize, JsonSchema)]
pub(super) struct Episode {
    /// The rubric that gave the verdicts.
    rubric: RubricRef,
    /// The day of the first treatment, as `YYYY-MM-DD`; absent where none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(flatten)]
    figures: Figures,
    /// One result for each criterion of the episode.
    criteria: Vec<Criterion>,
    /// What happened and what fell due, in the order of the days.
    timeline: Vec<Event>,
    /// Each note by itself, in the order given.
    notes: Vec<NoteReport>,
}

/// The arithmetic of a report, with every term.
#[derive(Serialize, JsonSchema)]
struct Figures {
    /// `raw` clipped to 0 to 1; null where nothing could be assessed.
    score: Option<f64>,
    /// `points` over `possible`; null without positive points.
    raw: Option<f64>,
    /// The points of the criteria that were met.
    points: f64,
    /// The positive points of the criteria that were assessed.
    possible: f64,
    /// Assessed criteria over applicable criteria.
    coverage: f64,
    /// How grave what was found is as a whole; null where nothing could be assessed.
    risk: Option<Risk>,
    /// The same arithmetic for each tag.
    axes: Vec<Axis>,
}

/// The score of the criteria of one tag.
#[derive(Serialize, JsonSchema)]
struct Axis {
    /// The tag.
    #[serde(rename = "axis")]
    tag: String,
    /// The points of the criteria that were met.
    points: f64,
    /// The positive points of the criteria that were assessed.
    possible: f64,
    /// The first over the second; null without positive points.
    raw: Option<f64>,
    /// `raw` clipped to 0 to 1.
    score: Option<f64>,
}

/// What was found about one criterion.
#[derive(Serialize, JsonSchema)]
struct Criterion {
    /// Its stable id.
    id: String,
    /// The criterion in a few words.
    title: String,
    /// What was found.
    verdict: Verdict,
    /// How much it weighs when it is not met.
    severity: Severity,
    /// How sure the verdict is, 0 to 1.
    confidence: f64,
    /// Points it gives when met.
    points: f64,
    /// Tags by which scores are grouped.
    axes: Vec<String>,
    /// Where the verdict rests in the text; empty where something is absent.
    evidence: Vec<Place>,
    /// Present where the caller's own judge had a part in the verdict.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    judged: bool,
    /// What was found, in a sentence without words of the note.
    message: String,
    /// What to write instead; empty unless the criterion is not met.
    advice: String,
    /// The rule behind it.
    citation: Citation,
}

/// A place in the text: Unicode code points, in a message bytes of it; the end is exclusive.
#[derive(Clone, Copy, Serialize, JsonSchema)]
pub(super) struct Place {
    /// In an episode, the place of the note among those given, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<usize>,
    /// Where it starts.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// One day of the timeline.
#[derive(Serialize, JsonSchema)]
struct Event {
    /// The day, as `YYYY-MM-DD`.
    date: String,
    /// What happened, or fell due.
    kind: EventKind,
    /// The place of the note among those given, from 0.
    note: usize,
    /// On treatment days: which one it is, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    treatment_day: Option<u32>,
    /// Where it stands in the note.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Place>,
}

impl NoteReport {
    pub(super) fn new(report: &Report, place: &dyn Fn(&Evidence) -> Place) -> Self {
        Self {
            doc_type: report.doc_type,
            discipline: report.discipline,
            date: report.date.map(|date| date.to_string()),
            rubric: report.rubric.clone(),
            figures: Figures::new(report),
            criteria: report.criteria.iter().map(|c| Criterion::new(c, place)).collect(),
        }
    }
}

impl Episode {
    /// `place` finds evidence by note and span, `notes` are the reports of each.
    pub(super) fn new(
        report: &EpisodeReport,
        place: &dyn Fn(usize, crate::text::Span) -> Place,
        notes: Vec<NoteReport>,
    ) -> Self {
        let evidence = |e: &Evidence| place(e.note.unwrap_or(0), e.span);
        let timeline = report.timeline.iter().map(|event| Event {
            date: event.date.to_string(),
            kind: event.kind,
            note: event.note,
            treatment_day: event.treatment_day,
            evidence: event.span.map(|span| place(event.note, span)),
        });
        Self {
            rubric: report.episode.rubric.clone(),
            date: report.episode.date.map(|date| date.to_string()),
            figures: Figures::new(&report.episode),
            criteria: report.episode.criteria.iter().map(|c| Criterion::new(c, &evidence)).collect(),
            timeline: timeline.collect(),
            notes,
        }
    }
}

impl Figures {
    fn new(report: &Report) -> Self {
        let axis = |axis: &crate::rubric::AxisScore| Axis {
            tag: axis.axis.clone(),
            points: axis.points,
            possible: axis.possible,
            raw: axis.raw.map(rounded),
            score: axis.score.map(rounded),
        };
        Self {
            score: report.score.map(rounded),
            raw: report.raw.map(rounded),
            points: report.points,
            possible: report.possible,
            coverage: rounded(report.coverage),
            risk: report.risk,
            axes: report.axes.iter().map(axis).collect(),
        }
    }
}

impl Criterion {
    fn new(result: &CriterionResult, place: &dyn Fn(&Evidence) -> Place) -> Self {
        Self {
            id: result.id.clone(),
            title: result.title.clone(),
            verdict: result.verdict,
            severity: result.severity,
            confidence: rounded(f64::from(result.confidence)),
            points: result.points,
            axes: result.axes.clone(),
            evidence: result.evidence.iter().map(place).collect(),
            judged: result.judged,
            message: result.message.clone(),
            advice: result.advice.clone(),
            citation: result.citation.clone(),
        }
    }
}

/// A report as it is printed: of a note, or of an episode.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is asked for")]
enum Printed {
    Episode(Episode),
    Note(NoteReport),
}

/// The JSON Schema of a scored report as the command line, Python and C print it, of a note or of an episode: generated from the types
/// that are printed. A line of JSON Lines has the members of its input (`id`) beside these, and the report of a note in a message `path`.
///
/// ```
/// let schema = chartguard::wire::report_schema();
/// assert_eq!(schema["title"], "chartguard report");
/// assert!(schema["$defs"]["NoteReport"]["properties"]["criteria"].is_object());
/// ```
pub fn report_schema() -> Value {
    // What is printed, not what is read: a member that is left out sometimes is not required.
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Printed>().to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".into(), "chartguard report".into());
    }
    schema
}
