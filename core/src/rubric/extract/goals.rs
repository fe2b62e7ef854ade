//! Goals as items: their text, whether they are long or short term, their target, and how they stand.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::enumerate;
use super::measures;
use super::outline::Topic;
use super::page::{Page, lists, touching};
use crate::text::pattern::{all_parts, compiled, parts};
use crate::text::sweep::Pattern;
use crate::text::{Span, lines};

/// How far ahead a goal lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GoalTerm {
    /// Called a long-term goal.
    Long,
    /// Called a short-term goal.
    Short,
    /// Called neither.
    Unstated,
}

/// One goal of a note.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Goal {
    /// All of it, with its label.
    pub span: Span,
    /// What is to be reached, without the label.
    pub text: Span,
    /// Its label and number, in one form: `ltg1`, `stg2`, `goal3`; empty without a number.
    pub id: String,
    /// How far ahead it lies.
    pub term: GoalTerm,
    /// The first thing it can be measured by.
    pub target: Option<Span>,
    /// What it is to be useful for.
    pub function: Option<Span>,
    /// By when, as far as the goal itself says.
    pub time_frame: Option<Span>,
    /// How it stands.
    pub status: Option<Span>,
    /// Whether it is set for a period to come, in a note that also reports on earlier goals.
    pub new: bool,
}

fn re(pattern: &str) -> Regex {
    compiled(&format!("(?xi){pattern}"))
}

/// The label of a goal: "LTG 1", "Long-term goal #2", "Goal 3", "STGs".
const LABELLED: &str = r"\b(?:(?:(?P<long>long|short)[\s-]*(?:term|range)\s+(?:functional\s+|treatment\s+)?(?:goal|objective|outcome)
        |(?P<abbr>LTG|STG|LTO|STO|(?:LT|ST)\s+goal)
        |(?:functional\s+|treatment\s+|therapy\s+)?goal
        |(?P<g>G(?:\d)))
       (?P<plural>s)?(?:\s*(?:\#|no\.?\s|number\s)?\s*(?P<number>\d{1,2}[a-z]?\b|[A-H]\b)|\b)
       |(?-i:[LS]T)[\#-]?(?P<short>\d{1,2})\b)";
pub(in crate::rubric) static MARK: Pattern = LazyLock::new(|| re(LABELLED));
/// A goal's label at the start of a text: nothing behind it is looked at.
static FIRST_MARK: LazyLock<Regex> = LazyLock::new(|| re(&format!("^(?:{LABELLED})")));
/// The term alone: "Short term (3 weeks):", "Long-term:".
static TERM: LazyLock<Regex> = LazyLock::new(|| re(r"^(long|short)[\s-]*(?:term|range)\b"));
/// Words that only lead a time in.
const LEADS: &[&str] =
    &["to", "by", "in", "within", "until", "thru", "through", "due", "target", "date", "for", "the", "of"];
static NEW: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:new|updated?|revised|upgraded|modified|next|upcoming|coming|going\s+forward|this\s+recert\w*|continued?\s+plan)\b",
    )
});
/// "(8 wks)", "8 weeks", "in 6-8 weeks", "by discharge", "by 04/01/2025".
static TIME_FRAME: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:(?:with)?in|by|over|after|for|x|at)?\s*(?:the\s+)?(?:end\s+of\s+|next\s+|another\s+)*(?:week\s+\#?\d{1,2}\b
         |(?:\d{1,3}(?:\s*(?:-|–|to|or)\s*\d{1,3})?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|sixteen|a|couple(?:\s+of)?)
          [\s-]*(?:weeks?|wks?|wk|months?|mos?|mths?)\b)
       |\b(?:with)?in\s+(?:the\s+)?(?:next\s+)?(?:\d{1,3}(?:\s*(?:-|–|to)\s*\d{1,3})?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)\s*(?:visits?|sessions?|days?|treatments?)\b
       |\bby\s+(?:the\s+)?(?:time\s+of\s+|end\s+of\s+)?(?:discharge|d/?c|recert\w*|(?:the\s+|this\s+|our\s+)?(?:plan|episode|certification|care|course|program(?:me)?|therapy|treatment))\b
       |\(\s*\d{1,3}\s*(?:visits?|sessions?|days?|tx|treatments?)\s*\)
       |\b(?:by\s+|target(?:\s+date)?:?\s+|due:?\s+)?\d{1,2}/\d{1,2}/\d{2,4}\b
       |\bby\s+(?:mid-?|late\s+|early\s+|the\s+end\s+of\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:\s+\d{1,2}\b)?",
    )
});
/// What stands where a goal should, and is none.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"^\W*(?:none(?:\s+(?:set|established|written|identified|stated|agreed|made|today|yet|at\s+this\s+time|currently|as\s+yet)\b.*)?|n/?a|nil|tbd|tba|pending|deferred|blank|unchanged|same|ongoing|[_\-.\s]*
        |(?:goals?\W+)?(?:(?:to|will)\s+(?:be|decide|determine|discuss|agree|finali[sz]e)\b|not(?:\s+yet)?|no\s+(?:\w+\s+)?goals?|(?:are|were)\s+not|have\s+not)\s.*
        |(?:please\s+)?(?:see|refer\s+to|per|as\s+per|as\s+in|as\s+above|same\s+as)\b.*
        |continue\s+(?:with\s+)?(?:all\s+|current\s+|previous\s+|same\s+|established\s+)*goals?\b.*
        |no\s+.*\b(?:set|established|written|identified|stated)\b.*
        |discussed\s+(?:with|and)\b.*)\W*$",
    )
});
/// Goals of another time: an earlier episode, a stay elsewhere.
pub(in crate::rubric) static FORMER: Pattern = LazyLock::new(|| {
    re(
        r"\b(?:in|during|from|at|after)\s+(?:(?:his|her|their|the|a|an)\s+)?(?:(?:19|20)\d\d|previous|prior|earlier|former|past)\s+(?:\w+\s+){0,2}(?:episode|course|admission|stay|rehab\w*|hospital\w*)\b
        |\bat\s+that\s+time\b",
    )
});
/// Points to the list that follows rather than away: "see below".
static BELOW: LazyLock<Regex> =
    LazyLock::new(|| re(r"\b(?:below|following|as\s+follows|list(?:ed)?|attached|table)\b"));
