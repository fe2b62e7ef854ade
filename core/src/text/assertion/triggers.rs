//! The words that negate, suppose, place in the past or give to another person, and those that end their scope.

use std::sync::LazyLock;

use crate::text::hash::QuickMap;
use crate::text::tokens;

/// What a trigger does to the phrases in its scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Negated,
    Hypothetical,
    Historical,
    OtherPerson,
    /// A pseudo-trigger: it only looks like one ("no change in pain").
    Nothing,
}

/// On which side of a trigger its scope lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Toward {
    Forward,
    Back,
    Both,
    /// Back, where the statement ends with the trigger ("referral pending").
    Close,
}

impl Toward {
    pub(super) fn is_forward(self) -> bool {
        matches!(self, Self::Forward | Self::Both)
    }

    pub(super) fn is_back(self) -> bool {
        matches!(self, Self::Back | Self::Both)
    }
}

/// How far a scope goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Over a list with commas ("denies pain, falls, fever").
    List,
    /// To a comma, unless alternatives go on after it ("no redness, warmth, or swelling").
    Comma,
    /// At most so many words.
    Few(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trigger {
    pub(super) effect: Effect,
    pub(super) toward: Toward,
    pub(super) reach: Reach,
}

use Effect::{Historical, Hypothetical, Negated, Nothing, OtherPerson};
use Reach::{Comma, Few, List};
use Toward::{Back, Both, Close, Forward};

/// A question mark before what is asked.
pub(super) const DOUBT: Trigger = Trigger { effect: Hypothetical, toward: Forward, reach: Comma };
/// A label over what follows.
pub(super) const HEADING: Trigger = Trigger { effect: Negated, toward: Forward, reach: List };

/// Effect, side, reach, and the phrases, separated by commas.
const TRIGGERS: &[(Effect, Toward, Reach, &str)] = &[
    (
        Negated,
        Forward,
        List,
        "denies, denied, deny, denying, denies any, denies having, negative for, neg for, absence of, free of, \
         free from, no complaints of, no complaint of, no evidence of, no sign of, no signs of, no reports of, \
         no report of, no symptoms of, no c/o, no indication of, neither, without evidence of, without signs of, \
         does not have, did not have, does not report, did not report, does not endorse, not complaining of, \
         without complaints of, no findings of, denies all",
    ),
    (
        Negated,
        Forward,
        Comma,
        "no, not, without, w/o, never, lack of, lacks, lacking, cannot, can't, cant, doesn't, doesnt, didn't, didnt, \
         isn't, wasn't, aren't, weren't, won't, hasn't, haven't, hadn't, couldn't, unable to, not able to, failed to, \
         fails to, no longer, nor, zero, nil, declined, declines, refused, refuses, refusing, declining, none of, \
         has no, have no, had no, with no, there are no, there is no, there were no, there was no, no new, no other, \
         not yet, did not, does not, do not, is not, was not, are not, were not, has not, have not, no acute, \
         no further, no known, no current, no apparent, no obvious, absent, in the absence of, ruled out for, \
         not had, not experiencing, no active, neg, (-), (−), ∅, ø",
    ),
    (Negated, Forward, Few(2), "non, not a, not an"),
    (Negated, Forward, Few(4), "negative"),
    (
        Negated,
        Back,
        Comma,
        "none, is absent, are absent, was absent, were absent, not present, not assessed, not tested, not performed, \
         not addressed, not set, not established, not done, not applicable, n/a, not documented, not identified, \
         not indicated, not noted, not observed, not seen, not reported, not given, not provided, not completed, \
         not evaluated, not measured, not discussed, not recorded, not obtained, not available, not appreciated, \
         not found, not detected, not issued, not required, not needed, not used, not included, not warranted, \
         not started, not initiated, not formulated, not written, not developed, not elicited, not visualized, \
         was ruled out, is ruled out, were ruled out, been ruled out, is negative, \
         was negative, were negative, are negative, is denied, was denied, are denied, were denied, unlikely, \
         is unlikely, deferred, was deferred, were deferred, omitted, not examined, could not be assessed, \
         unable to assess, unable to be assessed, could not be tested, cannot be assessed, none set, none established, \
         none noted, none reported, none given, none provided, none at this time, not specified, not listed, \
         left blank, not on file, is not, are not, was not, were not, isn't, wasn't, did not occur, not attempted, \
         not taken, not stated, not met criteria, is gone, not yet set, not yet established, have not been set, \
         has not been set, have not been established, has not been established, has not been assessed, \
         have not been assessed, have not been addressed, has not been completed, has not been done, \
         was not assessed, were not assessed, was not done, were not done, was not tested, were not tested, \
         not yet assessed, not yet done, was not performed, were not performed, was not provided, were not provided, \
         are not set, are not established, not recommended, absent, are all absent, were all absent, all absent, both absent, \
         are all negative, were all negative, all negative, is missing, are missing, was missing, were missing, missing, \
         was declined, were declined, was refused, were refused, held today, held due, held secondary, held per, was held, \
         were held, been excluded, was excluded, is excluded, were excluded, left out, 0/10",
    ),
    (Negated, Both, Comma, "ruled out"),
    (
        Hypothetical,
        Forward,
        Comma,
        "if, in case, in case of, in the event of, in the event that, should, consider, considering, consider for, \
         plan to, plans to, planned, planning to, plan for, plan is to, intend to, intends to, may need, may require, \
         may benefit from, would benefit from, might, could have, possible, possibly, probable, probably, suspected, \
         suspect, suspicious for, concern for, concerns for, concerned for, concerning for, rule out, r/o, risk of, \
         risk for, risks of, at risk for, at risk of, high risk for, increased risk of, increased risk for, prevent, \
         to prevent, preventing, prevention of, avoid, to avoid, avoiding, monitor for, watch for, return for, \
         return if, call if, call for, call with, return with, until, unless, would like to, wants to, hopes to, \
         hoping to, wishes to, desires to, candidate for, pending, awaiting, await, anticipate, anticipated, expected to, \
         anticipate that, will assess, will address, will set, will establish, will consider, will plan, will add, \
         will discuss, will provide, will issue, will begin, will start, will initiate, will schedule, will order, \
         will obtain, will complete, will perform, will review, will refer, will try, will trial, will attempt, \
         to be set, to be established, to be determined, to be assessed, to be addressed, to be completed, \
         evaluate for, assess for, screen for, whether, versus, vs, as needed for, prn for, prn, cannot rule out, \
         can't rule out, unable to rule out, not ruled out, could be, may be, may have, might be, might have, \
         may indicate, suggestive of, to rule out, at next visit, next visit, next session, recommend, recommended, \
         recommends, recommending, scheduled for, scheduled to, differential includes, potential for, likely to, \
         instructed to report, instructed to call for, instructed to call if, educated on signs of, \
         plan next visit, questionable, query, equivocal for, suggest, suggests, suggesting, suggested, suspicion of, \
         suspicion for, indicative of, concern about, cannot exclude, can't exclude, could not exclude, not been ruled out, \
         has not been ruled out, have not been ruled out, not excluded, return precautions, red flags, notify if, \
         call the office for, call the clinic for, call clinic for, call office for, call md for, call provider for, \
         call the office if, call the clinic if, call the office with, call the clinic with, contact the clinic for, \
         contact the clinic if, contact md for, seek care for, go to the er for, call 911 for, call 911 if, \
         planning on, will fabricate, will order, will issue, will progress to, will introduce, will transition to, \
         in the future, future, worry about, fear of, fears, afraid of, worried about",
    ),
    (
        Hypothetical,
        Back,
        Comma,
        "to be set, to be established, to be determined, to be assessed, to be addressed, to be completed, to be done, \
         to be developed, to be added, to be discussed, to be provided, to be issued, to be performed, to be written, \
         to be updated, to be tested, to be reviewed, to be initiated, tbd, tba, to follow, will be set, \
         will be established, will be determined, will be assessed, will be addressed, will be completed, will be done, \
         will be developed, will be added, will be discussed, will be provided, will be issued, will be performed, \
         will be written, will be updated, will be tested, will be reviewed, will be initiated, will be started, \
         will be given, will follow, next visit, next session, at next visit, at the next visit, at next session, \
         is pending, are pending, is planned, are planned, was recommended, were recommended, is recommended, \
         are recommended, is scheduled, are scheduled, has been scheduled, is ordered, was ordered, has been ordered, \
         are ordered, on order, anticipated in, anticipated on, anticipated by, is anticipated, to be fabricated, \
         to be tried, to be ordered, to be scheduled, to be fitted, will be fabricated, will be ordered, \
         will be scheduled, will be tried, has not been ruled out, have not been ruled out, not been ruled out, \
         cannot be ruled out, not ruled out, is questionable, cannot be excluded, is possible, is suspected, \
         if needed, if indicated, if necessary, as appropriate, if appropriate, in the future, if tolerated",
    ),
    (Hypothetical, Back, Few(0), "risk"),
    (Hypothetical, Close, Comma, "pending, anticipated, scheduled, ordered"),
    (
        Historical,
        Forward,
        List,
        "history of, hx of, h/o, hx, past history of, prior history of, past medical history, past medical history of, \
         medical history, pmh, pmhx, pmh of, past surgical history, psh, medical history of, medical history includes, \
         past medical history significant for, pmh significant for, history significant for, known history of, \
         remote history of, medical hx, past medical hx, pmh includes, history includes, personal history of, \
         history positive for, surgical history, past medical history includes",
    ),
    (
        Historical,
        Forward,
        Few(6),
        "previous, previously, prior, past, formerly, former, status post, s/p, remote, childhood, used to, old, \
         in the past, at last visit, last visit, last session, at previous visit, previously had, last year, last month, \
         on prior visit, in childhood, quit, prior to admission, prior to hospitalization, prior to injury, \
         prior to the injury, prior to onset, prior to the fall, prior to fall, prior to the stroke, prior to the accident, \
         before the fall, before the injury, before the accident, before the stroke, before admission, before onset, \
         before the illness, before hospitalization, premorbidly, pre-morbidly",
    ),
    (
        Historical,
        Back,
        Comma,
        "years ago, year ago, months ago, month ago, yrs ago, weeks ago, decades ago, last year, in the past, \
         as a child, in childhood, in the remote past, has resolved, have resolved, resolved, previously, \
         at last visit, at the last visit, last visit, at prior visit, at previous visit, now resolved, in his youth, \
         in her youth, last session",
    ),
    (
        OtherPerson,
        Forward,
        List,
        "family history, family history of, family hx, family hx of, family medical history, fam hx, fh, fhx, famhx, \
         fh of, family history significant for, family history positive for, maternal history of, paternal history of, \
         maternal, paternal, runs in the family, fam history",
    ),
    (OtherPerson, Back, Comma, "in his family, in her family, in the family, runs in the family, in a relative"),
    (
        Nothing,
        Both,
        Comma,
        "as expected, as planned, as anticipated, as recommended, as scheduled, as instructed, as ordered, as prescribed, \
         as suggested, do not forget, don't forget, never misses, never missed, negative pressure, rh negative, \
         negative reinforcement, negative affect, negative self, no reason to, no choice but, \
         no change, no changes, no change in, no significant change, no significant changes, no increase, no decrease, \
         no significant increase, no significant decrease, no improvement, no significant improvement, not improved, \
         not improving, not changed, not resolved, has not resolved, have not resolved, not only, not just, \
         not merely, not necessarily, no doubt, no more than, not more than, no less than, not less than, \
         no greater than, not greater than, not limited to, but not limited to, not due to, no relief, no relief of, \
         no relief from, without relief, not relieved, is not relieved, not relieved by, unrelieved, gram negative, \
         gram-negative, no reduction, no difference, \
         no progress, without change, without improvement, denies change, denies any change, denies changes, \
         denies any changes, denies improvement, denies relief, not met, goal not met, goals not met, partially not met, \
         is not met, was not met, are not met, were not met, not yet met, no improvement in, has not improved, \
         have not improved, did not improve, does not improve, did not change, has not changed, have not changed, \
         not controlled, not well controlled, is not controlled, poorly controlled, not achieved, not fully, \
         not completely, not always, not uncommon, not unusual, no worse, no better, not worse, not better, \
         is not worse, is not better, is no better, is no worse, not tolerated, not consistently, \
         rehab potential for, rehabilitation potential for, potential for rehab, prior to, prior level, \
         prior level of function, prior function, past week, past weeks, past month, past few days, \
         past few weeks, past few months, past several days, past several weeks, past day, past days, past two weeks, \
         past year, over the past, in the past week, in the past month, in the past few, in the past two, for the past, \
         within the past, during the past, in the past several, past 24 hours, history of present illness, \
         history of present condition, \
         history and physical, past due, half past, not without, no loss of, no limitation in, no limitations in, \
         previous goals, prior goals, old age, years old, year old, yo, year - old, yr old, months old, \
         as if, even if, if any, planned interventions, planned treatment, should be noted, shoulder, \
         do not resuscitate, non compliant, non - compliant, recommended plan, not for, without difficulty, \
         w/o difficulty, without assist, without assistance, without assistive device, without device, without ad, \
         without a device, with no assist, no assist, without help, without cues, without loss of balance, without lob, \
         without complaints, without complaint, without issue, without issues, without problems, without incident, \
         no adverse, without adverse, without pain, without rest, without rest breaks, without support, \
         since last visit, since the last visit, since last session, since prior visit, compared to last visit, \
         from last visit, from last session, than last visit, since previous visit, from previous, from prior, \
         compared to previous, compared to prior, compared with prior",
    ),
];

/// Relatives: another person when something is said about them, and only an informant when they speak.
const RELATIVES: &[&str] = &[
    "mother",
    "father",
    "mom",
    "dad",
    "brother",
    "sister",
    "aunt",
    "uncle",
    "grandmother",
    "grandfather",
    "son",
    "daughter",
    "wife",
    "husband",
    "spouse",
    "cousin",
    "sibling",
    "parent",
    "parents",
    "siblings",
    "grandparent",
    "niece",
    "nephew",
    "partner",
    "roommate",
    "neighbor",
    "friend",
    "children",
    "child",
    "brothers",
    "sisters",
    "twin",
    "caregiver",
];

const HAVING: &[&str] = &[
    "has",
    "had",
    "have",
    "with",
    "diagnosed",
    "died",
    "suffered",
    "suffers",
    ":",
    "-",
    "passed",
    "positive",
    "w",
    "(",
    "developed",
    "underwent",
    "history",
    "hx",
    "h",
    // What a relative does beside telling or helping.
    "recently",
    "also",
    "uses",
    "used",
    "fell",
    "broke",
    "smokes",
    "smoked",
    "drinks",
    "takes",
    "currently has",
    "was diagnosed",
    "is diagnosed",
    "was treated",
    "was hospitalized",
    "is recovering",
    "is ill",
    "is sick",
    "is disabled",
    "lost",
];

/// Others who are never the patient's voice or hands.
const BYSTANDERS: [&str; 4] = ["roommate", "neighbor", "friend", "coworker"];

/// What a negation before these words takes from the phrase after them is not the phrase: "no increase in pain", "denies any difficulty
/// with stairs". Each with the words between, and the negation before.
const ONLY: [&str; 34] = [
    "change",
    "changes",
    "increase",
    "increases",
    "decrease",
    "worsening",
    "improvement",
    "difficulty",
    "difficulties",
    "trouble",
    "problem",
    "problems",
    "issue",
    "issues",
    "complaint",
    "complaints",
    "concerns",
    "limitation",
    "limitations",
    "restriction",
    "restrictions",
    "deficit",
    "deficits",
    "impairment",
    "impairments",
    "adverse",
    "difference",
    "decline",
    "regression",
    "progression",
    "exacerbation",
    "aggravation",
    "reduction",
    "barriers",
];
const NEGATIONS: [&str; 8] = ["no", "without", "w/o", "denies", "denies any", "denied", "denied any", "without any"];
const BETWEEN: [&str; 11] =
    ["", "new", "further", "significant", "reported", "apparent", "noted", "appreciable", "marked", "obvious", "more"];

const TERMINATORS: &[&str] = &[
    "but",
    "however",
    "although",
    "though",
    "except",
    "aside",
    "apart",
    "which",
    "who",
    "yet",
    "nevertheless",
    "because",
    "due",
    "causing",
    "resulting",
    "besides",
    "whereas",
    "while",
    "secondary",
    "nonetheless",
    "despite",
    "otherwise",
];

/// Who or what starts a new statement.
const SUBJECTS: &[&str] = &[
    "he",
    "she",
    "they",
    "pt",
    "patient",
    "reports",
    "states",
    "complains",
    "endorses",
    "admits",
    "notes",
    "presents",
    "reported",
    "stated",
    "complained",
    "endorsed",
    "admitted",
    "noted",
    "presented",
    "c",
    "there",
    "continues",
    "describes",
    "now",
    "also",
    "i",
    "we",
    "positive",
    "does",
    "has",
    "is",
    "are",
    "was",
    "will",
    "demonstrates",
    "demonstrated",
    "requires",
    "required",
    "needs",
    "able",
    "currently",
    "today",
    "tolerated",
    "tolerates",
    "using",
    "uses",
];

const PREDICATES: &[&str] = &[
    "walks",
    "walked",
    "ambulates",
    "ambulated",
    "completed",
    "completes",
    "performed",
    "performs",
    "improved",
    "improving",
    "had",
    "have",
    "were",
    "can",
    "agrees",
    "agreed",
    "would",
    "should",
    "verbalized",
    "continue",
    "progressing",
    "feels",
    "felt",
    "moves",
    "moved",
    "sleeps",
    "lives",
    "works",
    "takes",
    "increased",
    "decreased",
    "good",
    "normal",
    "full",
    "wants",
];

const PRESENTS: &[&str] = &[
    "now",
    "currently",
    "today",
    "presents",
    "presenting",
    "presented",
    "here",
    "admitted",
    "who",
    "referred",
    "this",
    "is",
];

/// The triggers that begin with one word.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// The word by itself.
    alone: Option<Trigger>,
    /// By their second word, the words after it, longest first: some words begin hundreds of triggers.
    more: QuickMap<String, Vec<(Vec<String>, Trigger)>>,
}

