//! What a caller knows of a note besides its text.

use std::fmt;

use jiff::civil::Date;
use serde_json::Value;

use super::Patient;
use super::fields::Fields;
use crate::error::{Error, Location, Result};

const KEYS: &[&str] = &["patient_id", "document_id", "date", "patient"];

/// What a caller knows of a note besides its text: whose it is, which it is, and when it was written.
///
/// Under one key, notes of one `patient_id` have the same surrogates and the same date shift, and notes of another have others.
/// Without one, surrogates are the same in all notes, and every note has a date shift of its own. The `document_id` tells the
/// notes apart where surrogates are drawn from a seed. The `date` of the note says which year "3/14" means and how old somebody
/// born on a day is; without it the latest full date in the note stands in.
///
/// `Debug` prints nothing of it: an id of a patient is protected.
///
/// ```
/// use chartguard::Context;
/// let context = Context::new().patient_id("4471203").date("2024-03-14")?;
/// // The same, as other languages write it:
/// let context = Context::from_json(r#"{"patient_id": "4471203", "date": "2024-03-14"}"#)?;
/// assert!(Context::from_json(r#"{"pateint_id": "1"}"#).unwrap_err().to_string().contains("`patient_id`"));
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Context {
    patient_id: Option<String>,
    document_id: Option<String>,
    date: Option<Date>,
    patient: Option<Patient>,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

impl Context {
    /// Nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whose note it is: any text that is the same for all notes of one patient. It is used under the key alone and stands
    /// nowhere in the output.
    #[must_use]
    pub fn patient_id(mut self, id: impl Into<String>) -> Self {
        self.patient_id = Some(id.into());
        self
    }

    /// Which note it is: any text of its own for each note.
    #[must_use]
    pub fn document_id(mut self, id: impl Into<String>) -> Self {
        self.document_id = Some(id.into());
        self
    }

    /// When the note was written: `2024-03-14`.
    ///
    /// # Errors
    /// When it is no calendar date in that form.
    pub fn date(mut self, date: &str) -> Result<Self> {
        let parsed = date.parse().ok().filter(|_| date.len() == 10);
        self.date = Some(parsed.ok_or_else(|| {
            Error::config("a calendar date such as 2024-03-14 is expected").at(Location::Key("date".into()))
        })?);
        Ok(self)
    }

    /// What is known of the patient: every mention of it is found, see [`Patient`].
    ///
    /// ```
    /// use chartguard::{Context, Scrubber};
    /// let scrubber = Scrubber::builder().builtin_model(false).build()?;
    /// let context = Context::from_json(r#"{"patient": {"names": ["Rosalind Achterberg"]}}"#)?;
    /// assert_eq!(scrubber.scrub_with("achterberg called", &context)?.text, "[NAME] called");
    /// assert!(Context::from_json(r#"{"patient": {"nmaes": []}}"#).unwrap_err().to_string().contains("`names`"));
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    #[must_use]
    pub fn patient(mut self, patient: Patient) -> Self {
        self.patient = Some(patient);
        self
    }

    /// Reads JSON, the same from every language: `{"patient_id": TEXT, "document_id": TEXT, "date": "YYYY-MM-DD",
    /// "patient": {...}}`, of which every member may be absent; `patient` is as [`Patient::from_json`] takes it. An empty text is an empty context.
    ///
    /// # Errors
    /// When it is no JSON object, or a member is unknown, empty or of the wrong type.
    pub fn from_json(json: &str) -> Result<Self> {
        if json.trim().is_empty() {
            return Ok(Self::default());
        }
        let value = serde_json::from_str(json).map_err(|e| {
            Error::config("the context is not a JSON object")
                .at(Location::LineColumn { line: e.line().max(1), column: e.column().max(1) })
        })?;
        Self::from_value(&value)
    }

    pub(crate) fn from_value(value: &Value) -> Result<Self> {
        let fields = Fields::new(value, String::new(), KEYS)?;
        let mut context = Self::new();
        for (key, slot) in [("patient_id", &mut context.patient_id), ("document_id", &mut context.document_id)] {
            *slot = fields.text(key)?.map(str::to_owned);
            if slot.as_ref().is_some_and(|id| id.trim().is_empty()) {
                return Err(fields.error(key, "the text is empty"));
            }
        }
        if let Some(patient) = fields.get("patient").filter(|patient| !patient.is_null()) {
            let read = Patient::from_json(&patient.to_string());
            context.patient = Some(read.map_err(|e| e.at(Location::Key("patient".into())))?);
        }
        match fields.text("date")? {
            Some(date) => context.date(date),
            None => Ok(context),
        }
    }

    /// The same with what a message says of itself, where the caller said nothing.
    pub(crate) fn completed(&self, patient_id: Option<String>, date: Option<Date>) -> Self {
        let mut out = self.clone();
        out.patient_id = out.patient_id.or(patient_id);
        out.date = out.date.or(date);
        out
    }

    pub(crate) fn known(&self) -> Option<&Patient> {
        self.patient.as_ref()
    }

    pub(super) fn whose(&self) -> Option<&str> {
        self.patient_id.as_deref()
    }

    pub(crate) fn document(&self) -> Option<&str> {
        self.document_id.as_deref()
    }

    pub(super) fn noted(&self) -> Option<Date> {
        self.date
    }
}
