//! Reads a date as a finding holds it, and writes another date in the same form: same order, separators, padding, case,
//! abbreviation, weekday, time of day.

use std::fmt::Write;
use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use regex::Regex;

use crate::text::dates::{MONTHS, month_number};

/// A date that was read, and where each part of it is written. No `Debug`: it is a date of a note.
#[derive(Clone)]
pub(super) struct DateForm {
    /// The year, if written; two digits are read as 1936 to 2035.
    pub(super) year: Option<i16>,
    /// The month.
    pub(super) month: i8,
    /// The day, if written.
    pub(super) day: Option<i8>,
    fields: Vec<(Range<usize>, Field)>,
    /// Whether a day or month under ten has a zero before it.
    padded: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Year,
    Month,
    MonthName,
    Day,
    Ordinal,
    Weekday,
}

/// The forms, in the order in which they are tried. Named groups: `y`, `m` (number), `n` (name), `d`, `o` (ordinal suffix), `w`
/// (weekday), and `a`, `b` for a day and a month of which the first is the month unless that cannot be.
static FORMS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    // A time of day after the date, or a zone; it stays as it is.
    let time = r"(?:(?:[Tt]|,?\s+(?:at\s+|@\s*)?|\s*@\s*)\d{1,2}(?::?\d{2}){0,2}(?:[.,]\d+)?\s?(?:[AaPp]\.?[Mm]?\.?)?\s?(?:[Zz]|UTC|[A-Z]{1,2}T|[+-]\d{2}:?\d{2})?(?:\s?(?:hours|hrs|h))?)?";
    let weekday = r"(?:(?:(?i)(?P<w>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)(?-i)\.?,?\s+)?(?:(?i)the\s+)?)";
    let name = r"(?P<n>[A-Za-z]{3,9})";
    let year = r"(?P<y>\d{4}|\d{2})";
    let forms = [
        // 20210304, 202103041530, 20210304153000.000-0500
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:\d{2}){0,3}(?:\.\d+)?(?:[+-]\d{4})?".to_owned(),
        // 2021-03-04, 2021/3/4T15:30
        format!(r"{weekday}(?P<y>\d{{4}})\s?[-/.]\s?(?P<m>\d{{1,2}})\s?[-/.]\s?(?P<d>\d{{1,2}}){time}"),
        // 03/04/2021, 3-4-21, 31.12.2024, 3/4/'21
        format!(r"{weekday}(?P<a>\d{{1,2}})\s?[-/.]\s?(?P<b>\d{{1,2}})\s?[-/.]\s?['’]?{year}{time}"),
        // 3/14, 03-14
        format!(r"{weekday}(?P<a>\d{{1,2}})[-/](?P<b>\d{{1,2}}){time}"),
        // 03/2021, 11-2020
        r"(?P<m>\d{1,2})[-/](?P<y>\d{4})".to_owned(),
        // 2021-03
        r"(?P<y>\d{4})[-/](?P<m>\d{1,2})".to_owned(),
        // 3 Mar 2021, 03-Mar-21, 03MAR2021, the 3rd of March, 2021
        format!(
            r"{weekday}(?P<d>\d{{1,2}})(?P<o>(?i)st|nd|rd|th)?(?:\s+(?:day\s+)?of\s+|[-/.\s]*){name}(?:\.?,?(?:\s+of\s+|[-/\s]*)['’]?{year})?\.?{time}"
        ),
        // March 3, 2021; Mar. 3rd; March the 3rd 2021
        format!(
            r"{weekday}{name}\.?(?:[-/]|\s+(?:the\s+)?)(?P<d>\d{{1,2}})(?P<o>(?i)st|nd|rd|th)?(?:,?(?:\s+of\s+|[-/\s]+)['’]?{year})?{time}"
        ),
        // March 2021, March of 2021, Mar-21, Mar '21
        format!(r"{name}\.?,?(?:\s+of\s+|[-/\s]*)['’]?{year}"),
        // March
        format!(r"{name}\.?"),
    ];
    forms.iter().map(|form| Regex::new(&format!("^(?:{form})$")).expect("a form is a valid pattern")).collect()
});

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What two digits of a year mean, as the note's other readers take them.
fn century(two: i16) -> i16 {
    if two <= 35 { 2000 + two } else { 1900 + two }
}

