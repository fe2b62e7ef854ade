//! A call that is stopped, wherever it is then, ends with the error that says so and with nothing else.

use std::fs;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use chartguard::rubric::{EpisodeNote, EpisodeOptions};
use chartguard::{
    Analyzer, Cancel, Context, Format, Key, Patient, Policy, Result, Rubric, ScoreOptions, Scorer, Scrubber,
    StreamOptions, Vault,
};
use chartguard_tests::{repository, sample_notes};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// Places at which each kind of call is stopped, spread over all of its looks.
const PLACES: usize = 60;

static SCRUBBER: LazyLock<Scrubber> = LazyLock::new(|| Scrubber::new(Policy::default()).unwrap());
static SCORER: LazyLock<Scorer> =
    LazyLock::new(|| Scorer::new(Rubric::builtin("medicare-outpatient-therapy").unwrap()));
/// The sample notes, one after the other.
static NOTES: LazyLock<String> = LazyLock::new(|| sample_notes().into_iter().map(|(_, text)| text).collect());

/// A token that sets itself at its `at`-th look, and how often it was looked at.
fn at_look(at: usize) -> (Cancel, Arc<AtomicUsize>) {
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&looks);
    (Cancel::when(move || counted.fetch_add(1, Ordering::Relaxed) + 1 >= at), looks)
}

/// Stops `call` at looks spread over all of them: each time it ends with the error, and soon; unstopped, it gives what it gives without a
/// token. Returns how often it looks.
fn stopped<T: PartialEq>(what: &str, call: impl Fn(&Cancel) -> Result<T>) -> usize {
    let whole = call(&Cancel::new()).unwrap_or_else(|error| panic!("{what}: {error}"));
    let (cancel, looks) = at_look(usize::MAX);
    assert!(call(&cancel).unwrap() == whole, "{what}: another result under a token");
    let all = looks.load(Ordering::Relaxed);
    for at in (1..=all).step_by((all / PLACES).max(1)).chain([all]) {
        let (cancel, looks) = at_look(at);
        match call(&cancel) {
            Ok(_) => panic!("{what}: stopped at look {at} of {all}, it gave a result"),
            Err(error) => assert!(error.is_cancelled(), "{what}: at look {at} of {all}: {error}"),
        }
        // Set once, it is not asked again.
        assert_eq!(looks.load(Ordering::Relaxed), at, "{what}");
        assert!(cancel.is_cancelled());
    }
    all
}

#[test]
fn a_scrub_is_stopped_wherever_it_is() {
    let patient = r#"{"names": ["Rosalind Achterberg"], "birth_date": "1941-03-14", "mrns": ["00482910"]}"#;
    let context = Context::new().patient_id("4471203").patient(Patient::from_json(patient).unwrap());
    let strict = SCRUBBER.with_policy(Policy::from_yaml("strict: true").unwrap()).unwrap();
    let long = NOTES.repeat(4);
    let few = stopped("find", |cancel| SCRUBBER.until(cancel).find(&NOTES));
    let many = stopped("find in a longer note", |cancel| SCRUBBER.until(cancel).find(&long));
    assert!(
        many > few * 3 && few > NOTES.len() / 512,
        "{few} looks in {} bytes, {many} in four times as many",
        NOTES.len()
    );
    stopped("scrub", |cancel| Ok(SCRUBBER.until(cancel).scrub(&NOTES)?.text));
    stopped("scrub of a known patient", |cancel| Ok(SCRUBBER.until(cancel).scrub_with(&NOTES, &context)?.text));
    stopped("strict", |cancel| Ok(strict.until(cancel).scrub(&NOTES)?.text));
    stopped("empty", |cancel| Ok(SCRUBBER.until(cancel).scrub("")?.text));
}

