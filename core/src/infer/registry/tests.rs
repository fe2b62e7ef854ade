//! Registries of the small models of `tests/models`: what they serve, what they refuse, and what a kill leaves.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, Weak};
use std::time::Duration;

use super::{ModelStatus, Registry, RegistryOptions, disk};
use crate::error::{Error, ErrorCode, Result};
use crate::infer::{Loaded, Model, Tagger, TestDirectory, test_models};

const NOTE: &str = "Patient Tanel Brimos was seen on 3/14/2024 by Dr. Kelor.";

/// A folder of its own, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("chartguard-registry-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn at(&self, inside: &str) -> PathBuf {
        self.0.join(inside)
    }

    fn open(&self) -> Registry {
        self.with(RegistryOptions::new())
    }

    fn with(&self, options: RegistryOptions) -> Registry {
        Registry::open(&self.0, options).unwrap()
    }

    /// A registry with version 1 of `tagger` active and version 2 not.
    fn of_two() -> (Self, Registry) {
        let folder = Self::new();
        let registry = folder.open();
        registry.add("tagger", "1", test_models().join("tiny-tagger")).unwrap();
        registry.activate("tagger", "1").unwrap();
        registry.add("tagger", "2", test_models().join("tiny-tagger-bytes")).unwrap();
        (folder, registry)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A tiny tagger whose label for patients says which it is.
fn numbered(number: usize) -> TestDirectory {
    let model = TestDirectory::from(["tiny-tagger", "tiny-tagger-bytes"][number % 2]);
    model.edit("config.json", |config| *config = config.replace("PATIENT", &format!("PATIENT{number}")));
    model
}

fn first_label(model: Model) -> String {
    Tagger::new(model).unwrap().tag(NOTE).unwrap()[0].label.clone()
}

fn status(registry: &Registry, reference: &str) -> ModelStatus {
    let (name, version) = reference.split_once('@').unwrap();
    let models = registry.status().unwrap().models;
    models.into_iter().find(|model| model.name == name && model.version == version).unwrap()
}

fn error<T>(result: Result<T>) -> Error {
    result.err().expect("an error")
}

#[test]
fn versions_are_added_activated_and_rolled_back() {
    let (folder, registry) = Folder::of_two();
    let model = registry.get("tagger").unwrap();
    assert_eq!(model.name(), "tagger@1");
    assert_eq!(registry.get("tagger@2").unwrap().name(), "tagger@2");
    assert_eq!(error(registry.rollback("tagger")).code(), ErrorCode::Config);
    registry.activate("tagger", "2").unwrap();
    // Twice is once.
    registry.activate("tagger", "2").unwrap();
    // Another process sees it at once; what was handed out stays.
    let other = folder.open();
    assert_eq!(other.get("tagger").unwrap().name(), "tagger@2");
    assert_eq!((model.name(), first_label(model.clone()).as_str()), ("tagger@1", "PATIENT"));
    assert_eq!(other.rollback("tagger").unwrap(), "1");
    assert_eq!(registry.get("tagger").unwrap().name(), "tagger@1");
    let now = status(&registry, "tagger@2");
    assert!(now.previous && !now.active && status(&registry, "tagger@1").active);
    assert_eq!(registry.rollback("tagger").unwrap(), "2");
    // Neither can be removed, a third can.
    for version in ["1", "2"] {
        assert!(error(registry.remove("tagger", version)).is_config());
    }
    registry.add("tagger", "3", folder.at("tagger/1")).unwrap();
    registry.remove("tagger", "3").unwrap();
    assert!(error(registry.remove("tagger", "3")).to_string().contains("unknown version of `tagger` `3`"));
    registry.add("other", "1", test_models().join("tiny-tagger")).unwrap();
    assert!(error(registry.get("other")).to_string().contains("activate one of 1"));
    registry.remove("other", "1").unwrap();
    assert!(!folder.at("other").exists());
    assert_eq!(registry.check("tagger").unwrap().name(), "tagger@2");
}

#[test]
fn what_is_not_there_is_named() {
    let (folder, registry) = Folder::of_two();
    assert!(error(registry.get("taggr")).to_string().contains("did you mean `tagger`?"));
    assert!(error(registry.activate("tagger", "9")).to_string().contains("unknown version of `tagger` `9`"));
    let again = error(registry.add("tagger", "1", test_models().join("tiny-tagger")));
    assert!(again.to_string().contains("`tagger@1` is there already"), "{again}");
    let none = error(Registry::open(folder.at("nothing"), RegistryOptions::new()));
    assert!(none.to_string().contains("does not exist"), "{none}");
    let broken = error(registry.add("tagger", "3", test_models().join("broken")));
    assert!(broken.is_model() && broken.to_string().starts_with("`tagger@3`: "), "{broken}");
    assert_eq!(registry.status().unwrap().models.len(), 2);
    let empty = Folder::new();
    assert!(error(empty.open().get("tagger")).to_string().contains("the registry is empty"));
    assert!(empty.open().status().unwrap().models.is_empty());
}

#[test]
fn a_model_that_fails_its_own_smoke_test_is_not_activated() {
    let (folder, registry) = Folder::of_two();
    let with = |entity: &str| {
        let model = TestDirectory::from("tiny-tagger");
        let smoke = format!(
            r#"{{"smoke": {{"text": "Seen by Dr. Kelor on 3/14/2024.", "entities": [{{"text": "Kelor", "label": "DOCTOR"}},
                {{"text": "{entity}", "label": "DATE"}}]}}}}"#
        );
        fs::write(model.path().join("chartguard.json"), smoke).unwrap();
        model
    };
    registry.add("tagger", "3", with("3/14/2024").path()).unwrap();
    registry.add("tagger", "4", with("3/14").path()).unwrap();
    registry.activate("tagger", "3").unwrap();
    let refused = error(registry.activate("tagger", "4"));
    assert!(refused.is_model() && refused.to_string().starts_with("`tagger@4`: is not activated: "), "{refused}");
    assert!(error(registry.check("tagger@4")).is_model());
    assert!(status(&registry, "tagger@4").last_error.is_some());
    assert_eq!(folder.open().get("tagger").unwrap().name(), "tagger@3");
    assert_eq!(registry.rollback("tagger").unwrap(), "1");
}

