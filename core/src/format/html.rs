//! HTML, also as it lies in FHIR narratives and in messages: the visible text is one note, its markup stays.
//!
//! Tags need not be balanced. Comments, scripts and instructions, which nobody sees, go, and so do elements that nobody knows; attributes
//! and style sheets stay as far as they say how something looks. Names that the document's writer gave to its parts are renamed alike
//! everywhere, unless they are words of layout.

use std::ops::Range;
use std::sync::LazyLock;

use encoding_rs::Encoding;

use super::coding::Coding;
use super::document::Document;
use super::stretch::Stretch;
use super::{css, layout};
use crate::error::Result;
use crate::scrub::message_rules::{Rule, Rules};
use crate::scrub::{Category, Kind, Place};

/// Elements that end a line.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "title",
    "tr",
    "ul",
    "paragraph",
    "list",
    "item",
    "renderMultiMedia",
];
/// Elements that end a cell.
const CELLS: &[&str] = &["td", "th"];

/// What an attribute that stays may say.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    /// A number, or a few of them.
    Measure,
    Color,
    /// A word of a closed list.
    Word,
    Language,
    Charset,
    Font,
    /// Names that parts of the document have: they stay where they name a part of a page, and are renamed alike else.
    Names,
    Style,
}

/// Attributes that say how something looks or what kind of thing it is.
const LOOKS: &[(Says, &str)] = &[
    (
        Says::Measure,
        "border cellpadding cellspacing cols colspan height hspace leftmargin marginheight marginwidth max maxlength min rows rowspan size
         span start step tabindex topmargin vspace width hidefocus",
    ),
    (Says::Color, "alink bgcolor bordercolor color link text vlink"),
    (
        Says::Word,
        "align aria-hidden aria-live autocomplete autofocus checked clear compact contenteditable controls dir disabled draggable enctype
         frame hidden ismap media method multiple noshade nowrap open preload readonly rel required rev role rules scope scrolling
         selected shape spellcheck type valign wrap xml:space translate async defer novalidate loop muted nohref",
    ),
    (Says::Language, "lang xml:lang hreflang"),
    (Says::Charset, "charset accept-charset"),
    (Says::Font, "face"),
    (
        Says::Names,
        "aria-controls aria-describedby aria-labelledby aria-owns class for form headers id list name target usemap idref idrefs stylecode",
    ),
    (Says::Style, "style"),
];
/// Attributes that hold text.
const TEXTS: &[&str] =
    &["abbr", "alt", "aria-label", "axis", "content", "label", "placeholder", "summary", "title", "value"];
/// Attributes that hold an address.
const ADDRESSES: &[&str] = &["action", "background", "cite", "href", "longdesc", "src"];

/// Whether a text starts as HTML does.
pub(super) fn is(text: &str) -> bool {
    let mut start = text.trim_start();
    while let Some(rest) = start.strip_prefix("<!--") {
        start = rest.split_once("-->").map_or("", |(_, after)| after).trim_start();
    }
    let head: String = start.chars().take(16).collect::<String>().to_ascii_lowercase();
    let tags = [
        "html",
        "!doctype html",
        "body",
        "div",
        "p",
        "table",
        "span",
        "head",
        "font",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "pre",
        "b",
        "br",
    ];
    head.strip_prefix('<').is_some_and(|head| {
        tags.iter()
            .any(|tag| head.strip_prefix(tag).is_some_and(|rest| rest.starts_with(['>', ' ', '/', '\n', '\r', '\t'])))
    })
}

/// Reads a document or a piece of one.
#[allow(clippy::unnecessary_wraps, reason = "all formats read alike")]
pub(super) fn read(text: &str, _rules: &Rules) -> Result<Document> {
    let mut reader = Reader { text, document: Document::default(), note: Stretch::default(), preformatted: 0 };
    reader.read();
    let Reader { mut document, note, .. } = reader;
    document.push_note(note, "html");
    Ok(document)
}

struct Reader<'t> {
    text: &'t str,
    document: Document,
    note: Stretch,
    preformatted: usize,
}

