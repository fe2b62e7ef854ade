"""Writes the trained tagger as ONNX: int8 weights that are expanded to f32 when the model is loaded."""
import hashlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import network as net


def quantize(weights, axis):
    """int8 weights and one f32 scale for each index of `axis`."""
    others = tuple(i for i in range(weights.ndim) if i != axis)
    scale = np.maximum(np.abs(weights).max(axis=others, keepdims=True), 1e-8) / 127
    return np.clip(np.round(weights / scale), -127, 127).astype(np.int8), scale.astype(np.float32)


def model(params, bias):
    """The graph: ids [WINDOW, SLOTS] i64 to logits [1, LABELS, WINDOW] f32."""
    params = {k: np.asarray(v, np.float32) for k, v in params.items()}
    nodes, weights = [], []

    def constant(name, array):
        weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(op, inputs, output, **attributes):
        nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def expanded(name, array, axis):
        packed, scale = quantize(array, axis)
        cast = node("Cast", [constant(name + ".q", packed)], name + ".f", to=TensorProto.FLOAT)
        return node("Mul", [cast, constant(name + ".s", scale)], name + ".w")

    # On the table the cast comes after the gather, so that the table itself stays int8 in memory.
    packed, scale = quantize(params["table"], 1)
    x = node("Gather", [constant("table.q", packed), "ids"], "gathered", axis=0)
    x = node("Cast", [x], "rows", to=TensorProto.FLOAT)
    # The scale of a column is part of the weights behind it.
    into = params["in_w"] * np.tile(scale.reshape(-1), net.SLOTS)[:, None]
    x = node("Reshape", [x, constant("flat", np.array([net.WINDOW, net.SLOTS * net.WIDTH], np.int64))], "words")
    x = node("MatMul", [x, expanded("in", into, 1)], "in.product")
    x = node("Transpose", [x], "in.turned", perm=[1, 0])
    x = node("Unsqueeze", [x, constant("first", np.array([0], np.int64))], "in.batch")
    x = node("Add", [x, constant("in.bias", params["in_b"].reshape(1, -1, 1))], "in.sum")
    x = node("Relu", [x], "in.out")
    for i, dilation in enumerate(net.DILATIONS):
        reach = dilation * (net.KERNEL // 2)
        taps = params[f"dw{i}"].T[:, None, :]
        y = node("Conv", [x, constant(f"dw{i}", taps), constant(f"db{i}", params[f"db{i}"])], f"deep{i}", kernel_shape=[net.KERNEL],
                 dilations=[dilation], pads=[reach, reach], group=net.CHANNELS)
        point = expanded(f"pw{i}", params[f"pw{i}"].T[:, :, None], 0)
        y = node("Conv", [y, point, constant(f"pb{i}", params[f"pb{i}"])], f"point{i}", kernel_shape=[1])
        y = node("Relu", [y], f"relu{i}")
        x = node("Add", [x, y], f"block{i}")
    # The operating point is part of the last bias: a score of one half is where recall and precision were chosen.
    last = params["out_b"] + np.concatenate([[0], np.repeat(bias, 2)]).astype(np.float32)
    node("Conv", [x, expanded("out", params["out_w"].T[:, :, None], 0), constant("out.bias", last)], "logits", kernel_shape=[1])
    graph = helper.make_graph(
        nodes, "tagger",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, [net.WINDOW, net.SLOTS])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, net.LABELS, net.WINDOW])], weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="chartguard")
    made.ir_version = 8
    onnx.checker.check_model(made)
    return made


def write(params, bias, path):
    """Writes the file; returns the sha256 of its bytes."""
    data = model(params, bias).SerializeToString(deterministic=True)
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()
