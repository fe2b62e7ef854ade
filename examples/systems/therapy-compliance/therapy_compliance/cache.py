"""Results that were made before: the latest in memory, more in the database.

A key is a keyed hash of the document and of all that its result depends on, so that nobody without the key file can tell from the
database whether a document was here, and nothing made by other rules is ever found.
"""

import hashlib
import hmac
import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import chartguard
from shared.database import now
from sqlalchemy import select

from .database import Database, cache
from .engine import Options


class Cache:
    """May be shared between threads."""

    def __init__(self, database: Database, secret: bytes, entries: int) -> None:
        self._database, self._secret, self._entries = database, secret, entries
        self._latest: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def key(self, text: str, rubric: chartguard.Rubric, options: Options, policy: str) -> str:
        """The key of a document's result; `options.strict` is what is in force, not only what was asked for."""
        made_of = [
            hashlib.sha256(text.encode()).hexdigest(), rubric.id, rubric.version, rubric.hash,
            options.doc_type, options.discipline, options.strict, policy, chartguard.__version__,
        ]  # fmt: skip
        return hmac.new(self._secret, json.dumps(made_of).encode(), hashlib.sha256).hexdigest()

    def get(self, key: str, make: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], str]:
        """The result of a key, made where there is none, and where it came from: memory, database or none."""
        with self._lock:
            if key in self._latest:
                self._latest.move_to_end(key)
                return json.loads(self._latest[key]), "memory"
        row = self._database.row(select(cache.c.value).where(cache.c.key == key))
        value = row["value"] if row else make()
        self._database.put(cache, ["key"], {"key": key, "value": value, "used": now()})
        with self._lock:
            self._latest[key] = json.dumps(value)
            while len(self._latest) > self._entries:
                self._latest.popitem(last=False)
        return value, "database" if row else "none"
