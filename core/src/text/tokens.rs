//! Splits text into words, numbers, and punctuation marks.

use unicode_normalization::char::is_combining_mark;

use super::Span;
use super::short::letters_end;
use super::view::is_invisible;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// Letters only, with inner apostrophes ("O'Brien", "patient's").
    Word,
    /// Digits only.
    Number,
    /// Letters and digits together ("A1c", "PT3").
    Mixed,
    /// One punctuation mark or symbol.
    Punctuation,
    /// One line break (LF, CRLF or CR).
    Newline,
}

/// How the letters of a token are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Case {
    /// All lower case: "knee".
    Lower,
    /// A capital, then lower case, where an apostrophe starts anew: "Osei", "O'Brien", "Patient's".
    Title,
    /// All capitals: "OSEI", "J".
    Upper,
    /// Any other mixture: `McDonald`, `mmHg`.
    Mixed,
    /// No letter that has a case: "42", "李".
    None,
}

/// A word, a number, a mark, or a line break. Blanks, tabs, control and invisible characters are between tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Token {
    /// Where it is.
    pub span: Span,
    /// What it is made of.
    pub kind: TokenKind,
    /// Whether it is ASCII letters alone.
    pub(crate) plain: bool,
}

impl Token {
    /// The token's text.
    pub fn of(self, text: &str) -> &str {
        self.span.of(text)
    }

    /// Whether it is made of letters alone.
    pub fn is_word(self) -> bool {
        self.kind == TokenKind::Word
    }

    /// Whether it is a line break.
    pub fn is_newline(self) -> bool {
        self.kind == TokenKind::Newline
    }

    /// Whether it is the mark `mark`.
    pub fn is_mark(self, text: &str, mark: char) -> bool {
        self.kind == TokenKind::Punctuation && self.of(text).starts_with(mark)
    }

    /// Whether it reads as `word`, whatever the case of ASCII letters.
    pub fn is(self, text: &str, word: &str) -> bool {
        self.of(text).eq_ignore_ascii_case(word)
    }

    /// How its letters are written; one capital alone is [`Case::Upper`].
    ///
    /// ```
    /// use chartguard::text::{Case, tokens};
    /// let text = "O'Brien MD denies McBurney 2";
    /// let cases: Vec<Case> = tokens(text).iter().map(|token| token.case(text)).collect();
    /// assert_eq!(cases, [Case::Title, Case::Upper, Case::Lower, Case::Mixed, Case::None]);
    /// ```
    pub fn case(self, text: &str) -> Case {
        case_of(self.of(text))
    }
}

/// How the letters of `word` are written.
fn case_of(word: &str) -> Case {
    let (mut upper, mut lower) = (0usize, 0usize);
    let mut inner_upper = false;
    let mut starts_upper = false;
    let mut before = None;
    for c in word.chars() {
        if is_upper(c) {
            upper += 1;
            match before {
                None => starts_upper = true,
                Some('\'' | '\u{2019}') => {}
                Some(_) => inner_upper = true,
            }
        } else if c.is_lowercase() {
            lower += 1;
        }
        before = Some(c);
    }
    match (upper, lower) {
        (0, 0) => Case::None,
        (0, _) => Case::Lower,
        (_, 0) => Case::Upper,
        _ if starts_upper && !inner_upper => Case::Title,
        _ => Case::Mixed,
    }
}

fn is_upper(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_uppercase() } else { c.is_uppercase() }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Blank,
    Return,
    Feed,
    Mark,
    Wide,
}

/// The class of every byte; `Wide` bytes start or continue a character beyond ASCII.
static CLASS: [Class; 256] = {
    let mut table = [Class::Mark; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'\n' => Class::Feed,
            b'\r' => Class::Return,
            0..=b' ' | 0x7F => Class::Blank,
            0x80..=0xFF => Class::Wide,
            _ => Class::Mark,
        };
        byte += 1;
    }
    table
};

/// The bytes after letters with which a word may go on.
static GOES_ON: [bool; 256] = {
    let mut goes_on = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        goes_on[byte] = byte >= 0x80 || byte as u8 == b'\'' || (byte as u8).is_ascii_digit();
        byte += 1;
    }
    goes_on
};

