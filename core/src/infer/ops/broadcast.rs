//! Add, Sub, Mul, Div, Max and Min of two tensors that are broadcast against each other, in place of tract's: of f32, and the
//! first three of i32, which quantised matrix products are followed by.
//!
//! tract has fast kernels for a few shapes that it knows when the plan is made; every other pair of shapes, and so most of
//! those with a symbolic dimension, goes through a loop of about 4 ns a value. Here axes that are walked alike are made one
//! when the shapes are there, what is broadcast has a stride of zero, and the innermost axis is one loop over vectors.

use pulp::Arch;
use tract_onnx::tract_core::broadcast::multi_broadcast;
use tract_onnx::tract_core::ops::binary::{BinMiniOp, OptBinByScalar, OptBinUnicast, TypedBinOp};
use tract_onnx::tract_core::ops::math;
use tract_onnx::tract_hir::internal::*;

use super::slice;

/// `left op right`, value by value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broadcast {
    Add,
    Sub,
    /// What tract makes of `Sub` when it swaps the inputs.
    SubFlipped,
    Mul,
    Div,
    Max,
    Min,
}

impl Broadcast {
    /// The operator that does what a node of tract's does, if there is one.
    pub(super) fn of(op: &dyn TypedOp, inputs: &[&TypedFact]) -> Option<Self> {
        let [left, right] = inputs else { return None };
        let kind = left.datum_type;
        let plain = [left, right].iter().all(|fact| fact.datum_type == kind && fact.exotic_fact.is_none());
        let (float, whole) = (kind == f32::datum_type(), kind == i32::datum_type());
        if !plain || !(float || whole) || left.rank() != right.rank() {
            return None;
        }
        let mini: &dyn BinMiniOp = if let Some(TypedBinOp(mini, out)) = op.downcast_ref() {
            out.is_none_or(|out| out == kind).then_some(&**mini)?
        } else if let Some(op) = op.downcast_ref::<OptBinByScalar>() {
            &*op.binop
        } else {
            &*op.downcast_ref::<OptBinUnicast>()?.binop
        };
        Some(if mini.is::<math::Add>() {
            Self::Add
        } else if mini.is::<math::Sub>() {
            Self::Sub
        } else if mini.is::<math::SubF>() {
            Self::SubFlipped
        } else if mini.is::<math::Mul>() {
            Self::Mul
        } else if whole {
            return None;
        } else if mini.is::<math::Div>() {
            Self::Div
        } else if mini.is::<math::Max>() {
            Self::Max
        } else if mini.is::<math::Min>() {
            Self::Min
        } else {
            return None;
        })
    }
}

impl Op for Broadcast {
    fn name(&self) -> StaticName {
        format!("Broadcast{self:?}").into()
    }

    op_as_typed_op!();
}

impl EvalOp for Broadcast {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (left, right) = args_2!(inputs);
        let arch = Arch::new();
        let out = if left.datum_type() == i32::datum_type() {
            match self {
                Self::Add => broadcast(left, right, |walk, out, a, b| {
                    arch.dispatch(|| walk.run(out, a, b, i32::wrapping_add));
                }),
                Self::Sub => broadcast(left, right, |walk, out, a, b| {
                    arch.dispatch(|| walk.run(out, a, b, i32::wrapping_sub));
                }),
                Self::SubFlipped => broadcast(left, right, |walk, out, a, b| {
                    arch.dispatch(|| walk.run(out, a, b, |a: i32, b| b.wrapping_sub(a)));
                }),
                Self::Mul => broadcast(left, right, |walk, out, a, b| {
                    arch.dispatch(|| walk.run(out, a, b, i32::wrapping_mul));
                }),
                Self::Div | Self::Max | Self::Min => bail!("not of whole numbers"),
            }
        } else {
            broadcast(left, right, |walk, out, a, b| match self {
                Self::Add => arch.dispatch(|| walk.run(out, a, b, |a: f32, b| a + b)),
                Self::Sub => arch.dispatch(|| walk.run(out, a, b, |a: f32, b| a - b)),
                Self::SubFlipped => arch.dispatch(|| walk.run(out, a, b, |a: f32, b| b - a)),
                Self::Mul => arch.dispatch(|| walk.run(out, a, b, |a: f32, b| a * b)),
                Self::Div => arch.dispatch(|| walk.run(out, a, b, |a: f32, b| a / b)),
                Self::Max => arch.dispatch(|| walk.run(out, a, b, f32::max)),
                Self::Min => arch.dispatch(|| walk.run(out, a, b, f32::min)),
            })
        };
        Ok(tvec![out?.into_tvalue()])
    }
}

