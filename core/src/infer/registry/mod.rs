//! Named, versioned models in a directory: which version is active, which are in memory, and how they do.
//!
//! A version is a model directory that was copied in and never changes: the SHA-256 of each of its files is taken when it is
//! added and checked when it is loaded. One version of a model may be active, and it becomes so only after it was loaded, run, and
//! gave the output that it says it gives. Whoever asks for the model by its name gets the active version, at once after it
//! changed, whichever process changed it. A process that is killed at any time leaves what was there before, or what was to be.
//!
//! Models are loaded when they are first asked for, once, however many threads ask. With a
//! [budget](RegistryOptions::memory), those that nobody has any more are unloaded when their room is needed, the one that was
//! used longest ago first. A [`Model`] is in use as long as any copy of it is left, in a [`Tagger`](super::Tagger) or a scrubber
//! too. A request for which there is no room waits until models are given back, and is an error after
//! [a while](RegistryOptions::wait); one for a model that is larger than the whole budget is an error at once.
//!
//! What a model takes is worked out from its files: three times the weights, and ten times the tokenizer and what else is text. That
//! counts against the budget from before it is loaded; a graph that needs a plan for each length counts with the weights of all plans
//! that may be kept of it once it is. While [`add`](Registry::add) and [`activate`](Registry::activate) try a model out,
//! that one comes on top: one at a time in all processes, for they wait for each other.

pub(super) mod disk;
mod meter;
mod pool;
mod store;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Model, tract};
use crate::error::{Error, ErrorCode, Location, Result};
use crate::guard::guard;

use meter::{Clock, Meter};
pub(super) use pool::Lease;
use pool::Pool;
use store::{Store, Stored, Writing};

/// What becomes of a tokenizer in memory, for each byte of its file.
const TEXT_FACTOR: u64 = 10;
const WAIT: Duration = Duration::from_secs(30);
const KEYS: [&str; 2] = ["memory", "wait_seconds"];

/// How a [`Registry`] keeps models in memory.
#[derive(Clone)]
#[non_exhaustive]
pub struct RegistryOptions {
    memory: Option<u64>,
    wait: Duration,
    clock: Option<Clock>,
}

impl Default for RegistryOptions {
    fn default() -> Self {
        Self { memory: None, wait: WAIT, clock: None }
    }
}

impl RegistryOptions {
    /// No budget, a wait of 30 seconds, and no clock.
    pub fn new() -> Self {
        Self::default()
    }

    /// Options from JSON: `{"memory": BYTES, "wait_seconds": NUMBER}`; every member may be absent, and so may the whole.
    ///
    /// # Errors
    /// When the JSON is malformed, or a key or value does not exist: the error names it.
    pub fn from_json(json: &str) -> Result<Self> {
        let mut options = Self::default();
        if json.trim().is_empty() {
            return Ok(options);
        }
        let given: Map<String, Value> = serde_json::from_str(json).map_err(|e| {
            Error::config("the options are not a JSON object")
                .at(Location::LineColumn { line: e.line().max(1), column: e.column().max(1) })
        })?;
        let wrong = |key: &str, what: &str| Error::config(what).at(Location::Key(key.to_owned()));
        for (key, value) in given.iter().filter(|(_, value)| !value.is_null()) {
            match key.as_str() {
                "memory" => {
                    let bytes = value.as_u64().ok_or_else(|| wrong(key, "a whole number of bytes is expected"))?;
                    options.memory = Some(bytes);
                }
                "wait_seconds" => {
                    let wait = value.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                    options.wait = wait.ok_or_else(|| wrong(key, "a number of seconds from 0 up is expected"))?;
                }
                _ => return Err(Error::unknown(ErrorCode::Config, "key", key, KEYS)),
            }
        }
        Ok(options)
    }

