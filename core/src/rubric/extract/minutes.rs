//! Minutes: timed and total treatment time in many wordings, clock times, and the minutes of each service.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::interventions::{self, Service, Timing};
use super::outline::Topic;
use super::page::{Page, inside};
use crate::text::Span;
use crate::text::pattern::{compiled, parts, tail};
use crate::text::short::{digits, letters_end};
use crate::text::sweep::Pattern;

/// Minutes stated somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Stated {
    /// Where.
    pub span: Span,
    /// How many.
    pub minutes: u32,
}

/// The minutes of a treatment note.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Minutes {
    /// Total minutes of timed codes.
    pub timed: Option<Stated>,
    /// Total treatment minutes, as stated.
    pub total: Option<Stated>,
    /// Total minutes of untimed codes.
    pub untimed: Option<Stated>,
    /// Time between the clock times given.
    pub clock: Option<Stated>,
    /// Minutes given service by service.
    pub services: Vec<Stated>,
    /// Where the note says that nothing was timed.
    pub untimed_only: Option<Span>,
}

fn re(pattern: &str) -> Regex {
    compiled(&format!("(?xi){pattern}"))
}

const NUMBER: &str = r"(?:\d{1,3}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|ten|eleven|twelve|thirteen|fifteen|eighteen|seventeen|sixteen|fourteen|nineteen|eight|nine|five|six|seven)";

/// A figure as a word, so far as [`has_number`] counts it, or the beginning of one.
pub(in crate::rubric) static WORD: Pattern = LazyLock::new(|| {
    re(
        r"(?:an|one|two)\s*h|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|twenty|thirty|forty|fifty|eighty",
    )
});

/// "53 min", "1 hour 5 minutes", "15'", "fifty minutes".
pub(in crate::rubric) static AMOUNT: Pattern = LazyLock::new(|| {
    re(&format!(
        r"\b(?P<hours>\d|an|one|two)\s*(?:hours?|hrs?|h)\b(?:\s*(?:and\s+)?(?P<rest>\d{{1,2}})\s*(?:minutes?|mins?|m)\b)?
        |\b(?P<minutes>{NUMBER})\s*(?:-\s*)?(?:(?:total|timed|untimed|direct|treatment|billable|skilled|one-on-one|1:1|tx)\s+){{0,2}}(?:minutes?\b|mins?\b|min\b|m\b|['′])"
    ))
});
/// "Timed: 40", "total 50", "minutes: 40", where the unit stands elsewhere on the line.
pub(in crate::rubric) static BARE: Pattern = LazyLock::new(|| {
    re(&format!(
        r"(?:minutes?|mins?|min\.?|time|timed|untimed|total(?:\s+(?:treatment|tx|rx|therapy|session|visit))?|min\s+total|codes?|TT[TM]?|(?:whole|entire)\s+(?:visit|session|treatment|appointment|hour)(?:\s+(?:for|of|in|with)\s+(?:\w+\s+)?(?:treatment|therapy|care|patient|pt))?|(?:session|visit|treatment|tx|therapy|contact)\s+(?:total|length|duration)|^\s*session|(?:time|minutes|total)\s+in\s+(?:treatment|therapy|session|clinic|all))\s*(?:\([^)\d]*\))?\s*(?:is|was|of|were|[:=\-–|]|\.{{2,}})*\s*(?P<minutes>{NUMBER})\b
        |^\s*all\s*[:=]?\s*(?P<whole>{NUMBER})\s*$
        |\b(?P<before>{NUMBER})\s+(?:timed|untimed|total|altogether|in\s+all|all\s+told|of\s+(?:them|those|these|which))\b"
    ))
});
/// "Minutes under timed codes come to 53", "time on codes today: 40". A part of `BARE` by its sense: words of any letters, so
/// many, make an automaton too large to be kept, and a search without one takes a hundred times as long.
static TOLD: LazyLock<Regex> = LazyLock::new(|| {
    re(&format!(
        r"(?:minutes?|mins?|time)\b[\w\s-]{{0,40}}?\s(?:(?:come|comes|came|add(?:s|ed)?|amount(?:s|ed)?|sum(?:s|med)?)\s+(?:up\s+)?to|equal(?:s|ed)?|number(?:s|ed)?|[:=])\s*(?P<told>{NUMBER})\b
        |(?:minutes?|mins?|time)\b[\w\s-]{{0,40}}?[:=]\s*(?P<set>{NUMBER})\s*$"
    ))
});
/// What begins `TOLD`, and what must follow in it.
pub(in crate::rubric) static TELLS: [Pattern; 2] = [
    LazyLock::new(|| re(r"(?:minutes?|mins?|time)\b")),
    LazyLock::new(|| re(r"(?:come|came|add|amount|sum|equal|number|[:=])")),
];
static TIMED: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:timed|time[\s-]*based|direct(?:\s+(?:contact|one|treatment|timed|minutes|time))|one[\s-]on[\s-]one|1\s*:\s*1|1[\s-]on[\s-]1|constant[\s-]attendance|TCM|TCT|timed\s+codes?|coded?\s+(?:minutes|mins?|time)|(?:time|minutes|mins?)\s+(?:with|in|on|under|for|by)\s+(?:the\s+)?codes?)\b|^\s*codes?\s*[:=]?\s*\d{1,3}\b",
    )
});
static UNTIMED: LazyLock<Regex> =
    LazyLock::new(|| re(r"\b(?:un-?timed|non[\s-]*timed|not\s+timed|service[\s-]based|service\s+codes?)\b"));
