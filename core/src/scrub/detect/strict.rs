//! Strict mode: what is not known to be safe goes.
//!
//! Runs after every other detector and looks only at what they left. A word is safe when the vocabulary of strict mode
//! (`lexicon::safe`) knows it as it is written: in lower case, in capitals, or with a capital inside a sentence, which
//! needs a reason; and when the lists hold it for a name no more than for a word. A number is safe when it is short or
//! stands in a notation that is known: a dose, a vital sign, a range, a score, a level, a year. Everything else is a finding of the
//! detector `strict`, under the category that its shape suggests: a word is a name, an unknown abbreviation an
//! organisation, digits are a date or another identifier.

use std::sync::LazyLock;

use regex::Regex;

use super::announce::{CREDENTIAL, FIELD, GENERIC, HEAD, JOIN, NEVER, SAYS, STATE, STREET, TITLE};
use super::notation::{is_notation, is_quantity};
use super::structure::{Gap, Sort, Words, sort};
use super::{Note, shape};
use crate::lexicon;
use crate::scrub::{Category, Finding};
use crate::text::{Case, Span, TokenKind};

/// Name in findings.
pub(crate) const NAME: &str = "strict";
/// The highest threshold of any category under strict mode: what a detector finds as weakly as this goes.
pub(crate) const THRESHOLD: f32 = 0.02;
/// How sure a finding of strict mode is: it says only that nothing vouches for the text.
const SCORE: f32 = 0.2;
/// How far before a value the words are read that say what it is, in bytes.
const BEFORE: usize = 32;

/// Appends what nothing vouches for. `settled` says whether the policy removes a finding, or keeps it on purpose: what
/// such a finding covers is not looked at again.
pub(crate) fn extend(note: &Note<'_>, findings: &mut Vec<Finding>, settled: impl Fn(&Finding) -> bool) {
    let words = Words::read(note);
    let mut marks = vec![Mark::Open; words.len()];
    let mut covered: Vec<(Span, Category)> =
        findings.iter().filter(|finding| settled(finding)).map(|finding| (finding.span, finding.category)).collect();
    covered.sort_unstable();
    // What is covered without a gap up to here, and by what last.
    let (mut next, mut reach, mut by) = (0, Span::new(0, 0), Category::OtherId);
    for (at, mark) in marks.iter_mut().enumerate() {
        let Some(word) = words.get(at).filter(|_| !words.cancel.stops(at)) else { break };
        while let Some((span, category)) = covered.get(next).filter(|(span, _)| span.start < word.span.end) {
            if span.start > reach.end {
                reach = *span;
                by = *category;
            } else if span.end > reach.end {
                reach.end = span.end;
                by = *category;
            }
            next += 1;
        }
        if reach.start <= word.span.start && reach.end >= word.span.end {
            *mark = Mark::Covered(by);
        } else if reach.overlaps(word.span) && matches!(word.kind, TokenKind::Number | TokenKind::Mixed) {
            // A part of a number does not stay.
            *mark = Mark::Suspect(by);
        }
    }
    let mut first = 0;
    let mut step = 0;
    while first < words.len() && !words.cancel.stops(step) {
        step += 1;
        let last = piece(&words, first);
        judge(&words, first, last, &mut marks);
        first = last + 1;
    }
    neighbours(&words, &mut marks);
    gather(&words, &marks, findings);
}

/// What is known of a token.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mark {
    /// Nothing speaks against it.
    Open,
    /// Something was found there before.
    Covered(Category),
    /// Nothing vouches for it.
    Suspect(Category),
}

/// Whether values of the category are numbers that somebody gave out.
fn is_number(category: Category) -> bool {
    !matches!(
        category,
        Category::Name
            | Category::Date
            | Category::Age
            | Category::Location
            | Category::Organization
            | Category::Email
            | Category::Url
            | Category::Profession
    )
}

/// Turns marks into findings; what is written in one piece is one.
fn gather(words: &Words<'_>, marks: &[Mark], findings: &mut Vec<Finding>) {
    let mut open: Option<Finding> = None;
    for (at, mark) in marks.iter().enumerate() {
        let Mark::Suspect(category) = *mark else { continue };
        let span = words.span(at, at);
        match open.as_mut().filter(|open| {
            open.category == category
                && words
                    .text
                    .get(open.span.end..span.start)
                    .is_some_and(|gap| matches!(gap, "" | "-" | "/" | "." | "_" | ":" | "'"))
        }) {
            Some(open) => open.span = open.span.cover(span),
            None => findings.extend(open.replace(Finding::new(span, category, SCORE, NAME))),
        }
    }
    findings.extend(open);
}

/// The last token of what is written in one piece with the token at `at`: marks that enclose or part values end it.
fn piece(words: &Words<'_>, at: usize) -> usize {
    let parts = |at: usize| {
        let number = |at: usize| words.get(at).is_some_and(|word| word.kind == TokenKind::Number);
        words.is_any_mark(at, b",;()[]{}\"|<>=*!?~^&+@")
            && !(words.is_mark(at, b',') && at > 0 && number(at - 1) && number(at + 1))
    };
    if parts(at) {
        return at;
    }
    let mut last = at;
    while words.get(last + 1).is_some_and(|next| next.gap == Gap::Glued && next.kind != TokenKind::Newline)
        && !parts(last + 1)
    {
        last += 1;
    }
    last
}