    /// How many bytes the models in memory may take together.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = Some(bytes);
        self
    }

    /// How long a request waits for room.
    #[must_use]
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// By what calls are timed: the time since any moment in the past. Without it there are no latencies, for nothing in here
    /// looks at a clock.
    ///
    /// ```
    /// use chartguard::infer::RegistryOptions;
    ///
    /// let start = std::time::Instant::now();
    /// let options = RegistryOptions::new().clock(move || start.elapsed());
    /// ```
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }
}

impl fmt::Debug for RegistryOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistryOptions")
            .field("memory", &self.memory)
            .field("wait", &self.wait)
            .finish_non_exhaustive()
    }
}

/// The models in a directory; cheap to clone, shared between threads. Its [module](self) says what holds.
///
/// ```no_run
/// use std::time::Instant;
/// use chartguard::Scrubber;
/// use chartguard::infer::{Registry, RegistryOptions};
///
/// let start = Instant::now();
/// let options = RegistryOptions::new().memory(4 << 30).clock(move || start.elapsed());
/// let registry = Registry::open("models", options)?;
/// registry.add("clinical-ner", "2", "exports/clinical-ner")?;
/// registry.activate("clinical-ner", "2")?;
/// let scrubber = Scrubber::builder().builtin_model(false).model(registry.get("clinical-ner")?).build()?;
/// println!("{}", scrubber.scrub("Seen by Dr. Osei.")?.text);
/// for model in registry.status()?.models {
///     println!("{} {}: {} calls, p95 {:?} ms", model.name, model.version, model.calls, model.p95_ms);
/// }
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    store: Store,
    pool: Arc<Pool>,
    clock: Option<Clock>,
    /// By reference.
    meters: Mutex<HashMap<String, Arc<Meter>>>,
}

/// What can be said of a registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RegistryStatus {
    /// How many bytes the models in memory may take together; none where there is no budget.
    pub memory: Option<u64>,
    /// How many bytes count against it.
    pub used: u64,
    /// The most that did since this registry was opened.
    pub most_used: u64,
    /// Every version of every model, by name and version.
    pub models: Vec<ModelStatus>,
}

/// What can be said of one version of a model. Calls, latencies and errors are those of this [`Registry`], since it was opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "each is true or not whatever the others are")]
pub struct ModelStatus {
    /// The model's name.
    pub name: String,
    /// The version.
    pub version: String,
    /// Whether it is the version that the name alone stands for.
    pub active: bool,
    /// Whether it is the version that a rollback makes active.
    pub previous: bool,
    /// The SHA-256 of the list of its files with their own: another says that it is another model.
    pub sha256: Option<String>,
    /// Whether it is in memory.
    pub loaded: bool,
    /// Whether anybody has it, so that it cannot be unloaded.
    pub in_use: bool,
    /// How many bytes of memory it takes at most when it is loaded, worked out from its files; 0 where their list cannot be read.
    pub bytes: u64,
    /// Calls of taggers, classifiers and embedders that run it.
    pub calls: u64,
    /// The mean time of a call in milliseconds; none without calls, or without a clock.
    pub mean_ms: Option<f64>,
    /// The time in milliseconds that 95 of 100 of the last thousand calls did not take longer than.
    pub p95_ms: Option<f64>,
    /// What went wrong last, in a call or while it was loaded or tried out, or what is wrong with its index. Holds no text of a note.
    pub last_error: Option<String>,
}

impl Registry {
    /// Opens a directory, which must be there; an empty one is an empty registry. Loads nothing.
    ///
    /// What writers that were killed left unfinished is removed, unless another is at work.
    ///
    /// # Errors
    /// When there is no such directory.
    pub fn open(directory: impl AsRef<Path>, options: RegistryOptions) -> Result<Self> {
        let store = Store::open(directory.as_ref())?;
        let pool = Arc::new(Pool::new(options.memory, options.wait));
        Ok(Self(Arc::new(Inner { store, pool, clock: options.clock, meters: Mutex::default() })))
    }

