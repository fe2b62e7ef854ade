"""What is kept: tenants, the hashes of their keys, scrubbed documents, and usage. SQLite, or PostgreSQL by its URL.

Every read and write of a document names its tenant; there is no way here to ask for a document by its id alone.
"""

import secrets
import uuid
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

from shared.database import engine, insert, now, writing

_ALL = MetaData()


def _tenant(**options: Any) -> Column[str]:
    return Column("tenant", String(32), ForeignKey("tenants.id", ondelete="CASCADE"), nullable=False, **options)


tenants = Table(
    "tenants", _ALL,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    # Counts the changes of its documents: an index or an answer made at another version is out of date.
    Column("version", Integer, nullable=False),
    Column("made", String(32), nullable=False),
)  # fmt: skip
keys = Table(
    "keys", _ALL,
    Column("id", String(16), primary_key=True),
    _tenant(),
    Column("hash", String(64), nullable=False),
    Column("made", String(32), nullable=False),
    Column("revoked", String(32)),
)  # fmt: skip
documents = Table(
    "documents", _ALL,
    Column("id", String(32), primary_key=True),
    _tenant(),
    Column("revision", Integer, nullable=False),
    Column("name", String(255), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("stored", String(32), nullable=False),
    Index("documents_by_tenant", "tenant", "id"),
)  # fmt: skip
usage = Table(
    "usage", _ALL,
    _tenant(primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("queries", Integer, nullable=False),
    Column("cached", Integer, nullable=False),
    Column("milliseconds", Float, nullable=False),
)  # fmt: skip
terms = Table(
    "terms", _ALL,
    _tenant(primary_key=True),
    Column("term", String(64), primary_key=True),
    Column("times", Integer, nullable=False),
)  # fmt: skip
secrets_ = Table(
    "secrets", _ALL,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)  # fmt: skip

# What a list of documents shows of each.
_SHOWN = (documents.c.id, documents.c.revision, documents.c.name, documents.c.kind, documents.c.counts, documents.c.stored)


class Database:
    """The tables above, for use by many threads."""

    def __init__(self, url: str | None, folder: Path) -> None:
        self.engine = engine(url, folder / "documents.db")
        _ALL.create_all(self.engine)

    # Tenants and their keys.

    def add_tenant(self, name: str) -> str:
        """A new tenant's id; an `IntegrityError` where the name is taken."""
        id = uuid.uuid4().hex
        with writing(self.engine) as to:
            to.execute(tenants.insert().values(id=id, name=name, version=0, made=now()))
        return id

    def tenant(self, name: str) -> str | None:
        with self.engine.connect() as at:
            return at.scalar(sql.select(tenants.c.id).where(tenants.c.name == name))

    def tenants(self) -> list[dict[str, Any]]:
        count = sql.select(sql.func.count()).where(documents.c.tenant == tenants.c.id).scalar_subquery()
        with self.engine.connect() as at:
            found = at.execute(sql.select(tenants.c.id, tenants.c.name, tenants.c.made, count.label("documents")))
            return [dict(row._mapping) for row in found]

    def remove_tenant(self, id: str) -> None:
        """Delete a tenant with all it has."""
        with writing(self.engine) as to:
            for table in (terms, usage, documents, keys):
                to.execute(table.delete().where(table.c.tenant == id))
            to.execute(tenants.delete().where(tenants.c.id == id))

    def add_key(self, tenant: str, id: str, hash: str) -> None:
        with writing(self.engine) as to:
            to.execute(keys.insert().values(id=id, tenant=tenant, hash=hash, made=now()))

    def key(self, id: str) -> tuple[str, str] | None:
        """The tenant and the hash of a key that is in force."""
        with self.engine.connect() as at:
            row = at.execute(sql.select(keys.c.tenant, keys.c.hash).where(keys.c.id == id, keys.c.revoked.is_(None))).first()
            return None if row is None else (row.tenant, row.hash)

    def revoke_key(self, id: str) -> bool:
        with writing(self.engine) as to:
            done = to.execute(keys.update().where(keys.c.id == id, keys.c.revoked.is_(None)).values(revoked=now()))
            return done.rowcount == 1

    # Documents.

    def add(self, tenant: str, document: dict[str, Any]) -> dict[str, Any]:
        """Keep a new document; it is on the disk when this returns."""
        row = {**document, "id": uuid.uuid4().hex, "tenant": tenant, "revision": 1, "stored": now()}
        with writing(self.engine) as to:
            to.execute(documents.insert().values(row))
            _changed(to, tenant)
        return _shown(row)

    def replace(self, tenant: str, id: str, document: dict[str, Any]) -> dict[str, Any] | None:
        """Keep a document in place of one that is there; `None` where the tenant has none of this id."""
        mine = (documents.c.id == id) & (documents.c.tenant == tenant)
        with writing(self.engine) as to:
            new = {**document, "revision": documents.c.revision + 1, "stored": now()}
            if to.execute(documents.update().where(mine).values(new)).rowcount == 0:
                return None
            _changed(to, tenant)
            return dict(to.execute(sql.select(*_SHOWN).where(mine)).one()._mapping)

    def delete(self, tenant: str, id: str) -> bool:
        with writing(self.engine) as to:
            mine = (documents.c.id == id) & (documents.c.tenant == tenant)
            if to.execute(documents.delete().where(mine)).rowcount == 0:
                return False
            _changed(to, tenant)
            return True

    def document(self, tenant: str, id: str) -> dict[str, Any] | None:
        """A document with its text."""
        mine = (documents.c.id == id) & (documents.c.tenant == tenant)
        with self.engine.connect() as at:
            row = at.execute(sql.select(*_SHOWN, documents.c.text).where(mine)).first()
            return None if row is None else dict(row._mapping)

    def listed(self, tenant: str, *, after: str, most: int) -> list[dict[str, Any]]:
        """Documents in the order of their ids, those behind `after`, without their texts."""
        wanted = sql.select(*_SHOWN).where(documents.c.tenant == tenant, documents.c.id > after)
        with self.engine.connect() as at:
            return [dict(row._mapping) for row in at.execute(wanted.order_by(documents.c.id).limit(most))]

    def count(self, tenant: str) -> int:
        with self.engine.connect() as at:
            return at.scalar(sql.select(sql.func.count()).where(documents.c.tenant == tenant)) or 0

    def version(self, tenant: str) -> int:
        """How often the tenant's documents have changed; 0 for a tenant that is gone."""
        with self.engine.connect() as at:
            return at.scalar(sql.select(tenants.c.version).where(tenants.c.id == tenant)) or 0

    def revisions(self, tenant: str) -> dict[str, int]:
        """The revision of each document."""
        with self.engine.connect() as at:
            found = at.execute(sql.select(documents.c.id, documents.c.revision).where(documents.c.tenant == tenant))
            return {row.id: row.revision for row in found}

    # Usage.

    def count_usage(self, tenant: str, day: str, queries: int, cached: int, milliseconds: float, words: dict[str, int]) -> None:
        """Add to what was counted."""
        with writing(self.engine) as to:
            # A tenant that was removed meanwhile has nothing to add to.
            if to.scalar(sql.select(tenants.c.id).where(tenants.c.id == tenant)) is None:
                return
            added = {"queries": queries, "cached": cached, "milliseconds": milliseconds}
            _add(to, usage, {"tenant": tenant, "day": day}, added)
            for word, times in sorted(words.items()):
                _add(to, terms, {"tenant": tenant, "term": word}, {"times": times})

    def used(self, tenant: str) -> list[dict[str, Any]]:
        """What was counted, by day."""
        with self.engine.connect() as at:
            found = at.execute(sql.select(usage).where(usage.c.tenant == tenant).order_by(usage.c.day))
            return [{name: value for name, value in row._mapping.items() if name != "tenant"} for row in found]

    def popular(self, tenant: str, most: int) -> list[dict[str, Any]]:
        wanted = sql.select(terms.c.term, terms.c.times).where(terms.c.tenant == tenant)
        with self.engine.connect() as at:
            found = at.execute(wanted.order_by(terms.c.times.desc(), terms.c.term).limit(most))
            return [dict(row._mapping) for row in found]

    def secret(self, name: str) -> bytes:
        """32 random bytes, the same for every process: drawn when they are first asked for."""
        with writing(self.engine) as to:
            new = insert(to, secrets_).values(name=name, value=secrets.token_bytes(32))
            to.execute(new.on_conflict_do_nothing())
        with self.engine.connect() as at:
            return bytes(at.execute(sql.select(secrets_.c.value).where(secrets_.c.name == name)).scalar_one())

    def check(self) -> None:
        """Raises where the database does not answer."""
        with self.engine.connect() as at:
            at.execute(sql.select(1))


def _changed(to: sql.Connection, tenant: str) -> None:
    to.execute(tenants.update().where(tenants.c.id == tenant).values(version=tenants.c.version + 1))


def _add(to: sql.Connection, table: Table, key: dict[str, str], added: dict[str, float]) -> None:
    """Add numbers to a row, which is made where there is none."""
    row = insert(to, table).values({**key, **added})
    sums = {name: table.c[name] + row.excluded[name] for name in added}
    to.execute(row.on_conflict_do_update(index_elements=list(key), set_=sums))


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {column.name: row[column.name] for column in _SHOWN}
