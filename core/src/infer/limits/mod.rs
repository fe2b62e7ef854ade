//! Refuses a graph that would take more time or memory than a model may, before tract reads it.
//!
//! While tract reads a graph it works out whatever does not depend on the input, and simplifies what sizes are made of, without a
//! bound on either. So the nodes are gone through here first, in the order they run, with what is known of each value ([`value`]):
//! its axes as they are for any length of the input ([`size`]), how many elements it has at most, and whole numbers that later sizes
//! are made of. What an operator makes of its inputs is in [`rules`].

// Ranks and bounded counts become integers that may be negative, as axes of a file are; an operand may be missing or unknown.
#![allow(clippy::cast_possible_wrap, clippy::option_option)]

mod rules;
mod size;
#[cfg(test)]
mod tests;
mod value;
mod wire;

use std::collections::{HashMap, HashSet};

use tract_onnx::pb;

use rules::{AXES, Made, Node};
use size::Size;
use value::{Origin, Value};

use super::tract::shown;
use crate::error::{Error, Result};

/// Large encoders have up to 5,000 nodes. The time that tract needs grows with their square: ten seconds for 4,000 additions.
const NODES: usize = 6_000;
/// How deep graphs lie in the nodes of others: what a loop holds may choose.
const DEEP: usize = 3;
/// What is made of constants alone may take this much, and [`GROWTH`] times what the file has: weights stored in 8 bits become f32.
const CONSTANTS: u64 = 128 << 20;
const GROWTH: u64 = 4;
/// What a file may take beyond twice its own size once it is decoded: weights are held as the file has them.
const DECODED: u64 = 128 << 20;
/// How many weights may lie in the same place of another file, all in all: those for words in and out are often one.
const TIED: u64 = 2;
/// What one node gives at the greatest length: the attention of 32 heads over 4,096 tokens has 2 GiB.
pub(super) const VALUE: u64 = 4 << 30;
/// All values that are there at once while the short input is run on which a model is tried out.
const TRIAL: u64 = 512 << 20;
/// Work to make constants and to run that input, in multiplications of a product of matrices, beside [`REUSE`] for each byte of
/// weights.
const WORK: u64 = 8 << 30;
const REUSE: u64 = 64;
/// What a node costs each time it runs, whatever it does.
const RUN: u64 = 4096;
/// What the expression of one size may cost, in quotients that hold no other: each that holds others costs twice as much as
/// they do, and a minimum three times. Six strided convolutions in a row have 63.
const STEPS: u32 = 64;
/// What all expressions of sizes together may cost: tract needs some ten microseconds for each quotient.
const ALL_STEPS: u64 = 200_000;

/// What is to be known of a model to see whether its graph is within bounds.
pub(super) struct Frame {
    /// How many bytes its weights take.
    pub(super) weights: u64,
    /// The longest input it takes.
    pub(super) longest: usize,
    /// The input it is tried out on.
    pub(super) probe: usize,
}

/// That a file takes no more memory than a model may once it is decoded.
///
/// # Errors
/// With how much it would take.
pub(super) fn check_bytes(bytes: &[u8]) -> Result<()> {
    let most = (bytes.len() as u64).saturating_mul(2).saturating_add(DECODED);
    // What cannot be read to its end may have taken anything until there.
    let taken = wire::decoded(bytes).ok_or_else(undecodable)?;
    if taken > most {
        return Err(Error::model(format!(
            "the file takes {taken} bytes once it is decoded: expected no more than {most}, twice its size and {DECODED}"
        )));
    }
    Ok(())
}

/// What is said of a file that is no protocol buffer.
pub(super) fn undecodable() -> Error {
    Error::model("not an ONNX model, or cut short: the file cannot be decoded")
}

