//! What each operator gives, as far as it is known before tract reads a graph: axes, elements, whole numbers, work.
//!
//! A rule may say more than there will be, never less; what it does not understand has no axes. Operators that make something
//! large of something small must be understood, or are refused.

use tract_onnx::pb;

use super::size::Size;
use super::value::{Origin, Value, around, count, width};

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

/// Whether two sizes compare so at all lengths; else either.
fn truth(known: Option<bool>) -> Size {
    known.map_or(Size::within(0, 1), |known| Size::of(known.into()))
}

fn elementwise(node: &Node<'_>, each_bytes: u64) -> Made {
    let values = || node.inputs.iter().flatten();
    let mut out = match broadcast(values()) {
        Some(dims) => Value::new(dims, each_bytes, node.origin()),
        None => Value::unknown(node.most(), each_bytes, node.origin()),
    };
    let op = node.proto.op_type.as_str();
    let ints = each(node, out.count, |given| match (op, given) {
        ("Add" | "Sum", given) => given.iter().copied().reduce(Size::add).unwrap_or(Size::of(0)),
        ("Sub", [a, b]) => a.sub(*b),
        ("Mul", [a, b]) => a.mul(*b),
        // Of whole numbers towards zero, of others not yet rounded.
        ("Div", [a, b]) => a.div(*b),
        ("Mod", [a, b]) => a.rem(*b),
        ("Min", given) => given.iter().copied().reduce(Size::least).unwrap_or(Size::of(0)),
        ("Max", given) => given.iter().copied().reduce(Size::greatest).unwrap_or(Size::of(0)),
        ("Equal", [a, b]) => {
            truth(if a.high < b.low || b.high < a.low { Some(false) } else { a.is(b).then_some(true) })
        }
        ("Less", [a, b]) => truth(if a.high < b.low { Some(true) } else { (a.low >= b.high).then_some(false) }),
        ("Greater", [a, b]) => truth(if a.low > b.high { Some(true) } else { (a.high <= b.low).then_some(false) }),
        ("LessOrEqual", [a, b]) => truth(if a.high <= b.low { Some(true) } else { (a.low > b.high).then_some(false) }),
        ("GreaterOrEqual", [a, b]) => {
            truth(if a.low >= b.high { Some(true) } else { (a.high < b.low).then_some(false) })
        }
        ("And" | "Or" | "Xor", _) => truth(None),
        ("Where", [condition, yes, no]) => match condition.value() {
            Some(0) => *no,
            Some(_) => *yes,
            None => yes.or(*no),
        },
        _ => Size::within(ANY.0, ANY.1),
    });
    let known = matches!(
        op,
        "Add"
            | "Sum"
            | "Sub"
            | "Mul"
            | "Div"
            | "Mod"
            | "Min"
            | "Max"
            | "Equal"
            | "Less"
            | "Greater"
            | "LessOrEqual"
            | "GreaterOrEqual"
            | "And"
            | "Or"
            | "Xor"
            | "Where"
    );
    out = out.holding(ints.filter(|_| known));
    Node::one(out)
}

/// Operators of one value that leave its axes as they are.
fn unary(node: &Node<'_>) -> Result<Made, Reason> {
    let value = node.input(0)?;
    let op = node.proto.op_type.as_str();
    let ints = value.ints.as_ref().and_then(|ints| {
        let of = |f: fn(Size) -> Size| Some(ints.iter().map(|size| f(*size)).collect::<Vec<_>>());
        match op {
            "Identity" | "Cast" | "CastLike" | "Floor" | "Ceil" | "Round" | "Dropout" => of(|size| size),
            "Neg" => of(Size::neg),
            "Abs" => of(|size| size.max(size.neg())),
            "Relu" => of(|size| size.max(Size::of(0))),
            "Not" => of(|size| Size::of(1).sub(size)),
            _ => None,
        }
    });
    let each = match op {
        "Cast" => width(node.int("to").unwrap_or(0) as i32),
        "CastLike" => node.input(1)?.each,
        "Not" | "IsNaN" | "IsInf" => 1,
        _ => value.each,
    };
    Ok(Node::one(Value { each, ..value.clone() }.holding(ints)))
}

