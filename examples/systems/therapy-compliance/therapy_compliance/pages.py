"""The pages: login, history with upload, report, dashboard and rubrics; plain HTML that works without a script."""

import base64
import hashlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import chartguard
from fastapi import FastAPI, Form, Request, UploadFile
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response, StreamingResponse
from jinja2 import Environment, FileSystemLoader
from shared import web
from shared.documents import Document, Refused

from . import charts, rubrics
from .engine import Options
from .service import FILTERS, Service
from .users import User

log = logging.getLogger(__name__)
COOKIE = "session"
_PAGES = Path(__file__).with_name("pages")
_MOST = 50
_LONGEST_RUBRIC = 1_000_000
# A report has its style in itself, so that a copy of it looks the same; the browser takes this one and no other.
_STYLE = (_PAGES / "style.css").read_text(encoding="utf-8")
_STYLED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    + "'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}
NAMES = {
    "pt": "Physical therapy", "ot": "Occupational therapy", "slp": "Speech-language pathology", "unknown": "not detected",
    "evaluation": "Evaluation", "plan_of_care": "Plan of care", "treatment_note": "Treatment note",
    "progress_report": "Progress report", "recertification": "Recertification", "discharge": "Discharge",
    "high": "High", "medium": "Medium", "low": "Low",
}  # fmt: skip


class _LogIn(Exception):
    """A page was asked for without a session that is in force."""


