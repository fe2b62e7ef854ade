"""What is easier to hold inside the process than over HTTP."""

import tempfile
from pathlib import Path

import chartguard
import pytest
from complying import txt, without_planted
from fastapi.testclient import TestClient
from shared.environment import SettingsError, read, table
from sqlalchemy import func, select
from therapy_compliance import charts, health
from therapy_compliance.app import create_app
from therapy_compliance.cache import Cache
from therapy_compliance.database import analyses, cache
from therapy_compliance.engine import Engine, Options, carried, findings
from therapy_compliance.pages import marked
from therapy_compliance.service import Service
from therapy_compliance.settings import Settings


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(Settings(data=tmp_path))


def test_what_cannot_be_scrubbed_is_not_stored(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    token = service.users.first()

    def fail(*_: object, **__: object) -> None:
        error = chartguard.InferenceError("the model failed")
        error.code = "inference"
        raise error

    monkeypatch.setattr(service.engine, "analyze", fail)
    with TestClient(create_app(service.settings, service)) as client:
        answer = client.post("/analysis/analyze", files={"file": ("visit.txt", txt())}, headers={"Authorization": f"Bearer {token}"})
        client.post("/login", data={"token": token})
        page = client.post("/", files={"file": ("visit.txt", txt())})
    assert answer.status_code == 500 and "Achterberg" not in answer.text
    # The page had begun to show what is done, and ends with what went wrong.
    assert "nothing of it was kept" in page.text and "/reports/" not in page.text and "Achterberg" not in page.text
    for kept in (analyses, cache):
        assert service.database.rows(select(func.count()).select_from(kept)) == [{"count_1": 0}]


def test_an_upload_is_written_to_no_temporary_file(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    token = service.users.first()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was opened")

    with TestClient(create_app(service.settings, service)) as client:
        monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
        data = b"Gait training. " * 10_000 + b" " * (2 << 20)
        answer = client.post("/analysis/analyze", files={"file": ("visit.txt", data)}, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 202, answer.text


def test_a_result_is_found_in_the_database_too(service: Service) -> None:
    user = service.users.of_token(service.users.first() or "")
    assert user is not None
    said = Options()
    assert service.evaluate(user, txt().decode(), said)["cached"] == "none"
    service.cache = Cache(service.database, bytes.fromhex((service.settings.data / "cache.key").read_text()), 1)
    assert service.evaluate(user, txt().decode(), said)["cached"] == "database"
    # Under another key nobody can tell that the document was here.
    service.cache = Cache(service.database, bytes(32), 1)
    assert service.evaluate(user, txt().decode(), said)["cached"] == "none"


def test_spans_are_carried_as_the_library_scrubs() -> None:
    text = "Seen by Rosalind Achterberg on 03/14/2024, SSN 219-09-9999, for knee pain."
    scrubbed = chartguard.Scrubber().scrub(text)
    at = text.index("knee")
    assert [scrubbed.text[start:end] for start, end in carried(scrubbed, [(at, at + 4)])] == ["knee"]
    at = text.index("03/14/2024")
    # Of a value that was removed all that stands for it is shown, also for a part of it.
    ((start, end),) = carried(scrubbed, [(at + 1, at + 4)])
    assert scrubbed.text[start:end] == "[DATE]"
    ((start, end),) = carried(scrubbed, [(0, len(text))])
    assert (start, end) == (0, len(scrubbed.text))


def test_a_report_of_a_scrubbed_text_has_no_day_of_service(service: Service) -> None:
    result = service.engine.analyze(txt().decode(), service.rubrics.active(), Options(), service.audit, "u-1")
    assert result["report"]["date"] is None
    without_planted(str(result))


def test_answers_are_forgotten_though_nobody_asks_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = health.Watch(Settings())
    now = 0.0
    monkeypatch.setattr(health.time, "monotonic", lambda: now)
    for now in range(1000):
        watch.answered(0.1, False)
    assert len(watch._answers) == 301


def test_strict_cannot_be_asked_away() -> None:
    engine = Engine("safe-harbor", strict=True)
    assert engine.strict(Options())


def test_pieces_are_the_text_and_know_their_findings() -> None:
    found = [
        {"risk": "low", "title": "A", "evidence": [{"start": 2, "end": 6}]},
        {"risk": "high", "title": "B", "evidence": [{"start": 4, "end": 8}, {"start": 4, "end": 5}]},
    ]
    pieces = marked("0123456789", found)
    assert "".join(piece["text"] for piece in pieces) == "0123456789"
    assert [(piece["text"], piece["ids"], piece["risk"]) for piece in pieces] == [
        ("01", [], ""), ("23", ["e0-0"], "low"), ("4", ["e1-0", "e1-1"], "high"), ("5", [], "high"), ("67", [], "high"), ("89", [], ""),
    ]  # fmt: skip


def test_a_plot_escapes_what_it_shows() -> None:
    assert "<script>" not in charts.bars([("<script>", 1.0, "<script>")], "<script>")
    assert "<script>" not in charts.line([("<script>", 0.5)], "<script>")


def test_the_readme_has_every_setting() -> None:
    assert table(Settings) in (Path(__file__).parents[1] / "README.md").read_text()


def test_a_setting_that_is_none_is_refused_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match="did you mean CHARTGUARD_STRICT"):
        read(Settings, {"CHARTGUARD_STRCT": "true"})


def test_what_weighs_most_comes_first_and_what_is_unsure_is_flagged() -> None:
    def criterion(id: str, severity: str, confidence: float, verdict: str = "not_met") -> dict[str, object]:
        said = {"id": id, "title": id, "severity": severity, "confidence": confidence, "verdict": verdict}
        return said | {"message": "m", "advice": "a", "evidence": [{"start": 1, "end": 3}]}

    wrong = [criterion("a", "low", 0.9), criterion("b", "high", 0.69), criterion("c", "high", 0.7), criterion("d", "high", 1.0, "met")]
    found = findings({"score": 0.5, "criteria": wrong}, "0123")
    assert [(one["criterion"], one["low_confidence"]) for one in found] == [("c", False), ("b", True), ("a", False)]
    assert found[0]["evidence"] == [{"start": 1, "end": 3, "text": "12"}]
    assert findings({"score": None, "criteria": wrong}, "0123") == []
