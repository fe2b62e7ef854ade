//! C-CDA and other documents of CDA R2: participants, ids, dates and addresses of the header and of entries by a table, narrative blocks
//! and other texts as free text. Namespaces, entities, CDATA sections and the order of attributes stay as they are.
//!
//! `quick-xml` reads the events; it resolves no entities and opens nothing. A document type declaration, with which entities could grow
//! without bound, is refused, and so is nesting deeper than [`MAX_DEPTH`].

use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine;
use quick_xml::Reader as Xml;
use quick_xml::events::Event;

use super::coding::Coding;
use super::document::{Content, Document, Fixed, Leaf};
use super::hl7v2::BASE64;
use super::html::{self, characters, entity};
use super::layout;
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

/// Words of the names of stylesheets and schemas.
static STYLESHEETS: layout::Words = LazyLock::new(|| {
    "c ccd ccda cda clinical css document en extended hl7 http https infrastructure narrative org pocd processable schema schemas sdtc sheet style
     stylesheet styles transform urn utf v web www xml xsd xsl xslt iso infrastructureroot mt hd xmlschema w3 voc ccr"
        .split_whitespace()
        .collect()
});
/// Codes of how narrative blocks look (HL7 CDA R2, 4.3.5.11), and those of the sample stylesheets.
static STYLES: layout::Words = LazyLock::new(|| {
    "bold underline italics emphasis lrule rrule toprule botrule arabic littleroman bigroman littlealpha bigalpha disc circle square ordered
     unordered delete insert xrownormal xrowalternate normrow altrow xcontentr xcontentb xmono xcontentitalic dottedline xref xallergy xlabel
     xcell xheader xsecondary"
        .split_whitespace()
        .collect()
});

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
    /// The data type of its value: its own, or that of what it stands in.
    typed: String,
}

#[derive(Default)]
struct Person {
    family: Stretch,
    rest: Stretch,
    role: Option<Role>,
}

