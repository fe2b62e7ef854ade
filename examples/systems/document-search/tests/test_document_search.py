"""The service as its users meet it: started for real, asked over HTTP."""

import threading
from pathlib import Path

import httpx
import pytest
from documents import KINDS, PLANTED, pdf, txt
from searching import Client, Running
from shared.testing import postgres, redis


def without_planted(*held: str | bytes) -> None:
    for one in held:
        data = one.encode() if isinstance(one, str) else one
        found = [planted for planted in PLANTED if planted.lower().encode() in data.lower()]
        assert not found


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_scrubbed_found_and_cited(running: Running, tenants: tuple[Client, Client], kind: str) -> None:
    me, _ = tenants
    stored = me.upload(f"visit.{kind}", KINDS[kind]())
    assert stored.status_code == 201, stored.text
    assert stored.json()["kind"] == kind
    assert {"name", "ssn", "mrn", "email"} <= stored.json()["counts"].keys()

    answer = me.search("Does the knee hurt on stairs?")
    best = answer["passages"][0]
    document = me.http.get(f"/documents/{best['document']}").json()
    assert best["document"] == stored.json()["id"]
    assert best["name"] == f"visit.{kind}"
    assert document["text"][best["start"] : best["end"]] == best["text"]
    assert "Knee pain on stairs" in best["text"]
    assert best["score"] > 0 and best["bm25"] > 0
    without_planted(stored.text, str(answer), document["text"])


