//! Many notes in one call, on several threads.

use chartguard::Context;
use rayon::prelude::*;

use crate::boundary::{Fault, access, free, object, produce, text};
use crate::error::cg_error;
use crate::scrubbed::cg_scrubbed;
use crate::scrubber::cg_scrubber;
use crate::status::cg_status;
use crate::text::cg_str;

/// What became of each note of a batch, in the order of the notes.
pub struct cg_batch(Vec<Result<cg_scrubbed, cg_error>>);

/// A note and its context, as far as they are text.
type Given<'a> = (Result<&'a str, Fault>, Result<&'a str, Fault>);

/// Scrubs `count` notes on `threads` threads (0: one a core), the same as one call of cg_scrubber_scrub_with each, in their order.
///
/// `contexts` is NULL, or one JSON text for each note as in cg_scrubber_scrub_with, in which (NULL, 0) says nothing. A note that fails has an error
/// in its place (cg_batch_error) and no text; the others are done all the same. On success `*out` is to be freed with cg_batch_free.
///
/// # Safety
/// `scrubber` is live; `notes` is readable for `count` texts, `contexts` is so or NULL, and each text for its length; `out` is writable; `err`
/// is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubber_scrub_batch(
    scrubber: *const cg_scrubber,
    notes: *const cg_str,
    contexts: *const cg_str,
    count: usize,
    threads: usize,
    out: *mut *mut cg_batch,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scrubber = &object(scrubber, "the scrubber is NULL")?.0;
            let notes = slice(notes, count)?;
            let contexts = if contexts.is_null() { &[] } else { slice(contexts, count)? };
            let given: Vec<Given<'_>> = (0..count)
                .map(|index| {
                    let context = contexts.get(index).map_or(Ok(""), |context| text(context.ptr, context.len));
                    (text(notes[index].ptr, notes[index].len), context)
                })
                .collect();
            let scrub = |(note, context): Given<'_>| {
                let (note, context) = (note?, Context::from_json(context?)?);
                Ok(cg_scrubbed::new(note, scrubber.scrub_with(note, &context)?))
            };
            let one = |given| scrub(given).map_err(|fault: Fault| cg_error::of(&fault));
            if threads == 1 {
                return Ok(cg_batch(given.into_iter().map(one).collect()));
            }
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.map_err(|_| Fault::Argument("no pool of so many threads could be started"))?;
            Ok(cg_batch(pool.install(|| given.into_par_iter().map(one).collect())))
        })
    }
}

/// The texts behind a pointer and a count.
///
/// # Safety
/// `texts` is readable for `count` texts, or NULL.
unsafe fn slice<'a>(texts: *const cg_str, count: usize) -> Result<&'a [cg_str], Fault> {
    if count == 0 {
        return Ok(&[]);
    }
    if texts.is_null() {
        return Err(Fault::Argument("the notes are NULL but their count is not 0"));
    }
    if count > isize::MAX as usize / size_of::<cg_str>() {
        return Err(Fault::Argument("the count is larger than any array can be"));
    }
    // SAFETY: not NULL, the caller promises `count` readable texts, and so many fit an allocation.
    Ok(unsafe { std::slice::from_raw_parts(texts, count) })
}

/// How many notes there are; 0 for NULL.
///
/// # Safety
/// `batch` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_batch_count(batch: *const cg_batch) -> usize {
    // SAFETY: promised by the caller.
    access(0, || unsafe { batch.as_ref() }.map_or(0, |b| b.0.len()))
}

/// The scrubbed note at `index`, from 0; NULL where it failed or there is none. Borrowed from `batch`: it is not to be freed.
///
/// # Safety
/// `batch` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_batch_scrubbed(batch: *const cg_batch, index: usize) -> *const cg_scrubbed {
    // SAFETY: promised by the caller.
    access(std::ptr::null(), || match unsafe { batch.as_ref() }.and_then(|b| b.0.get(index)) {
        Some(Ok(scrubbed)) => scrubbed,
        _ => std::ptr::null(),
    })
}

/// Why the note at `index` failed; NULL where it did not or there is none. Borrowed from `batch`: it is not to be freed.
///
/// # Safety
/// `batch` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_batch_error(batch: *const cg_batch, index: usize) -> *const cg_error {
    // SAFETY: promised by the caller.
    access(std::ptr::null(), || match unsafe { batch.as_ref() }.and_then(|b| b.0.get(index)) {
        Some(Err(error)) => error,
        _ => std::ptr::null(),
    })
}

/// Frees a batch, and with it everything borrowed from it. NULL is allowed.
///
/// # Safety
/// `batch` is NULL or live, and nobody uses it afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_batch_free(batch: *mut cg_batch) {
    // SAFETY: promised by the caller.
    unsafe { free(batch) }
}
