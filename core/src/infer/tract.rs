//! Loads and runs ONNX graphs; only this file, `limits` and `ops` name tract.
//!
//! One plan with a symbol for the length takes inputs of any length as they are: with our operators in it, it is as fast as
//! plans of one length, and there is one copy of the weights. Some graphs cannot be understood without a length; of those a
//! plan is made for each length when it is first needed. Lengths are then rounded up to a few, and inputs padded under the
//! attention mask, so that the plans stay few.

use std::collections::{BTreeMap, HashSet};
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ndarray::Array2;
use tract_onnx::pb;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::ToDim;

use super::directory;
use super::limits;
use super::ops;
use super::tokenizer::Tokenizer;
use crate::error::{Error, ErrorCode, Result};
use crate::guard::guard;

/// All files of weights together.
const WEIGHTS_LIMIT: u64 = 8 << 30;
/// The stack of the thread in which tract reads a graph: its expressions of sizes are worked on recursively. Only what is used of
/// it takes memory.
const STACK: usize = 256 << 20;
/// Each plan holds its own copy of the weights, packed; as many are kept as come to about this many bytes.
const PLANS_BYTES: u64 = 1 << 30;
const PLANS_KEPT: (u64, u64) = (2, 16);
/// Messages of tract can hold whole nodes.
const MESSAGE: usize = 300;

const EXPECTED_INPUTS: &str = "expected input_ids, attention_mask and, if the model has them, token_type_ids and position_ids, all int64 of shape batch x sequence";

/// What is fed to an input of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Feed {
    Ids,
    Mask,
    Types,
    Positions,
}

/// What the output of a graph must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// A row for each token, of so many values.
    Tokens(usize),
    /// One row for a text, of so many values.
    Text(usize),
    /// Vectors of any width, one for each token or one for a text.
    Vectors,
}

/// A graph, and the plans made from it so far.
pub(super) struct Network {
    graph: Graph,
    feeds: Vec<Feed>,
    expected: Expect,
    /// How many values a row of the output has.
    width: usize,
    /// The longest input it takes.
    longest: usize,
    pad: i64,
    /// Most recently used first.
    plans: Mutex<Vec<(usize, Arc<Slot>)>>,
    plans_kept: usize,
    /// How many bytes its weights take.
    weights: u64,
}

/// A plan that one thread makes while others wait for it.
type Slot = OnceLock<Result<Arc<TypedSimplePlan>>>;

/// What inputs of any length are run by.
enum Graph {
    /// A plan for every length.
    Symbolic(Arc<TypedSimplePlan>),
    /// As it was parsed: some graphs cannot be understood without a length.
    Parsed(InferenceModel),
}

/// What the model says: one row a token, or one for the text; one column a label, or a component of the vector.
pub(super) type Logits = Array2<f32>;

impl Network {
    /// Loads a graph, checks its shape, and runs it once.
    pub(super) fn load(path: &Path, expected: Expect, longest: usize, tokenizer: &Tokenizer) -> Result<Self> {
        Self::load_with(path, expected, longest, i64::from(tokenizer.pad_id()), &tokenizer.probe())
    }

    /// The same without a tokenizer: `pad` fills inputs up, `probe` is what it is tried out on.
    pub(super) fn load_with(path: &Path, expected: Expect, longest: usize, pad: i64, probe: &[i64]) -> Result<Self> {
        apart(ErrorCode::Model, "the graph was read", || {
            let (parsed, feeds, bytes) = parse(path, expected, longest, probe.len())?;
            // A panic on the way to a symbolic graph only means that this way is closed.
            let symbolic =
                guard(ErrorCode::Model, "shapes were worked out", || symbolic(parsed.clone(), &feeds, longest));
            let mut network = Self {
                graph: Graph::Parsed(parsed),
                feeds,
                expected,
                width: 0,
                longest,
                pad,
                plans: Mutex::default(),
                plans_kept: plans_kept(bytes) as usize,
                weights: bytes,
            };
            if let Ok(graph) = symbolic {
                let parsed = std::mem::replace(&mut network.graph, graph);
                if network.try_out(probe).is_ok() {
                    return Ok(network);
                }
                network.graph = parsed;
                network.plans = Mutex::default();
            }
            network.try_out(probe)?;
            Ok(network)
        })
        .map_err(|e| Error::new(ErrorCode::Model, e.message()).at(directory::file(path)))
    }

