//! What the caller knows of the patient: every mention of it is found with certainty.

mod dates;
mod identifiers;
mod names;
mod nicknames;
mod places;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;

use self::dates::Dates;
use self::identifiers::Identifiers;
use self::names::Names;
use self::places::Places;
use super::detect::Note;
use super::entity::KnownWord;
use super::fields::{self, Fields};
use super::reason::{Rule, RuleKind};
use super::{Category, Finding};
use crate::error::{Error, Location, Result};
use crate::text::Span;

/// Name in findings of what a patient's data names.
pub(super) const PATIENT: &str = "patient";

/// As many values as a patient may have altogether; a note's cost grows with them.
const VALUES: usize = 500;
/// The longest value, in bytes.
const LONGEST: usize = 200;

/// A patient's own identifiers, as an EHR knows them: the input of [`Patient::new`].
///
/// Every list may be empty. Dates are written `YYYY-MM-DD`.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Demographics {
    /// Names, "First Middle Last" or "Last, First Middle": the present one, maiden and former ones.
    pub names: Vec<String>,
    /// Other names the patient goes by: nicknames that do not follow from the name.
    pub aliases: Vec<String>,
    /// Date of birth.
    pub birth_date: Option<String>,
    /// The date of the note: a birth date after it is refused.
    pub note_date: Option<String>,
    /// Other dates of the patient: admission, discharge, procedures, death.
    pub dates: Vec<String>,
    /// Medical record numbers.
    pub mrns: Vec<String>,
    /// Social security number.
    pub ssn: Option<String>,
    /// Health plan beneficiary numbers.
    pub health_plan_ids: Vec<String>,
    /// Account numbers.
    pub accounts: Vec<String>,
    /// Telephone and fax numbers.
    pub phones: Vec<String>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Postal addresses, "1420 W Cypress Ln Apt 4B, Springfield, IL 62704".
    pub addresses: Vec<String>,
    /// Names of relatives and of members of the household.
    pub relatives: Vec<String>,
    /// Names of those who treat the patient.
    pub providers: Vec<String>,
    /// Employers, and other organisations that would identify the patient.
    pub employers: Vec<String>,
    /// Any other number or code of the patient.
    pub ids: Vec<String>,
}

impl Demographics {
    /// The names of the members in JSON.
    pub const MEMBERS: &[&str] = &[
        "names",
        "aliases",
        "birth_date",
        "note_date",
        "dates",
        "mrns",
        "ssn",
        "health_plan_ids",
        "accounts",
        "phones",
        "emails",
        "addresses",
        "relatives",
        "providers",
        "employers",
        "ids",
    ];
}

// Never the values.
impl std::fmt::Debug for Demographics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Demographics").finish_non_exhaustive()
    }
}

/// What is known of a patient, made ready for searching notes. Immutable, `Send`, `Sync`, cheap to clone; prints no value.
///
/// Handed to [`Scrubber::scrub_for`](super::Scrubber::scrub_for), every mention is found with a score of 1 by detector
/// `patient`: names in any case and order, with initials, nicknames, hyphens, and one typing error in five letters or more
/// (two in nine); numbers with any punctuation; dates however written. A name that is also an ordinary word ("Young", "Will")
/// is a mention where it is written like a name.
///
/// As JSON, it is an object of the members of [`Demographics`]; each list may also be a single text.
///
/// ```
/// use chartguard::{Patient, Policy, Scrubber};
/// let patient = Patient::from_json(r#"{
///     "names": ["Rosalind Achterberg"],
///     "birth_date": "1941-03-14",
///     "mrns": ["00482910"],
///     "relatives": ["Wim Achterberg"]
/// }"#)?;
/// let scrubber = Scrubber::new(Policy::default())?;
/// let scrubbed = scrubber.scrub_for("achterburg, roz: born 14.3.41, chart 48-2910, here with wim", &patient)?;
/// assert_eq!(scrubbed.text, "[NAME]: born [DATE], chart [MRN], here with [NAME]");
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Clone, Deserialize)]
#[serde(try_from = "Value")]
pub struct Patient(Arc<Index>);

struct Index {
    names: Names,
    identifiers: Identifiers,
    dates: Dates,
    places: Places,
}

impl std::fmt::Debug for Patient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Patient").finish_non_exhaustive()
    }
}

