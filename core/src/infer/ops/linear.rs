//! Products of rows with constant weights, and the bias that follows, in place of tract's.
//!
//! These are most of the time of an encoder. The weights are laid out once, when the plan is made, and shared by all that
//! run it; rows are read where they lie.

use std::sync::Arc;

use tract_onnx::tract_core::ops::einsum::EinSum;
use tract_onnx::tract_hir::internal::*;

use super::layout::Layout;
use super::product::{Then, Weights};
use super::slice;

/// `x * weights + bias` along the last axes of `x`.
#[derive(Clone)]
pub(super) struct Linear {
    weights: Arc<Weights>,
    bias: Arc<[f32]>,
    layout: Layout,
}

impl std::fmt::Debug for Linear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Linear").field("layout", &self.layout).finish_non_exhaustive()
    }
}

impl PartialEq for Linear {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.weights, &other.weights)
            && Arc::ptr_eq(&self.bias, &other.bias)
            && self.layout == other.layout
    }
}

impl Eq for Linear {}

impl Linear {
    /// A patch that puts a product of this kind, and an addition of a constant to each row of it, in the place of `node`.
    pub(super) fn patch(model: &TypedModel, node: &TypedNode) -> TractResult<Option<TypedModelPatch>> {
        let Some((x, mut linear)) = Self::of(model, node)? else { return Ok(None) };
        let mut last = node;
        if let Some((add, bias)) = linear.layout.bias_after(model, node)? {
            (last, linear.bias) = (model.node(add), bias);
        }
        let mut patch = TypedModelPatch::new("linear");
        let x = patch.tap_model(model, x)?;
        let out = patch.wire_node(&last.name, linear, &[x])?[0];
        if patch.outlet_fact(out)?.shape != model.outlet_fact(last.id.into())?.shape {
            return Ok(None);
        }
        patch.shunt_outside(model, last.id.into(), out)?;
        Ok(Some(patch))
    }

    /// The product that a node is, and what is multiplied.
    fn of(model: &TypedModel, node: &TypedNode) -> TractResult<Option<(OutletId, Self)>> {
        let Some(sum) = node.op_as::<EinSum>() else { return Ok(None) };
        let float = f32::datum_type();
        if node.inputs.len() != 2 || sum.q_params.is_some() || sum.operating_dt != float {
            return Ok(None);
        }
        let facts = model.node_input_facts(node.id)?;
        if facts.iter().any(|fact| fact.datum_type != float || fact.exotic_fact.is_some()) {
            return Ok(None);
        }
        let Some(side) = (0..2).find(|&side| facts[side].konst.is_some() && facts[1 - side].konst.is_none()) else {
            return Ok(None);
        };
        let (x, weights) = (facts[1 - side], &facts[side].konst);
        let Some(weights) = weights else { return Ok(None) };
        let rank = node.outputs[0].fact.rank();
        let Some(layout) = Layout::of(&sum.axes, (1 - side, x), (side, weights.shape()), rank) else {
            return Ok(None);
        };
        let linear = Self {
            weights: Arc::new(Weights::new(&layout.rows::<f32>(weights)?, layout.inner, layout.outer)),
            bias: std::iter::repeat_n(0.0, layout.outer).collect(),
            layout,
        };
        Ok(Some((node.inputs[1 - side], linear)))
    }
}

impl Op for Linear {
    fn name(&self) -> StaticName {
        "Linear".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Linear {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let x = args_1!(inputs);
        let mut out = Tensor::zero::<f32>(&self.layout.shape(x.shape()))?;
        self.weights.multiply(slice(&x)?, &self.bias, out.try_as_plain_ram_mut()?.as_slice_mut()?, Then::Store);
        Ok(tvec![out.into_tvalue()])
    }
}

impl TypedOp for Linear {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [x] = inputs else { bail!("expected one input") };
        Ok(tvec![f32::fact(self.layout.dims(x))])
    }

    as_op!();
}

#[cfg(test)]
mod tests {
    use tract_onnx::tract_core::ops::math;

    use super::super::tests::{close, values};
    use super::*;

