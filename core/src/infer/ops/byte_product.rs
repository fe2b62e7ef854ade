//! Products of rows of bytes with one matrix of weights in 8 bits, summed in 32, for machines whose instructions know no sums of
//! products of bytes: there tract's are slower than products of f32.
//!
//! Bytes are widened to 16 bits, of which machines have long been able to multiply neighbours and add the two. The weights are laid
//! out for that once, in panels as wide as a few vectors, the weights of two rows side by side.

use std::sync::Arc;

use tract_onnx::tract_hir::internal::*;

use super::layout::Layout;
use super::slice;

/// Vectors a panel is wide.
const WIDE: usize = 3;
/// Sums in a vector.
const LANES: usize = 8;
const WIDTH: usize = WIDE * LANES;

/// The weights of two rows, for the columns of a panel.
type Step = [[i16; 2 * LANES]; WIDE];

/// Whether products are to be made here, and not by tract.
pub(super) fn wanted() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected;
        is_x86_feature_detected!("avx2")
            && !is_x86_feature_detected!("avx512vnni")
            && !is_x86_feature_detected!("avxvnni")
    }
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// `x * weights`, modulo 2^32.
#[derive(Clone)]
pub(super) struct ByteProduct {
    layout: Layout,
    /// Panel after panel, each a step for every two rows; what is missing of the last ones is zero.
    panels: Arc<[Step]>,
}

impl ByteProduct {
    /// `weights` is row by row.
    pub(super) fn new(weights: &[i8], layout: Layout) -> Self {
        let (inner, outer) = (layout.inner, layout.outer);
        let mut panels = Vec::with_capacity(inner.div_ceil(2) * outer.div_ceil(WIDTH));
        for first in (0..outer).step_by(WIDTH) {
            for from in (0..inner).step_by(2) {
                panels.push(std::array::from_fn(|vector| {
                    std::array::from_fn(|at| {
                        let (row, column) = (from + at % 2, first + vector * LANES + at / 2);
                        if row < inner && column < outer { weights[row * outer + column].into() } else { 0 }
                    })
                }));
            }
        }
        Self { layout, panels: panels.into() }
    }

    fn multiply(&self, rows: &[i8], out: &mut [i32]) {
        let (inner, outer) = (self.layout.inner, self.layout.outer);
        let steps = inner.div_ceil(2);
        let mut pairs = vec![[0_i16; 2]; rows.len() / inner * steps];
        for (pairs, row) in pairs.chunks_exact_mut(steps).zip(rows.chunks_exact(inner)) {
            for (wide, &value) in pairs.as_flattened_mut().iter_mut().zip(row) {
                *wide = value.into();
            }
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            simd.vectorize(|| {
                for (panel, first) in self.panels.chunks_exact(steps).zip((0..outer).step_by(WIDTH)) {
                    by_pairs(simd, panel, &pairs, first, outer, out);
                }
            });
            return;
        }
        for (panel, first) in self.panels.chunks_exact(steps).zip((0..outer).step_by(WIDTH)) {
            for (pairs, out) in pairs.chunks_exact(steps).zip(out.chunks_exact_mut(outer)) {
                store(&portable(panel, pairs), first, out);
            }
        }
    }
}

/// Puts the sums of a row for a panel into their places.
#[inline(always)]
fn store(sums: &[[i32; LANES]; WIDE], first: usize, out: &mut [i32]) {
    let columns = WIDTH.min(out.len() - first);
    out[first..first + columns].copy_from_slice(&sums.as_flattened()[..columns]);
}

/// The sums of one row by what any machine has.
fn portable(panel: &[Step], pairs: &[[i16; 2]]) -> [[i32; LANES]; WIDE] {
    let mut sums = [[0_i32; LANES]; WIDE];
    for (step, pair) in panel.iter().zip(pairs) {
        for (sum, weights) in sums.as_flattened_mut().iter_mut().zip(step.as_flattened().as_chunks::<2>().0) {
            let two = i32::from(pair[0]) * i32::from(weights[0]) + i32::from(pair[1]) * i32::from(weights[1]);
            *sum = sum.wrapping_add(two);
        }
    }
    sums
}

/// The sums of all rows for a panel, of as many rows at once as leave them in registers.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn by_pairs(simd: pulp::x86::V3, panel: &[Step], pairs: &[[i16; 2]], first: usize, outer: usize, out: &mut [i32]) {
    let steps = panel.len();
    let (mut pairs, mut out) = (pairs, out);
    while !out.is_empty() {
        let rows = match out.len() / outer {
            4.. => tile::<4>(simd, panel, pairs, first, outer, out),
            2.. => tile::<2>(simd, panel, pairs, first, outer, out),
            _ => tile::<1>(simd, panel, pairs, first, outer, out),
        };
        pairs = &pairs[rows * steps..];
        out = &mut out[rows * outer..];
    }
}

