"""The service as its users meet it: started for real, asked over HTTP."""

import base64
import csv
import hashlib
import io
import re
import shutil
import threading
from pathlib import Path

import httpx
import pytest
from complying import KINDS, LINES, NOTES, Client, Running, txt, without_planted
from shared.testing import ended_while_asking, postgres

SOAP = (NOTES.parents[1] / "core" / "rubrics" / "soap-completeness.yaml").read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_scrubbed_and_scored(compliance: Running, kind: str) -> None:
    me = compliance.user()
    report = me.report(f"visit.{kind}", KINDS[kind]())
    assert (report["name"], report["kind"]) == (f"visit.{kind}", kind)
    assert (report["doc_type"], report["discipline"]) == ("treatment_note", "pt")
    assert 0 < report["score"] < 1 and report["risk"] in ("high", "medium", "low")
    assert {"name", "ssn", "mrn", "email", "date"} <= report["removed"].keys()
    found = {one["criterion"]: one for one in report["findings"]}
    abbreviation = found["gen.abbreviations"]
    assert abbreviation["advice"] and abbreviation["risk"] == "low"
    # Evidence lies in the scrubbed text, behind what was removed.
    assert any("QD" in span["text"] for span in abbreviation["evidence"])
    for one in report["findings"]:
        assert 0 < one["confidence"] <= 1 and one["low_confidence"] == (one["confidence"] < 0.7)
        for span in one["evidence"]:
            assert report["text"][span["start"] : span["end"]] == span["text"] != ""
    without_planted(str(report))


def test_nothing_that_was_planted_is_found_again(compliance: Running) -> None:
    me = compliance.user()
    report = me.report("Rosalind Achterberg 4471203.txt", txt(), strict="true")
    assert report["strict"] and report["name"].startswith("document-")
    evaluated = me.http.post("/compliance/evaluate", json={"text": txt().decode()})
    assert evaluated.status_code == 200
    pages = [me.http.get(path).text for path in (f"/reports/{report['id']}.json", f"/reports/{report['id']}.csv", "/analysis", "/statistics")]
    browser = httpx.Client(base_url=str(me.http.base_url), follow_redirects=True)
    browser.post("/login", data={"token": me.token})
    pages += [browser.get(path).text for path in ("/", f"/reports/{report['id']}", "/dashboard")]
    # What is wrong is told without what was sent.
    pages += [me.upload("visit.exe", txt()).text, me.upload("visit.pdf", b"%PDF-1.7" + txt()).text]
    pages += [me.http.post("/compliance/evaluate", json={"text": ["Achterberg"]}).text]
    events = compliance.admin.http.get("/audit").json()
    assert events["events"]
    without_planted(compliance.kept(), evaluated.text, *pages, str(events))


def test_what_was_detected_can_be_said_otherwise(compliance: Running) -> None:
    me = compliance.user()
    said = me.report("visit.txt", txt(), doc_type="discharge", discipline="ot")
    assert (said["doc_type"], said["discipline"]) == ("discharge", "ot")
    assert me.upload("visit.txt", txt(), discipline="dentist").status_code == 422


def test_a_note_that_is_none_of_therapy_has_no_score(compliance: Running) -> None:
    me = compliance.user()
    report = me.report("letter.txt", (NOTES / "radiology-report.txt").read_bytes())
    assert (report["discipline"], report["score"], report["risk"], report["findings"]) == ("unknown", None, None, [])


def test_a_report_as_csv(compliance: Running) -> None:
    me = compliance.user()
    report = me.report("visit.txt", txt())
    answer = me.http.get(f"/reports/{report['id']}.csv")
    assert answer.headers["content-type"].startswith("text/csv") and "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["criterion"] for row in rows] == [one["criterion"] for one in report["findings"]]
    assert any("QD" in row["evidence"] for row in rows)


