"""Where the packages lie, and the service as its users start it."""

import contextlib
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

SYSTEM = Path(__file__).parents[1]
sys.path[:0] = [str(SYSTEM.parent), str(SYSTEM)]

from shared.testing import Server, free_port, server  # noqa: E402


def pytest_configure(config: pytest.Config) -> None:
    for mark in ("slow", "redis", "postgres"):
        config.addinivalue_line("markers", f"{mark}: see examples/systems/README.md")


class Client:
    """One tenant's way to the service."""

    def __init__(self, url: str, key: str) -> None:
        self.http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60)

    def upload(self, name: str, data: bytes, id: str | None = None) -> httpx.Response:
        file = {"file": (name, data)}
        return self.http.post("/documents", files=file) if id is None else self.http.put(f"/documents/{id}", files=file)

    def search(self, question: str, most: int = 5) -> dict[str, Any]:
        answer = self.http.post("/search", json={"question": question, "most": most})
        assert answer.status_code == 200, answer.text
        return answer.json()


class Running:
    """A data folder, the service over it, and the commands of its operator."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data, self.log = data, data.parent / f"{data.name}.log"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHARTGUARD_")}
        self.env = {
            **inherited,
            "PYTHONPATH": f"{SYSTEM.parent}{os.pathsep}{SYSTEM}",
            "CHARTGUARD_DATA": str(data),
            **settings,
        }
        self.server: Server | None = None

    def command(self, *arguments: str, status: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "document_search", *arguments], env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stderr
        return done.stdout.strip() if status == 0 else done.stderr

    @contextlib.contextmanager
    def started(self) -> Iterator["Running"]:
        port = free_port()
        command = [sys.executable, "-m", "document_search", "serve", "--port", str(port)]
        with server(command, port=port, env=self.env, log=self.log) as self.server:
            yield self

    def client(self, key: str) -> Client:
        assert self.server is not None
        return Client(self.server.url, key)

    def kept(self) -> bytes:
        """All that lies in the data folder, and what was logged."""
        files = [path for path in self.data.rglob("*") if path.is_file()]
        return b"".join(path.read_bytes() for path in [*files, self.log])


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for the tests that need none of their own."""
    with Running(tmp_path_factory.mktemp("search") / "data").started() as started:
        yield started


@pytest.fixture
def tenants(running: Running) -> tuple[Client, Client]:
    """Two tenants that are new to each test; made in this process, for a command takes a second to start."""
    from document_search.database import Database
    from document_search.keys import make

    database = Database(running.env.get("DATABASE_URL"), running.data)
    keys = [make(database, database.add_tenant(f"tenant-{uuid.uuid4().hex[:8]}")) for _ in range(2)]
    database.engine.dispose()
    return running.client(keys[0]), running.client(keys[1])