fn reshape(node: &Node<'_>) -> Result<Made, Reason> {
    let value = node.input(0)?;
    let Some(Some(target)) = node.operand("shape", 1)? else {
        return Ok(Node::one(value.shaped(None)));
    };
    let zero_is_zero = node.int("allowzero").unwrap_or(0) != 0;
    let mut rest = None;
    let mut dims = Vec::new();
    for (at, size) in target.iter().enumerate() {
        dims.push(match size.value() {
            Some(-1) => {
                rest = Some(at);
                Size::of(1)
            }
            Some(0) if !zero_is_zero => match value.dims.as_ref().map(|dims| dims.get(at).copied()) {
                Some(Some(same)) => same,
                _ => return Ok(Node::one(value.shaped(None))),
            },
            _ => *size,
        });
    }
    if let Some(rest) = rest {
        let product = |dims: &[Size]| dims.iter().copied().fold(Size::of(1), Size::mul);
        let all = match &value.dims {
            Some(given) => cancelled(given, &dims),
            None => (Size::within(0, value.count.min(i64::MAX as u64) as i64), product(&dims)),
        };
        dims[rest] = all.0.div(all.1);
        dims[rest] = if dims[rest].value().is_none() && dims[rest].high as u64 > value.count {
            dims[rest].min(Size::of(value.count as i64))
        } else {
            dims[rest]
        };
    }
    let mut out = value.shaped(Some(dims));
    out.ints.clone_from(&value.ints);
    Ok(Node::one(out))
}

/// The products of two lists of sizes, without what both have.
fn cancelled(above: &[Size], below: &[Size]) -> (Size, Size) {
    let mut above = above.to_vec();
    let mut under = Size::of(1);
    for size in below {
        match above.iter().position(|other| other.is(size)) {
            Some(at) => drop(above.swap_remove(at)),
            None => under = under.mul(*size),
        }
    }
    (above.into_iter().fold(Size::of(1), Size::mul), under)
}

fn squeeze(node: &Node<'_>) -> Result<Made, Reason> {
    let value = node.input(0)?;
    let axes = node.operand("axes", 1)?;
    let dims = match (&value.dims, axes) {
        (Some(dims), Some(Some(axes))) => places(&axes, dims.len())?
            .map(|gone| dims.iter().enumerate().filter(|(at, _)| !gone.contains(at)).map(|(_, size)| *size).collect()),
        (Some(dims), None) if value.fixed() => {
            Some(dims.iter().copied().filter(|size| size.value() != Some(1)).collect())
        }
        _ => None,
    };
    Ok(Node::one(value.shaped(dims)))
}

fn unsqueeze(node: &Node<'_>) -> Result<Made, Reason> {
    let value = node.input(0)?;
    let dims = match (&value.dims, node.operand("axes", 1)?) {
        (Some(dims), Some(Some(axes))) => {
            let rank = dims.len() + axes.len();
            places(&axes, rank)?.map(|new| {
                let mut old = dims.iter().copied();
                (0..rank).filter_map(|at| if new.contains(&at) { Some(Size::of(1)) } else { old.next() }).collect()
            })
        }
        _ => None,
    };
    Ok(Node::one(value.shaped(dims)))
}

fn transpose(node: &Node<'_>) -> Result<Made, Reason> {
    let value = node.input(0)?;
    if let Some(order) = node.ints("perm") {
        let mut places = order.iter().map(|axis| place(*axis, order.len())).collect::<Result<Vec<_>, Reason>>()?;
        places.sort_unstable();
        // tract would turn axes for ever.
        if places.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(format!("has an axis twice in `perm`: expected each of {} once", order.len()));
        }
    }
    let Some(dims) = &value.dims else { return Ok(Node::one(value.shaped(None))) };
    let turned = match node.ints("perm") {
        Some(order) if order.len() == dims.len() => {
            order.iter().map(|axis| Ok(dims[place(*axis, dims.len())?])).collect::<Result<_, Reason>>()?
        }
        Some(order) => return Err(format!("has {} axes in `perm`: expected {}", order.len(), dims.len())),
        None => dims.iter().rev().copied().collect(),
    };
    let ints = value.ints.as_ref().filter(|_| dims.len() < 2).map(|ints| ints.to_vec());
    Ok(Node::one(value.shaped(Some(turned)).holding(ints)))
}

fn expand(node: &Node<'_>) -> Result<Made, Reason> {
    let value = node.input(0)?;
    let target = node.sizes(1)?;
    // An axis of the target that is one, or less than that, leaves the value's own.
    let target = target.into_iter().map(|size| size.max(Size::of(1))).collect();
    let target = Value::new(target, 8, Origin::Constant);
    let dims = broadcast([value, &target].into_iter());
    let out = match dims {
        Some(dims) => Value::new(dims, value.each, node.origin()),
        None => Value::unknown(value.count.saturating_mul(target.count), value.each, node.origin()),
    };
    let same = value.ints.as_ref().and_then(|ints| match &ints[..] {
        [one] => Some(vec![*one; out.count.min(65) as usize]),
        more => (more.len() as u64 == out.count).then(|| more.to_vec()),
    });
    Ok(Node::one(out.holding(same)))
}

