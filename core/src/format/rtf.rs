//! Rich Text Format: the visible text is one note, its control words stay.
//!
//! What says who wrote the file and when (`\info`), pictures and objects go as groups, and so do destinations that readers are told to
//! skip and that nobody knows. Destinations of layout hold what their kind may hold (`Layout`): a name of a font or style that is none of the
//! usual ones goes. Everything else is text, whatever control word its group begins with. A byte in a code page that is not known is an
//! error: nobody could say what it spells.
//! Rich Text Format Specification, version 1.9.1.

use std::collections::HashMap;
use std::ops::Range;

use encoding_rs::{Encoding, MACINTOSH, WINDOWS_1252};

use super::coding::Coding;
use super::document::{Document, Fixed};
use super::layout;
use super::stretch::{Edit, Stretch};
use crate::error::{Error, Location, Result};
use crate::scrub::message_rules::Rules;

/// What text a group of layout may hold: what it holds else goes.
#[derive(Clone, Copy, PartialEq)]
enum Layout {
    /// None.
    Bare,
    /// Names of fonts.
    Fonts,
    /// Names of styles and of lists.
    Styles,
    /// What stands about the number of an item.
    Numbering,
    /// The same, with the places of the numbers counted: letters become hyphens, one for one.
    Level,
    /// At most so many hexadecimal digits; else all of the group goes.
    Hex(usize),
    /// Signs that begin or end no line.
    Signs,
    /// Which program wrote it.
    Program,
    /// Addresses of the schemes of a word processor.
    Namespaces,
    /// A theme: a package of the parts of one, in hexadecimal digits.
    Theme,
    /// Which colour of a theme is which, in XML in hexadecimal digits.
    Mapping,
}

impl Layout {
    /// Whether the group goes as a whole where its text is not of this kind.
    fn is_whole(self) -> bool {
        !matches!(self, Self::Bare | Self::Fonts | Self::Styles | Self::Numbering | Self::Level)
    }

    /// Whether a text is of this kind.
    fn holds(self, text: &str) -> bool {
        let text = text.trim();
        match self {
            Self::Bare => text.is_empty(),
            Self::Fonts => layout::is_font(text),
            Self::Styles => layout::is_known(text, &[&layout::STYLES, &layout::FONTS], 2, 4),
            Self::Numbering | Self::Level => layout::is_known(text, &[&layout::NUMBERING], 2, 4),
            Self::Hex(most) => text.len() <= most && text.bytes().all(|b| b.is_ascii_hexdigit()),
            Self::Signs => !text.chars().any(char::is_alphanumeric),
            Self::Program => layout::is_known(text, &[&layout::PROGRAMS], 5, 24),
            Self::Namespaces => layout::is_known(text, &[&layout::NAMESPACES], 4, 12),
            Self::Theme => bytes(text).is_some_and(|bytes| is_theme(&bytes)),
            Self::Mapping => bytes(text)
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .is_some_and(|text| layout::is_known(&text, &[&layout::MAPPING], 4, 40)),
        }
    }
}

/// The bytes that hexadecimal digits stand for.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    (digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit))
        .then(|| digits.chunks(2).map(byte).collect::<Option<Vec<u8>>>())
        .flatten()
}