/// Marks the suspects from `first` to `last`, which are written in one piece.
fn judge(words: &Words<'_>, first: usize, last: usize, marks: &mut [Mark]) {
    // The rest of an identifier, and "mid" of "mid-March".
    let known = (first..=last).find_map(|at| match marks[at] {
        Mark::Covered(category) | Mark::Suspect(category) => Some(category),
        Mark::Open => None,
    });
    let joined =
        || JOINED.is_match(words.span(first, last).of(words.text).trim_end_matches(['.', ':', ',', ';', '\'']));
    if let Some(category) = known.filter(|category| is_number(*category) || *category == Category::Date)
        && joined()
    {
        for (at, mark) in marks.iter_mut().enumerate().take(last + 1).skip(first) {
            if *mark == Mark::Open
                && words.get(at).is_some_and(|word| word.kind != TokenKind::Punctuation && !word.is(FIELD))
            {
                *mark = Mark::Suspect(category);
            }
        }
        return;
    }
    let digits = |at: usize| words.text(at).bytes().filter(u8::is_ascii_digit).count();
    let has_digits = |at: &usize| digits(*at) > 0;
    let whole = (first..=last).any(|at| has_digits(&at)).then(|| identifier(words, first, last)).flatten();
    for (at, mark) in marks.iter_mut().enumerate().take(last + 1).skip(first) {
        let Some(word) = words.get(at).filter(|_| *mark == Mark::Open) else { continue };
        let found = match word.kind {
            TokenKind::Word => whole.or_else(|| suspect(words, at)),
            TokenKind::Number | TokenKind::Mixed => whole.or_else(|| number(words, first, last, at)),
            _ => None,
        };
        if let Some(category) = found {
            *mark = Mark::Suspect(category);
        }
    }
    let mut last = last;
    while last > first && words.is_any_mark(last, b".:'-/") {
        last -= 1;
    }
    // "Smith-Jones": the parts of a capitalised compound go together, and so do those of a name that was found ("kou yuan-her").
    let named = (first..=last).any(|at| marks[at] == Mark::Covered(Category::Name));
    let capital = named || words.get(first).is_some_and(|word| word.is_capital());
    let hyphens = (first..=last).all(|at| words.get(at).is_some_and(|w| w.is_word()) || words.is_mark(at, b'-'));
    if capital && hyphens && last > first {
        let known = (first..=last).find_map(|at| match marks[at] {
            Mark::Suspect(category) | Mark::Covered(category) => Some(category),
            Mark::Open => None,
        });
        if let Some(category) = known {
            for (at, mark) in marks.iter_mut().enumerate().take(last + 1).skip(first) {
                if *mark == Mark::Open && words.get(at).is_some_and(|word| word.is_word()) {
                    *mark = Mark::Suspect(category);
                }
            }
        }
    }
}

/// What a word may be when nothing vouches for it.
fn suspect(words: &Words<'_>, at: usize) -> Option<Category> {
    let word = words.get(at)?;
    let text = words.text(at);
    if text.chars().count() == 1 || word.is(TITLE | CREDENTIAL) {
        return None;
    }
    let entry = words.entry(at);
    let before = &words.text[words.text.floor_char_boundary(word.span.start.saturating_sub(BEFORE))..word.span.start];
    // "Dr. Page", "ms. day": whatever follows a title is a name, if any list has it as one.
    if entry.name() > 0 && !word.is(JOIN) && ADDRESSED.is_match(before) {
        return Some(Category::Name);
    }
    // "... told. English, 16:55": who wrote it, and when.
    if entry.name() > 0 && word.is_capital() && words.opens(at) && SIGNED.is_match(&words.text[word.end..]) {
        return Some(Category::Name);
    }
    if word.is(FIELD | NEVER | STATE) {
        return None;
    }
    let capital = matches!(word.case, Case::Upper | Case::Title | Case::Mixed) && !word.is(JOIN);
    if capital && (!word.loud || before.trim_end().ends_with([':', '#'])) {
        let right_before = before.trim_end_matches([' ', ':', '#', '"', '\'', '(', '-']).to_ascii_lowercase();
        let adjacent = ["plate", "plates", "tag", "tags", "registration"].iter().any(|cue| right_before.ends_with(cue));
        if adjacent || word.case == Case::Upper && word.span.len() > 2 && PLATE.is_match(before) {
            return Some(Category::Vehicle);
        }
        if announced(before) == Some(Category::OtherId) {
            return Some(Category::OtherId);
        }
    }
    if calendar(text, word.case) || word.case == Case::Lower && ordinal_day(text, before, &words.text[word.end..]) {
        return Some(Category::Date);
    }
    let safe = lexicon::safe(text);
    // "Barlow maneuver"; by itself Barlow is somebody.
    let of_a_thing = entry.eponym == 2
        || entry.eponym == 1 && words.after(at).is_some_and(|next| words.entry(next).noun || words.is_mark(next, b'-'));
    let named_after = of_a_thing || entry.eponym > 0 && entry.name() == 0;
    let known = safe.any() || entry.word() > 0 || named_after || entry.noun || entry.proper;
    let name = sort(entry) == Sort::Name && !of_a_thing;
    match word.case {
        Case::Lower => {
            let named = entry.name() >= 4 && entry.word() <= 1 && !entry.proper && !safe.lower;
            (named || !known && !derived(text)).then_some(Category::Name)
        }
        Case::Title => {
            if name || !known && !derived(text) {
                return Some(Category::Name);
            }
            let key =
                words.is_any_mark(at + 1, b":=#") || words.is_any_mark(at + 1, b".") && words.is_any_mark(at + 2, b":");
            let reason = safe.title && entry.name() < 5
                || entry.proper
                || of_a_thing
                || entry.clinical > 0 && entry.common == 0
                || word.is(HEAD | GENERIC | STREET);
            (!words.opens(at) && !reason && !key && !word.loud && !heading(words, at)).then_some(Category::Name)
        }
        Case::Upper => {
            if word.loud || safe.upper || text.chars().count() == 2 && known {
                return (name && !safe.upper || !known && !derived(text)).then_some(Category::Name);
            }
            (!known && !derived(text)).then_some(Category::Organization)
        }
        Case::Mixed | Case::None => (!known && !derived(text)).then_some(Category::Name),
    }
}

/// Whether a word is the day of a month: "on the twelfth".
fn ordinal_day(text: &str, before: &str, after: &str) -> bool {
    const DAYS: &[&str] = &[
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
        "thirtieth",
    ];
    DAYS.contains(&text) && THE.is_match(before) && !noun_follows(after)
}

/// What stands before a day of the month.
static THE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?ix-u) \b (?: the | on | by | until | till | til | since | from | before | after | for | and | through | thru ) \s+ $")
        .expect("the pattern is tested")
});

/// Whether a word follows that an ordinal number counts: "the 5th metatarsal".
fn noun_follows(after: &str) -> bool {
    const PLAIN: &[&str] = &[
        "of", "and", "at", "for", "with", "to", "in", "by", "per", "or", "then", "she", "he", "we", "but", "due", "pt",
        "via", "from", "was", "is", "we",
    ];
    let next = after.trim_start();
    let word = next.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    after.starts_with([' ', '-', '\n'])
        && !word.is_empty()
        && !PLAIN.iter().any(|plain| plain.eq_ignore_ascii_case(word))
}

