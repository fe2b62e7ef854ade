use std::io;
use std::sync::{Arc, Mutex};

use super::*;
use crate::text::Span;

fn key(first: u8) -> Key {
    Key::from_bytes(&(first..first + 32).collect::<Vec<u8>>()).unwrap()
}

/// A note whose word after "for " was replaced by `[NAME]`.
fn entry(name: &str, document: Option<&str>) -> (Entry, String, String) {
    let (note, scrubbed) = (format!("A visit for {name} today."), "A visit for [NAME] today.".to_owned());
    let edits = [(Span::new(12, 12 + name.len()), Span::new(12, 18))];
    (Entry::new(note.as_bytes(), scrubbed.as_bytes(), &edits, document).unwrap(), note, scrubbed)
}

fn filled() -> (Vec<u8>, Vec<(String, String, String)>) {
    let vault = Vault::from_bytes(Vec::new(), &key(1)).unwrap();
    let mut notes = Vec::new();
    for name in ["Rosalind", "Björk", "", "Ottoline\r\n"] {
        let id = format!("document of {}", notes.len());
        let (entry, note, scrubbed) = entry(name, Some(&id));
        vault.keep(&[entry]).remove(0).unwrap();
        notes.push((note, scrubbed, id));
    }
    (vault.to_bytes().unwrap(), notes)
}

#[test]
fn every_note_comes_back_from_its_own_document() {
    let (bytes, notes) = filled();
    let vault = Vault::from_bytes(bytes.clone(), &key(1)).unwrap();
    for (note, scrubbed, id) in &notes {
        assert_eq!(vault.restore(scrubbed, Some(id)).unwrap(), *note);
    }
    let scrubbed = &notes[0].1;
    let error = vault.restore(scrubbed, None).unwrap_err();
    assert!(error.is_input() && error.to_string().contains("4 notes"), "{error}");
    let error = vault.restore(scrubbed, Some("document of 7")).unwrap_err();
    assert!(error.is_tampered() && error.to_string().contains("another document"), "{error}");
    let error = vault.restore("A visit for [NAME] yesterday.", Some("document of 0")).unwrap_err();
    assert!(error.is_tampered() && error.to_string().contains("for this document"), "{error}");
    let error = vault.restore("Nothing of the kind.", None).unwrap_err();
    assert!(error.is_tampered() && error.to_string().contains("no such text"), "{error}");
    let error = Vault::from_bytes(bytes.clone(), &key(2)).unwrap_err();
    assert!(error.is_key(), "{error}");
    // Nothing of a note can be read in the bytes, or in what is listed.
    let listed = format!("{vault:?}")
        + &{
            let mut lines = Vec::new();
            let verified = vault.each(|record| {
                lines.push(format!("{record:?}"));
                Ok(())
            });
            assert_eq!(verified.unwrap().head, vault.head());
            lines.concat()
        };
    for value in ["Rosalind", "Ottoline", "document of"] {
        assert!(!bytes.windows(value.len()).any(|piece| piece == value.as_bytes()));
        assert!(!listed.contains(value));
    }
}

#[test]
fn the_same_note_is_kept_once_and_another_of_its_name_is_refused() {
    let vault = Vault::from_bytes(Vec::new(), &key(1)).unwrap();
    let (one, again, other) = (entry("Rosalind", None).0, entry("Rosalind", None).0, entry("Ottoline", None).0);
    let results = vault.keep(&[one, again, other]);
    assert!(results[0].is_ok() && results[1].is_ok());
    let error = results[2].as_ref().unwrap_err();
    assert!(error.is_input() && error.to_string().contains("document id") && !error.to_string().contains("Ottoline"));
    assert!(vault.keep(&[entry("Rosalind", None).0])[0].is_ok());
    assert!(vault.keep(&[entry("Ottoline", None).0])[0].is_err(), "also when it comes later");
    assert_eq!(vault.head().records, 1);
    assert!(vault.keep(&[entry("Ottoline", Some("2")).0])[0].is_ok());
    assert_eq!(vault.restore("A visit for [NAME] today.", Some("2")).unwrap(), "A visit for Ottoline today.");
}

#[test]
fn a_changed_byte_anywhere_is_seen_and_named() {
    let (bytes, notes) = filled();
    for at in 0..bytes.len() {
        for bit in [1, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            let error = match Vault::from_bytes(changed, &key(1)) {
                Ok(vault) => {
                    // A record is found by its fields; its content shows when it is read.
                    let error = vault.verify().expect_err("a changed vault verified");
                    let restored = notes.iter().map(|(note, scrubbed, id)| (note, vault.restore(scrubbed, Some(id))));
                    let failed = restored.filter(|(note, back)| back.as_ref().map_or(true, |back| back != *note));
                    assert_eq!(failed.count(), 1, "byte {at}");
                    error
                }
                Err(error) => error,
            };
            let said = error.to_string();
            match at {
                0..7 => assert!(error.is_input() && said.contains("no vault"), "byte {at}: {said}"),
                7 => assert!(said.contains("version"), "{said}"),
                8..START => assert!(error.is_key(), "byte {at}: {said}"),
                _ => assert!(error.is_tampered() && said.contains("record "), "byte {at}: {said}"),
            }
        }
    }
}