def test_a_report_to_keep(compliance: Running) -> None:
    me = compliance.user()
    report = me.report("visit.txt", txt())
    answer = me.http.get(f"/reports/{report['id']}")
    assert answer.status_code == 200 and "Quadriceps strength" in answer.text
    without_planted(answer.text)
    # A copy has its style, and asks for nothing that is not in it.
    (style,) = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    assert not re.findall(r"""(?:src|href|action)=['"]?[^#'"]""", answer.text)
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{hashed}';" in answer.headers["content-security-policy"]
    assert compliance.user().http.get(f"/reports/{report['id']}").status_code == 404
    assert Client(str(me.http.base_url), "wrong").http.get(f"/reports/{report['id']}").status_code == 401
    browser = httpx.Client(base_url=str(me.http.base_url))
    browser.post("/login", data={"token": me.token})
    page = browser.get(f"/reports/{report['id']}").text
    assert style in page and "Confirm" in page and "Log out" in page


def test_only_users_are_let_in_and_clinicians_see_their_own(compliance: Running) -> None:
    me, other, reviewer = compliance.user(), compliance.user(), compliance.user("reviewer")
    report = me.report("visit.txt", txt())
    assert httpx.get(f"{me.http.base_url}/analysis").status_code == 401
    assert Client(str(me.http.base_url), "wrong").http.get("/analysis").status_code == 401
    for path in (f"/reports/{report['id']}.json", f"/reports/{report['id']}.csv", f"/analysis/status/{report['id']}"):
        assert other.http.get(path).status_code == 404
        assert reviewer.http.get(path).status_code == 200
    assert other.http.get("/analysis").json()["analyses"] == []
    assert [one["id"] for one in me.http.get("/analysis?discipline=pt").json()["analyses"]] == [report["id"]]
    assert me.http.get("/analysis?discipline=ot").json()["analyses"] == []
    assert other.http.get("/statistics").json()["documents"] == 0
    assert other.http.post("/reviews", json={"analysis": report["id"], "criterion": "gen.abbreviations", "says": "confirm"}).status_code == 404


def test_pages_ask_for_a_login_that_can_be_ended(compliance: Running) -> None:
    me = compliance.user()
    browser = httpx.Client(base_url=str(me.http.base_url))
    for path in ("/", "/dashboard", "/rubric-versions", "/reports/x"):
        assert browser.get(path).headers["location"] == "/login"
    assert browser.post("/login", data={"token": "wrong"}).status_code == 401
    cookie = browser.post("/login", data={"token": me.token}).headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and me.token not in cookie
    assert browser.get("/").status_code == browser.get("/dashboard").status_code == 200
    ended = browser.cookies["session"]
    browser.post("/logout")
    assert httpx.get(f"{me.http.base_url}/", cookies={"session": ended}).status_code == 303


def test_a_result_is_made_once_for_the_same_rules(compliance: Running) -> None:
    me = compliance.user()
    text = "\n".join([*LINES, "Seen once."]).encode()
    assert me.upload("visit.txt", text).json()["cached"] == "none"
    assert me.upload("again.txt", text).json()["cached"] == "memory"
    assert me.upload("visit.txt", text, strict="true").json()["cached"] == "none"
    assert me.upload("visit.txt", text, discipline="ot").json()["cached"] == "none"


def test_reviews_are_held_against_confidence(tmp_path: Path) -> None:
    running = Running(tmp_path / "data")
    with running.started():
        me, reviewer = running.user(), running.user("reviewer")
        assert me.http.get("/reviews/calibration").json()["expected_calibration_error"] is None
        report = me.report("visit.txt", (NOTES / "pt-evaluation.txt").read_bytes())
        first, second = report["findings"][:2]
        for one, says in ((first, "dispute"), (second, "dispute"), (first, "confirm")):
            said = {"analysis": report["id"], "criterion": one["criterion"], "says": says}
            assert reviewer.http.post("/reviews", json=said).status_code == 204
        found = me.http.get("/reviews/calibration").json()
        # Of the first finding the later word counts: one of two is confirmed.
        assert found["reviews"] == 2
        bins = [one for one in found["bins"] if one["reviews"]]
        assert sum(one["confirmed"] * one["reviews"] for one in bins) == 1
        off = sum(one["reviews"] * abs(one["confidence"] - one["confirmed"]) for one in bins) / 2
        assert found["expected_calibration_error"] == pytest.approx(off, abs=1e-3)
        again = me.http.get(f"/reports/{report['id']}.json").json()["findings"]
        assert next(one for one in again if one["criterion"] == first["criterion"])["reviews"][0]["says"] == "confirm"
        unknown = {"analysis": report["id"], "criterion": "eval.diagnosis", "says": "confirm"}
        assert reviewer.http.post("/reviews", json=unknown).status_code == 404


