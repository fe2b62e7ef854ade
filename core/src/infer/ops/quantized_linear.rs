//! Products of rows in 8 bits with constant weights in 8 bits, and the scale and bias that follow, in place of tract's.
//!
//! Dynamic quantisation exports `DynamicQuantizeLinear`, `MatMulInteger`, `Cast`, `Mul` and `Add`. Tract sums the weights anew in
//! every run, for what zero points come to; for BERT-base that takes longer than a short text. It then goes over the product once for
//! each node. Here columns are summed once, when the plan is made, and one pass makes of the sums what all these nodes would.
//! The product itself stays tract's, but where that is slow ([`byte_product`](super::byte_product)).

use std::sync::Arc;

use pulp::Arch;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cast::Cast;
use tract_onnx::tract_core::ops::einsum::EinSum;
use tract_onnx::tract_core::ops::math;
use tract_onnx::tract_hir::internal::*;

use super::byte_product::ByteProduct;
use super::layout::Layout;
use super::slice;

/// Where in a quantised `EinSum` the inputs are.
const BIAS: usize = 2;
const ZERO_POINTS: [usize; 2] = [3, 5];
const SCALES: [usize; 3] = [4, 6, 8];
const OUTPUT_ZERO_POINT: usize = 7;
/// Bytes lose this to have a sign.
const DOWN: i16 = 128;

/// A product with constant weights in 8 bits, as it stands in a model.
struct Product {
    /// What is multiplied, and its zero point.
    x: OutletId,
    zero_point: OutletId,
    /// Which input of the sum the weights are.
    side: usize,
    axes: AxesMapping,
    layout: Layout,
    /// In the shape that they have, with a sign.
    weights: Tensor,
    zero_points: Vec<i32>,
    /// The sums of the columns, the zero points taken off.
    columns: Arc<[i32]>,
}

/// A patch that puts the operators here in the place of a product of bytes with constant weights, and of what follows it. With `own`
/// the product is made by [`ByteProduct`], without by tract.
pub(super) fn patch(model: &TypedModel, node: &TypedNode, own: bool) -> TractResult<Option<TypedModelPatch>> {
    let Some(product) = Product::of(model, node)? else { return Ok(None) };
    let Product { x, zero_point, side, ref axes, ref layout, ref columns, .. } = product;
    let mut last = node;
    let (mut scale, mut then) = (None, Then::Store);
    if let Some((multiplied, by)) = product.scale_after(model, node)? {
        last = model.node(multiplied);
        scale = Some(by);
        let mut bias = std::iter::repeat_n(0.0, layout.outer).collect();
        if let Some((added, constant)) = layout.bias_after(model, last)? {
            (last, bias) = (model.node(added), constant);
        }
        then = Then::Scale(bias);
    }
    let moved = product.zero_points.iter().any(|&zero_point| zero_point != 0);
    let finish = Finish {
        inner: layout.inner,
        columns: Arc::clone(columns),
        zero_points: moved.then(|| product.zero_points.as_slice().into()),
        then,
    };
    let name = &node.name;
    let mut patch = TypedModelPatch::new("quantized linear");
    let x = patch.tap_model(model, x)?;
    let x = patch.wire_node(format!("{name}.signed"), Signed, &[x])?[0];
    let sums = if own {
        let weights = layout.rows::<i8>(&product.weights)?;
        patch.wire_node(format!("{name}.sums"), ByteProduct::new(&weights, layout.clone()), &[x])?[0]
    } else {
        let weights = patch.add_const(format!("{name}.weights"), product.weights)?;
        let sum = EinSum { axes: axes.clone(), operating_dt: i32::datum_type(), q_params: None };
        let inputs = if side == 0 { [weights, x] } else { [x, weights] };
        patch.wire_node(format!("{name}.sums"), sum, &inputs)?[0]
    };
    let mut inputs = tvec![sums, patch.tap_model(model, zero_point)?];
    if moved {
        inputs.push(x);
    }
    if let Some(scale) = scale {
        inputs.push(patch.tap_model(model, scale)?);
    }
    let out = patch.wire_node(&last.name, finish, &inputs)?[0];
    if patch.outlet_fact(out)?.shape != model.outlet_fact(last.id.into())?.shape {
        return Ok(None);
    }
    patch.shunt_outside(model, last.id.into(), out)?;
    Ok(Some(patch))
}

