//! Detectors that a policy file defines: a pattern, the words that must stand near it, a validator, examples.
//!
//! They run on the same plain view as the built-in ones and take linear time: no look-around, no back-references, a
//! bounded size, and no match longer than [`REACH`] bytes is promised.

use std::str::FromStr;

use regex_automata::{Input, meta, util::captures::Captures};
use regex_syntax::ast::{self, Ast};
use serde_json::Value;

use super::{Detector, Note, PATTERNS};
use crate::cancel::{Cancel, NEVER};
use crate::error::{Error, Location, Result};
use crate::scrub::fields::Fields;
use crate::scrub::{Category, Finding, check_digit};
use crate::text::{Span, View};

/// The longest match, in bytes, that is always found whole.
const REACH: usize = 512;
/// The most memory a pattern may compile to, in bytes.
const SIZE: usize = 1 << 20;
/// The farthest a cue may stand, in characters.
const FARTHEST: usize = 400;
const KEYS: &[&str] = &["name", "category", "pattern", "cues", "side", "window", "validator", "score", "examples"];
/// First parts of names that findings of other origin have.
const TAKEN: &[&str] = &["tagger", "model", "strict", "policy", "consistency"];

/// What judges a matched value, with the name it has in a policy.
type Validator = (&'static str, fn(&str) -> bool);

const VALIDATORS: &[Validator] = &[
    ("aba", check_digit::aba),
    ("card", check_digit::luhn),
    ("dea", check_digit::dea),
    ("gtin", check_digit::gtin),
    ("iban", check_digit::iban),
    ("itin", check_digit::itin),
    ("luhn", check_digit::mod10),
    ("mbi", check_digit::mbi),
    ("nanp", check_digit::nanp),
    ("nhs", check_digit::nhs),
    ("npi", check_digit::npi),
    ("ssn", check_digit::ssn),
    ("vin", check_digit::vin),
];

/// Where the cues of a detector stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
    Either,
}

/// A detector that a policy defines.
pub(crate) struct OwnDetector {
    name: String,
    category: Category,
    pattern: String,
    regex: meta::Regex,
    /// Whether a group named `v` is the finding rather than the whole match.
    grouped: bool,
    /// In the form of [`plain`].
    cues: Vec<String>,
    side: Side,
    window: usize,
    validator: Option<Validator>,
    score: f32,
    /// As it stands in the policy.
    definition: Value,
}

impl PartialEq for OwnDetector {
    fn eq(&self, other: &Self) -> bool {
        let validator = |one: &Self| one.validator.map(|(name, _)| name);
        (&self.name, self.category, &self.pattern, &self.cues, self.side, self.window, self.score)
            == (&other.name, other.category, &other.pattern, &other.cues, other.side, other.window, other.score)
            && validator(self) == validator(other)
    }
}

impl std::fmt::Debug for OwnDetector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnDetector")
            .field("name", &self.name)
            .field("category", &self.category)
            .field("pattern", &self.pattern)
            .field("cues", &self.cues)
            .field("side", &self.side)
            .field("window", &self.window)
            .field("validator", &self.validator.map(|(name, _)| name))
            .field("score", &self.score)
            .finish_non_exhaustive()
    }
}

