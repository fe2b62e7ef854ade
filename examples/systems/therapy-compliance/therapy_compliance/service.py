"""What the routes and pages do: analyses, reports and figures, each only of documents that the user may see."""

import csv
import io
import uuid
from collections.abc import Iterator
from typing import Any

import chartguard
from shared import web
from shared.database import now
from shared.documents import Document, safe_name
from shared.files import key
from sqlalchemy import Select, select

from .cache import Cache
from .database import Database, analyses
from .engine import Engine, Options, findings
from .health import Watch
from .reviews import Reviews
from .rubrics import Rubrics
from .settings import Settings
from .users import User, Users

AUDIT = "audit.jsonl"
_LISTED = [analyses.c[name] for name in ("id", "name", "kind", "clinician", "doc_type", "discipline", "score", "risk", "rubric", "strict", "stored")]
SORTS = {"stored": analyses.c.stored, "score": analyses.c.score, "name": analyses.c.name}
FILTERS = ("discipline", "doc_type", "risk", "clinician")


class Service:
    """All that the routes use; may be shared between threads. It holds the audit log, so one process serves a data folder."""

    def __init__(self, settings: Settings) -> None:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.settings = settings
        self.database = Database(settings.database, settings.data)
        self._audit_key = key(settings.audit_key, settings.data / "audit.key", "audit log")
        self.audit = chartguard.AuditLog(settings.data / AUDIT, key=self._audit_key)
        self.engine = Engine(settings.policy, strict=settings.strict)
        self.rubrics = Rubrics(self.database, self.engine, settings.rubric)
        self.reviews = Reviews(self.database)
        self.users = Users(self.database, settings.session_minutes)
        self.cache = Cache(self.database, key(settings.cache_key, settings.data / "cache.key", "cache"), settings.cache_entries)
        self.watch = Watch(settings)
        self.metrics = web.Metrics("therapy_compliance")
        self.watch.show("therapy_compliance", self.metrics.registry)
        self.analyzed = self.metrics.counter("analyses", "Analyses by where their result came from and risk.", "cache", "risk")

    def analyze(self, user: User, name: str, data: bytes, options: Options) -> dict[str, Any]:
        """Read, scrub, score and store a document; it is on the disk when this returns, and the original is nowhere."""
        *_, done = self.steps(user, name, Document.read(name, data), options)
        return done

    def steps(self, user: User, name: str, document: Document, options: Options) -> Iterator[dict[str, Any]]:
        """The same of a document that was read, by steps for who looks on: what it is once it is judged, and its id once it is stored."""
        result, rubric, came_from = self._result(user, document.text, options)
        report = result["report"]
        yield {name: report[name] for name in ("doc_type", "discipline")} | {"removed": sum(result["counts"].values())}
        row = {
            "id": uuid.uuid4().hex,
            "name": safe_name(self.engine.names, name, document.kind),
            "kind": document.kind,
            "clinician": user.id,
            "doc_type": report["doc_type"],
            "discipline": report["discipline"],
            "score": report["score"],
            "risk": report["risk"],
            "rubric": f"{rubric.id} {rubric.version}",
            "strict": self.engine.strict(options),
            **result,
            "stored": now(),
        }
        self.database.write(analyses.insert().values(row))
        yield {"id": row["id"], "cached": came_from}

    def evaluate(self, user: User, text: str, options: Options) -> dict[str, Any]:
        """The report of a text in one call; beside the cache nothing is kept of it."""
        result, rubric, came_from = self._result(user, text, options)
        return self._said(result, rubric=f"{rubric.id} {rubric.version}", strict=self.engine.strict(options)) | {"cached": came_from}

    def _result(self, user: User, text: str, options: Options) -> tuple[dict[str, Any], chartguard.Rubric, str]:
        rubric = self.rubrics.active()
        in_force = Options(options.doc_type, options.discipline, self.engine.strict(options))
        key = self.cache.key(text, rubric, in_force, self.engine.policy)
        result, came_from = self.cache.get(key, lambda: self.engine.analyze(text, rubric, in_force, self.audit, user.id))
        self.analyzed.labels(came_from, result["report"]["risk"] or "unscored").inc()
        return result, rubric, came_from

    def report(self, user: User, id: str) -> dict[str, Any]:
        """A stored analysis with its findings and what was said of them."""
        row = self._row(user, id)
        reviews = self.reviews.of(id)
        said = self._said(row, rubric=row["rubric"], strict=row["strict"])
        for finding in said["findings"]:
            finding["reviews"] = [one for one in reviews if one["criterion"] == finding["criterion"]]
        own = {name: row[name] for name in ("id", "name", "kind", "clinician", "stored")}
        return own | said

    def report_csv(self, user: User, id: str) -> str:
        """The findings of a stored analysis, a line each."""
        out = io.StringIO()
        table = csv.writer(out)
        table.writerow(["criterion", "title", "risk", "confidence", "low_confidence", "message", "advice", "evidence", "start", "end"])
        for one in self.report(user, id)["findings"]:
            first = one["evidence"][0] if one["evidence"] else {"start": "", "end": ""}
            words = " | ".join(span["text"] for span in one["evidence"])
            cells = [one[name] for name in ("criterion", "title", "risk", "confidence", "low_confidence", "message", "advice")]
            table.writerow([_cell(cell) for cell in [*cells, words, first["start"], first["end"]]])
        return out.getvalue()

    def review(self, user: User, id: str, criterion: str, says: str) -> None:
        """Confirm or dispute a finding."""
        found = [one for one in self.report(user, id)["findings"] if one["criterion"] == criterion]
        if not found:
            raise web.Problem(404, "the report has no such finding")
        self.reviews.say(id, criterion, found[0]["confidence"], says, user.id)

    def listed(self, user: User, filters: dict[str, str], sort: str, up: bool, most: int, skip: int = 0) -> list[dict[str, Any]]:
        """Stored analyses without their texts."""
        wanted = self._mine(user, select(*_LISTED))
        for name in FILTERS:
            if filters.get(name):
                wanted = wanted.where(analyses.c[name] == filters[name])
        column = SORTS[sort]
        ordered = (column.asc() if up else column.desc()).nulls_last()
        return self.database.rows(wanted.order_by(ordered, analyses.c.id).limit(most).offset(skip))

    def choices(self, user: User) -> dict[str, list[str]]:
        """What each filter can be set to."""
        return {
            name: [row[name] for row in self.database.rows(self._mine(user, select(analyses.c[name]).distinct()).order_by(analyses.c[name])) if row[name]]
            for name in FILTERS
        }

    def statistics(self, user: User, most: int = 1000) -> dict[str, Any]:
        """Figures over the latest documents: the mean score by day, discipline and clinician, and what fails most."""
        wanted = self._mine(user, select(*_LISTED, analyses.c.report)).where(analyses.c.score.is_not(None))
        rows = self.database.rows(wanted.order_by(analyses.c.stored.desc()).limit(most))
        failed: dict[tuple[str, str], list[bool]] = {}
        for row in rows:
            for one in row["report"]["criteria"]:
                if one["verdict"] in ("met", "not_met"):
                    failed.setdefault((one["id"], one["title"]), []).append(one["verdict"] == "not_met")
        worst = sorted(failed.items(), key=lambda item: (-sum(item[1]), item[0]))
        return {
            "documents": len(rows),
            "mean_score": _mean([row["score"] for row in rows]),
            "by_day": sorted(_means(rows, lambda row: row["stored"][:10]), key=lambda one: one["name"]),
            "by_discipline": _means(rows, lambda row: row["discipline"]),
            "by_clinician": _means(rows, lambda row: row["clinician"]),
            "most_failed": [
                {"criterion": id, "title": title, "failed": sum(found), "judged": len(found)} for (id, title), found in worst if any(found)
            ][:10],
        }

    def verify(self) -> dict[str, Any]:
        """Whether the audit log is what was written."""
        return dict(chartguard.AuditLog.verify(self.settings.data / AUDIT, key=self._audit_key))

    def events(self, user: User, most: int) -> list[dict[str, Any]]:
        """The latest events of the audit log, where the user may read it."""
        user.access.require(user.id, "read_audit", audit=self.audit)
        return chartguard.AuditLog.events(self.settings.data / AUDIT, key=self._audit_key)[-most:]

    def require_change(self, user: User) -> None:
        """Go on where the user may change rubrics; a refusal is in the audit log."""
        user.access.require(user.id, "change_policy", audit=self.audit)

    def exists(self, user: User, id: str) -> bool:
        return self.database.row(self._mine(user, select(analyses.c.id)).where(analyses.c.id == id)) is not None

    def _said(self, kept: dict[str, Any], *, rubric: str, strict: bool) -> dict[str, Any]:
        report = kept["report"]
        shown = {name: report[name] for name in ("doc_type", "discipline", "score", "risk", "coverage")}
        met = [{"criterion": one["id"], "title": one["title"]} for one in report["criteria"] if one["verdict"] == "met"]
        return shown | {
            "rubric": rubric,
            "strict": strict,
            "findings": findings(report, kept["text"]),
            "met": met if report["score"] is not None else [],
            "removed": kept["counts"],
            "text": kept["text"],
        }

    def _row(self, user: User, id: str) -> dict[str, Any]:
        row = self.database.row(self._mine(user, select(analyses)).where(analyses.c.id == id))
        if row is None:
            # The same whether it never was or is another clinician's.
            raise web.Problem(404, "there is no such analysis")
        return row

    def _mine(self, user: User, wanted: Select[Any]) -> Select[Any]:
        return wanted if user.only is None else wanted.where(analyses.c.clinician == user.only)


def _cell(value: Any) -> Any:
    # A spreadsheet takes what begins so for a formula.
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _mean(values: list[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _means(rows: list[dict[str, Any]], of: Any) -> list[dict[str, Any]]:
    scores: dict[str, list[float]] = {}
    for row in rows:
        scores.setdefault(of(row), []).append(row["score"])
    return [{"name": name, "documents": len(found), "mean_score": _mean(found)} for name, found in sorted(scores.items())]
