//! Decoded text and the bytes that it came from: the one map that every format shares.
//!
//! A format reads what its escapes, entities and runs say, piece by piece, and notes for each piece which bytes of the source
//! said it. Text that changes is then written back into just those bytes, in the writing of the place.

use std::ops::Range;

use super::coding::Coding;
use crate::scrub::OffsetMap;
use crate::text::Span;

/// Bytes of a source that are replaced.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) source: Range<usize>,
    pub(super) bytes: Vec<u8>,
}

/// A piece of decoded text.
#[derive(Clone)]
struct Piece {
    /// Where it is in the text.
    text: Range<usize>,
    /// Which bytes said it; none for a separator, which stands between pieces for the reader alone.
    source: Range<usize>,
    /// How text is written there.
    coding: Coding,
    /// The bytes are the text, one for one.
    verbatim: bool,
}

impl Piece {
    fn is_separator(&self) -> bool {
        self.source.is_empty()
    }
}

/// Decoded text and where each piece of it came from. No `Debug`: it is text of a message.
#[derive(Clone, Default)]
pub(super) struct Stretch {
    pub(super) text: String,
    pieces: Vec<Piece>,
    /// Whether a replacement that cannot be shared out stands in every run of pieces, where none of them may be empty.
    pub(super) repeats: bool,
}

impl Stretch {
    /// The whole of `text`, which stands in the source as it is, from `at` on.
    pub(super) fn verbatim(text: &str, at: usize, coding: Coding) -> Self {
        let mut out = Self::default();
        out.push_verbatim(text, at, coding);
        out
    }