impl OwnDetector {
    /// Reads and checks the definition at `path` of a policy.
    ///
    /// # Errors
    /// When a member is missing, unknown or of the wrong type, the pattern is not supported or too large, the validator does
    /// not exist, or an example does not give what it should.
    pub(crate) fn read(value: &Value, path: &str) -> Result<Self> {
        let fields = Fields::new(value, path.to_owned(), KEYS)?;
        let missing = |key: &str| Error::config(format!("`{key}` is missing")).at(Location::Key(path.to_owned()));
        let name = fields.text("name")?.ok_or_else(|| missing("name"))?.to_owned();
        check_name(&name).map_err(|e| e.at(Location::Key(fields.path("name"))))?;
        let named = |error: Error| error.at(Location::Key(format!("detector {name}")));
        let category = fields.text("category")?.ok_or_else(|| missing("category"))?;
        let category = Category::from_str(category).map_err(|e| e.at(Location::Key(fields.path("category"))));
        let category = category.map_err(named)?;
        let pattern = fields.text("pattern")?.ok_or_else(|| missing("pattern"))?.to_owned();
        let (regex, grouped) = compile(&pattern).map_err(|e| named(e.at(Location::Key(fields.path("pattern")))))?;
        let cues: Vec<String> = fields.texts("cues")?.into_iter().map(plain).collect();
        if let Some(index) = cues.iter().position(|cue| cue.trim().is_empty()) {
            let error = Error::config("a cue needs a letter or a digit")
                .at(Location::Key(fields.path(&format!("cues[{index}]"))));
            return Err(named(error));
        }
        if let Some(key) = ["side", "window"].into_iter().find(|key| cues.is_empty() && fields.get(key).is_some()) {
            return Err(named(fields.error(key, "it says where cues stand, and there are no `cues`")));
        }
        let side = match fields.text("side")? {
            None | Some("before") => Side::Before,
            Some("after") => Side::After,
            Some("either") => Side::Either,
            Some(_) => return Err(named(fields.error("side", "`before`, `after` or `either` is expected"))),
        };
        let window = fields.whole("window")?.unwrap_or(40);
        if !(1..=FARTHEST).contains(&window) {
            return Err(named(fields.error("window", format!("1 to {FARTHEST} characters are expected"))));
        }
        let validator =
            match fields.text("validator")? {
                None => None,
                Some(given) => Some(*VALIDATORS.iter().find(|(known, _)| *known == given).ok_or_else(|| {
                    let known: Vec<&str> = VALIDATORS.iter().map(|(name, _)| *name).collect();
                    let given: String = given.chars().take(40).collect();
                    named(fields.error(
                        "validator",
                        format!("unknown validator `{given}`: expected one of {}", known.join(", ")),
                    ))
                })?),
            };
        let score = fields.number("score")?.unwrap_or(0.9);
        if !(score > 0.0 && score <= 1.0) {
            return Err(named(fields.error("score", "a score lies above 0 and is at most 1")));
        }
        let definition = value.clone();
        let detector = Self {
            name: name.clone(),
            category,
            pattern,
            regex,
            grouped,
            cues,
            side,
            window,
            validator,
            score,
            definition,
        };
        if let Some(examples) = fields.get("examples") {
            detector.try_examples(examples, fields.path("examples")).map_err(named)?;
        }
        Ok(detector)
    }

