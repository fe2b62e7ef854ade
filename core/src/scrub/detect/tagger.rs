//! The built-in tagger: a small network of this project's own that judges each word in its context.
//!
//! The graph, its card and how it was trained are in `models/`. Its labels are "outside", and "begins" and "continues"
//! of each category by number. The operating point is part of the graph: a score of one half is where recall and
//! precision were balanced when it was trained, so the default threshold of a policy is the intended one.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use super::announce::{CREDENTIAL, GENERIC, HEAD, JOIN, LABEL, LEGAL, RELATIVE, TITLE, TRADE, cues};
use super::notation::{is_notation, is_sure_notation};
use super::{Detector, Note, PATTERNS};
use crate::error::{Error, Result};
use crate::infer::words::{Before, Class, Word};
use crate::infer::{WordLogits, WordTagger};
use crate::lexicon;
use crate::scrub::{Category, Finding, Kind};
use crate::text::Span;

/// The graph.
const GRAPH: &[u8] = include_bytes!("../../../models/builtin/tagger.onnx");
/// Every category but the last, the profession, has two labels.
const LABELS: usize = 1 + 2 * (Category::ALL.len() - 1);
/// Name in findings.
const NAME: &str = "tagger";
/// The exponential of this is no number above zero any more.
const NOTHING: f32 = -104.0;
/// Words below this probability of being an identifier end a search for spans.
const FLOOR: f32 = 0.02;
/// How sure a finding with digits can be: numbers look alike, and where a pattern knows the form or a cue, it knows better.
const NUMBER: f32 = 0.7;
/// An ordinary word, or an eponym, by itself is a name, place or organisation only when the network is this sure.
const SURE: f32 = 0.9;
/// What clinical text writes in this very form without meaning anybody is a name only when the network is surer still.
const SURER: f32 = 0.95;
/// More than it ever is.
const NEVER_SURE: f32 = 1.1;
/// How sure it is of a date that could also be a part of a whole.
const CERTAIN: f32 = 0.97;
/// Words that stand alone are reported from here up, for policies with low thresholds.
const WEAK: f32 = 0.02;

/// The highest score of what is reported for low thresholds only.
const BELOW: f32 = 0.49;

static LOADED: LazyLock<Result<Arc<WordTagger>>> =
    LazyLock::new(|| WordTagger::from_bytes(GRAPH, LABELS).map(Arc::new));

/// The built-in tagger; loaded when the first scrubber with it is built, then shared.
pub(crate) struct BuiltinTagger(Arc<WordTagger>);

impl BuiltinTagger {
    /// Loads the embedded graph.
    ///
    /// # Errors
    /// When tract cannot run it.
    pub(crate) fn new() -> Result<Self> {
        LOADED.clone().map(Self)
    }
}

impl Detector for BuiltinTagger {
    fn detect(&self, note: &Note<'_>, findings: &mut Vec<Finding>) -> Result<()> {
        if u32::try_from(note.text.len()).is_err() {
            return Err(Error::input("the note is over 4 GiB: split it"));
        }
        self.0.tag(note.text, note.cancel, is_possible, |said| decode(note.text, said, findings))
    }

    fn stage(&self) -> &'static str {
        "tagger"
    }
}

/// What is left of a word's logits: how sure that it is an identifier, and how each label compares with the likeliest.
struct Judged {
    /// Probability of being part of any identifier.
    identifier: f32,
    /// For each label but "outside", its logit minus the greatest of them.
    labels: [f32; LABELS - 1],
}

impl Judged {
    fn new(row: &[f32]) -> Self {
        let mut labels = [f32::NEG_INFINITY; LABELS - 1];
        labels.copy_from_slice(&row[1..]);
        let best = labels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut mass = 0.0;
        for label in &mut labels {
            *label -= best;
            // What is less than that adds nothing, and takes long.
            if *label < NOTHING {
                continue;
            }
            mass += label.exp();
        }
        // sum exp(l) / (exp(outside) + sum exp(l))
        let odds = (best - row[0]).exp() * mass;
        let identifier = if odds.is_infinite() { 1.0 } else { odds / (1.0 + odds) };
        Self { identifier, labels }
    }

