//! Tells document type and discipline by weighted evidence (titles, headings, credentials, content), and by the model of statements over it.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::check::Note;
use super::extract::page::{Page, lists};
use super::extract::{GoalTerm, Role, Signature};
use super::statements::Statements;
use super::terms::Vocabulary;
use super::{Discipline, DocType, ScoreOptions};
use crate::cancel::{Cancel, NEVER};
use crate::text::Span;
use crate::text::pattern::{bordered, compiled};

/// Below this, nothing is said.
const FLOOR: f32 = 1.0;

/// The kind of document a text most likely is, and how sure that is (0 to 1).
pub fn detect_doc_type(text: &str) -> (DocType, f32) {
    read(text, Vocabulary::builtin(), &ScoreOptions::new(), &NEVER).1
}

/// The discipline a text most likely belongs to, and how sure that is (0 to 1).
pub fn detect_discipline(text: &str) -> (Discipline, f32) {
    read(text, Vocabulary::builtin(), &ScoreOptions::new(), &NEVER).2
}

/// What the rules alone say a note is.
pub(super) fn by_rules(note: &Note<'_>) -> (DocType, Discipline) {
    (doc_type(note).0, discipline(note).0)
}

/// Reads a note once for all checks: what its rules and statements give, and what it is where nobody said.
pub(super) fn read<'t>(
    text: &'t str,
    vocabulary: &Vocabulary,
    options: &ScoreOptions,
    cancel: &'t Cancel,
) -> (Note<'t>, (DocType, f32), (Discipline, f32)) {
    let mut note = Note::until(text, vocabulary, cancel);
    let said = (options.doc_type, options.discipline);
    let (statements, kind, discipline) = Statements::read(&note.page, &note.facts, by_rules(&note), said);
    if cancel.is_cancelled() {
        return (note, kind, discipline);
    }
    statements.complete(&note.page, &mut note.facts);
    note.discipline = discipline.0;
    (note, kind, discipline)
}

use DocType::{Discharge, Evaluation, PlanOfCare, ProgressReport, Recertification, TreatmentNote};

/// What a title or a heading says: pattern, type, weight in a title.
const TITLES: &[(&str, DocType, f32)] = &[
    (
        r"\b(?:discharge|d/c|dc)\s+(?:summary|summ?|note|report|evaluation|assessment|letter|form|record)\b|\bdischarge\s+from\s+(?:therapy|services|pt|ot|slp|skilled)",
        Discharge,
        7.0,
    ),
    (
        r"\b(?:therapy|pt|ot|slp|st|final|outpatient)\s+(?:discharge|d/c)\b|\bdischarge\b|\bfinal\s+(?:visit|note|summary|report|letter)\b|\bclosing\s+(?:note|summary|letter|report)\b|\b(?:ended|ending|end\s+of|completion\s+of|closure\s+of)\s+(?:care|therapy|treatment|services|episode)\b|\b(?:unplanned|planned)\s+d/?c\b|\bcase\s+clos(?:ed|ure)\b",
        Discharge,
        4.0,
    ),
    (
        r"\bre-?\s?cert(?:ification|ify|s)?\b|\bupdated\s+plan\s+of\s+(?:care|treatment)\b|\b(?:renewal|extension|continuation)\s+of\s+(?:the\s+)?plan\b|\b(?:extend|renew|continue)(?:ing|ed)?\s+(?:the\s+|this\s+|a\s+)?(?:\w+\s+){0,2}plan\b|\b(?:continued|continuing|renewed|extended)\s+(?:care\s+)?plan\b|\b(?:plan\s+of\s+care|POC)\s+(?:update|renewal|extension)\b|\bUPOC\b|\b(?:updated|renewed|revised|2nd|second|third|3rd)\s+(?:POC|cert(?:ification)?)\b",
        Recertification,
        8.0,
    ),
    (
        r"\bprogress\s+(?:report|summary|re-?port|rpt|summ)\b|\b(?:status|30[\s-]day|ten[\s-]visit)\s+report\b|\b(?:10th|tenth)[\s-]+visit\b|\binterim\s+(?:report|summary)\b|\bmonthly\s+(?:report|summary)\b|\bperiodic\s+report\b",
        ProgressReport,
        6.0,
    ),
    (r"\bprogress\s+(?:note|update|letter|dictation|statement|review)\b", ProgressReport, 4.0),
    (
        r"\bre-?\s?eval(?:uation)?\b|\b(?:initial|clinical|bedside|outpatient|therapy|pt|ot|slp|st|rehab|swallow\w*|speech|language|cognitive|physical\s+therapy|occupational\s+therapy|hand|vestibular|voice|balance|lymphedema|pelvic\s+floor|wheelchair)[\s-]+(?:\w+[\s-]+){0,2}eval(?:uation)?\b|\b(?:initial|first|new\s+patient)[\s-]+(?:\w+\s+)?(?:assessment|exam|examination|visit|appointment|consult\w*|eval)\b|\bnew\s+patient\b|\bintake\s+(?:evaluation|assessment)\b|\bI/?E\b\s*[:\-]",
        Evaluation,
        6.0,
    ),
    (r"\beval(?:uation)?\b", Evaluation, 4.0),
    (r"\bplan\s+of\s+(?:care|treatment)\b|\bcertification\b|\b700\b|\bPOC\b", PlanOfCare, 3.0),
    (r"\b(?:treatment|therapy|rehab\w*|care|AAC|intervention)\s+plan\b", PlanOfCare, 3.5),
    (
        r"\b(?:daily|treatment|encounter|visit|session|contact|tx|therapy|soap|progress/daily|flow)\s+(?:treatment\s+|encounter\s+|session\s+|visit\s+|progress\s+|soap\s+)*(?:note|record|log|encounter|documentation|sheet)\b|\btreatment\s+encounter\b|\bdaily\s+(?:note|treatment|progress)\b|\btreatment\s+(?:session|day)\b",
        TreatmentNote,
        5.5,
    ),
];

