//! FHIR R4 in JSON: a resource, a Bundle, or lines of resources (NDJSON). Key order, white space, decimals and everything else that
//! no rule speaks of stay as they are.
//!
//! `serde_json` holds that the text is JSON; the places of its values are then read here, which no crate in use gives for values of any
//! shape with their bytes. Nesting deeper than [`MAX_DEPTH`] is refused.

use std::collections::HashSet;
use std::ops::Range;

use base64::Engine;
use serde::de::IgnoredAny;

use super::coding::Coding;
use super::document::{Document, Fixed, Member};
use super::hl7v2::BASE64;
use super::number::{self, Called};
use super::stretch::{Edit, Stretch};
use crate::error::{Error, Location, Result};
use crate::scrub::message_rules::{Entry, FHIR, Role, Rule, Rules, by_suffix, choice};
use crate::scrub::{Category, Kind, Place};

/// What is said of a resource that was worked on: HL7 v3 `ObservationValue`, for `meta.security`.
const LABEL: &str =
    r#"{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"REDACTED","display":"redacted"}"#;

/// Code systems of standards: text beside their codes says nothing of a patient.
const STANDARD: &[&str] = &[
    "http://loinc.org",
    "http://snomed.info/",
    "http://hl7.org/",
    "https://hl7.org/",
    "http://terminology.hl7.org/",
    "http://unitsofmeasure.org",
    "http://www.nlm.nih.gov/",
    "http://www.ama-assn.org/",
    "http://dicom.nema.org/",
    "http://nucc.org/",
    "http://fdasis.nlm.nih.gov",
    "http://www.cms.gov/",
    "https://www.cms.gov/",
    "http://www.whocc.no/",
    "http://ncimeta.nci.nih.gov",
    "http://varnomen.hgvs.org",
    "urn:iso:std:iso:",
    "urn:ietf:",
    "urn:oid:2.16.840.1.113883.",
    "urn:oid:2.16.840.1.113762.",
];

/// Whether a text starts as FHIR in JSON does.
pub(super) fn is(text: &str) -> bool {
    let start = text.trim_start();
    (start.starts_with('{') || start.starts_with('[')) && {
        let mut end = start.len().min(1 << 16);
        while !start.is_char_boundary(end) {
            end -= 1;
        }
        start[..end].contains("\"resourceType\"")
    }
}

/// Reads a resource, a Bundle, or lines of resources.
pub(super) fn read(text: &str, rules: &Rules) -> Result<Document> {
    check_depth(text)?;
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let mut reader =
        Reader { text, rules, document: Document::default(), containers: 0, label: rules.depth == 0, unlabelled: None };
    let mut start = 0;
    while let Some(value) = values.next() {
        let end = values.byte_offset();
        value.map_err(|error| {
            let what = if error.is_eof() { "the JSON ends in the middle" } else { "the text is no JSON" };
            Error::input(what).at(Location::LineColumn { line: error.line().max(1), column: error.column().max(1) })
        })?;
        rules.cancel.check()?;
        let at = start + text[start..end].len() - text[start..end].trim_start().len();
        let first = text.as_bytes().get(at).copied();
        if !matches!(first, Some(b'{' | b'[')) {
            return Err(Error::input("a resource is a JSON object").at(Location::Byte(at)));
        }
        reader.value(at, &Spot::root(), &of_type("Resource"), None)?;
        reader.document.end_message();
        start = end;
    }
    if start == 0 {
        return Err(Error::input("there is no resource").at(Location::Byte(0)));
    }
    reader.document.end_messages();
    Ok(reader.document)
}

/// Where in a resource a value stands.
struct Spot {
    /// Whose lines of the table it goes by: a resource, a type, an element.
    group: String,
    /// For errors, findings and a policy's own lines.
    path: String,
    /// Whether what the group does not know may be known of any resource.
    open: bool,
    /// What a policy does to elements of the resource that no line of its own speaks of.
    rest: Option<Rule>,
    /// What a code or a label above calls the numbers that stand here.
    called: Called,
}

impl Spot {
    fn root() -> Self {
        Self { group: String::new(), path: String::new(), open: true, rest: None, called: Called::default() }
    }
}

fn of_type(name: &str) -> Entry {
    Entry { rule: Rule::Type(name.to_owned()), role: None }
}

struct Reader<'t, 'r> {
    text: &'t str,
    rules: &'r Rules,
    document: Document,
    containers: usize,
    /// Whether resources are labelled: those of a document that is no part of another.
    label: bool,
    /// Where a `meta` starts that says nothing of security yet.
    unlabelled: Option<usize>,
}

/// What a number is.
enum Number {
    /// One like any other.
    Measures,
    /// An age over 89, in a unit of which so many make 90 years.
    Age(u32),
    /// A number of somebody.
    Identifies,
}

/// A member of an object.
struct Part<'t> {
    key: &'t str,
    source: Range<usize>,
    value: usize,
}

