"""Notes: scrubbed into the vault when they come, read without identifiers, and given back to who may have them."""

import uuid
from typing import Any

import chartguard
import sqlalchemy as sql

from .database import Database, notes
from .fields import EPHI, FIELDS, Outbound
from .keeping import Keeping
from .rubrics import Rubrics
from .rules import Rules

_STORED = {"note": "id", "text": "text", "rubric": "rubric", "score": "score", "author": "author", "stored": "stored", "patient": "patient"}


class Missing(Exception):
    """There is no such note, or none that the actor may know of."""


class Notes:
    """Notes of one database and one vault; may be shared between threads."""

    def __init__(self, database: Database, keeping: Keeping, rubrics: Rubrics, scrubber: chartguard.Scrubber, out: Outbound) -> None:
        self._database, self._keeping, self._rubrics = database, keeping, rubrics
        self._scrubber, self._out = scrubber, out

    def add(self, rules: Rules, patient: str, text: str, known: dict[str, Any] | None) -> dict[str, Any]:
        """Keep a note: the original in the vault, the scrubbed text in the database; it is on the disk when this returns.

        Who may see an original may hand one in.
        """
        rules.every.access.require(rules.actor, "restore", audit=self._keeping.audit)
        id = uuid.uuid4().hex
        rubric = self._rubrics.scorer()
        report = rubric.score(text)
        # A note that is of no discipline of the rubric has no score.
        score = report.score if report.discipline is not None else None
        scrubbed = self._scrubber.scrub(
            text, patient=known, context={"document_id": id}, vault=self._keeping.vault, audit=self._keeping.audit, actor=rules.actor
        )
        said = f"{rubric.rubric.id} {rubric.rubric.version}"
        row = {"id": id, "patient": patient, "author": rules.actor, "text": scrubbed.text, "rubric": said, "score": score}
        self._database.add_note(row)
        return self._out.check({"note": id, "rubric": said, "score": score}, rules, rules.every)

    def read(self, rules: Rules, id: str) -> dict[str, Any]:
        """A note as the actor may see it without giving it back."""
        row = self._row(rules, id)
        scope = rules.of(row["patient"])
        shown = {name: row[column] for name, column in _STORED.items() if FIELDS[name] in scope.classes}
        return self._out.check(shown, rules, scope)

    def restore(self, rules: Rules, id: str) -> dict[str, Any]:
        """A note byte for byte as it came, where the library's check allows it; recorded either way."""
        row = self._row(rules, id)
        return self._out.check({"note": id, "original": self._original(rules, row)}, rules, rules.of(row["patient"]))

    def export(self, rules: Rules, fields: list[str], patient: str | None, most: int) -> list[dict[str, Any]]:
        """These fields of the notes that the actor may know of, oldest first; recorded before they leave."""
        scope = rules.every if (patient := patient or rules.only) is None else rules.of(patient)
        # Whose note it is says something of a patient, so who asks for one's notes may know patients.
        self._out.demand(fields if patient is None else [*fields, "patient"], rules, scope)
        wanted = sql.select(notes).order_by(notes.c.stored, notes.c.id).limit(most)
        if patient is not None:
            wanted = wanted.where(notes.c.patient == patient)
        rows = [self._exported(rules, fields, row) for row in self._database.rows(wanted)]
        self._out.exported(rows, fields, rules)
        return rows

    def statistics(self, rules: Rules) -> list[dict[str, Any]]:
        """How many notes were kept and how they score, by rubric; not over too few."""
        self._out.demand(["notes", "mean_score", "rubric"], rules, rules.every)
        count = sql.func.count().label("notes")
        wanted = sql.select(notes.c.rubric, count, sql.func.avg(notes.c.score).label("mean_score"))
        rows = self._database.rows(wanted.group_by(notes.c.rubric).order_by(notes.c.rubric))
        return [self._out.check(self._out.aggregate(row, "notes"), rules, rules.every) for row in rows]

    def _exported(self, rules: Rules, fields: list[str], row: dict[str, Any]) -> dict[str, Any]:
        # An export of what identifies is a restore, asked for and recorded by note.
        original = self._original(rules, row) if any(FIELDS[field] == EPHI for field in fields) else ""
        out = {field: original if field == "original" else row[_STORED[field]] for field in fields}
        return self._out.check(out, rules, rules.of(row["patient"]))

    def _original(self, rules: Rules, row: dict[str, Any]) -> str:
        return chartguard.restore(
            row["text"],
            vault=self._keeping.vault,
            document_id=row["id"],
            access=rules.of(row["patient"]).access,
            actor=rules.actor,
            audit=self._keeping.audit,
        )

    def _row(self, rules: Rules, id: str) -> dict[str, Any]:
        row = self._database.note(id)
        # A patient does not learn of other patients' notes, not even that there are any.
        if row is None or not rules.of(row["patient"]).classes:
            raise Missing
        return row