impl Reader<'_> {
    fn read(&mut self) {
        let text = self.text;
        let mut at = 0;
        while at < text.len() {
            let open = memchr::memchr(b'<', &text.as_bytes()[at..]).map_or(text.len(), |n| at + n);
            self.visible(at..open);
            if open == text.len() {
                return;
            }
            at = self.markup(open);
        }
    }

    fn visible(&mut self, range: Range<usize>) {
        characters(self.text, range, Coding::Xml, self.preformatted > 0, &mut self.note);
    }

    /// Reads what starts with `<` at `open`; returns where it ends.
    fn markup(&mut self, open: usize) -> usize {
        let rest = &self.text[open..];
        let until = |end: &str| rest.find(end).map_or(self.text.len(), |at| open + at + end.len());
        if let Some(length) =
            ["<!-->", "<!--->"].iter().find(|empty| rest.starts_with(**empty)).map(|empty| empty.len())
        {
            return open + length;
        }
        if rest.starts_with("<!--") {
            let end = until("-->");
            let close = if self.text[open..end].ends_with("-->") && end - open >= 7 { end - 3 } else { end };
            self.document.remove(open + 4..close.max(open + 4), "comment");
            return end;
        }
        if rest.starts_with("<![CDATA[") {
            let end = until("]]>");
            let inside = open + 9..if self.text[..end].ends_with("]]>") { end - 3 } else { end };
            self.note.push_verbatim(&self.text[inside.clone()], inside.start, Coding::Cdata);
            return end;
        }
        if rest.starts_with("<!") || rest.starts_with("<?") {
            let end = until(">");
            self.declaration(open..end);
            return end;
        }
        let closing = rest.starts_with("</");
        let name_start = open + 1 + usize::from(closing);
        let letters = self.text[name_start..]
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'-' | b'_'));
        let name_end = name_start + letters.count();
        if !self.text[name_start..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            // A less-than sign that opens nothing is text.
            self.note.push_verbatim("<", open, Coding::Xml);
            return open + 1;
        }
        let name = self.text[name_start..name_end].to_ascii_lowercase();
        let known = layout::ELEMENTS.contains(name.as_str());
        let end = self.attributes(name_end, &name, closing, known);
        if !known {
            // Nobody knows what it says; what it encloses is read like the rest.
            self.document.remove(open..end, "element");
            return end;
        }
        let empty = self.text[open..end].ends_with("/>");
        match name.as_str() {
            _ if CELLS.contains(&name.as_str()) => self.separate("\t"),
            "pre" | "textarea" => {
                self.preformatted = if closing { self.preformatted.saturating_sub(1) } else { self.preformatted + 1 };
                self.separate("\n");
            }
            _ if BLOCKS.contains(&name.as_str()) => self.separate("\n"),
            "script" | "style" | "object" | "svg" | "template" if !closing && !empty => {
                let close = format!("</{name}");
                let after = self.text[end..].to_ascii_lowercase().find(&close).map_or(self.text.len(), |n| end + n);
                if name == "style" {
                    self.styles(&Stretch::verbatim(&self.text[end..after], end, Coding::Plain), true, "style");
                } else {
                    self.document.remove(end..after, &name);
                }
                return after;
            }
            _ => {}
        }
        end
    }

    fn separate(&mut self, by: &str) {
        let ended = by == "\n" && self.note.text.ends_with('\n');
        if !self.note.is_empty() && !ended {
            self.note.separate(by);
        }
    }

    /// Reads the attributes of a tag from `at` on; returns where the tag ends.
    fn attributes(&mut self, mut at: usize, element: &str, closing: bool, known: bool) -> usize {
        let bytes = self.text.as_bytes();
        loop {
            at += bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b'/').count();
            match bytes.get(at) {
                None => return bytes.len(),
                Some(b'>') => return at + 1,
                _ => {}
            }
            let start = at;
            let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'>' | b'/');
            at += bytes[at..].iter().position(is_end).unwrap_or(bytes.len() - at).max(1);
            while !self.text.is_char_boundary(at) {
                at += 1;
            }
            let name = self.text[start..at].to_ascii_lowercase();
            let name_end = at;
            at += bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if bytes.get(at) != Some(&b'=') {
                if known && (closing || !says(&name).is_some_and(|says| says == Says::Word || says == Says::Measure)) {
                    self.document.remove(start..name_end, element);
                }
                continue;
            }
            at += 1;
            at += bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let value = if let Some(quote @ (b'"' | b'\'')) = bytes.get(at) {
                let close = memchr::memchr(*quote, &bytes[at + 1..]).map_or(bytes.len(), |n| at + 1 + n);
                let value = at + 1..close;
                at = (close + 1).min(bytes.len());
                value
            } else {
                let end = bytes[at..].iter().position(|b| b.is_ascii_whitespace() || *b == b'>');
                let end = end.map_or(bytes.len(), |n| at + n);
                let value = at..end;
                at = end;
                value
            };
            if closing && known {
                self.document.remove(start..at, element);
            } else if known {
                self.attribute(&name, start..at, value, element);
            }
        }
    }

    fn attribute(&mut self, name: &str, whole: Range<usize>, value: Range<usize>, element: &str) {
        let path = format!("{element}@{name}");
        let mut text = Stretch::default();
        characters(self.text, value.clone(), Coding::Attribute, true, &mut text);
        let said = text.text.trim();
        let link = Rule::Value(Category::OtherId, Kind::Whole, Place::Link);
        let known = match (name, says(name)) {
            ("name" | "property" | "itemprop", _) if element == "meta" => {
                layout::is_known(said, &[&METAS, &layout::PARTS], 0, 0)
            }
            ("http-equiv", _) => layout::is_known(said, &[&METAS], 0, 0),
            (_, Some(Says::Measure)) => layout::is_measure(said) || said.eq_ignore_ascii_case(name),
            (_, Some(Says::Color)) => layout::is_color(said),
            (_, Some(Says::Word)) => {
                layout::is_known(said, &[&layout::VALUES], 1, 2) || said.eq_ignore_ascii_case(name)
            }
            (_, Some(Says::Language)) => said.is_empty() || layout::is_language(said),
            (_, Some(Says::Charset)) => Encoding::for_label(said.as_bytes()).is_some(),
            (_, Some(Says::Font)) => layout::is_font(said),
            (_, Some(Says::Names)) => {
                let blank = name == "target" && matches!(said, "_blank" | "_self" | "_parent" | "_top");
                for part in names(&text).filter(|part| !blank && !layout::is_part(&part.text)) {
                    self.rename(&part, &link, &path);
                }
                true
            }
            (_, Some(Says::Style)) => {
                self.styles(&text, false, &path);
                true
            }
            ("content", _) if element == "meta" && layout::is_known(said, CONTENTS, 4, 5) => true,
            _ if TEXTS.contains(&name) => {
                self.document.push_note(text, path);
                return;
            }
            _ if ADDRESSES.contains(&name) && !said.starts_with("data:") => {
                if said.starts_with('#') {
                    self.rename(&text, &link, &path);
                } else {
                    let rule = Rule::Value(Category::Url, Kind::Whole, Place::Text);
                    self.document.push_value(text, &rule, None, path);
                }
                return;
            }
            _ if name == "xmlns" || name.starts_with("xmlns:") && name.len() <= 9 => {
                layout::is_known(said, &[&layout::NAMESPACES, &SPACES], 4, 8)
            }
            _ => {
                // A name that says nothing stays, without its value.
                let goes = if layout::is_part(name) { value } else { whole };
                self.document.remove(goes, path);
                return;
            }
        };
        if !known {
            self.document.remove(whole, path);
        }
    }

    /// Gives a part of the document another name, or what points at it.
    fn rename(&mut self, name: &Stretch, link: &Rule, path: &str) {
        let trimmed = name.trimmed();
        let from = usize::from(trimmed.text.starts_with('#'));
        let name = trimmed.cut(from..trimmed.text.len());
        if !layout::is_part(&name.text) {
            self.document.push_value(name, link, None, path);
        }
    }

    /// Reads a style sheet, or the declarations of one.
    fn styles(&mut self, text: &Stretch, sheet: bool, path: &str) {
        let link = Rule::Value(Category::OtherId, Kind::Whole, Place::Link);
        let found = if sheet { css::of_element(&text.text) } else { css::of_attribute(&text.text) };
        for (range, what) in found {
            match what {
                css::What::Name => self.document.push_value(text.cut(range), &link, None, path),
                css::What::Gone => self.document.remove(text.source(&range), path),
            }
        }
    }

    /// Reads a declaration or a processing instruction: those that say what the document is stay.
    fn declaration(&mut self, range: Range<usize>) {
        let said = &self.text[range.clone()];
        let lower = said.to_ascii_lowercase();
        let stays = if lower.starts_with("<!doctype html") {
            layout::is_known(&lower, &[&DOCTYPES], 2, 6)
        } else if lower.starts_with("<![") {
            layout::is_known(&lower, &[&CONDITIONS], 2, 4)
        } else {
            is_declaration(said)
        };
        if stays {
            return;
        }
        let rest = if lower.starts_with("<!doctype html") { range.start + "<!doctype html".len() } else { range.start };
        let end = if rest > range.start { range.end - usize::from(said.ends_with('>')) } else { range.end };
        self.document.remove(rest.min(end)..end, "declaration");
    }
}

