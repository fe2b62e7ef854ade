#!/usr/bin/env python3
"""Times `scrub_column` against a Python loop, on one and two threads, and against peers: run.py [NOTES.jsonl] [--peers FOLDER]

Notes are the `text` of JSON Lines, repeated until there are about 4 MB; the fastest of three rounds counts. "2 KB and more" are
the same notes joined up to that length. What the binding itself costs is shown by a column of as many empty notes: blocks,
threads, Arrow and Python, with nothing to search. Memory is the highest that the process reached over what it held with the
input alone; the output is part of it. What is timed is the build that is installed.

Peers are installed into FOLDER: presidio-analyzer with its pattern recognizers, and scrubadub. One that does not install is
skipped, and a line says so. They were built for other text and find other kinds of data: speed alone is compared here, and
`make bench-peers` compares what they find.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
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
}
DRIVER = """
import json, sys, time
{setup}
notes = json.load(open(sys.argv[1]))
work(notes[0])
best = 1e9
for _ in range(3):
    start = time.perf_counter()
    for note in notes:
        work(note)
    best = min(best, time.perf_counter() - start)
print(best)
"""


def fastest(work):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def line(name, notes, seconds, base=None):
    size = sum(len(note.encode()) for note in notes)
    beside = f"  {base / seconds:5.2f} x" if base else ""
    print(f"  {name:38} {len(notes) / seconds:9.0f} rows/s {size / seconds / 1e6:8.2f} MB/s{beside}", flush=True)


def memory():
    """The highest resident size so far, and that of now, in bytes."""
    said = pathlib.Path("/proc/self/status").read_text()
    return tuple(int(said.split(f"{key}:")[1].split()[0]) << 10 for key in ("VmHWM", "VmRSS"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("notes", nargs="?", type=pathlib.Path, default=ROOT / "tests/eval/held-out.jsonl")
    parser.add_argument("--peers", type=pathlib.Path)
    args = parser.parse_args()
    import chartguard
    import pyarrow as pa

    texts = [json.loads(one)["text"] for one in args.notes.read_text(encoding="utf-8").splitlines()]
    notes = []
    while sum(map(len, notes)) < 4_000_000:
        notes.extend(texts)
    large, held = [], ""
    for note in notes:
        held += note + "\n"
        if len(held) >= 2048:
            large.append(held)
            held = ""
    scrubber = chartguard.Scrubber()
    scrubber.scrub(notes[0])
    for name, these in (("as they are", notes), ("2 KB and more", large)):
        print(f"{name}: {len(these)} notes, {sum(map(len, these)) / len(these):.0f} characters on average")
        column = pa.array(these)
        loop = fastest(lambda these=these: [scrubber.scrub(note).text for note in these])
        line("scrub in a loop", these, loop)
        for threads in (1, 2):
            line(f"scrub_column, Arrow, {threads} thread(s)", these, fastest(lambda c=column, t=threads: scrubber.scrub_column(c, threads=t)), loop)
            line(f"scrub_column, list, {threads} thread(s)", these, fastest(lambda c=these, t=threads: scrubber.scrub_column(c, threads=t)), loop)
        empty = pa.array([""] * len(these))
        nothing = fastest(lambda empty=empty: scrubber.scrub_column(empty))
        whole = fastest(lambda column=column: scrubber.scrub_column(column))
        print(f"  a column of as many empty notes takes {100 * nothing / whole:.2f} % of that time")
    start = time.perf_counter()
    source = pa.chunked_array([pa.array(notes)] * 6)
    before = memory()[1]
    out = scrubber.scrub_column(source, threads=2)
    high = memory()[0]
    print(f"memory: {source.nbytes / 1e6:.0f} MB in, {out.nbytes / 1e6:.0f} MB out, highest {(high - before) / 1e6:.0f} MB over the input, in {time.perf_counter() - start:.0f} s")
    if args.peers:
        peers(args.peers, notes[: len(texts)])


def peers(folder, notes):
    print(f"peers, {len(notes)} notes, one thread")
    venv = folder / "venv-python"
    if not venv.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    data = folder / "notes.json"
    data.write_text(json.dumps(notes))
    import chartguard

    scrubber = chartguard.Scrubber()
    base = fastest(lambda: scrubber.scrub_column(notes))
    line("chartguard, everything built in", notes, base)
    plain = chartguard.Scrubber(model="none")
    line("chartguard, without the model", notes, fastest(lambda: plain.scrub_column(notes)))
    for name, (packages, setup) in PEERS.items():
        pip = [venv / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *packages]
        done = subprocess.run(pip, capture_output=True, text=True)
        if not done.returncode:
            done = subprocess.run([venv / "bin" / "python", "-c", DRIVER.format(setup=setup), data], capture_output=True, text=True)
        if done.returncode:
            print(f"  {name}: skipped ({(done.stderr.strip().splitlines() or ['no reason given'])[-1][:120]})")
        else:
            line(name, notes, float(done.stdout))


if __name__ == "__main__":
    main()
