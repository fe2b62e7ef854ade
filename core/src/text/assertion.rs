//! Whether a statement is affirmed: ConText-style negated, hypothetical, historical and other-person scopes
//! (Harkema et al. 2009, doi:10.1016/j.jbi.2009.05.002), and the words of a form that nobody filled in.

mod template;
mod triggers;

#[cfg(test)]
mod cases;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::hash::{QuickMap, with_room};
use super::lines::list_marker;
use super::short::Short;
use super::{Span, TokenKind, sentences, tokens};
use template::Form;
use triggers::{Effect, Entry, Reach, Toward, Trigger};

/// How a clinician stands to what a phrase says. All false is a plain, present statement about the patient.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "the five are independent of each other")]
pub struct Assertion {
    /// "no goals set", "denies pain".
    pub negated: bool,
    /// "if pain returns", "consider", "will be set next visit".
    pub hypothetical: bool,
    /// "history of", "previously".
    pub historical: bool,
    /// "mother has", "family history".
    pub other_person: bool,
    /// An empty heading, the label of an unticked box, a prompt: "Goals: ____", "[ ] Gait training", "[insert diagnosis]".
    #[serde(default)]
    pub template: bool,
}

impl Assertion {
    /// Whether nothing qualifies the statement.
    pub fn is_affirmed(self) -> bool {
        self == Self::default()
    }

    fn add_all(&mut self, other: Self) {
        self.negated |= other.negated;
        self.hypothetical |= other.hypothetical;
        self.historical |= other.historical;
        self.other_person |= other.other_person;
        self.template |= other.template;
    }

    fn add(&mut self, effect: Effect) {
        match effect {
            Effect::Negated => self.negated = true,
            Effect::Hypothetical => self.hypothetical = true,
            Effect::Historical => self.historical = true,
            Effect::OtherPerson => self.other_person = true,
            Effect::Nothing => {}
        }
    }
}

/// Bytes on each side of a phrase that are looked at: no sentence worth trusting is longer.
const WINDOW: usize = 400;
/// Bytes of a line that heads those below it without a colon.
const HEADING: usize = 60;

/// The assertion status of `span` within `text`, judged by the sentence around it, and by the line that leads to it where
/// that ends with a colon. A word of `span` itself never counts as a trigger.
///
/// ```
/// use chartguard::text::{Span, assertion::assertion};
/// let text = "Denies falls, but pain is worse. No goals set.";
/// let of = |word: &str| {
///     let start = text.find(word).unwrap();
///     assertion(text, Span::new(start, start + word.len()))
/// };
/// assert!(of("falls").negated);
/// assert!(of("pain").is_affirmed());
/// assert!(of("goals").negated);
/// ```
pub fn assertion(text: &str, span: Span) -> Assertion {
    if text.get(span.range()).is_none() {
        return Assertion::default();
    }
    let near = near(text, span);
    let mut all = sentences(near.of(text));
    for sentence in &mut all {
        *sentence = Span::new(near.start + sentence.start, near.start + sentence.end);
    }
    assertion_among(text, &all, span, &mut Known::default())
}

/// What of the sentences of a text is the same for all phrases in them.
#[derive(Debug, Default)]
pub(crate) struct Known<'t> {
    /// The words of each scope that ends where sentences do.
    words: QuickMap<Span, Vec<Word<'t>>>,
    /// The triggers of each such scope, whatever is asked for in it.
    triggers: QuickMap<Span, Vec<(usize, usize, Trigger)>>,
    /// What each line says of those below it.
    leads: QuickMap<Span, Assertion>,
}

impl Known<'_> {
    /// With room for so many sentences.
    pub(crate) fn of_sentences(count: usize) -> Self {
        Self { words: with_room(count), triggers: with_room(count), leads: with_room(count) }
    }
}

