"""The service as its users start it, and their way to it."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
from shared.testing import Server, free_port, server

SYSTEM = Path(__file__).parents[1]


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