/// What the body says: pattern, type, weight.
const CONTENT: &[(&str, DocType, f32)] = &[
    (
        r"\breason\s+for\s+(?:discharge|d/c)\b|\bdischarged?\s+(?:from|to)\s+(?:skilled\s+)?(?:therapy|services|pt|ot|slp|speech|physical|occupational|outpatient|home\s+program|independent)\b|\b(?:discharge|d/c)\s+(?:status|date|recommendations|instructions)\b|\bstatus\s+at\s+(?:discharge|d/c)\b|\bgoals\s+at\s+discharge\b|\b(?:final|last)\s+(?:visit|session)\b|\bchart\s+(?:will\s+be\s+|is\s+)?closed\b|\bis\s+(?:being\s+)?discharged\s+today\b|\bdischarging\s+(?:him|her|them|the\s+patient|pt)\b|\bwe\s+are\s+(?:closing|ending|discharging)\b|\bdischarged?\s+today\b",
        Discharge,
        2.0,
    ),
    (
        r"\breporting\s+period\b|\bperiod\s+covered\b|\bprogress\s+(?:toward|towards|to)\s+(?:\w+\s+){0,2}goals?\b|\bsince\s+(?:the\s+)?last\s+(?:progress\s+)?report\b|\bdate\s+of\s+report\b|\bthis\s+report\s+covers\b|\bwriting\s+this\s+(?:progress\s+)?report\b|\breport\s+(?:through|covering|for\s+the\s+(?:period|month|weeks?))\b|\bgoal\s+by\s+goal\b|\bgoals?\s+(?:one|two|three|1|2|3)\s+(?:was|is)\s+to\b|\bvisits?\s+this\s+period\b|\bgoal\s+status\b|\breport\s+date\b",
        ProgressReport,
        1.6,
    ),
    (
        r"\b(?:updated|new|revised)\s+(?:LTGs?|STGs?|long[\s-]term\s+goals|short[\s-]term\s+goals|goals)\b|\bgoals\s+for\s+(?:the\s+)?(?:new|next|coming)\b|\bnew\s+certification\b|\brecert\w*|\b(?:renewed|extended|next|last|previous)\s+plan\b|\bfor\s+the\s+(?:extension|renewal|new\s+period)\b|\bprevious\s+goals\b",
        Recertification,
        1.5,
    ),
    (
        r"\bprior\s+level\b|\bPLOF\b|\bPMHx?\b|\bpast\s+medical\s+history\b|\bmechanism\s+of\s+injury\b|\breason\s+for\s+referral\b|\brehab(?:ilitation)?\s+potential\b|\bprognosis\b|\bchief\s+complaint\b|\bwas\s+(?:referred|evaluated)\b|\bonset\b|\bevaluated\s+today\b|\bfirst\s+visit\b|\breferred\s+(?:by|for|with|to)\b|\btests\s+and\s+measures\b|\boccupational\s+profile\b|\bmedical\s+history\b",
        Evaluation,
        0.9,
    ),
    (
        r"\b(?:total\s+)?(?:timed|treatment|tx)\s+(?:code\s+)?(?:minutes|min|time)\b|\btime\s+in\b|\btoday'?s\s+(?:session|treatment|visit)\b|\bnext\s+(?:visit|session)\b|\btolerated\b|\bcont(?:inue)?\s+(?:per\s+)?POC\b|\bvisit\s+\#?\d+\b|\btx\s+\#?\d+\b|\bthis\s+(?:session|visit|morning)\b|\bsession\s+\#?\d+\b|\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|\d{1,2}(?:st|nd|rd|th))\s+(?:\w+\s+){0,3}(?:session|visit|treatment)\b|\bnext\s+time\b|\bworked\s+on\b",
        TreatmentNote,
        0.9,
    ),
];