/// What an attribute may say.
fn says(name: &str) -> Option<Says> {
    LOOKS.iter().find(|(_, names)| names.split_whitespace().any(|one| one == name)).map(|(says, _)| *says)
}

/// The names in a value, which blanks part.
pub(super) fn names(text: &Stretch) -> impl Iterator<Item = Stretch> + '_ {
    let start = text.text.as_ptr() as usize;
    text.text.split_whitespace().map(move |name| {
        let at = name.as_ptr() as usize - start;
        text.cut(at..at + name.len())
    })
}

/// Whether a text is an XML declaration and says nothing else.
pub(super) fn is_declaration(text: &str) -> bool {
    text.starts_with("<?xml") && layout::is_known(text, &[&DECLARATIONS], 5, 8)
}

/// Words of declarations, of the names and kinds of `meta`, and of name spaces.
static DECLARATIONS: layout::Words = LazyLock::new(|| {
    "xml version encoding standalone yes no utf iso us ascii windows latin".split_whitespace().collect()
});
static DOCTYPES: layout::Words = LazyLock::new(|| {
    "doctype html public system about legacy compat w3c ietf dtd xhtml transitional strict frameset loose final basic en http https www w3 org tr
     rec xhtml1 xhtml11 html4 html40 html401"
        .split_whitespace()
        .collect()
});
static CONDITIONS: layout::Words = LazyLock::new(|| {
    "if endif mso vml ie gt gte lt lte cdata supportlists supportemptyparas supportfields supportmisalignedcolumns supportmisalignedrows
     supportfootnotes supportlinebreaknewline supportannotations supportnestedanchors supporttextwrap supportcomments supportmathml"
        .split_whitespace()
        .collect()
});
static METAS: layout::Words = LazyLock::new(|| {
    "application author cache charset color compatible content cookie control created date default description expires format format
     detection generator keywords language mobile originator pragma progid refresh robots scheme script set style theme title type ua
     viewport device initial scale maximum minimum fit scalable edge ie chrome web capable apple x pics label policy security referrer"
        .split_whitespace()
        .collect()
});
/// What a `meta` says of the document alone: its type and its character set, how wide it is shown, what wrote it.
const CONTENTS: &[&layout::Words] = &[&METAS, &DECLARATIONS, &layout::VALUES, &layout::PROGRAMS];
static SPACES: layout::Words = LazyLock::new(|| {
    "w3 www tr rec vml html html40 xhtml xlink svg math mathml hl7 v3 urn xmlschema instance omml"
        .split_whitespace()
        .collect()
});