    /// How many values a row of the output has.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// How many bytes it may come to take beyond [`usual_memory`].
    pub(super) fn more_memory(&self) -> u64 {
        match self.graph {
            Graph::Symbolic(_) => 0,
            Graph::Parsed(_) => {
                let most = self.weights.saturating_mul(1 + self.plans_kept as u64);
                most.saturating_sub(usual_memory(self.weights))
            }
        }
    }

    /// Runs it once on a short input.
    fn try_out(&mut self, probe: &[i64]) -> Result<()> {
        let logits = self.session().run(probe)?;
        self.width = logits.ncols();
        if logits.iter().any(|value| value.is_nan()) {
            return Err(Error::model("the model gives values that are no numbers: expected finite logits"));
        }
        Ok(())
    }

    /// The length to which an input of `length` tokens is filled up: its own, or where plans are for one length, a power of
    /// two or three quarters of one.
    fn bucket(&self, length: usize) -> usize {
        if matches!(self.graph, Graph::Symbolic(_)) {
            return length;
        }
        let power = length.next_power_of_two().max(16);
        let rounded = if length <= power / 4 * 3 { power / 4 * 3 } else { power };
        rounded.min(self.longest).max(length)
    }

    /// The plan for one length, made when it is first asked for.
    fn plan(&self, length: usize) -> Result<Arc<TypedSimplePlan>> {
        let parsed = match &self.graph {
            Graph::Symbolic(plan) => return Ok(Arc::clone(plan)),
            Graph::Parsed(parsed) => parsed,
        };
        let slot = {
            let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = match plans.iter().position(|(made_for, _)| *made_for == length) {
                Some(at) => plans.remove(at),
                None => (length, Arc::default()),
            };
            plans.truncate(self.plans_kept - 1);
            let slot = Arc::clone(&entry.1);
            plans.insert(0, entry);
            slot
        };
        slot.get_or_init(|| {
            apart(ErrorCode::Inference, "a plan was made", || {
                plan(parsed.clone(), self.feeds.len(), &length.to_dim(), &SymbolValues::default())
            })
        })
        .clone()
    }

    /// What one thread needs to run the model, to be kept for the length of a document.
    pub(super) fn session(&self) -> Session<'_> {
        Session { network: self, states: Vec::new(), profile: None }
    }
}

/// The running states of one thread.
pub(super) struct Session<'n> {
    network: &'n Network,
    states: Vec<(usize, TypedSimpleState)>,
    /// Where each operator's time goes, if anybody asks.
    pub(super) profile: Option<Profile>,
}

/// Where time goes: what a clock of the caller's says, and the seconds that operators took by it, by their names.
pub(super) struct Profile {
    pub(super) clock: fn() -> f64,
    pub(super) spent: BTreeMap<String, f64>,
}

/// Runs a graph once, and takes the time of each node where there is a profile.
fn turn(
    state: &mut TypedSimpleState,
    inputs: TVec<TValue>,
    profile: Option<&mut Profile>,
) -> TractResult<TVec<TValue>> {
    let Some(profile) = profile else { return state.run(inputs) };
    state.run_plan_with_eval(inputs, |context, own, node, inputs| {
        let start = (profile.clock)();
        let outputs = tract_onnx::tract_core::plan::eval(context, own, node, inputs);
        *profile.spent.entry(node.op.name().into_owned()).or_default() += (profile.clock)() - start;
        outputs
    })
}