    /// As it stands in the policy.
    pub(crate) fn definition(&self) -> &Value {
        &self.definition
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn category(&self) -> Category {
        self.category
    }

    pub(crate) fn score(&self) -> f32 {
        self.score
    }

    /// Holds the detector to its own examples. Between `«` and `»` an example may say what must be found.
    fn try_examples(&self, examples: &Value, path: String) -> Result<()> {
        let examples = Fields::new(examples, path, &["match", "not"])?;
        for (index, line) in examples.texts("match")?.into_iter().enumerate() {
            let (text, expected) = unmarked(line);
            let found = self.search(&text);
            let holds = if expected.is_empty() { !found.is_empty() } else { expected == found };
            if !holds {
                let what = if found.is_empty() {
                    "must match and does not".to_owned()
                } else {
                    let shown: Vec<&str> = found.iter().map(|span| span.of(&text)).collect();
                    format!("another part is found than is marked: `{}`", shown.join("`, `"))
                };
                return Err(examples.error(&format!("match[{index}]"), what));
            }
        }
        for (index, line) in examples.texts("not")?.into_iter().enumerate() {
            if let Some(span) = self.search(line).first() {
                let what = format!("must not match, and `{}` is found", span.of(line));
                return Err(examples.error(&format!("not[{index}]"), what));
            }
        }
        Ok(())
    }

    /// What it finds in a text as it was written.
    fn search(&self, text: &str) -> Vec<Span> {
        let view = View::new(text);
        let mut spans = Vec::new();
        self.find(view.as_str(), &NEVER, |span| spans.push(view.to_source(span)));
        spans
    }

    /// Calls `found` with every finding.
    ///
    /// A search looks at `2 * REACH` bytes at most before it moves on, so that a pattern which nearly matches
    /// everywhere costs no more than that a place.
    fn find(&self, text: &str, cancel: &Cancel, mut found: impl FnMut(Span)) {
        let mut captures = self.regex.create_captures();
        let mut at = 0;
        while at < text.len() && !cancel.is_cancelled() {
            let end = text.ceil_char_boundary((at + 2 * REACH).min(text.len()));
            let reach = text.ceil_char_boundary((at + REACH).min(text.len()));
            let Some((whole, value)) = self.next(text, Span::new(at, end), &mut captures) else {
                at = reach;
                continue;
            };
            if whole.start >= reach && end < text.len() {
                at = whole.start;
                continue;
            }
            if !value.is_empty() && self.accepts(text, value) {
                found(value);
                at = whole.end;
            } else {
                // What was refused must not hide what starts inside it.
                at = text.ceil_char_boundary(whole.start + 1);
            }
        }
    }

    /// The next match in a stretch of the text, and the value in it.
    fn next(&self, text: &str, stretch: Span, captures: &mut Captures) -> Option<(Span, Span)> {
        let input = Input::new(text).range(stretch.range());
        if !self.grouped {
            let whole = self.regex.find(input)?;
            let whole = Span::new(whole.start(), whole.end());
            return Some((whole, whole));
        }
        self.regex.search_captures(&input, captures);
        let whole = captures.get_match()?;
        let whole = Span::new(whole.start(), whole.end());
        let value =
            captures.get_group_by_name("v").map_or(Span::new(whole.start, whole.start), |v| Span::new(v.start, v.end));
        Some((whole, value))
    }

    fn accepts(&self, text: &str, value: Span) -> bool {
        self.validator.is_none_or(|(_, validate)| validate(value.of(text)))
            && (self.cues.is_empty() || self.is_cued(text, value))
    }

    fn is_cued(&self, text: &str, value: Span) -> bool {
        let stands = |near: String| self.cues.iter().any(|cue| near.contains(cue.as_str()));
        let before = || stands(plain(head(&text[..value.start], self.window)));
        let after = || stands(plain(tail(&text[value.end..], self.window)));
        match self.side {
            Side::Before => before(),
            Side::After => after(),
            Side::Either => before() || after(),
        }
    }
}

/// All detectors of a policy.
pub(crate) struct OwnDetectors(pub(crate) Vec<std::sync::Arc<OwnDetector>>);

impl Detector for OwnDetectors {
    fn detect(&self, note: &Note<'_>, findings: &mut Vec<Finding>) -> Result<()> {
        for detector in &self.0 {
            detector.find(note.text, note.cancel, |span| {
                findings.push(Finding::new(span, detector.category, detector.score, detector.name.clone()));
            });
        }
        Ok(())
    }
}

fn check_name(name: &str) -> Result<()> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if name.is_empty() || name.len() > 64 || !plain || !name.as_bytes()[0].is_ascii_alphanumeric() {
        return Err(Error::config(
            "a name is 1 to 64 letters, digits, `.`, `_` and `-`, and starts with a letter or digit",
        ));
    }
    let first = name.split('.').next().unwrap_or_default();
    if TAKEN.contains(&first) || PATTERNS.iter().copied().flatten().any(|pattern| pattern.name == name) {
        return Err(Error::config(format!("`{name}` is the name of a built-in detector: choose another")));
    }
    Ok(())
}

/// Compiles a pattern; whether it has a group named `v`.
fn compile(pattern: &str) -> Result<(meta::Regex, bool)> {
    let place = |offset: usize| pattern.get(..offset).map_or(1, |before| before.chars().count() + 1);
    let hir = regex_syntax::Parser::new().parse(pattern).map_err(|error| {
        let (what, offset) = match &error {
            regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span().start.offset),
            regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.span().start.offset),
            _ => ("not a regular expression".to_owned(), 0),
        };
        Error::config(format!("{what}, at character {} of the pattern", place(offset)))
    })?;
    match hir.properties().minimum_len() {
        None | Some(0) => {
            return Err(Error::config("the pattern matches where nothing stands; let it need a character"));
        }
        Some(least) if least > REACH => {
            return Err(Error::config(format!(
                "the pattern matches nothing under {least} bytes, and {REACH} is the most"
            )));
        }
        Some(_) => {}
    }
    let config =
        meta::Config::new().nfa_size_limit(Some(SIZE)).onepass_size_limit(Some(SIZE)).hybrid_cache_capacity(2 * SIZE);
    let regex =
        meta::Builder::new().configure(config).build_from_hir(&hir).map_err(|error| match error.size_limit() {
            Some(_) => Error::config(format!(
                "the pattern is too large: see what is repeated at character {} of it",
                place(largest(pattern))
            )),
            None => Error::config("the pattern does not compile"),
        })?;
    let grouped = regex.group_info().to_index(regex_automata::PatternID::ZERO, "v").is_some();
    Ok((regex, grouped))
}