static TOTAL: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:total|totals|totaled|totalled|totaling|overall|altogether|in\s+all|combined|entire|session|(?:treatment|tx|therapy|visit|session|rx|contact|appointment|service|encounter)\s+(?:time|minutes|mins?|duration|length)|duration|length\s+of|time\s+spent|together|spent|lasted|lasting|ran|seen\s+for|treated\s+for|worked\s+(?:with\s+\w+\s+)?for|TT[TM]?|(?:minutes|mins?)\s+(?:(?:in|at|on|with)\s+(?:the\s+)?\w+\s+)?(?:for|of|in|given\s+to)\s+(?:the\s+)?(?:treatment|therapy|session|visit)|minutes?\s+of\s+(?:\w+\s+)?(?:therapy|treatment)|(?:minutes|mins?)\s+(?:treatment|session|visit|tx)|all\s+(?:in|told)|(?:whole|all)\s+(?:visit|session|treatment|appointment|hour|time)|(?:time|minutes|mins?)\s+in\s+(?:treatment|therapy|session|clinic|all))\b|(?:^|\s{2,}|[|/;,])\s*all\s*[:=]?\s+\d",
    )
});
/// What minutes are not treatment time.
static OTHER_TIME: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:rest|rested|late|wait(?:ed|ing)?|hold|after|before|prior|ago|every|within|tolerance|tolerated?|tolerates|standing\s+for|sit|sits|stand|stands|walk|walks|sleep|HEP|home|meal|per\s+day|daily|goal|timed\s+up|lasts|onset|break|eating\s+window|takes|in\s+under|under|less\s+than)\b",
    )
});
pub(in crate::rubric) static CLOCK: Pattern = LazyLock::new(|| {
    re(r"\b(?P<h1>[01]?\d|2[0-3]):?(?P<m1>[0-5]\d)\s*(?P<p1>[ap]\.?\s?m\b\.?)?\s*(?:hrs?\s*)?
        (?:-|–|—|to|until|till|thru|through|/|,|;|\|)?\s*(?:time\s*)?(?:out|end(?:ed|s|ing)?|stop(?:ped)?|finish(?:ed)?|until|departed|left|and\s+ended|and\s+left|off)?\s*(?:time)?\s*(?:at)?\s*[:=]?\s*
        (?P<h2>[01]?\d|2[0-3]):?(?P<m2>[0-5]\d)\s*(?P<p2>[ap]\.?\s?m\b\.?)?")
});
static CLOCK_CUE: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:time|in|start(?:ed)?|began|begin|from|session|seen|treatment|arrived|clock|hours)\b[\s:=@]*(?:time|at|in)?[\s:=]*$|[(\[]\s*$|^\s*$|/\d{2,4}[\s,|]*$|\d{4}[\s,|]*$",
    )
});
pub(in crate::rubric) static ALL_UNTIMED: Pattern = LazyLock::new(|| {
    re(
        r"\b(?:all|only|entirely|every|whole|solely|just)\b[^.\n]{0,40}\b(?:un-?timed|non[\s-]timed)\b|\b(?:un-?timed|non[\s-]timed)\s+(?:codes?\s+|services?\s+)?only\b|\bno\s+(?:timed|time-based)\s+(?:codes?|services?|minutes|procedures|interventions|treatment)\b|\btimed(?:\s+code)?s?(?:\s+(?:treatment|code))?\s*(?:minutes|mins?|time)?\s*[:=]?\s*(?:0\b|none|n/?a)|\bnot\s+(?:a\s+)?timed?\s+codes?\b",
    )
});
/// Brackets that only explain a label: "(timed + untimed)".
pub(in crate::rubric) static GLOSS: Pattern = LazyLock::new(|| {
    re(
        r"\([^()\d]*\btimed\b[^()\d]*\)|\([^()\d]*(?:9[267]\d{3}|G0\d{3})(?:[^()\d]|9[267]\d{3}|G0\d{3})*\)|\btimed\s*(?:\+|/|and|&|plus)\s*(?:un|non-?)-?timed\b|\btimed\s+up\b",
    )
});
/// Where the clause ends that goes on at `at`, and the next one begins: at a mark between clauses, a wide gap, or "and".
fn clause_end(text: &str, at: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut at = at;
    loop {
        // Most of a text is letters, and blanks before a word that joins nothing.
        let end = if bytes.get(at)?.is_ascii_alphabetic() { letters_end(bytes, at) } else { at };
        let (byte, next) = (*bytes.get(end)?, bytes.get(end + 1));
        let may = match byte {
            b' ' => next.is_some_and(|next| may_join(*next)),
            b'.' | b',' => next.is_none_or(|next| may_be_blank(*next)),
            b';' | b'|' | b'(' | b')' | b'[' | b']' => true,
            byte => may_be_blank(byte),
        };
        if let Some(length) = may.then(|| break_at(&text[end..])).flatten() {
            return Some((end, end + length));
        }
        at = end + 1;
    }
}

