//! The index as a whole: what it finds, how it changes, what it refuses, and what it never says.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("chartguard-search-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A model of a few meanings: a text's vector says how often it speaks of each.
struct Meanings(&'static str);

const MEANINGS: &[&[&str]] = &[
    &["pain", "ache", "sore", "hurt"],
    &["walk", "gait", "ambulat", "steps"],
    &["fall", "balance", "unsteady"],
    &["sugar", "glucose", "diabet", "a1c"],
    &["sleep", "insomnia", "awake"],
];

impl Embedder for Meanings {
    fn identity(&self) -> ModelIdentity {
        ModelIdentity { name: "meanings".into(), version: self.0.into(), sha256: "ab".repeat(32) }
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        let count =
            |text: &str, words: &[&str]| words.iter().map(|word| text.matches(word).count()).sum::<usize>() as f32;
        let vector = |text: &&str| {
            let text = text.to_lowercase();
            MEANINGS.iter().map(|words| count(&text, words)).chain([0.1]).collect()
        };
        Ok(texts.iter().map(vector).collect())
    }
}

const NOTES: &[(&str, &str)] = &[
    (
        "knee",
        "SUBJECTIVE:\nRight knee is sore on stairs. Slept well.\n\nOBJECTIVE:\nKnee flexion 110 degrees. Swelling 1+.\n",
    ),
    (
        "gait",
        "SUBJECTIVE:\nNo new complaints.\n\nOBJECTIVE:\nAmbulated 150 feet with a rolling walker, contact guard.\n",
    ),
    (
        "fall",
        "HPI:\nFell in the bathroom two nights ago. Unsteady since, no head strike.\n\nPLAN:\nFall precautions.\n",
    ),
    (
        "dm",
        "ASSESSMENT:\nType 2 diabetes, A1c 9.1. Glucose logs above 200 most mornings.\n\nPLAN:\nStart insulin 10 units.\n",
    ),
    ("sleep", "SUBJECTIVE:\nInsomnia, awake until 3 am. No pain tonight.\n\nPLAN:\nSleep hygiene reviewed.\n"),
];

fn filled(mut index: SearchIndex) -> SearchIndex {
    for (id, text) in NOTES {
        index.add(*id, text).unwrap();
    }
    index
}

fn by_words() -> SearchIndex {
    filled(SearchIndex::new(SearchOptions::default()))
}

fn by_both() -> SearchIndex {
    filled(SearchIndex::with_embedder(SearchOptions::default(), Arc::new(Meanings("1"))))
}

fn first(found: &[Passage]) -> (&str, &'static str) {
    (&found[0].document, found[0].section.as_str())
}

#[test]
fn words_find_clinical_sentences() {
    let index = by_words();
    for (query, expected) in [
        ("knee flexion range", ("knee", "objective")),
        ("soreness of the knee on stairs", ("knee", "subjective")),
        ("ambulating with rolling walkers", ("gait", "objective")),
        ("unsteadiness, fell in bathroom", ("fall", "history-of-present-illness")),
        ("A1c 9.1", ("dm", "assessment")),
        ("starting insulin", ("dm", "plan")),
        ("no pain", ("sleep", "subjective")),
    ] {
        let found = index.search(query, 3).unwrap();
        assert_eq!(first(&found), expected, "{query}");
        assert!(found.len() <= 3 && found[0].vectors.is_none());
        assert_eq!(found[0].words.unwrap().rank, 1);
        assert!((found[0].score - 1.0 / 61.0).abs() < 1e-12);
        let (_, text) = NOTES.iter().find(|(id, _)| *id == found[0].document).unwrap();
        assert!(text.get(found[0].span.range()).is_some());
    }
    assert!(index.search("zebra", 3).unwrap().is_empty());
    assert!(index.search(" ?! ", 3).unwrap().is_empty());
    assert!(index.search("knee", 0).unwrap().is_empty());
}

#[test]
fn vectors_find_other_words_for_the_same() {
    let found = by_both().search("high blood sugar", 2).unwrap();
    assert_eq!(first(&found), ("dm", "assessment"));
    assert!(found[0].words.is_none() && found[0].vectors.unwrap().score > 0.9);
    // First in both lists is first; the sum is that of both ranks.
    let found = by_both().search("unsteady, fell", 5).unwrap();
    assert_eq!(first(&found), ("fall", "history-of-present-illness"));
    for passage in &found {
        let share = |rank: Option<ListRank>| rank.map_or(0.0, |rank| 1.0 / (60.0 + rank.rank as f64));
        assert!((passage.score - share(passage.words) - share(passage.vectors)).abs() < 1e-12);
    }
    assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score));
}

