//! Sums along the last axis, of which normalisations are made; in place of tract's, which adds one value after the other.

use pulp::Arch;
use tract_onnx::tract_core::ops::nn::{Reduce, Reducer};
use tract_onnx::tract_hir::internal::*;

use super::slice;

/// Values that are added side by side, on every machine, so that the sum is the same on all of them.
const LANES: usize = 16;

/// The sum of each row of f32; the axis stays, with a length of 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowSum;

impl RowSum {
    /// The operator that does what a node of tract's does, if there is one.
    pub(super) fn of(op: &dyn TypedOp, inputs: &[&TypedFact]) -> Option<Self> {
        let [x] = inputs else { return None };
        let reduce = op.downcast_ref::<Reduce>()?;
        let plain = x.datum_type == f32::datum_type() && x.exotic_fact.is_none();
        (plain && reduce.reducer == Reducer::Sum && reduce.axes.len() == 1 && reduce.axes[0] + 1 == x.rank())
            .then_some(Self)
    }
}

/// Inlined, so that it uses the vectors that its caller may use.
#[inline(always)]
fn sum(row: &[f32]) -> f32 {
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for chunk in chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += value;
        }
    }
    for (sum, value) in sums.iter_mut().zip(rest) {
        *sum += value;
    }
    sums.iter().sum()
}

impl Op for RowSum {
    fn name(&self) -> StaticName {
        "RowSum".into()
    }

    op_as_typed_op!();
}

impl EvalOp for RowSum {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let x = args_1!(inputs);
        let Some((&length, rows)) = x.shape().split_last() else { bail!("expected rows") };
        let shape: TVec<usize> = rows.iter().copied().chain([1]).collect();
        let mut out = Tensor::zero::<f32>(&shape)?;
        let mut plain = out.try_as_plain_ram_mut()?;
        let sums = plain.as_slice_mut::<f32>()?.iter_mut();
        let rows = slice::<f32>(&x)?.chunks_exact(length.max(1));
        Arch::new().dispatch(|| sums.zip(rows).for_each(|(place, row)| *place = sum(row)));
        Ok(tvec![out.into_tvalue()])
    }
}

impl TypedOp for RowSum {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [x] = inputs else { bail!("expected one input") };
        let mut fact = x.datum_type.fact(x.shape.clone());
        fact.shape.set(x.rank() - 1, 1.to_dim());
        Ok(tvec![fact])
    }

    as_op!();
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, values};
    use super::*;

    fn run(shape: &[usize], axis: usize, reducer: Reducer) -> (Vec<String>, Tensor, Tensor) {
        let mut model = TypedModel::default();
        let x = model.add_source("x", f32::fact(shape)).unwrap();
        let out = model.wire_node("sum", Reduce::new(tvec![axis], reducer), &[x]).unwrap();
        model.select_output_outlets(&out).unwrap();
        let mut ours = model.clone();
        super::super::replace(&mut ours).unwrap();
        let names = ours.nodes().iter().map(|node| node.op.name().into_owned()).collect();
        let x = Tensor::from_shape(shape, &values(shape.iter().product(), 1)).unwrap();
        let [expected, got] = [model, ours].map(|model| {
            let plan = TypedSimplePlan::new(model).unwrap();
            plan.run(tvec![x.clone().into_tvalue()]).unwrap().remove(0).into_tensor()
        });
        (names, expected, got)
    }

    #[test]
    fn sums_along_the_last_axis_are_ours_and_give_the_same() {
        for shape in [&[1, 7, 384][..], &[5, 1], &[3, 17], &[40]] {
            let (names, expected, got) = run(shape, shape.len() - 1, Reducer::Sum);
            assert_eq!((&names[1][..], got.shape()), ("RowSum", expected.shape()));
            close(&got, slice::<f32>(&expected).unwrap());
        }
    }

    #[test]
    fn others_are_left_to_tract() {
        assert_eq!(run(&[3, 17], 0, Reducer::Sum).0[1], "Reduce<Sum>");
        assert_eq!(run(&[3, 17], 1, Reducer::Max).0[1], "Reduce<Max>");
    }
}
