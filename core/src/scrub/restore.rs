//! The way back: what `encrypt` and `fpe` replaced, from the scrubbed text alone.
//!
//! A note with values that `fpe` replaced ends in one more token, the seal, which says where they are: they look like any
//! other value. A piece of the note that looks like the mark of a token is itself replaced by a token, labelled `TEXT`.

use sha2::{Digest, Sha256};

use super::action::{Fpe, MARK, TokenKeys, skeleton, tokens};
use super::{Category, Scrubber};
use crate::Key;
use crate::error::{Error, Location, Result};
use crate::text::Span;

/// The label of a token that holds what the note itself had of a token's form.
const TEXT: &str = "TEXT";
/// The label of the token that says where the values of `fpe` are.
const SEAL: &str = "SEAL";

/// A scrubbed text under construction, in which tokens have no payload yet.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) text: String,
    tokens: Vec<(usize, Vec<u8>)>,
    /// Where values of `fpe` are in `text`, of which category, and by which attempt.
    encrypted: Vec<(Span, Category, u8)>,
}

/// Where a draft's bytes went when its tokens were filled: places after which the text grew, each with all growth so far.
pub(super) struct Growth(Vec<(usize, usize)>);

impl Growth {
    /// Where a place of the draft is in the finished text.
    pub(super) fn of(&self, at: usize) -> usize {
        let before = self.0.partition_point(|(place, _)| *place < at);
        at + before.checked_sub(1).map_or(0, |last| self.0[last].1)
    }
}

impl Draft {
    /// Appends a token labelled `label` that will hold `plain`.
    pub(super) fn token(&mut self, label: &str, plain: &[u8]) {
        self.text.push('[');
        self.text.push_str(label);
        self.text.push_str(MARK);
        self.tokens.push((self.text.len(), plain.to_vec()));
        self.text.push(']');
    }

    /// Appends a piece of the note in which nothing may look like a token. Calls `replaced` with the places of what was replaced in
    /// `piece`, and of what stands for it in the draft.
    pub(super) fn copy(&mut self, piece: &str, mut replaced: impl FnMut(Span, Span)) {
        let mut copied = 0;
        for (at, _) in piece.match_indices(MARK) {
            self.text.push_str(&piece[copied..at]);
            copied = at + MARK.len();
            let start = self.text.len();
            self.token(TEXT, MARK.as_bytes());
            replaced(Span::new(at, copied), Span::new(start, self.text.len()));
        }
        self.text.push_str(&piece[copied..]);
    }

    /// Appends a value that `fpe` encrypted.
    pub(super) fn encrypted(&mut self, value: &str, category: Category, attempt: u8) {
        let start = self.text.len();
        self.text.push_str(value);
        self.encrypted.push((Span::new(start, self.text.len()), category, attempt));
    }

    /// Whether there is anything to restore.
    pub(super) fn is_plain(&self) -> bool {
        self.tokens.is_empty() && self.encrypted.is_empty()
    }

    /// Fills the tokens. The seal, if there is one, is appended.
    pub(super) fn finish(mut self, keys: &TokenKeys) -> Result<(String, Growth)> {
        if !self.encrypted.is_empty() {
            let mut seal = Vec::with_capacity(18 * self.encrypted.len());
            for (span, category, attempt) in &self.encrypted {
                seal.extend((span.start as u64).to_be_bytes());
                seal.extend((span.end as u64).to_be_bytes());
                seal.extend([category.number(), *attempt]);
            }
            self.token(SEAL, &seal);
        }
        let bound = skeleton(pieces(&self.text, self.tokens.iter().map(|(at, _)| *at)));
        let mut out = String::with_capacity(self.text.len() + 64 * self.tokens.len());
        let mut growth = Vec::with_capacity(self.tokens.len());
        let (mut copied, mut grown) = (0, 0);
        for (index, (at, plain)) in self.tokens.iter().enumerate() {
            let payload = keys.seal(plain, &bound, index)?;
            out.push_str(&self.text[copied..*at]);
            out.push_str(&payload);
            copied = *at;
            grown += payload.len();
            growth.push((*at, grown));
        }
        out.push_str(&self.text[copied..]);
        // Pieces of other operators could together read as a mark; then nothing could be restored.
        let found = tokens(&out).ok().map(|found| found.len());
        if found != Some(self.tokens.len()) {
            return Err(Error::internal("the scrubbed text would read as tokens where there are none"));
        }
        Ok((out, Growth(growth)))
    }
}

/// The pieces of a text between some places in it.
fn pieces(text: &str, places: impl Iterator<Item = usize>) -> impl Iterator<Item = &str> {
    let mut from = 0;
    places.chain(std::iter::once(text.len())).map(move |place| {
        let piece = &text[from..place];
        from = place;
        piece
    })
}

