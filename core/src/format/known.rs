//! What a message says of its patient: the demographics with which its free text is searched.

use std::collections::HashSet;

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::scrub::message_rules::Role;
use crate::scrub::{Demographics, Patient};

/// As many values as one search looks for.
const TOGETHER: usize = 400;
/// As many bytes as all searches of one message look at; what is more takes many minutes.
const SEARCHED: usize = 1 << 29;
/// As many as those of a file of messages look at for everybody in it: seconds.
const SEARCHED_TOGETHER: usize = 1 << 24;

/// What a message says of the people in it. No `Debug`.
#[derive(Clone, Default)]
pub(super) struct Known {
    values: Vec<(Role, String)>,
    /// The first record number: whose message it is.
    pub(super) patient_id: Option<String>,
    /// When it was written: the latest date that says so.
    pub(super) date: Option<Date>,
}

impl Known {
    /// Adds a value.
    pub(super) fn add(&mut self, role: Role, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        match role {
            Role::NoteDate => self.date = self.date.max(calendar(value)),
            Role::BirthDate => {
                if let Some(date) = calendar(value) {
                    self.values.push((role, date.to_string()));
                }
            }
            _ => {
                if role == Role::Mrns && self.patient_id.is_none() {
                    self.patient_id = Some(value.to_owned());
                }
                self.values.push((role, value.to_owned()));
            }
        }
    }

    /// Adds what another part of the message says.
    pub(super) fn extend(&mut self, other: Self) {
        self.values.extend(other.values);
        self.patient_id = self.patient_id.take().or(other.patient_id);
        self.date = self.date.max(other.date);
    }

    /// Whether a file of messages with `bytes` of text is searched for everybody in it: what that takes grows with the people and with the
    /// text.
    pub(super) fn is_searched_together(&self, bytes: usize) -> bool {
        searched(self.values().len(), bytes) <= SEARCHED_TOGETHER
    }

    /// Every value once.
    fn values(&self) -> Vec<&(Role, String)> {
        let mut seen = HashSet::new();
        self.values.iter().filter(|value| seen.insert(*value)).collect()
    }

    /// The people to search `bytes` of text for. What is too short or too long to be told from other words is left to the detectors.
    ///
    /// # Errors
    /// When there are so many that the search would take very long.
    pub(super) fn patients(&self, bytes: usize) -> Result<Vec<Patient>> {
        let mut values = self.values();
        if searched(values.len(), bytes) > SEARCHED {
            return Err(Error::input(format!(
                "one message says too much of people ({} values) for all of its text ({bytes} bytes) to be searched for them: hand over its \
                 parts one by one, such as the entries of a Bundle",
                values.len()
            )));
        }
        values.retain(|value| Patient::new(&demographics([*value])).is_ok());
        values
            .chunks(TOGETHER)
            .map(|chunk| {
                // Where one person has one, several have several.
                let more = |role: Role| -> Vec<String> {
                    chunk.iter().filter(|(of, _)| *of == role).skip(1).map(|(_, value)| value.clone()).collect()
                };
                let known = demographics(chunk.iter().copied());
                Patient::of_several(&known, &more(Role::BirthDate), &more(Role::Ssn))
            })
            .collect()
    }
}

/// How many bytes are looked at to search as many for values; one search may be of any length.
fn searched(values: usize, bytes: usize) -> usize {
    match values.div_ceil(TOGETHER) {
        0 | 1 => 0,
        searches => searches.saturating_mul(bytes),
    }
}

fn demographics<'v>(values: impl IntoIterator<Item = &'v (Role, String)>) -> Demographics {
    let mut out = Demographics::default();
    for (role, value) in values {
        let list = match role {
            Role::Names => &mut out.names,
            Role::Mrns => &mut out.mrns,
            Role::HealthPlanIds => &mut out.health_plan_ids,
            Role::Accounts => &mut out.accounts,
            Role::Phones => &mut out.phones,
            Role::Emails => &mut out.emails,
            Role::Addresses => &mut out.addresses,
            Role::Relatives => &mut out.relatives,
            Role::Providers => &mut out.providers,
            Role::Employers => &mut out.employers,
            Role::Ids => &mut out.ids,
            Role::BirthDate => {
                out.birth_date.get_or_insert_with(|| value.clone());
                continue;
            }
            Role::Ssn => {
                out.ssn.get_or_insert_with(|| value.clone());
                continue;
            }
            Role::NoteDate => continue,
        };
        list.push(value.clone());
    }
    out
}

/// A date as messages write it: 19410314, 1941-03-14, either with a time after it.
fn calendar(value: &str) -> Option<Date> {
    let digits: String = value.chars().take(10).filter(char::is_ascii_digit).take(8).collect();
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
    let (month, day) = (i8::try_from(number(4, 6)?).ok()?, i8::try_from(number(6, 8)?).ok()?);
    Date::new(number(0, 4)?, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(people: usize) -> Known {
        let mut known = Known::default();
        for one in 0..people {
            known.add(Role::Mrns, &format!("{}", 4_000_000 + one));
            known.add(Role::BirthDate, &format!("19{:02}{:02}{:02}", one % 99, one % 12 + 1, one % 28 + 1));
            known.add(Role::Names, "Rosalind Achterberg");
        }
        known
    }

    #[test]
    fn people_are_searched_for_together_and_once() {
        assert_eq!(known(100).patients(usize::MAX).map(|found| found.len()).ok(), Some(1));
        // A name, and a number and at most as many dates as people.
        assert_eq!(known(300).patients(1 << 20).map(|found| found.len()).ok(), Some(2));
        assert_eq!(known(0).patients(usize::MAX).map(|found| found.len()).ok(), Some(0));
    }

    #[test]
    fn too_many_people_for_a_long_text_are_an_error_that_says_what_to_do() {
        let error = known(100_000).patients(50_000_000).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("hand over its parts") && error.contains("50000000 bytes"), "{error}");
        assert!(!error.contains("Achterberg") && !error.contains("4000001"), "{error}");
    }
}
