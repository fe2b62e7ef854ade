//! `signature`: somebody signed, with credentials, a date, or a stamp.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Note, Outcome};
use crate::rubric::extract::{Role, Signature};
use crate::text::Span;

/// Who must have signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Signer {
    /// Anybody.
    #[default]
    Anybody,
    /// A therapist: not an assistant or a student alone.
    Clinician,
    /// A therapist or an assistant: not a student alone.
    Professional,
}

/// A signature.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignedBy {
    /// Who signed.
    #[serde(default)]
    by: Signer,
    /// Whether it must be dated.
    #[serde(default)]
    dated: bool,
    /// Whether it must, or must not, be a stamp; either, where nothing is said.
    #[serde(default)]
    stamped: Option<bool>,
}

/// How far before a signature its form may say that it certifies, in bytes.
const REACH: usize = 240;

/// Whether a signature stands under words that certify what somebody else planned.
fn certifies(note: &Note<'_>, signature: &Signature) -> bool {
    let text = note.page.text;
    let from = text.floor_char_boundary(signature.span.start.saturating_sub(REACH));
    let around = text[from..signature.span.end].to_lowercase();
    ["certif", "physician", "provider", "agree", "approve", "cosign", "co-sign", "countersign", "referring", "reviewed"]
        .iter()
        .any(|word| around.contains(word))
}

impl SignedBy {
    pub(super) fn evaluate(&self, note: &Note<'_>, region: Span) -> Outcome {
        let all = &note.facts.signatures;
        let fits = |signature: &&Signature| {
            let role = match self.by {
                Signer::Anybody => true,
                // A physician may write a plan or a report; what is signed beside another's name only certifies it.
                Signer::Clinician => {
                    signature.role == Role::Therapist
                        || (signature.role == Role::Physician && all.len() == 1 && !certifies(note, signature))
                }
                Signer::Professional => matches!(signature.role, Role::Therapist | Role::Assistant),
            };
            role && region.contains(signature.span)
                && self.stamped.is_none_or(|stamped| stamped == signature.stamped)
                && (!self.dated || signature.date.is_some())
        };
        let found: Vec<Span> = all.iter().filter(fits).map(|signature| signature.span).collect();
        if found.is_empty() {
            // That nobody signed is surer than that the one who did had no letters after the name.
            let evidence = all.iter().map(|s| s.span).collect();
            Outcome::fails_at(if all.is_empty() { 0.8 } else { 0.9 }, evidence)
        } else {
            Outcome::holds(0.95, found)
        }
    }
}
