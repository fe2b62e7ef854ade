//! How often and how long: frequency and duration of a plan in every wording.

use std::sync::LazyLock;

use regex::Regex;

use super::goals::Goal;
use super::outline::Topic;
use super::page::{self, Page, holder};
use crate::text::pattern::{LeadIn, compiled};
use crate::text::sweep::{Pattern, Sweep, Swept};
use crate::text::{Span, lines};

fn re(pattern: &str) -> Regex {
    compiled(&format!("(?xi){pattern}"))
}

const COUNT: &str = r"(?:\d{1,2}|one|two|three|four|five|six|seven)";
const DAY: &str = r"(?:mon(?:days?)?|tue(?:s(?:days?)?)?|wed(?:s|nesdays?)?|thu(?:r(?:s(?:days?)?)?)?|fri(?:days?)?|sat(?:urdays?)?)\.?";
const UNIT: &str = r"(?:weeks?\b|wkly\b|wks?\b|w\b|months?\b|mos?\b|mth\b|fortnight\b)";

/// "3x/wk", "2 to 3 visits per week", "twice weekly", "every other week", "Tuesdays and Fridays", "TIW".
pub(in crate::rubric) static FREQUENCY: Pattern = LazyLock::new(|| {
    re(&format!(
        r"\b{COUNT}\s*(?:(?:-|–|to|or)\s*{COUNT}\s*)?(?:x|×|times?|visits?|sessions?|treatments?|appointments?|days?|tx)?(?:'s)?\s*(?:/|\\|per\b|a\b|an\b|each\b|every\b|in\s+a\b|out\s+of\s+the\b)\s*{UNIT}
        |\b{COUNT}\s*(?:(?:-|–|to|or)\s*{COUNT}\s*)?(?:x|×|times?|visits?|sessions?|treatments?|days?)(?:'s)?\s*(?:-\s*)?(?:weekly\b|monthly\b|{UNIT})
        |\b{COUNT}\s+(?:\w+\s+)?(?:mornings?|afternoons?|evenings?|half-?hours?|hours?|slots?)\s+(?:a\b|per\b|each\b|every\b|/)\s*{UNIT}
        |\b(?:once|twice|thrice)(?:\s+or\s+(?:once|twice|thrice))?\s*(?:a\b|per\b|each\b|every\b|/|x)?\s*(?:weekly\b|monthly\b|{UNIT})
        |\b(?:every|each)\s+(?:other\s+|second\s+|third\s+|two\s+|three\s+|four\s+|[234]\s+)?(?:week|weeks|wk|wks|month|months|day|monday|tuesday|wednesday|thursday|friday|saturday|weekday|mon|tues?|wed|thurs?|fri)\b
        |\b(?:BIW|TIW|QIW|QWK|q\s?wk|q\s?week|q\s?[234]\s?(?:wks?|weeks?)|q\s?o\s?wk)\b
        |\b(?:bi-?weekly|tri-?weekly|semi-?weekly|fortnightly)\b
        |\b(?:M/?W/?F|M,\s?W,\s?F|T/?Th|Tu/?Th|Mon/Wed(?:/Fri)?|Tues?/Thurs?|M/W|W/F)\b
        |\b(?:on\s+)?{DAY}(?:\s*(?:,|/|&|\+|and)\s*{DAY})+(?:\b|\s|$)
        |\bon\s+(?:mondays|tuesdays|wednesdays|thursdays|fridays)\b
        |\b(?P<often>weekly|wkly|bi-?weekly|monthly)\s*[,;]?\s*(?:(?:for|until|through|over|\d{{1,2}}\s*(?:visits?|sessions?|treatments?|wks?|weeks?))\b|[x×]\s*\d)
        |\b(?:weekly|wkly|daily|monthly)\s+(?:(?:individual|group|voice|speech|swallow(?:ing)?|dysphagia|language|hand|skilled|outpatient|clinic)\s+)?(?:visits?|sessions?|treatments?|therapy|PT|OT|ST|SLP|appointments?|physical|occupational|speech)\b
        |\b(?:visits?|sessions?|treatments?|therapy|PT|OT|ST|SLP|sees?|seen|services|appointments?|treat(?:ed)?|attend|come)\s+(?:\w+\s+){{0,2}}(?:weekly|wkly|daily|monthly)\b
        |\bfrequency\s*[:=]?\s*(?:weekly|daily|monthly|{COUNT}\s*x?\b)
        |\b(?:visits?|sessions?|treatments?|times|days|appointments?|tx|freq\w*)\s*(?:/|per\b|a\b|each\b|every\b)\s*{UNIT}\s*{GAP}\s*{COUNT}(?:\s*(?:-|–|to|or)\s*{COUNT})?\b
        |\b(?:weekly|monthly)\s+(?:visits?|sessions?|frequency)\s*{GAP}\s*{COUNT}\b
        |\b(?:how\s+often|freq(?:uency)?\.?|rate|schedule|visits|sessions)\s*{GAP}\s*(?:{OFTEN}|{COUNT}\s*(?:x|times)\b)
        |(?:^|[.;|\n])[\x20\t]*(?P<alone>{OFTEN}|(?:mon|tues|wednes|thurs|fri)days)[\x20\t]*(?:[.;|\n]|$)
        |,[\x20\t]*(?P<last>weekly|wkly|bi-?weekly|monthly|fortnightly)[\x20\t]*(?:[.;,|\n]|$)
        |\b{COUNT}\s*(?:hrs?|hours?|h|d|appts?)\s*(?:/|per\b|a\b|each\b)\s*{UNIT}
        |\b(?:meet|met|seeing|come\s+in|coming)\s+(?:\w+\s+){{0,2}}(?:weekly|wkly|monthly|fortnightly)\b
        |\b[1-7]w\d{{1,2}}\b
        |\bevery\s+(?:[234](?:nd|rd|th)?|two\s+(?:to|or)\s+three|two|three|four|fourth|7|10|14|seven|ten|fourteen)\s+(?:weeks?|wks?|days)\b
        |\bq\.?\s?{DAY}(?:\s*(?:,|/|&|\+|and|-)\s*{DAY})*(?:\b|\s|$)
        |\b(?:EOW|QOW|q\s?mo(?:nth)?|q\s?1\s?wk)\b
        |(?-i:\b(?:M-W-F|MWF|M&W|M/Th|M&Th|M-Th|T&Th|T-Th|TTh|TuTh|Tu&Th|T/R|M/R|W&F)\b)
        |\b(?P<day>mondays|tuesdays|wednesdays|thursdays|fridays)\s+(?:until|through|thru|till|for|x|to|at|from)\b"
    ))
});
/// Between a label and its value: a colon, dots, a wide gap.
const GAP: &str = r"(?:[:=|]|\.{2,}|…+|\s-\s|\s{2,}|\t)";
/// How often, in one word.
const OFTEN: &str =
    r"(?:weekly|wkly|bi-?weekly|monthly|fortnightly|once\s+weekly|twice\s+weekly|thrice\s+weekly|daily)";

const LENGTH: &str = r"(?:\d{1,3}|a\s+(?:half[\s-]+)?dozen|half\s+a\s+dozen|a\s+couple\s+of|a|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|eighteen|twenty|thirty|sixty|ninety)";
const SPAN: &str = r"(?:(?:more\s+|additional\s+|total\s+|further\s+|consecutive\s+|skilled\s+|therapy\s+|treatment\s+|PT\s+|OT\s+|SLP\s+|calendar\s+|remaining\s+)*(?:weeks?|wks?|months?|mos?|days?|visits?|sessions?|treatments?|txs?|appointments?|(?:mon|tues|wednes|thurs|fri)days))";

const MONTH: &str = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*";

/// "for 8 weeks", "x 6 wks", "eight sessions in all", "through mid-June", "60 days", "6-week course".
pub(in crate::rubric) static DURATION: Pattern = LazyLock::new(|| {
    // A day, as plans name the ends of a period.
    let dated = format!(
        r"(?:\d{{1,2}}[/.-]\d{{1,2}}(?:[/.-]\d{{2,4}})?|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}\s+{MONTH}\.?(?:,?\s+\d{{4}})?|{MONTH}\.?\s+\d{{1,2}}(?:,?\s+\d{{4}})?)"
    );
    re(&format!(
        r"(?:number|no\.?|\#)\s*(?:of\s+)?(?:weeks|wks|months)\s*{GAP}?\s*(?P<number>\d{{1,2}})\b
        |(?P<weeks_asked>\b(?:weeks|wks)\s*(?:requested|planned|needed|authori[sz]ed|ordered)?\s*{GAP}\s*\d{{1,2}})\b
        |(?:number|no\.?|\#|total)\s*(?:of\s+)?(?:visits|sessions|treatments)\s*(?:planned|requested|authori[sz]ed|ordered|anticipated|expected|recommended|proposed)\s*{GAP}?\s*(?P<planned>\d{{1,2}})\b
        |(?:duration|length|how\s+long|weeks|months)\s*(?:\(\s*|in\s+)?(?:weeks|wks|months|visits|sessions|requested|planned)\s*\)?\s*{GAP}?\s*(?P<asked>\d{{1,2}})\b
        |(?P<shorthand>\b[1-7]w\d{{1,2}}\b)
        |(?P<weeks>(?:\bx|×|\bfor)\s*\d{{1,2}}\s?w\b)
        |(?P<ends>\b(?:(?:anticipated|target(?:ed)?|projected|estimated|expected|planned|proposed)\s+(?:d/?c|discharge|end|completion|stop|finish)|(?:plan|POC|end|stop|completion)\s+(?:end\s+)?(?:date|expires|ends))\s*(?:date)?\s*(?:[:=]|\.{{2,}}|\s{{2,}})?\s*(?:is\s+|of\s+|on\s+|by\s+)?(?:\d{{1,2}}[/-]\d{{1,2}}|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}\s+{MONTH}|{MONTH}\s+\d))
        |(?:\b|\bx)(?P<span>{LENGTH}\s*(?:(?:-|–|to|or)\s*{LENGTH})?[\s-]*{SPAN})\b
        |(?P<until>\b(?:through|thru|until|till|to\s+end|ending(?:\s+(?:on|by|in|with))?|ends?(?:\s+(?:on|by|in))?|up\s+to|(?:finish|stop|conclud|clos|wrapp)(?:ing|es?)?(?:\s+up)?\s+(?:on|by|in)|(?:last|final)\s+(?:visit|session)\s+(?:on|by|in))\s+(?:the\s+)?(?:(?:middle|end|beginning|start|first\s+week|last\s+week)\s+of\s+|mid-?\s?|late\s+|early\s+|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?:{MONTH}\b|\d{{1,2}}[/-]\d{{1,2}}|\d{{4}}-\d{{2}}-\d{{2}}|(?:thanks|christmas|easter|memorial|labor|new\s+year)\w*)|\b(?:through|thru|until|till|to)\s+the\s+end\s+of\s+(?:the\s+|this\s+|next\s+)?(?:month|quarter|year|school\s+year)\b)
        |(?P<period>\b(?:plan|POC|cert\w*|renewed|extended|continued)\b[^.;\n]{{0,40}}?\bfor\s+{dated}\s*(?:-|–|to|through|thru|until)\s*{dated}|\b(?:interval|period|span|extension|dates?)\s+(?:now\s+)?(?:asked\s+for|requested|sought|proposed|planned)\s*[:=]?\s*{dated}\s*(?:-|–|to|through|thru|until)\s*{dated}|\b(?:cert(?:ification)?|plan|POC|treatment|care)\s+(?:period|dates?|from)\b\s*[:=]?\s*(?:from\s+)?\d{{1,2}}[/-]\d{{1,2}}(?:[/-]\d{{2,4}})?\s*(?:-|–|to|through|thru)\s*\d{{1,2}}[/-]\d{{1,2}})"
    ))
});

/// Where a schedule is not that of the therapy.
static OTHER_SCHEDULE: LazyLock<LeadIn> = LazyLock::new(|| {
    LeadIn::new(
        r"(?xi)\b(?:HEP|home\s+(?:exercise|program|practice)|at\s+home|gym|practice|practise|exercises?\s+(?:at|daily)|medication|falls?|headaches?|drinks?|smokes?|walks?|golfs?|previously|used\s+to|prior|dialysis|caregiver\s+comes|aide\s+comes)\b",
        40,
        &['.', ';', '\n'],
    )
});
/// What tells of visits that are over.
static ATTENDED: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:was|were|had\s+been|has\s+been|have\s+been)\s+(?:\w+\s+)?(?:seen|treated|receiving|getting|attending|coming|having)\b[^.;]*$",
    )
});
/// Spans of time that tell of the past, or belong to something else.
static PAST: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"(?:^\s*(?:ago|post|s/p|status\s+post|history|hx|old|out\s+from|after|since|prior|earlier|in\s+duration|of\s+(?:pain|symptoms|increasing|worsening|progressive|low|neck|right|left|therapy\s+completed)|this\s+period|completed|attended|to\s+date))
        |(?:^[\s-]*history)",
    )
});
static PAST_LEAD: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:past|last|previous|ago|since|onset|pain\s+x|sx\s+x|symptoms?\s+(?:x|for)|hx\s+of|history\s+of|attended|completed|missed|visit|day|post-?op|age|aged|after|within|every|pain|ache|aching|hurting|difficulty|numbness|x\s*ray)\s*(?:the\s+|x\s*|for\s+|over\s+|of\s+)*$",
    )
});