/// What the patient hopes for is no therapy goal.
pub(in crate::rubric) static OWN_WORDS: Pattern = LazyLock::new(|| {
    re(
        r"^(?:(?:patient|pt|client|family|personal)(?:'s)?\s+(?:own\s+|stated\s+)?goals?|goals?\s+(?:in\s+(?:his|her|their|own|pt|patient)|of\s+(?:the\s+)?(?:patient|pt)|per\s+(?:the\s+)?(?:patient|pt)|\(?(?:patient|pt)(?:'s|\s+stated)))\b",
    )
});
/// A line that leads a list of goals in.
pub(in crate::rubric) static HEADED: Pattern = LazyLock::new(|| {
    re(
        r"^(?:\w+\s+){0,4}(?:goals?|objectives)\b[^.]{0,60}\b(?:below|following|follows?|listed|include[sd]?|are|these)\b[^.]{0,40}[.:]?$
       |^(?:expected|anticipated|functional|desired|target|predicted)?\s*(?:outcomes|goals|objectives)\s+(?:expected|anticipated|desired|for|in|by|over|to\s+be|at)\b[^.]{0,40}:?$
       |^(?:expected|anticipated|desired|predicted)\s+(?:functional\s+)?outcomes?\b[^.]{0,30}:?$
       |^(?:[\w',/&-]+\s+){0,8}\(?(?:by|(?:with)?in)\s+(?:the\s+|about\s+|around\s+)*(?:next\s+|end\s+of\s+|last\s+week\s+of\s+|first\s+week\s+of\s+|mid-?\s?|early\s+|late\s+)*
        (?:(?:\d{1,2}|two|three|four|six|eight|ten|twelve)\s*-?\s*(?:weeks?|wks?|months?|mos?|visits|sessions)|(?:week|wk|visit|session)\s+\#?\d{1,2}|discharge|\d{1,2}/\d{1,2}(?:/\d{2,4})?
        |(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?(?:\s+\d{1,2})?(?:,?\s+\d{4})?)\s*\)?\s*(?:\([^)]{1,20}\))?\s*:$
       |^(?:[\w',/&-]+\s+){0,6}(?:(?:be\s+)?able\s+to(?:\s+do)?|working\s+(?:on|towards?)|aim(?:s|ing)?(?:\s+(?:for|at|to))?|are\s+after|is\s+after|to\s+(?:be\s+)?(?:reach|reached|achieve|achieved|accomplish|accomplished)|hopes?\s+(?:for|to\s+(?:see|reach|have))|targets?|objectives?|intended\s+(?:results?|outcomes?)|shooting\s+for|will\s+(?:do|be\s+able\s+to))
        (?:\s+[\w',/&-]+){0,5}\s*(?:\([^)]{1,24}\))?\s*:$",
    )
});
/// Heads of columns beside a heading.
static COLUMNS: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"^(?:\W*(?:target\s+date|date|due|time\s*-?frame|status|baseline|current(?:\s+(?:level|status))?|target|met|progress|level|initial|eval(?:uation)?|today|comments?|goal|measure
        |type|term|by|when|level\s+now|(?:LT|ST)(?:\s*/\s*(?:LT|ST))?|\#|measured\s+by|how\s+measured|function|was|then|now|where\s+(?:it|he|she|things)\s+stands?|outcome|\d{1,2}/\d{1,2}(?:/\d{2,4})?|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?(?:\s+\d{1,4})?|(?:week|visit)\s+\d{1,2})\b)+\W*$",
    )
});
/// What is said about goals without being one: agreement, prognosis, who set them.
static NO_ITEM: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"^\W*(?:(?:the\s+)?(?:patient|pt|client|family|caregiver|she|he|they|wife|husband|daughter|son)(?:\s+(?:and|&)\s+\w+)?\s+(?:agree[sd]?|concur\w*|in\s+agreement|will(?:\s+be\s+able\s+to)?\s*:?\s*$|(?:is|was|are|were)\s+(?:in\s+agreement|agreeable|informed|aware|involved)|verbali[sz]e[sd]?|participated|consent\w*|understands?)
        |(?:all\s+|these\s+|the\s+|above\s+)*goals?\s+(?:were|was|have\s+been|are|has\s+been)?\s*(?:set|established|discussed|reviewed|developed|agreed|made|written|explained|shared)\b
        |(?:rehab\w*\s+)?(?:potential|prognosis)\b|(?:discussed|reviewed|established|developed|agreed)\s+with\b|in\s+agreement\b)
       |\b(?:rehab\w*\s+potential|prognosis|potential\s+(?:to|for))\b[^.]{0,40}\b(?:good|fair|excellent|poor|guarded)\b",
    )
});
/// What a goal says is to be reached.
static CONTENT: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:improv\w+|increas\w+|decreas\w+|reduc\w+|restor\w+|regain\w*|maintain\w*|achiev\w+|return\w*|be\s+able|independen\w+|perform\w*|complet\w+|tolerat\w+|demonstrat\w+|manag\w+|better|stronger|safer)\b",
    )
});
/// How a goal stands, in words that say nothing else.
pub(in crate::rubric) static SURE_STATUS: Pattern = LazyLock::new(|| {
    re(
        r"\b(?:(?:not|partially|partly|nearly|near|almost|mostly|fully|now|been|is|was|goal|not\s+yet)\s+(?:met|achieved|attained|reached)
        |unmet|getting\s+(?:better|there|closer|easier|stronger)|(?:no|some|little|good)\s+headway|progressing|progressed|on-?\s?going|in\s+progress|making\s+(?:\w+\s+)?progress|no\s+(?:\w+\s+)?(?:progress|change|improvement)
        |(?:good|fair|slow|steady|minimal|limited|some|great|excellent|poor)\s+progress|plateau\w*|regress(?:ed|ing|ion)|declin(?:ed|ing)
        |achieved|attained|mastered|accomplished|surpassed|exceeded|discontinued|deferred|upgraded|unchanged
        |not\s+(?:yet\s+)?(?:addressed|started|initiated|tested))\b
       |(?-i:\bMET\b|\bNOT\s+MET\b)
       |[✓✔☑]|[↑↓→]\W*$
       |\b(?:stuck|stalled|put\s+off|on\s+hold|d/c'd|given\s+up)\b|\bnearly\W*$|[,;–—|]\s*closed\b
       |[,;–—]\s*(?:still\s+|is\s+|was\s+|now\s+)?(?:kept|held|close|nearly\s+there|almost\s+there|reached|done|the\s+same|unchanged|abandoned|dropped|withdrawn|given\s+up|ongoing|not\s+(?:yet|there|reached|done))\b
       |\b(?:is|was)\s+(?:close|nearly\s+there|almost\s+there|not\s+(?:yet\s+)?(?:there|started|done))\b|\bnot\s+(?:yet\s+)?there\b|[:=\-–—(;,.]\s*not\s+yet\b
       |[:=\-–—(;,.]\s*(?:goal\s+)?met\b|\bmet\s*[.;,(]|\bmet\s*$",
    )
});
pub(in crate::rubric) static OVERALL: Pattern = LazyLock::new(|| {
    re(r"\ball\s+(?:\w+\s+){0,4}goals?\s+(?:\w+\s+){0,3}(?:met|achieved|attained|reached|progressing|accomplished)
       |\b(?:met|achieved|attained|reached|accomplished|meeting|progress(?:ing)?\s+(?:steadily\s+|well\s+|slowly\s+)?towards?)\s+(?:all|each|every|both)\s+(?:\w+\s+){0,4}goals?
       |\bgoals?\s+(?:(?:have|has|were|was|are|all|been|fully|partially|mostly)\s+){0,4}(?:met|achieved|attained|reached|accomplished)\b
       |\b(?:met|achieved|reached)\s+(?:his|her|their|the|most|none|some|\w+\s+of|\d+\s*(?:of|/)\s*\d+)\s*(?:\w+\s+){0,4}goals?
       |\b(?:\d+|one|two|three|four|five|six|none|both|most|half)\s*(?:/\s*\d+|(?:out\s+)?of\s+(?:the\s+)?(?:\d+|two|three|four|five|six|\w+))?\s*(?:\w+\s+){0,3}goals?\s+(?:\w+\s+){0,2}(?:met|achieved|attained|reached)\b")
});
/// Between the items of a line.
static ENUMERATOR: LazyLock<Regex> = LazyLock::new(|| re(r"(?:^|[\s;,.])\(?(?:\d{1,2}|[a-h])[.)]\s+"));
/// What begins the goals of a paragraph that are counted in words: "One, he stays ... Two, his wife ...".
pub(in crate::rubric) static COUNTED: Pattern = LazyLock::new(|| {
    re(
        r"^\W*(?:and\s+)?(?:the\s+)?(?P<word>one|two|three|four|five|six|first|second|third|fourth|fifth|sixth|finally|last)(?:ly)?(?:\s+(?:one|aim|goal|target))?\s*(?:[,:]|\s(?:is|was|to)\b)\s*",
    )
});
/// A goal in running prose.
static PROSE: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:goals?|aims?|objectives?|LTGs?|STGs?|targets?)\b(?:\W+\w+){0,8}?\W+(?:is|are|was|were|include|includes|to|that|will|for|of|remains?)\b
       |\b(?:aim(?:s|ing)?|working|expect(?:s|ed|ing)?|anticipate[ds]?|hope[ds]?|plan(?:s|ned)?)\s+(?:to\s+have|for|that|to\s+see|towards?|her|him|them|the\s+patient|pt)\b",
    )
});
static WILL: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:patient|pt|client|resident|he|she|they|(?:mr|mrs|ms|mx)\.?\s+\w+|(?-i:[A-Z][a-z]+))\s+(?:will|should|is\s+(?:expected|anticipated)\s+to|is\s+to|(?P<bare>to))\s+
       (?:be\s+able\s+to\s+|safely\s+|consistently\s+|independently\s+)*(?P<verb>\w+)",
    )
});
/// What a patient will do that is no goal.
const NO_GOAL: &[&str] = &[
    "be", "benefit", "attend", "receive", "return", "continue", "follow", "call", "bring", "require", "need", "have",
    "come", "see", "undergo", "start", "begin", "contact", "schedule", "resume", "get", "hold", "discuss", "trial",
];

