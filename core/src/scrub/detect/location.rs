//! Cities, counties and neighbourhoods: by the state or ZIP code after them, by verbs of living, by fields, by the lists.
//!
//! A state or a country alone is no finding (45 CFR 164.514(b)(2)(i)(B) asks for what is smaller than a state).

use super::announce::{
    ACT, AREA, BRAND, CREDENTIAL, Cues, DWELL, GENERIC, HALF, HEAD, LEGAL, NEVER, STATE, STREET, TITLE, TOWARDS, TOWN,
    TRADE,
};
use super::structure::{Gap, Sort, Word, Words};
use crate::lexicon;
use crate::scrub::{Category, Finding, Kind};
use crate::text::{Case, TokenKind};

/// What words announce that are looked at.
const ASKED: Cues = STATE | HALF | TOWARDS | STREET | AREA | TOWN;

/// Whether a word may say something of a place; most do not.
#[inline]
pub(super) fn looks_at(word: &Word) -> bool {
    // "Box" is asked for by its letters.
    let three = word.span.len() == 3 && (word.cues != 0 || word.case != Case::Lower);
    word.is(ASKED) || three
}

/// Appends the towns, counties and neighbourhoods of a note.
pub(super) fn find(words: &Words<'_>, findings: &mut Vec<Finding>) {
    let mut finder = Finder { words, findings };
    for (step, at) in words.places.iter().enumerate() {
        let Some(word) = words.get(at).filter(|_| !words.cancel.stops(step)) else { return };
        if word.is(STATE) && word.case != Case::Lower || word.is_capital() && word.is(HALF) {
            finder.state(at);
        }
        if word.is(TOWARDS) {
            finder.towards(at);
        }
        if word.is(STREET) || words.is_text(at, "box") {
            finder.street(at);
            finder.road(at);
        }
        if word.is(AREA) {
            finder.area(at);
        }
        if word.is(TOWN) {
            finder.field(at);
        }
    }
}

/// States of two words.
const STATES: &[(&str, &[&str])] = &[
    ("new", &["york", "jersey", "mexico", "hampshire"]),
    ("north", &["carolina", "dakota"]),
    ("south", &["carolina", "dakota"]),
    ("west", &["virginia"]),
    ("rhode", &["island"]),
    ("puerto", &["rico"]),
];

struct Finder<'w, 't, 'f> {
    words: &'w Words<'t>,
    findings: &'f mut Vec<Finding>,
}

