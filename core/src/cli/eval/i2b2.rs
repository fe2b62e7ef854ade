//! The XML of the i2b2 2014 de-identification track (Stubbs and Uzuner 2015, doi:10.1016/j.jbi.2015.07.020).
//!
//! ```xml
//! <deIdi2b2>
//! <TEXT><![CDATA[Seen by Dr. Marsh.]]></TEXT>
//! <TAGS><NAME id="P0" start="12" end="17" text="Marsh" TYPE="DOCTOR" comment="" /></TAGS>
//! </deIdi2b2>
//! ```
//!
//! Offsets are code points of the text as XML reads it, where every line ends in one LF (XML 1.0, 2.11). `spans="12~17"`,
//! which newer annotation tools write, is read too.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::labels::{Labels, agree, disagree, span};
use crate::error::{Error, Location, Result};
use crate::measure::Gold;
use crate::text::{Offsets, Span};

const VERSION: XmlVersion = XmlVersion::Implicit1_0;

/// A tag as it is written.
struct Tag {
    label: String,
    pieces: Vec<(Option<u64>, Option<u64>)>,
    text: Option<String>,
    /// Its byte in the file.
    at: usize,
}

/// Reads a file: the note and its labels.
pub(super) fn read(xml: &str, labels: &Labels) -> Result<(String, Gold)> {
    let mark = xml.len() - xml.trim_start_matches('\u{feff}').len();
    let (text, tags) = parse(&xml[mark..]).map_err(|(error, at)| error.at(place(xml, at + mark)))?;
    let offsets = Offsets::new(&text);
    let length = offsets.code_point(text.len());
    let mut gold = Gold::default();
    for tag in &tags {
        let here = |error: Error| error.at(place(xml, tag.at + mark));
        let meaning = labels.meaning(&tag.label).map_err(here)?;
        let mut spans: Vec<Span> = Vec::new();
        for (start, end) in &tag.pieces {
            spans.push(span(&offsets, length, *start, *end).map_err(here)?);
        }
        if let Some(repeated) = tag.text.as_ref().filter(|_| !labels.trust_offsets) {
            let found: String = spans.iter().map(|span| span.of(&text)).collect();
            if !agree(repeated, &found) {
                return Err(here(disagree()));
            }
        }
        for span in spans {
            labels.add(&mut gold, &text, span, meaning);
        }
    }
    Ok((text, gold))
}

/// The line and column of a byte.
fn place(xml: &str, byte: usize) -> Location {
    let position = Offsets::new(xml).position(byte);
    Location::LineColumn { line: position.line, column: position.column }
}

/// The text and the tags of a file; a mistake comes with its byte.
fn parse(xml: &str) -> Result<(String, Vec<Tag>), (Error, usize)> {
    let mut reader = Reader::from_str(xml);
    let (mut text, mut tags): (Option<String>, Option<Vec<Tag>>) = (None, None);
    // The elements that are open.
    let mut open: Vec<String> = Vec::new();
    loop {
        let at = reader.buffer_position() as usize;
        // The parser's own message may repeat what is written in the file.
        let event = reader
            .read_event()
            .map_err(|_| (Error::input("the XML is not well-formed here"), reader.error_position() as usize))?;
        let inside = open.last().map(String::as_str);
        match event {
            Event::Start(start) => {
                match (inside, start.name().0) {
                    (Some("TEXT"), _) => return Err((Error::input("there is an element inside TEXT"), at)),
                    (Some("TAGS"), _) => tags.get_or_insert_default().push(tag(&start, at)?),
                    (_, "TEXT") if text.is_some() => return Err((Error::input("there is a second TEXT"), at)),
                    (_, "TEXT") => text = Some(String::new()),
                    (_, "TAGS") => drop(tags.get_or_insert_default()),
                    _ => {}
                }
                open.push(start.name().0.to_owned());
            }
            Event::Empty(start) => match (inside, start.name().0) {
                (Some("TAGS"), _) => tags.get_or_insert_default().push(tag(&start, at)?),
                (_, "TAGS") => drop(tags.get_or_insert_default()),
                (_, "TEXT") => text = Some(String::new()),
                _ => {}
            },
            Event::End(_) => drop(open.pop()),
            Event::Text(piece) if inside == Some("TEXT") => {
                text.get_or_insert_default().push_str(&piece.xml_content(VERSION));
            }
            Event::CData(piece) if inside == Some("TEXT") => {
                text.get_or_insert_default().push_str(&piece.xml_content(VERSION));
            }
            Event::GeneralRef(reference) if inside == Some("TEXT") => {
                let unknown = || (Error::input("an entity is not one of XML's own"), at);
                let character = match reference.resolve_char_ref() {
                    Ok(Some(character)) => character,
                    Ok(None) => match reference.xml_content(VERSION).as_ref() {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "quot" => '"',
                        "apos" => '\'',
                        _ => return Err(unknown()),
                    },
                    Err(_) => return Err(unknown()),
                };
                text.get_or_insert_default().push(character);
            }
            Event::Eof if open.is_empty() => break,
            Event::Eof => return Err((Error::input("the XML ends inside an element"), xml.len())),
            _ => {}
        }
    }
    let text = text.ok_or_else(|| (Error::input("there is no TEXT element: i2b2 2014 XML has the note there"), 0))?;
    let tags = tags.ok_or_else(|| (Error::input("there is no TAGS element: i2b2 2014 XML has the labels there"), 0))?;
    Ok((text, tags))
}

