//! `DynamicQuantizeLinear` as ONNX defines it, in the place of tract's: `x` in 8 bits, with the scale and the zero point that
//! the least and the greatest of its values call for.
//!
//! Quantised matrix products are only as fast as what makes their inputs: tract does it value by value.

use pulp::{Arch, Simd, WithSimd};
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use super::slice;

/// Vectors that are looked at side by side.
const SIDE: usize = 4;

pub(super) fn build(_: &ParsingContext<'_>, _: &NodeProto) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let op = inference_wrap(DynamicQuantize, 3, |_, solver, given, out| {
        check_input_arity(given, 1)?;
        check_output_arity(out, 3)?;
        solver.equals(&given[0].datum_type, f32::datum_type())?;
        solver.equals(&out[0].datum_type, u8::datum_type())?;
        solver.equals(&out[0].shape, &given[0].shape)?;
        solver.equals(&out[1].datum_type, f32::datum_type())?;
        solver.equals(&out[1].rank, 0)?;
        solver.equals(&out[2].datum_type, u8::datum_type())?;
        solver.equals(&out[2].rank, 0)
    });
    Ok((op, vec![]))
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct DynamicQuantize;

impl Op for DynamicQuantize {
    fn name(&self) -> StaticName {
        "DynamicQuantize".into()
    }

    op_as_typed_op!();
}

impl EvalOp for DynamicQuantize {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        let values = slice::<f32>(&input)?;
        let mut out = Tensor::zero::<u8>(input.shape())?;
        let arch = Arch::new();
        let range = arch.dispatch(Look(values));
        // Made into bytes, these would look like any other value.
        ensure!(range.finite, "a value to quantise is not a finite number");
        let (scale, zero_point) = range.scale();
        ensure!(scale.is_finite(), "values to quantise lie too far apart");
        let mut plain = out.try_as_plain_ram_mut()?;
        let bytes = plain.as_slice_mut::<u8>()?;
        arch.dispatch(|| quantize(values, scale, zero_point, bytes));
        Ok(tvec![out.into_tvalue(), tensor0(scale).into_tvalue(), tensor0(zero_point).into_tvalue()])
    }
}

impl TypedOp for DynamicQuantize {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [input] = inputs else { bail!("expected one input") };
        ensure!(input.datum_type == f32::datum_type(), "expected values in f32");
        let scalar: [usize; 0] = [];
        Ok(tvec![u8::fact(input.shape.clone()), f32::fact(scalar), u8::fact(scalar)])
    }

    as_op!();
}

/// The least and the greatest value, zero among them.
struct Range {
    least: f32,
    greatest: f32,
    finite: bool,
}

/// Looks for the range of some values.
struct Look<'a>(&'a [f32]);

impl WithSimd for Look<'_> {
    type Output = Range;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Range {
        let zero = simd.splat_f32s(0.0);
        let (mut least, mut greatest, mut wild) = ([zero; SIDE], [zero; SIDE], [zero; SIDE]);
        let mut note = |at: usize, value: S::f32s| {
            least[at] = simd.min_f32s(least[at], value);
            greatest[at] = simd.max_f32s(greatest[at], value);
            // Of what is a number nothing is left by zero.
            wild[at] = simd.mul_add_e_f32s(value, zero, wild[at]);
        };
        let (vectors, rest) = S::as_simd_f32s(self.0);
        let (chunks, last) = vectors.as_chunks::<SIDE>();
        for chunk in chunks {
            for (at, &value) in chunk.iter().enumerate() {
                note(at, value);
            }
        }
        for &value in last {
            note(0, value);
        }
        note(0, simd.partial_load_f32s(rest));
        Range {
            least: least.into_iter().map(|vector| simd.reduce_min_f32s(vector)).fold(0.0, f32::min),
            greatest: greatest.into_iter().map(|vector| simd.reduce_max_f32s(vector)).fold(0.0, f32::max),
            finite: wild.into_iter().map(|vector| simd.reduce_sum_f32s(vector)).sum::<f32>() == 0.0,
        }
    }
}

