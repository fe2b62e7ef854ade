//! What each operator gives, as far as it is known before tract reads a graph: axes, elements, whole numbers, work.
//!
//! A rule may say more than there will be, never less; what it does not understand has no axes. Operators that make something
//! large of something small must be understood, or are refused.

mod elementwise;
mod layout;
mod made;
mod products;

use tract_onnx::pb;

use elementwise::{elementwise, reduce, unary};
use layout::{
    concat, expand, gather, gather_nd, pad, reshape, resize, slice, split, squeeze, tile, transpose, unsqueeze,
};
use made::{constant, one_hot, random, range, shape};
use products::{attention, convolution, einsum, gemm, matmul, pool, recurrent};

use super::size::Size;
use super::value::{Origin, Value, count};

/// Why a node is refused, to be put after its name.
pub(super) type Reason = String;

/// What a node gives, and how much work that is, in multiplications of a product of matrices.
pub(super) struct Made {
    pub(super) outputs: Vec<Value>,
    pub(super) work: u64,
}

/// The longest kernels, strides, dilations and paddings of convolutions and pools. Those over texts and sound have up to 512.
const WINDOW_LIMIT: i64 = 4096;
/// What an attribute that is a size of something may say: more than the largest vocabulary.
const SIZE_LIMIT: i64 = 1 << 24;
/// Letters in the equation of an `Einsum`.
const EQUATION_LIMIT: usize = 128;
/// How much longer one element takes by itself than one multiplication of a product of matrices.
const ELEMENT: u64 = 8;
/// Values have up to six axes in encoders.
pub(super) const AXES: usize = 16;
/// What a rule gives where nothing about an element of whole numbers is known.
const ANY: (i64, i64) = (i64::MIN, i64::MAX);

const VALUES: &str = "takes its size from values that are known only when it runs: expected sizes that follow from the length of the input";

/// A node with what is known of its inputs.
pub(super) struct Node<'g> {
    pub(super) proto: &'g pb::NodeProto,
    pub(super) inputs: Vec<Option<Value>>,
}

impl<'g> Node<'g> {
    fn attribute(&self, name: &str) -> Option<&'g pb::AttributeProto> {
        self.proto.attribute.iter().find(|attribute| attribute.name == name)
    }

    pub(super) fn graph(&self, name: &str) -> Option<&'g pb::GraphProto> {
        self.attribute(name)?.g.as_ref()
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        Some(self.attribute(name)?.i)
    }

    pub(super) fn ints(&self, name: &str) -> Option<&'g [i64]> {
        Some(&self.attribute(name)?.ints)
    }

    pub(super) fn input(&self, at: usize) -> Result<&Value, Reason> {
        self.given(at).ok_or_else(|| format!("has no input {at}: expected one"))
    }

    fn given(&self, at: usize) -> Option<&Value> {
        self.inputs.get(at)?.as_ref()
    }

    /// Whole numbers that newer operator sets take as an input and older ones as an attribute; `None` where neither is there.
    /// An input of which nothing is known is an empty `Some`.
    fn operand(&self, name: &str, at: usize) -> Result<Option<Option<Vec<Size>>>, Reason> {
        match (self.ints(name), self.given(at)) {
            (Some(_), Some(_)) => Err(format!("has `{name}` as an attribute and as an input: expected one of them")),
            (Some(ints), None) => Ok(Some(Some(ints.iter().map(|n| Size::of(*n)).collect()))),
            (None, Some(value)) if ["axes", "shape"].contains(&name) && value.count > AXES as u64 => {
                Err(format!("is told of {} axes: expected no more than {AXES}", value.count))
            }
            (None, Some(value)) => Ok(Some(value.ints.as_ref().map(|ints| ints.to_vec()))),
            (None, None) => Ok(None),
        }
    }

    /// Sizes that must be known.
    fn sizes(&self, at: usize) -> Result<Vec<Size>, Reason> {
        Ok(self.input(at)?.ints.as_ref().ok_or(VALUES)?.to_vec())
    }

    /// One size that must be known.
    fn size(&self, at: usize) -> Result<Size, Reason> {
        self.sizes(at)?.first().copied().ok_or_else(|| VALUES.to_owned())
    }

    fn size_attribute(&self, name: &str) -> Result<Option<i64>, Reason> {
        match self.int(name) {
            Some(size) if !(0..=SIZE_LIMIT).contains(&size) => {
                Err(format!("has `{name}` {size}: expected 0 to {SIZE_LIMIT}"))
            }
            size => Ok(size),
        }
    }

    pub(super) fn origin(&self) -> Origin {
        self.inputs.iter().flatten().map(|value| value.origin).max().unwrap_or(Origin::Constant)
    }

    /// The most elements that an input has.
    fn most(&self) -> u64 {
        self.inputs.iter().flatten().map(|value| value.count).max().unwrap_or(1)
    }

    /// One output, each element of which is worked out by itself.
    fn one(output: Value) -> Made {
        Made { work: output.count.saturating_mul(ELEMENT), outputs: vec![output] }
    }
}