/// The time of day after whoever wrote an entry.
static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^,[\x20\t]+(?:[01]?[0-9]|2[0-3]):?[0-5][0-9](?:\.|\s|$|:[0-5][0-9])").expect("the pattern is tested")
});

/// A title, or a shorthand that stands before people only.
static ADDRESSED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?ix-u) (?: ^ | [\s(,;/] ) (?: (?: dr | mr | mrs | ms | miss | prof | nurse ) \.? | d/w | c/o ) \s+ $")
        .expect("the pattern is tested")
});

/// Whether a word is a month or a holiday, written so that it is nothing else.
fn calendar(text: &str, case: Case) -> bool {
    const NAMES: &[&str] = &[
        "january",
        "february",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "christmas",
        "easter",
        "thanksgiving",
        "halloween",
        "hanukkah",
        "chanukah",
        "ramadan",
        "passover",
        "diwali",
        "kwanzaa",
    ];
    const TITLED: &[&str] = &[
        "jan",
        "feb",
        "mar",
        "march",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "juneteenth",
        "eid",
        "lent",
        "yom",
        "rosh",
    ];
    NAMES.iter().any(|name| name.eq_ignore_ascii_case(text))
        || case == Case::Title && text != "May" && TITLED.iter().any(|name| name.eq_ignore_ascii_case(text))
}

/// Whether an unknown word is made from one that is known, or is one with letters that a scanner mistakes.
fn derived(word: &str) -> bool {
    const ENDINGS: &[(&str, &[&str])] = &[
        ("s", &["", "is"]),
        ("es", &["", "is"]),
        ("ies", &["y"]),
        ("d", &["e"]),
        ("ed", &["", "e"]),
        ("ing", &["", "e"]),
        ("ly", &["", "le"]),
        ("ally", &[""]),
        ("ic", &["y", "ia", "is"]),
        ("al", &["", "a", "um", "us"]),
        ("ar", &["a"]),
        ("ae", &["a"]),
        ("ata", &["a"]),
        ("i", &["us"]),
        ("a", &["um"]),
        ("ness", &[""]),
        ("less", &[""]),
        ("like", &[""]),
        ("able", &["", "e"]),
        ("ability", &["", "able"]),
        ("ation", &["ate", "e"]),
        ("ity", &["", "e"]),
        ("er", &["", "e"]),
        ("ers", &["", "e"]),
        ("ist", &["", "y"]),
        ("ists", &["", "y"]),
    ];
    const BEGINNINGS: &[&str] = &[
        "anti", "auto", "bi", "cardio", "co", "de", "dis", "endo", "epi", "extra", "gastro", "hemi", "hemo", "hydro",
        "hyper", "hypo", "immuno", "infra", "inter", "intra", "macro", "mal", "micro", "mid", "mis", "mono", "multi",
        "myo", "neuro", "non", "over", "para", "peri", "poly", "post", "pre", "pseudo", "psycho", "pulmo", "re",
        "retro", "semi", "sub", "super", "supra", "tele", "thrombo", "trans", "tri", "ultra", "un", "under", "up",
        "vaso", "veno",
    ];
    const CLINICAL: &[&str] = &[
        "itis",
        "osis",
        "emia",
        "aemia",
        "algia",
        "ectomy",
        "otomy",
        "ostomy",
        "oscopy",
        "plasty",
        "pathy",
        "pathies",
        "ology",
        "ologist",
        "oma",
        "omas",
        "uria",
        "penia",
        "philia",
        "phobia",
        "plegia",
        "paresis",
        "rrhea",
        "rrhagia",
        "megaly",
        "trophy",
        "genic",
        "lysis",
        "stenosis",
        "cillin",
        "mycin",
        "micin",
        "olol",
        "pril",
        "sartan",
        "statin",
        "azole",
        "prazole",
        "tidine",
        "cycline",
        "floxacin",
        "vir",
        "mab",
        "nib",
        "gliptin",
        "gliflozin",
        "glutide",
        "caine",
        "azepam",
        "zolam",
        "barbital",
        "dronate",
        "parin",
        "xaban",
        "setron",
        "triptan",
        "dipine",
        "thiazide",
    ];
    let word = lexicon::fold(word).into_owned();
    if word.len() < 5 || !word.is_ascii() {
        return false;
    }
    let known = |stem: &str| stem.len() >= 3 && lexicon::safe(stem).lower;
    let ends = |word: &str| {
        ENDINGS.iter().any(|(ending, stems)| {
            word.strip_suffix(ending).is_some_and(|stem| {
                stem.len() >= 3
                    && (stems.iter().any(|back| known(&format!("{stem}{back}")))
                        // "stopped", "running"
                        || stem.as_bytes().ends_with(&[stem.as_bytes()[stem.len() - 1]; 2]) && known(&stem[..stem.len() - 1]))
            })
        })
    };
    CLINICAL.iter().any(|ending| word.len() >= ending.len() + 3 && word.ends_with(ending))
        || ends(&word)
        || BEGINNINGS
            .iter()
            .any(|begin| word.strip_prefix(begin).is_some_and(|rest| rest.len() >= 4 && (known(rest) || ends(rest))))
        || misread(&word)
}

/// Whether the word is known once letters are put back that a scanner mistakes for others.
fn misread(word: &str) -> bool {
    const PAIRS: &[(&str, &str)] = &[
        ("c", "e"),
        ("j", "i"),
        ("l", "i"),
        ("1", "l"),
        ("1", "i"),
        ("0", "o"),
        ("5", "s"),
        ("vv", "w"),
        ("rn", "m"),
        ("m", "rn"),
    ];
    let known = |word: &str| word.len() >= 4 && lexicon::safe(word).lower;
    let digits = word.replace('0', "o").replace('5', "s");
    for word in [digits.replace('1', "l"), digits.replace('1', "i")] {
        if known(&word) {
            return true;
        }
        for (wrong, right) in PAIRS {
            if known(&word.replace(wrong, right))
                || word
                    .match_indices(wrong)
                    .any(|(at, _)| known(&format!("{}{right}{}", &word[..at], &word[at + wrong.len()..])))
            {
                return true;
            }
        }
    }
    false
}