/// The number of times right after a frequency, where no other unit follows: "weekly x 8", "q wk ×10".
static TIMES: LazyLock<Regex> = LazyLock::new(|| {
    re(r"^(?:\s+(?:PT|OT|ST|SLP))?\s*[,;]?\s*(?P<times>[x×]\s*\d{1,2})\s*(?:[.,;:)|]|$|\n|then\b|and\b|[-–]\s)")
});

/// Whether the number that ends before counts repetitions.
fn counts_exercise(after: &str) -> bool {
    let unit = after.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start().to_lowercase();
    ["rep", "set", "sec", "min", "hold"].iter().any(|word| unit.starts_with(word))
}

/// How often and for how long the patient will be seen.
pub(super) fn schedule(page: &Page<'_>, goals: &[Goal]) -> (Vec<Span>, Vec<Span>) {
    static SWEEP: LazyLock<Sweep> = LazyLock::new(|| Sweep::new(vec![&FREQUENCY, &DURATION], Vec::new()));
    let read = |swept: &Swept<'_>| {
        let often = frequency(page, swept, goals);
        let long = duration(page, swept, goals, &often);
        (often, long)
    };
    plain(page).map_or_else(|| read(&page.swept), |text| read(&SWEEP.over(&text, page.cancel)))
}

/// How often the patient will be seen.
fn frequency(page: &Page<'_>, swept: &Swept<'_>, goals: &[Goal]) -> Vec<Span> {
    let text = swept.text();
    let mut found: Vec<Span> = swept
        .all_parts(&FREQUENCY)
        // "Weekly x 10 reps" is exercise.
        .filter(|m| m.name("often").is_none() || m.get(0).is_none_or(|whole| !counts_exercise(&text[whole.end()..])))
        // In "weekly, 4 visits" only the first word says how often.
        .filter_map(|m| ["often", "alone", "last", "day"].iter().find_map(|name| m.name(name)).or(m.get(0)))
        .map(|m| lines::trim(text, Span::new(m.start(), m.end())))
        .filter(|span| is_planned(page, *span, goals))
        .collect();
    prefer_plan(page, &mut found);
    found
}