/// [`assertion`] where the sentences of the text are known: each text is then split once, and each sentence read once, and not around every
/// phrase. `known` is what was read of them before.
pub(crate) fn assertion_among<'t>(text: &'t str, all: &[Span], span: Span, known: &mut Known<'t>) -> Assertion {
    let mut found = Assertion::default();
    let first = all.partition_point(|sentence| sentence.end <= span.start);
    let Some(own) = all.get(first).filter(|_| text.get(span.range()).is_some()) else { return found };
    let after = all.partition_point(|sentence| sentence.start < span.end.max(span.start + 1));
    let last = after.saturating_sub(1).max(first);
    let mut scope = own.cover(all[last]);
    // "Falls?" and "Goals:" are answered by what follows.
    if scope.of(text).ends_with(['?', ':'])
        && let Some(next) = all.get(last + 1)
        && triggers::is_answer(next.of(text))
    {
        scope = scope.cover(*next);
    }
    match template::form(text, span) {
        Form::Blank => found.template = true,
        Form::No => {
            found.negated = true;
            return found;
        }
        Form::Filled => {}
    }
    let near = near(text, span);
    // "Denies:" and a line that says "Past Medical History" speak for the lines below them.
    let item = list_marker(own.of(text)) > 0;
    let above = all[..first].iter().rev().take_while(|before| before.start >= near.start);
    let lead = if item { above.clone().find(|before| list_marker(before.of(text)) == 0) } else { above.clone().next() };
    if let Some(lead) = lead.filter(|lead| item || list_marker(lead.of(text)) == 0)
        && (lead.of(text).ends_with(':') || lead.len() <= HEADING)
    {
        let gap = &text[lead.end..own.start];
        if !gap.contains("\n\n") && !gap.contains("\r\n\r\n") {
            let Known { words: all, triggers, leads } = &mut *known;
            let judged = leads.entry(*lead).or_insert_with(|| {
                let words = all.entry(*lead).or_insert_with(|| words(text, *lead));
                judge_lead(words, triggers.entry(*lead).or_insert_with(|| matches(words, None)))
            });
            found.add_all(*judged);
        }
    }
    let cut = Span::new(scope.start.max(near.start).min(span.start), scope.end.min(near.end).max(span.end));
    if cut == scope {
        let words = known.words.entry(scope).or_insert_with(|| words(text, scope));
        let triggers = known.triggers.entry(scope).or_insert_with(|| matches(words, None));
        judge(words, Some(triggers), span, &mut found);
    } else {
        // Of a long sentence each phrase has a piece of its own.
        judge(&words(text, cut), None, span, &mut found);
    }
    if is_question(text, span) {
        found.hypothetical = true;
    }
    // When it was so of somebody else does not matter.
    found.historical &= !found.other_person || found.negated;
    found
}

/// Whether the phrase ends a line with a question mark that nothing answers: "Meniscal tear?".
fn is_question(text: &str, span: Span) -> bool {
    let Some(rest) = text[span.end..].strip_prefix('?') else { return false };
    let rest = rest.trim_start_matches([' ', '\t']);
    rest.is_empty() || rest.starts_with("\n\n") || rest.starts_with("\r\n\r\n")
}

/// What a line says of those below it: with a colon all that looks ahead or stands alone ("Not tested:"), without one only
/// what is a heading as a whole ("Past Medical History").
fn judge_lead(lead: &[Word<'_>], triggers: &[(usize, usize, Trigger)]) -> Assertion {
    let mut found = Assertion::default();
    let labels = lead.last().is_some_and(|word| word.text == ":");
    for &(from, to, trigger) in triggers {
        let whole = from == 0 && to + usize::from(labels) == lead.len();
        let speaks = if labels {
            trigger.toward == Toward::Forward || trigger.toward == Toward::Both || whole
        } else {
            whole && trigger.reach == Reach::List && matches!(trigger.effect, Effect::Historical | Effect::OtherPerson)
        };
        if speaks {
            found.add(trigger.effect);
        }
    }
    found
}

/// The text around `span` that is looked at.
fn near(text: &str, span: Span) -> Span {
    let mut start = span.start.saturating_sub(WINDOW);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let mut end = (span.end + WINDOW).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // A word that was cut says something else.
    if start > 0 {
        start += text[start..span.start].find(char::is_whitespace).unwrap_or(0);
    }
    Span::new(start, end)
}

/// A word or mark of the sentence, lower case.
#[derive(Debug)]
struct Word<'t> {
    text: Cow<'t, str>,
    span: Span,
    /// The triggers that begin with it.
    begins: Option<&'static Entry>,
}