impl Finder<'_, '_, '_> {
    fn push(&mut self, first: usize, last: usize, kind: Kind, score: f32, detector: &'static str) {
        let span = self.words.span(first, last);
        self.findings.push(Finding::new(span, Category::Location, score, detector).with_kind(kind));
    }

    /// The town before the state at `at`: "Springfield, IL 62704", "Springfield IL 62704", "SPRINGFIELD^IL^62704".
    fn state(&mut self, at: usize) {
        let words = self.words;
        let Some(state) = words.get(at).copied() else { return };
        let mut end = at;
        if state.is(STATE) && state.span.len() > 2 || !state.is(STATE) {
            // Written out: one word or two.
            let two = STATES.iter().any(|(first, rest)| {
                words.is_text(at, first) && rest.iter().any(|second| words.is_text(at + 1, second))
            });
            if two {
                end = at + 1;
            } else if !state.is(STATE) {
                return;
            }
        } else if state.case != Case::Upper {
            return;
        }
        let zip = self.zip(end);
        let Some(before) = words.before(at).or_else(|| at.checked_sub(1).filter(|_| zip && state.gap == Gap::Wide))
        else {
            return;
        };
        let comma = words.is_any_mark(before, b",^|");
        let Some(last) = (if comma { words.before(before) } else { Some(before) }) else { return };
        if !comma && !zip {
            return;
        }
        let Some(city) = words.get(last).copied().filter(|word| word.is_word()) else { return };
        let ambiguous = state.is(CREDENTIAL) && !zip;
        let written = city.is_capital() || zip && words.quiet;
        if !written || city.is(TITLE | NEVER) && city.entry.place == 0 {
            return;
        }
        // "Roe RN, VA-BC": letters after a name, as those that follow them.
        if !zip && city.is(CREDENTIAL) && city.case == Case::Upper && !city.loud {
            return;
        }
        let (first, known) = self.city_back(last, comma);
        let preposition = words.before(first).is_some_and(|before| {
            words.is(before, TOWARDS) && words.get(before).is_some_and(|w| !w.is_capital() || w.loud)
        });
        let accepted = if zip {
            true
        } else if ambiguous {
            (known >= 3 && known >= city.entry.name() || preposition && known >= 1) && !city.is(CREDENTIAL)
        } else if state.span.len() > 2 {
            (known >= 1 || preposition && city.sort() != Sort::Word) && !city.entry.proper
        } else {
            known >= if city.loud { 2 } else { 1 } || preposition || !city.loud && city.sort() != Sort::Word
        };
        if accepted {
            let score = if zip {
                0.95
            } else if known > 0 || preposition {
                0.85
            } else {
                0.6
            };
            self.push(first, last, Kind::City, score, "location.city_state");
        }
    }

    /// Whether a ZIP code follows the state that ends at `at`.
    fn zip(&self, at: usize) -> bool {
        let words = self.words;
        let mut next = at + 1;
        while words.is_any_mark(next, b",.^|") && next < at + 3 {
            next += 1;
        }
        words.get(next).is_some_and(|word| {
            let digits = words.text(next).bytes().filter(u8::is_ascii_digit).count();
            matches!(word.kind, TokenKind::Number | TokenKind::Mixed)
                && matches!(word.span.len(), 5 | 9)
                && digits + 1 >= word.span.len()
                && words.text(next).starts_with(|c: char| c.is_ascii_digit())
        })
    }

    /// Where the town that ends at `last` starts, and how well the lists know it.
    fn city_back(&self, last: usize, comma: bool) -> (usize, u8) {
        let words = self.words;
        // The longest run of words that the lists know as one place.
        let mut starts = [last; 4];
        let mut count = 1;
        let mut here = last;
        while count < 4 {
            let Some(mut before) = words.before(here) else { break };
            if words.is_mark(before, b'.') || words.is_mark(before, b'-') {
                let Some(word) = words.before(before) else { break };
                before = word;
            }
            let Some(word) =
                words.get(before).filter(|word| word.is_word() && (word.is_capital() || words.is_text(before, "of")))
            else {
                break;
            };
            let saint = ["st", "saint", "mt", "mount", "ft", "fort"].iter().any(|prefix| words.is_text(before, prefix));
            if word.is(STREET) && !saint || word.span.len() == 1 {
                break;
            }
            starts[count] = before;
            count += 1;
            here = before;
        }
        let mut best = (last, words.entry(last).place);
        for length in 2..=count.min(3) {
            let start = starts[length - 1];
            let known = self.place(start, last);
            if known > 0 {
                best = (start, known.max(best.1));
            }
        }
        if best.1 > 0 || comma && words.get(last).is_some_and(|word| word.loud) {
            return best;
        }
        // Unknown to the lists: all capitals between the comma, the number or the street before and the comma after.
        let mut start = last;
        for &candidate in &starts[1..count] {
            let Some(word) = words.get(candidate) else { break };
            let street = word.is(STREET | TITLE | NEVER) || word.sort() == Sort::Word && word.entry.clinical > 3;
            if street || !word.is_capital() || words.opens(candidate) && word.entry.common >= 5 {
                break;
            }
            start = candidate;
        }
        if comma { (start, 0) } else { (last, 0) }
    }

    /// How well the lists know the words from `first` to `last` as one place.
    fn place(&self, first: usize, last: usize) -> u8 {
        let words = self.words;
        let parts = (first..=last).filter(|at| words.get(*at).is_some_and(|word| word.is_word()));
        let known = lexicon::lookup_all(parts.clone().map(|at| words.text(at))).place;
        if known > 0 {
            return known;
        }
        // "St. Louis" stands in the lists as "Saint Louis", or the other way round.
        let spelled = match () {
            () if words.is_text(first, "st") => "saint",
            () if words.is_text(first, "saint") => "st",
            () if words.is_text(first, "mt") => "mount",
            () if words.is_text(first, "ft") => "fort",
            () => return 0,
        };
        lexicon::lookup_all(std::iter::once(spelled).chain(parts.skip(1).map(|at| words.text(at)))).place
    }

    /// The longest place of the lists that starts at `at`: its last word and how well it is known.
    fn place_from(&self, at: usize) -> Option<(usize, u8)> {
        let words = self.words;
        let mut best = None;
        let mut last = at;
        for length in 1..=3 {
            let known = if length == 1 { words.entry(at).place } else { self.place(at, last) };
            if known > 0 {
                best = Some((last, known));
            }
            let Some(mut next) = words.after(last) else { break };
            if words.is_any_mark(next, b".-") {
                next += 1;
            }
            if !words.get(next).is_some_and(|word| word.is_capital()) {
                break;
            }
            last = next;
        }
        best
    }

    /// "lives in Springfield", "from Springfield", "trip to Winston-Salem".
    fn towards(&mut self, at: usize) {
        let words = self.words;
        let Some(mut next) = words.after(at) else { return };
        for skip in
            ["the", "nearby", "downtown", "city", "town", "of", "rural", "west", "east", "north", "south", "greater"]
        {
            if words.is_text(next, skip) && words.get(next).is_some_and(|word| word.case == Case::Lower) {
                let Some(after) = words.after(next) else { return };
                next = after;
            }
        }
        let Some(word) = words.get(next).copied() else { return };
        if !word.is_capital()
            || word.loud && (word.entry.place < 4 || word.sort() == Sort::Word || word.entry.name() >= word.entry.place)
            || word.is(TITLE | NEVER)
            || word.entry.proper && word.entry.place < 3
            || word.span.len() < 3
        {
            return;
        }
        if word.is(STATE) && (word.case == Case::Upper || !words.get(next + 1).is_some_and(|word| word.is_capital())) {
            return;
        }
        let dwells = words.before(at).is_some_and(|before| {
            words.is(before, DWELL)
                || words
                    .before(before)
                    .is_some_and(|b| words.is(b, DWELL) && words.get(before).is_some_and(|w| w.case == Case::Lower))
        });
        let inside =
            ["in", "near", "outside", "from", "downtown", "around", "leaving"].iter().any(|w| words.is_text(at, w));
        let acted = words.before(at).is_some_and(|before| words.is(before, ACT));
        let found = self.place_from(next);
        let last = found.map_or(next, |(last, _)| last);
        let known = found.map_or(0, |(_, known)| known);
        let follows = words.after(last).and_then(|after| words.get(after));
        if follows.is_some_and(|word| word.is_capital() && word.is(HEAD | TRADE | LEGAL | GENERIC | STREET | AREA))
            || word.is(HEAD | GENERIC | BRAND) && last == next
        {
            return;
        }
        let plain = word.entry.clinical == 0
            && (word.sort() != Sort::Word || word.entry.place >= 4 && word.entry.common <= 5 && !word.entry.proper);
        let score = if dwells && known > 0 && (plain || last > next) {
            0.8
        } else if dwells
            && (inside || words.is_text(at, "to"))
            && plain
            && word.case == Case::Title
            && word.entry.given < 3
        {
            0.6
        } else if inside && known >= 4 && (plain || last > next) && (!acted || known > word.entry.name()) {
            0.65
        } else if known >= 5 && last > next || known >= 5 && plain && word.entry.name() < 3 {
            0.6
        } else {
            return;
        };
        if word.case == Case::Upper && known < 4 {
            return;
        }
        // An unknown town may have further words: "Cedar Hollow".
        let mut end = last;
        while known == 0 && end < last + 2 {
            let Some(after) = words
                .after(end)
                .filter(|after| words.get(*after).is_some_and(|w| w.is_capital() && !w.is(NEVER | STATE | TITLE)))
            else {
                break;
            };
            end = after;
        }
        self.push(next, end, Kind::City, score, "location.city");
    }

    /// The town after a street or a box: "9 Elm St, Walla Walla", "PO Box 2505, Pocatello".
    fn street(&mut self, at: usize) {
        let words = self.words;
        let number = words.get(at + 1).is_some_and(|word| word.kind == TokenKind::Number);
        let mut comma = at + 1 + usize::from(number);
        comma += usize::from(words.is_mark(comma, b'.'));
        if !words.is_mark(comma, b',') || !number && words.is_text(at, "box") {
            return;
        }
        let Some(next) = words
            .after(comma)
            .or(Some(comma + 2).filter(|next| words.get(*next).is_some_and(|word| word.gap == Gap::Line)))
        else {
            return;
        };
        let capital = words
            .get(next)
            .is_some_and(|word| word.is_capital() && !word.is(NEVER | TITLE | CREDENTIAL) && !word.entry.proper);
        if let Some((last, known)) = self.place_from(next).filter(|_| capital)
            && (known >= 2 || last > next)
        {
            self.push(next, last, Kind::City, 0.75, "location.city");
        }
    }

    /// "lives on Maple Street": a street without its number.
    fn road(&mut self, at: usize) {
        const NOUNS: &[&str] =
            &["street", "avenue", "road", "boulevard", "lane", "highway", "parkway", "drive", "ave", "blvd", "rd"];
        const BEFORE: &[&str] = &["on", "at", "near", "off", "along", "down", "onto", "of", "from", "to", "in"];
        let words = self.words;
        let written = words.get(at).is_some_and(|word| word.case == Case::Title && !word.loud);
        if !written || !NOUNS.iter().any(|noun| words.is_text(at, noun)) {
            return;
        }
        let (mut first, mut here) = (None, at);
        for _ in 0..3 {
            let Some(before) = words.before(here) else { break };
            if !words.get(before).is_some_and(|word| word.is_capital() && word.span.len() > 1 && !word.is(NEVER)) {
                break;
            }
            (first, here) = (Some(before), before);
        }
        let Some(first) = first else { return };
        let placed = words.before(first).is_some_and(|before| {
            words.get(before).is_some_and(|word| word.case == Case::Lower)
                && BEFORE.iter().any(|word| words.is_text(before, word))
        });
        if placed {
            self.push(first, at, Kind::Street, 0.75, "location.street");
        }
    }

    /// "Pinellas County", "County of Kent", "the Fairview neighborhood".
    fn area(&mut self, at: usize) {
        let words = self.words;
        let Some(area) = words.get(at).copied() else { return };
        let lower = ["neighborhood", "neighbourhood", "district"].iter().any(|noun| words.is_text(at, noun));
        if area.case != Case::Lower && words.after(at).is_some_and(|of| words.is_text(of, "of")) {
            if let Some(first) = words
                .after(at + 1)
                .filter(|next| words.get(*next).is_some_and(|w| w.is_capital() && !w.is(GENERIC | NEVER)))
            {
                let last = self.place_from(first).map_or(first, |(last, _)| last);
                self.push(first, last, Kind::County, 0.8, "location.county");
            }
            return;
        }
        let mut first = None;
        let mut here = at;
        for _ in 0..3 {
            let Some(mut before) = words.before(here) else { break };
            if words.is_any_mark(before, b".-") {
                let Some(word) = words.before(before) else { break };
                before = word;
            }
            let Some(word) = words.get(before) else { break };
            let named = word.is_capital()
                && word.span.len() > 1
                && !word.is(GENERIC | NEVER | TITLE | STATE | HEAD)
                && (!word.loud || first.is_none() || word.entry.place > 0);
            let clinical = word.sort() == Sort::Word && word.entry.clinical > 3;
            if !named || clinical || words.opens(before) && first.is_some() && word.entry.common >= 5 {
                break;
            }
            first = Some(before);
            here = before;
        }
        let Some(first) = first else { return };
        if lower && area.case != Case::Lower || !lower && area.case == Case::Lower && !words.quiet {
            return;
        }
        let follows = words.after(at).and_then(|next| words.get(next));
        if follows.is_some_and(|word| word.is_capital() && word.is(HEAD | GENERIC) && !word.loud) {
            return;
        }
        let last = if lower { here_before(words, at) } else { at };
        self.push(first, last, Kind::County, if lower { 0.7 } else { 0.85 }, "location.county");
    }

    /// "City: Springfield", `"city":"Springfield"`, "<city>Springfield".
    fn field(&mut self, at: usize) {
        let words = self.words;
        let mut next = at + 1;
        let mut linked = false;
        while words.get(next).is_some_and(|word| word.kind == TokenKind::Punctuation) && next < at + 6 {
            linked |= words.is_any_mark(next, b":=|>");
            next += 1;
        }
        let capital = |at: usize| words.get(at).is_some_and(|word| word.is_capital() && !word.is(NEVER | TITLE));
        if !linked || !capital(next) {
            return;
        }
        let mut last = next;
        for _ in 0..3 {
            let Some(mut after) = words.after(last) else { break };
            if words.is_any_mark(after, b".-") {
                after += 1;
            }
            if !capital(after) || words.is(after, STATE) {
                break;
            }
            last = after;
        }
        if words.get(next).is_some_and(|word| word.sort() != Sort::Word || word.entry.place > 0 || last > next) {
            self.push(next, last, Kind::City, 0.85, "location.field");
        }
    }
}

/// The word before the noun at `at`.
fn here_before(words: &Words<'_>, at: usize) -> usize {
    words.before(at).unwrap_or(at)
}