impl Session<'_> {
    /// The output for `ids`, which are no more than the model takes.
    ///
    /// # Errors
    /// When the model fails or its output does not have the shape it was loaded with.
    pub(super) fn run(&mut self, ids: &[i64]) -> Result<Logits> {
        self.run_typed(ids, &[])
    }

    /// [`run`](Self::run) with the type of each token, 0 where there is none.
    pub(super) fn run_typed(&mut self, ids: &[i64], types: &[i64]) -> Result<Logits> {
        guard(ErrorCode::Inference, "the model ran", || {
            let length = self.network.bucket(ids.len());
            // One plan for all lengths has one state.
            let own = if matches!(self.network.graph, Graph::Symbolic(_)) { 0 } else { length };
            let at = if let Some(at) = self.states.iter().position(|(made_for, _)| *made_for == own) {
                at
            } else {
                let state = self.network.plan(length)?.spawn().map_err(|e| failed(&e))?;
                self.states.push((own, state));
                self.states.len() - 1
            };
            let inputs = self.network.inputs(ids, types, length).map_err(|e| failed(&e))?;
            let outputs = turn(&mut self.states[at].1, inputs, self.profile.as_mut()).map_err(|e| failed(&e))?;
            self.network.logits(outputs.first(), ids.len(), length)
        })
        // A state that failed half way is not used again.
        .inspect_err(|_| self.states.clear())
    }
}

impl Network {
    /// The inputs in the graph's order, filled up to `length`.
    fn inputs(&self, ids: &[i64], types: &[i64], length: usize) -> TractResult<TVec<TValue>> {
        self.feeds
            .iter()
            .map(|feed| {
                let mut values = vec![0; length];
                match feed {
                    Feed::Ids => {
                        values[..ids.len()].copy_from_slice(ids);
                        values[ids.len()..].fill(self.pad);
                    }
                    Feed::Mask => values[..ids.len()].fill(1),
                    Feed::Types => values[..types.len()].copy_from_slice(types),
                    Feed::Positions => values.iter_mut().zip(0..).for_each(|(value, at)| *value = at),
                }
                Ok(Tensor::from_shape::<i64>(&[1, length], &values)?.into_tvalue())
            })
            .collect()
    }

    /// The rows of an output that belong to the tokens fed in, or the one row that it has.
    fn logits(&self, output: Option<&TValue>, tokens: usize, length: usize) -> Result<Logits> {
        let output = output.ok_or_else(|| Error::inference("the model gave no output"))?;
        let (rows, width) = match (self.expected, output.shape()) {
            (Expect::Tokens(labels), &[1, rows, columns]) if rows == length && columns == labels => (tokens, labels),
            (Expect::Text(labels), &[1, columns]) if columns == labels => (1, labels),
            (Expect::Vectors, &[1, columns]) if columns > 0 => (1, columns),
            (Expect::Vectors, &[1, rows, columns]) if rows == length && columns > 0 => (tokens, columns),
            (Expect::Tokens(labels), &[1, rows, columns]) if rows == length => {
                return Err(Error::inference(format!(
                    "the output has {columns} values for each token, but `id2label` in {} has {labels} labels: expected as many",
                    directory::CONFIG,
                )));
            }
            (Expect::Text(labels), &[1, columns]) => {
                return Err(Error::inference(format!(
                    "the output has {columns} values, but `id2label` in {} has {labels} labels: expected as many",
                    directory::CONFIG,
                )));
            }
            (Expect::Tokens(labels), shape) => {
                return Err(Error::inference(format!(
                    "the output for {length} tokens has the shape {shape:?}: expected batch x sequence x labels, that is \
                     [1, {length}, {labels}]",
                )));
            }
            (Expect::Text(labels), shape) => {
                return Err(Error::inference(format!(
                    "the output has the shape {shape:?}: expected batch x labels, that is [1, {labels}]",
                )));
            }
            (Expect::Vectors, shape) => {
                return Err(Error::inference(format!(
                    "the output for {length} tokens has the shape {shape:?}: expected batch x width or batch x sequence x width",
                )));
            }
        };
        let output = output.cast_to::<f32>().map_err(|e| failed(&e))?;
        let view = output.try_as_plain_ram().map_err(|e| failed(&e))?;
        let values = view.as_slice::<f32>().map_err(|e| failed(&e))?;
        Array2::from_shape_vec((rows, width), values[..rows * width].to_vec())
            .map_err(|_| Error::internal("rows of the output do not fit"))
    }
}

