//! One left-to-right rewrite of the text, and the map between the two.

use serde::Serialize;

use super::action::{Census, Memory, Operator, Piece, Secrets, Worker};
use super::restore::Draft;
use super::{Context, Finding, Policy};
use crate::cancel::Cancel;
use crate::error::Result;
use crate::text::Span;

/// A finding and what was done to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Applied {
    /// What was found; its span refers to the input.
    #[serde(flatten)]
    pub finding: Finding,
    /// What was done: what the policy says, or `tag` (or `encrypt`) where its operator cannot work on the value.
    pub action: Operator,
    /// Where the replacement stands in the output; empty where the value was removed.
    pub output: Span,
    /// By which census a ZIP code was made coarser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub census: Option<Census>,
}

/// Which bytes of the input went where in the output.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OffsetMap {
    /// Replaced spans of the input with their spans in the output, in order.
    edits: Vec<(Span, Span)>,
}

impl OffsetMap {
    /// A map of replaced spans of an input with their spans in the output, both in order.
    pub(crate) fn new(edits: Vec<(Span, Span)>) -> Self {
        Self { edits }
    }

    /// The replaced spans of the input with their spans in the output, in order.
    pub(crate) fn edits(&self) -> &[(Span, Span)] {
        &self.edits
    }

    /// Carries a span of the input to the output. A span that touches a replaced value is widened to the whole
    /// replacement.
    pub fn to_output(&self, span: Span) -> Span {
        let start = Self::carry(&self.edits, span.start, false);
        let end = Self::carry(&self.edits, span.end, !span.is_empty());
        Span { start, end: end.max(start) }
    }

    /// Carries a span of the output back to the input. A span that touches a replacement is widened to the whole value.
    pub fn to_input(&self, span: Span) -> Span {
        let back: Vec<(Span, Span)> = self.edits.iter().map(|(input, output)| (*output, *input)).collect();
        let start = Self::carry(&back, span.start, false);
        let end = Self::carry(&back, span.end, !span.is_empty());
        Span { start, end: end.max(start) }
    }

    /// `at_end` says that `offset` closes a span: at the start of an edit it then stays before the edit.
    fn carry(edits: &[(Span, Span)], offset: usize, at_end: bool) -> usize {
        let after = edits.partition_point(|(from, _)| if at_end { from.start < offset } else { from.start <= offset });
        let Some((from, to)) = after.checked_sub(1).and_then(|i| edits.get(i)) else { return offset };
        if offset >= from.end && (at_end || offset > from.start || from.is_empty()) {
            return to.end + (offset - from.end);
        }
        if at_end { to.end } else { to.start }
    }
}

/// A note without its protected health information, with every removal explained.
///
/// `Debug` prints no text.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Scrubbed {
    /// The text that may be shared.
    pub text: String,
    /// What was removed, in the order of the text.
    pub findings: Vec<Applied>,
    /// Which bytes of the input went where in `text`.
    pub map: OffsetMap,
}

impl std::fmt::Debug for Scrubbed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scrubbed")
            .field("bytes", &self.text.len())
            .field("findings", &self.findings)
            .finish_non_exhaustive()
    }
}

impl Scrubbed {
    /// The same of an input that has `by` bytes more before it.
    pub(super) fn moved(mut self, by: usize) -> Self {
        for (input, _) in &mut self.map.edits {
            *input = Span::new(input.start + by, input.end + by);
        }
        let moved = self.findings.into_iter().map(|f| Applied { finding: f.finding.moved(by), ..f });
        self.findings = moved.collect();
        self
    }

    /// Pieces of one output as one; spans of the input stay as they are.
    pub(super) fn joined(pieces: &[Self]) -> Self {
        let mut whole = Self { text: String::new(), findings: Vec::new(), map: OffsetMap::default() };
        for piece in pieces {
            let by = whole.text.len();
            let moved = |span: Span| Span::new(by + span.start, by + span.end);
            whole.text.push_str(&piece.text);
            whole.findings.extend(piece.findings.iter().map(|f| Applied { output: moved(f.output), ..f.clone() }));
            whole.map.edits.extend(piece.map.edits.iter().map(|(input, output)| (*input, moved(*output))));
        }
        whole
    }
}

