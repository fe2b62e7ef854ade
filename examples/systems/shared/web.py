"""What every HTTP service here needs: request ids, a bound on bodies, security headers, problems as application/problem+json, logs as
JSON, and metrics; none of them ever holds text of a request.
"""

import contextlib
import json
import logging
import os
import re
import signal
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextvars import ContextVar
from typing import Any

import anyio.to_thread
import chartguard
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException

log = logging.getLogger(__name__)
_request_id: ContextVar[str] = ContextVar("request_id", default="")
# Upper bounds of durations in seconds: from an answer out of memory to what an alert calls slow.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 60.0)
# As many as the cores can work on, and some that wait for a disk or a database.
THREADS = min(32, len(os.sched_getaffinity(0)) + 4)
_MESSAGE = 128 << 10
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
}
_METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Problem(Exception):
    """An answer that says what is wrong (RFC 9457); `detail` holds no text of the request."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def response(self, **more: Any) -> JSONResponse:
        body = {"type": "about:blank", "status": self.status, "detail": self.detail, "request": _request_id.get(), **more}
        return JSONResponse(body, self.status, self.headers, "application/problem+json")


class Metrics:
    """Counters of one service, which `/metrics` shows to Prometheus."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self._service = service
        self.requests = self.counter("http_requests", "Answers by route, method and status.", "route", "method", "status")
        self.seconds = self.histogram("http_request_seconds", "Time to the answer.", "route")
        self.active = Gauge(f"{service}_http_active_requests", "Requests being worked on.", registry=self.registry)

    def counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"{self._service}_{name}", meaning, labels, registry=self.registry)

    def gauge(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """A figure that is asked for when it is shown."""
        Gauge(f"{self._service}_{name}", meaning, registry=self.registry).set_function(value)

    def histogram(self, name: str, meaning: str, *labels: str) -> Histogram:
        return Histogram(f"{self._service}_{name}", meaning, labels, registry=self.registry, buckets=_BUCKETS)


def bearer(request: Request) -> str:
    """The token of a request, or a problem."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(401, "a header Authorization: Bearer TOKEN is needed", WWW_Authenticate="Bearer")
    return token.strip()


def harden(app: FastAPI, metrics: Metrics, *, largest: int) -> None:
    """Give a service all of the above; `largest` is how many bytes a body may have."""
    app.add_middleware(_Around, metrics=metrics, largest=largest)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(chartguard.ChartguardError, _chartguard)

    @app.get("/metrics", include_in_schema=False)
    def shown() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)


async def _problem(_: Request, error: Any) -> Response:
    return error.response()


async def _http(_: Request, error: Any) -> Response:
    return Problem(error.status_code, str(error.detail)).response()


async def _invalid(_: Request, error: Any) -> Response:
    # Where and which rule; what was sent is left out.
    wrong = [{"where": [str(part) for part in one["loc"]], "why": one["msg"]} for one in error.errors()]
    return Problem(422, "the request is not as described").response(errors=wrong)


def status_of(error: chartguard.ChartguardError) -> int:
    """What an error of the library is as a status; 500 where it is none of who asks."""
    return {"access": 403, "input": 422, "rubric": 422, "config": 422, "tampered": 409}.get(error.code, 500)


async def _chartguard(_: Request, error: Any) -> Response:
    status = status_of(error)
    if status == 500:
        log.error("the library failed", extra={"error": error.code})
        return Problem(500, f"it could not be done; the error is of kind {error.code!r}").response()
    return Problem(status, str(error)).response(code=error.code)


class _Around:
    """Around every request: its id, its bounds, its headers, its place in metrics and log, and what is left of an error."""

    def __init__(self, app: Any, metrics: Metrics, largest: int) -> None:
        self.app, self.metrics, self.largest = app, metrics, largest

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        if scope["type"] == "lifespan":
            # Each thread that scrubs keeps some megabytes for its next note, and more of them than cores finish nothing sooner.
            anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = {name: value.decode("latin-1") for name, value in scope["headers"]}
        id = given.get(b"x-request-id", "")
        id = id if _ID.fullmatch(id) else uuid.uuid4().hex
        _request_id.set(id)
        started, status, read = time.perf_counter(), 0, 0

        async def answered(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {name.lower() for name, _ in message.get("headers", [])}
                added = {**_HEADERS, "X-Request-Id": id}
                message["headers"] = [
                    *message.get("headers", []),
                    *((k.encode(), v.encode()) for k, v in added.items() if k.lower().encode() not in own),
                ]
            await send(message)

        async def bounded() -> MutableMapping[str, Any]:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.largest:
                raise self._too_large()
            return message

        with self.metrics.active.track_inprogress():
            try:
                if (length := given.get(b"content-length", "")).isdigit() and int(length) > self.largest:
                    raise self._too_large()
                await self.app(scope, bounded, answered)
            except Exception as error:
                known = error if isinstance(error, Problem) else None
                if known is None:
                    # Its message may quote the request: the kind and the place say enough.
                    log.error("a request failed", extra={"error": type(error).__name__, "place": _place(error)})
                if status == 0:
                    await (known or Problem(500, "an error of the service")).response()(scope, receive, answered)
        route = getattr(scope.get("route"), "path", "none")
        took = time.perf_counter() - started
        # A method may be any word: only those that are known make a series.
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.metrics.requests.labels(route, method, str(status)).inc()
        self.metrics.seconds.labels(route).observe(took)
        more = {"route": route, "method": method, "status": status, "milliseconds": round(took * 1000, 1)}
        log.info("answered", extra={**more, "bytes": read})

    def _too_large(self) -> Problem:
        return Problem(413, f"a body of at most {self.largest} bytes is taken", Connection="close")


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"


# What a record may say besides its message, which is a constant of the program.
_SAID = (
    "route", "method", "status", "milliseconds", "bytes", "error", "place", "tenant", "actor", "document", "note", "count",
)  # fmt: skip


class _Json(logging.Formatter):
    """A record a line; of an error its kind and place, for its message may quote a note."""

    def format(self, record: logging.LogRecord) -> str:
        said = {"time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname.lower(), "logger": record.name}
        # What other libraries put into their messages is not known: the pattern alone is kept.
        said["message"] = record.getMessage() if record.name.startswith("uvicorn") else str(record.msg)
        if record.exc_info and record.exc_info[1] is not None:
            said |= {"error": type(record.exc_info[1]).__name__, "place": _place(record.exc_info[1])}
        if id := _request_id.get():
            said["request"] = id
        said |= {name: getattr(record, name) for name in _SAID if hasattr(record, name)}
        return json.dumps(said, default=str)


def log_as_json(level: int = logging.INFO) -> None:
    """Everything that is logged goes to standard error, a line of JSON each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Its lines hold whole paths, with what was asked for.
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("httpx").setLevel(logging.WARNING)


def serve(app: FastAPI, host: str, port: int) -> None:
    """Run a service until it is asked to end; requests that are being worked on are ended first, and then the process with 0."""
    import uvicorn

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            # uvicorn raises the signal once more when it has ended, which ends the process as if that had failed.
            for one in (signal.SIGINT, signal.SIGTERM):
                signal.signal(one, self.handle_exit)
            yield

    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=20,
        # Longer than proxies keep a connection: it is not closed under a request that is on its way.
        timeout_keep_alive=75,
        # A message of a WebSocket: room for what a body may have, and not for what fills the memory.
        ws_max_size=_MESSAGE,
    )  # fmt: skip
    running = Server(config)
    running.run()
    if not running.started:
        sys.exit(3)