def marked(text: str, findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The text in pieces; a piece that is evidence says of which findings, and has the ids of what begins with it."""
    spans = [(span["start"], span["end"], f"e{at}-{n}", at) for at, one in enumerate(findings) for n, span in enumerate(one["evidence"])]
    cuts = sorted({0, len(text), *(cut for start, end, *_ in spans for cut in (start, end))})
    pieces = []
    for start, end in zip(cuts, cuts[1:], strict=False):
        over = sorted({at for begin, stop, _, at in spans if begin <= start and end <= stop})
        ids = [id for begin, _, id, _ in spans if begin == start]
        risk = min((findings[at]["risk"] for at in over), key=["high", "medium", "low"].index, default="")
        pieces.append({"text": text[start:end], "ids": ids, "risk": risk, "titles": "; ".join(findings[at]["title"] for at in over)})
    return pieces


def add(app: FastAPI, service: Service, who: Callable[[Request], User]) -> None:
    """Give the service its pages; `who` is known by a token."""
    templates = Environment(loader=FileSystemLoader(_PAGES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    templates.filters["said"] = lambda value: NAMES.get(value, value)
    templates.filters["percent"] = lambda value: "none" if value is None else f"{value:.0%}"

    def page(name: str, status: int = 200, **said: Any) -> HTMLResponse:
        return HTMLResponse(templates.get_template(name).render(said), status)

    def known(request: Request) -> User:
        user = service.users.of_session(request.cookies.get(COOKIE, ""))
        if user is None:
            raise _LogIn
        return user

    @app.exception_handler(_LogIn)
    async def log_in_first(_: Request, error: Exception) -> Response:
        return RedirectResponse("/login", 303)

    @app.get("/style.css", include_in_schema=False)
    def style() -> FileResponse:
        return FileResponse(_PAGES / "style.css")

    @app.get("/icon.svg", include_in_schema=False)
    def icon() -> FileResponse:
        return FileResponse(_PAGES / "icon.svg")

    @app.get("/login", include_in_schema=False)
    def login() -> HTMLResponse:
        return page("login.html")

    @app.post("/login", include_in_schema=False)
    def log_in(request: Request, token: Annotated[str, Form(max_length=200)] = "") -> Response:
        session = service.users.log_in(token.strip())
        if session is None:
            return page("login.html", 401, problem="This token is not in force.")
        answer = RedirectResponse("/", 303)
        # Strict: no other site can have this browser act here.
        answer.set_cookie(
            COOKIE, session, httponly=True, samesite="strict", secure=request.url.scheme == "https",
            max_age=service.settings.session_minutes * 60,
        )  # fmt: skip
        return answer

    @app.post("/logout", include_in_schema=False)
    def log_out(request: Request) -> Response:
        service.users.log_out(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE)
        return answer

    def shown_history(request: Request, user: User, status: int = 200, problem: str | None = None) -> HTMLResponse:
        asked = request.query_params
        filters = {name: asked.get(name, "") for name in FILTERS}
        sort = asked.get("sort", "stored")
        sort, up = (sort if sort in ("stored", "score", "name") else "stored"), asked.get("up") == "1"
        skip = int(asked["skip"]) if asked.get("skip", "").isdecimal() else 0
        rows = service.listed(user, filters, sort, up, _MOST + 1, skip)
        said = {"rows": rows[:_MOST], "more": len(rows) > _MOST, "most": _MOST, "skip": skip, "sort": sort, "up": up}
        return page("history.html", status, user=user, here="history", filters=filters, choices=service.choices(user), problem=problem, **said)

    @app.get("/", include_in_schema=False)
    def history(request: Request) -> HTMLResponse:
        return shown_history(request, known(request))

    @app.post("/", include_in_schema=False)
    def upload(
        request: Request,
        file: UploadFile,
        doc_type: Annotated[str, Form()] = "",
        discipline: Annotated[str, Form()] = "",
        strict: Annotated[bool, Form()] = False,
    ) -> Response:
        user, name = known(request), file.filename or ""
        try:
            document = Document.read(name, file.file.read())
        except Refused as refused:
            why = str(refused)
            return shown_history(request, user, refused.status, why[:1].upper() + why[1:] + ".")
        steps = service.steps(user, name, document, Options(doc_type or None, discipline or None, strict))
        template = templates.get_template("progress.html")

        def progress() -> Iterator[str]:
            # Rendered step by step: the browser shows each when it is done.
            begun = ""
            try:
                for piece in template.generate(user=user, here="history", kind=document.kind, length=len(document.text), steps=steps):
                    # A value that was escaped would have what it is added to escaped once more.
                    begun += str(piece)
                    if begun.endswith("</li>\n"):
                        yield begun
                        begun = ""
                yield begun
            except Exception as error:
                log.error("an analysis failed", extra={"error": getattr(error, "code", type(error).__name__)})
                yield templates.get_template("failed.html").render()

        # The proxy is not to wait for its end either.
        return StreamingResponse(progress(), media_type="text/html; charset=utf-8", headers={"X-Accel-Buffering": "no"})

    @app.get("/reports/{id}", include_in_schema=False)
    def report(request: Request, id: str) -> HTMLResponse:
        """A report as a page that needs nothing beside itself; who asks with a token gets it to keep, without what only a browser here can do."""
        kept = "authorization" in request.headers
        user = who(request) if kept else known(request)
        try:
            found = service.report(user, id)
        except web.Problem as problem:
            if kept:
                raise
            return page("message.html", problem.status, user=user, message="There is no such report.")
        risks = {risk: sum(one["risk"] == risk for one in found["findings"]) for risk in ("high", "medium", "low")}
        unsure = sum(one["low_confidence"] for one in found["findings"])
        answer = page(
            "report.html", user=None if kept else user, style=_STYLE, report=found, pieces=marked(found["text"], found["findings"]),
            risks=risks, unsure=unsure,
        )  # fmt: skip
        answer.headers.update(_STYLED)
        return answer

    @app.post("/reports/{id}/reviews", include_in_schema=False)
    def review(
        request: Request, id: str, criterion: Annotated[str, Form(max_length=128)], says: Annotated[Literal["confirm", "dispute"], Form()]
    ) -> Response:
        service.review(known(request), id, criterion, says)
        return RedirectResponse(f"/reports/{id}#{criterion}", 303)

    @app.get("/dashboard", include_in_schema=False)
    def dashboard(request: Request) -> HTMLResponse:
        user = known(request)
        found, calibration = service.statistics(user), service.reviews.calibration()
        plots = {}
        if found["documents"]:
            plots = {
                "days": charts.line([(one["name"], one["mean_score"]) for one in found["by_day"]], "Mean score by day"),
                "failed": charts.bars(
                    [(one["title"], one["failed"], f"{one['failed']} of {one['judged']}") for one in found["most_failed"]], "Criteria that fail most"
                ),
                "disciplines": _scores(found["by_discipline"], "Mean score by discipline"),
                "clinicians": _scores(found["by_clinician"], "Mean score by clinician"),
            }
        if calibration["reviews"]:
            plots["calibration"] = charts.reliability(calibration["bins"], "Share confirmed over confidence")
        alerts = [one for one in service.watch.alerts() if one["firing"]]
        return page("dashboard.html", user=user, here="dashboard", figures=found, calibration=calibration, plots=plots, alerts=alerts)

    @app.get("/rubric-versions", include_in_schema=False)
    def versions(request: Request) -> HTMLResponse:
        return shown_versions(known(request))

    def shown_versions(user: User, status: int = 200, problem: str | None = None) -> HTMLResponse:
        listed = service.rubrics.listed()
        rolls = any(one["active"] and one["number"] for one in listed)
        return page("rubrics.html", status, user=user, here="rubrics", rubrics=listed, rolls=rolls, problem=problem)

    def changed(request: Request, change: Callable[[User], object]) -> Response:
        """The rubrics after a change, or as they are with what stands against it."""
        user = known(request)
        try:
            service.require_change(user)
            change(user)
        except (rubrics.Refused, chartguard.ChartguardError) as error:
            status = error.status if isinstance(error, rubrics.Refused) else web.status_of(error)
            if status == 500:
                raise
            why = str(error)
            return shown_versions(user, status, why[:1].upper() + why[1:] + ".")
        return RedirectResponse("/rubric-versions", 303)

    @app.post("/rubric-versions", include_in_schema=False)
    def add_version(request: Request, file: UploadFile) -> Response:
        def change(user: User) -> None:
            data = file.file.read(_LONGEST_RUBRIC + 1)
            try:
                yaml = data.decode("utf-8-sig")
            except UnicodeDecodeError:
                raise rubrics.Refused(422, "a rubric is a file of YAML in UTF-8") from None
            if not 0 < len(data) <= _LONGEST_RUBRIC:
                raise rubrics.Refused(422, f"a rubric has 1 to {_LONGEST_RUBRIC} bytes")
            service.rubrics.add(yaml, user.id)

        return changed(request, change)

    @app.post("/rubric-versions/rollback", include_in_schema=False)
    def roll_back(request: Request) -> Response:
        return changed(request, lambda _: service.rubrics.roll_back())

    @app.post("/rubric-versions/{number}/test", include_in_schema=False)
    def test(request: Request, number: int) -> Response:
        return changed(request, lambda _: service.rubrics.test(number))

    @app.post("/rubric-versions/{number}/activate", include_in_schema=False)
    def activate(request: Request, number: int) -> Response:
        return changed(request, lambda user: service.rubrics.activate(number, user.id))


def _scores(rows: list[dict[str, Any]], title: str) -> Any:
    said = [(NAMES.get(one["name"], one["name"]), one["mean_score"], f"{one['mean_score']:.0%} ({one['documents']})") for one in rows]
    return charts.bars(said, title, 1.0)
