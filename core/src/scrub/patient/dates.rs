//! A patient's dates, however they are written.

use jiff::civil::Date;

use super::mention;
use crate::scrub::finding::Kind;
use crate::scrub::{Category, Finding};
use crate::text::dates::{DateMention, dates};

/// The dates of a patient, that of birth first.
pub(super) struct Dates(pub(super) Vec<Date>);

impl Dates {
    pub(super) fn find(&self, text: &str, findings: &mut Vec<Finding>) {
        if self.0.is_empty() {
            return;
        }
        for written in dates(text) {
            if self.0.iter().any(|date| is(&written, *date, written.span.of(text))) {
                let finding = mention(written.span, Category::Date, "patient-date");
                findings.push(finding.with_kind(Kind::BirthDate));
            }
        }
    }
}

/// Whether what was written is `date`, as far as it was written. A month alone is too little.
fn is(written: &DateMention, date: Date, text: &str) -> bool {
    let Some(month) = written.month else { return false };
    // Two digits of a year are read as one of a hundred years; a birth may lie before them.
    let year = |year: i16| {
        let in_full = text.contains(&year.to_string());
        year == date.year() || !in_full && year.rem_euclid(100) == date.year().rem_euclid(100)
    };
    let years = written.year.is_none_or(year);
    match written.day {
        Some(day) => {
            years && ((month, day) == (date.month(), date.day()) || (day, month) == (date.month(), date.day()))
        }
        None => written.year.is_some() && years && month == date.month(),
    }
}
