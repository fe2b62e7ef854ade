//! Summaries: sentences of the note itself, chosen section by section by rules that each line names.
//!
//! A section may give so many lines (`quota`); its sentences are ranked by the points of the rules they meet (`RULES`), and the best
//! stand in the order of the note. Nothing is reworded, so that a line says what the note says, negation and all.

use chartguard::text::{Offsets, Section, SectionKind, Span, sections, sentences};
use serde::Serialize;

/// A line of a summary. Offsets count code points of the summarized text.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) evidence: Evidence,
    /// The rules by which it was chosen.
    pub(crate) rules: Vec<&'static str>,
}

/// Where something stands.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(crate) struct Evidence {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The lines that one section gave.
#[derive(Debug, Serialize)]
pub(crate) struct Part {
    pub(crate) section: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) heading: Option<Evidence>,
    pub(crate) lines: Vec<Line>,
}

/// A rule: its name, its points, and whether a sentence meets it.
struct Rule {
    name: &'static str,
    points: u32,
    meets: fn(&Sentence<'_>) -> bool,
}

const RULES: &[Rule] = &[
    Rule { name: "first", points: 1, meets: |sentence| sentence.place == 0 },
    Rule { name: "measure", points: 2, meets: |sentence| sentence.has_number },
    Rule { name: "change", points: 2, meets: |sentence| sentence.says(CHANGE) },
    Rule { name: "judgement", points: 3, meets: |sentence| sentence.says(JUDGEMENT) },
    Rule { name: "decision", points: 3, meets: |sentence| sentence.says(DECISION) },
    Rule { name: "complaint", points: 2, meets: |sentence| sentence.says(COMPLAINT) },
];

/// Words by which something is told to have changed. Here and below, a word that ends in `-` stands for all that begin so.
const CHANGE: &str = "\
    improv- better worse worsen- increas- decreas- declin- progressed progressing regress- resolv- \
    unchanged stable gain gained achiev- met unmet advanced deteriorat- recover- plateau-";
/// What the writer makes of it.
const JUDGEMENT: &str = "\
    secondary consistent likely unlikely suspect- diagnos- skill skilled skills requir- necess- \
    demonstrat- limit- impair- deficit- risk suggest- indicat- compatible tolerat- prognosis benefit-";
/// What is to be done.
const DECISION: &str = "\
    continu- cont start started stop stopped discontinu- discharg- refer referred referral follow \
    followup follow-up recommend- order ordered return hold held educat- instruct- initiat- schedul- \
    monitor- prescrib- admit admitted repeat trial plan planned plans";
/// What the patient came with.
const COMPLAINT: &str = "\
    pain painful report reports reported complain- c/o denies denied states presents presented unable \
    difficult- weak weakness fall falls fell dizz- numb- nausea fever cough sleep- swallow-";

/// How many lines a section of a kind may give; none where it tells who is concerned, not what.
fn quota(kind: SectionKind) -> usize {
    use SectionKind as K;
    match kind {
        K::Header | K::Signature | K::Distribution | K::Technique => 0,
        K::Assessment | K::AssessmentPlan | K::Impression | K::Plan | K::PlanOfCare | K::HospitalCourse => 3,
        K::Subjective
        | K::Objective
        | K::HistoryOfPresentIllness
        | K::Findings
        | K::Progress
        | K::Goals
        | K::ShortTermGoals
        | K::LongTermGoals
        | K::Diagnosis
        | K::MedicalNecessity
        | K::DischargeInstructions => 2,
        _ => 1,
    }
}

/// A sentence of a section, as the rules see it.
struct Sentence<'t> {
    span: Span,
    place: usize,
    words: Vec<&'t str>,
    /// How many values were removed from it.
    removed: usize,
    has_number: bool,
}

impl<'t> Sentence<'t> {
    fn new(text: &'t str, span: Span, place: usize) -> Self {
        let (mut words, mut removed, mut has_number) = (Vec::new(), 0, false);
        // What stands in brackets took the place of a value: it is no word and no measure.
        let mut depth = 0_usize;
        for word in span.of(text).split_whitespace() {
            let outside = depth == 0 && !word.starts_with('[');
            removed += word.matches('[').count();
            depth = (depth + word.matches('[').count()).saturating_sub(word.matches(']').count());
            if !outside {
                continue;
            }
            // "MRN:" says what follows, nothing of itself.
            if word.ends_with(':') {
                continue;
            }
            has_number |= word.contains(|c: char| c.is_ascii_digit());
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            if bare.chars().filter(|c| c.is_alphabetic()).count() > 1 {
                words.push(bare);
            }
        }
        Self { span, place, words, removed, has_number }
    }

    /// Whether a word is one of these, or begins as one that stands for all that do.
    fn says(&self, list: &str) -> bool {
        let is = |word: &str, one: &str| match one.strip_suffix('-') {
            Some(begin) => word.get(..begin.len()).is_some_and(|head| head.eq_ignore_ascii_case(begin)),
            None => word.eq_ignore_ascii_case(one),
        };
        self.words.iter().any(|word| list.split(' ').any(|one| is(word, one)))
    }

    /// Whether it says what, not who: at least two words, and more of them than values that were removed.
    fn says_something(&self) -> bool {
        self.words.len() >= 2 && self.words.len() > self.removed
    }
}

