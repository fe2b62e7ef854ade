//! Names of people: from titles, fields, letters, relatives, verbs, initials and the lists.

use super::announce::{
    ACT, BEFORE, BODY, CALL, CREDENTIAL, Cues, FIELD, GENERIC, GRADED, HEAD, LEGAL, LETTER, NEVER, PARTICLE, RELATIVE,
    SAYS, STATE, STREET, SUFFIX, TALK, THING, TITLE, TRADE,
};
use super::structure::{Gap, Sort, Word, Words, sort};
use crate::lexicon::{self, Entry};
use crate::scrub::{Category, Finding, Stage, Stages};
use crate::text::{Case, TokenKind};

/// What words announce that says who is named, or who is named next.
const CUED: Cues = TITLE | FIELD | LETTER | RELATIVE | CREDENTIAL | CALL | BEFORE | SAYS;

/// Whether a word may say something of a person, in a note with capitals.
#[inline]
pub(super) fn looks_at(word: &Word) -> bool {
    word.is(CUED) || word.case != Case::Lower
}

/// Appends the names of people in a note.
pub(super) fn find(words: &Words<'_>, stages: Stages, findings: &mut Vec<Finding>) {
    let (lists, structure) = (stages.has(Stage::Lexicon), stages.has(Stage::Structure));
    let mut finder = Finder { words, findings, begun: 0, done: 0 };
    // In a note without capitals any word may be a name.
    let all = if words.quiet { words.len() } else { 0 };
    for (step, at) in (0..all).chain(words.names.iter().filter(|_| !words.quiet)).enumerate() {
        let Some(word) = words.get(at).filter(|_| !words.cancel.stops(step)) else { return };
        match word.kind {
            TokenKind::Word => {
                if structure && word.is(CUED) {
                    finder.cued(at);
                }
                if structure
                    && word.is_initial()
                    && words.is_mark(at + 1, b'.')
                    && at > 0
                    && words.is_mark(at - 1, b',')
                {
                    let pair = (words.text(at), words.text(at + 2));
                    if matches!(
                        pair,
                        ("M" | "R" | "P" | "O", "D" | "N" | "A" | "T") | ("D", "O" | "C" | "D" | "P") | ("N", "P")
                    ) {
                        finder.credential(at);
                        continue;
                    }
                }
                if !lists {
                    continue;
                }
                if word.case != Case::Lower {
                    finder.bare(at);
                } else if words.quiet && at >= finder.done {
                    finder.quiet(at);
                }
            }
            TokenKind::Punctuation if structure => finder.marks(at),
            _ => {}
        }
    }
}

/// How much the surroundings speak for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// "Mr.", "Dear Dr."
    Title,
    /// "Patient:"
    Field,
    /// "seen by", "daughter"
    Strong,
    /// "with", "per"
    Weak,
}

/// One part of a name: a word with its particles and what is joined to it by hyphens, or an initial.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that is seen of the letters")]
struct Unit {
    first: usize,
    last: usize,
    sort: Sort,
    entry: Entry,
    initial: bool,
    /// Has a particle, a hyphen or an inner capital: shaped like a name.
    shaped: bool,
    lower: bool,
    loud: bool,
    upper: bool,
}

/// What only a person does.
const SPEAKS: &[&str] = &[
    "reports",
    "reported",
    "denies",
    "denied",
    "states",
    "stated",
    "says",
    "said",
    "endorses",
    "complains",
    "verbalized",
    "verbalizes",
    "agrees",
    "agreed",
    "understands",
    "lives",
    "called",
    "asks",
    "asked",
    "told",
    "tells",
    "wants",
    "recalls",
    "worries",
];

/// The most parts a name has.
const MOST: usize = 5;

/// The parts of what may be a name.
struct Run {
    units: [Option<Unit>; MOST],
    len: usize,
}

impl Run {
    fn get(&self, at: usize) -> Option<Unit> {
        self.units.get(at).copied().flatten()
    }

    fn any(&self, test: impl Fn(Unit) -> bool) -> bool {
        self.units.iter().flatten().any(|unit| test(*unit))
    }
}

struct Finder<'w, 't, 'f> {
    words: &'w Words<'t>,
    findings: &'f mut Vec<Finding>,
    /// The first token of the last name.
    begun: usize,
    /// One past the last token of the last name, so that its parts are not looked at again.
    done: usize,
}

