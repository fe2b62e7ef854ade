//! The way of a message through the scrubber: read, search the free text, rewrite all of it as one text, write back what changed.

use std::collections::HashSet;
use std::ops::Range;

use serde::Serialize;

use super::document::{Content, Document, Leaf, Way};
use super::known::Known;
use super::stretch::{self, spliced};
use super::{Format, charset, read, seal};
use crate::audit::Event;
use crate::error::{Error, ErrorCode, Result};
use crate::guard::guard;
use crate::scrub::message_rules::Rules;
use crate::scrub::{Applied, Category, Context, Finding, OffsetMap, Operator, Patient, Scrubber};
use crate::text::Span;
use crate::vault::{Entry, Vault};

/// A message without its protected health information. `Debug` prints no text.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ScrubbedMessage {
    /// The message that may be shared. Every byte of it that no finding accounts for is a byte of the input.
    pub bytes: Vec<u8>,
    /// In which format it was read.
    pub format: Format,
    /// What was removed, in the order of the message.
    pub findings: Vec<MessageFinding>,
    /// Which bytes of the input went where in `bytes`.
    pub map: OffsetMap,
}

impl std::fmt::Debug for ScrubbedMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScrubbedMessage")
            .field("bytes", &self.bytes.len())
            .field("format", &self.format)
            .field("findings", &self.findings)
            .field("map", &self.map)
            .finish()
    }
}

impl ScrubbedMessage {
    /// What a vault keeps of this, the scrubbed form of `message`.
    pub(crate) fn entry(&self, message: &[u8], context: &Context) -> Result<Entry> {
        Entry::new(message, &self.bytes, self.map.edits(), context.document())
    }
}

/// What was found in a message, where, and what was done to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MessageFinding {
    /// What was found and what was done; its spans are bytes of the message as it came in and as it goes out. A value that lies in several
    /// places spans all from the first to the last, one within base64 all of that.
    #[serde(flatten)]
    pub applied: Applied,
    /// The field it stands in, as the format names it: `PID-5`, `Patient.name`.
    pub path: String,
}

/// What replaces parts of a text, in its order.
pub(super) type Changes = Vec<(Range<usize>, String)>;

/// Where a piece of the text is, what it is, and the way from it to the message.
type Piece<'d> = (Span, &'d Leaf, Way<'d>);

/// One text of all that a message says, and where each piece of it belongs.
pub(super) struct Reading<'d> {
    text: String,
    pub(super) pieces: Vec<Piece<'d>>,
}

impl<'d> Reading<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        let mut reading = Self { text: String::new(), pieces: Vec::new() };
        document.each_text(&Way::default(), &mut |leaf, way| {
            if !reading.text.is_empty() {
                reading.text.push('\n');
            }
            let start = reading.text.len();
            reading.text.push_str(&leaf.stretch.text);
            reading.pieces.push((Span::new(start, reading.text.len()), leaf, way.clone()));
        });
        reading
    }

    /// The pieces that are searched for the same people: all of them for everybody whom the message names. In a file of so many messages
    /// that this would take very long, those of each message for its own.
    fn groups(&self, document: &Document) -> Result<Vec<(&[Piece<'d>], Vec<Patient>)>> {
        let bytes = |pieces: &[Piece<'_>]| -> usize {
            let searched = pieces.iter().filter(|(_, leaf, _)| !matches!(leaf.content, Content::Field { .. }));
            searched.map(|(span, ..)| span.len()).sum()
        };
        let all = bytes(&self.pieces);
        let messages = document.messages();
        if messages.len() < 2 || document.known.is_searched_together(all) {
            return Ok(vec![(&self.pieces, document.known.patients(all)?)]);
        }
        let mut start = 0;
        let groups = messages.into_iter().map(|(end, known)| {
            let pieces = &self.pieces[start..end];
            start = end;
            Ok((pieces, known.patients(bytes(pieces))?))
        });
        groups.collect()
    }

    /// The text of each message, and whose it is and when it was written: as the file says where the message does not.
    fn parts(&self, document: &Document, context: &Context) -> Vec<(Span, Context)> {
        let completed = |context: &Context, known: &Known| context.completed(known.patient_id.clone(), known.date);
        let messages = document.messages();
        if messages.len() < 2 {
            return vec![(Span::new(0, self.text.len()), completed(context, &document.known))];
        }
        let mut start = 0;
        let parts = messages.into_iter().map(|(end, known)| {
            let part = Span::new(start, self.pieces.get(end).map_or(self.text.len(), |(next, ..)| next.start));
            start = part.end;
            (part, completed(&completed(context, known), &document.known))
        });
        parts.collect()
    }

    /// The piece that a place of the text is in.
    fn piece(&self, at: usize) -> usize {
        self.pieces.partition_point(|(span, ..)| span.end <= at).min(self.pieces.len().saturating_sub(1))
    }

    /// The bytes of the message that say a part of the text.
    fn source(&self, span: Span) -> Range<usize> {
        let Some((piece, _, way)) = self.pieces.get(self.piece(span.start)) else { return 0..0 };
        way.up(span.start - piece.start..span.end.min(piece.end) - piece.start)
    }
}

