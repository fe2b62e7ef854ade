//! Cuts a text into the pieces a model knows, with the exact bytes each came from; the only file that names `tokenizers`.

use std::path::Path;

use unicode_normalization::char::is_combining_mark;

use super::directory::{self, Config};
use crate::error::{Error, ErrorCode, Location, Result};
use crate::guard::guard;
use crate::text::Span;

/// Texts are tokenized in chunks of about this many bytes, cut at blanks: some normalizers take more than linear time, and
/// what a tokenizer returns takes 30 times the memory of the text.
const CHUNK: usize = 16 << 10;

/// A piece of the text as the model sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) id: u32,
    /// The bytes it came from, on character boundaries, without blanks at its ends; empty where it came from blanks.
    pub(super) span: Span,
    /// Whether a word, a number or a mark begins with it.
    pub(super) starts_word: bool,
}

/// How two texts are framed: the special tokens around and between them, and the type of every one.
struct Pair {
    before: Vec<(u32, i64)>,
    first: i64,
    between: Vec<(u32, i64)>,
    second: i64,
    after: Vec<(u32, i64)>,
}

/// A tokenizer that neither truncates nor pads.
pub(super) struct Tokenizer {
    inner: tokenizers::Tokenizer,
    prefix: Vec<u32>,
    suffix: Vec<u32>,
    pair: Pair,
    probe: u32,
    pad: u32,
    vocabulary: Option<u32>,
}

impl Tokenizer {
    /// Reads `tokenizer.json`.
    pub(super) fn load(directory: &Path, config: &Config) -> Result<Self> {
        let path = directory.join(directory::TOKENIZER);
        let bytes = directory::read(&path, directory::TOKENIZER_LIMIT)?;
        guard(ErrorCode::Model, "the tokenizer was read", || Self::parse(&bytes, config))
            .map_err(|e| e.at(directory::file(&path)))
    }

    fn parse(bytes: &[u8], config: &Config) -> Result<Self> {
        let wrong = |e: tokenizers::Error| {
            let message: String = e.to_string().chars().take(200).collect();
            Error::model(format!("not the tokenizer file that Hugging Face tokenizers writes: {message}"))
        };
        let mut inner = tokenizers::Tokenizer::from_bytes(bytes).map_err(wrong)?;
        let pad_of_file = inner.get_padding().map(|p| p.pad_id);
        inner.with_truncation(None).map_err(wrong)?;
        inner.with_padding(None);
        // "[SEP]" in a note is five characters, not the end of the input.
        inner.set_encode_special_tokens(true);
        let pad = config
            .pad_id
            .or_else(|| config.pad_token.as_deref().and_then(|token| inner.token_to_id(token)))
            .or(pad_of_file)
            .or_else(|| ["[PAD]", "<pad>"].iter().find_map(|token| inner.token_to_id(token)))
            .unwrap_or(0);
        let framed = inner.encode("a", true).map_err(wrong)?;
        let special = framed.get_special_tokens_mask();
        let first = special.iter().position(|m| *m == 0);
        let last = special.iter().rposition(|m| *m == 0);
        let (Some(first), Some(last)) = (first, last) else {
            return Err(Error::model("makes no piece of the letter `a`: expected a vocabulary that covers letters"));
        };
        let ids = framed.get_ids();
        Ok(Self {
            prefix: ids[..first].to_vec(),
            suffix: ids[last + 1..].to_vec(),
            pair: Pair::new(&inner).map_err(wrong)?,
            probe: ids[first],
            pad,
            vocabulary: config.vocabulary,
            inner,
        })
    }

    /// The id that fills a window up.
    pub(super) fn pad_id(&self) -> u32 {
        self.pad
    }

    /// How many special tokens stand around the pieces of a window.
    pub(super) fn special_tokens(&self) -> usize {
        self.prefix.len() + self.suffix.len()
    }

    /// How many special tokens stand before the pieces of a window.
    pub(super) fn tokens_before(&self) -> usize {
        self.prefix.len()
    }

    /// The ids of the pieces between the special tokens of a window.
    pub(super) fn frame(&self, pieces: &[Piece]) -> Vec<i64> {
        let pieces = pieces.iter().map(|p| p.id);
        self.prefix.iter().copied().chain(pieces).chain(self.suffix.iter().copied()).map(i64::from).collect()
    }

    /// The ids of two texts between the special tokens of a pair, and the type of each.
    pub(super) fn frame_pair(&self, first: &[Piece], second: &[Piece]) -> (Vec<i64>, Vec<i64>) {
        let pair = &self.pair;
        let special = |tokens: &[(u32, i64)]| tokens.to_vec();
        let text = |pieces: &[Piece], of: i64| pieces.iter().map(|piece| (piece.id, of)).collect::<Vec<_>>();
        let all = [
            special(&pair.before),
            text(first, pair.first),
            special(&pair.between),
            text(second, pair.second),
            special(&pair.after),
        ];
        all.concat().into_iter().map(|(id, of)| (i64::from(id), of)).unzip()
    }

