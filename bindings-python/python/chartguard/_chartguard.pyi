import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from typing import Any, ClassVar, Literal, final

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
    "Model",
    "ModelError",
    "Outcome",
    "Reason",
    "Report",
    "Rubric",
    "RubricError",
    "Scorer",
    "Scrubbed",
    "Scrubber",
    "SecretKeyError",
    "TamperedError",
    "__version__",
    "Vault",
    "restore",
    "units",
    "_run_command",
]

__version__: str

def restore(
    text: str,
    key: bytes | str | None = None,
    *,
    vault: Vault | str | PathLike[str] | None = None,
    document_id: str | None = None,
    access: Access | None = None,
    actor: str | None = None,
    now: str | None = None,
    audit: AuditLog | None = None,
) -> str: ...
def _run_command(arguments: list[str]) -> int: ...

class ChartguardError(Exception):
    code: str
    where: list[str]

class InputError(ChartguardError): ...
class ConfigError(ChartguardError): ...
class RubricError(ChartguardError): ...
class ModelError(ChartguardError): ...
class InferenceError(ChartguardError): ...
class FileError(ChartguardError): ...
class SecretKeyError(ConfigError): ...
class TamperedError(ChartguardError): ...
class AccessError(ChartguardError): ...
class InternalError(ChartguardError): ...

@final
class Model:
    @staticmethod
    def load(directory: str | PathLike[str]) -> Model: ...
    @property
    def name(self) -> str: ...
    @property
    def labels(self) -> list[str]: ...

@final
class AuditLog:
    def __new__(cls, path: str | PathLike[str], *, key: bytes | None = None) -> AuditLog: ...
    @property
    def head(self) -> dict[str, Any]: ...
    @staticmethod
    def verify(path: str | PathLike[str], *, key: bytes | None = None) -> dict[str, Any]: ...
    @staticmethod
    def events(
        path: str | PathLike[str], *, key: bytes | None = None, fhir: bool = False
    ) -> list[dict[str, Any]]: ...

@final
class Access:
    @staticmethod
    def from_yaml(yaml: str) -> Access: ...
    @staticmethod
    def load(path: str | PathLike[str]) -> Access: ...
    def allows(self, actor: str, permission: str, *, now: str | None = None) -> bool: ...
    def require(
        self, actor: str, permission: str, *, now: str | None = None, audit: AuditLog | None = None
    ) -> None: ...

@final
class Vault:
    def __new__(cls, path: str | PathLike[str], key: bytes | str, *, read_only: bool = False) -> Vault: ...
    @staticmethod
    def from_bytes(data: bytes, key: bytes | str) -> Vault: ...
    def to_bytes(self) -> bytes: ...
    @property
    def head(self) -> dict[str, Any]: ...
    def verify(self) -> dict[str, Any]: ...
    def records(
        self,
        *,
        access: Access | None = None,
        actor: str | None = None,
        now: str | None = None,
        audit: AuditLog | None = None,
    ) -> list[dict[str, Any]]: ...

