//! Operators that work element by element, and those that sum over axes.

use super::{ANY, ELEMENT, Made, Node, Reason, broadcast, each, places};
use crate::infer::limits::size::Size;
use crate::infer::limits::value::{Value, width};

/// Whether two sizes compare so at all lengths; else either.
fn truth(known: Option<bool>) -> Size {
    known.map_or(Size::within(0, 1), |known| Size::of(known.into()))
}

pub(super) fn elementwise(node: &Node<'_>, each_bytes: u64) -> Made {
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
pub(super) fn unary(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn reduce(node: &Node<'_>) -> Result<Made, Reason> {
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
