//! The linear model over the features of a statement.

use std::sync::LazyLock;

use super::KINDS;
use super::features::ROWS;

/// Eight bytes of magic, a scale and a bias (little-endian f32) for each kind, then `ROWS` rows of one signed byte a kind.
/// Written by `core/models/training/statements.py`.
static FILE: &[u8] = include_bytes!("../../../models/statements/weights.bin");
const MAGIC: &[u8; 8] = b"cgstmt01";

static BUILTIN: LazyLock<Model> = LazyLock::new(|| Model::read(FILE).expect("the built-in weights are tested"));

/// Logistic regression, one for each kind.
pub(super) struct Model {
    scale: [f32; KINDS],
    bias: [f32; KINDS],
    weights: &'static [u8],
}

/// The model that ships with chartguard.
pub(super) fn builtin() -> &'static Model {
    &BUILTIN
}

impl Model {
    fn read(file: &'static [u8]) -> Option<Self> {
        let rest = file.strip_prefix(MAGIC)?;
        let (head, weights) = rest.split_at_checked(KINDS * 8)?;
        let number = |index: usize| -> f32 {
            let at = index * 4;
            head.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(f32::NAN, f32::from_le_bytes)
        };
        let scale = std::array::from_fn(number);
        let bias = std::array::from_fn(|kind| number(KINDS + kind));
        (weights.len() == ROWS * KINDS).then_some(Self { scale, bias, weights })
    }

    /// The probability of each kind.
    pub(super) fn probabilities(&self, rows: &[u16]) -> [f32; KINDS] {
        let mut sums = [0_i32; KINDS];
        for row in rows {
            let at = usize::from(*row) * KINDS;
            let Some(weights) = self.weights.get(at..at + KINDS) else { continue };
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += i32::from(i8::from_le_bytes([*weight]));
            }
        }
        let norm = 1.0 / (rows.len().max(1) as f32).sqrt();
        std::array::from_fn(|kind| {
            let logit = sums[kind] as f32 * self.scale[kind] * norm + self.bias[kind];
            1.0 / (1.0 + (-logit).exp())
        })
    }
}