#[test]
fn texts_come_back_only_where_they_are_kept() {
    assert_eq!(by_words().search("insulin", 1).unwrap()[0].text, None);
    let kept = filled(SearchIndex::new(SearchOptions::default().keep_text(true)));
    assert_eq!(kept.search("insulin", 1).unwrap()[0].text.as_deref(), Some("PLAN:\nStart insulin 10 units."));
}

#[test]
fn spans_are_in_bytes_and_in_code_points() {
    let text = "S: José hurts 😀.\n\nPLAN: Gait training.\n";
    let mut index = SearchIndex::new(SearchOptions::default());
    index.add("a", text).unwrap();
    let passage = &index.search("gait", 1).unwrap()[0];
    let code_points: Vec<char> = text.chars().collect();
    let slice: String = code_points[passage.code_points.range()].iter().collect();
    assert_eq!((slice.as_str(), passage.span.of(text)), ("PLAN: Gait training.", "PLAN: Gait training."));
}

#[test]
fn documents_are_added_replaced_and_deleted() {
    let mut index = by_both();
    assert!(index.add("dm", "Other").unwrap_err().is_input());
    assert!(index.add("", "Other").unwrap_err().is_input());
    index.replace("dm", "Knee brace fitted.").unwrap();
    assert!(index.search("insulin", 5).unwrap().iter().all(|passage| passage.words.is_none()));
    assert_eq!(first(&index.search("brace", 5).unwrap()).0, "dm");
    assert!(index.delete("dm") && !index.delete("dm") && !index.contains("dm"));
    assert!(index.search("brace sugar", 50).unwrap().iter().all(|passage| passage.document != "dm"));
    assert_eq!(index.add("blank", " \n").unwrap(), 0);
    assert_eq!(index.len(), 5);
    for (id, _) in NOTES {
        index.delete(id);
    }
    assert_eq!(index.ids().collect::<Vec<_>>(), ["blank"]);
    assert!(index.search("knee", 5).unwrap().is_empty());
    index.add("new", "Knee pain").unwrap();
    assert_eq!(first(&index.search("knee", 5).unwrap()).0, "new");
}

#[test]
fn nothing_of_a_deleted_document_is_saved() {
    let folder = Folder::new();
    let mut index = filled(SearchIndex::new(SearchOptions::default().keep_text(true)));
    index.add("secret", "Quackenbush was here").unwrap();
    index.delete("secret");
    index.save(folder.join("index")).unwrap();
    let bytes = std::fs::read(folder.join("index")).unwrap();
    assert!(bytes.windows(7).any(|window| window.eq_ignore_ascii_case(b"insulin")));
    assert!(!bytes.windows(6).any(|window| window.eq_ignore_ascii_case(b"quacke")));
    assert!(!bytes.windows(6).any(|window| window == b"secret"));
}