/// Whether a byte after a blank goes on with a gap, or begins what stands between two blanks and joins clauses.
fn may_join(byte: u8) -> bool {
    matches!(byte, b'/' | b'+' | b'=' | b'&' | b'*' | b'-' | b'a' | b'A' | b'o' | b'O' | b'p' | b'P' | b'w' | b'W')
        || may_be_blank(byte)
}

/// Whether a byte begins a blank, or a character beyond ASCII.
fn may_be_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b || byte >= 0xc2
}

/// The bytes of the break between two clauses that a text begins with.
fn break_at(text: &str) -> Option<usize> {
    let mut chars = text.chars();
    let first = chars.next()?;
    let blank = |next: Option<char>| next.filter(|c| c.is_whitespace()).map(char::len_utf8);
    match first {
        ';' | '\n' | '|' | '(' | ')' | '[' | ']' => return Some(1),
        '.' if text.len() == 1 => return Some(1),
        '.' | ',' => return Some(1 + blank(chars.next())?),
        c if c.is_whitespace() => {}
        _ => return None,
    }
    let rest = text.trim_start();
    let gap = text.len() - rest.len();
    let wide = gap > 2 && text[..gap].chars().nth(2).is_some();
    if wide || first == '\t' {
        return Some(if wide { gap } else { 1 });
    }
    // Between two blanks stands a mark or a word that joins.
    let after = chars.as_str();
    let joint = match chars.next()? {
        mark @ ('/' | '+' | '=' | '&' | '*' | '•' | '·' | '–' | '—' | '-') => mark.len_utf8(),
        'a' | 'A' | 'o' | 'O' | 'p' | 'P' | 'w' | 'W' => {
            let joins = |word: &&&str| after.get(..word.len()).is_some_and(|own| own.eq_ignore_ascii_case(word));
            ["and", "of which", "plus", "with"].iter().find(joins)?.len()
        }
        _ => return None,
    };
    let end = first.len_utf8() + joint;
    Some(end + blank(text[end..].chars().next())?)
}

