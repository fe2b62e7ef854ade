//! The words of a note with what the lists, the letters and the layout say of each: made once, read by the detectors of
//! names, places and organisations.

use memchr::memchr;

use super::announce::{self, Cues, FIELD, RELATIVE};
use super::{Detector, Note, location, name, organization};
use crate::cancel::Cancel;
use crate::lexicon::{self, Entry};
use crate::scrub::{Finding, Stage, Stages};
use crate::text::short::{Short, sixteen};
use crate::text::{Case, Span, TokenKind};

/// Finds names, places and organisations, as far as the word lists, the structure of the note, or both are asked for.
pub(crate) struct Entities(pub(crate) Stages);

impl Detector for Entities {
    fn detect(&self, note: &Note<'_>, findings: &mut Vec<Finding>) -> crate::Result<()> {
        let words = Words::read(note);
        name::find(&words, self.0, findings);
        if self.0.has(Stage::Structure) {
            location::find(&words, findings);
        }
        organization::find(&words, self.0, findings);
        Ok(())
    }

    fn stage(&self) -> &'static str {
        "lexicon and structure"
    }
}

/// What stands between a token and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing.
    Glued,
    /// A blank or two.
    Blank,
    /// A tab, or three blanks and more: the next column.
    Wide,
    /// It opens a line.
    Line,
}

/// What a word is likelier to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A name and hardly anything else.
    Name,
    /// A name or an ordinary word: structure decides.
    Either,
    /// Known to no list as either.
    Unknown,
    /// An ordinary or clinical word.
    Word,
}

/// A token and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    /// Where it is, without a possessive ending.
    pub(super) span: Span,
    pub(super) kind: TokenKind,
    pub(super) case: Case,
    pub(super) gap: Gap,
    /// What it announces.
    pub(super) cues: Cues,
    /// What the lists say; of words in lower case nothing is looked up.
    pub(super) entry: Entry,
    /// Whether it is ASCII letters alone.
    pub(super) plain: bool,
    /// Whether a possessive ending was cut off.
    pub(super) possessive: bool,
    /// Where the token ends, with its possessive ending.
    pub(super) end: usize,
    /// Whether its line is all capitals, so that a capital says nothing.
    pub(super) loud: bool,
}

impl Word {
    pub(super) fn is(self, cues: Cues) -> bool {
        self.cues & cues != 0
    }

    pub(super) fn is_word(self) -> bool {
        self.kind == TokenKind::Word
    }

    /// Whether it is written with a capital first.
    pub(super) fn is_capital(self) -> bool {
        self.kind == TokenKind::Word && matches!(self.case, Case::Title | Case::Upper | Case::Mixed)
    }

    /// One capital letter.
    pub(super) fn is_initial(self) -> bool {
        self.kind == TokenKind::Word && self.case == Case::Upper && self.span.len() == 1
    }

    /// What the lists make of it.
    pub(super) fn sort(self) -> Sort {
        sort(self.entry)
    }
}

/// What the lists make of a word.
pub(super) fn sort(entry: Entry) -> Sort {
    let (name, word) = (entry.name(), entry.word());
    if entry.proper {
        return if entry.given >= 3 || entry.surname >= 6 { Sort::Either } else { Sort::Word };
    }
    match (name, word) {
        (0, 0) => Sort::Unknown,
        (0, _) => Sort::Word,
        (_, 0) | (2.., 1) => Sort::Name,
        _ if entry.given >= 3 || entry.surname >= 4 || name >= word => Sort::Either,
        _ => Sort::Word,
    }
}

/// All words of a note.
pub(super) struct Words<'t> {
    pub(super) text: &'t str,
    items: Vec<Word>,
    /// Where the detectors of names, places and organisations look.
    pub(super) names: Chosen,
    pub(super) places: Chosen,
    pub(super) bodies: Chosen,
    /// What loops over the words look at.
    pub(super) cancel: &'t Cancel,
    /// Whether the note is written in lower case throughout.
    pub(super) quiet: bool,
    /// Whether it is a conversation: what stands after "PATIENT:" is what the patient says.
    pub(super) dialogue: bool,
}

/// The places of some words, in order. Which words these will be is hard to foresee: none is left out by a jump.
pub(super) struct Chosen {
    places: Vec<u32>,
    len: usize,
}

