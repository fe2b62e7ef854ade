"""Backups: the tables and the audit log in one folder by its id, checked by hash, and put back by that id.

A backup is made also while the service runs; a restore wants it stopped, which the lock of the audit log holds, and first makes a
backup of what it is about to replace. The audit log is never rolled back: what was done stays done. Keys are in no backup.
"""

import json
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import chartguard
from shared.database import dumped, load
from shared.files import key, sha256, sync, write

from .database import KEPT, Database
from .service import AUDIT
from .settings import Settings

_TABLES, _MANIFEST = "tables.jsonl", "manifest.json"
_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")


class BadBackup(ValueError):
    """A backup that is not there or is not whole; says why."""


def make(settings: Settings, database: Database) -> str:
    """Write a backup; its id. It is there whole or not at all."""
    id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    root = settings.data / "backups"
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = root / f".{id}"
    unfinished.mkdir(mode=0o700)
    rows = write(unfinished / _TABLES, dumped(database.engine, KEPT))
    log = settings.data / AUDIT
    # While the log is written to, its last line may be cut.
    lines = log.read_bytes() if log.exists() else b""
    write(unfinished / AUDIT, [lines[: lines.rfind(b"\n") + 1]])
    manifest = {"id": id, "rows": rows, "files": {name: sha256(unfinished / name) for name in (_TABLES, AUDIT)}}
    write(unfinished / _MANIFEST, [json.dumps(manifest, indent=1).encode()])
    sync(unfinished)
    unfinished.rename(root / id)
    sync(root)
    return id


def restore(settings: Settings, id: str) -> dict[str, Any]:
    """Put a backup back: how many rows it has, and the id of a backup of what was there before."""
    path = _checked(settings.data, id)
    log = settings.data / AUDIT
    if not log.exists() and (path / AUDIT).stat().st_size:
        if settings.audit_key is None and not (settings.data / "audit.key").exists():
            raise BadBackup("the key of the audit log is in no backup: put it in its place first, then restore")
        chartguard.AuditLog.verify(path / AUDIT, key=key(settings.audit_key, settings.data / "audit.key", "audit log"))
        write(log, [(path / AUDIT).read_bytes()])
        sync(settings.data)
    # Held while rows are replaced, so that no service writes meanwhile.
    held = chartguard.AuditLog(log, key=key(settings.audit_key, settings.data / "audit.key", "audit log"))
    database = Database(settings.database, settings.data)
    before = make(settings, database)
    with database.engine.begin() as to:
        to.exec_driver_sql("DELETE FROM sessions")
    load(database.engine, KEPT, path / _TABLES)
    return {"rows": json.loads((path / _MANIFEST).read_text())["rows"], "before": before, "audit": held.head["records"]}


def listed(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in (folder / "backups").glob(f"[0-9]*/{_MANIFEST}"))


def _checked(folder: Path, id: str) -> Path:
    path = folder / "backups" / id
    if not _ID.fullmatch(id) or not (path / _MANIFEST).exists():
        raise BadBackup("there is no backup of this id")
    for name, expected in json.loads((path / _MANIFEST).read_text(encoding="utf-8"))["files"].items():
        if not (path / name).exists() or sha256(path / name) != expected:
            raise BadBackup(f"{name} of this backup was changed or is missing: nothing was put back")
    return path