    /// A short input to try a model with.
    pub(super) fn probe(&self) -> Vec<i64> {
        let pieces = std::iter::repeat_n(self.probe, 3);
        self.prefix.iter().copied().chain(pieces).chain(self.suffix.iter().copied()).map(i64::from).collect()
    }

    /// The pieces of `text[chunk]`, appended to `pieces`, with spans in bytes of `text`.
    ///
    /// # Errors
    /// When the tokenizer fails, or leaves out a letter, a digit or an ASCII mark.
    pub(super) fn pieces(&self, text: &str, chunk: Span, pieces: &mut Vec<Piece>) -> Result<()> {
        guard(ErrorCode::Inference, "a text was tokenized", || {
            // The tokenizer's own message may quote the text.
            let encoding = self
                .inner
                .encode(chunk.of(text), false)
                .map_err(|_| Error::inference("the tokenizer failed").at(Location::Byte(chunk.start)))?;
            let words = encoding.get_word_ids();
            let mut covered = chunk.start;
            let mut word = None;
            let mut begun = None;
            for (i, (&id, &(start, end))) in encoding.get_ids().iter().zip(encoding.get_offsets()).enumerate() {
                if self.vocabulary.is_some_and(|size| id >= size) {
                    return Err(Error::inference(format!(
                        "the tokenizer made piece {id} but the model knows {} pieces",
                        self.vocabulary.unwrap_or_default()
                    )));
                }
                let start = text.floor_char_boundary(chunk.start + start.min(chunk.len()));
                let end = text.ceil_char_boundary(chunk.start + end.min(chunk.len())).max(start);
                check_left_out(text, covered, start)?;
                let end = if end > start { with_marks(text, end, chunk.end) } else { end };
                covered = covered.max(end);
                let span = trimmed(text, Span::new(start, end));
                // The bytes of one character may be several pieces.
                let goes_on = begun == Some(span.start) || !stands_alone(text, span);
                pieces.push(Piece { id, span, starts_word: word.is_none() || words[i] != word || !goes_on });
                word = words[i];
                begun = Some(span.start);
            }
            check_left_out(text, covered, chunk.end)
        })
    }
}

impl Pair {
    /// As the tokenizer frames two letters.
    fn new(tokenizer: &tokenizers::Tokenizer) -> tokenizers::Result<Self> {
        let framed = tokenizer.encode(("a", "a"), true)?;
        let tokens: Vec<(u32, i64)> =
            framed.get_ids().iter().zip(framed.get_type_ids()).map(|(id, of)| (*id, i64::from(*of))).collect();
        let mask = framed.get_special_tokens_mask();
        let is_text = |at: &usize| mask[*at] == 0;
        let all = 0..tokens.len();
        let (first, last) = (all.clone().find(is_text).unwrap_or(0), all.clone().rfind(is_text).unwrap_or(0));
        // Where the special tokens between the two are, and without any, the middle.
        let gap = (first..=last).find(|at| mask[*at] != 0);
        let end = gap.unwrap_or(first.midpoint(last + 1));
        let start = gap.map_or(end, |gap| (gap..=last).find(is_text).unwrap_or(last));
        Ok(Self {
            before: tokens[..first].to_vec(),
            first: tokens.get(first).map_or(0, |token| token.1),
            between: tokens[end..start].to_vec(),
            second: tokens.get(start).map_or(0, |token| token.1),
            after: tokens.get(last + 1..).unwrap_or_default().to_vec(),
        })
    }
}

/// Cuts a text into chunks to tokenize, at blanks wherever there are any.
pub(super) fn chunks(text: &str) -> impl Iterator<Item = Span> {
    let mut start = 0;
    std::iter::from_fn(move || {
        if start == text.len() {
            return None;
        }
        let end = cut(text, start);
        let chunk = Span::new(start, end);
        start = end;
        Some(chunk)
    })
}

/// Where the chunk that begins at `start` ends.
fn cut(text: &str, start: usize) -> usize {
    if text.len() - start <= CHUNK {
        return text.len();
    }
    let limit = text.floor_char_boundary(start + CHUNK);
    let half = text.ceil_char_boundary(start + CHUNK / 2);
    // Before a blank, since byte-level tokenizers join a blank to the word after it; before other white space or at a
    // mark only where there is none. An unbroken run is cut where it must be, but not inside a character with its marks.
    let tail = &text[half..limit];
    let mut anywhere = None;
    let mut at_mark = None;
    let mut following = text[limit..].chars().next();
    for (at, c) in tail.char_indices().rev() {
        let after = half + at + c.len_utf8();
        match following {
            Some(' ') if !c.is_whitespace() => return after,
            Some(next) if next.is_whitespace() && !c.is_whitespace() => anywhere = anywhere.or(Some(after)),
            Some(next) if !is_combining_mark(next) && (!c.is_alphanumeric() || !next.is_alphanumeric()) => {
                at_mark = at_mark.or(Some(after));
            }
            _ => {}
        }
        following = Some(c);
    }
    anywhere.or(at_mark).unwrap_or(limit)
}

