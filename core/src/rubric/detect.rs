//! Tells document type and discipline by weighted evidence (titles, headings, credentials, content), and by the model of statements over it.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::check::Note;
use super::extract::page::{Page, lists};
use super::extract::{Facts, GoalTerm, Role, Signature};
use super::statements::Statements;
use super::terms::Vocabulary;
use super::{Discipline, DocType, ScoreOptions};
use crate::cancel::{Cancel, NEVER};
use crate::text::Span;
use crate::text::pattern::{bordered, compiled};
use crate::text::sweep::Pattern;

/// Below this, nothing is said.
const FLOOR: f32 = 1.0;
/// From this weight on, a title says outright what it stands over.
const CLEAR: f32 = 4.0;
/// A title stands in the first lines that are not blank, as many as these.
const HEAD: usize = 6;

/// The kind of document a text most likely is, and how sure that is (0 to 1).
pub fn detect_doc_type(text: &str) -> (DocType, f32) {
    read(text, Vocabulary::builtin(), &ScoreOptions::new(), &NEVER).1
}

/// The discipline a text most likely belongs to, and how sure that is (0 to 1).
pub fn detect_discipline(text: &str) -> (Discipline, f32) {
    read(text, Vocabulary::builtin(), &ScoreOptions::new(), &NEVER).2
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
    let (statements, kind, discipline) = Statements::read(&note.page, &note.facts, &Signs::read(&note), said);
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
        r"\b(?:discharge|d/c|dc)\s+(?:summary|summ?|note|report|evaluation|assessment|letter|form|record|status|progress|visit)\b|\bdischarge\s+from\s+(?:therapy|services|pt|ot|slp|skilled)|\b(?:final|last|closing)\s+(?:\w+\s+)?(?:note|summary|report|letter|entry|visit|session|appointment|treatment)\b|\b(?:end|termination|completion|discontinuation|cessation)\s+of\s+(?:care|therapy|treatment|services|episode)\b|\bclose-?out\b|\bdisch(?:g|arge)?\.?\s+(?:sum|summ|summary|note|rpt|report)\b|\bend\s+of\s+(?:pt|ot|st|slp|speech|physical|occupational)\b|\bexit\s+(?:report|note|summary|interview)\b|^\W*d/?c\b\.?\s*(?:$|[-–—/|:,.(]|pt\b|ot\b|st\b|slp\b)",
        Discharge,
        7.0,
    ),
    (
        r"\b(?:therapy|pt|ot|slp|st|final|outpatient|rehab)\s+(?:discharge|d/?c)\b|\bdischarged?\b|\bd/c\b|\bclos(?:ing|ure)\s+(?:note|summary|letter|report|of\s+(?:\w+\s+)?(?:case|chart|episode))\b|\b(?:ended|ending|closure\s+of)\s+(?:care|therapy|treatment|services|episode)\b|\b(?:unplanned|planned|self)[\s-]+d(?:/?c|ischarge)\b|\b(?:case|chart|episode)\s+clos(?:ed|ing|ure)\b",
        Discharge,
        4.0,
    ),
    (
        r"\bre-?\s?cert(?:ification|ify|s)?\b|\bupdated\s+plan\s+of\s+(?:care|treatment)\b|\b(?:renewal|extension|continuation)\s+of\s+(?:the\s+)?(?:plan|care|therapy|services|treatment|POC)\b|\b(?:extend|renew|continue)(?:ing|ed)?\s+(?:the\s+|this\s+|a\s+)?(?:\w+\s+){0,2}plan\b|\b(?:continued|continuing|renewed|extended)\s+(?:care\s+)?plan\b|\b(?:plan\s+of\s+care|plan\s+of\s+treatment|POC)\s*[-:,(]*\s*(?:update|renewal|extension|continuation)\b|\bUPOC\b|\b(?:updated|renewed|revised|2nd|second|third|3rd|4th|fourth)\s+(?:POC|plan\s+of\s+(?:care|treatment)|cert(?:ification)?)\b|\bcert(?:ification)?\s+(?:period\s+)?(?:no\.?\s*|\#\s*)[2-9]\b|\brequest\s+(?:for|to)\s+(?:more|further|additional|continue[ds]?|extend)\b|\b(?:renewal|extension)\s+(?:request|letter|note|sheet|form)\b|\brenewal\b|\bextension\s+of\s+(?:pt|ot|st|slp|speech|physical|occupational)\b|\b(?:plan|cert\w*|POC)\s+(?:renewal|renewed|extended|extension)\b|\bextended\s+cert\w*|\bupdate\s+of\s+(?:the\s+)?(?:plan|POC)\b|\breasons?\s+for\s+continu(?:ed|ing)\s+(?:\w+\s+)?(?:therapy|treatment|care|services)\b",
        Recertification,
        8.0,
    ),
    (
        r"\bprogress\s+(?:report|summary|re-?port|rpt|summ)\b|\b(?:status|30[\s-]day|ten[\s-]visit)\s+report\b|\b(?:10th|20th|30th|tenth|twentieth)[\s-]+(?:visit|session|treatment)\b|\b(?:10|20|30|ten)[\s-]+(?:visit|day|session)\s+(?:note|report|summary|review|check|progress|update|reassess\w*)\b|\binterim\s+(?:report|summary|note|progress)\b|\bmonthly\s+(?:report|summary|note|progress|update|review)\b|\bperiodic\s+report\b|\bP\.?R\.?\s*(?:no\.?\s*|\#\s*)\d\b|\bprogress\s+to\s+date\b|\bprog\.?\s+(?:rpt|report|note|summ?)\b|\bquarter(?:ly)?\s+(?:report|note|update|review|summary|progress)\b|^\W*PR\b\s*(?:$|[-–—/|:,.]|\d|v\d)|\bP\.?R\.?\s*$",
        ProgressReport,
        6.0,
    ),
    (
        r"\bprogress\s+(?:note|update|letter|dictation|statement|review|check)\b|\bre-?assessment\b|\bstatus\s+(?:update|letter|summary|note)\b|\b(?:goals?|midpoint|mid-?term|halfway)\s+(?:review|report|check|update|summary)\b|\breport\s+(?:of|on)\s+progress\b|\bPN\s*(?:no\.?|\#)?\s*\d|^\W*PN\b\s*(?:$|[-–—/|:,])",
        ProgressReport,
        4.0,
    ),
    (r"\bprogress\b", ProgressReport, 2.5),
    (
        r"\bre-?\s?eval(?:uation)?\b|\b(?:initial|init|clinical|bedside|outpatient|therapy|pt|ot|slp|st|rehab|swallow\w*|speech|language|cognitive|physical\s+therapy|occupational\s+therapy|hand|vestibular|voice|balance|lymphedema|pelvic\s+floor|wheelchair|seating|driving|vision|feeding|AAC|fall|gait)[\s-]+(?:\w+[\s-]+){0,2}eval(?:uation)?\b|\b(?:initial|first|new\s+(?:patient|client)|intake)[\s-]+(?:\w+\s+){0,2}(?:assessment|exam|examination|visit|appointment|consult\w*|eval|session|contact|interview)\b|\bnew\s+(?:patient|client|pt|referral|consult\w*|start|case)\b|\bintake\b|\bI/?E\b\s*[:\-]|\beval(?:uation)?\s*(?:&|and|\+|/)\s*(?:treat\w*|tx|plan|POC)\b|\b(?:pt|ot|slp|st|therapy|speech|swallow\w*|seating|driving|wheelchair|low\s+vision|cognitive)\s+(?:assessment|consult(?:ation)?|exam(?:ination)?)\b|\b(?:pt|ot|slp|st)\s+I/?E\b|\b(?:CSE|BSE|CBSE)\b|\b(?:pt|ot|slp|st|therapy|outpt|op)\s+initial\b|\bconsultation\b|\b(?:first|1st)\s+day\b",
        Evaluation,
        6.0,
    ),
    (r"\beval(?:uation|s)?\b", Evaluation, 4.0),
    (r"\b(?:initial|first|original)\s+(?:plan\s+of\s+(?:care|treatment)\s+)?cert(?:ification)?\b", PlanOfCare, 6.0),
    (
        r"\bplan\s+of\s+(?:care|treatment|therapy)\b|\bcertification\b|\b700\b|\bPOC\b|\bP\.O\.C\b|\b(?:letter\s+of|episode|pt|ot|slp|st|p\.t\.|o\.t\.|speech\s+therapy\s*:|physical\s+therapy\s*:|occupational\s+therapy\s*:)\s+plan\b|\b(?:care|therapy)\s+agreement\b|\bplan\s+for\s+(?:\w+\s+)?(?:therapy|treatment|care)\b|\bcert(?:ification)?\s+of\s+(?:the\s+)?plan\b",
        PlanOfCare,
        3.0,
    ),
    (r"\b(?:treatment|therapy|rehab\w*|care|AAC|intervention)\s+plan\b", PlanOfCare, 3.5),
    (
        r"\b(?:daily|treatment|encounter|visit|session|contact|tx|rx|soap|progress/daily|flow|group|grp|today'?s)\s+(?:treatment\s+|encounter\s+|session\s+|visit\s+|progress\s+|soap\s+|tx\s+)*(?:note|record|log|encounter|documentation|sheet|entry)\b|\btherapy\s+(?:daily\s+|treatment\s+|encounter\s+|session\s+|visit\s+|tx\s+|soap\s+)*(?:record|log|encounter|documentation|entry)\b|\btherapy\s+(?:daily\s+|treatment\s+|encounter\s+|session\s+|visit\s+|tx\s+|soap\s+)+note\b|\btreatment\s+encounter\b|\bdaily\s+(?:note|treatment|progress|tx|visit)\b|\btreatment\s+(?:session|day)\b|\bflow\s?sheet\b",
        TreatmentNote,
        5.5,
    ),
    (
        r"\b(?:visit|session|tx|treatment|rx)\s*(?:note\s*)?\(?(?:(?:\#|no\.?|number)\s*\d{1,3}\b|\d{1,3}\s*(?:$|of\b|[,;:|)—–]|-\s))|\bsoap\b|\bdaily\b|\b(?:pt|ot|slp|st)\s+(?:tx|treatment|rx|visit|session|group|grp)\b|\b(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|\d{1,2}(?:st|nd|rd|th))\s+(?:visit|session|treatment)\b",
        TreatmentNote,
        3.5,
    ),
    (r"\b(?:pt|ot|slp|st|therapy|speech)\s+note\b", TreatmentNote, 2.5),
];