/// How long the patient will be seen: weeks, months, a number of sessions, or an end.
fn duration(page: &Page<'_>, swept: &Swept<'_>, goals: &[Goal], frequency: &[Span]) -> Vec<Span> {
    let text = swept.text();
    let mut found = Vec::new();
    for whole in swept.all(&DURATION) {
        let span = Span::new(whole.start(), whole.end());
        // "Visits to date: 5", a blank line, "TREATMENT": no treatments were counted.
        let apart = whole.as_str().contains("\n\n") || whole.as_str().contains("\n\r\n");
        // "Tinetti 25", and on the next line "tx": a label, and no unit.
        let label = whole.as_str().contains('\n') && whole.as_str().ends_with("tx");
        if apart || label || is_one(text, span) || !is_planned(page, span, goals) {
            continue;
        }
        // Which wording it is costs more to tell than where it is.
        let Some(m) = DURATION.captures_at(text, span.start) else { continue };
        // "3w2" says both.
        let both = m.name("shorthand").is_some();
        if page::overlapped(frequency, span) && !both {
            continue;
        }
        let said = both
            || ["number", "planned", "asked", "weeks", "weeks_asked", "ends"].iter().any(|name| m.name(name).is_some());
        let line = page.line(span.start);
        let sentence = page.sentence(span.start);
        let around = sentence.cover(Span::new(span.start, span.end.min(line.end.max(span.end))));
        let before = &text[around.start.max(line.start).min(span.start)..span.start];
        let after = &text[span.end..around.end.max(span.end)];
        let block = page.label(span.start);
        let label = block.map_or("", |b| b.label.of(text)).to_lowercase();
        let here = block.is_some_and(|b| b.label.start >= line.start);
        let labelled = is_schedule(&label);
        if !labelled && (PAST.is_match(after) || PAST_LEAD.is_match(before)) {
            continue;
        }
        let with_frequency = page::inside(frequency, around.cover(line), |f| *f).next().is_some();
        let lead = lead(before);
        let speaks = [
            "therapy",
            "treatment",
            "plan",
            "visit",
            "session",
            "course",
            "pt ",
            "ot ",
            "slp",
            "poc",
            "seen",
            "continue",
            "services",
            "program",
            "certif",
            "recert",
            "care",
        ]
        .iter()
        .any(|word| around.of(text).to_lowercase().contains(word) || (here && label.contains(word)));
        let planned = page.topic(span.start) == Topic::Plan;
        let ends = m.name("until").is_some();
        let period = m.name("period").is_some();
        // "Length  8 wk": a label without a colon.
        let own =
            before[page.marker(line.start).min(before.len())..].trim().trim_end_matches(['.', '…', ' ', ':', '|']);
        let asked = (3..=24).contains(&own.len()) && is_schedule(&own.to_lowercase());
        let enough = if ends {
            with_frequency || labelled || planned || speaks
        } else {
            said || labelled || asked || period || with_frequency || planned || (lead && speaks) || total(before, after)
        };
        if enough {
            found.push(span);
        }
    }
    // "weekly x 8": as many weeks, or visits, as the figure says.
    for often in frequency {
        let Some(times) = TIMES.captures(&text[often.end..]).and_then(|m| m.name("times")) else { continue };
        let span = Span::new(often.end + times.start(), often.end + times.end());
        if !found.iter().any(|other| other.overlaps(span)) {
            found.push(span);
        }
    }
    found.sort();
    prefer_plan(page, &mut found);
    found
}

