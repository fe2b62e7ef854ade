//! A note read once: words, term hits, lines, labelled blocks, dates. What every extractor and check looks at.

use std::sync::LazyLock;

use super::outline::{self, Block, Topic};
use crate::rubric::terms::{Hits, ListId, Vocabulary, Word};
use crate::text::assertion::{Assertion, assertion};
use crate::text::dates::{DateMention, dates};
use crate::text::{Span, lines, sentences};

/// Declares the built-in term lists that the extractors use.
macro_rules! lists {
    ($($name:ident),* $(,)?) => {
        /// The built-in term lists that the extractors use, by name.
        #[derive(Debug)]
        pub(crate) struct Lists { $(pub(crate) $name: ListId,)* }

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
}

/// The built-in term lists.
pub(crate) fn lists() -> &'static Lists {
    &LISTS
}

/// A note read once.
#[derive(Debug)]
pub(crate) struct Page<'t> {
    pub(crate) text: &'t str,
    pub(crate) words: Vec<Word>,
    pub(crate) hits: Hits,
    /// Lines without the white space at their ends; blank ones are empty.
    pub(crate) lines: Vec<Span>,
    pub(crate) sentences: Vec<Span>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) dates: Vec<DateMention>,
}

impl<'t> Page<'t> {
    pub(crate) fn new(text: &'t str, vocabulary: &Vocabulary) -> Self {
        let words = vocabulary.words(text);
        let hits = vocabulary.hits(text, &words);
        let lines: Vec<Span> = lines::lines(text).map(|line| lines::trim(text, line)).collect();
        let blocks = outline::outline(text, &lines, &hits);
        let sentences = sentences(text);
        Self { text, hits, lines, sentences, blocks, dates: dates(text), words }
    }

    /// All of it.
    pub(crate) fn whole(&self) -> Span {
        Span::new(0, self.text.len())
    }

    /// The places of a list inside a region.
    pub(crate) fn hits(&self, list: ListId, region: Span) -> &[Span] {
        self.hits.within(list, region)
    }

    /// The line that holds a place.
    pub(crate) fn line(&self, at: usize) -> Span {
        within(&self.lines, at).unwrap_or_else(|| Span::new(at, at))
    }

    /// The sentence that holds a place.
    pub(crate) fn sentence(&self, at: usize) -> Span {
        within(&self.sentences, at).unwrap_or_else(|| self.line(at))
    }

    /// What the text around a place is about, as far as its headings say.
    pub(crate) fn topic(&self, at: usize) -> Topic {
        let major =
            self.blocks.iter().rev().find(|block| block.major && block.label.start <= at && at < block.body.end);
        major.map_or(Topic::Unknown, |block| block.topic)
    }

    /// The label nearest before a place, on the same line or as a heading over it.
    pub(crate) fn label(&self, at: usize) -> Option<&Block> {
        self.blocks.iter().rev().find(|block| block.body.start <= at && at < block.body.end)
    }

    /// The blocks of a topic.
    pub(crate) fn blocks(&self, topic: Topic) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |block| block.topic == topic)
    }

    /// The dates inside a region.
    pub(crate) fn dates(&self, region: Span) -> &[DateMention] {
        let from = self.dates.partition_point(|date| date.span.start < region.start);
        let to = self.dates.partition_point(|date| date.span.end <= region.end);
        self.dates.get(from..to.max(from)).unwrap_or(&[])
    }

    /// How a mention stands.
    pub(crate) fn assertion(&self, span: Span) -> Assertion {
        assertion(self.text, span)
    }
}

/// The span of a sorted list that holds a place.
fn within(spans: &[Span], at: usize) -> Option<Span> {
    let next = spans.partition_point(|span| span.start <= at);
    spans[..next].last().copied().filter(|span| at <= span.end)
}