impl Range {
    /// The scale and the zero point.
    fn scale(&self) -> (f32, u8) {
        let scale = (self.greatest - self.least) / 255.0;
        if scale == 0.0 {
            // All zero, or as good as.
            return (1.0, 0);
        }
        (scale, (-self.least / scale).clamp(0.0, 255.0).round_ties_even() as u8)
    }
}

#[inline(always)]
fn quantize(values: &[f32], scale: f32, zero_point: u8, out: &mut [u8]) {
    // Beyond this there are only whole numbers, so that adding it rounds to the nearest, ties to even, as ONNX asks for.
    const ROUNDING: f32 = 12_582_912.0;
    let zero = i32::from(zero_point) - ROUNDING.to_bits().cast_signed();
    for (out, &value) in out.iter_mut().zip(values) {
        let rounded = (value / scale + ROUNDING).to_bits().cast_signed() + zero;
        *out = rounded.clamp(0, 255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::values;
    use super::*;

    fn run(values: &[f32]) -> TractResult<(Vec<u8>, f32, u8)> {
        let out = DynamicQuantize.eval_out_of_plan(tvec![tensor1(values).into_tvalue()])?.expect("it needs no plan");
        Ok((slice::<u8>(&out[0])?.to_vec(), slice::<f32>(&out[1])?[0], slice::<u8>(&out[2])?[0]))
    }

    /// As the standard says it, value by value.
    fn by_definition(values: &[f32]) -> (Vec<u8>, f32, u8) {
        let (least, greatest) = values.iter().fold((0.0_f32, 0.0_f32), |(l, g), &v| (l.min(v), g.max(v)));
        let scale = (greatest - least) / 255.0;
        let zero_point = (0.0 - least / scale).clamp(0.0, 255.0).round_ties_even();
        let bytes = values.iter().map(|v| ((v / scale).round_ties_even() + zero_point).clamp(0.0, 255.0) as u8);
        (bytes.collect(), scale, zero_point as u8)
    }

    #[test]
    fn what_the_standard_says() {
        // The two examples of the standard first.
        let mut cases = vec![vec![0.0, 2.0, -3.0, -2.5, 1.34, 0.5], vec![-1.0, -2.1, -1.3, -2.5, -3.34, -4.0]];
        // Ties, and what lies at the ends.
        cases.push((0..=510).map(|at| at as f32 / 2.0).collect());
        cases.push((-255..=255).map(|at| at as f32 / 2.0).collect());
        cases.extend([vec![5.0], vec![-5.0], vec![1e30, -1e30, 0.1], vec![1e-38, 3e-38], vec![f32::MIN_POSITIVE; 3]]);
        for (length, scale) in [(1, 1.0), (7, 1e-3), (64, 1.0), (1000, 40.0), (4097, 1e6)] {
            for (seed, shift) in [(1, 0.0), (2, 0.6), (3, -0.6)] {
                cases.push(values(length, seed).iter().map(|value| (value + shift) * scale).collect());
            }
        }
        for case in cases {
            assert_eq!(run(&case).unwrap(), by_definition(&case), "{:?}", &case[..case.len().min(9)]);
        }
        assert_eq!(
            run(&[0.0, 2.0, -3.0, -2.5, 1.34, 0.5]).unwrap(),
            (vec![153, 255, 0, 26, 221, 179], 5.0 / 255.0, 153)
        );
    }

    #[test]
    fn nothing_and_zeros_have_a_scale_of_one() {
        assert_eq!(run(&[]).unwrap(), (vec![], 1.0, 0));
        assert_eq!(run(&[0.0; 70]).unwrap(), (vec![0; 70], 1.0, 0));
    }

    #[test]
    fn what_is_no_number_is_an_error() {
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for at in [0, 63, 64, 99] {
                let mut case = values(100, 5);
                case[at] = odd;
                assert!(run(&case).is_err(), "{odd} at {at}");
            }
        }
        assert!(run(&[f32::MAX, f32::MIN]).is_err());
    }
}
