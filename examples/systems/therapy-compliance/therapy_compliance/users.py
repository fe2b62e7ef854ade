"""Who asks: users with one role each and a token that is shown once and kept as a hash; browsers get a session that ends."""

import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import chartguard
from shared.database import now
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from .database import Database, sessions, users

ROLES = {"admin": ["change_policy", "change_access", "read_audit"], "reviewer": [], "clinician": []}
"""The library's permissions of each role. A clinician sees their own documents, the others all."""
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class User:
    """Somebody whose token or session is in force."""

    id: str
    role: str
    since: str

    @property
    def access(self) -> chartguard.Access:
        """The rules for this user, as the library reads them."""
        grant = {"actor": self.id, "role": self.role, "by": "admin", "at": self.since}
        return chartguard.Access.from_yaml(json.dumps({"roles": ROLES, "grants": [grant]}))

    @property
    def only(self) -> str | None:
        """The one clinician whose documents this user may see, where it is not all."""
        return self.id if self.role == "clinician" else None


class Users:
    """Users, tokens and sessions of one database."""

    def __init__(self, database: Database, session_minutes: int) -> None:
        self._database, self._minutes = database, session_minutes

    def first(self) -> str | None:
        """The token of the first administrator, where there is nobody yet."""
        return None if self._database.rows(select(users.c.id).limit(1)) else self.add("admin", "admin")

    def add(self, id: str, role: str) -> str:
        """A new user's token, which nobody can show again."""
        if not _ID.fullmatch(id):
            raise ValueError("a user's id is 1 to 64 of a to z, digits, - and _, starts with a letter or digit, and is no patient's name")
        if role not in ROLES:
            raise ValueError(f"a role is one of {', '.join(ROLES)}")
        token = secrets.token_urlsafe(32)
        try:
            self._database.write(users.insert().values(id=id, role=role, token=_hash(token), made=now()))
        except IntegrityError:
            raise ValueError("there is a user of this id") from None
        return token

    def disable(self, id: str) -> None:
        """Take a user's token and sessions back; their documents stay."""
        ended = users.update().where(users.c.id == id, users.c.disabled.is_(None)).values(disabled=now())
        if self._database.write(sessions.delete().where(sessions.c.user == id), ended) == 0:
            raise ValueError("there is no such user in force")

    def of_token(self, token: str) -> User | None:
        return self._found(select(users).where(users.c.token == _hash(token)))

    def of_session(self, session: str) -> User | None:
        mine = (sessions.c.hash == _hash(session)) & (sessions.c.ends > now())
        return self._found(select(users).join(sessions, sessions.c.user == users.c.id).where(mine))

    def log_in(self, token: str) -> str | None:
        """A session for a browser, or None where the token is not in force."""
        user = self.of_token(token)
        if user is None:
            return None
        session = secrets.token_urlsafe(32)
        ends = (datetime.now(UTC) + timedelta(minutes=self._minutes)).isoformat(timespec="milliseconds")
        self._database.write(sessions.insert().values(hash=_hash(session), user=user.id, ends=ends))
        return session

    def log_out(self, session: str) -> None:
        self._database.write(sessions.delete().where(sessions.c.hash == _hash(session)))

    def _found(self, wanted: Select[Any]) -> User | None:
        row = self._database.row(wanted.where(users.c.disabled.is_(None)))
        return None if row is None else User(row["id"], row["role"], row["made"])


def _hash(secret: str) -> str:
    # Of 32 random bytes, which nobody can guess: a slow hash would add nothing.
    return hashlib.sha256(secret.encode()).hexdigest()
