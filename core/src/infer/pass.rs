//! Takes a whole text through a model, window by window; shared by everything that reads texts with one.

use super::tokenizer::{self, Piece};
use super::tract::Logits;
use super::windows::{Window, Windows};
use super::{Loaded, directory};
use crate::error::{Error, Result};

/// What a window of a text is and what the model gave for it.
pub(super) struct Seen<'p> {
    /// The pieces the model saw, without special tokens.
    pub(super) pieces: &'p [Piece],
    /// Which of them this window decides, counted from its first.
    pub(super) decided: std::ops::Range<usize>,
    /// The model's output: a row for each token, special tokens included, or one row for all.
    pub(super) rows: Logits,
}

impl Loaded {
    /// Tokens in a window, special tokens included, and how many pieces each shares with the next: as `chartguard.json` says, else
    /// `usual` or what the model takes, and a quarter.
    pub(super) fn window(&self, usual: usize) -> Result<(usize, usize)> {
        let window = self.manifest.window.unwrap_or_else(|| self.max_tokens.min(usual));
        let overlap = self.manifest.overlap.unwrap_or(window / 4);
        self.check_window(window, overlap)?;
        Ok((window, overlap))
    }

    /// That the model takes windows of so many tokens, and that they move on by half of one at least.
    pub(super) fn check_window(&self, tokens: usize, overlap: usize) -> Result<()> {
        let special = self.tokenizer.special_tokens();
        let least = special + directory::LEAST_PIECES;
        if !(least..=self.max_tokens).contains(&tokens) {
            return Err(Error::config(format!("a window of {tokens} tokens: expected {least} to {}", self.max_tokens)));
        }
        let most = (tokens - special) / 2;
        if overlap > most {
            return Err(Error::config(format!(
                "windows of {tokens} tokens that share {overlap}: expected at most {most}"
            )));
        }
        Ok(())
    }

    /// Runs the model on the whole of `text`, in windows that overlap, and hands each to `visit` in order; a text without a piece is one
    /// empty window. Memory does not grow with the text.
    ///
    /// # Errors
    /// When the model fails, or part of the text could not be shown to it.
    pub(super) fn pass(
        &self,
        text: &str,
        (window, overlap): (usize, usize),
        mut visit: impl FnMut(Seen<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut session = self.network.session();
        let mut windows = Windows::new(window - self.tokenizer.special_tokens(), overlap);
        // The pieces that windows still need, and how many went before them.
        let mut pieces = Vec::new();
        let (mut gone, mut decided) = (0, 0);
        let mut run = |pieces: &[Piece], window: &Window, gone: usize| {
            let seen = &pieces[window.seen.start - gone..window.seen.end - gone];
            let rows = session.run(&self.tokenizer.frame(seen))?;
            let decided = window.decided.start - window.seen.start..window.decided.end - window.seen.start;
            visit(Seen { pieces: seen, decided, rows })
        };
        let mut chunks = tokenizer::chunks(text).peekable();
        while let Some(chunk) = chunks.next() {
            self.tokenizer.pieces(text, chunk, &mut pieces)?;
            let all = chunks.peek().is_none();
            while let Some(window) = windows.next(gone + pieces.len(), all) {
                decided += window.decided.len();
                run(&pieces, &window, gone)?;
            }
            let done = windows.needed_from().saturating_sub(gone).min(pieces.len());
            pieces.drain(..done);
            gone += done;
        }
        if decided != gone + pieces.len() {
            return Err(Error::internal("windows left out part of a text"));
        }
        if decided == 0 {
            run(&[], &Window { seen: 0..0, decided: 0..0 }, 0)?;
        }
        Ok(())
    }
}