/// Triggers by their first word.
type Table = QuickMap<String, Entry>;

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    // The same words on both sides, where each looks its own way; of two effects the first stands.
    let join = |known: &mut Trigger, trigger: Trigger| {
        if known.effect == trigger.effect && known.toward != trigger.toward {
            known.toward = Both;
        }
    };
    let mut add = |phrase: &str, trigger: Trigger| {
        let mut words = tokens(phrase).into_iter().map(|token| token.of(phrase).to_owned());
        let Some(first) = words.next() else { return };
        let entry = table.entry(first).or_default();
        let Some(second) = words.next() else {
            match &mut entry.alone {
                Some(known) => join(known, trigger),
                None => entry.alone = Some(trigger),
            }
            return;
        };
        let rest: Vec<String> = words.collect();
        let known = entry.more.entry(second).or_default();
        match known.iter_mut().find(|(other, _)| *other == rest) {
            Some((_, known)) => join(known, trigger),
            None => known.push((rest, trigger)),
        }
    };
    for (effect, toward, reach, phrases) in TRIGGERS {
        for phrase in phrases.split(',') {
            add(phrase.trim(), Trigger { effect: *effect, toward: *toward, reach: *reach });
        }
    }
    for negation in NEGATIONS {
        for between in BETWEEN {
            for noun in ONLY {
                // What is complained of, and what is at issue, is denied; "no complaints of" stands above.
                if noun.starts_with("complaint") && !between.is_empty() {
                    let denied = Trigger { effect: Negated, toward: Forward, reach: List };
                    add(&format!("{negation} {between} {noun} of"), denied);
                }
                add(&format!("{negation} {between} {noun}"), Trigger { effect: Nothing, toward: Both, reach: Comma });
            }
        }
    }
    for history in ["medical history", "surgical history", "history", "pmh", "pmhx", "hx", "family history", "fhx"] {
        let effect = if history.starts_with('f') { OtherPerson } else { Historical };
        for link in ["is", "was", "", ":"] {
            for how in ["significant", "notable", "positive", "remarkable"] {
                for past in ["", "past"] {
                    let trigger = Trigger { effect, toward: Forward, reach: List };
                    add(&format!("{past} {history} {link} {how} for"), trigger);
                }
            }
        }
    }
    for relative in RELATIVES {
        for having in HAVING {
            add(&format!("{relative} {having}"), Trigger { effect: OtherPerson, toward: Forward, reach: List });
        }
        if BYSTANDERS.contains(relative) {
            for being in ["was", "is"] {
                add(&format!("{relative} {being}"), Trigger { effect: OtherPerson, toward: Forward, reach: List });
            }
        }
        add(&format!("{relative}'s"), Trigger { effect: OtherPerson, toward: Forward, reach: Few(3) });
        add(&format!("in {relative}"), Trigger { effect: OtherPerson, toward: Back, reach: Comma });
        // One who owns the complaint, or is spoken of by way of the patient.
        for own in [
            "reports her own",
            "reports his own",
            "has her own",
            "has his own",
            ", who has",
            ", who had",
            "who has",
            "who had",
        ] {
            add(&format!("{relative} {own}"), Trigger { effect: OtherPerson, toward: Forward, reach: List });
        }
        for whose in ["his", "her", "their", "the", "both", "a", "an", "one"] {
            add(&format!("in {whose} {relative}"), Trigger { effect: OtherPerson, toward: Back, reach: Comma });
            add(&format!("of {whose} {relative}"), Trigger { effect: OtherPerson, toward: Back, reach: Comma });
        }
    }
    for phrases in table.values_mut().flat_map(|entry| entry.more.values_mut()) {
        phrases.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    }
    table
});

