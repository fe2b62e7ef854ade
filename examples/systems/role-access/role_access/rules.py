"""Who may do what: grants from the database, decided by the library's access check and changed through it, so that every change is in its audit log.

What is decided here is only whose grants are looked at, and whether a note is the actor's own.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from typing import Any

import chartguard
import sqlalchemy as sql
import yaml
from shared.database import now, writing

from .database import Database, grants, users
from .fields import CLASSES

ADMIN = "admin"
"""The role that somebody always has."""


@dataclass(frozen=True)
class May:
    """What a role may do with some notes: the library's permissions, and the classes of fields that may leave."""

    permissions: frozenset[str]
    classes: frozenset[str]

    @classmethod
    def read(cls, said: dict[str, list[str]]) -> "May":
        return cls(frozenset(said.get("permissions", ())), frozenset(said.get("classes", ())))

    def __or__(self, other: "May") -> "May":
        return May(self.permissions | other.permissions, self.classes | other.classes)


@dataclass(frozen=True)
class Role:
    """A role of roles.yaml: what it may do with every note, and with the user's own."""

    title: str
    every: May
    own: May


def _roles() -> dict[str, Role]:
    text = (resources.files(__package__) / "roles.yaml").read_text(encoding="utf-8")
    roles = {}
    for id, said in yaml.safe_load(text).items():
        every = May.read(said)
        roles[id] = Role(said["title"], every, every | May.read(said.get("own", {})))
    return roles


ROLES = _roles()


@dataclass(frozen=True)
class Scope:
    """The rules for one actor and some notes."""

    access: chartguard.Access
    classes: frozenset[str]
    leaving: Mapping[str, chartguard.Access]
    """By class of fields: who may take fields of the class out, which the library calls `restore`."""


@dataclass(frozen=True)
class Rules:
    """The rules for one actor, as the library reads them."""

    actor: str
    roles: tuple[str, ...]
    every: Scope
    """What holds for every note, and for what is no note."""
    own: Scope
    """What holds for the actor's own notes."""

    def of(self, patient: str) -> Scope:
        """What holds for the notes of a patient."""
        return self.own if patient == self.actor else self.every

    @property
    def only(self) -> str | None:
        """The one patient whose notes the actor may know of, where it is nothing but a patient."""
        return None if self.every.classes else self.actor


class Conflict(Exception):
    """A change of grants that does not fit those there are; says why."""


