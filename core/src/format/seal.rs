//! The way back of a message from itself and the key: the seal, a token in a place of the message that its readers pass over.
//!
//! Tokens of `encrypt` stand in fields, where they hold a value as the operators saw it: the words of a name put together, escapes read.
//! What brings back the bytes is one token more, which holds each piece of the message that is to come back, and is bound to every byte
//! beside it. It stands in a segment `ZCG`, in `meta.tag` of the first resource, in a processing instruction, a comment, a destination
//! that readers skip, or at the end of a text.

use std::ops::Range;

use memchr::memmem;

use super::charset;
use super::coding::{Charset, Coding};
use super::stretch::{Edit, map, spliced};
use super::{Format, fhir};
use crate::Key;
use crate::error::{Error, Result};
use crate::scrub::{MESSAGE, OffsetMap, Scrubber, restore, unseal};
use crate::text::Span;
use crate::vault::{Entry, rebuild};

/// How many tokens of a message are tried: each is bound to the whole of it.
const MAX_SEALS: usize = 64;
/// The code system of the tag that holds a seal in FHIR.
const SYSTEM: &str = "urn:chartguard:seal";

/// Adds the seal to the edits that scrub a message; `back` are those that stay when it comes back.
pub(super) fn add(
    scrubber: &Scrubber,
    message: &[u8],
    format: Format,
    mut edits: Vec<Edit>,
    back: &[Edit],
) -> Result<Vec<Edit>> {
    let target = spliced(message, back);
    let scrubbed = spliced(message, &edits);
    let pieces = differences(message, &edits, back);
    if pieces.is_empty() {
        return Ok(edits);
    }
    // The pieces are held to bring the message back before anything leaves.
    let entry = Entry::new(&target, &scrubbed, &pieces, None)?;
    let (text, charset) = charset::decode(&scrubbed)?;
    let (place, before, after) = place(&text.text, format)
        .ok_or_else(|| Error::input("the message has no place for what would bring it back: use a vault"))?;
    let at = match charset {
        Some(Charset::Utf16Le | Charset::Utf16Be) => 2 + 2 * text.text[..place].encode_utf16().count(),
        Some(Charset::Bytes(_)) => text.text[..place].chars().count(),
        None => scrubbed.len() - text.text.len() + place,
    };
    let (before, after) = (written(&(before + MESSAGE), charset), written(&format!("]{after}"), charset));
    let mut plain = zeroize::Zeroizing::new(Vec::with_capacity(16 + entry.content.len()));
    for length in [before.len(), after.len()] {
        plain.extend((length as u64).to_be_bytes());
    }
    plain.extend(entry.content.iter());
    let around = [[&scrubbed[..at], &before].concat(), [&after, &scrubbed[at..]].concat()];
    let payload = scrubber.seal(&plain, [&around[0], &around[1]])?;
    insert(&mut edits, at, [before, written(&payload, charset), after].concat());
    Ok(edits)
}

/// Where the seal stands in a text, and what stands before and after it.
fn place(text: &str, format: Format) -> Option<(usize, String, String)> {
    let end = text.len();
    Some(match format {
        Format::Hl7 => {
            let starts = |name| text.match_indices(name).map(|(at, _)| at).find(|at| begins_line(text, *at));
            let start = ["MSH", "BHS", "FHS"].into_iter().find_map(starts)?;
            let field = text[start..].chars().nth(3)?;
            let is_end = |c: char| matches!(c, '\r' | '\n' | '\u{b}' | '\u{1c}');
            match text[start..].find(is_end).map(|length| start + length) {
                Some(stop) => {
                    // As the message ends its segments.
                    let ended = if text[stop..].starts_with("\r\n") { 2 } else { 1 };
                    match &text[stop..stop + ended] {
                        by @ ("\r" | "\n" | "\r\n") => (stop + ended, format!("ZCG{field}"), by.to_owned()),
                        _ => (stop, format!("\rZCG{field}"), String::new()),
                    }
                }
                None => (end, format!("\rZCG{field}"), String::new()),
            }
        }
        Format::Fhir => {
            let (at, before, after) = fhir::tag_place(text)?;
            (at, format!("{before}{{\"system\":\"{SYSTEM}\",\"code\":\""), format!("\"}}{after}"))
        }
        Format::Ccda => (end, "<?chartguard ".into(), "?>".into()),
        Format::Html => (end, "<!-- ".into(), " -->".into()),
        Format::Rtf => (text.rfind('}')?, "{\\*\\chartguard ".into(), "}".into()),
        Format::Text | Format::Auto => (end, "\n".into(), String::new()),
    })
}

fn begins_line(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_none_or(|c| c.is_control() || c == ' ')
}

fn written(text: &str, charset: Option<Charset>) -> Vec<u8> {
    let mut out = Vec::new();
    charset.map_or(Coding::Plain, Coding::Charset).write(text, &mut out);
    out
}

