//! Signatures in every form: electronic, written out, on a line of its own, cosigned, stamped.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::page::Page;
use crate::text::Span;
use crate::text::pattern::{compiled, tail};
use crate::text::sweep::Pattern;

/// What whoever signed is, by the letters or words after the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// A physical or occupational therapist or a speech-language pathologist.
    Therapist,
    /// A therapist assistant.
    Assistant,
    /// A student.
    Student,
    /// A physician or another practitioner who certifies.
    Physician,
    /// Nothing says.
    Unstated,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Signature {
    /// The signature with credentials and date.
    pub span: Span,
    /// What the signer is.
    pub role: Role,
    /// The discipline the credentials name: `pt`, `ot` or `slp`.
    pub discipline: Option<crate::rubric::Discipline>,
    /// The date of signing.
    pub date: Option<Span>,
    /// Whether it is a stamp.
    pub stamped: bool,
}

fn re(pattern: &str) -> Regex {
    compiled(&format!("(?x){pattern}"))
}

/// A first name and a surname.
static NAMED_TWICE: LazyLock<Regex> = LazyLock::new(|| re(r"\p{Lu}[\p{Ll}.][\p{L}'’\-]*\s+\p{Lu}\p{Ll}"));

/// What leads a signature in.
pub(in crate::rubric) static CUE: Pattern = LazyLock::new(|| {
    re(
        r"(?i)/[es]s?/|^\W*(?:e/?s|e-s|s)\s?/+\s|^\W*(?:es|e-?sig)\s*:\s|\[\s*(?:e-?)?signed\s*\]|/*\s*\be-?sig(?:ned|nature)?\b\.?\s*(?:[:–—-]|/+)
        |^\s*\|?\s*(?:e-?)?(?:sign|sig)\b\s*(?:[|:\t]|\s{2,})
        |\b(?:(?:electronically|electronic|elec\.?|digitally|e-?|co-?)[\s-]*(?:signed|authenticated|verified|attested)(?:\s+(?:and\s+\w+\s+)?(?:by|on))?
        |signed\b[^:\n]{1,30}:
        |signed\s+(?:on\s+)?(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}|\d{1,2}\s+\p{L}{3,9}\.?,?\s+\d{2,4}|\p{L}{3,9}\.?\s+\d{1,2},?\s+\d{2,4})(?:\s+(?:at\s+)?\d{1,2}:?\d{2}(?:\s*[ap]\.?m\.?)?)?[\s,:–—-]+(?:by\s+)?
        |(?:signed|authenticated|attested|cosigned|co-signed|countersigned)(?:\s+electronically|\s+off)?(?:\s+(?:and\s+dated\s+)?by)?\s*[:,–—-]
        |(?:signed|authenticated|attested|countersigned)\s+(?:electronically\s+)?(?:and\s+dated\s+)?by
        |(?:e-?|electronic\s+|digital\s+|therapist(?:'s)?\s+|clinician(?:'s)?\s+|provider(?:'s)?\s+|evaluating\s+therapist(?:'s)?\s+|treating\s+\w+\s+|supervising\s+\w+\s+|supervisor\s+|PT\s+|OT\s+|SLP\s+|PTA\s+|COTA\s+|student\s+|staff\s+)?signature(?:\s+stamp)?(?:\s*(?:/|and|&)\s*(?:credentials|date|title))*(?:\s*[:\]–—-]|\s*\.{3,}|\s{2,})
        |signature\s+(?:stamp|on\s+file)
        |(?:stamped|rubber[\s-]stamp(?:ed)?)\b
        |(?:therapist|clinician|treating\s+(?:therapist|clinician|provider)|provider|pathologist|(?:treated|tx(?:'d)?|rx|care|session|visit)\s+by|seen\s+by|documented\s+by|written\s+by|completed\s+by|report(?:ed)?\s+by|prepared\s+by|author(?:ed\s+by)?|entered\s+by|performed\s+by|(?:plan\s+)?(?:established|developed|created|devised|formulated|furnished|rendered|provided|delivered|certified\s+and\s+written)\s+by|(?:evaluated|assessed|planned|evaluation|eval|plan|poc)\s+(?:and\s+\w+\s+)?by(?:\s*/\s*\w+\s+by)?|note\s+by|respectfully(?:\s+submitted)?|sincerely|submitted\s+by|supervis(?:ed|ing)\s+(?:by|therapist|clinician|PT|OT|SLP))\s*(?:[:,–—-]|\.{3,})
        |(?:therapist|clinician|provider|PT|OT|SLP|author)(?:'s)?\x20sig\b\.?\s*:
        |(?:prepared|written|authored|compiled|completed|documented|dictated)\s*:
        |(?:(?:evaluated|assessed|treated|seen|examined)\s+and\s+(?:[\w\s]{0,24}\s)?)?(?:closed|completed|written|prepared|documented|dictated|reported)\s+by(?:\s*\.{3,})?\s)",
    )
});
/// More of the same: in one automaton with `CUE` they would make it too large to be kept, and a line would take ten times as long.
pub(in crate::rubric) static CUE_TOO: Pattern = LazyLock::new(|| {
    re(r"(?i)^\s*\|?\s*(?:e-?)?signed\b\s*(?:[|:\t]|\s{2,})
        |<(?:by|signed(?:[_-]?by)?|signature|signer|author|therapist|clinician|provider)\b[a-z0-9_='.:\x20-]{0,24}>
        |\bsigned\s+(?:(?:on\s+)?(?:the\s+)?\d{1,2}(?:st|nd|rd|th)\b|off\s+(?:and\s+dated\s+)?by)
        |\b(?:recorded|charted|made\s+out|drawn\s+up|filled\s+(?:in|out)|set\s+down)\s+by(?:\s*\.{3,})?\s
        |\b(?:closed|completed|written|prepared|documented|dictated|reported)\s+(?:on\s+)?\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\s+by\s")
});
/// Not whoever furnished or wrote.
static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"(?i)\b(?:patient|pt|client|caregiver|parent|guardian|family|witness|consent|referring|referral|physician|MD|doctor|POA|spouse|daughter|son|wife|husband)(?:'s)?(?:\s*/\s*\w+)?\s+(?:e-?)?(?:signature|signed|signs)|\bsigned\s+(?:consent|by\s+(?:the\s+)?(?:patient|pt|client|daughter|son|wife|husband|caregiver))|\bconsents?\s+(?:was\s+|form\s+)?signed|\b(?:insurance|HIPAA|forms?|paperwork)\b[^\n]{0,20}signed",
    )
});
static PENDING: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"(?i)\b(?:unsigned|not\s+(?:yet\s+)?signed|pending|awaiting|to\s+be\s+signed|needs?\s+(?:to\s+be\s+)?sign\w*|missing|draft)\b|_{4,}\s*$",
    )
});
static STAMP: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"(?i)\b(?:signature\s+stamp|stamp(?:ed)?\s+signature|rubber[\s-]stamp(?:ed)?|(?:name|signature)\s+stamped|stamped|signed\s+by\s+stamp|by\s+stamp|facsimile\s+signature)\b|[\[(]\s*stamp\b",
    )
});