/// Whether the word at `at` stands in a line, or the part of one before a colon, where every longer word has a capital: a
/// heading or a key.
fn heading(words: &Words<'_>, at: usize) -> bool {
    let ends =
        |at: usize| words.get(at).is_none_or(|word| word.kind == TokenKind::Newline || words.is_any_mark(at, b":|.;="));
    let mut first = at;
    while first > 0 && !ends(first - 1) && at - first < 12 {
        first -= 1;
    }
    let mut last = at;
    while !ends(last + 1) && last - at < 12 {
        last += 1;
    }
    let plain = |at: usize| words.get(at).is_some_and(|w| w.is_word() && w.case == Case::Lower && w.span.len() > 3);
    let numbers = (first..=last)
        .any(|at| words.get(at).is_some_and(|word| matches!(word.kind, TokenKind::Number | TokenKind::Mixed)));
    !numbers && !(first..=last).any(plain) && last > first
}

/// What a run of characters with digits in it, written in one piece, may be as a whole.
fn identifier(words: &Words<'_>, first: usize, last: usize) -> Option<Category> {
    let (mut first, mut last) = (first, last);
    let outer = |at: usize| words.get(at).is_some_and(|w| w.kind == TokenKind::Punctuation);
    while first < last && outer(first) {
        first += 1;
    }
    while first < last && outer(last) {
        last -= 1;
    }
    let span = words.span(first, last);
    let value = span.of(words.text);
    let before = &words.text[words.text.floor_char_boundary(span.start.saturating_sub(BEFORE))..span.start];
    let after = &words.text[span.end..];
    if DATE.is_match(value) {
        // "1/2 way up"
        let share = matches!(value, "1/2" | "1/3" | "2/3" | "1/4" | "3/4")
            && noun_follows(after)
            && !begins_field(words, first, b"");
        return (!share && !is_part(before, value, after)).then_some(Category::Date);
    }
    // "seen 3-5", "until 12.6."
    if DAY.is_match(value) && SINCE.is_match(before) && !shape::unit_follows(after) && !is_quantity(after) {
        return Some(Category::Date);
    }
    // "3/4-3/9"
    let mut ends = value.splitn(2, '-');
    if let (Some(from), Some(to)) = (ends.next(), ends.next())
        && from.contains('/')
        && to.contains('/')
        && DATE.is_match(from)
        && DATE.is_match(to)
        && !is_part(before, from, after)
        && !is_part(before, to, after)
    {
        return Some(Category::Date);
    }
    if last == first {
        return None;
    }
    if ROAD.is_match(value) {
        return Some(Category::Location);
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if digits > 0 && JOINED.is_match(value) && announced(before) == Some(Category::Device) {
        return Some(Category::Device);
    }
    if KNOWN.is_match(value) || is_notation(words.text, span) || digits < 2 || !JOINED.is_match(value) {
        return None;
    }
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let strange = (first..=last).any(|at| {
        words.get(at).is_some_and(|word| word.is_word() && word.case == Case::Upper && word.span.len() > 1)
            && suspect(words, at).is_some()
    });
    if strange {
        return Some(Category::OtherId);
    }
    // Values that are joined one by one, as in "138/4.1/102", and words with a short number are looked at apart.
    (digits >= 5 || letters > 0 && digits >= 4).then_some(Category::OtherId)
}

/// A road by its number; iodine has some of the same.
static ROAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:I-(?:[1-9]|[1-9][0-9]|[2-9][0-9]{2}|1[0-13-9][0-9])|(?:US|SR|FM|CR|SH)-[0-9]{1,4})$")
        .expect("the pattern is tested")
});

/// What stands before a day that is written like a range or a decimal.
static SINCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i-u)\b(?:on|since|dated|dos|seen|due|until|visit|dob|d/c|dc|admitted|discharged|last|next|starting|began|started|stopped|w/c|f/u|fell|again|return(?:ed|s)?|recheck|appt|booked|scheduled)[\s:]+$")
        .expect("the pattern is tested")
});

/// A day that is written like a range or a decimal.
static DAY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:[1-9]|1[0-2])[-.](?:[1-9]|[12][0-9]|3[01])$").expect("the pattern is tested"));

/// Two numbers that can be a day and a month, or a month and a year.
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix-u) ^ (?: (?: 0?[1-9] | 1[0-2] ) / (?: 0?[1-9] | [12][0-9] | 3[01] ) | (?: 0?[1-9] | 1[0-2] ) - (?: 0[1-9] | 1[3-9] | 2[0-9] | 3[01] )
          | (?: 0?[1-9] | [12][0-9] | 3[01] ) / (?: 0?[1-9] | 1[0-2] ) | (?: 0?[1-9] | 1[0-2] ) [/-] (?: 19 | 20 ) [0-9]{2}
          | (?: 19 | 20 ) [0-9]{2} [/-] (?: 0?[1-9] | 1[0-2] )
          | [0-3]?[0-9] [-]? (?: jan | feb | mar | apr | may | jun | jul | aug | sep | oct | nov | dec ) [a-z]{0,6} ) $",
    )
    .expect("the pattern is tested")
});

/// Only letters, digits and the marks that join the parts of an identifier.
static JOINED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?-u)^[A-Za-z0-9._/#:-]+$").expect("the pattern is tested"));

/// Notation that joins numbers: times, decimals, values in a row, pressures, thousands, codes of procedures.
static KNOWN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x-u) ^ (?: [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:[ap]m?)? (?:-[0-9]{1,2}:[0-9]{2}(?:[ap]m?)?)? | [0-9]{1,4}\.[0-9]{1,3} (?:-[0-9]{1,4}\.[0-9]{1,3})?
          | [0-9]{1,3}/[0-9]{1,3} (?:/[0-9]{1,3})? | [0-9]{1,3}-[0-9]{1,3} | (?:19|20)[0-9]{2}[-/](?:19|20)?[0-9]{2} | [0-9]{1,2}/[0-9]{1,2}-[0-9]{1,2}/[0-9]{1,2}
          | [A-TV-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})? | 1:[0-9]{2,4} ) $",
    )
    .expect("the pattern is tested")
});

