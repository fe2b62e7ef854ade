//! Where a stream may be cut: after a line or a sentence, by what was written before the place and nothing after it.

/// How many bytes a piece of whole words at the end of a window may give up so that no word is cut.
const WORD: usize = 64;

/// The first place from `least` on where a line or a sentence ends. Where there is none in `most` bytes, the last blank among them, or
/// the last character. `None` while `text` is too short to say.
pub(super) fn boundary(text: &str, least: usize, most: usize) -> Option<usize> {
    if text.len() < least {
        return None;
    }
    let least = text.ceil_char_boundary(least);
    let last = text.floor_char_boundary(least + most);
    let run = &text[least..last];
    let before = text[..least].chars().next_back();
    if before == Some('\n') {
        return Some(least);
    }
    let mut ended = is_end(before);
    let mut blank = None;
    for (at, c) in run.char_indices() {
        let end = least + at + c.len_utf8();
        if c == '\n' || is_full_stop(c) || ended && c.is_whitespace() {
            return Some(end);
        }
        if c.is_whitespace() {
            blank = Some(end);
        }
        ended = is_end(Some(c));
    }
    (text.len() >= least + most).then(|| blank.unwrap_or(last))
}

/// The end of the look-ahead of `most` bytes after `from`, without the beginning of a word.
pub(super) fn look_ahead(text: &str, from: usize, most: usize) -> usize {
    let end = text.floor_char_boundary(from + most);
    let floor = text.ceil_char_boundary(end.saturating_sub(WORD).max(from));
    text[floor..end].rfind(char::is_whitespace).map_or(end, |blank| floor + blank)
}

/// A mark that ends a sentence before a blank.
fn is_end(c: Option<char>) -> bool {
    matches!(c, Some('.' | '!' | '?' | '\u{61f}' | '\u{964}'))
}

/// A mark that ends a sentence of a script that has no blanks.
fn is_full_stop(c: char) -> bool {
    matches!(c, '\u{3002}' | '\u{ff01}' | '\u{ff1f}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_sentences_end_a_piece() {
        for (text, least, most, expected) in [
            ("one two\nthree", 3, 10, Some("one two\n")),
            ("one two. Three", 3, 10, Some("one two. ")),
            ("one. Two three", 4, 10, Some("one. ")),
            ("one.\nTwo three", 5, 10, Some("one.\n")),
            ("3.5 mg of it\n", 1, 20, Some("3.5 mg of it\n")),
            ("one two three four", 3, 8, Some("one two ")),
            ("onetwothreefour", 3, 8, Some("onetwothree")),
            ("one two three", 3, 20, None),
            ("one", 3, 8, None),
            ("", 3, 8, None),
            ("一二三。四", 3, 20, Some("一二三。")),
            ("ééééé", 3, 4, Some("éééé")),
        ] {
            assert_eq!(boundary(text, least, most).map(|at| &text[..at]), expected, "{text:?}");
        }
    }

    proptest::proptest! {
        /// More text moves no boundary, and a boundary is never in front of `least`.
        #[test]
        fn what_follows_moves_no_boundary(text in "[a-c.\n é。]{0,60}", more in "[a-c.\n é。]{0,60}", least in 1usize..20, most in 4usize..20) {
            if let Some(at) = boundary(&text, least, most) {
                proptest::prop_assert!(at >= least && text.is_char_boundary(at));
                proptest::prop_assert_eq!(boundary(&format!("{text}{more}"), least, most), Some(at));
            }
        }
    }
}
