"""Prints how long models take here beside ONNX Runtime, on the same inputs, in one run, in turn.

    make bench-infer

Every row is a model, a length in tokens and a number of threads over documents, each document by itself: the median time of
a document in both, their ratio (below 1 the engine here is faster), and the greatest difference between their outputs. A
second table has what loading takes, by itself and from the start of a process on, and the memory held after it, each in a
process of its own, the files being in the system's cache. `--profile` prints instead where the time goes in both: the
milliseconds of a document by kind of operator, on one thread.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from statistics import median

import numpy as np
import onnxruntime

import models

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 7


class Here:
    """The program `infer`, which loads a model and runs it when told to."""

    def __init__(self, program, model):
        start = time.perf_counter()
        self.process = subprocess.Popen([program, model.path, str(model.columns)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.loaded, self.resident = map(float, self.process.stdout.readline().split())
        self.started = time.perf_counter() - start

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().split()

    def run(self, documents, threads):
        for ids in documents:
            self.ask("document", *ids)
        return float(self.ask("run", threads)[0])

    def profile(self, ids, rounds):
        """Seconds of a document by kind of operator."""
        self.ask("document", *ids)
        spent = json.loads(" ".join(self.ask("profile", rounds)))
        return Counter({name: seconds / rounds for name, seconds in spent.items()})

    def outputs(self, ids):
        return np.array(self.ask("outputs", *ids), np.float64)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class There:
    """ONNX Runtime with one thread inside a call."""

    def __init__(self, model, profile=None):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        if profile:
            options.enable_profiling, options.profile_file_prefix = True, profile
        self.session = onnxruntime.InferenceSession(model.path, options, providers=["CPUExecutionProvider"])
        self.inputs = [i.name for i in self.session.get_inputs()]
        self.width = model.width

    def feed(self, ids):
        if self.width > 1:
            return {self.inputs[0]: np.array(ids, np.int64).reshape(-1, self.width)}
        ids = np.array([ids], np.int64)
        values = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        return {name: values[name] for name in self.inputs}

    def run(self, documents, threads):
        feeds = [self.feed(ids) for ids in documents]
        queue = iter(feeds)
        lock = threading.Lock()

        def work():
            while True:
                with lock:
                    feed = next(queue, None)
                if feed is None:
                    return
                self.session.run(None, feed)

        start = time.perf_counter()
        workers = [threading.Thread(target=work) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return time.perf_counter() - start

    def profile(self, ids, rounds):
        """Seconds of a document by kind of operator. Ends the profile that the session was begun with."""
        feed = self.feed(ids)
        for _ in range(rounds):
            self.session.run(None, feed)
        spent = Counter()
        for event in json.loads(Path(self.session.end_profiling()).read_text()):
            if event["name"].endswith("_kernel_time"):
                spent[event["args"]["op_name"]] += event["dur"] / 1e6 / rounds
        return spent

    def outputs(self, ids):
        return self.session.run(None, self.feed(ids))[0].ravel()


def documents(rng, model, length, count, words):
    """Of tokens that are drawn; for a tagger of words, which remembers them, out of notes."""
    if model.width == 1:
        return [rng.integers(5, model.vocabulary, length).tolist() for _ in range(count)]
    starts = rng.integers(0, len(words) - length, count)
    return [words[start : start + length].ravel().tolist() for start in starts]


def words_of(program):
    """The words of the held-out notes, as the built-in tagger is given them."""
    notes = (ROOT / "tests/eval/held-out.jsonl").read_text(encoding="utf-8").splitlines()
    text = "\n\n".join(json.loads(note)["text"] for note in notes)
    said = subprocess.run([program, "words"], input=text, capture_output=True, encoding="utf-8", check=True)
    return np.array(said.stdout.split(), np.int64).reshape(-1, models.builtin().width)


def profile(program, model, ids):
    """Prints where the time goes in both, what takes most first."""
    here = Here(program, model)
    rounds = max(3, min(100, int(1 / max(here.run([ids], 1), 1e-3))))
    with tempfile.TemporaryDirectory() as folder:
        sides = (here.profile(ids, rounds), There(model, f"{folder}/profile").profile(ids, rounds))
    here.close()
    for name, spent in zip(("ours", "ONNX Runtime"), sides):
        whole = sum(spent.values())
        parts = ", ".join(f"{op} {seconds * 1e3:.2f}" for op, seconds in spent.most_common() if seconds > whole / 100)
        print(f"{model.name:24} {name:12} {whole * 1e3:8.2f} ms: {parts}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True, help="the built `infer`")
    parser.add_argument("--models", required=True, type=Path, help="where models are kept; made when missing")
    parser.add_argument("--only", default="", help="models whose name has this in it")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--lengths", default="64,128,256")
    parser.add_argument("--profile", action="store_true", help="where the time goes, at the longest length")
    arguments = parser.parse_args()
    rng = np.random.default_rng(7)
    words = words_of(arguments.program)
    chosen = [model for model in models.all_of(arguments.models) if arguments.only in model.name]
    lengths = list(map(int, arguments.lengths.split(",")))
    if arguments.profile:
        for model in chosen:
            profile(arguments.program, model, documents(rng, model, max(lengths), 1, words)[0])
        return
    loads = []
    print(f"{'model':24} {'tokens':>6} {'threads':>7} {'ours, ms':>10} {'ONNX Runtime, ms':>17} {'ratio':>6} {'max difference':>15}")
    for model in chosen:
        here, there = Here(arguments.program, model), There(model)
        for length in lengths:
            ids = documents(rng, model, length, 1, words)[0]
            difference = np.abs(here.outputs(ids) - there.outputs(ids)).max()
            for threads in (1, 2):
                # As many as take a tenth of a second or so.
                once = there.run([ids], 1)
                count = max(threads * 2, min(64, int(0.1 / once)) * threads)
                batch = documents(rng, model, length, count, words)
                times = ([], [])
                for round_ in range(arguments.rounds + 1):
                    taken = [side.run(batch, threads) / count for side in (here, there)]
                    if round_:
                        for side, seconds in zip(times, taken):
                            side.append(seconds)
                ours, theirs = median(times[0]), median(times[1])
                print(f"{model.name:24} {length:6} {threads:7} {ours * 1e3:10.3f} {theirs * 1e3:17.3f} "
                      f"{ours / theirs:6.2f} {difference:15.2e}", flush=True)
        here.close()
        again = Here(arguments.program, model)
        loads.append((model.name, Path(model.path).stat().st_size / 1e6, again.loaded, again.started, again.resident))
        again.close()
    print(f"\n{'model':24} {'file, MB':>9} {'load, ms':>9} {'process, ms':>12} {'resident, MB':>13}")
    for name, size, loaded, started, resident in loads:
        print(f"{name:24} {size:9.1f} {loaded * 1e3:9.0f} {started * 1e3:12.0f} {resident:13.0f}")


if __name__ == "__main__":
    sys.exit(main())