impl Product {
    /// The product that a node is.
    fn of(model: &TypedModel, node: &TypedNode) -> TractResult<Option<Self>> {
        let Some(sum) = node.op_as::<EinSum>() else { return Ok(None) };
        let facts = model.node_input_facts(node.id)?;
        if sum.q_params != Some(i32::datum_type()) || sum.operating_dt != i32::datum_type() || facts.len() != 9 {
            return Ok(None);
        }
        let Some(side) = (0..2).find(|&side| facts[side].konst.is_some() && facts[1 - side].konst.is_none()) else {
            return Ok(None);
        };
        let (x, weights) = (facts[1 - side], &facts[side].konst);
        let Some(weights) = weights else { return Ok(None) };
        // Only the zero points do anything.
        let all = |slot: usize, value: f32| -> TractResult<bool> {
            let Some(constant) = &facts[slot].konst else { return Ok(false) };
            let values = constant.cast_to::<f32>()?;
            Ok(slice::<f32>(&values)?.iter().all(|other| other.to_bits() == value.to_bits()))
        };
        if x.datum_type != u8::datum_type()
            || x.exotic_fact.is_some()
            || !all(BIAS, 0.0)?
            || !all(OUTPUT_ZERO_POINT, 0.0)?
            || !SCALES
                .into_iter()
                .map(|slot| all(slot, 1.0))
                .collect::<TractResult<Vec<_>>>()?
                .into_iter()
                .all(|one| one)
        {
            return Ok(None);
        }
        let rank = node.outputs[0].fact.rank();
        let Some(layout) = Layout::of(&sum.axes, (1 - side, x), (side, weights.shape()), rank) else {
            return Ok(None);
        };
        let (zero_point, zero_points) = (ZERO_POINTS[1 - side], ZERO_POINTS[side]);
        if facts[zero_point].shape.volume() != 1.to_dim() {
            return Ok(None);
        }
        let Some(zero_points) = &facts[zero_points].konst else { return Ok(None) };
        let zero_points = zero_points.cast_to::<i16>()?;
        let zero_points: Vec<i16> = match slice::<i16>(&zero_points)? {
            &[one] => vec![one; layout.outer],
            // One a column, and columns on one axis.
            each if each.len() == layout.outer && weights.shape().last() == Some(&layout.outer) => each.to_vec(),
            _ => return Ok(None),
        };
        let down = match weights.datum_type() {
            DatumType::U8 => DOWN,
            DatumType::I8 => 0,
            _ => return Ok(None),
        };
        let zero_points: Vec<i32> =
            zero_points.into_iter().map(|zero_point| i32::from(zero_point) - i32::from(down)).collect();
        let wide = weights.cast_to::<i16>()?;
        let signed: Vec<i8> = slice::<i16>(&wide)?.iter().map(|&weight| (weight - down) as i8).collect();
        let weights = Tensor::from_shape(weights.shape(), &signed)?;
        let Ok(inner) = i32::try_from(layout.inner) else { return Ok(None) };
        let mut columns: Vec<i32> =
            zero_points.iter().map(|&zero_point| inner.wrapping_mul(zero_point).wrapping_neg()).collect();
        for row in layout.rows::<i8>(&weights)?.chunks_exact(layout.outer) {
            for (sum, &weight) in columns.iter_mut().zip(row) {
                *sum = sum.wrapping_add(i32::from(weight));
            }
        }
        Ok(Some(Self {
            x: node.inputs[1 - side],
            zero_point: node.inputs[zero_point],
            side,
            axes: sum.axes.extract_sub_mapping(&[0, 1], &[0])?,
            layout,
            weights,
            zero_points,
            columns: columns.into(),
        }))
    }

