"""The service as its users start it, and their way to it."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from shared.testing import Server, free_port, server

SYSTEM = Path(__file__).parents[1]


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
