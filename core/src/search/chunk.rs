//! Cuts a document into passages: windows of words that end where sentences end and never reach over a heading.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Location, Result};
use crate::text::{SectionKind, Span, Token, TokenKind, lines, sections, sentences, tokens};

/// How documents are cut into passages. A word is a run of letters and digits; marks do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Chunking {
    /// The most words a passage has, from 8 to 2,000.
    pub words: usize,
    /// How many words a passage has in common with the one before it in the same section, at most half of `words`. Where a
    /// sentence starts within them, only from there on.
    pub overlap: usize,
}

impl Default for Chunking {
    /// 120 words, which is below the 256 word pieces that small sentence models were trained on, with 30 in common.
    fn default() -> Self {
        Self { words: 120, overlap: 30 }
    }
}

impl Chunking {
    /// Passages of at most `words` words that have up to `overlap` in common with the one before.
    ///
    /// # Errors
    /// When `words` is not from 8 to 2,000, or `overlap` is more than half of it.
    pub fn new(words: usize, overlap: usize) -> Result<Self> {
        let at = |place: &str| Location::Key(place.to_owned());
        if !(8..=2000).contains(&words) {
            return Err(Error::config(format!("a passage of {words} words: expected from 8 to 2000")).at(at("words")));
        }
        if overlap * 2 > words {
            let most = words / 2;
            return Err(Error::config(format!("{overlap} words in common: expected at most {most}")).at(at("overlap")));
        }
        Ok(Self { words, overlap })
    }
}

/// A passage of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) span: Span,
    pub(super) section: SectionKind,
}

/// The passages of `text` in order. Every word is in at least one.
pub(super) fn chunks(text: &str, chunking: Chunking) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut start = 0;
    for section in sections(text) {
        // From the end of the section before, so that marks and numbers before a heading are not lost.
        let end = section.span().end.max(start);
        let region = lines::trim(text, Span::new(start, end));
        windows(text, region, chunking, |span| chunks.push(Chunk { span, section: section.kind }));
        start = end;
    }
    chunks
}

/// Whether a token counts as a word.
pub(super) fn is_word(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::Number | TokenKind::Mixed)
}

fn windows(text: &str, region: Span, chunking: Chunking, mut push: impl FnMut(Span)) {
    let inside = region.of(text);
    // Where each word starts, and whether a sentence starts with it; offsets into the region.
    let mut starts_of_sentences = sentences(inside).into_iter().map(|sentence| sentence.start).peekable();
    let mut words: Vec<(usize, bool)> = Vec::new();
    for token in tokens(inside).iter().filter(|token| is_word(token)) {
        let mut from = None;
        while let Some(start) = starts_of_sentences.next_if(|start| *start <= token.span.start) {
            from = Some(start);
        }
        // The marks before the first word of a sentence belong to it.
        words.push((from.unwrap_or(token.span.start), from.is_some()));
    }
    let mut first = 0;
    while first < words.len() {
        let mut end = (first + chunking.words).min(words.len());
        if end < words.len() {
            // Back to the end of a sentence, if that leaves more than half.
            let sentence = (first + chunking.words / 2 + 1..=end).rev().find(|at| words[*at].1);
            end = sentence.unwrap_or(end);
        }
        let from = if first == 0 { 0 } else { words[first].0 };
        let to = words.get(end).map_or(inside.len(), |word| word.0);
        push(lines::trim(text, Span::new(region.start + from, region.start + to)));
        if end == words.len() {
            break;
        }
        // `end` lies more than half a passage ahead and the overlap is at most half, so this always moves on.
        let back = end - chunking.overlap;
        first = (back..end).find(|at| words[*at].1).unwrap_or(back);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(text: &str, words: usize, overlap: usize) -> Vec<(SectionKind, &str)> {
        let chunking = Chunking::new(words, overlap).unwrap();
        chunks(text, chunking).iter().map(|chunk| (chunk.section, chunk.span.of(text))).collect()
    }

    #[test]
    fn passages_end_with_sentences_and_sections() {
        let text = "SUBJECTIVE:\nKnee pain is 4/10. She slept well. Stairs are still hard for her.\n\nPLAN:\nContinue gait training.";
        assert_eq!(
            cut(text, 10, 3),
            [
                (SectionKind::Subjective, "SUBJECTIVE:\nKnee pain is 4/10. She slept well."),
                (SectionKind::Subjective, "She slept well. Stairs are still hard for her."),
                (SectionKind::Plan, "PLAN:\nContinue gait training."),
            ]
        );
    }

    #[test]
    fn long_sentences_are_cut_between_words() {
        let found = cut("one two three four five six seven eight nine (ten) eleven twelve", 8, 2);
        let texts: Vec<&str> = found.iter().map(|(_, text)| *text).collect();
        assert_eq!(texts, ["one two three four five six seven eight", "seven eight nine (ten) eleven twelve"]);
    }

    #[test]
    fn nothing_to_find_is_no_passage() {
        assert!(cut("", 8, 0).is_empty());
        assert!(cut(" \n-- **\n", 8, 0).is_empty());
    }

    #[test]
    fn sizes_are_checked() {
        assert!(Chunking::new(7, 0).unwrap_err().to_string().contains("`words`"));
        assert!(Chunking::new(20, 11).unwrap_err().to_string().contains("at most 10"));
        assert!(Chunking::new(20, 10).is_ok());
        let default = Chunking::default();
        assert_eq!(Chunking::new(default.words, default.overlap).unwrap(), default);
    }

    proptest! {
        #[test]
        fn every_word_is_in_a_passage(
            text in r"(?s)((PLAN|Goals|S):?\n?|[a-z0-9é李.;\- \n]|\. [A-Z]|.){0,120}",
            words in 8usize..20,
            overlap in 0usize..5,
        ) {
            let found = chunks(&text, Chunking::new(words, overlap.min(words / 2)).unwrap());
            for chunk in &found {
                prop_assert!(text.is_char_boundary(chunk.span.start) && text.is_char_boundary(chunk.span.end));
                let count = tokens(chunk.span.of(&text)).iter().filter(|token| is_word(token)).count();
                prop_assert!((1..=words).contains(&count), "{count} words");
            }
            for pair in found.windows(2) {
                prop_assert!(pair[0].span.start < pair[1].span.start && pair[0].span.end < pair[1].span.end);
            }
            for token in tokens(&text).iter().filter(|token| is_word(token)) {
                // A heading may start inside of what is one word elsewhere.
                for (at, _) in token.of(&text).char_indices().filter(|(_, c)| c.is_alphanumeric()) {
                    let at = token.span.start + at;
                    prop_assert!(found.iter().any(|chunk| chunk.span.range().contains(&at)));
                }
            }
        }
    }
}