fn words(text: &str, scope: Span) -> Vec<Word<'_>> {
    let tokens = tokens(scope.of(text));
    let mut words = Vec::with_capacity(tokens.len());
    for token in tokens.into_iter().filter(|token| token.kind != TokenKind::Newline) {
        let span = Span::new(scope.start + token.span.start, scope.start + token.span.end);
        let word = span.of(text);
        let is_lower = if token.plain {
            Short::at(text.as_bytes(), span).is_some_and(Short::is_small)
        } else {
            word.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
        };
        let lower = if is_lower {
            Cow::Borrowed(word)
        } else if word.is_ascii() {
            Cow::Owned(word.to_ascii_lowercase())
        } else {
            Cow::Owned(word.to_lowercase().replace('\u{2019}', "'"))
        };
        words.push(Word { begins: triggers::of(&lower), text: lower, span });
    }
    words
}

/// The triggers of the sentence, longest first at each place, none of which shares a word with `target`.
fn matches(words: &[Word<'_>], target: Option<&std::ops::Range<usize>>) -> Vec<(usize, usize, Trigger)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let clear = |end: usize| target.is_none_or(|target| end <= target.start || at >= target.end);
        let after = words[at + 1..].iter().map(|word| word.text.as_ref());
        let next = |len: usize| words.get(at + len).map_or("", |word| word.text.as_ref());
        // "No difficulty or pain" denies the pain.
        let whole =
            |len: usize, trigger: Trigger| trigger.effect != Effect::Nothing || !matches!(next(len), "or" | "nor");
        let trigger = words[at]
            .begins
            .and_then(|entry| entry.longest(&after, |len, trigger| clear(at + len) && whole(len, trigger)));
        match trigger.or_else(|| in_year(&words[at..]).filter(|(len, _)| clear(at + len))) {
            Some((len, trigger)) => {
                let effect = if is_passive(words, at) { Effect::Nothing } else { trigger.effect };
                found.push((at, at + len, Trigger { effect, ..trigger }));
                at += len;
            }
            None => at += 1,
        }
    }
    found
}