/// Appends character data: entities and references read, and line breaks as blanks unless they are to stay.
pub(super) fn characters(text: &str, range: Range<usize>, coding: Coding, breaks: bool, out: &mut Stretch) {
    let bytes = text.as_bytes();
    let mut at = range.start;
    while at < range.end {
        let next =
            bytes[at..range.end].iter().position(|byte| *byte == b'&' || !breaks && matches!(byte, b'\n' | b'\r'));
        let next = next.map_or(range.end, |n| at + n);
        out.push_verbatim(&text[at..next], at, coding);
        if next == range.end {
            return;
        }
        at = next + 1;
        if bytes[next] != b'&' {
            out.push(" ", next..next + 1, coding);
            continue;
        }
        let close = bytes[next..range.end].iter().take(12).position(|byte| *byte == b';').map(|n| next + n);
        match close.and_then(|close| Some((close, entity(&text[next + 1..close])?))) {
            Some((close, said)) => {
                let mut buffer = [0; 4];
                out.push(said.encode_utf8(&mut buffer), next..close + 1, coding);
                at = close + 1;
            }
            None => out.push_verbatim("&", next, coding),
        }
    }
}

/// The character that an entity or a character reference stands for.
pub(super) fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hexadecimal = number.strip_prefix(['x', 'X']);
        let code = hexadecimal.map_or_else(|| number.parse().ok(), |digits| u32::from_str_radix(digits, 16).ok())?;
        return char::from_u32(code).filter(|c| *c != '\0');
    }
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, c)| *c)
}

