"""Remove protected health information from clinical notes and score their documentation, in this process.

>>> import chartguard
>>> scrubber = chartguard.Scrubber()
>>> scrubbed = scrubber.scrub("Seen 03/14/2024. SSN 219-09-9999.")
>>> scrubbed.text
'Seen [DATE]. SSN [SSN].'
>>> [(finding.category, finding.start, finding.end) for finding in scrubbed.findings]
[('date', 5, 15), ('ssn', 21, 32)]

>>> [reason.rule for reason in scrubbed.findings[1].reasons][:2]
['cue:ssn', 'validator:ssn']

Offsets count code points, so they slice a Python ``str``: ``text[finding.start:finding.end]``.

Classes
-------
Scrubber, Scrubbed, Finding, Reason
    Find and remove protected health information under a policy, and say why.
Vault, restore
    Give notes back: what was encrypted from the scrubbed text and the key, with a vault everything.
ScrubbedMessage, MessageFinding
    What ``Scrubber.scrub_message`` gives back of HL7 v2, FHIR, C-CDA, RTF, HTML and text in other encodings.
Rubric, Scorer, Report, Criterion
    Score a note against a rubric, with evidence; an episode of care; a claim.
units
    Units from timed minutes.
Analyzer, Outcome
    Both in one call.
Model
    A token classification model from a directory, run in process.
AuditLog, Access
    Record who did what, without a value of any note, and say who may.
ChartguardError
    Base of every error; none holds text of a note.

Everything built is immutable and may be shared between threads; the GIL is released while notes are worked on.
"""

from chartguard._chartguard import (
    Access,
    AccessError,
    Analyzer,
    AuditLog,
    ChartguardError,
    ConfigError,
    Criterion,
    FileError,
    Finding,
    InferenceError,
    InputError,
    InternalError,
    MessageFinding,
    Model,
    ModelError,
    Outcome,
    Reason,
    Report,
    Rubric,
    RubricError,
    Scorer,
    Scrubbed,
    ScrubbedMessage,
    Scrubber,
    SecretKeyError,
    TamperedError,
    Vault,
    __version__,
    restore,
    units,
)

__all__ = [
    "Access",
    "AccessError",
    "Analyzer",
    "AuditLog",
    "ChartguardError",
    "ConfigError",
    "Criterion",
    "FileError",
    "Finding",
    "InferenceError",
    "InputError",
    "InternalError",
    "MessageFinding",
    "Model",
    "ModelError",
    "Outcome",
    "Reason",
    "Report",
    "Rubric",
    "RubricError",
    "Scorer",
    "Scrubbed",
    "ScrubbedMessage",
    "Scrubber",
    "SecretKeyError",
    "TamperedError",
    "Vault",
    "__version__",
    "restore",
    "units",
]
