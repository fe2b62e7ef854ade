//! Operators of our own that tract runs inside a graph.
//!
//! In a model file they are ONNX functions of the domain `chartguard`: any runtime can run them by the standard operators
//! they are defined by. Here each is one pass that keeps words in rows, so that a graph made of them takes any number of
//! words at the speed of a fixed length.

// An operator is written against all of tract's traits and macros, and every builder has the signature that it registers.
#![allow(clippy::wildcard_imports, clippy::unnecessary_wraps)]
// What is to use the widest vectors must be part of the function that was compiled for them.
#![allow(clippy::inline_always)]

mod affine;
mod product;
mod residual_block;
mod word_embedding;

use tract_onnx::model::Onnx;
use tract_onnx::tract_hir::internal::*;

/// Teaches `onnx` our operators.
pub(super) fn register(onnx: &mut Onnx) {
    onnx.op_register.insert("Affine", affine::build);
    onnx.op_register.insert("ResidualBlock", residual_block::build);
    onnx.op_register.insert("WordEmbedding", word_embedding::build);
}

/// An operator whose output is f32, with a row for each row of its first input and a column for each value of its last,
/// a bias.
fn rows_to_rows(op: impl TypedOp + Clone, inputs: usize) -> Box<dyn InferenceOp> {
    inference_wrap(op, 1, move |_, solver, given, out| {
        check_input_arity(given, inputs)?;
        check_output_arity(out, 1)?;
        solver.equals(&given[0].rank, 2)?;
        solver.equals(&given[inputs - 1].rank, 1)?;
        solver.equals(&out[0].datum_type, f32::datum_type())?;
        solver.equals(&out[0].rank, 2)?;
        solver.equals(&out[0].shape[0], &given[0].shape[0])?;
        solver.equals(&out[0].shape[1], &given[inputs - 1].shape[0])
    })
}

/// What such an operator gives.
fn rows_fact(inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
    let (Some(first), Some(last)) = (inputs.first(), inputs.last()) else { bail!("expected inputs") };
    ensure!(first.rank() == 2 && last.rank() == 1, "expected rows first, and a bias last");
    Ok(tvec![f32::fact([first.shape[0].clone(), last.shape[0].clone()])])
}

/// The values of a tensor, and its shape.
fn slice<T: Datum>(tensor: &Tensor) -> TractResult<&[T]> {
    tensor.try_as_plain_ram()?.as_slice::<T>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs one operator by itself, through a plan, on inputs of which all but the first are constants.
    pub(super) fn run(op: impl TypedOp + Clone, inputs: &[Tensor]) -> TractResult<Tensor> {
        let mut model = TypedModel::default();
        let mut wires = tvec![model.add_source("rows", TypedFact::shape_and_dt_of(&inputs[0]))?];
        for (at, weight) in inputs[1..].iter().enumerate() {
            wires.push(model.add_const(format!("weight{at}"), weight.clone())?);
        }
        let out = model.wire_node("op", op, &wires)?;
        model.select_output_outlets(&out)?;
        let plan = TypedSimplePlan::new(model)?;
        let mut state = plan.spawn()?;
        // Twice: what a state keeps from run to run must not show.
        state.run(tvec![inputs[0].clone().into_tvalue()])?;
        Ok(state.run(tvec![inputs[0].clone().into_tvalue()])?.remove(0).into_tensor())
    }

    /// Numbers that look random, the same each time.
    pub(super) fn values(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as f32 / 65_536.0 - 0.5
        };
        (0..count).map(|_| next()).collect()
    }

    pub(super) fn close(got: &Tensor, expected: &[f32]) {
        let got = slice::<f32>(got).unwrap();
        assert_eq!(got.len(), expected.len());
        for (g, e) in got.iter().zip(expected) {
            assert!((g - e).abs() < 1e-4, "{g} is not {e}");
        }
    }
}
