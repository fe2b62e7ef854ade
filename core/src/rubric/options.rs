//! What a caller knows of a note before it is scored.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::{Claim, Discipline, DocType};
use crate::error::{Error, ErrorCode, Location, Result};

/// What a caller knows of a note before it is scored.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ScoreOptions {
    /// The kind of document; detected where it is `None`.
    pub doc_type: Option<DocType>,
    /// The discipline; detected where it is `None`.
    pub discipline: Option<Discipline>,
    /// The day of service: rules count that were in force on it. Read from the note where it is `None`.
    pub date: Option<Date>,
    /// Who pays, as rubrics name it (`medicare`); criteria of every payer apply where it is `None`.
    pub payer: Option<String>,
    /// Where the service was furnished, as rubrics name it (`outpatient`); criteria of every setting apply where it is `None`.
    pub setting: Option<String>,
    /// What was billed for the day; criteria about billing cannot be judged without it.
    pub claim: Option<Claim>,
}

impl ScoreOptions {
    /// The members of options in JSON.
    pub(crate) const KEYS: [&str; 6] = ["doc_type", "discipline", "date", "payer", "setting", "claim"];

    /// Options under which document type and discipline are detected.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says what kind of document the note is.
    #[must_use]
    pub fn doc_type(mut self, doc_type: DocType) -> Self {
        self.doc_type = Some(doc_type);
        self
    }

    /// Says which discipline the note is of.
    #[must_use]
    pub fn discipline(mut self, discipline: Discipline) -> Self {
        self.discipline = Some(discipline);
        self
    }

    /// Says on which day the service was furnished.
    #[must_use]
    pub fn date(mut self, date: Date) -> Self {
        self.date = Some(date);
        self
    }

    /// Says who pays.
    #[must_use]
    pub fn payer(mut self, payer: impl Into<String>) -> Self {
        self.payer = Some(payer.into());
        self
    }

    /// Says where the service was furnished.
    #[must_use]
    pub fn setting(mut self, setting: impl Into<String>) -> Self {
        self.setting = Some(setting.into());
        self
    }

    /// Says what was billed.
    #[must_use]
    pub fn claim(mut self, claim: Claim) -> Self {
        self.claim = Some(claim);
        self
    }

    /// Options from the names a command line or a binding was given.
    ///
    /// # Errors
    /// When a name is not known; those that are known are named.
    pub fn parse(doc_type: Option<&str>, discipline: Option<&str>) -> Result<Self> {
        // A cell of a column that holds something else could be anybody's name: it is not repeated.
        let wrong = |key: &'static str, what: &str, known: Vec<&str>| {
            let what = format!("unknown {what}: expected one of {}", known.join(", "));
            move |_: Error| Error::config(what).at(Location::Key(key.into()))
        };
        let types = DocType::ALL.iter().map(|one| one.as_str()).collect();
        let disciplines = Discipline::ALL.iter().map(|one| one.as_str()).collect();
        Ok(Self {
            doc_type: doc_type.map(str::parse).transpose().map_err(wrong("doc_type", "document type", types))?,
            discipline: discipline.map(str::parse).transpose().map_err(wrong(
                "discipline",
                "discipline",
                disciplines,
            ))?,
            ..Self::default()
        })
    }

    /// Options from JSON, `{"doc_type"?, "discipline"?, "date"?, "payer"?, "setting"?, "claim"?}`; an empty text gives the default.
    ///
    /// # Errors
    /// When the text is not such an object, or a name is not known.
    pub fn from_json(json: &str) -> Result<Self> {
        if json.trim().is_empty() {
            return Ok(Self::default());
        }
        let wrong = |_| Error::config(format!("the options are an object of {}", Self::KEYS.join(", ")));
        let given: Map<String, Value> = serde_json::from_str(json).map_err(wrong)?;
        if let Some(key) = given.keys().find(|key| !Self::KEYS.contains(&key.as_str())) {
            return Err(Error::unknown(ErrorCode::Config, "key", key, Self::KEYS));
        }
        Self::from_members(&given)
    }

    /// Options from those members of an object that are options; others are let be.
    ///
    /// # Errors
    /// When one of them has another form, or a name is not known.
    pub fn from_members(given: &Map<String, Value>) -> Result<Self> {
        let word = |key: &str| match given.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(word)) => Ok(Some(word.as_str())),
            Some(_) => Err(Error::config(format!("`{key}` is not a string")).at(Location::Key(key.into()))),
        };
        let claim = match given.get("claim") {
            None | Some(Value::Null) => None,
            Some(claim) => Some(
                Claim::from_json(&claim.to_string())
                    .map_err(|e| Error::config(e.message()).at(Location::Key("claim".into())))?,
            ),
        };
        let date = word("date")?.map(|given| parse_date(given).map_err(|e| e.at(Location::Key("date".into()))));
        Ok(Self {
            date: date.transpose()?,
            payer: word("payer")?.map(str::to_owned),
            setting: word("setting")?.map(str::to_owned),
            claim,
            ..Self::parse(word("doc_type")?, word("discipline")?)?
        })
    }

    /// These options, completed by `defaults`.
    #[must_use]
    pub fn or(self, defaults: &Self) -> Self {
        Self {
            doc_type: self.doc_type.or(defaults.doc_type),
            discipline: self.discipline.or(defaults.discipline),
            date: self.date.or(defaults.date),
            payer: self.payer.or_else(|| defaults.payer.clone()),
            setting: self.setting.or_else(|| defaults.setting.clone()),
            claim: self.claim.or_else(|| defaults.claim.clone()),
        }
    }
}

/// Reads a whole date, as `YYYY-MM-DD` or as clinicians write it.
///
/// # Errors
/// When the text is not one date with year, month and day.
pub fn parse_date(given: &str) -> Result<Date> {
    let mut found = crate::text::dates::dates(given).into_iter();
    match (found.next().and_then(|d| d.date()), found.next()) {
        (Some(date), None) => Ok(date),
        _ => Err(Error::config("not a date; expected YYYY-MM-DD")),
    }
}
