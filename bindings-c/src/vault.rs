//! The vault: what stood in notes before they were scrubbed.

use std::ffi::c_char;

use chartguard::audit::{Action, Event};
use chartguard::{Context, Key, Vault};

use crate::audit::cg_audit;
use crate::boundary::{bytes, free, object, produce, text};
use crate::bytes::cg_bytes;
use crate::error::cg_error;
use crate::restored::cg_restored;
use crate::scrubbed::cg_scrubbed;
use crate::scrubber::cg_scrubber;
use crate::status::cg_status;

/// What stood in notes before they were scrubbed, encrypted and authenticated under a key: with it every operator has a way back.
/// Any number of threads may use one. It and its key stay with who may see the notes.
pub struct cg_vault(pub(crate) Vault);

/// Opens a vault in a file to read and to add to, or starts one. No other process can open it so meanwhile.
///
/// `key` is at least 32 bytes as hexadecimal digits or base64; wipe the text that held it. On success `*out` is to be freed with
/// cg_vault_free. CG_STATUS_KEY says that the key is malformed or not that of the vault, CG_STATUS_TAMPERED names the first record
/// that was changed, moved, added or taken out. What a stopped writer left unfinished is dropped.
///
/// # Safety
/// `path` is readable for `path_len` bytes and `key` for `key_len`; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_vault_open(
    path: *const c_char,
    path_len: usize,
    key: *const c_char,
    key_len: usize,
    out: *mut *mut cg_vault,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let key = Key::parse(text(key, key_len)?)?;
            Ok(cg_vault(Vault::open(text(path, path_len)?, &key)?))
        })
    }
}

/// As cg_vault_open, only to read, also while another process adds to it. There must be such a file.
///
/// # Safety
/// As cg_vault_open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_vault_read(
    path: *const c_char,
    path_len: usize,
    key: *const c_char,
    key_len: usize,
    out: *mut *mut cg_vault,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let key = Key::parse(text(key, key_len)?)?;
            Ok(cg_vault(Vault::read(text(path, path_len)?, &key)?))
        })
    }
}

/// A vault in memory of the bytes that cg_vault_to_bytes gave, which are copied; of none (NULL, 0), a new one.
///
/// # Safety
/// As cg_vault_open; `data` is readable for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_vault_from_bytes(
    data: *const u8,
    len: usize,
    key: *const c_char,
    key_len: usize,
    out: *mut *mut cg_vault,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let key = Key::parse(text(key, key_len)?)?;
            Ok(cg_vault(Vault::from_bytes(bytes(data, len)?.to_vec(), &key)?))
        })
    }
}

/// The whole vault, encrypted as it is, to be stored where you like. On success `*out` is to be freed with cg_bytes_free.
///
/// # Safety
/// `vault` is live; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_vault_to_bytes(
    vault: *const cg_vault,
    out: *mut *mut cg_bytes,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_bytes::of(object(vault, "the vault is NULL")?.0.to_bytes()?))) }
}

/// As cg_scrubber_scrub_with, and keeps in `vault` what cg_vault_restore needs to give the note back, whatever was done to its
/// values; it is on the disk when this returns. Notes that become the same text are told apart by the document_id of their
/// contexts; where that is the same too, the second is CG_STATUS_INPUT.
///
/// `audit` is where the call is recorded, also when it fails, by `actor` at `now` as in cg_scrubber_scrub_audited; NULL records nothing.
///
/// # Safety
/// As cg_scrubber_scrub_with; `vault` is live; `audit` is live or NULL; `now` is readable for `now_len` bytes, `actor` for
/// `actor_len`.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "C has neither options nor defaults")]
pub unsafe extern "C" fn cg_scrubber_scrub_into(
    scrubber: *const cg_scrubber,
    text: *const c_char,
    len: usize,
    context_json: *const c_char,
    context_len: usize,
    vault: *const cg_vault,
    audit: *const cg_audit,
    now: *const c_char,
    now_len: usize,
    actor: *const c_char,
    actor_len: usize,
    out: *mut *mut cg_scrubbed,
    err: *mut *mut cg_error,
) -> cg_status {
    use crate::boundary::text as read;
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scrubber = object(scrubber, "the scrubber is NULL")?;
            let vault = object(vault, "the vault is NULL")?;
            let (note, actor) = (read(text, len)?, read(actor, actor_len)?);
            let context = Context::from_json(read(context_json, context_len)?)?;
            // The time is looked at before anything is done.
            let event = match audit.as_ref() {
                Some(audit) => Some((audit, Event::new(Action::Scrub, read(now, now_len)?)?)),
                None => None,
            };
            let result = scrubber.0.scrub_into(note, &context, &vault.0);
            if let Some((audit, event)) = event {
                let event = if actor.is_empty() { event } else { event.by(actor, [""; 0]) };
                audit.sink.append(&[scrubber.0.audited(event, note, &result, audit.key.as_deref())?])?;
            }
            Ok(cg_scrubbed::new(note, result?))
        })
    }
}

/// Gives back the note of which `text` is the scrubbed text, byte for byte, whatever was done to its values.
///
/// `document_id` is that of the context that it was scrubbed with; without it (NULL, 0) a note is found where only one has this
/// text. On success `*out` is to be freed with cg_restored_free. CG_STATUS_TAMPERED says that the text is not what was scrubbed, or
/// that the vault was tampered with; CG_STATUS_INPUT that several notes have this text. Nothing is given back then. Who may is for
/// cg_access_require to say before: "restore" and "read_vault".
///
/// # Safety
/// `vault` is live; `text` is readable for `len` bytes and `document_id` for `id_len`; `out` is writable; `err` is writable or
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_vault_restore(
    vault: *const cg_vault,
    text: *const c_char,
    len: usize,
    document_id: *const c_char,
    id_len: usize,
    out: *mut *mut cg_restored,
    err: *mut *mut cg_error,
) -> cg_status {
    use crate::boundary::text as read;
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let vault = object(vault, "the vault is NULL")?;
            let id = read(document_id, id_len)?;
            let id = if id.is_empty() { None } else { Some(id) };
            Ok(cg_restored::new(vault.0.restore(read(text, len)?, id)?))
        })
    }
}

/// Checks every record; CG_STATUS_TAMPERED names the first that was changed. `*out` is a JSON array of what can be said of each
/// without a value of a note (`number`, `text` and `document`: keyed fingerprints, `pieces`, `bytes`, `hash`), to be read with
/// cg_bytes_data and freed with cg_bytes_free. The last `hash`, kept elsewhere, shows what was cut off.
///
/// # Safety
/// As cg_vault_to_bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_vault_records_json(
    vault: *const cg_vault,
    out: *mut *mut cg_bytes,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let mut records = Vec::new();
            object(vault, "the vault is NULL")?.0.each(|record| {
                records.push(record);
                Ok(())
            })?;
            Ok(cg_bytes::of(serde_json::json!(records).to_string()))
        })
    }
}

/// Closes a vault. NULL is allowed. What it gave back lives on.
///
/// # Safety
/// `vault` is NULL or a live vault, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_vault_free(vault: *mut cg_vault) {
    // SAFETY: promised by the caller.
    unsafe { free(vault) }
}