/// Gives back the note of which `scrubbed` is the scrubbed text, where every value in it was replaced by `encrypt` or `fpe`, byte
/// for byte. What other operators replaced stays as it is. A text without tokens is given back unchanged. A message comes back by
/// [`restore_message`](crate::restore_message).
///
/// ```
/// use chartguard::{Key, Policy, Scrubber, restore};
/// let key = Key::parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")?;
/// let policy = Policy::from_yaml("
/// extends: limited-data-set
/// categories: {name: {operator: encrypt}, ssn: {operator: fpe}}
/// ")?;
/// let scrubber = Scrubber::builder().policy(policy).builtin_model(false).key(key.clone()).build()?;
/// let note = "Dr. Achterberg saw SSN 219-09-9999 on 3/14/2024.";
/// let scrubbed = scrubber.scrub(note)?.text;
/// assert!(!scrubbed.contains("Achterberg") && !scrubbed.contains("219-09-9999"));
/// assert_eq!(restore(&scrubbed, &key)?, note);
/// assert!(restore(&scrubbed.replace("saw", "sow"), &key).unwrap_err().is_tampered());
/// assert!(restore(&scrubbed, &Key::from_bytes(b"another key, also of 32 bytes ...")?).unwrap_err().is_key());
/// # Ok::<(), chartguard::Error>(())
/// ```
///
/// # Errors
/// When the key is not the one that was used ([`is_key`](Error::is_key)), or the text is not exactly what
/// [`scrub`](super::Scrubber::scrub) gave ([`is_tampered`](Error::is_tampered)). Nothing is given back then.
pub fn restore(scrubbed: &str, key: &Key) -> Result<String> {
    if scrubbed.contains(MESSAGE) {
        return Err(Error::input("the text is a scrubbed message: `restore_message` gives it back"));
    }
    let found = tokens(scrubbed)?;
    if found.is_empty() {
        return Ok(scrubbed.to_owned());
    }
    let (keys, fpe) = (TokenKeys::new(key), Fpe::new(key));
    let payload = |at: usize| &scrubbed[found[at].payload.clone()];
    let made = (0..found.len()).filter(|at| keys.made(payload(*at))).count();
    if made == 0 {
        return Err(Error::key("the text was not scrubbed with this key"));
    }
    // The text without the payloads, in whose bytes the seal counts.
    let mut bare = String::with_capacity(scrubbed.len());
    let (mut places, mut copied) = (Vec::with_capacity(found.len()), 0);
    for token in &found {
        bare.push_str(&scrubbed[copied..token.payload.start]);
        places.push((bare.len() - (token.payload.start - token.span.start), bare.len()));
        copied = token.payload.end;
    }
    bare.push_str(&scrubbed[copied..]);
    let bound = skeleton(pieces(&bare, places.iter().map(|(_, at)| *at)));
    let changed = |at: usize| {
        let what = "the text is not what was scrubbed: something in it was changed, moved, left out or added";
        Error::tampered(what).at(Location::Byte(at))
    };
    let mut edits: Vec<(Span, String)> = Vec::with_capacity(found.len());
    let mut seal = None;
    for (index, token) in found.iter().enumerate() {
        let opened = keys.open(payload(index), &bound, index).ok_or_else(|| changed(token.span.start))?;
        let span = Span::new(places[index].0, places[index].1 + 1);
        if &scrubbed[token.label.clone()] == SEAL {
            seal = Some(opened);
            edits.push((span, String::new()));
        } else {
            edits.push((span, String::from_utf8(opened).map_err(|_| changed(token.span.start))?));
        }
    }
    for entry in seal.iter().flat_map(|seal| seal.chunks(18)) {
        let (span, category, attempt) = read_entry(entry).ok_or_else(|| changed(0))?;
        let value = bare.get(span.range()).ok_or_else(|| changed(0))?;
        edits.push((span, fpe.decrypt(value, category, attempt).ok_or_else(|| changed(0))?));
    }
    edits.sort_by_key(|(span, _)| span.start);
    let (mut out, mut copied) = (String::with_capacity(bare.len()), 0);
    for (span, value) in edits {
        out.push_str(bare.get(copied..span.start).ok_or_else(|| changed(0))?);
        out.push_str(&value);
        copied = span.end;
    }
    out.push_str(&bare[copied..]);
    Ok(out)
}

/// The label of the token of a message that holds what brings the message back.
pub(crate) const MESSAGE: &str = "[MESSAGE:cg1_";

impl Scrubber {
    /// The payload of a token that holds `plain` in a message, bound to the bytes before and after it. It has letters, digits, `+` and `_`
    /// alone: two dashes would end a comment of XML.
    pub(crate) fn seal(&self, plain: &[u8], around: [&[u8]; 2]) -> Result<String> {
        let payload = self.secrets().tokens()?.seal(plain, &bytes_around(around), 0)?;
        Ok(payload.replace('-', "+"))
    }
}

/// What a [`seal`](Scrubber::seal) holds.
///
/// # Errors
/// When another key made it ([`is_key`](Error::is_key)), or anything differs ([`is_tampered`](Error::is_tampered)).
pub(crate) fn unseal(payload: &str, key: &Key, around: [&[u8]; 2]) -> Result<Vec<u8>> {
    let payload = payload.replace('+', "-");
    let keys = TokenKeys::new(key);
    if !keys.made(&payload) {
        return Err(Error::key("the message was not scrubbed with this key"));
    }
    keys.open(&payload, &bytes_around(around), 0).ok_or_else(|| {
        let what = "the message is not what was scrubbed: something in it was changed, moved, left out or added";
        Error::tampered(what).at(Location::Byte(around[0].len()))
    })
}

/// What a message is beside the token that brings it back.
fn bytes_around(around: [&[u8]; 2]) -> [u8; 32] {
    let mut hash = Sha256::new();
    // No text has this many pieces of this length: what is bound to a note is not bound to a message.
    hash.update(b"chartguard message");
    for piece in around {
        hash.update((piece.len() as u64).to_be_bytes());
        hash.update(piece);
    }
    hash.finalize().into()
}

fn read_entry(entry: &[u8]) -> Option<(Span, Category, u8)> {
    let start = u64::from_be_bytes(*entry.get(..8)?.first_chunk()?) as usize;
    let end = u64::from_be_bytes(*entry.get(8..16)?.first_chunk()?) as usize;
    let category = Category::ALL.iter().find(|category| Some(&category.number()) == entry.get(16))?;
    (start <= end).then_some((Span::new(start, end), *category, *entry.get(17)?))
}
