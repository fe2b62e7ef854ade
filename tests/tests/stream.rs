//! A stream: what leaves does not depend on the pieces, short texts equal one call, and how far a long one may differ is counted.

use std::fs;
use std::sync::LazyLock;

use chartguard::audit::{Action, Event};
use chartguard::scrub::Applied;
use chartguard::text::{Offsets, Span};
use chartguard::{Context, Finding, Key, Policy, Released, ScrubStream, Scrubbed, Scrubber, StreamOptions};
use chartguard_tests::generated::{note, transcript};
use chartguard_tests::{corpus, hostile, repository, sample_notes};
use proptest::prelude::*;

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// The look-ahead that is tested most, the shortest there is.
const LOOKAHEAD: usize = 256;

static PLAIN: LazyLock<Scrubber> = LazyLock::new(|| Scrubber::new(Policy::default()).unwrap());

/// Scrubbers whose operators remember, and one that leaves nothing that it does not know.
static SCRUBBERS: LazyLock<Vec<Scrubber>> = LazyLock::new(|| {
    let policies = [
        "categories: {name: {numbered: true}, date: {numbered: true}, mrn: {numbered: true}}",
        "categories: {name: {operator: surrogate}, phone: {operator: surrogate}, location: {operator: surrogate}, date: {operator: generalize}}",
        "categories: {name: {operator: surrogate, keyed: true}, date: {operator: date_shift}, mrn: {operator: hash}}",
        "strict: true",
    ];
    policies
        .iter()
        .map(|yaml| {
            let policy = Policy::from_yaml(yaml).unwrap();
            Scrubber::builder().policy(policy).key(Key::parse(KEY).unwrap()).seed(7).build().unwrap()
        })
        .collect()
});

fn options(lookahead: usize) -> StreamOptions {
    StreamOptions::new().context(Context::new().patient_id("4471203")).lookahead(lookahead)
}

/// What came out of a stream altogether.
#[derive(PartialEq)]
struct Whole {
    text: String,
    findings: Vec<Applied>,
    input: Span,
}

fn joined(parts: impl IntoIterator<Item = Released>) -> Whole {
    let mut whole = Whole { text: String::new(), findings: Vec::new(), input: Span::new(0, 0) };
    for part in parts {
        assert_eq!(part.input.start, whole.input.end, "what leaves follows what left");
        assert_eq!(part.output, Span::new(whole.text.len(), whole.text.len() + part.text.len()));
        whole.text.push_str(&part.text);
        whole.findings.extend(part.findings);
        whole.input.end = part.input.end;
    }
    whole
}

fn run<'t>(mut stream: ScrubStream, pieces: impl IntoIterator<Item = &'t str>) -> chartguard::Result<Whole> {
    let mut parts = Vec::new();
    for piece in pieces {
        parts.push(stream.push(piece)?);
    }
    parts.push(stream.finish()?);
    Ok(joined(parts))
}

/// `text` in pieces that end at `places`, or at the next characters.
fn cut<'t>(text: &'t str, places: &[prop::sample::Index]) -> Vec<&'t str> {
    let mut at: Vec<usize> = places.iter().map(|place| text.ceil_char_boundary(place.index(text.len() + 1))).collect();
    at.sort_unstable();
    at.push(text.len());
    let mut pieces = Vec::new();
    let mut from = 0;
    for end in at {
        pieces.push(&text[from..end]);
        from = end;
    }
    pieces
}

fn same(released: &Whole, scrubbed: &Scrubbed) -> bool {
    released.text == scrubbed.text && released.findings == scrubbed.findings
}

/// Bodies of notes, as the evaluation sets hold them.
fn evaluated() -> Vec<String> {
    let mut notes = Vec::new();
    for name in ["held-out", "unseen", "therapy-development", "therapy-held-out", "therapy-unseen"] {
        let lines = fs::read_to_string(repository().join(format!("tests/eval/{name}.jsonl"))).unwrap();
        for line in lines.lines() {
            let note: serde_json::Value = serde_json::from_str(line).unwrap();
            notes.push(note["text"].as_str().unwrap().to_owned());
        }
    }
    notes
}