    fn likeliest(&self) -> usize {
        self.labels.iter().position(|&l| l >= 0.0).unwrap_or(0)
    }
}

/// Whether a word may be an identifier at all: exp(-8) of 38 labels is below the floor, and most words end here.
fn is_possible(row: &[f32]) -> bool {
    let least = row[0] - 8.0;
    // All are compared at once.
    row[1..].iter().filter(|label| **label > least).count() > 0
}

/// Appends the spans: runs of words that may be identifiers, decoded one by one.
fn decode(text: &str, said: &WordLogits, findings: &mut Vec<Finding>) {
    let mut run: Vec<Judged> = Vec::new();
    let mut path: Vec<Option<usize>> = Vec::new();
    let mut next = 0;
    let mut close = |run: &mut Vec<Judged>, next: usize| {
        if !run.is_empty() {
            viterbi(run, &mut path);
            spans(text, &said.words, next - run.len(), run, &path, findings);
            run.clear();
        }
    };
    for (at, row) in said.rows() {
        let judged = Judged::new(row);
        if judged.identifier < FLOOR {
            continue;
        }
        if at != next {
            close(&mut run, next);
        }
        run.push(judged);
        next = at + 1;
    }
    close(&mut run, next);
}

/// The likeliest labels of a run: a category continues only what began as the same.
///
/// Whether a word is an identifier at all is judged by the sum over its labels, so that two categories which share the
/// odds do not hide it; which one it is, by their ratio.
fn viterbi(run: &[Judged], path: &mut Vec<Option<usize>>) {
    const OUTSIDE: usize = LABELS - 1;
    let mut scores = [f32::NEG_INFINITY; LABELS];
    scores[OUTSIDE] = 0.0;
    let mut back: Vec<[u8; LABELS]> = Vec::with_capacity(run.len());
    for judged in run {
        let (inside, outside) = (judged.identifier.max(1e-6).ln(), (1.0 - judged.identifier).max(1e-6).ln());
        let from = (0..LABELS).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(OUTSIDE);
        let mut next = [f32::NEG_INFINITY; LABELS];
        let mut came = [from as u8; LABELS];
        next[OUTSIDE] = scores[from] + outside;
        for begin in (0..LABELS - 1).step_by(2) {
            next[begin] = scores[from] + inside + judged.labels[begin];
            let inner = begin + 1;
            let before = if scores[begin] > scores[inner] { begin } else { inner };
            next[inner] = scores[before] + inside + judged.labels[inner];
            came[inner] = before as u8;
        }
        scores = next;
        back.push(came);
    }
    let mut label = (0..LABELS).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(OUTSIDE);
    path.clear();
    path.resize(run.len(), None);
    for (at, came) in back.iter().enumerate().rev() {
        path[at] = (label != OUTSIDE).then_some(label);
        label = usize::from(came[label]);
    }
}

/// Turns a labelled run, whose first word is number `first` of the text, into findings.
fn spans(
    text: &str,
    words: &[Word],
    first: usize,
    run: &[Judged],
    path: &[Option<usize>],
    findings: &mut Vec<Finding>,
) {
    let mut at = 0;
    while at < run.len() {
        let Some(label) = path[at] else {
            if run[at].identifier >= WEAK && words[first + at].class != Class::Mark {
                let category = category(run[at].likeliest());
                push(text, words, first + at..first + at + 1, category, run[at].identifier.min(BELOW), findings);
            }
            at += 1;
            continue;
        };
        let end = (at + 1..run.len()).find(|&i| path[i] != Some(label | 1)).unwrap_or(run.len());
        // Marks say little; the words and numbers of the span make its score.
        let (mut sum, mut count) = (0.0, 0_u32);
        for (judged, word) in run[at..end].iter().zip(&words[first + at..]) {
            if word.class != Class::Mark {
                sum += judged.identifier;
                count += 1;
            }
        }
        if count > 0 {
            let score = sum / count as f32;
            let stop = before_label(text, words, first + at..first + end);
            push(text, words, first + at..stop, category(label), score, findings);
        }
        at = end;
    }
}

