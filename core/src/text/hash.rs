//! A quick hash for tables whose keys nobody chooses: the words of a vocabulary, the places of a note.
//!
//! That of the standard library withstands keys made to collide, and takes several times as long.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A table with the quick hash.
pub(crate) type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

/// A table with room for so many keys.
pub(crate) fn with_room<K, V>(count: usize) -> QuickMap<K, V> {
    QuickMap::with_capacity_and_hasher(count, BuildHasherDefault::default())
}

/// Eight bytes at a time: turned, joined, multiplied (the scheme of `FxHash`).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let chunks = bytes.chunks_exact(8);
        let rest = chunks.remainder();
        for word in chunks.filter_map(|chunk| chunk.first_chunk()) {
            self.write_u64(u64::from_le_bytes(*word));
        }
        // Of four bytes to seven, the first four and the last four say all.
        if let (Some(first), Some(last)) = (rest.first_chunk(), rest.last_chunk()) {
            self.write_u64(u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last)));
        } else if !rest.is_empty() {
            self.write_u64(rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(u64::from(number));
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn finish(&self) -> u64 {
        // A table looks at the lowest bits first, which the product mixes least.
        self.0.rotate_left(26)
    }
}