/// Where the greatest repetition of a pattern stands.
fn largest(pattern: &str) -> usize {
    fn visit(ast: &Ast, worst: &mut (u32, usize)) {
        match ast {
            Ast::Repetition(repetition) => {
                let count = match &repetition.op.kind {
                    ast::RepetitionKind::Range(
                        ast::RepetitionRange::Exactly(count)
                        | ast::RepetitionRange::AtLeast(count)
                        | ast::RepetitionRange::Bounded(_, count),
                    ) => *count,
                    _ => 1,
                };
                if count > worst.0 {
                    *worst = (count, repetition.op.span.start.offset);
                }
                visit(&repetition.ast, worst);
            }
            Ast::Group(group) => visit(&group.ast, worst),
            Ast::Alternation(all) => all.asts.iter().for_each(|ast| visit(ast, worst)),
            Ast::Concat(all) => all.asts.iter().for_each(|ast| visit(ast, worst)),
            _ => {}
        }
    }
    let mut worst = (0, 0);
    if let Ok(ast) = ast::parse::Parser::new().parse(pattern) {
        visit(&ast, &mut worst);
    }
    worst.1
}

/// The words of a text in lower case between single blanks, one also at each end. `#` is a word, and `recordNo` is two.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(' ');
    let mut before = ' ';
    for c in text.chars() {
        let breaks = before.is_lowercase() && c.is_uppercase() || c == '#' || before == '#';
        if (breaks || !c.is_alphanumeric()) && !out.ends_with(' ') {
            out.push(' ');
        }
        if c.is_alphanumeric() || c == '#' {
            out.extend(c.to_lowercase());
        }
        before = c;
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

/// The last `window` characters of a text, without a word that was cut.
fn head(text: &str, window: usize) -> &str {
    let start = text.char_indices().rev().nth(window.saturating_sub(1)).map_or(0, |(at, _)| at);
    let cut = &text[start..];
    if text[..start].ends_with(char::is_alphanumeric) { cut.trim_start_matches(char::is_alphanumeric) } else { cut }
}

/// The first `window` characters of a text, without a word that was cut.
fn tail(text: &str, window: usize) -> &str {
    let end = text.char_indices().nth(window).map_or(text.len(), |(at, _)| at);
    let cut = &text[..end];
    if text[end..].starts_with(char::is_alphanumeric) { cut.trim_end_matches(char::is_alphanumeric) } else { cut }
}

/// An example without its marks, and what they mark.
fn unmarked(line: &str) -> (String, Vec<Span>) {
    let (mut text, mut spans, mut open) = (String::new(), Vec::new(), None);
    for c in line.chars() {
        match c {
            '«' => open = Some(text.len()),
            '»' => spans.extend(open.take().map(|start| Span::new(start, text.len()))),
            other => text.push(other),
        }
    }
    (text, spans)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn detector(mut value: Value) -> Result<OwnDetector> {
        for (key, fallback) in [("name", json!("test")), ("category", json!("mrn"))] {
            value.as_object_mut().unwrap().entry(key).or_insert(fallback);
        }
        OwnDetector::read(&value, "detectors[0]")
    }

    fn found(value: Value, text: &str) -> Vec<&str> {
        detector(value).unwrap().search(text).into_iter().map(|span| span.of(text)).collect()
    }

    #[test]
    fn finds_on_the_plain_view_with_spans_of_the_text() {
        let own = || json!({"pattern": r"\bSE-\d{7}\b"});
        assert_eq!(found(own(), "chart SE-1234567, SE-12345678"), ["SE-1234567"]);
        assert_eq!(
            found(own(), "SE\u{2011}１２３４５６７ SE-12\u{ad}34567"),
            ["SE\u{2011}１２３４５６７", "SE-12\u{ad}34567"]
        );
        assert_eq!(found(json!({"pattern": r"(?i)unit (?<v>\d+)"}), "Unit 42"), ["42"]);
    }

    #[test]
    fn a_cue_stands_as_whole_words_within_the_window() {
        let own = |side| json!({"pattern": r"\b\d{6}\b", "cues": ["record no", "mr #"], "window": 20, "side": side});
        for text in ["record no 123456", "Record_No.: 123456", "recordNo=123456", "MR#123456", "record\nno 123456"] {
            assert_eq!(found(own("before"), text), ["123456"], "{text}");
        }
        for text in ["record now 123456", "xrecord no 123456", "record no, as it was then, 123456", "123456 record no"]
        {
            assert_eq!(found(own("before"), text), [""; 0], "{text}");
        }
        assert_eq!(found(own("after"), "123456 (record no)"), ["123456"]);
        assert_eq!(found(own("either"), "123456 (record no)"), ["123456"]);
    }

    #[test]
    fn a_validator_refuses_and_hides_nothing() {
        let own = || json!({"pattern": r"\d{4}", "validator": "luhn"});
        assert_eq!(found(own(), "1234 0018 91230"), ["0018", "1230"]);
    }

    #[test]
    fn mistakes_say_what_and_where() {
        for (value, parts) in [
            (
                json!({"pattern": r"(?=a)b"}),
                &["detector test", "detectors[0].pattern", "look-around", "character 1"][..],
            ),
            (json!({"pattern": r"é(a)\1"}), &["backreferences", "character 5"]),
            (json!({"pattern": "a[b"}), &["unclosed", "character 2"]),
            (json!({"pattern": r"x(?:\w{0,400}){0,400}"}), &["too large", "character"]),
            (json!({"pattern": r"\d*"}), &["nothing stands"]),
            (json!({}), &["`pattern` is missing", "detectors[0]"]),
            (json!({"pattern": "a", "validator": "lun"}), &["`lun`", "luhn, mbi, nanp"]),
            (json!({"pattern": "a", "window": 3}), &["no `cues`"]),
            (json!({"pattern": "a", "cues": ["b"], "window": 0}), &["1 to 400"]),
            (json!({"pattern": "a", "cues": ["b", ""]}), &["cues[1]", "empty"]),
            (json!({"pattern": "a", "cues": "b"}), &["detectors[0].cues", "a list", "a text"]),
            (json!({"pattern": "a", "score": "high"}), &["detectors[0].score", "a number", "a text"]),
            (json!({"pattern": "a", "score": 0}), &["above 0"]),
            (json!({"pattern": "a", "patern": 1}), &["patern", "`pattern`", "detectors[0]"]),
            (json!({"pattern": "a", "name": "ssn.dashed"}), &["built-in", "detectors[0].name"]),
            (json!({"pattern": "a", "name": "a b"}), &["letters, digits"]),
            (json!({"pattern": "a", "category": "mnr"}), &["`mrn`", "detectors[0].category"]),
            (
                json!({"pattern": "a", "examples": {"match": ["cab", "cub"]}}),
                &["detectors[0].examples.match[1]", "must match"],
            ),
            (json!({"pattern": "a", "examples": {"match": ["«ca»b"]}}), &["another part", "`a`"]),
            (
                json!({"pattern": "a", "examples": {"not": ["b", "ab"]}}),
                &["detectors[0].examples.not[1]", "must not match"],
            ),
        ] {
            let error = detector(value).unwrap_err();
            assert!(error.is_config());
            for part in parts {
                assert!(error.to_string().contains(part), "{part}: {error}");
            }
        }
    }

    #[test]
    fn long_texts_take_linear_time_and_lose_no_match() {
        // Every place begins what never ends: quadratic for a search that reads on to the end.
        let text = format!("{}Z {}", "1".repeat(400_000), "x".repeat(3000));
        let began = std::time::Instant::now();
        assert_eq!(detector(json!({"pattern": r"\d+y|x{3}y"})).unwrap().search(&text).len(), 0);
        assert!(began.elapsed().as_secs() < 60);
        let text = format!("{} SE-7 {}SE-8", "a ".repeat(700), "é".repeat(900));
        assert_eq!(found(json!({"pattern": r"SE-\d"}), &text), ["SE-7", "SE-8"]);
    }
}
