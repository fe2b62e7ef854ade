//! A note read once: words, term hits, lines, labelled blocks, dates. What every extractor and check looks at.

use std::cell::RefCell;
use std::sync::LazyLock;

use super::enumerate;
use super::homographs;
use super::outline::{self, Block, Topic};
use crate::cancel::Cancel;
use crate::rubric::patterns::SWEEP;
use crate::rubric::terms::{Hits, ListId, Vocabulary, Word};
use crate::text::assertion::{Assertion, Known, assertion_among};
use crate::text::dates::{DateMention, dates};
use crate::text::hash::{QuickMap, with_room};
use crate::text::sweep::Swept;
use crate::text::{Span, lines, sentences};

/// Declares the built-in term lists that the extractors use.
macro_rules! lists {
    ($($name:ident),* $(,)?) => {
        /// The built-in term lists that the extractors use, by name.
        #[derive(Debug)]
        pub(crate) struct Lists { $(pub(crate) $name: ListId,)* }

        impl Lists {
            /// Every list with its name.
            pub(crate) fn named(&self) -> impl Iterator<Item = (&'static str, ListId)> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }
        }

        static LISTS: LazyLock<Lists> = LazyLock::new(|| {
            let known = Vocabulary::builtin();
            Lists { $($name: known.list(stringify!($name)).expect("the built-in vocabulary is tested"),)* }
        });
    };
}

lists! {
    heading_goals, heading_new_goals, heading_plan, heading_subjective, heading_history, heading_family,
    heading_medications, heading_objective, heading_assessment, heading_status, heading_precautions, heading_signature,
    therapy_pt, therapy_ot, therapy_slp, content_pt, content_ot, content_slp,
    body_part, primary_condition, comorbidity, complexity_cue, service, activity, functional, impairment_only,
    instrument, assist_level, goal_status, drug,
    skilled, skilled_weak, unskilled_activity, unskilled_statement,
}

/// The built-in term lists.
pub(crate) fn lists() -> &'static Lists {
    &LISTS
}

/// How far a line or a sentence is read on either side of a place, in bytes.
const REACH: usize = 600;
/// How many headings back a place may still stand under one.
const DEPTH: usize = 12;

/// A note read once.
#[derive(Debug)]
pub(crate) struct Page<'t> {
    pub(crate) text: &'t str,
    pub(crate) words: Vec<Word>,
    pub(crate) hits: Hits,
    /// Lines without the white space at their ends; blank ones are empty.
    pub(crate) lines: Vec<Span>,
    /// The bytes that the marker of each line takes, if it is an item of a list.
    markers: Vec<usize>,
    pub(crate) sentences: Vec<Span>,
    pub(crate) blocks: Vec<Block>,
    /// Where the labels of the major blocks begin, and their places among `blocks`.
    majors: Vec<(usize, usize)>,
    pub(crate) dates: Vec<DateMention>,
    /// Where the patterns match that are searched for in all of the text.
    pub(crate) swept: Swept<'t>,
    /// Once it is set, what is read of the note is not asked for.
    pub(crate) cancel: &'t Cancel,
    /// How the mentions that were asked for stand: extractors and criteria ask for the same ones.
    stands: RefCell<QuickMap<Span, Assertion>>,
    /// What of a sentence is the same for all mentions in it.
    known: RefCell<Known<'t>>,
}

impl<'t> Page<'t> {
    pub(crate) fn new(text: &'t str, vocabulary: &Vocabulary, cancel: &'t Cancel) -> Self {
        // Each of these takes time on a long note.
        let words = cancel.unless_set(|| vocabulary.words(text));
        let hits = if cancel.is_cancelled() { vocabulary.hits("", &[]) } else { vocabulary.hits(text, &words) };
        let mut hits = hits;
        homographs::clear(text, &mut hits);
        let lines: Vec<Span> = cancel.unless_set(|| lines::lines(text).map(|line| lines::trim(text, line)).collect());
        let markers = cancel.unless_set(|| enumerate::markers(text, &lines));
        let blocks = cancel.unless_set(|| outline::outline(text, &lines, &markers, &hits));
        let sentences = cancel.unless_set(|| sentences(text));
        let dates = cancel.unless_set(|| dates(text));
        let swept = SWEEP.over(if cancel.is_cancelled() { "" } else { text }, cancel);
        let major = blocks.iter().enumerate().filter(|(_, block)| block.major);
        let majors = major.map(|(index, block)| (block.label.start, index)).collect();
        // There are some two mentions in a sentence.
        let stands = with_room(2 * sentences.len()).into();
        let known = Known::of_sentences(sentences.len()).into();
        Self { text, words, hits, lines, markers, sentences, blocks, majors, dates, swept, cancel, stands, known }
    }

    /// All of it.
    pub(crate) fn whole(&self) -> Span {
        Span::new(0, self.text.len())
    }

    /// The places of a list inside a region.
    pub(crate) fn hits(&self, list: ListId, region: Span) -> &[Span] {
        self.hits.within(list, region)
    }

