"""An engine for SQLite by default, or for PostgreSQL by its URL, set up so that what was committed survives a power cut."""

import contextlib
import json
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite


def engine(url: str | None, file: Path) -> sql.Engine:
    """The engine of a URL, or of a SQLite file in a folder that is made for its owner alone."""
    if url is None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        url = f"sqlite:///{file}"
    for form in ("postgresql://", "postgres://"):
        if url.startswith(form):
            url = "postgresql+psycopg://" + url.removeprefix(form)
    # An error would otherwise quote the text that was to be written.
    # One connection for each thread that answers, so that none waits for another's.
    made = sql.create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=40)
    if made.dialect.name == "sqlite":
        sql.event.listen(made, "connect", _durable)
        made.update_execution_options(writing=threading.Lock())
    return made


@contextlib.contextmanager
def writing(engine: sql.Engine) -> Iterator[sql.Connection]:
    """A transaction that writes; what it wrote is on the disk at its end.

    SQLite lets one write at a time and has the others sleep and try again, some of them for seconds where many ask: here they wait in line.
    """
    with engine.get_execution_options().get("writing") or contextlib.nullcontext(), engine.begin() as to:
        yield to


def insert(to: sql.Connection, table: sql.Table) -> Any:
    """The INSERT of the connection's dialect, which knows ON CONFLICT."""
    return (postgresql.insert if to.dialect.name == "postgresql" else sqlite.insert)(table)


def now() -> str:
    """The time, in RFC 3339 and UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def dumped(engine: sql.Engine, tables: Sequence[sql.Table]) -> list[bytes]:
    """The rows of tables as they are at one moment, a line of JSON each; a table comes before those that refer to it."""
    lines = []
    with engine.connect() as at:
        if at.dialect.name == "postgresql":
            at.execution_options(isolation_level="REPEATABLE READ")
        else:
            at.exec_driver_sql("BEGIN")
        for table in tables:
            for row in at.execute(sql.select(table).order_by(*table.primary_key)):
                lines.append(json.dumps({"table": table.name, "row": dict(row._mapping)}).encode() + b"\n")
    return lines


def load(engine: sql.Engine, tables: Sequence[sql.Table], path: Path) -> None:
    """Put the rows of `dumped` in place of those there are, in one transaction."""
    named = {table.name: table for table in tables}
    with writing(engine) as to:
        for table in reversed(tables):
            to.execute(table.delete())
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                one = json.loads(line)
                to.execute(named[one["table"]].insert().values(one["row"]))
        if to.dialect.name == "postgresql":
            for table in tables:
                for column in table.primary_key:
                    if column.autoincrement and isinstance(column.type, sql.Integer):
                        last = sql.select(sql.func.max(column)).scalar_subquery()
                        to.execute(sql.select(sql.func.setval(sql.func.pg_get_serial_sequence(table.name, column.name), last)))


def _durable(connection: Any, _record: Any) -> None:
    # Readers do not wait for a writer.
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 10000"):
        connection.execute(f"PRAGMA {pragma}")
