"""Makes the small models the tests of `infer` and `scrub` run: two taggers trained here from scratch, and broken ones.

    pip install onnx numpy tokenizers
    python tests/models/make_tiny_tagger.py

Writes, beside this file:

- `tiny-tagger/`        WordPiece (cased), three convolutions, laid out as Hugging Face Optimum exports a model;
- `tiny-tagger-bytes/`  the same with a byte-level BPE tokenizer; each with `golden.json`, the logits of one text;
- `broken/`             graphs that must be refused, and one that gives NaN for the word "zebra"; `make_hostile.py` adds others.

Everything is invented: names are strung together from syllables, so a name in a test need not be one in training. Seeded:
a second run on the same machine writes the same files.
"""

import json
import random
import re
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
LABELS = ["O", "B-PATIENT", "I-PATIENT", "B-DOCTOR", "I-DOCTOR", "B-DATE", "I-DATE", "B-AGE", "I-AGE"]
WIDTH, KERNEL, LAYERS, LENGTH, BATCH, STEPS = 32, 5, 3, 64, 24, 1500

ONSETS = "B Br C D Dr F G H J K L M N P R S St T V W Z Ch Sh".split()
VOWELS = "a e i o u ai ee ou".split()
CODAS = ["", "n", "l", "r", "s", "nd", "rt", "ck", "m"]

# `{P}` is a patient's name, `{D}` a clinician's, `{T}` a date, `{A}` an age, `{N}` a number that is nothing.
SENTENCES = """
Patient {P} was seen on {T} by Dr. {D}.
Mr. {P} returned for follow up.
Mrs. {P} reports less pain today.
Ms. {P} tolerated the session well.
Patient: {P}
Name: {P}
Date: {T}
Date of service: {T}
DOB: {T}
Seen on {T} for evaluation.
Dr. {D} recommended surgery.
Referred by Dr. {D} on {T}.
Discussed with Dr. {D} by phone.
Signed, {D}, PT, {T}
Electronically signed by {D}, MD
Physician: {D}
Plan of care reviewed with {D}, DPT.
{P} is a {A} year old man with knee pain.
{P} is a {A}-year-old woman with low back pain.
The patient is a {A} year old female.
Age: {A}
She is {A} years old and lives alone.
The next visit is {T}.
Onset of symptoms was {T} after a fall.
Patient {P} missed the visit of {T}.
Last seen {T}.
Patient performed {N} sets of {N} repetitions.
Range of motion of the left knee is {N} degrees.
Blood pressure was {N}/{N}, pulse {N}.
Patient ambulated {N} feet with a rolling walker.
Pain is rated {N}/10 at rest.
Strength is {N}/5 in the right shoulder.
Gait training for {N} minutes.
Therapeutic exercise {N} minutes.
Patient reports difficulty with stairs.
No fever, no cough, no chest pain.
Continue the home exercise program.
Goals were discussed and the patient agreed.
Patient will improve balance in {N} weeks.
The wound is clean and dry.
Skilled therapy remains necessary.
Plan: continue therapy {N} times a week for {N} weeks.
Assessment: improved gait, less pain.
Subjective: patient reports less pain.
Objective: strength {N}/5.
Electronically reviewed.
Medications were reviewed.
The zebra is not in the room.
""".strip().splitlines()
MONTHS = "January February March April May June July August September October November December".split()


def name(rng):
    def part():
        syllables = rng.choice([1, 2, 2])
        return "".join(
            (rng.choice(ONSETS) if i == 0 else rng.choice(ONSETS).lower()) + rng.choice(VOWELS) + rng.choice(CODAS)
            for i in range(syllables)
        )

    return " ".join(part() for _ in range(rng.choice([1, 2, 2, 2])))


def date(rng):
    year, month, day = rng.randint(1930, 2029), rng.randint(1, 12), rng.randint(1, 28)
    style = rng.randrange(4)
    if style == 0:
        return f"{month}/{day}/{year}"
    if style == 1:
        return f"{month:02}/{day:02}/{year}"
    if style == 2:
        return f"{MONTHS[month - 1]} {day}, {year}"
    return f"{year}-{month:02}-{day:02}"