/// That no piece is missing for anything the model should have seen between two pieces.
///
/// Tokenizers drop blanks, control characters and, with some normalizers, combining marks.
fn check_left_out(text: &str, from: usize, to: usize) -> Result<()> {
    if from >= to {
        return Ok(());
    }
    let seen = |c: char| c.is_ascii_graphic() || (c.is_alphanumeric() && !is_combining_mark(c));
    match text[from..to].find(seen) {
        None => Ok(()),
        Some(at) => Err(Error::inference(
            "the tokenizer made no piece for a character: expected one that covers every character, or an unknown token",
        )
        .at(Location::Byte(from + at))),
    }
}

/// The end of the piece that ends at `end`, with the combining marks that a normalizer dropped after it.
fn with_marks(text: &str, end: usize, limit: usize) -> usize {
    text[end..limit].chars().take_while(|c| is_combining_mark(*c)).fold(end, |at, c| at + c.len_utf8())
}

fn trimmed(text: &str, span: Span) -> Span {
    let piece = span.of(text);
    let start = span.start + (piece.len() - piece.trim_start().len());
    Span::new(start, start + piece.trim().len())
}

/// Whether a piece begins after a mark or is one: "O'Brien" and "Smith, MD" have marks that are words of their own even to
/// tokenizers that split at blanks only.
fn stands_alone(text: &str, span: Span) -> bool {
    let joins = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let before = text[..span.start].chars().next_back();
    let first = span.of(text).chars().next();
    !before.is_some_and(joins) || !first.is_some_and(joins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::test_models;

    /// With a letter and its mark, a fraction, letters that stand without blanks, a sign of four bytes, and blanks of three kinds.
    const TEXT: &str = "Pt. José\u{301}\r\n½ 3/14 日本 🦓\u{a0}Dr. O'Neil";

    /// Of each family of tokenizers one, with the pieces that the same library makes of [`TEXT`] from Python: the id, what it came from,
    /// less blanks, and the byte at which that begins.
    const GOLDEN: [(&str, &str); 3] = [
        (
            "tiny-tagger",
            "52:P@0 154:t@1 18:.@2 1:José\u{301}@4 1:½@13 23:3@16 19:/@17 21:1@18 103:4@19 1:日@21 1:本@24 1:🦓@28 \
             172:Dr@34 18:.@36 51:O@38 11:'@39 50:N@40 139:e@41 404:il@42",
        ),
        (
            "tiny-tagger-bytes",
            "51:P@0 87:t@1 17:.@2 413:J@4 82:o@5 86:s@6 131:é\u{301}@7 106:é\u{301}@7 140:\u{301}@9 227:\u{301}@9 205:@12 202:@13 \
             130:½@13 125:½@13 441:3@16 18:/@17 20:1@18 23:4@19 224:@21 166:日@21 249:日@21 102:日@21 166:本@24 \
             254:本@24 109:本@24 224:@28 176:🦓@28 257:🦓@28 103:🦓@28 245:🦓@28 130:@34 258:@34 39:D@34 85:r@35 \
             17:.@36 224:@38 50:O@38 10:'@39 49:N@40 72:e@41 76:i@42 79:l@43",
        ),
        (
            "tiny-unigram",
            "4:P@0 52:P@0 88:t@1 18:.@2 4:@4 46:J@4 83:o@5 87:s@6 3:é\u{301}@7 21:½@13 3:½@13 22:½@13 4:@16 23:3@16 \
             19:/@17 21:1@18 24:4@19 4:@21 3:日本@21 4:@28 3:🦓@28 4:@34 40:D@34 86:r@35 18:.@36 4:@38 51:O@38 \
             11:'@39 50:N@40 73:e@41 77:i@42 80:l@43",
        ),
    ];

    #[test]
    fn pieces_have_the_bytes_that_they_came_from() {
        for (name, golden) in GOLDEN {
            let directory = test_models().join(name);
            let tokenizer = Tokenizer::load(&directory, &Config::read(&directory, None).unwrap()).unwrap();
            // The text by itself, and as one chunk of a longer one.
            for before in ["", "é 🦓 "] {
                let text = format!("{before}{TEXT} é");
                let mut pieces = Vec::new();
                tokenizer.pieces(&text, Span::new(before.len(), before.len() + TEXT.len()), &mut pieces).unwrap();
                let shown = |piece: &Piece| {
                    format!("{}:{}@{}", piece.id, piece.span.of(&text), piece.span.start - before.len())
                };
                assert_eq!(pieces.iter().map(shown).collect::<Vec<_>>().join(" "), golden, "{name}");
            }
        }
    }
}