def test_a_rubric_is_tested_before_it_is_in_force(tmp_path: Path) -> None:
    running = Running(tmp_path / "data")
    with running.started():
        admin, clinician = running.admin, running.user()
        before = clinician.report("visit.txt", txt())
        assert clinician.http.post("/rubrics", json={"yaml": SOAP}).status_code == 403
        wrong = admin.http.post("/rubrics", json={"yaml": SOAP.replace("severity: low", "severity: lwo", 1)})
        assert wrong.status_code == 422 and "lwo" in wrong.json()["detail"]
        added = admin.http.post("/rubrics", json={"yaml": SOAP})
        assert added.status_code == 201
        number = added.json()["number"]
        assert admin.http.get(f"/rubrics/{number}").text == SOAP
        assert admin.http.post("/rubrics", json={"yaml": SOAP + "\n# changed\n"}).status_code == 409
        assert admin.http.post(f"/rubrics/{number}/activate").status_code == 409
        # A new version whose own tests fail is kept, and not let into force.
        failing = SOAP.replace("version: 1.0.0", "version: 1.0.1", 1).replace("verdict: not_met", "verdict: met")
        bad = admin.http.post("/rubrics", json={"yaml": failing}).json()["number"]
        assert admin.http.post(f"/rubrics/{bad}/test").json()["passed"] is False
        assert admin.http.post(f"/rubrics/{bad}/activate").status_code == 409
        tested = admin.http.post(f"/rubrics/{number}/test").json()
        assert tested["passed"] and [one["analysis"] for one in tested["documents"]] == [before["id"]]
        assert tested["documents"][0]["now"] != tested["documents"][0]["then"]
        assert admin.http.post(f"/rubrics/{number}/activate").status_code == 200
        after = clinician.report("visit.txt", txt())
        assert after["rubric"].startswith("soap-completeness") and before["rubric"].startswith("medicare")
        # The old report is as it was.
        assert clinician.http.get(f"/reports/{before['id']}.json").json() == before
        rolled = admin.http.post("/rubrics/rollback").json()["rubrics"]
        assert [one["id"] for one in rolled if one["active"]] == ["medicare-outpatient-therapy"]
        assert clinician.report("visit.txt", txt())["rubric"] == before["rubric"]
        assert admin.http.post("/rubrics/rollback").status_code == 409
        refused = [one for one in admin.http.get("/audit").json()["events"] if one["outcome"] == "refused"]
        assert [one["permission"] for one in refused] == ["change_policy"]