/// What stands beside an attribute.
struct Beside<'a> {
    /// The code system of the element.
    system: &'a str,
    /// The type of the value that it is, or that it stands in.
    typed: &'a str,
    unit: &'a str,
    /// Who gives the element's numbers out.
    root: &'a str,
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
                reader.start(range)?;
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
            Event::Decl(_) => {
                if !html::is_declaration(&text[range.clone()]) {
                    reader.document.remove(range, "declaration");
                }
            }
            Event::PI(_) => reader.instruction(range),
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

    /// Reads a processing instruction: one that names a stylesheet stays but for the names in it.
    fn instruction(&mut self, range: Range<usize>) {
        let inside = self.text[range.clone()].strip_prefix("<?xml-stylesheet").and_then(|rest| rest.strip_suffix("?>"));
        let start = range.start + "<?xml-stylesheet".len();
        let attributes = inside.and_then(|inside| self.attributes(start..start + inside.len()));
        let Some(attributes) = attributes else { return self.document.remove(range, "instruction") };
        for Attribute { name, whole, value } in attributes {
            let said = &self.text[value.clone()];
            let known = match name {
                "href" => layout::is_known(said, &[&STYLESHEETS], 1, 3),
                "type" | "media" | "alternate" | "charset" => {
                    layout::is_known(said, &[&layout::VALUES, &STYLESHEETS], 4, 6)
                }
                "title" => {
                    self.document.push_note(Stretch::verbatim(said, value.start, Coding::Attribute), "instruction");
                    true
                }
                _ => {
                    self.document.remove(whole, "instruction");
                    true
                }
            };
            if !known {
                self.document.remove(value, "instruction");
            }
        }
    }

    fn start(&mut self, range: Range<usize>) -> Result<()> {
        let tag = &self.text[range.clone()];
        let length = tag[1..].bytes().take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'>' | b'/')).count();
        let name = local(&tag[1..=length]).to_owned();
        let end = range.end - if tag.ends_with("/>") { 2 } else { 1 };
        let attributes = self
            .attributes((range.start + 1 + length).min(end)..end)
            .ok_or_else(|| Error::input("the document is no well-formed XML").at(Location::Byte(range.start)))?;
        let said = |of: &str| {
            let found = attributes.iter().find(|attribute| local(attribute.name) == of);
            found.map_or("", |attribute| &self.text[attribute.value.clone()])
        };
        let in_note = self.open.iter().any(|open| open.note.is_some());
        let system = said("codeSystem").to_owned();
        let (typed, packed) = (said("type").to_owned(), said("representation") == "B64");
        let (unit, root) = (said("unit").to_owned(), said("root").to_owned());
        // What lies in a value is of the value's type where it has none of its own.
        let typed = match (typed.is_empty(), self.open.last()) {
            (true, Some(outer)) if !outer.typed.is_empty() => outer.typed.clone(),
            _ => typed.rsplit(':').next().unwrap_or_default().to_owned(),
        };
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
            let beside = Beside { system: &system, typed: &typed, unit: &unit, root: &root };
            self.attribute(&name, &attribute, whole, value, &beside, in_text, &mut masks);
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
                typed,
            });
            return Ok(());
        }
        let entry = self.entry(&name, "");
        let parent_person = self.open.last().is_some_and(|open| open.person.is_some());
        let is_name =
            matches!(entry.as_ref().map(|e| &e.rule), Some(Rule::Value(Category::Name, ..))) && name == "name";
        let person = is_name.then(|| Person { role: entry.as_ref().and_then(|e| e.role), ..Person::default() });
        let is_text = matches!(entry.as_ref().map(|e| &e.rule), Some(Rule::Text)) && !packed && !parent_person;
        let note = is_text.then(Stretch::default);
        let address = (name == "addr").then(Vec::new);
        self.open.push(Open { name, entry, person, note, packed, address, called: Called::default(), typed });
        Ok(())
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
        let Some(open) = self.open.last() else {
            // What stands outside of everything is none of the document.
            return self.document.remove(range, "text");
        };
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
                "prefix" | "suffix" | "delimiter" if layout::is_known(&value.text, &[&layout::TITLES], 0, 0) => {}
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
            Rule::Keep if matches!(name.as_str(), "prefix" | "suffix" | "delimiter") => {
                if !layout::is_known(&value.text, &[&layout::TITLES], 0, 0) {
                    let rule = Rule::Value(Category::Name, Kind::Whole, Place::Text);
                    self.document.push_value(value.trimmed(), &rule, None, path);
                }
            }
            Rule::Keep => self.document.push_kept(value.trimmed(), Place::Text, path),
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
        beside: &Beside<'_>,
        in_text: bool,
        masks: &mut bool,
    ) {
        let attribute = format!("@{name}");
        let mut entry = self.entry(element, &attribute);
        let &Beside { system, unit, .. } = beside;
        let line = self.by_type(element, name, &self.text[value.clone()], beside);
        let own = self.is_own(element, &attribute);
        entry = line.filter(|_| !own).and_then(|line| Entry::read(line).ok()).or(entry);
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
            Rule::Keep if name == "value" && called.identifies(&text.text) => self.mask(whole.clone(), path, masks),
            Rule::Keep => {
                if let Some(ninety) = ninety {
                    self.document.push_age(text, ninety, path);
                } else if !own && name == "value" && !is_amount(&text.text, unit) {
                    // So long a number measures nothing: it is somebody's.
                    self.mask(whole.clone(), path, masks);
                } else if !own {
                    self.markup(name, &text, whole.clone(), path);
                }
            }
            // Beside a standard's code it says nothing of the patient, but where somebody typed a name.
            Rule::Display if is_standard(system) => self.document.push_kept(text, Place::Text, path),
            Rule::Display | Rule::Text => self.document.push_note(text, path),
            // A fragment of the document itself.
            Rule::Value(Category::Url, ..) if text.text.starts_with('#') => {
                let name = text.cut(1..text.text.len());
                if !layout::is_part(&name.text) {
                    self.document.push_value(name, &of(Category::OtherId, Place::Link), None, path);
                }
            }
            Rule::Value(Category::OtherId, _, Place::Link) => {
                if is_uuid(&text.text) {
                    self.document.push_value(text, &of(Category::OtherId, Place::Uuid), None, path);
                } else {
                    self.document.push_value(text, &entry.rule, entry.role, path);
                }
            }
            Rule::Value(..) => self.document.push_value(text, &entry.rule, entry.role, path),
            // The object identifier of a standard names a scheme; that of somebody else names them, or the one thing that it is given to.
            Rule::System => {
                if !is_standard(&text.text) {
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
        let gone = |leaf: &&mut Leaf| !matches!(leaf.content, Content::Kept { .. });
        for leaf in self.document.leaves[first..].iter_mut().filter(gone) {
            *masks = true;
            leaf.emptied = Some(Edit { source: whole.clone(), bytes: bytes.clone() });
        }
    }

    /// Whether the policy itself says what is done to an attribute.
    fn is_own(&self, element: &str, attribute: &str) -> bool {
        let parent = self.open.last().map_or("", |open| open.name.as_str());
        [format!("{parent}/{element}{attribute}"), format!("{element}{attribute}"), attribute.to_owned()]
            .iter()
            .any(|path| self.rules.own("cda", path).is_some())
    }

    /// What an attribute is by the type of the value that it stands in, by its shape, or by who gives its numbers out.
    fn by_type(&self, element: &str, name: &str, value: &str, beside: &Beside<'_>) -> Option<&'static str> {
        let &Beside { typed, unit, root, .. } = beside;
        if name == "extension" && matches!(element, "id" | "setId" | "value") {
            let patient = self.open.last().is_some_and(|open| matches!(open.name.as_str(), "patientRole" | "patient"));
            return match root {
                "2.16.840.1.113883.4.1" if patient => Some("ssn ssn"),
                "2.16.840.1.113883.4.1" => Some("ssn"),
                // Medicare: claim numbers and beneficiaries.
                "2.16.840.1.113883.4.572" | "2.16.840.1.113883.4.927" if patient => Some("health_plan health_plan_ids"),
                "2.16.840.1.113883.4.572" | "2.16.840.1.113883.4.927" => Some("health_plan"),
                _ if root.starts_with("2.16.840.1.113883.4.3.") => Some("license"),
                _ => None,
            };
        }
        if name != "value" {
            return None;
        }
        let time = typed == "TS" || typed.ends_with("_TS") || typed.starts_with("TS.");
        let bound = matches!(element, "value" | "low" | "high" | "center" | "comp" | "any" | "effectiveTime");
        if bound && (unit.is_empty() && time || is_time(value)) {
            Some("date")
        } else if matches!(element, "low" | "high" | "center") && !unit.is_empty() {
            Some("keep")
        } else if element == "value" && (typed.ends_with("TEL") || typed.ends_with("URL")) {
            Some("contact")
        } else {
            None
        }
    }

    /// Puts what says that there is nothing in the place of an attribute.
    fn mask(&mut self, whole: Range<usize>, path: String, masks: &mut bool) {
        let bytes = if *masks { Vec::new() } else { MASKED.as_bytes().to_vec() };
        *masks = true;
        self.document.fixed.push(Fixed { edit: Edit { source: whole, bytes }, path: Some(path), member: None });
    }

    /// Judges an attribute that says how something looks, or that parts of the document point at each other by.
    fn markup(&mut self, name: &str, text: &Stretch, whole: Range<usize>, path: String) {
        let said = text.text.trim();
        let link = Rule::Value(Category::OtherId, Kind::Whole, Place::Link);
        let known = match name {
            "ID" | "IDREF" | "headers" | "referencedObject" | "styleCode" => {
                let names = html::names(text)
                    .filter(|name| !(layout::is_part(&name.text) || name.text.chars().all(|c| c == ' ')));
                let styled =
                    |name: &str| name == "styleCode" && layout::is_known(said, &[&STYLES, &layout::PARTS], 3, 3);
                if !styled(name) {
                    names.for_each(|part| self.document.push_value(part, &link, None, path.clone()));
                }
                true
            }
            "border" | "width" | "height" | "rowspan" | "colspan" | "cellpadding" | "cellspacing" | "charoff"
            | "span" => layout::is_measure(said),
            "align" | "valign" | "frame" | "rules" | "scope" | "char" | "listType" | "revised" | "alignment"
            | "rel" | "rev" => layout::is_known(said, &[&layout::VALUES, &STYLES], 0, 0),
            "code" => {
                self.document.push_kept(text.clone(), Place::Text, path.clone());
                true
            }
            "language" => layout::is_language(said),
            "type" => {
                let name = said.rsplit(':').next().unwrap_or_default();
                name.split(['_', '.'])
                    .all(|part| (1..=5).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_uppercase()))
            }
            "unit" => said.len() <= 24 && !said.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() > 4),
            "extension" => {
                // Of a template: the day of its edition.
                if !(is_day(said) || said.starts_with("POCD_") && said.len() == 13) {
                    self.document.push_value(text.clone(), &link, None, path.clone());
                }
                true
            }
            "codeSystem" | "valueSet" | "root" => {
                let known = is_standard(said) || !is_instance(said);
                if !known {
                    let uuid = Rule::Value(Category::OtherId, Kind::Whole, Place::Uuid);
                    self.document.push_value(text.clone(), &uuid, None, path.clone());
                }
                true
            }
            "schemaLocation" => said.split_whitespace().all(|part| {
                part.starts_with("urn:hl7-org:") && layout::is_known(part, &[&STYLESHEETS], 1, 3)
                    || layout::is_known(part, &[&STYLESHEETS], 2, 4)
            }),
            _ => true,
        };
        if !known {
            self.document.remove(whole, path);
        }
    }

    /// The attributes of a tag; `None` where they are not well-formed, or one stands there twice.
    fn attributes(&self, range: Range<usize>) -> Option<Vec<Attribute<'t>>> {
        let bytes = self.text.as_bytes();
        let mut out: Vec<Attribute<'t>> = Vec::new();
        let mut at = range.start;
        let blanks = |at: usize| bytes[at..range.end].iter().take_while(|b| b.is_ascii_whitespace()).count();
        loop {
            at += blanks(at);
            if at >= range.end {
                return Some(out);
            }
            let start = at;
            let is_end = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'=' | b'>' | b'<' | b'"' | b'\'' | b'/');
            at += bytes[at..range.end].iter().position(is_end).unwrap_or(range.end - at);
            let name = &self.text[start..at];
            at += blanks(at);
            if name.is_empty() || bytes[at..range.end].first() != Some(&b'=') {
                return None;
            }
            at += 1;
            at += blanks(at);
            let quote = *bytes[at..range.end].first().filter(|b| matches!(b, b'"' | b'\''))?;
            let close = at + 1 + memchr::memchr(quote, &bytes[at + 1..range.end])?;
            if out.iter().any(|attribute| attribute.name == name) {
                return None;
            }
            out.push(Attribute { name, whole: start..close + 1, value: at + 1..close });
            at = close + 1;
        }
    }
}