impl Scrubber {
    /// Completes an audit event with what became of scrubbing `message`: as [`audited`](Self::audited).
    ///
    /// # Errors
    /// When the key has fewer than 16 bytes.
    pub fn audited_message(
        &self,
        event: Event,
        message: &[u8],
        result: &Result<ScrubbedMessage>,
        key: Option<&[u8]>,
    ) -> Result<Event> {
        self.recorded(event, message, result, |done| done.findings.iter().map(|found| &found.applied).collect(), key)
    }

    /// As [`scrub_message`](Self::scrub_message), and keeps in `vault` what [`Vault::restore_message`] needs to give the message back, byte
    /// for byte, whatever the operators did. It is on the disk when this returns.
    ///
    /// ```
    /// use chartguard::vault::Vault;
    /// use chartguard::{Context, Format, Key, Scrubber};
    /// let key = Key::parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")?;
    /// let vault = Vault::from_bytes(Vec::new(), &key)?;
    /// let scrubber = Scrubber::builder().builtin_model(false).build()?;
    /// let message = br"{\rtf1 Seen by Dr. Osei, MRN 4471203.}";
    /// let scrubbed = scrubber.scrub_message_into(message, Format::Auto, &Context::new().document_id("7"), &vault)?;
    /// assert_eq!(scrubbed.bytes, br"{\rtf1 Seen by Dr. [NAME], MRN [MRN].}");
    /// assert_eq!(vault.restore_message(&scrubbed.bytes, Some("7"))?, message);
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`scrub_message`](Self::scrub_message) and [`scrub_into`](Self::scrub_into).
    pub fn scrub_message_into(
        &self,
        message: &[u8],
        format: Format,
        context: &Context,
        vault: &Vault,
    ) -> Result<ScrubbedMessage> {
        let scrubbed = self.scrub_message(message, format, context)?;
        vault.keep(&[scrubbed.entry(message, context)?]).remove(0)?;
        Ok(scrubbed)
    }

    /// Removes protected health information from a message of any [`Format`]: typed fields by what they are, free text as
    /// [`scrub`](Self::scrub) does it, searched for the people that the message itself names. What is not removed stays byte for
    /// byte.
    ///
    /// Whose message it is and when it was written is taken from the message where `context` does not say it. In a file of messages (a batch,
    /// NDJSON) each has its own patient and date; the text of all is searched for everybody whom any of them names, or, where those are so many
    /// that this would take long, that of each for its own people.
    ///
    /// ```
    /// use chartguard::{Context, Format, Scrubber};
    /// let scrubber = Scrubber::builder().builtin_model(false).build()?;
    /// let message = "MSH|^~\\&|LAB|A^1^CLIA|||20240314||ORU^R01|7|P|2.5.1\r\
    ///     PID|1||4471203^^^A^MR||ACHTERBERG^ROSALIND||19610314|F\r\
    ///     OBX|1|TX|11506-3^Note^LN||Rosalind walked 40 feet.\r";
    /// let scrubbed = scrubber.scrub_message(message.as_bytes(), Format::Auto, &Context::default())?;
    /// assert_eq!(
    ///     String::from_utf8(scrubbed.bytes).unwrap(),
    ///     "MSH|^~\\&|LAB|[ORGANIZATION]^^CLIA|||2024||ORU^R01|id-1|P|2.5.1\r\
    ///     PID|1||[MRN]^^^[ORGANIZATION]^MR||[NAME]^||1961|F\r\
    ///     OBX|1|TX|11506-3^Note^LN||[NAME] walked 40 feet.\r"
    /// );
    /// assert_eq!(scrubbed.format, Format::Hl7);
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the message is not of its format, nests too deeply or is too large (the error says where, in bytes of it), says so much of so many
    /// people that its text cannot be searched for all of them in some minutes (a Bundle of thousands), the policy's `messages` are wrong, or as [`scrub_with`](Self::scrub_with). There is then no output at all.
    pub fn scrub_message(&self, message: &[u8], format: Format, context: &Context) -> Result<ScrubbedMessage> {
        guard(ErrorCode::Panic, "a message was scrubbed", || {
            self.takes(message.len())?;
            let rules = Rules::new(self.policy())?.until(self.cancel());
            let (document, format) = read(message, format, &rules)?;
            Ok(self.scrub_read(message, &document, format, context)?.0)
        })
    }

    /// Where the findings start that do not come back.
    fn lasting(&self, findings: &[Applied]) -> HashSet<usize> {
        let returns = |done: &&Applied| {
            // An id by which parts point at each other has a code in its place, whatever the operator.
            done.action.restores() || self.policy().category(done.finding.category).operator.restores()
        };
        findings.iter().filter(|done| !returns(done)).map(|done| done.finding.span.start).collect()
    }

    /// Searches the values that stay for the people of the message: somebody's name may have been typed into the text beside a code. Adds
    /// what is found.
    fn find_kept(&self, pieces: &[Piece<'_>], known: &[&Patient], findings: &mut Vec<Finding>) -> Result<()> {
        // One text of all, so that it is looked through once; a line is a value.
        let mut text = String::new();
        let mut lines: Vec<(usize, &Piece<'_>)> = Vec::new();
        for piece in pieces.iter().filter(|(_, leaf, _)| matches!(leaf.content, Content::Kept { .. })) {
            lines.push((text.len(), piece));
            text.push_str(&piece.1.stretch.text);
            text.push('\n');
        }
        if lines.is_empty() || known.is_empty() || Rules::keeps(self.policy()) {
            return Ok(());
        }
        for found in self.find_exact(&text, known)? {
            let first = lines.partition_point(|(start, _)| *start <= found.span.start).saturating_sub(1);
            // What goes over the end of a value is a part of each.
            for (start, (piece, leaf, _)) in lines[first..].iter().take_while(|(start, _)| *start < found.span.end) {
                let (from, to) = (found.span.start.max(*start) - start, (found.span.end - start).min(piece.len()));
                let Content::Kept { path, place } = &leaf.content else { continue };
                if from < to {
                    let span = Span::new(piece.start + from, piece.start + to);
                    findings.push(Finding::in_field(span, found.category, found.kind, *place, path));
                }
            }
        }
        Ok(())
    }

    /// Scrubs a message that was read; also gives the changes of each [piece](Reading::pieces) of its text.
    pub(super) fn scrub_read(
        &self,
        message: &[u8],
        document: &Document,
        format: Format,
        context: &Context,
    ) -> Result<(ScrubbedMessage, Vec<Changes>)> {
        let cancel = self.cancel();
        cancel.check()?;
        let reading = Reading::new(document);
        let groups = reading.groups(document)?;
        let mut findings = Vec::new();
        let mut searched = Vec::with_capacity(groups.len());
        for (pieces, people) in &groups {
            let known: Vec<&Patient> = context.known().into_iter().chain(people).collect();
            let mut notes = Vec::new();
            for (step, (span, leaf, _)) in pieces.iter().enumerate() {
                if cancel.stops(step) {
                    break;
                }
                match &leaf.content {
                    Content::Field { category, kind, place, path } => {
                        let finding = Finding::in_field(*span, *category, *kind, *place, path);
                        findings.extend(Some(finding).filter(|finding| self.removes(finding)));
                    }
                    Content::Kept { .. } => {}
                    _ => {
                        let found = self.find_among(&leaf.stretch.text, &known)?;
                        findings.extend(found.into_iter().map(|finding| finding.moved(span.start)));
                        notes.push(*span);
                    }
                }
            }
            self.find_kept(pieces, &known, &mut findings)?;
            cancel.check()?;
            searched.push((known, notes));
        }
        findings.sort_by_key(|finding| finding.span.start);
        cancel.check()?;
        let scrubbed = self.rewrite_found(&reading.text, findings, &reading.parts(document, context), &searched)?;
        let mut changes: Vec<Changes> = vec![Vec::new(); reading.pieces.len()];
        // A plain note has its tokens where `restore` looks for them; a message has a seal instead.
        let sealed = self.policy().restores() && reading.text.as_bytes() != message;
        let mut lasting: Vec<Changes> = vec![Vec::new(); if sealed { reading.pieces.len() } else { 0 }];
        let lasts: HashSet<usize> = if sealed { self.lasting(&scrubbed.findings) } else { HashSet::new() };
        for &(input, output) in scrubbed.map.edits() {
            let at = reading.piece(input.start);
            let Some((piece, ..)) = reading.pieces.get(at) else { continue };
            if input.is_empty() && sealed {
                // That of `fpe`, which is of the text that the operators saw.
                continue;
            }
            let range = input.start - piece.start..input.end - piece.start;
            let change = (range, output.of(&scrubbed.text).to_owned());
            if lasts.contains(&input.start) {
                lasting[at].push(change.clone());
            }
            changes[at].push(change);
        }
        let mut edits = document.edits(&mut changes.iter().cloned(), true);
        if sealed {
            // What no operator decides is found as `other_id`.
            let fixed = !self.policy().category(Category::OtherId).operator.restores();
            let back = document.edits(&mut lasting.into_iter(), fixed);
            edits = seal::add(self, message, format, edits, &back)?;
        }
        cancel.check()?;
        let bytes = spliced(message, &edits);
        if charset::is_wide(&bytes) && !charset::is_wide(message) {
            return Err(Error::input(
                "what is left begins with the mark of UTF-16, and nobody would read it as it was: expected UTF-8",
            ));
        }
        let map = stretch::map(&edits);
        let moved = |source: Range<usize>| map.to_output(Span::new(source.start, source.end));
        let mut out = Vec::with_capacity(scrubbed.findings.len());
        for mut applied in scrubbed.findings {
            let (_, leaf, _) = &reading.pieces[reading.piece(applied.finding.span.start)];
            let (Content::Field { path, .. } | Content::Note { path } | Content::Kept { path, .. }) = &leaf.content
            else {
                continue;
            };
            let source = reading.source(applied.finding.span);
            for reason in &mut applied.finding.also {
                let source = reading.source(reason.span);
                reason.span = Span::new(source.start, source.end);
            }
            applied.finding.span = Span::new(source.start, source.end);
            applied.output = moved(source);
            out.push(MessageFinding { applied, path: path.clone() });
        }
        document.each_removed(&Way::default(), &mut |path, source| {
            let span = Span::new(source.start, source.end);
            let finding = Finding::new(span, Category::OtherId, 1.0, format!("field.{path}"));
            let applied = Applied { finding, action: Operator::Remove, output: moved(source), census: None };
            out.push(MessageFinding { applied, path: path.to_owned() });
        });
        cancel.check()?;
        out.sort_by_key(|finding| (finding.applied.finding.span.start, finding.applied.finding.span.end));
        Ok((ScrubbedMessage { bytes, format, findings: out, map }, changes))
    }
}