#[test]
fn names_and_versions_are_no_paths() {
    let (folder, registry) = Folder::of_two();
    let long = "x".repeat(65);
    for name in [
        "",
        ".",
        "..",
        "../tagger",
        "a/b",
        "a\\b",
        "/etc",
        ".lock",
        "_active.json",
        "Tagger",
        "täg",
        "a b",
        "a\0",
        "con",
        "com1.x",
        "a.",
        &long,
    ] {
        let source = test_models().join("tiny-tagger");
        assert!(error(registry.add(name, "1", &source)).is_config(), "{name:?}");
        assert!(error(registry.add("tagger", name, &source)).is_config(), "{name:?}");
        assert!(error(registry.activate(name, "1")).is_config(), "{name:?}");
        assert!(error(registry.activate("tagger", name)).is_config(), "{name:?}");
        assert!(error(registry.remove("tagger", name)).is_config(), "{name:?}");
        assert!(error(registry.remove(name, "1")).is_config(), "{name:?}");
        assert!(error(registry.rollback(name)).is_config(), "{name:?}");
        assert!(error(registry.get(name)).is_config(), "{name:?}");
        assert!(error(registry.get(&format!("tagger@{name}"))).is_config(), "{name:?}");
    }
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 2, "the lock and the model");
}

#[test]
fn files_that_were_changed_are_named_and_not_loaded() {
    type Spoil = fn(&Path);
    let cases: [(&str, &str, Spoil); 6] = [
        ("model.onnx", "SHA-256", |folder| {
            let path = folder.join("model.onnx");
            let mut bytes = fs::read(&path).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(path, bytes).unwrap();
        }),
        ("model.onnx", "bytes", |folder| fs::write(folder.join("model.onnx"), b"short").unwrap()),
        ("config.json", "is missing", |folder| fs::remove_file(folder.join("config.json")).unwrap()),
        ("chartguard.json", "none of the files", |folder| fs::write(folder.join("chartguard.json"), "{}").unwrap()),
        ("sub/.hidden", "none of the files", |folder| {
            fs::create_dir(folder.join("sub")).unwrap();
            fs::write(folder.join("sub/.hidden"), "").unwrap();
        }),
        #[cfg(unix)]
        ("config.json", "a link that leads out", |folder| {
            fs::remove_file(folder.join("config.json")).unwrap();
            std::os::unix::fs::symlink(test_models().join("tiny-tagger/config.json"), folder.join("config.json"))
                .unwrap();
        }),
    ];
    for (file, what, spoil) in cases {
        let (folder, registry) = Folder::of_two();
        registry.activate("tagger", "2").unwrap();
        spoil(&folder.at("tagger/1"));
        for error in
            [error(registry.get("tagger@1")), error(registry.check("tagger@1")), error(registry.rollback("tagger"))]
        {
            let said = error.to_string();
            assert!(error.is_model() && said.starts_with("`tagger@1`: "), "{said}");
            assert!(said.contains(file) && said.contains(what), "{said}");
        }
        assert!(status(&registry, "tagger@1").last_error.unwrap().contains(what));
        // The active version serves on.
        assert_eq!(registry.get("tagger").unwrap().name(), "tagger@2");
    }
}

