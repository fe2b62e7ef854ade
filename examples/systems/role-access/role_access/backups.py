"""Backups: the tables, the vault and the audit log in one folder by its id, checked by hash, and put back by that id.

A rollback is made while the service is stopped, which the vault's lock holds. It first makes a backup of what it is about to replace.
The audit log is never rolled back: what was done stays done. Keys are in no backup.
"""

import json
import os
import re
import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.database import dumped, load
from shared.files import sha256, sync, write

from .database import KEPT, Database
from .keeping import AUDIT, VAULT, Keeping

_TABLES, _MANIFEST = "tables.jsonl", "manifest.json"
_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")


class BadBackup(ValueError):
    """A backup that is not there or is not whole; says why."""


def make(database: Database, keeping: Keeping, by: str) -> dict[str, Any]:
    """Write a backup, also while the service runs: its manifest. It is there whole or not at all."""
    at = datetime.now(UTC)
    id = f"{at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    root = keeping.folder / "backups"
    root.mkdir(exist_ok=True, mode=0o700)
    unfinished = root / f".{id}"
    unfinished.mkdir(mode=0o700)
    # Tables before the vault: every note in the tables is then in the vault too.
    rows = write(unfinished / _TABLES, dumped(database.engine, KEPT))
    write(unfinished / VAULT, [keeping.vault.to_bytes()])
    head = keeping.audit.head
    # While the log is written to, its last line may be cut; the head says how many count.
    write(unfinished / AUDIT, _lines(keeping.folder / AUDIT, head["records"]))
    files = {name: sha256(unfinished / name) for name in (_TABLES, VAULT, AUDIT)}
    manifest = {"id": id, "made": at.isoformat(timespec="seconds"), "by": by, "rows": rows, "audit": head, "files": files}
    write(unfinished / _MANIFEST, [json.dumps(manifest, indent=1).encode()])
    unfinished.rename(root / id)
    sync(root)
    return manifest


def listed(folder: Path) -> list[dict[str, Any]]:
    """The manifests of all backups, oldest first."""
    found = sorted((folder / "backups").glob("[0-9]*/" + _MANIFEST))
    return [json.loads(path.read_text(encoding="utf-8")) for path in found]


def check(folder: Path, id: str) -> Path:
    """The folder of a backup, every file of which is what was written."""
    if not _ID.fullmatch(id) or not (path := folder / "backups" / id).is_dir():
        raise BadBackup("there is no backup of this id")
    manifest = json.loads((path / _MANIFEST).read_text(encoding="utf-8"))
    for name, expected in manifest["files"].items():
        if not (path / name).exists() or sha256(path / name) != expected:
            raise BadBackup(f"{name} of this backup was changed or is missing: nothing was put back")
    return path


def roll_back(database: Database, keeping: Keeping, id: str, by: str) -> dict[str, Any]:
    """Put a backup back; returns the manifest of a backup of what was there before."""
    path = check(keeping.folder, id)
    before = make(database, keeping, by)
    # The vault only grows, so one that still has the backup's records at its start has all that is needed, and what came later too.
    saved = (path / VAULT).read_bytes()
    if not keeping.vault.to_bytes().startswith(saved):
        replacement = keeping.folder / (VAULT + ".new")
        replacement.unlink(missing_ok=True)
        write(replacement, [saved])
        os.replace(replacement, keeping.folder / VAULT)
        sync(keeping.folder)
    # Users, grants and rubrics are then others.
    for action in ("change_access", "change_policy"):
        keeping.audit.record(action, actor=by)
    load(database.engine, KEPT, path / _TABLES)
    keeping.anchor()
    return before


def _lines(path: Path, most: int) -> list[bytes]:
    with path.open("rb") as lines:
        return [line for _, line in zip(range(most), lines)]


def drop_unfinished(folder: Path) -> None:
    """Remove what backups that were stopped have left."""
    for path in (folder / "backups").glob(".*"):
        shutil.rmtree(path)
