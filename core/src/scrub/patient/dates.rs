//! A patient's dates, however they are written.

use jiff::civil::Date;

use super::mention;
use crate::scrub::detect::Note;
use crate::scrub::finding::Kind;
use crate::scrub::{Category, Finding};
use crate::text::dates::{DateMention, dates};

/// The dates of a patient.
pub(super) struct Dates {
    /// One, but where several people are searched for at once.
    pub(super) births: Vec<Date>,
    pub(super) others: Vec<Date>,
}

impl Dates {
    pub(super) fn find(&self, note: &Note<'_>, findings: &mut Vec<Finding>) {
        let text = note.text;
        if self.births.is_empty() && self.others.is_empty() || note.cancel.is_cancelled() {
            return;
        }
        for written in dates(text) {
            let is = |date: &&Date| is(&written, **date, written.span.of(text));
            let kind = match (self.births.iter().find(is), self.others.iter().find(is)) {
                (Some(_), _) => Kind::BirthDate,
                (None, Some(_)) => Kind::Whole,
                (None, None) => continue,
            };
            findings.push(mention(written.span, Category::Date, "patient-date").with_kind(kind));
        }
    }

    /// The year of the date that is written with this month and day, in either order, and two digits of the year.
    pub(super) fn year_of(&self, month: i8, day: Option<i8>, two_digits: i16) -> Option<i16> {
        let is = |date: &&Date| {
            let in_order = date.month() == month && day.is_none_or(|day| day == date.day());
            let turned = day == Some(date.month()) && date.day() == month;
            date.year().rem_euclid(100) == two_digits && (in_order || turned)
        };
        self.births.iter().chain(&self.others).find(is).map(|date| date.year())
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
    let years = || written.year.is_none_or(year);
    match written.day {
        Some(day) => {
            ((month, day) == (date.month(), date.day()) || (day, month) == (date.month(), date.day())) && years()
        }
        None => written.year.is_some() && month == date.month() && years(),
    }
}