/// Long texts of many kinds put together.
fn texts() -> impl Strategy<Value = String> {
    static NOTES: LazyLock<Vec<String>> = LazyLock::new(|| corpus().into_iter().map(|(_, text)| text).collect());
    let piece = prop_oneof![
        4 => (0..NOTES.len(), any::<prop::sample::Index>(), 0usize..700).prop_map(|(which, from, len)| {
            let text = &NOTES[which];
            let start = text.floor_char_boundary(if text.is_empty() { 0 } else { from.index(text.len()) });
            text[start..].chars().take(len).collect::<String>()
        }),
        3 => any::<u64>().prop_map(note),
        3 => (any::<u64>(), 1usize..20).prop_map(|(seed, turns)| transcript(seed, turns)),
        1 => any::<String>(),
        1 => prop::sample::select(vec!["\r\n", "\n\n", "\t", "\u{a0}", "\u{200b}", "é", "👍", "。"]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_do_not_matter(text in texts(), places in prop::collection::vec(any::<prop::sample::Index>(), 0..40), which in 0usize..4) {
        let scrubber = &SCRUBBERS[which];
        let once = run(scrubber.stream(options(LOOKAHEAD)).unwrap(), [text.as_str()]).map_err(|e| e.to_string());
        let pieces = run(scrubber.stream(options(LOOKAHEAD)).unwrap(), cut(&text, &places)).map_err(|e| e.to_string());
        prop_assert!(once == pieces);
        if let Ok(released) = once {
            prop_assert_eq!(released.input, Span::new(0, text.len()));
            // Whatever stands outside findings stays, and outputs are where they say.
            let (mut read, mut written) = (0, 0);
            for applied in &released.findings {
                prop_assert!(read <= applied.finding.span.start);
                prop_assert_eq!(&text[read..applied.finding.span.start], &released.text[written..applied.output.start]);
                (read, written) = (applied.finding.span.end, applied.output.end);
            }
            prop_assert_eq!(&text[read..], &released.text[written..]);
        }
    }

    #[test]
    fn what_is_shorter_than_the_horizon_equals_one_call(text in texts(), which in 0usize..4) {
        let scrubber = &SCRUBBERS[which];
        let context = Context::new().patient_id("4471203");
        let stream = scrubber.stream(options((text.len()).max(256))).unwrap();
        let (released, scrubbed) = (run(stream, [text.as_str()]), scrubber.scrub_with(&text, &context));
        match (released, scrubbed) {
            (Ok(released), Ok(scrubbed)) => prop_assert!(same(&released, &scrubbed)),
            (Err(one), Err(other)) => prop_assert_eq!(one.to_string(), other.to_string()),
            _ => prop_assert!(false, "one is an error"),
        }
    }
}

#[test]
fn character_by_character_is_the_same() {
    for text in [
        transcript(11, 60),
        note(3).repeat(6),
        hostile().into_iter().map(|(_, text)| text).filter(|t| t.len() < 1000).collect(),
    ] {
        let once = run(PLAIN.stream(options(LOOKAHEAD)).unwrap(), [text.as_str()]).unwrap();
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let pieces = places.windows(2).map(|at| &text[at[0]..at[1]]);
        assert!(once == run(PLAIN.stream(options(LOOKAHEAD)).unwrap(), pieces).unwrap());
    }
}

#[test]
fn a_name_is_caught_wherever_the_pieces_meet() {
    let around = transcript(5, 12);
    let name = "Dr. Rosalind Achterberg-Nuñez";
    let text = format!("{around}We asked {name} about it.\n{around}");
    let start = text.find("Rosalind Achterberg").unwrap();
    let span = Span::new(start, start + "Rosalind Achterberg-Nuñez".len());
    for at in (start - 10..=span.end + 10).filter(|at| text.is_char_boundary(*at)) {
        let (first, second) = text.split_at(at);
        for lookahead in [LOOKAHEAD, 1024] {
            let released = run(PLAIN.stream(options(lookahead)).unwrap(), [first, second]).unwrap();
            assert!(!released.text.contains("Achterberg-") && !released.text.contains("Nuñez"), "at byte {at}");
            assert!(released.findings.iter().any(|f| f.finding.span.contains(span)), "at byte {at}");
        }
    }
}

#[test]
fn little_is_held_and_no_more_is_kept_than_is_said() {
    for (text, lookahead) in [(transcript(1, 400), 256), (transcript(2, 400), 1024), ("no end ".repeat(4000), 256)] {
        let mut stream = PLAIN.stream(options(lookahead)).unwrap();
        for piece in text.as_bytes().chunks(97).map(|piece| std::str::from_utf8(piece).unwrap_or("?")) {
            stream.push(piece).unwrap();
            assert!(stream.held() <= lookahead * 5 / 2 + 97, "{} bytes are held", stream.held());
        }
    }
}

#[test]
fn people_and_values_stay_who_they_are() {
    let text = transcript(9, 300);
    for scrubber in &SCRUBBERS[..2] {
        let released = run(scrubber.stream(options(LOOKAHEAD)).unwrap(), [text.as_str()]).unwrap();
        let mut seen = std::collections::HashMap::new();
        for applied in released.findings.iter().filter(|f| matches!(f.finding.category.as_str(), "mrn" | "phone")) {
            let (value, output) = (applied.finding.span.of(&text), applied.output.of(&released.text));
            assert_eq!(seen.entry(value).or_insert(output), &output);
        }
        assert!(seen.len() > 5);
    }
    let numbered = SCRUBBERS[0].stream(options(LOOKAHEAD)).unwrap();
    let far = "They talked about the knee, the stairs and the weather.\n".repeat(200);
    let text = format!(
        "Dr. Rosalind Achterberg came in.\n{far}ACHTERBERG: Sit down.\n{far}Then achterberg left, and Dr. Okonkwo too.\n"
    );
    let released = run(numbered, [text.as_str()]).unwrap();
    let left: Vec<&str> = released.findings.iter().map(|f| f.output.of(&released.text)).collect();
    assert_eq!(left, ["[NAME-1]", "[NAME-1]", "[NAME-1]", "[NAME-2]"]);
}

/// What a stream finds otherwise than one call, and whether one call over what was there when it left finds it.
#[derive(Debug, Default)]
struct Difference {
    notes: usize,
    findings: usize,
    /// Removed as another category, or in other bounds.
    changed: usize,
    missed: usize,
    more: usize,
    /// Missed, though what was seen by then gives it away in one call.
    lost: Vec<String>,
}

impl Difference {
    fn add(&mut self, scrubber: &Scrubber, text: &str, lookahead: usize) {
        // Where the stream was when each finding's place left.
        let mut stream = scrubber.stream(options(lookahead)).unwrap();
        let mut found: Vec<Finding> = Vec::new();
        let mut seen: Vec<(usize, usize)> = Vec::new();
        let mut pushed = 0;
        for piece in text.split_inclusive(' ') {
            pushed += piece.len();
            let released = stream.push(piece).unwrap();
            seen.push((released.input.end, pushed));
            found.extend(released.findings.into_iter().map(|f| f.finding));
        }
        found.extend(stream.finish().unwrap().findings.into_iter().map(|f| f.finding));
        let covered = |findings: &[Finding], span: Span| {
            let mut at = span.start;
            findings.iter().filter(|f| f.span.overlaps(span)).for_each(|f| {
                if f.span.start <= at {
                    at = at.max(f.span.end);
                }
            });
            at >= span.end
        };
        let whole = scrubber.find(text).unwrap();
        self.notes += 1;
        self.findings += whole.len();
        self.more += found.iter().filter(|f| !covered(&whole, f.span)).count();
        let same = |f: &Finding| found.iter().any(|other| (other.span, other.category) == (f.span, f.category));
        self.changed += whole.iter().filter(|f| covered(&found, f.span) && !same(f)).count();
        for missed in whole.iter().filter(|f| !covered(&found, f.span)) {
            self.missed += 1;
            let by_then = seen.iter().find(|(left, _)| *left > missed.span.start).map_or(text.len(), |(_, seen)| *seen);
            if covered(&scrubber.find(&text[..by_then]).unwrap(), missed.span) {
                self.lost.push(format!("{} {:?}", missed.detector, missed.span.of(text)));
            }
        }
    }
}

#[test]
fn how_far_a_stream_differs_from_one_call() {
    let notes = || evaluated().into_iter().chain(sample_notes().into_iter().map(|(_, text)| text));
    let sets: [(&str, Vec<String>); 3] = [
        ("notes", notes().collect()),
        ("notes in a row", notes().collect::<Vec<_>>().chunks(12).map(|notes| notes.join("\n\n")).collect()),
        ("transcripts", (0..8).map(|seed| transcript(seed, 250)).collect()),
    ];
    for (name, texts) in &sets {
        for lookahead in [256, 1024, 4096] {
            let mut difference = Difference::default();
            for text in texts {
                difference.add(&PLAIN, text, lookahead);
            }
            println!("{name}, look-ahead {lookahead}: {difference:?}");
            let Difference { notes, findings, changed, missed, more, lost } = difference;
            assert_eq!(notes, texts.len());
            assert!(findings > 3000, "{name}: {findings} findings are few");
            assert!(lost.is_empty(), "{name}, {lookahead}: {lost:?}");
            assert!((changed + missed + more) * 50 <= findings, "{name}, {lookahead}: more than 2 of 100 differ");
        }
    }
}

#[test]
fn after_an_error_nothing_leaves() {
    let policy = Policy::from_yaml("categories: {date: {operator: date_shift, fallback: error}}").unwrap();
    let scrubber =
        Scrubber::builder().policy(policy).key(Key::parse(KEY).unwrap()).builtin_model(false).build().unwrap();
    let mut stream = scrubber.stream(options(LOOKAHEAD)).unwrap();
    let text = format!("{}Seen Easter Monday by Dr. Achterberg.\n", "Nothing to see here.\n".repeat(20));
    let error = stream.push(&text.repeat(3)).unwrap_err();
    assert!(error.to_string().starts_with("byte 425: "), "{error}");
    for _ in 0..2 {
        let again = stream.push("more\n").unwrap_err().to_string();
        assert!(again.contains("nothing more leaves it"), "{again}");
    }
    assert!(stream.finish().unwrap_err().is_input());
}

#[test]
fn what_needs_the_whole_text_is_refused() {
    let key = || Key::parse(KEY).unwrap();
    for (yaml, expected) in [
        ("categories: {mrn: {operator: encrypt}}", "encrypt"),
        ("categories: {mrn: {operator: fpe}}", "fpe"),
        ("categories: {date: {operator: date_shift}}", "`patient_id`"),
        (&*format!("deny: [{}]", "x".repeat(300)), "deny[0]"),
    ] {
        let policy = Policy::from_yaml(yaml).unwrap();
        let scrubber = Scrubber::builder().policy(policy).key(key()).builtin_model(false).build().unwrap();
        let error = scrubber.stream(StreamOptions::new().lookahead(256)).unwrap_err();
        assert!(error.is_config() && error.to_string().contains(expected), "{error}");
    }
    for bytes in [0, 255, (16 << 20) + 1, usize::MAX] {
        assert!(
            PLAIN.stream(StreamOptions::new().lookahead(bytes)).unwrap_err().to_string().starts_with("`lookahead`")
        );
    }
}

#[test]
fn a_known_patient_is_found_and_looked_for_in_what_leaves() {
    let context = Context::from_json(r#"{"patient": {"names": ["Wilhelmina Quackenbush"]}}"#).unwrap();
    let text = format!("{0}wilhelmina said so.\n{0}quackenbush, too.\n", transcript(21, 15));
    let stream = PLAIN.stream(StreamOptions::new().context(context.clone()).lookahead(LOOKAHEAD)).unwrap();
    let released = run(stream, text.split_inclusive(' ')).unwrap();
    assert!(
        !released.text.to_lowercase().contains("wilhelmina") && !released.text.to_lowercase().contains("quackenbush")
    );
    // What is left between two units is found across their border.
    let policy = Policy::from_yaml("categories: {url: {operator: remove}}").unwrap();
    let scrubber = Scrubber::builder().policy(policy).builtin_model(false).build().unwrap();
    let filler = "x y z \n".repeat(40);
    let text = format!("{filler}Quack-http://a.example.org/b\nenbush\n{filler}");
    let one = scrubber.scrub_with(&text, &context).is_err();
    let stream = scrubber.stream(StreamOptions::new().context(context).lookahead(LOOKAHEAD)).unwrap();
    assert_eq!(run(stream, [text.as_str()]).is_err(), one);
}

#[test]
fn a_value_that_does_not_end_is_waited_for_and_then_an_error() {
    let long = |bytes: usize| format!("See https://example.org/{} for it.\n", "a1".repeat(bytes / 2));
    for (bytes, works) in [(5_000, true), (200_000, false)] {
        let text = format!("{0}{1}{0}", "Nothing to see here.\n".repeat(100), long(bytes));
        let (one, released) =
            (PLAIN.scrub(&text).unwrap(), run(PLAIN.stream(options(LOOKAHEAD)).unwrap(), [text.as_str()]));
        assert!(one.findings.iter().any(|f| f.finding.span.len() > bytes), "it is one value");
        assert_eq!(released.is_ok(), works, "{bytes}");
        match released {
            Ok(released) => assert!(same(&released, &one)),
            Err(error) => assert!(error.to_string().contains("65536"), "{error}"),
        }
    }
}

/// `text` in pieces that end anywhere, also within a character.
fn bytes(text: &str, step: usize) -> chartguard::Result<Whole> {
    let mut stream = PLAIN.stream(options(LOOKAHEAD))?;
    let mut parts = Vec::new();
    for piece in text.as_bytes().chunks(step) {
        parts.push(stream.push_bytes(piece)?);
    }
    parts.push(stream.finish()?);
    Ok(joined(parts))
}

#[test]
fn bytes_may_be_cut_within_a_character() {
    let text = format!("{}👩🏽‍⚕️ saw José Núñez — 本日、山田太郎。\n", transcript(4, 20)).repeat(3);
    let once = run(PLAIN.stream(options(LOOKAHEAD)).unwrap(), [text.as_str()]).unwrap();
    for step in [1, 2, 3, 5, 1000] {
        assert!(bytes(&text, step).unwrap() == once, "{step}");
    }
    for (wrong, byte) in [(&b"abc\xff"[..], 3), (b"abc\xe2\x82", 3), (b"abc\xe2\x28def", 3), (b"\xc3\xc3", 0)] {
        for step in [1, 2, 8] {
            let mut stream = PLAIN.stream(StreamOptions::new()).unwrap();
            let pushed = wrong.chunks(step).try_for_each(|piece| stream.push_bytes(piece).map(|_| ()));
            let error = pushed.and_then(|()| stream.finish().map(|_| ())).unwrap_err();
            assert!(error.is_input() && error.to_string().starts_with(&format!("byte {byte}: ")), "{error}");
        }
    }
}

#[test]
fn places_are_told_in_code_points_too() {
    let text = format!("é👍 Seen by Dr. Núñez-Achterberg on 03/14/2024.\n{}", transcript(6, 80)).replace("the", "thé");
    let offsets = Offsets::new(&text);
    let mut stream = PLAIN.stream(options(LOOKAHEAD)).unwrap();
    let mut seen = 0;
    let mut parts: Vec<Released> = text.split_inclusive(' ').map(|piece| stream.push(piece).unwrap()).collect();
    parts.push(stream.finish().unwrap());
    for released in parts {
        let reasons = released.findings.iter().flat_map(|f| f.finding.reasons()).map(|reason| reason.span);
        for span in reasons.chain(released.findings.iter().map(|f| f.finding.span)).chain([released.input]) {
            assert_eq!(released.code_point(span.start), offsets.code_point(span.start));
            assert_eq!(released.code_point(span.end), offsets.code_point(span.end));
            seen += 1;
        }
    }
    assert!(seen > 100);
}

#[test]
fn one_event_says_what_became_of_a_stream() {
    let text = transcript(8, 60);
    let event = || Event::new(Action::Scrub, "2024-03-14T09:26:53Z").unwrap();
    let mut stream = PLAIN.stream(options(LOOKAHEAD)).unwrap();
    let mut found = stream.push(&text).unwrap().findings;
    found.extend(stream.finish().unwrap().findings);
    let whole = stream.audited(event());
    let plain = PLAIN.audited(event(), &text, &PLAIN.scrub(&text), None).unwrap();
    assert_eq!((&whole.policy, &whole.document, whole.outcome), (&plain.policy, &plain.document, plain.outcome));
    let counted: u64 = whole.counts.values().flat_map(|by| by.values()).sum();
    assert_eq!(counted, found.len() as u64);
    assert!(stream.push("more").unwrap_err().to_string().contains("has ended"));
    assert!(stream.finish().is_err());
    let mut dead = PLAIN.stream(options(LOOKAHEAD)).unwrap();
    dead.push_bytes(b"\xff").unwrap_err();
    assert_eq!(dead.audited(event()).error.as_deref(), Some("input"));
}

#[test]
fn no_text_in_debug() {
    let mut stream = PLAIN.stream(StreamOptions::new()).unwrap();
    let released = stream.push(&"Seen by Dr. Achterberg.\n".repeat(200)).unwrap();
    let shown =
        format!("{stream:?} {released:?} {:?}", StreamOptions::new().context(Context::new().patient_id("Achterberg")));
    assert!(!released.text.is_empty() && !shown.contains("Achterberg") && !shown.contains("Seen"));
}