    /// An empty one in whose pieces a replacement that cannot be shared out is repeated.
    pub(super) fn repeating() -> Self {
        Self { repeats: true, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Appends text that stands in the source as it is.
    pub(super) fn push_verbatim(&mut self, text: &str, at: usize, coding: Coding) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(text);
        if let Some(last) = self.pieces.last_mut()
            && last.verbatim
            && last.coding == coding
            && last.source.end == at
        {
            last.source.end += text.len();
            last.text.end += text.len();
            return;
        }
        let (text, source) = (start..start + text.len(), at..at + text.len());
        self.pieces.push(Piece { text, source, coding, verbatim: true });
    }

    /// Appends text that bytes of the source say in another way: an escape, an entity.
    pub(super) fn push(&mut self, text: &str, source: Range<usize>, coding: Coding) {
        if text.is_empty() || source.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.pieces.push(Piece { text: start..self.text.len(), source, coding, verbatim: false });
    }

    /// Appends a separator: what the reader sees between two pieces and no byte says.
    pub(super) fn separate(&mut self, text: &str) {
        let at = self.pieces.last().map_or(0, |last| last.source.end);
        let start = self.text.len();
        self.text.push_str(text);
        let piece = Piece { text: start..self.text.len(), source: at..at, coding: Coding::Plain, verbatim: false };
        self.pieces.push(piece);
    }

    /// Appends another stretch of the same source.
    pub(super) fn append(&mut self, other: Self) {
        let start = self.text.len();
        self.text.push_str(&other.text);
        self.pieces.extend(
            other
                .pieces
                .into_iter()
                .map(|piece| Piece { text: start + piece.text.start..start + piece.text.end, ..piece }),
        );
    }

    /// Whether the last piece ends at `at` of the source.
    pub(super) fn source_ends(&self, at: usize) -> bool {
        self.pieces.last().is_some_and(|piece| piece.source.end == at)
    }

    /// The text without white space around it.
    pub(super) fn trimmed(&self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        self.cut(start..(start + self.text.trim().len()).max(start))
    }

    /// A part of the text with the places of its own.
    pub(super) fn cut(&self, range: Range<usize>) -> Self {
        let pieces = self.touched(&range).iter().map(|piece| {
            let (start, end) = (piece.text.start.max(range.start), piece.text.end.min(range.end));
            Piece { text: start - range.start..end - range.start, source: piece.part(&range), ..piece.clone() }
        });
        Self { text: self.text[range.clone()].to_owned(), pieces: pieces.collect(), repeats: self.repeats }
    }

    /// The bytes of the source from the first to the last that say a part of `range`.
    pub(super) fn source(&self, range: &Range<usize>) -> Range<usize> {
        let mut hull: Option<Range<usize>> = None;
        for piece in self.touched(range).iter().filter(|piece| !piece.is_separator()) {
            let here = piece.part(range);
            hull = Some(match hull {
                Some(hull) => hull.start.min(here.start)..hull.end.max(here.end),
                None => here,
            });
        }
        hull.unwrap_or_else(|| {
            let at = self.pieces.iter().find(|piece| piece.text.end >= range.start);
            let at = at.or(self.pieces.last()).map_or(0, |piece| piece.source.start);
            at..at
        })
    }

    /// The pieces that share text with `range`.
    fn touched(&self, range: &Range<usize>) -> &[Piece] {
        let first = self.pieces.partition_point(|piece| piece.text.end <= range.start);
        let last = self.pieces.partition_point(|piece| piece.text.start < range.end);
        &self.pieces[first.min(last)..last]
    }

    /// What has to change in the source for the text to have `changes`: parts of it, disjoint and in order, each with what takes its
    /// place.
    ///
    /// What takes the place of a part that lies in several pieces stands in the first of them; where the part has separators and its
    /// replacement has them too, each piece between them gets its own.
    pub(super) fn rewrite(&self, changes: &[(Range<usize>, String)]) -> Vec<Edit> {
        let mut out: Vec<Edit> = Vec::new();
        for (range, replacement) in changes {
            if range.is_empty() {
                self.insert(range.start, replacement, &mut out);
                continue;
            }
            let touched = self.touched(range);
            // Runs of pieces between separators, and the separators that lie between two runs.
            let mut runs: Vec<&[Piece]> = Vec::new();
            let mut between: Vec<&str> = Vec::new();
            let mut at = 0;
            while at < touched.len() {
                let separators = touched[at..].iter().take_while(|piece| piece.is_separator()).count();
                let run = touched[at + separators..].iter().take_while(|piece| !piece.is_separator()).count();
                if run > 0 {
                    if !runs.is_empty() {
                        between.push(&self.text[touched[at].text.start..touched[at + separators - 1].text.end]);
                    }
                    runs.push(&touched[at + separators..at + separators + run]);
                }
                at += separators + run;
            }
            let parts = split(replacement, &between);
            for (index, run) in runs.iter().enumerate() {
                let again = if self.repeats { parts.first() } else { None };
                let part = parts.get(index).or(again).copied().unwrap_or_default();
                for (place, piece) in run.iter().enumerate() {
                    self.replace(piece, range, if place == 0 { part } else { "" }, &mut out);
                }
            }
        }
        out
    }

    /// Replaces what `range` covers of a piece. Of a piece that cannot be cut, what is outside is written anew.
    fn replace(&self, piece: &Piece, range: &Range<usize>, with: &str, out: &mut Vec<Edit>) {
        let source = piece.part(range);
        let mut bytes = Vec::new();
        if !piece.verbatim && range.start > piece.text.start {
            piece.coding.write(&self.text[piece.text.start..range.start], &mut bytes);
        }
        piece.coding.write(with, &mut bytes);
        if !piece.verbatim && range.end < piece.text.end {
            piece.coding.write(&self.text[range.end..piece.text.end], &mut bytes);
        }
        match out.last_mut() {
            // Two changes within one piece that cannot be cut, or two pieces side by side.
            Some(last) if last.source.end == source.start && last.bytes.is_empty() == bytes.is_empty() => {
                last.source.end = source.end;
                last.bytes.extend(bytes);
            }
            _ => out.push(Edit { source, bytes }),
        }
    }

    fn insert(&self, at: usize, text: &str, out: &mut Vec<Edit>) {
        let before = self.pieces.iter().rev().find(|piece| !piece.is_separator() && piece.text.start < at.max(1));
        let Some(piece) = before.or_else(|| self.pieces.iter().find(|piece| !piece.is_separator())) else { return };
        let place = match (piece.verbatim, at.min(piece.text.end).saturating_sub(piece.text.start)) {
            (true, inside) => piece.source.start + inside,
            (false, 0) => piece.source.start,
            (false, _) => piece.source.end,
        };
        let mut bytes = Vec::new();
        piece.coding.write(text, &mut bytes);
        out.push(Edit { source: place..place, bytes });
    }
}

impl Piece {
    /// The bytes that say what `range` has of this piece: all of them where it cannot be cut.
    fn part(&self, range: &Range<usize>) -> Range<usize> {
        if !self.verbatim {
            return self.source.clone();
        }
        let start = range.start.max(self.text.start) - self.text.start;
        let end = range.end.min(self.text.end) - self.text.start;
        self.source.start + start..self.source.start + end
    }
}

/// `text` cut at `separators`, where it has each of them in this order; else all of it as one.
fn split<'t>(text: &'t str, separators: &[&str]) -> Vec<&'t str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    for separator in separators {
        let Some((part, after)) = rest.split_once(separator) else { return vec![text] };
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