/// Where a value ends with which the network took the label of the next field: "Long Tran    Relationship: spouse". Only words that
/// are no names are left.
fn before_label(text: &str, words: &[Word], range: std::ops::Range<usize>) -> usize {
    let Some(at) = (range.start + 1..range.end).rev().find(|&at| words[at].before >= Before::Gap) else {
        return range.end;
    };
    let label = &words[at..range.end];
    let plain = label.len() <= 2
        && label.iter().all(|word| {
            let entry = lexicon::lookup(word.of(text));
            word.class == Class::Letters && entry.word() > 3 && entry.name() < 3
        });
    let assigned = words.get(range.end).is_some_and(|next| {
        let mark = next.of(text);
        mark.starts_with(':') || mark.starts_with("..") || next.before == Before::Gap
    });
    if plain && assigned { at } else { range.end }
}

/// Labels stand in pairs, "begins" and "continues", in the order of the categories' numbers.
fn category(label: usize) -> Category {
    Category::ALL[label / 2]
}

/// Appends one finding, with its bounds set right.
fn push(
    text: &str,
    words: &[Word],
    range: std::ops::Range<usize>,
    category: Category,
    score: f32,
    findings: &mut Vec<Finding>,
) {
    let (mut start, mut end) = (range.start, range.end);
    let mark = |i: usize| words[i].class == Class::Mark;
    while start < end && mark(start) && !matches!(words[start].of(text), "(" | "+" | "@" | "#" | "*" | "[") {
        start += 1;
    }
    while start < end && mark(end - 1) && !closes(text, words, end - 1, category) {
        end -= 1;
    }
    match category {
        Category::Organization | Category::Location => bare(text, words, &mut start, &mut end),
        Category::Name => by_itself(text, words, &mut start, &mut end),
        _ => {}
    }
    if start == end || (start..end).all(mark) {
        return;
    }
    complete(text, words, &mut start, &mut end, category);
    let span = Span::new(words[start].start as usize, words[end - 1].end as usize);
    let value = span.of(text);
    let number: Option<u32> = value.parse().ok();
    let safe = match category {
        // An age up to 89 and a year alone are no identifiers (45 CFR 164.514(b)(2)(i)(C)).
        Category::Age => number.is_some_and(|age| age < 90) || is_notation(text, span),
        Category::Date if value.len() == 4 && number.is_some_and(|year| (1900..2100).contains(&year)) => true,
        Category::Name | Category::Organization => false,
        // "4/5" is a grade where the model is less than sure that it is a day.
        Category::Date if score >= CERTAIN => is_sure_notation(text, span),
        _ => is_notation(text, span),
    };
    if !safe {
        let kind = if category == Category::Location { place_kind(value, words[start].class) } else { Kind::Whole };
        let number = value.bytes().any(|byte| byte.is_ascii_digit());
        let doubted = !number
            && (score < SURE && doubtful(text, words, start, end)
                || category == Category::Name && score < needed(text, words, start, end)
                || ordinary(text, &words[start..end])
                || announces(text, &words[start..end])
                || category == Category::Name && is_letters(text, words, start, end)
                || crossed_out(value)
                || contracted(value));
        let score = score.clamp(0.0, if number { NUMBER } else { 1.0 }).min(if doubted { BELOW } else { 1.0 });
        findings.push(Finding::new(span, category, score, NAME).with_kind(kind));
    }
}

