//! `Affine(x, weights, bias) = x * weights + bias`: rows `[words, inner]` by `[inner, outer]`.

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use super::product::{Then, Weights};
use super::{rows_fact, rows_to_rows, slice};

pub(super) fn build(_: &ParsingContext<'_>, _: &NodeProto) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    Ok((rows_to_rows(Affine, 3), vec![]))
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Affine;

impl Op for Affine {
    fn name(&self) -> StaticName {
        "Affine".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Affine {
    not_out_of_plan!();

    fn state(&self, _: &EvalContext<'_>) -> TractResult<Option<Box<dyn OpState>>> {
        Ok(Some(Box::<State>::default()))
    }
}

impl TypedOp for Affine {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [rows, weights, bias] = inputs else { bail!("expected rows, weights and a bias") };
        ensure!(
            weights.rank() == 2 && weights.shape[0] == rows.shape[1] && weights.shape[1] == bias.shape[0],
            "expected weights that fit the rows and the bias"
        );
        ensure!(weights.konst.is_some(), "expected constant weights");
        rows_fact(inputs)
    }

    as_op!();
}

/// The weights, laid out when they were first met.
#[derive(Clone, Default)]
struct State(Option<Weights>);

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
}

impl OpState for State {
    fn eval(&mut self, _: &EvalContext<'_>, _: &dyn Op, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (rows, weights, bias) = args_3!(inputs);
        let (words, inner, outer) = (rows.shape()[0], rows.shape()[1], bias.shape()[0]);
        let laid_out = match &mut self.0 {
            Some(laid_out) => laid_out,
            none => none.insert(Weights::new(slice(&weights)?, inner, outer)),
        };
        let mut out = Tensor::zero::<f32>(&[words, outer])?;
        laid_out.multiply(slice(&rows)?, slice(&bias)?, out.try_as_plain_ram_mut()?.as_slice_mut()?, Then::Store);
        Ok(tvec![out.into_tvalue()])
    }

    fn reset_lanes(&mut self, _: &[LaneId]) -> TractResult<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, run, values};
    use super::*;

    #[test]
    fn rows_are_multiplied_and_moved() {
        let (words, inner, outer) = (5, 7, 3);
        let (x, w, b) = (values(words * inner, 1), values(inner * outer, 2), values(outer, 3));
        let mut expected = Vec::new();
        for row in x.chunks(inner) {
            for column in 0..outer {
                let sum: f32 = (0..inner).map(|i| row[i] * w[i * outer + column]).sum();
                expected.push(sum + b[column]);
            }
        }
        let inputs = [
            Tensor::from_shape(&[words, inner], &x).unwrap(),
            Tensor::from_shape(&[inner, outer], &w).unwrap(),
            tensor1(&b),
        ];
        close(&run(Affine, &inputs).unwrap(), &expected);
    }
}
