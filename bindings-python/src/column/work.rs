//! What becomes of a row, and of rows as an Arrow array.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Float64Array, Int64Array, LargeStringArray, ListArray, StringArray, StringViewArray, StructArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields};
use chartguard::audit::Event;
use chartguard::rubric::Risk;
use chartguard::scrub::{Applied, keep_all};
use chartguard::text::Offsets;
use chartguard::{Context, Report, Result, ScoreOptions, Scrubbed, Vault};

use super::known::Known;
use crate::vault::Way;

/// What is done with a row of text.
pub(super) trait Work: Send + Sync + 'static {
    /// What a row becomes.
    type Row: Send;

    /// Works on one note, with what is known of it.
    fn row(&self, text: &str, context: &Context, known: &Known) -> Result<Self::Row>;

    /// The rows as an array of always the same type.
    fn array(&self, rows: Vec<Option<Self::Row>>) -> ArrayRef;

    /// Puts into a vault what brings notes back, and makes an error of what cannot be kept. What does not scrub keeps nothing.
    fn keep(_vault: &Vault, _notes: &[(&str, Context)], _results: &mut [Result<Self::Row>]) {}

    /// Completes the record of a note with what became of it.
    fn event(&self, event: Event, text: &str, result: &Result<Self::Row>, key: Option<&[u8]>) -> Result<Event> {
        event.ended(result).about(text, key)
    }
}

/// Notes without what is protected, in the string type they came in.
pub(super) struct Scrub {
    pub(super) scrubber: chartguard::Scrubber,
    pub(super) kind: DataType,
}

/// What is protected in notes.
pub(super) struct Find {
    pub(super) scrubber: chartguard::Scrubber,
}

/// Both: a struct of the scrubbed text and the findings.
pub(super) struct ScrubAndFind {
    pub(super) scrubber: chartguard::Scrubber,
    pub(super) kind: DataType,
}

/// How well notes document.
pub(super) struct Score {
    pub(super) scorer: chartguard::Scorer,
    pub(super) options: ScoreOptions,
}

/// Scrubbed notes, findings and scores.
pub(super) struct Analyze {
    pub(super) scrubber: chartguard::Scrubber,
    pub(super) scorer: chartguard::Scorer,
    pub(super) kind: DataType,
}

/// Notes as they were before what can be restored was replaced.
pub(super) struct Restore {
    pub(super) way: Way,
    pub(super) kind: DataType,
}

impl Work for Scrub {
    type Row = Scrubbed;

    fn row(&self, text: &str, context: &Context, _: &Known) -> Result<Scrubbed> {
        self.scrubber.scrub_with(text, context)
    }

    fn array(&self, rows: Vec<Option<Scrubbed>>) -> ArrayRef {
        texts(&self.kind, rows.into_iter().map(|row| row.map(|scrubbed| scrubbed.text)))
    }

    fn keep(vault: &Vault, notes: &[(&str, Context)], results: &mut [Result<Scrubbed>]) {
        keep_all(vault, notes, results, |scrubbed| scrubbed);
    }

    fn event(&self, event: Event, text: &str, result: &Result<Scrubbed>, key: Option<&[u8]>) -> Result<Event> {
        self.scrubber.audited(event, text, result, key)
    }
}

impl Work for Restore {
    type Row = String;

    fn row(&self, text: &str, _: &Context, known: &Known) -> Result<String> {
        self.way.back(text, known.document_id())
    }

    fn array(&self, rows: Vec<Option<String>>) -> ArrayRef {
        texts(&self.kind, rows)
    }

    fn event(&self, event: Event, text: &str, result: &Result<String>, key: Option<&[u8]>) -> Result<Event> {
        event.ended(result).about(result.as_deref().unwrap_or(text), key)
    }
}

impl Work for Find {
    type Row = Vec<Found>;

    fn row(&self, text: &str, _: &Context, _: &Known) -> Result<Vec<Found>> {
        let offsets = Offsets::new(text);
        let policy = self.scrubber.policy();
        let found = self.scrubber.find(text)?;
        Ok(found.iter().map(|f| Found::new(&offsets, f, policy.category(f.category).operator.as_str())).collect())
    }

    fn array(&self, rows: Vec<Option<Vec<Found>>>) -> ArrayRef {
        findings(rows)
    }
}

impl Work for ScrubAndFind {
    type Row = (Scrubbed, Vec<Found>);

    fn row(&self, text: &str, context: &Context, _: &Known) -> Result<Self::Row> {
        let scrubbed = self.scrubber.scrub_with(text, context)?;
        let found = Found::removed(text, &scrubbed);
        Ok((scrubbed, found))
    }

