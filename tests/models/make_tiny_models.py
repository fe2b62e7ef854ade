"""Makes the small models of the other tasks that the tests of `infer` run: random weights, seeded; needs no training.

    pip install onnx numpy tokenizers
    python tests/models/make_tiny_models.py

Writes, beside this file, each with a `chartguard.json` whose smoke test holds what NumPy computed:

- `tiny-embedder/`    WordPiece of `tiny-tagger`; vectors of tokens (`last_hidden_state`), to be pooled by whoever loads it;
- `tiny-unigram/`     a Unigram tokenizer with metaspace; vectors of texts (`sentence_embedding`), pooled in the graph;
- `tiny-classifier/`  byte-level BPE of `tiny-tagger-bytes`; one of three labels for a text;
- `tiny-pair/`        WordPiece; how well two texts go together, by the words that they share with their types told apart.
"""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

HERE = Path(__file__).parent
WIDTH = 16
TEXT = "Patient Tanel Brimos walked 40 feet without help."


def tokens(tokenizer, first, second=None):
    tokenizer.no_truncation()
    tokenizer.no_padding()
    encoding = tokenizer.encode(first, second) if second is not None else tokenizer.encode(first)
    return np.array(encoding.ids), np.array(encoding.type_ids)


def graph(name, weights, nodes, output, *, types=False):
    shape = ("batch_size", "sequence_length")
    inputs = ["input_ids", "attention_mask"] + (["token_type_ids"] if types else [])
    given = [helper.make_tensor_value_info(one, TensorProto.INT64, shape) for one in inputs]
    made = [helper.make_tensor_value_info(output[0], TensorProto.FLOAT, output[1])]
    tensors = [numpy_helper.from_array(value, key) for key, value in weights.items()]
    made_nodes = [helper.make_node(op, ins, [out], name=f"/{out}", **more) for op, ins, out, more in nodes]
    model = helper.make_model(
        helper.make_graph(made_nodes, name, given, made, tensors), opset_imports=[helper.make_opsetid("", 17)]
    )
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


# The mask as f32 with a last axis of one, and the embedded tokens under it.
EMBED = [
    ("Cast", ["attention_mask"], "mask_f", {"to": TensorProto.FLOAT}),
    ("Unsqueeze", ["mask_f", "last"], "mask", {}),
    ("Gather", ["embedding", "input_ids"], "embedded", {"axis": 0}),
]
# Their mean: [batch, width].
MEAN = [
    ("Mul", ["embedded", "mask"], "masked", {}),
    ("ReduceSum", ["masked", "one"], "sum", {"keepdims": 0}),
    ("ReduceSum", ["mask", "one"], "count", {"keepdims": 0}),
    ("Div", ["sum", "count"], "mean", {}),
]
AXES = {"last": np.array([-1], np.int64), "one": np.array([1], np.int64)}