    /// The multiplication with one scale, or with one for each column, that follows this product by way of f32, and where the
    /// scale is.
    fn scale_after(&self, model: &TypedModel, node: &TypedNode) -> TractResult<Option<(usize, OutletId)>> {
        let Some(cast) = model.single_succ(node.id)? else { return Ok(None) };
        if cast.op_as::<Cast>().is_none_or(|op| op.to != f32::datum_type()) {
            return Ok(None);
        }
        let Some(multiplied) = model.single_succ(cast.id)? else { return Ok(None) };
        if !multiplied.op_as::<TypedBinOp>().is_some_and(|op| op.0.is::<math::Mul>()) {
            return Ok(None);
        }
        for &input in multiplied.inputs.iter().filter(|&&input| input != cast.id.into()) {
            let fact = model.outlet_fact(input)?;
            if fact.datum_type == f32::datum_type() && fact.shape.volume().is_one() || self.layout.is_row(fact) {
                return Ok(Some((multiplied.id, input)));
            }
        }
        Ok(None)
    }
}

/// Bytes with a sign: 128 less, by the turning of a bit.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Signed;

impl Op for Signed {
    fn name(&self) -> StaticName {
        "Signed".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Signed {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let x = args_1!(inputs);
        let mut out = Tensor::zero::<i8>(x.shape())?;
        for (out, &value) in out.try_as_plain_ram_mut()?.as_slice_mut::<i8>()?.iter_mut().zip(slice::<u8>(&x)?) {
            *out = (value ^ 0x80).cast_signed();
        }
        Ok(tvec![out.into_tvalue()])
    }
}

impl TypedOp for Signed {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [x] = inputs else { bail!("expected one input") };
        Ok(tvec![i8::fact(x.shape.clone())])
    }

    as_op!();
}

/// What becomes of the sums of a product: what zero points come to is taken off; the rest is stored, or scaled.
///
/// Inputs are the sums, the zero point of what was multiplied, that itself where the weights have zero points, and the scale.
#[derive(Clone, PartialEq)]
struct Finish {
    /// How many values make a sum.
    inner: usize,
    /// The sums of the columns of weights.
    columns: Arc<[i32]>,
    /// The zero points of the columns, if any is not 0.
    zero_points: Option<Arc<[i32]>>,
    then: Then,
}

#[derive(Debug, Clone, PartialEq)]
enum Then {
    /// The sums are the output.
    Store,
    /// They become f32, times one scale or one for each column, plus a bias.
    Scale(Arc<[f32]>),
}

// A bias that is not a number is not equal to itself, and no harm comes of that.
impl Eq for Finish {}

impl std::fmt::Debug for Finish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Finish").field("columns", &self.columns.len()).finish_non_exhaustive()
    }
}