/// What `work` writes, given the axes, the place for it and the inputs; an input that is `None` stands in that place already.
fn broadcast<T: Datum + Copy>(
    left: TValue,
    right: TValue,
    work: impl FnOnce(&Walk, &mut [T], Option<&[T]>, Option<&[T]>),
) -> TractResult<Tensor> {
    let shape = multi_broadcast(&[left.shape(), right.shape()])?;
    let walk = Walk::new(&shape, left.shape(), right.shape());
    // Of an input that nobody else holds, the values are written over.
    let (mut out, left, right) = if left.is_exclusive() && *left.shape() == *shape {
        (left.into_tensor(), None, Some(right))
    } else if right.is_exclusive() && *right.shape() == *shape {
        (right.into_tensor(), Some(left), None)
    } else {
        (Tensor::zero_dt(T::datum_type(), &shape)?, Some(left), Some(right))
    };
    let left = left.as_ref().map(|left| slice::<T>(left)).transpose()?;
    let right = right.as_ref().map(|right| slice::<T>(right)).transpose()?;
    work(&walk, out.try_as_plain_ram_mut()?.as_slice_mut::<T>()?, left, right);
    Ok(out)
}

impl TypedOp for Broadcast {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [left, right] = inputs else { bail!("expected two inputs") };
        ensure!(left.rank() == right.rank(), "expected inputs of the same rank");
        Ok(tvec![left.datum_type.fact(&*multi_broadcast(&[&left.shape.to_tvec(), &right.shape.to_tvec()])?)])
    }

    as_op!();
}

/// An axis of the output, and how far apart its values are in each input: 0 where an input is broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Axis {
    length: usize,
    left: usize,
    right: usize,
}

/// The axes of the output, as few as they come down to; the last is the innermost.
struct Walk {
    outer: TVec<Axis>,
    inner: Axis,
}

impl Walk {
    fn new(shape: &[usize], left: &[usize], right: &[usize]) -> Self {
        let mut axes: TVec<Axis> = tvec![];
        let (mut left_stride, mut right_stride) = (1, 1);
        // From the innermost axis outwards.
        for at in (0..shape.len()).rev() {
            let axis = Axis {
                length: shape[at],
                left: if left[at] == 1 { 0 } else { left_stride },
                right: if right[at] == 1 { 0 } else { right_stride },
            };
            left_stride *= left[at];
            right_stride *= right[at];
            match axes.last_mut() {
                _ if axis.length == 1 => {}
                // One axis where both inputs go on as they went.
                Some(last) if axis.left == last.left * last.length && axis.right == last.right * last.length => {
                    last.length *= axis.length;
                }
                _ => axes.push(axis),
            }
        }
        axes.reverse();
        let inner = axes.pop().unwrap_or(Axis { length: shape.iter().product(), left: 0, right: 0 });
        Self { outer: axes, inner }
    }

    /// Writes `op` of the inputs over `out`; an input that is `None` is what stands there.
    #[inline(always)]
    fn run<T: Copy>(&self, out: &mut [T], left: Option<&[T]>, right: Option<&[T]>, op: impl Fn(T, T) -> T + Copy) {
        let Axis { length, left: left_step, right: right_step } = self.inner;
        if length == 0 || out.is_empty() {
            return;
        }
        let mut at: TVec<usize> = tvec![0; self.outer.len()];
        let (mut left_at, mut right_at) = (0, 0);
        for out in out.chunks_exact_mut(length) {
            let left = left.map(|left| Side::new(&left[left_at..], left_step, length));
            let right = right.map(|right| Side::new(&right[right_at..], right_step, length));
            run_row(out, left, right, op);
            // To the next row, as an odometer goes on.
            for (at, axis) in at.iter_mut().zip(&self.outer).rev() {
                *at += 1;
                left_at += axis.left;
                right_at += axis.right;
                if *at < axis.length {
                    break;
                }
                *at = 0;
                left_at -= axis.left * axis.length;
                right_at -= axis.right * axis.length;
            }
        }
    }
}

/// An input along the innermost axis.
#[derive(Clone, Copy)]
enum Side<'a, T> {
    Row(&'a [T]),
    One(T),
}

impl<'a, T: Copy> Side<'a, T> {
    #[inline(always)]
    fn new(values: &'a [T], step: usize, length: usize) -> Self {
        if step == 0 { Self::One(values[0]) } else { Self::Row(&values[..length]) }
    }
}

