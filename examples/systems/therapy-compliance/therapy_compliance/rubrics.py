"""Rubrics: every version is kept, and one is put in force only after its own tests have passed."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import chartguard
from shared.database import now
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from .database import Database, activations, analyses, rubrics
from .engine import Engine

_NOTES = 20
_SHOWN = [rubrics.c[name] for name in ("number", "id", "version", "hash", "added_by", "added_at", "tested")]


class Refused(Exception):
    """A change that does not fit what there is: `status` is that of HTTP."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Rubrics:
    """The rubrics of one database; may be shared between threads."""

    def __init__(self, database: Database, engine: Engine, base: str) -> None:
        self._database, self._engine = database, engine
        self.base = chartguard.Rubric.builtin(base)
        self._read: dict[int, chartguard.Rubric] = {}

    def active(self) -> chartguard.Rubric:
        """The rubric in force."""
        number = self._active()
        return self.base if number is None else self._rubric(number)

    def listed(self) -> list[dict[str, Any]]:
        """The built-in one, and every version that was added, each with what its last test found."""
        active = self._active()
        first = {"number": None, "id": self.base.id, "version": self.base.version, "hash": self.base.hash, "added_by": "built in"}
        rows = [first, *self._database.rows(select(*_SHOWN).order_by(rubrics.c.number))]
        return [row | {"active": row["number"] == active} for row in rows]

    def source(self, number: int) -> str:
        return self._row(number)["yaml"]

    def add(self, yaml: str, by: str) -> dict[str, Any]:
        """Keep a rubric or a new version of one; it is not in force by that."""
        rubric = chartguard.Rubric.from_yaml(yaml)
        row = {"id": rubric.id, "version": rubric.version, "hash": rubric.hash, "yaml": yaml, "added_by": by, "added_at": now()}
        try:
            self._database.write(rubrics.insert().values(row))
        except IntegrityError:
            raise Refused(409, "there is this version of this rubric already: a change is a new version") from None
        return self._database.rows(select(*_SHOWN).where(rubrics.c.id == rubric.id, rubrics.c.version == rubric.version))[0]

    def test(self, number: int) -> dict[str, Any]:
        """Run the tests inside a rubric, and say how the latest documents would score by it beside the one in force."""
        row = self._row(number)
        # A rubric is no text of a patient.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rubric.yaml"
            path.write_text(row["yaml"], encoding="utf-8")
            command = [sys.executable, "-m", "chartguard", "rubric", "test", str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        said = [line.replace(str(path), row["id"]) for line in (done.stdout + done.stderr).splitlines()]
        tested = {"passed": done.returncode == 0, "says": said[-20:], "at": now(), "hash": row["hash"]}
        self._database.write(rubrics.update().where(rubrics.c.number == number).values(tested=tested))
        active, other = self.active(), self._rubric(number)
        latest = self._database.rows(select(analyses.c.id, analyses.c.text).order_by(analyses.c.stored.desc()).limit(_NOTES))
        # Both on the scrubbed text, for the original is gone.
        scores = [
            {"analysis": one["id"], "now": self._engine.score(one["text"], active), "then": self._engine.score(one["text"], other)}
            for one in latest
        ]
        return tested | {"documents": scores}

    def activate(self, number: int, by: str) -> None:
        row = self._row(number)
        if not (row["tested"] or {}).get("passed"):
            raise Refused(409, "its tests have not passed: test it first")
        if number == self._active():
            raise Refused(409, "it is in force already")
        self._database.write(activations.insert().values(rubric=number, by=by, at=now()))

    def roll_back(self) -> None:
        """Put what was in force before the last activation in force again."""
        last = self._last()
        if last is None:
            raise Refused(409, "the built-in rubric is in force, and nothing was before it")
        self._database.write(activations.update().where(activations.c.number == last["number"]).values(undone=now()))

    def _last(self) -> dict[str, Any] | None:
        valid = select(activations).where(activations.c.undone.is_(None))
        return self._database.row(valid.order_by(activations.c.number.desc()).limit(1))

    def _active(self) -> int | None:
        last = self._last()
        return None if last is None else last["rubric"]

    def _rubric(self, number: int) -> chartguard.Rubric:
        # A version never changes.
        if number not in self._read:
            self._read[number] = chartguard.Rubric.from_yaml(self._row(number)["yaml"])
        return self._read[number]

    def _row(self, number: int) -> dict[str, Any]:
        row = self._database.row(select(rubrics).where(rubrics.c.number == number))
        if row is None:
            raise Refused(404, "there is no such rubric")
        return row
