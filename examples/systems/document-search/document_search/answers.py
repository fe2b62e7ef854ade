"""From a question to passages that can be cited: which document, where in it, how good, and its scrubbed text."""

import hashlib
import hmac
import json
import time
from typing import Any

from .database import Database
from .indexes import Indexes, document_of
from .memory import Memory
from .usage import Usage, terms


class Answers:
    """Answers questions, with those that were asked before from memory; may be shared between threads."""

    def __init__(self, database: Database, indexes: Indexes, memory: Memory, usage: Usage, *, seconds: int) -> None:
        self._database, self._indexes, self._memory, self._usage = database, indexes, memory, usage
        self._seconds = seconds
        self._secret = database.secret("cache")

    def answer(self, tenant: str, question: str, most: int) -> dict[str, Any]:
        """The best passages for a question, best first."""
        started = time.perf_counter()
        # A change of the tenant's documents makes other keys, so that no answer shows what was replaced or deleted.
        key = self._key(tenant, self._database.version(tenant), most, question)
        kept = self._memory.get(key) if self._seconds else None
        passages = json.loads(kept) if kept is not None else self._found(tenant, question, most)
        if kept is None and self._seconds:
            self._memory.set(key, json.dumps(passages).encode(), self._seconds)
        took = (time.perf_counter() - started) * 1000
        words = terms(question, [passage["text"] for passage in passages])
        self._usage.asked(tenant, took, cached=kept is not None, words=words)
        return {"passages": passages, "cached": kept is not None, "milliseconds": round(took, 3)}

    def _found(self, tenant: str, question: str, most: int) -> list[dict[str, Any]]:
        documents: dict[str, dict[str, Any] | None] = {}
        passages = []
        for passage in self._indexes.search(tenant, question, most):
            id, revision = document_of(passage.document)
            if id not in documents:
                documents[id] = self._database.document(tenant, id)
            document = documents[id]
            # One that was replaced or deleted while this was searched is not shown.
            if document is None or document["revision"] != revision:
                continue
            passages.append(
                {
                    "document": id,
                    "revision": revision,
                    "name": document["name"],
                    "start": passage.start,
                    "end": passage.end,
                    "section": passage.section,
                    "score": round(passage.score, 6),
                    "bm25": None if passage.bm25 is None else round(passage.bm25, 4),
                    "text": document["text"][passage.start : passage.end],
                }
            )
        return passages

    def _key(self, tenant: str, version: int, most: int, question: str) -> str:
        """Says nothing of the question to who lacks the secret: a question may name a patient."""
        said = json.dumps([tenant, version, most, question])
        return hmac.new(self._secret, said.encode(), hashlib.sha256).hexdigest()
