"""Load on one of the systems over loopback, in a closed loop: each client sends its next note when the last one was answered.

    python load.py note-intake --seconds 60 --clients 8

Starts the system on a data folder of its own, prints notes a second, latency, errors and the service's memory, kills it as a power cut
would, starts it again, and asks for every note that was acknowledged. Ends with 1 where one is missing, doubled or in error, or where
--least or --p95 is not met. The clients run on the same machine: what they take is missing to the service.
"""

import argparse
import contextlib
import http.client
import itertools
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

from shared.testing import HOST, Server, free_port, server  # noqa: E402

BYTES = 2048
_GIVEN = ("Rosalind", "Tobias", "Ingrid", "Marcellus", "Yevgenia", "Oluwaseun", "Priscilla", "Bartholomew", "Mei-Lin", "Anneliese")
_FAMILY = ("Achterberg", "Quackenbush", "Okonjo", "Lindqvist", "Papadakis", "Vanterpool", "Drummond-Hayes", "Szymanski", "Thibodeaux", "Rasmussen")


@dataclass(frozen=True)
class Note:
    text: str
    patient: str
    name: str


def notes(seed: int) -> Iterator[Note]:
    """Notes of 2 KB, no two alike: lines of the sample notes from a place drawn at random, about a patient who is invented."""
    draw = random.Random(seed)
    samples = [path.read_text(encoding="utf-8").splitlines() for path in sorted((ROOT / "examples" / "notes").glob("*.txt"))]
    while True:
        name = f"{draw.choice(_GIVEN)} {draw.choice(_FAMILY)}"
        patient = str(draw.randrange(10**6, 10**7))
        date = f"{draw.randrange(1, 13):02}/{draw.randrange(1, 29):02}/2025"
        head = f"Patient: {name}   MRN: {patient}\nVisit date: {date}   Phone: (503) 555-01{draw.randrange(100):02}\n\n"
        lines = draw.choice(samples)
        start = draw.randrange(len(lines))
        body = "\n".join(itertools.islice(itertools.cycle([*lines[start:], *lines[:start], ""]), 200))
        end = f"\n{name.split()[-1]} was seen for {draw.randrange(15, 61)} minutes."
        room = BYTES - len((head + end).encode())
        yield Note(head + body.encode()[:room].decode(errors="ignore") + end, patient, name)


@dataclass
class System:
    """What is loaded: how it starts, what a note becomes, and how one that was kept is asked for."""

    command: list[str]
    env: dict[str, str]
    ready: str
    sent: Callable[[Note], tuple[str, bytes, str]]
    path: str
    token: str = ""

    def ask(self, connection: http.client.HTTPConnection, note: Note) -> tuple[int, bytes]:
        path, body, kind = self.sent(note)
        connection.request("POST", path, body, {"Authorization": f"Bearer {self.token}", "Content-Type": kind})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def kept(self, connection: http.client.HTTPConnection, id: str) -> bool:
        connection.request("GET", f"{self.path}/{id}", headers={"Authorization": f"Bearer {self.token}"})
        answer = connection.getresponse()
        answer.read()
        return answer.status == 200


def note_intake(data: Path, release: bool) -> System:
    target = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
    binary = target / ("release" if release else "debug") / "note-intake"
    if not binary.exists():
        sys.exit(f"load.py: {binary} is missing: cargo build --workspace --bin note-intake{' --release' if release else ''}")

    def sent(note: Note) -> tuple[str, bytes, str]:
        asked = {"patient_id": note.patient, "note": note.text, "patient": {"names": [note.name]}}
        return "/ingest", json.dumps(asked).encode(), "application/json"

    env = {"CHARTGUARD_DATA": str(data), "CHARTGUARD_RATE_PER_SECOND": "1000000", "CHARTGUARD_RATE_BURST": "1000000"}
    return System([str(binary)], env, "/health/ready", sent, "/notes")


def document_search(data: Path, release: bool) -> System:
    del release  # The wheel is what is installed.
    run = [sys.executable, str(HERE / "run.py"), "document-search"]
    env = {"CHARTGUARD_DATA": str(data), "CHARTGUARD_UPLOADS_PER_MINUTE": "100000000", "CHARTGUARD_QUERIES_PER_MINUTE": "100000000"}
    made = subprocess.run([*run, "tenant", "add", "load"], env={**os.environ, **env}, check=True, capture_output=True, text=True)

    def sent(note: Note) -> tuple[str, bytes, str]:
        head = f'--bound\r\nContent-Disposition: form-data; name="file"; filename="visit-{note.patient}.txt"\r\n\r\n'
        return "/documents", f"{head}{note.text}\r\n--bound--\r\n".encode(), "multipart/form-data; boundary=bound"

    return System([*run, "serve"], env, "/health", sent, "/documents", made.stdout.strip())