struct Draft {
    span: Span,
    text: Span,
    id: String,
    term: GoalTerm,
    new: bool,
    prose: bool,
    /// What follows a goal told in prose up to the next one: how it stands.
    after: Option<Span>,
}

impl Draft {
    /// A goal of a paragraph that counts its goals in words.
    fn told(page: &Page<'_>, sentence: Span) -> Self {
        let from = page.sentences.partition_point(|next| next.start < sentence.end);
        let follows = page.sentences[from..]
            .iter()
            .take(MOST_AFTER)
            .take_while(|next| !COUNTED.is_match(next.of(page.text)))
            .take_while(|next| !page.text[sentence.end..next.start].contains("\n\n"))
            .last();
        let after = follows.map(|last| Span::new(sentence.end, last.end));
        Self {
            span: sentence,
            text: sentence,
            id: String::new(),
            term: GoalTerm::Unstated,
            new: false,
            prose: true,
            after,
        }
    }
}

/// A goal by what is to be done, and how it stands after a colon.
static DOING: LazyLock<Regex> = LazyLock::new(|| compiled(r"^\W*(?:[A-Z][a-z]+ing)\b[^.:;]{2,70}:\s+(?P<told>\S)"));
/// What goals are counted by in words.
const ORDINALS: [[&str; 2]; 6] =
    [["one", "first"], ["two", "second"], ["three", "third"], ["four", "fourth"], ["five", "fifth"], ["six", "sixth"]];
/// So many sentences after a goal may say how it stands.
const MOST_AFTER: usize = 4;

struct Mode {
    term: GoalTerm,
    new: bool,
    items: usize,
    indent: usize,
    /// Whether the items carry bullets, numbers or labels: then a line without one is no item.
    marked: bool,
    /// The number of the heading itself: who goes on from it heads the next part.
    headed: Option<u32>,
    /// The letter of the heading itself, as a number.
    lettered: Option<u32>,
    /// Whether goals stood on the heading's own line: then only what reads like a goal is one below it.
    inline: bool,
}

/// The goals of a note, in order, where `overall` says how all of them stand.
pub(super) fn goals(page: &Page<'_>, overall: Option<Span>) -> Vec<Goal> {
    let mut drafts = listed(page);
    if drafts.is_empty() {
        drafts = prose(page);
    }
    let mut goals: Vec<Goal> = drafts.into_iter().map(|draft| finish(page, draft)).collect();
    // "STG3 done 2/17." tells of a goal that is named in full elsewhere.
    let named: HashMap<String, Span> = standings(&goals);
    goals.retain(|goal| {
        says_something(page, goal)
            && has_words(goal.text.of(page.text))
            && !NO_ITEM.is_match(page.clip(goal.text).of(page.text))
    });
    // A goal told twice, or goals told all together, stand as the other place says.
    for goal in goals.iter_mut().filter(|goal| goal.status.is_none()) {
        goal.status = named.get(&goal.id).copied().or(overall);
    }
    goals
}

/// How the goals with a label stand, as far as they say.
fn standings(goals: &[Goal]) -> HashMap<String, Span> {
    goals.iter().filter_map(|g| g.status.filter(|_| !g.id.is_empty()).map(|s| (g.id.clone(), s))).collect()
}

/// Whether a line under a heading, with neither number nor bullet, reads like a goal at all.
fn says_something(page: &Page<'_>, goal: &Goal) -> bool {
    let text = page.clip(goal.text).of(page.text);
    let listed = !goal.id.is_empty() || goal.span != goal.text || goal.term != GoalTerm::Unstated;
    listed || goal.target.is_some() || goal.function.is_some() || goal.status.is_some() || CONTENT.is_match(text)
}

fn has_words(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().any(char::is_alphabetic));
    words.nth(1).is_some() && !PLACEHOLDER.is_match(text)
}

/// Goals under headings and after labels.
fn listed(page: &Page<'_>) -> Vec<Draft> {
    let text = page.text;
    let mut drafts: Vec<Draft> = Vec::new();
    let mut mode: Option<Mode> = None;
    let mut blank = false;
    for line in page.lines.iter().copied() {
        // "[ ] LTG: return to ____": nobody chose it.
        if is_unchosen(page, line) {
            continue;
        }
        if line.is_empty() {
            blank = true;
            continue;
        }
        let after_blank = std::mem::take(&mut blank);
        let marker = page.marker(line.start).max(mode.as_ref().map_or(0, |_| bare_number(page, line)));
        let content = lines::trim(text, Span::new(line.start + marker, line.end));
        // "2) Long-term goals", and under it "3) Treatment": the numbers are those of the headings.
        let numbered = number_of(&line.of(text)[..marker]);
        if let Some(headed) = mode.as_ref().and_then(|m| m.headed)
            && numbered == Some(headed + 1)
        {
            mode = None;
        }
        // So for letters, whose items count otherwise: "F. Long term", and under it "G. Treatment".
        let lettered = enumerate::letter(&line.of(text)[..marker]);
        if let Some(headed) = mode.as_ref().and_then(|m| m.lettered)
            && lettered.is_some_and(|own| own > headed)
        {
            mode = None;
        }
        let block = page.block_at(content.start);
        let patients_own = block.is_some_and(|b| b.topic == Topic::Subjective || b.topic == Topic::Signature)
            || page.swept.is_in(&OWN_WORDS, content);
        let mark = page.swept.may(&MARK, content).then(|| parts(&FIRST_MARK, content.of(text))).flatten();
        let heading_goal = block.filter(|b| {
            matches!(b.topic, Topic::Goals | Topic::NewGoals)
                || (b.topic == Topic::Status && MARK.is_match(b.label.of(text)))
                || (mode.is_some() && TERM.is_match(b.label.of(text)))
        });
        if let Some(mark) = mark
            && !patients_own
            && is_item(&mark, content.of(text))
        {
            let new = mode.as_ref().is_some_and(|m| m.new);
            let fallback = mode.as_ref().map_or(GoalTerm::Unstated, |m| m.term);
            marked(page, content, new, fallback, &mut drafts);
            mode = Some(Mode {
                term: fallback,
                new,
                items: 1,
                indent: indent(text, line),
                marked: true,
                headed: mode.as_ref().and_then(|m| m.headed),
                lettered: mode.and_then(|m| m.lettered),
                inline: false,
            });
            continue;
        }
        if let Some(block) = heading_goal
            && !patients_own
        {
            let label = block.label.of(text);
            let term = term_of(label).unwrap_or(if TERM.is_match(label) {
                if label.to_lowercase().starts_with("long") { GoalTerm::Long } else { GoalTerm::Short }
            } else {
                GoalTerm::Unstated
            });
            let keeps_new = mode.as_ref().is_some_and(|m| m.new && TERM.is_match(label));
            let new = block.topic == Topic::NewGoals || NEW.is_match(label) || keeps_new;
            let mut rest = lines::trim(text, Span::new(after_label(text, block.label, line), line.end));
            let mut term = term;
            // "GOALS - LONG TERM (8 weeks)": what follows the dash is still heading.
            if let Some(more) = TERM.find(rest.of(text)) {
                term = term_of(more.as_str()).unwrap_or(term);
                rest = Span::new(after_label(text, Span::new(rest.start, rest.start + more.end()), line), line.end);
            }
            if let Some(frame) = TIME_FRAME.find(rest.of(text)).filter(|m| m.start() <= 1) {
                rest = Span::new(after_label(text, Span::new(rest.start, rest.start + frame.end()), line), line.end);
            }
            let before = drafts.len();
            let own = rest.of(text);
            if has_words(own) && !COLUMNS.is_match(own) && !NO_ITEM.is_match(own) {
                let labelled = FIRST_MARK.captures(own).is_some_and(|m| is_named(&m, own));
                if labelled {
                    // "Goals: LTG 1 increase strength. LTG 2 ..."
                    marked(page, rest, new, term, &mut drafts);
                } else {
                    inline(page, rest, term, new, &mut drafts);
                }
            }
            // "Long-term goals: to be set at the review" is an answer: what follows is no list of them.
            if PLACEHOLDER.is_match(own) && own.contains(char::is_alphabetic) && !BELOW.is_match(own) {
                mode = None;
                continue;
            }
            let items = drafts.len() - before;
            mode = Some(Mode {
                term,
                new,
                items,
                indent: indent(text, line),
                marked: false,
                headed: numbered,
                lettered,
                inline: items > 0,
            });
            continue;
        }
        let termed = mode.is_none() && is_term_alone(page, content);
        if mode.is_none()
            && !patients_own
            && (termed || (marker == 0 && page.swept.is_in(&HEADED, content) && !cannot(content.of(text))))
        {
            let heading = content.of(text);
            let term = term_of(heading).unwrap_or(GoalTerm::Unstated);
            let next = indent(text, line);
            mode = Some(Mode {
                term,
                new: NEW.is_match(heading),
                items: 0,
                indent: next,
                marked: false,
                headed: numbered,
                lettered,
                inline: false,
            });
            continue;
        }
        // "Progress: Goal 1 ... Goal 2 ...": goals told one after the other inside a line.
        if mode.is_none() {
            let inside = content.of(text);
            let marks = page.swept.may(&MARK, content).then(|| all_parts(&MARK, inside));
            let numbered: Vec<usize> = marks
                .into_iter()
                .flatten()
                .filter(|m| is_named(m, inside) && m.name("g").is_none() && m.name("plural").is_none())
                .filter_map(|m| m.get(0).map(|m| m.start()))
                .filter(|at| begins(inside, *at))
                .collect();
            let told = block.is_some_and(|b| !matches!(b.topic, Topic::Plan | Topic::Subjective)) || numbered.len() > 1;
            if let Some(first) = numbered.first()
                && told
            {
                let new = NEW.is_match(&inside[..*first]);
                marked(page, Span::new(content.start + first, content.end), new, GoalTerm::Unstated, &mut drafts);
            }
            continue;
        }
        let Some(state) = &mut mode else { continue };
        let status_line = block.is_some_and(|b| b.topic == Topic::Status || is_status_label(b.label.of(text)));
        if status_line && marker == 0 && state.items > 0 {
            if let Some(last) = drafts.last_mut() {
                last.span = last.span.cover(line);
            }
            continue;
        }
        // "Short term, 4 weeks" and "By week 8:" head the items below them.
        if let Some(term) = subheading(content.of(text)) {
            if term != GoalTerm::Unstated {
                state.term = term;
            }
            state.marked = false;
            continue;
        }
        let known = block.is_some_and(|b| !matches!(b.topic, Topic::Unknown));
        let ends =
            (known && marker == 0) || (after_blank && state.items > 0 && marker == 0 && !is_promise(content.of(text)));
        let signs = marker == 0 && after_blank && content.len() < 40 && !has_words(content.of(text));
        if ends || signs {
            mode = None;
            continue;
        }
        // "how often ........ weekly" asks for something else.
        let led = block.is_some_and(|b| text.get(b.label.end..b.body.start).is_some_and(|gap| gap.contains("..")));
        if led && marker == 0 {
            mode = None;
            continue;
        }
        // "rate:   twice weekly", further out than the goals are: a field of its own, whatever letter it begins with.
        if block.is_some() && marker == 0 && state.items > 0 && indent(text, line) < state.indent {
            mode = None;
            continue;
        }
        let continues = marker == 0
            && state.items > 0
            && !after_blank
            && (content.of(text).starts_with(char::is_lowercase) || indent(text, line) > state.indent + 1);
        if continues {
            if let Some(last) = drafts.last_mut() {
                last.span = last.span.cover(line);
                if !page.swept.is_in(&SURE_STATUS, last.text) {
                    last.text = last.text.cover(line);
                }
            }
            continue;
        }
        let reads = |line: Span| page.swept.is_in(&SURE_STATUS, line) || is_promise(line.of(text));
        if marker == 0 && (state.marked || (state.inline && !reads(content))) {
            mode = None;
            continue;
        }
        state.marked |= marker > 0;
        state.items += 1;
        state.indent = indent(text, line);
        let number: String = line.of(text)[..marker].chars().filter(char::is_ascii_alphanumeric).collect();
        let kind = match state.term {
            GoalTerm::Long => "ltg",
            GoalTerm::Short => "stg",
            GoalTerm::Unstated => "goal",
        };
        let id = if number.is_empty() { String::new() } else { format!("{kind}{}", number.to_lowercase()) };
        drafts.push(Draft {
            span: line,
            text: content,
            id,
            term: state.term,
            new: state.new,
            prose: false,
            after: None,
        });
    }
    drafts
}