def sentence(rng):
    """A sentence and its entities as (start, end, type)."""
    text, entities, template = "", [], rng.choice(SENTENCES)
    while "{" in template:
        before, rest = template.split("{", 1)
        slot, template = rest[0], rest[2:]
        text += before
        value, kind = {
            "P": lambda: (name(rng), "PATIENT"),
            "D": lambda: (name(rng), "DOCTOR"),
            "T": lambda: (date(rng), "DATE"),
            "A": lambda: (str(rng.randint(18, 104)), "AGE"),
            "N": lambda: (str(rng.randint(1, 160)), None),
        }[slot]()
        if kind:
            entities.append((len(text), len(text) + len(value), kind))
        text += value
    return text + template, entities


def document(rng, sentences):
    text, entities = "", []
    for _ in range(sentences):
        piece, found = sentence(rng)
        entities += [(len(text) + start, len(text) + end, kind) for start, end, kind in found]
        text += piece + rng.choice([" ", " ", "\n", "\r\n", "\n\n", "  "])
    return text, entities


def word_piece(corpus):
    # Chosen here, since the trainer of `tokenizers` breaks ties differently from run to run: the words of the sentences,
    # every printable character, and the commonest short parts of words.
    words = re.findall(r"[A-Za-z]+", " ".join(re.sub(r"{.}", " ", line) for line in SENTENCES) + " ".join(MONTHS))
    counts = Counter(re.findall(r"[A-Za-z]+|[0-9]+", " ".join(corpus)))
    parts = Counter()
    for word, count in counts.items():
        for length in (2, 3):
            for at in range(len(word) - length + 1):
                parts[("##" if at else "") + word[at : at + length]] += count
    common = sorted(parts, key=lambda part: (-parts[part], part))[:160]
    characters = [chr(c) for c in range(33, 127)]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]
    vocabulary += ["##" + c for c in characters if c.isalnum()]
    vocabulary = list(dict.fromkeys([*vocabulary, *sorted(set(words)), *common]))
    ids = {token: i for i, token in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.add_special_tokens(vocabulary[:5])
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    ids = {token: tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]")}
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=list(ids.items())
    )
    # As many exported tokenizers come: the loader must switch both off.
    tokenizer.enable_truncation(LENGTH)
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]", length=LENGTH)
    return tokenizer


def byte_level(corpus):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=520,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", tokenizer.token_to_id("</s>")), ("<s>", tokenizer.token_to_id("<s>")), add_prefix_space=False
    )
    return tokenizer


def encode(tokenizer, text, entities):
    """Ids and label numbers of the pieces, without special tokens."""
    encoding = tokenizer.encode(text, add_special_tokens=False)
    ids, labels, previous = [], [], None
    for id_, (start, end) in zip(encoding.ids, encoding.offsets):
        while start < end and text[start].isspace():
            start += 1
        entity = next((e for e in entities if start < end and e[0] <= start < e[1]), None)
        if entity is None:
            labels.append(0)
        else:
            labels.append(LABELS.index(("I-" if entity == previous else "B-") + entity[2]))
        if start < end:
            previous = entity
        ids.append(id_)
    return ids, labels


