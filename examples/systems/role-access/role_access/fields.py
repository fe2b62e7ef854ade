"""Which class each field that leaves belongs to, and the check that nothing leaves to who may not have its class.

safe: says nothing of a person. internal: of the practice's work, not of a patient. ephi: identifies a patient, or a patient's record.
aggregate: a count or mean over many. A field that is not in the table does not leave at all.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import chartguard

if TYPE_CHECKING:
    from .rules import Rules, Scope

CLASSES = SAFE, INTERNAL, EPHI, AGGREGATE = "safe", "internal", "ephi", "aggregate"

FIELDS = {
    "note": SAFE,
    "text": SAFE,
    "rubric": SAFE,
    "score": INTERNAL,
    "author": INTERNAL,
    # A date of service is one of the identifiers of 45 CFR 164.514(b)(2)(i)(C).
    "stored": EPHI,
    "patient": EPHI,
    "original": EPHI,
    "notes": AGGREGATE,
    "mean_score": AGGREGATE,
}
_FREE_TEXT = "text"


class Withheld(Exception):
    """Something may not leave: says which field and why, never what it holds."""


class Outbound:
    """The check at the way out; may be shared between threads."""

    def __init__(self, scrubber: chartguard.Scrubber, smallest: int, audit: chartguard.AuditLog) -> None:
        self._scrubber, self._smallest, self._audit = scrubber, smallest, audit

    def demand(self, fields: Iterable[str], rules: "Rules", scope: "Scope") -> None:
        """Refuse fields that may not leave to who asks, by the library's check of their class; a refusal is in the log."""
        for field in fields:
            known = FIELDS.get(field)
            if known is None:
                self._audit.record("restore", actor=rules.actor, roles=rules.roles, refused="restore")
                raise Withheld(f"there is no field {field!r} to leave; known are {', '.join(sorted(FIELDS))}")
            try:
                scope.leaving[known].require(rules.actor, "restore", audit=self._audit)
            except chartguard.AccessError:
                raise Withheld(f"the field {field!r} is of class {known}, which none of your roles may have") from None

    def exported(self, rows: list[dict[str, Any]], fields: Iterable[str], rules: "Rules") -> None:
        """Record what is about to leave: a restore where it identifies, else a scrub; with the fingerprint of all of it."""
        action = "restore" if any(FIELDS[field] == EPHI for field in fields) else "scrub"
        self._audit.record(action, actor=rules.actor, roles=rules.roles, policy=self._scrubber, document=json.dumps(rows))

    def check(self, row: Mapping[str, Any], rules: "Rules", scope: "Scope") -> dict[str, Any]:
        """The row as it may leave; refuses it whole where one field may not."""
        self.demand(row, rules, scope)
        # A text that is said to be safe is scrubbed once more: what was overlooked in the note, or got into the table, does not leave.
        return {name: self._scrubber.scrub(value).text if name == _FREE_TEXT else value for name, value in row.items()}

    def aggregate(self, row: Mapping[str, Any], count: str) -> dict[str, Any]:
        """A row of aggregates; where it is over too few it says only that.

        The default of 11 is the CMS cell size suppression policy's: no cell of 10 or less.
        """
        if row[count] >= self._smallest:
            return dict(row)
        return {name: None if FIELDS.get(name) == AGGREGATE else value for name, value in row.items()}