/// Whether a line is a choice of a form that nobody made: its box is empty while others are ticked, or what it asks for is blank.
pub(crate) fn is_unchosen(page: &Page<'_>, line: Span) -> bool {
    let empty = |line: &str| ["[ ]", "( )", "☐", "❏"].iter().any(|mark| line.starts_with(mark));
    let ticked =
        |line: &str| ["[x]", "[X]", "(x)", "(X)", "☑", "☒", "✓", "✔"].iter().any(|mark| line.starts_with(mark));
    let content = line.of(page.text);
    let at = page.lines.partition_point(|other| other.start < line.start);
    let near = || page.lines[at.saturating_sub(NEAR)..(at + NEAR).min(page.lines.len())].iter();
    empty(content) && (content.contains("___") || near().any(|other| ticked(other.of(page.text))))
}

/// How many lines around a choice the others stand.
const NEAR: usize = 8;

/// Whether a line says only how far ahead the goals under it lie: "Long term (to 9/12/2025)".
fn is_term_alone(page: &Page<'_>, line: Span) -> bool {
    let content = line.of(page.text);
    let called = || {
        let mark = page.swept.may(&MARK, line).then(|| FIRST_MARK.captures(content)).flatten()?;
        let whole = mark.get(0)?;
        let numbered = mark.name("number").or(mark.name("short")).or(mark.name("g")).is_some();
        (!numbered && (mark.name("abbr").is_some() || mark.name("long").is_some())).then_some(whole.end())
    };
    let Some(end) = TERM.find(content).map(|term| term.end()).or_else(called) else { return false };
    let rest = TIME_FRAME.replace_all(&content[end..], " ");
    let mut words = rest.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.all(|word| LEADS.contains(&word.to_lowercase().as_str()))
}

/// Whether a heading tells of what somebody cannot do.
fn cannot(heading: &str) -> bool {
    let lower = heading.to_lowercase();
    ["unable", "not able", "cannot", "can't", "no longer", "was able", "used to", "is able", "are able"]
        .iter()
        .any(|word| lower.contains(word))
}

/// The number in the marker of a list item.
fn number_of(marker: &str) -> Option<u32> {
    let digits: String = marker.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Whether a sentence says what the patient will do, other than come, receive and follow.
fn is_promise(content: &str) -> bool {
    parts(&WILL, content)
        // "teaching Mrs. Roe to cue": only what begins with who is to do it is a promise.
        .filter(|m| m.name("bare").is_none() || m.get(0).is_some_and(|whole| begins(content, whole.start())))
        .and_then(|m| m.name("verb"))
        .is_some_and(|verb| !NO_GOAL.contains(&verb.as_str().to_lowercase().as_str()))
}

/// Whether a line names only a term or a time; the term it names.
fn subheading(content: &str) -> Option<GoalTerm> {
    let term = TERM.find(content);
    let rest = &content[term.map_or(0, |m| m.end())..];
    let framed = TIME_FRAME.is_match(rest);
    let rest = TIME_FRAME.replace_all(rest, " ");
    let words = rest
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| w.chars().any(char::is_alphabetic) && !LEADS.contains(&w.to_lowercase().as_str()))
        .count();
    let only = words <= 1 && (term.is_some() || framed);
    only.then(|| term.and_then(|m| term_of(m.as_str())).unwrap_or(GoalTerm::Unstated))
}

fn is_status_label(label: &str) -> bool {
    ["current", "status", "progress", "baseline", "comment", "comments", "result", "now"]
        .iter()
        .any(|word| label.to_lowercase().starts_with(word))
}

