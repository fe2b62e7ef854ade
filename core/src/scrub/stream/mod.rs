//! A text that comes in pieces: what is safe leaves as soon as enough of what follows it was seen.

mod cut;
mod options;

use std::collections::VecDeque;

pub use options::StreamOptions;

use super::action::Memory;
use super::apply::{Applied, Scrubbed};
use super::detect::Learned;
use super::{Context, Scrubber};
use crate::error::{Error, ErrorCode, Result};
use crate::guard::guard;
use crate::text::Span;

/// How many bytes before what is looked at are looked at once more, so that it is seen in its context.
const HISTORY: usize = 4096;
/// How many bytes a single value may have.
const LONGEST: usize = 64 << 10;
/// How many bytes of the output are searched for the patient once more, together with what comes next.
const AGAIN: usize = 1024;
/// How many values, persons and words may be kept.
const KEPT: usize = 1 << 20;
/// How many bytes of one piece are taken at once.
const GULP: usize = 64 << 10;

/// Scrubs a text that comes in pieces: dictation, a transcript of a session, a log. [`Scrubber::stream`] makes one.
///
/// [`push`](Self::push) takes the next piece and gives back what may leave by now; [`finish`](Self::finish) gives back the rest. Findings
/// count from the beginning of the stream, their spans in bytes of all that was pushed, their outputs in bytes of all that was released.
///
/// ```
/// use chartguard::{Policy, Scrubber, StreamOptions};
/// let policy = Policy::from_yaml("categories: {name: {numbered: true}}")?;
/// let scrubber = Scrubber::builder().policy(policy).builtin_model(false).build()?;
/// let mut stream = scrubber.stream(StreamOptions::new())?;
/// let mut text = String::new();
/// for piece in ["THERAPIST: Good morning, Mrs. Achter", "berg. How is the knee?\n", "Mrs. Achterberg: Better.\n"] {
///     text.push_str(&stream.push(piece)?.text);
/// }
/// text.push_str(&stream.finish()?.text);
/// assert_eq!(text, "THERAPIST: Good morning, Mrs. [NAME-1]. How is the knee?\nMrs. [NAME-1]: Better.\n");
/// # Ok::<(), chartguard::Error>(())
/// ```
///
/// # When text leaves
///
/// Text leaves in units. With a look-ahead of `L` bytes ([`StreamOptions::lookahead`], 1024 unless said otherwise) a unit ends at the
/// first end of a line or sentence after `L / 2` bytes; where there is none in the next `L` bytes, at the last blank among them; where there is none
/// of these either, after so many bytes. It leaves when `L` bytes after its end are there. So no more than about `2.5 × L` bytes are held. A unit
/// that would end inside a finding ends before it. A finding that is longer than a unit is waited for, up to 64 KiB, and one that is longer
/// still is an error: no value is ever cut.
///
/// Where units end is decided by the text alone. Whatever pieces a text is pushed in, what comes out is the same, byte for byte.
///
/// # How it compares with one call
///
/// A text shorter than `1.5 × L` bytes leaves at [`finish`](Self::finish) as a whole, and that equals [`Scrubber::scrub_with`] in everything. Of a
/// longer one each unit is searched with at least 4096 bytes before it and `L` bytes after it. Names that were
/// found with certainty are looked for in all that comes later, people keep their numbers and surrogates, and so do other values. What
/// one call knows and a stream cannot is what is only written later: a name that is certain only further on than the look-ahead stays
/// unknown in what has left. Detectors of a policy's own see no further than this either.
///
/// # What it keeps
///
/// The units that are held, the 4096 bytes before them with the unit they begin in, and what is needed to treat later mentions alike: words of
/// certain names, and where the policy numbers or invents, the different values, people and words. These grow with how many different ones there
/// are, not with the length; more than 1 048 576 are an error. The time is linear in the length.
///
/// # Errors
///
/// After an error the stream is dead: every later call is an error, and nothing more leaves.
pub struct ScrubStream {
    scrubber: Scrubber,
    context: Context,
    lookahead: usize,
    /// What is held, and what was before it.
    text: String,
    /// Where `text` begins in all that was pushed.
    base: usize,
    /// How much of all that was pushed has left.
    done: usize,
    /// Where the last units ended, in bytes of all that was pushed; a window begins at the first of these.
    ends: VecDeque<usize>,
    /// How many bytes the next unit has at least.
    least: usize,
    learned: Learned,
    memory: Memory,
    /// How many bytes have left.
    written: usize,
    /// What left last, for a search across its end.
    last: VecDeque<Scrubbed>,
    dead: bool,
}

