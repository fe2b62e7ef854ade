"""Makes graphs that would take gigabytes, minutes or the stack of whoever loads them, and harmless ones that look like them.

    pip install onnx numpy
    python tests/models/make_hostile.py

Writes `broken/hostile-*.onnx`, which must be refused, and `alive/*.onnx`, which must load, for the tests of `infer` (`limits/tests.rs`), which
put each in the place of `tiny-tagger`'s graph: nine labels, up to 128 tokens. Most have less than ten kilobytes.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent
LABELS = 9
FLOAT, INT = TensorProto.FLOAT, TensorProto.INT64


class Graph:
    """Nodes in the order they run; `logits` comes of the tokens and of whatever is tied to them."""

    def __init__(self, inputs=("input_ids", "attention_mask")):
        self.nodes, self.tensors, self.count, self.inputs = [], [], 0, inputs

    def constant(self, value, kind=np.int64):
        name = f"c{len(self.tensors)}"
        self.tensors.append(numpy_helper.from_array(np.array(value, kind), name))
        return name

    def __call__(self, op, *inputs, outputs=1, **attributes):
        self.count += 1
        inputs = [one if isinstance(one, str) else self.constant(one) for one in inputs]
        names = [f"v{self.count}"] if outputs == 1 else [f"v{self.count}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, name=f"/{op}_{self.count}", **attributes))
        return names[0] if outputs == 1 else names

    def filled(self, *shape, value=0.0):
        tensor = helper.make_tensor("fill", FLOAT, [1], [value])
        return self("ConstantOfShape", list(shape), value=tensor)

    def length(self, source="input_ids"):
        return self("Gather", self("Shape", source), 1, axis=0)

    def one(self, value):
        """A scalar f32 of a value, so that it takes part in what comes out."""
        value = self("Cast", value, to=FLOAT)
        return self("Mul", self("ReduceMax", value, keepdims=0), self.constant(0.0, np.float32))

    def tokens(self, width=LABELS):
        """A row for each token."""
        table = self.constant(np.ones((4, width)), np.float32)
        ids = self("Mod", "input_ids", self.constant(4))
        return self("Gather", table, ids, axis=0)

    def model(self, *tied, rows=None):
        out = rows or self.tokens()
        for value in tied:
            out = self("Add", out, self.one(value))
        self.nodes.append(helper.make_node("Identity", [out], ["logits"], name="/logits"))
        shape = ("batch_size", "sequence_length")
        given = [helper.make_tensor_value_info(name, INT, shape) for name in self.inputs]
        made = [helper.make_tensor_value_info("logits", FLOAT, (*shape, LABELS))]
        graph = helper.make_graph(self.nodes, "graph", given, made, self.tensors)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def hostile():
    made = {}

    def graph(name):
        def build(function):
            g = Graph()
            made[name] = g.model(*function(g))
        return build

    # What sizes are made of: tract simplifies it recursively, with divisors multiplied, and over every form of every sum.
    @graph("divided-lengths")
    def _(g):
        size = g.length()
        for _ in range(60):
            size = g("Div", g("Add", size, 1), 3)
        return [g("Expand", g.constant([1.0], np.float32), g("Unsqueeze", size, [0]))]

    @graph("sums-of-quotients")
    def _(g):
        length, total = g.length(), g.constant(0)
        for prime in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97):
            total = g("Add", total, g("Div", g("Add", length, 1), prime))
        return [g("Expand", g.constant([1.0], np.float32), g("Unsqueeze", total, [0]))]

    @graph("remainders")
    def _(g):
        size = g.length()
        for number in range(40):
            size = g("Mod", g("Add", size, number + 1), number + 7)
        return [g("Expand", g.constant([1.0], np.float32), g("Unsqueeze", size, [0]))]

    @graph("least-of-many")
    def _(g):
        size = length = g.length()
        for number in range(40):
            size = g("Min", size, g("Div", g("Add", length, number), 2 * number + 3))
        return [g("Expand", g.constant([1.0], np.float32), g("Unsqueeze", size, [0]))]

    @graph("least-by-bounds")
    def _(g):
        # The first of them is below zero and less than all others, which tract does not see.
        size = length = g.length()
        for number in range(40):
            size = g("Min", size, g("Div", g("Add", length, number), 2 * number + 3 if number else -1))
        return [g("Expand", g.constant([1.0], np.float32), g("Unsqueeze", size, [0]))]

    @graph("axis-twice")
    def _(g):
        return [g("Transpose", g("Unsqueeze", "input_ids", [2]), perm=[0, 0, 1])]

    @graph("strided-convolutions")
    def _(g):
        x = g("Cast", g("Unsqueeze", "input_ids", [1]), to=FLOAT)
        for _ in range(60):
            x = g("Conv", x, g.constant(np.ones((1, 1, 3)), np.float32), kernel_shape=[3], strides=[3], pads=[1, 1])
        return [x]

    # Constants that become large.
    @graph("filled")
    def _(g):
        return [g.filled(1 << 15, 1 << 15)]

    @graph("expanded")
    def _(g):
        return [g("Expand", g.constant([[1.0]], np.float32), [1 << 16, 1 << 14])]

    @graph("tiled")
    def _(g):
        return [g("Tile", g.constant([[1.0]], np.float32), [1 << 16, 1 << 14])]

    @graph("counted")
    def _(g):
        return [g("Range", g.constant(0), g.constant(1 << 31), g.constant(1))]

    @graph("padded")
    def _(g):
        return [g("Pad", g.constant([[1.0]], np.float32), [0, 0, 1 << 15, 1 << 15])]

    @graph("resized")
    def _(g):
        image = g.constant(np.ones((1, 1, 2, 2)), np.float32)
        return [g("Resize", image, "", "", [1, 1, 1 << 15, 1 << 15])]

    @graph("one-hot")
    def _(g):
        places = g.constant(np.zeros(1 << 8))
        return [g("OneHot", places, g.constant(1 << 22), g.constant([0.0, 1.0], np.float32))]

    @graph("doubled")
    def _(g):
        x = g.constant(np.ones(16), np.float32)
        for _ in range(30):
            x = g("Concat", x, x, axis=0)
        return [x]

    @graph("outer-products")
    def _(g):
        x = g.constant(np.ones((8, 1)), np.float32)
        for _ in range(5):
            flat = g("Reshape", x, [-1, 1])
            x = g("Mul", flat, g("Transpose", flat, perm=[1, 0]))
        return [x]

    # Many constants, each below every limit on one.
    @graph("many-constants")
    def _(g):
        return [g("Add", g.filled(1 << 20), g.constant(float(number), np.float32)) for number in range(100)]

    # Work on constants.
    @graph("multiplied")
    def _(g):
        x = g.filled(1 << 9, 1 << 9)
        for _ in range(100):
            x = g("MatMul", x, x)
        return [x]

    @graph("convolved")
    def _(g):
        image, kernel = g.filled(1, 64, 1 << 13), g.filled(64, 64, 1 << 11)
        return [g("Conv", image, kernel, kernel_shape=[1 << 11], pads=[1 << 10, 1 << 10])]

    @graph("pooled")
    def _(g):
        return [g("MaxPool", g.filled(1, 1, 1 << 11, 1 << 11), kernel_shape=[1000, 1000])]

    @graph("summed-letters")
    def _(g):
        x = g.filled(1 << 5, 1 << 5)
        return [g("Einsum", x, x, x, x, equation="ab,cd,ef,gh->a")]

    # Windows that are absurd.
    @graph("kernel")
    def _(g):
        x = g("Cast", g("Unsqueeze", "input_ids", [1]), to=FLOAT)
        return [g("MaxPool", x, kernel_shape=[1 << 40], pads=[1 << 39, 1 << 39])]

    @graph("paddings")
    def _(g):
        x = g("Cast", g("Unsqueeze", "input_ids", [1]), to=FLOAT)
        return [g("Conv", x, g.constant(np.ones((1, 1, 3)), np.float32), kernel_shape=[3], pads=[1 << 40, 1 << 40])]

    @graph("dilations")
    def _(g):
        x = g("Cast", g("Unsqueeze", "input_ids", [1]), to=FLOAT)
        weights = g.constant(np.ones((1, 1, 3)), np.float32)
        return [g("Conv", x, weights, kernel_shape=[3], dilations=[1 << 62], pads=[1, 1])]

    # What depends on the length, far beyond any.
    @graph("powers-of-the-length")
    def _(g):
        length = g("Unsqueeze", g.length(), [0])
        return [g("Expand", g.constant([[[[1.0]]]], np.float32), g("Concat", length, length, length, [1 << 14], axis=0))]

    @graph("short-and-large")
    def _(g):
        row = g("Cast", "attention_mask", to=FLOAT)
        return [g("Tile", row, [1 << 22, 1])]

    # Sizes that are values of the input: no length bounds them.
    @graph("counted-ids")
    def _(g):
        most = g("ReduceMax", "input_ids", keepdims=0)
        return [g("Range", g.constant(0), g("Mul", most, g.constant(1 << 20)), g.constant(1))]

    @graph("expanded-ids")
    def _(g):
        most = g("Mul", g("ReduceMax", "input_ids", keepdims=0), g.constant(1 << 20))
        return [g("Expand", g.constant([1.0], np.float32), g("Unsqueeze", most, [0]))]

    @graph("tiled-ids")
    def _(g):
        most = g("Mul", g("ReduceMax", "input_ids", keepdims=0), g.constant(1 << 20))
        return [g("Tile", g.constant([1.0], np.float32), g("Unsqueeze", most, [0]))]

    # Counts.
    @graph("axes")
    def _(g):
        return [g("Unsqueeze", g.constant([1.0], np.float32), list(range(1, 1000)))]

    @graph("looped")
    def _(g):
        return [nested(g, 12)]

    @graph("repeated-loop")
    def _(g):
        x = g.filled(1 << 20, 1)
        body = helper.make_graph(
            [helper.make_node("Add", ["s", "x"], ["t"]), helper.make_node("MatMul", ["w", "w"], ["y"]),
             helper.make_node("ReduceSum", ["y"], ["z"], keepdims=0), helper.make_node("Add", ["t", "z"], ["u"])],
            "body", [helper.make_tensor_value_info(n, FLOAT, [1]) for n in ("s", "x")],
            [helper.make_tensor_value_info("u", FLOAT, [1])],
            [numpy_helper.from_array(np.ones((16, 16), np.float32), "w")])
        return [g("Scan", g.constant([0.0], np.float32), x, body=body, num_scan_inputs=1)]

    g = Graph()
    x = g.constant(np.ones(4), np.float32)
    for _ in range(24):
        rows = [g("Expand", x, [1 << 8, 4]) for _ in range(8)]
        x = g("ReduceMax", g("Concat", *rows, axis=0), axes=[0], keepdims=0)
    tower = g.filled(24, 1024, 1024)
    made["tower"] = g.model(x, *[g("Mul", tower, g.constant(float(n), np.float32)) for n in range(4)])
    return made


def nested(g, deep):
    """An `If` in an `If`, so deep."""
    g.tensors.append(numpy_helper.from_array(np.array([1.0], np.float32), "base"))
    g.nodes.append(helper.make_node("Greater", [g("ReduceMax", "input_ids", keepdims=0), g.constant(3)], ["choice"]))
    thin = lambda level: helper.make_graph(
        [helper.make_node("If", ["choice"], [f"o{level}"], then_branch=thin(level - 1), else_branch=leaf(level))]
        if level else [helper.make_node("Identity", ["base"], [f"o{level}"])],
        "branch", [], [helper.make_tensor_value_info(f"o{level}", FLOAT, [1])])
    leaf = lambda level: helper.make_graph(
        [helper.make_node("Identity", ["base"], [f"l{level}"])], "leaf", [],
        [helper.make_tensor_value_info(f"l{level}", FLOAT, [1])])
    return g("If", "choice", then_branch=thin(deep), else_branch=leaf(deep + 1))


def alive():
    made = {}

    def attention(g, x, width, heads, weights):
        """Self-attention as it is exported: sizes by `Shape`, `Gather`, `Concat`; one of them `-1`."""
        batch = g("Unsqueeze", g("Gather", g("Shape", x), 0, axis=0), [0])
        length = g("Unsqueeze", g("Gather", g("Shape", x), 1, axis=0), [0])
        split = g("Concat", batch, length, [-1], [width // heads], axis=0)
        q, k, v = (g("Transpose", g("Reshape", g("MatMul", x, weights), split), perm=[0, 2, 1, 3]) for _ in range(3))
        scores = g("MatMul", q, g("Transpose", k, perm=[0, 1, 3, 2]))
        mask = g("Unsqueeze", g("Cast", "attention_mask", to=FLOAT), [1, 2])
        mask = g("Mul", g("Sub", g.constant(1.0, np.float32), mask), g.constant(-1e4, np.float32))
        mixed = g("MatMul", g("Softmax", g("Add", scores, mask), axis=-1), v)
        joined = g("Reshape", g("Transpose", mixed, perm=[0, 2, 1, 3]), g("Concat", batch, length, [-1], axis=0))
        return g("Add", x, g("MatMul", joined, weights))

    def rows(g, x, width):
        return g("MatMul", x, g.constant(np.ones((width, LABELS)) / width, np.float32))

    # Positions cut from a table by the length, and the mask expanded to it, as exports of BERT do.
    g = Graph()
    length = g("Unsqueeze", g.length(), [0])
    at = g("Slice", g.constant([list(range(128))]), [0], length, [1], [1])
    x = g("Add", g.tokens(16), g("Gather", g.constant(np.ones((128, 16)) * 0.01, np.float32), at, axis=0))
    weights = g.constant(np.eye(16) * 0.1, np.float32)
    for _ in range(12):
        x = attention(g, x, 16, 4, weights)
    made["bert"] = g.model(rows=rows(g, x, 16))

    # Positions counted over what is no padding, as RoBERTa does.
    g = Graph()
    mask = g("Cast", g("Not", g("Equal", "input_ids", g.constant(1))), to=TensorProto.INT32)
    at = g("Mul", g("Cast", g("CumSum", mask, g.constant(1)), to=TensorProto.INT32), mask)
    at = g("Add", g("Cast", at, to=INT), g.constant(1))
    x = g("Add", g.tokens(16), g("Gather", g.constant(np.ones((131, 16)) * 0.01, np.float32), at, axis=0))
    made["roberta"] = g.model(rows=rows(g, attention(g, x, 16, 4, g.constant(np.eye(16) * 0.1, np.float32)), 16))

    # A mask expanded to length x length by a size that is -1 where it is to stay, as torch writes `expand`.
    g = Graph()
    length = g("Unsqueeze", g.length(), [0])
    target = g("Concat", [-1], [1], length, length, axis=0)
    ones = g("ConstantOfShape", [4], value=helper.make_tensor("fill", INT, [1], [1]))
    minus = g("Mul", ones, [-1])
    target = g("Where", g("Equal", target, minus), ones, target)
    wide = g("Expand", g("Unsqueeze", g("Cast", "attention_mask", to=FLOAT), [1, 2]), target)
    made["expanded-mask"] = g.model(wide)

    # Positions by `Range`, distances between them, and how far they are in buckets, as MPNet and T5 do.
    g = Graph()
    at = g("Range", g.constant(0), g.length(), g.constant(1))
    far = g("Sub", g("Unsqueeze", at, [0]), g("Unsqueeze", at, [1]))
    near = g("Less", g("Abs", far), g.constant(8))
    log = g("Log", g("Add", g("Cast", g("Abs", far), to=FLOAT), g.constant(1.0, np.float32)))
    bucket = g("Min", g("Cast", log, to=INT), g.constant(15))
    bucket = g("Where", near, g("Abs", far), bucket)
    bias = g("Gather", g.constant(np.ones((16, 4)), np.float32), bucket, axis=0)
    made["distances"] = g.model(g("Transpose", bias, perm=[2, 0, 1]))

    # Windows of a length that is filled up, as Longformer does.
    g = Graph()
    length = g.length()
    missing = g("Mod", g("Sub", g.constant(16), g("Mod", length, g.constant(16))), g.constant(16))
    pads = g("Concat", [0, 0, 0], g("Unsqueeze", missing, [0]), axis=0)
    filled = g("Pad", g("Cast", "attention_mask", to=FLOAT), pads)
    made["filled-up"] = g.model(g("ReduceMax", filled, axes=[1], keepdims=1))

    # Weights stored in 8 bits, and strided convolutions of a few layers.
    g = Graph()
    weights = g("Cast", g.constant(np.ones((16, LABELS)), np.int8), to=FLOAT)
    small = g("MatMul", g.tokens(16), g("Mul", weights, g.constant(0.01, np.float32)))
    x = g("Cast", g("Unsqueeze", "attention_mask", [1]), to=FLOAT)
    for _ in range(4):
        x = g("Conv", x, g.constant(np.ones((1, 1, 3)), np.float32), kernel_shape=[3], strides=[2], pads=[1, 1])
    made["strided"] = g.model(x, rows=small)

    # Products in 8 bits as dynamic quantisation exports them: with a scale for each column, and with one and zero points.
    g = Graph()
    rng = np.random.default_rng(5)
    x = g("Gather", g.constant(rng.normal(size=(4, 16)), np.float32), g("Mod", "input_ids", g.constant(4)), axis=0)
    for kind, wide, each in ((np.int8, 24, True), (np.uint8, LABELS, False)):
        low, inner = np.iinfo(kind).min, 16 if each else 24
        weights = g.constant(rng.integers(low, low + 256, (inner, wide)), kind)
        zero = g.constant(np.zeros(wide) if each else 131, kind)
        scale = g.constant(rng.uniform(0.001, 0.01, wide) if each else 0.004, np.float32)
        small, by, at = g("DynamicQuantizeLinear", x, outputs=3)
        sums = g("Cast", g("MatMulInteger", small, weights, at, zero), to=FLOAT)
        x = g("Mul", sums, g("Mul", by, scale))
        x = g("Relu", g("Add", g.constant(rng.uniform(-1, 1, wide), np.float32), x))
    made["quantised"] = g.model(rows=x)
    return made


def main():
    for pattern, graphs in (("broken/hostile-{}.onnx", hostile()), ("alive/{}.onnx", alive())):
        for old in HERE.glob(pattern.format("*")):
            old.unlink()
        for name, model in graphs.items():
            path = HERE / pattern.format(name)
            path.parent.mkdir(exist_ok=True)
            onnx.save(model, path)


if __name__ == "__main__":
    main()
