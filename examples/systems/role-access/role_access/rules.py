"""Who may do what: grants from the database, decided by the library's access check.

What is decided here is only whose grants are looked at, and whether a note is the actor's own.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from typing import Any

import chartguard
import sqlalchemy as sql
import yaml
from shared.database import now, writing
from sqlalchemy.exc import IntegrityError

from .database import Database, grants, users

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

    def __init__(self, database: Database) -> None:
        self._database = database
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
    def _change(self) -> Iterator[sql.Connection]:
        """A transaction that changes users or grants; one at a time, so that none rests on what another is changing."""
        with self._changing:
            try:
                with writing(self._database.engine) as to:
                    yield to
            finally:
                with self._lock:
                    self._changes += 1
                    self._known = {}

    def give(self, actor: str, role: str, by: str) -> None:
        """Give a role. Whoever calls this has asked for `change_access` before."""
        try:
            with self._change() as to:
                if to.execute(users.select().where(users.c.id == actor, users.c.disabled_at.is_(None))).first() is None:
                    raise Conflict("there is no such user in force")
                to.execute(grants.insert().values(actor=actor, role=role, assigned_by=by, assigned_at=now()))
        except IntegrityError:
            raise Conflict("the user has this role already") from None

    def take(self, actor: str, role: str, by: str) -> None:
        """Take a role back; that it was given stays on record."""
        with self._change() as to:
            held = (grants.c.role == role) & grants.c.removed_at.is_(None)
            if role == ADMIN and to.execute(grants.select().where(held, grants.c.actor != actor)).first() is None:
                raise Conflict("this is the last administrator: give the role to another first")
            ended = grants.update().where(held, grants.c.actor == actor).values(removed_by=by, removed_at=now())
            if to.execute(ended).rowcount == 0:
                raise Conflict("the user does not have this role")

    def add_user(self, id: str, token: str, by: str) -> None:
        try:
            with self._change() as to:
                to.execute(users.insert().values(id=id, token=token, made_by=by, made_at=now()))
        except IntegrityError:
            raise Conflict("there is a user of this id already") from None

    def disable_user(self, id: str, by: str) -> None:
        """Take all roles back, and the token; the user stays on record."""
        with self._change() as to:
            held = grants.c.removed_at.is_(None)
            admins = grants.select().where(held, grants.c.role == ADMIN, grants.c.actor != id)
            mine = grants.select().where(held, grants.c.role == ADMIN, grants.c.actor == id)
            if to.execute(mine).first() is not None and to.execute(admins).first() is None:
                raise Conflict("this is the last administrator: give the role to another first")
            ended = users.update().where(users.c.id == id, users.c.disabled_at.is_(None))
            if to.execute(ended.values(disabled_by=by, disabled_at=now())).rowcount == 0:
                raise Conflict("there is no such user in force")
            to.execute(grants.update().where(held, grants.c.actor == id).values(removed_by=by, removed_at=now()))


def rules(actor: str, rows: list[dict[str, Any]]) -> Rules:
    """The rules that these grants make."""
    given = [
        {"actor": row["actor"], "role": row["role"], "by": row["assigned_by"], "at": row["assigned_at"]}
        | ({"removed": {"by": row["removed_by"], "at": row["removed_at"]}} if row["removed_at"] else {})
        for row in rows
    ]
    held = tuple(sorted({row["role"] for row in rows if row["removed_at"] is None}))

    def scope(of: Callable[[Role], May]) -> Scope:
        roles = {id: sorted(of(role).permissions) for id, role in ROLES.items()}
        classes = frozenset[str]().union(*(of(ROLES[role]).classes for role in held))
        return Scope(chartguard.Access.from_yaml(json.dumps({"roles": roles, "grants": given})), classes)

    return Rules(actor, held, scope(lambda role: role.every), scope(lambda role: role.own))
