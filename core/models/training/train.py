"""Trains the built-in tagger and writes `tagger.onnx`.

    train.py --carriers FILE... --out ../builtin [--data notes.jsonl ...]

Without carriers it trains on generated text alone (precision is then far lower). `--data` adds a site's own labelled notes
({"text", "spans": [{"start", "end", "label"}]}, offsets in code points), which count `--data-weight` times their size;
`--init` starts from weights of an earlier run, at a gentler rate. One writer's families are never trained on (`--held-out`);
how much each category is favoured is chosen on them. Another's are for measuring alone (`--kept-apart`). `cargo` must be able to build the featurizer.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import jax
import jax.numpy as jnp
import numpy as np

import export
import network as net
import select_bias

HERE = pathlib.Path(__file__).resolve().parent
BATCH, PEAK = 8, 1.5e-3
SHARD = 14_000_000


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--carriers", nargs="*", default=[], help="open medical prose, JSON Lines with `text`")
    parser.add_argument("--data", nargs="*", default=[], help="labelled notes of your own, JSON Lines")
    parser.add_argument("--data-weight", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent / "builtin")
    parser.add_argument("--words", type=int, default=600_000_000, help="words seen")
    parser.add_argument("--fresh", type=int, default=62_000_000, help="words generated; each is seen several times")
    parser.add_argument("--held-out", default="w3", help="the folder of families that selection is done on")
    parser.add_argument("--kept-apart", nargs="*", default=["w8", "v1", "v2"], help="folders of families for measuring: neither trained nor selected on")
    parser.add_argument("--held-words", type=int, default=600_000, help="words generated for selection")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--init", type=pathlib.Path, help="weights.npz of an earlier run")
    parser.add_argument("--work", type=pathlib.Path, help="where features and weights go; a temporary folder if not given")
    parser.add_argument("--featurizer", help="a built featurizer; else `cargo` builds it")
    return parser.parse_args()


class Features:
    """What the featurizer wrote, as arrays on disk."""

    def __init__(self, prefix):
        self.rows = np.memmap(f"{prefix}.rows", np.uint16, "r").reshape(-1, net.SLOTS)
        self.labels = np.memmap(f"{prefix}.labels", np.uint8, "r")

    def batch(self, rng):
        at = rng.integers(0, len(self.labels) - net.WINDOW, BATCH)
        ids = np.stack([self.rows[a : a + net.WINDOW] for a in at]).astype(np.int32)
        labels = np.stack([self.labels[a : a + net.WINDOW] for a in at]).astype(np.int32)
        # Only words with their full context count.
        labels[:, : net.HALO] = 255
        labels[:, -net.HALO :] = 255
        return ids, labels


def forget(key, ids):
    """Takes away what a word is, or what the lists say of it, from some words, so that context must carry."""
    names, lists, exact, values = jax.random.split(key, 4)
    shape = ids.shape[:2]
    unlisted = jnp.array([1, 65, 129], jnp.int32)  # the rows of words that no list holds
    noise = jax.random.randint(values, (*shape, 7), 512, net.ROWS)
    whole = (jax.random.uniform(names, shape) < 0.06)[..., None]
    surface = (jax.random.uniform(exact, shape) < 0.08)[..., None]
    nolist = (jax.random.uniform(lists, shape) < 0.08)[..., None] | whole
    word = jnp.where(whole, noise, ids[..., :7])
    word = jnp.concatenate([jnp.where(surface, noise[..., :2], word[..., :2]), word[..., 2:]], -1)
    listed = jnp.where(nolist, unlisted, ids[..., 9:12])
    kept = jnp.concatenate([word, ids[..., 7:9], listed, ids[..., 12:]], -1)
    return jnp.where((ids[..., :1] == 0), 0, kept)  # padding stays padding


@jax.jit
def step(state, key, ids, labels, rate):
    params, first, second, average, count = state

    def loss(params):
        logits = net.forward(params, forget(key, ids))
        weight = (labels != 255).astype(jnp.float32)
        target = jax.nn.one_hot(labels, net.LABELS)
        return -jnp.sum(jax.nn.log_softmax(logits) * target) / jnp.maximum(weight.sum(), 1)

    value, grads = jax.value_and_grad(loss)(params)
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(grads)))
    scale = jnp.minimum(1.0, 1.0 / (norm + 1e-9))
    count = count + 1
    grads = jax.tree.map(lambda g: g * scale, grads)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, grads)
    second = jax.tree.map(lambda v, g: 0.998 * v + 0.002 * g * g, second, grads)
    move = lambda p, m, v: p - rate * (m / (1 - 0.9**count)) / (jnp.sqrt(v / (1 - 0.998**count)) + 1e-7)
    params = jax.tree.map(move, params, first, second)
    keep = jnp.minimum(0.999, (1 + count) / (10 + count))
    average = jax.tree.map(lambda a, p: keep * a + (1 - keep) * p, average, params)
    return (params, first, second, average, count), value


def train(params, parts, words, seed, peak):
    """Trains on the parts in proportion to their weights; returns averaged weights."""
    zeros = jax.tree.map(jnp.zeros_like, params)
    state = (params, zeros, zeros, params, jnp.zeros(()))
    steps = words // (BATCH * (net.WINDOW - 2 * net.HALO))
    rng, key = np.random.default_rng(seed), jax.random.PRNGKey(seed)
    shares = np.array([len(f.labels) * w for f, w in parts], float)
    shares /= shares.sum()
    started, losses = time.time(), []
    for i in range(steps):
        ids, labels = parts[rng.choice(len(parts), p=shares)][0].batch(rng)
        rate = peak * min(1.0, (i + 1) / 300) * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * i / steps)))
        key, now = jax.random.split(key)
        state, value = step(state, now, ids, labels, rate)
        if i % 50 == 0:
            losses.append(float(value))
        if i % 1000 == 999:
            speed = (i + 1) * BATCH * net.WINDOW / (time.time() - started)
            print(f"step {i + 1}/{steps} loss {np.mean(losses[-20:]):.4f} words/s {speed:.0f}", flush=True)
    return state[3]


def featurizer():
    command = ["cargo", "build", "-p", "chartguard", "--features", "onnx", "--example", "featurize"]
    subprocess.run(command, cwd=HERE, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parents[2] / "target"))
    return target / "debug" / "examples" / "featurize"


def generate(options, prefix, words, seed, *extra):
    """Starts to write the features of generated notes; returns what waits for them."""
    if pathlib.Path(f"{prefix}.done").exists():
        return lambda: Features(prefix)
    command = [sys.executable, HERE / "generate.py", "--words", str(words), "--seed", str(seed), *extra, "--carriers", *options.carriers]
    notes = subprocess.Popen(command, stdout=subprocess.PIPE)
    features = subprocess.Popen([options.featurizer, prefix], stdin=notes.stdout)

    def wait():
        if notes.wait() or features.wait():
            sys.exit("the generator failed")
        pathlib.Path(f"{prefix}.done").touch()
        return Features(prefix)

    return wait


def corpora(options, work):
    """What is trained on, with weights, and what selection is done on."""
    held = generate(options, work / "held", options.held_words, 900 + options.seed, "--validation", "--writers", options.held_out)()
    sizes = [SHARD] * (options.fresh // SHARD) + [options.fresh % SHARD] * (options.fresh % SHARD > 0)
    parts = []
    for first in range(0, len(sizes), os.cpu_count()):
        waiting = [generate(options, work / f"shard{i}", sizes[i], 100 * i + options.seed, "--without", options.held_out, *options.kept_apart)
                   for i in range(first, min(len(sizes), first + os.cpu_count()))]
        parts += [(wait(), 1) for wait in waiting]
    for i, path in enumerate(options.data):
        with open(path, "rb") as notes:
            subprocess.run([options.featurizer, work / f"own{i}"], stdin=notes, check=True)
        parts.append((Features(work / f"own{i}"), options.data_weight))
    return parts, held


def main():
    options = arguments()
    options.featurizer = options.featurizer or featurizer()
    work = options.work or pathlib.Path(tempfile.mkdtemp())
    work.mkdir(parents=True, exist_ok=True)
    params = dict(np.load(options.init)) if options.init else net.init(options.seed)
    params = {k: jnp.asarray(v, jnp.float32) for k, v in params.items()}
    parts, held = corpora(options, work)
    params = train(params, parts, options.words, options.seed, PEAK * 0.6 if options.init else PEAK)
    options.out.mkdir(parents=True, exist_ok=True)
    # The file follows from the weights as they are kept, so that another operating point needs no training.
    kept = {k: np.asarray(v, np.float16) for k, v in params.items()}
    np.savez_compressed(options.out / "weights.npz", **kept)
    params = {k: jnp.asarray(v, jnp.float32) for k, v in kept.items()}
    bias = select_bias.choose(params, held)
    digest = export.write(params, bias, options.out / "tagger.onnx")
    print(f"{options.out / 'tagger.onnx'} sha256 {digest}")


if __name__ == "__main__":
    main()
