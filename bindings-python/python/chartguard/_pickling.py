"""Builds in a worker what was pickled by its configuration: once a process, however many tasks bring it."""

import copyreg
import functools
import os
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar, cast

from chartguard._chartguard import (
    Analyzer,
    Cancel,
    ChartguardError,
    Classifier,
    ConfigError,
    Embedder,
    MessageReport,
    Model,
    Passage,
    Registry,
    Released,
    Rubric,
    Scorer,
    ScrubStream,
    Scrubber,
    SearchIndex,
    _build_scrubber,
    _criterion,
    _finding,
    _message,
    _message_finding,
    _open_registry,
    _outcome,
    _reason,
    _report,
    _scrubbed,
)

__all__ = [
    "_criterion",
    "_finding",
    "_message",
    "_message_finding",
    "_outcome",
    "_reason",
    "_report",
    "_scrubbed",
    "analyzer",
    "builtin_rubric",
    "model",
    "registry",
    "rubric",
    "scorer",
    "scrubber",
]

Build = TypeVar("Build", bound=Callable[..., Any])


def once(build: Build) -> Build:
    """Builds each thing once; few configurations are in use at a time, and each may hold a model."""
    return cast(Build, functools.lru_cache(maxsize=8)(build))


def worker(error: ChartguardError) -> ChartguardError:
    """The error with the worker it happened on."""
    import socket

    place = f"worker {socket.gethostname()}, process {os.getpid()}"
    error.args = (f"{error} (on {place})",)
    error.where = [place, *error.where]
    return error


@once
def registry(directory: str, options: str) -> Registry:
    """A registry by its directory and options; one a process, so that its budget holds for all that is unpickled there."""
    try:
        return _open_registry(directory, options)
    except ChartguardError as error:
        raise worker(error) from None


@once
def model(directory: str, options: str | None = None, reference: str | None = None) -> Model:
    """A model by its directory, or by that of its registry, the registry's options, and its name and version there."""
    try:
        if options is None or reference is None:
            return Model.load(directory)
        return registry(directory, options).get(reference)
    except ChartguardError as error:
        raise worker(error) from None


@once
def scrubber(
    policy: str,
    key: str | None,
    seed: int | None,
    votes: int | None,
    named: tuple[str, ...],
    places: tuple[tuple[str, ...], ...],
) -> Scrubber:
    """A scrubber by its whole policy, key, seed, votes and models."""
    return _build_scrubber(policy, key, seed, votes, named, [model(*place) for place in places])


@once
def builtin_rubric(name: str, digest: str) -> Rubric:
    """A rubric that ships with chartguard, which must be the same on the worker."""
    found = Rubric.builtin(name)
    if found.hash != digest:
        error = ChartguardError(f"rubric {name!r} differs from the one pickled: chartguard is of another version")
        error.code, error.where = "rubric", []
        raise worker(error)
    return found


@once
def rubric(yaml: str) -> Rubric:
    """A rubric by its YAML."""
    return Rubric.from_yaml(yaml)


def scorer(
    rubric: Rubric,
    embedder: Embedder | None = None,
    classifiers: dict[str, Classifier] | None = None,
    document_classifier: Classifier | None = None,
) -> Scorer:
    """A scorer by its rubric and models."""
    return Scorer(rubric, embedder=embedder, classifiers=classifiers, document_classifier=document_classifier)


def analyzer(scrubber: Scrubber, scorer: Scorer) -> Analyzer:
    """An analyzer by what it holds."""
    return Analyzer(scrubber, scorer)


# What does not travel, and what to do instead.
STAYS: dict[type, str] = {
    Cancel: "a Cancel stops calls of its own process: make one in each worker",
    Passage: "a Passage does not travel: send what is needed of it, such as document, start, end and score",
    Released: "a Released does not travel: send its text",
    MessageReport: "a MessageReport does not travel: send its to_dict()",
    SearchIndex: "a SearchIndex belongs to its process: save it, and load the file in each worker",
    ScrubStream: "a ScrubStream holds text that has not left yet: begin one in each worker from the Scrubber, which travels",
}


def stays(thing: Any) -> NoReturn:
    """Refuses to pickle or copy what does not travel."""
    error = ConfigError(STAYS[type(thing)])
    error.code, error.where = "config", []
    raise error


for kind in STAYS:
    copyreg.pickle(kind, stays)
