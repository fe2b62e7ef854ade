"""Measure chartguard on labelled notes of your own, and let a detector of your own find what it missed.

    python examples/python/own_notes.py

Training the built-in model on your own notes is `core/models/training/train.py --data`.
"""

import json
from pathlib import Path

import chartguard

GOLD = Path(__file__).resolve().parents[1] / "notes" / "gold.jsonl"


def missed(scrubber: chartguard.Scrubber, gold: list[dict]) -> dict[str, int]:
    """Labels by category that no finding covers whole."""
    out: dict[str, int] = {}
    for note, found in zip(gold, scrubber.find_column([note["text"] for note in gold]), strict=True):
        for label in note["spans"]:
            if not any(f["start"] <= label["start"] and label["end"] <= f["end"] for f in found):
                out[label["label"]] = out.get(label["label"], 0) + 1
    return out


gold = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
print("without a model:", missed(chartguard.Scrubber(model="none"), gold))
print("as it comes:", missed(chartguard.Scrubber(), gold))

site = {
    "extends": "safe-harbor",
    "detectors": [
        {"name": "se-chart", "category": "mrn", "pattern": r"\bSE-\d{7}\b", "examples": {"match": ["SE-1234567"]}},
    ],
}
print(chartguard.Scrubber(policy=site, model="none").scrub("Chart SE-0042871 was pulled.").text)
