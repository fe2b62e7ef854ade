//! The one pass over the text for all patterns, and how a match becomes a finding.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, OnceLock};

use regex_automata::{Anchored, Input, meta};

use super::cues::{Cues, Hit, Place, Places, Row};
use super::rule_set::RuleSet;
use super::scan::{End, Form, Scanner, syntax};
use super::{Detector, Note};
use crate::error::{Error, Result};
use crate::scrub::{self, Category, Finding, Kind, RuleKind};
use crate::text::Span;
use crate::text::short::digits;

/// What a validator thinks of a matched value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validity {
    /// The check digit or structure holds: the score is raised.
    Valid,
    /// There is nothing to check.
    Unknown,
    /// The check fails: a finding only beside a cue, and a weaker one.
    Invalid,
    /// It cannot be this at all, whatever stands beside it.
    Never,
}

/// Judges a matched value.
pub(crate) type Validate = fn(&str) -> Validity;

/// A detector that is data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pattern {
    /// Name in findings: file and variant, such as `ssn.dashed`.
    pub(crate) name: &'static str,
    /// What it finds.
    pub(crate) category: Category,
    /// What it finds within the category.
    pub(crate) kind: Kind,
    /// Verbose-mode regular expression over bytes, matched where a word or number starts; of several ends the farthest
    /// that is accepted counts. A group named `v` is the finding; without one the whole match is. Repetition is bounded.
    pub(crate) regex: &'static str,
    /// The characters of which one stands right before every match; any may where there are none.
    pub(crate) behind: &'static str,
    /// The least length of a match, in bytes: a shorter one is not looked at.
    pub(crate) shortest: usize,
    /// The least number of digits in a match, which is as many as `validate` asks for: most words near a number have none, and are
    /// left out before anything is asked of them.
    pub(crate) digits: usize,
    /// Score without a cue; 0 when it is a finding only beside a cue.
    pub(crate) score: f32,
    /// Judges the matched value.
    pub(crate) validate: Option<Validate>,
    /// What `validate` checks, where it checks more than the form: `npi`, `luhn`.
    pub(crate) check: &'static str,
    /// Judges the value between the text just before and just after it.
    pub(crate) around: Option<fn(&str, &str, &str) -> bool>,
    /// How many bytes right before the value belong to it, such as those of the weekday before a date.
    pub(crate) lead: Option<fn(&str) -> usize>,
    /// Whole words in the plain form of [`super::cues`] that raise the score when they stand shortly before the value, or
    /// in brackets after it, or head its table column.
    pub(crate) cues: &'static [&'static str],
    /// Whole words that forbid a finding when they stand before the value and nearer than any cue, or shortly after it.
    pub(crate) unless: &'static [&'static str],
    /// How many bytes may stand between a cue and the value.
    pub(crate) window: usize,
    /// Whether it may begin inside a row of numbers, right after a digit and a hyphen, point or slash.
    pub(crate) glued: bool,
    /// Where the rule comes from.
    #[allow(dead_code, reason = "stated for readers")]
    pub(crate) source: &'static str,
    #[allow(dead_code, reason = "read by the test of the examples")]
    /// Lines that must match; what must be found stands between `«` and `»`.
    pub(crate) matches: &'static [&'static str],
    #[allow(dead_code, reason = "read by the test of the examples")]
    /// Near misses that must not match.
    pub(crate) rejects: &'static [&'static str],
}

impl Pattern {
    /// A pattern of which nothing is said yet, to fill up the others.
    pub(crate) const BLANK: Self = Self {
        name: "",
        category: Category::OtherId,
        kind: Kind::Whole,
        regex: "",
        behind: "",
        shortest: 0,
        digits: 0,
        score: 0.0,
        validate: None,
        check: "",
        around: None,
        lead: None,
        cues: &[],
        unless: &[],
        window: 30,
        glued: false,
        source: "45 CFR 164.514(b)(2)(i)",
        matches: &[],
        rejects: &[],
    };
}

