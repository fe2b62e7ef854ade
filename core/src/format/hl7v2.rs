//! HL7 v2 in its usual encoding (ER7): messages, batches and files of them, with the delimiters that each states.
//!
//! Segments end in a carriage return; line feeds and both together, which files have, are read too, and so are the frame of MLLP and a line
//! that belongs to no segment (an unescaped line break inside a text). The crate `hl7kit` gives byte ranges as well, but of one message
//! whose every line is a segment; splitting takes less than making up for that.

use std::ops::Range;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::coding::{Coding, Delimiters};
use super::document::Document;
use super::number::{self, Called};
use super::stretch::Stretch;
use crate::error::{Error, Location, Result};
use crate::scrub::Place;
use crate::scrub::message_rules::{Entry, HL7, Role, Rule, Rules};

/// Base64 as messages hold it: with or without padding.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether a text starts as an HL7 v2 message, batch or file does.
pub(super) fn is(text: &str) -> bool {
    let text = text.trim_start_matches(['\u{b}', '\r', '\n', ' ']);
    ["MSH", "FHS", "BHS"].iter().any(|name| text.starts_with(name))
        && text.as_bytes().get(3).is_some_and(u8::is_ascii_punctuation)
        && text.as_bytes().get(4).is_some_and(u8::is_ascii_punctuation)
}

/// Reads a message, or a batch or file of messages.
pub(super) fn read(text: &str, rules: &Rules) -> Result<Document> {
    let mut reader = Reader { text, rules, delimiters: None, document: Document::default(), note: None, begun: false };
    let mut start = 0;
    let bytes = text.as_bytes();
    while start < bytes.len() {
        rules.cancel.check()?;
        let end = bytes[start..].iter().position(|byte| matches!(byte, b'\r' | b'\n' | 0x0b | 0x1c));
        let end = end.map_or(bytes.len(), |at| start + at);
        if end > start {
            reader.segment(start..end)?;
        }
        start = end + 1;
    }
    reader.end_note();
    if reader.delimiters.is_none() {
        return Err(Error::input("an HL7 v2 message starts with a segment MSH, FHS or BHS").at(Location::Byte(0)));
    }
    reader.document.end_message();
    reader.document.end_messages();
    Ok(reader.document)
}

struct Reader<'t, 'r> {
    text: &'t str,
    rules: &'r Rules,
    /// Those of the message being read.
    delimiters: Option<Delimiters>,
    document: Document,
    /// Lines of free text that belong together, and what they belong to.
    note: Option<(String, Stretch)>,
    /// Whether a message has begun: what comes before the first is of the file.
    begun: bool,
}

impl Reader<'_, '_> {
    fn segment(&mut self, line: Range<usize>) -> Result<()> {
        let text = &self.text[line.clone()];
        let name = text.get(..3).unwrap_or(text);
        let head = matches!(name, "MSH" | "FHS" | "BHS");
        if head {
            let stated = delimiters(text);
            self.delimiters = Some(stated.map_err(|what| Error::input(what).at(Location::Byte(line.start)))?);
        }
        if name == "MSH" {
            if self.begun {
                self.end_note();
                self.document.end_message();
            }
            self.begun = true;
        }
        let Some(delimiters) = self.delimiters else {
            let what = "an HL7 v2 message starts with a segment MSH, FHS or BHS";
            return Err(Error::input(what).at(Location::Byte(line.start)));
        };
        let is_name = name.len() == 3 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if !is_name || text.len() > 3 && text.as_bytes()[3] != delimiters.field {
            self.stray(line);
            return Ok(());
        }
        let mut fields = split(&line, self.text, delimiters.field);
        if head {
            // MSH-1 is the delimiter itself.
            fields.insert(1, line.start + 3..line.start + 4);
        }
        self.join_or_end(name, &fields);
        for (number, field) in fields.iter().enumerate().skip(1) {
            if head && number <= 2 || field.is_empty() || &self.text[field.clone()] == "\"\"" {
                continue;
            }
            let path = format!("{name}-{number}");
            let entry = self.entry(name, number, &path);
            self.field(&entry, field.clone(), &fields, &path)?;
        }
        Ok(())
    }

