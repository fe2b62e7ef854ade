//! Regular expressions over notes that stay fast where a note is not all ASCII.

use regex::Regex;

/// A built-in pattern, with the word borders of [`bordered`].
///
/// # Panics
/// When it is no regular expression: built-in ones are tested.
pub(crate) fn compiled(pattern: &str) -> Regex {
    Regex::new(&bordered(pattern)).expect("built-in patterns are tested")
}

/// A pattern whose `\b` and `\B` are those of ASCII letters and digits.
///
/// An automaton cannot tell borders of Unicode words: at the first byte that is not ASCII, one ° or ’ in a note, it gives up, and every
/// search of that note goes on in an engine many times slower.
pub(crate) fn bordered(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 64);
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match (c, if c == '\\' { rest.next() } else { None }) {
            (_, Some(border @ ('b' | 'B'))) => {
                out.push_str(r"(?-u:\");
                out.push(border);
                out.push(')');
            }
            (_, escaped) => {
                out.push(c);
                out.extend(escaped);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_borders_change() {
        assert_eq!(bordered(r"(?xi)\bmin\b|\B\d+°\\b"), r"(?xi)(?-u:\b)min(?-u:\b)|(?-u:\B)\d+°\\b");
        assert!(compiled(r"\b45\b").is_match("flexion 45°, pain"));
        assert!(!compiled(r"\b45\b").is_match("145°"));
        assert!(compiled(r"(?i)é5\b").is_match("É5 "), "letters are still those of Unicode");
    }
}
