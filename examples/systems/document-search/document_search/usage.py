"""How much each tenant asks, how long answers take, and which terms are asked for; no term that could name a patient is kept.

A word of a question counts only where a passage of the answer, which was scrubbed before it was stored, has it too. So what a question
says of a person counts nowhere, however short it is.
"""

import re
import threading
from collections import Counter
from datetime import UTC, datetime

from .database import Database

_WORD = re.compile(r"[^\W\d_]{3,64}")
# Words that say nothing of what was asked.
_COMMON = frozenset(
    "about after all and any are been but can could did does each for from had has have her him his how into its may more most not"
    " off one only other our out over per she should some such than that the their them then there these they this those through to"
    " under until upon was were what when where which while who whom whose why will with would you your".split()
)


def terms(question: str, passages: list[str]) -> set[str]:
    """The words of a question that may be counted."""
    shown = {word for passage in passages for word in _WORD.findall(passage.casefold())}
    return {word for word in _WORD.findall(question.casefold()) if word in shown and word not in _COMMON}


class Usage:
    """Counts in memory, added to the database by `flush`: a question does not wait for the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], list[float]] = {}
        self._terms: dict[tuple[str, str], Counter[str]] = {}

    def asked(self, tenant: str, milliseconds: float, *, cached: bool, words: set[str]) -> None:
        """Count a question."""
        key = (tenant, datetime.now(UTC).date().isoformat())
        with self._lock:
            counts = self._counts.setdefault(key, [0, 0, 0.0])
            counts[0] += 1
            counts[1] += cached
            counts[2] += milliseconds
            self._terms.setdefault(key, Counter()).update(words)

    def flush(self) -> None:
        """Add what was counted to the database."""
        with self._lock:
            counts, self._counts = self._counts, {}
            words, self._terms = self._terms, {}
        for (tenant, day), (queries, cached, milliseconds) in counts.items():
            self._database.count_usage(tenant, day, int(queries), int(cached), milliseconds, words[tenant, day])

    def statistics(self, tenant: str, most: int) -> dict[str, object]:
        """What a tenant has used, up to now."""
        self.flush()
        days = self._database.used(tenant)
        queries = sum(day["queries"] for day in days)
        total = sum(day.pop("milliseconds") for day in days)
        return {
            "documents": self._database.count(tenant),
            "queries": queries,
            "answered_from_cache": sum(day["cached"] for day in days),
            "mean_milliseconds": round(total / queries, 3) if queries else None,
            "popular_terms": self._database.popular(tenant, most),
            "days": days,
        }