    /// A line that is no segment: what an unescaped line break cut off a text.
    fn stray(&mut self, line: Range<usize>) {
        let rest = self.decode(line);
        match &mut self.note {
            Some((_, note)) => {
                note.separate("\n");
                note.append(rest);
            }
            None => self.note = Some(("line".into(), rest)),
        }
    }

    /// What is done to a field: what the policy says of it or of its segment, else the table, else what is done to the unknown.
    fn entry(&self, segment: &str, number: usize, path: &str) -> Entry {
        let own = self.rules.own("hl7", path).or_else(|| self.rules.own("hl7", segment));
        let known = own.or_else(|| HL7.get(segment, &number.to_string()));
        known.cloned().unwrap_or_else(|| self.unknown())
    }

    fn unknown(&self) -> Entry {
        Entry { rule: self.rules.unknown.clone(), role: None }
    }

    /// Ends the note that is being put together unless this segment carries it on.
    fn join_or_end(&mut self, name: &str, fields: &[Range<usize>]) {
        let field = |at: usize| fields.get(at).map_or("", |range| &self.text[range.clone()]);
        let key = match name {
            "OBX" if is_text(field(2)) => format!("OBX {}", field(3)),
            "NTE" => "NTE".to_owned(),
            "ADD" => return,
            _ => String::new(),
        };
        if self.note.as_ref().is_some_and(|(open, _)| *open != key) {
            self.end_note();
        }
        if !key.is_empty() && self.note.is_none() {
            self.note = Some((key, Stretch::default()));
        }
    }

    fn end_note(&mut self) {
        if let Some((key, stretch)) = self.note.take() {
            let path = match key.split(' ').next() {
                Some("OBX") => "OBX-5",
                Some("NTE") => "NTE-3",
                _ => "line",
            };
            self.document.push_note(stretch, path);
        }
    }

    fn field(&mut self, entry: &Entry, field: Range<usize>, fields: &[Range<usize>], path: &str) -> Result<()> {
        match &entry.rule {
            // Codes were letters of a table once and have parts since version 2.7, among them what somebody typed.
            Rule::Keep if self.has_parts(&field) && !self.is_own(path) => {
                self.typed("CWE", None, field, path);
                Ok(())
            }
            Rule::Keep => {
                self.keep(field, path);
                Ok(())
            }
            Rule::Remove => {
                self.document.remove(field, path);
                Ok(())
            }
            Rule::Text
            | Rule::Display
            | Rule::Contact
            | Rule::Identifier
            | Rule::System
            | Rule::Reference
            | Rule::Referenced => {
                self.free_text(field, path);
                Ok(())
            }
            Rule::Varies => self.observation(field, fields, path),
            Rule::Embedded => {
                self.embedded(field, path);
                Ok(())
            }
            Rule::Value(..) => {
                for part in self.parts(field) {
                    let value = self.decode(part);
                    self.document.push_value(value, &entry.rule, entry.role, path);
                }
                Ok(())
            }
            Rule::Type(name) => {
                self.typed(name, entry.role, field, path);
                Ok(())
            }
        }
    }

    /// Whether the policy itself speaks of a field or its segment.
    fn is_own(&self, path: &str) -> bool {
        let segment = path.split('-').next().unwrap_or_default();
        [path, segment].iter().any(|path| self.rules.own("hl7", path).is_some())
    }

    /// Whether a field has components.
    fn has_parts(&self, field: &Range<usize>) -> bool {
        self.delimiters.is_some_and(|by| self.text.as_bytes()[field.clone()].contains(&by.component))
    }

    /// What stays, but where it names somebody of the message.
    fn keep(&mut self, field: Range<usize>, path: &str) {
        for part in self.parts(field) {
            let value = self.decode(part);
            self.document.push_kept(value, Place::Text, path);
        }
    }

    /// A value of a data type, or several of them.
    fn typed(&mut self, name: &str, role: Option<Role>, field: Range<usize>, path: &str) {
        let Some(delimiters) = self.delimiters else { return };
        for repetition in split(&field, self.text, delimiters.repetition) {
            self.components(name, role, &repetition, delimiters.component, path);
        }
    }

