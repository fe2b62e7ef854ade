//! What each feature weighs in the two linear models, side by side: a row is in the processor's cache when the second asks for it.

use std::sync::LazyLock;

use super::features::ROWS;
use super::{KINDS, document, model};

/// Room for each model's weights of a feature, zero where there are fewer: a power of two is what the processor sums at once.
pub(super) const WIDE: usize = 16;

/// The weights of a feature: for each kind that a statement with it may be of, and for each class of a document.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
pub(super) struct Weights {
    pub(super) kinds: [i8; WIDE],
    pub(super) classes: [i8; WIDE],
}

static BUILTIN: LazyLock<Box<[Weights]>> = LazyLock::new(|| {
    let rows = |weights: &'static [u8], width| weights.chunks_exact(width).map(wide);
    let kinds = rows(model::builtin().weights, KINDS);
    let classes = rows(document::builtin().weights, document::CLASSES);
    kinds.zip(classes).map(|(kinds, classes)| Weights { kinds, classes }).collect()
});

/// Those that ship with chartguard, by the row of the feature: [`ROWS`] of them.
pub(super) fn builtin() -> &'static [Weights] {
    debug_assert_eq!(BUILTIN.len(), ROWS);
    &BUILTIN
}

fn wide(row: &[u8]) -> [i8; WIDE] {
    let mut wide = [0; WIDE];
    for (place, byte) in wide.iter_mut().zip(row) {
        *place = i8::from_le_bytes([*byte]);
    }
    wide
}