/// The minutes of a note.
pub(super) fn minutes(page: &Page<'_>, services: &[Service]) -> Minutes {
    // Glosses are blanked, byte for byte, so that places stay the same.
    let mut plain = Cow::Borrowed(page.text);
    for gloss in page.swept.all(&GLOSS) {
        plain.to_mut().replace_range(gloss.range(), &" ".repeat(gloss.len()));
    }
    let mut out = Minutes { clock: clock(page), ..Minutes::default() };
    let mut start = 0;
    let mut cut = 0;
    let cuts = std::iter::from_fn(|| {
        let found = clause_end(&plain, cut)?;
        cut = found.1;
        Some(found)
    });
    let cuts = cuts.chain([(plain.len(), plain.len())]);
    // The clause before, where it has no figure: if it is a label, what it says is the figure's.
    let mut before: Option<(usize, usize)> = None;
    let mut weak = None;
    for (end, next) in cuts {
        if start >= end {
            start = next;
            continue;
        }
        let clause = &plain[start..end];
        let digits = digits(clause.as_bytes(), Span::new(0, clause.len())) > 0;
        // Most clauses have no figure, and most figures count something else: what they are labels of is asked of the rest alone.
        let may = |pattern| *clause != page.text[start..end] || page.swept.may(pattern, Span::new(start, end));
        let figured = digits || may(&WORD) && has_number(clause);
        let figure = if figured { amount(clause, may) } else { None };
        let said = figure.filter(|figure| {
            // "Judge P. (68)": a bare number in brackets is an age, a code or a count.
            let bracketed = || {
                plain[..start].ends_with('(') && clause.trim().parse::<u32>().is_ok() && label(&plain, before).is_none()
            };
            // "timed 30   total 30" can only be minutes.
            let unit_near = || {
                let line = page.line(start);
                let around = &plain[line.start.min(start)..line.end.max(end)];
                around.to_lowercase().contains("min")
                    || (TIMED.is_match(around) && TOTAL.is_match(around))
                    || (is_label(clause) && minutes_near(page, line))
            };
            // "Total treatment time    40": the label in the column before says what the figure is.
            let led = || {
                label(&plain, before).is_some_and(|(from, to)| {
                    let label = &plain[from..to];
                    label.to_lowercase().contains("time")
                        || (TOTAL.is_match(label) && minutes_near(page, page.line(start)))
                })
            };
            !bracketed() && (figure.unit || clause.to_lowercase().contains("time") || unit_near() || led())
        });
        if let Some(said) = &said {
            let labelled = is_label(clause);
            // A bare figure in the next cell or line belongs to the label before it.
            let from = match label(&plain, before) {
                Some((from, _)) if !labelled => from,
                _ => start,
            };
            let whole = &plain[from..end];
            let span = Span::new(from + (whole.len() - whole.trim_start().len()), start + said.end);
            let stated = Stated { span, minutes: said.minutes };
            if !labelled && out.total.is_none() && sums_up_clock(page, span) {
                out.total = Some(stated);
            } else {
                classify(page, whole, stated, services, &mut out, &mut weak);
            }
        }
        before = (said.is_none() && !digits).then_some((start, end));
        start = next;
    }
    out.untimed_only = page
        .swept
        .all(&ALL_UNTIMED)
        // "38 min in all, no untimed" says the reverse.
        .find(|m| UNTIMED.find_iter(m.as_str()).last().is_none_or(|word| !denied(&m.as_str()[..word.start()])))
        .map(|m| Span::new(m.start(), m.end()));
    if out.timed.is_some() {
        let rows = grid(page, services);
        // Who gives each code its figure in a column says no more in the words beside it.
        if rows.len() > out.services.len() {
            out.services = rows;
        }
    }
    out.services.sort_by_key(|stated| stated.span);
    // Where nothing is billed by time, the untimed minutes are all there are.
    if out.total.is_none() && out.timed.is_none() && services.iter().all(|service| service.timing != Timing::Timed) {
        // "92507, 40 min": the minutes of the one service are all there are.
        out.total = out.untimed.or(match out.services[..] {
            [own] if services.iter().any(|service| service.timing == Timing::Untimed) => Some(own),
            _ => None,
        });
    }
    out
}

/// Whether an amount says how long the clock times right before it are: "10:05-10:53 = 48 min".
fn sums_up_clock(page: &Page<'_>, amount: Span) -> bool {
    static BEFORE: LazyLock<Regex> =
        LazyLock::new(|| re(r"\d\s*(?:-|–|—|to|until|till)\s*\d{1,2}:?[0-5]\d\s*(?:[ap]\.?m\b\.?)?[\s=(,:→]*$"));
    let line = page.line(amount.start);
    amount.of(page.text).split_whitespace().count() <= 2
        && BEFORE.is_match(tail(&page.text[line.start.min(amount.start)..amount.start], 40))
}

/// Whether minutes are counted in the lines around one: under a heading "Minutes", beside "timed 38".
fn minutes_near(page: &Page<'_>, line: Span) -> bool {
    let at = page.lines.partition_point(|other| other.start < line.start);
    let speaks = |other: &Span| {
        let content = other.of(page.text);
        SPEAKS.is_match(content) || TIMED.is_match(content)
    };
    page.lines[at.saturating_sub(NEAR)..(at + 2).min(page.lines.len())].iter().any(speaks)
}

/// So many lines over a total, the column of minutes may be headed.
const NEAR: usize = 12;
static SPEAKS: LazyLock<Regex> = LazyLock::new(|| re(r"\b(?:minutes|mins?)\b"));
/// The figure that ends a row, after dots or a wide gap.
static LAST: LazyLock<Regex> =
    LazyLock::new(|| re(r"(?:\.{2,}|…|\s{2,}|\t|\|)\s*(?P<minutes>\d{1,3})\s*(?:min\w*\.?|['′])?\s*\|?\s*$"));

static OTHER_CELL: LazyLock<Regex> = LazyLock::new(|| re(r"(?:^|\||\t|\s{2,})\s*\d{1,3}\s*(?:\||\t|\s{2})"));