/// What the body says: pattern, type, weight.
pub(super) static CONTENT: [(Pattern, DocType, f32); 5] = [
    (
        LazyLock::new(|| {
            compiled(concat!(
                "(?i)",
                r"\breason\s+for\s+(?:discharge|d/c)\b|\bdischarged?\s+(?:from|to)\s+(?:skilled\s+)?(?:therapy|services|pt|ot|slp|speech|physical|occupational|outpatient|home\s+program|independent)\b|\b(?:discharge|d/c)\s+(?:status|date|recommendations|instructions)\b|\bstatus\s+at\s+(?:discharge|d/c)\b|\bgoals\s+at\s+discharge\b|\bfinal\s+(?:visit|session)\b|\b(?:this|today)\s+(?:was|is)\s+(?:the|his|her|their|our)\s+last\s+(?:visit|session)\b|\bclosing\s+(?:him|her|them)\b|\b(?:therapy|treatment|services|PT|OT|SLP|ST)\s+(?:ends?|ended|is\s+ending|stops|stopped|concludes|concluded|finishe[sd])\s+(?:today|as\s+of|with\s+this)\b|\bnothing\s+(?:further|more)\s+(?:is\s+)?(?:planned|from\s+me)\b|\bchart\s+(?:will\s+be\s+|is\s+)?closed\b|\b(?:closed|closing|close)\s+(?:the|his|her|their|this|my)\s+(?:chart|case|file|episode)\b|\b(?:closed|completed|finished|ended|closing|ending)\s+(?:[\w'’]+\s+){0,3}(?:course|episode)\s+of\b|\bis\s+(?:being\s+)?discharged\s+today\b|\bdischarging\s+(?:him|her|them|the\s+patient|pt)\b|\bwe\s+are\s+(?:closing|ending|discharging)\b|\bdischarged?\s+today\b"
            ))
        }),
        Discharge,
        2.0,
    ),
    (
        LazyLock::new(|| {
            compiled(concat!(
                "(?i)",
                r"\breporting\s+period\b|\bperiod\s+covered\b|\bprogress\s+(?:toward|towards|to)\s+(?:\w+\s+){0,2}goals?\b|\bsince\s+(?:the\s+)?last\s+(?:progress\s+)?report\b|\bdate\s+of\s+report\b|\bthis\s+report\s+covers\b|\bwriting\s+this\s+(?:progress\s+)?report\b|\breport\s+(?:through|covering|for\s+the\s+(?:period|month|weeks?))\b|\bgoal\s+by\s+goal\b|\bgoals?\s+(?:one|two|three|1|2|3)\s+(?:was|is)\s+to\b|\bvisits?\s+this\s+period\b|\bgoal\s+status\b|\breport\s+date\b"
            ))
        }),
        ProgressReport,
        1.6,
    ),
    (
        LazyLock::new(|| {
            compiled(concat!(
                "(?i)",
                r"\b(?:updated|new|revised)\s+(?:LTGs?|STGs?|long[\s-]term\s+goals|short[\s-]term\s+goals|goals)\b|\bgoals\s+for\s+(?:the\s+)?(?:new|next|coming)\b|\bnew\s+certification\b|\brecert\w*|\b(?:renewed|extended|next|last|previous)\s+plan\b|\bfor\s+the\s+(?:extension|renewal|new\s+period)\b|\bprevious\s+goals\b"
            ))
        }),
        Recertification,
        1.5,
    ),
    (
        LazyLock::new(|| {
            compiled(concat!(
                "(?i)",
                r"\bprior\s+level\b|\bPLOF\b|\bPMHx?\b|\bpast\s+medical\s+history\b|\bmechanism\s+of\s+injury\b|\breason\s+for\s+referral\b|\brehab(?:ilitation)?\s+potential\b|\bprognosis\b|\bchief\s+complaint\b|\bwas\s+(?:referred|evaluated)\b|\bonset\b|\bevaluated\s+today\b|\bfirst\s+visit\b|\breferred\s+(?:by|for|with|to)\b|\btests\s+and\s+measures\b|\boccupational\s+profile\b|\bmedical\s+history\b"
            ))
        }),
        Evaluation,
        0.9,
    ),
    (
        LazyLock::new(|| {
            compiled(concat!(
                "(?i)",
                r"\b(?:total\s+)?(?:timed|treatment|tx)\s+(?:code\s+)?(?:minutes|min|time)\b|\btime\s+in\b|\btoday'?s\s+(?:session|treatment|visit)\b|\bnext\s+(?:visit|session)\b|\btolerated\b|\bcont(?:inue)?\s+(?:per\s+)?POC\b|\bvisit\s+\#?\d+\b|\btx\s+\#?\d+\b|\bthis\s+(?:session|visit|morning)\b|\bsession\s+\#?\d+\b|\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|\d{1,2}(?:st|nd|rd|th))\s+(?:\w+\s+){0,3}(?:session|visit|treatment)\b|\bnext\s+time\b|\bworked\s+on\b"
            ))
        }),
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
/// What a title may say of a document that it is not: "discharge planning".
static NOT_TITLE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:discharge\s+plan(?:ning)?|anticipated\s+discharge|hospital\s+discharge|post[\s-]discharge|(?:since|per|see)\s+(?:initial\s+)?eval\w*|date\s+of\s+(?:initial\s+)?eval\w*|eval(?:uation)?\s+date|last\s+progress|(?:since|after|before)\s+(?:\w+\s+)?last\s+(?:visit|session|treatment|appointment)|(?:last|final)\s+(?:visit|session|treatment|appointment)\s*:?\s*(?:date|seen|was|on|\d+)|(?:next|upcoming)\s+(?:progress|re-?\s?cert|re-?\s?eval)\w*|progress\s+(?:report|note)\s+due|eval(?:uation)?\s+(?:is\s+|was\s+)?(?:on\s+file|completed|done)|eval(?:uation)?\s*:\s*\d+|initial\s+eval(?:uation)?(?:\s+date|\s*:\s*\d+|\s+on)|plan\s+of\s+care\s+(?:dates?|period|certified|on\s+file))\b|\(\s*eval[^)]{0,40}\)",
    )
});

