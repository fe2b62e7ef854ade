//! Products of two values that both come of the input, one for each head, as attention makes them; in place of tract's.
//!
//! Tract lays out both factors anew for each head. Here the rows of the first are read where they lie, and rows of the result go
//! where they belong, so that heads need not be moved apart and together again.

use tract_onnx::tract_core::axes::AxesMapping;
use tract_onnx::tract_core::ops::einsum::EinSum;
use tract_onnx::tract_hir::internal::*;

use super::product::{Then, Weights};
use super::slice;

/// A product of `x` and `y` along one axis, for each place of the axes that both have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BatchedProduct {
    /// Which of the two inputs `x` is.
    x: usize,
    /// The axis of `x` and of the output that its rows are along.
    rows: [usize; 2],
    /// The axis of `y` and of the output that its columns are along.
    columns: [usize; 2],
    /// The axis of `x` and of `y` that is summed over.
    summed: [usize; 2],
    /// The axes of `x`, of `y` and of the output that both have.
    both: TVec<[usize; 3]>,
    rank: usize,
}

impl BatchedProduct {
    /// A patch that puts one in the place of `node`, if it is such a product.
    pub(super) fn patch(model: &TypedModel, node: &TypedNode) -> TractResult<Option<TypedModelPatch>> {
        let Some(sum) = node.op_as::<EinSum>() else { return Ok(None) };
        let float = f32::datum_type();
        let facts = model.node_input_facts(node.id)?;
        let [a, b] = &*facts else { return Ok(None) };
        if sum.q_params.is_some()
            || sum.operating_dt != float
            || [a, b]
                .into_iter()
                .any(|fact| fact.datum_type != float || fact.konst.is_some() || fact.exotic_fact.is_some())
        {
            return Ok(None);
        }
        let out = &node.outputs[0].fact;
        let Some(op) = Self::of(&sum.axes, [a, b], out, 0).or_else(|| Self::of(&sum.axes, [a, b], out, 1)) else {
            return Ok(None);
        };
        TypedModelPatch::replace_single_op(model, node, &node.inputs, op).map(Some)
    }

    /// The product that a sum over `axes` is, if its rows are those of the input `x`.
    fn of(axes: &AxesMapping, inputs: [&TypedFact; 2], out: &TypedFact, x: usize) -> Option<Self> {
        let (mut rows, mut columns, mut summed, mut both) = (None, None, None, tvec![]);
        for axis in axes.iter_all_axes() {
            let once = |places: &[usize]| (places.len() < 2).then_some(places.first().copied());
            let places = (once(&axis.inputs[x])?, once(&axis.inputs[1 - x])?, once(&axis.outputs[0])?);
            let before = match places {
                (Some(x), Some(y), Some(out)) => {
                    both.push([x, y, out]);
                    None
                }
                (Some(at), None, Some(_)) if inputs[x].shape[at].is_one() => None,
                (None, Some(at), Some(_)) if inputs[1 - x].shape[at].is_one() => None,
                (Some(at), None, None) if inputs[x].shape[at].is_one() => None,
                (None, Some(at), None) if inputs[1 - x].shape[at].is_one() => None,
                (Some(x), None, Some(out)) => rows.replace([x, out]),
                (None, Some(y), Some(out)) => columns.replace([y, out]),
                (Some(x), Some(y), None) => summed.replace([x, y]),
                (None, None, _) => None,
                _ => return None,
            };
            // One of each kind.
            if before.is_some() {
                return None;
            }
        }
        let op = Self { x, rows: rows?, columns: columns?, summed: summed?, both, rank: out.rank() };
        // What is read and written as a whole must lie together.
        (op.summed[0] + 1 == inputs[x].rank() && op.columns[1] + 1 == op.rank).then_some(op)
    }

    /// The shape of the output for inputs of these shapes.
    fn shape<D: DimLike>(&self, x: &[D], y: &[D]) -> TVec<D> {
        let mut shape = tvec![D::one(); self.rank];
        shape[self.rows[1]] = x[self.rows[0]].clone();
        shape[self.columns[1]] = y[self.columns[0]].clone();
        for &[at, _, out] in &self.both {
            shape[out] = x[at].clone();
        }
        shape
    }
}

/// How many values further each axis goes on.
fn steps(shape: &[usize]) -> TVec<usize> {
    let mut steps = tvec![1; shape.len()];
    for at in (1..shape.len()).rev() {
        steps[at - 1] = steps[at] * shape[at];
    }
    steps
}

impl Op for BatchedProduct {
    fn name(&self) -> StaticName {
        "BatchedProduct".into()
    }

    op_as_typed_op!();
}