/// The minutes of a grid of codes, or of services by name, whose rows have one bare figure each: "97110 | clam, bridge | 20",
/// "gait training ........ 15".
fn grid(page: &Page<'_>, services: &[Service]) -> Vec<Stated> {
    let any = services.iter().any(|service| service.code.is_some());
    // A row of names begins with one: "self care ........ 8".
    let begins =
        |service: &Service| page.text[page.line(service.span.start).start..service.span.start].trim().is_empty();
    let mut rows: Vec<&Service> =
        services.iter().filter(|service| if any { service.code.is_some() } else { begins(service) }).collect();
    rows.dedup_by_key(|service| page.line(service.span.start));
    let last = |service: &Service| {
        let line = page.line(service.span.start);
        let single = inside(services, line, |s| s.span).filter(|s| s.code.is_some()).count() <= 1;
        let rest = &page.text[service.span.end..line.end.max(service.span.end)];
        let found = LAST.captures(rest)?.name("minutes")?;
        // "97140 | 10 | 15": nobody can tell which of two figures counts minutes.
        if OTHER_CELL.is_match(&rest[..found.start()]) {
            return None;
        }
        let minutes = found.as_str().parse().ok().filter(|minutes| single && (3..=120).contains(minutes))?;
        let start = service.span.end + found.start();
        Some(Stated { span: Span::new(start, start + found.len()), minutes })
    };
    let ended = rows.iter().map(|service| last(service)).collect::<Option<Vec<_>>>();
    if let Some(ended) = ended.filter(|ended| ended.len() > 1) {
        return ended;
    }
    let coded = services.iter().filter(|service| service.code.is_some());
    let row = |service: &Service| {
        let line = page.line(service.span.start);
        let single = inside(services, line, |s| s.span).filter(|s| s.code.is_some()).count() == 1;
        let cells = &page.text[service.span.end..line.end.max(service.span.end)];
        let mut figures = Vec::new();
        let mut at = service.span.end;
        for cell in cells.split_inclusive(['|', '\t']) {
            let value = cell.trim_matches(|c: char| c == '|' || c.is_whitespace());
            if let Some(minutes) = value.parse().ok().filter(|minutes| (5..=120).contains(minutes)) {
                let start = at + cell.find(value).unwrap_or(0);
                figures.push(Stated { span: Span::new(start, start + value.len()), minutes });
            }
            at += cell.len();
        }
        match figures[..] {
            [figure] if single => Some(figure),
            _ => None,
        }
    };
    coded.map(row).collect::<Option<Vec<_>>>().filter(|rows| rows.len() > 1).unwrap_or_default()
}

/// Whether a clause is one that says what a figure in it, or after it, counts.
fn is_label(clause: &str) -> bool {
    TIMED.is_match(clause) || UNTIMED.is_match(clause) || TOTAL.is_match(clause)
}

/// Whether there is a figure in a clause as a word: "an" and the like count hours alone.
fn has_number(clause: &str) -> bool {
    let mut rest = clause.as_bytes();
    while let Some(start) = rest.iter().position(u8::is_ascii_alphabetic) {
        rest = &rest[start..];
        let length = rest.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        rest = after;
        // As long as "seventeen" and no longer, and what number words begin with.
        let begins = |first: &u8| matches!(first | 0x20, b'a' | b'e' | b'f' | b'n' | b'o' | b's' | b't');
        if !(2..=9).contains(&length) || !word.first().is_some_and(begins) {
            continue;
        }
        let mut lower = [0; 9];
        lower[..length].copy_from_slice(word);
        lower.make_ascii_lowercase();
        let counts = match std::str::from_utf8(&lower[..length]).ok().and_then(number_word) {
            Some(1 | 2) => clause[clause.len() - rest.len()..].trim_start().starts_with(['h', 'H']),
            Some(3 | 4) | None => false,
            Some(_) => true,
        };
        if counts {
            return true;
        }
    }
    false
}

/// The clause before, if it is a label.
fn label(plain: &str, before: Option<(usize, usize)>) -> Option<(usize, usize)> {
    before.filter(|(from, to)| is_label(&plain[*from..*to]))
}

/// A figure in a clause, that may count minutes.
struct Figure {
    minutes: u32,
    /// Where it ends.
    end: usize,
    /// Whether a unit stands with it.
    unit: bool,
}

