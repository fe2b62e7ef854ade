"""How long a role check takes: the library's alone, and as the service asks, with the look-up of the actor's rules."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import chartguard
from shared.database import now

from .database import Database, grants, users
from .rules import ROLES, Access

_GOAL = 50.0
_CHECKS = 20_000


def run(people: int) -> int:
    """Print the times in microseconds; 1 where the service's check misses the goal."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(None, Path(folder))
        access = Access(database, chartguard.AuditLog(Path(folder) / "audit.jsonl"))
        names = [f"u-{number}" for number in range(people)]
        with database.engine.begin() as to:
            to.execute(users.insert(), [{"id": name, "token": name, "made_by": "bench", "made_at": now()} for name in names])
            to.execute(grants.insert(), [grant for number, name in enumerate(names) for grant in _grants(number, name)])
        asked = [(names[i * 7919 % people], ("restore", "change_access")[i % 2]) for i in range(_CHECKS)]
        print(f"{people} users, {3 * people} grants, {_CHECKS} checks; microseconds")
        # Once for an actor after a change of grants.
        _timed("rules read anew", [(name, "") for name in names[:1000]], lambda actor, _: access.of(actor))
        known = {name: access.of(name) for name in {name for name, _ in asked}}
        _timed("the library's check", asked, lambda actor, permission: known[actor].every.access.allows(actor, permission))
        whole = _timed("the service's check", asked, lambda actor, permission: access.of(actor).every.access.allows(actor, permission))
    print(f"aim: under {_GOAL:.0f} on average in the service: {'met' if whole < _GOAL else 'missed'}")
    return 0 if whole < _GOAL else 1


def _grants(number: int, name: str) -> list[dict[str, str | None]]:
    """Two roles that are held, and one that was taken back."""
    said = {"actor": name, "assigned_by": "bench", "assigned_at": now()}
    roles = [list(ROLES)[(number + offset) % len(ROLES)] for offset in range(3)]
    ended = {"removed_by": "bench", "removed_at": now()}
    kept: dict[str, str | None] = {"removed_by": None, "removed_at": None}
    return [{**said, "role": role, **(ended if role == roles[0] else kept)} for role in roles]


def _timed(what: str, asked: list[tuple[str, str]], check: Callable[[str, str], object]) -> float:
    times = []
    for actor, permission in asked:
        started = time.perf_counter_ns()
        check(actor, permission)
        times.append((time.perf_counter_ns() - started) / 1000)
    times.sort()
    mean = statistics.fmean(times)
    print(f"{what:20} mean {mean:7.1f}  median {times[len(times) // 2]:7.1f}  99 % {times[len(times) * 99 // 100]:7.1f}")
    return mean