/// Whether bytes are a ZIP package whose parts are those of a theme and are all compressed: what else lies in one is no layout.
fn is_theme(bytes: &[u8]) -> bool {
    const PARTS: &[&str] = &[
        "[Content_Types].xml",
        "_rels/.rels",
        "theme/theme/themeManager.xml",
        "theme/theme/theme1.xml",
        "theme/theme/_rels/themeManager.xml.rels",
    ];
    let number = |at: usize, length: usize| {
        let field = bytes.get(at..at + length)?;
        Some(field.iter().rev().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte)))
    };
    let part = |at: usize, name: usize| {
        bytes.get(at..at + name).is_some_and(|name| PARTS.iter().any(|p| p.as_bytes() == name))
    };
    let (mut at, mut parts) = (0, 0);
    while bytes.get(at..at + 4) == Some(b"PK\x03\x04") {
        let fields = (number(at + 8, 2), number(at + 18, 4), number(at + 26, 2), number(at + 28, 2));
        let (Some(method), Some(size), Some(name), Some(extra)) = fields else { return false };
        if method != 8 || extra != 0 || size > bytes.len() || !part(at + 30, name) {
            return false;
        }
        parts += 1;
        at += 30 + name + size;
    }
    while bytes.get(at..at + 4) == Some(b"PK\x01\x02") {
        let fields = (number(at + 28, 2), number(at + 30, 2), number(at + 32, 2));
        let (Some(name), Some(0), Some(0)) = fields else { return false };
        if !part(at + 46, name) {
            return false;
        }
        at += 46 + name;
    }
    // The end of the directory, without a comment.
    parts > 0 && bytes.get(at..at + 4) == Some(b"PK\x05\x06") && bytes[at..].iter().skip(22).all(|byte| *byte == 0)
}

/// Groups whose text is layout, and of what kind.
const LAYOUT: &[(&str, Layout)] = &[
    ("fonttbl", Layout::Fonts),
    ("falt", Layout::Fonts),
    ("fname", Layout::Fonts),
    ("panose", Layout::Hex(20)),
    ("colortbl", Layout::Bare),
    ("expandedcolortbl", Layout::Bare),
    ("stylesheet", Layout::Styles),
    ("latentstyles", Layout::Styles),
    ("pgdsctbl", Layout::Styles),
    ("listtable", Layout::Bare),
    ("listoverridetable", Layout::Bare),
    ("listname", Layout::Styles),
    ("liststylename", Layout::Styles),
    ("leveltext", Layout::Level),
    ("levelnumbers", Layout::Level),
    ("listpicture", Layout::Bare),
    ("pnseclvl", Layout::Numbering),
    ("rsidtbl", Layout::Bare),
    ("generator", Layout::Program),
    ("themedata", Layout::Theme),
    ("colorschememapping", Layout::Mapping),
    ("xmlnstbl", Layout::Namespaces),
    ("mmathPr", Layout::Bare),
    ("pgptbl", Layout::Bare),
    ("fchars", Layout::Signs),
    ("lchars", Layout::Signs),
    ("wgrffmtfilter", Layout::Hex(4)),
    ("defchp", Layout::Bare),
    ("defpap", Layout::Bare),
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
    "background",
    "nesttableprops",
    "ftnsep",
    "ftnsepc",
    "ftncn",
    "aftnsep",
    "aftnsepc",
    "aftncn",
];

/// Groups whose text stands on lines of its own.
const APART: &[&str] = &[
    "header",
    "footer",
    "headerl",
    "headerr",
    "headerf",
    "footerl",
    "footerr",
    "footerf",
    "footnote",
    "annotation",
    "fldinst",
    "shptxt",
    "sp",
    "sv",
    "background",
    "ftnsep",
    "ftnsepc",
    "ftncn",
    "aftnsep",
    "aftnsepc",
    "aftncn",
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
    /// Its text is layout of this kind.
    layout: Option<Layout>,
    /// Its layout is of a kind that is judged as a whole.
    whole: bool,
    /// It goes as a whole.
    gone: bool,
    /// A control word ended just before it.
    after_word: bool,
    /// Its text stands on lines of its own.
    apart: bool,
    /// What the bytes of its text stand for; that of the default font where none is said.
    page: Option<Page>,
    /// Readers that do not know it skip it.
    starred: bool,
    /// Nothing of it was read so far but what may stand before its name.
    fresh: bool,
}

