"""The HTTP service: who asks is known by a token, what it may do is asked of the library before anything is done."""

import logging
import secrets
from collections.abc import Callable
from typing import Annotated, Any

import chartguard
import sqlalchemy as sql
from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from shared import web

from . import backups
from .database import Database, hash_of, users
from .fields import Outbound, Withheld
from .keeping import Keeping
from .notes import Missing, Notes
from .rubrics import Rubrics
from .rules import ADMIN, ROLES, Access, Conflict, Rules
from .settings import Settings

log = logging.getLogger(__name__)
_BODY = 2 << 20
# Ids go into the audit log: they are those of accounts, never a patient's name or number.
_ID = r"^[a-z0-9][a-z0-9._-]{0,63}$"


class NewUser(BaseModel):
    id: Annotated[str, Field(pattern=_ID)]


class NewGrant(BaseModel):
    role: str


class NewNote(BaseModel):
    patient: Annotated[str, Field(pattern=_ID)]
    # Not every database of text keeps NUL.
    text: Annotated[str, Field(min_length=1, max_length=100_000, pattern=r"^[^\x00]*$")]
    known: dict[str, Any] | None = None


class Wanted(BaseModel):
    fields: Annotated[list[str], Field(min_length=1, max_length=20)]
    patient: Annotated[str, Field(pattern=_ID)] | None = None
    most: Annotated[int, Field(ge=1, le=1000)] = 100


class NewRubric(BaseModel):
    yaml: Annotated[str, Field(min_length=1, max_length=1_000_000)]


class Service:
    """All that the routes use."""

    def __init__(self, settings: Settings) -> None:
        self.database = Database(settings.database, settings.data)
        self.keeping = Keeping(settings, self.database)
        self.access = Access(self.database, self.keeping.audit)
        scrubber = chartguard.Scrubber(policy=settings.policy)
        out = Outbound(scrubber, settings.smallest, self.keeping.audit)
        self.rubrics = Rubrics(self.database, self.keeping, settings.rubric)
        self.notes = Notes(self.database, self.keeping, self.rubrics, scrubber, out)
        self.metrics = web.Metrics("role_access")
        self.refused = self.metrics.counter("refused", "Requests refused, by what was missing.", "what")
        backups.drop_unfinished(settings.data)

    def first_user(self) -> str | None:
        """The token of the first administrator, where there is nobody yet."""
        if self.database.rows(sql.select(users.c.id).limit(1)):
            return None
        token = secrets.token_urlsafe(32)
        self.access.add_user("admin", hash_of(token), "first start")
        self.access.give("admin", ADMIN, "first start")
        return token

    def who(self, request: Request) -> Rules:
        """The rules for who asks, or a problem."""
        user = self.database.user_of(web.bearer(request))
        if user is None:
            raise web.Problem(401, "the token is not in force", WWW_Authenticate="Bearer")
        return self.access.of(user)

    def require(self, rules: Rules, permission: str) -> None:
        """Go on where the library's check allows it; a refusal is recorded."""
        rules.every.access.require(rules.actor, permission, audit=self.keeping.audit)


def create_app(service: Service) -> FastAPI:
    """The routes over a service."""
    app = FastAPI(title="role-access", docs_url=None, redoc_url=None)
    web.harden(app, service.metrics, largest=_BODY)
    _add_errors(app, service)

    def asking(request: Request) -> Any:
        rules = service.who(request)
        try:
            yield rules
        finally:
            # What this request has put into the log, the refusal too, is anchored before its answer leaves.
            service.keeping.anchor()

    Asking = Annotated[Rules, Depends(asking, scope="function")]
    _add_users(app, service, Asking)
    _add_notes(app, service, Asking)
    _add_operations(app, service, Asking)
    return app