    fn components(&mut self, name: &str, role: Option<Role>, whole: &Range<usize>, delimiter: u8, path: &str) {
        let Some(delimiters) = self.delimiters else { return };
        let components = split(whole, self.text, delimiter);
        let lines = HL7.groups.get(name);
        let get = |number: usize| components.get(number - 1).map_or("", |range| &self.text[range.clone()]);
        // Where a code system gives the meaning, the text beside the code says nothing of the patient.
        let coded = |number: usize| {
            let (code, system) = (get(number - 1), components.get(number).map_or("", |r| &self.text[r.clone()]));
            !code.is_empty() && !system.is_empty() && !system.starts_with("99") && system != "L"
        };
        let mut person = Stretch::default();
        let mut address: Vec<String> = Vec::new();
        let mut known: Vec<(Role, String)> = Vec::new();
        let mut later: Vec<(usize, Entry, Range<usize>)> = Vec::new();
        for (index, component) in components.iter().enumerate() {
            let number = index + 1;
            if component.is_empty() || &self.text[component.clone()] == "\"\"" {
                continue;
            }
            let entry = lines.and_then(|lines| lines.get(&number.to_string())).cloned();
            let entry = entry.unwrap_or_else(|| self.unknown());
            match &entry.rule {
                Rule::Display if coded(number) => {
                    later.push((number, Entry { rule: Rule::Keep, role: None }, component.clone()));
                }
                // The words of one name are one mention: "FAMILY, GIVEN MIDDLE".
                Rule::Value(crate::scrub::Category::Name, ..) => {
                    for part in self.parts(component.clone()) {
                        let word = self.decode(part);
                        if word.text.trim().is_empty() {
                            continue;
                        }
                        if !person.is_empty() {
                            let family = if name.starts_with('X') && name != "XPN" || name == "CNN" { 2 } else { 1 };
                            let after_family = number == family + 1 && !person.text.contains(", ");
                            person.separate(if after_family { ", " } else { " " });
                        }
                        person.append(word);
                    }
                }
                _ => later.push((number, entry, component.clone())),
            }
            if role == Some(Role::Addresses) && number <= 5 {
                let written = self.decode(component.clone()).text;
                address.push(written);
            }
        }
        if let Some(role) = role.filter(|role| matches!(role, Role::Names | Role::Relatives | Role::Providers)) {
            known.push((role, person.text.clone()));
        }
        if !address.is_empty() {
            known.push((Role::Addresses, address.join(", ")));
        }
        let name_rule = Rule::Value(crate::scrub::Category::Name, crate::scrub::Kind::Whole, crate::scrub::Place::Text);
        self.document.push_value(person, &name_rule, None, path);
        for (number, entry, component) in later {
            let path = format!("{path}.{number}");
            match &entry.rule {
                Rule::Keep => self.keep(component, &path),
                Rule::Remove | Rule::Varies => self.document.remove(component, path),
                Rule::Text
                | Rule::Display
                | Rule::Contact
                | Rule::Identifier
                | Rule::System
                | Rule::Reference
                | Rule::Referenced => self.free_text(component, &path),
                // ED-4 says in what it is written (table 0299).
                Rule::Embedded if name == "ED" => match get(4) {
                    "A" | "" if !super::is_base64(&self.text[component.clone()]) => self.free_text(component, &path),
                    "A" | "" | "Base64" => self.embedded(component, &path),
                    _ => self.document.remove(component, path),
                },
                Rule::Embedded => self.embedded(component, &path),
                Rule::Type(inner) => match delimiters.subcomponent.filter(|sub| *sub != delimiter) {
                    Some(sub) => self.components(inner, None, &component, sub, &path),
                    None => self.components(inner, None, &component, 0, &path),
                },
                Rule::Value(..) => {
                    // A role of the whole field goes before that of its type: dates of a message, numbers of a provider.
                    let of_field = role.filter(|role| matches!(role, Role::NoteDate | Role::BirthDate) && number == 1);
                    let of_type = entry.role.filter(|of| !matches!((role, of), (Some(Role::Names), Role::Ids)));
                    for part in self.parts(component) {
                        let value = self.decode(part);
                        self.document.push_value(value, &entry.rule, of_field.or(of_type), path.clone());
                    }
                }
            }
        }
        for (role, value) in known {
            self.document.known.add(role, &value);
        }
    }