fn indent(text: &str, line: Span) -> usize {
    text[..line.start].bytes().rev().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// Whether a label begins one goal, rather than a heading over several.
fn is_item(mark: &regex::Captures<'_>, content: &str) -> bool {
    if mark.name("plural").is_some() {
        return false;
    }
    if mark.name("number").is_some() || mark.name("g").is_some() || mark.name("short").is_some() {
        return true;
    }
    // "LTG (8 wks): Pt will ...", "STG chin tuck 90 %: met"; but "Goal:" alone is a heading.
    let end = mark.get(0).map_or(0, |m| m.end());
    let named = mark.name("abbr").is_some() || mark.name("long").is_some();
    let rest = content[end..].trim_start();
    let rest = TIME_FRAME.replace(rest, "");
    named && has_words(rest.trim_start_matches([' ', ':', '-', '(', ')', '–', '—', '.']))
}

fn term_of(label: &str) -> Option<GoalTerm> {
    // "LT-1", "ST2".
    let coded = |lead: &str| {
        label
            .strip_prefix(lead)
            .is_some_and(|rest| rest.starts_with(['-', '#']) || rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    if coded("LT") || coded("ST") {
        return Some(if label.starts_with('L') { GoalTerm::Long } else { GoalTerm::Short });
    }
    let label = label.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| label.contains(word));
    if has(&[
        "long",
        "ltg",
        "lto",
        "lt goal",
        "discharge goal",
        "final goal",
        "outcome goal",
        "end goal",
        "end of care",
        "by discharge",
    ]) {
        Some(GoalTerm::Long)
    } else if has(&["short", "stg", "sto", "st goal", "interim", "immediate", "two-week", "two week"]) {
        Some(GoalTerm::Short)
    } else {
        None
    }
}

/// Where the text after a heading begins on its line: past brackets, colon and dashes.
fn after_label(text: &str, label: Span, line: Span) -> usize {
    let rest = &text[label.end.min(line.end)..line.end];
    line.end - rest.trim_start_matches([' ', '\t', ':', '?', '-', '–', '—', '*', '.', ')', ']']).len()
}

/// Whether a label is a goal's own: numbered, or "LTG:" and "STG (4 wks)".
fn is_named(mark: &regex::Captures<'_>, content: &str) -> bool {
    let end = mark.get(0).map_or(0, |m| m.end());
    let termed = mark.name("abbr").is_some() || mark.name("long").is_some();
    mark.name("number").is_some()
        || mark.name("short").is_some()
        || (termed && content[end..].trim_start().starts_with([':', '(', '-', '–']))
}

/// Whether a goal may begin at a place: at the start, or after a stop.
fn begins(content: &str, at: usize) -> bool {
    let before = content[..at].trim_end();
    before.is_empty() || before.ends_with(['.', ';', ':', '|', ',', ')'])
}

/// The goals of a line that says "LTG 1 ... LTG 2 ...".
fn marked(page: &Page<'_>, region: Span, new: bool, fallback: GoalTerm, drafts: &mut Vec<Draft>) {
    let content = region.of(page.text);
    let marks: Vec<_> = MARK
        .captures_iter(content)
        .filter(|m| {
            let whole = m.get(0).map_or(0..0, |m| m.range());
            let numbered = is_named(m, content) || m.name("g").is_some();
            whole.start == 0 || (numbered && begins(content, whole.start))
        })
        .collect();
    for (index, mark) in marks.iter().enumerate() {
        let Some(whole) = mark.get(0) else { continue };
        let end = marks.get(index + 1).and_then(|m| m.get(0)).map_or(content.len(), |m| m.start());
        let label = whole.as_str();
        let term = term_of(label).unwrap_or(fallback);
        let kind = match term {
            GoalTerm::Long => "ltg",
            GoalTerm::Short => "stg",
            GoalTerm::Unstated => "goal",
        };
        let number = mark.name("number").map_or_else(
            || mark.name("g").map_or(String::new(), |g| g.as_str().chars().filter(char::is_ascii_digit).collect()),
            |n| n.as_str().to_lowercase(),
        );
        let number = mark.name("short").map_or(number, |n| n.as_str().to_owned());
        let mut start = whole.end();
        // A time frame between label and text belongs to the label.
        let rest = &content[start..end];
        let skipped = rest.len() - rest.trim_start_matches([' ', '(', ',']).len();
        if let Some(frame) = TIME_FRAME.find_at(rest, skipped).filter(|m| m.start() <= skipped + 3) {
            start += frame.end();
        }
        let rest = &content[start..end];
        start += rest.len() - rest.trim_start_matches([' ', '\t', ')', ':', '-', '–', '—', '.', '|', '#', ',']).len();
        let span = lines::trim(page.text, Span::new(region.start + whole.start(), region.start + end));
        let text = lines::trim(page.text, Span::new(region.start + start.min(end), region.start + end));
        let id = if number.is_empty() { String::new() } else { format!("{kind}{number}") };
        drafts.push(Draft { span, text, id, term, new, prose: false, after: None });
    }
}

/// The goals that stand on the line of their heading.
fn inline(page: &Page<'_>, region: Span, term: GoalTerm, new: bool, drafts: &mut Vec<Draft>) {
    let content = region.of(page.text);
    let mut push = |start: usize, end: usize| {
        let text = lines::trim(page.text, Span::new(region.start + start, region.start + end));
        if has_words(text.of(page.text)) && !is_former(page, text) {
            drafts.push(Draft { span: text, text, id: String::new(), term, new, prose: false, after: None });
        }
    };
    let mut starts: Vec<(usize, usize)> = Vec::new();
    let mut next = None;
    let mut at = 0;
    while let Some(m) = ENUMERATOR.find_at(content, at) {
        let label = m.as_str().trim_matches(|c: char| !c.is_alphanumeric());
        let letter = || label.bytes().next().map(|b| u32::from(b.to_ascii_lowercase()));
        let ordinal = label.parse::<u32>().ok().or_else(letter);
        // In "1. DHI under 20. 2. turns his head" the 20 counts nothing.
        if next.is_none() || next == ordinal {
            starts.push((m.start(), m.end()));
            next = ordinal.map(|ordinal| ordinal + 1);
            at = m.end();
        } else {
            at = m.start() + content[m.start()..].chars().next().map_or(1, char::len_utf8);
        }
    }
    if !starts.is_empty() {
        for (index, (_, start)) in starts.iter().enumerate() {
            push(*start, starts.get(index + 1).map_or(content.len(), |(at, _)| *at));
        }
        return;
    }
    let mut start = 0;
    for (at, c) in content.char_indices() {
        let mut next = content[at + c.len_utf8()..].chars();
        let ends = c == ';'
            || (c == '.' && next.next().is_none_or(char::is_whitespace) && next.next().is_none_or(char::is_uppercase));
        if ends {
            push(start, at);
            start = at + c.len_utf8();
        }
    }
    push(start, content.len());
}

/// Goals told in sentences.
fn prose(page: &Page<'_>) -> Vec<Draft> {
    let text = page.text;
    let mut drafts = Vec::new();
    let mut led = false;
    for sentence in &page.sentences {
        let content = sentence.of(text);
        // "Targets for the end of the period. One, he stays ... Two, his wife ..."
        let counted = page.swept.may(&COUNTED, *sentence).then(|| COUNTED.captures(content)).flatten();
        let named = Span::new(sentence.start, sentence.start + content.trim_end_matches(['.', ':']).len());
        if counted.is_none() && names_goals(page, named) {
            let next = page.sentences.get(page.sentences.partition_point(|next| next.start < sentence.end));
            if next.is_some_and(|next| COUNTED.is_match(next.of(text)) || DOING.is_match(next.of(text))) {
                led = true;
                continue;
            }
        }
        // "Four aims were set. Getting dressed in fifteen minutes: she now takes fourteen."
        if led && let Some(doing) = DOING.captures(content) {
            let told = doing.name("told").map(|m| Span::new(sentence.start + m.start(), sentence.end));
            drafts.push(Draft { after: told, ..Draft::told(page, *sentence) });
            continue;
        }
        if led && let Some(count) = counted {
            let own = Span::new(sentence.start + count.get(0).map_or(0, |m| m.end()), sentence.end);
            let word = count.name("word").map_or("", |m| m.as_str()).to_lowercase();
            let at = ORDINALS.iter().position(|pair| pair.contains(&&*word));
            let id = at.map_or_else(String::new, |at| format!("goal{}", at + 1));
            drafts.push(Draft { text: own, id, ..Draft::told(page, *sentence) });
            continue;
        }
        let (spoken, promised) = (PROSE.find(content), WILL.captures(content));
        let promised = promised.filter(|_| {
            // "Long range, she will cross the street."
            let termed = TERM.is_match(content);
            let stated = termed || matches!(page.topic(sentence.start), Topic::Goals | Topic::NewGoals);
            is_promise(content) && (stated || TIME_FRAME.is_match(content))
        });
        let status = SURE_STATUS.is_match(content) && content.to_lowercase().contains("goal");
        let at = match (&spoken, &promised) {
            (Some(found), _) => found.start(),
            (None, Some(found)) => found.get(0).map_or(0, |m| m.start()),
            (None, None) if status => 0,
            _ => continue,
        };
        let word = content[at..].chars().take_while(|c| c.is_alphanumeric()).map(char::len_utf8).sum::<usize>();
        let stands = page.assertion(Span::new(sentence.start + at, sentence.start + at + word.max(1)));
        // What stands after a goal heading was read as a list already.
        if page.block_at(sentence.start + at).is_some_and(|b| matches!(b.topic, Topic::Goals | Topic::NewGoals)) {
            continue;
        }
        let subjective = page.topic(sentence.start) == Topic::Subjective && promised.is_none();
        if stands.negated
            || stands.historical
            || subjective
            || PLACEHOLDER.is_match(content)
            || NO_ITEM.is_match(content)
        {
            continue;
        }
        if spoken.is_none() && promised.is_none() && OVERALL.is_match(content) {
            continue;
        }
        // A sentence that only mentions goals sets none and reports on none.
        let says = status || CONTENT.is_match(content) || first_function(page, *sentence).is_some();
        if !says {
            continue;
        }
        let term = term_of(content).unwrap_or(GoalTerm::Unstated);
        let from = sentence.start + at;
        drafts.push(Draft {
            span: *sentence,
            text: Span::new(from.min(sentence.end), sentence.end),
            id: String::new(),
            term,
            new: NEW.is_match(&content[..at]),
            prose: true,
            after: None,
        });
    }
    drafts
}

/// Whether a part of a note speaks of the goals of another time.
pub(crate) fn is_former(page: &Page<'_>, part: Span) -> bool {
    page.swept.is_in(&FORMER, part)
}

/// How a goal stands as far as its own words say: a plain word, or a word or figure past what is aimed at.
pub(crate) fn status_at(page: &Page<'_>, goal: &Goal) -> Option<Span> {
    status(page, goal.span, goal.text, false)
}

/// The line that heads a list of goals: the last one before an item that is no item itself.
pub(crate) fn heading(page: &Page<'_>, goals: &[Goal], goal: Span) -> Option<Span> {
    let own = page.lines.partition_point(|line| line.start <= goal.start).checked_sub(1)?;
    for index in (0..own).rev().take(HEADING_REACH) {
        let line = *page.lines.get(index)?;
        if line.is_empty() || touching(goals, line, |other| other.span).next().is_some() {
            continue;
        }
        let content = line.of(page.text);
        let heads = line.len() <= MAX_HEADING
            && lines::list_marker(content.trim_start()) == 0
            && (term_of(content).is_some() || TIME_FRAME.is_match(content) || page.swept.is_in(&AIMS, line));
        return heads.then(|| lines::trim(page.text, line));
    }
    None
}

/// Whether a line only names goals, as a heading does: few words, no figure, no full stop.
pub(crate) fn names_goals(page: &Page<'_>, line: Span) -> bool {
    let content = line.of(page.text);
    content.len() <= MAX_HEADING
        && page.swept.is_in(&AIMS, line)
        && content.split_whitespace().count() <= 9
        && !content.contains(|c: char| c.is_ascii_digit())
        && !content.ends_with(['.', ';'])
        && !page.swept.is_in(&SURE_STATUS, line)
        && WILL.find(content).is_none()
}

/// The term that the heading over an unlabelled goal gives it: "STG 2 wk", "Long-range aims of the programme".
pub(crate) fn goal_term(page: &Page<'_>, goals: &[Goal], goal: &Goal) -> Option<GoalTerm> {
    let own = FIRST_MARK.captures(goal.span.of(page.text));
    let called = own.is_some_and(|m| m.name("abbr").is_some() || m.name("long").is_some());
    if called || !(goal.id.is_empty() || goal.id.starts_with("goal")) {
        return None;
    }
    let head = heading(page, goals, goal.span)?;
    let content = head.of(page.text);
    let alone = AIMS.is_match(content)
        || TERM.is_match(content[page.marker(head.start).min(content.len())..].trim_start())
        || ABBREVIATED.is_match(content);
    term_of(content).filter(|_| alone && content.split_whitespace().count() <= 9 && !content.ends_with('.'))
}

static ABBREVIATED: LazyLock<Regex> = LazyLock::new(|| re(r"^\W*(?:\w+\W+){0,2}(?:LTG|STG|LTO|STO)s?\b"));
/// How many lines above an item its heading is looked for.
const HEADING_REACH: usize = 24;
/// A heading over goals may take this many bytes.
const MAX_HEADING: usize = 90;
pub(in crate::rubric) static AIMS: Pattern =
    LazyLock::new(|| re(r"\b(?:goals?|aims?|targets?|objectives?|outcomes?)\b"));

/// A statement that holds a goal, as one.
pub(crate) fn goal_at(page: &Page<'_>, span: Span, term: GoalTerm, new: bool) -> Goal {
    let content = span.of(page.text);
    let marker =
        lines::list_marker(content).max(page.marker(span.start)).max(bare_number(page, span)).min(content.len());
    let label = FIRST_MARK.captures(content).filter(|m| is_named(m, content)).and_then(|m| m.get(0));
    let marker = label.map_or(marker, |label| label.end().max(marker));
    let text = lines::trim(page.text, Span::new(span.start + marker, span.end));
    let goal = finish(page, Draft { span, text, id: String::new(), term, new, prose: false, after: None });
    // A figure in what is aimed at says nothing of how it stands: the statements do.
    Goal { status: None, ..goal }
}

/// The bytes of a number without a mark that counts an item: "3  sort the mail", with a 2 over it or a 4 under it.
fn bare_number(page: &Page<'_>, span: Span) -> usize {
    let number = |content: &str| -> Option<(u32, usize)> {
        let digits = content.bytes().take_while(u8::is_ascii_digit).count();
        let rest = &content[digits..];
        let counts = (1..=2).contains(&digits) && rest.starts_with([' ', '\t']);
        let word = rest.trim_start().starts_with(char::is_alphabetic);
        (counts && word).then(|| content[..digits].parse().ok().map(|n| (n, digits)))?
    };
    let Some((own, digits)) = number(span.of(page.text)) else { return 0 };
    let at = page.lines.partition_point(|line| line.start <= span.start);
    let near = page.lines[at.saturating_sub(5)..(at + 4).min(page.lines.len())].iter();
    let counted = near
        .filter(|line| !line.contains(Span::new(span.start, span.start)))
        .filter_map(|line| number(line.of(page.text)))
        .any(|(other, _)| other + 1 == own || other == own + 1);
    if counted { digits } else { 0 }
}

fn finish(page: &Page<'_>, draft: Draft) -> Goal {
    let Draft { span, mut text, id, term, new, prose, after } = draft;
    let source = page.text;
    // "Getting dressed in fifteen minutes: she now takes fourteen."
    let colon = after.filter(|after| span.contains(*after) && has_words(after.of(source)));
    let status = status(page, span, text, prose).or(colon).or_else(|| after.and_then(|after| in_words(page, after)));
    let time_frame = TIME_FRAME.find(span.of(source)).map(|m| Span::new(span.start + m.start(), span.start + m.end()));
    let term = match (term, time_frame) {
        (GoalTerm::Unstated, Some(frame)) => from_frame(frame.of(source)),
        _ => term,
    };
    if text.is_empty() {
        text = span;
    }
    let function = first_function(page, span);
    let target = target(page, text);
    Goal { span, text, id, term, target, function, time_frame, status, new }
}

/// A goal that is due within two weeks is a short-term one, and one due when care ends a long-term one, whatever they are called.
fn from_frame(frame: &str) -> GoalTerm {
    let frame = frame.to_lowercase();
    // "By discharge", "by the end of therapy": the whole of the care lies before it.
    if frame.starts_with("by ")
        && ["discharge", "d/c", "episode", "care", "course", "therapy"].iter().any(|end| frame.ends_with(end))
    {
        return GoalTerm::Long;
    }
    // "For two weeks", "over 3 weeks": how long something is to last.
    if ["for ", "x ", "over ", "after "].iter().any(|lead| frame.starts_with(lead)) {
        return GoalTerm::Unstated;
    }
    let number: Option<u32> = frame.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok();
    let soon = frame.contains('w') && (matches!(number, Some(1..=3)) || frame.contains("one") || frame.contains("two"));
    if soon { GoalTerm::Short } else { GoalTerm::Unstated }
}

/// The first thing of daily life that a goal is to serve.
pub(crate) fn first_function(page: &Page<'_>, span: Span) -> Option<Span> {
    let bare: Vec<Span> = page.hits(lists().impairment_only, span).to_vec();
    page.hits(lists().functional, span).iter().copied().find(|hit| !bare.iter().any(|b| b.contains(*hit)))
}

/// A number, grade, level of assistance, distance, time or score, beside when it is due.
fn target(page: &Page<'_>, text: Span) -> Option<Span> {
    let text = page.clip(text);
    let content = text.of(page.text);
    let frames: Vec<Span> =
        TIME_FRAME.find_iter(content).map(|m| Span::new(text.start + m.start(), text.start + m.end())).collect();
    let free = |span: &Span| !frames.iter().any(|frame| frame.overlaps(*span));
    measures::targets(page, text).into_iter().find(free)
}

/// Whether a goal is called a new one, or was written in place of another.
pub(crate) fn is_added(text: &str) -> bool {
    ADDED.is_match(text)
}

static ADDED: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:new|added|adding|wrote|(?:in\s+its|in\s+their)\s+(?:stead|place)|instead|replaces?|set\s+(?:today|this\s+\w+))\b",
    )
});