/// Score of a value beside its cue, before distance is taken off; a farther cue says less than a nearer one.
const CUED: f32 = 0.96;
/// Score of a value that fails its check beside its cue.
const CUED_INVALID: f32 = 0.6;
/// How far before a value a word may stand that forbids it, in bytes.
const UNLESS_WINDOW: usize = 24;
/// What stands for the byte before a match at the start of the text.
const START: usize = 256;
/// Farther than any cue is looked for.
const FARTHEST: usize = 128;
/// Above what any rule needs.
const MOST_DIGITS: usize = 8;
/// How far the text around a value is shown to [`Pattern::around`], in bytes.
const AROUND: usize = 40;

/// All patterns, compiled into one automaton.
pub(crate) struct Patterns {
    compiled: Arc<Compiled>,
}

struct Compiled {
    rules: Vec<Rule>,
    /// The rules whose value is what matches, and a finding only beside a cue.
    cued: RuleSet,
    /// The rules that may not begin inside a row of numbers.
    unglued: RuleSet,
    /// The rules that may not begin after each byte, and at the start of the text.
    barred: Vec<RuleSet>,
    /// The rules that cues speak for from as far away as this, in bytes.
    reached: Vec<RuleSet>,
    /// The rules that need more digits than this.
    needs_more: [RuleSet; MOST_DIGITS],
    scanner: Scanner,
    cues: Cues,
    /// The cues by number.
    words: Vec<&'static str>,
    /// The rules each cue speaks for.
    speaks_for: Vec<RuleSet>,
    /// The rules each word forbids.
    forbids: Vec<RuleSet>,
}

struct Rule {
    pattern: Pattern,
    /// For patterns with a group `v`.
    group: Option<OnceLock<Option<meta::Regex>>>,
}

static BUILTIN: LazyLock<std::result::Result<Arc<Compiled>, String>> =
    LazyLock::new(|| Compiled::new(super::PATTERNS.iter().copied().flatten()).map(Arc::new).map_err(|e| e.to_string()));

impl Patterns {
    /// The built-in patterns, compiled once and shared.
    ///
    /// # Errors
    /// When a built-in pattern does not compile.
    pub(crate) fn builtin() -> Result<Self> {
        match &*BUILTIN {
            Ok(compiled) => Ok(Self { compiled: Arc::clone(compiled) }),
            Err(message) => Err(Error::internal(message.clone())),
        }
    }

    /// Finds what overlaps one of `spans`, which are in order, and perhaps more of what is near.
    ///
    /// # Errors
    /// As [`Detector::detect`].
    pub(super) fn detect_near(&self, note: &Note<'_>, spans: &[Span], findings: &mut Vec<Finding>) -> Result<()> {
        self.compiled.find_near(note, spans, findings)
    }
}

