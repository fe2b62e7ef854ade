//! The lists of a policy: what is never found, and what always is.

use std::collections::HashMap;
use std::path::Path;
use std::str::FromStr;

use aho_corasick::AhoCorasick;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::fields::{self, Fields};
use super::patient::PATIENT;
use super::{Category, Finding, Policy};
use crate::error::{Error, ErrorCode, Location, Result};
use crate::text::{Span, View};

/// Name in findings of what a policy denies.
pub(super) const DENY: &str = "policy.deny";

/// How the text of a list entry is compared with a note.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Matching {
    /// Case, width, accents' encoding, kinds of dashes and amounts of blank space do not matter: `St. Mary - Annex` is also
    /// `ST. MARY–ANNEX`, and is found where a line was broken inside it.
    #[default]
    Normalised,
    /// Character by character.
    Exact,
}

impl Matching {
    const ALL: &'static [(&'static str, Self)] = &[("normalised", Self::Normalised), ("exact", Self::Exact)];
}

/// A text that a policy allows or denies.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListEntry {
    /// The text; it stands for whole words.
    pub text: String,
    /// The category it is never, or always, found as; `None` in an allow list stands for all of them.
    pub category: Option<Category>,
    /// How it is compared.
    pub matching: Matching,
}

impl ListEntry {
    /// As it is written in a policy file.
    pub(super) fn to_json(&self) -> Value {
        let mut out = serde_json::Map::new();
        out.insert("text".into(), self.text.as_str().into());
        if let Some(category) = self.category {
            out.insert("category".into(), category.as_str().into());
        }
        if self.matching == Matching::Exact {
            out.insert("match".into(), "exact".into());
        }
        Value::Object(out)
    }

    /// Whether what one entry allows is what the other denies.
    fn meets(&self, other: &Self) -> bool {
        self.category.is_none() || other.category.is_none() || self.category == other.category
    }
}

/// Reads the list `key` of a policy file; files named in it are looked for in `folder`.
pub(super) fn read(policy: &Fields<'_>, key: &str, folder: Option<&Path>) -> Result<Vec<(String, ListEntry)>> {
    let deny = key == "deny";
    let mut entries = Vec::new();
    for (index, item) in policy.list(key)?.iter().enumerate() {
        let place = format!("{}[{index}]", policy.path(key));
        let fallback = deny.then_some(Category::OtherId);
        if item.is_string() {
            let text = fields::text(item, || place.clone())?;
            push(&mut entries, text, fallback, Matching::default(), &place)?;
            continue;
        }
        if !item.is_object() {
            let hint = if matches!(item, Value::Number(_) | Value::Bool(_)) { " (put it in quotes)" } else { "" };
            let what = format!("a text or keys such as `text` are expected, not {}{hint}", fields::kind(item));
            return Err(Error::config(what).at(Location::Key(place)));
        }
        let entry = Fields::new(item, place.clone(), &["text", "file", "category", "match"])?;
        let category = match entry.text("category")? {
            Some(name) => Some(Category::from_str(name).map_err(|e| e.at(Location::Key(entry.path("category"))))?),
            None => fallback,
        };
        let matching = match entry.text("match")? {
            Some(name) => {
                Matching::ALL.iter().find(|(known, _)| *known == name).map(|(_, found)| *found).ok_or_else(|| {
                    Error::unknown(ErrorCode::Config, "way to match", name, Matching::ALL.iter().map(|(n, _)| *n))
                        .at(Location::Key(entry.path("match")))
                })?
            }
            None => Matching::default(),
        };
        match (entry.text("text")?, entry.text("file")?) {
            (Some(text), None) => push(&mut entries, text, category, matching, &entry.path("text"))?,
            (None, Some(file)) => {
                let before = entries.len();
                let at = |error: Error| error.at(Location::Key(entry.path("file")));
                let path = file_in(folder, file).map_err(at)?;
                let content = std::fs::read_to_string(&path).map_err(|e| at(Error::io(&path, &e)))?;
                for (number, line) in content.trim_start_matches('\u{feff}').lines().enumerate() {
                    let line = line.trim();
                    if !line.is_empty() && !line.starts_with('#') {
                        let place = format!("{} line {}", entry.path("file"), number + 1);
                        push(&mut entries, line, category, matching, &place)?;
                    }
                }
                if entries.len() == before {
                    return Err(at(Error::config("the file holds no entry")));
                }
            }
            _ => return Err(Error::config("either `text` or `file` is expected").at(Location::Key(place))),
        }
    }
    Ok(entries)
}