/// A value with what a form has around it.
pub(in crate::rubric) static VALUE: Pattern = LazyLock::new(|| {
    re(&format!(
        r"(?P<open>\[)\s*[^\[\]\n]{{1,16}}(?P<close>\])
        |(?P<lead>_+)\w[\w\x20–-]{{0,12}}?(?P<tail>_+)
        |\b(?:{COUNT}|{LENGTH})\s*(?P<twice>\(\s*(?:{COUNT}|{LENGTH})\s*x?\s*\))
        |(?P<unticked>[\[(]\s*[\])]\s*(?:{COUNT}|{OFTEN})\b)
        |(?P<ticked>[\[(]\s*[x✓✔]\s*[\])])\s*(?:{COUNT}|{OFTEN})\b
        |(?P<left>\()\s*\d{{1,2}}(?:\s*[–-]\s*\d{{1,2}})?\s*(?P<right>\))\s*(?:x\b|times|visits|sessions|days|weeks|wks)"
    ))
});

/// A text as a schedule is read in it, byte for byte as long: the brackets and lines of a form around a value are blank, and
/// so is a figure said twice, "two (2) times", and a figure to tick that nobody ticked.
fn plain(page: &Page<'_>) -> Option<String> {
    let text = page.text;
    let mut out = Vec::new();
    for found in page.swept.all_parts(&VALUE) {
        // A box, ticked or not, is no value.
        let boxed = found.name("open").zip(found.name("close")).map(|(open, close)| &text[open.end()..close.start()]);
        if boxed.is_some_and(|value| matches!(value.trim(), "" | "x" | "X")) {
            continue;
        }
        for name in ["open", "close", "lead", "tail", "twice", "unticked", "ticked", "left", "right"] {
            for at in found.name(name).map_or(0..0, |m| m.range()) {
                if out.is_empty() {
                    out = text.as_bytes().to_vec();
                }
                out[at] = b' ';
            }
        }
    }
    if out.is_empty() { None } else { String::from_utf8(out).ok() }
}

