//! One left-to-right rewrite of the text, and the map between the two.

use serde::Serialize;

use super::action::Operator;
use super::{Finding, Policy};
use crate::text::Span;

/// A finding and what was done to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Applied {
    /// What was found; its span refers to the input.
    #[serde(flatten)]
    pub finding: Finding,
    /// What was done.
    pub action: Operator,
    /// Where the replacement stands in the output; empty where the value was removed.
    pub output: Span,
}

/// Which bytes of the input went where in the output.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OffsetMap {
    /// Replaced spans of the input with their spans in the output, in order.
    edits: Vec<(Span, Span)>,
}

impl OffsetMap {
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

/// Rewrites `text`; `findings` are disjoint and in order.
pub(super) fn apply(text: &str, findings: Vec<Finding>, policy: &Policy) -> Scrubbed {
    let mut out = String::with_capacity(text.len());
    let mut applied = Vec::with_capacity(findings.len());
    let mut edits = Vec::with_capacity(findings.len());
    let mut copied = 0;
    for finding in findings {
        let rule = policy.category(finding.category);
        out.push_str(&text[copied..finding.span.start]);
        copied = finding.span.end;
        let start = out.len();
        rule.operator.apply(&finding, finding.span.of(text), rule.options, &mut out);
        let output = Span::new(start, out.len());
        edits.push((finding.span, output));
        applied.push(Applied { action: rule.operator, finding, output });
    }
    out.push_str(&text[copied..]);
    Scrubbed { text: out, findings: applied, map: OffsetMap { edits } }
}