/// Names begin with a capital; a credential may follow after a comma or a blank.
const NAME: &str = r"(?:(?:Dr|Mr|Mrs|Ms|Mx)\.?\s+)?\p{Lu}[\p{L}'’.\-]*(?:\s+(?:de|da|del|van|von|der|la|le|bin|al|el|st\.)\b)*(?:[\x20\t]+\p{Lu}[\p{L}'’.\-]*){0,3}";
/// Degrees that may stand before a credential.
const DEGREE: &str = r"(?:[BM]\.?\s?[SA]\.?(?:c\.?|Ed\.?)?|M\.?Ed\.?|Ph\.?D\.?|Ed\.?D\.?|Dip(?:COT|OT|PT|SLT|Physio)|PgDip|MHS|MSc|MCl?Sc|BSc|BHSc?|MBA|MCD|MHA|MPH|DHSc|AAS)";
const THERAPIST: &str = r"(?:PT|P\.T\.|DPT|tDPT|MPT|MSPT|RPT|LPT|BSPT|DScPT|OT|O\.T\.|OTR(?:/?L|P)?|OTD|MOT|MSOT|OT/L|OTL|OTR-L|CHT|MOTR/L|SLP|CCC[-/ ]?SLP|SLP[-/ ]?CCC|CF[-/ ]?SLP|SLP[-/ ]?CF|SLPD|CScD|RPsgT|physical\s+therapist|physiotherapist|occupational\s+therapist|hand\s+therapist|speech[-\s]+(?:and\s+)?language\s+pathologist|speech\s+pathologist|speech\s+therapist|Physical\s+Therapist|Physiotherapist|Occupational\s+Therapist|Registered\s+Occupational\s+Therapist|Speech[-\s]+Language\s+Pathologist|Speech\s+Therapist|PHYSICAL\s+THERAPIST|OCCUPATIONAL\s+THERAPIST)";
const ASSISTANT: &str = r"(?:SLP-A|L?PTA|CPTA|P\.T\.A\.|COTA(?:/L)?|COTA-L|OTA(?:/L)?|SLPA|(?i:(?:physical|occupational)\s+therap(?:ist|y)\s+assistant|speech[-\s]+language\s+pathology\s+assistant|therapy\s+assistant))";
const STUDENT: &str = r"(?:SPT|OTS|S/?OT|SPTA|SOTA|S/PTA|SLP-S|SLPS|(?i:(?:student\s+(?:physical|occupational|speech)[\w\s-]{0,24}|student\s+(?:PT|OT|SLP|PTA|OTA|clinician|therapist)|(?:PT|OT|SLP|DPT|PTA|OTA|COTA|therapy)[-\s]+(?:student|intern|extern)|(?:physical|occupational|speech)[-\s\w]{0,20}\s+student|graduate\s+(?:student\s+)?(?:clinician|intern|extern)|student|clinical\s+intern)))";
const PHYSICIAN: &str = r"(?:M\.?D\.?|D\.?O\.?|NP|FNP(?:-C|-BC)?|APRN|PA-C|PAC|DPM|DNP|CNP|ARNP|(?i:physician))";

