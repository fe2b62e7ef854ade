"""How long a role check takes: the library's alone, and as the service asks, with the look-up of the actor's rules."""

import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from .database import Database, hash_of
from .rules import ROLES, Access

_GOAL = 50.0
_CHECKS = 20_000


def run(people: int) -> int:
    """Print the times in microseconds; 1 where the service's check misses the goal."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(None, Path(folder))
        access = Access(database)
        roles = list(ROLES)
        names = [f"u-{number}" for number in range(people)]
        for number, name in enumerate(names):
            access.add_user(name, hash_of(secrets.token_urlsafe(8)), "bench")
            # Two roles each, and one that was taken back.
            for offset in range(3):
                access.give(name, roles[(number + offset) % len(roles)], "bench")
            access.take(name, roles[number % len(roles)], "bench")
        asked = [(names[i * 7919 % people], ("restore", "change_access")[i % 2]) for i in range(_CHECKS)]
        known = {name: access.of(name) for name in names}
        print(f"{people} users, {3 * people} grants, {_CHECKS} checks; microseconds")
        _timed("the library's check", asked, lambda actor, permission: known[actor].every.access.allows(actor, permission))
        whole = _timed("the service's check", asked, lambda actor, permission: access.of(actor).every.access.allows(actor, permission))
    print(f"aim: under {_GOAL:.0f} on average in the service: {'met' if whole < _GOAL else 'missed'}")
    return 0 if whole < _GOAL else 1


def _timed(what: str, asked: list[tuple[str, str]], check: Callable[[str, str], bool]) -> float:
    times = []
    for actor, permission in asked:
        started = time.perf_counter_ns()
        check(actor, permission)
        times.append((time.perf_counter_ns() - started) / 1000)
    times.sort()
    mean = statistics.fmean(times)
    print(f"{what:22} mean {mean:6.1f}  median {times[len(times) // 2]:6.1f}  99 % {times[len(times) * 99 // 100]:6.1f}")
    return mean