impl TryFrom<Value> for Patient {
    type Error = Error;

    fn try_from(value: Value) -> Result<Self> {
        Self::new(&read(&value)?)
    }
}

impl Patient {
    /// Makes a patient's data ready for searching.
    ///
    /// # Errors
    /// When a value is empty, too short to tell a patient by (a name of one letter, a number of fewer than four), too long
    /// or no date, a birth date lies after the date of the note, or nothing is given at all. The error names the member and
    /// never repeats a value.
    pub fn new(known: &Demographics) -> Result<Self> {
        Self::of_several(known, &[], &[])
    }

    /// As [`new`](Self::new), of several people at once, who have these dates of birth and social security numbers beside those in `known`.
    pub(crate) fn of_several(known: &Demographics, births: &[String], ssns: &[String]) -> Result<Self> {
        check(known)?;
        let birth = date("birth_date", known.birth_date.as_deref())?;
        let note = date("note_date", known.note_date.as_deref())?;
        if let (Some(birth), Some(note)) = (birth, note)
            && birth > note
        {
            return Err(at("birth_date", "the date of birth lies after the date of the note"));
        }
        let mut dates = Dates { births: birth.into_iter().collect(), others: Vec::new() };
        for one in births {
            dates.births.extend(date("birth_date", Some(one))?);
        }
        for (index, one) in known.dates.iter().enumerate() {
            dates.others.extend(date(&format!("dates[{index}]"), Some(one))?);
        }
        let mut names = Names::default();
        for (key, list, own) in [
            ("names", &known.names, true),
            ("aliases", &known.aliases, true),
            ("relatives", &known.relatives, false),
            ("providers", &known.providers, false),
        ] {
            for (index, name) in list.iter().enumerate() {
                names.add(name, own).map_err(|what| at(&format!("{key}[{index}]"), what))?;
            }
        }
        names.finish()?;
        let mut identifiers = Identifiers::default();
        let mut places = Places::default();
        for ssn in known.ssn.iter().chain(ssns) {
            identifiers.add(ssn, Category::Ssn).map_err(|what| at("ssn", what))?;
        }
        for (key, list, category) in [
            ("mrns", &known.mrns, Category::Mrn),
            ("health_plan_ids", &known.health_plan_ids, Category::HealthPlan),
            ("accounts", &known.accounts, Category::Account),
            ("phones", &known.phones, Category::Phone),
            ("emails", &known.emails, Category::Email),
            ("employers", &known.employers, Category::Organization),
            ("ids", &known.ids, Category::OtherId),
        ] {
            for (index, value) in list.iter().enumerate() {
                identifiers.add(value, category).map_err(|what| at(&format!("{key}[{index}]"), what))?;
            }
        }
        for one in dates.births.iter().chain(&dates.others) {
            identifiers.add_date(*one);
        }
        for (index, address) in known.addresses.iter().enumerate() {
            let place = |what| at(&format!("addresses[{index}]"), what);
            places.add(address, &mut identifiers).map_err(place)?;
        }
        identifiers.finish()?;
        Ok(Self(Arc::new(Index { names, identifiers, dates, places })))
    }

    /// Reads a patient from JSON; members that do not exist are refused.
    ///
    /// # Errors
    /// When the text is not JSON, a member does not exist (the error names the nearest) or has the wrong kind, and as
    /// [`new`](Self::new).
    pub fn from_json(json: &str) -> Result<Self> {
        // What the parser says of a mistake could quote a value.
        let value: Value = serde_json::from_str(json).map_err(|e| {
            Error::config("the patient is not JSON")
                .at(Location::LineColumn { line: e.line().max(1), column: e.column().max(1) })
        })?;
        Self::try_from(value)
    }

    /// Appends every mention in `note`; spans refer to its view.
    pub(super) fn detect(&self, note: &Note<'_>, findings: &mut Vec<Finding>) {
        self.0.names.find(note, false, findings);
        self.0.identifiers.find(note, findings);
        self.0.dates.find(note, findings);
        self.0.places.find(note, findings);
    }

    /// The persons of whom a name was given, by number: whether it is the patient, the given name, the surname.
    pub(super) fn persons(&self) -> impl Iterator<Item = (bool, Option<&str>, Option<&str>)> {
        self.0.names.persons()
    }