static ASSISTANTS: LazyLock<Regex> =
    LazyLock::new(|| re(&format!(r"(?:^|[\s,;/(\-–—]){ASSISTANT}(?:$|[\s,;.)\]\-–—|<])")));
static STUDENTS: LazyLock<Regex> = LazyLock::new(|| re(&format!(r"(?:^|[\s,;/(\-–—]){STUDENT}(?:$|[\s,;.)\]\-–—|<])")));
static THERAPISTS: LazyLock<Regex> =
    LazyLock::new(|| re(&format!(r"(?:^|[\s,;/(\-–—]){THERAPIST}(?:$|[\s,;.)\]/\-–—|<])")));
static LOWER: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"(?i),\s*(?:d?pt|mpt|otr?(?:/l)?|otd|ccc[-/ ]slp|slp)(?:\s*,\s*(?:d?pt|otr?(?:/l)?|otd|cht|ccc[-/ ]slp|slp))*\b|\b(?:dpt|otr(?:/l)?|otd|ccc[-/ ]slp)\b",
    )
});
static PHYSICIANS: LazyLock<Regex> = LazyLock::new(|| re(&format!(r"(?:^|[\s,;/(]){PHYSICIAN}(?:$|[\s,;.)\]])")));
static NAMED: LazyLock<Regex> = LazyLock::new(|| re(NAME));
/// What leads to the letters on a line of a signature's own: "Jane Roe, MS, ", "Roe, J., ".
static LED: LazyLock<Regex> = LazyLock::new(|| {
    re(&format!(
        r"^[\s*~–—_/\-\[(]*(?P<name>{NAME}|\p{{Lu}}[\p{{L}}'’\-]+,\s\p{{Lu}}\.(?:\s?\p{{Lu}}\.)?)\s*(?:,|\s|-|–|—|/|\|)\s*(?:{DEGREE},?\s*)*$"
    ))
});
/// The letters of who is no therapist.
static DOCTOR: LazyLock<Regex> = LazyLock::new(|| re(&format!("^{PHYSICIAN}$")));
/// When a line of a log was written: "3:02p".
static STAMPED: LazyLock<Regex> = LazyLock::new(|| re(r"^\d{1,2}:\d{2}\s?(?:[ap]\.?m?\.?)?\s+"));
/// What leads to the letters at the end of one of the last lines: "... as planned. - J. Roe, ".
static TAIL_LED: LazyLock<Regex> = LazyLock::new(|| {
    re(&format!(r"(?:[.;:!?]\s+|[–—~]\s*|\s-{{1,2}}\s*|\s{{2,}}|\|\s*)(?P<name>{NAME})\s*,?\s*(?:{DEGREE},?\s*)*$"))
});
/// What ends the line after them: more letters, the day and the time.
static TAIL_END: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"^(?:[\s,/]+[A-Z][A-Za-z/\-]{1,8})*[\s,;]*(?:(?:on\s+)?(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}|\d{1,2}\s+\p{L}{3,9}\.?,?\s+\d{4}|\p{L}{3,9}\.?\s+\d{1,2},?\s+\d{4}))?[\s\d:]*\.?\s*$",
    )
});
/// The letters or words after a name.
pub(in crate::rubric) static LETTERS: Pattern =
    LazyLock::new(|| re(&format!(r"(?:{STUDENT}|{ASSISTANT}|{THERAPIST}|{PHYSICIAN})\b{{end-half}}")));
/// As many letters of a line are asked for the name before them.
const MANY: usize = 8;
/// As many bytes may follow the letters at the end of a line.
const TRAIL: usize = 100;
/// As many bytes before them are read for the name.
const LEAD: usize = 120;
/// A line with nothing but a name: an initial or two words, capitals first.
static BARE_NAME: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"^\s*[–—~\-]*\s*(?:(?:\p{Lu}\.\s?){1,2}\s*\p{Lu}[\p{L}'’\-]+|\p{Lu}[\p{Ll}'’\-]+(?:\s+\p{Lu}\.?)?\s+\p{Lu}[\p{L}'’\-]+)(?:[\s,]+\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4})?\s*$|^\s*[–—~\-]*\s*(?:\p{Lu}\.\s?){2,3}\s*$",
    )
});
/// A name in small letters with its letters, and nothing else but a date: an initial and a surname, or two names before letters that are
/// no word of a note.
static SMALL: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"^[\s*~–—_\-]*(?:\p{Ll}\.?\s*\p{Ll}[\p{Ll}'’\-]{2,},?\s+(?i:d?pt|mpt|otr?/?l?|otd|pta|cota(?:/l)?|(?:m[as],?\s+)?ccc[-/\x20]slp|slp)|\p{Ll}{2,}\s+\p{Ll}[\p{Ll}'’\-]{2,},?\s+(?i:dpt|otr/?l?|otd|pta|cota(?:/l)?|(?:m[as],?\s+)?ccc[-/\x20]slp))\b[\s\d/.,:-]*$",
    )
});
static DATE_LINE: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"(?i)^\W*(?:date(?:d)?(?:\s+(?:signed|of\s+signature|and\s+time|time))?\b|on\b|(?:e-?)?signed\s+(?:on\b|\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\d|lic|license|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
    )
});