impl Compiled {
    fn new<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Result<Self> {
        let patterns: Vec<Pattern> = patterns.copied().collect();
        let mut words: BTreeMap<&str, usize> = BTreeMap::new();
        for word in patterns.iter().flat_map(|pattern| pattern.cues.iter().chain(pattern.unless)) {
            let next = words.len();
            words.entry(word).or_insert(next);
        }
        // Rules of one regular expression stand side by side.
        let mut expressions: Vec<Vec<&Pattern>> = Vec::new();
        for pattern in &patterns {
            match expressions.iter_mut().find(|alike| alike[0].regex == pattern.regex) {
                Some(alike) => alike.push(pattern),
                None => expressions.push(vec![pattern]),
            }
        }
        // Of rules that find the same the last expression is asked first.
        let rules: Vec<Rule> = expressions
            .iter()
            .rev()
            .flatten()
            .map(|&pattern| Rule { pattern: *pattern, group: pattern.regex.contains("(?<v>").then(OnceLock::new) })
            .collect();
        if rules.len() > RuleSet::CAPACITY {
            return Err(Error::internal("more patterns than a set of rules holds"));
        }
        let (mut speaks_for, mut forbids) =
            (vec![RuleSet::default(); words.len()], vec![RuleSet::default(); words.len()]);
        let (mut cued, mut unglued) = (RuleSet::default(), RuleSet::default());
        let mut barred = vec![RuleSet::default(); START + 1];
        let mut needs_more = [RuleSet::default(); MOST_DIGITS];
        for (number, Rule { pattern, group }) in rules.iter().enumerate() {
            pattern.cues.iter().for_each(|cue| speaks_for[words[cue]].insert(number));
            pattern.unless.iter().for_each(|word| forbids[words[word]].insert(number));
            if pattern.score == 0.0 && group.is_none() {
                cued.insert(number);
            }
            if !pattern.glued {
                unglued.insert(number);
            }
            needs_more.iter_mut().take(pattern.digits).for_each(|rules| rules.insert(number));
            for (byte, barred) in barred.iter_mut().enumerate() {
                if !pattern.behind.is_empty() && !pattern.behind.bytes().any(|behind| usize::from(behind) == byte) {
                    barred.insert(number);
                }
            }
        }
        let farthest = patterns.iter().map(|pattern| pattern.window).max().unwrap_or(0).min(FARTHEST);
        // The last place stands for all that is farther.
        let mut reached = vec![RuleSet::default(); farthest + 2];
        for (distance, reached) in reached.iter_mut().enumerate() {
            let within = rules.iter().enumerate().filter(|(_, rule)| rule.pattern.window >= distance);
            within.for_each(|(number, _)| reached.insert(number));
        }
        let mut ordered = vec![""; words.len()];
        for (word, number) in words {
            ordered[number] = word;
        }
        let mut forms: Vec<Form<'_>> = Vec::with_capacity(expressions.len());
        let mut next = rules.len();
        for alike in &expressions {
            let mut form = Form { regex: alike[0].regex, behind: String::new(), rules: RuleSet::default() };
            next -= alike.len();
            (next..next + alike.len()).for_each(|number| form.rules.insert(number));
            // One that may stand anywhere is looked for anywhere.
            if alike.iter().all(|pattern| !pattern.behind.is_empty()) {
                form.behind.extend(alike.iter().map(|pattern| pattern.behind));
            }
            forms.push(form);
        }
        let (scanner, cues) = (Scanner::new(&forms)?, Cues::new(&ordered)?);
        Ok(Self {
            rules,
            cued,
            unglued,
            barred,
            reached,
            needs_more,
            scanner,
            cues,
            words: ordered,
            speaks_for,
            forbids,
        })
    }

    /// Finds what lies in the note.
    fn find(&self, note: &Note<'_>, findings: &mut Vec<Finding>) -> Result<()> {
        self.find_in(note, Span::new(0, note.text.len()), &mut Nearby::default(), findings).map(|_| ())
    }

    /// Finds what overlaps one of `spans`, which are in order, and perhaps more of what is near.
    fn find_near(&self, note: &Note<'_>, spans: &[Span], findings: &mut Vec<Finding>) -> Result<()> {
        let mut nearby = Nearby::default();
        let mut done = 0;
        for span in spans {
            // What belongs to a value before its match lies in the text that is shown to `lead`.
            let part = self.scanner.around(note.text.as_bytes(), *span, AROUND + 4);
            if part.end > done {
                done = self.find_in(note, Span::new(part.start.max(done), part.end), &mut nearby, findings)?;
            }
        }
        Ok(())
    }

    /// Finds what begins in `part`, and gives back where it ended.
    fn find_in(&self, note: &Note<'_>, part: Span, nearby: &mut Nearby, findings: &mut Vec<Finding>) -> Result<usize> {
        let text = note.text;
        let bytes = text.as_bytes();
        self.scanner.scan(bytes, part, note.cancel, |start, ends| {
            let mut done = self.barred[start.checked_sub(1).map_or(START, |before| usize::from(bytes[before]))];
            if start >= 2 && b"-./".contains(&bytes[start - 1]) && bytes[start - 2].is_ascii_digit() {
                done.add(self.unglued);
            }
            let at = text.floor_char_boundary(start);
            let mut spoken_for = None;
            let mut ends = ends;
            while let Some((&End { at: end, rules }, rest)) = ends.split_last() {
                ends = rest;
                let mut rules = rules;
                while let Some((same, rest)) = ends.split_last().filter(|(other, _)| other.at == end) {
                    rules.add(same.rules);
                    ends = rest;
                }
                let digits = digits(bytes, Span::new(start, end));
                let poor = self.needs_more[digits.min(MOST_DIGITS - 1)];
                rules = rules.without(done).without(poor);
                if rules.is_empty() {
                    continue;
                }
                // Most values are nothing without a cue: those are left out before anything is asked of the others.
                let cued = rules.both(self.cued);
                if !cued.is_empty() && !opens_bracket(&bytes[end..]) {
                    rules = rules.without(cued.without(*spoken_for.get_or_insert_with(|| nearby.look(self, text, at))));
                }
                while let Some(number) = rules.pop() {
                    if let Some(finding) = self.judge(text, number, start, end, nearby) {
                        done.insert(number);
                        findings.push(finding);
                    }
                }
            }
        })
    }