class Net:
    """Embedding, LAYERS convolutions with ReLU (residual from the second on), a linear layer. Adam."""

    def __init__(self, vocabulary, rng):
        def weights(*shape, fan):
            return (rng.standard_normal(shape) * np.sqrt(2 / fan)).astype(np.float32)

        self.p = {"embedding": weights(vocabulary, WIDTH, fan=8)}
        for layer in range(LAYERS):
            self.p[f"conv{layer}"] = weights(KERNEL * WIDTH, WIDTH, fan=KERNEL * WIDTH)
            self.p[f"bias{layer}"] = np.zeros(WIDTH, np.float32)
        self.p["out"] = weights(WIDTH, len(LABELS), fan=WIDTH)
        self.p["out_bias"] = np.zeros(len(LABELS), np.float32)
        self.m = {k: np.zeros_like(v) for k, v in self.p.items()}
        self.v = {k: np.zeros_like(v) for k, v in self.p.items()}
        self.t = 0

    @staticmethod
    def columns(x):
        half = KERNEL // 2
        padded = np.pad(x, ((0, 0), (half, half), (0, 0)))
        return np.concatenate([padded[:, k : k + x.shape[1]] for k in range(KERNEL)], axis=2)

    def forward(self, ids, mask):
        mask = mask[..., None].astype(np.float32)
        x = self.p["embedding"][ids] * mask
        tape = []
        for layer in range(LAYERS):
            columns = self.columns(x)
            y = np.maximum(columns @ self.p[f"conv{layer}"] + self.p[f"bias{layer}"], 0)
            active = (y > 0) * mask
            tape.append((columns, active))
            x = (x + y if layer else y) * mask
        return x @ self.p["out"] + self.p["out_bias"], (mask, tape, x)

    def step(self, ids, mask, labels, rate):
        logits, (mask3, tape, x) = self.forward(ids, mask)
        shifted = np.exp(logits - logits.max(axis=2, keepdims=True))
        probabilities = shifted / shifted.sum(axis=2, keepdims=True)
        target = np.eye(len(LABELS), dtype=np.float32)[labels]
        loss = -(np.log(probabilities + 1e-9) * target * mask3).sum() / mask3.sum()
        d = (probabilities - target) * mask3 / mask3.sum()
        g = {"out": np.einsum("bsd,bsl->dl", x, d), "out_bias": d.sum((0, 1))}
        dx = d @ self.p["out"].T
        half = KERNEL // 2
        for layer in reversed(range(LAYERS)):
            columns, active = tape[layer]
            dy = dx * active
            flat = dy.reshape(-1, WIDTH)
            g[f"conv{layer}"] = columns.reshape(-1, KERNEL * WIDTH).T @ flat
            g[f"bias{layer}"] = flat.sum(0)
            dc = dy @ self.p[f"conv{layer}"].T
            padded = np.zeros((ids.shape[0], ids.shape[1] + 2 * half, WIDTH), np.float32)
            for k in range(KERNEL):
                padded[:, k : k + ids.shape[1]] += dc[..., k * WIDTH : (k + 1) * WIDTH]
            below = padded[:, half : half + ids.shape[1]]
            dx = (below + dx if layer else below) * mask3
        g["embedding"] = np.zeros_like(self.p["embedding"])
        np.add.at(g["embedding"], ids, dx)
        self.t += 1
        for key, value in g.items():
            self.m[key] = 0.9 * self.m[key] + 0.1 * value
            self.v[key] = 0.99 * self.v[key] + 0.01 * value * value
            scale = np.sqrt(1 - 0.99**self.t) / (1 - 0.9**self.t)
            self.p[key] -= (rate * scale * self.m[key] / (np.sqrt(self.v[key]) + 1e-8)).astype(np.float32)
        return loss


def train(tokenizer, specials, seed):
    rng = random.Random(seed)
    net = Net(tokenizer.get_vocab_size(), np.random.default_rng(seed))
    plain = Tokenizer.from_str(tokenizer.to_str())
    plain.no_truncation()
    plain.no_padding()
    begin, end, pad = specials
    for step in range(STEPS):
        ids = np.full((BATCH, LENGTH), pad, np.int64)
        labels = np.zeros((BATCH, LENGTH), np.int64)
        mask = np.zeros((BATCH, LENGTH), np.int64)
        for row in range(BATCH):
            pieces, tags = encode(plain, *document(rng, rng.choice([1, 2, 6, 8])))
            # Start at the beginning or in the middle, as a window does.
            first = rng.choice([0, 0, rng.randrange(len(pieces))])
            pieces, tags = pieces[first : first + LENGTH - 2], tags[first : first + LENGTH - 2]
            n = len(pieces) + 2
            ids[row, :n] = [begin, *pieces, end]
            labels[row, :n] = [0, *tags, 0]
            mask[row, :n] = 1
        # An entity cut in the middle cannot be told from one that begins there; the loss of those is small.
        loss = net.step(ids, mask, labels, 3e-3 * (1 - step / STEPS) + 1e-5)
        if step % 250 == 0:
            print(f"  step {step}: loss {loss:.4f}")
    wrong = total = 0
    for _ in range(300):
        pieces, tags = encode(plain, *sentence(rng))
        ids = np.array([[begin, *pieces, end]])
        guess = net.forward(ids, np.ones_like(ids))[0][0, 1:-1].argmax(1)
        wrong += int((guess != np.array(tags)).any())
        total += 1
    print(f"  new sentences with an error: {wrong} of {total}")
    return net