#[cfg(unix)]
#[test]
fn links_in_a_source_may_not_lead_out_of_it() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    let registry = folder.open();
    let source = TestDirectory::from("tiny-tagger");
    let move_to = |place: &Path| {
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::rename(source.path().join("model.onnx"), place).unwrap();
        symlink(place, source.path().join("model.onnx")).unwrap();
    };
    move_to(&source.path().join("blobs/0"));
    fs::create_dir(source.path().join(".git")).unwrap();
    fs::write(source.path().join(".git/config"), "").unwrap();
    registry.add("tagger", "1", source.path()).unwrap();
    assert!(!fs::symlink_metadata(folder.at("tagger/1/model.onnx")).unwrap().is_symlink());
    assert!(!folder.at("tagger/1/.git").exists());
    registry.activate("tagger", "1").unwrap();
    fs::remove_file(source.path().join("model.onnx")).unwrap();
    symlink(test_models().join("tiny-tagger/model.onnx"), source.path().join("model.onnx")).unwrap();
    let refused = error(registry.add("tagger", "2", source.path()));
    assert!(refused.to_string().contains("model.onnx: a link that leads out"), "{refused}");
    assert!(!folder.at("tagger/2").exists() && !folder.at("tagger/.2.new").exists());
    // Nor may a version, or a model, be a link.
    symlink(folder.at("tagger/1"), folder.at("tagger/3")).unwrap();
    symlink(folder.at("tagger"), folder.at("alias")).unwrap();
    for reference in ["tagger@3", "alias@1", "alias"] {
        assert!(error(registry.get(reference)).to_string().contains("is a link"), "{reference}");
    }
}