    /// What a match is worth.
    fn judge(&self, text: &str, number: usize, start: usize, end: usize, nearby: &mut Nearby) -> Option<Finding> {
        let rule = &self.rules[number];
        let pattern = &rule.pattern;
        if end - start < pattern.shortest {
            return None;
        }
        let span = match &rule.group {
            None => Span::new(start, end),
            Some(group) => {
                let regex =
                    group.get_or_init(|| meta::Builder::new().syntax(syntax()).build(pattern.regex).ok()).as_ref()?;
                let mut captures = regex.create_captures();
                regex.search_captures(&Input::new(text).range(start..end).anchored(Anchored::Yes), &mut captures);
                let value = captures.get_group_by_name("v")?;
                Span::new(value.start, value.end)
            }
        };
        let span = Span::new(text.floor_char_boundary(span.start), text.ceil_char_boundary(span.end));
        // The cheaper question first: what needs a cue is judged by its cues, then by its shape, the others the other way
        // round.
        let needy = pattern.score == 0.0;
        let standing = needy.then(|| self.nearest(text, number, span, nearby));
        if matches!(standing, Some(Standing::Refused)) {
            return None;
        }
        let validity = pattern.validate.map_or(Validity::Unknown, |validate| nearby.validity(validate, text, span));
        if validity == Validity::Never {
            return None;
        }
        let fits = pattern.around.is_none_or(|around| {
            let low = text.floor_char_boundary(span.start.saturating_sub(AROUND));
            let high = text.ceil_char_boundary(span.end.saturating_add(AROUND).min(text.len()));
            around(&text[low..span.start], span.of(text), &text[span.end..high])
        });
        if !fits {
            return None;
        }
        let standing = standing.unwrap_or_else(|| self.nearest(text, number, span, nearby));
        let score = match (&standing, validity) {
            (Standing::Refused, _) | (Standing::Alone, Validity::Invalid) => return None,
            (Standing::Beside(..), Validity::Invalid) => CUED_INVALID,
            (Standing::Beside(cue, _), validity) => {
                let exact = 0.001 * cue.length.min(16) as f32;
                let sure =
                    CUED - 0.002 * cue.distance as f32 + exact + if validity == Validity::Valid { 0.01 } else { 0.0 };
                sure.max(pattern.score)
            }
            (Standing::Alone, Validity::Valid) if pattern.score > 0.0 => pattern.score + (1.0 - pattern.score) * 0.5,
            (Standing::Alone, _) => pattern.score,
        };
        let lead = pattern
            .lead
            .map_or(0, |lead| lead(&text[text.floor_char_boundary(span.start.saturating_sub(AROUND))..span.start]));
        let span = Span::new(text.floor_char_boundary(span.start - lead), span.end);
        (score > 0.0).then(|| {
            let mut finding = Finding::new(span, pattern.category, score, pattern.name).with_kind(pattern.kind);
            if let Standing::Beside(cue, kind) = standing {
                finding = finding.with_rule(scrub::Rule::new(kind, self.words[cue.cue]));
            }
            if validity == Validity::Valid && !pattern.check.is_empty() {
                finding = finding.with_rule(scrub::Rule::new(RuleKind::Validator, pattern.check));
            }
            finding
        })
    }

