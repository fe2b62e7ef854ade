#!/usr/bin/env python3
"""Compares chartguard with other systems on the same labelled notes: run.py GOLD.jsonl [FOLDER]

Each system is installed from its registry into FOLDER (target/peers unless given), where nothing of it meets chartguard's own
dependencies. One that does not install or run is skipped, and a line says so. Speed is that of finding alone, on one thread,
after a first call. Recall and precision are those of letters and digits, whatever the category, as `chartguard eval` counts
them: what is `optional` or `ignore` in the gold counts neither way, nor does the patient's profession.

What the figures are not: the peers were built for other text, find other kinds of data (a country, any age, any credit card), and are
run as they come.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROFESSION = "profession"


def sh(*command, **kwargs):
    """Runs a command and gives its standard output; what it says of a failure goes to the caller in one line."""
    done = subprocess.run([str(part) for part in command], text=True, capture_output=True, **kwargs)
    if done.returncode:
        said = [line for line in done.stderr.strip().splitlines() if line.strip()] or ["no reason given"]
        raise RuntimeError(said[-1][:200])
    return done.stdout


def cargo(manifest, folder, *arguments):
    sh("cargo", "build", "--release", "-q", "--manifest-path", manifest, "--target-dir", folder, *arguments)
    return pathlib.Path(folder) / "release"


def chartguard(model):
    def run(gold, out, folder):
        target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
        # As part of the workspace, so that nothing is compiled for a second set of features.
        program = cargo(ROOT / "Cargo.toml", target, "--workspace", "--bin", "peer") / "peer"
        return sh(program, gold, out, model)

    return run


def redact(gold, out, folder):
    return sh(cargo(HERE / "redact" / "Cargo.toml", folder / "redact", "--locked") / "redact-peer", gold, out)


def python(script, package):
    def run(gold, out, folder):
        venv = folder / "venv"
        if not (venv / "bin" / "python").exists():
            sh(sys.executable, "-m", "venv", venv)
        wanted = [line for line in (HERE / "requirements.txt").read_text().split() if line.startswith(package)]
        sh(venv / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *wanted)
        return sh(venv / "bin" / "python", HERE / script, gold, out)

    return run


SYSTEMS = [
    ("chartguard, everything built in", chartguard("builtin")),
    ("chartguard, patterns and lists", chartguard("none")),
    ("redact-core (crate)", redact),
    ("presidio-analyzer, no model", python("presidio.py", "presidio-analyzer")),
    ("scrubadub", python("scrub_a_dub.py", "scrubadub")),
]


def score(notes, found):
    """Letters and digits that are PHI and were found, that were found for nothing, and that were missed."""
    tp = fp = fn = 0
    for note, spans in zip(notes, found, strict=True):
        text = note["text"]
        gold, skip, hit = (bytearray(len(text)) for _ in range(3))
        for region in note.get("optional", []) + note.get("ignore", []):
            start, end = (region["start"], region["end"]) if isinstance(region, dict) else region
            skip[start:end] = b"\1" * (end - start)
        for span in note["spans"]:
            start, end = span["start"], span["end"]
            counted = span["label"].lower() != PROFESSION
            gold[start:end] = (b"\1" if counted else b"\0") * (end - start)
            skip[start:end] = (b"\0" if counted else b"\1") * (end - start)
        for start, end in spans:
            start, end = max(0, start), min(end, len(text))
            hit[start:end] = b"\1" * max(0, end - start)
        for i, c in enumerate(text):
            if c.isalnum() and not skip[i]:
                tp += gold[i] & hit[i]
                fp += hit[i] & ~gold[i] & 1
                fn += gold[i] & ~hit[i] & 1
    return tp, fp, fn


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path, nargs="?", default=ROOT / "target" / "peers")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    with open(args.gold, encoding="utf-8") as lines:
        notes = [json.loads(line) for line in lines if line.strip()]
    size = sum(len(note["text"].encode()) for note in notes)
    print(f"{args.gold}: {len(notes)} notes, {size} bytes, one thread", flush=True)
    print(f"{'':34} {'MB/s':>9} {'recall':>8} {'precision':>10}", flush=True)
    for name, run in SYSTEMS:
        out = args.folder / "found.jsonl"
        try:
            seconds = float(run(args.gold.resolve(), out, args.folder).split()[-1])
            with open(out, encoding="utf-8") as lines:
                found = [json.loads(line) for line in lines]
            tp, fp, fn = score(notes, found)
        except (RuntimeError, OSError, ValueError, IndexError) as error:
            print(f"{name:34} skipped: {error}", flush=True)
            continue
        share = lambda a, b: f"{a / b:.3f}" if b else "-"
        print(f"{name:34} {size / 1e6 / seconds:9.3f} {share(tp, tp + fn):>8} {share(tp, tp + fp):>10}", flush=True)


if __name__ == "__main__":
    main()