/// Whether what looks like a span of time is one of many: "a day program", "4 of 5 visits".
fn is_one(text: &str, span: Span) -> bool {
    static SHARE: LazyLock<Regex> = LazyLock::new(|| re(r"\d\s*(?:/|of|out\s+of)\s*(?:the\s+(?:last\s+|next\s+)?)?$"));
    let before = crate::text::pattern::tail(&text[..span.start], 24);
    let long = ["month", "fortnight", "dozen", "couple"];
    let single = span.of(text).starts_with(['a', 'A'])
        && span.of(text)[1..].starts_with(char::is_whitespace)
        && !long.iter().any(|word| span.of(text).to_lowercase().contains(word));
    single || SHARE.is_match(before)
}

/// Whether a span of time is led in as one to come.
fn lead(before: &str) -> bool {
    let before = before.trim_end().to_lowercase();
    [
        "for",
        "x",
        "×",
        "over",
        "next",
        "another",
        "of",
        "lasting",
        "duration",
        "duration:",
        "for a",
        "for a further",
        "for an additional",
        "a further",
        "propose",
        "recommend",
        "request",
        "for the",
        "the next",
        "expected",
        "about",
        "approximately",
        "up to",
    ]
    .iter()
    .any(|word| before.ends_with(word))
}

/// "eight sessions in all", "a total of 12 visits".
fn total(before: &str, after: &str) -> bool {
    let (before, after) = (before.to_lowercase(), after.trim_start().to_lowercase());
    ["total of ", "total: ", "course of ", "anticipate ", "anticipated "].iter().any(|lead| before.ends_with(lead))
        || [
            "in all",
            "in total",
            "total",
            "altogether",
            "overall",
            "course",
            "plan",
            "period",
            "program",
            "planned",
            "authorized",
            "are planned",
            "should",
            "will do",
            "would do",
            "requested",
            "are requested",
            "recommended",
            "are recommended",
            "expected",
            "anticipated",
            "proposed",
        ]
        .iter()
        .any(|tail| after.starts_with(tail))
}