    /// Copies a model directory in as a version of a model, after it was loaded and run. It is not active yet.
    ///
    /// Names and versions are up to 64 lower-case letters, digits, `.`, `_` and `-`, and begin with a letter or digit. Files whose
    /// names begin with a dot are left out. Waits while another thread or process changes the registry.
    ///
    /// # Errors
    /// When the model cannot be loaded, a file of it is a link that leads out of its directory, there is such a version already, the
    /// name or version is none that a model can have, or files cannot be read or written. Nothing is added then.
    pub fn add(&self, name: &str, version: &str, source: impl AsRef<Path>) -> Result<()> {
        let place = format!("{name}@{version}");
        store::split(&place)?;
        let writing = self.0.store.write()?;
        guard(ErrorCode::Model, "a model was loaded", || Model::load(&source).map(drop))
            .and_then(|()| self.0.store.add(&writing, name, version, source.as_ref()))
            .map_err(|e| e.at(Location::Key(place)))
    }

    /// Makes a version the active one, after its files were checked and it was loaded and passed its own smoke test
    /// ([`Model::check`]; one that brings none passes when it ran). The version that was active becomes the one to roll back to.
    ///
    /// Waits while another thread or process changes the registry.
    ///
    /// # Errors
    /// When there is no such version, its files are not those that were added, it cannot be loaded, or fails its smoke test: the error
    /// names the model, the version and what is wrong, and the version that was active stays so.
    pub fn activate(&self, name: &str, version: &str) -> Result<()> {
        store::split(&format!("{name}@{version}"))?;
        let writing = self.0.store.write()?;
        let version = self.0.store.version(name, version)?;
        self.activate_checked(&writing, &version)
    }

    /// Makes the version active that was so before the present one, and says which it is; another rollback goes back.
    ///
    /// It is checked as by [`activate`](Self::activate).
    ///
    /// # Errors
    /// When no version was active before, and as [`activate`](Self::activate).
    pub fn rollback(&self, name: &str) -> Result<String> {
        store::split(name)?;
        let writing = self.0.store.write()?;
        let Some(previous) = self.0.store.active(name)?.previous else {
            return Err(Error::config(format!(
                "no version of `{name}` was active before: there is none to roll back to"
            )));
        };
        let version = self.0.store.pinned(name, &previous)?;
        self.activate_checked(&writing, &version)?;
        Ok(previous.version)
    }

    fn activate_checked(&self, writing: &Writing, version: &Stored) -> Result<()> {
        if let Err(error) = self.try_out(version) {
            let not = Error::new(error.code(), format!("is not activated: {error}"));
            return Err(not.at(Location::Key(version.reference())));
        }
        self.0.store.activate(writing, version)
    }

    /// Removes a version that is neither active nor the one to roll back to. Where it is in memory it stays there as long as
    /// somebody has it.
    ///
    /// # Errors
    /// When it is one of the two, or there is no such version.
    pub fn remove(&self, name: &str, version: &str) -> Result<()> {
        store::split(&format!("{name}@{version}"))?;
        let writing = self.0.store.write()?;
        self.0.store.remove(&writing, name, version)
    }

    /// Checks the files of a model (`NAME` for its active version, or `NAME@VERSION`), loads it anew and runs its smoke test:
    /// the model, which is not among those that the registry keeps in memory.
    ///
    /// # Errors
    /// As [`activate`](Self::activate).
    pub fn check(&self, reference: &str) -> Result<Model> {
        let version = self.version(reference)?;
        self.try_out(&version).map_err(|e| e.at(Location::Key(version.reference())))
    }

    fn try_out(&self, version: &Stored) -> Result<Model> {
        let tried = load(version).and_then(|model| {
            model.check()?;
            Ok(model)
        });
        tried.inspect_err(|error| self.meter(version).failed(error))
    }