/// Whether a part of a note says outright how a goal stands.
pub(crate) fn says_surely(page: &Page<'_>, part: Span) -> bool {
    page.swept.is_in(&SURE_STATUS, part)
}

/// Whether a sentence turns to another goal: "Goal number four, ...", "The second goal was ...".
pub(crate) fn names_another(sentence: &str) -> bool {
    FIRST_MARK.is_match(sentence) || PROSE.is_match(sentence)
}

/// How things stand, as far as a piece of text beside a goal says: a word for it, or a figure that is neither a time nor aimed at.
pub(crate) fn told_in(page: &Page<'_>, region: Span) -> Option<Span> {
    let content = region.of(page.text);
    if let Some(found) = page.swept.find_in(&SURE_STATUS, region) {
        return Some(found);
    }
    page.hits(lists().goal_status, region)
        .first()
        .copied()
        .or_else(|| figure(page, region).filter(|_| !AIMED.is_match(content)))
}

/// The first figure of a region, in digits or words, that is neither a date nor a time to come.
pub(crate) fn figure(page: &Page<'_>, region: Span) -> Option<Span> {
    let content = region.of(page.text);
    let frames: Vec<_> = TIME_FRAME.find_iter(content).map(|m| m.range()).collect();
    FIGURE
        .find_iter(content)
        .filter(|m| !frames.iter().any(|frame| frame.contains(&m.start())))
        .map(|m| Span::new(region.start + m.start(), region.start + m.end()))
        .find(|span| !page.is_dated(*span))
}