fn tile(node: &Node<'_>) -> Result<Made, Reason> {
    let value = node.input(0)?;
    let times = node.sizes(1)?;
    let out = match &value.dims {
        Some(dims) if dims.len() == times.len() => {
            let dims = dims.iter().zip(&times).map(|(size, times)| size.mul(*times)).collect();
            Value::new(dims, value.each, node.origin())
        }
        _ => Value::unknown(value.count.saturating_mul(count(&times)), value.each, node.origin()),
    };
    Ok(Node::one(out))
}

fn concat(node: &Node<'_>) -> Made {
    let values: Vec<&Value> = node.inputs.iter().flatten().collect();
    let total = values.iter().fold(0_u64, |all, value| all.saturating_add(value.count));
    let each = values.iter().map(|value| value.each).max().unwrap_or(8);
    let joined = || {
        let first = values.first()?.dims.as_ref()?;
        let axis = place(node.int("axis").unwrap_or(0), first.len()).ok()?;
        let mut dims = first.to_vec();
        for value in &values[1..] {
            let other = value.dims.as_ref().filter(|other| other.len() == dims.len())?;
            for (at, size) in other.iter().enumerate() {
                dims[at] = if at == axis { dims[at].add(*size) } else { dims[at].broadcast(*size) };
            }
        }
        Some((dims, axis))
    };
    let Some((dims, _)) = joined() else { return Node::one(Value::unknown(total, each, node.origin())) };
    let flat = dims.len() == 1;
    let mut out = Value::new(dims, each, node.origin());
    out.count = out.count.min(total);
    let ints = values.iter().map(|value| value.ints.as_deref()).collect::<Option<Vec<_>>>();
    Node::one(out.holding(ints.filter(|_| flat).map(|ints| ints.concat())))
}

fn split(node: &Node<'_>) -> Result<Made, Reason> {
    let value = node.input(0)?;
    let parts = node.proto.output.len();
    let sizes = node.operand("split", 1)?.flatten();
    let Some(dims) = &value.dims else {
        return Ok(Made { outputs: vec![value.shaped(None); parts], work: value.count.saturating_mul(ELEMENT) });
    };
    let axis = place(node.int("axis").unwrap_or(0), dims.len())?;
    let mut from = 0;
    let outputs = (0..parts)
        .map(|at| {
            let size = match &sizes {
                Some(sizes) => sizes.get(at).copied().unwrap_or(Size::of(0)).min(dims[axis]),
                None => dims[axis].add(Size::of(parts as i64 - 1)).div(Size::of(parts as i64)),
            };
            let size = match (&sizes, dims[axis].value()) {
                (None, Some(all)) if all % parts as i64 == 0 => Size::of(all / parts as i64),
                _ => size,
            };
            let mut part = dims.to_vec();
            part[axis] = size;
            let taken = size.value().and_then(|n| usize::try_from(n).ok());
            let ints = value.ints.as_ref().filter(|_| dims.len() == 1).zip(taken);
            let ints = ints.and_then(|(ints, n)| ints.get(from..from + n)).map(<[Size]>::to_vec);
            from += taken.unwrap_or(0);
            value.shaped(Some(part)).holding(ints)
        })
        .collect();
    Ok(Made { outputs, work: value.count.saturating_mul(ELEMENT) })
}

fn slice(node: &Node<'_>) -> Result<Made, Reason> {
    let value = node.input(0)?;
    let Some(dims) = &value.dims else { return Ok(Node::one(value.shaped(None))) };
    let starts = node.operand("starts", 1)?.flatten();
    let ends = node.operand("ends", 2)?.flatten();
    let axes = node.operand("axes", 3)?;
    let steps = if node.given(4).is_some() { node.given(4).and_then(|v| v.ints.as_deref()) } else { Some(&[][..]) };
    let mut out = dims.to_vec();
    let mut taken = value.ints.as_ref().map(|ints| ints.to_vec()).filter(|_| dims.len() == 1);
    let number = starts.as_ref().map_or(0, Vec::len);
    let axes = match axes {
        None => Some((0..number.min(dims.len())).collect()),
        Some(Some(axes)) => places(&axes, dims.len())?,
        Some(None) => None,
    };
    let (Some(starts), Some(ends), Some(axes), Some(steps)) = (starts, ends, axes, steps) else {
        // Whatever it takes, it is no more than there is.
        let least: Vec<Size> = dims.iter().map(|size| Size::within(0, size.high)).collect();
        return Ok(Node::one(value.shaped(Some(least))));
    };
    for (at, axis) in axes.into_iter().enumerate() {
        let whole = dims[axis];
        let (Some(start), Some(end)) = (starts.get(at), ends.get(at)) else {
            return Err("has axes without a start or an end: expected as many of each".to_owned());
        };
        let step = steps.get(at).map_or(Some(1), Size::value);
        // A place counted from the end, then kept within the axis.
        let within = |place: &Size| {
            let place = if place.high < 0 { place.add(whole) } else { *place };
            (place.low >= 0).then(|| place.min(whole))
        };
        let ends = within(start).zip(if end.high >= i64::from(i32::MAX) { Some(whole) } else { within(end) });
        out[axis] = match (ends, step) {
            (Some((start, end)), Some(step)) if step > 0 => {
                let length = if start.value() == Some(0) { end } else { end.sub(start).max(Size::of(0)) };
                if step == 1 { length } else { length.add(Size::of(step - 1)).div(Size::of(step)) }
            }
            (_, Some(-1)) if start.value() == Some(-1) && end.high < -i64::from(i32::MAX) => whole,
            _ => Size::within(0, whole.high.max(0)),
        };
        let bounds = ends.and_then(|(start, end)| Some((start.value()?, end.value()?)));
        taken = match (taken, bounds, step) {
            (Some(ints), Some((start, end)), Some(1)) => usize::try_from(start)
                .ok()
                .zip(usize::try_from(end).ok())
                .and_then(|(s, e)| ints.get(s..e.max(s)).map(<[Size]>::to_vec)),
            _ => None,
        };
    }
    Ok(Node::one(value.shaped(Some(out)).holding(taken)))
}