/// The entities that notes have: those of XML, Latin-1 letters, and signs.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("sbquo", '‚'),
    ("bdquo", '„'),
    ("hellip", '…'),
    ("bull", '•'),
    ("middot", '·'),
    ("deg", '°'),
    ("plusmn", '±'),
    ("micro", 'µ'),
    ("times", '×'),
    ("divide", '÷'),
    ("frac12", '½'),
    ("frac14", '¼'),
    ("frac34", '¾'),
    ("sup1", '¹'),
    ("sup2", '²'),
    ("sup3", '³'),
    ("ordm", 'º'),
    ("ordf", 'ª'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("euro", '€'),
    ("pound", '£'),
    ("cent", '¢'),
    ("yen", '¥'),
    ("sect", '§'),
    ("para", '¶'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("iexcl", '¡'),
    ("iquest", '¿'),
    ("szlig", 'ß'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("atilde", 'ã'),
    ("auml", 'ä'),
    ("aring", 'å'),
    ("aelig", 'æ'),
    ("ccedil", 'ç'),
    ("egrave", 'è'),
    ("eacute", 'é'),
    ("ecirc", 'ê'),
    ("euml", 'ë'),
    ("igrave", 'ì'),
    ("iacute", 'í'),
    ("icirc", 'î'),
    ("iuml", 'ï'),
    ("eth", 'ð'),
    ("ntilde", 'ñ'),
    ("ograve", 'ò'),
    ("oacute", 'ó'),
    ("ocirc", 'ô'),
    ("otilde", 'õ'),
    ("ouml", 'ö'),
    ("oslash", 'ø'),
    ("ugrave", 'ù'),
    ("uacute", 'ú'),
    ("ucirc", 'û'),
    ("uuml", 'ü'),
    ("yacute", 'ý'),
    ("thorn", 'þ'),
    ("yuml", 'ÿ'),
    ("Agrave", 'À'),
    ("Aacute", 'Á'),
    ("Acirc", 'Â'),
    ("Atilde", 'Ã'),
    ("Auml", 'Ä'),
    ("Aring", 'Å'),
    ("AElig", 'Æ'),
    ("Ccedil", 'Ç'),
    ("Egrave", 'È'),
    ("Eacute", 'É'),
    ("Ecirc", 'Ê'),
    ("Euml", 'Ë'),
    ("Igrave", 'Ì'),
    ("Iacute", 'Í'),
    ("Icirc", 'Î'),
    ("Iuml", 'Ï'),
    ("Ntilde", 'Ñ'),
    ("Ograve", 'Ò'),
    ("Oacute", 'Ó'),
    ("Ocirc", 'Ô'),
    ("Otilde", 'Õ'),
    ("Ouml", 'Ö'),
    ("Oslash", 'Ø'),
    ("Ugrave", 'Ù'),
    ("Uacute", 'Ú'),
    ("Ucirc", 'Û'),
    ("Uuml", 'Ü'),
    ("Yacute", 'Ý'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("le", '≤'),
    ("ge", '≥'),
    ("ne", '≠'),
    ("asymp", '≈'),
    ("larr", '←'),
    ("uarr", '↑'),
    ("rarr", '→'),
    ("darr", '↓'),
    ("alpha", 'α'),
    ("beta", 'β'),
    ("gamma", 'γ'),
    ("delta", 'δ'),
    ("mu", 'μ'),
    ("thinsp", '\u{2009}'),
    ("ensp", '\u{2002}'),
    ("emsp", '\u{2003}'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("shy", '\u{ad}'),
    ("dagger", '†'),
    ("infin", '∞'),
    ("radic", '√'),
    ("check", '✓'),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrub::Policy;

    fn note(text: &str) -> String {
        let document = read(text, &Rules::new(&Policy::default()).unwrap()).unwrap();
        document.leaves.last().map(|leaf| leaf.stretch.text.clone()).unwrap_or_default()
    }

    #[test]
    fn the_visible_text_is_one_note() {
        assert_eq!(
            note("<p>Jo<b>hn</b> &amp; Ann\nLee</p><table><tr><td>a</td><td>b &lt; c</td></tr></table>"),
            "John & Ann Lee\n\ta\t\tb < c\t\n"
        );
        assert_eq!(note("a < b, c & d &nosuch; e"), "a < b, c & d &nosuch; e");
        for broken in ["<", "<p", "<p a", "<p a=", "<p a='", "<!--", "<![CDATA[", "<script>", "&", "&#", "</"] {
            note(broken);
        }
    }
}
