#!/usr/bin/env python3
"""Compares chartguard with other systems on the same labelled notes: run.py GOLD.jsonl [FOLDER]

Each system is installed from its registry into FOLDER (target/peers unless given), where nothing of it meets the
dependencies of chartguard. One that does not install or run is skipped, and a line says so. Speed is that of finding
alone, on one thread, the second time over the notes, the fastest of three rounds that take the systems in turn. Recall
and precision are those of letters and digits, whatever the category, as `chartguard eval` counts them: what is
`optional` or `ignore` in the gold counts neither way, nor does the patient's profession.

What the figures are not: the others were built for other text, find other kinds of data (a country, any age, any credit
card), and run as they come; presidio-analyzer would find names with a language model, which its registry does not hold.
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
ROUNDS = 3


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


def chartguard(folder):
    # As part of the workspace, so that nothing is compiled for a second set of features.
    target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
    return [cargo(ROOT / "Cargo.toml", target, "--workspace", "--bin", "peer") / "peer"]


def redact(folder):
    return [cargo(HERE / "redact" / "Cargo.toml", folder / "redact", "--locked") / "redact-peer"]


def python(script, package):
    def prepare(folder):
        venv = folder / "venv"
        if not (venv / "bin" / "python").exists():
            sh(sys.executable, "-m", "venv", venv)
        wanted = [line for line in (HERE / "requirements.txt").read_text().split() if line.startswith(package)]
        sh(venv / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *wanted)
        return [venv / "bin" / "python", HERE / script]

    return prepare


# A name, what installs it and gives its command, and what the command takes after GOLD and OUT.
SYSTEMS = [
    ("chartguard, everything built in", chartguard, ["builtin"]),
    ("chartguard, patterns and lists", chartguard, ["none"]),
    ("redact-core (crate)", redact, []),
    ("presidio-analyzer, no model", python("presidio.py", "presidio-analyzer"), []),
    ("scrubadub", python("scrub_a_dub.py", "scrubadub"), []),
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
    print(f"{args.gold}: {len(notes)} notes, {size} bytes, one thread, the fastest of {ROUNDS} rounds", flush=True)
    commands, skipped = {}, {}
    for name, prepare, more in SYSTEMS:
        try:
            commands[name] = prepare(args.folder), more
        except (RuntimeError, OSError) as error:
            skipped[name] = f"does not install: {error}"
    seconds, figures = {}, {}
    # In turn, so that what disturbs the machine disturbs them alike.
    for number in range(ROUNDS):
        for name, (command, more) in list(commands.items()):
            out = args.folder / "found.jsonl"
            try:
                took = float(sh(*command, args.gold.resolve(), out, *more).split()[-1])
                seconds[name] = min(took, seconds.get(name, took))
                if number == 0:
                    with open(out, encoding="utf-8") as lines:
                        figures[name] = score(notes, [json.loads(line) for line in lines])
            except (RuntimeError, OSError, ValueError, IndexError) as error:
                skipped[name] = f"does not run: {error}"
                del commands[name]
    share = lambda a, b: f"{a / b:.3f}" if b else "-"
    print(f"{'':34} {'MB/s':>9} {'recall':>8} {'precision':>10}")
    for name, _, _ in SYSTEMS:
        if name in skipped:
            print(f"{name:34} skipped: {skipped[name]}")
            continue
        tp, fp, fn = figures[name]
        print(f"{name:34} {size / 1e6 / seconds[name]:9.3f} {share(tp, tp + fn):>8} {share(tp, tp + fp):>10}")


if __name__ == "__main__":
    main()