impl std::fmt::Debug for ScrubStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScrubStream").field("held", &self.held()).field("dead", &self.dead).finish_non_exhaustive()
    }
}

/// What left a [`ScrubStream`] at one call.
///
/// `Debug` prints no text.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Released {
    /// The text that may be shared; often empty.
    pub text: String,
    /// What was removed, in order: spans in bytes of all that was pushed, outputs in bytes of all that was released.
    pub findings: Vec<Applied>,
    /// What `text` stands for, in bytes of all that was pushed.
    pub input: Span,
}

impl std::fmt::Debug for Released {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Released")
            .field("bytes", &self.text.len())
            .field("findings", &self.findings)
            .field("input", &self.input)
            .finish()
    }
}

impl Scrubber {
    /// Begins a text that comes in pieces; see [`ScrubStream`].
    ///
    /// # Errors
    /// When the policy needs the whole text: `encrypt` and `fpe` bind what they leave to the whole scrubbed text, and `date_shift` works
    /// the days out from the whole text where the context has no patient id. When an entry of the policy's deny list is longer
    /// than the look-ahead, or the look-ahead is out of its bounds.
    pub fn stream(&self, options: StreamOptions) -> Result<ScrubStream> {
        let (context, lookahead) = options.checked(self.policy())?;
        Ok(ScrubStream {
            scrubber: self.clone(),
            context,
            lookahead,
            text: String::new(),
            base: 0,
            done: 0,
            ends: VecDeque::from([0]),
            least: lookahead / 2,
            learned: Learned::default(),
            memory: Memory::default(),
            written: 0,
            last: VecDeque::new(),
            dead: false,
        })
    }
}

impl ScrubStream {
    /// Takes the next piece, of any length; gives back what may leave by now.
    ///
    /// # Errors
    /// As [`Scrubber::scrub_with`]: when the text could not be searched completely or an operator cannot work on a value, and what is
    /// known of the patient still stands in what would leave. When a single value is longer than 64 KiB, more
    /// than 1 048 576 different values would be kept, or there was an error before.
    pub fn push(&mut self, piece: &str) -> Result<Released> {
        self.alive(|stream| {
            let mut out = stream.released();
            let mut rest = piece;
            while !rest.is_empty() {
                let (now, later) = rest.split_at(rest.floor_char_boundary(GULP));
                stream.text.push_str(now);
                rest = later;
                while let Some(end) = stream.unit() {
                    stream.step(end, &mut out)?;
                }
                stream.forget();
            }
            Ok(out)
        })
    }