/// Whether two numbers with a mark between them are a share, a grade or a count rather than a date.
fn is_part(before: &str, value: &str, after: &str) -> bool {
    static PAIN: LazyLock<Regex> = LazyLock::new(|| {
        cue(
            "pain | nprs | vas | nrs | mood | anxiety | level | borg | rpe | worst | best | scores? | rate[ds]? | apgars?",
        )
    });
    static STRENGTH: LazyLock<Regex> = LazyLock::new(|| {
        cue(
            "strength | mmt | grade[ds]? | quads? | flexion | extension | abduction | adduction | motor | ue | le | rue | lue | rle | lle | bue | ble | reflex(?:es)? | dtrs? | pulses? | murmur | scores?",
        )
    });
    static COUNT: LazyLock<Regex> = LazyLock::new(|| cue("trials? | correct | accuracy | ratio | bp | gcs | ef | o2"));
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix-u) ^ [\ )+-]* (?: (?: pain | strength | systolic | diastolic | holosystolic | murmur | throughout | bilat | bilaterally | trials? | correct | tab | tabs | cup | inch | pulses | reflexes | sem | grade | motor | x | times | reps? | sets? | tsp | tbsp | mile | dose | strip ) \b
              | % | / \s* [0-9]* [a-z] )",
        )
        .expect("the pattern is tested")
    });
    static MEASURE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?ix-u) ^ \ ? (?: x \b | % | (?: times | reps? | sets? | trials? | min(?:s|utes?)? | sec(?:s|onds?)? | h(?:rs?|ours?)? | days? | w(?:ks?|eeks?) | mo(?:s|nths?)? | y(?:rs?|ears?) | mg | mcg | kg | ml | cm | mm | lbs? | ft | feet | steps? | bpm | mmhg ) \b )")
            .expect("the pattern is tested")
    });
    let mut parts = value.split(['/', '-']).map(|part| part.parse::<u32>().unwrap_or(u32::MAX));
    let (first, second) = (parts.next().unwrap_or(u32::MAX), parts.next().unwrap_or(u32::MAX));
    let plain = value.len() <= 5 && !value.starts_with('0') && !value.contains("/0") && !value.contains("-0");
    let grade = value.contains('/') && first <= second && matches!(second, 2..=6 | 8 | 10);
    let measured = match second {
        10 => PAIN.is_match(before),
        3..=6 => STRENGTH.is_match(before),
        _ => false,
    } || COUNT.is_match(before)
        || AFTER.is_match(after)
        || MEASURE.is_match(after);
    plain && measured && (grade || value.contains('-') || MEASURE.is_match(after))
}

/// One of the words of a pattern and what may stand between it and a value.
fn cue(words: &str) -> Regex {
    let between = "is | at | of | now | to | was | about | remains | currently | a | from | out";
    Regex::new(&format!(r"(?ix-u) \b (?: {words} ) (?: \s+ (?: {between} ) ){{0,2}} [\s:=(~\#,+-]* $"))
        .expect("the pattern is tested")
}

/// What a number, or a word with digits in it, may be when it stands in no notation that is known.
fn number(words: &Words<'_>, first: usize, last: usize, at: usize) -> Option<Category> {
    let word = words.get(at)?;
    let value = words.text(at);
    let text = words.text;
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let after = &text[word.end..];
    let before = &text[text.floor_char_boundary(word.span.start.saturating_sub(BEFORE))..word.span.start];
    // Behind a word that announces it, a value needs no form of its own.
    if let Some(category) = announced(before) {
        return Some(category);
    }
    if word.kind == TokenKind::Mixed {
        return mixed(value, digits, before, after);
    }
    if digits >= 2 && before.ends_with('#') {
        return Some(Category::OtherId);
    }
    if (digits >= 3 || before.ends_with(['#', ':'])) && PLATE.is_match(before) {
        return Some(Category::Vehicle);
    }
    let years = years_follow(after);
    if (2..=3).contains(&digits)
        && value.parse().is_ok_and(|age: u32| (90..=120).contains(&age))
        && (years || aged(before))
    {
        return Some(Category::Age);
    }
    // "0800  140/74  76": the time at the start of a row.
    let hour = digits == 4 && value.parse().is_ok_and(|time: u32| time < 2400 && time % 100 < 60);
    if is_notation(text, words.span(at, at)) || digits <= 3 || hour && last == first && begins_field(words, at, b"") {
        return None;
    }
    // A part of a longer number: thousands, a decimal.
    if last > first && KNOWN.is_match(words.span(first, last).of(text).trim_end_matches(|c: char| !c.is_alphanumeric()))
    {
        return None;
    }
    let joined = before.ends_with(['-', '*', '/', '_', '.']);
    let year = digits == 4 && !joined && (value.starts_with("19") || value.starts_with("20"));
    if !joined && digits <= 6 && shape::unit_follows(after) || year {
        return None;
    }
    if digits >= 5 && PUBLIC.is_match(before) {
        return None;
    }
    Some(Category::OtherId)
}

/// What stands before the parts of a number plate.
static PLATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:plates?|tags?|registration)\b[^.;\n]{0,16}$").expect("the pattern is tested")
});

/// What stands right before a number of its own kind, whatever its form.
static CUES: LazyLock<[(Regex, Category); 4]> = LazyLock::new(|| {
    let cue = |words: &str| Regex::new(words).expect("the pattern is tested");
    [
        (
            cue(
                r"(?i-u)\b(?:ssn?|social(?: security)?(?: number| no)?|last (?:four|4))\b[\s:#.*x=_(-]*(?:(?:is|of|ending in) )?$",
            ),
            Category::Ssn,
        ),
        (
            cue(
                r"(?i-u)\b(?:hwy|highway|interstate|exit|mile marker|marker|mile|mm|mp|county road|route|rte|apt|apartment|suite|ste|trailer|space|box)\b\.?\s*#?$",
            ),
            Category::Location,
        ),
        (
            cue(
                r"(?i-u)\b(?:mrn|acct|account|policy|member|subscriber|claim|badge|user|username|login|log-?in|serial|s/n|passport|pin|accession|confirmation|password|passcode|handle|screen ?name|alias|aka|callsign|subject|participant|enrollee|id)(?: (?:no|number|id|name|code))?\b\.?(?:\s*[:#=]+\s*| is )$",
            ),
            Category::OtherId,
        ),
        // A batch has many patients; a device of one may be told by its lot.
        (cue(r"(?i-u)\b(?:lot|batch)(?: (?:no|number|num))?\b\.?[\s:#]*$"), Category::Device),
    ]
});