    /// OBX-5, whose type OBX-2 says.
    fn observation(&mut self, field: Range<usize>, fields: &[Range<usize>], path: &str) -> Result<()> {
        let said = fields.get(2).map_or("", |range| &self.text[range.clone()]);
        match said {
            said if is_text(said) => self.note_line(field, fields, path),
            "NM" | "SI" | "SN" | "NA" | "CQ" => self.number(field, fields, path),
            "MO" | "CP" | "MA" => self.keep(field, path),
            // A time of day has six digits at most before its fraction.
            "TM" if leading_digits(&self.text[field.clone()]) <= 6 => self.keep(field, path),
            "TM" | "DT" | "TS" | "DTM" => self.typed("TS", None, field, path),
            _ if HL7.groups.contains_key(said) && said.len() <= 3 => self.typed(said, None, field, path),
            _ => {
                let entry = self.unknown();
                if entry.rule != Rule::Varies {
                    self.field(&entry, field, fields, path)?;
                }
            }
        }
        Ok(())
    }

    /// A number, which says something of somebody only where it is an age over 89: OBX-6 gives its unit, OBX-3 what it is.
    fn number(&mut self, field: Range<usize>, fields: &[Range<usize>], path: &str) {
        let Some(delimiters) = self.delimiters else { return };
        let text = self.text;
        let said = |at: usize| fields.get(at).map_or("", |range| &text[range.clone()]);
        let called = Called::by(said(3));
        if called.identifies(&text[field.clone()]) {
            self.document.remove(field, path);
            return;
        }
        let unit_of = |range: &Range<usize>| {
            let parts = split(range, text, delimiters.component);
            parts.iter().map(|part| &text[part.clone()]).find(|part| !part.is_empty()).unwrap_or_default()
        };
        let unit = fields.get(6).map_or("", unit_of);
        for repetition in split(&field, text, delimiters.repetition) {
            let components = split(&repetition, text, delimiters.component);
            // A quantity has its unit with it.
            let own = components.get(1).filter(|_| said(2) == "CQ").map_or("", |range| &text[range.clone()]);
            for component in components {
                let unit = if own.is_empty() { unit } else { own };
                let value = self.decode(component.clone());
                match number::over_89(&text[component], unit, called) {
                    Some(ninety) => self.document.push_age(value, ninety, path),
                    None => self.document.push_kept(value, Place::Nothing, path),
                }
            }
        }
    }

    /// A line of text, joined to the lines before it that belong to the same observation.
    fn note_line(&mut self, field: Range<usize>, fields: &[Range<usize>], path: &str) {
        let label = self.label(fields);
        let value = self.decode(field.clone());
        if super::embeds(&value.text) || super::is_base64(&value.text) {
            self.embedded(field, path);
            return;
        }
        let repetition = self.delimiters.map(|delimiters| delimiters.repetition);
        let lines = repetition.map_or_else(|| vec![field.clone()], |by| split(&field, self.text, by));
        let lines: Vec<Stretch> = lines.into_iter().map(|line| self.decode(line)).collect();
        let Some((_, note)) = &mut self.note else { return };
        for line in lines {
            if !note.is_empty() {
                note.separate("\n");
            } else if !label.is_empty() {
                // What the observation is called says what its value is.
                note.separate(&format!("{label}: "));
            }
            note.append(line);
        }
    }

    /// What an observation of a short text is called.
    fn label(&self, fields: &[Range<usize>]) -> String {
        let said = fields.get(2).map_or("", |range| &self.text[range.clone()]);
        let Some(delimiters) = self.delimiters.filter(|_| is_short(said)) else { return String::new() };
        let Some(code) = fields.get(3) else { return String::new() };
        let parts = split(code, self.text, delimiters.component);
        parts.get(1).map_or_else(String::new, |range| self.decode(range.clone()).text)
    }