@pytest.mark.parametrize(
    ("name", "data", "status", "says"),
    [
        ("visit.exe", b"MZ", 415, "allowed are txt, rtf, html, docx, pdf"),
        ("Achterberg", b"text", 422, "starts with a letter or digit"),
        (".txt", b"text", 422, "starts with a letter or digit"),
        ("a;b.txt", b"text", 422, "starts with a letter or digit"),
        ("a" * 252 + ".txt", b"text", 422, "has 256 characters; at most 255"),
        ("visit.txt", b"", 422, "has no text"),
        ("visit.txt", b"a\0b", 422, "binary file"),
        ("visit.pdf", b"%PDF-1.7 Achterberg", 422, "the PDF cannot be read"),
        ("visit.pdf", pdf(()), 422, "OCR"),
        ("visit.docx", b"PK\x03\x04 Achterberg", 422, "the DOCX cannot be read"),
        ("visit.rtf", b"Achterberg", 422, "begin as RTF"),
        ("visit.txt", b"x" * ((50 << 20) + 1), 413, "at most 52428800 (50 MB)"),
        ("visit.txt", b"x" * (51 << 20), 413, "a body of at most"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value)[:12],
)
def test_what_is_refused_says_why(tenants: tuple[Client, Client], name: str, data: bytes, status: int, says: str) -> None:
    me, _ = tenants
    try:
        answer = me.upload(name, data)
    except httpx.WriteError:
        # The service closes the connection on what it will not read.
        assert status == 413
        return
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert says in answer.json()["detail"]
    without_planted(answer.text)
    assert me.http.get("/documents").json()["documents"] == []


def test_a_file_name_that_may_name_somebody_is_not_kept(running: Running, tenants: tuple[Client, Client]) -> None:
    me, _ = tenants
    for name in ("Achterberg_Rosalind.txt", "mrn-4471203.txt", "visit 219-09-9999.txt"):
        stored = me.upload(name, b"Knee pain on stairs.").json()
        assert stored["name"].startswith("document-") and stored["name"].endswith(".txt")
        without_planted(str(stored))
    assert me.upload("progress note.txt", b"Knee pain.").json()["name"] == "progress note.txt"


def test_tenants_do_not_see_each_other(tenants: tuple[Client, Client]) -> None:
    mine, other = tenants
    id = mine.upload("visit.txt", txt()).json()["id"]
    # So that both have changed equally often.
    own = other.upload("visit.txt", b"Swimming twice a week.").json()["id"]
    assert mine.search("knee stairs")["passages"]
    assert mine.search("knee stairs")["cached"]

    # Neither the index nor an answer that is kept.
    answer = other.search("knee stairs")
    assert answer["passages"] == [] and not answer["cached"]
    missing = other.http.get("/documents/0123456789abcdef0123456789abcdef")
    for asked in (
        other.http.get(f"/documents/{id}"),
        other.http.delete(f"/documents/{id}"),
        other.upload("visit.txt", b"Mine now.", id),
    ):
        assert asked.status_code == 404
        assert asked.json()["detail"] == missing.json()["detail"]
    assert [row["id"] for row in other.http.get("/documents").json()["documents"]] == [own]
    statistics = other.http.get("/statistics").json()
    assert (statistics["documents"], statistics["queries"], statistics["popular_terms"]) == (1, 1, [])
    assert "Knee pain" in mine.http.get(f"/documents/{id}").json()["text"]


def test_without_a_key_in_force_nothing_is_answered(running: Running, tenants: tuple[Client, Client]) -> None:
    me, _ = tenants
    key = me.http.headers["authorization"].removeprefix("Bearer ")
    bare = httpx.Client(base_url=str(me.http.base_url))
    assert bare.get("/documents", headers={"X-API-Key": key}).status_code == 200
    for header in ({}, {"Authorization": "Basic x"}, {"Authorization": f"Bearer {key[:-1]}"}, {"X-API-Key": "cgds_0_x"}):
        assert bare.get("/documents", headers=header).status_code == 401
    running.command("key", "revoke", key.split("_")[1])
    assert me.http.get("/documents").status_code == 401
    assert key.encode() not in running.kept()
    assert key.split("_", 2)[2].encode() not in running.kept()


def test_replace_and_delete(tenants: tuple[Client, Client]) -> None:
    me, _ = tenants
    id = me.upload("visit.txt", b"PLAN: Gait training on stairs.").json()["id"]
    assert len(me.search("stairs")["passages"]) == 1
    replaced = me.upload("visit.txt", b"PLAN: Swimming twice a week.", id)
    assert (replaced.status_code, replaced.json()["revision"]) == (200, 2)
    assert me.search("stairs")["passages"] == []
    assert me.search("swimming")["passages"][0]["revision"] == 2
    assert me.http.delete(f"/documents/{id}").status_code == 204
    assert me.search("swimming")["passages"] == []
    # Nor does it stand in the way of another.
    other = me.upload("visit.txt", b"PLAN: Gait training, then swimming, when the knee allows.").json()["id"]
    assert [passage["document"] for passage in me.search("swimming", 1)["passages"]] == [other]
    assert me.http.delete(f"/documents/{id}").status_code == 404


def test_statistics_hold_no_identifier(running: Running, tenants: tuple[Client, Client]) -> None:
    me, _ = tenants
    me.upload("visit.txt", txt())
    me.search("knee pain of Rosalind Achterberg, 219-09-9999")
    me.search("knee pain of Rosalind Achterberg, 219-09-9999")
    me.search("achterberg")
    found = me.http.get("/statistics").json()
    assert (found["documents"], found["queries"], found["answered_from_cache"]) == (1, 3, 1)
    assert found["mean_milliseconds"] > 0
    assert found["popular_terms"] == [{"term": "knee", "times": 2}, {"term": "pain", "times": 2}]
    without_planted(str(found), running.kept())


def test_health_metrics_and_headers(running: Running, tenants: tuple[Client, Client]) -> None:
    me, _ = tenants
    health = me.http.get("/health")
    assert health.json()["checks"] == {"database": "ok", "cache": "ok", "indexes": "ok"}
    assert health.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in health.headers["content-security-policy"]
    assert me.http.get("/health", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
    me.search("knee")
    metrics = me.http.get("/metrics").text
    assert 'document_search_http_requests_total{method="POST",route="/search",status="200"}' in metrics
    for name in ("question_seconds_count", "upload_seconds_count", "http_active_requests", "http_request_seconds_bucket"):
        assert f"document_search_{name}" in metrics


def test_a_request_that_is_wrong_is_not_repeated(running: Running, tenants: tuple[Client, Client]) -> None:
    me, _ = tenants
    for body in ({"question": ""}, {"question": "Achterberg " * 100}, {"question": {"Achterberg": 1}}, "Achterberg"):
        answer = me.http.post("/search", json=body)
        assert answer.status_code == 422
        without_planted(answer.text)
    without_planted(running.log.read_bytes())


def test_page(tenants: tuple[Client, Client]) -> None:
    me, _ = tenants
    me.upload("visit.txt", txt() + b"\n\nScript <script>alert(1)</script> on stairs.")
    key = me.http.headers["authorization"].removeprefix("Bearer ")
    page = httpx.Client(base_url=str(me.http.base_url))
    assert "<form method=\"post\"" in page.get("/").text
    found = page.post("/", data={"key": key, "question": "stairs"})
    assert "Knee pain on <mark>stairs</mark>" in found.text and "<script>" not in found.text and "&lt;script&gt;" in found.text
    without_planted(found.text)
    assert page.post("/", data={"key": "x", "question": "stairs"}).status_code == 401
    assert page.get("/style.css").headers["content-type"].startswith("text/css")


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    running = Running(tmp_path / "data", CHARTGUARD_UPLOADS_PER_MINUTE="100000")
    key = running.command("tenant", "add", "north")
    acknowledged: list[str] = []

    def upload() -> None:
        me = running.client(key)
        try:
            for number in range(10_000):
                answer = me.upload("visit.txt", f"Visit {number}: knee pain on stairs, word{'abcdefghij'[number % 10]}.".encode())
                acknowledged.append(answer.json()["id"])
        except httpx.HTTPError:
            return

    with running.started():
        threads = [threading.Thread(target=upload) for _ in range(3)]
        for thread in threads:
            thread.start()
        while len(acknowledged) < 40:
            threading.Event().wait(0.01)
        assert running.server is not None
        running.server.kill()
        for thread in threads:
            thread.join()
    assert len(acknowledged) == len(set(acknowledged)) >= 40
    with running.started():
        me = running.client(key)
        there = {row["id"] for row in me.http.get("/documents", params={"most": 1000}).json()["documents"]}
        assert set(acknowledged) <= there
        # At most the ones that were in flight.
        assert len(there) <= len(acknowledged) + 3
        assert len(me.search("knee", 50)["passages"]) == min(50, len(there))


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["junk", "cut", "missing", "another tenant's"])
def test_an_index_is_made_anew_from_the_database(tmp_path: Path, damage: str) -> None:
    running = Running(tmp_path / "data")
    key, other = (running.command("tenant", "add", name) for name in ("north", "south"))
    with running.started():
        running.client(key).upload("visit.txt", b"Knee pain on stairs.")
        running.client(other).upload("visit.txt", b"Shoulder pain on stairs.")
    files = sorted((tmp_path / "data" / "indexes").glob("*.index"))
    assert len(files) == 2
    held = [file.read_bytes() for file in files]
    for file, bytes in zip(files, reversed(held), strict=True):
        if damage == "missing":
            file.unlink()
        else:
            file.write_bytes({"junk": b"junk", "cut": bytes[:-9], "another tenant's": bytes}[damage])
    with running.started():
        found = [running.client(who).search("pain on stairs")["passages"] for who in (key, other)]
    assert [[passage["text"] for passage in one] for one in found] == [["Knee pain on stairs."], ["Shoulder pain on stairs."]]
    made_anew = running.log.read_text().count("an index cannot be used and is made anew")
    assert made_anew == (2 if damage in ("junk", "cut") else 0)


@pytest.mark.slow
def test_too_many_requests(tmp_path: Path) -> None:
    running = Running(tmp_path / "data", CHARTGUARD_QUERIES_PER_MINUTE="3")
    key, other = (running.command("tenant", "add", name) for name in ("north", "south"))
    with running.started():
        # A minute may end between them, so twice as many may pass.
        answers = [running.client(key).http.get("/documents") for _ in range(7)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused and 0 < int(refused[0].headers["retry-after"]) <= 60
        assert running.client(other).http.get("/documents").status_code == 200
        guesses = [running.client("wrong").http.get("/documents").status_code for _ in range(61)]
        assert set(guesses) == {401, 429}


@pytest.mark.slow
def test_commands(tmp_path: Path) -> None:
    running = Running(tmp_path / "data")
    key = running.command("tenant", "add", "north")
    assert "there is a tenant of this name" in running.command("tenant", "add", "north", status=2)
    assert "starts with a letter or digit" in running.command("tenant", "add", "../x", status=2)
    second = running.command("key", "add", "north")
    with running.started():
        me = running.client(key)
        me.upload("visit.txt", txt())
        assert running.client(second).search("stairs")["passages"]
        running.command("backup", str(tmp_path / "copy.db"))
        me.upload("visit.txt", b"After the backup.")
    # A backup is put back where the database was; the index follows.
    for file in (tmp_path / "data").glob("documents.db*"):
        file.unlink()
    (tmp_path / "copy.db").rename(tmp_path / "data" / "documents.db")
    with running.started():
        assert running.client(key).search("stairs")["passages"]
        assert running.client(key).search("backup")["passages"] == []
    running.command("tenant", "remove", "north")
    assert running.command("tenant", "list") == ""
    assert list((tmp_path / "data" / "indexes").iterdir()) == []
    running.env["CHARTGUARD_CACHE_SECOND"] = "1"
    assert "did you mean CHARTGUARD_CACHE_SECONDS?" in running.command("tenant", "list", status=2)


@pytest.mark.redis
def test_processes_share_answers_and_limits_through_redis(tmp_path: Path) -> None:
    from redis import Redis

    with redis() as url:
        running = Running(tmp_path / "data", REDIS_URL=url, CHARTGUARD_QUERIES_PER_MINUTE="20")
        second = Running(tmp_path / "data", REDIS_URL=url, CHARTGUARD_QUERIES_PER_MINUTE="20")
        second.log = tmp_path / "second.log"
        key = running.command("tenant", "add", "north")
        with running.started(), second.started():
            running.client(key).upload("visit.txt", txt())
            assert not running.client(key).search("stairs of Achterberg")["cached"]
            answer = second.client(key).search("stairs of Achterberg")
            assert answer["cached"] and answer["passages"]
            # What one process changes, the other shows.
            running.client(key).upload("visit.txt", b"Stairs again.")
            assert len(second.client(key).search("stairs")["passages"]) == 2
            both = [client.client(key).http.get("/documents").status_code for client in (running, second) * 21]
            assert 429 in both
            kept = Redis.from_url(url)
            names = kept.keys("*")
            assert any(b":answer:" in name for name in names) and any(b":count:" in name for name in names)
            assert all(kept.ttl(name) > 0 for name in names)
            without_planted(b"".join(names), *(kept.get(name) or b"" for name in names))
            kept.shutdown(nosave=True)
            assert running.client(key).http.get("/documents").status_code == 503
            assert running.client(key).http.get("/health").json()["checks"]["cache"] != "ok"


@pytest.mark.postgres
def test_postgresql_holds_the_same(tmp_path: Path) -> None:
    with postgres() as url:
        running = Running(tmp_path / "data", DATABASE_URL=url)
        key, other = (running.command("tenant", "add", name) for name in ("north", "south"))
        with running.started():
            me = running.client(key)
            id = me.upload("visit.txt", txt()).json()["id"]
            assert me.search("stairs")["passages"][0]["document"] == id
            assert running.client(other).search("stairs")["passages"] == []
            assert me.upload("visit.txt", b"Swimming.", id).json()["revision"] == 2
            assert me.search("stairs")["passages"] == []
            me.search("swimming")
            found = me.http.get("/statistics").json()
            assert found["queries"] == 3
            assert {term["term"] for term in found["popular_terms"]} == {"stairs", "swimming"}
            assert running.server is not None
            running.server.kill()
        with running.started():
            assert running.client(key).search("swimming")["passages"]
            without_planted(running.log.read_bytes())
