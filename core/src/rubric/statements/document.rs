//! What kind of document a note is and of which discipline, by all of its statements: a linear model over their features,
//! among them what the rules of `detect.rs` say.

use std::sync::LazyLock;

use super::features::ROWS;
use super::weights::{self, WIDE};
use crate::rubric::{Discipline, DocType};

/// The classes in the order of the weights; the last of each is a document that is no therapy note.
const TYPES: [DocType; 7] = [
    DocType::Evaluation,
    DocType::PlanOfCare,
    DocType::TreatmentNote,
    DocType::ProgressReport,
    DocType::Recertification,
    DocType::Discharge,
    DocType::Unknown,
];
const DISCIPLINES: [Discipline; 4] = [Discipline::Pt, Discipline::Ot, Discipline::Slp, Discipline::Unknown];
pub(super) const CLASSES: usize = TYPES.len() + DISCIPLINES.len();

/// Eight bytes of magic, a scale (little-endian f32) for each class, then `ROWS` rows of one signed byte a class.
/// Written by `core/models/training/statements.py`.
static FILE: &[u8] = include_bytes!("../../../models/statements/document.bin");
const MAGIC: &[u8; 8] = b"cgdoc001";

static BUILTIN: LazyLock<Model> = LazyLock::new(|| Model::read(FILE).expect("the built-in weights are tested"));

/// Fewer statements than this tell nothing by themselves.
const FEW: usize = 3;

pub(super) struct Model {
    scale: [f32; WIDE],
    pub(super) weights: &'static [u8],
}

/// The model that ships with chartguard.
pub(super) fn builtin() -> &'static Model {
    &BUILTIN
}

impl Model {
    fn read(file: &'static [u8]) -> Option<Self> {
        let (head, weights) = file.strip_prefix(MAGIC)?.split_at_checked(CLASSES * 4)?;
        let scale = std::array::from_fn(|class| {
            head.get(class * 4..class * 4 + 4).and_then(|b| b.try_into().ok()).map_or(0.0, f32::from_le_bytes)
        });
        (weights.len() == ROWS * CLASSES).then_some(Self { scale, weights })
    }
}

/// The type and the discipline of a note, each with its probability, by the rows of its statements.
pub(super) fn read(statements: &[Vec<u16>]) -> ((DocType, f32), (Discipline, f32)) {
    if statements.len() < FEW {
        return ((DocType::Unknown, 1.0), (Discipline::Unknown, 1.0));
    }
    // No more than so many of each, which is of a note of a megabyte.
    let mut counts = vec![0_u16; ROWS];
    // A bit for each row that is there: most are not, and those that are come in their order.
    let mut there = [0_u64; ROWS / 64];
    for row in statements.iter().flatten() {
        let count = &mut counts[usize::from(*row)];
        *count = count.saturating_add(1);
        there[usize::from(*row) / 64] |= 1 << (row % 64);
    }
    let (model, table) = (builtin(), weights::builtin());
    // Each row counts by the root of how often it is there; a long note is no surer than a short one.
    let mut sums = [0.0_f32; WIDE];
    let mut all = 0.0_f32;
    for (word, mut bits) in there.into_iter().enumerate() {
        while bits != 0 {
            let row = word * 64 + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            let count = f32::from(counts[row]);
            let value = count.sqrt();
            all += count;
            add(&mut sums, value, &table[row].classes);
        }
    }
    let norm = 1.0 / all.max(1.0).sqrt();
    let logits: [f32; WIDE] = std::array::from_fn(|class| sums[class] * model.scale[class] * norm);
    let (types, disciplines) = logits[..CLASSES].split_at(TYPES.len());
    (likeliest(types, &TYPES), likeliest(disciplines, &DISCIPLINES))
}

/// Adds weights, so many times each. By itself, so that the processor does several at once.
#[inline(never)]
fn add(sums: &mut [f32; WIDE], times: f32, weights: &[i8; WIDE]) {
    sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += times * f32::from(*weight));
}

/// The class of the highest logit, and its probability.
fn likeliest<T: Copy>(logits: &[f32], classes: &[T]) -> (T, f32) {
    let (best, top) =
        logits.iter().copied().enumerate().fold((0, f32::MIN), |best, next| if next.1 > best.1 { next } else { best });
    let sum: f32 = logits.iter().map(|logit| (logit - top).exp()).sum();
    (classes[best], 1.0 / sum)
}
