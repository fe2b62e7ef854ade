"""Released text as turns, and turns as a draft note: by the cue words of sections.yaml, each with the turns it was taken from."""

import json
import re
from pathlib import Path
from typing import Any

import chartguard
import yaml

SPEAKERS = ("clinician", "patient", "other")
_TURN = re.compile(rf"({'|'.join(SPEAKERS).upper()}): (.*)", re.DOTALL)
# Where a sentence ends, but not after a title before a name.
_SENTENCE = re.compile(r"(?<!\bMrs\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bDr\.)(?<=[.!?])\s+")
_SECTIONS = [
    (one["title"], re.compile(r"\b(?:" + "|".join(map(re.escape, one["cues"])) + r")\b", re.IGNORECASE))
    for one in yaml.safe_load((Path(__file__).parent / "sections.yaml").read_text(encoding="utf-8"))
]


def turns(released: str) -> list[dict[str, Any]]:
    """What each speaker said until another did, in order; the end is missing where it was not released."""
    found: list[dict[str, Any]] = []
    for line in released.splitlines(keepends=True):
        if match := _TURN.match(line):
            found.append({"speaker": match[1].lower(), "text": match[2].strip()})
        elif found:
            found[-1]["text"] += " " + line.strip()
    return [{"number": number, **turn} for number, turn in enumerate(found)]


def draft(released: str, scorer: chartguard.Scorer) -> dict[str, Any]:
    """A draft note by section, its score, and what found no section."""
    said: dict[str, list[dict[str, Any]]] = {title: [] for title, _ in _SECTIONS}
    unsorted = []
    for turn in ({**one, "text": part} for one in turns(released) for part in _SENTENCE.split(one["text"])):
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
