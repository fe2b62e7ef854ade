//! Who did what to which note, without a value of any note: records chained by hash, and where they are kept.
//!
//! An [`Event`] says when (by the caller's clock), what, under which policy and library, how many pieces of each category
//! went and how, and how it ended. It holds no text: a note is named by its [fingerprint] under the caller's key. A [`Sink`]
//! keeps events, each with the hash of the one before, so that a record that was changed, moved or taken out shows
//! ([`verify`]); what was cut off at the end shows against a [`Head`] kept elsewhere. Without a key anybody who can write the
//! file can also compute the chain anew; with one only its holder can.
//!
//! ```
//! use chartguard::audit::{Action, Event, JsonLines, Sink, verify};
//! use chartguard::{Policy, Scrubber};
//!
//! let path = std::env::temp_dir().join(format!("chartguard-doc-{}.jsonl", std::process::id()));
//! let log = JsonLines::open(&path, None)?;
//! let scrubber = Scrubber::new(Policy::default())?;
//! let note = "SSN 219-09-9999";
//! let event = Event::new(Action::Scrub, "2024-03-14T09:26:53Z")?.by("u-17", ["clinician"]);
//! let result = scrubber.scrub(note);
//! log.append(&[scrubber.audited(event, note, &result, Some(b"a key of sixteen bytes or more"))?])?;
//! assert_eq!(verify(&path, None)?.head.records, 1);
//! # drop(log);
//! # std::fs::remove_file(&path).unwrap();
//! # Ok::<(), chartguard::Error>(())
//! ```

mod chain;
mod event;
mod fhir;
mod handed;
mod jsonl;
mod sink;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use chain::Head;
pub(crate) use event::hex;
pub use event::{Action, Actor, Document, Event, Outcome, PolicyUsed, fingerprint};
pub use handed::{Handed, not_kept};
pub use jsonl::JsonLines;
pub use sink::{Sink, Verified, each, open, verify, verify_from};
#[cfg(feature = "sqlite")]
pub use sqlite::Sqlite;