/// Takes off what leads to a place or a body, and what leads on from it: "Works at Long Rovers", "Labs at Wellnova in".
fn bare(text: &str, words: &[Word], start: &mut usize, end: &mut usize) {
    let is = |i: usize, list: &[&str]| list.iter().any(|word| words[i].of(text).eq_ignore_ascii_case(word));
    if *end - *start > 2
        && is(*start + 1, &["at", "for"])
        && is(
            *start,
            &["works", "worked", "working", "labs", "seen", "lives", "lived", "living", "employed", "retired"],
        )
    {
        *start += 2;
    }
    // "Employer Riverside Press", "PHARMACIES - HAWK OXYGEN": the field is not the value.
    let named = |i: usize| {
        words[i].class == Class::Letters && cues(words[i].of(text)) & (HEAD | GENERIC | JOIN | TRADE | LEGAL) == 0
    };
    if *end - *start > 1 && cues(words[*start].of(text)) & LABEL != 0 && words[*start + 1].before == Before::Space {
        let dashed = usize::from(is(*start + 1, &["-", ":"]));
        if *start + 1 + dashed < *end && named(*start + 1 + dashed) {
            *start += 1 + dashed;
        }
    }
    while *end - *start > 1 && leads_on(text, words[*end - 1]) {
        *end -= 1;
    }
}

/// Whether a word only leads on to the next.
fn leads_on(text: &str, word: Word) -> bool {
    word.before == Before::Space
        && matches!(word.of(text), "in" | "at" | "on" | "of" | "for" | "with" | "by" | "to" | "from" | "and")
}

/// Takes off what somebody is before a name, and the letters after it: "Intensivist Story", "Roommate Dawi", "Shay Lee APP"; and what leads on or
/// says when: "Syreeta Mondays".
fn by_itself(text: &str, words: &[Word], start: &mut usize, end: &mut usize) {
    let letters = |i: usize| words[i].class == Class::Letters;
    let titled = |i: usize| letters(i) && words[i].of(text).contains(char::is_lowercase);
    let announced = |i: usize| {
        let word = words[i].of(text);
        is_role(word) || cues(word) & (TITLE | RELATIVE) != 0 && !is_a_name(word)
    };
    while *end - *start > 1
        && titled(*start)
        && letters(*start + 1)
        && words[*start + 1].before == Before::Space
        && announced(*start)
    {
        *start += 1;
    }
    let after = |i: usize| {
        let word = words[i].of(text);
        let credential = letters(i) && (titled(*start) || word.len() > 3) && is_credential(word);
        leads_on(text, words[i]) || is_weekdays(word) || credential
    };
    while *end - *start > 1 && after(*end - 1) {
        *end -= 1;
        while *end - *start > 1 && words[*end - 1].of(text) == "," {
            *end -= 1;
        }
    }
}

/// Whether a word says what a clinician is: "Intensivist", "Sonographer". Few surnames end so.
fn is_role(word: &str) -> bool {
    const ENDINGS: &[&str] =
        &["ologist", "iatrist", "ivist", "italist", "ographer", "therapist", "pharmacist", "dietitian"];
    let word = word.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// Whether a word is a day of every week: "Mondays". No surname is.
fn is_weekdays(word: &str) -> bool {
    ["mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays"]
        .iter()
        .any(|days| word.eq_ignore_ascii_case(days))
}

/// Whether a word in capitals is letters that stand after names, or an abbreviated service, and no name itself; so is "Esq".
fn is_credential(word: &str) -> bool {
    word == "Esq"
        || word.len() > 2
            && word.bytes().all(|byte| byte.is_ascii_uppercase())
            && (cues(word) & CREDENTIAL != 0
                || matches!(word, "APP" | "CTRS" | "OMFS" | "ENT" | "GYN" | "OBGYN" | "PCP"))
            && !is_a_name(word)
}

/// Whether a value is only letters after the comma that follows a name: "Hoen, AAHIVS".
fn is_letters(text: &str, words: &[Word], start: usize, end: usize) -> bool {
    end == start + 1 && start > 0 && words[start - 1].of(text) == "," && is_credential(words[start].of(text))
}

/// Whether a value is made of lower-case words alone that the lists know and hold for no name and no place, or is one that
/// they hardly do.
fn ordinary(text: &str, words: &[Word]) -> bool {
    let lone = words.iter().filter(|word| word.class != Class::Mark).count() == 1;
    words.iter().filter(|word| word.class != Class::Mark).all(|word| {
        let word = word.of(text);
        let entry = lexicon::lookup(word);
        let unheld = entry.name() == 0 && entry.place == 0 && entry.word() > 0;
        !word.contains(char::is_uppercase) && (unheld || lone && is_hardly_a_name(entry))
    })
}

/// Whether a word is so common that the few people or places of that name do not count.
fn is_hardly_a_name(entry: lexicon::Entry) -> bool {
    entry.word() >= 6 && entry.name().max(entry.place) + 4 <= entry.word()
}

/// Single words before which or after which a pattern looks for a value ("IMEI", "plate"); lower case.
static ANNOUNCING: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let cues = PATTERNS.iter().flat_map(|patterns| patterns.iter()).flat_map(|pattern| pattern.cues);
    cues.copied().filter(|cue| cue.len() > 2 && cue.bytes().all(|b| b.is_ascii_alphabetic())).collect()
});