/// A graph of our own operators: rows of int64 in, as many rows of f32 out. Cheap to clone.
#[derive(Clone)]
pub(super) struct RowsPlan {
    plan: Arc<TypedSimplePlan>,
    width: usize,
}

impl RowsPlan {
    /// Reads a graph whose input has `width` columns.
    ///
    /// # Errors
    /// When tract cannot run it.
    pub(super) fn from_bytes(bytes: &[u8], width: usize) -> Result<Self> {
        guard(ErrorCode::Model, "the graph was read", || {
            let mut onnx = tract_onnx::onnx().with_ignore_value_info(true);
            ops::register(&mut onnx);
            let plan = onnx
                .model_for_read(&mut &*bytes)
                .and_then(|mut model| {
                    let rows = model.symbols.new_with_prefix("rows");
                    model.set_input_fact(0, i64::fact([rows.to_dim(), width.to_dim()]).into())?;
                    model.into_typed()?.into_decluttered()?.into_optimized()
                })
                .and_then(TypedSimplePlan::new)
                .map_err(|e| wrong(&e))?;
            Ok(Self { plan, width })
        })
    }

    /// A running state, for one thread at a time.
    ///
    /// # Errors
    /// When tract cannot set it up.
    pub(super) fn spawn(&self) -> Result<RowsState> {
        let state = self.plan.spawn().map_err(|e| failed(&e))?;
        Ok(RowsState { state, width: self.width, profile: None })
    }
}

/// A running [`RowsPlan`].
pub(super) struct RowsState {
    state: TypedSimpleState,
    width: usize,
    /// Where each operator's time goes, if anybody asks.
    pub(super) profile: Option<Profile>,
}

impl RowsState {
    /// Runs the graph on `ids`, row by row, and hands its output to `read`, row by row.
    ///
    /// # Errors
    /// When the graph fails.
    pub(super) fn run<T>(&mut self, ids: &[i64], read: impl FnOnce(&[f32]) -> T) -> Result<T> {
        guard(ErrorCode::Inference, "the model ran", || {
            let shape = [ids.len() / self.width, self.width];
            let input = Tensor::from_shape::<i64>(&shape, ids).map_err(|e| failed(&e))?;
            let inputs = tvec![input.into_tvalue()];
            let outputs = turn(&mut self.state, inputs, self.profile.as_mut()).map_err(|e| failed(&e))?;
            let output = outputs.first().ok_or_else(|| Error::inference("the model gave no output"))?;
            let view = output.try_as_plain_ram().map_err(|e| failed(&e))?;
            Ok(read(view.as_slice::<f32>().map_err(|e| failed(&e))?))
        })
    }
}

/// Does `work` in a thread of its own with a large stack; a panic in it is an error.
fn apart<T: Send>(code: ErrorCode, doing: &str, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("chartguard-graph".to_owned()).stack_size(STACK);
        let failed = |what: &str| Error::new(code, format!("a thread for a graph {what}"));
        let thread =
            thread.spawn_scoped(scope, || guard(code, doing, work)).map_err(|_| failed("could not be started"))?;
        thread.join().unwrap_or_else(|_| Err(failed("stopped")))
    })
}

/// How many plans of a model with so many bytes of weights are kept.
fn plans_kept(weights: u64) -> u64 {
    (PLANS_BYTES / weights.max(1)).clamp(PLANS_KEPT.0, PLANS_KEPT.1)
}