fn is_planned(page: &Page<'_>, span: Span, goals: &[Goal]) -> bool {
    if holder(goals, span, |goal| goal.span)
        .is_some_and(|goal| !page.clip(goal.span).of(page.text).to_lowercase().contains("seen"))
    {
        return false;
    }
    // "GOALS FOR THE NEW PERIOD (12 weeks)" plans no therapy.
    let goal_heading = |topic| matches!(topic, Topic::Goals | Topic::NewGoals | Topic::Status);
    if holder(&page.blocks, span, |b| b.label).is_some_and(|b| goal_heading(b.topic)) {
        return false;
    }
    if matches!(page.topic(span.start), Topic::Subjective | Topic::History | Topic::Family | Topic::Medications) {
        // A note without headings is told as one story: only a labelled history is out.
        return page.label(span.start).is_some_and(|b| b.label.of(page.text).to_lowercase().contains("frequency"));
    }
    let sentence = page.sentence(span.start);
    let before = &page.text[sentence.start.min(span.start)..span.start];
    // "Was seen 3x/wk at the nursing home."
    if ATTENDED.is_match(crate::text::pattern::tail(before, 80)) {
        return false;
    }
    let stands = page.assertion(span);
    !OTHER_SCHEDULE.leads(before) && !stands.negated && !stands.historical
}

