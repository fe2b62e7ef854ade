"""The vault that gives notes back, and the audit log that says who did what; each under a key that lies in a file of its own."""

import json
import threading
from typing import Any

import chartguard
from shared.files import key

from .database import Database
from .settings import Settings

VAULT, AUDIT = "notes.vault", "audit.jsonl"


class Keeping:
    """Both of them, open: no other process can write them meanwhile."""

    def __init__(self, settings: Settings, database: Database) -> None:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder, self._database = settings.data, database
        self._audit_key = key(settings.audit_key, settings.data / "audit.key", "audit log")
        self.vault = chartguard.Vault(settings.data / VAULT, key(settings.vault_key, settings.data / "vault.key", "vault"))
        self.audit = chartguard.AuditLog(settings.data / AUDIT, key=self._audit_key)
        self._anchored, self._anchoring = 0, threading.Lock()

    def anchor(self) -> None:
        """Keep in the database where the log ends."""
        mine = self.audit.head["records"]
        with self._anchoring:
            # Of many that wait here the first writes where the log ends by now, which serves the others too.
            if mine > self._anchored:
                head = self.audit.head
                self._database.anchor(head)
                self._anchored = head["records"]

    def events(self, most: int) -> list[dict[str, Any]]:
        """The latest events, the chain checked."""
        return chartguard.AuditLog.events(self.folder / AUDIT, key=self._audit_key)[-most:]

    def verify(self) -> dict[str, Any]:
        """Whether vault and log are what was written: each record, and against the log's end in the database."""
        return {"audit": _tried(self._verify_audit), "vault": _tried(lambda: dict(self.vault.verify()))}

    def _verify_audit(self) -> dict[str, Any]:
        # First the anchor: what is written meanwhile comes behind it.
        anchor = self._database.anchored()
        path = self.folder / AUDIT
        found = chartguard.AuditLog.verify(path, key=self._audit_key)
        if found["records"] < anchor["records"]:
            raise _cut(f"the log has {found['records']} records; there were {anchor['records']}: its end was cut off")
        if anchor["records"]:
            with path.open(encoding="utf-8") as lines:
                line = next(line for number, line in enumerate(lines, 1) if number == anchor["records"])
            # The chain under it holds, so this record's own hash says which chain it is.
            if json.loads(line)["hash"] != anchor["hash"]:
                raise _cut(f"record {anchor['records']} is another than was written: the log was replaced")
        return dict(found)


def _cut(why: str) -> chartguard.TamperedError:
    error = chartguard.TamperedError(why)
    error.code = "tampered"
    return error


def _tried(check: Any) -> dict[str, Any]:
    try:
        return {"intact": True, **check()}
    except chartguard.ChartguardError as error:
        # It names records, never what they hold.
        return {"intact": False, "why": str(error)}