fn tag(start: &BytesStart<'_>, at: usize) -> Result<Tag, (Error, usize)> {
    let mut tag = Tag { label: start.name().0.to_owned(), pieces: Vec::new(), text: None, at };
    let (mut first, mut last) = (None, None);
    let malformed = || (Error::input("an attribute of the tag is not well-formed"), at);
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| malformed())?;
        let value = attribute.normalized_value(VERSION).map_err(|_| malformed())?;
        match attribute.key.0 {
            "start" => first = value.trim().parse().ok(),
            "end" => last = value.trim().parse().ok(),
            "TYPE" if !value.trim().is_empty() => value.trim().clone_into(&mut tag.label),
            "text" => tag.text = Some(value.into_owned()),
            "spans" => {
                tag.pieces = value
                    .split(',')
                    .map(|piece| {
                        let (start, end) = piece.split_once('~').unwrap_or((piece, ""));
                        (start.trim().parse().ok(), end.trim().parse().ok())
                    })
                    .collect();
            }
            _ => {}
        }
    }
    if tag.pieces.is_empty() {
        tag.pieces.push((first, last));
    }
    Ok(tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrub::Category;

    fn labels() -> Labels {
        Labels::new(None, false, false).unwrap()
    }

    fn file(text: &str, tags: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<deIdi2b2>\n<TEXT><![CDATA[{text}]]></TEXT>\n<TAGS>\n{tags}\n</TAGS>\n</deIdi2b2>"
        )
    }

    #[test]
    fn notes_are_read_in_code_points() {
        let xml = file(
            "Zoë of Troy,\r\nNY, 45 yo & <well>. In 2069, 3/14.",
            "<NAME id=\"P0\" start=\"0\" end=\"3\" text=\"Zoë\" TYPE=\"PATIENT\" comment=\"\" />\n\
             <LOCATION id=\"P1\" start=\"7\" end=\"15\" text=\"Troy, NY\" TYPE=\"CITY\" comment=\"\"></LOCATION>\n\
             <AGE id=\"P2\" start=\"17\" end=\"19\" text=\"45\" TYPE=\"AGE\" comment=\"\" />\n\
             <DATE id=\"P3\" start=\"36\" end=\"40\" text=\"2069\" TYPE=\"DATE\" comment=\"\" />\n\
             <DATE id=\"P4\" spans=\"42~46\" text=\"3/14\" TYPE=\"DATE\" comment=\"\" />",
        );
        let (text, gold) = read(&xml, &labels()).unwrap();
        assert_eq!(text, "Zoë of Troy,\nNY, 45 yo & <well>. In 2069, 3/14.");
        let spans: Vec<_> = gold.spans.iter().map(|(span, category)| (span.of(&text), *category)).collect();
        assert_eq!(spans, [("Zoë", Category::Name), ("Troy,\nNY", Category::Location), ("3/14", Category::Date)]);
        let ignored: Vec<_> = gold.ignored.iter().map(|span| span.of(&text)).collect();
        assert_eq!(ignored, ["45", "2069"]);
        let all = Labels::new(None, true, false).unwrap();
        assert_eq!(read(&xml, &all).unwrap().1.spans.len(), 5);
    }

    #[test]
    fn text_without_cdata_is_read() {
        let xml = "\u{feff}<deIdi2b2><TEXT>A &amp; B &#233;&lt;</TEXT><TAGS/></deIdi2b2>";
        let (text, gold) = read(xml, &labels()).unwrap();
        assert_eq!(text, "A & B é<");
        assert!(gold.spans.is_empty());
    }

    #[test]
    fn mistakes_say_where_and_quote_nothing() {
        let tag = |tag: &str| file("Quackenbush came", tag);
        for (xml, parts) in [
            (tag("<NAME start=\"0\" end=\"99\" TYPE=\"PATIENT\"/>"), &["line 5", "16 code points"][..]),
            (tag("<NAME start=\"0\" TYPE=\"PATIENT\"/>"), &["line 5", "`end`"]),
            (
                tag("\n<NAME start=\"1\" end=\"11\" text=\"Quackenbus\" TYPE=\"PATIENT\"/>"),
                &["line 6", "--trust-offsets"],
            ),
            (tag("<NAME start=\"0\" end=\"11\" TYPE=\"GIBBERISH\"/>"), &["line 5", "GIBBERISH", "--map"]),
            (tag("<NAME start=\"0\" end=\"11\" TYPE=\"PATIENT>"), &["line", "well-formed"]),
            (tag("</NAME>"), &["line 5", "well-formed"]),
            ("<deIdi2b2><TEXT>Quackenbush".into(), &["inside an element"]),
            ("<deIdi2b2><TEXT>Quackenbush &Quackenbush;</TEXT></deIdi2b2>".into(), &["column 29", "entity"]),
            ("<deIdi2b2></deIdi2b2>".into(), &["TEXT"]),
            ("<deIdi2b2><TEXT/></deIdi2b2>".into(), &["TAGS"]),
            ("Quackenbush".into(), &["TEXT"]),
        ] {
            let error = read(&xml, &labels()).unwrap_err().to_string();
            for part in parts {
                assert!(error.contains(part), "{error} lacks {part}");
            }
            assert!(!error.contains("Quackenbus"), "{error}");
        }
        let off = tag("<NAME start=\"1\" end=\"11\" text=\"Quackenbus\" TYPE=\"PATIENT\"/>");
        assert!(read(&off, &Labels::new(None, false, true).unwrap()).is_ok());
    }
}