def _add_users(app: FastAPI, service: Service, Asking: Any) -> None:
    @app.get("/me")
    def me(rules: Asking) -> dict[str, Any]:
        """Who asks, and what it may."""
        own = sorted(rules.own.classes - rules.every.classes)
        return {"id": rules.actor, "roles": rules.roles, "classes": sorted(rules.every.classes), "own_notes_also": own}

    @app.get("/users")
    def listed(rules: Asking) -> list[dict[str, Any]]:
        service.require(rules, "change_access")
        shown = [column for column in users.c if column is not users.c.token]
        return service.database.rows(sql.select(*shown).order_by(users.c.id))

    @app.post("/users", status_code=201)
    def add(rules: Asking, new: NewUser) -> dict[str, str]:
        """Make a user; the token is shown this once."""
        service.require(rules, "change_access")
        token = secrets.token_urlsafe(32)
        service.access.add_user(new.id, hash_of(token), rules.actor)
        return {"id": new.id, "token": token}

    @app.delete("/users/{id}", status_code=204)
    def disable(rules: Asking, id: str) -> None:
        """Take a user's token and roles back; what it was stays on record."""
        service.require(rules, "change_access")
        service.access.disable_user(id, rules.actor)

    @app.get("/users/{id}/roles")
    def granted(rules: Asking, id: str) -> list[dict[str, Any]]:
        """Every role that a user ever had: who gave it, who took it back, and when."""
        service.require(rules, "change_access")
        return service.database.grants_of(id)

    @app.post("/users/{id}/roles", status_code=201)
    def give(rules: Asking, id: str, new: NewGrant) -> list[dict[str, Any]]:
        service.require(rules, "change_access")
        if new.role not in ROLES:
            raise web.Problem(422, f"there is no such role; known are {', '.join(ROLES)}")
        service.access.give(id, new.role, rules.actor)
        return service.database.grants_of(id)

    @app.delete("/users/{id}/roles/{role}", status_code=204)
    def take(rules: Asking, id: str, role: str) -> None:
        service.require(rules, "change_access")
        service.access.take(id, role, rules.actor)


def _add_notes(app: FastAPI, service: Service, Asking: Any) -> None:
    @app.post("/notes", status_code=201)
    def add(rules: Asking, new: NewNote) -> dict[str, Any]:
        """Keep a note; once this has answered, it is on the disk and can be given back."""
        return service.notes.add(rules, new.patient, new.text, new.known)

    @app.get("/notes/{id}")
    def read(rules: Asking, id: str) -> dict[str, Any]:
        """A note without identifiers, with the fields that the actor may have."""
        return service.notes.read(rules, id)

    @app.post("/notes/{id}/restore")
    def restore(rules: Asking, id: str) -> dict[str, Any]:
        """A note as it came."""
        return service.notes.restore(rules, id)

    @app.post("/export")
    def export(rules: Asking, wanted: Wanted) -> dict[str, Any]:
        """Fields of many notes."""
        return {"rows": service.notes.export(rules, wanted.fields, wanted.patient, wanted.most)}

    @app.get("/statistics")
    def statistics(rules: Asking) -> dict[str, Any]:
        """Counts and means by rubric; null where they are over too few."""
        return {"rows": service.notes.statistics(rules)}

    @app.get("/rubric")
    def rubric(rules: Asking) -> dict[str, Any]:
        """The rubric in force and its versions."""
        return service.rubrics.shown()

    @app.put("/rubric")
    def change(rules: Asking, new: NewRubric) -> dict[str, Any]:
        """Put another version in force."""
        return service.rubrics.change(rules, new.yaml)


def _add_operations(app: FastAPI, service: Service, Asking: Any) -> None:
    @app.get("/audit")
    def audit(rules: Asking, most: Annotated[int, Query(ge=1, le=10_000)] = 100) -> list[dict[str, Any]]:
        """The latest events, the chain checked."""
        service.require(rules, "read_audit")
        service.keeping.audit.record("read_audit", actor=rules.actor, roles=rules.roles)
        return service.keeping.events(most)

    @app.get("/audit/verify")
    def verify(rules: Asking) -> Response:
        """Whether log and vault are what was written; 409 where they are not."""
        service.require(rules, "read_audit")
        found = service.keeping.verify()
        return JSONResponse(found, 200 if all(one["intact"] for one in found.values()) else 409)

    @app.get("/backups")
    def listed(rules: Asking) -> list[dict[str, Any]]:
        service.require(rules, "change_access")
        return backups.listed(service.keeping.folder)

    @app.post("/backups", status_code=201)
    def backup(rules: Asking) -> dict[str, Any]:
        """Make a backup; `python -m role_access rollback ID` puts it back."""
        service.require(rules, "change_access")
        return backups.make(service.database, service.keeping, rules.actor)

    @app.get("/health/live")
    def live() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/health")
    def health() -> Response:
        """Whether the database answers and the folder of vault and log can be written."""
        try:
            service.database.check()
            probe = service.keeping.folder / "probe"
            probe.touch()
            probe.unlink(missing_ok=True)
        except Exception as error:
            return JSONResponse({"status": "failing", "error": type(error).__name__}, 503)
        return JSONResponse({"status": "ok"})


def _add_errors(app: FastAPI, service: Service) -> None:
    def answer(status: int, kind: str) -> Callable[[Request, Any], Any]:
        async def answered(_: Request, error: Exception) -> Response:
            service.refused.labels(kind).inc()
            return web.Problem(status, str(error) or "there is no such note").response()

        return answered

    app.add_exception_handler(Missing, answer(404, "note"))
    app.add_exception_handler(Conflict, answer(409, "conflict"))
    app.add_exception_handler(Withheld, answer(403, "class"))
    app.add_exception_handler(chartguard.AccessError, answer(403, "permission"))