/// An axis as a place among `rank`, counted from the end if it is negative.
fn place(axis: i64, rank: usize) -> Result<usize, Reason> {
    let place = if axis < 0 { axis.saturating_add(rank as i64) } else { axis };
    usize::try_from(place)
        .ok()
        .filter(|place| *place < rank)
        .ok_or_else(|| format!("has the axis {axis} of {rank}: expected one that is there"))
}

/// The places that numbers name; none where a number is not known.
fn places(axes: &[Size], rank: usize) -> Result<Option<Vec<usize>>, Reason> {
    let axes: Option<Vec<i64>> = axes.iter().map(Size::value).collect();
    axes.map(|axes| axes.iter().map(|axis| place(*axis, rank)).collect()).transpose()
}

/// The axes of values that are broadcast to each other.
fn broadcast<'v>(values: impl Iterator<Item = &'v Value>) -> Option<Vec<Size>> {
    let mut all: Vec<Size> = Vec::new();
    for value in values {
        let dims = value.dims.as_ref()?;
        let rank = all.len().max(dims.len());
        all.splice(0..0, std::iter::repeat_n(Size::of(1), rank - all.len()));
        for (at, size) in dims.iter().enumerate() {
            let at = rank - dims.len() + at;
            all[at] = all[at].broadcast(*size);
        }
    }
    Some(all)
}

/// Whole numbers of the same place of each input.
fn each(node: &Node<'_>, count: u64, of: impl Fn(&[Size]) -> Size) -> Option<Vec<Size>> {
    let inputs: Vec<&[Size]> =
        node.inputs.iter().flatten().map(|value| value.ints.as_deref()).collect::<Option<_>>()?;
    // A broadcast of more than one element on both sides along different axes is left.
    if count > 64 || inputs.iter().any(|ints| ints.len() != 1 && ints.len() as u64 != count) {
        return None;
    }
    let at = |ints: &[Size], i: usize| if ints.len() == 1 { ints[0] } else { ints[i] };
    Some((0..count as usize).map(|i| of(&inputs.iter().map(|ints| at(ints, i)).collect::<Vec<_>>())).collect())
}

/// Everything else: what it gives has no known axes, and no more elements than the largest that it is given.
fn other(node: &Node<'_>) -> Made {
    let value = Value::unknown(node.most(), 8, node.origin());
    Made { work: value.count.saturating_mul(ELEMENT), outputs: vec![value; node.proto.output.len()] }
}

