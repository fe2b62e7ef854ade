//! Style sheets in HTML: what only says how something looks stays; comments, addresses, texts and names of a writer's own do not.
//!
//! A declaration or a rule stays where all its words are known ones (`layout`); a class or an id in a selector is renamed as where it is used.

use std::ops::Range;

use super::layout::{self, COLORS, CSS, ELEMENTS, FONTS, PARTS, PSEUDO, VALUES};

/// What is done to a part of a style sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// It goes.
    Gone,
    /// It is a name that the document uses elsewhere too.
    Name,
}

/// Parts of a style sheet that do not stay, in its order.
pub(super) type Found = Vec<(Range<usize>, What)>;

/// The parts of a `style` attribute that do not stay.
pub(super) fn of_attribute(css: &str) -> Found {
    let mut found = Found::new();
    let text = without_comments(css, &mut found);
    declarations(&text, 0..text.len(), &mut found);
    found
}

/// The parts of a `style` element that do not stay.
pub(super) fn of_element(css: &str) -> Found {
    let mut found = Found::new();
    let text = without_comments(css, &mut found);
    let mut at = 0;
    while at < text.len() {
        let (end, sign) = until(&text, at, b"{};");
        let prelude = at..end;
        let said = text[prelude.clone()].trim();
        at = (end + 1).min(text.len());
        match sign {
            Some(b'{') if holds_rules(said) && is_plain(said) => {}
            Some(b'{') => {
                let (close, inner) = until(&text, at, b"{}");
                let mut names = Found::new();
                if inner == Some(b'}') && selects(&text, prelude.clone(), &mut names) {
                    found.extend(names);
                    declarations(&text, at..close, &mut found);
                    at = close + 1;
                } else {
                    at = block_end(&text, at);
                    gone(&text, prelude.start..at, &mut found);
                }
            }
            Some(b';') if said.starts_with("@charset") && is_plain(said) || said.is_empty() => {}
            Some(b';') => gone(&text, prelude.start..at, &mut found),
            _ => gone(&text, prelude, &mut found),
        }
    }
    found
}

fn gone(text: &str, range: Range<usize>, found: &mut Found) {
    let said = &text[range.clone()];
    let start = range.start + said.len() - said.trim_start().len();
    let end = start + said.trim().len();
    if start < end {
        found.push((start..end, What::Gone));
    }
}

/// The text with blanks in place of comments, which go, and of the marks that hid style sheets from old browsers.
fn without_comments(css: &str, found: &mut Found) -> String {
    let mut out = css.as_bytes().to_vec();
    let mut at = 0;
    let mut quote = None;
    while at < out.len() {
        let byte = out[at];
        match quote {
            Some(_) if byte == b'\\' => at += 1,
            Some(open) if byte == open || byte == b'\n' => quote = None,
            Some(_) => {}
            None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
            None if out[at..].starts_with(b"/*") => {
                let end = css.as_bytes()[at + 2..].windows(2).position(|pair| pair == b"*/");
                let (inside, end) = end.map_or((css.len(), css.len()), |n| (at + 2 + n, at + 4 + n));
                if at + 2 < inside {
                    found.push((at + 2..inside, What::Gone));
                }
                out[at..end].fill(b' ');
                at = end;
                continue;
            }
            None => {
                for mark in [&b"<!--"[..], b"-->"] {
                    if out[at..].starts_with(mark) {
                        out[at..at + mark.len()].fill(b' ');
                    }
                }
            }
        }
        at += 1;
    }
    // Whole comments were filled, so that no character was cut.
    String::from_utf8(out).unwrap_or_else(|_| " ".repeat(css.len()))
}

/// Where the first of `signs` outside of quotes and parentheses is, from `at` on; which, if there is one.
fn until(text: &str, at: usize, signs: &[u8]) -> (usize, Option<u8>) {
    let (mut quote, mut deep) = (None, 0_usize);
    let mut bytes = text.bytes().enumerate().skip(at);
    while let Some((index, byte)) = bytes.next() {
        match quote {
            Some(_) if byte == b'\\' => drop(bytes.next()),
            Some(open) if byte == open || byte == b'\n' => quote = None,
            Some(_) => {}
            None => match byte {
                b'"' | b'\'' => quote = Some(byte),
                b'(' => deep += 1,
                b')' => deep = deep.saturating_sub(1),
                // A brace ends what was never closed.
                b'{' | b'}' if signs.contains(&byte) => return (index, Some(byte)),
                _ if deep == 0 && signs.contains(&byte) => return (index, Some(byte)),
                _ => {}
            },
        }
    }
    (text.len(), None)
}

/// Where a block whose inside begins at `at` ends.
fn block_end(text: &str, mut at: usize) -> usize {
    let mut deep = 1;
    while deep > 0 {
        let (end, sign) = until(text, at, b"{}");
        deep = match sign {
            Some(b'{') => deep + 1,
            Some(_) => deep - 1,
            None => 0,
        };
        at = (end + 1).min(text.len());
    }
    at
}

/// Whether an at-rule has rules of its own within.
fn holds_rules(prelude: &str) -> bool {
    let lower = prelude.to_ascii_lowercase();
    ["@media", "@supports", "@keyframes", "@-webkit-keyframes"].iter().any(|name| lower.starts_with(name))
}

fn declarations(text: &str, range: Range<usize>, found: &mut Found) {
    let mut at = range.start;
    while at < range.end {
        let (end, _) = until(&text[..range.end], at, b";");
        if !is_plain(text[at..end].trim()) {
            gone(text, at..end, found);
        }
        at = end + 1;
    }
}