/// "9.17.25", which elsewhere would be a section or a version.
static DOTTED: LazyLock<Regex> = LazyLock::new(|| re(r"\b(?:0?[1-9]|1[0-2])\.(?:[0-2]?\d|3[01])\.\d{2}\b"));

/// The next field of a line, or the date of a signature.
static FIELD: LazyLock<Regex> =
    LazyLock::new(|| re(r"(?i)\s{2,}\p{L}[\p{L}\s/-]{0,28}:(?:\s|$)|\bdated?\s*:|\b(?:signed\s+)?(?:and\s+)?dated\s"));

/// Where a sentence ends and another begins, after a figure or letters.
static SENTENCE: LazyLock<Regex> = LazyLock::new(|| re(r"[\p{L}\d)]\.\s+(?:\p{Lu}\p{Ll}|I\b)"));
/// What a supervisor adds to the name: "in the room the whole session".
static DIRECTS: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"(?i)\b(?:in\s+the\s+room|present\s+(?:for|through|at)|directed|directing|supervis\w+|responsible\s+for|guid(?:ed|ing))\b",
    )
});

/// A line that says nobody has signed yet, whatever name stands on it.
static UNSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"(?i)\b(?:unsigned|not\s+(?:yet\s+)?signed|(?:pending|awaiting)\s+(?:\w+\s+)?signature|signature\s+(?:is\s+)?(?:pending|required|needed|missing)|to\s+be\s+signed|needs?\s+(?:to\s+be\s+)?sign\w*)\b",
    )
});
/// A line for the therapist's signature that nobody filled in.
pub(in crate::rubric) static UNFILLED: Pattern = LazyLock::new(|| {
    re(
        r"(?i)^\W*(?:(?:treating|evaluating|supervising)\s+)?(?:therapist|clinician|provider|pathologist|PT|OT|SLP|author|staff)?(?:'?s)?\s*signature\s*[:.\s]*(?:_{3,}|\.{3,}|$)[\W_]*(?:date[\W_]*)?$",
    )
});
static PRINTED: LazyLock<Regex> = LazyLock::new(|| {
    re(r"(?i)\(\s*print(?:ed)?(?:\s+name)?\s*\)|\bprint(?:ed)?\s+name\b|\bname\s+(?:in\s+)?print\b|\btyped\s+name\b")
});
/// Helpers sign for nobody.
static AIDES: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"(?i)\b(?:PT|OT|SLP|rehab|therapy|physical\s+therapy|occupational\s+therapy)\s+(?:aide|tech(?:nician)?|volunteer|coordinator|receptionist|office|department)\b",
    )
});

/// The signatures of a note in order.
pub(super) fn signatures(page: &Page<'_>) -> Vec<Signature> {
    let text = page.text;
    let mut found: Vec<Signature> = Vec::new();
    let filled: Vec<Span> = page.lines.iter().copied().filter(|line| !line.is_empty()).collect();
    let blank = filled.iter().any(|line| page.swept.is_in(&UNFILLED, *line));
    for (index, line) in filled.iter().enumerate() {
        // A name in print over an empty line for the signature signs nothing.
        if blank && PRINTED.is_match(line.of(text)) {
            continue;
        }
        if found.last().is_some_and(|last| last.span.end > line.start) {
            continue;
        }
        let content = line.of(text);
        let near_end = filled.len() - index <= 8;
        let cues = [&CUE, &CUE_TOO].map(|cue| page.swept.may(cue, *line).then(|| cue.find(content)).flatten());
        let cue = cues
            .into_iter()
            .flatten()
            .min_by_key(regex::Match::start)
            .filter(|_| !OTHERS.is_match(content) && !UNSIGNED.is_match(content));
        let weak = cue.is_some_and(|m| {
            let cue = m.as_str().to_lowercase();
            !["sign", "authenticated", "attested", "/", "stamp"].iter().any(|strong| cue.contains(strong))
        });
        // "Therapist: Jane Roe, PT" at the head of a note says who treats; at its end it signs.
        let leads = |before: &str| {
            // "14. Established by ...", "J. Clinician: ...": the number is that of the field.
            let own = before.trim_start();
            let own = own.get(page.marker(line.start).min(own.len())..).unwrap_or(own);
            own.trim().len() <= 3 || (own.split_whitespace().count() <= 2 && !own.contains([':', '.', ';']))
        };
        let cue = cue.filter(|m| !weak || (near_end && index > 0 && leads(&content[..m.start()])));
        if let Some(cue) = cue {
            if let Some(signature) = cued(page, &filled, index, cue.start(), cue.end()) {
                found.push(signature);
            }
            continue;
        }
        // Most lines hold nothing that could sign: who else signs is asked of the others alone.
        if let Some(span) = unled(page, &filled, index, near_end)
            && !OTHERS.is_match(content)
            && !UNSIGNED.is_match(content)
        {
            found.push(complete(page, &filled, index, span));
        }
    }
    joined(page, found)
}