/// What bytes over 127 stand for.
#[derive(Clone, Copy)]
enum Page {
    Known(&'static Encoding),
    /// One of DOS: its upper half.
    Dos(&'static str),
    Unknown,
}

/// The upper halves of the code pages of DOS that `\pc` and `\pca` mean.
const DOS_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const DOS_850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

impl Page {
    /// A code page by its number.
    fn of(number: i64) -> Self {
        let label = match number {
            437 => return Self::Dos(DOS_437),
            850 => return Self::Dos(DOS_850),
            // No page at all, and that of symbols, which say no letters.
            0 | 42 => return Self::Known(WINDOWS_1252),
            866 => "ibm866".to_owned(),
            932 => "shift_jis".to_owned(),
            936 | 54936 => "gb18030".to_owned(),
            949 | 51949 => "euc-kr".to_owned(),
            950 => "big5".to_owned(),
            10000 => "macintosh".to_owned(),
            20866 => "koi8-r".to_owned(),
            21866 => "koi8-u".to_owned(),
            28591..=28606 => format!("iso-8859-{}", number - 28590),
            65001 => "utf-8".to_owned(),
            number => format!("windows-{number}"),
        };
        Encoding::for_label(label.as_bytes()).map_or(Self::Unknown, Self::Known)
    }

    /// That of a font's character set.
    fn of_charset(charset: i64, default: Self) -> Self {
        Self::of(match charset {
            0 | 2 => 1252,
            1 => return default,
            77 => 10000,
            128 => 932,
            129 => 949,
            134 => 936,
            136 => 950,
            161 => 1253,
            162 => 1254,
            163 => 1258,
            177 => 1255,
            178 => 1256,
            186 => 1257,
            204 => 1251,
            222 => 874,
            238 => 1250,
            254 | 255 => 437,
            _ => return Self::Unknown,
        })
    }
}

/// Reads a document.
pub(super) fn read(text: &str, _rules: &Rules) -> Result<Document> {
    let mut reader = Reader {
        text,
        document: Document::default(),
        note: Stretch::default(),
        groups: Vec::new(),
        page: Page::Known(WINDOWS_1252),
        fonts: HashMap::new(),
        font: 0,
        default_font: 0,
        run: Stretch::default(),
        held: String::new(),
        standins: 0,
        after_word: false,
        failed: None,
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
    /// What bytes stand for where no font says it.
    page: Page,
    /// The same by the number of a font.
    fonts: HashMap<i64, Page>,
    /// The font that the table of them speaks of.
    font: i64,
    default_font: i64,
    /// The text of layout since the last group or semicolon.
    run: Stretch,
    /// The text of a group that is judged as a whole.
    held: String,
    /// Characters to pass over that stand in for one in Unicode.
    standins: usize,
    /// Whether a control word ended just here, without a blank.
    after_word: bool,
    /// Why it cannot be read.
    failed: Option<Error>,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<()> {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'{' => {
                    self.end_run();
                    self.held.push(' ');
                    let outer = self.groups.last();
                    self.groups.push(Group {
                        start: at,
                        skip: outer.map_or(1, |group| group.skip),
                        layout: outer.and_then(|group| group.layout),
                        whole: false,
                        gone: outer.is_some_and(|group| group.gone),
                        after_word: self.after_word,
                        apart: false,
                        page: outer.and_then(|group| group.page),
                        starred: false,
                        fresh: true,
                    });
                    self.after_word = false;
                    self.standins = 0;
                    at += 1;
                }
                b'}' => {
                    self.end_run();
                    self.held.push(' ');
                    let Some(mut group) = self.groups.pop() else {
                        return Err(Error::input("the RTF closes a group that is not open").at(Location::Byte(at)));
                    };
                    if group.whole
                        && !group.layout.is_none_or(|layout| layout.holds(self.held.trim_end_matches([' ', ';'])))
                    {
                        group.gone = true;
                    }
                    if group.gone && !self.groups.last().is_some_and(|outer| outer.gone) {
                        // A blank ends the word before it, as the group did.
                        let bytes = if group.after_word { b" ".to_vec() } else { Vec::new() };
                        self.fix(group.start..at + 1, bytes, "group");
                    }
                    if group.apart && !group.gone {
                        self.end_line();
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
                b'\\' => {
                    at = self.control(at);
                    if let Some(error) = self.failed.take() {
                        return Err(error);
                    }
                }
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
        !self.groups.last().is_some_and(|group| group.layout.is_some() || group.gone)
    }

    /// Changes bytes whatever the policy says.
    fn fix(&mut self, source: Range<usize>, bytes: Vec<u8>, path: &str) {
        self.document.fixed.push(Fixed { edit: Edit { source, bytes }, path: Some(path.to_owned()), member: None });
    }

    /// The kind of layout that text stands in, if it does and none of it is gone.
    fn layout(&self) -> Option<Layout> {
        self.groups.last().filter(|group| !group.gone).and_then(|group| group.layout)
    }

    /// Judges the text of layout since the last group or semicolon.
    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        let Some(layout) = self.layout().filter(|layout| !layout.holds(&run.text)) else { return };
        let path = LAYOUT.iter().find(|(_, of)| *of == layout).map_or("layout", |(name, _)| *name);
        if layout == Layout::Level {
            let text = run.text.as_str();
            let mut changes: Vec<(Range<usize>, String)> = Vec::new();
            for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
                let end = at + c.len_utf8();
                match changes.last_mut() {
                    Some((range, with)) if range.end == at => {
                        range.end = end;
                        with.push('-');
                    }
                    _ => changes.push((at..end, "-".to_owned())),
                }
            }
            for edit in run.rewrite(&changes) {
                self.fix(edit.source, edit.bytes, path);
            }
        } else {
            let kept = run.trimmed();
            self.document.remove(kept.source(&(0..kept.text.len())), path);
        }
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
        let text = &self.text[start..range.end];
        match self.layout() {
            None if self.is_note() => self.note.push_verbatim(text, start, Coding::Rtf),
            Some(layout) if layout.is_whole() => self.held.push_str(text),
            Some(_) => {
                for part in text.split_inclusive(';') {
                    let name = part.strip_suffix(';').unwrap_or(part);
                    self.run.push_verbatim(name, start, Coding::Rtf);
                    if name.len() < part.len() {
                        self.end_run();
                    }
                    start += part.len();
                }
            }
            None => {}
        }
    }

    /// Adds what a control says.
    fn say(&mut self, said: &str, source: Range<usize>) {
        if self.standins > 0 {
            self.standins -= 1;
            return;
        }
        let coding = if self.after_word { Coding::RtfAfterWord } else { Coding::Rtf };
        match self.layout() {
            None if self.is_note() => self.note.push(said, source, coding),
            Some(layout) if layout.is_whole() => self.held.push_str(said),
            Some(_) => self.run.push(said, source, coding),
            None => {}
        }
        self.after_word = false;
    }

    fn separate(&mut self, by: &str) {
        if self.is_note() && !self.note.is_empty() {
            self.note.separate(by);
        }
    }

    /// Ends the line, if there is one.
    fn end_line(&mut self) {
        if !self.note.text.ends_with(['\n', '\t']) {
            self.separate("\n");
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
            // When a revision was made.
            let dated = word.ends_with("dttm") || word.ends_with("dttmdel") || word == "crdate";
            if dated && number != Some(0) && !self.groups.last().is_some_and(|group| group.gone) {
                self.fix(end..end + signed + digits, b"0".to_vec(), word);
            }
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
                let Some(byte) = self.byte(at) else { return end };
                let (said, end) = self.coded(at, byte);
                self.say(&said, at..end);
                return end;
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

    /// The byte that `\'hh` at `at` says.
    fn byte(&self, at: usize) -> Option<u8> {
        let hex = self.text.get(at..at + 4)?.strip_prefix("\\'")?;
        u8::from_str_radix(hex, 16).ok()
    }

    /// What the byte that stands at `at` says in its code page, together with those after it where a character has more than one; and where
    /// the last of them ends.
    fn coded(&mut self, at: usize, byte: u8) -> (String, usize) {
        let default = self.fonts.get(&self.default_font).copied().unwrap_or(self.page);
        let page = self.groups.last().and_then(|group| group.page).unwrap_or(default);
        let mut end = at + 4;
        if byte < 0x80 {
            return (char::from(byte).to_string(), end);
        }
        let encoding = match page {
            Page::Known(encoding) => encoding,
            Page::Dos(high) => {
                let said = high.chars().nth(usize::from(byte - 0x80)).unwrap_or('\u{fffd}');
                return (said.to_string(), end);
            }
            Page::Unknown => {
                // Layout that cannot be read goes.
                if self.is_note() {
                    let error = Error::input("the RTF has text in a code page that is not known");
                    self.failed.get_or_insert(error.at(Location::Byte(at)));
                }
                return ("\u{fffd}".to_owned(), end);
            }
        };
        let mut bytes = vec![byte];
        loop {
            if let Some(said) = encoding.decode_without_bom_handling_and_without_replacement(&bytes) {
                return (said.into_owned(), end);
            }
            if encoding.is_single_byte() || bytes.len() == 4 {
                return ("\u{fffd}".to_owned(), at + 4);
            }
            // What follows the first byte of a character is written as it is where it is a letter.
            let next = self.text.as_bytes().get(end).copied();
            match (self.byte(end), next) {
                (Some(byte), _) => {
                    bytes.push(byte);
                    end += 4;
                }
                (None, Some(next @ 0x30..=0x7e)) if !matches!(next, b'\\' | b'{' | b'}') => {
                    bytes.push(next);
                    end += 1;
                }
                _ => return ("\u{fffd}".to_owned(), at + 4),
            }
        }
    }

    fn word(&mut self, word: &str, number: Option<i64>, source: Range<usize>, end: &mut usize) {
        if let Some(group) = self.groups.last_mut().filter(|group| group.fresh) {
            group.fresh = false;
            let known = LAYOUT.iter().find(|(name, _)| *name == word).map(|(_, layout)| *layout);
            // Within layout all text is judged.
            let judged = group.layout.is_some();
            if GONE.contains(&word) {
                group.gone = true;
            } else if let Some(layout) = known.filter(|_| !group.layout.is_some_and(Layout::is_whole)) {
                (group.layout, group.whole) = (Some(layout), layout.is_whole());
                self.held.clear();
            } else if group.starred && !judged && !READ.contains(&word) {
                group.gone = true;
            }
            if APART.contains(&word) {
                group.apart = true;
                self.separate("\n");
            }
        }
        match word {
            "par" | "line" | "row" | "sect" | "page" | "softline" | "nestrow" | "column" => self.separate("\n"),
            "trowd" => self.end_line(),
            "tab" | "cell" | "nestcell" => self.separate("\t"),
            "ansicpg" => self.page = Page::of(number.unwrap_or(1252)),
            "mac" => self.page = Page::Known(MACINTOSH),
            "pc" => self.page = Page::of(437),
            "pca" => self.page = Page::of(850),
            "deff" => self.default_font = number.unwrap_or(0),
            "f" if self.layout() == Some(Layout::Fonts) => self.font = number.unwrap_or(0),
            "f" => {
                let page = self.fonts.get(&number.unwrap_or(0)).copied().unwrap_or(self.page);
                self.groups.last_mut().into_iter().for_each(|group| group.page = Some(page));
            }
            "plain" => self.groups.last_mut().into_iter().for_each(|group| group.page = None),
            "fcharset" | "cpg" if self.layout() == Some(Layout::Fonts) => {
                let number = number.unwrap_or(0);
                let page = if word == "cpg" { Page::of(number) } else { Page::of_charset(number, self.page) };
                self.fonts.insert(self.font, page);
                self.groups.last_mut().into_iter().for_each(|group| group.page = Some(page));
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
                if after > *end && !self.groups.last().is_some_and(|group| group.gone) {
                    self.fix(source.start..after, b"\\bin0 ".to_vec(), "bin");
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
        assert!(note("{\\rtf1\\ansicpg1361{\\fonttbl{\\f0 \\'d0;}}a}").is_ok());
        for broken in ["{\\rtf1\\ansicpg1361 \\'d0}", "{\\rtf1 a", "{\\rtf1 a}}", "{\\rtf1 {\\b a}", "{\\rtf1 \\"] {
            assert!(note(broken).is_err(), "{broken}");
        }
    }
}
