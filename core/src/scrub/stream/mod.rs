//! A text that comes in pieces: what is safe leaves as soon as enough of what follows it was seen.

mod cut;
mod options;

use std::collections::{HashMap, VecDeque};

pub use options::StreamOptions;

use super::action::Memory;
use super::apply::{Applied, Scrubbed};
use super::detect::Learned;
use super::{Category, Context, Operator, Scrubber};
use crate::audit::{Document, Event};
use crate::error::{Error, ErrorCode, Location, Result};
use crate::guard::guard;
use crate::text::{Offsets, Span};

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
/// for piece in ["THERAPIST: This is Mrs. Achter", "berg. How is the knee?\n", "Mrs. Achterberg: Better.\n"] {
///     text.push_str(&stream.push(piece)?.text);
/// }
/// text.push_str(&stream.finish()?.text);
/// assert_eq!(text, "THERAPIST: This is Mrs. [NAME-1]. How is the knee?\nMrs. [NAME-1]: Better.\n");
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
/// After an error the stream is dead: every later call is an error, and nothing more leaves. After [`finish`](Self::finish) it has
/// ended, and every later call is an error too.
pub struct ScrubStream {
    scrubber: Scrubber,
    context: Context,
    lookahead: usize,
    /// What is held, and what was before it.
    text: String,
    /// Where `text` begins in all that was pushed.
    base: usize,
    /// The beginning of a character of which the rest is still to come.
    partial: Vec<u8>,
    /// How much of all that was pushed has left.
    done: usize,
    /// Where the last units ended, in bytes and in code points of all that was pushed; a window begins at the first of these.
    ends: VecDeque<(usize, usize)>,
    /// How many bytes the next unit has at least.
    least: usize,
    learned: Learned,
    memory: Memory,
    /// How many bytes have left.
    written: usize,
    /// What left last, for a search across its end.
    last: VecDeque<Scrubbed>,
    counts: HashMap<(Category, Operator), u64>,
    state: State,
}

/// What may be done with a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Ended,
    Dead(ErrorCode),
}

impl std::fmt::Debug for ScrubStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScrubStream").field("held", &self.held()).field("state", &self.state).finish_non_exhaustive()
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
    /// Where `text` is in all that was released, in bytes.
    pub output: Span,
    /// The places in `input` that are named here, in bytes and in code points of all that was pushed, in order.
    places: Vec<(usize, usize)>,
}

impl Released {
    /// Where a byte that is an end of `input`, of a finding or of a reason lies in code points of all that was pushed. Of another byte, where the nearest
    /// of these before it lies.
    pub fn code_point(&self, byte: usize) -> usize {
        let after = self.places.partition_point(|(place, _)| *place <= byte);
        after.checked_sub(1).map_or(0, |at| self.places[at].1)
    }
}