/// How a sentence begins that says what the document is.
static DECLARES: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(?i)\b(?:this|here|following)\s+is\s+(?:the|an?|my|our|his|her)\b[^.:]{0,48}$"));

/// What the rules find in a note of its kind and its discipline, before any of it is weighed against the statements.
pub(super) struct Signs {
    /// How much speaks for each kind of document.
    kinds: [f32; DocType::ALL.len()],
    /// How much speaks for each discipline.
    disciplines: [f32; Discipline::ALL.len()],
    /// Whether the note is plainly a therapist's.
    therapy: bool,
    /// The kind that a title says outright.
    pub(super) title: Option<DocType>,
    /// The discipline of whoever signed, where all who did are of one.
    pub(super) signer: Option<Discipline>,
}

impl Signs {
    pub(super) fn read(note: &Note<'_>) -> Self {
        let mut signs = Self {
            kinds: [0.0; DocType::ALL.len()],
            disciplines: disciplines(note),
            therapy: is_therapy(note),
            title: None,
            signer: signer(&note.facts),
        };
        signs.titles(&note.page);
        signs.content(&note.page);
        signs.facts(&note.facts);
        signs
    }

    /// What the rules alone say a note is.
    pub(super) fn settled(&self) -> (DocType, Discipline) {
        if !self.therapy {
            return (DocType::Unknown, Discipline::Unknown);
        }
        (
            best(&self.kinds, DocType::ALL, DocType::Unknown),
            best(&self.disciplines, Discipline::ALL, Discipline::Unknown),
        )
    }

