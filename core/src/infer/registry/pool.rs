//! The models of a registry that are in memory: each loaded once, and no more of them than the budget has room for.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use super::meter::Meter;
use crate::error::{Error, ErrorCode, Result};
use crate::guard::guard;
use crate::infer::{Loaded, Model};

/// Which model it is: its reference and the SHA-256 of its list of files.
pub(super) type Key = (String, String);

/// The models in memory.
pub(super) struct Pool {
    budget: Option<u64>,
    /// How long a request waits for room.
    patience: Duration,
    state: Mutex<State>,
    /// Something was loaded, has failed to load, or is in use no longer.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    slots: HashMap<Key, Slot>,
    /// What the slots take together.
    used: u64,
    most: u64,
    /// Counts requests, to tell which slot was used last.
    requests: u64,
}

/// A model that is being loaded or was.
struct Slot {
    bytes: u64,
    state: SlotState,
}

enum SlotState {
    /// One thread loads it; where that fails, the others learn why here.
    Loading(Arc<OnceLock<Error>>),
    Ready {
        loaded: Arc<Loaded>,
        /// Lives as long as anybody has the model.
        lease: Weak<Lease>,
        last_used: u64,
    },
}

impl Slot {
    fn in_use(&self) -> bool {
        match &self.state {
            SlotState::Loading(_) => true,
            SlotState::Ready { lease, .. } => lease.strong_count() > 0,
        }
    }
}

/// What every copy of a model that came from a registry holds: as long as one is left, the model is in use.
pub(in crate::infer) struct Lease {
    pool: Arc<Pool>,
    meter: Arc<Meter>,
}

impl Lease {
    /// Does a call with the model, and takes down how it went.
    pub(in crate::infer) fn measure<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.meter.measure(work)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Under the lock, so that nobody who has just seen it in use sleeps through this.
        let state = self.pool.lock();
        self.pool.changed.notify_all();
        drop(state);
    }
}

impl Pool {
    pub(super) fn new(budget: Option<u64>, patience: Duration) -> Self {
        Self { budget, patience, state: Mutex::default(), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The model of `key`, which takes `bytes`, and which `load` loads where it is not in memory. However many ask at once, it
    /// is loaded once.
    pub(super) fn get(
        self: &Arc<Self>,
        key: &Key,
        bytes: u64,
        meter: &Arc<Meter>,
        load: impl FnOnce() -> Result<Model>,
    ) -> Result<Model> {
        if let Some(budget) = self.budget.filter(|budget| bytes > *budget) {
            return Err(Error::model(format!(
                "takes about {bytes} bytes of memory, more than the whole budget of {budget}"
            )));
        }
        let ours = {
            let mut state = self.lock();
            loop {
                match state.find(key) {
                    Found::Ready(loaded, lease) => return Ok(self.lend(state, key, loaded, lease, meter)),
                    Found::Loading(theirs) => {
                        // Whoever loads a model comes to an end.
                        state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                        if let Some(error) = theirs.get() {
                            return Err(error.clone());
                        }
                    }
                    Found::Absent if state.make_room(bytes, self.budget) => {
                        let ours = Arc::new(OnceLock::new());
                        state.insert(key, bytes, &ours);
                        break ours;
                    }
                    Found::Absent => state = self.wait_for_room(state, key, bytes)?,
                }
            }
        };
        let loaded = guard(ErrorCode::Model, "a model was loaded", load);
        let mut state = self.lock();
        match loaded {
            Ok(Model(loaded, _)) => {
                state.grow(key, loaded.network.more_memory());
                let model = self.lend(state, key, loaded, None, meter);
                self.changed.notify_all();
                Ok(model)
            }
            Err(error) => {
                let _ = ours.set(error.clone());
                state.remove(key);
                self.changed.notify_all();
                Err(error)
            }
        }
    }

    /// Hands the model of a slot out; `state` is unlocked before a lease can be dropped.
    fn lend(
        self: &Arc<Self>,
        mut state: MutexGuard<'_, State>,
        key: &Key,
        loaded: Arc<Loaded>,
        lease: Option<Arc<Lease>>,
        meter: &Arc<Meter>,
    ) -> Model {
        let lease = lease.unwrap_or_else(|| Arc::new(Lease { pool: Arc::clone(self), meter: Arc::clone(meter) }));
        state.requests += 1;
        let last_used = state.requests;
        if let Some(slot) = state.slots.get_mut(key) {
            slot.state = SlotState::Ready { loaded: Arc::clone(&loaded), lease: Arc::downgrade(&lease), last_used };
        }
        Model(loaded, Some(lease))
    }

    /// Waits until there is room, or somebody else loads the model; no longer than the patience lasts.
    fn wait_for_room<'s>(
        &'s self,
        state: MutexGuard<'s, State>,
        key: &Key,
        bytes: u64,
    ) -> Result<MutexGuard<'s, State>> {
        let waited = self.changed.wait_timeout_while(state, self.patience, |state| {
            !state.slots.contains_key(key) && !state.has_room(bytes, self.budget)
        });
        let (state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if !waited.timed_out() {
            return Ok(state);
        }
        Err(Error::model(format!(
            "no room: it takes about {bytes} bytes, and the models in use leave too little of the budget of {}; nothing was given \
             back in {} seconds",
            self.budget.unwrap_or(u64::MAX),
            self.patience.as_secs_f64()
        )))
    }

    /// Whether a model is in memory, and whether anybody has it.
    pub(super) fn holds(&self, key: &Key) -> (bool, bool) {
        let state = self.lock();
        let ready = state.slots.get(key).filter(|slot| matches!(slot.state, SlotState::Ready { .. }));
        (ready.is_some(), ready.is_some_and(Slot::in_use))
    }

    /// The budget, what is used of it, and the most that ever was.
    pub(super) fn memory(&self) -> (Option<u64>, u64, u64) {
        let state = self.lock();
        (self.budget, state.used, state.most)
    }
}

/// What a request finds.
enum Found {
    Ready(Arc<Loaded>, Option<Arc<Lease>>),
    Loading(Arc<OnceLock<Error>>),
    Absent,
}

impl State {
    fn find(&self, key: &Key) -> Found {
        match self.slots.get(key).map(|slot| &slot.state) {
            Some(SlotState::Ready { loaded, lease, .. }) => Found::Ready(Arc::clone(loaded), lease.upgrade()),
            Some(SlotState::Loading(loading)) => Found::Loading(Arc::clone(loading)),
            None => Found::Absent,
        }
    }

