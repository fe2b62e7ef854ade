//! Products of many rows with one matrix of weights, with the widest vectors that the machine has.
//!
//! The weights are laid out once, in panels as wide as a few vectors. The rows are read where they are: for narrow layers,
//! laying them out anew for each product costs as much as the product itself. Every sum is made in the order of the inputs,
//! so that it does not depend on how wide vectors are.

use pulp::{Arch, Simd, WithSimd};

/// Vectors a panel is wide.
const WIDE: usize = 3;
const DEEP: usize = 1024;

/// A matrix of weights, `[inner, outer]`, laid out for this machine.
#[derive(Clone)]
pub(super) struct Weights {
    arch: Arch,
    inner: usize,
    outer: usize,
    /// Panel after panel, each `[inner, width]`; what is missing of the last one is zero.
    panels: Vec<f32>,
    /// Values a panel is wide.
    width: usize,
}

/// What becomes of a product.
#[derive(Clone, Copy)]
pub(super) enum Then {
    /// It takes the place of what was there.
    Store,
    /// What of it is positive is added to what was there.
    AddPositive,
}

/// How many values a panel is wide on this machine.
struct Width;

impl WithSimd for Width {
    type Output = usize;

    fn with_simd<S: Simd>(self, _: S) -> usize {
        WIDE * S::F32_LANES
    }
}

impl Weights {
    /// `weights` is row by row.
    pub(super) fn new(weights: &[f32], inner: usize, outer: usize) -> Self {
        let arch = Arch::new();
        let width = arch.dispatch(Width);
        let mut panels = Vec::with_capacity(inner * outer.next_multiple_of(width));
        for first in (0..outer).step_by(width) {
            let columns = width.min(outer - first);
            for row in weights.chunks_exact(outer) {
                panels.extend_from_slice(&row[first..first + columns]);
                panels.extend(std::iter::repeat_n(0.0, width - columns));
            }
        }
        Self { arch, inner, outer, panels, width }
    }

    /// For each of `rows`: the row times the weights, plus `bias`, goes to its row of `out`.
    pub(super) fn multiply(&self, rows: &[f32], bias: &[f32], out: &mut [f32], then: Then) {
        assert!(rows.len() / self.inner == out.len() / self.outer && bias.len() == self.outer, "shapes fit");
        self.arch.dispatch(Product { weights: self, rows, bias, out, then });
    }
}

struct Product<'a> {
    weights: &'a Weights,
    rows: &'a [f32],
    bias: &'a [f32],
    out: &'a mut [f32],
    then: Then,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.run(simd);
    }
}

impl Product<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        // As many rows at once as leave their sums in registers.
        let high = if S::REGISTER_COUNT >= 32 { 8 } else { 4 };
        let Weights { inner, outer, width, ref panels, .. } = *self.weights;
        let words = self.out.len() / outer.max(1);
        // A sum that is added to what stands in its place is made in one go.
        let deep = if matches!(self.then, Then::Store) { DEEP } else { inner.max(1) };
        // A part of a panel serves all rows before the next one is read.
        for from in (0..inner).step_by(deep) {
            let to = inner.min(from + deep);
            for (panel, first) in panels.chunks_exact(inner * width).zip((0..outer).step_by(width)) {
                let mut part = Part {
                    rows: self.rows,
                    inner,
                    from,
                    panel: &panel[from * width..to * width],
                    bias: (from == 0).then_some(self.bias),
                    first,
                    outer,
                    then: self.then,
                };
                let mut word = 0;
                while word < words {
                    part.rows = &self.rows[word * inner..];
                    let out = &mut self.out[word * outer..];
                    word += match words - word {
                        8.. if high == 8 => eight(simd, &part, out),
                        4.. => four(simd, &part, out),
                        2.. => two(simd, &part, out),
                        _ => one(simd, &part, out),
                    };
                }
            }
        }
    }
}

/// A panel's columns of some rows, between two of the inputs.
struct Part<'a> {
    rows: &'a [f32],
    inner: usize,
    from: usize,
    panel: &'a [f32],
    /// What sums begin with; without, with what stands in their place.
    bias: Option<&'a [f32]>,
    first: usize,
    outer: usize,
    then: Then,
}