/// How many bytes a model with so many bytes of weights takes: while it is read they are there as the file has them, as tract reads
/// them, and in the plan. What a graph that needs a plan for each length takes more is [`Network::more_memory`].
pub(super) fn usual_memory(weights: u64) -> u64 {
    weights.saturating_mul(3)
}

/// A plan for every length up to `longest`.
fn symbolic(parsed: InferenceModel, feeds: &[Feed], longest: usize) -> Result<Graph> {
    let length = parsed.symbols.new_with_prefix("tokens");
    let lengths = SymbolValues::default().with(&length, i64::try_from(longest).unwrap_or(i64::MAX));
    plan(parsed, feeds.len(), &length.to_dim(), &lengths).map(Graph::Symbolic)
}

/// That no node makes more than a machine has room for; where a size shows only at run time, it is not known here.
fn bounded(model: &TypedModel, lengths: &SymbolValues) -> Result<()> {
    for node in model.nodes() {
        for output in &node.outputs {
            let each = output.fact.datum_type.size_of() as u64;
            let known: Option<Vec<i64>> = output.fact.shape.iter().map(|axis| axis.eval_to_i64(lengths).ok()).collect();
            let bytes = known.map(|sizes| sizes.iter().fold(each, |all, &size| all.saturating_mul(size.max(0) as u64)));
            if bytes.is_some_and(|bytes| bytes > limits::VALUE) {
                return Err(Error::model(format!(
                    "the node `{}` makes more than the model may: expected no value of more than {} bytes",
                    shown(&node.name),
                    limits::VALUE
                )));
            }
        }
    }
    Ok(())
}

/// A plan for one text at a time of `length` tokens, which may be a symbol; `lengths` has the most that it stands for.
fn plan(
    mut parsed: InferenceModel,
    inputs: usize,
    length: &TDim,
    lengths: &SymbolValues,
) -> Result<Arc<TypedSimplePlan>> {
    let typed = (0..inputs)
        .try_for_each(|at| parsed.set_input_fact(at, i64::fact([1.to_dim(), length.clone()]).into()))
        .and_then(|()| parsed.into_typed())
        .map_err(|e| wrong(&e))?;
    bounded(&typed, lengths)?;
    let optimised = |typed: TypedModel| {
        let mut model = typed.into_decluttered()?;
        ops::fuse(&mut model)?;
        let mut model = model.into_optimized()?;
        ops::replace(&mut model)?;
        TypedSimplePlan::new(model)
    };
    optimised(typed).map_err(|e| wrong(&e))
}

/// Reads and checks a graph: the graph, what to feed it, and how many bytes its weights take.
fn parse(path: &Path, expected: Expect, longest: usize, probe: usize) -> Result<(InferenceModel, Vec<Feed>, u64)> {
    let directory = path.parent().unwrap_or(path);
    let bytes = directory::read(path, directory::ONNX_LIMIT)?;
    let size = bytes.len() as u64;
    let mut onnx = tract_onnx::onnx().with_ignore_value_info(true);
    ops::register_standard(&mut onnx);
    limits::check_bytes(&bytes)?;
    let mut proto = onnx.proto_model_for_read(&mut bytes.as_slice()).map_err(|_| limits::undecodable())?;
    drop(bytes);
    proto.graph.iter_mut().for_each(forget_symbols);
    let graph = proto.graph.as_ref().filter(|graph| !graph.node.is_empty() && !graph.output.is_empty());
    let graph = graph.ok_or_else(|| Error::model("not an ONNX model: expected a graph with nodes and an output"))?;
    check_nodes(graph, |op| onnx.op_register.0.contains_key(op))?;
    let feeds = feeds(graph)?;
    let outside = check_external(graph, directory)?;
    // A plan for one length is made for a longer one.
    limits::check(graph, &limits::Frame { weights: size + outside, longest, probe: probe.max(16) })?;
    let parsed = onnx.parse(&proto, directory.to_str()).map_err(|e| wrong(&e))?;
    if let Some(name) = parsed.unresolved_inputs.first() {
        return Err(Error::model(format!("nothing in the graph makes `{}`", shown(name))));
    }
    let mut model = parsed.model;
    // Exports may add hidden states; what is wanted is so named, or comes first.
    let names: &[&str] = match expected {
        Expect::Tokens(_) | Expect::Text(_) => &["logits"],
        Expect::Vectors => &["sentence_embedding", "last_hidden_state", "token_embeddings"],
    };
    let named = |name: &&str| graph.output.iter().position(|output| output.name == **name);
    let logits = names.iter().find_map(named).unwrap_or(0);
    let outlet = model.outputs.get(logits).copied().ok_or_else(|| Error::model("the graph has no output"))?;
    model.select_output_outlets(&[outlet]).map_err(|e| wrong(&e))?;
    Ok((model, feeds, size + outside))
}

