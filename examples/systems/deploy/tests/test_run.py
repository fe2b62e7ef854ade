"""The front door: which systems there are, and that each in Python starts by its name."""

import subprocess

from conftest import NOTE, System, run


def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(run(*arguments), capture_output=True, text=True, check=False)


def test_the_list_has_each_with_its_port() -> None:
    listed = ask("--list").stdout.splitlines()
    assert [line.split()[:2] for line in listed] == [
        ["therapy-compliance", "8101"], ["note-intake", "8102"], ["document-search", "8103"],
        ["transcription", "8104"], ["role-access", "8105"],
    ]  # fmt: skip


def test_a_name_that_is_none_is_refused_with_those_there_are() -> None:
    refused = ask("document-serach")
    assert refused.returncode == 2
    assert "document-search" in refused.stderr


def test_what_is_wrong_with_a_system_s_own_arguments_is_its_own_answer() -> None:
    refused = ask("document-search", "tenant", "paint")
    assert refused.returncode == 2
    assert "choose from" in refused.stderr


def test_therapy_compliance_starts(therapy_compliance: System) -> None:
    with therapy_compliance.http() as http:
        done = http.post("/analysis/analyze", files={"file": ("visit.txt", NOTE.encode())})
        assert done.status_code == 202
        report = http.get(http.get(done.json()["status"]).json()["report"] + ".json").json()
    assert report["discipline"] == "pt" and "Achterberg" not in report["text"]


def test_transcription_starts(transcription: System) -> None:
    with transcription.http() as http:
        id = http.post("/api/consultations/start", json={}).json()["id"]
        assert http.post(f"/api/consultations/{id}/complete").json()["status"] == "completed"


def test_document_search_starts(document_search: System) -> None:
    with document_search.http() as http:
        assert http.post("/documents", files={"file": ("visit.txt", NOTE.encode())}).status_code == 201
        found = http.post("/search", json={"question": "gait training"}).json()["passages"]
    assert "Gait training" in found[0]["text"] and "Achterberg" not in found[0]["text"]


def test_role_access_starts(role_access: System) -> None:
    with role_access.http() as http:
        assert http.get("/me").json()["roles"] == ["admin"]
