"""From an uploaded file to what is stored: read in memory, scrubbed, and only then kept. An error stores nothing."""

from collections import Counter
from typing import Any

import chartguard
from shared.documents import Document, safe_name


class Intake:
    """Scrubs documents and their names; may be shared between threads."""

    def __init__(self, policy: str, *, strict: bool) -> None:
        self._scrubber = chartguard.Scrubber(policy=policy, strict=strict or None)
        # A file name has no sentence around its words, so what is not known to be safe goes.
        self._names = chartguard.Scrubber(policy=policy, strict=True)

    def read(self, name: str, data: bytes) -> dict[str, Any]:
        """What is to be stored of a file: name, kind, text and counts by category, all without identifiers.

        Raises `shared.documents.Refused`, or a `ChartguardError` where it cannot be scrubbed.
        """
        document = Document.read(name, data)
        scrubbed = self._scrubber.scrub(document.text)
        counts = Counter(finding.category for finding in scrubbed.findings)
        return {
            "name": safe_name(self._names, name, document.kind),
            "kind": document.kind,
            "text": scrubbed.text,
            "counts": dict(sorted(counts.items())),
        }