fn gather(node: &Node<'_>) -> Result<Made, Reason> {
    let (table, at) = (node.input(0)?, node.input(1)?);
    let (Some(dims), Some(places)) = (&table.dims, &at.dims) else {
        return Ok(Node::one(Value::unknown(table.count.saturating_mul(at.count.max(1)), table.each, node.origin())));
    };
    let axis = place(node.int("axis").unwrap_or(0), dims.len())?;
    let out = dims[..axis].iter().chain(places.iter()).chain(&dims[axis + 1..]).copied().collect();
    let picked = table.ints.as_ref().filter(|_| dims.len() == 1).and_then(|ints| {
        let places = at.ints.as_ref()?.iter().map(|at| at.value().and_then(|at| place(at, ints.len()).ok()));
        Some(
            places
                .map(|at| match at {
                    Some(at) => ints[at],
                    None => ints.iter().copied().reduce(Size::or).unwrap_or(Size::of(0)),
                })
                .collect(),
        )
    });
    Ok(Node::one(Value::new(out, table.each, node.origin()).holding(picked)))
}

fn gather_nd(node: &Node<'_>) -> Result<Made, Reason> {
    let (table, at) = (node.input(0)?, node.input(1)?);
    let batch = node.int("batch_dims").unwrap_or(0).clamp(0, 8) as usize;
    let out = table.dims.as_ref().zip(at.dims.as_ref()).and_then(|(dims, places)| {
        let deep = usize::try_from(places.last()?.value()?).ok()?;
        Some(places[..places.len() - 1].iter().chain(dims.get(batch + deep..)?).copied().collect())
    });
    Ok(Node::one(match out {
        Some(dims) => Value::new(dims, table.each, node.origin()),
        None => Value::unknown(table.count.saturating_mul(at.count.max(1)), table.each, node.origin()),
    }))
}

fn pad(node: &Node<'_>) -> Result<Made, Reason> {
    let value = node.input(0)?;
    let pads = match (node.ints("paddings"), node.operand("pads", 1)?) {
        (Some(ints), None) => ints.iter().map(|n| Size::of(*n)).collect(),
        (None, Some(pads)) => pads.ok_or(VALUES)?,
        _ => return Err("has no `pads`, or two: expected one".to_owned()),
    };
    let axes = node.given(3).is_some();
    let most = pads.iter().fold(0_u64, |all, pad| all.saturating_add(pad.high.max(0) as u64));
    let out = match &value.dims {
        Some(dims) if dims.len() * 2 == pads.len() && !axes => {
            let dims = (0..dims.len()).map(|at| dims[at].add(pads[at]).add(pads[at + dims.len()])).collect();
            Value::new(dims, value.each, node.origin())
        }
        // Each axis grows by no more than all paddings together.
        Some(dims) if dims.len() <= 16 => {
            let most = Size::within(0, most.min(i64::MAX as u64) as i64);
            Value::new(dims.iter().map(|size| size.add(most)).collect(), value.each, node.origin())
        }
        _ => Value::unknown(value.count.saturating_mul(most.saturating_add(1)), value.each, node.origin()),
    };
    Ok(Node::one(out))
}

