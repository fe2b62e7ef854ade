//! Which handles are live. Only builds with debug assertions keep count: there a handle that is freed twice, used after it was freed, or
//! handed to the function of another type stops the program with a line that says so. Other builds trust the caller.

/// Gives an object to the caller.
pub(crate) fn hand_out<T: 'static>(value: T) -> *mut T {
    let handle = Box::into_raw(Box::new(value));
    #[cfg(debug_assertions)]
    registry::add(handle);
    handle
}

/// Stops the program unless `handle` is NULL or live.
pub(crate) fn check<T: 'static>(handle: *const T) {
    #[cfg(debug_assertions)]
    registry::check(handle);
    #[cfg(not(debug_assertions))]
    let _ = handle;
}

/// Takes an object back from the caller, who must not use it any more.
pub(crate) fn take_back<T: 'static>(handle: *mut T) {
    #[cfg(debug_assertions)]
    registry::remove(handle);
    #[cfg(not(debug_assertions))]
    let _ = handle;
}

#[cfg(debug_assertions)]
mod registry {
    use std::any::{TypeId, type_name};
    use std::collections::HashMap;
    use std::sync::{LazyLock, Mutex, PoisonError};

    /// The address and type of each live handle.
    static LIVE: LazyLock<Mutex<HashMap<usize, TypeId>>> = LazyLock::new(Mutex::default);

    fn live<R>(work: impl FnOnce(&mut HashMap<usize, TypeId>) -> R) -> R {
        work(&mut LIVE.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn add<T: 'static>(handle: *mut T) {
        live(|live| live.insert(handle.addr(), TypeId::of::<T>()));
    }

    pub(super) fn check<T: 'static>(handle: *const T) {
        if !handle.is_null() && live(|live| live.get(&handle.addr()) != Some(&TypeId::of::<T>())) {
            stop::<T>("is used that is not live: it was freed before, or the handle is of another type");
        }
    }

    pub(super) fn remove<T: 'static>(handle: *mut T) {
        match live(|live| live.remove(&handle.addr())) {
            Some(kind) if kind == TypeId::of::<T>() => {}
            Some(_) => stop::<T>("is freed, but the handle is of another type"),
            None => stop::<T>(
                "is freed that is not live: it was freed before, is borrowed, or never came from this library",
            ),
        }
    }

    fn stop<T>(what: &str) {
        let name = type_name::<T>().rsplit("::").next().unwrap_or_default();
        eprintln!("chartguard: a {name} {what}");
        std::process::abort();
    }
}
