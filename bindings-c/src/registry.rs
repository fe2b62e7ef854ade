//! The registry of models.

use std::ffi::c_char;
use std::time::Instant;

use chartguard::infer::{Registry, RegistryOptions};

use crate::boundary::{free, object, perform, produce, text};
use crate::bytes::cg_bytes;
use crate::error::cg_error;
use crate::model::cg_model;
use crate::status::cg_status;

/// Named, versioned models in a directory: pinned by the SHA-256 of their files, made active after a smoke test, loaded when they
/// are first asked for and unloaded when their room is needed. Any number of threads and processes may use one directory: whoever
/// changes something waits for others that do, and readers never wait.
pub struct cg_registry(Registry);

/// Opens the directory of a registry, which must be there; an empty one is an empty registry.
///
/// `options_json` is `{"memory": BYTES, "wait_seconds": NUMBER}`: how many bytes the models in memory may take together (no bound
/// without it), and how long a request waits for room while all of them are in use (30 seconds without it); (NULL, 0) is neither.
/// On success `*out` is to be freed with cg_registry_free. CG_STATUS_CONFIG names what is wrong.
///
/// # Safety
/// `directory` is readable for `len` bytes and `options_json` for `options_len`; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_registry_open(
    directory: *const c_char,
    len: usize,
    options_json: *const c_char,
    options_len: usize,
    out: *mut *mut cg_registry,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let start = Instant::now();
            let options = RegistryOptions::from_json(text(options_json, options_len)?)?;
            Ok(cg_registry(Registry::open(text(directory, len)?, options.clock(move || start.elapsed()))?))
        })
    }
}

/// Copies a model directory in as a version of a model, after it was loaded and run. It is not active yet.
///
/// Names and versions are up to 64 lower-case letters, digits, `.`, `_` and `-`. Nothing is added unless this returns CG_STATUS_OK.
///
/// # Safety
/// `registry` is live; `name` is readable for `name_len` bytes, `version` for `version_len`, `directory` for `directory_len`; `err` is
/// writable or NULL.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "C has neither options nor defaults")]
pub unsafe extern "C" fn cg_registry_add(
    registry: *const cg_registry,
    name: *const c_char,
    name_len: usize,
    version: *const c_char,
    version_len: usize,
    directory: *const c_char,
    directory_len: usize,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        perform(err, || {
            let registry = object(registry, "the registry is NULL")?;
            let (name, version) = (text(name, name_len)?, text(version, version_len)?);
            Ok(registry.0.add(name, version, text(directory, directory_len)?)?)
        })
    }
}

/// Makes a version the active one, after its files were checked and it passed its own smoke test; otherwise CG_STATUS_MODEL or
/// CG_STATUS_INFERENCE says why, and what was active stays so.
///
/// # Safety
/// `registry` is live; `name` is readable for `name_len` bytes, `version` for `version_len`; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_registry_activate(
    registry: *const cg_registry,
    name: *const c_char,
    name_len: usize,
    version: *const c_char,
    version_len: usize,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        perform(err, || {
            let registry = object(registry, "the registry is NULL")?;
            Ok(registry.0.activate(text(name, name_len)?, text(version, version_len)?)?)
        })
    }
}

/// Makes the version active that was so before the present one, checked as by cg_registry_activate; cg_registry_status_json says
/// which that is. Another rollback goes back.
///
/// # Safety
/// `registry` is live; `name` is readable for `name_len` bytes; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_registry_rollback(
    registry: *const cg_registry,
    name: *const c_char,
    name_len: usize,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        perform(err, || {
            object(registry, "the registry is NULL")?.0.rollback(text(name, name_len)?)?;
            Ok(())
        })
    }
}

/// Removes a version that is neither active nor the one to roll back to.
///
/// # Safety
/// As cg_registry_activate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_registry_remove(
    registry: *const cg_registry,
    name: *const c_char,
    name_len: usize,
    version: *const c_char,
    version_len: usize,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        perform(err, || {
            let registry = object(registry, "the registry is NULL")?;
            Ok(registry.0.remove(text(name, name_len)?, text(version, version_len)?)?)
        })
    }
}

/// A model, from memory or loaded: the active version of `NAME`, or the version of `NAME@VERSION`.
///
/// On success `*out` is to be freed with cg_model_free, and may outlive the registry. It is in use, and stays in memory, until it and
/// every scrubber that was built with it are freed. Where all room is taken by models in use this waits as the options say, and is
/// then CG_STATUS_MODEL; free what is not needed. Threads that ask for one model at once load it once.
///
/// # Safety
/// `registry` is live; `reference` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_registry_get(
    registry: *const cg_registry,
    reference: *const c_char,
    len: usize,
    out: *mut *mut cg_model,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let registry = object(registry, "the registry is NULL")?;
            Ok(cg_model(registry.0.get(text(reference, len)?)?))
        })
    }
}

/// What can be said of each version of each model, as JSON: `{"memory", "used", "most_used", "models": [{"name", "version", "active",
/// "previous", "sha256", "loaded", "in_use", "bytes", "calls", "mean_ms", "p95_ms", "last_error"}]}`, to be read with cg_bytes_data and
/// freed with cg_bytes_free. Calls are those of models that this registry gave.
///
/// # Safety
/// `registry` is live; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_registry_status_json(
    registry: *const cg_registry,
    out: *mut *mut cg_bytes,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let status = object(registry, "the registry is NULL")?.0.status()?;
            Ok(cg_bytes::of(serde_json::json!(status).to_string()))
        })
    }
}

/// Closes a registry. NULL is allowed. Models it gave live on.
///
/// # Safety
/// `registry` is NULL or a live registry, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_registry_free(registry: *mut cg_registry) {
    // SAFETY: promised by the caller.
    unsafe { free(registry) }
}