fn range(node: &Node<'_>) -> Result<Made, Reason> {
    let (start, end, step) = (node.size(0)?, node.size(1)?, node.size(2)?);
    let least = if step.low > 0 || step.high < 0 { step } else { Size::of(1) };
    let span = if step.high < 0 { start.sub(end) } else { end.sub(start) };
    let steps = if least.high < 0 { least.neg() } else { least };
    let number = match steps.value() {
        Some(1) => span,
        // Steps of fractions lie between zero and one.
        _ if step.low <= 0 && step.high >= 0 => return Err(VALUES.to_owned()),
        _ => span.add(steps.sub(Size::of(1))).div(steps),
    };
    let each = node.input(0)?.each;
    // It depends on a length even where its first element does not.
    let origin = node.origin();
    let ints = start.value().zip(number.value().filter(|n| (0..=64).contains(n))).zip(step.value());
    let ints = ints.map(|((start, n), step)| (0..n).map(|i| Size::of(start.saturating_add(i * step))).collect());
    Ok(Node::one(Value::new(vec![number.max(Size::of(0))], each, origin).holding(ints)))
}

fn one_hot(node: &Node<'_>) -> Result<Made, Reason> {
    let places = node.input(0)?;
    let depth = node.size(1)?;
    let each = node.input(2)?.each;
    Ok(Node::one(match &places.dims {
        Some(dims) => {
            let axis = node.int("axis").unwrap_or(-1);
            let axis = place(axis, dims.len() + 1)?;
            let mut dims = dims.to_vec();
            dims.insert(axis, depth);
            Value::new(dims, each, node.origin())
        }
        None => Value::unknown(places.count.saturating_mul(depth.high.max(0) as u64), each, node.origin()),
    }))
}

fn resize(node: &Node<'_>) -> Result<Made, Reason> {
    let value = node.input(0)?;
    let given = |at: usize| node.given(at).filter(|value| value.count > 0);
    // Scales may be fractions: rounded up they are no less.
    let out = match (given(3), given(2).or_else(|| given(1).filter(|_| node.inputs.len() == 2))) {
        (Some(_), _) => Value::new(node.sizes(3)?, value.each, node.origin()),
        (None, Some(scales)) => {
            let scales = scales.ints.as_ref().ok_or(VALUES)?;
            match &value.dims {
                Some(dims) if dims.len() == scales.len() => Value::new(
                    dims.iter().zip(scales.iter()).map(|(a, b)| a.mul(*b)).collect(),
                    value.each,
                    node.origin(),
                ),
                _ => Value::unknown(value.count.saturating_mul(count(scales)), value.each, node.origin()),
            }
        }
        (None, None) => return Err("has neither scales nor sizes: expected one of them".to_owned()),
    };
    let work = out.count.saturating_mul(16 * ELEMENT);
    Ok(Made { outputs: vec![out], work })
}

fn reduce(node: &Node<'_>) -> Result<Made, Reason> {
    let value = node.input(0)?;
    let arg = node.proto.op_type.starts_with("Arg");
    let axes = match node.int("axis").filter(|_| arg) {
        Some(axis) => Some(Some(vec![Size::of(axis)])),
        None if arg => Some(Some(vec![Size::of(0)])),
        None => node.operand("axes", 1)?,
    };
    let keep = node.int("keepdims").unwrap_or(1) != 0;
    let dims = match &value.dims {
        Some(dims) => {
            let gone = match axes {
                Some(Some(axes)) if !axes.is_empty() => places(&axes, dims.len())?,
                Some(None) => None,
                _ if node.int("noop_with_empty_axes").unwrap_or(0) != 0 => Some(Vec::new()),
                _ => Some((0..dims.len()).collect()),
            };
            gone.map(|gone| {
                let size = |(at, size): (usize, &Size)| match (gone.contains(&at), keep) {
                    (false, _) => Some(*size),
                    (true, true) => Some(Size::of(1)),
                    (true, false) => None,
                };
                dims.iter().enumerate().filter_map(size).collect::<Vec<_>>()
            })
        }
        None => None,
    };
    let each = if arg { 8 } else { value.each };
    let out = match dims {
        Some(dims) => Value::new(dims, each, node.origin()),
        None => Value::unknown(value.count, each, node.origin()),
    };
    let all = value.ints.as_ref().filter(|_| out.count == 1).and_then(|ints| {
        let fold = |f: fn(Size, Size) -> Size| ints.iter().copied().reduce(f);
        match node.proto.op_type.as_str() {
            "ReduceSum" => fold(Size::add),
            "ReduceProd" => fold(Size::mul),
            "ReduceMax" => fold(Size::greatest),
            "ReduceMin" => fold(Size::least),
            _ => None,
        }
    });
    Ok(Made { work: value.count.saturating_mul(ELEMENT), outputs: vec![out.holding(all.map(|one| vec![one]))] })
}

