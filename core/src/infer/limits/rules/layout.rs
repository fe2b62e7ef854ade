//! Operators that put elements elsewhere: other axes, parts, copies.

use super::{ELEMENT, Made, Node, Reason, VALUES, broadcast, place, places};
use crate::infer::limits::size::Size;
use crate::infer::limits::value::{Origin, Value, count};

pub(super) fn reshape(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn squeeze(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn unsqueeze(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn transpose(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn expand(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn tile(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn concat(node: &Node<'_>) -> Made {
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

pub(super) fn split(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn slice(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn gather(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn gather_nd(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn pad(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn resize(node: &Node<'_>) -> Result<Made, Reason> {
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