/// One loop for each pair of kinds, so that each is a loop over vectors.
#[inline(always)]
fn run_row<T: Copy>(out: &mut [T], left: Option<Side<'_, T>>, right: Option<Side<'_, T>>, op: impl Fn(T, T) -> T) {
    match (left, right) {
        (None, None) => out.iter_mut().for_each(|out| *out = op(*out, *out)),
        (None, Some(Side::Row(b))) => out.iter_mut().zip(b).for_each(|(out, &b)| *out = op(*out, b)),
        (None, Some(Side::One(b))) => out.iter_mut().for_each(|out| *out = op(*out, b)),
        (Some(Side::Row(a)), None) => out.iter_mut().zip(a).for_each(|(out, &a)| *out = op(a, *out)),
        (Some(Side::One(a)), None) => out.iter_mut().for_each(|out| *out = op(a, *out)),
        (Some(Side::Row(a)), Some(Side::Row(b))) => {
            out.iter_mut().zip(a).zip(b).for_each(|((out, &a), &b)| *out = op(a, b));
        }
        (Some(Side::Row(a)), Some(Side::One(b))) => out.iter_mut().zip(a).for_each(|(out, &a)| *out = op(a, b)),
        (Some(Side::One(a)), Some(Side::Row(b))) => out.iter_mut().zip(b).for_each(|(out, &b)| *out = op(a, b)),
        (Some(Side::One(a)), Some(Side::One(b))) => out.fill(op(a, b)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::values;
    use super::*;

    fn theirs(op: Broadcast) -> TypedBinOp {
        match op {
            Broadcast::Add => math::add(),
            Broadcast::Sub => math::sub(),
            Broadcast::SubFlipped => math::subf(),
            Broadcast::Mul => math::mul(),
            Broadcast::Div => math::div(),
            Broadcast::Max => math::max(),
            Broadcast::Min => math::min(),
        }
    }

    const ALL: [Broadcast; 7] = [
        Broadcast::Add,
        Broadcast::Sub,
        Broadcast::SubFlipped,
        Broadcast::Mul,
        Broadcast::Div,
        Broadcast::Max,
        Broadcast::Min,
    ];

    /// Every way to broadcast two shapes of some axes, with axes of one value and of none.
    fn shapes() -> Vec<(Vec<usize>, Vec<usize>)> {
        let mut all = vec![(vec![], vec![])];
        for lengths in [&[37][..], &[3, 20], &[2, 3, 17], &[2, 3, 4, 5], &[1, 70], &[4, 1], &[2, 0, 3], &[0]] {
            for which in 0..3_u32.pow(lengths.len() as u32) {
                // Of each axis, both inputs have all, or only one of them.
                let side = |not: u32| -> Vec<usize> {
                    let wide = |at: usize| which / 3_u32.pow(at as u32) % 3 != not;
                    lengths.iter().enumerate().map(|(at, &length)| if wide(at) { length } else { 1 }).collect()
                };
                all.push((side(1), side(2)));
            }
        }
        all
    }

    fn same<T: Datum + Copy>(ours: &Tensor, theirs: &Tensor, equal: impl Fn(T, T) -> bool) {
        assert_eq!(ours.shape(), theirs.shape());
        for (a, b) in slice::<T>(ours).unwrap().iter().zip(slice::<T>(theirs).unwrap()) {
            assert!(equal(*a, *b), "{a:?} is not {b:?}");
        }
    }

    fn run(op: &dyn TypedOp, inputs: TVec<TValue>) -> Tensor {
        op.eval_out_of_plan(inputs).unwrap().unwrap().remove(0).into_tensor()
    }

    /// Runs both on inputs that are held elsewhere, and ours on inputs that it may write over.
    fn compare<T: Datum + Copy>(op: Broadcast, a: &Tensor, b: &Tensor, equal: impl Fn(T, T) -> bool) {
        let held = [a.clone().into_tvalue(), b.clone().into_tvalue()];
        let expected = run(&theirs(op), held.iter().cloned().collect());
        same(&run(&op, held.iter().cloned().collect()), &expected, &equal);
        same(&run(&op, tvec![a.clone().into_tvalue(), held[1].clone()]), &expected, &equal);
        same(&run(&op, tvec![held[0].clone(), b.clone().into_tvalue()]), &expected, &equal);
    }

    #[test]
    fn every_shape_gives_what_tract_gives() {
        for (a, b) in shapes() {
            let (mut x, mut y) = (values(a.iter().product(), 1), values(b.iter().product(), 2));
            for (at, odd) in
                [f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 0.0, f32::MIN_POSITIVE].into_iter().enumerate()
            {
                if let Some(x) = x.get_mut(at * 3) {
                    *x = odd;
                }
                if let Some(y) = y.get_mut(at * 2 + 1) {
                    *y = odd;
                }
            }
            let (x, y) = (Tensor::from_shape(&a, &x).unwrap(), Tensor::from_shape(&b, &y).unwrap());
            for op in ALL {
                compare(op, &x, &y, |a: f32, b: f32| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan());
            }
        }
    }

    #[test]
    fn whole_numbers_too() {
        for (a, b) in shapes() {
            let whole = |shape: &[usize], seed| {
                let all: Vec<i32> =
                    values(shape.iter().product(), seed).iter().map(|value| (value * 60_000.0) as i32).collect();
                Tensor::from_shape(shape, &all).unwrap()
            };
            for op in [Broadcast::Add, Broadcast::Sub, Broadcast::SubFlipped, Broadcast::Mul] {
                compare(op, &whole(&a, 3), &whole(&b, 4), |a: i32, b: i32| a == b);
            }
        }
    }
}
