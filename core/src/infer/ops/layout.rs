//! Where in an `EinSum` of tract's a product of rows with constant weights lies, and what follows it.

use tract_onnx::tract_core::axes::{AxesMapping, Axis};
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::math;
use tract_onnx::tract_hir::internal::*;

use super::slice;

/// A product along the last axes of an input, whose columns are the last axes of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// Where each axis of the output comes from.
    shape: TVec<Origin>,
    /// The axes of the weights: those that are summed over, and those of the columns; any before them have a length of 1.
    order: Vec<usize>,
    pub(super) inner: usize,
    pub(super) outer: usize,
}

/// Where an axis of the output comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    Input(usize),
    Length(usize),
}

impl Layout {
    /// That of a sum over `axes` for the input `x` and the weights of the shape `weights`, each with the number of its slot, if it is such
    /// a product. What other inputs there are must have been looked at.
    pub(super) fn of(
        axes: &AxesMapping,
        (x_slot, x): (usize, &TypedFact),
        (weights_slot, weights): (usize, &[usize]),
        rank: usize,
    ) -> Option<Self> {
        let at = |axis: &Axis| -> Option<(Option<usize>, Option<usize>, Option<usize>)> {
            let once = |places: &[usize]| (places.len() < 2).then_some(places.first().copied());
            Some((once(&axis.inputs[x_slot])?, once(&axis.inputs[weights_slot])?, once(&axis.outputs[0])?))
        };
        // The axes of x that are summed over, those of the output that are the weights' own, and where both are in the
        // weights.
        let (mut summed, mut own, mut ones) = (vec![], vec![], vec![]);
        let mut shape: TVec<Origin> = tvec![Origin::Length(1); rank];
        for axis in axes.iter_all_axes() {
            match at(axis) {
                Some((Some(x), Some(w), None)) => summed.push((x, w)),
                Some((None, Some(w), Some(out))) => {
                    own.push((out, w));
                    shape[out] = Origin::Length(weights[w]);
                }
                Some((Some(x), None, Some(out))) => shape[out] = Origin::Input(x),
                Some((Some(at), None, None)) if x.shape[at].is_one() => {}
                // One that was given to the weights so that they have as many as x.
                Some((Some(x), Some(w), Some(out))) if weights[w] == 1 => {
                    ones.push(w);
                    shape[out] = Origin::Input(x);
                }
                Some((None, None, _)) => {}
                _ => return None,
            }
        }
        summed.sort_unstable();
        own.sort_unstable();
        let last = |places: &[(usize, usize)], rank: usize| {
            places.iter().rev().enumerate().all(|(back, &(at, _))| at + back + 1 == rank)
        };
        let kept = shape.iter().filter_map(|from| if let Origin::Input(at) = from { Some(*at) } else { None });
        if summed.is_empty()
            || own.is_empty()
            || !last(&summed, x.rank())
            || !last(&own, shape.len())
            || !kept.is_sorted()
        {
            return None;
        }
        let order: Vec<usize> = ones.into_iter().chain(summed.iter().chain(&own).map(|&(_, w)| w)).collect();
        let inner: usize = summed.iter().map(|&(_, w)| weights[w]).product();
        let outer: usize = own.iter().map(|&(_, w)| weights[w]).product();
        if order.len() != weights.len() || inner == 0 || outer == 0 {
            return None;
        }
        Some(Self { shape, order, inner, outer })
    }

    /// The weights row by row, `[inner, outer]`.
    pub(super) fn rows<T: Datum + Copy>(&self, weights: &Tensor) -> TractResult<Vec<T>> {
        let ordered = weights.to_plain_array_view::<T>()?.permuted_axes(self.order.clone());
        Ok(ordered.iter().copied().collect())
    }

    /// The shape of the output for an `x` of this shape.
    pub(super) fn shape(&self, x: &[usize]) -> TVec<usize> {
        self.shape
            .iter()
            .map(|from| match *from {
                Origin::Input(at) => x[at],
                Origin::Length(length) => length,
            })
            .collect()
    }

    /// The same of what is known of a shape.
    pub(super) fn dims(&self, x: &TypedFact) -> TVec<TDim> {
        self.shape
            .iter()
            .map(|from| match from {
                Origin::Input(at) => x.shape[*at].clone(),
                Origin::Length(length) => length.to_dim(),
            })
            .collect()
    }

    /// Whether a value of this kind is one for each column, when it is broadcast to the output.
    pub(super) fn is_row(&self, fact: &TypedFact) -> bool {
        // Ones, and then the columns.
        let outer = self.outer.to_dim();
        fact.datum_type == f32::datum_type()
            && fact.rank() == self.shape.len()
            && fact.shape.last() == Some(&outer)
            && fact.shape.iter().rev().skip(1).all(TDim::is_one)
    }

    /// The node after this one if all it does is add the same constant to each row, and what it adds.
    pub(super) fn bias_after(&self, model: &TypedModel, node: &TypedNode) -> TractResult<Option<(usize, Arc<[f32]>)>> {
        let Some(next) = model.single_succ(node.id)? else { return Ok(None) };
        if !next.op_as::<TypedBinOp>().is_some_and(|op| op.0.is::<math::Add>()) {
            return Ok(None);
        }
        for &input in &next.inputs {
            let fact = model.outlet_fact(input)?;
            if let Some(bias) = fact.konst.as_ref().filter(|_| self.is_row(fact)) {
                return Ok(Some((next.id, slice::<f32>(bias)?.into())));
            }
        }
        Ok(None)
    }
}
