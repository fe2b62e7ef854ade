"""Where the packages lie, and the service as its users start it."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

SYSTEM = Path(__file__).parents[1]
sys.path[:0] = [str(SYSTEM.parent), str(SYSTEM)]

from shared.testing import Server, free_port, server  # noqa: E402


def pytest_configure(config: pytest.Config) -> None:
    for mark in ("slow", "postgres"):
        config.addinivalue_line("markers", f"{mark}: see examples/systems/README.md")


class Practice:
    """A data folder, the service over it, its commands, and a way in for each user."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data, self.log = data, data.parent / f"{data.name}.log"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHARTGUARD_")}
        path = f"{SYSTEM.parent}{os.pathsep}{SYSTEM}"
        self.env = {**inherited, "PYTHONPATH": path, "CHARTGUARD_DATA": str(data), **settings}
        self.server: Server | None = None
        self.tokens: dict[str, str] = {}

    @contextlib.contextmanager
    def started(self) -> Iterator["Practice"]:
        port = free_port()
        command = [sys.executable, "-m", "role_access", "serve", "--port", str(port)]
        with server(command, port=port, env=self.env, log=self.log) as self.server:
            printed = re.search(r"the token of the user admin, shown this once: (\S+)", self.server.output())
            if printed:
                self.tokens["admin"] = printed[1]
            yield self

    def command(self, *arguments: str, status: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "role_access", *arguments], env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout.strip() + done.stderr.strip()

    def user(self, id: str, *roles: str) -> httpx.Client:
        """A new user with these roles."""
        admin = self.as_user("admin")
        self.tokens[id] = admin.post("/users", json={"id": id}).json()["token"]
        for role in roles:
            assert admin.post(f"/users/{id}/roles", json={"role": role}).status_code == 201
        return self.as_user(id)

    def as_user(self, id: str) -> httpx.Client:
        assert self.server is not None
        return httpx.Client(base_url=self.server.url, headers={"Authorization": f"Bearer {self.tokens[id]}"}, timeout=60)

    def kept(self) -> bytes:
        """All that lies in the data folder, and what was logged."""
        files = [path for path in self.data.rglob("*") if path.is_file()]
        return b"".join(path.read_bytes() for path in [*files, self.log])


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """One service for the tests that need none of their own, with a user of each role."""
    with Practice(tmp_path_factory.mktemp("roles") / "data").started() as started:
        for id, role in {
            "manager": "office_manager",
            "carer": "care_provider",
            "pat-1": "patient",
            "pat-2": "patient",
            "biller": "billing_admin",
        }.items():
            started.user(id, role)
        yield started
