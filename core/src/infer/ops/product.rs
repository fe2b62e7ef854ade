//! Products of many rows with one matrix, with the widest vectors that the machine has.
//!
//! The matrix is laid out in panels as wide as a few vectors: weights once, what comes of the input when it is there. The rows are
//! read where they are: for narrow layers, laying them out anew for each product costs as much as the product itself. Every sum is
//! made in the order of the inputs, so that it does not depend on how wide vectors are.

use pulp::{Arch, Simd, WithSimd};

/// Vectors that a panel may be wide, of which the first is taken that leaves the fewest columns empty.
const WIDE: [usize; 3] = [3, 4, 2];
/// Inputs that are gone through before the next panel is begun.
const DEEP: usize = 1024;

/// A matrix of weights, `[inner, outer]`, laid out for this machine.
#[derive(Clone)]
pub(super) struct Weights {
    arch: Arch,
    inner: usize,
    outer: usize,
    /// Panel after panel, each `[inner, width]`; what is missing of the last one is zero.
    panels: Vec<f32>,
    /// Vectors a panel is wide.
    wide: usize,
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

/// How many values a vector has on this machine.
struct Lanes;

impl WithSimd for Lanes {
    type Output = usize;

    fn with_simd<S: Simd>(self, _: S) -> usize {
        S::F32_LANES
    }
}

/// How many vectors wide panels of a matrix with so many columns are.
fn wide(lanes: usize, outer: usize) -> usize {
    let columns = |wide: &usize| outer.next_multiple_of(wide * lanes);
    WIDE.into_iter().min_by_key(columns).unwrap_or(1)
}

impl Weights {
    /// `weights` is row by row.
    pub(super) fn new(weights: &[f32], inner: usize, outer: usize) -> Self {
        let mut own = Self::empty(inner, outer);
        own.lay_out(weights, outer, 1);
        own
    }

    /// Room for a matrix that is [laid out](Self::lay_out) later.
    pub(super) fn empty(inner: usize, outer: usize) -> Self {
        let arch = Arch::new();
        let lanes = arch.dispatch(Lanes);
        let wide = wide(lanes, outer);
        let width = wide * lanes;
        Self { arch, inner, outer, panels: vec![0.0; inner * outer.next_multiple_of(width)], wide, width }
    }

    /// Lays out another matrix of the same size: in `matrix` a row is `row` values after the one before, a column `column` values.
    pub(super) fn lay_out(&mut self, matrix: &[f32], row: usize, column: usize) {
        let panels = self.panels.chunks_exact_mut((self.inner * self.width).max(1));
        for (panel, first) in panels.zip((0..self.outer).step_by(self.width)) {
            let columns = self.width.min(self.outer - first);
            if column == 1 {
                for (at, out) in panel.chunks_exact_mut(self.width).enumerate() {
                    out[..columns].copy_from_slice(&matrix[at * row + first..][..columns]);
                }
            } else {
                for at in 0..columns {
                    let values = matrix[(first + at) * column..].iter().step_by(row);
                    let places = panel[at..].iter_mut().step_by(self.width);
                    places.zip(values).for_each(|(place, value)| *place = *value);
                }
            }
        }
    }

    /// For each of `rows`: the row times the weights, plus `bias`, goes to its row of `out`.
    pub(super) fn multiply(&self, rows: &[f32], bias: &[f32], out: &mut [f32], then: Then) {
        assert!(rows.len() / self.inner == out.len() / self.outer && bias.len() == self.outer, "shapes fit");
        let count = out.len() / self.outer;
        self.multiply_strided(count, (rows, self.inner), bias, (out, self.outer), then);
    }

    /// The same for `count` rows that begin so many values after one another, and are to go to such.
    pub(super) fn multiply_strided(
        &self,
        count: usize,
        (rows, row_step): (&[f32], usize),
        bias: &[f32],
        (out, out_step): (&mut [f32], usize),
        then: Then,
    ) {
        self.arch.dispatch(Product { weights: self, count, rows, row_step, bias, out, out_step, then });
    }
}

struct Product<'a> {
    weights: &'a Weights,
    count: usize,
    rows: &'a [f32],
    row_step: usize,
    bias: &'a [f32],
    out: &'a mut [f32],
    out_step: usize,
    then: Then,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.weights.wide {
            2 => self.run::<S, 2>(simd),
            3 => self.run::<S, 3>(simd),
            _ => self.run::<S, 4>(simd),
        }
    }
}

impl Product<'_> {
    #[inline(always)]
    fn run<S: Simd, const WIDE: usize>(self, simd: S) {
        // As many rows at once as leave their sums in registers.
        let sums = if S::REGISTER_COUNT >= 32 { 24 } else { 12 };
        let high = sums / WIDE;
        let Weights { inner, outer, width, ref panels, .. } = *self.weights;
        let words = self.count;
        // A sum that is added to what stands in its place is made in one go.
        let deep = if matches!(self.then, Then::Store) { DEEP } else { inner.max(1) };
        // A part of a panel serves all rows before the next one is read.
        for from in (0..inner).step_by(deep) {
            let to = inner.min(from + deep);
            for (panel, first) in panels.chunks_exact(inner * width).zip((0..outer).step_by(width)) {
                let mut part = Part {
                    rows: self.rows,
                    row_step: self.row_step,
                    from,
                    panel: &panel[from * width..to * width],
                    bias: (from == 0).then_some(self.bias),
                    first,
                    outer,
                    out_step: self.out_step,
                    then: self.then,
                };
                let mut word = 0;
                while word < words {
                    part.rows = &self.rows[word * self.row_step..];
                    let out = &mut self.out[word * self.out_step..];
                    word += match words - word {
                        12.. if high >= 12 => twelve::<S, WIDE>(simd, &part, out),
                        8.. if high >= 8 => eight::<S, WIDE>(simd, &part, out),
                        6.. if high >= 6 => six::<S, WIDE>(simd, &part, out),
                        4.. if high >= 4 => four::<S, WIDE>(simd, &part, out),
                        3.. => three::<S, WIDE>(simd, &part, out),
                        2.. => two::<S, WIDE>(simd, &part, out),
                        _ => one::<S, WIDE>(simd, &part, out),
                    };
                }
            }
        }
    }
}

