//! What is treated: diagnoses, body parts, and the conditions that complicate treatment.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::outline::Topic;
use super::page::{Page, lists};
use crate::text::pattern::compiled;
use crate::text::sweep::Pattern;
use crate::text::{Span, lines};

fn re(pattern: &str) -> Regex {
    compiled(&format!("(?x){pattern}"))
}

/// An ICD-10-CM code with its point, or alone in brackets; elsewhere "L45" would be a place on the spine.
pub(in crate::rubric) static ICD: Pattern =
    LazyLock::new(|| re(r"\b[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}\b|\([A-TV-Z][0-9][0-9A-Z]\)"));
pub(in crate::rubric) static LABEL: Pattern = LazyLock::new(|| {
    re(
        r"(?i)\b(?:(?:medical|treatment|treating|tx|rehab|therapy|primary|secondary|admitting|referring|referral|referred|clinical|working|PT|OT|SLP|ST|onset)\s*[/&]?\s*){0,3}(?:dx|diagnos[ie]s|diag)\b\.?(?:\s*\(?e?s\)?)?\s*(?:\#?\d\s*)?(?:codes?|\(ICD-?10(?:-CM)?\)|ICD-?10(?:-CM)?)?\s*(?:[:=\-–]|is\b|of\b|are\b|was\b)?\s*",
    )
});
pub(in crate::rubric) static TELLS: Pattern = LazyLock::new(|| {
    re(
        r"(?i)\b(?:diagnosed\s+with|diagnosis\s+of|dx(?:'d|ed)?\s+with|referred\s+(?:\w+\s+){0,4}(?:for|with|after|following|secondary\s+to|due\s+to|status\s+post|s/p)|status\s+post|s/p|secondary\s+to|presents?\s+(?:today\s+)?(?:with|after|following)|sustained|suffered|underwent|following|recovering\s+from|consistent\s+with|indicative\s+of)\s+",
    )
});
static NOTHING: LazyLock<Regex> = LazyLock::new(|| {
    re(
        r"(?i)^\W*(?:$|n/?a\b|none\b|tbd\b|pending\b|see\b|per\b|unknown\b|not\s+(?:yet\s+)?(?:given|provided|stated|available|listed|established)|(?:to|will)\s+(?:be|decide|determine|discuss)\b|deferred\b|unspecified\b\W*$|awaiting\b|as\s+(?:before|above|previously|on\s+file)\b|same\b|unchanged\b|\[?\s*(?:select|choose|enter|insert)\b|eval(?:uate)?\s+and\s+treat|_+)",
    )
});
/// What a prescriber orders, in place of a diagnosis.
static ORDER: LazyLock<Regex> = LazyLock::new(|| {
    re(r"(?i)\beval(?:uate|uation)?\s*(?:&|and|/|\+)\s*(?:treat|tx)\b|\bno\s+(?:code|diagnosis|dx)\b")
});
/// Whether a label has nothing but a placeholder after it: "PMH: to be reviewed".
pub(crate) fn is_placeholder(statement: &str) -> bool {
    statement.split_once(':').is_some_and(|(_, rest)| NOTHING.is_match(rest) && !rest.trim_start().starts_with("none"))
}