struct Rules {
    set: RegexSet,
    each: Vec<Regex>,
}

fn compile(rules: &[(&str, DocType, f32)]) -> Rules {
    let patterns: Vec<String> = rules.iter().map(|(pattern, ..)| bordered(&format!("(?i){pattern}"))).collect();
    let each = patterns.iter().map(|p| compiled(p)).collect();
    Rules { set: RegexSet::new(&patterns).expect("tested"), each }
}

static TITLE_RULES: LazyLock<Rules> = LazyLock::new(|| compile(TITLES));
static CONTENT_RULES: LazyLock<Rules> = LazyLock::new(|| compile(CONTENT));
/// What a title may say of a document that it is not: "discharge planning".
static NOT_TITLE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:discharge\s+plan(?:ning)?|anticipated\s+discharge|hospital\s+discharge|post[\s-]discharge|(?:since|per|see)\s+(?:initial\s+)?eval\w*|date\s+of\s+(?:initial\s+)?eval\w*|eval(?:uation)?\s+date|last\s+progress|initial\s+eval(?:uation)?(?:\s+date|\s*:|\s+on\b)|plan\s+of\s+care\s+(?:dates?|period|certified|on\s+file))\b",
    )
});

pub(super) fn doc_type(note: &Note<'_>) -> (DocType, f32) {
    let page = &note.page;
    if !is_therapy(note) {
        return (DocType::Unknown, 0.7);
    }
    let mut scores = [0.0f32; DocType::ALL.len()];
    let mut add = |kind: DocType, weight: f32| scores[index(kind)] += weight;
    // The first line that reads like a title counts for most; a letterhead may stand above it.
    let mut titles = 0;
    for (rank, line) in page.lines.iter().filter(|line| !line.is_empty()).take(10).enumerate() {
        let content = line.of(page.text);
        let content = &content[..content.char_indices().nth(120).map_or(content.len(), |(at, _)| at)];
        let masked = NOT_TITLE.replace_all(content, |m: &regex::Captures<'_>| "#".repeat(m[0].len()));
        // In a long line only the first words are a title.
        let title = &masked[..masked.char_indices().nth(90).map_or(masked.len(), |(at, _)| at)];
        let letters = title.chars().filter(|c| c.is_alphabetic()).count().max(1);
        let capitals = title.chars().filter(|c| c.is_uppercase()).count() * 2 > letters;
        let short = content.split_whitespace().count() <= 9 && !content.ends_with('.');
        let titled = rank == 0 || capitals || short;
        let mut matched = false;
        for rule in TITLE_RULES.set.matches(title) {
            let (_, kind, weight) = TITLES[rule];
            // "Evaluation date: ..." in a head is a field, not a title.
            let found = TITLE_RULES.each[rule].find(title);
            let field = found.is_some_and(|m| title[m.end()..].trim_start().starts_with(':') && m.start() > 0);
            let factor = match (titled && !field, titles) {
                (true, 0) => 1.3,
                (true, _) => 0.4,
                (false, _) => 0.25,
            };
            matched |= titled && !field;
            add(kind, weight * factor);
        }
        titles += usize::from(matched);
    }
    for rule in CONTENT_RULES.set.matches(page.text) {
        let (_, kind, weight) = CONTENT[rule];
        let times = CONTENT_RULES.each[rule].find_iter(page.text).take(3).count() as f32;
        add(kind, weight * (1.0 + 0.4 * (times - 1.0)));
    }
    let facts = &note.facts;
    let reported = facts.goals.iter().filter(|g| !g.new && g.status.is_some()).count();
    let open = facts.goals.iter().filter(|g| g.status.is_none()).count();
    let planned = !facts.frequency.is_empty() && !facts.duration.is_empty();
    if facts.minutes.timed.is_some() || facts.minutes.total.is_some() || facts.minutes.clock.is_some() {
        add(TreatmentNote, 2.2);
    }
    if facts.minutes.services.len() > 1 || facts.services.iter().filter(|s| s.code.is_some()).count() > 1 {
        add(TreatmentNote, 1.2);
    }
    if facts.goals.is_empty() {
        add(TreatmentNote, 0.8);
    }
    if reported > 1 {
        add(ProgressReport, 1.2);
        add(Discharge, 0.6);
    }
    if !facts.periods.is_empty() {
        add(ProgressReport, 0.8);
    }
    if open > 0 && planned {
        add(Evaluation, 1.5);
        add(PlanOfCare, 0.7);
    }
    if facts.goals.iter().any(|g| g.new) && reported > 0 {
        add(Recertification, 1.5);
    }
    if facts.goals.iter().any(|g| g.term == GoalTerm::Long && g.status.is_none()) && !facts.diagnoses.is_empty() {
        add(Evaluation, 0.6);
    }
    best(&scores, DocType::ALL, DocType::Unknown)
}

/// Whether a note is a therapist's at all: a physician's progress note is no progress report.
fn is_therapy(note: &Note<'_>) -> bool {
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        compiled(
            r"(?i)\b(?:rehab\w*|therap(?:y|ies|ist|ists|eutic)|pathologist|LTGs?|STGs?|(?:long|short)[\s-]term\s+goals?|plan\s+of\s+care|timed\s+(?:code\s+)?min\w*|(?:treatment|tx)\s+(?:time|minutes)|swallow(?:ing)?\s+(?:evaluation|study|service|clinic|assessment)|(?:PT|OT|ST|SLP)\s+(?:first|initial|evaluation|assessment|visit|note|session))\b",
        )
    });
    let l = lists();
    let page = &note.page;
    let signs = |role: Role| note.facts.signatures.iter().any(|s| s.role == role);
    let professional = signs(Role::Therapist) || signs(Role::Assistant) || signs(Role::Student);
    if professional || note.facts.services.iter().any(|s| s.code.is_some()) {
        return true;
    }
    if signs(Role::Physician) {
        return false;
    }
    let named = [l.therapy_pt, l.therapy_ot, l.therapy_slp]
        .iter()
        .any(|list| page.hits(*list, page.whole()).iter().any(|hit| !is_patient(page, *hit)));
    named || WORDS.is_match(page.text)
}