fn matmul(node: &Node<'_>, left: usize, right: usize, each: u64) -> Result<Made, Reason> {
    let (a, b) = (node.input(left)?, node.input(right)?);
    let (Some(x), Some(y)) = (&a.dims, &b.dims) else {
        let work = a.count.saturating_mul(b.count);
        return Ok(Made { outputs: vec![Value::unknown(a.count.max(b.count), each, node.origin())], work });
    };
    let (Some(inner), false) = (x.last(), y.is_empty()) else {
        return Err("multiplies a scalar: expected matrices".to_owned());
    };
    let heads = |dims: &[Size]| Value::new(dims[..dims.len().saturating_sub(2)].to_vec(), each, Origin::Constant);
    let mut dims = broadcast([heads(x), heads(y)].iter()).unwrap_or_default();
    dims.extend(x.len().checked_sub(2).map(|at| x[at]));
    if y.len() > 1 {
        dims.push(y[y.len() - 1]);
    }
    let shared = inner.broadcast(y[y.len().saturating_sub(2)]);
    let out = Value::new(dims, each, node.origin());
    Ok(Made { work: out.count.saturating_mul(shared.high.max(1) as u64), outputs: vec![out] })
}

fn gemm(node: &Node<'_>) -> Result<Made, Reason> {
    let (a, b) = (node.input(0)?, node.input(1)?);
    let pair = |value: &Value, turned: &str| -> Option<(Size, Size)> {
        let [x, y] = value.dims.as_deref()? else { return None };
        Some(if node.int(turned).unwrap_or(0) == 0 { (*x, *y) } else { (*y, *x) })
    };
    let (Some((rows, inner)), Some((_, columns))) = (pair(a, "transA"), pair(b, "transB")) else {
        return Err("multiplies what are no matrices: expected two of two axes".to_owned());
    };
    let out = Value::new(vec![rows, columns], a.each, node.origin());
    Ok(Made { work: out.count.saturating_mul(inner.high.max(1) as u64), outputs: vec![out] })
}

fn einsum(node: &Node<'_>) -> Result<Made, Reason> {
    let wrong = || "has an `equation` that is not understood: expected one of letters".to_owned();
    let equation = node.attribute("equation").and_then(|a| std::str::from_utf8(&a.s).ok()).ok_or_else(wrong)?;
    if equation.len() > EQUATION_LIMIT {
        return Err(format!("has an `equation` of {} letters: expected up to {EQUATION_LIMIT}", equation.len()));
    }
    let equation: String = equation.chars().filter(|c| !c.is_whitespace()).collect::<String>().replace("...", "*");
    let (left, right) = equation.split_once("->").map_or((&equation[..], None), |(l, r)| (l, Some(r)));
    let terms: Vec<&str> = left.split(',').collect();
    if terms.len() != node.inputs.len() {
        return Err(wrong());
    }
    let mut letters: Vec<(char, Size)> = Vec::new();
    let mut rest: Vec<Size> = Vec::new();
    for (at, term) in terms.iter().enumerate() {
        let value = node.input(at)?;
        let Some(dims) = &value.dims else {
            let work = node.inputs.iter().flatten().fold(1_u64, |all, value| all.saturating_mul(value.count));
            return Ok(Made { outputs: vec![Value::unknown(node.most(), value.each, node.origin())], work });
        };
        let named = term.chars().filter(|c| *c != '*').count();
        let extra =
            dims.len().checked_sub(named).filter(|extra| *extra == 0 || term.contains('*')).ok_or_else(wrong)?;
        let mut at = 0;
        for letter in term.chars() {
            if letter == '*' {
                let these = Value::new(dims[at..at + extra].to_vec(), 1, Origin::Constant);
                let before = Value::new(std::mem::take(&mut rest), 1, Origin::Constant);
                rest = broadcast([before, these].iter()).unwrap_or_default();
                at += extra;
                continue;
            }
            match letters.iter_mut().find(|(known, _)| *known == letter) {
                Some((_, size)) => *size = size.broadcast(dims[at]),
                None => letters.push((letter, dims[at])),
            }
            at += 1;
        }
    }
    let implied: String = {
        let mut once: Vec<char> = left.chars().filter(|c| c.is_alphabetic() && left.matches(*c).count() == 1).collect();
        once.sort_unstable();
        std::iter::once('*').chain(once).collect()
    };
    let mut dims = Vec::new();
    for letter in right.unwrap_or(&implied).chars() {
        match letters.iter().find(|(known, _)| *known == letter) {
            _ if letter == '*' => dims.extend(rest.iter().copied()),
            Some((_, size)) => dims.push(*size),
            None => return Err(wrong()),
        }
    }
    let all: Vec<Size> = letters.iter().map(|(_, size)| *size).chain(rest).collect();
    let out = Value::new(dims, node.input(0)?.each, node.origin());
    Ok(Made { work: count(&all).saturating_mul(ELEMENT), outputs: vec![out] })
}

