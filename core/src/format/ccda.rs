//! C-CDA and other documents of CDA R2: participants, ids, dates and addresses of the header and of entries by a table, narrative blocks
//! and other texts as free text. Namespaces, entities, CDATA sections and the order of attributes stay as they are.
//!
//! `quick-xml` reads the events; it resolves no entities and opens nothing. A document type declaration, with which entities could grow
//! without bound, is refused, and so is nesting deeper than [`MAX_DEPTH`].

use std::ops::Range;

use base64::Engine;
use quick_xml::Reader as Xml;
use quick_xml::events::Event;

use super::coding::Coding;
use super::document::{Document, Leaf};
use super::hl7v2::BASE64;
use super::html::{characters, entity};
use super::number::{self, Called};
use super::stretch::{Edit, Stretch};
use crate::error::{Error, Location, Result};
use crate::scrub::message_rules::{CDA, Entry, Role, Rule, Rules};
use crate::scrub::{Category, Kind, Place};

/// How deep elements may nest.
const MAX_DEPTH: usize = 256;

/// Elements of narrative blocks that end a line, and those that end a cell.
const LINES: &[&str] =
    &["paragraph", "list", "item", "table", "thead", "tbody", "tfoot", "tr", "br", "caption", "footnote"];
const CELLS: &[&str] = &["td", "th"];

/// Attributes that a masked value has in place of its own.
const MASKED: &str = "nullFlavor=\"MSK\"";

/// Whether a text starts as a CDA document does.
pub(super) fn is(text: &str) -> bool {
    let text = text.trim_start();
    let mut end = text.len().min(1 << 14);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.starts_with('<') && text[..end].contains("ClinicalDocument") && text[..end].contains("urn:hl7-org:v3")
}

/// An element that is open.
struct Open {
    name: String,
    /// What its text is.
    entry: Option<Entry>,
    /// The name of a person, put together from its parts.
    person: Option<Person>,
    /// Free text put together from everything within.
    note: Option<Stretch>,
    /// The text is base64.
    packed: bool,
    /// The parts of an address.
    address: Option<Vec<String>>,
    /// What its code calls its value.
    called: Called,
}

#[derive(Default)]
struct Person {
    family: Stretch,
    rest: Stretch,
    role: Option<Role>,
}

/// An attribute: its name, where all of it stands, and where its value does.
struct Attribute<'t> {
    name: &'t str,
    whole: Range<usize>,
    value: Range<usize>,
}

