"""Load on one of the systems over loopback, in a closed loop: each client sends its next note when the last one was answered.

    python load note-intake --seconds 60 --clients 8

Starts the system on a data folder of its own, prints notes a second, latency, errors and the service's memory over the run, kills it
while clients still send, as a power cut would, starts it again, and looks for every note that was acknowledged: each is there once, and
besides them at most what was on its way. Ends with 1 where one is missing, doubled or in error, or where --least, --p95 or --slope is not
met. The clients run on the same machine: what they take is missing to the service.
"""

import argparse
import contextlib
import os
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from load.clients import BROKEN, KINDS, Client, Unwanted  # noqa: E402
from load.notes import BYTES, Mark, marks, notes  # noqa: E402
from load.targets import Target, target  # noqa: E402
from shared.testing import Server, free_port, server  # noqa: E402

# Of those that lie in the database, how many are asked of the service too.
_ASKED = 2_000
# Seconds in which memory may grow: threads and caches that fill, and windows of five minutes.
_WARM = 300


@dataclass
class Run:
    """What the clients do until the service is killed, and what they saw."""

    clients: list[Client]
    errors: Counter[str] = field(default_factory=Counter)
    killed: threading.Event = field(default_factory=threading.Event)

    def work(self, number: int, seed: int) -> None:
        client = self.clients[number]
        for note in notes(number, seed):
            try:
                client.send(note)
            except BROKEN as error:
                if self.killed.is_set():
                    return
                self.errors[type(error).__name__] += 1
                client.http.close()
            except Unwanted as error:
                self.errors[str(error)] += 1


@dataclass
class Memory:
    """What a process has in memory, in MiB, at each second of a run."""

    at: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)

    def look(self, process: int, seconds: float) -> None:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        self.at.append(seconds)
        self.sizes.append(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)

    def slope(self) -> float:
        """MiB a minute over the second half of the run: by then what it keeps for a while is full."""
        half = len(self.at) // 2
        return statistics.linear_regression(self.at[half:], self.sizes[half:]).slope * 60 if len(self.at) - half > 1 else 0.0

    def __str__(self) -> str:
        return (
            f"{self.sizes[0]:.0f} MiB at the start, {self.sizes[len(self.sizes) // 2]:.0f} MiB halfway, {self.sizes[-1]:.0f} MiB at the end,"
            f" {max(self.sizes):.0f} MiB at most; {self.slope():+.2f} MiB a minute in the second half"
        )


def machine() -> str:
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{len(os.sched_getaffinity(0))} cores, {total:.0f} GiB"


@contextlib.contextmanager
def started(system: Target, log: Path) -> Iterator[tuple[Server, int]]:
    port = free_port()
    with server([*system.command, "--port", str(port)], port=port, env=system.env, ready=system.ready, log=log) as running:
        if shown := re.search(r"shown (?:this once|only now):\s*(\S+)|user admin, shown this once: (\S+)", running.output()):
            system.token = shown[1] or shown[2]
        yield running, port


def loaded(system: Target, log: Path, asked: argparse.Namespace) -> tuple[Run, Memory, float]:
    """Load until the time is over, and the kill at its end."""
    memory = Memory()
    with started(system, log) as (running, port):
        run = Run([KINDS[system.name](port, system.token) for _ in range(asked.clients)])
        threads = [threading.Thread(target=run.work, args=(number, asked.seed)) for number in range(asked.clients)]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        while (took := time.monotonic() - begun) < asked.seconds:
            memory.look(running.process.pid, took)
            time.sleep(min(1.0, asked.seconds / 10))
        run.killed.set()
        running.kill()
        for thread in threads:
            thread.join()
    return run, memory, took


@dataclass
class Found:
    """What is there after the kill: how many acknowledged are missing or cannot be asked for, and how many are there twice."""

    missing: int = 0
    doubled: int = 0
    returned: int = 0
    """Deleted, and there again."""
    besides: int = 0
    """There without having been acknowledged: what was on its way."""