/// That neither loading the graph nor running it takes more than a model may.
///
/// # Errors
/// With the node that would take more, its operator, and what was expected.
pub(super) fn check(graph: &pb::GraphProto, frame: &Frame) -> Result<()> {
    let nodes = number(graph, 0)?;
    let read = outside(graph, frame.weights);
    if read > frame.weights.saturating_mul(TIED) {
        return Err(Error::model(format!(
            "weights take {read} bytes of other files: expected no more than {TIED} times what is in them"
        )));
    }
    if nodes > NODES {
        return Err(Error::model(format!("the graph has {nodes} nodes: expected no more than {NODES}")));
    }
    let longest = frame.longest.min(1 << 20) as i64;
    let probe = frame.probe.min(frame.longest.max(1)).min(1 << 20) as i64;
    // At any length no value may be too large; on the short input all together may not.
    for (low, high) in [(1, longest.max(1)), (probe, probe)] {
        let trial = low == high;
        let mut walk = Walk {
            length: (low, high),
            constants: CONSTANTS.saturating_add(frame.weights.saturating_mul(GROWTH)),
            value: if trial { TRIAL } else { VALUE },
            work: if trial { WORK.saturating_add(frame.weights.saturating_mul(REUSE)) } else { u64::MAX },
            there: if trial { TRIAL } else { u64::MAX },
            bytes: 0,
            done: 0,
            steps: 0,
        };
        walk.graph(graph, &[], Vec::new(), 1)?;
    }
    Ok(())
}

/// How many bytes of other files are read, at most: tract reads those of each tensor by itself, and without a length all there are.
fn outside(graph: &pb::GraphProto, all: u64) -> u64 {
    let attributes = || graph.node.iter().flat_map(|node| &node.attribute);
    let constants = attributes().flat_map(|attribute| attribute.t.iter().chain(&attribute.tensors));
    let own = graph.initializer.iter().chain(constants).filter(|tensor| !tensor.external_data.is_empty());
    let bytes = own.map(|tensor| {
        let length = tensor.external_data.iter().find(|entry| entry.key == "length");
        length.map_or(all, |length| length.value.parse().unwrap_or(u64::MAX))
    });
    let inner = attributes().flat_map(|attribute| attribute.g.iter().chain(&attribute.graphs));
    let inner = inner.map(|graph| outside(graph, all));
    bytes.chain(inner).fold(0, u64::saturating_add)
}

/// How many nodes a graph and those in it have.
fn number(graph: &pb::GraphProto, deep: usize) -> Result<usize> {
    if deep > DEEP {
        return Err(Error::model(format!("graphs lie in nodes of others {deep} deep: expected no more than {DEEP}")));
    }
    let inner = graph.node.iter().flat_map(|node| &node.attribute).flat_map(|a| a.g.iter().chain(&a.graphs));
    inner.map(|graph| number(graph, deep + 1)).try_fold(graph.node.len(), |all, more| Ok(all + more?))
}

/// The names that a node takes values by, also from within its graphs.
fn taken<'g>(node: &'g pb::NodeProto, names: &mut HashSet<&'g str>) {
    names.extend(node.input.iter().map(String::as_str));
    for graph in node.attribute.iter().flat_map(|attribute| &attribute.g) {
        for node in &graph.node {
            taken(node, names);
        }
        names.extend(graph.output.iter().map(|output| output.name.as_str()));
    }
}

type Values<'g> = HashMap<&'g str, Value>;

/// One way through a graph, with what is left of each budget.
struct Walk {
    /// The least and the greatest length of the input.
    length: (i64, i64),
    /// How many bytes may be made of constants alone.
    constants: u64,
    /// How many bytes one value may take.
    value: u64,
    /// How much work there may be.
    work: u64,
    /// How many bytes all values may take that are there at once.
    there: u64,
    /// Bytes of constants so far.
    bytes: u64,
    /// Work so far.
    done: u64,
    /// What expressions of sizes cost so far.
    steps: u64,
}

