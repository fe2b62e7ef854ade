//! Reads calendar dates as clinicians write them.

use jiff::civil::Date;

use super::Span;
use super::short::word_end;

/// A date found in a text, as far as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DateMention {
    /// Where it is. A time written on to it ("2025-03-04T15:30", "202503041530") is part of it, one after a blank is not.
    pub span: Span,
    /// Year, if written. Two digits are read as 1936 to 2035.
    pub year: Option<i16>,
    /// Month, if written.
    pub month: Option<i8>,
    /// Day, if written.
    pub day: Option<i8>,
}

/// How much of a date was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DatePrecision {
    /// Year, month and day.
    Day,
    /// Month and day: "3/14".
    MonthDay,
    /// Year and month: "March 2021".
    Month,
    /// A month alone: "since March".
    MonthName,
}

impl DateMention {
    /// The full date, where year, month and day were all written.
    pub fn date(&self) -> Option<Date> {
        Date::new(self.year?, self.month?, self.day?).ok()
    }

    /// How much of the date was written.
    pub fn precision(&self) -> DatePrecision {
        match (self.year, self.day) {
            (Some(_), Some(_)) => DatePrecision::Day,
            (None, Some(_)) => DatePrecision::MonthDay,
            (Some(_), None) => DatePrecision::Month,
            (None, None) => DatePrecision::MonthName,
        }
    }
}

/// The names of the months, January first.
pub const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The number of a month by its English name or abbreviation, in any case: "Sept" is 9.
///
/// ```
/// use chartguard::text::dates::month_number;
/// assert_eq!(month_number("SEPT"), Some(9));
/// assert_eq!(month_number("Sex"), None);
/// ```
pub fn month_number(name: &str) -> Option<i8> {
    let len = name.len();
    if !(3..=9).contains(&len) || !name.is_ascii() {
        return None;
    }
    if !may_be_month(name.as_bytes()) {
        return None;
    }
    let index = MONTHS.iter().position(|month| {
        let short = len == 3 || len == month.len() || (len == 4 && matches!(*month, "september" | "june" | "july"));
        short && month.get(..len).is_some_and(|head| head.eq_ignore_ascii_case(name))
    })?;
    Some(index as i8 + 1)
}

/// Whether the name of a month may stand here: nearly every word of a note comes by, and its second letter and its third rule most out.
fn may_be_month(bytes: &[u8]) -> bool {
    let [_, second, third, ..] = bytes else { return false };
    let head = [second | 0x20, third | 0x20];
    matches!(&head, b"an" | b"eb" | b"ar" | b"pr" | b"ay" | b"un" | b"ul" | b"ug" | b"ep" | b"ct" | b"ov" | b"ec")
}

/// The dates of `text` in order: full, partial ("3/14", "March 2021"), ISO, HL7, in words.
///
/// A date of numbers is read month first unless that cannot be. Month and day without a year are a date only where the
/// words before say so ("on 3/14", "since 3/14"), never a score, a ratio or a blood pressure.
///
/// ```
/// use chartguard::text::dates::dates;
/// let text = "Seen 03/04/2025 and on 3/14, BP 120/80, MMT 4/5; TKA in March of 2021.";
/// let found: Vec<&str> = dates(text).iter().map(|date| date.span.of(text)).collect();
/// assert_eq!(found, ["03/04/2025", "3/14", "March of 2021"]);
/// ```
pub fn dates(text: &str) -> Vec<DateMention> {
    let bytes = text.as_bytes();
    let mut found: Vec<DateMention> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_alphabetic() && !may_be_month(&bytes[at..]) {
            // With what follows the word, which is neither a letter nor a digit.
            at = word_end(bytes, at) + 1;
            continue;
        }
        if !bytes[at].is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let reader = Reader { text, bytes, start: at, previous: found.last().copied() };
        let mention = if !reader.is_free() {
            None
        } else if bytes[at].is_ascii_digit() {
            reader.number()
        } else {
            reader.month_first()
        };
        if let Some(mention) = mention {
            at = mention.span.end;
            found.push(mention);
            if let Some(second) = reader.second_day(&mention) {
                at = second.span.end;
                if let (Some(first), Some(year)) = (found.last_mut(), second.year)
                    && first.year.is_none()
                {
                    first.year = Some(year);
                }
                found.push(second);
            }
        } else {
            at = skip(bytes, at);
        }
    }
    found
}