/// The axes over which a window moves, given and made: what the attributes of convolutions and pools say.
fn windows(node: &Node<'_>, given: &[Size], kernel: &[i64], apart: bool) -> Result<Vec<Size>, Reason> {
    let list = |name: &str, least: i64, number: usize| -> Result<Option<&[i64]>, Reason> {
        let Some(ints) = node.ints(name) else { return Ok(None) };
        match ints.iter().find(|n| !(least..=WINDOW_LIMIT).contains(*n)) {
            Some(absurd) => Err(format!("has {absurd} in `{name}`: expected {least} to {WINDOW_LIMIT}")),
            None if ints.len() != number => Err(format!("has {} numbers in `{name}`: expected {number}", ints.len())),
            None => Ok(Some(ints)),
        }
    };
    let rank = given.len();
    if let Some(absurd) = kernel.iter().find(|n| !(1..=WINDOW_LIMIT).contains(*n)) {
        return Err(format!("has a kernel of {absurd}: expected 1 to {WINDOW_LIMIT}"));
    }
    if kernel.len() != rank {
        return Err(format!("has a kernel of {} axes: expected {rank}", kernel.len()));
    }
    let strides = list("strides", 1, rank)?;
    let dilations = list("dilations", 1, rank)?;
    let pads = list("pads", 0, rank * 2)?;
    let more = list("output_padding", 0, rank)?;
    let whole = list("output_shape", 0, rank)?;
    let same = node.attribute("auto_pad").is_some_and(|auto| auto.s.starts_with(b"SAME"));
    let ceil = node.int("ceil_mode").unwrap_or(0) != 0;
    Ok((0..rank)
        .map(|at| {
            let stride = Size::of(strides.map_or(1, |s| s[at]));
            let covered = Size::of((kernel[at] - 1) * dilations.map_or(1, |d| d[at]) + 1);
            let pads = Size::of(pads.map_or(0, |p| p[at] + p[at + rank]));
            if apart {
                let spread =
                    given[at].sub(Size::of(1)).mul(stride).add(covered).add(Size::of(more.map_or(0, |m| m[at])));
                return whole.map_or(spread, |whole| spread.max(Size::of(whole[at])));
            }
            let one = Size::of(1);
            if same || ceil {
                return given[at]
                    .add(pads)
                    .add(stride)
                    .sub(one)
                    .div(stride)
                    .max(given[at].add(pads).sub(covered).div(stride).add(Size::of(2)));
            }
            given[at].add(pads).sub(covered).div(stride).add(one)
        })
        .collect())
}

fn convolution(node: &Node<'_>, image: usize, filter: usize, each: u64) -> Result<Made, Reason> {
    let (x, w) = (node.input(image)?, node.input(filter)?);
    let wrong = || "convolves what is not understood: expected a value and a kernel of known axes".to_owned();
    let (Some(x), Some(filter)) = (&x.dims, &w.dims) else { return Err(wrong()) };
    let numbers: Option<Vec<i64>> = filter.iter().map(Size::value).collect();
    let numbers = numbers.filter(|numbers| numbers.len() > 2 && numbers.len() == x.len()).ok_or_else(wrong)?;
    let group = node.int("group").unwrap_or(1);
    if !(1..=SIZE_LIMIT).contains(&group) {
        return Err(format!("has {group} groups: expected 1 to {SIZE_LIMIT}"));
    }
    let apart = node.proto.op_type == "ConvTranspose";
    let channels = if apart { numbers[1].saturating_mul(group) } else { numbers[0] };
    let mut dims = vec![x[0], Size::of(channels)];
    dims.extend(windows(node, &x[2..], &numbers[2..], apart)?);
    let out = Value::new(dims, each, node.origin());
    let (over, per) = if apart { (count(x), numbers[0]) } else { (out.count, channels) };
    let work = over.saturating_mul(w.count / (per.max(1) as u64)).max(out.count);
    Ok(Made { outputs: vec![out], work })
}

fn pool(node: &Node<'_>) -> Result<Made, Reason> {
    let value = node.input(0)?;
    let wrong = || "pools what is not understood: expected a value of known axes and a `kernel_shape`".to_owned();
    let (Some(x), Some(kernel)) = (&value.dims, node.ints("kernel_shape")) else { return Err(wrong()) };
    if x.len() < 3 {
        return Err(wrong());
    }
    let mut dims = x[..2].to_vec();
    dims.extend(windows(node, &x[2..], kernel, false)?);
    let out = Value::new(dims, value.each, node.origin());
    let work = kernel.iter().fold(out.count.saturating_mul(2 * ELEMENT), |all, n| all.saturating_mul(*n as u64));
    let places = Value { each: 8, ..out.clone() };
    Ok(Made { outputs: vec![out, places], work })
}

