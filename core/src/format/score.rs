//! Documentation in messages: each note of a message scored by itself, with evidence that points into the message.

use std::fmt;

use super::document::{Content, Leaf};
use super::scrub::{Changes, Reading, ScrubbedMessage};
use super::{Format, read};
use crate::error::{ErrorCode, Result};
use crate::guard::guard;
use crate::rubric::{Report, ScoreOptions, Scorer};
use crate::scrub::message_rules::Rules;
use crate::scrub::{Context, OffsetMap, Policy, Scrubber};
use crate::text::Span;

/// Free text shorter than this, in bytes, is a remark and no note, if it is not all there is.
const SHORTEST: usize = 80;

/// A note within a message. `Debug` prints no text.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageNote {
    /// The field it stands in: `OBX-5`, `DocumentReference.content.attachment.data`.
    pub path: String,
    /// The note without the format's escapes and markup.
    pub text: String,
}

impl fmt::Debug for MessageNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageNote").field("path", &self.path).finish_non_exhaustive()
    }
}

/// The free text of a message, as it was written and without the format's escapes and markup: of RTF and HTML what a reader sees, of HL7
/// v2, FHIR and C-CDA each place of free text, the lines of one observation as one. Values of typed fields are left out.
///
/// ```
/// use chartguard::format::{Format, notes};
/// let found = notes(br"{\rtf1 Gait training,{\b  15} min.}", Format::Auto)?;
/// assert_eq!(found[0].text, "Gait training, 15 min.");
/// # Ok::<(), chartguard::Error>(())
/// ```
///
/// # Errors
/// When the message is not of its format.
pub fn notes(message: &[u8], format: Format) -> Result<Vec<MessageNote>> {
    guard(ErrorCode::Panic, "the text of a message was read", || {
        let (document, _) = read(message, format, &Rules::new(&Policy::default())?)?;
        let pieces = Reading::new(&document).pieces.into_iter();
        let note = |leaf: &Leaf| match &leaf.content {
            Content::Note { path } => Some(MessageNote { path: path.clone(), text: leaf.stretch.text.clone() }),
            _ => None,
        };
        Ok(pieces.filter_map(|(_, leaf, _)| note(leaf)).collect())
    })
}

/// What a note within a message documents. `Debug` prints no text.
#[derive(Clone)]
#[non_exhaustive]
pub struct MessageReport {
    /// The field it stands in: `OBX-5`, `DocumentReference.content.attachment.data`.
    pub path: String,
    /// Its report; spans of evidence are bytes of the message. What lies in base64 is pointed at as a whole.
    pub report: Report,
    /// The note without the format's escapes and markup: as it was written, or scrubbed where the message was scrubbed too.
    pub text: String,
    /// The same report; spans of evidence are bytes of `text`.
    pub in_text: Report,
}

impl fmt::Debug for MessageReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageReport").field("path", &self.path).field("report", &self.report).finish_non_exhaustive()
    }
}

impl Scorer {
    /// Scores every note of a message: the lines of one observation are one note, and so is an embedded document. Free text of fewer
    /// than 80 bytes is none, if it is not all there is.
    ///
    /// ```
    /// use chartguard::{Format, Rubric, ScoreOptions, Scorer};
    /// let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy")?);
    /// let message = b"MSH|^~\\&|A|B|||20240314||ORU^R01|7|P|2.5.1\r\
    ///     OBX|1|TX|11506-3^Note^LN||PT treatment note. Gait training 15 min, therapeutic exercise 23 min.\r\
    ///     OBX|2|TX|11506-3^Note^LN||Total treatment time: 38 minutes.\r";
    /// let notes = scorer.score_message(message, Format::Auto, &ScoreOptions::default())?;
    /// let met = notes[0].report.criteria.iter().find(|c| c.id == "tx.total-minutes").unwrap();
    /// let evidence = met.evidence[0].span;
    /// assert!(message[evidence.start..evidence.end].starts_with(b"Total treatment time"));
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the message is not of its format, or a note cannot be scored.
    pub fn score_message(&self, message: &[u8], format: Format, options: &ScoreOptions) -> Result<Vec<MessageReport>> {
        guard(ErrorCode::Panic, "a message was scored", || {
            let rules = Rules::new(&Policy::default())?.until(self.cancel());
            let (document, _) = read(message, format, &rules)?;
            let notes = self.score_read(&Reading::new(&document), options)?;
            Ok(notes.into_iter().map(|(_, note)| note).collect())
        })
    }

    /// Scores each piece of a message's text that is a note; also says which it is.
    fn score_read(&self, reading: &Reading<'_>, options: &ScoreOptions) -> Result<Vec<(usize, MessageReport)>> {
        let mut out = Vec::new();
        for (index, (_, leaf, way)) in reading.pieces.iter().enumerate() {
            let Content::Note { path } = &leaf.content else { continue };
            let text = &leaf.stretch.text;
            if text.trim().len() < SHORTEST && reading.pieces.len() > 1 {
                continue;
            }
            let in_text = self.score(text, options)?;
            let report = carried(&in_text, |span| {
                let source = way.up(span.range());
                Span::new(source.start, source.end)
            });
            out.push((index, MessageReport { path: path.clone(), report, text: text.clone(), in_text }));
        }
        Ok(out)
    }
}

/// Scrubs a message and scores its notes as they were written; the texts of the reports are scrubbed.
pub(crate) fn analyze_message(
    scrubber: &Scrubber,
    scorer: &Scorer,
    message: &[u8],
    format: Format,
    options: &ScoreOptions,
    context: &Context,
) -> Result<(ScrubbedMessage, Vec<MessageReport>)> {
    guard(ErrorCode::Internal, "a message was analysed", || {
        scrubber.takes(message.len())?;
        let rules = Rules::new(scrubber.policy())?.until(scrubber.cancel());
        let (document, format) = read(message, format, &rules)?;
        let (scrubbed, changes) = scrubber.scrub_read(message, &document, format, context)?;
        let mut notes = Vec::new();
        for (index, mut note) in scorer.score_read(&Reading::new(&document), options)? {
            let (text, map) = rewritten(&note.text, &changes[index]);
            note.in_text = Report { date: None, ..carried(&note.in_text, |span| map.to_output(span)) };
            note.text = text;
            notes.push(note);
        }
        Ok((scrubbed, notes))
    })
}

/// A report with each span of its evidence carried elsewhere.
fn carried(report: &Report, carry: impl Fn(Span) -> Span) -> Report {
    let mut report = report.clone();
    for evidence in report.criteria.iter_mut().flat_map(|criterion| &mut criterion.evidence) {
        evidence.span = carry(evidence.span);
    }
    report
}

/// A text with its changes, and where they are in it.
fn rewritten(text: &str, changes: &Changes) -> (String, OffsetMap) {
    let (mut out, mut edits, mut copied) = (String::with_capacity(text.len()), Vec::new(), 0);
    for (range, with) in changes {
        out.push_str(&text[copied..range.start]);
        let start = out.len();
        out.push_str(with);
        edits.push((Span::new(range.start, range.end), Span::new(start, out.len())));
        copied = range.end;
    }
    out.push_str(&text[copied..]);
    (out, OffsetMap::new(edits))
}