impl Walk {
    /// Goes through the nodes of a graph that runs `times` over, within graphs whose values are `around`, and gives what its outputs
    /// are. `given` are its inputs; where there are none, they are those of the model.
    fn graph<'g>(
        &mut self,
        graph: &'g pb::GraphProto,
        around: &[&Values<'g>],
        given: Vec<Value>,
        times: u64,
    ) -> Result<Vec<Value>> {
        let mut values: Values<'g> = HashMap::new();
        for tensor in &graph.initializer {
            let value = Value::of_tensor(tensor);
            within_axes(&value, &tensor.name, "initializer")?;
            values.insert(&tensor.name, value);
        }
        let mut given = given.into_iter();
        for input in &graph.input {
            let model = || {
                let axes = vec![Size::of(1), Size::length(self.length.0, self.length.1)];
                Value::new(axes, 8, Origin::Input)
            };
            // An input of which the file has the value is none.
            if !values.contains_key(input.name.as_str()) {
                let value = if around.is_empty() { Some(model()) } else { given.next() };
                values.insert(&input.name, value.unwrap_or_else(|| Value::unknown(1, 8, Origin::Input)));
            }
        }
        let last = last_uses(graph);
        let mut leaving: HashMap<usize, Vec<&str>> = HashMap::new();
        for (name, at) in last {
            leaving.entry(at).or_default().push(name);
        }
        let mut there = 0_u64;
        for (at, node) in graph.node.iter().enumerate() {
            let find = |name: &String| {
                let name = name.as_str();
                values.get(name).or_else(|| around.iter().rev().find_map(|values| values.get(name))).cloned()
            };
            let node = Node { proto: node, inputs: node.input.iter().map(find).collect() };
            let made = self.node(&node, &values, around, times)?;
            self.done = self.done.saturating_add(made.work.saturating_add(RUN).saturating_mul(times));
            if self.done > self.work {
                let most = self.work;
                return Err(refused(
                    &node,
                    &format!("makes loading take too long: expected no more than {most} multiplications up to there"),
                ));
            }
            for (name, value) in node.proto.output.iter().zip(made.outputs) {
                self.value(&node, &value)?;
                if value.origin != Origin::Constant {
                    there = there.saturating_add(value.bytes());
                }
                values.insert(name, value);
            }
            if there > self.there {
                let most = self.there;
                return Err(refused(
                    &node,
                    &format!(
                        "makes a short input take more memory than it may: expected no more than {most} bytes at once"
                    ),
                ));
            }
            // What no later node takes is no longer there.
            for name in leaving.remove(&at).unwrap_or_default() {
                if let Some(value) = values.get(name).filter(|value| value.origin != Origin::Constant) {
                    there = there.saturating_sub(value.bytes());
                }
            }
        }
        let find = |output: &pb::ValueInfoProto| {
            let name = output.name.as_str();
            values.get(name).or_else(|| around.iter().rev().find_map(|values| values.get(name))).cloned()
        };
        Ok(graph
            .output
            .iter()
            .map(|output| find(output).unwrap_or_else(|| Value::unknown(1, 8, Origin::Input)))
            .collect())
    }