pub(super) fn discipline(note: &Note<'_>) -> (Discipline, f32) {
    let page = &note.page;
    if !is_therapy(note) {
        return (Discipline::Unknown, 0.7);
    }
    let l = lists();
    let head = page.lines.iter().filter(|line| !line.is_empty()).nth(3).map_or(page.text.len(), |line| line.end);
    let mut scores = [0.0f32; Discipline::ALL.len()];
    for (kind, named, content) in [
        (Discipline::Pt, l.therapy_pt, l.content_pt),
        (Discipline::Ot, l.therapy_ot, l.content_ot),
        (Discipline::Slp, l.therapy_slp, l.content_slp),
    ] {
        let slot = &mut scores[Discipline::ALL.iter().position(|d| *d == kind).unwrap_or(0)];
        let named = page.hits(named, page.whole()).iter().filter(|hit| !is_patient(page, **hit));
        let (mut title, mut body) = (0.0f32, 0.0f32);
        for hit in named {
            if hit.start < head { title += 3.0 } else { body += 1.0 }
        }
        *slot += title.min(6.0) + body.min(3.0);
        // Each kind of content counts once, however often it is named.
        let mut words: Vec<String> =
            page.hits(content, page.whole()).iter().map(|hit| hit.of(page.text).to_lowercase()).collect();
        words.sort();
        words.dedup();
        *slot += (words.len() as f32 * 0.45).min(3.0);
    }
    let mut add = |kind: Discipline, weight: f32| {
        scores[Discipline::ALL.iter().position(|d| *d == kind).unwrap_or(0)] += weight;
    };
    for signature in &note.facts.signatures {
        if let Signature { discipline: Some(kind), .. } = signature {
            add(*kind, 5.0);
        }
    }
    for service in &note.facts.services {
        match service.code.as_deref() {
            Some("97161" | "97162" | "97163" | "97164") => add(Discipline::Pt, 4.0),
            Some("97165" | "97166" | "97167" | "97168") => add(Discipline::Ot, 4.0),
            Some(code) if code.starts_with("92") => add(Discipline::Slp, 3.0),
            Some("97116") => add(Discipline::Pt, 1.0),
            Some("97535") => add(Discipline::Ot, 0.4),
            _ => {}
        }
    }
    let text = page.text;
    for (modifier, kind) in [("GP", Discipline::Pt), ("GO", Discipline::Ot), ("GN", Discipline::Slp)] {
        if text.contains(&format!("-{modifier}")) {
            add(kind, 2.0);
        }
    }
    best(&scores, Discipline::ALL, Discipline::Unknown)
}