#[test]
fn what_is_saved_is_what_is_loaded() {
    let folder = Folder::new();
    let path = folder.join("index");
    let mut index = by_both();
    index.delete("knee");
    index.save(&path).unwrap();
    let loaded = SearchIndex::load_with(&path, Arc::new(Meanings("1"))).unwrap();
    assert_eq!(loaded.len(), 4);
    for query in ["fell", "no pain", "sugar", "knee"] {
        assert_eq!(loaded.search(query, 10).unwrap(), index.search(query, 10).unwrap(), "{query}");
    }
    loaded.save(folder.join("again")).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(folder.join("again")).unwrap());
    let names: Vec<_> = std::fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "nothing is left beside the files: {names:?}");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_save_that_fails_leaves_the_file_as_it_was() {
    let folder = Folder::new();
    std::fs::create_dir(folder.join("taken")).unwrap();
    assert!(by_words().save(folder.join("taken")).unwrap_err().is_io());
    assert!(by_words().save(folder.join("missing/index")).unwrap_err().is_io());
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1);
}

#[test]
fn every_cut_and_every_flipped_byte_is_noticed() {
    let folder = Folder::new();
    let path = folder.join("index");
    let mut index = SearchIndex::with_embedder(SearchOptions::default(), Arc::new(Meanings("1")));
    index.add("note", "Quackenbush has knee pain.").unwrap();
    index.save(&path).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let load = |bytes: &[u8]| SearchIndex::decode(bytes, Some(Arc::new(Meanings("1"))), None);
    load(&whole).unwrap();
    for length in 0..whole.len() {
        let error = load(&whole[..length]).unwrap_err();
        assert!(error.is_tampered() || length < 8 && error.is_input(), "{length}: {error}");
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at % 8);
        let error = load(&changed).unwrap_err();
        assert!(error.is_tampered() || at < 12 && error.is_input(), "{at}: {error}");
    }
    assert!(load(&[&whole[..], b"x"].concat()).unwrap_err().to_string().contains("added"));
    let mut newer = whole.clone();
    newer[8] = 2;
    assert!(load(&newer).unwrap_err().to_string().contains("version 2: expected version 1"));
    std::fs::write(&path, &whole[..60]).unwrap();
    let error = SearchIndex::load(&path).unwrap_err().to_string();
    assert!(error.contains(&*path.to_string_lossy()) && error.contains("cut off"), "{error}");
    assert!(SearchIndex::load(folder.join("none")).unwrap_err().is_io());
    assert!(SearchIndex::load(&folder.0).unwrap_err().is_io());
}

/// A file whose checksum is right, whatever it says.
fn forged(head: &str, vectors: &[u8]) -> Vec<u8> {
    let mut body = (head.len() as u64).to_le_bytes().to_vec();
    body.extend(head.as_bytes());
    body.extend(vectors);
    let mut bytes = b"CGSEARCH\x01\0\0\0".to_vec();
    bytes.extend((body.len() as u64).to_le_bytes());
    bytes.extend(Sha256::digest(&body));
    bytes.extend(body);
    bytes
}

fn head(terms: &str, documents: &str) -> String {
    format!(
        r#"{{"tenant":null,"chunking":{{"words":120,"overlap":30}},"keep_text":true,"model":null,"dimensions":0,"terms":[{terms}],"documents":[{documents}]}}"#
    )
}