pub(in crate::rubric) static NONE_STATED: Pattern = LazyLock::new(|| {
    re(
        r"(?i)\b(?:no|denies(?:\s+any)?|without(?:\s+any)?|absence\s+of|not?\s+any)\s+(?:known\s+|significant\s+|relevant\s+|other\s+|further\s+|chronic\s+|concurrent\s+|complicating\s+|contributing\s+|additional\s+|pertinent\s+|remarkable\s+|medical\s+|current\s+|active\s+|identified\s+)*(?:co-?morbid\w*|complicat\w*|complexit\w*|complicating\s+(?:factors|conditions)|personal\s+factors|(?:past\s+)?medical\s+(?:history|conditions|problems|issues)|PMHx?|health\s+(?:problems|conditions|issues|concerns)|cond(?:ition)?s?\b(?:\s+(?:affect|impact|that|which|likely|to))?|(?:problems?|issues?|dx|diagnos[ie]s|illness(?:es)?|concerns?|hx)\s+(?:\w+\s+){0,3}(?:affect|impact|interfer|complicat|limit|slow|influenc|delay|hinder)\w*|barriers|factors\s+(?:affecting|impacting|that))
        |\b(?:PMHx?|past\s+medical\s+history|medical\s+history|co-?morbidities|complexities|complicating\s+factors|complications|comorbid\s+conditions|personal\s+factors|barriers(?:\s+to\s+\w+)?)\s*(?:[:=\-–]|is|are|was)?\s*(?:none|unremarkable|non-?contributory|negative|nil|n/?a\b|insignificant|not\s+significant|denie[sd])
        |\b(?:none|nothing(?:\s+else)?)\s+(?:known\s+|found\s+|noted\s+|identified\s+|reported\s+|here\s+)*(?:(?:that|which|to)\s+)?(?:(?:will|would|wd|should|is\s+likely\s+to|may|might|could)\s+)?(?:affect|impact|interfer|complicat|limit|slow|influenc|delay|hinder|hold|stand\s+in|get\s+in)\w*
        |\b(?:complicat|co-?morbid|complexit|contributing|conditions|factors|PMHx?|medical\s+(?:history|hx))[^\n]{0,60}?(?:\[[xX]\]|\([xX]\)|[☑☒✓✔])\s*(?:none|no\b|n/?a\b|nil)
        |\botherwise\s+(?:healthy|well)\b|\bhealthy\s+(?:wo)?man\b|\bhealthy,?\s+(?:active|with\s+no|no)\b|\bin\s+(?:good|excellent)\s+(?:general\s+)?health\b",
    )
});