/// The amount in a clause, or a bare number. `may` says whether a pattern may match in it.
fn amount(clause: &str, may: impl Fn(&'static Pattern) -> bool) -> Option<Figure> {
    // Parts cost more to find than the whole: they are asked of the last amount alone.
    let last = may(&AMOUNT).then(|| AMOUNT.find_iter(clause).last()).flatten();
    if let Some(found) = last.and_then(|last| AMOUNT.captures_at(clause, last.start())) {
        let end = found.get(0)?.end();
        if let Some(minutes) = found.name("minutes") {
            return Some(Figure { minutes: number(minutes.as_str())?, end, unit: true });
        }
        let hours = found.name("hours").and_then(|h| number(h.as_str()))?;
        let rest = found.name("rest").and_then(|r| number(r.as_str())).unwrap_or(0);
        return Some(Figure { minutes: hours * 60 + rest, end, unit: true });
    }
    if let Some(found) = bare(clause, may) {
        let value = ["minutes", "told", "set", "whole", "before"].iter().find_map(|name| found.name(name))?;
        let minutes = number(value.as_str())?;
        // "Session 5" counts sessions.
        let counted = minutes < SHORT && clause.trim_start().to_lowercase().starts_with("session ");
        return (!counted).then_some(Figure { minutes, end: found.get(0)?.end(), unit: false });
    }
    // A cell with nothing but a number.
    let minutes = clause.trim().parse::<u32>().ok().filter(|n| *n <= 480)?;
    Some(Figure { minutes, end: clause.trim_end().len(), unit: false })
}

/// The first bare number that a label gives its unit: as `BARE` has it, or `TOLD` where that begins before.
fn bare(clause: &str, may: impl Fn(&'static Pattern) -> bool) -> Option<regex::Captures<'_>> {
    let bare = may(&BARE).then(|| parts(&BARE, clause)).flatten();
    let limit = bare.as_ref().and_then(|bare| bare.get(0)).map_or(clause.len(), |bare| bare.start());
    let told = may(&TELLS[0])
        .then(|| TELLS[0].find(clause))
        .flatten()
        .filter(|label| label.start() < limit && TELLS[1].is_match(&clause[label.end()..]))
        .and_then(|label| TOLD.captures_at(clause, label.start()));
    told.filter(|told| told.get(0).is_some_and(|told| told.start() < limit)).or(bare)
}

/// A session takes at least so many minutes.
const SHORT: u32 = 15;

fn number(word: &str) -> Option<u32> {
    if let Ok(number) = word.parse() {
        return Some(number);
    }
    let word = word.to_lowercase();
    word.split([' ', '-']).filter(|part| !part.is_empty()).map(number_word).sum()
}

/// What a number word in small letters stands for.
pub(crate) fn number_word(word: &str) -> Option<u32> {
    Some(match word {
        "a" | "an" | "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "thirteen" => 13,
        "fourteen" => 14,
        "fifteen" => 15,
        "sixteen" => 16,
        "seventeen" => 17,
        "eighteen" => 18,
        "nineteen" => 19,
        "twenty" => 20,
        "thirty" => 30,
        "forty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        _ => return None,
    })
}

/// Whether what stands before a word says that there was none of it.
fn denied(before: &str) -> bool {
    static NONE: LazyLock<Regex> = LazyLock::new(|| re(r"\b(?:no|nothing|none|0|zero|without)\s+(?:\w+\s+)?$"));
    NONE.is_match(tail(before, 24))
}

/// Files an amount by what its clause says. `weak` is the total so far, where little calls it one.
fn classify(
    page: &Page<'_>,
    clause: &str,
    stated: Stated,
    services: &[Service],
    out: &mut Minutes,
    weak: &mut Option<Stated>,
) {
    let timed = TIMED.is_match(clause);
    // "Nothing untimed was done": no minutes are untimed.
    let untimed = UNTIMED.find(clause).is_some_and(|m| !denied(&clause[..m.start()]));
    let total = TOTAL.is_match(clause);
    let line = page.line(stated.span.start);
    // A line with a code tells of what was billed, also where a plan stands above it.
    if matches!(page.topic(stated.span.start), Topic::Plan | Topic::Goals | Topic::NewGoals)
        && !timed
        && !total
        && !page.swept.is_in(&interventions::CPT, line)
    {
        return;
    }
    if untimed {
        out.untimed.get_or_insert(stated);
        return;
    }
    let code = interventions::CPT.is_match(clause);
    // "97110 timed 15 min" is one service; "timed codes (97110, 97140): 38" is the total of several.
    let only = || services.iter().filter(|service| service.code.is_some()).nth(1).is_none();
    let leads = || {
        let at = |found: Option<regex::Match<'_>>| found.map_or(usize::MAX, |m| m.start());
        at(TIMED.find(clause)) < at(interventions::CPT.find(clause))
    };
    let alone = || services.len() <= 1 || (only() && leads());
    if timed && (total || !code || interventions::CPT.find_iter(line.of(page.text)).nth(1).is_some() || alone()) {
        if out.timed.is_none() || total {
            out.timed = Some(stated);
        }
        return;
    }
    // "Group 97150 45 min total": the word stands right beside the figure.
    let beside = || {
        let (before, after) = (&page.text[..stated.span.start], &page.text[stated.span.end..]);
        after.trim_start().get(..5).is_some_and(|next| next.eq_ignore_ascii_case("total"))
            || tail(before, 12).trim_end().to_lowercase().ends_with("total")
    };
    if total && (!code || (only() && beside())) && !OTHER_TIME.is_match(clause) {
        let lower = clause.to_lowercase();
        let strong = ["total", "time", "whole", "entire", "in all", "altogether", "overall", "combined"]
            .iter()
            .any(|word| lower.contains(word));
        if strong {
            // "I spent 25 minutes on stairs; the whole session was 53": what was spent on one thing.
            let spent = weak.take().filter(|spent| has_service(services, page.sentence(spent.span.start)));
            out.services.extend(spent);
            out.total = Some(stated);
            return;
        }
        if out.total.is_none() {
            out.total = Some(stated);
            *weak = Some(stated);
            return;
        }
    }
    if has_service(services, line) && !OTHER_TIME.is_match(clause) {
        out.services.push(stated);
    }
}

/// Whether a service is named inside a region.
fn has_service(services: &[Service], region: Span) -> bool {
    let next = services.partition_point(|service| service.span.start < region.start);
    services.get(next).is_some_and(|service| region.contains(service.span))
}

/// "Time in 10:00  Time out 10:45", "1:00-1:45 PM", "1300 to 1345".
fn clock(page: &Page<'_>) -> Option<Stated> {
    let mut at = 0;
    while let Some(found) = page.swept.find_at(&CLOCK, at) {
        let span = Span::new(found.start(), found.end());
        let line = page.line(span.start);
        let year = span.of(page.text).bytes().take_while(u8::is_ascii_digit).count();
        // "2024-2025" is no time of day; in "08/07/2025, 9:00-9:55" the clock begins after the year.
        if page.is_dated(Span::new(span.start, span.start + year)) && year == 4 {
            at = span.start + year;
            continue;
        }
        at = span.end;
        if !page.dates(span).is_empty() || (page.is_dated(span) && !span.of(page.text).contains(':')) {
            continue;
        }
        let before = &page.text[line.start.min(span.start)..span.start];
        let inside = span.of(page.text);
        let colons = inside.matches(':').count() >= 2;
        let cued = CLOCK_CUE.is_match(before)
            || inside.to_lowercase().contains("out")
            || inside.to_lowercase().contains("end");
        if !(cued && (colons || before.to_lowercase().contains("time"))) {
            continue;
        }
        let Some(found) = CLOCK.captures_at(page.text, span.start) else { continue };
        let part = |name: &str| found.name(name).and_then(|m| m.as_str().parse::<u32>().ok());
        let (Some(h1), Some(m1), Some(h2), Some(m2)) = (part("h1"), part("m1"), part("h2"), part("m2")) else {
            continue;
        };
        let pm = |name: &str| found.name(name).map(|m| m.as_str().to_lowercase().starts_with('p'));
        let (p1, p2) = (pm("p1").or(pm("p2")), pm("p2").or(pm("p1")));
        let minutes = |hour: u32, minute: u32, pm: Option<bool>| match pm {
            Some(true) if hour < 12 => (hour + 12) * 60 + minute,
            Some(false) if hour == 12 => minute,
            _ => hour * 60 + minute,
        };
        let (from, mut to) = (minutes(h1, m1, p1), minutes(h2, m2, p2));
        let mut from = from;
        if to <= from && to + 720 > from && p1.is_none() {
            to += 720; // 12:40 to 1:25
        } else if to <= from && pm("p1").is_none() && from >= 720 {
            from -= 720; // 11:30 to 12:15 PM
        }
        if let Some(minutes) = to.checked_sub(from).filter(|minutes| (5..=300).contains(minutes)) {
            return Some(Stated { span, minutes });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::terms::Vocabulary;

    fn read(text: &str) -> (Option<u32>, Option<u32>, Option<u32>) {
        let page = Page::new(text, Vocabulary::builtin(), &crate::cancel::NEVER);
        let services = interventions::services(&page);
        let found = minutes(&page, &services);
        let value = |stated: Option<Stated>| stated.map(|s| s.minutes);
        (value(found.timed), value(found.total), value(found.clock))
    }

    #[test]
    fn totals_in_many_wordings() {
        for (text, timed, total) in [
            ("Total Timed Code Minutes: 40\nTotal Treatment Minutes: 50", Some(40), Some(50)),
            ("Timed code minutes 38", Some(38), None),
            ("Total Tx time: 53 min", None, Some(53)),
            ("Total timed min: 38    Total tx min: 38", Some(38), Some(38)),
            ("TTT 45 min (timed 30, untimed 15)", Some(30), Some(45)),
            ("Total time 53 min (38 timed, 15 untimed).", Some(38), Some(53)),
            ("We worked for fifty minutes in all, forty of them timed minutes.", Some(40), Some(50)),
            ("Total Treatment Time (timed + untimed): 50 min", None, Some(50)),
            ("40 min timed + 10 min untimed = 50 min total", Some(40), Some(50)),
            ("Minutes: timed 40 / total 50", Some(40), Some(50)),
            ("Total Timed Minutes | 40 | Total Minutes | 55", Some(40), Some(55)),
            ("TOTAL TREATMENT TIME\n50 minutes", None, Some(50)),
            ("Session length 1 hour 5 minutes", None, Some(65)),
            ("Minutes:\n    Total timed minutes     47\n    Total treatment time    40", Some(47), Some(40)),
            (
                "We spent seventeen minutes on the PIP. 38 minutes of direct timed treatment, 46 minutes overall.",
                Some(38),
                Some(46),
            ),
            ("Direct one-on-one time: 38 minutes. Total session time: 45 minutes.", Some(38), Some(45)),
            ("45 minutes of direct treatment time", Some(45), None),
            ("Timed Up and Go 12 s. Total hip replaced 30 minutes from home.", None, None),
            ("97110 x 15 min, 97140 x 10 min", None, None),
            ("Timed 40         All 50", Some(40), Some(50)),
            ("Coded time 38 min. The whole session 45 min.", Some(38), Some(45)),
            ("Minutes under codes 30, total time in therapy 40", Some(30), Some(40)),
            ("I spent 25 minutes on stairs; the whole session was 53 minutes.", None, Some(53)),
            ("Time with codes 38 min. The whole visit 40 min.", Some(38), Some(40)),
            ("All 5 goals reviewed. 97110 for 15 min.", None, None),
            ("Time-based codes = 30 min; total tx = 42 min", Some(30), Some(42)),
            ("timed 30            total 30", Some(30), Some(30)),
            ("Minutes under timed codes: 48. Minutes of treatment altogether: 48.", Some(48), Some(48)),
            ("Timed-code minutes today come to 53, and the whole session was 53 minutes.", Some(53), Some(53)),
            ("92507   10:05-10:53 = 48 min", None, Some(48)),
            ("J. P. (68), 92507, 48 min. Total time: 48 min", None, Some(48)),
            ("Voice treatment, untimed: 45 minutes", None, Some(45)),
            ("Untimed 15 min. Gait training on level ground.", None, None),
            ("timed 38    TT 43", Some(38), Some(43)),
            (
                "Minutes\n   gait training ....... 23\n   Total timed ....... 23\n   Total treatment ....... 30",
                Some(23),
                Some(30),
            ),
            ("97116 23\n97112 15\n   timed total    38\n   session total  48", Some(38), Some(48)),
            ("97535 x 30 min / timed total 30 / whole visit for treatment 42", Some(30), Some(42)),
            ("so 48 timed minutes and 50 minutes in the house for treatment", Some(48), Some(50)),
            ("timed 40   session 50", Some(40), Some(50)),
            ("Timed minutes 40. Session 5 of 8.", Some(40), None),
            ("Group 97150 45 min total", None, Some(45)),
            ("timed: NMRE 97112 -- 41 min", Some(41), None),
        ] {
            let found = read(text);
            assert_eq!((found.0, found.1), (timed, total), "{text}");
        }
    }

    #[test]
    fn minutes_of_each_service() {
        for (text, each) in [
            ("97140 | STM glut med | 15\n97110 | clam, bridge | 20\nTIMED TOTAL 35", vec![15, 20]),
            // A count of repetitions beside the minutes: nobody can tell which is which.
            ("97140 | 10 | 15\n97110 | 12 | 20\nTimed total 35 min", vec![]),
            ("97140 | STM | 15\n97110 | clam\nTimed total 35 min", vec![]),
            ("97110  clam, 3x8 ....... 20\n97140  STM ....... 15\nTotal timed min: 35", vec![20, 15]),
            ("   gait training ..... 15\n   self care ..... 8\n   Total timed ..... 23 min", vec![15, 8]),
            ("J. P. (68), 97110 15 min, total 15 min", vec![15]),
            (
                "I spent 25 minutes on neuromuscular re-education. Then 18 minutes of self-care training. \
                 Timed minutes 43, the whole session was 43 minutes.",
                vec![25, 18],
            ),
        ] {
            let page = Page::new(text, Vocabulary::builtin(), &crate::cancel::NEVER);
            let found = minutes(&page, &interventions::services(&page));
            assert_eq!(found.services.iter().map(|s| s.minutes).collect::<Vec<_>>(), each, "{text}");
        }
    }

    #[test]
    fn clock_times() {
        for (text, minutes) in [
            ("Time in 10:00  Time out 10:45", Some(45)),
            ("Time in: 1:00 PM Time out: 1:50 PM", Some(50)),
            ("Seen from 11:30 to 12:15", Some(45)),
            ("Start time 12:40 - end time 1:25 pm", Some(45)),
            ("Visit: 08/07/2025, 9:00-9:55 AM", Some(55)),
            ("Seen in the years 2024-2025", None),
            ("BP 128/76", None),
            ("Signed 02/03/2025 11:42", None),
        ] {
            assert_eq!(read(text).2, minutes, "{text}");
        }
    }
}
