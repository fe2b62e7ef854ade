//! Messages: HL7 v2, FHIR, C-CDA, RTF, HTML and plain text in any encoding, scrubbed in place.
//!
//! Every format does the same. It reads a message into places of text, each with the bytes that say it (`stretch`) and with what it is
//! (`document`): a value of a typed field, known for what it is by a table of rules (`scrub::message_rules`), or free text. What the typed fields say of
//! the patient (`known`) is what the free text is searched for. All of it together is one text for the operators, so that one person
//! has one name and one number one surrogate throughout; what they change is written back into just those bytes (`scrub`),
//! and can be taken back where the operators have a way back (`seal`).

mod ccda;
mod charset;
mod coding;
mod css;
mod document;
mod fhir;
mod fhir_path_rules;
mod hl7v2;
mod html;
mod known;
mod layout;
mod number;
mod rtf;
mod score;
mod scrub;
mod seal;
mod stretch;

use std::fmt;
use std::str::FromStr;

use base64::Engine;

use self::coding::Coding;
use self::document::Document;
use self::stretch::Stretch;
use crate::error::{Error, ErrorCode, Result};
use crate::scrub::message_rules::Rules;

pub(crate) use self::score::analyze_message;
pub use self::score::{MessageNote, MessageReport, notes};
pub use self::scrub::{MessageFinding, ScrubbedMessage};
pub use self::seal::restore_message;

/// The largest message.
const MAX_BYTES: usize = 1 << 30;

/// What a message is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Found out by looking at its first characters.
    #[default]
    Auto,
    /// A plain note.
    Text,
    /// HL7 v2 (ER7): a message, a batch, a file of them.
    Hl7,
    /// FHIR R4 in JSON: a resource, a Bundle, or lines of resources (NDJSON).
    Fhir,
    /// C-CDA, or another document of CDA R2.
    Ccda,
    /// Rich Text Format.
    Rtf,
    /// HTML.
    Html,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] =
        &[Self::Auto, Self::Text, Self::Hl7, Self::Fhir, Self::Ccda, Self::Rtf, Self::Html];

    /// The name used on the command line, in Python and in C.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Text => "text",
            Self::Hl7 => "hl7",
            Self::Fhir => "fhir",
            Self::Ccda => "ccda",
            Self::Rtf => "rtf",
            Self::Html => "html",
        }
    }
}

impl Format {
    /// What a message is written in, by its first characters: never [`Auto`](Self::Auto).
    pub fn of(message: &[u8]) -> Self {
        // The first characters decide; what ends within one of them is cut off.
        let head = &message[..message.len().min(1 << 16) & !1];
        charset::decode(head).map_or(Self::Text, |(text, _)| looks(&text.text))
    }

    /// Whether `message`, said to be in this format, is a plain note in UTF-8: it needs no reader.
    #[cfg(feature = "cli")]
    pub(crate) fn is_note(self, message: &[u8]) -> bool {
        let plain = self == Self::Text || self == Self::Auto && Self::of(message) == Self::Text;
        plain && std::str::from_utf8(message).is_ok()
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.iter().copied().find(|format| format.as_str() == name);
        found.ok_or_else(|| {
            Error::unknown(ErrorCode::Config, "format", name, Self::ALL.iter().map(|format| format.as_str()))
        })
    }
}

/// Reads a message of bytes; also says in which format it is.
fn read(bytes: &[u8], format: Format, rules: &Rules) -> Result<(Document, Format)> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::input(format!("a message has at most {MAX_BYTES} bytes")));
    }
    rules.cancel.check()?;
    let (text, charset) = charset::decode(bytes)?;
    let format = if format == Format::Auto { looks(&text.text) } else { format };
    // A plain note in another encoding looks like any bytes; control characters tell a picture or an archive from it.
    if format == Format::Text && charset::is_binary(bytes) && std::str::from_utf8(bytes).is_err() {
        return Err(Error::input("no text in any encoding: an image, an archive or another binary file"));
    }
    let inner = read_text(&text.text, format, rules).map_err(|error| charset::located(error, &text))?;
    rules.cancel.check()?;
    let document = match charset {
        // The bytes are the text.
        None if text.text.len() == bytes.len() => inner,
        _ => {
            let mut outer = Document::default();
            outer.push_inner(text, inner);
            outer
        }
    };
    Ok((document, format))
}

/// Reads a message that is text.
fn read_text(text: &str, format: Format, rules: &Rules) -> Result<Document> {
    match format {
        Format::Auto => read_text(text, looks(text), rules),
        Format::Text => Ok(Document::note(Stretch::verbatim(text, 0, Coding::Plain), "text")),
        Format::Hl7 => hl7v2::read(text, rules),
        Format::Fhir => fhir::read(text, rules),
        Format::Ccda => ccda::read(text, rules),
        Format::Rtf => rtf::read(text, rules),
        Format::Html => html::read(text, rules),
    }
}

/// Reads a document within a message; `None` where it is none that can be read: it is then removed.
fn read_embedded(bytes: &[u8], rules: &Rules) -> Option<Document> {
    let rules = rules.within()?;
    // An image or an archive is no text in any encoding.
    if bytes.is_empty() || charset::is_binary(bytes) {
        return None;
    }
    read(bytes, Format::Auto, &rules).ok().map(|(document, _)| document)
}

/// What a text is written in, by its first characters.
fn looks(text: &str) -> Format {
    if hl7v2::is(text) {
        return Format::Hl7;
    }
    if rtf::is(text) {
        return Format::Rtf;
    }
    if fhir::is(text) {
        return Format::Fhir;
    }
    if ccda::is(text) {
        return Format::Ccda;
    }
    if html::is(text) {
        return Format::Html;
    }
    Format::Text
}

/// Whether a text within a message is base64, though nothing says so: one long word that decodes to text, or to more than a word could.
fn is_base64(text: &str) -> bool {
    let packed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let plain =
        packed.len() >= 16 && packed.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    // Words with blanks between them are text; a line is broken after 60 signs or more.
    let broken = text.split_whitespace().rev().skip(1).any(|line| line.len() < 60);
    if !plain || broken {
        return false;
    }
    let Ok(bytes) = hl7v2::BASE64.decode(&packed) else { return false };
    packed.len() >= 128
        || std::str::from_utf8(&bytes).is_ok_and(|text| !text.chars().any(|c| c.is_control() && !c.is_whitespace()))
}

/// Whether a text within a message is a document with a markup of its own.
fn embeds(text: &str) -> bool {
    !matches!(looks(text), Format::Text | Format::Hl7)
}
