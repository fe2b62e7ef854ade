//! The errors of a note, by class.

use std::fmt;

use serde::Serialize;

use super::Gold;
use super::compare::Sheet;
use super::share::rounded;
use crate::scrub::{Category, Finding};
use crate::text::{Offsets, Span};

/// In which way a finding and a label disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorClass {
    /// Nothing of a labelled span was found: it leaks.
    Missed,
    /// A part of a labelled span was not found: it leaks.
    PartlyCovered,
    /// All of a labelled span was found, under other categories only: it does not leak.
    WrongCategory,
    /// A finding that touches nothing labelled.
    False,
}

impl ErrorClass {
    /// Every class, the worst first.
    pub const ALL: &'static [Self] = &[Self::Missed, Self::PartlyCovered, Self::WrongCategory, Self::False];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missed => "missed",
            Self::PartlyCovered => "partly_covered",
            Self::WrongCategory => "wrong_category",
            Self::False => "false",
        }
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.as_str().replace('_', " "))
    }
}

/// One error: where, and in which way.
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Mistake {
    /// The note's id.
    pub note: String,
    /// In which way.
    pub class: ErrorClass,
    /// The first code point of the labelled span, or of the false finding.
    pub start: usize,
    /// One past its last code point.
    pub end: usize,
    /// The category of the label; of a false finding its own.
    pub category: Category,
    /// The category that was found there, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Category>,
    /// Of a span that is partly covered, the pieces that leak, in code points.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<(usize, usize)>,
    /// Of a false finding, what found it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detector: Option<String>,
    /// Of a false finding, its score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// The text of the span, only where [`Options::show_text`](super::Options::show_text) asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

// Never the text itself.
impl fmt::Debug for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = (&self.note, self.start, self.end);
        f.debug_struct("Mistake").field("class", &self.class).field("place", &place).finish_non_exhaustive()
    }
}

/// The errors of one note in the order of its text; labels of an `optional` category make none.
pub(super) fn of(
    note: &str,
    text: &str,
    gold: &Gold,
    findings: &[Finding],
    sheet: &Sheet,
    optional: &[Category],
    show_text: bool,
) -> Vec<Mistake> {
    let offsets = Offsets::new(text);
    let place = |span: Span| (offsets.code_point(span.start), offsets.code_point(span.end));
    let blank = |span: Span, class, category| Mistake {
        note: note.to_owned(),
        class,
        start: place(span).0,
        end: place(span).1,
        category,
        found: None,
        left: Vec::new(),
        detector: None,
        score: None,
        text: show_text.then(|| span.of(text).to_owned()),
    };
    let mut mistakes = Vec::new();
    for (span, category) in gold.spans.iter().filter(|(_, category)| !optional.contains(category)) {
        let fate = sheet.fate(*span, *category);
        if !fate.covered && !fate.any {
            mistakes.push(blank(*span, ErrorClass::Missed, *category));
        } else if !fate.covered {
            let left = sheet.left(text, *span).into_iter().map(place).collect();
            mistakes.push(Mistake { found: fate.under, left, ..blank(*span, ErrorClass::PartlyCovered, *category) });
        } else if fate.any && !fate.typed {
            mistakes.push(Mistake { found: fate.under, ..blank(*span, ErrorClass::WrongCategory, *category) });
        }
    }
    for finding in findings.iter().filter(|finding| sheet.is_phi(finding.span) == Some(false)) {
        mistakes.push(Mistake {
            found: Some(finding.category),
            detector: Some(finding.detector.to_string()),
            score: Some(rounded(f64::from(finding.score))),
            ..blank(finding.span, ErrorClass::False, finding.category)
        });
    }
    mistakes.sort_by_key(|mistake| (mistake.start, mistake.end, mistake.class));
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_is_told_with_code_points() {
        let text = "Zoë Lee of Troy, 3/14. Tylenol at Mercy.";
        let at = |word: &str| {
            let start = text.find(word).unwrap();
            Span::new(start, start + word.len())
        };
        let gold = Gold::new(
            vec![
                (at("Zoë Lee"), Category::Name),
                (at("Troy"), Category::Location),
                (at("3/14"), Category::Date),
                (at("Mercy"), Category::Organization),
            ],
            vec![],
        );
        let found = |word: &str, category| Finding::new(at(word), category, 0.6, "test.rule");
        let findings = [
            found("Lee", Category::Name),
            found("Troy", Category::Name),
            found("3/14", Category::Date),
            found("Tylenol", Category::Name),
        ];
        let sheet = Sheet::new(text, &gold, &findings);
        let mistakes = of("n1", text, &gold, &findings, &sheet, &[], false);
        let told: Vec<_> = mistakes.iter().map(|m| (m.class, m.start, m.end, m.category)).collect();
        assert_eq!(
            told,
            [
                (ErrorClass::PartlyCovered, 0, 7, Category::Name),
                (ErrorClass::WrongCategory, 11, 15, Category::Location),
                (ErrorClass::False, 23, 30, Category::Name),
                (ErrorClass::Missed, 34, 39, Category::Organization),
            ]
        );
        assert_eq!(mistakes[0].left, [(0, 3)]);
        assert_eq!(mistakes[1].found, Some(Category::Name));
        assert_eq!(mistakes[2].detector.as_deref(), Some("test.rule"));
        assert!(mistakes.iter().all(|m| m.text.is_none()));
        let shown = of("n1", text, &gold, &findings, &sheet, &[Category::Organization], true);
        assert_eq!(shown.len(), 3);
        assert_eq!(shown[0].text.as_deref(), Some("Zoë Lee"));
        assert!(!format!("{shown:?}").contains("Lee"));
    }
}
