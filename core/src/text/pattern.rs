//! Regular expressions over notes that stay fast where a note is not all ASCII.

use regex::{Captures, Regex};

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
    with_borders(pattern, |border, out| {
        out.push_str(r"(?-u:\");
        out.push(border);
        out.push(')');
    })
}

/// A pattern without `\b` and `\B`: it matches wherever the pattern does, and elsewhere.
pub(crate) fn borderless(pattern: &str) -> String {
    with_borders(pattern, |_, out| out.push_str("(?:)"))
}

/// A pattern with something else for each `\b` and `\B`.
fn with_borders(pattern: &str, instead: impl Fn(char, &mut String)) -> String {
    let mut out = String::with_capacity(pattern.len() + 64);
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match (c, if c == '\\' { rest.next() } else { None }) {
            (_, Some(border @ ('b' | 'B'))) => instead(border, &mut out),
            (_, escaped) => {
                out.push(c);
                out.extend(escaped);
            }
        }
    }
    out
}

/// The parts of the first match: where most texts have no match, finding that none is there takes half the time.
pub(crate) fn parts<'t>(pattern: &Regex, text: &'t str) -> Option<Captures<'t>> {
    pattern.find(text).and_then(|found| pattern.captures_at(text, found.start()))
}

/// The parts of every match, as [`parts`].
pub(crate) fn all_parts<'t>(pattern: &Regex, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
    pattern.find_iter(text).filter_map(|found| pattern.captures_at(text, found.start()))
}

/// The last words of a text, as many as begin in its last `bytes`: what leads something in stands near to it.
pub(crate) fn tail(text: &str, bytes: usize) -> &str {
    let from = text.floor_char_boundary(text.len().saturating_sub(bytes));
    &text[text[..from].rfind(char::is_whitespace).unwrap_or(0)..]
}

/// What leads something in from a little way before it.
///
/// Written as one pattern, `\b(?:cue)\b[^.;]{0,28}$`, it makes an automaton with a state for each way to count: it was a quarter of the time that
/// scoring takes.
pub(crate) struct LeadIn {
    cue: Regex,
    reach: usize,
    stops: &'static [char],
}

impl LeadIn {
    /// A cue, of at most 40 bytes, that is followed by at most `reach` bytes, none of `stops` among them.
    pub(crate) fn new(cue: &str, reach: usize, stops: &'static [char]) -> Self {
        Self { cue: compiled(cue), reach, stops }
    }

    /// Whether it stands before the end of `before`.
    pub(crate) fn leads(&self, before: &str) -> bool {
        let near = tail(before, self.reach + 40);
        let open = near.rfind(self.stops).map_or(0, |at| at + 1).max(near.len().saturating_sub(self.reach));
        self.cue.find_iter(near).any(|found| found.end() >= open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_borders_change() {
        assert_eq!(bordered(r"(?xi)\bmin\b|\B\d+°\\b"), r"(?xi)(?-u:\b)min(?-u:\b)|(?-u:\B)\d+°\\b");
        assert!(compiled(r"\b45\b").is_match("flexion 45°, pain"));
        assert!(!compiled(r"\b45\b").is_match("145°"));
        assert_eq!(borderless(r"(?xi)\bmin\b|\B→\\b"), r"(?xi)(?:)min(?:)|(?:)→\\b");
        assert!(compiled(r"(?i)é5\b").is_match("É5 "), "letters are still those of Unicode");
    }
    #[test]
    fn a_cue_leads_in_from_near() {
        let birth = LeadIn::new(r"(?i)\b(?:DOB|born(?:\s+on)?)\b", 12, &['.', ';']);
        for (before, leads) in [
            ("Born on ", true),
            ("DOB (chart): ", true),
            ("DOB unknown to us; seen ", false),
            ("Born here. Seen ", false),
            ("born in the house, seen ", false),
            ("newborn ", false),
            ("as told by her sister and by the aunt that she was é born ", true),
            ("", false),
        ] {
            assert_eq!(birth.leads(before), leads, "{before}");
        }
        assert_eq!(tail("one two three", 5), " three");
        assert_eq!(tail("ééé", 3), "ééé");
    }
}
