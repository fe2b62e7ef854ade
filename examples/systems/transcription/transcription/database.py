"""What is kept: clinicians with the hashes of their tokens, consultations, and what their streams released. Nothing unscrubbed.
SQLite, or PostgreSQL by its URL."""

import hashlib
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from shared.database import engine, now, writing
from sqlalchemy import JSON, Column, ForeignKey, Integer, MetaData, String, Table, Text

_ALL = MetaData()
clinicians = Table(
    "clinicians", _ALL, Column("id", String(64), primary_key=True), Column("hash", String(64), nullable=False, unique=True)
)
consultations = Table(
    "consultations", _ALL,
    Column("id", String(32), primary_key=True),
    Column("clinician", ForeignKey("clinicians.id"), nullable=False, index=True),
    # active, completed, or interrupted: what had not been released is lost.
    Column("status", String(16), nullable=False),
    Column("started", String(32), nullable=False),
    Column("ended", String(32)),
    # Bytes that were held and are lost; unknown (null) where the process was killed.
    Column("lost", Integer),
)  # fmt: skip
releases = Table(
    "releases", _ALL,
    Column("consultation", ForeignKey("consultations.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("categories", JSON, nullable=False),
    # The last turn that is wholly in what was released up to here; -1 where none is yet.
    Column("kept", Integer, nullable=False),
)  # fmt: skip


class Database:
    """The tables above, for use by many threads."""

    def __init__(self, url: str | None, folder: Path) -> None:
        self.engine = engine(url, folder / "consultations.db")
        _ALL.create_all(self.engine)

    def add_clinician(self, id: str, token: str) -> None:
        """An `IntegrityError` where there is one of this id."""
        with writing(self.engine) as to:
            to.execute(clinicians.insert().values(id=id, hash=_hash(token)))

    def clinician(self, token: str) -> str | None:
        with self.engine.connect() as at:
            return at.scalar(sql.select(clinicians.c.id).where(clinicians.c.hash == _hash(token)))

    def start(self, id: str, clinician: str) -> None:
        with writing(self.engine) as to:
            to.execute(consultations.insert().values(id=id, clinician=clinician, status="active", started=now()))

    def end(self, id: str, status: str, lost: int | None) -> None:
        with writing(self.engine) as to:
            to.execute(consultations.update().where(consultations.c.id == id).values(status=status, ended=now(), lost=lost))

    def interrupt_all(self) -> None:
        """Streams of a process that is gone cannot go on: what they held is lost."""
        active = consultations.c.status == "active"
        with writing(self.engine) as to:
            to.execute(consultations.update().where(active).values(status="interrupted", ended=now()))

    def release(self, id: str, number: int, text: str, categories: dict[str, int], kept: int) -> None:
        """Keep what a stream released; it is on the disk when this returns."""
        row = {"consultation": id, "number": number, "text": text, "categories": categories, "kept": kept}
        with writing(self.engine) as to:
            to.execute(releases.insert().values(row))

    def kept(self, id: str) -> int:
        """The last turn of a consultation that is wholly here."""
        with self.engine.connect() as at:
            found = at.scalar(sql.select(sql.func.max(releases.c.kept)).where(releases.c.consultation == id))
            return -1 if found is None else found

    def released(self, id: str) -> str:
        """All that the stream of a consultation has released, in order."""
        wanted = sql.select(releases.c.text).where(releases.c.consultation == id).order_by(releases.c.number)
        with self.engine.connect() as at:
            return "".join(at.scalars(wanted))

    def consultation(self, id: str, clinician: str) -> dict[str, Any] | None:
        """A consultation, where it is this clinician's."""
        mine = sql.and_(consultations.c.id == id, consultations.c.clinician == clinician)
        with self.engine.connect() as at:
            row = at.execute(sql.select(consultations).where(mine)).first()
            return None if row is None else dict(row._mapping)

    def history(self, clinician: str, status: str | None, since: str | None, until: str | None) -> list[dict[str, Any]]:
        """A clinician's consultations, the latest first; `since` and `until` are days, both included."""
        wanted = sql.select(consultations).where(consultations.c.clinician == clinician)
        day = sql.func.substr(consultations.c.started, 1, 10)
        if status is not None:
            wanted = wanted.where(consultations.c.status == status)
        if since is not None:
            wanted = wanted.where(day >= since)
        if until is not None:
            wanted = wanted.where(day <= until)
        with self.engine.connect() as at:
            return [dict(row._mapping) for row in at.execute(wanted.order_by(consultations.c.started.desc()).limit(500))]

    def check(self) -> None:
        """Raises where the database does not answer."""
        with self.engine.connect() as at:
            at.execute(sql.select(1))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