    fn insert(&mut self, key: &Key, bytes: u64, loading: &Arc<OnceLock<Error>>) {
        self.slots.insert(key.clone(), Slot { bytes, state: SlotState::Loading(Arc::clone(loading)) });
        self.used += bytes;
        self.most = self.most.max(self.used);
    }

    /// Counts what only shows when a model is loaded.
    fn grow(&mut self, key: &Key, bytes: u64) {
        if let Some(slot) = self.slots.get_mut(key) {
            slot.bytes = slot.bytes.saturating_add(bytes);
            self.used = self.used.saturating_add(bytes);
            self.most = self.most.max(self.used);
        }
    }

    fn remove(&mut self, key: &Key) {
        if let Some(slot) = self.slots.remove(key) {
            self.used -= slot.bytes;
        }
    }

    /// Whether there would be room for `bytes` if every model were unloaded that is not in use.
    fn has_room(&self, bytes: u64, budget: Option<u64>) -> bool {
        let held: u64 = self.slots.values().filter(|slot| slot.in_use()).map(|slot| slot.bytes).sum();
        budget.is_none_or(|budget| held.saturating_add(bytes) <= budget)
    }

    /// Unloads models until there is room for `bytes`, those first that were used longest ago, and none that is in use. Where that
    /// would not do, nothing is unloaded. They are gone when this returns, so that the room is there.
    fn make_room(&mut self, bytes: u64, budget: Option<u64>) -> bool {
        if !self.has_room(bytes, budget) {
            return false;
        }
        while budget.is_some_and(|budget| self.used.saturating_add(bytes) > budget) {
            let idle = self.slots.iter().filter(|(_, slot)| !slot.in_use());
            let oldest = idle.min_by_key(|(_, slot)| match slot.state {
                SlotState::Ready { last_used, .. } => last_used,
                SlotState::Loading(_) => u64::MAX,
            });
            let Some(key) = oldest.map(|(key, _)| key.clone()) else { break };
            self.remove(&key);
        }
        true
    }
}