/// The class of the character at `at`, and its length in bytes.
fn wide(text: &str, at: usize) -> (Class, char, usize) {
    let Some(c) = text[at..].chars().next() else { return (Class::Blank, ' ', 0) };
    let class = if c.is_alphabetic() {
        Class::Letter
    } else if c.is_numeric() {
        Class::Digit
    } else if c.is_whitespace() || c.is_control() || is_invisible(c) {
        Class::Blank
    } else {
        Class::Mark
    };
    (class, c, c.len_utf8())
}

/// The class of whatever starts at `at`.
fn class_at(text: &str, at: usize) -> Option<Class> {
    let class = CLASS[usize::from(*text.as_bytes().get(at)?)];
    Some(if class == Class::Wide { wide(text, at).0 } else { class })
}

/// The tokens of `text` in order.
///
/// ```
/// use chartguard::text::tokens;
/// let text = "Mr. O'Brien's HbA1c: 7.2%";
/// let words: Vec<&str> = tokens(text).iter().map(|token| token.span.of(text)).collect();
/// assert_eq!(words, ["Mr", ".", "O'Brien's", "HbA1c", ":", "7", ".", "2", "%"]);
/// ```
pub fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::with_capacity(bytes.len() / 5 + 8);
    let mut at = 0;
    loop {
        // Mostly one blank stands between words.
        at += usize::from(bytes.get(at) == Some(&b' '));
        let Some(&byte) = bytes.get(at) else { break };
        let start = at;
        let class = CLASS[usize::from(byte)];
        let mut plain = false;
        // One after the other, the most frequent first: where one jump leads to many places, it is seldom foreseen.
        let kind = if class == Class::Letter {
            // Most words are ASCII letters alone.
            at = letters_end(bytes, at);
            if bytes.get(at).is_some_and(|byte| GOES_ON[usize::from(*byte)]) {
                at = start;
                run(text, &mut at)
            } else {
                plain = true;
                TokenKind::Word
            }
        } else if class == Class::Mark {
            at += 1;
            marks(text, &mut at);
            TokenKind::Punctuation
        } else if class == Class::Digit {
            run(text, &mut at)
        } else if class == Class::Blank {
            at += 1;
            continue;
        } else if class == Class::Feed {
            at += 1;
            TokenKind::Newline
        } else if class == Class::Return {
            at += 1 + usize::from(bytes.get(at + 1) == Some(&b'\n'));
            TokenKind::Newline
        } else {
            match wide(text, at) {
                (Class::Letter | Class::Digit, ..) => run(text, &mut at),
                (Class::Blank, _, len) => {
                    at += len.max(1);
                    continue;
                }
                (_, _, len) => {
                    at += len;
                    marks(text, &mut at);
                    TokenKind::Punctuation
                }
            }
        };
        tokens.push(Token { span: Span { start, end: at }, kind, plain });
    }
    tokens
}

/// Moves `at` over combining marks.
#[inline]
fn marks(text: &str, at: &mut usize) {
    while text.as_bytes().get(*at).is_some_and(|byte| *byte >= 0x80) {
        match text[*at..].chars().next() {
            Some(c) if is_combining_mark(c) => *at += c.len_utf8(),
            _ => return,
        }
    }
}

/// How many bytes of `class` come first.
fn span_of(class: Class, bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| CLASS[usize::from(**byte)] == class).count()
}