impl Op for Finish {
    fn name(&self) -> StaticName {
        "Finish".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Finish {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let mut inputs = inputs.into_iter();
        let mut next = || inputs.next().context("an input is missing");
        let (sums, zero_point) = (next()?, next()?);
        let zero_point = zero_point.cast_to_scalar::<i32>()? - i32::from(DOWN);
        let off: Vec<i32> = self.columns.iter().map(|&column| column.wrapping_mul(zero_point)).collect();
        let outer = off.len();
        let sums = match &self.zero_points {
            None => sums,
            Some(zero_points) => {
                let x = next()?;
                let mut sums = sums.into_tensor();
                let rows = slice::<i8>(&x)?.chunks_exact(self.inner);
                for (sums, row) in sums.try_as_plain_ram_mut()?.as_slice_mut::<i32>()?.chunks_exact_mut(outer).zip(rows)
                {
                    let row = row.iter().map(|&value| i32::from(value)).fold(0, i32::wrapping_add);
                    for (sum, zero_point) in sums.iter_mut().zip(&**zero_points) {
                        *sum = sum.wrapping_sub(zero_point.wrapping_mul(row));
                    }
                }
                sums.into_tvalue()
            }
        };
        let out = match &self.then {
            Then::Store => {
                let mut out = sums.into_tensor();
                for sums in out.try_as_plain_ram_mut()?.as_slice_mut::<i32>()?.chunks_exact_mut(outer) {
                    for (sum, off) in sums.iter_mut().zip(&off) {
                        *sum = sum.wrapping_sub(*off);
                    }
                }
                out
            }
            Then::Scale(bias) => {
                let scale = next()?;
                let each: Vec<f32>;
                let scales = match slice::<f32>(&scale)? {
                    &[one] => {
                        each = vec![one; outer];
                        &each
                    }
                    scales => scales,
                };
                ensure!(scales.len() == outer, "expected a scale for each column");
                let mut out = Tensor::zero::<f32>(sums.shape())?;
                let mut plain = out.try_as_plain_ram_mut()?;
                let (sums, floats) = (slice::<i32>(&sums)?, plain.as_slice_mut::<f32>()?);
                Arch::new().dispatch(|| finish(sums, &off, scales, bias, floats));
                out
            }
        };
        Ok(tvec![out.into_tvalue()])
    }
}

impl TypedOp for Finish {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [sums, ..] = inputs else { bail!("expected inputs") };
        let kind = match self.then {
            Then::Store => i32::datum_type(),
            Then::Scale(_) => f32::datum_type(),
        };
        Ok(tvec![kind.fact(sums.shape.clone())])
    }

    as_op!();
}