/// A file that a policy names.
pub(super) fn file_in(folder: Option<&Path>, name: &str) -> Result<std::path::PathBuf> {
    let what = "a policy that was not read from a file names no other file: load it with `Policy::load`";
    folder.map(|folder| folder.join(name)).ok_or_else(|| Error::config(what))
}

fn push(
    entries: &mut Vec<(String, ListEntry)>,
    text: &str,
    category: Option<Category>,
    matching: Matching,
    place: &str,
) -> Result<()> {
    let text = text.trim();
    if Normalised::new(text).text.is_empty() {
        return Err(Error::config("an empty text would match everywhere").at(Location::Key(place.to_owned())));
    }
    entries.push((place.to_owned(), ListEntry { text: text.to_owned(), category, matching }));
    Ok(())
}

/// Adds the lists of one file to what it inherits. What it allows is no longer denied, and the other way round.
///
/// # Errors
/// When the file itself allows and denies the same.
pub(super) fn merge(
    allowed: &mut Vec<ListEntry>,
    denied: &mut Vec<ListEntry>,
    allow: Vec<(String, ListEntry)>,
    deny: Vec<(String, ListEntry)>,
) -> Result<()> {
    let keyed = |entries: &[(String, ListEntry)]| {
        let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, (_, entry)) in entries.iter().enumerate() {
            by_key.entry(Normalised::new(&entry.text).text).or_default().push(index);
        }
        by_key
    };
    let against = |by_key: &HashMap<String, Vec<usize>>, entries: &[(String, ListEntry)], one: &ListEntry| {
        let same = by_key.get(&Normalised::new(&one.text).text)?;
        same.iter().copied().find(|index| entries[*index].1.meets(one))
    };
    let (allow_keys, deny_keys) = (keyed(&allow), keyed(&deny));
    for (place, entry) in &deny {
        if let Some(index) = against(&allow_keys, &allow, entry) {
            let what = format!("the same text is allowed by `{}`", allow[index].0);
            return Err(Error::config(what).at(Location::Key(place.clone())));
        }
    }
    if !allow.is_empty() {
        denied.retain(|entry| against(&allow_keys, &allow, entry).is_none());
    }
    if !deny.is_empty() {
        allowed.retain(|entry| against(&deny_keys, &deny, entry).is_none());
    }
    allowed.extend(allow.into_iter().map(|(_, entry)| entry));
    denied.extend(deny.into_iter().map(|(_, entry)| entry));
    Ok(())
}

/// The lists of a policy, made ready for searching.
pub(super) struct Lists {
    allow: Matcher,
    deny: Matcher,
}

impl Lists {
    pub(super) fn new(policy: &Policy) -> Result<Self> {
        Ok(Self { allow: Matcher::new(policy.allow())?, deny: Matcher::new(policy.deny())? })
    }

    /// Drops what is allowed and adds what is denied; spans refer to `text`.
    pub(super) fn apply(&self, text: &str, findings: &mut Vec<Finding>) {
        let normalised = if self.allow.normalised.is_some() && !findings.is_empty() || self.deny.normalised.is_some() {
            Normalised::new(text)
        } else {
            Normalised::default()
        };
        if !findings.is_empty() {
            let mut allowed: Vec<(Span, Option<Category>)> = Vec::new();
            self.allow.find(text, &normalised, |span, category| allowed.push((span, category)));
            if !allowed.is_empty() {
                let mut reaches: HashMap<Option<Category>, Reaches> = HashMap::new();
                allowed.sort_unstable();
                for (span, category) in allowed {
                    reaches.entry(category).or_default().push(span);
                }
                findings.retain(|finding| {
                    finding.detector == PATIENT
                        || ![None, Some(finding.category)]
                            .iter()
                            .any(|scope| reaches.get(scope).is_some_and(|reaches| reaches.hold(finding.span)))
                });
            }
        }
        self.deny.find(text, &normalised, |span, category| {
            findings.push(Finding::new(span, category.unwrap_or(Category::OtherId), 1.0, DENY));
        });
    }
}

