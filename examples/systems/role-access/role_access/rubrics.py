"""The rubric that notes are scored by: changed as a whole, checked by the library first, every version kept with who and when."""

import threading
from typing import Any

import chartguard
import sqlalchemy as sql

from .database import Database, rubrics
from .keeping import Keeping
from .rules import Rules


class Rubrics:
    """The versions of one rubric; may be shared between threads."""

    def __init__(self, database: Database, keeping: Keeping, first: str) -> None:
        self._database, self._keeping = database, keeping
        self.id = first
        self._lock = threading.Lock()
        self._built: tuple[str | None, chartguard.Scorer] = (None, chartguard.Scorer(chartguard.Rubric.builtin(first)))

    def scorer(self) -> chartguard.Scorer:
        """The scorer of the version in force."""
        row = self._database.rubric(self.id)
        with self._lock:
            if row is not None and row["hash"] != self._built[0]:
                self._built = (row["hash"], chartguard.Scorer(chartguard.Rubric.from_yaml(row["yaml"])))
            elif row is None and self._built[0] is not None:
                self._built = (None, chartguard.Scorer(chartguard.Rubric.builtin(self.id)))
            return self._built[1]

    def shown(self) -> dict[str, Any]:
        """The version in force, and every one there was."""
        wanted = sql.select(rubrics).where(rubrics.c.id == self.id).order_by(rubrics.c.number)
        kept = self._database.rows(wanted)
        said = ("version", "hash", "changed_by", "changed_at")
        rubric = self.scorer().rubric
        return {
            "id": rubric.id,
            "version": rubric.version,
            "hash": rubric.hash,
            "yaml": kept[-1]["yaml"] if kept else None,
            "versions": [{name: row[name] for name in said} for row in kept],
        }

    def change(self, rules: Rules, yaml: str) -> dict[str, Any]:
        """Put another version in force, where the library's check allows it and the library reads it."""
        rules.every.access.require(rules.actor, "change_policy", audit=self._keeping.audit)
        try:
            rubric = self._read(yaml)
        except chartguard.ChartguardError as error:
            self._record(rules, yaml, error.code)
            raise
        row = {"id": rubric.id, "version": rubric.version, "hash": rubric.hash, "yaml": yaml}
        # In the log before it is in force.
        self._database.add_rubric(row, rules.actor, lambda: self._record(rules, yaml))
        return self.shown()

    def _read(self, yaml: str) -> chartguard.Rubric:
        rubric = chartguard.Rubric.from_yaml(yaml)
        if rubric.id != self.id:
            error = chartguard.RubricError(f"the rubric in use has the id {self.id}; this one has another")
            error.code = "rubric"
            raise error
        return rubric

    def _record(self, rules: Rules, yaml: str, failed: str | None = None) -> None:
        self._keeping.audit.record("change_policy", actor=rules.actor, roles=rules.roles, failed=failed, document=yaml)