/// Under what a text is rewritten.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) policy: &'a Policy,
    pub(super) secrets: &'a Secrets,
    pub(super) context: &'a Context,
    pub(super) cancel: &'a Cancel,
}

/// Rewrites `text`; `findings` are disjoint and in order.
///
/// # Errors
/// When an operator cannot work on a value and the policy says that this is an error, or a date would leave the calendar.
pub(super) fn apply(text: &str, findings: Vec<Finding>, work: &Work<'_>) -> Result<Scrubbed> {
    let whole = Span::new(0, text.len());
    apply_part(text, whole, findings, work, Memory::default()).map(|(scrubbed, _)| scrubbed)
}

/// Rewrites `part` of `text`, which holds all `findings`; `memory` is what the parts before left, and is given back for the next.
/// Spans of the input are those of `text`, spans of the output those of what is given back.
///
/// # Errors
/// As [`apply`].
pub(super) fn apply_part(
    text: &str,
    part: Span,
    findings: Vec<Finding>,
    work: &Work<'_>,
    memory: Memory,
) -> Result<(Scrubbed, Memory)> {
    let Work { policy, secrets, context, cancel } = *work;
    let restores = policy.restores();
    let mut draft = Draft::default();
    draft.text.reserve(part.len());
    let mut done = Vec::with_capacity(findings.len());
    let mut edits = Vec::with_capacity(findings.len());
    let mut worker = Worker::new(text, &findings, policy, secrets, context, memory);
    let mut copied = part.start;
    let copy = |draft: &mut Draft, edits: &mut Vec<(Span, Span)>, from: usize, to: usize| {
        if restores {
            let place = |span: Span| Span::new(from + span.start, from + span.end);
            draft.copy(&text[from..to], |input, output| edits.push((place(input), output)));
        } else {
            draft.text.push_str(&text[from..to]);
        }
    };
    for (index, finding) in findings.iter().enumerate() {
        if cancel.stops(index) {
            break;
        }
        copy(&mut draft, &mut edits, copied, finding.span.start);
        copied = finding.span.end;
        let start = draft.text.len();
        let (piece, action, census) = worker.replace(index)?;
        match piece {
            Piece::Plain(value) => draft.text.push_str(&value),
            Piece::Token => {
                draft.token(&finding.category.as_str().to_ascii_uppercase(), finding.span.of(text).as_bytes());
            }
            Piece::Fpe(value, attempt) => draft.encrypted(&value, finding.category, attempt),
        }
        let output = Span::new(start, draft.text.len());
        edits.push((finding.span, output));
        done.push((action, output, census));
    }
    cancel.check()?;
    copy(&mut draft, &mut edits, copied, part.end);
    let memory = worker.into_memory();
    let mut out = std::mem::take(&mut draft.text);
    if !draft.is_plain() {
        draft.text = out;
        let end = draft.text.len();
        let (finished, growth) = draft.finish(secrets.tokens()?)?;
        out = finished;
        let moved = |span: Span| Span::new(growth.of(span.start), growth.of(span.end));
        for output in edits.iter_mut().map(|(_, output)| output).chain(done.iter_mut().map(|(_, output, _)| output)) {
            *output = moved(*output);
        }
        // The seal stands for nothing of the note.
        let end = growth.of(end);
        if end < out.len() {
            edits.push((Span::new(part.end, part.end), Span::new(end, out.len())));
        }
    }
    let applied = findings.into_iter().zip(done);
    let applied = applied.map(|(finding, (action, output, census))| Applied { finding, action, output, census });
    Ok((Scrubbed { text: out, findings: applied.collect(), map: OffsetMap { edits } }, memory))
}