impl Finder<'_, '_, '_> {
    fn push(&mut self, first: usize, last: usize, score: f32, detector: &'static str) {
        self.findings.push(Finding::new(self.words.span(first, last), Category::Name, score, detector));
        if last + 1 > self.done {
            self.begun = first;
        }
        self.done = self.done.max(last + 1);
    }

    /// The part of a name that starts at `at`.
    fn unit(&self, at: usize, lower: bool) -> Option<Unit> {
        let words = self.words;
        let mut here = at;
        let mut particles = 0;
        // Particles lead only to a capital: "de la Cruz".
        while particles < 3 && words.is(here, PARTICLE) && words.text(here).len() > 1 {
            let word = words.get(here)?;
            let next = words.after(here)?;
            let follows = words.get(next)?;
            let joins = words.is_mark(next, b'-') && words.get(next + 1)?.is_capital()
                || words.is_mark(next, b'.') && words.is_text(here, "st") && words.get(next + 1)?.is_capital();
            let goes_on =
                follows.is_capital() && follows.span.len() > 1 || follows.is(PARTICLE) && !follows.is_capital();
            if word.is(NEVER) && word.case == Case::Title && !goes_on {
                break;
            }
            if joins {
                here = next + 1;
            } else if goes_on && (!follows.is(NEVER) || follows.is(PARTICLE)) {
                here = next;
            } else {
                break;
            }
            particles += 1;
        }
        let word = words.get(here)?;
        if word.kind == TokenKind::Mixed {
            return self.misread(here);
        }
        if !word.is_word() {
            return None;
        }
        if word.is_initial() && particles == 0 {
            let point = usize::from(words.is_mark(here + 1, b'.'));
            return Some(Unit {
                first: at,
                last: here + point,
                sort: Sort::Unknown,
                entry: word.entry,
                initial: true,
                shaped: false,
                lower: false,
                loud: word.loud,
                upper: true,
            });
        }
        let entry = words.entry(here);
        let is_lower = word.case == Case::Lower;
        if is_lower {
            let unknown = entry.is_unknown() && words.quiet && word.span.len() > 2;
            let named = entry.name() >= 2 && entry.word() <= 1 && !entry.proper;
            let known = lower && (named || unknown) && word.cues & !PARTICLE == 0;
            if !known {
                return None;
            }
        }
        // "Will" and "May" open sentences, and yet are names where structure says so.
        let spared =
            || word.is_capital() && ["will", "may", "august", "june"].iter().any(|name| words.is_text(here, name));
        if word.is(NEVER) && !spared()
            || word.is(SUFFIX)
            || word.is(CREDENTIAL) && matches!(word.case, Case::Upper | Case::Mixed)
            || word.is(TITLE | FIELD) && entry.name() < 5
        {
            return None;
        }
        let mut unit = Unit {
            first: at,
            last: here,
            sort: sort(entry),
            entry,
            initial: false,
            shaped: particles > 0
                || word.case == Case::Mixed
                || !word.plain && self.words.text(here).contains(['\'', '\u{2019}']),
            lower: is_lower,
            loud: word.loud,
            upper: word.case == Case::Upper,
        };
        // "Adeyemi-Clarke"; the hyphen may stand at the end of a wrapped line.
        while !word.possessive && words.is_any_mark(unit.last + 1, b"-") && words.get(unit.last + 1)?.gap == Gap::Glued
        {
            let Some(next) = words.get(unit.last + 2) else { break };
            let other = words.entry(unit.last + 2);
            // "Hye-jin", "Sung-ho", but not "Follow-up".
            let second = other.word() == 0
                && next.span.len() <= 6
                && (unit.sort != Sort::Word || other.given >= 2 && unit.entry.name() > 0);
            let fits = next.is_word()
                && next.gap == Gap::Glued
                && next.span.len() > 1
                && (next.is_capital() || is_lower || second);
            if !fits {
                break;
            }
            let eponym = unit.entry.eponym.min(other.eponym);
            unit.sort = match (unit.sort, sort(other)) {
                (Sort::Word, Sort::Word | Sort::Either) | (Sort::Either, Sort::Word) => Sort::Word,
                (Sort::Word, _) | (_, Sort::Word) => Sort::Unknown,
                (Sort::Name, _) | (_, Sort::Name) => Sort::Name,
                (Sort::Either, _) | (_, Sort::Either) => Sort::Either,
                _ => Sort::Unknown,
            };
            unit.entry = Entry {
                given: unit.entry.given.max(other.given),
                surname: unit.entry.surname.max(other.surname),
                common: 0,
                clinical: 0,
                eponym,
                ..unit.entry
            };
            unit.shaped = true;
            unit.last += 2;
            if words.get(unit.last)?.possessive {
                break;
            }
        }
        if particles > 0 && unit.entry.surname > 0 {
            unit.sort = Sort::Name;
        }
        Some(unit)
    }

    /// A capitalised word in which a letter was read as a digit: "Vasi1iev".
    fn misread(&self, at: usize) -> Option<Unit> {
        let word = self.words.get(at)?;
        let text = self.words.text(at);
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let likely = digits <= 2 && letters >= 4 && text.chars().next().is_some_and(char::is_uppercase);
        likely.then_some(Unit {
            first: at,
            last: at,
            sort: Sort::Unknown,
            entry: Entry::default(),
            initial: false,
            shaped: false,
            lower: false,
            loud: word.loud,
            upper: false,
        })
    }

    /// The parts of a name from `at` on.
    fn run(&self, at: usize, lower: bool) -> Run {
        match self.unit(at, lower) {
            Some(first) => self.run_from(first, lower),
            None => Run { units: [None; MOST], len: 0 },
        }
    }

    /// The parts of a name that begins with `first`.
    fn run_from(&self, first: Unit, lower: bool) -> Run {
        let mut run = Run { units: [None; MOST], len: 0 };
        let mut next = Some(first);
        while let Some(unit) = next {
            run.units[run.len] = Some(unit);
            run.len += 1;
            let ends = run.len == MOST || self.words.get(unit.last).is_none_or(|word| word.possessive);
            let start = if ends { None } else { self.words.after(unit.last) };
            next = start.and_then(|start| self.unit(self.nickname(start), lower));
        }
        run
    }

    /// Past a nickname in quotation marks: the surname in `Kaja "Red" Grycz`.
    fn nickname(&self, at: usize) -> usize {
        let words = self.words;
        let quoted = words.is_mark(at, b'"')
            && words.get(at + 1).is_some_and(|word| word.is_capital())
            && words.is_mark(at + 2, b'"')
            && words.get(at + 3).is_some_and(|word| word.is_capital() && word.gap == Gap::Blank);
        if quoted { at + 3 } else { at }
    }

    /// How far the first parts of `run` are a person's name under `trust`, with the score of the evidence.
    fn accept(&self, run: &Run, trust: Trust) -> Option<(usize, f32)> {
        let first = run.get(0)?;
        let mut score: f32 = match (first.sort, trust) {
            _ if first.initial => {
                // "J. Smith"; an initial alone only where a field or a signature asks for a name.
                let next = run.get(1)?;
                if !run.any(|unit| !unit.initial) {
                    return None;
                }
                let known = next.initial || matches!(next.sort, Sort::Name | Sort::Unknown | Sort::Either);
                if !known || next.lower {
                    return None;
                }
                0.85
            }
            (Sort::Name, Trust::Title | Trust::Field) => 0.95,
            (Sort::Name, Trust::Strong) => 0.85,
            (Sort::Name, Trust::Weak) if first.entry.name() >= 3 && first.entry.word() == 0 && !first.upper => 0.6,
            (Sort::Either | Sort::Unknown, Trust::Title) => 0.9,
            (Sort::Either, Trust::Field) => 0.8,
            (Sort::Either, Trust::Strong) if !first.loud => 0.65,
            (Sort::Unknown, Trust::Field) if !first.upper || first.loud || run.len > 1 => 0.75,
            (Sort::Unknown, Trust::Strong) if !first.upper || first.shaped => 0.65,
            // A word that is no name becomes one after a title, or before a surname in a field.
            (Sort::Word, Trust::Title) if !first.loud && !self.words.is(first.last, GENERIC | HEAD | BODY) => 0.7,
            (Sort::Word, Trust::Field) if run.get(1).is_some_and(|u| u.sort == Sort::Name && !u.initial) => 0.6,
            _ => return None,
        };
        if first.lower {
            let words_quiet = self.words.quiet;
            let known = match trust {
                _ if first.entry.is_unknown() => words_quiet && trust != Trust::Weak,
                Trust::Title => first.entry.name() >= 2,
                Trust::Field => first.entry.name() >= 3 || words_quiet,
                Trust::Strong if words_quiet => first.entry.name() >= 2 && first.entry.word() == 0,
                Trust::Strong => first.entry.name() >= 3 && first.entry.word() == 0 || first.entry.surname >= 6,
                Trust::Weak => false,
            };
            if !known {
                return None;
            }
            score -= 0.2;
        }
        let mut taken = 1;
        while let Some(unit) = run.get(taken) {
            let after_name = unit.first > 0 && !self.words.is(unit.last, HEAD | TRADE | LEGAL | STREET);
            let fits = match unit.sort {
                _ if unit.initial => true,
                _ if unit.lower => {
                    first.lower
                        && (unit.entry.surname >= 2 && unit.entry.word() == 0
                            || self.words.quiet && unit.sort != Sort::Word)
                }
                Sort::Name => after_name || unit.entry.surname >= 4,
                Sort::Either => {
                    !unit.loud && after_name
                        || trust == Trust::Field && (unit.entry.surname >= 3 || self.words.field_ends(unit.last))
                }
                Sort::Unknown => !unit.upper || unit.loud || unit.shaped || first.upper,
                // "Patient: James Crohn": people bear the names of diseases too.
                Sort::Word => {
                    let whole = self.words.field_ends(unit.last)
                        && self.words.get(unit.last).is_some_and(|word| !word.possessive)
                        && !self.words.is(first.last, NEVER);
                    whole
                        && (unit.entry.eponym > 0
                            && matches!(trust, Trust::Field | Trust::Title)
                            && first.entry.given >= 2
                            || trust == Trust::Field
                                && !unit.upper
                                && first.entry.given >= 4
                                && unit.entry.surname > 0
                                && unit.entry.clinical <= 2)
                }
            };
            if !fits {
                break;
            }
            taken += 1;
        }
        // An initial at the end belongs to the name only with its point or at the end of a field.
        while taken > 1 {
            let Some(last) = run.get(taken - 1) else { break };
            let bare = last.initial && last.first == last.last;
            if !bare || self.words.field_ends(last.last) || trust == Trust::Field {
                break;
            }
            taken -= 1;
        }
        let last = run.get(taken - 1)?;
        if first.initial && taken == 1 {
            return None;
        }
        if matches!(trust, Trust::Strong | Trust::Weak) {
            if self.is_clinical(run, taken) {
                return None;
            }
            let next = self.words.after(last.last).and_then(|next| self.words.get(next));
            let organised = next.is_some_and(|next| {
                next.is_capital() && next.is(HEAD | TRADE | LEGAL | GENERIC | STREET) && !next.is(CREDENTIAL)
            });
            if organised && taken == 1 {
                return None;
            }
        }
        Some((taken, score))
    }

    /// Whether the parts are people whom the clinical noun after them is named after: "Guillain-Barré syndrome".
    fn is_clinical(&self, run: &Run, taken: usize) -> bool {
        let Some(last) = taken.checked_sub(1).and_then(|at| run.get(at)) else { return false };
        if run.get(0).is_some_and(|unit| unit.entry.eponym == 2 && taken == 1) {
            return true;
        }
        let mut at = last.last;
        let eponym = run.units[..taken].iter().flatten().any(|unit| unit.entry.eponym > 0);
        for step in 0..3 {
            let Some(next) = self.words.after(at) else { return false };
            let Some(word) = self.words.get(next) else { return false };
            if self.words.is_mark(next, b'-') {
                at = next;
                continue;
            }
            if !word.is_word() {
                return false;
            }
            if (eponym || step == 0 || word.is_capital()) && self.words.entry(next).noun {
                return eponym || step == 0 && !word.is(SAYS) || word.is_capital();
            }
            if !word.is_capital() && !eponym {
                return false;
            }
            at = next;
        }
        false
    }

    /// Takes the name at `at` if there is one: "First Last", or "Last, First M".
    fn take(&mut self, at: usize, trust: Trust, detector: &'static str) -> Option<usize> {
        let run = self.run_from(self.unit(at, true)?, true);
        if let Some((last, score)) = self.inverted(&run, trust) {
            self.push(at, last, score, detector);
            return Some(last);
        }
        let (taken, score) = self.accept(&run, trust)?;
        let last = self.suffix(run.get(taken - 1)?.last);
        let first = run.get(0)?.first;
        self.push(first, last, score, detector);
        Some(last)
    }

    /// "Last, First M" whose surname is `run`.
    fn inverted(&self, run: &Run, trust: Trust) -> Option<(usize, f32)> {
        let words = self.words;
        let surname = run.get(run.len.checked_sub(1)?)?;
        let first = run.get(0)?;
        if run.len > 3 || run.any(|unit| unit.initial) {
            return None;
        }
        let mut comma = surname.last + 1;
        // "Smith Jr., John"
        if words.is(comma, SUFFIX) {
            comma += 1 + usize::from(words.is_mark(comma + 1, b'.'));
        }
        if !words.is_mark(comma, b',') || words.get(comma)?.gap == Gap::Blank {
            return None;
        }
        let start = words.after(comma)?;
        if words.get(start)?.loud != surname.loud {
            return None;
        }
        let given = self.run(start, trust == Trust::Field);
        let lead = given.get(0)?;
        if words.is(start, CREDENTIAL | STATE) && lead.upper && words.text(start).len() < 4 && lead.entry.given < 3 {
            return None;
        }
        let named = |unit: Unit| unit.sort == Sort::Name || unit.sort == Sort::Either;
        let strong = match trust {
            Trust::Field | Trust::Title => {
                let plausible = |unit: Unit| unit.sort != Sort::Word;
                (plausible(surname) || lead.entry.given >= 2 && lead.sort == Sort::Name)
                    && (plausible(lead)
                        || named(surname)
                            && words.field_ends(given.get(given.len - 1).map_or(lead.last, |unit| unit.last)))
                    && (named(surname) || named(lead) || !surname.loud || words.field_ends(lead.last))
            }
            _ => {
                let opens = words.get(first.first).is_some_and(|word| matches!(word.gap, Gap::Line | Gap::Wide))
                    || first.first.checked_sub(1).is_some_and(|before| words.is_any_mark(before, b"|.>"));
                let listed = opens && words.field_ends(given.get(given.len - 1)?.last);
                let known = lead.sort == Sort::Name && lead.entry.given >= 2 && lead.entry.word() == 0
                    || listed && lead.sort != Sort::Word && lead.entry.given >= 2 && surname.sort == Sort::Name;
                if surname.entry.eponym > 0 && lead.entry.eponym > 0 || lead.entry.eponym == 1 && lead.entry.given < 4 {
                    return None;
                }
                let kept = lead.entry.place <= lead.entry.given || lead.entry.given >= 5;
                // A list of people or places goes on with another comma.
                known
                    && kept
                    && !lead.initial
                    && run.len <= 2
                    && match surname.sort {
                        Sort::Name => surname.entry.surname >= 1 && (!surname.loud || surname.entry.surname >= 2),
                        Sort::Either => surname.entry.surname >= 5 && (!surname.loud || lead.entry.given >= 4),
                        Sort::Unknown => (!surname.loud && !surname.upper || listed) && lead.entry.given >= 3,
                        Sort::Word => false,
                    }
            }
        };
        if !strong || first.sort == Sort::Word && trust != Trust::Field {
            return None;
        }
        let mut last = lead;
        for at in 1..given.len {
            let Some(unit) = given.get(at) else { break };
            let fits = unit.initial
                || unit.sort == Sort::Name && unit.entry.given >= 1
                || unit.sort != Sort::Word && trust == Trust::Field && words.field_ends(unit.last);
            if !fits {
                break;
            }
            last = unit;
        }
        let score = match trust {
            Trust::Field => 0.9,
            _ if surname.loud => 0.75,
            _ => 0.8,
        };
        Some((self.suffix(last.last), score))
    }

    /// The token that ends a name which may go on with "Jr." or "III".
    fn suffix(&self, last: usize) -> usize {
        let words = self.words;
        let comma = usize::from(words.is_mark(last + 1, b','));
        let at = last + 1 + comma;
        let Some(word) = words.get(at).filter(|word| word.is(SUFFIX) && word.gap == Gap::Blank && word.is_capital())
        else {
            return last;
        };
        let roman = word.case == Case::Upper && word.span.len() > 1 && comma == 1;
        if comma == 1 && !roman && !words.is_text(at, "jr") && !words.is_text(at, "sr") {
            return last;
        }
        at + usize::from(words.is_mark(at + 1, b'.'))
    }

    /// Names that the word at `at` announces.
    fn cued(&mut self, at: usize) {
        let words = self.words;
        let Some(word) = words.get(at).copied() else { return };
        if word.is(TITLE) {
            self.titled(at);
        }
        if word.is(FIELD | LETTER) {
            self.field(at);
        }
        if word.is(RELATIVE) && !word.possessive {
            self.relative(at);
        }
        if word.is(CREDENTIAL) && (word.case != Case::Lower || word.span.len() > 3) {
            self.credential(at);
        }
        if word.is(LETTER) && (word.is_capital() || self.closes(at)) {
            self.letter(at);
        }
        if word.is(CALL)
            && !word.possessive
            && word.case != Case::Upper
            && let Some(next) =
                words.after(at).filter(|next| words.get(*next).is_some_and(|w| w.is_capital() && !w.loud))
        {
            let run = self.run(next, false);
            let called = run.get(0).filter(|unit| {
                unit.sort == Sort::Either && unit.entry.given >= 3
                    || unit.sort == Sort::Name && unit.entry.given >= 2 && !unit.upper
            });
            let ends = called.is_some_and(|unit| {
                words.field_ends(unit.last)
                    || words.after(unit.last).is_some_and(|after| {
                        words.is_any_mark(after, b".")
                            || [
                                "at",
                                "re",
                                "with",
                                "about",
                                "back",
                                "to",
                                "and",
                                "regarding",
                                "on",
                                "for",
                                "i",
                                "that",
                                "was",
                            ]
                            .iter()
                            .any(|w| words.is_text(after, w))
                    })
            });
            if let Some(unit) = called.filter(|unit| ends && unit.entry.eponym == 0) {
                self.push(next, unit.last, 0.6, "name.verb");
            } else if let Some((taken, score)) = self.accept(&run, Trust::Weak)
                && let Some(unit) = run.get(taken - 1)
            {
                self.push(next, self.suffix(unit.last), score, "name.verb");
            }
        }
        if word.is(BEFORE) {
            self.preposition(at);
        }
        if word.is(SAYS) && (words.is_text(at, "is") || words.is_text(at, "was")) {
            self.introduced(at);
        }
    }

    /// "by", "with", "to", "per": strong after a verb that asks for a person, weak without.
    fn preposition(&mut self, at: usize) {
        let words = self.words;
        let text = words.text(at);
        let before = words.before(at);
        let did = |cues| before.is_some_and(|before| words.is(before, cues));
        let trust = if text.eq_ignore_ascii_case("by") {
            if did(ACT | CALL) || before.is_some_and(|before| words.is_mark(before, b'/')) {
                Trust::Strong
            } else {
                Trust::Weak
            }
        } else if text.eq_ignore_ascii_case("with") || text.eq_ignore_ascii_case("to") {
            if did(TALK) { Trust::Strong } else { Trust::Weak }
        } else if ["from", "for", "via", "per"].iter().any(|preposition| text.eq_ignore_ascii_case(preposition)) {
            Trust::Weak
        } else if text.eq_ignore_ascii_case("of") {
            let under =
                |before| ["care", "supervision", "direction", "service"].iter().any(|w| words.is_text(before, w));
            if before.is_some_and(under) { Trust::Strong } else { Trust::Weak }
        } else {
            return;
        };
        self.object(at, trust);
    }

    /// The person after the preposition at `at`.
    fn object(&mut self, at: usize, trust: Trust) {
        let words = self.words;
        let Some(mut next) = words.after(at) else { return };
        if words.is_mark(next, b':') {
            let Some(after) = words.after(next) else { return };
            next = after;
        }
        let Some(word) = words.get(next) else { return };
        if word.is(TITLE) && word.is_capital() {
            return;
        }
        if trust == Trust::Weak && (word.case == Case::Lower || word.loud) {
            return;
        }
        // Initials of the person who signed: "dictated by JS".
        if trust == Trust::Strong && word.case == Case::Upper && matches!(word.span.len(), 2 | 3) {
            if !word.loud && word.entry.word() == 0 && word.cues & !RELATIVE == 0 && words.is_text(at, "by") {
                self.push(next, next, 0.55, "name.initials");
            }
            if word.entry.name() < 3 {
                return;
            }
        }
        // "transcribed by lmt"
        let typed = words.is_text(at, "by")
            && at > 0
            && ["transcribed", "typed", "dictated", "scribed"].iter().any(|verb| words.is_text(at - 1, verb));
        if typed && word.case == Case::Lower && matches!(word.span.len(), 2 | 3) && word.cues == 0 {
            if words.entry(next).common == 0 && words.field_ends(next) {
                self.push(next, next, 0.6, "name.initials");
            }
            return;
        }
        let Some(last) = self.take(next, trust, "name.verb") else { return };
        self.list(last, trust);
    }

    /// Further people after "and", "&", "," or ";", as in "seen by Drs. Patel and Gomez".
    fn list(&mut self, mut last: usize, trust: Trust) {
        let words = self.words;
        for _ in 0..6 {
            let Some(mut next) = words.after(last) else { return };
            let joined = words.is_any_mark(next, b",;&/") || words.is_text(next, "and") || words.is_text(next, "or");
            if !joined {
                return;
            }
            let Some(after) = words.after(next) else { return };
            next = after;
            if words.is_text(next, "and") {
                let Some(after) = words.after(next) else { return };
                next = after;
            }
            let capital = words.get(next).is_some_and(|word| {
                let named = word.sort() == Sort::Name || word.sort() == Sort::Either && word.entry.given >= 3;
                word.is_capital() && named && !word.loud && word.case != Case::Upper && word.entry.eponym == 0
            });
            if !capital {
                return;
            }
            let Some(end) = self.take(next, trust, "name.list") else { return };
            last = end;
        }
    }

    /// A title and the person after it.
    fn titled(&mut self, at: usize) {
        let words = self.words;
        let Some(title) = words.get(at).copied() else { return };
        let text = words.text(at);
        let short = text.len() <= 4 && !text.eq_ignore_ascii_case("miss") && !text.eq_ignore_ascii_case("sir");
        if title.case == Case::Upper && !title.loud && !short || title.possessive {
            return;
        }
        // "123 Elm Dr": a street, when a capital and a number stand before.
        if text.eq_ignore_ascii_case("dr")
            && words.before(at).is_some_and(|before| {
                words.get(before).is_some_and(|w| w.is_capital() && !w.is(TITLE | NEVER))
                    && before
                        .checked_sub(1)
                        .is_some_and(|number| words.get(number).is_some_and(|w| w.kind == TokenKind::Number))
            })
        {
            return;
        }
        // Spelled-out roles need their capital: "the nurse Wei" is left to relatives.
        let spoken = words.quiet && text == "doctor";
        if !short && title.case == Case::Lower && !text.eq_ignore_ascii_case("miss") && !spoken {
            return;
        }
        let mut next = at;
        if words.is_mark(at + 1, b'.') {
            next = at + 1;
        }
        let Some(mut start) = words.after(next) else { return };
        // "MS Contin" is morphine.
        if text == "MS" && words.is_text(start, "contin") {
            return;
        }
        // "MR PROSTATE" is an image, and a valve that leaks may be mentioned before the next.
        if text == "MR" && words.get(start).is_some_and(|next| next.entry.clinical >= 2 && next.entry.name() == 0) {
            return;
        }
        // "Your Doctor May Prescribe"
        let whose = |before: usize| ["your", "a", "the", "any"].iter().any(|word| words.is_text(before, word));
        if text.eq_ignore_ascii_case("doctor")
            && words.before(at).is_some_and(whose)
            && words.get(start).is_some_and(|next| next.entry.common >= 5)
        {
            return;
        }
        // "Mr. and Mrs. Osei", "Dr./Prof. Osei"
        if words.is(start, TITLE) && words.get(start).is_none_or(|word| word.entry.name() < 5) {
            return;
        }
        if text.eq_ignore_ascii_case("rev") && !words.get(start).is_some_and(|word| word.sort() == Sort::Name) {
            return;
        }
        if (text.eq_ignore_ascii_case("sr") || text.eq_ignore_ascii_case("col"))
            && (next == at || title.case == Case::Lower)
        {
            return;
        }
        if words.is_mark(start, b'-') || words.is_mark(start, b'"') {
            start += 1;
        }
        let Some(word) = words.get(start).copied() else { return };
        if word.gap == Gap::Glued && next == at {
            return;
        }
        if word.is_initial() && words.is_mark(start + 1, b'.') || word.is_initial() {
            // "Dr. K. Huynh", "Ms. D."
            let run = self.run(start, false);
            if run.len == 1 || run.get(1).is_some_and(|unit| unit.sort == Sort::Word) {
                if short && title.case != Case::Lower {
                    self.push(start, start, 0.8, "name.title");
                }
                return;
            }
        }
        let strict = short || text.eq_ignore_ascii_case("doctor") || text.eq_ignore_ascii_case("professor");
        let trust = if strict { Trust::Title } else { Trust::Strong };
        let Some(mut last) = self.take(start, trust, "name.title") else { return };
        if words.is_mark(last + 1, b'(') {
            last += 1;
            if let Some(end) = self.take(last + 1, Trust::Strong, "name.title") {
                last = end;
            }
        }
        self.list(last, Trust::Strong);
    }

    /// "Patient: DOE, JANE", "Name | Jane Doe", "<given>Ana", and the tail of a field's list.
    fn field(&mut self, at: usize) {
        let words = self.words;
        let Some(key) = words.get(at).copied() else { return };
        // Whose name: "Facility name", "Drug name".
        if words
            .before(at)
            .is_some_and(|before| words.is(before, THING) && words.get(before).is_some_and(|w| !w.is(FIELD)))
            && words.text(at).len() <= 5
        {
            return;
        }
        let mut next = at + 1;
        let (mut linked, mut marks) = (false, 0);
        // "(s)", "'s name" stand inside the key; then the link: a colon, a bar, an equals sign, a tag, a wide gap.
        while let Some(word) = words.get(next) {
            if word.kind == TokenKind::Newline {
                // "Patient:" on a line of its own.
                if !linked || marks > 8 || words.get(next + 1).is_none_or(|w| !w.is_word()) {
                    return;
                }
                next += 1;
                break;
            }
            if word.kind != TokenKind::Punctuation {
                if word.gap == Gap::Wide && !linked {
                    let opens =
                        key.gap == Gap::Line || key.gap == Gap::Wide || words.is(at.saturating_sub(1), FIELD | TITLE);
                    if !opens {
                        return;
                    }
                    linked = true;
                }
                // "(print)", "(Last, First):"
                if marks > 0 && words.is_mark(next - 1, b'(') && !linked {
                    let Some(close) = (next..next + 5).find(|at| words.is_mark(*at, b')')) else { return };
                    next = close + 1;
                    continue;
                }
                break;
            }
            if words.is_any_mark(next, b":=|>^") {
                linked = true;
            } else if !words.is_any_mark(next, b"\"'[](){}<*_#-~`.") {
                return;
            }
            marks += 1;
            if marks > 12 {
                return;
            }
            next += 1;
        }
        if !linked
            && words.is_text(at, "initials")
            && let Some(last) = self.dotted(at + 1)
        {
            self.push(at + 1, last, 0.8, "name.initials");
        }
        if !linked {
            return;
        }
        let mut start = next;
        for _ in 0..3 {
            if words.is(start, TITLE) && words.get(start).is_some_and(|w| w.entry.name() < 5) {
                start += 1 + usize::from(words.is_mark(start + 1, b'.'));
            }
        }
        let Some(word) = words.get(start).copied() else { return };
        // "Ana Lee" under a short key of words in running text is still a person; a word in lower case is one only
        // when the lists say so, and clinicians' keys hold clinical answers too.
        if key.case == Case::Lower && !words.quiet && word.case == Case::Lower {
            return;
        }
        if words.is_text(at, "initials")
            && self.dotted(start).is_some_and(|last| {
                self.push(start, last, 0.85, "name.initials");
                true
            })
        {
            return;
        }
        if words.is_text(at, "initials") && word.case == Case::Upper && word.span.len() <= 4 {
            self.push(start, start, 0.85, "name.initials");
            return;
        }
        if word.case == Case::Upper && !word.loud && word.span.len() <= 4 && word.entry.word() > 0 {
            return;
        }
        let trust = if words.is(at, RELATIVE) && !word.loud { Trust::Strong } else { Trust::Field };
        let run = self.run(start, true);
        // "Patient: DOE, ANA": two parts, or a given name after the comma.
        let given = run.get(0).is_some_and(|unit| {
            words.is_mark(unit.last + 1, b',')
                && words.after(unit.last + 1).and_then(|next| words.get(next)).is_some_and(|word| {
                    word.is_capital() && word.entry.given >= 2 && matches!(word.sort(), Sort::Name | Sort::Either)
                })
        });
        let trust = if trust == Trust::Strong && (run.len > 1 || given) { Trust::Field } else { trust };
        if self.greets(start) || words.dialogue && !self.stands_alone(&run) {
            return;
        }
        let Some(mut last) = self.take(start, trust, "name.field") else {
            self.initials(start);
            return;
        };
        // "cc: A. Osei, MD; B. Lund"
        for _ in 0..8 {
            let mut here = last + 1;
            while words.is_any_mark(here, b",.")
                || words.get(here).is_some_and(|w| w.is(CREDENTIAL) && w.case == Case::Upper)
            {
                here += 1;
            }
            if !(words.is_any_mark(here, b";/&") || words.is_text(here, "and") || words.is_mark(here - 1, b',')) {
                return;
            }
            if !words.is_mark(here - 1, b',') || words.is_text(here, "and") {
                here += 1;
            }
            while words.is(here, TITLE) {
                here += 1 + usize::from(words.is_mark(here + 1, b'.'));
            }
            if words.get(here).is_none_or(|w| !w.is_capital() || w.sort() == Sort::Word) {
                return;
            }
            let Some(end) = self.take(here, Trust::Strong, "name.field") else { return };
            last = end;
        }
    }

    /// A greeting after a speaker's label: "THERAPIST: Good morning, how was the week?". Any other word that opens what is
    /// said may be a name ("Patient: Day reports pain").
    fn greets(&self, at: usize) -> bool {
        self.words.is_text(at, "good")
            && ["morning", "afternoon", "evening"].iter().any(|word| self.words.is_text(at + 1, word))
    }

    /// Whether a field holds several words and nothing else: who speaks is told before the conversation ("Patient: Ana Osei").
    fn stands_alone(&self, run: &Run) -> bool {
        run.len > 1 && run.get(run.len - 1).is_some_and(|unit| self.words.field_ends(unit.last))
    }

    /// Initials as the value of a field: "Therapist: JS".
    fn initials(&mut self, at: usize) {
        let words = self.words;
        let Some(word) = words.get(at).filter(|_| !words.cancel.stops(at)) else { return };
        let initials = word.is_word() && word.case == Case::Upper && matches!(word.span.len(), 2 | 3);
        if initials && word.entry.word() == 0 && word.cues == 0 && !word.entry.proper && words.field_ends(at) {
            self.push(at, at, 0.55, "name.initials");
        }
    }

    /// "daughter Rosalind", "wife, Ana,", "her son (Wei)", "sister named Ngozi".
    fn relative(&mut self, at: usize) {
        let words = self.words;
        let mut here = at;
        if words.is_text(at, "baby") && !words.is_text(at + 1, "boy") && !words.is_text(at + 1, "girl") {
            return;
        }
        for _ in 0..5 {
            let Some(next) = words.after(here) else { return };
            let point = words.is_mark(next, b'.') && here == at && words.text(at).len() <= 3;
            if (point || here == at)
                && words.get(next + usize::from(point)).is_some_and(|word| word.is_capital() && word.gap == Gap::Blank)
                && let Some(last) = self.dotted(next + usize::from(point))
            {
                self.push(next + usize::from(point), last, 0.65, "name.initials");
                return;
            }
            let in_law = words.is_text(next, "in") && (words.is_text(next + 1, "law") || words.is_mark(next + 1, b'-'));
            let link = point
                || in_law
                || words.is_any_mark(next, b",(:-\"")
                || ["law", "named", "called", "is", "also", "whose", "name"].iter().any(|w| words.is_text(next, w))
                || words.is_text(at, "baby") && (words.is_text(next, "boy") || words.is_text(next, "girl"));
            if link {
                here = next;
                continue;
            }
            let Some(word) = words.get(next).copied() else { return };
            if word.is_capital() && !word.is(TITLE) {
                if word.upper_abbreviation() {
                    return;
                }
                // A new sentence or a field's clinical answer is no name unless the lists say so.
                let colon = words.is_mark(here, b':');
                let trust = if word.loud || colon && word.sort() != Sort::Name { Trust::Weak } else { Trust::Strong };
                if word.loud && (word.entry.given < 3 || word.sort() != Sort::Name) {
                    return;
                }
                // "Patient Agreements:" is a heading.
                if word.sort() == Sort::Unknown && words.is_mark(next + 1, b':') {
                    return;
                }
                if let Some(last) = self.take(next, trust, "name.relative") {
                    self.list(last, Trust::Strong);
                }
            } else if word.case == Case::Lower && here == at {
                let entry = words.entry(next);
                let speaks = words.after(next).is_some_and(|verb| SPEAKS.iter().any(|w| words.is_text(verb, w)));
                let known = entry.given >= 3 && entry.word() == 0
                    || words.quiet && entry.name() >= 3 && entry.word() == 0
                    || speaks && entry.given >= 4 && entry.clinical == 0;
                if known && word.cues == 0 {
                    let run = self.run(next, true);
                    let last = run
                        .get(1)
                        .filter(|unit| unit.lower && unit.sort == Sort::Name && words.quiet)
                        .map_or(next, |unit| unit.last);
                    self.push(next, last, 0.6, "name.relative");
                }
            }
            return;
        }
    }

    /// Initials with points, "T.N.", or two bare capitals before a comma or a number: where they end.
    fn dotted(&self, at: usize) -> Option<usize> {
        let words = self.words;
        let word = words.get(at)?;
        if word.is_initial()
            && words.is_mark(at + 1, b'.')
            && words.get(at + 2)?.is_initial()
            && words.get(at + 2)?.gap == Gap::Glued
        {
            let mut last = at + 2 + usize::from(words.is_mark(at + 3, b'.'));
            if words.get(last + 1).is_some_and(|next| next.is_initial() && next.gap == Gap::Glued) {
                last += 1 + usize::from(words.is_mark(last + 2, b'.'));
            }
            let named = words.get(last + 1).is_some_and(|next| next.is_capital() && next.sort() != Sort::Word);
            return (!named).then_some(last);
        }
        let bare =
            word.case == Case::Upper && !word.loud && word.span.len() == 2 && word.entry.clinical < 2 && word.cues == 0;
        let ends = words.is_mark(at + 1, b',') || words.get(at + 1).is_some_and(|next| next.kind == TokenKind::Number);
        (bare && ends).then_some(at)
    }

    /// "Jane Doe, MD", "J. Doe RN": from the credential backwards.
    fn credential(&mut self, at: usize) {
        let words = self.words;
        let Some(credential) = words.get(at).copied() else { return };
        if credential.case == Case::Title && credential.span.len() <= 3 || credential.case == Case::Lower {
            return;
        }
        // "CNA Jaylen": the credential as a title.
        if !credential.loud && credential.case == Case::Upper && !credential.is(STATE) {
            let next = words.after(at).filter(|next| {
                words.get(*next).is_some_and(|word| {
                    word.case == Case::Title
                        && word.sort() == Sort::Name
                        && word.entry.word() == 0
                        && word.entry.eponym == 0
                })
            });
            if let Some(next) = next.filter(|next| {
                words.get(*next).is_some_and(|word| word.entry.given >= 2 && !words.is_mark(next + 1, b':'))
            }) {
                self.take(next, Trust::Strong, "name.title");
            }
        }
        let Some(mut end) = words.before(at) else { return };
        let mut comma = false;
        while words.is_any_mark(end, b",(")
            || words.is(end, CREDENTIAL) && words.get(end).is_some_and(|w| w.case == Case::Upper)
        {
            comma |= words.is_mark(end, b',');
            let Some(before) = words.before(end) else { return };
            end = before;
        }
        if end < self.done && end + 1 >= self.done && self.begun < end {
            return;
        }
        // Back over capitals, initials and hyphens.
        let mut start = end;
        let mut first = None;
        for _ in 0..8 {
            let Some(word) = words.get(start) else { break };
            let part = word.is_capital()
                && (!word.is(NEVER | FIELD | CREDENTIAL) || word.entry.name() >= 5)
                && !word.possessive;
            let point = words.is_mark(start, b'.')
                && start.checked_sub(1).is_some_and(|b| words.get(b).is_some_and(|w| w.is_initial() || w.is(SUFFIX)));
            let hyphen = words.is_mark(start, b'-') && word.gap == Gap::Glued;
            let particle = word.is_word() && word.is(PARTICLE) && first.is_some();
            // "Fang Zhang, MD" on a line of its own: the layout speaks where the lists do not.
            let signs = comma
                && word.case == Case::Title
                && word.entry.clinical <= 2
                && !word.is(HEAD | TRADE | LEGAL | GENERIC)
                && (first.is_some() && word.gap == Gap::Line
                    || first.is_none()
                        && words.before(start).is_some_and(|before| {
                            words.get(before).is_some_and(|w| {
                                w.gap == Gap::Line
                                    && w.case == Case::Title
                                    && matches!(w.sort(), Sort::Unknown | Sort::Name)
                            })
                        }));
            let beside = first.is_some() && comma && word.entry.name() >= 2 || signs;
            if part && (word.sort() != Sort::Word || beside) || particle || part && word.is(SUFFIX) {
                first = Some(start);
            } else if !(point || hyphen) {
                break;
            }
            let Some(before) = words.before(start) else { break };
            start = before;
        }
        let Some(first) = first else { return };
        let run = self.run(first, false);
        let Some(lead) = run.get(0) else { return };
        let (mut named, mut unknown, mut count) = (0, 0, 0);
        for unit in run.units.iter().flatten().filter(|unit| unit.last <= end) {
            named += usize::from(matches!(unit.sort, Sort::Name) && !unit.initial);
            unknown += usize::from(unit.sort == Sort::Unknown && !unit.initial || unit.sort == Sort::Either);
            count += 1;
        }
        let place = lead.entry.place > lead.entry.name() && count == 1;
        let sure = match (named, unknown) {
            (0, 0) => false,
            (0, 1) => {
                comma && !lead.loud && (count > 1 || lead.sort == Sort::Unknown && !lead.upper && !words.is(at, STATE))
            }
            (0, _) => comma,
            (1, 0) if count == 1 => (comma || lead.entry.name() >= 3) && !place && lead.entry.eponym < 2,
            _ => true,
        };
        if !sure {
            return;
        }
        // "Doe, Jane MD"
        let mut from = first;
        if let Some(before) = words.before(first).filter(|before| words.is_mark(*before, b','))
            && let Some(surname) = words.before(before)
        {
            let known = words
                .get(surname)
                .is_some_and(|w| w.is_capital() && w.sort() != Sort::Word && !w.is(CREDENTIAL | NEVER));
            if known && lead.entry.given >= 1 && count <= 2 {
                from = surname;
            }
        }
        self.push(from, end, if comma { 0.85 } else { 0.75 }, "name.credential");
    }

    /// Whether the word at `at` ends a line that closes a letter: "Best regards,", "With thanks,".
    fn closes(&self, at: usize) -> bool {
        let words = self.words;
        let opens = words.before(at).and_then(|before| words.get(before)).is_some_and(|word| word.gap == Gap::Line);
        let newline = at + 1 + usize::from(words.is_mark(at + 1, b','));
        opens && words.get(newline).is_some_and(|word| word.kind == TokenKind::Newline)
    }

    /// "Dear Ana," and the name under "Sincerely,".
    fn letter(&mut self, at: usize) {
        let words = self.words;
        let opening = words.is_text(at, "dear");
        let mut next = at + 1;
        for _ in 0..5 {
            match words.get(next) {
                Some(word) if word.kind == TokenKind::Newline && !opening => next += 1,
                Some(word) if word.kind == TokenKind::Punctuation && !words.is_mark(next, b'.') => next += 1,
                Some(word) if word.is(TITLE) && word.entry.name() < 5 => {
                    next += 1 + usize::from(words.is_mark(next + 1, b'.'));
                }
                _ => break,
            }
        }
        if next == at + 1 && !opening {
            return;
        }
        if words.get(next).is_some_and(|word| word.is_capital()) {
            if opening {
                self.take(next, Trust::Field, "name.salutation");
            } else {
                self.take(next, Trust::Strong, "name.signature");
            }
        }
    }

    /// Names in marks: "DOE^JANE^A", "/s/ Jane Doe", "d/w fisher", "JS:mt".
    fn marks(&mut self, at: usize) {
        let words = self.words;
        if words.is_mark(at, b'^') {
            self.caret(at);
        } else if words.is_mark(at, b'-') && words.get(at).is_some_and(|mark| mark.gap == Gap::Line) {
            // "-- M. Shin RD" closes a message.
            let start = at
                + 1
                + usize::from(
                    words.is_mark(at + 1, b'-') && words.get(at + 1).is_some_and(|mark| mark.gap == Gap::Glued),
                );
            if start == at + 2 {
                self.take(start, Trust::Field, "name.signature");
            }
        } else if words.is_mark(at, b'/') && at > 0 {
            // "d/w", "s/w", "/s/"
            let with = words.is_text(at + 1, "w") && (words.is_text(at - 1, "d") || words.is_text(at - 1, "s"));
            let signed = words.is_text(at - 1, "s") && at > 1 && words.is_mark(at - 2, b'/');
            if with {
                // "d/w fisher": people are talked with, by surnames that are words too.
                let next = words.after(at + 1);
                let plain = next
                    .and_then(|next| words.get(next))
                    .is_some_and(|word| word.case == Case::Lower && word.cues == 0);
                if let Some(next) = next.filter(|_| plain) {
                    let entry = words.entry(next);
                    if entry.surname >= 5 && entry.common <= 4 && entry.clinical <= 2 && !entry.noun {
                        self.push(next, next, 0.55, "name.verb");
                    }
                }
                self.object(at + 1, Trust::Strong);
            } else if words.is_text(at - 1, "w") {
                let talks = at > 1 && words.is(at - 2, TALK);
                self.object(at, if talks { Trust::Strong } else { Trust::Weak });
            } else if signed && words.get(at + 1).is_some_and(|word| word.is_word()) {
                self.take(at + 1, Trust::Field, "name.signature");
            } else {
                self.typist(at);
            }
        } else if words.is_mark(at, b':') {
            self.typist(at);
        }
    }

    /// The initials of who dictated and who typed, on a line of their own: "JS:mt", "JS/kl".
    fn typist(&mut self, at: usize) {
        let words = self.words;
        let Some((author, typist)) = at.checked_sub(1).and_then(|a| words.get(a)).zip(words.get(at + 1)) else {
            return;
        };
        let glued = typist.gap == Gap::Glued && words.get(at).is_some_and(|mark| mark.gap == Gap::Glued);
        let shaped = author.is_word()
            && author.case == Case::Upper
            && matches!(author.span.len(), 2 | 3)
            && typist.is_word()
            && typist.case == Case::Lower
            && matches!(typist.span.len(), 2 | 3);
        let opens = author.gap == Gap::Line
            || at
                .checked_sub(2)
                .is_some_and(|b| words.is(b, ACT) || words.is_any_mark(b, b":") || words.is_text(b, "by"));
        let ends = words.get(at + 2).is_none_or(|w| w.kind == TokenKind::Newline || w.gap != Gap::Glued);
        let whole = author.gap == Gap::Line && words.get(at + 2).is_none_or(|w| w.kind == TokenKind::Newline);
        if glued && shaped && opens && ends && (author.entry.clinical == 0 || whole && !author.is(CREDENTIAL)) {
            self.push(at - 1, at + 1, 0.7, "name.initials");
        }
    }

    /// HL7 names: family ^ given ^ middle.
    fn caret(&mut self, at: usize) {
        let words = self.words;
        let Some(family) = at.checked_sub(1) else { return };
        let (Some(a), Some(b)) = (words.get(family), words.get(at + 1)) else { return };
        if !(a.is_word() && b.is_word() && b.gap == Gap::Glued && a.span.len() > 1) {
            return;
        }
        let word = |at: usize| words.entry(at).word();
        let named = words.entry(family).surname >= 1 && word(family) <= 2 && b.span.len() == 1
            || words.entry(at + 1).given >= 2 && word(at + 1) <= 2
            || words.entry(family).surname >= 2 && word(family) <= 2 && words.entry(at + 1).is_unknown();
        let placed = b.is(STATE) && b.span.len() == 2 || words.entry(at + 1).given == 0 && b.is(STATE);
        if !named || placed || a.is(STATE) {
            return;
        }
        // "VAN DER BERG^ANNA", "ST-PIERRE^LUC"
        let mut first = family;
        for _ in 0..4 {
            let Some(before) = words.before(first) else { break };
            let joins = words.is_mark(before, b'-') || words.get(before).is_some_and(|w| w.is_word());
            if !joins {
                break;
            }
            first = before;
        }
        let mut last = at + 1;
        for _ in 0..3 {
            let goes_on = words.is_mark(last + 1, b'^')
                && words.get(last + 2).is_some_and(|w| w.is_word() && w.gap == Gap::Glued && !w.is(CREDENTIAL | TITLE));
            let spaced = words.get(last + 1).is_some_and(|w| w.is_word() && w.gap == Gap::Blank)
                || words.is_mark(last + 1, b'-') && words.get(last + 2).is_some_and(|w| w.is_word());
            if goes_on {
                last += 2;
            } else if spaced {
                last += 1 + usize::from(words.is_mark(last + 1, b'-'));
            } else {
                break;
            }
        }
        self.push(first, last, 0.9, "name.hl7");
    }

    /// Names that nothing announces: "Rosalind Achterberg", "Doe, Jane", "J. Doe", "Rosalind reports".
    fn bare(&mut self, at: usize) {
        if at < self.done {
            return;
        }
        if self.words.get(at).is_some_and(|word| word.case == Case::Upper) && self.roster(at) {
            return;
        }
        let Some(first) = self.unit(at, false) else { return };
        if first.sort == Sort::Word && !first.shaped && !first.initial {
            return;
        }
        let run = self.run_from(first, false);
        if let Some((last, score)) = self.inverted(&run, Trust::Weak) {
            self.push(at, last, score, "name.inverted");
            return;
        }
        if let Some(last) = self.aged(&run) {
            self.push(at, last, 0.85, "name.aged");
            return;
        }
        if let Some((taken, score)) = self.pair(at, &run)
            && let Some(unit) = run.get(taken - 1).filter(|_| !self.is_clinical(&run, taken))
        {
            let last = self.suffix(unit.last);
            self.push(at, last, score, "name.lexicon");
            return;
        }
        self.lone(at, &run);
    }

    /// "Folashade Salami is a 79-year-old": whoever has an age is a person.
    fn aged(&self, run: &Run) -> Option<usize> {
        let words = self.words;
        let last = run.get(run.len.checked_sub(1)?)?;
        if run.any(|unit| unit.sort == Sort::Word)
            || !run.any(|unit| matches!(unit.sort, Sort::Name | Sort::Unknown) && !unit.initial) && run.len < 2
        {
            return None;
        }
        let mut next = words.after(last.last)?;
        let verb = words.is_text(next, "is") || words.is_text(next, "was");
        if !verb && !words.is_mark(next, b',') {
            return None;
        }
        next = words.after(next)?;
        for article in ["a", "an", "now", "currently"] {
            if words.is_text(next, article) {
                next = words.after(next)?;
            }
        }
        let number = words.get(next)?;
        let year = |at: usize| {
            ["year", "yo", "y", "yr", "month", "years", "months"].iter().any(|unit| words.is_text(at, unit))
        };
        let aged = number.kind == TokenKind::Number
            && number.span.len() <= 3
            && (year(next + 1) || words.is_mark(next + 1, b'-') && year(next + 2))
            || number.kind == TokenKind::Mixed
                && ["yo", "y", "yof", "yom", "f", "m"].iter().any(|unit| {
                    words
                        .text(next)
                        .to_ascii_lowercase()
                        .strip_suffix(unit)
                        .is_some_and(|age| age.bytes().all(|b| b.is_ascii_digit()))
                });
        aged.then_some(last.last)
    }

    /// "An Tran is a pleasant 79-year-old", "Young, Will is a 60-year-old": whoever has an age is a person, whatever the lists
    /// say of the words, where they open a line or a sentence.
    fn introduced(&mut self, at: usize) {
        let words = self.words;
        let mut next = at + 1;
        if !words.is_text(next, "a") && !words.is_text(next, "an") {
            return;
        }
        // "pleasant", "very pleasant,"
        for _ in 0..4 {
            next += 1;
            if words.get(next).is_none_or(|word| !word.is_word() && !words.is_mark(next, b',')) {
                break;
            }
        }
        let year = |at: usize| ["year", "yo", "y", "yr", "month"].iter().any(|unit| words.is_text(at, unit));
        let glued = || {
            let text = words.text(next).to_ascii_lowercase();
            text.strip_suffix("yo").is_some_and(|age| !age.is_empty() && age.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let aged = words.get(next).is_some_and(|number| match number.kind {
            TokenKind::Number => {
                number.span.len() <= 3 && (year(next + 1) || words.is_mark(next + 1, b'-') && year(next + 2))
            }
            TokenKind::Mixed => glued(),
            _ => false,
        });
        if !aged {
            return;
        }
        let Some(last) = words.before(at) else { return };
        let loud = words.get(at).is_some_and(|word| word.loud);
        let (mut first, mut here, mut count, mut commas, mut sure) = (None, last, 0, 0, false);
        for _ in 0..8 {
            let Some(word) = words.get(here) else { return };
            if word.is_word() {
                let written = word.is_capital()
                    || words.quiet && (word.entry.name() > 0 || words.entry(here).name() > 0 || word.span.len() == 1);
                if !written || word.loud != loud || word.is(RELATIVE | FIELD | HEAD | TITLE | GENERIC) {
                    return;
                }
                sure |= !word.is(NEVER) && word.span.len() > 1;
                first = Some(here);
                count += 1;
            } else if words.is_mark(here, b',') && commas == 0 && count > 0 {
                commas += 1;
            } else if words.is_any_mark(here, b".-'")
                && word.gap == Gap::Glued
                && (count > 0 || words.is_mark(here, b'.'))
            {
                // The point of an initial, or the end of the sentence before.
                let initial =
                    here.checked_sub(1).is_some_and(|before| words.get(before).is_some_and(|w| w.span.len() == 1));
                if words.is_mark(here, b'.') && !initial {
                    break;
                }
            } else {
                break;
            }
            let Some(before) = words.before(here) else { break };
            here = before;
        }
        let Some(first) = first else { return };
        let lead = words.get(first).copied();
        let pronoun = lead.is_some_and(|word| {
            word.is(NEVER) && !words.quiet && !["an", "may", "will"].iter().any(|w| words.is_text(first, w))
        });
        if sure
            && !pronoun
            && (2..=5).contains(&count)
            && words.opens(first)
            && (!words.is(last, NEVER) || ["an", "may", "will"].iter().any(|w| words.is_text(last, w)))
        {
            self.push(first, last, 0.75, "name.aged");
        }
    }

    /// "DOE, JANE A   4471-2031  03/14/1950": a line of a list, by the numbers after it.
    fn roster(&mut self, at: usize) -> bool {
        let words = self.words;
        let Some(word) = words.get(at).copied() else { return false };
        if word.gap != Gap::Line
            && word.gap != Gap::Wide
            && !at.checked_sub(1).is_some_and(|before| words.is_mark(before, b':'))
        {
            return false;
        }
        let (mut here, mut comma, mut last) = (at, None, at);
        for _ in 0..7 {
            let Some(word) = words.get(here) else { break };
            if word.is_word()
                && word.case == Case::Upper
                && (word.entry.clinical < 3 || word.entry.common >= word.entry.clinical)
                && !word.is(HEAD | FIELD)
            {
                last = here;
            } else if words.is_mark(here, b',') && comma.is_none() && here > at {
                comma = Some(here);
            } else if !(words.is_mark(here, b'-') && word.gap == Gap::Glued) {
                break;
            }
            let Some(after) = words.after(here) else { break };
            here = after;
        }
        if comma.is_none_or(|comma| {
            last <= comma || comma > at + 3 || words.get(comma).is_some_and(|mark| mark.gap != Gap::Glued)
        }) {
            return false;
        }
        let end = words.get(last).map_or(0, |word| word.end);
        let line = words.text[end..].lines().next().unwrap_or_default();
        let line = &line.as_bytes()[..line.len().min(60)];
        let digits = line.iter().filter(|byte| byte.is_ascii_digit()).count();
        let slashes = line
            .windows(3)
            .filter(|three| three[1] == b'/' && three[0].is_ascii_digit() && three[2].is_ascii_digit())
            .count();
        if digits < 12 || slashes < 2 || line.iter().take(12).filter(|byte| byte.is_ascii_lowercase()).count() > 2 {
            return false;
        }
        self.push(at, last, 0.75, "name.roster");
        true
    }

    /// How far `run` is a full name by the lists alone.
    fn pair(&self, at: usize, run: &Run) -> Option<(usize, f32)> {
        let words = self.words;
        let (first, second) = (run.get(0)?, run.get(1)?);
        let loud = first.loud;
        let surname = |unit: Unit| match unit.sort {
            Sort::Name => unit.entry.surname.max(1),
            Sort::Either => unit.entry.surname,
            _ => 0,
        };
        if first.initial {
            // "J. Smith", "J.P. Morgan"; not the letter of a grade, nor the end of a sentence.
            if words.before(at).is_some_and(|before| words.is(before, GRADED) || words.is_any_mark(before, b"^/-"))
                && words.get(at).is_some_and(|w| w.gap == Gap::Glued)
                || words.before(at).is_some_and(|before| words.is(before, GRADED))
            {
                return None;
            }
            let pointed = first.last > first.first;
            let mut taken = 1;
            while run.get(taken).is_some_and(|unit| unit.initial) {
                taken += 1;
            }
            let last = run.get(taken)?;
            let known = match last.sort {
                _ if last.upper && !loud && words.text(last.last).len() < 4 => false,
                Sort::Name => last.entry.surname >= if loud || !pointed { 3 } else { 1 } || last.entry.given >= 4,
                Sort::Unknown => {
                    pointed
                        && !loud
                        && !last.upper
                        && words.text(last.last).len() >= 4
                        && !words.is(last.last, HEAD | BODY)
                }
                Sort::Either => pointed && !loud && last.entry.surname >= 5,
                Sort::Word => false,
            };
            let glued = words.get(last.first).is_some_and(|word| word.gap == Gap::Glued);
            let sentence = !pointed
                && words.before(at).is_some_and(|b| {
                    words.get(b).is_some_and(|w| w.case == Case::Lower && !w.is(ACT | CALL | TALK | RELATIVE))
                });
            if !known || last.lower || glued && !pointed || sentence && !words.opens(at) {
                return None;
            }
            return Some((taken + 1, 0.8));
        }
        // "San Jose", "Virginia Beach" are places.
        if lexicon::lookup_all([words.text(first.last), words.text(second.last)]).place >= 2 && first.entry.given < 5 {
            return None;
        }
        let given = first.entry.given;
        // Two people whom something is named after: "Braxton Hicks", "West Nile".
        if first.entry.eponym > 0 && second.entry.eponym > 0 && given < 4 || second.entry.noun && surname(second) < 3 {
            return None;
        }
        let opens = words.opens(at);
        let (mut taken, score) = if second.initial {
            let third = run.get(2)?;
            let named =
                !third.initial && (surname(third) >= 1 || third.sort == Sort::Unknown && !third.loud && !third.upper);
            let fits = match first.sort {
                Sort::Name => given >= 1 || surname(third) >= 3,
                Sort::Either => given >= 3 && surname(third) >= 2,
                Sort::Unknown => surname(third) >= 3 && !loud,
                Sort::Word => false,
            };
            if !named || !fits {
                return None;
            }
            (3, 0.85)
        } else {
            let strong = surname(second);
            let word = words.is(second.last, HEAD | TRADE | STREET | LEGAL | GENERIC);
            let score = match (first.sort, second.sort) {
                _ if word && strong < 5 => return None,
                (Sort::Name, Sort::Name) if given >= 3 && strong >= 2 => 0.9,
                (Sort::Name, Sort::Name) if given >= 1 && (!loud || strong >= 2) => 0.8,
                (Sort::Name, Sort::Name) if second.entry.given >= 3 => 0.7,
                (Sort::Name, Sort::Name) if strong >= 3 && !loud => 0.6,
                (Sort::Name, Sort::Unknown) if given >= 3 && !loud && !second.upper => 0.75,
                (Sort::Name, Sort::Unknown) if given >= 1 && !loud && !second.upper => 0.6,
                (Sort::Name, Sort::Unknown) if given >= 4 && loud => 0.55,
                (Sort::Name, Sort::Either) if given >= 3 && strong >= 4 && !loud => 0.75,
                (Sort::Name, Sort::Either) if given >= 4 && strong >= 5 => 0.65,
                (Sort::Name, Sort::Word) if second.shaped && given >= 3 => 0.6,
                (Sort::Either, Sort::Name) if given >= 3 && strong >= 2 && !(loud && given < 5) => 0.7,
                (Sort::Either, Sort::Unknown) if given >= 5 && !loud && !opens && !second.upper => 0.6,
                (Sort::Either, Sort::Either) if given >= 5 && strong >= 6 && !loud => 0.6,
                (Sort::Unknown, Sort::Name) if strong >= 4 && !loud && !first.upper && !opens => 0.6,
                (Sort::Unknown, Sort::Name) if strong >= 3 && !loud && !first.upper && first.shaped => 0.6,
                (Sort::Unknown, Sort::Name)
                    if !loud
                        && !first.upper
                        && (strong >= 5
                            || strong >= 3 && words.field_ends(second.last) && words.text(first.last).len() > 3) =>
                {
                    0.55
                }
                (Sort::Name, Sort::Word)
                    if given >= 4 && run.get(2).is_some_and(|u| surname(u) >= 4 && u.sort == Sort::Name) =>
                {
                    0.6
                }
                _ => return None,
            };
            (2, score)
        };
        while let Some(unit) = run.get(taken) {
            let heads = words.is(unit.last, HEAD | TRADE | STREET | LEGAL | GENERIC | SAYS);
            let fits = match unit.sort {
                _ if unit.initial => run.get(taken + 1).is_some_and(|u| u.sort == Sort::Name),
                Sort::Name => !heads && (unit.entry.surname >= 2 || unit.entry.given >= 2),
                Sort::Unknown => !loud && !unit.upper && !heads,
                Sort::Either => !loud && !heads && unit.entry.surname >= 4 && words.field_ends(unit.last),
                Sort::Word => false,
            };
            if !fits {
                break;
            }
            taken += 1;
        }
        Some((taken, score))
    }

    /// One capitalised name that nothing announces.
    fn lone(&mut self, at: usize, run: &Run) {
        let words = self.words;
        let Some(unit) = run.get(0) else { return };
        if unit.loud
            || unit.upper
            || unit.initial
            || unit.sort == Sort::Word
            || unit.entry.eponym == 2
            || unit.entry.proper
        {
            return;
        }
        // Only people report and deny.
        let speaks = words.after(unit.last).is_some_and(|next| {
            words.get(next).is_some_and(|word| word.case == Case::Lower)
                && SPEAKS.iter().any(|verb| words.is_text(next, verb))
        });
        let quoted = at > 0
            && words.is_any_mark(at - 1, b"\"(")
            && words.is_any_mark(unit.last + 1, b"\")")
            && unit.entry.given >= 3;
        let fits = match unit.sort {
            Sort::Name => quoted || speaks && unit.entry.eponym == 0,
            Sort::Either => speaks && unit.entry.given >= 4,
            Sort::Unknown => {
                speaks
                    && words.get(at).is_some_and(|word| {
                        word.case == Case::Title && word.span.len() > 3 && !word.is(FIELD | RELATIVE | HEAD)
                    })
            }
            Sort::Word => false,
        };
        if fits && words.before(at).is_none_or(|before| !words.get(before).is_some_and(|word| word.is_capital())) {
            self.push(at, unit.last, 0.6, "name.lone");
            return;
        }
        if unit.sort != Sort::Name {
            return;
        }
        let Entry { given, surname, place, .. } = unit.entry;
        if unit.entry.word() > 0 && given < 5 || place > given.max(surname) {
            return;
        }
        let next = words.after(unit.last);
        let follows = next.and_then(|next| words.get(next)).copied();
        // Inside a title of capitals, a brand or a scale, a name alone proves nothing.
        if follows.is_some_and(|word| word.is_capital() && !word.is(SAYS)) || self.is_clinical(run, 1) {
            return;
        }
        let before = words.before(at);
        if before.is_some_and(|before| {
            words.get(before).is_some_and(|word| word.is_capital() && !words.opens(before))
                || words.is_any_mark(before, b"/&@#^-.")
        }) && !words.opens(at)
        {
            return;
        }
        let says = follows.is_some_and(|word| word.is(SAYS) && word.case == Case::Lower);
        let kin = self.is_kin(unit.last);
        let possessive = words.get(unit.last).is_some_and(|word| word.possessive);
        if words.opens(at) {
            if given >= 2 && (says || kin) && place < 5 && unit.entry.word() == 0
                || given >= 3 && kin
                || surname >= 4 && (kin || says && unit.entry.word() == 0 && unit.entry.eponym == 0 && place < 3)
            {
                self.push(at, unit.last, 0.65, "name.lone");
            }
            return;
        }
        let article = before.is_some_and(|b| {
            [
                "a", "an", "the", "modified", "positive", "negative", "using", "standard", "no", "in", "at", "near",
                "on", "x",
            ]
            .iter()
            .any(|w| words.is_text(b, w))
        });
        if article || unit.entry.eponym > 0 && !kin {
            return;
        }
        let score = if kin {
            0.75
        } else if given >= 3 || unit.shaped && surname >= 2 {
            0.6
        } else if surname >= 5 && !possessive || surname >= 4 && says {
            0.5
        } else {
            return;
        };
        self.push(at, unit.last, score, "name.lone");
    }

    /// Whether what follows `at` says who the person is: "Rosalind, his daughter", "Wei (son)".
    fn is_kin(&self, at: usize) -> bool {
        let words = self.words;
        let Some(mut here) = words.after(at).filter(|next| words.is_any_mark(*next, b",(")) else { return false };
        for _ in 0..3 {
            let Some(next) = words.after(here) else { return false };
            if words.is(next, RELATIVE) && !words.is(next, PARTICLE) {
                return words.get(next).is_some_and(|word| word.case == Case::Lower);
            }
            if !["his", "her", "the", "their", "my", "pt", "patient", "a", "our", "your"]
                .iter()
                .any(|w| words.is_text(next, w))
            {
                return false;
            }
            here = next;
        }
        false
    }

    /// Full names in a note that knows no capitals: "anjali singh", "mandy t. li", "fuller, bryan a".
    fn quiet(&mut self, at: usize) {
        let words = self.words;
        if words.get(at).is_none_or(|word| word.cues & !PARTICLE != 0 || word.span.len() < 2) {
            return;
        }
        let entry = words.entry(at);
        if entry.name() < 2 || entry.word() > 1 || entry.proper || entry.eponym == 2 {
            return;
        }
        let Some(mut next) = words.after(at) else { return };
        // "john states"
        if entry.given >= 5 && words.opens(at) && SPEAKS.iter().any(|verb| words.is_text(next, verb)) {
            self.push(at, at, 0.6, "name.lone");
            return;
        }
        let inverted = words.is_mark(next, b',');
        let initial = |at: usize| words.get(at).is_some_and(|word| word.is_word() && word.span.len() == 1);
        if inverted || initial(next) && words.is_mark(next + 1, b'.') {
            let Some(after) = words.after(if inverted { next } else { next + 1 }) else { return };
            next = after;
        }
        let Some(second) =
            words.get(next).filter(|word| word.is_word() && word.case == Case::Lower && word.cues & !PARTICLE == 0)
        else {
            return;
        };
        let other = words.entry(next);
        if second.span.len() < 2 || other.word() > 1 || other.proper || other.noun {
            return;
        }
        let (given, surname) = if inverted { (other.given, entry.surname) } else { (entry.given, other.surname) };
        let known = if inverted {
            given >= 4 && surname >= 3
        } else {
            given >= 2 && surname >= 4 || given >= 3 && surname >= 2 || given >= 5 && other.is_unknown()
        };
        if !known {
            return;
        }
        let mut last = next;
        if inverted
            && initial(next + 1)
            && words.get(next + 1).is_some_and(|word| word.gap == Gap::Blank)
            && words.field_ends(next + 1)
        {
            last += 1;
        }
        self.push(at, last, 0.6, "name.lexicon");
    }
}

impl super::structure::Word {
    /// Capitals among ordinary text that stand for a clinical word: "mother HTN".
    fn upper_abbreviation(self) -> bool {
        self.case == Case::Upper
            && !self.loud
            && (self.span.len() <= 4 && self.entry.name() < 4 || self.entry.word() > 0)
    }
}