/// A panel's columns of some rows, between two of the inputs.
struct Part<'a> {
    rows: &'a [f32],
    row_step: usize,
    from: usize,
    panel: &'a [f32],
    /// What sums begin with; without, with what stands in their place.
    bias: Option<&'a [f32]>,
    first: usize,
    outer: usize,
    out_step: usize,
    then: Then,
}

impl Part<'_> {
    #[inline(always)]
    fn columns<S: Simd>(&self, vector: usize) -> std::ops::Range<usize> {
        let start = (self.first + vector * S::F32_LANES).min(self.outer);
        start..(start + S::F32_LANES).min(self.outer)
    }

    /// What sums begin with. Where vectors are full they are read as they are, and written so: masks would take as long as a short
    /// product.
    #[inline(always)]
    fn begin<S: Simd, const WIDE: usize>(&self, simd: S, out: &[f32]) -> [S::f32s; WIDE] {
        let row = self.bias.unwrap_or(out);
        let whole = row.get(self.first..self.first + WIDE * S::F32_LANES);
        if let Some((vectors, [])) = whole.map(S::as_simd_f32s)
            && let Ok(vectors) = vectors.try_into()
        {
            return vectors;
        }
        std::array::from_fn(|vector| simd.partial_load_f32s(&row[self.columns::<S>(vector)]))
    }

    #[inline(always)]
    fn end<S: Simd, const WIDE: usize>(&self, simd: S, sums: [S::f32s; WIDE], out: &mut [f32]) {
        let whole = out.get_mut(self.first..self.first + WIDE * S::F32_LANES);
        if let Some((vectors, [])) = whole.map(S::as_mut_simd_f32s)
            && let Ok(vectors) = <&mut [S::f32s; WIDE]>::try_from(vectors)
        {
            for (place, sum) in vectors.iter_mut().zip(sums) {
                *place = self.then.join(simd, *place, sum);
            }
            return;
        }
        for (vector, sum) in sums.into_iter().enumerate() {
            let out = &mut out[self.columns::<S>(vector)];
            let value = self.then.join(simd, simd.partial_load_f32s(out), sum);
            simd.partial_store_f32s(out, value);
        }
    }
}

/// Defines a kernel for as many rows as there are names; it says how many. The names are written out so that the sums stay in registers,
/// which a loop over rows does not promise.
macro_rules! kernel {
    ($name:ident: $($row:ident $sum:ident $at:literal),*) => {
        #[inline(always)]
        fn $name<S: Simd, const WIDE: usize>(simd: S, part: &Part<'_>, out: &mut [f32]) -> usize {
            let (vectors, _) = S::as_simd_f32s(part.panel);
            let (vectors, _) = vectors.as_chunks::<WIDE>();
            $(let $row = &part.rows[$at * part.row_step + part.from..][..vectors.len()];)*
            $(let mut $sum: [S::f32s; WIDE] = part.begin(simd, &out[$at * part.out_step..][..part.outer]);)*
            for (at, weights) in vectors.iter().enumerate() {
                $(
                    let value = simd.splat_f32s($row[at]);
                    for (sum, weights) in $sum.iter_mut().zip(weights) {
                        *sum = simd.mul_add_e_f32s(value, *weights, *sum);
                    }
                )*
            }
            $(part.end(simd, $sum, &mut out[$at * part.out_step..][..part.outer]);)*
            [$($at),*].len()
        }
    };
}

kernel!(one: r0 s0 0);
kernel!(two: r0 s0 0, r1 s1 1);
kernel!(three: r0 s0 0, r1 s1 1, r2 s2 2);
kernel!(four: r0 s0 0, r1 s1 1, r2 s2 2, r3 s3 3);
kernel!(six: r0 s0 0, r1 s1 1, r2 s2 2, r3 s3 3, r4 s4 4, r5 s5 5);
kernel!(eight: r0 s0 0, r1 s1 1, r2 s2 2, r3 s3 3, r4 s4 4, r5 s5 5, r6 s6 6, r7 s7 7);
kernel!(twelve: r0 s0 0, r1 s1 1, r2 s2 2, r3 s3 3, r4 s4 4, r5 s5 5, r6 s6 6, r7 s7 7, r8 s8 8, r9 s9 9, r10 s10 10, r11 s11 11);

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
        let shapes = [
            (0, 3, 5),
            (1, 1, 1),
            (7, 13, 39),
            (8, 96, 96),
            (21, 32, 97),
            (33, 5, 48),
            (29, 40, 32),
            (18, 7, 64),
            (5, 1030, 80),
        ];
        for (words, inner, outer) in shapes {
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