/// What the words right before a value say that it is.
fn announced(before: &str) -> Option<Category> {
    CUES.iter().find(|(cue, _)| cue.is_match(before)).map(|(_, category)| *category)
}

/// Words right before a code that a public list gives.
static PUBLIC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix-u) \b (?: cpt | hcpcs | icd | loinc | snomed | rxnorm | pmid | ndc | drg ) (?: \s ct )? [\s:\#(]* $",
    )
    .expect("the pattern is tested")
});

fn years_follow(after: &str) -> bool {
    let after = after.trim_start_matches([' ', '-']);
    ["year", "yr", "yo", "y/o", "y.o"]
        .iter()
        .any(|unit| after.get(..unit.len()).is_some_and(|head| head.eq_ignore_ascii_case(unit)))
}

fn aged(before: &str) -> bool {
    static CUE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?ix-u) \b (?: aged? | turned | turning | turns | is | was | died \s at | lived \s to ) [\s:,]* (?: at \s )? (?: now \s )? $").expect("the pattern is tested")
    });
    CUE.is_match(before)
}

/// What a word with digits in it may be.
fn mixed(value: &str, digits: usize, before: &str, after: &str) -> Option<Category> {
    static ORDINAL: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i-u)^(?:[12]?[0-9]|3[01])(?:st|nd|rd|th)$").expect("the pattern is tested"));
    static SAFE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix-u) ^ (?: [0-9]{1,5} [a-z]{1,5} | [0-9]{1,3} [a-z]{1,2} [0-9]{1,2} [a-z]{1,3} | [a-z]{1,5} [0-9]{1,2} [a-z]{0,2} | [a-z] [0-9] [a-z] [0-9]{0,2}
              | [a-z]{2,4} [0-9]{1,2} [a-z]{1,4} [0-9]? ) $",
        )
        .expect("the pattern is tested")
    });
    // Parity, tumour markers, vaccines, enzymes.
    static KIND: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix-u) ^ (?: [gp] [0-9]{1,2} [a-z] [0-9]{1,4} (?: [a-z] [0-9]{1,2} ){0,3} | covid [0-9]{2} | ppv23 | pcv [0-9]{2} | ca [0-9]{2,3} | cyp [0-9] [a-z] [0-9]{1,2} | p2y12 | t [0-4] n [0-3] m [0-1x] ) $",
        )
        .expect("the pattern is tested")
    });
    if ORDINAL.is_match(value) {
        return (THE.is_match(before) && !noun_follows(after)).then_some(Category::Date);
    }
    let quantity = value.starts_with(|c: char| c.is_ascii_digit())
        && is_quantity(value.trim_start_matches(|c: char| c.is_ascii_digit()));
    if SAFE.is_match(value) && (digits <= 2 || quantity) || KIND.is_match(value) || PUBLIC.is_match(before) {
        return None;
    }
    // "pr0vided" is a word that a scanner misread.
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    let word = letters >= 2 * digits && misread(&value.to_ascii_lowercase());
    (!word).then_some(Category::OtherId)
}

/// What stands before a number and says what it is, rather than being a part of it.
const LABELS: &[&str] = &[
    "MRN", "MR", "ID", "NO", "NUM", "SSN", "SS", "DOB", "NPI", "DEA", "VIN", "PIN", "REF", "ACCT", "ACC", "CSN", "FIN",
    "HAR", "DL", "LIC", "SN", "UDI", "IMEI", "MAC", "MBI", "HIC", "PLAN", "CARD", "CASE", "CODE", "TEL", "FAX", "EXT",
    "CELL", "PH", "IP", "RX", "PO", "BOX", "LOT", "AND", "OR", "IS", "TO", "OF", "THE", "FOR", "AT", "ON", "IN", "BY",
    "WAS", "PER", "GRP", "POL", "MEM", "SUB", "CLM", "ICN", "EIN", "TIN", "URN", "UR", "ENC", "ORD", "AUTH", "PA",
    "ABA", "IBAN", "RTN", "PT", "RE", "VIA", "WITH",
];

/// Whether the next token is a number that was found to be an identifier's.
fn precedes_number(words: &Words<'_>, marks: &[Mark], at: usize) -> bool {
    let number = words
        .get(at + 1)
        .is_some_and(|next| next.gap == Gap::Blank && matches!(next.kind, TokenKind::Number | TokenKind::Mixed));
    number
        && matches!(marks.get(at + 1), Some(Mark::Covered(category) | Mark::Suspect(category)) if is_number(*category))
}

/// Whether a word is a part of the name beside it: an initial, or what stands before a comma and a name where a line or a
/// field begins ("Lap, Alexa").
fn belongs_to_a_name(words: &Words<'_>, marks: &[Mark], at: usize) -> bool {
    let Some(word) = words.get(at).filter(|word| word.is_word()) else { return false };
    let name =
        |other: usize| matches!(marks.get(other), Some(Mark::Covered(Category::Name) | Mark::Suspect(Category::Name)));
    let blank = |other: usize| words.get(other).is_some_and(|other| other.gap == Gap::Blank);
    let after = name(at + 1) && blank(at + 1);
    let before = at > 0 && name(at - 1) && blank(at);
    let text = words.text(at);
    if text.len() == 1 {
        let dotted = words.is_mark(at + 1, b'.');
        let led = after || dotted && name(at + 2) && blank(at + 2);
        // "w quackenbush": a small letter alone stands for a word, unless the name beside it is one for certain.
        let certain = |other: usize| marks.get(other) == Some(&Mark::Covered(Category::Name));
        let initial = dotted || word.case == Case::Upper || certain(at + 1) || at > 0 && certain(at - 1);
        return (led || before) && initial && (dotted || !matches!(text, "a" | "A" | "i" | "I" | "x" | "X"));
    }
    let listed = words.entry(at).name() > 0 && !word.is(TITLE | CREDENTIAL | FIELD | HEAD);
    // "given by SEX, LPN"
    if listed
        && words.is_mark(at + 1, b',')
        && words.is(at + 2, CREDENTIAL)
        && words.get(at + 2).is_some_and(|letters| letters.case == Case::Upper)
    {
        return true;
    }
    let last = words.is_mark(at + 1, b',')
        && name(at + 2)
        && blank(at + 2)
        && words.get(at + 2).is_some_and(|next| next.is_capital());
    last && begins_field(words, at, b":|;") && word.case == Case::Title && !word.is(FIELD | STATE | HEAD)
}

