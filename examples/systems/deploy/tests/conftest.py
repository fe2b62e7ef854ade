"""The systems as run.py starts them, for what stands around them: proxy, Prometheus, load."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

SYSTEMS = Path(__file__).parents[2]
sys.path.insert(0, str(SYSTEMS))

from shared.testing import Server, free_port, server  # noqa: E402

NOTE = "PT daily note 03/14/2024. Ms. Rosalind Achterberg, MRN 4471203. Gait training 15 min on level ground with one cue."

# Commands that print the token of the first who may ask, where the first start does not.
FIRST = {"document-search": ("tenant", "add", "north"), "transcription": ("clinician", "house")}


@dataclass
class System:
    """One that runs: where, and a way in."""

    port: int
    token: str
    server: Server

    def http(self) -> httpx.Client:
        return httpx.Client(base_url=self.server.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=60)


def run(name: str, *arguments: str) -> list[str]:
    return [sys.executable, str(SYSTEMS / "run.py"), name, *arguments]


@contextlib.contextmanager
def started(name: str, data: Path, *, ready: str = "/health", command: list[str] | None = None) -> Iterator[System]:
    """A system on a free port; its token is what it printed, or what a command of it prints."""
    env = {**os.environ, "CHARTGUARD_DATA": str(data)}
    token, port = "", free_port()
    if name in FIRST:
        done = subprocess.run(run(name, *FIRST[name]), env=env, check=True, capture_output=True, text=True)
        token = done.stdout.strip()
    serve = command or run(name, "serve")
    with server([*serve, "--port", str(port)], port=port, env=env, ready=ready, log=data.parent / f"{name}.log") as service:
        shown = re.search(r"shown (?:this once|only now):\s*(\S+)", service.output())
        yield System(port, shown[1] if shown else token, service)


@pytest.fixture(scope="session")
def therapy_compliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with started("therapy-compliance", tmp_path_factory.mktemp("therapy") / "data") as system:
        yield system


@pytest.fixture(scope="session")
def transcription(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with started("transcription", tmp_path_factory.mktemp("transcription") / "data") as system:
        yield system


@pytest.fixture(scope="session")
def document_search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with started("document-search", tmp_path_factory.mktemp("search") / "data") as system:
        yield system


@pytest.fixture(scope="session")
def role_access(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with started("role-access", tmp_path_factory.mktemp("roles") / "data") as system:
        yield system


@pytest.fixture(scope="session")
def note_intake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    binary = SYSTEMS.parents[1] / os.environ.get("CARGO_TARGET_DIR", "target") / "debug" / "note-intake"
    if not binary.exists():
        pytest.skip(f"note-intake is not built: cargo build --workspace --bin note-intake makes {binary}")
    data = tmp_path_factory.mktemp("intake") / "data"
    with started("note-intake", data, ready="/health/ready", command=[str(binary)]) as system:
        yield system