    /// Ends the text; gives back the rest of it.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn finish(mut self) -> Result<Released> {
        self.alive(|stream| {
            let mut out = stream.released();
            stream.step(stream.base + stream.text.len(), &mut out)?;
            Ok(out)
        })
    }

    /// How many bytes of what was pushed have not left.
    pub fn held(&self) -> usize {
        self.base + self.text.len() - self.done
    }

    /// Does `work`, and lets the stream die of its error.
    fn alive(&mut self, work: impl FnOnce(&mut Self) -> Result<Released>) -> Result<Released> {
        if std::mem::replace(&mut self.dead, true) {
            return Err(Error::input("the stream ended with an error before; nothing more leaves it"));
        }
        let out = guard(ErrorCode::Panic, "a stream was scrubbed", || work(self))?;
        self.dead = false;
        Ok(out)
    }

    /// Nothing so far.
    fn released(&self) -> Released {
        Released { text: String::new(), findings: Vec::new(), input: Span::new(self.done, self.done) }
    }

    /// Where the next unit ends, in bytes of all that was pushed, once all of its look-ahead is there.
    fn unit(&self) -> Option<usize> {
        let held = &self.text[self.done - self.base..];
        let end = cut::boundary(held, self.least, self.lookahead)?;
        (end + self.lookahead <= held.len()).then_some(self.done + end)
    }

    /// Lets the unit up to `end` leave, or as much of it as ends in no finding.
    fn step(&mut self, end: usize, out: &mut Released) -> Result<()> {
        let from = self.ends[0];
        match self.search(end - from).map_err(|error| error.with_bytes(|at| from + at))? {
            Some(scrubbed) => self.release(scrubbed, from, out),
            None => Ok(()),
        }
    }

    /// Scrubs what may leave of the unit up to `end`; places are in bytes of the window, which begins where the oldest unit does that is
    /// still looked at. Nothing where a finding is to be waited for.
    fn search(&mut self, mut end: usize) -> Result<Option<(Span, Scrubbed)>> {
        let (from, done) = (self.ends[0], self.done - self.ends[0]);
        let text = &self.text[from - self.base..];
        let window = if end == text.len() { text } else { &text[..cut::look_ahead(text, end, self.lookahead)] };
        let known: Vec<_> = self.context.known().into_iter().collect();
        let (candidates, learned) = self.scrubber.detect(window, &known, &self.learned, |_| {})?;
        let mut findings = self.scrubber.decide(window, &candidates);
        if let Some(across) = findings.iter().find(|finding| finding.span.start < end && end < finding.span.end) {
            if across.span.start <= done {
                self.least = 2 * (end - done);
                let what = || format!("a value of over {LONGEST} bytes: no stream waits for its end");
                return if self.least > LONGEST { Err(Error::input(what())) } else { Ok(None) };
            }
            end = across.span.start;
        }
        findings.retain(|finding| finding.span.end > done && finding.span.start < end);
        if let Some(first) = findings.first_mut() {
            // Of what is only seen to begin before it now that more is known, the rest goes.
            first.span.start = first.span.start.max(done);
        }
        let part = Span::new(done, end);
        let mut memory = std::mem::take(&mut self.memory);
        memory.see(window, &findings, self.scrubber.policy());
        let (scrubbed, memory) = self.scrubber.rewrite_part(window, part, findings, &self.context, memory)?;
        self.memory = memory;
        self.learned.absorb(learned, end);
        if self.memory.len() + self.learned.len() > KEPT {
            return Err(Error::input(format!(
                "the stream has more than {KEPT} different values and words to remember: end it and begin another"
            )));
        }
        Ok(Some((part, scrubbed)))
    }

    /// Hands out what stands for a part of the window that begins at `from`.
    fn release(&mut self, (part, scrubbed): (Span, Scrubbed), from: usize, out: &mut Released) -> Result<()> {
        let scrubbed = scrubbed.moved(from);
        let moved = |span: Span| Span::new(self.written + span.start, self.written + span.end);
        out.text.push_str(&scrubbed.text);
        out.findings.extend(scrubbed.findings.iter().map(|f| Applied { output: moved(f.output), ..f.clone() }));
        self.written += scrubbed.text.len();
        self.done = from + part.end;
        out.input.end = self.done;
        self.least = self.lookahead / 2;
        self.ends.push_back(self.done);
        while self.ends.get(1).is_some_and(|end| end + HISTORY <= self.done) {
            self.ends.pop_front();
        }
        if let Some(patient) = self.context.known() {
            self.last.push_back(scrubbed);
            self.scrubber.verify_all(self.last.make_contiguous(), patient)?;
            let mut bytes: usize = self.last.iter().map(|piece| piece.text.len()).sum();
            while let Some(first) = self.last.front().filter(|first| bytes - first.text.len() >= AGAIN) {
                bytes -= first.text.len();
                self.last.pop_front();
            }
        }
        Ok(())
    }

    /// Drops what no later window holds.
    fn forget(&mut self) {
        self.text.drain(..self.ends[0] - self.base);
        self.base = self.ends[0];
    }
}
