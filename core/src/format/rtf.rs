//! Rich Text Format: the visible text is one note, its control words stay.
//!
//! What says who wrote the file and when (`\info`), pictures and objects go as groups, and so do destinations that readers are told to
//! skip and that are not known to hold layout alone. Rich Text Format Specification, version 1.9.1.

use std::borrow::Cow;
use std::ops::Range;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::coding::Coding;
use super::document::Document;
use super::stretch::Stretch;
use crate::error::{Error, Location, Result};
use crate::scrub::message_rules::Rules;

/// Groups whose text is layout.
const LAYOUT: &[&str] = &[
    "fonttbl",
    "colortbl",
    "stylesheet",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "latentstyles",
    "themedata",
    "colorschememapping",
    "xmlnstbl",
    "mmathPr",
    "pgptbl",
    "revtbl_none",
    "fchars",
    "lchars",
    "pnseclvl",
    "listtext_none",
    "filetbl_none",
    "wgrffmtfilter",
    "ftnsep",
    "ftnsepc",
    "aftnsep",
    "aftnsepc",
    "panose",
    "falt",
    "listpicture",
    "defchp",
    "defpap",
    "expandedcolortbl",
    "cs",
    "ts",
    "background",
];
/// Groups that go.
const GONE: &[&str] = &[
    "info",
    "pict",
    "object",
    "objdata",
    "shppict",
    "nonshppict",
    "userprops",
    "docvar",
    "datastore",
    "revtbl",
    "atnauthor",
    "atnid",
    "atndate",
    "bkmkstart",
    "bkmkend",
    "template",
    "private",
    "passwordhash",
    "blipuid",
    "datafield",
    "formfield",
    "ud",
    "filetbl",
    "mailmerge",
    "xe",
    "tc",
    "do",
];
/// Groups that readers may skip and whose text is the note's.
const READ: &[&str] = &[
    "fldinst",
    "annotation",
    "footnote",
    "shpinst",
    "shptxt",
    "listtext",
    "pntext",
    "pn",
    "pnlvlblt",
    "pnlvlbody",
    "fldrslt",
    "cell",
];

/// Whether a text starts as RTF does.
pub(super) fn is(text: &str) -> bool {
    text.trim_start().starts_with("{\\rtf")
}

#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Group {
    start: usize,
    /// How many characters stand in for one in Unicode.
    skip: usize,
    /// Its text is layout.
    layout: bool,
    /// It goes as a whole.
    gone: bool,
    /// Readers that do not know it skip it.
    starred: bool,
    /// Nothing of it was read so far but what may stand before its name.
    fresh: bool,
}

/// Reads a document.
pub(super) fn read(text: &str, _rules: &Rules) -> Result<Document> {
    let mut reader = Reader {
        text,
        document: Document::default(),
        note: Stretch::default(),
        groups: Vec::new(),
        encoding: WINDOWS_1252,
        standins: 0,
        after_word: false,
    };
    reader.read()?;
    let Reader { mut document, note, .. } = reader;
    document.push_note(note, "rtf");
    Ok(document)
}