def test_rubrics_are_changed_on_their_page(tmp_path: Path) -> None:
    running = Running(tmp_path / "data")
    with running.started():
        admin, clinician = running.admin, running.user()
        browser = httpx.Client(base_url=str(admin.http.base_url), follow_redirects=True, timeout=60)
        browser.post("/login", data={"token": admin.token})

        def add(yaml: bytes) -> httpx.Response:
            return browser.post("/rubric-versions", files={"file": ("rubric.yaml", yaml)})

        for wrong, status, why in [
            (SOAP.replace("severity: low", "severity: lwo", 1).encode(), 422, "lwo"),
            (b"\xff\xfe", 422, "UTF-8"),
            (b"#" * 1_000_001, 422, "1000000 bytes"),
        ]:
            answer = add(wrong)
            assert answer.status_code == status and why in answer.text.split('role="alert"')[1]
        assert "soap-completeness" in add(SOAP.encode()).text
        again = add(SOAP.encode())
        assert again.status_code == 409 and "There is this version" in again.text
        early = browser.post("/rubric-versions/1/activate")
        assert early.status_code == 409 and "test it first" in early.text
        assert "passed" in browser.post("/rubric-versions/1/test").text
        assert "Roll back" in browser.post("/rubric-versions/1/activate").text
        assert [one["id"] for one in admin.http.get("/rubrics").json()["rubrics"] if one["active"]] == ["soap-completeness"]
        assert "Roll back" not in browser.post("/rubric-versions/rollback").text
        assert browser.post("/rubric-versions/rollback").status_code == 409
        assert browser.post("/rubric-versions/9/test").status_code == 404

        other = httpx.Client(base_url=str(admin.http.base_url))
        assert other.post("/rubric-versions/rollback").headers["location"] == "/login"
        other.post("/login", data={"token": clinician.token})
        assert "Activate" not in other.get("/rubric-versions").text
        assert other.post("/rubric-versions/1/activate").status_code == 403
        (refused,) = [one for one in admin.http.get("/audit").json()["events"] if one["outcome"] == "refused"]
        assert refused["permission"] == "change_policy"


def test_health_and_figures(tmp_path: Path) -> None:
    running = Running(tmp_path / "data", CHARTGUARD_ALERT_DISK="0", CHARTGUARD_ALERT_MEMORY="1")
    with running.started():
        me = running.user()
        me.report("visit.txt", txt())
        http = httpx.Client(base_url=str(me.http.base_url))
        assert http.get("/health").json() == {"status": "ok", "checks": {"database": "ok", "ai-models": "ok"}}
        for name in ("database", "ai-models", "performance"):
            assert http.get(f"/health/{name}").json()["checks"][name]["status"] == "ok"
        found = http.get("/health/detailed").json()["checks"]["performance"]
        assert found["answers"] >= 3 and found["p95"] > 0 and found["errors"] == 0
        firing = {one["name"]: one["firing"] for one in found["alerts"]}
        assert firing["disk"] and not firing["memory"] and not firing["errors"]
        figures = http.get("/metrics").text
        assert 'therapy_compliance_alert{name="disk"} 1.0' in figures and 'therapy_compliance_alert{name="memory"} 0.0' in figures
        assert 'therapy_compliance_analyses_total{cache="none",risk="' in figures


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    running = Running(tmp_path / "data")
    acknowledged: list[str] = []
    with running.started():
        me = running.user()

        def upload(part: int) -> None:
            client = Client(str(me.http.base_url), me.token)
            for at in range(1000):
                try:
                    answer = client.upload("visit.txt", f"{txt().decode()}\nVisit {part} {at}.".encode())
                except httpx.TransportError:
                    return
                assert answer.status_code == 202
                acknowledged.append(answer.json()["task"])

        threads = [threading.Thread(target=upload, args=(part,)) for part in range(3)]
        for thread in threads:
            thread.start()
        while len(acknowledged) < 12:
            threads[0].join(0.05)
        assert running.server is not None
        running.server.kill()
        for thread in threads:
            thread.join()
    with running.started():
        assert running.server is not None
        again = Client(running.server.url, me.token)
        found = {one["id"] for one in again.http.get("/analysis?most=1000").json()["analyses"]}
        assert set(acknowledged) <= found
        # At most what was on its way came besides.
        assert len(found) <= len(acknowledged) + 3
        for id in acknowledged:
            assert again.http.get(f"/reports/{id}.json").json()["text"]
        assert running.admin.http.get("/audit").json()["verified"]
        without_planted(running.kept())


