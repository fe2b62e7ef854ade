//! A loaded model.

use std::ffi::c_char;

use chartguard::Scrubber;
use chartguard::infer::Model;

use crate::boundary::{free, object, produce, text};
use crate::error::cg_error;
use crate::scrubber::cg_scrubber;
use crate::status::cg_status;

/// A model loaded once, to be used by any number of scrubbers, or as what its task says: a tagger, classifier, embedder or scorer of pairs.
/// Immutable; any number of threads may use it at once.
pub struct cg_model(pub(crate) Model);

/// Loads a model directory as Hugging Face Optimum exports it (`model.onnx`, `tokenizer.json`, `config.json`).
///
/// `directory` is the UTF-8 path, `len` its bytes. On success `*out` is a model to be freed with cg_model_free; scrubbers
/// built with it keep what they need, so it may be freed before them. Any thread may call it.
///
/// # Safety
/// `directory` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_model_load(
    directory: *const c_char,
    len: usize,
    out: *mut *mut cg_model,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_model(Model::load(text(directory, len)?)?))) }
}

/// Frees a model. NULL is allowed.
///
/// # Safety
/// `model` is NULL or a live model, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_model_free(model: *mut cg_model) {
    // SAFETY: promised by the caller.
    unsafe { free(model) }
}

/// As cg_scrubber_new, with a model that was loaded before; the configuration then names none.
///
/// The model is shared, not taken: it stays the caller's and may be freed at any time afterwards.
///
/// # Safety
/// As cg_scrubber_new; `model` is a live model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubber_new_with_model(
    config_json: *const c_char,
    len: usize,
    model: *const cg_model,
    out: *mut *mut cg_scrubber,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let model = object(model, "the model is NULL")?.0.clone();
            Ok(cg_scrubber(Scrubber::from_json_with_model(text(config_json, len)?, model)?))
        })
    }
}