/// By their first byte, how long the words are that triggers begin with: a bit for each length, the last for all above.
static LENGTHS: LazyLock<[u32; 256]> = LazyLock::new(|| {
    let mut lengths = [0; 256];
    for word in TABLE.keys() {
        lengths[usize::from(word.as_bytes()[0])] |= bit(word);
    }
    lengths
});

/// The bit of the length of a word.
fn bit(word: &str) -> u32 {
    1 << word.len().min(31)
}

/// The triggers that begin with a word.
pub(super) fn of(word: &str) -> Option<&'static Entry> {
    // Most words are ruled out without a look at the rest of them.
    let first = word.bytes().next()?;
    if LENGTHS[usize::from(first)] & bit(word) == 0 { None } else { TABLE.get(word) }
}

impl Entry {
    /// The longest of the triggers, before the words `after` it, that `clear` accepts with its length.
    pub(super) fn longest<'w>(
        &self,
        after: &(impl Iterator<Item = &'w str> + Clone),
        clear: impl Fn(usize, Trigger) -> bool,
    ) -> Option<(usize, Trigger)> {
        let mut rest = after.clone();
        let longer = rest.next().and_then(|second| self.more.get(second)).and_then(|phrases| {
            phrases
                .iter()
                .map(|(phrase, trigger)| (phrase, phrase.len() + 2, *trigger))
                .find(|(phrase, len, trigger)| {
                    clear(*len, *trigger) && phrase.iter().map(String::as_str).eq(rest.clone().take(phrase.len()))
                })
                .map(|(_, len, trigger)| (len, trigger))
        });
        longer.or_else(|| self.alone.filter(|trigger| clear(1, *trigger)).map(|trigger| (1, trigger)))
    }
}

/// Whether a sentence answers the label or question before it with nothing: "none", "not assessed".
pub(super) fn is_answer(sentence: &str) -> bool {
    let words: Vec<String> = tokens(sentence).iter().map(|token| token.of(sentence).to_lowercase()).collect();
    let words = words.iter().map(String::as_str);
    let short = words.clone().count() <= 5;
    let mut after = words.clone();
    let first = after.next().and_then(of);
    first.and_then(|entry| entry.longest(&after, |_, _| true)).is_some_and(|(len, trigger)| {
        matches!(trigger.effect, Negated | Hypothetical)
            && (trigger.toward != Forward || words.clone().nth(len).is_none_or(|next| matches!(next, "." | "," | ";")))
    }) && short
}

pub(super) fn is_terminator(word: &str) -> bool {
    TERMINATORS.contains(&word)
}

pub(super) fn is_subject(word: &str) -> bool {
    SUBJECTS.contains(&word)
}

pub(super) fn is_predicate(word: &str) -> bool {
    PREDICATES.contains(&word)
}

pub(super) fn is_present(word: &str) -> bool {
    PRESENTS.contains(&word)
}