#[test]
fn files_with_a_right_checksum_and_wrong_contents_are_refused() {
    let document = |id: &str, text: &str, start: usize, end: usize, terms: &str| {
        format!(
            r#"{{"id":"{id}","text":"{text}","passages":[{{"start":{start},"end":{end},"code_points":[0,2],"section":"plan","terms":[{terms}]}}]}}"#
        )
    };
    let load = |head: &str, vectors: &[u8]| SearchIndex::decode(&forged(head, vectors), None, None);
    let good = document("a", "Éa", 0, 3, "[0,1],[1,2]");
    assert_eq!(load(&head(r#""x","y""#, &good), b"").unwrap().search("x", 1).unwrap()[0].text.as_deref(), Some("Éa"));

    let empty_id = document("", "Ea", 0, 2, "");
    for (terms, documents) in [
        (r#""y","x""#, good.clone()),
        (r#""x","x""#, good.clone()),
        (r#""x""#, good.clone()),
        (r#""x","y""#, [good.clone(), good.clone()].join(",")),
        ("", empty_id),
        ("", document("a", "Éa", 1, 3, "")),
        ("", document("a", "Éa", 2, 0, "")),
        ("", document("a", "Éa", 0, usize::MAX, "")),
        (r#""x""#, document("a", "Éa", 0, 3, "[0,0]")),
        (r#""x""#, document("a", "Éa", 0, 3, "[0,1],[0,1]")),
        (r#""x""#, document("a", "Éa", 0, 3, "[4294967295,1]")),
        ("", document("a", "Éa", 0, 3, "").replace("[0,2]", "[2,0]")),
        ("", document("a", "Éa", 0, 3, "").replace("plan", "Quackenbush")),
        ("", document("a", "Éa", 0, 3, "").replace(r#""text":"Éa","#, r#""text":null,"#)),
        ("", "[".repeat(100_000)),
    ] {
        let error = load(&head(terms, &documents), b"").unwrap_err();
        assert!(error.is_tampered() && !error.to_string().contains("Quackenbush"), "{error}");
    }
    let plain = head(r#""x","y""#, &good);
    assert!(load(&plain, &[0; 4]).unwrap_err().is_tampered());
    assert!(load(&plain.replace(r#""words":120"#, r#""words":1"#), b"").unwrap_err().is_config());
    let modelled = plain.replace(r#""model":null"#, r#""model":{"name":"meanings","version":"1","sha256":"SUM"}"#);
    let modelled = modelled.replace("SUM", &"ab".repeat(32));
    for (dimensions, bytes) in [(0, 0), (1, 4), (u64::MAX, 0), (6, 23)] {
        let head = modelled.replace(r#""dimensions":0"#, &format!(r#""dimensions":{dimensions}"#));
        let forged = forged(&head, &vec![0xff; bytes]);
        let error = SearchIndex::decode(&forged, Some(Arc::new(Meanings("1"))), None).unwrap_err();
        assert!(error.is_tampered(), "{dimensions} {bytes}: {error}");
    }
    // A head that claims to be longer than the file.
    let mut bytes = forged("", b"");
    bytes[52..60].fill(0xff);
    let sum = Sha256::digest(&bytes[52..]);
    bytes[20..52].copy_from_slice(&sum);
    assert!(SearchIndex::decode(&bytes, None, None).unwrap_err().is_tampered());
}

/// A model that is exchanged while an index uses it.
struct Exchanged(std::sync::atomic::AtomicBool);

impl Embedder for Exchanged {
    fn identity(&self) -> ModelIdentity {
        Meanings(if self.0.load(Ordering::Relaxed) { "2" } else { "1" }).identity()
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        Meanings("").embed(texts)
    }
}

#[test]
fn another_model_is_an_error() {
    let folder = Folder::new();
    let path = folder.join("index");
    by_both().save(&path).unwrap();
    let error = SearchIndex::load_with(&path, Arc::new(Meanings("2"))).unwrap_err();
    assert!(error.is_model() && error.to_string().contains("meanings 1") && error.to_string().contains("meanings 2"));
    assert!(SearchIndex::load(&path).unwrap_err().is_model());
    by_words().save(&path).unwrap();
    assert!(SearchIndex::load_with(&path, Arc::new(Meanings("1"))).unwrap_err().is_model());

    let model = Arc::new(Exchanged(false.into()));
    let mut index = filled(SearchIndex::with_embedder(SearchOptions::default(), model.clone()));
    assert!(!index.search("sugar", 1).unwrap().is_empty());
    model.0.store(true, Ordering::Relaxed);
    assert!(index.search("sugar", 1).unwrap_err().is_model());
    assert!(index.replace("dm", "Quackenbush").unwrap_err().is_model());
    model.0.store(false, Ordering::Relaxed);
    assert_eq!(first(&index.search("insulin", 1).unwrap()).0, "dm", "a change that fails changes nothing");
}

#[test]
fn tenants_do_not_see_each_other() {
    let folder = Folder::new();
    let tenants = Tenants::new(folder.join("root"));
    let make = |name: &str, text: &str| {
        let mut index = tenants.create(name, SearchOptions::default().keep_text(true)).unwrap();
        index.add("note", text).unwrap();
        tenants.save(&index).unwrap();
    };
    make("north", "Quackenbush has knee pain.");
    make("south", "Shoulder pain.");
    let found = tenants.load("south").unwrap().search("Quackenbush knee pain", 10).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].text.as_deref(), Some("Shoulder pain."));
    assert!(tenants.load("west").unwrap_err().is_io());
    assert!(tenants.create("north", SearchOptions::default()).unwrap_err().is_config());

    // Names that would lead to the other.
    for name in [
        "",
        ".",
        "..",
        "../tenant-north",
        "south/../tenant-north",
        "/tenant-north",
        "North",
        "north ",
        "north\0",
        "north/index",
        "C:north",
        "north\u{301}",
        "-north",
        "_north",
        "tenant-north/",
        &"a".repeat(65),
    ] {
        assert!(tenants.load(name).unwrap_err().is_config(), "{name:?}");
        assert!(tenants.create(name, SearchOptions::default()).unwrap_err().is_config(), "{name:?}");
        assert!(tenants.remove(name).unwrap_err().is_config(), "{name:?}");
    }
    // An index that was copied, or is loaded as nobody's.
    let file = |name: &str| folder.join("root").join(format!("tenant-{name}")).join("index");
    let error = SearchIndex::load(file("north")).unwrap_err();
    assert!(error.is_access() && !error.to_string().contains("Quackenbush"), "{error}");
    std::fs::copy(file("north"), file("south")).unwrap();
    assert!(tenants.load("south").unwrap_err().is_access());
    by_words().save(file("south")).unwrap();
    assert!(tenants.load("south").unwrap_err().is_access());
    assert!(tenants.save(&by_words()).unwrap_err().is_config());
    // Links, of the file and of the directory.
    #[cfg(unix)]
    {
        std::fs::remove_file(file("south")).unwrap();
        std::os::unix::fs::symlink(file("north"), file("south")).unwrap();
        std::os::unix::fs::symlink(folder.join("root/tenant-north"), folder.join("root/tenant-east")).unwrap();
        for name in ["south", "east"] {
            assert!(tenants.load(name).unwrap_err().is_access());
            assert!(tenants.create(name, SearchOptions::default()).unwrap_err().is_access());
            assert!(tenants.remove(name).unwrap_err().is_access());
        }
    }
    assert!(tenants.remove("north").unwrap() && !tenants.remove("north").unwrap());
}

#[test]
fn nothing_prints_a_text() {
    let mut index = SearchIndex::with_embedder(SearchOptions::default().keep_text(true), Arc::new(Meanings("1")));
    index.add("MRN 4471203", "Quackenbush sleeps badly.").unwrap();
    let found = index.search("Quackenbush", 1).unwrap();
    assert_eq!(found[0].text.as_deref(), Some("Quackenbush sleeps badly."));
    let printed = format!("{found:?} {index:?} {:?}", index.add("MRN 4471203", "Quackenbush").unwrap_err());
    assert!(!printed.to_lowercase().contains("quackenbush") && !printed.contains("4471203"), "{printed}");
}

#[test]
fn an_index_is_searched_by_many_threads() {
    let index = by_both();
    let expected = index.search("pain sugar fell", 10).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(index.search("pain sugar fell", 10).unwrap(), expected));
        }
    });
}

#[test]
fn time_grows_with_the_text() {
    // A note without one sentence end, and an index of many passages.
    let mut index = SearchIndex::new(SearchOptions::default());
    let passages = index.add("long", &"gait training with walker ".repeat(50_000)).unwrap();
    assert!(passages > 2_000);
    assert_eq!(index.search("walker", 7).unwrap().len(), 7);
    index.delete("long");
    assert_eq!(index.passages.len(), 0);
}

proptest! {
    #[test]
    fn the_order_and_history_of_documents_do_not_matter(
        order in Just((0..NOTES.len()).collect::<Vec<_>>()).prop_shuffle(),
        detours in prop::collection::vec((0..NOTES.len(), 0..NOTES.len()), 0..12),
    ) {
        let mut index = SearchIndex::with_embedder(SearchOptions::default(), Arc::new(Meanings("1")));
        for (place, other) in detours {
            index.replace(NOTES[place].0, NOTES[other].1).unwrap();
            if other % 2 == 0 {
                index.delete(NOTES[other].0);
            }
        }
        for place in order {
            index.replace(NOTES[place].0, NOTES[place].1).unwrap();
        }
        let plain = by_both();
        for query in ["pain", "fell no pain A1c", "walker", "sugar"] {
            prop_assert_eq!(index.search(query, 20).unwrap(), plain.search(query, 20).unwrap());
        }
    }
}

#[test]
fn a_tenants_index_is_opened_or_made() {
    let root = std::env::temp_dir().join(format!("chartguard-search-open-{}", std::process::id()));
    let tenants = Tenants::new(&root);
    let options = SearchOptions::default().chunking(Chunking::new(40, 8).unwrap());
    let mut index = tenants.open("north", Some(options)).unwrap();
    assert!(index.is_empty() && index.options() == options && !root.exists());
    index.add("note 1", "Knee pain on stairs.").unwrap();
    tenants.save(&index).unwrap();
    for given in [None, Some(options)] {
        let again = tenants.open("north", given).unwrap();
        assert_eq!((again.len(), again.options()), (1, options));
    }
    let error = tenants.open("north", Some(options.keep_text(true))).unwrap_err().to_string();
    assert!(error.contains("40 words with 8 in common"), "{error}");
    assert!(tenants.open("south", None).unwrap().is_empty());
    std::fs::remove_dir_all(root).unwrap();
}

#[cfg(feature = "onnx")]
#[test]
fn a_sentence_model_is_known_by_what_it_holds() {
    use crate::infer::{Embedder as Sentences, Model, test_models};

    let load =
        |folder: &std::path::Path| SentenceModel::new(Sentences::new(Model::load(folder).unwrap()).unwrap()).unwrap();
    let source = test_models().join("tiny-embedder");
    let folder =
        std::env::temp_dir().join(format!("chartguard-search-model-{}", std::process::id())).join("tiny-embedder");
    std::fs::create_dir_all(&folder).unwrap();
    for file in std::fs::read_dir(&source).unwrap().map(|entry| entry.unwrap()) {
        std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    let model = load(&source);
    assert_eq!(load(&folder).identity(), model.identity());
    // What is written for people changes nothing, how vectors are pooled does.
    std::fs::write(folder.join("README.md"), "x").unwrap();
    assert_eq!(load(&folder).identity(), model.identity());
    let said = std::fs::read_to_string(folder.join("chartguard.json")).unwrap();
    std::fs::write(folder.join("chartguard.json"), said.replace("\"mean\"", "\"max\"")).unwrap();
    assert_ne!(load(&folder).identity().sha256, model.identity().sha256);

    let mut index = SearchIndex::with_embedder(SearchOptions::default(), Arc::new(model));
    index.add("note 1", "Patient walked 40 feet without help.").unwrap();
    let found = index.search("Patient walked 40 feet without help.", 1).unwrap();
    assert!((found[0].vectors.unwrap().score - 1.0).abs() < 1e-5 && found[0].words.is_some());
    let file = folder.join("index");
    index.save(&file).unwrap();
    assert!(SearchIndex::load(&file).unwrap_err().is_model());
    let error = SearchIndex::load_with(&file, Arc::new(load(&folder))).unwrap_err();
    assert!(error.is_model(), "{error}");
    std::fs::remove_dir_all(folder.parent().unwrap()).unwrap();
}
