"""Prometheus, started for real with the scrape and the rules of this folder, over systems that run."""

import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from conftest import NOTE, SYSTEMS, System
from shared.testing import _tool, free_port, server

DEPLOY = SYSTEMS / "deploy"
pytestmark = pytest.mark.prometheus


class Prometheus:
    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30)

    def get(self, path: str, **parameters: str) -> Any:
        answer = self.http.get(f"/api/v1/{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        return self.get("query", query=expression)["result"]


def until(true: Callable[[], Any], seconds: float = 30) -> Any:
    """What `true` gives once it gives something."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.2)
    return found


@contextlib.contextmanager
def prometheus(folder: Path, ports: dict[str, int]) -> Iterator[Prometheus]:
    """Prometheus with the configuration as it is, but for where the systems are and how often they are asked."""
    configuration = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    configuration["global"].update(scrape_interval="1s", scrape_timeout="1s", evaluation_interval="1s")
    configuration["rule_files"] = [str(DEPLOY / "prometheus" / file) for file in configuration["rule_files"]]
    jobs = [job for job in configuration["scrape_configs"] if job["job_name"] in ports]
    for job in jobs:
        job["static_configs"] = [{"targets": [f"127.0.0.1:{ports[job['job_name']]}"]}]
    configuration["scrape_configs"] = jobs
    file, port = folder / "prometheus.yml", free_port()
    file.write_text(yaml.safe_dump(configuration))
    command = [
        _tool("prometheus"), f"--config.file={file}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
    ]  # fmt: skip
    with server(command, port=port, ready="/-/ready", cwd=folder, log=folder / "prometheus.log") as started:
        yield Prometheus(started.url)


def test_what_a_service_counts_is_there_and_the_rules_hold(document_search: System, tmp_path: Path) -> None:
    with document_search.http() as http:
        for _ in range(3):
            assert http.get("/statistics").status_code == 200
    # note-intake's place is one where nobody listens.
    with prometheus(tmp_path, {"document-search": document_search.port, "note-intake": free_port()}) as found:
        asked = 'http_requests_total{job="document-search", route="/statistics", method="GET", status="200"}'
        (counted,) = until(lambda: found.query(asked))
        assert float(counted["value"][1]) >= 3
        assert until(lambda: found.query('up{job="document-search"} == 1'))

        rules = [rule for group in found.get("rules")["groups"] for rule in group["rules"]]
        until(lambda: all(rule["health"] == "ok" for group in found.get("rules")["groups"] for rule in group["rules"]))
        alerts = {rule["name"]: rule for rule in rules if rule["type"] == "alerting"}
        assert set(alerts) == {
            "TargetDown", "ManyServerErrors", "SlowAnswers", "MemoryNearlyFull", "DiskNearlyFull", "ManyDatabaseConnections",
            "ThresholdPassed", "StreamFailed", "StreamsNearlyFull",
        }  # fmt: skip
        assert alerts["ManyServerErrors"]["duration"] == 300

        (pending,) = until(lambda: found.get("alerts")["alerts"])
        assert (pending["labels"]["alertname"], pending["labels"]["job"], pending["state"]) == ("TargetDown", "note-intake", "pending")
        # 30 seconds, above which the alert fires, can be told from what is below and above.
        bounds = {float(one["metric"]["le"]) for one in found.query('http_request_duration_seconds_bucket{route="/statistics"}')}
        assert {10.0, 30.0, 60.0} <= bounds
        assert until(lambda: found.query('job:http_request_duration_seconds:p95_5m{job="document-search"} < 30'))


def test_every_figure_of_the_dashboard_is_one_that_a_service_gives(
    therapy_compliance: System, document_search: System, transcription: System, role_access: System, note_intake: System, tmp_path: Path
) -> None:
    with therapy_compliance.http() as http:
        assert http.post("/analysis/analyze", files={"file": ("gait.txt", NOTE.encode())}).status_code == 202
    with transcription.http() as http:
        assert http.post("/api/consultations/start", json={}).status_code == 201
    with document_search.http() as http:
        assert http.post("/documents", files={"file": ("gait.txt", NOTE.encode())}).status_code == 201
        assert http.post("/search", json={"question": "gait"}).status_code == 200
    with role_access.http() as http:
        assert http.put("/rubric", json={"yaml": ""}).status_code in (403, 422)
        assert http.get("/notes/none").status_code in (403, 404)
        assert http.post("/export", json={"fields": ["nothing-of-ours"]}).status_code == 403
    with note_intake.http() as http:
        assert http.post("/ingest", json={"patient_id": "4471203", "note": NOTE}).status_code == 201
    dashboard = json.loads((DEPLOY / "grafana" / "dashboards" / "systems.json").read_text())
    asked = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    asked = re.sub(r'"[^"]*"|\bby \([^)]*\)', "", asked)
    # A figure's name has a _, and no function has one except this.
    names = set(re.findall(r"\b(?:job:)?[a-z]+(?:_[a-z0-9]+)+(?::\w+)?\b", asked)) - {"histogram_quantile"}
    ours = {name for name in names if not name.startswith(("node_", "pg_"))}
    assert len(ours) >= 14
    ports = {
        "therapy-compliance": therapy_compliance.port, "document-search": document_search.port, "transcription": transcription.port,
        "role-access": role_access.port, "note-intake": note_intake.port,
    }  # fmt: skip
    # What no service has answered with 5xx has no ratio.
    ours.discard("job:http_requests_failed:ratio5m")
    with prometheus(tmp_path, ports) as found:
        until(lambda: len(found.query("up == 1")) == len(ports))
        # Each counts its requests by the one name that rules and dashboard know.
        until(lambda: {one["metric"]["job"] for one in found.query("sum by (job) (http_requests_total)")} == set(ports))
        until(lambda: not ours - set(found.get("label/__name__/values")) or None)
