"""Trains the model of statements: what each sentence of a therapy note does (core/src/rubric/statements/).

    cargo build --workspace --example statement_features
    python3 core/models/training/statements.py target/debug/examples/statement_features \\
        core/models/statements core/models/training/statements/*.txt --documents core/models/training/documents/*.txt

Notes are read from files in which what a statement does is marked: `=== id | discipline | document type`, then the note,
with pieces such as `⟦goal-long: Pt will walk 500 ft⟧` (several kinds stand apart by commas). The features come from the
program that runs at scoring. First one logistic regression a kind; then a small network reads what these say of a statement,
of its neighbours and of the other items of its list. It learns from what models of the other hands say of each hand's notes,
for so will it meet them. All chance comes from one seed. What it prints is how well the notes of each hand are read by
models of the others.
"""

import argparse
import glob
import json
import os
import re
import struct
import subprocess
import sys
from collections import Counter

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import expit, softmax

KINDS = [
    "goal-long", "goal-short", "goal", "goal-ref", "status", "skilled", "complexity", "measure", "activity", "planned",
    "unskilled", "plan", "diagnosis", "function",
]
TYPES = ["evaluation", "plan_of_care", "treatment_note", "progress_report", "recertification", "discharge"]
DISCIPLINES = ["pt", "ot", "slp"]
# What in a family of other notes speaks of therapy: then it is left out of the notes that are none.
THERAPY = re.compile(r"(?i)\b(?:physical|occupational|speech) therap|\bOTR|\bDPT\b|CCC-SLP|\bSLP\b|plan of care|\bPT\b.*\bgoals?\b")
ROWS = 1 << 14
HIDDEN = 32
# Of notes that are no therapy notes there are more; each counts for less, and they are read by models of the others in a few parts.
OTHER, PARTS = 0.4, 4
# As in core/src/rubric/statements/context.rs.
LIMIT, ABSENT, NO_LIST, LONG = 6.0, -4.0, -3.0, 8.0
MARK = re.compile(r"⟦([a-z, -]+):\s?(.*?)⟧", re.DOTALL)


def notes(path):
    """The notes of a file: text without marks, and the marks as spans in code points."""
    found = []
    for part in re.split(r"(?m)^=== ", open(path, encoding="utf-8").read())[1:]:
        head, _, body = part.partition("\n")
        id, discipline, doc_type = (field.strip() for field in head.split("|"))
        text, spans, at = "", [], 0
        for mark in MARK.finditer(body):
            text += body[at : mark.start()]
            kinds = [kind.strip() for kind in mark.group(1).split(",")]
            unknown = [kind for kind in kinds if kind not in KINDS]
            if unknown:
                sys.exit(f"{path}, {id}: no such kind: {unknown[0]}")
            spans.append((len(text), len(text) + len(mark.group(2)), kinds))
            text += mark.group(2)
            at = mark.end()
        text += body[at:]
        if "⟦" in text or "⟧" in text:
            sys.exit(f"{path}, {id}: a mark is not closed")
        found.append({"id": id, "discipline": discipline, "doc_type": doc_type, "text": text, "spans": spans})
    return found


def table(program, labelled):
    """A sparse row a statement, scaled to length one; its labels; its note; the list that it is an item of, or None."""
    lines = "".join(json.dumps({k: n[k] for k in ("id", "discipline", "doc_type", "text")}) + "\n" for n in labelled)
    out = subprocess.run([program], input=lines, capture_output=True, text=True, check=True).stdout
    columns, ends, values, labels, where, lists = [], [0], [], [], [], []
    for note, line in zip(labelled, out.splitlines()):
        for statement in json.loads(line)["statements"]:
            start, end = statement["start"], statement["end"]
            kinds = set()
            for a, b, named in note["spans"]:
                shared = min(end, b) - max(start, a)
                if shared > 0 and shared >= 0.5 * min(end - start, b - a):
                    kinds.update(named)
            columns += statement["rows"]
            values += [1 / len(statement["rows"]) ** 0.5] * len(statement["rows"])
            ends.append(len(columns))
            labels.append([kind in kinds for kind in KINDS])
            where.append(note)
            lists.append(statement["list"])
    features = csr_matrix((np.array(values), np.array(columns), np.array(ends)), shape=(len(labels), ROWS))
    return features, np.array(labels, dtype=float), where, lists