/// The name without its prefix.
fn local(name: &str) -> &str {
    if name.starts_with("xmlns") { name } else { name.rsplit(':').next().unwrap_or(name) }
}

/// Whether an object identifier is that of a standard: one of HL7's, but for those it registers for others, or of a body that makes them.
fn is_standard(oid: &str) -> bool {
    let known = oid.strip_prefix("2.16.840.1.113883.").is_some_and(|rest| !rest.starts_with("3."))
        || ["1.2.840.10008.", "1.3.6.1.4.1.19376.", "2.16.840.1.113762.", "1.0.3166.", "1.3.6.1.4.1.12009."]
            .iter()
            .any(|body| oid.starts_with(body));
    (known || oid == "1.2.840.10008") && !is_instance(oid)
}

/// Whether a root is no plain object identifier, or has an arc as long as a number of somebody's.
fn is_instance(oid: &str) -> bool {
    !oid.split('.').all(|arc| (1..=6).contains(&arc.len()) && arc.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a value is an amount: a number that is too short to be somebody's, unless it is measured in a unit; or a truth.
fn is_amount(value: &str, unit: &str) -> bool {
    let value = value.trim();
    let whole = value.split('.').next().unwrap_or_default().bytes().filter(u8::is_ascii_digit).count();
    matches!(value, "true" | "false")
        || value.parse::<f64>().is_ok_and(f64::is_finite) && (whole < 6 || !unit.is_empty() && whole < 9)
}

/// Whether a number without a unit is a time as HL7 writes it: 20240314, 202403141015-0500.
fn is_time(value: &str) -> bool {
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let part = |range: Range<usize>| value.get(range).and_then(|part| part.parse::<u16>().ok()).unwrap_or(0);
    matches!(digits, 8 | 10 | 12 | 14)
        && (1850..2100).contains(&part(0..4))
        && (1..=12).contains(&part(4..6))
        && (1..=31).contains(&part(6..8))
        && value[digits..].bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-'))
}

/// Whether a text is a calendar day with hyphens.
fn is_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| if matches!(at, 4 | 7) { b == b'-' } else { b.is_ascii_digit() })
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
