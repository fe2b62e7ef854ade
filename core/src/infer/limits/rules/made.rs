//! Operators that make values out of numbers, shapes or nothing.

use super::{Made, Node, Reason, VALUES, place};
use crate::infer::limits::size::Size;
use crate::infer::limits::value::{Origin, Value, around};

pub(super) fn range(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn one_hot(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn constant(node: &Node<'_>) -> Made {
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

pub(super) fn shape(node: &Node<'_>) -> Result<Made, Reason> {
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

/// Operators whose shape is an attribute.
pub(super) fn random(node: &Node<'_>) -> Made {
    let like = node.given(0);
    let shape: Vec<Size> = node.ints("shape").unwrap_or_default().iter().map(|n| Size::of(*n)).collect();
    let drawn = Value::new(shape, 8, node.origin());
    Node::one(match like {
        // tract tells the two kinds apart by the name of the node.
        Some(value) if value.count > drawn.count || node.ints("shape").is_none() => Value { each: 8, ..value.clone() },
        _ => drawn,
    })
}