/// Spans in the order of their starts, and how far those up to each of them reach.
#[derive(Default)]
struct Reaches(Vec<(usize, usize)>);

impl Reaches {
    fn push(&mut self, span: Span) {
        let reach = self.0.last().map_or(0, |(_, reach)| *reach).max(span.end);
        self.0.push((span.start, reach));
    }

    /// Whether one of the spans holds all of `span`.
    fn hold(&self, span: Span) -> bool {
        let after = self.0.partition_point(|(start, _)| *start <= span.start);
        after.checked_sub(1).is_some_and(|last| self.0[last].1 >= span.end)
    }
}

/// All entries of one list in two automata.
struct Matcher {
    exact: Option<(AhoCorasick, Vec<Option<Category>>)>,
    normalised: Option<(AhoCorasick, Vec<Option<Category>>)>,
}

impl Matcher {
    fn new(entries: &[ListEntry]) -> Result<Self> {
        let build = |matching: Matching| -> Result<_> {
            let chosen: Vec<&ListEntry> = entries.iter().filter(|entry| entry.matching == matching).collect();
            if chosen.is_empty() {
                return Ok(None);
            }
            let texts = chosen.iter().map(|entry| match matching {
                Matching::Exact => entry.text.clone(),
                Matching::Normalised => Normalised::new(&entry.text).text,
            });
            let automaton = AhoCorasick::new(texts).map_err(|_| Error::config("a list of the policy is too large"))?;
            Ok(Some((automaton, chosen.iter().map(|entry| entry.category).collect())))
        };
        Ok(Self { exact: build(Matching::Exact)?, normalised: build(Matching::Normalised)? })
    }

    /// Calls `found` with every place where an entry stands as whole words.
    fn find(&self, text: &str, normalised: &Normalised, mut found: impl FnMut(Span, Option<Category>)) {
        // Overlapping: that a longer entry is no whole word here must not hide a shorter one that is.
        if let Some((automaton, categories)) = &self.exact {
            for hit in automaton.find_overlapping_iter(text) {
                if is_whole(text, hit.start(), hit.end()) {
                    found(Span::new(hit.start(), hit.end()), categories[hit.pattern().as_usize()]);
                }
            }
        }
        if let Some((automaton, categories)) = &self.normalised {
            for hit in automaton.find_overlapping_iter(&normalised.text) {
                if is_whole(&normalised.text, hit.start(), hit.end()) {
                    found(normalised.source(hit.start(), hit.end()), categories[hit.pattern().as_usize()]);
                }
            }
        }
    }
}

/// Whether what stands from `start` to `end` is not a part of longer words. Scripts without blanks between words have none.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let joined = |left: Option<char>, right: Option<char>| match (left, right) {
        (Some(_), Some(mark)) if is_combining_mark(mark) => true,
        (Some(left), Some(right)) => {
            left.is_alphanumeric() && right.is_alphanumeric() && !is_unspaced(left) && !is_unspaced(right)
        }
        _ => false,
    };
    if !text.is_char_boundary(start) || !text.is_char_boundary(end) {
        return false;
    }
    let inside = &text[start..end];
    !joined(text[..start].chars().next_back(), inside.chars().next())
        && !joined(inside.chars().next_back(), text[end..].chars().next())
}

/// Whether words of the script of `c` are written without blanks between them.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}'
        | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// A text in the form in which entries are compared, and where each byte of it came from.
#[derive(Default)]
struct Normalised {
    text: String,
    /// First and last byte (exclusive) in the source, for each byte.
    from: Vec<Span>,
}