    /// What the words around a value make of it.
    fn nearest(&self, text: &str, number: usize, span: Span, nearby: &mut Nearby) -> Standing {
        let rule = &self.rules[number];
        if rule.pattern.cues.is_empty() && rule.pattern.unless.is_empty() {
            return Standing::Alone;
        }
        let best = |hits: &[Hit], sets: &[RuleSet], accept: &dyn Fn(&Hit) -> bool| {
            hits.iter()
                .filter(|hit| accept(hit) && sets[hit.cue].contains(number))
                .min_by_key(|hit| hit.rank())
                .copied()
        };
        let window = rule.pattern.window;
        let cued = nearby.look(self, text, span.start);
        let bracket = opens_bracket(&text.as_bytes()[span.end..]);
        if rule.pattern.score == 0.0 && !bracket && !cued.contains(number) {
            return Standing::Refused;
        }
        let mut cue = nearby.best(text, span.start, &self.speaks_for, number, window, false);
        let mut against = nearby.best(text, span.start, &self.forbids, number, UNLESS_WINDOW.max(window), true);
        if cue.is_none() && bracket {
            cue = best(nearby.after(self, text, span.end), &self.speaks_for, &|hit| hit.linked);
        }
        let mut kind = RuleKind::Cue;
        if cue.is_none() && rule.pattern.score < 0.5 {
            kind = RuleKind::Column;
            cue = best(&nearby.header, &self.speaks_for, &|_| true);
        }
        if cue.is_none() && rule.pattern.score == 0.0 {
            return Standing::Refused;
        }
        if !rule.pattern.unless.is_empty() {
            let after = best(nearby.after(self, text, span.end), &self.forbids, &|hit| hit.plain);
            against = against.into_iter().chain(after).min_by_key(|hit| hit.distance);
        }
        match (cue, against) {
            (Some(cue), Some(against)) if against.outweighs(&cue) => Standing::Refused,
            (None, Some(_)) => Standing::Refused,
            (Some(cue), _) => Standing::Beside(cue, kind),
            (None, None) => Standing::Alone,
        }
    }
}

/// What the words around a value make of it.
enum Standing {
    /// Something else: a nearer word says so, or it needs a cue and there is none.
    Refused,
    /// Nothing either way.
    Alone,
    /// What this cue says, and whether it stands beside the value or heads its column.
    Beside(Hit, RuleKind),
}

/// Whether a bracket follows, in which a value's cue may stand.
fn opens_bracket(after: &[u8]) -> bool {
    // One blank, as a rule.
    let mut after = &after[usize::from(after.first() == Some(&b' '))..];
    while let Some((b' ', rest)) = after.split_first() {
        after = rest;
    }
    matches!(after.first(), Some(b'(' | b'['))
}

/// The cues around the last value that was looked at; patterns that match at one place share them.
#[derive(Default)]
struct Nearby {
    /// Where the value starts.
    at: Option<usize>,
    /// The cues before it; what each says is worked out when a rule asks.
    before: Vec<Place>,
    /// The cues of the text.
    places: Places,
    header: Vec<Hit>,
    /// The rules that one of these may speak for.
    cued: RuleSet,
    /// Where the value ends, and the words after it.
    after: (Option<usize>, Vec<Hit>),
    row: Row,
    /// What validators said of the span last looked at.
    judged: (Option<Span>, Vec<(Validate, Validity)>),
}

impl Nearby {
    /// What a validator says of a span; patterns that share a regular expression often share it too.
    fn validity(&mut self, validate: Validate, text: &str, span: Span) -> Validity {
        let (last, judged) = &mut self.judged;
        if *last != Some(span) {
            *last = Some(span);
            judged.clear();
        }
        if let Some((_, validity)) = judged.iter().find(|(known, _)| std::ptr::fn_addr_eq(*known, validate)) {
            return *validity;
        }
        let validity = validate(span.of(text));
        judged.push((validate, validity));
        validity
    }

    /// Reads the cues before `at` and above it in its table; the rules they speak for.
    fn look(&mut self, compiled: &Compiled, text: &str, at: usize) -> RuleSet {
        if self.at != Some(at) {
            self.at = Some(at);
            self.before.clear();
            self.header.clear();
            compiled.cues.before(text, at, &mut self.row, &mut self.places, &mut self.before);
            compiled.cues.header(text, at, &mut self.row, &mut self.places, &mut self.header);
            self.cued = RuleSet::default();
            // Between a cue and what it speaks for there are blanks, or no more bytes than its rule allows for.
            let bytes = text.as_bytes();
            let blank = |back: usize| at >= back && bytes[at - back].is_ascii_whitespace();
            // There is one, as a rule.
            let mut solid = at - usize::from(blank(1));
            while solid > 0 && bytes[solid - 1].is_ascii_whitespace() {
                solid -= 1;
            }
            let farthest = compiled.reached.len() - 1;
            for place in &self.before {
                let distance = if place.end + 1 >= solid { 0 } else { at - place.end };
                let reached = compiled.reached[distance.min(farthest)];
                self.cued.add(compiled.speaks_for[place.cue].both(reached));
            }
            for hit in &self.header {
                self.cued.add(compiled.speaks_for[hit.cue]);
            }
        }
        self.cued
    }