/// Whether a value is one word, not written as names are, that announces a value and is none.
fn announces(text: &str, words: &[Word]) -> bool {
    let mut letters = words.iter().filter(|word| word.class != Class::Mark);
    let (Some(only), None) = (letters.next(), letters.next()) else { return false };
    let word = only.of(text);
    let titled = word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase);
    !titled && lexicon::lookup(word).name() < 4 && ANNOUNCING.contains(word.to_ascii_lowercase().as_str())
}

/// Whether somebody took the value out before: "XXXXXXX", "REDACTED".
fn crossed_out(value: &str) -> bool {
    let letters = || value.chars().filter(|c| c.is_alphanumeric());
    letters().count() > 2 && letters().all(|c| matches!(c, 'x' | 'X'))
        || ["redacted", "deidentified", "removed"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Whether a value is a pronoun and its verb: "I'm", "We've".
fn contracted(value: &str) -> bool {
    let Some((pronoun, verb)) = value.split_once(['\'', '\u{2019}']) else { return false };
    let any = |words: &[&str], word: &str| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    any(&["i", "you", "he", "she", "it", "we", "they", "who", "what", "that", "there"], pronoun)
        && any(&["m", "re", "ve", "ll", "d", "s"], verb)
}

/// Whether a value is one word that the lists know and hold for hardly a name, or an eponym that stands by itself or before a
/// clinical noun.
fn doubtful(text: &str, words: &[Word], start: usize, end: usize) -> bool {
    let mut letters = (start..end).filter(|&i| words[i].class != Class::Mark);
    let (Some(only), None) = (letters.next(), letters.next()) else { return false };
    let entry = lexicon::lookup(words[only].of(text));
    let before_noun = || words.get(end).is_some_and(|next| lexicon::lookup(next.of(text)).noun);
    (entry.name() == 0 && entry.place == 0 && entry.word() > 0)
        || is_hardly_a_name(entry)
        || entry.eponym == 2
        || (entry.eponym == 1 && before_noun())
}

/// Whether people bear the word as a name, and not only a few.
fn is_a_name(word: &str) -> bool {
    lexicon::lookup(word).name() >= 2
}

/// How sure the network must be that one word is a name, by how it is written: in capitals among words that are not, it is
/// an abbreviation more often than initials ("ED called", "per SVS"); in lower case it may be a word of any note.
fn needed(text: &str, words: &[Word], start: usize, end: usize) -> f32 {
    let mut letters = (start..end).filter(|&i| words[i].class != Class::Mark);
    let (Some(only), None) = (letters.next(), letters.next()) else { return 0.0 };
    let word = words[only].of(text);
    let lower = |word: &str| word.contains(char::is_lowercase);
    if !word.contains(char::is_uppercase) {
        return if lexicon::safe(word).lower && !is_a_name(word) { SURER } else { 0.0 };
    }
    let capitals = matches!(word.len(), 2..=5) && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let around = words[start.saturating_sub(4)..(end + 4).min(words.len())].iter().any(|near| lower(near.of(text)));
    if !capitals || !around || is_a_name(word) {
        return 0.0;
    }
    match lexicon::safe(word).upper {
        // Initials of three letters are rarely those of an abbreviation that notes are full of.
        true if word.len() > 2 => NEVER_SURE,
        true => SURER,
        false => SURE,
    }
}

/// Whether a mark belongs to the end of a value: the full stop of an initial, what closes a bracket, masked digits.
fn closes(text: &str, words: &[Word], at: usize, category: Category) -> bool {
    match words[at].of(text) {
        "." => {
            category == Category::Name
                && at > 0
                && words[at].before == Before::Glued
                && words[at - 1].end - words[at - 1].start == 1
        }
        ")" => matches!(category, Category::Phone | Category::Fax),
        "*" => true,
        _ => false,
    }
}

/// Completes a span to what is written in one piece with it: the rest of a number, an address, a hyphenated name.
fn complete(text: &str, words: &[Word], start: &mut usize, end: &mut usize, category: Category) {
    let glued = |i: usize| i > 0 && i < words.len() && words[i].before == Before::Glued;
    let joins = |i: usize| {
        let mark = words[i].of(text);
        match category {
            Category::Name => matches!(mark, "-" | "'" | "\u{2019}"),
            Category::Organization | Category::Location | Category::Age | Category::Profession => mark == "-",
            Category::Email | Category::Url => {
                !matches!(mark, "," | ";" | "<" | ">" | "(" | ")" | "\"" | "[" | "]" | "|")
            }
            _ => matches!(mark, "-" | "/" | "." | "_"),
        }
    };
    let belongs = |i: usize| match category {
        Category::Name => words[i].class == Class::Letters && words[i].of(text).starts_with(char::is_uppercase),
        Category::Organization | Category::Location => {
            // "Co-op", "Stoke-on-Trent"
            let hyphened = i > 0 && words[i].class == Class::Letters && words[i - 1].of(text) == "-";
            hyphened || words[i].class == Class::Digits || words[i].of(text).starts_with(char::is_uppercase)
        }
        Category::Email | Category::Url => words[i].class != Class::Mark,
        Category::Date => words[i].class == Class::Digits || matches!(words[i].of(text), "st" | "nd" | "rd" | "th"),
        Category::Age | Category::Phone | Category::Fax => words[i].class == Class::Digits,
        _ => words[i].class != Class::Mark && words[i].class != Class::Letters || words[i].end - words[i].start <= 4,
    };
    loop {
        if glued(*end) && words[*end].class != Class::Mark && words[*end - 1].class != Class::Mark && belongs(*end) {
            *end += 1;
        } else if glued(*end) && glued(*end + 1) && words[*end].class == Class::Mark && joins(*end) && belongs(*end + 1)
        {
            *end += 2;
        } else {
            break;
        }
    }
    // The number of a union's local, a veterans' post, a lodge.
    let numbered =
        |word: &str| ["local", "post", "lodge", "chapter", "troop"].iter().any(|w| word.eq_ignore_ascii_case(w));
    if category == Category::Organization
        && numbered(words[*end - 1].of(text))
        && words.get(*end).is_some_and(|next| next.class == Class::Digits && next.before == Before::Space)
    {
        *end += 1;
    }
    loop {
        if glued(*start)
            && words[*start].class != Class::Mark
            && words[*start - 1].class != Class::Mark
            && belongs(*start - 1)
        {
            *start -= 1;
        } else if *start >= 2
            && glued(*start)
            && glued(*start - 1)
            && words[*start - 1].class == Class::Mark
            && joins(*start - 1)
            && belongs(*start - 2)
        {
            *start -= 2;
        } else {
            break;
        }
    }
    if category == Category::Name {
        // Beside a name, a word with a capital that no list knows is the rest of it.
        while *start > 0 && words[*start].before == Before::Space && is_unknown_name(text, words[*start - 1]) {
            *start -= 1;
        }
        while words.get(*end).is_some_and(|next| next.before == Before::Space && is_unknown_name(text, *next)) {
            *end += 1;
        }
    }
}

/// Whether a word is written as names are, with a capital alone, and no list knows it as any other.
fn is_unknown_name(text: &str, word: Word) -> bool {
    let value = word.of(text);
    let mut letters = value.chars();
    let titled = letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase);
    word.class == Class::Letters
        && titled
        && value.len() > 3
        && lexicon::lookup(value).is_unknown()
        && !lexicon::safe(value).any()
        && !is_role(value)
        && !is_weekdays(value)
}

/// Which part of an address a value is, by its form.
fn place_kind(value: &str, first: Class) -> Kind {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let lower = value.to_ascii_lowercase();
    if digits >= 5 && value.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        Kind::Zip
    } else if ["county", "parish", "borough", "township"].iter().any(|word| lower.contains(word)) {
        Kind::County
    } else if first == Class::Digits
        || digits > 0
        || lower.ends_with(" st")
        || lower.ends_with("street")
        || lower.ends_with("avenue")
    {
        Kind::Street
    } else {
        Kind::City
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    /// SHA-256 of the embedded graph, as `models/README.md` gives it.
    const HASH: &str = "2ee20360c4dd69fe8ad5dcb71112cc90ec54c5486689c6fe8b4c3834a6f1a5f4";

    fn find(text: &str) -> Vec<(&str, Category)> {
        let mut findings = Vec::new();
        let note = Note::new(text, &[]);
        BuiltinTagger::new().unwrap().detect(&note, &mut findings).unwrap();
        findings.iter().filter(|f| f.score >= 0.5).map(|f| (f.span.of(text), f.category)).collect()
    }

    #[test]
    fn the_embedded_graph_is_the_one_the_card_describes() {
        let hash = Sha256::digest(GRAPH).iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
        assert_eq!(hash, HASH);
        assert!(include_str!("../../../models/README.md").contains(HASH));
        assert!(GRAPH.len() < 1 << 20);
    }

    #[test]
    fn context_tells_a_name_from_a_word() {
        let found = find("Seen today with her daughter Rosalind. Dr. Marsh will march on with the plan on 3/14/2021.");
        assert!(found.contains(&("Rosalind", Category::Name)), "{found:?}");
        assert!(found.contains(&("Marsh", Category::Name)), "{found:?}");
        assert!(found.contains(&("3/14/2021", Category::Date)), "{found:?}");
        assert!(!found.iter().any(|(text, _)| *text == "march" || *text == "daughter"), "{found:?}");
        assert_eq!(find(""), []);
        find("V-0Hospital ID: H4471");
        assert_eq!(find("Strength 4/5, pain 3/10. Continue metformin 500 mg."), []);
    }

    #[test]
    fn what_announces_a_value_or_was_crossed_out_is_none() {
        let announces = |word: &str| {
            let mut words = Vec::new();
            crate::infer::words::split(word, &mut words);
            announces(word, &words)
        };
        assert!(announces("IMEI") && announces("mrn"));
        assert!(!announces("Page") && !announces("Rosalind"));
        assert!(
            crossed_out("XXXXXXX") && crossed_out("[REDACTED]".trim_matches(['[', ']'])) && crossed_out("XX/XX/XXXX")
        );
        assert!(!crossed_out("Xu") && !crossed_out("XX"));
        assert!(contracted("I'm") && contracted("WE\u{2019}VE"));
        assert!(!contracted("O'Dell") && !contracted("It") && !contracted("D'Souza"));
    }

    #[test]
    fn an_abbreviation_among_words_must_be_surer_to_be_a_name() {
        let needed = |text: &str, part: &str| {
            let mut words = Vec::new();
            crate::infer::words::split(text, &mut words);
            let at = words.iter().position(|word| word.of(text) == part).unwrap();
            needed(text, &words, at, at + 1)
        };
        let exact = |a: f32, b: f32| (a - b).abs() < f32::EPSILON;
        assert!(exact(needed("family called the ICU today", "ICU"), NEVER_SURE));
        assert!(exact(needed("recheck per SVXQ in May", "SVXQ"), SURE));
        assert!(exact(needed("FAMILY CALLED THE ICU TODAY", "ICU"), 0.0));
        assert!(exact(needed("seen with KIM today", "KIM"), 0.0));
        assert!(exact(needed("seen; harrow is well", "harrow"), 0.0));
        assert!(exact(needed("seen by rosalind today", "rosalind"), 0.0));
    }

    #[test]
    fn windows_do_not_change_what_is_found() {
        let sentence = "The lungs are clear and the abdomen is soft with no tenderness. ";
        let expected = find("Dr. Thomas Albright called on 3/14/2021. ").len();
        for repeat in [1, 14, 15, 16, 17, 18, 19, 35] {
            let text = format!("{}Dr. Thomas Albright called on 3/14/2021. {sentence}", sentence.repeat(repeat));
            assert_eq!(find(&text).len(), expected, "after {repeat} sentences");
        }
    }

    #[test]
    fn an_age_up_to_89_and_a_year_alone_are_no_finding() {
        let mut findings = Vec::new();
        let text = "45 2019 97";
        let mut words = Vec::new();
        crate::infer::words::split(text, &mut words);
        push(text, &words, 0..1, Category::Age, 0.9, &mut findings);
        push(text, &words, 1..2, Category::Date, 0.9, &mut findings);
        assert!(findings.is_empty());
        push(text, &words, 2..3, Category::Age, 0.9, &mut findings);
        assert_eq!(findings.len(), 1);
    }

    #[test]
    fn spans_are_completed_and_trimmed() {
        let whole = |text: &str, part: &str, category| {
            let mut words = Vec::new();
            crate::infer::words::split(text, &mut words);
            let at = text.find(part).unwrap();
            let inside = |w: &Word| w.start as usize >= at && w.end as usize <= at + part.len();
            let first = words.iter().position(inside).unwrap();
            let last = words.iter().rposition(inside).unwrap();
            let mut findings = Vec::new();
            push(text, &words, first..last + 1, category, 0.9, &mut findings);
            findings[0].span.of(text).to_owned()
        };
        assert_eq!(whole("Ms. Smith-Jones, RN", "Smith", Category::Name), "Smith-Jones");
        assert_eq!(whole("MRN: 12-34-56.", "34", Category::Mrn), "12-34-56");
        assert_eq!(whole("seen 03/14/2021, well", "03", Category::Date), "03/14/2021");
        assert_eq!(
            whole("at Harbor Growers Co-op today", "Harbor Growers Co", Category::Organization),
            "Harbor Growers Co-op"
        );
        assert_eq!(whole("of Roofers Local 512 since", "Roofers Local", Category::Organization), "Roofers Local 512");
        assert_eq!(whole("J. R. Ewing, MD", "J. R. Ewing,", Category::Name), "J. R. Ewing");
        assert_eq!(whole("mail a.b@c.org.", "b@c", Category::Email), "a.b@c.org");
        assert_eq!(whole("Folasade Oyelaran seen", "Oyelaran", Category::Name), "Folasade Oyelaran");
        assert_eq!(whole("with Rosalind Xylobrant today", "Rosalind", Category::Name), "Rosalind Xylobrant");
        for (text, value) in [
            ("Intensivist Oyelaran", "Oyelaran"),
            ("Roommate Dawi", "Dawi"),
            ("Rosalind Oyelaran CTRS", "Rosalind Oyelaran"),
            ("Mitchell OMFS", "Mitchell"),
            ("Jonnie Beattie, Esq", "Jonnie Beattie"),
            ("Syreeta Mondays", "Syreeta"),
            ("Ye-in", "Ye-in"),
        ] {
            assert_eq!(whole(text, text, Category::Name), value);
        }
        for (text, value) in [
            ("Works at Long Rovers", "Long Rovers"),
            ("Employer Riverside Press", "Riverside Press"),
            ("PHARMACIES - HAWK OXYGEN", "HAWK OXYGEN"),
            ("Wellnova Labs in", "Wellnova Labs"),
            ("Agency Services", "Agency Services"),
        ] {
            assert_eq!(whole(text, text, Category::Organization), value);
        }
        for text in ["Continue Oyelaran seen", "Lexapro Oyelaran seen", "BRLXQ Oyelaran seen", "Pain. Oyelaran seen"] {
            assert_eq!(whole(text, "Oyelaran", Category::Name), "Oyelaran");
        }
    }
}
