"""Released text as turns, and turns as a draft note: each sentence under the section that the rubric of sections.yaml finds it fit for."""

import re
from pathlib import Path
from typing import Any, Literal

import chartguard

SPEAKERS = ("clinician", "patient", "other")
DocType = Literal["evaluation", "plan_of_care", "treatment_note", "progress_report", "recertification", "discharge"]
Discipline = Literal["pt", "ot", "slp"]
_TURN = re.compile(rf"\[({'|'.join(SPEAKERS).upper()})\] (.*)", re.DOTALL)
# Where a sentence ends, but not after a title before a name.
_SENTENCE = re.compile(r"(?<!\bMrs\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bDr\.)(?<=[.!?])\s+")
# What a patient tells of; of measures and of treatment the clinician does. The last is for what meets no criterion.
_PATIENT = ("goals", "medications", "subjective")


def turn_of(speaker: str) -> str:
    """What a turn begins with. In brackets, for what stands behind "CLINICIAN:" is taken for a name."""
    return f"[{speaker.upper()}] "


def turns(released: str) -> list[dict[str, Any]]:
    """What each speaker said until another did, in order; the end is missing where it was not released."""
    found: list[dict[str, Any]] = []
    for line in released.splitlines(keepends=True):
        if match := _TURN.match(line):
            found.append({"speaker": match[1].lower(), "text": match[2].strip()})
        elif found:
            found[-1]["text"] += " " + line.strip()
    return [{"number": number, **turn} for number, turn in enumerate(found)]


class Drafts:
    """Makes draft notes: one rubric sorts sentences into sections, another scores what comes of it. May be shared between threads."""

    def __init__(self, rubric: str, sections: Path | None) -> None:
        file = sections or Path(__file__).with_name("sections.yaml")
        self._sorter = chartguard.Scorer(chartguard.Rubric.from_yaml(file.read_text(encoding="utf-8")))
        self._scorer = chartguard.Scorer(chartguard.Rubric.builtin(rubric))
        # Its criteria are the sections, in the order of the note; of those that a sentence meets, the one with the most points has it.
        self.titles = {one["id"]: one["title"] for one in self._sorter.score("").to_dict()["criteria"]}

    def section(self, sentence: str, speaker: str) -> str | None:
        """The section of a sentence; None where nobody can tell."""
        met = [one for one in self._sorter.score(sentence).to_dict()["criteria"] if one["verdict"] == "met"]
        if speaker == "patient":
            met = [one for one in met if one["id"] in _PATIENT]
            if not met:
                return _PATIENT[-1] if _PATIENT[-1] in self.titles else None
        return max(met, key=lambda one: one["points"])["id"] if met else None

    def of(self, spoken: list[dict[str, Any]], doc_type: str, discipline: str | None) -> dict[str, Any]:
        """A draft note by section, each sentence with its turn; what found no section; and what the rubric says of the draft."""
        said: dict[str, list[dict[str, Any]]] = {id: [] for id in self.titles}
        unsorted = []
        for turn in ({**one, "text": part} for one in spoken for part in _SENTENCE.split(one["text"])):
            id = self.section(turn["text"], turn["speaker"])
            (unsorted if id is None else said[id]).append(turn)
        # Where each sentence stands in the draft, so that evidence leads to who said it.
        note, places = "", []
        for id, its in said.items():
            if its:
                note += f"{self.titles[id]}:\n"
                for turn in its:
                    places.append((len(note), len(note) + len(turn["text"]), turn["number"]))
                    note += turn["text"] + "\n"
                note += "\n"
        sections = [{"id": id, "title": self.titles[id], "evidence": its} for id, its in said.items()]
        return {"draft": note, "sections": sections, "unsorted": unsorted, "score": self._judged(note, places, doc_type, discipline)}

    def _judged(self, note: str, places: list[tuple[int, int, int]], doc_type: str, discipline: str | None) -> dict[str, Any] | None:
        if not note:
            return None
        report = self._scorer.score(note, doc_type=doc_type, discipline=discipline).to_dict()

        def judged(one: dict[str, Any]) -> dict[str, Any]:
            spans = [(span["start"], span["end"]) for span in one["evidence"]]
            over = {number for begin, stop, number in places for start, end in spans if start < stop and begin < end}
            shown = {name: one[name] for name in ("id", "title", "severity", "confidence", "message", "advice")}
            return {**shown, "evidence": [{"start": start, "end": end} for start, end in spans], "turns": sorted(over)}

        def those(verdict: str) -> list[dict[str, Any]]:
            return [judged(one) for one in report["criteria"] if one["verdict"] == verdict]

        known = report["discipline"] not in (None, "unknown")
        head = {"rubric": report["rubric"], "doc_type": report["doc_type"], "discipline": report["discipline"] if known else None}
        # Rules of therapy say nothing of what is none.
        if not known:
            return {**head, "score": None, "risk": None, "missing": [], "met": []}
        return {**head, "score": report["score"], "risk": report["risk"], "missing": those("not_met"), "met": those("met")}