    fn add(&mut self, kind: DocType, weight: f32) {
        self.kinds[index(kind)] += weight;
    }

    /// The first line that reads like a title counts for most; a letterhead may stand above it.
    fn titles(&mut self, page: &Page<'_>) {
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
            let mut strongest: Option<(DocType, f32)> = None;
            for rule in TITLE_RULES.set.matches(title) {
                let (_, kind, weight) = TITLES[rule];
                // "Evaluation date: ..." in a head is a field, not a title.
                let found = TITLE_RULES.each[rule].find(title);
                // "PROGRESS REPORT [x]  RECERT [ ]", "progress only, not a recert".
                let stands = found.map(|m| page.assertion(Span::new(line.start + m.start(), line.start + m.end())));
                if stands.is_some_and(|stands| stands.template || stands.negated) {
                    continue;
                }
                let field = found.is_some_and(|m| title[m.end()..].trim_start().starts_with(':') && m.start() > 0);
                // "Okay, this is the physical therapy initial visit for ..." says in a sentence what a title says.
                let titled = titled || found.is_some_and(|m| DECLARES.is_match(&title[..m.start()]));
                let factor = match (titled && !field, titles) {
                    (true, 0) => 1.3,
                    (true, _) => 0.4,
                    (false, _) => 0.25,
                };
                if titled && !field && strongest.is_none_or(|(_, most)| weight > most) {
                    strongest = Some((kind, weight));
                }
                self.add(kind, weight * factor);
            }
            if let Some((kind, weight)) = strongest {
                let clear = capitals || short;
                if titles == 0 && clear && rank < HEAD && (weight >= CLEAR || rank < 2 && kind == PlanOfCare) {
                    self.title = Some(kind);
                }
                titles += 1;
            }
        }
    }

    fn content(&mut self, page: &Page<'_>) {
        for (pattern, kind, weight) in &CONTENT {
            let times = page.swept.all(pattern).take(3).count();
            if times > 0 {
                self.add(*kind, *weight * (1.0 + 0.4 * (times as f32 - 1.0)));
            }
        }
    }

    fn facts(&mut self, facts: &Facts) {
        let reported = facts.goals.iter().filter(|g| !g.new && g.status.is_some()).count();
        let open = facts.goals.iter().filter(|g| g.status.is_none()).count();
        let planned = !facts.frequency.is_empty() && !facts.duration.is_empty();
        if facts.minutes.timed.is_some() || facts.minutes.total.is_some() || facts.minutes.clock.is_some() {
            self.add(TreatmentNote, 2.2);
        }
        if facts.minutes.services.len() > 1 || facts.services.iter().filter(|s| s.code.is_some()).count() > 1 {
            self.add(TreatmentNote, 1.2);
        }
        if facts.goals.is_empty() {
            self.add(TreatmentNote, 0.8);
        }
        if reported > 1 {
            self.add(ProgressReport, 1.2);
            self.add(Discharge, 0.6);
        }
        if !facts.periods.is_empty() {
            self.add(ProgressReport, 0.8);
        }
        if open > 0 && planned {
            self.add(Evaluation, 1.5);
            self.add(PlanOfCare, 0.7);
        }
        if facts.goals.iter().any(|g| g.new) && reported > 0 {
            self.add(Recertification, 1.5);
        }
        if facts.goals.iter().any(|g| g.term == GoalTerm::Long && g.status.is_none()) && !facts.diagnoses.is_empty() {
            self.add(Evaluation, 0.6);
        }
    }
}