@pytest.mark.slow
def test_a_signal_under_load_lets_what_was_accepted_finish(tmp_path: Path) -> None:
    running = Running(tmp_path / "data")
    acknowledged: list[str] = []
    with running.started():
        me = running.user()
        assert running.server is not None

        def upload(part: int) -> None:
            client = Client(str(me.http.base_url), me.token)
            for at in range(1000):
                try:
                    answer = client.upload("visit.txt", f"{txt().decode()}\nVisit {part} {at}.".encode())
                except httpx.TransportError:
                    return
                assert answer.status_code == 202, answer.text
                acknowledged.append(answer.json()["task"])

        threads = [threading.Thread(target=upload, args=(part,)) for part in range(3)]
        for thread in threads:
            thread.start()
        while len(acknowledged) < 6:
            threads[0].join(0.05)
        body = b'{"text": "PT treatment note. Gait training 15 min."}'
        assert ended_while_asking(running.server, "/compliance/evaluate", me.token, body) == (200, 0)
        for thread in threads:
            thread.join()
    with running.started():
        assert running.server is not None
        found = Client(running.server.url, me.token).http.get("/analysis?most=1000").json()["analyses"]
        # Every upload that was worked on was answered too.
        assert {one["id"] for one in found} == set(acknowledged)
        assert running.admin.http.get("/audit").json()["verified"]


def _lifecycle(running: Running) -> None:
    with running.started():
        me, token = running.user(), running.admin.token
        first = me.report("visit.txt", txt())
        me.http.post("/reviews", json={"analysis": first["id"], "criterion": "gen.abbreviations", "says": "confirm"})
        first = me.http.get(f"/reports/{first['id']}.json").json()
        backup = running.command("backup")
        second = me.report("later.txt", txt())
        # The service holds the audit log: it is stopped first.
        running.command("restore", backup, status=2)
    assert running.command("backups").splitlines() == [backup]
    said = running.command("restore", backup)
    before = said.split()[-1]
    with running.started():
        assert running.server is not None
        again = Client(running.server.url, me.token)
        assert again.http.get(f"/reports/{first['id']}.json").json() == first
        assert again.http.get(f"/reports/{second['id']}.json").status_code == 404
        # Numbers go on behind those that were put back.
        more = again.report("more.txt", txt())
        assert again.http.post("/reviews", json={"analysis": more["id"], "criterion": "gen.abbreviations", "says": "dispute"}).status_code == 204
        assert Client(running.server.url, token).http.get("/audit").json()["verified"]
    running.command("restore", before)
    with running.started():
        assert running.server is not None
        assert Client(running.server.url, me.token).http.get(f"/reports/{second['id']}.json").status_code == 200
    tables = running.data / "backups" / backup / "tables.jsonl"
    tables.write_bytes(tables.read_bytes() + b"\n")
    assert "nothing was put back" in running.command("restore", backup, status=2)
    found = running.command("maintain")
    assert '"results": 0' in found
    without_planted(running.kept())


def test_a_backup_brings_back_what_it_held(tmp_path: Path) -> None:
    _lifecycle(Running(tmp_path / "data"))


@pytest.mark.slow
def test_a_backup_is_put_into_an_empty_folder(tmp_path: Path) -> None:
    running = Running(tmp_path / "data")
    with running.started():
        me = running.user()
        report = me.report("visit.txt", txt())
        backup = running.command("backup")
    other = Running(tmp_path / "other")
    shutil.copytree(running.data / "backups", other.data / "backups")
    assert "the key of the audit log is in no backup" in other.command("restore", backup, status=2)
    shutil.copy(running.data / "audit.key", other.data / "audit.key")
    other.command("restore", backup)
    with other.started():
        assert other.server is not None
        assert Client(other.server.url, me.token).http.get(f"/reports/{report['id']}.json").json() == report


@pytest.mark.postgres
@pytest.mark.slow
def test_the_same_on_postgresql(tmp_path: Path) -> None:
    with postgres() as url:
        _lifecycle(Running(tmp_path / "data", DATABASE_URL=url))
