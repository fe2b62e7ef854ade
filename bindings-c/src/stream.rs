//! A text that comes in pieces.

use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};

use chartguard::{Context, ScrubStream, StreamOptions};

use crate::boundary::{bytes, free, object, produce, text};
use crate::error::cg_error;
use crate::scrubbed::cg_scrubbed;
use crate::scrubber::cg_scrubber;
use crate::status::cg_status;

/// A text that comes in pieces: dictation, a transcript, a log. What is safe leaves as soon as enough of what follows it was seen.
/// Threads that use one at once wait for each other; which of them comes first is theirs to say.
pub struct cg_stream(Mutex<ScrubStream>);

impl cg_stream {
    fn with<T>(&self, work: impl FnOnce(&mut ScrubStream) -> T) -> T {
        // A stream that a panic stopped is dead, and says so itself.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Begins a text that comes in pieces, scrubbed under the policy of `scrubber`, which may be freed meanwhile.
///
/// `context_json` is as in cg_scrubber_scrub_with; (NULL, 0) says nothing. `lookahead` is how many bytes after a place must be there
/// before it leaves, from 256 to 16777216; 0 stands for 1024. Where pieces end does not matter: what comes out is decided by the
/// text alone, no value is ever cut, and a text shorter than one and a half look-aheads comes out as from cg_scrubber_scrub_with.
/// On success `*out` is to be freed with cg_stream_free. CG_STATUS_CONFIG says what is wrong, for example that the policy has
/// operators that need the whole text (encrypt, fpe, and date_shift without a patient_id).
///
/// # Safety
/// `scrubber` is live; `context_json` is readable for `context_len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_stream_new(
    scrubber: *const cg_scrubber,
    context_json: *const c_char,
    context_len: usize,
    lookahead: usize,
    out: *mut *mut cg_stream,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scrubber = object(scrubber, "the scrubber is NULL")?;
            let options = StreamOptions::new().context(Context::from_json(text(context_json, context_len)?)?);
            let options = if lookahead == 0 { options } else { options.lookahead(lookahead) };
            Ok(cg_stream(Mutex::new(scrubber.0.stream(options)?)))
        })
    }
}

/// Takes the next piece, which is read during the call only, and gives what may leave by now, often nothing.
///
/// A piece is UTF-8 that may be cut anywhere: a character that it only begins is kept for the next. On success `*out` is to be
/// freed with cg_scrubbed_free; it does not depend on the stream. Offsets of its findings count from the beginning of the stream: in bytes and
/// code points of all that was pushed, their outputs in bytes of all that left. After an error nothing more leaves, and every later
/// call is CG_STATUS_INPUT.
///
/// # Safety
/// `stream` is live; `piece` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_stream_push(
    stream: *const cg_stream,
    piece: *const c_char,
    len: usize,
    out: *mut *mut cg_scrubbed,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let stream = object(stream, "the stream is NULL")?;
            let piece = bytes(piece.cast::<u8>(), len)?;
            Ok(cg_scrubbed::released(stream.with(|stream| stream.push_bytes(piece))?))
        })
    }
}

/// Ends the text and gives the rest of it, as cg_stream_push does. The stream is still to be freed; every later call is CG_STATUS_INPUT.
///
/// # Safety
/// As cg_stream_push.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_stream_finish(
    stream: *const cg_stream,
    out: *mut *mut cg_scrubbed,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let stream = object(stream, "the stream is NULL")?;
            Ok(cg_scrubbed::released(stream.with(ScrubStream::finish)?))
        })
    }
}

/// Frees a stream; what it holds and has not left is gone. NULL is allowed. What it produced lives on.
///
/// # Safety
/// `stream` is NULL or a live stream, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_stream_free(stream: *mut cg_stream) {
    // SAFETY: promised by the caller.
    unsafe { free(stream) }
}