    /// What a node makes, which may run graphs of its own.
    fn node<'g>(&mut self, node: &Node<'g>, values: &Values<'g>, around: &[&Values<'g>], times: u64) -> Result<Made> {
        let mut all = around.to_vec();
        all.push(values);
        match node.proto.op_type.as_str() {
            "If" => {
                let mut outputs: Option<Vec<Value>> = None;
                for branch in ["then_branch", "else_branch"] {
                    let branch = node.graph(branch).ok_or_else(|| refused(node, "has no two graphs: expected both"))?;
                    let made = self.graph(branch, &all, Vec::new(), times)?;
                    outputs = Some(match outputs {
                        Some(before) => before.into_iter().zip(made).map(|(a, b)| either(&a, &b)).collect(),
                        None => made,
                    });
                }
                Ok(Made { outputs: outputs.unwrap_or_default(), work: 0 })
            }
            "Scan" => self.scan(node, &all, times),
            _ => rules::apply(node).map_err(|reason| refused(node, &reason)),
        }
    }

    /// A graph that runs once for each step along an axis of some of its inputs.
    fn scan<'g>(&mut self, node: &Node<'g>, around: &[&Values<'g>], times: u64) -> Result<Made> {
        let wrong = || refused(node, "is a loop that is not understood: expected values of known axes");
        let body = node.graph("body").ok_or_else(wrong)?;
        let scanned = node.int("num_scan_inputs").and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let states = node.inputs.len().checked_sub(scanned).filter(|_| scanned > 0).ok_or_else(wrong)?;
        let axis = |name: &str, at: usize, rank: usize| {
            let axis = node.ints(name).and_then(|axes| axes.get(at)).copied().unwrap_or(0);
            let axis = if axis < 0 { axis.saturating_add(rank as i64) } else { axis };
            usize::try_from(axis).ok().filter(|axis| *axis < rank)
        };
        let mut steps: Option<Size> = None;
        let mut given = Vec::new();
        for (at, value) in node.inputs.iter().enumerate() {
            let mut value = value.clone().ok_or_else(wrong)?;
            if let Some(at) = at.checked_sub(states) {
                let mut dims = value.dims.as_ref().ok_or_else(wrong)?.to_vec();
                let along = dims.remove(axis("scan_input_axes", at, dims.len()).ok_or_else(wrong)?);
                steps = Some(steps.map_or(along, |steps| steps.max(along)));
                value = Value::new(dims, value.each, node.origin());
            }
            value.ints = None;
            given.push(value);
        }
        let steps = steps.ok_or_else(wrong)?;
        let before: Vec<u64> = given[..states].iter().map(|value| value.count).collect();
        let over = times.saturating_mul(steps.high.max(1) as u64);
        let mut outputs = self.graph(body, around, given, over)?;
        for (at, value) in outputs.iter_mut().enumerate() {
            value.origin = value.origin.max(node.origin());
            value.ints = None;
            match before.get(at) {
                // A state that grows from step to step would have no bound.
                Some(count) if value.count > *count => {
                    return Err(refused(node, "has a state that grows: expected states of one size"));
                }
                Some(_) => {}
                None => {
                    let mut dims = value.dims.as_ref().ok_or_else(wrong)?.to_vec();
                    let along = axis("scan_output_axes", at - states, dims.len() + 1).ok_or_else(wrong)?;
                    dims.insert(along, steps);
                    *value = Value::new(dims, value.each, value.origin);
                }
            }
        }
        Ok(Made { outputs, work: 0 })
    }

    /// That one value is within bounds, and what is made of constants so far.
    fn value(&mut self, node: &Node<'_>, value: &Value) -> Result<()> {
        within_axes(value, &node.proto.name, &node.proto.op_type)?;
        let sizes = value.dims.iter().chain(&value.ints).flat_map(|sizes| sizes.iter());
        let (most, all) =
            sizes.fold((0, 0_u64), |(most, all), size| (most.max(size.steps), all + u64::from(size.steps)));
        self.steps = self.steps.saturating_add(all);
        if most > STEPS || self.steps > ALL_STEPS {
            return Err(refused(
                node,
                &format!(
                    "works out a size in too many steps: expected no more than {STEPS}, and {ALL_STEPS} in all, where a quotient, \
                     remainder, minimum or maximum doubles what it is made of"
                ),
            ));
        }
        // tract keeps an expression for each number that depends on the length.
        let expression = if value.origin == Origin::Shape && value.fixed() { 256 } else { 0 };
        let bytes = value.count.saturating_mul(value.each.max(expression));
        if value.origin == Origin::Constant || expression > 0 {
            self.bytes = self.bytes.saturating_add(bytes);
            if self.bytes > self.constants {
                let most = self.constants;
                return Err(refused(
                    node,
                    &format!(
                        "makes constants of {bytes} bytes, {} with those before: expected no more than {most} in all",
                        self.bytes
                    ),
                ));
            }
        } else if bytes > self.value {
            let most = self.value;
            return Err(refused(
                node,
                &format!("makes up to {bytes} bytes: expected no value of more than {most} bytes"),
            ));
        }
        Ok(())
    }
}

/// After which node each value is taken for the last time; those that are given away stay.
fn last_uses(graph: &pb::GraphProto) -> HashMap<&str, usize> {
    let mut last = HashMap::new();
    for (at, node) in graph.node.iter().enumerate() {
        let mut names = HashSet::new();
        taken(node, &mut names);
        last.extend(names.into_iter().map(|name| (name, at)));
        for output in &node.output {
            last.entry(output.as_str()).or_insert(at);
        }
    }
    for output in &graph.output {
        last.remove(output.name.as_str());
    }
    last
}

/// What comes of one of two graphs.
fn either(a: &Value, b: &Value) -> Value {
    let dims = a.dims.as_ref().zip(b.dims.as_ref()).filter(|(a, b)| a.len() == b.len());
    let dims = dims.map(|(a, b)| a.iter().zip(b.iter()).map(|(a, b)| a.or(*b)).collect());
    Value { dims, count: a.count.max(b.count), each: a.each.max(b.each), ints: None, origin: Origin::Input }
}

fn within_axes(value: &Value, name: &str, what: &str) -> Result<()> {
    match value.rank() {
        Some(rank) if rank > AXES => Err(Error::model(format!(
            "the value of `{}` ({}) has {rank} axes: expected no more than {AXES}",
            shown(name),
            shown(what)
        ))),
        _ => Ok(()),
    }
}

/// Why a node is refused.
fn refused(node: &Node<'_>, reason: &str) -> Error {
    let proto = node.proto;
    let name = if proto.name.is_empty() { proto.output.first().map_or("", String::as_str) } else { &proto.name };
    Error::model(format!("the node `{}` ({}) {reason}", shown(name), shown(&proto.op_type)))
}
