//! A report made readable: for the terminal, as Markdown, and as one self-contained page.

mod html;
mod text;

pub use html::html;
pub use text::{markdown, text};
