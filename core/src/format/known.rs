//! What a message says of its patient: the demographics with which its free text is searched.

use jiff::civil::Date;

use crate::scrub::message_rules::Role;
use crate::scrub::{Demographics, Patient};

/// As many values as one search looks for.
const TOGETHER: usize = 400;

/// What a message says of the people in it. No `Debug`.
#[derive(Default)]
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

    /// The people to search for. What is too short or too long to be told from other words is left to the detectors.
    pub(super) fn patients(&self) -> Vec<Patient> {
        let mut values: Vec<&(Role, String)> = Vec::new();
        for value in &self.values {
            if !values.contains(&value) && Patient::new(&demographics([value])).is_ok() {
                values.push(value);
            }
        }
        values
            .chunks(TOGETHER)
            .flat_map(|chunk| {
                // One person has one birth date and one number; each further one is a search of its own.
                let single = |role: Role| chunk.iter().filter(move |(of, _)| *of == role).skip(1).copied();
                let more = single(Role::BirthDate).chain(single(Role::Ssn)).map(|value| demographics([value]));
                std::iter::once(demographics(chunk.iter().copied())).chain(more).collect::<Vec<_>>()
            })
            .filter_map(|known| Patient::new(&known).ok())
            .collect()
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
