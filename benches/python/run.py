#!/usr/bin/env python3
"""Times `scrub_column` against a Python loop, on one and two threads, and against peers: run.py [NOTES.jsonl] [--mb MB] [--peers FOLDER]

Notes are the `text` of JSON Lines, repeated until there are about MB million bytes (`--mb`, 1 if not given). What is compared is timed in turn, round after round, and each
ratio is the median of those within a round, so that other work on the machine does not decide. "2 KB and more" are the same notes joined up
to that length.

The overhead is that of `scrub_column` on one thread over the core scrubbing the same notes one by one, both in this process, in turn
(A B B A) and by processor time, which other work on the machine hardly changes: blocks, threads, Arrow and Python. Memory is the highest that a process reached over what it held with the input alone and
the output taken off, in windows: what a call holds of the column at a time (`WINDOW_BYTES` in bindings-python/src/column/pipeline.rs).
What is timed is the build that is installed.

Peers are installed into FOLDER: presidio-analyzer with its pattern recognizers, scrubadub, and argus-redact with its patterns. One that does not
install is skipped, and a line says so. They were built for other text and find other kinds of data: speed alone is compared here, and
`make bench-peers` compares what they find.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WINDOW = 16 << 20
ROUNDS = 5
PEERS = {
    "presidio-analyzer, patterns": (["presidio-analyzer"], """
from presidio_analyzer import RecognizerRegistry
from presidio_analyzer.pattern_recognizer import PatternRecognizer
registry = RecognizerRegistry()
registry.load_predefined_recognizers(languages=["en"])
own = [r for r in registry.recognizers if isinstance(r, PatternRecognizer)]
def work(note):
    for recognizer in own:
        recognizer.analyze(note, recognizer.supported_entities, None)
"""),
    "scrubadub": (["scrubadub", "setuptools<80"], "import scrubadub\nwork = scrubadub.Scrubber().clean"),
    "argus-redact, fast": (["argus-redact"], "import argus_redact\nwork = lambda note: argus_redact.redact(note, lang='en', mode='fast')"),
}
DRIVER = """
import json, sys, time
{setup}
notes = json.load(open(sys.argv[1]))
work(notes[0])
times = []
for _ in range(5):
    start = time.perf_counter()
    for note in notes:
        work(note)
    times.append(time.perf_counter() - start)
print(json.dumps(times))
"""


def seconds(work, clock=time.perf_counter):
    start = clock()
    work()
    return clock() - start


def rounds(works):
    """Each of `works` in turn, round after round, and backwards in every other."""
    times = {name: [] for name in works}
    for turn in range(ROUNDS):
        for name in list(works) if turn % 2 == 0 else reversed(works):
            times[name].append(seconds(works[name]))
    return times


def line(name, notes, times, base=None):
    size, best = sum(len(note.encode()) for note in notes), min(times)
    beside = ""
    if base is not None:
        beside = f"  {statistics.median(b / t for b, t in zip(base, times)):5.2f} x"
    print(f"  {name:38} {len(notes) / best:9.0f} rows/s {size / best / 1e6:8.2f} MB/s{beside}", flush=True)


def overhead(scrubber, notes):
    """How much longer a column takes than the core alone, and what of that is the binding: a column of as many empty notes."""
    import pyarrow as pa

    column, empty = pa.array(notes), pa.array([""] * len(notes))
    works = [
        lambda: scrubber._core_seconds(notes),
        lambda: scrubber.scrub_column(column),
        lambda: scrubber.scrub_column(column),
        lambda: scrubber._core_seconds(notes),
    ]
    ratios, nothing = [], []
    for _ in range(ROUNDS):
        spent = [seconds(work, time.process_time) for work in works]
        ratios.append((spent[1] + spent[2]) / (spent[0] + spent[3]) - 1)
        nothing.append(seconds(lambda: scrubber.scrub_column(empty), time.process_time) / spent[1])
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(f"  overhead over the core, processor time, {ROUNDS} rounds: {100 * middle:.1f} % (quartiles {100 * low:.1f} to {100 * high:.1f})")
    print(f"  a column of as many empty notes: {100 * statistics.median(nothing):.2f} % of that", flush=True)


MEMORY = """
import json, pathlib, sys
import chartguard, pyarrow as pa
notes, threads, lazy = json.load(open(sys.argv[1])), int(sys.argv[2]), sys.argv[3] == "lazy"
# Patterns and lists alone: what the model needs beside does not grow with the column.
scrubber = chartguard.Scrubber(model="none")
# Threads have caches of their own, of which there are a few sets at most: each call begins new threads.
for _ in range(12):
    scrubber.scrub_column(notes[:200], threads=threads)