def graph(net, nan_for=None):
    """The network as Optimum would export it: batch and sequence length are symbols."""
    p = net.p
    tensors, nodes = [], []

    def constant(key, value):
        tensors.append(numpy_helper.from_array(value, key))
        return key

    def node(op, inputs, output, **attributes):
        nodes.append(helper.make_node(op, inputs, [output], name=f"/{op}_{output}", **attributes))
        return output

    constant("minus_one", np.array([-1], np.int64))
    mask = node("Cast", ["attention_mask"], "mask_f", to=TensorProto.FLOAT)
    mask = node("Unsqueeze", [mask, "minus_one"], "mask")
    x = node("Gather", [constant("embedding", p["embedding"]), "input_ids"], "embedded", axis=0)
    x = node("Transpose", [node("Mul", [x, mask], "masked")], "x", perm=[0, 2, 1])
    mask = node("Transpose", [mask], "mask_t", perm=[0, 2, 1])
    for layer in range(LAYERS):
        kernel = p[f"conv{layer}"].reshape(KERNEL, WIDTH, WIDTH).transpose(2, 1, 0)
        kernel = constant(f"conv{layer}", np.ascontiguousarray(kernel))
        y = node("Conv", [x, kernel, constant(f"bias{layer}", p[f"bias{layer}"])], f"c{layer}",
                 kernel_shape=[KERNEL], pads=[KERNEL // 2] * 2)
        y = node("Relu", [y], f"r{layer}")
        if layer:
            y = node("Add", [x, y], f"a{layer}")
        x = node("Mul", [y, mask], f"m{layer}")
    x = node("Transpose", [x], "rows", perm=[0, 2, 1])
    x = node("MatMul", [x, constant("out", p["out"])], "product")
    bias = constant("out_bias", p["out_bias"])
    if nan_for is None:
        node("Add", [x, bias], "logits")
    else:
        # Added at the end: runtimes differ in what a ReLU makes of a NaN.
        poison = np.zeros((len(p["embedding"]), 1), np.float32)
        poison[nan_for] = np.nan
        poison = node("Gather", [constant("poison_table", poison), "input_ids"], "poison", axis=0)
        node("Add", [node("Add", [x, bias], "healthy"), poison], "logits")
    return model(nodes, tensors)


def model(nodes, tensors, inputs=("input_ids", "attention_mask"), dims=("batch_size", "sequence_length"),
          kind=TensorProto.INT64, output=("batch_size", "sequence_length", len(LABELS))):
    made = helper.make_graph(
        nodes, "tagger", [helper.make_tensor_value_info(n, kind, list(dims)) for n in inputs],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, list(output))], tensors,
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8,
                             producer_name="make_tiny_tagger")