/// The end of the word at `at`, or of a whole chain of digits and separators: what is no date has none inside.
fn skip(bytes: &[u8], mut at: usize) -> usize {
    let chain = bytes[at].is_ascii_digit();
    while let Some(byte) = bytes.get(at) {
        let joins = chain && matches!(byte, b'-' | b'/' | b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if !byte.is_ascii_alphanumeric() && !joins {
            break;
        }
        at += 1;
    }
    at
}

/// What a fraction is of, so that "3/4" before it is no date.
const COUNTED: &[&str] = &[
    "reps",
    "rep",
    "trials",
    "trial",
    "sets",
    "times",
    "goals",
    "sessions",
    "visits",
    "opportunities",
    "tab",
    "tabs",
    "tablet",
    "tsp",
    "cup",
    "inch",
    "in",
    "cm",
    "lb",
    "lbs",
    "mile",
    "strokes",
    "attempts",
    "steps",
    "items",
    "points",
    "hours",
    "correct",
];

/// What follows a grade out of 5 or 10.
const SCORED: &[&str] =
    &["pain", "strength", "grade", "bilaterally", "throughout", "at", "murmur", "edema", "with", "scale", "for"];

/// Words before a month and a day.
const CUES_OF_DAYS: &[&str] = &[
    "on",
    "since",
    "by",
    "dated",
    "date",
    "dates",
    "dos",
    "dob",
    "doi",
    "doe",
    "soc",
    "from",
    "until",
    "till",
    "thru",
    "through",
    "due",
    "before",
    "after",
    "onset",
    "starting",
    "beginning",
    "started",
    "began",
    "effective",
    "appt",
    "admitted",
    "admit",
    "discharged",
    "discharge",
    "dc",
    "week",
    "eval",
    "evaluation",
    "visit",
    "seen",
    "surgery",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "ending",
    "ended",
    "expires",
    "signed",
    "received",
    "collected",
    "scheduled",
    "injured",
    "fell",
    "as",
    "last",
    "next",
    "re",
    "of",
    "poc",
    "certification",
    "recert",
    "cert",
    "period",
];

/// Words before a month that stands alone.
const CUES_OF_MONTHS: &[&str] = &[
    "in", "since", "last", "this", "next", "until", "till", "by", "early", "late", "mid", "of", "during", "from",
    "through", "to", "past", "before", "after",
];

/// Reads one date that starts at a place.
#[derive(Clone, Copy)]
struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    start: usize,
    previous: Option<DateMention>,
}

