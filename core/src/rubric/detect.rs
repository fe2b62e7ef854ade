//! Tells document type and discipline by weighted evidence: titles, headings, credentials, content.

use super::check::Note;
use super::terms::Vocabulary;
use super::{Discipline, DocType};

/// The kind of document a text most likely is, and how sure that is (0 to 1).
pub fn detect_doc_type(text: &str) -> (DocType, f32) {
    doc_type(&Note::new(text, Vocabulary::builtin()))
}

/// The discipline a text most likely belongs to, and how sure that is (0 to 1).
pub fn detect_discipline(text: &str) -> (Discipline, f32) {
    discipline(&Note::new(text, Vocabulary::builtin()))
}

pub(super) fn doc_type(_note: &Note<'_>) -> (DocType, f32) {
    (DocType::Unknown, 0.0)
}

pub(super) fn discipline(_note: &Note<'_>) -> (Discipline, f32) {
    (Discipline::Unknown, 0.0)
}