impl Chosen {
    /// None yet of so many words.
    fn of(words: usize) -> Self {
        Self { places: vec![0; words], len: 0 }
    }

    #[inline]
    fn add(&mut self, at: usize, chosen: bool) {
        if let Some(place) = self.places.get_mut(self.len) {
            *place = at as u32;
            self.len += usize::from(chosen);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.places[..self.len].iter().map(|place| *place as usize)
    }
}

/// A line at least this long may have been wrapped, so that a name goes on in the next.
const WRAPPED: usize = 50;

impl<'t> Words<'t> {
    /// Reads the tokens of a note.
    pub(super) fn read(note: &Note<'t>) -> Self {
        let text = note.text;
        let bytes = text.as_bytes();
        let mut items: Vec<Word> = Vec::with_capacity(note.tokens.len());
        let [mut names, mut places, mut bodies] = [(); 3].map(|()| Chosen::of(note.tokens.len()));
        let (mut line, mut lower, mut title, mut upper) = (0, 0_usize, 0_usize, 0_usize);
        let (mut lowers, mut titles) = (0_usize, 0_usize);
        let mut end = 0;
        let mut opens = true;
        for (step, token) in note.tokens.iter().enumerate() {
            if note.cancel.stops(step) {
                break;
            }
            let mut span = token.span;
            let between = span.start - end;
            let near = if between == 0 { Gap::Glued } else { Gap::Blank };
            let gap = if between <= 1 && bytes[end] != b'\t' {
                near
            } else if between == 2 && !bytes[end..span.start].contains(&b'\t') {
                Gap::Blank
            } else {
                Gap::Wide
            };
            let gap = if opens { Gap::Line } else { gap };
            opens = token.kind == TokenKind::Newline;
            end = span.end;
            let mut word = Word {
                span,
                kind: token.kind,
                case: Case::None,
                gap,
                cues: 0,
                entry: Entry::default(),
                plain: token.plain,
                possessive: false,
                end,
                loud: false,
            };
            match token.kind {
                TokenKind::Word => {
                    let lower_first = bytes[span.start].is_ascii_lowercase();
                    let short = Short::first(sixteen(bytes, span.start), span.len()).filter(|_| token.plain);
                    if let Some(short) = short {
                        let letters = short.lower_letters();
                        word.cues = announce::cues_of(letters, span.len());
                        word.case = if lower_first { Case::Lower } else { short.case() };
                        if !lower_first && span.len() > 1 {
                            word.entry = lexicon::lookup_letters(letters);
                        }
                    } else {
                        word.case = if lower_first { Case::Lower } else { token.case(text) };
                        if let Some(stem) = possessive(span.of(text)) {
                            span.end = span.start + stem;
                            word.span = span;
                            word.possessive = true;
                            let capitals = || span.of(text).chars().all(char::is_uppercase);
                            if span.len() > 1 && word.case == Case::Mixed && capitals() {
                                word.case = Case::Upper;
                            }
                        }
                        word.cues = announce::cues_at(text, span);
                        if word.case != Case::Lower && span.len() > 1 {
                            word.entry = lexicon::lookup_at(text, span);
                        }
                    }
                    lower += usize::from(word.case == Case::Lower);
                    title += usize::from(word.case == Case::Title);
                    upper += usize::from(word.case == Case::Upper && span.len() > 1);
                    names.add(step, name::looks_at(&word));
                    places.add(step, location::looks_at(&word));
                    bodies.add(step, organization::looks_at(&word));
                }
                TokenKind::Punctuation => names.add(step, matches!(bytes[span.start], b'^' | b'-' | b'/' | b':')),
                TokenKind::Newline => {
                    let loud = upper > 0 && lower + title == 0;
                    if loud {
                        items[line..].iter_mut().for_each(|word| word.loud = true);
                    }
                    lowers += lower;
                    titles += title;
                    (lower, title, upper) = (0, 0, 0);
                    line = items.len() + 1;
                }
                _ => {}
            }
            items.push(word);
        }
        if upper > 0 && lower + title == 0 {
            items.iter_mut().skip(line).for_each(|word| word.loud = true);
        }
        let quiet = lowers + lower > 3 && (titles + title) * 20 < lowers + lower;
        let mut words = Self { text, items, names, places, bodies, cancel: note.cancel, quiet, dialogue: false };
        words.dialogue = words.is_dialogue();
        words
    }