/// That every operator is known and every value is made before it is used, as ONNX demands: no cycles, no loose ends.
fn check_nodes(graph: &pb::GraphProto, known: impl Fn(&str) -> bool) -> Result<()> {
    let inputs = graph.input.iter().map(|input| input.name.as_str());
    let weights = graph.initializer.iter().map(|weights| weights.name.as_str());
    let mut made: HashSet<&str> = inputs.chain(weights).collect();
    for node in &graph.node {
        if !known(&node.op_type) {
            return Err(Error::model(format!(
                "the node `{}` is a `{}`: expected an ONNX operator that tract knows",
                shown(&node.name),
                shown(&node.op_type)
            )));
        }
        if let Some(early) = node.input.iter().find(|name| !name.is_empty() && !made.contains(name.as_str())) {
            return Err(Error::model(format!(
                "the node `{}` uses `{}` before anything makes it: expected nodes in the order they run",
                shown(&node.name),
                shown(early)
            )));
        }
        made.extend(node.output.iter().map(String::as_str));
    }
    match graph.output.iter().find(|output| !made.contains(output.name.as_str())) {
        Some(output) => Err(Error::model(format!("nothing in the graph makes the output `{}`", shown(&output.name)))),
        None => Ok(()),
    }
}

/// Drops the expressions by which a graph names its axes: they are ours to choose, and tract would read them recursively.
fn forget_symbols(graph: &mut pb::GraphProto) {
    use pb::tensor_shape_proto::dimension::Value;
    for value in graph.input.iter_mut().chain(&mut graph.output).chain(&mut graph.value_info) {
        let Some(pb::type_proto::Value::TensorType(tensor)) = value.r#type.as_mut().and_then(|t| t.value.as_mut())
        else {
            continue;
        };
        for axis in tensor.shape.iter_mut().flat_map(|shape| &mut shape.dim) {
            if matches!(axis.value, Some(Value::DimParam(_))) {
                axis.value = None;
            }
        }
    }
    let within = graph.node.iter_mut().flat_map(|node| &mut node.attribute);
    within.flat_map(|attribute| attribute.g.iter_mut().chain(&mut attribute.graphs)).for_each(forget_symbols);
}

/// What to feed each input of the graph.
fn feeds(graph: &pb::GraphProto) -> Result<Vec<Feed>> {
    let weights: HashSet<&str> = graph.initializer.iter().map(|weights| weights.name.as_str()).collect();
    let mut feeds = Vec::new();
    for input in graph.input.iter().filter(|input| !weights.contains(input.name.as_str())) {
        let feed = match input.name.as_str() {
            "input_ids" => Feed::Ids,
            "attention_mask" => Feed::Mask,
            "token_type_ids" => Feed::Types,
            "position_ids" => Feed::Positions,
            other => return Err(Error::model(format!("an input is `{}`: {EXPECTED_INPUTS}", shown(other)))),
        };
        check_input(input)?;
        feeds.push(feed);
    }
    for (feed, name) in [(Feed::Ids, "input_ids"), (Feed::Mask, "attention_mask")] {
        if !feeds.contains(&feed) {
            return Err(Error::model(format!("no input `{name}`: {EXPECTED_INPUTS}")));
        }
    }
    Ok(feeds)
}

