"""The HTTP and WebSocket service."""

import asyncio
import contextlib
import json
import logging
import re
import threading
import time
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import chartguard
from fastapi import Depends, FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, ValidationError
from shared import web

from .database import Database
from .live import Consultations, Ended, Live
from .settings import Settings
from .summary import Discipline, DocType, Drafts, turns

log = logging.getLogger(__name__)
_BODY = 64 << 10
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_TOKEN = re.compile(r"Bearer +(\S+)", re.IGNORECASE)


class Start(BaseModel):
    # What is known of the patient, so that it is found for certain; kept in memory alone.
    patient: dict[str, Any] | None = None


class Turn(BaseModel):
    turn: Annotated[int, Field(ge=0, le=1_000_000)]
    # A role and never a name.
    speaker: Literal["clinician", "patient", "other"]
    text: Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")]
    final: bool


class Rate:
    """So many requests of each clinician in a minute."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def allows(self, who: str) -> bool:
        with self._lock:
            now = time.monotonic()
            left, at = self._left.get(who, (float(self._most), now))
            left = min(self._most, left + (now - at) * self._most / 60)
            self._left[who] = (left - 1 if left >= 1 else left, now)
            return left >= 1


def create_app(settings: Settings) -> FastAPI:
    """The routes over a database and the streams of this process."""
    database = Database(settings.database, settings.data)
    drafts = Drafts(settings.rubric, settings.sections)
    rate, metrics = Rate(settings.rate), web.Metrics("transcription")
    went = metrics.counter("consultations", "Consultations by how they went.", "status")
    # From nothing on: a counter that appears with its first failure does not rise by it.
    for status in ("started", "completed", "interrupted", "failed"):
        went.labels(status)
    spoken = metrics.counter("turns", "Final turns that were taken.")
    delays = metrics.histogram("release_delay_seconds", "How long the oldest of what was released had waited.")
    live = Consultations(database, chartguard.Scrubber(policy=settings.policy), settings, lambda status: went.labels(status).inc())
    metrics.gauge("live", "Consultations that are being spoken.", lambda: len(live))
    metrics.gauge("live_most", "How many may be.", lambda: settings.live)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async def sweep() -> None:
            while True:
                await asyncio.sleep(1)
                await run_in_threadpool(live.sweep)

        task = asyncio.create_task(sweep())
        yield
        task.cancel()
        live.close()

    app = FastAPI(title="transcription", docs_url=None, redoc_url=None, lifespan=lifespan)
    web.harden(app, metrics, largest=_BODY)

    def asking(request: Request) -> str:
        who = database.clinician(web.bearer(request))
        if who is None:
            raise web.Problem(401, "the token is not in force", WWW_Authenticate="Bearer")
        if not rate.allows(who):
            raise web.Problem(429, "too many requests: wait a while", Retry_After="1")
        return who

    Asking = Annotated[str, Depends(asking)]

    def known(id: str, who: str) -> dict[str, Any]:
        if (row := database.consultation(id, who)) is None:
            raise web.Problem(404, "there is no such consultation")
        return row

    @app.post("/api/consultations/start", status_code=201)
    def start(who: Asking, body: Start) -> dict[str, str]:
        id = uuid.uuid4().hex
        if not live.start(id, who, body.patient):
            raise web.Problem(503, "as many consultations as may be are going on", Retry_After="30")
        return {"id": id}

    @app.post("/api/consultations/{id}/complete")
    def complete(id: str, who: Asking) -> dict[str, Any]:
        row, one = known(id, who), live.of(id, who)
        if one is None:
            raise web.Problem(409, f"the consultation is {row['status']}")
        try:
            said = one.complete()
        except Ended as error:
            raise web.Problem(409, str(error)) from None
        live.sweep()
        return {"status": "completed", **said}

    @app.get("/api/consultations")
    def history(
        who: Asking,
        status: Literal["active", "completed", "interrupted"] | None = None,
        since: Annotated[str | None, Field(pattern=_DAY)] = None,
        until: Annotated[str | None, Field(pattern=_DAY)] = None,
    ) -> list[dict[str, Any]]:
        return database.history(who, status, since, until)

    @app.get("/api/consultations/{id}")
    def one(id: str, who: Asking) -> dict[str, Any]:
        return {**known(id, who), "kept": database.kept(id), "turns": turns(database.released(id))}

    @app.get("/api/consultations/{id}/summary")
    def summary(
        id: str, who: Asking, doc_type: DocType = "treatment_note", discipline: Discipline | None = None
    ) -> dict[str, Any]:
        """A draft note and what its rubric says of it: as a note of this type, and of this discipline where it is said."""
        return {**known(id, who), **drafts.of(turns(database.released(id)), doc_type, discipline)}

    @app.get("/health/live")
    def alive() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/health")
    def health() -> Response:
        """Whether the database answers, and how many consultations are being spoken."""
        try:
            database.check()
        except Exception as error:
            return JSONResponse({"status": "failing", "error": type(error).__name__}, 503)
        return JSONResponse({"status": "ok", "live": len(live)})

    @app.websocket("/api/consultations/{id}/stream")
    async def stream(socket: WebSocket, id: str) -> None:
        match = _TOKEN.fullmatch(socket.headers.get("authorization", ""))
        who = await run_in_threadpool(database.clinician, match[1]) if match else None
        # Refused before it is accepted: the answer is 403.
        if who is None or (one := await run_in_threadpool(live.of, id, who)) is None or not live.attach(one):
            await socket.close(1008)
            return
        # What leaves is sent in the order in which it left.
        order = asyncio.Lock()
        flushing: asyncio.Task[None] | None = None
        try:
            await socket.accept()
            await socket.send_json({"status": "active", "last_final_turn": one.last})
            if settings.flush:
                flushing = asyncio.create_task(_flush(socket, one, order))
            await _listen(socket, one, who, order)
        except WebSocketDisconnect:
            log.info("a connection broke")
        finally:
            if flushing is not None:
                flushing.cancel()
            live.detach(one)

    async def _sent(socket: WebSocket, said: dict[str, Any]) -> None:
        if said["released"]:
            delays.observe(said["delay"])
        await socket.send_json(said)

    async def _failed(socket: WebSocket, error: chartguard.ChartguardError) -> None:
        # The stream is dead: nothing more leaves.
        log.error("a stream failed", extra={"error": error.code})
        went.labels("failed").inc()
        await socket.close(1011, "the stream failed: what was not released is lost")

    async def _flush(socket: WebSocket, one: Live, order: asyncio.Lock) -> None:
        # A connection that broke meanwhile is noticed by who listens.
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while not one.ended:
                await asyncio.sleep(min(1.0, settings.flush / 4))
                async with order:
                    try:
                        said = await run_in_threadpool(one.flush, settings.flush)
                    except chartguard.ChartguardError as error:
                        return await _failed(socket, error)
                    if said is not None:
                        await _sent(socket, said)

    async def _listen(socket: WebSocket, one: Live, who: str, order: asyncio.Lock) -> None:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            async with order:
                if not await _answered(socket, one, who, message):
                    return

    async def _answered(socket: WebSocket, one: Live, who: str, message: Any) -> bool:
        """Answer a message; false where it was the last."""
        if not rate.allows(who):
            await socket.send_json({"error": "too many turns: send this one again later"})
            return True
        try:
            turn = Turn.model_validate(json.loads(message.get("text") or ""))
        except ValidationError as error:
            where = [".".join(map(str, wrong["loc"])) for wrong in error.errors()]
            await socket.send_json({"error": "a turn is {turn, speaker, text, final}", "where": where})
            return True
        except ValueError:
            await socket.send_json({"error": "a turn is a JSON object in a text message"})
            return True
        try:
            said = await run_in_threadpool(one.take, turn.turn, turn.speaker, turn.text, turn.final)
        except Ended as error:
            await socket.close(1000, str(error))
            return False
        except chartguard.ChartguardError as error:
            await _failed(socket, error)
            return False
        except ValueError as error:
            await socket.send_json({"turn": turn.turn, "error": str(error)})
            return True
        spoken.inc()
        await _sent(socket, said)
        return True

    return app