impl Normalised {
    fn new(source: &str) -> Self {
        let view = View::new(source);
        let mut out = Self { text: String::with_capacity(source.len()), from: Vec::with_capacity(source.len()) };
        let mut blank: Option<Span> = None;
        for (at, c) in view.as_str().char_indices() {
            let span = || view.to_source(Span::new(at, at + c.len_utf8()));
            if c.is_whitespace() {
                let here = span();
                blank = Some(blank.map_or(here, |blank| blank.cover(here)));
                continue;
            }
            // Blanks beside a dash, and at the start, say nothing.
            if let Some(blank) = blank.take().filter(|_| c != '-' && !out.text.is_empty() && !out.text.ends_with('-')) {
                out.push(' ', blank);
            }
            let here = span();
            if c.is_ascii() {
                out.push(c.to_ascii_lowercase(), here);
            } else {
                for c in std::iter::once(c).nfkd().flat_map(char::to_lowercase) {
                    out.push(c, here);
                }
            }
        }
        out
    }

    fn push(&mut self, c: char, from: Span) {
        self.text.push(c);
        self.from.extend(std::iter::repeat_n(from, c.len_utf8()));
    }

    fn source(&self, start: usize, end: usize) -> Span {
        self.from[start].cover(self.from[end - 1])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(policy: &str, text: &str) -> Vec<(String, Category)> {
        let lists = Lists::new(&Policy::from_yaml(policy).unwrap()).unwrap();
        let mut findings = Vec::new();
        lists.apply(text, &mut findings);
        findings.iter().map(|finding| (finding.span.of(text).to_owned(), finding.category)).collect()
    }

    #[test]
    fn what_is_denied_is_found_in_any_writing() {
        let policy = "deny: [{text: St. Élan - Annex, category: organization}, {text: WARD b, match: exact}]";
        for text in [
            "st. élan-annex",
            "ST. \u{c9}LAN \u{2013} ANNEX",
            "St.\r\n  E\u{301}lan -Annex",
            "Ｓｔ．\u{a0}Élan\u{2010}Annex",
        ] {
            let around = format!("at {text}, on");
            assert_eq!(found(policy, &around), [(text.to_owned(), Category::Organization)], "{text}");
        }
        for text in ["est. élan-annex", "st. élan-annexes", "ward b", "WARD bc", "st. elan-annex"] {
            assert_eq!(found(policy, text), [], "{text}");
        }
        assert_eq!(found(policy, "WARD b"), [("WARD b".to_owned(), Category::OtherId)]);
    }

    #[test]
    fn a_longer_entry_hides_no_shorter_one() {
        let policy = "deny: [Ann, Ann Lee, 李明]";
        assert_eq!(found(policy, "Ann Leeson"), [("Ann".to_owned(), Category::OtherId)]);
        assert_eq!(found(policy, "患者李明来"), [("李明".to_owned(), Category::OtherId)]);
    }

    #[test]
    fn what_is_allowed_is_dropped_by_category() {
        let policy = Policy::from_yaml("allow: [Good Shepherd, {text: May, category: name}]").unwrap();
        let lists = Lists::new(&policy).unwrap();
        let text = "May at good  shepherd home";
        let mut findings: Vec<Finding> =
            [(0, 3, Category::Name), (0, 3, Category::Date), (12, 20, Category::Name), (7, 25, Category::Organization)]
                .map(|(start, end, category)| Finding::new(Span::new(start, end), category, 0.9, "test"))
                .into();
        lists.apply(text, &mut findings);
        let left: Vec<&str> = findings.iter().map(|finding| finding.span.of(text)).collect();
        assert_eq!(left, ["May", "good  shepherd hom"]);
        assert_eq!(findings[0].category, Category::Date);
    }

    proptest! {
        #[test]
        fn found_spans_lie_on_characters(text in "(?s)[aA \n\u{301}é–ｂ-]{0,30}", entry in "[aéb][ab -]{0,3}") {
            let policy = format!("deny: [{}]", serde_json::to_string(&entry).unwrap());
            let lists = Lists::new(&Policy::from_yaml(&policy).unwrap()).unwrap();
            let mut findings = Vec::new();
            lists.apply(&text, &mut findings);
            for finding in findings {
                let found = text.get(finding.span.range());
                prop_assert!(found.is_some());
                prop_assert_eq!(Normalised::new(found.unwrap()).text, Normalised::new(entry.trim()).text);
            }
        }
    }
}