/// "in 1998", "in 2015": a year that lies behind every note this will read. A year near the note's own says nothing.
fn in_year(words: &[Word<'_>]) -> Option<(usize, Trigger)> {
    let [word, year, ..] = words else { return None };
    if word.text != "in" {
        return None;
    }
    let past = year.text.len() == 4
        && ["19", "200", "201"].iter().any(|start| year.text.starts_with(start))
        && year.text.bytes().all(|b| b.is_ascii_digit());
    let trigger = Trigger { effect: Effect::Historical, toward: Toward::Both, reach: Reach::Few(4) };
    past.then_some((2, trigger))
}

/// Whether "used to" says what a thing is for ("pads used to prevent sores") and not what somebody did once.
fn is_passive(words: &[Word<'_>], at: usize) -> bool {
    let word = |at: usize| words.get(at).map_or("", |word| word.text.as_ref());
    let who = |word: &str| {
        matches!(
            word,
            "he" | "she" | "they" | "i" | "we" | "pt" | "patient" | "client" | "resident" | "child" | "who" | "and"
        ) || !word.chars().any(char::is_alphanumeric)
    };
    word(at) == "used" && word(at + 1) == "to" && at > 0 && !who(word(at - 1))
}

/// How a phrase stands among the words of its scope. `all` are their triggers, whatever is asked for.
fn judge(words: &[Word<'_>], all: Option<&[(usize, usize, Trigger)]>, span: Span, found: &mut Assertion) {
    let start = words.partition_point(|word| word.span.end <= span.start);
    let end = words.partition_point(|word| word.span.start < span.end).max(start);
    let target = start..end;
    // "? meniscal tear"
    if start > 0 && words[0].text == "?" && reaches_forward(words, 1, start, triggers::DOUBT) {
        found.hypothetical = true;
    }
    let mut denials: Vec<(usize, usize)> = Vec::new();
    // Where none of them shares a word with the phrase, they are its own.
    let clear =
        |all: &&[(usize, usize, Trigger)]| all.iter().all(|(from, to, _)| *to <= target.start || *from >= target.end);
    let triggers = all.filter(clear).map_or_else(|| Cow::Owned(matches(words, Some(&target))), Cow::Borrowed);
    for &(from, to, trigger) in &*triggers {
        let reaches = if to <= target.start {
            trigger.toward.is_forward() && reaches_forward(words, to, target.start, trigger)
                || heads(words, from, to, trigger) && reaches_forward(words, to, target.start, triggers::HEADING)
        } else if from >= target.end {
            trigger.toward.is_back() && reaches_back(words, target.end, from, trigger)
                || trigger.toward == Toward::Close
                    && closes(words, to)
                    && reaches_back(words, target.end, from, trigger)
                || is_value(words, target.end, from, to, trigger)
        } else {
            false
        };
        if reaches && trigger.effect == Effect::Negated && to <= target.start {
            denials.push((from, to));
        } else if reaches {
            found.add(trigger.effect);
        }
    }
    found.negated |= denials.len() - cancelled(words, &denials) > 0;
}

/// How many of the negations before a phrase cancel each other: "cannot stand without", "does not deny", "no absence of".
fn cancelled(words: &[Word<'_>], denials: &[(usize, usize)]) -> usize {
    let undoes = |(from, to): (usize, usize)| {
        words[from..to]
            .iter()
            .any(|word| matches!(word.text.as_ref(), "without" | "w" | "absence" | "free" | "lack" | "lacks"))
            || words[to - 1].text.starts_with("deny")
    };
    let denies = |(from, _): (usize, usize)| words[from].text.starts_with("den");
    let mut count = 0;
    for pair in denials.windows(2) {
        if !denies(pair[0]) && !undoes(pair[0]) && undoes(pair[1]) && pair[1].0 - pair[0].1 <= 8 {
            count += 2;
        }
    }
    count.min(denials.len())
}

/// Whether a trigger that looks back stands at the start with a colon, and so heads what follows: "Not tested: grip, pinch".
fn heads(words: &[Word<'_>], from: usize, to: usize, trigger: Trigger) -> bool {
    trigger.effect == Effect::Negated && !trigger.toward.is_forward() && from == 0 && words[to].text == ":"
}

/// Whether a statement ends at `at`.
fn closes(words: &[Word<'_>], at: usize) -> bool {
    words.get(at).is_none_or(|next| matches!(next.text.as_ref(), "." | ";" | ")" | "|"))
}

/// Whether nothing between a trigger that ends at `from` and a phrase at `to` ends its scope.
fn reaches_forward(words: &[Word<'_>], from: usize, to: usize, trigger: Trigger) -> bool {
    if let Reach::Few(count) = trigger.reach
        && to - from > count
    {
        return false;
    }
    let subjects = matches!(trigger.effect, Effect::Negated | Effect::Historical);
    for at in from..to {
        let word = words[at].text.as_ref();
        let gap = at - from;
        let next = words.get(at + 1).map_or("", |next| next.text.as_ref());
        let stops = match word {
            ";" | "|" => true,
            ":" => gap > 0,
            "other" if next == "than" => true,
            "," => match trigger.reach {
                Reach::List => triggers::is_subject(next),
                _ => !in_alternatives(words, at) || subjects && triggers::is_subject(next),
            },
            "and" | "&" => subjects && (triggers::is_subject(next) || triggers::is_predicate(next)),
            "patient" | "pt" => trigger.effect == Effect::OtherPerson || subjects && gap > 1,
            _ if triggers::is_terminator(word) => trigger.effect != Effect::Hypothetical || gap > 0,
            _ => match trigger.effect {
                Effect::Negated => gap > 1 && triggers::is_subject(word),
                Effect::Historical => triggers::is_present(word) || gap > 1 && triggers::is_subject(word),
                _ => false,
            },
        };
        if stops {
            return false;
        }
    }
    true
}

/// Whether a list with "or" goes on after the comma at `at`: "no redness, warmth, or swelling".
fn in_alternatives(words: &[Word<'_>], at: usize) -> bool {
    words[at + 1..]
        .iter()
        .take(24)
        .take_while(|word| !triggers::is_terminator(&word.text) && !matches!(word.text.as_ref(), ";" | ":" | "|"))
        .any(|word| matches!(word.text.as_ref(), "or" | "nor"))
}

/// Whether nothing between a phrase that ends at `from` and a trigger at `to` that looks back ends its scope.
fn reaches_back(words: &[Word<'_>], from: usize, to: usize, trigger: Trigger) -> bool {
    if let Reach::Few(count) = trigger.reach
        && to - from > count
    {
        return false;
    }
    let word = |at: usize| words[at].text.as_ref();
    let labelled = to > from && word(to - 1) == ":";
    // "Swelling, redness and warmth are all absent."
    let listed = to > from
        && matches!(word(from), "," | "and" | "or")
        && words.get(to).is_some_and(|first| matches!(first.text.as_ref(), "are" | "were" | "both" | "all"))
        && !words[from..to].iter().any(|word| word.text.bytes().any(|b| b.is_ascii_digit()));
    !(from..to).any(|at| {
        let once = trigger.effect == Effect::Historical;
        match word(at) {
            // "Plantar fasciitis, resolved"
            "," => !(labelled || listed || once && at == from && at + 1 == to),
            "and" => !listed,
            ";" | "|" | "with" | "no" | "not" | "denies" => true,
            // What began then is not over.
            "began" | "started" | "onset" | "since" | "noticed" => once,
            word => triggers::is_terminator(word),
        }
    })
}

/// Whether a negation that usually looks ahead is the value of a label: "Falls: no", "Pain - none".
fn is_value(words: &[Word<'_>], from: usize, at: usize, end: usize, trigger: Trigger) -> bool {
    let closes = words.get(end).is_none_or(|next| {
        matches!(next.text.as_ref(), "." | "," | ";" | "|" | ")" | "/")
            || words.get(end + 1).is_some_and(|after| after.text == ":")
    });
    trigger.effect == Effect::Negated
        && closes
        && at > from
        && matches!(words[at - 1].text.as_ref(), ":" | "?" | "-" | "=" | "|")
        && at - from <= 6
        && words[from..at - 1].iter().all(|word| !matches!(word.text.as_ref(), ":" | ";" | "|" | "."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cases() {
        let mut wrong = Vec::new();
        for (case, expected) in cases::CASES {
            let start = case.find('«').expect("marked");
            let end = case.find('»').expect("marked") - '«'.len_utf8();
            let text = case.replace(['«', '»'], "");
            let found = assertion(&text, Span::new(start, end));
            let mut flags = String::new();
            for (flag, letter) in
                [(found.negated, 'n'), (found.hypothetical, 'h'), (found.historical, 'p'), (found.other_person, 'o')]
            {
                if flag {
                    flags.push(letter);
                }
            }
            if flags != *expected {
                wrong.push(format!("{case:?}: {flags:?}, expected {expected:?}"));
            }
        }
        assert!(cases::CASES.len() >= 120, "{}", cases::CASES.len());
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases::CASES.len(), wrong.join("\n"));
    }

    proptest! {
        #[test]
        fn any_span(text in r"(?s)((no|denies|if|pain|goals|mother has|[.,:;?\n-]|é|.) ?){0,30}", from in 0usize..90, len in 0usize..20) {
            let end = (from + len).min(text.len());
            assertion(&text, Span::new(from.min(end), end));
        }
    }
}
