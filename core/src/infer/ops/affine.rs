//! `Affine(x, weights, bias) = x * weights + bias`: rows `[words, inner]` by `[inner, outer]`.

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use super::{fill, multiply, rows_fact, rows_to_rows, slice};

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
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (rows, weights, bias) = args_3!(inputs);
        let (words, inner, outer) = (rows.shape()[0], rows.shape()[1], bias.shape()[0]);
        let mut out = Vec::new();
        fill(slice(&bias)?, words, &mut out);
        multiply(slice(&rows)?, slice(&weights)?, &mut out, inner, outer)?;
        Ok(tvec![Tensor::from_shape(&[words, outer], &out)?.into_tvalue()])
    }
}

impl TypedOp for Affine {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        rows_fact(inputs)
    }

    as_op!();
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
