//! Scrubs and scores notes in one call: the front door for applications that want both.

use rayon::prelude::*;

use crate::audit::Event;
use crate::cancel::Cancel;
use crate::error::Result;
use crate::format::{self, Format, MessageReport, ScrubbedMessage};
use crate::rubric::{Report, ScoreOptions, Scorer};
use crate::scrub::{Context, Scrubbed, Scrubber, keep_all};
use crate::vault::Vault;

/// Scrubs and scores notes.
///
/// The note is scored as it was written, so that evidence points into the original; [`Scrubbed::map`] carries each span
/// into the scrubbed text.
#[derive(Debug, Clone)]
pub struct Analyzer {
    scrubber: Scrubber,
    scorer: Scorer,
}

/// What became of one note.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Outcome {
    /// The note without its protected health information.
    pub scrubbed: Scrubbed,
    /// How well it documents, with evidence in the original note.
    pub report: Report,
}

/// What became of one message.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MessageOutcome {
    /// The message without its protected health information.
    pub scrubbed: ScrubbedMessage,
    /// How well each of its notes documents: evidence in the original message, and in the scrubbed text of the note.
    pub notes: Vec<MessageReport>,
}

impl Outcome {
    /// The report with its evidence carried into the scrubbed text, to be shown beside that; it does not say the day of service.
    pub fn scrubbed_report(&self) -> Report {
        // The day of service is an identifier of its own (45 CFR 164.514(b)(2)(i)(C)), and stood in the text that was scrubbed.
        let mut report = Report { date: None, ..self.report.clone() };
        for evidence in report.criteria.iter_mut().flat_map(|criterion| &mut criterion.evidence) {
            evidence.span = self.scrubbed.map.to_output(evidence.span);
        }
        report
    }
}

impl Analyzer {
    /// An analyzer of the two.
    pub fn new(scrubber: Scrubber, scorer: Scorer) -> Self {
        Self { scrubber, scorer }
    }

    /// The same analyzer, whose calls stop when `cancel` is set, or is due to be. See [`Cancel`].
    #[must_use]
    pub fn until(&self, cancel: &Cancel) -> Self {
        Self { scrubber: self.scrubber.until(cancel), scorer: self.scorer.until(cancel) }
    }

    /// The scrubber within.
    pub fn scrubber(&self) -> &Scrubber {
        &self.scrubber
    }

    /// The scorer within.
    pub fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// Scrubs and scores one note.
    ///
    /// # Errors
    /// When either fails; there is then no output at all.
    pub fn analyze(&self, text: &str, options: &ScoreOptions) -> Result<Outcome> {
        self.analyze_with(text, options, &Context::default())
    }

