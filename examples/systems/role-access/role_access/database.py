"""What is kept in tables: users, grants, scrubbed notes and rubrics; nothing is ever deleted. SQLite, or PostgreSQL by its URL."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from shared.database import engine, insert, now, writing
from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

_ALL = MetaData()

users = Table(
    "users", _ALL,
    Column("id", String(64), primary_key=True),
    Column("token", String(64), nullable=False, unique=True),
    Column("made_by", String(64), nullable=False),
    Column("made_at", String(32), nullable=False),
    Column("disabled_by", String(64)),
    Column("disabled_at", String(32)),
)  # fmt: skip
grants = Table(
    "grants", _ALL,
    Column("id", Integer, primary_key=True),
    Column("actor", String(64), ForeignKey("users.id"), nullable=False),
    Column("role", String(32), nullable=False),
    Column("assigned_by", String(64), nullable=False),
    Column("assigned_at", String(32), nullable=False),
    Column("removed_by", String(64)),
    Column("removed_at", String(32)),
    # A role is held once: two at the same time cannot both be given.
    Index("held_once", "actor", "role", unique=True, sqlite_where=sql.text("removed_at IS NULL"), postgresql_where=sql.text("removed_at IS NULL")),
)  # fmt: skip
notes = Table(
    "notes", _ALL,
    Column("id", String(32), primary_key=True),
    Column("patient", String(64), nullable=False, index=True),
    Column("author", String(64), nullable=False),
    Column("stored", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("rubric", String(128), nullable=False),
    Column("score", Float),
)  # fmt: skip
rubrics = Table(
    "rubrics", _ALL,
    Column("number", Integer, primary_key=True),
    Column("id", String(64), nullable=False),
    Column("version", String(32), nullable=False),
    Column("hash", String(80), nullable=False),
    Column("yaml", Text, nullable=False),
    Column("changed_by", String(64), nullable=False),
    Column("changed_at", String(32), nullable=False),
)  # fmt: skip
# Where the audit log ended when this was last written, kept apart from the log: shows what was cut off. Not part of a backup.
anchors = Table(
    "anchors", _ALL,
    Column("name", String(32), primary_key=True),
    Column("records", Integer, nullable=False),
    Column("hash", String(80), nullable=False),
)  # fmt: skip

KEPT = (users, grants, notes, rubrics)
"""The tables of a backup, in the order in which they refer to each other."""


def hash_of(token: str) -> str:
    """What is kept of a token of 32 random bytes; for one that nobody can guess a slow hash would add nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


class Database:
    """The tables above, for use by many threads."""

    def __init__(self, url: str | None, folder: Path) -> None:
        self.engine = engine(url, folder / "roles.db")
        _ALL.create_all(self.engine)

    def user_of(self, token: str) -> str | None:
        """The user whose token this is, while not disabled."""
        wanted = sql.select(users.c.id).where(users.c.token == hash_of(token), users.c.disabled_at.is_(None))
        with self.engine.connect() as at:
            return at.scalar(wanted)

    def grants_of(self, actor: str) -> list[dict[str, Any]]:
        """Every grant that an actor ever had, in the order in which they were made."""
        return self.rows(sql.select(grants).where(grants.c.actor == actor).order_by(grants.c.id))

    def rows(self, wanted: sql.Select[Any]) -> list[dict[str, Any]]:
        with self.engine.connect() as at:
            return [dict(row._mapping) for row in at.execute(wanted)]

    def add_note(self, note: dict[str, Any]) -> dict[str, Any]:
        """Keep a scrubbed note; it is on the disk when this returns."""
        row = {**note, "stored": now()}
        with writing(self.engine) as to:
            to.execute(notes.insert().values(row))
        return row

    def note(self, id: str) -> dict[str, Any] | None:
        found = self.rows(sql.select(notes).where(notes.c.id == id))
        return found[0] if found else None

    def rubric(self, id: str) -> dict[str, Any] | None:
        """The version in force: the one that was put in last."""
        found = self.rows(sql.select(rubrics).where(rubrics.c.id == id).order_by(rubrics.c.number.desc()).limit(1))
        return found[0] if found else None

    def add_rubric(self, rubric: dict[str, Any], by: str, record: Callable[[], None]) -> None:
        """Put a version in force, once it was recorded."""
        with writing(self.engine) as to:
            to.execute(rubrics.insert().values(**rubric, changed_by=by, changed_at=now()))
            record()

    def anchor(self, head: dict[str, Any]) -> None:
        """Keep where the audit log ends."""
        with writing(self.engine) as to:
            new = insert(to, anchors).values(name="audit", **head)
            # Requests end in another order than they began: an anchor never moves back.
            later = anchors.c.records < new.excluded.records
            to.execute(new.on_conflict_do_update(index_elements=["name"], set_=dict(head), where=later))

    def anchored(self) -> dict[str, Any]:
        found = self.rows(sql.select(anchors.c.records, anchors.c.hash))
        return found[0] if found else {"records": 0, "hash": "empty"}

    def check(self) -> None:
        """Raises where the database does not answer."""
        with self.engine.connect() as at:
            at.execute(sql.select(1))