static FIGURE: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\d+|\b(?:zero|none|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|all|half|both)\b",
    )
});
/// Where things stand beside where they stood: "1 of 5 at start, 3 of 5 now".
static MOMENT: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:now|today|currently|at\s+present|at\s+(?:the\s+)?(?:start|eval\w*|first)|up\s+from|down\s+from|last\s+(?:month|week|time|report))\b",
    )
});

/// How a goal stands by the rest of its paragraph: a word for it, or a figure of a moment.
pub(crate) fn told_after(page: &Page<'_>, region: Span) -> Option<Span> {
    let content = region.of(page.text);
    if let Some(found) = SURE_STATUS.find(content) {
        return Some(Span::new(region.start + found.start(), region.start + found.end()));
    }
    let moment = MOMENT.find(content)?;
    let sentence = page.sentence(region.start + moment.start());
    figure(page, Span::new(sentence.start.max(region.start), sentence.end.min(region.end)))
}

/// Two figures set against each other.
static COMPARED: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)\s*(?:of|out\s+of|/|%|percent)\b?[^.]{0,60}?\b(?:where|when|while|was|were|up\s+from|down\s+from|from|then|now|and)\b[^.]{0,40}?\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)\b",
    )
});
/// What a figure is aimed at or counted for, beside a goal.
static AIMED: LazyLock<Regex> = LazyLock::new(|| {
    re(r"^\W*(?:target|goal|aim|due|by|expected|baseline|base|initial\w*|was|prior|time\s*-?frame)\b")
});

fn status(page: &Page<'_>, span: Span, text: Span, prose: bool) -> Option<Span> {
    let source = page.text;
    let mut region = span;
    if prose {
        // How a goal told in prose stands may be told in the next sentence.
        let next = page.sentences.get(page.sentences.partition_point(|s| s.start < span.end));
        if let Some(next) = next.filter(|s| !names_another(s.of(source)) && !source[span.end..s.start].contains("\n\n"))
        {
            region = span.cover(*next);
        }
    }
    if let Some(found) = SURE_STATUS.find(region.of(source)) {
        return Some(Span::new(region.start + found.start(), region.start + found.end()));
    }
    // Weaker words, and bare figures, count only after the goal itself: past its last colon, dash, arrow or bracket.
    let from = if prose { region.start } else { text.start };
    // After a label alone, all that follows tells how it stands.
    if !prose && text != span && !has_words(text.of(source)) && !text.is_empty() {
        return page.hits(lists().goal_status, text).first().copied();
    }
    let tail = after_goal(source, Span::new(from.min(region.end), region.end), prose)?;
    let word = page.hits(lists().goal_status, tail).first().copied();
    let level = page.hits(lists().assist_level, tail).first().copied();
    let digit =
        tail.of(source).find(|c: char| c.is_ascii_digit()).map(|at| Span::new(tail.start + at, tail.start + at + 1));
    match (word, prose) {
        (Some(word), _) => Some(word),
        // "The second goal was the oven. She sets it nine times of ten, where it was two of ten."
        (None, true) => {
            COMPARED.find(tail.of(source)).map(|found| Span::new(tail.start + found.start(), tail.start + found.end()))
        }
        (None, false) => level.or(digit).or_else(|| figure(page, tail)),
    }
}

/// The first word in a region for how a goal stands.
fn in_words(page: &Page<'_>, region: Span) -> Option<Span> {
    page.swept.find_in(&SURE_STATUS, region).or_else(|| page.hits(lists().goal_status, region).first().copied())
}

/// Whether something follows the goal's own words: after a colon, an arrow, in the next column.
pub(crate) fn has_tail(page: &Page<'_>, goal: &Goal) -> bool {
    let text = page.clip(goal.text);
    after_goal(page.text, text, false).is_some_and(|tail| tail.of(page.text).contains(char::is_alphanumeric))
}

/// Where what follows the goal's own words begins.
pub(super) fn tail_start(page: &Page<'_>, goal: &Goal) -> Option<usize> {
    after_goal(page.text, page.clip(goal.text), false).map(|tail| tail.start)
}

/// What follows the goal's own words.
fn after_goal(source: &str, region: Span, prose: bool) -> Option<Span> {
    let content = region.of(source);
    if prose {
        return Some(region);
    }
    let mut cut = None;
    let (mut words, mut in_word) = (0, false);
    for (at, c) in content.char_indices() {
        words += usize::from(!c.is_whitespace() && !in_word);
        in_word = !c.is_whitespace();
        let end = at + c.len_utf8();
        let spaced = || content[..at].ends_with(' ') && content[end..].starts_with(' ');
        // Dots that lead to the next column.
        let leader = c == '.' && content[..at].ends_with("..") && !content[end..].starts_with('.');
        let breaks = match c {
            ':' | ';' | '→' | '|' | '=' | '\n' | '\t' => true,
            '-' | '–' | '—' => spaced() || content[..at].ends_with('-'),
            '>' => content[..at].ends_with('-'),
            '.' => content[end..].starts_with(char::is_whitespace) || content[..at].ends_with(".."),
            // A wide gap is the end of a column.
            ' ' => content[..at].ends_with("  ") && !content[end..].starts_with(' '),
            _ => false,
        };
        if breaks && words >= 2 {
            cut = Some(end);
            if leader || matches!(c, ':' | '→' | '|' | '=' | '\n') {
                break;
            }
        }
    }
    let start = region.start + cut?;
    let tail = lines::trim(source, Span::new(start, region.end));
    (!tail.is_empty()).then_some(tail)
}

