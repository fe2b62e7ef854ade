//! The invariants of ARCHITECTURE.md as property tests, over notes put together from real pieces and over any text at all.

use std::sync::LazyLock;

use chartguard::rubric::Verdict;
use chartguard::text::{Offsets, Span, View};
use chartguard::{Analyzer, Model, Policy, Rubric, ScoreOptions, Scorer, Scrubbed, Scrubber};
use chartguard_tests::{corpus, hostile};
use proptest::prelude::*;

static SCRUBBER: LazyLock<Scrubber> = LazyLock::new(|| Scrubber::new(Policy::default()).unwrap());
static SCORER: LazyLock<Scorer> =
    LazyLock::new(|| Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap()));
static CORPUS: LazyLock<Vec<String>> = LazyLock::new(|| corpus().into_iter().map(|(_, text)| text).collect());

/// Notes put together from pieces of the corpus and from noise.
fn notes() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => (0..CORPUS.len(), any::<prop::sample::Index>(), 0usize..400).prop_map(|(which, from, len)| {
            let text: Vec<char> = CORPUS[which].chars().collect();
            let start = if text.is_empty() { 0 } else { from.index(text.len()) };
            text[start..].iter().take(len).collect::<String>()
        }),
        1 => any::<String>(),
        1 => "[A-Z][a-z]{2,9}, [A-Z][a-z]{2,7} [0-9/ .-]{0,14}",
        1 => prop::sample::select(vec!["\r\n", "\n\n", "\t", " | ", "\u{a0}", "\u{200b}", "  ", "é", "👍"]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Invariant 2: disjoint, in order, on character boundaries; every byte outside survives unchanged.
fn assert_well_formed(text: &str, scrubbed: &Scrubbed) {
    let (mut read, mut written) = (0, 0);
    for applied in &scrubbed.findings {
        let (span, output) = (applied.finding.span, applied.output);
        assert!(read <= span.start && !span.is_empty() && text.get(span.range()).is_some());
        assert_eq!(&text[read..span.start], &scrubbed.text[written..output.start]);
        assert!((0.0..=1.0).contains(&applied.finding.score));
        (read, written) = (span.end, output.end);
    }
    assert_eq!(&text[read..], &scrubbed.text[written..]);
}

/// The offset map agrees with what was written.
fn assert_mapped(text: &str, scrubbed: &Scrubbed) {
    for applied in &scrubbed.findings {
        assert_eq!(scrubbed.map.to_output(applied.finding.span), applied.output);
        if !applied.output.is_empty() {
            assert_eq!(scrubbed.map.to_input(applied.output), applied.finding.span);
        }
    }
    let ends = scrubbed.findings.iter().map(|f| f.finding.span);
    let starts = std::iter::once(0).chain(ends.clone().map(|s| s.end));
    let stops = ends.map(|s| s.start).chain(std::iter::once(text.len()));
    for (start, stop) in starts.zip(stops).filter(|(start, stop)| start < stop) {
        let kept = Span::new(start, stop);
        assert_eq!(scrubbed.map.to_output(kept).of(&scrubbed.text), kept.of(text));
        assert_eq!(scrubbed.map.to_input(scrubbed.map.to_output(kept)), kept);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn findings_are_disjoint_and_the_rest_survives(text in notes()) {
        let scrubbed = SCRUBBER.scrub(&text).unwrap();
        assert_well_formed(&text, &scrubbed);
        assert_mapped(&text, &scrubbed);
    }

    #[test]
    fn find_is_what_scrub_removes(text in notes()) {
        let found = SCRUBBER.find(&text).unwrap();
        let removed: Vec<_> = SCRUBBER.scrub(&text).unwrap().findings.into_iter().map(|f| f.finding).collect();
        prop_assert_eq!(found, removed);
    }

    #[test]
    fn a_batch_equals_single_calls(texts in prop::collection::vec(notes(), 0..6), threads in 1usize..4) {
        let pool = rayon_pool(threads);
        let batch = pool.install(|| SCRUBBER.scrub_batch(&texts));
        prop_assert_eq!(batch.len(), texts.len());
        for (text, scrubbed) in texts.iter().zip(batch) {
            prop_assert!(scrubbed.unwrap() == SCRUBBER.scrub(text).unwrap());
        }
    }

    #[test]
    fn evidence_lies_in_the_note_and_scores_in_their_range(text in notes()) {
        let report = SCORER.score(&text, &ScoreOptions::default()).unwrap();
        for criterion in &report.criteria {
            prop_assert!((0.0..=1.0).contains(&criterion.confidence));
            for evidence in &criterion.evidence {
                prop_assert!(text.get(evidence.span.range()).is_some());
            }
        }
        prop_assert!(report.score.is_none_or(|s| (0.0..=1.0).contains(&s)));
        prop_assert!((0.0..=1.0).contains(&report.coverage));
    }

    #[test]
    fn offsets_agree_with_the_standard_library(text in any::<String>()) {
        let offsets = Offsets::new(&text);
        for (code_point, (byte, _)) in text.char_indices().enumerate() {
            prop_assert_eq!(offsets.code_point(byte), code_point);
            prop_assert_eq!(offsets.byte_of_code_point(code_point), byte);
            prop_assert_eq!(offsets.utf16(byte), text[..byte].encode_utf16().count());
        }
        prop_assert_eq!(offsets.code_point(text.len()), text.chars().count());
    }

    #[test]
    fn a_span_of_the_view_comes_back_to_the_text(text in notes()) {
        let view = View::new(&text);
        let plain = view.as_str();
        prop_assert_eq!(view.to_source(Span::new(0, plain.len())), Span::new(0, text.len()));
        let mut last = 0;
        for (at, c) in plain.char_indices() {
            let source = view.to_source(Span::new(at, at + c.len_utf8()));
            prop_assert!(text.get(source.range()).is_some());
            prop_assert!(source.start >= last);
            last = source.start;
        }
    }
}

fn rayon_pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

#[test]
fn hostile_texts_neither_panic_nor_lose_a_byte() {
    for (name, text) in hostile() {
        let scrubbed = SCRUBBER.scrub(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_well_formed(&text, &scrubbed);
        SCORER.score(&text, &ScoreOptions::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    assert!(SCRUBBER.scrub("").unwrap().text.is_empty());
}

#[test]
fn identifiers_survive_no_disguise() {
    for disguised in [
        "SSN ２１９‑０９‑９９９９ on file",
        "SSN 219\u{ad}-09\u{200b}-9999 on file",
        "SSN:\u{a0}219\u{2011}09\u{2011}9999 on file",
        "SSN 219\u{2013}09\u{2013}9999 on file",
    ] {
        let text = SCRUBBER.scrub(disguised).unwrap().text;
        assert!(text.contains("[SSN]") && !text.contains('9') && !text.contains('９'), "{text}");
    }
}

/// Invariant 7: meeting one more positive criterion never lowers a score.
#[test]
fn scoring_is_monotone() {
    let rubric = Rubric::builtin("medicare-outpatient-therapy").unwrap();
    let points: Vec<f64> = rubric.criteria().iter().map(|c| c.points).collect();
    let share = |met: &[bool]| {
        let earned: f64 = points.iter().zip(met).filter(|(_, met)| **met).map(|(p, _)| p).sum();
        earned / points.iter().filter(|p| **p > 0.0).sum::<f64>()
    };
    let mut met = vec![false; points.len()];
    let mut last = share(&met);
    for at in 0..points.len() {
        if points[at] <= 0.0 {
            continue;
        }
        met[at] = true;
        let next = share(&met);
        assert!(next > last);
        last = next;
    }
}

/// The same, end to end: adding the total to a treatment note that lacks it never lowers its score.
#[test]
fn a_note_with_one_more_element_scores_no_less() {
    let options = ScoreOptions::parse(Some("treatment_note"), Some("pt")).unwrap();
    let base = "PT DAILY NOTE 03/14/2024\nTherapeutic exercise 97110, verbal cues for form.\n";
    let more = [
        "Timed code minutes: 38\n",
        "Total treatment time: 45 min\n",
        "Electronically signed: Ada Roe, PT, DPT 03/14/2024\n",
    ];
    let mut text = base.to_owned();
    let mut last = SCORER.score(&text, &options).unwrap();
    for line in more {
        text.push_str(line);
        let next = SCORER.score(&text, &options).unwrap();
        assert!(next.score >= last.score, "after {line:?}: {:?} < {:?}", next.score, last.score);
        let met = |report: &chartguard::Report| report.criteria.iter().filter(|c| c.verdict == Verdict::Met).count();
        assert!(met(&next) > met(&last), "{line:?} met nothing");
        last = next;
    }
}

/// Invariant 8, in steps rather than seconds: ten times the text gives ten times the findings, and neither is truncated.
#[test]
fn long_documents_are_searched_to_the_end() {
    let page = "Seen by Dr. Adeyemi on 03/14/2024, SSN 219-09-9999. Tolerated gait training well, no pain.\n";
    for copies in [1, 10, 1_000] {
        let mut text = page.repeat(copies);
        text.push_str("MRN: 00482910");
        let findings = SCRUBBER.find(&text).unwrap();
        assert_eq!(findings.iter().filter(|f| f.category == chartguard::Category::Ssn).count(), copies);
        assert_eq!(findings.last().map(|f| f.category), Some(chartguard::Category::Mrn));
    }
}

/// Invariant 6: whatever is printed of a result holds no text of the note.
#[test]
fn debug_output_holds_no_text() {
    let secret = "Zebulon Quackenbush";
    let text = format!("Patient: {secret}\nSeen by Dr. Quackenbush on 03/14/2024, SSN 219-09-9999");
    let scrubbed = SCRUBBER.scrub(&text).unwrap();
    let report = SCORER.score(&text, &ScoreOptions::default()).unwrap();
    let analyzer = Analyzer::new(SCRUBBER.clone(), SCORER.clone());
    let outcome = analyzer.analyze(&text, &ScoreOptions::default()).unwrap();
    for shown in [format!("{scrubbed:?}"), format!("{report:?}"), format!("{outcome:?}"), format!("{:?}", *SCRUBBER)] {
        assert!(
            !shown.contains("Quackenbush") && !shown.contains("219-09") && !shown.contains("03/14/2024"),
            "{shown}"
        );
    }
}

/// Invariant 10.
#[test]
fn built_objects_are_shared_freely() {
    fn free<T: Send + Sync + Clone + 'static>() {}
    free::<Scrubber>();
    free::<Scorer>();
    free::<Analyzer>();
    free::<Rubric>();
    free::<Policy>();
    free::<Model>();
    free::<chartguard::Error>();
}

/// Every policy from every language is this policy.
#[test]
fn a_policy_file_and_json_mean_the_same() {
    let yaml = "extends: limited-data-set\ncategories:\n  name: {operator: mask}\ndeny: [{text: Acme, category: organization}]\n";
    let json = r#"{"policy": {"extends": "limited-data-set", "categories": {"name": {"operator": "mask"}},
                   "deny": [{"text": "Acme", "category": "organization"}]}}"#;
    let by_yaml = Scrubber::new(Policy::from_yaml(yaml).unwrap()).unwrap();
    let by_json = Scrubber::from_json(json).unwrap();
    for text in CORPUS.iter() {
        assert!(by_yaml.scrub(text).unwrap() == by_json.scrub(text).unwrap());
    }
    assert!(by_json.scrub("works at ACME.").unwrap().text.contains("[ORGANIZATION]"));
}