fn recurrent(node: &Node<'_>) -> Result<Made, Reason> {
    let (x, w, r) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let wrong = || "is a network over steps that is not understood: expected values of three known axes".to_owned();
    let (Some([seq, batch, _]), Some([ways, _, hidden])) = (x.dims.as_deref(), r.dims.as_deref()) else {
        return Err(wrong());
    };
    let hidden = node.size_attribute("hidden_size")?.map_or(*hidden, |said| hidden.max(Size::of(said)));
    let (seq, batch) = if node.int("layout").unwrap_or(0) == 1 { (batch, seq) } else { (seq, batch) };
    let value = |dims: Vec<Size>| Value::new(dims, x.each, node.origin());
    let all = value(vec![*seq, *ways, *batch, hidden]);
    let last = value(vec![*ways, *batch, hidden]);
    let each = w.count.saturating_add(r.count).saturating_mul(batch.high.max(1) as u64);
    Ok(Made { work: each.saturating_mul(seq.high.max(1) as u64), outputs: vec![all, last.clone(), last] })
}

fn constant(node: &Node<'_>) -> Made {
    let ints = |ints: Vec<Size>, each| {
        let dims = vec![Size::of(ints.len() as i64)];
        Value::new(dims, each, Origin::Constant).holding(Some(ints))
    };
    let scalar = |value: Value| value.shaped(Some(Vec::new()));
    let named = |name| node.attribute(name);
    let value = if let Some(tensor) = named("value").and_then(|a| a.t.as_ref()) {
        Value::of_tensor(tensor)
    } else if let Some(a) = named("value_int") {
        scalar(ints(vec![Size::of(a.i)], 8)).holding(Some(vec![Size::of(a.i)]))
    } else if let Some(a) = named("value_ints") {
        ints(a.ints.iter().map(|n| Size::of(*n)).collect(), 8)
    } else if let Some(a) = named("value_float") {
        scalar(ints(vec![around(a.f.into())], 4)).holding(Some(vec![around(a.f.into())]))
    } else if let Some(a) = named("value_floats") {
        ints(a.floats.iter().map(|n| around((*n).into())).collect(), 4)
    } else {
        Value::unknown(1, 8, Origin::Constant)
    };
    Node::one(value)
}

fn shape(node: &Node<'_>) -> Result<Made, Reason> {
    let value = node.input(0)?;
    let Some(dims) = &value.dims else { return Ok(Node::one(Value::unknown(16, 8, Origin::Shape))) };
    let rank = dims.len() as i64;
    let end = |at: Option<i64>, default: i64| {
        let at = at.unwrap_or(default);
        (if at < 0 { at.saturating_add(rank) } else { at }).clamp(0, rank) as usize
    };
    let (from, to) = (end(node.int("start"), 0), end(node.int("end"), rank));
    let sizes = dims[from..to.max(from)].to_vec();
    let origin = if sizes.iter().all(|size| size.value().is_some()) { Origin::Constant } else { Origin::Shape };
    let out = Value::new(vec![Size::of(sizes.len() as i64)], 8, origin);
    Ok(Node::one(out.holding(Some(sizes))))
}

/// The values of attention, of which the operators differ in all else: queries first, then keys.
fn attention(node: &Node<'_>) -> Result<Made, Reason> {
    let query = node.input(0)?;
    let keys = node.given(1).map_or(query.count, |value| value.count.max(query.count));
    let heads = ["num_heads", "q_num_heads"].iter().find_map(|name| node.int(name)).unwrap_or(1).clamp(1, 1024) as u64;
    let rows =
        |value: &Value| value.dims.as_ref().map_or(value.count, |dims| count(&dims[..dims.len().saturating_sub(1)]));
    // The products of all rows of queries with all rows of keys, as a value that is there beside what is given.
    let past = node.inputs.iter().flatten().skip(1).map(rows).max().unwrap_or(1);
    let scores = rows(query).saturating_mul(past.max(rows(query))).saturating_mul(heads);
    let work = scores.saturating_mul(keys / rows(query).max(1) + 1);
    let outputs = node.proto.output.iter().enumerate().map(|(at, _)| match at {
        0 => query.shaped(query.dims.as_ref().map(|dims| dims.to_vec())),
        _ => Value::unknown(scores.max(keys), query.each, node.origin()),
    });
    Ok(Made { outputs: outputs.collect(), work })
}

/// Operators whose shape is an attribute.
fn random(node: &Node<'_>) -> Made {
    let like = node.given(0);
    let shape: Vec<Size> = node.ints("shape").unwrap_or_default().iter().map(|n| Size::of(*n)).collect();
    let drawn = Value::new(shape, 8, node.origin());
    Node::one(match like {
        // tract tells the two kinds apart by the name of the node.
        Some(value) if value.count > drawn.count || node.ints("shape").is_none() => Value { each: 8, ..value.clone() },
        _ => drawn,
    })
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