    /// What a word of a note is in the names that were given, as far as it is in one.
    pub(super) fn name_word(&self, word: &str) -> Option<KnownWord<'_>> {
        self.0.names.word(word)
    }

    /// The year of the date of the patient that is written with this month and day and two digits of the year.
    pub(super) fn year_of(&self, month: i8, day: Option<i8>, two_digits: i16) -> Option<i16> {
        self.0.dates.year_of(month, day, two_digits)
    }

    /// The mentions that leave no doubt: names and numbers as they were given, not as they may be mistyped.
    pub(super) fn detect_exact(&self, note: &Note<'_>, findings: &mut Vec<Finding>) {
        self.0.names.find(note, true, findings);
        self.0.identifiers.find(note, findings);
        self.0.dates.find(note, findings);
        self.0.places.find(note, findings);
    }
}

fn at(key: &str, what: impl Into<String>) -> Error {
    Error::config(what).at(Location::Key(key.to_owned()))
}

/// Holds what is true of every value: there is one at all, and it is neither empty nor endless.
fn check(known: &Demographics) -> Result<()> {
    let lists = [
        ("names", &known.names),
        ("aliases", &known.aliases),
        ("dates", &known.dates),
        ("mrns", &known.mrns),
        ("health_plan_ids", &known.health_plan_ids),
        ("accounts", &known.accounts),
        ("phones", &known.phones),
        ("emails", &known.emails),
        ("addresses", &known.addresses),
        ("relatives", &known.relatives),
        ("providers", &known.providers),
        ("employers", &known.employers),
        ("ids", &known.ids),
    ];
    let mut count = usize::from(known.ssn.is_some()) + usize::from(known.birth_date.is_some());
    for (key, list) in lists {
        count += list.len();
        for (index, value) in list.iter().enumerate() {
            if value.trim().is_empty() {
                return Err(at(&format!("{key}[{index}]"), "an empty value would match everywhere"));
            }
            if value.len() > LONGEST {
                return Err(at(&format!("{key}[{index}]"), format!("a value has at most {LONGEST} bytes")));
            }
        }
    }
    match count {
        0 => Err(Error::config(format!(
            "nothing is known of the patient: expected one of {}",
            Demographics::MEMBERS.join(", ")
        ))),
        1..=VALUES => Ok(()),
        _ => Err(Error::config(format!("a patient has at most {VALUES} values, not {count}"))),
    }
}

fn date(key: &str, value: Option<&str>) -> Result<Option<Date>> {
    let Some(value) = value else { return Ok(None) };
    let written =
        value.len() == 10 && value.bytes().enumerate().all(|(at, byte)| (byte == b'-') == (at == 4 || at == 7));
    let date = value.parse::<Date>().ok().filter(|_| written);
    date.map(Some).ok_or_else(|| at(key, "a date is written YYYY-MM-DD, and must be in the calendar"))
}

/// The members of the JSON object.
fn read(value: &Value) -> Result<Demographics> {
    let fields = Fields::new(value, String::new(), Demographics::MEMBERS)?;
    let one = |key: &str| fields.text(key).map(|text| text.map(str::to_owned));
    let list = |key: &str| -> Result<Vec<String>> {
        match fields.get(key) {
            None => Ok(Vec::new()),
            Some(Value::String(single)) => Ok(vec![single.clone()]),
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(index, item)| fields::text(item, || format!("{key}[{index}]")).map(str::to_owned))
                .collect(),
            Some(other) => Err(at(key, format!("a list of texts is expected, not {}", fields::kind(other)))),
        }
    };
    Ok(Demographics {
        names: list("names")?,
        aliases: list("aliases")?,
        birth_date: one("birth_date")?,
        note_date: one("note_date")?,
        dates: list("dates")?,
        mrns: list("mrns")?,
        ssn: one("ssn")?,
        health_plan_ids: list("health_plan_ids")?,
        accounts: list("accounts")?,
        phones: list("phones")?,
        emails: list("emails")?,
        addresses: list("addresses")?,
        relatives: list("relatives")?,
        providers: list("providers")?,
        employers: list("employers")?,
        ids: list("ids")?,
    })
}

/// A mention, and how it was recognised.
fn mention(span: Span, category: Category, rule: &'static str) -> Finding {
    Finding::new(span, category, 1.0, PATIENT).with_rule(Rule::new(RuleKind::Structure, rule))
}