    fn free_text(&mut self, field: Range<usize>, path: &str) {
        let value = self.decode(field.clone());
        if path == "NTE-3" {
            let lines = self.delimiters.map_or_else(Vec::new, |by| split(&field, self.text, by.repetition));
            let lines: Vec<Stretch> = lines.into_iter().map(|line| self.decode(line)).collect();
            if let Some((_, note)) = &mut self.note {
                for line in lines {
                    if !note.is_empty() {
                        note.separate("\n");
                    }
                    note.append(line);
                }
                return;
            }
        }
        if path.starts_with("ADD")
            && let Some((_, note)) = &mut self.note
        {
            note.append(value);
            return;
        }
        self.document.push_note(value, path);
    }

    /// A document in base64, or written out; what cannot be read as text goes.
    fn embedded(&mut self, field: Range<usize>, path: &str) {
        let value = self.decode(field.clone());
        if super::embeds(&value.text) {
            match self.rules.within().map(|rules| super::read_text(&value.text, super::looks(&value.text), &rules)) {
                Some(Ok(inner)) => self.document.push_inner(value, inner),
                _ => self.document.remove(field, path),
            }
            return;
        }
        let packed: String = value.text.chars().filter(|c| !c.is_whitespace()).collect();
        let inner = BASE64.decode(&packed).ok().and_then(|bytes| {
            let inner = super::read_embedded(&bytes, self.rules)?;
            Some((bytes, inner))
        });
        match inner {
            Some((bytes, inner)) => self.document.push_base64(field, bytes, inner),
            None => self.document.remove(field, path),
        }
    }

    /// The parts of a field that no delimiter cuts further.
    fn parts(&self, field: Range<usize>) -> Vec<Range<usize>> {
        let Some(delimiters) = self.delimiters else { return vec![field] };
        let by = [Some(delimiters.repetition), Some(delimiters.component), delimiters.subcomponent];
        by.into_iter()
            .flatten()
            .fold(vec![field], |parts, by| parts.iter().flat_map(|part| split(part, self.text, by)).collect())
    }

    /// The text of a part of the message, its escapes read.
    fn decode(&self, range: Range<usize>) -> Stretch {
        let mut out = Stretch::default();
        let Some(delimiters) = self.delimiters else { return out };
        let coding = Coding::Hl7(delimiters);
        let Some(escape) = delimiters.escape else {
            out.push_verbatim(&self.text[range.clone()], range.start, coding);
            return out;
        };
        let bytes = self.text.as_bytes();
        let mut at = range.start;
        while at < range.end {
            let next = bytes[at..range.end].iter().position(|byte| *byte == escape).map_or(range.end, |n| at + n);
            out.push_verbatim(&self.text[at..next], at, coding);
            if next == range.end {
                break;
            }
            let close = bytes[next + 1..range.end].iter().take(64).position(|byte| *byte == escape);
            let Some(close) = close.map(|n| next + 1 + n) else {
                // An escape that does not end is text.
                out.push_verbatim(&self.text[next..range.end], next, coding);
                break;
            };
            let sequence = &self.text[next + 1..close];
            match said(sequence, delimiters) {
                Some(text) => out.push(&text, next..close + 1, coding),
                // Formatting says nothing; what is no sequence is text up to the next escape.
                None if is_formatting(sequence) => {}
                None => {
                    out.push_verbatim(&self.text[next..close], next, coding);
                    at = close;
                    continue;
                }
            }
            at = close + 1;
        }
        out
    }
}

/// Whether OBX-2 says that a value is text: also a code of a site's own table, which may be anything.
fn is_text(said: &str) -> bool {
    matches!(said, "TX" | "FT") || is_short(said)
}

/// Whether it is a text of one line, which what the observation is called explains.
fn is_short(said: &str) -> bool {
    matches!(said, "ST" | "IS" | "ID")
}

fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The text that an escape sequence stands for.
fn said(sequence: &str, delimiters: Delimiters) -> Option<String> {
    let one = |byte: u8| Some(char::from(byte).to_string());
    match sequence {
        "F" => one(delimiters.field),
        "S" => one(delimiters.component),
        "R" => one(delimiters.repetition),
        "T" => one(delimiters.subcomponent.unwrap_or(b'&')),
        "E" => one(delimiters.escape.unwrap_or(b'\\')),
        ".br" | ".sp" | ".ce" => Some("\n".into()),
        _ if sequence.starts_with(".sk") => Some(" ".into()),
        _ if sequence.starts_with(".sp") => Some("\n".into()),
        _ => {
            let digits = sequence.strip_prefix('X').filter(|digits| digits.len() % 2 == 0 && !digits.is_empty())?;
            let bytes: Option<Vec<u8>> =
                (0..digits.len() / 2).map(|n| u8::from_str_radix(digits.get(2 * n..2 * n + 2)?, 16).ok()).collect();
            let bytes = bytes?;
            Some(String::from_utf8(bytes).unwrap_or_else(|e| e.into_bytes().iter().map(|b| char::from(*b)).collect()))
        }
    }
}

/// Whether a sequence says how text looks, or in which characters it goes on.
fn is_formatting(sequence: &str) -> bool {
    matches!(sequence, "H" | "N" | ".fi" | ".nf")
        || [".in", ".ti", "Z", "C", "M"].iter().any(|start| sequence.starts_with(start))
            && sequence.len() < 16
            && !sequence.contains(' ')
}

/// The delimiters of a message; what is wrong with its head where there are none.
fn delimiters(head: &str) -> Result<Delimiters, &'static str> {
    let bytes = head.as_bytes();
    let field =
        *bytes.get(3).filter(|byte| byte.is_ascii_punctuation()).ok_or("the segment states no field separator")?;
    let rest = &bytes[4..];
    let stated = &rest[..rest.iter().position(|byte| *byte == field).unwrap_or(rest.len())];
    let plain = |byte: &&u8| byte.is_ascii_punctuation();
    let component = stated.first().filter(plain);
    let component = *component.ok_or("the segment states no encoding characters (MSH-2)")?;
    let repetition = stated.get(1).filter(plain).copied().unwrap_or(b'~');
    let (escape, subcomponent) = (stated.get(2).filter(plain).copied(), stated.get(3).filter(plain).copied());
    let mut all = vec![field, component, repetition];
    all.extend(escape);
    all.extend(subcomponent);
    all.sort_unstable();
    if all.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("two delimiters of the message are the same character");
    }
    Ok(Delimiters { field, component, repetition, escape, subcomponent })
}

/// The parts of a range between delimiters; 0 delimits nothing.
fn split(range: &Range<usize>, text: &str, by: u8) -> Vec<Range<usize>> {
    let (mut parts, mut start) = (Vec::new(), range.start);
    for (at, byte) in text.as_bytes()[range.clone()].iter().enumerate() {
        if *byte == by && by != 0 {
            parts.push(start..range.start + at);
            start = range.start + at + 1;
        }
    }
    parts.push(start..range.end);
    parts
}

/// Whether a leaf is free text; used by tests.
#[cfg(test)]
fn notes(document: &Document) -> Vec<&str> {
    let note = |leaf: &'_ super::document::Leaf| matches!(leaf.content, crate::format::document::Content::Note { .. });
    document.leaves.iter().filter(|leaf| note(leaf)).map(|leaf| leaf.stretch.text.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrub::Policy;

    fn rules() -> Rules {
        Rules::new(&Policy::default()).unwrap()
    }

    #[test]
    fn lines_of_one_observation_are_one_note() {
        let message = "MSH|^~\\&|A|B|||20240314||ORU^R01|1|P|2.5\rOBX|1|TX|1^N^LN||seen by\rOBX|2|TX|1^N^LN||Dr. O\\T\\K~x\rOBX|3|NM|2||5\r";
        let document = read(message, &rules()).unwrap();
        assert_eq!(notes(&document), ["seen by\nDr. O&K\nx"]);
    }

    #[test]
    fn a_head_without_delimiters_is_an_error() {
        for head in ["MSH", "MSH|", "MSH||", "MSH|||A", "MSHabc", "MSH|||", "MSH|^^\\&"] {
            assert!(read(head, &rules()).is_err(), "{head}");
        }
    }
}
