//! Products: of matrices, along equations, over windows, in recurrent layers and attention.

use super::{ELEMENT, EQUATION_LIMIT, Made, Node, Reason, SIZE_LIMIT, WINDOW_LIMIT, broadcast};
use crate::infer::limits::size::Size;
use crate::infer::limits::value::{Origin, Value, count};

pub(super) fn matmul(node: &Node<'_>, left: usize, right: usize, each: u64) -> Result<Made, Reason> {
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

pub(super) fn gemm(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn einsum(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn convolution(node: &Node<'_>, image: usize, filter: usize, each: u64) -> Result<Made, Reason> {
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

pub(super) fn pool(node: &Node<'_>) -> Result<Made, Reason> {
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

pub(super) fn recurrent(node: &Node<'_>) -> Result<Made, Reason> {
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

/// The values of attention, of which the operators differ in all else: queries first, then keys.
pub(super) fn attention(node: &Node<'_>) -> Result<Made, Reason> {
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