    /// The model of that name in its active version, or in the version of `NAME@VERSION`, from memory or loaded.
    ///
    /// It stays in memory as long as a copy of it is left.
    ///
    /// # Errors
    /// When there is no such model or version, no version is active, its files are not those that were added (the error names the
    /// first that is not), it cannot be loaded, or there is no room for it.
    pub fn get(&self, reference: &str) -> Result<Model> {
        let version = self.version(reference)?;
        let meter = self.meter(&version);
        let key = (version.reference(), version.sha256.clone());
        let load = || load(&version).inspect_err(|error| meter.failed(error));
        self.0.pool.get(&key, memory(&version), &meter, load).map_err(|e| e.at(Location::Key(version.reference())))
    }

    fn version(&self, reference: &str) -> Result<Stored> {
        let (name, version) = store::split(reference)?;
        let store = &self.0.store;
        if let Some(version) = version {
            return store.version(name, version);
        }
        let Some(pin) = store.active(name)?.active else {
            let versions = store.versions(name)?.join(", ");
            return Err(Error::config(format!("no version of `{name}` is active: activate one of {versions}")));
        };
        store.pinned(name, &pin)
    }

    fn meter(&self, version: &Stored) -> Arc<Meter> {
        let mut meters = self.0.meters.lock().unwrap_or_else(PoisonError::into_inner);
        let meter = meters.entry(version.reference());
        Arc::clone(meter.or_insert_with(|| Arc::new(Meter::new(self.0.clock.clone()))))
    }

    /// What can be said of each model. One whose index is damaged is listed with what is wrong with it.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn status(&self) -> Result<RegistryStatus> {
        let mut models = Vec::new();
        for name in self.0.store.names()? {
            let active = self.0.store.active(&name);
            let is = |pin: fn(&store::Standing) -> &Option<store::Pin>, version: &str| {
                active.as_ref().is_ok_and(|active| pin(active).as_ref().is_some_and(|pin| pin.version == version))
            };
            for version in self.0.store.versions(&name).unwrap_or_default() {
                let (is_active, is_previous) = (is(|a| &a.active, &version), is(|a| &a.previous, &version));
                let read = self.0.store.version(&name, &version);
                models.push(match (&read, &active) {
                    (Ok(read), Ok(_)) => self.model_status(read, is_active, is_previous),
                    (Ok(read), Err(error)) => {
                        ModelStatus { last_error: Some(error.to_string()), ..self.model_status(read, false, false) }
                    }
                    (Err(error), _) => ModelStatus {
                        name: name.clone(),
                        version,
                        active: is_active,
                        previous: is_previous,
                        sha256: None,
                        loaded: false,
                        in_use: false,
                        bytes: 0,
                        calls: 0,
                        mean_ms: None,
                        p95_ms: None,
                        last_error: Some(error.to_string()),
                    },
                });
            }
        }
        let (memory, used, most_used) = self.0.pool.memory();
        Ok(RegistryStatus { memory, used, most_used, models })
    }

    fn model_status(&self, version: &Stored, active: bool, previous: bool) -> ModelStatus {
        let figures = self.meter(version).figures();
        let (loaded, in_use) = self.0.pool.holds(&(version.reference(), version.sha256.clone()));
        ModelStatus {
            name: version.name.clone(),
            version: version.version.clone(),
            active,
            previous,
            sha256: Some(version.sha256.clone()),
            loaded,
            in_use,
            bytes: memory(version),
            calls: figures.calls,
            mean_ms: figures.mean_ms,
            p95_ms: figures.p95_ms,
            last_error: figures.error,
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registry").field(&self.0.store).finish()
    }
}

/// Checks the files of a version and loads it, under the name `NAME@VERSION`.
fn load(version: &Stored) -> Result<Model> {
    guard(ErrorCode::Model, "a model was loaded", || {
        version.verify()?;
        let mut model = Model::load(&version.folder)?;
        // Nobody else has it yet.
        if let Some(loaded) = Arc::get_mut(&mut model.0) {
            loaded.name = version.reference();
        }
        Ok(model)
    })
}

/// How many bytes of memory a model takes, as far as its files tell.
fn memory(version: &Stored) -> u64 {
    let (weights, text) = version.bytes();
    tract::usual_memory(weights).saturating_add(text.saturating_mul(TEXT_FACTOR))
}