SYSTEMS = {"note-intake": note_intake, "document-search": document_search}


@dataclass
class Seen:
    """What the clients saw."""

    seconds: list[float] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    ended: float = 0


def client(system: System, port: int, seed: int, end: float, seen: Seen) -> None:
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    for note in notes(seed):
        if time.monotonic() > end:
            break
        started = time.perf_counter()
        try:
            status, body = system.ask(connection, note)
        except (OSError, http.client.HTTPException) as error:
            seen.errors[type(error).__name__] += 1
            connection.close()
            continue
        if status == 201:
            seen.seconds.append(time.perf_counter() - started)
            seen.ids.append(json.loads(body)["id"])
        else:
            seen.errors[str(status)] += 1
    seen.ended = time.monotonic()
    connection.close()


def memory(process: int) -> float:
    """What a process has in memory, in MiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def machine() -> str:
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{len(os.sched_getaffinity(0))} cores, {total:.0f} GiB"


@contextlib.contextmanager
def started(system: System, log: Path) -> Iterator[tuple[Server, int]]:
    port = free_port()
    with server([*system.command, "--port", str(port)], port=port, env=system.env, ready=system.ready, log=log) as running:
        yield running, port


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Load on a system, in a closed loop over loopback.")
    parser.add_argument("system", choices=SYSTEMS)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=4, help="how many send at once")
    parser.add_argument("--release", action="store_true", help="a release build of a system in Rust")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, metavar="RATE", help="end with 1 below this many notes a second")
    parser.add_argument("--p95", type=float, metavar="MS", help="end with 1 over this many milliseconds")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        system = SYSTEMS[asked.system](Path(folder) / "data", asked.release)
        return run(system, Path(folder) / "log", asked)


def run(system: System, log: Path, asked: argparse.Namespace) -> int:
    everybody = [Seen() for _ in range(asked.clients)]
    with started(system, log) as (running, port):
        if shown := re.search(r"shown only now:\s*(\S+)", running.output()):
            system.token = shown[1]
        begun = time.monotonic()
        threads = [
            threading.Thread(target=client, args=(system, port, asked.seed * 1000 + number, begun + asked.seconds, seen))
            for number, seen in enumerate(everybody)
        ]
        for thread in threads:
            thread.start()
        # Its first notes fill what it keeps in memory; from a tenth of the time on it should stay as it is.
        time.sleep(asked.seconds / 10)
        sizes = [memory(running.process.pid)]
        while any(thread.is_alive() for thread in threads):
            time.sleep(min(1.0, asked.seconds / 10))
            sizes.append(memory(running.process.pid))
        took = max(seen.ended for seen in everybody) - begun
        running.kill()

    latencies = sorted(one * 1000 for seen in everybody for one in seen.seconds)
    ids = [id for seen in everybody for id in seen.ids]
    errors = sum((seen.errors for seen in everybody), Counter())
    if len(latencies) < 2:
        print(f"load.py: nothing was acknowledged; {dict(errors)}", file=sys.stderr)
        return 1
    # The key and the client of before are in the data folder.
    with started(system, log) as (_, port):
        connection = http.client.HTTPConnection(HOST, port, timeout=60)
        missing = sum(not system.kept(connection, id) for id in ids)

    rate, cuts = len(latencies) / took, statistics.quantiles(latencies, n=100)
    print(f"{asked.system}: notes of {BYTES} bytes, {asked.clients} clients, {took:.1f} s, {machine()}")
    print(f"  {rate:.0f} notes/s; p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms")
    print(f"  errors {dict(errors) or 0}; memory {sizes[0]:.0f} MiB at a tenth of the time, {sizes[-1]:.0f} MiB at the end, {max(sizes):.0f} MiB at most")
    doubled = len(ids) - len(set(ids))
    print(f"  {len(ids)} acknowledged; after a kill {missing} missing, {doubled} doubled")
    slow = (asked.least is not None and rate < asked.least) or (asked.p95 is not None and cuts[94] > asked.p95)
    if slow:
        print(f"  not met: at least {asked.least} notes/s, p95 at most {asked.p95} ms", file=sys.stderr)
    return int(bool(missing or doubled or errors or slow))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