struct Reader<'t> {
    text: &'t str,
    document: Document,
    note: Stretch,
    groups: Vec<Group>,
    encoding: &'static Encoding,
    /// Characters to pass over that stand in for one in Unicode.
    standins: usize,
    /// Whether a control word ended just here, without a blank.
    after_word: bool,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<()> {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'{' => {
                    let (skip, layout, gone) =
                        self.groups.last().map_or((1, false, false), |g| (g.skip, g.layout, g.gone));
                    self.groups.push(Group { start: at, skip, layout, gone, starred: false, fresh: true });
                    self.after_word = false;
                    self.standins = 0;
                    at += 1;
                }
                b'}' => {
                    let Some(group) = self.groups.pop() else {
                        return Err(Error::input("the RTF closes a group that is not open").at(Location::Byte(at)));
                    };
                    if group.gone && !self.groups.last().is_some_and(|outer| outer.gone) {
                        self.document.remove(group.start..at + 1, "group");
                    }
                    self.after_word = false;
                    self.standins = 0;
                    at += 1;
                    if self.groups.is_empty() {
                        // What follows the document is none of it: blanks and NULs stay, other things are text.
                        let rest = self.text[at..].trim_matches(|c: char| c.is_whitespace() || c == '\0');
                        if rest.is_empty() {
                            return Ok(());
                        }
                    }
                }
                b'\\' => at = self.control(at),
                b'\r' | b'\n' => {
                    self.after_word = false;
                    at += 1;
                }
                _ => {
                    let end = bytes[at..].iter().position(|byte| matches!(byte, b'{' | b'}' | b'\\' | b'\r' | b'\n'));
                    let end = end.map_or(bytes.len(), |n| at + n);
                    self.plain(at..end);
                    at = end;
                }
            }
        }
        if self.groups.is_empty() {
            return Ok(());
        }
        Err(Error::input("the RTF ends within a group").at(Location::Byte(bytes.len())))
    }

    fn is_note(&self) -> bool {
        !self.groups.last().is_some_and(|group| group.layout || group.gone)
    }

    fn plain(&mut self, range: Range<usize>) {
        let mut start = range.start;
        while self.standins > 0 && start < range.end {
            start += self.text[start..].chars().next().map_or(1, char::len_utf8);
            self.standins -= 1;
        }
        if start >= range.end {
            return;
        }
        self.after_word = false;
        if let Some(group) = self.groups.last_mut() {
            group.fresh = false;
        }
        if self.is_note() {
            self.note.push_verbatim(&self.text[start..range.end], start, Coding::Rtf);
        }
    }

    /// Adds what a control says.
    fn say(&mut self, said: &str, source: Range<usize>) {
        if self.standins > 0 {
            self.standins -= 1;
            return;
        }
        if self.is_note() {
            let coding = if self.after_word { Coding::RtfAfterWord } else { Coding::Rtf };
            self.note.push(said, source, coding);
        }
        self.after_word = false;
    }

    fn separate(&mut self, by: &str) {
        if self.is_note() && !self.note.is_empty() {
            self.note.separate(by);
        }
    }

    /// Reads the control at `at`; returns where it ends.
    fn control(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let Some(next) = bytes.get(at + 1) else {
            return bytes.len();
        };
        if !next.is_ascii_alphabetic() {
            return self.symbol(at, *next);
        }
        let letters = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = &self.text[at + 1..at + 1 + letters];
        let mut end = at + 1 + letters;
        let signed = usize::from(bytes.get(end) == Some(&b'-') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit));
        let digits = bytes[end + signed..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number: Option<i64> = if digits > 0 { self.text[end..end + signed + digits].parse().ok() } else { None };
        if digits > 0 {
            end += signed + digits;
        }
        let blank = bytes.get(end) == Some(&b' ');
        let word_end = end;
        end += usize::from(blank);
        self.word(word, number, at..word_end, &mut end);
        self.after_word = end == word_end && !matches!(word, "u");
        end
    }

    fn symbol(&mut self, at: usize, symbol: u8) -> usize {
        let end = at + 2;
        match symbol {
            b'\'' => {
                let Some(byte) = self.text.get(at + 2..at + 4).and_then(|hex| u8::from_str_radix(hex, 16).ok()) else {
                    return end;
                };
                let one = [byte];
                let said = self.encoding.decode_without_bom_handling_and_without_replacement(&one);
                let said = said.unwrap_or(Cow::Borrowed("\u{fffd}")).into_owned();
                self.say(&said, at..at + 4);
                return at + 4;
            }
            b'\\' | b'{' | b'}' => {
                let said = char::from(symbol).to_string();
                self.say(&said, at..end);
            }
            b'~' => self.say("\u{a0}", at..end),
            b'_' => self.say("\u{2011}", at..end),
            b'\r' | b'\n' => self.separate("\n"),
            b'*' => {
                if let Some(group) = self.groups.last_mut() {
                    group.starred = true;
                    return end;
                }
            }
            // An optional hyphen, and what has no meaning; it may be a character of several bytes.
            _ => {
                let length = self.text[at + 1..].chars().next().map_or(1, char::len_utf8);
                return at + 1 + length;
            }
        }
        if let Some(group) = self.groups.last_mut() {
            group.fresh = false;
        }
        end
    }

    fn word(&mut self, word: &str, number: Option<i64>, source: Range<usize>, end: &mut usize) {
        if let Some(group) = self.groups.last_mut().filter(|group| group.fresh) {
            group.fresh = false;
            if GONE.contains(&word) {
                group.gone = true;
            } else if LAYOUT.contains(&word) {
                group.layout = true;
            } else if group.starred && !READ.contains(&word) {
                group.gone = true;
            }
            if matches!(
                word,
                "header"
                    | "footer"
                    | "headerl"
                    | "headerr"
                    | "headerf"
                    | "footerl"
                    | "footerr"
                    | "footerf"
                    | "footnote"
                    | "annotation"
                    | "fldinst"
                    | "shptxt"
            ) {
                self.separate("\n");
            }
        }
        match word {
            "par" | "line" | "row" | "sect" | "page" | "softline" | "nestrow" | "column" => self.separate("\n"),
            "tab" | "cell" | "nestcell" => self.separate("\t"),
            "pard" | "sectd" | "plain" => {}
            "ansicpg" => {
                let label = format!("windows-{}", number.unwrap_or(1252));
                if let Some(encoding) = Encoding::for_label(label.as_bytes()).filter(|e| e.is_single_byte()) {
                    self.encoding = encoding;
                }
            }
            "uc" => {
                if let Some(group) = self.groups.last_mut() {
                    group.skip = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(1).min(8);
                }
            }
            "u" => self.unicode(number, source, end),
            "bin" => {
                let length = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
                let mut after = end.saturating_add(length).min(self.text.len());
                while !self.text.is_char_boundary(after) {
                    after += 1;
                }
                *end = after;
            }
            _ => {
                const SIGNS: &[(&str, &str)] = &[
                    ("emdash", "—"),
                    ("endash", "–"),
                    ("lquote", "‘"),
                    ("rquote", "’"),
                    ("ldblquote", "“"),
                    ("rdblquote", "”"),
                    ("bullet", "•"),
                    ("emspace", "\u{2003}"),
                    ("enspace", "\u{2002}"),
                ];
                if let Some((_, said)) = SIGNS.iter().find(|(sign, _)| *sign == word) {
                    self.say(said, source.start..*end);
                }
            }
        }
    }

    /// A character in Unicode with what stands in for it, or two that make one.
    fn unicode(&mut self, number: Option<i64>, source: Range<usize>, end: &mut usize) {
        let skip = self.groups.last().map_or(1, |group| group.skip);
        let unit = |number: i64| u16::try_from(number & 0xffff).unwrap_or(0xfffd);
        let Some(first) = number.map(unit) else { return };
        *end = self.pass(*end, skip);
        let mut units = vec![first];
        if (0xd800..0xdc00).contains(&first)
            && let Some((second, after)) = self.low_half(*end)
        {
            units.push(second);
            *end = self.pass(after, skip);
        }
        let said = String::from_utf16_lossy(&units);
        self.standins = 0;
        self.say(&said, source.start..*end);
    }

    /// The second half of a pair, if it stands at `at`.
    fn low_half(&self, at: usize) -> Option<(u16, usize)> {
        let rest = self.text.get(at..)?.strip_prefix("\\u")?;
        let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'-').count();
        let unit = u16::try_from(rest[..length].parse::<i64>().ok()? & 0xffff).ok()?;
        let blank = usize::from(rest[length..].starts_with(' '));
        (0xdc00..0xe000).contains(&unit).then_some((unit, at + 2 + length + blank))
    }

    /// Where so many stand-ins from `at` on end.
    fn pass(&self, mut at: usize, count: usize) -> usize {
        for _ in 0..count {
            let rest = &self.text[at..];
            if rest.starts_with("\\'") && rest.len() >= 4 && rest.is_char_boundary(4) {
                at += 4;
            } else if rest.starts_with(['{', '}', '\\']) {
                break;
            } else {
                at += rest.chars().next().map_or(0, char::len_utf8);
            }
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrub::Policy;

    fn note(text: &str) -> Result<String> {
        let document = read(text, &Rules::new(&Policy::default())?)?;
        Ok(document.leaves.last().map(|leaf| leaf.stretch.text.clone()).unwrap_or_default())
    }

    #[test]
    fn the_visible_text_is_one_note() {
        let text = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\author X}}\f0 Jo{\b hn}\par caf\'e9 \u8364? \{x\}\tab y}";
        assert_eq!(note(text).unwrap(), "John\ncafé € {x}\ty");
        assert_eq!(note("{\\rtf1 \\u-10179?\\u-8704?}").unwrap(), "😀");
        assert_eq!(note("{\\rtf1 Jo\r\nhn\\line x}").unwrap(), "John\nx");
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        for broken in ["{\\rtf1 a", "{\\rtf1 a}}", "{\\rtf1 {\\b a}", "{\\rtf1 \\"] {
            assert!(note(broken).is_err(), "{broken}");
        }
    }
}