#[test]
fn records_that_were_moved_added_or_taken_out_are_seen() {
    let (bytes, _) = filled();
    let mut places = Vec::new();
    let mut at = START;
    while at < bytes.len() {
        let length = u32::from_be_bytes(*bytes[at..].first_chunk().unwrap()) as usize + HEADER;
        places.push(at..at + length);
        at += length;
    }
    let with = |order: &[usize]| {
        let records = order.iter().flat_map(|index| bytes[places[*index].clone()].iter());
        bytes[..START].iter().chain(records).copied().collect::<Vec<u8>>()
    };
    for (order, number) in
        [(&[0, 2, 3][..], 2), (&[1, 2, 3], 1), (&[0, 2, 1, 3], 2), (&[0, 1, 2, 3, 3], 5), (&[0, 0, 1], 2)]
    {
        let error = Vault::from_bytes(with(order), &key(1)).unwrap_err();
        assert!(error.is_tampered() && error.to_string().contains(&format!("record {number} ")), "{order:?}: {error}");
    }
    // What was cut off at the end shows against the head.
    let head = Vault::from_bytes(bytes.clone(), &key(1)).unwrap().head();
    let shorter = Vault::from_bytes(with(&[0, 1, 2]), &key(1)).unwrap();
    assert_ne!(shorter.head(), head);
    assert_eq!((head.records, shorter.head().records), (4, 3));
}

#[test]
fn what_a_stopped_writer_left_is_dropped_and_nothing_else() {
    let (bytes, notes) = filled();
    let mut ends = vec![START];
    while ends.last().unwrap() < &bytes.len() {
        let at = *ends.last().unwrap();
        ends.push(at + HEADER + u32::from_be_bytes(*bytes[at..].first_chunk().unwrap()) as usize);
    }
    for cut in 0..=bytes.len() {
        let whole = ends.iter().filter(|end| **end <= cut).count().saturating_sub(1);
        for blank in [0, 3, 500] {
            let torn = [&bytes[..cut], &vec![0; blank]].concat();
            // A record whose start is there and whose rest is zeros has its full length: it is not dropped, but named.
            let within = cut > 0 && !ends.contains(&cut);
            if blank > 0 && within && (cut < START || cut + blank >= ends[whole] + HEADER) {
                continue;
            }
            let vault = Vault::from_bytes(torn, &key(1)).unwrap_or_else(|error| panic!("{cut} {blank}: {error}"));
            assert_eq!(vault.head().records, whole as u64, "{cut}");
            vault.verify().unwrap();
            for (note, scrubbed, id) in &notes[..whole] {
                assert_eq!(vault.restore(scrubbed, Some(id)).unwrap(), *note);
            }
            // It goes on from there.
            let (next, note, scrubbed) = entry("Wilhelmina", Some("next"));
            vault.keep(&[next]).remove(0).unwrap();
            let again = Vault::from_bytes(vault.to_bytes().unwrap(), &key(1)).unwrap();
            assert_eq!(again.restore(&scrubbed, Some("next")).unwrap(), note);
            assert_eq!(again.head().records, whole as u64 + 1);
        }
    }
}

/// A store that has room for so many bytes.
struct Full(Arc<Mutex<Vec<u8>>>, usize);

impl Store for Full {
    fn size(&mut self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().len() as u64)
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        bytes.copy_from_slice(&self.0.lock().unwrap()[at as usize..][..bytes.len()]);
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut kept = self.0.lock().unwrap();
        let room = self.1.saturating_sub(kept.len());
        kept.extend(&bytes[..room.min(bytes.len())]);
        if room < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn truncate(&mut self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }
}

#[test]
fn a_store_that_fails_loses_nothing_that_was_confirmed() {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let vault = Vault::in_store(Box::new(Full(kept.clone(), 400)), &key(1)).unwrap();
    let names: Vec<String> = (0..9).map(|n| format!("Person {n}")).collect();
    let results: Vec<Result<()>> =
        names.iter().map(|name| vault.keep(&[entry(name, Some(name)).0]).remove(0)).collect();
    let confirmed = results.iter().filter(|result| result.is_ok()).count();
    assert!((1..8).contains(&confirmed));
    assert!(results[confirmed].as_ref().unwrap_err().is_io());
    assert!(results[confirmed + 1].as_ref().unwrap_err().to_string().contains("anew"));
    let again = Vault::from_bytes(kept.lock().unwrap().clone(), &key(1)).unwrap();
    assert_eq!(again.head().records, confirmed as u64);
    for name in &names[..confirmed] {
        assert!(again.restore("A visit for [NAME] today.", Some(name)).unwrap().contains(name.as_str()));
    }
}

#[test]
fn what_does_not_bring_the_note_back_is_not_kept() {
    let edits = [(Span::new(0, 2), Span::new(0, 2))];
    assert!(Entry::new(b"Ann sat.", b"[N] sat.", &edits, None).is_err());
    assert!(Entry::new(b"Ann sat.", b"[N]", &[(Span::new(0, 3), Span::new(2, 90))], None).is_err());
}