    /// A model of one product with constant weights, and of what is added to it.
    fn model(axes: &str, x: &[TDim], weights: &[usize], first: bool, bias: Option<&[usize]>) -> TypedModel {
        let mut model = TypedModel::default();
        let x = model.add_source("x", f32::fact(x)).unwrap();
        let length = weights.iter().product();
        let weights = Tensor::from_shape(weights, &values(length, 2)).unwrap();
        let weights = model.add_const("weights", weights).unwrap();
        let sum = EinSum::new(axes.parse().unwrap(), f32::datum_type());
        let inputs = if first { [weights, x] } else { [x, weights] };
        let mut out = model.wire_node("product", sum, &inputs).unwrap();
        if let Some(shape) = bias {
            let bias = Tensor::from_shape(shape, &values(shape.iter().product(), 3)).unwrap();
            let bias = model.add_const("bias", bias).unwrap();
            out = model.wire_node("sum", math::add(), &[out[0], bias]).unwrap();
        }
        model.select_output_outlets(&out).unwrap();
        model
    }

    fn run(model: TypedModel, x: &Tensor) -> Tensor {
        let plan = TypedSimplePlan::new(model).unwrap();
        plan.run(tvec![x.clone().into_tvalue()]).unwrap().remove(0).into_tensor()
    }

    /// Which nodes of ours there are in a model once fused, with a symbol for the rows; the result is tract's for some.
    fn fused(axes: &str, x: &[usize], weights: &[usize], first: bool, bias: Option<&[usize]>) -> Vec<String> {
        let symbols = SymbolScope::default();
        let rows = symbols.new_with_prefix("rows");
        let dims: TVec<TDim> = x.iter().map(|&axis| if axis == 0 { rows.to_dim() } else { axis.to_dim() }).collect();
        let plain = model(axes, &dims, weights, first, bias);
        let mut ours = plain.clone();
        super::super::fuse(&mut ours).unwrap();
        let ours = ours.into_optimized().unwrap();
        for rows in [0, 1, 2, 3, 5, 8, 15, 33] {
            let shape: Vec<usize> = x.iter().map(|&axis| if axis == 0 { rows } else { axis }).collect();
            let x = Tensor::from_shape(&shape, &values(shape.iter().product(), 1)).unwrap();
            let (expected, got) = (run(plain.clone(), &x), run(ours.clone(), &x));
            assert_eq!(got.shape(), expected.shape(), "{axes}");
            close(&got, slice::<f32>(&expected).unwrap());
        }
        let names = ours.nodes().iter().map(|node| node.op.name().into_owned());
        names.filter(|name| ["Linear", "Add"].contains(&name.as_str()) || name.starts_with("Opt")).collect()
    }

    #[test]
    fn products_with_constants_are_ours_and_give_the_same() {
        // A length of 0 stands for any number of rows.
        for (axes, x, weights, first, bias) in [
            ("mk,kn->mn", &[0, 13][..], &[13, 50][..], false, None),
            ("mk,kn->mn", &[0, 13], &[13, 50], false, Some(&[1, 50][..])),
            ("mk,nk->mn", &[0, 13], &[9, 13], false, Some(&[1, 9])),
            ("amk,kn->mn", &[1, 0, 96], &[96, 96], false, Some(&[1, 96])),
            ("mk,kn->amn", &[0, 1030], &[1030, 3], false, Some(&[1, 1, 3])),
            ("bmk,kn->bmn", &[3, 0, 8], &[8, 4], false, None),
            ("mbk,bkn->amn", &[0, 3, 4], &[3, 4, 7], false, Some(&[1, 1, 7])),
            ("mk,khd->mhd", &[0, 6], &[6, 2, 5], false, None),
            ("nk,mk->mn", &[0, 13], &[20, 13], true, Some(&[1, 20])),
        ] {
            assert_eq!(fused(axes, x, weights, first, bias), ["Linear"], "{axes}");
        }
    }

    #[test]
    fn others_are_left_to_tract() {
        for (axes, x, weights) in [
            ("bmk,bkn->bmn", &[3, 0, 8][..], &[3, 8, 4][..]),
            ("km,kn->mn", &[8, 0], &[8, 4]),
            ("mk,kn->nm", &[0, 8], &[8, 4]),
            ("abk,kn->ban", &[3, 0, 8], &[8, 4]),
        ] {
            assert!(!fused(axes, x, weights, false, None).contains(&"Linear".to_owned()), "{axes}");
        }
        // What is added is not the same for each row, or not a row.
        for bias in [&[5, 50][..], &[1, 1]] {
            let model = model("mk,kn->mn", &[5.to_dim(), 13.to_dim()], &[13, 50], false, Some(bias));
            let node = model.node_by_name("product").unwrap();
            let (_, linear) = Linear::of(&model, node).unwrap().unwrap();
            assert!(linear.layout.bias_after(&model, node).unwrap().is_none());
        }
    }
}