    /// Whether lines open with the same person's label three times and more: "PATIENT: ...", "[DR]: ...".
    fn is_dialogue(&self) -> bool {
        let mut turns: Vec<(&str, usize)> = Vec::new();
        for at in 0..self.items.len() {
            if self.cancel.stops(at) {
                return false;
            }
            if !self.is(at, FIELD | RELATIVE) {
                continue;
            }
            let bracket = at > 0 && self.is_mark(at - 1, b'[');
            let opens = self.items[at - usize::from(bracket)].gap == Gap::Line;
            if !opens || !self.is_mark(at + 1 + usize::from(bracket), b':') {
                continue;
            }
            let label = self.text(at);
            match turns.iter().position(|(other, _)| other.eq_ignore_ascii_case(label)) {
                Some(same) if turns[same].1 == 2 => return true,
                Some(same) => turns[same].1 += 1,
                // A form has many labels, a conversation a few.
                None if turns.len() == 32 => return false,
                None => turns.push((label, 1)),
            }
        }
        false
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Word> {
        self.items.get(at)
    }

    /// The text of the word at `at`, without a possessive ending.
    pub(super) fn text(&self, at: usize) -> &'t str {
        self.items.get(at).map_or("", |word| word.span.of(self.text))
    }

    /// Whether the token at `at` is the mark `mark`.
    pub(super) fn is_mark(&self, at: usize, mark: u8) -> bool {
        self.items.get(at).is_some_and(|word| {
            word.kind == TokenKind::Punctuation && self.text.as_bytes().get(word.span.start) == Some(&mark)
        })
    }

    /// Whether the token at `at` is one of `marks`.
    pub(super) fn is_any_mark(&self, at: usize, marks: &[u8]) -> bool {
        self.items.get(at).is_some_and(|word| {
            word.kind == TokenKind::Punctuation
                && self.text.as_bytes().get(word.span.start).is_some_and(|byte| marks.contains(byte))
        })
    }

    /// Whether the word at `at` is `word`, whatever its case.
    #[inline]
    pub(super) fn is_text(&self, at: usize, word: &str) -> bool {
        // Asked very often, of long lists: the length settles most of it.
        self.items.get(at).is_some_and(|item| {
            item.span.len() == word.len()
                && self.text.as_bytes()[item.span.range()].eq_ignore_ascii_case(word.as_bytes())
        })
    }

    /// Whether the word at `at` announces one of `cues`.
    pub(super) fn is(&self, at: usize, cues: Cues) -> bool {
        self.items.get(at).is_some_and(|word| word.cues & cues != 0)
    }

    /// The token after `at` where a name may go on: on the same line and in the same column, or after the break of a
    /// line that was wrapped.
    pub(super) fn after(&self, at: usize) -> Option<usize> {
        let next = self.items.get(at + 1)?;
        match next.kind {
            TokenKind::Newline if self.is_wrapped(at + 1) && self.items.get(at + 2)?.is_word() => Some(at + 2),
            TokenKind::Newline => None,
            _ if next.gap == Gap::Wide => None,
            _ => Some(at + 1),
        }
    }

    /// The token before `at`, as [`Self::after`] sees it.
    pub(super) fn before(&self, at: usize) -> Option<usize> {
        let word = self.items.get(at)?;
        match word.gap {
            Gap::Wide => None,
            Gap::Line => {
                let newline = at.checked_sub(1)?;
                let before = newline.checked_sub(1)?;
                (self.is_wrapped(newline) && self.items[before].kind != TokenKind::Newline).then_some(before)
            }
            _ => at.checked_sub(1),
        }
    }

    /// Whether the line that ends at the line break `at` is long enough to have been wrapped.
    fn is_wrapped(&self, at: usize) -> bool {
        let Some(newline) = self.items.get(at) else { return false };
        let start = newline.span.start.saturating_sub(WRAPPED);
        newline.span.start >= WRAPPED && memchr(b'\n', &self.text.as_bytes()[start..newline.span.start]).is_none()
    }

    /// Whether the word at `at` opens a line or a sentence, where a capital says nothing.
    pub(super) fn opens(&self, at: usize) -> bool {
        match self.before(at) {
            None => true,
            Some(before) => {
                self.is_any_mark(before, b".:;!?-*>|\"(")
                    || self.items[before].kind == TokenKind::Punctuation && !self.text(before).is_ascii()
            }
        }
    }

