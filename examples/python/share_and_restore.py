"""Scrub the notes of one patient so that they still read and compute, and restore what the key gives back.

    python examples/python/share_and_restore.py examples/notes/*.txt
"""

import secrets
import sys
from pathlib import Path

import chartguard

POLICY = {
    "extends": "limited-data-set",
    "categories": {
        "name": {"operator": "surrogate", "keyed": True},
        "date": {"operator": "date_shift"},
        "mrn": {"operator": "fpe", "fallback": "encrypt"},
        "ssn": {"operator": "encrypt"},
    },
}


def main(paths: list[str]) -> None:
    # Keep a real key where secrets are kept: without it nothing comes back.
    key = secrets.token_bytes(32)
    scrubber = chartguard.Scrubber(policy=POLICY, key=key)
    notes = [Path(path).read_text(encoding="utf-8") for path in paths]
    # Names and intervals agree between all notes of one patient.
    patient = {"patient_id": "4471203"}
    for path, scrubbed in zip(paths, scrubber.scrub_batch(notes, contexts=[patient] * len(notes)), strict=True):
        actions: dict[str, int] = {}
        for finding in scrubbed.findings:
            actions[finding.action] = actions.get(finding.action, 0) + 1
        restored = chartguard.restore(scrubbed.text, key)
        print(Path(path).name, actions, f"{len(restored)} characters restored")

    try:
        chartguard.restore(chartguard.Scrubber(policy=POLICY, key=key).scrub("SSN 219-09-9999").text + "!", key)
    except chartguard.TamperedError as error:
        print("a changed text:", error)


if __name__ == "__main__":
    main(sys.argv[1:])