impl std::fmt::Debug for Released {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Released")
            .field("bytes", &self.text.len())
            .field("findings", &self.findings)
            .field("input", &self.input)
            .finish_non_exhaustive()
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
            partial: Vec::new(),
            done: 0,
            ends: VecDeque::from([(0, 0)]),
            least: lookahead / 2,
            learned: Learned::default(),
            memory: Memory::default(),
            written: 0,
            last: VecDeque::new(),
            counts: HashMap::new(),
            state: State::Open,
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
        self.push_bytes(piece.as_bytes())
    }

    /// As [`push`](Self::push), of a piece of UTF-8 that may be cut anywhere: a character that it only begins is kept for the next piece.
    ///
    /// # Errors
    /// As [`push`](Self::push), and when the bytes are not UTF-8.
    pub fn push_bytes(&mut self, piece: &[u8]) -> Result<Released> {
        self.alive(|stream| {
            let mut out = stream.released();
            for piece in piece.chunks(GULP) {
                stream.take(piece)?;
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
    /// As [`push`](Self::push), and when the last character is not whole.
    pub fn finish(&mut self) -> Result<Released> {
        let out = self.alive(|stream| {
            if !stream.partial.is_empty() {
                return Err(stream.not_utf8(0));
            }
            let mut out = stream.released();
            stream.step(stream.base + stream.text.len(), &mut out)?;
            Ok(out)
        })?;
        self.state = State::Ended;
        Ok(out)
    }

    /// Completes an audit event with what became of the stream so far: the policy, how many findings of each category and what was done to
    /// them, how much was pushed, and the error that it died of. One event when it has ended is what a call of
    /// [`Scrubber::audited`] records; there is no fingerprint, since the text is gone.
    pub fn audited(&self, mut event: Event) -> Event {
        event.policy = Some(self.scrubber.policy().used());
        for ((category, operator), count) in &self.counts {
            event.count_many(category.as_str(), operator.as_str(), *count);
        }
        let bytes = (self.base + self.text.len() + self.partial.len()) as u64;
        event.document = Some(Document { fingerprint: None, bytes });
        if let State::Dead(code) = self.state { event.failed(code) } else { event }
    }

    /// How many bytes of what was pushed have not left.
    pub fn held(&self) -> usize {
        self.base + self.text.len() - self.done
    }

    /// Does `work`, and lets the stream die of its error.
    fn alive(&mut self, work: impl FnOnce(&mut Self) -> Result<Released>) -> Result<Released> {
        match self.state {
            State::Open => {}
            State::Ended => return Err(Error::input("the stream has ended: begin another")),
            State::Dead(_) => {
                return Err(Error::input("the stream ended with an error before; nothing more leaves it"));
            }
        }
        let out = guard(ErrorCode::Panic, "a stream was scrubbed", || work(self));
        if let Err(error) = &out {
            self.state = State::Dead(error.code());
        }
        out
    }

    /// Nothing so far.
    fn released(&self) -> Released {
        let here = |at| Span::new(at, at);
        Released {
            text: String::new(),
            findings: Vec::new(),
            input: here(self.done),
            output: here(self.written),
            places: self.ends.back().copied().into_iter().collect(),
        }
    }

    /// Adds a piece to what is held, but for the beginning of a character at its end.
    fn take(&mut self, piece: &[u8]) -> Result<()> {
        let mut piece = piece;
        while let [next, rest @ ..] = piece
            && !self.partial.is_empty()
        {
            self.partial.push(*next);
            match std::str::from_utf8(&self.partial) {
                Ok(character) => {
                    self.text.push_str(character);
                    self.partial.clear();
                }
                Err(error) if error.error_len().is_some() => return Err(self.not_utf8(0)),
                Err(_) => {}
            }
            piece = rest;
        }
        let whole = match std::str::from_utf8(piece) {
            Ok(text) => text,
            Err(error) if error.error_len().is_some() => return Err(self.not_utf8(error.valid_up_to())),
            Err(error) => {
                let (whole, partial) = piece.split_at(error.valid_up_to());
                self.partial.extend_from_slice(partial);
                // What is valid up to there is.
                std::str::from_utf8(whole).unwrap_or_default()
            }
        };
        self.text.push_str(whole);
        Ok(())
    }

    /// The bytes after the text that is held are no character from their byte `at` on.
    fn not_utf8(&self, at: usize) -> Error {
        Error::input("the text is not UTF-8").at(Location::Byte(self.base + self.text.len() + at))
    }

    /// Where the next unit ends, in bytes of all that was pushed, once all of its look-ahead is there.
    fn unit(&self) -> Option<usize> {
        let held = &self.text[self.done - self.base..];
        let end = cut::boundary(held, self.least, self.lookahead)?;
        (end + self.lookahead <= held.len()).then_some(self.done + end)
    }

    /// Lets the unit up to `end` leave, or as much of it as ends in no finding.
    fn step(&mut self, end: usize, out: &mut Released) -> Result<()> {
        let (from, _) = self.ends[0];
        match self.search(end - from).map_err(|error| error.with_bytes(|at| from + at))? {
            Some((part, scrubbed)) => {
                let part = Span::new(from + part.start, from + part.end);
                self.release(part, scrubbed.moved(from), out)
            }
            None => Ok(()),
        }
    }

    /// Scrubs what may leave of the unit up to `end`; places are in bytes of the window, which begins where the oldest unit does that is
    /// still looked at. Nothing where a finding is to be waited for.
    fn search(&mut self, mut end: usize) -> Result<Option<(Span, Scrubbed)>> {
        let (from, _) = self.ends[0];
        let done = self.done - from;
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

    /// Hands out what stands for `part` of all that was pushed.
    fn release(&mut self, part: Span, scrubbed: Scrubbed, out: &mut Released) -> Result<()> {
        let (from, points) = self.ends[0];
        let offsets = Offsets::new(&self.text[from - self.base..]);
        let place = |byte: usize| (byte, points + offsets.code_point(byte - from));
        let named = scrubbed.findings.iter().flat_map(|f| f.finding.reasons()).map(|reason| reason.span);
        let named = named.chain(scrubbed.findings.iter().map(|f| f.finding.span));
        out.places.extend(named.flat_map(|span| [span.start, span.end]).chain([part.end]).map(place));
        self.ends.push_back(place(part.end));
        // What reasons name may lie before the part, and so among what is known.
        out.places.sort_unstable();
        out.places.dedup();
        let moved = |span: Span| Span::new(self.written + span.start, self.written + span.end);
        out.text.push_str(&scrubbed.text);
        out.findings.extend(scrubbed.findings.iter().map(|f| Applied { output: moved(f.output), ..f.clone() }));
        for applied in &scrubbed.findings {
            *self.counts.entry((applied.finding.category, applied.action)).or_default() += 1;
        }
        self.written += scrubbed.text.len();
        self.done = part.end;
        (out.input.end, out.output.end) = (self.done, self.written);
        self.least = self.lookahead / 2;
        while self.ends.get(1).is_some_and(|(end, _)| end + HISTORY <= self.done) {
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
        let (from, _) = self.ends[0];
        self.text.drain(..from - self.base);
        self.base = from;
    }
}