/// What the node gives.
pub(super) fn apply(node: &Node<'_>) -> Result<Made, Reason> {
    let first = || node.input(0).cloned();
    let kept = |work: u64| -> Result<Made, Reason> {
        let value = Value { ints: None, origin: node.origin(), ..first()? };
        Ok(Made {
            work: value.count.saturating_mul(work * ELEMENT),
            outputs: vec![value; node.proto.output.len().max(1)],
        })
    };
    Ok(match node.proto.op_type.as_str() {
        "Constant" => constant(node),
        "Shape" => shape(node)?,
        "Size" => {
            let value = node.input(0)?;
            let size = match &value.dims {
                Some(dims) => dims.iter().copied().fold(Size::of(1), Size::mul),
                None => Size::within(0, value.count.min(i64::MAX as u64) as i64),
            };
            let origin = if size.value().is_some() { Origin::Constant } else { Origin::Shape };
            Node::one(Value::new(Vec::new(), 8, origin).holding(Some(vec![size])))
        }
        "ConstantOfShape" => {
            let sizes = node.sizes(0)?;
            let value = node.attribute("value").and_then(|a| a.t.as_ref()).map(Value::of_tensor);
            let each = value.as_ref().map_or(4, |value| value.each);
            let out = Value::new(sizes, each, node.origin());
            let fill = match value {
                Some(value) => value.ints.and_then(|ints| ints.first().copied()),
                None => Some(Size::of(0)),
            };
            let ints = fill.map(|fill| vec![fill; out.count.min(65) as usize]);
            Node::one(out.holding(ints))
        }
        "Abs" | "Acos" | "Acosh" | "Asin" | "Asinh" | "Atan" | "Atanh" | "BitwiseNot" | "Cast" | "CastLike"
        | "Ceil" | "Celu" | "Cos" | "Cosh" | "Elu" | "Erf" | "Exp" | "Floor" | "Gelu" | "HardSigmoid" | "HardSwish"
        | "Identity" | "IsInf" | "IsNaN" | "LeakyRelu" | "Log" | "Mish" | "Neg" | "Not" | "ParametricSoftplus"
        | "QuickGelu" | "Reciprocal" | "Relu" | "Round" | "Rsqrt" | "ScaledTanh" | "Selu" | "Shrink" | "Sigmoid"
        | "Sign" | "Sin" | "Sinh" | "Softplus" | "Softsign" | "Sqrt" | "Swish" | "Tan" | "Tanh" | "ThresholdedRelu" => {
            unary(node)?
        }
        "Dropout" => {
            let mut made = unary(node)?;
            made.outputs.extend(made.outputs.first().cloned());
            made
        }
        "Add" | "BiasGelu" | "BitShift" | "BitwiseAnd" | "BitwiseOr" | "BitwiseXor" | "Div" | "FastGelu" | "Max"
        | "Mean" | "Min" | "Mod" | "Mul" | "PRelu" | "Pow" | "Sub" | "Sum" => {
            let each = node.inputs.iter().flatten().map(|value| value.each).max().unwrap_or(8);
            elementwise(node, each)
        }
        "And" | "Equal" | "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual" | "Or" | "Xor" => elementwise(node, 1),
        "Where" => elementwise(node, node.input(1)?.each.max(node.input(2)?.each)),
        "Clip"
        | "BatchNormalization"
        | "GroupNormalization"
        | "Hardmax"
        | "InstanceNormalization"
        | "LayerNormalization"
        | "LogSoftmax"
        | "LpNormalization"
        | "MeanVarianceNormalization"
        | "RMSNormalization"
        | "SimplifiedLayerNormalization"
        | "Softmax"
        | "CumSum"
        | "Trilu"
        | "Scatter"
        | "ScatterElements"
        | "ScatterND"
        | "RotaryEmbedding"
        | "Normalizer"
        | "EyeLike"
        | "SkipLayerNormalization" => kept(2)?,
        "LRN" => kept(node.size_attribute("size")?.unwrap_or(1).max(1) as u64)?,
        "QuantizeLinear" | "DynamicQuantizeLinear" => {
            let value = Value { each: 1, ints: None, origin: node.origin(), ..first()? };
            let one = Value::new(Vec::new(), 4, node.origin());
            Made { work: value.count.saturating_mul(ELEMENT), outputs: vec![value, one.clone(), one] }
        }
        "DequantizeLinear" => Node::one(Value { each: 4, ints: None, origin: node.origin(), ..first()? }),
        "Reshape" => reshape(node)?,
        "Squeeze" => with_ints(squeeze(node)?, node),
        "Unsqueeze" => with_ints(unsqueeze(node)?, node),
        "Flatten" => {
            let value = node.input(0)?;
            let axis = node.int("axis").unwrap_or(1);
            let dims = value.dims.as_ref().map(|dims| -> Result<_, Reason> {
                let at = if axis == dims.len() as i64 { dims.len() } else { place(axis, dims.len())? };
                let product = |dims: &[Size]| dims.iter().copied().fold(Size::of(1), Size::mul);
                Ok(vec![product(&dims[..at]), product(&dims[at..])])
            });
            with_ints(Node::one(value.shaped(dims.transpose()?)), node)
        }
        "Transpose" => transpose(node)?,
        "Expand" => expand(node)?,
        "Tile" => tile(node)?,
        "Concat" => concat(node),
        "Split" => split(node)?,
        "Slice" => slice(node)?,
        "Gather" => gather(node)?,
        "GatherElements" => {
            let at = node.input(1)?;
            Node::one(Value { each: node.input(0)?.each, ints: None, origin: node.origin(), ..at.clone() })
        }
        "GatherND" => gather_nd(node)?,
        "Pad" => pad(node)?,
        "Range" => range(node)?,
        "OneHot" => one_hot(node)?,
        "Resize" => resize(node)?,
        "NonZero" => {
            let value = node.input(0)?;
            let rank = value.rank().unwrap_or(16) as i64;
            let most = Size::within(0, value.count.min(i64::MAX as u64) as i64);
            Node::one(Value::new(vec![Size::of(rank.max(1)), most], 8, node.origin()))
        }
        "Compress" => {
            let value = node.input(0)?;
            let dims = match (&value.dims, node.int("axis")) {
                (Some(dims), Some(axis)) => {
                    let axis = place(axis, dims.len())?;
                    let mut dims = dims.to_vec();
                    dims[axis] = Size::within(0, dims[axis].high.max(0));
                    Some(dims)
                }
                _ => Some(vec![Size::within(0, value.count.min(i64::MAX as u64) as i64)]),
            };
            Node::one(Value { origin: node.origin(), ..value.shaped(dims) })
        }
        "TopK" => {
            let value = node.input(0)?;
            let number = match node.int("k") {
                Some(k) => Some(Size::of(k)),
                None => node.given(1).and_then(|k| k.ints.as_ref()?.first().copied()),
            };
            let dims = value.dims.as_ref().map(|dims| -> Result<_, Reason> {
                let axis = place(node.int("axis").unwrap_or(-1), dims.len())?;
                let mut dims = dims.to_vec();
                dims[axis] = number.map_or(Size::within(0, dims[axis].high.max(0)), |k| k.min(dims[axis]));
                Ok(dims)
            });
            let best = Value { origin: node.origin(), ..value.shaped(dims.transpose()?) };
            let places = Value { each: 8, ..best.clone() };
            Made { work: value.count.saturating_mul(32 * ELEMENT), outputs: vec![best, places] }
        }
        "ArgMax" | "ArgMin" => reduce(node)?,
        op if op.starts_with("Reduce") => reduce(node)?,
        "GlobalAveragePool" | "GlobalLpPool" | "GlobalMaxPool" => {
            let value = node.input(0)?;
            let dims = value.dims.as_ref().map(|dims| {
                dims.iter().enumerate().map(|(at, size)| if at < 2 { *size } else { Size::of(1) }).collect()
            });
            Made { work: value.count.saturating_mul(ELEMENT), outputs: vec![value.shaped(dims)] }
        }
        "MatMul" => {
            let each = node.input(0)?.each;
            matmul(node, 0, 1, each)?
        }
        "MatMulInteger" => matmul(node, 0, 1, 4)?,
        "QLinearMatMul" => matmul(node, 0, 3, 1)?,
        "Gemm" => gemm(node)?,
        "Einsum" => einsum(node)?,
        "Conv" | "ConvTranspose" => {
            let each = node.input(0)?.each;
            convolution(node, 0, 1, each)?
        }
        "ConvInteger" => convolution(node, 0, 1, 4)?,
        "QLinearConv" => convolution(node, 0, 3, 1)?,
        "AveragePool" | "MaxPool" => pool(node)?,
        "GRU" | "LSTM" | "RNN" => recurrent(node)?,
        "MatMulNBits" => {
            let value = node.input(0)?;
            let columns = node.size_attribute("N")?.unwrap_or(0);
            let inner = node.size_attribute("K")?.unwrap_or(0);
            let weights = node.input(1)?.count.saturating_mul(8);
            if (columns as u64).saturating_mul(inner as u64) > weights {
                return Err(format!(
                    "multiplies by {columns} x {inner} values: expected no more than its weights hold"
                ));
            }
            let dims = value.dims.as_ref().map(|dims| {
                dims[..dims.len().saturating_sub(1)].iter().copied().chain([Size::of(columns)]).collect::<Vec<_>>()
            });
            let out = match dims {
                Some(dims) => Value::new(dims, value.each, node.origin()),
                None => Value::unknown(value.count.saturating_mul(columns as u64), value.each, node.origin()),
            };
            let work = out.count.saturating_mul(inner as u64).max(weights);
            Made { outputs: vec![out], work }
        }
        "GatherBlockQuantized" => {
            let made = gather(node)?;
            let each = made.outputs.iter().map(|value| Value::unknown(value.count.saturating_mul(8), 4, value.origin));
            Made { outputs: each.collect(), work: made.work }
        }
        "Attention" | "GroupQueryAttention" | "MultiHeadAttention" => attention(node)?,
        "ConstantLike" | "RandomNormal" | "RandomNormalLike" | "RandomUniform" | "RandomUniformLike" => random(node),
        "Multinomial" => {
            let number = node.size_attribute("sample_size")?.unwrap_or(1);
            let rows = node.input(0)?.dims.as_ref().and_then(|dims| dims.first().copied()).unwrap_or(Size::of(1));
            Node::one(Value::new(vec![rows, Size::of(number)], 8, node.origin()))
        }
        "BlackmanWindow" | "HammingWindow" | "HannWindow" => {
            Node::one(Value::new(vec![node.size(0)?], 8, node.origin()))
        }
        "MelWeightMatrix" => {
            let (bins, length) = (node.size(0)?, node.size(1)?);
            let half = length.div(Size::of(2)).add(Size::of(1));
            Node::one(Value::new(vec![half, bins], 8, node.origin()))
        }
        "DFT" => {
            let value = node.input(0)?;
            let length = if node.given(1).is_some() { node.size(1)?.high.max(1) as u64 } else { 1 };
            let out = Value::unknown(value.count.saturating_mul(2).saturating_mul(length), value.each, node.origin());
            Made { work: out.count.saturating_mul(64), outputs: vec![out] }
        }
        "STFT" => {
            let value = node.input(0)?;
            let window = node.given(2).map_or(1, |window| window.count.max(1));
            let frame = if node.given(3).is_some() { node.size(3)?.high.max(1) as u64 } else { window };
            let step = node.size(1)?.low.max(1) as u64;
            let frames = value.count.saturating_mul(frame.saturating_mul(2)) / step;
            Made { work: frames.saturating_mul(64), outputs: vec![Value::unknown(frames, value.each, node.origin())] }
        }
        "GridSample" => {
            let (value, grid) = (node.input(0)?, node.input(1)?);
            let channels = value.dims.as_ref().map_or(value.count, |dims| count(&dims[..dims.len().min(2)]));
            let out = Value::unknown(channels.saturating_mul(grid.count), value.each, node.origin());
            Made { work: out.count.saturating_mul(16), outputs: vec![out] }
        }
        "NonMaxSuppression" => {
            let (boxes, scores) = (node.input(0)?.count, node.input(1)?.count);
            let out = Value::unknown(scores.saturating_mul(3), 8, node.origin());
            Made { work: boxes.saturating_mul(scores).saturating_mul(ELEMENT), outputs: vec![out] }
        }
        _ => other(node),
    })
}

/// The output with the input's whole numbers, where only the axes changed.
fn with_ints(made: Made, node: &Node<'_>) -> Made {
    let ints = node.given(0).and_then(|value| value.ints.clone());
    let outputs = made.outputs.into_iter().map(|value| Value { ints: ints.clone(), ..value }).collect();
    Made { outputs, ..made }
}