impl EvalOp for BatchedProduct {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (x, y) = (&inputs[self.x], &inputs[1 - self.x]);
        ensure!(x.shape()[self.summed[0]] == y.shape()[self.summed[1]], "as many columns as rows");
        ensure!(self.both.iter().all(|&[a, b, _]| x.shape()[a] == y.shape()[b]), "as many products in both");
        let shape = self.shape(x.shape(), y.shape());
        let mut out = Tensor::zero::<f32>(&shape)?;
        let (inner, outer) = (x.shape()[self.summed[0]], y.shape()[self.columns[0]]);
        if out.len() == 0 || inner == 0 {
            return Ok(tvec![out.into_tvalue()]);
        }
        let (x_steps, y_steps, out_steps) = (steps(x.shape()), steps(y.shape()), steps(&shape));
        let (x, y) = (slice::<f32>(x)?, slice::<f32>(y)?);
        let mut plain = out.try_as_plain_ram_mut()?;
        let values = plain.as_slice_mut::<f32>()?;
        let bias = vec![0.0; outer];
        let mut weights = Weights::empty(inner, outer);
        let lengths: TVec<usize> = self.both.iter().map(|&[_, _, out]| shape[out]).collect();
        for product in 0..lengths.iter().product() {
            let (mut rest, mut from) = (product, [0; 3]);
            for (&[a, b, c], length) in self.both.iter().zip(&lengths) {
                let place = rest % length;
                rest /= length;
                from[0] += place * x_steps[a];
                from[1] += place * y_steps[b];
                from[2] += place * out_steps[c];
            }
            weights.lay_out(&y[from[1]..], y_steps[self.summed[1]], y_steps[self.columns[0]]);
            weights.multiply_strided(
                shape[self.rows[1]],
                (&x[from[0]..], x_steps[self.rows[0]]),
                &bias,
                (&mut values[from[2]..], out_steps[self.rows[1]]),
                Then::Store,
            );
        }
        Ok(tvec![out.into_tvalue()])
    }
}

impl TypedOp for BatchedProduct {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [a, b] = inputs else { bail!("expected two inputs") };
        let (x, y) = if self.x == 0 { (a, b) } else { (b, a) };
        Ok(tvec![f32::fact(self.shape(&x.shape, &y.shape))])
    }

    as_op!();
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, values};
    use super::*;

    fn model(axes: &str, shapes: [&[TDim]; 2]) -> TypedModel {
        let mut model = TypedModel::default();
        let inputs: Vec<OutletId> = shapes
            .iter()
            .enumerate()
            .map(|(at, shape)| model.add_source(format!("input{at}"), f32::fact(*shape)).unwrap())
            .collect();
        let sum = EinSum::new(axes.parse().unwrap(), f32::datum_type());
        let out = model.wire_node("product", sum, &inputs).unwrap();
        model.select_output_outlets(&out).unwrap();
        model
    }

    /// Whether the product becomes one of ours, with a symbol where a length is 0; the result is tract's for some.
    fn fused(axes: &str, shapes: [&[usize]; 2]) -> bool {
        let symbols = SymbolScope::default();
        let tokens = symbols.new_with_prefix("tokens");
        let dims = shapes.map(|shape| {
            shape.iter().map(|&axis| if axis == 0 { tokens.to_dim() } else { axis.to_dim() }).collect::<Vec<_>>()
        });
        let plain = model(axes, [&dims[0], &dims[1]]);
        let mut ours = plain.clone();
        super::super::fuse(&mut ours).unwrap();
        let ours = ours.into_optimized().unwrap();
        for length in [1, 2, 7, 16, 50] {
            let given: TVec<TValue> = shapes
                .iter()
                .zip(1..)
                .map(|(shape, seed)| {
                    let shape: Vec<usize> = shape.iter().map(|&axis| if axis == 0 { length } else { axis }).collect();
                    Tensor::from_shape(&shape, &values(shape.iter().product(), seed)).unwrap().into_tvalue()
                })
                .collect();
            let run = |model: &TypedModel| {
                TypedSimplePlan::new(model.clone()).unwrap().run(given.clone()).unwrap().remove(0).into_tensor()
            };
            let (expected, got) = (run(&plain), run(&ours));
            assert_eq!(got.shape(), expected.shape(), "{axes}");
            close(&got, slice::<f32>(&expected).unwrap());
        }
        ours.nodes().iter().any(|node| node.op.name() == "BatchedProduct")
    }

    #[test]
    fn products_of_two_inputs_are_ours_and_give_the_same() {
        // A length of 0 stands for any number of tokens.
        for (axes, a, b) in [
            ("mbk,nbk->abmn", &[0, 12, 32][..], &[0, 12, 32][..]),
            ("abmk,kbn->mbn", &[1, 12, 0, 0], &[0, 12, 64]),
            ("abmk,kbn->ambn", &[1, 2, 0, 0], &[0, 2, 9]),
            ("abmk,abnk->abmn", &[3, 2, 0, 8], &[3, 2, 0, 8]),
            ("abmk,abkn->abmn", &[3, 2, 0, 0], &[3, 2, 0, 70]),
            ("mk,nk->mn", &[0, 5], &[0, 5]),
            ("kn,mk->mn", &[0, 5], &[3, 0]),
        ] {
            assert!(fused(axes, [a, b]), "{axes}");
        }
    }

    #[test]
    fn others_are_left_to_tract() {
        for (axes, a, b) in [
            ("km,kn->mn", &[8, 0][..], &[8, 4][..]),
            ("mk,kn->nm", &[0, 8], &[8, 4]),
            ("abk,kn->abn", &[0, 3, 8], &[8, 4]),
            ("mkj,nkj->mn", &[0, 3, 8], &[0, 3, 8]),
            ("m,n->mn", &[0], &[4]),
        ] {
            assert!(!fused(axes, [a, b]), "{axes}");
        }
    }
}
