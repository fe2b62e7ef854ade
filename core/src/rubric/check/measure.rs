//! `measure`: a number with a unit stands in the text, within bounds.

use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Note, Outcome};
use crate::error::{Error, Result};
use crate::text::Span;
use crate::text::pattern::bordered;

/// A number with one of these units, at least and at most so great.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Measure {
    /// The units, as written; an empty list takes any number.
    #[serde(default)]
    units: Vec<String>,
    #[serde(default)]
    at_least: Option<f64>,
    #[serde(default)]
    at_most: Option<f64>,
    #[serde(skip)]
    regex: Option<Regex>,
}

impl Measure {
    pub(super) fn impossible(&self) -> bool {
        self.at_least.zip(self.at_most).is_some_and(|(least, most)| most < least)
    }

    pub(super) fn prepare(&mut self) -> Result<()> {
        let units: Vec<String> = self.units.iter().map(|unit| regex::escape(unit)).collect();
        let tail =
            if units.is_empty() { String::new() } else { format!(r"\s*-?\s*(?:{})(?:\b|\s|$)", units.join("|")) };
        let regex = Regex::new(&bordered(&format!(r"(?i)\b(\d{{1,6}}(?:\.\d{{1,4}})?){tail}")));
        self.regex = Some(regex.map_err(|_| Error::rubric("`units` cannot be searched for"))?);
        Ok(())
    }

    pub(super) fn evaluate(&self, note: &Note<'_>, region: Span) -> Outcome {
        let Some(regex) = &self.regex else { return Outcome::fails(0.5) };
        let found = regex
            .captures_iter(region.of(note.page.text))
            .filter_map(|m| {
                let value: f64 = m.get(1)?.as_str().parse().ok()?;
                let fits =
                    self.at_least.is_none_or(|least| value >= least) && self.at_most.is_none_or(|most| value <= most);
                let whole = m.get(0)?;
                fits.then(|| Span::new(region.start + whole.start(), region.start + whole.end()))
            })
            .collect();
        Outcome::found(found)
    }
}