/// Puts edits in the order of the source; one inside another is left out, and of two that cross the union goes.
pub(super) fn in_order(mut edits: Vec<Edit>) -> Vec<Edit> {
    // What is added at a place stands before what is replaced there.
    edits.sort_by_key(|edit| (edit.source.start, !edit.source.is_empty(), std::cmp::Reverse(edit.source.end)));
    let mut out: Vec<Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        match out.last_mut() {
            Some(last) if edit.source.start < last.source.end => last.source.end = last.source.end.max(edit.source.end),
            _ => out.push(edit),
        }
    }
    out
}

/// `source` with edits that are in order.
pub(super) fn spliced(source: &[u8], edits: &[Edit]) -> Vec<u8> {
    let grown: usize = edits.iter().map(|edit| edit.bytes.len()).sum();
    let mut out = Vec::with_capacity(source.len() + grown);
    let mut copied = 0;
    for edit in edits {
        out.extend_from_slice(&source[copied..edit.source.start]);
        out.extend_from_slice(&edit.bytes);
        copied = edit.source.end;
    }
    out.extend_from_slice(&source[copied..]);
    out
}

/// Where the bytes of edits that are in order are in what [`spliced`] gives.
pub(super) fn map(edits: &[Edit]) -> OffsetMap {
    let (mut end, mut copied) = (0, 0);
    let places = edits.iter().map(|edit| {
        let start = end + edit.source.start - copied;
        (end, copied) = (start + edit.bytes.len(), edit.source.end);
        (Span::new(edit.source.start, edit.source.end), Span::new(start, end))
    });
    OffsetMap::new(places.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(source: &str, stretch: &Stretch, changes: &[(Range<usize>, String)]) -> String {
        String::from_utf8(spliced(source.as_bytes(), &in_order(stretch.rewrite(changes)))).unwrap()
    }

    #[test]
    fn a_word_that_formatting_splits_stands_in_its_first_piece() {
        // "Jo{\b hn} Ok"
        let source = r"Jo{\b hn} Ok";
        let mut stretch = Stretch::default();
        stretch.push_verbatim("Jo", 0, Coding::Rtf);
        stretch.push_verbatim("hn", 6, Coding::Rtf);
        stretch.push_verbatim(" Ok", 9, Coding::Rtf);
        assert_eq!(rewritten(source, &stretch, &[(0..4, "[NAME]".into())]), r"[NAME]{\b } Ok");
        assert_eq!(rewritten(source, &stretch, &[(1..3, "x".into())]), r"Jx{\b n} Ok");
        assert_eq!(stretch.source(&(0..4)), 0..8);
    }

    #[test]
    fn separators_share_a_replacement_out() {
        let mut stretch = Stretch::verbatim("SMITH", 0, Coding::Plain);
        stretch.separate(", ");
        stretch.push_verbatim("JOHN", 6, Coding::Plain);
        assert_eq!(rewritten("SMITH^JOHN", &stretch, &[(0..11, "BROWN, PAUL".into())]), "BROWN^PAUL");
        assert_eq!(rewritten("SMITH^JOHN", &stretch, &[(0..11, "[NAME]".into())]), "[NAME]^");
    }

    #[test]
    fn what_cannot_be_cut_is_written_anew() {
        let mut stretch = Stretch::default();
        stretch.push("a&b", 0..7, Coding::Xml);
        assert_eq!(rewritten("a&amp;b", &stretch, &[(2..3, "x".into())]), "a&amp;x");
    }
}
