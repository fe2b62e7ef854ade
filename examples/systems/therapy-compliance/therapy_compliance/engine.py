"""From a text to what may be kept of it: the original is scored and scrubbed, and only the scrubbed text with its report comes out."""

import threading
from bisect import bisect_left, bisect_right
from collections import Counter, OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chartguard

UNSURE = 0.7
"""Below this confidence a finding is flagged."""
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Options:
    """What a request says of a document; what it does not say is detected."""

    doc_type: str | None = None
    discipline: str | None = None
    strict: bool = False


class Engine:
    """Scrubs and scores; may be shared between threads. An error gives nothing out."""

    def __init__(self, policy: str, *, strict: bool) -> None:
        # What it says, where it is a file: results of another policy are other results.
        self.policy = Path(policy).read_text(encoding="utf-8") if Path(policy).is_file() else policy
        self._always_strict = strict
        self._scrubbers = {True: chartguard.Scrubber(policy=policy, strict=True)}
        self._scrubbers[False] = self._scrubbers[True] if strict else chartguard.Scrubber(policy=policy)
        self._scorers: OrderedDict[str, chartguard.Scorer] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def names(self) -> chartguard.Scrubber:
        """What file names are looked at with: no sentence stands around their words, so it is strict."""
        return self._scrubbers[True]

    def strict(self, options: Options) -> bool:
        return options.strict or self._always_strict

    def analyze(self, text: str, rubric: chartguard.Rubric, options: Options, audit: chartguard.AuditLog, actor: str) -> dict[str, Any]:
        """The scrubbed text, the report whose evidence lies in it, and how many identifiers of each category went."""
        scrubber = self._scrubbers[self.strict(options)]
        outcome = chartguard.Analyzer(scrubber, self._scorer(rubric)).analyze(
            text, doc_type=options.doc_type, discipline=options.discipline, audit=audit, actor=actor
        )
        # What stands beside a replacement is clearer once that is there: a second look finds what the first left.
        again = scrubber.scrub(outcome.scrubbed.text)
        counts = Counter(finding.category for finding in outcome.scrubbed.findings)
        counts.update(finding.category for finding in again.findings)
        report = outcome.report.to_dict()
        # The day of service is an identifier (45 CFR 164.514(b)(2)(i)(C)) and was removed from the text.
        report["date"] = None
        for criterion in report["criteria"]:
            spans = [(one["start"], one["end"]) for one in criterion["evidence"]]
            for step in (outcome.scrubbed, again):
                spans = carried(step, spans)
            criterion["evidence"] = [{"start": start, "end": end} for start, end in dict.fromkeys(spans) if start < end]
        # Rules of therapy say nothing of a note that is none: without a discipline there is no score.
        if report["discipline"] in (None, _UNKNOWN):
            report |= {"discipline": _UNKNOWN, "score": None, "raw": None, "risk": None}
        report["doc_type"] = report["doc_type"] or _UNKNOWN
        return {"text": again.text, "report": report, "counts": dict(sorted(counts.items()))}

    def score(self, text: str, rubric: chartguard.Rubric) -> float | None:
        """How a text that is scrubbed already scores by a rubric."""
        report = self._scorer(rubric).score(text)
        return None if report.discipline in (None, _UNKNOWN) else report.score

    def _scorer(self, rubric: chartguard.Rubric) -> chartguard.Scorer:
        with self._lock:
            if rubric.hash not in self._scorers:
                self._scorers[rubric.hash] = chartguard.Scorer(rubric)
            self._scorers.move_to_end(rubric.hash)
            if len(self._scorers) > 8:
                self._scorers.popitem(last=False)
            return self._scorers[rubric.hash]


def carried(scrubbed: chartguard.Scrubbed, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of the original in the scrubbed text; one that touches a value that was removed covers all that stands for it."""
    found = scrubbed.findings
    starts = [one.start for one in found]

    def carry(at: int, *, closes: bool) -> int:
        index = (bisect_left if closes else bisect_right)(starts, at) - 1
        if index < 0:
            return at
        start, end = scrubbed.places[index]
        return end + at - found[index].end if at >= found[index].end else (end if closes else start)

    return [(carry(start, closes=False), carry(end, closes=True)) for start, end in spans]


def findings(report: dict[str, Any], text: str) -> list[dict[str, Any]]:
    """The criteria that are not met: risk, confidence, the scrubbed words that show it, advice; what weighs most comes first."""
    order = {"high": 0, "medium": 1, "low": 2}
    wrong = [one for one in report["criteria"] if one["verdict"] == "not_met"] if report["score"] is not None else []
    return [
        {
            "criterion": one["id"],
            "title": one["title"],
            "risk": one["severity"],
            "confidence": one["confidence"],
            "low_confidence": one["confidence"] < UNSURE,
            "message": one["message"],
            "advice": one["advice"],
            "citation": one.get("citation"),
            "evidence": [span | {"text": text[span["start"] : span["end"]]} for span in one["evidence"]],
        }
        for one in sorted(wrong, key=lambda one: (order.get(one["severity"], 3), -one["confidence"]))
    ]
