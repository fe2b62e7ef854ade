"""Released text as turns, and turns as a draft note: by the cue words of sections.yaml, each with the turns it was taken from."""

import json
import re
from pathlib import Path
from typing import Any

import chartguard
import yaml

SPEAKERS = ("clinician", "patient", "other")
_TURN = re.compile(rf"({'|'.join(SPEAKERS).upper()}): (.*)", re.DOTALL)
_SECTIONS = [
    (one["title"], re.compile(r"\b(?:" + "|".join(map(re.escape, one["cues"])) + r")\b", re.IGNORECASE))
    for one in yaml.safe_load((Path(__file__).parent / "sections.yaml").read_text(encoding="utf-8"))
]


def turns(released: str) -> list[dict[str, Any]]:
    """The turns in what was released, in order; the last is not `whole` where its rest was not released."""
    found: list[dict[str, Any]] = []
    for line in released.splitlines(keepends=True):
        if match := _TURN.match(line):
            found.append({"speaker": match[1].lower(), "text": match[2].rstrip("\n"), "whole": line.endswith("\n")})
        elif found:
            found[-1]["text"] += " " + line.strip()
            found[-1]["whole"] = line.endswith("\n")
    return [{"number": number, **turn} for number, turn in enumerate(found)]


def draft(released: str, scorer: chartguard.Scorer) -> dict[str, Any]:
    """A draft note by section, its score, and what found no section."""
    said: dict[str, list[dict[str, Any]]] = {title: [] for title, _ in _SECTIONS}
    unsorted = []
    for turn in turns(released):
        counts = {title: len(cues.findall(turn["text"])) for title, cues in _SECTIONS}
        best = max(counts, key=lambda title: counts[title])
        if counts[best] == 0 and turn["speaker"] != "patient":
            unsorted.append(turn)
        else:
            said[best if counts[best] else _SECTIONS[0][0]].append(turn)
    note = "".join(f"{title}:\n" + "".join(f"{one['text']}\n" for one in its) + "\n" for title, its in said.items() if its)
    score = json.loads(scorer.score(note).to_json()) if note else None
    sections = [{"title": title, "evidence": its} for title, its in said.items()]
    return {"draft": note, "sections": sections, "unsorted": unsorted, "score": score}