    /// Of the cues within `window` before `at` that `sets` name with rule `number`, the one that says most. See
    /// [`Cues::hit`] for `free`.
    fn best(&self, text: &str, at: usize, sets: &[RuleSet], number: usize, window: usize, free: bool) -> Option<Hit> {
        let chosen = self.before.iter().filter(|place| sets[place.cue].contains(number));
        let line = self.row.line();
        chosen.filter_map(|place| Cues::hit(text, *place, at, line, window, free)).min_by_key(Hit::rank)
    }

    /// The words after `at`.
    fn after(&mut self, compiled: &Compiled, text: &str, at: usize) -> &[Hit] {
        if self.after.0 != Some(at) {
            self.after.0 = Some(at);
            self.after.1.clear();
            compiled.cues.after(text, at, &mut self.places, &mut self.after.1);
        }
        &self.after.1
    }
}

impl Detector for Patterns {
    fn detect(&self, note: &Note<'_>, findings: &mut Vec<Finding>) -> Result<()> {
        self.compiled.find(note, findings)
    }

    fn stage(&self) -> &'static str {
        "patterns"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrub::resolve::resolve;

    /// A line of examples without its marks, and what they mark.
    fn unmarked(line: &str) -> (String, Vec<Span>) {
        let (mut text, mut spans) = (String::new(), Vec::new());
        let mut open = None;
        for c in line.chars() {
            match c {
                '«' => open = Some(text.len()),
                '»' => spans.extend(open.take().map(|start| Span::new(start, text.len()))),
                other => text.push(other),
            }
        }
        (text, spans)
    }

    fn all(text: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        BUILTIN
            .as_ref()
            .expect("the built-in patterns compile")
            .find(&Note::new(text, &[]), &mut findings)
            .expect("the text is searched");
        findings.retain(|finding| finding.score >= 0.5);
        findings
    }

    #[test]
    fn every_example_of_every_pattern_holds() {
        let mut wrong = Vec::new();
        let mut lines = 0;
        for pattern in super::super::PATTERNS.iter().copied().flatten() {
            assert!(!pattern.matches.is_empty() && !pattern.rejects.is_empty(), "{} lacks examples", pattern.name);
            for line in pattern.matches {
                lines += 1;
                let (text, expected) = unmarked(line);
                let raw = all(&text);
                let own: Vec<Span> = raw.iter().filter(|f| f.detector == pattern.name).map(|f| f.span).collect();
                let resolved = resolve(raw);
                let found: Vec<Span> =
                    resolved.iter().filter(|f| f.category == pattern.category).map(|f| f.span).collect();
                if !expected.iter().all(|span| found.contains(span)) || !expected.iter().any(|span| own.contains(span))
                {
                    wrong.push(format!("{}: {line}: found {resolved:?}", pattern.name));
                }
            }
            for line in pattern.rejects {
                lines += 1;
                if all(line).iter().any(|finding| finding.detector == pattern.name) {
                    wrong.push(format!("{} must not match: {line}", pattern.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {lines}:\n{}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn values_of_fewer_digits_are_refused_anyway() {
        for pattern in super::super::PATTERNS.iter().copied().flatten().filter(|pattern| pattern.digits > 0) {
            assert!(pattern.digits < MOST_DIGITS && !pattern.regex.contains("(?<v>"), "{}", pattern.name);
            let validate = pattern.validate.expect("a validator counts the digits");
            for letters in ["", "A", "ab", "ABC", "Abcd", "ABCDEFGHJKLMNPRST", "a-b", "x.y", "K/L_m"] {
                for digits in 0..pattern.digits {
                    for at in 0..=letters.len() {
                        let value = format!("{}{}{}", &letters[..at], &"4471203"[..digits], &letters[at..]);
                        assert_eq!(validate(&value), Validity::Never, "{}: {value}", pattern.name);
                    }
                }
            }
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> =
            super::super::PATTERNS.iter().copied().flatten().map(|pattern| pattern.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