#[test]
fn damaged_indexes_are_named_and_the_others_serve_on() {
    let pin = r#"{"version": "1", "sha256": "0"}"#;
    let deep = "[".repeat(100_000);
    let active = [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("\u{0}\u{0}", "not JSON"),
        (&deep, "not JSON"),
        ("[]", "does not say its `format`"),
        (r#"{"format": 2, "new": 1}"#, "format 2"),
        (r#"{"format": "1"}"#, "does not say its `format`"),
        (r#"{"format": 1, "active": 7, "previous": null}"#, "is damaged"),
        (r#"{"format": 1, "active": null, "previous": null, "more": 1}"#, "is damaged"),
        (&format!(r#"{{"format": 1, "active": {pin}, "previous": null}}"#), "not the list of files that was activated"),
        (
            &format!(r#"{{"format": 1, "active": {}, "previous": null}}"#, pin.replace('1', "../../x")),
            "is not one that a model can have",
        ),
        (&format!(r#"{{"format": 1, "active": {}, "previous": null}}"#, pin.replace('1', "77")), "unknown version"),
    ];
    let (folder, registry) = Folder::of_two();
    registry.add("other", "1", test_models().join("tiny-tagger")).unwrap();
    registry.activate("other", "1").unwrap();
    let path = folder.at("tagger/_active.json");
    for (index, what) in active {
        fs::write(&path, index).unwrap();
        let error = error(folder.open().get("tagger"));
        let said = error.to_string();
        assert!(said.contains(what) && said.len() < 600, "{said}");
        assert!(said.contains(&folder.0.display().to_string()), "{said}");
        assert_eq!(registry.get("other").unwrap().name(), "other@1");
        assert_eq!(registry.status().unwrap().models.len(), 3);
        // Nothing is made active over an index that cannot be understood.
        if what == "is damaged" {
            assert!(registry.activate("tagger", "2").is_err());
            assert_eq!(fs::read_to_string(&path).unwrap(), index);
            assert!(status(&registry, "tagger@1").last_error.unwrap().contains("_active.json"));
        }
    }
    let files = [
        "",
        "{}",
        r#"{"format": 1, "files": []}"#,
        r#"{"format": 1, "files": {"../../../etc/passwd": {"bytes": 1, "sha256": ""}}}"#,
        r#"{"format": 1, "files": {"model.onnx": {"bytes": -1, "sha256": ""}}}"#,
        r#"{"format": 1, "files": {}}"#,
    ];
    fs::remove_file(&path).unwrap();
    for index in files {
        fs::write(folder.at("tagger/1/_files.json"), index).unwrap();
        let error = error(folder.open().activate("tagger", "1"));
        assert!(error.is_model() && error.to_string().contains("tagger/1"), "{error}");
        assert!(registry.status().is_ok());
    }
    let huge = fs::File::create(&path).unwrap();
    huge.set_len(1 << 40).unwrap();
    assert!(error(registry.get("tagger")).to_string().contains("larger than"));
}

#[test]
fn unfinished_work_is_swept_away_but_not_that_of_somebody_at_work() {
    let (folder, registry) = Folder::of_two();
    let leave = || {
        fs::create_dir(folder.at("tagger/.3.new")).unwrap();
        fs::write(folder.at("tagger/.3.new/model.onnx"), "half").unwrap();
        fs::write(folder.at("tagger/._active.json.new"), "{").unwrap();
    };
    leave();
    drop(folder.open());
    assert!(!folder.at("tagger/.3.new").exists() && !folder.at("tagger/._active.json.new").exists());
    leave();
    let writing = registry.0.store.write().unwrap();
    drop(folder.open());
    assert!(folder.at("tagger/.3.new").exists());
    // Readers do not wait.
    assert_eq!(folder.open().get("tagger").unwrap().name(), "tagger@1");
    drop(writing);
    registry.add("tagger", "3", test_models().join("tiny-tagger")).unwrap();
    registry.activate("tagger", "3").unwrap();
    assert_eq!(registry.get("tagger").unwrap().name(), "tagger@3");
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Does `work` on a registry and looks before each step at what a kill there would leave: it must open, serve `before` until it
/// serves `after`, and `work` must succeed on it as if nothing had happened. How many steps there were.
fn killed_at_each_step(work: fn(&Registry) -> Result<()>, before: &str, after: &str) -> usize {
    let (folder, registry) = Folder::of_two();
    registry.add("tagger", "3", test_models().join("tiny-tagger")).unwrap();
    registry.activate("tagger", "3").unwrap();
    let left: Arc<Mutex<Vec<Folder>>> = Arc::default();
    disk::BEFORE_STEP.set(Some(Box::new({
        let (left, root) = (Arc::clone(&left), folder.0.clone());
        move || {
            let copy = Folder::new();
            copy_folder(&root, &copy.0);
            left.lock().unwrap().push(copy);
        }
    })));
    work(&registry).unwrap();
    disk::BEFORE_STEP.set(None);
    let mut served = before;
    let left = std::mem::take(&mut *left.lock().unwrap());
    for copy in &left {
        let registry = copy.open();
        let name = registry.get("tagger").unwrap().name().to_owned();
        if name == after {
            served = after;
        }
        assert_eq!(name, served);
        for model in registry.status().unwrap().models {
            assert_eq!(model.last_error, None);
            registry.check(&format!("{}@{}", model.name, model.version)).unwrap();
        }
        let unfinished = fs::read_dir(copy.at("tagger")).unwrap().map(Result::unwrap);
        assert_eq!(unfinished.filter(|entry| entry.file_name().to_string_lossy().starts_with('.')).count(), 0);
        if name != after {
            let again = work(&registry);
            assert!(again.is_ok() || again.unwrap_err().is_config(), "done already");
            assert_eq!(registry.get("tagger").unwrap().name(), after);
        }
    }
    assert_eq!(registry.get("tagger").unwrap().name(), after);
    left.len()
}

#[test]
fn a_kill_at_any_step_leaves_a_registry_that_serves() {
    let source = || test_models().join("tiny-tagger");
    assert!(source().exists());
    let add = killed_at_each_step(|r| r.add("tagger", "4", test_models().join("tiny-tagger")), "tagger@3", "tagger@3");
    let activate = killed_at_each_step(|r| r.activate("tagger", "2"), "tagger@3", "tagger@2");
    let rollback = killed_at_each_step(|r| r.rollback("tagger").map(drop), "tagger@3", "tagger@1");
    let remove = killed_at_each_step(|r| r.remove("tagger", "2"), "tagger@3", "tagger@3");
    assert!(add >= 10 && activate >= 3 && rollback >= 3 && remove >= 4, "{add} {activate} {rollback} {remove}");
}

#[test]
fn thirty_two_threads_share_eight_models_in_room_for_three() {
    const MODELS: usize = 8;
    let folder = Folder::new();
    let registry = folder.open();
    for number in 0..MODELS {
        let name = format!("model{number}");
        registry.add(&name, "1", numbered(number).path()).unwrap();
        registry.activate(&name, "1").unwrap();
    }
    let largest = registry.status().unwrap().models.iter().map(|model| model.bytes).max().unwrap();
    let registry = folder.with(RegistryOptions::new().memory(3 * largest).wait(Duration::from_mins(10)));
    let seen: Mutex<BTreeMap<usize, Vec<Weak<Loaded>>>> = Mutex::default();
    let alive = || seen.lock().unwrap().values().flatten().filter(|loaded| loaded.strong_count() > 0).count();
    let (begin, done, most) = (Barrier::new(33), AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let (registry, seen, begin) = (&registry, &seen, &begin);
        let workers: Vec<_> = (0..32)
            .map(|thread| {
                scope.spawn(move || {
                    begin.wait();
                    for turn in 0..6 {
                        let number = (thread * 5 + turn * 3) % MODELS;
                        let model = registry.get(&format!("model{number}")).unwrap();
                        let weak = Arc::downgrade(&model.0);
                        {
                            let mut seen = seen.lock().unwrap();
                            let known = seen.entry(number).or_default();
                            if !known.iter().any(|loaded| loaded.ptr_eq(&weak)) {
                                known.push(weak);
                            }
                        }
                        assert_eq!(first_label(model), format!("PATIENT{number}"));
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            begin.wait();
            while !done.load(Ordering::Relaxed) {
                most.fetch_max(alive(), Ordering::Relaxed);
                let status = registry.status().unwrap();
                assert!(status.used <= 3 * largest);
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        let finished: Vec<_> = workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Relaxed);
        for worker in finished {
            worker.unwrap();
        }
    });
    let status = registry.status().unwrap();
    assert!(status.most_used <= 3 * largest && status.most_used > 2 * largest, "{} of {largest}", status.most_used);
    assert!((1..=3).contains(&most.load(Ordering::Relaxed)), "{most:?} were in memory");
    assert_eq!(status.models.iter().map(|model| model.calls).sum::<u64>(), 32 * 6);
    assert!(status.models.iter().all(|model| !model.in_use && model.last_error.is_none()));
    // They had to be unloaded, or it would prove nothing.
    assert!(seen.lock().unwrap().values().any(|loads| loads.len() > 1));
}

#[test]
fn a_model_is_loaded_once_however_many_ask() {
    let (_folder, registry) = Folder::of_two();
    let begin = Barrier::new(32);
    let models: Vec<Model> = std::thread::scope(|scope| {
        let ask = || {
            begin.wait();
            registry.get("tagger").unwrap()
        };
        let asking: Vec<_> = (0..32).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(models.iter().all(|model| Arc::ptr_eq(&model.0, &models[0].0)));
    let status = registry.status().unwrap();
    assert_eq!(status.used, status.models[0].bytes);
}

#[test]
fn what_is_in_use_stays_and_what_was_used_longest_ago_goes() {
    let folder = Folder::new();
    let registry = folder.open();
    for name in ["a", "b", "c"] {
        registry.add(name, "1", test_models().join("tiny-tagger")).unwrap();
        registry.activate(name, "1").unwrap();
    }
    let one = status(&registry, "a@1").bytes;
    let registry = folder.with(RegistryOptions::new().memory(2 * one).wait(Duration::from_millis(50)));
    let loaded = || {
        let models = registry.status().unwrap().models;
        models.iter().filter(|model| model.loaded).map(|model| model.name.clone()).collect::<Vec<_>>()
    };
    drop(registry.get("a").unwrap());
    drop(registry.get("b").unwrap());
    drop(registry.get("a").unwrap());
    drop(registry.get("c").unwrap());
    assert_eq!(loaded(), ["a", "c"]);
    // A tagger keeps its model in use, and so does any copy.
    let tagger = Tagger::new(registry.get("a").unwrap()).unwrap();
    let copy = Tagger::new(registry.get("c").unwrap()).unwrap().model().clone();
    assert!(status(&registry, "a@1").in_use && status(&registry, "c@1").in_use);
    let refused = error(registry.get("b"));
    assert!(refused.is_model() && refused.to_string().starts_with("`b@1`: no room"), "{refused}");
    assert_eq!(loaded(), ["a", "c"]);
    // It waits while there is hope.
    let patient = folder.with(RegistryOptions::new().memory(one).wait(Duration::from_mins(10)));
    let held = patient.get("a").unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| patient.get("b").unwrap());
        std::thread::sleep(Duration::from_millis(50));
        assert!(!waiting.is_finished());
        drop(held);
        assert_eq!(waiting.join().unwrap().name(), "b@1");
    });
    drop((tagger, copy));
    drop(registry.get("b").unwrap());
    assert_eq!(loaded(), ["b", "c"]);
    let small = folder.with(RegistryOptions::new().memory(one - 1));
    assert!(error(small.get("a")).to_string().contains("more than the whole budget"));
    assert_eq!(small.status().unwrap().most_used, 0);
}

#[test]
fn a_model_that_does_not_load_leaves_no_slot() {
    let (folder, registry) = Folder::of_two();
    fs::write(folder.at("tagger/1/model.onnx"), "no model").unwrap();
    let begin = Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                begin.wait();
                assert!(error(registry.get("tagger")).to_string().contains("was changed"));
            });
        }
    });
    assert_eq!(registry.status().unwrap().used, 0);
    fs::copy(test_models().join("tiny-tagger/model.onnx"), folder.at("tagger/1/model.onnx")).unwrap();
    assert_eq!(registry.get("tagger").unwrap().name(), "tagger@1");
}

#[test]
fn calls_are_timed_by_the_clock_that_is_given() {
    let (folder, _) = Folder::of_two();
    let ticks = Arc::new(AtomicU64::new(0));
    let clock = {
        let ticks = Arc::clone(&ticks);
        move || Duration::from_millis(10 * ticks.fetch_add(1, Ordering::Relaxed))
    };
    let registry = folder.with(RegistryOptions::new().clock(clock));
    let tagger = Tagger::new(registry.get("tagger").unwrap()).unwrap();
    (0..3).for_each(|_| drop(tagger.tag(NOTE).unwrap()));
    let now = status(&registry, "tagger@1");
    assert_eq!((now.calls, now.mean_ms, now.p95_ms), (3, Some(10.0), Some(10.0)));
    let read: super::RegistryStatus =
        serde_json::from_value(serde_json::to_value(registry.status().unwrap()).unwrap()).unwrap();
    assert_eq!(read, registry.status().unwrap());
    // The figures outlive the model's stay in memory, and one without a clock counts only.
    let other = folder.open();
    first_label(other.get("tagger").unwrap());
    let now = status(&other, "tagger@1");
    assert_eq!((now.calls, now.mean_ms, now.p95_ms), (1, None, None));
}

#[test]
fn options_from_json() {
    let options = RegistryOptions::from_json(r#"{"memory": 1000, "wait_seconds": 0.5}"#).unwrap();
    assert_eq!((options.memory, options.wait), (Some(1000), Duration::from_millis(500)));
    assert_eq!(RegistryOptions::from_json("").unwrap().memory, None);
    for (json, what) in [
        ("{", "JSON"),
        ("[]", "JSON"),
        (r#"{"memry": 1}"#, "`memory`"),
        (r#"{"memory": -1}"#, "`memory`"),
        (r#"{"memory": "1"}"#, "`memory`"),
        (r#"{"wait_seconds": -1}"#, "`wait_seconds`"),
        (r#"{"wait_seconds": 1e300}"#, "`wait_seconds`"),
    ] {
        let said = error(RegistryOptions::from_json(json));
        assert!(said.is_config() && said.to_string().contains(what), "{said}");
    }
}