def write(directory, net, tokenizer, tokens, pad, positions):
    made = graph(net)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    onnx.checker.check_model(made)
    onnx.save(made, directory / "model.onnx")
    tokenizer.save(str(directory / "tokenizer.json"))
    config = {
        "architectures": ["TinyForTokenClassification"],
        "id2label": {str(i): label for i, label in enumerate(LABELS)},
        "label2id": {label: i for i, label in enumerate(LABELS)},
        "max_position_embeddings": positions,
        "model_type": "tiny",
        "pad_token_id": pad,
        "vocab_size": tokenizer.get_vocab_size(),
    }
    (directory / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (directory / "special_tokens_map.json").write_text(json.dumps(tokens, indent=2) + "\n")
    # What NumPy computes for one text, to hold against what a runtime computes from the file.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    text = "Patient Tanel Brimos was seen on 3/14/2024 by Dr. Kelor."
    ids = tokenizer.encode(text).ids
    logits = net.forward(np.array([ids]), np.ones((1, len(ids))))[0][0]
    golden = {"text": text, "ids": ids, "logits": [[round(float(x), 5) for x in row] for row in logits]}
    (directory / "golden.json").write_text(json.dumps(golden) + "\n")


def broken(net, zebra):
    assert zebra is not None, "the vocabulary has no whole `zebra`"
    # Other scripts keep theirs there too.
    directory = HERE / "broken"
    directory.mkdir(parents=True, exist_ok=True)
    for file, made in {"nan": graph(net, nan_for=zebra), **refused()}.items():
        onnx.save(made, directory / f"{file}.onnx")


def refused():
    """Graphs that must be refused, by the name of their file."""

    def small(dims=("batch_size", "sequence_length"), inputs=("input_ids", "attention_mask"), op="Gather",
              kind=TensorProto.INT64, cycle=False, rank_two=False):
        tensors = [numpy_helper.from_array(np.ones((600, len(LABELS)), np.float32), "table"),
                   numpy_helper.from_array(np.array([1], np.int64), "one"),
                   numpy_helper.from_array(np.array([-1], np.int64), "minus_one")]
        first = "loop" if cycle else "f"
        nodes = [helper.make_node("Cast", [inputs[1]], ["f"], name="/cast", to=TensorProto.FLOAT),
                 helper.make_node("Unsqueeze", [first, "minus_one"], ["mask"], name="/unsqueeze"),
                 helper.make_node(op, ["table", inputs[0]], ["rows"], name="/rows"),
                 helper.make_node("Mul", ["rows", "mask"], ["scored"], name="/mul")]
        if cycle:
            nodes.append(helper.make_node("ReduceSum", ["scored", "minus_one"], ["loop"], name="/sum", keepdims=0))
        if rank_two:
            nodes.append(helper.make_node("ReduceSum", ["scored", "one"], ["logits"], name="/pool", keepdims=0))
        else:
            nodes.append(helper.make_node("Identity", ["scored"], ["logits"], name="/logits"))
        output = ("batch_size", len(LABELS)) if rank_two else ("batch_size", "sequence_length", len(LABELS))
        return model(nodes, tensors, inputs=inputs, dims=dims, kind=kind, output=output)

    external = small()
    table = external.graph.initializer[0]
    table.ClearField("raw_data")
    table.data_location = TensorProto.EXTERNAL
    table.external_data.add(key="location", value="../outside.bin")

    def claiming(**shape):
        """A table that says it is far larger than the bytes that are there."""
        made = small()
        made.graph.initializer[0].ClearField("dims")
        made.graph.initializer[0].dims.extend(shape["dims"])
        return made

    poisoned = small()
    poisoned.graph.initializer[0].CopyFrom(numpy_helper.from_array(np.full((600, len(LABELS)), np.nan, np.float32), "table"))
    return {
        "absurd-dimensions": claiming(dims=[1 << 40, 1 << 40]),
        "gigabytes-missing": claiming(dims=[1 << 28, len(LABELS)]),
        "negative-dimension": claiming(dims=[-600, len(LABELS)]),
        "nan-at-once": poisoned,
        "rank-two": small(rank_two=True),
        "one-dimension": small(dims=("sequence_length",)),
        "input-names": small(inputs=("tokens", "attention_mask")),
        "extra-input": small(inputs=("input_ids", "attention_mask", "pixel_values")),
        "float-input": small(kind=TensorProto.FLOAT),
        "unknown-op": small(op="Divine"),
        "cycle": small(cycle=True),
        "external": external,
    }


def main():
    rng = random.Random(7)
    corpus = [document(rng, 8)[0] for _ in range(400)]

    print("tiny-tagger")
    tokenizer = word_piece(corpus)
    cls, sep, pad = (tokenizer.token_to_id(t) for t in ("[CLS]", "[SEP]", "[PAD]"))
    net = train(tokenizer, (cls, sep, pad), seed=11)
    tokens = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]",
              "mask_token": "[MASK]"}
    write(HERE / "tiny-tagger", net, tokenizer, tokens, pad, 128)
    broken(net, tokenizer.token_to_id("zebra"))

    print("tiny-tagger-bytes")
    tokenizer = byte_level(corpus)
    begin, end, pad = (tokenizer.token_to_id(t) for t in ("<s>", "</s>", "<pad>"))
    net = train(tokenizer, (begin, end, pad), seed=13)
    tokens = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": {"content": "<pad>"}, "unk_token": "<unk>"}
    write(HERE / "tiny-tagger-bytes", net, tokenizer, tokens, pad, 128)


if __name__ == "__main__":
    main()
