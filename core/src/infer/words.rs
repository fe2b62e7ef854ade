//! Splits text into the words the built-in tagger sees: finer than tokens, and aware of the layout around them.
//!
//! Training and inference share this file, so a model always sees the words it was trained on. Changing the splitter
//! means training the model again.

/// What stands between a word and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Before {
    /// Nothing: the two touch.
    Glued = 0,
    /// One blank.
    Space = 1,
    /// Several blanks or a tab: a column of a table.
    Gap = 2,
    /// A line break.
    Line = 3,
    /// An empty line, or the start of the text.
    Paragraph = 4,
}

/// What a word is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Class {
    /// Letters, with an apostrophe inside ("O'Brien").
    Letters,
    /// Digits.
    Digits,
    /// Letters and digits that alternate more than once ("4T1BF1FK5CU").
    Mixed,
    /// A punctuation mark or symbol, or a run of the same one.
    Mark,
}

/// A word, a number or a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// What it is made of.
    pub class: Class,
    /// What stands before it.
    pub before: Before,
}

impl Word {
    /// The word's text.
    pub fn of(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }
}

/// How a character takes part in words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Letter,
    Digit,
    Break,
    Blank,
    Invisible,
    Mark,
}

fn part(c: char) -> Part {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{300}'..='\u{36f}' => Part::Letter,
        '0'..='9' => Part::Digit,
        '\n' | '\r' | '\u{0b}' | '\u{0c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Part::Break,
        ' ' | '\t' => Part::Blank,
        '\0'..='\u{7f}' => Part::Mark,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => Part::Invisible,
        c if c.is_alphabetic() => Part::Letter,
        c if c.is_numeric() => Part::Digit,
        c if c.is_whitespace() => Part::Blank,
        _ => Part::Mark,
    }
}

/// The words of `text`, appended to `words`; blanks and line breaks are not words. Offsets are bytes.
///
/// Letters and digits that touch are two words ("45yo", "T12", "MRN0042") unless they alternate more than once, as in
/// serial numbers. Texts over 4 GiB are split only up to that length; callers refuse them earlier.
pub fn split(text: &str, words: &mut Vec<Word>) {
    let limit = u32::MAX as usize;
    let mut before = Before::Paragraph;
    let mut breaks = 0_u32;
    let mut at = 0;
    while at < text.len() && at < limit {
        let Some(c) = text[at..].chars().next() else { break };
        let start = at;
        at += c.len_utf8();
        match part(c) {
            Part::Invisible => {}
            Part::Blank => {
                let wider = if c == '\t' || before == Before::Space { Before::Gap } else { Before::Space };
                before = before.max(wider);
            }
            Part::Break => {
                // CRLF is one break.
                if !(c == '\n' && start > 0 && text.as_bytes()[start - 1] == b'\r') {
                    breaks += 1;
                }
                before = before.max(if breaks > 1 { Before::Paragraph } else { Before::Line });
            }
            kind => {
                if kind == Part::Mark {
                    while text[at..].starts_with(c) {
                        at += c.len_utf8();
                    }
                    words.push(word(start, at, Class::Mark, before));
                } else {
                    at = run(text, start, before, words);
                }
                before = Before::Glued;
                breaks = 0;
            }
        }
    }
}

fn word(start: usize, end: usize, class: Class, before: Before) -> Word {
    Word { start: start as u32, end: end as u32, class, before }
}

/// One run of letters and digits from `start`: pushes one word or two, returns the end.
fn run(text: &str, start: usize, before: Before, words: &mut Vec<Word>) -> usize {
    let mut changes = 0;
    let mut border = start;
    let mut last = None;
    let mut at = start;
    for (offset, c) in text[start..].char_indices() {
        let kind = match part(c) {
            kind @ (Part::Letter | Part::Digit) => kind,
            Part::Invisible => continue,
            Part::Mark if matches!(c, '\'' | '\u{2019}') && last == Some(Part::Letter) => {
                // An apostrophe belongs to the word when at least two letters follow: "O'Brien", not "Smith's".
                let mut rest = text[start + offset + c.len_utf8()..].chars();
                let joins = (0..2).all(|_| rest.next().is_some_and(|c| part(c) == Part::Letter));
                if !joins {
                    break;
                }
                continue;
            }
            _ => break,
        };
        if last.is_some_and(|last| last != kind) {
            changes += 1;
            border = at;
        }
        last = Some(kind);
        at = start + offset + c.len_utf8();
    }
    let class = |kind| if kind == Some(Part::Digit) { Class::Digits } else { Class::Letters };
    match changes {
        0 => words.push(word(start, at, class(last), before)),
        1 => {
            let first = if last == Some(Part::Digit) { Part::Letter } else { Part::Digit };
            words.push(word(start, border, class(Some(first)), before));
            words.push(word(border, at, class(last), Before::Glued));
        }
        _ => words.push(word(start, at, Class::Mixed, before)),
    }
    at
}

#[cfg(test)]
mod tests {
    use super::Before::{Gap, Glued, Line, Paragraph, Space};
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        let mut words = Vec::new();
        split(text, &mut words);
        words.iter().map(|w| w.of(text)).collect()
    }

    #[test]
    fn letters_digits_and_marks_are_apart() {
        assert_eq!(texts("Pt. 45yo, seen 03/14."), ["Pt", ".", "45", "yo", ",", "seen", "03", "/", "14", "."]);
        assert_eq!(texts("MRN0042 4T1BF1FK5CU"), ["MRN", "0042", "4T1BF1FK5CU"]);
        assert_eq!(texts("====== A"), ["======", "A"]);
    }

    #[test]
    fn apostrophes_join_names_but_not_possessives() {
        assert_eq!(texts("O'Brien's D\u{2019}Angelo pts'"), ["O'Brien", "'", "s", "D\u{2019}Angelo", "pts", "'"]);
    }

    #[test]
    fn layout_is_seen() {
        let mut words = Vec::new();
        split("a b\tc\r\nd\n\ne f-g", &mut words);
        let before: Vec<Before> = words.iter().map(|w| w.before).collect();
        assert_eq!(before, [Paragraph, Space, Gap, Line, Paragraph, Space, Glued, Glued]);
    }

    proptest::proptest! {
        #[test]
        fn words_are_ordered_whole_and_cover_every_letter(text in "\\PC{0,80}|[a-z0-9 '\r\n\u{200b}\u{301}]{0,60}") {
            let mut words = Vec::new();
            split(&text, &mut words);
            let mut at = 0;
            for w in &words {
                proptest::prop_assert!(w.start as usize >= at && w.start < w.end);
                at = w.end as usize;
                proptest::prop_assert!(!w.of(&text).is_empty());
            }
            for (i, c) in text.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()) {
                proptest::prop_assert!(words.iter().any(|w| w.start as usize <= i && i < w.end as usize), "{c:?}");
            }
        }
    }
}
