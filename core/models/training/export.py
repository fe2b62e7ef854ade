"""Writes the trained tagger as ONNX: int8 weights that are expanded to f32 when the model is loaded.

The graph is made of three functions of the domain `chartguard`. Each is defined in the file by standard operators, so any
runtime can run it; chartguard has an operator of its own for each (core/src/infer/ops).
"""
import hashlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import network as net

DOMAIN = "chartguard"
OPSET = helper.make_opsetid("", 17)
# Slots that only the word decides, the one of what is written in one piece with it, and the one of its place on the line:
# what each group adds up to can be kept from word to word.
TOGETHER = [0] * 8 + [1] + [0] * 3 + [2]


def quantize(weights, axis):
    """int8 weights and one f32 scale for each index of `axis`."""
    others = tuple(i for i in range(weights.ndim) if i != axis)
    scale = np.maximum(np.abs(weights).max(axis=others, keepdims=True), 1e-8) / 127
    return np.clip(np.round(weights / scale), -127, 127).astype(np.int8), scale.astype(np.float32)


def constant(name, array):
    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array))


def attributed(node, **names):
    """A node whose attributes are those of the function it is in."""
    for name, of in names.items():
        node.attribute.append(onnx.AttributeProto(name=name, ref_attr_name=of, type=onnx.AttributeProto.INTS))
    return node


def functions():
    """What our operators mean, in standard ones."""
    make = lambda op, inputs, output, **attributes: helper.make_node(op, inputs, [output], **attributes)
    one = np.array([0], np.int64)
    affine = [make("MatMul", ["x", "weights"], "product"), make("Add", ["product", "bias"], "y")]
    embedding = [
        make("Gather", ["table", "ids"], "gathered", axis=0),
        make("Cast", ["gathered"], "rows", to=TensorProto.FLOAT),
        constant("flat", np.array([0, -1], np.int64)),
        make("Reshape", ["rows", "flat"], "words"),
        make("MatMul", ["words", "weights"], "product"),
        make("Add", ["product", "bias"], "sum"),
        make("Relu", ["sum"], "y"),
    ]
    block = [
        make("Transpose", ["x"], "turned", perm=[1, 0]),
        constant("first", one),
        make("Unsqueeze", ["turned", "first"], "batch"),
        attributed(make("Conv", ["batch", "taps", "taps_bias"], "deep"), dilations="dilations", pads="pads"),
        make("Squeeze", ["deep", "first"], "unbatched"),
        make("Transpose", ["unbatched"], "back", perm=[1, 0]),
        make("MatMul", ["back", "weights"], "product"),
        make("Add", ["product", "bias"], "sum"),
        make("Relu", ["sum"], "added"),
        make("Add", ["x", "added"], "y"),
    ]
    block[3].attribute.append(helper.make_attribute("group", net.CHANNELS))
    function = lambda name, inputs, nodes, attributes=(): helper.make_function(DOMAIN, name, inputs, ["y"], nodes, [OPSET], list(attributes))
    return [
        function("Affine", ["x", "weights", "bias"], affine),
        function("WordEmbedding", ["ids", "table", "weights", "bias"], embedding, ["together"]),
        function("ResidualBlock", ["x", "taps", "taps_bias", "weights", "bias"], block, ["dilations", "pads"]),
    ]


def model(params, bias):
    """The graph: ids [words, SLOTS] i64 to logits [words, LABELS] f32, for any number of words."""
    params = {k: np.asarray(v, np.float32) for k, v in params.items()}
    nodes, weights = [], []

    def weight(name, array):
        weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(op, inputs, output, domain="", **attributes):
        nodes.append(helper.make_node(op, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def expanded(name, array):
        packed, scale = quantize(array, 1)
        cast = node("Cast", [weight(name + ".q", packed)], name + ".f", to=TensorProto.FLOAT)
        return node("Mul", [cast, weight(name + ".s", scale)], name + ".w")

    # The table itself stays int8 in memory; the scale of a column is part of the weights behind it.
    packed, scale = quantize(params["table"], 1)
    into = params["in_w"] * np.tile(scale.reshape(-1), net.SLOTS)[:, None]
    inputs = ["ids", weight("table", packed), expanded("in", into), weight("in.bias", params["in_b"])]
    x = node("WordEmbedding", inputs, "words", DOMAIN, together=TOGETHER)
    for i, dilation in enumerate(net.DILATIONS):
        reach = dilation * (net.KERNEL // 2)
        inputs = [x, weight(f"taps{i}", params[f"dw{i}"].T[:, None, :]), weight(f"taps{i}.bias", params[f"db{i}"]),
                  expanded(f"point{i}", params[f"pw{i}"]), weight(f"point{i}.bias", params[f"pb{i}"])]
        x = node("ResidualBlock", inputs, f"block{i}", DOMAIN, dilations=[dilation], pads=[reach, reach])
    # The operating point is part of the last bias: a score of one half is where recall and precision were chosen.
    last = params["out_b"] + np.concatenate([[0], np.repeat(bias, 2)]).astype(np.float32)
    node("Affine", [x, expanded("out", params["out_w"]), weight("out.bias", last)], "logits", DOMAIN)
    graph = helper.make_graph(
        nodes, "tagger",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["words", net.SLOTS])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["words", net.LABELS])], weights)
    made = helper.make_model(graph, functions=functions(), opset_imports=[OPSET, helper.make_opsetid(DOMAIN, 1)], producer_name="chartguard")
    made.ir_version = 8
    onnx.checker.check_model(made)
    return made


def write(params, bias, path):
    """Writes the file; returns the sha256 of its bytes."""
    data = model(params, bias).SerializeToString(deterministic=True)
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()
