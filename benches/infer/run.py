"""Prints how long models take here beside ONNX Runtime, on the same inputs, in one run, in turn.

    make bench-infer

Every row is a model, a length in tokens and a number of threads over documents, each document by itself: the median time of
a document in both, their ratio (below 1 the engine here is faster), and the greatest difference between their outputs. A
second table has what loading takes, by itself and from the start of a process on, and the memory held after it, each in a
process of its own, the files being in the system's cache.
"""

import argparse
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median

import numpy as np
import onnxruntime

import models

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

    def outputs(self, ids):
        return np.array(self.ask("outputs", *ids), np.float64)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class There:
    """ONNX Runtime with one thread inside a call."""

    def __init__(self, model):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
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

    def outputs(self, ids):
        return self.session.run(None, self.feed(ids))[0].ravel()


def documents(rng, model, length, count):
    return [rng.integers(5, model.vocabulary, length * model.width).tolist() for _ in range(count)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True, help="the built `infer`")
    parser.add_argument("--models", required=True, type=Path, help="where models are kept; made when missing")
    parser.add_argument("--only", default="", help="models whose name has this in it")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--lengths", default="64,128,256")
    arguments = parser.parse_args()
    rng = np.random.default_rng(7)
    loads = []
    print(f"{'model':24} {'tokens':>6} {'threads':>7} {'ours, ms':>10} {'ONNX Runtime, ms':>17} {'ratio':>6} {'max difference':>15}")
    for model in models.all_of(arguments.models):
        if arguments.only not in model.name:
            continue
        here, there = Here(arguments.program, model), There(model)
        for length in map(int, arguments.lengths.split(",")):
            ids = documents(rng, model, length, 1)[0]
            difference = np.abs(here.outputs(ids) - there.outputs(ids)).max()
            for threads in (1, 2):
                # As many as take a tenth of a second or so.
                once = there.run([ids], 1)
                count = max(threads * 2, min(64, int(0.1 / once)) * threads)
                batch = documents(rng, model, length, count)
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
