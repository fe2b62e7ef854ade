//! Looks for the patient once more, in what is about to be handed out.

use super::action::Operator;
use super::apply::Scrubbed;
use super::detect::Note;
use super::{Patient, Policy};
use crate::cancel::Cancel;
use crate::error::{Error, Location, Result};
use crate::text::{self, Span, View};

/// Holds that `scrubbed` names the patient nowhere, but for what the policy keeps.
///
/// It is searched as a note of its own, so it also shows what a rewrite has brought together, and a replacement that happens
/// to be the patient's. Tags and masks are ours: a patient called Name is not found in `[NAME]`.
///
/// # Errors
/// When something is left: where in the input, and its category.
pub(super) fn verify(scrubbed: &Scrubbed, patient: &Patient, policy: &Policy, cancel: &Cancel) -> Result<()> {
    verify_part(scrubbed, &[patient], policy, cancel, Span::new(0, scrubbed.text.len()))
}

/// [`verify`] of those parts of the output that stand for `notes`, parts of the input, for each of `patients`.
pub(super) fn verify_parts(
    scrubbed: &Scrubbed,
    patients: &[&Patient],
    policy: &Policy,
    cancel: &Cancel,
    notes: &[Span],
) -> Result<()> {
    notes.iter().try_for_each(|note| verify_part(scrubbed, patients, policy, cancel, scrubbed.map.to_output(*note)))
}

fn verify_part(scrubbed: &Scrubbed, patients: &[&Patient], policy: &Policy, cancel: &Cancel, part: Span) -> Result<()> {
    let text = part.of(&scrubbed.text);
    let view = View::joined(text);
    let tokens = text::tokens(view.as_str());
    let note = Note { text: view.as_str(), tokens: &tokens, cancel };
    let (mut left, mut exact) = (Vec::new(), Vec::new());
    for patient in patients {
        patient.detect(&note, &mut left);
        patient.detect_exact(&note, &mut exact);
        cancel.check()?;
    }
    let ours = |operator: Operator| matches!(operator, Operator::Tag | Operator::Mask | Operator::Remove);
    for (finding, strictly) in
        left.iter().map(|finding| (finding, false)).chain(exact.iter().map(|finding| (finding, true)))
    {
        if !policy.removes(finding) {
            continue;
        }
        let span = view.to_source(finding.span);
        let span = Span::new(part.start + span.start, part.start + span.end);
        let last = scrubbed.findings.partition_point(|applied| applied.output.start < span.end);
        let first = scrubbed.findings.partition_point(|applied| applied.output.end <= span.start);
        let touched = &scrubbed.findings[first.min(last)..last];
        // What only resembles the patient's is no leak where we wrote it: a surrogate may be one letter from the name.
        let harmless = match touched {
            [] => false,
            _ if !strictly => true,
            [one] => one.output.contains(span) && ours(one.action),
            _ => touched.iter().all(|one| ours(one.action)) && touched[0].output.contains(span),
        };
        if !harmless {
            let at = scrubbed.map.to_input(span).start;
            let what = format!(
                "the scrubbed text still holds what is known of the patient ({}); nothing is returned",
                finding.category
            );
            return Err(Error::internal(what).at(Location::Byte(at)));
        }
    }
    Ok(())
}
