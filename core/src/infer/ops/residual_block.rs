//! `ResidualBlock(x, taps, taps_bias, weights, bias) = x + relu(deep(x) * weights + bias)`.
//!
//! `x` is `[words, channels]`. `deep` is a convolution over the words, each channel by itself, of width 5, with zeros
//! beyond the ends: `taps` is `[channels, 1, 5]` as in ONNX `Conv`, the attribute `dilations` says how far apart they are.

use pulp::Arch;
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use super::product::{Then, Weights};
use super::{rows_fact, rows_to_rows, slice};

/// Words that a convolution sees.
const TAPS: usize = 5;

pub(super) fn build(_: &ParsingContext<'_>, node: &NodeProto) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let dilations: TVec<usize> = node.get_attr_tvec("dilations")?;
    let [dilation @ 1..=64] = dilations[..] else { bail!("expected one dilation from 1 to 64") };
    Ok((rows_to_rows(ResidualBlock { dilation }, 5), vec![]))
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ResidualBlock {
    dilation: usize,
}

/// What was laid out when it was first met, and a buffer that is used again from run to run.
#[derive(Clone, Default)]
struct Scratch {
    taps: Vec<f32>,
    weights: Option<Weights>,
    deep: Vec<f32>,
}

/// Shows nothing of what is in them: it came of the words of notes.
impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}

impl Op for ResidualBlock {
    fn name(&self) -> StaticName {
        "ResidualBlock".into()
    }

    op_as_typed_op!();
}

impl EvalOp for ResidualBlock {
    not_out_of_plan!();

    fn state(&self, _: &EvalContext<'_>) -> TractResult<Option<Box<dyn OpState>>> {
        Ok(Some(Box::<Scratch>::default()))
    }
}

impl TypedOp for ResidualBlock {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let channels = &inputs[0].shape[1];
        ensure!(
            inputs[1].shape.as_concrete().is_some_and(|s| s.len() == 3 && s[0].to_dim() == *channels && s[2] == TAPS),
            "expected {TAPS} taps for each channel"
        );
        ensure!(inputs[3].shape[..] == [channels.clone(), channels.clone()], "expected square weights");
        ensure!(inputs[1].konst.is_some() && inputs[3].konst.is_some(), "expected constant weights");
        rows_fact(inputs)
    }

    as_op!();
}

impl OpState for Scratch {
    fn eval(&mut self, _: &EvalContext<'_>, op: &dyn Op, mut inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let Some(&ResidualBlock { dilation }) = op.downcast_ref() else { bail!("not a ResidualBlock") };
        let mut x = inputs.remove(0).into_tensor();
        let (words, channels) = (x.shape()[0], x.shape()[1]);
        let [taps, taps_bias, weights, bias] = [0, 1, 2, 3].map(|at| slice::<f32>(&inputs[at]));
        if self.taps.is_empty() {
            // One row a tap, so that the channels of a word lie side by side.
            let taps = taps?;
            self.taps = (0..TAPS * channels).map(|i| taps[i % channels * TAPS + i / channels]).collect();
        }
        let mut x_view = x.try_as_plain_ram_mut()?;
        let x_rows = x_view.as_slice_mut::<f32>()?;
        let weights = match &mut self.weights {
            Some(weights) => weights,
            none => none.insert(Weights::new(weights?, channels, channels)),
        };
        self.deep.resize(words * channels, 0.0);
        let taps_bias = taps_bias?;
        Arch::new().dispatch(|| deep(x_rows, &self.taps, taps_bias, dilation, &mut self.deep));
        weights.multiply(&self.deep, bias?, x_rows, Then::AddPositive);
        Ok(tvec![x.into_tvalue()])
    }

    fn reset_lanes(&mut self, _: &[LaneId]) -> TractResult<()> {
        Ok(())
    }
}

/// The convolution of each channel by itself; `out` is as long as `x`, `bias` has one value a channel. Inlined, so that it
/// uses the vectors that its caller may use.
#[inline(always)]
fn deep(x: &[f32], taps: &[f32], bias: &[f32], dilation: usize, out: &mut [f32]) {
    let channels = bias.len();
    let words = x.len() / channels;
    let reach = dilation * (TAPS / 2);
    let tap = |k: usize| &taps[k * channels..][..channels];
    for (word, out) in out.chunks_exact_mut(channels).enumerate() {
        if word >= reach && word + reach < words {
            // All taps at once where all of them have a word.
            let row = |k: usize| &x[(word + k * dilation - reach) * channels..][..channels];
            let (x0, x1, x2, x3, x4) = (row(0), row(1), row(2), row(3), row(4));
            let (t0, t1, t2, t3, t4) = (tap(0), tap(1), tap(2), tap(3), tap(4));
            for c in 0..channels {
                out[c] = bias[c] + x0[c] * t0[c] + x1[c] * t1[c] + x2[c] * t2[c] + x3[c] * t3[c] + x4[c] * t4[c];
            }
        } else {
            out.copy_from_slice(bias);
            for k in 0..TAPS {
                let Some(from) = (word + k * dilation).checked_sub(reach).filter(|&from| from < words) else {
                    continue;
                };
                for ((out, x), tap) in out.iter_mut().zip(&x[from * channels..]).zip(tap(k)) {
                    *out += x * tap;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, run, values};
    use super::*;

    #[test]
    fn a_block_is_what_its_formula_says() {
        for (words, dilation) in [(1, 1), (4, 1), (30, 1), (30, 2), (9, 3)] {
            let channels = 8;
            let (x, taps, taps_bias) = (values(words * channels, 1), values(channels * TAPS, 2), values(channels, 3));
            let (weights, bias) = (values(channels * channels, 4), values(channels, 5));
            let mut expected = Vec::new();
            for word in 0..words {
                let mut deep = taps_bias.clone();
                for (c, deep) in deep.iter_mut().enumerate() {
                    for k in 0..TAPS {
                        let from = (word + k * dilation).wrapping_sub(dilation * (TAPS / 2));
                        if from < words {
                            *deep += x[from * channels + c] * taps[c * TAPS + k];
                        }
                    }
                }
                for c in 0..channels {
                    let sum: f32 = (0..channels).map(|i| deep[i] * weights[i * channels + c]).sum();
                    expected.push(x[word * channels + c] + (sum + bias[c]).max(0.0));
                }
            }
            let inputs = [
                Tensor::from_shape(&[words, channels], &x).unwrap(),
                Tensor::from_shape(&[channels, 1, TAPS], &taps).unwrap(),
                tensor1(&taps_bias),
                Tensor::from_shape(&[channels, channels], &weights).unwrap(),
                tensor1(&bias),
            ];
            close(&run(ResidualBlock { dilation }, &inputs).unwrap(), &expected);
        }
    }
}
