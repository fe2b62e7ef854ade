"""The HTTP service: who asks is known by a key, and nothing here takes the name of a tenant from a request."""

import logging
import re
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, File, Form, Query, Request, UploadFile
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader
from pydantic import BaseModel, Field
from shared import web
from shared.documents import LARGEST, Refused
from starlette.formparsers import MultiPartParser

from . import keys
from .answers import Answers
from .database import Database
from .indexes import Indexes
from .intake import Intake
from .memory import Unreachable, open_memory, seconds_left
from .settings import Settings
from .usage import Usage, terms

log = logging.getLogger(__name__)
_PAGES = Path(__file__).with_name("pages")
_LONGEST_QUESTION = 500
# Wrong keys from one address in a minute.
_GUESSES = 30
# A file of the largest size and what a form puts around it.
_BODY = LARGEST + (1 << 16)
# An upload stays in memory: as it comes it is not scrubbed, so it belongs into no temporary file.
MultiPartParser.spool_max_size = _BODY


class Question(BaseModel):
    """What is asked."""

    question: Annotated[str, Field(min_length=1, max_length=_LONGEST_QUESTION)]
    most: Annotated[int, Field(ge=1, le=50)] = 5


class Service:
    """All that the routes use, and what is done every second beside them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database, settings.data)
        options = {"words": settings.words, "overlap": settings.overlap}
        self.indexes = Indexes(self.database, settings.data / "indexes", **options)
        self.memory = open_memory(settings.redis, settings.cache_entries)
        self.usage = Usage(self.database)
        self.intake = Intake(settings.policy, strict=settings.strict)
        self.answers = Answers(self.database, self.indexes, self.memory, self.usage, seconds=settings.cache_seconds)
        self.metrics = web.Metrics("document_search")
        self.questions = self.metrics.histogram("question_seconds", "Time to an answer.", "cached")
        self.uploads = self.metrics.histogram("upload_seconds", "Time to read, scrub, store and index.")
        self._ended = threading.Event()

    def keep_up(self) -> None:
        """Write indexes and counts that have changed, until `end`; neither is needed to answer rightly after a crash."""
        while not self._ended.wait(1):
            self._write()

    def end(self) -> None:
        self._ended.set()
        self._write()

    def _write(self) -> None:
        for write in (self.indexes.save, self.usage.flush):
            try:
                write()
            except Exception as error:
                log.error("what has changed could not be written", extra={"error": type(error).__name__})

    def allow(self, what: str, who: str, most: int) -> None:
        """Count a request, and refuse it where there were too many in this minute."""
        try:
            count = self.memory.count(f"{what}:{who}")
        except Unreachable:
            raise web.Problem(503, "requests cannot be counted now", Retry_After="5") from None
        if count > most:
            raise web.Problem(429, f"at most {most} in a minute are allowed", Retry_After=str(seconds_left()))

    def tenant(self, key: str, request: Request) -> str:
        """The tenant of a key, or a problem; who guesses is slowed down."""
        found = keys.tenant_of(self.database, key)
        if found is None:
            self.allow("guess", request.client.host if request.client else "", _GUESSES)
            raise web.Problem(401, "the key is not in force", WWW_Authenticate="Bearer")
        return found


def create_app(settings: Settings) -> FastAPI:
    """The service with these settings."""
    service = Service(settings)

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        thread = threading.Thread(target=service.keep_up, name="keep-up")
        thread.start()
        yield
        service.end()
        thread.join()

    app = FastAPI(title="document-search", docs_url=None, redoc_url=None, lifespan=running)
    app.state.service = service
    web.harden(app, service.metrics, largest=_BODY)

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        return web.Problem(error.status, str(error)).response()

    def who(what: str, most: int) -> Callable[[Request], str]:
        def asking(request: Request) -> str:
            tenant = service.tenant(request.headers.get("x-api-key") or web.bearer(request), request)
            service.allow(what, tenant, most)
            return tenant

        return asking

    Reader = Annotated[str, Depends(who("query", settings.queries))]
    Writer = Annotated[str, Depends(who("upload", settings.uploads))]

    def stored(tenant: str, file: UploadFile, keep: Callable[[dict[str, Any]], dict[str, Any] | None]) -> dict[str, Any]:
        with service.uploads.time():
            document = service.intake.read(file.filename or "", file.file.read())
            row = keep(document)
            if row is None:
                raise _missing()
            # It is stored; should this fail, the next question tries again.
            service.indexes.current(tenant)
        return row

    @app.post("/documents", status_code=201)
    def upload(tenant: Writer, file: Annotated[UploadFile, File()]) -> dict[str, Any]:
        """Scrub a document, store and index it; once this has answered, it is on the disk."""
        return stored(tenant, file, lambda document: service.database.add(tenant, document))

    @app.put("/documents/{id}")
    def replace(tenant: Writer, id: str, file: Annotated[UploadFile, File()]) -> dict[str, Any]:
        """Put a document in place of one that is there."""
        return stored(tenant, file, lambda document: service.database.replace(tenant, id, document))

    @app.delete("/documents/{id}", status_code=204)
    def delete(tenant: Writer, id: str) -> None:
        """Delete a document: no answer shows it from then on."""
        if not service.database.delete(tenant, id):
            raise _missing()

    @app.get("/documents")
    def listed(tenant: Reader, after: str = "", most: Annotated[int, Query(ge=1, le=1000)] = 100) -> dict[str, Any]:
        """The documents behind the one of the id `after`, without their texts."""
        rows = service.database.listed(tenant, after=after, most=most)
        return {"documents": rows, "next": rows[-1]["id"] if len(rows) == most else None}

    @app.get("/documents/{id}")
    def document(tenant: Reader, id: str) -> dict[str, Any]:
        """A document with its scrubbed text."""
        found = service.database.document(tenant, id)
        if found is None:
            raise _missing()
        return found

    def answered(tenant: str, question: str, most: int) -> dict[str, Any]:
        answer = service.answers.answer(tenant, question, most)
        service.questions.labels(str(answer["cached"]).lower()).observe(answer["milliseconds"] / 1000)
        return answer

    @app.post("/search")
    def search(tenant: Reader, asked: Question) -> dict[str, Any]:
        """The best passages for a question, best first, each with where it stands."""
        return answered(tenant, asked.question, asked.most)

    @app.get("/statistics")
    def statistics(tenant: Reader, terms: Annotated[int, Query(ge=0, le=1000)] = 20) -> dict[str, Any]:
        """What the tenant has asked and stores."""
        return service.usage.statistics(tenant, terms)

    @app.get("/health/live")
    def live() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/health")
    def health() -> Response:
        """Whether the database, the memory and the indexes answer."""
        checks = {"database": service.database.check, "cache": service.memory.check, "indexes": service.indexes.check}
        found = {name: _state(check) for name, check in checks.items()}
        ok = all(state == "ok" for state in found.values())
        return JSONResponse({"status": "ok" if ok else "failing", "checks": found}, 200 if ok else 503)

    _add_page(app, service, answered)
    return app


def _add_page(app: FastAPI, service: Service, answered: Callable[[str, str, int], dict[str, Any]]) -> None:
    pages = Environment(loader=FileSystemLoader(_PAGES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    pages.filters["pieces"] = _pieces
    page = pages.get_template("search.html")

    @app.get("/", include_in_schema=False)
    def empty() -> HTMLResponse:
        return HTMLResponse(page.render())

    @app.get("/style.css", include_in_schema=False)
    def style() -> FileResponse:
        return FileResponse(_PAGES / "style.css")

    @app.get("/icon.svg", include_in_schema=False)
    def icon() -> FileResponse:
        return FileResponse(_PAGES / "icon.svg")

    # By POST, so that neither key nor question stands in an address.
    @app.post("/", include_in_schema=False)
    def ask(
        request: Request,
        key: Annotated[str, Form(max_length=200)] = "",
        question: Annotated[str, Form(max_length=_LONGEST_QUESTION)] = "",
    ) -> HTMLResponse:
        try:
            tenant = service.tenant(key.strip(), request)
            service.allow("query", tenant, service.settings.queries)
        except web.Problem as problem:
            return HTMLResponse(page.render(problem=problem.detail, question=question), problem.status)
        answer = answered(tenant, question, 10) if question.strip() else None
        return HTMLResponse(page.render(key=key, question=question, answer=answer))


def _pieces(text: str, question: str) -> list[tuple[str, bool]]:
    """A passage in pieces, and whether each is a word of the question."""
    words = terms(question, [text])
    return [(piece, piece.casefold() in words) for piece in re.split(r"(\w+)", text) if piece]


def _missing() -> web.Problem:
    # The same whether it never was, is deleted, or is another tenant's.
    return web.Problem(404, "there is no such document")


def _state(check: Callable[[], object]) -> str:
    try:
        check()
    except Exception as error:
        return type(error).__name__
    return "ok"