scrubber.scrub_column(notes * 2, threads=threads)
source = pa.chunked_array([pa.array(notes * 4) for _ in range(10_000_000 // sum(map(len, notes)))])
def memory(key):
    return int(pathlib.Path("/proc/self/status").read_text().split(f"{key}:")[1].split()[0]) << 10
pathlib.Path("/proc/self/clear_refs").write_text("5")  # the highest so far is that of now
before = memory("VmRSS")
if lazy:
    out = 0
    for batch in scrubber.scrub_column(pa.table({"note": source}).to_reader(max_chunksize=2000), name="note", threads=threads):
        pass
else:
    out = scrubber.scrub_column(source, threads=threads).nbytes
print(source.nbytes, out, memory("VmHWM") - before - out)
"""


def memory(notes, folder):
    data = folder / "memory.json"
    data.write_text(json.dumps(notes))
    for threads in (1, 2):
        for kind in ("column", "lazy"):
            said = subprocess.run([sys.executable, "-c", MEMORY, data, str(threads), kind], capture_output=True, text=True, check=True)
            source, out, over = (int(one) for one in said.stdout.split())
            name = "a column" if kind == "column" else "a reader of batches"
            print(f"memory of {name}, {threads} thread(s): {source / 1e6:.0f} MB in, {over / 1e6:.0f} MB over input and output, {over / WINDOW:.2f} windows", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("notes", nargs="?", type=pathlib.Path, default=ROOT / "tests/eval/held-out.jsonl")
    parser.add_argument("--mb", type=float, default=1)
    parser.add_argument("--peers", type=pathlib.Path)
    args = parser.parse_args()
    import chartguard
    import pyarrow as pa

    texts = [json.loads(one)["text"] for one in args.notes.read_text(encoding="utf-8").splitlines()]
    notes = []
    while sum(map(len, notes)) < args.mb * 1e6:
        notes.extend(texts)
    large, held = [], ""
    for note in notes:
        held += note + "\n"
        if len(held) >= 2048:
            large.append(held)
            held = ""
    scrubber = chartguard.Scrubber()
    # Each call begins threads, which have caches of their own: some calls warm what there is of them.
    for _ in range(12):
        scrubber.scrub_column(notes[:100])
    for name, these in (("as they are", notes), ("2 KB and more", large)):
        print(f"{name}: {len(these)} notes, {sum(map(len, these)) / len(these):.0f} characters on average", flush=True)
        column = pa.array(these)
        works = {"scrub in a loop": lambda these=these: [scrubber.scrub(note).text for note in these]}
        for threads in (1, 2):
            works[f"scrub_column, Arrow, {threads} thread(s)"] = lambda c=column, t=threads: scrubber.scrub_column(c, threads=t)
            works[f"scrub_column, list, {threads} thread(s)"] = lambda c=these, t=threads: scrubber.scrub_column(c, threads=t)
        times = rounds(works)
        for title in works:
            line(title, these, times[title], times["scrub in a loop"])
        if these is large:
            overhead(scrubber, these)
    folder = args.peers or ROOT / "target"
    folder.mkdir(parents=True, exist_ok=True)
    memory(notes, folder)
    if args.peers:
        peers(args.peers, notes[: len(texts)])


def peers(folder, notes):
    print(f"peers, {len(notes)} notes, one thread", flush=True)
    venv = folder / "venv-python"
    if not venv.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    data = folder / "notes.json"
    data.write_text(json.dumps(notes))
    import chartguard

    scrubber, plain = chartguard.Scrubber(), chartguard.Scrubber(model="none")
    own = rounds({"chartguard, everything built in": lambda: scrubber.scrub_column(notes), "chartguard, without the model": lambda: plain.scrub_column(notes)})
    base = own["chartguard, everything built in"]
    for name, times in own.items():
        line(name, notes, times, base)
    for name, (packages, setup) in PEERS.items():
        pip = [venv / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *packages]
        done = subprocess.run(pip, capture_output=True, text=True)
        if not done.returncode:
            done = subprocess.run([venv / "bin" / "python", "-c", DRIVER.format(setup=setup), data], capture_output=True, text=True)
        if done.returncode:
            print(f"  {name}: skipped ({(done.stderr.strip().splitlines() or ['no reason given'])[-1][:120]})")
        else:
            line(name, notes, json.loads(done.stdout), base)


if __name__ == "__main__":
    main()