impl DateForm {
    /// Reads the whole of `text` as one date; `None` when it is written in another form or is on no calendar.
    pub(super) fn read(text: &str) -> Option<Self> {
        FORMS.iter().find_map(|form| Self::read_as(form, text))
    }

    fn read_as(form: &Regex, text: &str) -> Option<Self> {
        let found = form.captures(text)?;
        let number = |group: &str| found.name(group).and_then(|m| m.as_str().parse::<i16>().ok());
        let mut fields = Vec::new();
        let mut place = |group: &str, field: Field| {
            if let Some(m) = found.name(group) {
                fields.push((m.range(), field));
            }
        };
        let year =
            number("y").map(|year| if found.name("y").is_some_and(|y| y.len() == 2) { century(year) } else { year });
        let (month, day) = match (number("a"), number("b")) {
            (Some(a), Some(b)) if a > 12 => {
                place("a", Field::Day);
                place("b", Field::Month);
                (b, Some(a))
            }
            (Some(a), Some(b)) => {
                place("a", Field::Month);
                place("b", Field::Day);
                (a, Some(b))
            }
            _ => {
                place("m", Field::Month);
                place("d", Field::Day);
                let named = found.name("n").map(|n| month_number(n.as_str()).map(i16::from));
                (
                    (match named {
                        Some(named) => named,
                        None => number("m"),
                    })?,
                    number("d"),
                )
            }
        };
        place("n", Field::MonthName);
        place("y", Field::Year);
        place("o", Field::Ordinal);
        place("w", Field::Weekday);
        fields.sort_by_key(|(range, _)| range.start);
        let numbers = fields.iter().filter(|(_, field)| matches!(field, Field::Day | Field::Month));
        let mut numbers = numbers.map(|(range, _)| &text[range.clone()]).peekable();
        // Two digits without a zero in sight say nothing; two is then the commoner form, but for a day after a month's name.
        let alone = found.name("n").is_some();
        let padded =
            numbers.clone().any(|digits| digits.starts_with('0')) || !alone && numbers.all(|digits| digits.len() == 2);
        let (month, day) = (i8::try_from(month).ok()?, day.map(i8::try_from).transpose().ok()?);
        // A leap year stands in for the year that was not written.
        Date::new(year.unwrap_or(2000), month, day.unwrap_or(1)).ok()?;
        // "11/98" is no day, and was refused above; a form that names a year of no person's life is none.
        if year.is_some_and(|year| !(1..=9999).contains(&year)) {
            return None;
        }
        Some(Self { year, month, day, fields, padded })
    }

    /// The date in a year that stands in where none was written, and on the fifteenth where no day was.
    pub(super) fn date_in(&self, year: i16) -> Option<Date> {
        Date::new(self.year.unwrap_or(year), self.month, self.day.unwrap_or(15)).ok()
    }

    /// `original`, which was read before, with `date` in it. `None` where the form cannot say it: two digits for a year of
    /// another century.
    pub(super) fn write(&self, original: &str, date: Date) -> Option<String> {
        let mut out = String::with_capacity(original.len() + 8);
        let mut copied = 0;
        for (range, field) in &self.fields {
            let old = &original[range.clone()];
            out.push_str(&original[copied..range.start]);
            copied = range.end;
            match field {
                Field::Year if old.len() == 2 => {
                    let two = date.year() % 100;
                    if century(two) != date.year() {
                        return None;
                    }
                    let _ = write!(out, "{two:02}");
                }
                Field::Year => {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "{:04}", date.year());
                }
                Field::Month => out.push_str(&self.padded_number(date.month())),
                Field::Day => out.push_str(&self.padded_number(date.day())),
                Field::MonthName => out.push_str(&cased(old, &month_name(old, date.month()))),
                Field::Ordinal => out.push_str(&cased(old, ordinal(date.day()))),
                Field::Weekday => out.push_str(&cased(old, &weekday_name(old, date.weekday()))),
            }
        }
        out.push_str(&original[copied..]);
        Some(out)
    }

    /// Whether the year is written with two digits, so that its century is a guess.
    pub(super) fn has_short_year(&self) -> bool {
        self.fields.iter().any(|(range, field)| *field == Field::Year && range.len() == 2)
    }

    fn padded_number(&self, number: i8) -> String {
        if self.padded { format!("{number:02}") } else { number.to_string() }
    }
}