/// The discipline of whoever signed, where all who did are of one.
fn signer(facts: &Facts) -> Option<Discipline> {
    let mut named = facts.signatures.iter().filter_map(|signature| signature.discipline);
    let first = named.next().filter(|first| *first != Discipline::Unknown)?;
    named.all(|other| other == first).then_some(first)
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

/// How much speaks for each discipline.
fn disciplines(note: &Note<'_>) -> [f32; Discipline::ALL.len()] {
    let page = &note.page;
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
    scores
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

/// What most speaks for, unless hardly anything does, or as much for another.
fn best<T: Copy>(scores: &[f32], kinds: &[T], unknown: T) -> T {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let (first, second) = (scores[order[0]], scores.get(order[1]).copied().unwrap_or(0.0));
    if first < FLOOR || first - second < 0.01 { unknown } else { kinds[order[0]] }
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

    /// The kind that a title over two plain lines says outright.
    fn titled(title: &str) -> Option<DocType> {
        let text =
            format!("{title}\nLee Moss\n\nHe came in with his wife and told me about the garden and the weather.\n");
        Signs::read(&Note::new(&text, Vocabulary::builtin())).title
    }

    #[test]
    fn titles_as_clinics_write_them() {
        for (kind, titles) in [
            (
                Evaluation,
                &[
                    "PT Evaluation",
                    "INITIAL EVALUATION",
                    "Initial OT Assessment",
                    "OT Eval & Treat",
                    "SLP eval/POC",
                    "Re-evaluation",
                    "HAND CLINIC NEW PT",
                    "New patient visit",
                    "Evaluation and plan of care",
                    "PT IE",
                    "Bedside swallow evaluation",
                    "First appointment",
                    "Intake",
                    "PT INITIAL",
                    "Speech pathology consultation",
                ][..],
            ),
            (
                PlanOfCare,
                &[
                    "PLAN OF CARE",
                    "Plan of Treatment",
                    "POC",
                    "Initial certification",
                    "OT treatment plan",
                    "Therapy plan of care",
                    "o.t. plan",
                ],
            ),
            (
                TreatmentNote,
                &[
                    "PT DAILY NOTE",
                    "Daily progress note",
                    "Treatment Encounter Note",
                    "SOAP note",
                    "Visit note (#4)",
                    "OT session note",
                    "Tx note",
                    "Group note",
                    "Flowsheet",
                    "Daily treatment record",
                ],
            ),
            (
                ProgressReport,
                &[
                    "PROGRESS REPORT",
                    "PT Progress Note",
                    "10th visit note",
                    "Third progress report",
                    "PR #2",
                    "Monthly summary",
                    "30 day review",
                    "Interim report",
                    "Progress update to physician",
                    "PT PROG RPT #2",
                    "PHYSICAL THERAPY PROGRESS NOTE",
                    "PROGRESS REPORT [x]  RECERT [ ]  DISCHARGE [ ]",
                    "Quarterly report",
                ],
            ),
            (
                Recertification,
                &[
                    "RECERTIFICATION",
                    "Re-eval/Recert",
                    "Updated plan of care",
                    "UPOC",
                    "POC update",
                    "Second certification",
                    "Request for continued therapy",
                    "OT Re-cert",
                    "60-day renewal",
                    "PLAN EXTENDED",
                    "Extension of OT",
                ],
            ),
            (
                Discharge,
                &[
                    "DISCHARGE SUMMARY",
                    "DC Summary",
                    "D/C note",
                    "PT discharge",
                    "Final visit",
                    "Closing note",
                    "End of care",
                    "Last visit note",
                    "DISCH SUM",
                    "End of OT",
                    "dc / cog / mild TBI",
                    "Exit report",
                ],
            ),
        ] {
            for title in titles {
                assert_eq!(titled(title), Some(kind), "{title}");
            }
        }
    }

    #[test]
    fn lines_that_only_look_like_titles() {
        for line in [
            "Discharge planning",
            "Evaluation date: 3/3/2025",
            "Initial eval: 3/3/2025",
            "Last visit: 3/3/2025",
            "Next progress report due 4/2",
            "Plan of care dates 3/3 to 6/1",
            "Lives in Washington DC",
            "Hospital discharge 2/3",
            "Mr. Daily, gardener",
            "He has been so well since we last met that it was hard to find anything to do, and the discharge of fluid stopped.",
        ] {
            assert_eq!(titled(line), None, "{line}");
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
