"""What is easier to hold inside the process than over HTTP."""

import tempfile
from pathlib import Path

import chartguard
import pytest
from document_search.app import create_app
from document_search.database import Database
from document_search.keys import make
from document_search.memory import Local
from document_search.settings import Settings
from document_search.usage import terms
from fastapi.testclient import TestClient
from shared.environment import table


def test_an_upload_is_written_to_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data=tmp_path)
    database = Database(None, tmp_path)
    key = make(database, database.add_tenant("north"))

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was opened")

    with TestClient(create_app(settings)) as client:
        # What a spooled file turns into when it is too large for memory.
        monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
        text = b"Knee pain on stairs. " * 100_000
        stored = client.post("/documents", files={"file": ("visit.txt", text)}, headers={"X-API-Key": key})
    assert stored.status_code == 201, stored.text


def test_what_cannot_be_scrubbed_is_not_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(None, tmp_path)
    tenant = database.add_tenant("north")
    key = make(database, tenant)
    app = create_app(Settings(data=tmp_path))

    class Failing:
        def scrub(self, text: str) -> None:
            error = chartguard.InferenceError("the model failed")
            error.code = "inference"
            raise error

    intake = app.state.service.intake
    monkeypatch.setattr(intake, "_scrubber", Failing())
    with TestClient(app) as client:
        answer = client.post("/documents", files={"file": ("visit.txt", b"Rosalind Achterberg")}, headers={"X-API-Key": key})
    assert answer.status_code == 500 and "Achterberg" not in answer.text
    assert database.count(tenant) == 0


def test_answers_expire_and_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    at = 1000.0
    monkeypatch.setattr("document_search.memory.time.monotonic", lambda: at)
    memory = Local(2)
    memory.set("a", b"1", 5)
    assert memory.get("a") == b"1"
    at = 1005.0
    assert memory.get("a") is None
    for name in "bcd":
        memory.set(name, b"1", 5)
    assert [memory.get(name) for name in "bcd"] == [None, b"1", b"1"]


def test_a_term_counts_where_a_passage_has_it() -> None:
    assert terms("Does Roz's KNEE hurt with stairs?", ["Knee pain on stairs."]) == {"knee", "stairs"}
    assert terms("knee", []) == set()


def test_the_readme_has_every_setting() -> None:
    assert table(Settings) in (Path(__file__).parents[1] / "README.md").read_text()