#[inline(always)]
fn finish(sums: &[i32], off: &[i32], scales: &[f32], bias: &[f32], out: &mut [f32]) {
    for (sums, out) in sums.chunks_exact(off.len()).zip(out.chunks_exact_mut(off.len())) {
        for ((((out, sum), off), scale), bias) in out.iter_mut().zip(sums).zip(off).zip(scales).zip(bias) {
            *out = sum.wrapping_sub(*off) as f32 * scale + bias;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::values;
    use super::*;

    /// A product as `MatMulInteger` comes to be, and what is to follow it.
    struct Case {
        axes: &'static str,
        /// A length of 0 stands for any number of rows.
        x: &'static [usize],
        weights: &'static [usize],
        signed: bool,
        /// One for all columns, or for each.
        zero_points: &'static [i16],
        /// The shapes of the scale, if one follows, and of the bias.
        scale: Option<&'static [usize]>,
        bias: Option<&'static [usize]>,
    }

    impl Case {
        fn outer(&self) -> usize {
            *self.weights.last().unwrap()
        }

        /// Weights from end to end of what they can be.
        fn weights(&self) -> Vec<i16> {
            let low = if self.signed { -128 } else { 0 };
            let length = self.weights.iter().product();
            values(length, 2).iter().map(|value| (low + ((value + 0.5) * 256.0) as i16).clamp(low, low + 255)).collect()
        }

        fn tensor(&self, shape: &[usize], values: &[i16]) -> Tensor {
            let tensor = Tensor::from_shape(shape, values).unwrap();
            let kind = if self.signed { i8::datum_type() } else { u8::datum_type() };
            tensor.cast_to_dt(kind).unwrap().into_owned()
        }

        fn model(&self) -> TypedModel {
            let mut model = TypedModel::default();
            let rows = model.symbols.new_with_prefix("rows");
            let dims: TVec<TDim> =
                self.x.iter().map(|&axis| if axis == 0 { rows.to_dim() } else { axis.to_dim() }).collect();
            let x = model.add_source("x", u8::fact(dims)).unwrap();
            let zero_point = model.add_source("zero point", u8::fact([0_usize; 0])).unwrap();
            let weights = model.add_const("weights", self.tensor(self.weights, &self.weights())).unwrap();
            let shape: &[usize] = if self.zero_points.len() == 1 { &[] } else { &[self.zero_points.len()] };
            let zero_points = model.add_const("zero points", self.tensor(shape, self.zero_points)).unwrap();
            let nothing = model.add_const("nothing", tensor0(0_i32)).unwrap();
            let one = model.add_const("one", tensor0(1_f32)).unwrap();
            let axes = match (self.axes.split_once("->").unwrap(), shape.is_empty()) {
                ((inputs, out), true) => format!("{inputs},,,,,,,->{out}"),
                ((inputs, out), false) => format!("{inputs},,,,n,,,->{out}"),
            };
            let sum = EinSum {
                axes: axes.parse().unwrap(),
                operating_dt: i32::datum_type(),
                q_params: Some(i32::datum_type()),
            };
            let inputs = [x, weights, nothing, zero_point, one, zero_points, one, nothing, one];
            let mut out = model.wire_node("product", sum, &inputs).unwrap()[0];
            if let Some(shape) = self.scale {
                out = model.wire_node("cast", Cast::new(f32::datum_type()), &[out]).unwrap()[0];
                let scale = model.add_source("scale", f32::fact(shape)).unwrap();
                out = model.wire_node("scaled", math::mul(), &[out, scale]).unwrap()[0];
            }
            if let Some(shape) = self.bias {
                let bias = model.add_const("bias", Tensor::from_shape(shape, &self.biases()).unwrap()).unwrap();
                out = model.wire_node("moved", math::add(), &[bias, out]).unwrap()[0];
            }
            model.select_output_outlets(&[out]).unwrap();
            model
        }

        fn biases(&self) -> Vec<f32> {
            values(self.bias.map_or(0, |shape| shape.iter().product()), 3)
        }

        /// What comes out by the arithmetic of the standard.
        fn by_definition(&self, x: &[u8], zero_point: u8, scales: &[f32]) -> (Vec<i32>, Vec<f32>) {
            let (weights, biases, outer) = (self.weights(), self.biases(), self.outer());
            let inner = weights.len() / outer;
            let mut sums = Vec::new();
            for row in x.chunks_exact(inner) {
                for column in 0..outer {
                    let zero = i32::from(self.zero_points[column % self.zero_points.len()]);
                    let terms = row.iter().zip(weights.iter().skip(column).step_by(outer));
                    sums.push(
                        terms.map(|(&x, &w)| (i32::from(x) - i32::from(zero_point)) * (i32::from(w) - zero)).sum(),
                    );
                }
            }
            let scaled = sums.iter().enumerate().map(|(at, &sum): (usize, &i32)| {
                let bias = biases.get(at % outer).copied().unwrap_or_default();
                scales.get(at % scales.len().max(1)).map_or(0.0, |scale| sum as f32 * scale + bias)
            });
            let scaled = scaled.collect();
            (sums, scaled)
        }

        /// The model with the operators here in it.
        fn patched(&self, own: bool) -> TypedModel {
            let mut model = self.model();
            for id in 0..model.nodes().len() {
                if let Some(patch) = patch(&model, model.node(id), own).unwrap() {
                    patch.apply(&mut model).unwrap();
                }
            }
            model
        }

        /// Runs it by the operators here and compares; gives the names of those that there are.
        fn check(&self, own: bool) -> Vec<String> {
            let model = self.patched(own).into_optimized().unwrap();
            let names = model.nodes().iter().map(|node| node.op.name().into_owned()).collect();
            let plan = TypedSimplePlan::new(model).unwrap();
            let scales = values(self.scale.map_or(0, |shape| shape.iter().product()), 4);
            for (rows, zero_point) in [(1, 0), (2, 255), (5, 128), (8, 7), (33, 200)] {
                let shape: Vec<usize> = self.x.iter().map(|&axis| if axis == 0 { rows } else { axis }).collect();
                // The greatest values too, which some ways of summing bytes have no room for.
                let x: Vec<u8> =
                    values(shape.iter().product(), 1).iter().map(|v| ((v + 0.5) * 300.0).min(255.0) as u8).collect();
                let mut inputs: TVec<TValue> =
                    tvec![Tensor::from_shape(&shape, &x).unwrap().into_tvalue(), tensor0(zero_point).into_tvalue()];
                if let Some(shape) = self.scale {
                    inputs.push(Tensor::from_shape(shape, &scales).unwrap().into_tvalue());
                }
                let got = plan.run(inputs).unwrap().remove(0);
                let (sums, scaled) = self.by_definition(&x, zero_point, &scales);
                assert_eq!(got.shape().last(), Some(&self.outer()));
                if self.scale.is_some() {
                    assert_eq!(slice::<f32>(&got).unwrap(), scaled);
                } else {
                    assert_eq!(slice::<i32>(&got).unwrap(), sums);
                }
            }
            names
        }
    }

    const PLAIN: Case = Case {
        axes: "mk,kn->mn",
        x: &[0, 13],
        weights: &[13, 50],
        signed: true,
        zero_points: &[0],
        scale: Some(&[1, 50]),
        bias: Some(&[1, 50]),
    };

    #[test]
    fn what_the_standard_says_to_the_last_bit() {
        for case in [
            PLAIN,
            Case { scale: Some(&[1, 1]), bias: None, ..PLAIN },
            Case { signed: false, zero_points: &[128], ..PLAIN },
            Case { signed: false, zero_points: &[3], scale: Some(&[1, 1]), ..PLAIN },
            Case { zero_points: &[-5], ..PLAIN },
            Case { weights: &[13, 3], zero_points: &[1, 0, -128], scale: Some(&[1, 3]), bias: None, ..PLAIN },
            Case {
                signed: false,
                weights: &[13, 3],
                zero_points: &[0, 255, 128],
                scale: Some(&[1, 3]),
                bias: None,
                ..PLAIN
            },
            Case { x: &[0, 1030], weights: &[1030, 17], scale: Some(&[1, 17]), bias: Some(&[1, 17]), ..PLAIN },
            Case {
                axes: "amk,kn->amn",
                x: &[1, 0, 96],
                weights: &[96, 96],
                scale: Some(&[1, 1, 96]),
                bias: Some(&[1, 1, 96]),
                ..PLAIN
            },
            Case {
                axes: "amk,akn->amn",
                x: &[1, 0, 96],
                weights: &[1, 96, 8],
                scale: Some(&[1, 1, 8]),
                bias: None,
                ..PLAIN
            },
            Case { scale: None, bias: None, ..PLAIN },
            Case { scale: None, bias: None, zero_points: &[9], ..PLAIN },
        ] {
            for (own, product) in [(true, "ByteProduct"), (false, "OptMatMul")] {
                let names = case.check(own);
                let count = |wanted: &[&str]| names.iter().filter(|name| wanted.contains(&name.as_str())).count();
                assert_eq!((count(&[product, "Finish"]), count(&["Cast", "Mul", "Add"])), (2, 0), "{names:?}");
            }
        }
    }

    #[test]
    fn others_are_left_to_tract() {
        let names =
            |case: Case| case.patched(false).nodes().iter().map(|node| node.op.name().into_owned()).collect::<Vec<_>>();
        // Another product for each of several texts.
        let many = Case { axes: "amk,akn->amn", x: &[3, 0, 8], weights: &[3, 8, 4], scale: None, bias: None, ..PLAIN };
        assert!(!names(many).contains(&"Finish".to_owned()));
        // A bias that differs from row to row stays an addition.
        let rows = Case { x: &[5, 13], bias: Some(&[5, 50]), ..PLAIN };
        assert!(names(rows).contains(&"Add".to_owned()));
    }
}
