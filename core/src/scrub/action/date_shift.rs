//! `date_shift`: every date of a patient moves by the same number of days, never by none; intervals stay.
//!
//! The number is worked out from the key and the patient's id. A note without one has a number of its own, worked out from its
//! text: intervals then hold within the note. A month without a day moves as its fifteenth does. A date without a year is
//! taken in the year of the note.

use jiff::ToSpan;
use jiff::civil::Date;

use super::date_form::DateForm;
use super::{Options, Worker};
use crate::error::{Error, Location, Result};
use crate::key::SubKey;

/// By how many days the dates of a patient (or of a note) move: from one to `max_days` in either direction.
pub(super) fn offset(key: &SubKey, scope: &[&[u8]], options: Options) -> i64 {
    let step = if options.whole_weeks { 7 } else { 1 };
    let steps = u64::from(options.max_days / step);
    let drawn = key.number(scope) % (2 * steps);
    let away = i64::try_from(drawn % steps).unwrap_or(0) + 1;
    let days = away * i64::from(step);
    if drawn < steps { days } else { -days }
}

/// The date moved; `None` where it cannot be read, or its form cannot say where it went.
///
/// # Errors
/// When it would leave the years 1 to 9999.
pub(super) fn apply(worker: &Worker<'_>, index: usize, days: i64) -> Result<Option<String>> {
    let original = worker.original(index);
    let Some(form) = DateForm::read(original) else { return Ok(None) };
    // A leap day without a year needs a leap year.
    let leap = form.year.is_none() && (form.month, form.day) == (2, Some(29));
    let year = if leap { 2000 } else { worker.year() };
    let Some(date) = form.date_in(year) else { return Ok(None) };
    let moved = date.checked_add(days.days()).ok().filter(|moved| (1..=9999).contains(&moved.year()));
    let moved: Date = moved.ok_or_else(|| {
        // By how many days is as secret as the dates.
        let error = Error::input("moved by the days of its patient a date would leave the calendar (years 1 to 9999)");
        error.at(Location::Byte(worker.findings[index].span.start))
    })?;
    Ok(form.write(original, moved))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    #[test]
    fn the_offset_is_never_zero_and_stays_in_bounds() {
        let key = Key::from_bytes(&(0..32).collect::<Vec<u8>>()).unwrap().derive("date_shift");
        for max_days in [7_u16, 8, 30, 365] {
            for whole_weeks in [false, true] {
                let options = Options { whole_weeks, max_days, ..Options::default() };
                let drawn: Vec<i64> =
                    (0..2000_u32).map(|patient| offset(&key, &[&patient.to_be_bytes()], options)).collect();
                assert!(drawn.iter().all(|days| *days != 0 && days.abs() <= i64::from(max_days)));
                assert!(!whole_weeks || drawn.iter().all(|days| days % 7 == 0));
                assert!(drawn.iter().any(|days| *days < 0) && drawn.iter().any(|days| *days > 0));
            }
        }
    }
}
