"""Trains a very small tagger twice, also on a site's own notes, and checks what comes out: `make test-training`."""
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from onnx.reference import ReferenceEvaluator

import network as net
import select_bias
import train

HERE = pathlib.Path(__file__).resolve().parent


def run(out, *more):
    command = [sys.executable, HERE / "train.py", "--words", "200000", "--fresh", "120000", "--held-words", "60000", "--out", out, *more]
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


class Training(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.out = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def test_the_same_seed_gives_the_same_file(self):
        run(self.out / "a")
        run(self.out / "b")
        digest = lambda name: hashlib.sha256((self.out / name / "tagger.onnx").read_bytes()).hexdigest()
        self.assertEqual(digest("a"), digest("b"))

    def test_the_file_says_what_the_network_says(self):
        run(self.out / "a", "--work", self.out / "work")
        features = train.Features(self.out / "work" / "held")
        ids = np.asarray(features.rows[: net.WINDOW]).astype(np.int64)
        logits = ReferenceEvaluator(str(self.out / "a" / "tagger.onnx")).run(None, {"ids": ids})[0]
        self.assertEqual(logits.shape, (net.WINDOW, net.LABELS))
        weights = {k: np.asarray(v, np.float32) for k, v in np.load(self.out / "a" / "weights.npz").items()}
        inside = ids[:, 0] != 0
        expected = np.asarray(net.forward(weights, ids[None]))[0]
        # Up to the bias of the labels and to int8; beyond the ends of a note, which no note shows, they may differ.
        near = inside & np.roll(inside, net.HALO) & np.roll(inside, -net.HALO)
        moved = (logits - expected)[near]
        self.assertLess(np.abs(moved - np.median(moved, axis=0)).max(), 0.5)

    def test_notes_of_a_site_are_learned(self):
        """Trained further on a site's notes, the tagger knows for what it is an identifier that it took for something else."""
        notes = self.out / "own.jsonl"
        rng = np.random.default_rng(3)
        with notes.open("w") as file:
            for _ in range(400):
                value = "QQ" + "".join(rng.choice(list("xyz"), 4)) + "ward"
                text = f"Carried over to {value} after the rounds, no complaints."
                file.write(json.dumps({"text": text, "spans": [{"start": 16, "end": 16 + len(value), "label": "other_id"}]}) + "\n")
        weights = HERE.parent / "builtin" / "weights.npz"
        run(self.out / "a", "--data", notes, "--data-weight", "20", "--work", self.out / "work", "--init", weights, "--words", "1500000")
        own = train.Features(self.out / "work" / "own0")
        weights = {k: np.asarray(v, np.float32) for k, v in np.load(self.out / "a" / "weights.npz").items()}
        logits, labels = select_bias.logits(weights, own)
        category = lambda labels: (labels.astype(int) + 1) // 2
        recall = lambda logits: (category(logits.argmax(1)) == category(labels))[labels > 0].mean()
        before = {k: np.asarray(v, np.float32) for k, v in np.load(HERE.parent / "builtin" / "weights.npz").items()}
        self.assertLess(recall(select_bias.logits(before, own)[0]), 0.5)
        self.assertGreater(recall(logits), 0.9)


if __name__ == "__main__":
    unittest.main()
