//! `generalize`: a date becomes its year, an age over 89 `90+`, a ZIP code its first three digits or `000`.
//!
//! 45 CFR 164.514(b)(2)(i)(B) and (C). A year that shows an age over 89 may not stay either: a birth date is compared with
//! the date of the note, and where that is not known, or another date lies 90 years or more before it, nothing of it stays. A year of
//! two digits is one of the past; where it may be of either century, and so of somebody over 89, nothing of it stays either.

use jiff::civil::Date;

use super::date_form::DateForm;
use super::{Census, Worker};
use crate::scrub::{Category, Kind};

/// What stands for every age over 89.
const NINETY: &str = "90+";
/// The greatest age that is thought of where the century of a birth date is not written.
const OLDEST: i16 = 120;
/// How many years ahead of the note a year of two digits may lie that is no birth date: an appointment, an expiry.
const AHEAD: i16 = 10;

/// The coarser value, and the census that decided it; `None` where there is none.
pub(super) fn apply(worker: &Worker<'_>, index: usize) -> Option<(String, Option<Census>)> {
    let (finding, original) = (&worker.findings[index], worker.original(index));
    match finding.category {
        Category::Date => {
            let form = DateForm::read(original)?;
            date(&form, worker.known_year(&form), finding.kind, worker.noted()).map(|year| (year, None))
        }
        Category::Age => age(original).map(|age| (age, None)),
        Category::Location if finding.kind == Kind::Zip => {
            let census = worker.policy.category(finding.category).options.zip_census;
            census.generalize(original).map(|area| (area, Some(census)))
        }
        _ => None,
    }
}

/// The year of a date, or `90+`; `known` is the whole of a year of two digits, where the caller knows the date.
fn date(form: &DateForm, known: Option<i16>, kind: Kind, noted: Option<Date>) -> Option<String> {
    let year = known.or(form.year)?;
    let short = known.is_none() && form.has_short_year();
    if kind == Kind::BirthDate {
        let noted = noted?;
        let age = |year: i16| {
            // A part that was not written is taken as early as it may be, so that nobody passes for younger.
            let born = Date::new(year, form.month, form.day.unwrap_or(1)).ok()?;
            let had_birthday = (noted.month(), noted.day()) >= (born.month(), born.day());
            Some(noted.year() - born.year() - i16::from(!had_birthday))
        };
        let years = if short { centuries(year, noted).to_vec() } else { vec![year] };
        let possible = years.into_iter().filter_map(|year| Some((year, age(year)?)));
        let possible: Vec<(i16, i16)> = possible.filter(|(_, age)| !short || (0..=OLDEST).contains(age)).collect();
        return match possible.as_slice() {
            [(_, age)] if *age >= 90 => Some(NINETY.into()),
            [(year, _)] => Some(format!("{year:04}")),
            // Of either century, or of none.
            _ => None,
        };
    }
    let year = match noted.filter(|_| short) {
        Some(noted) => centuries(year, noted).into_iter().find(|year| *year <= noted.year() + AHEAD)?,
        None => year,
    };
    // An event of so long ago shows an age too.
    let old = noted.is_some_and(|noted| noted.year() - year >= 90);
    (!old).then(|| format!("{year:04}"))
}

/// The years that the two digits of `year` may stand for beside a note, the latest first.
fn centuries(year: i16, noted: Date) -> [i16; 3] {
    let latest = noted.year() / 100 * 100 + 100 + year % 100;
    [latest, latest - 100, latest - 200]
}

fn age(original: &str) -> Option<String> {
    let digits: String = original.chars().filter(char::is_ascii_digit).collect();
    let other = original.chars().any(|c| c.is_alphanumeric() && !c.is_ascii_digit());
    if digits.is_empty() || other {
        // In words, or misread: what was found as an age is one over 89, and nothing finer may stay.
        return original.chars().any(char::is_alphanumeric).then(|| NINETY.into());
    }
    let years: u32 = digits.parse().ok()?;
    Some(if years > 89 { NINETY.into() } else { original.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_age() {
        for years in 0..=130_u32 {
            let expected = if years >= 90 { NINETY.to_owned() } else { years.to_string() };
            assert_eq!(age(&years.to_string()), Some(expected));
        }
        for text in ["ninety-three", "9l", "one hundred and one"] {
            assert_eq!(age(text).as_deref(), Some(NINETY), "{text}");
        }
        assert_eq!(age("--"), None);
    }

    fn date(text: &str, kind: Kind, noted: Option<Date>) -> Option<String> {
        super::date(&DateForm::read(text)?, None, kind, noted)
    }

    #[test]
    fn every_birth_date_against_every_age() {
        let noted = Date::new(2024, 3, 14).unwrap();
        for years in 0..=120_i16 {
            for (month, day, extra) in [(3, 14, 0), (3, 15, 1), (1, 1, 0), (12, 31, 1)] {
                let born = 2024 - years;
                let age = years - extra;
                let given = date(&format!("{month}/{day}/{born}"), Kind::BirthDate, Some(noted));
                let expected = if age >= 90 { NINETY.to_owned() } else { born.to_string() };
                assert_eq!(given, Some(expected), "{month}/{day}/{born}");
            }
        }
        // Of two digits, as early as the person may be old, never one to come.
        for (text, expected) in [
            ("3/14/34", Some("90+")),
            ("3/15/34", Some("1934")),
            ("3/14/24", None),
            ("3/15/24", Some("90+")),
            ("3/14/10", None),
            ("5/02/02", Some("2002")),
            ("14-Mar-71", Some("1971")),
            ("3/14/99", Some("1999")),
        ] {
            assert_eq!(date(text, Kind::BirthDate, Some(noted)).as_deref(), expected, "{text}");
        }
        for (text, expected) in
            [("3/14/34", Some("2034")), ("3/14/35", Some("1935")), ("3/1/24", Some("2024")), ("3/1/98", Some("1998"))]
        {
            assert_eq!(date(text, Kind::Whole, Some(noted)).as_deref(), expected, "{text}");
        }
        // What the caller knows needs no guess.
        let form = DateForm::read("3/14/20").unwrap();
        for (known, expected) in [(1920, "90+"), (2020, "2020")] {
            let given = super::date(&form, Some(known), Kind::BirthDate, Some(noted));
            assert_eq!(given.as_deref(), Some(expected));
        }
        assert_eq!(date("3/14/1930", Kind::BirthDate, None), None, "nobody says how old that is");
        assert_eq!(date("3/14/1930", Kind::Whole, Some(noted)), None);
        assert_eq!(date("March of 2021", Kind::Whole, Some(noted)).as_deref(), Some("2021"));
        assert_eq!(date("3/14", Kind::Whole, Some(noted)), None, "there is no year to keep");
    }
}