/// Whether "PT" stands for the patient: "PT reports", "PT is".
pub(super) fn is_patient(page: &Page<'_>, hit: Span) -> bool {
    const VERBS: &[&str] = &[
        "is",
        "was",
        "will",
        "has",
        "had",
        "reports",
        "reported",
        "states",
        "stated",
        "denies",
        "presents",
        "presented",
        "able",
        "tolerated",
        "demonstrates",
        "demonstrated",
        "performed",
        "performs",
        "required",
        "requires",
        "seen",
        "arrived",
        "feels",
        "lives",
        "would",
        "can",
        "c/o",
        "complains",
        "agrees",
        "verbalized",
        "continues",
        "completed",
        "ambulated",
        "did",
        "needs",
        "received",
        "instructed",
        "educated",
    ];
    hit.of(page.text) == "PT"
        && page.text[hit.end..].split_whitespace().next().is_some_and(|word| {
            page.text[hit.end..].starts_with(' ') && VERBS.contains(&word.to_lowercase().trim_end_matches(','))
        })
}

fn index(kind: DocType) -> usize {
    DocType::ALL.iter().position(|d| *d == kind).unwrap_or(0)
}

/// The highest score, as sure as it stands above the next.
fn best<T: Copy>(scores: &[f32], kinds: &[T], unknown: T) -> (T, f32) {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let (first, second) = (scores[order[0]], scores.get(order[1]).copied().unwrap_or(0.0));
    if first < FLOOR || first - second < 0.01 {
        return (unknown, 0.5);
    }
    (kinds[order[0]], (first / (first + second)).clamp(0.5, 0.99))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_therapy_note_is_unknown() {
        for text in [
            "",
            " \n--\n",
            "hello",
            "Milk, eggs, bread, two lemons.",
            "The board approved the plan to expand into four cities.",
            "CHIEF COMPLAINT: chest pain. HPI: 54 yo male, two hours of pressure. ECG normal. Troponin negative. Home.",
        ] {
            assert_eq!(
                (detect_doc_type(text).0, detect_discipline(text).0),
                (DocType::Unknown, Discipline::Unknown),
                "{text}"
            );
        }
    }

    #[test]
    fn a_title_or_the_whole_note_tells_what_it_is() {
        for (text, kind, discipline) in [
            ("PT DAILY NOTE\nPatient came.", DocType::TreatmentNote, Discipline::Pt),
            (
                "Today we closed the chart. Mrs. Lund reads her mail aloud and is understood by strangers; both goals are reached. \
                 She keeps the voice exercises at home.\nInga Holm, CCC-SLP",
                DocType::Discharge,
                Discipline::Slp,
            ),
        ] {
            assert_eq!((detect_doc_type(text).0, detect_discipline(text).0), (kind, discipline), "{text}");
        }
    }
}
