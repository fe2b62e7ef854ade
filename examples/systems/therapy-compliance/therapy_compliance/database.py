"""What is kept in tables: users, scrubbed documents with their reports, reviews, rubrics. SQLite, or PostgreSQL by its URL."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from shared.database import engine, insert, now, writing
from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Integer, MetaData, String, Table, Text, UniqueConstraint

_ALL = MetaData()

users = Table(
    "users", _ALL,
    Column("id", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("token", String(64), nullable=False, unique=True),
    Column("made", String(32), nullable=False),
    Column("disabled", String(32)),
)  # fmt: skip
# Logins of browsers; in no backup.
sessions = Table(
    "sessions", _ALL,
    Column("hash", String(64), primary_key=True),
    Column("user", String(64), ForeignKey("users.id"), nullable=False),
    Column("ends", String(32), nullable=False),
)  # fmt: skip
analyses = Table(
    "analyses", _ALL,
    Column("id", String(32), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("clinician", String(64), ForeignKey("users.id"), nullable=False, index=True),
    Column("doc_type", String(32), nullable=False),
    Column("discipline", String(16), nullable=False),
    Column("score", Float),
    Column("risk", String(8)),
    Column("rubric", String(128), nullable=False),
    Column("strict", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("report", JSON, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("stored", String(32), nullable=False, index=True),
)  # fmt: skip
reviews = Table(
    "reviews", _ALL,
    Column("number", Integer, primary_key=True),
    Column("analysis", String(32), ForeignKey("analyses.id"), nullable=False),
    Column("criterion", String(128), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("says", String(8), nullable=False),
    Column("reviewer", String(64), ForeignKey("users.id"), nullable=False),
    Column("at", String(32), nullable=False),
    # Who reviews a finding again has changed their mind.
    UniqueConstraint("analysis", "criterion", "reviewer"),
)  # fmt: skip
rubrics = Table(
    "rubrics", _ALL,
    Column("number", Integer, primary_key=True),
    Column("id", String(64), nullable=False),
    Column("version", String(32), nullable=False),
    Column("hash", String(80), nullable=False),
    Column("yaml", Text, nullable=False),
    Column("added_by", String(64), nullable=False),
    Column("added_at", String(32), nullable=False),
    # What its last test found; without one that passed it is not activated.
    Column("tested", JSON),
    UniqueConstraint("id", "version"),
)  # fmt: skip
activations = Table(
    "activations", _ALL,
    Column("number", Integer, primary_key=True),
    # None where the built-in rubric of the settings is put in force again.
    Column("rubric", Integer, ForeignKey("rubrics.number")),
    Column("by", String(64), nullable=False),
    Column("at", String(32), nullable=False),
    Column("undone", String(32)),
)  # fmt: skip
# Results by a keyed hash of what they were made of; in no backup.
cache = Table(
    "cache", _ALL,
    Column("key", String(64), primary_key=True),
    Column("value", JSON, nullable=False),
    Column("used", String(32), nullable=False),
)  # fmt: skip

KEPT = (users, analyses, reviews, rubrics, activations)
"""The tables of a backup, each after those that it refers to."""


class Database:
    """The tables above, for use by many threads."""

    def __init__(self, url: str | None, folder: Path) -> None:
        self.engine = engine(url, folder / "compliance.db")
        _ALL.create_all(self.engine)

    def rows(self, wanted: sql.Select[Any]) -> list[dict[str, Any]]:
        with self.engine.connect() as at:
            return [dict(row._mapping) for row in at.execute(wanted)]

    def row(self, wanted: sql.Select[Any]) -> dict[str, Any] | None:
        found = self.rows(wanted)
        return found[0] if found else None

    def write(self, *statements: sql.Executable) -> int:
        """Do all of these or none; it is on the disk when this returns. How many rows the last one touched."""
        count = 0
        with writing(self.engine) as to:
            for statement in statements:
                count = to.execute(statement).rowcount
        return count

    def put(self, table: Table, key: Sequence[str], row: dict[str, Any]) -> None:
        """Keep a row in place of the one with the same key."""
        with writing(self.engine) as to:
            new = insert(to, table).values(row)
            rest = {name: new.excluded[name] for name in row if name not in key}
            to.execute(new.on_conflict_do_update(index_elements=list(key), set_=rest))

    def check(self) -> None:
        """Raises where the database does not answer."""
        with self.engine.connect() as at:
            at.execute(sql.select(1))

    def maintain(self, unused_since: str) -> dict[str, int]:
        """Drop results that nobody has asked for and logins that have ended, and let the database tidy up."""
        results = self.write(cache.delete().where(cache.c.used < unused_since))
        logins = self.write(sessions.delete().where(sessions.c.ends < now()))
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as at:
            for command in ("VACUUM", "ANALYZE"):
                at.exec_driver_sql(command)
        return {"results": results, "logins": logins}
