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

Columns go in and come out as what they are, in pandas, Polars, Arrow, NumPy, DuckDB or plain lists:

>>> scrubber.scrub_column(["SSN 219-09-9999", None])
['SSN [SSN]', None]

``chartguard.spark`` does the same on a cluster.

Offsets count code points, so they slice a Python ``str``: ``text[finding.start:finding.end]``.

Classes
-------
Scrubber, Scrubbed, Finding, Reason
    Find and remove protected health information under a policy, and say why.
ScrubStream, Released, scrub_stream
    A text that comes in pieces; ``Scrubber.stream`` begins one.
Vault, restore
    Give notes back: what was encrypted from the scrubbed text and the key, with a vault everything.
ScrubbedMessage, MessageFinding, MessageReport
    What ``Scrubber.scrub_message`` and ``Scorer.score_message`` give back of HL7 v2, FHIR, C-CDA, RTF, HTML and text in other encodings.
message_notes
    The free text of a message or document as it was written: what a reader sees of RTF and HTML.
restore_message
    Give back a message of any format, from its scrubbed form and the key, or from a vault.
restore_column
    Give back a column of notes, from the scrubbed text and the key or from a vault.
Rubric, Scorer, Report, Criterion
    Score a note against a rubric, with evidence; an episode of care; a claim.
facts
    What a therapy note says, as data: goals, services, minutes, schedule, measures, signatures.
units
    Units from timed minutes.
Analyzer, Outcome
    Both in one call.
Model
    A model from a directory, run in process.
Tagger, Entity, Classifier, Embedder, PairScorer
    What a model is used for: entities in a text, labels of a text, its vector, how well two texts go together.
Registry
    Named, versioned models in a directory, within a budget of memory.
SearchIndex, Passage
    Search documents: passages by their words and, with an embedder, by their meaning.
summary, Summary
    Counts by category and scores over many results, shown in a notebook.
AuditLog, Access
    Record who did what, without a value of any note, and say who may.
Key
    A secret key, checked; fingerprints of ids.
Cancel
    Stop calls from another thread, or when a time is over.
ChartguardError
    Base of every error; none holds text of a note.
ArrowColumn
    A column of Arrow data, for any library that reads the Arrow PyCapsule interface.

Everything built is immutable, but for what is kept (vault, audit log, access rules, search index) and streams, and may be shared between
threads; the GIL is released while notes are worked on. It pickles to worker processes by configuration, but for a vault, an audit log, a search index,
a token that cancels and streams, which belong to the process that opened them.
"""

from chartguard import _pickling as _pickling  # says what does not pickle
from chartguard._chartguard import (
    Access,
    AccessError,
    Analyzer,
    ArrowColumn,
    AuditLog,
    Cancel,
    CancelledError,
    ChartguardError,
    Classifier,
    ConfigError,
    Criterion,
    Embedder,
    Entity,
    FileError,
    Finding,
    InferenceError,
    InputError,
    InternalError,
    Key,
    MessageFinding,
    MessageReport,
    Model,
    ModelError,
    Outcome,
    PairScorer,
    Passage,
    Reason,
    Registry,
    Released,
    Report,
    Rubric,
    RubricError,
    Scorer,
    ScrubStream,
    Scrubbed,
    ScrubbedMessage,
    Scrubber,
    SearchIndex,
    SecretKeyError,
    Tagger,
    TamperedError,
    Vault,
    __version__,
    facts,
    message_notes,
    restore,
    restore_message,
    units,
)
from chartguard._containers import restore_column
from chartguard._notebook import Summary, summary
from chartguard._stream import scrub_stream

__all__ = [
    "Access",
    "AccessError",
    "Analyzer",
    "ArrowColumn",
    "AuditLog",
    "Cancel",
    "CancelledError",
    "ChartguardError",
    "Classifier",
    "ConfigError",
    "Criterion",
    "Embedder",
    "Entity",
    "FileError",
    "Finding",
    "InferenceError",
    "InputError",
    "InternalError",
    "Key",
    "MessageFinding",
    "MessageReport",
    "Model",
    "ModelError",
    "Outcome",
    "PairScorer",
    "Passage",
    "Reason",
    "Registry",
    "Released",
    "Report",
    "Rubric",
    "RubricError",
    "Scorer",
    "ScrubStream",
    "Scrubbed",
    "ScrubbedMessage",
    "Scrubber",
    "SearchIndex",
    "SecretKeyError",
    "Summary",
    "Tagger",
    "TamperedError",
    "Vault",
    "__version__",
    "facts",
    "message_notes",
    "restore",
    "restore_column",
    "restore_message",
    "scrub_stream",
    "summary",
    "units",
]