/// Where two rewritings of a message differ: places in what the second gives, and in what the first gives.
fn differences(message: &[u8], first: &[Edit], second: &[Edit]) -> Vec<(Span, Span)> {
    let (places, others) = (map(first), map(second));
    let mut out = Vec::new();
    let (mut a, mut b) = (0, 0);
    while a < first.len() || b < second.len() {
        // All edits of either that touch each other.
        let (from_a, from_b) = (a, b);
        let start = [first.get(a), second.get(b)].into_iter().flatten().map(|edit| edit.source.start).min();
        let Some(start) = start else { break };
        let mut end = start;
        loop {
            let reached = (a, b);
            while let Some(edit) = first.get(a).filter(|edit| edit.source.start <= end) {
                (end, a) = (end.max(edit.source.end), a + 1);
            }
            while let Some(edit) = second.get(b).filter(|edit| edit.source.start <= end) {
                (end, b) = (end.max(edit.source.end), b + 1);
            }
            if (a, b) == reached {
                break;
            }
        }
        let of = |edits: &[Edit], range: Range<usize>| {
            let moved = edits[range].iter().map(|edit| Edit {
                source: edit.source.start - start..edit.source.end - start,
                bytes: edit.bytes.clone(),
            });
            spliced(&message[start..end], &moved.collect::<Vec<_>>())
        };
        let (one, other) = (of(first, from_a..a), of(second, from_b..b));
        if one != other {
            let span = |places: &OffsetMap, edits_before: usize, length: usize| {
                let last = places.edits()[..edits_before].last();
                let (read, written) = last.map_or((0, 0), |(input, output)| (input.end, output.end));
                Span::new(written + start - read, written + start - read + length)
            };
            out.push((span(&others, from_b, other.len()), span(&places, from_a, one.len())));
        }
    }
    out
}

/// Inserts bytes at a place of what edits give.
fn insert(edits: &mut Vec<Edit>, at: usize, bytes: Vec<u8>) {
    let (mut written, mut copied) = (0, 0);
    for index in 0..edits.len() {
        let start = written + edits[index].source.start - copied;
        if at < start {
            let source = copied + at - written;
            edits.insert(index, Edit { source: source..source, bytes });
            return;
        }
        let end = start + edits[index].bytes.len();
        if at <= end {
            edits[index].bytes.splice(at - start..at - start, bytes);
            return;
        }
        (written, copied) = (end, edits[index].source.end);
    }
    let source = copied + at - written;
    edits.push(Edit { source: source..source, bytes });
}

/// Gives back the message of which `scrubbed` is the scrubbed form, byte for byte, where all of it was replaced by `encrypt` or `fpe`; of any
/// [`Format`], notes too. Where other operators worked on some categories, what they did stays. What the rules of fields removed, and
/// what was added to say so, counts as `other_id`.
///
/// ```
/// use chartguard::{Context, Format, Key, Policy, Scrubber, restore_message};
/// let key = Key::parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")?;
/// let policy = Policy::from_yaml("categories: {name: {operator: encrypt}, mrn: {operator: fpe}, other_id: {operator: encrypt}}")?;
/// let scrubber = Scrubber::builder().policy(policy).builtin_model(false).key(key.clone()).build()?;
/// let message = b"MSH|^~\\&|||||||ADT^A01|7|P|2.5.1\rPID|1||4471203||ACHTERBERG^ROSALIND\r";
/// let scrubbed = scrubber.scrub_message(message, Format::Auto, &Context::default())?.bytes;
/// assert!(!String::from_utf8_lossy(&scrubbed).contains("ROSALIND"));
/// assert_eq!(restore_message(&scrubbed, &key)?, message);
/// # Ok::<(), chartguard::Error>(())
/// ```
///
/// # Errors
/// When the key is not the one that was used ([`is_key`](Error::is_key)), or the message is not exactly what
/// [`scrub_message`](Scrubber::scrub_message) gave ([`is_tampered`](Error::is_tampered)). Nothing is given back then. A message without a
/// seal and without tokens is given back unchanged.
pub fn restore_message(scrubbed: &[u8], key: &Key) -> Result<Vec<u8>> {
    let charset = match scrubbed {
        [0xff, 0xfe, ..] => Some(Charset::Utf16Le),
        [0xfe, 0xff, ..] => Some(Charset::Utf16Be),
        _ => None,
    };
    let (mark, close) = (written(MESSAGE, charset), written("]", charset));
    let mut failed = None;
    // A message may hold what looks like a seal: ours is the one that opens.
    for at in memmem::find_iter(scrubbed, &mark).take(MAX_SEALS) {
        let start = at + mark.len();
        let Some(length) = memmem::find(&scrubbed[start..], &close) else {
            failed.get_or_insert_with(|| Error::tampered("the message is cut off within its seal"));
            continue;
        };
        let end = start + length;
        let payload: String = scrubbed[start..end].iter().filter(|byte| **byte != 0).map(|b| char::from(*b)).collect();
        match unseal(&payload, key, [&scrubbed[..start], &scrubbed[end..]]) {
            Ok(plain) => return opened(scrubbed, &plain, start..end),
            Err(error) if failed.as_ref().is_none_or(Error::is_key) => failed = Some(error),
            Err(_) => {}
        }
    }
    match (failed, std::str::from_utf8(scrubbed)) {
        (Some(error), _) => Err(error),
        (None, Ok(text)) => restore(text, key).map(String::into_bytes),
        (None, Err(_)) => Ok(scrubbed.to_vec()),
    }
}

/// The message that the plain text of a seal brings back; `payload` is where it was.
fn opened(scrubbed: &[u8], plain: &[u8], payload: Range<usize>) -> Result<Vec<u8>> {
    let back = || {
        let (before, rest) = plain.split_first_chunk::<8>()?;
        let (after, content) = rest.split_first_chunk::<8>()?;
        let [before, after] = [before, after].map(|length| usize::try_from(u64::from_be_bytes(*length)).ok());
        let start = payload.start.checked_sub(before?)?;
        let end = payload.end.checked_add(after?)?;
        rebuild(&[&scrubbed[..start], scrubbed.get(end..)?].concat(), content)
    };
    back().ok_or_else(|| Error::internal("the seal of the message does not fit it"))
}
