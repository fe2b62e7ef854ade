"""What the systems' tests start for real: services as processes of their own, PostgreSQL and Redis for one test, a browser.

    from shared.testing import free_port, postgres, redis, server

    port = free_port()
    with server([sys.executable, "-m", "note_service", "--port", str(port)], port=port) as service:
        httpx.get(service.url + "/health")

A tool that is not installed skips the test and says which.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@dataclass
class Server:
    """A service that answers: where, as which process, and what it has printed."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def output(self) -> str:
        """All that it has printed, to both streams."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """End it as a power cut would: nothing of it runs any more."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds: float = 15) -> int:
        """Ask it to end, wait, and give its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode


def ended_while_asking(running: Server, path: str, token: str, body: bytes, kind: str = "application/json") -> tuple[int, int]:
    """Ask a service to end while a request is accepted and its body still to come: the status of the answer, and the exit status."""
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((HOST, int(running.url.rsplit(":", 1)[1])), timeout=20) as late:
        late.sendall(head.encode() + body[:1])
        time.sleep(0.3)
        running.process.terminate()
        time.sleep(0.3)
        late.sendall(body[1:])
        status = int(late.makefile("rb").readline().split()[1])
    return status, running.process.wait(30)


@contextlib.contextmanager
def server(
    command: Sequence[str],
    *,
    port: int,
    env: Mapping[str, str] | None = None,
    cwd: str | os.PathLike[str] | None = None,
    ready: str = "/health",
    log: str | os.PathLike[str] | None = None,
    seconds: float = 90,
) -> Iterator[Server]:
    """Start `command`, wait until it answers GET `ready` with a status below 400, and stop it at the end.

    `env` is added to the environment. What it prints is appended to `log`, or to a file of its own.
    """
    folder = None
    if log is None:
        folder = tempfile.TemporaryDirectory()
        log = Path(folder.name) / "server.log"
    path = Path(log)
    with path.open("ab") as out:
        process = subprocess.Popen(
            list(command), env={**os.environ, **(env or {})}, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    started = Server(f"http://{HOST}:{port}", process, path)
    try:
        _wait(lambda: _answers(started.url + ready), started.process, started.output, command[-1], seconds)
        yield started
    finally:
        started.stop()
        if folder is not None:
            folder.cleanup()


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A Redis that keeps nothing, for one test: its URL."""
    command = _tool("redis-server")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        options = {"port": port, "bind": HOST, "dir": folder, "save": "", "appendonly": "no"}
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        with _daemon([command, *arguments], Path(folder) / "redis.log", lambda: _listens(port)):
            yield f"redis://{HOST}:{port}/0"


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL cluster of its own, with one empty database, for one test: its URL, in the form of libpq."""
    initdb, command = _tool("initdb"), _tool("postgres")
    # It refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        if user is not None:
            account = pwd.getpwnam(user)
            os.chown(folder, account.pw_uid, account.pw_gid)
        data = Path(folder) / "data"
        made = subprocess.run(
            [initdb, "--pgdata", str(data), "--username", "tester", "--auth", "trust", "--encoding", "UTF8", "--no-sync"],
            user=user, cwd=folder, capture_output=True, text=True, check=False,
        )
        if made.returncode != 0:
            raise RuntimeError(f"initdb ended with {made.returncode}:\n{made.stderr}")
        arguments = ["-D", str(data), "-h", HOST, "-p", str(port), "-k", folder, "-c", "fsync=off"]
        ready = [_tool("pg_isready"), "--quiet", "--host", HOST, "--port", str(port)]
        with _daemon(
            [command, *arguments], Path(folder) / "postgres.log",
            lambda: subprocess.run(ready, check=False).returncode == 0,
            user=user, cwd=folder, ends_by=signal.SIGINT,
        ):
            yield f"postgresql://tester@{HOST}:{port}/postgres"


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """Headless Chromium, as Playwright drives it."""
    command = _tool("chromium")
    import pytest

    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=command, args=["--no-sandbox"])
        try:
            yield opened
        finally:
            opened.close()


def shot(page: Any, name: str, *, full: bool = True) -> None:
    """A picture of a page, in the folder that SHOTS names; none without it."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=full)


def fits(page: Any) -> bool:
    """Whether nothing of a page is beside the window."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@contextlib.contextmanager
def _daemon(
    command: list[str], log: Path, ready: Callable[[], bool], *, ends_by: int = signal.SIGTERM, **options: Any
) -> Iterator[None]:
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **options)
    try:
        _wait(ready, process, lambda: log.read_text(errors="replace"), Path(command[0]).name, 60)
        yield
    finally:
        process.send_signal(ends_by)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], output: Callable[[], str], name: str, seconds: float
) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with {process.returncode} before it was ready:\n{output()}")
        if time.monotonic() > end:
            raise RuntimeError(f"{name} was not ready in {seconds:.0f} s:\n{output()}")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status < 400
    except (urllib.error.URLError, OSError):
        return False


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def _tool(name: str) -> str:
    """Where a program is: on the path, or where Debian keeps those of PostgreSQL. Skips the test where it is not."""
    found = shutil.which(name)
    if found is None:
        versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
        found = str(versions[0]) if versions else None
    if found is None:
        import pytest

        pytest.skip(f"{name} is not installed")
    return found
