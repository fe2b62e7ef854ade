//! Character encodings: UTF-8 with or without a byte order mark, UTF-16 with one, and Windows-1252 for what is none of these.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::coding::{Charset, Coding};
use super::stretch::Stretch;
use crate::error::{Error, Location, Result};

/// The text of a message; its encoding where that is not UTF-8.
///
/// # Errors
/// When the bytes are UTF-16 that ends within a character or has half a pair.
pub(super) fn decode(bytes: &[u8]) -> Result<(Stretch, Option<Charset>)> {
    match bytes {
        [0xff, 0xfe, ..] => utf16(bytes, Charset::Utf16Le).map(|text| (text, Some(Charset::Utf16Le))),
        [0xfe, 0xff, ..] => utf16(bytes, Charset::Utf16Be).map(|text| (text, Some(Charset::Utf16Be))),
        _ => {
            let mark = if bytes.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
            if let Ok(text) = std::str::from_utf8(&bytes[mark..]) {
                Ok((Stretch::verbatim(text, mark, Coding::Plain), None))
            } else {
                let encoding = stated(bytes).unwrap_or(WINDOWS_1252);
                Ok((single(bytes, encoding), Some(Charset::Bytes(encoding))))
            }
        }
    }
}

/// The encoding that an XML declaration or MSH-18 states, if it is one of one byte a character.
fn stated(bytes: &[u8]) -> Option<&'static Encoding> {
    let label = declared(bytes).or_else(|| in_header(bytes))?;
    Encoding::for_label(&label).filter(|encoding| encoding.is_single_byte())
}

/// What an XML declaration states.
fn declared(bytes: &[u8]) -> Option<Vec<u8>> {
    let head = &bytes[..bytes.len().min(512)];
    let at = head.windows(9).position(|window| window == b"encoding=")? + 10;
    head.get(at..)?.split(|byte| matches!(byte, b'"' | b'\'')).next().map(<[u8]>::to_vec)
}

/// What the first segment MSH states, which may follow those of a file and a batch: HL7 table 0211 writes ISO 8859-2 as `8859/2`.
fn in_header(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut lines = bytes.split(|byte| matches!(byte, b'\r' | b'\n' | 0x0b)).filter(|line| !line.is_empty());
    let line = lines.by_ref().take(3).find_map(|line| line.strip_prefix(b"MSH"))?;
    let (delimiter, fields) = line.split_first()?;
    let field = fields.split(|byte| byte == delimiter).nth(16)?;
    let part: Vec<u8> = field.strip_prefix(b"8859/")?.iter().copied().take_while(u8::is_ascii_digit).collect();
    Some([b"iso-8859-", part.as_slice()].concat())
}

fn single(bytes: &[u8], encoding: &'static Encoding) -> Stretch {
    let mut out = Stretch::default();
    let mut at = 0;
    while at < bytes.len() {
        let plain = bytes[at..].iter().take_while(|byte| byte.is_ascii()).count();
        let text = std::str::from_utf8(&bytes[at..at + plain]).unwrap_or_default();
        out.push_verbatim(text, at, Coding::Charset(Charset::Bytes(encoding)));
        at += plain;
        if let Some(byte) = bytes.get(at..at + 1) {
            let text = encoding.decode_without_bom_handling_and_without_replacement(byte);
            out.push(&text.unwrap_or(Cow::Borrowed("\u{fffd}")), at..at + 1, Coding::Charset(Charset::Bytes(encoding)));
            at += 1;
        }
    }
    out
}

fn utf16(bytes: &[u8], charset: Charset) -> Result<Stretch> {
    let unit = |at: usize| {
        let pair = [*bytes.get(at)?, *bytes.get(at + 1)?];
        Some(if charset == Charset::Utf16Le { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let mut out = Stretch::default();
    let mut at = 2;
    while at < bytes.len() {
        let wrong = || Error::input("the text is UTF-16 with half a character").at(Location::Byte(at));
        let first = unit(at).ok_or_else(wrong)?;
        let second = unit(at + 2).filter(|_| (0xd800..0xdc00).contains(&first));
        let units: Vec<u16> = std::iter::once(first).chain(second).collect();
        let text = String::from_utf16(&units).map_err(|_| wrong())?;
        out.push(&text, at..at + 2 * units.len(), Coding::Charset(charset));
        at += 2 * units.len();
    }
    Ok(out)
}

/// An error of the text as one of the bytes.
pub(super) fn located(error: Error, text: &Stretch) -> Error {
    error.with_bytes(|at| text.source(&(at..at)).start)
}

/// Whether bytes begin with the mark of UTF-16.
pub(super) fn is_wide(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])
}

/// Whether bytes are no text: they have control characters that no note has.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    let control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x1c);
    !is_wide(bytes) && (bytes.starts_with(b"%PDF") || bytes.iter().take(4096).any(control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::stretch::spliced;

    #[test]
    fn every_encoding_is_read_and_written() {
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain("é €😀".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for (bytes, text) in [(b"caf\xe9 \x80".to_vec(), "café €"), (wide, "é €😀"), (b"\xef\xbb\xbfok".to_vec(), "ok")]
        {
            let (stretch, _) = decode(&bytes).unwrap();
            assert_eq!(stretch.text, text);
            let last = text.chars().last().unwrap();
            let change = [(text.len() - last.len_utf8()..text.len(), format!("{last}{last}"))];
            let changed = spliced(&bytes, &stretch.rewrite(&change));
            assert_eq!(decode(&changed).unwrap().0.text, format!("{text}{last}"));
        }
        let by = |said: &str| {
            [format!("BHS|^~\\&\rMSH|^~\\&|||||||||||||||| {said}\rPID|1|").replace("| ", "|").as_bytes(), b"\xb1\r"]
                .concat()
        };
        for (said, last) in [("8859/2", 'ą'), ("8859/1~8859/2", '±'), ("8859/0", '±'), ("", '±')] {
            assert_eq!(decode(&by(said)).unwrap().0.text.trim_end().chars().last(), Some(last), "{said}");
        }
        assert!(decode(b"\xff\xfea").is_err());
        assert!(decode(b"\xff\xfe\x00\xd8").is_err());
    }
}