    /// The line that holds a place, as far as it lies near: a whole document may be one line.
    pub(crate) fn line(&self, at: usize) -> Span {
        within(&self.lines, at).map_or_else(|| Span::new(at, at), |line| self.near(line, at))
    }

    /// The bytes that the marker of an item takes that begins at a place, 0 where no line with a marker does.
    pub(crate) fn marker(&self, at: usize) -> usize {
        self.lines
            .binary_search_by_key(&at, |line| line.start)
            .map_or(0, |index| self.markers.get(index).copied().unwrap_or(0))
    }

    /// The sentence that holds a place, as far as it lies near.
    pub(crate) fn sentence(&self, at: usize) -> Span {
        within(&self.sentences, at).map_or_else(|| self.line(at), |sentence| self.near(sentence, at))
    }

    /// The part of a span that is worth reading around a place inside it: keeps the work linear.
    fn near(&self, span: Span, at: usize) -> Span {
        let mut start = span.start.max(at.saturating_sub(REACH));
        let mut end = span.end.min(at + REACH);
        while !self.text.is_char_boundary(start) {
            start += 1;
        }
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        Span::new(start.min(end), end)
    }

    /// The beginning of a span, as much as is worth reading of one item.
    pub(crate) fn clip(&self, span: Span) -> Span {
        self.near(span, span.start)
    }

    /// What the text around a place is about, as far as its headings say.
    pub(crate) fn topic(&self, at: usize) -> Topic {
        let next = self.majors.partition_point(|(start, _)| *start <= at);
        let nearest = self.majors[..next].iter().rev().take(DEPTH).map(|(_, index)| &self.blocks[*index]);
        nearest.into_iter().find(|block| at < block.body.end).map_or(Topic::Unknown, |block| block.topic)
    }

    /// The label nearest before a place, on the same line or as a heading over it.
    pub(crate) fn label(&self, at: usize) -> Option<&Block> {
        let next = self.blocks.partition_point(|block| block.label.start <= at);
        self.blocks[..next].iter().rev().take(DEPTH).find(|block| block.body.start <= at && at < block.body.end)
    }

    /// The block whose label begins at a place.
    pub(crate) fn block_at(&self, start: usize) -> Option<&Block> {
        self.blocks.binary_search_by_key(&start, |block| block.label.start).ok().map(|index| &self.blocks[index])
    }

    /// Whether a date stands at a place.
    pub(crate) fn is_dated(&self, span: Span) -> bool {
        self.date_at(span).is_some()
    }

    /// The first date that shares a place with a region.
    pub(crate) fn date_at(&self, span: Span) -> Option<&DateMention> {
        let next = self.dates.partition_point(|date| date.span.end <= span.start);
        self.dates.get(next).filter(|date| date.span.overlaps(span))
    }

    /// The dates inside a region.
    pub(crate) fn dates(&self, region: Span) -> &[DateMention] {
        let from = self.dates.partition_point(|date| date.span.start < region.start);
        let to = self.dates.partition_point(|date| date.span.end <= region.end);
        self.dates.get(from..to.max(from)).unwrap_or(&[])
    }

    /// How a mention stands.
    pub(crate) fn assertion(&self, span: Span) -> Assertion {
        if let Some(known) = self.stands.borrow().get(&span) {
            return *known;
        }
        let stands = assertion_among(self.text, &self.sentences, span, &mut self.known.borrow_mut());
        self.stands.borrow_mut().insert(span, stands);
        stands
    }
}

/// The last of a sorted list that begins at or before a span, if it holds the span.
pub(crate) fn holder<T>(items: &[T], span: Span, of: impl Fn(&T) -> Span) -> Option<&T> {
    let next = items.partition_point(|item| of(item).start <= span.start);
    items[..next].last().filter(|item| of(item).contains(span))
}

/// Those of a sorted list that lie inside a region.
pub(crate) fn inside<T>(items: &[T], region: Span, of: impl Fn(&T) -> Span) -> impl Iterator<Item = &T> {
    let from = items.partition_point(|item| of(item).start < region.start);
    let to = items.partition_point(|item| of(item).start <= region.end);
    items[from..to.max(from)].iter().filter(move |item| region.contains(of(item)))
}

/// Those of a sorted list of disjoint spans that share text with a region.
pub(crate) fn touching<T>(items: &[T], region: Span, of: impl Fn(&T) -> Span) -> impl Iterator<Item = &T> {
    let from = items.partition_point(|item| of(item).end <= region.start);
    items[from..].iter().take_while(move |item| of(item).start < region.end)
}

/// Whether a span shares text with one of a sorted list of disjoint spans.
pub(crate) fn overlapped(spans: &[Span], span: Span) -> bool {
    let next = spans.partition_point(|other| other.end <= span.start);
    spans.get(next).is_some_and(|other| other.overlaps(span))
}

/// The span of a sorted list that holds a place.
fn within(spans: &[Span], at: usize) -> Option<Span> {
    let next = spans.partition_point(|span| span.start <= at);
    spans[..next].last().copied().filter(|span| at <= span.end)
}