#[test]
fn a_batch_is_stopped_and_nothing_of_it_is_in_a_vault() {
    let notes: Vec<(String, Context)> = sample_notes()
        .into_iter()
        .enumerate()
        .map(|(number, (_, text))| (text, Context::new().document_id(number.to_string())))
        .collect();
    let key = Key::parse(KEY).unwrap();
    let cancel = Cancel::new();
    cancel.cancel();
    let vault = Vault::from_bytes(Vec::new(), &key).unwrap();
    let empty = vault.to_bytes().unwrap();
    let scrubbed = SCRUBBER.until(&cancel).scrub_batch_into(&notes, &vault);
    assert_eq!(scrubbed.len(), notes.len());
    assert!(scrubbed.iter().all(|one| one.as_ref().is_err_and(chartguard::Error::is_cancelled)));
    assert_eq!(vault.to_bytes().unwrap(), empty);
    // Stopped on the way: who has no result is not in the vault either, and who has one can be restored.
    let (cancel, _) = at_look(200);
    let scrubbed = SCRUBBER.until(&cancel).scrub_batch_into(&notes, &vault);
    assert!(scrubbed.iter().any(Result::is_err));
    for (number, ((note, _), one)) in notes.iter().zip(scrubbed).enumerate() {
        match one {
            Ok(one) => assert_eq!(vault.restore(&one.text, Some(&number.to_string())).unwrap(), *note),
            Err(error) => assert!(error.is_cancelled(), "{error}"),
        }
    }
}

#[test]
fn messages_of_every_format_are_stopped() {
    for format in ["hl7", "fhir", "ccda", "rtf", "html", "text"] {
        let folder = repository().join("tests/cases/formats").join(format);
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let message = fs::read(&files[0]).unwrap();
        stopped(format, |cancel| {
            Ok(SCRUBBER.until(cancel).scrub_message(&message, Format::Auto, &Context::default())?.bytes)
        });
        stopped(format, |cancel| {
            let notes = SCORER.until(cancel).score_message(&message, Format::Auto, &ScoreOptions::new())?;
            Ok(notes.into_iter().map(|note| note.report).collect::<Vec<_>>())
        });
    }
}

#[test]
fn a_stream_is_stopped_and_releases_nothing_more() {
    let cancel = Cancel::new();
    let mut stream = SCRUBBER.until(&cancel).stream(StreamOptions::new()).unwrap();
    stream.push(&NOTES).unwrap();
    cancel.cancel();
    assert!(stream.push(&NOTES).unwrap_err().is_cancelled());
    assert!(stream.finish().is_err());
}

#[test]
fn scoring_and_analysis_are_stopped_wherever_they_are() {
    let options = ScoreOptions::new();
    let note = fs::read_to_string(repository().join("examples/notes/pt-evaluation.txt")).unwrap();
    let looks = stopped("score", |cancel| SCORER.until(cancel).score(&note, &options));
    assert!(looks > 50, "{looks}");
    stopped("score of a long note", |cancel| SCORER.until(cancel).score(&NOTES, &options));
    let analyzer = Analyzer::new(SCRUBBER.clone(), SCORER.clone());
    stopped("analyze", |cancel| {
        let outcome = analyzer.until(cancel).analyze(&note, &options)?;
        Ok((outcome.scrubbed.text, outcome.report))
    });
    let notes: Vec<EpisodeNote<'_>> = [&note, &*NOTES].map(|text| EpisodeNote::new(text, ScoreOptions::new())).into();
    stopped("episode", |cancel| {
        let report = SCORER.until(cancel).score_episode(&notes, &EpisodeOptions::default())?;
        Ok(report.notes)
    });
}

#[test]
fn another_thread_stops_a_call_and_clones_are_one_token() {
    let cancel = Cancel::new();
    let long = NOTES.repeat(200);
    let scrubber = SCRUBBER.until(&cancel.clone());
    let error = std::thread::scope(|threads| {
        let call = threads.spawn(|| scrubber.scrub(&long).unwrap_err());
        cancel.cancel();
        call.join().unwrap()
    });
    assert!(error.is_cancelled());
    assert!(scrubber.scrub("again").unwrap_err().is_cancelled(), "a token that was set stays set");
    assert!(SCRUBBER.scrub("and others go on").is_ok());
    assert_eq!(format!("{cancel:?}"), "Cancel { cancelled: true }");
}