/// Whether a line begins at a token, or one of `marks` stands before it.
fn begins_field(words: &Words<'_>, at: usize, marks: &[u8]) -> bool {
    let Some(before) = at.checked_sub(1) else { return true };
    words.get(before).is_some_and(|before| before.kind == TokenKind::Newline) || words.is_any_mark(before, marks)
}

/// Whether a short number begins a field, "8 Ropewalk" after a comma, and nothing vouches for the word with a capital after it.
fn numbers_a_house(words: &Words<'_>, marks: &[Mark], at: usize) -> bool {
    let unknown = words.get(at + 1).is_some_and(|next| next.gap == Gap::Blank && next.is_capital())
        && matches!(marks.get(at + 1), Some(Mark::Suspect(Category::Name | Category::Organization)));
    unknown && begins_field(words, at, b",:|;") && words.text(at).len() <= 4
}

/// Whether a word with a capital only joins others or counts: beside a name it is no part of it.
fn is_plain(word: &str) -> bool {
    const PLAIN: &[&str] = &[
        "a", "an", "and", "as", "at", "but", "by", "dear", "for", "from", "her", "his", "ii", "iii", "if", "in", "is",
        "it", "iv", "no", "not", "on", "or", "per", "she", "that", "the", "they", "this", "to", "vs", "was", "were",
        "with",
    ];
    PLAIN.iter().any(|plain| plain.eq_ignore_ascii_case(word))
}