/// A signature that nothing leads in: a name with its letters on a line of its own or at the end of one, or the last name of a note.
fn unled(page: &Page<'_>, filled: &[Span], index: usize, near_end: bool) -> Option<Span> {
    let text = page.text;
    let line = filled[index];
    let content = line.of(text);
    let stamp = if content.starts_with(|c: char| c.is_ascii_digit()) { STAMPED.find(content) } else { None };
    let from = stamp.map_or(0, |stamp| stamp.end());
    if let Some((named, letters)) = signed(page, Span::new(line.start + from, line.end)) {
        let rest = &content[from + letters.end..];
        // "Ann Lee, OTR/L    Date: Aug 4, 2025", "Kit Moss, OT student     Supervisor: pending": another field of the line.
        let rest = FIELD.find(rest).map_or(rest, |field| &rest[..field.start()]);
        // "Ann Lee, PT 01/14/2026. I directed all of this session": a sentence of its own.
        let rest = SENTENCE.find(rest).map_or(rest, |end| &rest[..=end.start()]);
        let directed = near_end && DIRECTS.is_match(rest);
        let words = rest.split_whitespace().filter(|w| w.chars().any(char::is_lowercase)).count();
        let name = &content[from..][named.clone()];
        let title = name.to_uppercase() == name && name.split_whitespace().count() > 2;
        let doctor = !near_end && DOCTOR.is_match(&content[from..][letters]);
        if !doctor && (directed || words <= 5 && rest.len() <= 70) && !rest.contains(": ") && !title
            && !is_heading(name)
            // "Home OT (Part B) recertification" names no one.
            && !(name.split_whitespace().count() == 1 && is_heading(rest))
        {
            return Some(Span::new(line.start + from + named.start, line.end));
        }
    }
    if near_end && let Some(tail) = tail_of(content) {
        return Some(Span::new(line.start + tail.start, line.start + tail.end));
    }
    // "j reyes PT", where a note is typed without capitals.
    if index + 1 == filled.len() && SMALL.is_match(content) {
        return Some(line);
    }
    // A name alone signs only as the last words of a note.
    let credentials = || near_end && filled.get(index + 1).is_some_and(|next| credential_line(next.of(text)));
    let last = || index + 2 >= filled.len() || credentials();
    (index > 0 && last() && BARE_NAME.is_match(content) && !is_heading(content)).then_some(line)
}

/// The name that begins a line, and the letters after it: "Jane Roe, PT, DPT 03/04/2025".
fn signed(page: &Page<'_>, part: Span) -> Option<(Range<usize>, Range<usize>)> {
    if !page.swept.may(&LETTERS, part) {
        return None;
    }
    let line = part.of(page.text);
    LETTERS.find_iter(line).take(MANY).find_map(|letters| {
        let name = LED.captures(&line[..letters.start()])?.name("name")?.range();
        Some((name, letters.range()))
    })
}

/// The name and letters, and what follows them, that end a line: "... as planned. - J. Roe, DPT 3/4/25".
fn tail_of(line: &str) -> Option<Range<usize>> {
    let near = |letters: &regex::Match<'_>| line.len() - letters.end() <= TRAIL && !DOCTOR.is_match(letters.as_str());
    LETTERS.find_iter(line).filter(near).find_map(|letters| {
        let end = line.trim_end().trim_end_matches('.').len();
        let before = tail(&line[..letters.start()], LEAD);
        TAIL_END.is_match(&line[letters.end()..]).then_some(())?;
        let name = TAIL_LED.captures(before)?.name("name")?;
        Some(letters.start() - before.len() + name.start()..end.max(letters.end()))
    })
}

/// A record's fields, one a line: a line of letters without a date, and right below it when it was signed, without a name.
fn joined(page: &Page<'_>, found: Vec<Signature>) -> Vec<Signature> {
    let text = page.text;
    let mut out: Vec<Signature> = Vec::with_capacity(found.len());
    for next in found {
        if let Some(last) = out.last_mut()
            && last.date.is_none()
            && last.role != Role::Unstated
            && next.role == Role::Unstated
            && next.date.is_some()
            && text[last.span.end.min(next.span.start)..next.span.start].matches('\n').count() == 1
            && !NAMED_TWICE.is_match(next.span.of(text))
        {
            last.span = last.span.cover(next.span);
            last.date = next.date;
            last.stamped |= next.stamped;
            continue;
        }
        out.push(next);
    }
    out
}

fn is_heading(name: &str) -> bool {
    let lower = name.to_lowercase();
    [
        "note",
        "therapy",
        "report",
        "evaluation",
        "summary",
        "plan",
        "daily",
        "patient",
        "outpatient",
        "progress",
        "treatment",
        "clinic",
        "rehab",
        "supervising",
        "continue",
        "goals",
        "referring",
        "physician",
        "skilled",
        "discharge",
        "recert",
        "recertification",
        "eval",
        "assessment",
        "session",
        "visit",
        "hospital",
        "outpt",
        "center",
        "centre",
        "medical",
        "health",
        "associates",
        "department",
        "dept",
        "agency",
        "institute",
        "services",
        "partners",
        "wellness",
    ]
    .iter()
    .any(|word| lower.split(|c: char| !c.is_alphanumeric()).any(|w| w == *word))
}