@final
class Scrubber:
    def __new__(
        cls,
        *,
        policy: str | PathLike[str] | Mapping[str, Any] | None = "safe-harbor",
        categories: Mapping[str, Any] | None = None,
        strict: bool | None = None,
        model: str | PathLike[str] | Model | None = "builtin",
        key: bytes | str | None = None,
        seed: int | None = None,
    ) -> Scrubber: ...
    def find(self, text: str) -> list[Finding]: ...
    def scrub(
        self,
        text: str,
        *,
        patient: Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
        vault: Vault | None = None,
        audit: AuditLog | None = None,
        actor: str | None = None,
        now: str | None = None,
    ) -> Scrubbed: ...
    def scrub_message(
        self,
        message: bytes | str,
        *,
        format: str = "auto",
        patient: Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> ScrubbedMessage: ...
    def scrub_batch(
        self,
        texts: Iterable[str],
        *,
        contexts: Iterable[Mapping[str, Any] | None] | None = None,
        vault: Vault | None = None,
        audit: AuditLog | None = None,
        actor: str | None = None,
        now: str | None = None,
        threads: int | None = None,
        progress: bool = False,
    ) -> list[Scrubbed]: ...
    @property
    def policy(self) -> str: ...
    @property
    def regime(self) -> str: ...

@final
class ScrubbedMessage:
    @property
    def message(self) -> bytes | str: ...
    @property
    def format(self) -> str: ...
    @property
    def findings(self) -> list[MessageFinding]: ...

@final
class MessageFinding:
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def category(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def detector(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def path(self) -> str: ...

@final
class Finding:
    __hash__: ClassVar[Any]
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def category(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def detector(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def census(self) -> str | None: ...
    @property
    def reasons(self) -> list[Reason]: ...
    def to_dict(self) -> dict[str, Any]: ...

@final
class Reason:
    __hash__: ClassVar[Any]
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    @property
    def detector(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def category(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    def to_dict(self) -> dict[str, Any]: ...

@final
class Scrubbed:
    @property
    def text(self) -> str: ...
    @property
    def findings(self) -> list[Finding]: ...
    def to_dict(self) -> dict[str, Any]: ...

@final
class Rubric:
    @staticmethod
    def builtin(id: str) -> Rubric: ...
    @staticmethod
    def builtin_ids() -> list[str]: ...
    @staticmethod
    def schema() -> str: ...
    @staticmethod
    def from_yaml(yaml: str) -> Rubric: ...
    @property
    def id(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def hash(self) -> str: ...

@final
class Scorer:
    def __new__(
        cls,
        rubric: Rubric,
        *,
        judge: Callable[[str, str], bool | None | tuple[bool | None, float]] | None = None,
    ) -> Scorer: ...
    def score(
        self,
        text: str,
        *,
        doc_type: str | None = None,
        discipline: str | None = None,
        date: str | datetime.date | None = None,
        payer: str | None = None,
        setting: str | None = None,
        claim: Mapping[str, Any] | None = None,
    ) -> Report: ...
    def score_episode(self, notes: Sequence[Mapping[str, Any]], *, open: bool = False) -> dict[str, Any]: ...

def units(minutes: Mapping[str, int], *, codes: str = "") -> dict[str, Any]: ...

@final
class Criterion:
    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def verdict(self) -> Literal["met", "not_met", "not_applicable", "not_assessable"]: ...
    @property
    def severity(self) -> Literal["high", "medium", "low"]: ...
    @property
    def confidence(self) -> float: ...
    @property
    def evidence(self) -> list[tuple[int, int]]: ...
    @property
    def message(self) -> str: ...
    @property
    def advice(self) -> str: ...

@final
class Report:
    @property
    def score(self) -> float | None: ...
    @property
    def raw(self) -> float | None: ...
    @property
    def coverage(self) -> float: ...
    @property
    def doc_type(self) -> str | None: ...
    @property
    def discipline(self) -> str | None: ...
    @property
    def criteria(self) -> list[Criterion]: ...
    def to_json(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...
    def export(self, format: Literal["csv", "sarif", "markdown"], *, name: str = "note") -> str: ...
    def to_html(self) -> str: ...

@final
class Analyzer:
    def __new__(cls, scrubber: Scrubber, scorer: Scorer) -> Analyzer: ...
    def analyze(
        self,
        text: str,
        *,
        doc_type: str | None = None,
        discipline: str | None = None,
        patient: Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
        vault: Vault | None = None,
        audit: AuditLog | None = None,
        actor: str | None = None,
        now: str | None = None,
    ) -> Outcome: ...
    def analyze_batch(
        self,
        texts: Iterable[str],
        *,
        contexts: Iterable[Mapping[str, Any] | None] | None = None,
        vault: Vault | None = None,
        audit: AuditLog | None = None,
        actor: str | None = None,
        now: str | None = None,
        threads: int | None = None,
        progress: bool = False,
    ) -> list[Outcome]: ...

@final
class Outcome:
    @property
    def scrubbed(self) -> Scrubbed: ...
    @property
    def report(self) -> Report: ...