/// Whether a text has no words but those of style sheets, no address and no numbers but measures and colours.
fn is_plain(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if !text.is_ascii() || lower.contains("url(") || lower.contains("expression") || text.contains(['{', '}', '<', '>'])
    {
        return false;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        if matches!(bytes[at], b'"' | b'\'') {
            let end = bytes[at + 1..].iter().position(|b| *b == bytes[at]).map_or(bytes.len(), |n| at + 1 + n);
            if !layout::is_known(&text[at + 1..end], &[&FONTS, &CSS], 2, 2) {
                return false;
            }
            at = end + 1;
            continue;
        }
        at += bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        if at == start {
            at += 1;
            continue;
        }
        let word = &lower[start..at];
        let before = start.checked_sub(1).map(|at| bytes[at]);
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let known = match before {
            Some(b'#') => matches!(word.len(), 3 | 4 | 6 | 8) && word.bytes().all(|b| b.is_ascii_hexdigit()),
            // A character by its number.
            Some(b'\\') => {
                u32::from_str_radix(word, 16).ok().and_then(char::from_u32).is_some_and(|c| !c.is_alphanumeric())
            }
            _ => {
                let fraction = before == Some(b'.') && start > 1 && bytes[start - 2].is_ascii_digit();
                digits <= if fraction { 9 } else { 5 }
                    && layout::is_known(&word[digits..], &[&CSS, &COLORS, &FONTS, &ELEMENTS], 2, 2)
            }
        };
        if !known {
            return false;
        }
    }
    true
}

/// Whether a selector, or the prelude of an at-rule, has no words but known ones and names; which of these are to be renamed.
fn selects(text: &str, range: Range<usize>, names: &mut Found) -> bool {
    let said = &text[range.clone()];
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let mut at = 0;
    while let Some(c) = said[at..].chars().next() {
        if !is_name(c) {
            if c == '\\' && !said[at + 1..].starts_with(':') || matches!(c, '"' | '\'' | '<' | ';') {
                return false;
            }
            at += c.len_utf8();
            continue;
        }
        let start = at;
        at += said[at..].find(|c| !is_name(c)).unwrap_or(said.len() - at);
        let word = &said[start..at];
        match said[..start].chars().next_back() {
            Some('.' | '#') => {
                if !layout::is_part(word) {
                    names.push((range.start + start..range.start + at, What::Name));
                }
            }
            Some(':') if layout::is_known(word, &[&PSEUDO], 3, 3) => {}
            _ if layout::is_known(word, &[&ELEMENTS, &CSS, &VALUES, &PARTS], 3, 3) || layout::is_part(word) => {}
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(css: &str, found: Found) -> String {
        let mut out = css.to_owned();
        let mut found = found;
        found.sort_by_key(|(range, _)| range.start);
        for (range, what) in found.into_iter().rev() {
            out.replace_range(range, if what == What::Gone { "" } else { "id" });
        }
        out
    }

    #[test]
    fn looks_stay_and_what_a_writer_says_does_not() {
        for (css, out) in [
            ("margin:0 5.4pt;color: #333", "margin:0 5.4pt;color: #333"),
            (
                "mso-list:l0 level1 lfo1;font-family:\"Times New Roman\",serif",
                "mso-list:l0 level1 lfo1;font-family:\"Times New Roman\",serif",
            ),
            ("background:url(https://x/a.png);color:red", ";color:red"),
            ("background:URL( 'a' ) /* Rosalind; */ ; top:1px", " /**/ ; top:1px"),
            ("--patient: Rosalind; content:\"4/5/1931\"; width:4471203px", "; ; "),
            ("content:\"\\52\\6f\"; width:33.333333%", "; width:33.333333%"),
        ] {
            let mut found = of_attribute(css);
            found.sort_by_key(|(range, _)| range.start);
            // A comment within what goes, goes with it.
            let outer: Found = found
                .iter()
                .filter(|(range, _)| {
                    !found
                        .iter()
                        .any(|(other, _)| other != range && other.start <= range.start && range.end <= other.end)
                })
                .cloned()
                .collect();
            assert_eq!(cleaned(css, outer), out, "{css}");
        }
    }

    #[test]
    fn rules_stay_with_other_names() {
        for (css, out) in [
            ("p.MsoNormal, li:first-child {margin:0}", "p.MsoNormal, li:first-child {margin:0}"),
            ("<!-- @page WordSection1 {size:8.5in 11.0in;} -->", "<!-- @page WordSection1 {size:8.5in 11.0in;} -->"),
            (".Achterberg{color:red} #x-4471203 b{top:0}", ".id{color:red} #id b{top:0}"),
            ("@import url(x.css); p{color:red}", " p{color:red}"),
            ("@media print { .note {color:red} [title=\"Rosalind\"] {top:0} }", "@media print { .note {color:red}  }"),
            ("/* Rosalind */p{color:red}", "/**/p{color:red}"),
            ("Rosalind Achterberg", ""),
            ("rosalind{color:red} p{content:\"Rosalind\"}", " p{}"),
            (
                "@font-face {font-family:Calibri; panose-1:2 15 5 2;}",
                "@font-face {font-family:Calibri; panose-1:2 15 5 2;}",
            ),
        ] {
            assert_eq!(cleaned(css, of_element(css)), out, "{css}");
        }
        for broken in ["", "{", "}", "a{", "a{b", "@", "/*", "'", "a{(}", "é{é:é}", "\\", "a{'", "<!--"] {
            of_element(broken);
            of_attribute(broken);
        }
    }
}