/// A signature led in by words.
fn cued(page: &Page<'_>, filled: &[Span], index: usize, from: usize, to: usize) -> Option<Signature> {
    let text = page.text;
    let line = filled[index];
    let content = line.of(text);
    let cue = content[from..to].to_lowercase();
    let stamp = STAMP.is_match(content);
    // "Signature on file" and "see signature below" sign nothing; nor does an empty line for one.
    let after = &content[to..];
    if cue.contains("on file") && !(THERAPISTS.is_match(after) && NAMED_TWICE.is_match(after)) {
        return None;
    }
    let name = NAMED.find(after).filter(|m| {
        let word = m.as_str();
        !matches!(
            word.trim_end_matches('.'),
            "Date" | "Time" | "Title" | "Credentials" | "License" | "Not" | "Pending" | "Awaiting" | "None" | "On"
        )
    });
    let named = name.is_some() && name.is_some_and(|m| m.start() < 40);
    let lower_named =
        after.trim_start_matches([' ', ':', ',']).starts_with(char::is_alphabetic) && LOWER.is_match(after);
    if !named && !lower_named {
        // The name may stand on the next line: "Signed:\nJane Roe, PT".
        let next = filled.get(index + 1).filter(|next| {
            let inside = next.of(text);
            after.trim_matches([' ', ':', '_', '-', ',']).is_empty()
                && (signed(page, **next).is_some() || BARE_NAME.is_match(inside))
        });
        if let Some(next) = next {
            return Some(complete(page, filled, index + 1, Span::new(line.start + from, next.end)));
        }
        if stamp {
            return Some(complete(page, filled, index, line));
        }
        // "Jane Roe, PT (electronically signed)".
        let before = &content[..from];
        if signed(page, Span::new(line.start, line.start + from)).is_some()
            || (THERAPISTS.is_match(before) && NAMED.is_match(before))
            || ASSISTANTS.is_match(before)
        {
            return Some(complete(page, filled, index, line));
        }
        return None;
    }
    if PENDING.is_match(after) && !THERAPISTS.is_match(after) && !ASSISTANTS.is_match(after) {
        return None;
    }
    // What stands before the cue on the line may be a name too: "Jane Roe, PT, electronically signed 3/4/25".
    let before = &content[..from];
    // "Who answers for it? Jane Roe, PT, signed on the 4th of March": the capital after the cue is the month's.
    let month = || {
        name.is_some_and(|m| page.is_dated(Span::new(line.start + to + m.start(), line.start + to + m.end())))
            && [&*THERAPISTS, &*ASSISTANTS, &*STUDENTS].into_iter().any(|letters| letters.is_match(before))
    };
    let start =
        if signed(page, line).is_some() && !before.is_empty() || month() { line.start } else { line.start + from };
    Some(complete(page, filled, index, Span::new(start, line.end)))
}

/// Adds what the next lines say of the same signature: credentials, licence, date.
fn complete(page: &Page<'_>, filled: &[Span], index: usize, mut span: Span) -> Signature {
    let text = page.text;
    let mut role = role(span.of(text));
    for next in filled.iter().skip(index + 1).take(2) {
        let content = next.of(text);
        let adjacent = !text[span.end.min(next.start)..next.start].contains("\n\n");
        let starts_credential = credential_line(content);
        let signs_anew = OTHERS.is_match(content)
            || (!starts_credential
                && (page.swept.is_in(&CUE, *next)
                    || page.swept.is_in(&CUE_TOO, *next)
                    || signed(page, *next).is_some()));
        if signs_anew || content.len() > 80 || !adjacent {
            break;
        }
        if role == Role::Unstated && starts_credential {
            role = self::role(content);
            span = span.cover(*next);
        } else if DATE_LINE.is_match(content) || starts_credential {
            span = span.cover(*next);
        } else {
            break;
        }
    }
    let source = span.of(text);
    let dotted = || DOTTED.find(source).map(|m| Span::new(span.start + m.start(), span.start + m.end()));
    let date = page.dates(span).iter().find(|date| date.day.is_some()).map(|date| date.span).or_else(dotted);
    Signature { span, role, discipline: discipline(source), date, stamped: STAMP.is_match(source) }
}

/// A line that is credentials alone: "Physical Therapist, Lic. 4402".
fn credential_line(content: &str) -> bool {
    let start = content.trim_start();
    let begins = |letters: &Regex| letters.find(content).is_some_and(|m| m.start() <= 2);
    content.split_whitespace().take(9).count() <= 8
        && (start.starts_with("Licensed")
            || start.starts_with("Doctor of Physical")
            || [&*THERAPISTS, &*ASSISTANTS, &*STUDENTS].into_iter().any(begins))
}

