//! A rubric.

use std::ffi::c_char;
use std::sync::LazyLock;

use chartguard::rubric::rubric_schema;
use chartguard::scrub::policy_schema;
use chartguard::{Policy, Rubric};
use serde_json::json;

use crate::boundary::{access, free, produce, text};
use crate::error::cg_error;
use crate::status::cg_status;
use crate::text::cg_str;

/// What a note is scored against. Immutable.
pub struct cg_rubric {
    pub(crate) rubric: Rubric,
    reference_json: String,
}

impl cg_rubric {
    fn new(rubric: Rubric) -> Self {
        let reference_json = json!(rubric.reference()).to_string();
        Self { rubric, reference_json }
    }
}

/// A rubric that ships with the library, such as "medicare-outpatient-therapy".
///
/// On success `*out` is to be freed with cg_rubric_free. CG_STATUS_RUBRIC names the nearest when there is none of that
/// name. Any thread may call it.
///
/// # Safety
/// `id` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_rubric_builtin(
    id: *const c_char,
    len: usize,
    out: *mut *mut cg_rubric,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_rubric::new(Rubric::builtin(text(id, len)?)?))) }
}

/// Reads a rubric from YAML (or JSON, which is YAML).
///
/// On success `*out` is to be freed with cg_rubric_free. CG_STATUS_RUBRIC says line, column and what was expected.
/// Any thread may call it.
///
/// # Safety
/// `yaml` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_rubric_from_yaml(
    yaml: *const c_char,
    len: usize,
    out: *mut *mut cg_rubric,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_rubric::new(Rubric::from_yaml(text(yaml, len)?)?))) }
}

/// Which rubrics ship with the library: a JSON array of their ids. Lives as long as the library.
#[unsafe(no_mangle)]
pub extern "C" fn cg_rubric_builtin_ids_json() -> cg_str {
    static IDS: LazyLock<String> = LazyLock::new(|| json!(Rubric::builtin_ids().collect::<Vec<_>>()).to_string());
    access(cg_str::NONE, || cg_str::new(&IDS))
}

/// Which policies ship with the library: a JSON array of the names that the member "policy" of cg_scrubber_new takes. Lives as long as the
/// library.
#[unsafe(no_mangle)]
pub extern "C" fn cg_policy_builtin_ids_json() -> cg_str {
    static IDS: LazyLock<String> = LazyLock::new(|| json!(Policy::builtin_names().collect::<Vec<_>>()).to_string());
    access(cg_str::NONE, || cg_str::new(&IDS))
}

/// The JSON Schema of rubric files; `make install` puts it into share/chartguard as well. Lives as long as the library.
#[unsafe(no_mangle)]
pub extern "C" fn cg_rubric_schema_json() -> cg_str {
    static SCHEMA: LazyLock<String> = LazyLock::new(|| rubric_schema().to_string());
    access(cg_str::NONE, || cg_str::new(&SCHEMA))
}

/// The JSON Schema of policies: of the member "policy" of cg_scrubber_new and of policy files; `make install` puts it into
/// share/chartguard as well. Lives as long as the library.
#[unsafe(no_mangle)]
pub extern "C" fn cg_policy_schema_json() -> cg_str {
    static SCHEMA: LazyLock<String> = LazyLock::new(|| json!(policy_schema()).to_string());
    access(cg_str::NONE, || cg_str::new(&SCHEMA))
}

/// Which rubric it is, as reports name it: `{"id","version","hash"}`. Borrowed from `rubric`.
///
/// # Safety
/// `rubric` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_rubric_reference_json(rubric: *const cg_rubric) -> cg_str {
    // SAFETY: promised by the caller.
    access(cg_str::NONE, || unsafe { rubric.as_ref() }.map_or(cg_str::NONE, |r| cg_str::new(&r.reference_json)))
}

/// Frees a rubric. NULL is allowed. Scorers built from it live on.
///
/// # Safety
/// `rubric` is NULL or a live rubric, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_rubric_free(rubric: *mut cg_rubric) {
    // SAFETY: promised by the caller.
    unsafe { free(rubric) }
}
