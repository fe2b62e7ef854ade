"""The HTTP service: who asks is known by a bearer token, or in a browser by a session."""

import time
from collections.abc import Callable
from typing import Annotated, Any, Literal

import chartguard
from fastapi import Depends, FastAPI, File, Form, Query, Request, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel, Field
from shared import web
from shared.documents import LARGEST, LONGEST_TEXT, Refused
from starlette.formparsers import MultiPartParser

from . import pages, rubrics
from .engine import Options
from .health import Watched
from .service import FILTERS, Service
from .settings import Settings
from .users import User

# A file of the largest size and what a form puts around it.
_BODY = LARGEST + (1 << 16)
# An upload stays in memory: as it comes it is not scrubbed, so it belongs into no temporary file.
MultiPartParser.spool_max_size = _BODY

DocType = Literal["evaluation", "plan_of_care", "treatment_note", "progress_report", "recertification", "discharge"]
Discipline = Literal["pt", "ot", "slp"]


class Text(BaseModel):
    """A text to be evaluated in one call; what is left out is detected."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    doc_type: DocType | None = None
    discipline: Discipline | None = None
    strict: bool = False


class Review(BaseModel):
    """What a reviewer says of a finding."""

    analysis: str
    criterion: str
    says: Literal["confirm", "dispute"]


class RubricText(BaseModel):
    """A rubric as YAML."""

    yaml: Annotated[str, Field(min_length=1, max_length=1_000_000)]


def create_app(settings: Settings, service: Service | None = None) -> FastAPI:
    """The service with these settings."""
    service = service or Service(settings)
    app = FastAPI(title="therapy-compliance", docs_url=None, redoc_url=None)
    app.state.service = service
    app.add_middleware(Watched, watch=service.watch)
    web.harden(app, service.metrics, largest=_BODY)

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        return web.Problem(error.status, str(error)).response()

    @app.exception_handler(rubrics.Refused)
    async def unfit(_: Request, error: rubrics.Refused) -> Response:
        return web.Problem(error.status, str(error)).response()

    def who(request: Request) -> User:
        session = request.cookies.get(pages.COOKIE)
        by_session = "authorization" not in request.headers and session is not None
        user = service.users.of_session(session) if by_session and session else service.users.of_token(web.bearer(request))
        if user is None:
            raise web.Problem(401, "the token or session is not in force", WWW_Authenticate="Bearer")
        return user

    Asking = Annotated[User, Depends(who)]

    @app.post("/analysis/analyze", status_code=202)
    def analyze(
        user: Asking,
        response: Response,
        file: Annotated[UploadFile, File()],
        doc_type: Annotated[DocType | None, Form()] = None,
        discipline: Annotated[Discipline | None, Form()] = None,
        strict: Annotated[bool, Form()] = False,
    ) -> dict[str, Any]:
        """Analyze a document. Its original is kept nowhere, so it is scrubbed, scored and stored before this answers."""
        done = service.analyze(user, file.filename or "", file.file.read(), Options(doc_type, discipline, strict))
        response.headers["Location"] = f"/analysis/status/{done['id']}"
        return {"task": done["id"], "status": f"/analysis/status/{done['id']}", "cached": done["cached"]}

    @app.get("/analysis/status/{id}")
    def status(user: Asking, id: str) -> dict[str, Any]:
        """How far a task is. One that was acknowledged is done."""
        if not service.exists(user, id):
            raise web.Problem(404, "there is no such task")
        return {"task": id, "state": "completed", "progress": 1.0, "report": f"/reports/{id}"}

    @app.get("/analysis")
    def listed(
        user: Asking,
        request: Request,
        sort: Literal["stored", "score", "name"] = "stored",
        up: bool = False,
        most: Annotated[int, Query(ge=1, le=1000)] = 100,
        skip: Annotated[int, Query(ge=0)] = 0,
    ) -> dict[str, Any]:
        """Stored analyses, also only those of a discipline, doc_type, risk or clinician."""
        filters = {name: request.query_params.get(name, "") for name in FILTERS}
        return {"analyses": service.listed(user, filters, sort, up, most, skip)}

    @app.post("/compliance/evaluate")
    def evaluate(user: Asking, asked: Text) -> dict[str, Any]:
        """The report of a text, at once."""
        return service.evaluate(user, asked.text, Options(asked.doc_type, asked.discipline, asked.strict))

    @app.get("/reports/{id}.json")
    def report_json(user: Asking, id: str) -> dict[str, Any]:
        return service.report(user, id)

    @app.get("/reports/{id}.csv")
    def report_csv(user: Asking, id: str) -> Response:
        attached = {"Content-Disposition": f'attachment; filename="report-{id[:8]}.csv"'}
        return PlainTextResponse(service.report_csv(user, id), media_type="text/csv", headers=attached)

    @app.get("/statistics")
    def statistics(user: Asking) -> dict[str, Any]:
        """What the dashboard shows."""
        return service.statistics(user)

    @app.post("/reviews", status_code=204)
    def review(user: Asking, said: Review) -> None:
        """Confirm or dispute a finding; saying it again replaces what was said."""
        service.review(user, said.analysis, said.criterion, said.says)

    @app.get("/reviews/calibration")
    def calibration(user: Asking) -> dict[str, Any]:
        """How often findings of a confidence were confirmed."""
        return service.reviews.calibration()

    @app.get("/audit")
    def events(user: Asking, most: Annotated[int, Query(ge=1, le=1000)] = 100) -> dict[str, Any]:
        """The latest events; an administrator's."""
        return {"verified": service.verify(), "events": service.events(user, most)}

    _add_rubrics(app, service, who)
    _add_health(app, service)
    pages.add(app, service, who)
    return app