fn role(signature: &str) -> Role {
    let signature = &*AIDES.replace_all(signature, " ");
    if let Some(assistant) = ASSISTANTS.find(signature) {
        // "Jane Roe, PTA; Sam Poe, PT" is signed by both.
        let rest = ASSISTANTS.replace_all(signature, |letters: &regex::Captures<'_>| " ".repeat(letters[0].len()));
        let beside = THERAPISTS.find(&rest).is_some_and(|therapist| {
            let between = assistant.start().min(therapist.start())..assistant.start().max(therapist.start());
            cosigned(signature, rest.get(between).unwrap_or(""))
        });
        return if beside { Role::Therapist } else { Role::Assistant };
    }
    if STUDENTS.is_match(signature) {
        let rest = STUDENTS.replace_all(signature, " ");
        return if THERAPISTS.is_match(&rest) { Role::Therapist } else { Role::Student };
    }
    if THERAPISTS.is_match(signature) || LOWER.is_match(signature) {
        return Role::Therapist;
    }
    if PHYSICIANS.is_match(signature) {
        return Role::Physician;
    }
    Role::Unstated
}

/// Whether two names sign one note, by what stands between their letters, or by a word for it anywhere.
fn cosigned(signature: &str, between: &str) -> bool {
    let lower = signature.to_lowercase();
    ["co-sign", "cosign", "countersign", "supervis"].iter().any(|word| lower.contains(word))
        || [" and ", "&", ";", " / "].iter().any(|joint| between.to_lowercase().contains(joint))
}

fn discipline(signature: &str) -> Option<crate::rubric::Discipline> {
    use crate::rubric::Discipline::{Ot, Pt, Slp};
    static PT: LazyLock<Regex> = LazyLock::new(|| {
        re(r"\b(?:PT|DPT|tDPT|MPT|MSPT|RPT|LPT|PTA|LPTA|SPT)\b|P\.T\.|(?i:physical\s+therap|physiotherap|,\s*d?pt\b)")
    });
    static OT: LazyLock<Regex> = LazyLock::new(|| {
        re(r"\b(?:OT|OTR|OTD|MOT|MSOT|OTL|CHT|COTA|OTA|OTS|SOTA)\b|O\.T\.|(?i:occupational\s+therap|,\s*otr?\b)")
    });
    static SLP: LazyLock<Regex> = LazyLock::new(|| re(r"\b(?:SLP|CCC|SLPA|SLPD)\b|(?i:speech|\bslp\b|\bccc\b)"));
    if SLP.is_match(signature) {
        Some(Slp)
    } else if PT.is_match(signature) {
        Some(Pt)
    } else if OT.is_match(signature) {
        Some(Ot)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::terms::Vocabulary;

    fn read(line: &str) -> Vec<(Role, bool, bool)> {
        let text = format!("PT NOTE\nWalked 50 ft.\n\n{line}");
        let page = Page::new(&text, Vocabulary::builtin(), &crate::cancel::NEVER);
        signatures(&page).into_iter().map(|s| (s.role, s.date.is_some(), s.stamped)).collect()
    }

    #[test]
    fn forms() {
        for (line, role, dated, stamped) in [
            ("Electronically signed by: Karen Hold, PT, DPT 02/03/2025 11:42", Role::Therapist, true, false),
            ("Jane Roe, PT, DPT 03/04/2025", Role::Therapist, true, false),
            ("Signed, M. Osei, physical therapist, March 3 2025", Role::Therapist, true, false),
            ("Signature: Owen Tea, PT   Date: 03/10/2025", Role::Therapist, true, false),
            ("Signature: Owen Tea, PT\nDate: 03/10/2025", Role::Therapist, true, false),
            ("/s/ Ann Lee, OTR/L 3/4/25", Role::Therapist, true, false),
            ("Electronically signed by: Lee Ray, PTA 04/08/2025", Role::Assistant, true, false),
            ("Kit Moss, SPT", Role::Student, false, false),
            ("Kit Moss, SPT / Ann Lee, PT", Role::Therapist, false, false),
            ("[SIGNATURE STAMP: Brent Salaz, PT]   03/18/2025", Role::Therapist, true, true),
            ("E-signed: Gerard Potts   04/08/2025 09:31", Role::Unstated, true, false),
            ("M. Duarte", Role::Unstated, false, false),
            ("Priya Raman, MS, CF-SLP        1/9/2025", Role::Therapist, true, false),
            ("Ann Lee\nOccupational Therapist, Lic. 4402\n3/4/2025", Role::Therapist, true, false),
            ("E-SIG: LEE, ANN, PT, DPT    09/08/25 1517    REC LOCKED", Role::Therapist, true, false),
            ("[Signed] LEE, ANN, PT, WCS -- 2025-07-16T16:08", Role::Therapist, true, false),
            ("ELEC SIGNED  LEE, ANN, MS, CCC-SLP   02/04/26 1702", Role::Therapist, true, false),
            ("Signed at the end of clinic: Ann Lee-Roe, MSc, CCC-SLP, 24 February 2025", Role::Therapist, true, false),
            ("Evaluated and plan written by Ann Lee, MS, OTR/L, on 12 Nov 2025", Role::Therapist, true, false),
            ("Closed by Ann Lee, PhD, CCC-SLP", Role::Therapist, false, false),
            ("Ann Lee, MS, CCC-SLP\nSigned 6/11/2025", Role::Therapist, true, false),
            ("A. Lee-Roe MA CCC-SLP 9.17.25", Role::Therapist, true, false),
            ("10 Form completed by .... Ann Lee, SLP-A        07/30/2025", Role::Assistant, true, false),
            ("therapist ............. Ann Lee, OTR/L, CHT", Role::Therapist, false, false),
            ("Signed 8/6/25  Ann Lee-Roe, MS CCC-SLP", Role::Therapist, true, false),
            ("//e-sig// Ann Lee, PT, OCS    03/11/2025 17:08", Role::Therapist, true, false),
            ("SIGN | Ann Lee-Roe, OTR/L, CHT | 1/14/2026 11:52 AM", Role::Therapist, true, false),
            ("Prepared: Ann Lee-Roe, PT, NCS     signed 11/28/2025", Role::Therapist, true, false),
            ("CLIN.NAME: Ann Lee\nCLIN.CRED: MS CCC-SLP\nCLIN.SIGNED: 2025-09-22T15:40", Role::Therapist, true, false),
            ("A. Lee   5/2/25", Role::Unstated, true, false),
            ("A.L.", Role::Unstated, false, false),
            ("evaluated by / plan by:  Ann Lee OTR/L, CHT   14 Jan 25", Role::Therapist, true, false),
            ("J. Clinician: Ann Lee OT/L CHT, signed and dated 07/14/2025", Role::Therapist, true, false),
            ("14. Established by .............. Ann Lee, PT, ATP/SMS    date 06/24/2025", Role::Therapist, true, false),
            ("Ann Lee-Roe, OTR/L    Date: Aug 4, 2025", Role::Therapist, true, false),
            (
                "signature on file electronically:  Ann Lee, M.S., CCC-SLP    2025-10-02 11:31",
                Role::Therapist,
                true,
                false,
            ),
            ("es/ ANN LEE, MOT, OTR/L  09/09/2025 14:10", Role::Therapist, true, false),
            ("Kit Moss, OT student            Supervisor co-sign: PENDING", Role::Student, false, false),
            ("Kit Moss, B.A., graduate student clinician      4/30/2025", Role::Student, true, false),
            ("9 Therapist sig: Ann Lee, PT   10 Date: 2/1/25", Role::Therapist, true, false),
            ("Ann Lee CCC-SLP     signed 2-11-25", Role::Therapist, true, false),
            ("Tx by: Kit Moss MS CF-SLP / Ann Lee MS CCC-SLP supervising", Role::Therapist, false, false),
            ("I directed the whole session: Kit Moss, PT, DPT, 17 February 2026.", Role::Therapist, true, false),
            ("Signed off by Ann Lee-Roe, PT, WCS", Role::Therapist, false, false),
            ("SIGNED|Kit Lee-Roe, COTA|2025-09-30 11:20", Role::Assistant, true, false),
            ("<by>Ann Lee-Roe, MS, CCC-SLP</by><at>2025-07-31 14:12</at>", Role::Therapist, true, false),
            (
                "Who answers for it? Ann Lee, MS, CCC-SLP, signed on the 4th of November, 2025",
                Role::Therapist,
                true,
                false,
            ),
            ("Card made out by Ann Lee-Roe, OTR/L, SCLV, 16 Jan 2026", Role::Therapist, true, false),
            (
                "Report made and signed by Kit Lee, PTA, 27 Mar 2026. Ann Roe, PT, was away and has not seen it.",
                Role::Assistant,
                true,
                false,
            ),
            (
                "Ann Lee, PT, NCS   01/14/2026. I was present for and directed all of it, and the plan is mine.",
                Role::Therapist,
                true,
                false,
            ),
            (
                "Ann Lee, OTR/L, SCLV, in the room the whole session, guiding treatment, no other client",
                Role::Therapist,
                false,
                false,
            ),
            ("Lee, A., OTD, OTR/L ~ 5/4/26", Role::Therapist, true, false),
            ("3:02p Ann Lee, PT", Role::Therapist, false, false),
            ("written 8/11/26 by Ann Lee OTR/L SCLV", Role::Therapist, true, false),
            ("j lee PT", Role::Therapist, false, false),
            ("ann lee otr/l 5/6/25", Role::Therapist, true, false),
            ("Ann Lee, DipCOT, OTR/L      5/9/2025", Role::Therapist, true, false),
            (
                "Dictated; reviewed and electronically authenticated by A. Lee, OTR/L 10/02/2024 5:22 PM",
                Role::Therapist,
                true,
                false,
            ),
            ("Kit Lee, PTA and Ann Roe, PT, 3/4/25", Role::Therapist, true, false),
        ] {
            assert_eq!(read(line), [(role, dated, stamped)], "{line}");
        }
    }

    #[test]
    fn what_signs_nothing() {
        for line in [
            "Signature: ____________________",
            "Therapist signature:        Date:",
            "Physician certification: __________________",
            "Patient signature: John Smith",
            "Consent signed by patient.",
            "Signature on file",
            "Plan of care to be signed by the physician.",
            "Discharge - OT hand        1/30/25",
            "Ashby Mill Hospital Outpt OT",
            "Therapist (print)  Ann Lee, PT\nTherapist signature  ____________   Date ______",
            "Prepared: lunch box with both hands",
            "Home OT (Part B) recertification",
            "continue outpatient pt",
        ] {
            assert_eq!(read(line), [], "{line}");
        }
    }
}