impl<'t> Reader<'t, '_> {
    fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    /// The first place from `at` on that is no white space.
    fn skip_blank(&self, at: usize) -> usize {
        at + self.bytes()[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count()
    }

    /// Where a string that starts at `at` ends: after its closing quote.
    fn string_end(&self, at: usize) -> usize {
        let bytes = self.bytes();
        let mut at = at + 1;
        while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at.min(bytes.len())..]) {
            match bytes[at + found] {
                b'"' => return at + found + 1,
                _ => at += found + 2,
            }
        }
        bytes.len()
    }

    /// Where a value that starts at `at` ends.
    fn value_end(&self, at: usize) -> usize {
        let bytes = self.bytes();
        match bytes.get(at) {
            Some(b'"') => self.string_end(at),
            Some(b'{' | b'[') => {
                let (mut at, mut depth) = (at, 0_usize);
                while let Some(byte) = bytes.get(at) {
                    match byte {
                        b'"' => {
                            at = self.string_end(at);
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => {
                            depth -= 1;
                            if depth == 0 {
                                return at + 1;
                            }
                        }
                        _ => {}
                    }
                    at += 1;
                }
                bytes.len()
            }
            _ => {
                let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
                bytes[at..].iter().position(is_end).map_or(bytes.len(), |n| at + n)
            }
        }
    }

    /// The members of the object at `at`.
    fn parts(&self, at: usize) -> Result<Vec<Part<'t>>> {
        let mut parts = Vec::new();
        let mut seen = HashSet::new();
        let mut at = self.skip_blank(at + 1);
        while self.bytes().get(at) == Some(&b'"') {
            let start = at;
            let end = self.string_end(at);
            let key = &self.text[start + 1..end - 1];
            if key.contains('\\') || !seen.insert(key) {
                let what = "an object has the same key twice, or a key with an escape";
                return Err(Error::input(what).at(Location::Byte(start)));
            }
            let value = self.skip_blank(self.skip_blank(end) + 1);
            let end = self.value_end(value);
            parts.push(Part { key, source: start..end, value });
            at = self.skip_blank(end);
            if self.bytes().get(at) == Some(&b',') {
                at = self.skip_blank(at + 1);
            }
        }
        Ok(parts)
    }

    /// The text of the string at `at`, its escapes read.
    fn decode(&self, at: usize) -> Stretch {
        let end = self.string_end(at) - 1;
        let mut out = Stretch::default();
        let mut at = at + 1;
        while at < end {
            let next = memchr::memchr(b'\\', &self.bytes()[at..end]).map_or(end, |n| at + n);
            out.push_verbatim(&self.text[at..next], at, Coding::Json);
            if next == end {
                break;
            }
            let unit = |at: usize| {
                let escape = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
                u16::from_str_radix(escape, 16).ok()
            };
            let (said, taken) = match self.bytes().get(next + 1) {
                Some(b'n') => ("\n".into(), 2),
                Some(b't') => ("\t".into(), 2),
                Some(b'r') => ("\r".into(), 2),
                Some(b'b') => ("\u{8}".into(), 2),
                Some(b'f') => ("\u{c}".into(), 2),
                Some(b'u') => {
                    let first = unit(next).unwrap_or(0xfffd);
                    let second = unit(next + 6).filter(|_| (0xd800..0xdc00).contains(&first));
                    let units: Vec<u16> = std::iter::once(first).chain(second).collect();
                    (String::from_utf16_lossy(&units), 6 * units.len())
                }
                Some(other) => (char::from(*other).to_string(), 2),
                None => (String::new(), 1),
            };
            out.push(&said, next..next + taken, Coding::Json);
            at = next + taken;
        }
        out
    }

    /// The text of a member that is a string.
    fn said(&self, parts: &[Part<'t>], key: &str) -> Option<String> {
        let part = parts.iter().find(|part| part.key == key)?;
        (self.bytes().get(part.value) == Some(&b'"')).then(|| self.decode(part.value).text)
    }

    fn member(&mut self, source: Range<usize>, parent: Option<usize>, container: usize) -> usize {
        self.document.members.push(Member { source, parent, container });
        self.document.members.len() - 1
    }

    fn container(&mut self) -> usize {
        self.containers += 1;
        self.containers - 1
    }

    /// Removes a member; a value that is none, the whole of a line, cannot go.
    fn remove(&mut self, member: Option<usize>, path: &str) {
        if let Some(member) = member {
            self.document.remove_member(member, path);
        }
    }

    /// What is done to an element of `place`: what the policy says of it, else the table.
    fn entry(&self, place: &Spot, key: &str, path: &str) -> Option<Entry> {
        if let Some(own) = self.own(place, key, path) {
            return Some(own.clone());
        }
        let known = FHIR
            .get(&place.group, key)
            .cloned()
            .or_else(|| FHIR.get("Any", key).filter(|_| place.open).cloned())
            .or_else(|| key.starts_with('_').then(|| of_type("Element")))
            .or_else(|| if place.open || place.group == "Extension" { by_suffix(key) } else { None });
        match (&place.rest, known) {
            // Within an element there may be one of which the policy does speak.
            (Some(rest), known) if !matches!(known, Some(Entry { rule: Rule::Type(_), .. })) => {
                Some(Entry { rule: rest.clone(), role: known.and_then(|known| known.role) })
            }
            (_, known) => known,
        }
    }

    /// What the policy's own lines say of an element: by its path, by its name in any resource, by its type, by its name anywhere.
    fn own(&self, place: &Spot, key: &str, path: &str) -> Option<&Entry> {
        if !self.rules.has_own() {
            return None;
        }
        let own = |path: &str| self.rules.own("fhir", path);
        let removed = |path: &str| choice(path).and_then(own).filter(|entry| entry.rule == Rule::Remove);
        let of_type = format!("{}.{key}", place.group);
        let resource = path.len() == place.path.len() + 1 + key.len() && !place.path.contains('.');
        own(path)
            // What may be of several types goes in each; it stays where its own name says so.
            .or_else(|| removed(path))
            .or_else(|| own(&format!("Resource.{key}")).filter(|_| resource))
            .or_else(|| own(&of_type))
            .or_else(|| removed(&of_type))
            .or_else(|| own(&format!("Any.{key}")))
    }

    fn value(&mut self, at: usize, place: &Spot, entry: &Entry, member: Option<usize>) -> Result<()> {
        match (self.bytes().get(at), &entry.rule) {
            (_, Rule::Keep) => {
                self.keep(at, place.path.as_str(), member);
                Ok(())
            }
            (_, Rule::Remove) => {
                self.remove(member, &place.path);
                Ok(())
            }
            (Some(b'['), _) => {
                let container = self.container();
                let mut at = self.skip_blank(at + 1);
                while let Some(byte) = self.bytes().get(at).filter(|byte| **byte != b']') {
                    if *byte == b',' {
                        at = self.skip_blank(at + 1);
                        continue;
                    }
                    let end = self.value_end(at);
                    let item = self.member(at..end, member, container);
                    self.value(at, place, entry, Some(item))?;
                    at = self.skip_blank(end);
                }
                Ok(())
            }
            (Some(b'{'), _) => self.object(at, place, entry, member),
            (Some(b'"'), _) => {
                self.string(at, place, entry, member, &[]);
                Ok(())
            }
            (_, Rule::Type(_)) if place.rest == Some(Rule::Remove) => {
                self.remove(member, &place.path);
                Ok(())
            }
            // Numbers, true, false and null say what they measure; where a rule asks for a text they are none of ours.
            (_, Rule::Type(_) | Rule::Text | Rule::Varies) => {
                self.keep(at, place.path.as_str(), member);
                Ok(())
            }
            _ => {
                self.remove(member, &place.path);
                Ok(())
            }
        }
    }

    /// What stays, but where it names somebody of the message: the strings and the numbers of a value.
    fn keep(&mut self, at: usize, path: &str, member: Option<usize>) {
        let (mut at, end) = (at, self.value_end(at));
        while at < end {
            match self.bytes()[at] {
                b'"' => {
                    let next = self.string_end(at);
                    // A key is none of the values.
                    if self.bytes().get(self.skip_blank(next)) != Some(&b':') {
                        let value = self.decode(at);
                        self.document.push_kept(value, Place::Text, path);
                    }
                    at = next;
                }
                b'0'..=b'9' | b'-' => {
                    let next = self.value_end(at).min(end);
                    let first = self.document.leaves.len();
                    let mut value = Stretch::default();
                    value.push_verbatim(&self.text[at..next], at, Coding::Json);
                    self.document.push_kept(value, Place::Nothing, path);
                    self.document.set_member(first, member);
                    at = next.max(at + 1);
                }
                _ => at += 1,
            }
        }
    }

    fn object(&mut self, at: usize, place: &Spot, entry: &Entry, member: Option<usize>) -> Result<()> {
        let parts = self.parts(at)?;
        let name = match &entry.rule {
            Rule::Type(name) => name.as_str(),
            // Free text in most resources, and an object of known elements in some: a goal's `description`, a plan's `detail`.
            Rule::Text if is_known(place) => "Backbone",
            Rule::Text => "",
            // A value of a category that is an object: what is in it is of its own types.
            Rule::Varies => "Backbone",
            _ => {
                self.remove(member, &place.path);
                return Ok(());
            }
        };
        let rest = place.rest.clone();
        let called = place.called;
        let within = match name {
            "Resource" => {
                let Some(resource) = self.said(&parts, "resourceType") else {
                    if member.is_some() {
                        self.remove(member, &place.path);
                        return Ok(());
                    }
                    return Err(Error::input("there is no `resourceType`").at(Location::Byte(at)));
                };
                let own = |path: &str| self.rules.own("fhir", path);
                let rest = own(&resource).or_else(|| own("Resource")).map(|entry| entry.rule.clone());
                let rest = rest.filter(|rule| matches!(rule, Rule::Keep | Rule::Remove | Rule::Text));
                Spot { group: resource.clone(), path: resource, open: true, rest, called: Called::default() }
            }
            "Extension" => return self.extension(&parts, place, member),
            "Coded" | "Referenced" | "Measured" | "Backbone" => {
                let shape = shape(&parts).filter(|_| !FHIR.has(&place.path));
                match shape {
                    Some(shape) => Spot { group: shape.into(), path: place.path.clone(), open: false, rest, called },
                    None => Spot { group: place.path.clone(), path: place.path.clone(), open: true, rest, called },
                }
            }
            // The text of a concept, or a narrative: two elements of one name.
            "Narrative" if !parts.iter().any(|part| part.key == "div") => {
                Spot { group: String::new(), path: place.path.clone(), open: true, rest, called }
            }
            _ => Spot { group: name.to_owned(), path: place.path.clone(), open: false, rest, called },
        };
        // What the policy says of a type as a whole.
        if name != "Resource" && within.group != within.path && self.rules.has_own() {
            match self.rules.own("fhir", &within.group).map(|entry| &entry.rule) {
                Some(Rule::Keep) => return Ok(()),
                Some(Rule::Remove) => {
                    self.remove(member, &place.path);
                    return Ok(());
                }
                _ => {}
            }
        }
        let container = self.container();
        if self.unlabelled == Some(at) {
            self.document.added.push((container, at + 1, format!("\"security\":[{LABEL}]")));
        }
        // One within another resource has no label of its own (constraint dom-5).
        let contained = place.path.rsplit('.').next() == Some("contained");
        if name == "Resource" && self.label && !contained {
            self.label_resource(&parts);
        }
        let role = entry.role;
        let names = within.group == "HumanName";
        let mut person = Stretch::repeating();
        let mut family = Stretch::default();
        let mut address: Vec<String> = Vec::new();
        let mut first_name = None;
        let called = within.called.and(self.called(&parts));
        for part in &parts {
            if part.key == "resourceType" {
                let _ = self.member(part.source.clone(), member, container);
                continue;
            }
            let path =
                if within.path.is_empty() { part.key.to_owned() } else { format!("{}.{}", within.path, part.key) };
            let index = self.member(part.source.clone(), member, container);
            let known = if name.is_empty() { Some(entry.clone()) } else { self.entry(&within, part.key, &path) };
            let mut line = known.unwrap_or(Entry { rule: self.rules.unknown.clone(), role: None });
            let is_name = matches!(line.rule, Rule::Value(Category::Name, ..));
            if names && is_name && part.key != "text" && matches!(part.key, "family" | "given") {
                let words = self.strings(part.value);
                first_name = first_name.or(Some(index));
                for word in words {
                    let into = if part.key == "family" { &mut family } else { &mut person };
                    if !into.is_empty() {
                        into.separate(" ");
                    }
                    into.append(word);
                }
                continue;
            }
            if names && part.key == "text" {
                line.role = role;
            }
            if within.group == "Address" && self.bytes().get(part.value) != Some(&b'{') {
                let words = self.strings(part.value).into_iter().map(|word| word.text);
                if matches!(part.key, "line" | "city" | "state" | "postalCode") {
                    address.extend(words);
                }
            }
            // What the whole says of the patient, its value says.
            if matches!(line.rule, Rule::Identifier | Rule::Contact) && line.role.is_none() {
                line.role = role;
            }
            let inner =
                Spot { group: within.group.clone(), path, open: within.open, rest: within.rest.clone(), called };
            let number = match self.number(part, &parts, called) {
                // A range of reference is nobody's.
                Number::Age(_) if inner.path.contains("referenceRange") => Number::Measures,
                number => number,
            };
            // A quantity without its value is none.
            let whole = member.filter(|_| part.key == "value").or(Some(index));
            if let Number::Age(ninety) = number {
                let first = self.document.leaves.len();
                let number = part.value..self.value_end(part.value);
                let mut said = Stretch::default();
                said.push_verbatim(&self.text[number.clone()], number.start, Coding::Json);
                self.document.push_age(said, ninety, inner.path);
                self.document.set_member(first, whole);
            } else if matches!(number, Number::Identifies) {
                self.remove(whole, &inner.path);
            } else if self.bytes().get(part.value) == Some(&b'"') {
                self.string(part.value, &inner, &line, Some(index), &parts);
            } else {
                self.value(part.value, &inner, &line, Some(index))?;
            }
        }
        if names && !(family.is_empty() && person.is_empty()) {
            let mut whole = Stretch::repeating();
            let joint = !family.is_empty() && !person.is_empty();
            if !family.is_empty() {
                whole.append(family);
            }
            if joint {
                whole.separate(", ");
            }
            if !person.is_empty() {
                whole.append(person);
            }
            let rule = Rule::Value(Category::Name, Kind::Whole, Place::Text);
            let first = self.document.leaves.len();
            self.document.push_value(whole, &rule, role, within.path.clone());
            // With an operator that leaves nothing, the name goes as a whole.
            self.document.set_member(first, member.or(first_name));
        }
        if let Some(role) = role.filter(|role| *role == Role::Addresses) {
            self.document.known.add(role, &address.join(", "));
        }
        Ok(())
    }

    /// What the members of an object call the numbers that stand in it.
    fn called(&self, parts: &[Part<'t>]) -> Called {
        let labels = parts.iter().map(|part| match part.key {
            "code" | "question" => Called::by(&self.text[part.source.clone()]),
            // A text of its own, and no narrative.
            "text" | "linkId" => {
                self.said(std::slice::from_ref(part), part.key).map_or_else(Called::default, |said| Called::by(&said))
            }
            _ => Called::default(),
        });
        labels.fold(Called::default(), Called::and)
    }

    /// What a member that is a number is, if it is more than one that measures.
    fn number(&self, part: &Part<'t>, beside: &[Part<'t>], called: Called) -> Number {
        let is_value = part.key.starts_with("value") && self.bytes().get(part.value).is_some_and(u8::is_ascii_digit);
        if !is_value {
            return Number::Measures;
        }
        let number = &self.text[part.value..self.value_end(part.value)];
        let unit = self.said(beside, "code").or_else(|| self.said(beside, "unit")).unwrap_or_default();
        match number::over_89(number, &unit, called) {
            Some(ninety) => Number::Age(ninety),
            None if unit.is_empty() && called.identifies(number) => Number::Identifies,
            None => Number::Measures,
        }
    }

    /// The strings of a value: one, or those of a list.
    fn strings(&self, at: usize) -> Vec<Stretch> {
        match self.bytes().get(at) {
            Some(b'"') => vec![self.decode(at)],
            Some(b'[') => {
                let (mut out, end) = (Vec::new(), self.value_end(at));
                let mut at = self.skip_blank(at + 1);
                while at + 1 < end {
                    if self.bytes()[at] == b'"' {
                        out.push(self.decode(at));
                    }
                    at = self.skip_blank(self.value_end(at).max(at + 1));
                    if self.bytes().get(at) == Some(&b',') {
                        at = self.skip_blank(at + 1);
                    }
                }
                out
            }
            _ => Vec::new(),
        }
    }

    fn string(&mut self, at: usize, place: &Spot, entry: &Entry, member: Option<usize>, beside: &[Part<'t>]) {
        let value = self.decode(at);
        let path = place.path.as_str();
        let first = self.document.leaves.len();
        let of = |category| Rule::Value(category, Kind::Whole, Place::Text);
        match &entry.rule {
            Rule::Keep => self.document.push_kept(value, Place::Text, path),
            Rule::Remove => self.remove(member, path),
            Rule::Text | Rule::Varies | Rule::Value(Category::Name, ..)
                if super::embeds(&value.text) || super::is_base64(&value.text) =>
            {
                self.embedded(at, value, path, member);
                return;
            }
            Rule::Value(Category::OtherId, _, Place::Link) => self.link(&value, 0..value.text.len(), path),
            Rule::Value(..) => self.document.push_value(value, &entry.rule, entry.role, path),
            Rule::Display => {
                let standard = self.said(beside, "system").is_some_and(|system| is_standard(&system));
                if standard {
                    self.document.push_kept(value, Place::Text, path);
                } else {
                    self.document.push_note(value, path);
                }
            }
            Rule::Contact => {
                let system = self.said(beside, "system").unwrap_or_default();
                let (category, role) = match system.as_str() {
                    "email" => (Category::Email, Some(Role::Emails)),
                    "fax" => (Category::Fax, Some(Role::Phones)),
                    "url" => (Category::Url, None),
                    _ if value.text.contains('@') => (Category::Email, Some(Role::Emails)),
                    _ => (Category::Phone, Some(Role::Phones)),
                };
                let role = role.filter(|_| entry.role.is_some());
                self.document.push_value(value, &of(category), role, path);
            }
            Rule::Identifier => {
                let whole = beside.iter().map(|part| &self.text[part.source.clone()]).collect::<Vec<_>>().join(",");
                let (category, role) = identifier(&whole, entry.role.is_some());
                let role = role.filter(|_| entry.role.is_some());
                self.document.push_value(value, &of(category), role, path);
            }
            Rule::System => {
                if is_standard(&value.text) {
                    self.document.push_kept(value, Place::Text, path);
                } else {
                    let rule = Rule::Value(Category::Url, Kind::Whole, Place::Uri);
                    self.document.push_value(value, &rule, None, path);
                }
            }
            Rule::Reference => self.reference(&value, path),
            Rule::Referenced => {
                let whole = beside.iter().map(|part| &self.text[part.source.clone()]).collect::<Vec<_>>().join(",");
                let rule = referenced(&whole, path);
                let role = match &rule {
                    Rule::Value(Category::Name, ..) if path.contains("subject") || path.contains("patient") => {
                        Role::Names
                    }
                    _ => Role::Providers,
                };
                let role = Some(role).filter(|_| matches!(rule, Rule::Value(Category::Name, ..)));
                self.document.push_value(value, &rule, role, path);
            }
            Rule::Embedded => {
                self.embedded(at, value, path, member);
                return;
            }
            Rule::Type(_) if place.rest == Some(Rule::Remove) => self.remove(member, path),
            Rule::Type(name) => match name.as_str() {
                // A code in place of a concept.
                "Coded" if is_code(&value.text) => self.document.push_kept(value, Place::Text, path),
                "Narrative" => self.document.push_note(value, path),
                _ => match self.rules.unknown {
                    Rule::Keep => self.document.push_kept(value, Place::Text, path),
                    Rule::Text => self.document.push_note(value, path),
                    _ => self.remove(member, path),
                },
            },
            Rule::Text | Rule::Varies => self.document.push_note(value, path),
        }
        self.document.set_member(first, member);
    }

    /// Adds a part of a text that points at another part of the message.
    fn link(&mut self, value: &Stretch, part: Range<usize>, path: &str) {
        let id = &value.text[part.clone()];
        let place = if is_uuid(id) { Place::Uuid } else { Place::Link };
        let rule = Rule::Value(Category::OtherId, Kind::Whole, place);
        self.document.push_value(value.cut(part), &rule, None, path);
    }

    /// `Patient/123`, `urn:uuid:...`, `#contained`, `https://server/Patient/123/_history/1`.
    fn reference(&mut self, value: &Stretch, path: &str) {
        let text = value.text.as_str();
        if let Some(id) = text.strip_prefix("urn:uuid:").or_else(|| text.strip_prefix("urn:oid:")) {
            return self.link(value, text.len() - id.len()..text.len(), path);
        }
        if text.starts_with('#') {
            return self.link(value, 1..text.len(), path);
        }
        // What is searched for could be anything.
        let end = text.find(['?', '#']).unwrap_or(text.len());
        let versioned = text[..end].find("/_history").unwrap_or(end);
        let before = &text[..versioned];
        let base =
            before.find("://").map_or(0, |at| before[at + 3..].find('/').map_or(versioned, |slash| at + 3 + slash));
        if base > 0 {
            let rule = Rule::Value(Category::Url, Kind::Whole, Place::Uri);
            self.document.push_value(value.cut(0..base), &rule, None, path);
        }
        if let Some(slash) = before[base..].rfind('/') {
            self.link(value, base + slash + 1..versioned, path);
        }
        if end < text.len() {
            let rule = Rule::Value(Category::OtherId, Kind::Whole, Place::Text);
            self.document.push_value(value.cut(end + 1..text.len()), &rule, None, path);
        }
    }

    /// A document in base64, or written in the text.
    fn embedded(&mut self, at: usize, value: Stretch, path: &str, member: Option<usize>) {
        let narrative = path.rsplit('.').next() == Some("div");
        if super::embeds(&value.text) || narrative {
            let format = if narrative { super::Format::Html } else { super::looks(&value.text) };
            match self.rules.within().map(|rules| super::read_text(&value.text, format, &rules)) {
                Some(Ok(inner)) => self.document.push_inner(value, inner),
                _ => self.remove(member, path),
            }
            return;
        }
        let packed: String = value.text.chars().filter(|c| !c.is_whitespace()).collect();
        let inner = BASE64.decode(&packed).ok().and_then(|bytes| {
            let inner = super::read_embedded(&bytes, self.rules)?;
            Some((bytes, inner))
        });
        match inner {
            Some((bytes, inner)) => {
                let whole = at + 1..self.string_end(at) - 1;
                self.document.push_base64(whole, bytes, inner);
            }
            None => self.remove(member, path),
        }
    }

    /// An extension, by its URL.
    fn extension(&mut self, parts: &[Part<'t>], place: &Spot, member: Option<usize>) -> Result<()> {
        let url = self.said(parts, "url").unwrap_or_default();
        let rest = place.rest.clone().map(|rule| Entry { rule, role: None });
        let known = self.rules.own("fhir", &url).or_else(|| self.rules.own("fhir", "Extension")).cloned();
        let known = known.or(rest).or_else(|| FHIR.get("Extension", &url).cloned());
        let known = known.filter(|_| url != "id" && url != "url" && url != "extension");
        let entry = known.unwrap_or(Entry { rule: self.rules.unknown.clone(), role: None });
        if matches!(entry.rule, Rule::Keep) {
            for part in parts.iter().filter(|part| part.key != "url") {
                self.keep(part.value, &format!("{}.{}", place.path, part.key), member);
            }
            return Ok(());
        }
        if matches!(entry.rule, Rule::Remove) {
            self.remove(member, &format!("{}({url})", place.path));
            return Ok(());
        }
        let container = self.container();
        for part in parts {
            let index = self.member(part.source.clone(), member, container);
            let path = format!("{}.{}", place.path, part.key);
            let inner = Spot { group: "Extension".into(), path, open: false, rest: None, called: Called::default() };
            let line = match (part.key, &entry.rule) {
                ("url" | "id", _) => continue,
                ("extension", _) => of_type("Extension"),
                (_, Rule::Varies) => {
                    by_suffix(part.key).unwrap_or(Entry { rule: self.rules.unknown.clone(), role: None })
                }
                _ => entry.clone(),
            };
            if self.bytes().get(part.value) == Some(&b'"') {
                let first = self.document.leaves.len();
                self.string(part.value, &inner, &line, Some(index), parts);
                // An extension without its value is none.
                self.document.set_member(first, member);
            } else {
                self.value(part.value, &inner, &line, Some(index))?;
            }
        }
        Ok(())
    }

    /// Says in `meta.security` that the resource was worked on.
    fn label_resource(&mut self, parts: &[Part<'t>]) {
        let add = |document: &mut Document, at: usize, text: String| {
            let edit = Edit { source: at..at, bytes: text.into_bytes() };
            document.fixed.push(Fixed { edit, path: None, member: None });
        };
        let meta = parts.iter().find(|part| part.key == "meta" && self.bytes().get(part.value) == Some(&b'{'));
        let Some(meta) = meta else {
            if let Some(kind) = parts.iter().find(|part| part.key == "resourceType") {
                add(&mut self.document, kind.source.end, format!(",\"meta\":{{\"security\":[{LABEL}]}}"));
            }
            return;
        };
        let Ok(inner) = self.parts(meta.value) else { return };
        let security = inner.iter().find(|part| part.key == "security" && self.bytes().get(part.value) == Some(&b'['));
        match security {
            Some(security) => {
                let start = security.value + 1;
                let empty = self.bytes().get(self.skip_blank(start)) == Some(&b']');
                add(&mut self.document, start, format!("{LABEL}{}", if empty { "" } else { "," }));
            }
            None => self.unlabelled = Some(meta.value),
        }
    }
}

/// Where in the first resource a tag may be added to its `meta`, and what has to stand before and after the tag; `None` where there is no
/// resource that could have one.
pub(super) fn tag_place(text: &str) -> Option<(usize, &'static str, &'static str)> {
    let rules = Rules::default();
    let reader =
        Reader { text, rules: &rules, document: Document::default(), containers: 0, label: false, unlabelled: None };
    let starts = |at: usize, with: u8| reader.bytes().get(at) == Some(&with);
    let parts = reader.parts(text.find('{')?).ok()?;
    let Some(meta) = parts.iter().find(|part| part.key == "meta") else {
        let kind = parts.iter().find(|part| part.key == "resourceType")?;
        return Some((kind.source.end, ",\"meta\":{\"tag\":[", "]}"));
    };
    if !starts(meta.value, b'{') {
        return None;
    }
    let inner = reader.parts(meta.value).ok()?;
    match inner.iter().find(|part| part.key == "tag") {
        Some(tag) if starts(tag.value, b'[') => {
            let empty = starts(reader.skip_blank(tag.value + 1), b']');
            Some((tag.value + 1, "", if empty { "" } else { "," }))
        }
        Some(_) => None,
        None => Some((meta.value + 1, "\"tag\":[", if inner.is_empty() { "]" } else { "]," })),
    }
}

/// How deep objects and lists may nest. (`serde_json` passes over values without counting.)
const MAX_DEPTH: usize = 128;

/// Holds that nothing nests deeper than may be.
fn check_depth(text: &str) -> Result<()> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth += 1;
                if depth > MAX_DEPTH {
                    let what = format!("objects and lists nest more than {MAX_DEPTH} deep");
                    return Err(Error::input(what).at(Location::Byte(at)));
                }
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

/// Whether the table knows an element, by its resource or wherever it stands.
fn is_known(place: &Spot) -> bool {
    let key = place.path.rsplit('.').next().unwrap_or_default();
    FHIR.get(&place.group, key).or_else(|| FHIR.get("Any", key)).is_some()
}

/// Which type an object is by its members.
fn shape(parts: &[Part<'_>]) -> Option<&'static str> {
    let only =
        |names: &[&str]| parts.iter().all(|part| names.contains(&part.key) || matches!(part.key, "id" | "extension"));
    let has = |name: &str| parts.iter().any(|part| part.key == name);
    if only(&["coding", "text"]) {
        Some("CodeableConcept")
    } else if only(&["reference", "type", "identifier", "display"]) {
        Some("Reference")
    } else if only(&["concept", "reference"]) {
        Some("CodeableReference")
    } else if only(&["value", "comparator", "unit", "system", "code"]) && has("value") {
        Some("Quantity")
    } else if only(&["system", "version", "code", "display", "userSelected"]) {
        Some("Coding")
    } else if only(&["start", "end"]) {
        Some("Period")
    } else if only(&["low", "high"]) {
        Some("Range")
    } else if only(&["value", "currency"]) {
        Some("Money")
    } else {
        None
    }
}

fn is_standard(system: &str) -> bool {
    STANDARD.iter().any(|standard| system.starts_with(standard))
}

/// Whether a text is a code: letters and digits without blanks, as short as codes are.
fn is_code(text: &str) -> bool {
    text.len() <= 64
        && !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// What an identifier is, by what stands beside it, and what it tells of the patient; `own` says that it is the patient's.
fn identifier(beside: &str, own: bool) -> (Category, Option<Role>) {
    let says = |words: &[&str]| words.iter().any(|word| beside.contains(word));
    if says(&["us-ssn", "2.16.840.1.113883.4.1\"", "\"SS\"", "\"SB\""]) {
        (Category::Ssn, Some(Role::Ssn))
    } else if says(&[
        "us-npi",
        "2.16.840.1.113883.4.6\"",
        "\"NPI\"",
        "\"DL\"",
        "\"MD\"",
        "\"LN\"",
        "\"DEA\"",
        "\"PPN\"",
    ]) {
        (Category::License, Some(Role::Ids))
    } else if says(&["us-mbi", "us-medicare", "\"MB\"", "\"MA\"", "\"MC\"", "\"SN\"", "memberid", "\"HC\""]) {
        (Category::HealthPlan, Some(Role::HealthPlanIds))
    } else if says(&["\"AN\"", "\"VN\"", "\"ACSN\""]) {
        (Category::Account, Some(Role::Accounts))
    } else if own || says(&["\"MR\"", "\"PI\"", "\"PT\"", "mrn"]) {
        (Category::Mrn, Some(Role::Mrns))
    } else {
        (Category::OtherId, Some(Role::Ids))
    }
}

/// What the name of something that is referred to is, by what is referred to.
fn referenced(beside: &str, path: &str) -> Rule {
    let value = |category| Rule::Value(category, Kind::Whole, Place::Text);
    let to = |kinds: &[&str]| {
        kinds.iter().any(|kind| beside.contains(&format!("{kind}/")) || beside.contains(&format!("\"{kind}\"")))
    };
    if to(&["Patient", "Practitioner", "RelatedPerson", "Person"]) {
        return value(Category::Name);
    }
    if to(&["Organization", "Location", "HealthcareService"]) {
        return value(Category::Organization);
    }
    let last = path.trim_end_matches(".display").rsplit('.').next().unwrap_or_default();
    match last {
        "subject"
        | "patient"
        | "performer"
        | "author"
        | "authenticator"
        | "recorder"
        | "asserter"
        | "practitioner"
        | "individual"
        | "actor"
        | "requester"
        | "generalPractitioner"
        | "attester"
        | "sender"
        | "recipient"
        | "assessor"
        | "party"
        | "subscriber"
        | "beneficiary"
        | "policyHolder"
        | "resultsInterpreter"
        | "informationSource"
        | "provider"
        | "enterer" => value(Category::Name),
        "organization"
        | "custodian"
        | "managingOrganization"
        | "serviceProvider"
        | "location"
        | "payor"
        | "insurer"
        | "facility"
        | "assigner"
        | "issuer"
        | "healthcareService" => value(Category::Organization),
        _ => Rule::Text,
    }
}

/// A leaf that is free text; used by tests.
#[cfg(test)]
fn note(leaf: &super::document::Leaf) -> Option<&str> {
    matches!(leaf.content, super::document::Content::Note { .. }).then_some(leaf.stretch.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrub::Policy;

    #[test]
    fn bad_json_is_refused_with_its_place() {
        let rules = Rules::new(&Policy::default()).unwrap();
        let deep = format!("{{\"resourceType\":\"Patient\",\"x\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        for text in [
            "{\"resourceType\":\"Patient\"",
            "{\"resourceType\":1}",
            "[1,",
            &deep,
            "{\"a\":1,\"a\":2,\"resourceType\":\"P\"}",
            "",
        ] {
            assert!(read(text, &rules).is_err());
        }
    }

    #[test]
    fn escapes_are_read() {
        let rules = Rules::new(&Policy::default()).unwrap();
        let text = r#"{"resourceType":"Communication","payload":[{"contentString":"a\nb \u00e9 \ud83d\ude00 \"q\""}]}"#;
        let document = read(text, &rules).unwrap();
        let notes: Vec<&str> = document.leaves.iter().filter_map(note).collect();
        assert_eq!(notes, ["a\nb é 😀 \"q\""]);
    }
}
