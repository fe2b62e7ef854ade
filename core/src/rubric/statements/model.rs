//! What the features of statements make of each kind: a linear model over a statement's own, then a small network over what
//! that says of it and of what stands around it (`context`).

use std::sync::LazyLock;

use super::KINDS;
use super::context::{INPUTS, inputs};
use super::features::ROWS;
use super::weights::{self, WIDE};

/// Eight bytes of magic; a scale and a bias for each kind; the network: `HIDDEN` weights an input, their biases, a weight a
/// kind for each of them, and its biases (all little-endian f32); then `ROWS` rows of one signed byte a kind.
/// Written by `core/models/training/statements.py`.
static FILE: &[u8] = include_bytes!("../../../models/statements/weights.bin");
const MAGIC: &[u8; 8] = b"cgstmt02";
/// The width of the network.
const HIDDEN: usize = 32;

static BUILTIN: LazyLock<Model> = LazyLock::new(|| Model::read(FILE).expect("the built-in weights are tested"));

/// A logistic regression for each kind, and the network that reads what they say.
pub(super) struct Model {
    scale: [f32; KINDS],
    bias: [f32; KINDS],
    pub(super) weights: &'static [u8],
    inner: Vec<[f32; HIDDEN]>,
    inner_bias: [f32; HIDDEN],
    outer: Vec<[f32; WIDE]>,
    outer_bias: [f32; WIDE],
}

/// The model that ships with chartguard.
pub(super) fn builtin() -> &'static Model {
    &BUILTIN
}

/// Takes numbers off the front of the file.
struct Numbers(&'static [u8]);

impl Numbers {
    fn take<const N: usize>(&mut self) -> Option<[f32; N]> {
        let (head, rest) = self.0.split_at_checked(N * 4)?;
        self.0 = rest;
        let mut numbers = [0.0; N];
        for (number, bytes) in numbers.iter_mut().zip(head.chunks_exact(4)) {
            *number = f32::from_le_bytes(bytes.try_into().ok()?);
        }
        Some(numbers)
    }
}

impl Model {
    fn read(file: &'static [u8]) -> Option<Self> {
        let mut rest = Numbers(file.strip_prefix(MAGIC)?);
        let (scale, bias) = (rest.take()?, rest.take()?);
        let inner = (0..INPUTS).map(|_| rest.take()).collect::<Option<_>>()?;
        let inner_bias = rest.take()?;
        let outer = (0..HIDDEN).map(|_| rest.take().map(wide)).collect::<Option<_>>()?;
        let outer_bias = wide(rest.take()?);
        let weights = rest.0;
        (weights.len() == ROWS * KINDS).then_some(Self { scale, bias, weights, inner, inner_bias, outer, outer_bias })
    }

    /// The probability of each kind for each statement of a note, from its rows and the list that it stands in.
    pub(super) fn probabilities(&self, rows: &[Vec<u16>], lists: &[Option<usize>]) -> Vec<[f32; KINDS]> {
        let logits: Vec<[f32; KINDS]> = rows.iter().map(|rows| self.logits(rows)).collect();
        inputs(&logits, lists).iter().map(|input| self.judge(input)).collect()
    }

    /// What the linear model says of a statement by itself.
    fn logits(&self, rows: &[u16]) -> [f32; KINDS] {
        let table = weights::builtin();
        let mut sums = [0_i32; WIDE];
        // The sum of so many bytes has two.
        for rows in rows.chunks(256) {
            let mut part = [0_i16; WIDE];
            for row in rows {
                let kinds = &table[usize::from(*row)].kinds;
                part.iter_mut().zip(kinds).for_each(|(sum, weight)| *sum += i16::from(*weight));
            }
            sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += i32::from(part));
        }
        let norm = 1.0 / (rows.len().max(1) as f32).sqrt();
        std::array::from_fn(|kind| sums[kind] as f32 * self.scale[kind] * norm + self.bias[kind])
    }

    /// What the network makes of it.
    fn judge(&self, input: &[f32; INPUTS]) -> [f32; KINDS] {
        let hidden = layer(&self.inner_bias, &self.inner, input);
        let logits = layer(&self.outer_bias, &self.outer, &hidden.map(|value| value.max(0.0)));
        std::array::from_fn(|kind| 1.0 / (1.0 + (-logits[kind]).exp()))
    }
}

/// A layer of the network. By itself, so that its sums stay in registers whatever becomes of them.
#[inline(never)]
fn layer<const N: usize>(bias: &[f32; N], weights: &[[f32; N]], values: &[f32]) -> [f32; N] {
    let mut sums = *bias;
    for (value, weights) in values.iter().zip(weights) {
        sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += value * weight);
    }
    sums
}

/// Weights with room for as many as the processor takes at once.
fn wide(weights: [f32; KINDS]) -> [f32; WIDE] {
    let mut wide = [0.0; WIDE];
    wide[..KINDS].copy_from_slice(&weights);
    wide
}