/// Reads a document.
pub(super) fn read(text: &str, rules: &Rules) -> Result<Document> {
    let mut reader = Reader { text, rules, document: Document::default(), open: Vec::new() };
    let mut xml = Xml::from_str(text);
    let config = xml.config_mut();
    config.check_end_names = true;
    config.allow_dangling_amp = true;
    let mut rooted = false;
    for step in 0.. {
        if rules.cancel.stops(step) {
            rules.cancel.check()?;
        }
        let start = position(&xml);
        let event = xml.read_event().map_err(|_| {
            let at = usize::try_from(xml.error_position()).unwrap_or(start);
            Error::input("the document is no well-formed XML").at(Location::Byte(at))
        })?;
        let range = start..position(&xml).min(text.len());
        match event {
            Event::Start(_) | Event::Empty(_) => {
                rooted = true;
                if reader.open.len() >= MAX_DEPTH {
                    let what = format!("elements nest more than {MAX_DEPTH} deep");
                    return Err(Error::input(what).at(Location::Byte(start)));
                }
                reader.start(range);
                if matches!(event, Event::Empty(_)) {
                    reader.end();
                }
            }
            Event::End(_) => reader.end(),
            Event::Text(_) => reader.text(range, Coding::Xml),
            Event::GeneralRef(_) => {
                let name = text[range.clone()].trim_start_matches('&').trim_end_matches(';');
                if entity(name).is_none() && name.len() < range.len() {
                    return Err(
                        Error::input("the document has an entity that is not declared").at(Location::Byte(start))
                    );
                }
                reader.text(range, Coding::Xml);
            }
            Event::CData(_) => {
                let inside = (range.start + 9).min(range.end)..range.end.saturating_sub(3).max(range.start + 9);
                reader.text(inside, Coding::Cdata);
            }
            Event::Comment(_) => {
                let inside = (range.start + 4).min(range.end)..range.end.saturating_sub(3).max(range.start + 4);
                reader.document.remove(inside, "comment");
            }
            Event::DocType(_) => {
                let what = "a document type declaration is refused: its entities could stand for anything";
                return Err(Error::input(what).at(Location::Byte(start)));
            }
            Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    if !reader.open.is_empty() || !rooted {
        return Err(Error::input("the document ends within an element").at(Location::Byte(text.len())));
    }
    Ok(reader.document)
}

fn position(xml: &Xml<&[u8]>) -> usize {
    usize::try_from(xml.buffer_position()).unwrap_or(usize::MAX)
}

struct Reader<'t, 'r> {
    text: &'t str,
    rules: &'r Rules,
    document: Document,
    open: Vec<Open>,
}

impl<'t> Reader<'t, '_> {
    /// What is done to an element's text or to an attribute.
    fn entry(&self, name: &str, attribute: &str) -> Option<Entry> {
        let parent = self.open.last().map_or("", |open| open.name.as_str());
        let paths = [format!("{parent}/{name}{attribute}"), format!("{name}{attribute}"), attribute.to_owned()];
        let paths = paths.iter().filter(|path| !path.is_empty());
        paths.clone().find_map(|path| self.rules.own("cda", path).or_else(|| CDA.get("CDA", path))).cloned()
    }

    fn start(&mut self, range: Range<usize>) {
        let tag = &self.text[range.clone()];
        let length = tag[1..].bytes().take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'>' | b'/')).count();
        let name = local(&tag[1..=length]).to_owned();
        let attributes = self.attributes(range.start + 1 + length..range.end);
        let said = |of: &str| {
            let found = attributes.iter().find(|attribute| local(attribute.name) == of);
            found.map_or("", |attribute| &self.text[attribute.value.clone()])
        };
        let in_note = self.open.iter().any(|open| open.note.is_some());
        let system = said("codeSystem").to_owned();
        let (typed, packed) = (said("type").to_owned(), said("representation") == "B64");
        let unit = said("unit").to_owned();
        if name == "code"
            && let Some(open) = self.open.last_mut()
        {
            open.called = open.called.and(Called::by(said("code"))).and(Called::by(said("displayName")));
        }
        let masked = attributes.iter().any(|attribute| attribute.name == "nullFlavor");
        let names: Vec<(String, Range<usize>, Range<usize>)> =
            attributes.iter().map(|a| (local(a.name).to_owned(), a.whole.clone(), a.value.clone())).collect();
        let mut masks = masked;
        for (attribute, whole, value) in names {
            if attribute == "xmlns" || attribute.starts_with("xmlns:") || value.is_empty() {
                continue;
            }
            let in_text = in_note || name == "linkHtml";
            self.attribute(&name, &attribute, whole, value, &system, &typed, &unit, in_text, &mut masks);
        }
        if in_note {
            let by = if CELLS.contains(&name.as_str()) { "\t" } else { "\n" };
            if CELLS.contains(&name.as_str()) || LINES.contains(&name.as_str()) {
                self.separate(by);
            }
            self.open.push(Open {
                name,
                entry: None,
                person: None,
                note: None,
                packed: false,
                address: None,
                called: Called::default(),
            });
            return;
        }
        let entry = self.entry(&name, "");
        let parent_person = self.open.last().is_some_and(|open| open.person.is_some());
        let is_name =
            matches!(entry.as_ref().map(|e| &e.rule), Some(Rule::Value(Category::Name, ..))) && name == "name";
        let person = is_name.then(|| Person { role: entry.as_ref().and_then(|e| e.role), ..Person::default() });
        let is_text = matches!(entry.as_ref().map(|e| &e.rule), Some(Rule::Text)) && !packed && !parent_person;
        let note = is_text.then(Stretch::default);
        let address = (name == "addr").then(Vec::new);
        self.open.push(Open { name, entry, person, note, packed, address, called: Called::default() });
    }

    fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if let Some(note) = open.note {
            let path = self.path(&open.name);
            let starts = super::looks(&note.text);
            let inner = (starts == super::Format::Rtf)
                .then(|| self.rules.within().map(|rules| super::read_text(&note.text, starts, &rules)))
                .flatten();
            match inner {
                Some(Ok(inner)) => self.document.push_inner(note, inner),
                _ => self.document.push_note(note, path),
            }
            return;
        }
        if let Some(Person { mut family, rest, role }) = open.person {
            if !family.is_empty() && !rest.is_empty() {
                family.separate(", ");
            }
            family.append(rest);
            family.repeats = true;
            let rule = Rule::Value(Category::Name, Kind::Whole, Place::Text);
            let path = self.path("name");
            self.document.push_value(family, &rule, role, path);
        }
        if let Some(parts) = open.address
            && self
                .open
                .iter()
                .any(|outer| matches!(outer.name.as_str(), "patientRole" | "patient" | "guardian" | "associatedEntity"))
        {
            self.document.known.add(Role::Addresses, &parts.join(", "));
        }
        if LINES.contains(&open.name.as_str()) {
            self.separate("\n");
        }
    }

    /// Ends a line, or a cell, of the free text that is being put together.
    fn separate(&mut self, by: &str) {
        if let Some(note) = self.open.iter_mut().rev().find_map(|open| open.note.as_mut())
            && !note.is_empty()
            && !(by == "\n" && note.text.ends_with('\n'))
        {
            note.separate(by);
        }
    }

    fn path(&self, name: &str) -> String {
        self.open.last().map_or_else(|| name.to_owned(), |parent| format!("{}/{name}", parent.name))
    }

    fn text(&mut self, range: Range<usize>, coding: Coding) {
        if range.is_empty() {
            return;
        }
        let mut value = Stretch::default();
        if coding == Coding::Cdata {
            value.push_verbatim(&self.text[range.clone()], range.start, coding);
        } else {
            // In narratives a line break is a blank.
            characters(self.text, range.clone(), coding, false, &mut value);
        }
        if let Some(note) = self.open.iter_mut().rev().find_map(|open| open.note.as_mut()) {
            note.append(value);
            return;
        }
        if value.text.trim().is_empty() {
            return;
        }
        let Some(open) = self.open.last() else { return };
        let name = open.name.clone();
        if open.packed {
            let bytes: String = value.text.chars().filter(|c| !c.is_whitespace()).collect();
            let inner = BASE64.decode(&bytes).ok().and_then(|bytes| {
                let inner = super::read_embedded(&bytes, self.rules)?;
                Some((bytes, inner))
            });
            let path = self.path(&name);
            match inner {
                Some((bytes, inner)) => self.document.push_base64(range, bytes, inner),
                None => self.document.remove(range, path),
            }
            return;
        }
        let entry = open.entry.clone();
        let is_part = matches!(name.as_str(), "given" | "family" | "name" | "prefix" | "suffix" | "delimiter");
        if is_part && let Some(person) = self.open.iter_mut().rev().find_map(|open| open.person.as_mut()) {
            match name.as_str() {
                "prefix" | "suffix" | "delimiter" => {}
                part => {
                    let into = if part == "family" { &mut person.family } else { &mut person.rest };
                    if !into.is_empty() && !into.source_ends(range.start) {
                        into.separate(" ");
                    }
                    into.append(value.trimmed());
                }
            }
            return;
        }
        if let Some(address) = self.open.iter_mut().rev().find_map(|open| open.address.as_mut())
            && !matches!(name.as_str(), "country" | "county")
        {
            address.push(value.text.trim().to_owned());
        }
        let path = self.path(&name);
        let entry = entry.unwrap_or(Entry { rule: self.rules.unknown.clone(), role: None });
        match &entry.rule {
            Rule::Keep => {}
            Rule::Value(..) | Rule::Text => self.document.push_value(value.trimmed(), &entry.rule, entry.role, path),
            _ => self.document.remove(range, path),
        }
    }

    #[allow(clippy::too_many_arguments, reason = "they are what an attribute is read by")]
    fn attribute(
        &mut self,
        element: &str,
        name: &str,
        whole: Range<usize>,
        value: Range<usize>,
        system: &str,
        typed: &str,
        unit: &str,
        in_text: bool,
        masks: &mut bool,
    ) {
        let attribute = format!("@{name}");
        let mut entry = self.entry(element, &attribute);
        // Where the type of a value is said, it goes by that.
        if element == "value" && name == "value" {
            let time = matches!(typed.rsplit(':').next(), Some("TS" | "IVL_TS" | "PIVL_TS" | "SXCM_TS"));
            let contact = typed.ends_with("TEL") || typed.ends_with("URL");
            let line = if time {
                Some("date")
            } else if contact {
                Some("contact")
            } else {
                None
            };
            entry = line.and_then(|line| Entry::read(line).ok()).or(entry);
        }
        let path = format!("{}@{name}", self.path(element));
        let unknown = Entry { rule: self.rules.unknown.clone(), role: None };
        let entry = entry.unwrap_or(unknown);
        let mut text = Stretch::default();
        characters(self.text, value.clone(), Coding::Attribute, true, &mut text);
        let first = self.document.leaves.len();
        let of = |category, place| Rule::Value(category, Kind::Whole, place);
        // A value of `value`, or of the bounds within it.
        let above = self.open.iter().rev().take(2);
        let called = above.fold(Called::default(), |called, open| called.and(open.called));
        let ninety = number::over_89(&text.text, unit, called).filter(|_| name == "value");
        match &entry.rule {
            Rule::Keep if name == "value" && called.identifies(&text.text) => self.document.remove(value, path),
            Rule::Keep => {
                if let Some(ninety) = ninety {
                    self.document.push_age(text, ninety, path);
                }
            }
            Rule::Display if system.starts_with("2.16.840.1.113883.") => {}
            Rule::Display | Rule::Text => self.document.push_note(text, path),
            // A fragment of the document itself.
            Rule::Value(Category::Url, ..) if text.text.starts_with('#') => {}
            Rule::Value(Category::OtherId, _, Place::Link) => {
                if is_uuid(&text.text) {
                    self.document.push_value(text, &of(Category::OtherId, Place::Uuid), None, path);
                } else {
                    self.document.push_value(text, &entry.rule, entry.role, path);
                }
            }
            Rule::Value(..) => self.document.push_value(text, &entry.rule, entry.role, path),
            // An object identifier names a scheme; one that is made by chance names one thing.
            Rule::System => {
                if is_uuid(&text.text) {
                    self.document.push_value(text, &of(Category::OtherId, Place::Uuid), None, path);
                }
            }
            Rule::Contact => {
                let patient = self
                    .open
                    .last()
                    .is_some_and(|open| matches!(open.name.as_str(), "patientRole" | "guardian" | "associatedEntity"));
                let colon = text.text.find(':').map_or(0, |at| at + 1);
                let (category, role) = match &text.text[..colon] {
                    "mailto:" => (Category::Email, Some(Role::Emails)),
                    "http:" | "https:" | "ftp:" | "mllp:" | "file:" => (Category::Url, None),
                    "fax:" | "x-text-fax:" => (Category::Fax, Some(Role::Phones)),
                    _ if text.text.contains('@') => (Category::Email, Some(Role::Emails)),
                    _ => (Category::Phone, Some(Role::Phones)),
                };
                let part = if category == Category::Url { 0..text.text.len() } else { colon..text.text.len() };
                self.document.push_value(text.cut(part), &of(category, Place::Text), role.filter(|_| patient), path);
            }
            Rule::Remove if in_text && name == "title" => self.document.push_note(text, path),
            _ => self.document.remove(value, path),
        }
        // A value that is gone is said to be masked, once an element.
        let bytes = if *masks { Vec::new() } else { MASKED.as_bytes().to_vec() };
        for leaf in &mut self.document.leaves[first..] {
            *masks = true;
            let leaf: &mut Leaf = leaf;
            leaf.emptied = Some(Edit { source: whole.clone(), bytes: bytes.clone() });
        }
    }

    /// The attributes of a tag.
    fn attributes(&self, range: Range<usize>) -> Vec<Attribute<'t>> {
        let bytes = self.text.as_bytes();
        let mut out = Vec::new();
        let mut at = range.start;
        while at < range.end {
            at +=
                bytes[at..range.end].iter().take_while(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>')).count();
            let start = at;
            let is_end = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'=' | b'>');
            at += bytes[at..range.end].iter().position(is_end).unwrap_or(range.end - at);
            let name = &self.text[start..at];
            let quote = bytes[at..range.end].iter().position(|b| matches!(b, b'"' | b'\''));
            let Some(quote) = quote.map(|n| at + n) else { return out };
            let close = memchr::memchr(bytes[quote], &bytes[quote + 1..range.end]);
            let Some(close) = close.map(|n| quote + 1 + n) else { return out };
            out.push(Attribute { name, whole: start..close + 1, value: quote + 1..close });
            at = close + 1;
        }
        out
    }
}

/// The name without its prefix.
fn local(name: &str) -> &str {
    if name.starts_with("xmlns") { name } else { name.rsplit(':').next().unwrap_or(name) }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4 && !text.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrub::Policy;

    #[test]
    fn what_is_no_document_is_refused() {
        let rules = Rules::new(&Policy::default()).unwrap();
        let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
        let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>";
        for text in ["", "<a>", "<a></b>", "<a b=\"", "<a>&b;</a>", deep.as_str(), laughs] {
            assert!(read(text, &rules).is_err());
        }
    }

    #[test]
    fn names_and_narratives_are_read() {
        let rules = Rules::new(&Policy::default()).unwrap();
        let text = "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><patient><name><given>Ros</given><family>Acht&amp;er</family></name></patient>\
            <section><text><list><item>Jo<content>hn</content></item><item><![CDATA[a < b]]></item></list></text></section></ClinicalDocument>";
        let document = read(text, &rules).unwrap();
        let texts: Vec<&str> = document.leaves.iter().map(|leaf| leaf.stretch.text.as_str()).collect();
        assert_eq!(texts, ["Acht&er, Ros", "John\na < b\n"]);
    }
}
