//! Regular expressions over notes that stay fast where a note is not all ASCII.

use regex::{Captures, Regex};

/// A built-in pattern, with the word borders of [`bordered`].
///
/// # Panics
/// When it is no regular expression: built-in ones are tested.
pub(crate) fn compiled(pattern: &str) -> Regex {
    #[cfg(test)]
    tests::COMPILED.lock().unwrap().push(bordered(pattern));
    large(pattern)
}

/// A built-in pattern whose automaton is too large to be kept: to be asked only where something cheaper says that it may match.
///
/// # Panics
/// When it is no regular expression: built-in ones are tested.
pub(crate) fn large(pattern: &str) -> Regex {
    Regex::new(&bordered(pattern)).expect("built-in patterns are tested")
}

/// A pattern whose `\b` and `\B` are those of ASCII letters and digits.
///
/// An automaton cannot tell borders of Unicode words: at the first byte that is not ASCII, one ° or ’ in a note, it gives up, and every
/// search of that note goes on in an engine many times slower.
pub(crate) fn bordered(pattern: &str) -> String {
    with_borders(pattern, |border, out| {
        out.push_str(r"(?-u:\");
        out.push_str(border);
        out.push(')');
    })
}

/// A pattern without `\b` and `\B`: it matches wherever the pattern does, and elsewhere.
pub(crate) fn borderless(pattern: &str) -> String {
    with_borders(pattern, |_, out| out.push_str("(?:)"))
}

/// A pattern with something else for each `\b`, `\b{end-half}` and `\B`.
fn with_borders(pattern: &str, instead: impl Fn(&str, &mut String)) -> String {
    let mut out = String::with_capacity(pattern.len() + 64);
    let mut rest = pattern;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let len = match escape.as_bytes() {
            [_, b'b', b'{', ..] => escape.find('}').map_or(2, |end| end + 1),
            _ => 1 + escape[1..].chars().next().map_or(0, char::len_utf8),
        };
        match &escape[1..len] {
            border if border.starts_with(['b', 'B']) => instead(border, &mut out),
            _ => out.push_str(&escape[..len]),
        }
        rest = &escape[len..];
    }
    out.push_str(rest);
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
    use std::sync::Mutex;

    use regex_automata::hybrid::dfa::Config;
    use regex_automata::hybrid::regex::Regex;
    use regex_automata::{Anchored, HalfMatch, Input, MatchError, MatchErrorKind};

    use super::{LeadIn, bordered, borderless, compiled, tail};
    use crate::{Rubric, ScoreOptions, Scorer};

    /// The patterns that were compiled so far.
    pub(super) static COMPILED: Mutex<Vec<String>> = Mutex::new(Vec::new());

    /// The automaton of a pattern is built as texts are searched. One that outgrows its room is thrown away again and again, and in the end
    /// a search goes without: it takes many times as long, and nothing else would say so.
    #[test]
    fn automata_are_kept() {
        let notes: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/notes"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "txt"))
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect();
        let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap());
        for note in &notes {
            scorer.score(note, &ScoreOptions::default()).unwrap();
        }
        let compiled = COMPILED.lock().unwrap().clone();
        assert!(compiled.len() > 100);
        let outgrown: Vec<&String> = compiled.iter().filter(|pattern| !is_kept(pattern, &notes)).collect();
        assert!(outgrown.is_empty(), "split these patterns, or use `large`: {outgrown:#?}");
    }

    /// Whether the automata of a pattern, forward and backward, stay within the room that `regex` gives them.
    fn is_kept(pattern: &str, notes: &[String]) -> bool {
        // As `regex` has it, but that giving up comes at once.
        let config = Config::new()
            .starts_for_each_pattern(true)
            .unicode_word_boundary(true)
            .cache_capacity(2 << 20)
            .minimum_cache_clear_count(Some(0));
        let Ok(automata) = Regex::builder().dfa(config).build(pattern) else { return false };
        let (mut cache, mut kept) = (automata.create_cache(), true);
        let (forward, backward) = cache.as_parts_mut();
        let mut end = |found: Result<Option<HalfMatch>, MatchError>| {
            kept &= !matches!(&found, Err(error) if matches!(error.kind(), MatchErrorKind::GaveUp { .. }));
            found.ok().flatten()
        };
        for text in notes.iter().flat_map(|note| note.lines().chain([note.as_str()])) {
            let mut from = 0;
            while let Some(found) = end(automata.forward().try_search_fwd(forward, &Input::new(text).range(from..))) {
                let back = Input::new(text).range(from..found.offset()).anchored(Anchored::Yes);
                end(automata.reverse().try_search_rev(backward, &back));
                from = found.offset().max(from + 1);
            }
            // What ends with its text, and does not begin with it, is searched for from the end.
            let nfa = automata.reverse().get_nfa();
            if nfa.is_always_start_anchored() && !automata.forward().get_nfa().is_always_start_anchored() {
                end(automata.reverse().try_search_rev(backward, &Input::new(text).anchored(Anchored::Yes)));
            }
        }
        kept
    }

    #[test]
    fn only_borders_change() {
        assert_eq!(bordered(r"(?xi)\bmin\b|\B\d+°\\b"), r"(?xi)(?-u:\b)min(?-u:\b)|(?-u:\B)\d+°\\b");
        assert_eq!(bordered(r"P\.T\.\b{end-half} \p{L}"), r"P\.T\.(?-u:\b{end-half}) \p{L}");
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