/// The sums of the first `ROWS` rows; says how many these are.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn tile<const ROWS: usize>(
    simd: pulp::x86::V3,
    panel: &[Step],
    pairs: &[[i16; 2]],
    first: usize,
    outer: usize,
    out: &mut [i32],
) -> usize {
    use pulp::bytemuck::cast;
    use std::arch::x86_64::__m256i;
    let rows: [&[[i16; 2]]; ROWS] = std::array::from_fn(|row| &pairs[row * panel.len()..][..panel.len()]);
    let mut sums = [[simd.avx._mm256_setzero_si256(); WIDE]; ROWS];
    for (at, step) in panel.iter().enumerate() {
        let weights: [__m256i; WIDE] = [cast(step[0]), cast(step[1]), cast(step[2])];
        for (row, sums) in rows.iter().zip(&mut sums) {
            let pair = simd.avx._mm256_set1_epi32(cast(row[at]));
            for (sum, weights) in sums.iter_mut().zip(weights) {
                *sum = simd.avx2._mm256_add_epi32(*sum, simd.avx2._mm256_madd_epi16(pair, weights));
            }
        }
    }
    for (sums, out) in sums.into_iter().zip(out.chunks_exact_mut(outer)) {
        store(&[cast(sums[0]), cast(sums[1]), cast(sums[2])], first, out);
    }
    ROWS
}

impl std::fmt::Debug for ByteProduct {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ByteProduct").field("layout", &self.layout).finish_non_exhaustive()
    }
}

impl PartialEq for ByteProduct {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.panels, &other.panels) && self.layout == other.layout
    }
}

impl Eq for ByteProduct {}

impl Op for ByteProduct {
    fn name(&self) -> StaticName {
        "ByteProduct".into()
    }

    op_as_typed_op!();
}

impl EvalOp for ByteProduct {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let x = args_1!(inputs);
        let mut out = Tensor::zero::<i32>(&self.layout.shape(x.shape()))?;
        self.multiply(slice(&x)?, out.try_as_plain_ram_mut()?.as_slice_mut()?);
        Ok(tvec![out.into_tvalue()])
    }
}

impl TypedOp for ByteProduct {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [x] = inputs else { bail!("expected one input") };
        Ok(tvec![i32::fact(self.layout.dims(x))])
    }

    as_op!();
}

#[cfg(test)]
mod tests {
    use super::super::tests::values;
    use super::*;

    fn bytes(count: usize, seed: u32) -> Vec<i8> {
        // The least and the greatest too.
        values(count, seed).iter().map(|value| (value * 300.0).clamp(-128.0, 127.0) as i8).collect()
    }

    #[test]
    fn every_shape_gives_the_sums() {
        for (rows, inner, outer) in [(1, 1, 1), (2, 3, 5), (3, 1030, 24), (7, 13, 49), (8, 96, 96), (33, 2, 23)] {
            let (x, weights) = (bytes(rows * inner, 1), bytes(inner * outer, 2));
            let facts = [i8::fact([rows, inner]), i8::fact([inner, outer])];
            let axes = "mk,kn->mn".parse().unwrap();
            let layout = Layout::of(&axes, (0, &facts[0]), (1, &[inner, outer]), 2).unwrap();
            let op = ByteProduct::new(&weights, layout);
            let mut out = vec![7; rows * outer];
            op.multiply(&x, &mut out);
            for (row, (x, out)) in x.chunks_exact(inner).zip(out.chunks_exact(outer)).enumerate() {
                let mut pairs = vec![[0_i16; 2]; inner.div_ceil(2)];
                pairs.as_flattened_mut().iter_mut().zip(x).for_each(|(wide, &value)| *wide = value.into());
                let mut anywhere = vec![0; outer];
                for (panel, first) in op.panels.chunks_exact(pairs.len()).zip((0..outer).step_by(WIDTH)) {
                    store(&portable(panel, &pairs), first, &mut anywhere);
                }
                for (column, &sum) in out.iter().enumerate() {
                    let terms = x.iter().zip(weights.iter().skip(column).step_by(outer));
                    let expected: i32 = terms.map(|(&x, &weight)| i32::from(x) * i32::from(weight)).sum();
                    assert_eq!(
                        (sum, anywhere[column]),
                        (expected, expected),
                        "{row} {column} of {rows} {inner} {outer}"
                    );
                }
            }
        }
    }
}