def looked_for(system: Target, log: Path, run: Run, seed: int) -> Found:
    found = Found()
    with started(system, log) as (_, port):
        there = dict(system.rows())
        held: Counter[Mark] = Counter(mark for text in there.values() for mark in marks(text))
        acknowledged = [one for client in run.clients for one in client.kept]
        for one in acknowledged:
            text = there.get(one.id)
            # Where its text was given out it is that, to the character.
            found.missing += text is None or one.mark not in marks(text) or (one.text is not None and one.text != text)
        found.doubled = sum(count - 1 for count in held.values()) + len(acknowledged) - len({one.id for one in acknowledged})
        deleted = {id for client in run.clients for id in client.deleted}
        found.returned = len(deleted & there.keys())
        for id, text in (client.cut for client in run.clients if client.cut is not None):
            found.missing += not there.get(id, "").startswith(text)
        found.besides = len(there.keys() - {one.id for one in acknowledged})
        client = Client(port, system.token)
        sample = random.Random(seed).sample(acknowledged, min(_ASKED, len(acknowledged)))
        found.missing += sum(client.ask("GET", system.path(one.id))[0] != 200 for one in sample)
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="load", description="Load on a system, in a closed loop over loopback.")
    parser.add_argument("system", choices=KINDS)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=4, help="how many send at once")
    parser.add_argument("--release", action="store_true", help="a release build, of the library too")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, metavar="RATE", help="end with 1 below this many notes a second")
    parser.add_argument("--p95", type=float, metavar="MS", help="end with 1 over this many milliseconds")
    parser.add_argument("--slope", type=float, metavar="MIB", help=f"end with 1 where memory grows by more MiB a minute in the second half; runs of {2 * _WARM} s or more")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        system = target(asked.system, Path(folder) / "data", release=asked.release)
        run, memory, took = loaded(system, Path(folder) / "log", asked)
        if sum(len(client.seconds) for client in run.clients) < 2 or not any(client.kept for client in run.clients):
            print(f"load: nothing was acknowledged; {dict(run.errors)}", file=sys.stderr)
            return 1
        # Keys and clients of before are in the data folder.
        found = looked_for(system, Path(folder) / "log", run, asked.seed)
    return told(asked, run, memory, took, found)


def told(asked: argparse.Namespace, run: Run, memory: Memory, took: float, found: Found) -> int:
    latencies = [one * 1000 for client in run.clients for one in client.seconds]
    count = sum(len(client.kept) + len(client.deleted) for client in run.clients)
    rate, cuts = count / took, statistics.quantiles(latencies, n=100)
    build = "release build" if asked.release else "debug build"
    print(f"{asked.system}: notes of {BYTES} bytes, {asked.clients} clients, {took:.0f} s, {machine()}, {build}")
    turns = f", {len(latencies) / took:.0f} turns/s" if asked.system == "transcription" else ""
    what = "a turn's answer" if turns else "an answer"
    print(f"  {rate:.0f} notes/s{turns}; {what}: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms")
    print(f"  errors {dict(run.errors) or 0}; memory {memory}")
    more = f", {found.returned} of those deleted back" if asked.system == "document-search" else ""
    print(f"  {count} acknowledged; after a kill {found.missing} missing, {found.doubled} doubled{more}; {found.besides} were on their way")
    missed = {
        f"at least {asked.least} notes/s": asked.least is not None and rate < asked.least,
        f"p95 at most {asked.p95} ms": asked.p95 is not None and cuts[94] > asked.p95,
        f"memory at most {asked.slope} MiB more a minute": asked.slope is not None and took >= 2 * _WARM and memory.slope() > asked.slope,
    }
    if asked.slope is not None and took < 2 * _WARM:
        print(f"  not asked: whether memory is flat, which a run shows that lasts {2 * _WARM} s")
    for what in (what for what, is_missed in missed.items() if is_missed):
        print(f"  not met: {what}", file=sys.stderr)
    # A client has one note on its way, and document-search one deletion.
    wrong = found.missing or found.doubled or found.returned or found.besides > 2 * asked.clients
    return int(bool(wrong or run.errors or any(missed.values())))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