class Access:
    """The rules of every actor, read when they are first asked for and again when a grant has changed.

    Only one process serves: it holds the vault. So what is kept here is never older than the database.
    """

    def __init__(self, database: Database, audit: chartguard.AuditLog) -> None:
        self._database, self._audit = database, audit
        self._lock = threading.Lock()
        self._changes = 0
        self._known: dict[str, Rules] = {}
        self._changing = threading.Lock()

    def of(self, actor: str) -> Rules:
        """The rules for an actor now."""
        known = self._known.get(actor)
        if known is not None:
            return known
        with self._lock:
            changes = self._changes
        known = rules(actor, self._database.grants_of(actor))
        with self._lock:
            # Not where grants have changed while they were read.
            if changes == self._changes:
                self._known[actor] = known
        return known

    @contextmanager
    def _change(self, by: str) -> Iterator[sql.Connection]:
        """A transaction that changes users or grants; one at a time, so that none rests on what another is changing.

        What changes is in the log before it is committed, and what did not fit is there as having failed.
        """
        with self._changing:
            try:
                with writing(self._database.engine) as to:
                    yield to
            except Conflict:
                self._audit.record("change_access", actor=by, roles=self.of(by).roles, failed="config")
                raise
            finally:
                with self._lock:
                    self._changes += 1
                    self._known = {}

    def give(self, actor: str, role: str, by: str) -> None:
        """Give a role. Whoever calls this has asked for `change_access` before."""
        with self._change(by) as to:
            if to.execute(users.select().where(users.c.id == actor, users.c.disabled_at.is_(None))).first() is None:
                raise Conflict("there is no such user in force")
            held = grants.select().where(grants.c.actor == actor, grants.c.role == role, grants.c.removed_at.is_(None))
            if to.execute(held).first() is not None:
                raise Conflict("the user has this role already")
            library, at = _library(to, actor, by), now()
            to.execute(grants.insert().values(actor=actor, role=role, assigned_by=by, assigned_at=at))
            library.grant(actor, role, by=by, now=at, audit=self._audit)

    def take(self, actor: str, role: str, by: str) -> None:
        """Take a role back; that it was given stays on record."""
        with self._change(by) as to:
            self._take(to, actor, [role], by)

    def add_user(self, id: str, token: str, by: str) -> None:
        with self._change(by) as to:
            if to.execute(users.select().where(users.c.id == id)).first() is not None:
                raise Conflict("there is a user of this id already")
            to.execute(users.insert().values(id=id, token=token, made_by=by, made_at=now()))
            self._audit.record("change_access", actor=by, roles=self.of(by).roles)

    def disable_user(self, id: str, by: str) -> None:
        """Take all roles back, and the token; the user stays on record."""
        with self._change(by) as to:
            ended = users.update().where(users.c.id == id, users.c.disabled_at.is_(None))
            if to.execute(ended.values(disabled_by=by, disabled_at=now())).rowcount == 0:
                raise Conflict("there is no such user in force")
            held = sql.select(grants.c.role).where(grants.c.actor == id, grants.c.removed_at.is_(None))
            self._take(to, id, list(to.scalars(held)), by)
            self._audit.record("change_access", actor=by, roles=self.of(by).roles)

    def _take(self, to: sql.Connection, actor: str, roles: list[str], by: str) -> None:
        library, at = _library(to, actor, by), now()
        for role in roles:
            held = (grants.c.role == role) & grants.c.removed_at.is_(None)
            if role == ADMIN and to.execute(grants.select().where(held, grants.c.actor != actor)).first() is None:
                raise Conflict("this is the last administrator: give the role to another first")
            ended = grants.update().where(held, grants.c.actor == actor).values(removed_by=by, removed_at=at)
            if to.execute(ended).rowcount == 0:
                raise Conflict("the user does not have this role")
            library.remove(actor, role, by=by, now=at, audit=self._audit)


def rules(actor: str, rows: list[dict[str, Any]]) -> Rules:
    """The rules that these grants make."""
    given = _given(rows)
    held = tuple(sorted({row["role"] for row in rows if row["removed_at"] is None}))

    def scope(of: Callable[[Role], May]) -> Scope:
        may = {id: of(role) for id, role in ROLES.items()}
        leaving = {
            one: _access({id: ["restore"] if one in may[id].classes else [] for id in ROLES}, given) for one in CLASSES
        }
        classes = frozenset[str]().union(*(may[role].classes for role in held))
        return Scope(_access({id: sorted(may[id].permissions) for id in ROLES}, given), classes, leaving)

    return Rules(actor, held, scope(lambda role: role.every), scope(lambda role: role.own))


def _library(to: sql.Connection, *actors: str) -> chartguard.Access:
    """The grants of these actors as the library reads them, to be changed through it."""
    wanted = sql.select(grants).where(grants.c.actor.in_(actors)).order_by(grants.c.id)
    rows = [dict(row._mapping) for row in to.execute(wanted)]
    return _access({id: sorted(role.every.permissions) for id, role in ROLES.items()}, _given(rows))


def _access(roles: dict[str, list[str]], given: list[dict[str, Any]]) -> chartguard.Access:
    return chartguard.Access.from_yaml(json.dumps({"roles": roles, "grants": given}))


def _given(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"actor": row["actor"], "role": row["role"], "by": row["assigned_by"], "at": row["assigned_at"]}
        | ({"removed": {"by": row["removed_by"], "at": row["removed_at"]}} if row["removed_at"] else {})
        for row in rows
    ]