impl Part<'_> {
    #[inline(always)]
    fn columns<S: Simd>(&self, vector: usize) -> std::ops::Range<usize> {
        let start = (self.first + vector * S::F32_LANES).min(self.outer);
        start..(start + S::F32_LANES).min(self.outer)
    }

    #[inline(always)]
    fn begin<S: Simd>(&self, simd: S, out: &[f32]) -> [S::f32s; WIDE] {
        let row = self.bias.unwrap_or(out);
        std::array::from_fn(|vector| simd.partial_load_f32s(&row[self.columns::<S>(vector)]))
    }

    #[inline(always)]
    fn end<S: Simd>(&self, simd: S, sums: [S::f32s; WIDE], out: &mut [f32]) {
        for (vector, sum) in sums.into_iter().enumerate() {
            let out = &mut out[self.columns::<S>(vector)];
            // What fills a vector goes there whole.
            if let ([whole], []) = S::as_mut_simd_f32s(out) {
                *whole = self.then.join(simd, *whole, sum);
            } else {
                let value = self.then.join(simd, simd.partial_load_f32s(out), sum);
                simd.partial_store_f32s(out, value);
            }
        }
    }
}

/// Defines a kernel for as many rows as there are names; it says how many. The names are written out so that the sums stay in registers,
/// which a loop over rows does not promise.
macro_rules! kernel {
    ($name:ident: $($row:ident $sum:ident $at:literal),*) => {
        #[inline(always)]
        fn $name<S: Simd>(simd: S, part: &Part<'_>, out: &mut [f32]) -> usize {
            let (vectors, _) = S::as_simd_f32s(part.panel);
            let (vectors, _) = vectors.as_chunks::<WIDE>();
            $(let $row = &part.rows[$at * part.inner + part.from..][..vectors.len()];)*
            $(let mut $sum = part.begin(simd, &out[$at * part.outer..][..part.outer]);)*
            for (at, weights) in vectors.iter().enumerate() {
                $(
                    let value = simd.splat_f32s($row[at]);
                    $sum[0] = simd.mul_add_e_f32s(value, weights[0], $sum[0]);
                    $sum[1] = simd.mul_add_e_f32s(value, weights[1], $sum[1]);
                    $sum[2] = simd.mul_add_e_f32s(value, weights[2], $sum[2]);
                )*
            }
            $(part.end(simd, $sum, &mut out[$at * part.outer..][..part.outer]);)*
            [$($at),*].len()
        }
    };
}

kernel!(one: r0 s0 0);
kernel!(two: r0 s0 0, r1 s1 1);
kernel!(four: r0 s0 0, r1 s1 1, r2 s2 2, r3 s3 3);
kernel!(eight: r0 s0 0, r1 s1 1, r2 s2 2, r3 s3 3, r4 s4 4, r5 s5 5, r6 s6 6, r7 s7 7);

impl Then {
    #[inline(always)]
    fn join<S: Simd>(self, simd: S, before: S::f32s, sum: S::f32s) -> S::f32s {
        match self {
            Self::Store => sum,
            Self::AddPositive => simd.add_f32s(before, simd.max_f32s(sum, simd.splat_f32s(0.0))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::values;
    use super::*;

    #[test]
    fn every_shape_gives_the_product() {
        for (words, inner, outer) in [(0, 3, 5), (1, 1, 1), (7, 13, 39), (8, 96, 96), (21, 32, 97), (33, 5, 48)] {
            let (rows, weights, bias) = (values(words * inner, 1), values(inner * outer, 2), values(outer, 3));
            let before = values(words * outer, 4);
            for then in [Then::Store, Then::AddPositive] {
                let mut out = before.clone();
                Weights::new(&weights, inner, outer).multiply(&rows, &bias, &mut out, then);
                for (at, &got) in out.iter().enumerate() {
                    let (word, column) = (at / outer, at % outer);
                    let sum: f32 =
                        (0..inner).map(|i| rows[word * inner + i] * weights[i * outer + column]).sum::<f32>()
                            + bias[column];
                    let expected = match then {
                        Then::Store => sum,
                        Then::AddPositive => before[at] + sum.max(0.0),
                    };
                    assert!((got - expected).abs() < 1e-4, "{words} {inner} {outer}: {got} is not {expected}");
                }
            }
        }
    }

    #[test]
    fn a_sum_does_not_depend_on_how_wide_vectors_are() {
        let (words, inner, outer) = (19, 31, 50);
        let (rows, weights, bias) = (values(words * inner, 1), values(inner * outer, 2), values(outer, 3));
        let product = |outer: usize, weights: &[f32], bias: &[f32]| {
            let mut out = vec![0.0; words * outer];
            Weights::new(weights, inner, outer).multiply(&rows, bias, &mut out, Then::Store);
            out
        };
        let whole = product(outer, &weights, &bias);
        for column in [0, 17, 49] {
            let alone: Vec<f32> = weights.iter().skip(column).step_by(outer).copied().collect();
            let alone = product(1, &alone, &bias[column..=column]);
            let of_whole: Vec<f32> = whole.iter().skip(column).step_by(outer).copied().collect();
            assert_eq!(alone, of_whole);
        }
    }
}