/// The name of a month as long as `like` is: in full or abbreviated.
fn month_name(like: &str, month: i8) -> String {
    let full = MONTHS[(month.clamp(1, 12) - 1) as usize];
    // "May" is both; in full is commoner.
    let short = like.len() < 5 && !MONTHS.contains(&like.to_ascii_lowercase().as_str());
    match (short, like.len(), full) {
        (true, 4, "september") => "sept".into(),
        (true, ..) => full[..3].into(),
        (false, ..) => full.into(),
    }
}

fn weekday_name(like: &str, weekday: Weekday) -> String {
    let full = WEEKDAYS[weekday.to_monday_zero_offset() as usize];
    let short = like.len() < 6;
    if short { full[..3].into() } else { full.into() }
}

fn ordinal(day: i8) -> &'static str {
    match (day, day % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

/// `word`, which is in lower case, in the case of `like`.
fn cased(like: &str, word: &str) -> String {
    if like.chars().all(|c| !c.is_lowercase()) {
        return word.to_uppercase();
    }
    if !like.starts_with(char::is_uppercase) {
        return word.to_owned();
    }
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_kept() {
        let to = Date::new(2022, 9, 5).unwrap();
        for (text, expected) in [
            ("03/04/2021", "09/05/2022"),
            ("3/4/2021", "9/5/2022"),
            ("3/14/21", "9/5/22"),
            ("12/14/21", "09/05/22"),
            ("3-4-21", "9-5-22"),
            ("31.12.2024", "05.09.2022"),
            ("3/14", "9/5"),
            ("03-14", "09-05"),
            ("2021-03-04", "2022-09-05"),
            ("2021-03-04T15:30:00Z", "2022-09-05T15:30:00Z"),
            ("20210304", "20220905"),
            ("20210304153000.000-0500", "20220905153000.000-0500"),
            ("03/2021", "09/2022"),
            ("2021-03", "2022-09"),
            ("03-Mar-21 14:05", "05-Sep-22 14:05"),
            ("3 Mar 2021", "5 Sep 2022"),
            ("03MAR2021", "05SEP2022"),
            ("3rd of March, 2021", "5th of September, 2022"),
            ("the 21st of march", "the 5th of september"),
            ("March 3, 2021", "September 5, 2022"),
            ("MARCH 3RD 2021", "SEPTEMBER 5TH 2022"),
            ("Mar. 3", "Sep. 5"),
            ("Sept 13, 2021 at 3:30 pm", "Sept 5, 2022 at 3:30 pm"),
            ("March of 2021", "September of 2022"),
            ("Mar '21", "Sep '22"),
            ("May 2021", "September 2022"),
            ("March", "September"),
            ("Monday, March 8, 2021", "Monday, September 5, 2022"),
            ("Tues 3/9/21", "Mon 9/5/22"),
            ("3/4/2021 0930", "9/5/2022 0930"),
        ] {
            let form = DateForm::read(text).unwrap_or_else(|| panic!("{text} is not read"));
            assert_eq!(form.write(text, to).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_read_is_what_is_written() {
        for (text, year, month, day) in [
            ("3/4/51", Some(1951), 3, Some(4)),
            ("25/03/2021", Some(2021), 3, Some(25)),
            ("March of 2021", Some(2021), 3, None),
            ("3/14", None, 3, Some(14)),
            ("2/29", None, 2, Some(29)),
        ] {
            let form = DateForm::read(text).unwrap();
            assert_eq!((form.year, form.month, form.day), (year, month, day), "{text}");
        }
        for text in [
            "",
            "13/13/2021",
            "2/30/2021",
            "11/98",
            "the 14th",
            "Christmas",
            "spring of 2019",
            "March-May",
            "3/4/2021 and 3/5",
            "0000-01-01",
            "Foo 2021",
        ] {
            assert!(DateForm::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn two_digits_never_change_their_century() {
        let form = DateForm::read("12/30/35").unwrap();
        assert_eq!(form.write("12/30/35", Date::new(2036, 1, 4).unwrap()), None);
    }
}
