"""Trains the model of statements: what each sentence of a therapy note does (core/src/rubric/statements/).

    cargo build --workspace --example statement_features
    python3 core/models/training/statements.py target/debug/examples/statement_features \\
        core/models/statements/weights.bin core/models/training/statements/*.txt

Notes are read from files in which what a statement does is marked: `=== id | discipline | document type`, then the note,
with pieces such as `⟦goal-long: Pt will walk 500 ft⟧` (several kinds stand apart by commas). The features come from the
program that runs at scoring. One logistic regression a kind; nothing in it is drawn at random. What it prints is how well
the notes of each hand are read by a model of the others.
"""

import argparse
import json
import re
import struct
import subprocess
import sys

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import expit

KINDS = [
    "goal-long", "goal-short", "goal", "goal-ref", "status", "skilled", "complexity", "measure", "activity", "planned",
    "unskilled", "plan", "diagnosis", "function",
]
ROWS = 1 << 14
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
    """A sparse row a statement, scaled to length one; its labels; its note."""
    lines = "".join(json.dumps({k: n[k] for k in ("id", "discipline", "doc_type", "text")}) + "\n" for n in labelled)
    out = subprocess.run([program], input=lines, capture_output=True, text=True, check=True).stdout
    columns, ends, values, labels, where = [], [0], [], [], []
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
    features = csr_matrix((np.array(values), np.array(columns), np.array(ends)), shape=(len(labels), ROWS))
    return features, np.array(labels, dtype=float), where


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
    parser.add_argument("out")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--decay", type=float, default=3e-6)
    given = parser.parse_args()
    labelled = [note for path in given.files for note in notes(path)]
    features, labels, where = table(given.program, labelled)
    hands = [note["id"].split("-")[0] for note in where]
    print(f"{len(labelled)} notes, {len(labels)} statements")
    logits = others(features, labels, hands, given.steps, given.decay)
    slope, shift = calibrate(logits, labels).T
    report(expit(logits * slope + shift), labels)
    weights, bias = train(features, labels, given.steps, given.decay)
    weights, bias = weights * slope, bias * slope + shift
    scale = np.abs(weights).max(0) / 127
    with open(given.out, "wb") as file:
        file.write(b"cgstmt01")
        file.write(struct.pack(f"<{2 * len(KINDS)}f", *scale, *bias))
        file.write(np.round(weights / scale).astype(np.int8).tobytes())


if __name__ == "__main__":
    main()
