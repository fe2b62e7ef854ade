"""Writes transformer encoders as ONNX: the graphs that exports of BERT, MiniLM and RoBERTa come down to, with weights that
are given or drawn.

Operators are those of opset 17 as exporters emit them: LayerNormalization whole, GELU by Erf, attention by MatMul, Softmax
and reshapes that read the shape at run time.
"""

from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


@dataclass
class Encoder:
    """The size of an encoder, and where its weights come from."""

    layers: int
    width: int
    heads: int
    inner: int
    vocabulary: int = 30522
    positions: int = 512
    # Of a token classifier; without, the output is the last hidden state.
    labels: int | None = None
    epsilon: float = 1e-12
    # RoBERTa counts positions from its padding id up and has no token types.
    roberta: bool = False
    # Names as in Hugging Face's BERT; what is not there is drawn.
    weights: dict = field(default_factory=dict)
    seed: int = 0

    def model(self) -> onnx.ModelProto:
        """The whole graph, batch and length symbolic."""
        return _Writer(self).model()


class _Writer:
    def __init__(self, encoder):
        self.e = encoder
        self.rng = np.random.default_rng(encoder.seed)
        self.nodes, self.tensors, self.known = [], [], set()

    def constant(self, name, value):
        if name not in self.known:
            self.known.add(name)
            self.tensors.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def weight(self, name, *shape, mean=0.0, deviation=0.02, transpose=False):
        value = self.e.weights.get(name)
        if value is None:
            value = mean + deviation * self.rng.standard_normal(shape)
        value = np.asarray(value, np.float32)
        assert value.shape == shape, f"{name} is {value.shape}, not {shape}"
        return self.constant(name, value.T if transpose else value)

    def node(self, op, inputs, output, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output], name=f"/{output}", **attributes))
        return output

    def scalar(self, name, value):
        return self.constant(name, np.array(value, np.float32))

    def linear(self, x, name, inner, outer):
        weight = self.weight(f"{name}.weight", outer, inner, transpose=True)
        product = self.node("MatMul", [x, weight], f"{name}/MatMul")
        return self.node("Add", [self.weight(f"{name}.bias", outer), product], f"{name}/Add")

    def norm(self, x, name):
        scale = self.weight(f"{name}.weight", self.e.width, mean=1.0)
        bias = self.weight(f"{name}.bias", self.e.width)
        return self.node("LayerNormalization", [x, scale, bias], f"{name}/LayerNormalization",
                         axis=-1, epsilon=self.e.epsilon)

    def embeddings(self):
        e, name = self.e, "embeddings"
        words = self.weight(f"{name}.word_embeddings.weight", e.vocabulary, e.width)
        x = self.node("Gather", [words, "input_ids"], f"{name}/words", axis=0)
        types = self.weight(f"{name}.token_type_embeddings.weight", 1 if e.roberta else 2, e.width)
        positions = self.weight(f"{name}.position_embeddings.weight", e.positions, e.width)
        zero, one = self.constant("zero", np.array(0, np.int64)), self.constant("one", np.array(1, np.int64))
        if e.roberta:
            x = self.node("Add", [x, self.node("Gather", [types, zero], f"{name}/types", axis=0)], f"{name}/typed")
            counted = self.node("CumSum", ["attention_mask", one], f"{name}/counted")
            counted = self.node("Mul", [counted, "attention_mask"], f"{name}/masked")
            at = self.node("Add", [counted, one], f"{name}/positions")
        else:
            x = self.node("Add", [x, self.node("Gather", [types, "token_type_ids"], f"{name}/types", axis=0)],
                          f"{name}/typed")
            shape = self.node("Shape", ["input_ids"], f"{name}/shape")
            length = self.node("Gather", [shape, one], f"{name}/length", axis=0)
            at = self.node("Range", [zero, length, one], f"{name}/range")
            at = self.node("Unsqueeze", [at, self.constant("first", np.array([0], np.int64))], f"{name}/positions")
        x = self.node("Add", [x, self.node("Gather", [positions, at], f"{name}/placed", axis=0)], f"{name}/sum")
        return self.norm(x, f"{name}.LayerNorm")

    def mask(self):
        axes = self.constant("middle", np.array([1, 2], np.int64))
        mask = self.node("Unsqueeze", ["attention_mask", axes], "mask/Unsqueeze")
        mask = self.node("Cast", [mask], "mask/Cast", to=TensorProto.FLOAT)
        mask = self.node("Sub", [self.scalar("one_f", 1.0), mask], "mask/Sub")
        return self.node("Mul", [mask, self.scalar("least", np.finfo(np.float32).min)], "mask/Mul")

    def heads(self, x, name, perm):
        e = self.e
        shape = self.constant("split", np.array([0, 0, e.heads, e.width // e.heads], np.int64))
        return self.node("Transpose", [self.node("Reshape", [x, shape], f"{name}/Reshape")], f"{name}/Transpose", perm=perm)

    def layer(self, x, mask, at):
        e, name = self.e, f"encoder.layer.{at}"
        own = f"{name}.attention.self"
        query, key, value = (self.linear(x, f"{own}.{part}", e.width, e.width) for part in ("query", "key", "value"))
        query, value = (self.heads(x, n, [0, 2, 1, 3]) for x, n in ((query, f"{own}/q"), (value, f"{own}/v")))
        scores = self.node("MatMul", [query, self.heads(key, f"{own}/k", [0, 2, 3, 1])], f"{own}/MatMul")
        scores = self.node("Div", [scores, self.scalar("root", np.sqrt(e.width / e.heads))], f"{own}/Div")
        scores = self.node("Add", [scores, mask], f"{own}/Add")
        context = self.node("MatMul", [self.node("Softmax", [scores], f"{own}/Softmax", axis=-1), value], f"{own}/MatMul_1")
        context = self.node("Transpose", [context], f"{own}/Transpose", perm=[0, 2, 1, 3])
        context = self.node("Reshape", [context, self.constant("join", np.array([0, 0, e.width], np.int64))], f"{own}/Reshape")
        dense = self.linear(context, f"{name}.attention.output.dense", e.width, e.width)
        x = self.norm(self.node("Add", [dense, x], f"{name}.attention/Add"), f"{name}.attention.output.LayerNorm")
        inner = self.linear(x, f"{name}.intermediate.dense", e.width, e.inner)
        erf = self.node("Erf", [self.node("Div", [inner, self.scalar("root_2", np.sqrt(2))], f"{name}/Div")], f"{name}/Erf")
        gelu = self.node("Mul", [inner, self.node("Add", [erf, self.scalar("one_f", 1.0)], f"{name}/Add")], f"{name}/Mul")
        gelu = self.node("Mul", [gelu, self.scalar("half", 0.5)], f"{name}/Mul_1")
        dense = self.linear(gelu, f"{name}.output.dense", e.inner, e.width)
        return self.norm(self.node("Add", [dense, x], f"{name}.output/Add"), f"{name}.output.LayerNorm")

    def model(self):
        e = self.e
        x, mask = self.embeddings(), self.mask()
        for at in range(e.layers):
            x = self.layer(x, mask, at)
        output, width = "last_hidden_state", e.width
        if e.labels is not None:
            x, output, width = self.linear(x, "classifier", e.width, e.labels), "logits", e.labels
        self.node("Identity", [x], output)
        inputs = ["input_ids", "attention_mask"] + ([] if e.roberta else ["token_type_ids"])
        dims = ["batch_size", "sequence_length"]
        graph = helper.make_graph(
            self.nodes, "encoder", [helper.make_tensor_value_info(n, TensorProto.INT64, dims) for n in inputs],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, [*dims, width])], self.tensors,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        return model
