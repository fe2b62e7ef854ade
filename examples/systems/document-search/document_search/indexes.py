"""The index of each tenant: in memory, saved beside the database, and brought up to what the database holds before each search.

The database is the truth. An index that is missing, damaged or out of date is filled from it, so nothing is lost with a file. A
document's id in an index holds its revision: what has to be put in or taken out is the difference of two sets of ids.
"""

import logging
import threading
from pathlib import Path
from typing import Any

import chartguard

from .database import Database

log = logging.getLogger(__name__)


class _Held:
    """One tenant's index, and the version of the documents that it holds."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.index: chartguard.SearchIndex | None = None
        self.version = -1
        self.saved = -1


class Indexes:
    """The indexes of all tenants; may be shared between threads, and a folder between processes."""

    def __init__(self, database: Database, folder: Path, **options: Any) -> None:
        """`options` are those of `chartguard.SearchIndex`."""
        self._database, self._folder, self._options = database, folder, options
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def search(self, tenant: str, question: str, most: int) -> list[chartguard.Passage]:
        """The best passages of this tenant's documents; `passage.document` is for `document_of`."""
        return self.current(tenant).search(question, most)

    def current(self, tenant: str) -> chartguard.SearchIndex:
        """The index of a tenant with all that the database holds now."""
        with self._lock:
            held = self._held.setdefault(tenant, _Held())
        with held.lock:
            # First the version: what changes after this is seen as another version next time.
            version = self._database.version(tenant)
            if held.index is None:
                held.index = self._load(tenant)
            if held.version != version:
                self._bring_up(held.index, tenant)
                held.version = version
            return held.index

    def save(self) -> None:
        """Write what has changed; a file is the old one or the new one, whole."""
        with self._lock:
            every = list(self._held.items())
        for tenant, held in every:
            with held.lock:
                if held.index is None or held.saved == held.version:
                    continue
                held.index.save(self._path(tenant))
                held.saved = held.version

    def forget(self, tenant: str) -> None:
        """Delete the index of a tenant that is gone."""
        with self._lock:
            self._held.pop(tenant, None)
        self._path(tenant).unlink(missing_ok=True)

    def check(self) -> int:
        """How many indexes are in memory; raises where the folder cannot be written."""
        probe = self._folder / "probe"
        probe.touch()
        probe.unlink(missing_ok=True)
        return len(self._held)

    def _path(self, tenant: str) -> Path:
        return self._folder / f"{tenant}.index"

    def _load(self, tenant: str) -> chartguard.SearchIndex:
        path = self._path(tenant)
        if path.exists():
            try:
                return chartguard.SearchIndex.load(path)
            except chartguard.ChartguardError as error:
                log.warning("an index cannot be used and is made anew", extra={"tenant": tenant, "error": error.code})
        return chartguard.SearchIndex(**self._options)

    def _bring_up(self, index: chartguard.SearchIndex, tenant: str) -> None:
        wanted = {_indexed(id, revision) for id, revision in self._database.revisions(tenant).items()}
        there = set(index.ids())
        for id in there - wanted:
            index.delete(id)
        for name in sorted(wanted - there):
            id, revision = document_of(name)
            document = self._database.document(tenant, id)
            # One that was changed just now belongs to the next version.
            if document is not None and document["revision"] == revision:
                index.add(name, document["text"])


def _indexed(id: str, revision: int) -> str:
    return f"{id}/{revision}"


def document_of(name: str) -> tuple[str, int]:
    """The id and revision of a document by its name in an index."""
    id, revision = name.rsplit("/", 1)
    return id, int(revision)