def _add_rubrics(app: FastAPI, service: Service, who: Callable[[Request], User]) -> None:
    Asking = Annotated[User, Depends(who)]

    def changing(user: Asking) -> User:
        service.require_change(user)
        return user

    Changing = Annotated[User, Depends(changing)]

    @app.get("/rubrics")
    def listed(user: Asking) -> dict[str, Any]:
        return {"rubrics": service.rubrics.listed()}

    @app.get("/rubrics/{number}")
    def source(user: Asking, number: int) -> Response:
        return PlainTextResponse(service.rubrics.source(number), media_type="application/yaml")

    @app.post("/rubrics", status_code=201)
    def add(user: Changing, rubric: RubricText) -> dict[str, Any]:
        """Add a rubric, or a new version of one; not in force yet."""
        return service.rubrics.add(rubric.yaml, user.id)

    @app.post("/rubrics/{number}/test")
    def test(user: Changing, number: int) -> dict[str, Any]:
        """Run its own tests, and compare it on the latest documents with the one in force."""
        return service.rubrics.test(number)

    @app.post("/rubrics/{number}/activate")
    def activate(user: Changing, number: int) -> dict[str, Any]:
        service.rubrics.activate(number, user.id)
        return {"rubrics": service.rubrics.listed()}

    @app.post("/rubrics/rollback")
    def roll_back(user: Changing) -> dict[str, Any]:
        service.rubrics.roll_back()
        return {"rubrics": service.rubrics.listed()}


def _add_health(app: FastAPI, service: Service) -> None:
    # A sentence of nobody, in which the built-in model has to find the name.
    probe, planted = "Patient: Rosalind Achterberg reports knee pain on stairs.", "Achterberg"

    def database() -> dict[str, Any]:
        started = time.perf_counter()
        service.database.check()
        return {"dialect": service.database.engine.dialect.name, "milliseconds": round((time.perf_counter() - started) * 1000, 2)}

    def models() -> dict[str, Any]:
        found = service.engine.names.scrub(probe)
        if planted in found.text:
            raise RuntimeError
        rubric = service.rubrics.active()
        used = {"id": rubric.id, "version": rubric.version, "hash": rubric.hash}
        return {"library": chartguard.__version__, "scrubber": "builtin", "rubric": used}

    def performance() -> dict[str, Any]:
        return service.watch.performance() | {"alerts": service.watch.alerts()}

    checks: dict[str, Callable[[], dict[str, Any]]] = {"database": database, "ai-models": models, "performance": performance}

    def answer(names: list[str], *, detailed: bool) -> Response:
        said = {}
        for name in names:
            try:
                found = {"status": "ok", **checks[name]()}
            except Exception as error:
                # Its kind: its message may name a place or a person.
                code = error.code if isinstance(error, chartguard.ChartguardError) else type(error).__name__
                found = {"status": "failing", "error": code}
            said[name] = found
        ok = all(one["status"] == "ok" for one in said.values())
        shown = said if detailed else {name: one["status"] for name, one in said.items()}
        return JSONResponse({"status": "ok" if ok else "failing", "checks": shown}, 200 if ok else 503)

    @app.get("/health/live")
    def live() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/health")
    def health() -> Response:
        """Whether the database and the scrubber answer."""
        return answer(["database", "ai-models"], detailed=False)

    @app.get("/health/detailed")
    def detailed() -> Response:
        """All checks with their figures, and alerts."""
        return answer(list(checks), detailed=True)

    @app.get("/health/{name}")
    def one(name: Literal["database", "ai-models", "performance"]) -> Response:
        return answer([name], detailed=True)