/// Marks what stands beside something found and belongs to it: a capital beside a name, the number of a street or a post.
fn neighbours(words: &Words<'_>, marks: &mut [Mark]) {
    let place = |category: Category| {
        matches!(
            category,
            Category::Name
                | Category::Location
                | Category::Organization
                | Category::Vehicle
                | Category::OtherId
                | Category::Mrn
        )
    };
    for at in 0..words.len() {
        if marks[at] != Mark::Open {
            continue;
        }
        let Some(word) = words.get(at) else { break };
        if belongs_to_a_name(words, marks, at) {
            marks[at] = Mark::Suspect(Category::Name);
            continue;
        }
        match word.kind {
            TokenKind::Number | TokenKind::Mixed => {
                let numbered = |at: Option<usize>| match at.and_then(|at| marks.get(at)) {
                    Some(Mark::Covered(category) | Mark::Suspect(category)) => (!matches!(
                        category,
                        Category::Name | Category::Date | Category::Age | Category::Email | Category::Url
                    ))
                    .then_some(*category),
                    _ => None,
                };
                // "Local 229", "Elm Ct. #3"
                let mut before = at.checked_sub(1);
                while before.is_some_and(|before| words.is_any_mark(before, b"#-.")) {
                    before = before.and_then(|before| before.checked_sub(1));
                }
                let near = matches!(word.gap, Gap::Blank | Gap::Glued);
                // "PLMI 11": beside a word that is only not known, a short number is its value.
                let guessed = |at: usize| {
                    matches!(marks[at], Mark::Suspect(Category::Name | Category::Organization | Category::Location))
                };
                let value = word.kind == TokenKind::Number
                    && word.span.len() <= 2
                    && before.is_some_and(guessed)
                    && before == at.checked_sub(1);
                let given = numbered(before).is_some_and(is_number);
                let counts =
                    !given && (shape::unit_follows(&words.text[word.end..]) || words.is_any_mark(at + 1, b"%/"));
                let follows = numbered(before).filter(|_| near && !counts && !value);
                // "219 O9 9999": the next part of the same number.
                let leads = numbered(Some(at + 1)).filter(|_| {
                    words.get(at + 1).is_some_and(|next| {
                        next.gap == Gap::Blank && matches!(next.kind, TokenKind::Number | TokenKind::Mixed)
                    }) && numbered(before).is_some()
                });
                let led = follows.or(leads).or_else(|| {
                    (word.kind == TokenKind::Number && numbers_a_house(words, marks, at)).then_some(Category::Location)
                });
                if let Some(category) = led {
                    marks[at] = Mark::Suspect(category);
                }
            }
            // "KLM 4821": letters before the digits of the same number, unless they say what it is.
            TokenKind::Word
                if word.case == Case::Upper
                    && word.span.len() <= 4
                    && !LABELS.contains(&words.text(at))
                    && precedes_number(words, marks, at) =>
            {
                if let Some(Mark::Covered(category) | Mark::Suspect(category)) = marks.get(at + 1).copied() {
                    marks[at] = Mark::Suspect(category);
                }
            }
            TokenKind::Word if word.case == Case::Lower => {
                // "Harbor of Hope": what joins two parts of one body or place.
                let of = |at: usize| match marks.get(at) {
                    Some(Mark::Covered(category) | Mark::Suspect(category)) => Some(*category),
                    _ => None,
                };
                let body = |category: &Category| matches!(category, Category::Organization | Category::Location);
                let blank = word.gap == Gap::Blank && words.get(at + 1).is_some_and(|next| next.gap == Gap::Blank);
                let left = at.checked_sub(1).and_then(of).filter(body);
                if let (true, Some(category), Some(_)) = (blank && word.span.len() <= 3, left, of(at + 1).filter(body))
                {
                    marks[at] = Mark::Suspect(category);
                }
                let ordinal = words.get(at + 1).is_some_and(|next| next.kind == TokenKind::Mixed);
                if ordinal
                    && words.is_text(at, "the")
                    && matches!(marks.get(at + 1), Some(Mark::Covered(Category::Date) | Mark::Suspect(Category::Date)))
                {
                    marks[at] = Mark::Suspect(Category::Date);
                }
            }
            TokenKind::Word if matches!(word.case, Case::Title | Case::Upper) && word.span.len() > 1 => {
                let entry = words.entry(at);
                // "THE Rings", and "Shore Her" beside "JAMES ON SCREEN".
                let plain = is_plain(words.text(at))
                    && !(words.is_text(at, "the")
                        && matches!(marks.get(at + 1), Some(Mark::Covered(Category::Organization))))
                    && !(word.case == Case::Title
                        && at > 0
                        && matches!(marks[at - 1], Mark::Covered(Category::Name) | Mark::Suspect(Category::Name)));
                if plain {
                    continue;
                }
                let sorted =
                    matches!(sort(entry), Sort::Either | Sort::Name) || entry.name() > 0 && word.span.len() <= 3;
                let led = word.case == Case::Title
                    && !words.opens(at)
                    && matches!(marks.get(at + 1), Some(Mark::Covered(Category::Organization)));
                if !led && word.is(TITLE | CREDENTIAL | FIELD | STATE | SAYS | HEAD)
                    || !led && word.is(NEVER) && !sorted
                    || word.case == Case::Upper && !sorted
                {
                    continue;
                }
                let beside = |other: usize, this: usize| match marks.get(other) {
                    Some(Mark::Covered(category) | Mark::Suspect(category)) if place(*category) => {
                        let near = words.get(this).is_some_and(|w| matches!(w.gap, Gap::Blank | Gap::Glued));
                        let capital = words.get(other).is_some_and(|w| w.is_capital());
                        (near && capital).then_some(*category)
                    }
                    _ => None,
                };
                let follows = at.checked_sub(1).and_then(|before| beside(before, at));
                let joined =
                    at.checked_sub(2).filter(|_| words.is(at - 1, JOIN)).and_then(|before| beside(before, at - 1));
                let leads = beside(at + 1, at + 1).filter(|category| {
                    sorted || !words.opens(at) || *category == Category::Organization && words.is_text(at, "the")
                });
                let comma = (sorted && words.is_mark(at + 1, b',')).then(|| beside(at + 2, at + 2)).flatten();
                // "Truth or Consequences"
                let joined = joined.filter(|category| {
                    sorted || *category == Category::Location && !words.opens(at) && word.case == Case::Title
                });
                if let Some(category) = follows.or(leads).or(comma).or(joined) {
                    marks[at] = Mark::Suspect(category);
                    if joined.is_some() && marks[at - 1] == Mark::Open {
                        marks[at - 1] = Mark::Suspect(category);
                    }
                }
            }
            _ => {}
        }
    }
    // Short numbers in a row: "56 37 14".
    let mut at = 0;
    while at < words.len() {
        let mut last = at;
        let mut digits = 0;
        while words.get(last).is_some_and(|w| w.kind == TokenKind::Number && (last == at || w.gap == Gap::Blank))
            && marks[last] == Mark::Open
        {
            digits += words.text(last).len();
            last += 1;
        }
        if last >= at + 2 && digits >= 6 {
            marks[at..last].fill(Mark::Suspect(Category::OtherId));
        }
        at = last.max(at + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;

    fn found(text: &str) -> Vec<&str> {
        let tokens = tokens(text);
        let mut findings = Vec::new();
        extend(&Note::new(text, &tokens), &mut findings, |_| true);
        findings.iter().map(|finding| finding.span.of(text)).collect()
    }

    #[test]
    fn ordinary_clinical_language_stays() {
        for text in [
            "Pt is a 67 y/o female s/p R TKA, WBAT, ambulating 150 ft with RW and min assist x1.",
            "BP 132/84, HR 72, SpO2 98% on 2L, T 98.6 F. Pain 6/10 at worst, 2/10 at best.",
            "Strength: quads 4+/5 bilaterally, hip flexion 3/5. DTRs 2+.",
            "Continue metformin 500 mg BID, lisinopril 10mg daily and Tylenol PRN q6h.",
            "MRI shows disc bulge at L4-5 and T12 compression fracture in 2019.",
            "ASSESSMENT: HbA1c 7.2, WBC 11.3, platelets 150,000. GCS 15. 10-15 reps, 3 sets.",
            "The lungs are clear. She has Parkinson disease and a positive Babinski sign.",
            "Postoperatively the hyperglycemic patient was nonambulatory.",
            "Visited at 14:30 for 45 minutes; goal met in 2-3 weeks.",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_nothing_vouches_for_goes() {
        for (text, expected) in [
            ("seen with Quackenbush today", &["Quackenbush"][..]),
            ("seen with quackenbush today", &["quackenbush"]),
            ("Dr. Page called about it", &["Page"]),
            ("record 4471203 of the patient", &["4471203"]),
            ("record KD-7-881 of the patient", &["KD-7-881"]),
            ("record KZQ 482 of the patient", &["KZQ", "482"]),
            ("symptoms began 8/5,after the fall", &["8/5"]),
            ("away 3/4-3/9 and again on the 14th", &["3/4-3/9", "the", "14th"]),
            ("she fell on the twelfth", &["twelfth"]),
            ("her mother lived to 97 years", &["97"]),
            ("the license plate reads GOHAWKS", &["GOHAWKS"]),
            ("seen by J. Quackenbush today", &["J", "Quackenbush"]),
            ("Lap, Quackenbush here", &["Lap", "Quackenbush"]),
            ("her address, 8 Ropewalk, as before", &["8", "Ropewalk"]),
            ("family told. English, 16:55", &["English"]),
            ("orders given by day, LPN", &["day"]),
            ("patch, Lot 928975920.", &["928975920"]),
            ("patch, lot: WNA-9820-GS", &["WNA-9820-GS"]),
            ("numbers 56 37 14 were given", &["56", "37", "14"]),
            ("the pr0vjded form", &[]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn the_category_follows_the_shape() {
        let text = "seen with Quackenbush on 8/5 at KZQ, record 4471203, age 97 years";
        let tokens = tokens(text);
        let mut findings = Vec::new();
        extend(&Note::new(text, &tokens), &mut findings, |_| true);
        let categories: Vec<Category> = findings.iter().map(|finding| finding.category).collect();
        let expected = [Category::Name, Category::Date, Category::Organization, Category::OtherId, Category::Age];
        assert_eq!(categories, expected);
        assert!(findings.iter().all(|finding| finding.detector == NAME && finding.score >= THRESHOLD));
    }

    #[test]
    fn what_is_settled_is_left_alone() {
        let text = "seen with Quackenbush today";
        let tokens = tokens(text);
        let before = vec![Finding::new(Span::new(10, 21), Category::Name, 0.9, "test")];
        let mut findings = before.clone();
        extend(&Note::new(text, &tokens), &mut findings, |_| true);
        assert_eq!(findings, before);
    }
}