/// That an input is int64 of any batch and any length.
fn check_input(input: &pb::ValueInfoProto) -> Result<()> {
    use pb::tensor_shape_proto::dimension::Value;
    let name = shown(&input.name);
    let Some(pb::type_proto::Value::TensorType(tensor)) = input.r#type.as_ref().and_then(|t| t.value.as_ref()) else {
        return Err(Error::model(format!("the input `{name}` is no tensor: {EXPECTED_INPUTS}")));
    };
    if tensor.elem_type != pb::tensor_proto::DataType::Int64 as i32 {
        return Err(Error::model(format!("the input `{name}` is not int64: {EXPECTED_INPUTS}")));
    }
    let dims = tensor.shape.as_ref().map_or(&[][..], |shape| &shape.dim);
    if dims.len() != 2 {
        return Err(Error::model(format!("the input `{name}` has {} dimensions: {EXPECTED_INPUTS}", dims.len())));
    }
    for (dim, fits) in [(&dims[0], Some(1)), (&dims[1], None)] {
        if let Some(Value::DimValue(size)) = dim.value
            && Some(size) != fits
        {
            return Err(Error::model(format!(
                "the input `{name}` has a dimension fixed at {size}: expected an export with dynamic batch and sequence"
            )));
        }
    }
    Ok(())
}

/// That weights in other files lie in the directory; how many bytes these files have.
fn check_external(graph: &pb::GraphProto, directory: &Path) -> Result<u64> {
    let constants = graph.node.iter().flat_map(|node| &node.attribute).filter_map(|attribute| attribute.t.as_ref());
    let mut seen = HashSet::new();
    let mut total = 0;
    for tensor in graph.initializer.iter().chain(constants) {
        let location = tensor.external_data.iter().find(|entry| entry.key == "location");
        let Some(location) = location.map(|entry| entry.value.as_str()).filter(|location| seen.insert(*location))
        else {
            continue;
        };
        let plain = Path::new(location).components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
        let home = directory.canonicalize();
        let resolved = directory.join(location).canonicalize();
        // A link inside may point outside.
        let inside = plain && !resolved.as_ref().is_ok_and(|file| !home.is_ok_and(|home| file.starts_with(home)));
        if !inside {
            return Err(Error::model(format!(
                "weights are kept in `{}`: expected a file inside the model directory",
                shown(location)
            )));
        }
        let size = resolved.and_then(std::fs::metadata).ok().filter(std::fs::Metadata::is_file).map(|meta| meta.len());
        total += size.ok_or_else(|| {
            Error::model(format!("weights are kept in `{}`: no such file in the model directory", shown(location)))
        })?;
    }
    if total > WEIGHTS_LIMIT {
        return Err(Error::model(format!("weights in other files take more than {WEIGHTS_LIMIT} bytes")));
    }
    Ok(total)
}

/// The start of a name from a file that may hold anything.
pub(super) fn shown(name: &str) -> String {
    name.chars().take(60).collect()
}

/// What tract says of a graph it cannot load.
fn wrong(error: &TractError) -> Error {
    let message: String = format!("{error:#}").chars().take(MESSAGE).collect();
    Error::model(format!("tract cannot run the graph: {message}"))
}