    fn array(&self, rows: Vec<Option<Self::Row>>) -> ArrayRef {
        let valid = validity(&rows);
        let halves = rows.into_iter().map(|row| row.map_or((None, None), |(a, b)| (Some(a.text), Some(b))));
        let (text, found): (Vec<_>, Vec<_>) = halves.unzip();
        record(vec![("scrubbed", texts(&self.kind, text)), ("findings", findings(found))], valid)
    }

    fn keep(vault: &Vault, notes: &[(&str, Context)], results: &mut [Result<Self::Row>]) {
        keep_all(vault, notes, results, |(scrubbed, _)| scrubbed);
    }

    fn event(&self, event: Event, text: &str, result: &Result<Self::Row>, key: Option<&[u8]>) -> Result<Event> {
        self.scrubber.audited_as(event, text, result, |(scrubbed, _)| scrubbed, key)
    }
}

impl Work for Score {
    type Row = Scored;

    fn row(&self, text: &str, _: &Context, _: &Known) -> Result<Scored> {
        Ok(Scored::new(text, &self.scorer.score(text, &self.options)?))
    }

    fn array(&self, rows: Vec<Option<Scored>>) -> ArrayRef {
        let valid = validity(&rows);
        record(scored(&rows), valid)
    }
}

impl Work for Analyze {
    type Row = (Scrubbed, Vec<Found>, Scored);

    fn row(&self, text: &str, context: &Context, known: &Known) -> Result<Self::Row> {
        let scrubbed = self.scrubber.scrub_with(text, context)?;
        let report = self.scorer.score(text, &known.options()?)?;
        let found = Found::removed(text, &scrubbed);
        Ok((scrubbed, found, Scored::new(text, &report)))
    }

    fn array(&self, rows: Vec<Option<Self::Row>>) -> ArrayRef {
        let valid = validity(&rows);
        let (mut scrubbed, mut found, mut reports) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let (text, findings, report) = row.map_or((None, None, None), |(a, b, c)| (Some(a.text), Some(b), Some(c)));
            scrubbed.push(text);
            found.push(findings);
            reports.push(report);
        }
        let mut columns = vec![("scrubbed", texts(&self.kind, scrubbed)), ("findings", findings(found))];
        columns.extend(scored(&reports));
        record(columns, valid)
    }

    fn keep(vault: &Vault, notes: &[(&str, Context)], results: &mut [Result<Self::Row>]) {
        keep_all(vault, notes, results, |(scrubbed, ..)| scrubbed);
    }

    fn event(&self, event: Event, text: &str, result: &Result<Self::Row>, key: Option<&[u8]>) -> Result<Event> {
        self.scrubber.audited_as(event, text, result, |(scrubbed, ..)| scrubbed, key)
    }
}

/// A finding as a row of structs holds it.
pub(super) struct Found {
    span: (i64, i64),
    category: &'static str,
    score: f64,
    detector: String,
    action: &'static str,
}

impl Found {
    fn new(offsets: &Offsets<'_>, finding: &chartguard::Finding, action: &'static str) -> Self {
        let place = |byte| place(offsets, byte);
        Self {
            span: (place(finding.span.start), place(finding.span.end)),
            category: finding.category.as_str(),
            score: crate::scrubber::rounded(finding.score),
            detector: finding.detector.to_string(),
            action,
        }
    }
}

impl Found {
    fn removed(text: &str, scrubbed: &chartguard::Scrubbed) -> Vec<Self> {
        let offsets = Offsets::new(text);
        let found = |applied: &Applied| Self::new(&offsets, &applied.finding, applied.action.as_str());
        scrubbed.findings.iter().map(found).collect()
    }
}

/// A report as a struct holds it.
pub(super) struct Scored {
    score: Option<f64>,
    raw: Option<f64>,
    coverage: f64,
    risk: Option<&'static str>,
    doc_type: Option<String>,
    discipline: Option<String>,
    criteria: Vec<Criterion>,
}

struct Criterion {
    id: String,
    verdict: &'static str,
    severity: &'static str,
    confidence: f64,
    evidence: Vec<(i64, i64)>,
    message: String,
}

impl Scored {
    fn new(text: &str, report: &Report) -> Self {
        let offsets = Offsets::new(text);
        let place = |byte| place(&offsets, byte);
        let word = |value: serde_json::Value| value.as_str().map(str::to_owned);
        Self {
            score: report.score,
            raw: report.raw,
            coverage: report.coverage,
            risk: report.risk.map(Risk::as_str),
            doc_type: serde_json::to_value(report.doc_type).ok().and_then(word),
            discipline: serde_json::to_value(report.discipline).ok().and_then(word),
            criteria: report
                .criteria
                .iter()
                .map(|criterion| Criterion {
                    id: criterion.id.clone(),
                    verdict: criterion.verdict.as_str(),
                    severity: criterion.severity.as_str(),
                    confidence: crate::scrubber::rounded(criterion.confidence),
                    evidence: criterion.evidence.iter().map(|e| (place(e.span.start), place(e.span.end))).collect(),
                    message: criterion.message.clone(),
                })
                .collect(),
        }
    }
}

