//! Words of the vocabulary that are another word where they stand: the pronoun "I" for "independent", "ten" for TENS, the
//! month for marching, "makes him strain" for a strain.

use std::sync::LazyLock;

use regex::Regex;

use super::page::lists;
use crate::rubric::terms::Hits;
use crate::text::Span;
use crate::text::pattern::{compiled, tail};

/// What follows "I" where it is a level of assistance: "I with bathing", "I in the kitchen".
static LEVEL: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"^\s+(?:with|w/?|in|for|on|at|from|to|after|and|but|or|when|using|per|this|x|since|by|except)\b")
});
/// A day beside the name of a month.
static DAY: LazyLock<Regex> = LazyLock::new(|| compiled(r"^\.?,?\s+(?:\d|of\b|and\b)"));
static BEFORE_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)(?:\d(?:st|nd|rd|th)?(?:\s+of)?|\b(?:in|of|since|until|through|by|on|early|late|mid|last|next))[\s-]+$",
    )
});
/// What leads a verb in.
static VERB: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(?i)\b(?:to|not|him|her|them|me|makes?|without|voice|vocal|can|will|may|and)\s+$"));

/// Takes the hits back that are another word.
pub(crate) fn clear(text: &str, hits: &mut Hits) {
    let l = lists();
    hits.retain(l.assist_level, |span| !is_writer(text, span));
    for list in [l.activity, l.service] {
        hits.retain(list, |span| !is_number_or_month(text, span));
    }
    hits.retain(l.primary_condition, |span| {
        !(span.of(text) == "strain" && VERB.is_match(tail(&text[..span.start], 24)))
    });
}

/// Whether "I" is whoever writes: a word of a sentence follows.
fn is_writer(text: &str, level: Span) -> bool {
    if level.of(text) != "I" {
        return false;
    }
    let after = &text[level.end..];
    let mut chars = after.chars();
    chars.next() == Some(' ') && chars.next().is_some_and(char::is_lowercase) && !LEVEL.is_match(after)
}

fn is_number_or_month(text: &str, span: Span) -> bool {
    match span.of(text) {
        "ten" | "Ten" | "done" | "Done" | "don" | "Don" => true,
        "March" => DAY.is_match(&text[span.end..]) || BEFORE_MONTH.is_match(tail(&text[..span.start], 24)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::terms::Vocabulary;

    #[test]
    fn what_only_looks_like_a_term() {
        let l = lists();
        for (text, list, expected) in [
            ("I changed the carrier phrase.", l.assist_level, 0),
            ("Transfers: I with a rail.", l.assist_level, 1),
            ("Toileting now I", l.assist_level, 1),
            ("He named ten of twelve.", l.service, 0),
            ("TENS to the low back", l.service, 1),
            ("Seen March 4, and in March again.", l.activity, 0),
            ("March in place, 2 x 20", l.activity, 1),
            ("Telling makes him strain.", l.primary_condition, 0),
            ("Lumbar strain", l.primary_condition, 1),
        ] {
            let vocabulary = Vocabulary::builtin();
            let mut hits = vocabulary.hits(text, &vocabulary.words(text));
            clear(text, &mut hits);
            assert_eq!(hits.of(list).len(), expected, "{text}");
        }
    }
}
