//! Search over documents.

use std::ffi::c_char;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chartguard::search::{SearchIndex, SearchOptions, SentenceModel, Tenants};

use crate::boundary::{Fault, free, object, perform, produce, text};
use crate::bytes::cg_bytes;
use crate::error::cg_error;
use crate::infer::cg_embedder;
use crate::status::cg_status;

/// The index of a tenant: documents whose passages are found by their words and, with an embedder, by their meaning. Any number of
/// threads may use it; queries run at the same time, a change waits for them. It holds the words of what is added, in memory and in its
/// file: over original notes it holds protected health information.
pub struct cg_search {
    tenants: Tenants,
    index: RwLock<SearchIndex>,
}

impl cg_search {
    // A change that panicked has changed nothing that a query relies on: it is checked and cut before it is put in.
    fn read(&self) -> RwLockReadGuard<'_, SearchIndex> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, SearchIndex> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the index of a tenant below `directory`, or makes an empty one where it has none; nothing is written before cg_search_save.
///
/// A tenant's name is 1 to 64 of `a` to `z`, digits, `-` and `_`; none sees the index of another. `options_json` is `{"words", "overlap",
/// "keep_text"}`: the most words of a passage (120), how many it has in common with the one before (30), whether texts are kept (false).
/// Those of an index that is there must be the same, and (NULL, 0) takes them as they are. `embedder` may be NULL; it is shared, not taken.
/// An index that was made with one is only opened with the same. On success `*out` is to be freed with cg_search_free. CG_STATUS_TAMPERED
/// where the file was changed or cut off.
///
/// # Safety
/// `directory` is readable for `len` bytes, `tenant` for `tenant_len` and `options_json` for `options_len`; `embedder` is NULL or live;
/// `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "C has neither options nor defaults")]
pub unsafe extern "C" fn cg_search_open(
    directory: *const c_char,
    len: usize,
    tenant: *const c_char,
    tenant_len: usize,
    options_json: *const c_char,
    options_len: usize,
    embedder: *const cg_embedder,
    out: *mut *mut cg_search,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let directory = text(directory, len)?;
            if directory.is_empty() {
                return Err(Fault::Argument("the directory is empty"));
            }
            let options = match text(options_json, options_len)? {
                "" => None,
                json => Some(SearchOptions::from_json(json)?),
            };
            let mut tenants = Tenants::new(directory);
            if !embedder.is_null() {
                let model = SentenceModel::new(object(embedder, "the embedder is NULL")?.0.clone())?;
                tenants = tenants.with_embedder(Arc::new(model));
            }
            let index = RwLock::new(tenants.open(text(tenant, tenant_len)?, options)?);
            Ok(cg_search { tenants, index })
        })
    }
}

/// Adds a document, whose id comes back with its passages. CG_STATUS_INPUT where a document of this id is there, or the id is empty or
/// longer than 1,024 bytes; the index is then as it was.
///
/// # Safety
/// `search` is live; `id` is readable for `id_len` bytes and `text` for `len`; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_search_add(
    search: *const cg_search,
    id: *const c_char,
    id_len: usize,
    text: *const c_char,
    len: usize,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        perform(err, || {
            let search = object(search, "the search is NULL")?;
            let (id, text) = (crate::boundary::text(id, id_len)?, crate::boundary::text(text, len)?);
            search.write().add(id, text)?;
            Ok(())
        })
    }
}

/// Puts a document in place of the one of this id, if there is one. As cg_search_add; where it fails, the document that was there still is.
///
/// # Safety
/// As cg_search_add.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_search_replace(
    search: *const cg_search,
    id: *const c_char,
    id_len: usize,
    text: *const c_char,
    len: usize,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        perform(err, || {
            let search = object(search, "the search is NULL")?;
            let (id, text) = (crate::boundary::text(id, id_len)?, crate::boundary::text(text, len)?);
            search.write().replace(id, text)?;
            Ok(())
        })
    }
}

/// Takes a document out: nothing of it is found or saved from then on. CG_STATUS_INPUT where there is none of this id.
///
/// # Safety
/// `search` is live; `id` is readable for `id_len` bytes; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_search_delete(
    search: *const cg_search,
    id: *const c_char,
    id_len: usize,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        perform(err, || {
            let search = object(search, "the search is NULL")?;
            let id = text(id, id_len)?;
            if search.write().delete(id) { Ok(()) } else { Err(Fault::Input("no document of this id is in the index")) }
        })
    }
}

/// The `k` best passages for a query, best first, as JSON: `[{"document", "start", "end", "code_points": {"start", "end"}, "section",
/// "score", "words": {"rank", "score"} or null, "vectors": {"rank", "score"} or null, "text"?}]`; `start` and `end` are bytes of the text
/// that was added, `text` is there where the index keeps texts. None where the query has no words.
///
/// On success `*out` is to be read with cg_bytes_data and freed with cg_bytes_free.
///
/// # Safety
/// `search` is live; `query` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_search_query(
    search: *const cg_search,
    query: *const c_char,
    len: usize,
    k: usize,
    out: *mut *mut cg_bytes,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let found = object(search, "the search is NULL")?.read().search(text(query, len)?, k)?;
            Ok(cg_bytes::of(serde_json::json!(found).to_string()))
        })
    }
}

/// The ids of all documents, in the order they came, as a JSON array, to be read with cg_bytes_data and freed with cg_bytes_free.
///
/// # Safety
/// `search` is live; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_search_ids_json(
    search: *const cg_search,
    out: *mut *mut cg_bytes,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let index = object(search, "the search is NULL")?.read();
            Ok(cg_bytes::of(serde_json::json!(index.ids().collect::<Vec<_>>()).to_string()))
        })
    }
}

/// Writes the index to its file in the tenant's directory; whoever opens it finds the old one or the new one, whole. Of two that save to
/// one file, the last wins.
///
/// # Safety
/// `search` is live; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_search_save(search: *const cg_search, err: *mut *mut cg_error) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        perform(err, || {
            let search = object(search, "the search is NULL")?;
            Ok(search.tenants.save(&search.read())?)
        })
    }
}

/// Closes an index. What was not saved is lost. NULL is allowed.
///
/// # Safety
/// `search` is NULL or a live index, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_search_free(search: *mut cg_search) {
    // SAFETY: promised by the caller.
    unsafe { free(search) }
}