/// Moves `at` over a run of letters and digits.
fn run(text: &str, at: &mut usize) -> TokenKind {
    let bytes = text.as_bytes();
    let (mut letters, mut digits) = (false, false);
    let mut after_letter = false;
    let follows_letter = |at: usize| class_at(text, at) == Some(Class::Letter);
    let mut here = *at;
    loop {
        loop {
            let from = here;
            here += span_of(Class::Letter, &bytes[here..]);
            (letters, after_letter) = (letters || here > from, after_letter || here > from);
            let digits_from = here;
            here += span_of(Class::Digit, &bytes[here..]);
            (digits, after_letter) = (digits || here > digits_from, after_letter && here == digits_from);
            if here == digits_from {
                break;
            }
        }
        match bytes.get(here) {
            Some(b'\'') if after_letter && follows_letter(here + 1) => here += 1,
            Some(byte) if *byte >= 0x80 => {
                let (class, c, len) = wide(text, here);
                match class {
                    // A combining mark that counts as alphabetic belongs to its base, be that a digit.
                    _ if is_combining_mark(c) => {}
                    Class::Letter => (letters, after_letter) = (true, true),
                    Class::Digit => (digits, after_letter) = (true, false),
                    _ if matches!(c, '\u{2018}' | '\u{2019}') && after_letter && follows_letter(here + len) => {}
                    _ if is_invisible(c)
                        && matches!(class_at(text, here + len), Some(Class::Letter | Class::Digit)) => {}
                    _ => break,
                }
                here += len;
            }
            _ => break,
        }
    }
    *at = here;
    match (letters, digits) {
        (true, true) => TokenKind::Mixed,
        (false, true) => TokenKind::Number,
        _ => TokenKind::Word,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(text: &str) -> Vec<(&str, TokenKind)> {
        tokens(text).iter().map(|token| (token.of(text), token.kind)).collect()
    }

    #[test]
    fn kinds() {
        use TokenKind::{Mixed, Newline, Number, Punctuation, Word};
        assert_eq!(
            split("Pt A1c 7.2,\r\nV5588864\rx\n"),
            [
                ("Pt", Word),
                ("A1c", Mixed),
                ("7", Number),
                (".", Punctuation),
                ("2", Number),
                (",", Punctuation),
                ("\r\n", Newline),
                ("V5588864", Mixed),
                ("\r", Newline),
                ("x", Word),
                ("\n", Newline),
            ]
        );
    }

    #[test]
    fn apostrophes() {
        assert_eq!(split("O'Brien patient’s"), [("O'Brien", TokenKind::Word), ("patient’s", TokenKind::Word)]);
        let words = |text| split(text).into_iter().map(|(word, _)| word).collect::<Vec<_>>();
        assert_eq!(words("'quoted' pts' 5'10"), ["'", "quoted", "'", "pts", "'", "5", "'", "10"]);
        assert_eq!(words("rock-n-roll 1/2"), ["rock", "-", "n", "-", "roll", "1", "/", "2"]);
    }

    #[test]
    fn beyond_ascii() {
        let nfd = "go\u{301}mez";
        assert_eq!(split(nfd), [(nfd, TokenKind::Word)]);
        assert_eq!(split("José李"), [("José李", TokenKind::Word)]);
        assert_eq!(split("٣٤"), [("٣٤", TokenKind::Number)]);
        assert_eq!(split("a\u{a0}b\u{3000}c").len(), 3);
        assert_eq!(split("soft\u{ad}hyphen").len(), 1);
        assert_eq!(split("end\u{200b} x"), [("end", TokenKind::Word), ("x", TokenKind::Word)]);
        assert_eq!(split("😀\u{fe0f}!").len(), 2);
        assert_eq!(split("\u{301}"), [("\u{301}", TokenKind::Punctuation)]);
        assert_eq!(split("\u{feff}\0x"), [("x", TokenKind::Word)]);
    }

    #[test]
    fn cases() {
        for (word, case) in [
            ("knee", Case::Lower),
            ("Knee", Case::Title),
            ("KNEE", Case::Upper),
            ("J", Case::Upper),
            ("O'Brien", Case::Title),
            ("O’Brien", Case::Title),
            ("O'BRIEN", Case::Upper),
            ("McDonald", Case::Mixed),
            ("mmHg", Case::Mixed),
            ("Álvarez", Case::Title),
            ("42", Case::None),
            ("李", Case::None),
        ] {
            assert_eq!(case_of(word), case, "{word}");
        }
    }

    proptest! {
        #[test]
        fn cover_all_but_blanks(text in r"(?s)([a-zA-Z0-9'’ .\r\n]|.){0,60}") {
            let mut end = 0;
            for token in tokens(&text) {
                prop_assert!(token.span.start >= end && !token.span.is_empty());
                prop_assert!(text[end..token.span.start].chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c)));
                prop_assert!(text.is_char_boundary(token.span.end));
                end = token.span.end;
            }
            prop_assert!(text[end..].chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c)));
        }
    }
}