def write(name, model, tokenizer_json, config, manifest):
    directory = HERE / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    onnx.save(model, directory / "model.onnx")
    (directory / "tokenizer.json").write_text(tokenizer_json + "\n", encoding="utf-8")
    for file, value in (("config.json", config), ("chartguard.json", manifest)):
        (directory / file).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def unigram():
    """Every printable character and the words of a few sentences, the longer the likelier."""
    words = re.findall(r"[a-z]+", "patient walked feet without help gait training minutes pain knee the of and")
    pieces = [("<pad>", 0.0), ("<s>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("\u2581", -4.0)]
    pieces += [(chr(code), -6.0) for code in range(33, 127)]
    pieces += [(start + word, -3.0 - 0.1 * at) for at, word in enumerate(dict.fromkeys(words)) for start in ("\u2581", "")]
    unique = list(dict(pieces).items())
    tokenizer = Tokenizer(models.Unigram(unique, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(["<pad>", "<s>", "</s>", "<unk>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    return tokenizer


def unit(vector):
    return vector / np.linalg.norm(vector)


def main():
    rng = np.random.default_rng(5)
    licence = {"version": "1", "licence": "MIT OR Apache-2.0"}

    def table(tokenizer):
        return rng.standard_normal((tokenizer.get_vocab_size(), WIDTH)).astype(np.float32)

    source = (HERE / "tiny-tagger/tokenizer.json").read_text(encoding="utf-8").strip()
    tokenizer = Tokenizer.from_str(source)
    embedding = table(tokenizer)
    ids, _ = tokens(tokenizer, TEXT)
    model = graph("embedder", {**AXES, "embedding": embedding}, [*EMBED, ("Mul", ["embedded", "mask"], "last_hidden_state", {})],
                  ("last_hidden_state", ("batch_size", "sequence_length", WIDTH)))
    config = {"architectures": ["TinyModel"], "max_position_embeddings": 128, "vocab_size": len(embedding), "pad_token_id": 0}
    smoke = {"text": TEXT, "embedding": unit(embedding[ids].mean(0))[:4].round(5).tolist(), "tolerance": 1e-3}
    write("tiny-embedder", model, source, config, {**licence, "pooling": "mean", "smoke": smoke})

    tokenizer = unigram()
    embedding = table(tokenizer)
    ids, _ = tokens(tokenizer, TEXT)
    model = graph("unigram", {**AXES, "embedding": embedding},
                  [*EMBED, *MEAN, ("Identity", ["mean"], "sentence_embedding", {})], ("sentence_embedding", ("batch_size", WIDTH)))
    config = {"architectures": ["TinyModel"], "max_position_embeddings": 128, "vocab_size": len(embedding), "pad_token_id": 0}
    smoke = {"text": TEXT, "embedding": embedding[ids].mean(0)[:4].round(5).tolist(), "tolerance": 1e-3}
    write("tiny-unigram", model, tokenizer.to_str(), config, {**licence, "normalize": False, "smoke": smoke})

    source = (HERE / "tiny-tagger-bytes/tokenizer.json").read_text(encoding="utf-8").strip()
    tokenizer = Tokenizer.from_str(source)
    embedding = table(tokenizer)
    weights, bias = rng.standard_normal((WIDTH, 3)).astype(np.float32), rng.standard_normal(3).astype(np.float32)
    ids, _ = tokens(tokenizer, TEXT)
    model = graph("classifier", {**AXES, "embedding": embedding, "weights": weights, "bias": bias},
                  [*EMBED, *MEAN, ("MatMul", ["mean", "weights"], "product", {}), ("Add", ["product", "bias"], "logits", {})],
                  ("logits", ("batch_size", 3)))
    labels = ["evaluation", "treatment_note", "discharge"]
    config = {"architectures": ["TinyForSequenceClassification"], "id2label": dict(enumerate(labels)), "model_type": "roberta",
              "max_position_embeddings": 130, "vocab_size": len(embedding), "pad_token_id": 1}
    logits = embedding[ids].mean(0) @ weights + bias
    scores = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    smoke = {"text": TEXT, "labels": {label: round(float(score), 5) for label, score in zip(labels, scores)}}
    write("tiny-classifier", model, source, config, {**licence, "smoke": smoke})

    source = (HERE / "tiny-tagger/tokenizer.json").read_text(encoding="utf-8").strip()
    tokenizer = Tokenizer.from_str(source)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(one, tokenizer.token_to_id(one)) for one in ("[CLS]", "[SEP]")],
    )
    source = tokenizer.to_str()
    embedding, kinds = table(tokenizer), rng.standard_normal((2, WIDTH)).astype(np.float32)
    weights = rng.standard_normal((WIDTH, 1)).astype(np.float32)
    other = "She can walk."
    ids, types = tokens(tokenizer, TEXT, other)
    model = graph("pair", {**AXES, "embedding": embedding, "kinds": kinds, "weights": weights},
                  [("Cast", ["attention_mask"], "mask_f", {"to": TensorProto.FLOAT}), ("Unsqueeze", ["mask_f", "last"], "mask", {}),
                   ("Gather", ["embedding", "input_ids"], "words", {"axis": 0}),
                   ("Gather", ["kinds", "token_type_ids"], "types", {"axis": 0}), ("Mul", ["words", "types"], "embedded", {}),
                   *MEAN, ("MatMul", ["mean", "weights"], "logits", {})],
                  ("logits", ("batch_size", 1)), types=True)
    config = {"architectures": ["TinyForSequenceClassification"], "id2label": {"0": "LABEL_0"}, "max_position_embeddings": 128,
              "vocab_size": len(embedding), "pad_token_id": 0}
    logit = ((embedding[ids] * kinds[types]).mean(0) @ weights)[0]
    smoke = {"text": TEXT, "pair": other, "similarity": round(float(1 / (1 + np.exp(-logit))), 5)}
    write("tiny-pair", model, source, config, {**licence, "smoke": smoke})


if __name__ == "__main__":
    main()
