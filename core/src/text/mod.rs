//! What every part needs to know about a text: spans, offsets, sections, sentences, tokens, assertion and dates.
//!
//! Nothing here knows about PHI or rubrics.

pub mod assertion;
pub(crate) mod automaton;
pub mod dates;
pub(crate) mod hash;
mod headings;
pub(crate) mod lines;
mod offsets;
pub(crate) mod openings;
pub(crate) mod pattern;
mod sections;
mod sentences;
pub(crate) mod short;
mod span;
pub(crate) mod sweep;
mod tokens;
mod view;

pub use headings::{SectionKind, UnknownSection};
pub use offsets::{Offsets, Position};
pub use sections::{Section, sections};
pub use sentences::sentences;
pub use span::Span;
pub use tokens::{Case, Token, TokenKind, tokens};
pub use view::View;
