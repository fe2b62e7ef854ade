//! Operators of our own that tract runs inside a graph.
//!
//! Some are those of the built-in tagger. In its file they are ONNX functions of the domain `chartguard`: any runtime can run
//! them by the standard operators they are defined by. Here each is one pass that keeps words in rows, so that a graph made of
//! them takes any number of words at the speed of a fixed length.
//!
//! The others stand in for operators of tract's in anybody's model ([`fuse`], [`replace`], [`register_standard`]), where a
//! profile of encoders showed that tract loses time: with them a plan for any length is as fast as one for a single length.

// An operator is written against all of tract's traits and macros, and every builder has the signature that it registers.
#![allow(clippy::wildcard_imports, clippy::unnecessary_wraps)]
// What is to use the widest vectors must be part of the function that was compiled for them.
#![allow(clippy::inline_always)]

mod affine;
mod batched_product;
mod broadcast;
mod byte_product;
mod dynamic_quantize;
mod layout;
mod linear;
mod product;
mod quantized_linear;
mod residual_block;
mod row_sum;
mod word_embedding;

use tract_onnx::model::Onnx;
use tract_onnx::tract_hir::internal::*;

/// Teaches `onnx` the operators of the built-in tagger.
pub(super) fn register(onnx: &mut Onnx) {
    onnx.op_register.insert("Affine", affine::build);
    onnx.op_register.insert("ResidualBlock", residual_block::build);
    onnx.op_register.insert("WordEmbedding", word_embedding::build);
}

/// Teaches `onnx` to read operators of the standard as ours.
pub(super) fn register_standard(onnx: &mut Onnx) {
    onnx.op_register.insert("DynamicQuantizeLinear", dynamic_quantize::build);
}

/// Works out what is constant, and puts our operators in the place of chains of tract's, in a model that is decluttered and
/// not yet optimised.
///
/// # Errors
/// When the model holds together no longer.
pub(super) fn fuse(model: &mut TypedModel) -> TractResult<()> {
    for id in model.eval_order()? {
        if let Some(patch) = fold(model, model.node(id))? {
            patch.apply(model)?;
        }
    }
    let own = byte_product::wanted();
    for id in 0..model.nodes().len() {
        if let Some(patch) = linear::Linear::patch(model, model.node(id))? {
            patch.apply(model)?;
        } else if let Some(patch) = batched_product::BatchedProduct::patch(model, model.node(id))? {
            patch.apply(model)?;
        } else if let Some(patch) = quantized_linear::patch(model, model.node(id), own)? {
            patch.apply(model)?;
        }
    }
    Ok(())
}

/// How many times larger than what it is made of a constant may be: f32 from 8 bits.
const GROWTH: usize = 4;

/// A patch that puts what a node gives in its place, if that depends on no input. So weights that are stored in fewer bits
/// are widened once, at load; tract does this only for small ones.
fn fold(model: &TypedModel, node: &TypedNode) -> TractResult<Option<TypedModelPatch>> {
    let [output] = &*node.outputs else { return Ok(None) };
    let facts = model.node_input_facts(node.id)?;
    let constants: Option<TVec<TValue>> =
        facts.iter().map(|fact| fact.konst.clone().map(IntoTValue::into_tvalue)).collect();
    let (Some(constants), Some(shape)) = (constants, output.fact.shape.as_concrete()) else { return Ok(None) };
    let length = shape.iter().try_fold(output.fact.datum_type.size_of(), |bytes, &axis| bytes.checked_mul(axis));
    let given: usize = constants.iter().map(|value| value.len() * value.datum_type().size_of()).sum();
    if constants.is_empty() || length.is_none_or(|length| length > given * GROWTH) {
        return Ok(None);
    }
    let Some(value) = node.op.eval_out_of_plan(constants)?.and_then(|mut values| values.pop()) else { return Ok(None) };
    let mut patch = TypedModelPatch::new("fold");
    let constant = patch.add_const(format!("{}.folded", node.name), value.into_arc_tensor())?;
    if patch.outlet_fact(constant)?.shape != output.fact.shape {
        return Ok(None);
    }
    patch.shunt_outside(model, node.id.into(), constant)?;
    Ok(Some(patch))
}

/// Puts our operators in the place of those of tract's that are slower, in a model that tract is done with.
///
/// # Errors
/// When the model holds together no longer.
pub(super) fn replace(model: &mut TypedModel) -> TractResult<()> {
    for id in 0..model.nodes().len() {
        let ours = faster(&*model.node(id).op, &model.node_input_facts(id)?);
        if let Some(ours) = ours {
            model.node_mut(id).op = ours;
        }
    }
    Ok(())
}

/// The operator of ours that does what one of tract's does, if there is one.
fn faster(op: &dyn TypedOp, inputs: &[&TypedFact]) -> Option<Box<dyn TypedOp>> {
    if let Some(ours) = broadcast::Broadcast::of(op, inputs) {
        return Some(Box::new(ours));
    }
    row_sum::RowSum::of(op, inputs).map(|ours| Box::new(ours) as _)
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