/// "All goals met", "2 of 3 goals achieved".
pub(super) fn overall_status(page: &Page<'_>) -> Option<Span> {
    let found = page.swept.all(&OVERALL).map(|m| Span::new(m.start(), m.end())).find(|span| {
        let stands = page.assertion(*span);
        !stands.hypothetical && !stands.template && page.topic(span.start) != Topic::Plan
    })?;
    let before = &page.text[page.sentence(found.start).start.min(found.start)..found.start];
    let waits = ["until", "when", "once", "if", "till"].iter().any(|word| before.to_lowercase().contains(word));
    (!waits).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::terms::Vocabulary;

    /// Goals as (id, term, has a target, has a status).
    fn read(text: &str) -> Vec<(String, GoalTerm, bool, bool)> {
        let page = Page::new(text, Vocabulary::builtin(), &crate::cancel::NEVER);
        goals(&page, overall_status(&page))
            .into_iter()
            .map(|g| (g.id, g.term, g.target.is_some(), g.status.is_some()))
            .collect()
    }

    #[test]
    fn labels_lists_and_prose() {
        use GoalTerm::{Long, Short, Unstated};
        let goal = |id: &str, term, target, status| (id.to_owned(), term, target, status);
        for (text, expected) in [
            (
                "LTG 1 (8 wks): walk 500 ft\nSTG #2: stand longer",
                vec![goal("ltg1", Long, true, false), goal("stg2", Short, false, false)],
            ),
            (
                "LTG1: walk 500 ft: 320 ft now\nLTG2: lift 10 lb:",
                vec![goal("ltg1", Long, true, true), goal("ltg2", Long, true, false)],
            ),
            (
                "By the end of February:\n1. pick up 20 screws in 60 seconds\n2. braid one head of hair",
                vec![goal("goal1", Unstated, true, false), goal("goal2", Unstated, false, false)],
            ),
            (
                "Goals\n\n1. Walk a mile\n2. Dress with min A\n\nPlan: PT",
                vec![goal("goal1", Unstated, false, false), goal("goal2", Unstated, true, false)],
            ),
            ("LONG TERM GOALS (10 wks)\n- dress in 10 minutes\n  or less\nPLAN: OT", vec![goal("", Long, true, false)]),
            (
                "Goals: 1) walk 50 ft 2) climb 4 steps",
                vec![goal("", Unstated, true, false), goal("", Unstated, true, false)],
            ),
            (
                "Progress: Goal 1 walk - met. Goal 2 climb steps - progressing.",
                vec![goal("goal1", Unstated, false, true), goal("goal2", Unstated, false, true)],
            ),
            ("The long-term goal is that she walks 500 feet to church.", vec![goal("", Long, true, false)]),
            (
                "Goals:\n1. sit 30 minutes, close, he sat 25\n2. type 40 words a minute - not yet, 31",
                vec![goal("goal1", Unstated, true, true), goal("goal2", Unstated, true, true)],
            ),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn how_goals_stand_in_marks_columns_and_words() {
        use GoalTerm::{Long, Unstated};
        let goal = |id: &str, term, target, status| (id.to_owned(), term, target, status);
        for (text, expected) in [
            // Dots lead to the next column; a number without a mark counts the item and is no target.
            (
                "GOALS\n1  sit 30 min ........ 25, from 10\n2  type faster ........ stalled\n3  cook a meal ........ ✓",
                vec![
                    goal("goal1", Unstated, true, true),
                    goal("goal2", Unstated, false, true),
                    goal("goal3", Unstated, false, true),
                ],
            ),
            (
                "GOALS\n1  have better breath\n2  walk 50 ft",
                vec![goal("goal1", Unstated, false, false), goal("goal2", Unstated, true, false)],
            ),
            // A goal that is told of again, in a word.
            (
                "LTG1  manage own pillbox 7/7 days\nLTG2  keep visits, 0 missed\n\nLTG1 done 2/17. LTG2 stuck.",
                vec![goal("ltg1", Long, true, true), goal("ltg2", Long, true, true)],
            ),
            // Numbers that go on from the heading's own are headings.
            (
                "2) Long-term goals:\n  a. walk 50 ft\n3) Treatment goes on\n4) Who needs to know",
                vec![goal("ltga", Long, true, false)],
            ),
            // The next sentence may say how a goal stands, but not where it turns to another one.
            (
                "The second goal was setting the oven. She sets it nine of ten times, where it was two of ten.",
                vec![goal("", Unstated, false, true)],
            ),
            (
                "The third goal is to climb the porch steps. Goal number four, the floor, he needs one helper.",
                vec![goal("", Unstated, false, false)],
            ),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn goals_of_forms_and_letters() {
        use GoalTerm::{Long, Short, Unstated};
        let goal = |id: &str, term, target, status| (id.to_owned(), term, target, status);
        for (text, expected) in [
            (
                "LT-1  turn a key, 5/5\nST-1  fasten a hook in 60 sec",
                vec![goal("ltg1", Long, true, false), goal("stg1", Short, true, false)],
            ),
            (
                "Long-term goals (by 4/25/2025)\nA. Fasten six buttons.\nB. Open a bottle, 4 of 5 tries.",
                vec![goal("ltga", Long, true, false), goal("ltgb", Long, true, false)],
            ),
            (
                "F. Long term (to 9/12/2025)\n  F1 Grip a trowel 30 min\n  F2 Tie a fly in 4 min\nG. Treatment: putty",
                vec![goal("ltgf1", Long, true, false), goal("ltgf2", Long, true, false)],
            ),
            (
                "Goals\n[x] LTG  Pt will sit 75 min\n[ ] LTG  Pt will return to ____\n[x] LTG  Pt will climb 9 stairs",
                vec![goal("", Long, true, false), goal("", Long, true, false)],
            ),
            (
                "Targets for the end of the period. One, he stays at 70 dB. Two, his wife runs the card.",
                vec![goal("goal1", Unstated, true, false), goal("goal2", Unstated, false, false)],
            ),
            (
                "She set two aims with me. Getting dressed in fifteen minutes: she now takes fourteen. \
                 Peeling potatoes alone: still needs a steady hand.",
                vec![goal("", Unstated, true, true), goal("", Unstated, true, true)],
            ),
            (
                "Goals: 1. DHI under 20. 2. turns head 10/10.",
                vec![goal("", Unstated, true, false), goal("", Unstated, true, false)],
            ),
            (
                "What we work towards, by the end of May:\n  He will order a meal, 4 of 5 times.",
                vec![goal("", Unstated, true, false)],
            ),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        // To teach somebody to do something is no promise of it.
        assert_eq!(read("I propose treatment for ten weeks, and teaching Mrs. Roe to cue."), []);
    }

    #[test]
    fn what_stands_beside_a_goal() {
        let told = |text: &str| {
            let page = Page::new(text, Vocabulary::builtin(), &crate::cancel::NEVER);
            told_in(&page, page.whole()).is_some()
        };
        for text in ["35 min; a little more each week", "HOLDING (0)", "✓", "zero", "put off till the cast is off", "→"]
        {
            assert!(told(text), "{text}");
        }
        for text in ["The hall is poorly lit.", "8 weeks", "target 40", "by discharge", "04/01/2025", ""] {
            assert!(!told(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_goal() {
        for text in [
            "Goals:\n\nPlan: PT 2x/week",
            "No goals set today.",
            "Goals: to be established after testing",
            "Goals: see plan of care",
            "Goals: none set today; to be agreed next week",
            "In the past 4 weeks:\n1. fell twice in the yard\n2. lost 8 lb",
            "Reached by phone:\n1. her daughter in town\n2. the clinic at 10",
            "Seen by Dr. May:\n1. knee film clear\n2. 5 lb weight limit",
            "Long term goals: to be set at the review.\n\nGait training twice a week for eight weeks.",
            "Goals: none yet. During his 2021 admission walking 100 ft was met",
            "Patient goal: to garden again",
            "Goal in her own words: walk to the farm stand",
            "Stock is limited. Pain limits goals\n2 and 5.",
            "Pt will be seen 2x/week for 8 weeks.",
            "Goal | Target | 01/06 | 02/03 | Status",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
    }
}