/// Says at which node a run failed, and no more: what follows could hold the ids of a text's pieces.
fn failed(error: &TractError) -> Error {
    let message = error.to_string();
    let place: String = message.split(": ").next().unwrap_or_default().chars().take(100).collect();
    Error::inference(if place.starts_with("Evaluating") {
        format!("the model failed ({place})")
    } else {
        "the model failed".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::directory::Config;
    use crate::infer::test_models;

    fn network() -> (Network, Vec<i64>) {
        let path = test_models().join("tiny-tagger");
        let config = Config::read(&path, None).unwrap();
        let tokenizer = Tokenizer::load(&path, &config).unwrap();
        let expected = Expect::Tokens(config.labels.len());
        let network = Network::load(&path.join(directory::ONNX), expected, 128, &tokenizer).unwrap();
        assert!(matches!(network.graph, Graph::Symbolic(..)));
        let mut pieces = Vec::new();
        let text = "Patient Tanel Brimos was seen on 3/14/2024 by Dr. Kelor.";
        tokenizer.pieces(text, crate::text::Span::new(0, text.len()), &mut pieces).unwrap();
        (network, tokenizer.frame(&pieces))
    }

    /// The same with a plan for each length.
    fn by_length() -> (Network, Vec<i64>) {
        let (mut network, ids) = network();
        let path = test_models().join("tiny-tagger");
        network.graph = Graph::Parsed(parse(&path.join(directory::ONNX), network.expected, 128, 9).unwrap().0);
        (network, ids)
    }

    fn same(a: &Logits, b: &Logits) {
        assert_eq!(a.dim(), b.dim());
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4));
    }

    #[test]
    fn a_graph_without_symbols_gives_the_same() {
        let (symbolic, ids) = network();
        let (fixed, _) = by_length();
        for length in [1, 2, 9, ids.len()] {
            let ids = &ids[..length];
            same(&symbolic.session().run(ids).unwrap(), &fixed.session().run(ids).unwrap());
        }
        assert!(symbolic.plans.lock().unwrap().is_empty());
    }

    #[test]
    fn quantised_products_give_what_tract_gives_node_by_node() {
        let path = test_models().join("alive/quantised.onnx");
        let network = Network::load_with(&path, Expect::Tokens(9), 128, 0, &[1; 8]).unwrap();
        let Graph::Symbolic(plan) = &network.graph else { panic!("it needs no length") };
        let names: Vec<_> = plan.model().nodes().iter().map(|node| node.op.name().into_owned()).collect();
        assert_eq!(names.iter().filter(|name| *name == "Finish").count(), 2, "{names:?}");
        let (mut parsed, ..) = parse(&path, network.expected, 128, 9).unwrap();
        for at in 0..2 {
            parsed.set_input_fact(at, i64::fact([1, 31]).into()).unwrap();
        }
        let plain = TypedSimplePlan::new(parsed.into_typed().unwrap()).unwrap();
        let ids: Vec<i64> = (0..31).map(|at| at * at).collect();
        let expected = plain.run(network.inputs(&ids, &[], ids.len()).unwrap()).unwrap();
        let expected = network.logits(expected.first(), ids.len(), ids.len()).unwrap();
        assert_eq!(network.session().run(&ids).unwrap(), expected);
    }

    #[test]
    fn padding_makes_no_difference() {
        let (mut network, mut ids) = by_length();
        ids.truncate(21);
        assert!(network.bucket(ids.len()) > ids.len());
        let padded = network.session().run(&ids).unwrap();
        network.longest = ids.len();
        assert_eq!(network.bucket(ids.len()), ids.len());
        same(&padded, &network.session().run(&ids).unwrap());
    }

    #[test]
    fn no_more_plans_are_kept_than_the_bound() {
        let (mut network, ids) = by_length();
        network.plans_kept = 2;
        let first = network.session().run(&ids).unwrap();
        let mut session = network.session();
        for length in [3, 12, 20, 40, 60, 90, 128] {
            let ids: Vec<i64> = ids.iter().copied().cycle().take(length).collect();
            session.run(&ids).unwrap();
            assert!(network.plans.lock().unwrap().len() <= 2);
        }
        same(&first, &session.run(&ids).unwrap());
    }

    #[test]
    fn buckets_are_few_and_no_longer_than_the_model() {
        let (network, _) = by_length();
        let buckets: std::collections::BTreeSet<usize> = (1..=128).map(|length| network.bucket(length)).collect();
        assert_eq!(buckets.into_iter().collect::<Vec<_>>(), [12, 16, 24, 32, 48, 64, 96, 128]);
    }
}