impl Reader<'_> {
    /// Whether a date may start here: nothing is joined on before, but for another date in a range.
    fn is_free(&self) -> bool {
        let Some(before) = self.start.checked_sub(1) else { return true };
        match self.bytes[before] {
            b'-' | b'/' | b'.' | b'_' | b'\'' => {
                self.previous.is_some_and(|previous| previous.span.end == before)
                    || !before.checked_sub(1).is_some_and(|at| self.bytes[at].is_ascii_alphanumeric())
            }
            b'$' | b'#' => false,
            byte => !byte.is_ascii_alphanumeric(),
        }
    }

    /// The digits at `at`: how many, and their value (of the first nine).
    fn digits(&self, at: usize) -> (usize, u32) {
        let run = self.bytes[at.min(self.bytes.len())..].iter().take(15).take_while(|byte| byte.is_ascii_digit());
        run.fold((0, 0), |(len, value), byte| {
            (len + 1, if len < 9 { value * 10 + u32::from(byte - b'0') } else { value })
        })
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b' ')
    }

    fn mention(&self, end: usize, year: Option<u32>, month: u32, day: Option<u32>) -> Option<DateMention> {
        let year = match year {
            Some(year) => Some(i16::try_from(year).ok()?),
            None => None,
        };
        let (month, day) = (month as i8, day.map(|day| day as i8));
        // A leap year stands in for the year that was not written.
        Date::new(year.unwrap_or(2000), month, day.unwrap_or(1)).ok()?;
        Some(DateMention { span: Span::new(self.start, end), year, month: Some(month), day })
    }

    /// Whether a number may end at `end`: nothing is joined on after it.
    fn ends(&self, end: usize) -> bool {
        match self.byte(end) {
            b'.' | b',' | b'/' => !self.byte(end + 1).is_ascii_digit(),
            b'-' => !self.byte(end + 1).is_ascii_alphanumeric() || self.range_goes_on(end + 1),
            b'%' => false,
            byte => !byte.is_ascii_alphanumeric(),
        }
    }

    /// Whether what follows a dash looks like the other end of a range: "3/14-3/21".
    fn range_goes_on(&self, at: usize) -> bool {
        let (len, _) = self.digits(at);
        (1..=4).contains(&len) && matches!(self.byte(at + len), b'/' | b'-' | b'.') || {
            let word = self.word(at);
            month_number(&self.text[at..at + word]).is_some()
        }
    }

    /// The bytes of the ASCII letters at `at`.
    fn word(&self, at: usize) -> usize {
        self.bytes[at.min(self.bytes.len())..].iter().take(12).take_while(|byte| byte.is_ascii_alphabetic()).count()
    }

    /// A date that starts with a digit.
    fn number(&self) -> Option<DateMention> {
        let (len, value) = self.digits(self.start);
        let next = self.start + len;
        match len {
            8 | 10 | 12 | 14 => self.compact(len),
            4 => self.year_first(next, value),
            1 | 2 => self.day_then_month(next, value).or_else(|| self.numeric(next, value)),
            _ => None,
        }
    }

    /// "20210304", "202103041530", "20210304153000.000-0500": HL7 v2 DTM.
    fn compact(&self, len: usize) -> Option<DateMention> {
        let part = |from: usize, to: usize| self.text.get(self.start + from..self.start + to)?.parse::<u32>().ok();
        let year = year(4, part(0, 4)?)?;
        let clock = [part(8, 10), part(10, 12), part(12, 14)];
        let limits = [24, 60, 60];
        let wrong = (8..len)
            .step_by(2)
            .zip(clock.iter().zip(limits))
            .any(|(_, (value, limit))| value.is_some_and(|value| value >= limit));
        if wrong {
            return None;
        }
        let mut end = self.start + len;
        if len > 8 {
            for mark in [b'.', b'+', b'-'] {
                let (more, _) = self.digits(end + 1);
                if self.byte(end) == mark && more > 0 {
                    end += 1 + more;
                }
            }
        }
        if self.byte(end).is_ascii_alphanumeric() || self.byte(end) == b'-' && self.byte(end + 1).is_ascii_digit() {
            return None;
        }
        self.mention(end, Some(year), part(4, 6)?, Some(part(6, 8)?))
    }

    /// "2025-03-04", "2025/3/4", with a time after `T`; "2025-03" beside a cue.
    fn year_first(&self, at: usize, value: u32) -> Option<DateMention> {
        let year = year(4, value)?;
        let mark = self.byte(at);
        if !matches!(mark, b'-' | b'/' | b'.') {
            return None;
        }
        let (len, month) = self.digits(at + 1);
        let next = at + 1 + len;
        if !(1..=2).contains(&len) {
            return None;
        }
        if self.byte(next) != mark {
            let cued = len == 2 && mark == b'-' && self.ends(next) && self.has_cue();
            return if cued { self.mention(next, Some(year), month, None) } else { None };
        }
        let (len, day) = self.digits(next + 1);
        let end = next + 1 + len;
        if !(1..=2).contains(&len) {
            return None;
        }
        let timed = self.time_after(end);
        if timed == end && !self.ends(end) {
            return None;
        }
        self.mention(timed, Some(year), month, Some(day))
    }

    /// The end of "T15:30:00.000Z" at `at`, or `at`.
    fn time_after(&self, at: usize) -> usize {
        if !matches!(self.byte(at), b'T' | b't') || !self.byte(at + 1).is_ascii_digit() {
            return at;
        }
        let mut end = at + 1;
        while self.byte(end).is_ascii_digit()
            || matches!(self.byte(end), b':' | b'.' | b'+' | b'-') && self.byte(end + 1).is_ascii_digit()
        {
            end += 1;
        }
        end + usize::from(matches!(self.byte(end), b'Z' | b'z'))
    }

    /// "03/04/2025", "3-4-25", "03.04.2025", "03/2021", and "3/14" beside a cue.
    fn numeric(&self, at: usize, first: u32) -> Option<DateMention> {
        let mark = self.byte(at);
        if !matches!(mark, b'-' | b'/' | b'.') {
            return None;
        }
        let (second_len, second) = self.digits(at + 1);
        let next = at + 1 + second_len;
        if second_len == 4 && mark != b'.' && self.byte(next) != mark {
            let sure = mark == b'/' || self.has_cue();
            let year = year(4, second)?;
            return if sure && self.ends(next) { self.mention(next, Some(year), first, None) } else { None };
        }
        if !(1..=2).contains(&second_len) {
            return None;
        }
        let (month, day) = if first > 12 { (second, first) } else { (first, second) };
        let (quote, after) = match self.byte(next + 1) {
            b'\'' => (1, next + 2),
            _ => (0, next + 1),
        };
        let (year_len, value) = self.digits(after);
        if self.byte(next) == mark && year_len > 0 {
            // "1.2.25" is a section or a version; a date with dots and two digits is written out: "01.02.25".
            let padded = at - self.start == 2 && second_len == 2;
            if mark == b'.' && year_len == 2 && !padded && !self.has_cue() || year_len == 4 && quote == 1 {
                return None;
            }
            let end = after + year_len;
            let timed = self.time_after(end);
            if timed == end && !self.ends(end) {
                return None;
            }
            return self.mention(timed, Some(year(year_len, value)?), month, Some(day));
        }
        if mark == b'/' && first <= 12 && self.ends(next) && self.is_partial(next, second) {
            return self.mention(next, None, month, Some(day));
        }
        None
    }

    /// Whether "3/14" that ends at `end` is a month and a day.
    fn is_partial(&self, end: usize, below: u32) -> bool {
        let after = self.text[end..].trim_start_matches([' ', '-']);
        let after = &after[..after.bytes().take(14).take_while(u8::is_ascii_alphabetic).count()];
        let is_after = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(after));
        if is_after(COUNTED) || below <= 10 && is_after(SCORED) {
            return false;
        }
        if self.in_range() {
            return true;
        }
        let before = self.before(32);
        let scored = before.split(|c: char| !c.is_ascii_alphabetic()).any(|word| {
            ["pain", "rated", "strength", "mmt", "grade", "graded", "score", "scored", "scale", "level", "vas", "nprs"]
                .iter()
                .any(|other| other.eq_ignore_ascii_case(word))
        });
        !scored && self.has_cue()
    }

    /// Whether the other end of a range makes this a date: "from 3/14 to 3/21".
    fn in_range(&self) -> bool {
        let Some(previous) = self.previous else { return false };
        let Some(between) = self.text.get(previous.span.end..self.start) else { return false };
        previous.day.is_some()
            && between.len() <= 10
            && matches!(between.trim(), "-" | "to" | "and" | "through" | "thru" | "&" | ",")
    }

    /// The text before, at most `len` bytes, on its line.
    fn before(&self, len: usize) -> &str {
        let mut from = self.start.saturating_sub(len);
        while !self.text.is_char_boundary(from) {
            from += 1;
        }
        let before = &self.text[from..self.start];
        before.rsplit(['\n', '\r']).next().unwrap_or(before)
    }

    /// Whether the word before says that a date follows.
    fn has_cue(&self) -> bool {
        let before = self.before(28).trim_end_matches([' ', ':', ',', '(', '\t', '.', '~', '=']);
        let word = before.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
        match word {
            "of" | "as" => {
                let head = before[..before.len() - 2].trim_end();
                ["week", "as", "date", "day", "eve", "effective"].iter().any(|cue| {
                    head.get(head.len().saturating_sub(cue.len())..).is_some_and(|end| end.eq_ignore_ascii_case(cue))
                })
            }
            "" => false,
            _ => CUES_OF_DAYS.iter().any(|cue| cue.eq_ignore_ascii_case(word)),
        }
    }

    /// "03-Mar-21", "3 Mar 2021", "3rd of March, 2021", "03MAR2021".
    fn day_then_month(&self, at: usize, day: u32) -> Option<DateMention> {
        let mut here = at + self.ordinal(at);
        let joined = here == at;
        here += self.blanks(here);
        if self.bytes.get(here..here + 3).is_some_and(|of| of.eq_ignore_ascii_case(b"of ")) {
            here += 3;
        } else if joined && matches!(self.byte(here), b'-' | b'/' | b'.') {
            here += 1;
        }
        let word = self.word(here);
        let name = &self.text[here..here + word];
        let month = month_number(name)?;
        // "2 may stay": a verb.
        if is_word_too(name) {
            return None;
        }
        let end = here + word;
        let (year, end) = self.year_after(end).map_or((None, end), |(year, end)| (Some(year), end));
        if year.is_none() && !self.ends(end) {
            return None;
        }
        self.mention(end, year, month as u32, Some(day))
    }

    /// The bytes of "st", "nd", "rd", "th" at `at`.
    fn ordinal(&self, at: usize) -> usize {
        let suffix = [self.byte(at) | 0x20, self.byte(at + 1) | 0x20];
        let is = matches!(&suffix, b"st" | b"nd" | b"rd" | b"th");
        if is && !self.byte(at + 2).is_ascii_alphanumeric() { 2 } else { 0 }
    }

    fn blanks(&self, at: usize) -> usize {
        self.bytes[at.min(self.bytes.len())..].iter().take(2).take_while(|byte| **byte == b' ').count()
    }

    /// A year after a month or a day: " 2021", ", 2021", "-21", " of 2021", " '21". The year, and where it ends.
    fn year_after(&self, at: usize) -> Option<(u32, usize)> {
        let mut here = at;
        let tight = matches!(self.byte(here), b'-' | b'/');
        here += usize::from(matches!(self.byte(here), b'.' | b',' | b'-' | b'/'));
        here += usize::from(self.byte(here) == b',');
        let blank = self.blanks(here);
        here += blank;
        if blank > 0 && self.bytes.get(here..here + 3).is_some_and(|of| of.eq_ignore_ascii_case(b"of ")) {
            here += 3;
        }
        let quote = match self.bytes.get(here) {
            Some(b'\'') => 1,
            Some(_) if self.text.get(here..).is_some_and(|rest| rest.starts_with(['’', '‘'])) => 3,
            _ => 0,
        };
        let (len, value) = self.digits(here + quote);
        let end = here + quote + len;
        let sure = match len {
            4 => quote == 0,
            2 => quote > 0 || tight,
            _ => false,
        };
        let clock = self.byte(end) == b':' && self.byte(end + 1).is_ascii_digit();
        (sure && !clock && self.ends(end)).then_some(())?;
        Some((year(len, value)?, end))
    }

    /// "March 3, 2021", "Mar '21", "March of 2021", "Mar-2021", and "March" beside a cue.
    fn month_first(&self) -> Option<DateMention> {
        let word = self.word(self.start);
        let name = &self.text[self.start..self.start + word];
        let month = month_number(name)? as u32;
        if self.byte(self.start + word).is_ascii_alphanumeric() || is_word_too(name) {
            return None;
        }
        let mut end = self.start + word;
        if let Some((year, end)) = self.year_after(end).filter(|(_, end)| *end > self.start) {
            return self.mention(end, Some(year), month, None);
        }
        end += usize::from(self.byte(end) == b'.' && self.byte(end + 1) == b' ');
        let blank = self.blanks(end);
        let joined = usize::from(blank == 0 && self.byte(end) == b'-');
        let the = usize::from(self.bytes.get(end + blank..end + blank + 4) == Some(b"the ")) * 4;
        let at = end + blank + joined + the;
        let (len, day) = self.digits(at);
        if (1..=2).contains(&len) && blank + joined > 0 && (1..=31).contains(&day) {
            let after = at + len;
            let after = after + self.ordinal(after);
            if let Some((year, end)) = self.year_after(after) {
                return self.mention(end, Some(year), month, Some(day));
            }
            let clock = self.byte(after) == b':' && self.byte(after + 1).is_ascii_digit();
            let range = self.byte(after) == b'-' && self.byte(after + 1).is_ascii_digit();
            if !clock && (range || self.ends(after)) {
                return self.mention(after, None, month, Some(day));
            }
        }
        self.names_month(name).then(|| self.mention(self.start + word, None, month, None)).flatten()
    }

    /// Whether a month stands alone as one: "in March", "since last May".
    fn names_month(&self, name: &str) -> bool {
        let before = self.before(12).trim_end_matches([' ', '-']);
        let word = before.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
        // "Mar" or "Sep" alone is too often something else.
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && (name.len() > 3 || name == "May")
            && CUES_OF_MONTHS.iter().any(|cue| cue.eq_ignore_ascii_case(word))
    }

    /// The second day of "March 3-5, 2021" or "March 3 and 5".
    fn second_day(&self, first: &DateMention) -> Option<DateMention> {
        let month = first.month?;
        if first.day.is_none() || first.year.is_some() || !self.bytes[first.span.start].is_ascii_alphabetic() {
            return None;
        }
        let mut here = first.span.end + self.blanks(first.span.end);
        here += usize::from(self.byte(here) == b'-');
        if here == first.span.end || self.bytes[first.span.end..here].iter().all(|byte| *byte == b' ') {
            return None;
        }
        here += self.blanks(here);
        let (len, day) = self.digits(here);
        if !(1..=2).contains(&len) {
            return None;
        }
        let end = here + len + self.ordinal(here + len);
        let (year, end) = self.year_after(end).map_or((None, end), |(year, end)| (Some(year), end));
        if year.is_none() && !self.ends(end) {
            return None;
        }
        Reader { start: here, ..*self }.mention(end, year, month as u32, Some(day))
    }
}