/// The lines of `text`, which is scrubbed, by section in the order of the text. Sections that give none are left out.
pub(crate) fn summarize(text: &str) -> Vec<Part> {
    let offsets = Offsets::new(text);
    let evidence = |span: Span| Evidence { start: offsets.code_point(span.start), end: offsets.code_point(span.end) };
    let all = sections(text);
    let only_one = all.len() == 1;
    let part = |section: &Section| {
        let quota = if only_one { 3 } else { quota(section.kind) };
        let lines: Vec<Line> = choose(text, section.body, quota)
            .into_iter()
            .map(|(span, rules)| Line { text: span.of(text).to_owned(), evidence: evidence(span), rules })
            .collect();
        (!lines.is_empty()).then(|| Part {
            section: section.kind.as_str(),
            heading: section.heading.map(evidence),
            lines,
        })
    };
    all.iter().filter_map(part).collect()
}

/// The best sentences of a section, in the order of the text, each with the rules it meets.
fn choose(text: &str, body: Span, quota: usize) -> Vec<(Span, Vec<&'static str>)> {
    let mut ranked: Vec<(u32, Span, Vec<&'static str>)> = sentences(body.of(text))
        .into_iter()
        .map(|span| Span::new(body.start + span.start, body.start + span.end))
        .enumerate()
        .map(|(place, span)| Sentence::new(text, span, place))
        .filter(Sentence::says_something)
        .map(|sentence| {
            let met: Vec<&Rule> = RULES.iter().filter(|rule| (rule.meets)(&sentence)).collect();
            let points = met.iter().map(|rule| rule.points).sum();
            (points, sentence.span, met.iter().map(|rule| rule.name).collect())
        })
        .filter(|(points, ..)| *points > 0)
        .collect();
    // The sort is stable: of two that are equal the earlier stands first.
    ranked.sort_by_key(|(points, ..)| std::cmp::Reverse(*points));
    ranked.truncate(quota);
    ranked.sort_by_key(|(_, span, _)| span.start);
    ranked.into_iter().map(|(_, span, rules)| (span, rules)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = "Patient: [NAME]   MRN: [MRN]   DOB: [DATE]\n\n\
        S: Pt reports knee pain 4/10 — denies falls. Weather was nice. Came with [NAME].\n\n\
        O: TUG 14.8 s with cane. Wore blue shoes. Quad lag 4 deg, improved from 12. Sat in chair by window.\n\n\
        A: Range increased 20 degrees. Skilled cueing required for frontal plane control. Nice person. Lives near park.\n\n\
        P: Continue per plan of care. Trial reciprocal descent next visit.\n\n\
        Signed: [NAME], PT\n";

    #[test]
    fn every_line_stands_in_the_note_where_it_says_and_names_its_rules() {
        let parts = summarize(NOTE);
        let points: Vec<char> = NOTE.chars().collect();
        for line in parts.iter().flat_map(|part| &part.lines) {
            let there: String = points[line.evidence.start..line.evidence.end].iter().collect();
            assert_eq!(there, line.text);
            assert!(!line.rules.is_empty());
        }
        let lines = |section: &str| -> Vec<String> {
            let found = parts.iter().filter(|part| part.section == section);
            found.flat_map(|part| part.lines.iter().map(|line| line.text.clone())).collect()
        };
        assert_eq!(lines("subjective"), ["Pt reports knee pain 4/10 — denies falls."]);
        assert_eq!(lines("objective"), ["TUG 14.8 s with cane.", "Quad lag 4 deg, improved from 12."]);
        assert_eq!(
            lines("assessment"),
            ["Range increased 20 degrees.", "Skilled cueing required for frontal plane control."]
        );
        let rules = |text: &str| {
            let mut lines = parts.iter().flat_map(|part| &part.lines);
            lines.find(|line| line.text == text).unwrap().rules.clone()
        };
        // "plane" is no plan.
        assert_eq!(rules("Skilled cueing required for frontal plane control."), ["judgement"]);
        assert_eq!(rules("Quad lag 4 deg, improved from 12."), ["measure", "change"]);
        assert_eq!(lines("plan").len(), 2);
        let text = serde_json::to_string(&parts).unwrap();
        assert!(!text.contains("Weather") && !text.contains("MRN") && !text.contains("Signed"), "{text}");
    }

    #[test]
    fn a_note_without_headings_gives_its_weightiest_sentences() {
        let note = "Saw the patient. Blue sky. Fever resolved after 3 days. Continue amoxicillin. It was late then.";
        let parts = summarize(note);
        assert_eq!(parts.len(), 1);
        let lines: Vec<&str> = parts[0].lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(lines, ["Saw the patient.", "Fever resolved after 3 days.", "Continue amoxicillin."]);
    }

    #[test]
    fn what_was_removed_is_no_word_and_no_measure() {
        let sentence = Sentence::new("[NAME 2] met [DATE] at 14", Span::new(0, 25), 0);
        assert_eq!(sentence.words, ["met", "at"]);
        assert!(sentence.has_number);
        assert!(!Sentence::new("[DATE-14] came by", Span::new(0, 17), 0).has_number);
        let who =
            summarize("Pt: [NAME] 38M DOB [DATE] MRN [MRN] CSN [OTHER_ID]\n\nS: Pain 3/10 at rest.\n\nP: Continue.");
        assert!(who.iter().all(|part| part.section != "preamble"), "{who:?}");
        assert!(summarize("").is_empty() && summarize("[NAME]\n[DATE]").is_empty());
    }
}
