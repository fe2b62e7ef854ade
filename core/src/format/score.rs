//! Documentation in messages: each note of a message scored by itself, with evidence that points into the message.

use super::document::Content;
use super::rules::Rules;
use super::scrub::Reading;
use super::{Format, read};
use crate::error::{ErrorCode, Result};
use crate::guard::guard;
use crate::rubric::{Report, ScoreOptions, Scorer};
use crate::scrub::Policy;
use crate::text::Span;

/// Free text shorter than this, in bytes, is a remark and no note.
const SHORTEST: usize = 80;

/// What a note within a message documents.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MessageReport {
    /// The field it stands in: `OBX-5`, `DocumentReference.content.attachment.data`.
    pub path: String,
    /// Its report; spans of evidence are bytes of the message. What lies in base64 is pointed at as a whole.
    pub report: Report,
}

impl Scorer {
    /// Scores every note of a message: the lines of one observation are one note, and so is an embedded document. Free text of fewer
    /// than 80 bytes is none.
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
        guard(ErrorCode::Internal, "a message was scored", || {
            let (document, _) = read(message, format, &Rules::new(&Policy::default())?)?;
            let reading = Reading::new(&document);
            let mut out = Vec::new();
            for (piece, leaf, way) in &reading.pieces {
                let Content::Note { path } = &leaf.content else { continue };
                if leaf.stretch.text.trim().len() < SHORTEST {
                    continue;
                }
                debug_assert_eq!(piece.len(), leaf.stretch.text.len());
                let mut report = self.score(&leaf.stretch.text, options)?;
                for evidence in report.criteria.iter_mut().flat_map(|criterion| &mut criterion.evidence) {
                    let source = way.up(evidence.span.range());
                    evidence.span = Span::new(source.start, source.end);
                }
                out.push(MessageReport { path: path.clone(), report });
            }
            Ok(out)
        })
    }
}