/// Whether a month's name is written as the ordinary word that it is too.
fn is_word_too(name: &str) -> bool {
    matches!(name, "may" | "march" | "mar" | "dec" | "sep" | "jan" | "jun")
}

/// The year that `len` digits of the value `value` mean.
fn year(len: usize, value: u32) -> Option<u32> {
    match len {
        4 => (1880..=2100).contains(&value).then_some(value),
        2 if value <= 35 => Some(2000 + value),
        2 => Some(1900 + value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let found: Vec<(String, String)> = dates(text)
            .iter()
            .map(|date| {
                let part = |value: Option<i16>| value.map_or("-".to_owned(), |value| value.to_string());
                let month = date.month.map(i16::from);
                let day = date.day.map(i16::from);
                (date.span.of(text).to_owned(), format!("{} {} {}", part(date.year), part(month), part(day)))
            })
            .collect();
        let expected: Vec<_> = expected.iter().map(|(span, date)| ((*span).to_owned(), (*date).to_owned())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn one_date() {
        for (span, date) in [
            ("03/04/2025", "2025 3 4"),
            ("3/4/25", "2025 3 4"),
            ("3-4-25", "2025 3 4"),
            ("25/03/2025", "2025 3 25"),
            ("2025-03-04", "2025 3 4"),
            ("2025/03/04", "2025 3 4"),
            ("03.04.2025", "2025 3 4"),
            ("31.12.2024", "2024 12 31"),
            ("03-Mar-21", "2021 3 3"),
            ("03MAR2021", "2021 3 3"),
            ("3 Mar 2021", "2021 3 3"),
            ("3rd of March, 2021", "2021 3 3"),
            ("4th of July 2020", "2020 7 4"),
            ("4 July", "- 7 4"),
            ("March 3, 2021", "2021 3 3"),
            ("March 3rd 2021", "2021 3 3"),
            ("Mar. 3, 2021", "2021 3 3"),
            ("MARCH 3, 2021", "2021 3 3"),
            ("March 3", "- 3 3"),
            ("Mar '21", "2021 3 -"),
            ("Sept ’17", "2017 9 -"),
            ("March of 2021", "2021 3 -"),
            ("March 2021", "2021 3 -"),
            ("march 2021", ""),
            ("September, 2019", "2019 9 -"),
            ("03/2021", "2021 3 -"),
            ("20210304", "2021 3 4"),
            ("202103041530", "2021 3 4"),
            ("20210304153000.000-0500", "2021 3 4"),
            ("2025-03-04T15:30:00Z", "2025 3 4"),
            ("2025-03-04T15:30:00.123+02:00", "2025 3 4"),
            ("05/11/51", "1951 5 11"),
        ] {
            let text = format!("Seen {span}, stable");
            if date.is_empty() {
                check(&text, &[]);
            } else {
                check(&text, &[(span, date)]);
            }
            if !date.is_empty() {
                check(&format!("({span})"), &[(span, date)]);
                check(span, &[(span, date)]);
            }
        }
    }

    #[test]
    fn partial_dates_need_a_cue() {
        for text in ["on 3/14 he fell", "since 3/14", "DOS: 3/14", "by 3/14.", "week of 3/14", "Mon 3/14", "seen 3/14"]
        {
            let found = dates(text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].precision(), DatePrecision::MonthDay);
        }
        check("from 3/14 to 3/21", &[("3/14", "- 3 14"), ("3/21", "- 3 21")]);
        check("from 3/14-3/21", &[("3/14", "- 3 14"), ("3/21", "- 3 21")]);
        check("03/04/2025-03/10/2025", &[("03/04/2025", "2025 3 4"), ("03/10/2025", "2025 3 10")]);
        check("March 3-5, 2021", &[("March 3", "2021 3 3"), ("5, 2021", "2021 3 5")]);
        check("on 3/14 pain 4/5, MMT 3/5", &[("3/14", "- 3 14")]);
        check("since last May", &[("May", "- 5 -")]);
        check("since March he limps", &[("March", "- 3 -")]);
        check("on 03/04/2025 at 3:30 pm", &[("03/04/2025", "2025 3 4")]);
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "BP 120/80",
            "MMT 4/5, 3+/5 and 5/5 throughout",
            "pain 3/10",
            "pain on 3/10 scale",
            "rated 3/10 on stairs",
            "L4-5 and C5-6",
            "M25.661, Z47.1",
            "555-03-04-2021",
            "(555) 123-4567",
            "212-555-0104",
            "10.12.14.20",
            "1/2 tab",
            "take 1/2 tab by mouth",
            "12 may stay",
            "he may 3 times",
            "20/20 vision",
            "on 3/4 trials",
            "section 1.2.25",
            "13/13/2021",
            "02/30/2021",
            "2021-13-01",
            "99999999",
            "MRN 00418827",
            "98.6",
            "3 sets of 10-12",
            "219-09-9999",
            "12/2/20215",
            "v2.10.2021.3",
            "Dr. May was here",
            "8-92 deg",
            "3/3 trials",
            "LEFS 28/80",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn dates_give_jiff_dates() {
        assert_eq!(dates("3/4/2025")[0].date(), Date::new(2025, 3, 4).ok());
        assert_eq!(dates("March 2025")[0].date(), None);
        assert_eq!(dates("March 2025")[0].precision(), DatePrecision::Month);
    }

    proptest! {
        #[test]
        fn any_text(text in r"(?s)(([0-9]{1,4}|Mar|May|March|of|on|th|T|[-/.,:' ’])|.){0,24}") {
            let mut end = 0;
            for date in dates(&text) {
                prop_assert!(date.span.start >= end && !date.span.is_empty());
                prop_assert!(text.get(date.span.range()).is_some());
                end = date.span.end;
            }
        }
    }
}
