//! How text is written at a place of a message: which characters have to be escaped, and how.

use encoding_rs::Encoding;

/// The delimiters of an HL7 v2 message, as its MSH-1 and MSH-2 state them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delimiters {
    pub(super) field: u8,
    pub(super) component: u8,
    pub(super) repetition: u8,
    /// None where MSH-2 states none: then there are no escapes.
    pub(super) escape: Option<u8>,
    pub(super) subcomponent: Option<u8>,
}

/// How text is written at a place of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// As it is.
    Plain,
    /// HL7 v2: delimiters as escapes, line breaks as `.br`.
    Hl7(Delimiters),
    /// Between the quotes of a JSON text.
    Json,
    /// Character data of XML or HTML.
    Xml,
    /// The value of an attribute, in either kind of quotes.
    Attribute,
    /// Within a CDATA section.
    Cdata,
    /// RTF.
    Rtf,
    /// RTF just after a control word, which a blank has to end.
    RtfAfterWord,
    /// A character encoding other than UTF-8.
    Charset(Charset),
}

/// A character encoding of a whole document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// One byte a character.
    Bytes(&'static Encoding),
    Utf16Le,
    Utf16Be,
}

impl Coding {
    /// Appends `text` as it is written there.
    pub(super) fn write(self, text: &str, out: &mut Vec<u8>) {
        match self {
            Self::Plain => out.extend_from_slice(text.as_bytes()),
            Self::Hl7(delimiters) => hl7(text, delimiters, out),
            Self::Json => json(text, out),
            Self::Xml => xml(text, false, out),
            Self::Attribute => xml(text, true, out),
            Self::Cdata => out.extend_from_slice(text.replace("]]>", "]]]]><![CDATA[>").as_bytes()),
            Self::Rtf => rtf(text, out),
            Self::RtfAfterWord => {
                out.push(b' ');
                rtf(text, out);
            }
            Self::Charset(charset) => charset.write(text, out),
        }
    }
}

impl Charset {
    fn write(self, text: &str, out: &mut Vec<u8>) {
        match self {
            Self::Bytes(encoding) => {
                for c in text.chars() {
                    let mut buffer = [0; 4];
                    let (bytes, _, failed) = encoding.encode(c.encode_utf8(&mut buffer));
                    // A character reference would be text of its own making.
                    if failed { out.push(b'?') } else { out.extend_from_slice(&bytes) }
                }
            }
            Self::Utf16Le => text.encode_utf16().for_each(|unit| out.extend(unit.to_le_bytes())),
            Self::Utf16Be => text.encode_utf16().for_each(|unit| out.extend(unit.to_be_bytes())),
        }
    }
}

fn hl7(text: &str, delimiters: Delimiters, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        let name = match byte {
            _ if byte == delimiters.field => Some("F"),
            _ if byte == delimiters.component => Some("S"),
            _ if byte == delimiters.repetition => Some("R"),
            _ if Some(byte) == delimiters.escape => Some("E"),
            _ if Some(byte) == delimiters.subcomponent => Some("T"),
            b'\r' | b'\n' => Some(".br"),
            _ => None,
        };
        match (name, delimiters.escape) {
            (None, _) => out.push(byte),
            (Some(name), Some(escape)) => {
                out.push(escape);
                out.extend_from_slice(name.as_bytes());
                out.push(escape);
            }
            // Without escapes a delimiter cannot be said.
            (Some(_), None) => out.push(b' '),
        }
    }
}

fn json(text: &str, out: &mut Vec<u8>) {
    let quoted = serde_json::Value::from(text).to_string();
    out.extend_from_slice(&quoted.as_bytes()[1..quoted.len() - 1]);
}

fn xml(text: &str, attribute: bool, out: &mut Vec<u8>) {
    for c in text.chars() {
        match c {
            '&' => out.extend_from_slice(b"&amp;"),
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '"' if attribute => out.extend_from_slice(b"&quot;"),
            '\'' if attribute => out.extend_from_slice(b"&#39;"),
            _ => {
                let mut buffer = [0; 4];
                out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
            }
        }
    }
}

fn rtf(text: &str, out: &mut Vec<u8>) {
    for c in text.chars() {
        match c {
            '\\' | '{' | '}' => out.extend([b'\\', c as u8]),
            '\n' => out.extend_from_slice(b"\\line "),
            '\t' => out.extend_from_slice(b"\\tab "),
            ' '..='~' => out.push(c as u8),
            _ => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    // Signed, with one character that stands in for readers without Unicode.
                    out.extend_from_slice(format!("\\u{}?", unit.cast_signed()).as_bytes());
                }
            }
        }
    }
}