def context(logits, where, lists):
    """What stands around each statement, in numbers (core/src/rubric/statements/context.rs)."""
    logits = np.clip(logits, -LIMIT, LIMIT)
    rows = []
    start = 0
    while start < len(where):
        end = start
        while end < len(where) and where[end] is where[start]:
            end += 1
        own, count = logits[start:end], end - start
        absent = np.full(own.shape[1], ABSENT)
        most = expit(own).max(0)
        sums, sizes, before = {}, Counter(), {}
        for at, number in enumerate(lists[start:end]):
            if number is not None:
                sums[number] = sums.get(number, 0) + own[at]
                sizes[number] += 1
        for at, number in enumerate(lists[start:end]):
            near = lambda step: own[at + step] if 0 <= at + step < count else absent
            others = sizes[number] - 1 if number is not None else 0
            mean = (sums[number] - own[at]) / others if others > 0 else np.full(own.shape[1], NO_LIST)
            item = before.get(number, absent) if number is not None else absent
            if number is not None:
                before[number] = own[at]
            views = [own[at], near(-1), near(1), near(-2), near(2), mean, item, most]
            rows.append(np.concatenate(views + [[float(others > 0), min(others, LONG) / LONG]]))
        start = end
    return np.array(rows)


def train_network(inputs, labels, seed, epochs=60, rate=2e-3, batch=256, decay=0.1):
    """Weights of a network of one hidden layer, a logistic output a kind: Adam, its rate let down along a cosine."""
    rng = np.random.default_rng(seed)
    mean, spread = inputs.mean(0), inputs.std(0) + 1e-6
    scaled = (inputs - mean) / spread
    sizes = [(scaled.shape[1], HIDDEN), (HIDDEN,), (HIDDEN, labels.shape[1]), (labels.shape[1],)]
    params = [rng.uniform(-1, 1, s) * (6 / sum(s)) ** 0.5 if len(s) == 2 else np.zeros(s) for s in sizes]
    first, second = [np.zeros(s) for s in sizes], [np.zeros(s) for s in sizes]
    steps, step = epochs * (len(scaled) // batch), 0
    for _ in range(epochs):
        order = rng.permutation(len(scaled))
        for at in range(0, len(order) - batch + 1, batch):
            x, y = scaled[order[at : at + batch]], labels[order[at : at + batch]]
            hidden = np.maximum(x @ params[0] + params[1], 0)
            error = (expit(hidden @ params[2] + params[3]) - y) / batch
            back = (error @ params[2].T) * (hidden > 0)
            slopes = [x.T @ back + decay / batch * params[0], back.sum(0), hidden.T @ error + decay / batch * params[2], error.sum(0)]
            now = rate * 0.5 * (1 + np.cos(np.pi * step / steps))
            step += 1
            for k, slope in enumerate(slopes):
                first[k] = 0.9 * first[k] + 0.1 * slope
                second[k] = 0.999 * second[k] + 0.001 * slope**2
                params[k] = params[k] - now * (first[k] / (1 - 0.9**step)) / ((second[k] / (1 - 0.999**step)) ** 0.5 + 1e-8)
    inner, inner_bias, outer, outer_bias = params
    return inner / spread[:, None], inner_bias - (mean / spread) @ inner, outer, outer_bias


def judge(network, inputs):
    """What a network makes of its inputs, before the logistic function."""
    inner, inner_bias, outer, outer_bias = network
    return np.maximum(inputs @ inner + inner_bias, 0) @ outer + outer_bias


def train(features, labels, steps, decay):
    """Weights and biases of a logistic regression a kind, by accelerated gradient descent: convex, so one answer."""
    count, kinds = labels.shape
    turned = features.T.tocsr()
    weights, bias = np.zeros((ROWS, kinds)), np.full(kinds, -3.0)
    ahead_weights, ahead_bias, rate = weights, bias, 3.0
    for step in range(1, steps + 1):
        error = expit(features @ ahead_weights + ahead_bias) - labels
        new_weights = ahead_weights - rate * (turned @ error / count + 2 * decay * ahead_weights)
        new_bias = ahead_bias - rate * error.mean(0)
        push = (step - 1) / (step + 2)
        ahead_weights = new_weights + push * (new_weights - weights)
        ahead_bias = new_bias + push * (new_bias - bias)
        weights, bias = new_weights, new_bias
    return weights, bias


def documents(program, labelled):
    """A sparse row a note: the rows of its statements, each by the root of its count, scaled to length one."""
    lines = "".join(json.dumps({"id": note["id"], "text": note["text"]}) + "\n" for note in labelled)
    out = subprocess.run([program], input=lines, capture_output=True, text=True, check=True).stdout
    columns, ends, values = [], [0], []
    for line in out.splitlines():
        counts = Counter(row for statement in json.loads(line)["statements"] for row in statement["rows"])
        total = max(sum(counts.values()), 1)
        columns += counts.keys()
        values += [(count / total) ** 0.5 for count in counts.values()]
        ends.append(len(columns))
    return csr_matrix((np.array(values), np.array(columns), np.array(ends)), shape=(len(labelled), ROWS))


def train_classes(features, labels, counts, steps=400, decay=1e-5):
    """Weights of a softmax regression in which each note counts for so much, by accelerated gradient descent."""
    turned, gold = features.T.tocsr(), np.eye(labels.max() + 1)[labels]
    weights = ahead = np.zeros((ROWS, gold.shape[1]))
    counts = (counts / counts.sum())[:, None]
    for step in range(1, steps + 1):
        slope = turned @ ((softmax(features @ ahead, axis=1) - gold) * counts) + 2 * decay * ahead
        new = ahead - 5.0 * slope
        ahead, weights = new + (step - 1) / (step + 2) * (new - weights), new
    return weights


def other_notes(folder):
    """Notes that are no therapy notes: families of clinical notes, with a name in every slot."""
    found = []
    for path in sorted(glob.glob(f"{folder}/w*/*.txt")):
        text = re.sub(r"\{[^{}\n]{1,60}\}", "Lee", open(path, encoding="utf-8").read())
        if len(text) >= 300 and not THERAPY.search(text):
            hand = os.path.basename(os.path.dirname(path))
            found.append({"id": f"{hand}-{os.path.basename(path)}", "text": text[:6000]})
    return found


def document_model(program, labelled, families, path):
    """Trains what tells the kind of document and the discipline, and prints how well each hand is read by the others."""
    none = other_notes(families)
    features = documents(program, labelled + none)
    part = lambda note: f"others {int(note['id'].split('-')[0][1:]) % PARTS}"
    hands = np.array([note["id"].split("-")[0] for note in labelled] + [part(note) for note in none])
    counts = np.array([1.0] * len(labelled) + [OTHER] * len(none))
    everything = []
    for name, classes, key in [("type", TYPES, "doc_type"), ("discipline", DISCIPLINES, "discipline")]:
        labels = np.array([classes.index(note[key]) for note in labelled] + [len(classes)] * len(none))
        said = np.zeros(len(labels), dtype=int)
        for hand in sorted(set(hands)):
            out = hands == hand
            said[out] = (features[out] @ train_classes(features[~out], labels[~out], counts[~out])).argmax(1)
        right = said == labels
        print(f"{name}: {right[:len(labelled)].mean():.3f} of {len(labelled)} therapy notes, "
              f"{right[len(labelled):].mean():.3f} of {len(none)} others known as none")
        everything.append(train_classes(features, labels, counts))
    weights = np.hstack(everything)
    scale = np.abs(weights).max(0) / 127
    with open(path, "wb") as file:
        file.write(b"cgdoc001")
        file.write(struct.pack(f"<{len(scale)}f", *scale))
        file.write(np.round(weights / scale).astype(np.int8).tobytes())


def others(features, labels, hands, steps, decay):
    """What a model trained on the other hands makes of each hand's statements, before the logistic function."""
    logits = np.zeros(labels.shape)
    for hand in sorted(set(hands)):
        out = np.array([h == hand for h in hands])
        weights, bias = train(features[~out], labels[~out], steps, decay)
        logits[out] = features[out] @ weights + bias
    return logits


def calibrate(logits, labels):
    """For each kind the slope and shift that make the likelihoods true of hands not trained on (Platt)."""
    answer = []
    for x, y in zip(logits.T, labels.T):
        a, b = 1.0, 0.0
        for _ in range(50):  # Newton's method
            p = expit(a * x + b)
            w = p * (1 - p)
            slope = np.array([((p - y) * x).sum() + 0.1 * (a - 1), (p - y).sum()])
            curve = np.array([[(w * x * x).sum() + 0.1, (w * x).sum()], [(w * x).sum(), w.sum() + 1e-3]])
            a, b = np.array([a, b]) - np.linalg.solve(curve, slope)
        answer.append((a, b))
    return np.array(answer)


def report(likely, gold):
    """How well each hand is read by a model of the others."""
    for k, kind in enumerate(KINDS):
        said = likely[:, k] >= 0.5
        right = (said & (gold[:, k] > 0)).sum()
        print(f"  {kind:12} {int(gold[:, k].sum()):5} recall {right / max(gold[:, k].sum(), 1):.3f} "
              f"precision {right / max(said.sum(), 1):.3f}   best {best(likely[:, k], gold[:, k])}")
    for name, columns in {"any goal": [0, 1, 2, 3], "goal set": [0, 1, 2]}.items():
        said, there = likely[:, columns].sum(1) >= 0.5, gold[:, columns].any(1)
        right = (said & there).sum()
        print(f"  {name:12} {there.sum():5} recall {right / max(there.sum(), 1):.3f} "
              f"precision {right / max(said.sum(), 1):.3f}   best {best(likely[:, columns].sum(1), there)}")


def best(likely, gold):
    """The best F1 over all thresholds, and its threshold."""
    order = np.argsort(-likely)
    right = np.cumsum(gold[order] > 0)
    f1 = 2 * right / (np.arange(len(order)) + 1 + max((gold > 0).sum(), 1))
    return f"F1 {f1.max():.3f} at {likely[order[f1.argmax()]]:.2f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("out", help="the folder of weights.bin and document.bin")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--documents", nargs="*", default=[], help="more notes, of which only the kind and the discipline are learned")
    parser.add_argument("--families", default="core/models/training/families")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--decay", type=float, default=3e-6)
    given = parser.parse_args()
    labelled = [note for path in given.files for note in notes(path)]
    features, labels, where, lists = table(given.program, labelled)
    hands = [note["id"].split("-")[0] for note in where]
    print(f"{len(labelled)} notes, {len(labels)} statements")
    logits = others(features, labels, hands, given.steps, given.decay)
    slope, shift = calibrate(logits, labels).T
    print("by itself:")
    report(expit(logits * slope + shift), labels)
    inputs = context(logits * slope + shift, where, lists)
    said = np.zeros(labels.shape)
    for hand in sorted(set(hands)):
        out = np.array([h == hand for h in hands])
        said[out] = judge(train_network(inputs[~out], labels[~out], given.seed), inputs[out])
    print("with what stands around it:")
    report(expit(said), labels)
    inner, inner_bias, outer, outer_bias = train_network(inputs, labels, given.seed)
    # Platt once more, over hands that the network did not see.
    sharp, lift = calibrate(said, labels).T
    outer, outer_bias = outer * sharp, outer_bias * sharp + lift
    weights, bias = train(features, labels, given.steps, given.decay)
    weights, bias = weights * slope, bias * slope + shift
    scale = np.abs(weights).max(0) / 127
    with open(f"{given.out}/weights.bin", "wb") as file:
        file.write(b"cgstmt02")
        for numbers in (scale, bias, inner, inner_bias, outer, outer_bias):
            file.write(np.asarray(numbers, dtype="<f4").tobytes())
        file.write(np.round(weights / scale).astype(np.int8).tobytes())
    more = [note for path in given.documents for note in notes(path)]
    document_model(given.program, labelled + more, given.families, f"{given.out}/document.bin")


if __name__ == "__main__":
    main()
