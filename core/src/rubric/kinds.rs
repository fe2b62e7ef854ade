//! The closed vocabularies of scoring: document types, disciplines, verdicts, severities, scopes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorCode, Result};

/// Declares an enum whose variants have one lower-case name, the same in every language, and accepted synonyms.
macro_rules! names {
    ($(#[$doc:meta])* $type:ident, $what:literal { $($(#[$vdoc:meta])* $variant:ident = $name:literal $(| $alias:literal)*,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $type { $($(#[$vdoc])* $variant,)* }

        impl $type {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name used in files, on the command line and in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        impl FromStr for $type {
            type Err = Error;

            /// Reads a name or a usual synonym, whatever its case, with blanks or hyphens for underscores.
            fn from_str(given: &str) -> Result<Self> {
                let name = given.trim().to_lowercase().replace([' ', '-'], "_");
                match name.as_str() {
                    $($name $(| $alias)* => Ok(Self::$variant),)*
                    _ => Err(Error::unknown(ErrorCode::Config, $what, given, [$($name),*])),
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

names! {
    /// What kind of document a note is.
    DocType, "document type" {
        /// A first or repeated evaluation, which usually holds the plan of care.
        Evaluation = "evaluation" | "eval" | "initial_evaluation" | "re_evaluation" | "reevaluation",
        /// A plan of care on its own.
        PlanOfCare = "plan_of_care" | "poc" | "certification" | "initial_certification",
        /// A note of one treatment day.
        TreatmentNote = "treatment_note" | "treatment" | "daily_note" | "daily" | "encounter" | "visit_note",
        /// A progress report.
        ProgressReport = "progress_report" | "progress_note" | "progress",
        /// A plan of care for a further period.
        Recertification = "recertification" | "recert" | "updated_plan_of_care",
        /// A discharge note or summary.
        Discharge = "discharge" | "discharge_note" | "discharge_summary",
        /// None of the others, or not to be told: only what holds for every type is scored.
        Unknown = "unknown",
    }
}

names! {
    /// The therapy a note is about.
    Discipline, "discipline" {
        /// Physical therapy.
        Pt = "pt" | "physical_therapy",
        /// Occupational therapy.
        Ot = "ot" | "occupational_therapy",
        /// Speech-language pathology.
        Slp = "slp" | "st" | "speech" | "speech_therapy" | "speech_language_pathology",
        /// None of the others, or not to be told.
        Unknown = "unknown",
    }
}

names! {
    /// What was found about one criterion.
    Verdict, "verdict" {
        /// The note satisfies it.
        Met = "met",
        /// The note ought to satisfy it and does not.
        NotMet = "not_met",
        /// It does not concern this kind of document, or this note.
        NotApplicable = "not_applicable",
        /// It cannot be judged from what was given.
        NotAssessable = "not_assessable",
    }
}

names! {
    /// How much a finding weighs for whoever must answer for the note. Apart from how sure the finding is.
    Severity, "severity" {
        /// A reviewer may deny the service over it.
        High = "high",
        /// A reviewer will ask about it.
        Medium = "medium",
        /// Good practice.
        Low = "low",
    }
}

names! {
    /// What must be at hand to judge a criterion.
    Scope, "scope" {
        /// The note alone.
        Note = "note",
        /// Several dated notes of one episode of care.
        Episode = "episode",
        /// The units billed.
        Billing = "billing",
    }
}

impl Discipline {
    /// The discipline, unless it is unknown.
    pub(crate) fn known(self) -> Option<Self> {
        (self != Self::Unknown).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_and_case_does_not_matter() {
        for value in DocType::ALL {
            assert_eq!(value.as_str().parse::<DocType>().unwrap(), *value);
        }
        assert_eq!("Treatment".parse::<DocType>().unwrap(), DocType::TreatmentNote);
        assert_eq!("Progress Note".parse::<DocType>().unwrap(), DocType::ProgressReport);
        assert_eq!("OT".parse::<Discipline>().unwrap(), Discipline::Ot);
        assert_eq!("High".parse::<Severity>().unwrap(), "high".parse().unwrap());
    }

    #[test]
    fn an_unknown_name_is_an_error_that_names_the_nearest() {
        let error = "dischrge".parse::<DocType>().unwrap_err();
        assert!(error.to_string().contains("discharge"), "{error}");
    }
}