/// The diagnoses: coded, labelled, or told, but not those of the past or of relatives.
pub(super) fn diagnoses(page: &Page<'_>) -> Vec<Span> {
    let text = page.text;
    let mut found: Vec<Span> = Vec::new();
    for label in page.swept.all(&LABEL) {
        let line = page.line(label.start());
        let end = line.end.max(label.end());
        let rest = &text[label.end()..end];
        let cut = rest.find("  ").or_else(|| rest.find(" | ")).unwrap_or(rest.len());
        let mut value = lines::trim(text, Span::new(label.end(), label.end() + cut));
        if value.is_empty() {
            // The value may stand on the next line.
            let after = page.lines.partition_point(|l| l.start <= line.end);
            let next = page.lines[after..].iter().take(3).find(|l| !l.is_empty());
            let Some(next) = next.filter(|l| page.block_at(l.start).is_none()) else { continue };
            value = *next;
        }
        let inside = value.of(text);
        let colon = label.as_str().contains([':', '=', '-', '–']);
        let names_one = ICD.is_match(inside)
            || (!page.hits(lists().primary_condition, value).is_empty()
                || !page.hits(lists().comorbidity, value).is_empty());
        let words = inside.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).count();
        let first = inside.char_indices().find(|(_, c)| c.is_alphanumeric()).map_or(0, |(at, _)| at);
        let length = inside[first..].chars().next().map_or(0, char::len_utf8);
        let stands = page.assertion(Span::new(value.start + first, value.start + first + length));
        // "Referral slip reads eval & treat" names none.
        let order = !names_one && ORDER.is_match(inside);
        // "Dx   [ ] stroke   [ ] TBI": nobody ticked one.
        let unticked = inside.starts_with(['[', '(', '☐'])
            && stands.template
            && !["[x]", "(x)", "☑", "☒", "✓", "✔"]
                .iter()
                .any(|tick| text[value.start..end].to_lowercase().contains(tick));
        if !NOTHING.is_match(inside)
            && !order
            && !unticked
            && (names_one || (colon && words >= 1))
            && !stands.other_person
        {
            found.push(Span::new(label.start(), value.end));
        }
    }
    found.extend(
        page.swept
            .all(&ICD)
            .map(|m| Span::new(m.start(), m.end()))
            .filter(|span| !matches!(page.topic(span.start), Topic::History | Topic::Family)),
    );
    for lead in page.swept.all(&TELLS) {
        let sentence = page.sentence(lead.start());
        let end = sentence.end.max(lead.end());
        let near = Span::new(lead.end(), end);
        if let Some(hit) = page.hits(lists().primary_condition, near).first().copied()
            && text[lead.end()..hit.start.max(lead.end())].split_whitespace().count() <= 10
            && is_patients(page, hit)
        {
            found.push(Span::new(lead.start(), hit.end));
        }
    }
    for hit in page.hits(lists().primary_condition, page.whole()) {
        // A condition simply told, in the assessment or the complaint.
        if is_patients(page, *hit) && !page.assertion(*hit).historical {
            found.push(*hit);
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Whether a condition is the patient's own and present, as far as headings and the sentence say.
fn is_patients(page: &Page<'_>, hit: Span) -> bool {
    if matches!(
        page.topic(hit.start),
        Topic::History | Topic::Family | Topic::Goals | Topic::NewGoals | Topic::Medications | Topic::Plan
    ) {
        return false;
    }
    if led_by_history(page, hit) {
        return false;
    }
    let stands = page.assertion(hit);
    !stands.negated && !stands.hypothetical && !stands.other_person && !stands.template
}

/// "PMH osteoporosis and COPD", "comorbid conditions: ...": told of as background inside a line.
fn led_by_history(page: &Page<'_>, hit: Span) -> bool {
    let sentence = page.sentence(hit.start);
    let line = page.line(hit.start);
    let before = Span::new(sentence.start.max(line.start).min(hit.start), hit.start);
    [lists().heading_history, lists().heading_family, lists().complexity_cue]
        .iter()
        .any(|list| !page.hits(*list, before).is_empty())
}

/// The parts of the body examined.
pub(super) fn body_parts(page: &Page<'_>) -> Vec<Span> {
    page.hits(lists().body_part, page.whole())
        .iter()
        .copied()
        .filter(|span| {
            let diagnosed = || {
                page.label(span.start).is_some_and(|b| !b.major && LABEL.is_match(b.label.of(page.text)))
                    && page.topic(span.start) == Topic::Subjective
            };
            (diagnosed()
                || !matches!(
                    page.topic(span.start),
                    Topic::Subjective
                        | Topic::History
                        | Topic::Family
                        | Topic::Medications
                        | Topic::Goals
                        | Topic::NewGoals
                ))
                && !is_thing(page.text, *span)
        })
        .filter(|span| {
            let stands = page.assertion(*span);
            // "[ ] shoulder  [x] knee": what nobody ticked was not examined.
            !stands.historical && !stands.other_person && !stands.template && !led_by_history(page, *span)
        })
        .collect()
}

/// Whether a word for a body part is one for something else: "hand rail", "arm chair", "400 feet", "on foot".
fn is_thing(text: &str, span: Span) -> bool {
    let rest = text[span.end..].trim_start_matches([' ', '-']);
    let after = rest[..rest.char_indices().nth(8).map_or(rest.len(), |(at, _)| at)].to_lowercase();
    let before = text[..span.start].trim_end();
    let word = span.of(text).to_lowercase();
    let compound = [
        "rail", "chair", "hold", "over", "out", "board", "rest", "writing", "therapy", "off", "stool", "wear", "print",
    ]
    .iter()
    .any(|tail| after.starts_with(tail));
    let distance = matches!(word.as_str(), "foot" | "feet" | "digit") && before.ends_with(|c: char| c.is_ascii_digit());
    let last = || before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_lowercase();
    // "He wants to go back to work", "five stands with arms".
    let returns = word == "back" && MOVES.contains(&last().as_str());
    let support = word == "arms" && matches!(last().as_str(), "with" | "without" | "no" | "using");
    // "Not back at work", "back to normal".
    let again = word == "back"
        && ["at work", "at school", "at home", "to work", "to normal", "to base", "to school", "home", "into "]
            .iter()
            .any(|tail| text[span.end..].trim_start().starts_with(tail));
    compound || distance || returns || support || again
}

/// What goes, comes or is brought "back".
const MOVES: &[&str] = &[
    "go", "goes", "going", "gone", "went", "get", "gets", "getting", "got", "come", "comes", "coming", "came", "be",
    "is", "was", "been", "being", "put", "call", "called", "write", "wrote", "report", "bring", "brings", "step",
    "stepped", "move", "moved", "him", "her", "them", "it", "us", "me", "right", "and",
];

/// Conditions and complexities that affect treatment, or a statement that there are none.
pub(super) fn complexities(page: &Page<'_>) -> Vec<Span> {
    let text = page.text;
    let mut found: Vec<Span> = page
        .swept
        .all(&NONE_STATED)
        .map(|m| Span::new(m.start(), m.end()))
        .filter(|span| page.topic(span.start) != Topic::Family)
        .collect();
    for hit in page.hits(lists().complexity_cue, page.whole()) {
        // The cue must be followed by something: "Comorbidities: to be reviewed" says nothing.
        let sentence = page.sentence(hit.start);
        let end = sentence.end.max(page.line(hit.start).end).max(hit.end);
        let after = text[hit.end..end].trim_start_matches(|c: char| !c.is_alphanumeric());
        let stands = page.assertion(*hit);
        let filler =
            ["include", "including", "affecting treatment", "impacting", "that", "which", "to progress", "are", "is"];
        // "Comorbidities / complicating factors: [select]": the label goes on to its colon.
        let goes_on = |label: &str, body: &str| {
            label.split_whitespace().count() <= 4
                && !page.hits(lists().complexity_cue, Span::new(hit.end, end - body.len())).is_empty()
        };
        let body = after.split_once(':').filter(|(label, body)| goes_on(label, body)).map(|(_, body)| body);
        let mut rest = body.map_or(after, |body| body.trim_start_matches(|c: char| !c.is_alphanumeric()));
        for word in filler {
            rest = rest.strip_prefix(word).unwrap_or(rest).trim_start_matches(|c: char| !c.is_alphanumeric());
        }
        if rest.contains(char::is_alphabetic)
            && !NOTHING.is_match(rest)
            && !heads_nothing(page, *hit)
            && !stands.other_person
            && !stands.negated
            && page.topic(hit.start) != Topic::Family
        {
            found.push(Span::new(hit.start, end));
        }
    }
    // What is treated complicates nothing, wherever it is named again.
    let treated: HashSet<String> = page
        .hits(lists().comorbidity, page.whole())
        .iter()
        .filter(|hit| is_treated(page, **hit))
        .map(|hit| hit.of(text).to_lowercase())
        .collect();
    for hit in page.hits(lists().comorbidity, page.whole()) {
        let topic = page.topic(hit.start);
        if matches!(topic, Topic::Family | Topic::Goals | Topic::NewGoals | Topic::Plan) {
            continue;
        }
        let stands = page.assertion(*hit);
        let line = page.line(hit.start);
        let family = page.hits(lists().heading_family, Span::new(line.start, hit.start.max(line.start)));
        if !stands.negated
            && !stands.other_person
            && !stands.hypothetical
            && family.is_empty()
            && !is_treated(page, *hit)
            && !treated.contains(&hit.of(text).to_lowercase())
        {
            found.push(*hit);
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Whether a cue stands in a label with nothing after it: an empty cell, a heading left open.
fn heads_nothing(page: &Page<'_>, cue: Span) -> bool {
    let line = page.line(cue.start);
    let content = line.of(page.text);
    let Some(at) = content.find(['|', ':']) else { return false };
    cue.end <= line.start + at
        && !content[at..].contains(char::is_alphanumeric)
        && content[..at].split_whitespace().count() <= 6
        && page
            .lines
            .get(page.lines.partition_point(|l| l.start <= line.start))
            .is_none_or(|next| next.is_empty() || next.of(page.text).contains(['|', ':']))
}

/// Whether a condition stands on a line that says what is treated.
fn is_treated(page: &Page<'_>, hit: Span) -> bool {
    let line = page.line(hit.start);
    let before = Span::new(line.start.min(hit.start), hit.start);
    let lead = LABEL.find_iter(before.of(page.text)).any(|m| {
        m.as_str().contains([':', '=', '-']) || (m.start() <= page.marker(line.start) + 1 && m.as_str().ends_with("  "))
    });
    let coded =
        page.text[hit.end..line.end.max(hit.end)].trim_start_matches([' ', '(', ',']).get(..3).is_some_and(|next| {
            let mut chars = next.chars();
            chars.next().is_some_and(|c| c.is_ascii_uppercase()) && chars.next().is_some_and(|c| c.is_ascii_digit())
        });
    // "Dry macular degeneration of both eyes (H35.3133)".
    let near = &page.text[hit.end..line.end.max(hit.end)];
    let coded = coded
        || near.find('(').is_some_and(|at| {
            at <= 40
                && !near[..at].contains([',', ';', '.'])
                && ICD.find(&near[at..]).is_some_and(|code| code.start() <= 1)
        });
    // "Lymphedema RLE I89.0".
    let coded = coded
        || ICD
            .find(near)
            .is_some_and(|code| code.start() <= 40 && !near[..code.start()].contains([',', ';', '.', ':']));
    (lead
        && page.hits(lists().heading_history, before).is_empty()
        && page.hits(lists().complexity_cue, before).is_empty())
        || coded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::NEVER;
    use crate::rubric::terms::Vocabulary;

    fn spans(text: &str, read: fn(&Page<'_>) -> Vec<Span>) -> Vec<&str> {
        read(&Page::new(text, Vocabulary::builtin(), &NEVER)).into_iter().map(|span| span.of(text)).collect()
    }

    #[test]
    fn a_code_without_a_point_counts_in_brackets_alone() {
        assert_eq!(spans("Seen for stiffness (M79).", diagnoses), ["(M79)"]);
        for text in [
            "Pain at L45 and room B12.",
            "Level (L4) to (L5).",
            "Bay (B1234) of the ward.",
            "See the table (U07).",
            "Batch (m79) of putty.",
        ] {
            assert!(spans(text, diagnoses).is_empty(), "{text}: {:?}", spans(text, diagnoses));
        }
    }

    #[test]
    fn an_order_is_no_diagnosis() {
        assert!(spans("dx: referral reads \"eval & treat\", no code on it", diagnoses).is_empty());
        assert!(!spans("Dx: R knee OA, eval & treat", diagnoses).is_empty());
        assert!(spans("She repairs breakdowns by rewording.", diagnoses).is_empty());
        assert!(!spans("Assessment: three weeks after repair of the flexor tendon.", diagnoses).is_empty());
    }

    #[test]
    fn words_for_parts_that_are_none() {
        for text in [
            "He wants to go back to work.",
            "Chair stand 5 with arms.",
            "Regions (check): [ ] cervical  [ ] knee  [ ] hand",
            "She walked 400 feet with a hand rail.",
        ] {
            assert!(spans(text, body_parts).is_empty(), "{text}: {:?}", spans(text, body_parts));
        }
        assert_eq!(spans("Pain in the back and both arms.", body_parts), ["back", "arms"]);
        assert_eq!(spans("[ ] hip  [x] knee", body_parts), ["knee"]);
    }

    #[test]
    fn what_is_treated_complicates_nothing() {
        for text in ["Reason: dry macular degeneration of both eyes (H35.3133).", "COMORBIDITIES |\nMEDS | calcium"] {
            assert!(spans(text, complexities).is_empty(), "{text}: {:?}", spans(text, complexities));
        }
        for text in ["DX  Lymphedema RLE I89.0\n\nImpression: lymphedema of the leg.", "Pads: 4 a day"] {
            assert!(spans(text, complexities).is_empty(), "{text}: {:?}", spans(text, complexities));
        }
        for text in [
            "7. Complicating conditions   ( ) yes  (X) none affecting treatment",
            "no other medical conds that wd affect tx",
            "PMH: [x] none",
            "Nothing in her history that should slow her.",
            "I found nothing else that should hold the treatment back.",
        ] {
            assert!(!spans(text, complexities).is_empty(), "{text}");
        }
        assert!(!spans("She also has macular degeneration, reads slowly.", complexities).is_empty());
    }
}