/// Whether a label asks how often or how long.
fn is_schedule(label: &str) -> bool {
    ["duration", "length", "frequency", "freq", "how long", "how often", "visits", "dose"]
        .iter()
        .any(|word| label.contains(word))
        || ["rate", "term", "when", "dur", "dur.", "sessions"].contains(&label.trim())
}

/// Where some stand in the plan or under a label of their own, those elsewhere are left aside.
fn prefer_plan(page: &Page<'_>, found: &mut Vec<Span>) {
    let planned = |span: &Span| {
        page.topic(span.start) == Topic::Plan
            || page.label(span.start).is_some_and(|b| is_schedule(&b.label.of(page.text).to_lowercase()))
    };
    if found.iter().any(planned) {
        found.retain(planned);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::terms::Vocabulary;

    fn read(text: &str) -> (bool, bool) {
        let page = Page::new(text, Vocabulary::builtin(), &crate::cancel::NEVER);
        let (often, long) = schedule(&page, &[]);
        (!often.is_empty(), !long.is_empty())
    }

    #[test]
    fn wordings() {
        for (text, often, long) in [
            ("Plan: 3x/wk x 6 wks", true, true),
            ("She will be seen thrice weekly through mid-June.", true, true),
            ("Plan: eight sessions in all", false, true),
            ("PT 2 to 3 visits per week for 60 days", true, true),
            ("OT every other week for 8 visits", true, true),
            ("Therapy every Tuesday until April 30.", true, true),
            ("Frequency: 2x/week     Duration: 8 weeks", true, true),
            ("Frequency/Duration: as schedule allows, 6 wks", false, true),
            ("Plan: continue until he plateaus", false, false),
            ("Plan: PT as schedule allows", false, false),
            ("Continue skilled SLP services twice a week for the next two months.", true, true),
            ("Pain x 4 mo after painting", false, false),
            ("Seen 5 wks post stroke", false, false),
            ("HEP 3x/week at home", false, false),
            ("Plan of care: once weekly for a total of 12 visits", true, true),
            ("PT TIW x4 weeks", true, true),
            ("Plan: 2x/wk", true, false),
            ("Plan: Tues/Fri x 10 wk.", true, true),
            ("I will see him Mondays and Thursdays through 30 May.", true, true),
            ("Plan: weekly voice therapy until she plateaus.", true, false),
            ("Plan: sees pt wkly, 12 visits total.", true, true),
            ("Plan: OT two mornings a week for 5 wks", true, true),
            ("Plan: reviewed the Mon visit and the HEP.", false, false),
            ("Tuesdays and Fridays, eight weeks", true, true),
            ("how often     2 times weekly\nhow long      8 weeks", true, true),
            ("Treatment: gait training. To run another 8 weeks.", false, true),
            ("PLAN: speech therapy q wk ×10. One visit by video.", true, true),
            ("PLAN: drop to weekly x 8, then close.", true, true),
            ("Plan: PT weekly, 6 visits in total", true, true),
            ("Rx: gait and stair training   Mon/Thu x 6 wk.", true, true),
            ("Rx: metoprolol 25 mg for 8 weeks, 2x per week a patch", false, false),
            ("Length  10 wk", false, true),
            ("Plan: bridges weekly x 10 reps", false, false),
            ("I ask to continue speech therapy for a further six weeks.", false, true),
            ("I propose eight more weeks of speech-language therapy.", false, true),
            ("Total visits 5\n\nTREATMENT: gait training", false, false),
            ("Plan: PT 2w6.", true, true),
            ("Frequency: 2 (two) times per week for 6 (six) weeks", true, true),
            ("Freq: two (2) x/wk   Dur: eight (8) wks", true, true),
            ("Frequency _2_ x/week  Duration _8_ weeks", true, true),
            ("Frequency: ____ per week   Duration: ____ weeks", false, false),
            ("Visits/wk: 3   # of weeks: 6", true, true),
            ("Treatment frequency [ 3 ] x wk  [ 4 ] wks", true, true),
            ("PLAN OF CARE\nOT M-W-F until 5/30/25", true, true),
            ("Plan: Tues and Thurs through Memorial Day", true, true),
            ("Plan: PT every 2 weeks x 3 months", true, true),
            ("Plan: biweekly SLP for 10 sessions", true, true),
            ("Plan: seen once every ten days for two months", true, true),
            ("Plan: come Mondays until the end of May.", true, true),
            ("Rx: 3 x a wk x 4, then 2 x a wk x 4", true, true),
            ("Plan: 2-3 visits weekly, 12-16 visits total", true, true),
            ("Plan: a dozen sessions, weekly.", true, true),
            ("Plan: half a dozen visits, every other week", true, true),
            ("POC dates: 3/1/25-5/30/25. PT 1-2x/wk", true, true),
            ("Plan: daily (5x/wk) x 2 wks then 3x/wk x 2 wks", true, true),
            ("Expected discharge date: 6/15/2025. PT twice weekly.", true, true),
            ("PT BIW. Anticipated D/C 6/15/25", true, true),
            ("Plan: continue until goals met", false, false),
            ("Plan: PRN", false, false),
            ("Plan: as tolerated, as long as needed", false, false),
            ("Plan: two times each week over the next six weeks.", true, true),
            ("I would like to see her on Tuesdays and Fridays for the coming two months.", true, true),
            ("She'll come in twice a week for a month and a half.", true, true),
            ("We'd meet weekly; ten visits should do it.", true, true),
            ("Recommend ST 1 hr/wk, 8 wks.", true, true),
            ("Frequency/duration: 2/8", false, false),
            ("3x weekly x 30 days", true, true),
            ("Frequency: once a week\nDuration: 90 days", true, true),
            ("Plan: qwk x8", true, true),
            ("Plan: 5 d/wk for 3 wks", true, true),
            ("Plan: PT 3 days/week through 07-15-2025", true, true),
            (
                "Plan: therapy on a weekly basis for the remainder of the certification period (through 8/1/25)",
                true,
                true,
            ),
            ("How often: 2x   per: week   for: 6 weeks", true, true),
            ("Plan: per MD.", false, false),
            ("TX FREQ 2XWK  TX DURATION 6WKS", true, true),
            ("Plan: 2 times/wk, 60 day cert", true, true),
            ("Plan: weekly until he can do it himself", true, false),
            ("Plan: six more visits spread over nine weeks", false, true),
            ("Plan: 1 visit a week, max 8 visits", true, true),
            ("Schedule: W/F", true, false),
            ("F/U 1 x q 2 wks x 4 visits", true, true),
            ("OT once per week x 6-8 weeks", true, true),
            ("Therapy frequency: 1 – 2 times a week\nExpected length of treatment: 10 – 12 weeks", true, true),
            ("Fq: 2x/week    LOT: 8 weeks", true, true),
            ("Number of visits anticipated: 12 over 6 weeks at 2 per week", true, true),
            ("Plan: the patient was seen 3x/wk for 4 weeks at the SNF before this.", false, false),
            ("HEP 2x/day for 4 weeks", false, false),
            ("Pt walks 3x/week. Fell 2 times in 3 weeks.", false, false),
            ("Visits per week    ( ) 1   (x) 2   ( ) 3\nNumber of weeks    ______", true, false),
            ("Freq 2x/wk\nDur 6 wk", true, true),
            ("Plan renewed 5 September, for 5 Sept to 31 Oct. I'll come on Tuesdays and Fridays.", true, true),
            ("Plan: see in clinic whenever she has a ride, for six weeks", false, true),
        ] {
            assert_eq!(read(text), (often, long), "{text}");
        }
    }
}