    /// Whether nothing that belongs to a name follows `at` in its field: the line, the column or the cell ends.
    pub(super) fn field_ends(&self, at: usize) -> bool {
        match self.items.get(at + 1) {
            None => true,
            Some(next) => {
                next.kind == TokenKind::Newline
                    || next.gap == Gap::Wide
                    || matches!(next.kind, TokenKind::Number | TokenKind::Mixed)
                    || self.is_any_mark(at + 1, b"|;<\"(,[/>}~^&=")
            }
        }
    }

    /// What the lists say of the word at `at`, also when it is written in lower case.
    pub(super) fn entry(&self, at: usize) -> Entry {
        match self.items.get(at) {
            Some(word) if word.is_word() && word.case == Case::Lower => lexicon::lookup_at(self.text, word.span),
            Some(word) => word.entry,
            None => Entry::default(),
        }
    }

    /// From the first byte of `first` to the last of `last`.
    pub(super) fn span(&self, first: usize, last: usize) -> Span {
        match (self.items.get(first), self.items.get(last)) {
            (Some(a), Some(b)) if a.span.start <= b.span.end => Span::new(a.span.start, b.span.end),
            _ => Span::new(0, 0),
        }
    }
}

/// Where a word ends without its possessive ending, if it has one.
fn possessive(word: &str) -> Option<usize> {
    let stem = word.strip_suffix(['s', 'S'])?;
    stem.strip_suffix(['\'', '\u{2019}', '\u{2018}']).map(str::len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;

    fn read(text: &str, test: impl FnOnce(&Words<'_>)) {
        let tokens = tokens(text);
        test(&Words::read(&Note::new(text, &tokens)));
    }

    #[test]
    fn possessives_are_cut() {
        read("Okafor's knee, OKAFOR'S KNEE", |words| {
            assert_eq!(words.text(0), "Okafor");
            assert!(words.get(0).is_some_and(|word| word.possessive));
            assert_eq!(words.text(3), "OKAFOR");
        });
    }

    #[test]
    fn loud_lines_are_told_from_loud_words() {
        read("SEEN BY SMITH\nSeen by SMITH", |words| {
            assert!(words.get(2).is_some_and(|word| word.loud));
            assert!(words.get(6).is_some_and(|word| !word.loud));
        });
    }

    #[test]
    fn columns_and_lines_end_a_name() {
        read("Ana\tLee  X\nAna Lee", |words| {
            assert_eq!(words.after(0), None);
            assert_eq!(words.after(1), Some(2));
            assert_eq!(words.after(2), None);
            assert_eq!(words.after(4), Some(5));
        });
    }

    proptest::proptest! {
        /// Whatever stands beside whatever: findings lie on the text, and nothing panics.
        #[test]
        fn any_order_of_cues_is_read(
            pieces in proptest::collection::vec(
                proptest::sample::select(vec![
                    "Dr", "Mr.", "MD", "RN", "Patient", "Name", ":", "|", "\n", "\t", " ", "  ", "J.", "A", "Smith", "ROSALIND", "de la",
                    "O'Brien's", "-", ",", "^", "/", "d/w", "by", "seen", "lives", "in", "Springfield", "IL", "62704", "County", "of",
                    "University", "Hospital", "St.", "the", "The", "Works", "at", "&", "Inc", "daughter", "(", ")", "Dear", "Jr.", "😀", "é", "Walgreens",
                    "Pharmacy", "Blue", "Cross", "JS:mt", "Parkinson's", "disease", "N0vak", "\"", "<", ">", "Vasi1iev", ";", "and",
                ]),
                0..40,
            )
        ) {
            let text: String = pieces.iter().flat_map(|piece| [*piece, if piece.len() % 3 == 0 { "" } else { " " }]).collect();
            let tokens = tokens(&text);
            let note = Note::new(&text, &tokens);
            let mut findings = Vec::new();
            Entities(Stages::ALL).detect(&note, &mut findings).unwrap();
            super::super::extend(&note, &mut findings, &super::super::Learned::default());
            for finding in findings {
                proptest::prop_assert!(text.get(finding.span.range()).is_some_and(|found| !found.is_empty()), "{}", finding.detector);
            }
        }
    }
}