    /// [`analyze`](Self::analyze) with what is known of the note, as [`Scrubber::scrub_with`] takes it.
    ///
    /// ```
    /// use chartguard::{Analyzer, Context, Policy, Rubric, Scorer, Scrubber};
    /// let scrubber = Scrubber::builder().policy(Policy::default()).builtin_model(false).build()?;
    /// let analyzer = Analyzer::new(scrubber, Scorer::new(Rubric::builtin("medicare-outpatient-therapy")?));
    /// let context = Context::from_json(r#"{"patient": {"names": ["Rosalind Achterberg"]}}"#)?;
    /// let outcome = analyzer.analyze_with("achterberg: gait training 15 min", &Default::default(), &context)?;
    /// assert_eq!(outcome.scrubbed.text, "[NAME]: gait training 15 min");
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`analyze`](Self::analyze).
    pub fn analyze_with(&self, text: &str, options: &ScoreOptions, context: &Context) -> Result<Outcome> {
        let scrubbed = self.scrubber.scrub_with(text, context)?;
        Ok(Outcome { scrubbed, report: self.scorer.score(text, options)? })
    }

    /// As [`analyze_with`](Self::analyze_with), and keeps in `vault` what brings the note back, as [`Scrubber::scrub_into`] does.
    ///
    /// # Errors
    /// As [`analyze`](Self::analyze) and [`Scrubber::scrub_into`]. The vault keeps nothing then.
    pub fn analyze_into(
        &self,
        text: &str,
        options: &ScoreOptions,
        context: &Context,
        vault: &Vault,
    ) -> Result<Outcome> {
        // The vault comes last, so that it keeps no note that is not handed out.
        let report = self.scorer.score(text, options)?;
        Ok(Outcome { scrubbed: self.scrubber.scrub_into(text, context, vault)?, report })
    }

    /// Scrubs a message and scores every note in it, as [`Scrubber::scrub_message`] and [`Scorer::score_message`] do.
    ///
    /// ```
    /// use chartguard::{Analyzer, Context, Format, Rubric, Scorer, Scrubber};
    /// let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy")?);
    /// let analyzer = Analyzer::new(Scrubber::builder().builtin_model(false).build()?, scorer);
    /// let message = b"MSH|^~\\&|A|B|||20240314||ORU^R01|7|P|2.5.1\r\
    ///     PID|1||4471203^^^A^MR||ACHTERBERG^ROSALIND\r\
    ///     OBX|1|TX|11506-3^Note^LN||PT treatment note for Ms. Achterberg. Gait training 15 min, therapeutic exercise 23 min.\r";
    /// let outcome = analyzer.analyze_message(message, Format::Auto, &Default::default(), &Context::default())?;
    /// assert_eq!(outcome.notes[0].path, "OBX-5");
    /// assert!(outcome.notes[0].text.starts_with("PT treatment note for Ms. [NAME]."));
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    ///
    /// # Errors
    /// When either fails; there is then no output at all.
    pub fn analyze_message(
        &self,
        message: &[u8],
        format: Format,
        options: &ScoreOptions,
        context: &Context,
    ) -> Result<MessageOutcome> {
        let (scrubbed, notes) =
            format::analyze_message(&self.scrubber, &self.scorer, message, format, options, context)?;
        Ok(MessageOutcome { scrubbed, notes })
    }

    /// As [`analyze_message`](Self::analyze_message), and keeps in `vault` what brings the message back, as
    /// [`Scrubber::scrub_message_into`] does.
    ///
    /// # Errors
    /// As [`analyze_message`](Self::analyze_message) and [`Scrubber::scrub_message_into`].
    pub fn analyze_message_into(
        &self,
        message: &[u8],
        format: Format,
        options: &ScoreOptions,
        context: &Context,
        vault: &Vault,
    ) -> Result<MessageOutcome> {
        let outcome = self.analyze_message(message, format, options, context)?;
        vault.keep(&[outcome.scrubbed.entry(message, context)?]).remove(0)?;
        Ok(outcome)
    }

    /// Completes an audit event with what became of analysing a message, as [`audited`](Self::audited).
    ///
    /// # Errors
    /// When the key has fewer than 16 bytes.
    pub fn audited_message(
        &self,
        event: Event,
        message: &[u8],
        result: &Result<MessageOutcome>,
        key: Option<&[u8]>,
    ) -> Result<Event> {
        self.scrubber.recorded(
            event,
            message,
            result,
            |outcome| outcome.scrubbed.findings.iter().map(|found| &found.applied).collect(),
            key,
        )
    }

    /// Completes an audit event with what became of analysing `text`, as [`Scrubber::audited`] does.
    ///
    /// # Errors
    /// When the key has fewer than 16 bytes.
    pub fn audited(&self, event: Event, text: &str, result: &Result<Outcome>, key: Option<&[u8]>) -> Result<Event> {
        self.scrubber.audited_as(event, text, result, |outcome| &outcome.scrubbed, key)
    }

    /// Analyzes many notes on the current rayon pool, results in the order of the notes; the same as one call each.
    pub fn analyze_batch<T: AsRef<str> + Sync>(&self, texts: &[T], options: &ScoreOptions) -> Vec<Result<Outcome>> {
        texts.par_iter().map(|text| self.analyze(text.as_ref(), options)).collect()
    }

    /// As [`analyze_batch`](Self::analyze_batch), each note with what is known of it.
    pub fn analyze_batch_with<T: AsRef<str> + Sync>(
        &self,
        notes: &[(T, Context)],
        options: &ScoreOptions,
    ) -> Vec<Result<Outcome>> {
        notes.par_iter().map(|(text, context)| self.analyze_with(text.as_ref(), options, context)).collect()
    }
    /// As [`analyze_batch_with`](Self::analyze_batch_with), and keeps in `vault` what brings the notes back; it is written once.
    pub fn analyze_batch_into<T: AsRef<str> + Sync>(
        &self,
        notes: &[(T, Context)],
        options: &ScoreOptions,
        vault: &Vault,
    ) -> Vec<Result<Outcome>> {
        let mut results = self.analyze_batch_with(notes, options);
        keep_all(vault, notes, &mut results, |outcome| &outcome.scrubbed);
        results
    }
}