/// An offset as Arrow and Spark hold whole numbers.
#[allow(clippy::cast_possible_wrap, reason = "a text is shorter than 2^63")]
fn place(offsets: &Offsets<'_>, byte: usize) -> i64 {
    offsets.code_point(byte) as i64
}

fn validity<T>(rows: &[Option<T>]) -> Option<NullBuffer> {
    Some(rows.iter().map(Option::is_some).collect::<Vec<bool>>().into())
        .filter(|nulls: &NullBuffer| nulls.null_count() > 0)
}

fn texts(kind: &DataType, rows: impl IntoIterator<Item = Option<String>>) -> ArrayRef {
    match kind {
        DataType::Utf8 => Arc::new(StringArray::from_iter(rows)),
        DataType::Utf8View => Arc::new(StringViewArray::from_iter(rows)),
        DataType::Null => arrow_array::new_null_array(&DataType::Null, rows.into_iter().count()),
        _ => Arc::new(LargeStringArray::from_iter(rows)),
    }
}

fn record(columns: Vec<(&str, ArrayRef)>, valid: Option<NullBuffer>) -> ArrayRef {
    let field = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
    let fields: Fields = columns.iter().map(field).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    Arc::new(StructArray::new(fields, arrays, valid))
}

fn list(lengths: Vec<usize>, values: ArrayRef, valid: Option<NullBuffer>) -> ArrayRef {
    let field = Arc::new(Field::new("item", values.data_type().clone(), true));
    Arc::new(ListArray::new(field, OffsetBuffer::from_lengths(lengths), values, valid))
}

fn words<'a>(words: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(words))
}

fn integers(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

fn numbers(values: impl Iterator<Item = f64>) -> ArrayRef {
    Arc::new(Float64Array::from_iter_values(values))
}

fn findings(rows: Vec<Option<Vec<Found>>>) -> ArrayRef {
    let valid = validity(&rows);
    let lengths = rows.iter().map(|row| row.as_ref().map_or(0, Vec::len)).collect();
    let all: Vec<Found> = rows.into_iter().flatten().flatten().collect();
    let columns = vec![
        ("start", integers(all.iter().map(|f| f.span.0))),
        ("end", integers(all.iter().map(|f| f.span.1))),
        ("category", words(all.iter().map(|f| f.category))),
        ("score", numbers(all.iter().map(|f| f.score))),
        ("detector", words(all.iter().map(|f| f.detector.as_str()))),
        ("action", words(all.iter().map(|f| f.action))),
    ];
    list(lengths, record(columns, None), valid)
}

fn scored(rows: &[Option<Scored>]) -> Vec<(&'static str, ArrayRef)> {
    let number = |read: fn(&Scored) -> Option<f64>| -> ArrayRef {
        Arc::new(rows.iter().map(|row| row.as_ref().and_then(read)).collect::<Float64Array>())
    };
    let word = |read: fn(&Scored) -> Option<&str>| -> ArrayRef {
        Arc::new(rows.iter().map(|row| row.as_ref().and_then(read)).collect::<StringArray>())
    };
    let valid = validity(rows);
    let lengths = rows.iter().map(|row| row.as_ref().map_or(0, |row| row.criteria.len())).collect();
    let all: Vec<&Criterion> = rows.iter().flatten().flat_map(|row| &row.criteria).collect();
    let places: Vec<(i64, i64)> = all.iter().flat_map(|c| c.evidence.iter().copied()).collect();
    let evidence = record(
        vec![("start", integers(places.iter().map(|p| p.0))), ("end", integers(places.iter().map(|p| p.1)))],
        None,
    );
    let criteria = vec![
        ("id", words(all.iter().map(|c| c.id.as_str()))),
        ("verdict", words(all.iter().map(|c| c.verdict))),
        ("severity", words(all.iter().map(|c| c.severity))),
        ("confidence", numbers(all.iter().map(|c| c.confidence))),
        ("evidence", list(all.iter().map(|c| c.evidence.len()).collect(), evidence, None)),
        ("message", words(all.iter().map(|c| c.message.as_str()))),
    ];
    vec![
        ("score", number(|row| row.score)),
        ("raw", number(|row| row.raw)),
        ("coverage", number(|row| Some(row.coverage))),
        ("risk", word(|row| row.risk)),
        ("doc_type", word(|row| row.doc_type.as_deref())),
        ("discipline", word(|row| row.discipline.as_deref())),
        ("criteria", list(lengths, record(criteria, None), valid)),
    ]
}
